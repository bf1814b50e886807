/* The interface between the C files of windlass. Host code is System V, everything that Windows code can enter is
 * WINAPI. Contracts stand here, reasons beside the bodies. */
#ifndef WINDLASS_CORE_H
#define WINDLASS_CORE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "win.h"

/* ---- threads (thread.c) ---- */

/* What a call of a Windows function left: the integer and the vector result register. */
struct call_result {
    uint64_t rax;
    uint64_t xmm0;
};

/* What unwind.c and dwarf.c remember per thread: the function entries and the host frames' layouts met last. */
enum { FUNCTION_CACHE_BITS = 6, HOST_ROW_BITS = 5, HOST_ROW_REGISTERS = 20, MAX_TRACE = 64, MAX_LOADER_HOLDS = 16 };
struct host_row {
    uintptr_t pc;
    int32_t cfa_offset;
    uint8_t cfa_register, count;
    uint8_t registers[HOST_ROW_REGISTERS]; /* DWARF numbers */
    int32_t offsets[HOST_ROW_REGISTERS];   /* from the CFA */
};
struct unwind_cache {
    unsigned generation;
    struct {
        uintptr_t pc, image_base;
        struct _RUNTIME_FUNCTION *function;
    } functions[1 << FUNCTION_CACHE_BITS];
    struct host_row rows[1 << HOST_ROW_BITS];
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
    const void *unaligned_entry;    /* call.S; stubs of builtin functions know its place (pe/write.py) */
    struct boundary *boundary;      /* innermost call from the host into Windows code */
    struct thread *next, *previous; /* all threads, under thread_list_lock */
    EXCEPTION_RECORD unhandled;     /* what ended the last call_windows() that returned nonzero */
    CONTEXT unhandled_context;      /* and where */
    uintptr_t trace[MAX_TRACE];     /* the frames of `unhandled`, innermost first */
    unsigned trace_count;
    unsigned tls_capacity;          /* slots in ThreadLocalStoragePointer */
    void *crt;                      /* the C run-time's per-thread data (crt_*.c); a fiber has its own */
    struct thread_object *object;   /* the thread's kernel object, if one exists (thread_object.h) */
    bool created_here;              /* by CreateThread: it has no host frames below it */
    void *messages;                 /* its message queue (api/user/user_message.c) */
    void *cxx;                      /* what C++ exceptions need (api/crt/vcruntime_cxx.c); a fiber has its own */
    struct fault_guard *guard;      /* innermost fault_guard_enter() */
    void *alternate_stack;          /* the signal stack, if windlass made it (fault.c) */
    struct extended_slots *extended; /* of code that faulted on a small stack (fault.c) */
    void *side_stack;               /* for handlers of a stack overflow, lowest address */
    bool on_side_stack;             /* then the TEB's stack bounds are its, and the thread's own are here: */
    void *stack_base, *stack_limit;
    struct unwind_cache unwind_cache;
    atomic_uint synchronous;        /* whether it is in an operation that can be cancelled (synchronous.c), and on: */
    const void *synchronous_file;
    bool terminated;                /* by TerminateThread: no DLL is told */
    bool has_activations;           /* activation_hook() is to be called at its end */
    uint64_t activation;            /* the handle of the activation context in force, 0: none */
    uint64_t first_activation;      /* the one that it began with, and holds a reference to */
    unsigned in_python;             /* callbacks into Python that it is in */
    unsigned loader_hold_count;     /* loader_lock_acquire_for_program() not released yet, and in which call: */
    struct boundary *loader_holds[MAX_LOADER_HOLDS];
};

_Static_assert(offsetof(struct thread, unaligned_entry) == 0x1838, "where stubs expect it");

extern __thread struct thread *current_thread_or_null;

/* Release a thread's or fiber's `crt` (api/crt/crt_errno.c) and `cxx` (api/crt/vcruntime_cxx.c) at its end; may be NULL. */
void crt_thread_free(void *crt);
void message_queue_free(void *messages);
void cxx_thread_free(void *cxx);

