/* Exceptions: the two passes over the stack.
 *
 * The first pass asks, frame by frame from where the exception happened, whether somebody handles it. The handler that
 * does so starts the second, which calls the same frames' handlers again to clean up and then goes on at the target
 * ("x64 exception handling", "Structured Exception Handling"). Both end at the boundary, the innermost call from the
 * host into Windows code: nothing unwinds through Python. What nobody handled is left in the thread's record, cleaned
 * up after, and ends that call. */
#include <stdio.h>

#include "guard.h"
#include "process_end.h"
#include "process_object.h"
#include "unwind.h"

extern const char context_code_begin[], context_code_end[], handler_call_exception_return[],
    handler_call_unwind_return[], fault_entry_return[], context_consolidate_return[];
int handler_call_exception(EXCEPTION_RECORD *, PVOID frame, CONTEXT *, DISPATCHER_CONTEXT *, EXCEPTION_ROUTINE);
int handler_call_unwind(EXCEPTION_RECORD *, PVOID frame, CONTEXT *, DISPATCHER_CONTEXT *, EXCEPTION_ROUTINE);
_Noreturn void context_consolidate(CONTEXT *, EXCEPTION_RECORD *, const void *callback);

/* Set by linkers around the code of this module. */
extern const char __ehdr_start[] __attribute__((visibility("hidden")));
extern const char etext[] __attribute__((visibility("hidden")));

/* ---- one frame ---- */

static struct frame special_frame(uintptr_t pc) {
    if (pc == (uintptr_t)handler_call_exception_return)
        return (struct frame){.kind = FRAME_EXCEPTION_HANDLER};
    if (pc == (uintptr_t)handler_call_unwind_return)
        return (struct frame){.kind = FRAME_UNWIND_HANDLER};
    if (pc == (uintptr_t)fault_entry_return || pc == (uintptr_t)context_consolidate_return)
        return (struct frame){.kind = FRAME_SAVED_CONTEXT};
    return (struct frame){.kind = FRAME_HOST};
}

static struct frame look_up(uintptr_t pc) {
    struct frame frame = {.kind = FRAME_WINDOWS};
    frame.function = function_lookup(pc, &frame.image_base);
    if (frame.function)
        return frame;
    bool host = !module_from_address((void *)pc) && host_code_contains(pc);
    return (struct frame){.kind = host ? FRAME_HOST : FRAME_LEAF};
}

static struct frame look_up_cached(uintptr_t pc) {
    struct thread *thread = current_thread_or_null;
    if (!thread)
        return look_up(pc);
    struct unwind_cache *cache = &thread->unwind_cache;
    unsigned generation = function_generation();
    if (cache->generation != generation) {
        memset(cache->functions, 0, sizeof cache->functions);
        cache->generation = generation;
    }
    unsigned slot = pc * 0x9e3779b97f4a7c15u >> (64 - FUNCTION_CACHE_BITS);
    if (cache->functions[slot].pc == pc)
        return (struct frame){FRAME_WINDOWS, cache->functions[slot].function, cache->functions[slot].image_base};
    struct frame frame = look_up(pc);
    if (frame.kind == FRAME_WINDOWS) {
        cache->functions[slot].pc = pc;
        cache->functions[slot].image_base = frame.image_base;
        cache->functions[slot].function = frame.function;
    }
    return frame;
}

struct frame frame_find(const CONTEXT *context) {
    uintptr_t pc = context->Rip;
    if (pc == (uintptr_t)call_windows_return)
        return (struct frame){.kind = FRAME_BOUNDARY};
    if (pc - (uintptr_t)context_code_begin < (uintptr_t)(context_code_end - context_code_begin))
        return special_frame(pc);
    if (pc - (uintptr_t)__ehdr_start < (uintptr_t)(etext - __ehdr_start))
        return (struct frame){.kind = FRAME_HOST};
    return look_up_cached(pc);
}

/* Where context.S keeps what a walk needs: above the home area of the call. */
static void *above_home(const CONTEXT *context) { return *(void **)(context->Rsp + 32); }

static void leave_handler_call(CONTEXT *context) {
    context->Rip = *(const ULONG64 *)(context->Rsp + 40);
    context->Rsp += 48;
}

