/* Faults: what the processor cannot go on with, as signals of the host, as exceptions of Windows code.
 *
 * The signal handler only finds out whose fault it is and what it means to Windows. It then makes the interrupted thread
 * go on, on its own stack, in fault_entry (context.S), which dispatches the exception: so handlers run outside of any
 * signal, may leave by any door, and nothing of the signal remains. Faults of the host and of Python go to the handler
 * that was there before. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#include "fork.h"
#include "instruction.h"
#include "unwind.h"

extern const char fault_entry[], callback_entry_return[];

enum memory_fault (*memory_fault_hook)(uintptr_t address, unsigned access);

/* ---- the handlers that were there before ---- */

enum { SIGNALS = 5, MAX_PREVIOUS = 8 };
static const int signals[SIGNALS] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP};

/* Handlers under ours, oldest first: a later one may itself call what it replaced, which is ours again. */
struct previous {
    atomic_uint count;
    struct sigaction actions[MAX_PREVIOUS];
};
static struct previous previous[SIGNALS];
static pthread_mutex_t install_lock = PTHREAD_MUTEX_INITIALIZER;
SURVIVES_FORK(install_lock);

static unsigned signal_index(int number) {
    unsigned index = 0;
    while (index < SIGNALS - 1 && signals[index] != number)
        index++;
    return index;
}

static bool same_action(const struct sigaction *one, const struct sigaction *other) {
    return one->sa_sigaction == other->sa_sigaction;
}

/* Everything older than an action that is known already was put back by its owner: forget what came after it. */
static void remember(struct previous *list, const struct sigaction *action) {
    unsigned count = atomic_load(&list->count);
    for (unsigned i = 0; i < count; i++)
        if (same_action(&list->actions[i], action)) {
            atomic_store(&list->count, i + 1);
            return;
        }
    if (count == MAX_PREVIOUS) {
        memmove(&list->actions[1], &list->actions[2], (MAX_PREVIOUS - 2) * sizeof *action);
        count--;
    }
    list->actions[count] = *action;
    atomic_store(&list->count, count + 1);
}

static void call_default(int number) {
    struct sigaction standard = {.sa_handler = SIG_DFL};
    sigaction(number, &standard, NULL);
}

/* Hands the signal on. A fault happens again when this returns with the default action in place, and ends the process
 * as if windlass were not there; a signal that was sent must be sent again. */
static void call_previous(int number, siginfo_t *info, void *context) {
    static __thread unsigned depth;
    struct previous *list = &previous[signal_index(number)];
    unsigned count = atomic_load(&list->count);
    const struct sigaction *action = depth < count ? &list->actions[count - 1 - depth] : NULL;
    if (!action || action->sa_handler == SIG_DFL || action->sa_handler == SIG_IGN) {
        if (info->si_code <= 0 && action && action->sa_handler == SIG_IGN)
            return;
        call_default(number);
        if (info->si_code <= 0)
            raise(number);
        return;
    }
    depth++;
    if (action->sa_flags & SA_SIGINFO)
        action->sa_sigaction(number, info, context);
    else
        action->sa_handler(number);
    depth--;
}

/* ---- the processor's exceptions ---- */

enum { TRAP_DIVIDE = 0, TRAP_DEBUG = 1, TRAP_BREAKPOINT = 3, TRAP_OVERFLOW = 4, TRAP_BOUND = 5, TRAP_OPCODE = 6,
       TRAP_STACK = 12, TRAP_PROTECTION = 13, TRAP_PAGE = 14, TRAP_X87 = 16, TRAP_ALIGNMENT = 17, TRAP_SSE = 19 };

/* The bits of a page fault's error code. */
enum { FAULT_WRITES = 2, FAULT_FETCHES = 16 };

/* ---- whose fault ---- */

static void context_from_signal(CONTEXT *context, const ucontext_t *signal_context) {
    const greg_t *registers = signal_context->uc_mcontext.gregs;
    static const uint8_t numbers[16] = {REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI, REG_RDI,
                                        REG_R8,  REG_R9,  REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15};
    memset(context, 0, offsetof(CONTEXT, FltSave));
    context->ContextFlags = CONTEXT_FULL | CONTEXT_SEGMENTS;
    for (unsigned i = 0; i < 16; i++)
        *context_register(context, i) = (ULONG64)registers[numbers[i]];
    context->Rip = (ULONG64)registers[REG_RIP];
    context->EFlags = (DWORD)registers[REG_EFL];
    context->SegCs = (WORD)registers[REG_CSGSFS];
    __asm__("mov %%ss, %0" : "=r"(context->SegSs));
    memcpy(&context->FltSave, signal_context->uc_mcontext.fpregs, sizeof context->FltSave);
    context->MxCsr = context->FltSave.MxCsr;
}

