/* This process and other ones ("Process and Thread Functions"). */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "nt.h"
#include "process_object.h"

static void destroy(struct object *object) {
    struct process_object *process = (struct process_object *)object;
    close(process->fd);
    free(process);
}

/* A pidfd is readable when its process has ended. */
static bool has_ended(struct process_object *process) {
    struct pollfd poll_fd = {.fd = process->fd, .events = POLLIN};
    if (process->id && !process->ended && poll(&poll_fd, 1, 0) > 0)
        process->ended = true;
    return process->ended;
}

static bool is_signaled(struct object *object, struct thread_object *waiter) {
    (void)waiter;
    return has_ended((struct process_object *)object);
}

#define PROCESS_ALL_ACCESS (STANDARD_RIGHTS_REQUIRED | SYNCHRONIZE | 0xffffu)
#define PROCESS_TERMINATE 1u
#define PROCESS_QUERY_INFORMATION 0x400u
#define PROCESS_QUERY_LIMITED_INFORMATION 0x1000u

const struct object_type process_type = {
    .name = "Process",
    .destroy = destroy,
    .is_signaled = is_signaled,
    .all_access = PROCESS_ALL_ACCESS,
    .generic_read = READ_CONTROL | 0x410,            /* PROCESS_QUERY_INFORMATION, PROCESS_VM_READ */
    .generic_write = READ_CONTROL | 0xbef,
    .generic_execute = READ_CONTROL | SYNCHRONIZE | 0x101000,
};

static struct process_object this_process = {.object = {.type = &process_type, .references = 1},
                                             .exit_code = STILL_ACTIVE};

struct object *current_process_object(void) { return &this_process.object; }

/* ---- this process's end ---- */

/* The host's exit codes have eight bits; programs that end with an NTSTATUS should not seem to have succeeded. */
static int host_exit_code(DWORD code) { return code & 0xff || !code ? (int)(code & 0xff) : 1; }

/* "ExitProcess function": DLLs are detached first; no other thread goes on after that. */
void exit_process(DWORD code) {
    this_process.exit_code = code;
    if (process_detach_hook)
        process_detach_hook();
    fflush(NULL);
    _exit(host_exit_code(code));
}

API(kernel32 kernelbase, void, ExitProcess, UINT uExitCode) { exit_process(uExitCode); }
API_ALIAS(api_ExitProcess, rtl, ntdll, "RtlExitUserProcess");

/* ---- handles of processes ---- */

static struct process_object *process_or_fail(HANDLE handle, ACCESS_MASK access) {
    return (struct process_object *)handle_object_or_fail(handle, &process_type, access);
}

static void release(struct process_object *process) { object_release(&process->object); }

/* "TerminateProcess function": no DLL is told. */
API(kernel32 kernelbase, BOOL, TerminateProcess, HANDLE hProcess, UINT uExitCode) {
    struct process_object *process = process_or_fail(hProcess, PROCESS_TERMINATE);
    if (!process)
        return FALSE;
    if (!process->id)
        _exit(host_exit_code(uExitCode));
    BOOL done = !has_ended(process) && syscall(SYS_pidfd_send_signal, process->fd, SIGKILL, NULL, 0) == 0;
    if (done)
        process->exit_code = uExitCode;
    release(process);
    return done ? TRUE : fail(ERROR_ACCESS_DENIED);
}

API(ntdll, NTSTATUS, NtTerminateProcess, HANDLE ProcessHandle, NTSTATUS ExitStatus) {
    if (!ProcessHandle)                              /* all other threads: they end with the process */
        return STATUS_SUCCESS;
    return api_TerminateProcess(ProcessHandle, (UINT)ExitStatus) ? STATUS_SUCCESS : STATUS_ACCESS_DENIED;
}
API_ALIAS(api_NtTerminateProcess, zw, ntdll, "ZwTerminateProcess");

