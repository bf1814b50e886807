// build: freestanding
// flags: -fno-builtin -lucrtbase
// Mathematical functions: exact ones in every bit, the others at points where the result is exact, and errors.
// Wine reports: acosh(0000000000000000) = 7ff8000000000000 errno 33
// documented: acosh(0000000000000000) = fff8000000000000 errno 33     (Microsoft, "_matherr")
// Wine reports: fmod(0000000000000000, 0000000000000000) = fff8000000000000
// documented: fmod(0000000000000000, 0000000000000000) = fff8000000000000 errno 33     (Microsoft, "_matherr")
// Wine reports: fmod(0000000000000000, 8000000000000000) = fff8000000000000
// documented: fmod(0000000000000000, 8000000000000000) = fff8000000000000 errno 33     (Microsoft, "_matherr")
// Wine reports: log2(8000000000000000) = 7ff0000000000000 errno 34
// documented: log2(8000000000000000) = fff0000000000000 errno 34     (Microsoft, "_matherr")
// Wine reports: acosh(8000000000000000) = 7ff8000000000000 errno 33
// documented: acosh(8000000000000000) = fff8000000000000 errno 33     (Microsoft, "_matherr")
// Wine reports: fmod(8000000000000000, 0000000000000000) = fff8000000000000
// documented: fmod(8000000000000000, 0000000000000000) = fff8000000000000 errno 33     (Microsoft, "_matherr")
// Wine reports: fmod(8000000000000000, 8000000000000000) = fff8000000000000
// documented: fmod(8000000000000000, 8000000000000000) = fff8000000000000 errno 33     (Microsoft, "_matherr")
// Wine reports: fmod(3ff0000000000000, 0000000000000000) = fff8000000000000
// documented: fmod(3ff0000000000000, 0000000000000000) = fff8000000000000 errno 33     (Microsoft, "_matherr")
// Wine reports: fmod(3ff0000000000000, 8000000000000000) = fff8000000000000
// documented: fmod(3ff0000000000000, 8000000000000000) = fff8000000000000 errno 33     (Microsoft, "_matherr")
// Wine reports: acosh(bff0000000000000) = 7ff8000000000000 errno 33
// documented: acosh(bff0000000000000) = fff8000000000000 errno 33     (Microsoft, "_matherr")
// Wine reports: fmod(bff0000000000000, 0000000000000000) = fff8000000000000
// documented: fmod(bff0000000000000, 0000000000000000) = fff8000000000000 errno 33     (Microsoft, "_matherr")
// Wine reports: fmod(bff0000000000000, 8000000000000000) = fff8000000000000
// documented: fmod(bff0000000000000, 8000000000000000) = fff8000000000000 errno 33     (Microsoft, "_matherr")
// Wine reports: atanh(7ff0000000000000) = 7ff8000000000000 errno 33
// documented: atanh(7ff0000000000000) = fff8000000000000 errno 33     (Microsoft, "_matherr")
// Wine reports: fmod(7ff0000000000000, 7ff8000000000000) = 7ff8000000000000 errno 33
// documented: fmod(7ff0000000000000, 7ff8000000000000) = 7ff8000000000000     (Microsoft, "_matherr")
// Wine reports: remainder(7ff0000000000000, 7ff8000000000000) = 7ff8000000000000 errno 33
// documented: remainder(7ff0000000000000, 7ff8000000000000) = 7ff8000000000000     (Microsoft, "_matherr")
// Wine reports: acosh(fff0000000000000) = 7ff8000000000000 errno 33
// documented: acosh(fff0000000000000) = fff8000000000000 errno 33     (Microsoft, "_matherr")
// Wine reports: atanh(fff0000000000000) = 7ff8000000000000 errno 33
// documented: atanh(fff0000000000000) = fff8000000000000 errno 33     (Microsoft, "_matherr")
// Wine reports: fmod(fff0000000000000, 7ff8000000000000) = 7ff8000000000000 errno 33
// documented: fmod(fff0000000000000, 7ff8000000000000) = 7ff8000000000000     (Microsoft, "_matherr")
// Wine reports: remainder(fff0000000000000, 7ff8000000000000) = 7ff8000000000000 errno 33
// documented: remainder(fff0000000000000, 7ff8000000000000) = 7ff8000000000000     (Microsoft, "_matherr")
// Wine reports: remainder(7ff8000000000000, 0000000000000000) = 7ff8000000000000 errno 33
// documented: remainder(7ff8000000000000, 0000000000000000) = 7ff8000000000000     (Microsoft, "_matherr")
// Wine reports: remainder(7ff8000000000000, 8000000000000000) = 7ff8000000000000 errno 33
// documented: remainder(7ff8000000000000, 8000000000000000) = 7ff8000000000000     (Microsoft, "_matherr")
// Wine reports: cosh(408f400000000000) = 7ff0000000000000
// documented: cosh(408f400000000000) = 7ff0000000000000 errno 34     (Microsoft, "_matherr")
// Wine reports: sinh(c08f400000000000) = fff0000000000000
// documented: sinh(c08f400000000000) = fff0000000000000 errno 34     (Microsoft, "_matherr")
#include "crt.h"

