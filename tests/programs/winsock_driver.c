// Winsock's driver and the mount manager as files, by the names that the system has for them.
// build: freestanding
#include "fixture.h"

__declspec(dllimport) void *CreateFileW(const wchar_t *, unsigned, unsigned, void *, unsigned, unsigned, void *);
__declspec(dllimport) int CloseHandle(void *);
__declspec(dllimport) void *CreateIoCompletionPort(void *, void *, unsigned long long, unsigned);
__declspec(dllimport) unsigned GetLastError(void);

static void *open_driver(const wchar_t *name, unsigned flags)
{
    void *handle = CreateFileW(name, 0x00100000, 3, 0, 3, flags, 0);
    if (handle == (void *)-1) {
        say("%ls: error %u", name, GetLastError());
        return 0;
    }
    say("opened");
    return handle;
}

PROGRAM
{
    void *driver = open_driver(L"\\\\.\\GLOBALROOT\\Device\\Afd\\Name", 0x40000000);
    void *port = CreateIoCompletionPort(driver, 0, 1, 0);
    say("port %d", port != 0);
    CloseHandle(driver);
    CloseHandle(port);
    CloseHandle(open_driver(L"\\\\.\\MountPointManager", 0));
    open_driver(L"\\\\.\\GLOBALROOT\\Device\\NoSuchDevice", 0);
    return 0;
}