API(kernel32 kernelbase, BOOL, GetExitCodeProcess, HANDLE hProcess, LPDWORD lpExitCode) {
    struct process_object *process = process_or_fail(hProcess, PROCESS_QUERY_LIMITED_INFORMATION);
    if (!process)
        return FALSE;
    *lpExitCode = has_ended(process) ? process->exit_code : STILL_ACTIVE;
    release(process);
    return TRUE;
}

API(kernel32 kernelbase, DWORD, GetProcessId, HANDLE Process) {
    struct process_object *process = process_or_fail(Process, PROCESS_QUERY_LIMITED_INFORMATION);
    if (!process)
        return 0;
    DWORD id = (DWORD)(process->id ? process->id : getpid());
    release(process);
    return id;
}

API(kernel32 kernelbase, HANDLE, OpenProcess, DWORD dwDesiredAccess, BOOL bInheritHandle, DWORD dwProcessId) {
    struct object *object = object_reference(current_process_object());
    if (dwProcessId != (DWORD)getpid()) {
        object_release(object);
        struct process_object *process = calloc(1, sizeof *process);
        int fd = dwProcessId ? (int)syscall(SYS_pidfd_open, (pid_t)dwProcessId, 0) : -1;
        if (!process || fd < 0) {
            set_last_error(!process ? ERROR_NOT_ENOUGH_MEMORY : errno == EPERM ? ERROR_ACCESS_DENIED
                                                                               : ERROR_INVALID_PARAMETER);
            free(process);
            return NULL;
        }
        object_init(&process->object, &process_type);
        process->id = (pid_t)dwProcessId;
        process->fd = fd;
        process->exit_code = STILL_ACTIVE;
        object = &process->object;
    }
    HANDLE handle = handle_new(object, access_from_generic(object, dwDesiredAccess),
                               bInheritHandle ? HANDLE_FLAG_INHERIT : 0);
    object_release(object);
    if (!handle)
        set_last_error(ERROR_NOT_ENOUGH_MEMORY);
    return handle;
}

static FILETIME ticks_of(struct timeval time) {
    ULONGLONG ticks = (ULONGLONG)time.tv_sec * 10000000 + (ULONGLONG)time.tv_usec * 10;
    return (FILETIME){(DWORD)ticks, (DWORD)(ticks >> 32)};
}

/* The start of this process: field 22 of /proc/self/stat counts clock ticks since boot. */
static FILETIME creation_time(void) {
    unsigned long long started = 0;
    struct timespec boot, now;
    FILE *stat = fopen("/proc/self/stat", "re");
    if (stat) {
        if (fscanf(stat, "%*d (%*[^)]) %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu",
                   &started) != 1)
            started = 0;
        fclose(stat);
    }
    clock_gettime(CLOCK_BOOTTIME, &boot);
    clock_gettime(CLOCK_REALTIME, &now);
    LONGLONG since_boot = boot.tv_sec * 10000000LL + boot.tv_nsec / 100;
    LONGLONG today = now.tv_sec * 10000000LL + now.tv_nsec / 100 + 116444736000000000LL;
    LONGLONG ticks = today - since_boot + (LONGLONG)(started * 10000000ull / (ULONGLONG)sysconf(_SC_CLK_TCK));
    return (FILETIME){(DWORD)ticks, (DWORD)(ticks >> 32)};
}

API(kernel32 kernelbase, BOOL, GetProcessTimes, HANDLE hProcess, FILETIME *lpCreationTime, FILETIME *lpExitTime,
    FILETIME *lpKernelTime, FILETIME *lpUserTime) {
    struct rusage usage;
    struct process_object *process = process_or_fail(hProcess, PROCESS_QUERY_LIMITED_INFORMATION);
    if (!process)
        return FALSE;
    bool other = process->id != 0;
    release(process);
    if (other || getrusage(RUSAGE_SELF, &usage))
        return fail(ERROR_NOT_SUPPORTED);
    *lpCreationTime = creation_time();
    *lpExitTime = (FILETIME){0, 0};
    *lpKernelTime = ticks_of(usage.ru_stime);
    *lpUserTime = ticks_of(usage.ru_utime);
    return TRUE;
}
