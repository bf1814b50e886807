/* VARIANT: made, copied, cleared and changed in type ("Variant Manipulation Functions"). */
#include "variant.h"

size_t variant_type_size(VARTYPE type) {
    if (type & (VT_BYREF | VT_ARRAY))
        return sizeof(void *);
    switch (type) {
    case VT_I1: case VT_UI1: return 1;
    case VT_I2: case VT_UI2: case VT_BOOL: return 2;
    case VT_I4: case VT_UI4: case VT_R4: case VT_INT: case VT_UINT: case VT_ERROR: case VT_HRESULT: return 4;
    case VT_I8: case VT_UI8: case VT_R8: case VT_CY: case VT_DATE: case VT_FILETIME: return 8;
    case VT_BSTR: case VT_DISPATCH: case VT_UNKNOWN: case VT_INT_PTR: case VT_UINT_PTR: return sizeof(void *);
    case VT_DECIMAL: return sizeof(DECIMAL);
    case VT_VARIANT: return sizeof(VARIANT);
    default: return 0;
    }
}

void variant_from_memory(VARIANT *variant, VARTYPE type, const void *address) {
    *variant = (VARIANT){.vt = VT_EMPTY};
    if (type == VT_DECIMAL)
        memcpy(&variant->decVal, address, sizeof(DECIMAL));
    else
        memcpy(&variant->llVal, address, variant_type_size(type));
    variant->vt = type;
}

/* Which types a VARIANT can have; the same ones may be arrays or behind a reference, except nothing. */
static bool is_valid(VARTYPE type) {
    VARTYPE base = type & VT_TYPEMASK;
    if (type & (VT_VECTOR | VT_RESERVED) || (base >= VT_VOID && base != VT_RECORD && base != VT_INT_PTR &&
                                             base != VT_UINT_PTR) || base == 15)
        return false;
    if (type & (VT_ARRAY | VT_BYREF))
        return base != VT_EMPTY && base != VT_NULL;
    return base != VT_VARIANT && base != VT_INT_PTR && base != VT_UINT_PTR;
}

API(oleaut32, void, VariantInit, VARIANT *pvarg) {
    *pvarg = (VARIANT){.vt = VT_EMPTY};
}

static void clear_record(VARIANT *variant) {
    if (!variant->pRecInfo)
        return;
    record_table(variant->pRecInfo)->RecordClear(variant->pRecInfo, variant->pvRecord);
    heap_free(variant->pvRecord);
    com_release(variant->pRecInfo);
}

static HRESULT copy_record(VARIANT *target, const VARIANT *source) {
    ULONG size;
    if (!source->pRecInfo)
        return source->pvRecord ? E_INVALIDARG : S_OK;
    HRESULT result = record_table(source->pRecInfo)->GetSize(source->pRecInfo, &size);
    if (FAILED(result))
        return result;
    void *record = heap_alloc_zeroed(size);
    if (!record)
        return E_OUTOFMEMORY;
    result = record_table(source->pRecInfo)->RecordCopy(source->pRecInfo, source->pvRecord, record);
    if (FAILED(result)) {
        heap_free(record);
        return result;
    }
    target->pvRecord = record;
    com_add_ref(source->pRecInfo);
    return S_OK;
}

API(oleaut32, HRESULT, VariantClear, VARIANT *pvarg) {
    if (!is_valid(pvarg->vt))
        return DISP_E_BADVARTYPE;
    if (!(pvarg->vt & VT_BYREF)) {
        if (pvarg->vt & VT_ARRAY) {
            HRESULT result = pvarg->parray ? api_SafeArrayDestroy(pvarg->parray) : S_OK;
            if (FAILED(result))
                return result;
        } else if (pvarg->vt == VT_BSTR) {
            bstr_free(pvarg->bstrVal);
        } else if (pvarg->vt == VT_RECORD) {
            clear_record(pvarg);
        } else if ((pvarg->vt == VT_DISPATCH || pvarg->vt == VT_UNKNOWN) && pvarg->punkVal) {
            com_release(pvarg->punkVal);
        }
    }
    pvarg->vt = VT_EMPTY;
    return S_OK;
}

/* The target's pointers become its own. */
static HRESULT own(VARIANT *target, const VARIANT *source) {
    if (source->vt & VT_BYREF)
        return S_OK;
    if (source->vt & VT_ARRAY)
        return source->parray ? api_SafeArrayCopy(source->parray, &target->parray) : S_OK;
    switch (source->vt) {
    case VT_BSTR:
        if (source->bstrVal)
            target->bstrVal = api_SysAllocStringByteLen((LPCSTR)source->bstrVal, api_SysStringByteLen(source->bstrVal));
        return source->bstrVal && !target->bstrVal ? E_OUTOFMEMORY : S_OK;
    case VT_RECORD: return copy_record(target, source);
    case VT_DISPATCH:
    case VT_UNKNOWN:
        if (source->punkVal)
            com_add_ref(source->punkVal);
        return S_OK;
    default: return S_OK;
    }
}

