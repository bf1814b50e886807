// build: freestanding
// flags: -fno-builtin -lgdi32 -luser32
// A font's metrics, widths, outlines and tables.
#define WIN32_LEAN_AND_MEAN
#include <windows.h>
#include "fixture.h"
#include "box_font.h"

static HDC dc;
static struct box_font regular, bold;

static HFONT select_font(int height, int width, int weight, int italic)
{
    HFONT font = CreateFontA(height, width, 0, 0, weight, italic, 0, 0, DEFAULT_CHARSET, 0, 0, 0, 0, "Windlass Boxes");
    DeleteObject(SelectObject(dc, font));
    return font;
}

static void say_metrics(const char *what)
{
    TEXTMETRICW t;
    TEXTMETRICA a;
    say("%s %d", what, GetTextMetricsW(dc, &t));
    say("height %d %d %d leading %d %d width %d %d weight %d", t.tmHeight, t.tmAscent, t.tmDescent, t.tmInternalLeading, t.tmExternalLeading,
        t.tmAveCharWidth, t.tmMaxCharWidth, t.tmWeight);
    say("style %d %d %d family %x set %d overhang %d aspect %d %d", t.tmItalic, t.tmUnderlined, t.tmStruckOut, t.tmPitchAndFamily, t.tmCharSet,
        t.tmOverhang, t.tmDigitizedAspectX, t.tmDigitizedAspectY);
    say("characters %x %x %x %x", t.tmFirstChar, t.tmLastChar, t.tmDefaultChar, t.tmBreakChar);
    say("ansi %d: %x %x %x %x height %d", GetTextMetricsA(dc, &a), a.tmFirstChar, a.tmLastChar, a.tmDefaultChar, a.tmBreakChar, a.tmHeight);
}

static void say_widths(void)
{
    INT widths[2], glyphs[6];
    ABC abc[2], tail, blank;
    SIZE size;
    FLOAT parts[2];
    ABCFLOAT exact;
    WORD indices[] = {2, 3, 4};
    say("widths %d: %d %d", GetCharWidth32W(dc, 'A', 'B', widths), widths[0], widths[1]);
    say("of bytes %d: %d %d", GetCharWidth32A(dc, 'A', 'B', widths), widths[0], widths[1]);
    say("of glyphs %d: %d %d %d", GetCharWidthI(dc, 0, 3, indices, glyphs), glyphs[0], glyphs[1], glyphs[2]);
    say("of a range of glyphs %d: %d %d %d", GetCharWidthI(dc, 3, 3, NULL, glyphs), glyphs[0], glyphs[1], glyphs[2]);
    GetCharABCWidthsW(dc, 'A', 'B', abc);
    GetCharABCWidthsA(dc, 'j', 'j', &tail);
    GetCharABCWidthsW(dc, ' ', ' ', &blank);
    say("abc %d %u %d, %d %u %d", abc[0].abcA, abc[0].abcB, abc[0].abcC, abc[1].abcA, abc[1].abcB, abc[1].abcC);
    say("tail %d %u %d, blank %d %u %d", tail.abcA, tail.abcB, tail.abcC, blank.abcA, blank.abcB, blank.abcC);
    say("abc of glyphs %d: %d %u %d", GetCharABCWidthsI(dc, 4, 1, NULL, abc), abc[0].abcA, abc[0].abcB, abc[0].abcC);
    say("float %d: %d %d", GetCharWidthFloatW(dc, 'A', 'B', parts), (int)(parts[0] * 1600), (int)(parts[1] * 1600));
    say("abc float %d: %d", GetCharABCWidthsFloatW(dc, 'A', 'A', &exact), (int)(exact.abcfB * 100));
    say("extent %d: %d %d", GetTextExtentPoint32W(dc, L"AB oj", 5, &size), size.cx, size.cy);
    say("of a missing character %d: %d %d", GetTextExtentPoint32A(dc, "zz", 2, &size), size.cx, size.cy);
    say("of nothing %d: %d %d", GetTextExtentPoint32A(dc, "", 0, &size), size.cx, size.cy);
    say("of glyphs %d: %d %d", GetTextExtentPointI(dc, indices, 3, &size), size.cx, size.cy);
    say("invalid %d", GetTextExtentPoint32W(dc, L"A", -2, &size));
}

