/* What the C run-time asks of National Language Support. */
#ifndef WINDLASS_CRT_NLS_H
#define WINDLASS_CRT_NLS_H

#include "crt.h"

#define NLS_NAME_SIZE 85        /* LOCALE_NAME_MAX_LENGTH */

/* LCTYPE values ("Locale Information Constants"). */
enum {
    NLS_SABBREVLANGNAME = 0x03, NLS_SABBREVCTRYNAME = 0x07, NLS_IDEFAULTCODEPAGE = 0x0B, NLS_SDECIMAL = 0x0E,
    NLS_STHOUSAND = 0x0F, NLS_SGROUPING = 0x10, NLS_SCURRENCY = 0x14, NLS_SINTLSYMBOL = 0x15,
    NLS_SMONDECIMALSEP = 0x16, NLS_SMONTHOUSANDSEP = 0x17, NLS_SMONGROUPING = 0x18, NLS_ICURRDIGITS = 0x19,
    NLS_IINTLCURRDIGITS = 0x1A, NLS_SSHORTDATE = 0x1F, NLS_SLONGDATE = 0x20, NLS_S1159 = 0x28, NLS_S2359 = 0x29,
    NLS_SDAYNAME1 = 0x2A, NLS_SABBREVDAYNAME1 = 0x31, NLS_SMONTHNAME1 = 0x38, NLS_SABBREVMONTHNAME1 = 0x44,
    NLS_SPOSITIVESIGN = 0x50, NLS_SNEGATIVESIGN = 0x51, NLS_IPOSSIGNPOSN = 0x52, NLS_INEGSIGNPOSN = 0x53,
    NLS_IPOSSYMPRECEDES = 0x54, NLS_IPOSSEPBYSPACE = 0x55, NLS_INEGSYMPRECEDES = 0x56, NLS_INEGSEPBYSPACE = 0x57,
    NLS_SNAME = 0x5C, NLS_SENGLANGUAGE = 0x1001, NLS_SENGCOUNTRY = 0x1002, NLS_STIMEFORMAT = 0x1003,
    NLS_IDEFAULTANSICODEPAGE = 0x1004,
};

/* GetLocaleInfoEx: false when the locale is unknown; `text` has `size` units and is terminated. */
bool nls_info(const WCHAR *name, DWORD type, WCHAR *text, int size);
unsigned nls_number(const WCHAR *name, DWORD type);

void nls_user_default(WCHAR name[NLS_NAME_SIZE]);

/* CompareStringEx: negative, 0 or positive. */
int nls_compare(const WCHAR *name, bool ignore_case, const WCHAR *a, size_t a_length, const WCHAR *b,
                size_t b_length);

/* A sort key's size in bytes with its terminating zero, written where `size` allows it. */
size_t nls_sort_key(const WCHAR *name, const WCHAR *text, size_t length, char *key, size_t size);

#endif
