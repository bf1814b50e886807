/* The information classes of files and directories; see file_query.h. Layouts from "NtQueryInformationFile function",
 * "NtSetInformationFile function", "NtQueryDirectoryFile function" and wdm.h's documentation. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "api.h"
#include "codepage.h"
#include "file.h"
#include "file_query.h"
#include "pipe_nt.h"

#define STATUS_CANNOT_DELETE ((NTSTATUS)0xC0000121)

typedef struct { int64_t creation, access, write, change; DWORD attributes; } FILE_BASIC_INFORMATION;
typedef struct { int64_t allocation, end; ULONG links; BOOLEAN delete_pending, directory; } FILE_STANDARD_INFORMATION;
typedef struct { ULONG length; WCHAR name[1]; } FILE_NAME_INFORMATION;
typedef struct { ULONG attributes, tag; } FILE_ATTRIBUTE_TAG_INFORMATION;
typedef struct { int64_t creation, access, write, change, allocation, end; ULONG attributes; } FILE_NETWORK_OPEN_INFORMATION;
typedef struct { ULONGLONG volume; BYTE id[16]; } FILE_ID_INFORMATION;
typedef struct { ULONG next, name_length; int64_t size, allocation; WCHAR name[1]; } FILE_STREAM_INFORMATION;
typedef struct { int64_t size; USHORT format; UCHAR shifts[3], reserved[3]; } FILE_COMPRESSION_INFORMATION;
typedef struct {
    ULONG logical_sector, physical_sector, performance_sector, effective_sector, flags, sector_offset, partition_offset;
} FILE_STORAGE_INFORMATION;
typedef struct {
    int64_t id, creation, access, write, change, allocation, end;
    ULONG attributes, tag, links;
    ACCESS_MASK access_mask;
} FILE_STAT_INFORMATION;

/* The parts of FILE_ALL_INFORMATION before the name. */
typedef struct {
    FILE_BASIC_INFORMATION basic;
    FILE_STANDARD_INFORMATION standard;
    int64_t internal;
    ULONG ea_size;
    ACCESS_MASK access;
    int64_t position;
    ULONG mode, alignment;
} FILE_ALL_HEAD;

struct query {
    struct file *file;
    struct file_facts facts;
    void *buffer;
    size_t size;
    size_t *done;
};

static FILE_BASIC_INFORMATION basic(const struct file_facts *facts) {
    return (FILE_BASIC_INFORMATION){facts->creation, facts->access, facts->write, facts->change, facts->attributes};
}

static FILE_STANDARD_INFORMATION standard(const struct query *query) {
    const struct file *file = query->file;
    return (FILE_STANDARD_INFORMATION){(int64_t)query->facts.allocation, (int64_t)query->facts.size, query->facts.links,
                                       file->node && file->node->is_delete_pending,
                                       (query->facts.attributes & FILE_ATTRIBUTE_DIRECTORY) != 0};
}

static NTSTATUS give(const struct query *query, const void *data, size_t size) {
    if (query->size < size)
        return STATUS_INFO_LENGTH_MISMATCH;
    memcpy(query->buffer, data, size);
    *query->done = size;
    return STATUS_SUCCESS;
}

#define GIVE(query_, value_) give(query_, &(value_), sizeof(value_))

static int64_t position(struct file *file) {
    int64_t at = 0;
    return file_set_position(file, 0, FILE_CURRENT, &at) ? 0 : at;
}

static ULONG mode(const struct file *file) {
    return (file->writes_through ? FILE_WRITE_THROUGH : 0) | (file->is_overlapped ? 0 : FILE_SYNCHRONOUS_IO_NONALERT) |
           (file->deletes_on_close ? FILE_DELETE_ON_CLOSE : 0);
}

/* FILE_NAME_INFORMATION: the path from the volume's root. As much as fits is given. */
static NTSTATUS give_name(const struct query *query, size_t head) {
    size_t length = 0;
    WCHAR *path = query->file->path ? path_to_windows(query->file->path, &length) : NULL;
    if (!path)
        return query->file->path ? STATUS_NO_MEMORY : STATUS_OBJECT_PATH_NOT_FOUND;
    ULONG bytes = (ULONG)((length - 2) * sizeof *path);
    if (query->size < head + sizeof(ULONG)) {
        free(path);
        return STATUS_INFO_LENGTH_MISMATCH;
    }
    char *at = (char *)query->buffer + head;
    size_t room = query->size - head - sizeof bytes;
    memcpy(at, &bytes, sizeof bytes);
    memcpy(at + sizeof bytes, path + 2, bytes < room ? bytes : room & ~(size_t)1);
    free(path);
    *query->done = head + sizeof bytes + (bytes < room ? bytes : room);
    return bytes <= room ? STATUS_SUCCESS : STATUS_BUFFER_OVERFLOW;
}

