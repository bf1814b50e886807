/* Scripts and directions of text ("ScriptItemize function", Unicode Standard Annex 9 "Unicode Bidirectional Algorithm"
 * without explicit embeddings). */
#include "uniscribe.h"

#include "unicode.h"

/* ---- scripts by ranges of characters ---- */

enum { GREEK = SCRIPT_CONTROL + 1, CYRILLIC, ARMENIAN, HEBREW, ARABIC, SYRIAC, THAANA, INDIC, THAI, LAO, TIBETAN, MYANMAR, GEORGIAN, KHMER, MONGOLIAN,
       KANA, BOPOMOFO, HAN, HANGUL, PRIVATE };
_Static_assert(PRIVATE + 1 == SCRIPT_COUNT, "scripts");

struct range { WCHAR first, last; BYTE script; };
static const struct range ranges[] = {
    {0x0370, 0x03ff, GREEK}, {0x0400, 0x052f, CYRILLIC}, {0x0530, 0x058f, ARMENIAN}, {0x0590, 0x05ff, HEBREW}, {0x0600, 0x06ff, ARABIC},
    {0x0700, 0x074f, SYRIAC}, {0x0750, 0x077f, ARABIC}, {0x0780, 0x07bf, THAANA}, {0x08a0, 0x08ff, ARABIC}, {0x0900, 0x0dff, INDIC},
    {0x0e00, 0x0e7f, THAI}, {0x0e80, 0x0eff, LAO}, {0x0f00, 0x0fff, TIBETAN}, {0x1000, 0x109f, MYANMAR}, {0x10a0, 0x10ff, GEORGIAN},
    {0x1100, 0x11ff, HANGUL}, {0x1780, 0x17ff, KHMER}, {0x1800, 0x18af, MONGOLIAN}, {0x1f00, 0x1fff, GREEK}, {0x2de0, 0x2dff, CYRILLIC},
    {0x2e80, 0x2fdf, HAN}, {0x3040, 0x30ff, KANA}, {0x3100, 0x312f, BOPOMOFO}, {0x3130, 0x318f, HANGUL}, {0x31f0, 0x31ff, KANA},
    {0x3400, 0x9fff, HAN}, {0xac00, 0xd7af, HANGUL}, {0xe000, 0xf8ff, PRIVATE}, {0xf900, 0xfaff, HAN}, {0xfb1d, 0xfb4f, HEBREW},
    {0xfb50, 0xfdff, ARABIC}, {0xfe70, 0xfeff, ARABIC}, {0xff66, 0xff9f, KANA},
};

/* Languages and character sets by "SCRIPT_PROPERTIES structure". */
enum { ENGLISH = 9, ANY_SET = 1 };
#define SIMPLE(language, set) {.langid = language, .bCharSet = set}
#define COMPLEX(language, set, ...) {.langid = language, .bCharSet = set, .fComplex = 1, __VA_ARGS__}
const SCRIPT_PROPERTIES script_properties[SCRIPT_COUNT] = {
    [SCRIPT_UNDEFINED] = {.fAmbiguousCharSet = 1}, [SCRIPT_LATIN] = {.langid = ENGLISH, .fAmbiguousCharSet = 1},
    [SCRIPT_NUMERIC] = {.langid = ENGLISH, .fNumeric = 1, .fAmbiguousCharSet = 1}, [SCRIPT_CONTROL] = {.fControl = 1, .fAmbiguousCharSet = 1},
    [GREEK] = SIMPLE(8, 161), [CYRILLIC] = SIMPLE(25, 204), [ARMENIAN] = SIMPLE(43, ANY_SET), [HEBREW] = COMPLEX(13, 177, .fCDM = 1),
    [ARABIC] = COMPLEX(1, 178, .fCDM = 1), [SYRIAC] = COMPLEX(90, ANY_SET, .fCDM = 1), [THAANA] = COMPLEX(101, ANY_SET),
    [INDIC] = COMPLEX(57, ANY_SET, .fRejectInvalid = 1), [THAI] = COMPLEX(30, 222, .fNeedsWordBreaking = 1, .fNeedsCaretInfo = 1),
    [LAO] = COMPLEX(84, ANY_SET, .fNeedsWordBreaking = 1, .fNeedsCaretInfo = 1), [TIBETAN] = COMPLEX(81, ANY_SET),
    [MYANMAR] = COMPLEX(85, ANY_SET, .fNeedsWordBreaking = 1), [GEORGIAN] = SIMPLE(55, ANY_SET), [KHMER] = COMPLEX(83, ANY_SET, .fNeedsWordBreaking = 1),
    [MONGOLIAN] = COMPLEX(80, ANY_SET), [KANA] = SIMPLE(17, 128), [BOPOMOFO] = SIMPLE(4, 136), [HAN] = {.langid = 4, .fAmbiguousCharSet = 1},
    [HANGUL] = SIMPLE(18, 129), [PRIVATE] = {.fPrivateUseArea = 1, .fAmbiguousCharSet = 1},
};

