/* Numbers in text ("VarParseNumFromStr function", "VarNumFromParseNum function"). */
#include <math.h>
#include <stdio.h>

#include "unicode.h"
#include "variant_number.h"

enum {
    NUMPRS_LEADING_WHITE = 0x1, NUMPRS_TRAILING_WHITE = 0x2, NUMPRS_LEADING_PLUS = 0x4, NUMPRS_TRAILING_PLUS = 0x8,
    NUMPRS_LEADING_MINUS = 0x10, NUMPRS_TRAILING_MINUS = 0x20, NUMPRS_HEX_OCT = 0x40, NUMPRS_PARENS = 0x80,
    NUMPRS_DECIMAL = 0x100, NUMPRS_THOUSANDS = 0x200, NUMPRS_CURRENCY = 0x400, NUMPRS_EXPONENT = 0x800,
    NUMPRS_USE_ALL = 0x1000, NUMPRS_STD = 0x1fff, NUMPRS_NEG = 0x10000, NUMPRS_INEXACT = 0x20000,
};

typedef struct {
    INT cDig;
    ULONG dwInFlags, dwOutFlags;
    INT cchUsed, nBaseShift, nPwr10;
} NUMPARSE;

static bool is_blank(WCHAR unit) { return unit == ' ' || (unit >= 9 && unit <= 13) || unit == 0xa0; }
static bool is_digit(WCHAR unit) { return unit >= '0' && unit <= '9'; }

/* A text on its way through the parser. */
struct reader {
    const WCHAR *at;
    ULONG allowed, found;
};

static bool take(struct reader *reader, ULONG flag, WCHAR unit) {
    if (!(reader->allowed & flag) || *reader->at != unit)
        return false;
    reader->at++;
    reader->found |= flag;
    return true;
}

static void take_blanks(struct reader *reader, ULONG flag) {
    while (reader->allowed & flag && is_blank(*reader->at)) {
        reader->at++;
        reader->found |= flag;
    }
}

/* Digits as they come: leading zeros aside, those that do not fit are counted. */
struct digits {
    BYTE *place;
    int capacity, count, dropped;
    bool any, lost;
};

static void add_digit(struct digits *digits, BYTE value) {
    digits->any = true;
    if (!value && !digits->count && !digits->dropped)
        return;
    if (digits->count < digits->capacity) {
        digits->place[digits->count++] = value;
    } else {
        digits->dropped++;
        digits->lost |= value != 0;
    }
}

static int hex_value(WCHAR unit) {
    return is_digit(unit) ? unit - '0'
         : unit >= 'a' && unit <= 'f' ? unit - 'a' + 10
         : unit >= 'A' && unit <= 'F' ? unit - 'A' + 10 : 99;
}

/* "&H1F", "&O17" */
static bool read_bits(struct reader *reader, struct digits *digits, int *shift) {
    WCHAR kind = unicode_upper(reader->at[1]);
    if (!(reader->allowed & NUMPRS_HEX_OCT) || *reader->at != '&' || (kind != 'H' && kind != 'O'))
        return false;
    *shift = kind == 'H' ? 4 : 3;
    for (reader->at += 2; hex_value(*reader->at) < 1 << *shift; reader->at++)
        add_digit(digits, (BYTE)hex_value(*reader->at));
    reader->found |= NUMPRS_HEX_OCT;
    return true;
}

static int read_exponent(struct reader *reader) {
    const WCHAR *at = reader->at;
    if (!(reader->allowed & NUMPRS_EXPONENT) || (*at != 'e' && *at != 'E'))
        return 0;
    bool negative = at[1] == '-';
    at += at[1] == '-' || at[1] == '+' ? 2 : 1;
    if (!is_digit(*at))
        return 0;
    int value = 0;
    for (; is_digit(*at); at++)
        value = value < 100000 ? value * 10 + *at - '0' : value;
    reader->at = at;
    reader->found |= NUMPRS_EXPONENT;
    return negative ? -value : value;
}

static void read_decimal(struct reader *reader, struct digits *digits, int *power) {
    bool behind_point = false;
    for (;; reader->at++) {
        if (is_digit(*reader->at)) {
            add_digit(digits, (BYTE)(*reader->at - '0'));
            *power -= behind_point ? 1 : 0;
        } else if (*reader->at == '.' && !behind_point && reader->allowed & NUMPRS_DECIMAL) {
            behind_point = true;
            reader->found |= NUMPRS_DECIMAL;
        } else if (*reader->at == ',' && digits->any && !behind_point && reader->allowed & NUMPRS_THOUSANDS) {
            reader->found |= NUMPRS_THOUSANDS;
        } else {
            break;
        }
    }
    *power += digits->dropped;
    if (digits->any)
        *power += read_exponent(reader);
}

