// build: freestanding
// flags: -fno-builtin -lgdi32 -luser32 -lusp10
// Text as items, glyphs and places.
#define WIN32_LEAN_AND_MEAN
#include <windows.h>
#include <usp10.h>
#include "fixture.h"
#include "box_font.h"

static HDC dc;

static void say_items(const char *what, const WCHAR *text, int count, int level)
{
    SCRIPT_ITEM items[20];
    SCRIPT_STATE state = {0};
    SCRIPT_CONTROL control = {0};
    const SCRIPT_PROPERTIES **properties;
    int found = -1, scripts, i;
    HRESULT result;
    state.uBidiLevel = (WORD)level;
    result = ScriptItemize(text, count, 20, &control, &state, items, &found);
    ScriptGetProperties(&properties, &scripts);
    say("%s: %x %d", what, (unsigned)result, found);
    for (i = 0; i < found; i++) {
        const SCRIPT_PROPERTIES *p = properties[items[i].a.eScript];
        say("  %d: level %d right %d complex %d numeric %d", items[i].iCharPos, items[i].a.s.uBidiLevel, items[i].a.fRTL, p->fComplex, p->fNumeric);
    }
    if (found >= 0)
        say("  end %d", items[found].iCharPos);
}

static void itemize(void)
{
    SCRIPT_ITEM items[4];
    int found = -1;
    say_items("latin", L"Hello world", 11, 0);
    say_items("hebrew", L"\x05d0\x05d1\x05d2", 3, 0);
    say_items("hebrew in latin", L"ab \x05d0\x05d1 cd", 8, 0);
    say_items("arabic", L"\x0627\x0628", 2, 0);
    say_items("latin from right to left", L"abc", 3, 1);
    say_items("numbers", L"ab 12", 5, 0);
    say("no text %x, no room %x", (unsigned)ScriptItemize(L"a", 0, 4, NULL, NULL, items, &found),
        (unsigned)ScriptItemize(L"a", 1, 1, NULL, NULL, items, &found));
    say("complex %x %x %x", (unsigned)ScriptIsComplex(L"abc", 3, SIC_COMPLEX), (unsigned)ScriptIsComplex(L"a\x0628", 2, SIC_COMPLEX),
        (unsigned)ScriptIsComplex(L"12", 2, SIC_ASCIIDIGIT));
}

static void shape(void)
{
    static const WCHAR text[] = L"ABjo A";
    SCRIPT_CACHE cache = NULL;
    SCRIPT_ITEM items[8];
    SCRIPT_VISATTR attributes[8];
    SCRIPT_FONTPROPERTIES font = {sizeof font, 0, 0, 0, 0, 0};
    WORD glyphs[8], clusters[8], mapped[8];
    GOFFSET offsets[8];
    ABC abc;
    int count = 0, advances[8], i, x, at, trailing, widths[8];
    long height = 0;
    ScriptItemize(text, 6, 8, NULL, NULL, items, &count);
    say("items %d", count);
    say("without a DC %x", (unsigned)ScriptShape(NULL, &cache, text, 6, 8, &items[0].a, glyphs, clusters, attributes, &count));
    say("too little room %x", (unsigned)ScriptShape(dc, &cache, text, 6, 3, &items[0].a, glyphs, clusters, attributes, &count));
    say("shape %x: %d glyphs", (unsigned)ScriptShape(dc, &cache, text, 6, 8, &items[0].a, glyphs, clusters, attributes, &count), count);
    for (i = 0; i < count; i++)
        say("  glyph %u cluster %u start %d", glyphs[i], clusters[i], attributes[i].fClusterStart);
    say("cached %d, again without a DC %x", cache != NULL,
        (unsigned)ScriptShape(NULL, &cache, text, 6, 8, &items[0].a, glyphs, clusters, attributes, &count));
    // Wine reports: place 0: 5 246 44
    // documented: place 0: 0 295 0     (Microsoft, "ScriptPlace function": the ABC width of the entire run)
    say("place %x: %d %u %d", (unsigned)ScriptPlace(dc, &cache, glyphs, count, attributes, &items[0].a, advances, offsets, &abc), abc.abcA, abc.abcB, abc.abcC);
    for (i = 0; i < count; i++)
        say("  %d at %d %d", advances[i], offsets[i].du, offsets[i].dv);
    for (i = -1; i <= 6; i++) {
        ScriptCPtoX(i, FALSE, 6, count, clusters, attributes, advances, &items[0].a, &x);
        say("character %d at %d", i, x);
    }
    ScriptCPtoX(2, TRUE, 6, count, clusters, attributes, advances, &items[0].a, &x);
    say("behind the third %d", x);
    for (i = -5; i < 300; i += 61) {
        ScriptXtoCP(i, 6, count, clusters, attributes, advances, &items[0].a, &at, &trailing);
        say("at %d character %d %d", i, at, trailing);
    }
    ScriptGetLogicalWidths(&items[0].a, 6, count, advances, clusters, attributes, widths);
    say("widths %d %d %d", widths[0], widths[1], widths[2]);
    say("map %x: %u %u", (unsigned)ScriptGetCMap(dc, &cache, L"Az", 2, 0, mapped), mapped[0], mapped[1]);
    say("mapped whole %x", (unsigned)ScriptGetCMap(dc, &cache, L"AB", 2, 0, mapped));
    say("abc %x: %d %u %d", (unsigned)ScriptGetGlyphABCWidth(dc, &cache, 3, &abc), abc.abcA, abc.abcB, abc.abcC);
    say("height %x: %d", (unsigned)ScriptCacheGetHeight(dc, &cache, &height), (int)height);
    say("font %x: %u %u", (unsigned)ScriptGetFontProperties(dc, &cache, &font), font.wgBlank, font.wgDefault);
    say("free %x: %d", (unsigned)ScriptFreeCache(&cache), cache == NULL);
}

