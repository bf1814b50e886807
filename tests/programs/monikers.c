// Monikers and bind contexts.
// flags: -lole32 -loleaut32 -luuid
#define COBJMACROS
#include <initguid.h>
#include <windows.h>
#include <ole2.h>

#include "fixture.h"

DEFINE_GUID(CLSID_Nobody, 0x7d1f0b01, 0x1c2d, 0x4e3f, 0x90, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77);

static IBindCtx *context;

static void name(const char *what, IMoniker *moniker)
{
    WCHAR *text = NULL;
    if (!moniker) {
        say("%s: none", what);
        return;
    }
    HRESULT result = IMoniker_GetDisplayName(moniker, context, NULL, &text);
    say("%s: %08x %ls", what, result, result == S_OK ? text : L"");
    CoTaskMemFree(result == S_OK ? text : NULL);
}

static void kinds(IMoniker *moniker)
{
    DWORD kind = 99;
    CLSID id;
    say("system %08x", IMoniker_IsSystemMoniker(moniker, &kind));
    say("kind %u dirty %08x", kind, IMoniker_IsDirty(moniker));
    say("class %08x", IMoniker_GetClassID(moniker, &id));
    say("%08x", id.Data1);
}

static void through_stream(IMoniker *moniker)
{
    IStream *stream = NULL;
    IMoniker *loaded = NULL;
    LARGE_INTEGER start = {.QuadPart = 0};
    CreateStreamOnHGlobal(NULL, TRUE, &stream);
    say("save %08x", OleSaveToStream((IPersistStream *)moniker, stream));
    IStream_Seek(stream, start, STREAM_SEEK_SET, NULL);
    say("load %08x", OleLoadFromStream(stream, &IID_IMoniker, (void **)&loaded));
    name("loaded", loaded);
    say("equal %08x", IMoniker_IsEqual(moniker, loaded));
    IMoniker_Release(loaded);
    IStream_Release(stream);
}

static void relate(IMoniker *first, IMoniker *second)
{
    IMoniker *made = NULL;
    name("of", first);
    name("and", second);
    say("common %08x", IMoniker_CommonPrefixWith(first, second, &made));
    name("is", made);
    if (made)
        IMoniker_Release(made);
    made = NULL;
    say("relative %08x", IMoniker_RelativePathTo(first, second, &made));
    name("is", made);
    if (made)
        IMoniker_Release(made);
}

static void files(void)
{
    IMoniker *one = NULL, *two = NULL, *down = NULL, *whole = NULL;
    say("file %08x", CreateFileMoniker(L"C:\\folder\\one.txt", &one));
    say("file %08x", CreateFileMoniker(L"C:\\folder\\deep\\two.txt", &two));
    say("file %08x", CreateFileMoniker(L"three.txt", &down));
    name("one", one);
    kinds(one);
    relate(one, two);
    say("compose %08x", IMoniker_ComposeWith(two, down, FALSE, &whole));
    name("composed", whole);
    IMoniker_Release(whole);
    through_stream(two);
    say("null %08x", CreateFileMoniker(L"x", NULL));
    IMoniker_Release(one);
    IMoniker_Release(two);
    IMoniker_Release(down);
}

static void items(void)
{
    IMoniker *one = NULL, *same = NULL, *two = NULL, *both = NULL, *anti = NULL, *less = NULL, *part = NULL;
    IEnumMoniker *all = NULL;
    DWORD hash = 0, other = 1;
    ULONG count = 9;
    say("item %08x", CreateItemMoniker(L"!", L"First", &one));
    CreateItemMoniker(L"!", L"FIRST", &same);
    CreateItemMoniker(L"#", L"second", &two);
    name("item", one);
    kinds(one);
    say("equal %08x %08x", IMoniker_IsEqual(one, same), IMoniker_IsEqual(one, two));
    IMoniker_Hash(one, &hash);
    IMoniker_Hash(same, &other);
    say("hashes %d", hash == other);
    through_stream(one);
    say("inverse %08x", IMoniker_Inverse(one, &anti));
    name("inverse", anti);
    kinds(anti);
    say("generic needed %08x", IMoniker_ComposeWith(one, two, TRUE, &both));
    say("compose %08x", IMoniker_ComposeWith(one, two, FALSE, &both));
    name("both", both);
    kinds(both);
    say("enumerate %08x", IMoniker_Enum(both, TRUE, &all));
    while (IEnumMoniker_Next(all, 1, &part, &count) == S_OK) {
        name("part", part);
        IMoniker_Release(part);
    }
    IEnumMoniker_Release(all);
    through_stream(both);
    say("less %08x", IMoniker_ComposeWith(both, anti, FALSE, &less));
    name("less", less);
    IMoniker_Release(less);
    less = (IMoniker *)1;
    say("nothing %08x", IMoniker_ComposeWith(one, anti, FALSE, &less));
    check(less == NULL);
    IMoniker_Release(one);
    IMoniker_Release(same);
    IMoniker_Release(two);
    IMoniker_Release(both);
    IMoniker_Release(anti);
}

