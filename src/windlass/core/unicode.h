/* Facts about UTF-16 units, from tables made when windlass is built (tools/make_nls_tables.py).
 * Simple, locale-independent case mapping as Windows' file systems and CharUpper use it. */
#ifndef WINDLASS_UNICODE_H
#define WINDLASS_UNICODE_H

#include "win.h"

#define UNICODE_TABLE(name_)                        \
    extern const uint8_t unicode_##name_##_index[]; \
    extern const uint16_t unicode_##name_##_blocks[]
#define UNICODE_LOOK_UP(name_, unit_) \
    unicode_##name_##_blocks[unicode_##name_##_index[(unit_) >> 8] << 8 | ((unit_) & 0xFF)]

UNICODE_TABLE(upper);
UNICODE_TABLE(lower);
UNICODE_TABLE(ctype1);
UNICODE_TABLE(ctype2);
UNICODE_TABLE(ctype3);
UNICODE_TABLE(best_fit);
UNICODE_TABLE(base);
UNICODE_TABLE(marks);

static inline WCHAR unicode_upper(WCHAR unit) { return (WCHAR)(unit + UNICODE_LOOK_UP(upper, unit)); }
static inline WCHAR unicode_lower(WCHAR unit) { return (WCHAR)(unit + UNICODE_LOOK_UP(lower, unit)); }

/* The letter without its diacritics, and a number for those (or for a combining mark): equal marks, equal numbers. */
static inline WCHAR unicode_base(WCHAR unit) { return (WCHAR)(unit + UNICODE_LOOK_UP(base, unit)); }
static inline WORD unicode_marks(WCHAR unit) { return UNICODE_LOOK_UP(marks, unit); }

/* CT_CTYPE1 (C1_UPPER ...), CT_CTYPE2 (C2_LEFTTORIGHT ...) and CT_CTYPE3 (C3_NONSPACING ...) of "GetStringTypeW". */
static inline WORD unicode_ctype1(WCHAR unit) { return UNICODE_LOOK_UP(ctype1, unit); }
static inline WORD unicode_ctype2(WCHAR unit) { return UNICODE_LOOK_UP(ctype2, unit); }
static inline WORD unicode_ctype3(WCHAR unit) { return UNICODE_LOOK_UP(ctype3, unit); }

enum {
    C3_NONSPACING = 0x0001, C3_DIACRITIC = 0x0002, C3_VOWELMARK = 0x0004, C3_SYMBOL = 0x0008, C3_KATAKANA = 0x0010,
    C3_HIRAGANA = 0x0020, C3_HALFWIDTH = 0x0040, C3_FULLWIDTH = 0x0080, C3_IDEOGRAPH = 0x0100, C3_ALPHA = 0x8000,
};

#define C1_UPPER 0x0001
#define C1_LOWER 0x0002
#define C1_DIGIT 0x0004
#define C1_SPACE 0x0008
#define C1_PUNCT 0x0010
#define C1_CNTRL 0x0020
#define C1_BLANK 0x0040
#define C1_XDIGIT 0x0080
#define C1_ALPHA 0x0100
#define C1_DEFINED 0x0200

#endif
