// COM without servers: memory, GUIDs, apartments, streams, error objects, property values, interface tables.
// flags: -lole32 -loleaut32 -lrpcrt4 -luuid
#define COBJMACROS
#include <initguid.h>
#include <windows.h>
#include <ole2.h>
#include <rpc.h>

#include "fixture.h"

static const CLSID table_class = {0x323, 0, 0, {0xC0, 0, 0, 0, 0, 0, 0, 0x46}}; // the global interface table
static GUID stream_id, unknown_id;

static void guids(void)
{
    static const WCHAR *const texts[] = {
        L"{12345678-9abc-DEF0-1234-56789ABCDEF0}", L"{12345678-9abc-DEF0-1234-56789ABCDEF0", L"12345678-9abc-DEF0-1234-56789ABCDEF0",
        L"{12345678-9abc-DEF0-1234-56789ABCDEFg}", L"{123456789-abc-DEF0-1234-56789ABCDEF0}", L"", L"No.Such.Program",
    };
    GUID a, b;
    WCHAR text[40];
    check(CoCreateGuid(&a) == S_OK && CoCreateGuid(&b) == S_OK);
    check(!IsEqualGUID(&a, &b));
    check((a.Data3 >> 12) == 4 && (a.Data4[0] >> 6) == 2);
    check(StringFromGUID2(&a, text, 40) == 39 && text[0] == '{' && text[37] == '}' && text[38] == 0);
    check(StringFromGUID2(&a, text, 38) == 0);
    check(CLSIDFromString(text, &b) == S_OK && IsEqualGUID(&a, &b));
    for (unsigned i = 0; i < sizeof texts / sizeof *texts; i++) {
        HRESULT result = CLSIDFromString(texts[i], &a);
        say("CLSID %ls: %08x %08x", texts[i], result, result == S_OK ? a.Data1 : 0);
        result = IIDFromString(texts[i], &a);
        say("IID %ls: %08x %08x", texts[i], result, result == S_OK ? a.Data1 : 0);
    }
    LPOLESTR made = NULL;
    check(StringFromCLSID(&IID_IStream, &made) == S_OK);
    say("%ls", made);
    CoTaskMemFree(made);
    say("null %08x", CLSIDFromString(NULL, &a));
    RPC_STATUS status;
    unsigned char *ansi = NULL;
    check(UuidToStringA(&IID_IStream, &ansi) == RPC_S_OK);
    say("%s", (char *)ansi);
    check(UuidFromStringA(ansi, &b) == RPC_S_OK && IsEqualGUID(&b, &IID_IStream));
    check(RpcStringFreeA(&ansi) == RPC_S_OK);
    say("bad uuid %d", UuidFromStringA((unsigned char *)"nonsense", &b));
    check(UuidCreate(&a) == RPC_S_OK);
    check(UuidCreateNil(&a) == RPC_S_OK && UuidIsNil(&a, &status));
    stream_id = IID_IStream, unknown_id = IID_IUnknown;
    say("compare %d %d %d", UuidCompare(&stream_id, &unknown_id, &status), UuidCompare(&unknown_id, &stream_id, &status),
        UuidCompare(&a, NULL, &status));
    say("hash %u", UuidHash(&stream_id, &status));
    say("equal %d %d", UuidEqual(&a, NULL, &status), UuidEqual(&a, &stream_id, &status));
}

static void apartments(void)
{
    APTTYPE type;
    APTTYPEQUALIFIER qualifier;
    ULONG_PTR token;
    say("none %08x", CoGetApartmentType(&type, &qualifier));
    say("type %d", type);
    say("token %08x", CoGetContextToken(&token));
    void *object = &object;
    say("not initialised %08x", CoCreateInstance(&table_class, NULL, CLSCTX_INPROC_SERVER,
                                                 &IID_IGlobalInterfaceTable, &object));
    check(object == NULL);
    say("init %08x", CoInitialize(NULL));
    say("again %08x", CoInitializeEx(NULL, COINIT_APARTMENTTHREADED));
    say("other %08x", CoInitializeEx(NULL, COINIT_MULTITHREADED));
    say("type %08x", CoGetApartmentType(&type, &qualifier));
    say("%d %d", type, qualifier);
    CoUninitialize();
    CoUninitialize();
    say("multi %08x", CoInitializeEx(NULL, COINIT_MULTITHREADED));
    say("type %08x", CoGetApartmentType(&type, &qualifier));
    say("%d %d", type, qualifier);
}

