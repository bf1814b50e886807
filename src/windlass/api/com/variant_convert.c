/* Conversions between the scalar types: variant_convert() for VariantChangeType, and a function for each pair
 * ("Data Type Conversion Functions": VarI4FromR8 and its like). Halves are rounded to the even neighbour. */
#include <math.h>
#include <stdio.h>

#include "unicode.h"
#include "variant_number.h"

/* ---- from numbers ---- */

static const DECIMAL *as_decimal(const struct number *number, DECIMAL *place) {
    if (number->kind == NUMBER_DECIMAL)
        return &number->decimal;
    bool negative = number->kind == NUMBER_SIGNED && number->integer < 0;
    uint64_t magnitude = number->kind == NUMBER_SIGNED ? (uint64_t)number->integer : number->natural;
    if (negative)
        magnitude = -magnitude;
    decimal_set(place, magnitude, 0, negative);
    return place;
}

/* The whole number as magnitude and sign. */
static HRESULT rounded(const struct number *number, uint128 *magnitude, bool *negative) {
    if (number->kind == NUMBER_REAL) {
        if (!(fabs(number->real) < 1e30))
            return DISP_E_OVERFLOW;
        double whole = nearbyint(number->real);
        *negative = whole < 0;
        *magnitude = (uint128)fabs(whole);
        return S_OK;
    }
    DECIMAL place;
    const DECIMAL *decimal = as_decimal(number, &place);
    if (!decimal_is_valid(decimal))
        return DISP_E_BADVARTYPE;
    *magnitude = decimal_scale_down(decimal_magnitude(decimal), decimal->scale);
    *negative = decimal->sign && *magnitude;
    return S_OK;
}

HRESULT number_to_integer(const struct number *number, int64_t lowest, int64_t highest, int64_t *result) {
    uint128 magnitude;
    bool negative;
    HRESULT status = rounded(number, &magnitude, &negative);
    if (FAILED(status))
        return status;
    if (magnitude > (negative ? -(uint128)lowest : (uint128)highest))
        return DISP_E_OVERFLOW;
    *result = negative ? -(int64_t)(uint64_t)magnitude : (int64_t)magnitude;
    return S_OK;
}

HRESULT number_to_natural(const struct number *number, uint64_t highest, uint64_t *result) {
    uint128 magnitude;
    bool negative;
    HRESULT status = rounded(number, &magnitude, &negative);
    if (FAILED(status))
        return status;
    if ((negative && magnitude) || magnitude > highest)
        return DISP_E_OVERFLOW;
    *result = (uint64_t)magnitude;
    return S_OK;
}

HRESULT number_to_real(const struct number *number, double *result) {
    switch (number->kind) {
    case NUMBER_SIGNED: *result = (double)number->integer; break;
    case NUMBER_UNSIGNED: *result = (double)number->natural; break;
    case NUMBER_REAL: *result = number->real; break;
    default:
        if (!decimal_is_valid(&number->decimal))
            return DISP_E_BADVARTYPE;
        *result = decimal_to_double(&number->decimal);
    }
    return S_OK;
}

HRESULT number_to_currency(const struct number *number, CY *result) {
    DECIMAL place;
    const DECIMAL *decimal = &place;
    if (number->kind == NUMBER_REAL) {
        double scaled = number->real * CY_SCALE;
        if (!(fabs(scaled) < 9223372036854775808.0))
            return DISP_E_OVERFLOW;
        result->int64 = (int64_t)nearbyint(scaled);
        return S_OK;
    }
    decimal = as_decimal(number, &place);
    if (!decimal_is_valid(decimal))
        return DISP_E_BADVARTYPE;
    uint128 magnitude = decimal_magnitude(decimal);
    for (unsigned scale = decimal->scale; scale < 4; scale++) {
        if (magnitude > DECIMAL_MAX / 10)
            return DISP_E_OVERFLOW;
        magnitude *= 10;
    }
    if (decimal->scale > 4)
        magnitude = decimal_scale_down(magnitude, decimal->scale - 4u);
    if (magnitude > (uint128)INT64_MAX + (decimal->sign ? 1 : 0))
        return DISP_E_OVERFLOW;
    result->int64 = decimal->sign ? (int64_t)-(uint64_t)magnitude : (int64_t)magnitude;
    return S_OK;
}

HRESULT number_to_decimal(const struct number *number, DECIMAL *result) {
    DECIMAL place;
    if (number->kind == NUMBER_REAL)
        return decimal_from_double(result, number->real, number->is_single ? 7 : 15);
    *result = *as_decimal(number, &place);
    result->wReserved = 0;
    return decimal_is_valid(result) ? S_OK : DISP_E_BADVARTYPE;
}

/* ---- to numbers ---- */

