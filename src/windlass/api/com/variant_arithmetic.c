/* Arithmetic, logic and comparison of VARIANTs, as Visual Basic has them ("VarAdd function" and its kin, "VarCmp
 * function"). The result has the wider of both types, and a wider one still where it does not fit. */
#include <math.h>

#include "variant_number.h"

enum { LOCALE_USER_DEFAULT = 0x400 };

API_USE(HRESULT, VariantChangeTypeEx, VARIANT *, const VARIANT *, LCID, USHORT, VARTYPE);
API_USE(HRESULT, VariantCopyInd, VARIANT *, const VARIANT *);
API_USE(HRESULT, VarBstrCat, BSTR, BSTR, BSTR *);
API_USE(HRESULT, VarBstrCmp, BSTR, BSTR, LCID, ULONG);
API_USE(HRESULT, VarR8Round, double, int, double *);
API_USE(HRESULT, VarDecAdd, DECIMAL *, DECIMAL *, DECIMAL *);
API_USE(HRESULT, VarDecSub, DECIMAL *, DECIMAL *, DECIMAL *);
API_USE(HRESULT, VarDecMul, DECIMAL *, DECIMAL *, DECIMAL *);
API_USE(HRESULT, VarDecDiv, DECIMAL *, DECIMAL *, DECIMAL *);
API_USE(HRESULT, VarDecAbs, DECIMAL *, DECIMAL *);
API_USE(HRESULT, VarDecNeg, DECIMAL *, DECIMAL *);
API_USE(HRESULT, VarDecFix, DECIMAL *, DECIMAL *);
API_USE(HRESULT, VarDecInt, DECIMAL *, DECIMAL *);
API_USE(HRESULT, VarDecRound, DECIMAL *, int, DECIMAL *);
API_USE(HRESULT, VarDecCmp, DECIMAL *, DECIMAL *);
API_USE(HRESULT, VarCyAdd, CY, CY, CY *);
API_USE(HRESULT, VarCySub, CY, CY, CY *);
API_USE(HRESULT, VarCyMul, CY, CY, CY *);
API_USE(HRESULT, VarCyAbs, CY, CY *);
API_USE(HRESULT, VarCyNeg, CY, CY *);
API_USE(HRESULT, VarCyFix, CY, CY *);
API_USE(HRESULT, VarCyInt, CY, CY *);
API_USE(HRESULT, VarCyRound, CY, int, CY *);

/* ---- operands ---- */

struct operands {
    VARIANT left, right;
};

static void operands_clear(struct operands *both) {
    api_VariantClear(&both->left);
    api_VariantClear(&both->right);
}

/* Copies, with references followed. */
static HRESULT operands_copy(struct operands *both, const VARIANT *left, const VARIANT *right) {
    *both = (struct operands){0};
    HRESULT result = api_VariantCopyInd(&both->left, left);
    return FAILED(result) ? result : api_VariantCopyInd(&both->right, right);
}

static HRESULT change(VARIANT *variant, VARTYPE type) {
    return variant->vt == type ? S_OK : api_VariantChangeTypeEx(variant, variant, LOCALE_USER_DEFAULT, 0, type);
}

static HRESULT change_both(struct operands *both, VARTYPE type) {
    HRESULT result = change(&both->left, type);
    return FAILED(result) ? result : change(&both->right, type);
}

static bool has(const struct operands *both, VARTYPE type) { return both->left.vt == type || both->right.vt == type; }
static bool are(const struct operands *both, VARTYPE type) { return both->left.vt == type && both->right.vt == type; }

/* Types that Visual Basic has. */
static bool is_basic(VARTYPE type) {
    static const VARTYPE known[] = {VT_EMPTY, VT_NULL, VT_I2, VT_I4, VT_R4, VT_R8, VT_CY, VT_DATE, VT_BSTR, VT_BOOL,
                                    VT_DECIMAL, VT_UI1, VT_I8};
    for (unsigned i = 0; i < sizeof known / sizeof *known; i++)
        if (type == known[i])
            return true;
    return false;
}

