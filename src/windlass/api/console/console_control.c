/* Console control handlers ("Console Control Handlers", "GenerateConsoleCtrlEvent function").
 *
 * In a program that windlass runs, the host's SIGINT is Ctrl+C, SIGQUIT is Ctrl+Break, and SIGHUP and SIGTERM close the
 * console: a new thread calls the handlers, the one added last first, and if none wants the event the process ends. In a
 * Python process Ctrl+C is Python's; handlers there run for GenerateConsoleCtrlEvent alone.
 *
 * The processes of a console are those that were started from one without flags to the contrary; their blocks say so. */
#include "console_control.h"

#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "fork.h"
#include "nt.h"
#include "process_object.h"
#include "service.h"
#include "thread_object.h"

typedef BOOL(WINAPI *HANDLER_ROUTINE)(DWORD);
enum { MAX_HANDLERS = 32, CTRL_C_EVENT = 0, CTRL_BREAK_EVENT = 1, CTRL_CLOSE_EVENT = 2, EVENTS = 3 };

/* Process state. */
static HANDLER_ROUTINE handlers[MAX_HANDLERS];
static unsigned handler_count;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
SURVIVES_FORK(lock);

API(kernel32 kernelbase, BOOL, SetConsoleCtrlHandler, HANDLER_ROUTINE HandlerRoutine, BOOL Add) {
    DWORD error = ERROR_SUCCESS;
    struct process_block *block = process_block_self();
    if (!HandlerRoutine) {                           /* whether Ctrl+C is ignored; of a Python process Python says */
        if (block)
            block->ignores_ctrl_c = Add != FALSE;
        return TRUE;
    }
    pthread_mutex_lock(&lock);
    if (Add && handler_count < MAX_HANDLERS) {
        handlers[handler_count++] = HandlerRoutine;
    } else if (Add) {
        error = ERROR_NOT_ENOUGH_MEMORY;
    } else {
        unsigned i = handler_count;
        while (i > 0 && handlers[i - 1] != HandlerRoutine)
            i--;
        error = i ? ERROR_SUCCESS : ERROR_INVALID_PARAMETER;
        for (; i && i < handler_count; i++)
            handlers[i - 1] = handlers[i];
        handler_count -= error ? 0 : 1;
    }
    pthread_mutex_unlock(&lock);
    return error ? fail(error) : TRUE;
}

/* The one added last comes first. True: one has dealt with the event. */
static bool call_handlers(DWORD event) {
    HANDLER_ROUTINE copy[MAX_HANDLERS];
    pthread_mutex_lock(&lock);
    unsigned count = handler_count;
    memcpy(copy, handlers, sizeof copy);
    pthread_mutex_unlock(&lock);
    while (count > 0)
        if (copy[--count](event))
            return true;
    return false;
}

/* ---- events from outside ---- */

static const int signals[][2] = {
    {SIGINT, CTRL_C_EVENT}, {SIGQUIT, CTRL_BREAK_EVENT}, {SIGHUP, CTRL_CLOSE_EVENT}, {SIGTERM, CTRL_CLOSE_EVENT}};
enum { SIGNALS = sizeof signals / sizeof *signals };

static int arrival = -1;
static atomic_uint pending;                          /* a bit for each event */
static struct service_watch watch;

static void on_signal(int number) {
    for (int i = 0; i < SIGNALS; i++)
        if (signals[i][0] == number)
            atomic_fetch_or(&pending, 1u << signals[i][1]);
    uint64_t one = 1;
    if (write(arrival, &one, sizeof one) < 0)        /* only a full counter: the watch is awake */
        return;
}

/* Runs on a thread of its own. A program that is closed may not go on. */
static DWORD WINAPI handle_event(PVOID event) {
    DWORD number = (DWORD)(uintptr_t)event;
    if (call_handlers(number) && number != CTRL_CLOSE_EVENT)
        return 0;
    for (int i = 0; i < SIGNALS; i++)                /* should the end take too long, the next signal is the host's */
        signal(signals[i][0], SIG_DFL);
    exit_process((DWORD)STATUS_CONTROL_C_EXIT);
}