static struct number from_integer(int64_t value) { return (struct number){.kind = NUMBER_SIGNED, .integer = value}; }
static struct number from_natural(uint64_t value) { return (struct number){.kind = NUMBER_UNSIGNED, .natural = value}; }
static struct number from_real(double value) { return (struct number){.kind = NUMBER_REAL, .real = value}; }
static struct number from_single(float value) {
    return (struct number){.kind = NUMBER_REAL, .real = (double)value, .is_single = true};
}
static struct number from_decimal(const DECIMAL *value) {
    return (struct number){.kind = NUMBER_DECIMAL, .decimal = *value};
}
static struct number from_currency(CY value) {
    struct number number = {.kind = NUMBER_DECIMAL};
    uint64_t magnitude = value.int64 < 0 ? -(uint64_t)value.int64 : (uint64_t)value.int64;
    decimal_set(&number.decimal, magnitude, 4, value.int64 < 0);
    return number;
}

/* What a DECIMAL can hold is taken exactly, all else by way of a double. */
static HRESULT from_text(const WCHAR *text, LCID locale, struct number *number) {
    struct text_number parsed;
    if (!text)
        return DISP_E_TYPEMISMATCH;
    HRESULT result = text_number_parse(text, locale, &parsed);
    if (FAILED(result))
        return result;
    *number = from_real(text_number_to_double(&parsed));
    if (parsed.is_bits)
        *number = from_integer((int64_t)parsed.bits);
    else if (SUCCEEDED(text_number_to_decimal(&parsed, &number->decimal)) && !parsed.is_inexact)
        number->kind = NUMBER_DECIMAL;
    return S_OK;
}

/* ---- to text ---- */

static BSTR text_from_ascii(const char *text, size_t length) {
    WCHAR wide[80];
    for (size_t i = 0; i < length; i++)
        wide[i] = (BYTE)text[i];
    return bstr_from_units(wide, length);
}

static BSTR text_from_real(double value, int digits) {
    char text[40];
    int length = isnan(value) ? snprintf(text, sizeof text, "-1.#IND")
               : isinf(value) ? snprintf(text, sizeof text, value < 0 ? "-1.#INF" : "1.#INF")
                              : snprintf(text, sizeof text, "%.*G", digits, value == 0 ? 0.0 : value);
    return text_from_ascii(text, (size_t)length);
}

static BSTR text_from_decimal(const DECIMAL *decimal) {
    char text[DECIMAL_TEXT];
    return text_from_ascii(text, decimal_to_text(decimal, text));
}

static BSTR text_from_number(const struct number *number) {
    char text[24];
    switch (number->kind) {
    case NUMBER_SIGNED:
        return text_from_ascii(text, (size_t)snprintf(text, sizeof text, "%lld", (long long)number->integer));
    case NUMBER_UNSIGNED:
        return text_from_ascii(text, (size_t)snprintf(text, sizeof text, "%llu", (unsigned long long)number->natural));
    case NUMBER_REAL: return text_from_real(number->real, number->is_single ? 7 : 15);
    default: return text_from_decimal(&number->decimal);
    }
}

static HRESULT text_or_fail(BSTR text, BSTR *result) {
    *result = text;
    return text ? S_OK : E_OUTOFMEMORY;
}

static BSTR text_from_bool(bool value) { return value ? text_from_ascii("True", 4) : text_from_ascii("False", 5); }

/* ---- BOOL and DATE ---- */

static VARIANT_BOOL bool_from_number(const struct number *number) {
    double real = 0;
    if (number->kind == NUMBER_SIGNED)
        return number->integer ? VARIANT_TRUE : VARIANT_FALSE;
    if (number->kind == NUMBER_UNSIGNED)
        return number->natural ? VARIANT_TRUE : VARIANT_FALSE;
    if (number->kind == NUMBER_DECIMAL)
        return decimal_magnitude(&number->decimal) ? VARIANT_TRUE : VARIANT_FALSE;
    real = number->real;
    return real != 0 ? VARIANT_TRUE : VARIANT_FALSE;
}

static bool is_word(const WCHAR *text, const char *word) {
    for (; *word; word++, text++)
        if (unicode_lower(*text) != (BYTE)*word)
            return false;
    return !*text;
}

static HRESULT bool_from_text(const WCHAR *text, LCID locale, VARIANT_BOOL *result) {
    struct number number;
    if (!text)
        return DISP_E_TYPEMISMATCH;
    if (is_word(text, "true") || is_word(text, "#true#")) {
        *result = VARIANT_TRUE;
        return S_OK;
    }
    if (is_word(text, "false") || is_word(text, "#false#")) {
        *result = VARIANT_FALSE;
        return S_OK;
    }
    HRESULT status = from_text(text, locale, &number);
    if (SUCCEEDED(status))
        *result = bool_from_number(&number);
    return status;
}

static HRESULT date_from_number(const struct number *number, DATE *date) {
    double value;
    HRESULT result = number_to_real(number, &value);
    if (FAILED(result))
        return result;
    if (!(value > DATE_MIN - 1 && value < DATE_LIMIT))
        return DISP_E_OVERFLOW;
    *date = value;
    return S_OK;
}

