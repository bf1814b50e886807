// flags: -lole32 -loleaut32 -luuid
// Property sets in a storage: written, read again from the file, listed and deleted.
// Without Wine: it cannot write values of several of these types, and then no set at all.
#define COBJMACROS
#include <windows.h>
#include <initguid.h>
#include <ole2.h>

#include "fixture.h"

static const GUID custom = {0x12345678, 0x9abc, 0xdef0, {1, 2, 3, 4, 5, 6, 7, 8}};
static const GUID summary = {0xF29F85E0, 0x4FF9, 0x1068, {0xAB, 0x91, 0x08, 0x00, 0x2B, 0x27, 0xB3, 0xD9}};
#define EXCLUSIVE (STGM_READWRITE | STGM_SHARE_EXCLUSIVE)

static void write(IPropertySetStorage *sets)
{
    IPropertyStorage *set;
    PROPSPEC specs[5];
    PROPVARIANT values[5];
    LONG numbers[] = {7, 8, 9};
    PROPID number = 2;
    WCHAR *name = (WCHAR *)L"the title";
    HRESULT result = IPropertySetStorage_Create(sets, &custom, NULL, PROPSETFLAG_DEFAULT, EXCLUSIVE | STGM_CREATE, &set);
    say("create %x", result);
    for (int i = 0; i < 5; i++) {
        specs[i].ulKind = PRSPEC_PROPID;
        specs[i].propid = 2 + i;
    }
    values[0].vt = VT_LPWSTR, values[0].pwszVal = (WCHAR *)L"wide \x20ac";
    values[1].vt = VT_I4, values[1].lVal = -44;
    values[2].vt = VT_LPSTR, values[2].pszVal = (char *)"narrow";
    values[3].vt = VT_VECTOR | VT_I4, values[3].cal.cElems = 3, values[3].cal.pElems = numbers;
    values[4].vt = VT_BOOL, values[4].boolVal = VARIANT_TRUE;
    result = IPropertyStorage_WriteMultiple(set, 5, specs, values, 2);
    say("write %x", result);
    specs[0].ulKind = PRSPEC_LPWSTR, specs[0].lpwstr = (WCHAR *)L"By Name";
    values[0].vt = VT_UI8, values[0].uhVal.QuadPart = 0x123456789ull;
    result = IPropertyStorage_WriteMultiple(set, 1, specs, values, 20);
    say("by name %x", result);
    result = IPropertyStorage_WritePropertyNames(set, 1, &number, &name);
    say("name %x", result);
    say("commit %x", IPropertyStorage_Commit(set, STGC_DEFAULT));
    IPropertyStorage_Release(set);
    say("again %x", IPropertySetStorage_Create(sets, &custom, NULL, PROPSETFLAG_DEFAULT, EXCLUSIVE, &set));
    result = IPropertySetStorage_Create(sets, &summary, NULL, PROPSETFLAG_ANSI, EXCLUSIVE | STGM_CREATE, &set);
    say("summary %x", result);
    specs[0].ulKind = PRSPEC_PROPID, specs[0].propid = 4;
    values[0].vt = VT_LPSTR, values[0].pszVal = (char *)"somebody";
    say("author %x", IPropertyStorage_WriteMultiple(set, 1, specs, values, 2));
    IPropertyStorage_Release(set);
}

