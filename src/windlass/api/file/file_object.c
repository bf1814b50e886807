/* File objects: opening, share modes, deletion at the last close; see core/file.h. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/file.h>
#include <termios.h>
#include <unistd.h>

#include "api.h"
#include "codepage.h"
#include "console/console.h"
#include "device_control.h"
#include "fork.h"
#include "inherit.h"
#include "mailslot.h"
#include "pipe.h"
#include "serial.h"
#include "synchronous.h"
#include "wait.h"

#define STATUS_DELETE_PENDING ((NTSTATUS)0xC0000056)
#define STATUS_CANNOT_DELETE ((NTSTATUS)0xC0000121)
#define STATUS_BAD_NETWORK_PATH ((NTSTATUS)0xC00000BE)
#define STATUS_NOT_SAME_DEVICE ((NTSTATUS)0xC00000D4)
#define STATUS_DIRECTORY_NOT_EMPTY ((NTSTATUS)0xC0000101)
#define STATUS_MEDIA_WRITE_PROTECTED ((NTSTATUS)0xC00000A2)
#define STATUS_TOO_MANY_OPENED_FILES ((NTSTATUS)0xC000011F)
#define STATUS_TOO_MANY_LINKS ((NTSTATUS)0xC0000265)
#define STATUS_REPARSE_POINT_NOT_RESOLVED ((NTSTATUS)0xC0000280)
#define STATUS_IO_DEVICE_ERROR ((NTSTATUS)0xC0000185)
#define STATUS_INVALID_USER_BUFFER ((NTSTATUS)0xC00000E8)
#define STATUS_PIPE_CLOSING ((NTSTATUS)0xC00000B1)
#define STATUS_NO_SUCH_DEVICE ((NTSTATUS)0xC000000E)
#define STATUS_USER_MAPPED_FILE ((NTSTATUS)0xC0000243)

/* ---- statuses ---- */

NTSTATUS status_from_errno(int error) {
    switch (error) {
    case 0: return STATUS_SUCCESS;
    case EINTR: return STATUS_CANCELLED;
    case ENOENT: return STATUS_OBJECT_NAME_NOT_FOUND;
    case ENOTDIR: return STATUS_OBJECT_PATH_NOT_FOUND;
    case EEXIST: return STATUS_OBJECT_NAME_COLLISION;
    case EISDIR: return STATUS_FILE_IS_A_DIRECTORY;
    case ENOTEMPTY: return STATUS_DIRECTORY_NOT_EMPTY;
    case EXDEV: return STATUS_NOT_SAME_DEVICE;
    case EROFS: return STATUS_MEDIA_WRITE_PROTECTED;
    case EMFILE:
    case ENFILE: return STATUS_TOO_MANY_OPENED_FILES;
    case ENOSPC:
    case EDQUOT:
    case EFBIG: return STATUS_DISK_FULL;
    case ENOMEM: return STATUS_NO_MEMORY;
    case EMLINK: return STATUS_TOO_MANY_LINKS;
    case ELOOP: return STATUS_REPARSE_POINT_NOT_RESOLVED;
    case ENAMETOOLONG: return STATUS_OBJECT_NAME_INVALID;
    case EINVAL: return STATUS_INVALID_PARAMETER;
    case EBADF: return STATUS_ACCESS_DENIED; /* the descriptor exists: it lacks the access */
    case EFAULT: return STATUS_INVALID_USER_BUFFER;
    case EPIPE: return STATUS_PIPE_CLOSING;
    case ETXTBSY: return STATUS_SHARING_VIOLATION;
    case ESPIPE: return STATUS_INVALID_DEVICE_REQUEST;
    case ENXIO:
    case ENODEV: return STATUS_NO_SUCH_DEVICE;
    case EIO: return STATUS_IO_DEVICE_ERROR;
    case EOPNOTSUPP: return STATUS_NOT_SUPPORTED;
    case ECANCELED: return STATUS_CANCELLED;
    default: return STATUS_ACCESS_DENIED;
    }
}

NTSTATUS status_from_path_error(DWORD error) {
    switch (error) {
    case ERROR_SUCCESS: return STATUS_SUCCESS;
    case ERROR_FILE_NOT_FOUND: return STATUS_OBJECT_NAME_NOT_FOUND;
    case ERROR_PATH_NOT_FOUND: return STATUS_OBJECT_PATH_NOT_FOUND;
    case ERROR_NOT_ENOUGH_MEMORY: return STATUS_NO_MEMORY;
    case ERROR_FILENAME_EXCED_RANGE: return STATUS_NAME_TOO_LONG;
    case ERROR_INVALID_NAME: return STATUS_OBJECT_NAME_INVALID;
    default: return STATUS_BAD_NETWORK_PATH;
    }
}

