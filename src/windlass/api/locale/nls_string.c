/* Character types, mapping and comparison of strings ("GetStringTypeW function", "LCMapStringEx function",
 * "CompareStringEx function", "FoldStringW function"). The mappings do not depend on the locale, except Turkish and
 * Azerbaijani casing where a program asks for it. */
#include "api.h"
#include "codepage.h"
#include "nls_collate.h"
#include "unicode.h"

#define CSTR_LESS_THAN 1
#define CSTR_EQUAL 2
#define CSTR_GREATER_THAN 3

#define LCMAP_LOWERCASE 0x00000100u
#define LCMAP_UPPERCASE 0x00000200u
#define LCMAP_TITLECASE 0x00000300u
#define LCMAP_SORTKEY 0x00000400u
#define LCMAP_BYTEREV 0x00000800u
#define LCMAP_HASH 0x00040000u
#define LCMAP_HIRAGANA 0x00100000u
#define LCMAP_KATAKANA 0x00200000u
#define LCMAP_HALFWIDTH 0x00400000u
#define LCMAP_FULLWIDTH 0x00800000u
#define LCMAP_LINGUISTIC_CASING 0x01000000u

enum { CT_CTYPE1 = 1, CT_CTYPE2 = 2, CT_CTYPE3 = 4 };

static size_t length_of(LPCWSTR text, int count) { return count < 0 ? wide_length(text) : (size_t)count; }

/* ---- types ---- */

API(kernel32 kernelbase, BOOL, GetStringTypeW, DWORD dwInfoType, LPCWSTR lpSrcStr, int cchSrc, PWORD lpCharType) {
    if (!lpSrcStr || !lpCharType || !cchSrc || (const void *)lpSrcStr == (const void *)lpCharType)
        return fail(ERROR_INVALID_PARAMETER);
    size_t length = cchSrc < 0 ? wide_length(lpSrcStr) + 1 : (size_t)cchSrc;
    switch (dwInfoType) {
    case CT_CTYPE1:
        for (size_t i = 0; i < length; i++)
            lpCharType[i] = unicode_ctype1(lpSrcStr[i]);
        return TRUE;
    case CT_CTYPE2:
        for (size_t i = 0; i < length; i++)
            lpCharType[i] = unicode_ctype2(lpSrcStr[i]);
        return TRUE;
    case CT_CTYPE3:
        for (size_t i = 0; i < length; i++)
            lpCharType[i] = unicode_ctype3(lpSrcStr[i]);
        return TRUE;
    default: return fail(ERROR_INVALID_PARAMETER);
    }
}

API(kernel32 kernelbase, BOOL, GetStringTypeExW, LCID Locale, DWORD dwInfoType, LPCWSTR lpSrcStr, int cchSrc,
    PWORD lpCharType) {
    (void)Locale;
    return api_GetStringTypeW(dwInfoType, lpSrcStr, cchSrc, lpCharType);
}

API(kernel32 kernelbase, BOOL, GetStringTypeA, LCID Locale, DWORD dwInfoType, LPCSTR lpSrcStr, int cchSrc,
    PWORD lpCharType) {
    (void)Locale;
    if (!lpSrcStr || !cchSrc)
        return fail(ERROR_INVALID_PARAMETER);
    size_t length = cchSrc < 0 ? strlen(lpSrcStr) + 1 : (size_t)cchSrc;
    WCHAR *wide = malloc(length * sizeof *wide);
    if (!wide)
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    size_t units = codepage_to_wide(codepage_ansi(), 0, lpSrcStr, length, wide, length, NULL);
    BOOL result = api_GetStringTypeW(dwInfoType, wide, (int)units, lpCharType);
    free(wide);
    return result;
}

API_ALIAS(api_GetStringTypeA, ex, kernel32 kernelbase, "GetStringTypeExA");

/* ---- mapping ---- */

static WCHAR turkish_case(WCHAR unit, bool upper) {
    if (upper)
        return unit == 'i' ? 0x130 : unit == 0x131 ? 'I' : unicode_upper(unit);
    return unit == 'I' ? 0x131 : unit == 0x130 ? 'i' : unicode_lower(unit);
}

static WCHAR change_width(WCHAR unit, bool full) {
    if (full)
        return unit == ' ' ? 0x3000 : unit > 0x20 && unit < 0x7F ? (WCHAR)(unit + 0xFEE0) : unit;
    return unit == 0x3000 ? ' ' : unit > 0xFF00 && unit < 0xFF5F ? (WCHAR)(unit - 0xFEE0) : unit;
}

