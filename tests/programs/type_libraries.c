// Type libraries: made with CreateTypeLib2, saved, loaded again, described, registered, and called through.
// flags: -lole32 -loleaut32 -luuid -ladvapi32
#define COBJMACROS
#include <initguid.h>
#include <windows.h>
#include <oleauto.h>

#include "fixture.h"

DEFINE_GUID(LIBID_Sample, 0x7d1f0a01, 0x1c2d, 0x4e3f, 0x90, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77);
DEFINE_GUID(IID_ICounter, 0x7d1f0a02, 0x1c2d, 0x4e3f, 0x90, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77);
DEFINE_GUID(CLSID_Counter, 0x7d1f0a03, 0x1c2d, 0x4e3f, 0x90, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77);
DEFINE_GUID(GUID_Pair, 0x7d1f0a04, 0x1c2d, 0x4e3f, 0x90, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77);
DEFINE_GUID(GUID_Note, 0x7d1f0a05, 0x1c2d, 0x4e3f, 0x90, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77);
DEFINE_GUID(LIBID_Standard, 0x00020430, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0x46);

static WCHAR path[MAX_PATH];

// ---- making ----

static ELEMDESC element(VARTYPE vt, USHORT flags)
{
    ELEMDESC made = {.tdesc.vt = vt, .paramdesc.wParamFlags = flags};
    return made;
}

static void add_function(ICreateTypeInfo *info, UINT index, MEMBERID id, INVOKEKIND kind, UINT count, ELEMDESC *parameters,
                         WCHAR **names, UINT name_count)
{
    FUNCDESC f = {.memid = id, .funckind = FUNC_PUREVIRTUAL, .invkind = kind, .callconv = CC_STDCALL,
                  .cParams = (SHORT)count, .lprgelemdescParam = parameters, .elemdescFunc.tdesc.vt = VT_HRESULT};
    say("add %u: %08x", index, ICreateTypeInfo_AddFuncDesc(info, index, &f));
    say("names %08x", ICreateTypeInfo_SetFuncAndParamNames(info, index, names, name_count));
}

static void make_interface(ICreateTypeLib2 *library, ITypeLib *standard)
{
    ICreateTypeInfo *info = NULL;
    ITypeInfo *dispatch = NULL;
    HREFTYPE reference = 0;
    static WCHAR name[] = L"ICounter";
    say("interface %08x", ICreateTypeLib2_CreateTypeInfo(library, name, TKIND_INTERFACE, &info));
    say("again %08x", ICreateTypeLib2_CreateTypeInfo(library, name, TKIND_INTERFACE, (ICreateTypeInfo **)&dispatch));
    ICreateTypeInfo_SetGuid(info, &IID_ICounter);
    ICreateTypeInfo_SetTypeFlags(info, TYPEFLAG_FDUAL | TYPEFLAG_FOLEAUTOMATION);
    ICreateTypeInfo_SetDocString(info, (WCHAR *)L"counts");
    ICreateTypeInfo_SetVersion(info, 2, 5);
    say("dispatch %08x", ITypeLib_GetTypeInfoOfGuid(standard, &IID_IDispatch, &dispatch));
    say("reference %08x", ICreateTypeInfo_AddRefTypeInfo(info, dispatch, &reference));
    say("base %08x", ICreateTypeInfo_AddImplType(info, 0, reference));
    ITypeInfo_Release(dispatch);

    TYPEDESC long_type = {.vt = VT_I4}, variant_type = {.vt = VT_VARIANT};
    WCHAR *value[] = {(WCHAR *)L"Value", (WCHAR *)L"result"}, *put[] = {(WCHAR *)L"Value"};
    WCHAR *add[] = {(WCHAR *)L"Add", (WCHAR *)L"first", (WCHAR *)L"second", (WCHAR *)L"sum"};
    WCHAR *text[] = {(WCHAR *)L"Describe", (WCHAR *)L"text", (WCHAR *)L"extra", (WCHAR *)L"result"};
    ELEMDESC get_parameter[] = {{.tdesc = {.vt = VT_PTR, .lptdesc = &long_type}, .paramdesc.wParamFlags = 10}};
    ELEMDESC put_parameter[] = {element(VT_I4, PARAMFLAG_FIN)};
    PARAMDESCEX seven = {.cBytes = sizeof(PARAMDESCEX)};
    V_VT(&seven.varDefaultValue) = VT_I4;
    V_I4(&seven.varDefaultValue) = 7;
    ELEMDESC add_parameters[] = {element(VT_I4, PARAMFLAG_FIN), element(VT_I4, PARAMFLAG_FIN | PARAMFLAG_FHASDEFAULT | PARAMFLAG_FOPT),
                                 {.tdesc = {.vt = VT_PTR, .lptdesc = &long_type}, .paramdesc.wParamFlags = 10}};
    add_parameters[1].paramdesc.pparamdescex = &seven;
    ELEMDESC text_parameters[] = {element(VT_BSTR, PARAMFLAG_FIN), element(VT_VARIANT, PARAMFLAG_FIN | PARAMFLAG_FOPT),
                                  {.tdesc = {.vt = VT_PTR, .lptdesc = &variant_type}, .paramdesc.wParamFlags = 10}};
    add_function(info, 0, 1, INVOKE_PROPERTYGET, 1, get_parameter, value, 2);
    add_function(info, 1, 1, INVOKE_PROPERTYPUT, 1, put_parameter, put, 1);
    add_function(info, 2, 2, INVOKE_FUNC, 3, add_parameters, add, 4);
    add_function(info, 3, 3, INVOKE_FUNC, 3, text_parameters, text, 4);
    say("too far %08x", ICreateTypeInfo_SetFuncDocString(info, 9, (WCHAR *)L"x"));
    ICreateTypeInfo_SetFuncDocString(info, 2, (WCHAR *)L"adds two numbers");
    ICreateTypeInfo_SetFuncHelpContext(info, 2, 77);
    say("layout %08x", ICreateTypeInfo_LayOut(info));
    ICreateTypeInfo_Release(info);
}

