/* File objects: disk files, directories, devices and pipes behind Windows handles.
 *
 * A file object owns a host descriptor. Files of the same host inode that are open in this process share a
 * struct file_node, which keeps what Windows keeps per file: the share modes of all opens, byte-range locks and whether
 * the file is to be deleted. Other processes see the locks (they are open file description locks of the host) but not
 * the share modes. */
#ifndef WINDLASS_FILE_H
#define WINDLASS_FILE_H

#include <pthread.h>
#include <sys/stat.h>

#include "handle.h"
#include "path.h"

#define FILE_READ_DATA 0x0001u
#define FILE_LIST_DIRECTORY 0x0001u
#define FILE_WRITE_DATA 0x0002u
#define FILE_APPEND_DATA 0x0004u
#define FILE_EXECUTE 0x0020u
#define FILE_READ_ATTRIBUTES 0x0080u
#define FILE_WRITE_ATTRIBUTES 0x0100u
#define FILE_GENERIC_READ 0x00120089u
#define FILE_GENERIC_WRITE 0x00120116u
#define FILE_GENERIC_EXECUTE 0x001200A0u
#define FILE_ALL_ACCESS 0x001F01FFu

#define FILE_SHARE_READ 1u
#define FILE_SHARE_WRITE 2u
#define FILE_SHARE_DELETE 4u

#define FILE_ATTRIBUTE_READONLY 0x0001u
#define FILE_ATTRIBUTE_HIDDEN 0x0002u
#define FILE_ATTRIBUTE_SYSTEM 0x0004u
#define FILE_ATTRIBUTE_DIRECTORY 0x0010u
#define FILE_ATTRIBUTE_ARCHIVE 0x0020u
#define FILE_ATTRIBUTE_NORMAL 0x0080u
#define FILE_ATTRIBUTE_TEMPORARY 0x0100u
#define FILE_ATTRIBUTE_SPARSE_FILE 0x0200u
#define FILE_ATTRIBUTE_REPARSE_POINT 0x0400u
#define FILE_ATTRIBUTE_OFFLINE 0x1000u
#define FILE_ATTRIBUTE_NOT_CONTENT_INDEXED 0x2000u
#define INVALID_FILE_ATTRIBUTES 0xFFFFFFFFu
#define IO_REPARSE_TAG_SYMLINK 0xA000000Cu
#define IO_REPARSE_TAG_MOUNT_POINT 0xA0000003u

/* NtCreateFile's dispositions and options. */
enum { FILE_SUPERSEDE, FILE_OPEN, FILE_CREATE, FILE_OPEN_IF, FILE_OVERWRITE, FILE_OVERWRITE_IF };
enum { FILE_SUPERSEDED, FILE_OPENED, FILE_CREATED, FILE_OVERWRITTEN, FILE_EXISTS, FILE_DOES_NOT_EXIST };
#define FILE_DIRECTORY_FILE 0x00000001u
#define FILE_WRITE_THROUGH 0x00000002u
#define FILE_SEQUENTIAL_ONLY 0x00000004u
#define FILE_SYNCHRONOUS_IO_ALERT 0x00000010u
#define FILE_SYNCHRONOUS_IO_NONALERT 0x00000020u
#define FILE_NON_DIRECTORY_FILE 0x00000040u
#define FILE_DELETE_ON_CLOSE 0x00001000u
#define FILE_OPEN_REPARSE_POINT 0x00200000u

enum file_kind { FILE_KIND_DISK, FILE_KIND_DIRECTORY, FILE_KIND_CHARACTER, FILE_KIND_PIPE };

enum console_end { CONSOLE_UNKNOWN, CONSOLE_INPUT, CONSOLE_OUTPUT };

/* FILE_DEVICE_AFD: Winsock's driver (api/network/winsock_afd.c). */
enum file_device { FILE_DEVICE_NONE, FILE_DEVICE_AFD, FILE_DEVICE_PIPES, FILE_DEVICE_MOUNT_MANAGER };

struct file_lock {
    struct file_lock *next;
    const struct file *owner;
    uint64_t start, length;
    bool exclusive;
};

struct file_node {
    struct file_node *next;
    dev_t device;
    ino_t inode;
    unsigned opens;                                     /* file objects that refer to this */
    unsigned readers, writers, deleters;                /* opens with that access */
    unsigned share_read, share_write, share_delete;     /* of those with any of the three: how many allow it */
    unsigned participants;                              /* how many have any of the three */
    bool is_delete_pending;
    unsigned sections;                                  /* that show the file's bytes (api/memory/mapping.c) */
    uint64_t mapped;                                    /* the size of the largest of them */
    struct file_lock *locks;
};

struct completion_port;
struct directory_query;
struct directory_watch;

struct mailslot;

