// flags: -lshlwapi
// The Shell's path functions that look at text only.
#include <windows.h>
#include <shlwapi.h>

#include "fixture.h"

static const char *const paths[] = {
    "", "\\", "a", "a\\b", "a\\b.txt", "C:", "C:\\", "C:\\a", "C:\\a\\", "C:\\a\\b.c.txt", "C:a",
    "\\\\server\\share", "\\\\server\\share\\", "\\\\server\\share\\dir\\file", "\\a", "\\a\\b",
    "a.b c", "a b.txt", "C:/a/b.txt", "dir\\.hidden", "dir\\name.", "..\\x", "C:\\a\\\\b",
};

static WCHAR buffer[MAX_PATH];

static WCHAR *fresh(const char *path)
{
    MultiByteToWideChar(CP_ACP, 0, path, -1, buffer, MAX_PATH);
    return buffer;
}

static int place(const char *text, const char *found) { return found ? (int)(found - text) : -1; }

static void kinds(const char *path)
{
    say("'%s' relative %d UNC %d%d%d root %d spec %d%d drive %d", path, PathIsRelativeA(path), PathIsUNCA(path),
        PathIsUNCServerA(path), PathIsUNCServerShareA(path), PathIsRootA(path), PathIsFileSpecA(path),
        PathIsLFNFileSpecA(path), PathGetDriveNumberW(fresh(path)));
}

static void parts(const char *path)
{
    say("'%s' extension %d name %d next %d args %d root %d", path, place(path, PathFindExtensionA(path)),
        place(path, PathFindFileNameA(path)), place(path, PathFindNextComponentA(path)),
        place(path, PathGetArgsA(path)), place(path, PathSkipRootA(path)));
}

static int wplace(const WCHAR *found) { return found ? (int)(found - buffer) : -1; }

static void changes(const char *path)
{
    WCHAR other[MAX_PATH] = L"unchanged";
    int result = wplace(PathAddBackslashW(fresh(path)));
    say("'%s' backslash %d '%ls'", path, result, buffer);
    result = wplace(PathRemoveBackslashW(fresh(path)));
    say("  without %d '%ls'", result, buffer);
    result = PathRemoveFileSpecW(fresh(path));
    say("  folder %d '%ls'", result, buffer);
    result = PathStripToRootW(fresh(path));
    say("  root %d '%ls'", result, buffer);
    PathStripPathW(fresh(path));
    say("  name '%ls'", buffer);
    PathRemoveExtensionW(fresh(path));
    say("  stem '%ls'", buffer);
    result = PathAddExtensionW(fresh(path), L".new");
    say("  extension %d '%ls'", result, buffer);
    result = PathRenameExtensionW(fresh(path), L".new");
    say("  renamed %d '%ls'", result, buffer);
    result = PathCanonicalizeW(other, fresh(path));
    say("  canonical %d '%ls'", result, other);
}

static void canonical(const char *path)
{
    char result[MAX_PATH] = "unchanged";
    int success = PathCanonicalizeA(result, path);
    say("canonical '%s': %d '%s'", path, success, result);
}

static void combined(const char *folder, const char *file)
{
    char result[MAX_PATH] = "unchanged", appended[MAX_PATH] = "";
    char *returned = PathCombineA(result, folder, file);
    int success = 0;
    if (folder) {
        lstrcpyA(appended, folder);
        success = PathAppendA(appended, file);
    }
    say("'%s' + '%s': %d '%s'; %d '%s'", folder, file, returned == result, result, success, appended);
}

static void common(const char *a, const char *b)
{
    char result[MAX_PATH] = "unchanged";
    int length = PathCommonPrefixA(a, b, result);
    say("'%s' and '%s': %d '%s' prefix %d root %d", a, b, length, result, PathIsPrefixA(a, b), PathIsSameRootA(a, b));
}

static void relative(const WCHAR *from, DWORD from_attributes, const WCHAR *to, DWORD to_attributes)
{
    WCHAR result[MAX_PATH] = L"unchanged";
    int success = PathRelativePathToW(result, from, from_attributes, to, to_attributes);
    say("from '%ls' to '%ls': %d '%ls'", from, to, success, result);
}

static void match(const char *name, const char *pattern)
{
    WCHAR wide_name[80], wide_pattern[80];
    MultiByteToWideChar(CP_ACP, 0, name, -1, wide_name, 80);
    MultiByteToWideChar(CP_ACP, 0, pattern, -1, wide_pattern, 80);
    say("'%s' ~ '%s': %d %d", name, pattern, PathMatchSpecA(name, pattern), PathMatchSpecW(wide_name, wide_pattern));
}

