// flags: -lshell32 -lole32 -luuid -lshlwapi
// Lists of things to do with files, and shortcuts whose path has variables in it.
// Without Wine: it has no file operations, and keeps no variables
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

static void make_file(const WCHAR *name, const char *content)
{
    DWORD written;
    HANDLE file = CreateFileW(below(name), GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    WriteFile(file, content, lstrlenA(content), &written, NULL);
    CloseHandle(file);
}

static IShellItem *item_of(const WCHAR *name)
{
    IShellItem *item = NULL;
    HRESULT result = SHCreateItemFromParsingName(below(name), NULL, &IID_IShellItem, (void **)&item);
    if (FAILED(result))
        say("no item %x", result);
    return item;
}

static void names_of(const WCHAR *folder)
{
    static const WCHAR *const names[] = {L"target.txt", L"copied.txt", L"moved.txt", L"renamed.txt", L"new"};
    WCHAR path[MAX_PATH];
    char line[100] = "";
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
        wsprintfW(path, L"%s%s%s", folder, *folder ? L"\\" : L"", names[i]);
        lstrcatA(line, PathFileExistsW(below(path)) ? "1" : "0");
    }
    say("  '%ls': %s", folder, line);
}

static void operations(void)
{
    SHFILEOPSTRUCTW file = {NULL, FO_COPY, NULL, NULL, FOF_NO_UI | FOF_RENAMEONCOLLISION | FOF_WANTMAPPINGHANDLE};
    WCHAR from[MAX_PATH] = {0}, to[MAX_PATH] = {0};
    IFileOperation *operation;
    BOOL aborted = 9;
    HRESULT result =
        CoCreateInstance(&CLSID_FileOperation, NULL, CLSCTX_ALL, &IID_IFileOperation, (void **)&operation);
    say("operation %x", result);
    if (FAILED(result))
        return;
    IShellItem *target = item_of(L"target.txt"), *folder = item_of(L"inner"), *root = item_of(L"");
    IFileOperation_SetOperationFlags(operation, FOF_NO_UI);
    result = IFileOperation_CopyItem(operation, target, folder, L"copied.txt", NULL);
    say("copy %x", result);
    result = IFileOperation_NewItem(operation, folder, FILE_ATTRIBUTE_DIRECTORY, L"new", NULL, NULL);
    say("new %x", result);
    names_of(L"inner");
    result = IFileOperation_PerformOperations(operation);
    IFileOperation_GetAnyOperationsAborted(operation, &aborted);
    say("perform %x %d", result, aborted);
    names_of(L"inner");
    IShellItem *copied = item_of(L"inner\\copied.txt");
    IFileOperation_MoveItem(operation, copied, root, L"moved.txt", NULL);
    IFileOperation_RenameItem(operation, target, L"renamed.txt", NULL);
    result = IFileOperation_PerformOperations(operation);
    say("perform %x", result);
    names_of(L"");
    names_of(L"inner");
    IShellItem *moved = item_of(L"moved.txt");
    IFileOperation_DeleteItem(operation, moved, NULL);
    result = IFileOperation_PerformOperations(operation);
    say("perform %x", result);
    names_of(L"");
    say("nothing to do %x", IFileOperation_PerformOperations(operation));
    IShellItem_Release(moved);
    IShellItem_Release(copied);
    IShellItem_Release(target);
    IShellItem_Release(folder);
    IShellItem_Release(root);
    IFileOperation_Release(operation);
    lstrcpyW(from, below(L"renamed.txt"));
    lstrcpyW(to, below(L"inner"));
    file.pFrom = from, file.pTo = to;
    say("copy %d %d", SHFileOperationW(&file), file.hNameMappings == NULL);
    say("copy %d %d", SHFileOperationW(&file), file.hNameMappings != NULL);
    SHFreeNameMappings(file.hNameMappings);
}

static void variables(void)
{
    IShellLinkW *link;
    WCHAR path[MAX_PATH];
    CoCreateInstance(&CLSID_ShellLink, NULL, CLSCTX_INPROC_SERVER, &IID_IShellLinkW, (void **)&link);
    IShellLinkW_SetPath(link, L"%SystemRoot%\\system32");
    IShellLinkW_GetPath(link, path, MAX_PATH, NULL, SLGP_RAWPATH);
    say("raw '%ls'", path);
    IShellLinkW_GetPath(link, path, MAX_PATH, NULL, 0);
    say("expanded '%ls'", CharLowerW(path));
    IShellLinkW_Release(link);
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
    operations();
    variables();
    SHFILEOPSTRUCTW all = {NULL, FO_DELETE, NULL, NULL, FOF_NO_UI};
    base[lstrlenW(base) + 1] = 0;
    all.pFrom = base;
    say("delete %d", SHFileOperationW(&all));
    check(!PathFileExistsW(base));
    CoUninitialize();
    return 0;
}
