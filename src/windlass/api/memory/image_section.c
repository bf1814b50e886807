/* Images as sections ("CreateFileMappingW function": SEC_IMAGE; "PE Format"). No DLL is loaded by this: runtimes map
 * images so that they load them by themselves, .NET its assemblies: nothing is bound, and an image that is not where it
 * would like to be is as in the file. */
#include "image_section.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "memory.h"

#define STATUS_INVALID_IMAGE_NOT_MZ ((NTSTATUS)0xC000012F)

enum { PE_SIGNATURE = 0x4550, MAGIC_PE32 = 0x10B, MAGIC_PE32_PLUS = 0x20B, HEADER_ROOM = 0x10000 };
#define SECTION_EXECUTES 0x20000000u
#define SECTION_READS 0x40000000u
#define SECTION_WRITES 0x80000000u
#define MOST_OF_AN_IMAGE 0x7FFF0000u

struct file_header {
    DWORD signature;
    WORD machine, section_count;
    DWORD time, symbols, symbol_count;
    WORD optional_size, characteristics;
};

/* What both kinds of the optional header have in the same place. */
struct optional_header {
    WORD magic;
    BYTE linker[2];
    DWORD code_size, data_size, bss_size, entry, code_base;
    union { ULONGLONG base64; struct { DWORD data_base, base32; }; };
    DWORD section_alignment, file_alignment;
    WORD versions[6];
    DWORD win32_version, image_size, header_size, checksum;
    WORD subsystem, dll_characteristics;
} __attribute__((packed));
_Static_assert(sizeof(struct optional_header) == 72, "IMAGE_OPTIONAL_HEADER");

struct section_header {
    char name[8];
    DWORD virtual_size, rva, raw_size, raw_offset, relocations, lines;
    WORD relocation_count, line_count;
    DWORD characteristics;
};
_Static_assert(sizeof(struct section_header) == 40, "IMAGE_SECTION_HEADER");

/* Headers, wherever they lie. */
struct headers {
    struct file_header *file;
    struct optional_header *optional;
    struct section_header *sections;
};

/* Finds them among `size` bytes; false: they are not there whole. */
static bool find_headers(struct headers *headers, BYTE *bytes, size_t size) {
    DWORD at;
    if (size < 64)
        return false;
    memcpy(&at, bytes + 60, sizeof at);
    if (at > size || size - at < sizeof *headers->file + sizeof *headers->optional)
        return false;
    headers->file = (struct file_header *)(bytes + at);
    headers->optional = (struct optional_header *)(headers->file + 1);
    size_t optional_at = at + sizeof *headers->file, sections_at = optional_at + headers->file->optional_size;
    bool is_wide = headers->optional->magic == MAGIC_PE32_PLUS;
    if (headers->file->signature != PE_SIGNATURE || (!is_wide && headers->optional->magic != MAGIC_PE32))
        return false;
    if (sections_at > size || (size - sections_at) / sizeof(struct section_header) < headers->file->section_count)
        return false;
    headers->sections = (struct section_header *)(bytes + sections_at);
    return true;
}

static ULONGLONG preferred_base(const struct optional_header *optional) {
    return optional->magic == MAGIC_PE32_PLUS ? optional->base64 : optional->base32;
}

/* How far a section reaches in memory. */
static uint64_t section_extent(const struct section_header *section) {
    return section->virtual_size ? section->virtual_size : section->raw_size;
}

/* Of the file, `size` bytes at most, which may end earlier. */
static bool copy_part(int file, uint64_t offset, BYTE *to, size_t size) {
    while (size) {
        ssize_t count = pread(file, to, size, (off_t)offset);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return count == 0;
        to += count;
        offset += (uint64_t)count;
        size -= (size_t)count;
    }
    return true;
}

