// Comparing, mapping and classifying text.
#include <windows.h>

#include "fixture.h"

static const WCHAR *const words[] = {
    L"", L" ", L"!", L"-", L"'", L"1", L"10", L"2", L"a", L"A", L"\u00e1", L"\u00c1", L"ab", L"a b", L"a-b", L"a'b", L"aB",
    L"AB", L"abc", L"b", L"coop", L"co-op", L"co op", L"co_op", L"CO-OP", L"cop", L"re-sign", L"resign", L"re'sign",
    L"stra\u00dfe", L"strasse", L"Strand", L"z", L"\u00e4", L"\u00e5", L"\u00f6", L"\u00f8", L"o", L"oe", L"\u0153", L"\u03b1",
    L"\u03b2", L"\u0430", L"\u0431", L"\u4e00", L"e\u0301", L"\u00e9", L"e", L"f", L"#", L"$", L"+", L"_", L"@", L"~",
};
enum { COUNT = sizeof words / sizeof *words };

static void order(DWORD flags)
{
    const WCHAR *sorted[COUNT];
    for (int i = 0; i < COUNT; i++) {
        int at = i;
        for (; at > 0 && CompareStringW(0x409, flags, sorted[at - 1], -1, words[i], -1) == CSTR_GREATER_THAN; at--)
            sorted[at] = sorted[at - 1];
        sorted[at] = words[i];
    }
    WCHAR line[400] = {0};
    for (int i = 0; i < COUNT; i++) {
        lstrcatW(line, sorted[i]);
        lstrcatW(line, i + 1 < COUNT && CompareStringW(0x409, flags, sorted[i], -1, sorted[i + 1], -1) == CSTR_EQUAL
                           ? L" = " : L" | ");
    }
    say("%x: %ls", flags, line);
}

static void keys(void)
{
    int wrong = 0;
    for (int i = 0; i < COUNT; i++) {
        for (int j = 0; j < COUNT; j++) {
            BYTE a[200], b[200];
            int size_a = LCMapStringW(0x409, LCMAP_SORTKEY, words[i], -1, (WCHAR *)a, sizeof a), at = 0;
            LCMapStringW(0x409, LCMAP_SORTKEY, words[j], -1, (WCHAR *)b, sizeof b);
            while (at < size_a - 1 && a[at] == b[at])
                at++;
            int expected = CompareStringW(0x409, 0, words[i], -1, words[j], -1) - CSTR_EQUAL;
            int got = a[at] < b[at] ? -1 : a[at] > b[at];
            wrong += (expected > 0) - (expected < 0) != got;
        }
    }
    say("sort keys that disagree: %d", wrong);
}

static void map(DWORD flags, const WCHAR *text)
{
    WCHAR out[40] = {0};
    SetLastError(0);
    int count = LCMapStringEx(L"en-US", flags, text, -1, out, 40, NULL, NULL, 0);
    say("map %x %ls: %d %u %ls", flags, text, count, GetLastError(), out);
}

PROGRAM
{
    order(0);
    order(NORM_IGNORECASE);
    order(SORT_STRINGSORT);
    order(NORM_IGNORECASE | NORM_IGNORENONSPACE);
    keys();
    map(LCMAP_UPPERCASE, L"abc\u00e9\u00df\u0131\u03c2");
    map(LCMAP_LOWERCASE, L"ABC\u00c9\u0130\u03a3");
    map(LCMAP_UPPERCASE | LCMAP_LINGUISTIC_CASING, L"ti");
    map(LCMAP_FULLWIDTH, L"a 1");
    map(LCMAP_HALFWIDTH, L"\uff41\u3000");
    map(LCMAP_HIRAGANA, L"\u30a2");
    map(LCMAP_KATAKANA, L"\u3042");
    map(0, L"a");
    map(LCMAP_HALFWIDTH | LCMAP_FULLWIDTH, L"a");
    say("needed %d", LCMapStringEx(L"", LCMAP_UPPERCASE, L"abc", 3, NULL, 0, NULL, NULL, 0));
    WORD types[8];
    check(GetStringTypeW(CT_CTYPE1, L"aZ9 \t!\u00e9\u4e00", 8, types));
    say("%x %x %x %x %x %x %x %x", types[0], types[1], types[2], types[3], types[4], types[5], types[6], types[7]);
    check(GetStringTypeW(CT_CTYPE2, L"aZ9 \t!\u00e9\u05d0", 8, types));
    say("%x %x %x %x %x %x %x %x", types[0], types[1], types[2], types[3], types[4], types[5], types[6], types[7]);
    say("%d %d %d", CompareStringOrdinal(L"a", -1, L"B", -1, FALSE), CompareStringOrdinal(L"a", -1, L"B", -1, TRUE),
        CompareStringOrdinal(L"\u00e9", -1, L"\u00c9", -1, TRUE));
    say("%d %d", CompareStringOrdinal(L"ab", 1, L"a", 1, FALSE), CompareStringOrdinal(NULL, 1, L"a", 1, FALSE));
    int found = 0;
    say("%d", FindNLSString(0x409, FIND_FROMSTART | NORM_IGNORECASE, L"hello World", -1, L"WORLD", -1, &found));
    say("%d %d", found, FindStringOrdinal(FIND_FROMEND, L"abcabc", -1, L"bc", -1, FALSE));
    say("%d %d %d", lstrcmpW(L"a", L"B"), lstrcmpiW(L"A", L"a"), lstrcmpA("b", "a"));
    WCHAR upper[] = L"abc\u00e9";
    CharUpperW(upper);
    say("%ls %x", upper, (unsigned)(ULONG_PTR)CharUpperW((WCHAR *)(ULONG_PTR)'q'));
    WCHAR digits[4] = {0};
    say("%d", FoldStringW(MAP_FOLDDIGITS, L"\u0663\u0664", 2, digits, 4));
    say("%ls", digits);
    return 0;
}
