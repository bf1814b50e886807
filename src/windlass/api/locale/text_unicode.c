/* Whether bytes look like UTF-16 ("IsTextUnicode function"). Each test that was asked for and passed leaves its bit. */
#include "api.h"

enum {
    ASCII16 = 0x1, STATISTICS = 0x2, CONTROLS = 0x4, SIGNATURE = 0x8,
    REVERSE_ASCII16 = 0x10, REVERSE_STATISTICS = 0x20, REVERSE_CONTROLS = 0x40, REVERSE_SIGNATURE = 0x80,
    ILLEGAL_CHARS = 0x100, ODD_LENGTH = 0x200, NULL_BYTES = 0x1000,
    UNICODE_MASK = 0x0F, NOT_UNICODE_MASK = 0xF00, NOT_ASCII_MASK = 0xF000,
};

/* The statistics are those of the beginning. */
enum { LOOKED_AT = 256 };

static WCHAR swapped(WCHAR unit) { return (WCHAR)(unit << 8 | unit >> 8); }

static bool is_control(WCHAR unit) {
    return unit == '\r' || unit == '\n' || unit == ' ' || unit == '\t' || unit == 0x3000;
}

/* The same in the wrong byte order, or a character that no text has. */
static bool is_illegal(WCHAR unit) { return unit == 0xFFFE || unit == 0xFFFF || unit == 0x0A0D || unit == 0; }

static unsigned distance(unsigned one, unsigned other) { return one > other ? one - other : other - one; }

/* In text of one script the high bytes change much less than the low ones. */
static int statistics(const WCHAR *text, size_t count) {
    unsigned low = 0, high = 0;
    for (size_t i = 1; i < count; i++) {
        low += distance(text[i] & 0xFF, text[i - 1] & 0xFF);
        high += distance(text[i] >> 8, text[i - 1] >> 8);
    }
    return (3 * high < low ? STATISTICS : 0) | (3 * low < high ? REVERSE_STATISTICS : 0);
}

static int tests(const WCHAR *text, size_t count, bool has_zero_byte) {
    int found = 0;
    bool ascii = count != 0, reverse_ascii = count != 0;
    for (size_t i = 0; i < count; i++) {
        ascii &= text[i] && text[i] < 0x80;
        reverse_ascii &= text[i] && swapped(text[i]) < 0x80;
        found |= (is_control(text[i]) ? CONTROLS : 0) | (is_control(swapped(text[i])) ? REVERSE_CONTROLS : 0) |
                 (is_illegal(text[i]) ? ILLEGAL_CHARS : 0);
    }
    if (count)
        found |= text[0] == 0xFEFF ? SIGNATURE : text[0] == 0xFFFE ? REVERSE_SIGNATURE : 0;
    return found | (ascii ? ASCII16 : 0) | (reverse_ascii ? REVERSE_ASCII16 : 0) |
           statistics(text, count < LOOKED_AT ? count : LOOKED_AT) | (has_zero_byte ? NULL_BYTES : 0);
}

API(ntdll, BOOLEAN, RtlIsTextUnicode, PVOID Buffer, ULONG Size, PULONG Result) {
    size_t count = Size / sizeof(WCHAR);
    WCHAR *text = malloc(count * sizeof *text + 1);
    if (!text)
        return FALSE;
    memcpy(text, Buffer, count * sizeof *text);
    int found = tests(text, count, memchr(Buffer, 0, Size) != NULL) | (Size & 1 ? ODD_LENGTH : 0);
    free(text);
    if (Result)
        found &= (int)*Result;
    if (Result)
        *Result = (ULONG)found;
    if (found & NOT_UNICODE_MASK)
        return FALSE;
    return (found & (UNICODE_MASK | NOT_ASCII_MASK)) != 0;
}

API(advapi32 kernelbase, BOOL, IsTextUnicode, const void *lpv, int iSize, int *lpiResult) {
    return api_RtlIsTextUnicode((PVOID)lpv, (ULONG)iSize, (PULONG)lpiResult);
}
