/* The string functions of the Shell that exist for char and wchar_t alike; shlwapi_string.c includes this for each.
 *
 * The includer defines CHAR_T, NAME(narrow, wide), COMPARE (CompareString), and
 *   take(&at)      the character at a place, which moves behind it
 *   match_of(word) the character that a WORD argument means */

#define TEXT_API(dlls_, result_, name_, ...) API(dlls_, result_, name_, __VA_ARGS__)
#define LOCAL(name_) NAME(narrow_##name_, wide_##name_)

static size_t LOCAL(units)(const CHAR_T *text) {
    const CHAR_T *end = text;
    while (*end)
        end++;
    return (size_t)(end - text);
}

static size_t LOCAL(bounded_length)(const CHAR_T *text, size_t limit) {
    size_t length = 0;
    while (length < limit && text[length])
        length++;
    return length;
}

/* ---- characters in text ---- */

/* Where the character first is before `end` (NULL: the zero). */
static CHAR_T *LOCAL(find)(const CHAR_T *text, const CHAR_T *end, uint32_t match, bool folds) {
    while (text && text != end && *text) {
        const CHAR_T *at = text;
        if (same(LOCAL(take)(&text), match, folds))
            return (CHAR_T *)(uintptr_t)at;
    }
    return NULL;
}

/* Where it last is before `end`. */
static CHAR_T *LOCAL(find_last)(const CHAR_T *text, const CHAR_T *end, uint32_t match, bool folds) {
    const CHAR_T *found = NULL;
    for (const CHAR_T *at; (at = LOCAL(find)(text, end, match, folds)) != NULL;) {
        found = text = at;
        LOCAL(take)(&text);
    }
    return (CHAR_T *)(uintptr_t)found;
}

TEXT_API(shlwapi kernelbase, CHAR_T *, NAME(StrChrA, StrChrW), const CHAR_T *pszStart, WORD wMatch) {
    return LOCAL(find)(pszStart, NULL, LOCAL(match_of)(wMatch), false);
}

TEXT_API(shlwapi kernelbase, CHAR_T *, NAME(StrChrIA, StrChrIW), const CHAR_T *pszStart, WORD wMatch) {
    return LOCAL(find)(pszStart, NULL, LOCAL(match_of)(wMatch), true);
}

TEXT_API(shlwapi kernelbase, CHAR_T *, NAME(StrRChrA, StrRChrW), const CHAR_T *pszStart, const CHAR_T *pszEnd,
         WORD wMatch) {
    return LOCAL(find_last)(pszStart, pszEnd, LOCAL(match_of)(wMatch), false);
}

TEXT_API(shlwapi kernelbase, CHAR_T *, NAME(StrRChrIA, StrRChrIW), const CHAR_T *pszStart, const CHAR_T *pszEnd,
         WORD wMatch) {
    return LOCAL(find_last)(pszStart, pszEnd, LOCAL(match_of)(wMatch), true);
}

/* How far the text goes with characters that are in the set, or that are not. */
static int LOCAL(span)(const CHAR_T *text, const CHAR_T *set, bool in_set, bool folds) {
    const CHAR_T *at = text, *next = text;
    if (!text || !set)
        return 0;
    while (*at && (LOCAL(find)(set, NULL, LOCAL(take)(&next), folds) != NULL) == in_set)
        at = next;
    return (int)(at - text);
}

TEXT_API(shlwapi kernelbase, int, NAME(StrSpnA, StrSpnW), const CHAR_T *psz, const CHAR_T *pszSet) {
    return LOCAL(span)(psz, pszSet, true, false);
}

TEXT_API(shlwapi kernelbase, int, NAME(StrCSpnA, StrCSpnW), const CHAR_T *pszStr, const CHAR_T *pszSet) {
    return LOCAL(span)(pszStr, pszSet, false, false);
}

TEXT_API(shlwapi kernelbase, int, NAME(StrCSpnIA, StrCSpnIW), const CHAR_T *pszStr, const CHAR_T *pszSet) {
    return LOCAL(span)(pszStr, pszSet, false, true);
}

TEXT_API(shlwapi kernelbase, CHAR_T *, NAME(StrPBrkA, StrPBrkW), const CHAR_T *psz, const CHAR_T *pszSet) {
    if (!psz || !pszSet)
        return NULL;
    const CHAR_T *at = psz + LOCAL(span)(psz, pszSet, false, false);
    return *at ? (CHAR_T *)(uintptr_t)at : NULL;
}

TEXT_API(shlwapi kernelbase, BOOL, NAME(StrTrimA, StrTrimW), CHAR_T *psz, const CHAR_T *pszTrimChars) {
    if (!psz || !pszTrimChars)
        return FALSE;
    const CHAR_T *start = psz + LOCAL(span)(psz, pszTrimChars, true, false), *end = start;
    for (const CHAR_T *at = start; *at;) {
        if (!LOCAL(find)(pszTrimChars, NULL, LOCAL(take)(&at), false))
            end = at;
    }
    bool trims = start != psz || *end;
    memmove(psz, start, (size_t)(end - start) * sizeof(CHAR_T));
    psz[end - start] = 0;
    return trims;
}

