// flags: -lntdll
// Views that are larger than their file, and grow with it, as databases use them.
#include <windows.h>
#include <winternl.h>

#include "fixture.h"

enum { PAGE = 4096, VIEW = 1 << 20 };

typedef NTSTATUS(NTAPI *CREATE)(HANDLE *, ACCESS_MASK, PVOID, LARGE_INTEGER *, ULONG, ULONG, HANDLE);
typedef NTSTATUS(NTAPI *MAP)(HANDLE, HANDLE, PVOID *, ULONG_PTR, SIZE_T, LARGE_INTEGER *, SIZE_T *, DWORD, ULONG, ULONG);

static void write_at(HANDLE file, DWORD offset, const char *text)
{
    DWORD done;
    OVERLAPPED place = {.Offset = offset};
    check(WriteFile(file, text, (DWORD)lstrlenA(text), &done, &place));
}

static void grow(HANDLE file, HANDLE section, DWORD protection, MAP map)
{
    char *view = NULL;
    SIZE_T size = VIEW;
    NTSTATUS status = map(section, GetCurrentProcess(), (PVOID *)&view, 0, 0, NULL, &size, 2, 0, protection);
    say("larger than the file: %x", status);
    view = NULL;
    size = VIEW;
    status = map(section, GetCurrentProcess(), (PVOID *)&view, 0, 0, NULL, &size, 2, MEM_RESERVE, protection);
    // Wine reports: reserved: c000001f
    // documented: reserved: 0     (Microsoft, "ZwMapViewOfSection function": MEM_RESERVE)
    say("reserved: %x", status);
    if (status)
        return;
    check(size == VIEW && !lstrcmpA(view, "beginning"));
    char *page = VirtualAlloc(view + 8 * PAGE, 2 * PAGE, MEM_COMMIT, protection);
    check(page == view + 8 * PAGE && GetFileSize(file, NULL) >= 8 * PAGE);
    write_at(file, 8 * PAGE, "later");
    check(!lstrcmpA(page, "later"));
    lstrcpyA(page + PAGE, "by the view");
    write_at(file, 20 * PAGE, "by writing alone");
    check(!lstrcmpA(view + 20 * PAGE, "by writing alone"));
    SetLastError(0);
    check(!VirtualAlloc(view + VIEW - PAGE, 2 * PAGE, MEM_COMMIT, protection) && GetLastError() == ERROR_INVALID_ADDRESS);
    check(UnmapViewOfFile(view));
}

PROGRAM
{
    HMODULE ntdll = GetModuleHandleW(L"ntdll.dll");
    CREATE create = (CREATE)(void *)GetProcAddress(ntdll, "NtCreateSection");
    MAP map = (MAP)(void *)GetProcAddress(ntdll, "NtMapViewOfSection");
    WCHAR folder[MAX_PATH], path[MAX_PATH];
    HANDLE section;
    GetTempPathW(MAX_PATH, folder);
    check(GetTempFileNameW(folder, L"grw", 0, path));
    HANDLE file = CreateFileW(path, GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, CREATE_ALWAYS,
                              FILE_FLAG_DELETE_ON_CLOSE, NULL);
    write_at(file, 0, "beginning");
    check(!create(&section, SECTION_ALL_ACCESS, NULL, NULL, PAGE_READWRITE, SEC_RESERVE, file));
    grow(file, section, PAGE_READWRITE, map);
    NtClose(section);
    CloseHandle(file);
    return 0;
}
