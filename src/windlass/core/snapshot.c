/* Snapshots of memory.
 *
 * What is saved goes into a file in memory, which is then mapped privately over whole pages of what it was saved from.
 * From then on the kernel knows which pages have been written to: those that are no file's pages any more
 * ("Documentation/admin-guide/mm/pagemap.rst": bit 61). A restore copies these alone.
 * No fault handler takes part, so system calls may write to the memory, and no feature of the kernel has to be
 * configured. Ranges of a few pages, or that are not whole pages, are copied as they are. */
#include "snapshot.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "host_map.h"

enum { PAGE = 4096, FEWEST_PAGES = 4 };

struct piece {
    uintptr_t address;
    size_t size;
    const unsigned char *saved;
    unsigned char *written;                          /* one for each page written to; NULL: they are not told apart */
    bool lies_below;                                 /* the memory is a private mapping of what was saved */
    size_t restores;                                 /* since it became one */
};

struct snapshot {
    struct snapshot *next;
    unsigned char *saved;
    size_t saved_size;
    uintptr_t place;
    size_t count;
    struct piece pieces[];
};

/* All of this process. A lock would guard nothing: Python calls with its own held. */
static struct snapshot *snapshots;

static size_t page_up(size_t size) { return (size + PAGE - 1) & ~(size_t)(PAGE - 1); }
static size_t pages_of(const struct piece *piece) { return piece->size / PAGE; }

/* ---- which pages have been written to ---- */

/* The child of a fork needs its own. -1: there is none. */
static int pagemap(void) {
    static int fd = -1;
    static pid_t opened_by;
    if (opened_by != getpid()) {
        if (fd >= 0)
            close(fd);
        fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
        opened_by = getpid();
    }
    return fd;
}

/* Marks pages that are not the file's any more; without a page map all of them. Returns how many are marked. */
static size_t mark_written(struct piece *piece) {
    enum { BATCH = 512 };
    const uint64_t is_there = UINT64_C(3) << 62, is_file = UINT64_C(1) << 61; /* present or swapped out; a file's */
    uint64_t entries[BATCH];
    size_t count = 0;
    for (size_t first = 0; first < pages_of(piece); first += BATCH) {
        size_t batch = pages_of(piece) - first < BATCH ? pages_of(piece) - first : BATCH;
        off_t at = (off_t)((piece->address / PAGE + first) * sizeof *entries);
        bool known = pread(pagemap(), entries, batch * sizeof *entries, at) == (ssize_t)(batch * sizeof *entries);
        for (size_t i = 0; i < batch; i++) {
            if (!known || (entries[i] & is_there && !(entries[i] & is_file)))
                piece->written[first + i] = 1;
            count += piece->written[first + i];
        }
    }
    return count;
}

/* ---- taking ---- */

static bool save(int fd, const struct piece *piece, off_t at) {
    for (size_t done = 0; done < piece->size;) {
        ssize_t wrote = pwrite(fd, (const char *)piece->address + done, piece->size - done, at + (off_t)done);
        if (wrote <= 0)
            return false;
        done += (size_t)wrote;
    }
    return true;
}

/* Snapshots that this memory has been a mapping of: they note what has been written so far, and compare from now on. */
static void take_over(const struct piece *piece) {
    for (struct snapshot *other = snapshots; other; other = other->next) {
        for (struct piece *each = other->pieces; each < other->pieces + other->count; each++) {
            if (!each->written || each->address >= piece->address + piece->size ||
                piece->address >= each->address + each->size)
                continue;
            mark_written(each);
            each->lies_below = false;
        }
    }
}

static bool is_private(const struct piece *piece) {
    struct host_mapping found;
    for (uintptr_t at = piece->address; at < piece->address + piece->size; at = found.end)
        if (!host_mapping_from(at, &found) || found.begin > at || found.is_shared)
            return false;
    return true;
}

/* Maps what was saved over the memory, which keeps its protection. */
static bool lay_below(int fd, struct piece *piece, off_t offset) {
    const uintptr_t end = piece->address + piece->size;
    struct host_mapping found;
    for (uintptr_t at = piece->address; at < end; at = found.end) {
        if (!host_mapping_from(at, &found))
            return false;
        size_t size = (found.end < end ? found.end : end) - at;
        if (mmap((void *)at, size, found.protection, MAP_PRIVATE | MAP_FIXED, fd,
                 offset + (off_t)(at - piece->address)) == MAP_FAILED)
            return false;
    }
    piece->lies_below = true;
    return true;
}