/* Makes the calling thread a Windows thread: TEB, GS, static TLS, DLL_THREAD_ATTACH. Never fails (aborts out of
 * memory). */
struct thread *thread_enter(void);

/* The two halves of thread_enter(), for a thread of CreateThread: `object` is its kernel object. */
struct thread *thread_begin(struct thread_object *object);
void thread_attach(void);

/* Ends what is Windows' in the calling thread, which goes on as the host's. DLLs are told. */
void thread_leave(void);

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
void thread_list_remove(struct thread *thread);      /* takes the list's lock itself */

/* ---- calls (call.S, callback.c) ---- */

/* Calls an ms_abi function with `count` 8-byte slots; the first four travel in integer and vector registers alike.
 * Returns 0, or 1 when an exception ended the call: then current thread's `unhandled` says which.
 * `chain` is &thread->boundary. */
int call_windows(const void *function, const uint64_t *slots, size_t count, struct call_result *result,
                 struct boundary **chain);

/* Leaves call_windows() of this boundary with 1. The frames above are gone; their handlers have been run. */
_Noreturn void call_windows_unwound(struct boundary *boundary);

/* Where builtin functions are entered by callers whose stack is not aligned to 16 bytes. */
extern const char unaligned_entry[];

/* Calls a callback of the program that an API function in Python was given, with CALL_PROGRAM_SLOTS integers. Windows code
 * unwinds through it. The second is the return address of the call inside. */
enum { CALL_PROGRAM_SLOTS = 8 };
uint64_t call_program(const void *function, const uint64_t *slots);
extern const char call_program_return[];

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

/* The same for code that leads to `entry`, in assembler, with the callback in R10. */
void *code_piece_new(struct callback *callback, const void *entry);
void callback_free(void *code);

/* What a code piece made with this `entry` leads to; NULL for any other address. */
const struct callback *callback_at(uintptr_t address, const void *entry);

/* ---- exceptions (dispatch.c, fault.c, context.S); language handlers and unwinding: unwind.h ---- */

/* Raises an exception of Windows code from an API function in C, as RaiseException does. Returns only when a handler
 * wants to go on. */
void raise_from_api(DWORD code, DWORD flags, DWORD count, const ULONG_PTR *parameters);

/* Runs host code that may touch bad memory:
 *     struct fault_guard guard;
 *     if (fault_guard_enter(&guard, &thread_self()->guard))
 *         return STATUS_ACCESS_VIOLATION;
 *     ... no return, no call into Windows code ...
 *     fault_guard_leave(&guard);
 * A fault in between goes back to fault_guard_enter(), which then returns 1 and has left the guard. */
struct fault_guard {
    struct fault_guard *previous;
    uint64_t rbx, rbp, r12, r13, r14, r15, rsp, rip;
};
__attribute__((returns_twice)) int fault_guard_enter(struct fault_guard *guard, struct fault_guard **innermost);

static inline void fault_guard_leave(struct fault_guard *guard) { thread_self()->guard = guard->previous; }

/* Asked about a page fault at an address that Windows code touched; access: 0 read, 1 write, 8 execute. Runs in a signal
 * handler. Set by whoever keeps memory (guard pages, pages committed on demand). */
enum memory_fault {
    MEMORY_FAULT_UNKNOWN,    /* an access violation */
    MEMORY_FAULT_GUARD_PAGE, /* the guard has been taken off: STATUS_GUARD_PAGE_VIOLATION */
    MEMORY_FAULT_STACK_GUARD, /* so has that of the thread's own stack: STATUS_STACK_OVERFLOW */
    MEMORY_FAULT_RETRY,      /* the access has been made possible */
};
extern enum memory_fault (*memory_fault_hook)(uintptr_t address, unsigned access);

/* Puts the signal handlers in place, on top of those that are there; may be called again at any time. */
void fault_handlers_install(void);
void fault_thread_init(struct thread *thread);
void fault_thread_free(struct thread *thread);

/* "module!export+0x1c" for an address of Windows or host code. */
void address_describe(uintptr_t address, char *text, size_t size);

