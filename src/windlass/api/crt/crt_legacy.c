/* What the start-up code and the C++ libraries of Visual C++ 2005 to 2013 take from their C run-time's DLL: allocation
 * that the run-time itself uses, the way out of a failed security check, the current locale. */
#include "crt.h"
#include "handle.h"
#include "heap.h"
#include "unwind.h"

API_USE(LONG, UnhandledExceptionFilter, EXCEPTION_POINTERS *pointers);
API_USE(BOOL, TerminateProcess, HANDLE process, UINT code);
API_USE(void, RtlCaptureContext, CONTEXT *context);
API_USE(VOID, __std_type_info_destroy_list, PVOID list);

API(MSVCR_DLLS, void *, _malloc_crt, size_t size) { return heap_alloc(size); }

API(MSVCR_DLLS, void *, _calloc_crt, size_t count, size_t size) {
    size_t total;
    return __builtin_mul_overflow(count, size, &total) ? NULL : heap_alloc_zeroed(total);
}

API(MSVCR_DLLS, void *, _realloc_crt, void *block, size_t size) {
    return block ? heap_realloc(block, size) : heap_alloc(size);
}

/* The names that type_info::name() made for a module, when the module goes. */
API(MSVCR_DLLS, void, __clean_type_info_names_internal, PVOID list) { api___std_type_info_destroy_list(list); }

/* A place for debuggers to stop at. */
API(MSVCR_DLLS, void, __crt_debugger_hook, int reason) { (void)reason; }
API_ALIAS(api___crt_debugger_hook, underscore, msvcr80 msvcr90 msvcr100, "_crt_debugger_hook");

API(MSVCR_DLLS, LONG, __crtUnhandledException, EXCEPTION_POINTERS *pointers) {
    return api_UnhandledExceptionFilter(pointers);
}

API(MSVCR_DLLS, void, __crtTerminateProcess, UINT code) { api_TerminateProcess(CURRENT_PROCESS, code); }

/* The context of the failed check's own function is good enough for a report. */
API(MSVCR_DLLS, void, __crtCapturePreviousContext, CONTEXT *context) { api_RtlCaptureContext(context); }

API_USE(void *, _recalloc, void *block, size_t count, size_t size);
API(MSVCR_DLLS, void *, _recalloc_crt, void *block, size_t count, size_t size) {
    return api__recalloc(block, count, size);
}

/* How long the functions above try again when there is no memory: not at all. */
API(MSVCR_DLLS, UINT, _set_malloc_crt_max_wait, UINT milliseconds) {
    (void)milliseconds;
    return 0;
}

typedef LONG(WINAPI *TOP_LEVEL_FILTER)(EXCEPTION_POINTERS *);
API_USE(TOP_LEVEL_FILTER, SetUnhandledExceptionFilter, TOP_LEVEL_FILTER filter);
API(msvcr110 msvcr120, VOID, __crtSetUnhandledExceptionFilter, TOP_LEVEL_FILTER filter) {
    api_SetUnhandledExceptionFilter(filter);
}

API(msvcr110 msvcr120, VOID, __crtCaptureCurrentContext, CONTEXT *context) { api_RtlCaptureContext(context); }

API_USE(VOID, Sleep, DWORD milliseconds);
API(msvcr110 msvcr120, VOID, __crtSleep, DWORD milliseconds) { api_Sleep(milliseconds); }

API_USE(BOOL, InitializeCriticalSectionEx, CRITICAL_SECTION *section, DWORD spin_count, DWORD flags);
API(msvcr110 msvcr120, BOOL, __crtInitializeCriticalSectionEx, CRITICAL_SECTION *section, DWORD spin_count, DWORD flags) {
    return api_InitializeCriticalSectionEx(section, spin_count, flags);
}

/* 1: APPMODEL_ERROR_NO_PACKAGE */
API(msvcr110 msvcr120, int, __crtIsPackagedApp, void) { return 0; }

/* SW_SHOWDEFAULT */
API(msvcr110 msvcr120, WORD, __crtGetShowWindowMode, void) { return 10; }

