/* What the host has mapped where. */
#ifndef WINDLASS_HOST_MAP_H
#define WINDLASS_HOST_MAP_H

#include <stdbool.h>
#include <stdint.h>

struct host_mapping {
    uintptr_t begin, end;
    int protection;                                  /* PROT_* */
    bool is_file, is_shared;
    uint64_t offset, inode;
};

/* The mapping that contains the address, or else the next one above. False: there is none. Adjoining mappings with the
 * same properties may be one or several. */
bool host_mapping_from(uintptr_t address, struct host_mapping *mapping);

#endif
