/* Stopping threads: SuspendThread, TerminateThread and the registers of stopped threads.
 *
 * A thread is stopped by a signal whose handler does not return until the thread is resumed. That must not happen while
 * the thread holds a lock of the host, such as malloc's, or the program that stopped it would soon wait for that lock
 * for ever. So the handler accepts only safe places: Windows code, and system calls that a signal can interrupt, in
 * which a thread sleeps, but not for a lock of the host: it may hold another. Elsewhere it lets the thread go on, and the
 * signal is sent again a moment later. A thread that many signals found in unsafe places is stopped where it is, unless
 * it is known to hold a lock (lock.h). */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include "extended_state.h"
#include "fiber.h"
#include "fork.h"
#include "lock.h"
#include "park.h"
#include "process_object.h"
#include "thread_object.h"
#include "unwind.h"
#include "wait.h"

#define STOP_SIGNAL (SIGRTMIN + 5)

/* In `suspension`: the suspend count, and whether the thread stands in the handler. */
#define STOPPED 0x80000000u
#define COUNT_MASK 0xffu

enum { TRY_NANOSECONDS = 1000000, QUICK_TRIES = 50, POLITE_TRIES = 1000 };

__thread volatile unsigned locks_held;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* one thread stops others at a time */
SURVIVES_FORK(lock);

/* ---- in the thread that is stopped ---- */

/* A futex call of pthread_mutex_lock and malloc, not of futex.c or of a condition variable. */
static bool is_lock_wait(const greg_t *registers) { return (registers[REG_RSI] & FUTEX_CMD_MASK) == FUTEX_WAIT; }

/* The thread sleeps in a system call, or is about to repeat one that the signal interrupted. */
static bool is_interrupted_call(const greg_t *registers) {
    static const uint8_t instruction[2] = {0x0f, 0x05};
    const uint8_t *pc = (const uint8_t *)registers[REG_RIP];
    if (registers[REG_RAX] == -EINTR)
        return memcmp(pc - 2, instruction, 2) == 0;
    switch (registers[REG_RAX]) {                    /* what a thread may be going to repeat */
    case SYS_futex:
        if (is_lock_wait(registers))
            return false;
        __attribute__((fallthrough));
    case SYS_read:
    case SYS_write:
    case SYS_readv:
    case SYS_poll:
    case SYS_select:
    case SYS_recvfrom:
    case SYS_recvmsg:
    case SYS_sendto:
    case SYS_accept:
    case SYS_accept4:
    case SYS_connect:
    case SYS_wait4:
    case SYS_waitid: return memcmp(pc, instruction, 2) == 0;
    default: return false;
    }
}

/* In a callback into Python, a system call may be the wait for Python's lock, in which others wait for this thread. */
static bool is_safe_place(const struct thread *thread, const greg_t *registers) {
    const struct thread_object *object = thread->object;
    if (object->awaits_stop_lock)
        return true;
    if (locks_held)
        return false;
    return object->stop_anywhere || !host_code_contains((uintptr_t)registers[REG_RIP]) ||
           (is_interrupted_call(registers) && !thread->in_python);
}

/* From the handler's end, instead of going on. */
static void terminate_here(void) {
    struct thread *thread = current_thread_or_null;
    thread_cancel_wait(thread->object);
    park_cancel();
    thread_exit_self(thread->object->requested_exit_code, false);
}

static void go_to_terminate(ucontext_t *context) {
    greg_t *registers = context->uc_mcontext.gregs;
    registers[REG_RSP] = (registers[REG_RSP] - 512) & ~(greg_t)15; /* below the red zone */
    registers[REG_RSP] -= 8;
    registers[REG_RIP] = (greg_t)(uintptr_t)terminate_here;
}

static void acknowledge(struct thread_object *object) {
    atomic_fetch_add(&object->acknowledged, 1);
    futex_wake(&object->acknowledged, 1);
}

static void sleep_until_resumed(struct thread_object *object) {
    unsigned state = atomic_load(&object->suspension);
    for (;;) {
        if (state & COUNT_MASK)
            futex_wait_until(&object->suspension, state, INT64_MAX);
        else if (atomic_compare_exchange_strong(&object->suspension, &state, 0))
            return;
        state = atomic_load(&object->suspension);
    }
}

static void stop(int number, siginfo_t *info, void *context_) {
    int saved_errno = errno;
    ucontext_t *context = context_;
    struct thread *thread = current_thread_or_null;
    struct thread_object *object = thread ? thread->object : NULL;
    (void)number, (void)info;
    if (!object)
        return;
    unsigned state = atomic_load(&object->suspension);
    if (state & COUNT_MASK && is_safe_place(thread, context->uc_mcontext.gregs)) {
        object->signal_context = context;
        while (state & COUNT_MASK && !atomic_compare_exchange_weak(&object->suspension, &state, state | STOPPED))
            ;
        acknowledge(object);
        if (state & COUNT_MASK)
            sleep_until_resumed(object);
        object->signal_context = NULL;
        if (object->terminate && thread->boundary)
            go_to_terminate(context);
    } else {
        acknowledge(object);
    }
    errno = saved_errno;
}

