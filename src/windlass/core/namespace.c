#include "namespace.h"
#include "fork.h"

#include <pthread.h>

enum { BUCKETS = 256 };

struct object_name {
    struct object_name *next;
    struct object *object;
    size_t length;
    WCHAR text[];
};

/* The lock also covers the handle count of named objects falling to zero, so that an object is never found after its
 * last handle is gone. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
SURVIVES_FORK(lock);
static struct object_name *buckets[BUCKETS];

static void acquire(void) { pthread_mutex_lock(&lock); }
static void release(void) { pthread_mutex_unlock(&lock); }

static bool starts_with(const WCHAR *name, size_t length, const char *prefix) {
    size_t i = 0;
    for (; prefix[i]; i++) {
        if (i == length)
            return false;
        WCHAR c = name[i];
        if (c >= 'A' && c <= 'Z')
            c = (WCHAR)(c + 32);
        if (c != (WCHAR)prefix[i])
            return false;
    }
    return true;
}

/* Skips prefixes; returns how long they are. */
static size_t prefix_length(const WCHAR *name, size_t length) {
    size_t at = 0;
    if (starts_with(name, length, "\\sessions\\"))
        at = 9;
    else if (starts_with(name, length, "session\\"))
        at = 7;
    if (at) {                                        /* the session's number */
        at++;
        while (at < length && name[at] != '\\')
            at++;
    }
    static const char *const directories[] = {"\\basenamedobjects\\", "global\\", "local\\", "\\"};
    for (size_t i = 0; i < sizeof directories / sizeof *directories; i++)
        if (starts_with(name + at, length - at, directories[i]))
            return at + strlen(directories[i]);
    return at;
}

static NTSTATUS strip(const WCHAR **name, size_t *length) {
    size_t prefix = prefix_length(*name, *length);
    *name += prefix;
    *length -= prefix;
    if (*length == 0)
        return STATUS_OBJECT_NAME_INVALID;
    for (size_t i = 0; i < *length; i++)
        if ((*name)[i] == '\\')
            return STATUS_OBJECT_PATH_NOT_FOUND;
    return STATUS_SUCCESS;
}

static struct object_name **bucket_of(const WCHAR *name, size_t length) {
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ name[i]) * 16777619u;
    return &buckets[hash % BUCKETS];
}

static struct object_name *find(const WCHAR *name, size_t length) {
    for (struct object_name *entry = *bucket_of(name, length); entry; entry = entry->next)
        if (entry->length == length && memcmp(entry->text, name, length * sizeof *name) == 0)
            return entry;
    return NULL;
}

static bool insert(struct object *object, const WCHAR *name, size_t length) {
    struct object_name *entry = malloc(sizeof *entry + (length + 1) * sizeof *name);
    if (!entry)
        return false;
    struct object_name **bucket = bucket_of(name, length);
    *entry = (struct object_name){.next = *bucket, .object = object, .length = length};
    memcpy(entry->text, name, length * sizeof *name);
    entry->text[length] = 0;
    *bucket = entry;
    object->name = entry;
    return true;
}

static void forget(struct object *object) {
    struct object_name *entry = object->name, **link = bucket_of(entry->text, entry->length);
    while (*link != entry)
        link = &(*link)->next;
    *link = entry->next;
    object->name = NULL;
    free(entry);
}

static NTSTATUS open_handle(struct object *object, const struct object_type *type, ACCESS_MASK access, DWORD flags,
                            HANDLE *handle) {
    if (object->type != type)
        return STATUS_OBJECT_TYPE_MISMATCH;
    *handle = handle_new(object, access_from_generic(object, access), flags);
    return *handle ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
}

NTSTATUS named_handle_new(struct object *object, const WCHAR *name, size_t length, ACCESS_MASK access, DWORD flags,
                          HANDLE *handle) {
    *handle = NULL;
    if (length == 0)
        return open_handle(object, object->type, access, flags, handle);
    NTSTATUS status = strip(&name, &length);
    if (!NT_SUCCESS(status))
        return status;
    acquire();
    struct object_name *taken = find(name, length);
    if (taken) {
        status = open_handle(taken->object, object->type, access, flags, handle);
        if (NT_SUCCESS(status))
            status = STATUS_OBJECT_NAME_EXISTS;
    } else if (!insert(object, name, length)) {
        status = STATUS_INSUFFICIENT_RESOURCES;
    } else {
        status = open_handle(object, object->type, access, flags, handle);
        if (!NT_SUCCESS(status))
            forget(object);
    }
    release();
    return status;
}

NTSTATUS named_handle_open(const struct object_type *type, const WCHAR *name, size_t length, ACCESS_MASK access,
                           DWORD flags, HANDLE *handle) {
    *handle = NULL;
    NTSTATUS status = strip(&name, &length);
    if (!NT_SUCCESS(status))
        return status;
    acquire();
    struct object_name *found = find(name, length);
    status = found ? open_handle(found->object, type, access, flags, handle) : STATUS_OBJECT_NAME_NOT_FOUND;
    release();
    return status;
}

bool object_drop_handle_count(struct object *object) {
    if (!object->name)                               /* a name is given before the first handle is */
        return atomic_fetch_sub(&object->handles, 1) == 1;
    acquire();
    bool last = atomic_fetch_sub(&object->handles, 1) == 1;
    if (last)
        forget(object);
    release();
    return last;
}

const WCHAR *object_name(const struct object *object, size_t *length) {
    *length = object->name ? object->name->length : 0;
    return object->name ? object->name->text : NULL;
}
