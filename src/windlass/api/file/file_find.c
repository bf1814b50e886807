/* FindFirstFile and its like ("FindFirstFileExW function"). */
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#include "api.h"
#include "codepage.h"
#include "file.h"
#include "file_query.h"
#include "pipe_names.h"

#define MAX_PATH 260
#define FIND_FIRST_EX_CASE_SENSITIVE 1u

typedef struct {
    DWORD dwFileAttributes;
    FILETIME ftCreationTime, ftLastAccessTime, ftLastWriteTime;
    DWORD nFileSizeHigh, nFileSizeLow, dwReserved0, dwReserved1;
    WCHAR cFileName[MAX_PATH];
    WCHAR cAlternateFileName[14];
} WIN32_FIND_DATAW;

typedef struct {
    DWORD dwFileAttributes;
    FILETIME ftCreationTime, ftLastAccessTime, ftLastWriteTime;
    DWORD nFileSizeHigh, nFileSizeLow, dwReserved0, dwReserved1;
    CHAR cFileName[MAX_PATH];
    CHAR cAlternateFileName[14];
} WIN32_FIND_DATAA;

/* A search handle is no kernel object on Windows either: it points to this. */
struct find {
    struct directory_search *search;
    uint64_t mark;
};
static const uint64_t find_mark = 0x646E69466C646E57;

static void fill(const struct directory_entry *entry, WIN32_FIND_DATAW *data) {
    const struct file_facts *facts = &entry->facts;
    *data = (WIN32_FIND_DATAW){facts->attributes, filetime_split(facts->creation), filetime_split(facts->access),
                               filetime_split(facts->write), (DWORD)(facts->size >> 32), (DWORD)facts->size,
                               facts->reparse_tag, 0, {0}, {0}};
    memcpy(data->cFileName, entry->name, (entry->length + 1) * sizeof(WCHAR));
}

static bool has_wildcard(const WCHAR *name, size_t length) {
    for (size_t i = 0; i < length; i++)
        if (name[i] == '*' || name[i] == '?' || name[i] == '<' || name[i] == '>' || name[i] == '"')
            return true;
    return false;
}

static HANDLE find_failed(DWORD error) {
    set_last_error(error);
    return INVALID_HANDLE_VALUE;
}

/* Splits "dir\pattern"; returns the pattern, which is not to be normalised (a "*." keeps its dot). */
static const WCHAR *split(const WCHAR *path, WCHAR *folder) {
    const WCHAR *name = path;
    for (const WCHAR *at = path; *at; at++)
        if (is_path_separator(*at) || (*at == ':' && at == path + 1))
            name = at + 1;
    size_t length = (size_t)(name - path);
    memcpy(folder, path, length * sizeof *path);
    if (!length)
        folder[length++] = '.';
    folder[length] = 0;
    return name;
}

/* The folder could not be opened: a file is taken for one, or something on the way is missing. */
static DWORD folder_error(const char *folder, DWORD otherwise) {
    struct stat found;
    if (stat(folder, &found))
        return ERROR_PATH_NOT_FOUND;
    return S_ISDIR(found.st_mode) ? otherwise : ERROR_DIRECTORY;
}

static DWORD missing_error(struct host_path *path, int host_error) {
    DWORD error = path_error(path, host_error);
    char *slash = strrchr(path->text, '/');
    if (error != ERROR_PATH_NOT_FOUND || !slash)
        return error;
    *slash = 0;
    return folder_error(path->text, error);
}

static bool single_pipe(const char *name, struct directory_entry *entry, DWORD *error) {
    char shown[PIPE_SHOWN_SIZE];
    if (!pipe_name_facts(name, shown, &entry->facts)) {
        *error = ERROR_FILE_NOT_FOUND;
        return false;
    }
    entry->length = utf8_to_wide(shown, strlen(shown), entry->name, 255);
    entry->name[entry->length] = 0;
    return true;
}

/* The name without wildcards exists or not: no directory needs to be searched. */
static bool single_entry(const WCHAR *path, struct directory_entry *entry, DWORD *error) {
    struct host_path host;
    *error = path_to_host(path, &host);
    if (!*error && host.kind == PATH_PIPE)
        return single_pipe(host.text, entry, error);
    if (*error || host.kind != PATH_FILE || !file_facts_of_path(host.text, false, &entry->facts)) {
        *error = *error ? *error : missing_error(&host, errno);
        return false;
    }
    const char *slash = strrchr(host.text, '/');
    entry->length = path_name_to_windows(slash + 1, strlen(slash + 1), entry->name, 255);
    entry->name[entry->length] = 0;
    return true;
}

static struct find *find_new(struct directory_search *search) {
    struct find *find = malloc(sizeof *find);
    if (find)
        *find = (struct find){search, find_mark};
    return find;
}

