// flags: -lshell32 -lole32 -luuid
// Folders, item lists, files and command lines as the Shell sees them.
#include <windows.h>
#include <initguid.h>
#include <shlobj.h>
#include <knownfolders.h>
#include <shellapi.h>

#include "fixture.h"

static const WCHAR *const lines[] = {
    L"prog", L"prog a b", L"\"my prog\" a", L"prog \"a b\" c", L"prog a\\b", L"prog a\\\\b", L"prog \"a\\\"b\"",
    L"prog a\\\"b c", L"prog a\\\\\"b c\"", L"prog \"\"", L"prog \"\"\"a b\"\"\" c", L"prog a\"b c\"d", L"prog \"a\"\"b\" c",
    L" prog a", L"prog  \t a  ", L"\"prog\"a b", L"prog \"a", L"prog a\"\"\"\"b c", L"pro\"g a\" b", L"prog \\\\\\\\\"x y\"",
};

static void arguments(const WCHAR *line)
{
    char text[200];
    int count = 0;
    WCHAR **list = CommandLineToArgvW(line, &count);
    text[0] = 0;
    for (int i = 0; i < count; i++) {
        WideCharToMultiByte(CP_ACP, 0, list[i], -1, text + lstrlenA(text), 60, NULL, NULL);
        lstrcatA(text, "|");
    }
    say("%ls -> %d %s %d", line, count, text, list[count] == NULL);
    LocalFree(list);
}

static const GUID unknown = {0x12345678, 1, 2, {1, 2, 3, 4, 5, 6, 7, 8}};
static const GUID computer = {0x0AC0837C, 0xBBF8, 0x452A, {0x85, 0x0D, 0x79, 0xD0, 0x8E, 0x66, 0x7C, 0xA7}};

static void folders(void)
{
    WCHAR path[MAX_PATH] = L"unchanged", *known = (WCHAR *)1;
    char narrow[MAX_PATH];
    HRESULT result = SHGetKnownFolderPath(&unknown, 0, NULL, &known);
    say("unknown %x %d", result, known == NULL);
    result = SHGetKnownFolderPath(&FOLDERID_LocalAppData, 0, NULL, &known);
    say("known %x %d", result, GetFileAttributesW(known) & FILE_ATTRIBUTE_DIRECTORY);
    result = SHGetFolderPathW(NULL, CSIDL_LOCAL_APPDATA, NULL, 0, path);
    say("the same %x %d", result, lstrcmpiW(path, known));
    CoTaskMemFree(known);
    result = SHGetFolderPathW(NULL, 0x99, NULL, 0, path);
    say("unknown %x", result);
    result = SHGetFolderPathA(NULL, CSIDL_WINDOWS, NULL, SHGFP_TYPE_CURRENT, narrow);
    say("windows %x '%s'", result, CharLowerA(narrow));
    result = SHGetFolderPathA(NULL, CSIDL_SYSTEM | CSIDL_FLAG_CREATE, NULL, SHGFP_TYPE_DEFAULT, narrow);
    say("system %x '%s'", result, CharLowerA(narrow));
    say("special %d %d", SHGetSpecialFolderPathW(NULL, path, CSIDL_APPDATA, FALSE),
        SHGetSpecialFolderPathA(NULL, narrow, 0x99, FALSE));
    known = (WCHAR *)1;
    check(FAILED(SHGetKnownFolderPath(&computer, 0, NULL, &known)) && known == NULL);
}

static void item_lists(void)
{
    WCHAR path[MAX_PATH] = L"unchanged";
    LPITEMIDLIST list = ILCreateFromPathW(L"C:\\windows\\system32"), parent, copy, desktop;
    SFGAOF attributes = 0;
    check(list != NULL);
    say("path %d", SHGetPathFromIDListW(list, path));
    say("'%ls'", CharLowerW(path));
    check(ILGetSize(list) > 4 && ILGetSize(NULL) == 0);
    copy = ILClone(list);
    say("equal %d", ILIsEqual(list, copy));
    parent = ILClone(list);
    say("removed %d", ILRemoveLastID(parent));
    SHGetPathFromIDListW(parent, path);
    say("parent '%ls'", CharLowerW(path));
    say("parent %d %d %d", ILIsParent(parent, list, FALSE), ILIsParent(parent, list, TRUE), ILIsParent(list, parent, FALSE));
    say("child %d", ILFindChild(parent, list) == ILFindLastID(list));
    ILFree(copy);
    copy = ILCombine(parent, ILFindLastID(list));
    say("combined %d", ILIsEqual(copy, list));
    SHGetSpecialFolderLocation(NULL, CSIDL_DESKTOP, &desktop);
    say("desktop %u %d %d", ILGetSize(desktop), ILIsParent(desktop, list, FALSE), ILGetNext(desktop) == NULL);
    ILFree(copy);
    ILFree(parent);
    ILFree(list);
    ILFree(desktop);
    list = (LPITEMIDLIST)1;
    say("parse %x %d", SHParseDisplayName(L"C:\\no\\such", NULL, &list, 0, NULL), list == NULL);
    say("parse %x", SHParseDisplayName(L"C:\\windows", NULL, &list, SFGAO_FOLDER | SFGAO_FILESYSTEM, &attributes));
    say("attributes %x", attributes & (SFGAO_FOLDER | SFGAO_FILESYSTEM));
    ILFree(list);
    say("none %d", ILCreateFromPathW(L"C:\\no\\such") == NULL);
}