static bool is_other_integer(VARTYPE type) {
    return type == VT_I1 || type == VT_UI2 || type == VT_UI4 || type == VT_UI8 || type == VT_INT || type == VT_UINT;
}

/* At most 16 bits wide. */
static bool is_small(VARTYPE type) { return type == VT_I2 || type == VT_BOOL || type == VT_UI1 || type == VT_EMPTY; }

/* ---- results ---- */

static void set_null(VARIANT *result) { *result = (VARIANT){.vt = VT_NULL}; }
static void set_real(VARIANT *result, double value) { *result = (VARIANT){.vt = VT_R8, .dblVal = value}; }

static bool fits(VARTYPE type, int64_t value) {
    return type == VT_UI1 ? value >= 0 && value <= UINT8_MAX
         : type == VT_I2  ? value >= INT16_MIN && value <= INT16_MAX
         : type == VT_I4  ? value >= INT32_MIN && value <= INT32_MAX
                          : true;
}

/* In this type, or the next that it fits: Byte, Integer, Long, and beyond that Double. */
static void set_integer(VARIANT *result, VARTYPE type, int64_t value) {
    if (!fits(type, value) && type == VT_UI1)
        type = VT_I2;
    if (!fits(type, value) && type == VT_I2)
        type = VT_I4;
    if (!fits(type, value)) {
        set_real(result, (double)value);
        return;
    }
    *result = (VARIANT){.vt = type};
    if (type == VT_UI1)
        result->bVal = (BYTE)value;
    else if (type == VT_I2 || type == VT_BOOL)
        result->iVal = (SHORT)value;
    else if (type == VT_I4)
        result->lVal = (LONG)value;
    else
        result->llVal = value;
}

static int64_t integer_of(const VARIANT *variant) {
    return variant->vt == VT_UI1  ? variant->bVal
         : variant->vt == VT_I2   ? variant->iVal
         : variant->vt == VT_BOOL ? variant->boolVal
         : variant->vt == VT_I4   ? variant->lVal
         : variant->vt == VT_I8   ? variant->llVal
                                  : 0;
}

/* ---- addition, subtraction, multiplication ---- */

enum operation { ADD, SUBTRACT, MULTIPLY };

static VARTYPE type_with_currency(const struct operands *both, enum operation operation) {
    bool is_real = has(both, VT_R4) || has(both, VT_R8) || has(both, VT_BSTR);
    return operation == MULTIPLY && is_real ? VT_R8 : VT_CY;
}

/* The type in which the operation is done. */
static VARTYPE common_type(const struct operands *both, enum operation operation) {
    if (has(both, VT_DECIMAL))
        return VT_DECIMAL;
    if (has(both, VT_DATE))
        return operation == MULTIPLY || (operation == SUBTRACT && are(both, VT_DATE)) ? VT_R8 : VT_DATE;
    if (has(both, VT_CY))
        return type_with_currency(both, operation);
    if (has(both, VT_R8) || has(both, VT_BSTR))
        return VT_R8;
    if (has(both, VT_R4))
        return has(both, VT_I4) || has(both, VT_I8) ? VT_R8 : VT_R4;
    if (has(both, VT_I8) || has(both, VT_I4))
        return has(both, VT_I8) ? VT_I8 : VT_I4;
    return has(both, VT_I2) || has(both, VT_BOOL) || are(both, VT_EMPTY) ? VT_I2 : VT_UI1;
}

static double real_result(enum operation operation, double left, double right) {
    return operation == ADD ? left + right : operation == SUBTRACT ? left - right : left * right;
}

static HRESULT compute_real(const struct operands *both, enum operation operation, VARTYPE type, VARIANT *result) {
    double value = real_result(operation, both->left.dblVal, both->right.dblVal);
    if (!isfinite(value))
        return DISP_E_OVERFLOW;
    set_real(result, value);
    if (type == VT_DATE && value >= DATE_MIN && value < DATE_LIMIT)
        result->vt = VT_DATE;
    if (type == VT_R4 && fabs(value) <= (double)3.402823466e38f)
        *result = (VARIANT){.vt = VT_R4, .fltVal = (float)value};
    return S_OK;
}

