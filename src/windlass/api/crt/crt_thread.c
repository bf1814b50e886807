/* Threads of the C run-time ("_beginthread, _beginthreadex", "_endthread, _endthreadex"), and what it passes on to
 * kernel32. */

#include "crt.h"
#include "thread_object.h"

typedef unsigned(WINAPI *thread_function)(void *);

API_USE(HANDLE, CreateThread, SECURITY_ATTRIBUTES *, SIZE_T, PVOID, PVOID, DWORD, DWORD *);
API_USE(VOID, RtlExitUserThread, DWORD);
API_USE(BOOL, CloseHandle, HANDLE);
API_USE(DWORD, ResumeThread, HANDLE);
API_USE(VOID, Sleep, DWORD);
API_USE(UINT, SetErrorMode, UINT);

enum { CREATE_SUSPENDED = 4 };

struct start {
    thread_function function;
    void *argument;
    HANDLE handle;          /* of _beginthread: closed by the thread itself */
    bool closes;
};

_Noreturn static void end_thread(DWORD code) {
    struct crt_thread *crt = crt_thread();
    struct start *start = crt->start;
    crt->start = NULL;
    if (start && start->closes && start->handle)
        api_CloseHandle(start->handle);
    free(start);
    api_RtlExitUserThread(code);
    __builtin_unreachable();
}

static DWORD WINAPI run(struct start *start) {
    thread_function function = start->function;
    void *argument = start->argument;
    bool gives_code = !start->closes;
    crt_thread()->start = start;
    unsigned code = function(argument);
    end_thread(gives_code ? code : 0);
}

/* Where the thread really begins: that module stays while it runs (lifetime.py). */
static void set_start_address(HANDLE thread, thread_function function) {
    NTSTATUS status;
    struct object *object = handle_object(thread, &thread_type, 0, &status);
    if (object)
        ((struct thread_object *)object)->start_address = (void *)function;
    object_release(object);
}

static HANDLE begin(struct start start, SECURITY_ATTRIBUTES *security, unsigned stack_size, unsigned flags,
                    DWORD *id) {
    struct start *kept = malloc(sizeof *kept);
    if (!kept) {
        crt_fail(CRT_EAGAIN);
        return NULL;
    }
    *kept = start;
    /* The thread must not end before its handle stands in the record. */
    HANDLE handle = api_CreateThread(security, stack_size, (void *)run, kept,
                                     start.closes ? flags | CREATE_SUSPENDED : flags, id);
    if (!handle) {
        free(kept);
        crt_set_win32_error(teb_self()->LastErrorValue);
        return NULL;
    }
    set_start_address(handle, start.function);
    if (start.closes) {
        kept->handle = handle;
        api_ResumeThread(handle);
    }
    return handle;
}

API(CRT_DLLS, uintptr_t, _beginthreadex, SECURITY_ATTRIBUTES *security, unsigned stack_size, thread_function function,
    void *argument, unsigned flags, DWORD *id) {
    CRT_VALIDATE(function, CRT_EINVAL, 0);
    return (uintptr_t)begin((struct start){function, argument, NULL, false}, security, stack_size, flags, id);
}

/* "_beginthread": the handle is closed when the thread ends; -1 says that there is no thread. */
API(CRT_DLLS, uintptr_t, _beginthread, thread_function function, unsigned stack_size, void *argument) {
    CRT_VALIDATE(function, CRT_EINVAL, (uintptr_t)-1);
    HANDLE handle = begin((struct start){function, argument, NULL, true}, NULL, stack_size, 0, NULL);
    return handle ? (uintptr_t)handle : (uintptr_t)-1;
}

API(CRT_DLLS, VOID, _endthreadex, unsigned code) { end_thread(code); }
API(CRT_DLLS, VOID, _endthread, void) { end_thread(0); }

API(CRT_DLLS, uintptr_t, __threadhandle, void) { return (uintptr_t)CURRENT_THREAD; }
API(CRT_DLLS, ULONG, __threadid, void) { return (ULONG)(uintptr_t)teb_self()->ThreadId; }
API(CRT_DLLS, int, _getpid, void) { return (int)(intptr_t)teb_self()->ProcessId; }

API(CRT_DLLS, VOID, _sleep, ULONG milliseconds) {
    if (!milliseconds)
        milliseconds = 1;
    api_Sleep(milliseconds);
}

API(CRT_DLLS, VOID, _seterrormode, int mode) {
    api_SetErrorMode((UINT)mode);
}
