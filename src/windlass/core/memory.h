/* The address space as Windows programs see it: regions that were reserved through the API, page by page reserved or
 * committed, between images and the host's own mappings.
 *
 * A region is what one VirtualAlloc or MapViewOfFile made. Reserved pages are inaccessible mappings of the host. */
#ifndef WINDLASS_MEMORY_H
#define WINDLASS_MEMORY_H

#include "core.h"

enum {
    PAGE_NOACCESS = 0x01,
    PAGE_READONLY = 0x02,
    PAGE_READWRITE = 0x04,
    PAGE_WRITECOPY = 0x08,
    PAGE_EXECUTE = 0x10,
    PAGE_EXECUTE_READ = 0x20,
    PAGE_EXECUTE_READWRITE = 0x40,
    PAGE_EXECUTE_WRITECOPY = 0x80,
    PAGE_GUARD = 0x100,
    PAGE_NOCACHE = 0x200,
    PAGE_WRITECOMBINE = 0x400,
    PAGE_TARGETS_INVALID = 0x40000000, /* Control Flow Guard, see guard.h; to VirtualProtect it says */
    PAGE_TARGETS_NO_UPDATE = 0x40000000,

    MEM_COMMIT = 0x1000,
    MEM_RESERVE = 0x2000,
    MEM_DECOMMIT = 0x4000,
    MEM_RELEASE = 0x8000,
    MEM_FREE = 0x10000,
    MEM_PRIVATE = 0x20000,
    MEM_MAPPED = 0x40000,
    MEM_IMAGE = 0x1000000,
    MEM_RESET = 0x80000,
    MEM_TOP_DOWN = 0x100000,
    MEM_WRITE_WATCH = 0x200000,
    MEM_RESET_UNDO = 0x1000000,
    MEM_LARGE_PAGES = 0x20000000,

    ALLOCATION_GRANULARITY = 0x10000,
};

/* The end of what programs may use ("GetSystemInfo": lpMaximumApplicationAddress + 1). */
#define USER_SPACE_END 0x7fffffff0000ull
#define USER_SPACE_BEGIN 0x10000ull

typedef struct {
    PVOID BaseAddress, AllocationBase;
    DWORD AllocationProtect;
    WORD PartitionId;
    SIZE_T RegionSize;
    DWORD State, Protect, Type;
} MEMORY_BASIC_INFORMATION;
_Static_assert(sizeof(MEMORY_BASIC_INFORMATION) == 48, "MEMORY_BASIC_INFORMATION");

/* PROT_* for PAGE_*; -1 for no valid protection. A guarded page is inaccessible. */
int memory_host_protection(DWORD protect);

/* Address space, inaccessible, aligned to the allocation granularity: at `address` if that is not 0 (then all of it must
 * be free), else anywhere from `low` to `high`. 0: there is none. No region is made of it. */
uintptr_t memory_find_space(uintptr_t address, size_t size, uintptr_t low, uintptr_t high, size_t alignment);

/* Makes a region of mappings that are in place, all committed (or, protect 0, all reserved). `view`: given back by
 * memory_forget(). False out of memory. */
bool memory_add_region(uintptr_t base, size_t size, DWORD type, DWORD protect, void *view);

/* Takes a region of that type that begins at `base` out of the books, without unmapping it. *size may be NULL. The
 * region's `view`, or NULL when there is none. */
void *memory_forget_region(uintptr_t base, DWORD type, size_t *size);

/* The base of the region that contains the address, if it has that type; 0: none. */
uintptr_t memory_region_base(uintptr_t address, DWORD type);

/* VirtualAlloc and its like on this process. */
NTSTATUS memory_allocate(uintptr_t *base, size_t *size, DWORD type, DWORD protect, uintptr_t low, uintptr_t high,
                         size_t alignment);
NTSTATUS memory_free(uintptr_t *base, size_t *size, DWORD type);
NTSTATUS memory_protect(uintptr_t *base, size_t *size, DWORD protect, DWORD *was);

/* The three of them as one thing that can be asked of another process (exchange.h). Fields are those functions'
 * parameters. */
struct memory_request {
    enum { MEMORY_ALLOCATE, MEMORY_FREE, MEMORY_PROTECT } operation;
    DWORD type, protect, was;
    uintptr_t base, low, high;
    size_t size, alignment;
};
NTSTATUS memory_perform(struct memory_request *request);

/* A thread ends whose stack this is. */
void memory_end_stack(uintptr_t base, uintptr_t end);
bool memory_query(uintptr_t address, MEMORY_BASIC_INFORMATION *information);

#endif