struct file;
void directory_query_free(struct directory_query *query);
void directory_watch_free(struct directory_watch *watch);
void network_events_forget(struct file *socket); /* WSAEventSelect's; winsock_event.c */

/* What becomes readable when a client comes to this server's end of a named pipe; -1: it has one, or is no such end. */
int pipe_awaited(struct file *file);

/* The operations that the thread of file_async.c has come to in this round. */
struct io_turn {
    unsigned round;
    int fd;
    short events;
};

struct file {
    struct object object;
    int fd;
    enum file_kind kind;
    ACCESS_MASK access;                 /* what it was opened with, generic bits resolved */
    DWORD share;
    bool is_overlapped;
    bool shares_address, is_exclusive;  /* a socket's SO_REUSEADDR and SO_EXCLUSIVEADDRUSE */
    bool appends;                       /* every write goes to the end */
    bool writes_through;
    bool no_wait;                       /* an anonymous pipe's PIPE_NOWAIT */
    bool deletes_on_close;
    bool is_console;
    bool is_screen_buffer;              /* CreateConsoleScreenBuffer */
    enum console_end console_end;       /* by the name it was opened with, or the standard handle it is */
    bool is_null;                       /* the NUL device */
    bool is_volume;                     /* \\.\C: */
    int64_t kept_position;              /* of what has none of its own: pipes and devices */
    bool was_connected;                 /* a socket; whether it still is, the host knows */
    enum file_device device;            /* what of Windows' own the handle is for */
    bool is_signaled;                   /* the last operation is complete; under the dispatcher lock */
    BYTE notification_modes;            /* SetFileCompletionNotificationModes */
    bool has_network_events;            /* WSAEventSelect */
    bool connect_untold;                /* connect() was called; FD_CONNECT of that is to be told yet */
    _Atomic int taken_error;            /* SO_ERROR that was read off the host's socket and not told yet */
    char drive;
    char *path;                         /* the host's; NULL for pipes and what came as a descriptor */
    struct file_node *node;             /* NULL: not a disk file */
    struct completion_port *port;
    ULONG_PTR port_key;
    struct directory_query *query;      /* NtQueryDirectoryFile */
    struct pipe_end *pipe;              /* named pipes (api/file/pipe.c) */
    struct mailslot *mailslot;          /* mailslots (api/file/mailslot.h) */
    struct serial *serial;              /* serial ports (api/file/serial.h) */
    struct directory_watch *watch;      /* ReadDirectoryChangesW */
    struct console_watch *console_watch; /* a wait for input (api/console/console_input.c) */
    struct io_turn turn;                /* whose turn it is (api/file/file_async.c) */
    pthread_mutex_t lock;               /* the position of overlapped and appending writes, `query` */
};

extern const struct object_type file_type;

/* A file object that takes over the descriptor (also when it fails: NULL out of memory). */
struct file *file_from_fd(int fd, ACCESS_MASK access);

struct file_open_request {
    const struct host_path *path;
    ACCESS_MASK access;                 /* generic bits allowed */
    DWORD share, disposition, options, attributes;
};

/* NtCreateFile without handle. *information is FILE_OPENED and so on. */
NTSTATUS file_open(const struct file_open_request *request, struct file **file, ULONG *information);

/* A new reference to the file behind a handle that has all bits of `access`; NULL with the last error set. */
struct file *file_from_handle(HANDLE handle, ACCESS_MASK access);
static inline void file_release(struct file *file) { object_release(&file->object); }

/* Reads or writes at the position (offset -1) or at the offset. *done is always set. STATUS_END_OF_FILE at a disk file's
 * end, STATUS_PIPE_BROKEN at a pipe's. They block. */
NTSTATUS file_read(struct file *file, void *buffer, size_t size, int64_t offset, size_t *done);
NTSTATUS file_write(struct file *file, const void *buffer, size_t size, int64_t offset, size_t *done);

/* Deletes by name what is a file or a directory; refuses read-only ones and those that are open without
 * FILE_SHARE_DELETE. */
NTSTATUS file_delete(const struct host_path *path, bool is_directory);

/* Whether another open of this inode forbids the access (FILE_READ_DATA, FILE_WRITE_DATA, DELETE_ACCESS). */
NTSTATUS file_check_sharing(const struct stat *status, ACCESS_MASK access);

NTSTATUS status_from_errno(int error);
NTSTATUS status_from_path_error(DWORD error);
/* For a failed host call on the path: STATUS_OBJECT_NAME_NOT_FOUND or STATUS_OBJECT_PATH_NOT_FOUND for ENOENT. */
NTSTATUS status_from_host(const struct host_path *path, int error);

/* ---- what is known of a file (api/file/file_facts.c) ---- */