static NTSTATUS give_all(const struct query *query) {
    FILE_ALL_HEAD all = {
        .basic = basic(&query->facts), .standard = standard(query), .internal = (int64_t)query->facts.id,
        .access = query->file->access, .position = position(query->file), .mode = mode(query->file)};
    NTSTATUS status = give(query, &all, sizeof all);
    return status ? status : give_name(query, sizeof all);
}

static NTSTATUS give_streams(const struct query *query) {
    static const WCHAR name[] = u"::$DATA";
    struct { FILE_STREAM_INFORMATION head; WCHAR rest[7]; } stream = {
        {0, sizeof name - sizeof *name, (int64_t)query->facts.size, (int64_t)query->facts.allocation, {0}}, {0}};
    size_t size = offsetof(FILE_STREAM_INFORMATION, name) + sizeof name - sizeof *name;
    if (query->facts.attributes & FILE_ATTRIBUTE_DIRECTORY)
        return STATUS_END_OF_FILE;
    memcpy((char *)&stream + offsetof(FILE_STREAM_INFORMATION, name), name, sizeof name - sizeof *name);
    return give(query, &stream, size);
}

NTSTATUS file_query_information(struct file *file, int class, void *buffer, size_t size, size_t *done) {
    struct query query = {.file = file, .buffer = buffer, .size = size, .done = done};
    const struct file_facts *facts = &query.facts;
    *done = 0;
    if (file->is_volume)
        return STATUS_INVALID_PARAMETER;
    if (!file_facts_of_file(file, &query.facts))
        return status_from_errno(errno);
    switch (class) {
    case FileBasicInformation: {
        FILE_BASIC_INFORMATION information = basic(facts);
        return GIVE(&query, information);
    }
    case FileStandardInformation: {
        FILE_STANDARD_INFORMATION information = standard(&query);
        return GIVE(&query, information);
    }
    case FileInternalInformation: return GIVE(&query, facts->id);
    case FileEaInformation: return give(&query, &(ULONG){0}, sizeof(ULONG));
    case FileAccessInformation: return GIVE(&query, file->access);
    case FileNameInformation: return give_name(&query, 0);
    case FilePositionInformation: return give(&query, &(int64_t){position(file)}, sizeof(int64_t));
    case FileModeInformation: return give(&query, &(ULONG){mode(file)}, sizeof(ULONG));
    case FileAlignmentInformation: return give(&query, &(ULONG){0}, sizeof(ULONG));
    case FileAllInformation: return give_all(&query);
    case FileStreamInformation: return give_streams(&query);
    case FilePipeInformation:
    case FilePipeLocalInformation: return pipe_query_information(file, class, buffer, size, done);
    case FileCompressionInformation: {
        FILE_COMPRESSION_INFORMATION information = {.size = (int64_t)facts->size};
        return GIVE(&query, information);
    }
    case FileNetworkOpenInformation: {
        FILE_NETWORK_OPEN_INFORMATION information = {facts->creation, facts->access, facts->write, facts->change,
                                                     (int64_t)facts->allocation, (int64_t)facts->size, facts->attributes};
        return GIVE(&query, information);
    }
    case FileAttributeTagInformation: {
        FILE_ATTRIBUTE_TAG_INFORMATION information = {facts->attributes, facts->reparse_tag};
        return GIVE(&query, information);
    }
    case FileIoCompletionNotificationInformation:
        return give(&query, &(ULONG){file->notification_modes}, sizeof(ULONG));
    case FileStorageInformation: {
        FILE_STORAGE_INFORMATION information = {512, 4096, 4096, 4096, 3, 0, 0};
        return GIVE(&query, information);
    }
    case FileIdInformation: {
        FILE_ID_INFORMATION information = {.volume = facts->volume};
        memcpy(information.id, &facts->id, sizeof facts->id);
        return GIVE(&query, information);
    }
    case FileStatInformation: {
        FILE_STAT_INFORMATION information = {
            (int64_t)facts->id, facts->creation, facts->access, facts->write, facts->change, (int64_t)facts->allocation,
            (int64_t)facts->size, facts->attributes, facts->reparse_tag, facts->links, file->access};
        return GIVE(&query, information);
    }
    default: return STATUS_INVALID_INFO_CLASS;
    }
}

/* ---- setting ---- */

static int64_t set_time(int64_t time) { return time > 0 ? time : 0; }

