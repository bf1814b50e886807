// flags: -lnormaliz
// Unicode normalisation and internationalised domain names.
#include <windows.h>

#include "fixture.h"

static const WCHAR *const texts[] = {L"abc", L"\u00e9", L"e\u0301", L"\ufb01", L"\u1e9b\u0323", L"\uac00", L"A\u030a", L"\u2126"};
static const int forms[] = {1, 2, 5, 6};

static void normalized(const WCHAR *text)
{
    WCHAR out[40];
    for (int i = 0; i < 4; i++) {
        int length = NormalizeString(forms[i], text, -1, out, 40);
        say("'%ls' form %d: %d '%ls' is %d", text, forms[i], length, out, IsNormalizedString(forms[i], text, -1));
    }
}

static void domain(const WCHAR *name, DWORD flags)
{
    WCHAR ascii[100] = L"", back[100] = L"";
    SetLastError(0);
    int length = IdnToAscii(flags, name, -1, ascii, 100);
    if (length <= 0) {
        say("'%ls' %u: error %u", name, flags, GetLastError());
        return;
    }
    int returned = IdnToUnicode(flags, ascii, -1, back, 100);
    say("'%ls' %u: %d '%ls' back %d '%ls'", name, flags, length, ascii, returned, back);
}

PROGRAM
{
    static const WCHAR lone[] = {'a', 0xd800, 'b', 0};
    WCHAR out[8];
    for (unsigned i = 0; i < sizeof texts / sizeof *texts; i++)
        normalized(texts[i]);
    check(NormalizeString(NormalizationC, L"abc", 3, NULL, 0) >= 3);
    SetLastError(0);
    say("exact %d", NormalizeString(NormalizationC, L"abc", 3, out, 8));
    SetLastError(0);
    check(NormalizeString(NormalizationD, L"\u00e9\u00e9", 2, out, 3) < 0);
    say("small: error %u", GetLastError());
    SetLastError(0);
    say("lone surrogate %d error %u", NormalizeString(NormalizationC, lone, 3, out, 8) <= 0, GetLastError());
    SetLastError(0);
    // Wine reports: form 8 error 87
    // documented: form 0 error 87     (Microsoft, "NormalizeString function": less than or equal to 0)
    say("form %d error %u", NormalizeString((NORM_FORM)3, L"abc", 3, out, 8), GetLastError());
    domain(L"example.org", 0);
    domain(L"b\u00fccher.example", 0);
    domain(L"B\u00dcCHER.example", 0);
    domain(L"\u65e5\u672c.jp", 0);
    domain(L"a_b.example", 0);
    domain(L"a_b.example", IDN_USE_STD3_ASCII_RULES);
    domain(L"", 0);
    domain(L"a..b", 0);
    return 0;
}
