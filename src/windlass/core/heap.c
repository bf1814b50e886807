/* The process heap's blocks.
 *
 * A span is 64 KB of blocks of one size (class); a table by span number tells the class, so blocks have no headers.
 * Each thread has for each class a list of free blocks that it takes from and gives back to without a lock. Full lists
 * travel between threads as wholes ("batches") through a depot per class. An empty depot cuts a new batch out of a span.
 * When much lies in a depot, spans of which every block lies there go back, to be cut for any class.
 *
 * What is larger than the largest class, or finds no address space, is the host allocator's. */
#include "heap.h"

#include <malloc.h>
#include <pthread.h>
#include <sys/mman.h>

#include "lock.h"

enum {
    SPAN_SIZE = 1 << HEAP_SPAN_SHIFT,
    MAXIMUM_SPANS = 1 << 20,        /* 64 GB of address space */
    FEWEST_SPANS = 1 << 12,
    SPANS_AT_ONCE = 16,             /* made accessible together */
    LARGEST_CLASS_SIZE = 8192,
    BATCH_BYTES = 8192,
    LONGEST_BATCH = 64,
    FIRST_SWEEP = 64,               /* batches in a depot that make a sweep worth while */
    LONG_SLACK = 255,               /* in a block's last byte: more bytes before it hold the slack */
    LONG_SLACK_ROOM = 3,            /* for two bytes of slack and the mark */
    HOST_SLACK_ROOM = 9,            /* for eight and the mark */
};

/* A free block's first words: the next block, and in a batch's first block the next batch. */
struct free_block {
    struct free_block *next, *next_batch;
};
_Static_assert(sizeof(struct free_block) == HEAP_UNIT, "the smallest block holds both links");

/* What threads exchange of one class. */
struct depot {
    pthread_mutex_t lock;
    struct free_block *batches;     /* full ones */
    size_t batch_count, sweep_at;
    struct free_block *loose;       /* blocks of what was no full batch */
    char *cut, *cut_end;            /* what is left of the span that is being cut */
};

__thread struct heap_cache *heap_cache;
char *heap_region;
size_t heap_region_size;
uint8_t heap_span_class[MAXIMUM_SPANS];

static struct depot depots[HEAP_CLASSES];

/* Spans that were used before, and how far the region is in use and accessible. */
static pthread_mutex_t spans_lock = PTHREAD_MUTEX_INITIALIZER;
static struct free_block *free_spans;
static size_t spans_used, spans_accessible;

/* How many blocks of each span lie in the depot that is being swept; all 0 between sweeps. */
static pthread_mutex_t sweep_lock = PTHREAD_MUTEX_INITIALIZER;
static uint16_t free_in_span[MAXIMUM_SPANS];

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t exit_key;

static inline size_t span_number(const void *block) {
    return (size_t)((const char *)block - heap_region) >> HEAP_SPAN_SHIFT;
}

static inline char *span_of(void *block) { return heap_region + (span_number(block) << HEAP_SPAN_SHIFT); }

/* ---- slack ---- */

static inline void *set_size(void *block, size_t capacity, size_t size) {
    unsigned char *end = (unsigned char *)block + capacity;
    size_t slack = capacity - size;
    if (__builtin_expect(slack < LONG_SLACK, 1)) {
        end[-1] = (unsigned char)slack;
    } else {
        end[-3] = (unsigned char)slack;
        end[-2] = (unsigned char)(slack >> 8);
        end[-1] = LONG_SLACK;
    }
    return block;
}

static inline size_t stored_size(const void *block, size_t capacity) {
    const unsigned char *end = (const unsigned char *)block + capacity;
    size_t slack = end[-1];
    return capacity - (slack < LONG_SLACK ? slack : end[-3] | (size_t)end[-2] << 8);
}

/* The compiler must not deduce from malloc's argument where the block ends. */
static unsigned char *host_end(const void *block) {
    unsigned char *end = (unsigned char *)block + malloc_usable_size((void *)block);
    __asm__("" : "+r"(end));
    return end;
}

