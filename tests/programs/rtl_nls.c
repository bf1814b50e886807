// ntdll's functions of locales, normalisation and domain names.
#include <windows.h>
#include <winternl.h>

#include "fixture.h"

typedef LONG (NTAPI *convert)(ULONG, const WCHAR *, INT, WCHAR *, INT *);

static HMODULE ntdll;
#define NT(name) ((void *)GetProcAddress(ntdll, name))

static void converted(const char *name, ULONG first, const WCHAR *text, INT length, INT room)
{
    WCHAR result[40] = {0};
    convert function = NT(name);
    INT count = room;
    LONG status = function(first, text, length, result, &count);
    say("%s: %x, %d %ls", name, (unsigned)status, status ? 0 : count, status ? L"" : result);
}

static void names(void)
{
    LONG (NTAPI *to_number)(const WCHAR *, LCID *, ULONG) = NT("RtlLocaleNameToLcid");
    LONG (NTAPI *to_name)(LCID, UNICODE_STRING *, ULONG, UCHAR) = NT("RtlLcidToLocaleName");
    LCID number = 0;
    LONG status = to_number(L"de-DE", &number, 0);
    say("de-DE: %x %x", (unsigned)status, (unsigned)number);
    status = to_number(L"de", &number, 0);
    say("de: %x", (unsigned)status);
    status = to_number(L"de", &number, 2);
    say("de: %x %x", (unsigned)status, (unsigned)number);
    say("none: %x", (unsigned)to_number(L"none such", &number, 0));
    WCHAR buffer[20];
    UNICODE_STRING text = {0, sizeof buffer, buffer};
    status = to_name(0x40c, &text, 0, FALSE);
    say("name: %x %ls %d %d", (unsigned)status, buffer, text.Length, text.MaximumLength);
    text.MaximumLength = 4;
    say("too small: %x", (unsigned)to_name(0x40c, &text, 0, FALSE));
    status = to_name(0x409, &text, 0, TRUE);
    say("allocated: %x %ls %d", (unsigned)status, text.Buffer, text.Length);
    RtlFreeUnicodeString(&text);
    LONG (NTAPI *locale)(BOOLEAN, LCID *) = NT("NtQueryDefaultLocale");
    LONG (NTAPI *language)(LANGID *) = NT("NtQueryInstallUILanguage");
    LANGID id = 0;
    say("default %x %d", (unsigned)locale(TRUE, &number), number == GetUserDefaultLCID());
    say("language %x %d", (unsigned)language(&id), id == GetSystemDefaultUILanguage());
}

PROGRAM
{
    ntdll = GetModuleHandleA("ntdll.dll");
    converted("RtlNormalizeString", 1, L"A\x30a-", -1, 40);
    converted("RtlNormalizeString", 2, L"\xc5-", 2, 40);
    converted("RtlNormalizeString", 2, L"\xc5-", 2, 2);
    converted("RtlIdnToAscii", 0, L"b\xfc" L"cher.example", -1, 40);
    converted("RtlIdnToUnicode", 0, L"xn--bcher-kva.example", -1, 40);
    BOOLEAN normal = 9;
    LONG (NTAPI *is_normal)(ULONG, const WCHAR *, INT, BOOLEAN *) = NT("RtlIsNormalizedString");
    LONG status = is_normal(1, L"A\x30a", -1, &normal);
    say("normal: %x %d", (unsigned)status, normal);
    status = is_normal(1, L"\xc5", -1, &normal);
    say("normal: %x %d", (unsigned)status, normal);
    names();
    return 0;
}
