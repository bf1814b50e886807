/* Conversion between Windows code pages and UTF-16; see codepage.h.
 *
 * There are four kinds of code pages: with a table (one or two bytes), GB18030 (a table and four-byte codes by ranges),
 * UTF-8, and UTF-7. The table from UTF-16 back to bytes is turned around from the other one when it is first needed;
 * "best fit" characters are tried one by one where it has none. */
#include <emmintrin.h>
#include <pthread.h>

#include "codepage.h"
#include "core.h"
#include "fork.h"
#include "unicode.h"

enum { REPLACEMENT = 0xFFFD, NO_UNIT = 0xFFFF };

/* ---- where output goes ---- */

struct wide_out {
    WCHAR *at;
    size_t capacity, count;
};

static inline void put_unit(struct wide_out *out, WCHAR unit) {
    if (out->count < out->capacity)
        out->at[out->count] = unit;
    out->count++;
}

static inline void put_code_point(struct wide_out *out, uint32_t value) {
    if (value < 0x10000) {
        put_unit(out, (WCHAR)value);
    } else {
        put_unit(out, (WCHAR)(0xD7C0 + (value >> 10)));
        put_unit(out, (WCHAR)(0xDC00 | (value & 0x3FF)));
    }
}

struct byte_out {
    char *at;
    size_t capacity, count;
};

/* A character's bytes are written all or not at all. */
static inline void put_bytes(struct byte_out *out, const char *bytes, size_t size) {
    if (out->count + size <= out->capacity)
        memcpy(out->at + out->count, bytes, size);
    else if (out->count < out->capacity)
        out->capacity = out->count;
    out->count += size;
}

static inline void put_byte(struct byte_out *out, unsigned value) {
    if (out->count < out->capacity)
        out->at[out->count] = (char)value;
    out->count++;
}

static inline bool is_high_surrogate(WCHAR unit) { return (unit & 0xFC00) == 0xD800; }
static inline bool is_low_surrogate(WCHAR unit) { return (unit & 0xFC00) == 0xDC00; }
static inline bool is_surrogate(WCHAR unit) { return (unit & 0xF800) == 0xD800; }

/* ---- UTF-8 ---- */

/* Widens the ASCII text at the start, 16 bytes at a time; returns how many were done. */
static inline size_t widen_ascii(const char *text, size_t length, WCHAR *out) {
    size_t done = 0;
    const __m128i zero = _mm_setzero_si128();
    for (; done + 16 <= length; done += 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(text + done));
        if (_mm_movemask_epi8(bytes))
            break;
        _mm_storeu_si128((__m128i *)(out + done), _mm_unpacklo_epi8(bytes, zero));
        _mm_storeu_si128((__m128i *)(out + done + 8), _mm_unpackhi_epi8(bytes, zero));
    }
    return done;
}

static inline size_t narrow_ascii(const WCHAR *text, size_t length, char *out) {
    size_t done = 0;
    const __m128i mask = _mm_set1_epi16((short)0xFF80), zero = _mm_setzero_si128();
    for (; done + 16 <= length; done += 16) {
        __m128i low = _mm_loadu_si128((const __m128i *)(text + done));
        __m128i high = _mm_loadu_si128((const __m128i *)(text + done + 8));
        __m128i other = _mm_and_si128(_mm_or_si128(low, high), mask);
        if (_mm_movemask_epi8(_mm_cmpeq_epi16(other, zero)) != 0xFFFF)
            break;
        _mm_storeu_si128((__m128i *)(out + done), _mm_packus_epi16(low, high));
    }
    return done;
}

/* Decodes a sequence that starts with a byte >= 0x80. Returns its bytes; 0: it is cut off by the end; negative: invalid
 * after that many bytes. Windows takes a second byte that is a trail byte, though not one after this first byte (an
 * overlong form, a surrogate), into the same error. */
static int decode_utf8(const unsigned char *text, size_t length, uint32_t *value) {
    unsigned first = text[0];
    int size = first >= 0xC2 && first < 0xE0 ? 2 : (first & 0xF0) == 0xE0 ? 3 : first >= 0xF0 && first < 0xF5 ? 4 : 0;
    if (!size)
        return -1;
    uint32_t result = first & (0x7Fu >> size);
    unsigned low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    unsigned high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
    for (int i = 1; i < size; i++) {
        if ((size_t)i >= length)
            return 0;
        if (text[i] < low || text[i] > high)
            return i == 1 && (text[i] & 0xC0) == 0x80 ? -2 : -i;
        result = result << 6 | (text[i] & 0x3F);
        low = 0x80, high = 0xBF;
    }
    *value = result;
    return size;
}

