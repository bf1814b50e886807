// build: freestanding
// TlsAlloc, FlsAlloc and their callbacks.
#include <windows.h>
#include "fixture.h"

static DWORD tls, fls;
static volatile LONG called, total;

static void WINAPI callback(void *value)
{
    InterlockedIncrement(&called);
    InterlockedExchangeAdd(&total, (LONG)(INT_PTR)value);
}

static DWORD WINAPI thread(void *parameter)
{
    check(TlsGetValue(tls) == NULL && FlsGetValue(fls) == NULL);
    TlsSetValue(tls, parameter);
    FlsSetValue(fls, parameter);
    return TlsGetValue(tls) == parameter && FlsGetValue(fls) == parameter;
}

static HANDLE go, ready;

static DWORD WINAPI lingering(void *parameter)
{
    FlsSetValue(fls, parameter);
    SetEvent(ready);
    WaitForSingleObject(go, INFINITE);
    return (DWORD)(INT_PTR)FlsGetValue(fls);
}

static DWORD end_of(HANDLE handle)
{
    DWORD code;
    WaitForSingleObject(handle, 20000);
    GetExitCodeThread(handle, &code);
    CloseHandle(handle);
    return code;
}

PROGRAM
{
    static DWORD indexes[2000];
    int count, i, distinct = 1;
    HANDLE handle;
    void *pointer = &count;

    tls = TlsAlloc();
    fls = FlsAlloc(callback);
    check(tls != TLS_OUT_OF_INDEXES && fls != FLS_OUT_OF_INDEXES);
    TlsSetValue(tls, (void *)1);
    FlsSetValue(fls, (void *)2);
    check(end_of(CreateThread(NULL, 0, thread, (void *)10, 0, NULL)) == 1);
    say("after the thread: called %d, total %d", (int)called, (int)total);
    check(TlsGetValue(tls) == (void *)1 && FlsGetValue(fls) == (void *)2);

    ready = CreateEventW(NULL, FALSE, FALSE, NULL);
    go = CreateEventW(NULL, FALSE, FALSE, NULL);
    handle = CreateThread(NULL, 0, lingering, (void *)300, 0, NULL);
    WaitForSingleObject(ready, INFINITE);
    check(FlsFree(fls));
    say("after FlsFree: called %d, total %d", (int)called, (int)total);
    SetEvent(go);
    say("the thread finds %u", end_of(handle));
    say("called %d", (int)called);

    SetLastError(5);
    TlsGetValue(tls);
    say("get clears the error: %u", GetLastError());
    say("bad index: %d error %u", TlsSetValue(5000, 0), GetLastError());
    SetLastError(0);
    check(TlsGetValue(5000) == NULL);
    say("bad index: error %u", GetLastError());
    SetLastError(0);
    say("free a free one: %d error %u", TlsFree(1087), GetLastError());
    SetLastError(0);
    say("free a bad one: %d error %u", FlsFree(0xffffffff), GetLastError());
    check(TlsFree(tls));

    for (count = 0; count < 2000; count++) {
        indexes[count] = TlsAlloc();
        if (indexes[count] == TLS_OUT_OF_INDEXES)
            break;
        check(TlsGetValue(indexes[count]) == NULL);
        TlsSetValue(indexes[count], (void *)(INT_PTR)(count + 1));
    }
    check(count > 1000 && count < 1088);
    say("none left: error %u", GetLastError());
    for (i = 0; i < count; i++) {
        distinct &= TlsGetValue(indexes[i]) == (void *)(INT_PTR)(i + 1);
        check(TlsFree(indexes[i]));
    }
    say("all distinct: %d", distinct);
    i = (int)TlsAlloc();
    say("zero again: %d", TlsGetValue((DWORD)i) == NULL);
    TlsFree((DWORD)i);

    check(DecodePointer(EncodePointer(pointer)) == pointer && EncodePointer(pointer) != pointer);
    check(DecodePointer(EncodePointer(NULL)) == NULL);
    return 0;
}
