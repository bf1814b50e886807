/* DECIMAL and CY arithmetic ("VarDecAdd function", "VarCyAdd function" and their like). */
#include <math.h>
#include <stdio.h>

#include "variant_number.h"

bool decimal_is_valid(const DECIMAL *decimal) {
    return decimal->scale <= DECIMAL_MAX_SCALE && !(decimal->sign & ~DECIMAL_NEGATIVE);
}

static bool is_negative(const DECIMAL *decimal) { return decimal->sign & DECIMAL_NEGATIVE; }

uint128 decimal_scale_down(uint128 magnitude, unsigned digits) {
    uint128 divisor = 1;
    if (digits > 38)
        return 0;
    while (digits--)
        divisor *= 10;
    uint128 quotient = magnitude / divisor, rest = magnitude % divisor, half = divisor / 2;
    bool up = divisor > 1 && (rest > half || (rest == half && quotient & 1));
    return quotient + (up ? 1 : 0);
}

unsigned decimal_to_text(const DECIMAL *decimal, char text[DECIMAL_TEXT]) {
    char reversed[DECIMAL_TEXT];
    uint128 magnitude = decimal_magnitude(decimal);
    unsigned count = 0, scale = decimal->scale, length = 0;
    for (; scale && magnitude % 10 == 0; scale--)
        magnitude /= 10;
    if (!magnitude)
        scale = 0;
    do {
        reversed[count++] = (char)('0' + (int)(magnitude % 10));
        magnitude /= 10;
        if (count == scale)
            reversed[count++] = '.';
    } while (magnitude || (scale && count <= scale + 1));
    if (is_negative(decimal) && !(count == 1 && reversed[0] == '0'))
        text[length++] = '-';
    while (count)
        text[length++] = reversed[--count];
    text[length] = 0;
    return length;
}

double decimal_to_double(const DECIMAL *decimal) {
    char text[DECIMAL_TEXT];
    decimal_to_text(decimal, text);
    return strtod(text, NULL);
}

HRESULT decimal_from_double(DECIMAL *decimal, double value, int significant_digits) {
    char text[40];
    if (!isfinite(value))
        return DISP_E_OVERFLOW;
    snprintf(text, sizeof text, "%.*e", significant_digits - 1, fabs(value));
    uint128 magnitude = 0;
    const char *at = text;
    for (; *at != 'e'; at++)
        if (*at != '.')
            magnitude = magnitude * 10 + (unsigned)(*at - '0');
    int scale = significant_digits - 1 - atoi(at + 1);
    for (; magnitude && magnitude % 10 == 0 && scale > 0; scale--)
        magnitude /= 10;
    for (; scale < 0; scale++) {
        if (magnitude > DECIMAL_MAX / 10)
            return DISP_E_OVERFLOW;
        magnitude *= 10;
    }
    if (scale > DECIMAL_MAX_SCALE) {
        magnitude = decimal_scale_down(magnitude, (unsigned)scale - DECIMAL_MAX_SCALE);
        scale = DECIMAL_MAX_SCALE;
    }
    if (!magnitude)
        scale = 0;
    decimal_set(decimal, magnitude, (unsigned)scale, value < 0 && magnitude);
    return S_OK;
}

/* ---- numbers of 256 bits, for what lies between two operands of 96 ---- */

enum { LIMBS = 8 };
struct large { uint32_t limbs[LIMBS]; };

static struct large large_from(uint128 value) {
    struct large result = {{0}};
    for (int i = 0; i < 4; i++)
        result.limbs[i] = (uint32_t)(value >> 32 * i);
    return result;
}

static void large_multiply(struct large *large, uint32_t factor) {
    uint64_t carry = 0;
    for (int i = 0; i < LIMBS; i++) {
        carry += (uint64_t)large->limbs[i] * factor;
        large->limbs[i] = (uint32_t)carry;
        carry >>= 32;
    }
}

/* Returns the remainder. */
static uint32_t large_divide(struct large *large, uint32_t divisor) {
    uint64_t rest = 0;
    for (int i = LIMBS - 1; i >= 0; i--) {
        rest = rest << 32 | large->limbs[i];
        large->limbs[i] = (uint32_t)(rest / divisor);
        rest %= divisor;
    }
    return (uint32_t)rest;
}

static void large_add(struct large *large, const struct large *other) {
    uint64_t carry = 0;
    for (int i = 0; i < LIMBS; i++) {
        carry += (uint64_t)large->limbs[i] + other->limbs[i];
        large->limbs[i] = (uint32_t)carry;
        carry >>= 32;
    }
}

static void large_subtract(struct large *large, const struct large *other) {
    int64_t borrow = 0;
    for (int i = 0; i < LIMBS; i++) {
        borrow += (int64_t)large->limbs[i] - other->limbs[i];
        large->limbs[i] = (uint32_t)borrow;
        borrow >>= 32;
    }
}

