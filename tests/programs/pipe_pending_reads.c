// Several reads that wait on one pipe: a write ends them in their order, before it returns.
#include <windows.h>

#include "fixture.h"

static HANDLE server, client;

static void make_pipe(DWORD type)
{
    char name[64];
    static int number;
    DWORD mode = type ? PIPE_READMODE_MESSAGE : PIPE_READMODE_BYTE;
    wsprintfA(name, "\\\\.\\pipe\\windlass-test-pending-%lu-%d", GetCurrentProcessId(), number++);
    server = CreateNamedPipeA(name, PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED, type, 1, 4096, 4096, 0, NULL);
    client = CreateFileA(name, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, FILE_FLAG_OVERLAPPED, NULL);
    check(server != INVALID_HANDLE_VALUE && client != INVALID_HANDLE_VALUE);
    check(SetNamedPipeHandleState(client, &mode, NULL, NULL));
}

static void close_pipe(void)
{
    CloseHandle(client);
    CloseHandle(server);
}

static void begin(OVERLAPPED *read, char *buffer, DWORD size)
{
    read->hEvent = CreateEventA(NULL, TRUE, FALSE, NULL);
    check(!ReadFile(client, buffer, size, NULL, read) && GetLastError() == ERROR_IO_PENDING);
}

static void write_text(const char *text)
{
    OVERLAPPED write = {0};
    DWORD count;
    check(WriteFile(server, text, (DWORD)strlen(text), NULL, &write) || GetLastError() == ERROR_IO_PENDING);
    check(GetOverlappedResult(server, &write, &count, TRUE) && count == strlen(text));
}

static void tell(const char *what, OVERLAPPED *read, const char *buffer)
{
    DWORD count = 0;
    char text[16] = "";
    BOOL pending = !HasOverlappedIoCompleted(read);
    BOOL done = !pending && GetOverlappedResult(client, read, &count, FALSE);
    DWORD error = done || pending ? 0 : GetLastError();
    memcpy(text, buffer, count);
    say("%s: pending %d, done %d, error %lu, %lu bytes %s", what, pending, done, error, count, text);
    if (!pending)
        CloseHandle(read->hEvent);
}

/* A read of nothing, as Python's multiprocessing waits for a message, leaves it to the read behind it. */
static void nothing_first(void)
{
    OVERLAPPED nothing = {0}, all = {0};
    char buffer[16] = "";
    make_pipe(PIPE_TYPE_MESSAGE);
    begin(&nothing, buffer, 0);
    begin(&all, buffer, sizeof buffer);
    write_text("a message");
    tell("nothing", &nothing, buffer);
    tell("behind it", &all, buffer);
    close_pipe();
}

static void nothing_last(void)
{
    OVERLAPPED nothing = {0}, all = {0}, rest = {0};
    char buffer[16] = "";
    make_pipe(PIPE_TYPE_MESSAGE);
    begin(&all, buffer, sizeof buffer);
    begin(&nothing, buffer, 0);
    write_text("one");
    tell("the message", &all, buffer);
    tell("nothing behind it", &nothing, buffer);
    write_text("three");
    tell("nothing, with the next", &nothing, buffer);
    rest.hEvent = CreateEventA(NULL, TRUE, FALSE, NULL);
    check(ReadFile(client, buffer, sizeof buffer, NULL, &rest) || GetLastError() == ERROR_IO_PENDING);
    tell("the next", &rest, buffer);
    close_pipe();
}

static void parts(void)
{
    OVERLAPPED reads[3] = {{0}};
    char buffers[3][4];
    make_pipe(PIPE_TYPE_MESSAGE);
    for (int i = 0; i < 3; i++)
        begin(&reads[i], buffers[i], 4);
    write_text("in parts");
    for (int i = 0; i < 2; i++)
        tell("a part", &reads[i], buffers[i]);
    tell("the next message", &reads[2], buffers[2]);
    write_text("end");
    tell("it", &reads[2], buffers[2]);
    close_pipe();
}

static void bytes(void)
{
    OVERLAPPED reads[2] = {{0}};
    char buffers[2][4];
    make_pipe(PIPE_TYPE_BYTE);
    for (int i = 0; i < 2; i++)
        begin(&reads[i], buffers[i], 4);
    write_text("bytes");
    for (int i = 0; i < 2; i++)
        tell("of a stream", &reads[i], buffers[i]);
    close_pipe();
}

/* What was not read is gone with the connection. */
static void disconnected(void)
{
    OVERLAPPED part = {0};
    char buffer[16] = "";
    DWORD mode = PIPE_READMODE_MESSAGE, count = 0;
    make_pipe(PIPE_TYPE_MESSAGE);
    check(SetNamedPipeHandleState(server, &mode, NULL, NULL));
    check(WriteFile(client, "left", 4, NULL, &part) || GetLastError() == ERROR_IO_PENDING);
    memset(&part, 0, sizeof part);
    check(!ReadFile(server, buffer, 1, NULL, &part) && GetLastError() == ERROR_MORE_DATA);
    check(DisconnectNamedPipe(server));
    BOOL read = ReadFile(server, buffer, sizeof buffer, &count, &part);
    say("disconnected: %d %lu", read, read ? 0 : GetLastError());
    close_pipe();
}

PROGRAM
{
    nothing_first();
    nothing_last();
    parts();
    bytes();
    disconnected();
    return 0;
}
