/* dbghelp: symbols, from the PDB file of a loaded module or else its exports, and source lines from the first
 * ("SymFromAddr function", "SymEnumSymbols function", "SymGetLineFromAddr64 function" ...). There is no information
 * about types. */
#include <stdio.h>
#include <strings.h>

#include "codepage.h"
#include "dbghelp.h"
#include "crt/undname.h"
#include "unwind.h"

#define ERROR_INVALID_ADDRESS 487u

enum { SYMFLAG_EXPORT = 0x200, SYM_TAG_FUNCTION = 5, SYM_TAG_PUBLIC_SYMBOL = 10, LONGEST_NAME = 2000 };

typedef struct {
    ULONG SizeOfStruct, TypeIndex;
    ULONG64 Reserved[2];
    ULONG Index, Size;
    ULONG64 ModBase;
    ULONG Flags;
    ULONG64 Value, Address;
    ULONG Register, Scope, Tag, NameLen, MaxNameLen;
    CHAR Name[1];
} SYMBOL_INFO;

/* The same up to the name. */
typedef struct {
    BYTE facts[offsetof(SYMBOL_INFO, Name)];
    WCHAR Name[1];
} SYMBOL_INFOW;

struct symbol {
    const LDR_DATA_TABLE_ENTRY *module;
    DWORD rva;
    const char *name; /* or `own` */
    char own[32];
    const struct pdb_symbol *of_pdb; /* NULL: an export */
};

static void set_from_pdb(struct symbol *symbol, const struct pdb_symbol *of_pdb) {
    symbol->rva = of_pdb->rva;
    symbol->name = of_pdb->name;
    symbol->of_pdb = of_pdb;
}

static void name_by_ordinal(struct symbol *symbol, unsigned ordinal) {
    if (!symbol->name) {
        snprintf(symbol->own, sizeof symbol->own, "Ordinal%u", ordinal);
        symbol->name = symbol->own;
    }
}

/* The size of the function that begins at the symbol; 0 for what is none. */
static ULONG size_of(const struct symbol *symbol) {
    uintptr_t base;
    if (symbol->of_pdb && symbol->of_pdb->size)
        return symbol->of_pdb->size;
    const RUNTIME_FUNCTION *function = function_lookup((uintptr_t)symbol->module->DllBase + symbol->rva, &base);
    return function && function->BeginAddress == symbol->rva ? function->EndAddress - function->BeginAddress : 0;
}

API_USE(DWORD, SymGetOptions, void);

/* The name as the session's options want it, from malloc(); NULL: as it stands. */
static char *readable_name(const struct symbol *symbol) {
    enum { SYMOPT_UNDNAME = 2 };
    bool wanted = *symbol->name == '?' && api_SymGetOptions() & SYMOPT_UNDNAME;
    return wanted ? undecorate(symbol->name, UNDNAME_NAME_ONLY) : NULL;
}

static void describe(const struct symbol *symbol, SYMBOL_INFO *info) {
    info->TypeIndex = info->Index = info->Register = info->Scope = 0;
    info->Size = size_of(symbol);
    info->ModBase = (ULONG64)(uintptr_t)symbol->module->DllBase;
    info->Flags = symbol->of_pdb ? 0 : SYMFLAG_EXPORT;
    info->Value = 0;
    info->Address = info->ModBase + symbol->rva;
    info->Tag = symbol->of_pdb && !symbol->of_pdb->is_public ? SYM_TAG_FUNCTION : SYM_TAG_PUBLIC_SYMBOL;
}

/* The name is cut to MaxNameLen characters, the zero among them. */
static BOOL give(const struct symbol *symbol, SYMBOL_INFO *info) {
    if (!info || info->SizeOfStruct < offsetof(SYMBOL_INFO, Name))
        return fail(ERROR_INVALID_PARAMETER);
    describe(symbol, info);
    char *readable = readable_name(symbol);
    const char *name = readable ? readable : symbol->name;
    info->NameLen = (ULONG)strlen(name);
    if (info->MaxNameLen) {
        size_t length = info->NameLen < info->MaxNameLen ? info->NameLen : info->MaxNameLen - 1;
        memcpy(info->Name, name, length);
        info->Name[length] = 0;
    }
    free(readable);
    return TRUE;
}