static void read(IPropertySetStorage *sets)
{
    IPropertyStorage *set;
    IEnumSTATPROPSTG *list;
    STATPROPSTG property;
    STATPROPSETSTG statistics;
    PROPSPEC specs[3];
    PROPVARIANT values[3];
    PROPID numbers[2] = {2, 3};
    WCHAR *names[2];
    HRESULT result = IPropertySetStorage_Open(sets, &custom, EXCLUSIVE, &set);
    say("open %x", result);
    result = IPropertyStorage_Stat(set, &statistics);
    say("stat %x %d flags %x", result, IsEqualGUID(&statistics.fmtid, &custom), (unsigned)statistics.grfFlags);
    specs[0].ulKind = PRSPEC_LPWSTR, specs[0].lpwstr = (WCHAR *)L"THE TITLE";
    specs[1].ulKind = PRSPEC_PROPID, specs[1].propid = 3;
    specs[2].ulKind = PRSPEC_PROPID, specs[2].propid = 77;
    result = IPropertyStorage_ReadMultiple(set, 3, specs, values);
    say("read %x: %u '%ls', %u %d, %u", result, values[0].vt, values[0].pwszVal, values[1].vt, (int)values[1].lVal,
        values[2].vt);
    FreePropVariantArray(3, values);
    specs[0].ulKind = PRSPEC_PROPID, specs[0].propid = 4;
    specs[1].propid = 5, specs[2].propid = 6;
    result = IPropertyStorage_ReadMultiple(set, 3, specs, values);
    say("read %x: %u '%s', %x %u, %u %d", result, values[0].vt, values[0].pszVal, values[1].vt,
        (unsigned)values[1].cal.cElems, values[2].vt, values[2].boolVal);
    say("  %d %d", (int)values[1].cal.pElems[0], (int)values[1].cal.pElems[2]);
    FreePropVariantArray(3, values);
    specs[0].ulKind = PRSPEC_LPWSTR, specs[0].lpwstr = (WCHAR *)L"By Name";
    result = IPropertyStorage_ReadMultiple(set, 1, specs, values);
    say("read %x: %u %llx", result, values[0].vt, values[0].uhVal.QuadPart);
    specs[0].lpwstr = (WCHAR *)L"none";
    result = IPropertyStorage_ReadMultiple(set, 1, specs, values);
    say("none %x: %u", result, values[0].vt);
    specs[0].ulKind = PRSPEC_PROPID, specs[0].propid = PID_CODEPAGE;
    result = IPropertyStorage_ReadMultiple(set, 1, specs, values);
    say("code page %x: %u %u", result, values[0].vt, (unsigned short)values[0].iVal);
    result = IPropertyStorage_ReadPropertyNames(set, 2, numbers, names);
    say("names %x '%ls' %d", result, names[0], names[1] == NULL);
    CoTaskMemFree(names[0]);
    result = IPropertyStorage_Enum(set, &list);
    int count = 0, named = 0;
    while (IEnumSTATPROPSTG_Next(list, 1, &property, NULL) == S_OK) {
        count++;
        named += property.lpwstrName != NULL;
        CoTaskMemFree(property.lpwstrName);
    }
    say("enumerate %x: %d, %d with names", result, count, named);
    IEnumSTATPROPSTG_Release(list);
    specs[0].propid = 3;
    say("delete %x", IPropertyStorage_DeleteMultiple(set, 1, specs));
    result = IPropertyStorage_ReadMultiple(set, 1, specs, values);
    say("gone %x: %u", result, values[0].vt);
    IPropertyStorage_Release(set);
    result = IPropertySetStorage_Open(sets, &summary, EXCLUSIVE, &set);
    say("summary %x", result);
    specs[0].propid = 4;
    result = IPropertyStorage_ReadMultiple(set, 1, specs, values);
    say("author %x: %u '%s'", result, values[0].vt, values[0].pszVal);
    FreePropVariantArray(1, values);
    IPropertyStorage_Release(set);
    say("delete %x", IPropertySetStorage_Delete(sets, &summary));
    say("no set %x", IPropertySetStorage_Open(sets, &summary, EXCLUSIVE, &set));
}

static void names(void)
{
    WCHAR text[40];
    GUID back;
    HRESULT result = FmtIdToPropStgName(&custom, text);
    say("name %x %d '%ls'", result, text[0], CharLowerW(text + 1));
    result = PropStgNameToFmtId(text, &back);
    say("  %x %d", result, IsEqualGUID(&back, &custom));
    result = FmtIdToPropStgName(&summary, text);
    say("name %x '%ls'", result, text + 1);
    say("no name %x", PropStgNameToFmtId(L"words", &back));
}

PROGRAM
{
    WCHAR folder[MAX_PATH], path[MAX_PATH];
    IStorage *storage;
    IPropertySetStorage *sets;
    CoInitialize(NULL);
    names();
    GetTempPathW(MAX_PATH, folder);
    GetTempFileNameW(folder, L"prs", 0, path);
    HRESULT result = StgCreateDocfile(path, EXCLUSIVE | STGM_CREATE, 0, &storage);
    say("storage %x", result);
    result = IStorage_QueryInterface(storage, &IID_IPropertySetStorage, (void **)&sets);
    say("sets %x", result);
    write(sets);
    IPropertySetStorage_Release(sets);
    IStorage_Release(storage);
    result = StgOpenStorage(path, NULL, EXCLUSIVE, NULL, 0, &storage);
    say("storage %x", result);
    result = StgCreatePropSetStg(storage, 0, &sets);
    say("sets %x", result);
    read(sets);
    IPropertySetStorage_Release(sets);
    IStorage_Release(storage);
    DeleteFileW(path);
    CoUninitialize();
    return 0;
}
