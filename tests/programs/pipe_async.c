// Overlapped operations on pipes: cancelled, and larger than the pipe.
//
// Wine reports: its answer: 1 0
// documented: its answer: 1 8 <uestion     (Microsoft, "TransactNamedPipe function")
#include <windows.h>

#include "fixture.h"

enum { LARGE = 1 << 20 };

static HANDLE server, client, port;

static void make_pipe(void)
{
    char name[64];
    wsprintfA(name, "\\\\.\\pipe\\windlass-test-async-%lu", GetCurrentProcessId());
    server = CreateNamedPipeA(name, PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED, PIPE_TYPE_BYTE, 1, 4096, 4096, 0, NULL);
    client = CreateFileA(name, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, FILE_FLAG_OVERLAPPED, NULL);
    check(server != INVALID_HANDLE_VALUE && client != INVALID_HANDLE_VALUE);
    port = CreateIoCompletionPort(server, NULL, 5, 0);
    check(port != NULL);
}

/* When CancelIoEx returns, the status block is the program's again, and the packet is there. */
static void cancelled(void)
{
    int pending = 0, found = 0, packets = 0;
    for (int i = 0; i < 500; i++) {
        OVERLAPPED o = {0}, *which = NULL;
        ULONG_PTR key = 0;
        DWORD count;
        char text[16];
        pending += !ReadFile(server, text, sizeof text, NULL, &o) && GetLastError() == ERROR_IO_PENDING;
        if (i % 8 == 0)
            Sleep(1);
        found += CancelIoEx(server, &o) && o.Internal == 0xC0000120;
        packets += !GetQueuedCompletionStatus(port, &count, &key, &which, 0) && GetLastError() == ERROR_OPERATION_ABORTED &&
                   which == &o && key == 5;
        check(!CancelIoEx(server, &o) && GetLastError() == ERROR_NOT_FOUND);
    }
    say("%d pending, %d cancelled, %d packets", pending, found, packets);
}

static void large(void)
{
    static char out[LARGE], in[LARGE];
    OVERLAPPED o = {0}, *which = NULL;
    DWORD count = 0, total = 0;
    ULONG_PTR key;
    for (int i = 0; i < LARGE; i++)
        out[i] = (char)(i * 7 >> 3);
    BOOL done = WriteFile(server, out, LARGE, NULL, &o);
    say("write of 1 MB: %d %lu", done, done ? 0 : GetLastError());
    OVERLAPPED r = {.hEvent = CreateEventA(NULL, TRUE, FALSE, NULL)};
    while (total < LARGE) {
        check(ReadFile(client, in + total, LARGE - total, NULL, &r) || GetLastError() == ERROR_IO_PENDING);
        check(GetOverlappedResult(client, &r, &count, TRUE));
        total += count;
    }
    CloseHandle(r.hEvent);
    check(GetQueuedCompletionStatus(port, &count, &key, &which, 10000) && which == &o);
    int same = 1;
    for (int i = 0; i < LARGE; i++)
        same &= in[i] == out[i];
    say("%lu bytes, the same %d", count, same);
}

