/* SAFEARRAY ("Array Manipulation Functions"). Sixteen bytes before the descriptor hold what its features announce: an
 * interface's GUID, an IRecordInfo in the last eight, or the element type in the last four. */
#include "variant.h"

enum { HIDDEN = 16, MAX_DIMENSIONS = 65535 };

static GUID *hidden_guid(SAFEARRAY *array) { return (GUID *)(void *)((char *)array - HIDDEN); }
static IUnknown **hidden_record(SAFEARRAY *array) { return (IUnknown **)(void *)((char *)array - 8); }
static DWORD *hidden_type(SAFEARRAY *array) { return (DWORD *)(void *)((char *)array - 4); }

static size_t descriptor_size(UINT dimensions) {
    return sizeof(SAFEARRAY) + (dimensions - 1) * sizeof(SAFEARRAYBOUND);
}

/* The number of elements; false when the data would be too large. */
static bool count_elements(const SAFEARRAY *array, size_t *count) {
    size_t total = 1;
    for (USHORT i = 0; i < array->cDims; i++)
        if (__builtin_mul_overflow(total, (size_t)array->rgsabound[i].cElements, &total))
            return false;
    *count = total;
    size_t bytes;
    return !__builtin_mul_overflow(total, (size_t)array->cbElements, &bytes) && bytes <= 0xffffffff;
}

static size_t data_size(const SAFEARRAY *array) {
    size_t count;
    return count_elements(array, &count) ? count * array->cbElements : 0;
}

static USHORT features_of(VARTYPE type) {
    switch (type) {
    case VT_BSTR: return FADF_BSTR;
    case VT_UNKNOWN: return FADF_UNKNOWN;
    case VT_DISPATCH: return FADF_DISPATCH;
    case VT_VARIANT: return FADF_VARIANT;
    case VT_RECORD: return FADF_RECORD;
    default: return FADF_HAVEVARTYPE;
    }
}

/* ---- descriptors ---- */

API(oleaut32, HRESULT, SafeArrayAllocDescriptor, UINT cDims, SAFEARRAY **ppsaOut) {
    if (!cDims || cDims > MAX_DIMENSIONS)
        return E_INVALIDARG;
    if (!ppsaOut)
        return E_POINTER;
    char *block = heap_alloc_zeroed(HIDDEN + descriptor_size(cDims));
    if (!block)
        return E_OUTOFMEMORY;
    *ppsaOut = (SAFEARRAY *)(void *)(block + HIDDEN);
    (*ppsaOut)->cDims = (USHORT)cDims;
    return S_OK;
}

API(oleaut32, HRESULT, SafeArrayAllocDescriptorEx, VARTYPE vt, UINT cDims, SAFEARRAY **ppsaOut) {
    static const GUID unknown = OLE_GUID(0), dispatch = OLE_GUID(0x20400);
    HRESULT result = api_SafeArrayAllocDescriptor(cDims, ppsaOut);
    if (FAILED(result))
        return result;
    SAFEARRAY *array = *ppsaOut;
    array->fFeatures = features_of(vt);
    array->cbElements = (ULONG)variant_type_size(vt);
    if (vt == VT_UNKNOWN || vt == VT_DISPATCH) {
        array->fFeatures |= FADF_HAVEIID;
        *hidden_guid(array) = vt == VT_UNKNOWN ? unknown : dispatch;
    } else if (vt != VT_RECORD) {
        array->fFeatures |= FADF_HAVEVARTYPE;
        *hidden_type(array) = vt;
    }
    return S_OK;
}

API(oleaut32, HRESULT, SafeArrayAllocData, SAFEARRAY *psa) {
    size_t count;
    if (!psa)
        return E_INVALIDARG;
    if (!count_elements(psa, &count))
        return E_OUTOFMEMORY;
    psa->pvData = heap_alloc_zeroed(count * psa->cbElements);
    return psa->pvData ? S_OK : E_OUTOFMEMORY;
}

/* ---- elements ---- */

static IUnknown *record_of(SAFEARRAY *array) { return array->fFeatures & FADF_RECORD ? *hidden_record(array) : NULL; }

static void clear_element(SAFEARRAY *array, void *element) {
    IUnknown *record = record_of(array);
    if (array->fFeatures & (FADF_UNKNOWN | FADF_DISPATCH)) {
        IUnknown *object = *(IUnknown **)element;
        if (object)
            com_release(object);
        *(IUnknown **)element = NULL;
    } else if (array->fFeatures & FADF_BSTR) {
        bstr_free(*(BSTR *)element);
        *(BSTR *)element = NULL;
    } else if (array->fFeatures & FADF_VARIANT) {
        api_VariantClear(element);
    } else if (record) {
        record_table(record)->RecordClear(record, element);
    }
}

