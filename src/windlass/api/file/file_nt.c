/* The native file calls ("NtCreateFile function", "NtReadFile function", "NtQueryDirectoryFile function" ...), which
 * run-time libraries of Rust, Go and Delphi use, and the Rtl functions about paths. */
#include <errno.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "codepage.h"
#include "device_control.h"
#include "file.h"
#include "thread_object.h"
#include "file_query.h"
#include "nt.h"
#include "parameters.h"
#include "pipe_nt.h"
#include "serial.h"
#include "sync.h"

/* ---- names ---- */

NTSTATUS path_of_object(const OBJECT_ATTRIBUTES *attributes, struct host_path *out) {
    if (!attributes || !attributes->ObjectName)
        return STATUS_INVALID_PARAMETER;
    const UNICODE_STRING *name = attributes->ObjectName;
    size_t length = name->Length / sizeof(WCHAR), root_length = 0;
    WCHAR *root = NULL;
    NTSTATUS status = STATUS_SUCCESS;
    if (attributes->RootDirectory && is_current_directory(attributes->RootDirectory)) {
        root = path_current_directory(&root_length);
        if (!root)
            return STATUS_NO_MEMORY;
    } else if (attributes->RootDirectory) {
        struct file *directory = (struct file *)handle_object(attributes->RootDirectory, &file_type, 0, &status);
        if (!directory)
            return status;
        root = directory->path ? path_to_windows(directory->path, &root_length) : NULL;
        file_release(directory);
        if (!root)
            return STATUS_OBJECT_TYPE_MISMATCH;
    }
    WCHAR *path = calloc(length + root_length + 8, sizeof *path);
    if (!path) {
        free(root);
        return STATUS_NO_MEMORY;
    }
    size_t count = 0;
    if (root) {
        memcpy(path, u"\\\\?\\", 4 * sizeof *path);
        memcpy(path + 4, root, root_length * sizeof *path);
        count = root_length + 4;
        if (length && path[count - 1] != '\\')
            path[count++] = '\\';
    } else if (!length || name->Buffer[0] != '\\') {
        status = STATUS_OBJECT_PATH_SYNTAX_BAD; /* a native path without a root starts at the namespace's */
    }
    if (length)
        memcpy(path + count, name->Buffer, length * sizeof *path);
    if (!status)
        status = status_from_path_error(root ? path_to_host(path, out) : path_native_to_host(path, out));
    free(path);
    free(root);
    return status;
}

/* ---- opening ---- */

/* Where in the path the names begin that are looked up: behind the root directory, or the drive's. */
static NTSTATUS names_begin(const OBJECT_ATTRIBUTES *attributes, const struct host_path *path, size_t *start) {
    struct host_path root;
    const char *drive = path->drive ? path_drive_root(path->drive) : NULL;
    *start = drive ? strlen(drive) : 0;
    if (!attributes->RootDirectory)
        return STATUS_SUCCESS;
    UNICODE_STRING itself = {0};
    NTSTATUS status = path_of_object(&(OBJECT_ATTRIBUTES){.RootDirectory = attributes->RootDirectory,
                                                          .ObjectName = &itself}, &root);
    *start = status || strcmp(root.text, "/") == 0 ? 0 : strlen(root.text);
    return status;
}

/* OBJ_DONT_REPARSE ("OBJECT_ATTRIBUTES structure"): no link is followed. The last name may be one's that is opened itself,
 * unless a backslash leads through it. */
static NTSTATUS refuse_links(const OBJECT_ATTRIBUTES *attributes, const struct host_path *path, bool opens_link) {
    struct host_path part = *path;
    size_t at;
    if (path->kind != PATH_FILE)
        return STATUS_SUCCESS;
    NTSTATUS status = names_begin(attributes, path, &at);
    if (status)
        return status;
    while (part.text[at]) {
        struct stat facts;
        at += 1 + strcspn(part.text + at + 1, "/");
        bool is_last = !part.text[at];
        part.text[at] = 0;
        if (lstat(part.text, &facts) == 0 && S_ISLNK(facts.st_mode) && !(is_last && opens_link))
            return STATUS_REPARSE_POINT_ENCOUNTERED;
        part.text[at] = path->text[at];
    }
    return STATUS_SUCCESS;
}