static HRESULT single_from_number(const struct number *number, float *result) {
    double value;
    HRESULT status = number_to_real(number, &value);
    if (FAILED(status))
        return status;
    if (number->kind == NUMBER_REAL && fabs(value) > 3.4028234663852886e38)
        return DISP_E_OVERFLOW;
    *result = (float)value;
    return S_OK;
}

/* ---- IDispatch: its default property ---- */

typedef struct { VARIANT *rgvarg; LONG *rgdispidNamedArgs; UINT cArgs, cNamedArgs; } DISPPARAMS;
typedef struct {
    IUnknownVtbl unknown;
    HRESULT(WINAPI *GetTypeInfoCount)(void *, UINT *);
    HRESULT(WINAPI *GetTypeInfo)(void *, UINT, LCID, void **);
    HRESULT(WINAPI *GetIDsOfNames)(void *, const GUID *, LPOLESTR *, UINT, LCID, LONG *);
    HRESULT(WINAPI *Invoke)(void *, LONG, const GUID *, LCID, WORD, DISPPARAMS *, VARIANT *, void *, UINT *);
} DispatchVtbl;

static HRESULT default_property(IUnknown *object, LCID locale, VARIANT *value) {
    enum { DISPID_VALUE = 0, DISPATCH_PROPERTYGET = 2 };
    static const GUID null;
    DISPPARAMS none = {NULL, NULL, 0, 0};
    *value = (VARIANT){.vt = VT_EMPTY};
    if (!object)
        return DISP_E_BADVARTYPE;
    const DispatchVtbl *table = (const DispatchVtbl *)(const void *)object->lpVtbl;
    HRESULT result = table->Invoke(object, DISPID_VALUE, &null, locale, DISPATCH_PROPERTYGET, &none, value, NULL, NULL);
    return FAILED(result) ? DISP_E_TYPEMISMATCH : S_OK;
}

HRESULT WINAPI api_VariantChangeTypeEx(VARIANT *, const VARIANT *, LCID, USHORT, VARTYPE);

static HRESULT convert_dispatch(VARIANT *target, VARTYPE type, const VARIANT *source, LCID locale, DWORD flags) {
    VARIANT value;
    if (flags & VARIANT_NOVALUEPROP)
        return DISP_E_TYPEMISMATCH;
    HRESULT result = default_property(source->punkVal, locale, &value);
    if (FAILED(result))
        return result;
    *target = (VARIANT){.vt = VT_EMPTY};
    result = api_VariantChangeTypeEx(target, &value, locale, (USHORT)flags, type);
    api_VariantClear(&value);
    return result;
}

/* ---- VariantChangeType ---- */

/* The number that a value stands for; what has none is a mismatch. */
static HRESULT number_of(const VARIANT *source, LCID locale, struct number *number) {
    switch (source->vt) {
    case VT_EMPTY: *number = from_integer(0); break;
    case VT_I1: *number = from_integer(source->cVal); break;
    case VT_I2: *number = from_integer(source->iVal); break;
    case VT_BOOL: *number = from_integer(source->boolVal); break;
    case VT_I4: case VT_INT: *number = from_integer(source->lVal); break;
    case VT_I8: *number = from_integer(source->llVal); break;
    case VT_UI1: *number = from_natural(source->bVal); break;
    case VT_UI2: *number = from_natural(source->uiVal); break;
    case VT_UI4: case VT_UINT: *number = from_natural(source->ulVal); break;
    case VT_UI8: *number = from_natural(source->ullVal); break;
    case VT_R4: *number = from_single(source->fltVal); break;
    case VT_R8: case VT_DATE: *number = from_real(source->dblVal); break;
    case VT_CY: *number = from_currency(source->cyVal); break;
    case VT_DECIMAL: *number = from_decimal(&source->decVal); break;
    case VT_BSTR: return from_text(source->bstrVal, locale, number);
    default: return DISP_E_TYPEMISMATCH;
    }
    return S_OK;
}

static HRESULT to_text(VARIANT *target, const VARIANT *source, LCID locale, DWORD flags) {
    struct number number;
    if (source->vt == VT_EMPTY)
        return text_or_fail(bstr_from_units(u"", 0), &target->bstrVal);
    if (source->vt == VT_BOOL && flags & (VARIANT_ALPHABOOL | VARIANT_LOCALBOOL))
        return text_or_fail(text_from_bool(source->boolVal), &target->bstrVal);
    if (source->vt == VT_DATE) {
        if (!(source->date > DATE_MIN - 1 && source->date < DATE_LIMIT))
            return E_INVALIDARG;
        return text_or_fail(date_to_text(source->date, locale, 0), &target->bstrVal);
    }
    HRESULT result = number_of(source, locale, &number);
    return FAILED(result) ? result : text_or_fail(text_from_number(&number), &target->bstrVal);
}

