/* CreateFile and its like ("CreateFileW function", "CreateFile2 function", "OpenFile function"). */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "api.h"
#include "file.h"

#define CREATE_NEW 1
#define CREATE_ALWAYS 2
#define OPEN_EXISTING 3
#define OPEN_ALWAYS 4
#define TRUNCATE_EXISTING 5

#define FILE_FLAG_WRITE_THROUGH 0x80000000u
#define FILE_FLAG_OVERLAPPED 0x40000000u
#define FILE_FLAG_NO_BUFFERING 0x20000000u
#define FILE_FLAG_RANDOM_ACCESS 0x10000000u
#define FILE_FLAG_SEQUENTIAL_SCAN 0x08000000u
#define FILE_FLAG_DELETE_ON_CLOSE 0x04000000u
#define FILE_FLAG_BACKUP_SEMANTICS 0x02000000u
#define FILE_FLAG_POSIX_SEMANTICS 0x01000000u
#define FILE_FLAG_OPEN_REPARSE_POINT 0x00200000u

typedef struct {
    DWORD dwSize, dwFileAttributes, dwFileFlags, dwSecurityQosFlags;
    SECURITY_ATTRIBUTES *lpSecurityAttributes;
    HANDLE hTemplateFile;
} CREATEFILE2_EXTENDED_PARAMETERS;

static DWORD options_from_flags(DWORD flags) {
    return (flags & FILE_FLAG_OVERLAPPED ? 0 : FILE_SYNCHRONOUS_IO_NONALERT) |
           (flags & FILE_FLAG_BACKUP_SEMANTICS ? 0 : FILE_NON_DIRECTORY_FILE) |
           (flags & FILE_FLAG_WRITE_THROUGH ? FILE_WRITE_THROUGH : 0) |
           (flags & FILE_FLAG_DELETE_ON_CLOSE ? FILE_DELETE_ON_CLOSE : 0) |
           (flags & FILE_FLAG_OPEN_REPARSE_POINT ? FILE_OPEN_REPARSE_POINT : 0) |
           (flags & FILE_FLAG_SEQUENTIAL_SCAN ? FILE_SEQUENTIAL_ONLY : 0);
}

static HANDLE open_failed(NTSTATUS status) {
    /* The one status for which CreateFile has a code of its own. */
    set_last_error(status == STATUS_OBJECT_NAME_COLLISION ? ERROR_FILE_EXISTS : win32_from_status(status));
    return INVALID_HANDLE_VALUE;
}

static HANDLE open_host_path(const struct host_path *path, DWORD access, DWORD share, SECURITY_ATTRIBUTES *attributes,
                             DWORD disposition, DWORD flags) {
    static const BYTE dispositions[] = {[CREATE_NEW] = FILE_CREATE, [CREATE_ALWAYS] = FILE_OVERWRITE_IF,
                                        [OPEN_EXISTING] = FILE_OPEN, [OPEN_ALWAYS] = FILE_OPEN_IF,
                                        [TRUNCATE_EXISTING] = FILE_OVERWRITE};
    if (disposition < CREATE_NEW || disposition > TRUNCATE_EXISTING ||
        (disposition == TRUNCATE_EXISTING && !(access & (GENERIC_WRITE | GENERIC_ALL | FILE_WRITE_DATA)))) {
        set_last_error(ERROR_INVALID_PARAMETER);
        return INVALID_HANDLE_VALUE;
    }
    struct file_open_request request = {
        .path = path,
        .access = access | SYNCHRONIZE | FILE_READ_ATTRIBUTES,
        .share = share,
        .disposition = dispositions[disposition],
        .options = options_from_flags(flags),
        .attributes = flags & 0xFFFF,
    };
    struct file *file;
    ULONG information;
    NTSTATUS status = file_open(&request, &file, &information);
    if (status)
        return open_failed(status);
    HANDLE handle = handle_new(&file->object, file->access, handle_flags_from(attributes));
    file_release(file);
    if (!handle) {
        set_last_error(ERROR_NOT_ENOUGH_MEMORY);
        return INVALID_HANDLE_VALUE;
    }
    bool was_there = information == FILE_OVERWRITTEN || (information == FILE_OPENED && disposition == OPEN_ALWAYS);
    set_last_error(was_there ? ERROR_ALREADY_EXISTS : ERROR_SUCCESS);
    return handle;
}

static HANDLE path_failed(DWORD error) {
    set_last_error(error);
    return INVALID_HANDLE_VALUE;
}