static void make_enumeration(ICreateTypeLib2 *library)
{
    static const WCHAR *const names[] = {L"Red", L"Green", L"Blue"};
    static const LONG values[] = {0, -1, 0x12345678};
    ICreateTypeInfo *info = NULL;
    say("enumeration %08x", ICreateTypeLib2_CreateTypeInfo(library, (WCHAR *)L"Colour", TKIND_ENUM, &info));
    for (UINT i = 0; i < 3; i++) {
        VARIANT v = {.vt = VT_I4, .lVal = values[i]};
        VARDESC d = {.memid = MEMBERID_NIL, .varkind = VAR_CONST, .lpvarValue = &v, .elemdescVar.tdesc.vt = VT_INT};
        say("constant %08x", ICreateTypeInfo_AddVarDesc(info, i, &d));
        ICreateTypeInfo_SetVarName(info, i, (WCHAR *)names[i]);
    }
    ICreateTypeInfo_LayOut(info);
    ICreateTypeInfo_Release(info);
}

static void make_record(ICreateTypeLib2 *library)
{
    static const WCHAR *const names[] = {L"small", L"number", L"text"};
    static const VARTYPE kinds[] = {VT_I2, VT_R8, VT_BSTR};
    ICreateTypeInfo *info = NULL;
    say("record %08x", ICreateTypeLib2_CreateTypeInfo(library, (WCHAR *)L"Pair", TKIND_RECORD, &info));
    ICreateTypeInfo_SetGuid(info, &GUID_Pair);
    for (UINT i = 0; i < 3; i++) {
        VARDESC d = {.memid = MEMBERID_NIL, .varkind = VAR_PERINSTANCE, .elemdescVar.tdesc.vt = kinds[i]};
        say("field %08x", ICreateTypeInfo_AddVarDesc(info, i, &d));
        ICreateTypeInfo_SetVarName(info, i, (WCHAR *)names[i]);
    }
    ICreateTypeInfo_LayOut(info);
    ICreateTypeInfo_Release(info);
}

