/* The engine of the scanf family; see crt_scanf.c. */
#ifndef WINDLASS_CRT_SCANF_H
#define WINDLASS_CRT_SCANF_H

#include "crt_stdio.h"

/* The options of __stdio_common_v*scanf; their names in Microsoft's headers begin with _CRT_INTERNAL_SCANF_. */
enum {
    SCANF_SECURE = 1,                   /* strings are followed by their buffer's size */
    SCANF_LEGACY_WIDE_SPECIFIERS = 2,   /* in wide functions %s is wide and %S narrow */
    SCANF_MSVCRT_COMPATIBILITY = 4,     /* neither inf, nan nor hexadecimal digits in floating point */
    /* What the DLLs before the Universal C run-time did besides; no caller can ask for it. */
    SCANF_SHORT_FOR_HH = 1 << 16,
    SCANF_INTERNAL = 0xF0000,
};

struct scanf_request {
    bool wide;                          /* format and input */
    unsigned options;
    const void *format;
    const struct crt_locale *locale;
    const uint64_t *slots;
};

/* From at most `length` units of a string that a null character may end before; the number of stored items, or
 * EOF. */
int scan_string(const struct scanf_request *request, const void *text, size_t length);
int scan_stream(const struct scanf_request *request, struct crt_file *file);

#endif
