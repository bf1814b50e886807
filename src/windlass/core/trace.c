/* The trace of API calls: each call of a traced builtin function with its arguments, result and caller.
 *
 * A traced function's slot holds trace_entry (trace.S), which gets the function's id in r11 as every builtin function
 * does. So a function that is not traced costs nothing more, and tracing can begin and end at any time. */
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>

#include "trace.h"

enum { MAX_DLLS = 1 << 12 };
static struct trace_record *tables[MAX_DLLS];
static unsigned table_sizes[MAX_DLLS];

static FILE *output;
static __thread unsigned depth;

bool trace_add(DWORD id, const struct trace_record *record) {
    unsigned dll = id >> 16, index = id & 0xffff;
    if (dll >= MAX_DLLS)
        return false;
    if (index >= table_sizes[dll]) {
        unsigned size = index + 64;
        struct trace_record *grown = calloc(size, sizeof *grown);
        if (!grown)
            return false;
        if (tables[dll])
            memcpy(grown, tables[dll], table_sizes[dll] * sizeof *grown);
        tables[dll] = grown;       /* the old table stays: another thread may be reading it */
        table_sizes[dll] = size;
    }
    tables[dll][index] = (struct trace_record){strdup(record->name), strdup(record->result),
                                               strdup(record->parameters), record->function};
    return true;
}

static struct trace_record *record_of(DWORD id) { return &tables[id >> 16][id & 0xffff]; }

/* ---- text ---- */

struct line {
    char text[2000];
    size_t length;
};