static WCHAR change_kana(WCHAR unit, bool katakana) {
    if (katakana)
        return unit >= 0x3041 && unit <= 0x3096 ? (WCHAR)(unit + 0x60) : unit;
    return unit >= 0x30A1 && unit <= 0x30F6 ? (WCHAR)(unit - 0x60) : unit;
}

static bool is_turkic(LPCWSTR name) {
    return name && (((name[0] | 0x20) == 't' && (name[1] | 0x20) == 'r') || ((name[0] | 0x20) == 'a' && (name[1] | 0x20) == 'z'))
        && (!name[2] || name[2] == '-');
}

static WCHAR map_unit(WCHAR unit, DWORD flags, bool turkic, bool starts_word) {
    DWORD casing = flags & LCMAP_TITLECASE;
    bool upper = casing == LCMAP_UPPERCASE || (casing == LCMAP_TITLECASE && starts_word);
    if (casing)
        unit = turkic ? turkish_case(unit, upper) : upper ? unicode_upper(unit) : unicode_lower(unit);
    if (flags & (LCMAP_HIRAGANA | LCMAP_KATAKANA))
        unit = change_kana(unit, flags & LCMAP_KATAKANA);
    if (flags & (LCMAP_HALFWIDTH | LCMAP_FULLWIDTH))
        unit = change_width(unit, flags & LCMAP_FULLWIDTH);
    return flags & LCMAP_BYTEREV ? (WCHAR)(unit << 8 | unit >> 8) : unit;
}

/* Skips what NORM_IGNORENONSPACE and NORM_IGNORESYMBOLS take away. */
static bool is_dropped(WCHAR unit, DWORD flags) {
    WORD type = unicode_ctype3(unit);
    if (unicode_ctype1(unit) & C1_ALPHA)
        return false;
    return (flags & NORM_IGNORENONSPACE && type & C3_NONSPACING) || (flags & NORM_IGNORESYMBOLS && type & C3_SYMBOL);
}

static int sort_key(DWORD flags, LPCWSTR text, size_t length, LPWSTR out, int capacity) {
    size_t size = nls_make_sort_key(flags, text, length, (BYTE *)out, capacity ? (size_t)capacity : 0);
    return capacity && size > (size_t)capacity ? fail(ERROR_INSUFFICIENT_BUFFER) : (int)size;
}

API(kernel32 kernelbase, int, LCMapStringEx, LPCWSTR lpLocaleName, DWORD dwMapFlags, LPCWSTR lpSrcStr, int cchSrc,
    LPWSTR lpDestStr, int cchDest, LPVOID lpVersionInformation, LPVOID lpReserved, LONG_PTR sortHandle) {
    (void)lpVersionInformation, (void)lpReserved, (void)sortHandle;
    const DWORD casing = LCMAP_LOWERCASE | LCMAP_UPPERCASE;
    const DWORD forms = LCMAP_HIRAGANA | LCMAP_KATAKANA | LCMAP_HALFWIDTH | LCMAP_FULLWIDTH;
    if (!lpSrcStr || !cchSrc || cchDest < 0 || (cchDest && !lpDestStr))
        return fail(ERROR_INVALID_PARAMETER);
    bool pair = (dwMapFlags & (LCMAP_HIRAGANA | LCMAP_KATAKANA)) == (LCMAP_HIRAGANA | LCMAP_KATAKANA) ||
                (dwMapFlags & (LCMAP_HALFWIDTH | LCMAP_FULLWIDTH)) == (LCMAP_HALFWIDTH | LCMAP_FULLWIDTH);
    if (!dwMapFlags || pair || (dwMapFlags & LCMAP_SORTKEY && dwMapFlags & (casing | forms)))
        return fail(ERROR_INVALID_FLAGS);
    if (dwMapFlags & LCMAP_SORTKEY)
        return sort_key(dwMapFlags & ~LCMAP_SORTKEY, lpSrcStr, length_of(lpSrcStr, cchSrc), lpDestStr, cchDest);
    if (!(dwMapFlags & (casing | forms | LCMAP_BYTEREV | NORM_IGNORENONSPACE | NORM_IGNORESYMBOLS)))
        return fail(ERROR_INVALID_FLAGS);
    /* Only the casing may be done in place. */
    if (lpSrcStr == lpDestStr && dwMapFlags & (forms | LCMAP_BYTEREV))
        return fail(ERROR_INVALID_FLAGS);
    size_t length = cchSrc < 0 ? wide_length(lpSrcStr) + 1 : (size_t)cchSrc, count = 0;
    bool turkic = dwMapFlags & LCMAP_LINGUISTIC_CASING && is_turkic(lpLocaleName), starts_word = true;
    for (size_t i = 0; i < length; i++) {
        WCHAR unit = lpSrcStr[i];
        if (is_dropped(unit, dwMapFlags))
            continue;
        if (cchDest && count >= (size_t)cchDest)
            return fail(ERROR_INSUFFICIENT_BUFFER);
        if (cchDest)
            lpDestStr[count] = map_unit(unit, dwMapFlags, turkic, starts_word);
        starts_word = !(unicode_ctype1(unit) & (C1_ALPHA | C1_DIGIT)) && unit != '\'';
        count++;
    }
    return (int)count;
}
/* The C run-time leaves out what is reserved. */
API_ALIAS(api_LCMapStringEx, crt0, msvcr110 msvcr120, "__crtLCMapStringEx");
API_ALIAS(api_LCMapStringEx, crt1, msvcr110 msvcr120, "__crtLCMapStringW");