/* True for windlass's own machinery, which no traceback shows. */
bool address_is_internal(uintptr_t address);

/* ---- the process (peb.c) ---- */

/* The process environment block and all that hangs from it. */
extern PEB process_peb;
void peb_init(void);

/* The processors that this process may run on: programs start as many threads. One group holds 64; windlass shows one. */
enum { MAX_PROCESSORS = 64 };
DWORD processor_count(void);
DWORD_PTR processor_mask(void);

/* ---- modules (module.c) ---- */

/* The loader lock: recursive, held during attach and detach, never waited for with the GIL held. */
void loader_lock_acquire(void);
bool loader_lock_try_acquire(void);
bool loader_lock_acquire_until(const struct timespec *until); /* on the real-time clock; false: it has passed */
void loader_lock_release(void);
void loader_lock_abandon(void);                      /* however often the calling thread, which ends, has it */

/* The same when Windows code asks for it. What it still holds when its call from the host, or its thread, ends is
 * released then. */
bool loader_lock_acquire_for_program(bool only_try);
void loader_lock_release_for_program(void);

/* Leaves the call as call_windows_unwound() does, and releases what it holds. */
_Noreturn void boundary_leave(struct boundary *boundary);
void loader_lock_release_all(struct thread *thread);

/* The module that contains the address, or NULL. Takes no lock; callable from fault handlers. */
LDR_DATA_TABLE_ENTRY *module_from_address(const void *address);

/* Changes whenever a module comes or goes. */
unsigned modules_generation(void);

/* By handle, or NULL when no such module is mapped. */
LDR_DATA_TABLE_ENTRY *module_from_base(const void *base);

/* By base name or full path, any case; ".dll" is not appended. */
LDR_DATA_TABLE_ENTRY *module_from_name(const WCHAR *name, size_t length);

/* The address of an export, following forwarders; NULL and the reason in *status (STATUS_PROCEDURE_NOT_FOUND,
 * STATUS_ORDINAL_NOT_FOUND, STATUS_DLL_NOT_FOUND for an unloaded forwarder's DLL that Python could not load).
 * name NULL: by ordinal. */
void *module_export(const void *base, const char *name, unsigned ordinal, NTSTATUS *status);

/* The export in this place of the export address table; `name` NULL for one by ordinal only. Forwarders and holes have
 * no address. */
enum export_kind { EXPORT_END, EXPORT_NO_ADDRESS, EXPORT_ADDRESS };
enum export_kind module_export_at(const void *base, unsigned index, DWORD *rva, const char **name, unsigned *ordinal);

/* The export with the greatest RVA at or below `rva`, forwarders aside; false when there is none. */
bool module_nearest_export(const void *base, DWORD rva, DWORD *start, const char **name, unsigned *ordinal);

/* Calls every initialised DLL's TLS callbacks and entry point with DLL_THREAD_ATTACH or DLL_THREAD_DETACH. */
void modules_notify_thread(DWORD reason);

/* Static TLS of the calling thread and, when a module comes or goes, of all threads. */
void tls_thread_init(struct thread *thread);
void tls_thread_free(struct thread *thread);

/* Detaches all modules as at the process's end. The loader lock is held. */
void modules_detach(void);

/* Activation contexts are Python's affair (activation.py): a thread is going to be made that begins with this one, or one
 * has ended that began with it. Set by python.c. */
extern void (*activation_hook)(uint64_t handle, bool begins);

/* Ends the process as ExitProcess does (api/process/process.c). The GIL is not held. */
_Noreturn void exit_process(DWORD code);

/* ---- host errors ---- */

/* The Win32 code for a C library errno. */
DWORD win32_from_errno(int error);
DWORD win32_from_status(NTSTATUS status);

/* A message on stderr and abort(): a broken invariant, never a user's error. */
_Noreturn void windlass_fatal(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* From api_lazy_entry in call.S: the function behind a builtin's slot, on its first call (python.c). */
const void *WINAPI api_resolve(DWORD id);

#endif