static NTSTATUS open_object(const OBJECT_ATTRIBUTES *attributes, ACCESS_MASK access, ULONG file_attributes, ULONG share,
                            ULONG disposition, ULONG options, struct file **file, ULONG *information) {
    struct host_path path;
    NTSTATUS status;
    if (!attributes || !attributes->ObjectName)
        return STATUS_INVALID_PARAMETER;
    if (pipe_open_native(attributes, access, options, file, &status))
        return status;
    status = path_of_object(attributes, &path);
    if (!status && attributes->Attributes & OBJ_DONT_REPARSE)
        status = refuse_links(attributes, &path, options & FILE_OPEN_REPARSE_POINT && !path.trailing_slash);
    if (status)
        return status;
    const struct file_open_request request = {&path, access, share, disposition, options, file_attributes};
    return file_open(&request, file, information);
}

static NTSTATUS open_native(PHANDLE handle, ACCESS_MASK access, const OBJECT_ATTRIBUTES *attributes, IO_STATUS_BLOCK *block,
                            ULONG file_attributes, ULONG share, ULONG disposition, ULONG options) {
    struct file *file;
    ULONG information = FILE_OPENED;
    NTSTATUS status = open_object(attributes, access, file_attributes, share, disposition, options, &file, &information);
    block->Information = information;
    if (!status) {
        DWORD flags = attributes->Attributes & OBJ_INHERIT ? HANDLE_FLAG_INHERIT : 0;
        *handle = handle_new(&file->object, file->access, flags);
        file_release(file);
        status = *handle ? STATUS_SUCCESS : STATUS_NO_MEMORY;
    }
    block->Status = status;
    return status;
}

API(ntdll, NTSTATUS, NtCreateFile, PHANDLE FileHandle, ACCESS_MASK DesiredAccess, OBJECT_ATTRIBUTES *ObjectAttributes,
    IO_STATUS_BLOCK *IoStatusBlock, LARGE_INTEGER *AllocationSize, ULONG FileAttributes, ULONG ShareAccess,
    ULONG CreateDisposition, ULONG CreateOptions, PVOID EaBuffer, ULONG EaLength) {
    (void)AllocationSize, (void)EaBuffer, (void)EaLength;
    return open_native(FileHandle, DesiredAccess, ObjectAttributes, IoStatusBlock, FileAttributes, ShareAccess,
                       CreateDisposition, CreateOptions);
}

API(ntdll, NTSTATUS, NtOpenFile, PHANDLE FileHandle, ACCESS_MASK DesiredAccess, OBJECT_ATTRIBUTES *ObjectAttributes,
    IO_STATUS_BLOCK *IoStatusBlock, ULONG ShareAccess, ULONG OpenOptions) {
    return open_native(FileHandle, DesiredAccess, ObjectAttributes, IoStatusBlock, 0, ShareAccess, FILE_OPEN, OpenOptions);
}

API(ntdll, NTSTATUS, NtDeleteFile, OBJECT_ATTRIBUTES *ObjectAttributes) {
    struct host_path path;
    struct stat facts;
    NTSTATUS status = path_of_object(ObjectAttributes, &path);
    if (status)
        return status;
    return file_delete(&path, lstat(path.text, &facts) == 0 && S_ISDIR(facts.st_mode));
}

/* ---- reading and writing ---- */

#define USE_FILE_POINTER_POSITION (-2)
#define WRITE_TO_END_OF_FILE (-1)

static int64_t position_of(const struct file *file, const LARGE_INTEGER *where, bool writes) {
    struct stat facts;
    if (!where || where->QuadPart == USE_FILE_POINTER_POSITION)
        return -1;
    if (writes && where->QuadPart == WRITE_TO_END_OF_FILE && fstat(file->fd, &facts) == 0)
        return facts.st_size;
    return where->QuadPart;
}