static void small_changes(void)
{
    static const char *const spaced[] = {"a b", "ab", "\"a b\"", "\"a b", "  x  ", "prog.exe arg1", "\"my prog\" arg", "x "};
    char text[MAX_PATH];
    for (int i = 0; i < 8; i++) {
        char quoted[MAX_PATH], unquoted[MAX_PATH], blanks[MAX_PATH], arguments[MAX_PATH];
        PathQuoteSpacesA(lstrcpyA(quoted, spaced[i]));
        PathUnquoteSpacesA(lstrcpyA(unquoted, spaced[i]));
        PathRemoveBlanksA(lstrcpyA(blanks, spaced[i]));
        PathRemoveArgsA(lstrcpyA(arguments, spaced[i]));
        say("'%s' quoted '%s' unquoted '%s' blanks '%s' arguments '%s'", spaced[i], quoted, unquoted, blanks, arguments);
    }
    static const char *const decorated[] = {"C:\\dir\\name[1].txt", "name[12].txt", "[1].txt", "name[a].txt", "name[].txt",
                                            "name[1]", "name.txt", "d\\[3].x"};
    for (int i = 0; i < 8; i++) {
        PathUndecorateA(lstrcpyA(text, decorated[i]));
        say("'%s' undecorated '%s'", decorated[i], text);
    }
    static const char *const ugly[] = {"README.TXT", "ReadMe", "C:\\DIR"};
    for (int i = 0; i < 3; i++) {
        int pretty = PathMakePrettyA(lstrcpyA(text, ugly[i]));
        say("'%s' pretty %d '%s'", ugly[i], pretty, text);
    }
    static const char *const icons[] = {"file.dll,3", "file.dll", "\"my file.dll\",-5", "file, 7", " a.ico ,2"};
    for (int i = 0; i < 5; i++) {
        int index = PathParseIconLocationA(lstrcpyA(text, icons[i]));
        say("'%s' icon %d '%s'", icons[i], index, text);
    }
    say("root '%s' '%s'", PathBuildRootA(text, 2), PathBuildRootA(lstrcpyA(text + 20, "no"), 26));
}

static void kinds_of_characters(void)
{
    static const char characters[] = "a .*?\\/:<\"|;,+=[]~\x7f\x01";
    for (const char *at = characters; *at; at++)
        say("character %x: %u %u", (unsigned char)*at, PathGetCharTypeA(*at), PathGetCharTypeW(*at));
}

/* ("PathIsUNCA function", "PathIsUNCServerA function", "PathCanonicalizeA function") */
static void documented(void)
{
    char result[MAX_PATH];
    check(PathIsUNCA("\\\\path1") && PathIsUNCA("\\\\") && PathIsUNCA("\\\\?\\UNC\\path1\\path2"));
    // Wine reports: long local path 1, server 0
    // documented: long local path 0, server 1     (Microsoft, "PathIsUNCA function", "PathIsUNCServerA function")
    say("long local path %d, server %d", PathIsUNCA("\\\\?\\c:\\path1"), PathIsUNCServerA("\\\\path1"));
    // Wine reports: canonical a\x5c. and \x5c
    // documented: canonical a and a\x5c..b     (Microsoft, "PathCanonicalizeA function")
    PathCanonicalizeA(result, "a\\.");
    char *other = result + 20;
    PathCanonicalizeA(other, "a\\..b");
    say("canonical %s and %s", result, other);
}

