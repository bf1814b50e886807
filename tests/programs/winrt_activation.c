// flags: -lole32 -luuid
// Classes of the Windows Runtime that the program registers, and strings that are replaced.
// Without Wine: it has neither RoRegisterActivationFactories nor WindowsReplaceString.
#include <windows.h>
#include <ole2.h>

#include "fixture.h"

typedef struct HSTRING__ *STRING;
typedef HRESULT(WINAPI *FACTORY)(STRING, IUnknown **);

static HRESULT(WINAPI *create)(const WCHAR *, UINT32, STRING *);
static HRESULT(WINAPI *delete)(STRING);
static const WCHAR *(WINAPI *buffer)(STRING, UINT32 *);
static HRESULT(WINAPI *replace)(STRING, STRING, STRING, STRING *);
static HRESULT(WINAPI *add)(STRING *, FACTORY *, UINT32, void **);
static void(WINAPI *revoke)(void *);
static HRESULT(WINAPI *get)(STRING, REFIID, void **);
static HRESULT(WINAPI *activate)(STRING, IUnknown **);

static const IID factory_id = {0x00000035, 0, 0, {0xC0, 0, 0, 0, 0, 0, 0, 0x46}};
static int references;

static HRESULT WINAPI query(IUnknown *self, REFIID id, void **result)
{
    if (!IsEqualGUID(id, &IID_IUnknown) && !IsEqualGUID(id, &factory_id)) {
        *result = NULL;
        return E_NOINTERFACE;
    }
    *result = self;
    references++;
    return S_OK;
}
static ULONG WINAPI add_ref(IUnknown *self) { return ++references; }
static ULONG WINAPI release(IUnknown *self) { return --references; }
static HRESULT WINAPI activate_instance(IUnknown *self, IUnknown **result)
{
    say("  activated");
    *result = self;
    references++;
    return S_OK;
}
static struct {
    IUnknownVtbl unknown;
    void *inspectable[3];
    HRESULT(WINAPI *activate)(IUnknown *, IUnknown **);
} table = {{query, add_ref, release}, {0}, activate_instance};
static struct { void *table; } object = {&table};

static HRESULT WINAPI factory_of(STRING name, IUnknown **result)
{
    say("  factory of '%ls'", buffer(name, NULL));
    *result = (IUnknown *)&object;
    references++;
    return S_OK;
}

static void activation(void)
{
    STRING names[2], other;
    FACTORY factories[2] = {factory_of, factory_of};
    void *cookie = NULL, *second = (void *)1;
    IUnknown *found = (IUnknown *)1;
    create(L"Test.First", 10, &names[0]);
    create(L"Test.Second", 11, &names[1]);
    create(L"Test.Third", 10, &other);
    say("before %x", get(names[0], &factory_id, (void **)&found));
    CoInitializeEx(NULL, COINIT_MULTITHREADED);
    say("none %x %d", get(names[0], &factory_id, (void **)&found), found == NULL);
    say("register %x %d", add(names, factories, 2, &cookie), cookie != NULL);
    say("again %x", add(names, factories, 2, &second));
    say("get %x", get(names[1], &factory_id, (void **)&found));
    found->lpVtbl->Release(found);
    say("activate %x", activate(names[0], &found));
    found->lpVtbl->Release(found);
    say("other %x", get(other, &factory_id, (void **)&found));
    say("interface %x", get(names[0], &IID_IStream, (void **)&found));
    revoke(cookie);
    say("revoked %x", get(names[0], &factory_id, (void **)&found));
    say("references %d", references);
    delete(names[0]), delete(names[1]), delete(other);
    CoUninitialize();
}

static void show(const WCHAR *text, const WCHAR *old, const WCHAR *new)
{
    STRING strings[3], result = NULL;
    create(text, lstrlenW(text), &strings[0]);
    create(old, lstrlenW(old), &strings[1]);
    create(new, lstrlenW(new), &strings[2]);
    HRESULT code = replace(strings[0], strings[1], strings[2], &result);
    say("replace %x '%ls'", code, SUCCEEDED(code) ? buffer(result, NULL) : L"");
    for (int i = 0; i < 3; i++)
        delete(strings[i]);
    delete(result);
}

PROGRAM
{
    HMODULE dll = LoadLibraryW(L"combase.dll");
    create = (void *)GetProcAddress(dll, "WindowsCreateString");
    delete = (void *)GetProcAddress(dll, "WindowsDeleteString");
    buffer = (void *)GetProcAddress(dll, "WindowsGetStringRawBuffer");
    replace = (void *)GetProcAddress(dll, "WindowsReplaceString");
    add = (void *)GetProcAddress(dll, "RoRegisterActivationFactories");
    revoke = (void *)GetProcAddress(dll, "RoRevokeActivationFactories");
    get = (void *)GetProcAddress(dll, "RoGetActivationFactory");
    activate = (void *)GetProcAddress(dll, "RoActivateInstance");
    activation();
    show(L"one two one", L"one", L"three");
    show(L"aaaa", L"aa", L"b");
    show(L"text", L"x", L"");
    show(L"x", L"x", L"");
    show(L"text", L"none", L"y");
    show(L"text", L"", L"y");
    return 0;
}
