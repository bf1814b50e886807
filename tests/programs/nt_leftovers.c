// Small functions of ntdll that run-time libraries and tools call.
// flags: -lntdll
#include <windows.h>
#include <winternl.h>

#include "fixture.h"

#define NT(...) NTSYSAPI NTSTATUS NTAPI __VA_ARGS__
NT(RtlQueryEnvironmentVariable(void *, const WCHAR *, SIZE_T, WCHAR *, SIZE_T, SIZE_T *));
NT(RtlUpcaseUnicodeStringToOemString(STRING *, const UNICODE_STRING *, BOOLEAN));
NT(RtlSetThreadErrorMode(ULONG, ULONG *));
NT(NtLockVirtualMemory(HANDLE, void **, SIZE_T *, ULONG));
NT(NtUnlockVirtualMemory(HANDLE, void **, SIZE_T *, ULONG));
NT(RtlQueryTimeZoneInformation(void *));
NTSYSAPI BOOLEAN NTAPI RtlGetNtProductType(ULONG *);
NTSYSAPI ULONG NTAPI RtlGetNtGlobalFlags(void);
NTSYSAPI BOOLEAN NTAPI RtlEqualLuid(const LUID *, const LUID *);
NTSYSAPI void NTAPI RtlCopyLuid(LUID *, const LUID *);
NTSYSAPI ULONG NTAPI DbgPrint(const char *, ...);

static void environment(void)
{
    WCHAR value[20];
    SIZE_T size = 7;
    SetEnvironmentVariableW(L"LEFTOVER", L"value");
    say("query: %x", RtlQueryEnvironmentVariable(NULL, L"LEFTOVER and more", 8, value, 20, &size));
    say("%ls %u", value, (unsigned)size);
    say("without a zero: %x", RtlQueryEnvironmentVariable(NULL, L"LEFTOVER", 8, value, 5, &size));
    say("too small: %x", RtlQueryEnvironmentVariable(NULL, L"LEFTOVER", 8, value, 4, &size));
    say("needs %u", (unsigned)size);
    say("missing: %x", RtlQueryEnvironmentVariable(NULL, L"NO SUCH ONE", 11, value, 20, &size));
}

static void short_name(const WCHAR *name)
{
    char oem[14] = "";
    BOOL spaces = 9, legal = 9;
    BOOL done = CheckNameLegalDOS8Dot3W(name, oem, sizeof oem, &spaces, &legal);
    if (done && legal)
        say("%ls: legal, %s, spaces %d", name, oem, spaces);
    else
        say("%ls: %d, legal %d", name, done, legal);
}

PROGRAM
{
    environment();
    static const WCHAR *const names[] = {L"file.txt", L"longername.txt", L"a.html", L"a b.c", L".", L"..", L"a.", L".a",
                                         L"a.b.c", L"a+b", L"12345678.123"};
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
        short_name(names[i]);
    UNICODE_STRING text;
    STRING oem;
    RtlInitUnicodeString(&text, L"Mixed Case");
    check(RtlUpcaseUnicodeStringToOemString(&oem, &text, TRUE) == 0);
    say("%s", oem.Buffer);
    RtlFreeOemString(&oem);
    ULONG mode = 99, type = 0;
    check(RtlSetThreadErrorMode(0x10, &mode) == 0);
    say("error mode %u, now %u", mode, GetThreadErrorMode());
    void *address = &mode;
    SIZE_T size = 4;
    check(NtLockVirtualMemory(GetCurrentProcess(), &address, &size, 1) == 0);
    say("locked %u at %u", (unsigned)size, (unsigned)((size_t)address & 4095));
    check(NtUnlockVirtualMemory(GetCurrentProcess(), &address, &size, 1) == 0);
    say("product %d %u, flags %x", RtlGetNtProductType(&type), type, RtlGetNtGlobalFlags());
    LUID one = {1, 2}, other = {0};
    RtlCopyLuid(&other, &one);
    say("equal %d", RtlEqualLuid(&one, &other));
    say("printed %x", DbgPrint("%d of %s\n", 1, "these"));
    return 0;
}
