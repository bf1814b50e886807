/* What the start-up code of Visual C++ 2010 to 2013 takes from its C run-time's DLL: allocation that the run-time itself
 * uses, and the way out of a failed security check. */
#include "api.h"
#include "handle.h"
#include "heap.h"
#include "unwind.h"

#define LEGACY_CRT_DLLS msvcr100 msvcr110 msvcr120

API_USE(LONG, UnhandledExceptionFilter, EXCEPTION_POINTERS *pointers);
API_USE(BOOL, TerminateProcess, HANDLE process, UINT code);
API_USE(void, RtlCaptureContext, CONTEXT *context);
API_USE(VOID, __std_type_info_destroy_list, PVOID list);

API(LEGACY_CRT_DLLS, void *, _malloc_crt, size_t size) { return heap_alloc(size); }

API(LEGACY_CRT_DLLS, void *, _calloc_crt, size_t count, size_t size) {
    size_t total;
    return __builtin_mul_overflow(count, size, &total) ? NULL : heap_alloc_zeroed(total);
}

API(LEGACY_CRT_DLLS, void *, _realloc_crt, void *block, size_t size) {
    return block ? heap_realloc(block, size) : heap_alloc(size);
}

/* The names that type_info::name() made for a module, when the module goes. */
API(LEGACY_CRT_DLLS, void, __clean_type_info_names_internal, PVOID list) { api___std_type_info_destroy_list(list); }

/* A place for debuggers to stop at. */
API(LEGACY_CRT_DLLS, void, __crt_debugger_hook, int reason) { (void)reason; }
API_ALIAS(api___crt_debugger_hook, underscore, msvcr100, "_crt_debugger_hook");

API(LEGACY_CRT_DLLS, LONG, __crtUnhandledException, EXCEPTION_POINTERS *pointers) {
    return api_UnhandledExceptionFilter(pointers);
}

API(LEGACY_CRT_DLLS, void, __crtTerminateProcess, UINT code) { api_TerminateProcess(CURRENT_PROCESS, code); }

/* The context of the failed check's own function is good enough for a report. */
API(LEGACY_CRT_DLLS, void, __crtCapturePreviousContext, CONTEXT *context) { api_RtlCaptureContext(context); }