/* On a handle for synchronous I/O. */
static NTSTATUS transfer_now(struct file *file, bool writes, PVOID buffer, ULONG size, int64_t offset,
                             const struct io_request *request) {
    size_t done = 0;
    NTSTATUS status;
    if (file->serial)
        status = serial_transfer(file, writes, buffer, size, &done);
    else if (file->pipe)
        status = writes ? pipe_write(file, buffer, size, &done) : pipe_read(file, buffer, size, &done);
    else
        status = writes ? file_write(file, buffer, size, offset, &done) : file_read(file, buffer, size, offset, &done);
    if (offset >= 0 && file->kind == FILE_KIND_DISK)
        lseek(file->fd, offset + (int64_t)done, SEEK_SET);
    if (NT_SUCCESS(status) || status == STATUS_END_OF_FILE || status == STATUS_BUFFER_OVERFLOW)
        io_complete(file, request, status, done);
    return status;
}

static NTSTATUS transfer(HANDLE handle, bool writes, PVOID buffer, ULONG size, const LARGE_INTEGER *where,
                         const struct io_request *request) {
    NTSTATUS status;
    size_t done;
    struct file *file = (struct file *)handle_object(handle, &file_type, 0, &status);
    if (!file)
        return status;
    int64_t offset = position_of(file, where, writes);
    if (!(file->access & (writes ? FILE_WRITE_DATA | FILE_APPEND_DATA : FILE_READ_DATA)))
        status = STATUS_ACCESS_DENIED;
    else if (!file->is_overlapped)
        status = transfer_now(file, writes, buffer, size, offset, request);
    else if (offset < 0 && (file->kind == FILE_KIND_DISK || file->serial))
        status = STATUS_INVALID_PARAMETER;           /* such a handle has no position */
    else
        status = file_transfer(file, writes, buffer, size, offset, request, &done);
    file_release(file);
    return status;
}

API(ntdll, NTSTATUS, NtReadFile, HANDLE FileHandle, HANDLE Event, APC_ROUTINE ApcRoutine, PVOID ApcContext,
    IO_STATUS_BLOCK *IoStatusBlock, PVOID Buffer, ULONG Length, LARGE_INTEGER *ByteOffset, PULONG Key) {
    (void)Key;
    const struct io_request request = io_request_native(Event, ApcRoutine, ApcContext, IoStatusBlock);
    return transfer(FileHandle, false, Buffer, Length, ByteOffset, &request);
}

API(ntdll, NTSTATUS, NtWriteFile, HANDLE FileHandle, HANDLE Event, APC_ROUTINE ApcRoutine, PVOID ApcContext,
    IO_STATUS_BLOCK *IoStatusBlock, PVOID Buffer, ULONG Length, LARGE_INTEGER *ByteOffset, PULONG Key) {
    (void)Key;
    const struct io_request request = io_request_native(Event, ApcRoutine, ApcContext, IoStatusBlock);
    return transfer(FileHandle, true, Buffer, Length, ByteOffset, &request);
}

/* The flags say what may stay in caches: file metadata other than the size, or the device's own cache. */
API(ntdll, NTSTATUS, NtFlushBuffersFileEx, HANDLE FileHandle, ULONG Flags, PVOID Parameters, ULONG ParametersSize,
    IO_STATUS_BLOCK *IoStatusBlock) {
    enum { FLUSH_FLAGS_FILE_DATA_ONLY = 1, FLUSH_FLAGS_NO_SYNC = 2, FLUSH_FLAGS_FILE_DATA_SYNC_ONLY = 4 };
    (void)Parameters, (void)ParametersSize;
    NTSTATUS status;
    struct file *file = (struct file *)handle_object(FileHandle, &file_type, 0, &status);
    if (!file)
        return status;
    bool data_only = Flags & (FLUSH_FLAGS_FILE_DATA_ONLY | FLUSH_FLAGS_NO_SYNC | FLUSH_FLAGS_FILE_DATA_SYNC_ONLY);
    if (file->kind == FILE_KIND_DISK && (data_only ? fdatasync(file->fd) : fsync(file->fd)))
        status = status_from_errno(errno);
    file_release(file);
    *IoStatusBlock = (IO_STATUS_BLOCK){{status}, 0};
    return status;
}

API(ntdll, NTSTATUS, NtFlushBuffersFile, HANDLE FileHandle, IO_STATUS_BLOCK *IoStatusBlock) {
    return api_NtFlushBuffersFileEx(FileHandle, 0, NULL, 0, IoStatusBlock);
}