/* A read of nothing tells that a message is there, and leaves it: Python's multiprocessing waits by it. */
static void message_in_parts(void)
{
    char name[64], text[16] = {0};
    wsprintfA(name, "\\\\.\\pipe\\windlass-test-parts-%lu", GetCurrentProcessId());
    HANDLE writer = CreateNamedPipeA(name, PIPE_ACCESS_OUTBOUND, PIPE_TYPE_MESSAGE, 1, 4096, 4096, 0, NULL);
    HANDLE reader = CreateFileA(name, GENERIC_READ | FILE_WRITE_ATTRIBUTES, 0, NULL, OPEN_EXISTING, FILE_FLAG_OVERLAPPED, NULL);
    OVERLAPPED o = {.hEvent = CreateEventA(NULL, TRUE, FALSE, NULL)};
    DWORD mode = PIPE_READMODE_MESSAGE, count;
    check(SetNamedPipeHandleState(reader, &mode, NULL, NULL));
    check(!ReadFile(reader, text, 0, NULL, &o) && GetLastError() == ERROR_IO_PENDING);
    check(WriteFile(writer, "a message", 9, &count, NULL));
    BOOL done = GetOverlappedResult(reader, &o, &count, TRUE);
    say("nothing read: %d %lu %lu", done, done ? 0 : GetLastError(), count);
    done = ReadFile(reader, text, 5, NULL, &o);
    check(done || GetLastError() == ERROR_IO_PENDING || GetLastError() == ERROR_MORE_DATA);
    check(WaitForSingleObject(o.hEvent, 5000) == WAIT_OBJECT_0);
    done = GetOverlappedResult(reader, &o, &count, FALSE);
    say("a part: %d %lu %lu %s", done, done ? 0 : GetLastError(), count, text);
    done = ReadFile(reader, text, 15, NULL, &o) || GetLastError() == ERROR_IO_PENDING;
    check(done && WaitForSingleObject(o.hEvent, 5000) == WAIT_OBJECT_0);
    done = GetOverlappedResult(reader, &o, &count, FALSE);
    text[count] = 0;
    say("the rest: %d %lu %s", done, count, text);
    check(WriteFile(writer, text, 0, &count, NULL));
    done = ReadFile(reader, text, 15, NULL, &o) || GetLastError() == ERROR_IO_PENDING;
    check(done && WaitForSingleObject(o.hEvent, 5000) == WAIT_OBJECT_0);
    done = GetOverlappedResult(reader, &o, &count, FALSE);
    say("an empty message: %d %lu", done, count);
    CloseHandle(writer);
    done = ReadFile(reader, text, 15, NULL, &o);
    say("the end: %d %lu", done, GetLastError());
    CloseHandle(o.hEvent);
    CloseHandle(reader);
}

static DWORD WINAPI answer(void *pipe)
{
    char text[16];
    DWORD count = 0;
    Sleep(50);
    check(ReadFile(pipe, text, sizeof text, &count, NULL));
    text[0] = '<';
    check(WriteFile(pipe, text, count, &count, NULL));
    return 0;
}

/* A question is written at once; its answer is read in the handle's way. */
static void transaction(void)
{
    char name[64], text[32] = "";
    DWORD mode = PIPE_READMODE_BYTE, count = 0;
    OVERLAPPED o = {.hEvent = CreateEventA(NULL, TRUE, FALSE, NULL)};
    wsprintfA(name, "\\\\.\\pipe\\windlass-test-transaction-%lu", GetCurrentProcessId());
    HANDLE pipe = CreateNamedPipeA(name, PIPE_ACCESS_DUPLEX, PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, 1, 4096, 4096, 0, NULL);
    HANDLE asking = CreateFileA(name, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, FILE_FLAG_OVERLAPPED, NULL);
    BOOL done = TransactNamedPipe(asking, "question", 8, text, sizeof text, NULL, &o);
    say("a transaction of bytes: %d %lu", done, GetLastError());
    mode = PIPE_READMODE_MESSAGE;
    check(SetNamedPipeHandleState(asking, &mode, NULL, NULL));
    HANDLE thread = CreateThread(NULL, 0, answer, pipe, 0, NULL);
    done = TransactNamedPipe(asking, "question", 8, text, sizeof text, NULL, &o);
    say("a transaction: %d %lu", done, GetLastError());
    done = GetOverlappedResult(asking, &o, &count, TRUE);
    say("its answer: %d %lu%s%s", done, count, *text ? " " : "", text);
    WaitForSingleObject(thread, INFINITE);
    CloseHandle(thread);
    CloseHandle(asking);
    CloseHandle(pipe);
    CloseHandle(o.hEvent);
}

PROGRAM
{
    message_in_parts();
    transaction();
    make_pipe();
    cancelled();
    large();
    CloseHandle(server);
    CloseHandle(client);
    CloseHandle(port);
    return 0;
}
