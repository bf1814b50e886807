/* Mapping and relocating images. Policy (which file, which base, which protection) is the loader's, in Python. */
#include <errno.h>
#include <sys/mman.h>

#include "core.h"
#include "map.h"

int image_reserve(uintptr_t address, size_t size) {
    void *got = mmap((void *)address, size, PROT_NONE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
    if (got == MAP_FAILED)
        return errno;
    if ((uintptr_t)got != address) {                 /* a kernel without MAP_FIXED_NOREPLACE took it as a hint */
        munmap(got, size);
        return EEXIST;
    }
    return 0;
}

int image_map(uintptr_t address, size_t size, int protection, int fd, off_t offset, bool shared) {
    int flags = MAP_FIXED | (shared ? MAP_SHARED : MAP_PRIVATE) | (fd < 0 ? MAP_ANONYMOUS : 0);
    return mmap((void *)address, size, protection, flags, fd, offset) == MAP_FAILED ? errno : 0;
}

/* Base relocation types ("PE Format", "Base Relocation Types"). */
enum { REL_ABSOLUTE = 0, REL_HIGH = 1, REL_LOW = 2, REL_HIGHLOW = 3, REL_HIGHADJ = 4, REL_DIR64 = 10 };

static unsigned relocation_size(unsigned type) {
    switch (type) {
    case REL_HIGH:
    case REL_LOW: return 2;
    case REL_HIGHLOW: return 4;
    case REL_DIR64: return 8;
    default: return 0;
    }
}

static bool relocate_one(unsigned char *target, unsigned type, uint64_t delta) {
    switch (type) {
    case REL_HIGH: {
        uint16_t value;
        memcpy(&value, target, 2);
        value = (uint16_t)((((uint32_t)value << 16) + (uint32_t)delta) >> 16);
        memcpy(target, &value, 2);
        return true;
    }
    case REL_LOW: {
        uint16_t value;
        memcpy(&value, target, 2);
        value = (uint16_t)(value + delta);
        memcpy(target, &value, 2);
        return true;
    }
    case REL_HIGHLOW: {
        uint32_t value;
        memcpy(&value, target, 4);
        value = (uint32_t)(value + delta);
        memcpy(target, &value, 4);
        return true;
    }
    case REL_DIR64: {
        uint64_t value;
        memcpy(&value, target, 8);
        value += delta;
        memcpy(target, &value, 8);
        return true;
    }
    default: return false;
    }
}

bool image_relocate(unsigned char *image, size_t size, size_t rva, size_t length, uint64_t delta, size_t *bad_rva) {
    size_t at = rva, end = rva + length;
    if (length > size || rva > size - length)
        return *bad_rva = rva, false;
    while (end - at >= 8) {
        uint32_t page, block;
        memcpy(&page, image + at, 4);
        memcpy(&block, image + at + 4, 4);
        if (block == 0)                              /* padding at the directory's end */
            return true;
        if (block < 8 || block > end - at)
            return *bad_rva = at, false;
        for (size_t entry = at + 8; entry + 2 <= at + block; entry += 2) {
            uint16_t word;
            memcpy(&word, image + entry, 2);
            unsigned type = word >> 12, bytes = relocation_size(type);
            size_t target = (size_t)page + (word & 0xfff);
            if (type == REL_ABSOLUTE)
                continue;
            if (!bytes || target > size - bytes || !relocate_one(image + target, type, delta))
                return *bad_rva = entry, false;
        }
        at += block;
    }
    return true;
}
