/* The C run-time's memory: blocks of the process heap ("Memory Allocation", "Data Alignment").
 *
 * malloc() and its kin are the same functions as HeapAlloc on the process heap, as they are on Windows, where
 * _get_heap_handle() is GetProcessHeap(). */
#include "crt_memory.h"
#include "heap.h"

#define HEAP_MAXREQ 0xFFFFFFFFFFFFFFE0u

typedef int(WINAPI *new_handler)(size_t);

/* The C++ new handler, and whether malloc() calls it too; process-wide, set by any thread. */
static new_handler current_new_handler;
static int new_mode;

/* ---- out of memory ---- */

API(CRT_DLLS, int, _callnewh, size_t size) {
    new_handler handler = __atomic_load_n(&current_new_handler, __ATOMIC_ACQUIRE);
    return handler && handler(size);
}

/* True when the handler has freed something and the request is worth another try. */
static bool try_again(size_t size) {
    if (__atomic_load_n(&new_mode, __ATOMIC_RELAXED) && size <= HEAP_MAXREQ && api__callnewh(size))
        return true;
    crt_fail(CRT_ENOMEM);
    return false;
}

API(CRT_DLLS, new_handler, _query_new_handler, void) { return __atomic_load_n(&current_new_handler, __ATOMIC_ACQUIRE); }

/* Two types of handler are installed here: int(size_t) by _set_new_handler and void() by std::set_new_handler; either
 * is called the same way. */
API(ucrtbase, new_handler, _set_new_handler, new_handler handler) {
    return __atomic_exchange_n(&current_new_handler, handler, __ATOMIC_ACQ_REL);
}

API(CRT_DLLS, int, _query_new_mode, void) { return __atomic_load_n(&new_mode, __ATOMIC_RELAXED); }

API(CRT_DLLS, int, _set_new_mode, int mode) {
    CRT_VALIDATE(mode == 0 || mode == 1, CRT_EINVAL, -1);
    return __atomic_exchange_n(&new_mode, mode, __ATOMIC_RELAXED);
}

/* The same by their C++ names. A handler of 0 as a number takes the installed one away. */
API_ALIAS(api__query_new_handler, cpp, CRT_OLD_DLLS, "?_query_new_handler@@YAP6AH_K@ZXZ");
API_ALIAS(api__query_new_mode, cpp, CRT_OLD_DLLS, "?_query_new_mode@@YAHXZ");
API_ALIAS(api__set_new_mode, cpp, CRT_OLD_DLLS, "?_set_new_mode@@YAHH@Z");
API_ALIAS(api__set_new_handler, cpp, CRT_OLD_DLLS, "?_set_new_handler@@YAP6AH_K@ZP6AH0@Z@Z");

API_AS(remove_new_handler, MSVCR_DLLS, new_handler, "?_set_new_handler@@YAP6AH_K@ZH@Z", int handler) {
    CRT_VALIDATE(handler == 0, CRT_EINVAL, NULL);
    return api__set_new_handler(NULL);
}

/* std::set_new_handler of these libraries only takes 0 ("set_new_handler": it is a stub). */
API_AS(std_set_new_handler, CRT_OLD_DLLS, new_handler, "?set_new_handler@@YAP6AXXZP6AXXZ@Z", new_handler handler) {
    CRT_VALIDATE(!handler, CRT_EINVAL, NULL);
    api__set_new_handler(NULL);
    return NULL;
}

/* ---- malloc and its kin ---- */

/* Out of memory is cold, so that the common path keeps no registers. */
__attribute__((noinline, cold)) static void *WINAPI malloc_again(size_t size) {
    while (try_again(size)) {
        void *block = heap_alloc(size);
        if (block)
            return block;
    }
    return NULL;
}

API(CRT_DLLS, void *, malloc, size_t size) {
    void *block = heap_alloc(size);
    return __builtin_expect(block != NULL, 1) ? block : malloc_again(size);
}
API_ALIAS(api_malloc, base, ucrtbase, "_malloc_base");

API(CRT_DLLS, VOID, free, void *block) { heap_free(block); }
API_ALIAS(api_free, base, ucrtbase, "_free_base");

API(CRT_DLLS, void *, calloc, size_t count, size_t size) {
    size_t total;
    if (__builtin_mul_overflow(count, size, &total)) {
        crt_fail(CRT_ENOMEM);
        return NULL;
    }
    void *block;
    do
        block = heap_alloc_zeroed(total);
    while (!block && try_again(total));
    return block;
}
API_ALIAS(api_calloc, base, ucrtbase, "_calloc_base");

/* "realloc": size 0 frees the block. */
API(CRT_DLLS, void *, realloc, void *block, size_t size) {
    if (!block)
        return api_malloc(size);
    if (!size) {
        heap_free(block);
        return NULL;
    }
    void *moved;
    do
        moved = heap_realloc(block, size);
    while (!moved && try_again(size));
    return moved;
}
API_ALIAS(api_realloc, base, ucrtbase, "_realloc_base");

/* What lies behind the old size is cleared. */
API(CRT_DLLS, void *, _recalloc, void *block, size_t count, size_t size) {
    size_t total;
    CRT_VALIDATE(!__builtin_mul_overflow(count, size, &total), CRT_ENOMEM, NULL);
    size_t old = block ? heap_size(block) : 0;
    char *moved = api_realloc(block, total);
    if (moved && total > old)
        memset(moved + old, 0, total - old);
    return moved;
}

