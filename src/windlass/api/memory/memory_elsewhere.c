/* What memory another process has, as /proc/PID/maps tells of it ("VirtualQueryEx function"). */
#include <stdio.h>
#include <string.h>

#include "memory_elsewhere.h"

/* A line of the file. Pages that nobody may touch are only reserved. */
struct range {
    uintptr_t begin, end;
    char rights[5];
    bool is_file;
};

static bool read_range(FILE *maps, struct range *range) {
    char line[4300];
    unsigned long long begin, end;
    unsigned long node;
    if (!fgets(line, sizeof line, maps) ||
        sscanf(line, "%llx-%llx %4s %*s %*s %lu", &begin, &end, range->rights, &node) != 4)
        return false;
    range->begin = (uintptr_t)begin;
    range->end = (uintptr_t)end;
    range->is_file = node != 0;
    return true;
}

static DWORD protection_of(const char *rights) {
    bool reads = rights[0] == 'r', writes = rights[1] == 'w';
    if (rights[2] == 'x')
        return writes ? PAGE_EXECUTE_READWRITE : reads ? PAGE_EXECUTE_READ : PAGE_EXECUTE;
    return writes ? PAGE_READWRITE : reads ? PAGE_READONLY : PAGE_NOACCESS;
}

static void describe(const struct range *range, uintptr_t page, MEMORY_BASIC_INFORMATION *information) {
    DWORD protection = protection_of(range->rights);
    bool is_committed = protection != PAGE_NOACCESS;
    *information = (MEMORY_BASIC_INFORMATION){
        .BaseAddress = (PVOID)page, .AllocationBase = (PVOID)range->begin, .AllocationProtect = protection,
        .RegionSize = range->end - page, .State = is_committed ? MEM_COMMIT : MEM_RESERVE,
        .Protect = is_committed ? protection : 0, .Type = range->is_file ? MEM_MAPPED : MEM_PRIVATE};
}

NTSTATUS memory_query_elsewhere(pid_t process, uintptr_t address, MEMORY_BASIC_INFORMATION *information) {
    char path[40];
    struct range range;
    const uintptr_t page = address & ~(uintptr_t)(PAGE_SIZE - 1);
    uintptr_t next = USER_SPACE_END;
    if (address >= USER_SPACE_END)
        return STATUS_INVALID_PARAMETER;
    snprintf(path, sizeof path, "/proc/%d/maps", (int)process);
    FILE *maps = fopen(path, "re");
    if (!maps)
        return STATUS_ACCESS_DENIED;
    bool found = false;
    while (!found && next == USER_SPACE_END && read_range(maps, &range)) {
        found = page >= range.begin && page < range.end;
        if (!found && range.begin > page && range.begin < next)
            next = range.begin;
    }
    fclose(maps);
    if (found)
        describe(&range, page, information);
    else
        *information = (MEMORY_BASIC_INFORMATION){.BaseAddress = (PVOID)page, .RegionSize = next - page, .State = MEM_FREE,
                                                  .Protect = PAGE_NOACCESS};
    return STATUS_SUCCESS;
}