static void *set_host_size(void *block, size_t size) {
    unsigned char *end = host_end(block);
    size_t slack = (size_t)(end - (unsigned char *)block) - size;
    if (slack < LONG_SLACK) {
        end[-1] = (unsigned char)slack;
    } else {
        memcpy(end - HOST_SLACK_ROOM, &slack, sizeof slack);
        end[-1] = LONG_SLACK;
    }
    return block;
}

static size_t host_size(const void *block) {
    const unsigned char *end = host_end(block);
    size_t slack = end[-1];
    if (slack == LONG_SLACK)
        memcpy(&slack, end - HOST_SLACK_ROOM, sizeof slack);
    return (size_t)(end - (const unsigned char *)block) - slack;
}

static void *host_alloc(size_t size, bool zeroed) {
    void *block = size >= PTRDIFF_MAX ? NULL : zeroed ? calloc(size + 1, 1) : malloc(size + 1);
    return block ? set_host_size(block, size) : NULL;
}

/* ---- classes ---- */

/* 0: too large for any. */
static inline unsigned class_for(size_t size) {
    if (size < HEAP_SMALL_LIMIT)
        return (unsigned)size / HEAP_UNIT + 1;
    if (size >= LARGEST_CLASS_SIZE)
        return 0;
    unsigned doubling = 63 - 10 - (unsigned)__builtin_clzll(size);
    return HEAP_SMALL_CLASSES + 1 + 4 * doubling + (unsigned)(size >> (8 + doubling)) - 4;
}

static uint32_t batch_length(unsigned class) {
    size_t length = BATCH_BYTES / heap_class_size(class);
    return length < 2 ? 2 : length > LONGEST_BATCH ? LONGEST_BATCH : (uint32_t)length;
}

/* ---- spans ---- */

static bool more_accessible(void) {
    char *start = heap_region + (spans_accessible << HEAP_SPAN_SHIFT);
    if (spans_accessible + SPANS_AT_ONCE > heap_region_size >> HEAP_SPAN_SHIFT
        || mprotect(start, SPANS_AT_ONCE * SPAN_SIZE, PROT_READ | PROT_WRITE))
        return false;
    spans_accessible += SPANS_AT_ONCE;
    return true;
}

/* NULL out of memory. */
static char *take_span(unsigned class) {
    char *span = NULL;
    lock_acquire(&spans_lock);
    if (free_spans) {
        span = (char *)free_spans;
        free_spans = free_spans->next;
    } else if (spans_used < spans_accessible || more_accessible()) {
        span = heap_region + (spans_used++ << HEAP_SPAN_SHIFT);
    }
    if (span)
        heap_span_class[span_number(span)] = (uint8_t)class;
    lock_release(&spans_lock);
    return span;
}

/* The memory goes back to the host. */
static void give_span(char *span) {
    madvise(span, SPAN_SIZE, MADV_DONTNEED);
    lock_acquire(&spans_lock);
    heap_span_class[span_number(span)] = 0;
    ((struct free_block *)span)->next = free_spans;
    free_spans = (struct free_block *)span;
    lock_release(&spans_lock);
}

/* ---- depots, under their locks ---- */

/* Takes up to `wanted` blocks in the order of their addresses; returns how many, 0 out of memory. */
static uint32_t cut_blocks(struct depot *depot, unsigned class, uint32_t wanted, struct free_block **first) {
    size_t size = heap_class_size(class), left = (size_t)(depot->cut_end - depot->cut) / size;
    if (!left) {
        char *span = take_span(class);
        if (!span)
            return 0;
        depot->cut = span;
        depot->cut_end = span + SPAN_SIZE / size * size;
        left = SPAN_SIZE / size;
    }
    uint32_t count = left < wanted ? (uint32_t)left : wanted;
    *first = (struct free_block *)depot->cut;
    for (uint32_t i = 1; i < count; i++, depot->cut += size)
        ((struct free_block *)depot->cut)->next = (struct free_block *)(depot->cut + size);
    ((struct free_block *)depot->cut)->next = NULL;
    depot->cut += size;
    return count;
}