static void say_fit(void)
{
    int fit = -1, ends[5] = {-1, -1, -1, -1, -1};
    SIZE size;
    say("fit %d: %d [%d %d %d %d %d] %d %d", GetTextExtentExPointW(dc, L"ABABA", 5, 170, &fit, ends, &size), fit, ends[0], ends[1], ends[2], ends[3],
        ends[4], size.cx, size.cy);
    say("none %d: %d", GetTextExtentExPointA(dc, "ABABA", 5, 10, &fit, NULL, &size), fit);
    say("all %d: %d", GetTextExtentExPointA(dc, "ABABA", 5, 10000, &fit, NULL, &size), fit);
    SetTextCharacterExtra(dc, 5);
    GetTextExtentPoint32W(dc, L"ABA", 3, &size);
    say("extra %d", size.cx);
    SetTextCharacterExtra(dc, 0);
    SetTextJustification(dc, 11, 2);
    GetTextExtentPoint32W(dc, L"A B A", 5, &size);
    say("justified %d", size.cx);
    SetTextJustification(dc, 0, 0);
    GetTextExtentPoint32W(dc, L"A B A", 5, &size);
    say("not justified %d", size.cx);
}

static void say_outline_metrics(void)
{
    static BYTE buffer[1024];
    OUTLINETEXTMETRICW *o = (OUTLINETEXTMETRICW *)buffer;
    UINT size = GetOutlineTextMetricsW(dc, 0, NULL);
    say("outline metrics %u: %u", size, GetOutlineTextMetricsW(dc, size, o));
    say("selection %x type %x slope %d %d em %u", o->otmfsSelection, o->otmfsType, o->otmsCharSlopeRise, o->otmsCharSlopeRun, o->otmEMSquare);
    say("typographic %d %d %u capitals %u small %u", o->otmAscent, o->otmDescent, o->otmLineGap, o->otmsCapEmHeight, o->otmsXHeight);
    say("box %d %d %d %d", o->otmrcFontBox.left, o->otmrcFontBox.top, o->otmrcFontBox.right, o->otmrcFontBox.bottom);
    say("mac %d %d %u", o->otmMacAscent, o->otmMacDescent, o->otmMacLineGap);
    // Wine reports: least 0 angle 0
    // documented: least 8 angle 0     (Microsoft, "OUTLINETEXTMETRICW structure": otmusMinimumPPEM)
    say("least %u angle %d", o->otmusMinimumPPEM, o->otmItalicAngle);
    say("below %d %d %d %d above %d %d %d %d", o->otmptSubscriptSize.x, o->otmptSubscriptSize.y, o->otmptSubscriptOffset.x, o->otmptSubscriptOffset.y,
        o->otmptSuperscriptSize.x, o->otmptSuperscriptSize.y, o->otmptSuperscriptOffset.x, o->otmptSuperscriptOffset.y);
    say("struck %u %d underlined %d %d", o->otmsStrikeoutSize, o->otmsStrikeoutPosition, o->otmsUnderscoreSize, o->otmsUnderscorePosition);
    say("names '%ls' '%ls' '%ls' '%ls'", (WCHAR *)(buffer + (size_t)o->otmpFamilyName), (WCHAR *)(buffer + (size_t)o->otmpFaceName),
        (WCHAR *)(buffer + (size_t)o->otmpStyleName), (WCHAR *)(buffer + (size_t)o->otmpFullName));
    say("panose %d %d %d %d", o->otmPanoseNumber.bFamilyType, o->otmPanoseNumber.bSerifStyle, o->otmPanoseNumber.bWeight, o->otmPanoseNumber.bXHeight);
}

static void say_glyph(int character, UINT format)
{
    static const MAT2 same = {{0, 1}, {0, 0}, {0, 0}, {0, 1}};
    static BYTE bytes[16384];
    GLYPHMETRICS m;
    DWORD size = GetGlyphOutlineW(dc, (UINT)character, format, &m, 0, NULL, &same), i;
    unsigned sum = 0;
    say("glyph %x format %x: %d box %u %u at %d %d on %d %d", character, format, (int)size, m.gmBlackBoxX, m.gmBlackBoxY, m.gmptGlyphOrigin.x,
        m.gmptGlyphOrigin.y, m.gmCellIncX, m.gmCellIncY);
    if (format == GGO_METRICS || size == GDI_ERROR || !size)
        return;
    check(GetGlyphOutlineW(dc, (UINT)character, format, &m, size, bytes, &same) == size);
    for (i = 0; i < size; i++)
        sum = sum * 31 + bytes[i];
    say("bytes %x", sum);
}

