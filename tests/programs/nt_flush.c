// flags: -lntdll
// Flushing files by the native calls.
#include <windows.h>
#include <winternl.h>

#include "fixture.h"

typedef NTSTATUS(NTAPI *FLUSH)(HANDLE, IO_STATUS_BLOCK *);
typedef NTSTATUS(NTAPI *FLUSH_EX)(HANDLE, ULONG, PVOID, ULONG, IO_STATUS_BLOCK *);

/* Wine 8 has no NtFlushBuffersFileEx. */
static FLUSH flush;

static NTSTATUS NTAPI plainly(HANDLE file, ULONG flags, PVOID parameters, ULONG size, IO_STATUS_BLOCK *block)
{
    (void)flags, (void)parameters, (void)size;
    return flush(file, block);
}

PROGRAM
{
    HMODULE ntdll = GetModuleHandleW(L"ntdll.dll");
    flush = (FLUSH)(void *)GetProcAddress(ntdll, "NtFlushBuffersFile");
    FLUSH_EX flush_ex = (FLUSH_EX)(void *)GetProcAddress(ntdll, "NtFlushBuffersFileEx");
    check(flush && !flush_ex == !GetProcAddress(ntdll, "ZwFlushBuffersFileEx"));
    if (!flush_ex)
        flush_ex = plainly;
    WCHAR path[MAX_PATH];
    DWORD done;
    GetTempPathW(MAX_PATH, path);
    check(GetTempFileNameW(path, L"fls", 0, path));
    HANDLE file = CreateFileW(path, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, FILE_FLAG_DELETE_ON_CLOSE, NULL);
    check(WriteFile(file, "text", 4, &done, NULL));
    IO_STATUS_BLOCK block = {{1}, 99};
    say("all: %x", flush(file, &block));
    say("  status %x, information %u", block.Status, (unsigned)block.Information);
    for (ULONG flags = 0; flags <= 4; flags = flags ? flags * 2 : 1) {
        block = (IO_STATUS_BLOCK){{1}, 99};
        say("flags %u: %x", flags, flush_ex(file, flags, NULL, 0, &block));
        say("  status %x, information %u", block.Status, (unsigned)block.Information);
    }
    say("no file: %x", flush_ex((HANDLE)(ULONG_PTR)0x7fffff0, 0, NULL, 0, &block));
    CloseHandle(file);
    return 0;
}