static uint32_t take_loose(struct depot *depot, uint32_t wanted, struct free_block **first) {
    struct free_block **link = first;
    uint32_t count = 0;
    *first = depot->loose;
    for (; *link && count < wanted; count++)
        link = &(*link)->next;
    depot->loose = *link;
    *link = NULL;
    return count;
}

static void put_batch(struct depot *depot, struct free_block *batch) {
    batch->next_batch = depot->batches;
    depot->batches = batch;
    depot->batch_count++;
}

/* ---- sweeping a depot, under its lock ---- */

/* All blocks of the depot in one list. */
static struct free_block *take_all(struct depot *depot) {
    struct free_block *all = depot->loose;
    while (depot->batches) {
        struct free_block *batch = depot->batches, *last = batch;
        depot->batches = batch->next_batch;
        while (last->next)
            last = last->next;
        last->next = all;
        all = batch;
    }
    depot->loose = NULL;
    depot->batch_count = 0;
    return all;
}

/* Splits off the spans whose every block is in the list: they are linked by their first blocks. */
static struct free_block *take_free_spans(const struct depot *depot, unsigned class, struct free_block **all) {
    uint16_t whole = (uint16_t)(SPAN_SIZE / heap_class_size(class));
    struct free_block *spans = NULL;
    for (struct free_block *block = *all; block; block = block->next)
        free_in_span[span_number(block)]++;
    if (depot->cut != depot->cut_end)
        free_in_span[span_number(depot->cut)] = 0;
    for (struct free_block **link = all; *link;) {
        struct free_block *block = *link;
        if (free_in_span[span_number(block)] != whole) {
            link = &block->next;
            continue;
        }
        *link = block->next;
        if ((char *)block == span_of(block)) {
            block->next = spans;
            spans = block;
        }
    }
    return spans;
}

static void put_all(struct depot *depot, unsigned class, struct free_block *all) {
    uint32_t length = batch_length(class);
    depot->loose = all;
    while (depot->loose) {
        struct free_block *batch;
        if (take_loose(depot, length, &batch) == length) {
            put_batch(depot, batch);
        } else {
            depot->loose = batch;
            return;
        }
    }
}

static void sweep(struct depot *depot, unsigned class) {
    struct free_block *all = take_all(depot);
    lock_acquire(&sweep_lock);
    struct free_block *spans = take_free_spans(depot, class, &all);
    for (struct free_block *block = all; block; block = block->next)
        free_in_span[span_number(block)] = 0;
    for (struct free_block *span = spans; span; span = span->next)
        free_in_span[span_number(span)] = 0;
    lock_release(&sweep_lock);
    while (spans) {
        struct free_block *span = spans;
        spans = span->next;
        give_span((char *)span);
    }
    put_all(depot, class, all);
    depot->sweep_at = 2 * depot->batch_count > FIRST_SWEEP ? 2 * depot->batch_count : FIRST_SWEEP;
}

/* ---- threads' caches ---- */

static void fill_active(struct heap_list *list, unsigned class) {
    struct depot *depot = &depots[class];
    struct free_block *first = NULL;
    uint32_t count = list->batch;
    lock_acquire(&depot->lock);
    if (depot->batches) {
        first = depot->batches;
        depot->batches = first->next_batch;
        depot->batch_count--;
    } else if (depot->loose) {
        count = take_loose(depot, list->batch, &first);
    } else {
        count = cut_blocks(depot, class, list->batch, &first);
    }
    lock_release(&depot->lock);
    list->active = first;
    list->count = count;
}

static void give_batch(struct free_block *batch, unsigned class) {
    struct depot *depot = &depots[class];
    lock_acquire(&depot->lock);
    put_batch(depot, batch);
    if (depot->batch_count >= depot->sweep_at)
        sweep(depot, class);
    lock_release(&depot->lock);
}

static void give_loose(struct free_block *blocks, unsigned class) {
    struct free_block *last = blocks;
    if (!blocks)
        return;
    while (last->next)
        last = last->next;
    lock_acquire(&depots[class].lock);
    last->next = depots[class].loose;
    depots[class].loose = blocks;
    lock_release(&depots[class].lock);
}

