/* Deleting, moving, copying and linking files, making directories ("MoveFileExW function", "CopyFileExW function",
 * "ReplaceFileW function", "CreateDirectoryW function" ...). */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api.h"
#include "codepage.h"
#include "file.h"
#include "file_query.h"

#define MAX_PATH 260

static BOOL fail_status(NTSTATUS status) { return status ? fail(win32_from_status(status)) : TRUE; }

static DWORD host_path_of(LPCWSTR path, struct host_path *out) {
    return path ? path_to_host(path, out) : ERROR_PATH_NOT_FOUND;
}

/* Calls a wide function with one or two paths in the ANSI code page. */
#define WIDE_ARGUMENT(name_, ansi_) WCHAR *name_ = (ansi_) ? path_wide_from_ansi(ansi_) : NULL

/* ---- deleting ---- */

static BOOL delete_path(DWORD error, const struct host_path *path, bool is_directory) {
    return error ? fail(error) : fail_status(file_delete(path, is_directory));
}

API(kernel32 kernelbase, BOOL, DeleteFileW, LPCWSTR lpFileName) {
    struct host_path path;
    return delete_path(host_path_of(lpFileName, &path), &path, false);
}

API(kernel32 kernelbase, BOOL, DeleteFileA, LPCSTR lpFileName) {
    struct host_path path;
    return delete_path(lpFileName ? path_to_host_ansi(lpFileName, &path) : ERROR_PATH_NOT_FOUND, &path, false);
}

API(kernel32 kernelbase, BOOL, RemoveDirectoryW, LPCWSTR lpPathName) {
    struct host_path path;
    return delete_path(host_path_of(lpPathName, &path), &path, true);
}

API(kernel32 kernelbase, BOOL, RemoveDirectoryA, LPCSTR lpPathName) {
    struct host_path path;
    return delete_path(lpPathName ? path_to_host_ansi(lpPathName, &path) : ERROR_PATH_NOT_FOUND, &path, true);
}

/* ---- directories ---- */

static BOOL create_directory(DWORD error, const struct host_path *path) {
    if (error)
        return fail(error);
    if (path->kind != PATH_FILE)
        return fail(ERROR_ALREADY_EXISTS);
    if (mkdir(path->text, 0777) == 0)
        return TRUE;
    if (errno == EEXIST)
        return fail(ERROR_ALREADY_EXISTS);
    /* The folder above is missing: that alone is what this function can look for in vain. */
    return fail(errno == ENOENT || errno == ENOTDIR ? ERROR_PATH_NOT_FOUND : win32_from_errno(errno));
}

API(kernel32 kernelbase, BOOL, CreateDirectoryW, LPCWSTR lpPathName, SECURITY_ATTRIBUTES *lpSecurityAttributes) {
    struct host_path path;
    (void)lpSecurityAttributes;
    return create_directory(host_path_of(lpPathName, &path), &path);
}

API(kernel32 kernelbase, BOOL, CreateDirectoryA, LPCSTR lpPathName, SECURITY_ATTRIBUTES *lpSecurityAttributes) {
    struct host_path path;
    (void)lpSecurityAttributes;
    return create_directory(lpPathName ? path_to_host_ansi(lpPathName, &path) : ERROR_PATH_NOT_FOUND, &path);
}

/* A new directory with the attributes of another one. */
API(kernel32 kernelbase, BOOL, CreateDirectoryExW, LPCWSTR lpTemplateDirectory, LPCWSTR lpNewDirectory,
    SECURITY_ATTRIBUTES *lpSecurityAttributes) {
    struct host_path from, to;
    struct file_facts facts;
    DWORD error = host_path_of(lpTemplateDirectory, &from);
    if (!error && !file_facts_of_path(from.text, true, &facts))
        error = path_error(&from, errno);
    if (error)
        return fail(error);
    if (!api_CreateDirectoryW(lpNewDirectory, lpSecurityAttributes))
        return FALSE;
    if (!path_to_host(lpNewDirectory, &to))
        file_set_attributes(to.text, -1, facts.attributes);
    return TRUE;
}

