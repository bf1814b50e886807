/* The rest of vcruntime140: operator new and delete of older run-time libraries, calls that must not happen, and what
 * the libraries of one release ask each other. */
#include <stdio.h>

#include "api.h"
#include "cxx.h"
#include "heap.h"

API_USE(VOID, abort, void);

/* ---- operator new and delete ("operator new", "_set_new_handler") ---- */

API_USE(int, _callnewh, size_t size);

static PVOID allocate(size_t size) {
    for (;;) {
        PVOID block = heap_alloc(size);
        if (block || !api__callnewh(size))
            return block;
    }
}

API_AS(operator_new, msvcrt MSVCR_DLLS, PVOID, "??2@YAPEAX_K@Z", size_t size) {
    PVOID block = allocate(size);
    if (!block)
        cxx_throw_bad_alloc();
    return block;
}
API_ALIAS(operator_new, array, msvcrt MSVCR_DLLS, "??_U@YAPEAX_K@Z");

API_AS(operator_new_nothrow, msvcrt MSVCR_DLLS, PVOID, "??2@YAPEAX_KAEBUnothrow_t@std@@@Z", size_t size,
       const void *nothrow) {
    (void)nothrow;
    return allocate(size);
}
API_ALIAS(operator_new_nothrow, array, msvcrt MSVCR_DLLS, "??_U@YAPEAX_KAEBUnothrow_t@std@@@Z");

API_AS(operator_delete, msvcrt MSVCR_DLLS, VOID, "??3@YAXPEAX@Z", PVOID block) { heap_free(block); }
API_ALIAS(operator_delete, array, msvcrt MSVCR_DLLS, "??_V@YAXPEAX@Z");

/* The debug library's forms, which the others have as well: what for, which file, which line. */
API_AS(operator_new_debug, msvcrt MSVCR_DLLS, PVOID, "??2@YAPEAX_KHPEBDH@Z", size_t size, int kind, const char *file,
       int line) {
    (void)kind, (void)file, (void)line;
    return operator_new(size);
}
API_ALIAS(operator_new_debug, array, msvcrt MSVCR_DLLS, "??_U@YAPEAX_KHPEBDH@Z");

API_AS(operator_delete_debug, MSVCR_DLLS, VOID, "??3@YAXPEAXHPEBDH@Z", PVOID block, int kind, const char *file,
       int line) {
    (void)kind, (void)file, (void)line;
    heap_free(block);
}
API_ALIAS(operator_delete_debug, array, MSVCR_DLLS, "??_V@YAXPEAXHPEBDH@Z");

/* ---- calls that must not happen ---- */

static VOID(WINAPI *purecall_handler)(void);

API(vcruntime140 msvcrt MSVCR_DLLS ucrtbase, int, _purecall, void) {
    if (purecall_handler)
        purecall_handler();
    fputs("windlass: a pure virtual function was called\n", stderr);
    api_abort();
    return 0;
}

typedef VOID(WINAPI *PURECALL_HANDLER)(void);
API(vcruntime140 msvcrt MSVCR_DLLS ucrtbase, PURECALL_HANDLER, _set_purecall_handler,
    PURECALL_HANDLER handler) {
    return __atomic_exchange_n(&purecall_handler, handler, __ATOMIC_SEQ_CST);
}
API(vcruntime140 MSVCR_DLLS ucrtbase, PURECALL_HANDLER, _get_purecall_handler, void) {
    return purecall_handler;
}

/* A stack buffer has been overrun: nothing on the stack can be trusted ("/GS (Buffer Security Check)"). */
API(vcruntime140 ucrtbase MSVCR_DLLS, VOID, __report_gsfailure, ULONG_PTR cookie) {
    char where[256];
    (void)cookie;
    address_describe((uintptr_t)__builtin_return_address(0), where, sizeof where);
    windlass_fatal("stack buffer overrun found at %s (STATUS_STACK_BUFFER_OVERRUN, 0x%08x)", where,
                   (unsigned)STATUS_STACK_BUFFER_OVERRUN);
}

/* ---- between the libraries of one release ---- */

API_USE(BOOL, InitializeCriticalSectionEx, CRITICAL_SECTION *section, DWORD spin_count, DWORD flags);
API_USE(HMODULE, GetModuleHandleW, LPCWSTR name);
API_USE(DWORD, GetModuleFileNameW, HMODULE module, LPWSTR name, DWORD size);

API(vcruntime140, BOOL, __vcrt_InitializeCriticalSectionEx, CRITICAL_SECTION *section, DWORD spin_count, DWORD flags) {
    return api_InitializeCriticalSectionEx(section, spin_count, flags);
}

API(vcruntime140, HMODULE, __vcrt_GetModuleHandleW, LPCWSTR name) { return api_GetModuleHandleW(name); }

API(vcruntime140, DWORD, __vcrt_GetModuleFileNameW, HMODULE module, LPWSTR name, DWORD size) {
    return api_GetModuleFileNameW(module, name, size);
}

API_USE(HMODULE, LoadLibraryExW, LPCWSTR lpLibFileName, HANDLE hFile, DWORD dwFlags);

API(vcruntime140, HMODULE, __vcrt_LoadLibraryExW, LPCWSTR name, HANDLE reserved, DWORD flags) {
    return api_LoadLibraryExW(name, reserved, flags);
}

API(vcruntime140, VOID, __telemetry_main_invoke_trigger, PVOID module) { (void)module; }
API(vcruntime140, VOID, __telemetry_main_return_trigger, PVOID module) { (void)module; }