static BOOL give_wide(const struct symbol *symbol, SYMBOL_INFOW *info) {
    SYMBOL_INFO *facts = (SYMBOL_INFO *)(void *)info;
    if (!info || facts->SizeOfStruct < offsetof(SYMBOL_INFO, Name))
        return fail(ERROR_INVALID_PARAMETER);
    describe(symbol, facts);
    char *readable = readable_name(symbol);
    const char *name = readable ? readable : symbol->name;
    facts->NameLen = (ULONG)strlen(name);
    if (facts->MaxNameLen) {
        size_t length = utf8_to_wide(name, facts->NameLen, info->Name, facts->MaxNameLen - 1);
        info->Name[length < facts->MaxNameLen ? length : facts->MaxNameLen - 1] = 0;
    }
    free(readable);
    return TRUE;
}

/* ---- by address ---- */

static bool find_by_address(HANDLE process, DWORD64 address, struct symbol *symbol, DWORD64 *displacement) {
    unsigned ordinal;
    *symbol = (struct symbol){.module = symbols_module(process, address)};
    if (!symbol->module)
        return false;
    DWORD rva = (DWORD)(address - (DWORD64)(uintptr_t)symbol->module->DllBase);
    const struct pdb *pdb = symbols_pdb(process, symbol->module);
    const struct pdb_symbol *found = pdb ? pdb_symbol_at(pdb, rva) : NULL;
    if (found) {
        set_from_pdb(symbol, found);
    } else if (!module_nearest_export(symbol->module->DllBase, rva, &symbol->rva, &symbol->name, &ordinal)) {
        set_last_error(ERROR_INVALID_ADDRESS);
        return false;
    } else {
        name_by_ordinal(symbol, ordinal);
    }
    if (displacement)
        *displacement = rva - symbol->rva;
    return true;
}

API(dbghelp imagehlp, BOOL, SymFromAddr, HANDLE hProcess, DWORD64 Address, DWORD64 *Displacement, SYMBOL_INFO *Symbol) {
    struct symbol symbol;
    return find_by_address(hProcess, Address, &symbol, Displacement) && give(&symbol, Symbol);
}

API(dbghelp, BOOL, SymFromAddrW, HANDLE hProcess, DWORD64 Address, DWORD64 *Displacement, SYMBOL_INFOW *Symbol) {
    struct symbol symbol;
    return find_by_address(hProcess, Address, &symbol, Displacement) && give_wide(&symbol, Symbol);
}

/* ---- by name: "name" or "module!name" ---- */

/* Splits off the module's name; NULL: none was given. */
static const char *split_name(const char *text, char *module, size_t size) {
    const char *mark = strchr(text, '!');
    if (!mark || (size_t)(mark - text) >= size)
        return NULL;
    memcpy(module, text, (size_t)(mark - text));
    module[mark - text] = 0;
    return mark + 1;
}

static bool is_named(const LDR_DATA_TABLE_ENTRY *module, const char *wanted) {
    char name[260];
    module_short_name(module, name, sizeof name);
    return strcasecmp(name, wanted) == 0;
}

static bool find_export(const LDR_DATA_TABLE_ENTRY *module, const char *name, struct symbol *symbol) {
    NTSTATUS status;
    const char *address = module_export(module->DllBase, name, 0, &status);
    const LDR_DATA_TABLE_ENTRY *home = address ? module_from_address(address) : NULL; /* where a forwarder leads */
    if (home)
        *symbol = (struct symbol){.module = home, .rva = (DWORD)(address - (const char *)home->DllBase), .name = name};
    return home != NULL;
}