API(kernel32 kernelbase, BOOL, CreateDirectoryExA, LPCSTR lpTemplateDirectory, LPCSTR lpNewDirectory,
    SECURITY_ATTRIBUTES *lpSecurityAttributes) {
    WIDE_ARGUMENT(from, lpTemplateDirectory);
    WIDE_ARGUMENT(to, lpNewDirectory);
    BOOL result = api_CreateDirectoryExW(from, to, lpSecurityAttributes);
    free(from);
    free(to);
    return result;
}

/* ---- copying ---- */

#define COPY_FILE_FAIL_IF_EXISTS 1u
#define COPY_FILE_COPY_SYMLINK 0x800u
#define ERROR_REQUEST_ABORTED 1235u

typedef DWORD(WINAPI *PROGRESS_ROUTINE)(LARGE_INTEGER, LARGE_INTEGER, LARGE_INTEGER, LARGE_INTEGER, DWORD, DWORD, HANDLE,
                                        HANDLE, LPVOID);
enum { PROGRESS_CONTINUE, PROGRESS_CANCEL, PROGRESS_STOP, PROGRESS_QUIET };
enum { CALLBACK_CHUNK_FINISHED, CALLBACK_STREAM_SWITCH };

struct copy {
    PROGRESS_ROUTINE routine; /* NULL: none, or it asked to be left alone */
    LPVOID data;
    BOOL *cancel;
    int64_t size, done;
};

/* ERROR_SUCCESS to go on. */
static DWORD report(struct copy *copy, DWORD reason) {
    if (copy->cancel && *copy->cancel)
        return ERROR_REQUEST_ABORTED;
    if (!copy->routine)
        return ERROR_SUCCESS;
    LARGE_INTEGER size = {.QuadPart = copy->size}, done = {.QuadPart = copy->done};
    DWORD answer = copy->routine(size, done, size, done, 1, reason, INVALID_HANDLE_VALUE, INVALID_HANDLE_VALUE, copy->data);
    if (answer == PROGRESS_QUIET)
        copy->routine = NULL;
    return answer == PROGRESS_CANCEL || answer == PROGRESS_STOP ? ERROR_REQUEST_ABORTED : ERROR_SUCCESS;
}

enum { COPY_CHUNK = 1 << 20 };

static ssize_t copy_some(int from, int to) {
    char buffer[1 << 16];
    ssize_t count = copy_file_range(from, NULL, to, NULL, COPY_CHUNK, 0);
    if (count >= 0 || (errno != EXDEV && errno != EINVAL && errno != ENOSYS && errno != EOPNOTSUPP && errno != EBADF))
        return count;
    count = read(from, buffer, sizeof buffer);
    for (ssize_t written = 0; written < count;) {
        ssize_t part = write(to, buffer + written, (size_t)(count - written));
        if (part < 0)
            return -1;
        written += part;
    }
    return count;
}

static DWORD copy_data(int from, int to, struct copy *copy) {
    DWORD error = report(copy, CALLBACK_STREAM_SWITCH);
    while (!error) {
        ssize_t count = copy_some(from, to);
        if (count < 0)
            return win32_from_errno(errno);
        if (!count)
            break;
        copy->done += count;
        error = report(copy, CALLBACK_CHUNK_FINISHED);
    }
    return error;
}