static void others(void)
{
    IMoniker *pointer = NULL, *class = NULL, *parsed = NULL;
    IUnknown *object = NULL;
    ULONG eaten = 99;
    say("pointer %08x", CreatePointerMoniker((IUnknown *)context, &pointer));
    name("pointer", pointer);
    kinds(pointer);
    say("bind %08x", IMoniker_BindToObject(pointer, context, NULL, &IID_IBindCtx, (void **)&object));
    check(object == (IUnknown *)context);
    IUnknown_Release(object);
    say("class %08x", CreateClassMoniker(&CLSID_Nobody, &class));
    name("class", class);
    kinds(class);
    say("parse %08x", MkParseDisplayName(context, L"clsid:7D1F0B01-1C2D-4E3F-9011-223344556677:", &eaten, &parsed));
    say("equal %08x eaten %u", IMoniker_IsEqual(class, parsed), eaten);
    IMoniker_Release(parsed);
    parsed = NULL;
    // Wine reports: no file 80004001
    // documented: no file 800401ea     (Microsoft, "MkParseDisplayName function")
    say("no file %08x", MkParseDisplayName(context, L"C:\\nowhere\\no.txt", &eaten, &parsed));
    check(parsed == NULL);
    IMoniker_Release(pointer);
    IMoniker_Release(class);
}

static void contexts(void)
{
    BIND_OPTS2 options = {.cbStruct = sizeof options};
    IUnknown *object = NULL;
    say("options %08x", IBindCtx_GetBindOptions(context, (BIND_OPTS *)&options));
    say("%u flags %u mode %u deadline %u class %u", (unsigned)options.cbStruct, options.grfFlags, options.grfMode,
        options.dwTickCountDeadline, options.dwClassContext);
    options.grfMode = STGM_READ;
    options.cbStruct = sizeof(BIND_OPTS);
    say("set %08x", IBindCtx_SetBindOptions(context, (BIND_OPTS *)&options));
    IBindCtx_GetBindOptions(context, (BIND_OPTS *)&options);
    say("mode %u", options.grfMode);
    say("register %08x", IBindCtx_RegisterObjectBound(context, (IUnknown *)context));
    say("revoke %08x", IBindCtx_RevokeObjectBound(context, (IUnknown *)context));
    say("again %08x", IBindCtx_RevokeObjectBound(context, (IUnknown *)context));
    say("none %08x", IBindCtx_GetObjectParam(context, (WCHAR *)L"Key", &object));
    say("name %08x", IBindCtx_RegisterObjectParam(context, (WCHAR *)L"Key", (IUnknown *)context));
    say("found %08x", IBindCtx_GetObjectParam(context, (WCHAR *)L"Key", &object));
    check(object == (IUnknown *)context);
    IUnknown_Release(object);
    say("revoke %08x", IBindCtx_RevokeObjectParam(context, (WCHAR *)L"Key"));
    say("again %08x", IBindCtx_RevokeObjectParam(context, (WCHAR *)L"Key"));
}

PROGRAM
{
    CoInitialize(NULL);
    say("context %08x", CreateBindCtx(0, &context));
    say("reserved %08x", CreateBindCtx(1, &context));
    CreateBindCtx(0, &context);
    contexts();
    files();
    items();
    others();
    IBindCtx_Release(context);
    CoUninitialize();
    return 0;
}