NTSTATUS status_from_host(const struct host_path *path, int error) {
    if (error != ENOENT && error != ENOTDIR)
        return status_from_errno(error);
    return path_error(path, error) == ERROR_PATH_NOT_FOUND ? STATUS_OBJECT_PATH_NOT_FOUND : STATUS_OBJECT_NAME_NOT_FOUND;
}

/* ---- nodes ---- */

enum { NODE_BUCKETS = 256 };

/* Process state: which files are open here. Windows keeps this for the whole machine. */
static struct file_node *nodes[NODE_BUCKETS];
static pthread_mutex_t node_lock = PTHREAD_MUTEX_INITIALIZER;
SURVIVES_FORK(node_lock);

static struct file_node **node_place(dev_t device, ino_t inode) {
    struct file_node **place = &nodes[(inode ^ device) % NODE_BUCKETS];
    while (*place && ((*place)->inode != inode || (*place)->device != device))
        place = &(*place)->next;
    return place;
}

enum { ACCESS_READS = FILE_READ_DATA | FILE_EXECUTE, ACCESS_WRITES = FILE_WRITE_DATA | FILE_APPEND_DATA };

/* The three kinds of access that share modes are about. Opens for attributes alone take no part. */
static bool participates(ACCESS_MASK access) {
    return (access & (ACCESS_READS | ACCESS_WRITES | DELETE_ACCESS)) != 0;
}

/* ("Creating and Opening Files", the table of share modes) */
static bool is_shared(const struct file_node *node, ACCESS_MASK access, DWORD share) {
    if (!participates(access))
        return true;
    bool others_allow = (!(access & ACCESS_READS) || node->share_read == node->participants) &&
                        (!(access & ACCESS_WRITES) || node->share_write == node->participants) &&
                        (!(access & DELETE_ACCESS) || node->share_delete == node->participants);
    bool allows_others = (!node->readers || share & FILE_SHARE_READ) && (!node->writers || share & FILE_SHARE_WRITE) &&
                         (!node->deleters || share & FILE_SHARE_DELETE);
    return others_allow && allows_others;
}

static void count_open(struct file_node *node, ACCESS_MASK access, DWORD share, unsigned change) {
    node->opens += change;
    if (!participates(access))
        return;
    node->participants += change;
    node->readers += access & ACCESS_READS ? change : 0;
    node->writers += access & ACCESS_WRITES ? change : 0;
    node->deleters += access & DELETE_ACCESS ? change : 0;
    node->share_read += share & FILE_SHARE_READ ? change : 0;
    node->share_write += share & FILE_SHARE_WRITE ? change : 0;
    node->share_delete += share & FILE_SHARE_DELETE ? change : 0;
}

/* A process has its current directory open, without FILE_SHARE_DELETE: it is neither moved nor removed. */
static bool is_current_directory(const struct stat *status) {
    struct stat current;
    return S_ISDIR(status->st_mode) && stat(".", &current) == 0 && current.st_ino == status->st_ino &&
           current.st_dev == status->st_dev;
}

static NTSTATUS node_open(struct file *file, const struct stat *status) {
    if (file->access & DELETE_ACCESS && is_current_directory(status))
        return STATUS_SHARING_VIOLATION;
    pthread_mutex_lock(&node_lock);
    struct file_node **place = node_place(status->st_dev, status->st_ino), *node = *place;
    NTSTATUS result = STATUS_SUCCESS;
    if (!node) {
        node = calloc(1, sizeof *node);
        if (node) {
            node->device = status->st_dev;
            node->inode = status->st_ino;
            *place = node;
        }
    }
    if (!node)
        result = STATUS_NO_MEMORY;
    else if (node->is_delete_pending)
        result = STATUS_DELETE_PENDING;
    else if (!is_shared(node, file->access, file->share))
        result = STATUS_SHARING_VIOLATION;
    if (!result) {
        count_open(node, file->access, file->share, 1);
        file->node = node;
    }
    pthread_mutex_unlock(&node_lock);
    return result;
}

NTSTATUS file_check_sharing(const struct stat *status, ACCESS_MASK access) {
    if (access & DELETE_ACCESS && is_current_directory(status))
        return STATUS_SHARING_VIOLATION;
    pthread_mutex_lock(&node_lock);
    struct file_node *node = *node_place(status->st_dev, status->st_ino);
    NTSTATUS result = !node ? STATUS_SUCCESS
                    : node->is_delete_pending ? STATUS_DELETE_PENDING
                    : is_shared(node, access, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE)
                        ? STATUS_SUCCESS : STATUS_SHARING_VIOLATION;
    pthread_mutex_unlock(&node_lock);
    return result;
}

