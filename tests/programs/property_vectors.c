// flags: -lpropsys -lole32 -loleaut32 -luuid
// Vectors of values of properties, values with defaults, and what they are as VARIANTs.
// Without Wine: it has none of these functions, or they do not know these types.
#define COBJMACROS
#include <windows.h>
#include <initguid.h>
#include <propsys.h>
#include <propvarutil.h>

#include "fixture.h"

/* What mingw-w64's header lacks. */
#define OF_PROPSYS __declspec(dllimport) HRESULT WINAPI
__declspec(dllimport) LONG WINAPI PropVariantToInt32WithDefault(REFPROPVARIANT, LONG);
__declspec(dllimport) BOOL WINAPI PropVariantToBooleanWithDefault(REFPROPVARIANT, BOOL);
__declspec(dllimport) ULONG WINAPI PropVariantGetElementCount(REFPROPVARIANT);
__declspec(dllimport) ULONG WINAPI VariantGetElementCount(REFVARIANT);
OF_PROPSYS InitPropVariantFromInt32Vector(const LONG *, ULONG, PROPVARIANT *);
OF_PROPSYS InitPropVariantFromInt16Vector(const SHORT *, ULONG, PROPVARIANT *);
OF_PROPSYS InitPropVariantFromBooleanVector(const BOOL *, ULONG, PROPVARIANT *);
OF_PROPSYS InitPropVariantFromStringVector(const WCHAR **, ULONG, PROPVARIANT *);
OF_PROPSYS InitPropVariantFromStringAsVector(const WCHAR *, PROPVARIANT *);
OF_PROPSYS InitPropVariantFromPropVariantVectorElem(REFPROPVARIANT, ULONG, PROPVARIANT *);
OF_PROPSYS InitPropVariantFromFileTime(const FILETIME *, PROPVARIANT *);
OF_PROPSYS InitVariantFromInt16Array(const SHORT *, ULONG, VARIANT *);
OF_PROPSYS PropVariantToInt32Vector(REFPROPVARIANT, LONG *, ULONG, ULONG *);
OF_PROPSYS PropVariantToInt32VectorAlloc(REFPROPVARIANT, LONG **, ULONG *);
OF_PROPSYS PropVariantGetInt32Elem(REFPROPVARIANT, ULONG, LONG *);
OF_PROPSYS PropVariantGetBooleanElem(REFPROPVARIANT, ULONG, BOOL *);
OF_PROPSYS PropVariantGetStringElem(REFPROPVARIANT, ULONG, WCHAR **);
OF_PROPSYS PropVariantToStringVectorAlloc(REFPROPVARIANT, WCHAR ***, ULONG *);
OF_PROPSYS VariantToInt16Array(REFVARIANT, SHORT *, ULONG, ULONG *);
OF_PROPSYS VariantToPropVariant(const VARIANT *, PROPVARIANT *);
OF_PROPSYS PropVariantToVariant(const PROPVARIANT *, VARIANT *);

static const GUID guid = {0x12345678, 0x9abc, 0xdef0, {1, 2, 3, 4, 5, 6, 7, 8}};

