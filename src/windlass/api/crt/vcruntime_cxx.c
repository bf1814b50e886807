/* C++ exceptions of MSVC code: throwing, finding a handler, leaving scopes, running catch blocks.
 *
 * A catch block is a function of its own, a funclet, which gets its function's frame. It runs on top of the stack on
 * which the exception was thrown, since the exception object lies there: RtlUnwindEx calls it through
 * STATUS_UNWIND_CONSOLIDATE, and it returns where to go on. An exception that leaves the block comes back to the
 * function's frame, whose address still is that of the call within the try block. So what the frame is doing is noted
 * per thread: running a catch block, or leaving a scope.
 *
 * Source: Microsoft, "x64 exception handling", "/EH (Exception handling model)"; the tables as compilers write them. */
#include "api.h"
#include "cxx.h"

API_USE(VOID, terminate, void);

/* ---- what frames are doing ---- */

enum doing { RUNNING_CATCH, LEAVING_SCOPE, COPYING_EXCEPTION };

struct note {
    enum doing doing;
    const uint64_t *mark; /* on the stack of who made the note: gone when the value is not there any more */
    uint64_t mark_value;
    ULONG64 frame; /* the physical frame: the function's, or a funclet's */
    const void *info;
    intptr_t place;               /* the state that counts for the frame meanwhile */
    EXCEPTION_RECORD *exception;  /* RUNNING_CATCH: what has been caught */
    EXCEPTION_RECORD *previous_exception;
    CONTEXT *previous_context;
    int previous_processing;
};

struct cxx_thread {
    struct note *notes;
    unsigned count, capacity;
    uint64_t next_mark;
    EXCEPTION_RECORD *exception; /* of the innermost catch block; __current_exception() */
    CONTEXT *context;
    int processing; /* unwinds under way; __processing_throw() */
    void(WINAPI *translator)(unsigned code, EXCEPTION_POINTERS *);
    void(WINAPI *unexpected)(void);
};

void cxx_thread_free(void *data) {
    struct cxx_thread *cxx = data;
    if (cxx)
        free(cxx->notes);
    free(cxx);
}

static struct cxx_thread *cxx_thread(void) {
    struct thread *thread = thread_self();
    if (!thread->cxx)
        thread->cxx = calloc(1, sizeof(struct cxx_thread));
    if (!thread->cxx)
        windlass_fatal("out of memory for a C++ exception");
    return thread->cxx;
}

_Noreturn void cxx_terminate(void) {
    api_terminate();
    windlass_fatal("terminate() returned");
}

static bool is_on_stack(uintptr_t address) {
    TEB *teb = teb_self();
    return address - (uintptr_t)teb->StackLimit < (uintptr_t)teb->StackBase - (uintptr_t)teb->StackLimit;
}

/* A plain longjmp, or an unwind to the host, may have taken away the stack under a note. */
static bool is_gone(const struct note *note) {
    uintptr_t sp = (uintptr_t)__builtin_frame_address(0), at = (uintptr_t)note->mark;
    return (is_on_stack(sp) && is_on_stack(at) && at < sp) || *note->mark != note->mark_value;
}

static void drop_note(struct cxx_thread *cxx) {
    const struct note *note = &cxx->notes[--cxx->count];
    cxx->exception = note->previous_exception;
    cxx->context = note->previous_context;
    cxx->processing = note->previous_processing;
}

static void drop_gone(struct cxx_thread *cxx) {
    while (cxx->count && is_gone(&cxx->notes[cxx->count - 1]))
        drop_note(cxx);
}

/* Ends the note and those that were made after it and left behind. */
static void end_note(struct cxx_thread *cxx, unsigned index) {
    while (cxx->count > index)
        drop_note(cxx);
}

/* Notes what is being done until end_note(); returns the note's index. `mark` is a variable of the caller's. */
static unsigned add_note(struct cxx_thread *cxx, enum doing doing, uint64_t *mark, ULONG64 frame, const void *info,
                             intptr_t place) {
    drop_gone(cxx);
    if (cxx->count == cxx->capacity) {
        cxx->capacity = cxx->capacity ? 2 * cxx->capacity : 16;
        cxx->notes = realloc(cxx->notes, cxx->capacity * sizeof *cxx->notes);
        if (!cxx->notes)
            windlass_fatal("out of memory for a C++ exception");
    }
    *mark = 0xC6A4A7935BD1E995u * ++cxx->next_mark ^ (uintptr_t)mark;
    __asm__ volatile("" ::"r"(mark) : "memory");
    cxx->notes[cxx->count] = (struct note){doing, mark, *mark, frame, info, place, NULL, cxx->exception, cxx->context,
                                           cxx->processing};
    return cxx->count++;
}

static struct note *note_of(struct cxx_thread *cxx, ULONG64 frame, const void *info) {
    for (unsigned i = cxx->count; i-- > 0;)
        if (cxx->notes[i].frame == frame && cxx->notes[i].info == info && !is_gone(&cxx->notes[i]))
            return &cxx->notes[i];
    return NULL;
}

