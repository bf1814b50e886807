/* Uniscribe, shared by the uniscribe_*.c files ("Uniscribe"): text is cut into items of one script and direction, which
 * become glyphs and then places. Scripts whose letters join, combine or change their order are told to be complex, and
 * shaping them fails as where a font has no glyphs for a script: as SCRIPT_UNDEFINED they have a glyph for each character. */
#ifndef WINDLASS_UNISCRIBE_H
#define WINDLASS_UNISCRIBE_H

#include "fonts.h"

typedef struct {
    WORD uBidiLevel : 5, fOverrideDirection : 1, fInhibitSymSwap : 1, fCharShape : 1, fDigitSubstitute : 1, fInhibitLigate : 1, fDisplayZWG : 1,
        fArabicNumContext : 1, fGcpClusters : 1, fReserved : 1, fEngineReserved : 2;
} SCRIPT_STATE;
typedef struct {
    WORD eScript : 10, fRTL : 1, fLayoutRTL : 1, fLinkBefore : 1, fLinkAfter : 1, fLogicalOrder : 1, fNoGlyphIndex : 1;
    SCRIPT_STATE s;
} SCRIPT_ANALYSIS;
typedef struct { int iCharPos; SCRIPT_ANALYSIS a; } SCRIPT_ITEM;
typedef struct { WORD uJustification : 4, fClusterStart : 1, fDiacritic : 1, fZeroWidth : 1, fReserved : 1, fShapeReserved : 8; } SCRIPT_VISATTR;
typedef struct { BYTE fSoftBreak : 1, fWhiteSpace : 1, fCharStop : 1, fWordStop : 1, fInvalid : 1, fReserved : 3; } SCRIPT_LOGATTR;
typedef struct { LONG du, dv; } GOFFSET;
typedef struct { int abcA; UINT abcB; int abcC; } ABC;
typedef struct {
    DWORD langid : 16, fNumeric : 1, fComplex : 1, fNeedsWordBreaking : 1, fNeedsCaretInfo : 1, bCharSet : 8, fControl : 1, fPrivateUseArea : 1,
        fNeedsCharacterJustify : 1, fInvalidGlyph : 1;
    DWORD fInvalidLogAttr : 1, fCDM : 1, fAmbiguousCharSet : 1, fClusterSizeVaries : 1, fRejectInvalid : 1;
} SCRIPT_PROPERTIES;
_Static_assert(sizeof(SCRIPT_ITEM) == 8 && sizeof(SCRIPT_VISATTR) == 2 && sizeof(SCRIPT_LOGATTR) == 1 &&
               sizeof(SCRIPT_PROPERTIES) == 8, "Uniscribe");

#define S_OK 0
#define S_FALSE 1
#define E_INVALIDARG ((HRESULT)0x80070057)
#define E_OUTOFMEMORY ((HRESULT)0x8007000E)
#define E_PENDING ((HRESULT)0x8000000A)
#define USP_E_SCRIPT_NOT_IN_FONT ((HRESULT)0x80040200)

/* ---- characters (uniscribe_items.c) ---- */

enum { SCRIPT_UNDEFINED = 0, SCRIPT_LATIN, SCRIPT_NUMERIC, SCRIPT_CONTROL, SCRIPT_COUNT = 24 };

extern const SCRIPT_PROPERTIES script_properties[SCRIPT_COUNT];
bool script_is_complex(unsigned script);

#endif