static void empty_cache(struct heap_cache *cache) {
    for (unsigned class = 1; class < HEAP_CLASSES; class++) {
        struct heap_list *list = &cache->lists[class];
        give_loose(list->active, class);
        if (list->spare)
            give_batch(list->spare, class);
        list->active = list->spare = NULL;
        list->count = 0;
    }
}

/* At the thread's end. A block that is freed even later brings a new cache, and this is called again. */
static void return_cache(void *value) {
    heap_cache = NULL;
    empty_cache(value);
    free(value);
}

static void lock_all(void) {
    for (int class = 1; class < HEAP_CLASSES; class++)
        pthread_mutex_lock(&depots[class].lock);
    pthread_mutex_lock(&sweep_lock);
    pthread_mutex_lock(&spans_lock);
}

static void unlock_all(void) {
    pthread_mutex_unlock(&spans_lock);
    pthread_mutex_unlock(&sweep_lock);
    for (int class = 1; class < HEAP_CLASSES; class++)
        pthread_mutex_unlock(&depots[class].lock);
}

/* Address space costs nothing, but may be limited (RLIMIT_AS); without any all blocks are the host's. */
static void reserve_region(void) {
    for (size_t spans = MAXIMUM_SPANS; spans >= FEWEST_SPANS; spans /= 4) {
        size_t size = spans << HEAP_SPAN_SHIFT;
        char *region = mmap(NULL, size + SPAN_SIZE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (region == MAP_FAILED)
            continue;
        heap_region = (char *)(((uintptr_t)region + SPAN_SIZE - 1) & ~(uintptr_t)(SPAN_SIZE - 1));
        heap_region_size = size;
        return;
    }
}

static void start(void) {
    for (int class = 0; class < HEAP_CLASSES; class++) {
        pthread_mutex_init(&depots[class].lock, NULL);
        depots[class].sweep_at = FIRST_SWEEP;
    }
    if (pthread_key_create(&exit_key, return_cache) == 0)
        reserve_region();
}

__attribute__((constructor)) static void survive_fork(void) { pthread_atfork(lock_all, unlock_all, unlock_all); }

/* NULL when the thread cannot have one. */
static struct heap_cache *own_cache(void) {
    if (heap_cache)
        return heap_cache;
    pthread_once(&once, start);
    struct heap_cache *cache = heap_region_size ? calloc(1, sizeof *cache) : NULL;
    if (!cache || pthread_setspecific(exit_key, cache)) {
        free(cache);
        return NULL;
    }
    for (unsigned class = 1; class < HEAP_CLASSES; class++)
        cache->lists[class].batch = batch_length(class);
    return heap_cache = cache;
}

/* ---- blocks ---- */

static void *take_block(unsigned class) {
    struct heap_cache *cache = own_cache();
    if (!cache)
        return NULL;
    struct heap_list *list = &cache->lists[class];
    if (!list->active && list->spare) {
        list->active = list->spare;
        list->spare = NULL;
        list->count = list->batch;
    } else if (!list->active) {
        fill_active(list, class);
    }
    struct free_block *block = list->active;
    if (block) {
        list->active = block->next;
        list->count--;
    }
    return block;
}

void *WINAPI heap_alloc_slowly(size_t size) {
    unsigned class = class_for(size);
    void *block = class ? take_block(class) : NULL;
    return block ? set_size(block, heap_class_size(class), size) : host_alloc(size, false);
}

void WINAPI heap_free_slowly(void *block) {
    unsigned class = heap_class_of(block);
    if (!class) {
        free(block);
        return;
    }
    struct heap_cache *cache = own_cache();
    struct free_block *freed = block;
    if (!cache) {
        freed->next = NULL;
        give_loose(freed, class);
        return;
    }
    struct heap_list *list = &cache->lists[class];
    if (list->count >= list->batch) {
        if (list->spare)
            give_batch(list->spare, class);
        list->spare = list->active;
        list->active = NULL;
        list->count = 0;
    }
    freed->next = list->active;
    list->active = freed;
    list->count++;
}

size_t WINAPI heap_size(const void *block) {
    unsigned class = heap_class_of(block);
    return class ? stored_size(block, heap_class_size(class)) : host_size(block);
}

/* Apart, so that short blocks do without keeping registers for a call. */
__attribute__((noinline)) static void *WINAPI clear(void *block, size_t size) { return memset(block, 0, size); }

void *WINAPI heap_alloc_zeroed(size_t size) {
    typedef char unit __attribute__((vector_size(HEAP_UNIT), may_alias));
    if (!class_for(size))
        return host_alloc(size, true);
    char *block = heap_alloc(size);
    if (!block || size > 256)
        return block ? clear(block, size) : NULL;
    for (size_t at = 0; at + HEAP_UNIT <= size; at += HEAP_UNIT)
        *(unit *)(block + at) = (unit){0};
    for (size_t at = size & ~(size_t)(HEAP_UNIT - 1); at < size; at++)
        block[at] = 0;
    return block;
}

/* A block may hold less than its class is for, as long as its last bytes can say so. */
static bool resize_in_class(void *block, unsigned class, size_t size) {
    size_t capacity = heap_class_size(class);
    if (size >= capacity || (capacity - size >= LONG_SLACK && size + LONG_SLACK_ROOM > capacity))
        return false;
    set_size(block, capacity, size);
    return true;
}

bool heap_resize_in_place(void *block, size_t size) {
    unsigned class = heap_class_of(block);
    if (class)
        return resize_in_class(block, class, size);
    if (size >= (size_t)(host_end(block) - (unsigned char *)block))
        return false;
    set_host_size(block, size);
    return true;
}

static void *move_block(void *block, size_t old, size_t size) {
    void *moved = heap_alloc(size);
    if (moved) {
        memcpy(moved, block, old < size ? old : size);
        heap_free(block);
    }
    return moved;
}

void *WINAPI heap_realloc(void *block, size_t size) {
    unsigned class = heap_class_of(block);
    if (!class) {
        void *moved = size < PTRDIFF_MAX ? realloc(block, size + 1) : NULL;
        return moved ? set_host_size(moved, size) : NULL;
    }
    size_t capacity = heap_class_size(class);
    if (size >= capacity / 2 && resize_in_class(block, class, size))
        return block;
    return move_block(block, stored_size(block, capacity), size);
}

void *heap_realloc_zeroed(void *block, size_t size) {
    size_t old = heap_size(block);
    unsigned char *moved = heap_realloc(block, size);
    if (moved && size > old)
        memset(moved + old, 0, size - old);
    return moved;
}

/* ---- what a block is ---- */

static bool is_listed(const struct free_block *list, const void *block) {
    while (list && list != block)
        list = list->next;
    return list != NULL;
}

static bool is_in_depot(struct depot *depot, const void *block) {
    lock_acquire(&depot->lock);
    bool found = ((const char *)block >= depot->cut && (const char *)block < depot->cut_end) ||
                 is_listed(depot->loose, block);
    for (const struct free_block *batch = depot->batches; batch && !found; batch = batch->next_batch)
        found = is_listed(batch, block);
    lock_release(&depot->lock);
    return found;
}

enum heap_knowledge heap_knows(const void *address) {
    size_t offset = (size_t)((const char *)address - heap_region);
    if (offset >= heap_region_size)
        return HEAP_CANNOT_TELL;
    unsigned class = heap_class_of(address);
    size_t size = class ? heap_class_size(class) : SPAN_SIZE, place = offset % SPAN_SIZE;
    if (!class || place % size || place + size > SPAN_SIZE || is_in_depot(&depots[class], address))
        return HEAP_NO_BLOCK;
    const struct heap_list *own = heap_cache ? &heap_cache->lists[class] : NULL;
    return own && (is_listed(own->active, address) || is_listed(own->spare, address)) ? HEAP_NO_BLOCK : HEAP_BLOCK;
}

void heap_trim(void) {
    if (heap_cache)
        empty_cache(heap_cache);
    for (unsigned class = 1; class < HEAP_CLASSES && heap_region_size; class++) {
        lock_acquire(&depots[class].lock);
        sweep(&depots[class], class);
        lock_release(&depots[class].lock);
    }
    malloc_trim(0);
}