static int large_compare(const struct large *a, const struct large *b) {
    for (int i = LIMBS - 1; i >= 0; i--)
        if (a->limbs[i] != b->limbs[i])
            return a->limbs[i] < b->limbs[i] ? -1 : 1;
    return 0;
}

static bool large_fits(const struct large *large) {
    for (int i = 3; i < LIMBS; i++)
        if (large->limbs[i])
            return false;
    return true;
}

/* Gives up digits behind the point until 96 bits hold the rest. */
static HRESULT large_to_decimal(struct large *large, unsigned scale, bool negative, DECIMAL *result) {
    uint32_t last = 0;
    bool sticky = false;
    while (!large_fits(large) || scale > DECIMAL_MAX_SCALE) {
        if (!scale)
            return DISP_E_OVERFLOW;
        sticky |= last != 0;
        last = large_divide(large, 10);
        scale--;
    }
    uint128 magnitude = (uint128)large->limbs[2] << 64 | (uint64_t)large->limbs[1] << 32 | large->limbs[0];
    if (last > 5 || (last == 5 && (sticky || magnitude & 1))) {
        magnitude++;
        if (magnitude > DECIMAL_MAX) {
            if (!scale)
                return DISP_E_OVERFLOW;
            magnitude = decimal_scale_down(magnitude, 1);
            scale--;
        }
    }
    decimal_set(result, magnitude, scale, negative);
    return S_OK;
}

/* ---- VarDec* ---- */

/* Both operands with the larger of the two scales. */
static unsigned align(const DECIMAL *a, const DECIMAL *b, struct large *left, struct large *right) {
    *left = large_from(decimal_magnitude(a));
    *right = large_from(decimal_magnitude(b));
    for (unsigned i = a->scale; i < b->scale; i++)
        large_multiply(left, 10);
    for (unsigned i = b->scale; i < a->scale; i++)
        large_multiply(right, 10);
    return a->scale > b->scale ? a->scale : b->scale;
}

static HRESULT add(const DECIMAL *a, const DECIMAL *b, bool negate_b, DECIMAL *result) {
    struct large left, right;
    bool a_negative = is_negative(a), b_negative = is_negative(b) != negate_b;
    if (!decimal_is_valid(a) || !decimal_is_valid(b))
        return E_INVALIDARG;
    unsigned scale = align(a, b, &left, &right);
    if (a_negative == b_negative) {
        large_add(&left, &right);
        return large_to_decimal(&left, scale, a_negative, result);
    }
    if (large_compare(&left, &right) >= 0) {
        large_subtract(&left, &right);
        return large_to_decimal(&left, scale, a_negative, result);
    }
    large_subtract(&right, &left);
    return large_to_decimal(&right, scale, b_negative, result);
}

API(oleaut32, HRESULT, VarDecAdd, DECIMAL *pdecLeft, DECIMAL *pdecRight, DECIMAL *pdecResult) {
    return add(pdecLeft, pdecRight, false, pdecResult);
}

API(oleaut32, HRESULT, VarDecSub, DECIMAL *pdecLeft, DECIMAL *pdecRight, DECIMAL *pdecResult) {
    return add(pdecLeft, pdecRight, true, pdecResult);
}

API(oleaut32, HRESULT, VarDecMul, DECIMAL *pdecLeft, DECIMAL *pdecRight, DECIMAL *pdecResult) {
    struct large product = {{0}};
    if (!decimal_is_valid(pdecLeft) || !decimal_is_valid(pdecRight))
        return E_INVALIDARG;
    uint128 right = decimal_magnitude(pdecRight);
    for (int i = 2; i >= 0; i--) {
        struct large part = large_from(decimal_magnitude(pdecLeft));
        large_multiply(&part, (uint32_t)(right >> 32 * i));
        memmove(product.limbs + 1, product.limbs, sizeof product.limbs - sizeof *product.limbs);
        product.limbs[0] = 0;
        large_add(&product, &part);
    }
    bool negative = is_negative(pdecLeft) != is_negative(pdecRight);
    return large_to_decimal(&product, (unsigned)pdecLeft->scale + pdecRight->scale, negative, pdecResult);
}