static LPCWSTR casing_locale(LCID locale) {
    return (locale & 0x3FF) == 0x1F ? u"tr-TR" : (locale & 0x3FF) == 0x2C ? u"az-Latn-AZ" : u"";
}

API(kernel32 kernelbase, int, LCMapStringW, LCID Locale, DWORD dwMapFlags, LPCWSTR lpSrcStr, int cchSrc,
    LPWSTR lpDestStr, int cchDest) {
    return api_LCMapStringEx(casing_locale(Locale), dwMapFlags, lpSrcStr, cchSrc, lpDestStr, cchDest, NULL, NULL, 0);
}

API(kernel32 kernelbase, int, LCMapStringA, LCID Locale, DWORD dwMapFlags, LPCSTR lpSrcStr, int cchSrc,
    LPSTR lpDestStr, int cchDest) {
    if (!lpSrcStr || !cchSrc || cchDest < 0)
        return fail(ERROR_INVALID_PARAMETER);
    size_t length = cchSrc < 0 ? strlen(lpSrcStr) + 1 : (size_t)cchSrc;
    WCHAR *wide = malloc(2 * length * sizeof *wide), *mapped = wide ? wide + length : NULL;
    if (!wide)
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    size_t units = codepage_to_wide(codepage_ansi(), 0, lpSrcStr, length, wide, length, NULL);
    int result;
    if (dwMapFlags & LCMAP_SORTKEY) {
        result = api_LCMapStringW(Locale, dwMapFlags, wide, (int)units, (LPWSTR)lpDestStr, cchDest);
    } else {
        result = api_LCMapStringW(Locale, dwMapFlags, wide, (int)units, mapped, (int)length);
        DWORD error = ERROR_SUCCESS;
        if (result)
            result = (int)codepage_from_wide(codepage_ansi(), 0, mapped, (size_t)result, lpDestStr, (size_t)cchDest, NULL,
                                             NULL, &error);
        if (error)
            result = fail(error);
    }
    free(wide);
    return result;
}

/* ---- comparison ---- */

static int three_way(int difference) {
    return difference < 0 ? CSTR_LESS_THAN : difference > 0 ? CSTR_GREATER_THAN : CSTR_EQUAL;
}

API(kernel32 kernelbase, int, CompareStringEx, LPCWSTR lpLocaleName, DWORD dwCmpFlags, LPCWSTR lpString1, int cchCount1,
    LPCWSTR lpString2, int cchCount2, LPVOID lpVersionInformation, LPVOID lpReserved, LPARAM lParam) {
    (void)lpLocaleName, (void)lpVersionInformation, (void)lpReserved, (void)lParam;
    if (!lpString1 || !lpString2 || cchCount1 < -1 || cchCount2 < -1)
        return fail(ERROR_INVALID_PARAMETER);
    const DWORD known = NORM_IGNORECASE | NORM_IGNORENONSPACE | NORM_IGNORESYMBOLS | SORT_DIGITSASNUMBERS |
                        LINGUISTIC_IGNORECASE | LINGUISTIC_IGNOREDIACRITIC | SORT_STRINGSORT | NORM_IGNOREKANATYPE |
                        NORM_IGNOREWIDTH | NORM_LINGUISTIC_CASING | 0x10000000u /* LOCALE_USE_CP_ACP's place */;
    if (dwCmpFlags & ~known & ~0x40000000u)
        return fail(ERROR_INVALID_FLAGS);
    return three_way(nls_collate(dwCmpFlags, lpString1, length_of(lpString1, cchCount1), lpString2,
                                 length_of(lpString2, cchCount2)));
}
API_ALIAS(api_CompareStringEx, crt0, msvcr110 msvcr120, "__crtCompareStringEx");
API_ALIAS(api_CompareStringEx, crt1, msvcr110 msvcr120, "__crtCompareStringW");

