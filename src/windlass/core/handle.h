/* Kernel objects and the handles that name them.
 *
 * An object is a structure that begins with struct object. It lives while anything refers to it: each handle holds one
 * reference, and so does every function that is using it (handle_object() adds one, object_release() takes it back),
 * so that CloseHandle in one thread never pulls an object away from another.
 *
 * A new kind of object is a struct object_type. Whoever makes it waitable says how (wait.h). */
#ifndef WINDLASS_HANDLE_H
#define WINDLASS_HANDLE_H

#include <stdatomic.h>

#include "core.h"

struct gift;
struct object;
struct object_name;
struct shared;
struct thread_object;
struct wait_block;

struct object_type {
    const char *name;                               /* as NtQueryObject spells it: "Event", "File" */

    /* Frees the object and what it owns; nothing refers to it any more. */
    void (*destroy)(struct object *object);

    /* Optional: the last handle was closed, functions in progress may still use the object. A file gives up its
     * locks and share mode here. */
    void (*closed)(struct object *object);

    /* Optional: a wait on this object would be satisfied now. The dispatcher lock is held. NULL: cannot be waited for. */
    bool (*is_signaled)(struct object *object, struct thread_object *waiter);

    /* Optional: what a satisfied wait takes from the object (an auto-reset event's signal, a semaphore's count).
     * Returns true for an abandoned mutex. The dispatcher lock is held. */
    bool (*acquire)(struct object *object, struct thread_object *waiter);

    /* Optional: somebody begins to wait. For objects whose signal somebody has to look out for. The dispatcher lock is
     * held. */
    void (*waited)(struct object *object);

    /* Optional: SignalObjectAndWait. The dispatcher lock is held. */
    NTSTATUS (*signal)(struct object *object, struct thread_object *by);

    /* Optional: NtQueryObject's name, a UNICODE_STRING followed by its text: STATUS_INFO_LENGTH_MISMATCH and the size in
     * *needed when `size` is too small. */
    NTSTATUS (*query_name)(struct object *object, void *buffer, ULONG size, ULONG *needed);

    /* Optional: objects that several processes can have (shared.h). Where in the object its state lies, and a new object
     * whose state lies elsewhere, NULL without memory. */
    size_t state_offset, state_size;
    struct object *(*attach)(void);

    /* Optional: the state has been copied to where other processes will see it. The dispatcher lock is held. */
    NTSTATUS (*publish)(struct object *object);

    /* Optional: what a child process needs to have the object, too (inherit.h). */
    bool (*give)(struct object *object, struct gift *gift);
    struct object *(*take)(const struct gift *gift);

    /* What GENERIC_ALL (and MAXIMUM_ALLOWED), GENERIC_READ ... stand for. */
    ACCESS_MASK all_access, generic_read, generic_write, generic_execute;

    /* Rights that come with another ("Process Security and Access Rights", "Thread Security and Access Rights"). */
    struct { ACCESS_MASK right, implied; } implications[2];
};

struct object {
    const struct object_type *type;
    atomic_uint references;
    atomic_uint handles;
    struct object_name *name;                       /* NULL: unnamed (namespace.h) */
    struct object_security *security;               /* what a program set, NULL: nothing (python_security.c) */
    struct shared *shared;                          /* NULL: private to this process (shared.h) */
    struct wait_block *first_waiter, *last_waiter;  /* under the dispatcher lock */
};

/* Gives a new object its type and one reference, which is the caller's. */
static inline void object_init(struct object *object, const struct object_type *type) {
    *object = (struct object){.type = type, .references = 1};
}

static inline struct object *object_reference(struct object *object) {
    atomic_fetch_add_explicit(&object->references, 1, memory_order_relaxed);
    return object;
}

/* Takes back one reference; NULL is allowed. */
void object_release(struct object *object);

/* `access` with the generic bits replaced by the object's own. */
ACCESS_MASK access_from_generic(const struct object *object, ACCESS_MASK access);

/* The number of a type in lists of handles (api/thread/handle.c). */
BYTE object_type_index(const struct object_type *type);

/* ---- handles ---- */

enum {
    HANDLE_FLAG_INHERIT = 1,
    HANDLE_FLAG_PROTECT_FROM_CLOSE = 2,