bool frame_skip(const struct frame *frame, CONTEXT *context, bool *exact) {
    PVOID handler_data;
    ULONG64 establisher;
    switch (frame->kind) {
    case FRAME_HOST: return host_frame_unwind(context, exact);
    case FRAME_EXCEPTION_HANDLER:
    case FRAME_UNWIND_HANDLER: leave_handler_call(context); break;
    case FRAME_SAVED_CONTEXT:
        *exact = context->Rip == (uintptr_t)fault_entry_return;
        context_copy_nonvolatile(context, above_home(context));
        return true;
    case FRAME_WINDOWS:
    case FRAME_LEAF:
        windows_frame_unwind(UNW_FLAG_NHANDLER, frame->image_base, context->Rip, frame->function, context,
                             &handler_data, &establisher, NULL);
        break;
    case FRAME_BOUNDARY: return false;
    }
    *exact = false;
    return true;
}

__attribute__((noinline)) static void collect(CONTEXT *context, uintptr_t *addresses, unsigned count, bool exact, unsigned *collected) {
    while (*collected < count) {
        struct frame frame = frame_find(context);
        ULONG64 before = context->Rsp;
        if (frame.kind == FRAME_BOUNDARY)
            break;
        addresses[(*collected)++] = context->Rip;
        if (!frame_skip(&frame, context, &exact) || (frame.kind != FRAME_SAVED_CONTEXT && context->Rsp <= before))
            break;
    }
}

unsigned frames_collect(const CONTEXT *from, uintptr_t *addresses, unsigned count, bool exact) {
    CONTEXT context;
    unsigned collected = 0;
    struct fault_guard guard;
    context_copy_nonvolatile(&context, from);
    if (!fault_guard_enter(&guard, &thread_self()->guard)) {
        collect(&context, addresses, count, exact, &collected);
        fault_guard_leave(&guard);
    }
    return collected;
}

/* ---- a walk ---- */

struct walk {
    EXCEPTION_RECORD *record;
    CONTEXT *context;  /* the frame that has been reached */
    CONTEXT *caller;   /* its caller, once step() has undone it */
    bool exact;
    uintptr_t low, high; /* where frames may lie */
    struct frame frame;
    ULONG64 establisher;
    EXCEPTION_ROUTINE handler;
    PVOID handler_data;
    DWORD handler_kind;
};

/* Frames lie above the current one; on the thread's own stack, below the boundary. Code that brings a stack of its own
 * without saying so in the TEB is taken as it comes. */
static void set_limits(struct walk *walk) {
    TEB *teb = teb_self();
    uintptr_t boundary = (uintptr_t)thread_self()->boundary;
    walk->low = walk->context->Rsp;
    if (boundary > walk->low && boundary <= (uintptr_t)teb->StackBase)
        walk->high = boundary;
    else if (walk->low - (uintptr_t)teb->StackLimit < (uintptr_t)teb->StackBase - (uintptr_t)teb->StackLimit)
        walk->high = (uintptr_t)teb->StackBase;
    else
        walk->high = UINTPTR_MAX;
}

static bool frame_is_valid(const struct walk *walk, ULONG64 establisher) {
    return establisher >= walk->low && establisher < walk->high && establisher % 8 == 0;
}

static bool step_unguarded(struct walk *walk) {
    walk->frame = frame_find(walk->context);
    walk->handler = NULL;
    if (walk->frame.kind == FRAME_BOUNDARY)
        return true;
    if (walk->frame.kind == FRAME_UNWIND_HANDLER || walk->frame.kind == FRAME_EXCEPTION_HANDLER) {
        leave_handler_call(walk->context);
        return true;
    }
    if (walk->frame.kind == FRAME_HOST || walk->frame.kind == FRAME_SAVED_CONTEXT) {
        ULONG64 before = walk->context->Rsp;
        if (!frame_skip(&walk->frame, walk->context, &walk->exact))
            return false;
        if (walk->frame.kind == FRAME_HOST && !walk->exact)
            return walk->context->Rsp > before;
        set_limits(walk);                              /* a saved context may be on another stack */
        return true;
    }
    if (!frame_is_valid(walk, walk->context->Rsp))
        return false;
    context_copy_nonvolatile(walk->caller, walk->context);
    walk->handler = windows_frame_unwind(walk->handler_kind, walk->frame.image_base, walk->context->Rip,
                                         walk->frame.function, walk->caller, &walk->handler_data,
                                         &walk->establisher, NULL);
    walk->exact = false;
    return walk->caller->Rsp > walk->context->Rsp && frame_is_valid(walk, walk->establisher);
}

