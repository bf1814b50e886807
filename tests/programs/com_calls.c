// Who is told when COM is initialised, waiting with messages, and small calls.
// Without Wine: it does not end there.
// flags: -lole32 -luuid -luser32
#define COBJMACROS
#include <initguid.h>
#include <windows.h>
#include <ole2.h>

#include "fixture.h"

DEFINE_GUID(IID_Spy, 0x00000034, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0x46);

// ---- spies ----

static HRESULT STDMETHODCALLTYPE spy_query(IInitializeSpy *self, REFIID id, void **result)
{
    *result = IsEqualIID(id, &IID_Spy) || IsEqualIID(id, &IID_IUnknown) ? self : NULL;
    return *result ? S_OK : E_NOINTERFACE;
}
static ULONG STDMETHODCALLTYPE spy_count(IInitializeSpy *self)
{
    (void)self;
    return 1;
}
static HRESULT STDMETHODCALLTYPE before(IInitializeSpy *self, DWORD model, DWORD count)
{
    (void)self;
    say("  before %u %u", model, count);
    return S_OK;
}
static HRESULT STDMETHODCALLTYPE after(IInitializeSpy *self, HRESULT result, DWORD model, DWORD count)
{
    (void)self;
    say("  after %08x %u %u", result, model, count);
    return result;
}
static HRESULT STDMETHODCALLTYPE before_end(IInitializeSpy *self, DWORD count)
{
    (void)self;
    say("  before end %u", count);
    return S_OK;
}
static HRESULT STDMETHODCALLTYPE after_end(IInitializeSpy *self, DWORD count)
{
    (void)self;
    say("  after end %u", count);
    return S_OK;
}
static IInitializeSpyVtbl spy_table = {spy_query, spy_count, spy_count, before, after, before_end, after_end};
static IInitializeSpy spy = {&spy_table};

static void spying(void)
{
    ULARGE_INTEGER cookie, nobody = {.QuadPart = 987654321};
    say("spy %08x", CoRegisterInitializeSpy(&spy, &cookie));
    say("once %08x", CoInitializeEx(NULL, COINIT_APARTMENTTHREADED));
    say("twice %08x", CoInitializeEx(NULL, COINIT_APARTMENTTHREADED));
    say("otherwise %08x", CoInitializeEx(NULL, COINIT_MULTITHREADED));
    CoUninitialize();
    CoUninitialize();
    say("nobody %08x", CoRevokeInitializeSpy(nobody));
    say("gone %08x", CoRevokeInitializeSpy(cookie));
    say("again %08x", CoRevokeInitializeSpy(cookie));
}

static void waiting(void)
{
    HANDLE events[2] = {CreateEventA(NULL, TRUE, FALSE, NULL), CreateEventA(NULL, TRUE, TRUE, NULL)};
    DWORD index = 99;
    say("one %08x", CoWaitForMultipleHandles(0, 1000, 2, events, &index));
    say("index %u", index);
    say("all %08x", CoWaitForMultipleHandles(COWAIT_WAITALL, 10, 2, events, &index));
    SetEvent(events[0]);
    say("all %08x", CoWaitForMultipleHandles(COWAIT_WAITALL, 1000, 2, events, &index));
    say("none %08x", CoWaitForMultipleHandles(0, 0, 0, events, &index));
    say("nowhere %08x", CoWaitForMultipleHandles(0, 0, 1, events, NULL));
}

PROGRAM
{
    IMalloc *allocator = NULL;
    spying();
    say("ole %08x", OleInitialize(NULL));
    waiting();
    CoGetMalloc(1, &allocator);
    say("run %08x %08x", OleRun((IUnknown *)allocator), OleRun(NULL));
    say("equal %d %d", IsEqualGUID(&IID_IUnknown, &IID_IUnknown), IsEqualGUID(&IID_IUnknown, &IID_IStream));
    OleUninitialize();
    return 0;
}
