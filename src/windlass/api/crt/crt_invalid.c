/* Invalid parameters ("Parameter Validation").
 *
 * A function of the C run-time that finds an argument invalid sets errno and calls the invalid-parameter handler; when
 * the handler returns, the function fails. Without a handler Windows ends the process through Watson. Here the default
 * raises STATUS_INVALID_CRUNTIME_PARAMETER, which nobody can continue from: as the process is Python's, the call fails
 * with OSError.
 *
 * msvcrt.dll is older than that: without a handler its functions just fail, and programs for it close descriptors twice
 * without harm. */
#include "crt.h"
#include "unwind.h"

/* The process's handler, set by any thread. */
static crt_invalid_parameter_handler process_handler;

_Noreturn static void raise_status(NTSTATUS status) {
    api_RaiseException((DWORD)status, EXCEPTION_NONCONTINUABLE, 0, NULL);
    windlass_fatal("invalid parameter passed to a C run-time function");
}

API(CRT_DLLS, VOID, _invoke_watson, const WCHAR *expression, const WCHAR *function, const WCHAR *file, unsigned line,
    uintptr_t reserved) {
    (void)expression, (void)function, (void)file, (void)line, (void)reserved;
    raise_status(STATUS_INVALID_CRUNTIME_PARAMETER);
}

API(CRT_DLLS, VOID, _invalid_parameter, const WCHAR *expression, const WCHAR *function, const WCHAR *file,
    unsigned line, uintptr_t reserved) {
    crt_invalid_parameter_handler handler = crt_thread()->invalid_parameter;
    if (!handler)
        handler = __atomic_load_n(&process_handler, __ATOMIC_ACQUIRE);
    if (handler)
        handler(expression, function, file, line, reserved);
    else if (!crt_caller_uses_msvcrt())
        api__invoke_watson(expression, function, file, line, reserved);
}
API_ALIAS(api__invalid_parameter, cpp, MSVCR_DLLS, "?_invalid_parameter@@YAXPEBG00I_K@Z");

/* A release build passes null pointers: it has no text of the condition. */
void crt_invalid_parameter(void) { api__invalid_parameter(NULL, NULL, NULL, 0, 0); }

errno_t crt_invalid(int error) {
    crt_thread()->error = error;
    crt_invalid_parameter();
    return error;
}

API(CRT_DLLS, VOID, _invalid_parameter_noinfo, void) { crt_invalid_parameter(); }

API(CRT_DLLS, VOID, _invalid_parameter_noinfo_noreturn, void) {
    crt_invalid_parameter();
    api__invoke_watson(NULL, NULL, NULL, 0, 0);
}

API(CRT_DLLS, crt_invalid_parameter_handler, _set_invalid_parameter_handler, crt_invalid_parameter_handler handler) {
    return __atomic_exchange_n(&process_handler, handler, __ATOMIC_ACQ_REL);
}

API(CRT_DLLS, crt_invalid_parameter_handler, _get_invalid_parameter_handler, void) {
    return __atomic_load_n(&process_handler, __ATOMIC_ACQUIRE);
}

API(ucrtbase, crt_invalid_parameter_handler, _set_thread_local_invalid_parameter_handler,
    crt_invalid_parameter_handler handler) {
    crt_invalid_parameter_handler *slot = &crt_thread()->invalid_parameter, previous = *slot;
    *slot = handler;
    return previous;
}

API(ucrtbase, crt_invalid_parameter_handler, _get_thread_local_invalid_parameter_handler, void) {
    return crt_thread()->invalid_parameter;
}
