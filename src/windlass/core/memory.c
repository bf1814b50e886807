#include "memory.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/mman.h>

#include "fork.h"
#include "guard.h"
#include "host_map.h"
#include "lock.h"
#include "shared_data.h"

/* Pages of a region that are in the same state, up to where the next run begins. */
struct run {
    uintptr_t begin;
    DWORD protect;                                   /* 0: reserved */
};

struct region {
    uintptr_t base, end;
    DWORD allocation_protect, type;
    void *view;
    struct run *runs;
    unsigned run_count, run_capacity;
};

/* The lock guards the books and what they tell about; the fault handler takes it, too, so no memory of the Windows
 * program is touched under it. The regions are sorted. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
SURVIVES_FORK(lock);
static struct region **regions;
static unsigned region_count, region_capacity;

static void acquire(void) { lock_acquire(&lock); }
static void release(void) { lock_release(&lock); }

static uintptr_t page_down(uintptr_t address) { return address & ~(uintptr_t)(PAGE_SIZE - 1); }
static uintptr_t page_up(uintptr_t address) { return page_down(address + PAGE_SIZE - 1); }

/* ---- protections ---- */

static DWORD base_protection(DWORD protect) { return protect & 0xff; }

static bool is_executable(DWORD protect) {
    return protect & (PAGE_EXECUTE | PAGE_EXECUTE_READ | PAGE_EXECUTE_READWRITE | PAGE_EXECUTE_WRITECOPY);
}

/* It is no part of a page's protection; for pages that cannot be executed it is an error. */
static DWORD without_targets(DWORD protect) {
    return is_executable(protect) ? protect & ~(DWORD)PAGE_TARGETS_INVALID : protect;
}


int memory_host_protection(DWORD protect) {
    const DWORD modifiers = PAGE_GUARD | PAGE_NOCACHE | PAGE_WRITECOMBINE;
    if (protect & ~(0xff | modifiers) || (protect & PAGE_NOACCESS && protect & modifiers))
        return -1;
    int host;
    switch (base_protection(protect)) {
    case PAGE_NOACCESS: host = PROT_NONE; break;
    case PAGE_READONLY: host = PROT_READ; break;
    case PAGE_READWRITE:
    case PAGE_WRITECOPY: host = PROT_READ | PROT_WRITE; break;
    case PAGE_EXECUTE:
    case PAGE_EXECUTE_READ: host = PROT_READ | PROT_EXEC; break;
    case PAGE_EXECUTE_READWRITE:
    case PAGE_EXECUTE_WRITECOPY: host = PROT_READ | PROT_WRITE | PROT_EXEC; break;
    default: return -1;
    }
    return protect & PAGE_GUARD ? PROT_NONE : host;
}

static DWORD protection_from_host(int host) {
    switch (host & (PROT_READ | PROT_WRITE | PROT_EXEC)) {
    case PROT_NONE: return PAGE_NOACCESS;
    case PROT_READ: return PAGE_READONLY;
    case PROT_EXEC: return PAGE_EXECUTE;
    case PROT_READ | PROT_EXEC: return PAGE_EXECUTE_READ;
    case PROT_READ | PROT_WRITE:
    case PROT_WRITE: return PAGE_READWRITE;
    default: return PAGE_EXECUTE_READWRITE;
    }
}

/* ---- runs ---- */

/* The run that contains the address. */
static unsigned run_at(const struct region *region, uintptr_t address) {
    unsigned low = 0, high = region->run_count;
    while (high - low > 1) {
        unsigned middle = (low + high) / 2;
        if (region->runs[middle].begin <= address)
            low = middle;
        else
            high = middle;
    }
    return low;
}

static uintptr_t run_end(const struct region *region, unsigned run) {
    return run + 1 < region->run_count ? region->runs[run + 1].begin : region->end;
}

