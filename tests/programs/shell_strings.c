// flags: -lshlwapi -lole32
// The Shell's string functions.
#include <windows.h>
#include <shlwapi.h>

#include "fixture.h"

static int sign(int value) { return (value > 0) - (value < 0); }

static int place(const char *text, const char *found) { return found ? (int)(found - text) : -1; }
static int wplace(const WCHAR *text, const WCHAR *found) { return found ? (int)(found - text) : -1; }

static void characters(void)
{
    const char *text = "one Two one";
    const WCHAR *wide = L"one Two \u00e9one\u00c9";
    say("StrChr %d %d %d %d", place(text, StrChrA(text, 'o')), place(text, StrChrA(text, 't')),
        place(text, StrChrA(text, 0)), place(text, StrChrA(text, 'T')));
    say("StrChrI %d %d %d", place(text, StrChrIA(text, 't')), place(text, StrChrIA(text, 'x')),
        wplace(wide, StrChrIW(wide, 0xc9)));
    // Wine reports: StrRChr 8 8 8
    // documented: StrRChr 8 6 8     (Microsoft, "StrRChrA function": the search stops with the preceding character)
    say("StrRChr %d %d %d", place(text, StrRChrA(text, NULL, 'o')), place(text, StrRChrA(text, text + 8, 'o')),
        wplace(wide, StrRChrW(wide, NULL, 0xe9)));
    say("StrRChrI %d %d", place(text, StrRChrIA(text, NULL, 'O')), wplace(wide, StrRChrIW(wide, NULL, 0xe9)));
    say("StrSpn %d %d %d", StrSpnA(text, "eno"), StrSpnA(text, "x"), StrSpnA(text, ""));
    say("StrCSpn %d %d %d", StrCSpnA(text, " "), StrCSpnA(text, "T"), StrCSpnA(text, "xyz"));
    say("StrCSpnI %d %d", StrCSpnIA(text, "t"), StrCSpnIW(wide, L"W"));
    say("StrPBrk %d %d", place(text, StrPBrkA(text, "wT")), place(text, StrPBrkA(text, "z")));
    say("null %d %d %d", StrChrA(NULL, 'x') == NULL, StrSpnA(NULL, "a"), StrPBrkA(NULL, "a") == NULL);
    check(StrChrNW(wide, 'T', 4) == NULL && StrChrNW(wide, 'T', 5) == wide + 4);
}

static void texts(void)
{
    const char *text = "abcABCabc";
    const WCHAR *wide = L"abcABC\u00c4bc";
    say("StrStr %d %d %d", place(text, StrStrA(text, "ABC")), place(text, StrStrA(text, "")),
        place(text, StrStrA(text, "abd")));
    say("StrStrI %d %d %d", place(text, StrStrIA(text, "CABC")), wplace(wide, StrStrIW(wide, L"C\u00e4")),
        wplace(wide, StrStrIW(wide, L"")));
    say("StrRStrI %d %d %d", place(text, StrRStrIA(text, NULL, "ABC")), place(text, StrRStrIA(text, text + 6, "abc")),
        place(text, StrRStrIA(text, text + 5, "CAB")));
    say("StrStrN %d %d %d", wplace(wide, StrStrNW(wide, L"ABC", 5)), wplace(wide, StrStrNW(wide, L"ABC", 6)),
        wplace(wide, StrStrNIW(wide, L"CAB", 9)));
}

