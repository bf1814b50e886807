/* Values of properties as numbers and texts, and made of them ("PropVariantToInt32 function", "VariantToInt32 function",
 * "InitPropVariantFromInt32Vector function" and their kin). A VARIANT is a PROPVARIANT that holds fewer types. */
#include "codepage.h"
#include "propsys.h"

API_USE(HRESULT, VariantChangeTypeEx, VARIANT *, VARIANT *, LCID, USHORT, VARTYPE);
API_USE(SAFEARRAY *, SafeArrayCreateVector, VARTYPE, LONG, ULONG);
API_USE(UINT, SafeArrayGetDim, SAFEARRAY *);
API_USE(BSTR, SysAllocString, LPCOLESTR);

#define HRESULT_ARITHMETIC_OVERFLOW ((HRESULT)0x80070216)
#define TYPE_E_BUFFERTOOSMALL ((HRESULT)0x80028016)

/* ---- elements ---- */

static COUNTED_ARRAY *array_of(const VARIANT *value) { return (COUNTED_ARRAY *)(uintptr_t)&value->llVal; }

/* Of one dimension. */
static const SAFEARRAY *safe_array_of(const VARIANT *value) {
    SAFEARRAY *array = value->vt & VT_BYREF ? *(SAFEARRAY **)value->byref : value->parray;
    return array && api_SafeArrayGetDim(array) == 1 ? array : NULL;
}

/* How many values there are: of a vector or an array all, else one, or none in an empty value. */
ULONG propvariant_count(const VARIANT *value) {
    if (value->vt & VT_VECTOR)
        return array_of(value)->cElems;
    if (value->vt & VT_ARRAY) {
        const SAFEARRAY *array = safe_array_of(value);
        return array ? array->rgsabound[0].cElements : 0;
    }
    return value->vt == VT_EMPTY || value->vt == VT_NULL ? 0 : 1;
}

/* One of them, without a copy of what it refers to. */
HRESULT propvariant_element(const VARIANT *value, ULONG index, VARIANT *element) {
    VARTYPE type = value->vt & VT_TYPEMASK;
    const char *data = NULL;
    if (index >= propvariant_count(value))
        return E_INVALIDARG;
    if (value->vt & VT_VECTOR)
        data = array_of(value)->pElems;
    else if (value->vt & VT_ARRAY)
        data = safe_array_of(value)->pvData;
    if (!data) {
        *element = *value;
        return S_OK;
    }
    size_t size = propvariant_element_size(type);
    if (!size)
        return E_INVALIDARG;
    data += index * size;
    if (type == VT_VARIANT) {
        *element = *(const VARIANT *)(const void *)data;
        return S_OK;
    }
    memset(element, 0, sizeof *element);
    element->vt = type;
    if (type == VT_CLSID)
        element->byref = (void *)(uintptr_t)data;
    else
        memcpy(&element->llVal, data, size > sizeof(LONGLONG) ? sizeof(LONGLONG) : size);
    return S_OK;
}

/* ---- numbers ---- */

static bool is_signed(VARTYPE type) {
    return type == VT_I1 || type == VT_I2 || type == VT_I4 || type == VT_I8 || type == VT_INT;
}
static bool is_unsigned(VARTYPE type) {
    return type == VT_UI1 || type == VT_UI2 || type == VT_UI4 || type == VT_UI8 || type == VT_UINT;
}

static int64_t signed_of(const VARIANT *value) {
    switch (value->vt) {
    case VT_I1: return value->cVal;
    case VT_I2: return value->iVal;
    case VT_I8: return value->llVal;
    default: return value->lVal;
    }
}

static uint64_t unsigned_of(const VARIANT *value) {
    switch (value->vt) {
    case VT_UI1: return value->bVal;
    case VT_UI2: return value->uiVal;
    case VT_UI8: return value->ullVal;
    default: return value->ulVal;
    }
}