/* What the calling thread has begun. */
API(ntdll, NTSTATUS, NtCancelIoFile, HANDLE FileHandle, IO_STATUS_BLOCK *IoStatusBlock) {
    NTSTATUS status;
    struct file *file = (struct file *)handle_object(FileHandle, &file_type, 0, &status);
    if (!file)
        return status;
    io_cancel(file, NULL, thread_object_self());
    file_release(file);
    *IoStatusBlock = (IO_STATUS_BLOCK){{STATUS_SUCCESS}, 0};
    return STATUS_SUCCESS;
}

API(ntdll, NTSTATUS, NtCancelIoFileEx, HANDLE FileHandle, IO_STATUS_BLOCK *IoRequestToCancel,
    IO_STATUS_BLOCK *IoStatusBlock) {
    NTSTATUS status;
    struct file *file = (struct file *)handle_object(FileHandle, &file_type, 0, &status);
    if (!file)
        return status;
    status = io_cancel_all(file, IoRequestToCancel) ? STATUS_SUCCESS : STATUS_NOT_FOUND;
    file_release(file);
    *IoStatusBlock = (IO_STATUS_BLOCK){{status}, 0};
    return status;
}

/* ---- information ---- */

API(ntdll, NTSTATUS, NtQueryInformationFile, HANDLE FileHandle, IO_STATUS_BLOCK *IoStatusBlock, PVOID FileInformation,
    ULONG Length, int FileInformationClass) {
    NTSTATUS status;
    size_t done = 0;
    struct file *file = (struct file *)handle_object(FileHandle, &file_type, 0, &status);
    if (!file)
        return status;
    status = file_query_information(file, FileInformationClass, FileInformation, Length, &done);
    file_release(file);
    *IoStatusBlock = (IO_STATUS_BLOCK){{status}, done};
    return status;
}

API(ntdll, NTSTATUS, NtSetInformationFile, HANDLE FileHandle, IO_STATUS_BLOCK *IoStatusBlock, PVOID FileInformation,
    ULONG Length, int FileInformationClass) {
    NTSTATUS status;
    struct file *file = (struct file *)handle_object(FileHandle, &file_type, 0, &status);
    if (!file)
        return status;
    status = file_set_information(file, FileInformationClass, FileInformation, Length);
    file_release(file);
    *IoStatusBlock = (IO_STATUS_BLOCK){{status}, 0};
    return status;
}

API(ntdll, NTSTATUS, NtQueryDirectoryFile, HANDLE FileHandle, HANDLE Event, APC_ROUTINE ApcRoutine, PVOID ApcContext,
    IO_STATUS_BLOCK *IoStatusBlock, PVOID FileInformation, ULONG Length, int FileInformationClass,
    BOOLEAN ReturnSingleEntry, UNICODE_STRING *FileName, BOOLEAN RestartScan) {
    NTSTATUS status;
    size_t done = 0;
    const struct io_request request = io_request_native(Event, ApcRoutine, ApcContext, IoStatusBlock);
    struct file *file = (struct file *)handle_object(FileHandle, &file_type, 0, &status);
    if (!file)
        return status;
    status = directory_query_read(file, FileInformationClass, FileInformation, Length, ReturnSingleEntry, RestartScan,
                                  FileName, &done);
    io_complete(file, &request, status, done);
    file_release(file);
    return status;
}

static NTSTATUS facts_of_object(const OBJECT_ATTRIBUTES *attributes, struct file_facts *facts) {
    struct host_path path;
    NTSTATUS status = path_of_object(attributes, &path);
    if (status)
        return status;
    return file_facts_of_path(path.text, false, facts) ? STATUS_SUCCESS : status_from_host(&path, errno);
}

API(ntdll, NTSTATUS, NtQueryAttributesFile, OBJECT_ATTRIBUTES *ObjectAttributes, int64_t *FileInformation) {
    struct file_facts facts;
    NTSTATUS status = facts_of_object(ObjectAttributes, &facts);
    if (status)
        return status;
    const int64_t basic[] = {facts.creation, facts.access, facts.write, facts.change, facts.attributes};
    memcpy(FileInformation, basic, sizeof basic);
    return STATUS_SUCCESS;
}

