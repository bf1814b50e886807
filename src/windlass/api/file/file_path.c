/* Paths as text, current and system directories ("GetFullPathNameW function", "GetTempPath2W function" and others). */
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api.h"
#include "codepage.h"
#include "parameters.h"
#include "path.h"

#define MAX_PATH 260

/* The convention of these functions: the length without the zero when the text fits, else the size with it. */
static DWORD give_wide(const WCHAR *text, size_t length, LPWSTR out, DWORD capacity) {
    if (!out || length + 1 > capacity)
        return (DWORD)(length + 1);
    memcpy(out, text, length * sizeof *text);
    out[length] = 0;
    return (DWORD)length;
}

static DWORD give_ansi(const WCHAR *text, LPSTR out, DWORD capacity) {
    char *ansi = path_ansi_from_wide(text);
    if (!ansi)
        return (DWORD)fail(ERROR_NOT_ENOUGH_MEMORY);
    size_t length = strlen(ansi);
    bool fits = out && length < capacity;
    if (fits)
        memcpy(out, ansi, length + 1);
    free(ansi);
    return (DWORD)(fits ? length : length + 1);
}

/* The last component of a full path, NULL when it ends in a separator, is a root, a server or a device ("\\.\NUL", but
 * "\\.\pipe\name" has one). */
static WCHAR *file_part(WCHAR *full, size_t length) {
    WCHAR *at = full + length;
    while (at > full && at[-1] != '\\')
        at--;
    bool is_device = at == full + 4 && full[0] == '\\' && full[2] == '.';
    bool is_server = at == full + 2 && full[0] == '\\';
    return at > full && *at && !is_device && !is_server ? at : NULL;
}

API(kernel32 kernelbase, DWORD, GetFullPathNameW, LPCWSTR lpFileName, DWORD nBufferLength, LPWSTR lpBuffer,
    LPWSTR *lpFilePart) {
    size_t length;
    DWORD error;
    if (!lpFileName)
        return (DWORD)fail(ERROR_INVALID_NAME);
    WCHAR *full = path_full(lpFileName, &length, &error);
    if (!full)
        return (DWORD)fail(error);
    DWORD result = give_wide(full, length, lpBuffer, nBufferLength);
    if (lpFilePart)
        *lpFilePart = result == length && lpBuffer ? file_part(lpBuffer, length) : NULL;
    free(full);
    return result;
}

API(kernel32 kernelbase, DWORD, GetFullPathNameA, LPCSTR lpFileName, DWORD nBufferLength, LPSTR lpBuffer,
    LPSTR *lpFilePart) {
    size_t length;
    DWORD error = ERROR_NOT_ENOUGH_MEMORY;
    WCHAR *wide = lpFileName ? path_wide_from_ansi(lpFileName) : NULL;
    WCHAR *full = wide ? path_full(wide, &length, &error) : NULL;
    free(wide);
    if (!full)
        return (DWORD)fail(lpFileName ? error : ERROR_INVALID_NAME);
    DWORD result = give_ansi(full, lpBuffer, nBufferLength);
    free(full);
    if (lpFilePart) {
        char *slash = lpBuffer && result < nBufferLength ? strrchr(lpBuffer, '\\') : NULL;
        *lpFilePart = slash && slash[1] && slash[-1] != '.' ? slash + 1 : NULL;
    }
    return result;
}

API(kernel32 kernelbase, DWORD, GetCurrentDirectoryW, DWORD nBufferLength, LPWSTR lpBuffer) {
    size_t length;
    WCHAR *directory = path_current_directory(&length);
    if (!directory)
        return (DWORD)fail(ERROR_NOT_ENOUGH_MEMORY);
    if (length > 3)
        directory[--length] = 0;
    DWORD result = give_wide(directory, length, lpBuffer, nBufferLength);
    free(directory);
    return result;
}

API(kernel32 kernelbase, DWORD, GetCurrentDirectoryA, DWORD nBufferLength, LPSTR lpBuffer) {
    size_t length;
    WCHAR *directory = path_current_directory(&length);
    if (!directory)
        return (DWORD)fail(ERROR_NOT_ENOUGH_MEMORY);
    if (length > 3)
        directory[--length] = 0;
    DWORD result = give_ansi(directory, lpBuffer, nBufferLength);
    free(directory);
    return result;
}

