// flags: -lshell32 -lole32 -luuid -lshlwapi
// The Shell's namespace of files: folders, items and arrays as objects.
#define COBJMACROS
#include <windows.h>
#include <initguid.h>
#include <shlobj.h>
#include <shlwapi.h>
#include <knownfolders.h>

#include "fixture.h"

DEFINE_GUID(BHID_Stream, 0x1cebb3ab, 0x7c10, 0x499a, 0xa4, 0x17, 0x92, 0xca, 0x16, 0xc4, 0xcb, 0x83);

static WCHAR outer[MAX_PATH], base[MAX_PATH];

static const WCHAR *below(const WCHAR *name)
{
    static WCHAR path[MAX_PATH];
    lstrcpyW(path, base);
    lstrcatW(path, L"\\");
    return lstrcatW(path, name);
}

static void make_file(const WCHAR *name, const char *content)
{
    DWORD written;
    HANDLE file = CreateFileW(below(name), GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    WriteFile(file, content, lstrlenA(content), &written, NULL);
    CloseHandle(file);
}

/* A path below the test's folder without what comes before it. */
static const WCHAR *shown(const WCHAR *text)
{
    int length = lstrlenW(base);
    return CompareStringW(LOCALE_INVARIANT, NORM_IGNORECASE, text, length < lstrlenW(text) ? length : lstrlenW(text), base,
                          length) == CSTR_EQUAL ? text + length : text;
}

static void name(IShellFolder *folder, LPCITEMIDLIST list, SHGDNF flags)
{
    STRRET text;
    WCHAR *name = NULL;
    HRESULT result = IShellFolder_GetDisplayNameOf(folder, list, flags, &text);
    if (SUCCEEDED(result))
        StrRetToStrW(&text, list, &name);
    say("  name %x: %x '%ls'", flags, result, name ? shown(name) : L"");
    CoTaskMemFree(name);
}

static void listed(IShellFolder *folder, SHCONTF flags)
{
    IEnumIDList *list;
    LPITEMIDLIST item;
    WCHAR names[8][MAX_PATH];
    int count = 0;
    ULONG fetched;
    HRESULT result = IShellFolder_EnumObjects(folder, NULL, flags, &list);
    say("enumerate %x: %x", flags, result);
    while (IEnumIDList_Next(list, 1, &item, &fetched) == S_OK && count < 8) {
        STRRET text;
        IShellFolder_GetDisplayNameOf(folder, item, SHGDN_INFOLDER | SHGDN_FORPARSING, &text);
        StrRetToBufW(&text, item, names[count++], MAX_PATH);
        CoTaskMemFree(item);
    }
    for (int i = 0; i < count; i++) /* Wine does not sort them */
        for (int j = i + 1; j < count; j++)
            if (lstrcmpiW(names[i], names[j]) > 0) {
                WCHAR other[MAX_PATH];
                lstrcpyW(other, names[i]), lstrcpyW(names[i], names[j]), lstrcpyW(names[j], other);
            }
    for (int i = 0; i < count; i++)
        say("  '%ls'", names[i]);
    say("  skip %x", IEnumIDList_Skip(list, 1));
    IEnumIDList_Release(list);
}

static void folder_of(LPITEMIDLIST list)
{
    IShellFolder *folder, *inner;
    LPITEMIDLIST child, other;
    LPCITEMIDLIST last;
    ULONG eaten = 0;
    SFGAOF attributes = SFGAO_FOLDER | SFGAO_FILESYSTEM | SFGAO_STREAM;
    HRESULT result = SHBindToParent(list, &IID_IShellFolder, (void **)&inner, &last);
    say("parent %x %d", result, last == ILFindLastID(list));
    result = IShellFolder_BindToObject(inner, last, NULL, &IID_IShellFolder, (void **)&folder);
    say("bind %x", result);
    name(inner, last, SHGDN_NORMAL);
    name(inner, last, SHGDN_INFOLDER);
    name(inner, last, SHGDN_INFOLDER | SHGDN_FORPARSING);
    IShellFolder_Release(inner);
    listed(folder, SHCONTF_FOLDERS);
    listed(folder, SHCONTF_NONFOLDERS);
    listed(folder, SHCONTF_FOLDERS | SHCONTF_NONFOLDERS);
    result = IShellFolder_ParseDisplayName(folder, NULL, NULL, (WCHAR *)L"one.txt", &eaten, &child, &attributes);
    say("parse %x attributes %x", result, attributes & (SFGAO_FOLDER | SFGAO_FILESYSTEM | SFGAO_STREAM));
    say("  one item %d", ILGetNext(ILGetNext(child)) == NULL && ILGetNext(child)->mkid.cb == 0);
    name(folder, child, SHGDN_NORMAL | SHGDN_FORPARSING);
    name(folder, child, SHGDN_INFOLDER | SHGDN_FORPARSING);
    attributes = SFGAO_FOLDER;
    result = IShellFolder_ParseDisplayName(folder, NULL, NULL, (WCHAR *)L"inner\\two.txt", NULL, &other, NULL);
    say("parse two %x", result);
    name(folder, other, SHGDN_FORPARSING);
    say("compare %d %d", (short)HRESULT_CODE(IShellFolder_CompareIDs(folder, 0, child, child)),
        (short)HRESULT_CODE(IShellFolder_CompareIDs(folder, 0, child, other)) > 0);
    attributes = SFGAO_FOLDER | SFGAO_FILESYSTEM | SFGAO_STREAM;
    result = IShellFolder_GetAttributesOf(folder, 1, (LPCITEMIDLIST *)&child, &attributes);
    say("attributes %x: %x", result, attributes & (SFGAO_FOLDER | SFGAO_FILESYSTEM | SFGAO_STREAM));
    CoTaskMemFree(other);
    other = (LPITEMIDLIST)1;
    result = IShellFolder_ParseDisplayName(folder, NULL, NULL, (WCHAR *)L"none.txt", NULL, &other, NULL);
    say("parse none %x %d", result, other == NULL);
    result = IShellFolder_SetNameOf(folder, NULL, child, L"renamed.txt", SHGDN_INFOLDER, &other);
    say("rename %x", result);
    if (SUCCEEDED(result)) {
        name(folder, other, SHGDN_INFOLDER | SHGDN_FORPARSING);
        CoTaskMemFree(other);
    }
    check(PathFileExistsW(below(L"renamed.txt")) && !PathFileExistsW(below(L"one.txt")));
    MoveFileW(below(L"renamed.txt"), L"back.tmp");
    DeleteFileW(L"back.tmp");
    make_file(L"one.txt", "first");
    CoTaskMemFree(child);
    IShellFolder_Release(folder);
}

static void desktop(void)
{
    IShellFolder *folder;
    IPersistFolder2 *persist;
    LPITEMIDLIST list, computer;
    CLSID id;
    HRESULT result = SHGetDesktopFolder(&folder);
    say("desktop %x", result);
    IShellFolder_QueryInterface(folder, &IID_IPersistFolder2, (void **)&persist);
    result = IPersistFolder2_GetClassID(persist, &id);
    say("class %x %d", result, IsEqualGUID(&id, &CLSID_ShellDesktop));
    result = IPersistFolder2_GetCurFolder(persist, &list);
    say("current %x size %u", result, ILGetSize(list));
    CoTaskMemFree(list);
    IPersistFolder2_Release(persist);
    result = IShellFolder_ParseDisplayName(folder, NULL, NULL, (WCHAR *)L"::{20D04FE0-3AEA-1069-A2D8-08002B30309D}", NULL,
                                           &computer, NULL);
    say("computer %x size %u", result, ILGetSize(computer));
    // Wine reports:   name 8000: 0 '::{20d04fe0-3aea-1069-a2d8-08002b30309d}'
    // documented:   name 8000: 0 '::{20D04FE0-3AEA-1069-A2D8-08002B30309D}'     (Microsoft, "SHGDNF")
    name(folder, computer, SHGDN_FORPARSING);
    result = IShellFolder_ParseDisplayName(folder, NULL, NULL, (WCHAR *)L"C:\\windows", NULL, &list, NULL);
    say("windows %x: below the computer %d", result, ILIsParent(computer, list, FALSE));
    say("  items %d", ILGetNext(ILGetNext(ILGetNext(list)))->mkid.cb == 0);
    say("  kinds %x %x %x", list->mkid.abID[0], ILGetNext(list)->mkid.abID[0] & 0x70,
        ILGetNext(ILGetNext(list))->mkid.abID[0]);
    CoTaskMemFree(list);
    result = SHGetSpecialFolderLocation(NULL, CSIDL_DRIVES, &list);
    say("drives %x %d", result, ILIsEqual(list, computer));
    CoTaskMemFree(list);
    WCHAR path[MAX_PATH] = L"unchanged";
    say("computer's path %d '%ls'", SHGetPathFromIDListW(computer, path), path);
    SFGAOF attributes = SFGAO_FOLDER | SFGAO_FILESYSTEM | SFGAO_STREAM;
    result = IShellFolder_GetAttributesOf(folder, 1, (LPCITEMIDLIST *)&computer, &attributes);
    say("attributes %x %x", result, attributes);
    CoTaskMemFree(computer);
    say("unparsable %x", FAILED(IShellFolder_ParseDisplayName(folder, NULL, NULL, (WCHAR *)L"\\\\", NULL, &list, NULL)));
    IShellFolder_Release(folder);
}

static void item_name(IShellItem *item, SIGDN form)
{
    WCHAR *text = NULL;
    HRESULT result = IShellItem_GetDisplayName(item, form, &text);
    say("  sigdn %x: %x '%ls'", form, result, text ? shown(text) : L"");
    CoTaskMemFree(text);
}

static void items(void)
{
    IShellItem *item, *parent, *other;
    IShellItemArray *array;
    IStream *stream;
    LPITEMIDLIST lists[2], list;
    SFGAOF attributes = 0;
    char content[20] = {0};
    DWORD count = 0;
    int order = 9;
    HRESULT result = SHCreateItemFromParsingName(below(L"one.txt"), NULL, &IID_IShellItem, (void **)&item);
    say("item %x", result);
    item_name(item, SIGDN_NORMALDISPLAY);
    item_name(item, SIGDN_PARENTRELATIVEPARSING);
    item_name(item, SIGDN_DESKTOPABSOLUTEPARSING);
    item_name(item, SIGDN_FILESYSPATH);
    result = IShellItem_GetAttributes(item, SFGAO_FILESYSTEM | SFGAO_FOLDER, &attributes);
    say("attributes %x %x", result, attributes);
    result = IShellItem_GetAttributes(item, SFGAO_FILESYSTEM, &attributes);
    say("attributes %x %x", result, attributes);
    result = IShellItem_BindToHandler(item, NULL, &BHID_Stream, &IID_IStream, (void **)&stream);
    if (SUCCEEDED(result)) {
        IStream_Read(stream, content, 10, NULL);
        IStream_Release(stream);
    }
    // Wine reports: stream 800401e5 ''
    // documented: stream 0 'first'     (Microsoft, "IShellItem::BindToHandler method")
    say("stream %x '%s'", result, content);
    result = IShellItem_GetParent(item, &parent);
    say("parent %x", result);
    item_name(parent, SIGDN_FILESYSPATH);
    result = IShellItem_Compare(item, parent, SICHINT_CANONICAL, &order);
    say("compare %x %d", result, order != 0);
    result = SHCreateItemFromRelativeName(parent, L"one.txt", NULL, &IID_IShellItem, (void **)&other);
    say("relative %x", result);
    result = IShellItem_Compare(item, other, SICHINT_CANONICAL, &order);
    // Wine reports: compare 1 -1
    // documented: compare 0 0     (Microsoft, "IShellItem::Compare method")
    say("compare %x %d", result, order);
    IShellItem_Release(other);
    result = SHGetIDListFromObject((IUnknown *)item, &lists[0]);
    say("list %x", result);
    SHGetIDListFromObject((IUnknown *)parent, &lists[1]);
    say("child %d", ILIsParent(lists[1], lists[0], TRUE));
    result = SHCreateShellItemArrayFromIDLists(2, (LPCITEMIDLIST *)lists, &array);
    say("array %x", result);
    IShellItemArray_GetCount(array, &count);
    result = IShellItemArray_GetItemAt(array, 1, &other);
    say("count %u second %x", count, result);
    item_name(other, SIGDN_FILESYSPATH);
    IShellItem_Release(other);
    result = IShellItemArray_GetAttributes(array, SIATTRIBFLAGS_AND, SFGAO_FOLDER | SFGAO_FILESYSTEM, &attributes);
    say("attributes %x %x", result, attributes);
    IShellItemArray_Release(array);
    CoTaskMemFree(lists[0]);
    CoTaskMemFree(lists[1]);
    IShellItem_Release(item);
    IShellItem_Release(parent);
    item = (IShellItem *)1;
    result = SHCreateItemFromParsingName(below(L"none.txt"), NULL, &IID_IShellItem, (void **)&item);
    say("none %x %d", result, item == NULL);
    result = SHCreateItemFromParsingName(below(L"no\\none.txt"), NULL, &IID_IShellItem, (void **)&item);
    say("no folder %x %d", result, item == NULL);
    result = SHCreateItemFromParsingName(L"", NULL, &IID_IShellItem, (void **)&item);
    say("empty %x", FAILED(result));
    result = SHGetKnownFolderIDList(&FOLDERID_Desktop, 0, NULL, &list);
    say("desktop %x %u", result, ILGetSize(list));
    CoTaskMemFree(list);
}

PROGRAM
{
    LPITEMIDLIST list;
    SFGAOF attributes = 0;
    CoInitialize(NULL);
    GetTempPathW(MAX_PATH, base);
    GetTempFileNameW(base, L"sns", 0, outer);
    DeleteFileW(outer);
    CreateDirectoryW(outer, NULL);
    lstrcpyW(base, outer);
    lstrcatW(base, L"\\Folder");
    CreateDirectoryW(base, NULL);
    CreateDirectoryW(below(L"inner"), NULL);
    make_file(L"one.txt", "first");
    make_file(L"long name with blanks.data", "second");
    make_file(L"inner\\two.txt", "third");
    SetCurrentDirectoryW(base);
    HRESULT result = SHParseDisplayName(base, NULL, &list, SFGAO_FOLDER | SFGAO_FILESYSTEM, &attributes);
    say("parse %x %x", result, attributes & (SFGAO_FOLDER | SFGAO_FILESYSTEM));
    folder_of(list);
    CoTaskMemFree(list);
    list = (LPITEMIDLIST)1;
    say("none %x %d", SHParseDisplayName(below(L"none"), NULL, &list, 0, NULL), list == NULL);
    desktop();
    items();
    SetCurrentDirectoryW(L"C:\\");
    DeleteFileW(below(L"inner\\two.txt"));
    DeleteFileW(below(L"one.txt"));
    DeleteFileW(below(L"long name with blanks.data"));
    RemoveDirectoryW(below(L"inner"));
    RemoveDirectoryW(base);
    RemoveDirectoryW(outer);
    CoUninitialize();
    return 0;
}
