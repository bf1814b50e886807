/* What devices and file systems are asked for by code ("Device Input and Output Control (IOCTL)", "File System Control
 * Codes"). A code that the file's device does not know is refused with ERROR_INVALID_FUNCTION, as on Windows. */
#include "device_control.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "codepage.h"
#include "nt.h"

#define FSCTL(function_, method_, access_) CTL_CODE(FILE_DEVICE_FILE_SYSTEM, function_, method_, access_)
#define FSCTL_IS_VOLUME_MOUNTED FSCTL(10, METHOD_BUFFERED, 0)
#define FSCTL_GET_COMPRESSION FSCTL(15, METHOD_BUFFERED, 0)
#define FSCTL_SET_COMPRESSION FSCTL(16, METHOD_BUFFERED, 3)
#define FSCTL_SET_REPARSE_POINT FSCTL(41, METHOD_BUFFERED, 0)
#define FSCTL_GET_REPARSE_POINT FSCTL(42, METHOD_BUFFERED, 0)
#define FSCTL_DELETE_REPARSE_POINT FSCTL(43, METHOD_BUFFERED, 0)
#define FSCTL_SET_SPARSE FSCTL(49, METHOD_BUFFERED, 0)
#define FSCTL_SET_ZERO_DATA FSCTL(50, METHOD_BUFFERED, 2)
#define FSCTL_QUERY_ALLOCATED_RANGES FSCTL(51, METHOD_NEITHER, 1)
#define FSCTL_CREATE_OR_GET_OBJECT_ID FSCTL(48, METHOD_BUFFERED, 0)
#define FSCTL_GET_OBJECT_ID FSCTL(39, METHOD_BUFFERED, 0)
#define IOCTL_DISK_GET_LENGTH_INFO CTL_CODE(FILE_DEVICE_DISK, 23, METHOD_BUFFERED, 1)

#define SYMLINK_FLAG_RELATIVE 1u

#define STATUS_NOT_A_REPARSE_POINT ((NTSTATUS)0xC0000275)
#define STATUS_IO_REPARSE_DATA_INVALID ((NTSTATUS)0xC0000278)
#define STATUS_IO_REPARSE_TAG_MISMATCH ((NTSTATUS)0xC0000277)
#define STATUS_DIRECTORY_NOT_EMPTY ((NTSTATUS)0xC0000101)

typedef NTSTATUS handler(struct file *file, const struct control_buffers *buffers, size_t *done);

/* ---- reparse points: symbolic links and junctions ("REPARSE_DATA_BUFFER structure") ---- */

struct reparse_data {
    ULONG tag;
    USHORT length, reserved;
    USHORT substitute_offset, substitute_length, print_offset, print_length;
    union {
        struct { ULONG flags; WCHAR text[1]; } link;
        struct { WCHAR text[1]; } mount_point;
    };
};
enum { REPARSE_HEADER = 8, LINK_TEXT = offsetof(struct reparse_data, link.text),
       MOUNT_TEXT = offsetof(struct reparse_data, mount_point.text) };

/* Links to an absolute path are told with the prefix of the native namespace before it. */
/* The target twice, each text with its 0: to be followed, and to be shown. */
static NTSTATUS put_link(const struct control_buffers *buffers, const WCHAR *text, size_t length, bool is_junction,
                         bool relative, size_t *done) {
    const size_t end = is_junction ? sizeof(WCHAR) : 0; /* junctions have one behind each */
    size_t prefix = relative ? 0 : 4, print = 2 * length, substitute = 2 * (length + prefix);
    size_t head = is_junction ? MOUNT_TEXT : LINK_TEXT, needed = head + substitute + print + 2 * end;
    struct reparse_data *data = buffers->out;
    if (buffers->out_size < needed)
        return buffers->out_size < head ? STATUS_BUFFER_TOO_SMALL : STATUS_BUFFER_OVERFLOW;
    memset(data, 0, needed);
    data->tag = is_junction ? IO_REPARSE_TAG_MOUNT_POINT : IO_REPARSE_TAG_SYMLINK;
    data->length = (USHORT)(needed - REPARSE_HEADER);
    data->substitute_length = (USHORT)substitute;
    data->print_offset = (USHORT)(substitute + end);
    data->print_length = (USHORT)print;
    if (!is_junction)
        data->link.flags = relative ? SYMLINK_FLAG_RELATIVE : 0;
    char *to = (char *)data + head;
    memcpy(to, u"\\??\\", 2 * prefix);
    memcpy(to + 2 * prefix, text, print);
    memcpy(to + data->print_offset, text, print);
    *done = needed;
    return STATUS_SUCCESS;
}

