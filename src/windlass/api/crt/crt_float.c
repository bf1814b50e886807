/* Floating-point functions that are exact: rounding, scaling, neighbours, signs and classes. Done on the bits, because
 * a call of the host's would cost more for the registers that Windows wants kept than for the work. */
#include <limits.h>

#include "crt_math.h"

#define SIGN_BIT (1ULL << 63)
#define SIGN_BIT_F (1u << 31)
#define INFINITE_BITS 0x7FF0000000000000u
#define INFINITE_BITS_F 0x7F800000u

static inline uint64_t bits_of(double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static inline double from_bits(uint64_t bits) {
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static inline uint32_t bits_of_f(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static inline float from_bits_f(uint32_t bits) {
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* ---- signs ---- */

API(CRT_DLLS ntdll, double, fabs, double x) { return from_bits(bits_of(x) & ~SIGN_BIT); }
API(CRT_DLLS, double, _chgsign, double x) { return from_bits(bits_of(x) ^ SIGN_BIT); }
API(CRT_DLLS, float, _chgsignf, float x) { return from_bits_f(bits_of_f(x) ^ SIGN_BIT_F); }

API(CRT_DLLS, double, _copysign, double x, double y) {
    return from_bits((bits_of(x) & ~SIGN_BIT) | (bits_of(y) & SIGN_BIT));
}
API(CRT_DLLS, float, _copysignf, float x, float y) {
    return from_bits_f((bits_of_f(x) & ~SIGN_BIT_F) | (bits_of_f(y) & SIGN_BIT_F));
}
API_ALIAS(api__copysign, c99, CRT_C99_DLLS, "copysign");
API_ALIAS(api__copysignf, c99, CRT_C99_DLLS, "copysignf");
API_ALIAS(api__copysign, ld, CRT_C99_DLLS, "copysignl");

/* ---- rounding ---- */

/* From here on every double (float) is a whole number; infinities and NaNs are above it too. */
#define WHOLE 0x4330000000000000u
#define WHOLE_F 0x4B000000u

static inline bool is_whole(double x) { return (bits_of(x) & ~SIGN_BIT) >= WHOLE; }
static inline bool is_whole_f(float x) { return (bits_of_f(x) & ~SIGN_BIT_F) >= WHOLE_F; }

/* The result keeps the sign of the argument, zero too. A NaN becomes quiet. */
#define ROUND(dlls_, dlls_f_, name_, whole_, whole_f_)                                         \
    API(dlls_, double, name_, double x) {                                                      \
        if (is_whole(x))                                                                       \
            return x + 0.0;                                                                    \
        double cut = (double)(int64_t)x;                                                       \
        return from_bits(bits_of(whole_) | (bits_of(x) & SIGN_BIT));                           \
    }                                                                                          \
    API(dlls_f_, float, name_##f, float x) {                                                   \
        if (is_whole_f(x))                                                                     \
            return x + 0.0f;                                                                   \
        float cut = (float)(int32_t)x;                                                         \
        return from_bits_f(bits_of_f(whole_f_) | (bits_of_f(x) & SIGN_BIT_F));                 \
    }

ROUND(CRT_DLLS, CRT_DLLS, floor, cut > x ? cut - 1 : cut, cut > x ? cut - 1 : cut)
ROUND(CRT_DLLS, CRT_DLLS, ceil, cut < x ? cut + 1 : cut, cut < x ? cut + 1 : cut)
ROUND(CRT_C99_DLLS, CRT_C99_DLLS, trunc, cut, cut)

/* Half away from zero; the difference is exact. */
#define AWAY(x_, cut_) ((x_) - (cut_) >= 0.5 ? (cut_) + 1 : (cut_) - (x_) >= 0.5 ? (cut_) - 1 : (cut_))
#define AWAY_F(x_, cut_) ((x_) - (cut_) >= 0.5f ? (cut_) + 1 : (cut_) - (x_) >= 0.5f ? (cut_) - 1 : (cut_))
ROUND(CRT_C99_DLLS, CRT_C99_DLLS, round, AWAY(x, cut), AWAY_F(x, cut))

API_ALIAS(api_trunc, ld, CRT_C99_DLLS, "truncl");
API_ALIAS(api_round, ld, CRT_C99_DLLS, "roundl");

/* By the current rounding mode: adding and taking away 2^52 (2^23) drops the fraction. */
static inline double to_even(double x) {
    volatile double big = 4503599627370496.0;
    if (is_whole(x))
        return x + 0.0;
    double whole = bits_of(x) & SIGN_BIT ? (x - big) + big : (x + big) - big;
    return from_bits((bits_of(whole) & ~SIGN_BIT) | (bits_of(x) & SIGN_BIT));
}

static inline float to_even_f(float x) {
    volatile float big = 8388608.0f;
    if (is_whole_f(x))
        return x + 0.0f;
    float whole = bits_of_f(x) & SIGN_BIT_F ? (x - big) + big : (x + big) - big;
    return from_bits_f((bits_of_f(whole) & ~SIGN_BIT_F) | (bits_of_f(x) & SIGN_BIT_F));
}

API(CRT_C99_DLLS, double, rint, double x) { return to_even(x); }
API(CRT_C99_DLLS, float, rintf, float x) { return to_even_f(x); }
API_ALIAS(api_rint, ld, CRT_C99_DLLS, "rintl");

/* nearbyint() does not raise the inexact flag. */
static inline unsigned read_mxcsr(void) { return __builtin_ia32_stmxcsr(); }
static inline void write_mxcsr(unsigned value) { __builtin_ia32_ldmxcsr(value); }

API(CRT_C99_DLLS, double, nearbyint, double x) {
    unsigned before = read_mxcsr();
    double whole = to_even(x);
    __asm__ volatile("" : "+x"(whole));
    write_mxcsr(before);
    return whole;
}
API(CRT_C99_DLLS, float, nearbyintf, float x) { return (float)api_nearbyint((double)x); }
API_ALIAS(api_nearbyint, ld, CRT_C99_DLLS, "nearbyintl");

/* ---- rounding to integers ---- */

/* Out of range: EDOM, and the result is 0 ("lround, llround"). A NaN is `of_nan`, without an error unless that is 0. */
static int64_t to_integer(double whole, double lowest, double above, int64_t of_nan) {
    if (isnan(whole) && of_nan)
        return of_nan;
    if (whole >= lowest && whole < above)
        return (int64_t)whole;
    crt_fail(CRT_EDOM);
    return 0;
}

#define TO_INTEGER(name_, result_, round_, lowest_, above_, of_nan_)                           \
    API(CRT_C99_DLLS, result_, name_, double x) { return (result_)to_integer(round_(x), lowest_, above_, of_nan_); } \
    API(CRT_C99_DLLS, result_, name_##f, float x) {                                            \
        return (result_)to_integer(round_((double)x), lowest_, above_, of_nan_);               \
    }                                                                                          \
    API_ALIAS(api_##name_, ld, CRT_C99_DLLS, #name_ "l");

#define LOWEST_64 (-9223372036854775808.0)
#define ABOVE_64 9223372036854775808.0

TO_INTEGER(lround, LONG, api_round, -2147483648.0, 2147483648.0, 0)
TO_INTEGER(llround, LONGLONG, api_round, LOWEST_64, ABOVE_64, 0)
TO_INTEGER(lrint, LONG, to_even, -2147483648.0, 2147483648.0, INT32_MIN)
TO_INTEGER(llrint, LONGLONG, to_even, LOWEST_64, ABOVE_64, INT64_MIN)

/* ---- parts ---- */

API(CRT_DLLS, double, modf, double x, double *whole) {
    *whole = api_trunc(x);
    double fraction = isinf(x) ? 0 : x - *whole;
    return from_bits((bits_of(fraction) & ~SIGN_BIT) | (bits_of(x) & SIGN_BIT));
}

API(CRT_DLLS, float, modff, float x, float *whole) {
    *whole = api_truncf(x);
    float fraction = isinf(x) ? 0 : x - *whole;
    return from_bits_f((bits_of_f(fraction) & ~SIGN_BIT_F) | (bits_of_f(x) & SIGN_BIT_F));
}

API(CRT_DLLS, double, frexp, double x, int *exponent) {
    uint64_t bits = bits_of(x), magnitude = bits & ~SIGN_BIT;
    if (magnitude >= INFINITE_BITS) {
        *exponent = 0;
        return x + x;
    }
    int shift = 0;
    if (magnitude < 1ULL << 52) {
        *exponent = 0;
        if (!magnitude)
            return x;
        shift = 54;
        bits = bits_of(x * 18014398509481984.0);
    }
    *exponent = (int)(bits >> 52 & 0x7FF) - 1022 - shift;
    return from_bits((bits & ~(0x7FFULL << 52)) | 1022ULL << 52);
}

static inline double power_of_two(int exponent) { return from_bits((uint64_t)(exponent + 1023) << 52); }

/* Rounds once, also into the subnormal numbers. */
static double scale(double x, int64_t exponent) {
    if (exponent > 1023) {
        x *= power_of_two(1023);
        exponent -= 1023;
        if (exponent > 1023) {
            x *= power_of_two(1023);
            exponent = exponent - 1023 > 1023 ? 1023 : exponent - 1023;
        }
    } else if (exponent < -1022) {
        x *= power_of_two(-1022 + 53);      /* leaves room, so that only the last product rounds */
        exponent += 1022 - 53;
        if (exponent < -1022) {
            x *= power_of_two(-1022 + 53);
            exponent = exponent + 1022 - 53 < -1022 ? -1022 : exponent + 1022 - 53;
        }
    }
    return x * power_of_two((int)exponent);
}

static double checked_scale(const char *name, double x, int64_t exponent) {
    double result = scale(x, exponent);
    if (x == 0 || !isfinite(x))
        return result;
    if (isinf(result))
        return crt_math_error(MATH_OVERFLOW, name, x, (double)exponent, result);
    return result;
}

API(CRT_DLLS, double, ldexp, double x, int exponent) { return checked_scale("ldexp", x, exponent); }

#define SCALE(name_, type_)                                                                    \
    API(CRT_C99_DLLS, double, name_, double x, type_ exponent) { return checked_scale(#name_, x, exponent); } \
    API(CRT_C99_DLLS, float, name_##f, float x, type_ exponent) {                              \
        return scalbnf(x, exponent > 100000 ? 100000 : exponent < -100000 ? -100000 : exponent); \
    }                                                                                          \
    API_ALIAS(api_##name_, ld, CRT_C99_DLLS, #name_ "l");

SCALE(scalbn, int)
SCALE(scalbln, LONG)

API(CRT_DLLS, double, _scalb, double x, LONG exponent) { return checked_scale("_scalb", x, exponent); }
API(CRT_DLLS, float, _scalbf, float x, LONG exponent) { return api_scalblnf(x, exponent); }

/* The exponent of a finite number other than 0, a subnormal one's too. */
static int exponent_of(double x) {
    uint64_t magnitude = bits_of(x) & ~SIGN_BIT;
    if (magnitude >= 1ULL << 52)
        return (int)(magnitude >> 52) - 1023;
    return -1011 - __builtin_clzll(magnitude);
}

API(CRT_DLLS, double, _logb, double x) {
    if (!isfinite(x))
        return x * x;
    return x == 0 ? crt_math_error(MATH_SING, "_logb", x, 0, -(double)INFINITY) : exponent_of(x);
}
API(CRT_DLLS, float, _logbf, float x) { return (float)api__logb((double)x); }
API_ALIAS(api__logb, c99, CRT_C99_DLLS, "logb");
API_ALIAS(api__logbf, c99, CRT_C99_DLLS, "logbf");
API_ALIAS(api__logb, ld, CRT_C99_DLLS, "logbl");

API(CRT_C99_DLLS, int, ilogb, double x) {
    if (isfinite(x) && x != 0)
        return exponent_of(x);
    return x == 0 ? INT_MIN : INT_MAX;
}
API(CRT_C99_DLLS, int, ilogbf, float x) { return api_ilogb((double)x); }
API_ALIAS(api_ilogb, ld, CRT_C99_DLLS, "ilogbl");

/* ---- neighbours ---- */

API(CRT_DLLS, double, _nextafter, double x, double y) {
    if (isnan(x) || isnan(y))
        return x + y;
    if (x == y)
        return y;
    uint64_t bits = x == 0 ? (bits_of(y) & SIGN_BIT) | 1 : (x < y) == (x > 0) ? bits_of(x) + 1 : bits_of(x) - 1;
    double next = from_bits(bits);
    if (isinf(next))
        return crt_math_error(MATH_OVERFLOW, "nextafter", x, y, next);
    if ((bits_of(next) & ~SIGN_BIT) < 1ULL << 52)
        crt_fail(CRT_ERANGE);
    return next;
}

static float next_float(float x, bool up) {
    if (x == 0)
        return from_bits_f((up ? 0 : SIGN_BIT_F) | 1);
    return from_bits_f(up == (x > 0) ? bits_of_f(x) + 1 : bits_of_f(x) - 1);
}

API(CRT_C99_DLLS, float, nexttowardf, float x, double y) {
    if (isnan(x) || isnan(y))
        return x + (float)y;
    return (double)x == y ? (float)y : next_float(x, (double)x < y);
}

API(CRT_DLLS, float, _nextafterf, float x, float y) { return api_nexttowardf(x, (double)y); }

API_ALIAS(api__nextafter, c99, CRT_C99_DLLS, "nextafter");
API_ALIAS(api__nextafter, ld, CRT_C99_DLLS, "nextafterl");
API_ALIAS(api__nextafter, toward, CRT_C99_DLLS, "nexttoward");
API_ALIAS(api__nextafter, towardl, CRT_C99_DLLS, "nexttowardl");
API_ALIAS(api__nextafterf, c99, CRT_C99_DLLS, "nextafterf");

/* ---- larger and smaller: a NaN loses, and -0 is smaller than 0 ---- */

#define EXTREMUM(name_, comparison_)                                                           \
    API(CRT_C99_DLLS, double, name_, double x, double y) {                                     \
        if (x == y)                                                                            \
            return (signbit(x) != 0) comparison_ (signbit(y) != 0) ? y : x;                    \
        return isnan(y) || x comparison_ y ? x : y;                                            \
    }                                                                                          \
    API(CRT_C99_DLLS, float, name_##f, float x, float y) { return (float)api_##name_((double)x, (double)y); } \
    API_ALIAS(api_##name_, ld, CRT_C99_DLLS, #name_ "l");

EXTREMUM(fmax, >)
EXTREMUM(fmin, <)

/* ---- NaNs ---- */

API(CRT_C99_DLLS, double, nan, const char *tag) {
    (void)tag;
    return from_bits(0x7FF8000000000000u);
}
API(CRT_C99_DLLS, float, nanf, const char *tag) {
    (void)tag;
    return from_bits_f(0x7FC00000u);
}
API_ALIAS(api_nan, ld, CRT_C99_DLLS, "nanl");

/* ---- classes ("_fpclass", "_isnan", "_dclass") ---- */

API(CRT_DLLS, int, _finite, double x) { return (bits_of(x) & INFINITE_BITS) != INFINITE_BITS; }
API(CRT_DLLS, int, _isnan, double x) { return (bits_of(x) & ~SIGN_BIT) > INFINITE_BITS; }
API(CRT_DLLS, int, _finitef, float x) { return (bits_of_f(x) & INFINITE_BITS_F) != INFINITE_BITS_F; }
API(CRT_DLLS, int, _isnanf, float x) { return (bits_of_f(x) & ~SIGN_BIT_F) > INFINITE_BITS_F; }

enum { CLASS_SUBNORMAL = -2, CLASS_NORMAL = -1, CLASS_ZERO = 0, CLASS_INFINITE = 1, CLASS_NAN = 2 };

static inline short class_of(double x) {
    uint64_t magnitude = bits_of(x) & ~SIGN_BIT;
    if (magnitude >= INFINITE_BITS)
        return magnitude == INFINITE_BITS ? CLASS_INFINITE : CLASS_NAN;
    return magnitude >= 1ULL << 52 ? CLASS_NORMAL : magnitude ? CLASS_SUBNORMAL : CLASS_ZERO;
}

static inline short class_of_f(float x) {
    uint32_t magnitude = bits_of_f(x) & ~SIGN_BIT_F;
    if (magnitude >= INFINITE_BITS_F)
        return magnitude == INFINITE_BITS_F ? CLASS_INFINITE : CLASS_NAN;
    return magnitude >= 1u << 23 ? CLASS_NORMAL : magnitude ? CLASS_SUBNORMAL : CLASS_ZERO;
}

/* _FPCLASS_SNAN 1, QNAN 2, then from NINF 4 to PINF 0x200 in the order of the number line. */
static int fpclass(short class, bool negative, bool quiet) {
    switch (class) {
    case CLASS_NAN: return quiet ? 0x002 : 0x001;
    case CLASS_INFINITE: return negative ? 0x004 : 0x200;
    case CLASS_NORMAL: return negative ? 0x008 : 0x100;
    case CLASS_SUBNORMAL: return negative ? 0x010 : 0x080;
    default: return negative ? 0x020 : 0x040;
    }
}

API(CRT_DLLS, int, _fpclass, double x) {
    return fpclass(class_of(x), bits_of(x) & SIGN_BIT, bits_of(x) & 1ULL << 51);
}
API(CRT_DLLS, int, _fpclassf, float x) {
    return fpclass(class_of_f(x), bits_of_f(x) & SIGN_BIT_F, bits_of_f(x) & 1u << 22);
}

API(CRT_C99_DLLS, short, _dclass, double x) { return class_of(x); }
API(CRT_C99_DLLS, short, _fdclass, float x) { return class_of_f(x); }
API(CRT_C99_DLLS, short, _dtest, double *x) { return class_of(*x); }
API(CRT_C99_DLLS, short, _fdtest, float *x) { return class_of_f(*x); }
API(CRT_C99_DLLS, int, _dsign, double x) { return bits_of(x) & SIGN_BIT ? 0x8000 : 0; }
API(CRT_C99_DLLS, int, _fdsign, float x) { return bits_of_f(x) & SIGN_BIT_F ? 0x8000 : 0; }
API_ALIAS(api__dclass, ld, CRT_C99_DLLS, "_ldclass");
API_ALIAS(api__dtest, ld, CRT_C99_DLLS, "_ldtest");
API_ALIAS(api__dsign, ld, CRT_C99_DLLS, "_ldsign");

/* _FP_LT 1, _FP_EQ 2, _FP_GT 4; unordered is 0. */
API(CRT_C99_DLLS, int, _dpcomp, double x, double y) { return x < y ? 1 : x == y ? 2 : x > y ? 4 : 0; }
API(CRT_C99_DLLS, int, _fdpcomp, float x, float y) { return x < y ? 1 : x == y ? 2 : x > y ? 4 : 0; }
API_ALIAS(api__dpcomp, ld, CRT_C99_DLLS, "_ldpcomp");

/* ---- helpers of Microsoft's headers and C++ library ----
 * They work on a value in place and return its class. */

/* Drops the fraction below 2^-exponent: 0 when there was none, else the class. */
#define DROP_FRACTION(name_, type_, trunc_, scale_, class_)                                    \
    API(CRT_C99_DLLS, short, name_, type_ *x, short exponent) {                                \
        short class = class_(*x);                                                              \
        if (class > CLASS_ZERO || class == CLASS_ZERO)                                         \
            return class;                                                                      \
        type_ whole = scale_(trunc_(scale_(*x, exponent)), -exponent);                         \
        if (whole == *x)                                                                       \
            return 0;                                                                          \
        *x = whole;                                                                            \
        return CLASS_NORMAL;                                                                   \
    }

DROP_FRACTION(_d_int, double, api_trunc, scale, class_of)
DROP_FRACTION(_fd_int, float, api_truncf, scalbnf, class_of_f)
API_ALIAS(api__d_int, ld, CRT_C99_DLLS, "_ld_int");

API(CRT_C99_DLLS, short, _dscale, double *x, LONG exponent) { return class_of(*x = scale(*x, exponent)); }
API(CRT_C99_DLLS, short, _fdscale, float *x, LONG exponent) {
    return class_of_f(*x = (float)api_scalblnf(*x, exponent));
}
API_ALIAS(api__dscale, ld, CRT_C99_DLLS, "_ldscale");

API(CRT_C99_DLLS, short, _dunscale, short *exponent, double *x) {
    int value;
    short class = class_of(*x);
    *exponent = 0;
    if (class < CLASS_ZERO) {
        *x = api_frexp(*x, &value);
        *exponent = (short)value;
        return CLASS_NORMAL;
    }
    return class;
}
API(CRT_C99_DLLS, short, _fdunscale, short *exponent, float *x) {
    double value = (double)*x;
    short class = api__dunscale(exponent, &value);
    *x = (float)value;
    return class;
}
API_ALIAS(api__dunscale, ld, CRT_C99_DLLS, "_ldunscale");

/* A subnormal number's significand, given as its four words, is shifted up to the implicit bit; the result is the
 * exponent (1 - the shifts). */
API(CRT_C99_DLLS, short, _dnorm, USHORT words[4]) {
    uint64_t bits, fraction;
    memcpy(&bits, words, sizeof bits);
    fraction = bits & ((1ULL << 52) - 1);
    if (!fraction)
        return 0;
    int shift = __builtin_clzll(fraction) - 11;
    bits = (bits & SIGN_BIT) | (fraction << shift & ((1ULL << 53) - 1));
    memcpy(words, &bits, sizeof bits);
    return (short)(1 - shift);
}
API(CRT_C99_DLLS, short, _fdnorm, USHORT words[2]) {
    uint32_t bits, fraction;
    memcpy(&bits, words, sizeof bits);
    fraction = bits & ((1u << 23) - 1);
    if (!fraction)
        return 0;
    int shift = __builtin_clz(fraction) - 8;
    bits = (bits & SIGN_BIT_F) | (fraction << shift & ((1u << 24) - 1));
    memcpy(words, &bits, sizeof bits);
    return (short)(1 - shift);
}

/* The polynomial whose first coefficient is of the highest power `degree`. */
#define POLYNOMIAL(name_, type_)                                                               \
    API(CRT_C99_DLLS, type_, name_, type_ x, const type_ *coefficients, int degree) {          \
        type_ sum = coefficients[0];                                                           \
        for (int i = 1; i <= degree; i++)                                                      \
            sum = sum * x + coefficients[i];                                                   \
        return sum;                                                                            \
    }

POLYNOMIAL(_dpoly, double)
POLYNOMIAL(_fdpoly, float)
API_ALIAS(api__dpoly, ld, CRT_C99_DLLS, "_ldpoly");

/* e^x where it would overflow, as a power of two and what is left of it; ln 2 in two parts. */
static double scaled_exp(double x, double factor, LONG exponent) {
    double twos = api_floor(x * 1.4426950408889634);
    double rest = fma(-twos, 1.9082149292705877e-10, fma(-twos, 0.69314718036912382, x));
    return scale(factor * exp(rest), (int64_t)twos + exponent);
}

/* factor * e^x * 2^exponent. */
API(CRT_C99_DLLS, short, _dexp, double *x, double factor, LONG exponent) {
    double plain = exp(*x);
    if (factor == 0 && isfinite(*x))
        *x = 0;
    else if (class_of(plain) == CLASS_NORMAL || !isfinite(*x) || fabs(*x) > 100000)
        *x = scale(factor * plain, exponent);
    else
        *x = scaled_exp(*x, factor, exponent);
    return class_of(*x);
}
API(CRT_C99_DLLS, short, _fdexp, float *x, float factor, LONG exponent) {
    double value = (double)*x;
    api__dexp(&value, (double)factor, exponent);
    *x = (float)value;
    return class_of_f(*x);
}
API_ALIAS(api__dexp, ld, CRT_C99_DLLS, "_ldexp");

API(CRT_C99_DLLS, double, _dlog, double x, int base_10) { return base_10 ? log10(x) : log(x); }
API(CRT_C99_DLLS, float, _fdlog, float x, int base_10) { return base_10 ? log10f(x) : logf(x); }
API_ALIAS(api__dlog, ld, CRT_C99_DLLS, "_ldlog");

/* The sine of x + quadrants * pi/2. */
static double shifted_sine(double x, unsigned quadrants) {
    switch (quadrants & 3) {
    case 0: return sin(x);
    case 1: return cos(x);
    case 2: return -sin(x);
    default: return -cos(x);
    }
}

API(CRT_C99_DLLS, double, _dsin, double x, unsigned quadrants) { return shifted_sine(x, quadrants); }
API(CRT_C99_DLLS, float, _fdsin, float x, unsigned quadrants) { return (float)shifted_sine((double)x, quadrants); }
API_ALIAS(api__dsin, ld, CRT_C99_DLLS, "_ldsin");