static HRESULT compute_integer(const struct operands *both, enum operation operation, VARTYPE type, VARIANT *result) {
    int64_t left = integer_of(&both->left), right = integer_of(&both->right), value;
    bool overflows = operation == ADD        ? __builtin_add_overflow(left, right, &value)
                   : operation == SUBTRACT ? __builtin_sub_overflow(left, right, &value)
                                           : __builtin_mul_overflow(left, right, &value);
    if (overflows)
        set_real(result, real_result(operation, (double)left, (double)right));
    else
        set_integer(result, type, value);
    return S_OK;
}

static HRESULT compute_decimal(struct operands *both, enum operation operation, VARIANT *result) {
    VARIANT made = {0};
    HRESULT(WINAPI *const functions[])(DECIMAL *, DECIMAL *, DECIMAL *) = {api_VarDecAdd, api_VarDecSub, api_VarDecMul};
    HRESULT status = functions[operation](&both->left.decVal, &both->right.decVal, &made.decVal);
    if (FAILED(status))
        return status;
    made.vt = VT_DECIMAL;
    *result = made;
    return S_OK;
}

static HRESULT compute_currency(struct operands *both, enum operation operation, VARIANT *result) {
    HRESULT(WINAPI *const functions[])(CY, CY, CY *) = {api_VarCyAdd, api_VarCySub, api_VarCyMul};
    VARIANT made = {.vt = VT_CY};
    HRESULT status = functions[operation](both->left.cyVal, both->right.cyVal, &made.cyVal);
    if (SUCCEEDED(status))
        *result = made;
    return status;
}

static HRESULT compute(struct operands *both, enum operation operation, VARIANT *result) {
    VARTYPE type = common_type(both, operation);
    bool is_real = type == VT_R4 || type == VT_R8 || type == VT_DATE;
    HRESULT status = change_both(both, is_real ? VT_R8 : type);
    if (FAILED(status))
        return status;
    if (type == VT_DECIMAL)
        return compute_decimal(both, operation, result);
    if (type == VT_CY)
        return compute_currency(both, operation, result);
    return is_real ? compute_real(both, operation, type, result) : compute_integer(both, operation, type, result);
}

/* Texts are joined by addition, also with nothing. */
static HRESULT join(struct operands *both, VARIANT *result) {
    VARIANT made = {.vt = VT_BSTR};
    HRESULT status = change_both(both, VT_BSTR);
    if (SUCCEEDED(status))
        status = api_VarBstrCat(both->left.bstrVal, both->right.bstrVal, &made.bstrVal);
    if (SUCCEEDED(status))
        *result = made;
    return status;
}

static bool is_text_or_nothing(VARTYPE type) { return type == VT_BSTR || type == VT_EMPTY; }

static HRESULT arithmetic(const VARIANT *left, const VARIANT *right, VARIANT *result, enum operation operation) {
    struct operands both;
    HRESULT status = operands_copy(&both, left, right);
    if (SUCCEEDED(status) && (!is_basic(both.left.vt) || !is_basic(both.right.vt))) {
        bool is_error = operation == SUBTRACT && has(&both, VT_ERROR);
        status = is_error && !is_other_integer(both.left.vt) && !is_other_integer(both.right.vt) ? DISP_E_TYPEMISMATCH
                                                                                                 : DISP_E_BADVARTYPE;
    } else if (SUCCEEDED(status) && has(&both, VT_NULL)) {
        set_null(result);
    } else if (SUCCEEDED(status)) {
        bool joins = operation == ADD && has(&both, VT_BSTR) && is_text_or_nothing(both.left.vt) &&
                     is_text_or_nothing(both.right.vt);
        status = joins ? join(&both, result) : compute(&both, operation, result);
    }
    operands_clear(&both);
    return status;
}