static NTSTATUS set_basic(struct file *file, const FILE_BASIC_INFORMATION *information) {
    if (!(file->access & FILE_WRITE_ATTRIBUTES))
        return STATUS_ACCESS_DENIED;
    int error = file_set_times(file->path, file->fd, set_time(information->creation), set_time(information->access),
                               set_time(information->write));
    if (!error && information->attributes)
        error = file_set_attributes(file->path, file->fd, information->attributes);
    return status_from_errno(error);
}

/* FILE_DISPOSITION_INFORMATION and the flags of FILE_DISPOSITION_INFORMATION_EX. */
enum { DISPOSITION_DELETE = 1, DISPOSITION_POSIX = 2, DISPOSITION_IGNORE_READONLY = 0x10 };

static bool is_empty_directory(const char *path) {
    NTSTATUS status;
    struct directory_entry entry;
    struct directory_search *search = directory_search_open(path, u"", 0, true, &status);
    bool is_empty = search && !directory_search_next(search, &entry);
    if (search)
        directory_search_close(search);
    return is_empty;
}

static NTSTATUS set_disposition(struct file *file, ULONG flags) {
    struct stat status;
    if (!(file->access & DELETE_ACCESS))
        return STATUS_ACCESS_DENIED;
    if (!file->node || fstat(file->fd, &status))
        return STATUS_INVALID_PARAMETER;
    bool deletes = flags & DISPOSITION_DELETE;
    if (deletes && !(flags & DISPOSITION_IGNORE_READONLY) && S_ISREG(status.st_mode) && !(status.st_mode & 0222))
        return STATUS_CANNOT_DELETE;
    if (deletes && S_ISDIR(status.st_mode) && !is_empty_directory(file->path))
        return (NTSTATUS)0xC0000101; /* STATUS_DIRECTORY_NOT_EMPTY */
    if (deletes && flags & DISPOSITION_POSIX) /* the name goes now, the file with its last handle */
        return (S_ISDIR(status.st_mode) ? rmdir : unlink)(file->path) ? status_from_errno(errno) : STATUS_SUCCESS;
    file_nodes_lock();
    file->node->is_delete_pending = deletes;
    file_nodes_unlock();
    return STATUS_SUCCESS;
}

static NTSTATUS set_size(struct file *file, int64_t size) {
    if (!(file->access & FILE_WRITE_DATA))
        return STATUS_ACCESS_DENIED;
    return size < 0 ? STATUS_INVALID_PARAMETER : file_resize(file, size);
}

/* An allocation below the file's size cuts it; a larger one only reserves room, which the host does when it writes. */
static NTSTATUS set_allocation(struct file *file, int64_t size) {
    struct stat status;
    if (fstat(file->fd, &status))
        return status_from_errno(errno);
    return size < status.st_size ? set_size(file, size) : STATUS_SUCCESS;
}

/* The target as a host path: below a directory, absolute ("\??\C:\x" or another native path, or "C:\x"), or a name beside
 * the file. */
static NTSTATUS rename_target(const struct file *file, const FILE_RENAME_INFORMATION *information, struct host_path *to) {
    size_t length = information->length / sizeof(WCHAR);
    if (information->root) {
        UNICODE_STRING below = {(USHORT)information->length, (USHORT)information->length,
                                (WCHAR *)(uintptr_t)information->name};
        return path_of_object(&(OBJECT_ATTRIBUTES){.RootDirectory = information->root, .ObjectName = &below}, to);
    }
    WCHAR *name = calloc(length + 1, sizeof *name);
    if (!name)
        return STATUS_NO_MEMORY;
    memcpy(name, information->name, length * sizeof *name);
    bool is_name = true;
    for (size_t i = 0; i < length; i++)
        if (is_path_separator(name[i]) || name[i] == ':')
            is_name = false;
    NTSTATUS status;
    if (is_name) {
        const char *slash = strrchr(file->path, '/');
        size_t folder = (size_t)(slash - file->path) + 1;
        memcpy(to->text, file->path, folder);
        size_t end = folder + path_name_to_host(name, length, to->text + folder, HOST_PATH_SIZE - folder - 1);
        status = end < HOST_PATH_SIZE ? STATUS_SUCCESS : STATUS_NAME_TOO_LONG;
        to->text[end < HOST_PATH_SIZE ? end : 0] = 0;
        to->kind = PATH_FILE;
    } else {
        status = status_from_path_error(path_native_to_host(name, to));
    }
    free(name);
    return status;
}