static void make_rest(ICreateTypeLib2 *library)
{
    ICreateTypeInfo *info = NULL;
    ITypeInfo *other = NULL;
    ITypeLib *own = NULL;
    HREFTYPE reference = 0;
    TYPEDESC small = {.vt = VT_I2}, pointer = {.vt = VT_PTR, .lptdesc = &small};
    say("alias %08x", ICreateTypeLib2_CreateTypeInfo(library, (WCHAR *)L"Where", TKIND_ALIAS, &info));
    say("alias of %08x", ICreateTypeInfo_SetTypeDescAlias(info, &pointer));
    say("no class %08x", ICreateTypeInfo_SetImplTypeFlags(info, 0, 1));
    ICreateTypeInfo_Release(info);
    say("class %08x", ICreateTypeLib2_CreateTypeInfo(library, (WCHAR *)L"Counter", TKIND_COCLASS, &info));
    ICreateTypeInfo_SetGuid(info, &CLSID_Counter);
    ICreateTypeInfo_SetTypeFlags(info, TYPEFLAG_FCANCREATE);
    say("own %08x", ICreateTypeLib2_QueryInterface(library, &IID_ITypeLib, (void **)&own));
    say("found %08x", ITypeLib_GetTypeInfo(own, 0, &other));
    say("reference %08x", ICreateTypeInfo_AddRefTypeInfo(info, other, &reference));
    say("offers %08x", ICreateTypeInfo_AddImplType(info, 0, reference));
    say("default %08x", ICreateTypeInfo_SetImplTypeFlags(info, 0, IMPLTYPEFLAG_FDEFAULT));
    ITypeInfo_Release(other);
    ITypeLib_Release(own);
    ICreateTypeInfo_Release(info);
}

static void make(void)
{
    ICreateTypeLib2 *library = NULL;
    ITypeLib *standard = NULL;
    VARIANT v = {.vt = VT_I4, .lVal = 1234};
    say("create %08x", CreateTypeLib2(SYS_WIN64, path, &library));
    ICreateTypeLib2_SetName(library, (WCHAR *)L"Sample");
    ICreateTypeLib2_SetGuid(library, &LIBID_Sample);
    ICreateTypeLib2_SetVersion(library, 3, 4);
    ICreateTypeLib2_SetDocString(library, (WCHAR *)L"a sample");
    ICreateTypeLib2_SetHelpFileName(library, (WCHAR *)L"sample.hlp");
    ICreateTypeLib2_SetLcid(library, 0);
    say("custom %08x", ICreateTypeLib2_SetCustData(library, (GUID *)&GUID_Note, &v));
    say("standard %08x", LoadRegTypeLib(&LIBID_Standard, 2, 0, 0, &standard));
    make_interface(library, standard);
    make_enumeration(library);
    make_record(library);
    make_rest(library);
    say("save %08x", ICreateTypeLib2_SaveAllChanges(library));
    ITypeLib_Release(standard);
    ICreateTypeLib2_Release(library);
}

// ---- reading ----

static void describe_function(ITypeInfo *info, UINT index)
{
    FUNCDESC *f = NULL;
    BSTR names[8], doc = NULL;
    UINT count = 0;
    DWORD context = 0;
    HRESULT result = ITypeInfo_GetFuncDesc(info, index, &f);
    if (result != S_OK) {
        say(" function %u: %08x", index, result);
        return;
    }
    ITypeInfo_GetNames(info, f->memid, names, 8, &count);
    ITypeInfo_GetDocumentation(info, f->memid, NULL, &doc, &context, NULL);
    say(" function %u: %ls id %x kind %d invoke %d parameters %d optional %d offset %d flags %x returns %d", index, names[0],
        f->memid, f->funckind, f->invkind, f->cParams, f->cParamsOpt, f->oVft, f->wFuncFlags, f->elemdescFunc.tdesc.vt);
    say("  doc %ls context %u", doc, context);
    for (UINT i = 1; i < count; i++)
        say("  name %ls", names[i]);
    for (int i = 0; i < f->cParams; i++) {
        ELEMDESC *p = &f->lprgelemdescParam[i];
        say("  parameter %d: type %d to %d flags %x default %d", i, p->tdesc.vt,
            p->tdesc.vt == VT_PTR ? p->tdesc.lptdesc->vt : 0, p->paramdesc.wParamFlags,
            p->paramdesc.pparamdescex ? V_I4(&p->paramdesc.pparamdescex->varDefaultValue) : 0);
    }
    for (UINT i = 0; i < count; i++)
        SysFreeString(names[i]);
    SysFreeString(doc);
    ITypeInfo_ReleaseFuncDesc(info, f);
}

static void describe_variable(ITypeInfo *info, UINT index)
{
    VARDESC *v = NULL;
    BSTR name = NULL;
    UINT count = 0;
    say(" variable %08x", ITypeInfo_GetVarDesc(info, index, &v));
    ITypeInfo_GetNames(info, v->memid, &name, 1, &count);
    // Wine reports:   number id 40000001 kind 0 type 5 value 0
    // documented:   number id 40000001 kind 0 type 5 value 8     (Microsoft, "ICreateTypeInfo::LayOut method")
    // Wine reports:   text id 40000002 kind 0 type 8 value 0
    // documented:   text id 40000002 kind 0 type 8 value 16     (Microsoft, "ICreateTypeInfo::LayOut method")
    say("  %ls id %x kind %d type %d value %d", name, v->memid, v->varkind, v->elemdescVar.tdesc.vt,
        v->varkind == VAR_CONST ? V_I4(v->lpvarValue) : (int)v->oInst);
    SysFreeString(name);
    ITypeInfo_ReleaseVarDesc(info, v);
}