static WCHAR *with_backslash(WCHAR *text) {
    size_t length = wide_length(text);
    WCHAR *grown = realloc(text, (length + 2) * sizeof *grown);
    if (!grown)
        free(text);
    else if (grown[length - 1] != '\\')
        memcpy(grown + length, u"\\", 2 * sizeof *grown);
    return grown;
}

static NTSTATUS get_reparse_point(struct file *file, const struct control_buffers *buffers, size_t *done) {
    char target[HOST_PATH_SIZE];
    ssize_t count = file->path ? readlink(file->path, target, sizeof target - 1) : -1;
    if (count < 0)
        return errno == EINVAL || !file->path ? STATUS_NOT_A_REPARSE_POINT : status_from_errno(errno);
    bool is_junction = file_link_tag(-1, file->path) == IO_REPARSE_TAG_MOUNT_POINT;
    target[is_junction ? --count : count] = 0;
    bool relative = target[0] != '/', ends_in_slash = is_junction && count > 1 && target[count - 1] == '/';
    size_t length;
    WCHAR *text = relative ? wide_from_utf8(target) : path_to_windows(target, &length);
    if (text && ends_in_slash)
        text = with_backslash(text);
    if (!text)
        return STATUS_NO_MEMORY;
    length = wide_length(text);
    for (WCHAR *at = text; relative && *at; at++)
        if (*at == '/')
            *at = '\\';
    NTSTATUS status = put_link(buffers, text, length, is_junction, relative, done);
    free(text);
    return status;
}

/* The text's host path: relative links stay so. */
static NTSTATUS link_target(const WCHAR *text, size_t length, bool relative, char *out) {
    WCHAR *copy = calloc(length + 1, sizeof *copy);
    struct host_path path;
    if (!copy)
        return STATUS_NO_MEMORY;
    memcpy(copy, text, 2 * length);
    NTSTATUS status = STATUS_SUCCESS;
    if (relative) {
        size_t size = utf8_from_wide(copy, length, out, HOST_PATH_SIZE - 1);
        out[size] = 0;
        for (char *at = out; *at; at++)
            if (*at == '\\')
                *at = '/';
    } else {
        if (length > 4 && wide_compare_no_case(copy, 4, u"\\??\\", 4) == 0)
            copy[1] = '\\'; /* the native prefix, in its Win32 form */
        status = status_from_path_error(path_to_host(copy, &path));
        if (!status)
            snprintf(out, HOST_PATH_SIZE, "%s", path.text);
    }
    free(copy);
    return status;
}

/* By a slash behind the target (see file_link_tag()), and by another if the text has one that is to be read again. */
static void mark_junction(char *target, bool ends_in_slash) {
    size_t end = strlen(target);
    while (end > 1 && target[end - 1] == '/')
        end--;
    const char *mark = !end || target[end - 1] == '/' ? "" : ends_in_slash ? "//" : "/";
    if (end + strlen(mark) < HOST_PATH_SIZE)
        strcpy(target + end, mark);
}