static void put(struct line *line, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void put(struct line *line, const char *format, ...) {
    va_list arguments;
    size_t left = sizeof line->text - line->length;
    va_start(arguments, format);
    int wrote = vsnprintf(line->text + line->length, left, format, arguments);
    va_end(arguments);
    if (wrote > 0)
        line->length += (size_t)wrote < left ? (size_t)wrote : left - 1;
}

enum { SHOWN_CHARACTERS = 80 };

static void put_character(struct line *line, unsigned code) {
    if (code == '\\' || code == '"')
        put(line, "\\%c", code);
    else if (code >= 0x20 && code < 0x7f)
        put(line, "%c", code);
    else
        put(line, code > 0xff ? "\\u%04x" : "\\x%02x", code);
}

static void put_narrow(struct line *line, const char *text) {
    put(line, "\"");
    for (int i = 0; i < SHOWN_CHARACTERS && text[i]; i++)
        put_character(line, (unsigned char)text[i]);
    put(line, "\"");
}

static void put_wide(struct line *line, const WCHAR *text) {
    put(line, "L\"");
    for (int i = 0; i < SHOWN_CHARACTERS && text[i]; i++)
        put_character(line, text[i]);
    put(line, "\"");
}

static bool is_one_of(const char *type, const char *const *names) {
    for (; *names; names++)
        if (strcmp(type, *names) == 0)
            return true;
    return false;
}

/* A value as its declared type reads; addresses, handles and unknown types in hexadecimal. */
static void put_value(struct line *line, const char *type, uint64_t slot, uint64_t xmm) {
    static const char *const wide[] = {"LPCWSTR", "PCWSTR", "const WCHAR *", NULL};
    static const char *const narrow[] = {"LPCSTR", "PCSTR", "const char *", "const CHAR *", NULL};
    static const char *const decimal[] = {"int", "INT", "LONG", "BOOL", "long", "errno_t", NULL};
    static const char *const size[] = {"size_t", "SIZE_T", "LONGLONG", "int64_t", NULL};
    static const char *const word[] = {"DWORD",    "UINT",    "ULONG",    "unsigned",
                                       "NTSTATUS", "HRESULT", "uint32_t", NULL};
    double number;
    float single;
    if (is_one_of(type, wide) && slot > 0xffff)
        put_wide(line, (const WCHAR *)(uintptr_t)slot);
    else if (is_one_of(type, narrow) && slot > 0xffff)
        put_narrow(line, (const char *)(uintptr_t)slot);
    else if (is_one_of(type, decimal))
        put(line, "%d", (int)slot);
    else if (is_one_of(type, word))
        put(line, "%#x", (unsigned)slot);
    else if (is_one_of(type, size))
        put(line, "%lld", (long long)slot);
    else if (strcmp(type, "double") == 0) {
        memcpy(&number, &xmm, sizeof number);
        put(line, "%g", number);
    } else if (strcmp(type, "float") == 0) {
        memcpy(&single, &xmm, sizeof single);
        put(line, "%g", (double)single);
    } else
        put(line, "%#llx", (unsigned long long)slot);
}

/* Splits "LPCWSTR name" or "const char *name" before the name. Annotations of Python functions read the same. */
static size_t type_length(const char *parameter, size_t length) {
    size_t end = length;
    while (end && (parameter[end - 1] == '_' || isalnum((unsigned char)parameter[end - 1])))
        end--;
    if (!end)
        return length;                                /* a type alone */
    while (end && parameter[end - 1] == ' ')
        end--;
    return end;
}

static void put_argument(struct line *line, const char *parameter, size_t length, uint64_t slot, uint64_t xmm) {
    char type[64];
    size_t size = type_length(parameter, length);
    snprintf(type, sizeof type, "%.*s", (int)size, parameter);
    while (size < length && parameter[size] == ' ')
        size++;
    put(line, "%.*s=", (int)(length - size), parameter + size);
    put_value(line, type, slot, xmm);
}

static void put_arguments(struct line *line, const char *parameters, const uint64_t *slots, const uint64_t *xmm) {
    const char *at = parameters;
    for (int i = 0; *at && strcmp(at, "void") != 0; i++) {
        size_t length = strcspn(at, ",");
        if (strncmp(at, "...", 3) == 0) {
            put(line, "...");
            return;
        }
        put_argument(line, at, length, slots[i], i < 4 ? xmm[i] : slots[i]);
        at += length;
        if (*at) {
            at += strspn(at, ", ");
            put(line, ", ");
        }
    }
}

static void put_name(struct line *line, const UNICODE_STRING *name) {
    enum { LONGEST = 63 };
    for (unsigned i = 0; i < name->Length / 2u && i < LONGEST; i++)
        put(line, "%c", (char)name->Buffer[i]);
}

static void put_caller(struct line *line, const void *address) {
    const LDR_DATA_TABLE_ENTRY *module = module_from_address(address);
    if (!module) {
        put(line, " from %p", address);
        return;
    }
    put(line, " from ");
    put_name(line, &module->BaseDllName);
    put(line, "+%#tx", (const char *)address - (const char *)module->DllBase);
}

static void write_line(struct line *line) {
    put(line, "\n");
    fwrite(line->text, 1, line->length, output ? output : stderr);
}

/* ---- the loader ---- */

static bool loader_is_traced;

void trace_loader_select(bool on) { loader_is_traced = on; }

void trace_loader(const char *what, const UNICODE_STRING *module) {
    struct line line = {.length = 0};
    if (!loader_is_traced)
        return;
    put(&line, "loader: %s ", what);
    put_name(&line, module);
    write_line(&line);
}

/* ---- from trace_entry ---- */

const void *WINAPI trace_enter(DWORD id, const uint64_t *slots, const uint64_t *xmm, const void *caller);
void WINAPI trace_leave(DWORD id, const struct call_result *result);

const void *WINAPI trace_enter(DWORD id, const uint64_t *slots, const uint64_t *xmm, const void *caller) {
    struct trace_record *record = record_of(id);
    struct line line = {.length = 0};
    put(&line, "%04x:%*s%s(", (unsigned)(uintptr_t)teb_self()->ThreadId, (int)(2 * depth), "", record->name);
    put_arguments(&line, record->parameters, slots, xmm);
    put(&line, ")");
    put_caller(&line, caller);
    write_line(&line);
    if (!record->function)
        record->function = api_resolve(id);
    depth++;
    return record->function;
}

void WINAPI trace_leave(DWORD id, const struct call_result *result) {
    struct trace_record *record = record_of(id);
    struct line line = {.length = 0};
    if (depth)                                       /* an exception may have passed other calls by */
        depth--;
    put(&line, "%04x:%*s%s", (unsigned)(uintptr_t)teb_self()->ThreadId, (int)(2 * depth), "", record->name);
    if (strcmp(record->result, "void") != 0 && strcmp(record->result, "VOID") != 0) {
        put(&line, " = ");
        put_value(&line, record->result, result->rax, result->xmm0);
    }
    DWORD error = teb_self()->LastErrorValue;
    if (error)
        put(&line, " (last error %u)", error);
    write_line(&line);
}
