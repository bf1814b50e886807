/* The Shell's string functions ("Shell String Handling Functions"). Characters are compared by number, or without regard
 * to case by the simple case mapping; whole texts (StrCmp, StrCmpN, StrCmpI) as CompareString does. */
#include "codepage.h"
#include "com/com.h"
#include "locale/nls_collate.h"
#include "unicode.h"

enum { LOCALE_USER_DEFAULT = 0x400, CSTR_EQUAL = 2, STIF_SUPPORT_HEX = 1 };

API_USE(int, CompareStringA, LCID, DWORD, LPCSTR, int, LPCSTR, int);
API_USE(int, CompareStringW, LCID, DWORD, LPCWSTR, int, LPCWSTR, int);
API_USE(HANDLE, GlobalAlloc, UINT, SIZE_T);

static uint32_t fold(uint32_t character) {
    return character < 0x10000 ? unicode_upper((WCHAR)character) : character;
}

static bool same(uint32_t a, uint32_t b, bool folds) { return a == b || (folds && fold(a) == fold(b)); }

static int ascii_lower(int character) { return character >= 'A' && character <= 'Z' ? character + 32 : character; }

static int digit_value(unsigned character) {
    if (character - '0' < 10)
        return (int)(character - '0');
    character |= 0x20;
    return character - 'a' < 6 ? (int)(character - 'a' + 10) : -1;
}

/* A byte that is no character in the ANSI code page is one of its own. */
enum { NO_CHARACTER = 0x110000 };

static uint32_t narrow_take(const CHAR **at) {
    WCHAR units[2] = {0, 0};
    int count = 0;
    uint8_t first = (uint8_t)**at;
    if (first < 0x80) {
        (*at)++;
        return first;
    }
    int bytes = codepage_decode_one(codepage_ansi(), *at, strnlen(*at, 4), units, &count);
    *at += bytes > 0 ? bytes : 1;
    if (bytes <= 0)
        return NO_CHARACTER + first;
    return count == 2 ? 0x10000u + ((units[0] & 0x3FFu) << 10 | (units[1] & 0x3FFu)) : units[0];
}

static uint32_t wide_take(const WCHAR **at) { return *(*at)++; }

/* One byte, or the two of a double-byte character, the lead byte high. */
static uint32_t narrow_match_of(WORD match) {
    const CHAR two[5] = {(CHAR)(match >> 8), (CHAR)match}, one[5] = {(CHAR)match};
    const CHAR *text = two[0] ? two : one;
    return narrow_take(&text);
}

static uint32_t wide_match_of(WORD match) { return match; }

#define CHAR_T CHAR
#define UNSIGNED_T BYTE
#define NAME(narrow_, wide_) narrow_
#define COMPARE api_CompareStringA
#include "shlwapi_string_template.h"

#define CHAR_T WCHAR
#define UNSIGNED_T WCHAR
#define NAME(narrow_, wide_) wide_
#define COMPARE api_CompareStringW
#include "shlwapi_string_template.h"

/* ---- what exists for UTF-16 only ---- */

API(shlwapi kernelbase, LPWSTR, StrChrNW, LPCWSTR pszStart, WCHAR wMatch, UINT cchMax) {
    return pszStart ? wide_find(pszStart, pszStart + cchMax, wMatch, false) : NULL;
}

API(shlwapi kernelbase, LPWSTR, StrChrNIW, LPCWSTR pszStart, WCHAR wMatch, UINT cchMax) {
    return pszStart ? wide_find(pszStart, pszStart + cchMax, wMatch, true) : NULL;
}

/* It begins within the first `limit` units. */
static LPWSTR search_within(LPCWSTR text, LPCWSTR wanted, size_t limit, bool folds) {
    if (!text || !wanted || !*wanted)
        return NULL;
    for (; limit && *text; limit--, text++) {
        if (wide_starts_with(text, wanted, folds))
            return (LPWSTR)(uintptr_t)text;
    }
    return NULL;
}

API(shlwapi kernelbase, LPWSTR, StrStrNW, LPCWSTR pszFirst, LPCWSTR pszSrch, UINT cchMax) {
    return search_within(pszFirst, pszSrch, cchMax, false);
}

API(shlwapi kernelbase, LPWSTR, StrStrNIW, LPCWSTR pszFirst, LPCWSTR pszSrch, UINT cchMax) {
    return search_within(pszFirst, pszSrch, cchMax, true);
}

API(shlwapi kernelbase, int, StrCmpW, LPCWSTR psz1, LPCWSTR psz2) {
    return api_CompareStringW(LOCALE_USER_DEFAULT, 0, psz1, -1, psz2, -1) - CSTR_EQUAL;
}

API(shlwapi kernelbase, int, StrCmpIW, LPCWSTR psz1, LPCWSTR psz2) {
    return api_CompareStringW(LOCALE_USER_DEFAULT, NORM_IGNORECASE, psz1, -1, psz2, -1) - CSTR_EQUAL;
}

/* Digits are numbers, case does not matter: as the Shell sorts files. */
API(shlwapi kernelbase, int, StrCmpLogicalW, LPCWSTR psz1, LPCWSTR psz2) {
    if (!psz1 || !psz2)
        return 0;
    return api_CompareStringW(LOCALE_USER_DEFAULT, NORM_IGNORECASE | SORT_DIGITSASNUMBERS, psz1, -1, psz2, -1) -
           CSTR_EQUAL;
}

