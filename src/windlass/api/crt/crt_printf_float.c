/* Digits of floating-point numbers for printf.
 *
 * Numbers of ordinary size are scaled by a power of ten, exactly, in 128 bits. For the others there is the host's
 * printf, which rounds the exact value correctly, in the current rounding mode: that is what the Universal C run-
 * time does with PRINTF_STANDARD_ROUNDING. Without it, ties go away from zero ("printf ... Remarks": before
 * Windows 10 version 2004 exactly representable numbers ending in 5 were always rounded up). The DLLs before it
 * produced 17 significant digits and zeros behind ("Visual C++ change history 2003 - 2015", Floating point
 * formatting), and rounded these once more. */
#include <fenv.h>
#include <math.h>
#include <stdio.h>

#include "crt_printf.h"

/* Significant digits of the double with the most of them; nothing but zeros follows. */
enum { EXACT_SIGNIFICANT = 767, EXACT_FRACTION = 1074, LEGACY_SIGNIFICANT = 17 };

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

/* ---- numbers of ordinary size ---- */

enum { FAST_SIGNIFICANT = 17, FAST_POWER = 27 };

/* Those that fit into 64 bits. */
static const uint64_t powers_of_five[FAST_POWER + 1] = {
    UINT64_C(1), UINT64_C(5), UINT64_C(25), UINT64_C(125), UINT64_C(625), UINT64_C(3125), UINT64_C(15625),
    UINT64_C(78125), UINT64_C(390625), UINT64_C(1953125), UINT64_C(9765625), UINT64_C(48828125), UINT64_C(244140625),
    UINT64_C(1220703125), UINT64_C(6103515625), UINT64_C(30517578125), UINT64_C(152587890625),
    UINT64_C(762939453125), UINT64_C(3814697265625), UINT64_C(19073486328125), UINT64_C(95367431640625),
    UINT64_C(476837158203125), UINT64_C(2384185791015625), UINT64_C(11920928955078125), UINT64_C(59604644775390625),
    UINT64_C(298023223876953125), UINT64_C(1490116119384765625), UINT64_C(7450580596923828125),
};

union bits {
    double value;
    uint64_t bits;
};
#define FRACTION_BITS ((UINT64_C(1) << 52) - 1)
#define QUIET_BIT (UINT64_C(1) << 51)

/* |value| = mantissa * 2^exponent. */
static uint64_t binary_parts(double value, int *exponent) {
    union bits number = {value};
    int biased = (int)(number.bits >> 52) & 0x7FF;
    uint64_t fraction = number.bits & FRACTION_BITS;
    *exponent = (biased ? biased : 1) - 1075;
    return biased ? fraction | (FRACTION_BITS + 1) : fraction;
}

typedef unsigned __int128 uint128;

/* `quotient` and a rest, given as twice the rest over the whole, as one integer. */
static uint64_t rounded(uint128 quotient, uint128 twice_rest, uint128 whole, unsigned options) {
    if (quotient >= UINT64_MAX)
        return UINT64_MAX;
    bool tie_goes_up = !(options & PRINTF_STANDARD_ROUNDING) || (quotient & 1);
    return (uint64_t)quotient + (twice_rest > whole || (twice_rest == whole && tie_goes_up));
}

/* |value| * 10^power as an integer; UINT64_MAX: this way does not do. */
static uint64_t scaled(double value, int power, unsigned options) {
    int exponent;
    uint128 mantissa = binary_parts(value, &exponent);
    int shift = exponent + power;
    if (power > FAST_POWER || power < -FAST_POWER || shift > 63)
        return UINT64_MAX;
    if (power >= 0) {
        uint128 product = mantissa * powers_of_five[power];     /* 116 bits at most */
        if (shift >= 0)
            return product >> (63 - shift) ? UINT64_MAX : (uint64_t)product << shift;
        if (shift < -120)
            return 0;
        uint128 whole = (uint128)1 << -shift;
        return rounded(product >> -shift, (product & (whole - 1)) * 2, whole, options);
    }
    if (shift < -60)
        return UINT64_MAX;
    uint128 dividend = shift > 0 ? mantissa << shift : mantissa;
    uint128 divisor = shift < 0 ? (uint128)powers_of_five[-power] << -shift : powers_of_five[-power];
    return rounded(dividend / divisor, dividend % divisor * 2, divisor, options);
}