static HRESULT to_integer(VARIANT *target, const struct number *number, unsigned bits) {
    int64_t highest = (int64_t)(~(uint64_t)0 >> (65 - bits));
    return number_to_integer(number, -highest - 1, highest, &target->llVal);
}

static HRESULT to_natural(VARIANT *target, const struct number *number, unsigned bits) {
    return number_to_natural(number, ~(uint64_t)0 >> (64 - bits), &target->ullVal);
}

static HRESULT to_number(VARIANT *target, VARTYPE type, const struct number *number) {
    switch (type) {
    case VT_I1: return to_integer(target, number, 8);
    case VT_I2: return to_integer(target, number, 16);
    case VT_I4: case VT_INT: return to_integer(target, number, 32);
    case VT_I8: return to_integer(target, number, 64);
    case VT_UI1: return to_natural(target, number, 8);
    case VT_UI2: return to_natural(target, number, 16);
    case VT_UI4: case VT_UINT: return to_natural(target, number, 32);
    case VT_UI8: return to_natural(target, number, 64);
    case VT_R4: return single_from_number(number, &target->fltVal);
    case VT_R8: return number_to_real(number, &target->dblVal);
    case VT_CY: return number_to_currency(number, &target->cyVal);
    case VT_DATE: return date_from_number(number, &target->date);
    case VT_DECIMAL: return number_to_decimal(number, &target->decVal);
    case VT_BOOL: target->boolVal = bool_from_number(number); return S_OK;
    default: return DISP_E_TYPEMISMATCH;
    }
}

static bool is_unsigned(VARTYPE type) {
    return type == VT_UI1 || type == VT_UI2 || type == VT_UI4 || type == VT_UINT || type == VT_UI8;
}

static bool is_signed(VARTYPE type) {
    return type == VT_I1 || type == VT_I2 || type == VT_I4 || type == VT_INT || type == VT_I8;
}

/* Integers that differ in their sign alone: the bits are kept, nothing overflows. */
static bool is_same_width(VARTYPE a, VARTYPE b) {
    bool both = (is_signed(a) || is_unsigned(a)) && (is_signed(b) || is_unsigned(b));
    return both && variant_type_size(a) == variant_type_size(b);
}

/* "&HFF" is a pattern of bits: -1 as a signed byte. False: the text is none, or the type no integer. */
static bool convert_bits(VARIANT *target, VARTYPE type, const WCHAR *text, LCID locale, HRESULT *result) {
    struct text_number parsed;
    size_t bits = 8 * variant_type_size(type);
    if (!text || FAILED(text_number_parse(text, locale, &parsed)) || !parsed.is_bits ||
        !(is_signed(type) || is_unsigned(type) || type == VT_CY))
        return false;
    target->ullVal = parsed.bits;
    *result = type == VT_CY || (bits < 64 && parsed.bits >> bits) ? DISP_E_OVERFLOW : S_OK;
    return true;
}

static LONGLONG bits_of(const VARIANT *source) {
    switch (variant_type_size(source->vt)) {
    case 1: return source->cVal;
    case 2: return source->iVal;
    case 4: return source->lVal;
    default: return source->llVal;
    }
}

HRESULT variant_convert(VARIANT *target, VARTYPE type, const VARIANT *source, LCID locale, DWORD flags) {
    static const GUID unknown = OLE_GUID(0), dispatch = OLE_GUID(0x20400);
    struct number number;
    *target = (VARIANT){.vt = type};
    if (source->vt == VT_NULL || source->vt == VT_ERROR || source->vt == VT_RECORD)
        return DISP_E_TYPEMISMATCH;
    if (source->vt == VT_DISPATCH || source->vt == VT_UNKNOWN) {
        if (type == VT_UNKNOWN || type == VT_DISPATCH) {
            if (!source->punkVal)
                return S_OK;
            HRESULT result = com_query(source->punkVal, type == VT_UNKNOWN ? &unknown : &dispatch,
                                       (void **)&target->punkVal);
            return FAILED(result) ? DISP_E_TYPEMISMATCH : S_OK;
        }
        if (source->vt == VT_DISPATCH)
            return convert_dispatch(target, type, source, locale, flags);
        return DISP_E_TYPEMISMATCH;
    }
    if (type == VT_BSTR)
        return to_text(target, source, locale, flags);
    if (type == VT_BOOL && source->vt == VT_BSTR)
        return bool_from_text(source->bstrVal, locale, &target->boolVal);
    if (type == VT_DATE && source->vt == VT_BSTR)
        return source->bstrVal ? date_from_text(source->bstrVal, locale, flags, &target->date) : DISP_E_TYPEMISMATCH;
    if (type == VT_NULL || type == VT_EMPTY)
        return S_OK;
    if (is_same_width(source->vt, type) || (source->vt == VT_BOOL && is_unsigned(type))) {
        target->llVal = bits_of(source); /* true is all bits */
        return S_OK;
    }
    if (type == VT_ERROR || type == VT_RECORD || type == VT_DISPATCH || type == VT_UNKNOWN)
        return DISP_E_TYPEMISMATCH;
    HRESULT result;
    if (source->vt == VT_BSTR && convert_bits(target, type, source->bstrVal, locale, &result))
        return result;
    result = number_of(source, locale, &number);
    return FAILED(result) ? result : to_number(target, type, &number);
}

