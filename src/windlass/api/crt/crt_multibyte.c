/* Characters between the locale's code page and UTF-16 ("mbtowc", "mbstowcs", "wcrtomb" and their like).
 *
 * In the "C" locale a byte is the wide character of the same value. In UTF-8 locales characters above U+FFFF become
 * surrogate pairs in strings; a function that yields a single wchar_t gives U+FFFD for them. */
#include "codepage.h"
#include "crt_memory.h"

#define MB_LEN_MAX 5
#define INVALID ((size_t)-1)
#define INCOMPLETE ((size_t)-2)
#define REPLACEMENT 0xFFFD

/* ---- one character ---- */

/* -1 invalid, -2 incomplete, else the length; `size` is not 0. */
static int decode(WCHAR wide[2], int *units, const char *bytes, size_t size, const struct crt_locale *locale) {
    *units = 1;
    if (!locale->codepage || (uint8_t)*bytes < 0x80) {
        wide[0] = (uint8_t)*bytes;
        return 1;
    }
    int length = codepage_decode_one(codepage_find(locale->codepage), bytes, size, wide, units);
    return length ? length : -2;
}

int crt_mbtowc(WCHAR *wide, const char *bytes, size_t size, const struct crt_locale *locale) {
    WCHAR pair[2];
    int units, length = size ? decode(pair, &units, bytes, size, locale) : -2;
    if (length < 0)
        return length;
    if (wide)
        *wide = units == 2 ? REPLACEMENT : pair[0];
    return units == 1 && !pair[0] ? 0 : length;
}

/* The bytes of a character of one or two units; -1 when the code page lacks it. */
static int encode(char bytes[MB_LEN_MAX], const WCHAR *wide, int units, const struct crt_locale *locale) {
    DWORD error;
    if (!locale->codepage) {
        bytes[0] = (char)*wide;
        return units == 1 && *wide <= 0xFF ? 1 : -1;
    }
    size_t length = codepage_from_wide(codepage_find(locale->codepage), CODEPAGE_STRICT | CODEPAGE_NO_BEST_FIT, wide,
                                       (size_t)units, bytes, MB_LEN_MAX, NULL, NULL, &error);
    return error ? -1 : (int)length;
}

int crt_wctomb(char *bytes, WCHAR wide, const struct crt_locale *locale) { return encode(bytes, &wide, 1, locale); }

API(CRT_DLLS, int, _mbtowc_l, WCHAR *wide, const char *bytes, size_t size, _locale_t locale) {
    if (!bytes || !size)
        return 0;
    int length = crt_mbtowc(wide, bytes, size, crt_locale(locale));
    return length < 0 ? crt_fail(CRT_EILSEQ) : length;
}
API(CRT_DLLS, int, mbtowc, WCHAR *wide, const char *bytes, size_t size) {
    return api__mbtowc_l(wide, bytes, size, NULL);
}

API(CRT_DLLS, int, _mblen_l, const char *bytes, size_t size, _locale_t locale) {
    if (!bytes || !size || !*bytes)
        return 0;
    int length = crt_mbtowc(NULL, bytes, size, crt_locale(locale));
    return length < 0 ? -1 : length;
}
API(CRT_DLLS, int, mblen, const char *bytes, size_t size) { return api__mblen_l(bytes, size, NULL); }

API(CRT_DLLS, errno_t, _wctomb_s_l, int *length, char *bytes, size_t size, WCHAR wide, _locale_t locale) {
    char buffer[MB_LEN_MAX];
    if (!bytes && size) {
        if (length)
            *length = 0;
        return 0;
    }
    if (length)
        *length = -1;
    if (size > INT32_MAX)
        return crt_invalid(CRT_EINVAL);
    int needed = crt_wctomb(buffer, wide, crt_locale(locale));
    if (needed < 0) {
        if (bytes)
            memset(bytes, 0, size);
        return crt_thread()->error = CRT_EILSEQ;
    }
    if (bytes && (size_t)needed > size) {
        memset(bytes, 0, size);
        return crt_invalid(CRT_ERANGE);
    }
    if (bytes)
        crt_memmove(bytes, buffer, (size_t)needed);
    if (length)
        *length = needed;
    return 0;
}
API(CRT_DLLS, errno_t, wctomb_s, int *length, char *bytes, size_t size, WCHAR wide) {
    return api__wctomb_s_l(length, bytes, size, wide, NULL);
}

