/* The process's table of handles.
 *
 * Windows programs see handles as small multiples of four, whose two lowest bits are theirs to use. Entries lie in
 * chunks that never move, so that looking up a handle needs no lock on the table: each entry has a lock of its own, one
 * bit, held for the few instructions between reading the object and adding a reference to it. */
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#include "handle.h"
#include "fork.h"
#include "lock.h"
#include "namespace.h"
#include "parameters.h"
#include "shared.h"
#include "thread_object.h"

enum {
    CHUNK_ENTRIES = 1024,
    MAX_CHUNKS = 1 << 14,                            /* 16 million handles, as on Windows */
    ENTRY_LOCKED = 1,
};

struct entry {
    atomic_uintptr_t object;                         /* 0: free; the lowest bit locks the entry */
    ACCESS_MASK access;
    union {
        DWORD flags;
        DWORD next_free;
    };
};

static struct entry *_Atomic chunks[MAX_CHUNKS];

/* What follows is under the table lock. Index 0 is no handle. */
static pthread_mutex_t table_lock = PTHREAD_MUTEX_INITIALIZER;
SURVIVES_FORK(table_lock);
static DWORD entries_in_use = 1, first_free, open_handles;

void object_release(struct object *object) {
    if (!object || atomic_fetch_sub_explicit(&object->references, 1, memory_order_acq_rel) != 1)
        return;
    struct shared *shared = object->shared;
    if (shared)
        shared_detach(shared);
    struct object_security *security = object->security;
    object->type->destroy(object);
    free(security);
    if (shared)
        shared_free(shared);
}

static void object_lost_handle(struct object *object) {
    if (object_drop_handle_count(object) && object->type->closed)
        object->type->closed(object);
    object_release(object);
}

/* ---- entries ---- */

static struct entry *entry_at(DWORD index) {
    struct entry *chunk = atomic_load_explicit(&chunks[index / CHUNK_ENTRIES], memory_order_acquire);
    return chunk ? &chunk[index % CHUNK_ENTRIES] : NULL;
}

static struct entry *entry_of(HANDLE handle) {
    uintptr_t index = (uintptr_t)handle / 4;
    return index && index < (uintptr_t)MAX_CHUNKS * CHUNK_ENTRIES ? entry_at((DWORD)index) : NULL;
}

/* The entry's object, with the entry locked; NULL, and not locked, when the entry is free. */
static struct object *entry_lock(struct entry *entry) {
    for (;;) {
        uintptr_t value = atomic_load_explicit(&entry->object, memory_order_relaxed);
        if (!value)
            return NULL;
        if (value & ENTRY_LOCKED)
            sched_yield();
        else if (atomic_compare_exchange_weak_explicit(&entry->object, &value, value | ENTRY_LOCKED,
                                                       memory_order_acquire, memory_order_relaxed))
            return (struct object *)value;
    }
}

static void entry_unlock(struct entry *entry, struct object *object) {
    atomic_store_explicit(&entry->object, (uintptr_t)object, memory_order_release);
}

/* The first entry that was never used; its index, or 0. The table lock is held. */
static DWORD take_new_index(void) {
    DWORD index = entries_in_use;
    if (index / CHUNK_ENTRIES == MAX_CHUNKS)
        return 0;
    if (!entry_at(index)) {
        struct entry *chunk = calloc(CHUNK_ENTRIES, sizeof *chunk);
        if (!chunk)
            return 0;
        atomic_store_explicit(&chunks[index / CHUNK_ENTRIES], chunk, memory_order_release);
    }
    entries_in_use++;
    return index;
}

static void give_index_back(DWORD index) {
    entry_at(index)->next_free = first_free;
    first_free = index;
}

/* A free entry's index, or 0. */
static DWORD take_free_index(void) {
    DWORD index = first_free;
    if (!index)
        return take_new_index();
    first_free = entry_at(index)->next_free;
    return index;
}

/* This entry; false: it is in use, or there is no memory. */
static bool take_index(DWORD wanted) {
    while (entries_in_use <= wanted) {
        DWORD index = take_new_index();
        if (!index)
            return false;
        give_index_back(index);
    }
    for (DWORD *at = &first_free; *at; at = &entry_at(*at)->next_free) {
        if (*at == wanted) {
            *at = entry_at(wanted)->next_free;
            return true;
        }
    }
    return false;
}

/* ---- handles ---- */

static void fill(DWORD index, struct object *object, ACCESS_MASK access, DWORD flags) {
    struct entry *entry = entry_at(index);
    entry->access = access;
    entry->flags = flags;
    atomic_fetch_add(&object->handles, 1);
    entry_unlock(entry, object_reference(object));
}

HANDLE handle_new(struct object *object, ACCESS_MASK access, DWORD flags) {
    lock_acquire(&table_lock);
    DWORD index = take_free_index();
    if (index)
        open_handles++;
    lock_release(&table_lock);
    if (!index)
        return NULL;
    fill(index, object, access, flags);
    return (HANDLE)(uintptr_t)(index * 4);
}