/* ---- a function for each pair ---- */

/* `field`: the member of a VARIANT that holds the result. */
#define CONVERT(name_, target_, field_, type_, source_type_, source_, make_)             \
    API(oleaut32, HRESULT, name_, source_type_ source_, target_ *pOut) {                 \
        struct number number = make_;                                                    \
        VARIANT value;                                                                   \
        HRESULT result = to_number(&value, type_, &number);                              \
        if (SUCCEEDED(result))                                                           \
            *pOut = (target_)value.field_;                                               \
        return result;                                                                   \
    }

/* From text and from an object's default property. */
#define CONVERT_OTHERS(prefix_, target_, field_, type_)                                  \
    API(oleaut32, HRESULT, prefix_##FromStr, LPCOLESTR strIn, LCID lcid, ULONG dwFlags, target_ *pOut) { \
        VARIANT source = {.vt = VT_BSTR, .bstrVal = (BSTR)(uintptr_t)strIn}, value;      \
        if (!strIn)                                                                      \
            return DISP_E_TYPEMISMATCH;                                                  \
        HRESULT result = variant_convert(&value, type_, &source, lcid, dwFlags);         \
        if (SUCCEEDED(result))                                                           \
            *pOut = (target_)value.field_;                                               \
        return result;                                                                   \
    }                                                                                    \
    API(oleaut32, HRESULT, prefix_##FromDisp, IUnknown *pdispIn, LCID lcid, target_ *pOut) { \
        VARIANT source = {.vt = VT_DISPATCH, .punkVal = pdispIn}, value;                 \
        HRESULT result = convert_dispatch(&value, type_, &source, lcid, 0);              \
        if (SUCCEEDED(result))                                                           \
            *pOut = (target_)value.field_;                                               \
        return result;                                                                   \
    }

#define FROM_UI1(p_, t_, f_, v_) CONVERT(p_##FromUI1, t_, f_, v_, BYTE, bIn, from_natural(bIn))
#define FROM_I1(p_, t_, f_, v_) CONVERT(p_##FromI1, t_, f_, v_, signed char, cIn, from_integer(cIn))
#define FROM_I2(p_, t_, f_, v_) CONVERT(p_##FromI2, t_, f_, v_, SHORT, sIn, from_integer(sIn))
#define FROM_UI2(p_, t_, f_, v_) CONVERT(p_##FromUI2, t_, f_, v_, USHORT, uiIn, from_natural(uiIn))
#define FROM_I4(p_, t_, f_, v_) CONVERT(p_##FromI4, t_, f_, v_, LONG, lIn, from_integer(lIn))
#define FROM_UI4(p_, t_, f_, v_) CONVERT(p_##FromUI4, t_, f_, v_, ULONG, ulIn, from_natural(ulIn))
#define FROM_I8(p_, t_, f_, v_) CONVERT(p_##FromI8, t_, f_, v_, LONGLONG, i64In, from_integer(i64In))
#define FROM_UI8(p_, t_, f_, v_) CONVERT(p_##FromUI8, t_, f_, v_, ULONGLONG, ui64In, from_natural(ui64In))
#define FROM_R4(p_, t_, f_, v_) CONVERT(p_##FromR4, t_, f_, v_, float, fltIn, from_single(fltIn))
#define FROM_R8(p_, t_, f_, v_) CONVERT(p_##FromR8, t_, f_, v_, double, dblIn, from_real(dblIn))
#define FROM_DATE(p_, t_, f_, v_) CONVERT(p_##FromDate, t_, f_, v_, DATE, dateIn, from_real(dateIn))
#define FROM_CY(p_, t_, f_, v_) CONVERT(p_##FromCy, t_, f_, v_, CY, cyIn, from_currency(cyIn))
#define FROM_BOOL(p_, t_, f_, v_) CONVERT(p_##FromBool, t_, f_, v_, VARIANT_BOOL, boolIn, from_integer(boolIn))
#define FROM_DEC(p_, t_, f_, v_) CONVERT(p_##FromDec, t_, f_, v_, const DECIMAL *, pdecIn, from_decimal(pdecIn))

/* What types other than integers are made from. */
#define FROM_INTEGERS(p_, t_, f_, v_)                                                                            \
    FROM_UI1(p_, t_, f_, v_) FROM_I1(p_, t_, f_, v_) FROM_I2(p_, t_, f_, v_) FROM_UI2(p_, t_, f_, v_)            \
    FROM_I4(p_, t_, f_, v_) FROM_UI4(p_, t_, f_, v_) FROM_I8(p_, t_, f_, v_) FROM_UI8(p_, t_, f_, v_)