/* Removes the name if it still is this file's. */
static void remove_name(const struct file *file) {
    struct stat named, opened;
    if (!file->path || fstat(file->fd, &opened) || lstat(file->path, &named) || named.st_ino != opened.st_ino ||
        named.st_dev != opened.st_dev)
        return;
    if (S_ISDIR(named.st_mode))
        rmdir(file->path);
    else
        unlink(file->path);
}

/* The lock is held. */
static void node_forget_unused(struct file_node *node) {
    if (node->opens || node->sections)
        return;
    *node_place(node->device, node->inode) = node->next;
    free(node);
}

static void node_close(struct file *file) {
    pthread_mutex_lock(&node_lock);
    struct file_node *node = file->node;
    file->node = NULL;
    for (struct file_lock **at = &node->locks; *at;) {
        struct file_lock *lock = *at;
        if (lock->owner == file) {
            *at = lock->next;
            free(lock);
        } else {
            at = &lock->next;
        }
    }
    count_open(node, file->access, file->share, -1u);
    node->is_delete_pending |= file->deletes_on_close;
    if (!node->opens && node->is_delete_pending) {
        remove_name(file);
        node->is_delete_pending = false;
    }
    node_forget_unused(node);
    pthread_mutex_unlock(&node_lock);
}

struct file_node *file_section_begin(struct file *file, uint64_t size) {
    pthread_mutex_lock(&node_lock);
    struct file_node *node = file->node;
    if (node) {
        node->mapped = node->sections && node->mapped > size ? node->mapped : size;
        node->sections++;
    }
    pthread_mutex_unlock(&node_lock);
    return node;
}

void file_section_end(struct file_node *node) {
    pthread_mutex_lock(&node_lock);
    node->sections--;
    node_forget_unused(node);
    pthread_mutex_unlock(&node_lock);
}

NTSTATUS file_resize(struct file *file, int64_t size) {
    pthread_mutex_lock(&node_lock);
    const struct file_node *node = file->node;
    bool is_mapped = node && node->sections && (uint64_t)size < node->mapped;
    NTSTATUS status = is_mapped                    ? STATUS_USER_MAPPED_FILE
                      : ftruncate(file->fd, size) ? status_from_errno(errno) : STATUS_SUCCESS;
    pthread_mutex_unlock(&node_lock);
    return status;
}

void file_nodes_lock(void) { pthread_mutex_lock(&node_lock); }
void file_nodes_unlock(void) { pthread_mutex_unlock(&node_lock); }

/* ---- the object ---- */

static void file_destroy(struct object *object) {
    struct file *file = (struct file *)object;
    if (file->node)
        node_close(file);
    if (file->pipe)
        pipe_end_free(file->pipe);
    if (file->mailslot)
        mailslot_free(file->mailslot);
    if (file->serial)
        serial_free(file->serial);
    if (file->query)
        directory_query_free(file->query);
    if (file->watch)
        directory_watch_free(file->watch);
    port_unbind(file);
    if (file->fd >= 0)
        close(file->fd);
    free(file->path);
    free(file->console_watch);
    pthread_mutex_destroy(&file->lock);
    free(file);
}

/* The last handle is gone: what waits is cancelled, others may have the file. */
static void file_closed(struct object *object) {
    struct file *file = (struct file *)object;
    if (file->has_network_events)
        network_events_forget(file);
    io_cancel(file, NULL, NULL);
    io_target_closed(file);
    if (file->pipe)
        pipe_end_close(file->pipe);
    if (file->mailslot)
        mailslot_close(file->mailslot);
    if (file->node)
        node_close(file);
}

static bool file_is_signaled(struct object *object, struct thread_object *waiter) {
    (void)waiter;
    struct file *file = (struct file *)object;
    if (!file->is_console)
        return file->is_signaled;
    struct pollfd input = {file->fd, POLLIN, 0}; /* a console is signaled when there is input to read */
    return !(file->access & FILE_READ_DATA) || console_has_events() || poll(&input, 1, 0) > 0;
}

static void file_waited(struct object *object) {
    struct file *file = (struct file *)object;
    if (file->is_console)
        console_waited(file);
}

