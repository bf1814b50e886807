/* The font mapper: the installed face that is nearest to a logical font ("Font and Text Functions: The font mapper",
 * "Windows Font Mapping" with its penalties, "LOGFONTW structure"). */
#include "fonts.h"

#include "codepage.h"
#include "module.h"

#include <limits.h>

/* ---- character sets ("Character Sets Used By Fonts", "FONTSIGNATURE structure") ---- */

struct charset { BYTE set, bit; WORD code_page; const char *script; };
static const struct charset charsets[CHARSET_COUNT] = {
    {ANSI_CHARSET, 0, 1252, "Western"}, {238, 1, 1250, "Central European"}, {204, 2, 1251, "Cyrillic"}, {161, 3, 1253, "Greek"},
    {162, 4, 1254, "Turkish"}, {177, 5, 1255, "Hebrew"}, {178, 6, 1256, "Arabic"}, {186, 7, 1257, "Baltic"},
    {163, 8, 1258, "Vietnamese"}, {222, 16, 874, "Thai"}, {128, 17, 932, "Japanese"}, {134, 18, 936, "CHINESE_GB2312"},
    {129, 19, 949, "Hangul"}, {136, 20, 950, "CHINESE_BIG5"}, {130, 21, 1361, "Hangul(Johab)"}, {77, 29, 10000, "Mac"},
    {OEM_CHARSET, 30, 437, "OEM/DOS"}, {SYMBOL_CHARSET, 31, CP_SYMBOL, "Symbol"},
};
enum { KNOWN_CHARSETS = 18 };

static const struct charset *find_charset(BYTE set) {
    for (unsigned i = 0; i < KNOWN_CHARSETS; i++)
        if (charsets[i].set == set)
            return &charsets[i];
    return NULL;
}

static bool has_charset(const struct face *face, BYTE set) {
    const struct charset *found = find_charset(set);
    return found && face->signature.fsCsb[0] >> found->bit & 1;
}

/* The bits of the Macintosh's and OEM's sets say nothing of scripts that the others do not. */
unsigned face_charsets(const struct face *face, BYTE *sets) {
    enum { MACINTOSH = 29, OEM = 30 };
    unsigned count = 0;
    for (unsigned i = 0; i < KNOWN_CHARSETS; i++)
        if (charsets[i].bit != MACINTOSH && charsets[i].bit != OEM && face->signature.fsCsb[0] >> charsets[i].bit & 1)
            sets[count++] = charsets[i].set;
    return count;
}

const char *charset_script(BYTE set) { return find_charset(set) ? find_charset(set)->script : ""; }

UINT charset_code_page(BYTE set) {
    const struct charset *found = find_charset(set);
    return set == DEFAULT_CHARSET || set == ANSI_CHARSET || !found ? CP_ACP : found->code_page;
}

typedef struct { UINT ciCharset, ciACP; FONTSIGNATURE fs; } CHARSETINFO;
enum { TCI_SRCCHARSET = 1, TCI_SRCCODEPAGE = 2, TCI_SRCFONTSIG = 3, TCI_SRCLOCALE = 0x1000 };

/* kernel32's function is Python's, and so found by its name. */
static UINT ansi_code_page_of(LCID locale) {
    enum { LOCALE_IDEFAULTANSICODEPAGE = 0x1004, LOCALE_RETURN_NUMBER = 0x20000000 };
    static const WCHAR kernel32[] = u"kernel32.dll";
    typedef int(WINAPI *get_locale_info)(LCID, LCTYPE, LPWSTR, int);
    LDR_DATA_TABLE_ENTRY *module = module_from_name(kernel32, sizeof kernel32 / sizeof *kernel32 - 1);
    NTSTATUS status;
    get_locale_info query = module ? (get_locale_info)module_export(module->DllBase, "GetLocaleInfoW", 0, &status) : NULL;
    DWORD page = 0;
    if (query)
        query(locale, LOCALE_IDEFAULTANSICODEPAGE | LOCALE_RETURN_NUMBER, (LPWSTR)(void *)&page, sizeof page / sizeof(WCHAR));
    return page;
}

/* "TranslateCharsetInfo function": the source is the number itself, or for a signature its pointer. */
API(gdi32, BOOL, TranslateCharsetInfo, DWORD *lpSrc, CHARSETINFO *lpCs, DWORD dwFlags) {
    UINT wanted = (UINT)(uintptr_t)lpSrc;
    if (dwFlags == TCI_SRCLOCALE)
        wanted = ansi_code_page_of(wanted);
    for (unsigned i = 0; i < KNOWN_CHARSETS; i++) {
        const struct charset *each = &charsets[i];
        bool is_it = dwFlags == TCI_SRCCHARSET ? each->set == wanted : dwFlags == TCI_SRCFONTSIG ? lpSrc[0] >> each->bit & 1 : each->code_page == wanted;
        if (!is_it)
            continue;
        *lpCs = (CHARSETINFO){each->set, each->code_page, {{0}, {1u << each->bit, 0}}};
        return TRUE;
    }
    return fail(ERROR_INVALID_PARAMETER);
}

