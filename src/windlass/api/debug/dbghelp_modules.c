/* dbghelp: sessions and modules ("SymInitialize function", "SymGetModuleInfo64 function" ...).
 *
 * All handles mean this process. Its loaded modules are known in every session, whether it was told to invade the process
 * or a program names them by SymLoadModuleEx; images that are not loaded cannot be. */
#include "dbghelp.h"

#include <pthread.h>
#include <stdio.h>

#include "codepage.h"
#include "path.h"

struct session {
    struct session *next;
    HANDLE process;
    WCHAR *search_path;
};

static struct session *sessions;
static DWORD options = 0x00000001 | 0x00000002; /* SYMOPT_CASE_INSENSITIVE, SYMOPT_UNDNAME */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static struct session **find(HANDLE process) {
    struct session **at = &sessions;
    while (*at && (*at)->process != process)
        at = &(*at)->next;
    return at;
}

bool symbols_check(HANDLE process) {
    pthread_mutex_lock(&lock);
    bool found = *find(process) != NULL;
    pthread_mutex_unlock(&lock);
    if (!found)
        set_last_error(ERROR_INVALID_HANDLE);
    return found;
}

/* ---- sessions ---- */

/* The current directory, as the path is without the variables _NT_SYMBOL_PATH and its like. */
static WCHAR *copy_path(const WCHAR *path) {
    static const WCHAR current[] = {'.', 0};
    return wide_duplicate(path ? path : current);
}

API(dbghelp, BOOL, SymInitializeW, HANDLE hProcess, LPCWSTR UserSearchPath, BOOL fInvadeProcess) {
    struct session *session = malloc(sizeof *session);
    (void)fInvadeProcess;
    WCHAR *path = copy_path(UserSearchPath);
    if (!session || !path) {
        free(session);
        free(path);
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    }
    pthread_mutex_lock(&lock);
    bool is_new = !*find(hProcess);
    if (is_new) {
        *session = (struct session){sessions, hProcess, path};
        sessions = session;
    }
    pthread_mutex_unlock(&lock);
    if (is_new)
        return TRUE;
    free(session);
    free(path);
    return fail(ERROR_INVALID_PARAMETER);
}

API(dbghelp imagehlp, BOOL, SymInitialize, HANDLE hProcess, LPCSTR UserSearchPath, BOOL fInvadeProcess) {
    WCHAR *path = UserSearchPath ? wide_from_ansi(UserSearchPath) : NULL;
    BOOL result = api_SymInitializeW(hProcess, path, fInvadeProcess);
    free(path);
    return result;
}

API(dbghelp imagehlp, BOOL, SymCleanup, HANDLE hProcess) {
    pthread_mutex_lock(&lock);
    struct session **at = find(hProcess), *session = *at;
    if (session)
        *at = session->next;
    pthread_mutex_unlock(&lock);
    if (!session)
        return fail(ERROR_INVALID_HANDLE);
    free(session->search_path);
    free(session);
    return TRUE;
}

API(dbghelp imagehlp, DWORD, SymGetOptions, void) { return __atomic_load_n(&options, __ATOMIC_RELAXED); }

API(dbghelp imagehlp, DWORD, SymSetOptions, DWORD SymOptions) {
    __atomic_store_n(&options, SymOptions, __ATOMIC_RELAXED);
    return SymOptions;
}

API(dbghelp, BOOL, SymSetSearchPathW, HANDLE hProcess, LPCWSTR SearchPath) {
    WCHAR *path = copy_path(SearchPath);
    if (!path)
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    pthread_mutex_lock(&lock);
    struct session *session = *find(hProcess);
    if (session) {
        WCHAR *before = session->search_path;
        session->search_path = path;
        path = before;
    }
    pthread_mutex_unlock(&lock);
    free(path);
    return session ? TRUE : fail(ERROR_INVALID_HANDLE);
}

API(dbghelp imagehlp, BOOL, SymSetSearchPath, HANDLE hProcess, LPCSTR SearchPath) {
    WCHAR *path = SearchPath ? wide_from_ansi(SearchPath) : NULL;
    BOOL result = api_SymSetSearchPathW(hProcess, path);
    free(path);
    return result;
}