API(CRT_DLLS, int, _wctomb_l, char *bytes, WCHAR wide, _locale_t locale) {
    if (!bytes)
        return 0;
    int length = crt_wctomb(bytes, wide, crt_locale(locale));
    return length < 0 ? crt_fail(CRT_EILSEQ) : length;
}
API(CRT_DLLS, int, wctomb, char *bytes, WCHAR wide) { return api__wctomb_l(bytes, wide, NULL); }

API(ucrtbase msvcrt MSVCR_DLLS, WCHAR, btowc, int c) {
    char byte = (char)c;
    WCHAR wide;
    return c != -1 && crt_mbtowc(&wide, &byte, 1, crt_locale(NULL)) >= 0 ? wide : 0xFFFF;
}

API(ucrtbase msvcrt MSVCR_DLLS, int, wctob, WCHAR wide) {
    char bytes[MB_LEN_MAX];
    return wide != 0xFFFF && crt_wctomb(bytes, wide, crt_locale(NULL)) == 1 ? (int8_t)bytes[0] : -1;
}

/* ---- strings ---- */

/* Converts to at most `limit` units; *from moves behind what was converted, or to NULL behind the null character.
 * Returns the units before the null character, or INVALID. `to` NULL: counts only. */
static size_t to_wide(WCHAR *to, const char **from, size_t limit, const struct crt_locale *locale) {
    const char *at = *from;
    size_t count = 0;
    for (;;) {
        WCHAR wide[2];
        int units, length = decode(wide, &units, at, MB_LEN_MAX, locale);
        if (length < 0) {
            *from = at;
            crt_fail(CRT_EILSEQ);
            return INVALID;
        }
        if (to && count + (size_t)units > limit)
            break;
        for (int i = 0; i < units && to; i++)
            to[count + (size_t)i] = wide[i];
        if (!wide[0]) {
            at = NULL;
            break;
        }
        at += length;
        count += (size_t)units;
    }
    *from = at;
    return count;
}

/* Units of the next character: 2 for a surrogate pair. */
static inline int units_at(const WCHAR *wide) {
    return (wide[0] & 0xFC00) == 0xD800 && (wide[1] & 0xFC00) == 0xDC00 ? 2 : 1;
}

static size_t to_bytes(char *to, const WCHAR **from, size_t limit, const struct crt_locale *locale) {
    const WCHAR *at = *from;
    size_t count = 0;
    for (;;) {
        char bytes[MB_LEN_MAX];
        int units = units_at(at), length = encode(bytes, at, units, locale);
        if (length < 0) {
            *from = at;
            crt_fail(CRT_EILSEQ);
            return INVALID;
        }
        if (to && count + (size_t)length > limit)
            break;
        if (to)
            crt_memmove(to + count, bytes, (size_t)length);
        if (!*at) {
            at = NULL;
            break;
        }
        at += units;
        count += (size_t)length;
    }
    *from = at;
    return count;
}

API(CRT_DLLS, size_t, _mbstowcs_l, WCHAR *to, const char *from, size_t limit, _locale_t locale) {
    if (to && !limit)
        return 0;
    CRT_VALIDATE(from, CRT_EINVAL, INVALID);
    return to_wide(to, &from, limit, crt_locale(locale));
}
API(CRT_DLLS ntdll, size_t, mbstowcs, WCHAR *to, const char *from, size_t limit) {
    return api__mbstowcs_l(to, from, limit, NULL);
}

API(CRT_DLLS, size_t, _wcstombs_l, char *to, const WCHAR *from, size_t limit, _locale_t locale) {
    if (to && !limit)
        return 0;
    CRT_VALIDATE(from, CRT_EINVAL, INVALID);
    return to_bytes(to, &from, limit, crt_locale(locale));
}
API(CRT_DLLS ntdll, size_t, wcstombs, char *to, const WCHAR *from, size_t limit) {
    return api__wcstombs_l(to, from, limit, NULL);
}

