/* Start and end of programs and DLLs: initialiser tables, functions to call at the end, exit and abort
 * ("CRT initialization", "_onexit", "exit, _Exit, _exit", "abort").
 *
 * A DLL ends with its own onexit table. What is registered with _crt_atexit() or by an EXE is called by exit(), which
 * then ends the process through ExitProcess(): handlers of other DLLs run as they are detached. */
#include <pthread.h>
#include <stdio.h>

#include "crt.h"
#include "fork.h"

/* The result counts for _initterm_e() only. */
typedef int(WINAPI *procedure)(void);

struct onexit_table {
    procedure *first, *last, *end;
};

API_USE(VOID, RaiseException, DWORD, DWORD, DWORD, const ULONG_PTR *);
API_USE(int, _flushall, void);
API_USE(int, raise, int);
API_USE(void *, signal, int, void *);
API_USE(FARPROC, GetProcAddress, HMODULE, LPCSTR);

#define SIG_GET ((void *)2)

enum {
    SIGABRT = 22,
    WRITE_ABORT_MSG = 1, CALL_REPORTFAULT = 2,
    EXCEPTION_NONCONTINUABLE = 1,
    FAST_FAIL_FATAL_APP_EXIT = 7,
};

/* ---- initialisers ---- */

API(CRT_DLLS, VOID, _initterm, procedure *first, procedure *last) {
    for (; first < last; first++)
        if (*first)
            (*first)();
}

/* The first that fails ends it, with its result. */
API(CRT_DLLS, int, _initterm_e, procedure *first, procedure *last) {
    int result = 0;
    for (; first < last && !result; first++)
        if (*first)
            result = (*first)();
    return result;
}

/* ---- tables of functions to call at the end, last one first ---- */

/* Guards all tables; not held while a function of theirs runs. */
static pthread_mutex_t tables_lock = PTHREAD_MUTEX_INITIALIZER;
SURVIVES_FORK(tables_lock);
static struct onexit_table atexit_table, quick_exit_table;

API(ucrtbase, int, _initialize_onexit_table, struct onexit_table *table) {
    if (!table)
        return -1;
    if (table->first == table->end)         /* not in use */
        *table = (struct onexit_table){NULL, NULL, NULL};
    return 0;
}

static bool append(struct onexit_table *table, procedure function) {
    if (table->last == table->end) {
        size_t count = (size_t)(table->end - table->first), grown = count ? 2 * count : 32;
        procedure *moved = realloc(table->first, grown * sizeof *moved);
        if (!moved)
            return false;
        *table = (struct onexit_table){moved, moved + count, moved + grown};
    }
    *table->last++ = function;
    return true;
}

API(ucrtbase, int, _register_onexit_function, struct onexit_table *table, procedure function) {
    if (!table)
        return -1;
    pthread_mutex_lock(&tables_lock);
    bool added = append(table, function);
    pthread_mutex_unlock(&tables_lock);
    return added ? 0 : -1;
}

static procedure take_last(struct onexit_table *table) {
    procedure function = NULL;
    pthread_mutex_lock(&tables_lock);
    while (!function && table->last != table->first)
        function = *--table->last;
    if (!function) {
        free(table->first);
        *table = (struct onexit_table){NULL, NULL, NULL};
    }
    pthread_mutex_unlock(&tables_lock);
    return function;
}

/* A function may register more while it runs; those come next. */
API(ucrtbase, int, _execute_onexit_table, struct onexit_table *table) {
    procedure function;
    if (!table)
        return -1;
    while ((function = take_last(table)) != NULL)
        function();
    return 0;
}

API(ucrtbase, int, _crt_atexit, procedure function) {
    return api__register_onexit_function(&atexit_table, function);
}

API(ucrtbase, int, _crt_at_quick_exit, procedure function) {
    return api__register_onexit_function(&quick_exit_table, function);
}

/* The older DLLs: an EXE's _onexit() and atexit(). A DLL has a table of its own, which it passes along. */
API(msvcrt MSVCR_DLLS, procedure, _onexit, procedure function) {
    return api__register_onexit_function(&atexit_table, function) == 0 ? function : NULL;
}

API(msvcrt MSVCR_DLLS, int, atexit, procedure function) { return api__crt_atexit(function); }

/* "__dllonexit": the DLL's table is given by its begin and end, and grows by one. */
API(msvcrt MSVCR_DLLS, procedure, __dllonexit, procedure function, procedure **first,
    procedure **last) {
    size_t count = (size_t)(*last - *first);
    if (!*first)
        return NULL;
    procedure *moved = crt_realloc(*first, (count + 1) * sizeof *moved);
    if (!moved)
        return NULL;
    moved[count] = function;
    *first = moved;
    *last = moved + count + 1;
    return function;
}