/* ---- text in text ---- */

static bool LOCAL(starts_with)(const CHAR_T *text, const CHAR_T *start, bool folds) {
    while (*start) {
        if (!*text || !same(LOCAL(take)(&text), LOCAL(take)(&start), folds))
            return false;
    }
    return true;
}

static CHAR_T *LOCAL(search)(const CHAR_T *text, const CHAR_T *wanted, bool folds) {
    if (!text || !wanted || !*wanted)
        return NULL;
    while (*text && !LOCAL(starts_with)(text, wanted, folds))
        LOCAL(take)(&text);
    return *text ? (CHAR_T *)(uintptr_t)text : NULL;
}

TEXT_API(shlwapi kernelbase, CHAR_T *, NAME(StrStrA, StrStrW), const CHAR_T *pszFirst, const CHAR_T *pszSrch) {
    return LOCAL(search)(pszFirst, pszSrch, false);
}

TEXT_API(shlwapi kernelbase, CHAR_T *, NAME(StrStrIA, StrStrIW), const CHAR_T *pszFirst, const CHAR_T *pszSrch) {
    return LOCAL(search)(pszFirst, pszSrch, true);
}

/* The last place before `pszLast` (NULL: the zero) where it begins. */
TEXT_API(shlwapi kernelbase, CHAR_T *, NAME(StrRStrIA, StrRStrIW), const CHAR_T *pszSource, const CHAR_T *pszLast,
         const CHAR_T *pszSrch) {
    const CHAR_T *found = NULL;
    if (!pszSource || !pszSrch || !*pszSrch)
        return NULL;
    while (pszSource != pszLast && *pszSource) {
        if (LOCAL(starts_with)(pszSource, pszSrch, true))
            found = pszSource;
        LOCAL(take)(&pszSource);
    }
    return (CHAR_T *)(uintptr_t)found;
}

/* ---- comparison ---- */

/* As CompareString does in the user's language; at most `limit` characters. */
static int LOCAL(compare)(const CHAR_T *a, const CHAR_T *b, int limit, DWORD flags) {
    int a_length = (int)LOCAL(bounded_length)(a, (size_t)(limit < 0 ? 0 : limit));
    int b_length = (int)LOCAL(bounded_length)(b, (size_t)(limit < 0 ? 0 : limit));
    return COMPARE(LOCALE_USER_DEFAULT, flags, a, a_length, b, b_length) - CSTR_EQUAL;
}

TEXT_API(shlwapi kernelbase, int, NAME(StrCmpNA, StrCmpNW), const CHAR_T *psz1, const CHAR_T *psz2, int nChar) {
    return LOCAL(compare)(psz1, psz2, nChar, 0);
}

TEXT_API(shlwapi kernelbase, int, NAME(StrCmpNIA, StrCmpNIW), const CHAR_T *psz1, const CHAR_T *psz2, int nChar) {
    return LOCAL(compare)(psz1, psz2, nChar, NORM_IGNORECASE);
}

static bool LOCAL(equal)(BOOL case_sensitive, const CHAR_T *a, const CHAR_T *b, int limit) {
    return LOCAL(compare)(a, b, limit, case_sensitive ? SORT_STRINGSORT : SORT_STRINGSORT | NORM_IGNORECASE) == 0;
}

TEXT_API(shlwapi kernelbase, BOOL, NAME(StrIsIntlEqualA, StrIsIntlEqualW), BOOL fCaseSens, const CHAR_T *pszString1,
         const CHAR_T *pszString2, int nChar) {
    return LOCAL(equal)(fCaseSens, pszString1, pszString2, nChar);
}

TEXT_API(shlwapi, BOOL, NAME(IntlStrEqWorkerA, IntlStrEqWorkerW), BOOL fCaseSens, const CHAR_T *lpString1,
         const CHAR_T *lpString2, int nChar) {
    return LOCAL(equal)(fCaseSens, lpString1, lpString2, nChar);
}

/* By the characters' numbers; without regard to case those of A to Z only. */
static int LOCAL(compare_codes)(const CHAR_T *a, const CHAR_T *b, size_t limit, bool folds) {
    for (; limit; limit--, a++, b++) {
        int left = folds ? ascii_lower((UNSIGNED_T)*a) : (UNSIGNED_T)*a;
        int right = folds ? ascii_lower((UNSIGNED_T)*b) : (UNSIGNED_T)*b;
        if (left != right || !left)
            return left - right;
    }
    return 0;
}

TEXT_API(shlwapi kernelbase, int, NAME(StrCmpNCA, StrCmpNCW), const CHAR_T *pszStr1, const CHAR_T *pszStr2, int nChar) {
    return LOCAL(compare_codes)(pszStr1, pszStr2, (size_t)(nChar < 0 ? 0 : nChar), false);
}

TEXT_API(shlwapi kernelbase, int, NAME(StrCmpNICA, StrCmpNICW), const CHAR_T *pszStr1, const CHAR_T *pszStr2, int nChar) {
    return LOCAL(compare_codes)(pszStr1, pszStr2, (size_t)(nChar < 0 ? 0 : nChar), true);
}

