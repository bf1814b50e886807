// flags: -lole32
// The contexts of threads: what a context token is, and what it says of its thread.
#define COBJMACROS
#include <windows.h>
#include <objbase.h>
#include <objidl.h>
#include <ctxtcall.h>

#include "fixture.h"

static const GUID object_context = {0x1C6, 0, 0, {0xC0, 0, 0, 0, 0, 0, 0, 0x46}};
static const GUID threading_info = {0x1CE, 0, 0, {0xC0, 0, 0, 0, 0, 0, 0, 0x46}};
static const GUID context_callback = {0x1DA, 0, 0, {0xC0, 0, 0, 0, 0, 0, 0, 0x46}};
static const GUID unknown = {0, 0, 0, {0xC0, 0, 0, 0, 0, 0, 0, 0x46}};
static const GUID nowhere = {0x12345678, 0, 0, {1, 2, 3, 4, 5, 6, 7, 8}};

static HRESULT WINAPI called(ComCallData *data)
{
    return data->dwDispid == 7 ? S_FALSE : E_FAIL;
}

static ULONG_PTR look(const char *what)
{
    ULONG_PTR token = 0;
    IUnknown *context = NULL, *same = NULL, *none;
    IComThreadingInfo *info = NULL;
    IContextCallback *callback = NULL;
    APTTYPE apartment = APTTYPE_CURRENT;
    THDTYPE thread = -1;
    ComCallData data = {.dwDispid = 7};
    check(CoGetContextToken(&token) == S_OK && token);
    check(CoGetObjectContext(&object_context, (void **)&context) == S_OK);
    check(IUnknown_QueryInterface((IUnknown *)token, &unknown, (void **)&same) == S_OK);
    check(IUnknown_QueryInterface(context, &threading_info, (void **)&info) == S_OK);
    check(CoGetObjectContext(&context_callback, (void **)&callback) == S_OK);
    HRESULT result = IComThreadingInfo_GetCurrentApartmentType(info, &apartment);
    say("%s: apartment %lx %d", what, result, apartment);
    result = IComThreadingInfo_GetCurrentThreadType(info, &thread);
    say("thread %lx %d", result, thread);
    // Wine reports: callback 80004001
    // documented: callback 1     (Microsoft, "IContextCallback::ContextCallback method")
    say("callback %lx", IContextCallback_ContextCallback(callback, called, &data, &unknown, 5, NULL));
    say("no such interface %lx", CoGetObjectContext(&nowhere, (void **)&none));
    IUnknown_Release(same);
    IUnknown_Release(context);
    IComThreadingInfo_Release(info);
    IContextCallback_Release(callback);
    return token;
}

static ULONG_PTR tokens[4];

static DWORD CALLBACK in_apartment(void *model)
{
    check(CoInitializeEx(NULL, (DWORD)(ULONG_PTR)model) == S_OK);
    tokens[0] = look(model ? "single-threaded" : "multi-threaded");
    CoUninitialize();
    return 0;
}

static ULONG_PTR in_thread(DWORD model)
{
    HANDLE thread = CreateThread(NULL, 0, in_apartment, (void *)(ULONG_PTR)model, 0, NULL);
    check(WaitForSingleObject(thread, 10000) == WAIT_OBJECT_0);
    CloseHandle(thread);
    return tokens[0];
}

PROGRAM
{
    ULONG_PTR token;
    IUnknown *context;
    say("not initialised: %lx %lx", CoGetContextToken(&token), CoGetObjectContext(&unknown, (void **)&context));
    check(CoInitializeEx(NULL, COINIT_APARTMENTTHREADED) == S_OK);
    ULONG_PTR main = look("main");
    ULONG_PTR single = in_thread(COINIT_APARTMENTTHREADED), multi = in_thread(COINIT_MULTITHREADED);
    say("all differ %d", main != single && main != multi);
    say("no place: %lx", CoGetContextToken(NULL));
    CoUninitialize();
    return 0;
}
