/* Attributes, times and other facts of files, by path and by handle ("GetFileInformationByHandleEx function",
 * "SetFileInformationByHandle function" ...). */
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api.h"
#include "codepage.h"
#include "file.h"
#include "file_query.h"
#include "pipe_names.h"

typedef struct {
    DWORD dwFileAttributes;
    FILETIME ftCreationTime, ftLastAccessTime, ftLastWriteTime;
    DWORD nFileSizeHigh, nFileSizeLow;
} WIN32_FILE_ATTRIBUTE_DATA;

typedef struct {
    DWORD dwFileAttributes;
    FILETIME ftCreationTime, ftLastAccessTime, ftLastWriteTime;
    DWORD dwVolumeSerialNumber, nFileSizeHigh, nFileSizeLow, nNumberOfLinks, nFileIndexHigh, nFileIndexLow;
} BY_HANDLE_FILE_INFORMATION;

/* The path of an existing file; false with the last error set. */
static bool existing(DWORD error, const struct host_path *path, bool follow, struct file_facts *facts) {
    char shown[PIPE_SHOWN_SIZE];
    if (!error && !follow && path->kind == PATH_PIPE && pipe_name_facts(path->text, shown, facts))
        return true;
    if (!error && path->kind != PATH_FILE && path->kind != PATH_VOLUME)
        error = path->kind == PATH_NUL ? ERROR_INVALID_PARAMETER : ERROR_FILE_NOT_FOUND;
    if (!error && !file_facts_of_path(path->text, follow, facts))
        error = path_error(path, errno);
    if (!error && path->trailing_slash && !(facts->attributes & FILE_ATTRIBUTE_DIRECTORY))
        error = ERROR_INVALID_NAME;
    if (error)
        set_last_error(error);
    return !error;
}

API(kernel32 kernelbase, DWORD, GetFileAttributesW, LPCWSTR lpFileName) {
    struct host_path path;
    struct file_facts facts;
    DWORD error = lpFileName ? path_to_host(lpFileName, &path) : ERROR_PATH_NOT_FOUND;
    return existing(error, &path, false, &facts) ? facts.attributes : INVALID_FILE_ATTRIBUTES;
}

API(kernel32 kernelbase, DWORD, GetFileAttributesA, LPCSTR lpFileName) {
    struct host_path path;
    struct file_facts facts;
    DWORD error = lpFileName ? path_to_host_ansi(lpFileName, &path) : ERROR_PATH_NOT_FOUND;
    return existing(error, &path, false, &facts) ? facts.attributes : INVALID_FILE_ATTRIBUTES;
}

static BOOL attributes_ex(DWORD error, const struct host_path *path, int level, WIN32_FILE_ATTRIBUTE_DATA *data) {
    struct file_facts facts;
    if (level != 0)
        return fail(ERROR_INVALID_PARAMETER);
    if (!existing(error, path, false, &facts))
        return FALSE;
    *data = (WIN32_FILE_ATTRIBUTE_DATA){facts.attributes, filetime_split(facts.creation), filetime_split(facts.access),
                                        filetime_split(facts.write), (DWORD)(facts.size >> 32), (DWORD)facts.size};
    return TRUE;
}

API(kernel32 kernelbase, BOOL, GetFileAttributesExW, LPCWSTR lpFileName, int fInfoLevelId, LPVOID lpFileInformation) {
    struct host_path path;
    DWORD error = lpFileName ? path_to_host(lpFileName, &path) : ERROR_PATH_NOT_FOUND;
    return attributes_ex(error, &path, fInfoLevelId, lpFileInformation);
}

API(kernel32 kernelbase, BOOL, GetFileAttributesExA, LPCSTR lpFileName, int fInfoLevelId, LPVOID lpFileInformation) {
    struct host_path path;
    DWORD error = lpFileName ? path_to_host_ansi(lpFileName, &path) : ERROR_PATH_NOT_FOUND;
    return attributes_ex(error, &path, fInfoLevelId, lpFileInformation);
}

static BOOL set_attributes(DWORD error, const struct host_path *path, DWORD attributes) {
    struct file_facts facts;
    if (!existing(error, path, true, &facts))
        return FALSE;
    int failed = file_set_attributes(path->text, -1, attributes);
    return failed ? fail(path_error(path, failed)) : TRUE;
}