API(oleaut32, HRESULT, VariantCopy, VARIANT *pvargDest, const VARIANT *pvargSrc) {
    if (!is_valid(pvargSrc->vt) || pvargSrc->vt == (VT_ARRAY | VT_BYREF))
        return DISP_E_BADVARTYPE;
    if (pvargDest == pvargSrc)
        return S_OK;
    HRESULT result = api_VariantClear(pvargDest);
    if (FAILED(result))
        return result;
    VARIANT copy = *pvargSrc;
    result = own(&copy, pvargSrc);
    if (SUCCEEDED(result))
        *pvargDest = copy;
    return result;
}

/* What a VARIANT refers to, without a copy; through one VARIANT behind a reference, too. */
static HRESULT dereference(const VARIANT *source, VARIANT *value) {
    if (!(source->vt & VT_BYREF)) {
        *value = *source;
        return S_OK;
    }
    if (!source->byref)
        return E_INVALIDARG;
    if (source->vt == (VT_BYREF | VT_VARIANT)) {
        const VARIANT *inner = source->byref;
        if (inner->vt == (VT_BYREF | VT_VARIANT))
            return E_INVALIDARG;
        return dereference(inner, value);
    }
    if (source->vt == (VT_BYREF | VT_RECORD)) {
        *value = *source;
        value->vt = VT_RECORD;
        return S_OK;
    }
    VARTYPE type = source->vt & (VARTYPE)~VT_BYREF;
    if (!variant_type_size(type))
        return E_INVALIDARG;
    variant_from_memory(value, type, source->byref);
    return S_OK;
}

API(oleaut32, HRESULT, VariantCopyInd, VARIANT *pvarDest, const VARIANT *pvargSrc) {
    VARIANT value, copy;
    if (!(pvargSrc->vt & VT_BYREF))
        return api_VariantCopy(pvarDest, pvargSrc);
    if (!is_valid(pvargSrc->vt))
        return E_INVALIDARG;
    HRESULT result = dereference(pvargSrc, &value);
    if (FAILED(result))
        return result;
    copy = value;
    result = own(&copy, &value);
    if (FAILED(result))
        return result;
    if (pvarDest != pvargSrc) {
        result = api_VariantClear(pvarDest);
        if (FAILED(result)) {
            api_VariantClear(&copy);
            return result;
        }
    }
    *pvarDest = copy;
    return S_OK;
}

/* ---- another type ---- */

/* Arrays of bytes and BSTRs hold the same bytes; nothing else is converted to or from an array. */
static HRESULT convert_array(VARIANT *target, VARTYPE type, const VARIANT *source) {
    target->vt = type;
    if (source->vt == (VT_ARRAY | VT_UI1) && type == VT_BSTR)
        return api_BstrFromVector(source->parray, &target->bstrVal);
    if (source->vt == VT_BSTR && type == (VT_ARRAY | VT_UI1))
        return api_VectorFromBstr(source->bstrVal, &target->parray);
    return DISP_E_TYPEMISMATCH;
}

API(oleaut32, HRESULT, VariantChangeTypeEx, VARIANT *pvargDest, const VARIANT *pvarSrc, LCID lcid, USHORT wFlags,
    VARTYPE vt) {
    VARIANT value, result = {.vt = VT_EMPTY};
    if (vt == VT_CLSID)
        return DISP_E_BADVARTYPE;
    if (!is_valid(pvarSrc->vt) || !is_valid(vt))
        return DISP_E_BADVARTYPE;
    if (vt & VT_BYREF)
        return DISP_E_TYPEMISMATCH;
    HRESULT status = dereference(pvarSrc, &value);
    if (FAILED(status))
        return status;
    if (value.vt == vt) {
        result = value;
        status = own(&result, &value);
    } else if ((value.vt | vt) & VT_ARRAY) {
        status = convert_array(&result, vt, &value);
    } else {
        status = variant_convert(&result, vt, &value, lcid, wFlags);
    }
    if (FAILED(status))
        return status;
    result.vt = vt;
    status = api_VariantClear(pvargDest);
    if (FAILED(status)) {
        api_VariantClear(&result);
        return status;
    }
    *pvargDest = result;
    return S_OK;
}

API(oleaut32, HRESULT, VariantChangeType, VARIANT *pvargDest, const VARIANT *pvarSrc, USHORT wFlags, VARTYPE vt) {
    enum { LOCALE_USER_DEFAULT = 0x400 };
    return api_VariantChangeTypeEx(pvargDest, pvarSrc, LOCALE_USER_DEFAULT, wFlags, vt);
}
