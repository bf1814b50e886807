/* One line of text as glyphs with their widths ("Character Widths", "String Widths and Heights"). */
#include "fonts.h"

#include "codepage.h"

#include <math.h>

/* ---- the program's text ---- */

WCHAR *text_copy(LPCWSTR text, int count) {
    size_t length = count < 0 ? wide_length(text) : (size_t)count;
    WCHAR *copy = malloc((length + 1) * sizeof *copy);
    if (!copy) {
        set_last_error(ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    if (length)
        memcpy(copy, text, length * sizeof *copy);
    copy[length] = 0;
    return copy;
}

/* "The ANSI functions use the code page of the font's character set", where that is not the system's own. */
static struct codepage *code_page_of(const struct dc *dc) {
    BYTE set = DEFAULT_CHARSET;
    if (fonts_try_lock()) {
        struct scaled_font *font = installed_faces ? dc_font(dc) : NULL;
        set = font ? font->charset : set;
        fonts_unlock();
    }
    UINT id = charset_code_page(set);
    struct codepage *page = id == CP_SYMBOL ? NULL : codepage_find(id);
    return page ? page : codepage_ansi();
}

WCHAR *text_copy_ansi(const struct dc *dc, LPCSTR text, int count, int *units) {
    struct codepage *page = code_page_of(dc);
    size_t length = count < 0 ? strlen(text) : (size_t)count;
    *units = (int)codepage_to_wide(page, 0, text, length, NULL, 0, NULL);
    WCHAR *copy = malloc(((size_t)*units + 1) * sizeof *copy);
    if (!copy) {
        set_last_error(ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    codepage_to_wide(page, 0, text, length, copy, (size_t)*units, NULL);
    copy[*units] = 0;
    return copy;
}

/* ---- glyphs ---- */

void run_free(struct text_run *run) {
    free(run->glyphs);
    free(run->advances);
}

/* A pair of surrogates is one character; the second unit has no glyph. */
static DWORD character_at(const WCHAR *text, int i, int count) {
    if ((text[i] & 0xfc00) == 0xd800 && i + 1 < count && (text[i + 1] & 0xfc00) == 0xdc00)
        return 0x10000 + ((DWORD)(text[i] & 0x3ff) << 10) + (text[i + 1] & 0x3ff);
    return text[i];
}

enum { NO_GLYPH = 0xffff };

static void find_glyphs(struct text_run *run, struct scaled_font *font, const WCHAR *text) {
    for (int i = 0; i < run->count; i++) {
        DWORD character = character_at(text, i, run->count);
        run->glyphs[i] = (WORD)glyph_of(font, character);
        if (character > 0xffff)
            run->glyphs[++i] = NO_GLYPH;
    }
}

/* "SetTextJustification function": the extra space is shared out among the break characters, what cannot be divided
 * going to the first of them. */
static void justify(struct text_run *run, const struct scaled_font *font, const struct dc *dc) {
    LONG extra = (LONG)floor(dc->now.break_extra / font->to_logical_x + 0.5), count = dc->now.break_count;
    unsigned space = glyph_of(font, face_break_char(font->face));
    LONG rest = count > 0 ? extra % count : 0;
    for (int i = 0; count > 0 && i < run->count; i++) {
        if (run->glyphs[i] != space)
            continue;
        run->advances[i] += extra / count;
        if (rest) {
            run->advances[i] += rest > 0 ? 1 : -1;
            rest -= rest > 0 ? 1 : -1;
        }
    }
}

static void find_advances(struct text_run *run, struct scaled_font *font, const struct dc *dc) {
    LONG extra = (LONG)floor(dc->now.character_extra / font->to_logical_x + 0.5);
    for (int i = 0; i < run->count; i++)
        run->advances[i] = run->glyphs[i] == NO_GLYPH ? 0 : glyph_advance(font, run->glyphs[i]) + extra;
    if (dc->now.break_extra)
        justify(run, font, dc);
    run->width = 0;
    for (int i = 0; i < run->count; i++)
        run->width += run->advances[i];
}

bool run_make(struct text_run *run, struct scaled_font *font, const struct dc *dc, const WCHAR *text, int count,
              unsigned flags) {
    *run = (struct text_run){.count = count, .glyphs = malloc(((size_t)count + 1) * sizeof *run->glyphs),
                             .advances = malloc(((size_t)count + 1) * sizeof *run->advances)};
    if (!run->glyphs || !run->advances) {
        run_free(run);
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    }
    if (flags & RUN_IS_GLYPHS)
        memcpy(run->glyphs, text, (size_t)count * sizeof *run->glyphs);
    else
        find_glyphs(run, font, text);
    find_advances(run, font, dc);
    return true;
}