static NTSTATUS copy_image(int file, const struct headers *headers, BYTE *image) {
    const struct optional_header *optional = headers->optional;
    size_t header_size = optional->header_size < optional->image_size ? optional->header_size : optional->image_size;
    if (!copy_part(file, 0, image, header_size))
        return STATUS_IN_PAGE_ERROR;
    for (unsigned i = 0; i < headers->file->section_count; i++) {
        const struct section_header *section = &headers->sections[i];
        uint64_t extent = section_extent(section), size = section->raw_size < extent ? section->raw_size : extent;
        if (section->rva > optional->image_size || size > optional->image_size - section->rva)
            return STATUS_INVALID_IMAGE_FORMAT;
        if (!copy_part(file, section->raw_offset & ~511u, image + section->rva, size))
            return STATUS_IN_PAGE_ERROR;
    }
    return STATUS_SUCCESS;
}

static NTSTATUS lay_out(int file, const struct headers *headers, int *fd) {
    size_t size = headers->optional->image_size;
    *fd = memfd_create("image", MFD_CLOEXEC);
    BYTE *image = *fd >= 0 && ftruncate(*fd, (off_t)size) == 0
        ? mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, *fd, 0) : MAP_FAILED;
    NTSTATUS status = image == MAP_FAILED ? STATUS_NO_MEMORY : copy_image(file, headers, image);
    if (image != MAP_FAILED)
        munmap(image, size);
    if (status && *fd >= 0)
        close(*fd);
    return status;
}

NTSTATUS image_section_layout(int file, int *fd, uint64_t *size) {
    struct headers headers;
    BYTE *bytes = calloc(1, HEADER_ROOM);
    if (!bytes)
        return STATUS_NO_MEMORY;
    NTSTATUS status = STATUS_INVALID_IMAGE_FORMAT;
    ssize_t count = pread(file, bytes, HEADER_ROOM, 0);
    if (count < 2 || bytes[0] != 'M' || bytes[1] != 'Z')
        status = STATUS_INVALID_IMAGE_NOT_MZ;
    else if (find_headers(&headers, bytes, (size_t)count) && headers.optional->image_size &&
             headers.optional->image_size < MOST_OF_AN_IMAGE)
        status = lay_out(file, &headers, fd);
    if (!status)
        *size = headers.optional->image_size;
    free(bytes);
    return status;
}

uintptr_t image_section_base(int fd) {
    struct headers headers;
    BYTE bytes[PAGE_SIZE];
    ssize_t count = pread(fd, bytes, sizeof bytes, 0);
    uintptr_t base = count > 0 && find_headers(&headers, bytes, (size_t)count) ? preferred_base(headers.optional) : 0;
    return base % ALLOCATION_GRANULARITY || base < USER_SPACE_BEGIN || base >= USER_SPACE_END ? 0 : base;
}

/* ---- views ---- */

static DWORD page_protection(DWORD characteristics) {
    if (characteristics & SECTION_EXECUTES)
        return characteristics & SECTION_WRITES ? PAGE_EXECUTE_WRITECOPY
             : characteristics & SECTION_READS  ? PAGE_EXECUTE_READ : PAGE_EXECUTE;
    return characteristics & SECTION_WRITES ? PAGE_WRITECOPY
         : characteristics & SECTION_READS  ? PAGE_READONLY : PAGE_NOACCESS;
}

static NTSTATUS protect(uintptr_t base, size_t size, DWORD protection) {
    DWORD was;
    return memory_protect(&base, &size, protection, &was);
}

NTSTATUS image_view_begin(uintptr_t base, size_t size) {
    struct headers headers;
    if (!find_headers(&headers, (BYTE *)base, size))
        return STATUS_INVALID_IMAGE_FORMAT;
    if (!memory_add_region(base, size, MEM_IMAGE, PAGE_EXECUTE_WRITECOPY, NULL))
        return STATUS_NO_MEMORY;
    NTSTATUS status = protect(base, size, PAGE_READONLY);
    for (unsigned i = 0; !status && i < headers.file->section_count; i++) {
        const struct section_header *section = &headers.sections[i];
        uint64_t extent = section_extent(section);
        if (extent && section->rva % PAGE_SIZE == 0 && section->rva + extent <= size)
            status = protect(base + section->rva, extent, page_protection(section->characteristics));
    }
    if (status)
        image_view_end(base);
    return status;
}

void image_view_end(uintptr_t base) { memory_forget_region(base, MEM_IMAGE, NULL); }