/* The native names of what a file object is for ("NtQueryObject": ObjectNameInformation). */
static NTSTATUS file_query_name(struct object *object, void *buffer, ULONG size, ULONG *needed) {
    const struct file *file = (struct file *)object;
    const char *device = file->is_null ? "\\Device\\Null" : file->is_console ? "\\Device\\ConDrv" : file->serial ? "\\Device\\Serial" : file->mailslot ? "\\Device\\Mailslot"
                         : file->device == FILE_DEVICE_AFD ? "\\Device\\Afd" : file->kind == FILE_KIND_PIPE ? "\\Device\\NamedPipe" : "";
    size_t length = 0;
    WCHAR *path = file->path ? path_to_windows(file->path, &length) : NULL;
    WCHAR *name = path && length > 1 && path[1] == ':' ? path_native(path, &length) : wide_from_utf8(device);
    free(path);
    if (!name)
        return STATUS_NO_MEMORY;
    NTSTATUS status = handle_put_name(name, wide_length(name), buffer, size, needed);
    free(name);
    return status;
}

/* ---- inheritance ---- */

/* The descriptor is the same open file, with its position. The child's file has no share mode of its own. */
struct given_file {
    ACCESS_MASK access;
    DWORD share;
    bool is_overlapped, appends, writes_through, is_null, is_volume, is_pipe_end, is_serial;
    char drive;
    enum console_end console_end;
    struct pipe_gift pipe;
    char path[HOST_PATH_SIZE];                       /* or the pipe's name */
};
_Static_assert(sizeof(struct given_file) <= GIFT_FACTS, "a gift's room");

static bool file_give(struct object *object, struct gift *gift) {
    struct file *file = (struct file *)object;
    struct given_file facts = {file->access, file->share, file->is_overlapped, file->appends, file->writes_through,
                               file->is_null, file->is_volume, file->pipe != NULL, file->serial != NULL,
                               .drive = file->drive, .console_end = file->console_end};
    const char *name = file->path;
    int fd = file->fd;
    if (file->device == FILE_DEVICE_AFD || file->mailslot)              /* its state is not in its descriptor alone */
        return false;
    if (file->pipe)
        fd = pipe_end_give(file, &facts.pipe, &name);
    if (name)
        snprintf(facts.path, sizeof facts.path, "%s", name);
    GIFT_PUT(gift, facts);
    gift->fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    return gift->fd >= 0;
}

static struct object *pipe_take(const struct gift *gift, const struct given_file *facts) {
    /* One that listens has no connection yet: the descriptor is its name's. */
    int fd = facts->pipe.is_listening ? open("/dev/null", O_RDWR | O_CLOEXEC) : gift->fd;
    struct pipe_end *pipe = pipe_end_take(&facts->pipe, facts->path, gift->fd);
    struct file *file = pipe && fd >= 0 ? file_from_fd(fd, facts->access) : NULL;
    if (!file && pipe)
        pipe_end_free(pipe);
    if (!file)
        return NULL;
    file->is_overlapped = facts->is_overlapped;
    file->pipe = pipe;
    file->kind = FILE_KIND_PIPE;
    return &file->object;
}

static struct object *file_take(const struct gift *gift) {
    struct given_file facts;
    bool is_known = GIFT_GET(gift, facts);
    if (is_known && facts.is_pipe_end)
        return pipe_take(gift, &facts);
    struct file *file = is_known ? file_from_fd(gift->fd, facts.access) : NULL;
    if (!file)
        return NULL;
    if (facts.is_serial && !serial_attach(file)) {
        file_release(file);
        return NULL;
    }
    file->share = facts.share;
    file->is_overlapped = facts.is_overlapped;
    file->appends = facts.appends;
    file->writes_through = facts.writes_through;
    file->is_null = facts.is_null;
    file->is_volume = facts.is_volume;
    file->drive = facts.drive;
    file->console_end = facts.console_end;
    file->path = facts.path[0] ? strdup(facts.path) : NULL;
    return &file->object;
}

const struct object_type file_type = {
    .name = "File",
    .query_name = file_query_name,
    .give = file_give,
    .take = file_take,
    .destroy = file_destroy,
    .closed = file_closed,
    .is_signaled = file_is_signaled,
    .waited = file_waited,
    .all_access = FILE_ALL_ACCESS,
    .generic_read = FILE_GENERIC_READ,
    .generic_write = FILE_GENERIC_WRITE,
    .generic_execute = FILE_GENERIC_EXECUTE,
};

static struct file *file_new(void) {
    struct file *file = calloc(1, sizeof *file);
    if (!file)
        return NULL;
    object_init(&file->object, &file_type);
    file->fd = -1;
    file->is_signaled = true;
    pthread_mutex_init(&file->lock, NULL);
    return file;
}