API(shlwapi, LPWSTR, StrCpyW, LPWSTR psz1, LPCWSTR psz2) {
    wide_copy(psz1, psz2, INT32_MAX);
    return psz1;
}

API(shlwapi kernelbase shell32, LPWSTR, StrCpyNW, LPWSTR pszDst, LPCWSTR pszSrc, int cchMax) {
    wide_copy(pszDst, pszSrc, cchMax);
    return pszDst;
}

API(shlwapi, LPWSTR, StrCatW, LPWSTR psz1, LPCWSTR psz2) {
    wide_copy(psz1 + wide_length(psz1), psz2, INT32_MAX);
    return psz1;
}

/* Appends at `ichAt` (-1: the zero) and returns where the zero is then. */
API(shlwapi kernelbase, DWORD, StrCatChainW, LPWSTR pszDst, DWORD cchDst, DWORD ichAt, LPCWSTR pszSrc) {
    if (ichAt == (DWORD)-1)
        ichAt = (DWORD)wide_length(pszDst);
    if (ichAt >= cchDst)
        return ichAt;
    wide_copy(pszDst + ichAt, pszSrc, (int)(cchDst - ichAt));
    return ichAt + (DWORD)wide_length(pszDst + ichAt);
}

/* ---- copies from the task allocator ---- */

API(shlwapi shcore, HRESULT, SHStrDupW, LPCWSTR psz, LPWSTR *ppwsz) {
    *ppwsz = NULL;
    if (!psz)
        return E_INVALIDARG;
    size_t size = (wide_length(psz) + 1) * sizeof(WCHAR);
    *ppwsz = heap_alloc(size);
    if (!*ppwsz)
        return E_OUTOFMEMORY;
    memcpy(*ppwsz, psz, size);
    return S_OK;
}

API(shlwapi shcore, HRESULT, SHStrDupA, LPCSTR psz, LPWSTR *ppwsz) {
    *ppwsz = NULL;
    if (!psz)
        return E_INVALIDARG;
    WCHAR *wide = wide_from_ansi(psz);
    HRESULT result = wide ? api_SHStrDupW(wide, ppwsz) : E_OUTOFMEMORY;
    free(wide);
    return result;
}

/* ---- copies between code pages ("SHAnsiToUnicode function"): the units written with the zero, 0 when `size` is ---- */

static int convert_to_wide(struct codepage *page, LPCSTR from, LPWSTR to, int size) {
    if (!to || size <= 0)
        return 0;
    *to = 0;
    if (!from)
        return 0;
    size_t length = codepage_to_wide(page, 0, from, strlen(from), to, (size_t)size - 1, NULL);
    if (length > (size_t)size - 1)
        length = (size_t)size - 1;
    to[length] = 0;
    return (int)length + 1;
}

static int convert_from_wide(struct codepage *page, LPCWSTR from, LPSTR to, int size) {
    if (!to || size <= 0)
        return 0;
    *to = 0;
    if (!from)
        return 0;
    size_t length = codepage_from_wide(page, 0, from, wide_length(from), to, (size_t)size - 1, NULL, NULL, NULL);
    if (length > (size_t)size - 1)
        length = (size_t)size - 1;
    to[length] = 0;
    return (int)length + 1;
}

API(shlwapi shcore, int, SHAnsiToUnicode, LPCSTR pszSrc, LPWSTR pwszDst, int cwchBuf) {
    return convert_to_wide(codepage_ansi(), pszSrc, pwszDst, cwchBuf);
}

API(shlwapi shcore, int, SHUnicodeToAnsi, LPCWSTR pwszSrc, LPSTR pszDst, int cchBuf) {
    return convert_from_wide(codepage_ansi(), pwszSrc, pszDst, cchBuf);
}

API(shlwapi, DWORD, SHAnsiToUnicodeCP, DWORD dwCp, LPCSTR pszSrc, LPWSTR pwszDst, int cwchBuf) {
    struct codepage *page = codepage_find(dwCp);
    return page ? (DWORD)convert_to_wide(page, pszSrc, pwszDst, cwchBuf) : 0;
}

API(shlwapi, DWORD, SHUnicodeToAnsiCP, DWORD dwCp, LPCWSTR pwszSrc, LPSTR pszDst, int cchBuf) {
    struct codepage *page = codepage_find(dwCp);
    return page ? (DWORD)convert_from_wide(page, pwszSrc, pszDst, cchBuf) : 0;
}

API(shlwapi shcore, int, SHUnicodeToUnicode, LPCWSTR pwzSrc, LPWSTR pwzDst, int cwchBuf) {
    if (!pwzSrc || !pwzDst || cwchBuf <= 0)
        return 0;
    wide_copy(pwzDst, pwzSrc, cwchBuf);
    return (int)wide_length(pwzDst) + 1;
}

API(shlwapi shcore, int, SHAnsiToAnsi, LPCSTR pszSrc, LPSTR pszDst, int cchBuf) {
    if (!pszSrc || !pszDst || cchBuf <= 0)
        return 0;
    narrow_copy(pszDst, pszSrc, cchBuf);
    return (int)strlen(pszDst) + 1;
}
