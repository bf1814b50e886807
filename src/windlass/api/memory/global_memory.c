/* GlobalAlloc and LocalAlloc ("Global and Local Functions").
 *
 * Both give memory of the process heap: at a fixed address, which is the handle itself, or moveable, which is reached
 * through a handle. A moveable block's handle points at the cell that holds the block's address, and has bit 3 set, which
 * an address from the heap has not. */
#include <pthread.h>

#include "api.h"
#include "fork.h"
#include "heap.h"

enum {
    GMEM_MOVEABLE = 0x2,
    GMEM_ZEROINIT = 0x40,
    GMEM_MODIFY = 0x80,
    GMEM_DISCARDABLE = 0xf00,
    GMEM_DISCARDABLE_FLAG = 0x100,                   /* in what GlobalFlags returns */
    GMEM_DISCARDED = 0x4000,
    GMEM_INVALID_HANDLE = 0x8000,
    GMEM_LOCKCOUNT = 0xff,
    HANDLE_BIT = 8,
};

struct moveable {
    struct {
        WORD magic;
        BYTE lock_count;
        BYTE discardable;
    };
    void *memory;                                    /* what the handle points at; NULL: discarded or empty */
    struct moveable *next;
    size_t reserved;
};
_Static_assert(offsetof(struct moveable, memory) == HANDLE_BIT, "handles point at the address");

enum { MAGIC = 0x484d };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
SURVIVES_FORK(lock);
static struct moveable *all;                         /* to find the handle of an address */

static bool is_moveable(HANDLE handle) { return (uintptr_t)handle & HANDLE_BIT; }

/* NULL when the handle is not one, or not any more. */
static struct moveable *moveable_of(HANDLE handle) {
    struct moveable *moveable = (struct moveable *)((char *)handle - HANDLE_BIT);
    return (uintptr_t)moveable % 16 == 0 && moveable->magic == MAGIC ? moveable : NULL;
}

static HANDLE handle_of(struct moveable *moveable) { return &moveable->memory; }

static void *allocate(UINT flags, SIZE_T size) {
    void *memory = flags & GMEM_ZEROINIT ? heap_alloc_zeroed(size) : heap_alloc(size);
    if (!memory)
        set_last_error(ERROR_NOT_ENOUGH_MEMORY);
    return memory;
}

