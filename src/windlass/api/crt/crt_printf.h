/* The engine of the printf family; see crt_printf.c. */
#ifndef WINDLASS_CRT_PRINTF_H
#define WINDLASS_CRT_PRINTF_H

#include "crt.h"

/* The options of __stdio_common_v*printf; their names in Microsoft's headers begin with _CRT_INTERNAL_PRINTF_. */
enum {
    PRINTF_LEGACY_NULL_TERMINATION = 1,     /* a result that fills the buffer has no null character */
    PRINTF_STANDARD_SNPRINTF = 2,           /* a result that does not fit is terminated and counted on */
    PRINTF_LEGACY_WIDE_SPECIFIERS = 4,      /* in wide functions %s is wide and %S narrow */
    PRINTF_MSVCRT_COMPATIBILITY = 8,        /* 1.#INF for inf; F and N are size prefixes */
    PRINTF_THREE_DIGIT_EXPONENTS = 16,
    PRINTF_STANDARD_ROUNDING = 32,          /* ties to even, not away from zero */
    /* What the DLLs before the Universal C run-time did besides; no caller can ask for these. */
    PRINTF_17_DIGITS = 1 << 16,             /* all further digits are zeros */
    PRINTF_SHORT_FOR_HH = 1 << 17,          /* hh is two h prefixes */
    PRINTF_NO_C99_SIZES = 1 << 18,          /* neither j, z nor t */
    PRINTF_COUNT_OUTPUT = 1 << 19,          /* %n without _set_printf_count_output() */
    PRINTF_INTERNAL = 0xF0000,
};

/* Where the units go. A buffer that is full keeps what it has and counts on, unless it may grow. */
struct printf_output {
    bool wide;
    bool grows;             /* by the host's malloc; see printf_output_free */
    bool owned;
    bool failed;            /* a character that cannot be converted, out of memory, more than INT_MAX units */
    void *units;
    size_t capacity;        /* in units */
    size_t count;           /* of units produced; those below `capacity` are in the buffer */
};

enum printf_check {
    PRINTF_LENIENT,
    PRINTF_CHECKED,         /* the _s functions: unknown conversions are invalid */
    PRINTF_POSITIONAL,      /* the _p functions: checked, and %2$d names an argument */
};

struct printf_request {
    const void *format;     /* of the output's width, null-terminated */
    const uint64_t *slots;  /* the arguments: on the Windows side each is one slot */
    const struct crt_locale *locale;
    unsigned options;
    enum printf_check check;
};

/* 0 or more: the number of units; -1: failed, errno is set; PRINTF_INVALID: the format is invalid, for the caller to
 * call crt_invalid(CRT_EINVAL) when it holds nothing any more. */
#define PRINTF_INVALID (-100)
int printf_format(struct printf_output *output, const struct printf_request *request);

void printf_output_free(struct printf_output *output);

/* ---- digits (crt_printf_float.c) ---- */

enum { DIGITS_MAX = 309 + 1 + 1074 };

/* A finite number's decimal digits: 0.d1d2d3... * 10^point, or an infinity's or NaN's name as digits. */
struct digits {
    char text[DIGITS_MAX + 16];
    int count;
    int point;
};

/* Of the magnitude: `precision` digits behind the decimal point (fixed) or in all (at least one). Digits that are not
 * there are zeros. */
void digits_fixed(struct digits *digits, double value, int precision, unsigned options);
void digits_scientific(struct digits *digits, double value, int precision, unsigned options);

/* Of a value that is not finite: "inf", or "1#INF" as digits with PRINTF_MSVCRT_COMPATIBILITY. */
const char *not_finite_name(double value);
void not_finite_digits(struct digits *digits, double value);
void digits_round(struct digits *digits, int count);

/* %a: one digit of the mantissa in front of the point, `precision` behind it (at most 13), and the power of two. */
struct hex_digits {
    int leading;
    uint64_t fraction;      /* 4 * precision bits */
    int exponent;
};
struct hex_digits hex_digits(double value, int precision, unsigned options);

#endif
