// flags: -lole32 -loleaut32 -luuid -lrpcrt4
// Holders of connections, colours, and string bindings of remote procedure calls.
#define COBJMACROS
#include <windows.h>
#include <initguid.h>
#include <ole2.h>
#include <olectl.h>
#include <rpc.h>

#include "fixture.h"

static int references = 1;

static HRESULT WINAPI sink_query(IAdviseSink *self, REFIID id, void **result)
{
    if (!IsEqualGUID(id, &IID_IUnknown) && !IsEqualGUID(id, &IID_IAdviseSink)) {
        *result = NULL;
        return E_NOINTERFACE;
    }
    *result = self;
    references++;
    return S_OK;
}
static ULONG WINAPI sink_add_ref(IAdviseSink *self) { return ++references; }
static ULONG WINAPI sink_release(IAdviseSink *self) { return --references; }
static void WINAPI on_data(IAdviseSink *self, FORMATETC *format, STGMEDIUM *medium)
{
    say("  data %u %u", format->cfFormat, (unsigned)medium->tymed);
}
static void WINAPI on_view(IAdviseSink *self, DWORD aspect, LONG index) { say("  view"); }
static void WINAPI on_rename(IAdviseSink *self, IMoniker *name) { say("  rename %d", name == NULL); }
static void WINAPI on_save(IAdviseSink *self) { say("  save"); }
static void WINAPI on_close(IAdviseSink *self) { say("  close"); }
static IAdviseSinkVtbl table = {sink_query, sink_add_ref, sink_release, on_data, on_view, on_rename, on_save, on_close};
static IAdviseSink sink = {&table};

static void holders(void)
{
    IDataAdviseHolder *data;
    IOleAdviseHolder *ole;
    IEnumSTATDATA *list = NULL;
    STATDATA entry;
    DWORD first = 0, second = 0;
    ULONG fetched = 0;
    FORMATETC format = {CF_TEXT, NULL, DVASPECT_CONTENT, -1, TYMED_HGLOBAL};
    HRESULT result = CreateDataAdviseHolder(&data);
    say("data holder %x", result);
    result = IDataAdviseHolder_Advise(data, NULL, &format, ADVF_NODATA, &sink, &first);
    say("advise %x %d", result, first != 0);
    result = IDataAdviseHolder_Advise(data, NULL, &format, ADVF_NODATA | ADVF_ONLYONCE, &sink, &second);
    say("advise %x %d", result, second != 0 && second != first);
    result = IDataAdviseHolder_EnumAdvise(data, &list);
    say("list %x", result);
    result = IEnumSTATDATA_Next(list, 1, &entry, &fetched);
    say("  %x %u: %u %x %d", result, (unsigned)fetched, entry.formatetc.cfFormat, (unsigned)entry.advf, entry.pAdvSink == &sink);
    IAdviseSink_Release(entry.pAdvSink);
    IEnumSTATDATA_Release(list);
    say("send %x", IDataAdviseHolder_SendOnDataChange(data, (IDataObject *)&sink, 0, 0));
    say("send %x", IDataAdviseHolder_SendOnDataChange(data, (IDataObject *)&sink, 0, 0));
    say("unadvise %x", IDataAdviseHolder_Unadvise(data, first));
    say("again %x", IDataAdviseHolder_Unadvise(data, first));
    IDataAdviseHolder_Release(data);
    say("references %d", references);

    result = CreateOleAdviseHolder(&ole);
    say("holder %x", result);
    result = IOleAdviseHolder_Advise(ole, &sink, &first);
    say("advise %x", result);
    IOleAdviseHolder_SendOnRename(ole, NULL);
    IOleAdviseHolder_SendOnSave(ole);
    IOleAdviseHolder_SendOnClose(ole);
    say("unadvise %x", IOleAdviseHolder_Unadvise(ole, first));
    say("again %x", IOleAdviseHolder_Unadvise(ole, first));
    IOleAdviseHolder_Release(ole);
    say("references %d", references);
}