/* The target holds nothing that must be given back. */
static HRESULT copy_element(SAFEARRAY *array, void *target, const void *source) {
    IUnknown *record = record_of(array);
    if (array->fFeatures & FADF_VARIANT) {
        *(VARIANT *)target = (VARIANT){.vt = VT_EMPTY};
        return api_VariantCopy(target, source);
    }
    if (array->fFeatures & FADF_BSTR) {
        BSTR text = *(const BSTR *)source;
        *(BSTR *)target = text ? api_SysAllocStringByteLen((LPCSTR)text, api_SysStringByteLen(text)) : NULL;
        return text && !*(BSTR *)target ? E_OUTOFMEMORY : S_OK;
    }
    if (record)
        return record_table(record)->RecordCopy(record, (void *)(uintptr_t)source, target);
    memcpy(target, source, array->cbElements);
    if (array->fFeatures & (FADF_UNKNOWN | FADF_DISPATCH) && *(IUnknown **)target)
        com_add_ref(*(IUnknown **)target);
    return S_OK;
}

static void clear_elements(SAFEARRAY *array, size_t first, size_t count) {
    for (size_t i = first; array->pvData && i < count; i++)
        clear_element(array, (char *)array->pvData + i * array->cbElements);
}

static void clear_all(SAFEARRAY *array) {
    size_t count = 0;
    if (count_elements(array, &count))
        clear_elements(array, 0, count);
}

/* ---- making and destroying ---- */

static SAFEARRAY *create(VARTYPE type, UINT dimensions, const SAFEARRAYBOUND *bounds, ULONG size, IUnknown *record) {
    SAFEARRAY *array;
    if (FAILED(api_SafeArrayAllocDescriptorEx(type, dimensions, &array)))
        return NULL;
    if (size)
        array->cbElements = size;
    if (record) {
        *hidden_record(array) = record;
        com_add_ref(record);
    }
    for (UINT i = 0; i < dimensions; i++) /* kept the other way round */
        array->rgsabound[i] = bounds[dimensions - 1 - i];
    if (FAILED(api_SafeArrayAllocData(array))) {
        heap_free((char *)array - HIDDEN);
        return NULL;
    }
    return array;
}

API(oleaut32, SAFEARRAY *, SafeArrayCreate, VARTYPE vt, UINT cDims, SAFEARRAYBOUND *rgsabound) {
    bool is_possible = variant_type_size(vt) && !(vt & (VT_ARRAY | VT_BYREF)) && rgsabound;
    return is_possible ? create(vt, cDims, rgsabound, 0, NULL) : NULL;
}

API(oleaut32, SAFEARRAY *, SafeArrayCreateEx, VARTYPE vt, UINT cDims, SAFEARRAYBOUND *rgsabound, PVOID pvExtra) {
    ULONG size = 0;
    if (vt == VT_RECORD) {
        IUnknown *record = pvExtra;
        if (!record || FAILED(record_table(record)->GetSize(record, &size)))
            return NULL;
        return create(vt, cDims, rgsabound, size, record);
    }
    SAFEARRAY *array = api_SafeArrayCreate(vt, cDims, rgsabound);
    if (array && pvExtra && (vt == VT_UNKNOWN || vt == VT_DISPATCH))
        *hidden_guid(array) = *(const GUID *)pvExtra;
    return array;
}

API(oleaut32, SAFEARRAY *, SafeArrayCreateVector, VARTYPE vt, LONG lLbound, ULONG cElements) {
    SAFEARRAYBOUND bound = {cElements, lLbound};
    SAFEARRAY *array = api_SafeArrayCreate(vt, 1, &bound);
    if (array)
        array->fFeatures |= FADF_CREATEVECTOR;
    return array;
}

API(oleaut32, SAFEARRAY *, SafeArrayCreateVectorEx, VARTYPE vt, LONG lLbound, ULONG cElements, PVOID pvExtra) {
    SAFEARRAYBOUND bound = {cElements, lLbound};
    SAFEARRAY *array = api_SafeArrayCreateEx(vt, 1, &bound, pvExtra);
    if (array)
        array->fFeatures |= FADF_CREATEVECTOR;
    return array;
}

API(oleaut32, HRESULT, SafeArrayDestroyDescriptor, SAFEARRAY *psa) {
    if (!psa)
        return S_OK;
    if (psa->cLocks)
        return DISP_E_ARRAYISLOCKED;
    if (record_of(psa))
        com_release(record_of(psa));
    heap_free((char *)psa - HIDDEN);
    return S_OK;
}