/* An integer as one of another type. */
static HRESULT integer_to(const VARIANT *source, VARTYPE type, VARIANT *result) {
    bool negative = is_signed(source->vt) && signed_of(source) < 0;
    uint64_t bits = is_signed(source->vt) ? (uint64_t)signed_of(source) : unsigned_of(source);
    unsigned width = (unsigned)variant_type_size(type) * 8;
    if (is_unsigned(type)) {
        if (negative || (width < 64 && bits >> width))
            return HRESULT_ARITHMETIC_OVERFLOW;
    } else {
        uint64_t limit = (uint64_t)1 << (width - 1);
        if (negative ? -bits > limit : bits >= limit)
            return HRESULT_ARITHMETIC_OVERFLOW;
    }
    *result = (VARIANT){.vt = type, .ullVal = bits};
    return S_OK;
}

static bool is_integer(VARTYPE type) { return is_signed(type) || is_unsigned(type); }

/* A text in either encoding as a BSTR; NULL for what is no text, or without memory. */
BSTR propvariant_text_copy(const VARIANT *value) {
    if (value->vt == VT_BSTR)
        return api_SysAllocStringByteLen((LPCSTR)value->bstrVal, api_SysStringByteLen(value->bstrVal));
    if (value->vt == VT_LPWSTR)
        return api_SysAllocString(value->byref ? value->byref : u"");
    if (value->vt != VT_LPSTR)
        return NULL;
    WCHAR *wide = path_wide_from_ansi(value->byref ? value->byref : "");
    BSTR copy = wide ? api_SysAllocString(wide) : NULL;
    free(wide);
    return copy;
}

/* A value as a number; the result refers to nothing. */
static HRESULT number_to(const VARIANT *source, VARTYPE type, VARIANT *result) {
    VARIANT text = {.vt = VT_BSTR};
    if (source->vt == type) {
        *result = *source;
        return S_OK;
    }
    if (is_integer(source->vt) && is_integer(type))
        return integer_to(source, type, result);
    if (source->vt & (VT_VECTOR | VT_ARRAY))
        return DISP_E_TYPEMISMATCH;
    if (source->vt == VT_LPWSTR || source->vt == VT_LPSTR) {
        text.bstrVal = propvariant_text_copy(source);
        if (!text.bstrVal)
            return E_OUTOFMEMORY;
        source = &text;
    }
    enum { LOCALE_USER_DEFAULT = 0x400 };
    *result = (VARIANT){.vt = VT_EMPTY};
    HRESULT code = api_VariantChangeTypeEx(result, (VARIANT *)(uintptr_t)source, LOCALE_USER_DEFAULT, 0, type);
    if (text.bstrVal)
        bstr_free(text.bstrVal);
    return code;
}

/* Texts stand for truth by word: "true", "#TRUE#" and "false", "#FALSE#" in any case; other texts must be numbers. */
static HRESULT to_boolean(const VARIANT *source, VARIANT *result) {
    HRESULT code = number_to(source, VT_BOOL, result);
    if (SUCCEEDED(code) || source->vt == VT_BSTR || source->vt == VT_LPWSTR || source->vt == VT_LPSTR)
        return code;
    return DISP_E_TYPEMISMATCH;
}

static HRESULT convert(const VARIANT *source, VARTYPE type, VARIANT *result) {
    return type == VT_BOOL ? to_boolean(source, result) : number_to(source, type, result);
}

/* The C types of the functions' values, and their types in a VARIANT. */
#define NUMBERS(of_)                                                                                             \
    of_(Boolean, BOOL, VT_BOOL, boolVal) of_(Int16, SHORT, VT_I2, iVal) of_(UInt16, USHORT, VT_UI2, uiVal)       \
    of_(Int32, LONG, VT_I4, lVal) of_(UInt32, ULONG, VT_UI4, ulVal) of_(Int64, LONGLONG, VT_I8, llVal)           \
    of_(UInt64, ULONGLONG, VT_UI8, ullVal) of_(Double, double, VT_R8, dblVal)

#define TRUTH_OF(type_, value_) ((type_) == VT_BOOL ? ((value_) != 0) : (value_))