/* A link takes the place of the empty file or directory that the handle is for. */
static NTSTATUS set_reparse_point(struct file *file, const struct control_buffers *buffers, size_t *done) {
    const struct reparse_data *data = buffers->in;
    struct stat facts;
    char target[HOST_PATH_SIZE];
    (void)done;
    if (!file->path || buffers->in_size < LINK_TEXT - 4 || buffers->in_size < REPARSE_HEADER + (size_t)data->length)
        return STATUS_IO_REPARSE_DATA_INVALID;
    bool is_link = data->tag == IO_REPARSE_TAG_SYMLINK;
    if (!is_link && data->tag != IO_REPARSE_TAG_MOUNT_POINT)
        return STATUS_NOT_SUPPORTED;
    const WCHAR *text = is_link ? data->link.text : data->mount_point.text;
    size_t room = buffers->in_size - (size_t)((const char *)text - (const char *)data);
    if ((size_t)data->substitute_offset + data->substitute_length > room)
        return STATUS_IO_REPARSE_DATA_INVALID;
    NTSTATUS status = link_target(text + data->substitute_offset / 2, data->substitute_length / 2,
                                  is_link && data->link.flags & SYMLINK_FLAG_RELATIVE, target);
    if (status)
        return status;
    if (!is_link)
        mark_junction(target, text[(data->substitute_offset + data->substitute_length) / 2 - 1] == '\\');
    if (lstat(file->path, &facts))
        return status_from_errno(errno);
    if (S_ISDIR(facts.st_mode) ? rmdir(file->path) : unlink(file->path))
        return errno == ENOTEMPTY || errno == EEXIST ? STATUS_DIRECTORY_NOT_EMPTY : status_from_errno(errno);
    return symlink(target, file->path) ? status_from_errno(errno) : STATUS_SUCCESS;
}

static NTSTATUS delete_reparse_point(struct file *file, const struct control_buffers *buffers, size_t *done) {
    struct stat facts, target;
    const struct reparse_data *data = buffers->in;
    (void)done;
    if (buffers->in_size < REPARSE_HEADER)
        return STATUS_IO_REPARSE_DATA_INVALID;
    if (!file->path || lstat(file->path, &facts) || !S_ISLNK(facts.st_mode))
        return STATUS_NOT_A_REPARSE_POINT;
    DWORD tag = file_link_tag(-1, file->path);
    if (data->tag != tag)
        return STATUS_IO_REPARSE_TAG_MISMATCH;
    bool is_directory = tag == IO_REPARSE_TAG_MOUNT_POINT || (stat(file->path, &target) == 0 && S_ISDIR(target.st_mode));
    if (unlink(file->path))
        return status_from_errno(errno);
    if (is_directory)
        return mkdir(file->path, 0777) ? status_from_errno(errno) : STATUS_SUCCESS;
    int fd = open(file->path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0666);
    if (fd < 0)
        return status_from_errno(errno);
    close(fd);
    return STATUS_SUCCESS;
}

/* ---- sparse files: the host's always are, but programs look for the attribute ("Sparse Files") ---- */

/* "FILE_SET_SPARSE_BUFFER structure": one BOOLEAN; without it the file becomes sparse. */
static NTSTATUS set_sparse(struct file *file, const struct control_buffers *buffers, size_t *done) {
    (void)done;
    if (file->kind != FILE_KIND_DISK)
        return STATUS_INVALID_PARAMETER;
    if (!(file->access & (FILE_WRITE_DATA | FILE_WRITE_ATTRIBUTES)))
        return STATUS_ACCESS_DENIED;
    file_set_sparse(file->fd, !buffers->in_size || *(const BOOLEAN *)buffers->in);
    return STATUS_SUCCESS;
}

static NTSTATUS set_zero_data(struct file *file, const struct control_buffers *buffers, size_t *done) {
    const int64_t *range = buffers->in; /* "FILE_ZERO_DATA_INFORMATION structure": from, and beyond */
    struct stat facts;
    (void)done;
    if (file->kind != FILE_KIND_DISK || buffers->in_size < 2 * sizeof *range || range[0] < 0 || range[1] < range[0])
        return STATUS_INVALID_PARAMETER;
    if (!(file->access & FILE_WRITE_DATA))
        return STATUS_ACCESS_DENIED;
    if (fstat(file->fd, &facts))
        return status_from_errno(errno);
    int64_t end = range[1] < facts.st_size ? range[1] : facts.st_size; /* the file does not grow */
    if (end <= range[0])
        return STATUS_SUCCESS;
    if (fallocate(file->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, range[0], end - range[0]) == 0)
        return STATUS_SUCCESS;
    static const char zeros[4096];
    for (int64_t at = range[0]; at < end;) {
        size_t part = end - at < (int64_t)sizeof zeros ? (size_t)(end - at) : sizeof zeros;
        ssize_t count = pwrite(file->fd, zeros, part, at);
        if (count < 0)
            return status_from_errno(errno);
        at += count;
    }
    return STATUS_SUCCESS;
}

