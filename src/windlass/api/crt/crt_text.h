/* Characters between UTF-16 and a locale's code page, for functions that convert text of any length. Unlike
 * crt_mbtowc() and crt_wctomb() they know surrogate pairs. */
#ifndef WINDLASS_CRT_TEXT_H
#define WINDLASS_CRT_TEXT_H

#include "codepage.h"
#include "crt.h"

/* The first character of `length` units: writes its bytes (at most 5), stores the units it took; -1 when the code
 * page does not have it. */
int crt_narrow(char *bytes, const WCHAR *text, size_t length, size_t *taken, const struct crt_locale *locale);

/* The first character of `length` bytes: writes one or two units, stores how many; the bytes it took, -1 when
 * invalid, -2 when incomplete. A null character takes one byte. */
int crt_widen(WCHAR *units, int *unit_count, const char *bytes, size_t length, const struct crt_locale *locale);

#endif