/* ---- exception objects ---- */

static bool is_cxx(const EXCEPTION_RECORD *record) {
    ULONG_PTR magic = record->ExceptionInformation[0];
    return record->ExceptionCode == CXX_EXCEPTION && record->NumberParameters == CXX_PARAMETERS &&
           ((magic >= CXX_MAGIC && magic <= CXX_MAGIC_LAST) || magic == CXX_MAGIC_PURE);
}

static void *object_of(const EXCEPTION_RECORD *record) { return (void *)record->ExceptionInformation[1]; }

static const struct throw_info *throw_info_of(const EXCEPTION_RECORD *record) {
    return (const void *)record->ExceptionInformation[2];
}

static uintptr_t image_of(const EXCEPTION_RECORD *record) { return record->ExceptionInformation[3]; }

static void destroy_object(const EXCEPTION_RECORD *record) {
    if (!record || !is_cxx(record) || !object_of(record) || !throw_info_of(record) ||
        !throw_info_of(record)->destructor)
        return;
    struct cxx_thread *cxx = cxx_thread();
    uint64_t mark;
    unsigned note = add_note(cxx, COPYING_EXCEPTION, &mark, 0, NULL, NO_STATE);
    void(WINAPI *destroy)(void *) = (void(WINAPI *)(void *))(image_of(record) + throw_info_of(record)->destructor);
    destroy(object_of(record));
    end_note(cxx, note);
}

static bool same_object(const EXCEPTION_RECORD *one, const EXCEPTION_RECORD *other) {
    return one && other && is_cxx(one) && is_cxx(other) && object_of(one) == object_of(other);
}

/* True when another catch block still has the object. */
static bool is_caught_elsewhere(const struct cxx_thread *cxx, const struct note *except) {
    for (unsigned i = 0; i < cxx->count; i++)
        if (&cxx->notes[i] != except && cxx->notes[i].doing == RUNNING_CATCH && !is_gone(&cxx->notes[i]) &&
            same_object(cxx->notes[i].exception, except->exception))
            return true;
    return false;
}

static void *adjusted(void *object, const struct member_displacement *by) {
    char *address = (char *)object + by->mdisp;
    if (by->pdisp >= 0) {
        const char *table = *(const char **)((char *)object + by->pdisp);
        address += by->pdisp + *(const int *)(table + by->vdisp);
    }
    return address;
}

static void copy_construct(void *target, void *object, const struct catchable_type *type, uintptr_t image) {
    struct cxx_thread *cxx = cxx_thread();
    uint64_t mark;
    unsigned note = add_note(cxx, COPYING_EXCEPTION, &mark, 0, NULL, NO_STATE);
    /* With virtual bases the second argument says that this is the complete object; others ignore it. */
    void(WINAPI *copy)(void *, void *, int) = (void(WINAPI *)(void *, void *, int))(image + type->copy);
    copy(target, object, 1);
    end_note(cxx, note);
}

/* Gives the catch block its variable. */
static void build_catch_object(const EXCEPTION_RECORD *record, ULONG64 function_frame,
                               const struct cxx_handler *handler, const struct catchable_type *type) {
    void *target = (void *)(function_frame + handler->object), *object = object_of(record);
    if (!handler->type || !handler->object)
        return;
    if (handler->adjectives & HANDLER_REFERENCE) {
        *(void **)target = adjusted(object, &type->displacement);
    } else if (type->properties & CATCHABLE_SIMPLE) {
        memmove(target, object, type->size);
        if (type->size == sizeof(void *) && *(void **)target)
            *(void **)target = adjusted(*(void **)target, &type->displacement);
    } else if (!type->copy) {
        memmove(target, adjusted(object, &type->displacement), type->size);
    } else {
        copy_construct(target, adjusted(object, &type->displacement), type, image_of(record));
    }
}

/* ---- types ---- */

static bool type_matches(const struct cxx_handler *handler, const struct catchable_type *type, uintptr_t image,
                         const struct throw_info *info) {
    if (!handler->type)
        return true;
    if (handler->adjectives & HANDLER_BAD_ALLOC && type->properties & CATCHABLE_BAD_ALLOC)
        return true;
    const struct type_descriptor *thrown = (const void *)(image + type->type);
    if (thrown != handler->type && strcmp(thrown->name, handler->type->name) != 0)
        return false;
    return (!(type->properties & CATCHABLE_BY_REFERENCE_ONLY) || handler->adjectives & HANDLER_REFERENCE) &&
           (!(info->attributes & THROW_CONST) || handler->adjectives & HANDLER_CONST) &&
           (!(info->attributes & THROW_UNALIGNED) || handler->adjectives & HANDLER_UNALIGNED) &&
           (!(info->attributes & THROW_VOLATILE) || handler->adjectives & HANDLER_VOLATILE);
}