/* Finds out what the reached frame is. Windows frames are undone in `caller`, all others in place. False on a stack
 * that cannot be walked any further, however broken it is. */
static bool step(struct walk *walk) {
    struct fault_guard guard;
    if (fault_guard_enter(&guard, &thread_self()->guard))
        return false;
    bool done = step_unguarded(walk);
    fault_guard_leave(&guard);
    return done;
}

static void go_to_caller(struct walk *walk) {
    CONTEXT *reached = walk->context;
    walk->context = walk->caller;
    walk->caller = reached;
}

static DISPATCHER_CONTEXT dispatcher_of(const struct walk *walk, CONTEXT *context, ULONG64 target) {
    return (DISPATCHER_CONTEXT){
        .ControlPc = walk->context->Rip,
        .ImageBase = walk->frame.image_base,
        .FunctionEntry = walk->frame.function,
        .EstablisherFrame = walk->establisher,
        .TargetIp = target,
        .ContextRecord = context,
        .LanguageHandler = walk->handler,
        .HandlerData = walk->handler_data,
    };
}

/* Takes the walk to where an unwind was that has been left by an exception or another unwind out of a handler it had
 * called: frames that it had undone are gone already. Returns that unwind's view of the frame. */
static DISPATCHER_CONTEXT resume_collided(struct walk *walk, const DISPATCHER_CONTEXT *left) {
    PVOID handler_data;
    ULONG64 establisher;
    DISPATCHER_CONTEXT dispatcher = *left;
    context_copy_nonvolatile(walk->context, left->ContextRecord);
    context_copy_nonvolatile(walk->caller, left->ContextRecord);
    windows_frame_unwind(UNW_FLAG_NHANDLER, left->ImageBase, left->ControlPc, left->FunctionEntry, walk->caller,
                         &handler_data, &establisher, NULL);
    walk->frame = (struct frame){FRAME_WINDOWS, left->FunctionEntry, left->ImageBase};
    walk->establisher = left->EstablisherFrame;
    walk->handler = left->LanguageHandler;
    walk->handler_data = left->HandlerData;
    return dispatcher;
}

static _Noreturn void raise_status(NTSTATUS status, EXCEPTION_RECORD *cause, const CONTEXT *from) {
    EXCEPTION_RECORD record = {.ExceptionCode = (DWORD)status, .ExceptionFlags = EXCEPTION_NONCONTINUABLE,
                               .ExceptionRecord = cause, .ExceptionAddress = (PVOID)from->Rip};
    CONTEXT context = *from;
    exception_raise(&record, &context);
}

/* ---- the second pass ---- */

static void call_for_unwind(struct walk *walk, DISPATCHER_CONTEXT *dispatcher, DWORD flags) {
    walk->record->ExceptionFlags |= flags;
    int disposition = handler_call_unwind(walk->record, (PVOID)walk->establisher, walk->context, dispatcher,
                                          dispatcher->LanguageHandler);
    walk->record->ExceptionFlags &= ~(EXCEPTION_TARGET_UNWIND | EXCEPTION_COLLIDED_UNWIND);
    if (disposition != ExceptionContinueSearch)
        raise_status(STATUS_INVALID_DISPOSITION, walk->record, walk->context);
}

/* Calls the frame's handler, if it has one, to clean up. */
static void unwind_frame(struct walk *walk, ULONG64 target_frame, ULONG64 target_ip) {
    if (!walk->handler)
        return;
    DISPATCHER_CONTEXT dispatcher = dispatcher_of(walk, walk->context, target_ip);
    call_for_unwind(walk, &dispatcher, walk->establisher == target_frame ? EXCEPTION_TARGET_UNWIND : 0);
}

static void unwind_collided_frame(struct walk *walk, const DISPATCHER_CONTEXT *left, ULONG64 target_frame,
                                  ULONG64 target_ip) {
    DISPATCHER_CONTEXT dispatcher = resume_collided(walk, left);
    dispatcher.TargetIp = target_ip;
    dispatcher.ContextRecord = walk->context;
    call_for_unwind(walk, &dispatcher, EXCEPTION_COLLIDED_UNWIND |
                                           (walk->establisher == target_frame ? EXCEPTION_TARGET_UNWIND : 0));
}

