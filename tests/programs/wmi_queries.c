// flags: -lole32 -loleaut32 -lwbemuuid
// Windows Management Instrumentation: connecting, queries, properties and their types, paths, what is refused.
#define COBJMACROS
#include <windows.h>
#include <wbemcli.h>

#include "fixture.h"

static IWbemServices *services;

static HRESULT connected(const WCHAR *path)
{
    IWbemLocator *locator;
    IWbemServices *made = NULL;
    BSTR text = SysAllocString(path);
    HRESULT code = CoCreateInstance(&CLSID_WbemLocator, NULL, CLSCTX_INPROC_SERVER, &IID_IWbemLocator, (void **)&locator);
    if (code)
        return code;
    code = IWbemLocator_ConnectServer(locator, text, NULL, NULL, NULL, 0, NULL, NULL, &made);
    IWbemLocator_Release(locator);
    SysFreeString(text);
    if (!services)
        services = made;
    else if (made)
        IWbemServices_Release(made);
    return code;
}

static IEnumWbemClassObject *found;

static HRESULT query(const WCHAR *statement, LONG flags)
{
    BSTR language = SysAllocString(L"WQL"), text = SysAllocString(statement);
    if (found)
        IEnumWbemClassObject_Release(found);
    found = NULL;
    HRESULT code = IWbemServices_ExecQuery(services, language, text, flags, NULL, &found);
    SysFreeString(language);
    SysFreeString(text);
    return code;
}

static IWbemClassObject *next(void)
{
    IWbemClassObject *object = NULL;
    ULONG count = 0;
    IEnumWbemClassObject_Next(found, WBEM_INFINITE, 1, &object, &count);
    return object;
}

static int count(const WCHAR *statement)
{
    IWbemClassObject *object;
    int objects = 0;
    if (query(statement, WBEM_FLAG_FORWARD_ONLY))
        return -1;
    while ((object = next())) {
        IWbemClassObject_Release(object);
        objects++;
    }
    return objects;
}

static void tell(IWbemClassObject *object, const WCHAR *name)
{
    VARIANT value;
    CIMTYPE type = 0;
    LONG flavor = 0;
    VariantInit(&value);
    HRESULT code = IWbemClassObject_Get(object, name, 0, &value, &type, &flavor);
    if (code)
        say("%ls: %lx", name, code);
    else if (V_VT(&value) == VT_BSTR)
        say("%ls: type %lx, a text that is %s", name, type, SysStringLen(V_BSTR(&value)) ? "there" : "empty");
    else
        say("%ls: type %lx, variant %x", name, type, V_VT(&value));
    VariantClear(&value);
}

static void types(void)
{
    query(L"SELECT * FROM Win32_OperatingSystem", 0);
    IWbemClassObject *system = next();
    tell(system, L"Caption");
    tell(system, L"version");
    tell(system, L"OSType");
    tell(system, L"TotalVisibleMemorySize");
    tell(system, L"LastBootUpTime");
    tell(system, L"ServicePackMajorVersion");
    tell(system, L"Primary");
    tell(system, L"NoSuchProperty");
    IWbemClassObject_Release(system);
    ULONG got = 5;
    HRESULT code = IEnumWbemClassObject_Next(found, 0, 1, &system, &got);
    say("after the last: %lx %lu", code, got);
    say("again: %lx", IEnumWbemClassObject_Reset(found));
    system = next();
    say("there again: %d", system != NULL);
    IWbemClassObject_Release(system);
}

static void system_properties(void)
{
    query(L"SELECT Name, ProcessorId FROM Win32_Processor WHERE DeviceID = 'cpu0'", WBEM_FLAG_FORWARD_ONLY);
    IWbemClassObject *processor = next();
    VARIANT value;
    IWbemClassObject_Get(processor, L"__CLASS", 0, &value, NULL, NULL);
    say("class %ls", V_BSTR(&value));
    VariantClear(&value);
    IWbemClassObject_Get(processor, L"__GENUS", 0, &value, NULL, NULL);
    say("genus %d %ld", V_VT(&value), V_I4(&value));
    IWbemClassObject_Get(processor, L"__PROPERTY_COUNT", 0, &value, NULL, NULL);
    say("properties %d %ld", V_VT(&value), V_I4(&value));
    SAFEARRAY *names = NULL;
    LONG last = -1;
    say("names %lx", IWbemClassObject_GetNames(processor, NULL, WBEM_FLAG_NONSYSTEM_ONLY, NULL, &names));
    SafeArrayGetUBound(names, 1, &last);
    for (LONG each = 0; each <= last; each++) {
        BSTR name;
        SafeArrayGetElement(names, &each, &name);
        say("  %ls", name);
        SysFreeString(name);
    }
    SafeArrayDestroy(names);
    say("begin %lx", IWbemClassObject_BeginEnumeration(processor, WBEM_FLAG_NONSYSTEM_ONLY));
    BSTR name;
    while (IWbemClassObject_Next(processor, 0, &name, NULL, NULL, NULL) == WBEM_S_NO_ERROR) {
        say("  %ls", name);
        SysFreeString(name);
    }
    say("end %lx", IWbemClassObject_EndEnumeration(processor));
    IWbemClassObject_Release(processor);
}

