/* The process heap: what HeapAlloc(GetProcessHeap()) and the C run-time's malloc hand out alike, as on Windows, so that
 * a block from the one may be given back by the other.
 *
 * Blocks are the host allocator's. Windows knows the exact size of a block (HeapSize, _msize), the host only its
 * capacity; so one byte more is asked for, and the last byte of the capacity tells how much of it is slack. All blocks
 * are aligned to 16 bytes ("HeapAlloc function": MEMORY_ALLOCATION_ALIGNMENT). */
#ifndef WINDLASS_HEAP_H
#define WINDLASS_HEAP_H

#include <malloc.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum {
    HEAP_LONG_SLACK = 255, /* in the last byte: the eight bytes before it hold the slack */
};

/* The compiler must not deduce from malloc's argument where the block ends. */
static inline unsigned char *heap_capacity_end(const void *block) {
    unsigned char *end = (unsigned char *)block + malloc_usable_size((void *)block);
    __asm__("" : "+r"(end));
    return end;
}

static inline void *heap_set_size(void *block, size_t size) {
    unsigned char *end = heap_capacity_end(block);
    size_t slack = (size_t)(end - (unsigned char *)block) - size;
    if (__builtin_expect(slack < HEAP_LONG_SLACK, 1)) {
        end[-1] = (unsigned char)slack;
    } else {
        memcpy(end - 9, &slack, sizeof slack);
        end[-1] = HEAP_LONG_SLACK;
    }
    return block;
}

/* NULL out of memory, for any size. Size 0 gives a block of its own. */
static inline void *heap_alloc(size_t size) {
    void *block = size < PTRDIFF_MAX ? malloc(size + 1) : NULL;
    return __builtin_expect(block != NULL, 1) ? heap_set_size(block, size) : NULL;
}

static inline void *heap_alloc_zeroed(size_t size) {
    void *block = size < PTRDIFF_MAX ? calloc(size + 1, 1) : NULL;
    return __builtin_expect(block != NULL, 1) ? heap_set_size(block, size) : NULL;
}

static inline void heap_free(void *block) { free(block); }

/* The size that was asked for. */
static inline size_t heap_size(const void *block) {
    const unsigned char *end = heap_capacity_end(block);
    size_t slack = end[-1];
    if (__builtin_expect(slack == HEAP_LONG_SLACK, 0))
        memcpy(&slack, end - 9, sizeof slack);
    return (size_t)(end - (const unsigned char *)block) - slack;
}

/* NULL out of memory; then the block is as it was. `block` is not NULL, and size 0 does not free it. */
static inline void *heap_realloc(void *block, size_t size) {
    void *moved = size < PTRDIFF_MAX ? realloc(block, size + 1) : NULL;
    return __builtin_expect(moved != NULL, 1) ? heap_set_size(moved, size) : NULL;
}

/* heap_realloc() that clears what is added. */
static inline void *heap_realloc_zeroed(void *block, size_t size) {
    size_t old = heap_size(block);
    unsigned char *moved = heap_realloc(block, size);
    if (moved && size > old)
        memset(moved + old, 0, size - old);
    return moved;
}

/* Changes the size where the block stands; false when it has no room there. */
static inline bool heap_resize_in_place(void *block, size_t size) {
    if (size >= (size_t)(heap_capacity_end(block) - (unsigned char *)block))
        return false;
    heap_set_size(block, size);
    return true;
}

/* The process heap's handle. */
extern void *const process_heap;

#endif