/* What does not fit is cut off. */
API(dbghelp, BOOL, SymGetSearchPathW, HANDLE hProcess, LPWSTR SearchPath, DWORD SearchPathLength) {
    if (!SearchPath || !SearchPathLength)
        return fail(ERROR_INVALID_PARAMETER);
    pthread_mutex_lock(&lock);
    struct session *session = *find(hProcess);
    size_t length = session ? wide_length(session->search_path) : 0;
    length = length < SearchPathLength ? length : SearchPathLength - 1;
    if (session)
        memcpy(SearchPath, session->search_path, length * sizeof(WCHAR));
    pthread_mutex_unlock(&lock);
    SearchPath[length] = 0;
    return session ? TRUE : fail(ERROR_INVALID_HANDLE);
}

API(dbghelp imagehlp, BOOL, SymGetSearchPath, HANDLE hProcess, LPSTR SearchPath, DWORD SearchPathLength) {
    WCHAR wide[1024];
    if (!SearchPath || !SearchPathLength)
        return fail(ERROR_INVALID_PARAMETER);
    if (!api_SymGetSearchPathW(hProcess, wide, sizeof wide / sizeof *wide))
        return FALSE;
    size_t length = codepage_from_wide(codepage_ansi(), 0, wide, wide_length(wide), SearchPath, SearchPathLength - 1, NULL,
                                       NULL, NULL);
    SearchPath[length < SearchPathLength ? length : SearchPathLength - 1] = 0;
    return TRUE;
}

/* ---- modules ---- */

LDR_DATA_TABLE_ENTRY *symbols_module(HANDLE process, ULONG64 address) {
    if (!symbols_check(process))
        return NULL;
    LDR_DATA_TABLE_ENTRY *module = module_from_address((const void *)(uintptr_t)address);
    if (!module)
        set_last_error(ERROR_MOD_NOT_FOUND);
    return module;
}

/* In UTF-8, from malloc(). */
static char *search_path_of(HANDLE process) {
    pthread_mutex_lock(&lock);
    struct session *session = *find(process);
    char *path = session ? utf8_copy_of_wide(session->search_path) : NULL;
    pthread_mutex_unlock(&lock);
    return path;
}

const struct pdb *symbols_pdb(HANDLE process, const LDR_DATA_TABLE_ENTRY *module) {
    char *search_path = search_path_of(process), *image_path = utf8_copy_of_wide(module->FullDllName.Buffer);
    const struct pdb *pdb = image_path ? pdb_of_image(module->DllBase, image_path, search_path) : NULL;
    free(image_path);
    free(search_path);
    return pdb;
}

LDR_DATA_TABLE_ENTRY *next_module(const LDR_DATA_TABLE_ENTRY *module) {
    const LIST_ENTRY *head = &process_peb.Ldr->InLoadOrderModuleList;
    const LIST_ENTRY *next = module ? module->InLoadOrderLinks.Flink : head->Flink;
    return next == head ? NULL : (LDR_DATA_TABLE_ENTRY *)(uintptr_t)next;
}

void module_short_name(const LDR_DATA_TABLE_ENTRY *module, char *name, size_t size) {
    size_t length = codepage_from_wide(codepage_ansi(), 0, module->BaseDllName.Buffer,
                                       module->BaseDllName.Length / sizeof(WCHAR), name, size - 1, NULL, NULL, NULL);
    name[length < size ? length : size - 1] = 0;
    char *dot = strrchr(name, '.');
    if (dot)
        *dot = 0;
}

API(dbghelp imagehlp, DWORD64, SymGetModuleBase64, HANDLE hProcess, DWORD64 qwAddr) {
    LDR_DATA_TABLE_ENTRY *module = symbols_module(hProcess, qwAddr);
    return module ? (DWORD64)(uintptr_t)module->DllBase : 0;
}

/* ("IMAGEHLP_MODULE64 structure") Older callers have a shorter one, as SizeOfStruct says. */
#define MODULE_INFO(char_)                                                                     \
    {                                                                                          \
        DWORD SizeOfStruct;                                                                    \
        DWORD64 BaseOfImage;                                                                   \
        DWORD ImageSize, TimeDateStamp, CheckSum, NumSyms;                                     \
        int SymType;                                                                           \
        char_ ModuleName[32], ImageName[256], LoadedImageName[256], LoadedPdbName[256];        \
        DWORD CVSig;                                                                           \
        char_ CVData[780];                                                                     \
        DWORD PdbSig;                                                                          \
        GUID PdbSig70;                                                                         \
        DWORD PdbAge;                                                                          \
        BOOL PdbUnmatched, DbgUnmatched, LineNumbers, GlobalSymbols, TypeInfo, SourceIndexed, Publics; \
        DWORD MachineType, Reserved;                                                           \
    }