API(kernel32 kernelbase, int, CompareStringW, LCID Locale, DWORD dwCmpFlags, LPCWSTR lpString1, int cchCount1,
    LPCWSTR lpString2, int cchCount2) {
    (void)Locale;
    return api_CompareStringEx(u"", dwCmpFlags, lpString1, cchCount1 < 0 ? -1 : cchCount1, lpString2,
                               cchCount2 < 0 ? -1 : cchCount2, NULL, NULL, 0);
}

API(kernel32 kernelbase, int, CompareStringA, LCID Locale, DWORD dwCmpFlags, LPCSTR lpString1, int cchCount1,
    LPCSTR lpString2, int cchCount2) {
    if (!lpString1 || !lpString2)
        return fail(ERROR_INVALID_PARAMETER);
    size_t length1 = cchCount1 < 0 ? strlen(lpString1) : (size_t)cchCount1;
    size_t length2 = cchCount2 < 0 ? strlen(lpString2) : (size_t)cchCount2;
    WCHAR *wide = malloc((length1 + length2 + 1) * sizeof *wide);
    if (!wide)
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    size_t units1 = codepage_to_wide(codepage_ansi(), 0, lpString1, length1, wide, length1, NULL);
    size_t units2 = codepage_to_wide(codepage_ansi(), 0, lpString2, length2, wide + units1, length2, NULL);
    int result = api_CompareStringW(Locale, dwCmpFlags, wide, (int)units1, wide + units1, (int)units2);
    free(wide);
    return result;
}

API(kernel32 kernelbase, int, CompareStringOrdinal, LPCWSTR lpString1, int cchCount1, LPCWSTR lpString2, int cchCount2,
    BOOL bIgnoreCase) {
    if (!lpString1 || !lpString2)
        return fail(ERROR_INVALID_PARAMETER);
    size_t length1 = length_of(lpString1, cchCount1), length2 = length_of(lpString2, cchCount2);
    if (bIgnoreCase)
        return three_way(wide_compare_no_case(lpString1, length1, lpString2, length2));
    for (size_t i = 0; i < length1 && i < length2; i++)
        if (lpString1[i] != lpString2[i])
            return lpString1[i] < lpString2[i] ? CSTR_LESS_THAN : CSTR_GREATER_THAN;
    return three_way(length1 < length2 ? -1 : length1 > length2);
}

/* ---- finding ---- */

#define FIND_STARTSWITH 0x00100000u
#define FIND_ENDSWITH 0x00200000u
#define FIND_FROMSTART 0x00400000u
#define FIND_FROMEND 0x00800000u

typedef int (*compare_function)(DWORD flags, const WCHAR *, size_t, const WCHAR *, size_t);

static int compare_ordinal(DWORD ignore_case, const WCHAR *a, size_t a_length, const WCHAR *b, size_t b_length) {
    return api_CompareStringOrdinal(a, (int)a_length, b, (int)b_length, (BOOL)ignore_case) - CSTR_EQUAL;
}

/* The index of the value in the source, or -1. Linguistically equal text may be of another length. */
static int find_text(DWORD where, compare_function compare, DWORD flags, LPCWSTR source, size_t source_length,
                     LPCWSTR value, size_t value_length, int *found_length) {
    bool backwards = where & (FIND_FROMEND | FIND_ENDSWITH);
    size_t slack = compare == compare_ordinal ? 0 : value_length;
    for (size_t step = 0; step <= source_length; step++) {
        size_t start = backwards ? source_length - step : step;
        if (where & FIND_STARTSWITH && start)
            break;
        for (size_t extra = 0; extra <= 2 * slack; extra++) {
            size_t length = extra & 1 ? value_length - (extra + 1) / 2 : value_length + extra / 2;
            if (length > source_length - start || (where & FIND_ENDSWITH && start + length != source_length))
                continue;
            if (compare(flags, source + start, length, value, value_length) == 0) {
                if (found_length)
                    *found_length = (int)length;
                return (int)start;
            }
        }
    }
    return -1;
}

