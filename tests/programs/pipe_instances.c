// Instances of named pipes: how many there may be, which of them a client gets, and how long one waits for one.
#include <windows.h>

#include "fixture.h"

static char name[100];

static HANDLE make(DWORD open_mode, DWORD mode, DWORD maximum)
{
    return CreateNamedPipeA(name, open_mode, mode, maximum, 512, 256, 20, NULL);
}

static HANDLE open_with(DWORD access) { return CreateFileA(name, access, 0, NULL, OPEN_EXISTING, 0, NULL); }
static HANDLE open_pipe(void) { return open_with(GENERIC_READ | GENERIC_WRITE); }
static int is_open(HANDLE pipe) { return pipe != INVALID_HANDLE_VALUE; }

static void begin(const char *topic)
{
    wsprintfA(name, "\\\\.\\pipe\\windlass-test-instances-%lu-%s", GetCurrentProcessId(), topic);
    say("%s", topic);
}

static const char *error_of(BOOL done)
{
    static char texts[8][16];
    static int next;
    char *text = texts[next++ % 8];
    wsprintfA(text, done ? "ok" : "error %lu", GetLastError());
    return text;
}

static void busy(void)
{
    begin("busy");
    say("nobody serves: %s, wait %s", error_of(is_open(open_pipe())), error_of(WaitNamedPipeA(name, 1000)));
    HANDLE one = make(PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 2);
    say("wait for a free one: %s", error_of(WaitNamedPipeA(name, 1000)));
    HANDLE client = open_pipe();
    say("first client %s, second %s", error_of(is_open(client)), error_of(is_open(open_pipe())));
    say("wait 10 ms: %s, default: %s, 1 ms: %s", error_of(WaitNamedPipeA(name, 10)),
        error_of(WaitNamedPipeA(name, NMPWAIT_USE_DEFAULT_WAIT)), error_of(WaitNamedPipeA(name, NMPWAIT_NOWAIT)));
    HANDLE two = make(PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 2);
    say("second instance %s, third %s", error_of(is_open(two)),
        error_of(is_open(make(PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 2))));
    say("wait %s, client %s", error_of(WaitNamedPipeA(name, 1000)), error_of(is_open(open_pipe())));
    CloseHandle(client);
    say("client closed: new client %s", error_of(is_open(open_pipe())));
    say("disconnect %s, new client %s", error_of(DisconnectNamedPipe(one)), error_of(is_open(open_pipe())));
    CloseHandle(one);
    one = make(PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 2);
    client = open_pipe();
    say("closed and made again %s, client %s", error_of(is_open(one)), error_of(is_open(client)));
    CloseHandle(client);
    CloseHandle(one);
    CloseHandle(two);
}

static DWORD WINAPI serve_later(void *context)
{
    (void)context;
    Sleep(50);
    return is_open(make(PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 4));
}

static DWORD WINAPI connect_later(void *server)
{
    Sleep(50);
    DisconnectNamedPipe(server);
    return ConnectNamedPipe(server, NULL) || GetLastError() == ERROR_PIPE_CONNECTED;
}

static void waited_for(void)
{
    DWORD code = 0;
    begin("waited for");
    HANDLE server = make(PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 4), client = open_pipe();
    HANDLE thread = CreateThread(NULL, 0, serve_later, NULL, 0, NULL);
    say("one that is made: %s", error_of(WaitNamedPipeA(name, NMPWAIT_WAIT_FOREVER)));
    HANDLE second = open_pipe();
    say("client %s", error_of(is_open(second)));
    WaitForSingleObject(thread, INFINITE);
    CloseHandle(thread);
    thread = CreateThread(NULL, 0, connect_later, server, 0, NULL);
    say("one that is connected again: %s", error_of(WaitNamedPipeA(name, NMPWAIT_WAIT_FOREVER)));
    HANDLE third = open_pipe();
    say("client %s", error_of(is_open(third)));
    WaitForSingleObject(thread, INFINITE);
    GetExitCodeThread(thread, &code);
    say("connected %lu", code);
    CloseHandle(thread);
    CloseHandle(server);
    CloseHandle(client);
    CloseHandle(second);
    CloseHandle(third);
}