static bool find_in_pdb(HANDLE process, const LDR_DATA_TABLE_ENTRY *module, const char *name, struct symbol *symbol) {
    enum { SYMOPT_CASE_INSENSITIVE = 1 };
    const struct pdb *pdb = symbols_pdb(process, module);
    bool any_case = api_SymGetOptions() & SYMOPT_CASE_INSENSITIVE;
    const struct pdb_symbol *found = pdb ? pdb_symbol_named(pdb, name, any_case) : NULL;
    *symbol = (struct symbol){.module = module};
    if (found)
        set_from_pdb(symbol, found);
    return found != NULL;
}

static bool find_by_name(HANDLE process, const char *text, struct symbol *symbol) {
    char wanted[260];
    if (!symbols_check(process))
        return false;
    const char *name = split_name(text, wanted, sizeof wanted);
    bool found = false;
    loader_lock_acquire();
    for (LDR_DATA_TABLE_ENTRY *each = NULL; !found && (each = next_module(each)) != NULL;)
        found = (!name || is_named(each, wanted)) && (find_export(each, name ? name : text, symbol) ||
                                                      find_in_pdb(process, each, name ? name : text, symbol));
    loader_lock_release();
    if (!found)
        set_last_error(ERROR_MOD_NOT_FOUND);
    return found;
}

API(dbghelp imagehlp, BOOL, SymFromName, HANDLE hProcess, LPCSTR Name, SYMBOL_INFO *Symbol) {
    struct symbol symbol;
    return Name ? find_by_name(hProcess, Name, &symbol) && give(&symbol, Symbol) : fail(ERROR_INVALID_PARAMETER);
}

API(dbghelp, BOOL, SymFromNameW, HANDLE hProcess, LPCWSTR Name, SYMBOL_INFOW *Symbol) {
    struct symbol symbol;
    char *name = Name ? utf8_copy_of_wide(Name) : NULL;
    if (!name)
        return fail(ERROR_INVALID_PARAMETER);
    BOOL found = find_by_name(hProcess, name, &symbol) && give_wide(&symbol, Symbol);
    free(name);
    return found;
}

/* ---- all ---- */

static bool matches(const char *name, const char *mask) {
    for (; *mask; mask++, name++) {
        if (*mask == '*') {
            do {
                if (matches(name, mask + 1))
                    return true;
            } while (*name++);
            return false;
        }
        if (!*name || (*mask != '?' && strncasecmp(name, mask, 1) != 0))
            return false;
    }
    return !*name;
}

struct enumeration {
    const char *mask;
    const void *callback; /* BOOL (SYMBOL_INFO *, ULONG size, PVOID context) */
    PVOID context;
    bool wide;
};

static BOOL report(const struct symbol *symbol, const struct enumeration *wanted) {
    union {
        SYMBOL_INFO narrow;
        SYMBOL_INFOW wide;
        BYTE room[sizeof(SYMBOL_INFO) + (LONGEST_NAME + 1) * sizeof(WCHAR)];
    } info;
    memset(&info.narrow, 0, sizeof info.narrow);
    info.narrow.SizeOfStruct = sizeof(SYMBOL_INFO);
    info.narrow.MaxNameLen = LONGEST_NAME;
    if (wanted->wide)
        give_wide(symbol, &info.wide);
    else
        give(symbol, &info.narrow);
    return ((BOOL(WINAPI *)(void *, ULONG, PVOID))(uintptr_t)wanted->callback)(&info, info.narrow.Size, wanted->context);
}

static bool enumerate_pdb(const LDR_DATA_TABLE_ENTRY *module, const struct pdb *pdb, const struct enumeration *wanted) {
    for (size_t i = 0; i < pdb->symbol_count; i++) {
        const struct pdb_symbol *each = &pdb->symbols[i];
        struct symbol symbol = {.module = module};
        if (i && each->is_public && each->rva == each[-1].rva)
            continue; /* the linker's name of the same function */
        set_from_pdb(&symbol, each);
        if ((!wanted->mask || matches(symbol.name, wanted->mask)) && !report(&symbol, wanted))
            return false;
    }
    return true;
}

