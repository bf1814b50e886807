/* The interface between the C files of windlass. Host code is System V, everything that Windows code can enter is
 * WINAPI. Contracts stand here, reasons beside the bodies. */
#ifndef WINDLASS_CORE_H
#define WINDLASS_CORE_H

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "win.h"

/* ---- threads (thread.c) ---- */

/* What a call of a Windows function left: the integer and the vector result register. */
struct call_result {
    uint64_t rax;
    uint64_t xmm0;
};

/* Stands on the stack of call_windows(): the state to go back to when nobody handled an exception. The layout is
 * known to call.S. */
struct boundary {
    struct boundary *previous;
    struct boundary **chain;
    struct call_result *result;
    uint64_t r15, r14, r13, r12, rbx, rbp;
    uint64_t return_address;
};

/* A thread that has entered Windows code. The TEB comes first, so GS:[0x30] is also this record's address. */
struct thread {
    TEB teb;
    struct boundary *boundary;      /* innermost call from the host into Windows code */
    struct thread *next, *previous; /* all threads, under thread_list_lock */
    EXCEPTION_RECORD unhandled;     /* what ended the last call_windows() that returned nonzero */
    CONTEXT *unhandled_context;     /* valid until the next call */
    unsigned tls_capacity;          /* slots in ThreadLocalStoragePointer */
    void *crt;                      /* the C run-time's per-thread data (crt_*.c) */
    struct thread_object *object;   /* the thread's kernel object, if one exists (thread_object.h) */
    bool created_here;              /* by CreateThread: it has no host frames below it */
};

extern __thread struct thread *current_thread_or_null;

/* Releases thread->crt at the thread's end (api/crt_errno.c). */
void crt_thread_free(struct thread *thread);

/* Makes the calling thread a Windows thread: TEB, GS, static TLS, DLL_THREAD_ATTACH. Never fails (aborts out of
 * memory). */
struct thread *thread_enter(void);

static inline struct thread *thread_self(void) {
    struct thread *self = current_thread_or_null;
    return __builtin_expect(self != NULL, 1) ? self : thread_enter();
}

/* In API functions, where GS is known to be right. */
static inline TEB *teb_self(void) {
    TEB *teb;
    __asm__("movq %%gs:0x30, %0" : "=r"(teb));
    return teb;
}

static inline void set_last_error(DWORD code) { teb_self()->LastErrorValue = code; }

/* Sets the last error and returns FALSE, for `return fail(ERROR_X);`. */
static inline BOOL fail(DWORD code) {
    set_last_error(code);
    return FALSE;
}

void thread_list_acquire(void);
void thread_list_release(void);
struct thread *thread_list_head(void);

/* ---- calls (call.S, callback.c) ---- */

/* Calls an ms_abi function with `count` 8-byte slots; the first four travel in integer and vector registers alike.
 * Returns 0, or 1 when an exception ended the call: then current thread's `unhandled` says which.
 * `chain` is &thread->boundary. */
int call_windows(const void *function, const uint64_t *slots, size_t count, struct call_result *result,
                 struct boundary **chain);

/* Leaves call_windows() of this boundary with 1. The frames above are gone; their handlers have been run. */
_Noreturn void call_windows_unwound(struct boundary *boundary);

/* The return address of the call inside call_windows(): where walking Windows frames ends. */
extern const char call_windows_return[];

/* A piece of code with an address of its own that Windows code can call. `enter` runs with `slots` (the arguments,
 * contiguous), `xmm` (the first four vector registers' low halves), and fills *result. */
struct callback {
    void (*enter)(struct callback *self, uint64_t *slots, const uint64_t *xmm, struct call_result *result);
    void *context;
};

/* The code's address, or NULL out of memory. `callback` must live until callback_free(). */
void *callback_new(struct callback *callback);
void callback_free(void *code);

/* ---- modules (module.c) ---- */

/* The process environment block and all that hangs from it. */
extern PEB process_peb;

/* The loader lock: recursive, held during attach and detach, never waited for with the GIL held. */
void loader_lock_acquire(void);
void loader_lock_release(void);

/* The module that contains the address, or NULL. Takes no lock; callable from fault handlers. */
LDR_DATA_TABLE_ENTRY *module_from_address(const void *address);

/* By handle, or NULL when no such module is mapped. */
LDR_DATA_TABLE_ENTRY *module_from_base(const void *base);

/* By base name or full path, any case; ".dll" is not appended. */
LDR_DATA_TABLE_ENTRY *module_from_name(const WCHAR *name, size_t length);

/* The address of an export, following forwarders; NULL and the reason in *status (STATUS_PROCEDURE_NOT_FOUND,
 * STATUS_ORDINAL_NOT_FOUND, STATUS_DLL_NOT_FOUND for an unloaded forwarder's DLL that Python could not load).
 * name NULL: by ordinal. */
void *module_export(const void *base, const char *name, unsigned ordinal, NTSTATUS *status);

/* Calls every initialised DLL's TLS callbacks and entry point with DLL_THREAD_ATTACH or DLL_THREAD_DETACH. */
void modules_notify_thread(DWORD reason);

/* Static TLS of the calling thread and, when a module comes or goes, of all threads. */
void tls_thread_init(struct thread *thread);
void tls_thread_free(struct thread *thread);

/* Detaches all modules as at the process's end; ExitProcess calls it before it ends the process. Set by python.c. */
extern void (*process_detach_hook)(void);

/* ---- host errors ---- */

/* The Win32 code for a C library errno. */
DWORD win32_from_errno(int error);
DWORD win32_from_status(NTSTATUS status);

/* A message on stderr and abort(): a broken invariant, never a user's error. */
_Noreturn void windlass_fatal(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