static void same_for_all(void)
{
    begin("same for all");
    HANDLE one = make(PIPE_ACCESS_DUPLEX, PIPE_TYPE_MESSAGE, 3);
    // Wine reports: another type ok
    // documented: another type error 5     (Microsoft, "CreateNamedPipeW function", PIPE_TYPE_MESSAGE)
    HANDLE two = make(PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 3);
    say("another type %s", error_of(is_open(two)));
    CloseHandle(two);
    say("another direction %s", error_of(is_open(make(PIPE_ACCESS_INBOUND, PIPE_TYPE_MESSAGE, 3))));
    // Wine reports: first ok
    // documented: first error 5     (Microsoft, "CreateNamedPipeW function", FILE_FLAG_FIRST_PIPE_INSTANCE)
    two = make(PIPE_ACCESS_DUPLEX | FILE_FLAG_FIRST_PIPE_INSTANCE, PIPE_TYPE_MESSAGE, 3);
    say("first %s", error_of(is_open(two)));
    CloseHandle(two);
    two = make(PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED, PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, 3);
    say("other modes of its own %s", error_of(is_open(two)));
    DWORD flags = 9, in = 9, out = 9, maximum = 9, count = 9, state = 9;
    HANDLE client = open_pipe();
    GetNamedPipeInfo(client, &flags, &out, &in, &maximum);
    GetNamedPipeHandleStateA(client, &state, &count, NULL, NULL, NULL, 0);
    say("client: flags %lu, out %lu, in %lu, maximum %lu, instances %lu, state %lu", flags, out, in, maximum, count, state);
    GetNamedPipeInfo(two, &flags, &out, &in, &maximum);
    GetNamedPipeHandleStateA(two, &state, &count, NULL, NULL, NULL, 0);
    say("server: flags %lu, out %lu, in %lu, maximum %lu, instances %lu, state %lu", flags, out, in, maximum, count, state);
    CloseHandle(client);
    CloseHandle(one);
    CloseHandle(two);
    one = make(PIPE_ACCESS_DUPLEX | FILE_FLAG_FIRST_PIPE_INSTANCE, PIPE_TYPE_BYTE, PIPE_UNLIMITED_INSTANCES);
    say("all closed: first %s", error_of(is_open(one)));
    CloseHandle(one);
    // Wine reports: no instances ok, too many error 231, no direction error 87, messages of bytes error 87
    // documented: no instances error 87, too many error 87, no direction error 87, messages of bytes error 87
    say("no instances %s, too many %s, no direction %s, messages of bytes %s", error_of(is_open(make(3, 0, 0))),
        error_of(is_open(make(3, 0, 256))), error_of(is_open(make(0, 0, 1))),
        error_of(is_open(make(3, PIPE_READMODE_MESSAGE, 1))));
}

static void directions(void)
{
    char text[8];
    DWORD count = 0, mode = PIPE_READMODE_MESSAGE;
    begin("directions");
    HANDLE server = make(PIPE_ACCESS_INBOUND, PIPE_TYPE_MESSAGE, 1);
    say("inbound: reader %s", error_of(is_open(open_with(GENERIC_READ))));
    say("both %s", error_of(is_open(open_pipe())));
    HANDLE client = open_with(GENERIC_WRITE);
    say("writer %s", error_of(is_open(client)));
    say("write %s", error_of(WriteFile(client, "abc", 3, &count, NULL)));
    say("the writer reads %s", error_of(ReadFile(client, text, 8, &count, NULL)));
    say("the reader writes %s", error_of(WriteFile(server, "abc", 3, &count, NULL)));
    say("mode of a writer %s", error_of(SetNamedPipeHandleState(client, &mode, NULL, NULL)));
    CloseHandle(client);
    CloseHandle(server);
    server = make(PIPE_ACCESS_OUTBOUND, PIPE_TYPE_MESSAGE, 1);
    say("outbound: writer %s", error_of(is_open(open_with(GENERIC_WRITE))));
    client = open_with(GENERIC_READ);
    say("reader %s", error_of(is_open(client)));
    // Wine reports: mode of a reader ok
    // documented: mode of a reader error 5     (Microsoft, "SetNamedPipeHandleState function")
    say("mode of a reader %s", error_of(SetNamedPipeHandleState(client, &mode, NULL, NULL)));
    CloseHandle(client);
    CloseHandle(server);
    server = make(PIPE_ACCESS_OUTBOUND, PIPE_TYPE_MESSAGE, 1);
    client = open_with(GENERIC_READ | FILE_WRITE_ATTRIBUTES);
    say("with attributes %s", error_of(SetNamedPipeHandleState(client, &mode, NULL, NULL)));
    CloseHandle(client);
    CloseHandle(server);
}

