/* dbghelp: walking the stack ("StackWalk64 function", "STACKFRAME64 structure"). Frames of host code are left out, and the
 * walk ends where the host called. */
#include "dbghelp.h"
#include "unwind.h"

enum { IMAGE_FILE_MACHINE_AMD64 = 0x8664, ADDR_MODE_FLAT = 3 };

typedef struct {
    DWORD64 Offset;
    WORD Segment;
    DWORD Mode;
} ADDRESS64;

typedef struct {
    ADDRESS64 AddrPC, AddrReturn, AddrFrame, AddrStack, AddrBStore;
    PVOID FuncTableEntry;
    DWORD64 Params[4];
    BOOL Far, Virtual;
    DWORD64 Reserved[3];
    struct {
        DWORD64 Thread;
        DWORD ThCallbackStack, ThCallbackBStore, NextCallback, FramePointer;
        DWORD64 KiCallUserMode, KeUserCallbackDispatcher, SystemRangeStart, KiUserExceptionDispatcher, StackBase, StackLimit;
        DWORD BuildVersion, RetpolineStubFunctionTableSize;
        DWORD64 RetpolineStubFunctionTable;
        DWORD RetpolineStubOffset, RetpolineStubSize;
        DWORD64 Reserved0[2];
    } KdHelp;
} STACKFRAME64;

/* Leaves one frame, and all of host code behind it; Rip 0: there is none left. */
static void leave_frames(CONTEXT *context, bool *exact) {
    struct frame frame = frame_find(context);
    do {
        ULONG64 before = context->Rsp;
        if (frame.kind == FRAME_BOUNDARY || !frame_skip(&frame, context, exact) ||
            (frame.kind != FRAME_SAVED_CONTEXT && context->Rsp <= before)) {
            context->Rip = 0;
            return;
        }
        frame = frame_find(context);
        if (frame.kind == FRAME_BOUNDARY)
            context->Rip = 0;
    } while (context->Rip && frame.kind != FRAME_WINDOWS && frame.kind != FRAME_LEAF);
}

/* The stack may be damaged. */
static void leave_frames_guarded(CONTEXT *context, bool *exact) {
    struct fault_guard guard;
    if (fault_guard_enter(&guard, &thread_self()->guard)) {
        context->Rip = 0;
        return;
    }
    leave_frames(context, exact);
    fault_guard_leave(&guard);
}

static ADDRESS64 flat(DWORD64 offset) { return (ADDRESS64){offset, 0, ADDR_MODE_FLAT}; }

static bool is_host(const CONTEXT *context) {
    enum frame_kind kind = frame_find(context).kind;
    return kind != FRAME_WINDOWS && kind != FRAME_LEAF;
}

/* The first call gives the frame that the context is in. The context is then its caller's. Whether the context was
 * interrupted is known only in the first frame: the program got it from an exception or from RtlCaptureContext. */
API(dbghelp, BOOL, StackWalk64, DWORD MachineType, HANDLE hProcess, HANDLE hThread, STACKFRAME64 *StackFrame,
    CONTEXT *ContextRecord, PVOID ReadMemoryRoutine, PVOID FunctionTableAccessRoutine, PVOID GetModuleBaseRoutine,
    PVOID TranslateAddress) {
    bool exact = !StackFrame->Virtual;
    uintptr_t base;
    (void)hProcess, (void)hThread, (void)ReadMemoryRoutine, (void)FunctionTableAccessRoutine, (void)GetModuleBaseRoutine;
    (void)TranslateAddress;
    if (MachineType != IMAGE_FILE_MACHINE_AMD64 || !ContextRecord)
        return fail(ERROR_INVALID_PARAMETER);
    if (!StackFrame->Virtual && ContextRecord->Rip && is_host(ContextRecord))
        leave_frames_guarded(ContextRecord, &exact);
    if (!ContextRecord->Rip)
        return FALSE;
    *StackFrame = (STACKFRAME64){.AddrPC = flat(ContextRecord->Rip), .AddrFrame = flat(ContextRecord->Rbp),
                                 .AddrStack = flat(ContextRecord->Rsp), .Virtual = TRUE, .KdHelp = StackFrame->KdHelp};
    StackFrame->FuncTableEntry = function_lookup(ContextRecord->Rip, &base);
    leave_frames_guarded(ContextRecord, &exact);
    StackFrame->AddrReturn = flat(ContextRecord->Rip);
    return TRUE;
}
API_ALIAS(api_StackWalk64, plain, dbghelp imagehlp, "StackWalk");
API_ALIAS(api_StackWalk64, imagehlp, imagehlp, "StackWalk64");

/* A longer structure, of which the first part is the same ("STACKFRAME_EX structure"). */
API(dbghelp, BOOL, StackWalkEx, DWORD MachineType, HANDLE hProcess, HANDLE hThread, STACKFRAME64 *StackFrame,
    CONTEXT *ContextRecord, PVOID ReadMemoryRoutine, PVOID FunctionTableAccessRoutine, PVOID GetModuleBaseRoutine,
    PVOID TranslateAddress, DWORD Flags) {
    (void)Flags;
    return api_StackWalk64(MachineType, hProcess, hThread, StackFrame, ContextRecord, ReadMemoryRoutine,
                           FunctionTableAccessRoutine, GetModuleBaseRoutine, TranslateAddress);
}

API(dbghelp imagehlp, RUNTIME_FUNCTION *, SymFunctionTableAccess64, HANDLE hProcess, DWORD64 AddrBase) {
    uintptr_t base;
    (void)hProcess;
    RUNTIME_FUNCTION *function = function_lookup(AddrBase, &base);
    if (!function)
        set_last_error(ERROR_INVALID_PARAMETER);
    return function;
}
API_ALIAS(api_SymFunctionTableAccess64, plain, dbghelp imagehlp, "SymFunctionTableAccess");