API(kernel32 kernelbase, HANDLE, CreateFileW, LPCWSTR lpFileName, DWORD dwDesiredAccess, DWORD dwShareMode,
    SECURITY_ATTRIBUTES *lpSecurityAttributes, DWORD dwCreationDisposition, DWORD dwFlagsAndAttributes,
    HANDLE hTemplateFile) {
    struct host_path path;
    (void)hTemplateFile; /* its attributes are the file system's matter */
    DWORD error = lpFileName ? path_to_host(lpFileName, &path) : ERROR_PATH_NOT_FOUND;
    return error ? path_failed(error)
                 : open_host_path(&path, dwDesiredAccess, dwShareMode, lpSecurityAttributes, dwCreationDisposition,
                                  dwFlagsAndAttributes);
}

API(kernel32 kernelbase, HANDLE, CreateFileA, LPCSTR lpFileName, DWORD dwDesiredAccess, DWORD dwShareMode,
    SECURITY_ATTRIBUTES *lpSecurityAttributes, DWORD dwCreationDisposition, DWORD dwFlagsAndAttributes,
    HANDLE hTemplateFile) {
    struct host_path path;
    (void)hTemplateFile;
    DWORD error = lpFileName ? path_to_host_ansi(lpFileName, &path) : ERROR_PATH_NOT_FOUND;
    return error ? path_failed(error)
                 : open_host_path(&path, dwDesiredAccess, dwShareMode, lpSecurityAttributes, dwCreationDisposition,
                                  dwFlagsAndAttributes);
}

API(kernel32 kernelbase, HANDLE, CreateFile2, LPCWSTR lpFileName, DWORD dwDesiredAccess, DWORD dwShareMode,
    DWORD dwCreationDisposition, CREATEFILE2_EXTENDED_PARAMETERS *pCreateExParams) {
    SECURITY_ATTRIBUTES *attributes = pCreateExParams ? pCreateExParams->lpSecurityAttributes : NULL;
    DWORD flags = pCreateExParams ? pCreateExParams->dwFileAttributes | pCreateExParams->dwFileFlags : 0;
    return api_CreateFileW(lpFileName, dwDesiredAccess, dwShareMode, attributes, dwCreationDisposition, flags, NULL);
}

/* A new handle, with other access, for the file of an open one. */
API(kernel32 kernelbase, HANDLE, ReOpenFile, HANDLE hOriginalFile, DWORD dwDesiredAccess, DWORD dwShareMode,
    DWORD dwFlagsAndAttributes) {
    struct file *original = file_from_handle(hOriginalFile, 0);
    if (!original)
        return INVALID_HANDLE_VALUE;
    struct host_path path = {.kind = PATH_FILE, .drive = original->drive};
    HANDLE handle = INVALID_HANDLE_VALUE;
    if (original->path) {
        snprintf(path.text, sizeof path.text, "%s", original->path);
        handle = open_host_path(&path, dwDesiredAccess, dwShareMode, NULL, OPEN_EXISTING, dwFlagsAndAttributes);
    } else {
        set_last_error(ERROR_INVALID_PARAMETER);
    }
    file_release(original);
    return handle;
}

/* ---- 16-bit Windows' functions, which C runtimes of the nineties still call ---- */

API(kernel32, HANDLE, _lopen, LPCSTR lpPathName, int iReadWrite) {
    static const DWORD access[] = {GENERIC_READ, GENERIC_WRITE, GENERIC_READ | GENERIC_WRITE, GENERIC_READ};
    DWORD share = (iReadWrite & 0x70) == 0x10 ? 0 : (iReadWrite & 0x70) == 0x20 ? FILE_SHARE_READ
                : (iReadWrite & 0x70) == 0x30 ? FILE_SHARE_WRITE : FILE_SHARE_READ | FILE_SHARE_WRITE;
    return api_CreateFileA(lpPathName, access[iReadWrite & 3], share, NULL, OPEN_EXISTING, 0, NULL);
}

API(kernel32, HANDLE, _lcreat, LPCSTR lpPathName, int iAttribute) {
    return api_CreateFileA(lpPathName, GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL,
                           CREATE_ALWAYS, (DWORD)iAttribute & 0xFF, NULL);
}

API(kernel32, HANDLE, _lclose, HANDLE hFile) {
    NTSTATUS status = handle_close(hFile);
    if (!status)
        return NULL;
    set_last_error(win32_from_status(status));
    return INVALID_HANDLE_VALUE;
}