API(kernel32 kernelbase, int, FindStringOrdinal, DWORD dwFindStringOrdinalFlags, LPCWSTR lpStringSource, int cchSource,
    LPCWSTR lpStringValue, int cchValue, BOOL bIgnoreCase) {
    set_last_error(ERROR_SUCCESS);
    if (!lpStringSource || !lpStringValue || cchSource < -1 || cchValue < -1) {
        set_last_error(ERROR_INVALID_PARAMETER);
        return -1;
    }
    return find_text(dwFindStringOrdinalFlags ? dwFindStringOrdinalFlags : FIND_FROMSTART, compare_ordinal,
                     bIgnoreCase != 0, lpStringSource, length_of(lpStringSource, cchSource), lpStringValue,
                     length_of(lpStringValue, cchValue), NULL);
}

API(kernel32 kernelbase, int, FindNLSStringEx, LPCWSTR lpLocaleName, DWORD dwFindNLSStringFlags, LPCWSTR lpStringSource,
    int cchSource, LPCWSTR lpStringValue, int cchValue, int *pcchFound, LPVOID lpVersionInformation, LPVOID lpReserved,
    LPARAM sortHandle) {
    (void)lpLocaleName, (void)lpVersionInformation, (void)lpReserved, (void)sortHandle;
    const DWORD where = FIND_STARTSWITH | FIND_ENDSWITH | FIND_FROMSTART | FIND_FROMEND;
    set_last_error(ERROR_SUCCESS);
    if (!lpStringSource || !lpStringValue || !cchSource || !cchValue || cchSource < -1 || cchValue < -1) {
        set_last_error(ERROR_INVALID_PARAMETER);
        return -1;
    }
    return find_text(dwFindNLSStringFlags & where, nls_collate, dwFindNLSStringFlags & ~where, lpStringSource,
                     length_of(lpStringSource, cchSource), lpStringValue, length_of(lpStringValue, cchValue), pcchFound);
}

API(kernel32 kernelbase, int, FindNLSString, LCID Locale, DWORD dwFindNLSStringFlags, LPCWSTR lpStringSource,
    int cchSource, LPCWSTR lpStringValue, int cchValue, int *pcchFound) {
    (void)Locale;
    return api_FindNLSStringEx(u"", dwFindNLSStringFlags, lpStringSource, cchSource, lpStringValue, cchValue, pcchFound,
                               NULL, NULL, 0);
}

/* ---- folding ---- */

#define MAP_FOLDCZONE 0x10u
#define MAP_FOLDDIGITS 0x80u

static WCHAR fold_digit(WCHAR unit) {
    static const WCHAR zeros[] = {0x660, 0x6F0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xC66, 0xCE6, 0xD66, 0xE50, 0xED0, 0xFF10};
    for (size_t i = 0; i < sizeof zeros / sizeof *zeros; i++)
        if (unit >= zeros[i] && unit < zeros[i] + 10)
            return (WCHAR)('0' + unit - zeros[i]);
    return unit;
}

API(kernel32 kernelbase, int, FoldStringW, DWORD dwMapFlags, LPCWSTR lpSrcStr, int cchSrc, LPWSTR lpDestStr,
    int cchDest) {
    if (!lpSrcStr || !cchSrc || cchDest < 0 || (cchDest && !lpDestStr) || lpSrcStr == lpDestStr)
        return fail(ERROR_INVALID_PARAMETER);
    /* The foldings that change lengths belong to NormalizeString. */
    if (!dwMapFlags || dwMapFlags & ~(MAP_FOLDCZONE | MAP_FOLDDIGITS))
        return fail(ERROR_INVALID_FLAGS);
    size_t length = cchSrc < 0 ? wide_length(lpSrcStr) + 1 : (size_t)cchSrc;
    if (!cchDest)
        return (int)length;
    if (length > (size_t)cchDest)
        return fail(ERROR_INSUFFICIENT_BUFFER);
    for (size_t i = 0; i < length; i++) {
        WCHAR unit = lpSrcStr[i];
        if (dwMapFlags & MAP_FOLDDIGITS)
            unit = fold_digit(unit);
        if (dwMapFlags & MAP_FOLDCZONE)
            unit = change_width(unit, false);
        lpDestStr[i] = unit;
    }
    return (int)length;
}