/* Static data are emptied and stay. */
API(oleaut32, HRESULT, SafeArrayDestroyData, SAFEARRAY *psa) {
    if (!psa)
        return E_INVALIDARG;
    if (psa->cLocks)
        return DISP_E_ARRAYISLOCKED;
    clear_all(psa);
    if (psa->fFeatures & (FADF_STATIC | FADF_EMBEDDED | FADF_AUTO)) {
        if (psa->pvData)
            memset(psa->pvData, 0, data_size(psa));
    } else {
        heap_free(psa->pvData);
        psa->pvData = NULL;
    }
    return S_OK;
}

API(oleaut32, HRESULT, SafeArrayDestroy, SAFEARRAY *psa) {
    if (!psa)
        return S_OK;
    if (psa->cLocks)
        return DISP_E_ARRAYISLOCKED;
    HRESULT result = api_SafeArrayDestroyData(psa);
    return FAILED(result) ? result : api_SafeArrayDestroyDescriptor(psa);
}

/* ---- access ---- */

API(oleaut32, HRESULT, SafeArrayLock, SAFEARRAY *psa) {
    if (!psa)
        return E_INVALIDARG;
    if (__atomic_add_fetch(&psa->cLocks, 1, __ATOMIC_ACQ_REL) > 0xffff) {
        __atomic_sub_fetch(&psa->cLocks, 1, __ATOMIC_ACQ_REL);
        return E_UNEXPECTED;
    }
    return S_OK;
}

API(oleaut32, HRESULT, SafeArrayUnlock, SAFEARRAY *psa) {
    if (!psa)
        return E_INVALIDARG;
    if ((LONG)__atomic_sub_fetch(&psa->cLocks, 1, __ATOMIC_ACQ_REL) < 0) {
        __atomic_add_fetch(&psa->cLocks, 1, __ATOMIC_ACQ_REL);
        return E_UNEXPECTED;
    }
    return S_OK;
}

API(oleaut32, HRESULT, SafeArrayAccessData, SAFEARRAY *psa, void **ppvData) {
    if (!psa || !ppvData)
        return E_INVALIDARG;
    HRESULT result = api_SafeArrayLock(psa);
    *ppvData = SUCCEEDED(result) ? psa->pvData : NULL;
    return result;
}

API(oleaut32, HRESULT, SafeArrayUnaccessData, SAFEARRAY *psa) { return api_SafeArrayUnlock(psa); }

API(oleaut32, HRESULT, SafeArrayPtrOfIndex, SAFEARRAY *psa, LONG *rgIndices, void **ppvData) {
    if (!psa || !rgIndices || !ppvData)
        return E_INVALIDARG;
    size_t position = 0, step = 1;
    for (USHORT i = 0; i < psa->cDims; i++) { /* the first index is the leftmost dimension's and runs fastest */
        const SAFEARRAYBOUND *bound = &psa->rgsabound[psa->cDims - 1 - i];
        if (rgIndices[i] < bound->lLbound || (int64_t)rgIndices[i] >= (int64_t)bound->lLbound + bound->cElements)
            return DISP_E_BADINDEX;
        position += step * (size_t)((int64_t)rgIndices[i] - bound->lLbound);
        step *= bound->cElements;
    }
    *ppvData = (char *)psa->pvData + position * psa->cbElements;
    return S_OK;
}

API(oleaut32, HRESULT, SafeArrayGetElement, SAFEARRAY *psa, LONG *rgIndices, void *pv) {
    void *element;
    if (!psa || !rgIndices || !pv)
        return E_INVALIDARG;
    HRESULT result = api_SafeArrayLock(psa);
    if (FAILED(result))
        return result;
    result = api_SafeArrayPtrOfIndex(psa, rgIndices, &element);
    if (SUCCEEDED(result))
        result = copy_element(psa, pv, element);
    api_SafeArrayUnlock(psa);
    return result;
}

