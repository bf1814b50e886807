/* Exceptions and unwinding as Windows code asks for them; the machinery is in core/dispatch.c and core/unwind.c.
 *
 * Source: Microsoft, "Structured Exception Handling Functions", "x64 exception handling", "Vectored Exception
 * Handling". */
#include <stdio.h>

#include "api.h"
#include "process_end.h"
#include "unwind.h"

/* ---- raising ---- */

API_ASM(kernel32 kernelbase, VOID, RaiseException, DWORD dwExceptionCode, DWORD dwExceptionFlags,
        DWORD nNumberOfArguments, const ULONG_PTR *lpArguments);
API_ASM(ntdll kernel32, VOID, RtlRaiseException, EXCEPTION_RECORD *ExceptionRecord);
API_ASM(ntdll, VOID, RtlRaiseStatus, NTSTATUS Status);

void raise_from_api(DWORD code, DWORD flags, DWORD count, const ULONG_PTR *parameters) {
    api_RaiseException(code, flags, count, parameters);
}

API(ntdll, NTSTATUS, NtRaiseException, EXCEPTION_RECORD *ExceptionRecord, CONTEXT *ContextRecord,
    BOOLEAN FirstChance) {
    if (!FirstChance)
        windlass_fatal("exception 0x%08x raised for its last chance", (unsigned)ExceptionRecord->ExceptionCode);
    CONTEXT context = *ContextRecord;
    exception_raise(ExceptionRecord, &context);
}

/* Only the parts that ContextFlags names are taken; the others stay as the caller has them. */
static void complete_context(CONTEXT *context, const CONTEXT *caller) {
    if ((context->ContextFlags & CONTEXT_CONTROL) != CONTEXT_CONTROL) {
        context->Rip = caller->Rip;
        context->Rsp = caller->Rsp;
        context->EFlags = caller->EFlags;
    }
    if ((context->ContextFlags & CONTEXT_INTEGER) != CONTEXT_INTEGER) {
        ULONG64 rsp = context->Rsp;
        memcpy(&context->Rax, &caller->Rax, 16 * sizeof context->Rax);
        context->Rsp = rsp;
    }
}

API(ntdll, NTSTATUS, NtContinue, CONTEXT *ContextRecord, BOOLEAN TestAlert) {
    (void)TestAlert;
    CONTEXT context = *ContextRecord, caller;
    api_RtlCaptureContext(&caller);
    complete_context(&context, &caller);
    if ((context.ContextFlags & CONTEXT_FLOATING_POINT) == CONTEXT_FLOATING_POINT)
        context_continue_at(&context);
    context_restore_for(&context, NULL, true);
}

/* ---- contexts ---- */

API_ASM(ntdll kernel32, VOID, RtlCaptureContext, CONTEXT *ContextRecord);

API(ntdll kernel32, VOID, RtlRestoreContext, CONTEXT *ContextRecord, EXCEPTION_RECORD *ExceptionRecord) {
    CONTEXT context = *ContextRecord;
    context_restore_for(&context, ExceptionRecord, true);
}

/* ---- unwinding ---- */

API_ASM(ntdll kernel32, VOID, RtlUnwindEx, PVOID TargetFrame, PVOID TargetIp,
        EXCEPTION_RECORD *ExceptionRecord, PVOID ReturnValue, CONTEXT *ContextRecord, PVOID HistoryTable);
API_ASM(ntdll kernel32, VOID, RtlUnwind, PVOID TargetFrame, PVOID TargetIp,
        EXCEPTION_RECORD *ExceptionRecord, PVOID ReturnValue);
API_ASM(ntdll msvcrt MSVCR_DLLS vcruntime140 kernel32 kernelbase ucrtbase, VOID, _local_unwind, PVOID frame, PVOID target_ip);