static void set_kind(struct file *file, const struct stat *status) {
    file->kind = S_ISDIR(status->st_mode) ? FILE_KIND_DIRECTORY
               : S_ISCHR(status->st_mode) ? FILE_KIND_CHARACTER
               : S_ISFIFO(status->st_mode) || S_ISSOCK(status->st_mode) ? FILE_KIND_PIPE : FILE_KIND_DISK;
    file->is_console = file->kind == FILE_KIND_CHARACTER && isatty(file->fd);
}

struct file *file_from_fd(int fd, ACCESS_MASK access) {
    struct file *file = file_new();
    struct stat status;
    if (!file || fstat(fd, &status)) {
        free(file);
        close(fd);
        return NULL;
    }
    file->fd = fd;
    file->access = access;
    file->share = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;
    set_kind(file, &status);
    return file;
}

static struct object *std_file(int fd, ACCESS_MASK *access) {
    int copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    if (copy < 0)
        return NULL;
    /* A console's buffers are opened for both ways. */
    *access = isatty(copy) ? FILE_GENERIC_READ | FILE_GENERIC_WRITE : fd == 0 ? FILE_GENERIC_READ
            : FILE_GENERIC_WRITE | FILE_READ_ATTRIBUTES;
    struct file *file = file_from_fd(copy, *access);
    if (file && file->is_console)
        file->console_end = fd == 0 ? CONSOLE_INPUT : CONSOLE_OUTPUT;
    return file ? &file->object : NULL;
}

__attribute__((constructor)) static void set_std_file_hook(void) { std_file_hook = std_file; }

struct file *file_from_handle(HANDLE handle, ACCESS_MASK access) {
    return (struct file *)handle_object_or_fail(handle, &file_type, access);
}

/* ---- opening ---- */

static int host_flags(ACCESS_MASK access) {
    bool reads = access & ACCESS_READS, writes = access & ACCESS_WRITES;
    int flags = O_CLOEXEC | O_NOCTTY | (writes ? reads ? O_RDWR : O_WRONLY : O_RDONLY);
    if ((access & ACCESS_WRITES) == FILE_APPEND_DATA)
        flags |= O_APPEND;
    if (!reads && !writes)
        flags |= O_NONBLOCK; /* a FIFO is not to wait for its other end just to tell its attributes */
    return flags;
}

/* A serial port has one owner ("Communications Resource Handles"): the lock is seen by other processes, too. */
static NTSTATUS own_serial_port(struct file *file) {
    if (flock(file->fd, LOCK_EX | LOCK_NB))
        return STATUS_ACCESS_DENIED;
    return serial_attach(file) ? STATUS_SUCCESS : STATUS_NO_MEMORY;
}

/* Without waiting for a modem's carrier. LPT1 and its like are whatever the host has there. */
static NTSTATUS open_port(const struct file_open_request *request, struct file **result) {
    int fd = open(request->path->text, host_flags(request->access) | O_NONBLOCK);
    if (fd < 0)
        return errno == EIO || errno == ENXIO || errno == ENODEV || errno == ENOTDIR ? STATUS_OBJECT_NAME_NOT_FOUND
                                                                                     : status_from_errno(errno);
    struct file *file = file_from_fd(fd, request->access);
    if (!file)
        return STATUS_NO_MEMORY;
    NTSTATUS status = file->is_console ? own_serial_port(file) : STATUS_SUCCESS;
    if (status)
        file_release(file);
    else
        *result = file;
    return status;
}