static void layout(void)
{
    static const BYTE levels[] = {0, 1, 2, 1, 0}, right[] = {1, 1, 1};
    SCRIPT_ANALYSIS analysis = {0};
    SCRIPT_LOGATTR breaks[8];
    int order[5], back[5], i;
    say("layout %x", (unsigned)ScriptLayout(5, levels, order, back));
    say("%d %d %d %d %d, back %d %d %d %d %d", order[0], order[1], order[2], order[3], order[4], back[0], back[1], back[2], back[3], back[4]);
    ScriptLayout(3, right, order, NULL);
    say("right %d %d %d", order[0], order[1], order[2]);
    say("break %x", (unsigned)ScriptBreak(L"ab  cd", 6, &analysis, breaks));
    for (i = 0; i < 6; i++)
        say("  %d %d %d %d", breaks[i].fSoftBreak, breaks[i].fWhiteSpace, breaks[i].fCharStop, breaks[i].fWordStop);
}

static void strings(void)
{
    static const WCHAR text[] = L"ABj \x05d0o";
    SCRIPT_STRING_ANALYSIS string = NULL;
    int widths[6], x, at, trailing, i;
    UINT order[6];
    const SIZE *size;
    say("analyse %x", (unsigned)ScriptStringAnalyse(dc, text, 6, 20, -1, SSA_GLYPHS, 0, NULL, NULL, NULL, NULL, NULL, &string));
    if (!string)
        return;
    size = ScriptString_pSize(string);
    say("size %d %d, %d characters", size->cx, size->cy, *ScriptString_pcOutChars(string));
    say("widths %x: %d %d %d", (unsigned)ScriptStringGetLogicalWidths(string, widths), widths[0], widths[1], widths[2]);
    say("order %x: %u %u %u", (unsigned)ScriptStringGetOrder(string, order), order[0], order[1], order[5]);
    for (i = 0; i < 6; i++) {
        ScriptStringCPtoX(string, i, FALSE, &x);
        say("character %d at %d", i, x);
    }
    say("beyond %x", (unsigned)ScriptStringCPtoX(string, 6, FALSE, &x));
    ScriptStringXtoCP(string, 61, &at, &trailing);
    say("at 61 character %d %d", at, trailing);
    say("out %x", (unsigned)ScriptStringOut(string, 0, 0, 0, NULL, 0, 0, FALSE));
    // Wine reports: free 80070057: 0
    // documented: free 0: 1     (Microsoft, "ScriptStringFree function")
    say("free %x: %d", (unsigned)ScriptStringFree(&string), string == NULL);
    say("no text %x", (unsigned)ScriptStringAnalyse(dc, NULL, 6, 20, -1, SSA_GLYPHS, 0, NULL, NULL, NULL, NULL, NULL, &string));
}

PROGRAM
{
    static struct box_font font;
    DWORD count = 0;
    dc = CreateCompatibleDC(NULL);
    box_font_make(&font, "Windlass Boxes", "Regular", 400, 0);
    AddFontMemResourceEx(font.bytes, (DWORD)font.size, NULL, &count);
    SelectObject(dc, CreateFontA(-100, 0, 0, 0, 400, 0, 0, 0, DEFAULT_CHARSET, 0, 0, 0, 0, "Windlass Boxes"));
    itemize();
    shape();
    layout();
    strings();
    DeleteObject(SelectObject(dc, GetStockObject(SYSTEM_FONT)));
    DeleteDC(dc);
    return 0;
}