/* What all _s variants check and report: `to` is terminated always, *count includes the null character. */
#define CONVERT_SAFELY(convert_)                                                               \
    do {                                                                                       \
        if (count)                                                                             \
            *count = 0;                                                                        \
        if (!to != !size)                                                                      \
            return crt_invalid(CRT_EINVAL);                                                    \
        if (to)                                                                                \
            *to = 0;                                                                           \
        if ((limit < size ? limit : size) > INT32_MAX)                                         \
            return crt_invalid(CRT_EINVAL);                                                    \
        size_t length_ = convert_;                                                             \
        if (length_ == INVALID) {                                                              \
            if (to)                                                                            \
                *to = 0;                                                                       \
            return crt_thread()->error;                                                        \
        }                                                                                      \
        errno_t result_ = 0;                                                                   \
        length_++;                                                                             \
        if (to && length_ > size) {                                                            \
            if (limit != CRT_TRUNCATE) {                                                       \
                *to = 0;                                                                       \
                return crt_invalid(CRT_ERANGE);                                                \
            }                                                                                  \
            length_ = size;                                                                    \
            result_ = CRT_STRUNCATE;                                                           \
        }                                                                                      \
        if (to)                                                                                \
            to[length_ - 1] = 0;                                                               \
        if (count)                                                                             \
            *count = length_;                                                                  \
        return result_;                                                                        \
    } while (0)

API(CRT_DLLS, errno_t, _mbstowcs_s_l, size_t *count, WCHAR *to, size_t size, const char *from, size_t limit,
    _locale_t locale) {
    CONVERT_SAFELY(api__mbstowcs_l(to, from, limit < size ? limit : size, locale));
}
API(CRT_DLLS, errno_t, mbstowcs_s, size_t *count, WCHAR *to, size_t size, const char *from, size_t limit) {
    return api__mbstowcs_s_l(count, to, size, from, limit, NULL);
}

API(CRT_DLLS, errno_t, _wcstombs_s_l, size_t *count, char *to, size_t size, const WCHAR *from, size_t limit,
    _locale_t locale) {
    CONVERT_SAFELY(api__wcstombs_l(to, from, limit < size ? limit : size, locale));
}
API(CRT_DLLS, errno_t, wcstombs_s, size_t *count, char *to, size_t size, const WCHAR *from, size_t limit) {
    return api__wcstombs_s_l(count, to, size, from, limit, NULL);
}

/* ---- restartable: the state holds the bytes of a character that is not complete ---- */

/* The state holds up to three bytes in `wide`, their number in `byte`. Reads no byte behind one that ends every
 * character: the caller's `size` may be larger than what is there. */
static size_t gather(char bytes[MB_LEN_MAX], const char *from, size_t size, const struct crt_mbstate *state,
                     const struct crt_locale *locale) {
    size_t total = state->byte < 4 ? state->byte : 0;
    for (size_t i = 0; i < total; i++)
        bytes[i] = (char)(state->wide >> 8 * i);
    for (; size && total < (size_t)locale->mb_cur_max; size--) {
        char byte = *from++;
        bytes[total++] = byte;
        if (!byte || (locale->codepage == CP_UTF8 && (int8_t)byte >= 0))
            break;
    }
    return total;
}

static size_t hold(const char *bytes, size_t size, struct crt_mbstate *state) {
    *state = (struct crt_mbstate){0, (uint16_t)size, 0};
    for (size_t i = 0; i < size && i < 4; i++)
        state->wide |= (uint32_t)(uint8_t)bytes[i] << 8 * i;
    return INCOMPLETE;
}

/* Fills wide[0..*units); the number of bytes taken from `from`, INVALID or INCOMPLETE. */
static size_t decode_with_state(WCHAR wide[2], int *units, const char *from, size_t size, struct crt_mbstate *state,
                                const struct crt_locale *locale) {
    char bytes[MB_LEN_MAX];
    size_t held = state->byte < 4 ? state->byte : 0, total = gather(bytes, from, size, state, locale);
    if (total == 0)
        return INCOMPLETE;
    int length = decode(wide, units, bytes, total, locale);
    if (length == -2 && total < 4)
        return hold(bytes, total, state);
    *state = (struct crt_mbstate){0, 0, 0};
    if (length < 0) {
        crt_fail(CRT_EILSEQ);
        return INVALID;
    }
    return (size_t)length - held;
}

API(CRT_DLLS, size_t, mbrtowc, WCHAR *wide, const char *bytes, size_t size, struct crt_mbstate *state) {
    WCHAR pair[2];
    int units;
    if (!state)
        state = &crt_thread()->mbrtowc;
    if (!bytes) {
        *state = (struct crt_mbstate){0, 0, 0};
        return 0;
    }
    if (!size)
        return 0;
    size_t taken = decode_with_state(pair, &units, bytes, size, state, crt_locale(NULL));
    if (taken == INVALID || taken == INCOMPLETE)
        return taken;
    if (wide)
        *wide = units == 2 ? REPLACEMENT : pair[0];
    return units == 1 && !pair[0] ? 0 : taken;
}