bool handle_new_at(HANDLE handle, struct object *object, ACCESS_MASK access, DWORD flags) {
    uintptr_t index = (uintptr_t)handle / 4;
    lock_acquire(&table_lock);
    bool done = index && index < (uintptr_t)MAX_CHUNKS * CHUNK_ENTRIES && take_index((DWORD)index);
    if (done)
        open_handles++;
    lock_release(&table_lock);
    if (done)
        fill((DWORD)index, object, access, flags);
    return done;
}

static struct object *pseudo_handle_object(HANDLE handle) {
    if (handle == CURRENT_PROCESS)
        return object_reference(current_process_object());
    if (handle == CURRENT_THREAD)
        return object_reference(&thread_object_self()->object);
    return NULL;
}

/* The object with a reference added, and what the handle may do. */
static struct object *look_up(HANDLE handle, ACCESS_MASK *access, DWORD *flags) {
    *flags = 0;
    struct entry *entry = entry_of(handle);
    struct object *object = entry ? entry_lock(entry) : NULL;
    if (object) {
        *access = entry->access;
        *flags = entry->flags;
        object_reference(object);
        entry_unlock(entry, object);
    } else if ((object = pseudo_handle_object(handle)) != NULL) {
        *access = object->type->all_access;
    }
    return object;
}

struct object *handle_object(HANDLE handle, const struct object_type *type, ACCESS_MASK access, NTSTATUS *status) {
    ACCESS_MASK granted;
    DWORD flags;
    struct object *object = look_up(handle, &granted, &flags);
    if (!object)
        *status = STATUS_INVALID_HANDLE;
    else if (type && object->type != type)
        *status = STATUS_OBJECT_TYPE_MISMATCH;
    else if ((granted & access) != access)
        *status = STATUS_ACCESS_DENIED;
    else
        return *status = STATUS_SUCCESS, object;
    object_release(object);
    return NULL;
}

struct object *handle_object_or_fail(HANDLE handle, const struct object_type *type, ACCESS_MASK access) {
    NTSTATUS status;
    struct object *object = handle_object(handle, type, access, &status);
    if (!object)
        set_last_error(win32_from_status(status));
    return object;
}

static bool is_pseudo_handle(HANDLE handle) {
    return (LONG_PTR)handle < 0 && (LONG_PTR)handle >= -6; /* process, thread, tokens */
}

/* ---- standard handles of a program ---- */

static _Atomic(HANDLE) owned_std[3];

static bool is_pipe(int fd) {
    struct stat status;
    return fstat(fd, &status) == 0 && (S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode));
}

static void give_up_descriptor(int fd) {
    int null = is_pipe(fd) ? open("/dev/null", O_RDWR | O_CLOEXEC) : -1;
    if (null < 0)
        return;
    dup2(null, fd);
    close(null);
}

/* Every handle that is closed comes by here, and hardly any is one of these: looking costs no locked instruction. */
static void std_handle_closed(HANDLE handle) {
    const HANDLE closed = (HANDLE)((uintptr_t)handle & ~(uintptr_t)3);
    for (int fd = 0; fd < 3; fd++) {
        HANDLE expected = closed;
        if (atomic_load_explicit(&owned_std[fd], memory_order_relaxed) == closed &&
            atomic_compare_exchange_strong(&owned_std[fd], &expected, NULL))
            give_up_descriptor(fd);
    }
}

void std_handles_own(void) {
    for (DWORD i = 0; i < 3; i++)
        atomic_store(&owned_std[i], std_handle((DWORD)-10 - i));
}

NTSTATUS handle_close(HANDLE handle) {
    if (is_pseudo_handle(handle))
        return STATUS_SUCCESS;
    struct entry *entry = entry_of(handle);
    struct object *object = entry ? entry_lock(entry) : NULL;
    if (!object)
        return STATUS_INVALID_HANDLE;
    if (entry->flags & HANDLE_FLAG_PROTECT_FROM_CLOSE) {
        entry_unlock(entry, object);
        return STATUS_HANDLE_NOT_CLOSABLE;
    }
    lock_acquire(&table_lock);
    give_index_back((DWORD)((uintptr_t)handle / 4));
    open_handles--;
    entry_unlock(entry, NULL);
    lock_release(&table_lock);
    object_lost_handle(object);
    std_handle_closed(handle);
    return STATUS_SUCCESS;
}

NTSTATUS handle_query(HANDLE handle, DWORD *flags, ACCESS_MASK *access) {
    struct object *object = look_up(handle, access, flags);
    object_release(object);
    return object ? STATUS_SUCCESS : STATUS_INVALID_HANDLE;
}

NTSTATUS handle_set_flags(HANDLE handle, DWORD mask, DWORD flags) {
    struct entry *entry = entry_of(handle);
    struct object *object = entry ? entry_lock(entry) : NULL;
    if (!object)
        return STATUS_INVALID_HANDLE;
    entry->flags = (entry->flags & ~mask) | (flags & mask);
    entry_unlock(entry, object);
    return STATUS_SUCCESS;
}

