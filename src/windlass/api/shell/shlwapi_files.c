/* The Shell's path functions that look at the file ("PathFileExistsW function", "PathIsDirectoryW function",
 * "PathIsDirectoryEmptyW function", "PathIsSystemFolderW function"). The last error is GetFileAttributes'. */
#include "api.h"
#include "codepage.h"
#include "file.h"

API_USE(DWORD, GetFileAttributesW, LPCWSTR);
API_USE(BOOL, SetFileAttributesW, LPCWSTR, DWORD);
API_USE(BOOL, PathIsUNCW, LPCWSTR);

/* Declares an A and a W function of one path by what `body_` returns for the wide one. */
#define OF_PATH(name_, body_)                                                                  \
    API_AS(api_##name_##W, shlwapi kernelbase, BOOL, #name_ "W", LPCWSTR pszPath) {            \
        return pszPath ? body_(pszPath) : FALSE;                                               \
    }                                                                                          \
    API_AS(api_##name_##A, shlwapi kernelbase, BOOL, #name_ "A", LPCSTR pszPath) {             \
        WCHAR *path = pszPath ? path_wide_from_ansi(pszPath) : NULL;                           \
        BOOL result = path ? body_(path) : FALSE;                                              \
        free(path);                                                                            \
        return result;                                                                         \
    }

static BOOL exists(const WCHAR *path) { return api_GetFileAttributesW(path) != INVALID_FILE_ATTRIBUTES; }
OF_PATH(PathFileExists, exists)

/* The attribute's bit, not TRUE. */
static BOOL is_directory(const WCHAR *path) {
    DWORD attributes = api_GetFileAttributesW(path);
    return attributes == INVALID_FILE_ATTRIBUTES ? FALSE : (BOOL)(attributes & FILE_ATTRIBUTE_DIRECTORY);
}
OF_PATH(PathIsDirectory, is_directory)

typedef struct {
    DWORD attributes;
    FILETIME times[3];
    DWORD size_high, size_low, reserved[2];
    WCHAR name[260], short_name[14];
} FIND_DATA;
API_USE(HANDLE, FindFirstFileW, LPCWSTR, FIND_DATA *);
API_USE(BOOL, FindNextFileW, HANDLE, FIND_DATA *);
API_USE(BOOL, FindClose, HANDLE);

static bool is_dots(const WCHAR *name) { return name[0] == '.' && (!name[1] || (name[1] == '.' && !name[2])); }

static BOOL is_empty(const WCHAR *path) {
    FIND_DATA found;
    size_t length = wide_length(path);
    WCHAR *pattern = is_directory(path) ? malloc((length + 3) * sizeof *pattern) : NULL;
    if (!pattern)
        return FALSE;
    memcpy(pattern, path, length * sizeof *pattern);
    memcpy(pattern + length, (const WCHAR[]){'\\', '*', 0}, 3 * sizeof *pattern);
    HANDLE search = api_FindFirstFileW(pattern, &found);
    free(pattern);
    if (search == (HANDLE)(intptr_t)-1)
        return FALSE;
    BOOL more = TRUE;
    while (more && is_dots(found.name))
        more = api_FindNextFileW(search, &found);
    api_FindClose(search);
    return !more;
}
OF_PATH(PathIsDirectoryEmpty, is_empty)

/* Network paths only: no drive is a network's. */
static BOOL is_network(const WCHAR *path) { return api_PathIsUNCW(path); }
OF_PATH(PathIsNetworkPath, is_network)

static BOOL make_system_folder(const WCHAR *path) {
    return is_directory(path) && api_SetFileAttributesW(path, api_GetFileAttributesW(path) | FILE_ATTRIBUTE_SYSTEM);
}
OF_PATH(PathMakeSystemFolder, make_system_folder)

static BOOL unmake_system_folder(const WCHAR *path) {
    return is_directory(path) && api_SetFileAttributesW(path, api_GetFileAttributesW(path) & ~FILE_ATTRIBUTE_SYSTEM);
}
OF_PATH(PathUnmakeSystemFolder, unmake_system_folder)

/* Of a path, or where that is NULL of given attributes. */
static BOOL is_system_folder(DWORD attributes) {
    return attributes != INVALID_FILE_ATTRIBUTES && attributes & FILE_ATTRIBUTE_DIRECTORY &&
           attributes & (FILE_ATTRIBUTE_SYSTEM | FILE_ATTRIBUTE_READONLY);
}

API(shlwapi kernelbase, BOOL, PathIsSystemFolderW, LPCWSTR pszPath, DWORD dwAttrb) {
    return is_system_folder(pszPath ? api_GetFileAttributesW(pszPath) : dwAttrb);
}

API(shlwapi kernelbase, BOOL, PathIsSystemFolderA, LPCSTR pszPath, DWORD dwAttrb) {
    WCHAR *path = pszPath ? path_wide_from_ansi(pszPath) : NULL;
    BOOL result = is_system_folder(path ? api_GetFileAttributesW(path) : dwAttrb);
    free(path);
    return result;
}
