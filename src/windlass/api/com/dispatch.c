/* Calls by dispatch identifier: DispCallFunc, which calls any function with arguments in VARIANTs, and what stands over
 * ITypeInfo ("DispCallFunc function", "DispInvoke function", "DispGetParam function"). */
#include "variant.h"

enum { LARGEST_CALL = 64 };

typedef struct {
    VARIANT *rgvarg;
    LONG *rgdispidNamedArgs;
    UINT cArgs, cNamedArgs;
} DISPPARAMS;

typedef struct {
    IUnknownVtbl unknown;
    HRESULT(WINAPI *GetTypeAttr)(void *, void **);
    HRESULT(WINAPI *GetTypeComp)(void *, void **);
    HRESULT(WINAPI *GetFuncDesc)(void *, UINT, void **);
    HRESULT(WINAPI *GetVarDesc)(void *, UINT, void **);
    HRESULT(WINAPI *GetNames)(void *, LONG, BSTR *, UINT, UINT *);
    HRESULT(WINAPI *GetRefTypeOfImplType)(void *, UINT, DWORD *);
    HRESULT(WINAPI *GetImplTypeFlags)(void *, UINT, int *);
    HRESULT(WINAPI *GetIDsOfNames)(void *, LPOLESTR *, UINT, LONG *);
    HRESULT(WINAPI *Invoke)(void *, void *, LONG, WORD, DISPPARAMS *, VARIANT *, void *, UINT *);
} TypeInfoVtbl;

static const TypeInfoVtbl *info_table(const IUnknown *info) { return (const TypeInfoVtbl *)(const void *)info->lpVtbl; }

/* ---- DispCallFunc ---- */

/* A call in progress: its arguments in slots, and copies of those that do not fit one. */
struct dispatch_call {
    uint64_t slots[LARGEST_CALL];
    unsigned count;
    bool first_is_real; /* its first argument is a floating-point one */
    VARIANT copies[LARGEST_CALL];
};

static bool is_real(VARTYPE type) { return type == VT_R4 || type == VT_R8 || type == VT_DATE; }

/* An argument: by value, or where it has more than eight bytes by the address of a copy. */
static void put_argument(struct dispatch_call *call, unsigned index, VARTYPE type, const VARIANT *value) {
    uint64_t slot = 0;
    if (type == VT_VARIANT || type == VT_DECIMAL) {
        call->copies[index] = *value;
        slot = (uint64_t)(uintptr_t)&call->copies[index];
    } else {
        size_t size = type & (VT_BYREF | VT_ARRAY) ? sizeof slot : variant_type_size(type);
        memcpy(&slot, &value->byref, size && size < sizeof slot ? size : sizeof slot);
    }
    call->slots[call->count++] = slot;
}

static double as_double(uint64_t slot) {
    double value;
    memcpy(&value, &slot, sizeof value);
    return value;
}

/* The second to fourth argument are passed both in the vector and in the integer register, as to a function with
 * variable arguments. Slots that the function does not have do no harm: the caller clears the stack. */
#define REGISTERS(slots_) as_double((slots_)[1]), as_double((slots_)[2]), as_double((slots_)[3])
#define FOUR(slots_, n_) (slots_)[n_], (slots_)[(n_) + 1], (slots_)[(n_) + 2], (slots_)[(n_) + 3]
#define SIXTEEN(slots_, n_) FOUR(slots_, n_), FOUR(slots_, (n_) + 4), FOUR(slots_, (n_) + 8), FOUR(slots_, (n_) + 12)
#define CALL_AS(result_, first_type_, first_)                                                                             \
    (call->count <= 16                                                                                                    \
         ? ((result_(WINAPI *)(first_type_, ...))function)(first_, REGISTERS(s), FOUR(s, 4), FOUR(s, 8), FOUR(s, 12))     \
         : ((result_(WINAPI *)(first_type_, ...))function)(first_, REGISTERS(s), FOUR(s, 4), FOUR(s, 8), FOUR(s, 12),     \
                                                           SIXTEEN(s, 16), SIXTEEN(s, 32), SIXTEEN(s, 48)))

static uint64_t call_for_number(const struct dispatch_call *call, uintptr_t function) {
    const uint64_t *s = call->slots;
    return call->first_is_real ? CALL_AS(uint64_t, double, as_double(s[0])) : CALL_AS(uint64_t, uint64_t, s[0]);
}

static double call_for_real(const struct dispatch_call *call, uintptr_t function) {
    const uint64_t *s = call->slots;
    return call->first_is_real ? CALL_AS(double, double, as_double(s[0])) : CALL_AS(double, uint64_t, s[0]);
}