/* Digit by digit, as far as 96 bits and 28 places go. */
API(oleaut32, HRESULT, VarDecDiv, DECIMAL *pdecLeft, DECIMAL *pdecRight, DECIMAL *pdecResult) {
    if (!decimal_is_valid(pdecLeft) || !decimal_is_valid(pdecRight))
        return E_INVALIDARG;
    uint128 divisor = decimal_magnitude(pdecRight), dividend = decimal_magnitude(pdecLeft);
    bool negative = is_negative(pdecLeft) != is_negative(pdecRight);
    if (!divisor)
        return DISP_E_DIVBYZERO;
    if (!dividend) {
        decimal_set(pdecResult, 0, 0, false);
        return S_OK;
    }
    uint128 quotient = dividend / divisor, rest = dividend % divisor;
    int scale = pdecLeft->scale - pdecRight->scale;
    while ((rest || scale < 0) && scale < DECIMAL_MAX_SCALE && quotient <= (DECIMAL_MAX - 9) / 10) {
        rest *= 10;
        quotient = quotient * 10 + rest / divisor;
        rest %= divisor;
        scale++;
    }
    if (scale < 0)
        return DISP_E_OVERFLOW;
    if (rest > divisor / 2 || (divisor % 2 == 0 && rest == divisor / 2 && quotient & 1))
        quotient++;
    if (quotient > DECIMAL_MAX)
        return DISP_E_OVERFLOW;
    decimal_set(pdecResult, quotient, (unsigned)scale, negative);
    return S_OK;
}

API(oleaut32, HRESULT, VarDecAbs, DECIMAL *pdecIn, DECIMAL *pdecResult) {
    *pdecResult = *pdecIn;
    pdecResult->sign &= (BYTE)~DECIMAL_NEGATIVE;
    return S_OK;
}

API(oleaut32, HRESULT, VarDecNeg, DECIMAL *pdecIn, DECIMAL *pdecResult) {
    *pdecResult = *pdecIn;
    pdecResult->sign ^= DECIMAL_NEGATIVE;
    return S_OK;
}

/* The whole part; towards zero, or (`floor`) towards minus infinity. */
static HRESULT whole_part(const DECIMAL *decimal, bool floor, DECIMAL *result) {
    uint128 magnitude = decimal_magnitude(decimal), divisor = 1;
    if (!decimal_is_valid(decimal))
        return E_INVALIDARG;
    for (unsigned i = 0; i < decimal->scale; i++)
        divisor *= 10;
    bool has_rest = magnitude % divisor != 0, negative = is_negative(decimal);
    magnitude /= divisor;
    if (floor && negative && has_rest)
        magnitude++;
    decimal_set(result, magnitude, 0, negative && magnitude);
    return S_OK;
}

API(oleaut32, HRESULT, VarDecFix, DECIMAL *pdecIn, DECIMAL *pdecResult) {
    return whole_part(pdecIn, false, pdecResult);
}

API(oleaut32, HRESULT, VarDecInt, DECIMAL *pdecIn, DECIMAL *pdecResult) { return whole_part(pdecIn, true, pdecResult); }

API(oleaut32, HRESULT, VarDecRound, DECIMAL *pdecIn, int cDecimals, DECIMAL *pdecResult) {
    if (cDecimals < 0 || !decimal_is_valid(pdecIn))
        return E_INVALIDARG;
    if (cDecimals >= pdecIn->scale) {
        *pdecResult = *pdecIn;
        return S_OK;
    }
    uint128 magnitude = decimal_scale_down(decimal_magnitude(pdecIn), pdecIn->scale - (unsigned)cDecimals);
    decimal_set(pdecResult, magnitude, (unsigned)cDecimals, is_negative(pdecIn));
    return S_OK;
}

enum { VARCMP_LT, VARCMP_EQ, VARCMP_GT };

API(oleaut32, HRESULT, VarDecCmp, DECIMAL *pdecLeft, DECIMAL *pdecRight) {
    DECIMAL difference;
    HRESULT result = add(pdecLeft, pdecRight, true, &difference);
    if (result == DISP_E_OVERFLOW)
        return is_negative(pdecLeft) ? VARCMP_LT : VARCMP_GT;
    if (FAILED(result))
        return result;
    return !decimal_magnitude(&difference) ? VARCMP_EQ : is_negative(&difference) ? VARCMP_LT : VARCMP_GT;
}

API(oleaut32, HRESULT, VarDecCmpR8, DECIMAL *pdecLeft, double dblRight) {
    DECIMAL right;
    HRESULT result = decimal_from_double(&right, dblRight, 15);
    if (result == DISP_E_OVERFLOW)
        return dblRight > 0 ? VARCMP_LT : VARCMP_GT;
    return FAILED(result) ? result : api_VarDecCmp(pdecLeft, &right);
}

/* ---- VarCy* ---- */

API(oleaut32, HRESULT, VarCyAdd, CY cyLeft, CY cyRight, CY *pcyResult) {
    return __builtin_add_overflow(cyLeft.int64, cyRight.int64, &pcyResult->int64) ? DISP_E_OVERFLOW : S_OK;
}

API(oleaut32, HRESULT, VarCySub, CY cyLeft, CY cyRight, CY *pcyResult) {
    return __builtin_sub_overflow(cyLeft.int64, cyRight.int64, &pcyResult->int64) ? DISP_E_OVERFLOW : S_OK;
}