static void memory(void)
{
    IMalloc *allocator = NULL;
    char *block = CoTaskMemAlloc(100);
    for (int i = 0; i < 100; i++)
        block[i] = (char)i;
    block = CoTaskMemRealloc(block, 10000);
    check(block[99] == 99);
    say("get %08x", CoGetMalloc(1, &allocator));
    check(IMalloc_GetSize(allocator, block) == 10000);
    IMalloc_Free(allocator, block);
    check(CoTaskMemRealloc(NULL, 5) != NULL);
    CoTaskMemFree(NULL);
    say("other context %08x", CoGetMalloc(2, &allocator));
}

static void streams(void)
{
    IStream *stream = NULL, *clone = NULL, *other = NULL;
    HGLOBAL memory;
    STATSTG stat;
    ULONG count = 99;
    char bytes[20] = "";
    LARGE_INTEGER move;
    ULARGE_INTEGER position, read, written;
    say("create %08x", CreateStreamOnHGlobal(NULL, TRUE, &stream));
    say("write %08x", IStream_Write(stream, "hello world", 11, &count));
    say("  %u", count);
    say("read at end %08x", IStream_Read(stream, bytes, 5, &count));
    say("  %u", count);
    move.QuadPart = -5;
    say("seek %08x", IStream_Seek(stream, move, STREAM_SEEK_END, &position));
    say("  %llu", position.QuadPart);
    say("read %08x", IStream_Read(stream, bytes, 20, &count));
    say("  %u %s", count, bytes);
    move.QuadPart = -1;
    say("before start %08x", IStream_Seek(stream, move, STREAM_SEEK_SET, &position));
    move.QuadPart = 100;
    say("past end %08x", IStream_Seek(stream, move, STREAM_SEEK_SET, NULL));
    say("stat %08x", IStream_Stat(stream, &stat, STATFLAG_NONAME));
    say("  type %u size %llu", stat.type, stat.cbSize.QuadPart);
    say("write there %08x", IStream_Write(stream, "!", 1, &count));
    IStream_Stat(stream, &stat, STATFLAG_NONAME);
    say("  size %llu", stat.cbSize.QuadPart);
    position.QuadPart = 5;
    say("set size %08x", IStream_SetSize(stream, position));
    say("clone %08x", IStream_Clone(stream, &clone));
    move.QuadPart = 0;
    IStream_Seek(clone, move, STREAM_SEEK_SET, NULL);
    IStream_Write(clone, "J", 1, NULL);
    IStream_Seek(stream, move, STREAM_SEEK_SET, NULL);
    CreateStreamOnHGlobal(NULL, TRUE, &other);
    position.QuadPart = 100;
    say("copy %08x", IStream_CopyTo(stream, other, position, &read, &written));
    say("  %llu %llu", read.QuadPart, written.QuadPart);
    say("handle %08x", GetHGlobalFromStream(other, &memory));
    say("  %c%c", ((char *)GlobalLock(memory))[0], ((char *)GlobalLock(memory))[4]);
    IUnknown *unknown = NULL;
    check(IStream_QueryInterface(stream, &IID_ISequentialStream, (void **)&unknown) == S_OK);
    check(IUnknown_Release(unknown) == 1);
    say("no storage %08x", IStream_QueryInterface(stream, &IID_IStorage, (void **)&unknown));
    check(unknown == NULL);
    IStream_Release(clone);
    IStream_Release(other);

    // Between threads.
    IStream *package = NULL, *again = NULL;
    say("marshal %08x", CoMarshalInterThreadInterfaceInStream(&IID_IStream, (IUnknown *)stream, &package));
    say("unmarshal %08x", CoGetInterfaceAndReleaseStream(package, &IID_IStream, (void **)&again));
    check(again == stream);
    IStream_Release(again);
    IGlobalInterfaceTable *table = NULL;
    DWORD cookie = 0;
    say("table %08x", CoCreateInstance(&table_class, NULL, CLSCTX_INPROC_SERVER,
                                       &IID_IGlobalInterfaceTable, (void **)&table));
    say("register %08x", IGlobalInterfaceTable_RegisterInterfaceInGlobal(table, (IUnknown *)stream, &IID_IStream, &cookie));
    check(cookie != 0);
    say("get %08x", IGlobalInterfaceTable_GetInterfaceFromGlobal(table, cookie, &IID_IStream, (void **)&again));
    check(again == stream);
    IStream_Release(again);
    say("revoke %08x", IGlobalInterfaceTable_RevokeInterfaceFromGlobal(table, cookie));
    say("revoke again %08x", IGlobalInterfaceTable_RevokeInterfaceFromGlobal(table, cookie));
    check(IStream_Release(stream) == 0);
    IUnknown *marshaler = NULL;
    IMarshal *marshal = NULL;
    say("marshaler %08x", CoCreateFreeThreadedMarshaler(NULL, &marshaler));
    say("  %08x", IUnknown_QueryInterface(marshaler, &IID_IMarshal, (void **)&marshal));
    IMarshal_Release(marshal);
    check(IUnknown_Release(marshaler) == 0);
}

