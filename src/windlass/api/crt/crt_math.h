/* Errors of mathematical functions ("_matherr", "__setusermatherr"). */
#ifndef WINDLASS_CRT_MATH_H
#define WINDLASS_CRT_MATH_H

#include <math.h>

#include "crt.h"

enum { MATH_DOMAIN = 1, MATH_SING, MATH_OVERFLOW, MATH_UNDERFLOW, MATH_TLOSS, MATH_PLOSS };

/* Sets errno and asks the user's handler; returns what the function is to return. */
double crt_math_error(int type, const char *name, double x, double y, double result);

/* Windows' "indefinite" NaN, which an invalid operation gives. */
double crt_indefinite(void);

#endif