/* ---- user32's: a pointer below 0x10000 is a character ---- */

API(user32 kernelbase, LPWSTR, CharUpperW, LPWSTR lpsz) {
    if ((ULONG_PTR)lpsz < 0x10000)
        return (LPWSTR)(ULONG_PTR)unicode_upper((WCHAR)(ULONG_PTR)lpsz);
    for (WCHAR *at = lpsz; *at; at++)
        *at = unicode_upper(*at);
    return lpsz;
}

API(user32 kernelbase, LPWSTR, CharLowerW, LPWSTR lpsz) {
    if ((ULONG_PTR)lpsz < 0x10000)
        return (LPWSTR)(ULONG_PTR)unicode_lower((WCHAR)(ULONG_PTR)lpsz);
    for (WCHAR *at = lpsz; *at; at++)
        *at = unicode_lower(*at);
    return lpsz;
}

API(user32 kernelbase, DWORD, CharUpperBuffW, LPWSTR lpsz, DWORD cchLength) {
    for (DWORD i = 0; lpsz && i < cchLength; i++)
        lpsz[i] = unicode_upper(lpsz[i]);
    return lpsz ? cchLength : 0;
}

API(user32 kernelbase, DWORD, CharLowerBuffW, LPWSTR lpsz, DWORD cchLength) {
    for (DWORD i = 0; lpsz && i < cchLength; i++)
        lpsz[i] = unicode_lower(lpsz[i]);
    return lpsz ? cchLength : 0;
}

/* Changes case in place, character by character: one whose other case has another number of bytes is left alone. */
static void change_ansi(LPSTR text, size_t length, bool upper) {
    struct codepage *page = codepage_ansi();
    for (size_t i = 0; i < length;) {
        WCHAR units[2];
        CHAR bytes[4];
        int count = 1, size = codepage_decode_one(page, text + i, length - i, units, &count);
        if (size <= 0) {
            i++;
            continue;
        }
        if (count == 1) {
            WCHAR other = upper ? unicode_upper(units[0]) : unicode_lower(units[0]);
            bool lost;
            size_t needed = codepage_from_wide(page, CODEPAGE_NO_BEST_FIT, &other, 1, bytes, 4, NULL, &lost, NULL);
            if (needed == (size_t)size && !lost)
                memcpy(text + i, bytes, needed);
        }
        i += (size_t)size;
    }
}

static LPSTR change_ansi_or_char(LPSTR text, bool upper) {
    if ((ULONG_PTR)text >= 0x10000) {
        change_ansi(text, strlen(text), upper);
        return text;
    }
    CHAR byte = (CHAR)(ULONG_PTR)text;
    change_ansi(&byte, 1, upper);
    return (LPSTR)(ULONG_PTR)(BYTE)byte;
}

API(user32 kernelbase, LPSTR, CharUpperA, LPSTR lpsz) { return change_ansi_or_char(lpsz, true); }
API(user32 kernelbase, LPSTR, CharLowerA, LPSTR lpsz) { return change_ansi_or_char(lpsz, false); }

API(user32 kernelbase, DWORD, CharUpperBuffA, LPSTR lpsz, DWORD cchLength) {
    if (lpsz)
        change_ansi(lpsz, cchLength, true);
    return lpsz ? cchLength : 0;
}

API(user32 kernelbase, DWORD, CharLowerBuffA, LPSTR lpsz, DWORD cchLength) {
    if (lpsz)
        change_ansi(lpsz, cchLength, false);
    return lpsz ? cchLength : 0;
}

API(user32 kernelbase, LPWSTR, CharNextW, LPCWSTR lpsz) { return (LPWSTR)(*lpsz ? lpsz + 1 : lpsz); }
API(user32 kernelbase, LPWSTR, CharPrevW, LPCWSTR lpszStart, LPCWSTR lpszCurrent) {
    return (LPWSTR)(lpszCurrent > lpszStart ? lpszCurrent - 1 : lpszStart);
}

API(user32 kernelbase, LPSTR, CharNextExA, WORD CodePage, LPCSTR lpCurrentChar, DWORD dwFlags) {
    (void)dwFlags;
    struct codepage *page = codepage_find(CodePage);
    if (!*lpCurrentChar)
        return (LPSTR)lpCurrentChar;
    bool pair = page && codepage_is_lead(page, (BYTE)*lpCurrentChar) && lpCurrentChar[1];
    return (LPSTR)lpCurrentChar + (pair ? 2 : 1);
}