/* The first of the thrown type's conversions that the handler takes, or NULL. */
static const struct catchable_type *matching_type(const struct cxx_handler *handler, const EXCEPTION_RECORD *record) {
    const struct throw_info *info = throw_info_of(record);
    uintptr_t image = image_of(record);
    const struct catchable_types *types = (const void *)(image + info->types);
    for (DWORD i = 0; i < types->count; i++) {
        const struct catchable_type *type = (const void *)(image + types->types[i]);
        if (type_matches(handler, type, image, info))
            return type;
    }
    return NULL;
}

/* ---- frames ---- */

struct activation {
    struct cxx_function function;
    DISPATCHER_CONTEXT *dispatcher;
    ULONG64 physical; /* the frame that the unwinder sees */
    ULONG64 frame;    /* the function's, where its variables are: another one in a funclet */
    bool in_catch;    /* in the older tables: the frame is a catch block's, of this try block */
    struct cxx_try caught;
};

/* In the older tables a catch block shares its function's tables: find it by its address. */
static void find_own_catch(struct activation *at) {
    const struct cxx_function *function = &at->function;
    const BYTE *tries = function->tries;
    uintptr_t start = function->base + function_primary(function->base, at->dispatcher->FunctionEntry)->BeginAddress;
    for (DWORD i = 0; i < function->try_count; i++) {
        struct cxx_try block = cxx_read_try(function, &tries);
        const BYTE *handlers = block.handlers;
        for (DWORD j = 0; j < block.handler_count; j++) {
            struct cxx_handler handler = cxx_read_handler(function, &handlers);
            if (handler.address != start)
                continue;
            at->in_catch = true;
            at->caught = block;
            at->frame = *(const ULONG64 *)(at->physical + handler.frame);
            return;
        }
    }
}

static void activation_begin(struct activation *at, PVOID frame, DISPATCHER_CONTEXT *dispatcher) {
    at->dispatcher = dispatcher;
    at->physical = at->frame = (ULONG64)frame;
    at->in_catch = false;
    if (at->function.compressed && at->function.is_catch)
        at->frame = *(const ULONG64 *)(at->physical + at->function.frame);
    else if (!at->function.compressed)
        find_own_catch(at);
}

static intptr_t current_place(struct cxx_thread *cxx, const struct activation *at) {
    const struct note *note = note_of(cxx, at->physical, at->function.info);
    if (note)
        return note->place;
    return cxx_place_of(&at->function, cxx_state_at(&at->function, at->dispatcher->ControlPc));
}

/* ---- leaving scopes ---- */

static void run_action(const struct cxx_action *action, ULONG64 frame) {
    void *object = (void *)(frame + action->object);
    switch (action->kind) {
    case ACTION_NONE: break;
    case ACTION_FUNCLET: ((void(WINAPI *)(ULONG64, ULONG64))action->address)(frame, frame); break;
    case ACTION_DESTROY: ((void(WINAPI *)(void *))action->address)(object); break;
    case ACTION_DESTROY_POINTED: ((void(WINAPI *)(void *))action->address)(*(void **)object); break;
    }
}

static void leave_scopes(struct cxx_thread *cxx, const struct activation *at, intptr_t place, int target_state) {
    const struct cxx_function *function = &at->function;
    intptr_t target = cxx_place_of(function, target_state);
    uint64_t mark;
    if (!function->unwinds || place <= target)
        return;
    unsigned note = add_note(cxx, LEAVING_SCOPE, &mark, at->physical, function->info, place);
    cxx->processing++;
    while (place > target) {
        struct cxx_action action;
        place = cxx_leave(function, place, &action);
        cxx->notes[note].place = place;
        run_action(&action, at->frame);
    }
    end_note(cxx, note);
}

/* Catch blocks of this frame that the unwind has come out of: their exceptions are over, but for the one that drives
 * the unwind, which was thrown again. */
static void end_catches(struct cxx_thread *cxx, const struct activation *at, const EXCEPTION_RECORD *driver) {
    drop_gone(cxx);
    for (;;) {
        unsigned i = cxx->count;
        while (i && !(cxx->notes[i - 1].doing == RUNNING_CATCH && cxx->notes[i - 1].frame == at->physical))
            i--;
        if (!i)
            return;
        struct note ended = cxx->notes[i - 1];
        bool destroy = !same_object(ended.exception, driver) && !is_caught_elsewhere(cxx, &cxx->notes[i - 1]);
        end_note(cxx, i - 1);
        if (destroy)
            destroy_object(ended.exception);
    }
}

/* ---- catch blocks ---- */

/* What a STATUS_UNWIND_CONSOLIDATE record of ours says, after the callback. */
enum { TO_HANDLER = 1, TO_TARGET_STATE, TO_EXCEPTION, TO_CONTEXT, TO_ACTIVATION, TO_PLACE, TO_CONTINUATIONS, TO_COUNT = 9 };

