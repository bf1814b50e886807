/* Character classes and case ("ctype.h", "is, isw Routines", "tolower, _tolower, towlower").
 *
 * Narrow characters are classified by the locale's table, indexed from -1 (EOF) to 255. Wide ones are classified as
 * GetStringTypeW(CT_CTYPE1) does, in every locale; their case follows the locale: ASCII only in the "C" locale. */
#include <pthread.h>

#include "crt_ctype.h"

/* ---- narrow ---- */

/* A value above 255 is a double-byte character, lead byte first. */
static int double_byte_class(int c, int mask, const struct crt_locale *locale) {
    char bytes[2] = {(char)(c >> 8), (char)c};
    WCHAR wide;
    if (!(locale->ctype[(uint8_t)bytes[0]] & CTYPE_LEADBYTE) || crt_mbtowc(&wide, bytes, 2, locale) != 2)
        return 0;
    return unicode_ctype1(wide) & mask;
}

static inline int class_of(int c, int mask, const struct crt_locale *locale) {
    if (__builtin_expect((unsigned)(c + 1) <= 256, 1))
        return locale->ctype[c] & mask;
    return double_byte_class(c, mask, locale);
}

API(CRT_DLLS, int, _isctype_l, int c, int mask, _locale_t locale) { return class_of(c, mask, crt_locale(locale)); }
API(CRT_DLLS, int, _isctype, int c, int mask) { return class_of(c, mask, crt_locale(NULL)); }