API(user32 kernelbase, LPSTR, CharNextA, LPCSTR lpsz) { return api_CharNextExA(CP_ACP, lpsz, 0); }

API(user32 kernelbase, LPSTR, CharPrevExA, WORD CodePage, LPCSTR lpStart, LPCSTR lpCurrentChar, DWORD dwFlags) {
    LPCSTR at = lpStart;
    while (at < lpCurrentChar && *at) {
        LPCSTR next = api_CharNextExA(CodePage, at, dwFlags);
        if (next >= lpCurrentChar)
            return (LPSTR)at;
        at = next;
    }
    return (LPSTR)at;
}

API(user32 kernelbase, LPSTR, CharPrevA, LPCSTR lpszStart, LPCSTR lpszCurrent) {
    return api_CharPrevExA(CP_ACP, lpszStart, lpszCurrent, 0);
}

API(user32 kernelbase, BOOL, IsCharAlphaW, WCHAR ch) { return (unicode_ctype1(ch) & C1_ALPHA) != 0; }
API(user32 kernelbase, BOOL, IsCharAlphaNumericW,
    WCHAR ch) { return (unicode_ctype1(ch) & (C1_ALPHA | C1_DIGIT)) != 0; }
API(user32 kernelbase, BOOL, IsCharUpperW, WCHAR ch) { return (unicode_ctype1(ch) & C1_UPPER) != 0; }
API(user32 kernelbase, BOOL, IsCharLowerW, WCHAR ch) { return (unicode_ctype1(ch) & C1_LOWER) != 0; }

static WORD ansi_type(CHAR ch) {
    WCHAR unit = 0;
    codepage_to_wide(codepage_ansi(), 0, &ch, 1, &unit, 1, NULL);
    return unicode_ctype1(unit);
}

API(user32 kernelbase, BOOL, IsCharAlphaA, CHAR ch) { return (ansi_type(ch) & C1_ALPHA) != 0; }
API(user32 kernelbase, BOOL, IsCharAlphaNumericA, CHAR ch) { return (ansi_type(ch) & (C1_ALPHA | C1_DIGIT)) != 0; }
API(user32 kernelbase, BOOL, IsCharUpperA, CHAR ch) { return (ansi_type(ch) & C1_UPPER) != 0; }
API(user32 kernelbase, BOOL, IsCharLowerA, CHAR ch) { return (ansi_type(ch) & C1_LOWER) != 0; }

static BOOL convert_buffer(struct codepage *page, LPCSTR from, LPWSTR to, size_t length) {
    return codepage_to_wide(page, 0, from, length, to, length, NULL) > 0;
}

API(user32, BOOL, OemToCharBuffW, LPCSTR lpszSrc, LPWSTR lpszDst, DWORD cchDstLength) {
    return convert_buffer(codepage_oem(), lpszSrc, lpszDst, cchDstLength);
}

API(user32, BOOL, OemToCharW, LPCSTR pSrc, LPWSTR pDst) {
    return convert_buffer(codepage_oem(), pSrc, pDst, strlen(pSrc) + 1);
}

/* The ANSI and the OEM code page are the same one. */
API(user32, BOOL, OemToCharA, LPCSTR pSrc, LPSTR pDst) {
    memmove(pDst, pSrc, strlen(pSrc) + 1);
    return TRUE;
}

API(user32, BOOL, OemToCharBuffA, LPCSTR lpszSrc, LPSTR lpszDst, DWORD cchDstLength) {
    memmove(lpszDst, lpszSrc, cchDstLength);
    return TRUE;
}

API_ALIAS(api_OemToCharA, to_oem, user32, "CharToOemA");
API_ALIAS(api_OemToCharBuffA, to_oem, user32, "CharToOemBuffA");

API(user32, BOOL, CharToOemW, LPCWSTR pSrc, LPSTR pDst) {
    size_t length = wide_length(pSrc) + 1;
    codepage_from_wide(codepage_oem(), 0, pSrc, length, pDst, length * 4, NULL, NULL, NULL);
    return TRUE;
}

/* "The buffer is not zero-terminated" but where the zero is among the characters. */
API(user32, BOOL, CharToOemBuffW, LPCWSTR lpszSrc, LPSTR lpszDst, DWORD cchDstLength) {
    codepage_from_wide(codepage_oem(), 0, lpszSrc, cchDstLength, lpszDst, (size_t)cchDstLength * 4, NULL, NULL, NULL);
    return TRUE;
}

