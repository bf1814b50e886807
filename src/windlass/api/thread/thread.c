/* Threads ("Process and Thread Functions"): their life. thread_info.c has their properties. */
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "module.h"
#include "nt.h"
#include "process_end.h"
#include "process_object.h"
#include "thread_object.h"
#include "wait.h"

enum {
    CREATE_SUSPENDED = 0x4,
    STACK_SIZE_PARAM_IS_A_RESERVATION = 0x10000,
    DEFAULT_STACK = 0x100000,                        /* 1 MB: what linkers write into programs */
    HOST_STACK = 0x40000,                            /* for the host's part of the work: signals, Python callbacks */
};

typedef DWORD(WINAPI *thread_function)(PVOID parameter);

/* ---- creation ---- */

struct start {
    struct thread_object *object;                    /* referenced for the thread */
    thread_function function;
    PVOID parameter;
    uint64_t activation;                             /* referenced for the thread */
    atomic_uint begun;
};

static void *thread_main(void *argument) {
    struct start *start = argument;
    struct thread_object *object = start->object;
    uint64_t slots[4] = {(uintptr_t)start->parameter};
    const void *function = (const void *)start->function;
    uint64_t activation = start->activation;
    thread_accept_signals();
    struct thread *thread = thread_begin(object);    /* from here on others find it */
    atomic_store(&start->begun, 1);                  /* *start is the creator's again, which may hold the loader lock */
    futex_wake(&start->begun, 1);

    thread->activation = thread->first_activation = activation;
    thread->has_activations = activation != 0;
    if (thread_suspend_count(object))
        thread_stop_self();
    if (object->terminate || process_is_ending())    /* who ends the process may not have found it in the list yet */
        return thread->terminated = true, NULL;
    thread_attach();
    if (object->terminate)                           /* while it waited for the loader lock: its code may be gone */
        return thread->terminated = true, NULL;
    struct call_result result;
    if (call_windows(function, slots, 1, &result, &thread->boundary) == 0 && !object->exit_requested) {
        object->requested_exit_code = (DWORD)result.rax;
        object->exit_requested = true;
    }
    return NULL;                                     /* thread.c's key destructor does the rest */
}

static bool start_pthread(struct start *start, size_t stack_size) {
    pthread_attr_t attributes;
    pthread_t thread;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, stack_size);
    int error = pthread_create(&thread, &attributes, thread_main, start);
    pthread_attr_destroy(&attributes);
    return error == 0;
}

/* "CreateThread function": the size is what to commit at first, unless the flag makes it the reservation. */
static size_t stack_size_for(SIZE_T asked, bool is_reservation) {
    size_t size = is_reservation ? asked : asked > DEFAULT_STACK ? asked : DEFAULT_STACK;
    if (size < DEFAULT_STACK / 4)
        size = size ? DEFAULT_STACK / 4 : DEFAULT_STACK;
    return ((size + 0xffff) & ~(size_t)0xffff) + HOST_STACK;
}

static struct thread_object *start_thread(struct start *start, size_t stack_size, bool suspended) {
    struct thread_object *object = start->object = thread_object_new();
    if (!object)
        return NULL;
    object->start_address = (void *)start->function;
    atomic_store(&object->suspension, suspended);
    object_reference(&object->object);               /* the thread's */
    if (!start_pthread(start, stack_size)) {
        object_release(&object->object);
        object_release(&object->object);
        return NULL;
    }
    while (!atomic_load(&start->begun))
        futex_wait_until(&start->begun, 0, INT64_MAX);
    return object;
}

struct thread_object *thread_create(thread_function function, PVOID parameter, size_t stack_size, bool suspended) {
    struct start start = {.function = function, .parameter = parameter};
    return start_thread(&start, stack_size, suspended);
}

/* A thread of the program's own begins with its creator's activation context ("Activation Contexts"). */
static struct thread_object *thread_create_inheriting(thread_function function, PVOID parameter, size_t stack_size,
                                                      bool suspended) {
    struct start start = {.function = function, .parameter = parameter, .activation = thread_self()->activation};
    if (start.activation)
        activation_hook(start.activation, true);
    struct thread_object *object = start_thread(&start, stack_size, suspended);
    if (!object && start.activation)
        activation_hook(start.activation, false);
    return object;
}