static void say_native(int character)
{
    static const MAT2 same = {{0, 1}, {0, 0}, {0, 0}, {0, 1}};
    static BYTE bytes[4096];
    GLYPHMETRICS m;
    DWORD size = GetGlyphOutlineW(dc, (UINT)character, GGO_NATIVE, &m, sizeof bytes, bytes, &same), at = 0;
    while (at < size) {
        TTPOLYGONHEADER *head = (TTPOLYGONHEADER *)(bytes + at);
        DWORD end = at + head->cb;
        say("contour %u type %u from %d %d", head->cb, head->dwType, head->pfxStart.x.value, head->pfxStart.y.value);
        for (at += sizeof *head; at < end;) {
            TTPOLYCURVE *curve = (TTPOLYCURVE *)(bytes + at);
            int i;
            for (i = 0; i < curve->cpfx; i++)
                say("  %u: %d.%u %d.%u", curve->wType, curve->apfx[i].x.value, curve->apfx[i].x.fract, curve->apfx[i].y.value, curve->apfx[i].y.fract);
            at += 4 + 8 * (DWORD)curve->cpfx;
        }
    }
}

static void say_turned(void)
{
    static const MAT2 quarter = {{0, 0}, {0, 1}, {0, -1}, {0, 0}}, doubled = {{0, 2}, {0, 0}, {0, 0}, {0, 2}};
    GLYPHMETRICS m;
    DWORD size = GetGlyphOutlineW(dc, 'A', GGO_METRICS, &m, 0, NULL, &quarter);
    say("turned %d: %u %u at %d %d", (int)size, m.gmBlackBoxX, m.gmBlackBoxY, m.gmptGlyphOrigin.x, m.gmptGlyphOrigin.y);
    size = GetGlyphOutlineW(dc, 'A', GGO_METRICS, &m, 0, NULL, &doubled);
    say("doubled %d: %u %u at %d %d", (int)size, m.gmBlackBoxX, m.gmBlackBoxY, m.gmptGlyphOrigin.x, m.gmptGlyphOrigin.y);
    size = GetGlyphOutlineW(dc, 3, GGO_METRICS | GGO_GLYPH_INDEX, &m, 0, NULL, &doubled);
    say("by index %d: %u %u", (int)size, m.gmBlackBoxX, m.gmBlackBoxY);
    say("no format %d", (int)GetGlyphOutlineW(dc, 'A', 9, &m, 0, NULL, &doubled));
}

static void say_tables(void)
{
    static BYTE bytes[4096];
    KERNINGPAIR pair = {0, 0, 0};
    WORD indices[6];
    union { GLYPHSET set; BYTE room[64]; } ranges;
    FONTSIGNATURE signature;
    DWORD i, same = 0, size = GetFontData(dc, 0, 0, bytes, sizeof bytes);
    for (i = 0; i < size; i++)
        same += bytes[i] == regular.bytes[i];
    say("file %u %u", size == regular.size, same == size);
    say("head %d of %d", (int)GetFontData(dc, 0x64616568, 0, bytes, 4), (int)GetFontData(dc, 0x64616568, 0, NULL, 0));
    say("from an offset %d: %u %u", (int)GetFontData(dc, 0x64616568, 18, bytes, 2), bytes[0], bytes[1]);
    say("no table %d, no collection %d", (int)GetFontData(dc, 0x20205858, 0, NULL, 0), (int)GetFontData(dc, 0x66637474, 0, NULL, 0));
    say("kerning %u %u: %c %c %d", GetKerningPairsW(dc, 0, NULL), GetKerningPairsW(dc, 1, &pair), pair.wFirst, pair.wSecond, pair.iKernAmount);
    say("language %x", GetFontLanguageInfo(dc));
    say("indices %u: %u %u %u %u", GetGlyphIndicesW(dc, L"Aoz ", 4, indices, 0), indices[0], indices[1], indices[2], indices[3]);
    say("marked %u: %u %x", GetGlyphIndicesA(dc, "Az", 2, indices, GGI_MARK_NONEXISTING_GLYPHS), indices[0], indices[1]);
    say("ranges %u %u", GetFontUnicodeRanges(dc, NULL), GetFontUnicodeRanges(dc, &ranges.set));
    say("%u characters in %u:", ranges.set.cGlyphsSupported, ranges.set.cRanges);
    for (i = 0; i < ranges.set.cRanges; i++)
        say("  %x + %u", ranges.set.ranges[i].wcLow, ranges.set.ranges[i].cGlyphs);
    say("set %d: %x %x", GetTextCharsetInfo(dc, &signature, 0), signature.fsUsb[0], signature.fsCsb[0]);
}