API(kernel32 kernelbase, BOOL, SetFileAttributesW, LPCWSTR lpFileName, DWORD dwFileAttributes) {
    struct host_path path;
    DWORD error = lpFileName ? path_to_host(lpFileName, &path) : ERROR_PATH_NOT_FOUND;
    return set_attributes(error, &path, dwFileAttributes);
}

API(kernel32 kernelbase, BOOL, SetFileAttributesA, LPCSTR lpFileName, DWORD dwFileAttributes) {
    struct host_path path;
    DWORD error = lpFileName ? path_to_host_ansi(lpFileName, &path) : ERROR_PATH_NOT_FOUND;
    return set_attributes(error, &path, dwFileAttributes);
}

static DWORD compressed_size(DWORD error, const struct host_path *path, LPDWORD high) {
    struct file_facts facts;
    if (!existing(error, path, true, &facts))
        return 0xFFFFFFFF;
    if (high)
        *high = (DWORD)(facts.size >> 32);
    set_last_error(ERROR_SUCCESS);
    return (DWORD)facts.size;
}

API(kernel32 kernelbase, DWORD, GetCompressedFileSizeW, LPCWSTR lpFileName, LPDWORD lpFileSizeHigh) {
    struct host_path path;
    DWORD error = lpFileName ? path_to_host(lpFileName, &path) : ERROR_PATH_NOT_FOUND;
    return compressed_size(error, &path, lpFileSizeHigh);
}

API(kernel32 kernelbase, DWORD, GetCompressedFileSizeA, LPCSTR lpFileName, LPDWORD lpFileSizeHigh) {
    struct host_path path;
    DWORD error = lpFileName ? path_to_host_ansi(lpFileName, &path) : ERROR_PATH_NOT_FOUND;
    return compressed_size(error, &path, lpFileSizeHigh);
}

/* ---- by handle ---- */

static bool facts_of_handle(HANDLE handle, struct file_facts *facts) {
    struct file *file = file_from_handle(handle, 0);
    if (!file)
        return false;
    DWORD error = file->is_volume                    ? ERROR_INVALID_PARAMETER /* a volume is no file */
                  : !file_facts_of_file(file, facts) ? win32_from_errno(errno) : ERROR_SUCCESS;
    file_release(file);
    return error ? fail(error) : true;
}

API(kernel32 kernelbase, BOOL, GetFileInformationByHandle, HANDLE hFile,
    BY_HANDLE_FILE_INFORMATION *lpFileInformation) {
    struct file_facts facts;
    if (!facts_of_handle(hFile, &facts))
        return FALSE;
    *lpFileInformation = (BY_HANDLE_FILE_INFORMATION){
        facts.attributes, filetime_split(facts.creation), filetime_split(facts.access), filetime_split(facts.write),
        facts.volume, (DWORD)(facts.size >> 32), (DWORD)facts.size, facts.links, (DWORD)(facts.id >> 32), (DWORD)facts.id};
    return TRUE;
}

API(kernel32 kernelbase, BOOL, GetFileTime, HANDLE hFile, FILETIME *lpCreationTime, FILETIME *lpLastAccessTime,
    FILETIME *lpLastWriteTime) {
    struct file_facts facts;
    if (!facts_of_handle(hFile, &facts))
        return FALSE;
    if (lpCreationTime)
        *lpCreationTime = filetime_split(facts.creation);
    if (lpLastAccessTime)
        *lpLastAccessTime = filetime_split(facts.access);
    if (lpLastWriteTime)
        *lpLastWriteTime = filetime_split(facts.write);
    return TRUE;
}

/* 0xFFFFFFFFFFFFFFFF keeps operations through this handle from changing the time; nothing is to be set then. */
static int64_t time_to_set(const FILETIME *time) {
    int64_t value = time ? filetime_join(time) : 0;
    return value == -1 || value == -2 ? 0 : value;
}

API(kernel32 kernelbase, BOOL, SetFileTime, HANDLE hFile, const FILETIME *lpCreationTime,
    const FILETIME *lpLastAccessTime, const FILETIME *lpLastWriteTime) {
    struct file *file = file_from_handle(hFile, 0);
    if (!file)
        return FALSE;
    int error = !(file->access & FILE_WRITE_ATTRIBUTES)
        ? EACCES : file_set_times(file->path, file->fd, time_to_set(lpCreationTime), time_to_set(lpLastAccessTime),
                                  time_to_set(lpLastWriteTime));
    file_release(file);
    return error ? fail(win32_from_errno(error)) : TRUE;
}

