/* Code pieces: addresses that Windows code can call and that lead to a host function with a context of its own.
 *
 * No page is ever writable and executable: a page of identical position-independent pieces is followed by a page of
 * data, and piece i reads cell i of the data page. */
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "core.h"
#include "fork.h"

extern const char callback_entry[];

struct cell {
    union {
        struct callback *callback;
        struct cell *next_free;
    };
    const void *entry;
};

enum { PIECES = PAGE_SIZE / sizeof(struct cell) };
_Static_assert(sizeof(struct cell) == 16, "one piece of code per cell");

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
SURVIVES_FORK(lock);
static struct cell *free_cells;

/* The pages of cells, newest first. */
static struct cell_page {
    struct cell *cells;
    struct cell_page *next;
} *cell_pages;

static bool add_pages(void) {
    struct cell_page *page = malloc(sizeof *page);
    unsigned char *code =
        mmap(NULL, 2 * PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (!page || code == MAP_FAILED) {
        free(page);
        return false;
    }
    struct cell *cells = (struct cell *)(code + PAGE_SIZE);
    const int32_t to_callback = PAGE_SIZE - 7, to_entry = PAGE_SIZE + 8 - 13;
    for (int i = 0; i < PIECES; i++) {
        unsigned char *piece = code + 16 * i;
        memcpy(piece, "\x4c\x8b\x15", 3);      /* mov r10, [rip + to_callback] */
        memcpy(piece + 3, &to_callback, 4);
        memcpy(piece + 7, "\xff\x25", 2);      /* jmp [rip + to_entry] */
        memcpy(piece + 9, &to_entry, 4);
        memcpy(piece + 13, "\xcc\xcc\xcc", 3);
        cells[i].next_free = i + 1 < PIECES ? &cells[i + 1] : free_cells;
    }
    free_cells = cells;
    *page = (struct cell_page){cells, cell_pages};
    cell_pages = page;
    return mprotect(code, PAGE_SIZE, PROT_READ | PROT_EXEC) == 0;
}

void *callback_new(struct callback *callback) { return code_piece_new(callback, callback_entry); }

void *code_piece_new(struct callback *callback, const void *entry) {
    void *code = NULL;
    pthread_mutex_lock(&lock);
    if (free_cells || add_pages()) {
        struct cell *cell = free_cells;
        free_cells = cell->next_free;
        cell->callback = callback;
        cell->entry = entry;
        code = (char *)cell - PAGE_SIZE;
    }
    pthread_mutex_unlock(&lock);
    return code;
}

void callback_free(void *code) {
    struct cell *cell = (struct cell *)((char *)code + PAGE_SIZE);
    pthread_mutex_lock(&lock);
    cell->entry = NULL;
    cell->next_free = free_cells;
    free_cells = cell;
    pthread_mutex_unlock(&lock);
}

const struct callback *callback_at(uintptr_t address, const void *entry) {
    const struct callback *found = NULL;
    pthread_mutex_lock(&lock);
    for (const struct cell_page *page = cell_pages; page && !found; page = page->next) {
        const uintptr_t code = (uintptr_t)page->cells - PAGE_SIZE;
        const struct cell *cell = &page->cells[(address - code) / sizeof *cell];
        if (address - code < PAGE_SIZE && cell->entry == entry)
            found = cell->callback;
    }
    pthread_mutex_unlock(&lock);
    return found;
}

/* From callback_entry in call.S. */
void WINAPI callback_dispatch(struct callback *self, uint64_t *slots, const uint64_t *xmm, struct call_result *result);
void WINAPI callback_dispatch(struct callback *self, uint64_t *slots, const uint64_t *xmm, struct call_result *result) {
    self->enter(self, slots, xmm, result);
}