/* DEFAULT_CHARSET is that of the system's locale, which is Western. */
BYTE font_charset(const struct face *face, BYTE wanted) {
    BYTE sets[CHARSET_COUNT];
    if (wanted != DEFAULT_CHARSET && has_charset(face, wanted))
        return wanted;
    if (has_charset(face, ANSI_CHARSET) || !face_charsets(face, sets))
        return ANSI_CHARSET;
    return sets[0];
}

/* ---- penalties ---- */

enum {
    NO_CHARSET = 65000, NOT_FIXED = 15000, OTHER_NAME = 10000, OTHER_FAMILY = 9000, UNKNOWN_FAMILY = 8000, NAME_OF_FULL = 100,
    SUBSTITUTE = 500, STAND_IN = 600, NOT_VARIABLE = 350, NOT_ITALIC = 4, SLANTED = 1, PER_WEIGHT = 3, HIDDEN = 20000,
};

static const WCHAR arial[] = u"Arial", times[] = u"Times New Roman", courier[] = u"Courier New";

/* Which family is taken where no name decides. */
static const WCHAR *default_name(const LOGFONTW *like) {
    if ((like->lfPitchAndFamily & FAMILY_MASK) == FF_ROMAN)
        return times;
    return (like->lfPitchAndFamily & 3) == FIXED_PITCH || (like->lfPitchAndFamily & FAMILY_MASK) == FF_MODERN ? courier : arial;
}

static int stand_in_rank(const WCHAR *name, const struct face *face) {
    const WCHAR *family;
    for (unsigned n = 0; (family = font_stand_in(name, n)); n++)
        if (same_face_name(face->family_name, family))
            return (int)n;
    return -1;
}

/* How well a face fits a name: itself, the full name, what the name stands for, what stands in for it; -1: not at all. */
static int name_penalty(const struct face *face, const WCHAR *name) {
    if (same_face_name(face->family_name, name))
        return 0;
    if (same_face_name(face->full_name, name))
        return NAME_OF_FULL;
    const WCHAR *substitute = font_substitute(name);
    if (substitute && same_face_name(face->family_name, substitute))
        return SUBSTITUTE;
    int rank = stand_in_rank(substitute ? substitute : name, face);
    return rank < 0 ? -1 : STAND_IN + rank;
}

static int default_penalty(const struct face *face, const LOGFONTW *like) {
    enum { FURTHER = 100 };
    int rank = name_penalty(face, default_name(like));
    return OTHER_NAME + (rank < 0 ? STAND_IN + FURTHER : rank);
}

static int family_penalty(const struct face *face, BYTE wanted) {
    if (!wanted || face->family == wanted)
        return 0;
    return face->family ? OTHER_FAMILY : UNKNOWN_FAMILY;
}

static int pitch_penalty(const struct face *face, BYTE wanted) {
    if (wanted == FIXED_PITCH && !face->is_fixed)
        return NOT_FIXED;
    return wanted == VARIABLE_PITCH && face->is_fixed ? NOT_VARIABLE : 0;
}

static int style_penalty(const struct face *face, const LOGFONTW *like) {
    LONG wanted = like->lfWeight ? like->lfWeight : FW_NORMAL, away = face->weight > wanted ? face->weight - wanted : wanted - face->weight;
    int italic = !like->lfItalic == !face->is_italic ? 0 : like->lfItalic ? SLANTED : NOT_ITALIC;
    /* A face that is too heavy or slanted cannot be made otherwise, a light or upright one can. */
    return italic + (int)(away / 10 * PER_WEIGHT) + (face->weight > wanted);
}

/* Family and pitch count where the name does not decide. */
static int penalty(const struct face *face, const LOGFONTW *like) {
    const WCHAR *name = like->lfFaceName + (like->lfFaceName[0] == '@');
    int by_name = name[0] ? name_penalty(face, name) : -1, total = style_penalty(face, like);
    if (like->lfCharSet != DEFAULT_CHARSET && !has_charset(face, like->lfCharSet))
        total += NO_CHARSET;
    else if (like->lfCharSet == DEFAULT_CHARSET && by_name < 0 && face->is_symbol)
        total += NO_CHARSET;
    if (by_name >= 0)
        return total + by_name;
    return total + default_penalty(face, like) + (face->is_hidden ? HIDDEN : 0) + family_penalty(face, like->lfPitchAndFamily & FAMILY_MASK) +
           pitch_penalty(face, like->lfPitchAndFamily & 3);
}

struct face *font_map(const LOGFONTW *like) {
    struct face *best = installed_faces;
    int least = INT_MAX;
    for (struct face *face = installed_faces; face; face = face->next) {
        int total = penalty(face, like);
        if (total < least) {
            least = total;
            best = face;
        }
    }
    return best;
}
