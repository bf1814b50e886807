/* The contents of memory as they were, to go back to as often as one likes, at the cost of what has changed since. */
#ifndef WINDLASS_SNAPSHOT_H
#define WINDLASS_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct snapshot;

struct memory_range {
    uintptr_t address;
    size_t size;
};

/* Saves what lies there; no other thread may write to it meanwhile. NULL with errno. Snapshots may overlap. */
struct snapshot *snapshot_take(const struct memory_range *ranges, size_t count);

/* Puts it back. The memory must still be what it was mapped for. Where it cannot be written to this faults: call it under
 * a fault_guard; `snapshot_place` tells where it was. */
void snapshot_restore(struct snapshot *snapshot);
uintptr_t snapshot_place(const struct snapshot *snapshot);

/* What was saved of one range. */
const void *snapshot_saved(const struct snapshot *snapshot, size_t range);

void snapshot_free(struct snapshot *snapshot);

#endif