/* The copy has the original's attributes and last-write time. */
static DWORD copy_file(const struct host_path *from, const struct host_path *to, DWORD flags, struct copy *copy) {
    struct stat status, target;
    struct file_facts facts;
    int in = open(from->text, O_RDONLY | O_CLOEXEC);
    if (in < 0 || fstat(in, &status)) {
        DWORD error = path_error(from, errno);
        if (in >= 0)
            close(in);
        return error;
    }
    DWORD error = ERROR_SUCCESS;
    bool exists = stat(to->text, &target) == 0;
    if (S_ISDIR(status.st_mode) || (exists && S_ISDIR(target.st_mode)))
        error = ERROR_ACCESS_DENIED;
    else if (exists && flags & COPY_FILE_FAIL_IF_EXISTS)
        error = ERROR_FILE_EXISTS;
    else if (exists && (target.st_ino == status.st_ino && target.st_dev == status.st_dev))
        error = ERROR_SHARING_VIOLATION;
    else if (exists && !(target.st_mode & 0222))
        error = ERROR_ACCESS_DENIED;
    else if (file_check_sharing(&status, FILE_READ_DATA) || (exists && file_check_sharing(&target, FILE_WRITE_DATA)))
        error = ERROR_SHARING_VIOLATION;
    int out = error ? -1 : open(to->text, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600 | (status.st_mode & 0777));
    if (!error && out < 0)
        error = path_error(to, errno);
    copy->size = status.st_size;
    if (!error)
        error = copy_data(in, out, copy);
    if (!error && file_facts_of_path(from->text, true, &facts)) {
        file_set_times(to->text, out, 0, 0, facts.write);
        file_set_attributes(to->text, out, facts.attributes);
    }
    if (out >= 0)
        close(out);
    close(in);
    if (error == ERROR_REQUEST_ABORTED)
        unlink(to->text);
    return error;
}

static DWORD copy_link(const struct host_path *from, const struct host_path *to) {
    char target[HOST_PATH_SIZE];
    ssize_t size = readlink(from->text, target, sizeof target - 1);
    if (size < 0)
        return win32_from_errno(errno);
    target[size] = 0;
    return symlink(target, to->text) ? win32_from_errno(errno) : ERROR_SUCCESS;
}

static BOOL copy_paths(LPCWSTR from, LPCWSTR to, DWORD flags, struct copy *copy) {
    struct host_path source, target;
    struct stat status;
    DWORD error = host_path_of(from, &source);
    if (!error)
        error = host_path_of(to, &target);
    if (!error && (source.kind != PATH_FILE || target.kind != PATH_FILE))
        error = ERROR_NOT_SUPPORTED;
    if (error)
        return fail(error);
    bool is_link = flags & COPY_FILE_COPY_SYMLINK && lstat(source.text, &status) == 0 && S_ISLNK(status.st_mode);
    error = is_link ? copy_link(&source, &target) : copy_file(&source, &target, flags, copy);
    return error ? fail(error) : TRUE;
}

API(kernel32 kernelbase, BOOL, CopyFileExW, LPCWSTR lpExistingFileName, LPCWSTR lpNewFileName,
    PROGRESS_ROUTINE lpProgressRoutine, LPVOID lpData, BOOL *pbCancel, DWORD dwCopyFlags) {
    struct copy copy = {lpProgressRoutine, lpData, pbCancel, 0, 0};
    return copy_paths(lpExistingFileName, lpNewFileName, dwCopyFlags, &copy);
}

API(kernel32 kernelbase, BOOL, CopyFileW, LPCWSTR lpExistingFileName, LPCWSTR lpNewFileName, BOOL bFailIfExists) {
    return api_CopyFileExW(lpExistingFileName, lpNewFileName, NULL, NULL, NULL,
                           bFailIfExists ? COPY_FILE_FAIL_IF_EXISTS : 0);
}

API(kernel32 kernelbase, BOOL, CopyFileExA, LPCSTR lpExistingFileName, LPCSTR lpNewFileName,
    PROGRESS_ROUTINE lpProgressRoutine, LPVOID lpData, BOOL *pbCancel, DWORD dwCopyFlags) {
    WIDE_ARGUMENT(from, lpExistingFileName);
    WIDE_ARGUMENT(to, lpNewFileName);
    BOOL result = api_CopyFileExW(from, to, lpProgressRoutine, lpData, pbCancel, dwCopyFlags);
    free(from);
    free(to);
    return result;
}

API(kernel32 kernelbase, BOOL, CopyFileA, LPCSTR lpExistingFileName, LPCSTR lpNewFileName, BOOL bFailIfExists) {
    return api_CopyFileExA(lpExistingFileName, lpNewFileName, NULL, NULL, NULL,
                           bFailIfExists ? COPY_FILE_FAIL_IF_EXISTS : 0);
}

typedef struct {
    DWORD dwSize, dwCopyFlags;
    BOOL *pfCancel;
    PVOID pProgressRoutine; /* PCOPYFILE2_PROGRESS_ROUTINE, another form */
    PVOID pvCallbackContext;
} COPYFILE2_EXTENDED_PARAMETERS;