static bool tell_pages_apart(int fd, struct piece *piece, off_t offset) {
    if (piece->address % PAGE || piece->size % PAGE || pages_of(piece) < FEWEST_PAGES || !is_private(piece))
        return true;
    piece->written = calloc(pages_of(piece), 1);
    if (!piece->written)
        return false;
    take_over(piece);
    return lay_below(fd, piece, offset);
}

static bool take(struct snapshot *snapshot, int fd) {
    off_t offset = 0;
    for (struct piece *piece = snapshot->pieces; piece < snapshot->pieces + snapshot->count; piece++) {
        if (!save(fd, piece, offset))
            return false;
        offset += (off_t)page_up(piece->size);
    }
    if (!offset)
        return true;
    void *saved = ftruncate(fd, offset) ? MAP_FAILED : mmap(NULL, (size_t)offset, PROT_READ, MAP_SHARED, fd, 0);
    if (saved == MAP_FAILED)
        return false;
    snapshot->saved = saved;
    snapshot->saved_size = (size_t)offset;
    offset = 0;
    for (struct piece *piece = snapshot->pieces; piece < snapshot->pieces + snapshot->count; piece++) {
        piece->saved = snapshot->saved + offset;
        if (!tell_pages_apart(fd, piece, offset))
            return false;
        offset += (off_t)page_up(piece->size);
    }
    return true;
}

struct snapshot *snapshot_take(const struct memory_range *ranges, size_t count) {
    struct snapshot *snapshot = calloc(1, sizeof *snapshot + count * sizeof(struct piece));
    int fd = memfd_create("windlass-snapshot", MFD_CLOEXEC);
    if (!snapshot || fd < 0) {
        free(snapshot);
        return NULL;
    }
    snapshot->count = count;
    for (size_t i = 0; i < count; i++)
        snapshot->pieces[i] = (struct piece){.address = ranges[i].address, .size = ranges[i].size};
    bool taken = take(snapshot, fd);
    int error = errno;
    close(fd);
    snapshot->next = snapshots;
    snapshots = snapshot;
    if (taken)
        return snapshot;
    snapshot_free(snapshot);
    errno = error;
    return NULL;
}

void snapshot_free(struct snapshot *snapshot) {
    struct snapshot **link = &snapshots;
    while (*link != snapshot)
        link = &(*link)->next;
    *link = snapshot->next;
    for (size_t i = 0; i < snapshot->count; i++)
        free(snapshot->pieces[i].written);
    if (snapshot->saved)
        munmap(snapshot->saved, snapshot->saved_size);
    free(snapshot);
}

/* ---- restoring ---- */

static void copy_back(struct snapshot *snapshot, const struct piece *piece, size_t offset, size_t size) {
    snapshot->place = piece->address + offset;
    memcpy((void *)(piece->address + offset), piece->saved + offset, size);
}

static void copy_written(struct snapshot *snapshot, const struct piece *piece) {
    size_t pages = pages_of(piece), end;
    for (size_t page = 0; page < pages; page = end + 1) {
        for (end = page; end < pages && piece->written[end]; end++)
            continue;
        if (end > page)
            copy_back(snapshot, piece, page * PAGE, (end - page) * PAGE);
    }
}

/* A page that was written to once is copied from then on. Dropping all copies costs a page fault, some ten times a copy,
 * for each that is written to again; so seldom, that costs nothing, but no page is copied for good. */
static bool drop_copies(struct piece *piece, size_t written) {
    enum { WORTH = 16 };
    if (!written || !piece->lies_below || ++piece->restores < WORTH * written ||
        madvise((void *)piece->address, piece->size, MADV_DONTNEED))
        return false;
    memset(piece->written, 0, pages_of(piece));
    piece->restores = 0;
    return true;
}

void snapshot_restore(struct snapshot *snapshot) {
    for (struct piece *piece = snapshot->pieces; piece < snapshot->pieces + snapshot->count; piece++) {
        if (!piece->written)
            copy_back(snapshot, piece, 0, piece->size);
        else if (!drop_copies(piece, mark_written(piece)))
            copy_written(snapshot, piece);
    }
}

uintptr_t snapshot_place(const struct snapshot *snapshot) { return snapshot->place; }

const void *snapshot_saved(const struct snapshot *snapshot, size_t range) { return snapshot->pieces[range].saved; }