/* What every integer type is made from beside the other integers. */
#define FROM_OTHERS(p_, t_, f_, v_)                                                                              \
    FROM_R4(p_, t_, f_, v_) FROM_R8(p_, t_, f_, v_) FROM_CY(p_, t_, f_, v_) FROM_DATE(p_, t_, f_, v_)            \
    FROM_DEC(p_, t_, f_, v_) CONVERT_OTHERS(p_, t_, f_, v_)

/* True is 255, 65535 and so on in an unsigned type. */
#define BOOL_TO_UNSIGNED(name_, target_)                                                 \
    API(oleaut32, HRESULT, name_, VARIANT_BOOL boolIn, target_ *pOut) {                  \
        *pOut = (target_)boolIn;                                                         \
        return S_OK;                                                                     \
    }

FROM_I1(VarUI1, BYTE, bVal, VT_UI1)
FROM_I2(VarUI1, BYTE, bVal, VT_UI1)
FROM_UI2(VarUI1, BYTE, bVal, VT_UI1)
FROM_I4(VarUI1, BYTE, bVal, VT_UI1)
FROM_UI4(VarUI1, BYTE, bVal, VT_UI1)
FROM_I8(VarUI1, BYTE, bVal, VT_UI1)
FROM_UI8(VarUI1, BYTE, bVal, VT_UI1)
FROM_OTHERS(VarUI1, BYTE, bVal, VT_UI1)
BOOL_TO_UNSIGNED(VarUI1FromBool, BYTE)

FROM_UI1(VarI1, signed char, cVal, VT_I1)
FROM_I2(VarI1, signed char, cVal, VT_I1)
FROM_UI2(VarI1, signed char, cVal, VT_I1)
FROM_I4(VarI1, signed char, cVal, VT_I1)
FROM_UI4(VarI1, signed char, cVal, VT_I1)
FROM_I8(VarI1, signed char, cVal, VT_I1)
FROM_UI8(VarI1, signed char, cVal, VT_I1)
FROM_OTHERS(VarI1, signed char, cVal, VT_I1)
FROM_BOOL(VarI1, signed char, cVal, VT_I1)

FROM_UI1(VarI2, SHORT, iVal, VT_I2)
FROM_I1(VarI2, SHORT, iVal, VT_I2)
FROM_UI2(VarI2, SHORT, iVal, VT_I2)
FROM_I4(VarI2, SHORT, iVal, VT_I2)
FROM_UI4(VarI2, SHORT, iVal, VT_I2)
FROM_I8(VarI2, SHORT, iVal, VT_I2)
FROM_UI8(VarI2, SHORT, iVal, VT_I2)
FROM_OTHERS(VarI2, SHORT, iVal, VT_I2)
FROM_BOOL(VarI2, SHORT, iVal, VT_I2)

FROM_UI1(VarUI2, USHORT, uiVal, VT_UI2)
FROM_I1(VarUI2, USHORT, uiVal, VT_UI2)
FROM_I2(VarUI2, USHORT, uiVal, VT_UI2)
FROM_I4(VarUI2, USHORT, uiVal, VT_UI2)
FROM_UI4(VarUI2, USHORT, uiVal, VT_UI2)
FROM_I8(VarUI2, USHORT, uiVal, VT_UI2)
FROM_UI8(VarUI2, USHORT, uiVal, VT_UI2)
FROM_OTHERS(VarUI2, USHORT, uiVal, VT_UI2)
BOOL_TO_UNSIGNED(VarUI2FromBool, USHORT)

FROM_UI1(VarI4, LONG, lVal, VT_I4)
FROM_I1(VarI4, LONG, lVal, VT_I4)
FROM_I2(VarI4, LONG, lVal, VT_I4)
FROM_UI2(VarI4, LONG, lVal, VT_I4)
FROM_UI4(VarI4, LONG, lVal, VT_I4)
FROM_I8(VarI4, LONG, lVal, VT_I4)
FROM_UI8(VarI4, LONG, lVal, VT_I4)
FROM_OTHERS(VarI4, LONG, lVal, VT_I4)
FROM_BOOL(VarI4, LONG, lVal, VT_I4)

FROM_UI1(VarUI4, ULONG, ulVal, VT_UI4)
FROM_I1(VarUI4, ULONG, ulVal, VT_UI4)
FROM_I2(VarUI4, ULONG, ulVal, VT_UI4)
FROM_UI2(VarUI4, ULONG, ulVal, VT_UI4)
FROM_I4(VarUI4, ULONG, ulVal, VT_UI4)
FROM_I8(VarUI4, ULONG, ulVal, VT_UI4)
FROM_UI8(VarUI4, ULONG, ulVal, VT_UI4)
FROM_OTHERS(VarUI4, ULONG, ulVal, VT_UI4)
BOOL_TO_UNSIGNED(VarUI4FromBool, ULONG)