API(oleaut32, HRESULT, VarAdd, VARIANT *pvarLeft, VARIANT *pvarRight, VARIANT *pvarResult) {
    return arithmetic(pvarLeft, pvarRight, pvarResult, ADD);
}

API(oleaut32, HRESULT, VarSub, VARIANT *pvarLeft, VARIANT *pvarRight, VARIANT *pvarResult) {
    return arithmetic(pvarLeft, pvarRight, pvarResult, SUBTRACT);
}

API(oleaut32, HRESULT, VarMul, VARIANT *pvarLeft, VARIANT *pvarRight, VARIANT *pvarResult) {
    return arithmetic(pvarLeft, pvarRight, pvarResult, MULTIPLY);
}

API(oleaut32, HRESULT, VarCat, VARIANT *left, VARIANT *right, VARIANT *result) {
    struct operands both;
    HRESULT status = operands_copy(&both, left, right);
    if (SUCCEEDED(status) && has(&both, VT_ERROR)) {
        status = DISP_E_TYPEMISMATCH;
    } else if (SUCCEEDED(status) && are(&both, VT_NULL)) {
        set_null(result);
    } else if (SUCCEEDED(status)) {
        if (both.left.vt == VT_NULL)
            both.left.vt = VT_EMPTY;
        if (both.right.vt == VT_NULL)
            both.right.vt = VT_EMPTY;
        status = join(&both, result);
    }
    operands_clear(&both);
    return status;
}

/* ---- division ---- */

static HRESULT divide_reals(struct operands *both, bool is_single, VARIANT *result) {
    HRESULT status = change_both(both, VT_R8);
    if (FAILED(status))
        return status;
    if (both->right.dblVal == 0)
        return both->left.dblVal == 0 ? DISP_E_OVERFLOW : DISP_E_DIVBYZERO;
    double value = both->left.dblVal / both->right.dblVal;
    if (!isfinite(value))
        return DISP_E_OVERFLOW;
    if (is_single)
        *result = (VARIANT){.vt = VT_R4, .fltVal = (float)value};
    else
        set_real(result, value);
    return S_OK;
}

static HRESULT divide_decimals(struct operands *both, VARIANT *result) {
    VARIANT made = {0};
    HRESULT status = change_both(both, VT_DECIMAL);
    if (SUCCEEDED(status))
        status = api_VarDecDiv(&both->left.decVal, &both->right.decVal, &made.decVal);
    if (FAILED(status))
        return status;
    made.vt = VT_DECIMAL;
    *result = made;
    return S_OK;
}

static bool is_single_or_small(VARTYPE type) { return type == VT_R4 || is_small(type); }

API(oleaut32, HRESULT, VarDiv, VARIANT *pvarLeft, VARIANT *pvarRight, VARIANT *pvarResult) {
    struct operands both;
    HRESULT status = operands_copy(&both, pvarLeft, pvarRight);
    if (SUCCEEDED(status) && has(&both, VT_NULL)) {
        set_null(pvarResult);
    } else if (SUCCEEDED(status) && has(&both, VT_ERROR)) {
        status = DISP_E_TYPEMISMATCH;
    } else if (SUCCEEDED(status)) {
        bool is_single = has(&both, VT_R4) && is_single_or_small(both.left.vt) && is_single_or_small(both.right.vt);
        status = has(&both, VT_DECIMAL) ? divide_decimals(&both, pvarResult)
                                        : divide_reals(&both, is_single, pvarResult);
    }
    operands_clear(&both);
    return status;
}

/* ---- whole numbers ---- */

/* The type for division without remainder, and for bits. */
static VARTYPE whole_type(const struct operands *both) {
    if (has(both, VT_I8))
        return VT_I8;
    if (are(both, VT_UI1))
        return VT_UI1;
    return is_small(both->left.vt) && is_small(both->right.vt) ? VT_I2 : VT_I4;
}

