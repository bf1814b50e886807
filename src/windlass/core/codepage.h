/* Windows code pages and UTF-16.
 *
 * The ANSI code page is UTF-8 (65001), as on a Windows with "Use Unicode UTF-8 for worldwide language support":
 * programs on Linux pass paths and text as UTF-8 in `char *`. WINDLASS_CODEPAGE=1252 (or any other code page of
 * bytes) in the environment chooses another one, for the ANSI and the OEM code page alike.
 *
 * Every conversion takes an explicit length and neither reads nor writes a terminating zero, except those that say
 * so. With `out` NULL (or capacity 0) they count. They return the number of units or bytes that the whole text needs
 * and set *error, when it is not NULL, to ERROR_SUCCESS, ERROR_INSUFFICIENT_BUFFER (as much as fits was written) or
 * ERROR_NO_UNICODE_TRANSLATION. */
#ifndef WINDLASS_CODEPAGE_H
#define WINDLASS_CODEPAGE_H

#include <stdbool.h>

#include "win.h"

#define CP_ACP 0u
#define CP_OEMCP 1u
#define CP_MACCP 2u
#define CP_THREAD_ACP 3u
#define CP_SYMBOL 42u
#define CP_GB18030 54936u
#define CP_UTF7 65000u
#define CP_UTF8 65001u

/* A code page of one or two bytes a character, as nls_tables.c holds it. */
struct codepage_table {
    WORD id;
    BYTE max_bytes;
    WCHAR default_wide;        /* for bytes that mean nothing */
    const uint16_t *single;    /* 256 units; 0xFFFF: none */
    const uint16_t *rows;      /* two bytes: rows of 256 units, in the order of the lead bytes; NULL in other pages */
    BYTE lead_ranges[12];      /* pairs, as CPINFO has them */
    const char *name;
    const uint8_t *row_of_lead; /* 1 + the row of a lead byte, 0 for a byte that is none */
};

struct codepage {
    UINT id;
    BYTE max_bytes; /* CPINFO.MaxCharSize */
    const struct codepage_table *table; /* NULL: UTF-8 and UTF-7 */
    uint16_t *volatile from_wide;       /* 65536 codes (lead << 8 | trail), made on first use; see codepage.c */
};

enum {
    CODEPAGE_STRICT = 1,      /* what cannot be converted is an error (MB_ERR_INVALID_CHARS, WC_ERR_INVALID_CHARS) */
    CODEPAGE_NO_BEST_FIT = 2, /* WC_NO_BEST_FIT_CHARS */
};

/* The code page, CP_ACP ... CP_THREAD_ACP resolved; NULL: no such code page. */
struct codepage *codepage_find(UINT id);
struct codepage *codepage_ansi(void);
struct codepage *codepage_oem(void);

bool codepage_is_lead(const struct codepage *page, BYTE byte);

/* The name as GetCPInfoEx shows it without the number, such as "Western European (Windows)". */
const char *codepage_name(const struct codepage *page);

size_t codepage_to_wide(struct codepage *page, unsigned flags, const char *text, size_t length, WCHAR *out,
                        size_t capacity, DWORD *error);

/* default_char: what stands for characters that the page lacks, NULL for the page's own ("?"); *used_default: whether
 * that was needed, may be NULL. Both only for code pages with a table. */
size_t codepage_from_wide(struct codepage *page, unsigned flags, const WCHAR *text, size_t length, char *out,
                          size_t capacity, const char *default_char, bool *used_default, DWORD *error);

/* One character, for mbtowc and its like: the bytes it takes, 0 when the text ends within it, -1 when it is invalid.
 * *out gets one unit, or two (a surrogate pair; *units says how many). length > 0. */
int codepage_decode_one(struct codepage *page, const char *text, size_t length, WCHAR out[2], int *units);

/* UTF-8 and UTF-16 by themselves. Invalid bytes and lone surrogates become U+FFFD. */
size_t utf8_to_wide(const char *text, size_t length, WCHAR *out, size_t capacity);
size_t utf8_from_wide(const WCHAR *text, size_t length, char *out, size_t capacity);

/* A zero-terminated copy from malloc(), NULL out of memory. */
WCHAR *wide_from_utf8(const char *text);
char *utf8_copy_of_wide(const WCHAR *text);
WCHAR *wide_from_ansi(const char *text);
char *ansi_from_wide(const WCHAR *text);
WCHAR *wide_duplicate(const WCHAR *text);

static inline size_t wide_length(const WCHAR *text) {
    const WCHAR *end = text;
    while (*end)
        end++;
    return (size_t)(end - text);
}

/* Case-insensitive, by unicode_upper(); <0, 0, >0. */
int wide_compare_no_case(const WCHAR *a, size_t a_length, const WCHAR *b, size_t b_length);

extern const struct codepage_table codepage_tables[];
extern const size_t codepage_table_count;
extern const uint16_t gb18030_ranges[]; /* triples: first linear code, first unit, length */
extern const size_t gb18030_range_count;

#endif