typedef struct MODULE_INFO(CHAR) IMAGEHLP_MODULE64;
typedef struct MODULE_INFO(WCHAR) IMAGEHLP_MODULEW64;
enum { SYM_PDB = 3, SYM_EXPORT = 4, IMAGE_FILE_MACHINE_AMD64 = 0x8664 };

static DWORD count_exports(const void *base) {
    DWORD rva, count = 0;
    const char *name;
    unsigned ordinal;
    enum export_kind kind;
    for (unsigned i = 0; (kind = module_export_at(base, i, &rva, &name, &ordinal)) != EXPORT_END; i++)
        count += kind == EXPORT_ADDRESS;
    return count;
}

/* Copies as much of the facts as the caller's structure holds. */
static BOOL give_module(void *out, const void *facts, size_t least, size_t whole) {
    DWORD size = *(const DWORD *)out;
    if (size < least)
        return fail(ERROR_INVALID_PARAMETER);
    memcpy((BYTE *)out + sizeof size, (const BYTE *)facts + sizeof size, (size < whole ? size : whole) - sizeof size);
    return TRUE;
}

static void put_wide(WCHAR *to, size_t size, const UNICODE_STRING *from) {
    size_t length = from->Length / sizeof(WCHAR);
    length = length < size ? length : size - 1;
    memcpy(to, from->Buffer, length * sizeof(WCHAR));
    to[length] = 0;
}

static void put_ansi(char *to, size_t size, const UNICODE_STRING *from) {
    size_t length = codepage_from_wide(codepage_ansi(), 0, from->Buffer, from->Length / sizeof(WCHAR), to, size - 1, NULL,
                                       NULL, NULL);
    to[length < size ? length : size - 1] = 0;
}

#define FACTS(module_)                                                                         \
    .BaseOfImage = (DWORD64)(uintptr_t)(module_)->DllBase, .ImageSize = (module_)->SizeOfImage, \
    .TimeDateStamp = (module_)->TimeDateStamp, .NumSyms = count_exports((module_)->DllBase), .SymType = SYM_EXPORT, \
    .MachineType = IMAGE_FILE_MACHINE_AMD64

#define TELL_OF_PDB(facts_, pdb_)                                                              \
    do {                                                                                       \
        (facts_).SymType = SYM_PDB;                                                            \
        (facts_).NumSyms = (DWORD)(pdb_)->symbol_count;                                        \
        (facts_).LineNumbers = (pdb_)->line_count != 0;                                        \
        (facts_).GlobalSymbols = (facts_).Publics = TRUE;                                      \
    } while (0)

API(dbghelp imagehlp, BOOL, SymGetModuleInfo64, HANDLE hProcess, DWORD64 qwAddr, IMAGEHLP_MODULE64 *ModuleInfo) {
    LDR_DATA_TABLE_ENTRY *module = symbols_module(hProcess, qwAddr);
    if (!module)
        return FALSE;
    IMAGEHLP_MODULE64 facts = {FACTS(module)};
    module_short_name(module, facts.ModuleName, sizeof facts.ModuleName);
    put_ansi(facts.ImageName, sizeof facts.ImageName, &module->BaseDllName);
    put_ansi(facts.LoadedImageName, sizeof facts.LoadedImageName, &module->FullDllName);
    const struct pdb *pdb = symbols_pdb(hProcess, module);
    if (pdb) {
        WCHAR *path = path_to_windows(pdb->path, NULL);
        char *name = path ? utf8_copy_of_wide(path) : NULL;
        snprintf(facts.LoadedPdbName, sizeof facts.LoadedPdbName, "%s", name ? name : "");
        free(path);
        free(name);
        TELL_OF_PDB(facts, pdb);
    }
    return give_module(ModuleInfo, &facts, offsetof(IMAGEHLP_MODULE64, LoadedPdbName), sizeof facts);
}