static HRESULT divide_whole(const VARIANT *left, const VARIANT *right, VARIANT *result, bool wants_rest) {
    struct operands both;
    HRESULT status = operands_copy(&both, left, right);
    if (SUCCEEDED(status) && has(&both, VT_ERROR)) {
        status = DISP_E_TYPEMISMATCH;
    } else if (SUCCEEDED(status) && has(&both, VT_NULL)) {
        set_null(result);
    } else if (SUCCEEDED(status)) {
        VARTYPE type = wants_rest && both.left.vt == VT_EMPTY ? VT_I4 : whole_type(&both);
        status = change_both(&both, type);
        int64_t divisor = integer_of(&both.right), dividend = integer_of(&both.left);
        if (SUCCEEDED(status) && !divisor)
            status = DISP_E_DIVBYZERO;
        else if (SUCCEEDED(status) && divisor == -1)
            set_integer(result, type, wants_rest ? 0 : (int64_t)-(uint64_t)dividend);
        else if (SUCCEEDED(status))
            set_integer(result, type, wants_rest ? dividend % divisor : dividend / divisor);
    }
    operands_clear(&both);
    return status;
}

API(oleaut32, HRESULT, VarIdiv, VARIANT *pvarLeft, VARIANT *pvarRight, VARIANT *pvarResult) {
    return divide_whole(pvarLeft, pvarRight, pvarResult, false);
}

API(oleaut32, HRESULT, VarMod, VARIANT *pvarLeft, VARIANT *pvarRight, VARIANT *pvarResult) {
    return divide_whole(pvarLeft, pvarRight, pvarResult, true);
}

API(oleaut32, HRESULT, VarPow, VARIANT *pvarLeft, VARIANT *pvarRight, VARIANT *pvarResult) {
    struct operands both;
    HRESULT status = operands_copy(&both, pvarLeft, pvarRight);
    if (SUCCEEDED(status) && has(&both, VT_NULL)) {
        set_null(pvarResult);
    } else if (SUCCEEDED(status) && has(&both, VT_ERROR)) {
        status = DISP_E_BADVARTYPE;
    } else if (SUCCEEDED(status)) {
        status = change_both(&both, VT_R8);
        if (SUCCEEDED(status))
            set_real(pvarResult, pow(both.left.dblVal, both.right.dblVal));
    }
    operands_clear(&both);
    return status;
}

/* ---- logic: by bits, and with three values where one operand is Null ---- */

enum logic { AND, OR, XOR, EQUIVALENT, IMPLIES };

static int64_t combine(enum logic logic, int64_t left, int64_t right) {
    switch (logic) {
    case AND: return left & right;
    case OR: return left | right;
    case XOR: return left ^ right;
    case EQUIVALENT: return ~(left ^ right);
    default: return ~left | right;
    }
}

/* Texts are Boolean where both operands can be. */
static VARTYPE logic_type(const struct operands *both, enum logic logic) {
    bool left_bool = both->left.vt == VT_BOOL, right_bool = both->right.vt == VT_BOOL;
    bool left_text = both->left.vt == VT_BSTR, right_text = both->right.vt == VT_BSTR;
    bool texts_are_numbers = logic == XOR || logic == EQUIVALENT;
    if (left_bool && right_bool)
        return VT_BOOL;
    if (texts_are_numbers)
        return whole_type(both);
    if ((left_bool || left_text) && (right_bool || right_text))
        return VT_BOOL;
    struct operands numbers = *both;
    numbers.left.vt = left_text ? VT_I2 : numbers.left.vt;
    numbers.right.vt = right_text ? VT_I2 : numbers.right.vt;
    return whole_type(&numbers);
}

/* The operand beside a Null decides where it can: False And, True Or, True implied, False implying. */
static bool decides(enum logic logic, bool is_left, int64_t value) {
    return logic == AND ? value == 0 : logic == OR ? value != 0 : logic == IMPLIES && (is_left ? value == 0 : value != 0);
}

