/* What numeric_limits of Visual C++ 2005 to 2013 takes from the library: infinities and what is no number, of the types
 * float (_F), double and long double (_L), which is a double. */
#include <math.h>

#include "api.h"

#define CONSTANTS(dll_)                              \
    API_DATA_AS(dll_##_inf, dll_, double, "_Inf");   \
    API_DATA_AS(dll_##_huge, dll_, double, "_Hugeval"); \
    API_DATA_AS(dll_##_nan, dll_, double, "_Nan");   \
    API_DATA_AS(dll_##_snan, dll_, uint64_t, "_Snan"); \
    API_DATA_AS(dll_##_linf, dll_, double, "_LInf"); \
    API_DATA_AS(dll_##_lnan, dll_, double, "_LNan"); \
    API_DATA_AS(dll_##_lsnan, dll_, uint64_t, "_LSnan"); \
    API_DATA_AS(dll_##_finf, dll_, float, "_FInf");  \
    API_DATA_AS(dll_##_fnan, dll_, float, "_FNan");  \
    API_DATA_AS(dll_##_fsnan, dll_, uint32_t, "_FSnan"); \
    API_START(dll_) {                                \
        *dll_##_inf = *dll_##_huge = *dll_##_linf = HUGE_VAL; \
        *dll_##_nan = *dll_##_lnan = NAN;            \
        *dll_##_snan = *dll_##_lsnan = 0x7ff0000000000001; \
        *dll_##_finf = HUGE_VALF;                    \
        *dll_##_fnan = NAN;                          \
        *dll_##_fsnan = 0x7f800001;                  \
    }

CONSTANTS(msvcp80)
CONSTANTS(msvcp90)
CONSTANTS(msvcp100)
CONSTANTS(msvcp110)
CONSTANTS(msvcp120)
