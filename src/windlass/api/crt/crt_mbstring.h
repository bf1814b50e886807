/* The multi-byte functions' code page, which is apart from the locale's. */
#ifndef WINDLASS_CRT_MBSTRING_H
#define WINDLASS_CRT_MBSTRING_H

#include "crt.h"

/* The record for a code page; equal ones share one, which is never freed. NULL when there is no such code page. */
const struct crt_multibyte *crt_multibyte_of(UINT codepage, const WCHAR *locale_name);

/* The one in effect: the given locale's, the thread's or the process's. */
const struct crt_multibyte *crt_multibyte(_locale_t locale);

#endif