static HANDLE create_thread(const SECURITY_ATTRIBUTES *attributes, SIZE_T stack_size, thread_function function,
                            PVOID parameter, DWORD flags, DWORD *id) {
    struct thread_object *object =
        thread_create_inheriting(function, parameter,
                                 stack_size_for(stack_size, flags & STACK_SIZE_PARAM_IS_A_RESERVATION),
                                 flags & CREATE_SUSPENDED);
    HANDLE handle = object ? handle_new(&object->object, thread_type.all_access, handle_flags_from(attributes)) : NULL;
    if (!handle)
        set_last_error(ERROR_NOT_ENOUGH_MEMORY);
    if (object && id)
        *id = object->id;
    if (object)
        object_release(&object->object);
    return handle;
}

API(kernel32 kernelbase, HANDLE, CreateThread, SECURITY_ATTRIBUTES *lpThreadAttributes, SIZE_T dwStackSize,
    thread_function lpStartAddress, LPVOID lpParameter, DWORD dwCreationFlags, LPDWORD lpThreadId) {
    return create_thread(lpThreadAttributes, dwStackSize, lpStartAddress, lpParameter, dwCreationFlags, lpThreadId);
}

static bool is_this_process(HANDLE process) {
    NTSTATUS status;
    struct object *object = handle_object(process, &process_type, 0, &status);
    if (!object)
        return fail(win32_from_status(status));
    object_release(object);
    return object == current_process_object() ? true : fail(ERROR_ACCESS_DENIED);
}

API(kernel32 kernelbase, HANDLE, CreateRemoteThread, HANDLE hProcess, SECURITY_ATTRIBUTES *lpThreadAttributes,
    SIZE_T dwStackSize, thread_function lpStartAddress, LPVOID lpParameter, DWORD dwCreationFlags,
    LPDWORD lpThreadId) {
    if (!is_this_process(hProcess))
        return NULL;
    return create_thread(lpThreadAttributes, dwStackSize, lpStartAddress, lpParameter, dwCreationFlags, lpThreadId);
}

API(kernel32 kernelbase, HANDLE, CreateRemoteThreadEx, HANDLE hProcess, SECURITY_ATTRIBUTES *lpThreadAttributes,
    SIZE_T dwStackSize, thread_function lpStartAddress, LPVOID lpParameter, DWORD dwCreationFlags,
    PVOID lpAttributeList, LPDWORD lpThreadId) {
    (void)lpAttributeList;
    return api_CreateRemoteThread(hProcess, lpThreadAttributes, dwStackSize, lpStartAddress, lpParameter,
                                  dwCreationFlags, lpThreadId);
}

API(ntdll, NTSTATUS, RtlCreateUserThread, HANDLE ProcessHandle, PVOID SecurityDescriptor, BOOLEAN CreateSuspended,
    ULONG StackZeroBits, SIZE_T StackReserve, SIZE_T StackCommit, thread_function StartAddress, PVOID Parameter,
    PHANDLE ThreadHandle, CLIENT_ID *ClientId) {
    (void)SecurityDescriptor, (void)StackZeroBits;
    if (!is_this_process(ProcessHandle))
        return STATUS_ACCESS_DENIED;
    DWORD id;
    SIZE_T size = StackReserve > StackCommit ? StackReserve : StackCommit;
    HANDLE handle = create_thread(NULL, size, StartAddress, Parameter,
                                  (CreateSuspended ? CREATE_SUSPENDED : 0u) |
                                      (StackReserve ? (DWORD)STACK_SIZE_PARAM_IS_A_RESERVATION : 0u), &id);
    if (!handle)
        return STATUS_NO_MEMORY;
    if (ClientId)
        *ClientId = (CLIENT_ID){teb_self()->ProcessId, (HANDLE)(uintptr_t)id};
    if (ThreadHandle)
        *ThreadHandle = handle;
    else
        handle_close(handle);
    return STATUS_SUCCESS;
}

API(ntdll, NTSTATUS, NtCreateThreadEx, PHANDLE ThreadHandle, ACCESS_MASK DesiredAccess,
    OBJECT_ATTRIBUTES *ObjectAttributes, HANDLE ProcessHandle, thread_function StartRoutine, PVOID Argument,
    ULONG CreateFlags, SIZE_T ZeroBits, SIZE_T StackSize, SIZE_T MaximumStackSize, PVOID AttributeList) {
    enum { THREAD_CREATE_FLAGS_CREATE_SUSPENDED = 1 };
    (void)DesiredAccess, (void)ObjectAttributes, (void)ZeroBits, (void)AttributeList;
    return api_RtlCreateUserThread(ProcessHandle, NULL, CreateFlags & THREAD_CREATE_FLAGS_CREATE_SUSPENDED, 0,
                                   MaximumStackSize, StackSize, StartRoutine, Argument, ThreadHandle, NULL);
}

/* ---- ends ---- */