/* "FSCTL_QUERY_ALLOCATED_RANGES": where within a range there is data. */
static NTSTATUS query_allocated_ranges(struct file *file, const struct control_buffers *buffers, size_t *done) {
    const int64_t *asked = buffers->in;
    int64_t(*found)[2] = buffers->out;
    size_t room = buffers->out_size / sizeof *found, count = 0;
    if (file->kind != FILE_KIND_DISK || buffers->in_size < 2 * sizeof *asked || asked[0] < 0 || asked[1] < 0)
        return STATUS_INVALID_PARAMETER;
    int fd = openat(AT_FDCWD, file->path, O_RDONLY | O_CLOEXEC); /* looking moves the position */
    if (fd < 0)
        return status_from_errno(errno);
    NTSTATUS status = STATUS_SUCCESS;
    int64_t end = asked[0] + asked[1];
    for (int64_t at = asked[0]; at < end;) {
        int64_t data = lseek(fd, at, SEEK_DATA);
        if (data < 0 || data >= end)
            break;
        int64_t hole = lseek(fd, data, SEEK_HOLE);
        if (hole > end)
            hole = end;
        if (count == room) {
            status = count ? STATUS_BUFFER_OVERFLOW : STATUS_BUFFER_TOO_SMALL;
            break;
        }
        found[count][0] = data;
        found[count++][1] = hole - data;
        at = hole;
    }
    close(fd);
    *done = count * sizeof *found;
    return status;
}

/* ---- the rest ---- */

static NTSTATUS get_compression(struct file *file, const struct control_buffers *buffers, size_t *done) {
    (void)file;
    if (buffers->out_size < sizeof(USHORT))
        return STATUS_INVALID_PARAMETER;
    *(USHORT *)buffers->out = 0; /* COMPRESSION_FORMAT_NONE */
    *done = sizeof(USHORT);
    return STATUS_SUCCESS;
}

static NTSTATUS set_compression(struct file *file, const struct control_buffers *buffers, size_t *done) {
    (void)file, (void)done;
    if (buffers->in_size < sizeof(USHORT))
        return STATUS_INVALID_PARAMETER;
    return *(const USHORT *)buffers->in ? STATUS_INVALID_DEVICE_REQUEST : STATUS_SUCCESS;
}

static NTSTATUS is_volume_mounted(struct file *file, const struct control_buffers *buffers, size_t *done) {
    (void)file, (void)buffers, (void)done;
    return STATUS_SUCCESS;
}

/* "FILE_OBJECTID_BUFFER structure": what names the file on its volume, here its inode and the volume. */
static NTSTATUS get_object_id(struct file *file, const struct control_buffers *buffers, size_t *done) {
    struct file_facts facts;
    uint64_t id[8] = {0};
    if (buffers->out_size < sizeof id)
        return STATUS_BUFFER_TOO_SMALL;
    if (!file_facts_of_file(file, &facts))
        return status_from_errno(errno);
    id[0] = id[4] = facts.id;
    id[1] = id[2] = id[5] = facts.volume;
    memcpy(buffers->out, id, sizeof id);
    *done = sizeof id;
    return STATUS_SUCCESS;
}

static NTSTATUS get_length(struct file *file, const struct control_buffers *buffers, size_t *done) {
    int64_t length = lseek(file->fd, 0, SEEK_END);
    struct stat facts;
    if (fstat(file->fd, &facts) || !S_ISBLK(facts.st_mode) || length < 0)
        return STATUS_INVALID_DEVICE_REQUEST;
    if (buffers->out_size < sizeof length)
        return STATUS_BUFFER_TOO_SMALL;
    memcpy(buffers->out, &length, sizeof length);
    *done = sizeof length;
    return STATUS_SUCCESS;
}