static void *WINAPI run_catch_block(EXCEPTION_RECORD *consolidate) {
    const ULONG_PTR *to = consolidate->ExceptionInformation;
    const struct activation *at = (const struct activation *)to[TO_ACTIVATION];
    uintptr_t continuations[2] = {to[TO_CONTINUATIONS], to[TO_CONTINUATIONS + 1]};
    EXCEPTION_RECORD *exception = (EXCEPTION_RECORD *)to[TO_EXCEPTION];
    struct cxx_thread *cxx = cxx_thread();
    uint64_t mark;
    unsigned note = add_note(cxx, RUNNING_CATCH, &mark, at->physical, at->function.info, (intptr_t)to[TO_PLACE]);
    cxx->notes[note].exception = cxx->exception = exception;
    cxx->context = (CONTEXT *)to[TO_CONTEXT];
    uintptr_t (WINAPI *block)(ULONG64, ULONG64) = (uintptr_t(WINAPI *)(ULONG64, ULONG64))to[TO_HANDLER];
    uintptr_t next = block(at->frame, at->frame);
    bool destroy = !is_caught_elsewhere(cxx, &cxx->notes[note]);
    end_note(cxx, note);
    if (destroy)
        destroy_object(exception);
    return (void *)(next < 2 ? continuations[next] : next);
}

/* Unwinds to the frame and runs the block: does not return. */
static void take(struct activation *at, const struct cxx_try *block, const struct cxx_handler *handler,
                 EXCEPTION_RECORD *exception, CONTEXT *context) {
    struct cxx_action ignored;
    intptr_t low = cxx_place_of(&at->function, block->low);
    intptr_t outside = at->function.unwinds && low >= 0 ? cxx_leave(&at->function, low, &ignored) : NO_STATE;
    EXCEPTION_RECORD consolidate = {
        .ExceptionCode = (DWORD)STATUS_UNWIND_CONSOLIDATE,
        .ExceptionFlags = EXCEPTION_NONCONTINUABLE,
        .NumberParameters = TO_COUNT,
        .ExceptionInformation = {(ULONG_PTR)run_catch_block, handler->address, (ULONG_PTR)block->low,
                                 (ULONG_PTR)exception, (ULONG_PTR)context, (ULONG_PTR)at, (ULONG_PTR)outside,
                                 handler->continuations[0], handler->continuations[1]}};
    api_RtlUnwindEx((PVOID)at->physical, (PVOID)at->dispatcher->ControlPc, &consolidate, NULL,
                    at->dispatcher->ContextRecord, at->dispatcher->HistoryTable);
}

/* ---- the first pass ---- */

/* In a catch block's frame only the try blocks within that block count; in the function's, its state excludes them. */
static bool is_candidate(const struct activation *at, const struct cxx_try *block, int state) {
    if (at->in_catch && !(block->low > at->caught.high && block->high <= at->caught.catch_high))
        return false;
    return block->low <= state && state <= block->high;
}

/* The handler's answer for an exception: the type it takes it as; NULL, no. A foreign exception has no type. */
static bool handler_takes(const struct cxx_handler *handler, const EXCEPTION_RECORD *record,
                          const struct catchable_type **type) {
    *type = NULL;
    if (!is_cxx(record))
        return !handler->type && !(handler->adjectives & HANDLER_STANDARD_ELLIPSIS);
    *type = matching_type(handler, record);
    return *type != NULL;
}

static void search_try(struct activation *at, const struct cxx_try *block, EXCEPTION_RECORD *record,
                       CONTEXT *context) {
    const BYTE *handlers = block->handlers;
    for (DWORD i = 0; i < block->handler_count; i++) {
        struct cxx_handler handler = cxx_read_handler(&at->function, &handlers);
        const struct catchable_type *type;
        if (!handler_takes(&handler, record, &type))
            continue;
        if (type)
            build_catch_object(record, at->frame, &handler, type);
        take(at, block, &handler, record, context);
    }
}

/* An exception must not come out of a destructor that an unwind calls, nor of the copying of an exception object. */
static void check_crossing(struct cxx_thread *cxx, const EXCEPTION_RECORD *record, ULONG64 frame) {
    for (unsigned i = cxx->count; i-- > 0;) {
        const struct note *note = &cxx->notes[i];
        uintptr_t at = (uintptr_t)note->mark;
        if (note->doing != RUNNING_CATCH && !is_gone(note) && (uintptr_t)record < at && at < frame)
            cxx_terminate();
    }
}

/* "_set_se_translator": a function that may throw a C++ exception in place of another. */
static void translate(struct cxx_thread *cxx, EXCEPTION_RECORD *record, CONTEXT *context) {
    EXCEPTION_POINTERS pointers = {record, context};
    if (cxx->translator && record->ExceptionCode != (DWORD)STATUS_BREAKPOINT)
        cxx->translator(record->ExceptionCode, &pointers);
}