static void errors(void)
{
    ICreateErrorInfo *create = NULL;
    IErrorInfo *error = NULL;
    BSTR text = NULL;
    GUID id;
    say("nothing %08x", GetErrorInfo(0, &error));
    check(error == NULL);
    say("create %08x", CreateErrorInfo(&create));
    ICreateErrorInfo_SetDescription(create, L"what went wrong");
    ICreateErrorInfo_SetGUID(create, &IID_IStream);
    check(ICreateErrorInfo_QueryInterface(create, &IID_IErrorInfo, (void **)&error) == S_OK);
    say("set %08x", SetErrorInfo(0, error));
    IErrorInfo_Release(error);
    ICreateErrorInfo_Release(create);
    error = NULL;
    say("get %08x", GetErrorInfo(0, &error));
    say("description %08x", IErrorInfo_GetDescription(error, &text));
    say("  %ls", text);
    SysFreeString(text);
    say("source %08x", IErrorInfo_GetSource(error, &text));
    check(text == NULL);
    check(IErrorInfo_GetGUID(error, &id) == S_OK && IsEqualGUID(&id, &IID_IStream));
    check(IErrorInfo_Release(error) == 0);
    say("gone %08x", GetErrorInfo(0, &error));
    say("reserved %08x", GetErrorInfo(1, &error));
}

static void properties(void)
{
    PROPVARIANT value, copy;
    static const char *const words[] = {"one", "two"};
    PropVariantInit(&value);
    value.vt = VT_LPSTR;
    value.pszVal = CoTaskMemAlloc(6);
    for (int i = 0; i < 6; i++)
        value.pszVal[i] = "hello"[i];
    say("copy %08x", PropVariantCopy(&copy, &value));
    check(copy.pszVal != value.pszVal);
    say("  %s", copy.pszVal);
    say("clear %08x vt %u", PropVariantClear(&value), value.vt);
    PropVariantClear(&copy);
    value.vt = VT_VECTOR | VT_LPSTR;
    value.calpstr.cElems = 2;
    value.calpstr.pElems = CoTaskMemAlloc(2 * sizeof(char *));
    for (int i = 0; i < 2; i++) {
        value.calpstr.pElems[i] = CoTaskMemAlloc(4);
        for (int j = 0; j < 4; j++)
            value.calpstr.pElems[i][j] = words[i][j];
    }
    say("vector %08x", PropVariantCopy(&copy, &value));
    say("  %u %s %s", copy.calpstr.cElems, copy.calpstr.pElems[0], copy.calpstr.pElems[1]);
    PropVariantClear(&value);
    PropVariantClear(&copy);
    value.vt = VT_FILETIME;
    say("file time %08x", PropVariantClear(&value));
    value.vt = 999;
    say("bad %08x", PropVariantClear(&value));
    say("null %08x", PropVariantClear(NULL));
}