API(dbghelp imagehlp, BOOL, SymGetModuleInfoW64, HANDLE hProcess, DWORD64 qwAddr, IMAGEHLP_MODULEW64 *ModuleInfo) {
    char name[32];
    LDR_DATA_TABLE_ENTRY *module = symbols_module(hProcess, qwAddr);
    if (!module)
        return FALSE;
    IMAGEHLP_MODULEW64 facts = {FACTS(module)};
    module_short_name(module, name, sizeof name);
    codepage_to_wide(codepage_ansi(), 0, name, strlen(name), facts.ModuleName, 31, NULL);
    put_wide(facts.ImageName, 256, &module->BaseDllName);
    put_wide(facts.LoadedImageName, 256, &module->FullDllName);
    const struct pdb *pdb = symbols_pdb(hProcess, module);
    if (pdb) {
        size_t length = 0;
        WCHAR *path = path_to_windows(pdb->path, &length);
        length = length < 256 ? length : 255;
        if (path)
            memcpy(facts.LoadedPdbName, path, length * sizeof(WCHAR));
        free(path);
        TELL_OF_PDB(facts, pdb);
    }
    return give_module(ModuleInfo, &facts, offsetof(IMAGEHLP_MODULEW64, LoadedPdbName), sizeof facts);
}

/* By its address or, where that is 0, by its name. The base, which has to be a loaded module's. */
static DWORD64 load_module(HANDLE process, const WCHAR *name, DWORD64 base) {
    if (!symbols_check(process))
        return 0;
    LDR_DATA_TABLE_ENTRY *module = base ? module_from_base((const void *)(uintptr_t)base)
                                        : name ? module_from_name(name, wide_length(name)) : NULL;
    if (module)
        return (DWORD64)(uintptr_t)module->DllBase;
    set_last_error(ERROR_MOD_NOT_FOUND);
    return 0;
}

API(dbghelp, DWORD64, SymLoadModuleExW, HANDLE hProcess, HANDLE hFile, LPCWSTR ImageName, LPCWSTR ModuleName,
    DWORD64 BaseOfDll, DWORD DllSize, PVOID Data, DWORD Flags) {
    (void)hFile, (void)ModuleName, (void)DllSize, (void)Data, (void)Flags;
    return load_module(hProcess, ImageName, BaseOfDll);
}

API(dbghelp, DWORD64, SymLoadModuleEx, HANDLE hProcess, HANDLE hFile, LPCSTR ImageName, LPCSTR ModuleName,
    DWORD64 BaseOfDll, DWORD DllSize, PVOID Data, DWORD Flags) {
    (void)hFile, (void)ModuleName, (void)DllSize, (void)Data, (void)Flags;
    WCHAR *name = ImageName ? wide_from_ansi(ImageName) : NULL;
    DWORD64 base = load_module(hProcess, name, BaseOfDll);
    free(name);
    return base;
}

API(dbghelp imagehlp, DWORD64, SymLoadModule64, HANDLE hProcess, HANDLE hFile, LPCSTR ImageName, LPCSTR ModuleName,
    DWORD64 BaseOfDll, DWORD SizeOfDll) {
    return api_SymLoadModuleEx(hProcess, hFile, ImageName, ModuleName, BaseOfDll, SizeOfDll, NULL, 0);
}

API(dbghelp imagehlp, BOOL, SymUnloadModule64, HANDLE hProcess, DWORD64 BaseOfDll) {
    return symbols_module(hProcess, BaseOfDll) != NULL;
}

API(dbghelp, BOOL, SymRefreshModuleList, HANDLE hProcess) { return symbols_check(hProcess); }

LDR_DATA_TABLE_ENTRY **modules_snapshot(void) {
    size_t count = 0;
    loader_lock_acquire();
    for (LDR_DATA_TABLE_ENTRY *each = NULL; (each = next_module(each)) != NULL;)
        count++;
    LDR_DATA_TABLE_ENTRY **list = calloc(count + 1, sizeof *list);
    LDR_DATA_TABLE_ENTRY *each = NULL;
    for (size_t i = 0; list && i < count; i++)
        list[i] = each = next_module(each);
    loader_lock_release();
    return list;
}

/* Calls back for each module until that returns FALSE. `kind` says which of the four forms the callback has. */
enum callback_kind { SHORT_NAME, SHORT_NAME_WIDE, FULL_NAME, FULL_NAME_WIDE };