/* FILE_INFO_BY_HANDLE_CLASS and the class of NtQueryInformationFile that tells the same; the Win32 structures are the
 * native ones. */
static const BYTE native_classes[] = {
    [0] = FileBasicInformation, [1] = FileStandardInformation, [2] = FileNameInformation, [3] = FileRenameInformation,
    [4] = FileDispositionInformation, [5] = FileAllocationInformation, [6] = FileEndOfFileInformation,
    [7] = FileStreamInformation, [8] = FileCompressionInformation, [9] = FileAttributeTagInformation,
    [12] = FileIoPriorityHintInformation, [16] = FileStorageInformation, [17] = FileAlignmentInformation,
    [18] = FileIdInformation, [21] = FileDispositionInformationEx, [22] = FileRenameInformationEx,
};

static BYTE native_class(int class) {
    return class >= 0 && (size_t)class < sizeof native_classes ? native_classes[class] : 0;
}

API(kernel32 kernelbase, BOOL, GetFileInformationByHandleEx, HANDLE hFile, int FileInformationClass,
    LPVOID lpFileInformation, DWORD dwBufferSize) {
    struct file *file = file_from_handle(hFile, 0);
    if (!file)
        return FALSE;
    size_t done;
    NTSTATUS status;
    /* FileIdBothDirectoryInfo and its restart, FileFullDirectoryInfo, FileIdExtdDirectoryInfo likewise */
    static const BYTE directory_classes[] = {[10] = FileIdBothDirectoryInformation, [11] = FileIdBothDirectoryInformation,
                                             [14] = FileFullDirectoryInformation, [15] = FileFullDirectoryInformation,
                                             [19] = FileIdExtdDirectoryInformation, [20] = FileIdExtdDirectoryInformation};
    BYTE directory_class = FileInformationClass >= 0 && (size_t)FileInformationClass < sizeof directory_classes
                         ? directory_classes[FileInformationClass] : 0;
    bool restarts = FileInformationClass == 11 || FileInformationClass == 15 || FileInformationClass == 20;
    if (directory_class)
        status = directory_query_read(file, directory_class, lpFileInformation, dwBufferSize, false, restarts, NULL, &done);
    else if (native_class(FileInformationClass) || FileInformationClass == 0)
        status = file_query_information(file, native_class(FileInformationClass), lpFileInformation, dwBufferSize, &done);
    else
        status = STATUS_INVALID_PARAMETER;
    file_release(file);
    if (status == STATUS_INVALID_INFO_CLASS)
        return fail(ERROR_INVALID_PARAMETER);
    return status ? fail(win32_from_status(status)) : TRUE;
}
API_ALIAS(api_GetFileInformationByHandleEx, crt, msvcr110 msvcr120, "__crtGetFileInformationByHandleEx");

/* The native renaming with the full path of the name, which here ends with a zero and may be relative to the current
 * directory; its given length is not heeded ("FILE_RENAME_INFO structure (winbase.h)": FileName). */
static NTSTATUS rename_by_path(struct file *file, int class, const FILE_RENAME_INFORMATION *given, size_t size) {
    enum { HEAD = offsetof(FILE_RENAME_INFORMATION, name) };
    size_t length = 0, room = size > HEAD ? (size - HEAD) / sizeof(WCHAR) : 0;
    while (length < room && given->name[length])
        length++;
    WCHAR *name = calloc(length + 1, sizeof *name), *full = NULL;
    if (!name)
        return STATUS_NO_MEMORY;
    memcpy(name, given->name, length * sizeof *name);
    DWORD error;
    bool is_path = room && !given->root && *name != ':'; /* ":name" is a stream's */
    if (is_path)
        full = path_full(name, &length, &error);
    bool failed = is_path && !full;
    FILE_RENAME_INFORMATION *information = failed ? NULL : calloc(1, HEAD + (length + 1) * sizeof(WCHAR));
    NTSTATUS status = failed ? status_from_path_error(error) : STATUS_NO_MEMORY;
    if (information) {
        memcpy(information, given, HEAD < size ? HEAD : size);
        information->length = (ULONG)(length * sizeof(WCHAR));
        memcpy(information->name, full ? full : name, information->length);
        status = file_set_information(file, class, information, size < HEAD ? size : HEAD + information->length);
    }
    free(information);
    free(full);
    free(name);
    return status;
}

