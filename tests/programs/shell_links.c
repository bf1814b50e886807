// flags: -lshell32 -lole32 -luuid -lshlwapi
// Shortcuts: made, kept in a file, read again.
#define COBJMACROS
#include <windows.h>
#include <initguid.h>
#include <shlobj.h>
#include <shlwapi.h>

#include "fixture.h"

static WCHAR base[MAX_PATH];

static const WCHAR *below(const WCHAR *name)
{
    static WCHAR paths[4][MAX_PATH];
    static int next;
    WCHAR *path = paths[next++ & 3];
    lstrcpyW(path, base);
    lstrcatW(path, L"\\");
    return lstrcatW(path, name);
}

static const WCHAR *shown(const WCHAR *text)
{
    int length = lstrlenW(base);
    return lstrlenW(text) >= length &&
                   CompareStringW(LOCALE_INVARIANT, NORM_IGNORECASE, text, length, base, length) == CSTR_EQUAL
               ? text + length : text;
}

static void make_file(const WCHAR *name, const char *content)
{
    DWORD written;
    HANDLE file = CreateFileW(below(name), GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    WriteFile(file, content, lstrlenA(content), &written, NULL);
    CloseHandle(file);
}

static void tell(IShellLinkW *link)
{
    WCHAR text[MAX_PATH] = L"unchanged";
    WIN32_FIND_DATAW data;
    int number = 77;
    WORD key = 7;
    memset(&data, 0x55, sizeof data);
    HRESULT result = IShellLinkW_GetPath(link, text, MAX_PATH, &data, 0);
    say("  path %x '%ls' %u '%ls'", result, shown(text), data.nFileSizeLow, data.cFileName);
    result = IShellLinkW_GetDescription(link, text, MAX_PATH);
    say("  description %x '%ls'", result, text);
    result = IShellLinkW_GetArguments(link, text, MAX_PATH);
    say("  arguments %x '%ls'", result, text);
    result = IShellLinkW_GetWorkingDirectory(link, text, MAX_PATH);
    say("  directory %x '%ls'", result, text);
    result = IShellLinkW_GetIconLocation(link, text, MAX_PATH, &number);
    say("  icon %x '%ls' %d", result, text, number);
    result = IShellLinkW_GetHotkey(link, &key);
    say("  key %x %x", result, key);
    result = IShellLinkW_GetShowCmd(link, &number);
    say("  show %x %d", result, number);
    result = IShellLinkW_GetArguments(link, text, 4);
    say("  cut %x '%ls'", result, text);
}

static void shortcuts(void)
{
    IShellLinkW *link;
    IPersistFile *file;
    IShellLinkA *narrow;
    LPITEMIDLIST list;
    CLSID id;
    WCHAR *name;
    WCHAR path[MAX_PATH];
    char text[MAX_PATH];
    HRESULT result = CoCreateInstance(&CLSID_ShellLink, NULL, CLSCTX_INPROC_SERVER, &IID_IShellLinkW, (void **)&link);
    say("link %x", result);
    IShellLinkW_QueryInterface(link, &IID_IPersistFile, (void **)&file);
    IPersistFile_GetClassID(file, &id);
    say("class %d", IsEqualGUID(&id, &CLSID_ShellLink));
    result = IPersistFile_IsDirty(file);
    say("dirty %x", result);
    lstrcpyW(path, L"unchanged");
    result = IShellLinkW_GetPath(link, path, MAX_PATH, NULL, 0);
    say("no path %x '%ls'", result, path);
    result = IShellLinkW_GetIDList(link, &list);
    say("no list %x %d", result, list == NULL);
    name = (WCHAR *)1;
    result = IPersistFile_GetCurFile(file, &name);
    say("no file %x", result);
    say("set path %x", IShellLinkW_SetPath(link, below(L"target.txt")));
    say("set description %x", IShellLinkW_SetDescription(link, L"some words \x20ac"));
    IShellLinkW_SetArguments(link, L"-a \"b c\"");
    IShellLinkW_SetWorkingDirectory(link, L"C:\\windows");
    IShellLinkW_SetIconLocation(link, L"shell32.dll", -3);
    IShellLinkW_SetHotkey(link, 0x0641);
    IShellLinkW_SetShowCmd(link, SW_SHOWMAXIMIZED);
    say("dirty %x", IPersistFile_IsDirty(file));
    tell(link);
    result = IPersistFile_Save(file, below(L"short.lnk"), TRUE);
    say("save %x dirty %x", result, IPersistFile_IsDirty(file));
    result = IPersistFile_GetCurFile(file, &name);
    say("file %x '%ls'", result, shown(name));
    CoTaskMemFree(name);
    IPersistFile_Release(file);
    IShellLinkW_Release(link);

    result = CoCreateInstance(&CLSID_ShellLink, NULL, CLSCTX_INPROC_SERVER, &IID_IShellLinkA, (void **)&narrow);
    IShellLinkA_QueryInterface(narrow, &IID_IPersistFile, (void **)&file);
    IShellLinkA_QueryInterface(narrow, &IID_IShellLinkW, (void **)&link);
    result = IPersistFile_Load(file, below(L"none.lnk"), STGM_READ);
    say("no file %x", result);
    result = IPersistFile_Load(file, below(L"target.txt"), STGM_READ);
    say("bad file %d", FAILED(result));
    // Wine reports:   show 0 1
    // documented:   show 0 3     (Microsoft, "[MS-SHLLINK]: Shell Link (.LNK) Binary File Format")
    result = IPersistFile_Load(file, below(L"short.lnk"), STGM_READ);
    say("load %x dirty %x", result, IPersistFile_IsDirty(file));
    tell(link);
    result = IShellLinkA_GetArguments(narrow, text, sizeof text);
    say("narrow %x '%s'", result, text);
    result = IShellLinkW_GetIDList(link, &list);
    say("list %x %d", result, SHGetPathFromIDListW(list, path));
    say("  '%ls'", shown(path));
    CoTaskMemFree(list);
    say("resolve %x", IShellLinkW_Resolve(link, NULL, SLR_NO_UI));
    IPersistFile_Release(file);
    IShellLinkW_Release(link);
    IShellLinkA_Release(narrow);
    DeleteFileW(below(L"short.lnk"));
}

PROGRAM
{
    WCHAR temp[MAX_PATH];
    CoInitialize(NULL);
    GetTempPathW(MAX_PATH, temp);
    GetTempFileNameW(temp, L"sln", 0, base);
    DeleteFileW(base);
    CreateDirectoryW(base, NULL);
    CreateDirectoryW(below(L"inner"), NULL);
    make_file(L"target.txt", "content");
    shortcuts();
    SHFILEOPSTRUCTW all = {NULL, FO_DELETE, NULL, NULL, FOF_NO_UI};
    base[lstrlenW(base) + 1] = 0;
    all.pFrom = base;
    say("delete %d", SHFileOperationW(&all));
    check(!PathFileExistsW(base));
    CoUninitialize();
    return 0;
}