/* For BSTRs and interfaces, the value is the pointer itself, not its address. */
API(oleaut32, HRESULT, SafeArrayPutElement, SAFEARRAY *psa, LONG *rgIndices, void *pv) {
    void *element;
    if (!psa || !rgIndices)
        return E_INVALIDARG;
    HRESULT result = api_SafeArrayLock(psa);
    if (FAILED(result))
        return result;
    result = api_SafeArrayPtrOfIndex(psa, rgIndices, &element);
    if (SUCCEEDED(result)) {
        const void *source = psa->fFeatures & (FADF_BSTR | FADF_UNKNOWN | FADF_DISPATCH) ? (void *)&pv : pv;
        char old[64];
        bool keeps = psa->cbElements <= sizeof old && !record_of(psa);
        if (keeps) /* the new value may lie in what the old one owns */
            memcpy(old, element, psa->cbElements);
        else
            clear_element(psa, element);
        result = copy_element(psa, element, source);
        if (keeps && FAILED(result))
            memcpy(element, old, psa->cbElements);
        else if (keeps)
            clear_element(psa, old);
    }
    api_SafeArrayUnlock(psa);
    return result;
}

/* ---- facts ---- */

API(oleaut32, UINT, SafeArrayGetDim, SAFEARRAY *psa) { return psa ? psa->cDims : 0; }
API(oleaut32, UINT, SafeArrayGetElemsize, SAFEARRAY *psa) { return psa ? psa->cbElements : 0; }

API(oleaut32, HRESULT, SafeArrayGetLBound, SAFEARRAY *psa, UINT nDim, LONG *plLbound) {
    if (!psa || !plLbound)
        return E_INVALIDARG;
    if (!nDim || nDim > psa->cDims)
        return DISP_E_BADINDEX;
    *plLbound = psa->rgsabound[psa->cDims - nDim].lLbound;
    return S_OK;
}

API(oleaut32, HRESULT, SafeArrayGetUBound, SAFEARRAY *psa, UINT nDim, LONG *plUbound) {
    if (!psa || !plUbound)
        return E_INVALIDARG;
    if (!nDim || nDim > psa->cDims)
        return DISP_E_BADINDEX;
    const SAFEARRAYBOUND *bound = &psa->rgsabound[psa->cDims - nDim];
    *plUbound = bound->lLbound + (LONG)bound->cElements - 1;
    return S_OK;
}

API(oleaut32, HRESULT, SafeArrayGetVartype, SAFEARRAY *psa, VARTYPE *pvt) {
    if (!psa || !pvt)
        return E_INVALIDARG;
    if (psa->fFeatures & FADF_RECORD)
        *pvt = VT_RECORD;
    else if (psa->fFeatures & FADF_HAVEIID)
        *pvt = psa->fFeatures & FADF_DISPATCH ? VT_DISPATCH : VT_UNKNOWN;
    else if (psa->fFeatures & FADF_HAVEVARTYPE)
        *pvt = (VARTYPE)*hidden_type(psa);
    else if (psa->fFeatures & FADF_BSTR)
        *pvt = VT_BSTR;
    else if (psa->fFeatures & FADF_VARIANT)
        *pvt = VT_VARIANT;
    else
        return E_INVALIDARG;
    return S_OK;
}

API(oleaut32, HRESULT, SafeArraySetIID, SAFEARRAY *psa, const GUID *guid) {
    if (!psa || !guid || !(psa->fFeatures & FADF_HAVEIID))
        return E_INVALIDARG;
    *hidden_guid(psa) = *guid;
    return S_OK;
}

API(oleaut32, HRESULT, SafeArrayGetIID, SAFEARRAY *psa, GUID *pguid) {
    if (!psa || !pguid || !(psa->fFeatures & FADF_HAVEIID))
        return E_INVALIDARG;
    *pguid = *hidden_guid(psa);
    return S_OK;
}

API(oleaut32, HRESULT, SafeArraySetRecordInfo, SAFEARRAY *psa, IUnknown *prinfo) {
    if (!psa || !(psa->fFeatures & FADF_RECORD))
        return E_INVALIDARG;
    if (prinfo)
        com_add_ref(prinfo);
    if (*hidden_record(psa))
        com_release(*hidden_record(psa));
    *hidden_record(psa) = prinfo;
    return S_OK;
}

API(oleaut32, HRESULT, SafeArrayGetRecordInfo, SAFEARRAY *psa, IUnknown **prinfo) {
    if (!psa || !prinfo || !(psa->fFeatures & FADF_RECORD))
        return E_INVALIDARG;
    *prinfo = *hidden_record(psa);
    if (*prinfo)
        com_add_ref(*prinfo);
    return S_OK;
}

/* ---- copies and other sizes ---- */

static HRESULT copy_all(SAFEARRAY *source, SAFEARRAY *target) {
    size_t count = 0;
    if (!count_elements(source, &count))
        return E_INVALIDARG;
    for (size_t i = 0; i < count; i++) {
        size_t offset = i * source->cbElements;
        HRESULT result = copy_element(source, (char *)target->pvData + offset, (char *)source->pvData + offset);
        if (FAILED(result))
            return result;
    }
    return S_OK;
}