/* One value converted; with a default where it cannot be; an element, whose type must be right, by its number. */
#define SCALARS(name_, type_, vt_, field_)                                                                       \
    static HRESULT scalar_##name_(const VARIANT *value, type_ *result) {                                         \
        VARIANT number;                                                                                          \
        *result = 0;                                                                                             \
        HRESULT code = convert(value, vt_, &number);                                                             \
        if (SUCCEEDED(code))                                                                                     \
            *result = (type_)TRUTH_OF(vt_, number.field_);                                                       \
        return code;                                                                                             \
    }                                                                                                            \
    API_AS(pv_to_##name_, propsys, HRESULT, "PropVariantTo" #name_, const VARIANT *propvarIn, type_ *result) {   \
        return scalar_##name_(propvarIn, result);                                                                \
    }                                                                                                            \
    API_AS(v_to_##name_, propsys, HRESULT, "VariantTo" #name_, const VARIANT *varIn, type_ *result) {            \
        return scalar_##name_(varIn, result);                                                                    \
    }                                                                                                            \
    API_AS(pv_default_##name_, propsys, type_, "PropVariantTo" #name_ "WithDefault", const VARIANT *propvarIn,   \
           type_ value) {                                                                                        \
        type_ result;                                                                                            \
        return SUCCEEDED(scalar_##name_(propvarIn, &result)) && propvarIn->vt != VT_EMPTY ? result : value;      \
    }                                                                                                            \
    API_AS(v_default_##name_, propsys, type_, "VariantTo" #name_ "WithDefault", const VARIANT *varIn,            \
           type_ value) {                                                                                        \
        type_ result;                                                                                            \
        return SUCCEEDED(scalar_##name_(varIn, &result)) && varIn->vt != VT_EMPTY ? result : value;              \
    }                                                                                                            \
    static HRESULT element_##name_(const VARIANT *value, ULONG index, type_ *result) {                           \
        VARIANT element;                                                                                         \
        HRESULT code = propvariant_element(value, index, &element);                                              \
        if (SUCCEEDED(code) && element.vt != (vt_))                                                              \
            code = E_INVALIDARG;                                                                                 \
        *result = (type_)(SUCCEEDED(code) ? TRUTH_OF(vt_, element.field_) : 0);                                  \
        return code;                                                                                             \
    }                                                                                                            \
    API_AS(pv_element_##name_, propsys, HRESULT, "PropVariantGet" #name_ "Elem", const VARIANT *propvar,         \
           ULONG iElem, type_ *result) {                                                                         \
        return element_##name_(propvar, iElem, result);                                                          \
    }                                                                                                            \
    API_AS(v_element_##name_, propsys, HRESULT, "VariantGet" #name_ "Elem", const VARIANT *var, ULONG iElem,     \
           type_ *result) {                                                                                      \
        return element_##name_(var, iElem, result);                                                              \
    }
NUMBERS(SCALARS)

/* ---- vectors out ---- */

static bool is_vector_of(const VARIANT *value, VARTYPE type) {
    return value->vt == (VT_VECTOR | type) || (value->vt & ~VT_BYREF) == (VT_ARRAY | type);
}

#define VECTORS(name_, type_, vt_, field_)                                                                       \
    static HRESULT vector_##name_(const VARIANT *value, type_ *numbers, ULONG room, ULONG *count) {              \
        *count = 0;                                                                                              \
        if (!is_vector_of(value, vt_))                                                                           \
            return E_INVALIDARG;                                                                                 \
        ULONG length = propvariant_count(value);                                                                 \
        if (length > room)                                                                                       \
            return TYPE_E_BUFFERTOOSMALL;                                                                        \
        for (ULONG i = 0; i < length; i++)                                                                       \
            element_##name_(value, i, &numbers[i]);                                                              \
        *count = length;                                                                                         \
        return S_OK;                                                                                             \
    }                                                                                                            \
    static HRESULT allocated_##name_(const VARIANT *value, type_ **numbers, ULONG *count) {                      \
        ULONG length = propvariant_count(value);                                                                 \
        *numbers = NULL;                                                                                         \
        *count = 0;                                                                                              \
        if (!is_vector_of(value, vt_))                                                                           \
            return E_INVALIDARG;                                                                                 \
        *numbers = heap_alloc(length * sizeof(type_));                                                           \
        return *numbers ? vector_##name_(value, *numbers, length, count) : E_OUTOFMEMORY;                        \
    }                                                                                                            \
    API_AS(pv_vector_##name_, propsys, HRESULT, "PropVariantTo" #name_ "Vector", const VARIANT *propvar,         \
           type_ *prgn, ULONG crgn, ULONG *pcElem) {                                                             \
        return vector_##name_(propvar, prgn, crgn, pcElem);                                                      \
    }                                                                                                            \
    API_AS(v_array_##name_, propsys, HRESULT, "VariantTo" #name_ "Array", const VARIANT *var, type_ *prgn,       \
           ULONG crgn, ULONG *pcElem) {                                                                          \
        return vector_##name_(var, prgn, crgn, pcElem);                                                          \
    }                                                                                                            \
    API_AS(pv_alloc_##name_, propsys, HRESULT, "PropVariantTo" #name_ "VectorAlloc", const VARIANT *propvar,     \
           type_ **pprgn, ULONG *pcElem) {                                                                       \
        return allocated_##name_(propvar, pprgn, pcElem);                                                        \
    }                                                                                                            \
    API_AS(v_alloc_##name_, propsys, HRESULT, "VariantTo" #name_ "ArrayAlloc", const VARIANT *var,               \
           type_ **pprgn, ULONG *pcElem) {                                                                       \
        return allocated_##name_(var, pprgn, pcElem);                                                            \
    }