API(ntdll, void, RtlExitUserThread, ULONG ExitStatus) { thread_exit_self(ExitStatus, true); }
API_ALIAS(api_RtlExitUserThread, kernel32_name, kernel32 kernelbase, "ExitThread");

/* The DLL may be gone when FreeLibrary returns, with the code that called this. */
API(kernel32 kernelbase, void, FreeLibraryAndExitThread, HMODULE hLibModule, DWORD dwExitCode) {
    if (module_count_hook)
        module_count_hook(hLibModule, MODULE_RELEASE);
    thread_exit_self(dwExitCode, true);
}

API(ntdll, NTSTATUS, NtTerminateThread, HANDLE ThreadHandle, NTSTATUS ExitStatus) {
    enum { THREAD_TERMINATE = 1 };
    NTSTATUS status;
    if (!ThreadHandle)
        thread_exit_self((DWORD)ExitStatus, false);
    struct object *object = handle_object(ThreadHandle, &thread_type, THREAD_TERMINATE, &status);
    if (!object)
        return status;
    struct thread_object *thread = (struct thread_object *)object;
    if (thread == thread_object_self()) {
        object_release(object);                      /* thread_object_self's stays */
        thread_exit_self((DWORD)ExitStatus, false);
    }
    status = thread_terminate(thread, (DWORD)ExitStatus);
    object_release(object);
    return status;
}

API(kernel32 kernelbase, BOOL, TerminateThread, HANDLE hThread, DWORD dwExitCode) {
    if (!hThread)
        return fail(ERROR_INVALID_HANDLE);
    return succeed_or_fail(api_NtTerminateThread(hThread, (NTSTATUS)dwExitCode));
}

API(kernel32 kernelbase, BOOL, GetExitCodeThread, HANDLE hThread, LPDWORD lpExitCode) {
    struct object *object = handle_object_or_fail(hThread, &thread_type, 0);
    if (!object)
        return FALSE;
    dispatcher_acquire();
    DWORD code = ((struct thread_object *)object)->exit_code;
    dispatcher_release();
    object_release(object);
    *lpExitCode = code;
    return TRUE;
}

/* ---- suspension ---- */

enum { THREAD_SUSPEND_RESUME = 2, THREAD_GET_CONTEXT = 8, THREAD_SET_CONTEXT = 0x10 };

static NTSTATUS count_suspension(HANDLE handle, NTSTATUS (*change)(struct thread_object *, ULONG *), PULONG was) {
    NTSTATUS status;
    ULONG count = 0;
    struct object *object = handle_object(handle, &thread_type, THREAD_SUSPEND_RESUME, &status);
    if (!object)
        return status;
    status = change((struct thread_object *)object, &count);
    object_release(object);
    if (NT_SUCCESS(status) && was)
        *was = count;
    return status;
}

API(ntdll, NTSTATUS, NtSuspendThread, HANDLE ThreadHandle, PULONG PreviousSuspendCount) {
    return count_suspension(ThreadHandle, thread_suspend, PreviousSuspendCount);
}

API(ntdll, NTSTATUS, NtResumeThread, HANDLE ThreadHandle, PULONG PreviousSuspendCount) {
    return count_suspension(ThreadHandle, thread_resume, PreviousSuspendCount);
}

/* ---- alerts: what ends a native alertable wait with STATUS_ALERTED ---- */

API(ntdll, NTSTATUS, NtAlertThread, HANDLE ThreadHandle) {
    enum { THREAD_ALERT = 4 };
    NTSTATUS status;
    struct object *object = handle_object(ThreadHandle, &thread_type, THREAD_ALERT, &status);
    if (!object)
        return status;
    thread_alert((struct thread_object *)object);
    object_release(object);
    return STATUS_SUCCESS;
}

API(ntdll, NTSTATUS, NtAlertResumeThread, HANDLE ThreadHandle, PULONG PreviousSuspendCount) {
    NTSTATUS status = api_NtAlertThread(ThreadHandle);
    return NT_SUCCESS(status) ? api_NtResumeThread(ThreadHandle, PreviousSuspendCount) : status;
}

/* ---- suspension in Win32, and contexts ---- */

API(kernel32 kernelbase, DWORD, SuspendThread, HANDLE hThread) {
    ULONG was = 0;
    return succeed_or_fail(api_NtSuspendThread(hThread, &was)) ? was : (DWORD)-1;
}

API(kernel32 kernelbase, DWORD, ResumeThread, HANDLE hThread) {
    ULONG was = 0;
    return succeed_or_fail(api_NtResumeThread(hThread, &was)) ? was : (DWORD)-1;
}

