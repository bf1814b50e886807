/* Numbers from and to text ("Data Conversion"). Floating point is rounded correctly: by one exact operation where the
 * digits and the power of ten allow it, else by the host's strtod(), which is exact. */
#include <locale.h>
#include <math.h>
#include <stdio.h>

#include "crt_ctype.h"
#include "crt_memory.h"

/* ---- characters ---- */

/* The value in bases up to 36, or more. */
static inline unsigned digit_of(unsigned character) {
    unsigned digit = character - '0';
    if (digit < 10)
        return digit;
    digit = (character | 0x20) - 'a';
    return digit < 26 ? digit + 10 : 99;
}

/* The zeros of other scripts, each followed by its nine digits. */
static const WCHAR zeros[] = {
    0x0660, 0x06F0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0C66, 0x0CE6, 0x0D66, 0x0E50, 0x0ED0, 0x0F20, 0x1040,
    0x17E0, 0x1810, 0xFF10,
};

static unsigned wide_digit_of(WCHAR character) {
    if (character < 0x80)
        return digit_of(character);
    for (size_t i = 0; i < sizeof zeros / sizeof *zeros; i++)
        if ((unsigned)(character - zeros[i]) < 10)
            return (unsigned)(character - zeros[i]);
    return 99;
}

/* ---- integers: from a magnitude to a type, with its limits and ERANGE ---- */

struct parsed_integer {
    uint64_t magnitude;
    bool negative, too_large;
};

static int64_t out_of_range(int64_t limit) {
    crt_fail(CRT_ERANGE);
    return limit;
}

static int64_t clamp(struct parsed_integer number, int64_t lowest, int64_t highest) {
    if (number.too_large || number.magnitude > (uint64_t)highest + number.negative)
        return out_of_range(number.negative ? lowest : highest);
    return (int64_t)(number.negative ? 0 - number.magnitude : number.magnitude);
}

static int64_t as_int32(struct parsed_integer number) { return clamp(number, INT32_MIN, INT32_MAX); }
static int64_t as_int64(struct parsed_integer number) { return clamp(number, INT64_MIN, INT64_MAX); }

/* "strtoul allows a sign"; it negates within the type. */
static uint64_t as_uint64(struct parsed_integer number) {
    if (number.too_large)
        return (uint64_t)out_of_range(-1);
    return number.negative ? 0 - number.magnitude : number.magnitude;
}

static uint64_t as_uint32(struct parsed_integer number) {
    if (number.too_large || number.magnitude > UINT32_MAX)
        return (uint64_t)out_of_range(UINT32_MAX);
    return as_uint64(number);
}

/* ---- floating point: digits, as they were read ---- */

enum float_kind {
    FLOAT_DECIMAL, FLOAT_HEXADECIMAL, FLOAT_INFINITE, FLOAT_NAN, FLOAT_INDEFINITE, FLOAT_SIGNALING_NAN
};

/* A double is decided by 767 digits and whether others follow ("_CVTBUFSIZE" holds less than half of them). */
enum { FLOAT_DIGITS = 768 };

struct parsed_float {
    enum float_kind kind;
    bool negative, any, more;       /* more: digits other than 0 were dropped */
    int count;                      /* of digits kept */
    int64_t exponent;               /* of the base (of two, once a hexadecimal number is read) */
    char digits[FLOAT_DIGITS + 1];
};

/* The digits need no clearing. */
#define NO_FLOAT {.kind = FLOAT_DECIMAL, .negative = false, .any = false}

static void add_float_digit(struct parsed_float *number, unsigned digit, bool behind_point) {
    number->any = true;
    if (number->count == 0 && digit == 0) {
        number->exponent -= behind_point;
        return;
    }
    if (number->count == FLOAT_DIGITS) {
        number->more |= digit != 0;
        number->exponent += !behind_point;
        return;
    }
    number->digits[number->count++] = "0123456789abcdef"[digit];
    number->exponent -= behind_point;
}

/* The host's conversions know one locale here. */
static locale_t host_c_locale(void) {
    static locale_t kept;           /* made once, by whichever thread is first */
    locale_t locale = __atomic_load_n(&kept, __ATOMIC_ACQUIRE);
    if (!locale) {
        locale = newlocale(LC_ALL_MASK, "C", NULL);
        __atomic_store_n(&kept, locale, __ATOMIC_RELEASE);
    }
    return locale;
}

static const double exact_powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                      1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

