/* This process and other ones ("Process and Thread Functions"): their life. process_info.c has their properties. */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "console/console.h"
#include "nt.h"
#include "process_end.h"
#include "process_object.h"
#include "shared.h"
#include "wait.h"

#define PROCESS_TERMINATE 1u
#define PROCESS_SUSPEND_RESUME 0x800u
#define PROCESS_QUERY_LIMITED_INFORMATION 0x1000u

/* ---- this process's end ---- */

/* The host's exit codes have eight bits; programs that end with an NTSTATUS should not seem to have succeeded. */
static int host_exit_code(DWORD code) { return code & 0xff || !code ? (int)(code & 0xff) : 1; }

void process_leave(DWORD code) {
    process_block_end(code);
    shared_end();
    console_resume_lines();
    _exit(host_exit_code(code));
}

/* "ExitProcess function": DLLs are detached first; no other thread goes on after that. */
void exit_process(DWORD code) {
    process_end(code);
    fflush(NULL);
    process_leave(code);
}

API(kernel32 kernelbase, void, ExitProcess, UINT uExitCode) { exit_process(uExitCode); }
API_ALIAS(api_ExitProcess, rtl, ntdll, "RtlExitUserProcess");

/* "RtlDllShutdownInProgress function" */
API(ntdll, BOOLEAN, RtlDllShutdownInProgress, void) { return process_is_ending(); }

/* ---- ends of processes ---- */

static struct process_object *process_or_fail(HANDLE handle, ACCESS_MASK access) {
    return (struct process_object *)handle_object_or_fail(handle, &process_type, access);
}

static void release(struct process_object *process) { object_release(&process->object); }

/* No DLL is told ("TerminateProcess function"). */
API(ntdll, NTSTATUS, NtTerminateProcess, HANDLE ProcessHandle, NTSTATUS ExitStatus) {
    NTSTATUS status;
    if (!ProcessHandle)                              /* all other threads: they end with the process */
        return STATUS_SUCCESS;
    struct object *object = handle_object(ProcessHandle, &process_type, PROCESS_TERMINATE, &status);
    if (!object)
        return status;
    struct process_object *process = (struct process_object *)object;
    if (!process->id)
        process_leave((DWORD)ExitStatus);
    status = process_terminate(process, (DWORD)ExitStatus);
    object_release(object);
    return status;
}

API(kernel32 kernelbase, BOOL, TerminateProcess, HANDLE hProcess, UINT uExitCode) {
    if (!hProcess)
        return fail(ERROR_INVALID_HANDLE);
    return succeed_or_fail(api_NtTerminateProcess(hProcess, (NTSTATUS)uExitCode));
}

/* ERROR_NOT_SUPPORTED for a process that has ended and is neither a child nor run by windlass: the host does not tell. */
API(kernel32 kernelbase, BOOL, GetExitCodeProcess, HANDLE hProcess, LPDWORD lpExitCode) {
    struct process_object *process = process_or_fail(hProcess, PROCESS_QUERY_LIMITED_INFORMATION);
    if (!process)
        return FALSE;
    dispatcher_acquire();
    bool is_known = !process_has_ended(process) || process->knows_exit_code;
    DWORD code = process->exit_code;
    dispatcher_release();
    release(process);
    if (!is_known)
        return fail(ERROR_NOT_SUPPORTED);
    *lpExitCode = code;
    return TRUE;
}

static NTSTATUS change_suspension(HANDLE handle, NTSTATUS (*change)(struct process_object *)) {
    NTSTATUS status;
    struct object *object = handle_object(handle, &process_type, PROCESS_SUSPEND_RESUME, &status);
    if (!object)
        return status;
    struct process_object *process = (struct process_object *)object;
    status = process->id ? change(process) : STATUS_NOT_SUPPORTED;
    object_release(object);
    return status;
}

API(ntdll, NTSTATUS, NtSuspendProcess, HANDLE ProcessHandle) { return change_suspension(ProcessHandle, process_stop); }

API(ntdll, NTSTATUS, NtResumeProcess, HANDLE ProcessHandle) { return change_suspension(ProcessHandle, process_continue); }

/* ---- handles of processes ---- */

API(kernel32 kernelbase, DWORD, GetProcessId, HANDLE Process) {
    struct process_object *process = process_or_fail(Process, PROCESS_QUERY_LIMITED_INFORMATION);
    if (!process)
        return 0;
    DWORD id = (DWORD)process_id(process);
    release(process);
    return id;
}

static NTSTATUS open_process(DWORD id, ACCESS_MASK access, DWORD flags, HANDLE *handle) {
    struct process_object *process = process_object_open((pid_t)id);
    if (!process)
        return errno == EPERM ? STATUS_ACCESS_DENIED : errno == ENOMEM ? STATUS_NO_MEMORY : STATUS_INVALID_CID;
    *handle = handle_new(&process->object, access_from_generic(&process->object, access), flags);
    release(process);
    return *handle ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
}

API(ntdll, NTSTATUS, NtOpenProcess, PHANDLE ProcessHandle, ACCESS_MASK DesiredAccess,
    const OBJECT_ATTRIBUTES *ObjectAttributes, const CLIENT_ID *ClientId) {
    if (!ClientId)
        return STATUS_INVALID_PARAMETER_MIX;
    return open_process((DWORD)(uintptr_t)ClientId->UniqueProcess, DesiredAccess,
                        ObjectAttributes && ObjectAttributes->Attributes & OBJ_INHERIT ? HANDLE_FLAG_INHERIT : 0,
                        ProcessHandle);
}

API(kernel32 kernelbase, HANDLE, OpenProcess, DWORD dwDesiredAccess, BOOL bInheritHandle, DWORD dwProcessId) {
    HANDLE handle = NULL;
    return succeed_or_fail(open_process(dwProcessId, dwDesiredAccess, bInheritHandle ? HANDLE_FLAG_INHERIT : 0, &handle))
        ? handle : NULL;
}
