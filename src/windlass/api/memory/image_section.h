/* Sections of images (SEC_IMAGE): a file's image as it is laid out in memory. */
#ifndef WINDLASS_IMAGE_SECTION_H
#define WINDLASS_IMAGE_SECTION_H

#include "core.h"

/* Lays out the image in a file, for any machine: *fd is a descriptor of memory as large as the image. */
NTSTATUS image_section_layout(int file, int *fd, uint64_t *size);

/* Where the image would like to be; 0: not a multiple of 64 KiB. */
uintptr_t image_section_base(int fd);

/* Makes a view of an image of the pages at `base`, which hold a copy: each section gets its protection. */
NTSTATUS image_view_begin(uintptr_t base, size_t size);
void image_view_end(uintptr_t base);

#endif