/* Makes room for two more runs, so that what follows cannot fail. */
static bool reserve_runs(struct region *region) {
    if (region->run_count + 2 <= region->run_capacity)
        return true;
    unsigned capacity = region->run_capacity ? 2 * region->run_capacity : 4;
    struct run *runs = realloc(region->runs, capacity * sizeof *runs);
    if (!runs)
        return false;
    region->runs = runs;
    region->run_capacity = capacity;
    return true;
}

/* Splits the run at the address, so that one begins there; returns its index. */
static unsigned split_at(struct region *region, uintptr_t address) {
    if (address == region->end)
        return region->run_count;
    unsigned run = run_at(region, address);
    if (region->runs[run].begin == address)
        return run;
    memmove(&region->runs[run + 1], &region->runs[run], (region->run_count - run) * sizeof(struct run));
    region->run_count++;
    region->runs[run + 1].begin = address;
    return run + 1;
}

static void remove_runs(struct region *region, unsigned from, unsigned to) {
    memmove(&region->runs[from], &region->runs[to], (region->run_count - to) * sizeof(struct run));
    region->run_count -= to - from;
}

/* Room for two runs is reserved. */
static void set_protection(struct region *region, uintptr_t begin, uintptr_t end, DWORD protect) {
    unsigned first = split_at(region, begin), last = split_at(region, end);
    region->runs[first].protect = protect;
    remove_runs(region, first + 1, last);
    if (first + 1 < region->run_count && region->runs[first + 1].protect == protect)
        remove_runs(region, first + 1, first + 2);
    if (first && region->runs[first - 1].protect == protect)
        remove_runs(region, first, first + 1);
}

static bool is_all_committed(const struct region *region, uintptr_t begin, uintptr_t end) {
    for (unsigned run = run_at(region, begin); run < region->run_count && region->runs[run].begin < end; run++)
        if (!region->runs[run].protect)
            return false;
    return true;
}

/* ---- regions ---- */

