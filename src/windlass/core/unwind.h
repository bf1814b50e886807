/* Table-driven unwinding and exception dispatch: what unwind.c, dwarf.c, dispatch.c, fault.c and context.S share, and
 * the structures of "x64 exception handling" that language handlers in api/ read. */
#ifndef WINDLASS_UNWIND_H
#define WINDLASS_UNWIND_H

#include "core.h"

/* ---- Windows structures ---- */

typedef struct _RUNTIME_FUNCTION {
    DWORD BeginAddress, EndAddress, UnwindData; /* RVAs; UnwindData with bit 0 set: RVA + 1 of another entry */
} RUNTIME_FUNCTION;

typedef union {
    struct { BYTE CodeOffset, UnwindOp : 4, OpInfo : 4; };
    USHORT FrameOffset;
} UNWIND_CODE;

typedef struct {
    BYTE Version : 3, Flags : 5;
    BYTE SizeOfProlog, CountOfCodes;
    BYTE FrameRegister : 4, FrameOffset : 4;
    UNWIND_CODE UnwindCode[];
} UNWIND_INFO;

#define UNW_FLAG_NHANDLER 0u
#define UNW_FLAG_EHANDLER 1u
#define UNW_FLAG_UHANDLER 2u
#define UNW_FLAG_CHAININFO 4u

typedef enum {
    ExceptionContinueExecution,
    ExceptionContinueSearch,
    ExceptionNestedException,
    ExceptionCollidedUnwind
} EXCEPTION_DISPOSITION;

typedef struct { EXCEPTION_RECORD *ExceptionRecord; CONTEXT *ContextRecord; } EXCEPTION_POINTERS;

struct _DISPATCHER_CONTEXT;
typedef EXCEPTION_DISPOSITION(WINAPI *EXCEPTION_ROUTINE)(EXCEPTION_RECORD *, PVOID establisher_frame, CONTEXT *,
                                                         struct _DISPATCHER_CONTEXT *);

typedef struct _DISPATCHER_CONTEXT {
    ULONG64 ControlPc, ImageBase;
    RUNTIME_FUNCTION *FunctionEntry;
    ULONG64 EstablisherFrame, TargetIp;
    CONTEXT *ContextRecord;
    EXCEPTION_ROUTINE LanguageHandler;
    PVOID HandlerData;
    PVOID HistoryTable;
    DWORD ScopeIndex, Fill0;
} DISPATCHER_CONTEXT;

typedef struct {
    M128A *FloatingContext[16];
    ULONG64 *IntegerContext[16]; /* by register number, Rax first */
} KNONVOLATILE_CONTEXT_POINTERS;

#define EXCEPTION_NONCONTINUABLE 0x01u
#define EXCEPTION_UNWINDING 0x02u
#define EXCEPTION_EXIT_UNWIND 0x04u
#define EXCEPTION_STACK_INVALID 0x08u
#define EXCEPTION_NESTED_CALL 0x10u
#define EXCEPTION_TARGET_UNWIND 0x20u
#define EXCEPTION_COLLIDED_UNWIND 0x40u
#define EXCEPTION_SOFTWARE_ORIGINATE 0x80u
#define EXCEPTION_UNWIND (EXCEPTION_UNWINDING | EXCEPTION_EXIT_UNWIND)

/* What a filter and a vectored handler return ("try-except statement"). */
#define EXCEPTION_EXECUTE_HANDLER 1
#define EXCEPTION_CONTINUE_SEARCH 0
#define EXCEPTION_CONTINUE_EXECUTION (-1)

/* "_JUMP_BUFFER": what setjmp fills on x64. */
typedef struct __attribute__((aligned(16))) {
    ULONG64 Frame, Rbx, Rsp, Rbp, Rsi, Rdi, R12, R13, R14, R15, Rip;
    DWORD MxCsr;
    WORD FpCsr, Spare;
    M128A Xmm[10]; /* 6 to 15 */
} JUMP_BUFFER;
_Static_assert(sizeof(JUMP_BUFFER) == 256, "_JUMP_BUFFER");

