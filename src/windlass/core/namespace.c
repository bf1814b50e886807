#include "namespace.h"
#include "fork.h"

#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#include "shared.h"

enum { BUCKETS = 256 };

struct object_name {
    struct object_name *next;
    struct object *object;
    bool is_global;
    size_t length;
    WCHAR text[];
};

/* A name as callers give it, without its prefix. */
struct key {
    const WCHAR *text;
    size_t length;
    bool is_global;
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
static size_t prefix_length(const WCHAR *name, size_t length, bool *is_global) {
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
    static const struct { const char *text; bool is_session, is_global; } directories[] = {
        {"\\basenamedobjects\\", true, false}, {"\\basenamedobjects\\", false, true}, {"global\\", false, true},
        {"local\\", false, false}, {"\\", false, false}};
    for (size_t i = 0; i < sizeof directories / sizeof *directories; i++) {
        if (!starts_with(name + at, length - at, directories[i].text) || (directories[i].is_session && !at))
            continue;
        *is_global = directories[i].is_global;
        return at + strlen(directories[i].text);
    }
    return at;
}

static NTSTATUS parse(const WCHAR *name, size_t length, struct key *key) {
    *key = (struct key){.is_global = false};
    size_t prefix = prefix_length(name, length, &key->is_global);
    key->text = name + prefix;
    key->length = length - prefix;
    if (key->length == 0)
        return STATUS_OBJECT_NAME_INVALID;
    for (size_t i = 0; i < key->length; i++)
        if (key->text[i] == '\\')
            return STATUS_OBJECT_PATH_NOT_FOUND;
    return STATUS_SUCCESS;
}

static struct object_name **bucket_of(const WCHAR *name, size_t length) {
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ name[i]) * 16777619u;
    return &buckets[hash % BUCKETS];
}

static struct object_name *find(const struct key *key) {
    for (struct object_name *entry = *bucket_of(key->text, key->length); entry; entry = entry->next)
        if (entry->length == key->length && entry->is_global == key->is_global &&
            memcmp(entry->text, key->text, key->length * sizeof *key->text) == 0)
            return entry;
    return NULL;
}