static void describe(ITypeInfo *info)
{
    TYPEATTR *a = NULL;
    BSTR name = NULL, doc = NULL, help = NULL;
    HREFTYPE reference = 0;
    say("attributes %08x", ITypeInfo_GetTypeAttr(info, &a));
    ITypeInfo_GetDocumentation(info, MEMBERID_NIL, &name, &doc, NULL, &help);
    say("%ls (%ls, %ls) kind %d guid %08x functions %d variables %d interfaces %d table %d %d.%d", name, doc, help,
        a->typekind, a->guid.Data1, a->cFuncs, a->cVars, a->cImplTypes, a->cbSizeVft, a->wMajorVerNum, a->wMinorVerNum);
    if (a->typekind == TKIND_DISPATCH || a->typekind == TKIND_INTERFACE)
        say(" flags %x", a->wTypeFlags);
    // Wine reports:  record of 0 bytes
    // documented:  record of 24 bytes     (Microsoft, "ICreateTypeInfo::LayOut method")
    if (a->typekind == TKIND_RECORD)
        say(" record of %u bytes", a->cbSizeInstance);
    if (a->typekind == TKIND_ALIAS)
        say(" alias of %d to %d", a->tdescAlias.vt, a->tdescAlias.lptdesc->vt);
    for (UINT i = 0; i < a->cFuncs; i++)
        describe_function(info, i);
    say(" beyond %08x", ITypeInfo_GetFuncDesc(info, 1000, (FUNCDESC **)&doc));
    for (UINT i = 0; i < a->cVars; i++)
        describe_variable(info, i);
    for (UINT i = 0; i < a->cImplTypes; i++) {
        ITypeInfo *other = NULL;
        BSTR other_name = NULL;
        INT flags = -1;
        ITypeInfo_GetImplTypeFlags(info, i, &flags);
        say(" implements %08x", ITypeInfo_GetRefTypeOfImplType(info, i, &reference));
        say(" that is %08x", ITypeInfo_GetRefTypeInfo(info, reference, &other));
        ITypeInfo_GetDocumentation(other, MEMBERID_NIL, &other_name, NULL, NULL, NULL);
        say(" %ls flags %d", other_name, flags);
        SysFreeString(other_name);
        ITypeInfo_Release(other);
    }
    SysFreeString(name);
    SysFreeString(help);
    ITypeInfo_ReleaseTypeAttr(info, a);
}

static void names(ITypeInfo *info)
{
    static const WCHAR *const lists[][3] = {{L"add", L"SECOND", L"first"}, {L"Value"}, {L"nothing"}, {L"Add", L"third"}};
    static const UINT counts[] = {3, 1, 1, 2};
    for (UINT i = 0; i < 4; i++) {
        MEMBERID ids[3] = {99, 99, 99};
        say("ids %08x", ITypeInfo_GetIDsOfNames(info, (WCHAR **)lists[i], counts[i], ids));
        say(" %d %d %d", ids[0], ids[1], ids[2]);
    }
}