enum unwind_end { UNWOUND_TO_TARGET, UNWOUND_TO_BOUNDARY, UNWIND_PASSED_TARGET, UNWIND_BAD_STACK };

/* Undoes frames up to and including `target_frame` (0: up to the boundary), calling their handlers. */
static enum unwind_end unwind_frames(struct walk *walk, ULONG64 target_frame, ULONG64 target_ip) {
    for (;;) {
        const DISPATCHER_CONTEXT *left = NULL;
        if (frame_find(walk->context).kind == FRAME_UNWIND_HANDLER)
            left = above_home(walk->context);
        if (!step(walk))
            return UNWIND_BAD_STACK;
        if (walk->frame.kind == FRAME_BOUNDARY)
            return UNWOUND_TO_BOUNDARY;
        if (left)
            unwind_collided_frame(walk, left, target_frame, target_ip);
        else if (walk->frame.kind != FRAME_WINDOWS && walk->frame.kind != FRAME_LEAF)
            continue;
        else if (target_frame && walk->establisher > target_frame)
            return UNWIND_PASSED_TARGET;
        else
            unwind_frame(walk, target_frame, target_ip);
        if (walk->establisher == target_frame && walk->frame.kind == FRAME_WINDOWS)
            return UNWOUND_TO_TARGET;
        go_to_caller(walk);
    }
}

/* Floating-point exceptions that Windows code has unmasked must not reach the host. */
static void mask_floating_point_exceptions(void) {
    enum { MASKS = 0x1f80 };
    unsigned mxcsr;
    unsigned short control;
    __asm__ volatile("stmxcsr %0\n\tfnstcw %1" : "=m"(mxcsr), "=m"(control));
    if ((mxcsr & MASKS) == MASKS && (control & 0x3f) == 0x3f)
        return;
    mxcsr = (mxcsr | MASKS) & ~0x3fu;
    control |= 0x3f;
    __asm__ volatile("ldmxcsr %0\n\tfnclex\n\tfldcw %1" ::"m"(mxcsr), "m"(control));
}

static _Noreturn void leave_to_boundary(const EXCEPTION_RECORD *record) {
    struct thread *thread = thread_self();
    if (!thread->boundary)
        windlass_fatal("exception %#x outside any call into Windows code", (unsigned)record->ExceptionCode);
    thread->unhandled = *record;
    thread->unhandled.ExceptionRecord = NULL;
    thread->guard = NULL;
    mask_floating_point_exceptions();
    fault_leave_side_stack(thread, (uintptr_t)thread->boundary);
    forget_stack_poison();
    boundary_leave(thread->boundary);
}

/* Cleans up after an exception that nobody handled and ends the call from the host. */
static _Noreturn void unwind_to_boundary(EXCEPTION_RECORD *record, const CONTEXT *from, bool interrupted) {
    CONTEXT first, second;
    struct walk walk = {.record = record, .context = &first, .caller = &second, .exact = interrupted,
                        .handler_kind = UNW_FLAG_UHANDLER};
    context_copy_nonvolatile(&first, from);
    set_limits(&walk);
    record->ExceptionFlags |= EXCEPTION_UNWINDING;
    unwind_frames(&walk, 0, 0);
    leave_to_boundary(record);
}

static void load_jump_buffer(CONTEXT *context, const JUMP_BUFFER *buffer) {
    context->Rbx = buffer->Rbx;
    context->Rsp = buffer->Rsp;
    context->Rbp = buffer->Rbp;
    context->Rsi = buffer->Rsi;
    context->Rdi = buffer->Rdi;
    context->R12 = buffer->R12;
    context->R13 = buffer->R13;
    context->R14 = buffer->R14;
    context->R15 = buffer->R15;
    context->Rip = buffer->Rip;
    memcpy(&context->FltSave.XmmRegisters[6], buffer->Xmm, sizeof buffer->Xmm);
    __asm__ volatile("ldmxcsr %0\n\tfnclex\n\tfldcw %1" ::"m"(buffer->MxCsr), "m"(buffer->FpCsr));
}