API(kernel32 kernelbase, HRESULT, CopyFile2, LPCWSTR pwszExistingFileName, LPCWSTR pwszNewFileName,
    COPYFILE2_EXTENDED_PARAMETERS *pExtendedParameters) {
    struct copy copy = {.cancel = pExtendedParameters ? pExtendedParameters->pfCancel : NULL};
    DWORD flags = pExtendedParameters ? pExtendedParameters->dwCopyFlags : 0;
    return copy_paths(pwszExistingFileName, pwszNewFileName, flags, &copy)
        ? 0 : (HRESULT)(0x80070000u | teb_self()->LastErrorValue);
}

/* ---- moving ---- */

#define MOVEFILE_REPLACE_EXISTING 1u
#define MOVEFILE_COPY_ALLOWED 2u
#define MOVEFILE_DELAY_UNTIL_REBOOT 4u

static bool is_same_file(const char *a, const char *b) {
    struct stat one, two;
    return lstat(a, &one) == 0 && lstat(b, &two) == 0 && one.st_ino == two.st_ino && one.st_dev == two.st_dev;
}

/* A directory in which something is open is not moved; the current directory is. */
static bool has_current_directory(const struct stat *directory) {
    char path[HOST_PATH_SIZE];
    struct stat each;
    if (!S_ISDIR(directory->st_mode) || !getcwd(path, sizeof path))
        return false;
    for (char *slash = path + strlen(path); slash && slash != path; slash = strrchr(path, '/')) {
        *slash = 0;
        if (stat(path, &each) == 0 && each.st_ino == directory->st_ino && each.st_dev == directory->st_dev)
            return true;
    }
    return false;
}

NTSTATUS file_rename(const char *from, const struct host_path *to, bool replaces) {
    struct stat source, target;
    if (to->kind != PATH_FILE)
        return STATUS_OBJECT_NAME_INVALID;
    if (lstat(from, &source))
        return status_from_errno(errno);
    if (has_current_directory(&source))
        return STATUS_ACCESS_DENIED;
    /* A new spelling of the same name is no other file; where letter case counts, the old one was found for it. */
    bool exists = lstat(to->text, &target) == 0 && !is_same_file(from, to->text);
    if (exists && !replaces)
        return STATUS_OBJECT_NAME_COLLISION;
    if (exists && (S_ISDIR(target.st_mode) || S_ISDIR(source.st_mode)))
        return STATUS_ACCESS_DENIED;
    if (exists && (!(target.st_mode & 0222) || file_check_sharing(&target, DELETE_ACCESS)))
        return STATUS_ACCESS_DENIED;
    return rename(from, to->text) ? status_from_host(to, errno) : STATUS_SUCCESS;
}

/* The last component as the program wrote it: path_to_host() gives an existing file's own spelling, but a file can be
 * moved to another case of its name. */
static void keep_spelling(LPCWSTR path, const char *from, struct host_path *to) {
    const WCHAR *name = path;
    for (const WCHAR *at = path; *at; at++)
        if (is_path_separator(*at) || *at == ':')
            name = at + 1;
    char *slash = strrchr(to->text, '/');
    if (!slash || !*name || !is_same_file(from, to->text))
        return;
    size_t folder = (size_t)(slash - to->text) + 1;
    size_t size = path_name_to_host(name, wide_length(name), to->text + folder, HOST_PATH_SIZE - folder - 1);
    to->text[folder + size < HOST_PATH_SIZE ? folder + size : HOST_PATH_SIZE - 1] = 0;
}