// The import library of mingw leaves some of these to its own code unless they are declared so.
#define IMPORT __declspec(dllimport)
#define UNARY(name) IMPORT double name(double); IMPORT float name##f(float)
UNARY(floor); UNARY(ceil); UNARY(trunc); UNARY(round); UNARY(rint); UNARY(nearbyint); UNARY(sqrt);
UNARY(exp); UNARY(log); UNARY(log10); UNARY(sin); UNARY(cos); UNARY(tan); UNARY(asin); UNARY(acos); UNARY(atan);
UNARY(sinh); UNARY(cosh); UNARY(tanh); UNARY(acosh); UNARY(asinh); UNARY(atanh); UNARY(exp2); UNARY(expm1);
UNARY(log1p); UNARY(log2); UNARY(cbrt); UNARY(lgamma); UNARY(tgamma); UNARY(logb);
IMPORT double pow(double, double), fmod(double, double), atan2(double, double), _hypot(double, double), fabs(double);
IMPORT double ldexp(double, int), scalbn(double, int), frexp(double, int *), modf(double, double *), _scalb(double, long);
IMPORT double nextafter(double, double), copysign(double, double), _chgsign(double), remainder(double, double);
IMPORT double fmax(double, double), fmin(double, double), fdim(double, double), remquo(double, double, int *);
IMPORT float nextafterf(float, float), fmodf(float, float), modff(float, float *);
IMPORT long lround(double), lrint(double);
IMPORT long long llround(double), llrint(double);
IMPORT int ilogb(double), _fpclass(double), _isnan(double), _finite(double), _dsign(double), _dpcomp(double, double);
IMPORT short _dclass(double), _fdclass(float), _dtest(double *);
double _y0(double), _y1(double);

static double make(unsigned long long bits)
{
    union {
        unsigned long long bits;
        double value;
    } both = {bits};
    return both.value;
}

static const unsigned long long points[] = {
    0x0000000000000000, 0x8000000000000000, 0x3ff0000000000000, 0xbff0000000000000, 0x3fe0000000000000,
    0xbfe0000000000000, 0x3ff8000000000000, 0xbff8000000000000, 0x4004000000000000, 0xc004000000000000,
    0x3fdfffffffffffff, 0x3fefffffffffffff, 0x4330000000000001, 0xc340000000000001, 0x432fffffffffffff,
    0x7ff0000000000000, 0xfff0000000000000, 0x7ff8000000000000, 0x0000000000000001, 0x800fffffffffffff,
    0x0010000000000000, 0x7fefffffffffffff, 0xffefffffffffffff, 0x40ac88f7ae147ae1, 0xc0f86a1f9be76c8b,
};
#define POINTS (sizeof points / sizeof *points)

static void exactly(void)
{
    for (size_t i = 0; i < POINTS; i++) {
        double x = make(points[i]), whole = 0, fraction;
        int exponent = 0;
        say("x = %a: floor %a ceil %a trunc %a round %a rint %a", x, floor(x), ceil(x), trunc(x), round(x), rint(x));
        say("  floorf %a ceilf %a truncf %a roundf %a", floorf((float)x), ceilf((float)x), truncf((float)x),
            roundf((float)x));
        fraction = modf(x, &whole);
        say("  modf %a %a", fraction, whole);
        fraction = frexp(x, &exponent);
        say("  frexp %a %d", fraction, exponent);
        say("  fabs %a _chgsign %a copysign %a", fabs(x), _chgsign(x), copysign(2, x));
        say("  _fpclass %x _dclass %d _fdclass %d _dtest %d nan %d finite %d sign %d", _fpclass(x), _dclass(x),
            _fdclass((float)x), _dtest(&x), !!_isnan(x), !!_finite(x), !!_dsign(x));
        say("  sqrt %a%s", sqrt(x), failure());
        say("  logb %a%s", logb(x), failure());
        say("  ilogb %d%s", ilogb(x), failure());
        say("  up %a%s", nextafter(x, make(0x7ff0000000000000)), failure());
        say("  down %a%s", nextafter(x, make(0xfff0000000000000)), failure());
        say("  ldexp 3: %a%s", ldexp(x, 3), failure());
        say("  ldexp -1074: %a%s", ldexp(x, -1074), failure());
        say("  ldexp 2000: %a%s", ldexp(x, 2000), failure());
        say("  lround %d%s", (int)lround(x), failure());
        say("  llround %lld%s", llround(x), failure());
        say("  lrint %d%s", (int)lrint(x), failure());
        say("  llrint %lld%s", llrint(x), failure());
    }
}