API(ntdll kernel32, EXCEPTION_ROUTINE, RtlVirtualUnwind, DWORD HandlerType, DWORD64 ImageBase, DWORD64 ControlPc,
    RUNTIME_FUNCTION *FunctionEntry, CONTEXT *ContextRecord, PVOID *HandlerData, DWORD64 *EstablisherFrame,
    KNONVOLATILE_CONTEXT_POINTERS *ContextPointers) {
    return windows_frame_unwind(HandlerType, ImageBase, ControlPc, FunctionEntry, ContextRecord, HandlerData,
                                EstablisherFrame, ContextPointers);
}

API(ntdll kernel32, RUNTIME_FUNCTION *, RtlLookupFunctionEntry, DWORD64 ControlPc, DWORD64 *ImageBase,
    PVOID HistoryTable) {
    (void)HistoryTable;                                 /* a cache of the caller's; ours is the thread's */
    CONTEXT context = {.Rip = ControlPc};
    struct frame frame = frame_find(&context);
    *ImageBase = frame.image_base;
    return frame.function;
}

API(ntdll, RUNTIME_FUNCTION *, RtlLookupFunctionTable, DWORD64 ControlPc, DWORD64 *ImageBase, DWORD *SizeOfTable) {
    LDR_DATA_TABLE_ENTRY *module = module_from_address((void *)ControlPc);
    DWORD count;
    if (!module)
        return NULL;
    RUNTIME_FUNCTION *table = module_function_table((uintptr_t)module->DllBase, &count);
    *ImageBase = (DWORD64)module->DllBase;
    *SizeOfTable = count * sizeof *table;
    return table;
}

API(ntdll kernel32, PVOID, RtlPcToFileHeader, PVOID PcValue, PVOID *BaseOfImage) {
    LDR_DATA_TABLE_ENTRY *module = module_from_address(PcValue);
    return *BaseOfImage = module ? module->DllBase : NULL;
}

/* ---- tables of code made at run time ---- */

API(ntdll kernel32, BOOLEAN, RtlAddFunctionTable, RUNTIME_FUNCTION *FunctionTable, DWORD EntryCount,
    DWORD64 BaseAddress) {
    return function_table_add(FunctionTable, EntryCount, BaseAddress);
}

API(ntdll kernel32, BOOLEAN, RtlInstallFunctionTableCallback, DWORD64 TableIdentifier, DWORD64 BaseAddress,
    DWORD Length, PVOID Callback, PVOID Context, LPCWSTR OutOfProcessCallbackDll) {
    (void)OutOfProcessCallbackDll;                      /* for debuggers in another process */
    if ((TableIdentifier & 3) != 3)
        return FALSE;
    return function_table_add_callback(TableIdentifier, BaseAddress, Length, Callback, Context);
}

API(ntdll kernel32, BOOLEAN, RtlDeleteFunctionTable, RUNTIME_FUNCTION *FunctionTable) {
    return function_table_remove((uintptr_t)FunctionTable);
}

/* The table itself is the handle: it must live until it is deleted. */
API(ntdll, DWORD, RtlAddGrowableFunctionTable, PVOID *DynamicTable, RUNTIME_FUNCTION *FunctionTable, DWORD EntryCount,
    DWORD MaximumEntryCount, ULONG_PTR RangeBase, ULONG_PTR RangeEnd) {
    (void)MaximumEntryCount;
    *DynamicTable = FunctionTable;
    return function_table_add_growable(FunctionTable, EntryCount, RangeBase, RangeEnd) ? (DWORD)STATUS_SUCCESS
                                                                                      : (DWORD)STATUS_NO_MEMORY;
}

API(ntdll, VOID, RtlGrowFunctionTable, PVOID DynamicTable, DWORD NewEntryCount) {
    function_table_grow(DynamicTable, NewEntryCount);
}

API(ntdll, VOID, RtlDeleteGrowableFunctionTable, PVOID DynamicTable) { function_table_remove((uintptr_t)DynamicTable); }

/* ---- stack traces ---- */