static void on_arrival(struct service_watch *self, uint32_t events) {
    enum { STACK = 0x100000 };
    uint64_t count;
    (void)events;
    if (read(arrival, &count, sizeof count) < 0)
        return;
    unsigned arrived = atomic_exchange(&pending, 0);
    const struct process_block *block = process_block_self();
    for (uintptr_t event = 0; event < EVENTS; event++) {
        if (!(arrived >> event & 1) || (event == CTRL_C_EVENT && block && block->ignores_ctrl_c))
            continue;
        struct thread_object *thread = thread_create(handle_event, (PVOID)event, STACK, false);
        if (thread)
            object_release(&thread->object);
    }
    service_watch(self);
}

void console_control_begin(void) {
    arrival = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    watch = (struct service_watch){.fd = arrival, .events = EPOLLIN, .ready = on_arrival};
    if (arrival < 0 || !service_watch(&watch))
        return;
    for (int i = 0; i < SIGNALS; i++) {
        struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART}, before;
        /* What the shell has set to be ignored (nohup, "&" in a script) stays so; Python has its own for SIGINT. */
        if (sigaction(signals[i][0], NULL, &before) == 0 && before.sa_handler != SIG_IGN)
            sigaction(signals[i][0], &action, NULL);
    }
    sigset_t held; /* what came while the process was starting has waited (host_spawn.c) */
    sigemptyset(&held);
    sigaddset(&held, SIGINT);
    sigaddset(&held, SIGQUIT);
    pthread_sigmask(SIG_UNBLOCK, &held, NULL);
}

/* ---- events for others ---- */

struct audience {
    uint32_t console, group;                         /* group 0: all of the console */
    int signal;
    unsigned count, capacity;
    DWORD *ids;
};

static uint32_t own_console(void) {
    const struct process_block *block = process_block_self();
    return block ? block->console : (uint32_t)getpid();
}

static void send(const struct process_block *block, void *context) {
    struct audience *audience = context;
    if (block->console != audience->console || (audience->group && block->group != audience->group))
        return;
    audience->count++;
    if (audience->signal)
        kill((pid_t)block->process.id, audience->signal);
}

API(kernel32 kernelbase, BOOL, GenerateConsoleCtrlEvent, DWORD dwCtrlEvent, DWORD dwProcessGroupId) {
    if (dwCtrlEvent > CTRL_BREAK_EVENT)
        return fail(ERROR_INVALID_PARAMETER);
    struct audience audience = {.console = own_console(), .group = dwProcessGroupId};
    bool is_for_own = !dwProcessGroupId || dwProcessGroupId == (DWORD)getpid();
    /* Ctrl+C cannot be limited to a group: nobody gets it then. */
    if (dwCtrlEvent == CTRL_BREAK_EVENT || !dwProcessGroupId)
        audience.signal = dwCtrlEvent == CTRL_C_EVENT ? SIGINT : SIGQUIT;
    process_blocks_each(send, &audience);
    if (!process_block_self() && is_for_own)         /* a Python process has no block, but may have handlers */
        call_handlers(dwCtrlEvent);
    return audience.count || is_for_own ? TRUE : fail(ERROR_INVALID_PARAMETER);
}

static void list(const struct process_block *block, void *context) {
    struct audience *audience = context;
    if (block->console != audience->console)
        return;
    if (audience->count < audience->capacity)
        audience->ids[audience->count] = block->process.id;
    audience->count++;
}

/* As many as there are; only if there is room for all are they written. */
API(kernel32 kernelbase, DWORD, GetConsoleProcessList, LPDWORD lpdwProcessList, DWORD dwProcessCount) {
    if (!lpdwProcessList || !dwProcessCount)
        return (DWORD)fail(ERROR_INVALID_PARAMETER);
    struct audience audience = {.console = own_console(), .capacity = dwProcessCount, .ids = lpdwProcessList};
    process_blocks_each(list, &audience);
    if (!process_block_self()) {
        if (audience.count < dwProcessCount)
            lpdwProcessList[audience.count] = (DWORD)getpid();
        audience.count++;
    }
    return audience.count;
}