static void arrays(void)
{
    SAFEARRAYBOUND bounds[2] = {{3, 1}, {4, -1}};
    SAFEARRAY *array = SafeArrayCreate(VT_I4, 2, bounds), *copy = NULL;
    LONG value = 77, index[2] = {2, 0}, bound = 0, *data;
    VARTYPE type = 0;
    say("dims %u size %u features %x", SafeArrayGetDim(array), SafeArrayGetElemsize(array), array->fFeatures);
    say("put %08x", SafeArrayPutElement(array, index, &value));
    value = 0;
    say("get %08x", SafeArrayGetElement(array, index, &value));
    say("  %d", value);
    say("access %08x", SafeArrayAccessData(array, (void **)&data));
    for (int i = 0; i < 12; i++)
        if (data[i])
            say("  element %d is %d", i, data[i]);
    say("locked %08x", SafeArrayDestroy(array));
    say("unaccess %08x", SafeArrayUnaccessData(array));
    say("unlock too often %08x", SafeArrayUnlock(array));
    index[0] = 4;
    say("bad index %08x", SafeArrayGetElement(array, index, &value));
    for (UINT i = 0; i <= 3; i++) {
        HRESULT result = SafeArrayGetLBound(array, i, &bound);
        say("lower %u %08x %d", i, result, result == S_OK ? bound : 0);
        result = SafeArrayGetUBound(array, i, &bound);
        say("upper %u %08x %d", i, result, result == S_OK ? bound : 0);
    }
    say("type %08x", SafeArrayGetVartype(array, &type));
    say("  %u", type);
    say("copy %08x", SafeArrayCopy(array, &copy));
    index[0] = 2;
    SafeArrayGetElement(copy, index, &value);
    say("  %d features %x", value, copy->fFeatures);
    SAFEARRAYBOUND grown = {6, -1};
    say("redim %08x", SafeArrayRedim(array, &grown));
    SafeArrayGetUBound(array, 2, &bound);
    say("  upper %d", bound);
    say("destroy %08x %08x", SafeArrayDestroy(array), SafeArrayDestroy(copy));

    SAFEARRAY *texts = SafeArrayCreateVector(VT_BSTR, 0, 2);
    BSTR text = SysAllocString(L"in the array"), back = NULL;
    LONG first = 0;
    say("texts %x", texts->fFeatures);
    say("put %08x", SafeArrayPutElement(texts, &first, text));
    SysFreeString(text);
    say("get %08x", SafeArrayGetElement(texts, &first, &back));
    say("  %ls", back);
    SysFreeString(back);
    VARIANT v, w;
    V_VT(&v) = VT_ARRAY | VT_BSTR, V_ARRAY(&v) = texts;
    VariantInit(&w);
    say("variant %08x", VariantCopy(&w, &v));
    check(V_ARRAY(&w) != texts);
    SafeArrayPtrOfIndex(V_ARRAY(&w), &first, (void **)&data);
    say("  %ls", *(BSTR *)data);
    VariantClear(&w);
    say("clear %08x", VariantClear(&v));
    SAFEARRAY *bytes = NULL;
    text = SysAllocString(L"ab");
    say("vector %08x", VectorFromBstr(text, &bytes));
    say("  %u", bytes->rgsabound[0].cElements);
    say("bstr %08x", BstrFromVector(bytes, &back));
    say("  %ls", back);
    SysFreeString(back);
    SysFreeString(text);
    SafeArrayDestroy(bytes);
    SAFEARRAY *variants = SafeArrayCreateVector(VT_VARIANT, 5, 1);
    VARIANT element;
    LONG five = 5;
    V_VT(&element) = VT_BSTR, V_BSTR(&element) = SysAllocString(L"nested");
    say("variants %x", variants->fFeatures);
    say("put %08x", SafeArrayPutElement(variants, &five, &element));
    VariantClear(&element);
    VariantInit(&element);
    say("get %08x", SafeArrayGetElement(variants, &five, &element));
    say("  %u %ls", V_VT(&element), V_BSTR(&element));
    VariantClear(&element);
    SafeArrayDestroy(variants);
    say("null %08x %u", SafeArrayDestroy(NULL), SafeArrayGetDim(NULL));
    check(SafeArrayCreate(VT_NULL, 1, bounds) == NULL);
    say("unknown %x", (array = SafeArrayCreateVector(VT_UNKNOWN, 0, 1))->fFeatures);
    SafeArrayDestroy(array);
}

static void classes(void)
{
    static const CLSID nobody = {0xdeadbeef, 1, 2, {3}};
    void *object = &object;
    say("class %08x", CoCreateInstance(&nobody, NULL, CLSCTX_ALL, &IID_IUnknown, &object));
    check(object == NULL);
    say("factory %08x", CoGetClassObject(&nobody, CLSCTX_INPROC_SERVER, NULL, &IID_IClassFactory, &object));
    LPOLESTR name = NULL;
    say("program %08x", ProgIDFromCLSID(&nobody, &name));
    CLSID other;
    say("treat %08x", CoGetTreatAsClass(&nobody, &other));
    check(IsEqualGUID(&nobody, &other));
}

PROGRAM
{
    guids();
    apartments();
    memory();
    streams();
    errors();
    properties();
    arrays();
    classes();
    CoUninitialize();
    return 0;
}