FROM_UI1(VarI8, LONGLONG, llVal, VT_I8)
FROM_I1(VarI8, LONGLONG, llVal, VT_I8)
FROM_I2(VarI8, LONGLONG, llVal, VT_I8)
FROM_UI2(VarI8, LONGLONG, llVal, VT_I8)
FROM_I4(VarI8, LONGLONG, llVal, VT_I8)
FROM_UI4(VarI8, LONGLONG, llVal, VT_I8)
FROM_UI8(VarI8, LONGLONG, llVal, VT_I8)
FROM_OTHERS(VarI8, LONGLONG, llVal, VT_I8)
FROM_BOOL(VarI8, LONGLONG, llVal, VT_I8)

FROM_UI1(VarUI8, ULONGLONG, ullVal, VT_UI8)
FROM_I1(VarUI8, ULONGLONG, ullVal, VT_UI8)
FROM_I2(VarUI8, ULONGLONG, ullVal, VT_UI8)
FROM_UI2(VarUI8, ULONGLONG, ullVal, VT_UI8)
FROM_I4(VarUI8, ULONGLONG, ullVal, VT_UI8)
FROM_UI4(VarUI8, ULONGLONG, ullVal, VT_UI8)
FROM_I8(VarUI8, ULONGLONG, ullVal, VT_UI8)
FROM_OTHERS(VarUI8, ULONGLONG, ullVal, VT_UI8)
BOOL_TO_UNSIGNED(VarUI8FromBool, ULONGLONG)

FROM_INTEGERS(VarR4, float, fltVal, VT_R4)
FROM_R8(VarR4, float, fltVal, VT_R4)
FROM_DATE(VarR4, float, fltVal, VT_R4)
FROM_CY(VarR4, float, fltVal, VT_R4)
FROM_BOOL(VarR4, float, fltVal, VT_R4)
FROM_DEC(VarR4, float, fltVal, VT_R4)
CONVERT_OTHERS(VarR4, float, fltVal, VT_R4)

FROM_INTEGERS(VarR8, double, dblVal, VT_R8)
FROM_R4(VarR8, double, dblVal, VT_R8)
FROM_DATE(VarR8, double, dblVal, VT_R8)
FROM_CY(VarR8, double, dblVal, VT_R8)
FROM_BOOL(VarR8, double, dblVal, VT_R8)
FROM_DEC(VarR8, double, dblVal, VT_R8)
CONVERT_OTHERS(VarR8, double, dblVal, VT_R8)

FROM_INTEGERS(VarDate, DATE, date, VT_DATE)
FROM_R4(VarDate, DATE, date, VT_DATE)
FROM_R8(VarDate, DATE, date, VT_DATE)
FROM_CY(VarDate, DATE, date, VT_DATE)
FROM_BOOL(VarDate, DATE, date, VT_DATE)
FROM_DEC(VarDate, DATE, date, VT_DATE)
CONVERT_OTHERS(VarDate, DATE, date, VT_DATE)

FROM_INTEGERS(VarCy, CY, cyVal, VT_CY)
FROM_R4(VarCy, CY, cyVal, VT_CY)
FROM_R8(VarCy, CY, cyVal, VT_CY)
FROM_DATE(VarCy, CY, cyVal, VT_CY)
FROM_BOOL(VarCy, CY, cyVal, VT_CY)
FROM_DEC(VarCy, CY, cyVal, VT_CY)
CONVERT_OTHERS(VarCy, CY, cyVal, VT_CY)

FROM_INTEGERS(VarBool, VARIANT_BOOL, boolVal, VT_BOOL)
FROM_R4(VarBool, VARIANT_BOOL, boolVal, VT_BOOL)
FROM_R8(VarBool, VARIANT_BOOL, boolVal, VT_BOOL)
FROM_DATE(VarBool, VARIANT_BOOL, boolVal, VT_BOOL)
FROM_CY(VarBool, VARIANT_BOOL, boolVal, VT_BOOL)
FROM_DEC(VarBool, VARIANT_BOOL, boolVal, VT_BOOL)
CONVERT_OTHERS(VarBool, VARIANT_BOOL, boolVal, VT_BOOL)

/* A DECIMAL's first two bytes may be a VARIANT's type. */
#define CONVERT_DECIMAL(name_, source_type_, source_, make_)                             \
    API(oleaut32, HRESULT, name_, source_type_ source_, DECIMAL *pdecOut) {              \
        struct number number = make_;                                                    \
        DECIMAL value;                                                                   \
        HRESULT result = number_to_decimal(&number, &value);                             \
        if (SUCCEEDED(result)) {                                                         \
            value.wReserved = pdecOut->wReserved;                                        \
            *pdecOut = value;                                                            \
        }                                                                                \
        return result;                                                                   \
    }
