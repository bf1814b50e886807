/* /proc/self/maps: newer kernels (6.11) answer for one address by an ioctl, PROCMAP_QUERY; elsewhere the text is read. */
#include "host_map.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

/* struct procmap_query of linux/fs.h, which older headers lack. */
struct query {
    uint64_t size, flags, address;
    uint64_t begin, end, protection, page_size, offset, inode;
    uint32_t device_major, device_minor, name_size, build_id_size;
    uint64_t name, build_id;
};
#define QUERY_IOCTL _IOWR('f', 17, struct query)

enum { QUERY_COVERING_OR_NEXT = 0x10, VMA_READABLE = 1, VMA_WRITABLE = 2, VMA_EXECUTABLE = 4, VMA_SHARED = 8 };

/* -1: the kernel does not know the ioctl. */
static int query(int fd, uintptr_t address, struct host_mapping *mapping) {
    struct query query = {.size = sizeof query, .flags = QUERY_COVERING_OR_NEXT, .address = address};
    if (ioctl(fd, QUERY_IOCTL, &query))
        return -1;
    *mapping = (struct host_mapping){
        .begin = query.begin, .end = query.end, .is_file = query.inode != 0, .offset = query.offset,
        .inode = query.inode, .is_shared = query.protection & VMA_SHARED,
        .protection = (query.protection & VMA_READABLE ? PROT_READ : 0) |
                      (query.protection & VMA_WRITABLE ? PROT_WRITE : 0) |
                      (query.protection & VMA_EXECUTABLE ? PROT_EXEC : 0)};
    return 1;
}

static bool parse(const char *line, struct host_mapping *mapping) {
    unsigned long begin, end, offset, inode;
    char access[5];
    if (sscanf(line, "%lx-%lx %4s %lx %*x:%*x %lu", &begin, &end, access, &offset, &inode) != 5)
        return false;
    *mapping = (struct host_mapping){
        .begin = begin, .end = end, .is_file = inode != 0, .offset = offset, .inode = inode,
        .is_shared = access[3] == 's',
        .protection = (access[0] == 'r' ? PROT_READ : 0) | (access[1] == 'w' ? PROT_WRITE : 0) |
                      (access[2] == 'x' ? PROT_EXEC : 0)};
    return true;
}

static bool search_text(int fd, uintptr_t address, struct host_mapping *mapping) {
    char buffer[4096];
    size_t held = 0;
    for (;;) {
        ssize_t got = read(fd, buffer + held, sizeof buffer - 1 - held);
        if (got <= 0)
            return false;
        held += (size_t)got;
        buffer[held] = 0;
        char *line = buffer, *end;
        while ((end = strchr(line, '\n')) != NULL) {
            *end = 0;
            if (parse(line, mapping) && mapping->end > address)
                return true;
            line = end + 1;
        }
        held = (size_t)(buffer + held - line);
        memmove(buffer, line, held);
    }
}

bool host_mapping_from(uintptr_t address, struct host_mapping *mapping) {
    static bool ioctl_is_missing;                    /* the same for all who find it out */
    int fd = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    bool found = !ioctl_is_missing && query(fd, address, mapping) > 0;
    if (!found) {
        found = search_text(fd, address, mapping);
        if (found)                                   /* ENOENT, for no mapping, would have found none here either */
            ioctl_is_missing = true;
    }
    close(fd);
    return found;
}
