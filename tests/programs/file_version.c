// flags: -lversion
// Version information of this very file, of system DLLs and of what is none.
#include <windows.h>

#include "fixture.h"

__asm__(".section .rsrc$01,\"dr\"\n"
        ".long 0, 0\n.short 0, 0, 0, 1\n.long 16, 0x80000018\n" /* type 16 */
        ".long 0, 0\n.short 0, 0, 0, 1\n.long 1, 0x80000030\n"  /* name 1 */
        ".long 0, 0\n.short 0, 0, 0, 1\n.long 0x409, 0x48\n"    /* language */
        ".rva version_block\n.long 0x148, 0, 0\n"
        ".text");

__attribute__((used, section(".rsrc$02"), aligned(4))) const struct {
    WORD size, length, type;
    WCHAR key[16];
    WORD pad;
    VS_FIXEDFILEINFO fixed;
    struct { WORD size, length, type; WCHAR key[15]; } strings;
    struct { WORD size, length, type; WCHAR key[9]; } table;
    struct { WORD size, length, type; WCHAR key[12]; WORD pad; WCHAR value[10]; } product;
    struct { WORD size, length, type; WCHAR key[8]; WORD pad; } empty;
    struct { WORD size, length, type; WCHAR key[8]; WORD pad; WCHAR value[4]; } accent;
    struct { WORD size, length, type; WCHAR key[12]; WORD pad; } variables;
    struct { WORD size, length, type; WCHAR key[12]; WORD pad; WORD value[2]; } translation;
} version_block = {
    sizeof version_block, sizeof(VS_FIXEDFILEINFO), 0, L"VS_VERSION_INFO", 0,
    {0xFEEF04BD, 0x10000, 0x10002, 0x30004, 0x50006, 0x70008, 0x3f, 1, 0x40004, 2, 0, 0, 0},
    {36 + 24 + 52 + 24 + 32, 0, 1, L"StringFileInfo"},
    {24 + 52 + 24 + 32, 0, 1, L"040904B0"},
    {52, 10, 1, L"ProductName", 0, L"Windlass!"},
    {24, 0, 1, L"Comment", 0},
    {32, 4, 1, L"Details", 0, {0xe4, 0x20ac, 'x', 0}},
    {32 + 36, 0, 1, L"VarFileInfo", 0},
    {36, 4, 0, L"Translation", 0, {0x409, 1200}},
};

static char buffer[4096];

static void query(const char *path)
{
    void *value = (void *)1;
    UINT length = 77;
    SetLastError(0);
    if (!VerQueryValueA(buffer, path, &value, &length))
        say("A %s: error %u, length %u", path, GetLastError(), length);
    else if (length == 4)
        say("A %s: %x", path, *(DWORD *)value);
    else
        say("A %s: '%s' length %u", path, length ? (char *)value : "", length);
}

static void query_wide(const WCHAR *path)
{
    void *value = (void *)1;
    UINT length = 77;
    SetLastError(0);
    if (!VerQueryValueW(buffer, path, &value, &length))
        say("W %ls: error %u, length %u", path, GetLastError(), length);
    else if (length == 4 && path[1] == 'V')
        say("W %ls: %x", path, *(DWORD *)value);
    else
        say("W %ls: '%ls' length %u", path, length ? (WCHAR *)value : L"", length);
}

static void failures(void)
{
    DWORD handle = 5;
    SetLastError(0);
    say("missing: %u handle %u error %u", GetFileVersionInfoSizeA("Z:\\no\\such\\file.dll", &handle), handle,
        GetLastError());
    SetLastError(0);
    say("missing name: %u error %u", GetFileVersionInfoSizeW(L"no-such-file.dll", NULL), GetLastError());
    SetLastError(0);
    say("get missing: %d error %u", GetFileVersionInfoA("Z:\\no\\such\\file.dll", 0, 100, buffer), GetLastError());
    SetLastError(0);
    say("no buffer: %d error %u", GetFileVersionInfoA("kernel32.dll", 0, 100, NULL), GetLastError());
}

static void system_dll(void)
{
    VS_FIXEDFILEINFO *fixed;
    UINT length = 0;
    DWORD size = GetFileVersionInfoSizeA("kernel32.dll", NULL);
    check(size > 200 && size < sizeof buffer);
    check(GetFileVersionInfoA("kernel32.dll", 0, sizeof buffer, buffer));
    check(VerQueryValueA(buffer, "\\", (void **)&fixed, &length));
    say("kernel32: %u %x type %u", length, fixed->dwSignature, fixed->dwFileType);
}

PROGRAM
{
    WCHAR path[MAX_PATH], name[80];
    char narrow[80];
    VS_FIXEDFILEINFO *fixed;
    UINT length = 0;
    DWORD handle = 9;
    GetModuleFileNameW(GetModuleHandleW(L"file_version.dll"), path, MAX_PATH);
    say("block %u", (unsigned)sizeof version_block);
    DWORD size = GetFileVersionInfoSizeW(path, &handle);
    say("size is enough %d, handle %u", size >= 2 * sizeof version_block, handle);
    say("get %d", GetFileVersionInfoW(path, 0, size, buffer));
    check(VerQueryValueW(buffer, L"\\", (void **)&fixed, &length));
    say("fixed %u: %x %x.%x %x", length, fixed->dwSignature, fixed->dwFileVersionMS, fixed->dwFileVersionLS,
        fixed->dwFileFlagsMask);
    query_wide(L"\\VarFileInfo\\Translation");
    query_wide(L"\\StringFileInfo\\040904b0\\ProductName");
    query_wide(L"\\stringfileinfo\\040904B0\\productname");
    query_wide(L"StringFileInfo\\040904B0\\ProductName");
    query_wide(L"\\StringFileInfo\\040904B0\\Details");
    query_wide(L"\\StringFileInfo\\040904B0\\Comment");
    query_wide(L"\\StringFileInfo\\040904B0\\Nothing");
    query_wide(L"\\StringFileInfo\\040704B0\\ProductName");
    query("\\VarFileInfo\\Translation");
    query("\\StringFileInfo\\040904b0\\ProductName");
    query("\\StringFileInfo\\040904B0\\Nothing");
    query("\\StringFileInfo\\040904B0\\ProductName");
    failures();
    system_dll();
    // Wine reports: 8 English
    // documented: 23 English (United States)     (Microsoft, "VerLanguageNameW function")
    say("%u %ls", VerLanguageNameW(0x409, name, 80), name);
    // Wine reports: English without language
    // documented: Language Neutral without language     (Microsoft, "VerLanguageNameW function")
    check(VerLanguageNameA(0, narrow, 80) != 0);
    say("%s without language", narrow);
    return 0;
}
