// build: freestanding
#include "fixture.h"

typedef void *HANDLE;
#define IMPORT __declspec(dllimport)
IMPORT unsigned GetLastError(void);
IMPORT void SetLastError(unsigned);
IMPORT int CreatePipe(HANDLE *, HANDLE *, void *, unsigned);
IMPORT int ReadFile(HANDLE, void *, unsigned, unsigned *, void *);
IMPORT int WriteFile(HANDLE, const void *, unsigned, unsigned *, void *);
IMPORT HANDLE CreateThread(void *, size_t, unsigned (*)(void *), void *, unsigned, unsigned *);
IMPORT int CancelSynchronousIo(HANDLE);
IMPORT int CancelIoEx(HANDLE, void *);
IMPORT unsigned WaitForSingleObject(HANDLE, unsigned);
IMPORT int GetExitCodeThread(HANDLE, unsigned *);
IMPORT HANDLE GetCurrentThread(void);
IMPORT int CloseHandle(HANDLE);
IMPORT void Sleep(unsigned);

static HANDLE reads, writes;

/* Its exit code is the error of the read that was cancelled. */
static unsigned reader(void *unused)
{
    char byte;
    unsigned count = 9;
    (void)unused;
    return ReadFile(reads, &byte, 1, &count, 0) ? 1000 + count : GetLastError();
}

PROGRAM
{
    unsigned code = 0, count = 0;
    char byte = 0;
    check(CreatePipe(&reads, &writes, 0, 0));
    SetLastError(0);
    say("no operation: %d", CancelSynchronousIo(GetCurrentThread()));
    say("error %u", GetLastError());

    HANDLE thread = CreateThread(0, 0, reader, 0, 0, 0);
    while (!CancelSynchronousIo(thread))
        Sleep(1);
    say("ended: %u", WaitForSingleObject(thread, 10000));
    check(GetExitCodeThread(thread, &code));
    say("the read failed with %u", code);
    CloseHandle(thread);

    check(WriteFile(writes, "x", 1, &count, 0));
    say("the pipe goes on: %d, %c", ReadFile(reads, &byte, 1, &count, 0), byte);
    SetLastError(0);
    // Wine only says that it has cancelled; Windows does, which Go's run-time relies on to close a pipe that is read.
    thread = CreateThread(0, 0, reader, 0, 0, 0);
    while (!CancelIoEx(reads, 0))
        Sleep(1);
    // Wine reports: ended by the file: 258
    // documented: ended by the file: 0     (Microsoft, "CancelIoEx function")
    say("ended by the file: %u", WaitForSingleObject(thread, 10000));
    check(GetExitCodeThread(thread, &code));
    // Wine reports: the read failed with 259
    // documented: the read failed with 995     (Microsoft, "CancelIoEx function")
    say("the read failed with %u", code);
    CloseHandle(thread);
    SetLastError(0);
    // Wine reports: no operation: 1
    // documented: no operation: 0     (Microsoft, "CancelIoEx function")
    say("no operation: %d", CancelIoEx(reads, 0));
    // Wine reports: error 0
    // documented: error 1168     (Microsoft, "CancelIoEx function")
    say("error %u", GetLastError());

    SetLastError(0);
    say("no thread: %d", CancelSynchronousIo(reads));
    say("error %u", GetLastError());
    return 0;
}
