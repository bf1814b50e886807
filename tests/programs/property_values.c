// flags: -lpropsys -lole32 -loleaut32 -luuid
// Values of properties: as numbers and texts, made of them, compared, and kept in a store.
#define COBJMACROS
#include <windows.h>
#include <initguid.h>
#include <propsys.h>
#include <propvarutil.h>

#include "fixture.h"

static const GUID guid = {0x12345678, 0x9abc, 0xdef0, {1, 2, 3, 4, 5, 6, 7, 8}};

static void numbers(void)
{
    PROPVARIANT value;
    SHORT small = 7;
    USHORT usmall = 7;
    LONG number = 7;
    ULONG natural = 7;
    LONGLONG large = 7;
    ULONGLONG ularge = 7;
    double real = 7;
    BOOL truth = 7;
    HRESULT result;
    static const struct { VARTYPE type; LONGLONG bits; } given[] = {
        {VT_I4, 5}, {VT_I4, -5}, {VT_I4, 70000}, {VT_UI4, 0x80000000}, {VT_I8, 0x123456789ll}, {VT_UI8, -1}, {VT_UI1, 200},
        {VT_I1, -3}, {VT_I2, 300},
    };
    for (unsigned i = 0; i < sizeof given / sizeof *given; i++) {
        PropVariantInit(&value);
        value.vt = given[i].type;
        value.hVal.QuadPart = given[i].bits;
        say("type %u value %lld", value.vt, given[i].bits);
        result = PropVariantToInt16(&value, &small);
        say("  int16 %x %d", result, SUCCEEDED(result) ? small : 0);
        result = PropVariantToUInt16(&value, &usmall);
        say("  uint16 %x %u", result, SUCCEEDED(result) ? usmall : 0);
        result = PropVariantToInt32(&value, &number);
        say("  int32 %x %d", result, SUCCEEDED(result) ? (int)number : 0);
        result = PropVariantToUInt32(&value, &natural);
        say("  uint32 %x %u", result, SUCCEEDED(result) ? (unsigned)natural : 0);
        result = PropVariantToInt64(&value, &large);
        say("  int64 %x %lld", result, SUCCEEDED(result) ? large : 0);
        result = PropVariantToUInt64(&value, &ularge);
        say("  uint64 %x %llu", result, SUCCEEDED(result) ? ularge : 0);
    }
    value.vt = VT_I4, value.lVal = 3;
    result = PropVariantToDouble(&value, &real);
    say("double %x %d", result, (int)(real * 10));
    result = PropVariantToBoolean(&value, &truth);
    say("boolean %x %d", result, truth);
    value.vt = VT_R8, value.dblVal = 2.5;
    result = PropVariantToInt32(&value, &number);
    say("rounded %x %d", result, (int)number);
    value.vt = VT_LPWSTR, value.pwszVal = (WCHAR *)L"123";
    result = PropVariantToInt32(&value, &number);
    say("text %x %d", result, (int)number);
    value.pwszVal = (WCHAR *)L"true";
    result = PropVariantToBoolean(&value, &truth);
    say("true %x %d", result, truth);
    value.pwszVal = (WCHAR *)L"words";
    say("words %d", FAILED(PropVariantToInt32(&value, &number)));
}

static void texts(void)
{
    PROPVARIANT value;
    WCHAR text[60], *copy;
    GUID read;
    HRESULT result;
    PropVariantInit(&value);
    value.vt = VT_LPWSTR, value.pwszVal = (WCHAR *)L"some text";
    result = PropVariantToString(&value, text, 5);
    say("cut %x '%ls'", result, text);
    result = PropVariantToStringAlloc(&value, &copy);
    say("copy %x '%ls'", result, copy);
    CoTaskMemFree(copy);
    value.vt = VT_EMPTY;
    result = PropVariantToString(&value, text, 60);
    say("empty %x '%ls'", result, text);
    result = InitPropVariantFromCLSID(&guid, &value);
    say("guid %x %u", result, value.vt);
    result = PropVariantToGUID(&value, &read);
    say("  %x %d", result, IsEqualGUID(&read, &guid));
    PropVariantClear(&value);
    result = InitPropVariantFromGUIDAsString(&guid, &value);
    say("guid's text %x %u '%ls'", result, value.vt, value.pwszVal);
    result = PropVariantToGUID(&value, &read);
    say("  %x %d", result, IsEqualGUID(&read, &guid));
    PropVariantClear(&value);
}