/* A mantissa below 2^53 and a power of ten up to 22 are exact, so their product or quotient is rounded once. */
static bool exactly(const struct parsed_float *number, double *value) {
    if (number->kind != FLOAT_DECIMAL || number->count > 15 || number->exponent < -22 || number->exponent > 22)
        return false;
    uint64_t mantissa = 0;
    for (int i = 0; i < number->count; i++)
        mantissa = mantissa * 10 + (uint64_t)(number->digits[i] - '0');
    *value = number->exponent < 0 ? (double)mantissa / exact_powers[-number->exponent]
                                  : (double)mantissa * exact_powers[number->exponent];
    return true;
}

/* The number in the host's spelling. */
static const char *spelled(struct parsed_float *number, char *text) {
    if (number->more)               /* what was dropped only says on which side of a tie the number lies */
        number->digits[FLOAT_DIGITS - 1] |= 1;
    int64_t exponent = number->exponent;
    if (exponent > 1000000)
        exponent = 1000000;
    if (exponent < -1000000)
        exponent = -1000000;
    sprintf(text, number->kind == FLOAT_HEXADECIMAL ? "0x%.*sp%lld" : "%.*se%lld", number->count, number->digits,
            (long long)exponent);
    return text;
}

static inline double with_sign(const struct parsed_float *number, double value) {
    return number->negative ? -value : value;
}

