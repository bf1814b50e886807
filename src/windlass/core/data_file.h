/* Files that are mapped for their resources alone, as C code sees them; datafile.py maps them. */
#ifndef WINDLASS_DATA_FILE_H
#define WINDLASS_DATA_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* handle: the address, with its kind in the low bits. */
struct data_file {
    uintptr_t handle;
    size_t size;
};

bool data_file_add(uintptr_t handle, size_t size);
void data_file_remove(uintptr_t handle);

/* The one that contains an address. */
bool data_file_at(uintptr_t address, struct data_file *found);

#endif
