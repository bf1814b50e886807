// flags: -liphlpapi -lws2_32
// Requests to be told of changes of addresses: begun, and cancelled.
#include <winsock2.h>
#include <iphlpapi.h>

#include "fixture.h"

static void begin_and_cancel(const char *what, DWORD(WINAPI *notify)(PHANDLE, LPOVERLAPPED))
{
    OVERLAPPED first = {.hEvent = CreateEventA(NULL, TRUE, FALSE, NULL)}, second = first;
    HANDLE handle = NULL, other = NULL;
    DWORD count;
    second.hEvent = CreateEventA(NULL, TRUE, FALSE, NULL);
    say("%s: %lu %lu", what, notify(&handle, &first), notify(&other, &second));
    say("handle %d, wait %lu", handle != NULL, WaitForSingleObject(first.hEvent, 0));
    // Wine reports: cancel 0
    // documented: cancel 1     (Microsoft, "CancelIPChangeNotify function")
    say("cancel %d", CancelIPChangeNotify(&first));
    // Wine reports: wait 258
    // documented: wait 0     (Microsoft, "CancelIPChangeNotify function")
    say("wait %lu", WaitForSingleObject(first.hEvent, 500));
    // Wine reports: result 0 996
    // documented: result 0 995     (Microsoft, "CancelIPChangeNotify function")
    say("result %d %lu", GetOverlappedResult(handle, &first, &count, FALSE), GetLastError());
    say("the other: %lu", WaitForSingleObject(second.hEvent, 0));
    CancelIPChangeNotify(&second);
    CloseHandle(first.hEvent);
    CloseHandle(second.hEvent);
}

PROGRAM
{
    begin_and_cancel("addresses", NotifyAddrChange);
    return 0;
}
