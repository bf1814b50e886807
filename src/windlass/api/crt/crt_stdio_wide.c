/* Wide characters of streams ("fgetc, fgetwc", "fputs, fputws", "Unicode Stream I/O in Text and Binary Modes").
 *
 * In ANSI text mode a wide character is a multibyte character of the locale. In binary mode it is two bytes, and
 * so it is in UTF-8 and UTF-16 text, where the descriptor converts. */
#include <limits.h>

#include "crt_stdio.h"
#include "crt_text.h"

/* A character of the locale that has two units is invalid, as it is for mbtowc(). */
static WCHAR get_multibyte(struct crt_file *file) {
    const struct crt_locale *locale = crt_locale(NULL);
    char bytes[8];
    for (int length = 0; length < 5;) {
        int unit = stream_get(file);
        if (unit == CRT_EOF)
            return CRT_WEOF;
        bytes[length++] = (char)unit;
        WCHAR wide = 0;
        int taken = crt_mbtowc(&wide, bytes, (size_t)length, locale);
        if (taken >= 0)
            return wide;
        if (taken == -1)
            break;
    }
    crt_fail(CRT_EILSEQ);
    return CRT_WEOF;
}

WCHAR stream_get_wide(struct crt_file *file) {
    if (file->stream->multibyte)
        return get_multibyte(file);
    if (file->count >= 2) {
        WCHAR unit;
        memcpy(&unit, file->next, sizeof unit);
        file->next += sizeof unit;
        file->count -= (int)sizeof unit;
        return unit;
    }
    int low = stream_get(file), high = low == CRT_EOF ? CRT_EOF : stream_get(file);
    return high == CRT_EOF ? CRT_WEOF : (WCHAR)(low | high << 8);
}

WCHAR stream_put_wide(struct crt_file *file, WCHAR unit) {
    return stream_write_wide(file, &unit, 1) ? unit : CRT_WEOF;
}

static bool write_multibyte(struct crt_file *file, const WCHAR *text, size_t length) {
    const struct crt_locale *locale = crt_locale(NULL);
    char bytes[512];
    size_t filled = 0;
    bool valid = true;
    for (size_t at = 0, taken; at < length && valid; at += taken) {
        if (filled > sizeof bytes - 8) {
            if (stream_write(file, bytes, filled) != filled)
                return false;
            filled = 0;
        }
        int count = crt_narrow(bytes + filled, text + at, length - at, &taken, locale);
        valid = count >= 0;
        filled += valid ? (size_t)count : 0;
    }
    if (stream_write(file, bytes, filled) != filled)
        return false;
    if (!valid)
        crt_fail(CRT_EILSEQ);
    return valid;
}

bool stream_write_wide(struct crt_file *file, const WCHAR *text, size_t length) {
    if (!file->stream->multibyte)
        return stream_write(file, text, length * sizeof *text) == length * sizeof *text;
    return write_multibyte(file, text, length);
}

WCHAR stream_unget_wide(struct crt_file *file, WCHAR unit) {
    char bytes[8] = {(char)unit, (char)(unit >> 8)};
    int count = 2;
    if (unit == CRT_WEOF)
        return CRT_WEOF;
    if (file->stream->multibyte && (count = crt_wctomb(bytes, unit, crt_locale(NULL))) < 0) {
        crt_fail(CRT_EILSEQ);
        return CRT_WEOF;
    }
    /* Where nothing has been read yet the buffer needs room in front for all bytes. */
    if (file->base && file->next == file->base && file->count <= 0 && count <= file->size)
        file->next += count - 1;
    while (count)
        if (stream_unget(file, (unsigned char)bytes[--count]) == CRT_EOF)
            return CRT_WEOF;
    return unit;
}

/* ---- characters ---- */

API(CRT_DLLS, WCHAR, _fgetwc_nolock, struct crt_file *file) {
    CRT_VALIDATE(file, CRT_EINVAL, CRT_WEOF);
    return stream_get_wide(stream_of(file));
}
API_ALIAS(api__fgetwc_nolock, getwc, ucrtbase MSVCR_DLLS, "_getwc_nolock");

API(CRT_DLLS, WCHAR, fgetwc, struct crt_file *file) {
    CRT_VALIDATE(file, CRT_EINVAL, CRT_WEOF);
    file = stream_of(file);
    stream_lock(file);
    WCHAR unit = stream_get_wide(file);
    stream_unlock(file);
    return unit;
}
API_ALIAS(api_fgetwc, getwc, ucrtbase msvcrt MSVCR_DLLS, "getwc");

API(CRT_DLLS, WCHAR, getwchar, void) { return api_fgetwc(&crt_iob[0]); }
API_ALIAS(api_getwchar, fgetwchar, ucrtbase msvcrt MSVCR_DLLS, "_fgetwchar");