static NTSTATUS set_name(struct file *file, const FILE_RENAME_INFORMATION *information, bool is_link) {
    struct host_path to;
    if (!file->path)
        return STATUS_INVALID_PARAMETER;
    if (!is_link && !(file->access & DELETE_ACCESS))
        return STATUS_ACCESS_DENIED;
    NTSTATUS status = rename_target(file, information, &to);
    bool replaces = information->flags & 1;
    if (!status && is_link) {
        if (replaces)
            unlink(to.text);
        return link(file->path, to.text) ? status_from_errno(errno) : STATUS_SUCCESS;
    }
    if (!status)
        status = file_rename(file->path, &to, replaces);
    char *path = status ? NULL : strdup(to.text);
    if (path) {
        free(file->path);
        file->path = path;
    }
    return status;
}

struct completion_information {
    HANDLE port;
    PVOID key;
};

/* Without a port the file is taken from the one it has, which only a replacement can do ("FILE_COMPLETION_INFORMATION
 * structure"). */
static NTSTATUS set_port(struct file *file, const struct completion_information *information, bool replaces) {
    NTSTATUS status = STATUS_SUCCESS;
    struct completion_port *port = NULL;
    if (!file->is_overlapped || (file->port && !replaces))
        return STATUS_INVALID_PARAMETER;
    if (information->port || !replaces)
        port = port_from_handle(information->port, &status);
    if (status)
        return status;
    if (replaces)
        port_unbind(file);
    if (port) {
        port_bind(port, file, (ULONG_PTR)information->key);
        port_release(port);
    }
    return STATUS_SUCCESS;
}

NTSTATUS file_set_information(struct file *file, int class, const void *buffer, size_t size) {
    static const BYTE sizes[] = {
        [FileBasicInformation] = sizeof(FILE_BASIC_INFORMATION), [FileRenameInformation] = 20, [FileLinkInformation] = 20,
        [FileDispositionInformation] = 1, [FilePositionInformation] = 8, [FileModeInformation] = 4,
        [FileAllocationInformation] = 8, [FileEndOfFileInformation] = 8, [FilePipeInformation] = 8,
        [FileIoCompletionNotificationInformation] = 4, [FileIoPriorityHintInformation] = 4,
        [FileCompletionInformation] = 16, [FileReplaceCompletionInformation] = 16,
        [FileDispositionInformationEx] = 4, [FileRenameInformationEx] = 20};
    if (class < 0 || (size_t)class >= sizeof sizes || !sizes[class])
        return STATUS_INVALID_INFO_CLASS;
    if (size < sizes[class])
        return STATUS_INFO_LENGTH_MISMATCH;
    switch (class) {
    case FileBasicInformation: return set_basic(file, buffer);
    case FileRenameInformation:
    case FileRenameInformationEx: return set_name(file, buffer, false);
    case FileLinkInformation: return set_name(file, buffer, true);
    case FileDispositionInformation: return set_disposition(file, *(const BOOLEAN *)buffer != 0);
    case FileDispositionInformationEx: return set_disposition(file, *(const ULONG *)buffer);
    case FilePositionInformation: return file_set_position(file, *(const int64_t *)buffer, FILE_BEGIN, &(int64_t){0});
    case FileModeInformation: file->writes_through = *(const ULONG *)buffer & FILE_WRITE_THROUGH; return STATUS_SUCCESS;
    case FileAllocationInformation: return set_allocation(file, *(const int64_t *)buffer);
    case FileEndOfFileInformation: return set_size(file, *(const int64_t *)buffer);
    case FilePipeInformation: return pipe_set_information(file, buffer);
    case FileIoCompletionNotificationInformation:
        file->notification_modes |= (BYTE)(*(const ULONG *)buffer & 3);
        return STATUS_SUCCESS;
    case FileCompletionInformation: return set_port(file, buffer, false);
    case FileReplaceCompletionInformation: return set_port(file, buffer, true);
    case FileIoPriorityHintInformation: return STATUS_SUCCESS; /* a hint */
    default: return STATUS_INVALID_INFO_CLASS;
    }
}

/* ---- directories ---- */

struct directory_query {
    struct directory_search *search;
    struct directory_entry entry;
    bool has_entry; /* read, but not given yet */
    bool gave_any;
};

void directory_query_free(struct directory_query *query) {
    if (query->search)
        directory_search_close(query->search);
    free(query);
}

/* Where the name is in each class' entry, and which further fields it has. */
struct directory_layout {
    size_t name, name_length, ea_size, short_name, id;
    bool has_facts, has_wide_id;
};