/* The number of regions that begin at or below the address. */
static unsigned region_position(uintptr_t address) {
    unsigned low = 0, high = region_count;
    while (low < high) {
        unsigned middle = (low + high) / 2;
        if (regions[middle]->base <= address)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static struct region *region_of(uintptr_t address) {
    unsigned position = region_position(address);
    struct region *region = position ? regions[position - 1] : NULL;
    return region && address < region->end ? region : NULL;
}

/* The region that contains all of the range. */
static struct region *region_with(uintptr_t begin, uintptr_t end) {
    struct region *region = region_of(begin);
    return region && end <= region->end ? region : NULL;
}

static bool reserve_region_slot(void) {
    if (region_count < region_capacity)
        return true;
    unsigned capacity = region_capacity ? 2 * region_capacity : 64;
    struct region **grown = realloc(regions, capacity * sizeof *grown);
    if (!grown)
        return false;
    regions = grown;
    region_capacity = capacity;
    return true;
}

static void region_free(struct region *region) {
    if (region)
        free(region->runs);
    free(region);
}

/* The lock is held. */
static struct region *region_add(uintptr_t base, size_t size, DWORD type, DWORD allocation_protect, DWORD protect) {
    struct region *region = calloc(1, sizeof *region);
    if (!region || !reserve_runs(region) || !reserve_region_slot()) {
        region_free(region);
        return NULL;
    }
    *region = (struct region){.base = base, .end = base + size, .allocation_protect = allocation_protect, .type = type,
                              .runs = region->runs, .run_capacity = region->run_capacity, .run_count = 1};
    region->runs[0] = (struct run){base, protect};
    unsigned position = region_position(base);
    memmove(&regions[position + 1], &regions[position], (region_count - position) * sizeof *regions);
    regions[position] = region;
    region_count++;
    return region;
}

static void region_remove(struct region *region) {
    unsigned position = region_position(region->base) - 1;
    memmove(&regions[position], &regions[position + 1], (region_count - position - 1) * sizeof *regions);
    region_count--;
    region_free(region);
}

bool memory_add_region(uintptr_t base, size_t size, DWORD type, DWORD protect, void *view) {
    acquire();
    struct region *region = region_add(base, size, type, protect, protect);
    if (region)
        region->view = view;
    release();
    return region != NULL;
}

void *memory_forget_region(uintptr_t base, DWORD type, size_t *size) {
    void *view = NULL;
    acquire();
    struct region *region = region_of(base);
    if (region && region->base == base && region->type == type) {
        view = region->view;
        if (size)
            *size = region->end - region->base;
        region_remove(region);
    }
    release();
    return view;
}

uintptr_t memory_region_base(uintptr_t address, DWORD type) {
    acquire();
    struct region *region = region_of(address);
    uintptr_t base = region && region->type == type ? region->base : 0;
    release();
    return base;
}

/* ---- the calling thread's stack ---- */

static uintptr_t own_stack_base(void) { return (uintptr_t)thread_self()->teb.DeallocationStack; }

/* A handler of a stack overflow has another stack, and the TEB then tells of that. */
static uintptr_t own_stack_end(void) {
    const struct thread *thread = thread_self();
    return (uintptr_t)(thread->on_side_stack ? thread->stack_base : thread->teb.StackBase);
}

static bool is_own_stack(uintptr_t begin, uintptr_t end) {
    return begin < end && begin >= own_stack_base() && end <= own_stack_end();
}

/* The region of the range. All of a stack is committed; it becomes a region when its thread changes pages of it, as
 * virtual machines do, which put guard pages of their own at its end. */
static struct region *region_or_stack(uintptr_t begin, uintptr_t end) {
    struct region *region = region_of(begin);
    if (region || !is_own_stack(begin, end))
        return region;
    uintptr_t base = own_stack_base();
    return region_add(base, own_stack_end() - base, MEM_PRIVATE, PAGE_READWRITE, PAGE_READWRITE);
}

/* The host uses a stack again for its next thread. */
void memory_end_stack(uintptr_t base, uintptr_t end) {
    acquire();
    struct region *region = region_of(base);
    if (region && region->base == base && region->end == end) {
        mprotect((void *)base, end - base, PROT_READ | PROT_WRITE);
        region_remove(region);
    }
    release();
}

/* ---- address space ---- */

static void *map_nothing(uintptr_t address, size_t size, int flags) {
    return mmap((void *)address, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | flags, -1, 0);
}

static uintptr_t space_at(uintptr_t address, size_t size) {
    void *got = map_nothing(address, size, MAP_FIXED_NOREPLACE);
    if (got == MAP_FAILED)
        return 0;
    if ((uintptr_t)got == address)
        return address;
    munmap(got, size);                               /* a kernel that takes the address as a hint */
    return 0;
}

/* Maps more and gives back what lies before and behind. */
static uintptr_t space_anywhere(size_t size, size_t alignment) {
    size_t room = size + alignment;
    char *got = room > size ? map_nothing(0, room, 0) : MAP_FAILED;
    if (got == MAP_FAILED)
        return 0;
    uintptr_t begin = (uintptr_t)got, aligned = (begin + alignment - 1) & ~(alignment - 1);
    if (aligned > begin)
        munmap(got, aligned - begin);
    munmap((void *)(aligned + size), begin + room - aligned - size);
    return aligned;
}

/* Walks the host's mappings for a gap between the limits. */
static uintptr_t space_between(size_t size, uintptr_t low, uintptr_t high, size_t alignment) {
    uintptr_t at = (low + alignment - 1) & ~(alignment - 1);
    while (at + size <= high && at + size > at) {
        struct host_mapping next;
        bool found = host_mapping_from(at, &next);
        if (!found || next.begin >= at + size) {
            uintptr_t space = space_at(at, size);
            if (space)
                return space;
            next.end = at + alignment;               /* taken just now */
        }
        at = (next.end + alignment - 1) & ~(alignment - 1);
    }
    return 0;
}

uintptr_t memory_find_space(uintptr_t address, size_t size, uintptr_t low, uintptr_t high, size_t alignment) {
    if (address)
        return space_at(address, size);
    if (alignment < ALLOCATION_GRANULARITY)
        alignment = ALLOCATION_GRANULARITY;
    if (low > USER_SPACE_BEGIN || (high && high < USER_SPACE_END))
        return space_between(size, low > USER_SPACE_BEGIN ? low : USER_SPACE_BEGIN, high ? high : USER_SPACE_END,
                             alignment);
    return space_anywhere(size, alignment);
}

/* ---- VirtualAlloc ---- */

static bool change_pages(uintptr_t begin, uintptr_t end, DWORD protect) {
    return mprotect((void *)begin, end - begin, memory_host_protection(protect)) == 0;
}

static NTSTATUS reserve(uintptr_t *base, size_t *size, DWORD type, DWORD protect, uintptr_t low, uintptr_t high,
                        size_t alignment) {
    uintptr_t begin = *base & ~(uintptr_t)(ALLOCATION_GRANULARITY - 1), end = page_up(*base + *size);
    size_t length = end - begin;
    uintptr_t space = memory_find_space(begin, length, low, high, alignment);
    if (!space)
        return begin ? STATUS_CONFLICTING_ADDRESSES : STATUS_NO_MEMORY;
    bool commit = type & MEM_COMMIT;
    acquire();
    bool done = (!commit || change_pages(space, space + length, protect)) &&
                region_add(space, length, MEM_PRIVATE, protect, commit ? protect : 0);
    release();
    if (!done) {
        munmap((void *)space, length);
        return STATUS_NO_MEMORY;
    }
    *base = space;
    *size = length;
    return STATUS_SUCCESS;
}

static NTSTATUS commit(uintptr_t *base, size_t *size, DWORD protect) {
    uintptr_t begin = page_down(*base), end = page_up(*base + *size);
    NTSTATUS status = STATUS_SUCCESS;
    acquire();
    struct region *region = region_or_stack(begin, end);
    if (!region || end > region->end || region->type != MEM_PRIVATE)
        status = STATUS_CONFLICTING_ADDRESSES;
    else if (!reserve_runs(region) || !change_pages(begin, end, protect))
        status = STATUS_NO_MEMORY;
    else
        set_protection(region, begin, end, protect);
    release();
    *base = begin;
    *size = end - begin;
    return status;
}

/* The contents may be dropped, or are wanted again: nothing needs to be done, they are simply kept. */
static NTSTATUS reset(uintptr_t *base, size_t *size) {
    uintptr_t begin = page_down(*base), end = page_up(*base + *size);
    acquire();
    struct region *region = region_with(begin, end);
    bool good = region && is_all_committed(region, begin, end);
    release();
    *base = begin;
    *size = end - begin;
    return good ? STATUS_SUCCESS : STATUS_CONFLICTING_ADDRESSES;
}

NTSTATUS memory_allocate(uintptr_t *base, size_t *size, DWORD type, DWORD protect, uintptr_t low, uintptr_t high,
                         size_t alignment) {
    const DWORD known = MEM_COMMIT | MEM_RESERVE | MEM_RESET | MEM_TOP_DOWN | MEM_WRITE_WATCH | MEM_RESET_UNDO |
                        MEM_LARGE_PAGES;
    const DWORD verbs = MEM_COMMIT | MEM_RESERVE | MEM_RESET | MEM_RESET_UNDO;
    if (*size == 0 || *size > USER_SPACE_END)
        return STATUS_INVALID_PARAMETER;
    if (*base >= USER_SPACE_END || *base + *size > USER_SPACE_END)
        return STATUS_INVALID_PARAMETER;
    if (*base && *base < USER_SPACE_BEGIN)
        return STATUS_INVALID_PARAMETER;
    if (type & ~known || !(type & verbs))
        return STATUS_INVALID_PARAMETER;
    bool are_targets = is_executable(protect) && !(protect & PAGE_TARGETS_INVALID);
    protect = without_targets(protect);
    if (memory_host_protection(protect) < 0)
        return STATUS_INVALID_PAGE_PROTECTION;
    if (type & (MEM_RESET | MEM_RESET_UNDO))
        return type & (MEM_COMMIT | MEM_RESERVE) ? STATUS_INVALID_PARAMETER : reset(base, size);
    if (type & MEM_LARGE_PAGES)                      /* nobody has the privilege to lock memory */
        return STATUS_PRIVILEGE_NOT_HELD;
    NTSTATUS status = type & MEM_RESERVE || *base == 0 ? reserve(base, size, type, protect, low, high, alignment)
                                                       : commit(base, size, protect);
    if (NT_SUCCESS(status) && is_executable(protect) && !guard_set_range(*base, *base + *size, are_targets))
        return STATUS_NO_MEMORY;
    return status;
}

/* ---- VirtualFree ---- */

static NTSTATUS decommit(struct region *region, uintptr_t begin, uintptr_t end) {
    if (!reserve_runs(region) || map_nothing(begin, end - begin, MAP_FIXED) == MAP_FAILED)
        return STATUS_NO_MEMORY;
    set_protection(region, begin, end, 0);
    return STATUS_SUCCESS;
}

/* Makes what lies from `at` on a region of its own. */
static bool split_region(struct region *region, uintptr_t at) {
    if (!reserve_runs(region))
        return false;
    unsigned first = split_at(region, at), count = region->run_count - first;
    struct run *runs = malloc((count + 2) * sizeof *runs);
    struct region *rest = runs ? region_add(at, region->end - at, region->type, region->allocation_protect, 0) : NULL;
    if (!rest) {
        free(runs);
        return false;
    }
    memcpy(runs, &region->runs[first], count * sizeof *runs);
    free(rest->runs);
    rest->runs = runs;
    rest->run_count = count;
    rest->run_capacity = count + 2;
    region->run_count = first;
    region->end = at;
    return true;
}

/* All of it or a part, as NtFreeVirtualMemory allows: what is left of the region then are one or two. */
static NTSTATUS give_back(struct region *region, uintptr_t begin, uintptr_t end) {
    if (end != region->end && !split_region(region, end))
        return STATUS_NO_MEMORY;
    if (begin != region->base) {
        if (!split_region(region, begin))
            return STATUS_NO_MEMORY;
        region = region_of(begin);
    }
    munmap((void *)begin, end - begin);
    region_remove(region);
    return STATUS_SUCCESS;
}

static NTSTATUS free_range(uintptr_t *base, size_t *size, DWORD type) {
    uintptr_t begin = page_down(*base);
    struct region *region = region_of(begin);
    if (!region)
        return STATUS_MEMORY_NOT_ALLOCATED;
    if (region->type != MEM_PRIVATE)
        return STATUS_UNABLE_TO_FREE_VM;
    if (*size == 0 && begin != region->base)
        return STATUS_FREE_VM_NOT_AT_BASE;
    uintptr_t end = *size ? page_up(*base + *size) : region->end;
    if (end > region->end || end < begin)
        return STATUS_UNABLE_TO_FREE_VM;
    *base = begin;
    *size = end - begin;
    return type == MEM_RELEASE ? give_back(region, begin, end) : decommit(region, begin, end);
}

NTSTATUS memory_free(uintptr_t *base, size_t *size, DWORD type) {
    if (type != MEM_RELEASE && type != MEM_DECOMMIT)
        return STATUS_INVALID_PARAMETER;
    acquire();
    NTSTATUS status = free_range(base, size, type);
    if (NT_SUCCESS(status))                          /* before anything else can lie there */
        guard_set_range(*base, *base + *size, true);
    release();
    return status;
}

/* ---- VirtualProtect ---- */

static NTSTATUS protect_region(struct region *region, uintptr_t begin, uintptr_t end, DWORD protect, DWORD *was) {
    if (end > region->end)
        return STATUS_CONFLICTING_ADDRESSES;
    if (!is_all_committed(region, begin, end))
        return STATUS_NOT_COMMITTED;
    *was = region->runs[run_at(region, begin)].protect;
    if (!reserve_runs(region))
        return STATUS_NO_MEMORY;
    if (!change_pages(begin, end, protect))
        return errno == EACCES ? STATUS_SECTION_PROTECTION : STATUS_NO_MEMORY;
    set_protection(region, begin, end, protect);
    return STATUS_SUCCESS;
}

/* Images, stacks, the heap: what the host knows about them counts. */
static NTSTATUS protect_foreign(uintptr_t begin, uintptr_t end, DWORD protect, DWORD *was) {
    struct host_mapping mapping;
    if (!host_mapping_from(begin, &mapping) || mapping.begin > begin)
        return STATUS_CONFLICTING_ADDRESSES;
    *was = protection_from_host(mapping.protection);
    if (module_from_address((void *)begin) && *was == PAGE_READWRITE && mapping.is_file)
        *was = PAGE_WRITECOPY;
    return change_pages(begin, end, protect) ? STATUS_SUCCESS : STATUS_CONFLICTING_ADDRESSES;
}

NTSTATUS memory_protect(uintptr_t *base, size_t *size, DWORD protect, DWORD *was) {
    uintptr_t begin = page_down(*base), end = page_up(*base + *size);
    const bool become_targets = is_executable(protect) && !(protect & PAGE_TARGETS_NO_UPDATE);
    protect = without_targets(protect);
    if (memory_host_protection(protect) < 0)
        return STATUS_INVALID_PAGE_PROTECTION;
    if (*size == 0 || end <= begin || end > USER_SPACE_END)
        return STATUS_INVALID_PARAMETER;
    acquire();
    struct region *region = region_or_stack(begin, end);
    NTSTATUS status = region ? protect_region(region, begin, end, protect, was)
                             : protect_foreign(begin, end, protect, was);
    if (NT_SUCCESS(status) && region && become_targets)
        guard_set_range(begin, end, true);
    release();
    *base = begin;
    *size = end - begin;
    return status;
}

/* ---- VirtualQuery ---- */

static void query_region(const struct region *region, uintptr_t page, MEMORY_BASIC_INFORMATION *information) {
    unsigned run = run_at(region, page);
    DWORD protect = region->runs[run].protect;
    information->AllocationBase = (PVOID)region->base;
    information->AllocationProtect = region->allocation_protect;
    information->RegionSize = run_end(region, run) - page;
    information->State = protect ? MEM_COMMIT : MEM_RESERVE;
    information->Protect = protect;
    information->Type = region->type;
}

/* An image's pages in the same state, whatever mappings of the host they are made of. */
static void query_image(const LDR_DATA_TABLE_ENTRY *module, uintptr_t page, MEMORY_BASIC_INFORMATION *information) {
    uintptr_t base = (uintptr_t)module->DllBase, end = page_up(base + module->SizeOfImage), at = page;
    struct host_mapping mapping;
    int protection = -1;
    while (at < end && host_mapping_from(at, &mapping) && mapping.begin <= at &&
           (protection < 0 || protection == mapping.protection)) {
        protection = mapping.protection;
        at = mapping.end;
    }
    if (at == page)
        at = page + PAGE_SIZE;
    information->AllocationBase = module->DllBase;
    information->AllocationProtect = PAGE_EXECUTE_WRITECOPY;
    information->RegionSize = (at < end ? at : end) - page;
    information->State = MEM_COMMIT;
    information->Protect = protection_from_host(protection < 0 ? 0 : protection);
    information->Type = MEM_IMAGE;
}

/* The calling thread's stack is one allocation, and all of it is committed. */
static bool query_own_stack(uintptr_t page, MEMORY_BASIC_INFORMATION *information) {
    if (!is_own_stack(page, page + PAGE_SIZE))
        return false;
    information->AllocationBase = (PVOID)own_stack_base();
    information->AllocationProtect = PAGE_READWRITE;
    information->RegionSize = own_stack_end() - page;
    information->State = MEM_COMMIT;
    information->Protect = PAGE_READWRITE;
    information->Type = MEM_PRIVATE;
    return true;
}

static void query_host(uintptr_t page, MEMORY_BASIC_INFORMATION *information) {
    struct host_mapping mapping;
    bool found = host_mapping_from(page, &mapping);
    if (found && mapping.begin <= page) {
        information->AllocationBase = (PVOID)mapping.begin;
        information->AllocationProtect = information->Protect = protection_from_host(mapping.protection);
        information->RegionSize = mapping.end - page;
        information->State = mapping.protection == PROT_NONE ? MEM_RESERVE : MEM_COMMIT;
        if (information->State == MEM_RESERVE)
            information->Protect = 0;
        information->Type = mapping.is_file ? MEM_MAPPED : MEM_PRIVATE;
        return;
    }
    uintptr_t end = found && mapping.begin < USER_SPACE_END ? mapping.begin : USER_SPACE_END;
    information->RegionSize = end - page;
    information->State = MEM_FREE;
    information->Protect = PAGE_NOACCESS;
}

bool memory_query(uintptr_t address, MEMORY_BASIC_INFORMATION *information) {
    uintptr_t page = page_down(address);
    if (page >= USER_SPACE_END)
        return false;
    memset(information, 0, sizeof *information);
    information->BaseAddress = (PVOID)page;
    const LDR_DATA_TABLE_ENTRY *module = module_from_address((void *)page);
    acquire();
    const struct region *region = region_of(page);
    if (region)
        query_region(region, page, information);
    else if (module)
        query_image(module, page, information);
    else if (!query_own_stack(page, information))
        query_host(page, information);
    release();
    return true;
}

/* ---- guard pages ---- */

static enum memory_fault on_fault(uintptr_t address, unsigned access) {
    enum memory_fault answer = MEMORY_FAULT_UNKNOWN;
    uintptr_t page = page_down(address);
    if (page == SHARED_DATA_ADDRESS)
        return access == 0 && shared_data_touched() ? MEMORY_FAULT_RETRY : MEMORY_FAULT_UNKNOWN;
    acquire();
    struct region *region = region_of(page);
    if (region) {
        DWORD protect = region->runs[run_at(region, page)].protect;
        if (protect & PAGE_GUARD && reserve_runs(region) &&
            change_pages(page, page + PAGE_SIZE, protect & ~(DWORD)PAGE_GUARD)) {
            set_protection(region, page, page + PAGE_SIZE, protect & ~(DWORD)PAGE_GUARD);
            answer = is_own_stack(page, page + PAGE_SIZE) ? MEMORY_FAULT_STACK_GUARD : MEMORY_FAULT_GUARD_PAGE;
        }
    }
    release();
    return answer;
}

__attribute__((constructor)) static void set_up(void) { memory_fault_hook = on_fault; }

NTSTATUS memory_perform(struct memory_request *request) {
    switch (request->operation) {
    case MEMORY_ALLOCATE:
        return memory_allocate(&request->base, &request->size, request->type, request->protect, request->low,
                               request->high, request->alignment);
    case MEMORY_FREE: return memory_free(&request->base, &request->size, request->type);
    case MEMORY_PROTECT: return memory_protect(&request->base, &request->size, request->protect, &request->was);
    }
    return STATUS_INVALID_PARAMETER;
}
