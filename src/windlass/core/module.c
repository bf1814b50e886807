/* The modules of this process, as C code sees them: PEB and LDR lists, lookup by address and name, exports, static TLS,
 * thread notifications. The loader (Python) decides; it adds and removes modules here under the loader lock.
 *
 * The LDR lists are what debuggers and DLLs walk. Lookup by address has an index of its own: fault handlers and the
 * unwinder ask at any time, on any thread, and must not wait for a lock. */
#include <pthread.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "module.h"
#include "thread_object.h"
#include "trace.h"
#include "unicode.h"

static PEB_LDR_DATA ldr;

/* ---- the loader lock ---- */

static pthread_mutex_t loader_lock = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;

void loader_lock_acquire(void) { pthread_mutex_lock(&loader_lock); }
bool loader_lock_try_acquire(void) { return pthread_mutex_trylock(&loader_lock) == 0; }
void loader_lock_abandon(void) {
    while (pthread_mutex_unlock(&loader_lock) == 0)
        ;
}
bool loader_lock_acquire_until(const struct timespec *until) {
    return pthread_mutex_timedlock(&loader_lock, until) == 0;
}
void loader_lock_release(void) { pthread_mutex_unlock(&loader_lock); }

bool loader_lock_acquire_for_program(bool only_try) {
    struct thread *thread = thread_self();
    if (!only_try)
        loader_lock_acquire();
    else if (!loader_lock_try_acquire())
        return false;
    if (thread->loader_hold_count < MAX_LOADER_HOLDS)
        thread->loader_holds[thread->loader_hold_count] = thread->boundary;
    thread->loader_hold_count++;
    return true;
}

void loader_lock_release_for_program(void) {
    struct thread *thread = thread_self();
    if (thread->loader_hold_count) {
        thread->loader_hold_count--;
        loader_lock_release();
    }
}

void loader_lock_release_all(struct thread *thread) {
    while (thread->loader_hold_count)
        loader_lock_release_for_program();
}

/* Calls that this one has made lie below it on the stack. */
static bool is_within(const struct thread *thread, const struct boundary *inner, const struct boundary *outer) {
    return inner <= outer && (const void *)inner >= thread->teb.StackLimit;
}

void boundary_leave(struct boundary *boundary) {
    struct thread *thread = thread_self();
    while (thread->loader_hold_count) {
        unsigned last = thread->loader_hold_count - 1;
        if (last < MAX_LOADER_HOLDS && !is_within(thread, thread->loader_holds[last], boundary))
            break;
        loader_lock_release_for_program();
    }
    call_windows_unwound(boundary);
}

/* The child's only thread has a new thread id, so it cannot release what its parent acquired. That no other thread is
 * in the middle of a load when os.fork() copies the lists is seen to in process.py. */
static void reset_loader_lock(void) {
    static const pthread_mutex_t fresh = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
    memcpy(&loader_lock, &fresh, sizeof fresh);
}

/* ---- lists ---- */

static void list_init(LIST_ENTRY *head) { head->Flink = head->Blink = head; }

static void list_append(LIST_ENTRY *head, LIST_ENTRY *entry) {
    entry->Flink = head;
    entry->Blink = head->Blink;
    head->Blink->Flink = entry;
    head->Blink = entry;
}

static void list_remove(LIST_ENTRY *entry) {
    if (!entry->Flink)
        return;
    entry->Flink->Blink = entry->Blink;
    entry->Blink->Flink = entry->Flink;
    entry->Flink = entry->Blink = NULL;
}

#define FOR_EACH_MODULE(module_)                                                                  \
    for (struct module *module_ = (struct module *)ldr.InLoadOrderModuleList.Flink;               \
         (LIST_ENTRY *)module_ != &ldr.InLoadOrderModuleList;                                     \
         module_ = (struct module *)module_->ldr.InLoadOrderLinks.Flink)

static struct module *from_initialization_link(LIST_ENTRY *link) {
    return (struct module *)((char *)link - offsetof(LDR_DATA_TABLE_ENTRY, InInitializationOrderLinks));
}

void modules_init(void) {
    if (process_peb.Ldr)
        return;
    ldr.Length = sizeof ldr;
    ldr.Initialized = TRUE;
    list_init(&ldr.InLoadOrderModuleList);
    list_init(&ldr.InMemoryOrderModuleList);
    list_init(&ldr.InInitializationOrderModuleList);
    process_peb.Ldr = &ldr;
    pthread_atfork(NULL, NULL, reset_loader_lock);
}