static void install_handler(void) {
    struct sigaction action = {.sa_sigaction = stop, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART};
    sigaction(STOP_SIGNAL, &action, NULL);
}

/* ---- in the thread that stops it ---- */

/* Two threads may stop each other: one that waits for the lock holds nothing and can be stopped. */
static void acquire(void) {
    struct thread_object *self = thread_object_self();
    self->awaits_stop_lock = true;
    pthread_mutex_lock(&lock);
    self->awaits_stop_lock = false;
}

static void release(void) { pthread_mutex_unlock(&lock); }

static bool is_stopped(struct thread_object *object) { return atomic_load(&object->suspension) & STOPPED; }

static bool send_signal(const struct thread_object *object, int number) {
    return !object->ended && syscall(SYS_tgkill, getpid(), object->id, number) == 0;
}

static bool is_there(const struct thread_object *object) { return send_signal(object, 0); }

/* The count is not zero any more. False: the thread has ended. The lock is held. One signal at a time until the deadline:
 * several that wait for a thread without a processor would all meet it in one place. */
static bool try_to_stop(struct thread_object *object, int64_t deadline) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, install_handler);
    unsigned seen = atomic_load(&object->acknowledged);
    bool sent = send_signal(object, STOP_SIGNAL);
    while (sent && is_there(object) && atomic_load(&object->acknowledged) == seen && monotonic_now() < deadline)
        futex_wait_until(&object->acknowledged, seen, monotonic_now() + TRY_NANOSECONDS);
    return is_there(object);
}

static void give_way(int tries) {
    sleep_until(monotonic_now() + (tries < QUICK_TRIES ? TRY_NANOSECONDS / 20 : TRY_NANOSECONDS), false);
}

/* Returns when the thread stands still; false: it has ended. The count is not zero, the lock is held. */
static bool stop_thread(struct thread_object *object) {
    for (int tries = 0; !is_stopped(object); tries++) {
        if (tries > POLITE_TRIES)
            object->stop_anywhere = true;
        if (tries)
            give_way(tries);
        if (!try_to_stop(object, INT64_MAX))
            return false;
    }
    return true;
}