static void read_back(void)
{
    ITypeLib *library = NULL, *same = NULL;
    ITypeInfo *info = NULL, *behind = NULL;
    TLIBATTR *a = NULL;
    HREFTYPE reference = 0;
    BSTR name = NULL, doc = NULL, help = NULL;
    BOOL is_name = FALSE;
    WCHAR buffer[20] = L"VALUE";
    say("no file %08x", LoadTypeLib(L"C:\\nowhere\\no.tlb", &library));
    say("no name %08x", LoadTypeLib(NULL, &library));
    say("load %08x", LoadTypeLibEx(path, REGKIND_NONE, &library));
    say("twice %08x", LoadTypeLibEx(path, REGKIND_NONE, &same));
    say("the same %d", library == same);
    ITypeLib_Release(same);
    ITypeLib_GetLibAttr(library, &a);
    say("library %08x %d.%d language %x system %d flags %x", a->guid.Data1, a->wMajorVerNum, a->wMinorVerNum, a->lcid,
        a->syskind, a->wLibFlags);
    ITypeLib_ReleaseTLibAttr(library, a);
    ITypeLib_GetDocumentation(library, -1, &name, &doc, NULL, &help);
    say("%ls %ls %ls, %u types", name, doc, help, ITypeLib_GetTypeInfoCount(library));
    ULONG hash = LHashValOfNameSys(SYS_WIN64, 0, buffer);
    say("is name %08x", ITypeLib_IsName(library, buffer, hash, &is_name));
    // Wine reports:  found 0 VALUE
    // documented:  found 1 Value     (Microsoft, "ITypeLib::IsName method")
    say(" found %d %ls", is_name, buffer);
    for (UINT i = 0; i < ITypeLib_GetTypeInfoCount(library); i++) {
        TYPEKIND kind = -1;
        ITypeLib_GetTypeInfoType(library, i, &kind);
        say("type %u of kind %d: %08x", i, kind, ITypeLib_GetTypeInfo(library, i, &info));
        describe(info);
        ITypeInfo_Release(info);
    }
    say("beyond %08x", ITypeLib_GetTypeInfo(library, 99, &info));
    say("by guid %08x", ITypeLib_GetTypeInfoOfGuid(library, &IID_ICounter, &info));
    say("no guid %08x", ITypeLib_GetTypeInfoOfGuid(library, &IID_IStream, &behind));
    names(info);
    say("interface %08x", ITypeInfo_GetRefTypeOfImplType(info, -1, &reference));
    say("behind it %08x", ITypeInfo_GetRefTypeInfo(info, reference, &behind));
    describe(behind);
    ITypeInfo_Release(behind);
    ITypeInfo_Release(info);
    ITypeLib_Release(library);
    SysFreeString(name);
    SysFreeString(doc);
    SysFreeString(help);
}

// ---- calling ----

typedef struct Counter Counter;
typedef struct {
    IDispatchVtbl dispatch;
    HRESULT(STDMETHODCALLTYPE *get)(Counter *, LONG *);
    HRESULT(STDMETHODCALLTYPE *put)(Counter *, LONG);
    HRESULT(STDMETHODCALLTYPE *add)(Counter *, LONG, LONG, LONG *);
    HRESULT(STDMETHODCALLTYPE *describe)(Counter *, BSTR, VARIANT, VARIANT *);
} CounterVtbl;
struct Counter {
    const CounterVtbl *table;
    LONG value;
};

static HRESULT STDMETHODCALLTYPE counter_get(Counter *self, LONG *result)
{
    *result = self->value;
    return S_OK;
}
static HRESULT STDMETHODCALLTYPE counter_put(Counter *self, LONG value)
{
    self->value = value;
    return value < 0 ? E_INVALIDARG : S_OK;
}
static HRESULT STDMETHODCALLTYPE counter_add(Counter *self, LONG first, LONG second, LONG *sum)
{
    (void)self;
    *sum = first + second;
    return S_OK;
}
static HRESULT STDMETHODCALLTYPE counter_describe(Counter *self, BSTR text, VARIANT extra, VARIANT *result)
{
    (void)self;
    say("  text %ls extra type %d value %x", text, V_VT(&extra), V_I4(&extra));
    V_VT(result) = VT_BSTR;
    V_BSTR(result) = SysAllocString(L"described");
    return S_OK;
}
static const CounterVtbl counter_table = {.get = counter_get, .put = counter_put, .add = counter_add, .describe = counter_describe};

static void call(ITypeInfo *info, Counter *counter, const char *what, MEMBERID id, WORD flags, VARIANT *arguments, UINT count,
                 DISPID *named, UINT named_count)
{
    DISPPARAMS params = {arguments, named, count, named_count};
    VARIANT result = {.vt = VT_EMPTY};
    EXCEPINFO exception = {0};
    UINT wrong = 99;
    say("%s: %08x", what, DispInvoke(counter, info, id, flags, &params, &result, &exception, &wrong));
    say("  type %d value %d argument %u code %08x", V_VT(&result), V_VT(&result) == VT_BSTR ? 0 : V_I4(&result), wrong,
        exception.scode);
    VariantClear(&result);
}

