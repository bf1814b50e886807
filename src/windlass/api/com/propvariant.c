/* PROPVARIANT: a VARIANT with more types ("PropVariantClear function", "PropVariantCopy function"). */
#include "propsys.h"

typedef struct { ULONG cbSize; LONG ulClipFmt; BYTE *pClipData; } CLIPDATA;

#define STG_E_INVALIDPARAMETER ((HRESULT)0x80030057)

static COUNTED_ARRAY *array_of(VARIANT *value) { return (COUNTED_ARRAY *)(void *)&value->llVal; }

size_t propvariant_element_size(VARTYPE type) {
    switch (type) {
    case VT_VARIANT: return sizeof(VARIANT);
    case VT_LPSTR: case VT_LPWSTR: return sizeof(void *);
    case VT_CLSID: return sizeof(GUID);
    case VT_CF: return sizeof(CLIPDATA);
    case VT_UNKNOWN: case VT_DISPATCH: case VT_DECIMAL: case VT_INT: case VT_UINT: return 0;
    default: return variant_type_size(type);
    }
}

static bool is_plain(VARTYPE type) {
    return type == VT_EMPTY || type == VT_NULL || type == VT_FILETIME || type == VT_DECIMAL ||
           type == VT_INT || type == VT_UINT ||
           (propvariant_element_size(type) && propvariant_element_size(type) <= 8 && type != VT_BSTR && type != VT_LPSTR && type != VT_LPWSTR);
}

static void clear_vector(VARIANT *value, VARTYPE type) {
    COUNTED_ARRAY *array = array_of(value);
    for (ULONG i = 0; array->pElems && i < array->cElems; i++) {
        if (type == VT_VARIANT)
            api_PropVariantClear((VARIANT *)array->pElems + i);
        else if (type == VT_BSTR)
            bstr_free(((BSTR *)array->pElems)[i]);
        else if (type == VT_LPSTR || type == VT_LPWSTR)
            heap_free(((void **)array->pElems)[i]);
        else if (type == VT_CF)
            heap_free(((CLIPDATA *)array->pElems)[i].pClipData);
    }
    heap_free(array->pElems);
}

static HRESULT clear_scalar(VARIANT *value) {
    switch (value->vt) {
    case VT_BSTR: bstr_free(value->bstrVal); return S_OK;
    case VT_LPSTR: case VT_LPWSTR: case VT_CLSID: heap_free(value->byref); return S_OK;
    case VT_BLOB: case VT_BLOB_OBJECT: heap_free(array_of(value)->pElems); return S_OK;
    case VT_CF:
        if (value->byref)
            heap_free(((CLIPDATA *)value->byref)->pClipData);
        heap_free(value->byref);
        return S_OK;
    case VT_UNKNOWN: case VT_DISPATCH: case VT_STREAM: case VT_STORAGE: case VT_STREAMED_OBJECT: case VT_STORED_OBJECT:
        if (value->punkVal)
            com_release(value->punkVal);
        return S_OK;
    default: return is_plain(value->vt) ? S_OK : STG_E_INVALIDPARAMETER;
    }
}

API(ole32 combase, HRESULT, PropVariantClear, VARIANT *pvar) {
    HRESULT result = S_OK;
    if (!pvar)
        return S_OK;
    if (pvar->vt & VT_VECTOR) {
        VARTYPE type = pvar->vt & (VARTYPE)~VT_VECTOR;
        if (!propvariant_element_size(type))
            result = STG_E_INVALIDPARAMETER;
        else
            clear_vector(pvar, type);
    } else if (pvar->vt & VT_ARRAY) {
        result = pvar->parray ? api_SafeArrayDestroy(pvar->parray) : S_OK;
    } else if (!(pvar->vt & VT_BYREF)) {
        result = clear_scalar(pvar);
    }
    memset(pvar, 0, sizeof *pvar);
    return result;
}

/* ---- copies ---- */

static HRESULT copy_bytes(void **place, const void *bytes, size_t size) {
    *place = NULL;
    if (!bytes)
        return S_OK;
    *place = heap_alloc(size);
    if (!*place)
        return E_OUTOFMEMORY;
    memcpy(*place, bytes, size);
    return S_OK;
}

static size_t wide_size(const WCHAR *text) {
    size_t length = 0;
    while (text && text[length])
        length++;
    return (length + 1) * sizeof *text;
}

static HRESULT copy_text(VARTYPE type, void **place, const void *text) {
    return copy_bytes(place, text, type == VT_LPWSTR ? wide_size(text) : text ? strlen(text) + 1 : 0);
}

