/* The _mbs functions ("Multibyte-Character Sets"): strings of one- and two-byte characters in a code page that is set
 * apart from the locale's (_setmbcp). At the start it is the system's ANSI code page. A code page of single bytes and
 * UTF-8 have no lead bytes: then all functions work on bytes.
 *
 * A lead byte in front of the terminating null character ends the string. */
#include "crt_mbstring.h"

#include <pthread.h>

#include "codepage.h"
#include "crt_ctype.h"
#include "crt_memory.h"
#include "crt_nls.h"
#include "fork.h"

/* mbctype.h */
enum {
    KANA_LETTER = 0x01, KANA_PUNCT = 0x02, LEAD = 0x04, TRAIL = 0x08, SINGLE_UPPER = 0x10, SINGLE_LOWER = 0x20,
};
enum { MBC_SINGLE = 0, MBC_LEAD = 1, MBC_TRAIL = 2, MBC_ILLEGAL = -1 };
enum { JAPANESE = 932 };
#define NLSCMPERROR INT32_MAX

struct crt_multibyte {
    UINT codepage;
    bool double_bytes;
    struct codepage *page;
    BYTE type[257];             /* _mbctype: index 0 is EOF */
    BYTE casemap[256];          /* _mbcasemap: the other case */
    WCHAR locale_name[NLS_NAME_SIZE];
    struct crt_locale locale;   /* how characters of this code page become wide */
    struct crt_multibyte *next;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
SURVIVES_FORK(lock);
static struct crt_multibyte *records;
static const struct crt_multibyte *process_multibyte;

/* ---- the code page ---- */

/* Trail bytes as Microsoft's tables have them; other double-byte code pages: all but the lead bytes. */
static bool is_trail_byte(UINT codepage, unsigned byte, bool lead) {
    switch (codepage) {
    case JAPANESE: return (byte >= 0x40 && byte <= 0x7E) || (byte >= 0x80 && byte <= 0xFC);
    case 936: return (byte >= 0x40 && byte <= 0x7E) || (byte >= 0x80 && byte <= 0xFE);
    case 949: return (byte >= 0x41 && byte <= 0x5A) || (byte >= 0x61 && byte <= 0x7A) || (byte >= 0x81 && byte <= 0xFE);
    case 950: return (byte >= 0x40 && byte <= 0x7E) || (byte >= 0xA1 && byte <= 0xFE);
    case 1361: return (byte >= 0x31 && byte <= 0x7E) || (byte >= 0x81 && byte <= 0xFE);
    default: return byte >= 1 && byte <= 0xFE && !lead;
    }
}

static int single_byte(const struct crt_multibyte *multibyte, WCHAR wide, int otherwise) {
    char bytes[5];
    return crt_wctomb(bytes, wide, &multibyte->locale) == 1 ? (uint8_t)bytes[0] : otherwise;
}

static void classify(struct crt_multibyte *multibyte, unsigned byte) {
    BYTE *type = &multibyte->type[byte + 1];
    char text = (char)byte;
    WCHAR wide;
    bool lead = multibyte->double_bytes && codepage_is_lead(multibyte->page, (BYTE)byte);
    if (lead)
        *type |= LEAD;
    if (multibyte->double_bytes && is_trail_byte(multibyte->codepage, byte, lead))
        *type |= TRAIL;
    if (multibyte->codepage == JAPANESE && byte >= 0xA1 && byte <= 0xDF)
        *type |= byte <= 0xA5 ? KANA_PUNCT : KANA_LETTER;
    if (lead || crt_mbtowc(&wide, &text, 1, &multibyte->locale) < 0)
        return;
    if (unicode_ctype1(wide) & C1_UPPER) {
        *type |= SINGLE_UPPER;
        multibyte->casemap[byte] = (BYTE)single_byte(multibyte, unicode_lower(wide), 0);
    } else if (unicode_ctype1(wide) & C1_LOWER) {
        *type |= SINGLE_LOWER;
        multibyte->casemap[byte] = (BYTE)single_byte(multibyte, unicode_upper(wide), 0);
    }
}

static const struct crt_multibyte *new_record(UINT codepage, struct codepage *page, const WCHAR *locale_name) {
    struct crt_multibyte *multibyte = calloc(1, sizeof *multibyte);
    if (!multibyte)
        windlass_fatal("out of memory for a multi-byte code page");
    multibyte->codepage = codepage;
    multibyte->page = page;
    multibyte->double_bytes = page && page->max_bytes == 2;
    if (locale_name)
        crt_memmove(multibyte->locale_name, locale_name, (crt_wcsnlen(locale_name, NLS_NAME_SIZE - 1)) * sizeof(WCHAR));
    multibyte->locale = *crt_global_locale;
    multibyte->locale.codepage = codepage;
    multibyte->locale.mb_cur_max = page ? page->max_bytes : 1;
    for (unsigned byte = 0; byte < 256; byte++)
        classify(multibyte, byte);
    multibyte->next = records;
    return records = multibyte;
}

const struct crt_multibyte *crt_multibyte_of(UINT codepage, const WCHAR *locale_name) {
    struct codepage *page = codepage ? codepage_find(codepage) : NULL;
    if (codepage && (!page || codepage == CP_UTF7))
        return NULL;
    pthread_mutex_lock(&lock);
    const struct crt_multibyte *multibyte = records;
    while (multibyte && multibyte->codepage != codepage)
        multibyte = multibyte->next;
    if (!multibyte)
        multibyte = new_record(codepage, page, locale_name);
    pthread_mutex_unlock(&lock);
    return multibyte;
}

const struct crt_multibyte *crt_multibyte(_locale_t locale) {
    const struct crt_multibyte *own = locale ? locale->multibyte : crt_thread()->multibyte;
    if (own)
        return own;
    const struct crt_multibyte *shared = __atomic_load_n(&process_multibyte, __ATOMIC_ACQUIRE);
    return shared ? shared : crt_multibyte_of(codepage_ansi()->id, NULL);
}

static void use(const struct crt_multibyte *multibyte) {
    struct crt_thread *crt = crt_thread();
    if (crt->own_locale)
        crt->multibyte = multibyte;
    else
        __atomic_store_n(&process_multibyte, multibyte, __ATOMIC_RELEASE);
}

/* "_setmbcp": _MB_CP_SBCS 0, _MB_CP_OEM -2, _MB_CP_ANSI -3, _MB_CP_LOCALE -4. */
API(CRT_DLLS, int, _setmbcp, int codepage) {
    UINT id = codepage == -2 ? codepage_oem()->id : codepage == -3 ? codepage_ansi()->id
            : codepage == -4 ? crt_locale(NULL)->codepage : (UINT)codepage;
    const struct crt_multibyte *multibyte = crt_multibyte_of(id, NULL);
    if (!multibyte)
        return crt_fail(CRT_EINVAL);
    use(multibyte);
    return 0;
}

API(CRT_DLLS, int, _getmbcp, void) {
    const struct crt_multibyte *multibyte = crt_multibyte(NULL);
    return multibyte->double_bytes ? (int)multibyte->codepage : 0;
}

API(ucrtbase msvcrt MSVCR_DLLS, const BYTE *, __p__mbctype, void) { return crt_multibyte(NULL)->type; }
API(ucrtbase MSVCR_DLLS, const BYTE *, __p__mbcasemap, void) { return crt_multibyte(NULL)->casemap; }

/* ---- characters ---- */

typedef unsigned char MBCHAR;
typedef const struct crt_multibyte *MB;

static inline bool is_lead(MB mb, unsigned byte) { return mb->type[(byte & 0xFF) + 1] & LEAD; }
static inline bool is_trail(MB mb, unsigned byte) { return mb->type[(byte & 0xFF) + 1] & TRAIL; }

/* Bytes of the character at `at`: 0 at the end, 1 or 2. */
static inline unsigned size_at(MB mb, const MBCHAR *at) {
    return !at[0] ? 0 : !is_lead(mb, at[0]) ? 1 : at[1] ? 2 : 0;
}

static inline unsigned char_at(const MBCHAR *at, unsigned size) {
    return size == 2 ? (unsigned)at[0] << 8 | at[1] : size ? at[0] : 0;
}

/* The next character, 0 at the end; moves on. */
static inline unsigned next_char(MB mb, const MBCHAR **at) {
    unsigned size = size_at(mb, *at), character = char_at(*at, size);
    *at += size;
    return character;
}

static inline void put_char(MBCHAR **to, unsigned character) {
    if (character > 0xFF)
        *(*to)++ = (MBCHAR)(character >> 8);
    *(*to)++ = (MBCHAR)character;
}

static bool wide_of(MB mb, unsigned character, WCHAR *wide) {
    char bytes[2] = {(char)(character > 0xFF ? character >> 8 : character), (char)character};
    return crt_mbtowc(wide, bytes, character > 0xFF ? 2 : 1, &mb->locale) > 0;
}

static unsigned changed_case(MB mb, unsigned character, BYTE wanted) {
    if (character <= 0xFF)
        return mb->type[character + 1] & wanted && mb->casemap[character] ? mb->casemap[character] : character;
    WCHAR wide;
    char bytes[5];
    if (!wide_of(mb, character, &wide))
        return character;
    WCHAR other = wanted == SINGLE_UPPER ? unicode_lower(wide) : unicode_upper(wide);
    return crt_wctomb(bytes, other, &mb->locale) == 2 ? char_at((MBCHAR *)bytes, 2) : character;
}

static unsigned lower(MB mb, unsigned character) { return changed_case(mb, character, SINGLE_UPPER); }
static unsigned upper(MB mb, unsigned character) { return changed_case(mb, character, SINGLE_LOWER); }

/* Declares name_ and name_l_, which takes a locale behind the same parameters; the body is the latter's. */
#define MB_API(result_, name_, arguments_, ...)                                                \
    result_ WINAPI api_##name_##_l(__VA_ARGS__, _locale_t locale);                             \
    API(CRT_DLLS, result_, name_, __VA_ARGS__) { return api_##name_##_l(MB_UNPACK arguments_, NULL); } \
    API(CRT_DLLS, result_, name_##_l, __VA_ARGS__, _locale_t locale)
#define MB_UNPACK(...) __VA_ARGS__

/* ---- classes of bytes ("_ismbb routines") ---- */

static int byte_class(unsigned byte, int mask, BYTE kana, _locale_t locale) {
    MB mb = crt_multibyte(locale);
    return (crt_locale(locale)->ctype[(BYTE)byte] & mask) || (mb->type[(BYTE)byte + 1] & kana);
}

#define BYTE_CLASS(name_, mask_, kana_)                                                        \
    MB_API(int, name_, (byte), unsigned byte) { return byte_class(byte, mask_, kana_, locale); }

BYTE_CLASS(_ismbbkalnum, 0, KANA_LETTER)
BYTE_CLASS(_ismbbkprint, 0, KANA_LETTER | KANA_PUNCT)
BYTE_CLASS(_ismbbkpunct, 0, KANA_PUNCT)
BYTE_CLASS(_ismbbalnum, CTYPE_ALPHA | CTYPE_DIGIT, KANA_LETTER)
BYTE_CLASS(_ismbbalpha, CTYPE_ALPHA, KANA_LETTER)
BYTE_CLASS(_ismbbgraph, CTYPE_PUNCT | CTYPE_ALPHA | CTYPE_DIGIT, KANA_LETTER | KANA_PUNCT)
BYTE_CLASS(_ismbbprint, CTYPE_BLANK | CTYPE_PUNCT | CTYPE_ALPHA | CTYPE_DIGIT, KANA_LETTER | KANA_PUNCT)
BYTE_CLASS(_ismbbpunct, CTYPE_PUNCT, KANA_PUNCT)
BYTE_CLASS(_ismbblead, 0, LEAD)
BYTE_CLASS(_ismbbtrail, 0, TRAIL)
BYTE_CLASS(_ismbbkana, 0, KANA_LETTER | KANA_PUNCT)

MB_API(int, _ismbbblank, (byte), unsigned byte) {
    return byte == '\t' ? CTYPE_BLANK : byte_class(byte, CTYPE_BLANK, 0, locale);
}

/* ---- classes of characters ("_ismbcalnum ...") ---- */

static int char_class(unsigned c, int mask, BYTE kana, _locale_t locale) {
    WCHAR wide;
    if (c <= 0xFF)
        return byte_class(c, mask, kana, locale);
    return wide_of(crt_multibyte(locale), c, &wide) && (unicode_ctype1(wide) & mask);
}

#define CHAR_CLASS(name_, mask_, kana_)                                                        \
    MB_API(int, name_, (c), unsigned c) { return char_class(c, mask_, kana_, locale); }

CHAR_CLASS(_ismbcalnum, CTYPE_ALPHA | CTYPE_DIGIT, KANA_LETTER)
CHAR_CLASS(_ismbcalpha, CTYPE_ALPHA, KANA_LETTER)
CHAR_CLASS(_ismbcdigit, CTYPE_DIGIT, 0)
CHAR_CLASS(_ismbcgraph, CTYPE_PUNCT | CTYPE_ALPHA | CTYPE_DIGIT, KANA_LETTER | KANA_PUNCT)
CHAR_CLASS(_ismbclower, CTYPE_LOWER, SINGLE_LOWER)
CHAR_CLASS(_ismbcupper, CTYPE_UPPER, SINGLE_UPPER)
CHAR_CLASS(_ismbcprint, CTYPE_BLANK | CTYPE_PUNCT | CTYPE_ALPHA | CTYPE_DIGIT, KANA_LETTER | KANA_PUNCT)
CHAR_CLASS(_ismbcpunct, CTYPE_PUNCT, KANA_PUNCT)
CHAR_CLASS(_ismbcspace, CTYPE_SPACE, 0)

MB_API(int, _ismbcblank, (c), unsigned c) {
    return c == '\t' ? CTYPE_BLANK : char_class(c, CTYPE_BLANK, 0, locale);
}

static bool is_legal(MB mb, unsigned c) { return c > 0xFF && is_lead(mb, c >> 8) && is_trail(mb, c); }

MB_API(int, _ismbclegal, (c), unsigned c) { return is_legal(crt_multibyte(locale), c); }

/* Ranges of code page 932 ("_ismbcl0, _ismbcl1, _ismbcl2", "_ismbchira, _ismbckata", "_ismbcsymbol"). */
static bool in_japanese(unsigned c, unsigned first, unsigned last, _locale_t locale) {
    MB mb = crt_multibyte(locale);
    return mb->codepage == JAPANESE && c >= first && c <= last && is_legal(mb, c);
}

#define JAPANESE_RANGE(name_, first_, last_)                                                   \
    MB_API(int, name_, (c), unsigned c) { return in_japanese(c, first_, last_, locale); }

JAPANESE_RANGE(_ismbchira, 0x829F, 0x82F1)
JAPANESE_RANGE(_ismbckata, 0x8340, 0x8396)
JAPANESE_RANGE(_ismbcsymbol, 0x8141, 0x81AC)
JAPANESE_RANGE(_ismbcl0, 0x8140, 0x889E)
JAPANESE_RANGE(_ismbcl1, 0x889F, 0x9872)
JAPANESE_RANGE(_ismbcl2, 0x989F, 0xEAA4)

/* ---- conversions of characters ---- */

MB_API(unsigned, _mbctolower, (c), unsigned c) { return lower(crt_multibyte(locale), c); }
MB_API(unsigned, _mbctoupper, (c), unsigned c) { return upper(crt_multibyte(locale), c); }

MB_API(unsigned, _mbctohira, (c), unsigned c) {
    if (!in_japanese(c, 0x8340, 0x8393, locale))
        return c;
    return c < 0x837F ? c - 0xA1 : c - 0xA2;
}

MB_API(unsigned, _mbctokata, (c), unsigned c) {
    if (!in_japanese(c, 0x829F, 0x82F1, locale))
        return c;
    return c + 0xA1 < 0x837F ? c + 0xA1 : c + 0xA2;
}

/* JIS rows of 94 to Shift JIS's of 188 ("_mbcjistojms, _mbcjmstojis"). */
MB_API(unsigned, _mbcjistojms, (c), unsigned c) {
    unsigned row = c >> 8, cell = c & 0xFF;
    if (crt_multibyte(locale)->codepage != JAPANESE)
        return c;
    if (row < 0x21 || row > 0x7E || cell < 0x21 || cell > 0x7E) {
        crt_fail(CRT_EILSEQ);
        return 0;
    }
    cell += row & 1 ? cell <= 0x5F ? 0x1F : 0x20 : 0x7E;
    row = ((row - 0x21) >> 1) + 0x81;
    return (row > 0x9F ? row + 0x40 : row) << 8 | cell;
}

MB_API(unsigned, _mbcjmstojis, (c), unsigned c) {
    MB mb = crt_multibyte(locale);
    unsigned row = c >> 8, cell = c & 0xFF;
    if (mb->codepage != JAPANESE)
        return c;
    if (!is_legal(mb, c) || row >= 0xF0) {
        crt_fail(CRT_EILSEQ);
        return 0;
    }
    row = ((row - (row >= 0xE0 ? 0xC1 : 0x81)) << 1) + 0x21;
    if (cell >= 0x9F)
        return (row + 1) << 8 | (cell - 0x7E);
    return row << 8 | (cell - (cell > 0x7E ? 0x20 : 0x1F));
}

/* Full-width forms of ASCII and of half-width katakana, from 0x20 and from 0xA1 on ("_mbbtombc, _mbctombb"). */
static const WORD full_width_ascii[] = {
    0x8140, 0x8149, 0x8168, 0x8194, 0x8190, 0x8193, 0x8195, 0x8166, 0x8169, 0x816A, 0x8196, 0x817B, 0x8143, 0x817C,
    0x8144, 0x815E, 0x824F, 0x8250, 0x8251, 0x8252, 0x8253, 0x8254, 0x8255, 0x8256, 0x8257, 0x8258, 0x8146, 0x8147,
    0x8183, 0x8181, 0x8184, 0x8148, 0x8197, 0x8260, 0x8261, 0x8262, 0x8263, 0x8264, 0x8265, 0x8266, 0x8267, 0x8268,
    0x8269, 0x826A, 0x826B, 0x826C, 0x826D, 0x826E, 0x826F, 0x8270, 0x8271, 0x8272, 0x8273, 0x8274, 0x8275, 0x8276,
    0x8277, 0x8278, 0x8279, 0x816D, 0x818F, 0x816E, 0x814F, 0x8151, 0x8165, 0x8281, 0x8282, 0x8283, 0x8284, 0x8285,
    0x8286, 0x8287, 0x8288, 0x8289, 0x828A, 0x828B, 0x828C, 0x828D, 0x828E, 0x828F, 0x8290, 0x8291, 0x8292, 0x8293,
    0x8294, 0x8295, 0x8296, 0x8297, 0x8298, 0x8299, 0x829A, 0x816F, 0x8162, 0x8170, 0x8150,
};
static const WORD full_width_kana[] = {
    0x8142, 0x8175, 0x8176, 0x8141, 0x8145, 0x8392, 0x8340, 0x8342, 0x8344, 0x8346, 0x8348, 0x8383, 0x8385, 0x8387,
    0x8362, 0x815B, 0x8341, 0x8343, 0x8345, 0x8347, 0x8349, 0x834A, 0x834C, 0x834E, 0x8350, 0x8352, 0x8354, 0x8356,
    0x8358, 0x835A, 0x835C, 0x835E, 0x8360, 0x8363, 0x8365, 0x8367, 0x8369, 0x836A, 0x836B, 0x836C, 0x836D, 0x836E,
    0x8371, 0x8374, 0x8377, 0x837A, 0x837D, 0x837E, 0x8380, 0x8381, 0x8382, 0x8384, 0x8386, 0x8388, 0x8389, 0x838A,
    0x838B, 0x838C, 0x838D, 0x838F, 0x8393, 0x814A, 0x814B,
};
#define COUNT(array_) (sizeof(array_) / sizeof *(array_))

MB_API(unsigned, _mbbtombc, (c), unsigned c) {
    if (crt_multibyte(locale)->codepage != JAPANESE)
        return c;
    if (c >= 0x20 && c < 0x20 + COUNT(full_width_ascii))
        return full_width_ascii[c - 0x20];
    return c >= 0xA1 && c < 0xA1 + COUNT(full_width_kana) ? full_width_kana[c - 0xA1] : c;
}

MB_API(unsigned, _mbctombb, (c), unsigned c) {
    if (crt_multibyte(locale)->codepage != JAPANESE)
        return c;
    unsigned kana = api__mbctokata_l(c, locale);
    for (unsigned i = 0; i < COUNT(full_width_ascii); i++)
        if (full_width_ascii[i] == c)
            return 0x20 + i;
    for (unsigned i = 0; i < COUNT(full_width_kana); i++)
        if (full_width_kana[i] == kana)
            return 0xA1 + i;
    return c;
}

/* ---- types of bytes ---- */

static int byte_type(MB mb, unsigned byte, int previous) {
    if (previous == MBC_LEAD)
        return is_trail(mb, byte) ? MBC_TRAIL : MBC_ILLEGAL;
    if (is_lead(mb, byte))
        return MBC_LEAD;
    WCHAR wide;
    return byte_class(byte, CTYPE_BLANK | CTYPE_PUNCT | CTYPE_ALPHA | CTYPE_DIGIT | CTYPE_CONTROL | CTYPE_SPACE, 0,
                      NULL) || wide_of(mb, byte, &wide) ? MBC_SINGLE : MBC_ILLEGAL;
}

MB_API(int, _mbbtype, (byte, type), MBCHAR byte, int type) { return byte_type(crt_multibyte(locale), byte, type); }

MB_API(int, _mbsbtype, (string, index), const MBCHAR *string, size_t index) {
    MB mb = crt_multibyte(locale);
    int type = MBC_SINGLE;
    CRT_VALIDATE(string, CRT_EINVAL, MBC_ILLEGAL);
    for (;; string++) {
        if (!*string && type != MBC_LEAD)
            return MBC_ILLEGAL;
        type = byte_type(mb, *string, type);
        if (!index-- || !*string)
            return type;
    }
}

MB_API(int, _ismbslead, (start, at), const MBCHAR *start, const MBCHAR *at) {
    MB mb = crt_multibyte(locale);
    CRT_VALIDATE(start && at, CRT_EINVAL, 0);
    while (start < at && *start)
        start += size_at(mb, start) == 2 ? 2 : 1;
    return start == at && is_lead(mb, *at) ? -1 : 0;
}

MB_API(int, _ismbstrail, (start, at), const MBCHAR *start, const MBCHAR *at) {
    MB mb = crt_multibyte(locale);
    CRT_VALIDATE(start && at, CRT_EINVAL, 0);
    while (start < at && *start) {
        if (!is_lead(mb, *start))
            start++;
        else if (start + 1 == at)
            return -1;
        else
            start += start[1] ? 2 : 1;
    }
    return 0;
}

/* ---- moving along a string ---- */

MB_API(size_t, _mbclen, (at), const MBCHAR *at) { return size_at(crt_multibyte(locale), at) == 2 ? 2 : 1; }

MB_API(MBCHAR *, _mbsinc, (at), const MBCHAR *at) {
    return (MBCHAR *)at + (is_lead(crt_multibyte(locale), *at) && at[1] ? 2 : 1);
}

MB_API(MBCHAR *, _mbsdec, (start, at), const MBCHAR *start, const MBCHAR *at) {
    MB mb = crt_multibyte(locale);
    CRT_VALIDATE(start && at, CRT_EINVAL, NULL);
    if (start >= at)
        return NULL;
    const MBCHAR *previous = start;
    while (start < at) {
        previous = start;
        start += is_lead(mb, *start) && start[1] ? 2 : 1;
    }
    return (MBCHAR *)previous;
}

MB_API(unsigned, _mbsnextc, (at), const MBCHAR *at) {
    MB mb = crt_multibyte(locale);
    CRT_VALIDATE(at, CRT_EINVAL, 0);
    return char_at(at, is_lead(mb, *at) ? 2 : 1);
}

/* Bytes of the first `count` characters. */
MB_API(size_t, _mbsnbcnt, (string, count), const MBCHAR *string, size_t count) {
    MB mb = crt_multibyte(locale);
    const MBCHAR *at = string;
    CRT_VALIDATE(string || !count, CRT_EINVAL, 0);
    while (count-- && size_at(mb, at))
        at += size_at(mb, at);
    return (size_t)(at - string);
}

/* Characters in the first `size` bytes; a lead byte at their end counts. */
MB_API(size_t, _mbsnccnt, (string, size), const MBCHAR *string, size_t size) {
    MB mb = crt_multibyte(locale);
    size_t count = 0;
    CRT_VALIDATE(string || !size, CRT_EINVAL, 0);
    for (const MBCHAR *at = string; (size_t)(at - string) < size && size_at(mb, at); at += size_at(mb, at))
        count++;
    return count;
}

MB_API(MBCHAR *, _mbsninc, (string, count), const MBCHAR *string, size_t count) {
    return string ? (MBCHAR *)string + api__mbsnbcnt_l(string, count, locale) : NULL;
}

MB_API(size_t, _mbslen, (string), const MBCHAR *string) { return api__mbsnccnt_l(string, SIZE_MAX, locale); }

MB_API(size_t, _mbsnlen, (string, size), const MBCHAR *string, size_t size) {
    size_t length = crt_strnlen((const char *)string, size);
    return length == size ? size : api__mbsnccnt_l(string, length, locale);
}

API(CRT_DLLS, MBCHAR *, _mbsdup, const MBCHAR *string) {
    size_t size = string ? crt_strlen((const char *)string) + 1 : 0;
    MBCHAR *copy = string ? crt_malloc(size) : NULL;
    return copy ? crt_memmove(copy, string, size) : NULL;
}

/* ---- search ---- */

MB_API(MBCHAR *, _mbschr, (string, wanted), const MBCHAR *string, unsigned wanted) {
    MB mb = crt_multibyte(locale);
    CRT_VALIDATE(string, CRT_EINVAL, NULL);
    for (;;) {
        const MBCHAR *at = string;
        unsigned character = next_char(mb, &string);
        if (character == wanted)
            return (MBCHAR *)at;
        if (!character)
            return NULL;
    }
}

MB_API(MBCHAR *, _mbsrchr, (string, wanted), const MBCHAR *string, unsigned wanted) {
    MB mb = crt_multibyte(locale);
    const MBCHAR *found = NULL;
    CRT_VALIDATE(string, CRT_EINVAL, NULL);
    for (;;) {
        const MBCHAR *at = string;
        unsigned character = next_char(mb, &string);
        if (character == wanted)
            found = at;
        if (!character)
            return (MBCHAR *)found;
    }
}

static bool in_set(MB mb, unsigned character, const MBCHAR *set) {
    unsigned each;
    while ((each = next_char(mb, &set)) != 0)
        if (each == character)
            return true;
    return false;
}

/* Where the run of characters that are (or are not) in the set ends. */
static const MBCHAR *end_of_run(MB mb, const MBCHAR *string, const MBCHAR *set, bool members) {
    for (;;) {
        const MBCHAR *at = string;
        unsigned character = next_char(mb, &string);
        if (!character || in_set(mb, character, set) != members)
            return at;
    }
}

MB_API(size_t, _mbsspn, (string, set), const MBCHAR *string, const MBCHAR *set) {
    CRT_VALIDATE(string && set, CRT_EINVAL, 0);
    return (size_t)(end_of_run(crt_multibyte(locale), string, set, true) - string);
}

MB_API(size_t, _mbscspn, (string, set), const MBCHAR *string, const MBCHAR *set) {
    CRT_VALIDATE(string && set, CRT_EINVAL, 0);
    return (size_t)(end_of_run(crt_multibyte(locale), string, set, false) - string);
}

MB_API(MBCHAR *, _mbsspnp, (string, set), const MBCHAR *string, const MBCHAR *set) {
    CRT_VALIDATE(string && set, CRT_EINVAL, NULL);
    const MBCHAR *end = end_of_run(crt_multibyte(locale), string, set, true);
    return *end ? (MBCHAR *)end : NULL;
}

MB_API(MBCHAR *, _mbspbrk, (string, set), const MBCHAR *string, const MBCHAR *set) {
    CRT_VALIDATE(string && set, CRT_EINVAL, NULL);
    const MBCHAR *end = end_of_run(crt_multibyte(locale), string, set, false);
    return *end ? (MBCHAR *)end : NULL;
}

MB_API(MBCHAR *, _mbsstr, (string, wanted), const MBCHAR *string, const MBCHAR *wanted) {
    MB mb = crt_multibyte(locale);
    CRT_VALIDATE(string && wanted, CRT_EINVAL, NULL);
    size_t size = crt_strlen((const char *)wanted);
    for (; strncmp((const char *)string, (const char *)wanted, size) != 0; string += size_at(mb, string))
        if (!size_at(mb, string))
            return NULL;
    return (MBCHAR *)string;
}

MB_API(MBCHAR *, _mbstok_s, (string, delimiters, context), MBCHAR *string, const MBCHAR *delimiters,
       MBCHAR **context) {
    MB mb = crt_multibyte(locale);
    CRT_VALIDATE(context && delimiters && (string || *context), CRT_EINVAL, NULL);
    MBCHAR *token = (MBCHAR *)end_of_run(mb, string ? string : *context, delimiters, true);
    MBCHAR *end = (MBCHAR *)end_of_run(mb, token, delimiters, false);
    unsigned size = size_at(mb, end);
    *context = end + size;
    if (size == 2)
        end[1] = 0;
    *end = 0;
    return end == token ? NULL : token;
}

MB_API(MBCHAR *, _mbstok, (string, delimiters), MBCHAR *string, const MBCHAR *delimiters) {
    return api__mbstok_s_l(string, delimiters, &crt_thread()->mbstok_next, locale);
}

/* ---- compare ---- */

/* By character values; `count` in characters or, with `in_bytes`, in bytes. */
static int compare(MB mb, const MBCHAR *a, const MBCHAR *b, size_t count, bool in_bytes, bool ignore_case) {
    while (count) {
        unsigned size = size_at(mb, a);
        if (in_bytes && size > count)       /* half a character: its lead bytes decide */
            return *a == *b ? 0 : *a < *b ? -1 : 1;
        unsigned x = next_char(mb, &a), y = next_char(mb, &b);
        if (ignore_case) {
            x = lower(mb, x);
            y = lower(mb, y);
        }
        if (x != y)
            return x < y ? -1 : 1;
        if (!x)
            return 0;
        count -= in_bytes ? size : 1;
    }
    return 0;
}

#define COMPARE(name_, in_bytes_, ignore_case_)                                                \
    MB_API(int, name_, (a, b, count), const MBCHAR *a, const MBCHAR *b, size_t count) {        \
        CRT_VALIDATE((a && b) || !count, CRT_EINVAL, NLSCMPERROR);                             \
        return compare(crt_multibyte(locale), a, b, count, in_bytes_, ignore_case_);           \
    }

MB_API(int, _mbscmp, (a, b), const MBCHAR *a, const MBCHAR *b) {
    CRT_VALIDATE(a && b, CRT_EINVAL, NLSCMPERROR);
    return compare(crt_multibyte(locale), a, b, SIZE_MAX, false, false);
}

MB_API(int, _mbsicmp, (a, b), const MBCHAR *a, const MBCHAR *b) {
    CRT_VALIDATE(a && b, CRT_EINVAL, NLSCMPERROR);
    return compare(crt_multibyte(locale), a, b, SIZE_MAX, false, true);
}

COMPARE(_mbsncmp, false, false)
COMPARE(_mbsnicmp, false, true)
COMPARE(_mbsnbcmp, true, false)
COMPARE(_mbsnbicmp, true, true)

/* ---- compare by language ---- */

static int collate(_locale_t locale, const MBCHAR *a, size_t a_size, const MBCHAR *b, size_t b_size,
                   bool ignore_case) {
    MB mb = crt_multibyte(locale);
    const WCHAR *name = crt_locale(locale)->names[CRT_LC_COLLATE];
    WCHAR *wide = name ? malloc((a_size + b_size + 1) * sizeof *wide) : NULL;
    if (!wide) {
        size_t size = a_size < b_size ? b_size : a_size;
        return compare(mb, a, b, size, true, ignore_case);
    }
    size_t a_units = codepage_to_wide(mb->page, 0, (const char *)a, a_size, wide, a_size, NULL);
    size_t b_units = codepage_to_wide(mb->page, 0, (const char *)b, b_size, wide + a_units, b_size, NULL);
    int order = nls_compare(name, ignore_case, wide, a_units, wide + a_units, b_units);
    free(wide);
    return order;
}

static size_t bytes_of(MB mb, const MBCHAR *string, size_t count, bool in_bytes) {
    size_t length = crt_strnlen((const char *)string, in_bytes ? count : SIZE_MAX);
    const MBCHAR *at = string;
    while (!in_bytes && count-- && size_at(mb, at))
        at += size_at(mb, at);
    return in_bytes ? length : (size_t)(at - string);
}

#define COLLATE(name_, in_bytes_, ignore_case_)                                                \
    MB_API(int, name_, (a, b, count), const MBCHAR *a, const MBCHAR *b, size_t count) {        \
        CRT_VALIDATE(((a && b) || !count) && count <= INT32_MAX, CRT_EINVAL, NLSCMPERROR);     \
        if (!count)                                                                            \
            return 0;                                                                          \
        MB mb = crt_multibyte(locale);                                                         \
        return collate(locale, a, bytes_of(mb, a, count, in_bytes_), b, bytes_of(mb, b, count, in_bytes_), \
                       ignore_case_);                                                          \
    }

MB_API(int, _mbscoll, (a, b), const MBCHAR *a, const MBCHAR *b) {
    CRT_VALIDATE(a && b, CRT_EINVAL, NLSCMPERROR);
    return collate(locale, a, crt_strlen((const char *)a), b, crt_strlen((const char *)b), false);
}

MB_API(int, _mbsicoll, (a, b), const MBCHAR *a, const MBCHAR *b) {
    CRT_VALIDATE(a && b, CRT_EINVAL, NLSCMPERROR);
    return collate(locale, a, crt_strlen((const char *)a), b, crt_strlen((const char *)b), true);
}

COLLATE(_mbsncoll, false, false)
COLLATE(_mbsnicoll, false, true)
COLLATE(_mbsnbcoll, true, false)
COLLATE(_mbsnbicoll, true, true)

/* ---- copy ---- */

API(msvcrt MSVCR_DLLS, MBCHAR *, _mbscpy, MBCHAR *to, const MBCHAR *from) {
    return crt_memmove(to, from, crt_strlen((const char *)from) + 1), to;
}

API(msvcrt MSVCR_DLLS, MBCHAR *, _mbscat, MBCHAR *to, const MBCHAR *from) {
    crt_memmove(to + crt_strlen((const char *)to), from, crt_strlen((const char *)from) + 1);
    return to;
}

static MBCHAR *append(MB mb, MBCHAR *to, const MBCHAR *from, size_t count, bool in_bytes) {
    size_t size = bytes_of(mb, from, count, in_bytes);
    if (in_bytes && size && api__ismbslead(from, from + size - 1))
        size--;                             /* no half character at the end */
    MBCHAR *end = to + crt_strlen((const char *)to);
    crt_memmove(end, from, size);
    end[size] = 0;
    return to;
}

MB_API(MBCHAR *, _mbsncat, (to, from, count), MBCHAR *to, const MBCHAR *from, size_t count) {
    return append(crt_multibyte(locale), to, from, count, false);
}
MB_API(MBCHAR *, _mbsnbcat, (to, from, count), MBCHAR *to, const MBCHAR *from, size_t count) {
    return append(crt_multibyte(locale), to, from, count, true);
}

/* Pads with null bytes: one per missing character, or up to `count` bytes. */
MB_API(MBCHAR *, _mbsncpy, (to, from, count), MBCHAR *to, const MBCHAR *from, size_t count) {
    MB mb = crt_multibyte(locale);
    MBCHAR *at = to;
    for (unsigned character; count && (character = next_char(mb, &from)) != 0; count--)
        put_char(&at, character);
    memset(at, 0, count);
    return to;
}

MB_API(MBCHAR *, _mbsnbcpy, (to, from, count), MBCHAR *to, const MBCHAR *from, size_t count) {
    MB mb = crt_multibyte(locale);
    MBCHAR *at = to, *end = to + count;
    for (unsigned size; at < end && (size = size_at(mb, from)) != 0 && at + size <= end; from += size, at += size)
        crt_memmove(at, from, size);
    memset(at, 0, (size_t)(end - at));
    return to;
}

static errno_t refuse(MBCHAR *to, int error) {
    *to = 0;
    return crt_invalid(error);
}

/* Writes the first `size` bytes of `from` at to[used]; `truncate`: as many whole characters as fit. */
static errno_t put_safely(MB mb, MBCHAR *to, size_t used, size_t room, const MBCHAR *from, size_t size,
                          bool truncate) {
    bool fits = size < room - used;
    if (!fits && !truncate)
        return refuse(to, CRT_ERANGE);
    if (!fits) {
        const MBCHAR *at = from, *end = from + (room - used - 1);
        while (at + size_at(mb, at) <= end && size_at(mb, at))
            at += size_at(mb, at);
        size = (size_t)(at - from);
    }
    crt_memmove(to + used, from, size);
    to[used + size] = 0;
    return fits ? 0 : CRT_STRUNCATE;
}

static errno_t copy_safely(_locale_t locale, MBCHAR *to, size_t room, const MBCHAR *from, size_t count, bool in_bytes,
                           bool appending) {
    MB mb = crt_multibyte(locale);
    if (!to && !room && !count)
        return 0;
    if (!to || !room)
        return crt_invalid(CRT_EINVAL);
    size_t used = appending ? crt_strnlen((const char *)to, room) : 0;
    if (used == room || (!from && count))
        return refuse(to, CRT_EINVAL);
    if (!appending)
        *to = 0;
    if (!count)
        return 0;
    return put_safely(mb, to, used, room, from, bytes_of(mb, from, count, in_bytes), count == CRT_TRUNCATE);
}

#define COPY_SAFELY(name_, in_bytes_, appending_)                                              \
    MB_API(errno_t, name_, (to, size, from, count), MBCHAR *to, size_t size, const MBCHAR *from, size_t count) { \
        return copy_safely(locale, to, size, from, count, in_bytes_, appending_);              \
    }

COPY_SAFELY(_mbsncpy_s, false, false)
COPY_SAFELY(_mbsnbcpy_s, true, false)
COPY_SAFELY(_mbsncat_s, false, true)
COPY_SAFELY(_mbsnbcat_s, true, true)

MB_API(errno_t, _mbscpy_s, (to, size, from), MBCHAR *to, size_t size, const MBCHAR *from) {
    if (!to || !size)
        return crt_invalid(CRT_EINVAL);
    return copy_safely(locale, to, size, from, SIZE_MAX - 1, true, false);
}

MB_API(errno_t, _mbscat_s, (to, size, from), MBCHAR *to, size_t size, const MBCHAR *from) {
    if (!to || !size)
        return crt_invalid(CRT_EINVAL);
    return copy_safely(locale, to, size, from, SIZE_MAX - 1, true, true);
}

MB_API(VOID, _mbccpy, (to, from), MBCHAR *to, const MBCHAR *from) {
    crt_memmove(to, from, size_at(crt_multibyte(locale), from) == 2 ? 2 : 1);
}

MB_API(errno_t, _mbccpy_s, (to, size, copied, from), MBCHAR *to, size_t size, int *copied, const MBCHAR *from) {
    if (copied)
        *copied = 0;
    if (!to || !size)
        return crt_invalid(CRT_EINVAL);
    if (!from)
        return refuse(to, CRT_EINVAL);
    unsigned length = size_at(crt_multibyte(locale), from);
    if (!length && *from) {                 /* a lead byte and nothing behind it */
        *to = 0;
        return crt_thread()->error = CRT_EILSEQ;
    }
    if (length > size)
        return refuse(to, CRT_ERANGE);
    *to = 0;
    crt_memmove(to, from, length);
    if (copied)
        *copied = length ? (int)length : 1;
    return 0;
}

/* ---- change in place ---- */

static void change_case(MB mb, MBCHAR *string, unsigned (*change)(MB, unsigned)) {
    for (unsigned size; (size = size_at(mb, string)) != 0; string += size) {
        MBCHAR *at = string;
        unsigned character = change(mb, char_at(string, size));
        if ((character > 0xFF) == (size == 2))
            put_char(&at, character);
    }
}

static errno_t check_terminated(MBCHAR *string, size_t size) {
    if (!string || !size)
        return crt_invalid(CRT_EINVAL);
    return crt_strnlen((const char *)string, size) < size ? 0 : refuse(string, CRT_EINVAL);
}

#define CHANGE_CASE(name_, change_)                                                            \
    MB_API(errno_t, name_##_s, (string, size), MBCHAR *string, size_t size) {                  \
        errno_t error = check_terminated(string, size);                                        \
        if (!error)                                                                            \
            change_case(crt_multibyte(locale), string, change_);                               \
        return error;                                                                          \
    }                                                                                          \
    MB_API(MBCHAR *, name_, (string), MBCHAR *string) {                                        \
        CRT_VALIDATE(string, CRT_EINVAL, NULL);                                                \
        change_case(crt_multibyte(locale), string, change_);                                   \
        return string;                                                                         \
    }

CHANGE_CASE(_mbslwr, lower)
CHANGE_CASE(_mbsupr, upper)

static MBCHAR *reverse(MB mb, MBCHAR *string) {
    size_t size = crt_strlen((const char *)string);
    MBCHAR *copy = malloc(size + 1), *end = string + size;
    if (!copy)
        return NULL;
    crt_memmove(copy, string, size + 1);
    for (const MBCHAR *at = copy; size_at(mb, at); at += size_at(mb, at)) {
        end -= size_at(mb, at);
        crt_memmove(end, at, size_at(mb, at));
    }
    free(copy);
    return string;
}

API(CRT_DLLS, MBCHAR *, _mbsrev, MBCHAR *string) { return reverse(crt_multibyte(NULL), string); }
API(CRT_DLLS, MBCHAR *, _mbsrev_l, MBCHAR *string, _locale_t locale) { return reverse(crt_multibyte(locale), string); }

/* Sets at most `count` characters (or bytes) to `value`; half a character that is left becomes a blank. */
static void set_chars(MB mb, MBCHAR *string, unsigned value, size_t count, bool in_bytes) {
    size_t size = bytes_of(mb, string, count, in_bytes);
    unsigned step = value > 0xFF ? 2 : 1;
    for (MBCHAR *at = string, *end = string + size; at < end;) {
        if (at + step > end)
            *at++ = ' ';
        else
            put_char(&at, value);
    }
}

#define SET_CHARS(name_, in_bytes_)                                                            \
    MB_API(MBCHAR *, name_, (string, value, count), MBCHAR *string, unsigned value, size_t count) { \
        CRT_VALIDATE(string || !count, CRT_EINVAL, NULL);                                      \
        set_chars(crt_multibyte(locale), string, value, count, in_bytes_);                     \
        return string;                                                                         \
    }                                                                                          \
    MB_API(errno_t, name_##_s, (string, size, value, count), MBCHAR *string, size_t size, unsigned value, \
           size_t count) {                                                                     \
        if (!string && !size && !count)                                                        \
            return 0;                                                                          \
        errno_t error = check_terminated(string, size);                                        \
        if (!error)                                                                            \
            set_chars(crt_multibyte(locale), string, value, count, in_bytes_);                 \
        return error;                                                                          \
    }

SET_CHARS(_mbsnset, false)
SET_CHARS(_mbsnbset, true)

MB_API(MBCHAR *, _mbsset, (string, value), MBCHAR *string, unsigned value) {
    CRT_VALIDATE(string, CRT_EINVAL, NULL);
    set_chars(crt_multibyte(locale), string, value, SIZE_MAX, true);
    return string;
}

MB_API(errno_t, _mbsset_s, (string, size, value), MBCHAR *string, size_t size, unsigned value) {
    errno_t error = check_terminated(string, size);
    if (!error)
        set_chars(crt_multibyte(locale), string, value, SIZE_MAX, true);
    return error;
}
