/* Digits of floating-point numbers for printf.
 *
 * The host's printf rounds the exact value correctly, in the current rounding mode, which is what the Universal C
 * run-time does with PRINTF_STANDARD_ROUNDING. Without it, ties go away from zero ("printf ... Remarks": before
 * Windows 10 version 2004 exactly representable numbers ending in 5 were always rounded up). The DLLs before it
 * produced 17 significant digits and zeros behind ("Visual C++ change history 2003 - 2015", Floating point
 * formatting), and rounded these once more. */
#include <fenv.h>
#include <math.h>
#include <stdio.h>

#include "crt_printf.h"

/* Significant digits of the double with the most of them; nothing but zeros follows. */
enum { EXACT_SIGNIFICANT = 767, EXACT_FRACTION = 1074, LEGACY_SIGNIFICANT = 17 };

/* Keeps the digits of "d.ddde+dd" or "ddd.ddd": the host's decimal point depends on the host's locale. */
static void keep_digits(struct digits *digits, char *text) {
    int count = 0;
    for (char *from = text; *from && *from != 'e'; from++)
        if (*from >= '0' && *from <= '9')
            text[count++] = *from;
    digits->count = count;
}

/* Rounds to the first `count` digits, half up. Digits may be the letters of "1#INF". */
void digits_round(struct digits *digits, int count) {
    if (count >= digits->count)
        return;
    if (count < 0) {
        digits->count = 0;
        return;
    }
    bool up = digits->text[count] >= '5';
    digits->count = count;
    if (!up)
        return;
    int i = count;
    while (i > 0 && digits->text[i - 1] == '9')
        digits->text[--i] = '0';
    if (i > 0) {
        digits->text[i - 1]++;
        return;
    }
    memmove(digits->text + 1, digits->text, (size_t)count);
    digits->text[0] = '1';
    digits->point++;
    digits->count = count + 1;
}

/* `significant` digits by the host. */
static void host_scientific(struct digits *digits, double value, int significant) {
    int length = snprintf(digits->text, sizeof digits->text, "%.*e", significant - 1, value);
    int exponent = 0;
    for (int i = 0; i < length; i++)
        if (digits->text[i] == 'e')
            exponent = atoi(digits->text + i + 1);
    keep_digits(digits, digits->text);
    digits->point = exponent + 1;
}

/* All digits that the value has. */
static void exact_digits(struct digits *digits, double value) { host_scientific(digits, value, EXACT_SIGNIFICANT); }

/* The place of the value's lowest set bit: value = odd * 2^place. */
static int lowest_bit(double value) {
    int exponent;
    uint64_t mantissa = (uint64_t)ldexp(frexp(fabs(value), &exponent), 53);
    return exponent - 53 + __builtin_ctzll(mantissa);
}

/* Whether the value may lie halfway between two numbers with `fraction` decimal places (negative: places in front of
 * the point): value * 10^fraction * 2 must be an odd number, and ten has one factor two. */
static bool may_be_tie(double value, int fraction) { return lowest_bit(value) == -fraction - 1; }

static void legacy_digits(struct digits *digits, double value) { host_scientific(digits, value, LEGACY_SIGNIFICANT); }

/* Rounds half up to `count` digits in all, also where a carry made one more. */
static void round_significant(struct digits *digits, int count) {
    digits_round(digits, count);
    if (digits->count > count)
        digits->count = count;
}

void digits_scientific(struct digits *digits, double value, int precision, unsigned options) {
    int significant = precision < EXACT_SIGNIFICANT ? precision : EXACT_SIGNIFICANT;
    if (options & PRINTF_17_DIGITS) {
        legacy_digits(digits, value);
        round_significant(digits, precision);
        return;
    }
    host_scientific(digits, value, significant);
    if ((options & PRINTF_STANDARD_ROUNDING) || value == 0)
        return;
    /* The host may have rounded up to the next power of ten; then the value lies in the one below. */
    if (may_be_tie(value, significant - digits->point) || may_be_tie(value, significant - digits->point + 1)) {
        exact_digits(digits, value);
        round_significant(digits, significant);
    }
}

/* Rounds half up at `precision` places behind the decimal point. */
static void round_fixed(struct digits *digits, int precision) {
    digits_round(digits, digits->point + precision);
    if (digits->count == 0)
        digits->point = -precision;
}

void digits_fixed(struct digits *digits, double value, int precision, unsigned options) {
    if (options & PRINTF_17_DIGITS) {
        legacy_digits(digits, value);
        round_fixed(digits, precision);
        return;
    }
    if (!(options & PRINTF_STANDARD_ROUNDING) && value != 0 && may_be_tie(value, precision)) {
        exact_digits(digits, value);
        round_fixed(digits, precision);
        return;
    }
    int places = precision < EXACT_FRACTION ? precision : EXACT_FRACTION;
    snprintf(digits->text, sizeof digits->text, "%.*f", places, value);
    keep_digits(digits, digits->text);
    digits->point = digits->count - places;
}

union bits {
    double value;
    uint64_t bits;
};
#define FRACTION_BITS ((UINT64_C(1) << 52) - 1)
#define QUIET_BIT (UINT64_C(1) << 51)

/* The indeterminate is the NaN that the processor makes: negative, quiet, nothing else. */
static int not_finite_kind(double value) {
    union bits number = {value};
    uint64_t fraction = number.bits & FRACTION_BITS;
    if (fraction == 0)
        return 0;
    if (!(fraction & QUIET_BIT))
        return 1;
    return signbit(value) && fraction == QUIET_BIT ? 2 : 3;
}

const char *not_finite_name(double value) {
    static const char *const names[] = {"inf", "nan(snan)", "nan(ind)", "nan"};
    return names[not_finite_kind(value)];
}

void not_finite_digits(struct digits *digits, double value) {
    static const char *const names[] = {"1#INF", "1#SNAN", "1#IND", "1#QNAN"};
    strcpy(digits->text, names[not_finite_kind(value)]);
    digits->count = (int)strlen(digits->text);
    digits->point = 1;
}

/* Whether a magnitude whose last kept bit is `odd` goes up for the sake of `rest`, the bits below; `half` is the
 * tie. */
static bool rounds_up(uint64_t rest, uint64_t half, bool odd, bool negative, unsigned options) {
    if (!(options & PRINTF_STANDARD_ROUNDING))
        return rest >= half;
    switch (fegetround()) {
    case FE_UPWARD: return rest && !negative;
    case FE_DOWNWARD: return rest && negative;
    case FE_TOWARDZERO: return false;
    default: return rest > half || (rest == half && odd);
    }
}

struct hex_digits hex_digits(double value, int precision, unsigned options) {
    union bits number = {fabs(value)};
    int biased = (int)(number.bits >> 52) & 0x7FF;
    struct hex_digits result = {
        .leading = biased != 0,
        .fraction = number.bits & FRACTION_BITS,
        .exponent = value == 0 ? 0 : (biased ? biased : 1) - 1023,
    };
    int dropped = 52 - 4 * precision;
    if (dropped <= 0)
        return result;
    uint64_t mantissa = result.fraction | (uint64_t)result.leading << 52;
    uint64_t kept = mantissa >> dropped, rest = mantissa & ((UINT64_C(1) << dropped) - 1);
    kept += rounds_up(rest, UINT64_C(1) << (dropped - 1), kept & 1, signbit(value), options);
    result.leading = (int)(kept >> 4 * precision);
    result.fraction = kept & ((UINT64_C(1) << 4 * precision) - 1);
    return result;
}