static DWORD capture_frames(DWORD skip, DWORD count, PVOID *frames, DWORD *hash) {
    enum { MAX_FRAMES = 512 };
    uintptr_t addresses[MAX_FRAMES];
    CONTEXT context;
    DWORD sum = 0, captured = 0;
    if (count > MAX_FRAMES - 2)
        count = MAX_FRAMES - 2;
    if (skip > MAX_FRAMES - 2 - count)
        return 0;
    api_RtlCaptureContext(&context);
    /* The innermost two frames are this function and the API function that called it. */
    DWORD total = frames_collect(&context, addresses, skip + count + 2, false);
    for (DWORD i = skip + 2; i < total; i++) {
        frames[captured++] = (PVOID)addresses[i];
        sum += (DWORD)addresses[i];
    }
    if (hash)
        *hash = sum;
    return captured;
}

API(ntdll kernel32, USHORT, RtlCaptureStackBackTrace, DWORD FramesToSkip, DWORD FramesToCapture, PVOID *BackTrace,
    DWORD *BackTraceHash) {
    return (USHORT)capture_frames(FramesToSkip, FramesToCapture, BackTrace, BackTraceHash);
}
API_ALIAS(api_RtlCaptureStackBackTrace, kernelbase, kernel32 kernelbase, "CaptureStackBackTrace");

API(ntdll, DWORD, RtlWalkFrameChain, PVOID *Callers, DWORD Count, DWORD Flags) {
    return capture_frames(Flags >> 8, Count, Callers, NULL);
}

/* ---- vectored handlers ---- */

API(ntdll, PVOID, RtlAddVectoredExceptionHandler, DWORD First, PVOID Handler) {
    return vectored_add(VECTORED_EXCEPTION, First != 0, Handler);
}
API_ALIAS(api_RtlAddVectoredExceptionHandler, kernel32, kernel32 kernelbase, "AddVectoredExceptionHandler");

API(ntdll, DWORD, RtlRemoveVectoredExceptionHandler, PVOID Handle) {
    return vectored_remove(VECTORED_EXCEPTION, Handle);
}
API_ALIAS(api_RtlRemoveVectoredExceptionHandler, kernel32, kernel32 kernelbase, "RemoveVectoredExceptionHandler");

API(ntdll, PVOID, RtlAddVectoredContinueHandler, DWORD First, PVOID Handler) {
    return vectored_add(VECTORED_CONTINUE, First != 0, Handler);
}
API_ALIAS(api_RtlAddVectoredContinueHandler, kernel32, kernel32 kernelbase, "AddVectoredContinueHandler");

API(ntdll, DWORD, RtlRemoveVectoredContinueHandler, PVOID Handle) {
    return vectored_remove(VECTORED_CONTINUE, Handle);
}
API_ALIAS(api_RtlRemoveVectoredContinueHandler, kernel32, kernel32 kernelbase, "RemoveVectoredContinueHandler");

/* ---- the last filter ---- */

typedef LONG(WINAPI *TOP_LEVEL_FILTER)(EXCEPTION_POINTERS *);

API(kernel32 kernelbase, TOP_LEVEL_FILTER, SetUnhandledExceptionFilter, TOP_LEVEL_FILTER lpTopLevelExceptionFilter) {
    return __atomic_exchange_n(&unhandled_exception_filter, lpTopLevelExceptionFilter, __ATOMIC_SEQ_CST);
}

API(ntdll, VOID, RtlSetUnhandledExceptionFilter, TOP_LEVEL_FILTER UnhandledExceptionFilter) {
    unhandled_exception_filter = UnhandledExceptionFilter;
}

/* Without a debugger: the process's filter decides; if there is none, or it does not want to, a message, and the caller
 * is to end the process ("UnhandledExceptionFilter function"). */