API(kernel32 kernelbase, BOOL, SetCurrentDirectoryW, LPCWSTR lpPathName) {
    DWORD error = lpPathName ? current_directory_set(lpPathName) : ERROR_INVALID_PARAMETER;
    return error ? fail(error) : TRUE;
}

API(kernel32 kernelbase, BOOL, SetCurrentDirectoryA, LPCSTR lpPathName) {
    WCHAR *wide = lpPathName ? path_wide_from_ansi(lpPathName) : NULL;
    DWORD error = wide ? current_directory_set(wide) : ERROR_INVALID_PARAMETER;
    free(wide);
    return error ? fail(error) : TRUE;
}

/* ---- system directories: on windlass's own C: ---- */

static const WCHAR windows_directory[] = u"C:\\windows";
static const WCHAR system_directory[] = u"C:\\windows\\system32";

#define LENGTH_OF(text_) (sizeof text_ / sizeof *text_ - 1)

API(kernel32 kernelbase, UINT, GetSystemDirectoryW, LPWSTR lpBuffer, UINT uSize) {
    path_drive_root('C');
    return give_wide(system_directory, LENGTH_OF(system_directory), lpBuffer, uSize);
}

API(kernel32 kernelbase, UINT, GetSystemDirectoryA, LPSTR lpBuffer, UINT uSize) {
    path_drive_root('C');
    return give_ansi(system_directory, lpBuffer, uSize);
}

API(kernel32 kernelbase, UINT, GetWindowsDirectoryW, LPWSTR lpBuffer, UINT uSize) {
    path_drive_root('C');
    return give_wide(windows_directory, LENGTH_OF(windows_directory), lpBuffer, uSize);
}

API(kernel32 kernelbase, UINT, GetWindowsDirectoryA, LPSTR lpBuffer, UINT uSize) {
    path_drive_root('C');
    return give_ansi(windows_directory, lpBuffer, uSize);
}

API_ALIAS(api_GetWindowsDirectoryW, system_w, kernel32 kernelbase, "GetSystemWindowsDirectoryW");
API_ALIAS(api_GetWindowsDirectoryA, system_a, kernel32 kernelbase, "GetSystemWindowsDirectoryA");

/* There is no WOW64: 32-bit programs do not run here. */
API(kernel32 kernelbase, UINT, GetSystemWow64DirectoryW, LPWSTR lpBuffer, UINT uSize) {
    (void)lpBuffer, (void)uSize;
    return (UINT)fail(ERROR_CALL_NOT_IMPLEMENTED);
}

API(kernel32 kernelbase, UINT, GetSystemWow64DirectoryA, LPSTR lpBuffer, UINT uSize) {
    (void)lpBuffer, (void)uSize;
    return (UINT)fail(ERROR_CALL_NOT_IMPLEMENTED);
}

/* ---- temporary files ---- */

/* ("GetTempPathW") TMP, TEMP, then the host's own temporary folder. A value that is no Windows path is a host path,
 * which means the same. */
static WCHAR *temporary_directory(void) {
    static const char *const variables[] = {"TMP", "TEMP", "TMPDIR"};
    const char *chosen = "/tmp";
    for (size_t i = 0; i < 3; i++) {
        const char *value = getenv(variables[i]);
        if (value && *value) {
            chosen = value;
            break;
        }
    }
    size_t length;
    DWORD error;
    WCHAR *wide = path_wide_from_ansi(chosen);
    WCHAR *full = wide ? path_full(wide, &length, &error) : NULL;
    free(wide);
    if (!full || full[length - 1] == '\\')
        return full;
    WCHAR *longer = realloc(full, (length + 2) * sizeof *full);
    if (!longer) {
        free(full);
        return NULL;
    }
    longer[length] = '\\';
    longer[length + 1] = 0;
    return longer;
}

API(kernel32 kernelbase, DWORD, GetTempPathW, DWORD nBufferLength, LPWSTR lpBuffer) {
    WCHAR *directory = temporary_directory();
    if (!directory)
        return (DWORD)fail(ERROR_NOT_ENOUGH_MEMORY);
    DWORD result = give_wide(directory, wide_length(directory), lpBuffer, nBufferLength);
    free(directory);
    return result;
}

API(kernel32 kernelbase, DWORD, GetTempPathA, DWORD nBufferLength, LPSTR lpBuffer) {
    WCHAR *directory = temporary_directory();
    if (!directory)
        return (DWORD)fail(ERROR_NOT_ENOUGH_MEMORY);
    DWORD result = give_ansi(directory, lpBuffer, nBufferLength);
    free(directory);
    return result;
}

