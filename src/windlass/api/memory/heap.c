/* Heaps ("Heap Functions"). The process heap is core/heap.h; a private heap keeps a list of its blocks, because
 * HeapDestroy frees them all and HeapWalk visits them.
 *
 * kernel32's functions are ntdll's Rtl functions under other names, as on Windows. HeapLock on the process heap keeps
 * out other callers of HeapLock only: the host allocator has no lock that outsiders can take. */
#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/mman.h>

#include "api.h"
#include "heap.h"
#include "fork.h"

enum {
    HEAP_NO_SERIALIZE = 0x1,
    HEAP_GENERATE_EXCEPTIONS = 0x4,
    HEAP_ZERO_MEMORY = 0x8,
    HEAP_REALLOC_IN_PLACE_ONLY = 0x10,
    HEAP_CREATE_ENABLE_EXECUTE = 0x40000,

    HEAP_MAGIC = 0x50414548,
    FIXED_HEAP_LARGEST_BLOCK = 0xff000, /* "HeapCreate function": slightly less than 1,024 KB in a fixed heap */
    EXECUTABLE_REGION = 0x10000,
};

struct block {
    struct block *next, *previous;
    size_t size, capacity;
    unsigned char bytes[];
};
_Static_assert(sizeof(struct block) % 16 == 0, "blocks are aligned to 16 bytes");

struct heap {
    DWORD magic;
    DWORD flags;
    pthread_mutex_t lock;
    struct block *free_blocks;   /* of an executable heap */
    struct block *regions;       /* of an executable heap: memory to unmap */
    size_t used, maximum;        /* maximum 0: grows without limit */
    struct heap *next;
    struct block blocks;         /* the list's head */
};

static struct heap main_heap = {.magic = HEAP_MAGIC, .lock = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP};
void *const process_heap = &main_heap;

static pthread_mutex_t heaps_lock = PTHREAD_MUTEX_INITIALIZER;
SURVIVES_FORK(heaps_lock);
static struct heap *private_heaps;

static void lock_init(struct heap *heap) {
    static const pthread_mutex_t recursive = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
    memcpy(&heap->lock, &recursive, sizeof recursive);
}

/* Programs hold heaps' locks as long as they like (HeapLock), so a fork does not wait for them. */
static void after_fork_in_child(void) {
    lock_init(&main_heap);
    for (struct heap *heap = private_heaps; heap; heap = heap->next)
        lock_init(heap);
}

__attribute__((constructor)) static void survive_fork(void) { pthread_atfork(NULL, NULL, after_fork_in_child); }

static bool is_heap(const struct heap *heap) { return heap && heap->magic == HEAP_MAGIC; }

static void acquire(struct heap *heap, DWORD flags) {
    if (!((heap->flags | flags) & HEAP_NO_SERIALIZE))
        pthread_mutex_lock(&heap->lock);
}

static void release(struct heap *heap, DWORD flags) {
    if (!((heap->flags | flags) & HEAP_NO_SERIALIZE))
        pthread_mutex_unlock(&heap->lock);
}

API_USE(void, RtlRaiseStatus, NTSTATUS status);

/* The result of an allocation that found no memory. */
static void *no_memory(const struct heap *heap, DWORD flags) {
    if ((heap->flags | flags) & HEAP_GENERATE_EXCEPTIONS)
        api_RtlRaiseStatus(STATUS_NO_MEMORY);
    set_last_error(ERROR_NOT_ENOUGH_MEMORY);
    return NULL;
}

/* ---- memory of private heaps ---- */

