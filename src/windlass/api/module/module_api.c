/* Loaded modules, as Windows code asks for them: handles, paths, exports. Loading and freeing is in module_load.c.
 *
 * Microsoft: "GetProcAddress function", "GetModuleHandleExW function", "GetModuleFileNameW function". */
#include "codepage.h"
#include "module.h"
#include "nt.h"
#include "path.h"

/* ---- exports ---- */

/* NULL stands for the program, as in GetModuleHandle. */
static const void *base_of(HMODULE module) {
    const void *base = module ? module : process_peb.ImageBaseAddress;
    return module_from_base(base) ? base : NULL;
}

static void *find_export(HMODULE module, const char *name, DWORD ordinal, NTSTATUS *status) {
    const void *base = base_of(module);
    if (!base) {
        *status = STATUS_DLL_NOT_FOUND;
        return NULL;
    }
    return module_export(base, name, ordinal, status);
}

API(kernel32 kernelbase, FARPROC, GetProcAddress, HMODULE hModule, LPCSTR lpProcName) {
    NTSTATUS status;
    bool by_ordinal = (uintptr_t)lpProcName < 0x10000;
    void *address = find_export(hModule, by_ordinal ? NULL : lpProcName, (DWORD)(uintptr_t)lpProcName, &status);
    if (!address)
        set_last_error(win32_from_status(status));
    return (FARPROC)address;
}

API(kernelbase, FARPROC, GetProcAddressForCaller, HMODULE hModule, LPCSTR lpProcName, LPVOID lpCaller) {
    (void)lpCaller;
    return api_GetProcAddress(hModule, lpProcName);
}

API(ntdll, NTSTATUS, LdrGetProcedureAddress, PVOID DllHandle, ANSI_STRING *ProcedureName, ULONG ProcedureNumber,
    PVOID *ProcedureAddress) {
    enum { LONGEST = 4096 };
    NTSTATUS status;
    char name[LONGEST];
    if (ProcedureName) {
        if (ProcedureName->Length >= LONGEST)
            return STATUS_NAME_TOO_LONG;
        memcpy(name, ProcedureName->Buffer, ProcedureName->Length);
        name[ProcedureName->Length] = 0;
    }
    *ProcedureAddress = find_export(DllHandle, ProcedureName ? name : NULL, ProcedureNumber, &status);
    return status;
}

API(ntdll, NTSTATUS, LdrGetProcedureAddressEx, PVOID DllHandle, ANSI_STRING *ProcedureName, ULONG ProcedureNumber,
    PVOID *ProcedureAddress, ULONG Flags) {
    (void)Flags;
    return api_LdrGetProcedureAddress(DllHandle, ProcedureName, ProcedureNumber, ProcedureAddress);
}

API(ntdll, NTSTATUS, LdrGetProcedureAddressForCaller, PVOID DllHandle, ANSI_STRING *ProcedureName,
    ULONG ProcedureNumber, PVOID *ProcedureAddress, ULONG Flags, PVOID *Callback) {
    (void)Callback;
    return api_LdrGetProcedureAddressEx(DllHandle, ProcedureName, ProcedureNumber, ProcedureAddress, Flags);
}

/* ---- handles ---- */

/* ".dll" is appended to a name without extension; a dot at the end says that there is none. */
static LDR_DATA_TABLE_ENTRY *find_with_extension(const WCHAR *name, size_t length) {
    WCHAR *full = malloc((length + 5) * sizeof *full);
    if (!full)
        return NULL;
    memcpy(full, name, length * sizeof *full);
    bool has_extension = false;
    for (size_t i = length; i && !is_path_separator(name[i - 1]) && !has_extension; i--)
        has_extension = name[i - 1] == '.';
    if (!has_extension) {
        memcpy(full + length, u".dll", 4 * sizeof *full);
        length += 4;
    } else if (full[length - 1] == '.') {
        length--;
    }
    LDR_DATA_TABLE_ENTRY *entry = module_from_name(full, length);
    free(full);
    return entry;
}

static bool has_separator(const WCHAR *name, size_t length) {
    for (size_t i = 0; i < length; i++)
        if (is_path_separator(name[i]))
            return true;
    return false;
}