static double special_double(const struct parsed_float *number) {
    uint64_t bits = number->kind == FLOAT_INFINITE ? 0x7FF0000000000000u
                  : number->kind == FLOAT_SIGNALING_NAN ? 0x7FF0000000000001u
                  : number->kind == FLOAT_INDEFINITE ? 0xFFF8000000000000u : 0x7FFFFFFFFFFFFFFFu;
    double value;
    if (number->negative)
        bits |= 1ULL << 63;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static float special_float(const struct parsed_float *number) {
    uint32_t bits = number->kind == FLOAT_INFINITE ? 0x7F800000u
                  : number->kind == FLOAT_SIGNALING_NAN ? 0x7F800001u
                  : number->kind == FLOAT_INDEFINITE ? 0xFFC00000u : 0x7FFFFFFFu;
    float value;
    if (number->negative)
        bits |= 1u << 31;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static double double_of(struct parsed_float *number) {
    char text[FLOAT_DIGITS + 40];
    double value;
    if (number->kind >= FLOAT_INFINITE)
        return special_double(number);
    if (exactly(number, &value) || number->count == 0)
        return with_sign(number, number->count ? value : 0);
    value = strtod_l(spelled(number, text), NULL, host_c_locale());
    if (value == 0 || value == (double)INFINITY)
        crt_fail(CRT_ERANGE);
    return with_sign(number, value);
}

/* Not by way of double: that would round twice. */
static float float_of(struct parsed_float *number) {
    char text[FLOAT_DIGITS + 40];
    if (number->kind >= FLOAT_INFINITE)
        return special_float(number);
    if (number->count == 0)
        return number->negative ? -0.0f : 0.0f;
    float value = strtof_l(spelled(number, text), NULL, host_c_locale());
    if (value == 0 || value == (float)INFINITY)
        crt_fail(CRT_ERANGE);
    return number->negative ? -value : value;
}

/* ---- the functions, narrow and wide ---- */

#define CHAR_T char
#define NAME(narrow_, wide_) narrow_
#define DIGIT_OF(character_) digit_of((uint8_t)(character_))
#define IS_SPACE(character_, locale_) ((locale_)->ctype[(uint8_t)(character_)] & CTYPE_SPACE)
#include "crt_convert_template.h"

#define CHAR_T WCHAR
#define NAME(narrow_, wide_) wide_
#define DIGIT_OF(character_) wide_digit_of(character_)
#define IS_SPACE(character_, locale_) (unicode_ctype1(character_) & C1_SPACE)
#include "crt_convert_template.h"

API_ALIAS(api__strtoi64, ll, ucrtbase msvcr120, "strtoll");
API_ALIAS(api__strtoi64, imax, ucrtbase msvcr120, "strtoimax");
API_ALIAS(api__strtoi64_l, ll, ucrtbase msvcr120, "_strtoll_l");
API_ALIAS(api__strtoi64_l, imax, ucrtbase msvcr120, "_strtoimax_l");
API_ALIAS(api__strtoui64, ll, ucrtbase msvcr120, "strtoull");
API_ALIAS(api__strtoui64, imax, ucrtbase msvcr120, "strtoumax");
API_ALIAS(api__strtoui64_l, ll, ucrtbase msvcr120, "_strtoull_l");
API_ALIAS(api__strtoui64_l, imax, ucrtbase msvcr120, "_strtoumax_l");
API_ALIAS(api__wcstoi64, ll, ucrtbase msvcr120, "wcstoll");
API_ALIAS(api__wcstoi64, imax, ucrtbase msvcr120, "wcstoimax");
API_ALIAS(api__wcstoi64_l, ll, ucrtbase msvcr120, "_wcstoll_l");
API_ALIAS(api__wcstoi64_l, imax, ucrtbase msvcr120, "_wcstoimax_l");
API_ALIAS(api__wcstoui64, ll, ucrtbase msvcr120, "wcstoull");
API_ALIAS(api__wcstoui64, imax, ucrtbase msvcr120, "wcstoumax");
API_ALIAS(api__wcstoui64_l, ll, ucrtbase msvcr120, "_wcstoull_l");
API_ALIAS(api__wcstoui64_l, imax, ucrtbase msvcr120, "_wcstoumax_l");
API_ALIAS(api_strtod, ld, ucrtbase msvcr120, "strtold");
API_ALIAS(api__strtod_l, ld, ucrtbase msvcr120, "_strtold_l");
API_ALIAS(api_wcstod, ld, ucrtbase msvcr120, "wcstold");
API_ALIAS(api__wcstod_l, ld, ucrtbase msvcr120, "_wcstold_l");

/* ---- _atodbl and its like: a status instead of errno ("_atodbl, _atodbl_l, _atoldbl, ...") ---- */

enum { STATUS_FITS = 0, STATUS_OVERFLOW = 3, STATUS_UNDERFLOW = 4 };

#define STATUS_OF(value_, number_)                                                             \
    (isinf(value_) && (number_).kind < FLOAT_INFINITE ? STATUS_OVERFLOW                        \
     : (value_) == 0 && (number_).count ? STATUS_UNDERFLOW : STATUS_FITS)

API(CRT_DLLS, int, _atodbl_l, double *value, char *text, _locale_t locale) {
    struct parsed_float number = NO_FLOAT;
    int error = crt_thread()->error;
    CRT_VALIDATE(value && text, CRT_EINVAL, CRT_EINVAL);
    narrow_parse_float(text, NULL, crt_locale(locale), &number);
    *value = double_of(&number);
    crt_thread()->error = error;
    return STATUS_OF(*value, number);
}
API(CRT_DLLS, int, _atodbl, double *value, char *text) { return api__atodbl_l(value, text, NULL); }

API(CRT_DLLS, int, _atoflt_l, float *value, const char *text, _locale_t locale) {
    struct parsed_float number = NO_FLOAT;
    int error = crt_thread()->error;
    CRT_VALIDATE(value && text, CRT_EINVAL, CRT_EINVAL);
    narrow_parse_float(text, NULL, crt_locale(locale), &number);
    *value = float_of(&number);
    crt_thread()->error = error;
    return STATUS_OF(*value, number);
}
API(CRT_DLLS, int, _atoflt, float *value, const char *text) { return api__atoflt_l(value, text, NULL); }

/* _LDOUBLE is the 80-bit format in ten bytes. */
API(CRT_DLLS, int, _atoldbl_l, BYTE value[10], char *text, _locale_t locale) {
    struct parsed_float number = NO_FLOAT;
    char spelling[FLOAT_DIGITS + 40];
    CRT_VALIDATE(value && text, CRT_EINVAL, CRT_EINVAL);
    narrow_parse_float(text, NULL, crt_locale(locale), &number);
    long double result = number.kind >= FLOAT_INFINITE ? (long double)special_double(&number)
                       : number.count ? strtold_l(spelled(&number, spelling), NULL, host_c_locale()) : 0;
    if (number.negative && number.kind < FLOAT_INFINITE)
        result = -result;
    memcpy(value, &result, 10);
    return STATUS_OF(result, number);
}
API(CRT_DLLS, int, _atoldbl, BYTE value[10], char *text) { return api__atoldbl_l(value, text, NULL); }

/* ---- floating point to digits ("_ecvt", "_fcvt", "_gcvt") ---- */

/* _CVTBUFSIZE; the longest exact value has 767 digits. */
enum { CVTBUFSIZE = 309 + 40, EXACT_DIGITS = 767 };

/* All digits of the magnitude, "0" for zero; returns where the point stands. */
static int exact_digits(double value, char text[EXACT_DIGITS + 16]) {
    snprintf(text, EXACT_DIGITS + 16, "%.*e", EXACT_DIGITS - 1, fabs(value));
    char *e = strchr(text, 'e');
    int point = value == 0 ? 0 : atoi(e + 1) + 1;
    memmove(text + 1, text + 2, EXACT_DIGITS - 1);
    text[EXACT_DIGITS] = 0;
    return point;
}

/* Cuts behind `count` digits and rounds; a tie goes up, as in all versions before and beside printf's new rounding.
 * Returns how far the point moved, 0 or 1: then there is one digit more in front of the last. */
static int round_digits(char *digits, int count) {
    bool up = digits[count] >= '5';
    digits[count] = 0;
    if (!up)
        return 0;
    for (int i = count; i-- > 0;) {
        if (digits[i] != '9') {
            digits[i]++;
            return 0;
        }
        digits[i] = '0';
    }
    memmove(digits + 1, digits, (size_t)count + 1);
    digits[0] = '1';
    return 1;
}

static int clipped(int count) { return count < 0 ? 0 : count < CVTBUFSIZE - 1 ? count : CVTBUFSIZE - 1; }

/* What an infinity or a NaN looks like to these functions. */
static const char *special_text(double value) { return isinf(value) ? "inf" : isnan(value) ? "nan" : NULL; }

/* Writes the value's digits: `count` of them, or with `behind_point` as many behind the point. */
static errno_t put_digits(char *buffer, size_t size, double value, int count, bool behind_point, int *point,
                          int *sign) {
    char digits[EXACT_DIGITS + 16];
    if (!buffer || !size)
        return crt_invalid(CRT_EINVAL);
    *buffer = 0;
    if (!point || !sign)
        return crt_invalid(CRT_EINVAL);
    *sign = signbit(value) != 0;
    *point = 0;
    if (special_text(value)) {
        snprintf(buffer, size, "%s", special_text(value));
        return 0;
    }
    int exponent = exact_digits(value, digits);
    count = clipped(behind_point ? exponent + (count < CVTBUFSIZE ? count : CVTBUFSIZE) : count);
    int carry = round_digits(digits, count);
    if (carry && !behind_point)
        digits[count] = 0;
    *point = exponent + carry;
    if (strlen(digits) >= size)
        return crt_invalid(CRT_ERANGE);
    strcpy(buffer, digits);
    return 0;
}

API(CRT_DLLS, errno_t, _ecvt_s, char *buffer, size_t size, double value, int count, int *point, int *sign) {
    return put_digits(buffer, size, value, count, false, point, sign);
}

API(CRT_DLLS, char *, _ecvt, double value, int count, int *point, int *sign) {
    char *buffer = crt_thread()->conversion;
    CRT_VALIDATE(point && sign, CRT_EINVAL, NULL);
    return api__ecvt_s(buffer, sizeof crt_thread()->conversion, value, count, point, sign) ? NULL : buffer;
}

API(CRT_DLLS, errno_t, _fcvt_s, char *buffer, size_t size, double value, int count, int *point, int *sign) {
    return put_digits(buffer, size, value, count, true, point, sign);
}

API(CRT_DLLS, char *, _fcvt, double value, int count, int *point, int *sign) {
    struct crt_thread *crt = crt_thread();
    CRT_VALIDATE(point && sign, CRT_EINVAL, NULL);
    return api__fcvt_s(crt->conversion, sizeof crt->conversion, value, count, point, sign) ? NULL : crt->conversion;
}

/* Fixed notation from 0.1 up to `digits` places before the point, else with an exponent. */
static void general_text(double value, int digits, char *text, size_t size) {
    char places[EXACT_DIGITS + 16];
    const char *sign = signbit(value) ? "-" : "";
    char decimal = *crt_locale(NULL)->lconv->decimal_point;
    int point = exact_digits(value, places);
    point = value == 0 ? 1 : point + round_digits(places, digits);
    places[digits] = 0;
    bool fixed = point >= 0 && point <= digits;
    if (!fixed)
        snprintf(text, size, "%s%c%c%s", sign, places[0], decimal, places + 1);
    else if (point == 0)
        snprintf(text, size, "%s0%c%s", sign, decimal, places);
    else
        snprintf(text, size, "%s%.*s%c%s", sign, point, places, decimal, places + point);
    size_t length = strlen(text);
    while (text[length - 1] == '0')         /* the point stops this, and stays */
        length--;
    text[length] = 0;
    if (!fixed)
        snprintf(text + length, size - length, "e%+.2d", point - 1);
}

API(CRT_DLLS, errno_t, _gcvt_s, char *buffer, size_t size, double value, int digits) {
    char text[EXACT_DIGITS + 64];
    if (!buffer || !size)
        return crt_invalid(CRT_EINVAL);
    *buffer = 0;
    if (digits < 0 || (size_t)digits >= size)
        return crt_invalid(CRT_ERANGE);
    digits = digits ? clipped(digits) : 1;
    if (special_text(value))
        snprintf(text, sizeof text, "%s%s", signbit(value) ? "-" : "", special_text(value));
    else
        general_text(value, digits, text, sizeof text);
    if (strlen(text) >= size)
        return crt_invalid(CRT_ERANGE);
    strcpy(buffer, text);
    return 0;
}

API(CRT_DLLS, char *, _gcvt, double value, int digits, char *buffer) {
    return api__gcvt_s(buffer, CVTBUFSIZE, value, digits) ? NULL : buffer;
}