/* False when the callback wants no more. */
static bool enumerate_module(HANDLE process, const LDR_DATA_TABLE_ENTRY *module, const struct enumeration *wanted) {
    const struct pdb *pdb = symbols_pdb(process, module);
    if (pdb)
        return enumerate_pdb(module, pdb, wanted);
    enum export_kind kind;
    struct symbol symbol;
    unsigned ordinal;
    for (unsigned i = 0;; i++) {
        symbol = (struct symbol){.module = module};
        kind = module_export_at(module->DllBase, i, &symbol.rva, &symbol.name, &ordinal);
        if (kind == EXPORT_END)
            return true;
        if (kind != EXPORT_ADDRESS)
            continue;
        name_by_ordinal(&symbol, ordinal);
        if ((!wanted->mask || matches(symbol.name, wanted->mask)) && !report(&symbol, wanted))
            return false;
    }
}

/* Of the module at `base`, or where that is 0 of those whose names match what stands before "!". */
static BOOL enumerate(HANDLE process, ULONG64 base, struct enumeration *wanted) {
    char module_mask[260], name[260];
    if (!wanted->callback)
        return fail(ERROR_INVALID_PARAMETER);
    if (base) {
        const LDR_DATA_TABLE_ENTRY *module = symbols_module(process, base);
        return module && (enumerate_module(process, module, wanted), TRUE);
    }
    const char *mask = wanted->mask ? split_name(wanted->mask, module_mask, sizeof module_mask) : NULL;
    if (!symbols_check(process))
        return FALSE;
    if (!mask)
        return TRUE; /* without a module only local symbols are meant, of which there are none */
    wanted->mask = mask;
    LDR_DATA_TABLE_ENTRY **list = modules_snapshot();
    bool more = list != NULL;
    for (LDR_DATA_TABLE_ENTRY **at = list; more && *at; at++) {
        module_short_name(*at, name, sizeof name);
        if (matches(name, module_mask))
            more = enumerate_module(process, *at, wanted);
    }
    free(list);
    return TRUE;
}

API(dbghelp imagehlp, BOOL, SymEnumSymbols, HANDLE hProcess, ULONG64 BaseOfDll, LPCSTR Mask, PVOID EnumSymbolsCallback,
    PVOID UserContext) {
    struct enumeration wanted = {Mask, EnumSymbolsCallback, UserContext, false};
    return enumerate(hProcess, BaseOfDll, &wanted);
}

API(dbghelp, BOOL, SymEnumSymbolsW, HANDLE hProcess, ULONG64 BaseOfDll, LPCWSTR Mask, PVOID EnumSymbolsCallback,
    PVOID UserContext) {
    char *mask = Mask ? utf8_copy_of_wide(Mask) : NULL;
    struct enumeration wanted = {mask, EnumSymbolsCallback, UserContext, true};
    BOOL result = enumerate(hProcess, BaseOfDll, &wanted);
    free(mask);
    return result;
}

/* ---- the older forms ---- */

typedef struct {
    DWORD SizeOfStruct;
    DWORD64 Address;
    DWORD Size, Flags, MaxNameLength;
    CHAR Name[1];
} IMAGEHLP_SYMBOL64;

static BOOL give_old(const struct symbol *symbol, IMAGEHLP_SYMBOL64 *out) {
    if (!out || out->SizeOfStruct < offsetof(IMAGEHLP_SYMBOL64, Name))
        return fail(ERROR_INVALID_PARAMETER);
    out->Address = (DWORD64)(uintptr_t)symbol->module->DllBase + symbol->rva;
    out->Size = size_of(symbol);
    out->Flags = SYMFLAG_EXPORT;
    if (out->MaxNameLength) {
        size_t length = strnlen(symbol->name, out->MaxNameLength - 1);
        memcpy(out->Name, symbol->name, length);
        out->Name[length] = 0;
    }
    return TRUE;
}