static HRESULT currency_from(__int128 value, CY *result) {
    if (value > INT64_MAX || value < INT64_MIN)
        return DISP_E_OVERFLOW;
    result->int64 = (int64_t)value;
    return S_OK;
}

API(oleaut32, HRESULT, VarCyMul, CY cyLeft, CY cyRight, CY *pcyResult) {
    __int128 product = (__int128)cyLeft.int64 * cyRight.int64;
    bool negative = product < 0;
    uint128 magnitude = decimal_scale_down(negative ? -(uint128)product : (uint128)product, 4);
    return currency_from(negative ? -(__int128)magnitude : (__int128)magnitude, pcyResult);
}

API(oleaut32, HRESULT, VarCyMulI4, CY cyLeft, LONG lRight, CY *pcyResult) {
    return currency_from((__int128)cyLeft.int64 * lRight, pcyResult);
}

API(oleaut32, HRESULT, VarCyMulI8, CY cyLeft, LONGLONG lRight, CY *pcyResult) {
    return currency_from((__int128)cyLeft.int64 * lRight, pcyResult);
}

API(oleaut32, HRESULT, VarCyAbs, CY cyIn, CY *pcyResult) {
    if (cyIn.int64 == INT64_MIN)
        return DISP_E_OVERFLOW;
    pcyResult->int64 = cyIn.int64 < 0 ? -cyIn.int64 : cyIn.int64;
    return S_OK;
}

API(oleaut32, HRESULT, VarCyNeg, CY cyIn, CY *pcyResult) {
    if (cyIn.int64 == INT64_MIN)
        return DISP_E_OVERFLOW;
    pcyResult->int64 = -cyIn.int64;
    return S_OK;
}

API(oleaut32, HRESULT, VarCyFix, CY cyIn, CY *pcyResult) {
    pcyResult->int64 = cyIn.int64 / CY_SCALE * CY_SCALE;
    return S_OK;
}

API(oleaut32, HRESULT, VarCyInt, CY cyIn, CY *pcyResult) {
    int64_t whole = cyIn.int64 / CY_SCALE - (cyIn.int64 % CY_SCALE < 0);
    return currency_from((__int128)whole * CY_SCALE, pcyResult);
}

API(oleaut32, HRESULT, VarCyRound, CY cyIn, int cDecimals, CY *pcyResult) {
    if (cDecimals < 0)
        return E_INVALIDARG;
    if (cDecimals >= 4) {
        *pcyResult = cyIn;
        return S_OK;
    }
    bool negative = cyIn.int64 < 0;
    uint128 magnitude = negative ? -(uint128)cyIn.int64 : (uint128)cyIn.int64;
    magnitude = decimal_scale_down((uint64_t)magnitude, 4 - (unsigned)cDecimals);
    for (int i = cDecimals; i < 4; i++)
        magnitude *= 10;
    return currency_from(negative ? -(__int128)magnitude : (__int128)magnitude, pcyResult);
}

API(oleaut32, HRESULT, VarCyCmp, CY cyLeft, CY cyRight) {
    return cyLeft.int64 < cyRight.int64 ? VARCMP_LT : cyLeft.int64 > cyRight.int64 ? VARCMP_GT : VARCMP_EQ;
}

API(oleaut32, HRESULT, VarCyCmpR8, CY cyLeft, double dblRight) {
    struct number right = {.kind = NUMBER_REAL, .real = dblRight};
    CY currency;
    HRESULT result = number_to_currency(&right, &currency);
    if (result == DISP_E_OVERFLOW)
        return dblRight > 0 ? VARCMP_LT : VARCMP_GT;
    return FAILED(result) ? result : api_VarCyCmp(cyLeft, currency);
}

/* ---- floating point ---- */

API(oleaut32, HRESULT, VarR4CmpR8, float fltLeft, double dblRight) {
    double left = (double)fltLeft;
    return left < dblRight ? VARCMP_LT : left > dblRight ? VARCMP_GT : VARCMP_EQ;
}

API(oleaut32, HRESULT, VarR8Pow, double dblLeft, double dblRight, double *pdblResult) {
    *pdblResult = pow(dblLeft, dblRight);
    return S_OK;
}

API(oleaut32, HRESULT, VarR8Round, double dblIn, int cDecimals, double *pdblResult) {
    if (cDecimals < 0)
        return E_INVALIDARG;
    double scale = pow(10.0, cDecimals), whole, scaled = dblIn * scale;
    double part = modf(scaled, &whole);
    if (fabs(part) > 0.5 || (fabs(part) == 0.5 && fmod(whole, 2.0) != 0.0))
        whole += dblIn < 0 ? -1.0 : 1.0;
    *pdblResult = whole / scale;
    return S_OK;
}
