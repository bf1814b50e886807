/* Numbers in a VARIANT, whatever their type: the middle of every conversion. */
#ifndef WINDLASS_VARIANT_NUMBER_H
#define WINDLASS_VARIANT_NUMBER_H

#include "variant.h"

typedef unsigned __int128 uint128;

enum { DECIMAL_MAX_SCALE = 28, DECIMAL_NEGATIVE = 0x80 };
#define DECIMAL_MAX (((uint128)1 << 96) - 1)
#define CY_SCALE 10000

/* ---- DECIMAL (variant_decimal.c) ---- */

static inline uint128 decimal_magnitude(const DECIMAL *decimal) { return (uint128)decimal->Hi32 << 64 | decimal->Lo64; }

static inline void decimal_set(DECIMAL *decimal, uint128 magnitude, unsigned scale, bool negative) {
    *decimal = (DECIMAL){0, (BYTE)scale, negative ? DECIMAL_NEGATIVE : 0, (ULONG)(magnitude >> 64),
                         {.Lo64 = (ULONGLONG)magnitude}};
}

bool decimal_is_valid(const DECIMAL *decimal);

/* The nearest whole number (half: to the even one) after division by 10 ^ digits. */
uint128 decimal_scale_down(uint128 magnitude, unsigned digits);

HRESULT decimal_from_double(DECIMAL *decimal, double value, int significant_digits);
double decimal_to_double(const DECIMAL *decimal);

/* Digits, a point and a sign; no zeros at the end behind the point. Returns the length. */
enum { DECIMAL_TEXT = 64 };
unsigned decimal_to_text(const DECIMAL *decimal, char text[DECIMAL_TEXT]);

/* ---- text (variant_text.c) ---- */

/* What a text says as a number. */
struct text_number {
    bool negative;
    bool is_bits;           /* &H or &O: `bits` is all */
    uint64_t bits;
    unsigned count;         /* significant digits, the first not 0; 0: zero */
    char digits[64];
    bool is_inexact;        /* there were more digits than fit, and not only zeros */
    int power;              /* value = digits * 10 ^ power */
};

/* DISP_E_TYPEMISMATCH when the text is no number. */
HRESULT text_number_parse(const WCHAR *text, LCID locale, struct text_number *number);
double text_number_to_double(const struct text_number *number);
HRESULT text_number_to_decimal(const struct text_number *number, DECIMAL *decimal);

/* ---- dates (variant_date.c) ---- */

#define DATE_MIN (-657434.0)        /* 100-01-01 */
#define DATE_LIMIT 2958466.0        /* the day after 9999-12-31 */

BSTR date_to_text(DATE date, LCID locale, ULONG flags);
HRESULT date_from_text(const WCHAR *text, LCID locale, ULONG flags, DATE *date);

/* ---- conversions (variant_convert.c) ---- */

enum number_kind { NUMBER_SIGNED, NUMBER_UNSIGNED, NUMBER_REAL, NUMBER_DECIMAL };

/* A currency is a decimal of scale 4. */
struct number {
    enum number_kind kind;
    bool is_single;         /* a float: seven digits of it mean something */
    int64_t integer;
    uint64_t natural;
    double real;
    DECIMAL decimal;
};

HRESULT number_to_integer(const struct number *number, int64_t lowest, int64_t highest, int64_t *result);
HRESULT number_to_natural(const struct number *number, uint64_t highest, uint64_t *result);
HRESULT number_to_real(const struct number *number, double *result);
HRESULT number_to_currency(const struct number *number, CY *result);
HRESULT number_to_decimal(const struct number *number, DECIMAL *result);

#endif