enum owner { OWNER_HOST, OWNER_WINDOWS, OWNER_UNKNOWN };

/* Whose a frame is by itself; most host frames are nobody's: C functions that Windows code or Python called. */
static enum owner owner_of(uintptr_t pc, enum frame_kind kind) {
    if (kind == FRAME_WINDOWS || kind == FRAME_BOUNDARY || pc == (uintptr_t)call_program_return ||
        module_from_address((void *)pc))
        return OWNER_WINDOWS;
    if (host_code_is_python(pc) || pc == (uintptr_t)callback_entry_return)
        return OWNER_HOST;
    return OWNER_UNKNOWN;
}

/* Where frames cannot be told apart (code made at run time without tables), the first return address on the stack that
 * belongs to somebody decides. */
static enum owner owner_by_scan(uintptr_t sp) {
    uintptr_t end = (uintptr_t)thread_self()->boundary;
    for (sp &= ~(uintptr_t)7; sp < end; sp += 8) {
        uintptr_t pc = *(const uintptr_t *)sp;
        enum owner owner = owner_of(pc, pc == (uintptr_t)call_windows_return ? FRAME_BOUNDARY : FRAME_LEAF);
        if (owner != OWNER_UNKNOWN)
            return owner;
    }
    return OWNER_UNKNOWN;
}

/* A call that led to no code: its frame is the return address alone, and the caller's is what matters. */
static void leave_wild_call(CONTEXT *context, const greg_t *registers) {
    if (registers[REG_TRAPNO] != TRAP_PAGE || !(registers[REG_ERR] & FAULT_FETCHES))
        return;
    context->Rip = *(const uint64_t *)context->Rsp;
    context->Rsp += 8;
}

/* The innermost frame that says so: `sent` is for a signal that was raised by a call and counts only for a frame that
 * another signal had interrupted. */
static bool is_of_windows_code(CONTEXT *context, bool sent) {
    bool exact = true, interrupted = !sent;
    for (int frames = 0; frames < 4096; frames++) {
        struct frame frame = frame_find(context);
        enum owner owner = owner_of(context->Rip, frame.kind);
        if (owner != OWNER_UNKNOWN)
            return owner == OWNER_WINDOWS && interrupted;
        if (frame.kind == FRAME_LEAF)
            return interrupted && owner_by_scan(context->Rsp) == OWNER_WINDOWS;
        if (!frame_skip(&frame, context, &exact))
            return interrupted && owner_by_scan(context->Rsp) == OWNER_WINDOWS;
        interrupted |= exact;
    }
    return false;
}

static bool is_ours(const ucontext_t *signal_context, bool sent) {
    struct thread *thread = current_thread_or_null;
    if (!thread || !thread->boundary)
        return false;
    CONTEXT context;
    struct fault_guard guard;
    context_from_signal(&context, signal_context);
    if (fault_guard_enter(&guard, &thread->guard))
        return false;
    leave_wild_call(&context, signal_context->uc_mcontext.gregs);
    bool ours = is_of_windows_code(&context, sent);
    fault_guard_leave(&guard);
    return ours;
}

/* ---- stacks ----
 *
 * A thread that has run out of stack cannot run handlers there. They get a stack of their own, as large as they could
 * hope for on Windows (see SetThreadStackGuarantee), and the TEB says so until the thread goes on on its first one. The
 * host's guard pages stay armed all the time, so _resetstkoflw() has nothing to do. */

enum { SIDE_STACK_SIZE = 512 * 1024, ALTERNATE_STACK_SIZE = 32 * 1024, DISPATCH_ROOM = 24 * 1024 };