static void changes(void)
{
    PROPVARIANT from, to, other;
    HRESULT result;
    PropVariantInit(&from);
    from.vt = VT_LPWSTR, from.pwszVal = (WCHAR *)L"42";
    result = PropVariantChangeType(&to, &from, 0, VT_I4);
    say("change %x %u %d", result, to.vt, (int)to.lVal);
    PropVariantInit(&other);
    other.vt = VT_I4, other.lVal = 5;
    to.vt = VT_I4, to.lVal = 6;
    say("compare %d %d %d", PropVariantCompareEx(&other, &to, 0, 0), PropVariantCompareEx(&to, &other, 0, 0),
        PropVariantCompareEx(&to, &to, 0, 0));
    to.vt = VT_EMPTY;
    say("empty %d %d", PropVariantCompareEx(&other, &to, 0, 0), PropVariantCompareEx(&to, &to, 0, 0));
    say("greater %d", PropVariantCompareEx(&other, &to, 0, PVCF_TREATEMPTYASGREATERTHAN));
    other.vt = to.vt = VT_LPWSTR;
    other.pwszVal = (WCHAR *)L"abc", to.pwszVal = (WCHAR *)L"ABD";
    say("texts %d %d", PropVariantCompareEx(&other, &to, 0, PVCF_USESTRCMPI) < 0, PropVariantCompareEx(&to, &to, 0, 0));
    other.vt = VT_I2, other.iVal = 5;
    to.vt = VT_I4, to.lVal = 5;
    say("types %d", PropVariantCompareEx(&other, &to, 0, 0));
}

static void stores(void)
{
    static const PROPERTYKEY key = {{0xF29F85E0, 0x4FF9, 0x1068, {0xAB, 0x91, 0x08, 0x00, 0x2B, 0x27, 0xB3, 0xD9}}, 4};
    PROPERTYKEY read;
    IPropertyStore *store;
    PROPVARIANT value;
    DWORD count = 9;
    WCHAR text[60];
    HRESULT result = PSCreateMemoryPropertyStore(&IID_IPropertyStore, (void **)&store);
    say("store %x", result);
    result = IPropertyStore_GetCount(store, &count);
    say("count %x %u", result, (unsigned)count);
    result = IPropertyStore_GetValue(store, &key, &value);
    say("none %x %u", result, value.vt);
    value.vt = VT_I4, value.lVal = 44;
    result = IPropertyStore_SetValue(store, &key, &value);
    say("set %x", result);
    value.vt = VT_EMPTY;
    result = IPropertyStore_GetValue(store, &key, &value);
    say("get %x %u %d", result, value.vt, (int)value.lVal);
    result = IPropertyStore_GetAt(store, 0, &read);
    say("key %x %d", result, memcmp(&read, &key, sizeof key) == 0);
    result = IPropertyStore_GetAt(store, 1, &read);
    say("no key %d", FAILED(result));
    IPropertyStore_Release(store);
    result = PSStringFromPropertyKey(&key, text, 60);
    say("key %x '%ls'", result, text);
    result = PSPropertyKeyFromString(text, &read);
    say("  %x %d", result, memcmp(&read, &key, sizeof key) == 0);
    say("small %x", PSStringFromPropertyKey(&key, text, 10));
    say("bad %x", PSPropertyKeyFromString(L"words", &read));
}

PROGRAM
{
    numbers();
    texts();
    changes();
    stores();
    return 0;
}