struct file_facts {
    DWORD attributes;
    DWORD reparse_tag;
    int64_t creation, access, write, change; /* FILETIME units */
    uint64_t size, allocation, id;
    DWORD links, volume;
};

/* The link itself for a symbolic link when follow is false; false with errno. */
bool file_facts_of_path(const char *path, bool follow, struct file_facts *facts);
bool file_facts_of_file(const struct file *file, struct file_facts *facts);

/* Junctions are links of the host as well: those to an absolute path that ends with a slash. The tag of a link by its
 * descriptor, or by its path when that is -1. */
DWORD file_link_tag(int fd, const char *path);

/* What cannot be kept by the host's mode and times is kept in an extended attribute, where the file system has them.
 * A value of 0 leaves a time as it is. They return 0 or an errno. */
int file_set_attributes(const char *path, int fd, DWORD attributes);
int file_set_times(const char *path, int fd, int64_t creation, int64_t access, int64_t write);
void file_set_sparse(int fd, bool is_sparse);  /* the attribute, for who asks */

static inline int64_t filetime_from_host(const struct timespec *time) {
    return (int64_t)time->tv_sec * 10000000 + time->tv_nsec / 100 + 116444736000000000;
}
static inline struct timespec host_from_filetime(int64_t time) {
    int64_t units = time - 116444736000000000;
    int64_t seconds = units / 10000000 - (units % 10000000 < 0);
    return (struct timespec){seconds, (units - seconds * 10000000) * 100};
}
static inline FILETIME filetime_split(int64_t time) { return (FILETIME){(DWORD)time, (DWORD)((uint64_t)time >> 32)}; }
static inline int64_t filetime_join(const FILETIME *time) {
    return (int64_t)((uint64_t)time->dwHighDateTime << 32 | time->dwLowDateTime);
}

/* ---- overlapped I/O (api/file/file_async.c) ---- */

typedef struct _OVERLAPPED {
    ULONG_PTR Internal, InternalHigh;
    union { struct { DWORD Offset, OffsetHigh; }; PVOID Pointer; };
    HANDLE hEvent;
} OVERLAPPED;

typedef struct {
    union { NTSTATUS Status; PVOID Pointer; };
    ULONG_PTR Information;
} IO_STATUS_BLOCK;

typedef void(WINAPI *APC_ROUTINE)(PVOID context, IO_STATUS_BLOCK *block, ULONG reserved);
/* Only Winsock's routines have the flags, which are always 0. */
typedef void(WINAPI *COMPLETION_ROUTINE)(DWORD error, DWORD done, OVERLAPPED *overlapped, DWORD flags);

/* Who asked for an operation, and how it is told that it is complete. */
struct io_request {
    IO_STATUS_BLOCK *block;             /* an OVERLAPPED begins with one */
    HANDLE event;                       /* NULL: the file itself is signaled */
    void *packet;                       /* what a completion port's packet names; NULL: none is posted */
    COMPLETION_ROUTINE completion;      /* instead of a packet; runs in an alertable wait of who asked */
    APC_ROUTINE routine;                /* the same for the native functions */
    PVOID routine_context;
};

/* A low bit in hEvent keeps the completion from the port ("GetQueuedCompletionStatus function"). */
static inline struct io_request io_request_from(OVERLAPPED *overlapped, COMPLETION_ROUTINE completion) {
    ULONG_PTR event = (ULONG_PTR)overlapped->hEvent;
    return (struct io_request){.block = (IO_STATUS_BLOCK *)overlapped,
                               .event = completion ? NULL : (HANDLE)(event & ~(ULONG_PTR)1),
                               .packet = completion || event & 1 ? NULL : overlapped,
                               .completion = completion};
}

/* For the native functions: without an APC the context is what the port's packet names. */
static inline struct io_request io_request_native(HANDLE event, APC_ROUTINE routine, PVOID context,
                                                  IO_STATUS_BLOCK *block) {
    return (struct io_request){.block = block, .event = event, .packet = routine ? NULL : context, .routine = routine,
                               .routine_context = context};
}

/* Marks an operation as begun. */
void io_begin(struct file *file, const struct io_request *request);

/* Finishes an operation that is done already: fills the status block, signals the event or the file, posts to the file's
 * port or queues the routine to the calling thread. */
void io_complete(struct file *file, const struct io_request *request, NTSTATUS status, size_t done);

/* How long an operation on a serial port may last (api/file/serial_io.c). */
struct io_pace {
    int64_t limit, interval;            /* of all, monotonic_now()'s; from one byte to the next */
    bool takes_any;                     /* any bytes are enough */
    bool has_begun;
};

/* An operation that has to wait for somebody else. One thread of windlass's own waits for all of them; those that wait
 * for the same descriptor in the same direction are done in the order in which they were started. */
struct io_operation {
    struct io_operation *next;
    struct file *file;
    struct io_request request;