API(CRT_DLLS, WCHAR, _fputwc_nolock, WCHAR unit, struct crt_file *file) {
    CRT_VALIDATE(file, CRT_EINVAL, CRT_WEOF);
    return stream_put_wide(stream_of(file), unit);
}
API_ALIAS(api__fputwc_nolock, putwc, ucrtbase MSVCR_DLLS, "_putwc_nolock");

API(CRT_DLLS, WCHAR, fputwc, WCHAR unit, struct crt_file *file) {
    CRT_VALIDATE(file, CRT_EINVAL, CRT_WEOF);
    file = stream_of(file);
    stream_lock(file);
    WCHAR result = stream_put_wide(file, unit);
    stream_unlock(file);
    return result;
}
API_ALIAS(api_fputwc, putwc, ucrtbase msvcrt MSVCR_DLLS, "putwc");

API(CRT_DLLS, WCHAR, putwchar, WCHAR unit) { return api_fputwc(unit, &crt_iob[1]); }
API_ALIAS(api_putwchar, fputwchar, ucrtbase msvcrt MSVCR_DLLS, "_fputwchar");

API(CRT_DLLS, WCHAR, _ungetwc_nolock, WCHAR unit, struct crt_file *file) {
    CRT_VALIDATE(file, CRT_EINVAL, CRT_WEOF);
    return stream_unget_wide(stream_of(file), unit);
}

API(CRT_DLLS, WCHAR, ungetwc, WCHAR unit, struct crt_file *file) {
    CRT_VALIDATE(file, CRT_EINVAL, CRT_WEOF);
    file = stream_of(file);
    stream_lock(file);
    WCHAR result = stream_unget_wide(file, unit);
    stream_unlock(file);
    return result;
}

/* ---- lines ---- */

static size_t get_line(struct crt_file *file, WCHAR *line, size_t most) {
    size_t length = 0;
    while (length < most) {
        WCHAR unit = stream_get_wide(file);
        if (unit == CRT_WEOF)
            break;
        line[length++] = unit;
        if (unit == '\n')
            break;
    }
    return length;
}

API(CRT_DLLS, WCHAR *, fgetws, WCHAR *line, int size, struct crt_file *file) {
    CRT_VALIDATE((line || size == 0) && size >= 0 && file, CRT_EINVAL, NULL);
    if (size == 0)
        return NULL;
    file = stream_of(file);
    stream_lock(file);
    size_t length = get_line(file, line, (size_t)size - 1);
    stream_unlock(file);
    if (length == 0 && size > 1)
        return NULL;
    line[length] = 0;
    return line;
}

/* A line of standard input without its end, all of it taken; -1 at the end of the file, -2 when it does not fit. */
static int get_standard_line(WCHAR *line, size_t size) {
    struct crt_file *file = &crt_iob[0];
    stream_lock(file);
    WCHAR unit = stream_get_wide(file);
    bool at_end = unit == CRT_WEOF;
    size_t length = 0;
    for (; unit != '\n' && unit != CRT_WEOF; unit = stream_get_wide(file)) {
        if (length < size)
            line[length] = unit;
        length++;
    }
    stream_unlock(file);
    if (at_end)
        return -1;
    if (length >= size)
        return -2;
    line[length] = 0;
    return 0;
}

API(CRT_DLLS, WCHAR *, _getws, WCHAR *line) {
    CRT_VALIDATE(line, CRT_EINVAL, NULL);
    return get_standard_line(line, INT_MAX) == 0 ? line : NULL;
}

API(CRT_DLLS, WCHAR *, _getws_s, WCHAR *line, size_t size) {
    CRT_VALIDATE(line && size, CRT_EINVAL, NULL);
    int result = get_standard_line(line, size);
    if (result == 0)
        return line;
    *line = 0;
    CRT_VALIDATE(result != -2, CRT_ERANGE, NULL);
    return NULL;
}

API(CRT_DLLS, int, fputws, const WCHAR *text, struct crt_file *file) {
    CRT_VALIDATE(text && file, CRT_EINVAL, CRT_EOF);
    file = stream_of(file);
    stream_lock(file);
    bool written = stream_write_wide(file, text, crt_wcslen(text));
    stream_unlock(file);
    return written ? 0 : CRT_WEOF;
}

API(CRT_DLLS, int, _putws, const WCHAR *text) {
    struct crt_file *file = &crt_iob[1];
    CRT_VALIDATE(text, CRT_EINVAL, CRT_EOF);
    stream_lock(file);
    bool written = stream_write_wide(file, text, crt_wcslen(text)) && stream_put_wide(file, '\n') != CRT_WEOF;
    stream_unlock(file);
    return written ? 0 : CRT_WEOF;
}