/* Only for processes of the SYSTEM account another one. */
API_ALIAS(api_GetTempPathW, two_w, kernel32 kernelbase, "GetTempPath2W");
API_ALIAS(api_GetTempPathA, two_a, kernel32 kernelbase, "GetTempPath2A");

/* ---- long and short names, searching ---- */

/* There are no short names, as on a volume where their creation is switched off: each path is its own long and short
 * form. It must exist. The long form has the file's own letter case in the components. */
static DWORD existing_path(LPCWSTR path, bool own_spelling, LPWSTR out, DWORD capacity) {
    struct host_path host;
    struct stat status;
    DWORD error = path ? path_to_host(path, &host) : ERROR_INVALID_PARAMETER;
    if (!error && lstat(host.text, &status))
        error = path_error(&host, errno);
    if (error)
        return (DWORD)fail(error);
    size_t length = wide_length(path);
    WCHAR *copy = calloc(length + 1, sizeof *copy);
    size_t real_length = 0;
    WCHAR *real = own_spelling ? path_to_windows(host.text, &real_length) : NULL;
    if (!copy) {
        free(real);
        return (DWORD)fail(ERROR_NOT_ENOUGH_MEMORY);
    }
    memcpy(copy, path, length * sizeof *copy);
    /* From the end on, as far as the two are the same text in another case. */
    for (size_t i = length, j = real_length; real && i > 0 && j > 0; i--, j--) {
        if (wide_compare_no_case(copy + i - 1, 1, real + j - 1, 1) != 0)
            break;
        copy[i - 1] = real[j - 1];
    }
    free(real);
    DWORD result = give_wide(copy, length, out, capacity);
    free(copy);
    return result;
}

API(kernel32 kernelbase, DWORD, GetLongPathNameW, LPCWSTR lpszShortPath, LPWSTR lpszLongPath, DWORD cchBuffer) {
    return existing_path(lpszShortPath, true, lpszLongPath, cchBuffer);
}

API(kernel32 kernelbase, DWORD, GetShortPathNameW, LPCWSTR lpszLongPath, LPWSTR lpszShortPath, DWORD cchBuffer) {
    return existing_path(lpszLongPath, false, lpszShortPath, cchBuffer);
}

static DWORD existing_path_ansi(LPCSTR path, bool own_spelling, LPSTR out, DWORD capacity) {
    WCHAR *wide = path ? path_wide_from_ansi(path) : NULL;
    size_t size = wide ? wide_length(wide) + 1 : 1;
    WCHAR *found = malloc(size * sizeof *found);
    DWORD result = found ? existing_path(wide, own_spelling, found, (DWORD)size) : 0;
    if (result)
        result = give_ansi(found, out, capacity);
    free(wide);
    free(found);
    return result;
}

API(kernel32 kernelbase, DWORD, GetLongPathNameA, LPCSTR lpszShortPath, LPSTR lpszLongPath, DWORD cchBuffer) {
    return existing_path_ansi(lpszShortPath, true, lpszLongPath, cchBuffer);
}

API(kernel32, DWORD, GetShortPathNameA, LPCSTR lpszLongPath, LPSTR lpszShortPath, DWORD cchBuffer) {
    return existing_path_ansi(lpszLongPath, false, lpszShortPath, cchBuffer);
}

static bool is_absolute(LPCWSTR name) {
    return is_path_separator(name[0]) || (name[0] && name[1] == ':');
}

static bool has_extension(LPCWSTR name) {
    bool found = false;
    for (; *name; name++)
        found = is_path_separator(*name) ? false : found || *name == '.';
    return found;
}

/* The full path of folder\name+extension where that exists. */
static WCHAR *find_in(LPCWSTR folder, size_t folder_length, LPCWSTR name, LPCWSTR extension, size_t *length) {
    struct host_path host;
    struct stat status;
    DWORD error;
    size_t name_length = wide_length(name), extension_length = extension ? wide_length(extension) : 0;
    WCHAR *path = calloc(folder_length + name_length + extension_length + 2, sizeof *path), *full = NULL;
    if (!path)
        return NULL;
    size_t count = folder_length;
    memcpy(path, folder, folder_length * sizeof *path);
    if (folder_length && !is_path_separator(path[folder_length - 1]))
        path[count++] = '\\';
    memcpy(path + count, name, name_length * sizeof *path);
    if (extension_length)
        memcpy(path + count + name_length, extension, extension_length * sizeof *path);
    if (path_to_host(path, &host) == ERROR_SUCCESS && host.kind == PATH_FILE && stat(host.text, &status) == 0)
        full = path_full(path, length, &error);
    free(path);
    return full;
}