API(kernel32 kernelbase, LONG, UnhandledExceptionFilter, EXCEPTION_POINTERS *ExceptionInfo) {
    char where[256];
    LONG answer = EXCEPTION_CONTINUE_SEARCH;
    TOP_LEVEL_FILTER filter = __atomic_load_n(&unhandled_exception_filter, __ATOMIC_SEQ_CST);
    if (filter)
        answer = filter(ExceptionInfo);
    if (answer != EXCEPTION_CONTINUE_SEARCH)
        return answer;
    if (process_ends_quietly())
        return EXCEPTION_EXECUTE_HANDLER;
    const EXCEPTION_RECORD *record = ExceptionInfo->ExceptionRecord;
    address_describe((uintptr_t)record->ExceptionAddress, where, sizeof where);
    fprintf(stderr, "windlass: unhandled exception 0x%08x at %s\n", (unsigned)record->ExceptionCode, where);
    return EXCEPTION_EXECUTE_HANDLER;
}
API_ALIAS(api_UnhandledExceptionFilter, rtl, ntdll, "RtlUnhandledExceptionFilter");

API(kernel32 kernelbase, VOID, RaiseFailFastException, EXCEPTION_RECORD *pExceptionRecord, CONTEXT *pContextRecord,
    DWORD dwFlags) {
    enum { GENERATE_EXCEPTION_ADDRESS = 1 };
    uintptr_t address = (uintptr_t)__builtin_return_address(0);
    char where[256];
    if (pExceptionRecord && !(dwFlags & GENERATE_EXCEPTION_ADDRESS))
        address = (uintptr_t)pExceptionRecord->ExceptionAddress;
    else if (pContextRecord && !(dwFlags & GENERATE_EXCEPTION_ADDRESS))
        address = pContextRecord->Rip;
    address_describe(address, where, sizeof where);
    windlass_fatal("fast fail, exception 0x%08x, at %s",
                   (unsigned)(pExceptionRecord ? pExceptionRecord->ExceptionCode : 0xC0000602u), where);
}

/* ---- stack overflow ---- */

/* Handlers of a stack overflow run on a stack of their own here, so a guarantee of any size that fits it holds. */
API(kernel32 kernelbase, BOOL, SetThreadStackGuarantee, DWORD *StackSizeInBytes) {
    enum { MOST = 256 * 1024 };
    TEB *teb = teb_self();
    DWORD before = teb->GuaranteedStackBytes;
    if (!StackSizeInBytes)
        return fail(ERROR_INVALID_PARAMETER);
    if (*StackSizeInBytes > MOST)
        return fail(ERROR_INVALID_PARAMETER);
    if (*StackSizeInBytes)
        teb->GuaranteedStackBytes = (*StackSizeInBytes + PAGE_SIZE - 1) / PAGE_SIZE * PAGE_SIZE;
    *StackSizeInBytes = before;
    return TRUE;
}
API_ALIAS(api_SetThreadStackGuarantee, crt, msvcr110 msvcr120, "__crtSetThreadStackGuarantee");

/* The guard page is the host's and stays armed. */
API(ucrtbase msvcrt MSVCR_DLLS, int, _resetstkoflw, void) { return 1; }

API_ASM(ntdll kernel32 kernelbase, VOID, __chkstk, void);

/* ---- setjmp ---- */

API_ASM(vcruntime140 ucrtbase ntdll, int, __intrinsic_setjmp, JUMP_BUFFER *buffer, PVOID frame);
API_ALIAS(api___intrinsic_setjmp, setjmpex, vcruntime140 ucrtbase ntdll, "__intrinsic_setjmpex");
API_ALIAS(api___intrinsic_setjmp, msvcrt, msvcrt MSVCR_DLLS ntdll, "_setjmp");
API_ALIAS(api___intrinsic_setjmp, msvcrt_ex, msvcrt MSVCR_DLLS ntdll, "_setjmpex");
API_ASM(vcruntime140 ucrtbase msvcrt MSVCR_DLLS ntdll, VOID, longjmp, JUMP_BUFFER *buffer, int value);

/* ---- __try, __except, __finally ---- */