/* A block of an executable heap. Freed ones are kept for reuse until the heap goes. */
static struct block *executable_block(struct heap *heap, size_t size) {
    size_t need = (sizeof(struct block) + size + 15) & ~(size_t)15;
    for (struct block **link = &heap->free_blocks; *link; link = &(*link)->next) {
        struct block *block = *link;
        if (block->capacity < size)
            continue;
        *link = block->next;
        if (block->capacity - size >= 256) {         /* leave the rest free */
            struct block *rest = (struct block *)((char *)block + need);
            rest->capacity = block->capacity - need;
            rest->next = *link;
            *link = rest;
            block->capacity = need - sizeof *block;
        }
        return block;
    }
    size_t length = (need + sizeof(struct block) + EXECUTABLE_REGION - 1) & ~((size_t)EXECUTABLE_REGION - 1);
    struct block *region = mmap(NULL, length, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (region == MAP_FAILED)
        return NULL;
    region->size = length;
    region->next = heap->regions;
    heap->regions = region;
    struct block *block = region + 1;
    block->capacity = length - 2 * sizeof *block;
    block->next = heap->free_blocks;
    heap->free_blocks = block;
    return executable_block(heap, size);
}

static struct block *block_new(struct heap *heap, size_t size) {
    if (size > PTRDIFF_MAX - EXECUTABLE_REGION)
        return NULL;
    if (heap->maximum && (size > FIXED_HEAP_LARGEST_BLOCK || size + sizeof(struct block) > heap->maximum - heap->used))
        return NULL;
    if (heap->flags & HEAP_CREATE_ENABLE_EXECUTE)
        return executable_block(heap, size);
    struct block *block = malloc(sizeof *block + size);
    if (block)
        block->capacity = malloc_usable_size(block) - sizeof *block;
    return block;
}

static void block_free(struct heap *heap, struct block *block) {
    if (heap->flags & HEAP_CREATE_ENABLE_EXECUTE) {
        block->next = heap->free_blocks;
        heap->free_blocks = block;
    } else {
        free(block);
    }
}

static struct block *block_of(const void *memory) { return (struct block *)memory - 1; }

static void block_link(struct heap *heap, struct block *block) {
    struct block *head = &heap->blocks;
    block->next = head;
    block->previous = head->previous;
    head->previous->next = block;
    head->previous = block;
    heap->used += sizeof *block + block->size;
}

static void block_unlink(struct heap *heap, struct block *block) {
    block->previous->next = block->next;
    block->next->previous = block->previous;
    heap->used -= sizeof *block + block->size;
}

static void *private_alloc(struct heap *heap, DWORD flags, size_t size) {
    acquire(heap, flags);
    struct block *block = block_new(heap, size);
    if (block) {
        block->size = size;
        block_link(heap, block);
    }
    release(heap, flags);
    if (!block)
        return NULL;
    if ((heap->flags | flags) & HEAP_ZERO_MEMORY)
        memset(block->bytes, 0, size);
    return block->bytes;
}

static void private_free(struct heap *heap, DWORD flags, void *memory) {
    struct block *block = block_of(memory);
    acquire(heap, flags);
    block_unlink(heap, block);
    block_free(heap, block);
    release(heap, flags);
}

/* Where the block stands, within its capacity. The heap is acquired. */
static bool private_resize(struct heap *heap, struct block *block, size_t size) {
    size_t used = heap->used - block->size;
    if (size > block->capacity || (heap->maximum && size > heap->maximum - used))
        return false;
    heap->used = used + size;
    block->size = size;
    return true;
}

static void *private_realloc(struct heap *heap, DWORD flags, void *memory, size_t size) {
    struct block *block = block_of(memory);
    acquire(heap, flags);
    size_t old = block->size;
    bool wasteful = block->capacity > 4096 && size < block->capacity / 2 && !(flags & HEAP_REALLOC_IN_PLACE_ONLY);
    bool done = !wasteful && private_resize(heap, block, size);
    release(heap, flags);
    if (!done) {
        void *moved = flags & HEAP_REALLOC_IN_PLACE_ONLY ? NULL : private_alloc(heap, flags & ~HEAP_ZERO_MEMORY, size);
        if (!moved)
            return NULL;
        memcpy(moved, memory, old < size ? old : size);
        private_free(heap, flags, memory);
        memory = moved;
    }
    if (flags & HEAP_ZERO_MEMORY && size > old)
        memset((char *)memory + old, 0, size - old);
    return memory;
}

/* ---- blocks ---- */

API(ntdll, PVOID, RtlAllocateHeap, PVOID HeapHandle, ULONG Flags, SIZE_T Size) {
    struct heap *heap = HeapHandle;
    void *memory;
    if (__builtin_expect(heap == &main_heap, 1))
        memory = Flags & HEAP_ZERO_MEMORY ? heap_alloc_zeroed(Size) : heap_alloc(Size);
    else if (is_heap(heap))
        memory = private_alloc(heap, Flags, Size);
    else
        return set_last_error(ERROR_INVALID_HANDLE), NULL;
    return __builtin_expect(memory != NULL, 1) ? memory : no_memory(heap, Flags);
}
API_ALIAS(api_RtlAllocateHeap, kernel32_name, kernel32 kernelbase, "HeapAlloc");

API(ntdll, BOOLEAN, RtlFreeHeap, PVOID HeapHandle, ULONG Flags, PVOID BaseAddress) {
    struct heap *heap = HeapHandle;
    if (__builtin_expect(heap == &main_heap, 1))
        heap_free(BaseAddress);
    else if (!is_heap(heap))
        return (BOOLEAN)fail(ERROR_INVALID_HANDLE);
    else if (BaseAddress)
        private_free(heap, Flags, BaseAddress);
    return TRUE;
}

/* BOOL: callers read all of EAX. */
API(kernel32 kernelbase, BOOL, HeapFree, HANDLE hHeap, DWORD dwFlags, LPVOID lpMem) {
    return api_RtlFreeHeap(hHeap, dwFlags, lpMem);
}

API(ntdll, PVOID, RtlReAllocateHeap, PVOID HeapHandle, ULONG Flags, PVOID BaseAddress, SIZE_T Size) {
    struct heap *heap = HeapHandle;
    void *memory;
    if (!is_heap(heap))
        return set_last_error(ERROR_INVALID_HANDLE), NULL;
    if (!BaseAddress)                                /* unlike realloc */
        return NULL;
    if (heap != &main_heap) {
        memory = private_realloc(heap, Flags, BaseAddress, Size);
    } else if (Flags & HEAP_REALLOC_IN_PLACE_ONLY) {
        size_t old = heap_size(BaseAddress);
        memory = heap_resize_in_place(BaseAddress, Size) ? BaseAddress : NULL;
        if (memory && Flags & HEAP_ZERO_MEMORY && Size > old)
            memset((char *)memory + old, 0, Size - old);
    } else {
        memory = Flags & HEAP_ZERO_MEMORY ? heap_realloc_zeroed(BaseAddress, Size) : heap_realloc(BaseAddress, Size);
    }
    return memory ? memory : no_memory(heap, Flags);
}
API_ALIAS(api_RtlReAllocateHeap, kernel32_name, kernel32 kernelbase, "HeapReAlloc");

API(ntdll, SIZE_T, RtlSizeHeap, PVOID HeapHandle, ULONG Flags, LPCVOID BaseAddress) {
    struct heap *heap = HeapHandle;
    (void)Flags;
    if (!is_heap(heap) || !BaseAddress) {
        set_last_error(ERROR_INVALID_PARAMETER);
        return (SIZE_T)-1;
    }
    return heap == &main_heap ? heap_size(BaseAddress) : block_of(BaseAddress)->size;
}
API_ALIAS(api_RtlSizeHeap, kernel32_name, kernel32 kernelbase, "HeapSize");

/* ---- heaps ---- */

static struct heap *heap_new(DWORD flags, size_t maximum) {
    struct heap *heap = calloc(1, sizeof *heap);
    if (!heap)
        return NULL;
    lock_init(heap);
    heap->magic = HEAP_MAGIC;
    heap->flags = flags;
    heap->maximum = (maximum + PAGE_SIZE - 1) & ~(size_t)(PAGE_SIZE - 1);
    heap->blocks.next = heap->blocks.previous = &heap->blocks;
    pthread_mutex_lock(&heaps_lock);
    heap->next = private_heaps;
    private_heaps = heap;
    pthread_mutex_unlock(&heaps_lock);
    return heap;
}

static void heap_delete(struct heap *heap) {
    pthread_mutex_lock(&heaps_lock);
    struct heap **link = &private_heaps;
    while (*link != heap)
        link = &(*link)->next;
    *link = heap->next;
    pthread_mutex_unlock(&heaps_lock);

    if (!(heap->flags & HEAP_CREATE_ENABLE_EXECUTE)) {
        for (struct block *block = heap->blocks.next, *next; block != &heap->blocks; block = next) {
            next = block->next;
            free(block);
        }
    }
    for (struct block *region = heap->regions, *next; region; region = next) {
        next = region->next;
        munmap(region, region->size);
    }
    heap->magic = 0;
    free(heap);
}

API(kernel32 kernelbase, HANDLE, HeapCreate, DWORD flOptions, SIZE_T dwInitialSize, SIZE_T dwMaximumSize) {
    SIZE_T maximum = dwMaximumSize && dwMaximumSize < dwInitialSize ? dwInitialSize : dwMaximumSize;
    struct heap *heap = heap_new(flOptions, maximum);
    if (!heap)
        set_last_error(ERROR_NOT_ENOUGH_MEMORY);
    return heap;
}

/* The memory at HeapBase and the lock of the caller's, both optional, are not made use of. */
API(ntdll, PVOID, RtlCreateHeap, ULONG Flags, PVOID HeapBase, SIZE_T ReserveSize, SIZE_T CommitSize, PVOID Lock,
    PVOID Parameters) {
    enum { HEAP_GROWABLE = 2 };
    (void)HeapBase, (void)CommitSize, (void)Lock, (void)Parameters;
    return heap_new(Flags, Flags & HEAP_GROWABLE ? 0 : ReserveSize);
}

API(kernel32 kernelbase, BOOL, HeapDestroy, HANDLE hHeap) {
    struct heap *heap = hHeap;
    if (!is_heap(heap) || heap == &main_heap)
        return fail(ERROR_INVALID_HANDLE);
    heap_delete(heap);
    return TRUE;
}

/* NULL on success; the process heap is not destroyed. */
API(ntdll, PVOID, RtlDestroyHeap, PVOID HeapHandle) {
    return api_HeapDestroy(HeapHandle) ? NULL : HeapHandle;
}

API(kernel32 kernelbase, HANDLE, GetProcessHeap, void) { return process_heap; }

API(ntdll, ULONG, RtlGetProcessHeaps, ULONG NumberOfHeaps, PVOID *ProcessHeaps) {
    ULONG count = 0;
    if (NumberOfHeaps)
        ProcessHeaps[count] = process_heap;
    count++;
    pthread_mutex_lock(&heaps_lock);
    for (struct heap *heap = private_heaps; heap; heap = heap->next, count++)
        if (count < NumberOfHeaps)
            ProcessHeaps[count] = heap;
    pthread_mutex_unlock(&heaps_lock);
    return count;
}
API_ALIAS(api_RtlGetProcessHeaps, kernel32_name, kernel32 kernelbase, "GetProcessHeaps");

API(ntdll, BOOLEAN, RtlLockHeap, PVOID HeapHandle) {
    struct heap *heap = HeapHandle;
    if (!is_heap(heap))
        return (BOOLEAN)fail(ERROR_INVALID_HANDLE);
    pthread_mutex_lock(&heap->lock);
    return TRUE;
}

API(ntdll, BOOLEAN, RtlUnlockHeap, PVOID HeapHandle) {
    struct heap *heap = HeapHandle;
    if (!is_heap(heap))
        return (BOOLEAN)fail(ERROR_INVALID_HANDLE);
    return pthread_mutex_unlock(&heap->lock) == 0;
}

API(kernel32 kernelbase, BOOL, HeapLock, HANDLE hHeap) { return api_RtlLockHeap(hHeap); }
API(kernel32 kernelbase, BOOL, HeapUnlock, HANDLE hHeap) { return api_RtlUnlockHeap(hHeap); }

/* ---- inspection ---- */

static bool is_block(struct heap *heap, const void *memory) {
    for (struct block *block = heap->blocks.next; block != &heap->blocks; block = block->next)
        if (block->bytes == memory)
            return true;
    return false;
}

/* Of the process heap only a pointer's alignment can be judged: the host allocator stops the process by itself when it
 * finds damage. */
API(ntdll, BOOLEAN, RtlValidateHeap, PVOID HeapHandle, ULONG Flags, LPCVOID BaseAddress) {
    struct heap *heap = HeapHandle;
    if (!is_heap(heap))
        return FALSE;
    if (heap == &main_heap)
        return (uintptr_t)BaseAddress % 16 == 0;
    acquire(heap, Flags);
    bool linked = heap->blocks.next->previous == &heap->blocks;
    for (struct block *block = heap->blocks.next; linked && block != &heap->blocks; block = block->next)
        linked = block->next->previous == block && block->size <= block->capacity;
    bool valid = linked && (!BaseAddress || is_block(heap, BaseAddress));
    release(heap, Flags);
    return valid;
}

API(kernel32 kernelbase, BOOL, HeapValidate, HANDLE hHeap, DWORD dwFlags, LPCVOID lpMem) {
    return api_RtlValidateHeap(hHeap, dwFlags, lpMem);
}

/* The size of the largest free block, or 0 with ERROR_SUCCESS when there is none: memory comes as it is asked for. */
API(kernel32 kernelbase, SIZE_T, HeapCompact, HANDLE hHeap, DWORD dwFlags) {
    struct heap *heap = hHeap;
    (void)dwFlags;
    if (!is_heap(heap))
        return (SIZE_T)fail(ERROR_INVALID_HANDLE);
    set_last_error(ERROR_SUCCESS);
    if (heap == &main_heap)
        heap_trim();
    return heap->maximum ? heap->maximum - heap->used : FIXED_HEAP_LARGEST_BLOCK;
}
API_ALIAS(api_HeapCompact, ntdll_name, ntdll, "RtlCompactHeap");

typedef struct {
    PVOID lpData;
    DWORD cbData;
    BYTE cbOverhead, iRegionIndex;
    WORD wFlags;
    union {
        struct { HANDLE hMem; DWORD dwReserved[3]; } Block;
        struct { DWORD dwCommittedSize, dwUnCommittedSize; LPVOID lpFirstBlock, lpLastBlock; } Region;
    };
} PROCESS_HEAP_ENTRY;

enum { PROCESS_HEAP_REGION = 1, PROCESS_HEAP_ENTRY_BUSY = 4 };

/* The bytes of writable private memory, which is the host allocator's for the greatest part. */
static size_t process_heap_extent(void) {
    unsigned long pages = 0;
    FILE *file = fopen("/proc/self/statm", "re");
    if (file && fscanf(file, "%*u %*u %*u %*u %*u %lu", &pages) != 1)
        pages = 0;
    if (file)
        fclose(file);
    return pages * PAGE_SIZE;
}

/* The process heap is one region whose blocks cannot be told apart. */
static bool walk_process_heap(PROCESS_HEAP_ENTRY *entry) {
    if (entry->lpData)
        return false;
    *entry = (PROCESS_HEAP_ENTRY){.lpData = &main_heap, .cbData = sizeof main_heap, .wFlags = PROCESS_HEAP_REGION};
    entry->Region.dwCommittedSize = (DWORD)process_heap_extent();
    return true;
}

static bool walk_private_heap(struct heap *heap, PROCESS_HEAP_ENTRY *entry) {
    struct block *block = entry->lpData ? block_of(entry->lpData)->next : heap->blocks.next;
    if (block == &heap->blocks)
        return false;
    *entry = (PROCESS_HEAP_ENTRY){.lpData = block->bytes, .cbData = (DWORD)block->size, .wFlags = PROCESS_HEAP_ENTRY_BUSY,
                                  .cbOverhead = sizeof *block};
    return true;
}

API(kernel32 kernelbase, BOOL, HeapWalk, HANDLE hHeap, PROCESS_HEAP_ENTRY *lpEntry) {
    struct heap *heap = hHeap;
    if (!is_heap(heap) || !lpEntry)
        return fail(ERROR_INVALID_PARAMETER);
    acquire(heap, 0);
    bool found = heap == &main_heap ? walk_process_heap(lpEntry) : walk_private_heap(heap, lpEntry);
    release(heap, 0);
    return found ? TRUE : fail(ERROR_NO_MORE_ITEMS);
}

typedef struct { DWORD cb; SIZE_T cbAllocated, cbCommitted, cbReserved, cbMaxReserve; } HEAP_SUMMARY;

API(kernel32 kernelbase, BOOL, HeapSummary, HANDLE hHeap, DWORD dwFlags, HEAP_SUMMARY *lpSummary) {
    struct heap *heap = hHeap;
    if (!is_heap(heap) || !lpSummary || lpSummary->cb != sizeof *lpSummary)
        return fail(ERROR_INVALID_PARAMETER);
    if (heap == &main_heap) {
        lpSummary->cbAllocated = lpSummary->cbCommitted = lpSummary->cbReserved = process_heap_extent();
    } else {
        acquire(heap, dwFlags);
        lpSummary->cbAllocated = lpSummary->cbCommitted = lpSummary->cbReserved = heap->used;
        release(heap, dwFlags);
    }
    lpSummary->cbMaxReserve = heap->maximum;
    return TRUE;
}

/* ---- properties ("HeapSetInformation function") ---- */

enum { HeapCompatibilityInformation = 0, HeapEnableTerminationOnCorruption = 1, HeapOptimizeResources = 3 };
enum { LOW_FRAGMENTATION_HEAP = 2 };

API(ntdll, NTSTATUS, RtlQueryHeapInformation, PVOID HeapHandle, ULONG HeapInformationClass, PVOID HeapInformation,
    SIZE_T HeapInformationLength, PSIZE_T ReturnLength) {
    (void)HeapHandle;
    if (HeapInformationClass != HeapCompatibilityInformation)
        return STATUS_INVALID_INFO_CLASS;
    if (ReturnLength)
        *ReturnLength = sizeof(ULONG);
    if (HeapInformationLength < sizeof(ULONG))
        return STATUS_BUFFER_TOO_SMALL;
    *(ULONG *)HeapInformation = LOW_FRAGMENTATION_HEAP;
    return STATUS_SUCCESS;
}

/* Requests to the heap manager that have no meaning for the host's allocator are granted. */
API(ntdll, NTSTATUS, RtlSetHeapInformation, PVOID HeapHandle, ULONG HeapInformationClass, PVOID HeapInformation,
    SIZE_T HeapInformationLength) {
    (void)HeapHandle;
    switch (HeapInformationClass) {
    case HeapCompatibilityInformation:
        if (HeapInformationLength < sizeof(ULONG))
            return STATUS_BUFFER_TOO_SMALL;
        return *(ULONG *)HeapInformation <= LOW_FRAGMENTATION_HEAP ? STATUS_SUCCESS : STATUS_UNSUCCESSFUL;
    case HeapEnableTerminationOnCorruption:
    case HeapOptimizeResources: return STATUS_SUCCESS;
    default: return STATUS_INVALID_PARAMETER;
    }
}

static BOOL result_of(NTSTATUS status) { return NT_SUCCESS(status) ? TRUE : fail(win32_from_status(status)); }

API(kernel32 kernelbase, BOOL, HeapQueryInformation, HANDLE HeapHandle, ULONG HeapInformationClass,
    PVOID HeapInformation, SIZE_T HeapInformationLength, PSIZE_T ReturnLength) {
    return result_of(api_RtlQueryHeapInformation(HeapHandle, HeapInformationClass, HeapInformation,
                                                 HeapInformationLength, ReturnLength));
}

API(kernel32 kernelbase, BOOL, HeapSetInformation, HANDLE HeapHandle, ULONG HeapInformationClass,
    PVOID HeapInformation, SIZE_T HeapInformationLength) {
    return result_of(
        api_RtlSetHeapInformation(HeapHandle, HeapInformationClass, HeapInformation, HeapInformationLength));
}
