// A file whose bytes are mapped is not cut; a volume's handle is no file's.
#include <windows.h>

#include "fixture.h"

static WCHAR path[MAX_PATH];

static HANDLE open_file(DWORD disposition)
{
    return CreateFileW(path, GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, disposition, 0, NULL);
}

static void set_size(const char *what, HANDLE file, LONG size)
{
    SetFilePointer(file, size, NULL, FILE_BEGIN);
    BOOL ok = SetEndOfFile(file);
    DWORD error = ok ? 0 : GetLastError();
    say("%s: %d %u, %u bytes", what, ok, error, GetFileSize(file, NULL));
}

static void empty(const char *what, DWORD disposition)
{
    HANDLE file = open_file(disposition);
    DWORD error = GetLastError();
    say("%s: %u", what, file == INVALID_HANDLE_VALUE ? error : 0);
    CloseHandle(file);
}

static void mapped(void)
{
    HANDLE file = open_file(CREATE_ALWAYS);
    set_size("not mapped", file, 10000);
    HANDLE large = CreateFileMappingW(file, NULL, PAGE_READWRITE, 0, 0, NULL);
    HANDLE small = CreateFileMappingW(file, NULL, PAGE_READONLY, 0, 4096, NULL);
    check(large && small);
    set_size("cut with sections", file, 100);
    set_size("longer", file, 30000);
    FILE_END_OF_FILE_INFO end = {{{200, 0}}};
    SetLastError(0);
    say("by information: %d", SetFileInformationByHandle(file, FileEndOfFileInfo, &end, sizeof end));
    say("error %u", GetLastError());
    empty("create always", CREATE_ALWAYS);
    empty("truncate", TRUNCATE_EXISTING);
    empty("open", OPEN_EXISTING);
    char *view = MapViewOfFile(large, FILE_MAP_READ | FILE_MAP_WRITE, 0, 0, 0);
    check(view != NULL);
    CloseHandle(large);
    CloseHandle(small);
    view[9000] = 'x';
    set_size("cut with a view", file, 100);
    say("still there: %c", view[9000]);
    UnmapViewOfFile(view);
    set_size("cut after all", file, 100);
    CloseHandle(file);
    file = open_file(OPEN_EXISTING);
    large = CreateFileMappingW(file, NULL, PAGE_READONLY, 0, 0, NULL);
    CloseHandle(file);
    empty("with a section and no handle", CREATE_ALWAYS);
    CloseHandle(large);
    empty("without", CREATE_ALWAYS);
    check(DeleteFileW(path));
}

static void map(const char *what, HANDLE section, SIZE_T size)
{
    void *view = MapViewOfFile(section, FILE_MAP_READ, 0, 0, size);
    DWORD error = GetLastError();
    say("%s: %u", what, view ? 0 : error);
    UnmapViewOfFile(view);
}

/* Memory is there in pages. */
static void sizes(void)
{
    HANDLE memory = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 100, NULL);
    map("memory", memory, 100);
    map("its page", memory, 4096);
    map("beyond its page", memory, 4097);
    CloseHandle(memory);
    HANDLE file = open_file(CREATE_ALWAYS);
    HANDLE section = CreateFileMappingW(file, NULL, PAGE_READWRITE, 0, 100, NULL);
    map("file", section, 100);
    map("beyond its end", section, 101);
    CloseHandle(section);
    CloseHandle(file);
    check(DeleteFileW(path));
}

static void volume(void)
{
    BY_HANDLE_FILE_INFORMATION facts;
    FILE_STANDARD_INFO standard;
    HANDLE volume = CreateFileW(L"\\\\.\\C:", 0, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING,
                                FILE_FLAG_BACKUP_SEMANTICS, NULL);
    check(volume != INVALID_HANDLE_VALUE);
    say("volume: %d", GetFileInformationByHandle(volume, &facts));
    say("standard: %d", GetFileInformationByHandleEx(volume, FileStandardInfo, &standard, sizeof standard));
    CloseHandle(volume);
}

/* A section of the paging file has whole pages. */
static void paging_file(void)
{
    WCHAR name[64];
    MEMORY_BASIC_INFORMATION region;
    wsprintfW(name, L"windlass-test-paging-file-%lu", GetCurrentProcessId());
    HANDLE section = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 512, name);
    HANDLE again = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 4096, name);
    check(section && again && GetLastError() == ERROR_ALREADY_EXISTS);
    char *view = MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 512);
    check(view && VirtualQuery(view, &region, sizeof region));
    view[511] = 'x';
    char *page = MapViewOfFile(again, FILE_MAP_WRITE, 0, 0, 4096);
    say("512 bytes: %lu, a page of them: %d %c", (DWORD)region.RegionSize, page != NULL, page ? page[511] : 0);
    SetLastError(0);
    view = MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 4097);
    say("more than a page: %d %lu", view != NULL, GetLastError());
    CloseHandle(section);
    CloseHandle(again);
}

PROGRAM
{
    WCHAR folder[MAX_PATH];
    GetTempPathW(MAX_PATH, folder);
    GetTempFileNameW(folder, L"map", 0, path);
    mapped();
    sizes();
    volume();
    paging_file();
    return 0;
}