_Noreturn void context_restore_for(CONTEXT *context, EXCEPTION_RECORD *record, bool whole) {
    forget_stack_poison();
    struct thread *thread = thread_self();
    if (record && record->NumberParameters >= 1) {
        if (record->ExceptionCode == (DWORD)STATUS_LONGJUMP) {
            load_jump_buffer(context, (const JUMP_BUFFER *)record->ExceptionInformation[0]);
            fault_leave_side_stack(thread, context->Rsp);
            context_resume(context);
        }
        if (record->ExceptionCode == (DWORD)STATUS_UNWIND_CONSOLIDATE)
            context_consolidate(context, record, (const void *)record->ExceptionInformation[0]);
    }
    fault_leave_side_stack(thread, context->Rsp);
    if (whole)
        context_restore(context);
    context_resume(context);
}

/* True when the frame lies beyond the innermost call from the host, on the thread's own stack. */
static bool is_beyond_boundary(ULONG64 frame) {
    TEB *teb = teb_self();
    uintptr_t boundary = (uintptr_t)thread_self()->boundary, low = (uintptr_t)teb->StackLimit,
              size = (uintptr_t)teb->StackBase - low;
    return boundary - low < size && frame - low < size && frame > boundary;
}

void WINAPI unwind_to_target(PVOID frame, PVOID ip, EXCEPTION_RECORD *record, PVOID value, CONTEXT *context,
                             PVOID history);
void WINAPI unwind_to_target(PVOID frame, PVOID ip, EXCEPTION_RECORD *record, PVOID value, CONTEXT *context,
                             PVOID history) {
    (void)history;
    CONTEXT other;
    EXCEPTION_RECORD plain = {.ExceptionCode = (DWORD)STATUS_UNWIND, .ExceptionAddress = (PVOID)context->Rip};
    struct walk walk = {.record = record ? record : &plain, .context = context, .caller = &other,
                        .handler_kind = UNW_FLAG_UHANDLER};
    if (is_beyond_boundary((ULONG64)frame))
        raise_status(STATUS_INVALID_UNWIND_TARGET, record, context);
    walk.record->ExceptionFlags |= EXCEPTION_UNWINDING | (frame ? 0 : EXCEPTION_EXIT_UNWIND);
    set_limits(&walk);
    switch (unwind_frames(&walk, (ULONG64)frame, (ULONG64)ip)) {
    case UNWOUND_TO_TARGET: break;
    case UNWOUND_TO_BOUNDARY:
        if (!frame)
            leave_to_boundary(walk.record);
        raise_status(STATUS_INVALID_UNWIND_TARGET, walk.record, walk.context);
    case UNWIND_PASSED_TARGET: raise_status(STATUS_INVALID_UNWIND_TARGET, walk.record, walk.context);
    case UNWIND_BAD_STACK: raise_status(STATUS_BAD_STACK, walk.record, walk.context);
    }
    walk.context->Rax = (ULONG64)value;
    if (walk.record->ExceptionCode != (DWORD)STATUS_UNWIND_CONSOLIDATE)
        walk.context->Rip = (ULONG64)ip;
    context_restore_for(walk.context, walk.record, false);
}

/* From context.S, which has captured the caller's registers. */
void WINAPI rtl_unwind(PVOID frame, PVOID ip, EXCEPTION_RECORD *record, PVOID value, CONTEXT *context);
void WINAPI rtl_unwind(PVOID frame, PVOID ip, EXCEPTION_RECORD *record, PVOID value, CONTEXT *context) {
    unwind_to_target(frame, ip, record, value, context, NULL);
}

void WINAPI local_unwind(PVOID frame, PVOID ip, PVOID third, PVOID fourth, CONTEXT *context);
void WINAPI local_unwind(PVOID frame, PVOID ip, PVOID third, PVOID fourth, CONTEXT *context) {
    (void)third, (void)fourth;
    unwind_to_target(frame, ip, NULL, NULL, context, NULL);
}

