// flags: -lapi-ms-win-core-path-l1-1-0
// Path functions that take the buffer's size.
#include <windows.h>
#define PATHCCH_NO_DEPRECATE
#include <pathcch.h>

#include "fixture.h"

static const WCHAR *const paths[] = {
    L"", L"\\", L"a", L"a\\b.txt", L"C:", L"C:\\", L"C:\\a", L"C:\\a\\", L"C:\\a\\b.c.txt", L"C:a", L"\\\\server",
    L"\\\\server\\share", L"\\\\server\\share\\", L"\\\\server\\share\\dir\\file", L"\\a\\b", L"\\\\?\\C:\\a",
    L"\\\\?\\C:\\", L"\\\\?\\UNC\\server\\share\\x", L"\\\\?\\UNC\\server\\share", L"C:\\a\\..\\b", L"a\\..\\b", L"..\\a",
    L"C:\\a\\.\\b\\.", L"C:\\..\\..\\a", L"a\\b\\..", L".", L"..", L"a...\\b.", L"C:\\a.b c",
};

static WCHAR buffer[300];

static void changes(const WCHAR *path)
{
    WCHAR other[300];
    const WCHAR *end = NULL;
    HRESULT result = PathCchSkipRoot(path, &end);
    say("'%ls' is root %d, root %x %d", path, PathCchIsRoot(path), result, end ? (int)(end - path) : -1);
    result = PathCchAddBackslash(lstrcpyW(buffer, path), 300);
    say("  backslash %x '%ls'", result, buffer);
    result = PathCchRemoveBackslash(lstrcpyW(buffer, path), 300);
    say("  without %x '%ls'", result, buffer);
    result = PathCchRemoveFileSpec(lstrcpyW(buffer, path), 300);
    say("  folder %x '%ls'", result, buffer);
    result = PathCchStripToRoot(lstrcpyW(buffer, path), 300);
    say("  root %x '%ls'", result, buffer);
    result = PathCchStripPrefix(lstrcpyW(buffer, path), 300);
    say("  prefix %x '%ls'", result, buffer);
    result = PathCchRemoveExtension(lstrcpyW(buffer, path), 300);
    say("  stem %x '%ls'", result, buffer);
    result = PathCchAddExtension(lstrcpyW(buffer, path), 300, L"new");
    say("  extension %x '%ls'", result, buffer);
    result = PathCchCanonicalize(other, 300, path);
    say("  canonical %x '%ls'", result, other);
    result = PathCchCanonicalizeEx(other, 300, path, PATHCCH_ENSURE_IS_EXTENDED_LENGTH_PATH);
    if (path[0] == 'C' && path[2] == '\\')
        say("  extended %x '%ls'", result, other);
}

static void combined(const WCHAR *first, const WCHAR *second)
{
    WCHAR result[300] = L"unchanged";
    HRESULT code = PathCchCombine(result, 300, first, second);
    say("'%ls' + '%ls': %x '%ls'", first, second, code, result);
    if (first) {
        code = PathCchAppend(lstrcpyW(result, first), 300, second);
        say("  appended %x '%ls'", code, result);
    }
}

static void limits(void)
{
    WCHAR text[8] = L"abc", longer[400], *allocated;
    // Wine reports: renamed 
    // documented: renamed d     (Microsoft, "PathCchRenameExtension function")
    PathCchRenameExtension(lstrcpyW(buffer, L"a.b.c"), 300, L"d");
    say("renamed %ls", buffer + 4);
    check(PathCchRenameExtension(lstrcpyW(buffer, L"a"), 300, L".d") == S_OK && !lstrcmpW(buffer, L"a.d"));
    say("small %x %x", PathCchAddBackslash(text, 4), PathCchAddExtension(text, 6, L"txt"));
    say("small %x %x", PathCchCanonicalize(text, 3, L"C:\\a"), PathCchCombine(text, 4, L"C:\\", L"a"));
    say("invalid %x", PathCchAddExtension(text, 8, L"a b"));
    lstrcpyW(longer, L"C:\\");
    for (int i = 3; i < 300; i++)
        longer[i] = i % 50 ? 'x' : '\\';
    longer[300] = 0;
    say("long %x", PathAllocCanonicalize(longer, 0, &allocated));
    HRESULT result = PathAllocCanonicalize(longer, PATHCCH_ALLOW_LONG_PATHS, &allocated);
    allocated[9] = 0;
    say("long %x '%ls'", result, allocated);
    LocalFree(allocated);
    result = PathAllocCombine(L"C:\\a", L"..\\b", 0, &allocated);
    say("combined %x '%ls'", result, allocated);
    LocalFree(allocated);
}

PROGRAM
{
    for (unsigned i = 0; i < sizeof paths / sizeof *paths; i++)
        changes(paths[i]);
    combined(L"C:\\dir", L"file");
    combined(L"C:\\dir\\", L"..\\file");
    combined(L"C:\\dir", L"D:\\other");
    combined(L"C:\\dir", L"\\other");
    combined(L"C:\\dir", L"\\\\server\\share");
    combined(L"\\\\server\\share\\dir", L"\\other");
    combined(L"dir", L"");
    combined(L"", L"file");
    combined(NULL, L"file");
    combined(L"C:\\dir", NULL);
    combined(L"\\\\?\\C:\\dir", L"file");
    limits();
    return 0;
}