API(CRT_DLLS, size_t, mbrlen, const char *bytes, size_t size, struct crt_mbstate *state) {
    return api_mbrtowc(NULL, bytes, size, state ? state : &crt_thread()->mbrlen);
}

/* A high surrogate is held until the low one comes; then the character's bytes are written. */
static size_t encode_with_state(char *to, WCHAR wide, struct crt_mbstate *state, const struct crt_locale *locale) {
    WCHAR pair[2] = {(WCHAR)state->wide, wide};
    bool held = (pair[0] & 0xFC00) == 0xD800, low = (wide & 0xFC00) == 0xDC00;
    *state = (struct crt_mbstate){0, 0, 0};
    if (!held && (wide & 0xFC00) == 0xD800 && locale->codepage == CP_UTF8) {
        state->wide = wide;
        return 0;
    }
    int length = held != low ? -1 : held ? encode(to, pair, 2, locale) : encode(to, pair + 1, 1, locale);
    if (length >= 0)
        return (size_t)length;
    crt_fail(CRT_EILSEQ);
    return INVALID;
}

API(CRT_DLLS, size_t, wcrtomb, char *to, WCHAR wide, struct crt_mbstate *state) {
    char unused[MB_LEN_MAX];
    if (!state)
        state = &crt_thread()->wcrtomb;
    if (!to)
        return encode_with_state(unused, 0, state, crt_locale(NULL));
    return encode_with_state(to, wide, state, crt_locale(NULL));
}

API(CRT_DLLS, errno_t, wcrtomb_s, size_t *count, char *to, size_t size, WCHAR wide, struct crt_mbstate *state) {
    char bytes[MB_LEN_MAX];
    if (count)
        *count = INVALID;
    if (!to && size)
        return crt_invalid(CRT_EINVAL);
    size_t length = api_wcrtomb(bytes, to ? wide : 0, state);
    if (length == INVALID) {
        if (to)
            *to = 0;
        return crt_thread()->error;
    }
    if (to && length > size) {
        *to = 0;
        return crt_invalid(CRT_ERANGE);
    }
    if (to)
        crt_memmove(to, bytes, length);
    if (count)
        *count = length;
    return 0;
}

/* Completes the character that the state holds, if any, then converts whole characters. */
API(CRT_DLLS, size_t, mbsrtowcs, WCHAR *to, const char **from, size_t limit, struct crt_mbstate *state) {
    const struct crt_locale *locale = crt_locale(NULL);
    CRT_VALIDATE(from, CRT_EINVAL, INVALID);
    if (!state)
        state = &crt_thread()->mbsrtowcs;
    const char *at = *from;
    size_t first = 0;
    if (state->byte) {
        WCHAR pair[2];
        int units;
        size_t taken = decode_with_state(pair, &units, at, crt_strnlen(at, MB_LEN_MAX) + 1, state, locale);
        if (taken == INVALID || taken == INCOMPLETE || (to && (size_t)units > limit))
            return taken == INVALID ? INVALID : 0;
        at += taken;
        first = (size_t)units;
        if (to)
            crt_memmove(to, pair, first * sizeof *to);
    }
    size_t count = to_wide(to ? to + first : NULL, &at, limit - first, locale);
    if (to)
        *from = at;
    return count == INVALID ? INVALID : first + count;
}

API(CRT_DLLS, errno_t, mbsrtowcs_s, size_t *count, WCHAR *to, size_t size, const char **from, size_t limit,
    struct crt_mbstate *state) {
    if (!from) {
        if (count)
            *count = INVALID;
        return crt_invalid(CRT_EINVAL);
    }
    CONVERT_SAFELY(api_mbsrtowcs(to, from, limit < size ? limit : size, state));
}

API(CRT_DLLS, size_t, wcsrtombs, char *to, const WCHAR **from, size_t limit, struct crt_mbstate *state) {
    (void)state;
    CRT_VALIDATE(from, CRT_EINVAL, INVALID);
    const WCHAR *at = *from;
    size_t count = to_bytes(to, &at, limit, crt_locale(NULL));
    if (to)
        *from = at;
    return count;
}

API(CRT_DLLS, errno_t, wcsrtombs_s, size_t *count, char *to, size_t size, const WCHAR **from, size_t limit,
    struct crt_mbstate *state) {
    if (!from) {
        if (count)
            *count = INVALID;
        return crt_invalid(CRT_EINVAL);
    }
    CONVERT_SAFELY(api_wcsrtombs(to, from, limit < size ? limit : size, state));
}

