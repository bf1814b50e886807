// Job objects: membership, limits, accounting, termination, and what happens with the last handle.
// Wine reports:   gone 1 error 24
// documented:   gone 0 error 2     (Microsoft, "Job Objects")
// Wine reports:   bad length 0 error 87
// documented:   bad length 0 error 24     (Microsoft, "System Error Codes": ERROR_BAD_LENGTH)
// Wine reports:   flags 0 limit 0
// documented:   flags 0x8 limit 1     (Microsoft, "QueryInformationJobObject function")
#include "process.h"

static BOOL is_in(HANDLE process, HANDLE job)
{
    BOOL result = -1;
    if (!IsProcessInJob(process, job, &result))
        say("  error %lu", GetLastError());
    return result;
}

static int child(const char *part)
{
    HANDLE ready = OpenEventA(EVENT_MODIFY_STATE, FALSE, own("windlass test ready"));
    if (!strcmp(part, "parent")) {
        PROCESS_INFORMATION process = start("sleeper", 0);
        say("  grandchild in the job %d", is_in(process.hProcess, NULL));
        Sleep(60000);
    }
    if (!strcmp(part, "owner")) {
        JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits = {.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE};
        HANDLE job = CreateJobObjectA(NULL, own("windlass test owned"));
        say("  limit %d", SetInformationJobObject(job, JobObjectExtendedLimitInformation, &limits, sizeof limits));
        PROCESS_INFORMATION process = start("quiet", CREATE_SUSPENDED);
        say("  assign %d", AssignProcessToJobObject(job, process.hProcess));
        ResumeThread(process.hThread);
        HANDLE told = CreateEventA(NULL, TRUE, FALSE, own("windlass test told"));
        WaitForSingleObject(told, 30000);
        TerminateProcess(GetCurrentProcess(), 1);
    }
    SetEvent(ready);
    Sleep(60000);
    return 0;
}

static void membership(HANDLE ready)
{
    HANDLE job = CreateJobObjectA(NULL, own("windlass test job")), other = CreateJobObjectA(NULL, NULL);
    PROCESS_INFORMATION process = start("parent", CREATE_SUSPENDED);
    JOBOBJECT_BASIC_ACCOUNTING_INFORMATION counts;
    struct { JOBOBJECT_BASIC_PROCESS_ID_LIST list; ULONG_PTR more[4]; } ids;
    DWORD size = 0;
    say("membership:");
    say("  before %d", is_in(process.hProcess, job));
    say("  assign %d", AssignProcessToJobObject(job, process.hProcess));
    say("  after %d, in the other %d, in any %d", is_in(process.hProcess, job), is_in(process.hProcess, other),
        is_in(process.hProcess, NULL));
    ResumeThread(process.hThread);
    WaitForSingleObject(ready, 30000);
    say("  query %d", QueryInformationJobObject(job, JobObjectBasicAccountingInformation, &counts, sizeof counts, &size));
    say("  size %lu, total %lu, active %lu", size, counts.TotalProcesses, counts.ActiveProcesses);
    say("  ids %d", QueryInformationJobObject(job, JobObjectBasicProcessIdList, &ids, sizeof ids, &size));
    say("  %lu of %lu, the first %d", ids.list.NumberOfProcessIdsInList, ids.list.NumberOfAssignedProcesses,
        ids.list.ProcessIdList[0] == process.dwProcessId);
    say("  too small %d error %lu", QueryInformationJobObject(job, JobObjectBasicProcessIdList, &ids, 16, NULL),
        GetLastError());
    say("  bad length %d error %lu", QueryInformationJobObject(job, JobObjectBasicAccountingInformation, &counts, 3, NULL),
        GetLastError());
    HANDLE opened = OpenJobObjectA(JOB_OBJECT_TERMINATE, FALSE, own("windlass test job"));
    say("  terminate %d", TerminateJobObject(opened, 77));
    say("  exit code %lu", finish(process));
    QueryInformationJobObject(job, JobObjectBasicAccountingInformation, &counts, sizeof counts, &size);
    for (int i = 0; i < 500 && counts.ActiveProcesses; i++) {
        Sleep(10);
        QueryInformationJobObject(job, JobObjectBasicAccountingInformation, &counts, sizeof counts, &size);
    }
    say("  total %lu, active %lu", counts.TotalProcesses, counts.ActiveProcesses);
    CloseHandle(opened);
    CloseHandle(other);
    CloseHandle(job);
    say("  gone %d error %lu", OpenJobObjectA(JOB_OBJECT_QUERY, FALSE, own("windlass test job")) != NULL, GetLastError());
}

static void limits(void)
{
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits = {0};
    HANDLE job = CreateJobObjectA(NULL, NULL);
    say("limits:");
    limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_ACTIVE_PROCESS;
    limits.BasicLimitInformation.ActiveProcessLimit = 1;
    say("  set %d", SetInformationJobObject(job, JobObjectExtendedLimitInformation, &limits, sizeof limits));
    say("  bad length %d error %lu", SetInformationJobObject(job, JobObjectExtendedLimitInformation, &limits, 7),
        GetLastError());
    memset(&limits, 0, sizeof limits);
    QueryInformationJobObject(job, JobObjectExtendedLimitInformation, &limits, sizeof limits, NULL);
    say("  flags %#lx limit %lu", limits.BasicLimitInformation.LimitFlags, limits.BasicLimitInformation.ActiveProcessLimit);
    PROCESS_INFORMATION process = start("quiet", 0);
    say("  assign %d", AssignProcessToJobObject(job, process.hProcess));
    say("  terminate %d", TerminateJobObject(job, 5));
    say("  exit code %lu", finish(process));
    say("  no job %d error %lu", AssignProcessToJobObject(NULL, GetCurrentProcess()), GetLastError());
}

static void closing(HANDLE ready)
{
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits = {.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE};
    HANDLE job = CreateJobObjectA(NULL, NULL);
    PROCESS_INFORMATION process = start("quiet", 0);
    say("the last handle:");
    say("  limit %d", SetInformationJobObject(job, JobObjectExtendedLimitInformation, &limits, sizeof limits));
    AssignProcessToJobObject(job, process.hProcess);
    WaitForSingleObject(ready, 30000);
    say("  runs %lu", WaitForSingleObject(process.hProcess, 100));
    CloseHandle(job);
    say("  ends %lu", WaitForSingleObject(process.hProcess, 30000));
    finish(process);

    HANDLE told = CreateEventA(NULL, TRUE, FALSE, own("windlass test told"));
    process = start("owner", 0);
    WaitForSingleObject(ready, 30000);
    job = OpenJobObjectA(JOB_OBJECT_QUERY, FALSE, own("windlass test owned"));
    struct { JOBOBJECT_BASIC_PROCESS_ID_LIST list; ULONG_PTR more[4]; } ids;
    QueryInformationJobObject(job, JobObjectBasicProcessIdList, &ids, sizeof ids, NULL);
    say("  members of another's job %lu", ids.list.NumberOfProcessIdsInList);
    HANDLE member = OpenProcess(SYNCHRONIZE, FALSE, (DWORD)ids.list.ProcessIdList[0]);
    CloseHandle(job);
    SetEvent(told);
    finish(process);
    say("  ends with its owner's process %lu", WaitForSingleObject(member, 30000));
}

int main(int count, char **arguments)
{
    begin();
    if (count > 1)
        return child(arguments[1]);
    HANDLE ready = CreateEventA(NULL, FALSE, FALSE, own("windlass test ready"));
    membership(ready);
    limits();
    closing(ready);
    return 0;
}