    int fd;                             /* to be waited for, by poll(); -1: for the deadline alone */
    short events;
    int64_t deadline;                   /* monotonic_now()'s: when to attempt it anyway; INT64_MAX: never */
    struct file *target;                /* optional: attempted with POLLNVAL when this file is closed */

    /* Does what it can without blocking. `ready` is what poll() said. STATUS_PENDING: there is more to be waited for.
     * Called by one thread at a time. */
    NTSTATUS (*attempt)(struct io_operation *operation, short ready);
    void (*release)(struct io_operation *operation); /* optional: frees what is the operation's own */
    void *buffer;
    size_t size, done;
    int64_t offset;
    struct io_pace pace;

    struct thread_object *thread;       /* io_start's: who asked */
    bool is_target_closed, is_busy, is_finished;
};

/* Starts it: STATUS_PENDING, or why it could not be started. Takes the fields from `model`. */
NTSTATUS io_start(const struct io_operation *model);

/* Whether an operation waits for the descriptor in that direction, so that a new one must not overtake it. */
bool io_is_waiting(int fd, short events);

/* Attempts now what waits to read from pipes: on Windows a write ends the read that waits for it before it returns. */
void io_attempt_pipe_reads(void);

/* Cancels what waits on the file: all, or that of one status block, or of one thread. The number found; they are
 * complete. */
unsigned io_cancel(struct file *file, const void *block, const struct thread_object *thread);

/* Cancels what waits on the file for that attempt. */
void io_cancel_attempts(struct file *file, NTSTATUS (*attempt)(struct io_operation *operation, short ready));

/* io_cancel() for any thread, and without a status block also for what threads wait in; false: there was nothing. */
bool io_cancel_all(struct file *file, const void *block);

/* Tells the operations whose target this is. */
void io_target_closed(struct file *target);

/* Reads or writes as an overlapped handle does: done when it returns, or STATUS_PENDING (api/file/file_io.c). */
NTSTATUS file_transfer(struct file *file, bool writes, void *buffer, size_t size, int64_t offset,
                       const struct io_request *request, size_t *done);

/* STATUS_FILE_LOCK_CONFLICT where another handle has locked some of the bytes (api/file/file_lock.c). */
NTSTATUS file_lock_conflict(struct file *file, uint64_t start, uint64_t length, bool writes);

/* Sets the size, unless that cuts off what a section shows (api/file/file_object.c). */
NTSTATUS file_resize(struct file *file, int64_t size);

/* From now on a section shows that many bytes of the file, until it is told by the node that is returned (NULL: the file has
 * none). */
struct file_node *file_section_begin(struct file *file, uint64_t size);
void file_section_end(struct file_node *node);

#define FILE_BEGIN 0u
#define FILE_CURRENT 1u
#define FILE_END 2u

/* Moves the file's position, as SetFilePointerEx does; *position: the new one (api/file/file_io.c). */
NTSTATUS file_set_position(struct file *file, int64_t distance, DWORD method, int64_t *position);

/* Around what is read or changed of the files' nodes (api/file/file_object.c). */
void file_nodes_lock(void);
void file_nodes_unlock(void);

/* The name of a drive's volume, "\\\\?\\Volume{...}\\" (api/file/volume.c). */
void volume_guid_name(char drive, WCHAR out[50]);

/* The same on pipes, blocking (api/file/pipe.c). */
NTSTATUS pipe_read(struct file *file, void *buffer, size_t size, size_t *done);
NTSTATUS pipe_write(struct file *file, const void *buffer, size_t size, size_t *done);

/* What there is to read, and as much as there is room for; STATUS_PENDING: nothing, not all of it. */
NTSTATUS pipe_read_now(struct file *file, void *buffer, size_t size, size_t *done);
NTSTATUS pipe_write_now(struct file *file, const void *buffer, size_t size, size_t *done);

/* Posts to a port (api/file/completion_port.c). */
bool port_post(struct completion_port *port, NTSTATUS status, DWORD bytes, ULONG_PTR key, OVERLAPPED *overlapped);
void port_release(struct completion_port *port);

/* A port that keeps no packets but hands each to `post`; `destroyed` when nothing refers to the port any more. */
struct port_sink {
    void (*post)(void *context, NTSTATUS status, DWORD bytes, OVERLAPPED *overlapped);
    void (*destroyed)(void *context);
};
struct completion_port *port_new_sink(const struct port_sink *sink, void *context);

/* Gives the file a port; false: it has one, or is not overlapped. */
bool port_bind(struct completion_port *port, struct file *file, ULONG_PTR key);
void port_unbind(struct file *file);

/* The port behind a handle, referenced; NULL with the status. */
struct completion_port *port_from_handle(HANDLE handle, NTSTATUS *status);

#endif