bool script_is_complex(unsigned script) { return script < SCRIPT_COUNT && script_properties[script].fComplex; }

static bool is_digit(WCHAR unit) { return unit >= '0' && unit <= '9'; }

/* SCRIPT_UNDEFINED: what belongs to no script, and goes with the text before it. */
static unsigned script_of(WCHAR unit) {
    if (unit < 0x20 || (unit >= 0x7f && unit < 0xa0) || (unit >= 0x200b && unit <= 0x200f) ||
        (unit >= 0x2028 && unit <= 0x202e))
        return SCRIPT_CONTROL;
    if (is_digit(unit))
        return SCRIPT_NUMERIC;
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        if (unit >= ranges[i].first && unit <= ranges[i].last)
            return ranges[i].script;
    enum { ALPHABETIC = 0x100 };
    return unicode_ctype1(unit) & ALPHABETIC ? SCRIPT_LATIN : SCRIPT_UNDEFINED;
}

/* ---- directions ---- */

/* CT_CTYPE2's classes; Arabic letters are told apart here. */
enum bidi { OTHER_CLASS, L, R, EN, ES, ET, AN, CS, B, S, WS, ON, AL };

static BYTE bidi_class(WCHAR unit) {
    WORD class = unicode_ctype2(unit);
    bool is_arabic = (unit >= 0x600 && unit <= 0x7bf) || (unit >= 0x8a0 && unit <= 0x8ff) || (unit >= 0xfb50 && unit <= 0xfefc);
    return class == R && is_arabic ? AL : class == OTHER_CLASS ? ON : (BYTE)class;
}

static bool is_neutral(BYTE class) { return class >= B && class <= ON; }

/* W2 to W7: what numbers and what stands beside them are. */
static void resolve_weak(BYTE *classes, int count, BYTE base) {
    BYTE strong = base;
    for (int i = 0; i < count; i++) {
        BYTE next = i + 1 < count ? classes[i + 1] : ON, before = i ? classes[i - 1] : ON;
        if (classes[i] == L || classes[i] == R || classes[i] == AL)
            strong = classes[i];
        else if (classes[i] == EN && strong == AL)
            classes[i] = AN;
        else if (classes[i] == ES && before == EN && next == EN && strong != AL)
            classes[i] = EN;
        else if (classes[i] == CS && before == next && (before == EN || before == AN))
            classes[i] = before;
    }
    for (int i = 0; i < count; i++) {
        int end = i;
        if (classes[i] != ET)
            continue;
        while (end < count && classes[end] == ET)
            end++;
        bool at_number = (i && classes[i - 1] == EN) || (end < count && classes[end] == EN);
        for (; i < end; i++)
            classes[i] = at_number ? EN : ON;
    }
    strong = base;
    for (int i = 0; i < count; i++) {
        if (classes[i] == ES || classes[i] == CS)
            classes[i] = ON;
        if (classes[i] == AL)
            classes[i] = R;
        if (classes[i] == L || classes[i] == R)
            strong = classes[i];
        else if (classes[i] == EN && strong == L)
            classes[i] = L;
    }
}