/* Signs, currency and blanks may come in any order before the digits. */
static void read_prefix(struct reader *reader, bool *negative, bool *parens) {
    for (;;) {
        take_blanks(reader, NUMPRS_LEADING_WHITE);
        bool has_sign = reader->found & (NUMPRS_LEADING_PLUS | NUMPRS_LEADING_MINUS);
        if (!has_sign && take(reader, NUMPRS_LEADING_PLUS, '+'))
            continue;
        if (!has_sign && take(reader, NUMPRS_LEADING_MINUS, '-')) {
            *negative = true;
            continue;
        }
        if (!(reader->found & NUMPRS_CURRENCY) && take(reader, NUMPRS_CURRENCY, '$'))
            continue;
        if (!*parens && take(reader, NUMPRS_PARENS, '(')) {
            *parens = true;
            continue;
        }
        break;
    }
}

static void read_suffix(struct reader *reader, bool *negative, bool *parens) {
    bool has_sign = reader->found & (NUMPRS_LEADING_PLUS | NUMPRS_LEADING_MINUS);
    for (;;) {
        take_blanks(reader, NUMPRS_TRAILING_WHITE);
        if (!has_sign && take(reader, NUMPRS_TRAILING_PLUS, '+')) {
            has_sign = true;
        } else if (!has_sign && take(reader, NUMPRS_TRAILING_MINUS, '-')) {
            has_sign = *negative = true;
        } else if (*parens && *reader->at == ')') {
            reader->at++;
            *parens = false;
            *negative = true;
        } else if (!(reader->found & NUMPRS_CURRENCY) && take(reader, NUMPRS_CURRENCY, '$')) {
            continue;
        } else {
            break;
        }
    }
}

static HRESULT parse(const WCHAR *text, NUMPARSE *numbers, BYTE *place) {
    struct reader reader = {text, numbers->dwInFlags, 0};
    struct digits digits = {.place = place, .capacity = numbers->cDig};
    bool negative = false, parens = false;
    int shift = 0, power = 0;
    read_prefix(&reader, &negative, &parens);
    if (!read_bits(&reader, &digits, &shift))
        read_decimal(&reader, &digits, &power);
    else if (digits.dropped)
        return DISP_E_OVERFLOW;
    if (!digits.any)
        return DISP_E_TYPEMISMATCH;
    read_suffix(&reader, &negative, &parens);
    if (parens || (numbers->dwInFlags & NUMPRS_USE_ALL && *reader.at))
        return DISP_E_TYPEMISMATCH;
    while (!shift && digits.count && !place[digits.count - 1]) { /* zeros at the end are the power's */
        digits.count--;
        power++;
    }
    if (!digits.count) { /* zero is one digit */
        place[digits.count++] = 0;
        power = 0;
    }
    numbers->cDig = digits.count;
    numbers->dwOutFlags = reader.found | (negative ? NUMPRS_NEG : 0) | (digits.lost ? NUMPRS_INEXACT : 0);
    numbers->cchUsed = (INT)(reader.at - text);
    numbers->nBaseShift = shift;
    numbers->nPwr10 = power;
    return S_OK;
}

API(oleaut32, HRESULT, VarParseNumFromStr, LPCOLESTR strIn, LCID lcid, ULONG dwFlags, NUMPARSE *pnumprs, BYTE *rgbDig) {
    (void)lcid, (void)dwFlags;
    if (!strIn)
        return DISP_E_TYPEMISMATCH;
    if (!pnumprs || !rgbDig)
        return E_INVALIDARG;
    return parse(strIn, pnumprs, rgbDig);
}

/* ---- what a conversion needs ---- */

static void number_from(const NUMPARSE *numbers, const BYTE *digits, struct text_number *number) {
    *number = (struct text_number){.negative = numbers->dwOutFlags & NUMPRS_NEG, .power = numbers->nPwr10,
                                   .is_bits = numbers->nBaseShift, .is_inexact = numbers->dwOutFlags & NUMPRS_INEXACT};
    for (INT i = 0; i < numbers->cDig; i++) {
        if (number->is_bits)
            number->bits = number->bits << numbers->nBaseShift | digits[i];
        else if ((number->count || digits[i]) && number->count < sizeof number->digits)
            number->digits[number->count++] = (char)('0' + digits[i]);
    }
}

HRESULT text_number_parse(const WCHAR *text, LCID locale, struct text_number *number) {
    BYTE digits[sizeof number->digits];
    NUMPARSE numbers = {.cDig = sizeof digits, .dwInFlags = NUMPRS_STD};
    (void)locale;
    HRESULT result = parse(text, &numbers, digits);
    if (SUCCEEDED(result))
        number_from(&numbers, digits, number);
    return result;
}

double text_number_to_double(const struct text_number *number) {
    char text[100];
    if (number->is_bits)
        return (double)(int64_t)number->bits;
    snprintf(text, sizeof text, "%s%.*se%d", number->negative ? "-" : "", number->count ? (int)number->count : 1,
             number->count ? number->digits : "0", number->power);
    return strtod(text, NULL);
}