void WINAPI long_jump(JUMP_BUFFER *buffer, int value, PVOID third, PVOID fourth, CONTEXT *context);
void WINAPI long_jump(JUMP_BUFFER *buffer, int value, PVOID third, PVOID fourth, CONTEXT *context) {
    (void)third, (void)fourth;
    guard_check_jump(buffer->Rip);
    EXCEPTION_RECORD record = {.ExceptionCode = (DWORD)STATUS_LONGJUMP, .NumberParameters = 1,
                               .ExceptionInformation = {(ULONG_PTR)buffer}};
    PVOID result = (PVOID)(ULONG_PTR)(value ? (unsigned)value : 1);
    if (buffer->Frame)
        unwind_to_target((PVOID)buffer->Frame, (PVOID)buffer->Rip, &record, result, context, NULL);
    if (is_beyond_boundary(buffer->Rsp))
        raise_status(STATUS_INVALID_UNWIND_TARGET, &record, context);
    context->Rax = (ULONG64)result;
    context_restore_for(context, &record, false);
}

/* ---- the first pass ---- */

/* True: go on where the exception happened. */
static bool call_for_exception(struct walk *walk, DISPATCHER_CONTEXT *dispatcher, CONTEXT *context,
                               ULONG64 *nested_frame) {
    EXCEPTION_RECORD *record = walk->record;
    int disposition = handler_call_exception(record, (PVOID)walk->establisher, context, dispatcher,
                                             dispatcher->LanguageHandler);
    if (*nested_frame == walk->establisher) {
        record->ExceptionFlags &= ~EXCEPTION_NESTED_CALL;
        *nested_frame = 0;
    }
    switch (disposition) {
    case ExceptionContinueExecution:
        if (record->ExceptionFlags & EXCEPTION_NONCONTINUABLE)
            raise_status(STATUS_NONCONTINUABLE_EXCEPTION, record, context);
        return true;
    case ExceptionContinueSearch: return false;
    case ExceptionNestedException:
        record->ExceptionFlags |= EXCEPTION_NESTED_CALL;
        if (dispatcher->EstablisherFrame > *nested_frame)
            *nested_frame = dispatcher->EstablisherFrame;
        return false;
    default: raise_status(STATUS_INVALID_DISPOSITION, record, context);
    }
}

/* An exception out of a handler that the first pass of an earlier one has called: frames up to that handler's own are
 * told so. */
static void note_nested(EXCEPTION_RECORD *record, const DISPATCHER_CONTEXT *earlier, ULONG64 *nested_frame) {
    record->ExceptionFlags |= EXCEPTION_NESTED_CALL;
    if (earlier->EstablisherFrame > *nested_frame)
        *nested_frame = earlier->EstablisherFrame;
}

struct trace {
    unsigned count;
    unsigned nested;                                 /* handlers that this exception comes out of */
    uintptr_t addresses[MAX_TRACE];
};

/* A handler that fails each time it is called (it may lack a function that it needs) would be called until the stack is
 * full. Real programs nest a few exceptions. */
enum { MOST_NESTED = 32 };

/* True when a handler wants to go on at *context; false when nobody handles the exception. */
static bool offer_to_frames(EXCEPTION_RECORD *record, CONTEXT *context, bool interrupted, struct trace *trace) {
    CONTEXT first, second;
    ULONG64 nested_frame = 0;
    struct walk walk = {.record = record, .context = &first, .caller = &second, .exact = interrupted,
                        .handler_kind = UNW_FLAG_EHANDLER};
    context_copy_nonvolatile(&first, context);
    set_limits(&walk);
    trace->count = trace->nested = 0;
    for (;;) {
        const DISPATCHER_CONTEXT *called = NULL;
        enum frame_kind kind = frame_find(walk.context).kind;
        if (kind == FRAME_UNWIND_HANDLER || kind == FRAME_EXCEPTION_HANDLER)
            called = above_home(walk.context);
        else if (trace->count < MAX_TRACE && kind != FRAME_BOUNDARY)
            trace->addresses[trace->count++] = walk.context->Rip;
        if (!step(&walk)) {
            record->ExceptionFlags |= EXCEPTION_STACK_INVALID;
            return false;
        }
        DISPATCHER_CONTEXT dispatcher;
        switch (kind) {
        case FRAME_BOUNDARY: return false;
        case FRAME_EXCEPTION_HANDLER:
            note_nested(record, called, &nested_frame);
            if (++trace->nested > MOST_NESTED)
                return false;
            continue;
        case FRAME_HOST:
        case FRAME_SAVED_CONTEXT: continue;
        case FRAME_UNWIND_HANDLER: dispatcher = resume_collided(&walk, called); break;
        case FRAME_WINDOWS:
        case FRAME_LEAF: dispatcher = dispatcher_of(&walk, walk.caller, 0); break;
        }
        dispatcher.ContextRecord = walk.caller;
        if (walk.handler && call_for_exception(&walk, &dispatcher, context, &nested_frame))
            return true;
        go_to_caller(&walk);
    }
}

