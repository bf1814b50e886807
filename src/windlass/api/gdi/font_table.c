/* A font's tables as bytes and as what GDI makes of them ("GetFontData function", "KERNINGPAIR structure"). */
#include "fonts.h"

/* ---- the file's bytes ---- */

enum { WHOLE_FACE = 0 };
#define TTCF FT_TAG('t', 't', 'c', 'f')

/* Where in its file a face begins: behind a collection's head there is an offset for each. */
static bool find_part(struct face *face, unsigned tag, unsigned long *first, unsigned *table) {
    BYTE head[4], offset[4];
    unsigned long size = sizeof head;
    *first = 0;
    *table = tag == TTCF ? WHOLE_FACE : tag;
    if (*table != WHOLE_FACE)
        return true;
    bool is_collection = freetype.Load_Sfnt_Table(face->opened, WHOLE_FACE, 0, head, &size) == 0 && read_be32(head) == TTCF;
    if (tag == TTCF || !is_collection)
        return tag != TTCF || is_collection;
    size = sizeof offset;
    if (freetype.Load_Sfnt_Table(face->opened, WHOLE_FACE, 12 + 4 * face->index, offset, &size))
        return false;
    *first = read_be32(offset);
    return true;
}

/* The bytes of a table from an offset on, from malloc(); NULL. */
static BYTE *read_part(struct face *face, unsigned tag, DWORD offset, DWORD *size) {
    unsigned long first, length = 0;
    unsigned table;
    if (!find_part(face, tag, &first, &table) || freetype.Load_Sfnt_Table(face->opened, table, 0, NULL, &length) ||
        first + offset >= length)
        return NULL;
    length -= first + offset;
    BYTE *bytes = malloc(length);
    if (bytes && freetype.Load_Sfnt_Table(face->opened, table, (long)(first + offset), bytes, &length)) {
        free(bytes);
        return NULL;
    }
    *size = (DWORD)length;
    return bytes;
}

/* The tag is the four letters as they stand in the file. */
API(gdi32, DWORD, GetFontData, HDC hdc, DWORD dwTable, DWORD dwOffset, PVOID pvBuffer, DWORD cjBuffer) {
    struct dc *dc = dc_find(hdc);
    BYTE *bytes = NULL;
    DWORD size = 0;
    if (!dc || !fonts_try_lock())
        return GDI_ERROR;
    struct scaled_font *font = installed_faces ? dc_font(dc) : NULL;
    if (font)
        bytes = read_part(font->face, __builtin_bswap32(dwTable), dwOffset, &size);
    fonts_unlock();
    if (!bytes)
        return GDI_ERROR;
    if (pvBuffer && cjBuffer) {
        size = size < cjBuffer ? size : cjBuffer;
        memcpy(pvBuffer, bytes, size);
    }
    free(bytes);
    return size;
}

/* ---- kerning ---- */

typedef struct { WORD wFirst, wSecond; int iKernAmount; } KERNINGPAIR;
struct kerning { KERNINGPAIR *pairs; DWORD count; };

/* A character of each glyph; a glyph of several has the first. */
static WCHAR *characters_of_glyphs(FT_Face face) {
    WCHAR *characters = calloc((size_t)face->num_glyphs, sizeof *characters);
    unsigned glyph;
    for (unsigned long code = freetype.Get_First_Char(face, &glyph); characters && glyph && code <= 0xffff; code = freetype.Get_Next_Char(face, code, &glyph))
        if (glyph < (unsigned long)face->num_glyphs && !characters[glyph])
            characters[glyph] = (WCHAR)code;
    return characters;
}

enum { KERN_HEAD = 4, SUBTABLE_HEAD = 6, FORMAT0_HEAD = 8, PAIR = 6, HORIZONTAL = 1, MINIMUM = 2, CROSS_STREAM = 4 };

static void add_pairs(struct kerning *kerning, const struct scaled_font *font, const BYTE *pairs, DWORD count,
                      const WCHAR *characters) {
    DWORD glyphs = (DWORD)font->face->opened->num_glyphs;
    for (DWORD i = 0; i < count; i++, pairs += PAIR) {
        WORD first = read_be16(pairs), second = read_be16(pairs + 2);
        if (first < glyphs && second < glyphs && characters[first] && characters[second])
            kerning->pairs[kerning->count++] = (KERNINGPAIR){characters[first], characters[second], logical_x(font, scale_x(font, read_be16_signed(pairs + 4)))};
    }
}