NUMBERS(VECTORS)

/* ---- vectors in ---- */

/* A vector of numbers of `size` bytes each; BOOLs become VARIANT_BOOLs. */
HRESULT propvariant_make_vector(VARIANT *result, VARTYPE type, const void *numbers, ULONG count, size_t size) {
    *result = (VARIANT){.vt = VT_EMPTY};
    if (!numbers && count)
        return E_INVALIDARG;
    size_t kept = type == VT_BOOL ? sizeof(VARIANT_BOOL) : size;
    void *data = heap_alloc(count * kept);
    if (!data)
        return E_OUTOFMEMORY;
    if (type == VT_BOOL)
        for (ULONG i = 0; i < count; i++)
            ((VARIANT_BOOL *)data)[i] = ((const BOOL *)numbers)[i] ? VARIANT_TRUE : VARIANT_FALSE;
    else if (count)
        memcpy(data, numbers, count * size);
    result->vt = VT_VECTOR | type;
    *array_of(result) = (COUNTED_ARRAY){count, data};
    return S_OK;
}

/* A safe array of the same. */
static HRESULT make_array(VARIANT *result, VARTYPE type, const void *numbers, ULONG count, size_t size) {
    *result = (VARIANT){.vt = VT_EMPTY};
    if (!numbers && count)
        return E_INVALIDARG;
    SAFEARRAY *array = api_SafeArrayCreateVector(type, 0, count);
    if (!array)
        return E_OUTOFMEMORY;
    if (type == VT_BOOL)
        for (ULONG i = 0; i < count; i++)
            ((VARIANT_BOOL *)array->pvData)[i] = ((const BOOL *)numbers)[i] ? VARIANT_TRUE : VARIANT_FALSE;
    else if (count)
        memcpy(array->pvData, numbers, count * size);
    *result = (VARIANT){.vt = VT_ARRAY | type, .parray = array};
    return S_OK;
}

#define MAKERS(name_, type_, vt_, field_)                                                                        \
    API_AS(pv_from_##name_, propsys, HRESULT, "InitPropVariantFrom" #name_ "Vector", const type_ *prgn,          \
           ULONG cElems, VARIANT *ppropvar) {                                                                    \
        return propvariant_make_vector(ppropvar, vt_, prgn, cElems, sizeof(type_));                              \
    }                                                                                                            \
    API_AS(v_from_##name_, propsys, HRESULT, "InitVariantFrom" #name_ "Array", const type_ *prgn, ULONG cElems,  \
           VARIANT *pvar) {                                                                                      \
        return make_array(pvar, vt_, prgn, cElems, sizeof(type_));                                               \
    }
NUMBERS(MAKERS)