static void states(void)
{
    char text[16];
    DWORD count = 0, left = 0, all = 0;
    begin("states");
    HANDLE server = make(PIPE_ACCESS_DUPLEX, PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, 1);
    say("listening: read %s, write %s, peek %s, disconnect %s", error_of(ReadFile(server, text, 16, &count, NULL)),
        error_of(WriteFile(server, "a", 1, &count, NULL)), error_of(PeekNamedPipe(server, NULL, 0, NULL, &all, NULL)),
        error_of(DisconnectNamedPipe(server)));
    say("disconnected: read %s, write %s, peek %s, disconnect %s", error_of(ReadFile(server, text, 16, &count, NULL)),
        error_of(WriteFile(server, "a", 1, &count, NULL)), error_of(PeekNamedPipe(server, NULL, 0, NULL, &all, NULL)),
        error_of(DisconnectNamedPipe(server)));
    say("disconnected: client %s, wait %s", error_of(is_open(open_pipe())), error_of(WaitNamedPipeA(name, 1)));
    CloseHandle(server);
    server = make(PIPE_ACCESS_DUPLEX, PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, 1);
    HANDLE client = open_pipe();
    say("connected: connect %s", error_of(ConnectNamedPipe(server, NULL)));
    say("the client: connect %s", error_of(ConnectNamedPipe(client, NULL)));
    WriteFile(client, "one", 3, &count, NULL);
    WriteFile(client, "three", 5, &count, NULL);
    CloseHandle(client);
    say("client gone: connect %s", error_of(ConnectNamedPipe(server, NULL)));
    say("peek %s", error_of(PeekNamedPipe(server, text, 2, &count, &all, &left)));
    say("%lu of %lu, %lu left", count, all, left);
    say("read 2 %s", error_of(ReadFile(server, text, 2, &count, NULL)));
    say("%lu", count);
    say("peek %s", error_of(PeekNamedPipe(server, text, 16, &count, &all, &left)));
    say("%lu of %lu, %lu left", count, all, left);
    say("rest %s", error_of(ReadFile(server, text, 16, &count, NULL)));
    say("%lu", count);
    say("next %s", error_of(ReadFile(server, text, 16, &count, NULL)));
    say("%lu", count);
    say("end %s, write %s, peek %s", error_of(ReadFile(server, text, 16, &count, NULL)),
        error_of(WriteFile(server, "a", 1, &count, NULL)), error_of(PeekNamedPipe(server, NULL, 0, NULL, &all, NULL)));
    say("disconnect %s", error_of(DisconnectNamedPipe(server)));
    CloseHandle(server);
    server = make(PIPE_ACCESS_DUPLEX, PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, 1);
    client = open_pipe();
    CloseHandle(client);
    say("gone before it was connected: connect %s", error_of(ConnectNamedPipe(server, NULL)));
    CloseHandle(server);
    server = make(PIPE_ACCESS_DUPLEX, PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, 1);
    client = open_pipe();
    DisconnectNamedPipe(server);
    say("client disconnected: read %s, write %s, peek %s", error_of(ReadFile(client, text, 16, &count, NULL)),
        error_of(WriteFile(client, "a", 1, &count, NULL)), error_of(PeekNamedPipe(client, NULL, 0, NULL, &all, NULL)));
    CloseHandle(client);
    CloseHandle(server);
}

static void no_wait(void)
{
    char text[16];
    static char large[300000];
    DWORD count = 9, state = 9, mode = PIPE_READMODE_MESSAGE | PIPE_NOWAIT;
    begin("no wait");
    HANDLE server = make(PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE | PIPE_NOWAIT, 1);
    say("connect %s", error_of(ConnectNamedPipe(server, NULL)));
    say("again %s", error_of(ConnectNamedPipe(server, NULL)));
    HANDLE client = open_pipe();
    say("connected %s", error_of(ConnectNamedPipe(server, NULL)));
    say("read nothing %s", error_of(ReadFile(server, text, 16, &count, NULL)));
    say("%lu", count);
    WriteFile(client, "abc", 3, &count, NULL);
    say("read %s", error_of(ReadFile(server, text, 16, &count, NULL)));
    say("%lu", count);
    GetNamedPipeHandleStateA(server, &state, NULL, NULL, NULL, NULL, 0);
    say("state %lu", state);
    mode = PIPE_WAIT;
    say("wait %s", error_of(SetNamedPipeHandleState(server, &mode, NULL, NULL)));
    GetNamedPipeHandleStateA(server, &state, NULL, NULL, NULL, NULL, 0);
    say("state %lu", state);
    mode = PIPE_NOWAIT;
    say("client %s", error_of(SetNamedPipeHandleState(client, &mode, NULL, NULL)));
    GetNamedPipeHandleStateA(client, &state, NULL, NULL, NULL, NULL, 0);
    say("state %lu, read %s", state, error_of(ReadFile(client, text, 16, &count, NULL)));
    BOOL done = TRUE;
    for (int i = 0; i < 20 && done && count; i++)
        done = WriteFile(client, large, sizeof large, &count, NULL);
    say("a full one: %s, all %d", error_of(done), count == sizeof large);
    CloseHandle(client);
    CloseHandle(server);
}