static const struct directory_layout *layout_of(int class) {
    static const struct directory_layout layouts[] = {
        [FileDirectoryInformation] = {64, 60, 0, 0, 0, true, false},
        [FileFullDirectoryInformation] = {68, 60, 64, 0, 0, true, false},
        [FileBothDirectoryInformation] = {94, 60, 64, 68, 0, true, false},
        [FileNamesInformation] = {12, 8, 0, 0, 0, false, false},
        [FileIdBothDirectoryInformation] = {104, 60, 64, 68, 96, true, false},
        [FileIdFullDirectoryInformation] = {80, 60, 64, 0, 72, true, false},
        [FileIdExtdDirectoryInformation] = {88, 60, 64, 0, 72, true, true},
    };
    return (size_t)class < sizeof layouts / sizeof *layouts && layouts[class].name ? &layouts[class] : NULL;
}

/* The part that the classes with facts share. */
typedef struct {
    ULONG next, index;
    int64_t creation, access, write, change, end, allocation;
    ULONG attributes, name_length;
} DIRECTORY_HEAD;

static void put_entry(const struct directory_layout *layout, const struct directory_entry *entry, char *at) {
    const struct file_facts *facts = &entry->facts;
    ULONG bytes = (ULONG)(entry->length * sizeof(WCHAR));
    memset(at, 0, layout->name);
    if (layout->has_facts) {
        DIRECTORY_HEAD head = {0, 0, facts->creation, facts->access, facts->write, facts->change, (int64_t)facts->size,
                               (int64_t)facts->allocation, facts->attributes, bytes};
        memcpy(at, &head, sizeof head);
    } else {
        memcpy(at + layout->name_length, &bytes, sizeof bytes);
    }
    /* The size of extended attributes is the reparse tag where there is one. */
    if (layout->ea_size)
        memcpy(at + (layout->has_wide_id ? 68 : layout->ea_size), &facts->reparse_tag, sizeof facts->reparse_tag);
    if (layout->id)
        memcpy(at + layout->id, &facts->id, sizeof facts->id);
    memcpy(at + layout->name, entry->name, bytes);
}

static NTSTATUS prepare(struct file *file, bool restart, const UNICODE_STRING *pattern) {
    struct directory_query *query = file->query;
    if (!query && !(query = file->query = calloc(1, sizeof *query)))
        return STATUS_NO_MEMORY;
    if (query->search && restart) {
        directory_search_restart(query->search);
        query->has_entry = query->gave_any = false;
    }
    if (query->search)
        return STATUS_SUCCESS;
    NTSTATUS status;
    size_t length = pattern ? pattern->Length / sizeof(WCHAR) : 0;
    query->search = directory_search_open(file->path, length ? pattern->Buffer : u"", length, false, &status);
    return query->search ? STATUS_SUCCESS : status;
}

static NTSTATUS read_entries(struct directory_query *query, const struct directory_layout *layout, char *buffer,
                             size_t size, bool single, size_t *done) {
    size_t at = 0, last = 0, count = 0;
    while (!(single && count)) {
        if (!query->has_entry && !directory_search_next(query->search, &query->entry))
            break;
        query->has_entry = true;
        size_t start = (at + 7) & ~(size_t)7, needed = layout->name + query->entry.length * sizeof(WCHAR);
        if (start + needed > size) {
            if (!count)
                return STATUS_BUFFER_OVERFLOW;
            break;
        }
        put_entry(layout, &query->entry, buffer + start);
        if (count)
            *(ULONG *)(buffer + last) = (ULONG)(start - last);
        query->has_entry = false;
        last = start;
        at = start + needed;
        count++;
    }
    *done = at;
    NTSTATUS nothing = query->gave_any ? STATUS_NO_MORE_FILES : STATUS_NO_SUCH_FILE;
    query->gave_any |= count > 0;
    return count ? STATUS_SUCCESS : nothing;
}

NTSTATUS directory_query_read(struct file *file, int class, void *buffer, size_t size, bool single, bool restart,
                              const UNICODE_STRING *pattern, size_t *done) {
    const struct directory_layout *layout = layout_of(class);
    *done = 0;
    if (!layout)
        return STATUS_INVALID_INFO_CLASS;
    if (file->kind != FILE_KIND_DIRECTORY || !file->path)
        return STATUS_INVALID_PARAMETER;
    if (size < layout->name + sizeof(WCHAR))
        return STATUS_INFO_LENGTH_MISMATCH;
    pthread_mutex_lock(&file->lock);
    NTSTATUS status = prepare(file, restart, pattern);
    if (!status)
        status = read_entries(file->query, layout, buffer, size, single, done);
    pthread_mutex_unlock(&file->lock);
    return status;
}