/* ---- kernel32's lstr functions, which return NULL for a bad pointer instead of faulting only on Windows ---- */

API(kernel32 kernelbase, int, lstrlenW, LPCWSTR lpString) { return lpString ? (int)wide_length(lpString) : 0; }
API(kernel32 kernelbase, int, lstrlenA, LPCSTR lpString) { return lpString ? (int)strlen(lpString) : 0; }

API(kernel32, LPWSTR, lstrcpyW, LPWSTR lpString1, LPCWSTR lpString2) {
    if (!lpString1 || !lpString2)
        return NULL;
    memmove(lpString1, lpString2, (wide_length(lpString2) + 1) * sizeof(WCHAR));
    return lpString1;
}

API(kernel32, LPSTR, lstrcpyA, LPSTR lpString1, LPCSTR lpString2) {
    if (!lpString1 || !lpString2)
        return NULL;
    memmove(lpString1, lpString2, strlen(lpString2) + 1);
    return lpString1;
}

API(kernel32 kernelbase, LPWSTR, lstrcpynW, LPWSTR lpString1, LPCWSTR lpString2, int iMaxLength) {
    if (!lpString1 || !lpString2)
        return NULL;
    int i = 0;
    for (; i + 1 < iMaxLength && lpString2[i]; i++)
        lpString1[i] = lpString2[i];
    if (iMaxLength > 0)
        lpString1[i] = 0;
    return lpString1;
}

API(kernel32 kernelbase, LPSTR, lstrcpynA, LPSTR lpString1, LPCSTR lpString2, int iMaxLength) {
    if (!lpString1 || !lpString2)
        return NULL;
    int i = 0;
    for (; i + 1 < iMaxLength && lpString2[i]; i++)
        lpString1[i] = lpString2[i];
    if (iMaxLength > 0)
        lpString1[i] = 0;
    return lpString1;
}

API(kernel32, LPWSTR, lstrcatW, LPWSTR lpString1, LPCWSTR lpString2) {
    return lpString1 && lpString2 && api_lstrcpyW(lpString1 + wide_length(lpString1), lpString2) ? lpString1 : NULL;
}

API(kernel32, LPSTR, lstrcatA, LPSTR lpString1, LPCSTR lpString2) {
    return lpString1 && lpString2 && api_lstrcpyA(lpString1 + strlen(lpString1), lpString2) ? lpString1 : NULL;
}

/* NULL comes before any text. */
static int compare_or_null(LPCWSTR a, LPCWSTR b, DWORD flags) {
    if (!a || !b)
        return (a != NULL) - (b != NULL);
    return three_way(nls_collate(flags, a, wide_length(a), b, wide_length(b))) - CSTR_EQUAL;
}

API(kernel32 kernelbase, int, lstrcmpW, LPCWSTR lpString1, LPCWSTR lpString2) {
    return compare_or_null(lpString1, lpString2, 0);
}

API(kernel32 kernelbase, int, lstrcmpiW, LPCWSTR lpString1, LPCWSTR lpString2) {
    return compare_or_null(lpString1, lpString2, NORM_IGNORECASE);
}

static int compare_ansi(LPCSTR a, LPCSTR b, DWORD flags) {
    WCHAR *wide_a = a ? wide_from_ansi(a) : NULL, *wide_b = b ? wide_from_ansi(b) : NULL;
    int result = compare_or_null(wide_a, wide_b, flags);
    free(wide_a);
    free(wide_b);
    return result;
}

API(kernel32 kernelbase, int, lstrcmpA, LPCSTR lpString1, LPCSTR lpString2) { return compare_ansi(lpString1, lpString2, 0); }
API(kernel32 kernelbase, int, lstrcmpiA, LPCSTR lpString1, LPCSTR lpString2) {
    return compare_ansi(lpString1, lpString2, NORM_IGNORECASE);
}

API_ALIAS(api_lstrlenA, plain, kernel32 kernelbase, "lstrlen");
API_ALIAS(api_lstrcpyA, plain, kernel32, "lstrcpy");
API_ALIAS(api_lstrcatA, plain, kernel32, "lstrcat");
API_ALIAS(api_lstrcpynA, plain, kernel32 kernelbase, "lstrcpyn");
API_ALIAS(api_lstrcmpA, plain, kernel32 kernelbase, "lstrcmp");
API_ALIAS(api_lstrcmpiA, plain, kernel32 kernelbase, "lstrcmpi");
