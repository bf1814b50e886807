/* Signals ("signal", "raise").
 *
 * SIGFPE, SIGILL and SIGSEGV belong to the thread and are made of exceptions by the filter of an EXE's start-up code.
 * The others belong to the process. Only SIGINT comes from outside: as on Windows, a thread of its own calls the
 * handler, not the thread that the host's signal interrupts. While a DLL has set an action for SIGINT it replaces the
 * host's (Python's), which comes back with SIG_DFL. */
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "crt.h"
#include "fork.h"

#undef SIGINT
#undef SIGILL
#undef SIGFPE
#undef SIGSEGV
#undef SIGTERM
#undef SIGABRT
#undef SIG_DFL
#undef SIG_IGN
#undef SIG_ERR

/* Only SIGFPE's handler looks at the second argument. */
typedef VOID(WINAPI *handler)(int, int);

enum {
    HOST_SIGINT = 2,
    SIGINT = 2, SIGILL = 4, SIGABRT_COMPAT = 6, SIGFPE = 8, SIGSEGV = 11, SIGTERM = 15, SIGBREAK = 21, SIGABRT = 22,
    FPE_EXPLICITGEN = 0x8C,
};

#define SIG_DFL ((handler)0)
#define SIG_IGN ((handler)1)
#define SIG_GET ((handler)2)
#define SIG_SGE ((handler)3)
#define SIG_ACK ((handler)4)
#define SIG_ERR ((handler)-1)

API_USE(VOID, _exit, int);

/* ---- actions ---- */

struct thread_signals {
    handler illegal, floating, segment;
};

static handler process_actions[SIGABRT + 1];

static handler *thread_action(int number) {
    struct crt_thread *crt = crt_thread();
    if (!crt->signals)
        crt->signals = calloc(1, sizeof(struct thread_signals));
    struct thread_signals *signals = crt->signals;
    if (!signals)
        return NULL;
    return number == SIGILL ? &signals->illegal : number == SIGFPE ? &signals->floating : &signals->segment;
}

/* NULL: no such signal. */
static handler *action_of(int number) {
    switch (number) {
    case SIGILL: case SIGFPE: case SIGSEGV:
        return thread_action(number);
    case SIGINT: case SIGTERM: case SIGBREAK: case SIGABRT:
        return &process_actions[number];
    case SIGABRT_COMPAT:
        return &process_actions[SIGABRT];
    default:
        return NULL;
    }
}

/* ---- SIGINT from the host ---- */

static pthread_mutex_t interrupt_lock = PTHREAD_MUTEX_INITIALIZER;
SURVIVES_FORK(interrupt_lock);
static int interrupt_event = -1;            /* written by the host's handler, read by the thread */
static bool interrupt_taken;
static struct sigaction interrupt_before;

static void on_interrupt(int number) {
    uint64_t one = 1;
    (void)number;
    if (write(interrupt_event, &one, sizeof one) < 0)
        return;
}

static void *deliver_interrupts(void *unused) {
    uint64_t count;
    (void)unused;
    thread_self();
    while (read(interrupt_event, &count, sizeof count) > 0) {
        handler action = __atomic_exchange_n(&process_actions[SIGINT], SIG_DFL, __ATOMIC_ACQ_REL);
        uint64_t slot = SIGINT;
        struct call_result result;
        if (action != SIG_DFL && action != SIG_IGN)
            call_windows((void *)action, &slot, 1, &result, &current_thread_or_null->boundary);
    }
    return NULL;
}

static bool start_delivery(void) {
    pthread_t thread;
    if (interrupt_event >= 0)
        return true;
    interrupt_event = eventfd(0, EFD_CLOEXEC);
    if (interrupt_event < 0)
        return false;
    if (pthread_create(&thread, NULL, deliver_interrupts, NULL) == 0)
        return pthread_detach(thread) == 0;
    close(interrupt_event);
    interrupt_event = -1;
    return false;
}

/* Makes the host's action what the program wants. */
static bool take_interrupts(handler action) {
    struct sigaction wanted = {.sa_flags = SA_RESTART};
    bool done = true;
    pthread_mutex_lock(&interrupt_lock);
    if (action == SIG_DFL) {
        if (interrupt_taken)
            sigaction(HOST_SIGINT, &interrupt_before, NULL);
        interrupt_taken = false;
    } else if (action == SIG_IGN || start_delivery()) {
        wanted.sa_handler = action == SIG_IGN ? (void (*)(int))1 : on_interrupt;
        sigaction(HOST_SIGINT, &wanted, interrupt_taken ? NULL : &interrupt_before);
        interrupt_taken = true;
    } else
        done = false;
    pthread_mutex_unlock(&interrupt_lock);
    return done;
}