/* N1, N2: between two of one direction neutrals have that one; numbers count as right to left. */
static void resolve_neutral(BYTE *classes, int count, BYTE base) {
    for (int i = 0, end; i < count; i = end) {
        for (end = i; end < count && is_neutral(classes[end]); end++)
            ;
        BYTE before = i ? (classes[i - 1] == L ? L : R) : base, after = end < count ? (classes[end] == L ? L : R) : base;
        for (; i < end; i++)
            classes[i] = before == after ? before : base;
        end += end < count;
    }
}

/* I1, I2. */
static BYTE level_of(BYTE class, BYTE level) {
    bool is_number = class == EN || class == AN;
    if (level % 2)
        return (BYTE)(level + (class == L || is_number));
    return (BYTE)(level + (class == R ? 1 : is_number ? 2 : 0));
}

/* Each character's level, from malloc(). */
static BYTE *find_levels(const WCHAR *text, int count, const SCRIPT_STATE *state) {
    BYTE *levels = malloc((size_t)count + 1), level = state ? state->uBidiLevel : 0, base = level % 2 ? R : L;
    if (!levels)
        return NULL;
    for (int i = 0; i < count; i++)
        levels[i] = bidi_class(text[i]);
    resolve_weak(levels, count, base);
    resolve_neutral(levels, count, base);
    for (int i = 0; i < count; i++)
        levels[i] = state && state->fOverrideDirection ? level : level_of(levels[i], level);
    return levels;
}

/* ---- items ---- */

static bool takes_neutrals(BYTE script) {
    return script != SCRIPT_UNDEFINED && script != SCRIPT_CONTROL && script != SCRIPT_NUMERIC;
}

/* Characters of no script belong to that before them, if it goes the same way, or else to that which follows. */
static void find_scripts(const WCHAR *text, const BYTE *levels, int count, BYTE *scripts) {
    for (int i = 0; i < count; i++) {
        scripts[i] = (BYTE)script_of(text[i]);
        if (scripts[i] == SCRIPT_UNDEFINED && i && takes_neutrals(scripts[i - 1]) && levels[i] == levels[i - 1])
            scripts[i] = scripts[i - 1];
    }
    for (int i = count - 1; i >= 0; i--)
        if (scripts[i] == SCRIPT_UNDEFINED)
            scripts[i] = i + 1 < count && takes_neutrals(scripts[i + 1]) ? scripts[i + 1] : SCRIPT_LATIN;
}

static SCRIPT_ITEM make_item(int at, BYTE script, BYTE level, const SCRIPT_STATE *state) {
    SCRIPT_ITEM item = {.iCharPos = at};
    if (state)
        item.a.s = *state;
    item.a.eScript = script;
    item.a.fRTL = item.a.fLayoutRTL = level % 2;
    item.a.s.uBidiLevel = level;
    return item;
}

/* An item behind the last tells where the text ends. */
API(usp10 gdi32, HRESULT, ScriptItemize, const WCHAR *pwcInChars, int cInChars, int cMaxItems, const DWORD *psControl,
    const SCRIPT_STATE *psState, SCRIPT_ITEM *pItems, int *pcItems) {
    (void)psControl;                                 /* what it changes are digits and Arabic shapes */
    if (!pwcInChars || !cInChars || !pItems || cMaxItems < 2)
        return E_INVALIDARG;
    BYTE *levels = find_levels(pwcInChars, cInChars, psState), *scripts = malloc((size_t)cInChars);
    int items = 0;
    HRESULT result = levels && scripts ? S_OK : E_OUTOFMEMORY;
    if (result == S_OK)
        find_scripts(pwcInChars, levels, cInChars, scripts);
    for (int i = 0; result == S_OK && i < cInChars; i++) {
        if (i && scripts[i] == scripts[i - 1] && levels[i] == levels[i - 1])
            continue;
        if (items + 1 >= cMaxItems)
            result = E_OUTOFMEMORY;
        else
            pItems[items++] = make_item(i, scripts[i], levels[i], psState);
    }
    if (result == S_OK) {
        pItems[items] = (SCRIPT_ITEM){.iCharPos = cInChars};
        if (pcItems)
            *pcItems = items;
    }
    free(levels);
    free(scripts);
    return result;
}