static void large_messages(void)
{
    static char out[1 << 20], in[1 << 20];
    DWORD count = 0, all = 0, left = 0;
    begin("large");
    HANDLE server = CreateNamedPipeA(name, PIPE_ACCESS_DUPLEX, PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, 1, 2 << 20,
                                     2 << 20, 0, NULL);
    HANDLE client = open_pipe();
    for (unsigned i = 0; i < sizeof out; i++)
        out[i] = (char)(i * 7 >> 3);
    say("write %s", error_of(WriteFile(client, out, sizeof out, &count, NULL)));
    say("%lu", count);
    WriteFile(client, "next", 4, &count, NULL);
    say("peek %s", error_of(PeekNamedPipe(server, in, 1000, &count, &all, &left)));
    say("%lu of %lu, %lu left, same %d", count, all, left, memcmp(in, out, 1000) == 0);
    say("read a part %s", error_of(ReadFile(server, in, 500000, &count, NULL)));
    say("%lu", count);
    say("the rest %s", error_of(ReadFile(server, in + 500000, sizeof in - 500000, &count, NULL)));
    say("%lu", count);
    say("same %d", memcmp(in, out, sizeof in) == 0);
    say("next %s", error_of(ReadFile(server, in, sizeof in, &count, NULL)));
    say("%lu", count);
    CloseHandle(client);
    CloseHandle(server);
}

static DWORD WINAPI answer(void *server)
{
    char text[100];
    DWORD count = 0;
    if (!ConnectNamedPipe(server, NULL) && GetLastError() != ERROR_PIPE_CONNECTED)
        return GetLastError();
    ReadFile(server, text, sizeof text, &count, NULL);
    WriteFile(server, text, count, &count, NULL);
    FlushFileBuffers(server);
    DisconnectNamedPipe(server);
    return 0;
}

static void called(void)
{
    char text[8] = "";
    DWORD count = 9;
    begin("called");
    say("nobody %s", error_of(CallNamedPipeA(name, "question", 8, text, 8, &count, NMPWAIT_USE_DEFAULT_WAIT)));
    HANDLE server = make(PIPE_ACCESS_DUPLEX, PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, 1), client = open_pipe();
    say("busy: not waited %d", CallNamedPipeA(name, "question", 8, text, 8, &count, NMPWAIT_NOWAIT));
    say("default %s", error_of(CallNamedPipeA(name, "question", 8, text, 8, &count, NMPWAIT_USE_DEFAULT_WAIT)));
    CloseHandle(client);
    DisconnectNamedPipe(server);
    HANDLE thread = CreateThread(NULL, 0, answer, server, 0, NULL);
    say("called %s", error_of(CallNamedPipeA(name, "question", 8, text, 8, &count, NMPWAIT_WAIT_FOREVER)));
    say("%lu %.8s", count, text);
    WaitForSingleObject(thread, INFINITE);
    CloseHandle(thread);
    thread = CreateThread(NULL, 0, answer, server, 0, NULL);
    say("too long %s", error_of(CallNamedPipeA(name, "question", 8, text, 4, &count, NMPWAIT_WAIT_FOREVER)));
    say("%lu %.4s", count, text);
    WaitForSingleObject(thread, INFINITE);
    CloseHandle(thread);
    CloseHandle(server);
    server = make(PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 1);
    say("of bytes %s", error_of(CallNamedPipeA(name, "question", 8, text, 8, &count, 10)));
    CloseHandle(server);
}

static void cancelled(void)
{
    OVERLAPPED o = {.hEvent = CreateEventA(NULL, TRUE, FALSE, NULL)};
    DWORD count;
    begin("cancelled");
    HANDLE server = make(PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED, PIPE_TYPE_BYTE, 1);
    say("connect %s", error_of(ConnectNamedPipe(server, &o)));
    say("cancel %s", error_of(CancelIo(server)));
    say("result %s", error_of(GetOverlappedResult(server, &o, &count, TRUE)));
    HANDLE client = open_pipe();
    say("a client all the same %s", error_of(is_open(client)));
    say("connect %s", error_of(ConnectNamedPipe(server, &o)));
    CloseHandle(client);
    DisconnectNamedPipe(server);
    say("connect %s", error_of(ConnectNamedPipe(server, &o)));
    client = open_pipe();
    say("client %s, result %s", error_of(is_open(client)), error_of(GetOverlappedResult(server, &o, &count, TRUE)));
    CloseHandle(client);
    DisconnectNamedPipe(server);
    CloseHandle(server);
    CloseHandle(o.hEvent);
}

PROGRAM
{
    busy();
    waited_for();
    same_for_all();
    directions();
    states();
    no_wait();
    large_messages();
    called();
    cancelled();
    return 0;
}