/* Run-time checks come from a debug library, which is not here ("_CrtSetReportMode" has no effect either). */
API(MSVCR_DLLS, PVOID, _CRT_RTC_INIT, PVOID reporter, PVOID *version, int count, int level, int bits) {
    (void)reporter, (void)version, (void)count, (void)level, (void)bits;
    return NULL;
}
API_ALIAS(api__CRT_RTC_INIT, wide, MSVCR_DLLS, "_CRT_RTC_INITW");

/* ---- pointers ---- */

API_USE(PVOID, RtlEncodePointer, PVOID pointer);
API_USE(PVOID, RtlDecodePointer, PVOID pointer);
API(msvcr80 msvcr90, PVOID, _encode_pointer, PVOID pointer) { return api_RtlEncodePointer(pointer); }
API(msvcr80 msvcr90, PVOID, _decode_pointer, PVOID pointer) { return api_RtlDecodePointer(pointer); }
API(msvcr80 msvcr90 msvcr100, PVOID, _encoded_null, void) { return api_RtlEncodePointer(NULL); }

/* _malloca's blocks: a marker before them says whether they come from the heap ("_freea"). */
API(MSVCR_DLLS, VOID, _freea, PVOID block) {
    enum { MARKER_SIZE = 16, FROM_HEAP = 0xDDDD };
    if (block && *(unsigned *)((char *)block - MARKER_SIZE) == FROM_HEAP)
        heap_free((char *)block - MARKER_SIZE);
}
API_ALIAS(api__freea, checked, MSVCR_DLLS, "_freea_s");

/* "IsBadReadPtr" and its like lie; these only look for NULL. */
API_AS(validate_read, MSVCR_DLLS, int, "?_ValidateRead@@YAHPEBXI@Z", const void *data, unsigned size) {
    (void)size;
    return data != NULL;
}
API_AS(validate_write, MSVCR_DLLS, int, "?_ValidateWrite@@YAHPEAXI@Z", void *data, unsigned size) {
    (void)size;
    return data != NULL;
}
API_AS(validate_execute, MSVCR_DLLS, int, "?_ValidateExecute@@YAHP6A_JXZ@Z", FARPROC function) {
    return function != NULL;
}

/* ---- the current locale ---- */

static int shown_mb_cur_max;
static const WORD *shown_ctype;

API(MSVCR_DLLS, int *, __p___mb_cur_max, void) {
    shown_mb_cur_max = crt_locale(NULL)->mb_cur_max;
    return &shown_mb_cur_max;
}

API(MSVCR_DLLS, const WORD **, __p__pctype, void) {
    shown_ctype = crt_locale(NULL)->ctype;
    return &shown_ctype;
}

API_USE(_locale_t, _create_locale, int category, const char *name);
API_USE(VOID, _free_locale, _locale_t locale);
API_USE(_locale_t, _get_current_locale, void);
API(MSVCR_DLLS, _locale_t, __create_locale, int category, const char *name) {
    return api__create_locale(category, name);
}
API(MSVCR_DLLS, VOID, __free_locale, _locale_t locale) { api__free_locale(locale); }
API(MSVCR_DLLS, _locale_t, __get_current_locale, void) { return api__get_current_locale(); }

API(msvcrt MSVCR_DLLS, int, ___setlc_active_func, void) { return 0; }

/* ---- what has no meaning any more ---- */

API(msvcrt MSVCR_DLLS, int, _heapadd, PVOID block, size_t size) {
    (void)block, (void)size;
    return crt_fail(CRT_ENOSYS);
}

API(msvcrt MSVCR_DLLS, int, _heapset, unsigned fill) {
    enum { HEAPOK = -2 };
    (void)fill;
    return HEAPOK;
}

API(msvcrt MSVCR_DLLS, size_t, _heapused, size_t *used, size_t *committed) {
    (void)used, (void)committed;
    return (size_t)crt_fail(CRT_ENOSYS);
}

API(msvcrt msvcr80 msvcr90 msvcr100, int, _set_SSE2_enable, int flag) { return flag != 0; }