/* The integer registers of a CONTEXT by their number in machine code. */
static inline ULONG64 *context_register(CONTEXT *context, unsigned number) { return &context->Rax + number; }
static inline M128A *context_xmm(CONTEXT *context, unsigned number) { return &context->FltSave.XmmRegisters[number]; }

/* Copies what unwinding needs and changes: everything before FltSave, and xmm6 to xmm15. */
static inline void context_copy_nonvolatile(CONTEXT *to, const CONTEXT *from) {
    memcpy(to, from, offsetof(CONTEXT, FltSave));
    memcpy(&to->FltSave.XmmRegisters[6], &from->FltSave.XmmRegisters[6], 10 * sizeof(M128A));
}

/* ---- tables of Windows functions (unwind.c) ---- */

/* The entry that covers `pc` in a module's or a dynamic table, or NULL; *image_base is what its RVAs count from. Takes
 * no lock. */
RUNTIME_FUNCTION *function_lookup(uintptr_t pc, uintptr_t *image_base);

/* The entry of the function's first part, for an entry of any part. */
const RUNTIME_FUNCTION *function_primary(uintptr_t image_base, const RUNTIME_FUNCTION *function);

/* A module's table and the number of its entries; NULL if it has none. */
RUNTIME_FUNCTION *module_function_table(uintptr_t image_base, DWORD *count);

/* Changes whenever a lookup may have a new answer. */
unsigned function_generation(void);

/* Tables of code made at run time. `identifier` is the table's address, or what its callback was installed under. */
bool function_table_add(RUNTIME_FUNCTION *functions, DWORD count, uintptr_t base);
bool function_table_add_callback(uintptr_t identifier, uintptr_t base, DWORD length, const void *callback,
                                 PVOID context);
bool function_table_add_growable(RUNTIME_FUNCTION *functions, DWORD count, uintptr_t begin, uintptr_t end);
void function_table_grow(const RUNTIME_FUNCTION *functions, DWORD count);
bool function_table_remove(uintptr_t identifier);

/* Undoes one frame of Windows code: `function` NULL means a leaf. Returns the handler of the wanted kind that is active
 * at `pc`, or NULL; `pointers` may be NULL. */
EXCEPTION_ROUTINE windows_frame_unwind(DWORD handler_kind, uintptr_t image_base, uintptr_t pc,
                                       const RUNTIME_FUNCTION *function, CONTEXT *context, PVOID *handler_data,
                                       ULONG64 *establisher_frame, KNONVOLATILE_CONTEXT_POINTERS *pointers);

/* ---- frames of host code (dwarf.c) ---- */

/* Once, with the address of any function of the Python interpreter. */
void host_frames_init(const void *python_function);

/* True when the address lies in an ELF object of this process. */
bool host_code_contains(uintptr_t pc);

/* Where the function begins that the address lies in; 0 when nothing says so. */
uintptr_t host_function_begin(uintptr_t pc);

/* True when the address lies in the object that holds the Python interpreter. */
bool host_code_is_python(uintptr_t pc);

/* Undoes one frame of host code by its .eh_frame entry; `exact`: Rip was interrupted there and is no return address.
 * *exact becomes true for the frame below a signal's. False when nothing describes the frame. */
bool host_frame_unwind(CONTEXT *context, bool *exact);

/* ---- walking (dispatch.c) ---- */

enum frame_kind {
    FRAME_WINDOWS,           /* has an entry in a table of functions */
    FRAME_LEAF,              /* Windows code without one: nothing but its return address is on the stack */
    FRAME_HOST,              /* ours or a library's */
    FRAME_EXCEPTION_HANDLER, /* a language handler, called in the first pass, is above */
    FRAME_UNWIND_HANDLER,    /* a language handler, called in the second pass, is above */
    FRAME_SAVED_CONTEXT,     /* the frame below is described by a whole CONTEXT: a fault, a consolidated unwind */
    FRAME_BOUNDARY,          /* call_windows() */
};

struct frame {
    enum frame_kind kind;
    RUNTIME_FUNCTION *function;
    uintptr_t image_base;
};