API(ntdll, NTSTATUS, NtGetContextThread, HANDLE ThreadHandle, CONTEXT *ThreadContext) {
    NTSTATUS status;
    struct object *object = handle_object(ThreadHandle, &thread_type, THREAD_GET_CONTEXT, &status);
    if (!object)
        return status;
    status = thread_get_context((struct thread_object *)object, ThreadContext);
    object_release(object);
    return status;
}

API(ntdll, NTSTATUS, NtSetContextThread, HANDLE ThreadHandle, const CONTEXT *ThreadContext) {
    NTSTATUS status;
    struct object *object = handle_object(ThreadHandle, &thread_type, THREAD_SET_CONTEXT, &status);
    if (!object)
        return status;
    status = thread_set_context((struct thread_object *)object, ThreadContext);
    object_release(object);
    return status;
}

API(kernel32 kernelbase, BOOL, GetThreadContext, HANDLE hThread, CONTEXT *lpContext) {
    return succeed_or_fail(api_NtGetContextThread(hThread, lpContext));
}

API(kernel32 kernelbase, BOOL, SetThreadContext, HANDLE hThread, const CONTEXT *lpContext) {
    return succeed_or_fail(api_NtSetContextThread(hThread, lpContext));
}

/* ---- identity ---- */

API(kernel32 kernelbase, HANDLE, GetCurrentThread, void) { return CURRENT_THREAD; }
API(kernel32 kernelbase, DWORD, GetCurrentThreadId, void) { return (DWORD)(uintptr_t)teb_self()->ThreadId; }

/* A process that windlass runs has for others one thread, its first, whose id is the process's. */
static struct thread_object *first_thread_of_another(DWORD id) {
    struct process_object *process = process_object_open((pid_t)id);
    if (!process)
        return NULL;
    struct thread_object *thread = process->id && process->block ? process_main_thread(process) : NULL;
    object_release(&process->object);
    return thread;
}

API(ntdll, NTSTATUS, NtOpenThread, PHANDLE ThreadHandle, ACCESS_MASK DesiredAccess,
    OBJECT_ATTRIBUTES *ObjectAttributes, CLIENT_ID *ClientId) {
    DWORD id = (DWORD)(uintptr_t)ClientId->UniqueThread;
    struct thread_object *thread = thread_object_from_id(id);
    if (!thread)
        thread = first_thread_of_another(id);
    if (!thread)
        return STATUS_INVALID_CID;
    *ThreadHandle = handle_new(&thread->object, access_from_generic(&thread->object, DesiredAccess),
                               ObjectAttributes && ObjectAttributes->Attributes & OBJ_INHERIT ? HANDLE_FLAG_INHERIT : 0);
    object_release(&thread->object);
    return *ThreadHandle ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
}

API(kernel32 kernelbase, HANDLE, OpenThread, DWORD dwDesiredAccess, BOOL bInheritHandle, DWORD dwThreadId) {
    HANDLE handle = NULL;
    CLIENT_ID id = {NULL, (HANDLE)(uintptr_t)dwThreadId};
    OBJECT_ATTRIBUTES attributes = {.Length = sizeof attributes, .Attributes = bInheritHandle ? OBJ_INHERIT : 0};
    return succeed_or_fail(api_NtOpenThread(&handle, dwDesiredAccess, &attributes, &id)) ? handle : NULL;
}

static DWORD id_of(HANDLE handle) {
    struct object *object = handle_object_or_fail(handle, &thread_type, 0);
    DWORD id = object ? ((struct thread_object *)object)->id : 0;
    object_release(object);
    return id;
}

API(kernel32 kernelbase, DWORD, GetThreadId, HANDLE Thread) { return id_of(Thread); }

API(kernel32 kernelbase, DWORD, GetProcessIdOfThread, HANDLE Thread) {
    struct object *object = handle_object_or_fail(Thread, &thread_type, 0);
    if (!object)
        return 0;
    const struct process_object *process = ((struct thread_object *)object)->process;
    DWORD id = (DWORD)(process ? process->id : getpid());
    object_release(object);
    return id;
}

API(ntdll, BOOLEAN, RtlIsCurrentThread, HANDLE ThreadHandle) {
    NTSTATUS status;
    struct object *object = handle_object(ThreadHandle, &thread_type, 0, &status);
    bool same = object && object == &thread_object_self()->object;
    object_release(object);
    return same;
}

/* ---- asynchronous procedure calls ("Asynchronous Procedure Calls") ---- */

typedef void(WINAPI *apc_function)(ULONG_PTR, ULONG_PTR, ULONG_PTR);

