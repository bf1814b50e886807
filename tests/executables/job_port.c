// The completion port of a job: it hears of processes that come and go, and of the last one's end.
#include "process.h"

static int child(const char *part)
{
    if (!strcmp(part, "parent")) {
        PROCESS_INFORMATION process = start("grandchild", 0);
        CloseHandle(process.hThread);
        CloseHandle(process.hProcess);
    }
    return 0;
}

/* Takes messages until the one that no process is left. */
static void take_messages(HANDLE port, DWORD number)
{
    DWORD message = 0;
    ULONG_PTR key = 0;
    OVERLAPPED *value = NULL;
    int started = 0, ended = 0, own_started = 0, own_ended = 0;
    while (GetQueuedCompletionStatus(port, &message, &key, &value, 30000) && message != JOB_OBJECT_MSG_ACTIVE_PROCESS_ZERO) {
        started += message == JOB_OBJECT_MSG_NEW_PROCESS;
        ended += message == JOB_OBJECT_MSG_EXIT_PROCESS;
        own_started += message == JOB_OBJECT_MSG_NEW_PROCESS && (DWORD)(ULONG_PTR)value == number;
        own_ended += message == JOB_OBJECT_MSG_EXIT_PROCESS && (DWORD)(ULONG_PTR)value == number;
    }
    say("  %d started, %d ended, the child %d %d, last %lu, key %d", started, ended, own_started, own_ended, message,
        (int)key);
}

static void one(const char *part)
{
    HANDLE job = CreateJobObjectA(NULL, NULL), port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 1);
    JOBOBJECT_ASSOCIATE_COMPLETION_PORT given = {(PVOID)5, port};
    say("%s:", part);
    say("  associate %d", SetInformationJobObject(job, JobObjectAssociateCompletionPortInformation, &given, sizeof given));
    PROCESS_INFORMATION process = start(part, CREATE_SUSPENDED);
    say("  assign %d", AssignProcessToJobObject(job, process.hProcess));
    ResumeThread(process.hThread);
    take_messages(port, process.dwProcessId);
    CloseHandle(process.hThread);
    CloseHandle(process.hProcess);
    CloseHandle(job);
    CloseHandle(port);
}

int main(int count, char **arguments)
{
    begin();
    if (count > 1)
        return child(arguments[1]);
    one("alone");
    one("parent");
    HANDLE job = CreateJobObjectA(NULL, NULL);
    JOBOBJECT_ASSOCIATE_COMPLETION_PORT given = {NULL, job};
    BOOL done = SetInformationJobObject(job, JobObjectAssociateCompletionPortInformation, &given, sizeof given);
    say("no port: %d %lu", done, GetLastError());
    return 0;
}