static void write_integer(struct digits *digits, uint64_t number) {
    char reversed[20];
    int count = 0;
    for (; number; number /= 10)
        reversed[count++] = (char)('0' + number % 10);
    digits->count = count;
    for (int i = 0; i < count; i++)
        digits->text[i] = reversed[count - 1 - i];
}

/* Other rounding modes are the host's affair. */
static bool rounds_to_nearest(unsigned options) {
    return !(options & PRINTF_STANDARD_ROUNDING) || fegetround() == FE_TONEAREST;
}

static bool fast_fixed(struct digits *digits, double value, int precision, unsigned options) {
    if (precision > FAST_POWER || !rounds_to_nearest(options))
        return false;
    uint64_t number = scaled(value, precision, options);
    if (number == UINT64_MAX)
        return false;
    write_integer(digits, number);
    digits->point = digits->count - precision;
    return true;
}

/* The callers have checked the range, which not every compiler can see. */
static uint64_t power_of_ten(int power) {
    if ((unsigned)power >= sizeof powers_of_five / sizeof *powers_of_five)
        return 0;
    return powers_of_five[power] << power;
}

/* The decimal exponent is guessed from the binary one, and right when the integer has as many digits as are
 * wanted. */
static bool fast_scientific(struct digits *digits, double value, int significant, unsigned options) {
    int exponent;
    uint64_t mantissa = binary_parts(value, &exponent);
    if (significant < 1 || significant > FAST_SIGNIFICANT || mantissa == 0 || !rounds_to_nearest(options))
        return false;
    int decimal = ((exponent + 63 - __builtin_clzll(mantissa)) * 1233) >> 12;
    for (int attempt = 0; attempt < 3; attempt++) {
        uint64_t number = scaled(value, significant - 1 - decimal, options);
        if (number == UINT64_MAX)
            return false;
        if (number >= power_of_ten(significant)) {
            decimal++;
        } else if (number < power_of_ten(significant - 1)) {
            decimal--;
        } else {
            write_integer(digits, number);
            digits->point = decimal + 1;
            return true;
        }
    }
    return false;
}

/* ---- by the host ---- */

/* Keeps the digits of "d.ddde+dd" or "ddd.ddd": the host's decimal point depends on the host's locale. */
static void keep_digits(struct digits *digits, char *text) {
    int count = 0;
    for (char *from = text; *from && *from != 'e'; from++)
        if (*from >= '0' && *from <= '9')
            text[count++] = *from;
    digits->count = count;
}

/* `significant` digits. */
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
    uint64_t mantissa = binary_parts(value, &exponent);
    return exponent + __builtin_ctzll(mantissa);
}

/* Whether the value may lie halfway between two numbers with `fraction` decimal places (negative: places in front of
 * the point): value * 10^fraction * 2 must be an odd number, and ten has one factor two. */
static bool may_be_tie(double value, int fraction) { return lowest_bit(value) == -fraction - 1; }

static void legacy_digits(struct digits *digits, double value) {
    if (!fast_scientific(digits, value, LEGACY_SIGNIFICANT, PRINTF_STANDARD_ROUNDING))
        host_scientific(digits, value, LEGACY_SIGNIFICANT);
}

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
    if (fast_scientific(digits, value, significant, options))
        return;
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
    if (fast_fixed(digits, value, precision, options))
        return;
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

/* ---- infinities and NaNs ---- */

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

/* ---- hexadecimal digits ---- */

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