static BOOL move(LPCWSTR from, LPCWSTR to, DWORD flags, struct copy *copy) {
    struct host_path source, target;
    struct stat status;
    if (flags & MOVEFILE_DELAY_UNTIL_REBOOT)
        return fail(ERROR_NOT_SUPPORTED); /* there is no start of the system that could do it */
    DWORD error = host_path_of(from, &source);
    if (!error && lstat(source.text, &status))
        error = path_error(&source, errno);
    if (!error)
        error = to ? path_to_host(to, &target) : ERROR_INVALID_PARAMETER;
    if (error)
        return fail(error);
    if (file_check_sharing(&status, DELETE_ACCESS))
        return fail(ERROR_SHARING_VIOLATION);
    keep_spelling(to, source.text, &target);
    NTSTATUS result = file_rename(source.text, &target, flags & MOVEFILE_REPLACE_EXISTING);
    bool other_device = result == (NTSTATUS)0xC00000D4;
    if (other_device && flags & MOVEFILE_COPY_ALLOWED && !S_ISDIR(status.st_mode)) {
        error = copy_file(&source, &target, 0, copy);
        if (!error && unlink(source.text))
            error = win32_from_errno(errno);
        return error ? fail(error) : TRUE;
    }
    if (result == STATUS_OBJECT_NAME_NOT_FOUND)
        result = STATUS_OBJECT_PATH_NOT_FOUND; /* the source is there: it is the target's folder */
    return fail_status(result);
}

API(kernel32 kernelbase, BOOL, MoveFileWithProgressW, LPCWSTR lpExistingFileName, LPCWSTR lpNewFileName,
    PROGRESS_ROUTINE lpProgressRoutine, LPVOID lpData, DWORD dwFlags) {
    struct copy copy = {lpProgressRoutine, lpData, NULL, 0, 0};
    return move(lpExistingFileName, lpNewFileName, dwFlags, &copy);
}

API(kernel32 kernelbase, BOOL, MoveFileExW, LPCWSTR lpExistingFileName, LPCWSTR lpNewFileName, DWORD dwFlags) {
    return api_MoveFileWithProgressW(lpExistingFileName, lpNewFileName, NULL, NULL, dwFlags);
}

API(kernel32 kernelbase, BOOL, MoveFileW, LPCWSTR lpExistingFileName, LPCWSTR lpNewFileName) {
    return api_MoveFileWithProgressW(lpExistingFileName, lpNewFileName, NULL, NULL, MOVEFILE_COPY_ALLOWED);
}

API(kernel32 kernelbase, BOOL, MoveFileWithProgressA, LPCSTR lpExistingFileName, LPCSTR lpNewFileName,
    PROGRESS_ROUTINE lpProgressRoutine, LPVOID lpData, DWORD dwFlags) {
    WIDE_ARGUMENT(from, lpExistingFileName);
    WIDE_ARGUMENT(to, lpNewFileName);
    BOOL result = api_MoveFileWithProgressW(from, to, lpProgressRoutine, lpData, dwFlags);
    free(from);
    free(to);
    return result;
}

API(kernel32 kernelbase, BOOL, MoveFileExA, LPCSTR lpExistingFileName, LPCSTR lpNewFileName, DWORD dwFlags) {
    return api_MoveFileWithProgressA(lpExistingFileName, lpNewFileName, NULL, NULL, dwFlags);
}

API(kernel32 kernelbase, BOOL, MoveFileA, LPCSTR lpExistingFileName, LPCSTR lpNewFileName) {
    return api_MoveFileWithProgressA(lpExistingFileName, lpNewFileName, NULL, NULL, MOVEFILE_COPY_ALLOWED);
}

#define ERROR_UNABLE_TO_REMOVE_REPLACED 1175u
#define ERROR_UNABLE_TO_MOVE_REPLACEMENT 1176u

/* The replacement takes over the name, the attributes and the creation time of the replaced file, which becomes the
 * backup. */
