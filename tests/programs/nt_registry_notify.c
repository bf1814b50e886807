// flags: -lntdll
// Changes of a key told by the native calls: by an event, and by a routine.
#include <windows.h>
#include <winternl.h>

#include "fixture.h"

#define PLACE "Software\\windlass-notify-test"

typedef NTSTATUS(NTAPI *NOTIFY)(HANDLE, ULONG, PVOID, HANDLE, PIO_APC_ROUTINE, PVOID, IO_STATUS_BLOCK *, ULONG, BOOLEAN,
                                PVOID, ULONG, BOOLEAN);

static IO_STATUS_BLOCK block;
static unsigned calls;

static void NTAPI on_change(PVOID context, IO_STATUS_BLOCK *told, ULONG reserved)
{
    calls++;
    check(context == (PVOID)&calls && told == &block && !reserved);
}

static void change(HKEY key, DWORD value)
{
    check(!RegSetValueExA(key, "value", 0, REG_DWORD, (const BYTE *)&value, sizeof value));
}

PROGRAM
{
    HKEY key, below;
    HANDLE event = CreateEventA(NULL, FALSE, FALSE, NULL);
    NOTIFY notify = (NOTIFY)(void *)GetProcAddress(GetModuleHandleW(L"ntdll.dll"), "NtNotifyChangeMultipleKeys");
    check(notify != NULL);
    RegCreateKeyExA(HKEY_CURRENT_USER, PLACE, 0, NULL, 0, KEY_ALL_ACCESS, NULL, &key, NULL);
    RegCreateKeyExA(key, "below", 0, NULL, 0, KEY_ALL_ACCESS, NULL, &below, NULL);
    block = (IO_STATUS_BLOCK){{1}, 9};
    say("event %x", notify(key, 0, NULL, event, NULL, NULL, &block, REG_NOTIFY_CHANGE_LAST_SET, TRUE, NULL, 0, TRUE));
    say("wait %lu", (unsigned long)WaitForSingleObject(event, 0));
    change(below, 1);
    say("wait %lu", (unsigned long)WaitForSingleObject(event, 1000));
    // Wine reports: told 1 9
    // documented: told 10c 0     (Microsoft, "ZwNotifyChangeKey function": IoStatusBlock; STATUS_NOTIFY_ENUM_DIR)
    say("told %x %u", block.Status, (unsigned)block.Information);
    // Wine reports: routine c0000008
    // documented: routine 103     (Microsoft, "ZwNotifyChangeKey function": ApcRoutine)
    say("routine %x", notify(key, 0, NULL, NULL, on_change, &calls, &block, REG_NOTIFY_CHANGE_LAST_SET, TRUE, NULL, 0, TRUE));
    change(below, 2);
    check(!calls);
    // Wine reports: alertable 0, calls 0
    // documented: alertable c0, calls 1     (Microsoft, "ZwNotifyChangeKey function": ApcRoutine)
    DWORD slept = SleepEx(50, TRUE);
    say("alertable %lx, calls %u", (unsigned long)slept, calls);
    change(below, 3);
    slept = SleepEx(0, TRUE);
    // Wine reports: once: 0, calls 0
    // documented: once: 0, calls 1     (Microsoft, "ZwNotifyChangeKey function": ApcRoutine)
    say("once: %lx, calls %u", (unsigned long)slept, calls);
    RegCloseKey(below);
    RegCloseKey(key);
    CloseHandle(event);
    return RegDeleteTreeA(HKEY_CURRENT_USER, PLACE);
}
