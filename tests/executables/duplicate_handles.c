// Handles that a process gets from another one, and puts into it.
#include "process.h"

/* Sets its parent's event, which it does not inherit. */
static int child(unsigned long parent, unsigned long number)
{
    HANDLE process = OpenProcess(PROCESS_DUP_HANDLE, FALSE, parent), event = NULL;
    BOOL done = DuplicateHandle(process, (HANDLE)(ULONG_PTR)number, GetCurrentProcess(), &event, 0, FALSE,
                                DUPLICATE_SAME_ACCESS);
    say("  taken %d, set %d", done, SetEvent(event));
    return 7;
}

/* Serves a pipe that the parent has made. */
static int serve(void)
{
    char text[20] = "";
    DWORD count = 0;
    HANDLE pipe = (HANDLE)(ULONG_PTR)strtoul(getenv("WINDLASS_TEST_PIPE"), NULL, 10);
    BOOL connected = ConnectNamedPipe(pipe, NULL) || GetLastError() == ERROR_PIPE_CONNECTED;
    BOOL done = ReadFile(pipe, text, sizeof text, &count, NULL);
    say("  connected %d, read %d %lu: %s", connected, done, count, text);
    WriteFile(pipe, "pong", 4, &count, NULL);
    FlushFileBuffers(pipe);
    CloseHandle(pipe);
    return 8;
}

/* The end of a pipe that nobody has connected to yet is served by the process that has been given it. */
static void give_pipe(void)
{
    char name[100], number[20], text[20] = "";
    DWORD count = 0;
    HANDLE theirs = NULL;
    sprintf(name, "\\\\.\\pipe\\%s", own("windlass-test-given"));
    HANDLE pipe = CreateNamedPipeA(name, PIPE_ACCESS_DUPLEX, PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, 2, 500, 500, 0, NULL);
    /* The number is that of the same handle in the child, which has none yet when it is started. */
    HANDLE kept = NULL;
    DuplicateHandle(GetCurrentProcess(), pipe, GetCurrentProcess(), &kept, 0, TRUE, DUPLICATE_SAME_ACCESS);
    CloseHandle(pipe);
    sprintf(number, "%lu", (unsigned long)(ULONG_PTR)kept);
    SetEnvironmentVariableA("WINDLASS_TEST_PIPE", number);
    STARTUPINFOA startup = {.cb = sizeof startup};
    PROCESS_INFORMATION process = {0};
    char line[MAX_PATH + 50];
    sprintf(line, "\"%s\" serve", self);
    CreateProcessA(NULL, line, NULL, NULL, TRUE, CREATE_SUSPENDED, NULL, NULL, &startup, &process);
    BOOL done = DuplicateHandle(GetCurrentProcess(), kept, process.hProcess, &theirs, 0, FALSE,
                                DUPLICATE_SAME_ACCESS | DUPLICATE_CLOSE_SOURCE);
    say("pipe put %d %d", done, theirs != NULL);
    HANDLE other = NULL;
    strcat(name, " alone");
    pipe = CreateNamedPipeA(name, PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 1, 500, 500, 0, NULL);
    done = DuplicateHandle(GetCurrentProcess(), pipe, process.hProcess, &other, 0, FALSE,
                           DUPLICATE_SAME_ACCESS | DUPLICATE_CLOSE_SOURCE);
    HANDLE reached = CreateFileA(name, GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);
    say("only there: put %d, reached %d", done, reached != INVALID_HANDLE_VALUE);
    CloseHandle(reached);
    name[strlen(name) - 6] = 0;
    DuplicateHandle(process.hProcess, theirs, NULL, NULL, 0, FALSE, DUPLICATE_CLOSE_SOURCE);
    HANDLE client = CreateFileA(name, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
    say("opened %d", client != INVALID_HANDLE_VALUE);
    done = WriteFile(client, "ping", 4, &count, NULL);
    ResumeThread(process.hThread);
    say("written %d", done);
    done = ReadFile(client, text, sizeof text, &count, NULL);
    say("answer %d %lu: %s", done, count, text);
    CloseHandle(client);
    say("child %lu", finish(process));
    client = CreateFileA(name, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
    say("after its end: %d %lu", client != INVALID_HANDLE_VALUE, GetLastError());
    say("no more to wait for: %d %lu", WaitNamedPipeA(name, 1), GetLastError());
}

static void take(void)
{
    char part[40];
    HANDLE event = CreateEventA(NULL, TRUE, FALSE, NULL);
    sprintf(part, "%lu %lu", GetCurrentProcessId(), (unsigned long)(ULONG_PTR)event);
    DWORD code = finish(start(part, 0));
    say("child %lu, event %lu", code, WaitForSingleObject(event, 0));
    CloseHandle(event);
}

static void put(void)
{
    HANDLE event = CreateEventA(NULL, TRUE, FALSE, NULL), theirs = NULL, back = NULL, none = NULL;
    PROCESS_INFORMATION process = start("suspended", CREATE_SUSPENDED);
    BOOL done = DuplicateHandle(GetCurrentProcess(), event, process.hProcess, &theirs, SYNCHRONIZE | EVENT_MODIFY_STATE,
                                FALSE, 0);
    say("put %d %d", done, theirs != NULL);
    done = DuplicateHandle(process.hProcess, theirs, GetCurrentProcess(), &back, 0, FALSE,
                           DUPLICATE_SAME_ACCESS | DUPLICATE_CLOSE_SOURCE);
    say("taken back %d, set %d, event %lu", done, SetEvent(back), WaitForSingleObject(event, 0));
    done = DuplicateHandle(process.hProcess, theirs, GetCurrentProcess(), &none, 0, FALSE, DUPLICATE_SAME_ACCESS);
    say("closed there: %d %lu", done, GetLastError());
    TerminateProcess(process.hProcess, 3);
    finish(process);
    CloseHandle(back);
    CloseHandle(event);
}

int main(int count, char **arguments)
{
    begin();
    if (count > 2)
        return child(strtoul(arguments[1], NULL, 10), strtoul(arguments[2], NULL, 10));
    if (count > 1)
        return strcmp(arguments[1], "serve") == 0 ? serve() : 0;
    take();
    put();
    give_pipe();
    return 0;
}