/* Which frame the context is in. */
struct frame frame_find(const CONTEXT *context);

/* Undoes any frame but FRAME_BOUNDARY without calling handlers; false when it cannot be undone. */
bool frame_skip(const struct frame *frame, CONTEXT *context, bool *exact);

/* Collects up to `count` return addresses (or the interrupted one first) from `context` to the boundary. */
unsigned frames_collect(const CONTEXT *context, uintptr_t *addresses, unsigned count, bool exact);

/* ---- dispatch (dispatch.c) ---- */

/* Offers the exception to vectored handlers, then to the frames' handlers. Returns when execution is to continue at
 * *context; otherwise the stack has been unwound to a handler or to the innermost boundary. `interrupted`: Rip is no
 * return address. */
void exception_dispatch(EXCEPTION_RECORD *record, CONTEXT *context, bool interrupted);

/* Dispatches, then restores the context. */
_Noreturn void exception_raise(EXCEPTION_RECORD *record, CONTEXT *context);

/* Goes on at the context; a record of STATUS_LONGJUMP or STATUS_UNWIND_CONSOLIDATE has its meaning of RtlRestoreContext.
 * `whole`: all registers, not only those that a function's end leaves defined. */
_Noreturn void context_restore_for(CONTEXT *context, EXCEPTION_RECORD *record, bool whole);

/* What the process does about an exception that nobody handled in a thread of its own; set by
 * SetUnhandledExceptionFilter. */
extern LONG(WINAPI *unhandled_exception_filter)(EXCEPTION_POINTERS *);

/* Ends the second pass of an unwind, from handlers in C as from Windows code ("RtlUnwindEx"). */
void WINAPI api_RtlUnwindEx(PVOID frame, PVOID ip, EXCEPTION_RECORD *record, PVOID value, CONTEXT *context,
                              PVOID history);

/* ---- vectored handlers (vectored.c) ---- */

enum vectored_kind { VECTORED_EXCEPTION, VECTORED_CONTINUE };
PVOID vectored_add(enum vectored_kind kind, bool first, const void *handler);
bool vectored_remove(enum vectored_kind kind, PVOID handle);

/* True when a handler wants to go on. */
bool vectored_call_exception(EXCEPTION_RECORD *record, CONTEXT *context);
void vectored_call_continue(EXCEPTION_RECORD *record, CONTEXT *context);

/* ---- faults (fault.c) ---- */

/* Before the thread goes on with this stack pointer: takes the TEB off the side stack, if it was on it. */
void fault_leave_side_stack(struct thread *thread, uintptr_t sp);

/* An address sanitizer must forget what it knows about frames that are skipped, and about a stack that is used anew. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define __SANITIZE_ADDRESS__ 1
#endif
#endif
static inline void forget_stack_poison(void) {
#if defined(__SANITIZE_ADDRESS__)
    extern void __asan_handle_no_return(void);
    __asan_handle_no_return();
#endif
}

static inline void forget_memory_poison(void *address, size_t size) {
    (void)address, (void)size;
#if defined(__SANITIZE_ADDRESS__)
    extern void __asan_unpoison_memory_region(void const volatile *, size_t);
    __asan_unpoison_memory_region(address, size);
#endif
}

/* ---- machine code (context.S) ---- */

/* API functions that machine code begins; the caller's registers are taken as they are. */
void WINAPI api_RtlCaptureContext(CONTEXT *context);
void WINAPI api_RaiseException(DWORD code, DWORD flags, DWORD count, const ULONG_PTR *parameters);

/* Loads every register that ContextFlags names (integer and control ones always). */
_Noreturn void context_restore(const CONTEXT *context);

/* Ends an unwind: loads the integer registers but r10 and r11, xmm6 to xmm15, and goes on at Rip. */
_Noreturn void context_resume(const CONTEXT *context);

/* Goes on with all registers, those of the x87 unit included. */
_Noreturn void context_continue_at(CONTEXT *context);

/* Goes on after a fault: `state` is an XSAVE area with its own component mask, or NULL. */
_Noreturn void context_continue(const CONTEXT *context, const void *state, uint64_t components);

#endif