static void vectors(void)
{
    static const LONG numbers[] = {3, -1, 400};
    static const WCHAR *names[] = {L"one", L"two", L"three"};
    static const BOOL truths[] = {TRUE, FALSE, 7};
    PROPVARIANT value, element;
    LONG read[4] = {0}, *copies;
    BOOL truth = 9;
    WCHAR text[60], *name, **list;
    BYTE bytes[4] = {0};
    ULONG count = 9;
    HRESULT result = InitPropVariantFromInt32Vector(numbers, 3, &value);
    say("vector %x %x %u", result, value.vt, (unsigned)PropVariantGetElementCount(&value));
    result = PropVariantToInt32Vector(&value, read, 4, &count);
    say("  %x %u: %d %d %d", result, (unsigned)count, (int)read[0], (int)read[1], (int)read[2]);
    result = PropVariantToInt32Vector(&value, read, 2, &count);
    say("  small %x", result);
    result = PropVariantToInt32VectorAlloc(&value, &copies, &count);
    say("  %x %u: %d", result, (unsigned)count, (int)copies[2]);
    CoTaskMemFree(copies);
    result = PropVariantGetInt32Elem(&value, 1, read);
    say("  element %x %d", result, (int)read[0]);
    result = PropVariantGetInt32Elem(&value, 3, read);
    say("  beyond %d", FAILED(result));
    result = PropVariantToString(&value, text, 60);
    say("  text %x '%ls'", result, text);
    result = InitPropVariantFromPropVariantVectorElem(&value, 2, &element);
    say("  element %x %u %d", result, element.vt, (int)element.lVal);
    PropVariantClear(&value);
    result = InitPropVariantFromStringVector(names, 3, &value);
    say("strings %x %x", result, value.vt);
    result = PropVariantGetStringElem(&value, 1, &name);
    say("  %x '%ls'", result, name);
    CoTaskMemFree(name);
    result = PropVariantToStringVectorAlloc(&value, &list, &count);
    say("  %x %u '%ls'", result, (unsigned)count, list[2]);
    for (ULONG i = 0; i < count; i++)
        CoTaskMemFree(list[i]);
    CoTaskMemFree(list);
    result = PropVariantToString(&value, text, 60);
    say("  text %x '%ls'", result, text);
    PropVariantClear(&value);
    result = InitPropVariantFromStringAsVector(L"a; bc ;d", &value);
    say("split %x %x %u '%ls'", result, value.vt, (unsigned)value.calpwstr.cElems, value.calpwstr.pElems[1]);
    PropVariantClear(&value);
    result = InitPropVariantFromBooleanVector(truths, 3, &value);
    say("booleans %x %x", result, value.vt);
    result = PropVariantGetBooleanElem(&value, 2, &truth);
    say("  %x %d", result, truth);
    PropVariantClear(&value);
    result = InitPropVariantFromBuffer("abc", 3, &value);
    say("buffer %x %x", result, value.vt);
    result = PropVariantToBuffer(&value, bytes, 2);
    say("  %x %c%c", result, bytes[0], bytes[1]);
    result = PropVariantToBuffer(&value, bytes, 4);
    say("  long %x", result);
    PropVariantClear(&value);
}

static void variants(void)
{
    static const SHORT numbers[] = {5, 6};
    VARIANT array, number;
    PROPVARIANT value;
    SHORT read[2] = {0};
    ULONG count;
    HRESULT result = InitVariantFromInt16Array(numbers, 2, &array);
    say("array %x %x %u", result, array.vt, (unsigned)VariantGetElementCount(&array));
    result = VariantToInt16Array(&array, read, 2, &count);
    say("  %x %u: %d %d", result, (unsigned)count, read[0], read[1]);
    result = VariantToPropVariant(&array, &value);
    say("  vector %x %x", result, value.vt);
    PropVariantClear(&value);
    VariantClear(&array);
    result = InitVariantFromGUIDAsString(&guid, &number);
    say("guid %x %u", result, number.vt);
    VariantClear(&number);
    InitPropVariantFromInt16Vector(numbers, 2, &value);
    result = PropVariantToVariant(&value, &array);
    say("back %x %x", result, array.vt);
    PropVariantClear(&value);
    VariantClear(&array);
}

static void defaults(void)
{
    PROPVARIANT value, from, to;
    FILETIME time;
    WCHAR text[60];
    HRESULT result;
    value.vt = VT_LPWSTR, value.pwszVal = (WCHAR *)L"words";
    say("default %d %d", (int)PropVariantToInt32WithDefault(&value, 77), PropVariantToBooleanWithDefault(&value, TRUE));
    value.vt = VT_EMPTY;
    say("empty %d", (int)PropVariantToInt32WithDefault(&value, 77));
    say("text '%ls'", PropVariantToStringWithDefault(&value, L"otherwise"));
    value.vt = VT_LPWSTR, value.pwszVal = (WCHAR *)L"inside";
    say("inside %d", PropVariantToStringWithDefault(&value, L"x") == value.pwszVal);
    value.vt = VT_BOOL, value.boolVal = VARIANT_TRUE;
    say("number %d", (int)PropVariantToInt32WithDefault(&value, 77));
    time.dwLowDateTime = 0xD53E8000, time.dwHighDateTime = 0x019DB1DE;
    InitPropVariantFromFileTime(&time, &value);
    result = PropVariantToString(&value, text, 60);
    say("time %x %u '%ls'", result, value.vt, text);
    value.vt = VT_I4, value.lVal = -12;
    result = PropVariantToString(&value, text, 60);
    say("number %x '%ls'", result, text);
    result = InitPropVariantFromCLSID(&guid, &value);
    say("guid %x %u", result, value.vt);
    result = PropVariantToString(&value, text, 60);
    say("  %x '%ls'", result, text);
    PropVariantClear(&value);
    from.vt = VT_UI2, from.uiVal = 9;
    result = PropVariantChangeType(&to, &from, 0, VT_LPWSTR);
    say("change %x %u '%ls'", result, to.vt, to.pwszVal);
    PropVariantClear(&to);
}

PROGRAM
{
    vectors();
    variants();
    defaults();
    return 0;
}