static void one(const char *name, double x, double result)
{
    say("%s(%a) = %a%s", name, x, result, failure());
}
#define ONE(name, x) one(#name, x, name(x))

static void two(const char *name, double x, double y, double result)
{
    say("%s(%a, %a) = %a%s", name, x, y, result, failure());
}
#define TWO(name, x, y) two(#name, x, y, name(x, y))

static void edges(void)
{
    double infinity = make(0x7ff0000000000000), nan = make(0x7ff8000000000000);
    double values[] = {0, -0.0, 1, -1, infinity, -infinity, nan};
    for (int i = 0; i < 7; i++) {
        double x = values[i];
        ONE(exp, x);
        ONE(log, x);
        ONE(log10, x);
        ONE(log2, x);
        ONE(log1p, x);
        ONE(acos, x == 0 ? 1 : x);
        ONE(acosh, x);
        ONE(atanh, x);
        ONE(exp2, x);
        ONE(cbrt, x);
        ONE(sin, x == 1 || x == -1 ? 0 : x);
        ONE(cos, x == 1 || x == -1 ? 0 : x);
        ONE(tan, x == 1 || x == -1 ? 0 : x);
        ONE(tanh, x == 1 || x == -1 ? 0 : x);
        ONE(sinh, x == 1 || x == -1 ? 0 : x);
        ONE(asinh, x == 1 || x == -1 ? 0 : x);
        for (int j = 0; j < 7; j++) {
            TWO(pow, x, values[j]);
            TWO(fmod, x, values[j]);
            TWO(_hypot, x, x == values[j] && (x == 1 || x == -1) ? 0 : values[j]);
            TWO(fmax, x, values[j]);
            TWO(fmin, x, values[j]);
            TWO(fdim, x, values[j]);
            TWO(remainder, x, values[j]);
            say("_dpcomp %d", _dpcomp(x, values[j]));
        }
    }
    ONE(exp, 1000.0);
    ONE(exp, -1000.0);
    ONE(exp2, 2000.0);
    ONE(cosh, 1000.0);
    ONE(sinh, -1000.0);
    ONE(asin, 2.0);
    ONE(acos, -2.0);
    ONE(sqrt, -4.0);
    ONE(log, -2.0);
    ONE(tgamma, 5.0);
    ONE(tgamma, 200.0);
    ONE(tgamma, -1.0);
    ONE(lgamma, -1.0);
    ONE(_y0, 0.0);
    ONE(_y1, -1.0);
    TWO(pow, 10.0, 400.0);
    TWO(pow, -2.0, 0.5);
    TWO(pow, -2.0, 3.0);
    TWO(pow, 2.0, -1000.0);
    TWO(pow, 2.0, -2000.0);
    TWO(pow, 0.0, -2.0);
    TWO(fmod, 5.5, 2.0);
    TWO(fmod, -5.5, 2.0);
    TWO(fmod, 1e300, 3.0);
    TWO(remainder, 5.5, 2.0);
    TWO(_hypot, 3.0, 4.0);
    TWO(_hypot, 1e308, 1e308);
    TWO(atan2, 0.0, 1.0);
    TWO(nextafter, 1.0, 1.0);
    say("_scalb: %a%s", _scalb(3.0, 4), failure());
    say("scalbn: %a%s", scalbn(make(0x000fffffffffffff), 1), failure());
    say("scalbn halves: %a%s", scalbn(make(0x0010000000000001), -1), failure());
    say("nextafterf: %a %a", nextafterf(1, 2), nextafterf(0, -1));
}

PROGRAM
{
    survive_invalid_parameters();
    exactly();
    edges();
    return 0;
}