static void *map_stack(size_t size) {
    char *lowest = mmap(NULL, size + PAGE_SIZE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (lowest == MAP_FAILED || mprotect(lowest + PAGE_SIZE, size, PROT_READ | PROT_WRITE))
        return NULL;
    return lowest + PAGE_SIZE;
}

static void unmap_stack(void *lowest, size_t size) {
    if (lowest)
        munmap((char *)lowest - PAGE_SIZE, size + PAGE_SIZE);
}

/* ---- the extended state of interrupted code ----
 *
 * It takes kilobytes. Code that has brought a small stack of its own, as Go's goroutines are, leaves room for what
 * Windows puts there, which is less. So the state of what runs beyond the thread's stack is kept aside. Handlers may
 * leave by any door, so a slot that is not given back is used again when its turn comes; an owner that comes back after
 * all finds another's name on it, and goes on with what its CONTEXT has. */

enum { EXTENDED_SLOTS = 8, EXTENDED_SLOT_SIZE = 12 * 1024 };   /* with the tiles of AMX */

struct extended_slots {
    _Alignas(64) char states[EXTENDED_SLOTS][EXTENDED_SLOT_SIZE];
    const CONTEXT *owners[EXTENDED_SLOTS];
    unsigned next;
};

static bool is_on_own_stack(const struct thread *thread, uintptr_t sp) {
    uintptr_t low = (uintptr_t)thread->teb.StackLimit;
    return sp - low < (uintptr_t)thread->teb.StackBase - low;
}

/* NULL: it goes on the stack. */
static char *take_extended_slot(struct thread *thread, const CONTEXT *owner, size_t size) {
    if (size > EXTENDED_SLOT_SIZE || is_on_own_stack(thread, (uintptr_t)owner))
        return NULL;
    if (!thread->extended) {
        void *slots = mmap(NULL, sizeof *thread->extended, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (slots == MAP_FAILED)
            return NULL;
        thread->extended = slots;
    }
    struct extended_slots *slots = thread->extended;
    unsigned slot = slots->next;
    for (unsigned i = 0; i < EXTENDED_SLOTS && slots->owners[slot]; i++)
        slot = (slot + 1) % EXTENDED_SLOTS;
    slots->owners[slot] = owner;
    slots->next = (slot + 1) % EXTENDED_SLOTS;
    return slots->states[slot];
}

/* The state that is still the context's; NULL if it is not. Its slot is free then, but not used before the next fault. */
static void *give_back_extended_slot(struct thread *thread, const CONTEXT *owner, void *state) {
    struct extended_slots *slots = thread->extended;
    uintptr_t at = slots ? (uintptr_t)state - (uintptr_t)slots->states : sizeof *slots;
    if (at >= sizeof slots->states)
        return state;
    const CONTEXT **named = &slots->owners[at / EXTENDED_SLOT_SIZE];
    if (*named != owner)
        return NULL;
    *named = NULL;
    return state;
}

/* ---- a thread's own ---- */

static size_t alternate_stack_size(void) {
    size_t smallest = getauxval(AT_MINSIGSTKSZ);
    return ALTERNATE_STACK_SIZE + (smallest + PAGE_SIZE - 1) / PAGE_SIZE * PAGE_SIZE;
}

void fault_thread_init(struct thread *thread) {
    stack_t stack;
    if (sigaltstack(NULL, &stack) || !(stack.ss_flags & SS_DISABLE))
        return;
    thread->alternate_stack = map_stack(alternate_stack_size());
    if (!thread->alternate_stack)
        return;
    stack = (stack_t){.ss_sp = thread->alternate_stack, .ss_size = alternate_stack_size()};
    sigaltstack(&stack, NULL);
}

void fault_thread_free(struct thread *thread) {
    stack_t stack;
    if (thread->alternate_stack && !sigaltstack(NULL, &stack) && stack.ss_sp == thread->alternate_stack) {
        stack = (stack_t){.ss_flags = SS_DISABLE};
        sigaltstack(&stack, NULL);
    }
    unmap_stack(thread->alternate_stack, alternate_stack_size());
    unmap_stack(thread->side_stack, SIDE_STACK_SIZE);
    if (thread->extended)
        munmap(thread->extended, sizeof *thread->extended);
}

static bool is_on_side_stack(const struct thread *thread, uintptr_t sp) {
    return thread->side_stack && sp - (uintptr_t)thread->side_stack <= SIDE_STACK_SIZE;
}

void fault_leave_side_stack(struct thread *thread, uintptr_t sp) {
    if (!thread->on_side_stack || is_on_side_stack(thread, sp))
        return;
    thread->on_side_stack = false;
    thread->teb.StackBase = thread->stack_base;
    thread->teb.StackLimit = thread->stack_limit;
}

/* The top of the side stack, 0 if there is none. */
static uintptr_t enter_side_stack(struct thread *thread) {
    if (thread->on_side_stack)
        return 0;
    if (!thread->side_stack)
        thread->side_stack = map_stack(SIDE_STACK_SIZE);
    if (!thread->side_stack)
        return 0;
    forget_memory_poison(thread->side_stack, SIDE_STACK_SIZE);
    thread->on_side_stack = true;
    thread->stack_base = thread->teb.StackBase;
    thread->stack_limit = thread->teb.StackLimit;
    thread->teb.StackLimit = thread->side_stack;
    thread->teb.StackBase = (char *)thread->side_stack + SIDE_STACK_SIZE;
    return (uintptr_t)thread->teb.StackBase;
}

static bool is_writable(uintptr_t low, uintptr_t high) {
    struct fault_guard guard;
    if (fault_guard_enter(&guard, &current_thread_or_null->guard))
        return false;
    for (uintptr_t page = low; page < high; page += PAGE_SIZE)
        atomic_fetch_or((atomic_char *)page, 0);     /* it may be another thread's, as neighbours of small stacks are */
    fault_guard_leave(&guard);
    return true;
}

/* Where the exception can be dispatched, `size` bytes of its description included: below the interrupted code's red
 * zone, or on the side stack when nothing is left there. */
static uintptr_t choose_stack(struct thread *thread, uintptr_t sp, size_t size, bool overflow) {
    enum { RED_ZONE = 128 };
    uintptr_t top = sp - RED_ZONE;
    if (!overflow && top > size + DISPATCH_ROOM && is_writable(top - size - DISPATCH_ROOM, top))
        return top;
    return enter_side_stack(thread);
}

/* A page fault just outside the stack's end. Code may skip some way down before it touches what it has allocated. */
static bool is_stack_overflow(const struct thread *thread, uintptr_t address, uintptr_t sp) {
    enum { REACH = 1 << 20, NEAR = 64 * 1024 };
    uintptr_t limit = (uintptr_t)thread->teb.DeallocationStack, base = (uintptr_t)thread->teb.StackBase;
    if (thread->on_side_stack || sp > base)
        return false;
    if (address < limit + PAGE_SIZE && address + REACH >= limit)
        return sp < limit + REACH;
    return address < base && address >= limit && address + NEAR >= sp && address <= sp + NEAR && sp < limit + REACH;
}

/* ---- what it means ---- */

static void set_access(EXCEPTION_RECORD *record, NTSTATUS code, unsigned access, uintptr_t address) {
    record->ExceptionCode = (DWORD)code;
    record->NumberParameters = 2;
    record->ExceptionInformation[0] = access;
    record->ExceptionInformation[1] = address;
}

/* "EXCEPTION_RECORD": 0 read, 1 write, 8 execute. */
static unsigned access_kind(uint64_t error) { return error & FAULT_FETCHES ? 8 : error & FAULT_WRITES ? 1 : 0; }

/* False: the access has been made possible, go on. */
static bool page_fault(EXCEPTION_RECORD *record, int number, const siginfo_t *info, const greg_t *registers,
                       struct thread *thread) {
    uintptr_t address = (uintptr_t)registers[REG_CR2], sp = (uintptr_t)registers[REG_RSP];
    unsigned access = access_kind((uint64_t)registers[REG_ERR]);
    if (number == SIGBUS) {
        set_access(record, STATUS_IN_PAGE_ERROR, access, address);
        record->NumberParameters = 3;
        record->ExceptionInformation[2] =
            (DWORD)(info->si_code == BUS_ADRERR ? STATUS_END_OF_FILE : STATUS_IO_DEVICE_ERROR);
        return true;
    }
    enum memory_fault answer = memory_fault_hook ? memory_fault_hook(address, access) : MEMORY_FAULT_UNKNOWN;
    if (answer == MEMORY_FAULT_RETRY)
        return false;
    if (answer == MEMORY_FAULT_GUARD_PAGE)
        set_access(record, STATUS_GUARD_PAGE_VIOLATION, access, address);
    else if (answer == MEMORY_FAULT_STACK_GUARD || is_stack_overflow(thread, address, sp))
        set_access(record, STATUS_STACK_OVERFLOW, access, address);
    else
        set_access(record, STATUS_ACCESS_VIOLATION, access, address);
    return true;
}

static _Noreturn void fast_fail(CONTEXT *context) {
    char where[256];
    address_describe(context->Rip, where, sizeof where);
    windlass_fatal("fast fail, code %u, at %s (STATUS_STACK_BUFFER_OVERRUN, 0x%08x)", (unsigned)context->Rcx, where,
                   (unsigned)STATUS_STACK_BUFFER_OVERRUN);
}

/* General protection: `int n` of a gate that user code may not use, an instruction for the kernel only, or an address
 * that is none (no processor says which: Windows, too, reports -1). */
static void protection_fault(EXCEPTION_RECORD *record, CONTEXT *context, uint64_t error) {
    enum { IN_INTERRUPT_TABLE = 2, FAST_FAIL = 0x29, ASSERTION = 0x2c, DEBUG_SERVICE = 0x2d };
    unsigned gate = error & IN_INTERRUPT_TABLE ? (unsigned)(error >> 3) : 0;
    if (gate == FAST_FAIL)
        fast_fail(context);
    if (gate == ASSERTION || gate == DEBUG_SERVICE) {
        record->ExceptionCode = (DWORD)(gate == ASSERTION ? STATUS_ASSERTION_FAILURE : STATUS_BREAKPOINT);
        if (gate == DEBUG_SERVICE) {
            context->Rip += 2;
            record->ExceptionAddress = (PVOID)context->Rip;
            record->NumberParameters = 1;
        }
        return;
    }
    if (!error && instruction_is_privileged((const BYTE *)context->Rip)) {
        record->ExceptionCode = (DWORD)STATUS_PRIVILEGED_INSTRUCTION;
        return;
    }
    set_access(record, STATUS_ACCESS_VIOLATION, 0, UINT64_MAX);
}

static void divide_fault(EXCEPTION_RECORD *record, CONTEXT *context) {
    record->ExceptionCode = (DWORD)(instruction_divides_by_zero(context) ? STATUS_INTEGER_DIVIDE_BY_ZERO
                                                                         : STATUS_INTEGER_OVERFLOW);
}

/* The first unmasked exception in the order in which the processor checks them. */
static NTSTATUS floating_point_status(unsigned flags) {
    return flags & 1    ? STATUS_FLOAT_INVALID_OPERATION
           : flags & 4  ? STATUS_FLOAT_DIVIDE_BY_ZERO
           : flags & 2  ? STATUS_FLOAT_DENORMAL_OPERAND
           : flags & 8  ? STATUS_FLOAT_OVERFLOW
           : flags & 16 ? STATUS_FLOAT_UNDERFLOW
                        : STATUS_FLOAT_INEXACT_RESULT;
}

static void x87_fault(EXCEPTION_RECORD *record, const CONTEXT *context) {
    enum { STACK_FAULT = 0x40 };
    unsigned status = context->FltSave.StatusWord, unmasked = status & ~context->FltSave.ControlWord & 0x3f;
    bool stack = unmasked & 1 && status & STACK_FAULT;
    record->ExceptionCode = (DWORD)(stack ? STATUS_FLOAT_STACK_CHECK : floating_point_status(unmasked));
}

static void sse_fault(EXCEPTION_RECORD *record, const CONTEXT *context) {
    record->ExceptionCode = (DWORD)floating_point_status(context->MxCsr & ~(context->MxCsr >> 7) & 0x3f);
    record->NumberParameters = 2;
    record->ExceptionInformation[1] = context->MxCsr;
}

/* Fills the record; false when there is nothing to raise. */
static bool describe(EXCEPTION_RECORD *record, CONTEXT *context, int number, const siginfo_t *info,
                     const ucontext_t *signal_context, struct thread *thread) {
    enum { TRAP_FLAG = 0x100 };
    const greg_t *registers = signal_context->uc_mcontext.gregs;
    memset(record, 0, sizeof *record);
    record->ExceptionAddress = (PVOID)context->Rip;
    switch (registers[REG_TRAPNO]) {
    case TRAP_DIVIDE: divide_fault(record, context); break;
    case TRAP_DEBUG:
        record->ExceptionCode = (DWORD)STATUS_SINGLE_STEP;
        context->EFlags &= ~(DWORD)TRAP_FLAG;
        break;
    case TRAP_BREAKPOINT:
        /* The context, too, points at the instruction, not behind it. */
        context->Rip--;
        record->ExceptionAddress = (PVOID)context->Rip;
        record->ExceptionCode = (DWORD)STATUS_BREAKPOINT;
        record->NumberParameters = 1;
        break;
    case TRAP_OVERFLOW: record->ExceptionCode = (DWORD)STATUS_INTEGER_OVERFLOW; break;
    case TRAP_BOUND: record->ExceptionCode = (DWORD)STATUS_ARRAY_BOUNDS_EXCEEDED; break;
    case TRAP_OPCODE: record->ExceptionCode = (DWORD)instruction_illegal_status((const BYTE *)context->Rip); break;
    case TRAP_PAGE: return page_fault(record, number, info, registers, thread);
    case TRAP_X87: x87_fault(record, context); break;
    case TRAP_SSE: sse_fault(record, context); break;
    case TRAP_ALIGNMENT: record->ExceptionCode = (DWORD)STATUS_DATATYPE_MISALIGNMENT; break;
    case TRAP_PROTECTION: protection_fault(record, context, (uint64_t)registers[REG_ERR]); break;
    default: set_access(record, STATUS_ACCESS_VIOLATION, 0, UINT64_MAX);
    }
    return true;
}

/* ---- into the thread and back ---- */

/* What the kernel leaves in the reserved bytes of the FXSAVE area: an XSAVE area with more registers follows. */
struct extended_state {
    uint32_t magic, extended_size;
    uint64_t components;
    uint32_t size, padding[7];
};
enum { EXTENDED_MAGIC = 0x46505853, EXTENDED_AT = 464, LEGACY_SIZE = 512, LEGACY_REGISTERS = 416 };

static const struct extended_state *extended_of(const void *floating) {
    const struct extended_state *state = (const void *)((const char *)floating + EXTENDED_AT);
    return state->magic == EXTENDED_MAGIC && state->size > LEGACY_SIZE ? state : NULL;
}

/* Handlers start without pending x87 exceptions, or their first x87 instruction would raise this one anew. */
static void clear_pending_x87(void *floating) { ((XMM_SAVE_AREA32 *)floating)->StatusWord &= 0x7f00; }

/* In EFlags. */
enum { DIRECTION = 0x400, TRAP = 0x100, NESTED = 0x4000, RESUME = 0x10000, ALIGNMENT_CHECK = 0x40000 };

static void enter_thread(struct thread *thread, ucontext_t *signal_context, uintptr_t top,
                         const EXCEPTION_RECORD *record, const CONTEXT *context) {
    greg_t *registers = signal_context->uc_mcontext.gregs;
    void *floating = signal_context->uc_mcontext.fpregs;
    const struct extended_state *extended = extended_of(floating);
    size_t state_size = extended ? extended->size : 0;
    CONTEXT *thread_context = (CONTEXT *)(top & ~(uintptr_t)63) - 1;
    char *state = take_extended_slot(thread, thread_context, state_size);
    if (!state) {
        state = (char *)((top - state_size) & ~(uintptr_t)63);
        thread_context = (CONTEXT *)state - 1;
    }
    EXCEPTION_RECORD *thread_record = (EXCEPTION_RECORD *)((uintptr_t)((char *)thread_context - sizeof *record) & ~(uintptr_t)15);
    memcpy(state, floating, state_size);
    *thread_context = *context;
    *thread_record = *record;
    registers[REG_RDI] = (greg_t)(uintptr_t)thread_record;
    registers[REG_RSI] = (greg_t)(uintptr_t)thread_context;
    registers[REG_RBX] = (greg_t)(uintptr_t)(extended ? state : NULL);
    registers[REG_RBP] = extended ? (greg_t)extended->components : 0;
    registers[REG_RSP] = (greg_t)(uintptr_t)thread_record;
    registers[REG_RIP] = (greg_t)(uintptr_t)fault_entry;
    registers[REG_EFL] &= ~(greg_t)(DIRECTION | TRAP | NESTED | RESUME | ALIGNMENT_CHECK);
    clear_pending_x87(floating);
}

/* From fault_entry in context.S. */
void fault_dispatch(EXCEPTION_RECORD *record, CONTEXT *context);
void fault_dispatch(EXCEPTION_RECORD *record, CONTEXT *context) { exception_dispatch(record, context, true); }

_Noreturn void fault_continue(CONTEXT *context, XMM_SAVE_AREA32 *state, uint64_t components);
_Noreturn void context_continue_at(CONTEXT *context) { fault_continue(context, NULL, 0); }
_Noreturn void fault_continue(CONTEXT *context, XMM_SAVE_AREA32 *state, uint64_t components) {
    enum { X87_AND_SSE = 3, MXCSR_RESERVED = ~0xffff };
    state = give_back_extended_slot(thread_self(), context, state);
    if (context->MxCsr != context->FltSave.MxCsr && (!state || context->MxCsr != state->MxCsr))
        context->FltSave.MxCsr = context->MxCsr;       /* a handler changed this one of the two */
    context->FltSave.MxCsr &= (DWORD)~MXCSR_RESERVED;
    if (state) {
        memcpy(state, &context->FltSave, LEGACY_REGISTERS);
        *(uint64_t *)((char *)state + LEGACY_SIZE) |= X87_AND_SSE;
    }
    fault_leave_side_stack(thread_self(), context->Rsp);
    context_continue(context, state, components);
}

/* ---- the signal handler ---- */

static bool recover_guarded(struct thread *thread, ucontext_t *signal_context) {
    struct fault_guard *guard = thread ? thread->guard : NULL;
    greg_t *registers = signal_context->uc_mcontext.gregs;
    if (!guard)
        return false;
    thread->guard = guard->previous;
    registers[REG_RBX] = (greg_t)guard->rbx;
    registers[REG_RBP] = (greg_t)guard->rbp;
    registers[REG_R12] = (greg_t)guard->r12;
    registers[REG_R13] = (greg_t)guard->r13;
    registers[REG_R14] = (greg_t)guard->r14;
    registers[REG_R15] = (greg_t)guard->r15;
    registers[REG_RSP] = (greg_t)guard->rsp;
    registers[REG_RIP] = (greg_t)guard->rip;
    registers[REG_RAX] = 1;
    return true;
}

static void raise_in_thread(int number, siginfo_t *info, ucontext_t *signal_context) {
    struct thread *thread = current_thread_or_null;
    EXCEPTION_RECORD record;
    CONTEXT context;
    context_from_signal(&context, signal_context);
    if (!describe(&record, &context, number, info, signal_context, thread))
        return;
    const struct extended_state *extended = extended_of(signal_context->uc_mcontext.fpregs);
    size_t size = sizeof context + sizeof record + 128 + (extended ? extended->size : 0);
    bool overflow = record.ExceptionCode == (DWORD)STATUS_STACK_OVERFLOW;
    uintptr_t top = choose_stack(thread, context.Rsp, size, overflow);
    if (!top) {
        char where[256];
        address_describe(context.Rip, where, sizeof where);
        windlass_fatal("no stack left to handle exception 0x%08x at %s", (unsigned)record.ExceptionCode, where);
    }
    enter_thread(thread, signal_context, top, &record, &context);
}

/* A handler begins with the flag as the program had it, and code for the host reads and writes where it likes. */
static void end_alignment_check(void) {
    __asm__ volatile("leaq -128(%%rsp), %%rsp\n\tpushfq\n\tandl %0, (%%rsp)\n\tpopfq\n\tleaq 128(%%rsp), %%rsp"
                     ::"i"(~ALIGNMENT_CHECK) : "memory", "cc");
}

static void on_fault(int number, siginfo_t *info, void *signal_context) {
    end_alignment_check();
    int error = errno;
    bool sent = info->si_code <= 0;
    if (!sent && recover_guarded(current_thread_or_null, signal_context))
        ;
    else if (!is_ours(signal_context, sent))
        call_previous(number, info, signal_context);
    else if (!sent)
        raise_in_thread(number, info, signal_context);
    /* else: a handler over ours was asked first and raised the signal again. The fault itself follows. */
    errno = error;
}

void fault_handlers_install(void) {
    struct sigaction ours = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER}, old;
    pthread_mutex_lock(&install_lock);
    for (unsigned i = 0; i < SIGNALS; i++) {
        if (sigaction(signals[i], NULL, &old) || old.sa_sigaction == on_fault)
            continue;
        remember(&previous[i], &old);
        sigaction(signals[i], &ours, NULL);
    }
    pthread_mutex_unlock(&install_lock);
}