static LDR_DATA_TABLE_ENTRY *find_module(const WCHAR *name, size_t length) {
    if (length == 0)
        return NULL;
    if (!has_separator(name, length)) {
        const void *redirected;
        if (module_names_redirected && module_redirect_hook(name, length, &redirected))
            return module_from_base(redirected);
        LDR_DATA_TABLE_ENTRY *entry = find_with_extension(name, length);
        return entry ? entry : (LDR_DATA_TABLE_ENTRY *)module_from_api_set(name, length);
    }
    size_t full_length;
    DWORD error;
    WCHAR *terminated = malloc((length + 1) * sizeof *terminated), *full = NULL;
    if (terminated) {
        memcpy(terminated, name, length * sizeof *terminated);
        terminated[length] = 0;
        full = path_full(terminated, &full_length, &error);
    }
    LDR_DATA_TABLE_ENTRY *entry = full ? find_with_extension(full, full_length) : NULL;
    free(full);
    free(terminated);
    return entry;
}

enum { PIN = 1, UNCHANGED_REFCOUNT = 2, FROM_ADDRESS = 4 };

static BOOL get_handle(DWORD flags, LDR_DATA_TABLE_ENTRY *entry, HMODULE *result) {
    if (!entry)
        return fail(ERROR_MOD_NOT_FOUND);
    if (!(flags & UNCHANGED_REFCOUNT) &&
        !(module_count_hook && module_count_hook(entry->DllBase, flags & PIN ? MODULE_PIN : MODULE_ADD_REFERENCE)))
        return fail(ERROR_MOD_NOT_FOUND);
    *result = entry->DllBase;
    return TRUE;
}

API(kernel32 kernelbase, BOOL, GetModuleHandleExW, DWORD dwFlags, LPCWSTR lpModuleName, HMODULE *phModule) {
    if (!phModule)
        return fail(ERROR_INVALID_PARAMETER);
    *phModule = NULL;
    if (dwFlags & ~(DWORD)(PIN | UNCHANGED_REFCOUNT | FROM_ADDRESS) ||
        (dwFlags & (PIN | UNCHANGED_REFCOUNT)) == (PIN | UNCHANGED_REFCOUNT) ||
        (dwFlags & FROM_ADDRESS && !lpModuleName))
        return fail(ERROR_INVALID_PARAMETER);
    if (!lpModuleName)
        return get_handle(dwFlags, module_from_base(process_peb.ImageBaseAddress), phModule);
    if (dwFlags & FROM_ADDRESS)
        return get_handle(dwFlags, module_from_address(lpModuleName), phModule);
    return get_handle(dwFlags, find_module(lpModuleName, wide_length(lpModuleName)), phModule);
}

API(kernel32 kernelbase, BOOL, GetModuleHandleExA, DWORD dwFlags, LPCSTR lpModuleName, HMODULE *phModule) {
    if (!lpModuleName || dwFlags & FROM_ADDRESS)
        return api_GetModuleHandleExW(dwFlags, (LPCWSTR)(const void *)lpModuleName, phModule);
    WCHAR *name = path_wide_from_ansi(lpModuleName);
    if (!name)
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    BOOL found = api_GetModuleHandleExW(dwFlags, name, phModule);
    free(name);
    return found;
}

API(kernel32 kernelbase, HMODULE, GetModuleHandleW, LPCWSTR lpModuleName) {
    HMODULE module;
    return api_GetModuleHandleExW(UNCHANGED_REFCOUNT, lpModuleName, &module) ? module : NULL;
}

API(kernel32 kernelbase, HMODULE, GetModuleHandleA, LPCSTR lpModuleName) {
    HMODULE module;
    return api_GetModuleHandleExA(UNCHANGED_REFCOUNT, lpModuleName, &module) ? module : NULL;
}

static NTSTATUS find_by_string(const UNICODE_STRING *name, PVOID *handle) {
    LDR_DATA_TABLE_ENTRY *entry = find_module(name->Buffer, name->Length / sizeof(WCHAR));
    *handle = entry ? entry->DllBase : NULL;
    return entry ? STATUS_SUCCESS : STATUS_DLL_NOT_FOUND;
}

