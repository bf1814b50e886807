// build: freestanding
// A handle that has locked a range exclusively can lock it shared as well, and then unlock the exclusive one.
#include <windows.h>
#include "fixture.h"

static HANDLE open_file(const WCHAR *name)
{
    return CreateFileW(name, GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_ALWAYS, 0, NULL);
}

static int locks(HANDLE file, DWORD flags)
{
    static OVERLAPPED range;
    return LockFileEx(file, flags | LOCKFILE_FAIL_IMMEDIATELY, 0, 10, 0, &range) ? 0 : (int)GetLastError();
}

static int unlocks(HANDLE file)
{
    static OVERLAPPED range;
    return UnlockFileEx(file, 0, 10, 0, &range) ? 0 : (int)GetLastError();
}

PROGRAM
{
    static WCHAR folder[MAX_PATH], name[MAX_PATH];
    HANDLE one, other;
    GetTempPathW(MAX_PATH, folder);
    check(GetTempFileNameW(folder, L"wl", 0, name));
    one = open_file(name), other = open_file(name);
    say("exclusive %d, shared too %d", locks(one, LOCKFILE_EXCLUSIVE_LOCK), locks(one, 0));
    say("exclusive again %d", locks(one, LOCKFILE_EXCLUSIVE_LOCK));
    say("the other: shared %d", locks(other, 0));
    say("unlocked %d", unlocks(one));
    say("the other: exclusive %d, shared %d", locks(other, LOCKFILE_EXCLUSIVE_LOCK), locks(other, 0));
    say("unlocked %d", unlocks(one));
    check(unlocks(one) != 0);
    say("the other: unlocked %d, exclusive %d", unlocks(other), locks(other, LOCKFILE_EXCLUSIVE_LOCK));
    CloseHandle(one);
    CloseHandle(other);
    check(DeleteFileW(name));
    return 0;
}