API(kernel32 kernelbase, BOOL, SetFileInformationByHandle, HANDLE hFile, int FileInformationClass,
    LPVOID lpFileInformation, DWORD dwBufferSize) {
    struct file *file = file_from_handle(hFile, 0);
    if (!file)
        return FALSE;
    BYTE class = native_class(FileInformationClass);
    NTSTATUS status;
    if (class == FileRenameInformation || class == FileRenameInformationEx)
        status = rename_by_path(file, class, lpFileInformation, dwBufferSize);
    else if (class || FileInformationClass == 0)
        status = file_set_information(file, class, lpFileInformation, dwBufferSize);
    else
        status = STATUS_INVALID_PARAMETER;
    file_release(file);
    if (status == STATUS_INVALID_INFO_CLASS)
        return fail(ERROR_INVALID_PARAMETER);
    return status ? fail(win32_from_status(status)) : TRUE;
}
API_ALIAS(api_SetFileInformationByHandle, crt, msvcr110 msvcr120, "__crtSetFileInformationByHandle");

/* ---- names of open files ---- */

#define VOLUME_NAME_GUID 1u
#define VOLUME_NAME_NT 2u
#define VOLUME_NAME_NONE 4u

/* The path in one of the four spellings; a copy from malloc(). */
static WCHAR *final_path(const struct file *file, DWORD flags) {
    char link[40], host[HOST_PATH_SIZE];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file->fd);
    ssize_t size = readlink(link, host, sizeof host - 1);
    if (size <= 0 || host[0] != '/')
        return NULL;
    host[size] = 0;
    size_t length;
    WCHAR *path = path_to_windows(host, &length);
    if (path && flags & VOLUME_NAME_NT) {
        WCHAR *native = path_native(path, &length);
        free(path);
        return native;
    }
    WCHAR *out = path ? calloc(length + 64, sizeof *out) : NULL;
    size_t skip = 0;
    if (out && flags & VOLUME_NAME_GUID) {
        volume_guid_name((char)path[0], out);
        skip = 3;
    } else if (out && flags & VOLUME_NAME_NONE) {
        skip = 2;
    } else if (out) {
        memcpy(out, u"\\\\?\\", 4 * sizeof *out);
    }
    if (out)
        memcpy(out + wide_length(out), path + skip, (length - skip + 1) * sizeof *out);
    free(path);
    return out;
}

static WCHAR *final_path_of_handle(HANDLE handle, DWORD flags) {
    struct file *file = file_from_handle(handle, 0);
    if (!file)
        return NULL;
    WCHAR *path = final_path(file, flags);
    file_release(file);
    if (!path)
        set_last_error(ERROR_PATH_NOT_FOUND);
    return path;
}

API(kernel32 kernelbase, DWORD, GetFinalPathNameByHandleW, HANDLE hFile, LPWSTR lpszFilePath, DWORD cchFilePath,
    DWORD dwFlags) {
    WCHAR *path = final_path_of_handle(hFile, dwFlags);
    if (!path)
        return 0;
    size_t length = wide_length(path);
    bool fits = length < cchFilePath;
    if (fits)
        memcpy(lpszFilePath, path, (length + 1) * sizeof *path);
    free(path);
    return (DWORD)(fits ? length : length + 1);
}

API(kernel32 kernelbase, DWORD, GetFinalPathNameByHandleA, HANDLE hFile, LPSTR lpszFilePath, DWORD cchFilePath,
    DWORD dwFlags) {
    WCHAR *wide = final_path_of_handle(hFile, dwFlags);
    char *path = wide ? path_ansi_from_wide(wide) : NULL;
    free(wide);
    if (!path)
        return 0;
    size_t length = strlen(path);
    bool fits = length < cchFilePath;
    if (fits)
        memcpy(lpszFilePath, path, length + 1);
    free(path);
    return (DWORD)(fits ? length : length + 1);
}