static void conditions(void)
{
    say("all %d", count(L"SELECT * FROM Win32_OperatingSystem"));
    say("number %d", count(L"SELECT * FROM Win32_OperatingSystem WHERE OSType = 18"));
    say("not so %d", count(L"SELECT * FROM Win32_OperatingSystem WHERE OSType <> 18"));
    say("greater %d", count(L"SELECT * FROM Win32_OperatingSystem WHERE OSType > 17 AND OSType <= 18"));
    say("or %d", count(L"select Caption from win32_operatingsystem where OSType = 1 or (OSType = 18 and Primary = TRUE)"));
    // Wine reports: like 0
    // documented: like 1     (Microsoft, "LIKE Operator")
    // Wine reports: not like 1
    // documented: not like 0     (Microsoft, "LIKE Operator")
    say("like %d", count(L"SELECT * FROM Win32_OperatingSystem WHERE Caption LIKE '%Windows%'"));
    say("not like %d", count(L"SELECT * FROM Win32_OperatingSystem WHERE NOT Caption LIKE '%Windows%'"));
    say("text %d", count(L"SELECT * FROM Win32_OperatingSystem WHERE OSArchitecture = \"64-BIT\""));
}

static void refused(void)
{
    say("no statement %lx", query(L"nonsense", 0));
    say("no class %lx", query(L"SELECT * FROM", 0));
    say("no condition %lx", query(L"SELECT * FROM Win32_Processor WHERE", 0));
    say("name space %lx", connected(L"ROOT\\NoSuchNamespace"));
    BSTR language = SysAllocString(L"SQL"), text = SysAllocString(L"SELECT * FROM Win32_Processor");
    IEnumWbemClassObject *none = NULL;
    say("language %lx", IWbemServices_ExecQuery(services, language, text, 0, NULL, &none));
    say("no language %lx", IWbemServices_ExecQuery(services, NULL, text, 0, NULL, &none));
    say("no text %lx", IWbemServices_ExecQuery(services, language, NULL, 0, NULL, &none));
    SysFreeString(language);
    SysFreeString(text);
}

static void one(const WCHAR *path)
{
    IWbemClassObject *object = NULL;
    BSTR text = SysAllocString(path);
    HRESULT code = IWbemServices_GetObject(services, text, 0, NULL, &object, NULL);
    SysFreeString(text);
    VARIANT value;
    VariantInit(&value);
    if (object) {
        IWbemClassObject_Get(object, L"__RELPATH", 0, &value, NULL, NULL);
        say("%ls: %lx, %ls", path, code, V_VT(&value) == VT_BSTR ? V_BSTR(&value) : L"no path");
        VariantClear(&value);
        IWbemClassObject_Release(object);
    } else {
        say("%ls: %lx", path, code);
    }
}

static LONG told;
static HRESULT ended;
static HANDLE event;

static HRESULT WINAPI sink_query(IWbemObjectSink *self, REFIID id, void **result)
{
    *result = self;
    return S_OK;
}

static ULONG WINAPI sink_count(IWbemObjectSink *self)
{
    return 1;
}

static HRESULT WINAPI sink_indicate(IWbemObjectSink *self, LONG count, IWbemClassObject **objects)
{
    told += count;
    return S_OK;
}

static HRESULT WINAPI sink_status(IWbemObjectSink *self, LONG flags, HRESULT result, BSTR text, IWbemClassObject *object)
{
    ended = result;
    SetEvent(event);
    return S_OK;
}

static void later(void)
{
    static IWbemObjectSinkVtbl table = {sink_query, sink_count, sink_count, sink_indicate, sink_status};
    IWbemObjectSink sink = {&table};
    event = CreateEventW(NULL, FALSE, FALSE, NULL);
    BSTR language = SysAllocString(L"WQL"), text = SysAllocString(L"SELECT * FROM Win32_OperatingSystem");
    HRESULT code = IWbemServices_ExecQueryAsync(services, language, text, 0, NULL, &sink);
    DWORD waited = WaitForSingleObject(event, 30000);
    say("asynchronous %lx, %lu, %ld object, %lx", code, waited, told, ended);
    SysFreeString(language);
    SysFreeString(text);
    CloseHandle(event);
}

PROGRAM
{
    say("before COM %lx", connected(L"ROOT\\CIMV2"));
    CoInitializeEx(NULL, COINIT_MULTITHREADED);
    say("connected %lx", connected(L"ROOT\\CIMV2"));
    say("with slashes %lx", connected(L"//./root/cimv2"));
    say("blanket %lx", CoSetProxyBlanket((IUnknown *)services, RPC_C_AUTHN_WINNT, RPC_C_AUTHZ_NONE, NULL,
        RPC_C_AUTHN_LEVEL_CALL, RPC_C_IMP_LEVEL_IMPERSONATE, NULL, EOAC_NONE));
    types();
    system_properties();
    conditions();
    refused();
    // Wine reports: Win32_LogicalDisk.DeviceID="C:": 0, Win32_LogicalDisk.DeviceId="C:"
    // documented: Win32_LogicalDisk.DeviceID="C:": 0, Win32_LogicalDisk.DeviceID="C:"     (Microsoft, "Win32_LogicalDisk class")
    // Wine reports: Win32_LogicalDisk.DeviceID='c:': 0, Win32_LogicalDisk.DeviceId="C:"
    // documented: Win32_LogicalDisk.DeviceID='c:': 0, Win32_LogicalDisk.DeviceID="C:"     (Microsoft, "Win32_LogicalDisk class")
    one(L"Win32_LogicalDisk.DeviceID=\"C:\"");
    one(L"Win32_LogicalDisk.DeviceID='c:'");
    one(L"Win32_LogicalDisk.DeviceID=\"Q:\"");
    one(L"NoSuchClass");
    later();
    say("services %lu", IWbemServices_Release(services));
    CoUninitialize();
    return 0;
}