API(CRT_DLLS, void *, _expand, void *block, size_t size) {
    CRT_VALIDATE(block, CRT_EINVAL, NULL);
    if (heap_resize_in_place(block, size))
        return block;
    crt_fail(CRT_ENOMEM);
    return NULL;
}

API(CRT_DLLS, size_t, _msize, void *block) {
    CRT_VALIDATE(block, CRT_EINVAL, (size_t)-1);
    return heap_size(block);
}

void *crt_malloc(size_t size) { return api_malloc(size); }
void *crt_calloc(size_t count, size_t size) { return api_calloc(count, size); }
void *crt_realloc(void *block, size_t size) { return api_realloc(block, size); }
void crt_free(void *block) { heap_free(block); }

/* ---- aligned blocks: a block within a block, the outer one's address in front of it ---- */

static bool is_power_of_two(size_t value) { return value && (value & (value - 1)) == 0; }

/* What is aligned is the address at `offset` in the block; so the pointer in front may not be. */
static inline void *align_within(void *outer, size_t alignment, size_t offset) {
    uintptr_t aligned = ((uintptr_t)outer + sizeof outer + offset + alignment - 1) & ~(alignment - 1);
    char *block = (char *)(aligned - offset);
    memcpy(block - sizeof outer, &outer, sizeof outer);
    return block;
}

static inline void *outer_of(const void *block) {
    void *outer;
    memcpy(&outer, (const char *)block - sizeof outer, sizeof outer);
    return outer;
}

API(CRT_DLLS, void *, _aligned_offset_malloc, size_t size, size_t alignment, size_t offset) {
    size_t total;
    CRT_VALIDATE(is_power_of_two(alignment), CRT_EINVAL, NULL);
    CRT_VALIDATE(offset == 0 || offset < size, CRT_EINVAL, NULL);
    if (alignment < sizeof(void *))
        alignment = sizeof(void *);
    if (__builtin_add_overflow(size, alignment + sizeof(void *), &total)) {
        crt_fail(CRT_ENOMEM);
        return NULL;
    }
    void *outer = api_malloc(total);
    return outer ? align_within(outer, alignment, offset) : NULL;
}

API(CRT_DLLS, void *, _aligned_malloc, size_t size, size_t alignment) {
    return api__aligned_offset_malloc(size, alignment, 0);
}

API(CRT_DLLS, VOID, _aligned_free, void *block) {
    if (block)
        heap_free(outer_of(block));
}

API(CRT_DLLS, size_t, _aligned_msize, void *block, size_t alignment, size_t offset) {
    (void)offset;
    CRT_VALIDATE(block, CRT_EINVAL, (size_t)-1);
    if (alignment < sizeof(void *))
        alignment = sizeof(void *);
    return heap_size(outer_of(block)) - alignment - sizeof(void *);
}

API(CRT_DLLS, void *, _aligned_offset_realloc, void *block, size_t size, size_t alignment, size_t offset) {
    if (!block)
        return api__aligned_offset_malloc(size, alignment, offset);
    if (!size) {
        api__aligned_free(block);
        return NULL;
    }
    void *moved = api__aligned_offset_malloc(size, alignment, offset);
    if (!moved)
        return NULL;
    size_t old = api__aligned_msize(block, alignment, offset);
    crt_memmove(moved, block, old < size ? old : size);
    api__aligned_free(block);
    return moved;
}

API(CRT_DLLS, void *, _aligned_realloc, void *block, size_t size, size_t alignment) {
    return api__aligned_offset_realloc(block, size, alignment, 0);
}

API(CRT_DLLS, void *, _aligned_offset_recalloc, void *block, size_t count, size_t size, size_t alignment,
    size_t offset) {
    size_t total;
    CRT_VALIDATE(!__builtin_mul_overflow(count, size, &total), CRT_ENOMEM, NULL);
    size_t old = block ? api__aligned_msize(block, alignment, offset) : 0;
    char *moved = api__aligned_offset_realloc(block, total, alignment, offset);
    if (moved && total > old)
        memset(moved + old, 0, total - old);
    return moved;
}

API(CRT_DLLS, void *, _aligned_recalloc, void *block, size_t count, size_t size, size_t alignment) {
    return api__aligned_offset_recalloc(block, count, size, alignment, 0);
}

/* ---- the heap as a whole ---- */

enum { HEAPOK = -2, HEAPEND = -5 };

struct heap_info {
    int *pentry;
    size_t size;
    int useflag;
};

API(CRT_DLLS, intptr_t, _get_heap_handle, void) { return (intptr_t)process_heap; }
API(CRT_DLLS, int, _heapchk, void) { return HEAPOK; }
API(CRT_DLLS, int, _heapmin, void) {
    heap_trim();
    return 0;
}

/* The process heap keeps no list of its blocks; "_heapwalk: end of heap reached successfully". */
API(CRT_DLLS, int, _heapwalk, struct heap_info *entry) {
    CRT_VALIDATE(entry, CRT_EINVAL, -1);
    entry->pentry = NULL;
    return HEAPEND;
}

/* Kept by programs for the small-block heap of old versions; there is none ("_set_sbh_threshold"). */
API(msvcrt msvcr80 msvcr90 msvcr100, size_t, _get_sbh_threshold, void) { return 0; }
API(msvcrt msvcr80 msvcr90 msvcr100, int, _set_sbh_threshold, size_t threshold) { return threshold == 0; }