static bool insert(struct object *object, const struct key *key) {
    struct object_name *entry = malloc(sizeof *entry + (key->length + 1) * sizeof *key->text);
    if (!entry)
        return false;
    struct object_name **bucket = bucket_of(key->text, key->length);
    *entry = (struct object_name){.next = *bucket, .object = object, .is_global = key->is_global, .length = key->length};
    memcpy(entry->text, key->text, key->length * sizeof *key->text);
    entry->text[key->length] = 0;
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

/* ---- names that other processes know ---- */

/* "n." (or "g.") and the name; what a file's name cannot have as %XXXX; a long name by its hash. */
static void file_name(const struct key *key, char file[SHARED_FILE_NAME]) {
    uint64_t hash[2] = {14695981039346656037u, 0x9e3779b97f4a7c15u};
    int count = sprintf(file, key->is_global ? "g." : "n.");
    for (size_t i = 0; i < key->length; i++) {
        WCHAR unit = key->text[i];
        bool plain = unit > 0x20 && unit < 0x7f && unit != '/' && unit != '%';
        if (count < SHARED_FILE_NAME - 8)
            count += sprintf(file + count, plain ? "%c" : "%%%04X", unit);
        hash[0] = (hash[0] ^ unit) * 1099511628211u;
        hash[1] = (hash[1] + unit) * 0xff51afd7ed558ccdu;
    }
    if (count >= SHARED_FILE_NAME - 8)
        sprintf(file + 2, "%%%016llx%016llx", (unsigned long long)hash[0], (unsigned long long)hash[1]);
}

static NTSTATUS attach(const struct object_type *type, struct shared *shared, struct object **found) {
    if (strcmp(shared->cell->type, type->name) != 0) {
        shared_free(shared);
        return STATUS_OBJECT_TYPE_MISMATCH;
    }
    *found = type->attach();
    if (!*found) {
        shared_free(shared);
        return STATUS_NO_MEMORY;
    }
    return shared_attach(*found, shared, false);
}

static NTSTATUS publish(struct object *object, struct shared *shared, const struct key *key) {
    struct shared_cell *cell = shared->cell;
    cell->is_global = key->is_global;
    cell->name_length = (uint32_t)key->length;
    memcpy(cell->name, key->text, key->length * sizeof *key->text);
    return shared_attach(object, shared, true);
}

/* The object of another process that has the name, with a reference; NULL: there is none, and `object`, if any, has got
 * the name. */
static NTSTATUS share_name(const struct object_type *type, struct object *object, const struct key *key,
                           struct object **found) {
    char file[SHARED_FILE_NAME];
    struct shared *shared;
    bool existed;
    *found = NULL;
    if (!type->attach || !shared_available())
        return object ? STATUS_SUCCESS : STATUS_OBJECT_NAME_NOT_FOUND;
    if (key->length > SHARED_NAME_MAX)
        return STATUS_OBJECT_NAME_INVALID;
    file_name(key, file);
    shared_names_acquire();
    NTSTATUS status = shared_open(file, object != NULL, &shared, &existed);
    if (NT_SUCCESS(status))
        status = existed ? attach(type, shared, found) : publish(object, shared, key);
    shared_names_release();
    return status;
}

bool object_publish(struct object *object) {
    static atomic_uint number;
    char file[SHARED_FILE_NAME];
    struct shared *shared;
    bool existed;
    if (!shared_available())
        return false;
    snprintf(file, sizeof file, "u.%d.%u", (int)getpid(), atomic_fetch_add(&number, 1));
    shared_names_acquire();
    NTSTATUS status = shared_open(file, true, &shared, &existed);
    if (NT_SUCCESS(status))
        status = shared_attach(object, shared, true);
    shared_names_release();
    return NT_SUCCESS(status);
}

struct object *named_object_adopt(const struct object_type *type, int fd) {
    struct object *object = shared_adopt(type, fd);
    struct shared_cell *cell = object ? object->shared->cell : NULL;
    if (!object || !cell->name_length || object->name)
        return object;
    char file[SHARED_FILE_NAME];
    const struct key key = {cell->name, cell->name_length, cell->is_global};
    file_name(&key, file);
    object->shared->file = strdup(file);
    acquire();
    insert(object, &key);
    release();
    return object;
}

/* ---- handles ---- */

/* The object was found under the name in another process: now this one knows it, too. */
static NTSTATUS open_found(struct object *found, const struct object_type *type, const struct key *key,
                           ACCESS_MASK access, DWORD flags, HANDLE *handle) {
    NTSTATUS status = insert(found, key) ? open_handle(found, type, access, flags, handle)
                                         : STATUS_INSUFFICIENT_RESOURCES;
    if (!NT_SUCCESS(status) && found->name)
        forget(found);
    object_release(found);
    return status;
}

static NTSTATUS new_named(struct object *object, const struct key *key, ACCESS_MASK access, DWORD flags,
                          HANDLE *handle) {
    struct object *found;
    NTSTATUS status = share_name(object->type, object, key, &found);
    if (!NT_SUCCESS(status))
        return status;
    if (found) {
        status = open_found(found, object->type, key, access, flags, handle);
        return NT_SUCCESS(status) ? STATUS_OBJECT_NAME_EXISTS : status;
    }
    if (!insert(object, key))
        return STATUS_INSUFFICIENT_RESOURCES;
    status = open_handle(object, object->type, access, flags, handle);
    if (!NT_SUCCESS(status))
        forget(object);
    return status;
}

NTSTATUS named_handle_new(struct object *object, const WCHAR *name, size_t length, ACCESS_MASK access, DWORD flags,
                          HANDLE *handle) {
    *handle = NULL;
    if (length == 0)
        return open_handle(object, object->type, access, flags, handle);
    struct key key;
    NTSTATUS status = parse(name, length, &key);
    if (!NT_SUCCESS(status))
        return status;
    acquire();
    struct object_name *taken = find(&key);
    if (taken) {
        status = open_handle(taken->object, object->type, access, flags, handle);
        if (NT_SUCCESS(status))
            status = STATUS_OBJECT_NAME_EXISTS;
    } else {
        status = new_named(object, &key, access, flags, handle);
    }
    release();
    return status;
}

NTSTATUS named_handle_open(const struct object_type *type, const WCHAR *name, size_t length, ACCESS_MASK access,
                           DWORD flags, HANDLE *handle) {
    *handle = NULL;
    struct key key;
    NTSTATUS status = parse(name, length, &key);
    if (!NT_SUCCESS(status))
        return status;
    acquire();
    struct object_name *known = find(&key);
    struct object *found = NULL;
    if (known)
        status = open_handle(known->object, type, access, flags, handle);
    else if (NT_SUCCESS(status = share_name(type, NULL, &key, &found)))
        status = open_found(found, type, &key, access, flags, handle);
    release();
    return status;
}

bool object_drop_handle_count(struct object *object) {
    if (!object->name && !object->shared)            /* a name is given before the first handle is */
        return atomic_fetch_sub(&object->handles, 1) == 1;
    acquire();
    bool last = atomic_fetch_sub(&object->handles, 1) == 1;
    if (last && object->name)
        forget(object);
    if (last && object->shared)
        shared_unname(object->shared);
    release();
    return last;
}

const WCHAR *object_name(const struct object *object, size_t *length, bool *is_global) {
    *length = object->name ? object->name->length : 0;
    *is_global = object->name && object->name->is_global;
    return object->name ? object->name->text : NULL;
}