static void comparisons(void)
{
    // Wine reports: StrCmpN 0 -1 -1 -1
    // documented: StrCmpN 0 -1 -1 1     (Microsoft, "StrCmpNA function": positive, if the first is greater)
    say("StrCmpN %d %d %d %d", sign(StrCmpNA("abc", "abd", 2)), sign(StrCmpNA("abc", "abd", 3)),
        sign(StrCmpNA("a", "A", 1)), sign(StrCmpNA("ab", "a", 5)));
    say("StrCmpNI %d %d", sign(StrCmpNIA("ABC", "abd", 2)), sign(StrCmpNIW(L"\u00e9", L"\u00c9", 1)));
    say("StrCmp %d %d %d", sign(StrCmpW(L"a", L"B")), sign(StrCmpW(L"a", L"A")), sign(StrCmpIW(L"x", L"X")));
    // Wine reports: C -1 1 0 0
    // documented: C 1 1 0 1     (Microsoft, "StrCmpNICA function": C run-time, ASCII comparison)
    say("C %d %d %d %d", sign(StrCmpNCW(L"a", L"B", 1)), StrCmpNCW(L"ab", L"ac", 2) < 0, StrCmpNICW(L"aB", L"Ab", 2),
        sign(StrCmpNICW(L"\u00e9", L"\u00c9", 1)));
    say("C %d %d", sign(StrCmpCW(L"abc", L"abc")), sign(StrCmpICW(L"ABC", L"abcd")));
    say("equal %d %d %d", StrIsIntlEqualA(TRUE, "abc", "ABC", 3), StrIsIntlEqualA(FALSE, "abc", "ABC", 3),
        IntlStrEqWorkerW(TRUE, L"abcd", L"abce", 3));
    say("ChrCmpI %d %d", ChrCmpIA('a', 'A') != 0, ChrCmpIA('a', 'b') != 0);
    say("logical %d %d %d %d", StrCmpLogicalW(L"file2", L"file10"), StrCmpLogicalW(L"file10", L"file2"),
        StrCmpLogicalW(L"FILE1", L"file1"), StrCmpLogicalW(L"a1b", L"a1"));
    say("logical %d %d %d", StrCmpLogicalW(L"", L""), StrCmpLogicalW(L"1", L"a"), StrCmpLogicalW(NULL, L"a"));
}

static void trimmed(const char *text, const char *set)
{
    char buffer[40];
    lstrcpyA(buffer, text);
    int result = StrTrimA(buffer, set);
    say("StrTrim '%s' %d", buffer, result);
}

static void copies(void)
{
    char buffer[10] = "abc";
    WCHAR wide[10] = L"abc", *copy;
    trimmed("  abc  ", " ");
    trimmed("abc", " ");
    trimmed("    ", " ");
    trimmed("xayax", "ax");
    say("StrNCat '%s'", StrNCatA(buffer, "defgh", 3));
    say("StrCatBuff '%s'", StrCatBuffA(buffer, "123456789", 10));
    say("StrCatBuff '%ls'", StrCatBuffW(wide, L"x", 3));
    say("StrCpyN '%ls'", StrCpyNW(wide, L"123456789", 4));
    say("chain %u '%ls'", StrCatChainW(wide, 10, -1, L"xyz"), wide);
    say("chain %u '%ls'", StrCatChainW(wide, 10, 6, L"longer"), wide);
    copy = StrDupW(L"kept");
    say("StrDup '%ls' %u", copy, (unsigned)LocalSize(copy));
    LocalFree(copy);
    say("SHStrDup %x '%ls'", SHStrDupA("shell", &copy), copy);
    CoTaskMemFree(copy);
    say("to unicode %d '%ls'", SHAnsiToUnicode("ansi", wide, 10), wide);
    // Wine reports: cut to unicode 0 'ansi'
    // documented: cut to unicode 3 'an'     (Microsoft, "SHAnsiToUnicode function": truncated to fit the buffer)
    say("cut to unicode %d '%ls'", SHAnsiToUnicode("ansi", wide, 3), wide);
    say("to ansi %d '%s'", SHUnicodeToAnsi(L"text", buffer, 10), buffer);
    say("to ansi %d '%s'", SHUnicodeToAnsi(L"text", buffer, 3), buffer);
}

static void number(const char *text)
{
    int value = 77, hexadecimal = 77;
    LONGLONG large = 77;
    int found = StrToIntExA(text, STIF_DEFAULT, &value), found_hex = StrToIntExA(text, STIF_SUPPORT_HEX, &hexadecimal);
    int found_large = StrToInt64ExA(text, STIF_DEFAULT, &large);
    say("'%s' %d: %d %d: %d %d: %d %lld", text, StrToIntA(text), found, value, found_hex, hexadecimal, found_large, large);
}

PROGRAM
{
    static const char *const numbers[] = {"12", "-12", " 12", "+12", "0x1F", "-0x10", "abc", "", "12abc", "4294967297",
                                          "\t7", "- 5", "0x", "99999999999"};
    characters();
    texts();
    comparisons();
    copies();
    for (unsigned i = 0; i < sizeof numbers / sizeof *numbers; i++)
        number(numbers[i]);
    return 0;
}
