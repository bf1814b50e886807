/* Mechanism of mapping; see map.c. Functions that return int give 0 or an errno. */
#ifndef WINDLASS_MAP_H
#define WINDLASS_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Takes [address, address + size) for an image, inaccessible; EEXIST when any of it is in use. */
int image_reserve(uintptr_t address, size_t size);

/* Maps a piece of a laid-out file (or zeros, fd -1) over reserved address space. */
int image_map(uintptr_t address, size_t size, int protection, int fd, off_t offset, bool shared);

/* Adds delta at every place the base relocation table at `rva` names. `image` is laid out by RVA and writable. False:
 * the table is bad at *bad_rva; part of it has been applied then. */
bool image_relocate(unsigned char *image, size_t size, size_t rva, size_t length, uint64_t delta, size_t *bad_rva);

#endif