/* Each folder of a list parted by semicolons. */
static WCHAR *find_in_list(LPCWSTR list, LPCWSTR name, LPCWSTR extension, size_t *length) {
    WCHAR *found = NULL;
    while (!found && *list) {
        size_t size = 0;
        while (list[size] && list[size] != ';')
            size++;
        if (size)
            found = find_in(list, size, name, extension, length);
        list += size + (list[size] == ';');
    }
    return found;
}

/* The host's PATH: folders parted by colons. */
static WCHAR *find_in_host_path(LPCWSTR name, LPCWSTR extension, size_t *length) {
    const char *at = getenv("PATH");
    WCHAR *found = NULL;
    while (!found && at && *at) {
        const char *end = strchrnul(at, ':');
        char *folder = strndup(at, (size_t)(end - at));
        WCHAR *wide = folder && *folder ? path_wide_from_ansi(folder) : NULL;
        if (wide)
            found = find_in(wide, wide_length(wide), name, extension, length);
        free(folder);
        free(wide);
        at = *end ? end + 1 : end;
    }
    return found;
}

API(kernel32 kernelbase, DWORD, SearchPathW, LPCWSTR lpPath, LPCWSTR lpFileName, LPCWSTR lpExtension,
    DWORD nBufferLength, LPWSTR lpBuffer, LPWSTR *lpFilePart) {
    size_t length = 0;
    if (!lpFileName || !*lpFileName)
        return (DWORD)fail(ERROR_INVALID_PARAMETER);
    if (has_extension(lpFileName))
        lpExtension = NULL;
    WCHAR *found = NULL;
    if (is_absolute(lpFileName)) {
        found = find_in(u"", 0, lpFileName, lpExtension, &length);
    } else if (lpPath) {
        found = find_in_list(lpPath, lpFileName, lpExtension, &length);
    } else {
        found = find_in_list(u".;C:\\windows\\system32;C:\\windows", lpFileName, lpExtension, &length);
        if (!found)
            found = find_in_host_path(lpFileName, lpExtension, &length);
    }
    if (!found)
        return (DWORD)fail(ERROR_FILE_NOT_FOUND);
    DWORD result = give_wide(found, length, lpBuffer, nBufferLength);
    if (lpFilePart)
        *lpFilePart = lpBuffer && result == length ? file_part(lpBuffer, length) : NULL;
    free(found);
    return result;
}

API(kernel32 kernelbase, DWORD, SearchPathA, LPCSTR lpPath, LPCSTR lpFileName, LPCSTR lpExtension, DWORD nBufferLength,
    LPSTR lpBuffer, LPSTR *lpFilePart) {
    WCHAR found[4096];
    WCHAR *path = lpPath ? path_wide_from_ansi(lpPath) : NULL, *name = lpFileName ? path_wide_from_ansi(lpFileName) : NULL;
    WCHAR *extension = lpExtension ? path_wide_from_ansi(lpExtension) : NULL;
    DWORD result = api_SearchPathW(path, name, extension, 4096, found, NULL);
    free(path);
    free(name);
    free(extension);
    if (!result || result >= 4096)
        return 0;
    result = give_ansi(found, lpBuffer, nBufferLength);
    if (lpFilePart) {
        char *slash = lpBuffer && result < nBufferLength ? strrchr(lpBuffer, '\\') : NULL;
        *lpFilePart = slash && slash[1] ? slash + 1 : NULL;
    }
    return result;
}

API(kernel32 kernelbase, BOOL, NeedCurrentDirectoryForExePathW, LPCWSTR ExeName) {
    (void)ExeName;
    return TRUE;
}
API_ALIAS(api_NeedCurrentDirectoryForExePathW, ansi, kernel32 kernelbase, "NeedCurrentDirectoryForExePathA");

/* ---- the files' code page: always the ANSI one, which is the OEM one too ---- */

API(kernel32 kernelbase, BOOL, AreFileApisANSI, void) { return TRUE; }
API(kernel32 kernelbase, void, SetFileApisToANSI, void) {}
API(kernel32 kernelbase, void, SetFileApisToOEM, void) {}
