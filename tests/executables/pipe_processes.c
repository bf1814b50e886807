// A pipe's name that several processes serve and open.
#include "process.h"

static char name[120];

static HANDLE serve(DWORD flags, DWORD maximum)
{
    return CreateNamedPipeA(name, PIPE_ACCESS_DUPLEX | flags, PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, maximum, 500, 600,
                            0, NULL);
}

static HANDLE open_pipe(void) { return CreateFileA(name, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL); }

static int is_open(HANDLE pipe) { return pipe != INVALID_HANDLE_VALUE; }

static DWORD instances(HANDLE pipe)
{
    DWORD count = 0;
    return GetNamedPipeHandleStateA(pipe, NULL, &count, NULL, NULL, NULL, 0) ? count : 999;
}

static void wait_for(const char *event)
{
    HANDLE handle = CreateEventA(NULL, TRUE, FALSE, own(event));
    WaitForSingleObject(handle, 30000);
    CloseHandle(handle);
}

/* The event stays open: who waits for it may come later. */
static void tell(const char *event)
{
    HANDLE handle = CreateEventA(NULL, TRUE, FALSE, own(event));
    SetEvent(handle);
}

/* Serves an instance of its own until it is told to end. */
static int server(void)
{
    char text[20] = "";
    DWORD count = 0;
    HANDLE first = serve(FILE_FLAG_FIRST_PIPE_INSTANCE, 3);
    // Wine reports:   first 1 0
    // documented:   first 0 5     (Microsoft, "CreateNamedPipeW function")
    say("  first %d %lu", is_open(first), is_open(first) ? 0 : GetLastError());
    CloseHandle(first);
    HANDLE pipe = serve(0, 3);
    say("  another %d, instances %lu", is_open(pipe), instances(pipe));
    tell("serves");
    ConnectNamedPipe(pipe, NULL);
    BOOL done = ReadFile(pipe, text, sizeof text, &count, NULL);
    say("  read %d: %s", done, text);
    WriteFile(pipe, "pong", 4, &count, NULL);
    wait_for("ends");
    CloseHandle(pipe);
    return 3;
}

/* Holds an instance until it is killed. */
static int holder(void)
{
    HANDLE pipe = serve(0, 3);
    say("  holds %d", is_open(pipe));
    tell("held");
    Sleep(30000);
    return 4;
}

/* A client that waits for its turn. */
static int client(void)
{
    DWORD count = 0;
    HANDLE pipe = open_pipe();
    say("  busy %d %lu", is_open(pipe), GetLastError());
    tell("waits");
    say("  wait %d", WaitNamedPipeA(name, NMPWAIT_WAIT_FOREVER));
    pipe = open_pipe();
    say("  open %d", is_open(pipe));
    WriteFile(pipe, "ping", 4, &count, NULL);
    wait_for("read");
    return 5;
}

static void several_servers(void)
{
    char text[20] = "";
    DWORD count = 0, id = 0, flags = 0, in = 0, out = 0, maximum = 0;
    HANDLE mine = serve(0, 3);
    HANDLE taken = open_pipe();
    PROCESS_INFORMATION process = start("server", 0);
    wait_for("serves");
    say("both serve: instances %lu %lu", instances(mine), instances(taken));
    HANDLE theirs = open_pipe();
    BOOL done = GetNamedPipeServerProcessId(theirs, &id);
    say("opened %d, its server %d %d", is_open(theirs), done, id == process.dwProcessId);
    done = GetNamedPipeServerProcessId(taken, &id);
    say("the other's server %d %d", done, id == GetCurrentProcessId());
    GetNamedPipeInfo(theirs, &flags, &out, &in, &maximum);
    say("flags %lu, out %lu, in %lu, maximum %lu", flags, out, in, maximum);
    WriteFile(theirs, "ping", 4, &count, NULL);
    done = ReadFile(theirs, text, sizeof text, &count, NULL);
    say("answer %d: %s", done, text);
    tell("ends");
    say("server %lu", finish(process));
    done = ReadFile(theirs, text, sizeof text, &count, NULL);
    say("it has gone: %d %lu, instances %lu", done, GetLastError(), instances(mine));
    CloseHandle(theirs);
    CloseHandle(taken);
    CloseHandle(mine);
}

static void waiting_client(void)
{
    char text[20] = "";
    DWORD count = 0, id = 0;
    HANDLE pipe = serve(0, 3), first = open_pipe();
    PROCESS_INFORMATION process = start("client", 0);
    wait_for("waits");
    DisconnectNamedPipe(pipe);
    BOOL done = ReadFile(first, text, sizeof text, &count, NULL);
    say("disconnected: %d %lu", done, GetLastError());
    CloseHandle(first);
    ConnectNamedPipe(pipe, NULL);
    done = ReadFile(pipe, text, sizeof text, &count, NULL);
    say("read %d: %s", done, text);
    done = GetNamedPipeClientProcessId(pipe, &id);
    say("its client %d %d", done, id == process.dwProcessId);
    say("as the client %d, back %d", ImpersonateNamedPipeClient(pipe), RevertToSelf());
    tell("read");
    say("client %lu", finish(process));
    CloseHandle(pipe);
}

static void killed_server(void)
{
    PROCESS_INFORMATION process = start("holder", 0);
    wait_for("held");
    say("held: %d", WaitNamedPipeA(name, 1000));
    TerminateProcess(process.hProcess, 9);
    say("killed %lu", finish(process));
    BOOL done = WaitNamedPipeA(name, 1000);
    say("gone with it: %d %lu", done, GetLastError());
    HANDLE pipe = serve(FILE_FLAG_FIRST_PIPE_INSTANCE, 1);
    say("first again %d", is_open(pipe));
    CloseHandle(pipe);
}

int main(int count, char **arguments)
{
    begin();
    sprintf(name, "\\\\.\\pipe\\%s", own("windlass-test-processes"));
    if (count > 1)
        return strcmp(arguments[1], "server") == 0 ? server() : strcmp(arguments[1], "holder") == 0 ? holder() : client();
    several_servers();
    waiting_client();
    killed_server();
    return 0;
}