/* ---- signal and raise ---- */

API(CRT_DLLS, handler, signal, int number, handler action) {
    handler *slot = action == SIG_SGE || action == SIG_ACK ? NULL : action_of(number);
    if (!slot || (number == SIGINT && action != SIG_GET && !take_interrupts(action))) {
        crt_invalid(CRT_EINVAL);
        return SIG_ERR;
    }
    if (action == SIG_GET)
        return *slot;
    return __atomic_exchange_n(slot, action, __ATOMIC_ACQ_REL);
}

/* The action goes back to the default before the handler is called. */
static void call_handler(int number, handler action) {
    struct crt_thread *crt = crt_thread();
    int code = crt->fpe_code;
    if (number == SIGFPE)
        crt->fpe_code = FPE_EXPLICITGEN;
    action(number, FPE_EXPLICITGEN);
    crt->fpe_code = code;
}

API(CRT_DLLS, int, raise, int number) {
    handler *slot = action_of(number);
    CRT_VALIDATE(slot, CRT_EINVAL, -1);
    handler action = *slot;
    if (action == SIG_IGN)
        return 0;
    if (action == SIG_DFL)
        api__exit(3);
    *slot = SIG_DFL;
    call_handler(number, action);
    return 0;
}

/* ---- exceptions that are signals ---- */

static const struct {
    NTSTATUS status;
    int number, code;
} exception_signals[] = {
    {STATUS_ACCESS_VIOLATION, SIGSEGV, 0},
    {STATUS_ILLEGAL_INSTRUCTION, SIGILL, 0},
    {STATUS_PRIVILEGED_INSTRUCTION, SIGILL, 0},
    {STATUS_FLOAT_INVALID_OPERATION, SIGFPE, 0x81},
    {STATUS_FLOAT_DENORMAL_OPERAND, SIGFPE, 0x82},
    {STATUS_FLOAT_DIVIDE_BY_ZERO, SIGFPE, 0x83},
    {STATUS_FLOAT_OVERFLOW, SIGFPE, 0x84},
    {STATUS_FLOAT_UNDERFLOW, SIGFPE, 0x85},
    {STATUS_FLOAT_INEXACT_RESULT, SIGFPE, 0x86},
    {STATUS_FLOAT_STACK_CHECK, SIGFPE, 0x8A},
};

enum { CONTINUE_EXECUTION = -1, CONTINUE_SEARCH = 0, EXECUTE_HANDLER = 1 };
#define CPP_EXCEPTION 0xE06D7363u
#define SIG_DIE ((handler)5)

struct exception_pointers {
    EXCEPTION_RECORD *record;
    CONTEXT *context;
};

static int filter(int number, int code, struct exception_pointers *pointers) {
    struct crt_thread *crt = crt_thread();
    handler *slot = action_of(number), action = slot ? *slot : SIG_DFL;
    if (action == SIG_DFL)
        return CONTINUE_SEARCH;
    if (action == SIG_IGN)
        return CONTINUE_EXECUTION;
    if (action == SIG_DIE) {
        *slot = SIG_DFL;
        return EXECUTE_HANDLER;
    }
    void *previous = crt->exception_pointers;
    int previous_code = crt->fpe_code;
    crt->exception_pointers = pointers;
    crt->fpe_code = code;
    *slot = SIG_DFL;
    action(number, code);
    crt->exception_pointers = previous;
    crt->fpe_code = previous_code;
    return CONTINUE_EXECUTION;
}

API(ucrtbase, int, _seh_filter_exe, ULONG code, struct exception_pointers *pointers) {
    for (size_t i = 0; i < sizeof exception_signals / sizeof *exception_signals; i++)
        if ((ULONG)exception_signals[i].status == code)
            return filter(exception_signals[i].number, exception_signals[i].code, pointers);
    return CONTINUE_SEARCH;
}
API_ALIAS(api__seh_filter_exe, old, msvcrt MSVCR_DLLS, "_XcptFilter");

/* A DLL's filter cares for C++ exceptions only, and those are no signals. */
API(ucrtbase, int, _seh_filter_dll, ULONG code, struct exception_pointers *pointers) {
    return code == CPP_EXCEPTION ? api__seh_filter_exe(code, pointers) : CONTINUE_SEARCH;
}
API_ALIAS(api__seh_filter_dll, old, MSVCR_DLLS, "__CppXcptFilter");

API(CRT_DLLS, void **, __pxcptinfoptrs, void) { return &crt_thread()->exception_pointers; }
API(CRT_DLLS, int *, __fpecode, void) { return &crt_thread()->fpe_code; }
