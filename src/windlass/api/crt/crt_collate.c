/* Comparison by the rules of a language ("strcoll Functions", "strxfrm"). In the "C" locale that is the order of the
 * characters. */
#include "codepage.h"
#include "crt_ctype.h"
#include "crt_memory.h"
#include "crt_nls.h"

#define NLSCMPERROR INT32_MAX

API_USE(int, strcmp, const char *, const char *);
API_USE(int, strncmp, const char *, const char *, size_t);
API_USE(int, _stricmp_l, const char *, const char *, _locale_t);
API_USE(int, _strnicmp_l, const char *, const char *, size_t, _locale_t);
API_USE(int, wcscmp, const WCHAR *, const WCHAR *);
API_USE(int, wcsncmp, const WCHAR *, const WCHAR *, size_t);
API_USE(int, _wcsicmp_l, const WCHAR *, const WCHAR *, _locale_t);
API_USE(int, _wcsnicmp_l, const WCHAR *, const WCHAR *, size_t, _locale_t);
API_USE(char *, strncpy, char *, const char *, size_t);
API_USE(WCHAR *, wcsncpy, WCHAR *, const WCHAR *, size_t);

/* A narrow string in the collation's code page as UTF-16, from malloc(); NULL out of memory. */
static WCHAR *widened(const struct crt_locale *locale, const char *text, size_t length, size_t *units) {
    WCHAR *wide = malloc((length + 1) * sizeof *wide);
    if (wide)
        *units = codepage_to_wide(codepage_find(locale->collate_codepage), 0, text, length, wide, length, NULL);
    return wide;
}

static int compare_narrow(const struct crt_locale *locale, const char *a, size_t a_size, const char *b, size_t b_size,
                          bool ignore_case) {
    size_t a_units = 0, b_units = 0;
    WCHAR *left = widened(locale, a, a_size, &a_units), *right = widened(locale, b, b_size, &b_units);
    int order = NLSCMPERROR;
    if (left && right)
        order = nls_compare(locale->names[CRT_LC_COLLATE], ignore_case, left, a_units, right, b_units);
    else
        crt_fail(CRT_ENOMEM);
    free(left);
    free(right);
    return order;
}

static inline bool in_c_order(const struct crt_locale *locale) { return !locale->names[CRT_LC_COLLATE]; }

