/* Images in memory: headers, directories, sections ("ImageNtHeader function", "ImageDirectoryEntryToData function",
 * "ImageRvaToVa function"). A handle with a low bit is a data file, whose sections lie as in the file. */
#include "api.h"

struct section_header {
    char name[8];
    DWORD virtual_size, rva, raw_size, offset, unused[4];
};

/* Offsets from the PE signature. */
enum { SECTION_COUNT = 6, OPTIONAL_SIZE = 20, MAGIC = 24, SIZE_OF_HEADERS = 24 + 60, DIRECTORIES32 = 24 + 96, DIRECTORIES64 = 24 + 112 };

static WORD word_at(const BYTE *at) {
    WORD value;
    memcpy(&value, at, sizeof value);
    return value;
}

static DWORD dword_at(const BYTE *at) {
    DWORD value;
    memcpy(&value, at, sizeof value);
    return value;
}

API(ntdll, PVOID, RtlImageNtHeader, PVOID BaseAddress) {
    enum { PAGE = 0x1000 };
    const BYTE *base = BaseAddress;
    if (!base || memcmp(base, "MZ", 2) != 0)
        return NULL;
    DWORD offset = dword_at(base + 0x3c);
    return offset < PAGE && memcmp(base + offset, "PE\0", 4) == 0 ? (PVOID)(base + offset) : NULL;
}

API(ntdll, NTSTATUS, RtlImageNtHeaderEx, ULONG Flags, PVOID BaseAddress, ULONG64 Size, PVOID *OutHeaders) {
    enum { NO_RANGE_CHECK = 1, SMALLEST_HEADERS = 64 };
    if (!OutHeaders)
        return STATUS_INVALID_PARAMETER;
    *OutHeaders = NULL;
    if (Flags & ~(ULONG)NO_RANGE_CHECK || !BaseAddress || BaseAddress == (PVOID)-1)
        return STATUS_INVALID_PARAMETER;
    if (!(Flags & NO_RANGE_CHECK) && Size < SMALLEST_HEADERS)
        return STATUS_INVALID_IMAGE_FORMAT;
    const BYTE *headers = api_RtlImageNtHeader(BaseAddress);
    if (!headers || (!(Flags & NO_RANGE_CHECK) && (ULONG64)(headers - (const BYTE *)BaseAddress) + MAGIC > Size))
        return STATUS_INVALID_IMAGE_FORMAT;
    *OutHeaders = (PVOID)headers;
    return STATUS_SUCCESS;
}

static const struct section_header *sections_of(const BYTE *headers) {
    return (const struct section_header *)(headers + MAGIC + word_at(headers + OPTIONAL_SIZE));
}

API(ntdll, PVOID, RtlImageRvaToSection, const BYTE *NtHeaders, PVOID BaseAddress, ULONG Rva) {
    (void)BaseAddress;
    const struct section_header *section = sections_of(NtHeaders);
    for (WORD left = word_at(NtHeaders + SECTION_COUNT); left; left--, section++)
        if (Rva - section->rva < section->raw_size)
            return (PVOID)section;
    return NULL;
}

API_ALIAS(api_RtlImageRvaToSection, dbghelp, dbghelp imagehlp, "ImageRvaToSection");

/* In a file that is mapped as it is. */
API(ntdll, PVOID, RtlImageRvaToVa, const BYTE *NtHeaders, PVOID BaseAddress, ULONG Rva, const struct section_header **LastSection) {
    const struct section_header *section = LastSection ? *LastSection : NULL;
    if (!section || Rva - section->rva >= section->raw_size)
        section = api_RtlImageRvaToSection(NtHeaders, BaseAddress, Rva);
    if (!section)
        return NULL;
    if (LastSection)
        *LastSection = section;
    return (BYTE *)BaseAddress + section->offset + (Rva - section->rva);
}
API_ALIAS(api_RtlImageRvaToVa, dbghelp, dbghelp imagehlp, "ImageRvaToVa");

/* What those two are made of; GraalVM's programs look for their heap with it. */
API_ALIAS(api_RtlImageRvaToSection, by_address, ntdll, "RtlSectionTableFromVirtualAddress");
API(ntdll, PVOID, RtlAddressInSectionTable, const BYTE *NtHeaders, PVOID BaseAddress, ULONG VirtualAddress) {
    return api_RtlImageRvaToVa(NtHeaders, BaseAddress, VirtualAddress, NULL);
}

API(ntdll, PVOID, RtlImageDirectoryEntryToData, PVOID BaseAddress, BOOLEAN MappedAsImage, USHORT DirectoryEntry, ULONG *Size) {
    enum { PE32 = 0x10b, FLAT = 1 };
    bool flat = (ULONG_PTR)BaseAddress & FLAT || !MappedAsImage;
    BYTE *base = (BYTE *)((ULONG_PTR)BaseAddress & ~(ULONG_PTR)3);
    const BYTE *headers = api_RtlImageNtHeader(base);
    if (!headers)
        return NULL;
    const BYTE *directories = headers + (word_at(headers + MAGIC) == PE32 ? DIRECTORIES32 : DIRECTORIES64);
    DWORD count = dword_at(directories - 4), rva = dword_at(directories + 8 * DirectoryEntry);
    if (DirectoryEntry >= count || !rva)
        return NULL;
    *Size = dword_at(directories + 8 * DirectoryEntry + 4);
    if (!flat || rva < dword_at(headers + SIZE_OF_HEADERS))
        return base + rva;
    return api_RtlImageRvaToVa(headers, base, rva, NULL);
}
