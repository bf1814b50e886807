/* Paths as text, current and system directories ("GetFullPathNameW function", "GetTempPath2W function" and others). */
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api.h"
#include "codepage.h"
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

/* The last component of a full path, NULL when it ends in a separator, is a root or a device ("\\.\NUL", but
 * "\\.\pipe\name" has one). */
static WCHAR *file_part(WCHAR *full, size_t length) {
    WCHAR *at = full + length;
    while (at > full && at[-1] != '\\')
        at--;
    bool is_device = at == full + 4 && full[0] == '\\' && full[2] == '.';
    return at > full && *at && !is_device ? at : NULL;
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
    DWORD error = lpPathName ? path_set_current_directory(lpPathName) : ERROR_INVALID_PARAMETER;
    return error ? fail(error) : TRUE;
}

API(kernel32 kernelbase, BOOL, SetCurrentDirectoryA, LPCSTR lpPathName) {
    WCHAR *wide = lpPathName ? path_wide_from_ansi(lpPathName) : NULL;
    DWORD error = wide ? path_set_current_directory(wide) : ERROR_INVALID_PARAMETER;
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