API(usp10 gdi32, HRESULT, ScriptGetProperties, const SCRIPT_PROPERTIES ***ppSp, int *piNumScripts) {
    static const SCRIPT_PROPERTIES *all[SCRIPT_COUNT];   /* the same each time */
    if (!ppSp && !piNumScripts)
        return E_INVALIDARG;
    for (unsigned i = 0; i < SCRIPT_COUNT; i++)
        all[i] = &script_properties[i];
    if (ppSp)
        *ppSp = all;
    if (piNumScripts)
        *piNumScripts = SCRIPT_COUNT;
    return S_OK;
}

enum { SIC_COMPLEX = 1, SIC_ASCIIDIGIT = 2, SIC_NEUTRAL = 4 };

API(usp10 gdi32, HRESULT, ScriptIsComplex, const WCHAR *pwcInChars, int cInChars, DWORD dwFlags) {
    for (int i = 0; i < cInChars; i++) {
        unsigned script = script_of(pwcInChars[i]);
        bool is_complex = dwFlags & SIC_COMPLEX && script_is_complex(script);
        if (is_complex || (dwFlags & SIC_ASCIIDIGIT && is_digit(pwcInChars[i])) ||
            (dwFlags & SIC_NEUTRAL && is_neutral(bidi_class(pwcInChars[i]))))
            return S_OK;
    }
    return S_FALSE;
}

/* ---- what follows from levels and characters alone ---- */

/* Runs from left to right as they are seen: from the highest level down, what is at least that high turns round. */
API(usp10 gdi32, HRESULT, ScriptLayout, int cRuns, const BYTE *pbLevel, int *piVisualToLogical, int *piLogicalToVisual) {
    BYTE highest = 0;
    int *order = malloc(((size_t)(cRuns > 0 ? cRuns : 0) + 1) * sizeof *order);
    if (!order)
        return E_OUTOFMEMORY;
    for (int i = 0; i < cRuns; i++) {
        order[i] = i;
        highest = pbLevel[i] > highest ? pbLevel[i] : highest;
    }
    for (; highest > 0; highest--)
        for (int first = 0, end; first < cRuns; first = end + 1) {
            for (end = first; end < cRuns && pbLevel[order[end]] >= highest; end++)
                ;
            for (int left = first, right = end - 1; left < right; left++, right--) {
                int swapped = order[left];
                order[left] = order[right];
                order[right] = swapped;
            }
        }
    for (int i = 0; i < cRuns; i++) {
        if (piVisualToLogical)
            piVisualToLogical[i] = order[i];
        if (piLogicalToVisual)
            piLogicalToVisual[order[i]] = i;
    }
    free(order);
    return S_OK;
}

/* A line may break behind blanks, and between ideographs; a word begins behind blanks. */
API(usp10 gdi32, HRESULT, ScriptBreak, const WCHAR *pwcChars, int cChars, const SCRIPT_ANALYSIS *psa, SCRIPT_LOGATTR *psla) {
    if (!psa || !psla)
        return E_INVALIDARG;
    for (int i = 0; i < cChars; i++) {
        bool is_blank = unicode_ctype2(pwcChars[i]) == WS, after_blank = i && psla[i - 1].fWhiteSpace;
        bool is_ideograph = psa->eScript == HAN || psa->eScript == KANA;
        bool is_trail = (pwcChars[i] & 0xfc00) == 0xdc00 && i;
        psla[i] = (SCRIPT_LOGATTR){.fWhiteSpace = is_blank, .fCharStop = !is_trail, .fSoftBreak = (after_blank && !is_blank) || (is_ideograph && i),
                                   .fWordStop = after_blank && !is_blank};
    }
    return S_OK;
}