void thread_accept_signals(void) {
    const int needed[] = {STOP_SIGNAL, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP};
    sigset_t set;
    sigemptyset(&set);
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
        sigaddset(&set, needed[i]);
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

bool thread_stop_for_good(struct thread_object *object, int64_t deadline) {
    enum { TRIES = 20 };
    acquire();
    object->stop_anywhere = false;
    atomic_fetch_add(&object->suspension, 1);
    unsigned answered = atomic_load(&object->acknowledged);
    while (try_to_stop(object, deadline) && !is_stopped(object) && monotonic_now() < deadline &&
           atomic_load(&object->acknowledged) - answered < TRIES)
        give_way(QUICK_TRIES);
    bool stopped = is_stopped(object);
    if (!stopped && (atomic_fetch_sub(&object->suspension, 1) & COUNT_MASK) == 1)
        futex_wake(&object->suspension, 1);          /* it may have been about to stop */
    release();
    return stopped;
}

NTSTATUS thread_suspend(struct thread_object *object, ULONG *was) {
    bool self = object == thread_object_self();
    NTSTATUS status = STATUS_SUCCESS;
    if (object->process)
        return process_suspend(object->process, was);
    acquire();
    ULONG count = atomic_load(&object->suspension) & COUNT_MASK;
    if (object->ended) {
        status = STATUS_THREAD_IS_TERMINATING;
    } else if (count == MAXIMUM_SUSPEND_COUNT) {
        status = STATUS_SUSPEND_COUNT_EXCEEDED;
    } else {
        *was = count;
        object->stop_anywhere = self;
        if (!(atomic_fetch_add(&object->suspension, 1) & STOPPED) && !self && object->thread && !stop_thread(object))
            status = STATUS_THREAD_IS_TERMINATING;
    }
    release();
    if (self && NT_SUCCESS(status))
        thread_stop_self();
    return status;
}

/* The handler runs before tgkill returns. */
void thread_stop_self(void) {
    struct thread_object *self = thread_object_self();
    install_handler();
    self->stop_anywhere = true;
    syscall(SYS_tgkill, getpid(), self->id, STOP_SIGNAL);
}

NTSTATUS thread_resume(struct thread_object *object, ULONG *was) {
    if (object->process)
        return process_resume(object->process, was);
    acquire();
    *was = atomic_load(&object->suspension) & COUNT_MASK;
    if (*was && (atomic_fetch_sub(&object->suspension, 1) & COUNT_MASK) == 1)
        futex_wake(&object->suspension, 1);
    release();
    return STATUS_SUCCESS;
}

ULONG thread_suspend_count(struct thread_object *object) { return atomic_load(&object->suspension) & COUNT_MASK; }

/* ---- registers ---- */

static const uint8_t register_numbers[16] = {REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI, REG_RDI,
                                             REG_R8,  REG_R9,  REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15};

static bool is_integer_register(unsigned number) { return number != 4; } /* Rsp belongs to CONTEXT_CONTROL */

static void read_registers(const ucontext_t *from, CONTEXT *to) {
    const greg_t *registers = from->uc_mcontext.gregs;
    DWORD wanted = to->ContextFlags;
    if ((wanted & CONTEXT_CONTROL) == CONTEXT_CONTROL) {
        to->Rip = (DWORD64)registers[REG_RIP];
        to->Rsp = (DWORD64)registers[REG_RSP];
        to->EFlags = (DWORD)registers[REG_EFL];
        to->SegCs = (WORD)registers[REG_CSGSFS];
        __asm__("mov %%ss, %0" : "=r"(to->SegSs));
    }
    if ((wanted & CONTEXT_INTEGER) == CONTEXT_INTEGER)
        for (unsigned i = 0; i < 16; i++)
            if (is_integer_register(i))
                *context_register(to, i) = (DWORD64)registers[register_numbers[i]];
    if ((wanted & CONTEXT_SEGMENTS) == CONTEXT_SEGMENTS)
        to->SegDs = to->SegEs = to->SegFs = to->SegGs = 0x2b;
    if ((wanted & CONTEXT_FLOATING_POINT) == CONTEXT_FLOATING_POINT) {
        memcpy(&to->FltSave, from->uc_mcontext.fpregs, sizeof to->FltSave);
        to->MxCsr = to->FltSave.MxCsr;
    }
    extended_state_read(from->uc_mcontext.fpregs, to);
    if ((wanted & CONTEXT_DEBUG_REGISTERS) == CONTEXT_DEBUG_REGISTERS)
        to->Dr0 = to->Dr1 = to->Dr2 = to->Dr3 = to->Dr6 = to->Dr7 = 0;
}

static void write_registers(const CONTEXT *from, ucontext_t *to) {
    greg_t *registers = to->uc_mcontext.gregs;
    DWORD given = from->ContextFlags;
    if ((given & CONTEXT_CONTROL) == CONTEXT_CONTROL) {
        registers[REG_RIP] = (greg_t)from->Rip;
        registers[REG_RSP] = (greg_t)from->Rsp;
        registers[REG_EFL] = (registers[REG_EFL] & ~(greg_t)0xcd5) | (from->EFlags & 0xcd5);
    }
    if ((given & CONTEXT_INTEGER) == CONTEXT_INTEGER)
        for (unsigned i = 0; i < 16; i++)
            if (is_integer_register(i))
                registers[register_numbers[i]] = (greg_t)(&from->Rax)[i];
    if ((given & CONTEXT_FLOATING_POINT) == CONTEXT_FLOATING_POINT)
        memcpy(to->uc_mcontext.fpregs, &from->FltSave, offsetof(XMM_SAVE_AREA32, Reserved4));
    extended_state_write(from, to->uc_mcontext.fpregs);
}

/* ---- a thread that stands in a call is sent elsewhere ---- */

extern const char fault_entry_return[];

/* What the thread's stack gets below the call that it never returns to; the stack pointer points at `returns_to`. Walks
 * find the call by it, as they find what a fault interrupted. */
struct detour {
    uint64_t unused;
    const void *returns_to;
    uint64_t home[4];
    CONTEXT *interrupted;
    CONTEXT next, before;
};
_Static_assert(offsetof(struct detour, returns_to) % 16 == 8, "the stack pointer where a function begins");

enum { RED_ZONE = 512 };

/* On Windows a thread that waits goes on elsewhere when the wait is over; here the wait is given up. */
static void go_on_elsewhere(CONTEXT *next) {
    thread_cancel_wait(current_thread_or_null->object);
    park_cancel();
    context_continue_at(next);
}

static bool leaves_host_code(const CONTEXT *from, const ucontext_t *at) {
    uintptr_t pc = (uintptr_t)at->uc_mcontext.gregs[REG_RIP];
    return (from->ContextFlags & CONTEXT_CONTROL) == CONTEXT_CONTROL && from->Rip != pc && host_code_contains(pc);
}

/* Programs set Rip alone to where a function begins, as the stack pointer of a thread in a system call of Windows' allows. */
static void send_elsewhere(const CONTEXT *from, ucontext_t *at) {
    greg_t *registers = at->uc_mcontext.gregs;
    uintptr_t top = ((uintptr_t)registers[REG_RSP] - RED_ZONE) & ~(uintptr_t)15;
    struct detour *detour = (struct detour *)(top - sizeof *detour);
    detour->before.ContextFlags = CONTEXT_CONTROL | CONTEXT_INTEGER | CONTEXT_SEGMENTS | CONTEXT_FLOATING_POINT;
    read_registers(at, &detour->before);
    write_registers(from, at);
    detour->next.ContextFlags = detour->before.ContextFlags;
    read_registers(at, &detour->next);
    if (from->Rsp == detour->before.Rsp)
        detour->next.Rsp = (uintptr_t)&detour->returns_to;
    detour->returns_to = fault_entry_return;
    detour->interrupted = &detour->before;
    registers[REG_RSP] = (greg_t)(uintptr_t)&detour->returns_to - 16;
    registers[REG_RDI] = (greg_t)(uintptr_t)&detour->next;
    registers[REG_RIP] = (greg_t)(uintptr_t)go_on_elsewhere;
}

/* A thread that was just made may not have begun. */
static bool wait_for_begin(struct thread_object *object) {
    int64_t deadline = monotonic_now() + 1000 * (int64_t)TRY_NANOSECONDS;
    while (!object->thread && !object->ended && monotonic_now() < deadline)
        sleep_until(monotonic_now() + TRY_NANOSECONDS / 10, false);
    return object->thread != NULL;
}

/* Runs `use` while the thread stands still. */
static NTSTATUS with_registers(struct thread_object *object, void (*use)(ucontext_t *, void *), void *argument) {
    NTSTATUS status = STATUS_SUCCESS;
    if (object == thread_object_self())
        return STATUS_UNSUCCESSFUL;
    if (object->process)
        return STATUS_NOT_SUPPORTED;
    acquire();
    bool stopped = atomic_fetch_add(&object->suspension, 1) & STOPPED;
    object->stop_anywhere = false;
    if (object->ended || !wait_for_begin(object) || (!stopped && !stop_thread(object)))
        status = STATUS_UNSUCCESSFUL;
    else
        use(object->signal_context, argument);
    if ((atomic_fetch_sub(&object->suspension, 1) & COUNT_MASK) == 1)
        futex_wake(&object->suspension, 1);
    release();
    return status;
}

static void read_into(ucontext_t *registers, void *context) { read_registers(registers, context); }

static void write_from(ucontext_t *registers, void *context) {
    if (leaves_host_code(context, registers))
        send_elsewhere(context, registers);
    else
        write_registers(context, registers);
}

NTSTATUS thread_get_context(struct thread_object *object, CONTEXT *context) {
    return with_registers(object, read_into, context);
}

NTSTATUS thread_set_context(struct thread_object *object, const CONTEXT *context) {
    return with_registers(object, write_from, (void *)context);
}

/* ---- ends ---- */

static struct boundary *outermost_boundary(const struct thread *thread) {
    struct boundary *boundary = thread->boundary;
    while (boundary && boundary->previous)
        boundary = boundary->previous;
    return boundary;
}

void thread_exit_self(DWORD exit_code, bool tell_dlls) {
    struct thread *thread = thread_self();
    struct thread_object *object = thread_object_self();
    object->exit_requested = true;
    object->requested_exit_code = exit_code;
    fiber_abandon(thread);
    if (thread->created_here) {
        thread->terminated = !tell_dlls;
        boundary_leave(outermost_boundary(thread));
    }
    thread->trace_count = 0;
    thread->unhandled = (EXCEPTION_RECORD){.ExceptionCode = (DWORD)STATUS_THREAD_IS_TERMINATING};
    boundary_leave(thread->boundary);
}

NTSTATUS thread_terminate(struct thread_object *object, DWORD exit_code) {
    NTSTATUS status = STATUS_SUCCESS;
    if (object == thread_object_self())
        thread_exit_self(exit_code, false);
    if (object->process)
        return STATUS_NOT_SUPPORTED;
    acquire();
    dispatcher_acquire();
    bool made_here = object->thread && object->thread->created_here;
    dispatcher_release();
    if (object->ended) {
        status = STATUS_THREAD_IS_TERMINATING;
    } else if (!made_here) {
        status = STATUS_ACCESS_DENIED;
    } else {
        object->stop_anywhere = false;
        bool stopped = atomic_fetch_add(&object->suspension, 1) & STOPPED;
        if (stopped || stop_thread(object)) {
            object->exit_requested = true;
            object->requested_exit_code = exit_code;
            object->terminate = true;
        }
        atomic_fetch_and(&object->suspension, ~COUNT_MASK); /* however often it was suspended */
        futex_wake(&object->suspension, 1);
    }
    release();
    return status;
}
