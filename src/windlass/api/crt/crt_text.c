/* Characters between UTF-16 and a locale's code page; see crt_text.h. */
#include "crt_text.h"

static bool is_high_surrogate(WCHAR unit) { return (unit & 0xFC00) == 0xD800; }
static bool is_low_surrogate(WCHAR unit) { return (unit & 0xFC00) == 0xDC00; }

int crt_narrow(char *bytes, const WCHAR *text, size_t length, size_t *taken, const struct crt_locale *locale) {
    *taken = 1;
    if (*text < 0x80) {
        *bytes = (char)*text;
        return 1;
    }
    if (locale->codepage != CP_UTF8 || length < 2 || !is_high_surrogate(text[0]) || !is_low_surrogate(text[1]))
        return crt_wctomb(bytes, *text, locale);
    uint32_t code = 0x10000u + ((text[0] & 0x3FFu) << 10) + (text[1] & 0x3FFu);
    bytes[0] = (char)(0xF0 | code >> 18);
    bytes[1] = (char)(0x80 | (code >> 12 & 0x3F));
    bytes[2] = (char)(0x80 | (code >> 6 & 0x3F));
    bytes[3] = (char)(0x80 | (code & 0x3F));
    *taken = 2;
    return 4;
}

int crt_widen(WCHAR *units, int *unit_count, const char *bytes, size_t length, const struct crt_locale *locale) {
    unsigned char first = (unsigned char)*bytes;
    *unit_count = 1;
    if (first < 0x80) {
        *units = first;
        return 1;
    }
    if (locale->codepage != CP_UTF8 || first < 0xF0)
        return crt_mbtowc(units, bytes, length, locale);
    int taken = codepage_decode_one(codepage_find(CP_UTF8), bytes, length, units, unit_count);
    return taken ? taken : -2;
}