#define NARROW_CLASS(name_, dlls_, dlls_l_, mask_)                                             \
    API(dlls_l_, int, _##name_##_l, int c, _locale_t locale) { return class_of(c, mask_, crt_locale(locale)); } \
    API(dlls_, int, name_, int c) { return class_of(c, mask_, crt_locale(NULL)); }

NARROW_CLASS(isalpha, CRT_DLLS, CRT_DLLS, CTYPE_ALPHA)
NARROW_CLASS(isupper, CRT_DLLS, CRT_DLLS, CTYPE_UPPER)
NARROW_CLASS(islower, CRT_DLLS, CRT_DLLS, CTYPE_LOWER)
NARROW_CLASS(isdigit, CRT_DLLS, CRT_DLLS, CTYPE_DIGIT)
NARROW_CLASS(isxdigit, CRT_DLLS, CRT_DLLS, CTYPE_HEX)
NARROW_CLASS(isspace, CRT_DLLS, CRT_DLLS, CTYPE_SPACE)
NARROW_CLASS(ispunct, CRT_DLLS, CRT_DLLS, CTYPE_PUNCT)
NARROW_CLASS(isalnum, CRT_DLLS, CRT_DLLS, CTYPE_ALPHA | CTYPE_DIGIT)
NARROW_CLASS(isprint, CRT_DLLS, CRT_DLLS, CTYPE_BLANK | CTYPE_PUNCT | CTYPE_ALPHA | CTYPE_DIGIT)
NARROW_CLASS(isgraph, CRT_DLLS, CRT_DLLS, CTYPE_PUNCT | CTYPE_ALPHA | CTYPE_DIGIT)
NARROW_CLASS(iscntrl, CRT_DLLS, CRT_DLLS, CTYPE_CONTROL)

/* The table does not call the tab blank, or isprint() would call it printable. */
API(ucrtbase msvcr120, int, _isblank_l, int c, _locale_t locale) {
    return c == '\t' ? CTYPE_BLANK : class_of(c, CTYPE_BLANK, crt_locale(locale));
}
API(ucrtbase msvcr120, int, isblank, int c) { return api__isblank_l(c, NULL); }

API(CRT_DLLS, int, _isleadbyte_l, int c, _locale_t locale) {
    return crt_locale(locale)->ctype[(uint8_t)c] & CTYPE_LEADBYTE;
}
API(CRT_DLLS, int, isleadbyte, int c) { return api__isleadbyte_l(c, NULL); }

API(CRT_DLLS ntdll, int, __isascii, int c) { return (unsigned)c < 0x80; }
API(CRT_DLLS ntdll, int, __toascii, int c) { return c & 0x7F; }
API(CRT_DLLS ntdll, int, __iscsymf, int c) { return c == '_' || api_isalpha(c); }
API(CRT_DLLS ntdll, int, __iscsym, int c) { return c == '_' || api_isalnum(c); }

/* ---- narrow case ---- */

/* A double-byte character through UTF-16; one that has no single-character counterpart stays. */
static int double_byte_case(int c, const struct crt_locale *locale, WCHAR (*change)(WCHAR)) {
    char bytes[5] = {(char)(c >> 8), (char)c};
    WCHAR wide;
    if (!(locale->ctype[(uint8_t)bytes[0]] & CTYPE_LEADBYTE) || crt_mbtowc(&wide, bytes, 2, locale) != 2)
        return c;
    switch (crt_wctomb(bytes, change(wide), locale)) {
    case 1: return (uint8_t)bytes[0];
    case 2: return (uint8_t)bytes[0] << 8 | (uint8_t)bytes[1];
    default: return c;
    }
}

API(CRT_DLLS, int, _tolower_l, int c, _locale_t locale) {
    const struct crt_locale *facts = crt_locale(locale);
    if ((unsigned)c < 256)
        return facts->lower[c];
    return c > 0 ? double_byte_case(c, facts, unicode_lower) : c;
}

API(CRT_DLLS, int, _toupper_l, int c, _locale_t locale) {
    const struct crt_locale *facts = crt_locale(locale);
    if ((unsigned)c < 256)
        return facts->upper[c];
    return c > 0 ? double_byte_case(c, facts, unicode_upper) : c;
}

API(CRT_DLLS ntdll, int, tolower, int c) { return api__tolower_l(c, NULL); }
API(CRT_DLLS ntdll, int, toupper, int c) { return api__toupper_l(c, NULL); }

/* "_tolower and _toupper require that the argument is a letter of the other case". */
API(CRT_DLLS ntdll, int, _tolower, int c) { return c - 'A' + 'a'; }
API(CRT_DLLS ntdll, int, _toupper, int c) { return c - 'a' + 'A'; }

/* ---- wide ---- */

#define WEOF ((WCHAR)0xFFFF)

static inline int wide_class(WCHAR c, int mask) { return c == WEOF ? 0 : unicode_ctype1(c) & mask; }

static WORD wide_classes[1 + 256]; /* WEOF, then the first characters */

static void fill_wide_classes(void) {
    for (unsigned c = 0; c < 256; c++)
        wide_classes[1 + c] = (WORD)wide_class((WCHAR)c, 0x1FF);
}

/* _pwctype, which old macros of <wctype.h> read. */
API(CRT_DLLS, const WORD *, __pwctype_func, void) {
    static pthread_once_t filled = PTHREAD_ONCE_INIT;
    pthread_once(&filled, fill_wide_classes);
    return wide_classes + 1;
}

API(CRT_DLLS ntdll, int, iswctype, WCHAR c, WCHAR mask) { return wide_class(c, mask); }
API_ALIAS(api_iswctype, is, CRT_DLLS, "is_wctype");
API(CRT_DLLS, int, _iswctype_l, WCHAR c, WCHAR mask, _locale_t locale) {
    (void)locale;
    return wide_class(c, mask);
}

#define WIDE_CLASS(name_, dlls_, dlls_l_, mask_)                                               \
    API(dlls_l_, int, _##name_##_l, WCHAR c, _locale_t locale) {                               \
        (void)locale;                                                                          \
        return wide_class(c, mask_);                                                           \
    }                                                                                          \
    API(dlls_, int, name_, WCHAR c) { return wide_class(c, mask_); }

WIDE_CLASS(iswalpha, CRT_DLLS, CRT_DLLS, CTYPE_ALPHA)
WIDE_CLASS(iswupper, CRT_DLLS, CRT_DLLS, CTYPE_UPPER)
WIDE_CLASS(iswlower, CRT_DLLS, CRT_DLLS, CTYPE_LOWER)
WIDE_CLASS(iswdigit, CRT_DLLS, CRT_DLLS, CTYPE_DIGIT)
WIDE_CLASS(iswxdigit, CRT_DLLS, CRT_DLLS, CTYPE_HEX)
WIDE_CLASS(iswspace, CRT_DLLS, CRT_DLLS, CTYPE_SPACE)
WIDE_CLASS(iswpunct, CRT_DLLS, CRT_DLLS, CTYPE_PUNCT)
WIDE_CLASS(iswblank, ucrtbase msvcr120, ucrtbase msvcr120, CTYPE_BLANK)
WIDE_CLASS(iswalnum, CRT_DLLS, CRT_DLLS, CTYPE_ALPHA | CTYPE_DIGIT)
WIDE_CLASS(iswprint, CRT_DLLS, CRT_DLLS, CTYPE_BLANK | CTYPE_PUNCT | CTYPE_ALPHA | CTYPE_DIGIT)
WIDE_CLASS(iswgraph, CRT_DLLS, CRT_DLLS, CTYPE_PUNCT | CTYPE_ALPHA | CTYPE_DIGIT)
WIDE_CLASS(iswcntrl, CRT_DLLS, CRT_DLLS, CTYPE_CONTROL)

API(CRT_DLLS ntdll, int, iswascii, WCHAR c) { return c < 0x80; }
API(CRT_DLLS, int, __iswcsymf, WCHAR c) { return c == '_' || wide_class(c, CTYPE_ALPHA); }
API(CRT_DLLS, int, __iswcsym, WCHAR c) { return c == '_' || wide_class(c, CTYPE_ALPHA | CTYPE_DIGIT); }
API(CRT_DLLS, int, _iswcsymf_l, WCHAR c, _locale_t locale) {
    (void)locale;
    return api___iswcsymf(c);
}
API(CRT_DLLS, int, _iswcsym_l, WCHAR c, _locale_t locale) {
    (void)locale;
    return api___iswcsym(c);
}

WCHAR crt_towlower(WCHAR c, const struct crt_locale *locale) {
    if (c < 0x80)
        return (unsigned)(c - 'A') < 26 ? (WCHAR)(c + 32) : c;
    return locale->names[CRT_LC_CTYPE] && c != WEOF ? unicode_lower(c) : c;
}

WCHAR crt_towupper(WCHAR c, const struct crt_locale *locale) {
    if (c < 0x80)
        return (unsigned)(c - 'a') < 26 ? (WCHAR)(c - 32) : c;
    return locale->names[CRT_LC_CTYPE] && c != WEOF ? unicode_upper(c) : c;
}

API(CRT_DLLS, WCHAR, _towlower_l, WCHAR c, _locale_t locale) { return crt_towlower(c, crt_locale(locale)); }
API(CRT_DLLS, WCHAR, _towupper_l, WCHAR c, _locale_t locale) { return crt_towupper(c, crt_locale(locale)); }
API(CRT_DLLS ntdll, WCHAR, towlower, WCHAR c) { return crt_towlower(c, crt_locale(NULL)); }
API(CRT_DLLS ntdll, WCHAR, towupper, WCHAR c) { return crt_towupper(c, crt_locale(NULL)); }

/* ---- classes and mappings by name ---- */

static const struct {
    const char *name;
    WORD mask;
} class_names[] = {
    {"alnum", CTYPE_ALPHA | CTYPE_DIGIT}, {"alpha", CTYPE_ALPHA}, {"blank", CTYPE_BLANK}, {"cntrl", CTYPE_CONTROL},
    {"digit", CTYPE_DIGIT}, {"graph", CTYPE_PUNCT | CTYPE_ALPHA | CTYPE_DIGIT}, {"lower", CTYPE_LOWER},
    {"print", CTYPE_BLANK | CTYPE_PUNCT | CTYPE_ALPHA | CTYPE_DIGIT}, {"punct", CTYPE_PUNCT},
    {"space", CTYPE_SPACE}, {"upper", CTYPE_UPPER}, {"xdigit", CTYPE_HEX},
};

API(ucrtbase msvcr120, WCHAR, wctype, const char *name) {
    for (size_t i = 0; i < sizeof class_names / sizeof *class_names; i++)
        if (strcmp(class_names[i].name, name) == 0)
            return class_names[i].mask;
    return 0;
}

API(ucrtbase msvcr120, WCHAR, wctrans, const char *name) {
    return strcmp(name, "tolower") == 0 ? 2 : strcmp(name, "toupper") == 0 ? 1 : 0;
}

API(ucrtbase msvcr120, WCHAR, towctrans, WCHAR c, WCHAR mapping) {
    return mapping == 1 ? api_towupper(c) : api_towlower(c);
}
