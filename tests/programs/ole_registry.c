// flags: -lole32 -luuid -ladvapi32 -lshlwapi -lshell32
// What the registry says of classes of objects, and an object of a file.
#define COBJMACROS
#include <windows.h>
#include <initguid.h>
#include <ole2.h>
#include <shlobj.h>
#include <shlwapi.h>

#include "fixture.h"

static GUID ours = {0x7A5E4D11, 0x1111, 0x4222, {0x83, 0x33, 1, 2, 3, 4, 5, 6}};
static const GUID other = {0x7A5E4D12, 0x1111, 0x4222, {0x83, 0x33, 1, 2, 3, 4, 5, 6}};
static const GUID none = {0x7A5E4D13, 0x1111, 0x4222, {0x83, 0x33, 1, 2, 3, 4, 5, 6}};
static WCHAR key[60]; /* of a class that no other run of this program has */

static const WCHAR *below(const WCHAR *name)
{
    static WCHAR path[100];
    return lstrcatW(lstrcpyW(path, key), name);
}

static void put(const WCHAR *path, const WCHAR *text)
{
    SHSetValueW(HKEY_CLASSES_ROOT, path, NULL, REG_SZ, text, (lstrlenW(text) + 1) * 2);
}

static void verbs(void)
{
    IEnumOLEVERB *list = NULL;
    OLEVERB verb;
    DWORD status = 9;
    HRESULT result = OleRegEnumVerbs(&none, &list);
    say("no class %x", result);
    result = OleRegEnumVerbs(&ours, &list);
    // Wine reports: no verbs 80040152
    // documented: no verbs 80040180     (Microsoft, "OleRegEnumVerbs function")
    say("no verbs %x", result);
    put(below(L"\\Verb\\0"), L"&Edit,0,2");
    put(below(L"\\MiscStatus"), L"5");
    put(below(L"\\MiscStatus\\4"), L"33");
    result = OleRegEnumVerbs(&ours, &list);
    say("verbs %x", result);
    result = IEnumOLEVERB_Next(list, 1, &verb, NULL);
    say("  %x %d '%ls' %x %x", result, (int)verb.lVerb, verb.lpszVerbName, (unsigned)verb.fuFlags,
        (unsigned)verb.grfAttribs);
    CoTaskMemFree(verb.lpszVerbName);
    say("  end %x", IEnumOLEVERB_Next(list, 1, &verb, NULL));
    IEnumOLEVERB_Release(list);
    result = OleRegGetMiscStatus(&ours, DVASPECT_CONTENT, &status);
    say("status %x %u", result, (unsigned)status);
    result = OleRegGetMiscStatus(&ours, DVASPECT_ICON, &status);
    say("icon's status %x %u", result, (unsigned)status);
    result = OleRegGetMiscStatus(&none, DVASPECT_ICON, &status);
    say("no class %x %u", result, (unsigned)status);
}

static void others(void)
{
    CLSID found;
    HRESULT result = CoGetTreatAsClass(&ours, &found);
    say("itself %x %d", result, IsEqualGUID(&found, &ours));
    say("treat %x", CoTreatAsClass(&ours, &other));
    result = CoGetTreatAsClass(&ours, &found);
    say("other %x %d", result, IsEqualGUID(&found, &other));
    say("end %x", CoTreatAsClass(&ours, &ours));
    result = CoGetTreatAsClass(&ours, &found);
    say("itself %x %d", result, IsEqualGUID(&found, &ours));
    say("no class %x", CoTreatAsClass(&none, &ours));
    result = OleGetAutoConvert(&ours, &found);
    say("convert %x", result);
    say("set %x", OleSetAutoConvert(&ours, &other));
    result = OleGetAutoConvert(&ours, &found);
    say("convert %x %d", result, IsEqualGUID(&found, &other));
}

static void file(void)
{
    WCHAR folder[MAX_PATH], path[MAX_PATH], text[MAX_PATH] = L"";
    IShellLinkW *link;
    IPersistFile *persist;
    MULTI_QI results[1] = {{&IID_IShellLinkW, NULL, 0}};
    GetTempPathW(MAX_PATH, folder);
    GetTempFileNameW(folder, L"ole", 0, path);
    CoCreateInstance(&CLSID_ShellLink, NULL, CLSCTX_INPROC_SERVER, &IID_IShellLinkW, (void **)&link);
    IShellLinkW_SetArguments(link, L"-some arguments");
    IShellLinkW_QueryInterface(link, &IID_IPersistFile, (void **)&persist);
    IPersistFile_Save(persist, path, TRUE);
    IPersistFile_Release(persist);
    IShellLinkW_Release(link);
    HRESULT result = CoGetInstanceFromFile(NULL, (CLSID *)&CLSID_ShellLink, NULL, CLSCTX_INPROC_SERVER, STGM_READ, path, 1, results);
    say("instance %x %x", result, results[0].hr);
    if (SUCCEEDED(result)) {
        IShellLinkW_GetArguments((IShellLinkW *)results[0].pItf, text, MAX_PATH);
        say("  '%ls'", text);
        IUnknown_Release(results[0].pItf);
    }
    DeleteFileW(path);
}

PROGRAM
{
    CoInitialize(NULL);
    ours.Data1 = GetCurrentProcessId();
    lstrcpyW(key, L"CLSID\\");
    StringFromGUID2(&ours, key + 6, 40);
    put(key, L"A class");
    verbs();
    others();
    file();
    SHDeleteKeyW(HKEY_CLASSES_ROOT, key);
    CoUninitialize();
    return 0;
}
