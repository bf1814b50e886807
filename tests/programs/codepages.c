// Conversion between code pages and UTF-16, by code pages that do not depend on the system's settings.
#include <windows.h>

#include "fixture.h"

static void to_wide(UINT page, DWORD flags, const char *text, int length)
{
    WCHAR out[64] = {0};
    SetLastError(0);
    int count = MultiByteToWideChar(page, flags, text, length, out, 63);
    say("%u %x: %d %u %ls", page, flags, count, GetLastError(), count ? out : L"");
}

static void from_wide(UINT page, DWORD flags, const WCHAR *text, int length)
{
    char out[64] = {0};
    BOOL used = 7;
    BOOL utf = page == CP_UTF8 || page == CP_UTF7;
    SetLastError(0);
    int count = WideCharToMultiByte(page, flags, text, length, out, 63, NULL, utf ? NULL : &used);
    say("%u %x: %d %u %d %s", page, flags, count, GetLastError(), used, out);
}

static void sums(UINT page)
{
    unsigned forward = 0, back = 0;
    for (int byte = 0; byte < 256; byte++) {
        char text = (char)byte;
        WCHAR wide = 0;
        if (!IsDBCSLeadByteEx(page, text) && MultiByteToWideChar(page, 0, &text, 1, &wide, 1) == 1)
            forward = forward * 31 + wide;
    }
    for (int unit = 0; unit < 0x250; unit++) {
        WCHAR wide = (WCHAR)unit;
        char bytes[4] = {0};
        int count = WideCharToMultiByte(page, WC_NO_BEST_FIT_CHARS, &wide, 1, bytes, 4, NULL, NULL);
        back = back * 31 + (BYTE)bytes[0] + (BYTE)bytes[1] * 256u + (unsigned)count;
    }
    say("%u: %08x %08x", page, forward, back);
}

static void strict(void)
{
    static const char *const texts[] = {
        "\x80", "\xa0", "\xfd", "\xff", "\x81", "\x81\x40", "\x81z", "\x81\x7f", "\xf0\x40", "\xf9\xfc", "\x85\x40",
        "\xed\x40", "\xfa\x40", "\x87\x40", "\x81\xad",
    };
    for (unsigned i = 0; i < sizeof texts / sizeof *texts; i++)
        to_wide(932, MB_ERR_INVALID_CHARS, texts[i], -1);
    to_wide(932, MB_ERR_INVALID_CHARS, "\x81\x00z", 3);
    to_wide(932, 0, "\x81\x00z", 3);
    static const UINT pages[] = {936, 949, 950, 1255, 1253, 874, 1361};
    for (unsigned i = 0; i < sizeof pages / sizeof *pages; i++) {
        unsigned refused = 0, sum = 0;
        for (unsigned byte = 0x80; byte < 0x100; byte++) {
            char text[2] = {(char)byte, 0};
            WCHAR out[4];
            if (IsDBCSLeadByteEx(pages[i], text[0]) || MultiByteToWideChar(pages[i], MB_ERR_INVALID_CHARS, text, 1, out, 4))
                continue;
            refused++;
            sum = sum * 31 + byte;
        }
        say("%u refuses %u: %08x", pages[i], refused, sum);
    }
}