static HRESULT copy_bstr(BSTR *place, BSTR text) {
    *place = text ? api_SysAllocStringByteLen((LPCSTR)text, api_SysStringByteLen(text)) : NULL;
    return text && !*place ? E_OUTOFMEMORY : S_OK;
}

static HRESULT copy_clip(CLIPDATA *target, const CLIPDATA *source) {
    *target = *source; /* the size counts the format, too */
    return copy_bytes((void **)&target->pClipData, source->pClipData, source->cbSize - sizeof source->ulClipFmt);
}

static HRESULT copy_element(VARTYPE type, char *target, const char *source) {
    switch (type) {
    case VT_VARIANT: return api_PropVariantCopy((VARIANT *)(void *)target, (const VARIANT *)(const void *)source);
    case VT_BSTR: return copy_bstr((BSTR *)(void *)target, *(const BSTR *)(const void *)source);
    case VT_LPSTR: case VT_LPWSTR:
        return copy_text(type, (void **)(void *)target, *(void *const *)(const void *)source);
    case VT_CF: return copy_clip((CLIPDATA *)(void *)target, (const CLIPDATA *)(const void *)source);
    default: memcpy(target, source, propvariant_element_size(type)); return S_OK;
    }
}

static HRESULT copy_vector(VARIANT *target, const VARIANT *source, VARTYPE type) {
    const COUNTED_ARRAY *from = array_of((VARIANT *)(uintptr_t)source);
    COUNTED_ARRAY *to = array_of(target);
    size_t size = propvariant_element_size(type);
    if (!size)
        return STG_E_INVALIDPARAMETER;
    *to = (COUNTED_ARRAY){from->cElems, heap_alloc_zeroed(from->cElems * size)};
    if (!to->pElems)
        return E_OUTOFMEMORY;
    for (ULONG i = 0; i < from->cElems; i++) {
        HRESULT result = copy_element(type, (char *)to->pElems + i * size, (const char *)from->pElems + i * size);
        if (FAILED(result))
            return result;
    }
    return S_OK;
}

static HRESULT copy_scalar(VARIANT *target, const VARIANT *source) {
    const COUNTED_ARRAY *blob = array_of((VARIANT *)(uintptr_t)source);
    switch (source->vt) {
    case VT_BSTR: return copy_bstr(&target->bstrVal, source->bstrVal);
    case VT_LPSTR: case VT_LPWSTR: return copy_text(source->vt, &target->byref, source->byref);
    case VT_CLSID: return copy_bytes(&target->byref, source->byref, sizeof(GUID));
    case VT_BLOB: case VT_BLOB_OBJECT: return copy_bytes(&array_of(target)->pElems, blob->pElems, blob->cElems);
    case VT_CF: {
        HRESULT result = copy_bytes(&target->byref, source->byref, sizeof(CLIPDATA));
        return target->byref ? copy_clip(target->byref, source->byref) : result;
    }
    case VT_UNKNOWN: case VT_DISPATCH: case VT_STREAM: case VT_STORAGE: case VT_STREAMED_OBJECT: case VT_STORED_OBJECT:
        if (source->punkVal)
            com_add_ref(source->punkVal);
        return S_OK;
    default: return is_plain(source->vt) ? S_OK : STG_E_INVALIDPARAMETER;
    }
}

API(ole32 combase, HRESULT, PropVariantCopy, VARIANT *pvarDest, const VARIANT *pvarSrc) {
    VARIANT copy = *pvarSrc;
    HRESULT result = pvarSrc->vt & VT_VECTOR ? copy_vector(&copy, pvarSrc, pvarSrc->vt & (VARTYPE)~VT_VECTOR)
                   : pvarSrc->vt & VT_ARRAY ? api_SafeArrayCopy(pvarSrc->parray, &copy.parray)
                   : pvarSrc->vt & VT_BYREF ? S_OK : copy_scalar(&copy, pvarSrc);
    if (FAILED(result)) {
        if (result != STG_E_INVALIDPARAMETER)
            api_PropVariantClear(&copy);
        return result;
    }
    *pvarDest = copy;
    return S_OK;
}

API(ole32 combase, HRESULT, FreePropVariantArray, ULONG cVariants, VARIANT *rgvars) {
    HRESULT result = S_OK;
    for (ULONG i = 0; i < cVariants; i++)
        if (FAILED(api_PropVariantClear(&rgvars[i])))
            result = STG_E_INVALIDPARAMETER;
    return result;
}
