/* Mathematical functions ("Math and Floating-Point Support"). Values are the host's, errors are reported as Microsoft's
 * functions do: errno is EDOM or ERANGE, an invalid argument gives the indefinite NaN, and a handler that the program
 * set with __setusermatherr() may replace the result.
 *
 * What can be computed exactly by moving bits stands in crt_float.c. */
#include "crt_math.h"

/* ---- errors ---- */

struct math_exception {
    int type;
    char *name;
    double arg1, arg2, retval;
};

typedef int(WINAPI *matherr_handler)(struct math_exception *);

/* Set by the program's start-up code. */
static matherr_handler user_handler;

API(CRT_DLLS, VOID, __setusermatherr, matherr_handler handler) { user_handler = handler; }

double crt_indefinite(void) {
    uint64_t bits = 0xFFF8000000000000u;
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

double crt_math_error(int type, const char *name, double x, double y, double result) {
    struct math_exception exception = {type, (char *)name, x, y, result};
    matherr_handler handler = __atomic_load_n(&user_handler, __ATOMIC_ACQUIRE);
    if (handler && handler(&exception))
        return exception.retval;
    if (type == MATH_DOMAIN)
        crt_fail(CRT_EDOM);
    else if (type <= MATH_UNDERFLOW)
        crt_fail(CRT_ERANGE);
    return exception.retval;
}

/* The result is not finite: a NaN argument passes, as does an infinite one with an infinite result. */
__attribute__((noinline, cold)) static double not_finite(const char *name, double x, double y, bool pole,
                                                         double result) {
    if (isnan(x) || isnan(y))
        return result;
    if (isnan(result))
        return crt_math_error(MATH_DOMAIN, name, x, y, crt_indefinite());
    if (isinf(x) || isinf(y))
        return result;
    return crt_math_error(pole ? MATH_SING : MATH_OVERFLOW, name, x, y, result);
}

static inline double check(const char *name, double x, double y, bool pole, double result) {
    return __builtin_expect(isfinite(result), 1) ? result : not_finite(name, x, y, pole, result);
}

/* ---- functions of one argument ----
 * pole_: what is infinite is a pole, not an overflow. */

#define UNARY(dlls_, dlls_f_, name_, pole_)                                                    \
    API(dlls_, double, name_, double x) { return check(#name_, x, 0, pole_, name_(x)); }       \
    API(dlls_f_, float, name_##f, float x) {                                                   \
        return (float)check(#name_, (double)x, 0, pole_, (double)name_##f(x));                 \
    }

UNARY(CRT_DLLS, CRT_DLLS, acos, false)
UNARY(CRT_DLLS, CRT_DLLS, asin, false)
UNARY(CRT_DLLS, CRT_DLLS, atan, false)
UNARY(CRT_DLLS, CRT_DLLS, cos, false)
UNARY(CRT_DLLS, CRT_DLLS, sin, false)
UNARY(CRT_DLLS, CRT_DLLS, tan, false)
UNARY(CRT_DLLS, CRT_DLLS, cosh, false)
UNARY(CRT_DLLS, CRT_DLLS, sinh, false)
UNARY(CRT_DLLS, CRT_DLLS, tanh, false)
UNARY(CRT_DLLS, CRT_DLLS, log, true)
UNARY(CRT_DLLS, CRT_DLLS, log10, true)

/* These have a `long double` version too, which is double. */
#define UNARY_C99(name_, pole_)                                                                \
    UNARY(CRT_C99_DLLS, CRT_C99_DLLS, name_, pole_)                                            \
    API_ALIAS(api_##name_, ld, CRT_C99_DLLS, #name_ "l");

UNARY_C99(acosh, false)
UNARY_C99(asinh, false)
UNARY_C99(atanh, true)
UNARY_C99(cbrt, false)
UNARY_C99(erf, false)
UNARY_C99(erfc, false)
UNARY_C99(expm1, false)
UNARY_C99(log1p, true)
UNARY_C99(log2, true)

UNARY(CRT_DLLS, CRT_DLLS, exp, false)
UNARY_C99(exp2, false)

static double gamma_logarithm(double x) {
    int sign;
    return lgamma_r(x, &sign);              /* lgamma() would write the host's signgam */
}

API(CRT_C99_DLLS, double, lgamma, double x) { return check("lgamma", x, 0, true, gamma_logarithm(x)); }
API(CRT_C99_DLLS, float, lgammaf, float x) {
    int sign;
    return (float)check("lgamma", (double)x, 0, true, (double)lgammaf_r(x, &sign));
}
API_ALIAS(api_lgamma, ld, CRT_C99_DLLS, "lgammal");

API(CRT_C99_DLLS, double, tgamma, double x) { return check("tgamma", x, 0, x == 0, tgamma(x)); }
API(CRT_C99_DLLS, float, tgammaf, float x) {
    return (float)check("tgamma", (double)x, 0, x == 0, (double)tgammaf(x));
}
API_ALIAS(api_tgamma, ld, CRT_C99_DLLS, "tgammal");

/* One instruction, apart from the error. */
API(CRT_DLLS ntdll, double, sqrt, double x) {
    double result = __builtin_sqrt(x);
    return __builtin_expect(isnan(result), 0) ? not_finite("sqrt", x, 0, false, result) : result;
}
API(CRT_DLLS, float, sqrtf, float x) {
    float result = __builtin_sqrtf(x);
    return __builtin_expect(isnan(result), 0) ? (float)not_finite("sqrt", (double)x, 0, false, (double)result)
                                              : result;
}

/* ---- functions of two arguments ---- */

#define BINARY(dlls_, dlls_f_, name_, pole_)                                                   \
    API(dlls_, double, name_, double x, double y) { return check(#name_, x, y, pole_, name_(x, y)); } \
    API(dlls_f_, float, name_##f, float x, float y) {                                          \
        return (float)check(#name_, (double)x, (double)y, pole_, (double)name_##f(x, y));      \
    }

BINARY(CRT_DLLS, CRT_DLLS, atan2, false)
BINARY(CRT_DLLS, CRT_DLLS, fmod, false)
BINARY(CRT_DLLS, CRT_DLLS, pow, x == 0)
BINARY(CRT_C99_DLLS, CRT_C99_DLLS, remainder, false)
API_ALIAS(api_remainder, ld, CRT_C99_DLLS, "remainderl");
BINARY(CRT_C99_DLLS, CRT_C99_DLLS, fdim, false)
API_ALIAS(api_fdim, ld, CRT_C99_DLLS, "fdiml");

API(CRT_DLLS, double, _hypot, double x, double y) { return check("_hypot", x, y, false, hypot(x, y)); }
API(CRT_DLLS, float, _hypotf, float x, float y) {
    return (float)check("_hypot", (double)x, (double)y, false, (double)hypotf(x, y));
}
API_ALIAS(api__hypot, c99, ucrtbase, "hypot");

struct complex_argument {
    double x, y;
};

API(CRT_DLLS, double, _cabs, struct complex_argument z) { return api__hypot(z.x, z.y); }

API(ucrtbase msvcrt msvcr120, double, fma, double x, double y, double z) { return fma(x, y, z); }
API(ucrtbase msvcrt msvcr120, float, fmaf, float x, float y, float z) { return fmaf(x, y, z); }
API_ALIAS(api_fma, ld, CRT_C99_DLLS, "fmal");

API(CRT_C99_DLLS, double, remquo, double x, double y, int *quotient) {
    return check("remquo", x, y, false, remquo(x, y, quotient));
}
API(CRT_C99_DLLS, float, remquof, float x, float y, int *quotient) {
    return (float)check("remquo", (double)x, (double)y, false, (double)remquof(x, y, quotient));
}
API_ALIAS(api_remquo, ld, CRT_C99_DLLS, "remquol");

/* ---- Bessel functions ("Bessel Functions: _j0, _j1, _jn, _y0, _y1, _yn") ---- */

API(CRT_DLLS, double, _j0, double x) { return j0(x); }
API(CRT_DLLS, double, _j1, double x) { return j1(x); }
API(CRT_DLLS, double, _jn, int order, double x) { return jn(order, x); }

/* "If x is negative, errno is set to EDOM, a message goes to stderr, and the result is -HUGE_VAL"; today a NaN. */
API(CRT_DLLS, double, _y0, double x) { return check("_y0", x, 0, true, x < 0 ? (double)NAN : y0(x)); }
API(CRT_DLLS, double, _y1, double x) { return check("_y1", x, 0, true, x < 0 ? (double)NAN : y1(x)); }
API(CRT_DLLS, double, _yn, int order, double x) {
    return check("_yn", x, 0, true, x < 0 ? (double)NAN : yn(order, x));
}

/* ---- whether fused multiply-add is used: the host decides; the setting is remembered ---- */

static int fma3_enabled = 1;

API(CRT_C99_DLLS, int, _set_FMA3_enable, int enable) { return fma3_enabled = enable != 0; }
API(ucrtbase, int, _get_FMA3_enable, void) { return fma3_enabled; }
