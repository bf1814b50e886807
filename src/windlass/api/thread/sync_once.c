/* One-time initialisation ("One-Time Initialization"): the structure's two lowest bits are the state, the others the
 * context that the initialisation left. */
#include "nt.h"
#include "park.h"

typedef struct { _Atomic ULONG_PTR value; } INIT_ONCE;

enum { NOT_BEGUN, PENDING, COMPLETE, PENDING_ASYNCHRONOUS, STATE_MASK = 3 };
enum { CHECK_ONLY = 1, ASYNC = 2, INIT_FAILED = 4 };

API(ntdll, void, RtlRunOnceInitialize, INIT_ONCE *RunOnce) { atomic_store(&RunOnce->value, NOT_BEGUN); }
API_ALIAS(api_RtlRunOnceInitialize, kernel32_name, kernel32 kernelbase, "InitOnceInitialize");

static NTSTATUS completed(ULONG_PTR value, PVOID *context) {
    if (context)
        *context = (PVOID)(value & ~(ULONG_PTR)STATE_MASK);
    return STATUS_SUCCESS;
}

/* STATUS_PENDING: the caller is to initialise. */
static NTSTATUS begin(INIT_ONCE *once, DWORD flags, PVOID *context) {
    bool async = flags & ASYNC;
    for (;;) {
        ULONG_PTR value = atomic_load_explicit(&once->value, memory_order_acquire);
        switch (value & STATE_MASK) {
        case COMPLETE: return completed(value, context);
        case NOT_BEGUN:
            if (flags & CHECK_ONLY)
                return STATUS_UNSUCCESSFUL;
            if (atomic_compare_exchange_strong(&once->value, &value, async ? PENDING_ASYNCHRONOUS : PENDING))
                return STATUS_PENDING;
            break;
        case PENDING:
            if (flags & CHECK_ONLY)
                return STATUS_UNSUCCESSFUL;
            if (async)
                return STATUS_INVALID_PARAMETER;
            park(&once->value, &value, sizeof value, INT64_MAX);
            break;
        case PENDING_ASYNCHRONOUS:
            if (flags & CHECK_ONLY)
                return STATUS_UNSUCCESSFUL;
            return async ? STATUS_PENDING : STATUS_INVALID_PARAMETER;
        }
    }
}

API(ntdll, NTSTATUS, RtlRunOnceBeginInitialize, INIT_ONCE *RunOnce, ULONG Flags, PVOID *Context) {
    if (Flags & ~(ULONG)(CHECK_ONLY | ASYNC) || Flags == (CHECK_ONLY | ASYNC))
        return STATUS_INVALID_PARAMETER;
    return begin(RunOnce, Flags, Context);
}

API(kernel32 kernelbase, BOOL, InitOnceBeginInitialize, INIT_ONCE *lpInitOnce, DWORD dwFlags, PBOOL fPending,
    PVOID *lpContext) {
    NTSTATUS status = api_RtlRunOnceBeginInitialize(lpInitOnce, dwFlags, lpContext);
    if (NT_SUCCESS(status) && fPending)
        *fPending = status == STATUS_PENDING;
    return succeed_or_fail(status);
}

API(ntdll, NTSTATUS, RtlRunOnceComplete, INIT_ONCE *RunOnce, ULONG Flags, PVOID Context) {
    ULONG_PTR context = (ULONG_PTR)Context, value = atomic_load(&RunOnce->value);
    if (Flags & ~(ULONG)(ASYNC | INIT_FAILED) || Flags == (ASYNC | INIT_FAILED))
        return STATUS_INVALID_PARAMETER;
    if (Flags & INIT_FAILED ? context != 0 : (context & STATE_MASK) != 0)
        return STATUS_INVALID_PARAMETER;
    ULONG_PTR result = Flags & INIT_FAILED ? (ULONG_PTR)NOT_BEGUN : context | COMPLETE;
    switch (value & STATE_MASK) {
    case PENDING:
        if (Flags & ASYNC)
            return STATUS_INVALID_PARAMETER;
        atomic_store_explicit(&RunOnce->value, result, memory_order_release);
        unpark_all(&RunOnce->value);
        return STATUS_SUCCESS;
    case PENDING_ASYNCHRONOUS:                       /* the first of several to complete it */
        if (!(Flags & ASYNC))
            return STATUS_INVALID_PARAMETER;
        if (atomic_compare_exchange_strong(&RunOnce->value, &value, result))
            return STATUS_SUCCESS;
        return STATUS_OBJECT_NAME_COLLISION;
    default: return STATUS_UNSUCCESSFUL;
    }
}

API(kernel32 kernelbase, BOOL, InitOnceComplete, INIT_ONCE *lpInitOnce, DWORD dwFlags, LPVOID lpContext) {
    return succeed_or_fail(api_RtlRunOnceComplete(lpInitOnce, dwFlags, lpContext));
}

/* RtlRunOnceExecuteOnce's function returns a ULONG, InitOnceExecuteOnce's a BOOL: nonzero is success for both. */
API(ntdll, NTSTATUS, RtlRunOnceExecuteOnce, INIT_ONCE *RunOnce,
    ULONG(WINAPI *InitFn)(INIT_ONCE *, PVOID Parameter, PVOID *Context), PVOID Parameter, PVOID *Context) {
    PVOID own_context = NULL;
    NTSTATUS status = begin(RunOnce, 0, Context);
    if (status != STATUS_PENDING)
        return status;
    if (!InitFn(RunOnce, Parameter, &own_context)) {
        api_RtlRunOnceComplete(RunOnce, INIT_FAILED, NULL);
        return STATUS_UNSUCCESSFUL;
    }
    if (Context)
        *Context = own_context;
    return api_RtlRunOnceComplete(RunOnce, 0, own_context);
}

/* The function's own last error is what a failure leaves. */
API(kernel32 kernelbase, BOOL, InitOnceExecuteOnce, INIT_ONCE *InitOnce,
    ULONG(WINAPI *InitFn)(INIT_ONCE *, PVOID Parameter, PVOID *Context), PVOID Parameter, LPVOID *Context) {
    return NT_SUCCESS(api_RtlRunOnceExecuteOnce(InitOnce, InitFn, Parameter, Context));
}