/* ---- UTF-8 in every locale ("mbrtoc16, mbrtoc32", "c16rtomb, c32rtomb") ---- */

static const struct crt_locale utf8 = {.codepage = CP_UTF8, .mb_cur_max = 4};

API(ucrtbase, size_t, mbrtoc32, uint32_t *out, const char *bytes, size_t size, struct crt_mbstate *state) {
    WCHAR pair[2] = {0, 0};
    int units;
    if (!state)
        state = &crt_thread()->mbrtowc;
    if (!bytes) {
        *state = (struct crt_mbstate){0, 0, 0};
        return 0;
    }
    if (!size)
        return INCOMPLETE;
    size_t taken = decode_with_state(pair, &units, bytes, size, state, &utf8);
    if (taken == INVALID || taken == INCOMPLETE)
        return taken;
    uint32_t code = units == 2 ? 0x10000 + ((uint32_t)(pair[0] - 0xD800) << 10) + (pair[1] - 0xDC00u) : pair[0];
    if (out)
        *out = code;
    return code ? taken : 0;
}

enum { LOW_SURROGATE_HELD = 0xFF };     /* in state->byte */

API(ucrtbase, size_t, mbrtoc16, WCHAR *out, const char *bytes, size_t size, struct crt_mbstate *state) {
    uint32_t code;
    if (!state)
        state = &crt_thread()->mbrtowc;
    if (bytes && state->byte == LOW_SURROGATE_HELD) {
        if (out)
            *out = (WCHAR)state->wide;
        *state = (struct crt_mbstate){0, 0, 0};
        return (size_t)-3;
    }
    size_t taken = api_mbrtoc32(&code, bytes, size, state);
    if (!bytes || taken == INVALID || taken == INCOMPLETE)
        return taken;
    if (code > 0xFFFF) {
        *state = (struct crt_mbstate){0xDC00 + (code & 0x3FF), LOW_SURROGATE_HELD, 0};
        code = 0xD800 + ((code - 0x10000) >> 10);
    }
    if (out)
        *out = (WCHAR)code;
    return taken;
}

API(ucrtbase, size_t, c16rtomb, char *to, WCHAR c16, struct crt_mbstate *state) {
    char unused[MB_LEN_MAX];
    if (!state)
        state = &crt_thread()->wcrtomb;
    return encode_with_state(to ? to : unused, to ? c16 : 0, state, &utf8);
}

API(ucrtbase, size_t, c32rtomb, char *to, uint32_t c32, struct crt_mbstate *state) {
    char unused[MB_LEN_MAX];
    WCHAR pair[2] = {(WCHAR)(0xD800 + ((c32 - 0x10000) >> 10)), (WCHAR)(0xDC00 + (c32 & 0x3FF))};
    WCHAR single = (WCHAR)c32;
    (void)state;
    int length = c32 > 0x10FFFF ? -1
                                : encode(to ? to : unused, c32 > 0xFFFF ? pair : &single, c32 > 0xFFFF ? 2 : 1, &utf8);
    if (length >= 0)
        return (size_t)length;
    crt_fail(CRT_EILSEQ);
    return INVALID;
}

/* ---- length in characters ---- */

API(CRT_DLLS, size_t, _mbstrnlen_l, const char *string, size_t limit, _locale_t locale) {
    const struct crt_locale *facts = crt_locale(locale);
    size_t count = 0;
    CRT_VALIDATE(string && limit <= INT32_MAX, CRT_EINVAL, INVALID);
    const char *end = string + crt_strnlen(string, limit);
    if (facts->mb_cur_max == 1)
        return (size_t)(end - string);
    while (string < end) {
        int length = crt_mbtowc(NULL, string, (size_t)(end - string), facts);
        if (length == -2 && end == string + limit)
            break;
        if (length <= 0) {
            crt_fail(CRT_EILSEQ);
            return INVALID;
        }
        string += length;
        count++;
    }
    return count;
}
API(CRT_DLLS, size_t, _mbstrnlen, const char *string, size_t limit) { return api__mbstrnlen_l(string, limit, NULL); }

API(CRT_DLLS, size_t, _mbstrlen_l, const char *string, _locale_t locale) {
    CRT_VALIDATE(string, CRT_EINVAL, INVALID);
    size_t length = crt_strlen(string);
    return length > INT32_MAX ? INVALID : api__mbstrnlen_l(string, length, locale);
}
API(CRT_DLLS, size_t, _mbstrlen, const char *string) { return api__mbstrlen_l(string, NULL); }