static HRESULT with_null(struct operands *both, enum logic logic, VARIANT *result) {
    bool is_left = both->right.vt == VT_NULL;
    VARIANT *known = is_left ? &both->left : &both->right;
    struct operands alone = {*known, *known};
    VARTYPE type = logic_type(&alone, logic);
    if (known->vt == VT_NULL || logic == XOR || logic == EQUIVALENT) {
        set_null(result);
        return S_OK;
    }
    HRESULT status = change(known, type);
    if (FAILED(status))
        return status;
    int64_t value = integer_of(known);
    if (decides(logic, is_left, value))
        set_integer(result, type, logic == IMPLIES && is_left ? (type == VT_UI1 ? UINT8_MAX : -1) : value);
    else
        set_null(result);
    return S_OK;
}

static HRESULT by_bits(const VARIANT *left, const VARIANT *right, VARIANT *result, enum logic logic) {
    struct operands both;
    HRESULT status = operands_copy(&both, left, right);
    if (SUCCEEDED(status) && has(&both, VT_ERROR)) {
        status = logic == XOR || logic == EQUIVALENT ? DISP_E_BADVARTYPE : DISP_E_TYPEMISMATCH;
    } else if (SUCCEEDED(status) && has(&both, VT_NULL)) {
        status = with_null(&both, logic, result);
    } else if (SUCCEEDED(status)) {
        VARTYPE type = logic_type(&both, logic);
        status = change_both(&both, type);
        if (SUCCEEDED(status)) {
            int64_t value = combine(logic, integer_of(&both.left), integer_of(&both.right));
            set_integer(result, type, type == VT_UI1 ? value & UINT8_MAX : value);
        }
    }
    operands_clear(&both);
    return status;
}

API(oleaut32, HRESULT, VarAnd, VARIANT *pvarLeft, VARIANT *pvarRight, VARIANT *pvarResult) {
    return by_bits(pvarLeft, pvarRight, pvarResult, AND);
}
API(oleaut32, HRESULT, VarOr, VARIANT *pvarLeft, VARIANT *pvarRight, VARIANT *pvarResult) {
    return by_bits(pvarLeft, pvarRight, pvarResult, OR);
}
API(oleaut32, HRESULT, VarXor, VARIANT *pvarLeft, VARIANT *pvarRight, VARIANT *pvarResult) {
    return by_bits(pvarLeft, pvarRight, pvarResult, XOR);
}
API(oleaut32, HRESULT, VarEqv, VARIANT *pvarLeft, VARIANT *pvarRight, VARIANT *pvarResult) {
    return by_bits(pvarLeft, pvarRight, pvarResult, EQUIVALENT);
}
API(oleaut32, HRESULT, VarImp, VARIANT *pvarLeft, VARIANT *pvarRight, VARIANT *pvarResult) {
    return by_bits(pvarLeft, pvarRight, pvarResult, IMPLIES);
}

/* ---- one operand ---- */

enum single { ABSOLUTE, NEGATE, TRUNCATE, FLOOR, ROUND };

static HRESULT single_decimal(const VARIANT *operand, enum single what, int digits, VARIANT *result) {
    VARIANT source = *operand, made = {0};
    HRESULT status = what == ABSOLUTE   ? api_VarDecAbs(&source.decVal, &made.decVal)
                   : what == NEGATE   ? api_VarDecNeg(&source.decVal, &made.decVal)
                   : what == TRUNCATE ? api_VarDecFix(&source.decVal, &made.decVal)
                   : what == FLOOR    ? api_VarDecInt(&source.decVal, &made.decVal)
                                      : api_VarDecRound(&source.decVal, digits, &made.decVal);
    made.vt = VT_DECIMAL;
    if (SUCCEEDED(status))
        *result = made;
    return status;
}