API(kernel32 kernelbase, BOOL, ReplaceFileW, LPCWSTR lpReplacedFileName, LPCWSTR lpReplacementFileName,
    LPCWSTR lpBackupFileName, DWORD dwReplaceFlags, LPVOID lpExclude, LPVOID lpReserved) {
    struct host_path replaced, replacement, backup;
    struct file_facts facts;
    (void)dwReplaceFlags;
    if (!lpReplacedFileName || !lpReplacementFileName || lpExclude || lpReserved)
        return fail(ERROR_INVALID_PARAMETER);
    DWORD error = path_to_host(lpReplacedFileName, &replaced);
    if (!error)
        error = path_to_host(lpReplacementFileName, &replacement);
    if (!error && lpBackupFileName)
        error = path_to_host(lpBackupFileName, &backup);
    if (!error && !file_facts_of_path(replaced.text, true, &facts))
        error = path_error(&replaced, errno);
    if (!error && access(replacement.text, F_OK))
        error = path_error(&replacement, errno);
    if (!error && facts.attributes & FILE_ATTRIBUTE_READONLY)
        error = ERROR_ACCESS_DENIED;
    if (error)
        return fail(error);
    if (lpBackupFileName && rename(replaced.text, backup.text))
        return fail(ERROR_UNABLE_TO_REMOVE_REPLACED);
    if (rename(replacement.text, replaced.text)) {
        if (lpBackupFileName)
            (void)!rename(backup.text, replaced.text);
        return fail(ERROR_UNABLE_TO_MOVE_REPLACEMENT);
    }
    file_set_attributes(replaced.text, -1, facts.attributes);
    file_set_times(replaced.text, -1, facts.creation, 0, 0);
    return TRUE;
}

API(kernel32 kernelbase, BOOL, ReplaceFileA, LPCSTR lpReplacedFileName, LPCSTR lpReplacementFileName,
    LPCSTR lpBackupFileName, DWORD dwReplaceFlags, LPVOID lpExclude, LPVOID lpReserved) {
    WIDE_ARGUMENT(replaced, lpReplacedFileName);
    WIDE_ARGUMENT(replacement, lpReplacementFileName);
    WIDE_ARGUMENT(backup, lpBackupFileName);
    BOOL result = api_ReplaceFileW(replaced, replacement, backup, dwReplaceFlags, lpExclude, lpReserved);
    free(replaced);
    free(replacement);
    free(backup);
    return result;
}

/* ---- links ---- */

API(kernel32 kernelbase, BOOL, CreateHardLinkW, LPCWSTR lpFileName, LPCWSTR lpExistingFileName,
    SECURITY_ATTRIBUTES *lpSecurityAttributes) {
    struct host_path from, to;
    (void)lpSecurityAttributes;
    DWORD error = host_path_of(lpFileName, &to);
    if (!error)
        error = host_path_of(lpExistingFileName, &from);
    if (error)
        return fail(error);
    if (link(from.text, to.text) == 0)
        return TRUE;
    return fail(errno == EEXIST ? ERROR_ALREADY_EXISTS : errno == EPERM ? ERROR_ACCESS_DENIED : path_error(&from, errno));
}

API(kernel32 kernelbase, BOOL, CreateHardLinkA, LPCSTR lpFileName, LPCSTR lpExistingFileName,
    SECURITY_ATTRIBUTES *lpSecurityAttributes) {
    WIDE_ARGUMENT(to, lpFileName);
    WIDE_ARGUMENT(from, lpExistingFileName);
    BOOL result = api_CreateHardLinkW(to, from, lpSecurityAttributes);
    free(to);
    free(from);
    return result;
}

/* A relative target stays relative; an absolute one becomes the host's path. */
static bool link_target(LPCWSTR target, char *out) {
    struct host_path path;
    bool is_absolute = is_path_separator(target[0]) || (target[0] && target[1] == ':');
    if (is_absolute) {
        if (path_to_host(target, &path))
            return false;
        strcpy(out, path.text);
        return true;
    }
    size_t count = 0;
    while (*target && count < HOST_PATH_SIZE - 5) {
        size_t run = 0;
        while (target[run] && !is_path_separator(target[run]))
            run++;
        count += path_name_to_host(target, run, out + count, HOST_PATH_SIZE - 2 - count);
        target += run;
        if (*target) {
            out[count++] = '/';
            target++;
        }
    }
    out[count] = 0;
    return true;
}