static bool specification_allows(const struct cxx_function *function, const EXCEPTION_RECORD *record) {
    const DWORD *list = (const void *)function->exception_specification; /* count, RVA of handlers */
    if (!list)
        return true;
    const BYTE *handlers = (const BYTE *)(function->base + list[1]);
    for (DWORD i = 0; i < list[0]; i++) {
        struct cxx_handler handler = cxx_read_handler(function, &handlers);
        if (matching_type(&handler, record))
            return true;
    }
    return false;
}

static void search(struct activation *at, EXCEPTION_RECORD *record, CONTEXT *context) {
    const struct cxx_function *function = &at->function;
    struct cxx_thread *cxx = cxx_thread();
    bool foreign = !is_cxx(record);
    if (!foreign)
        check_crossing(cxx, record, at->physical);
    /* "throw;" of another run-time library: the one that is being handled. */
    if (!foreign && !throw_info_of(record)) {
        if (!cxx->exception)
            return;
        record = cxx->exception;
        context = cxx->context;
        foreign = !is_cxx(record);
    }
    if (foreign && function->try_count)
        translate(cxx, record, context);
    int state = cxx_state_of(function, current_place(cxx, at));
    const BYTE *tries = function->tries;
    for (DWORD i = 0; i < function->try_count; i++) {
        struct cxx_try block = cxx_read_try(function, &tries);
        if (is_candidate(at, &block, state))
            search_try(at, &block, record, context);
    }
    if (function->no_except || (!foreign && !specification_allows(function, record)))
        cxx_terminate();
}

/* ---- the second pass ---- */

static const EXCEPTION_RECORD *driver_of(const EXCEPTION_RECORD *record) {
    bool ours = record->ExceptionCode == (DWORD)STATUS_UNWIND_CONSOLIDATE &&
                record->ExceptionInformation[0] == (ULONG_PTR)run_catch_block;
    return ours ? (const EXCEPTION_RECORD *)record->ExceptionInformation[TO_EXCEPTION] : record;
}

static void unwind(struct activation *at, const EXCEPTION_RECORD *record) {
    struct cxx_thread *cxx = cxx_thread();
    int target = at->in_catch ? at->caught.high : NO_STATE;
    bool is_target = record->ExceptionFlags & EXCEPTION_TARGET_UNWIND;
    intptr_t place = current_place(cxx, at);
    if (cxx->count && !(record->ExceptionFlags & EXCEPTION_COLLIDED_UNWIND))
        end_catches(cxx, at, driver_of(record));
    if (is_target && driver_of(record) != record)
        target = (int)record->ExceptionInformation[TO_TARGET_STATE];
    else if (is_target && record->ExceptionCode == (DWORD)STATUS_LONGJUMP)
        target = cxx_state_at(&at->function, at->dispatcher->TargetIp);
    leave_scopes(cxx, at, place, target);
}

/* ---- the language handlers ---- */

static bool concerns(const struct cxx_function *function, const EXCEPTION_RECORD *record) {
    return !function->synchronous || record->ExceptionCode == CXX_EXCEPTION ||
           record->ExceptionCode == (DWORD)STATUS_UNWIND_CONSOLIDATE ||
           record->ExceptionCode == (DWORD)STATUS_LONGJUMP;
}

static EXCEPTION_DISPOSITION handle(struct activation *at, EXCEPTION_RECORD *record, PVOID frame, CONTEXT *context,
                                    DISPATCHER_CONTEXT *dispatcher) {
    bool unwinding = record->ExceptionFlags & EXCEPTION_UNWIND;
    if (!concerns(&at->function, record)) {
        if (unwinding) {
            activation_begin(at, frame, dispatcher);
            end_catches(cxx_thread(), at, driver_of(record));
        }
        return ExceptionContinueSearch;
    }
    if (!unwinding && !at->function.try_count && !at->function.no_except && !at->function.exception_specification) {
        struct cxx_thread *cxx = cxx_thread();
        if (cxx->count && is_cxx(record))
            check_crossing(cxx, record, (ULONG64)frame);
        return ExceptionContinueSearch;
    }
    activation_begin(at, frame, dispatcher);
    if (unwinding)
        unwind(at, record);
    else
        search(at, record, context);
    return ExceptionContinueSearch;
}

API(vcruntime140 ucrtbase msvcrt MSVCR_DLLS, EXCEPTION_DISPOSITION, __CxxFrameHandler3,
    EXCEPTION_RECORD *record, PVOID frame, CONTEXT *context, DISPATCHER_CONTEXT *dispatcher) {
    struct activation at;
    if (!cxx_function_read(&at.function, dispatcher))
        return ExceptionContinueSearch;
    return handle(&at, record, frame, context, dispatcher);
}
API_ALIAS(api___CxxFrameHandler3, first, vcruntime140 ucrtbase msvcrt MSVCR_DLLS, "__CxxFrameHandler");
API_ALIAS(api___CxxFrameHandler3, second, vcruntime140 ucrtbase msvcrt MSVCR_DLLS,
          "__CxxFrameHandler2");

