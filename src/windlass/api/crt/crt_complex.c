/* Complex numbers ("C complex math support"). Microsoft's types are structures of two numbers; long double is double.
 * The values are the host's. */
#include <complex.h>
#include <math.h>

#include "crt.h"

typedef struct { double part[2]; } dcomplex;
typedef struct { float part[2]; } fcomplex;

static inline double complex from_d(dcomplex z) { return __builtin_complex(z.part[0], z.part[1]); }
static inline float complex from_f(fcomplex z) { return __builtin_complex(z.part[0], z.part[1]); }
static inline dcomplex to_d(double complex z) { return (dcomplex){{creal(z), cimag(z)}}; }
static inline fcomplex to_f(float complex z) { return (fcomplex){{crealf(z), cimagf(z)}}; }

/* name, namef and namel of one complex argument. */
#define COMPLEX(name_)                                                                         \
    API(CRT_C99_DLLS, dcomplex, name_, dcomplex z) { return to_d(name_(from_d(z))); }          \
    API(CRT_C99_DLLS, fcomplex, name_##f, fcomplex z) { return to_f(name_##f(from_f(z))); }    \
    API_ALIAS(api_##name_, ld, CRT_C99_DLLS, #name_ "l");

COMPLEX(cacos)
COMPLEX(cacosh)
COMPLEX(casin)
COMPLEX(casinh)
COMPLEX(catan)
COMPLEX(catanh)
COMPLEX(ccos)
COMPLEX(ccosh)
COMPLEX(cexp)
COMPLEX(clog)
COMPLEX(clog10)
COMPLEX(conj)
COMPLEX(cproj)
COMPLEX(csin)
COMPLEX(csinh)
COMPLEX(csqrt)
COMPLEX(ctan)
COMPLEX(ctanh)

#define REAL(name_)                                                                            \
    API(CRT_C99_DLLS, double, name_, dcomplex z) { return name_(from_d(z)); }                  \
    API(CRT_C99_DLLS, float, name_##f, fcomplex z) { return name_##f(from_f(z)); }             \
    API_ALIAS(api_##name_, ld, CRT_C99_DLLS, #name_ "l");

REAL(cabs)
REAL(carg)
REAL(cimag)
REAL(creal)

API(CRT_C99_DLLS, dcomplex, cpow, dcomplex z, dcomplex w) { return to_d(cpow(from_d(z), from_d(w))); }
API(CRT_C99_DLLS, fcomplex, cpowf, fcomplex z, fcomplex w) { return to_f(cpowf(from_f(z), from_f(w))); }
API_ALIAS(api_cpow, ld, CRT_C99_DLLS, "cpowl");

/* The squared magnitude. */
API(CRT_C99_DLLS, double, norm, dcomplex z) { return z.part[0] * z.part[0] + z.part[1] * z.part[1]; }
API(CRT_C99_DLLS, float, normf, fcomplex z) { return z.part[0] * z.part[0] + z.part[1] * z.part[1]; }
API_ALIAS(api_norm, ld, CRT_C99_DLLS, "norml");

/* ---- what stands for the operators that C has and Microsoft's compiler does not ---- */

API(CRT_C99_DLLS, dcomplex, _Cbuild, double real, double imaginary) { return (dcomplex){{real, imaginary}}; }
API(CRT_C99_DLLS, fcomplex, _FCbuild, float real, float imaginary) { return (fcomplex){{real, imaginary}}; }
API_ALIAS(api__Cbuild, ld, CRT_C99_DLLS, "_LCbuild");

API(CRT_C99_DLLS, dcomplex, _Cmulcc, dcomplex z, dcomplex w) {
    return (dcomplex){{z.part[0] * w.part[0] - z.part[1] * w.part[1], z.part[0] * w.part[1] + z.part[1] * w.part[0]}};
}
API(CRT_C99_DLLS, fcomplex, _FCmulcc, fcomplex z, fcomplex w) {
    return (fcomplex){{z.part[0] * w.part[0] - z.part[1] * w.part[1], z.part[0] * w.part[1] + z.part[1] * w.part[0]}};
}
API_ALIAS(api__Cmulcc, ld, CRT_C99_DLLS, "_LCmulcc");

API(CRT_C99_DLLS, dcomplex, _Cmulcr, dcomplex z, double r) { return (dcomplex){{z.part[0] * r, z.part[1] * r}}; }
API(CRT_C99_DLLS, fcomplex, _FCmulcr, fcomplex z, float r) { return (fcomplex){{z.part[0] * r, z.part[1] * r}}; }
API_ALIAS(api__Cmulcr, ld, CRT_C99_DLLS, "_LCmulcr");