API(dbghelp imagehlp, BOOL, SymGetSymFromAddr64, HANDLE hProcess, DWORD64 qwAddr, DWORD64 *pdwDisplacement,
    IMAGEHLP_SYMBOL64 *Symbol) {
    struct symbol symbol;
    return find_by_address(hProcess, qwAddr, &symbol, pdwDisplacement) && give_old(&symbol, Symbol);
}
API_ALIAS(api_SymGetSymFromAddr64, plain, dbghelp imagehlp, "SymGetSymFromAddr");

API(dbghelp imagehlp, BOOL, SymGetSymFromName64, HANDLE hProcess, LPCSTR Name, IMAGEHLP_SYMBOL64 *Symbol) {
    struct symbol symbol;
    return Name ? find_by_name(hProcess, Name, &symbol) && give_old(&symbol, Symbol) : fail(ERROR_INVALID_PARAMETER);
}
API_ALIAS(api_SymGetSymFromName64, plain, dbghelp imagehlp, "SymGetSymFromName");

/* ---- lines ---- */

#define LINE_INFO(char_)                                                                       \
    {                                                                                          \
        DWORD SizeOfStruct;                                                                    \
        PVOID Key;                                                                             \
        DWORD LineNumber;                                                                      \
        const char_ *FileName;                                                                 \
        DWORD64 Address;                                                                       \
    }
typedef struct LINE_INFO(CHAR) IMAGEHLP_LINE64;
typedef struct LINE_INFO(WCHAR) IMAGEHLP_LINEW64;

/* NULL with ERROR_INVALID_ADDRESS where no line is known. */
static const struct pdb_line *find_line(HANDLE process, DWORD64 address, LPDWORD displacement, DWORD64 *begin) {
    const LDR_DATA_TABLE_ENTRY *module = symbols_module(process, address);
    if (!module)
        return NULL;
    const struct pdb *pdb = symbols_pdb(process, module);
    DWORD64 base = (DWORD64)(uintptr_t)module->DllBase;
    const struct pdb_line *line = pdb ? pdb_line_at(pdb, (DWORD)(address - base)) : NULL;
    if (!line) {
        set_last_error(ERROR_INVALID_ADDRESS);
        return NULL;
    }
    *begin = base + line->rva;
    if (displacement)
        *displacement = (DWORD)(address - *begin);
    return line;
}

API(dbghelp imagehlp, BOOL, SymGetLineFromAddr64, HANDLE hProcess, DWORD64 qwAddr, LPDWORD pdwDisplacement,
    IMAGEHLP_LINE64 *Line64) {
    DWORD64 begin;
    if (!Line64 || Line64->SizeOfStruct < sizeof *Line64)
        return symbols_module(hProcess, qwAddr) ? fail(ERROR_INVALID_PARAMETER) : FALSE;
    const struct pdb_line *line = find_line(hProcess, qwAddr, pdwDisplacement, &begin);
    if (line)
        *Line64 = (IMAGEHLP_LINE64){sizeof *Line64, NULL, line->number, line->file, begin};
    return line != NULL;
}
API_ALIAS(api_SymGetLineFromAddr64, plain, dbghelp imagehlp, "SymGetLineFromAddr");

/* The name in UTF-16 is the thread's, until it asks again. */
API(dbghelp, BOOL, SymGetLineFromAddrW64, HANDLE hProcess, DWORD64 qwAddr, LPDWORD pdwDisplacement,
    IMAGEHLP_LINEW64 *Line) {
    static __thread WCHAR *file;
    DWORD64 begin;
    if (!Line || Line->SizeOfStruct < sizeof *Line)
        return symbols_module(hProcess, qwAddr) ? fail(ERROR_INVALID_PARAMETER) : FALSE;
    const struct pdb_line *line = find_line(hProcess, qwAddr, pdwDisplacement, &begin);
    if (!line)
        return FALSE;
    free(file);
    file = wide_from_ansi(line->file);
    *Line = (IMAGEHLP_LINEW64){sizeof *Line, NULL, line->number, file, begin};
    return TRUE;
}