static HRESULT single_currency(CY value, enum single what, int digits, VARIANT *result) {
    VARIANT made = {.vt = VT_CY};
    HRESULT status = what == ABSOLUTE   ? api_VarCyAbs(value, &made.cyVal)
                   : what == NEGATE   ? api_VarCyNeg(value, &made.cyVal)
                   : what == TRUNCATE ? api_VarCyFix(value, &made.cyVal)
                   : what == FLOOR    ? api_VarCyInt(value, &made.cyVal)
                                      : api_VarCyRound(value, digits, &made.cyVal);
    if (SUCCEEDED(status))
        *result = made;
    return status;
}

static HRESULT single_real(double value, enum single what, int digits, double *made) {
    *made = what == ABSOLUTE ? fabs(value) : what == NEGATE ? -value : what == TRUNCATE ? trunc(value) : floor(value);
    return what == ROUND ? api_VarR8Round(value, digits, made) : S_OK;
}

static HRESULT single_integer(VARTYPE type, int64_t value, enum single what, VARIANT *result) {
    bool changes = what == NEGATE || (what == ABSOLUTE && value < 0);
    if (changes && what == ABSOLUTE && (value == INT64_MIN || !fits(type, -value)))
        return DISP_E_OVERFLOW;
    if (changes && value == INT64_MIN)
        set_real(result, -(double)value);
    else
        set_integer(result, type == VT_BOOL ? VT_I2 : type, changes ? -value : value);
    return S_OK;
}

static HRESULT single_of_real(const VARIANT *operand, enum single what, int digits, VARIANT *result) {
    double made;
    double value = operand->vt == VT_R4 ? (double)operand->fltVal : operand->dblVal;
    HRESULT status = single_real(value, what, digits, &made);
    if (SUCCEEDED(status))
        *result = operand->vt == VT_R4 ? (VARIANT){.vt = VT_R4, .fltVal = (float)made}
                                       : (VARIANT){.vt = operand->vt, .dblVal = made};
    return status;
}

static HRESULT single_of(VARIANT *operand, enum single what, int digits, VARIANT *result) {
    if (operand->vt == VT_BSTR) {
        HRESULT status = change(operand, VT_R8);
        if (FAILED(status))
            return status;
    }
    switch (operand->vt) {
    case VT_NULL: set_null(result); return S_OK;
    case VT_EMPTY: set_integer(result, VT_I2, 0); return S_OK;
    case VT_DECIMAL: return single_decimal(operand, what, digits, result);
    case VT_CY: return single_currency(operand->cyVal, what, digits, result);
    case VT_R4:
    case VT_R8:
    case VT_DATE: return single_of_real(operand, what, digits, result);
    case VT_UI1:
    case VT_I2:
    case VT_BOOL:
    case VT_I4: return single_integer(operand->vt, integer_of(operand), what, result);
    case VT_I8: return what == ROUND ? DISP_E_BADVARTYPE : single_integer(VT_I8, operand->llVal, what, result);
    default: return what == ROUND ? DISP_E_BADVARTYPE : DISP_E_TYPEMISMATCH;
    }
}

static HRESULT single(const VARIANT *operand, enum single what, int digits, VARIANT *result) {
    VARIANT copy = {0};
    HRESULT status = api_VariantCopyInd(&copy, operand);
    if (SUCCEEDED(status))
        status = single_of(&copy, what, digits, result);
    api_VariantClear(&copy);
    return status;
}

API(oleaut32, HRESULT, VarNeg, VARIANT *pvarIn, VARIANT *pvarResult) { return single(pvarIn, NEGATE, 0, pvarResult); }
API(oleaut32, HRESULT, VarFix, VARIANT *pvarIn, VARIANT *pvarResult) { return single(pvarIn, TRUNCATE, 0, pvarResult); }
API(oleaut32, HRESULT, VarInt, VARIANT *pvarIn, VARIANT *pvarResult) { return single(pvarIn, FLOOR, 0, pvarResult); }

