/* dbghelp and imagehlp: headers of images, mapped as such or as plain files ("ImageDirectoryEntryToDataEx function",
 * "ImageRvaToVa function", "CheckSumMappedFile function"). */
#include "api.h"

typedef struct {
    BYTE Name[8];
    DWORD VirtualSize, VirtualAddress, SizeOfRawData, PointerToRawData, PointerToRelocations, PointerToLinenumbers;
    WORD NumberOfRelocations, NumberOfLinenumbers;
    DWORD Characteristics;
} IMAGE_SECTION_HEADER;

typedef struct {
    DWORD Signature;
    WORD Machine, NumberOfSections;
    DWORD TimeDateStamp, PointerToSymbolTable, NumberOfSymbols;
    WORD SizeOfOptionalHeader, Characteristics;
    BYTE OptionalHeader[];
} IMAGE_NT_HEADERS;

/* Offsets in the optional header, of PE32 and of PE32+. */
enum { MAGIC_PE32_PLUS = 0x20B, SIZE_OF_HEADERS = 60, CHECK_SUM = 64, COUNT32 = 92, COUNT64 = 108 };

API_USE(PVOID, RtlImageNtHeader, PVOID);
API_USE(BOOL, CreateDirectoryA, LPCSTR, PVOID);
API_USE(DWORD, GetFileAttributesA, LPCSTR);

static DWORD dword_at(const BYTE *place) {
    DWORD value;
    memcpy(&value, place, sizeof value);
    return value;
}

API(dbghelp imagehlp, IMAGE_NT_HEADERS *, ImageNtHeader, PVOID Base) {
    IMAGE_NT_HEADERS *headers = api_RtlImageNtHeader(Base);
    if (!headers)
        set_last_error(ERROR_BAD_EXE_FORMAT);
    return headers;
}

static const IMAGE_SECTION_HEADER *sections_of(const IMAGE_NT_HEADERS *headers) {
    return (const IMAGE_SECTION_HEADER *)(const void *)(headers->OptionalHeader + headers->SizeOfOptionalHeader);
}

/* The section that contains the RVA; NULL if none does. */
API(dbghelp imagehlp, const IMAGE_SECTION_HEADER *, ImageRvaToSection, const IMAGE_NT_HEADERS *NtHeaders, PVOID Base,
    ULONG Rva) {
    const IMAGE_SECTION_HEADER *section = sections_of(NtHeaders);
    (void)Base;
    for (WORD i = 0; i < NtHeaders->NumberOfSections; i++, section++) {
        if (Rva - section->VirtualAddress < section->SizeOfRawData && Rva >= section->VirtualAddress)
            return section;
    }
    return NULL;
}

/* Where the RVA's data are in an image that is mapped as a plain file. */
API(dbghelp imagehlp, PVOID, ImageRvaToVa, const IMAGE_NT_HEADERS *NtHeaders, PVOID Base, ULONG Rva,
    const IMAGE_SECTION_HEADER **LastRvaSection) {
    const IMAGE_SECTION_HEADER *section = LastRvaSection ? *LastRvaSection : NULL;
    if (!section || Rva < section->VirtualAddress || Rva - section->VirtualAddress >= section->SizeOfRawData)
        section = api_ImageRvaToSection(NtHeaders, Base, Rva);
    if (LastRvaSection && section)
        *LastRvaSection = section;
    return section ? (BYTE *)Base + section->PointerToRawData + (Rva - section->VirtualAddress) : NULL;
}

/* *FoundHeader: the section, for a file; NULL for an image. */
API(dbghelp imagehlp, PVOID, ImageDirectoryEntryToDataEx, PVOID Base, BOOLEAN MappedAsImage, USHORT DirectoryEntry,
    ULONG *Size, const IMAGE_SECTION_HEADER **FoundHeader) {
    BOOLEAN is_image = MappedAsImage && !((uintptr_t)Base & 1);
    Base = (PVOID)((uintptr_t)Base & ~(uintptr_t)3); /* handles of data files have their low bits set */
    const IMAGE_NT_HEADERS *headers = api_ImageNtHeader(Base);
    if (FoundHeader)
        *FoundHeader = NULL;
    *Size = 0;
    if (!headers)
        return NULL;
    const BYTE *optional = headers->OptionalHeader;
    DWORD count_place = optional[0] == (BYTE)MAGIC_PE32_PLUS && optional[1] == MAGIC_PE32_PLUS >> 8 ? COUNT64 : COUNT32;
    const BYTE *entry = optional + count_place + 4 + 8u * DirectoryEntry;
    if (DirectoryEntry >= dword_at(optional + count_place) || !dword_at(entry)) {
        set_last_error(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    DWORD rva = dword_at(entry);
    *Size = dword_at(entry + 4);
    if (is_image || rva < dword_at(optional + SIZE_OF_HEADERS))
        return (BYTE *)Base + rva;
    const IMAGE_SECTION_HEADER *section = NULL;
    PVOID data = api_ImageRvaToVa(headers, Base, rva, &section);
    if (FoundHeader)
        *FoundHeader = section;
    return data;
}

API(dbghelp imagehlp, PVOID, ImageDirectoryEntryToData, PVOID Base, BOOLEAN MappedAsImage, USHORT DirectoryEntry,
    ULONG *Size) {
    return api_ImageDirectoryEntryToDataEx(Base, MappedAsImage, DirectoryEntry, Size, NULL);
}

/* The sum of the file's words, without the field that holds it, and its length. */
API(imagehlp, IMAGE_NT_HEADERS *, CheckSumMappedFile, PVOID BaseAddress, DWORD FileLength, LPDWORD HeaderSum,
    LPDWORD CheckSum) {
    const BYTE *bytes = BaseAddress;
    uint64_t sum = 0;
    IMAGE_NT_HEADERS *headers = api_ImageNtHeader(BaseAddress);
    size_t field = headers ? (size_t)(headers->OptionalHeader + CHECK_SUM - bytes) : SIZE_MAX;
    for (DWORD i = 0; i < FileLength; i += 2) {
        bool is_own = i - field < 4;
        sum += is_own ? 0 : bytes[i] | (i + 1 < FileLength ? (unsigned)bytes[i + 1] << 8 : 0);
    }
    while (sum >> 16)
        sum = (sum & 0xFFFF) + (sum >> 16);
    *CheckSum = (DWORD)sum + FileLength;
    *HeaderSum = headers ? dword_at(bytes + field) : 0;
    return headers;
}

static BOOL ensure_folder(const char *path) {
    enum { FILE_ATTRIBUTE_DIRECTORY = 0x10 };
    DWORD attributes = api_GetFileAttributesA(path);
    if (attributes == (DWORD)-1)
        return api_CreateDirectoryA(path, NULL);
    return attributes & FILE_ATTRIBUTE_DIRECTORY ? TRUE : fail(ERROR_DIRECTORY);
}

/* All folders of a path up to its last backslash ("MakeSureDirectoryPathExists function"). */
API(dbghelp imagehlp, BOOL, MakeSureDirectoryPathExists, LPCSTR DirPath) {
    char path[1024];
    size_t length = strnlen(DirPath, sizeof path);
    if (length == sizeof path)
        return fail(ERROR_FILENAME_EXCED_RANGE);
    for (size_t i = 1; i < length; i++) {
        bool ends_name = (DirPath[i] == '\\' || DirPath[i] == '/') && DirPath[i - 1] != ':' && DirPath[i - 1] != '\\';
        memcpy(path, DirPath, i);
        path[i] = 0;
        if (ends_name && !ensure_folder(path))
            return FALSE;
    }
    return TRUE;
}