PROGRAM
{
    documented();
    static const char *const odd[] = {".", "..", ".\\", "..\\", "a\\..", "a\\..\\b", "a\\.\\b", "C:\\..", "C:\\..\\a",
                                      "C:\\a\\..\\..\\b", "\\..\\a", "a\\..\\..\\b", "a..b", "C:..\\a",
                                      "\\\\server\\share\\..\\x", "A:\\name_1\\.\\name_2\\..\\name_3", "C:\\a\\b\\..", ".a", "..a",
                                      "a\\.b", "C:.", "\\\\..\\a", "a.", "a\\b."};
    static const char *const suffixes[] = {".txt", ".c", "b.c"};
    for (unsigned i = 0; i < sizeof paths / sizeof *paths; i++)
        kinds(paths[i]);
    for (unsigned i = 0; i < sizeof paths / sizeof *paths; i++)
        parts(paths[i]);
    for (unsigned i = 0; i < sizeof paths / sizeof *paths; i++)
        changes(paths[i]);
    for (unsigned i = 0; i < sizeof odd / sizeof *odd; i++)
        canonical(odd[i]);
    say("args %d %d", place("x", PathGetArgsA("x")) > 0, place(NULL, PathGetArgsA(NULL)));
    combined("C:\\dir", "file");
    combined("C:\\dir\\", "..\\file");
    combined("C:\\dir", "D:\\other");
    combined("C:\\dir", "\\other");
    combined("C:\\dir", "\\\\server\\share");
    combined("\\\\server\\share\\dir", "\\other");
    combined("dir", "");
    combined("", "file");
    combined("", "");
    combined("C:\\dir", "D:file");
    combined(NULL, "file");
    combined("C:\\dir", NULL);
    combined(NULL, NULL);
    combined("C:", "file");
    common("C:\\a\\b", "C:\\a\\c");
    common("C:\\a", "C:\\ab");
    common("C:\\a", "c:\\A\\b");
    common("C:\\a", "D:\\a");
    common("C:\\", "C:\\x");
    common("C:\\a\\b", "C:\\a\\b");
    common("a\\b", "a\\c");
    common("ab", "ac");
    common("\\\\server\\share\\a", "\\\\server\\share\\b");
    common("\\\\server\\share", "\\\\server\\other");
    common("\\\\server", "C:\\server");
    common("C:\\win\\desktop\\temp.txt", "C:\\win\\tray\\sample.txt");
    relative(L"C:\\a\\b\\c", FILE_ATTRIBUTE_DIRECTORY, L"C:\\a\\d\\e.txt", 0);
    relative(L"C:\\a\\b\\file", 0, L"C:\\a\\b\\other", 0);
    relative(L"C:\\a\\b", FILE_ATTRIBUTE_DIRECTORY, L"C:\\a\\b", FILE_ATTRIBUTE_DIRECTORY);
    relative(L"C:\\a\\b", FILE_ATTRIBUTE_DIRECTORY, L"C:\\a", FILE_ATTRIBUTE_DIRECTORY);
    relative(L"C:\\a", FILE_ATTRIBUTE_DIRECTORY, L"C:\\a\\b\\c", FILE_ATTRIBUTE_DIRECTORY);
    relative(L"C:\\a", FILE_ATTRIBUTE_DIRECTORY, L"D:\\a", FILE_ATTRIBUTE_DIRECTORY);
    relative(L"C:\\", FILE_ATTRIBUTE_DIRECTORY, L"C:\\a\\b", 0);
    relative(L"C:\\a\\b", FILE_ATTRIBUTE_DIRECTORY, L"C:\\", FILE_ATTRIBUTE_DIRECTORY);
    relative(L"\\\\s\\h\\a", FILE_ATTRIBUTE_DIRECTORY, L"\\\\s\\h\\b", FILE_ATTRIBUTE_DIRECTORY);
    match("file.txt", "*.txt");
    match("FILE.TXT", "*.txt");
    match("file.txt", "*.c;*.txt");
    match("file.txt", "*.c; *.txt");
    match("file.txt", "f?le.*");
    match("file", "*.*");
    match("file", "*");
    match("file", "");
    match("", "*");
    match("", "");
    match("file.txt", "file");
    match("file.txt", "*.t*t");
    match("abcabc", "*abc");
    match("file.txt", "*.txt;");
    match("a.b.c", "*.c");
    check(PathMatchSpecExW(L"a.c", L"*.c", PMSF_NORMAL) == S_OK);
    // Wine reports: one pattern with a semicolon: 0
    // documented: one pattern with a semicolon: 1     (Microsoft, "PathMatchSpecExA function": PMSF_NORMAL)
    say("one pattern with a semicolon: %x", PathMatchSpecExW(L"a.c", L"*.d;*.c", PMSF_NORMAL));
    check(PathMatchSpecExW(L"a.c", L"*.d;*.c", PMSF_MULTIPLE) == S_OK);
    check(PathFindSuffixArrayA("a\\b.c", suffixes, 3) == suffixes[1]);
    check(PathFindSuffixArrayA("a\\b.C", suffixes, 3) == NULL);
    SetLastError(0);
    say("canonical null %d %u", PathCanonicalizeA(NULL, "x"), GetLastError());
    small_changes();
    kinds_of_characters();
    return 0;
}
