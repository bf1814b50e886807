/* Programs that every Windows has on its system drive, as EXE files.
 *
 * Such a file is a console program with one import: its entry point jumps to a function of the builtin DLL
 * windlass_programs, which is the program (api/programs). So it is found, started, given handles and waited for like any
 * other program, and a user can put another one in its place. */
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "system_programs.h"
#include "win.h"

enum { FILE_ALIGNMENT = 0x200, SECTION_RVA = 0x1000, HEADER_OFFSET = 0x40, IMAGE_SIZE = 0x2000 };

#define SECTION_FLAGS 0x60000060u /* code, data; may be executed and read */

/* ---- the layout of the file ---- */

#pragma pack(push, 1)
struct stub_headers {
    struct {
        char magic[2];
        uint8_t unused[58];
        uint32_t header_offset;
    } dos;
    char signature[4];
    struct {
        uint16_t machine, sections;
        uint32_t timestamp, symbols, symbol_count;
        uint16_t optional_size, characteristics;
    } file;
    struct {
        uint16_t magic;
        uint8_t linker[2];
        uint32_t code_size, data_size, zero_size, entry_point, code_base;
        uint64_t image_base;
        uint32_t section_alignment, file_alignment;
        uint16_t os[2], image[2], subsystem_version[2];
        uint32_t reserved, image_size, headers_size, checksum;
        uint16_t subsystem, dll_characteristics;
        uint64_t stack_reserve, stack_commit, heap_reserve, heap_commit;
        uint32_t loader_flags, directory_count;
        struct { uint32_t rva, size; } directories[16];
    } optional;
    struct {
        char name[8];
        uint32_t size, rva, raw_size, raw_offset, relocations, line_numbers, counts, flags;
    } section;
};

struct stub_section {
    struct { uint32_t names, timestamp, forwarders, dll, slots; } imports[2];
    uint64_t names[2], slots[2];
    char dll[32];
    struct { uint16_t hint; char name[46]; } function;
    uint8_t code[8]; /* jmp [rip + slot] */
};

struct stub {
    union { struct stub_headers headers; uint8_t header_bytes[FILE_ALIGNMENT]; };
    union { struct stub_section section; uint8_t section_bytes[FILE_ALIGNMENT]; };
};
#pragma pack(pop)

_Static_assert(sizeof(struct stub) == 2 * FILE_ALIGNMENT, "headers and one section");

#define RVA_OF(member_) (SECTION_RVA + (uint32_t)offsetof(struct stub_section, member_))

static void fill_headers(struct stub_headers *headers) {
    memcpy(headers->dos.magic, "MZ", 2);
    headers->dos.header_offset = HEADER_OFFSET;
    memcpy(headers->signature, "PE\0", 4);
    headers->file.machine = 0x8664;
    headers->file.sections = 1;
    headers->file.optional_size = sizeof headers->optional;
    headers->file.characteristics = 0x0022; /* executable, large addresses */
    headers->optional.magic = 0x20b;
    headers->optional.code_size = FILE_ALIGNMENT;
    headers->optional.entry_point = RVA_OF(code);
    headers->optional.code_base = SECTION_RVA;
    headers->optional.image_base = 0x140000000;
    headers->optional.section_alignment = SECTION_RVA;
    headers->optional.file_alignment = FILE_ALIGNMENT;
    headers->optional.os[0] = headers->optional.subsystem_version[0] = 6;
    headers->optional.image_size = IMAGE_SIZE;
    headers->optional.headers_size = FILE_ALIGNMENT;
    headers->optional.subsystem = 3; /* a console program */
    headers->optional.dll_characteristics = 0x8100; /* no execution of data, terminal server aware */
    headers->optional.stack_reserve = 0x100000;
    headers->optional.stack_commit = headers->optional.heap_commit = 0x1000;
    headers->optional.heap_reserve = 0x100000;
    headers->optional.directory_count = 16;
    headers->optional.directories[1].rva = RVA_OF(imports);
    headers->optional.directories[1].size = sizeof((struct stub_section *)0)->imports;
    memcpy(headers->section.name, ".text", 6);
    headers->section.size = sizeof(struct stub_section);
    headers->section.rva = SECTION_RVA;
    headers->section.raw_size = headers->section.raw_offset = FILE_ALIGNMENT;
    headers->section.flags = SECTION_FLAGS;
}

static void fill_section(struct stub_section *section, const char *function) {
    section->imports[0].names = RVA_OF(names);
    section->imports[0].dll = RVA_OF(dll);
    section->imports[0].slots = RVA_OF(slots);
    section->names[0] = section->slots[0] = RVA_OF(function);
    snprintf(section->dll, sizeof section->dll, "windlass_programs.dll");
    snprintf(section->function.name, sizeof section->function.name, "%s", function);
    const int32_t to_slot = (int32_t)(RVA_OF(slots) - (RVA_OF(code) + 6));
    section->code[0] = 0xff;
    section->code[1] = 0x25;
    memcpy(section->code + 2, &to_slot, sizeof to_slot);
}

/* ---- the files ---- */

/* Appears whole, for another process may be about to start it. */
static void write_program(const char *path, const char *function) {
    struct stub stub = {0};
    char temporary[4096];
    if (access(path, F_OK) == 0 ||
        (size_t)snprintf(temporary, sizeof temporary, "%s.%d", path, (int)getpid()) >= sizeof temporary)
        return;
    fill_headers(&stub.headers);
    fill_section(&stub.section, function);
    int fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0777);
    if (fd < 0)
        return; /* a drive that cannot be written is used as it is */
    bool is_whole = write(fd, &stub, sizeof stub) == (ssize_t)sizeof stub;
    close(fd);
    if (!is_whole || rename(temporary, path))
        unlink(temporary);
}

void system_programs_install(const char *folder) {
    static const struct { const char *file, *function; } programs[] = {{"cmd.exe", "RunCommandProcessor"}};
    for (size_t i = 0; i < sizeof programs / sizeof *programs; i++) {
        char path[4096];
        if ((size_t)snprintf(path, sizeof path, "%s/%s", folder, programs[i].file) < sizeof path)
            write_program(path, programs[i].function);
    }
}