static BOOL report(const LDR_DATA_TABLE_ENTRY *module, enum callback_kind kind, const void *callback, PVOID context) {
    char name[260];
    WCHAR wide[260];
    ULONG64 base = (ULONG64)(uintptr_t)module->DllBase;
    if (kind == SHORT_NAME || kind == SHORT_NAME_WIDE)
        module_short_name(module, name, sizeof name);
    else
        put_ansi(name, sizeof name, &module->FullDllName);
    wide[codepage_to_wide(codepage_ansi(), 0, name, strlen(name), wide, 259, NULL)] = 0;
    const void *text = kind == SHORT_NAME || kind == FULL_NAME ? (const void *)name : wide;
    if (kind == SHORT_NAME || kind == SHORT_NAME_WIDE)
        return ((BOOL(WINAPI *)(const void *, ULONG64, PVOID))(uintptr_t)callback)(text, base, context);
    return ((BOOL(WINAPI *)(const void *, ULONG64, ULONG, PVOID))(uintptr_t)callback)(text, base, module->SizeOfImage,
                                                                                     context);
}

static BOOL enumerate(enum callback_kind kind, const void *callback, PVOID context) {
    LDR_DATA_TABLE_ENTRY **list = modules_snapshot();
    if (!list)
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    for (LDR_DATA_TABLE_ENTRY **at = list; *at && report(*at, kind, callback, context); at++)
        ;
    free(list);
    return TRUE;
}

API(dbghelp imagehlp, BOOL, SymEnumerateModules64, HANDLE hProcess, PVOID EnumModulesCallback, PVOID UserContext) {
    return symbols_check(hProcess) && enumerate(SHORT_NAME, EnumModulesCallback, UserContext);
}

API(dbghelp, BOOL, SymEnumerateModulesW64, HANDLE hProcess, PVOID EnumModulesCallback, PVOID UserContext) {
    return symbols_check(hProcess) && enumerate(SHORT_NAME_WIDE, EnumModulesCallback, UserContext);
}

API(dbghelp imagehlp, BOOL, EnumerateLoadedModules64, HANDLE hProcess, PVOID EnumLoadedModulesCallback,
    PVOID UserContext) {
    (void)hProcess;
    return enumerate(FULL_NAME, EnumLoadedModulesCallback, UserContext);
}
API_ALIAS(api_EnumerateLoadedModules64, ex, dbghelp, "EnumerateLoadedModulesEx");
API_ALIAS(api_EnumerateLoadedModules64, plain, dbghelp imagehlp, "EnumerateLoadedModules");

API(dbghelp, BOOL, EnumerateLoadedModulesW64, HANDLE hProcess, PVOID EnumLoadedModulesCallback, PVOID UserContext) {
    (void)hProcess;
    return enumerate(FULL_NAME_WIDE, EnumLoadedModulesCallback, UserContext);
}
API_ALIAS(api_EnumerateLoadedModulesW64, ex, dbghelp, "EnumerateLoadedModulesExW");

/* 64-bit programs know these under both names. */
API_ALIAS(api_SymGetModuleBase64, plain, dbghelp imagehlp, "SymGetModuleBase");
API_ALIAS(api_SymGetModuleInfo64, plain, dbghelp imagehlp, "SymGetModuleInfo");
API_ALIAS(api_SymGetModuleInfoW64, plain, dbghelp imagehlp, "SymGetModuleInfoW");
API_ALIAS(api_SymLoadModule64, plain, dbghelp imagehlp, "SymLoadModule");
API_ALIAS(api_SymUnloadModule64, plain, dbghelp imagehlp, "SymUnloadModule");
API_ALIAS(api_SymEnumerateModules64, plain, dbghelp imagehlp, "SymEnumerateModules");

/* ("ImagehlpApiVersion function") */
typedef struct {
    USHORT MajorVersion, MinorVersion, Revision, Reserved;
} API_VERSION;

API(dbghelp imagehlp, API_VERSION *, ImagehlpApiVersion, void) {
    static API_VERSION version = {4, 0, 5, 0};
    return &version;
}

API(dbghelp imagehlp, API_VERSION *, ImagehlpApiVersionEx, API_VERSION *AppVersion) {
    (void)AppVersion;
    return api_ImagehlpApiVersion();
}