API(ntdll, NTSTATUS, NtQueryFullAttributesFile, OBJECT_ATTRIBUTES *ObjectAttributes, int64_t *FileInformation) {
    struct file_facts facts;
    NTSTATUS status = facts_of_object(ObjectAttributes, &facts);
    if (status)
        return status;
    const int64_t network_open[] = {facts.creation, facts.access, facts.write, facts.change, (int64_t)facts.allocation,
                                    (int64_t)facts.size, facts.attributes};
    memcpy(FileInformation, network_open, sizeof network_open);
    return STATUS_SUCCESS;
}

/* ---- volumes ("FSINFOCLASS") ---- */

enum { FileFsVolumeInformation = 1, FileFsSizeInformation = 3, FileFsDeviceInformation = 4, FileFsAttributeInformation = 5,
       FileFsFullSizeInformation = 7, FileFsSectorSizeInformation = 11 };

typedef struct { ULONG DeviceType, Characteristics; } FILE_FS_DEVICE_INFORMATION;
typedef struct {
    int64_t VolumeCreationTime;
    ULONG VolumeSerialNumber, VolumeLabelLength;
    BOOLEAN SupportsObjects;
    WCHAR VolumeLabel[1];
} FILE_FS_VOLUME_INFORMATION;
typedef struct { ULONG FileSystemAttributes; LONG MaximumComponentNameLength; ULONG FileSystemNameLength; WCHAR FileSystemName[1]; }
    FILE_FS_ATTRIBUTE_INFORMATION;

enum { SECTOR = 512, SECTORS_PER_UNIT = 8 };

API_USE(BOOL, GetVolumeInformationByHandleW, HANDLE, LPWSTR, DWORD, LPDWORD, LPDWORD, LPDWORD, LPWSTR, DWORD);

static ULONG device_type(const struct file *file) {
    enum { DEVICE_DISK = 7, DEVICE_NAMED_PIPE = 0x11, DEVICE_NULL = 0x15, DEVICE_CONSOLE = 0x50 };
    if (file->kind == FILE_KIND_PIPE)
        return DEVICE_NAMED_PIPE;
    return file->kind != FILE_KIND_CHARACTER ? DEVICE_DISK : file->is_null ? DEVICE_NULL : DEVICE_CONSOLE;
}

/* Facts that end in a text: without room for it they are given as far as they go, with a warning. */
static NTSTATUS with_text(const void *facts, size_t head, size_t smallest, const WCHAR *text, void *out, ULONG room,
                          size_t *done) {
    size_t size = wide_length(text) * sizeof *text;
    if (room < smallest)
        return STATUS_INFO_LENGTH_MISMATCH;
    memcpy(out, facts, head);
    size_t fits = room - head < size ? room - head : size;
    memcpy((char *)out + head, text, fits);
    *done = head + fits;
    return fits < size ? STATUS_BUFFER_OVERFLOW : STATUS_SUCCESS;
}

static NTSTATUS volume_facts(HANDLE handle, int class, void *out, ULONG room, size_t *done) {
    enum { LONGEST_LABEL = 64, LONGEST_NAME = 16 };
    WCHAR label[LONGEST_LABEL], name[LONGEST_NAME];
    DWORD serial, longest, flags;
    if (!api_GetVolumeInformationByHandleW(handle, label, LONGEST_LABEL, &serial, &longest, &flags, name, LONGEST_NAME))
        return STATUS_INVALID_PARAMETER;
    if (class == FileFsVolumeInformation) {
        const FILE_FS_VOLUME_INFORMATION facts = {0, serial, (ULONG)(2 * wide_length(label)), FALSE, {0}};
        return with_text(&facts, offsetof(FILE_FS_VOLUME_INFORMATION, VolumeLabel), sizeof facts, label, out, room, done);
    }
    const FILE_FS_ATTRIBUTE_INFORMATION facts = {flags, (LONG)longest, (ULONG)(2 * wide_length(name)), {0}};
    return with_text(&facts, offsetof(FILE_FS_ATTRIBUTE_INFORMATION, FileSystemName), sizeof facts, name, out, room, done);
}