API(vcruntime140_1 ucrtbase, EXCEPTION_DISPOSITION, __CxxFrameHandler4, EXCEPTION_RECORD *record, PVOID frame,
    CONTEXT *context, DISPATCHER_CONTEXT *dispatcher) {
    struct activation at;
    cxx_function_read_compressed(&at.function, dispatcher);
    return handle(&at, record, frame, context, dispatcher);
}

/* ---- throwing ---- */

API_ASM(vcruntime140 ucrtbase msvcrt MSVCR_DLLS, VOID, _CxxThrowException, PVOID object,
        const struct throw_info *info);

/* "throw;": what the innermost catch block has. */
static void set_rethrown(EXCEPTION_RECORD *record) {
    struct cxx_thread *cxx = cxx_thread();
    drop_gone(cxx);
    if (!cxx->exception)
        cxx_terminate();
    PVOID address = record->ExceptionAddress;
    *record = *cxx->exception;
    record->ExceptionFlags &= EXCEPTION_NONCONTINUABLE;
    record->ExceptionAddress = address;
    record->ExceptionRecord = NULL;
}

static void set_thrown(EXCEPTION_RECORD *record, PVOID object, const struct throw_info *info, uintptr_t base) {
    record->ExceptionCode = CXX_EXCEPTION;
    record->ExceptionFlags = EXCEPTION_NONCONTINUABLE;
    record->NumberParameters = CXX_PARAMETERS;
    record->ExceptionInformation[0] = CXX_MAGIC;
    record->ExceptionInformation[1] = (ULONG_PTR)object;
    record->ExceptionInformation[2] = (ULONG_PTR)info;
    record->ExceptionInformation[3] = base;
}

/* From context.S, which has captured the caller's registers. */
void WINAPI cxx_throw(PVOID object, const struct throw_info *info, CONTEXT *context);
void WINAPI cxx_throw(PVOID object, const struct throw_info *info, CONTEXT *context) {
    EXCEPTION_RECORD record = {.ExceptionAddress = (PVOID)context->Rip};
    LDR_DATA_TABLE_ENTRY *module = module_from_address(info);
    if (info)
        set_thrown(&record, object, info, module ? (uintptr_t)module->DllBase : 0);
    else
        set_rethrown(&record);
    exception_raise(&record, context);
}

void cxx_throw_own(void *object, const struct throw_info *info, uintptr_t base) {
    EXCEPTION_RECORD record = {0};
    set_thrown(&record, object, info, base);
    api_RaiseException(record.ExceptionCode, record.ExceptionFlags, record.NumberParameters,
                       record.ExceptionInformation);
}

/* ---- exception objects, for those who keep them ---- */

/* Its first conversion is the thrown type itself. */
static const struct catchable_type *thrown_type(const EXCEPTION_RECORD *record) {
    if (!is_cxx(record) || !object_of(record) || !throw_info_of(record))
        return NULL;
    const struct catchable_types *types = (const void *)(image_of(record) + throw_info_of(record)->types);
    return types->count ? (const void *)(image_of(record) + types->types[0]) : NULL;
}

size_t cxx_object_size(const EXCEPTION_RECORD *record) {
    const struct catchable_type *type = thrown_type(record);
    return type ? type->size : 0;
}

void cxx_object_copy(void *target, const EXCEPTION_RECORD *record) {
    const struct catchable_type *type = thrown_type(record);
    if (type->copy)
        copy_construct(target, object_of(record), type, image_of(record));
    else
        memcpy(target, object_of(record), type->size);
}

void cxx_object_destroy(const EXCEPTION_RECORD *record) { destroy_object(record); }

void cxx_fill_record(EXCEPTION_RECORD *record, void *object, const struct throw_info *info) {
    LDR_DATA_TABLE_ENTRY *module = module_from_address(info);
    *record = (EXCEPTION_RECORD){0};
    set_thrown(record, object, info, module ? (uintptr_t)module->DllBase : 0);
}

/* ---- what libraries ask ---- */

API(vcruntime140 ucrtbase, VOID, __std_terminate, void) { cxx_terminate(); }

static struct cxx_thread *cxx_thread_now(void) {
    struct cxx_thread *cxx = cxx_thread();
    drop_gone(cxx);
    return cxx;
}

API(vcruntime140 ucrtbase, EXCEPTION_RECORD **, __current_exception, void) { return &cxx_thread_now()->exception; }
API(vcruntime140 ucrtbase, CONTEXT **, __current_exception_context, void) { return &cxx_thread_now()->context; }
API(vcruntime140 ucrtbase, int *, __processing_throw, void) { return &cxx_thread_now()->processing; }
API(vcruntime140, int, __uncaught_exceptions, void) { return cxx_thread_now()->processing; }
API(vcruntime140 ucrtbase msvcrt MSVCR_DLLS, bool, __uncaught_exception, void) { return cxx_thread_now()->processing != 0; }
API_ALIAS(api___uncaught_exception, old, msvcrt MSVCR_DLLS, "?__uncaught_exception@@YA_NXZ");