/* Declares name_ and name_l_. plain_ is what the "C" locale does. */
#define COLLATE(name_, name_l_, char_t_, plain_, compare_)                                     \
    API(CRT_DLLS, int, name_l_, const char_t_ *a, const char_t_ *b, _locale_t locale) {        \
        const struct crt_locale *facts = crt_locale(locale);                                   \
        CRT_VALIDATE(a && b, CRT_EINVAL, NLSCMPERROR);                                         \
        return in_c_order(facts) ? plain_ : compare_;                                          \
    }                                                                                          \
    API(CRT_DLLS, int, name_, const char_t_ *a, const char_t_ *b) { return api_##name_l_(a, b, NULL); }

#define COLLATE_COUNTED(name_, name_l_, char_t_, plain_, compare_)                             \
    API(CRT_DLLS, int, name_l_, const char_t_ *a, const char_t_ *b, size_t count, _locale_t locale) { \
        const struct crt_locale *facts = crt_locale(locale);                                   \
        if (!count)                                                                            \
            return 0;                                                                          \
        CRT_VALIDATE(a && b && count <= INT32_MAX, CRT_EINVAL, NLSCMPERROR);                   \
        return in_c_order(facts) ? plain_ : compare_;                                          \
    }                                                                                          \
    API(CRT_DLLS, int, name_, const char_t_ *a, const char_t_ *b, size_t count) {              \
        return api_##name_l_(a, b, count, NULL);                                               \
    }

#define NARROW(ignore_case_) compare_narrow(facts, a, crt_strlen(a), b, crt_strlen(b), ignore_case_)
#define NARROW_COUNTED(ignore_case_)                                                           \
    compare_narrow(facts, a, crt_strnlen(a, count), b, crt_strnlen(b, count), ignore_case_)
#define WIDE(ignore_case_)                                                                     \
    nls_compare(facts->names[CRT_LC_COLLATE], ignore_case_, a, crt_wcslen(a), b, crt_wcslen(b))
#define WIDE_COUNTED(ignore_case_)                                                             \
    nls_compare(facts->names[CRT_LC_COLLATE], ignore_case_, a, crt_wcsnlen(a, count), b, crt_wcsnlen(b, count))

COLLATE(strcoll, _strcoll_l, char, api_strcmp(a, b), NARROW(false))
COLLATE(_stricoll, _stricoll_l, char, api__stricmp_l(a, b, locale), NARROW(true))
COLLATE_COUNTED(_strncoll, _strncoll_l, char, api_strncmp(a, b, count), NARROW_COUNTED(false))
COLLATE_COUNTED(_strnicoll, _strnicoll_l, char, api__strnicmp_l(a, b, count, locale), NARROW_COUNTED(true))
COLLATE(wcscoll, _wcscoll_l, WCHAR, api_wcscmp(a, b), WIDE(false))
COLLATE(_wcsicoll, _wcsicoll_l, WCHAR, api__wcsicmp_l(a, b, locale), WIDE(true))
COLLATE_COUNTED(_wcsncoll, _wcsncoll_l, WCHAR, api_wcsncmp(a, b, count), WIDE_COUNTED(false))
COLLATE_COUNTED(_wcsnicoll, _wcsnicoll_l, WCHAR, api__wcsnicmp_l(a, b, count, locale), WIDE_COUNTED(true))

/* ---- sort keys ---- */

/* "strxfrm": the length of the key; with a smaller `size` the destination's contents are indeterminate. */
API(CRT_DLLS, size_t, _strxfrm_l, char *to, const char *from, size_t size, _locale_t locale) {
    const struct crt_locale *facts = crt_locale(locale);
    size_t units = 0, length = NLSCMPERROR;
    CRT_VALIDATE(size <= INT32_MAX && (to || !size) && from, CRT_EINVAL, NLSCMPERROR);
    if (in_c_order(facts)) {
        api_strncpy(to, from, size);
        return crt_strlen(from);
    }
    WCHAR *wide = widened(facts, from, crt_strlen(from), &units);
    if (wide)
        length = nls_sort_key(facts->names[CRT_LC_COLLATE], wide, units, to, size) - 1;
    free(wide);
    if (!wide || length >= size)
        crt_fail(wide ? CRT_ERANGE : CRT_ENOMEM);
    return length;
}

API(CRT_DLLS, size_t, strxfrm, char *to, const char *from, size_t size) {
    return api__strxfrm_l(to, from, size, NULL);
}

/* Each byte of the key becomes a wide character. */
API(CRT_DLLS, size_t, _wcsxfrm_l, WCHAR *to, const WCHAR *from, size_t size, _locale_t locale) {
    const struct crt_locale *facts = crt_locale(locale);
    CRT_VALIDATE(size <= INT32_MAX && (to || !size) && from, CRT_EINVAL, NLSCMPERROR);
    size_t units = crt_wcslen(from);
    if (in_c_order(facts)) {
        api_wcsncpy(to, from, size);
        return units;
    }
    const WCHAR *name = facts->names[CRT_LC_COLLATE];
    size_t length = nls_sort_key(name, from, units, NULL, 0) - 1;
    if (length >= size) {
        crt_fail(CRT_ERANGE);
        return length;
    }
    char *key = (char *)to + size;          /* the upper half of the destination; widened from its start */
    nls_sort_key(name, from, units, key, length + 1);
    for (size_t i = 0; i <= length; i++)
        to[i] = (uint8_t)key[i];
    return length;
}

API(CRT_DLLS, size_t, wcsxfrm, WCHAR *to, const WCHAR *from, size_t size) {
    return api__wcsxfrm_l(to, from, size, NULL);
}
