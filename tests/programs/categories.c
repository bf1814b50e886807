// flags: -lole32 -luuid
// Component categories: registered, described, asked for, and gone again.
#define COBJMACROS
#include <windows.h>
#include <initguid.h>
#include <comcat.h>

#include "fixture.h"

DEFINE_GUID(FIRST, 0x5ae1f8f1, 0x1111, 0x4e6b, 0x90, 0x11, 1, 2, 3, 4, 5, 6);
DEFINE_GUID(SECOND, 0x5ae1f8f1, 0x2222, 0x4e6b, 0x90, 0x11, 1, 2, 3, 4, 5, 6);
DEFINE_GUID(SOMETHING, 0x5ae1f8f1, 0x3333, 0x4e6b, 0x90, 0x11, 1, 2, 3, 4, 5, 6);

static ICatRegister *registrar;
static ICatInformation *information;

static void describe(REFCATID category, LCID locale)
{
    WCHAR *text = NULL;
    HRESULT code = ICatInformation_GetCategoryDesc(information, category, locale, &text);
    say("%04lx %08lx %ls", locale, code, text ? text : L"none");
    CoTaskMemFree(text);
}

static int classes(REFCATID implemented)
{
    IEnumGUID *each;
    CLSID id;
    ULONG fetched;
    int found = 0;
    check(!ICatInformation_EnumClassesOfCategories(information, 1, implemented, (ULONG)-1, NULL, &each));
    while (!IEnumGUID_Next(each, 1, &id, &fetched))
        found += IsEqualGUID(&id, &SOMETHING) ? 1 : 100;
    IEnumGUID_Release(each);
    return found;
}

PROGRAM
{
    CATEGORYINFO infos[] = {{FIRST, 0x409, L"the first"}, {FIRST, 0x407, L"die erste"}, {SECOND, 0x409, L"the second"}};
    CATID both[] = {FIRST, SECOND};
    IEnumGUID *each;
    ULONG fetched = 7;
    GUID ids[3];
    CoInitialize(NULL);
    say("manager %08lx", CoCreateInstance(&CLSID_StdComponentCategoriesMgr, NULL, CLSCTX_INPROC_SERVER, &IID_ICatRegister,
                                          (void **)&registrar));
    check(!ICatRegister_QueryInterface(registrar, &IID_ICatInformation, (void **)&information));
    say("register %08lx", ICatRegister_RegisterCategories(registrar, 3, infos));
    describe(&FIRST, 0x409);
    describe(&FIRST, 0x407);
    describe(&SOMETHING, 0x409);
    say("implement %08lx", ICatRegister_RegisterClassImplCategories(registrar, &SOMETHING, 1, both));
    say("require %08lx", ICatRegister_RegisterClassReqCategories(registrar, &SOMETHING, 1, both + 1));
    // Wine reports: classes 0 0
    // documented: classes 1 0     (Microsoft, "ICatInformation::EnumClassesOfCategories method": -1 for any)
    say("classes %d %d", classes(&FIRST), classes(&SECOND));
    // Wine reports: any needs 80004003
    // documented: any needs 00000000     (Microsoft, "ICatInformation::IsClassOfCategories method": -1 for any)
    say("any needs %08lx", ICatInformation_IsClassOfCategories(information, &SOMETHING, 1, both, (ULONG)-1, NULL));
    say("no needs %08lx", ICatInformation_IsClassOfCategories(information, &SOMETHING, 1, both, 0, NULL));
    say("both needs %08lx", ICatInformation_IsClassOfCategories(information, &SOMETHING, 1, both, 2, both));
    // Wine reports: other 80004003
    // documented: other 00000001     (Microsoft, "ICatInformation::IsClassOfCategories method")
    say("other %08lx", ICatInformation_IsClassOfCategories(information, &SOMETHING, 1, both + 1, (ULONG)-1, NULL));
    say("of the class %08lx", ICatInformation_EnumImplCategoriesOfClass(information, &SOMETHING, &each));
    say("next %08lx", IEnumGUID_Next(each, 3, ids, &fetched));
    say("%lu first %d", fetched, IsEqualGUID(ids, &FIRST));
    IEnumGUID_Release(each);
    say("unimplement %08lx", ICatRegister_UnRegisterClassImplCategories(registrar, &SOMETHING, 1, both));
    say("unrequire %08lx", ICatRegister_UnRegisterClassReqCategories(registrar, &SOMETHING, 1, both + 1));
    say("classes %d", classes(&FIRST));
    say("unregister %08lx", ICatRegister_UnRegisterCategories(registrar, 2, both));
    describe(&FIRST, 0x409);
    RegDeleteTreeW(HKEY_CLASSES_ROOT, L"CLSID\\{5AE1F8F1-3333-4E6B-9011-010203040506}");
    ICatInformation_Release(information);
    ICatRegister_Release(registrar);
    CoUninitialize();
    return 0;
}