/* ---- dispatch ---- */

LONG(WINAPI *unhandled_exception_filter)(EXCEPTION_POINTERS *);

/* Nobody stands below a thread that Windows code has made: the process's filter is asked, and if it does not go on, the
 * process ends, as on Windows ("SetUnhandledExceptionFilter"): with its code, where it is a program's own and not a host's. */
static bool filter_goes_on(EXCEPTION_RECORD *record, CONTEXT *context, const struct trace *trace) {
    EXCEPTION_POINTERS pointers = {record, context};
    if (unhandled_exception_filter && unhandled_exception_filter(&pointers) == EXCEPTION_CONTINUE_EXECUTION)
        return true;
    char where[256];
    address_describe(trace->count ? trace->addresses[0] : context->Rip, where, sizeof where);
    if (!process_block_self())
        windlass_fatal("unhandled exception 0x%08x at %s in a thread made by a DLL", (unsigned)record->ExceptionCode,
                       where);
    if (!process_ends_quietly())
        fprintf(stderr, "windlass: unhandled exception 0x%08x at %s\n", (unsigned)record->ExceptionCode, where);
    process_leave(record->ExceptionCode);
}

static bool is_last_boundary(const struct thread *thread) {
    return thread->created_here && thread->boundary && !thread->boundary->previous;
}

/* Its walks take kilobytes of stack, which code with small stacks of its own has not left (Go's goroutines keep four).
 * So what is behind the vectored handlers has a frame of its own. */
__attribute__((noinline)) static void dispatch_to_frames(EXCEPTION_RECORD *record, CONTEXT *context, bool interrupted) {
    struct trace trace;
    struct thread *thread = thread_self();
    if (offer_to_frames(record, context, interrupted, &trace) ||
        (is_last_boundary(thread) && filter_goes_on(record, context, &trace)))
        return;
    memcpy(thread->trace, trace.addresses, trace.count * sizeof *trace.addresses);
    thread->trace_count = trace.count;
    thread->unhandled_context = *context;
    if (trace.nested > MOST_NESTED)                  /* the same handlers would fail again */
        leave_to_boundary(record);
    unwind_to_boundary(record, context, interrupted);
}

void exception_dispatch(EXCEPTION_RECORD *record, CONTEXT *context, bool interrupted) {
    if (!vectored_call_exception(record, context))
        dispatch_to_frames(record, context, interrupted);
    vectored_call_continue(record, context);
}

_Noreturn void exception_raise(EXCEPTION_RECORD *record, CONTEXT *context) {
    exception_dispatch(record, context, false);
    context_restore_for(context, NULL, true);
}

/* ---- raising; from context.S, which has captured the caller's registers ---- */

void WINAPI raise_exception(DWORD code, DWORD flags, DWORD count, const ULONG_PTR *parameters, CONTEXT *context);
void WINAPI raise_exception(DWORD code, DWORD flags, DWORD count, const ULONG_PTR *parameters, CONTEXT *context) {
    EXCEPTION_RECORD record = {.ExceptionCode = code, .ExceptionFlags = flags & EXCEPTION_NONCONTINUABLE,
                               .ExceptionAddress = (PVOID)context->Rip};
    if (parameters) {
        record.NumberParameters = count < EXCEPTION_MAXIMUM_PARAMETERS ? count : EXCEPTION_MAXIMUM_PARAMETERS;
        memcpy(record.ExceptionInformation, parameters, record.NumberParameters * sizeof *parameters);
    }
    exception_raise(&record, context);
}

void WINAPI rtl_raise_exception(EXCEPTION_RECORD *record, CONTEXT *context);
void WINAPI rtl_raise_exception(EXCEPTION_RECORD *record, CONTEXT *context) {
    record->ExceptionAddress = (PVOID)context->Rip;
    exception_raise(record, context);
}

void WINAPI rtl_raise_status(NTSTATUS status, CONTEXT *context);
void WINAPI rtl_raise_status(NTSTATUS status, CONTEXT *context) { raise_status(status, NULL, context); }