API(kernel32 kernelbase, BOOLEAN, CreateSymbolicLinkW, LPCWSTR lpSymlinkFileName, LPCWSTR lpTargetFileName,
    DWORD dwFlags) {
    struct host_path path;
    char target[HOST_PATH_SIZE];
    if (!lpTargetFileName || dwFlags & ~3u)
        return (BOOLEAN)fail(ERROR_INVALID_PARAMETER);
    DWORD error = host_path_of(lpSymlinkFileName, &path);
    if (error)
        return (BOOLEAN)fail(error);
    if (!link_target(lpTargetFileName, target))
        return (BOOLEAN)fail(ERROR_PATH_NOT_FOUND);
    if (symlink(target, path.text) == 0)
        return TRUE;
    return (BOOLEAN)fail(errno == EEXIST ? ERROR_ALREADY_EXISTS : path_error(&path, errno));
}
API_ALIAS(api_CreateSymbolicLinkW, crt, msvcr110 msvcr120, "__crtCreateSymbolicLinkW");

API(kernel32 kernelbase, BOOLEAN, CreateSymbolicLinkA, LPCSTR lpSymlinkFileName, LPCSTR lpTargetFileName,
    DWORD dwFlags) {
    WIDE_ARGUMENT(name, lpSymlinkFileName);
    WIDE_ARGUMENT(target, lpTargetFileName);
    BOOLEAN result = api_CreateSymbolicLinkW(name, target, dwFlags);
    free(name);
    free(target);
    return result;
}

/* ---- temporary files ---- */

static void put_hex(WCHAR *out, unsigned value) {
    char text[8];
    int length = snprintf(text, sizeof text, "%X", value);
    for (int i = 0; i <= length; i++)
        out[i] = (WCHAR)text[i];
}

/* dir\preUUUU.TMP ("GetTempFileNameW function"): with uUnique 0 the first free name from a number of the moment on is
 * taken, and the file made. */
API(kernel32 kernelbase, UINT, GetTempFileNameW, LPCWSTR lpPathName, LPCWSTR lpPrefixString, UINT uUnique,
    LPWSTR lpTempFileName) {
    struct host_path path;
    struct stat status;
    size_t length = lpPathName ? wide_length(lpPathName) : 0;
    if (!length || length > MAX_PATH - 14)
        return (UINT)fail(length ? ERROR_BUFFER_OVERFLOW : ERROR_INVALID_PARAMETER);
    DWORD error = path_to_host(lpPathName, &path);
    if (error || stat(path.text, &status) || !S_ISDIR(status.st_mode))
        return (UINT)fail(ERROR_DIRECTORY);
    memcpy(lpTempFileName, lpPathName, length * sizeof *lpPathName);
    if (!is_path_separator(lpTempFileName[length - 1]))
        lpTempFileName[length++] = '\\';
    for (int i = 0; i < 3 && lpPrefixString && lpPrefixString[i]; i++)
        lpTempFileName[length++] = lpPrefixString[i];
    USHORT number = (USHORT)uUnique;
    if (!uUnique && getrandom(&number, sizeof number, 0) != sizeof number)
        number = (USHORT)getpid();
    for (int attempt = 0; attempt < 0xFFFF; attempt++, number++) {
        if (!number)
            continue;
        put_hex(lpTempFileName + length, number);
        memcpy(lpTempFileName + wide_length(lpTempFileName), u".tmp", 5 * sizeof(WCHAR));
        if (uUnique)
            return number;
        error = path_to_host(lpTempFileName, &path);
        int fd = error ? -1 : open(path.text, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (fd >= 0) {
            close(fd);
            return number;
        }
        if (error || errno != EEXIST)
            return (UINT)fail(error ? error : path_error(&path, errno));
    }
    return (UINT)fail(ERROR_FILE_EXISTS);
}

API(kernel32 kernelbase, UINT, GetTempFileNameA, LPCSTR lpPathName, LPCSTR lpPrefixString, UINT uUnique,
    LPSTR lpTempFileName) {
    WCHAR name[MAX_PATH];
    WIDE_ARGUMENT(path, lpPathName);
    WIDE_ARGUMENT(prefix, lpPrefixString);
    UINT number = api_GetTempFileNameW(path, prefix, uUnique, name);
    free(path);
    free(prefix);
    char *ansi = number ? path_ansi_from_wide(name) : NULL;
    if (ansi)
        snprintf(lpTempFileName, MAX_PATH, "%s", ansi);
    free(ansi);
    return ansi ? number : 0;
}