CONVERT_DECIMAL(VarDecFromUI1, BYTE, bIn, from_natural(bIn))
CONVERT_DECIMAL(VarDecFromI1, signed char, cIn, from_integer(cIn))
CONVERT_DECIMAL(VarDecFromI2, SHORT, sIn, from_integer(sIn))
CONVERT_DECIMAL(VarDecFromUI2, USHORT, uiIn, from_natural(uiIn))
CONVERT_DECIMAL(VarDecFromI4, LONG, lIn, from_integer(lIn))
CONVERT_DECIMAL(VarDecFromUI4, ULONG, ulIn, from_natural(ulIn))
CONVERT_DECIMAL(VarDecFromI8, LONGLONG, i64In, from_integer(i64In))
CONVERT_DECIMAL(VarDecFromUI8, ULONGLONG, ui64In, from_natural(ui64In))
CONVERT_DECIMAL(VarDecFromR4, float, fltIn, from_single(fltIn))
CONVERT_DECIMAL(VarDecFromR8, double, dblIn, from_real(dblIn))
CONVERT_DECIMAL(VarDecFromDate, DATE, dateIn, from_real(dateIn))
CONVERT_DECIMAL(VarDecFromCy, CY, cyIn, from_currency(cyIn))
CONVERT_DECIMAL(VarDecFromBool, VARIANT_BOOL, boolIn, from_integer(boolIn))

API(oleaut32, HRESULT, VarDecFromStr, LPCOLESTR strIn, LCID lcid, ULONG dwFlags, DECIMAL *pdecOut) {
    VARIANT source = {.vt = VT_BSTR, .bstrVal = (BSTR)(uintptr_t)strIn}, value;
    HRESULT result = strIn ? variant_convert(&value, VT_DECIMAL, &source, lcid, dwFlags) : DISP_E_TYPEMISMATCH;
    if (SUCCEEDED(result)) {
        value.decVal.wReserved = pdecOut->wReserved;
        *pdecOut = value.decVal;
    }
    return result;
}

API(oleaut32, HRESULT, VarDecFromDisp, IUnknown *pdispIn, LCID lcid, DECIMAL *pdecOut) {
    VARIANT source = {.vt = VT_DISPATCH, .punkVal = pdispIn}, value;
    HRESULT result = convert_dispatch(&value, VT_DECIMAL, &source, lcid, 0);
    if (SUCCEEDED(result)) {
        value.decVal.wReserved = pdecOut->wReserved;
        *pdecOut = value.decVal;
    }
    return result;
}

/* ---- text ---- */

#define TEXT_FROM(name_, source_type_, source_, make_)                                                        \
    API(oleaut32, HRESULT, name_, source_type_ source_, LCID lcid, ULONG dwFlags, BSTR *pbstrOut) {           \
        struct number number = make_;                                                                         \
        (void)lcid, (void)dwFlags;                                                                            \
        return text_or_fail(text_from_number(&number), pbstrOut);                                             \
    }
TEXT_FROM(VarBstrFromUI1, BYTE, bIn, from_natural(bIn))
TEXT_FROM(VarBstrFromI1, signed char, cIn, from_integer(cIn))
TEXT_FROM(VarBstrFromI2, SHORT, sIn, from_integer(sIn))
TEXT_FROM(VarBstrFromUI2, USHORT, uiIn, from_natural(uiIn))
TEXT_FROM(VarBstrFromI4, LONG, lIn, from_integer(lIn))
TEXT_FROM(VarBstrFromUI4, ULONG, ulIn, from_natural(ulIn))
TEXT_FROM(VarBstrFromI8, LONGLONG, i64In, from_integer(i64In))
TEXT_FROM(VarBstrFromUI8, ULONGLONG, ui64In, from_natural(ui64In))
TEXT_FROM(VarBstrFromR4, float, fltIn, from_single(fltIn))
TEXT_FROM(VarBstrFromR8, double, dblIn, from_real(dblIn))
TEXT_FROM(VarBstrFromCy, CY, cyIn, from_currency(cyIn))
TEXT_FROM(VarBstrFromDec, const DECIMAL *, pdecIn, from_decimal(pdecIn))

API(oleaut32, HRESULT, VarBstrFromBool, VARIANT_BOOL boolIn, LCID lcid, ULONG dwFlags, BSTR *pbstrOut) {
    (void)lcid, (void)dwFlags;
    return text_or_fail(text_from_bool(boolIn), pbstrOut);
}

API(oleaut32, HRESULT, VarBstrFromDate, DATE dateIn, LCID lcid, ULONG dwFlags, BSTR *pbstrOut) {
    if (!(dateIn > DATE_MIN - 1 && dateIn < DATE_LIMIT))
        return E_INVALIDARG;
    return text_or_fail(date_to_text(dateIn, lcid, dwFlags), pbstrOut);
}

API(oleaut32, HRESULT, VarBstrFromDisp, IUnknown *pdispIn, LCID lcid, ULONG dwFlags, BSTR *pbstrOut) {
    VARIANT source = {.vt = VT_DISPATCH, .punkVal = pdispIn}, value;
    HRESULT result = convert_dispatch(&value, VT_BSTR, &source, lcid, dwFlags);
    if (SUCCEEDED(result))
        *pbstrOut = value.bstrVal;
    return result;
}