/* The function, in the object's table or by its address. */
static uintptr_t target(void *instance, ULONG_PTR offset) {
    return instance ? *(uintptr_t *)((BYTE *)(uintptr_t)((IUnknown *)instance)->lpVtbl + offset) : offset;
}

static bool is_returned_in_memory(VARTYPE type) { return type == VT_VARIANT || type == VT_DECIMAL; }

static void run(struct dispatch_call *call, uintptr_t function, VARTYPE type, VARIANT *result) {
    VARIANT made = {.vt = type};
    if (is_real(type)) {
        double real = call_for_real(call, function);
        memcpy(&made.dblVal, &real, sizeof real);
    } else {
        made.ullVal = call_for_number(call, function);
    }
    if (!result || is_returned_in_memory(type))
        return;
    if (type == VT_EMPTY || type == VT_VOID)
        made.ullVal = 0;
    made.vt = type == VT_VOID ? VT_EMPTY : type == VT_HRESULT ? VT_ERROR : type;
    *result = made;
}

API(oleaut32, HRESULT, DispCallFunc, void *pvInstance, ULONG_PTR oVft, int cc, VARTYPE vtReturn, UINT cActuals,
    const VARTYPE *prgvt, VARIANT **prgpvarg, VARIANT *pvargResult) {
    struct dispatch_call call = {.count = 0};
    VARIANT unwanted;
    (void)cc; /* there is one calling convention */
    if (cActuals > LARGEST_CALL - 2)
        return E_INVALIDARG;
    if (pvInstance)
        call.slots[call.count++] = (uint64_t)(uintptr_t)pvInstance;
    if (is_returned_in_memory(vtReturn))
        call.slots[call.count++] = (uint64_t)(uintptr_t)(pvargResult ? pvargResult : &unwanted);
    call.first_is_real = !call.count && cActuals && is_real(prgvt[0]);
    for (UINT i = 0; i < cActuals; i++)
        put_argument(&call, i, prgvt[i], prgpvarg[i]);
    run(&call, target(pvInstance, oVft), vtReturn, pvargResult);
    return S_OK;
}

/* ---- over ITypeInfo ---- */

API(oleaut32, HRESULT, DispInvoke, void *_this, IUnknown *ptinfo, LONG dispidMember, WORD wFlags, DISPPARAMS *pparams,
    VARIANT *pvarResult, void *pexcepinfo, UINT *puArgErr) {
    if (!_this || !ptinfo)
        return E_INVALIDARG;
    return info_table(ptinfo)->Invoke(ptinfo, _this, dispidMember, wFlags, pparams, pvarResult, pexcepinfo, puArgErr);
}

API(oleaut32, HRESULT, DispGetIDsOfNames, IUnknown *ptinfo, LPOLESTR *rgszNames, UINT cNames, LONG *rgdispid) {
    if (!ptinfo)
        return E_INVALIDARG;
    return info_table(ptinfo)->GetIDsOfNames(ptinfo, rgszNames, cNames, rgdispid);
}

API_USE(HRESULT, VariantChangeType, VARIANT *, VARIANT *, USHORT, VARTYPE);
API_USE(HRESULT, VariantCopy, VARIANT *, const VARIANT *);

/* Where in rgvarg the argument is; cArgs if it is not given. Positional arguments are in reverse order, behind the named
 * ones. */
static UINT find_argument(const DISPPARAMS *params, UINT position) {
    UINT positional = params->cArgs - params->cNamedArgs;
    if (position < positional)
        return params->cArgs - 1 - position;
    for (UINT i = 0; i < params->cNamedArgs; i++)
        if (params->rgdispidNamedArgs[i] == (LONG)position)
            return i;
    return params->cArgs;
}

API(oleaut32, HRESULT, DispGetParam, DISPPARAMS *pdispparams, UINT position, VARTYPE vtTarg, VARIANT *pvarResult,
    UINT *puArgErr) {
    if (!pvarResult || !pdispparams)
        return E_INVALIDARG;
    if (pdispparams->cArgs && !pdispparams->rgvarg)
        return E_INVALIDARG;
    if (pdispparams->cNamedArgs && !pdispparams->rgdispidNamedArgs)
        return E_INVALIDARG;
    if (pdispparams->cNamedArgs > pdispparams->cArgs)
        return E_INVALIDARG;
    UINT at = find_argument(pdispparams, position);
    if (at == pdispparams->cArgs)
        return DISP_E_PARAMNOTFOUND;
    HRESULT result = vtTarg == (VT_BYREF | VT_VARIANT) ? api_VariantCopy(pvarResult, &pdispparams->rgvarg[at])
                                                       : api_VariantChangeType(pvarResult, &pdispparams->rgvarg[at], 0,
                                                                               vtTarg);
    if (FAILED(result) && puArgErr)
        *puArgErr = at;
    return result;
}