static NTSTATUS volume_sizes(const struct file *file, int class, void *out, ULONG room, size_t *done) {
    struct statvfs space;
    if (fstatvfs(file->fd, &space))
        return status_from_errno(errno);
    const int64_t unit = SECTOR * SECTORS_PER_UNIT;
    const int64_t total = (int64_t)(space.f_blocks * space.f_frsize) / unit;
    const int64_t mine = (int64_t)(space.f_bavail * space.f_frsize) / unit;
    const int64_t free_units = (int64_t)(space.f_bfree * space.f_frsize) / unit;
    const struct { int64_t total, available; ULONG sectors, bytes; } size = {total, mine, SECTORS_PER_UNIT, SECTOR};
    const struct { int64_t total, mine, available; ULONG sectors, bytes; } full = {total, mine, free_units, SECTORS_PER_UNIT,
                                                                                   SECTOR};
    *done = class == FileFsSizeInformation ? sizeof size : sizeof full;
    if (room < *done)
        return STATUS_INFO_LENGTH_MISMATCH;
    memcpy(out, class == FileFsSizeInformation ? (const void *)&size : (const void *)&full, *done);
    return STATUS_SUCCESS;
}

static NTSTATUS query_volume(HANDLE handle, const struct file *file, int class, void *out, ULONG room, size_t *done) {
    const FILE_FS_DEVICE_INFORMATION device = {device_type(file), 0};
    const ULONG sectors[7] = {SECTOR, 4096, 4096, 4096, 3, 0, 0}; /* aligned, and partitions are */
    const void *facts = class == FileFsDeviceInformation ? (const void *)&device : sectors;
    switch (class) {
    case FileFsVolumeInformation:
    case FileFsAttributeInformation: return volume_facts(handle, class, out, room, done);
    case FileFsSizeInformation:
    case FileFsFullSizeInformation: return volume_sizes(file, class, out, room, done);
    case FileFsDeviceInformation:
    case FileFsSectorSizeInformation:
        *done = class == FileFsDeviceInformation ? sizeof device : sizeof sectors;
        if (room < *done)
            return STATUS_INFO_LENGTH_MISMATCH;
        memcpy(out, facts, *done);
        return STATUS_SUCCESS;
    default: return STATUS_INVALID_INFO_CLASS;
    }
}

API(ntdll, NTSTATUS, NtQueryVolumeInformationFile, HANDLE FileHandle, IO_STATUS_BLOCK *IoStatusBlock, PVOID FsInformation,
    ULONG Length, int FsInformationClass) {
    NTSTATUS status;
    size_t done = 0;
    struct file *file = (struct file *)handle_object(FileHandle, &file_type, 0, &status);
    if (!file)
        return status;
    status = query_volume(FileHandle, file, FsInformationClass, FsInformation, Length, &done);
    file_release(file);
    if (NT_SUCCESS(status) || status == STATUS_BUFFER_OVERFLOW)
        *IoStatusBlock = (IO_STATUS_BLOCK){{status}, done};
    return status;
}

/* ---- Rtl ---- */

API_USE(PVOID, RtlAllocateHeap, HANDLE, ULONG, SIZE_T);
extern void *const process_heap;

