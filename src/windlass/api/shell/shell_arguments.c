/* CommandLineToArgvW ("CommandLineToArgvW function"). It differs from the C run-time in how quotation marks that follow
 * one another are counted: of three the middle one is literal. */
#include "api.h"
#include "codepage.h"

API_USE(HANDLE, GlobalAlloc, UINT, SIZE_T);
API_USE(DWORD, GetModuleFileNameW, HMODULE, LPWSTR, DWORD);

static bool is_blank(WCHAR unit) { return unit == ' ' || unit == '\t'; }

/* Where the arguments go; with `units` NULL they are only counted. */
struct arguments {
    WCHAR **starts;
    WCHAR *units;
    size_t count, length;
};

static void put(struct arguments *arguments, WCHAR unit) {
    if (arguments->units)
        arguments->units[arguments->length] = unit;
    arguments->length++;
}

static void begin(struct arguments *arguments) {
    if (arguments->units)
        arguments->starts[arguments->count] = arguments->units + arguments->length;
    arguments->count++;
}

/* The program's name ends at the second quotation mark or, without one in front, at a blank or control character. */
static const WCHAR *split_program(const WCHAR *at, struct arguments *arguments) {
    bool quoted = *at == '"';
    begin(arguments);
    for (at += quoted; *at && (quoted ? *at != '"' : *at > ' '); at++)
        put(arguments, *at);
    put(arguments, 0);
    return at + (quoted && *at == '"');
}

/* Backslashes before a quotation mark: each two are one, an odd one makes the mark literal. */
static const WCHAR *split_backslashes(const WCHAR *at, struct arguments *arguments, bool *escaped) {
    size_t count = 0;
    while (at[count] == '\\')
        count++;
    *escaped = at[count] == '"' && count % 2;
    for (size_t i = at[count] == '"' ? count / 2 : count; i > 0; i--)
        put(arguments, '\\');
    return at + count;
}

/* Quotation marks that follow one another. The first opens, the second closes, the third is literal and leaves the
 * argument outside; whether it is inside afterwards is in *inside. */
static const WCHAR *split_marks(const WCHAR *at, struct arguments *arguments, bool *inside) {
    unsigned count = *inside;
    for (; *at == '"'; at++) {
        if (++count == 3) {
            put(arguments, '"');
            count = 0;
        }
    }
    *inside = count == 1;
    return at;
}

static const WCHAR *split_argument(const WCHAR *at, struct arguments *arguments) {
    bool inside = false, escaped = false;
    begin(arguments);
    while (*at && (inside || !is_blank(*at))) {
        if (*at == '"') {
            at = split_marks(at, arguments, &inside);
        } else if (*at == '\\') {
            at = split_backslashes(at, arguments, &escaped);
            if (escaped)
                put(arguments, *at++);
        } else {
            put(arguments, *at++);
        }
    }
    put(arguments, 0);
    return at;
}

static void split(const WCHAR *line, struct arguments *arguments) {
    const WCHAR *at = split_program(line, arguments);
    for (;;) {
        while (is_blank(*at))
            at++;
        if (!*at)
            return;
        at = split_argument(at, arguments);
    }
}

/* One block from LocalAlloc, the pointers before the texts. An empty command line gives the program's path. */
API(shell32, LPWSTR *, CommandLineToArgvW, LPCWSTR lpCmdLine, int *pNumArgs) {
    WCHAR program[1024];
    struct arguments arguments = {0};
    if (!lpCmdLine || !pNumArgs) {
        set_last_error(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    if (!*lpCmdLine) {
        size_t length = api_GetModuleFileNameW(NULL, program + 1, 1022);
        program[0] = program[length + 1] = '"';
        program[length + 2] = 0;
        lpCmdLine = program;
    }
    split(lpCmdLine, &arguments);
    size_t pointers = (arguments.count + 1) * sizeof(WCHAR *);
    WCHAR **result = api_GlobalAlloc(0, pointers + arguments.length * sizeof(WCHAR));
    if (!result) {
        set_last_error(ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    arguments = (struct arguments){result, (WCHAR *)(result + arguments.count + 1), 0, 0};
    split(lpCmdLine, &arguments);
    result[arguments.count] = NULL;
    *pNumArgs = (int)arguments.count;
    return result;
}