static HANDLE new_moveable(UINT flags, SIZE_T size) {
    struct moveable *moveable = heap_alloc_zeroed(sizeof *moveable);
    if (!moveable || (size && !(moveable->memory = allocate(flags, size)))) {
        heap_free(moveable);
        set_last_error(ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    moveable->magic = MAGIC;
    moveable->discardable = (flags & GMEM_DISCARDABLE) != 0;
    pthread_mutex_lock(&lock);
    moveable->next = all;
    all = moveable;
    pthread_mutex_unlock(&lock);
    return handle_of(moveable);
}

static void free_moveable(struct moveable *moveable) {
    pthread_mutex_lock(&lock);
    struct moveable **link = &all;
    while (*link != moveable)
        link = &(*link)->next;
    *link = moveable->next;
    pthread_mutex_unlock(&lock);
    moveable->magic = 0;
    heap_free(moveable->memory);
    heap_free(moveable);
}

static struct moveable *with_memory(const void *memory) {
    pthread_mutex_lock(&lock);
    struct moveable *moveable = all;
    while (moveable && moveable->memory != memory)
        moveable = moveable->next;
    pthread_mutex_unlock(&lock);
    return moveable;
}

/* ---- allocation ---- */

API(kernel32 kernelbase, HANDLE, GlobalAlloc, UINT uFlags, SIZE_T dwBytes) {
    return uFlags & GMEM_MOVEABLE ? new_moveable(uFlags, dwBytes) : allocate(uFlags, dwBytes);
}
API_ALIAS(api_GlobalAlloc, local, kernel32 kernelbase, "LocalAlloc");

API(kernel32 kernelbase, HANDLE, GlobalFree, HANDLE hMem) {
    if (!hMem)
        return NULL;
    if (is_moveable(hMem)) {
        struct moveable *moveable = moveable_of(hMem);
        if (!moveable)
            return set_last_error(ERROR_INVALID_HANDLE), hMem;
        free_moveable(moveable);
        return NULL;
    }
    struct moveable *moveable = all ? with_memory(hMem) : NULL;
    if (moveable)                                    /* the address of a moveable block is taken for its handle */
        free_moveable(moveable);
    else
        heap_free(hMem);
    return NULL;
}
API_ALIAS(api_GlobalFree, local, kernel32 kernelbase, "LocalFree");

static HANDLE resize_moveable(struct moveable *moveable, SIZE_T size, UINT flags) {
    if (size == 0) {                                 /* discards the block */
        if (moveable->lock_count)
            return set_last_error(ERROR_INVALID_HANDLE), NULL;
        heap_free(moveable->memory);
        moveable->memory = NULL;
        return handle_of(moveable);
    }
    void *memory = !moveable->memory         ? allocate(flags, size)
                   : flags & GMEM_ZEROINIT   ? heap_realloc_zeroed(moveable->memory, size)
                                             : heap_realloc(moveable->memory, size);
    if (!memory)
        return set_last_error(ERROR_NOT_ENOUGH_MEMORY), NULL;
    moveable->memory = memory;
    return handle_of(moveable);
}

/* A fixed block moves only when GMEM_MOVEABLE allows it ("GlobalReAlloc function"). */
static HANDLE resize_fixed(void *memory, SIZE_T size, UINT flags) {
    size_t old = heap_size(memory);
    void *resized = NULL;
    if (flags & GMEM_MOVEABLE)
        resized = flags & GMEM_ZEROINIT ? heap_realloc_zeroed(memory, size) : heap_realloc(memory, size);
    else if (heap_resize_in_place(memory, size))
        resized = memory;
    if (!resized)
        return set_last_error(ERROR_NOT_ENOUGH_MEMORY), NULL;
    if (resized == memory && flags & GMEM_ZEROINIT && size > old)
        memset((char *)memory + old, 0, size - old);
    return resized;
}

static HANDLE modify(HANDLE handle, UINT flags) {
    struct moveable *moveable = is_moveable(handle) ? moveable_of(handle) : NULL;
    if (moveable)
        moveable->discardable = (flags & GMEM_DISCARDABLE) != 0;
    return handle;
}

API(kernel32 kernelbase, HANDLE, GlobalReAlloc, HANDLE hMem, SIZE_T dwBytes, UINT uFlags) {
    if (!hMem)
        return set_last_error(ERROR_NOT_ENOUGH_MEMORY), NULL;
    if (uFlags & GMEM_MODIFY)
        return modify(hMem, uFlags);
    if (!is_moveable(hMem))
        return resize_fixed(hMem, dwBytes, uFlags);
    struct moveable *moveable = moveable_of(hMem);
    if (!moveable)
        return set_last_error(ERROR_INVALID_HANDLE), NULL;
    return resize_moveable(moveable, dwBytes, uFlags);
}
API_ALIAS(api_GlobalReAlloc, local, kernel32 kernelbase, "LocalReAlloc");

/* ---- use ---- */

API(kernel32 kernelbase, LPVOID, GlobalLock, HANDLE hMem) {
    if (!hMem || !is_moveable(hMem))
        return hMem;
    struct moveable *moveable = moveable_of(hMem);
    if (!moveable)
        return set_last_error(ERROR_INVALID_HANDLE), NULL;
    if (!moveable->memory)
        return set_last_error(ERROR_DISCARDED), NULL;
    pthread_mutex_lock(&lock);
    if (moveable->lock_count < GMEM_LOCKCOUNT)
        moveable->lock_count++;
    pthread_mutex_unlock(&lock);
    return moveable->memory;
}
API_ALIAS(api_GlobalLock, local, kernel32 kernelbase, "LocalLock");
API_ALIAS(api_GlobalLock, wire, kernel32, "GlobalWire");

/* FALSE with ERROR_SUCCESS when the count has become zero, with ERROR_NOT_LOCKED when it was. */
static BOOL unlock(struct moveable *moveable) {
    pthread_mutex_lock(&lock);
    bool was_locked = moveable->lock_count != 0;
    bool is_locked = was_locked && --moveable->lock_count;
    pthread_mutex_unlock(&lock);
    if (is_locked)
        return TRUE;
    return fail(was_locked ? ERROR_SUCCESS : ERROR_NOT_LOCKED);
}

/* "GlobalUnlock function": TRUE for fixed memory. */
API(kernel32 kernelbase, BOOL, GlobalUnlock, HANDLE hMem) {
    if (!is_moveable(hMem))
        return TRUE;
    struct moveable *moveable = moveable_of(hMem);
    return moveable ? unlock(moveable) : fail(ERROR_INVALID_HANDLE);
}
API_ALIAS(api_GlobalUnlock, unwire, kernel32, "GlobalUnWire");

/* "LocalUnlock function": fixed memory is never locked. */
API(kernel32 kernelbase, BOOL, LocalUnlock, HANDLE hMem) {
    if (!is_moveable(hMem))
        return fail(ERROR_NOT_LOCKED);
    return api_GlobalUnlock(hMem);
}

API(kernel32 kernelbase, SIZE_T, GlobalSize, HANDLE hMem) {
    if (!hMem)
        return (SIZE_T)fail(ERROR_INVALID_HANDLE);
    if (!is_moveable(hMem)) {
        struct moveable *moveable = all ? with_memory(hMem) : NULL;
        return heap_size(moveable ? moveable->memory : hMem);
    }
    struct moveable *moveable = moveable_of(hMem);
    if (!moveable)
        return (SIZE_T)fail(ERROR_INVALID_HANDLE);
    return moveable->memory ? heap_size(moveable->memory) : 0;
}
API_ALIAS(api_GlobalSize, local, kernel32 kernelbase, "LocalSize");

API(kernel32 kernelbase, HANDLE, GlobalHandle, LPCVOID pMem) {
    if (!pMem)
        return set_last_error(ERROR_INVALID_PARAMETER), NULL;
    if (is_moveable((HANDLE)pMem))
        return moveable_of((HANDLE)pMem) ? (HANDLE)pMem : (set_last_error(ERROR_INVALID_HANDLE), NULL);
    struct moveable *moveable = with_memory(pMem);
    return moveable ? handle_of(moveable) : (HANDLE)pMem;
}
API_ALIAS(api_GlobalHandle, local, kernel32, "LocalHandle");

API(kernel32 kernelbase, UINT, GlobalFlags, HANDLE hMem) {
    if (!is_moveable(hMem)) {
        if (hMem)
            return 0;
        set_last_error(ERROR_INVALID_HANDLE);
        return GMEM_INVALID_HANDLE;
    }
    struct moveable *moveable = moveable_of(hMem);
    if (!moveable) {
        set_last_error(ERROR_INVALID_HANDLE);
        return GMEM_INVALID_HANDLE;
    }
    return moveable->lock_count | (moveable->discardable ? GMEM_DISCARDABLE_FLAG : 0u) |
           (moveable->memory ? 0u : (UINT)GMEM_DISCARDED);
}
API_ALIAS(api_GlobalFlags, local, kernel32 kernelbase, "LocalFlags");

/* Memory is never short: what the functions of 16-bit Windows managed does not exist. */
API(kernel32, SIZE_T, GlobalCompact, DWORD dwMinFree) { return dwMinFree; }
API_ALIAS(api_GlobalCompact, local, kernel32, "LocalCompact");
API(kernel32, void, GlobalFix, HANDLE hMem) { api_GlobalLock(hMem); }
API(kernel32, void, GlobalUnfix, HANDLE hMem) { api_GlobalUnlock(hMem); }

API(kernel32, SIZE_T, LocalShrink, HANDLE hMem, UINT cbNewSize) {
    (void)hMem;
    return cbNewSize;
}
