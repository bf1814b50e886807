/* Job objects ("Job Objects", "CreateJobObjectW function"). What they limit and count: job_information.py. */
#include <unistd.h>

#include "job_object.h"
#include "names.h"
#include "namespace.h"
#include "nt.h"

enum { JOB_OBJECT_ASSIGN_PROCESS = 1, JOB_OBJECT_TERMINATE = 8, PROCESS_SET_QUOTA = 0x100, PROCESS_TERMINATE = 1 };

#define PROCESS_QUERY_LIMITED_INFORMATION 0x1000u

/* Other processes look for their jobs in files, so that a job without a name has one, too. */
static bool publish_unnamed(HANDLE handle) {
    NTSTATUS status;
    struct object *job = handle_object(handle, &job_type, 0, &status);
    bool done = job && (job->shared || object_publish(job));
    object_release(job);
    if (!done)
        handle_close(handle);
    return done;
}

static HANDLE published(HANDLE handle) {
    DWORD error = teb_self()->LastErrorValue;
    if (handle && !publish_unnamed(handle)) {
        set_last_error(ERROR_NOT_SUPPORTED);
        return NULL;
    }
    set_last_error(error);
    return handle;
}

API(kernel32 kernelbase, HANDLE, CreateJobObjectW, SECURITY_ATTRIBUTES *lpJobAttributes, LPCWSTR lpName) {
    return published(create_named(job_new(), lpName, job_type.all_access, lpJobAttributes));
}

API(kernel32, HANDLE, CreateJobObjectA, SECURITY_ATTRIBUTES *lpJobAttributes, LPCSTR lpName) {
    return published(create_named_ansi(job_new(), lpName, job_type.all_access, lpJobAttributes));
}

API(kernel32 kernelbase, HANDLE, OpenJobObjectW, DWORD dwDesiredAccess, BOOL bInheritHandle, LPCWSTR lpName) {
    return open_named(&job_type, lpName, dwDesiredAccess, bInheritHandle);
}

API(kernel32, HANDLE, OpenJobObjectA, DWORD dwDesiredAccess, BOOL bInheritHandle, LPCSTR lpName) {
    return open_named_ansi(&job_type, lpName, dwDesiredAccess, bInheritHandle);
}

API(ntdll, NTSTATUS, NtCreateJobObject, PHANDLE JobHandle, ACCESS_MASK DesiredAccess,
    const OBJECT_ATTRIBUTES *ObjectAttributes) {
    NTSTATUS status = nt_create(job_new(), DesiredAccess, ObjectAttributes, JobHandle);
    return NT_SUCCESS(status) && !publish_unnamed(*JobHandle) ? STATUS_NOT_SUPPORTED : status;
}

API(ntdll, NTSTATUS, NtOpenJobObject, PHANDLE JobHandle, ACCESS_MASK DesiredAccess,
    const OBJECT_ATTRIBUTES *ObjectAttributes) {
    return nt_open(&job_type, DesiredAccess, ObjectAttributes, JobHandle);
}

API(ntdll, NTSTATUS, NtAssignProcessToJobObject, HANDLE JobHandle, HANDLE ProcessHandle) {
    NTSTATUS status;
    struct object *job = handle_object(JobHandle, &job_type, JOB_OBJECT_ASSIGN_PROCESS, &status);
    if (!job)
        return status;
    struct object *process = handle_object(ProcessHandle, &process_type, PROCESS_SET_QUOTA | PROCESS_TERMINATE, &status);
    if (process)
        status = job_assign(job, (struct process_object *)process);
    object_release(process);
    object_release(job);
    return status;
}

API(kernel32 kernelbase, BOOL, AssignProcessToJobObject, HANDLE hJob, HANDLE hProcess) {
    return succeed_or_fail(api_NtAssignProcessToJobObject(hJob, hProcess));
}

/* In any job at all? */
static bool is_in_some_job(const struct process_identity *process) {
    size_t count;
    struct object **jobs = jobs_of(process, &count);
    for (size_t i = 0; i < count; i++)
        object_release(jobs[i]);
    free(jobs);
    return count != 0;
}

/* STATUS_PROCESS_IN_JOB or STATUS_PROCESS_NOT_IN_JOB. */
API(ntdll, NTSTATUS, NtIsProcessInJob, HANDLE ProcessHandle, HANDLE JobHandle) {
    enum { IN_JOB = 0x124, NOT_IN_JOB = 0x123, JOB_OBJECT_QUERY = 4 };
    NTSTATUS status;
    struct process_identity identity;
    struct object *job = JobHandle ? handle_object(JobHandle, &job_type, JOB_OBJECT_QUERY, &status) : NULL;
    if (JobHandle && !job)
        return status;
    struct object *process = handle_object(ProcessHandle, &process_type, PROCESS_QUERY_LIMITED_INFORMATION, &status);
    if (process) {
        bool lives = process_identity_of(process_id((struct process_object *)process), &identity);
        bool found = lives && (job ? job_contains(job, &identity) : is_in_some_job(&identity));
        status = found ? IN_JOB : NOT_IN_JOB;
    }
    object_release(process);
    object_release(job);
    return status;
}

API(kernel32 kernelbase, BOOL, IsProcessInJob, HANDLE ProcessHandle, HANDLE JobHandle, PBOOL Result) {
    NTSTATUS status = api_NtIsProcessInJob(ProcessHandle, JobHandle);
    if (NT_SUCCESS(status))
        *Result = status == 0x124;
    return succeed_or_fail(status);
}

/* The calling process, if it is in the job, ends last. */
API(ntdll, NTSTATUS, NtTerminateJobObject, HANDLE JobHandle, NTSTATUS ExitStatus) {
    NTSTATUS status;
    struct object *job = handle_object(JobHandle, &job_type, JOB_OBJECT_TERMINATE, &status);
    if (!job)
        return status;
    job_terminate(job, (DWORD)ExitStatus);
    bool is_in = job_contains(job, process_identity_self());
    object_release(job);
    if (is_in) {
        process_block_end((DWORD)ExitStatus);
        _exit(ExitStatus & 0xff ? ExitStatus & 0xff : ExitStatus != 0);
    }
    return STATUS_SUCCESS;
}

API(kernel32 kernelbase, BOOL, TerminateJobObject, HANDLE hJob, UINT uExitCode) {
    return succeed_or_fail(api_NtTerminateJobObject(hJob, (NTSTATUS)uExitCode));
}