static size_t utf8_decode(const char *text, size_t length, struct wide_out *out, bool *invalid) {
    const unsigned char *at = (const unsigned char *)text, *end = at + length;
    while (at < end) {
        size_t room = out->count < out->capacity ? out->capacity - out->count : 0;
        size_t left = (size_t)(end - at);
        size_t done = widen_ascii((const char *)at, left < room ? left : room, room ? out->at + out->count : NULL);
        at += done, out->count += done;
        while (at < end && *at < 0x80) {
            put_unit(out, *at++);
            if (((uintptr_t)at & 15) == 0 && room)
                break;
        }
        while (at < end && *at >= 0x80) {
            uint32_t value;
            int size = decode_utf8(at, (size_t)(end - at), &value);
            if (size <= 0) {
                *invalid = true;
                value = REPLACEMENT;
            }
            put_code_point(out, value);
            at += size > 0 ? size : size < 0 ? -size : end - at;
        }
    }
    return out->count;
}

static inline size_t encode_code_point(uint32_t value, char out[4]) {
    if (value < 0x80) {
        out[0] = (char)value;
        return 1;
    }
    if (value < 0x800) {
        out[0] = (char)(0xC0 | value >> 6), out[1] = (char)(0x80 | (value & 0x3F));
        return 2;
    }
    if (value < 0x10000) {
        out[0] = (char)(0xE0 | value >> 12), out[1] = (char)(0x80 | (value >> 6 & 0x3F));
        out[2] = (char)(0x80 | (value & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | value >> 18), out[1] = (char)(0x80 | (value >> 12 & 0x3F));
    out[2] = (char)(0x80 | (value >> 6 & 0x3F)), out[3] = (char)(0x80 | (value & 0x3F));
    return 4;
}

/* The code point at the start of the text; a lone surrogate is *invalid and U+FFFD. */
static inline uint32_t code_point_at(const WCHAR *text, size_t length, size_t *units, bool *invalid) {
    *units = 1;
    if (!is_surrogate(text[0]))
        return text[0];
    if (is_high_surrogate(text[0]) && length > 1 && is_low_surrogate(text[1])) {
        *units = 2;
        return 0x10000 + ((uint32_t)(text[0] & 0x3FF) << 10 | (text[1] & 0x3FF));
    }
    *invalid = true;
    return REPLACEMENT;
}

static size_t utf8_encode(const WCHAR *text, size_t length, struct byte_out *out, bool *invalid) {
    for (size_t i = 0, units; i < length; i += units) {
        if (text[i] < 0x80) {
            size_t room = out->count < out->capacity ? out->capacity - out->count : 0;
            units = narrow_ascii(text + i, length - i < room ? length - i : room, room ? out->at + out->count : NULL);
            out->count += units;
            if (!units) {
                put_byte(out, text[i]);
                units = 1;
            }
            continue;
        }
        char bytes[4];
        put_bytes(out, bytes, encode_code_point(code_point_at(text + i, length - i, &units, invalid), bytes));
    }
    return out->count;
}

size_t utf8_to_wide(const char *text, size_t length, WCHAR *out, size_t capacity) {
    struct wide_out to = {out, out ? capacity : 0, 0};
    bool invalid;
    return utf8_decode(text, length, &to, &invalid);
}

size_t utf8_from_wide(const WCHAR *text, size_t length, char *out, size_t capacity) {
    struct byte_out to = {out, out ? capacity : 0, 0};
    bool invalid;
    return utf8_encode(text, length, &to, &invalid);
}

/* ---- UTF-7 (RFC 2152) ---- */

static const char base64_digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static int base64_value(char digit) {
    const char *found = digit ? strchr(base64_digits, digit) : NULL;
    return found ? (int)(found - base64_digits) : -1;
}

static size_t utf7_decode(const char *text, size_t length, struct wide_out *out) {
    for (size_t i = 0; i < length;) {
        if (text[i] != '+') {
            put_unit(out, (unsigned char)text[i++]);
            continue;
        }
        uint32_t bits = 0;
        int count = 0, value;
        size_t start = ++i;
        for (; i < length && (value = base64_value(text[i])) >= 0; i++) {
            bits = bits << 6 | (uint32_t)value;
            if ((count += 6) >= 16) {
                count -= 16;
                put_unit(out, (WCHAR)(bits >> count));
            }
        }
        if (i < length && text[i] == '-') {
            if (i == start)
                put_unit(out, '+');
            i++;
        }
    }
    return out->count;
}

/* Characters that UTF-7 passes as they are: RFC 2152's set D, blank, tab, line ends and zero. */
static bool is_utf7_direct(WCHAR unit) {
    return unit < 0x80 && (unit == 0 || strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                                               "'(),-./:? \t\r\n", unit));
}

static size_t utf7_encode(const WCHAR *text, size_t length, struct byte_out *out) {
    for (size_t i = 0; i < length;) {
        if (is_utf7_direct(text[i])) {
            put_byte(out, text[i++]);
            continue;
        }
        put_byte(out, '+');
        if (text[i] == '+') {
            put_byte(out, '-');
            i++;
            continue;
        }
        uint32_t bits = 0;
        int count = 0;
        for (; i < length && !is_utf7_direct(text[i]) && text[i] != '+'; i++) {
            bits = bits << 16 | text[i];
            for (count += 16; count >= 6; count -= 6)
                put_byte(out, (unsigned char)base64_digits[bits >> (count - 6) & 0x3F]);
        }
        if (count)
            put_byte(out, (unsigned char)base64_digits[bits << (6 - count) & 0x3F]);
        put_byte(out, '-');
    }
    return out->count;
}

/* ---- tables ---- */

/* GB18030's four-byte codes in a row: the last digit counts 10, then 126, then 10. */
static uint32_t gb18030_linear(const unsigned char *code) {
    return (((code[0] - 0x81u) * 10 + (code[1] - 0x30u)) * 126 + (code[2] - 0x81u)) * 10 + (code[3] - 0x30u);
}

enum { GB18030_SUPPLEMENTARY = 189000 }; /* the code of U+10000 */

static uint32_t gb18030_code_point(uint32_t linear) {
    if (linear >= GB18030_SUPPLEMENTARY && linear < GB18030_SUPPLEMENTARY + 0x100000)
        return linear - GB18030_SUPPLEMENTARY + 0x10000;
    for (size_t i = 0; i < gb18030_range_count; i++) {
        const uint16_t *range = gb18030_ranges + 3 * i;
        if (linear >= range[0] && linear - range[0] < range[2])
            return range[1] + linear - range[0];
    }
    return 0;
}

static bool gb18030_encode(uint32_t value, char code[4]) {
    uint32_t linear = GB18030_SUPPLEMENTARY + value - 0x10000;
    if (value < 0x10000) {
        size_t i = 0;
        while (i < gb18030_range_count &&
               (value < gb18030_ranges[3 * i + 1] || value - gb18030_ranges[3 * i + 1] >= gb18030_ranges[3 * i + 2]))
            i++;
        if (i == gb18030_range_count)
            return false;
        linear = gb18030_ranges[3 * i] + value - gb18030_ranges[3 * i + 1];
    }
    code[3] = (char)(0x30 + linear % 10), linear /= 10;
    code[2] = (char)(0x81 + linear % 126), linear /= 126;
    code[1] = (char)(0x30 + linear % 10);
    code[0] = (char)(0x81 + linear / 10);
    return true;
}

static bool is_gb18030_four(const struct codepage *page, const unsigned char *text, size_t length) {
    return page->max_bytes == 4 && length >= 2 && text[1] >= 0x30 && text[1] <= 0x39;
}

/* As decode_utf8(); the value is a code point. */
static int decode_table(const struct codepage *page, const unsigned char *text, size_t length, uint32_t *value) {
    const struct codepage_table *table = page->table;
    unsigned row = table->row_of_lead ? table->row_of_lead[text[0]] : 0;
    if (!row) {
        *value = table->single[text[0]];
        return *value == NO_UNIT ? -1 : 1;
    }
    if (length < 2)
        return 0;
    if (is_gb18030_four(page, text, length)) {
        if (length < 4)
            return 0;
        if (text[2] < 0x81 || text[2] > 0xFE || text[3] < 0x30 || text[3] > 0x39)
            return -1;
        *value = gb18030_code_point(gb18030_linear(text));
        return *value ? 4 : -4;
    }
    if (!text[1]) /* a zero ends the text in any case */
        return -1;
    *value = table->rows[(row - 1) << 8 | text[1]];
    return *value == NO_UNIT ? -2 : 2;
}

/* Bytes without a character stand for private ones; with MB_ERR_INVALID_CHARS they are invalid. Pairs in the rows of
 * user-defined characters are not. */
static bool is_private_byte(int size, uint32_t value) { return size == 1 && value >= 0xE000 && value <= 0xF8FF; }

static size_t table_decode(const struct codepage *page, const char *text, size_t length, struct wide_out *out,
                           bool *invalid) {
    const unsigned char *at = (const unsigned char *)text, *end = at + length;
    while (at < end) {
        uint32_t value;
        int size = decode_table(page, at, (size_t)(end - at), &value);
        if (size <= 0) {
            *invalid = true;
            value = page->table->default_wide;
            /* A trail byte that cannot be one is taken for a character of its own, unless it is a pair. */
            size = size < 0 ? -size : (int)(end - at);
        }
        *invalid |= is_private_byte(size, value);
        put_code_point(out, value);
        at += size;
    }
    return out->count;
}

static pthread_mutex_t from_wide_lock = PTHREAD_MUTEX_INITIALIZER;
SURVIVES_FORK(from_wide_lock);

/* Where several codes mean one character, the first single byte wins, then Windows' choice among pairs: in code page
 * 932 NEC's row 13 before IBM's extensions and IBM's before NEC's selection of them, in 950 the ideographs and the
 * frames of ETEN before the rows of symbols, elsewhere the first. */
static bool is_preferred(const struct codepage *page, unsigned lead) {
    return page->id == 932 ? lead < 0xED || lead > 0xEE : page->id != 950 || lead != 0xA2;
}

static void turn_rows(const struct codepage *page, uint16_t *from, bool preferred) {
    const struct codepage_table *table = page->table;
    for (unsigned lead = 0; lead < 256; lead++) {
        unsigned row = table->row_of_lead[lead];
        if (!row || is_preferred(page, lead) != preferred)
            continue;
        for (unsigned trail = 0; trail < 256; trail++) {
            uint16_t unit = table->rows[(row - 1) << 8 | trail];
            if (unit != NO_UNIT && !from[unit])
                from[unit] = (uint16_t)(lead << 8 | trail);
        }
    }
}

static uint16_t *turn_table(const struct codepage *page) {
    uint16_t *from = calloc(0x10000, sizeof *from);
    if (!from)
        windlass_fatal("out of memory for code page %u", page->id);
    bool ascii_only = page->id == 20127;
    for (unsigned byte = 0; byte < (ascii_only ? 0x80u : 0x100u); byte++)
        if (page->table->single[byte] != NO_UNIT && !from[page->table->single[byte]])
            from[page->table->single[byte]] = (uint16_t)byte;
    if (page->table->rows) {
        turn_rows(page, from, true);
        turn_rows(page, from, false);
    }
    return from;
}

static const uint16_t *from_wide_table(struct codepage *page) {
    uint16_t *from = __atomic_load_n(&page->from_wide, __ATOMIC_ACQUIRE);
    if (from)
        return from;
    pthread_mutex_lock(&from_wide_lock);
    from = page->from_wide;
    if (!from) {
        from = turn_table(page);
        __atomic_store_n(&page->from_wide, from, __ATOMIC_RELEASE);
    }
    pthread_mutex_unlock(&from_wide_lock);
    return from;
}

static void put_code(struct byte_out *out, unsigned code) {
    char bytes[2] = {(char)(code >> 8), (char)code};
    if (code > 0xFF)
        put_bytes(out, bytes, 2);
    else
        put_byte(out, code);
}

struct encoding {
    struct codepage *page;
    unsigned flags;
    const char *default_char;
    bool used_default, invalid;
};

static void put_default(struct encoding *by, struct byte_out *out) {
    by->used_default = true;
    if (!by->default_char) {
        put_byte(out, by->page->id == 37 || by->page->id == 500 || by->page->id == 1140 || by->page->id == 1026 ||
                              by->page->id == 875 || by->page->id == 20273 || by->page->id == 20424
                          ? 0x6F : '?');
    } else {
        bool pair = by->default_char[0] && codepage_is_lead(by->page, (BYTE)by->default_char[0]) && by->default_char[1];
        put_bytes(out, by->default_char, pair ? 2 : 1);
    }
}

/* A best fit that the page lacks may have one itself; no chain is longer than this. */
static unsigned best_fit_code(const uint16_t *from, WCHAR unit) {
    for (int hops = 0; hops < 4 && unit; hops++) {
        unit = UNICODE_LOOK_UP(best_fit, unit);
        if (unit && from[unit])
            return from[unit];
    }
    return 0;
}

static size_t table_encode(struct encoding *by, const WCHAR *text, size_t length, struct byte_out *out) {
    const uint16_t *from = from_wide_table(by->page);
    for (size_t i = 0, units = 1; i < length; i += units, units = 1) {
        unsigned code = from[text[i]];
        if (code || text[i] == 0) {
            put_code(out, code);
            continue;
        }
        if (by->page->max_bytes == 4) {
            char bytes[4];
            uint32_t value = code_point_at(text + i, length - i, &units, &by->invalid);
            if (gb18030_encode(value, bytes)) {
                put_bytes(out, bytes, 4);
                continue;
            }
        }
        code = by->flags & CODEPAGE_NO_BEST_FIT ? 0 : best_fit_code(from, text[i]);
        if (code) {
            put_code(out, code);
            continue;
        }
        if (is_high_surrogate(text[i]) && i + 1 < length && is_low_surrogate(text[i + 1]))
            put_default(by, out); /* Windows gives one default character for each half */
        put_default(by, out);
        if (is_high_surrogate(text[i]) && i + 1 < length && is_low_surrogate(text[i + 1]))
            units = 2;
    }
    return out->count;
}

/* ---- the code pages ---- */

static struct codepage utf8_page = {CP_UTF8, 4, NULL, NULL};
static struct codepage utf7_page = {CP_UTF7, 5, NULL, NULL};
/* Parallel to codepage_tables; made once. */
static struct codepage *table_pages;
static struct codepage *ansi_page;
static pthread_once_t pages_once = PTHREAD_ONCE_INIT;

static struct codepage *find_by_number(UINT id) {
    if (id == CP_UTF8)
        return &utf8_page;
    if (id == CP_UTF7)
        return &utf7_page;
    size_t low = 0, high = codepage_table_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (codepage_tables[middle].id == id)
            return &table_pages[middle];
        if (codepage_tables[middle].id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static void make_pages(void) {
    table_pages = calloc(codepage_table_count, sizeof *table_pages);
    if (!table_pages)
        windlass_fatal("out of memory for code pages");
    for (size_t i = 0; i < codepage_table_count; i++)
        table_pages[i] = (struct codepage){codepage_tables[i].id, codepage_tables[i].max_bytes, &codepage_tables[i], NULL};
    const char *chosen = getenv("WINDLASS_CODEPAGE");
    ansi_page = chosen ? find_by_number((UINT)strtoul(chosen, NULL, 10)) : &utf8_page;
    if (!ansi_page || ansi_page == &utf7_page)
        ansi_page = &utf8_page;
}

struct codepage *codepage_find(UINT id) {
    pthread_once(&pages_once, make_pages);
    if (id == CP_ACP || id == CP_OEMCP || id == CP_THREAD_ACP)
        return ansi_page;
    return find_by_number(id == CP_MACCP ? 10000 : id);
}

struct codepage *codepage_ansi(void) { return codepage_find(CP_ACP); }
struct codepage *codepage_oem(void) { return codepage_find(CP_OEMCP); }

bool codepage_is_lead(const struct codepage *page, BYTE byte) {
    return page->table && page->table->row_of_lead && page->table->row_of_lead[byte] != 0;
}

const char *codepage_name(const struct codepage *page) {
    return page->table ? page->table->name : page == &utf8_page ? "Unicode (UTF-8)" : "Unicode (UTF-7)";
}

static void set_error(DWORD *error, size_t needed, const void *out, size_t capacity, bool refused) {
    if (error)
        *error = refused ? ERROR_NO_UNICODE_TRANSLATION
               : out && needed > capacity ? ERROR_INSUFFICIENT_BUFFER : ERROR_SUCCESS;
}

size_t codepage_to_wide(struct codepage *page, unsigned flags, const char *text, size_t length, WCHAR *out,
                        size_t capacity, DWORD *error) {
    struct wide_out to = {out, out ? capacity : 0, 0};
    bool invalid = false;
    size_t needed = page == &utf8_page ? utf8_decode(text, length, &to, &invalid)
                  : page == &utf7_page ? utf7_decode(text, length, &to)
                                       : table_decode(page, text, length, &to, &invalid);
    set_error(error, needed, to.capacity ? out : NULL, capacity, invalid && flags & CODEPAGE_STRICT);
    return needed;
}

size_t codepage_from_wide(struct codepage *page, unsigned flags, const WCHAR *text, size_t length, char *out,
                          size_t capacity, const char *default_char, bool *used_default, DWORD *error) {
    struct byte_out to = {out, out ? capacity : 0, 0};
    struct encoding by = {page, flags, default_char, false, false};
    size_t needed = page == &utf8_page ? utf8_encode(text, length, &to, &by.invalid)
                  : page == &utf7_page ? utf7_encode(text, length, &to)
                                       : table_encode(&by, text, length, &to);
    if (used_default)
        *used_default = by.used_default;
    set_error(error, needed, out && capacity ? out : NULL, capacity, by.invalid && flags & CODEPAGE_STRICT);
    return needed;
}

int codepage_decode_one(struct codepage *page, const char *text, size_t length, WCHAR out[2], int *units) {
    const unsigned char *bytes = (const unsigned char *)text;
    uint32_t value = bytes[0];
    int size = page->table ? decode_table(page, bytes, length, &value)
             : bytes[0] < 0x80 ? 1 : page == &utf8_page ? decode_utf8(bytes, length, &value) : -1;
    if (size <= 0)
        return size < 0 ? -1 : 0;
    struct wide_out to = {out, 2, 0};
    put_code_point(&to, value);
    *units = (int)to.count;
    return size;
}

/* ---- copies ---- */

WCHAR *wide_duplicate(const WCHAR *text) {
    size_t size = (wide_length(text) + 1) * sizeof *text;
    WCHAR *copy = malloc(size);
    return copy ? memcpy(copy, text, size) : NULL;
}

static WCHAR *wide_copy(struct codepage *page, const char *text) {
    size_t length = strlen(text);
    size_t units = codepage_to_wide(page, 0, text, length, NULL, 0, NULL);
    WCHAR *copy = malloc((units + 1) * sizeof *copy);
    if (copy) {
        codepage_to_wide(page, 0, text, length, copy, units, NULL);
        copy[units] = 0;
    }
    return copy;
}

static char *byte_copy(struct codepage *page, const WCHAR *text) {
    size_t length = wide_length(text);
    size_t bytes = codepage_from_wide(page, 0, text, length, NULL, 0, NULL, NULL, NULL);
    char *copy = malloc(bytes + 1);
    if (copy) {
        codepage_from_wide(page, 0, text, length, copy, bytes, NULL, NULL, NULL);
        copy[bytes] = 0;
    }
    return copy;
}

WCHAR *wide_from_utf8(const char *text) { return wide_copy(&utf8_page, text); }
char *utf8_copy_of_wide(const WCHAR *text) { return byte_copy(&utf8_page, text); }
WCHAR *wide_from_ansi(const char *text) { return wide_copy(codepage_ansi(), text); }
char *ansi_from_wide(const WCHAR *text) { return byte_copy(codepage_ansi(), text); }

int wide_compare_no_case(const WCHAR *a, size_t a_length, const WCHAR *b, size_t b_length) {
    for (size_t i = 0; i < a_length && i < b_length; i++) {
        int difference = a[i] == b[i] ? 0 : unicode_upper(a[i]) - unicode_upper(b[i]);
        if (difference)
            return difference;
    }
    return a_length < b_length ? -1 : a_length > b_length;
}