API(ntdll, NTSTATUS, LdrGetDllHandle, PCWSTR DllPath, PULONG DllCharacteristics, UNICODE_STRING *DllName,
    PVOID *DllHandle) {
    (void)DllPath, (void)DllCharacteristics;
    return find_by_string(DllName, DllHandle);
}

API(ntdll, NTSTATUS, LdrGetDllHandleEx, ULONG Flags, PCWSTR DllPath, PULONG DllCharacteristics,
    UNICODE_STRING *DllName, PVOID *DllHandle) {
    enum { LDR_UNCHANGED_REFCOUNT = 1, LDR_PIN = 2 };
    (void)DllPath, (void)DllCharacteristics;
    NTSTATUS status = find_by_string(DllName, DllHandle);
    if (NT_SUCCESS(status) && !(Flags & LDR_UNCHANGED_REFCOUNT) && module_count_hook)
        module_count_hook(*DllHandle, Flags & LDR_PIN ? MODULE_PIN : MODULE_ADD_REFERENCE);
    return status;
}

API(ntdll, NTSTATUS, LdrAddRefDll, ULONG Flags, PVOID DllHandle) {
    enum { LDR_ADDREF_DLL_PIN = 1 };
    bool done = !(Flags & ~(ULONG)LDR_ADDREF_DLL_PIN) && module_from_base(DllHandle) && module_count_hook &&
                module_count_hook(DllHandle, Flags & LDR_ADDREF_DLL_PIN ? MODULE_PIN : MODULE_ADD_REFERENCE);
    return done ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
}

API(ntdll, NTSTATUS, LdrFindEntryForAddress, PVOID Address, LDR_DATA_TABLE_ENTRY **TableEntry) {
    *TableEntry = module_from_address(Address);
    return *TableEntry ? STATUS_SUCCESS : STATUS_NO_MORE_ENTRIES;
}

/* ---- paths ---- */

static const UNICODE_STRING *path_of(HMODULE module) {
    const void *base = base_of(module);
    LDR_DATA_TABLE_ENTRY *entry = base ? module_from_base(base) : NULL;
    if (!entry)
        set_last_error(ERROR_MOD_NOT_FOUND);
    return entry ? &entry->FullDllName : NULL;
}

/* Of a text that does not fit as much as does is given, with its zero; the result is the buffer's size then. */
API(kernel32 kernelbase, DWORD, GetModuleFileNameW, HMODULE hModule, LPWSTR lpFilename, DWORD nSize) {
    const UNICODE_STRING *path = path_of(hModule);
    if (!path)
        return 0;
    DWORD length = path->Length / sizeof(WCHAR);
    bool fits = length < nSize;
    DWORD copied = fits ? length : nSize ? nSize - 1 : 0;
    memcpy(lpFilename, path->Buffer, copied * sizeof(WCHAR));
    if (nSize)
        lpFilename[copied] = 0;
    set_last_error(fits ? ERROR_SUCCESS : ERROR_INSUFFICIENT_BUFFER);
    return fits ? length : nSize;
}

API(kernel32 kernelbase, DWORD, GetModuleFileNameA, HMODULE hModule, LPSTR lpFilename, DWORD nSize) {
    const UNICODE_STRING *path = path_of(hModule);
    char *ansi = path ? path_ansi_from_wide(path->Buffer) : NULL;
    if (!ansi)
        return 0;
    size_t length = strlen(ansi);
    bool fits = length < nSize;
    size_t copied = fits ? length : nSize ? nSize - 1 : 0;
    memcpy(lpFilename, ansi, copied);
    if (nSize)
        lpFilename[copied] = 0;
    free(ansi);
    set_last_error(fits ? ERROR_SUCCESS : ERROR_INSUFFICIENT_BUFFER);
    return (DWORD)(fits ? length : nSize);
}