API(propsys, HRESULT, InitPropVariantFromBuffer, LPCVOID pv, UINT cb, VARIANT *ppropvar) {
    return propvariant_make_vector(ppropvar, VT_UI1, pv, cb, 1);
}

API(propsys, HRESULT, InitVariantFromBuffer, LPCVOID pv, UINT cb, VARIANT *pvar) {
    return make_array(pvar, VT_UI1, pv, cb, 1);
}

API(propsys, HRESULT, InitPropVariantFromFileTimeVector, const FILETIME *prgft, ULONG cElems, VARIANT *ppropvar) {
    return propvariant_make_vector(ppropvar, VT_FILETIME, prgft, cElems, sizeof *prgft);
}

API(propsys, ULONG, PropVariantGetElementCount, const VARIANT *propvar) { return propvariant_count(propvar); }
API_ALIAS(api_PropVariantGetElementCount, variant, propsys, "VariantGetElementCount");

/* ---- bytes ---- */

/* Exactly as many bytes as are asked for, of which there may be more. */
static HRESULT to_buffer(const VARIANT *value, void *buffer, UINT size) {
    if (!is_vector_of(value, VT_UI1))
        return E_INVALIDARG;
    ULONG count = propvariant_count(value);
    if (count < size)
        return E_FAIL;
    memcpy(buffer, value->vt & VT_VECTOR ? array_of(value)->pElems : safe_array_of(value)->pvData, size);
    return S_OK;
}

API(propsys, HRESULT, PropVariantToBuffer, const VARIANT *propvar, void *pv, UINT cb) { return to_buffer(propvar, pv, cb); }
API(propsys, HRESULT, VariantToBuffer, const VARIANT *varIn, void *pv, UINT cb) { return to_buffer(varIn, pv, cb); }

/* ---- file times ---- */

API(propsys, HRESULT, PropVariantToFileTimeVector, const VARIANT *propvar, FILETIME *prgft, ULONG crgft, ULONG *pcElem) {
    *pcElem = 0;
    if (propvar->vt != (VT_VECTOR | VT_FILETIME))
        return E_INVALIDARG;
    if (array_of(propvar)->cElems > crgft)
        return TYPE_E_BUFFERTOOSMALL;
    *pcElem = array_of(propvar)->cElems;
    memcpy(prgft, array_of(propvar)->pElems, *pcElem * sizeof *prgft);
    return S_OK;
}

API(propsys, HRESULT, PropVariantToFileTimeVectorAlloc, const VARIANT *propvar, FILETIME **pprgft, ULONG *pcElem) {
    ULONG count = propvariant_count(propvar);
    *pprgft = NULL;
    *pcElem = 0;
    if (propvar->vt != (VT_VECTOR | VT_FILETIME))
        return E_INVALIDARG;
    *pprgft = heap_alloc(count * sizeof **pprgft);
    return *pprgft ? api_PropVariantToFileTimeVector(propvar, *pprgft, count, pcElem) : E_OUTOFMEMORY;
}

API(propsys, HRESULT, PropVariantGetFileTimeElem, const VARIANT *propvar, ULONG iElem, FILETIME *pftVal) {
    VARIANT element;
    HRESULT result = propvariant_element(propvar, iElem, &element);
    if (FAILED(result))
        return result;
    if (element.vt != VT_FILETIME)
        return E_INVALIDARG;
    memcpy(pftVal, &element.ullVal, sizeof *pftVal);
    return S_OK;
}

API(propsys, HRESULT, InitPropVariantFromFileTime, const FILETIME *pftIn, VARIANT *ppropvar) {
    *ppropvar = (VARIANT){.vt = VT_FILETIME};
    memcpy(&ppropvar->ullVal, pftIn, sizeof *pftIn);
    return S_OK;
}

/* ---- arrays of values ---- */

API(propsys, void, ClearPropVariantArray, VARIANT *rgPropVar, UINT cVars) {
    for (UINT i = 0; i < cVars; i++)
        api_PropVariantClear(&rgPropVar[i]);
}

API(propsys, void, ClearVariantArray, VARIANT *pvars, UINT cvars) {
    for (UINT i = 0; i < cvars; i++)
        api_VariantClear(&pvars[i]);
}