NTSTATUS handle_duplicate(HANDLE source, HANDLE *target, ACCESS_MASK access, DWORD flags, DWORD options) {
    ACCESS_MASK granted;
    DWORD source_flags;
    struct object *object = look_up(source, &granted, &source_flags);
    NTSTATUS status = STATUS_SUCCESS;
    if (!object)
        return STATUS_INVALID_HANDLE;
    if (target) {
        *target = handle_new(object, options & DUPLICATE_SAME_ACCESS ? granted : access_from_generic(object, access),
                             flags);
        if (!*target)
            status = STATUS_INSUFFICIENT_RESOURCES;
    }
    object_release(object);
    if (options & DUPLICATE_CLOSE_SOURCE)            /* "DuplicateHandle function": whatever else happens */
        handle_close(source);
    return status;
}

ACCESS_MASK access_from_generic(const struct object *object, ACCESS_MASK access) {
    const ACCESS_MASK generic = GENERIC_ALL | GENERIC_READ | GENERIC_WRITE | GENERIC_EXECUTE | MAXIMUM_ALLOWED;
    ACCESS_MASK mapped = access & ~generic;
    if (access & (GENERIC_ALL | MAXIMUM_ALLOWED))
        mapped |= object->type->all_access;
    if (access & GENERIC_READ)
        mapped |= object->type->generic_read;
    if (access & GENERIC_WRITE)
        mapped |= object->type->generic_write;
    if (access & GENERIC_EXECUTE)
        mapped |= object->type->generic_execute;
    for (size_t i = 0; i < sizeof object->type->implications / sizeof *object->type->implications; i++)
        if (mapped & object->type->implications[i].right)
            mapped |= object->type->implications[i].implied;
    return mapped;
}

NTSTATUS handle_put_name(const WCHAR *text, size_t length, void *buffer, ULONG size, ULONG *needed) {
    UNICODE_STRING *string = buffer;
    *needed = (ULONG)(sizeof *string + (length + 1) * sizeof(WCHAR));
    if (size < *needed)
        return STATUS_INFO_LENGTH_MISMATCH;
    WCHAR *copy = (WCHAR *)(string + 1);
    memcpy(copy, text, length * sizeof *copy);
    copy[length] = 0;
    *string = (UNICODE_STRING){(USHORT)(2 * length), (USHORT)(2 * length + 2), copy};
    return STATUS_SUCCESS;
}

void handle_each(bool (*visit)(HANDLE, struct object *, ACCESS_MASK, DWORD, void *), void *context) {
    lock_acquire(&table_lock);
    DWORD end = entries_in_use;
    lock_release(&table_lock);
    bool more = true;
    for (DWORD index = 1; more && index < end; index++) {
        HANDLE handle = (HANDLE)(uintptr_t)(index * 4);
        ACCESS_MASK access;
        DWORD flags;
        struct object *object = look_up(handle, &access, &flags);
        if (!object)
            continue;
        more = visit(handle, object, access, flags, context);
        object_release(object);
    }
}

DWORD handle_count(void) {
    lock_acquire(&table_lock);
    DWORD count = open_handles;
    lock_release(&table_lock);
    return count;
}

/* ---- fork ---- */

/* Another thread may have held an entry's lock at the time of the fork; here it will never release it. */
static void after_fork_in_child(void) {
    for (DWORD index = 1; index < entries_in_use; index++)
        atomic_fetch_and(&entry_at(index)->object, ~(uintptr_t)ENTRY_LOCKED);
}

__attribute__((constructor)) static void survive_fork(void) { pthread_atfork(NULL, NULL, after_fork_in_child); }

/* ---- standard handles ---- */

struct object *(*std_file_hook)(int fd, ACCESS_MASK *access);

static pthread_once_t std_once = PTHREAD_ONCE_INIT;

/* What the parent process has said. */
static struct { bool is_set; HANDLE handle; } chosen_std[3];

void std_handle_choose(int fd, HANDLE handle) {
    chosen_std[fd].is_set = true;
    chosen_std[fd].handle = handle;
}

/* They are kept where programs without a C library read them: StandardInput, StandardOutput and StandardError. */
static HANDLE *std_slot(DWORD index) { return &process_parameters()->StandardInput + index; }

static void make_std_handles(void) {
    for (int fd = 0; std_file_hook && fd < 3; fd++) {
        ACCESS_MASK access;
        if (chosen_std[fd].is_set) {
            *std_slot((DWORD)fd) = chosen_std[fd].handle;
            continue;
        }
        struct object *file = std_file_hook(fd, &access);
        if (file)
            *std_slot((DWORD)fd) = handle_new(file, access, HANDLE_FLAG_INHERIT);
        object_release(file);
    }
}

HANDLE std_handle(DWORD which) {
    DWORD index = (DWORD)-10 - which;
    if (index > 2)
        return INVALID_HANDLE_VALUE;
    pthread_once(&std_once, make_std_handles);
    return __atomic_load_n(std_slot(index), __ATOMIC_ACQUIRE);
}

bool std_handle_set(DWORD which, HANDLE handle) {
    DWORD index = (DWORD)-10 - which;
    if (index > 2)
        return false;
    pthread_once(&std_once, make_std_handles);
    __atomic_store_n(std_slot(index), handle, __ATOMIC_RELEASE);
    return true;
}