static HANDLE find_first(const WCHAR *path, WIN32_FIND_DATAW *data) {
    size_t length = wide_length(path);
    WCHAR folder[HOST_PATH_SIZE];
    struct directory_entry entry;
    struct host_path host;
    DWORD error;
    if (length >= HOST_PATH_SIZE)
        return find_failed(ERROR_FILENAME_EXCED_RANGE);
    const WCHAR *pattern = split(path, folder);
    if (!*pattern) /* "C:\dir\" names no file ("FindFirstFileW function") */
        return find_failed(length ? ERROR_FILE_NOT_FOUND : ERROR_PATH_NOT_FOUND);
    struct directory_search *search = NULL;
    if (!has_wildcard(pattern, wide_length(pattern))) {
        if (!single_entry(path, &entry, &error))
            return find_failed(error);
    } else {
        NTSTATUS status;
        error = path_to_host(folder, &host);
        if (error)
            return find_failed(error);
        const char *root = path_drive_root(host.drive);
        bool is_root = root && strcmp(host.text, root[0] ? root : "/") == 0;
        search = host.kind == PATH_PIPE
                     ? directory_search_open_pipes(pattern, wide_length(pattern), &status)
                     : directory_search_open(host.text, pattern, wide_length(pattern), is_root, &status);
        if (!search)
            return find_failed(folder_error(host.text, win32_from_status(status)));
        if (!directory_search_next(search, &entry)) {
            directory_search_close(search);
            return find_failed(ERROR_FILE_NOT_FOUND);
        }
    }
    struct find *find = find_new(search);
    if (!find)
        return find_failed(ERROR_NOT_ENOUGH_MEMORY);
    fill(&entry, data);
    return find;
}

API(kernel32 kernelbase, HANDLE, FindFirstFileExW, LPCWSTR lpFileName, int fInfoLevelId, LPVOID lpFindFileData,
    int fSearchOp, LPVOID lpSearchFilter, DWORD dwAdditionalFlags) {
    (void)dwAdditionalFlags;
    if (!lpFileName || !lpFindFileData || fInfoLevelId > 1 || fSearchOp > 2 || lpSearchFilter)
        return find_failed(lpFileName && !lpSearchFilter ? ERROR_NOT_SUPPORTED : ERROR_INVALID_PARAMETER);
    return find_first(lpFileName, lpFindFileData);
}

API(kernel32 kernelbase, HANDLE, FindFirstFileW, LPCWSTR lpFileName, WIN32_FIND_DATAW *lpFindFileData) {
    return lpFileName ? find_first(lpFileName, lpFindFileData) : find_failed(ERROR_PATH_NOT_FOUND);
}

static struct find *find_from_handle(HANDLE handle) {
    struct find *find = handle;
    if (handle && handle != INVALID_HANDLE_VALUE && ((ULONG_PTR)handle & 7) == 0 && find->mark == find_mark)
        return find;
    set_last_error(ERROR_INVALID_HANDLE);
    return NULL;
}

API(kernel32 kernelbase, BOOL, FindNextFileW, HANDLE hFindFile, WIN32_FIND_DATAW *lpFindFileData) {
    struct directory_entry entry;
    struct find *find = find_from_handle(hFindFile);
    if (!find)
        return FALSE;
    if (!find->search || !directory_search_next(find->search, &entry))
        return fail(ERROR_NO_MORE_FILES);
    fill(&entry, lpFindFileData);
    return TRUE;
}

bool stream_search_close(HANDLE handle);

API(kernel32 kernelbase, BOOL, FindClose, HANDLE hFindFile) {
    if (hFindFile && hFindFile != INVALID_HANDLE_VALUE && ((ULONG_PTR)hFindFile & 7) == 0 && stream_search_close(hFindFile))
        return TRUE;
    struct find *find = find_from_handle(hFindFile);
    if (!find)
        return FALSE;
    if (find->search)
        directory_search_close(find->search);
    find->mark = 0;
    free(find);
    return TRUE;
}

/* ---- ANSI ---- */

static void narrow(const WIN32_FIND_DATAW *wide, WIN32_FIND_DATAA *data) {
    memcpy(data, wide, offsetof(WIN32_FIND_DATAA, cFileName));
    memset(data->cAlternateFileName, 0, sizeof data->cAlternateFileName);
    char *name = path_ansi_from_wide(wide->cFileName);
    snprintf(data->cFileName, sizeof data->cFileName, "%s", name ? name : "");
    free(name);
}

API(kernel32 kernelbase, HANDLE, FindFirstFileA, LPCSTR lpFileName, WIN32_FIND_DATAA *lpFindFileData) {
    WIN32_FIND_DATAW data;
    WCHAR *wide = lpFileName ? path_wide_from_ansi(lpFileName) : NULL;
    HANDLE handle = wide ? find_first(wide, &data) : find_failed(ERROR_PATH_NOT_FOUND);
    free(wide);
    if (handle != INVALID_HANDLE_VALUE)
        narrow(&data, lpFindFileData);
    return handle;
}

API(kernel32 kernelbase, HANDLE, FindFirstFileExA, LPCSTR lpFileName, int fInfoLevelId, LPVOID lpFindFileData,
    int fSearchOp, LPVOID lpSearchFilter, DWORD dwAdditionalFlags) {
    WIN32_FIND_DATAW data;
    WCHAR *wide = lpFileName ? path_wide_from_ansi(lpFileName) : NULL;
    HANDLE handle = api_FindFirstFileExW(wide, fInfoLevelId, &data, fSearchOp, lpSearchFilter, dwAdditionalFlags);
    free(wide);
    if (handle != INVALID_HANDLE_VALUE)
        narrow(&data, lpFindFileData);
    return handle;
}

API(kernel32 kernelbase, BOOL, FindNextFileA, HANDLE hFindFile, WIN32_FIND_DATAA *lpFindFileData) {
    WIN32_FIND_DATAW data;
    if (!api_FindNextFileW(hFindFile, &data))
        return FALSE;
    narrow(&data, lpFindFileData);
    return TRUE;
}
