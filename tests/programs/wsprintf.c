// flags: -lshlwapi -luser32
// Formatting without a C run-time.
#include <windows.h>
#include <shlwapi.h>

#include "fixture.h"

static void narrow(const char *format, ...)
{
    char text[1100], part[12] = "unchanged";
    va_list list;
    va_start(list, format);
    int length = wvsprintfA(text, format, list);
    va_end(list);
    va_start(list, format);
    int cut = wvnsprintfA(part, 6, format, list);
    va_end(list);
    say("'%s' %d '%s' %d '%s'", format, length, text, cut, part);
}

static void wide(const WCHAR *format, ...)
{
    WCHAR text[1100];
    va_list list;
    va_start(list, format);
    int length = wvsprintfW(text, format, list);
    va_end(list);
    say("'%ls' %d '%ls'", format, length, text);
}

PROGRAM
{
    char text[40];
    WCHAR other[40];
    narrow("%d %i %u", -5, 7, 3000000000u);
    narrow("%x %X %#x", 255, 255, 255);
    narrow("%5d|%-5d|%05d", 42, 42, 42);
    narrow("%s %S", "text", L"wide");
    narrow("%c%c", 'a', 'b');
    narrow("%ls|%hs", L"wide", "narrow");
    narrow("%3.2s|", "xyz");
    narrow("100%%");
    narrow("%lu %ld", 4000000000u, -1);
    narrow("%I64d %I64x", 12345678901234ll, 0xabcdef0123ll);
    narrow("%.4d", 7);
    narrow("abcdef");
    wide(L"%d %s %S", 1, L"wide", "narrow");
    wide(L"%ls|%hs|%c", L"wide", "narrow", 'c');
    wide(L"%08X", 0xbeef);
    say("%d '%s'", wsprintfA(text, "%s=%d", "x", 5), text);
    say("%d '%ls'", wsprintfW(other, L"%s=%d", L"x", 5), other);
    say("%d '%s'", wnsprintfA(text, 40, "%s", "fits"), text);
    say("%d '%ls'", wnsprintfW(other, 40, L"%s", L"fits"), other);
    return 0;
}