static WCHAR base[MAX_PATH];

static WCHAR *in(WCHAR *buffer, const WCHAR *name)
{
    lstrcpyW(buffer, base);
    lstrcatW(buffer, L"\\");
    lstrcatW(buffer, name);
    buffer[lstrlenW(buffer) + 1] = 0;
    return buffer;
}

static void make(const WCHAR *name)
{
    WCHAR path[MAX_PATH];
    CloseHandle(CreateFileW(in(path, name), GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL));
}

static int is_there(const WCHAR *name)
{
    WCHAR path[MAX_PATH];
    return GetFileAttributesW(in(path, name)) != INVALID_FILE_ATTRIBUTES;
}

static int operate(UINT kind, const WCHAR *from, const WCHAR *to)
{
    WCHAR source[MAX_PATH + 1], target[MAX_PATH + 1];
    SHFILEOPSTRUCTW operation = {0};
    operation.wFunc = kind;
    operation.pFrom = in(source, from);
    operation.pTo = to ? in(target, to) : NULL;
    operation.fFlags = FOF_SILENT | FOF_NOCONFIRMATION | FOF_NOERRORUI | FOF_NOCONFIRMMKDIR;
    return SHFileOperationW(&operation);
}

static void files(void)
{
    WCHAR path[MAX_PATH];
    SHFILEINFOW info;
    GetTempPathW(MAX_PATH - 20, base);
    wsprintfW(base + lstrlenW(base), L"shell%u", GetCurrentProcessId());
    say("create %d", SHCreateDirectoryExW(NULL, in(path, L"one\\two"), NULL));
    say("again %d", SHCreateDirectoryExW(NULL, path, NULL));
    say("relative %d", SHCreateDirectoryExW(NULL, L"one\\two", NULL));
    make(L"one\\a.txt");
    make(L"one\\b.txt");
    make(L"one\\two\\c.bin");
    say("create over a file %d", SHCreateDirectoryExW(NULL, in(path, L"one\\a.txt"), NULL));
    say("copy %d: %d", operate(FO_COPY, L"one", L"copied"), is_there(L"copied\\two\\c.bin"));
    say("copy a file %d: %d", operate(FO_COPY, L"one\\a.txt", L"copied\\x.txt"), is_there(L"copied\\x.txt"));
    say("copy into %d: %d", operate(FO_COPY, L"one\\*.txt", L"copied\\two"), is_there(L"copied\\two\\b.txt"));
    say("rename %d: %d %d", operate(FO_RENAME, L"one\\a.txt", L"one\\z.txt"), is_there(L"one\\a.txt"), is_there(L"one\\z.txt"));
    say("move %d: %d %d", operate(FO_MOVE, L"one", L"moved"), is_there(L"one"), is_there(L"moved\\two\\c.bin"));
    say("delete %d: %d", operate(FO_DELETE, L"copied", NULL), is_there(L"copied"));
    check(operate(FO_COPY, L"nothing", L"x") != 0);
    say("info %d", SHGetFileInfoW(in(path, L"moved\\z.txt"), 0, &info, sizeof info, SHGFI_DISPLAYNAME | SHGFI_ATTRIBUTES) != 0);
    check(info.dwAttributes & SFGAO_FILESYSTEM && !(info.dwAttributes & SFGAO_FOLDER));
    say("no info %d", SHGetFileInfoW(in(path, L"none"), 0, &info, sizeof info, SHGFI_DISPLAYNAME) != 0);
    say("delete %d: %d", operate(FO_DELETE, L"moved", NULL), is_there(L"moved"));
    RemoveDirectoryW(base);
}

PROGRAM
{
    for (unsigned i = 0; i < sizeof lines / sizeof *lines; i++)
        arguments(lines[i]);
    SetLastError(0);
    say("null %d", CommandLineToArgvW(NULL, NULL) == NULL);
    folders();
    item_lists();
    files();
    say("nothing dropped %u", DragQueryFileW(NULL, 0xffffffff, NULL, 0));
    return 0;
}
