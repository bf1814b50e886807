// The table of running objects, and active objects by their class.
// Without Wine: it does not end there.
// flags: -lole32 -loleaut32 -luuid
#define COBJMACROS
#include <initguid.h>
#include <windows.h>
#include <ole2.h>

#include "fixture.h"

DEFINE_GUID(CLSID_Nobody, 0x7d1f0b01, 0x1c2d, 0x4e3f, 0x90, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77);

static IBindCtx *context;

static void running(void)
{
    IRunningObjectTable *table = NULL;
    IMoniker *moniker = NULL;
    IUnknown *object = NULL;
    DWORD cookie = 0, second = 0;
    FILETIME time = {1, 2}, read = {0, 0};
    say("table %08x", GetRunningObjectTable(0, &table));
    CreateItemMoniker(L"!", L"windlass test object", &moniker);
    say("running %08x", IRunningObjectTable_IsRunning(table, moniker));
    say("get %08x", IRunningObjectTable_GetObject(table, moniker, &object));
    say("register %08x", IRunningObjectTable_Register(table, ROTFLAGS_REGISTRATIONKEEPSALIVE, (IUnknown *)context, moniker, &cookie));
    say("again %08x", IRunningObjectTable_Register(table, ROTFLAGS_REGISTRATIONKEEPSALIVE, (IUnknown *)context, moniker, &second));
    say("running %08x", IRunningObjectTable_IsRunning(table, moniker));
    say("it is %08x", IMoniker_IsRunning(moniker, context, NULL, NULL));
    say("get %08x", IRunningObjectTable_GetObject(table, moniker, &object));
    check(object == (IUnknown *)context);
    IUnknown_Release(object);
    say("bind %08x", BindMoniker(moniker, 0, &IID_IUnknown, (void **)&object));
    IUnknown_Release(object);
    say("changed %08x", IRunningObjectTable_NoteChangeTime(table, cookie, &time));
    say("when %08x", IRunningObjectTable_GetTimeOfLastChange(table, moniker, &read));
    say("%u %u", read.dwLowDateTime, read.dwHighDateTime);
    say("revoke %08x %08x", IRunningObjectTable_Revoke(table, cookie), IRunningObjectTable_Revoke(table, second));
    say("gone %08x", IRunningObjectTable_Revoke(table, cookie));
    say("running %08x", IRunningObjectTable_IsRunning(table, moniker));
    say("active %08x", GetActiveObject(&CLSID_Nobody, NULL, &object));
    say("register %08x", RegisterActiveObject((IUnknown *)context, &CLSID_Nobody, ACTIVEOBJECT_STRONG, &cookie));
    say("active %08x", GetActiveObject(&CLSID_Nobody, NULL, &object));
    IUnknown_Release(object);
    say("revoke %08x", RevokeActiveObject(cookie, NULL));
    say("active %08x", GetActiveObject(&CLSID_Nobody, NULL, &object));
    IMoniker_Release(moniker);
    IRunningObjectTable_Release(table);
}

PROGRAM
{
    CoInitialize(NULL);
    CreateBindCtx(0, &context);
    running();
    IBindCtx_Release(context);
    CoUninitialize();
    return 0;
}
