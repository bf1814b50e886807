/* Comparing text as people do; see nls_collate.c. */
#ifndef WINDLASS_NLS_COLLATE_H
#define WINDLASS_NLS_COLLATE_H

#include <stdbool.h>

#include "win.h"

#define NORM_IGNORECASE 0x00000001u
#define NORM_IGNORENONSPACE 0x00000002u
#define NORM_IGNORESYMBOLS 0x00000004u
#define SORT_DIGITSASNUMBERS 0x00000008u
#define LINGUISTIC_IGNORECASE 0x00000010u
#define LINGUISTIC_IGNOREDIACRITIC 0x00000020u
#define SORT_STRINGSORT 0x00001000u
#define NORM_IGNOREKANATYPE 0x00010000u
#define NORM_IGNOREWIDTH 0x00020000u
#define NORM_LINGUISTIC_CASING 0x08000000u

/* Negative, 0 or positive. */
int nls_collate(DWORD flags, const WCHAR *a, size_t a_length, const WCHAR *b, size_t b_length);

/* The sort key's bytes with its terminating zero; written as far as `capacity` goes. */
size_t nls_make_sort_key(DWORD flags, const WCHAR *text, size_t length, BYTE *key, size_t capacity);

#endif