API(ntdll, NTSTATUS, LdrGetDllFullName, PVOID DllHandle, UNICODE_STRING *FullDllName) {
    const UNICODE_STRING *path = path_of(DllHandle);
    if (!path)
        return STATUS_DLL_NOT_FOUND;
    USHORT copied = path->Length < FullDllName->MaximumLength ? path->Length : FullDllName->MaximumLength;
    memcpy(FullDllName->Buffer, path->Buffer, copied);
    FullDllName->Length = copied;
    return copied == path->Length ? STATUS_SUCCESS : STATUS_BUFFER_TOO_SMALL;
}

/* ---- thread notifications ---- */

/* "DisableThreadLibraryCalls function": not for a DLL with static thread local storage. */
static bool has_static_tls(const unsigned char *base) {
    enum { TLS_DIRECTORY = 9 };
    DWORD headers, count, rva;
    memcpy(&headers, base + 0x3c, 4);
    memcpy(&count, base + headers + 24 + 108, 4);
    memcpy(&rva, base + headers + 24 + 112 + 8 * TLS_DIRECTORY, 4);
    return count > TLS_DIRECTORY && rva;
}

API(ntdll, NTSTATUS, LdrDisableThreadCalloutsForDll, PVOID DllHandle) {
    LDR_DATA_TABLE_ENTRY *entry = module_from_base(DllHandle);
    if (!entry)
        return STATUS_DLL_NOT_FOUND;
    if (has_static_tls(DllHandle))
        return STATUS_INVALID_PARAMETER;
    loader_lock_acquire();
    entry->Flags |= LDRP_DONT_CALL_FOR_THREADS;
    loader_lock_release();
    return STATUS_SUCCESS;
}

API(kernel32 kernelbase, BOOL, DisableThreadLibraryCalls, HMODULE hLibModule) {
    return succeed_or_fail(api_LdrDisableThreadCalloutsForDll(hLibModule));
}

/* ---- the loader lock ---- */

enum { LOCK_RAISE_ON_ERRORS = 1, LOCK_TRY_ONLY = 2, LOCK_ACQUIRED = 1, LOCK_NOT_ACQUIRED = 2 };

API(ntdll, NTSTATUS, LdrLockLoaderLock, ULONG Flags, ULONG *Disposition, ULONG_PTR *Cookie) {
    if (Flags & ~(ULONG)(LOCK_RAISE_ON_ERRORS | LOCK_TRY_ONLY))
        return STATUS_INVALID_PARAMETER_1;
    if (Flags & LOCK_TRY_ONLY && !Disposition)
        return STATUS_INVALID_PARAMETER_2;
    if (!Cookie)
        return STATUS_INVALID_PARAMETER_3;
    bool acquired = loader_lock_acquire_for_program(Flags & LOCK_TRY_ONLY);
    if (Disposition)
        *Disposition = acquired ? LOCK_ACQUIRED : LOCK_NOT_ACQUIRED;
    *Cookie = acquired ? (ULONG_PTR)teb_self()->ThreadId : 0;
    return STATUS_SUCCESS;
}

API(ntdll, NTSTATUS, LdrUnlockLoaderLock, ULONG Flags, ULONG_PTR Cookie) {
    if (Flags & ~(ULONG)LOCK_RAISE_ON_ERRORS)
        return STATUS_INVALID_PARAMETER_1;
    if (Cookie != (ULONG_PTR)teb_self()->ThreadId)
        return STATUS_INVALID_PARAMETER_2;
    loader_lock_release_for_program();
    return STATUS_SUCCESS;
}

/* Calls the function for each module in load order, under the loader lock; it may break off. */
API(ntdll, NTSTATUS, LdrEnumerateLoadedModules, BOOLEAN ReservedFlag,
    void(WINAPI *EnumProc)(const LDR_DATA_TABLE_ENTRY *, PVOID, BOOLEAN *stop), PVOID Context) {
    BOOLEAN stop = FALSE;
    if (ReservedFlag || !EnumProc)
        return STATUS_INVALID_PARAMETER;
    loader_lock_acquire_for_program(false);
    LIST_ENTRY *head = &process_peb.Ldr->InLoadOrderModuleList;
    for (LIST_ENTRY *link = head->Flink; link != head && !stop; link = link->Flink)
        EnumProc((LDR_DATA_TABLE_ENTRY *)link, Context, &stop);
    loader_lock_release_for_program();
    return STATUS_SUCCESS;
}