/* ---- functions that are inlined, which exports do not tell: every frame is one function's own ("SymQueryInlineTrace
 * function", "SymAddrIncludeInlineTrace function" ...) ---- */

API(dbghelp, DWORD, SymAddrIncludeInlineTrace, HANDLE hProcess, DWORD64 Address) {
    (void)hProcess, (void)Address;
    return 0;
}

API(dbghelp, BOOL, SymQueryInlineTrace, HANDLE hProcess, DWORD64 StartAddress, DWORD StartContext,
    DWORD64 StartRetAddress, DWORD64 CurAddress, LPDWORD CurContext, LPDWORD CurFrameIndex) {
    (void)StartAddress, (void)StartContext, (void)StartRetAddress, (void)CurContext, (void)CurFrameIndex;
    return symbols_module(hProcess, CurAddress) ? fail(ERROR_INVALID_PARAMETER) : FALSE;
}

API(dbghelp, BOOL, SymFromInlineContext, HANDLE hProcess, DWORD64 Address, ULONG InlineContext,
    DWORD64 *Displacement, SYMBOL_INFO *Symbol) {
    (void)InlineContext;
    return api_SymFromAddr(hProcess, Address, Displacement, Symbol);
}

API(dbghelp, BOOL, SymFromInlineContextW, HANDLE hProcess, DWORD64 Address, ULONG InlineContext,
    DWORD64 *Displacement, SYMBOL_INFOW *Symbol) {
    (void)InlineContext;
    return api_SymFromAddrW(hProcess, Address, Displacement, Symbol);
}

API(dbghelp, BOOL, SymGetLineFromInlineContext, HANDLE hProcess, DWORD64 qwAddr, ULONG InlineContext,
    DWORD64 qwModuleBaseAddress, LPDWORD pdwDisplacement, IMAGEHLP_LINE64 *Line64) {
    (void)InlineContext, (void)qwModuleBaseAddress;
    return api_SymGetLineFromAddr64(hProcess, qwAddr, pdwDisplacement, Line64);
}

API(dbghelp, BOOL, SymGetLineFromInlineContextW, HANDLE hProcess, DWORD64 qwAddr, ULONG InlineContext,
    DWORD64 qwModuleBaseAddress, LPDWORD pdwDisplacement, IMAGEHLP_LINEW64 *Line) {
    (void)InlineContext, (void)qwModuleBaseAddress;
    return api_SymGetLineFromAddrW64(hProcess, qwAddr, pdwDisplacement, Line);
}

/* ---- decorated names ---- */

/* The flags are those of the run-time's __unDName. What cannot be read is copied as it is. The
 * length of what the buffer got; 0: it has no room. */
API(dbghelp imagehlp, DWORD, UnDecorateSymbolName, LPCSTR name, LPSTR outputString, DWORD maxStringLength, DWORD flags) {
    if (!name || !outputString || !maxStringLength) {
        set_last_error(ERROR_INVALID_PARAMETER);
        return 0;
    }
    char *readable = *name == '?' ? undecorate(name, flags) : NULL;
    const char *text = readable ? readable : name;
    size_t length = strnlen(text, maxStringLength - 1);
    memcpy(outputString, text, length);
    outputString[length] = 0;
    free(readable);
    return (DWORD)length;
}

API(dbghelp, DWORD, UnDecorateSymbolNameW, LPCWSTR name, LPWSTR outputString, DWORD maxStringLength, DWORD flags) {
    char *narrow = name ? utf8_copy_of_wide(name) : NULL;
    char *readable = narrow && *narrow == '?' ? undecorate(narrow, flags) : NULL;
    const char *text = readable ? readable : narrow;
    size_t length = 0;
    if (text && outputString && maxStringLength) {
        length = utf8_to_wide(text, strlen(text), outputString, maxStringLength - 1);
        length = length < maxStringLength ? length : maxStringLength - 1;
        outputString[length] = 0;
    } else {
        set_last_error(ERROR_INVALID_PARAMETER);
    }
    free(readable);
    free(narrow);
    return (DWORD)length;
}