static void say_placement(void)
{
    int dx[4], caret[4];
    UINT order[4];
    WORD glyphs[4];
    WCHAR out[5] = L"....";
    GCP_RESULTSW r = {sizeof r, out, order, dx, caret, NULL, glyphs, 4, 0};
    RASTERIZER_STATUS status;
    DWORD size = GetCharacterPlacementW(dc, L"ABA", 3, 0, &r, 0);
    say("placed %d %d: %u glyphs, '%ls'", LOWORD(size), HIWORD(size), r.nGlyphs, out);
    say("%d %d %d, at %d %d %d, glyphs %u %u %u", dx[0], dx[1], dx[2], caret[0], caret[1], caret[2], glyphs[0], glyphs[1], glyphs[2]);
    r.nGlyphs = 4;
    size = GetCharacterPlacementW(dc, L"ABA", 3, 150, &r, GCP_MAXEXTENT);
    // Wine reports: in 150: 170 0
    // documented: in 150: 110 2     (Microsoft, "GCP_RESULTSW structure": nMaxFit)
    say("in 150: %d %d", LOWORD(size), r.nMaxFit);
    say("rasterizer %d: %x", GetRasterizerCaps(&status, sizeof status), status.wFlags);
}

static void say_objects(void)
{
    LOGFONTW wide;
    LOGFONTA narrow;
    HFONT font = CreateFontW(-10, 3, 100, 200, 500, TRUE, TRUE, FALSE, 204, 1, 2, 3, 0x22, L"A name of more than thirty-one characters");
    say("sizes %d %d", GetObjectW(font, 0, NULL), GetObjectA(font, 0, NULL));
    say("object %d: %d %d %d %d %d", GetObjectW(font, sizeof wide, &wide), wide.lfHeight, wide.lfWidth, wide.lfEscapement, wide.lfOrientation, wide.lfWeight);
    say("%d %d %d %d %d %d %d %x '%ls'", wide.lfItalic, wide.lfUnderline, wide.lfStrikeOut, wide.lfCharSet, wide.lfOutPrecision, wide.lfClipPrecision,
        wide.lfQuality, wide.lfPitchAndFamily, wide.lfFaceName);
    say("ansi %d '%s'", GetObjectA(font, sizeof narrow, &narrow), narrow.lfFaceName);
    say("type %u", GetObjectType(font));
    DeleteObject(font);
}

static void say_face(const char *what)
{
    char name[LF_FACESIZE] = "";
    char shorter[5] = "";
    say("%s: %d of %d '%s'", what, GetTextFaceA(dc, sizeof name, name), GetTextFaceW(dc, 0, NULL), name);
    say("cut off %d '%s', no room %d", GetTextFaceA(dc, sizeof shorter, shorter), shorter, GetTextFaceA(dc, 0, shorter));
}

PROGRAM
{
    DWORD count = 0, more = 0;
    HANDLE first, second;
    int i;
    dc = CreateCompatibleDC(NULL);
    box_font_make(&regular, "Windlass Boxes", "Regular", 400, 0);
    box_font_make(&bold, "Windlass Boxes", "Bold", 700, 0);
    first = AddFontMemResourceEx(regular.bytes, (DWORD)regular.size, NULL, &count);
    say("added %d %u", first != NULL, count);
    say("no font %d", AddFontMemResourceEx(bold.bytes + 4, 100, NULL, &more) != NULL);

    select_font(-100, 0, 400, 0);
    say_face("face");
    say_metrics("em of 100");
    say_widths();
    say_fit();
    say_outline_metrics();
    for (i = 0; i <= 6; i++)
        say_glyph('B', (UINT)i);
    say_glyph(' ', GGO_METRICS);
    say_glyph('j', GGO_METRICS);
    say_glyph('z', GGO_METRICS);
    say_native('A');
    say_native('o');
    say_turned();
    say_tables();
    say_placement();

    select_font(50, 0, 400, 0);
    say_metrics("cell of 50");
    select_font(-100, 95, 400, 0);
    say_metrics("twice as wide");
    say_widths();
    select_font(-100, 0, 700, 0);
    say_metrics("emboldened");
    select_font(-100, 0, 400, 1);
    say_metrics("slanted");

    second = AddFontMemResourceEx(bold.bytes, (DWORD)bold.size, NULL, &more);
    say("second %d %u", second != NULL, more);
    select_font(-200, 0, 700, 0);
    say_metrics("bold");
    select_font(-100, 0, 400, 0);
    say_metrics("regular");
    say_objects();
    DeleteObject(SelectObject(dc, GetStockObject(SYSTEM_FONT)));
    say("removed %d %d", RemoveFontMemResourceEx(second), RemoveFontMemResourceEx(first));
    DeleteDC(dc);
    return 0;
}
