/* LoadLibrary and FreeLibrary. A module that is loaded already is found here, and a reference that is not the last one
 * is given back here; all else needs the loader, which is Python (api/module/library.py).
 *
 * Microsoft: "LoadLibraryExW function", "FreeLibrary function". */
#include "api.h"
#include "codepage.h"
#include "module.h"
#include "path.h"

/* LoadLibraryEx's flags that say where to search. */
enum {
    WITH_ALTERED_SEARCH_PATH = 0x0008,
    SEARCH_DLL_LOAD_DIR = 0x0100,
    SEARCH_FLAGS = 0x1f00,
    SAFE_CURRENT_DIRS = 0x2000,
};

/* Whether the flags mean nothing to who finds the module loaded; the loader knows which contradict each other. */
static bool flags_only_search(DWORD flags) {
    return !(flags & ~(DWORD)(WITH_ALTERED_SEARCH_PATH | SEARCH_FLAGS | SAFE_CURRENT_DIRS)) &&
           !(flags & WITH_ALTERED_SEARCH_PATH && flags & SEARCH_FLAGS);
}

static bool has_separator(const WCHAR *name, size_t length) {
    for (size_t i = 0; i < length; i++)
        if (is_path_separator(name[i]) || name[i] == ':')
            return true;
    return false;
}

/* A host path as it is: "/usr/lib/x.dll". */
static struct module *from_host_path(const WCHAR *name, size_t length) {
    char path[HOST_PATH_SIZE];
    size_t bytes = path_name_to_host(name, length, path, sizeof path);
    if (bytes >= sizeof path)
        return NULL;
    path[bytes] = 0;
    return module_loaded_from(path);
}

static struct module *from_drive_path(const WCHAR *name) {
    struct host_path path;
    return !path_to_host(name, &path) && path.kind == PATH_FILE ? module_loaded_from(path.text) : NULL;
}

static struct module *loaded_already(const WCHAR *name, size_t length, DWORD flags) {
    if (!flags_only_search(flags) || !length)
        return NULL;
    if (name[0] == '/')
        return from_host_path(name, length);
    if (name[1] == ':' && is_path_separator(name[2]))
        return from_drive_path(name);
    return has_separator(name, length) || flags & SEARCH_DLL_LOAD_DIR ? NULL : module_known_as(name, length);
}

API(kernel32 kernelbase, HMODULE, LoadLibraryExW, LPCWSTR lpLibFileName, HANDLE hFile, DWORD dwFlags) {
    if (!lpLibFileName || hFile) {
        set_last_error(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    size_t length = wide_length(lpLibFileName);      /* a bad pointer shows before the lock is held */
    loader_lock_acquire();
    struct module *module = loaded_already(lpLibFileName, length, dwFlags);
    HMODULE handle = module ? module->ldr.DllBase : NULL;
    if (module)
        module->loads++;
    loader_lock_release();
    return handle ? handle : module_load_hook(lpLibFileName, dwFlags);
}

API(kernel32 kernelbase, HMODULE, LoadLibraryExA, LPCSTR lpLibFileName, HANDLE hFile, DWORD dwFlags) {
    WCHAR *name = lpLibFileName ? path_wide_from_ansi(lpLibFileName) : NULL;
    if (lpLibFileName && !name) {
        set_last_error(ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    HMODULE module = api_LoadLibraryExW(name, hFile, dwFlags);
    free(name);
    return module;
}

API(kernel32 kernelbase, HMODULE, LoadLibraryW, LPCWSTR lpLibFileName) {
    return api_LoadLibraryExW(lpLibFileName, NULL, 0);
}

API(kernel32 kernelbase, HMODULE, LoadLibraryA, LPCSTR lpLibFileName) {
    return api_LoadLibraryExA(lpLibFileName, NULL, 0);
}

/* Handles with their low bits set are data files'. */
static bool give_back(HMODULE handle) {
    loader_lock_acquire();
    struct module *module = (struct module *)module_from_base(handle);
    bool enough = module && module->loads > 1;
    if (enough)
        module->loads--;
    loader_lock_release();
    return enough;
}

API(kernel32 kernelbase, BOOL, FreeLibrary, HMODULE hLibModule) {
    return give_back(hLibModule) || module_free_hook(hLibModule);
}

/* ---- the C run-time's own names ("_loaddll", "_unloaddll" of <process.h>) ---- */

API(ucrtbase msvcrt MSVCR_DLLS, HMODULE, _loaddll, char *szName) { return api_LoadLibraryA(szName); }

/* 0, or a Win32 error code. */
API(ucrtbase msvcrt MSVCR_DLLS, int, _unloaddll, HMODULE hMod) {
    return api_FreeLibrary(hMod) ? 0 : ERROR_INVALID_HANDLE;
}