static NTSTATUS open_device(const struct file_open_request *request, struct file **result) {
    static const char *const devices[] = {[PATH_NUL] = "/dev/null", [PATH_CONSOLE] = "/dev/tty",
                                          [PATH_CONSOLE_IN] = "/dev/tty", [PATH_CONSOLE_OUT] = "/dev/tty"};
    if (request->path->kind == PATH_SERIAL)
        return open_port(request, result);
    if (request->path->kind == PATH_AFD || request->path->kind == PATH_MOUNT_MANAGER) {
        *result = request->path->kind == PATH_AFD ? afd_open() : mount_manager_open();
        return *result ? STATUS_SUCCESS : STATUS_NO_MEMORY;
    }
    int fd = open(devices[request->path->kind], O_RDWR | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return errno == ENXIO ? STATUS_INVALID_HANDLE : status_from_errno(errno); /* the process has no console */
    struct file *file = file_from_fd(fd, request->access);
    if (!file)
        return STATUS_NO_MEMORY;
    file->is_null = request->path->kind == PATH_NUL;
    file->console_end = request->path->kind == PATH_CONSOLE_IN    ? CONSOLE_INPUT
                        : request->path->kind == PATH_CONSOLE_OUT ? CONSOLE_OUTPUT : CONSOLE_UNKNOWN;
    *result = file;
    return STATUS_SUCCESS;
}

/* A terminal that is not the process's own console is a serial port, by whatever name it was opened. */
static bool is_serial_port(const struct file *file) {
    return file->is_console && file->access & (ACCESS_READS | ACCESS_WRITES) && tcgetsid(file->fd) != getsid(0);
}

/* A volume can be asked for its facts only. */
static NTSTATUS open_volume(const struct file_open_request *request, struct file **result) {
    int fd = open(request->path->text, O_PATH | O_CLOEXEC);
    if (fd < 0)
        return STATUS_OBJECT_NAME_NOT_FOUND;
    *result = file_from_fd(fd, request->access);
    if (!*result)
        return STATUS_NO_MEMORY;
    (*result)->is_volume = true;
    return STATUS_SUCCESS;
}

static NTSTATUS open_directory(const struct file_open_request *request, bool create, int *fd) {
    const char *path = request->path->text;
    if (create && mkdir(path, 0777))
        return status_from_host(request->path, errno);
    *fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (*fd < 0 && errno == EACCES)
        *fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    return *fd < 0 ? status_from_host(request->path, errno) : STATUS_SUCCESS;
}

/* A serial port is opened without waiting for a modem's carrier. */
static int without_carrier(const struct stat *status) { return S_ISCHR(status->st_mode) ? O_NONBLOCK : 0; }

static bool is_read_only(const struct stat *status) { return !(status->st_mode & 0222) && S_ISREG(status->st_mode); }

/* Opens or creates what is no directory. `status` tells of the existing file, if `exists`. */
static NTSTATUS open_regular(const struct file_open_request *request, ACCESS_MASK access, bool exists,
                             const struct stat *status, int *fd) {
    int flags = host_flags(access);
    if (exists && is_read_only(status) && access & ACCESS_WRITES)
        return STATUS_ACCESS_DENIED;
    if (!exists) {
        /* A file that is made read-only can be written through the handle that makes it. */
        mode_t mode = request->attributes & FILE_ATTRIBUTE_READONLY ? 0444 : 0666;
        struct stat link; /* what it leads to is made */
        bool is_link = lstat(request->path->text, &link) == 0 && S_ISLNK(link.st_mode);
        *fd = open(request->path->text, flags | O_CREAT | (is_link ? 0 : O_EXCL), mode);
    } else if (request->options & FILE_OPEN_REPARSE_POINT && S_ISLNK(status->st_mode)) {
        *fd = open(request->path->text, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    } else {
        flags |= without_carrier(status);
        *fd = open(request->path->text, flags);
        if (*fd < 0 && errno == EACCES && !(access & (ACCESS_READS | ACCESS_WRITES)))
            *fd = open(request->path->text, O_PATH | O_CLOEXEC);
        if (*fd >= 0 && flags & O_NONBLOCK)
            fcntl(*fd, F_SETFL, flags & ~O_NONBLOCK);
    }
    return *fd < 0 ? status_from_host(request->path, errno) : STATUS_SUCCESS;
}

/* What the disposition does, given whether the file exists: *information and whether it is made or emptied. */
static NTSTATUS decide(DWORD disposition, bool exists, ULONG *information) {
    switch (disposition) {
    case FILE_SUPERSEDE: *information = exists ? FILE_SUPERSEDED : FILE_CREATED; break;
    case FILE_OVERWRITE_IF: *information = exists ? FILE_OVERWRITTEN : FILE_CREATED; break;
    case FILE_OPEN_IF: *information = exists ? FILE_OPENED : FILE_CREATED; break;
    case FILE_OPEN: *information = exists ? FILE_OPENED : FILE_DOES_NOT_EXIST; break;
    case FILE_OVERWRITE: *information = exists ? FILE_OVERWRITTEN : FILE_DOES_NOT_EXIST; break;
    case FILE_CREATE: *information = exists ? FILE_EXISTS : FILE_CREATED; break;
    default: return STATUS_INVALID_PARAMETER;
    }
    return *information == FILE_DOES_NOT_EXIST ? STATUS_OBJECT_NAME_NOT_FOUND
         : *information == FILE_EXISTS ? STATUS_OBJECT_NAME_COLLISION : STATUS_SUCCESS;
}

/* A link to a directory is itself one on Windows; the host's links do not say what they are for. */
static bool is_directory_link(const struct host_path *path, const struct stat *status) {
    struct stat target;
    return S_ISLNK(status->st_mode) && stat(path->text, &target) == 0 && S_ISDIR(target.st_mode);
}

static NTSTATUS open_disk(const struct file_open_request *request, struct file *file, ULONG *information) {
    struct stat status;
    const struct host_path *path = request->path;
    bool no_follow = request->options & FILE_OPEN_REPARSE_POINT;
    bool exists = (no_follow ? lstat : stat)(path->text, &status) == 0;
    if (!exists && errno != ENOENT)
        return status_from_host(path, errno);
    NTSTATUS result = decide(request->disposition, exists, information);
    if (result == STATUS_OBJECT_NAME_NOT_FOUND)
        return status_from_host(path, ENOENT);
    if (result)
        return result;
    bool wants_directory = request->options & FILE_DIRECTORY_FILE;
    bool is_directory = exists ? S_ISDIR(status.st_mode) : wants_directory;
    bool is_called_directory = is_directory || (exists && is_directory_link(path, &status));
    if (exists && is_called_directory && request->options & FILE_NON_DIRECTORY_FILE)
        return STATUS_FILE_IS_A_DIRECTORY;
    if (exists && !is_called_directory && wants_directory)
        return STATUS_NOT_A_DIRECTORY;
    if (path->trailing_slash && !is_called_directory)
        return STATUS_OBJECT_NAME_INVALID;
    bool overwrites = *information == FILE_OVERWRITTEN || *information == FILE_SUPERSEDED;
    if (is_directory && overwrites)
        return STATUS_OBJECT_NAME_COLLISION;
    struct file_facts facts;
    DWORD guarded = FILE_ATTRIBUTE_HIDDEN | FILE_ATTRIBUTE_SYSTEM;
    if (overwrites && (is_read_only(&status) || (file_facts_of_path(path->text, true, &facts) &&
                                                 facts.attributes & guarded & ~request->attributes)))
        return STATUS_ACCESS_DENIED;
    if (request->options & FILE_DELETE_ON_CLOSE && exists && is_read_only(&status))
        return STATUS_CANNOT_DELETE;
    ACCESS_MASK access = file->access | (overwrites ? FILE_WRITE_DATA : 0);
    result = is_directory ? open_directory(request, !exists, &file->fd)
                          : open_regular(request, access, exists, &status, &file->fd);
    if (result)
        return result;
    if (fstat(file->fd, &status))
        return status_from_errno(errno);
    set_kind(file, &status);
    file->path = strdup(path->text);
    if (!file->path)
        return STATUS_NO_MEMORY;
    if (file->kind == FILE_KIND_DISK || file->kind == FILE_KIND_DIRECTORY)
        result = node_open(file, &status);
    else if (is_serial_port(file))
        result = own_serial_port(file);
    return !result && overwrites && !file->serial ? file_resize(file, 0) : result;
}

/* Marks a new file with what it was asked for beside being an ordinary one. */
static void set_new_attributes(const struct file *file, DWORD attributes, ULONG information) {
    DWORD kept = attributes & (FILE_ATTRIBUTE_HIDDEN | FILE_ATTRIBUTE_SYSTEM | FILE_ATTRIBUTE_TEMPORARY |
                               FILE_ATTRIBUTE_OFFLINE | FILE_ATTRIBUTE_NOT_CONTENT_INDEXED);
    if (file->kind == FILE_KIND_DISK && information != FILE_OPENED && kept)
        file_set_attributes(file->path, file->fd, kept | FILE_ATTRIBUTE_ARCHIVE | (attributes & FILE_ATTRIBUTE_READONLY));
}

NTSTATUS file_open(const struct file_open_request *request, struct file **result, ULONG *information) {
    NTSTATUS status;
    struct file_open_request resolved = *request;
    *information = FILE_OPENED;
    const struct object prototype = {.type = &file_type};
    resolved.access = access_from_generic(&prototype, request->access);
    if (request->options & FILE_DELETE_ON_CLOSE)
        resolved.access |= DELETE_ACCESS;
    if (request->path->kind == PATH_PIPE)
        return pipe_open(&resolved, result);
    if (request->path->kind == PATH_MAILSLOT)
        return mailslot_open(&resolved, result);
    if (request->path->kind == PATH_VOLUME)
        return open_volume(&resolved, result);
    if (request->path->kind != PATH_FILE) {
        status = open_device(&resolved, result);
        if (!status)
            (*result)->is_overlapped = !(request->options & (FILE_SYNCHRONOUS_IO_ALERT | FILE_SYNCHRONOUS_IO_NONALERT));
        return status;
    }
    struct file *file = file_new();
    if (!file)
        return STATUS_NO_MEMORY;
    file->access = resolved.access;
    file->share = request->share;
    file->drive = request->path->drive;
    file->appends = (resolved.access & ACCESS_WRITES) == FILE_APPEND_DATA;
    file->writes_through = request->options & FILE_WRITE_THROUGH;
    file->is_overlapped = !(request->options & (FILE_SYNCHRONOUS_IO_ALERT | FILE_SYNCHRONOUS_IO_NONALERT));
    status = open_disk(&resolved, file, information);
    if (status) {
        file_release(file);
        return status;
    }
    file->deletes_on_close = request->options & FILE_DELETE_ON_CLOSE;
    set_new_attributes(file, request->attributes, *information);
    *result = file;
    return STATUS_SUCCESS;
}

NTSTATUS file_delete(const struct host_path *path, bool is_directory) {
    struct stat status;
    if (path->kind != PATH_FILE)
        return STATUS_ACCESS_DENIED;
    if (lstat(path->text, &status))
        return status_from_host(path, errno);
    if (is_directory && S_ISLNK(status.st_mode)) { /* RemoveDirectory takes a link to a directory away */
        struct stat target; /* the host's links do not say whether what is gone was a directory */
        if (stat(path->text, &target) == 0 && !S_ISDIR(target.st_mode))
            return STATUS_NOT_A_DIRECTORY;
        return unlink(path->text) ? status_from_errno(errno) : STATUS_SUCCESS;
    }
    if (is_directory != S_ISDIR(status.st_mode))
        return is_directory ? STATUS_NOT_A_DIRECTORY : STATUS_ACCESS_DENIED;
    if (path->trailing_slash && !is_directory)
        return STATUS_OBJECT_NAME_INVALID;
    if (is_read_only(&status))
        return STATUS_CANNOT_DELETE;
    NTSTATUS shared = file_check_sharing(&status, DELETE_ACCESS);
    if (shared)
        return shared;
    if (is_directory ? rmdir(path->text) : unlink(path->text))
        return errno == EEXIST ? STATUS_DIRECTORY_NOT_EMPTY : status_from_host(path, errno);
    return STATUS_SUCCESS;
}

/* ---- reading and writing ---- */

/* A descriptor that the host program has made non-blocking waits here, as a Windows file does. */
static bool again(int fd, short events) {
    if (errno == EINTR)
        return !synchronous_is_cancelled();
    if (errno != EAGAIN)
        return false;
    struct pollfd ready = {fd, events, 0};
    if (poll(&ready, 1, -1) >= 0 || !synchronous_is_cancelled())
        return true;
    errno = EINTR;
    return false;
}

enum { MAX_TRANSFER = 0x7ffff000 }; /* what the host moves at once */

NTSTATUS file_read(struct file *file, void *buffer, size_t size, int64_t offset, size_t *done) {
    ssize_t count;
    *done = 0;
    do {
        size_t part = size < MAX_TRANSFER ? size : MAX_TRANSFER;
        bool at_offset = offset >= 0 && file->kind == FILE_KIND_DISK;
        count = at_offset ? pread(file->fd, buffer, part, offset) : read(file->fd, buffer, part);
    } while (count < 0 && again(file->fd, POLLIN));
    if (count < 0)
        return errno == EISDIR ? STATUS_INVALID_DEVICE_REQUEST : status_from_errno(errno);
    *done = (size_t)count;
    if (count || !size)
        return STATUS_SUCCESS;
    return file->kind == FILE_KIND_PIPE ? STATUS_PIPE_BROKEN
         : file->kind == FILE_KIND_DISK ? STATUS_END_OF_FILE : STATUS_SUCCESS;
}

/* A pipe whose reader is gone refuses even nothing, by which programs find out. */
static bool has_lost_reader(const struct file *file) {
    struct pollfd end = {file->fd, POLLOUT, 0};
    return file->kind == FILE_KIND_PIPE && poll(&end, 1, 0) > 0 && end.revents & POLLERR;
}

NTSTATUS file_write(struct file *file, const void *buffer, size_t size, int64_t offset, size_t *done) {
    *done = 0;
    if (!size && has_lost_reader(file))
        return status_from_errno(EPIPE);
    bool at_offset = offset >= 0 && file->kind == FILE_KIND_DISK;
    while (*done < size) {
        size_t part = size - *done < MAX_TRANSFER ? size - *done : MAX_TRANSFER;
        const char *from = (const char *)buffer + *done;
        ssize_t count = at_offset ? pwrite(file->fd, from, part, offset + (int64_t)*done) : write(file->fd, from, part);
        if (count < 0 && again(file->fd, POLLOUT))
            continue;
        if (count < 0)
            return status_from_errno(errno);
        *done += (size_t)count;
    }
    if (file->writes_through && file->kind == FILE_KIND_DISK)
        fdatasync(file->fd);
    return STATUS_SUCCESS;
}