TEXT_API(shlwapi kernelbase, int, NAME(StrCmpCA, StrCmpCW), const CHAR_T *pszStr1, const CHAR_T *pszStr2) {
    return LOCAL(compare_codes)(pszStr1, pszStr2, SIZE_MAX, false);
}

TEXT_API(shlwapi kernelbase, int, NAME(StrCmpICA, StrCmpICW), const CHAR_T *pszStr1, const CHAR_T *pszStr2) {
    return LOCAL(compare_codes)(pszStr1, pszStr2, SIZE_MAX, true);
}

/* FALSE: they are the same. */
TEXT_API(shlwapi kernelbase, BOOL, NAME(ChrCmpIA, ChrCmpIW), WORD w1, WORD w2) {
    return !same(LOCAL(match_of)(w1), LOCAL(match_of)(w2), true);
}

/* ---- copies ---- */

/* Without a source the destination becomes empty. */
static void LOCAL(copy)(CHAR_T *to, const CHAR_T *from, int size) {
    if (!to || size <= 0)
        return;
    size_t length = from ? LOCAL(bounded_length)(from, (size_t)size - 1) : 0;
    memmove(to, from ? from : to, length * sizeof(CHAR_T));
    to[length] = 0;
}

/* `cchMax` counts the zero. */
TEXT_API(shlwapi, CHAR_T *, NAME(StrNCatA, StrNCatW), CHAR_T *psz1, const CHAR_T *psz2, int cchMax) {
    if (!psz1)
        return NULL;
    LOCAL(copy)(psz1 + LOCAL(units)(psz1), psz2, cchMax);
    return psz1;
}

TEXT_API(shlwapi, CHAR_T *, NAME(StrCatBuffA, StrCatBuffW), CHAR_T *pszDest, const CHAR_T *pszSrc,
         int cchDestBuffSize) {
    if (!pszDest)
        return NULL;
    int length = (int)LOCAL(units)(pszDest);
    if (length < cchDestBuffSize)
        LOCAL(copy)(pszDest + length, pszSrc, cchDestBuffSize - length);
    return pszDest;
}

/* A copy from LocalAlloc; of NULL an empty one. */
TEXT_API(shlwapi kernelbase, CHAR_T *, NAME(StrDupA, StrDupW), const CHAR_T *pszSrch) {
    size_t length = pszSrch ? LOCAL(units)(pszSrch) : 0;
    CHAR_T *copy = api_GlobalAlloc(0, (length + 1) * sizeof(CHAR_T));
    LOCAL(copy)(copy, pszSrch, (int)length + 1);
    return copy;
}

/* ---- numbers ---- */

static bool LOCAL(is_hexadecimal)(const CHAR_T *text, DWORD flags) {
    return flags & STIF_SUPPORT_HEX && text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
}

/* A sign before hexadecimal digits is accepted, but means nothing. */
TEXT_API(shlwapi kernelbase, BOOL, NAME(StrToInt64ExA, StrToInt64ExW), const CHAR_T *pszString, DWORD dwFlags,
         LONGLONG *pllRet) {
    uint64_t value = 0;
    int digit;
    if (!pszString || !pllRet)
        return FALSE;
    while (*pszString == ' ' || *pszString == '\t' || *pszString == '\n')
        pszString++;
    bool negative = *pszString == '-';
    if (negative || *pszString == '+')
        pszString++;
    unsigned base = LOCAL(is_hexadecimal)(pszString, dwFlags) ? 16 : 10;
    if (base == 16)
        pszString += 2;
    const CHAR_T *start = pszString;
    for (; (digit = digit_value((UNSIGNED_T)*pszString)) >= 0 && digit < (int)base; pszString++)
        value = value * base + (unsigned)digit;
    if (pszString == start)
        return FALSE;
    *pllRet = (LONGLONG)(negative && base == 10 ? 0 - value : value);
    return TRUE;
}

TEXT_API(shlwapi kernelbase, BOOL, NAME(StrToIntExA, StrToIntExW), const CHAR_T *pszString, DWORD dwFlags, int *piRet) {
    LONGLONG value;
    if (!piRet || !NAME(api_StrToInt64ExA, api_StrToInt64ExW)(pszString, dwFlags, &value))
        return FALSE;
    *piRet = (int)value;
    return TRUE;
}

/* No blank may stand before the number. */
TEXT_API(shlwapi kernelbase, int, NAME(StrToIntA, StrToIntW), const CHAR_T *pszSrc) {
    LONGLONG value = 0;
    if (pszSrc && (*pszSrc == '-' || digit_value((UNSIGNED_T)*pszSrc) >= 0))
        NAME(api_StrToInt64ExA, api_StrToInt64ExW)(pszSrc, 0, &value);
    return (int)value;
}

#undef CHAR_T
#undef UNSIGNED_T
#undef NAME
#undef COMPARE
#undef LOCAL
#undef TEXT_API
