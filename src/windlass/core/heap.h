/* The process heap: what HeapAlloc(GetProcessHeap()) and the C run-time's malloc hand out alike, as on Windows, so that
 * a block from the one may be given back by the other.
 *
 * Blocks of up to 8 KB come from spans of blocks of one size, through a list that each thread keeps for itself; see
 * heap.c. These paths stand here because calls of the host's malloc() cost more for the registers that Windows code
 * wants kept than for the work. Larger blocks are the host allocator's.
 *
 * Windows knows the exact size of a block (HeapSize, _msize). So each block has room for at least one byte more than
 * was asked for, and its last bytes tell how much of it is slack. All blocks are aligned to 16 bytes
 * ("HeapAlloc function": MEMORY_ALLOCATION_ALIGNMENT). */
#ifndef WINDLASS_HEAP_H
#define WINDLASS_HEAP_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "win.h"

enum {
    HEAP_UNIT = 16,
    HEAP_SMALL_CLASSES = 64,                    /* 16, 32, ... 1024 bytes; index 0 is unused */
    HEAP_SMALL_LIMIT = HEAP_UNIT * HEAP_SMALL_CLASSES,
    HEAP_CLASSES = HEAP_SMALL_CLASSES + 1 + 12, /* then 1280, 1536, 1792, 2048, 2560 ... 8192 */
    HEAP_SPAN_SHIFT = 16,
};

/* A thread's free blocks of one size. A full `active` list becomes `spare`, and the old spare goes to other threads. */
struct heap_list {
    void *active, *spare;
    uint32_t count, batch;
};

struct heap_cache {
    struct heap_list lists[HEAP_CLASSES];
};

/* NULL before the thread's first block. */
extern __thread struct heap_cache *heap_cache;

/* All spans lie in one piece of address space; heap_region_size is 0 when there is none. */
extern char *heap_region;
extern size_t heap_region_size;
extern uint8_t heap_span_class[];

/* What the inline paths do not handle. WINAPI, so that their callers need not keep registers for them. */
void *WINAPI heap_alloc_slowly(size_t size);
void WINAPI heap_free_slowly(void *block);

/* The class of a block, or 0 if it is the host's. */
static inline unsigned heap_class_of(const void *block) {
    size_t offset = (size_t)((const char *)block - heap_region);
    return __builtin_expect(offset < heap_region_size, 1) ? heap_span_class[offset >> HEAP_SPAN_SHIFT] : 0;
}

static inline size_t heap_class_size(unsigned class) {
    if (class <= HEAP_SMALL_CLASSES)
        return class * HEAP_UNIT;
    unsigned step = class - HEAP_SMALL_CLASSES - 1;
    return (size_t)(5 + step % 4) << (8 + step / 4);
}

/* NULL out of memory, for any size. Size 0 gives a block of its own. */
static inline void *heap_alloc(size_t size) {
    struct heap_cache *cache = heap_cache;
    if (__builtin_expect(size < HEAP_SMALL_LIMIT && cache, 1)) {
        unsigned class = (unsigned)size / HEAP_UNIT + 1;
        struct heap_list *list = &cache->lists[class];
        unsigned char *block = list->active;
        if (__builtin_expect(block != NULL, 1)) {
            memcpy(&list->active, block, sizeof list->active);
            list->count--;
            block[class * HEAP_UNIT - 1] = (unsigned char)(class * HEAP_UNIT - size);
            return block;
        }
    }
    return heap_alloc_slowly(size);
}

static inline void heap_free(void *block) {
    struct heap_cache *cache = heap_cache;
    unsigned class = heap_class_of(block);
    if (__builtin_expect(class && cache, 1)) {
        struct heap_list *list = &cache->lists[class];
        if (__builtin_expect(list->count < list->batch, 1)) {
            memcpy(block, &list->active, sizeof list->active);
            list->active = block;
            list->count++;
            return;
        }
    }
    heap_free_slowly(block);
}

/* The size that was asked for. */
size_t WINAPI heap_size(const void *block);

void *WINAPI heap_alloc_zeroed(size_t size);

/* NULL out of memory; then the block is as it was. `block` is not NULL, and size 0 does not free it. */
void *WINAPI heap_realloc(void *block, size_t size);

/* heap_realloc() that clears what is added. */
void *heap_realloc_zeroed(void *block, size_t size);

/* Changes the size where the block stands; false when it has no room there. */
bool heap_resize_in_place(void *block, size_t size);

/* Whether an address is a block that was handed out and not given back. Blocks that are the host's cannot be told; one
 * that another thread gave back and still keeps for itself counts as handed out. */
enum heap_knowledge { HEAP_CANNOT_TELL = -1, HEAP_NO_BLOCK, HEAP_BLOCK };
enum heap_knowledge heap_knows(const void *address);

/* Gives memory that nobody uses back to the host. */
void heap_trim(void);

/* The process heap's handle. */
extern void *const process_heap;

#endif
