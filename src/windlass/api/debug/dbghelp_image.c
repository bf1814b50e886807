/* dbghelp and imagehlp: headers of images, mapped as such or as plain files ("ImageDirectoryEntryToDataEx function",
 * "CheckSumMappedFile function"); more of it stands in image.c. */
#include "api.h"

/* Offsets from the PE signature. */
enum { OPTIONAL_HEADER = 24, CHECK_SUM = OPTIONAL_HEADER + 64 };

API_USE(PVOID, RtlImageNtHeader, PVOID);
API_USE(PVOID, RtlImageDirectoryEntryToData, PVOID, BOOLEAN, USHORT, ULONG *);
API_USE(PVOID, RtlImageRvaToSection, const BYTE *, PVOID, ULONG);
API_USE(BOOL, CreateDirectoryA, LPCSTR, PVOID);
API_USE(DWORD, GetFileAttributesA, LPCSTR);

API(dbghelp imagehlp, BYTE *, ImageNtHeader, PVOID Base) {
    BYTE *headers = api_RtlImageNtHeader(Base);
    if (!headers)
        set_last_error(ERROR_BAD_EXE_FORMAT);
    return headers;
}

API(dbghelp imagehlp, PVOID, ImageDirectoryEntryToData, PVOID Base, BOOLEAN MappedAsImage, USHORT DirectoryEntry,
    ULONG *Size) {
    *Size = 0;
    PVOID data = api_RtlImageDirectoryEntryToData(Base, MappedAsImage, DirectoryEntry, Size);
    if (!data)
        set_last_error(api_RtlImageNtHeader((PVOID)((ULONG_PTR)Base & ~(ULONG_PTR)3)) ? ERROR_INVALID_PARAMETER
                                                                                      : ERROR_BAD_EXE_FORMAT);
    return data;
}

/* *FoundHeader: the section's header, NULL for data in the headers. */
API(dbghelp imagehlp, PVOID, ImageDirectoryEntryToDataEx, PVOID Base, BOOLEAN MappedAsImage, USHORT DirectoryEntry,
    ULONG *Size, PVOID *FoundHeader) {
    enum { MAGIC_PE32 = 0x10B, DIRECTORIES32 = 96, DIRECTORIES64 = 112 };
    PVOID data = api_ImageDirectoryEntryToData(Base, MappedAsImage, DirectoryEntry, Size);
    if (!FoundHeader)
        return data;
    *FoundHeader = NULL;
    if (data) {
        PVOID base = (PVOID)((ULONG_PTR)Base & ~(ULONG_PTR)3);
        const BYTE *headers = api_RtlImageNtHeader(base), *optional = headers + OPTIONAL_HEADER;
        bool is_pe32 = optional[0] == (MAGIC_PE32 & 0xFF) && optional[1] == MAGIC_PE32 >> 8;
        DWORD rva;
        memcpy(&rva, optional + (is_pe32 ? DIRECTORIES32 : DIRECTORIES64) + 8 * DirectoryEntry, sizeof rva);
        *FoundHeader = api_RtlImageRvaToSection(headers, base, rva);
    }
    return data;
}

/* The sum of the file's words, without the field that holds it, and its length. */
API(imagehlp, BYTE *, CheckSumMappedFile, PVOID BaseAddress, DWORD FileLength, LPDWORD HeaderSum,
    LPDWORD CheckSum) {
    const BYTE *bytes = BaseAddress;
    uint64_t sum = 0;
    BYTE *headers = api_ImageNtHeader(BaseAddress);
    size_t field = headers ? (size_t)(headers + CHECK_SUM - bytes) : SIZE_MAX;
    for (DWORD i = 0; i < FileLength; i += 2) {
        bool is_own = i - field < 4;
        sum += is_own ? 0 : bytes[i] | (i + 1 < FileLength ? (unsigned)bytes[i + 1] << 8 : 0);
    }
    while (sum >> 16)
        sum = (sum & 0xFFFF) + (sum >> 16);
    *CheckSum = (DWORD)sum + FileLength;
    *HeaderSum = 0;
    if (headers)
        memcpy(HeaderSum, bytes + field, sizeof *HeaderSum);
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