    DUPLICATE_CLOSE_SOURCE = 1,
    DUPLICATE_SAME_ACCESS = 2,
};

#define DELETE_ACCESS 0x00010000u
#define READ_CONTROL 0x00020000u
#define WRITE_DAC 0x00040000u
#define WRITE_OWNER 0x00080000u
#define SYNCHRONIZE 0x00100000u
#define STANDARD_RIGHTS_REQUIRED 0x000F0000u
#define MAXIMUM_ALLOWED 0x02000000u
#define GENERIC_ALL 0x10000000u
#define GENERIC_EXECUTE 0x20000000u
#define GENERIC_WRITE 0x40000000u
#define GENERIC_READ 0x80000000u

/* Pseudo handles ("GetCurrentProcess function", "GetCurrentThread function"). */
#define CURRENT_PROCESS ((HANDLE)(LONG_PTR)-1)
#define CURRENT_THREAD ((HANDLE)(LONG_PTR)-2)

/* A new handle for the object; NULL when there is no memory (the object then keeps its references). The caller keeps
 * its own reference: `HANDLE h = handle_new(o, ...); object_release(o); return h;`. Flags are HANDLE_FLAG_*. */
HANDLE handle_new(struct object *object, ACCESS_MASK access, DWORD flags);

/* The same at a place of the caller's choice; false: it is taken, or there is no memory. */
bool handle_new_at(HANDLE handle, struct object *object, ACCESS_MASK access, DWORD flags);

/* The object behind a handle, with a reference for the caller; NULL: *status is STATUS_INVALID_HANDLE, or
 * STATUS_OBJECT_TYPE_MISMATCH when `type` is given and another, or STATUS_ACCESS_DENIED when the handle lacks a bit of
 * `access`. Resolves the pseudo handles of the current process and thread. */
struct object *handle_object(HANDLE handle, const struct object_type *type, ACCESS_MASK access, NTSTATUS *status);

/* The same for API functions: sets the last error. */
struct object *handle_object_or_fail(HANDLE handle, const struct object_type *type, ACCESS_MASK access);

NTSTATUS handle_close(HANDLE handle);

/* Flags and access of a handle; STATUS_INVALID_HANDLE. */
NTSTATUS handle_query(HANDLE handle, DWORD *flags, ACCESS_MASK *access);
NTSTATUS handle_set_flags(HANDLE handle, DWORD mask, DWORD flags);

/* Another handle for the same object. `target` may be NULL (with DUPLICATE_CLOSE_SOURCE). `options` are DUPLICATE_*. */
NTSTATUS handle_duplicate(HANDLE source, HANDLE *target, ACCESS_MASK access, DWORD flags, DWORD options);

/* For query_name: a UNICODE_STRING followed by its text. */
NTSTATUS handle_put_name(const WCHAR *text, size_t length, void *buffer, ULONG size, ULONG *needed);

/* Calls visit(handle, object, access, flags, context) for all open handles until it returns false. The objects are
 * referenced during the call. */
void handle_each(bool (*visit)(HANDLE, struct object *, ACCESS_MASK, DWORD, void *), void *context);

DWORD handle_count(void);

/* Standard handles: -10, -11, -12 (STD_INPUT_HANDLE ...), made from the host's fds 0 to 2 at first use through
 * std_file_hook, which the file API sets: a new reference to a file object on that fd, or NULL when it is not open. */
extern struct object *(*std_file_hook)(int fd, ACCESS_MASK *access);
HANDLE std_handle(DWORD which);
bool std_handle_set(DWORD which, HANDLE handle);

/* Before the first use: the handle that stands for a descriptor, instead of a new one. */
void std_handle_choose(int fd, HANDLE handle);

/* The process is a Windows program's: when one of these handles is closed, the host's pipe behind it goes, too, so that the
 * reader of its other end sees the end. */
void std_handles_own(void);

/* The object behind the pseudo handle -1 (api/process/process.c). */
struct object *current_process_object(void);

/* The flags of a new handle ("SECURITY_ATTRIBUTES structure"). */
static inline DWORD handle_flags_from(const SECURITY_ATTRIBUTES *attributes) {
    return attributes && attributes->bInheritHandle ? HANDLE_FLAG_INHERIT : 0;
}

#endif