API(vcruntime140 ucrtbase msvcrt MSVCR_DLLS, VOID, __DestructExceptionObject, EXCEPTION_RECORD *record, BOOLEAN may_throw) {
    (void)may_throw;
    destroy_object(record);
}

typedef void(WINAPI *SE_TRANSLATOR)(unsigned code, EXCEPTION_POINTERS *);
API(vcruntime140 ucrtbase, SE_TRANSLATOR, _set_se_translator, SE_TRANSLATOR translator) {
    struct cxx_thread *cxx = cxx_thread();
    SE_TRANSLATOR previous = cxx->translator;
    cxx->translator = translator;
    return previous;
}
API_ALIAS(api__set_se_translator, old, msvcrt MSVCR_DLLS,
          "?_set_se_translator@@YAP6AXIPEAU_EXCEPTION_POINTERS@@@ZP6AXI0@Z@Z");

typedef void(WINAPI *UNEXPECTED)(void);
API(vcruntime140 ucrtbase, UNEXPECTED, set_unexpected, UNEXPECTED handler) {
    struct cxx_thread *cxx = cxx_thread();
    UNEXPECTED previous = cxx->unexpected;
    cxx->unexpected = handler;
    return previous;
}
API_ALIAS(api_set_unexpected, old, msvcrt MSVCR_DLLS, "?set_unexpected@@YAP6AXXZP6AXXZ@Z");

API(vcruntime140 ucrtbase msvcrt MSVCR_DLLS, UNEXPECTED, _get_unexpected, void) { return cxx_thread()->unexpected; }

API(vcruntime140 ucrtbase, VOID, unexpected, void) {
    struct cxx_thread *cxx = cxx_thread();
    if (cxx->unexpected)
        cxx->unexpected();
    cxx_terminate();
}
API_ALIAS(api_unexpected, old, msvcrt MSVCR_DLLS, "?unexpected@@YAXXZ");

/* With 0 for a number in the handler's place. */
API_AS(remove_se_translator, MSVCR_DLLS, SE_TRANSLATOR, "?_set_se_translator@@YAP6AXIPEAU_EXCEPTION_POINTERS@@@ZH@Z",
       int translator) {
    (void)translator;
    return api__set_se_translator(NULL);
}

API_AS(remove_unexpected, MSVCR_DLLS, UNEXPECTED, "?set_unexpected@@YAP6AXXZH@Z", int handler) {
    (void)handler;
    return api_set_unexpected(NULL);
}

API_AS(cxx_inconsistency, MSVCR_DLLS, VOID, "?_inconsistency@@YAXXZ", void) { cxx_terminate(); }

/* 1 when the exception could be caught as that type, 0 when not ("_is_exception_typeof"). */
API(vcruntime140 ucrtbase, int, _is_exception_typeof, const struct type_descriptor *type,
    EXCEPTION_POINTERS *pointers) {
    const EXCEPTION_RECORD *record = pointers->ExceptionRecord;
    if (!is_cxx(record) || !throw_info_of(record))
        cxx_terminate();
    uintptr_t image = image_of(record);
    const struct catchable_types *types = (const void *)(image + throw_info_of(record)->types);
    for (DWORD i = 0; i < types->count; i++) {
        const struct catchable_type *each = (const void *)(image + types->types[i]);
        if (strcmp(((const struct type_descriptor *)(image + each->type))->name, type->name) == 0)
            return 1;
    }
    return 0;
}
API_ALIAS(api__is_exception_typeof, old, msvcrt MSVCR_DLLS,
          "?_is_exception_typeof@@YAHAEBVtype_info@@PEAU_EXCEPTION_POINTERS@@@Z");

/* __C_specific_handler for functions that are noexcept: nothing may come out of them. */
API_USE(EXCEPTION_DISPOSITION, __C_specific_handler, EXCEPTION_RECORD *, PVOID, CONTEXT *, DISPATCHER_CONTEXT *);
API(vcruntime140, EXCEPTION_DISPOSITION, __C_specific_handler_noexcept, EXCEPTION_RECORD *record, PVOID frame,
    CONTEXT *context, DISPATCHER_CONTEXT *dispatcher) {
    EXCEPTION_DISPOSITION answer = api___C_specific_handler(record, frame, context, dispatcher);
    if (answer == ExceptionContinueSearch && !(record->ExceptionFlags & EXCEPTION_UNWIND))
        cxx_terminate();
    return answer;
}

/* The filter around a destructor that an unwind calls, in code that does so itself. */
API(vcruntime140 ucrtbase MSVCR_DLLS, int, __FrameUnwindFilter, EXCEPTION_POINTERS *pointers) {
    if (pointers->ExceptionRecord->ExceptionCode == CXX_EXCEPTION) {
        cxx_thread()->processing = 0;
        cxx_terminate();
    }
    return EXCEPTION_CONTINUE_SEARCH;
}