struct scope {
    DWORD begin, end, handler, target; /* RVAs; handler 1: __except (1); target 0: __finally */
};
struct scope_table {
    DWORD count;
    struct scope scopes[];
};
typedef LONG(WINAPI *FILTER)(EXCEPTION_POINTERS *, PVOID frame);
typedef VOID(WINAPI *TERMINATION)(BOOLEAN abnormal, PVOID frame);

static bool covers(const struct scope *scope, ULONG64 rva) { return rva >= scope->begin && rva < scope->end; }

static LONG call_filter(const struct scope *scope, EXCEPTION_POINTERS *pointers, PVOID frame, ULONG64 base) {
    enum { CONSTANT = EXCEPTION_EXECUTE_HANDLER };
    return scope->handler == CONSTANT ? CONSTANT : ((FILTER)(base + scope->handler))(pointers, frame);
}

/* True when the unwind stays within the scope: its target lies in a part of the same __try. */
static bool holds_target(const struct scope_table *table, const struct scope *scope, ULONG64 target) {
    for (DWORD i = 0; i < table->count; i++)
        if (covers(&table->scopes[i], target) && table->scopes[i].target == scope->target &&
            table->scopes[i].handler == scope->handler)
            return true;
    return false;
}

static EXCEPTION_DISPOSITION search_scopes(EXCEPTION_RECORD *record, PVOID frame, CONTEXT *context,
                                           DISPATCHER_CONTEXT *dispatcher) {
    const struct scope_table *table = dispatcher->HandlerData;
    ULONG64 base = dispatcher->ImageBase, rva = dispatcher->ControlPc - base;
    EXCEPTION_POINTERS pointers = {record, context};
    for (DWORD i = dispatcher->ScopeIndex; i < table->count; i++) {
        const struct scope *scope = &table->scopes[i];
        if (!covers(scope, rva) || !scope->target)
            continue;
        LONG answer = call_filter(scope, &pointers, frame, base);
        if (answer < 0)
            return ExceptionContinueExecution;
        if (answer > 0)
            api_RtlUnwindEx(frame, (PVOID)(base + scope->target), record, (PVOID)(ULONG_PTR)record->ExceptionCode,
                              dispatcher->ContextRecord, dispatcher->HistoryTable);
    }
    return ExceptionContinueSearch;
}

static EXCEPTION_DISPOSITION terminate_scopes(const EXCEPTION_RECORD *record, PVOID frame,
                                              DISPATCHER_CONTEXT *dispatcher) {
    const struct scope_table *table = dispatcher->HandlerData;
    ULONG64 base = dispatcher->ImageBase, rva = dispatcher->ControlPc - base, target = dispatcher->TargetIp - base;
    bool at_target = record->ExceptionFlags & EXCEPTION_TARGET_UNWIND;
    for (DWORD i = dispatcher->ScopeIndex; i < table->count; i++) {
        const struct scope *scope = &table->scopes[i];
        if (!covers(scope, rva))
            continue;
        if (at_target && (holds_target(table, scope, target) || (scope->target && scope->target == target)))
            break;
        if (scope->target)
            continue;
        dispatcher->ScopeIndex = i + 1;                 /* an exception in there goes on with the next one */
        ((TERMINATION)(base + scope->handler))(TRUE, frame);
    }
    return ExceptionContinueSearch;
}

/* The language handler of C ("try-except statement", "try-finally statement"). */
API(ntdll kernel32 vcruntime140 ucrtbase msvcrt MSVCR_DLLS kernelbase, EXCEPTION_DISPOSITION,
    __C_specific_handler, EXCEPTION_RECORD *ExceptionRecord,
    PVOID EstablisherFrame, CONTEXT *ContextRecord, DISPATCHER_CONTEXT *DispatcherContext) {
    if (ExceptionRecord->ExceptionFlags & EXCEPTION_UNWIND)
        return terminate_scopes(ExceptionRecord, EstablisherFrame, DispatcherContext);
    return search_scopes(ExceptionRecord, EstablisherFrame, ContextRecord, DispatcherContext);
}