PROGRAM
{
    to_wide(CP_UTF8, 0, "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", -1);
    to_wide(CP_UTF8, 0, "x\xffy\xc3", 4);
    to_wide(CP_UTF8, 0, "\xe2\x82z\xf0\x9f\x98z\xed\xa0\x80z\xc0\x80z", -1);
    to_wide(CP_UTF8, 0, "\xf4\x90\x80\x80z\xe0\x80\x80z\xf8\x88z", -1);
    to_wide(CP_UTF8, MB_ERR_INVALID_CHARS, "x\xff", 2);
    to_wide(CP_UTF8, MB_ERR_INVALID_CHARS, "x\xc3\xa9", 3);
    to_wide(CP_UTF7, 0, "+ZeVnLA-+-+2D3eAA-", -1);
    to_wide(1252, 0, "\x80\x81\xe9", -1);
    to_wide(1252, MB_ERR_INVALID_CHARS, "\x81", -1);
    to_wide(932, 0, "\x93\xfa\x96{\x81", -1);
    to_wide(932, 0, "\x93\x01z", -1);
    strict();
    to_wide(936, 0, "\xd6\xd0\x80", -1);
    to_wide(949, 0, "\xb0\xa1z", -1);
    to_wide(950, 0, "\xa4\xa4z", -1);
    to_wide(20127, 0, "a\x81", -1);
    to_wide(54321, 0, "a", -1);
    to_wide(1252, 0, "a", 0);
    to_wide(1252, 0, NULL, 1);
    to_wide(1252, 0x1000, "a", 1);

    from_wide(CP_UTF8, 0, L"a\u00e9\u20ac\U0001f600", -1);
    from_wide(CP_UTF8, 0, L"\xd800z\xdc00", 3);
    from_wide(CP_UTF8, WC_ERR_INVALID_CHARS, L"\xd800z", 2);
    from_wide(CP_UTF7, 0, L"\u65e5\u672c+1", -1);
    from_wide(1252, 0, L"\u20ac\u0100\u221e\u65e5", -1);
    from_wide(1252, WC_NO_BEST_FIT_CHARS, L"\u0100", -1);
    from_wide(1252, 0, L"\U0001f600z", -1);
    from_wide(932, 0, L"\u65e5\u672c\u2460\u2170\xff71", -1);
    from_wide(936, 0, L"\u4e2d\u20ac", -1);
    from_wide(950, 0, L"\u4e2d\u6587", -1);
    from_wide(949, 0, L"\uac00", -1);
    from_wide(20127, 0, L"a\u00e9", -1);

    char small[2];
    check(MultiByteToWideChar(CP_UTF8, 0, "abc", 3, (WCHAR *)small, 1) == 0);
    check(GetLastError() == ERROR_INSUFFICIENT_BUFFER);
    check(WideCharToMultiByte(CP_UTF8, 0, L"abc", 3, small, 2, NULL, NULL) == 0);
    check(GetLastError() == ERROR_INSUFFICIENT_BUFFER);
    check(WideCharToMultiByte(CP_UTF8, 0, L"abc", -1, NULL, 0, NULL, NULL) == 4);
    // Wine reports: default character for UTF-8: 1
    // documented: default character for UTF-8: 0     (Microsoft, "WideCharToMultiByte function")
    say("default character for UTF-8: %d", WideCharToMultiByte(CP_UTF8, 0, L"a", 1, small, 2, "?", NULL));

    static const UINT pages[] = {37, 437, 500, 737, 775, 850, 852, 855, 857, 860, 861, 862, 863, 864, 865, 866, 869,
                                 874, 875, 932, 936, 949, 950, 1026, 1250, 1251, 1252, 1253, 1254, 1255, 1256, 1257,
                                 1258, 20866, 21866, 28591, 28592, 28593, 28594, 28595, 28596, 28597, 28598, 28599,
                                 28603, 28605};
    for (unsigned i = 0; i < sizeof pages / sizeof *pages; i++)
        sums(pages[i]);
    for (unsigned i = 0; i < 5; i++) {
        static const UINT some[] = {1252, 932, CP_UTF8, CP_UTF7, 12345};
        CPINFO info = {0};
        BOOL known = GetCPInfo(some[i], &info);
        say("%u: %d %d size %u default %x lead %x-%x %x-%x", some[i], IsValidCodePage(some[i]), known,
            info.MaxCharSize, info.DefaultChar[0], info.LeadByte[0], info.LeadByte[1], info.LeadByte[2],
            info.LeadByte[3]);
    }
    return 0;
}