/* ---- the address index: sorted, read under a sequence lock ---- */

enum { MAX_MODULES = 1 << 16 };
struct range {
    uintptr_t begin, end;
    struct module *module;
};
static struct range ranges[MAX_MODULES];
static atomic_uint range_count, range_sequence;

static void index_update(unsigned at, int by, struct range added) {
    unsigned count = atomic_load(&range_count);
    atomic_fetch_add(&range_sequence, 1);
    atomic_thread_fence(memory_order_seq_cst);
    if (by > 0) {
        memmove(&ranges[at + 1], &ranges[at], (count - at) * sizeof *ranges);
        ranges[at] = added;
    } else {
        memmove(&ranges[at], &ranges[at + 1], (count - at - 1) * sizeof *ranges);
    }
    atomic_store(&range_count, count + by);
    atomic_fetch_add(&range_sequence, 1);
}

/* The number of ranges that begin at or below the address. */
static unsigned index_position(uintptr_t address, unsigned count) {
    unsigned low = 0, high = count;
    while (low < high) {
        unsigned middle = (low + high) / 2;
        if (ranges[middle].begin <= address)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

LDR_DATA_TABLE_ENTRY *module_from_address(const void *address_) {
    uintptr_t address = (uintptr_t)address_;
    for (;;) {
        unsigned sequence = atomic_load(&range_sequence);
        if (sequence & 1)
            continue;
        unsigned position = index_position(address, atomic_load(&range_count));
        struct range found = position ? ranges[position - 1] : (struct range){0};
        atomic_thread_fence(memory_order_seq_cst);
        if (atomic_load(&range_sequence) == sequence)
            return address < found.end ? &found.module->ldr : NULL;
    }
}

unsigned modules_generation(void) { return atomic_load(&range_sequence); }

LDR_DATA_TABLE_ENTRY *module_from_base(const void *base) {
    LDR_DATA_TABLE_ENTRY *entry = module_from_address(base);
    return entry && entry->DllBase == base ? entry : NULL;
}

static bool same_name(const UNICODE_STRING *name, const WCHAR *other, size_t length) {
    if (name->Length != length * 2)
        return false;
    for (size_t i = 0; i < length; i++)
        if (unicode_upper(name->Buffer[i]) != unicode_upper(other[i]))
            return false;
    return true;
}

LDR_DATA_TABLE_ENTRY *module_from_name(const WCHAR *name, size_t length) {
    LDR_DATA_TABLE_ENTRY *found = NULL;
    loader_lock_acquire();
    FOR_EACH_MODULE(module) {
        if (same_name(&module->ldr.BaseDllName, name, length) || same_name(&module->ldr.FullDllName, name, length)) {
            found = &module->ldr;
            break;
        }
    }
    loader_lock_release();
    return found;
}

/* ---- loading what is loaded ---- */

struct module *module_from_file(const char *path) {
    struct stat status;
    if (stat(path, &status))
        return NULL;
    FOR_EACH_MODULE(module)
        if (module->inode == status.st_ino && module->device == status.st_dev && module->inode)
            return module;
    return NULL;
}

struct module *module_loaded_from(const char *path) {
    const char *slash = strrchr(path, '/'), *dot = strrchr(path, '.');
    bool has_extension = slash && dot > slash && dot[1];
    return has_extension && !strchr(path, '\\') ? module_from_file(path) : NULL;
}

static struct module *module_from_host(const char *host) {
    WCHAR name[32];
    size_t length = 0;
    for (; host[length]; length++)
        name[length] = (unsigned char)host[length];
    return (struct module *)module_from_name(name, length);
}

struct module *module_from_api_set(const WCHAR *name, size_t length) {
    const char *const *hosts = api_set_hosts(name, length);
    return hosts ? module_from_host(hosts[0]) : NULL;
}

struct module *module_known_as(const WCHAR *name, size_t length) {
    enum { LONGEST = 64 };
    if (api_set_hosts(name, length))
        return module_from_api_set(name, length);
    WCHAR full[LONGEST + 4];
    bool has_extension = false;
    if (length > LONGEST || !length || name[length - 1] == '.')
        return NULL;
    for (size_t i = 0; i < length; i++)
        has_extension |= (full[i] = name[i]) == '.';
    memcpy(full + length, u".dll", 4 * sizeof *full);
    struct module *module = (struct module *)module_from_name(full, has_extension ? length : length + 4);
    return module && module->known ? module : NULL;
}

size_t modules_known_as(const WCHAR *name, size_t length, struct module *found[MAX_API_SET_HOSTS]) {
    const char *const *hosts = api_set_hosts(name, length);
    size_t count = 0;
    if (!hosts)
        return (found[0] = module_known_as(name, length)) != NULL;
    for (; hosts[count]; count++)
        if (!(found[count] = module_from_host(hosts[count])))
            return 0;
    return count;
}

/* ---- adding and removing ---- */

static bool copy_name(UNICODE_STRING *target, const WCHAR *text, size_t length) {
    target->Buffer = malloc((length + 1) * sizeof(WCHAR));
    if (!target->Buffer || length > 0x7ffe)
        return false;
    memcpy(target->Buffer, text, length * sizeof(WCHAR));
    target->Buffer[length] = 0;
    target->Length = (USHORT)(length * sizeof(WCHAR));
    target->MaximumLength = target->Length + sizeof(WCHAR);
    return true;
}

static void module_free(struct module *module) {
    free(module->ldr.FullDllName.Buffer);
    free(module);
}

static size_t after_last_separator(const WCHAR *path, size_t length) {
    while (length && path[length - 1] != '\\' && path[length - 1] != '/')
        length--;
    return length;
}

struct module *module_add(const struct module_facts *facts) {
    struct module *module = calloc(1, sizeof *module);
    if (!module || atomic_load(&range_count) == MAX_MODULES ||
        !copy_name(&module->ldr.FullDllName, facts->path, facts->path_length)) {
        if (module)
            module_free(module);
        return NULL;
    }
    LDR_DATA_TABLE_ENTRY *entry = &module->ldr;
    size_t base_name = after_last_separator(facts->path, facts->path_length);
    entry->BaseDllName = (UNICODE_STRING){(USHORT)(entry->FullDllName.Length - 2 * base_name),
                                          (USHORT)(entry->FullDllName.MaximumLength - 2 * base_name),
                                          entry->FullDllName.Buffer + base_name};
    entry->DllBase = facts->base;
    entry->EntryPoint = facts->entry_point;
    entry->SizeOfImage = facts->size;
    entry->Flags = facts->flags;
    entry->ObsoleteLoadCount = 0xffff;
    entry->OriginalBase = facts->original_base;
    entry->TimeDateStamp = facts->timestamp;
    module->tls_callbacks = facts->tls_callbacks;
    module->device = facts->device;
    module->inode = facts->inode;
    module->known = facts->known;
    list_init(&entry->HashLinks);
    list_init(&entry->NodeModuleLink);

    loader_lock_acquire();
    list_append(&ldr.InLoadOrderModuleList, &entry->InLoadOrderLinks);
    list_append(&ldr.InMemoryOrderModuleList, &entry->InMemoryOrderLinks);
    uintptr_t base = (uintptr_t)facts->base;
    unsigned position = index_position(base, atomic_load(&range_count));
    index_update(position, 1, (struct range){base, base + facts->size, module});
    loader_lock_release();
    return module;
}

void module_set_initialized(struct module *module) {
    loader_lock_acquire();
    list_append(&ldr.InInitializationOrderModuleList, &module->ldr.InInitializationOrderLinks);
    module->ldr.Flags |= LDRP_PROCESS_ATTACH_CALLED | LDRP_ENTRY_PROCESSED;
    loader_lock_release();
}

void module_set_detached(struct module *module) {
    loader_lock_acquire();
    list_remove(&module->ldr.InInitializationOrderLinks);
    module->ldr.Flags &= ~LDRP_PROCESS_ATTACH_CALLED;
    loader_lock_release();
}

void module_hide(struct module *module) {
    loader_lock_acquire();
    list_remove(&module->ldr.InLoadOrderLinks);
    list_remove(&module->ldr.InMemoryOrderLinks);
    list_remove(&module->ldr.InInitializationOrderLinks);
    loader_lock_release();
}

void module_remove(struct module *module) {
    loader_lock_acquire();
    module_hide(module);
    unsigned position = index_position((uintptr_t)module->ldr.DllBase, atomic_load(&range_count));
    if (position && ranges[position - 1].module == module)
        index_update(position - 1, -1, (struct range){0});
    loader_lock_release();
    module_free(module);
}

bool threads_began_within(const void *base, size_t size) {
    struct thread *self = current_thread_or_null;
    bool found = false;
    thread_list_acquire();
    for (struct thread *thread = thread_list_head(); thread && !found; thread = thread->next) {
        const struct thread_object *object = __atomic_load_n(&thread->object, __ATOMIC_ACQUIRE);
        found = thread != self && object && (uintptr_t)object->start_address - (uintptr_t)base < size;
    }
    thread_list_release();
    return found;
}

/* ---- exports ---- */

/* Linkers put these records wherever they like. */
typedef uint32_t __attribute__((aligned(1))) unaligned_dword;
typedef uint16_t __attribute__((aligned(1))) unaligned_word;

struct __attribute__((packed)) export_directory {
    DWORD Characteristics, TimeDateStamp;
    WORD MajorVersion, MinorVersion;
    DWORD Name, Base, NumberOfFunctions, NumberOfNames, AddressOfFunctions, AddressOfNames, AddressOfNameOrdinals;
};

/* An image's exports. Its headers have been verified, nothing else. */
struct exports {
    const unsigned char *base;
    DWORD image_size, rva, size;
    const struct export_directory *directory;
    const unaligned_dword *functions, *names;
    const unaligned_word *indices;
};

static bool lies_within(const struct exports *exports, DWORD rva, uint64_t size) {
    return rva <= exports->image_size && size <= exports->image_size - rva;
}

static bool open_exports(struct exports *exports, const unsigned char *base) {
    DWORD headers, count;
    memcpy(&headers, base + 0x3c, 4);
    const unsigned char *optional = base + headers + 24;
    memcpy(&count, optional + 108, 4);
    exports->base = base;
    memcpy(&exports->image_size, optional + 56, 4);
    memcpy(&exports->rva, optional + 112, 4);
    memcpy(&exports->size, optional + 116, 4);
    if (!count || !exports->rva || !lies_within(exports, exports->rva, sizeof *exports->directory))
        return false;
    const struct export_directory *directory = (const struct export_directory *)(base + exports->rva);
    exports->directory = directory;
    exports->functions = (const unaligned_dword *)(base + directory->AddressOfFunctions);
    exports->names = (const unaligned_dword *)(base + directory->AddressOfNames);
    exports->indices = (const unaligned_word *)(base + directory->AddressOfNameOrdinals);
    return lies_within(exports, directory->AddressOfFunctions, (uint64_t)directory->NumberOfFunctions * 4) &&
           lies_within(exports, directory->AddressOfNames, (uint64_t)directory->NumberOfNames * 4) &&
           lies_within(exports, directory->AddressOfNameOrdinals, (uint64_t)directory->NumberOfNames * 2);
}

/* A text; NULL outside the image, and in `most` how long it can be. */
static const char *text_at(const struct exports *exports, DWORD rva, size_t *most) {
    if (rva >= exports->image_size)
        return NULL;
    *most = exports->image_size - rva;
    return (const char *)exports->base + rva;
}

/* The index into the export address table, or UINT32_MAX. Names are sorted by byte value ("PE Format", "Export Name
 * Pointer Table"). */
static uint32_t index_by_name(const struct exports *exports, const char *name) {
    uint32_t low = 0, high = exports->directory->NumberOfNames;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        size_t most;
        const char *text = text_at(exports, exports->names[middle], &most);
        if (!text)
            return UINT32_MAX;
        int order = strncmp(name, text, most);
        if (order == 0)
            return exports->indices[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return UINT32_MAX;
}

bool (*module_count_hook)(const void *base, enum module_count change);
void *(*forwarder_hook)(const void *base, const char *forwarder);
void *(*module_load_hook)(const WCHAR *name, DWORD flags);
bool (*module_free_hook)(const void *handle);
bool (*module_redirect_hook)(const WCHAR *name, size_t length, const void **base);
atomic_bool module_names_redirected;
void *(*module_satellite_hook)(const void *handle, WORD language, int which, unsigned index);

/* "DLL.name" or "DLL.#ordinal". The DLL may be an API set or not loaded yet, so policy decides. */
static void *follow_forwarder(const void *base, const char *forwarder, NTSTATUS *status) {
    void *address = forwarder_hook ? forwarder_hook(base, forwarder) : NULL;
    *status = address ? STATUS_SUCCESS : STATUS_PROCEDURE_NOT_FOUND;
    return address;
}

/* What an export leads to: an RVA, or a forwarder's text. */
struct export_found {
    DWORD target;
    bool forwards;
    char forwarder[512];
};

static bool find_export(const unsigned char *base, const char *name, unsigned ordinal, struct export_found *found) {
    struct exports exports;
    if (!open_exports(&exports, base))
        return false;
    uint32_t index = name ? index_by_name(&exports, name) : ordinal - exports.directory->Base;
    if (index >= exports.directory->NumberOfFunctions)
        return false;
    found->target = exports.functions[index];
    found->forwards = found->target - exports.rva < exports.size;
    if (!found->forwards)
        return found->target != 0;
    size_t most;
    const char *text = text_at(&exports, found->target, &most);
    if (most > sizeof found->forwarder)
        most = sizeof found->forwarder;
    size_t length = text ? strnlen(text, most) : most;
    if (length == most)
        return false;
    memcpy(found->forwarder, text, length + 1);
    return true;
}

/* An image may have holes: where its export directory leads into one there is no such export. */
static bool find_export_guarded(const unsigned char *base, const char *name, unsigned ordinal, struct export_found *found) {
    struct thread *self = current_thread_or_null;
    struct fault_guard guard;
    if (!self)                                       /* looks before its first call of Windows code, as nothing does
                                                      * that loads */
        return find_export(base, name, ordinal, found);
    if (fault_guard_enter(&guard, &self->guard))
        return false;
    bool there = find_export(base, name, ordinal, found);
    fault_guard_leave(&guard);
    return there;
}

void *module_export(const void *base_, const char *name, unsigned ordinal, NTSTATUS *status) {
    const unsigned char *base = base_;
    struct export_found found;
    if (!find_export_guarded(base, name, ordinal, &found)) {
        *status = name ? STATUS_PROCEDURE_NOT_FOUND : STATUS_ORDINAL_NOT_FOUND;
        return NULL;
    }
    if (found.forwards)
        return follow_forwarder(base, found.forwarder, status);
    *status = STATUS_SUCCESS;
    return (void *)(base + found.target);
}

static const char *name_of_index(const struct exports *exports, uint32_t index) {
    size_t most;
    for (uint32_t i = 0; i < exports->directory->NumberOfNames; i++)
        if (exports->indices[i] == index)
            return text_at(exports, exports->names[i], &most);
    return NULL;
}

enum export_kind module_export_at(const void *base, unsigned index, DWORD *rva, const char **name, unsigned *ordinal) {
    struct exports exports;
    if (!open_exports(&exports, base) || index >= exports.directory->NumberOfFunctions)
        return EXPORT_END;
    *rva = exports.functions[index];
    if (!*rva || *rva - exports.rva < exports.size)
        return EXPORT_NO_ADDRESS;
    *name = name_of_index(&exports, index);
    *ordinal = exports.directory->Base + index;
    return EXPORT_ADDRESS;
}

bool module_nearest_export(const void *base, DWORD rva, DWORD *start, const char **name, unsigned *ordinal) {
    struct exports exports;
    uint32_t nearest = 0, index = UINT32_MAX;
    if (!open_exports(&exports, base))
        return false;
    for (uint32_t i = 0; i < exports.directory->NumberOfFunctions; i++) {
        DWORD target = exports.functions[i];
        if (target > nearest && target <= rva && target - exports.rva >= exports.size) {
            nearest = target;
            index = i;
        }
    }
    if (index == UINT32_MAX)
        return false;
    *start = nearest;
    *name = name_of_index(&exports, index);
    *ordinal = exports.directory->Base + index;
    return true;
}

/* ---- static TLS ----
 *
 * A module's TLS index selects a pointer in TEB.ThreadLocalStoragePointer; compiled code reads gs:[0x58], adds index * 8
 * and finds its block. Modules may come after threads exist: then every thread gets a block, and a longer array where
 * its own is too short. The old array stays until the thread ends, for the thread may be reading it just now. */

struct tls_array {
    struct tls_array *replaced;
    void *slots[];
};

struct tls_template {
    const void *data;
    size_t size, zero_fill, alignment;
    bool used;
};

enum { MAX_TLS_MODULES = 4096 };
static struct tls_template tls_templates[MAX_TLS_MODULES]; /* under the lock of the thread list */
static unsigned tls_count;

static void *tls_block_new(const struct tls_template *from) {
    size_t size = (from->size + from->zero_fill + from->alignment) & ~(from->alignment - 1);
    char *block = aligned_alloc(from->alignment, size);
    if (!block)
        windlass_fatal("out of memory for thread-local data");
    memset(block, 0, size);
    memcpy(block, from->data, from->size);
    return block;
}

static struct tls_array *array_of(struct thread *thread) {
    void **slots = thread->teb.ThreadLocalStoragePointer;
    return slots ? (struct tls_array *)((char *)slots - offsetof(struct tls_array, slots)) : NULL;
}

static void tls_reserve(struct thread *thread, unsigned count) {
    if (thread->tls_capacity >= count && thread->teb.ThreadLocalStoragePointer)
        return;
    unsigned capacity = count < 16 ? 16 : 2 * count;
    struct tls_array *array = calloc(1, sizeof *array + capacity * sizeof(void *)), *old = array_of(thread);
    if (!array)
        windlass_fatal("out of memory for thread-local data");
    if (old)
        memcpy(array->slots, old->slots, thread->tls_capacity * sizeof(void *));
    array->replaced = old;
    thread->tls_capacity = capacity;
    __atomic_store_n(&thread->teb.ThreadLocalStoragePointer, array->slots, __ATOMIC_RELEASE);
}

int tls_add(const void *data, size_t size, size_t zero_fill, size_t alignment) {
    unsigned index = 0;
    thread_list_acquire();
    while (index < tls_count && tls_templates[index].used)
        index++;
    if (index == MAX_TLS_MODULES) {
        thread_list_release();
        return -1;
    }
    tls_templates[index] = (struct tls_template){data, size, zero_fill, alignment < 16 ? 16 : alignment, true};
    if (index == tls_count)
        tls_count++;
    for (struct thread *thread = thread_list_head(); thread; thread = thread->next) {
        tls_reserve(thread, index + 1);
        thread->teb.ThreadLocalStoragePointer[index] = tls_block_new(&tls_templates[index]);
    }
    thread_list_release();
    return (int)index;
}

void tls_remove(unsigned index) {
    thread_list_acquire();
    tls_templates[index].used = false;
    for (struct thread *thread = thread_list_head(); thread; thread = thread->next) {
        if (index >= thread->tls_capacity)
            continue;
        free(thread->teb.ThreadLocalStoragePointer[index]);
        thread->teb.ThreadLocalStoragePointer[index] = NULL;
    }
    thread_list_release();
}

void tls_thread_init(struct thread *thread) {
    tls_reserve(thread, tls_count ? tls_count : 1);
    for (unsigned i = 0; i < tls_count; i++)
        if (tls_templates[i].used)
            thread->teb.ThreadLocalStoragePointer[i] = tls_block_new(&tls_templates[i]);
}

void tls_thread_free(struct thread *thread) {
    struct tls_array *array = array_of(thread);
    for (unsigned i = 0; array && i < thread->tls_capacity; i++)
        free(array->slots[i]);
    while (array) {
        struct tls_array *replaced = array->replaced;
        free(array);
        array = replaced;
    }
}

/* ---- notifications ---- */

static void call_entry(struct module *module, const void *function, DWORD reason, bool at_end) {
    struct thread *self = thread_self();
    struct call_result result;
    uint64_t slots[4] = {(uintptr_t)module->ldr.DllBase, reason, at_end, 0};
    call_windows(function, slots, 3, &result, &self->boundary);   /* Windows, too, ignores a failure here */
}

static void call_entries(struct module *module, DWORD reason, bool at_end) {
    for (const void *const *callback = module->tls_callbacks; callback && *callback; callback++)
        call_entry(module, *callback, reason, at_end);
    if (module->ldr.EntryPoint)
        call_entry(module, module->ldr.EntryPoint, reason, at_end);
}

static void notify(struct module *module, DWORD reason) {
    if (module->ldr.Flags & LDRP_PROCESS_ATTACH_CALLED && !(module->ldr.Flags & LDRP_DONT_CALL_FOR_THREADS))
        call_entries(module, reason, false);
}

/* Attach in the order of initialisation, detach in the opposite one. */
void modules_notify_thread(DWORD reason) {
    if (!process_peb.Ldr)
        return;
    loader_lock_acquire();                           /* at the process's end nobody gets it any more */
    LIST_ENTRY *head = &ldr.InInitializationOrderModuleList, *link, *next;
    bool attach = reason == DLL_THREAD_ATTACH;
    for (link = attach ? head->Flink : head->Blink; link != head; link = next) {
        next = attach ? link->Flink : link->Blink;
        notify(from_initialization_link(link), reason);
    }
    loader_lock_release();
}

/* What is still in the list has been attached; each goes before it is called, as when it is freed. */
void modules_detach(void) {
    LIST_ENTRY *head = &ldr.InInitializationOrderModuleList;
    while (head->Blink != head) {
        struct module *module = from_initialization_link(head->Blink);
        module_set_detached(module);
        trace_loader("detach", &module->ldr.BaseDllName);
        call_entries(module, DLL_PROCESS_DETACH, true);
    }
}