static void colors(void)
{
    static const DWORD given[] = {0x123456, 0x80000005, 0x80000063, 0x2112233, 0x1000003, 0x5000000};
    for (unsigned i = 0; i < sizeof given / sizeof *given; i++) {
        COLORREF color = 0;
        HRESULT result = OleTranslateColor(given[i], NULL, &color);
        if (SUCCEEDED(result))
            say("color %x: %x %x", (unsigned)given[i], result, (unsigned)color);
        else
            say("color %x: %x", (unsigned)given[i], result);
    }
}

static void bindings(void)
{
    static const WCHAR uuid[] = L"12345678-9abc-def0-0102-030405060708";
    WCHAR *text = NULL, *parts[5] = {0};
    char *narrow = NULL;
    RPC_BINDING_HANDLE handle = NULL;
    RPC_STATUS status = RpcStringBindingComposeW((WCHAR *)uuid, (WCHAR *)L"ncacn_ip_tcp", (WCHAR *)L"localhost", (WCHAR *)L"1234",
                                                 (WCHAR *)L"", &text);
    say("compose %d '%ls'", (int)status, text);
    status = RpcStringBindingParseW(text, &parts[0], &parts[1], &parts[2], &parts[3], &parts[4]);
    // Wine reports: parse 0 '12345678-9abc-def0-0102-030405060708' 'ncacn_ip_tcp' 'localhost' '1234' '(null)'
    // documented: parse 0 '12345678-9abc-def0-0102-030405060708' 'ncacn_ip_tcp' 'localhost' '1234' ''     (Microsoft, "RpcStringBindingParseW function")
    say("parse %d '%ls' '%ls' '%ls' '%ls' '%ls'", (int)status, parts[0], parts[1], parts[2], parts[3], parts[4]);
    for (int i = 0; i < 5; i++)
        RpcStringFreeW(&parts[i]);
    status = RpcBindingFromStringBindingW(text, &handle);
    say("handle %d %d", (int)status, handle != NULL);
    RpcStringFreeW(&text);
    status = RpcBindingToStringBindingW(handle, &text);
    say("text %d '%ls'", (int)status, text);
    RpcStringFreeW(&text);
    status = RpcBindingFree(&handle);
    say("free %d %d", (int)status, handle == NULL);
    status = RpcStringBindingComposeA(NULL, (BYTE *)"ncalrpc", NULL, (BYTE *)"endpoint", NULL, (BYTE **)&narrow);
    say("compose %d '%s'", (int)status, narrow);
    RpcStringFreeA((BYTE **)&narrow);
    status = RpcStringBindingComposeW(NULL, (WCHAR *)L"ncacn_np", (WCHAR *)L"\\\\server", (WCHAR *)L"\\pipe\\name", NULL, &text);
    say("compose %d '%ls'", (int)status, text);
    status = RpcStringBindingParseW(text, NULL, NULL, &parts[0], &parts[1], NULL);
    say("parse %d '%ls' '%ls'", (int)status, parts[0], parts[1]);
    RpcStringFreeW(&text);
    RpcStringFreeW(&parts[0]);
    RpcStringFreeW(&parts[1]);
    // Wine reports: bad string 0
    // documented: bad string 1700     (Microsoft, "RpcStringBindingParseW function")
    say("bad string %d", (int)RpcStringBindingParseW((WCHAR *)L"words", NULL, NULL, NULL, NULL, NULL));
    // Wine reports: bad sequence 0
    // documented: bad sequence 1703     (Microsoft, "RpcBindingFromStringBindingW function")
    say("bad sequence %d", (int)RpcBindingFromStringBindingW((WCHAR *)L"ncacn_none:x", &handle));
}

PROGRAM
{
    CoInitialize(NULL);
    holders();
    colors();
    bindings();
    CoUninitialize();
    return 0;
}