static const struct {
    ULONG code;
    handler *handler;
} handlers[] = {
    {FSCTL_IS_VOLUME_MOUNTED, is_volume_mounted},
    {FSCTL_GET_COMPRESSION, get_compression},
    {FSCTL_SET_COMPRESSION, set_compression},
    {FSCTL_GET_REPARSE_POINT, get_reparse_point},
    {FSCTL_SET_REPARSE_POINT, set_reparse_point},
    {FSCTL_DELETE_REPARSE_POINT, delete_reparse_point},
    {FSCTL_SET_SPARSE, set_sparse},
    {FSCTL_SET_ZERO_DATA, set_zero_data},
    {FSCTL_QUERY_ALLOCATED_RANGES, query_allocated_ranges},
    {FSCTL_CREATE_OR_GET_OBJECT_ID, get_object_id},
    {FSCTL_GET_OBJECT_ID, get_object_id},
    {IOCTL_DISK_GET_LENGTH_INFO, get_length},
};

static NTSTATUS control_file(struct file *file, ULONG code, const struct control_buffers *buffers, size_t *done) {
    for (size_t i = 0; i < sizeof handlers / sizeof *handlers; i++)
        if (handlers[i].code == code)
            return handlers[i].handler(file, buffers, done);
    return STATUS_INVALID_DEVICE_REQUEST;
}

static NTSTATUS control(struct file *file, ULONG code, const struct control_buffers *buffers,
                        const struct io_request *request, size_t *done) {
    NTSTATUS status;
    *done = 0;
    if (file->device == FILE_DEVICE_AFD || (file->kind == FILE_KIND_PIPE && code >> 12 == FSCTL_AFD_BASE)) /* a socket */
        status = afd_control(file, code, buffers, request, done);
    else if (file->device == FILE_DEVICE_MOUNT_MANAGER)
        status = mount_manager_control(code, buffers, done);
    else if (file->kind == FILE_KIND_PIPE && code >> 16 == FILE_DEVICE_NAMED_PIPE)
        status = pipe_control(file, code, buffers, request, done);
    else
        status = control_file(file, code, buffers, done);
    if (status != STATUS_PENDING && request->block)
        io_complete(file, request, status, *done);
    return status;
}

/* ---- API ---- */

static NTSTATUS control_handle(HANDLE handle, ULONG code, const struct control_buffers *buffers,
                               const struct io_request *request) {
    NTSTATUS status;
    size_t done;
    struct file *file = (struct file *)handle_object(handle, &file_type, 0, &status);
    if (!file)
        return status;
    status = control(file, code, buffers, request, &done);
    file_release(file);
    return status;
}

API(ntdll, NTSTATUS, NtDeviceIoControlFile, HANDLE FileHandle, HANDLE Event, APC_ROUTINE ApcRoutine, PVOID ApcContext,
    IO_STATUS_BLOCK *IoStatusBlock, ULONG IoControlCode, PVOID InputBuffer, ULONG InputBufferLength, PVOID OutputBuffer,
    ULONG OutputBufferLength) {
    const struct io_request request = io_request_native(Event, ApcRoutine, ApcContext, IoStatusBlock);
    return control_handle(FileHandle, IoControlCode,
                          &(struct control_buffers){InputBuffer, OutputBuffer, InputBufferLength, OutputBufferLength},
                          &request);
}
API_ALIAS(api_NtDeviceIoControlFile, file_system, ntdll, "NtFsControlFile");

API(kernel32 kernelbase, BOOL, DeviceIoControl, HANDLE hDevice, DWORD dwIoControlCode, LPVOID lpInBuffer,
    DWORD nInBufferSize, LPVOID lpOutBuffer, DWORD nOutBufferSize, LPDWORD lpBytesReturned, OVERLAPPED *lpOverlapped) {
    const struct control_buffers buffers = {lpInBuffer, lpOutBuffer, nInBufferSize, nOutBufferSize};
    size_t done = 0;
    struct file *file = file_from_handle(hDevice, 0);
    if (!file)
        return FALSE;
    const struct io_request request = lpOverlapped ? io_request_from(lpOverlapped, NULL) : (struct io_request){0};
    NTSTATUS status = control(file, dwIoControlCode, &buffers, &request, &done);
    file_release(file);
    if (lpBytesReturned)
        *lpBytesReturned = (DWORD)done;
    return succeed_or_fail(status);
}