struct user_apc {
    struct apc apc;
    apc_function function;
    ULONG_PTR arguments[3];
};

static void user_apc_run(struct apc *apc) {
    struct user_apc call = *(struct user_apc *)apc;
    free(apc);
    call.function(call.arguments[0], call.arguments[1], call.arguments[2]);
}

static void user_apc_discard(struct apc *apc) { free(apc); }

API(ntdll, NTSTATUS, NtQueueApcThread, HANDLE ThreadHandle, apc_function ApcRoutine, ULONG_PTR ApcArgument1,
    ULONG_PTR ApcArgument2, ULONG_PTR ApcArgument3) {
    NTSTATUS status;
    struct object *object = handle_object(ThreadHandle, &thread_type, THREAD_SET_CONTEXT, &status);
    if (!object)
        return status;
    struct user_apc *call = malloc(sizeof *call);
    if (!call) {
        status = STATUS_NO_MEMORY;
    } else {
        *call = (struct user_apc){{NULL, user_apc_run, user_apc_discard}, ApcRoutine,
                                  {ApcArgument1, ApcArgument2, ApcArgument3}};
        if (!thread_queue_apc((struct thread_object *)object, &call->apc)) {
            free(call);
            status = STATUS_UNSUCCESSFUL;
        }
    }
    object_release(object);
    return status;
}

/* A PAPCFUNC finds its one argument in the first register; the other two do no harm. */
API(kernel32 kernelbase, DWORD, QueueUserAPC, apc_function pfnAPC, HANDLE hThread, ULONG_PTR dwData) {
    return (DWORD)succeed_or_fail(api_NtQueueApcThread(hThread, pfnAPC, dwData, 0, 0));
}

/* Special ones, which interrupt a thread wherever it is, are refused, as is the wish for the interrupted context. */
API(ntdll, NTSTATUS, NtQueueApcThreadEx2, HANDLE ThreadHandle, HANDLE ReserveHandle, ULONG ApcFlags,
    apc_function ApcRoutine, ULONG_PTR ApcArgument1, ULONG_PTR ApcArgument2, ULONG_PTR ApcArgument3) {
    if (ReserveHandle || ApcFlags)
        return STATUS_NOT_SUPPORTED;
    return api_NtQueueApcThread(ThreadHandle, ApcRoutine, ApcArgument1, ApcArgument2, ApcArgument3);
}

/* The second argument is a reserve object's handle, or 1 for a special one. */
API(ntdll, NTSTATUS, NtQueueApcThreadEx, HANDLE ThreadHandle, HANDLE ReserveHandle, apc_function ApcRoutine,
    ULONG_PTR ApcArgument1, ULONG_PTR ApcArgument2, ULONG_PTR ApcArgument3) {
    return api_NtQueueApcThreadEx2(ThreadHandle, ReserveHandle, 0, ApcRoutine, ApcArgument1, ApcArgument2, ApcArgument3);
}

API(kernel32 kernelbase, BOOL, QueueUserAPC2, apc_function ApcRoutine, HANDLE Thread, ULONG_PTR Data, DWORD Flags) {
    return succeed_or_fail(api_NtQueueApcThreadEx2(Thread, NULL, Flags, ApcRoutine, Data, 0, 0));
}

API(ntdll, NTSTATUS, NtTestAlert, void) {
    if (thread_take_alert())
        return STATUS_ALERTED;
    return thread_run_apcs() ? STATUS_USER_APC : STATUS_SUCCESS;
}

/* ---- alerts by thread id: one flag a thread ---- */

API(ntdll, NTSTATUS, NtAlertThreadByThreadId, HANDLE ThreadId) {
    struct thread_object *thread = thread_object_from_id((DWORD)(uintptr_t)ThreadId);
    if (!thread)
        return STATUS_INVALID_CID;
    atomic_store(&thread->alerted, 1);
    futex_wake(&thread->alerted, 1);
    object_release(&thread->object);
    return STATUS_SUCCESS;
}

API(ntdll, NTSTATUS, NtWaitForAlertByThreadId, PVOID Address, const LARGE_INTEGER *Timeout) {
    struct thread_object *self = thread_object_self();
    int64_t deadline = deadline_from_nt(Timeout);
    (void)Address;                                   /* a hint for debuggers */
    while (!atomic_exchange(&self->alerted, 0))
        if (deadline == 0 || !futex_wait_until(&self->alerted, 0, deadline))
            return atomic_exchange(&self->alerted, 0) ? STATUS_ALERTED : STATUS_TIMEOUT;
    return STATUS_ALERTED;
}