/* The horizontal pairs of "kern" version 0, format 0: all that Windows reads. */
static void read_kerning(struct kerning *kerning, const struct scaled_font *font, const BYTE *table, size_t size,
                         const WCHAR *characters) {
    size_t at = KERN_HEAD;
    kerning->pairs = malloc((size / PAIR + 1) * sizeof *kerning->pairs);
    if (!kerning->pairs || size < KERN_HEAD || read_be16(table) != 0)
        return;
    for (unsigned i = 0; i < read_be16(table + 2) && at + SUBTABLE_HEAD + FORMAT0_HEAD <= size; i++) {
        const BYTE *subtable = table + at;
        size_t room = (size - at - SUBTABLE_HEAD - FORMAT0_HEAD) / PAIR, count = read_be16(subtable + SUBTABLE_HEAD);
        WORD coverage = read_be16(subtable + 4), length = read_be16(subtable + 2);
        if (coverage >> 8 == 0 && (coverage & (HORIZONTAL | MINIMUM | CROSS_STREAM)) == HORIZONTAL)
            add_pairs(kerning, font, subtable + SUBTABLE_HEAD + FORMAT0_HEAD, (DWORD)(count < room ? count : room), characters);
        at += length ? length : size;
    }
}

static bool selected_kerning(const struct dc *dc, struct kerning *kerning) {
    fonts_lock();
    struct scaled_font *font = dc_font(dc);
    size_t size = 0;
    BYTE *table = font ? face_table(font->face, FT_TAG('k', 'e', 'r', 'n'), &size) : NULL;
    WCHAR *characters = table ? characters_of_glyphs(font->face->opened) : NULL;
    if (characters)
        read_kerning(kerning, font, table, size, characters);
    fonts_unlock();
    free(characters);
    free(table);
    return font != NULL;
}

API(gdi32, DWORD, GetKerningPairsW, HDC hdc, DWORD nPairs, KERNINGPAIR *lpKernPair) {
    struct dc *dc = dc_find(hdc);
    struct kerning kerning = {NULL, 0};
    if (!dc)
        return 0;
    if (lpKernPair && !nPairs)
        return fail(ERROR_INVALID_PARAMETER), 0;
    selected_kerning(dc, &kerning);
    DWORD count = lpKernPair && nPairs < kerning.count ? nPairs : kerning.count;
    if (lpKernPair && count)
        memcpy(lpKernPair, kerning.pairs, count * sizeof *lpKernPair);
    free(kerning.pairs);
    return count;
}

/* Pairs of characters that are one byte each. */
API(gdi32, DWORD, GetKerningPairsA, HDC hdc, DWORD nPairs, KERNINGPAIR *lpKernPair) {
    struct dc *dc = dc_find(hdc);
    struct kerning kerning = {NULL, 0};
    DWORD given = 0;
    if (!dc || (lpKernPair && !nPairs))
        return 0;
    selected_kerning(dc, &kerning);
    for (DWORD i = 0; i < kerning.count && (!lpKernPair || given < nPairs); i++) {
        const KERNINGPAIR *pair = &kerning.pairs[i];
        if (pair->wFirst >= 0x80 || pair->wSecond >= 0x80)
            continue;
        if (lpKernPair)
            lpKernPair[given] = *pair;
        given++;
    }
    free(kerning.pairs);
    return given;
}
API_ALIAS(api_GetKerningPairsA, old, gdi32, "GetKerningPairs");

/* ---- character sets and what a font can do ---- */

API(gdi32, int, GetTextCharsetInfo, HDC hdc, FONTSIGNATURE *lpSig, DWORD dwFlags) {
    struct dc *dc = dc_find(hdc);
    FONTSIGNATURE signature = {{0}, {0}};
    int set = DEFAULT_CHARSET;
    (void)dwFlags;
    if (!dc)
        return DEFAULT_CHARSET;
    fonts_lock();
    struct scaled_font *font = dc_font(dc);
    if (font) {
        signature = font->face->signature;
        set = font->charset;
    }
    fonts_unlock();
    if (lpSig)
        *lpSig = signature;
    return set;
}

API(gdi32, int, GetTextCharset, HDC hdc) { return api_GetTextCharsetInfo(hdc, NULL, 0); }

enum { GCP_USEKERNING = 8, GCP_GLYPHSHAPE = 0x10 };
#define GCP_ERROR 0x8000u

/* "GetFontLanguageInfo function": Arabic has several glyphs for a character. */
API(gdi32, DWORD, GetFontLanguageInfo, HDC hdc) {
    enum { ARABIC = 1 << 6 };
    struct dc *dc = dc_find(hdc);
    struct kerning kerning = {NULL, 0};
    FONTSIGNATURE signature = {0};
    if (!dc || !selected_kerning(dc, &kerning))
        return GCP_ERROR;
    api_GetTextCharsetInfo(hdc, &signature, 0);
    free(kerning.pairs);
    return (kerning.count ? GCP_USEKERNING : 0) | (signature.fsCsb[0] & ARABIC ? GCP_GLYPHSHAPE : 0);
}