API(oleaut32, HRESULT, SafeArrayCopyData, SAFEARRAY *psaSource, SAFEARRAY *psaTarget) {
    if (!psaSource || !psaTarget || psaSource->cDims != psaTarget->cDims ||
        psaSource->cbElements != psaTarget->cbElements)
        return E_INVALIDARG;
    for (USHORT i = 0; i < psaSource->cDims; i++)
        if (psaSource->rgsabound[i].cElements != psaTarget->rgsabound[i].cElements)
            return E_INVALIDARG;
    clear_all(psaTarget);
    return copy_all(psaSource, psaTarget);
}

API(oleaut32, HRESULT, SafeArrayCopy, SAFEARRAY *psa, SAFEARRAY **ppsaOut) {
    enum { COPIED = FADF_RECORD | FADF_HAVEIID | FADF_HAVEVARTYPE | FADF_BSTR | FADF_UNKNOWN | FADF_DISPATCH |
                    FADF_VARIANT | FADF_CREATEVECTOR };
    SAFEARRAY *copy;
    if (!ppsaOut)
        return E_INVALIDARG;
    *ppsaOut = NULL;
    if (!psa)
        return S_OK;
    if (!psa->cbElements)
        return E_INVALIDARG;
    HRESULT result = api_SafeArrayAllocDescriptor(psa->cDims, &copy);
    if (FAILED(result))
        return result;
    if (psa->fFeatures & (FADF_HAVEIID | FADF_HAVEVARTYPE | FADF_RECORD))
        memcpy((char *)copy - HIDDEN, (char *)psa - HIDDEN, HIDDEN);
    if (record_of(psa))
        com_add_ref(record_of(psa));
    copy->fFeatures = psa->fFeatures & COPIED;
    copy->cbElements = psa->cbElements;
    memcpy(copy->rgsabound, psa->rgsabound, psa->cDims * sizeof *psa->rgsabound);
    result = api_SafeArrayAllocData(copy);
    if (SUCCEEDED(result))
        result = copy_all(psa, copy);
    if (FAILED(result)) {
        api_SafeArrayDestroy(copy);
        return result;
    }
    *ppsaOut = copy;
    return S_OK;
}

/* The least significant dimension, the rightmost one, gets other bounds. */
API(oleaut32, HRESULT, SafeArrayRedim, SAFEARRAY *psa, SAFEARRAYBOUND *psaboundNew) {
    size_t old_count, new_count;
    if (!psa || psa->fFeatures & FADF_FIXEDSIZE || !psaboundNew)
        return E_INVALIDARG;
    if (psa->cLocks)
        return DISP_E_ARRAYISLOCKED;
    SAFEARRAY *resized = psa;
    SAFEARRAYBOUND old = psa->rgsabound[0];
    if (!count_elements(psa, &old_count))
        return E_UNEXPECTED;
    resized->rgsabound[0] = *psaboundNew;
    if (!count_elements(resized, &new_count)) {
        psa->rgsabound[0] = old;
        return E_OUTOFMEMORY;
    }
    clear_elements(psa, new_count, old_count);
    void *data = psa->pvData ? heap_realloc_zeroed(psa->pvData, new_count * psa->cbElements)
                             : heap_alloc_zeroed(new_count * psa->cbElements);
    if (!data) {
        psa->rgsabound[0] = old;
        return E_OUTOFMEMORY;
    }
    psa->pvData = data;
    return S_OK;
}

/* ---- bytes ---- */

API(oleaut32, HRESULT, VectorFromBstr, BSTR bstr, SAFEARRAY **ppsa) {
    if (!ppsa)
        return E_INVALIDARG;
    UINT size = api_SysStringByteLen(bstr);
    *ppsa = api_SafeArrayCreateVector(VT_UI1, 0, size);
    if (!*ppsa)
        return E_OUTOFMEMORY;
    if (size)
        memcpy((*ppsa)->pvData, bstr, size);
    return S_OK;
}

API(oleaut32, HRESULT, BstrFromVector, SAFEARRAY *psa, BSTR *pbstr) {
    if (!pbstr)
        return E_INVALIDARG;
    *pbstr = NULL;
    if (!psa || psa->cbElements != 1)
        return E_INVALIDARG;
    if (psa->cDims != 1)
        return DISP_E_TYPEMISMATCH;
    *pbstr = api_SysAllocStringByteLen(psa->pvData, psa->rgsabound[0].cElements);
    return *pbstr ? S_OK : E_OUTOFMEMORY;
}