/* Break points for debuggers. */
API(vcruntime140 vcruntime140_1 ucrtbase, VOID, __NLG_Dispatch2, void) {}
API(vcruntime140 vcruntime140_1 ucrtbase, VOID, __NLG_Return2, void) {}

/* ---- for code that keeps frames and exceptions by itself (mixed managed code, other frame handlers) ---- */

struct frame_info {
    PVOID object;
    struct frame_info *next;
};

static struct frame_info **frame_infos(void) {
    static __thread struct frame_info *first;
    return &first;
}

API(vcruntime140 msvcrt MSVCR_DLLS ucrtbase, struct frame_info *, _CreateFrameInfo,
    struct frame_info *info,
    PVOID object) {
    info->object = object;
    info->next = *frame_infos();
    return *frame_infos() = info;
}

API(vcruntime140 msvcrt MSVCR_DLLS ucrtbase, VOID, _FindAndUnlinkFrame, struct frame_info *info) {
    for (struct frame_info **at = frame_infos(); *at; at = &(*at)->next)
        if (*at == info) {
            *at = info->next;
            return;
        }
    cxx_terminate();
}

API(vcruntime140 msvcrt MSVCR_DLLS ucrtbase, BOOL, _IsExceptionObjectToBeDestroyed, PVOID object) {
    for (struct frame_info *at = *frame_infos(); at; at = at->next)
        if (at->object == object)
            return FALSE;
    return TRUE;
}

API(vcruntime140 ucrtbase MSVCR_DLLS, PVOID, __AdjustPointer, PVOID object, const struct member_displacement *displacement) {
    return adjusted(object, displacement);
}

/* Room for what __CxxRegisterExceptionObject keeps. */
struct registered_exception {
    EXCEPTION_RECORD *exception;
    CONTEXT *context;
    struct frame_info frame;
};

API(vcruntime140 msvcrt MSVCR_DLLS ucrtbase, int, __CxxQueryExceptionSize, void) {
    return sizeof(struct registered_exception);
}

API(vcruntime140 msvcrt MSVCR_DLLS ucrtbase, int, __CxxRegisterExceptionObject,
    EXCEPTION_POINTERS **pointers,
    struct registered_exception *storage) {
    struct cxx_thread *cxx = cxx_thread();
    *storage = (struct registered_exception){cxx->exception, cxx->context, {0}};
    if (!pointers || !*pointers)
        return 1;
    cxx->exception = (*pointers)->ExceptionRecord;
    cxx->context = (*pointers)->ContextRecord;
    cxx->processing = 0;
    api__CreateFrameInfo(&storage->frame, object_of(cxx->exception));
    return 1;
}

API(vcruntime140 msvcrt MSVCR_DLLS ucrtbase, VOID, __CxxUnregisterExceptionObject,
    struct registered_exception *storage, int rethrow) {
    struct cxx_thread *cxx = cxx_thread();
    EXCEPTION_RECORD *ended = cxx->exception;
    if (storage->frame.object)
        api__FindAndUnlinkFrame(&storage->frame);
    if (!rethrow && ended && is_cxx(ended) && api__IsExceptionObjectToBeDestroyed(object_of(ended)))
        destroy_object(ended);
    cxx->exception = storage->exception;
    cxx->context = storage->context;
}

API(vcruntime140 msvcrt MSVCR_DLLS ucrtbase, int, __CxxDetectRethrow, EXCEPTION_POINTERS **pointers) {
    return pointers && *pointers && is_cxx((*pointers)->ExceptionRecord) &&
           !throw_info_of((*pointers)->ExceptionRecord);
}

/* A filter for C++ types in __except: 1 when the exception is of the type; *object gets it, or its address for a
 * reference. */
API(vcruntime140 msvcrt MSVCR_DLLS ucrtbase, int, __CxxExceptionFilter, EXCEPTION_POINTERS **pointers,
    const struct type_descriptor *type, int adjectives, PVOID object) {
    const EXCEPTION_RECORD *record = pointers && *pointers ? (*pointers)->ExceptionRecord : NULL;
    if (!record || !is_cxx(record))
        return EXCEPTION_CONTINUE_SEARCH;
    if (!throw_info_of(record) && !(record = cxx_thread()->exception))
        return EXCEPTION_CONTINUE_SEARCH;
    struct cxx_handler handler = {.adjectives = (DWORD)adjectives, .type = type && type->name[0] ? type : NULL,
                                  .object = 1};
    const struct catchable_type *found;
    if (!handler_takes(&handler, record, &found))
        return EXCEPTION_CONTINUE_SEARCH;
    if (found && object)
        build_catch_object(record, (ULONG64)object - 1, &handler, found);
    return EXCEPTION_EXECUTE_HANDLER;
}
