/* Character classes as the C run-time's tables hold them; the values are CT_CTYPE1's. */
#ifndef WINDLASS_CRT_CTYPE_H
#define WINDLASS_CRT_CTYPE_H

#include "crt.h"
#include "unicode.h"

#define CTYPE_UPPER 0x0001
#define CTYPE_LOWER 0x0002
#define CTYPE_DIGIT 0x0004
#define CTYPE_SPACE 0x0008
#define CTYPE_PUNCT 0x0010
#define CTYPE_CONTROL 0x0020
#define CTYPE_BLANK 0x0040
#define CTYPE_HEX 0x0080
#define CTYPE_ALPHA 0x0103      /* C1_ALPHA; the "C" locale's table has the case bits only */
#define CTYPE_LEADBYTE 0x8000

/* In the "C" locale only ASCII has case. */
WCHAR crt_towlower(WCHAR c, const struct crt_locale *locale);
WCHAR crt_towupper(WCHAR c, const struct crt_locale *locale);

#endif