static void invoke(void)
{
    ITypeLib *library = NULL;
    ITypeInfo *info = NULL;
    Counter counter = {&counter_table, 5};
    DISPID put = DISPID_PROPERTYPUT, second = 1;
    VARIANT one = {.vt = VT_I4, .lVal = 20}, text = {.vt = VT_BSTR}, two[2] = {{.vt = VT_I4, .lVal = 2}, {.vt = VT_R8, .dblVal = 40}};
    VARIANT named[2] = {{.vt = VT_I2, .iVal = 100}, {.vt = VT_I4, .lVal = 1}}, negative = {.vt = VT_I4, .lVal = -4};
    VARIANT three[3] = {one, one, one}, missing[2] = {{.vt = VT_ERROR, .scode = DISP_E_PARAMNOTFOUND}, one};
    LoadTypeLibEx(path, REGKIND_NONE, &library);
    say("counter %08x", ITypeLib_GetTypeInfoOfGuid(library, &IID_ICounter, &info));
    call(info, &counter, "get", 1, DISPATCH_PROPERTYGET, NULL, 0, NULL, 0);
    call(info, &counter, "put", 1, DISPATCH_PROPERTYPUT, &one, 1, &put, 1);
    call(info, &counter, "get", 1, DISPATCH_PROPERTYGET | DISPATCH_METHOD, NULL, 0, NULL, 0);
    call(info, &counter, "put fails", 1, DISPATCH_PROPERTYPUT, &negative, 1, &put, 1);
    call(info, &counter, "add", 2, DISPATCH_METHOD, two, 2, NULL, 0);
    call(info, &counter, "add default", 2, DISPATCH_METHOD, &one, 1, NULL, 0);
    call(info, &counter, "add missing", 2, DISPATCH_METHOD, missing, 2, NULL, 0);
    call(info, &counter, "add named", 2, DISPATCH_METHOD, named, 2, &second, 1);
    call(info, &counter, "too many", 2, DISPATCH_METHOD, three, 3, NULL, 0);
    call(info, &counter, "unknown", 42, DISPATCH_METHOD, NULL, 0, NULL, 0);
    V_BSTR(&text) = SysAllocString(L"words");
    DISPPARAMS wrong = {&text, NULL, 1, 0};
    UINT at = 99;
    HRESULT refused = DispInvoke(&counter, info, 2, DISPATCH_METHOD, &wrong, NULL, NULL, &at);
    // Wine reports: wrong type 80020005 argument 99
    // documented: wrong type 80020005 argument 0     (Microsoft, "IDispatch::Invoke method")
    say("wrong type %08x argument %u", refused, at);
    call(info, &counter, "describe", 3, DISPATCH_METHOD, &text, 1, NULL, 0);
    VARIANT pair[2] = {one, text};
    call(info, &counter, "describe with", 3, DISPATCH_METHOD, pair, 2, NULL, 0);
    VariantClear(&text);
    ITypeInfo_Release(info);
    ITypeLib_Release(library);
}

// ---- the registry ----

static void registration(void)
{
    ITypeLib *library = NULL;
    BSTR found = NULL;
    say("not registered %08x", QueryPathOfRegTypeLib(&LIBID_Sample, 3, 4, 0, &found));
    say("load %08x", LoadRegTypeLib(&LIBID_Sample, 3, 4, 0, &library));
    LoadTypeLibEx(path, REGKIND_NONE, &library);
    say("register %08x", RegisterTypeLib(library, path, NULL));
    say("path %08x", QueryPathOfRegTypeLib(&LIBID_Sample, 3, 4, 0, &found));
    say("is it %d", lstrcmpiW(found, path) == 0);
    SysFreeString(found);
    say("older %08x", QueryPathOfRegTypeLib(&LIBID_Sample, 3, 2, 0, &found));
    say("newer %08x", QueryPathOfRegTypeLib(&LIBID_Sample, 3, 9, 0, &found));
    say("other %08x", QueryPathOfRegTypeLib(&LIBID_Sample, 2, 0, 0, &found));
    ITypeLib_Release(library);
    say("load %08x", LoadRegTypeLib(&LIBID_Sample, 3, 4, 0x409, &library));
    ITypeLib_Release(library);
    say("unregister %08x", UnRegisterTypeLib(&LIBID_Sample, 3, 4, 0, SYS_WIN64));
    say("gone %08x", QueryPathOfRegTypeLib(&LIBID_Sample, 3, 4, 0, &found));
}

PROGRAM
{
    CoInitialize(NULL);
    WCHAR folder[MAX_PATH];
    GetTempPathW(MAX_PATH, folder);
    GetTempFileNameW(folder, L"tlb", 0, path);
    make();
    read_back();
    invoke();
    registration();
    DeleteFileW(path);
    CoUninitialize();
    return 0;
}