/* "\??\" and the full path, on the process heap (RtlFreeUnicodeString gives it back). */
API(ntdll, NTSTATUS, RtlDosPathNameToNtPathName_U_WithStatus, PCWSTR DosFileName, UNICODE_STRING *NtFileName,
    PWSTR *FilePart, PVOID Reserved) {
    size_t length;
    DWORD error;
    (void)Reserved;
    WCHAR *full = path_full(DosFileName, &length, &error);
    if (!full)
        return STATUS_OBJECT_NAME_INVALID;
    bool has_prefix = full[0] == '\\' && full[1] == '\\' && (full[2] == '?' || full[2] == '.') && full[3] == '\\';
    bool is_unc = full[0] == '\\' && !has_prefix;
    const WCHAR *prefix = is_unc ? u"\\??\\UNC\\" : u"\\??\\";
    size_t prefix_length = wide_length(prefix), skip = has_prefix ? 4 : is_unc ? 2 : 0;
    size_t total = prefix_length + length - skip;
    WCHAR *text = api_RtlAllocateHeap(process_heap, 0, (total + 1) * sizeof *text);
    if (!text) {
        free(full);
        return STATUS_NO_MEMORY;
    }
    memcpy(text, prefix, prefix_length * sizeof *text);
    memcpy(text + prefix_length, full + skip, (length - skip + 1) * sizeof *text);
    free(full);
    *NtFileName = (UNICODE_STRING){(USHORT)(total * sizeof *text), (USHORT)((total + 1) * sizeof *text), text};
    if (FilePart) {
        WCHAR *name = text + total;
        while (name > text && name[-1] != '\\')
            name--;
        *FilePart = *name ? name : NULL;
    }
    return STATUS_SUCCESS;
}

API(ntdll, BOOLEAN, RtlDosPathNameToNtPathName_U, PCWSTR DosFileName, UNICODE_STRING *NtFileName, PWSTR *FilePart,
    PVOID Reserved) {
    return api_RtlDosPathNameToNtPathName_U_WithStatus(DosFileName, NtFileName, FilePart, Reserved) == STATUS_SUCCESS;
}

API_ALIAS(api_RtlDosPathNameToNtPathName_U_WithStatus, relative, ntdll, "RtlDosPathNameToRelativeNtPathName_U_WithStatus");

/* Where the device's name is, in bytes: the offset in the upper half, the length in the lower; 0: none. */
API(ntdll, ULONG, RtlIsDosDeviceName_U, PCWSTR DosFileName) {
    size_t start, length;
    if (!DosFileName || !path_names_device(DosFileName, &start, &length))
        return 0;
    return (ULONG)(start * sizeof(WCHAR) << 16 | length * sizeof(WCHAR));
}

API(ntdll, ULONG, RtlGetFullPathName_U, PCWSTR FileName, ULONG BufferLength, PWSTR Buffer, PWSTR *FilePart) {
    size_t length;
    DWORD error;
    WCHAR *full = path_full(FileName, &length, &error);
    if (!full)
        return 0;
    bool fits = (length + 1) * sizeof *full <= BufferLength;
    if (fits)
        memcpy(Buffer, full, (length + 1) * sizeof *full);
    free(full);
    if (FilePart) {
        WCHAR *name = fits ? Buffer + length : NULL;
        while (name && name > Buffer && name[-1] != '\\')
            name--;
        *FilePart = name && *name ? name : NULL;
    }
    return (ULONG)((fits ? length : length + 1) * sizeof(WCHAR));
}

API(ntdll, ULONG, RtlGetCurrentDirectory_U, ULONG BufferLength, PWSTR Buffer) {
    size_t length;
    WCHAR *directory = path_current_directory(&length);
    if (!directory)
        return 0;
    bool fits = (length + 1) * sizeof *directory <= BufferLength;
    if (fits)
        memcpy(Buffer, directory, (length + 1) * sizeof *directory);
    free(directory);
    return (ULONG)((fits ? length : length + 1) * sizeof(WCHAR));
}

/* 1 UNC, 2 absolute with a drive, 3 relative to a drive, 4 rooted, 5 relative, 6 device, 7 root of the devices. */
API(ntdll, ULONG, RtlDetermineDosPathNameType_U, PCWSTR DosFileName) {
    if (is_path_separator(DosFileName[0])) {
        if (!is_path_separator(DosFileName[1]))
            return 4;
        if (DosFileName[2] != '.' && DosFileName[2] != '?')
            return 1;
        return is_path_separator(DosFileName[3]) ? 6 : DosFileName[3] ? 1 : 7;
    }
    if (!DosFileName[0] || DosFileName[1] != ':')
        return 5;
    return is_path_separator(DosFileName[2]) ? 2 : 3;
}

API(ntdll, BOOLEAN, RtlDoesFileExists_U, PCWSTR FileName) {
    struct host_path path;
    return path_to_host(FileName, &path) == ERROR_SUCCESS && path.kind == PATH_FILE && access(path.text, F_OK) == 0;
}