API(oleaut32, HRESULT, VarAbs, VARIANT *pvarIn, VARIANT *pvarResult) {
    VARTYPE type = pvarIn->vt;
    if (type == VT_UI2 || type == VT_UI4 || type == VT_UI8 || type == VT_UINT) {
        *pvarResult = *pvarIn;
        return S_OK;
    }
    if (type == VT_I1 || type == VT_INT) {
        int value = type == VT_I1 ? pvarIn->cVal : pvarIn->lVal;
        if (value == (type == VT_I1 ? INT8_MIN : INT32_MIN))
            return DISP_E_OVERFLOW;
        *pvarResult = (VARIANT){.vt = type, .lVal = value < 0 ? -value : value};
        return S_OK;
    }
    return single(pvarIn, ABSOLUTE, 0, pvarResult);
}

API(oleaut32, HRESULT, VarRound, VARIANT *pvarIn, int cDecimals, VARIANT *pvarResult) {
    return cDecimals < 0 ? E_INVALIDARG : single(pvarIn, ROUND, cDecimals, pvarResult);
}

API(oleaut32, HRESULT, VarNot, VARIANT *pvarIn, VARIANT *pvarResult) {
    VARIANT copy = {0};
    HRESULT status = api_VariantCopyInd(&copy, pvarIn);
    if (FAILED(status))
        return status;
    if (copy.vt == VT_NULL) {
        set_null(pvarResult);
    } else if (copy.vt == VT_ERROR) {
        status = DISP_E_TYPEMISMATCH;
    } else {
        VARTYPE type = copy.vt == VT_BOOL || copy.vt == VT_UI1 || copy.vt == VT_I8 ? copy.vt : is_small(copy.vt) ? VT_I2 : VT_I4;
        status = change(&copy, type);
        if (SUCCEEDED(status))
            set_integer(pvarResult, type, type == VT_UI1 ? ~integer_of(&copy) & UINT8_MAX : ~integer_of(&copy));
    }
    api_VariantClear(&copy);
    return status;
}

/* ---- comparison ---- */

enum { VARCMP_LT, VARCMP_EQ, VARCMP_GT, VARCMP_NULL };

#define COMPARED(left_, right_) ((left_) < (right_) ? VARCMP_LT : (left_) > (right_) ? VARCMP_GT : VARCMP_EQ)

static HRESULT compare_numbers(struct operands *both) {
    VARTYPE type = has(both, VT_DECIMAL) || has(both, VT_CY) ? VT_DECIMAL : VT_I8;
    if (has(both, VT_R4) || has(both, VT_R8) || has(both, VT_DATE))
        type = has(both, VT_DECIMAL) ? VT_DECIMAL : VT_R8;
    HRESULT status = change_both(both, type);
    if (FAILED(status))
        return status;
    if (type == VT_DECIMAL)
        return api_VarDecCmp(&both->left.decVal, &both->right.decVal);
    return type == VT_R8 ? COMPARED(both->left.dblVal, both->right.dblVal) : COMPARED(both->left.llVal, both->right.llVal);
}

/* Numbers stand before texts. */
static HRESULT compare(struct operands *both, LCID locale, ULONG flags) {
    if (has(both, VT_NULL))
        return VARCMP_NULL;
    if (are(both, VT_ERROR))
        return COMPARED(both->left.ulVal, both->right.ulVal);
    if (!is_basic(both->left.vt) || !is_basic(both->right.vt))
        return DISP_E_TYPEMISMATCH;
    if (has(both, VT_BSTR)) {
        if (is_text_or_nothing(both->left.vt) && is_text_or_nothing(both->right.vt))
            return api_VarBstrCmp(both->left.bstrVal, both->right.bstrVal, locale, flags);
        return both->left.vt == VT_BSTR ? VARCMP_GT : VARCMP_LT;
    }
    return compare_numbers(both);
}

API(oleaut32, HRESULT, VarCmp, VARIANT *pvarLeft, VARIANT *pvarRight, LCID lcid, ULONG dwFlags) {
    struct operands both;
    HRESULT status = operands_copy(&both, pvarLeft, pvarRight);
    if (SUCCEEDED(status))
        status = compare(&both, lcid, dwFlags);
    operands_clear(&both);
    return status;
}