/* ---- the end of the process ---- */

typedef VOID(WINAPI *thread_local_callback)(PVOID, DWORD, PVOID);

/* Set once by the EXE's start-up code: its thread-local destructors. */
static thread_local_callback exe_thread_callback;

API(ucrtbase, VOID, _register_thread_local_exe_atexit_callback, thread_local_callback callback) {
    exe_thread_callback = callback;
}

API(CRT_DLLS, VOID, _cexit, void) {
    if (exe_thread_callback)
        exe_thread_callback(NULL, DLL_PROCESS_DETACH, NULL);
    api__execute_onexit_table(&atexit_table);
    api__flushall();
}

API(CRT_DLLS, VOID, _c_exit, void) {}

API(CRT_DLLS, VOID, exit, int code) {
    api__cexit();
    exit_process((DWORD)code);
}

API(CRT_DLLS, VOID, _exit, int code) { exit_process((DWORD)code); }
API_ALIAS(api__exit, c99, ucrtbase msvcr120, "_Exit");

API(ucrtbase, VOID, quick_exit, int code) {
    api__execute_onexit_table(&quick_exit_table);
    exit_process((DWORD)code);
}

/* ---- abort ---- */

/* Process-wide settings of "_set_abort_behavior", "_set_error_mode" and "_set_app_type". */
static unsigned abort_behavior = WRITE_ABORT_MSG | CALL_REPORTFAULT;
static int error_mode, app_type;

API(CRT_DLLS, unsigned, _set_abort_behavior, unsigned flags, unsigned mask) {
    unsigned previous = abort_behavior;
    abort_behavior = (previous & ~mask) | (flags & mask);
    return previous;
}

/* Windows ends the process with STATUS_STACK_BUFFER_OVERRUN (__fastfail), or with code 3 when error reports are off.
 * The former is an exception here that nobody continues from: the process is Python's, and the call fails. */
API(CRT_DLLS, VOID, abort, void) {
    ULONG_PTR reason = FAST_FAIL_FATAL_APP_EXIT;
    if (api_signal(SIGABRT, SIG_GET))
        api_raise(SIGABRT);
    if (abort_behavior & CALL_REPORTFAULT)
        api_RaiseException((DWORD)STATUS_STACK_BUFFER_OVERRUN, EXCEPTION_NONCONTINUABLE, 1, &reason);
    exit_process(3);
}

/* ---- terminate ---- */

API(CRT_DLLS, crt_terminate_handler, _get_terminate, void) {
    crt_terminate_handler handler = crt_thread()->terminate;
    return handler ? handler : api_abort;
}

API(ucrtbase, crt_terminate_handler, set_terminate, crt_terminate_handler handler) {
    crt_terminate_handler previous = api__get_terminate();
    crt_thread()->terminate = handler;
    return previous;
}
API_ALIAS(api_set_terminate, cpp, msvcrt MSVCR_DLLS, "?set_terminate@@YAP6AXXZP6AXXZ@Z");

API_AS(remove_terminate, MSVCR_DLLS, crt_terminate_handler, "?set_terminate@@YAP6AXXZH@Z", int handler) {
    (void)handler;
    return api_set_terminate(NULL);
}

/* Ends in abort() when the handler returns. */
API(ucrtbase, VOID, terminate, void) {
    api__get_terminate()();
    api_abort();
}
API_ALIAS(api_terminate, cpp, msvcrt MSVCR_DLLS, "?terminate@@YAXXZ");

/* ---- settings ---- */

API(CRT_DLLS, int, _set_error_mode, int mode) {
    int previous = error_mode;
    if (mode == 3)                          /* _REPORT_ERRMODE */
        return previous;
    CRT_VALIDATE(mode >= 0 && mode <= 2, CRT_EINVAL, -1);
    error_mode = mode;
    return previous;
}

API_AS(crt_set_app_type, ucrtbase, VOID, "_set_app_type", int type) { app_type = type; }
API_ALIAS(crt_set_app_type, old, msvcrt MSVCR_DLLS, "__set_app_type");
API(ucrtbase, int, _query_app_type, void) { return app_type; }

/* ---- odds and ends ---- */

API(CRT_DLLS, FARPROC, _getdllprocaddr, HMODULE module, const char *name, intptr_t ordinal) {
    if (!name && ordinal > 0xFFFF)
        return NULL;
    return api_GetProcAddress(module, name ? name : (LPCSTR)ordinal);
}

/* What start-up code of older programs asks for. */
API(msvcrt MSVCR_DLLS, VOID, _amsg_exit, int number) {
    fprintf(stderr, "runtime error R60%02d\n", number);
    api__exit(255);
}