HRESULT text_number_to_decimal(const struct text_number *number, DECIMAL *decimal) {
    uint128 magnitude = 0;
    int power = number->power;
    unsigned used = 0;
    if (number->is_bits) {
        decimal_set(decimal, number->bits, 0, false);
        return S_OK;
    }
    while (used < number->count && magnitude * 10 + (unsigned)(number->digits[used] - '0') <= DECIMAL_MAX)
        magnitude = magnitude * 10 + (unsigned)(number->digits[used++] - '0');
    if (used < number->count && number->digits[used] >= '5')
        magnitude++;
    power += (int)(number->count - used);
    for (; power > 0 && magnitude; power--) {
        if (magnitude > DECIMAL_MAX / 10)
            return DISP_E_OVERFLOW;
        magnitude *= 10;
    }
    if (power < -DECIMAL_MAX_SCALE) {
        magnitude = decimal_scale_down(magnitude, (unsigned)(-power - DECIMAL_MAX_SCALE));
        power = -DECIMAL_MAX_SCALE;
    }
    decimal_set(decimal, magnitude, magnitude ? (unsigned)-power : 0, number->negative && magnitude);
    return S_OK;
}

/* ---- the best of several types ---- */

static bool is_wanted(ULONG bits, VARTYPE type) { return bits >> type & 1; }

/* An exact whole number, or false. */
static bool whole(const struct text_number *number, uint64_t *magnitude) {
    uint64_t value = 0;
    if (number->is_inexact || (number->power < 0 && number->count))
        return false;
    for (unsigned i = 0; i < number->count; i++)
        if (__builtin_mul_overflow(value, (uint64_t)10, &value) ||
            __builtin_add_overflow(value, (uint64_t)(number->digits[i] - '0'), &value))
            return false;
    for (int i = 0; i < number->power && number->count; i++)
        if (__builtin_mul_overflow(value, (uint64_t)10, &value))
            return false;
    *magnitude = value;
    return true;
}

static const struct { VARTYPE type; bool is_signed; unsigned bits; } integers[] = {
    {VT_I1, true, 8}, {VT_UI1, false, 8}, {VT_I2, true, 16}, {VT_UI2, false, 16},
    {VT_I4, true, 32}, {VT_UI4, false, 32}, {VT_I8, true, 64}, {VT_UI8, false, 64},
};
enum { INTEGERS = sizeof integers / sizeof *integers };

static bool put_whole(const struct text_number *number, ULONG bits, VARIANT *result) {
    uint64_t magnitude;
    if (!whole(number, &magnitude))
        return false;
    for (int i = 0; i < INTEGERS; i++) {
        uint64_t most = ~(uint64_t)0 >> (64 - integers[i].bits);
        if (integers[i].is_signed)
            most = number->negative ? most / 2 + 1 : most / 2;
        else if (number->negative && magnitude)
            continue;
        if (!is_wanted(bits, integers[i].type) || magnitude > most)
            continue;
        result->llVal = (int64_t)(number->negative ? -magnitude : magnitude);
        result->vt = integers[i].type;
        return true;
    }
    return false;
}

/* A pattern of bits takes the first type that is wide enough, signed or not. */
static HRESULT put_bits(const struct text_number *number, ULONG bits, VARIANT *result) {
    for (int i = 0; i < INTEGERS; i++) {
        if (is_wanted(bits, integers[i].type) &&
            (integers[i].bits == 64 || number->bits >> integers[i].bits == 0)) {
            result->ullVal = number->bits;
            result->vt = integers[i].type;
            return S_OK;
        }
    }
    return DISP_E_OVERFLOW;
}

static HRESULT put_real(const struct text_number *number, ULONG bits, bool is_currency, VARIANT *result) {
    double real = text_number_to_double(number);
    struct number decimal = {.kind = NUMBER_DECIMAL};
    bool has_decimal = SUCCEEDED(text_number_to_decimal(number, &decimal.decimal));
    if (is_wanted(bits, VT_CY) && is_currency && has_decimal &&
        SUCCEEDED(number_to_currency(&decimal, &result->cyVal))) {
        result->vt = VT_CY;
        return S_OK;
    }
    if (is_wanted(bits, VT_R4) && fabs(real) <= 3.4028234663852886e38) {
        result->fltVal = (float)real;
        result->vt = VT_R4;
        return S_OK;
    }
    if (is_wanted(bits, VT_R8) && isfinite(real)) {
        result->dblVal = real;
        result->vt = VT_R8;
        return S_OK;
    }
    if (is_wanted(bits, VT_CY) && has_decimal && SUCCEEDED(number_to_currency(&decimal, &result->cyVal))) {
        result->vt = VT_CY;
        return S_OK;
    }
    if (is_wanted(bits, VT_DECIMAL) && has_decimal) {
        result->decVal = decimal.decimal;
        result->vt = VT_DECIMAL;
        return S_OK;
    }
    return DISP_E_OVERFLOW;
}

API(oleaut32, HRESULT, VarNumFromParseNum, NUMPARSE *pnumprs, BYTE *rgbDig, ULONG dwVtBits, VARIANT *pvar) {
    struct text_number number;
    *pvar = (VARIANT){.vt = VT_EMPTY};
    number_from(pnumprs, rgbDig, &number);
    if (number.is_bits)
        return put_bits(&number, dwVtBits, pvar);
    if (put_whole(&number, dwVtBits, pvar))
        return S_OK;
    return put_real(&number, dwVtBits, pnumprs->dwOutFlags & NUMPRS_CURRENCY, pvar);
}
