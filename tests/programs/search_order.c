// Where LoadLibrary looks: SetDllDirectory, AddDllDirectory, the current directory, PATH, names with dots.
// build: freestanding
#include <windows.h>

#include "fixture.h"

static WCHAR self[MAX_PATH], root[MAX_PATH];

static const WCHAR *in_root(const WCHAR *name)
{
    static WCHAR paths[4][MAX_PATH];
    static unsigned turn;
    WCHAR *path = paths[turn++ % 4];
    lstrcpyW(path, root);
    lstrcatW(path, name);
    return path;
}

static void plant(const WCHAR *name)
{
    if (!CopyFileW(self, in_root(name), FALSE))
        say("cannot plant %ls: %u", name, GetLastError());
}

/* Which of the planted files a name gets, by its path below the root. */
static void where(const char *what, const WCHAR *name, DWORD flags)
{
    WCHAR path[MAX_PATH];
    SetLastError(0xdead);
    HMODULE module = LoadLibraryExW(name, NULL, flags);
    if (!module) {
        say("%s: error %u", what, GetLastError());
        return;
    }
    GetModuleFileNameW(module, path, MAX_PATH);
    say("%s: %ls", what, path + lstrlenW(root));
    FreeLibrary(module);
}

static void dll_directory(void)
{
    WCHAR text[MAX_PATH];
    char narrow[MAX_PATH];
    say("none: %u", GetDllDirectoryW(MAX_PATH, text));
    say("set %d", SetDllDirectoryW(in_root(L"\\dir")));
    DWORD length = GetDllDirectoryW(MAX_PATH, text);
    say("get %d, %ls", length == (DWORD)lstrlenW(text), text + lstrlenW(root));
    say("too short %d", GetDllDirectoryW(3, text) == length + 1);
    say("ansi %d", GetDllDirectoryA(MAX_PATH, narrow) == length);
    where("in the DLL directory", L"only_dir", 0);
    where("before the current directory", L"both.dll", 0);
    where("no current directory now", L"only_cwd", 0);
    where("chosen user directories", L"only_dir", LOAD_LIBRARY_SEARCH_USER_DIRS);
    where("chosen system directory", L"only_dir", LOAD_LIBRARY_SEARCH_SYSTEM32);
    say("removed %d", SetDllDirectoryW(L""));
    // Wine reports: still no current directory: \u005ccwd\u005conly_cwd.dll
    // documented: still no current directory: error 126     (Microsoft, "SetDllDirectoryW function")
    where("still no current directory", L"only_cwd", 0);
    say("restored %d", SetDllDirectoryW(NULL));
    where("the current directory again", L"only_cwd", 0);
}

static void names(void)
{
    where("no extension", L"only_cwd", 0);
    HMODULE module = LoadLibraryW(L"ONLY_CWD.DLL");
    say("any case %d", module != NULL && module == GetModuleHandleW(L"only_cwd"));
    FreeLibrary(module);
    where("a dot at the end", L"nosuffix.", 0);
    where("no dot at the end", L"nosuffix", 0);
    where("another extension", L"other.ext", 0);
    where("a relative path", L"sub\\deep.dll", 0);
    where("a relative path from here", L".\\sub\\deep.dll", 0);
    where("with slashes", L"sub/deep", 0);
    where("absolute", in_root(L"\\cwd\\only_cwd.dll"), 0);
    where("absolute without extension", in_root(L"\\cwd\\only_cwd"), 0);
    where("through ..", in_root(L"\\cwd\\sub\\..\\only_cwd.dll"), 0);
    where("altered", in_root(L"\\cwd\\only_cwd.dll"), LOAD_WITH_ALTERED_SEARCH_PATH);
    where("a folder", in_root(L"\\cwd"), 0);
    where("missing in a folder", in_root(L"\\cwd\\missing.dll"), 0);
    where("missing folder", in_root(L"\\missing\\missing.dll"), 0);
}

static void path_variable(void)
{
    where("not in PATH yet", L"only_path", 0);
    SetEnvironmentVariableW(L"PATH", in_root(L"\\path"));
    where("in PATH", L"only_path", 0);
    where("PATH is not among the default directories", L"only_path", LOAD_LIBRARY_SEARCH_DEFAULT_DIRS);
    where("the current directory before PATH", L"cwd_and_path", 0);
}

static void user_directories(void)
{
    say("relative: %d, error %u", AddDllDirectory(L"user1") != NULL, GetLastError());
    say("missing: %d, error %u", AddDllDirectory(in_root(L"\\missing")) != NULL, GetLastError());
    DLL_DIRECTORY_COOKIE first = AddDllDirectory(in_root(L"\\user1"));
    say("added %d", first != NULL);
    where("not in the standard order", L"only_user1", 0);
    where("among user directories", L"only_user1", LOAD_LIBRARY_SEARCH_USER_DIRS);
    where("among default directories", L"only_user1", LOAD_LIBRARY_SEARCH_DEFAULT_DIRS);
    where("not in the system directory", L"only_user1", LOAD_LIBRARY_SEARCH_SYSTEM32);
    SetLastError(0xdead);
    say("no flags: %d, error %u", SetDefaultDllDirectories(0), GetLastError());
    SetLastError(0xdead);
    say("load dir: %d, error %u", SetDefaultDllDirectories(LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR), GetLastError());
    say("set %d", SetDefaultDllDirectories(LOAD_LIBRARY_SEARCH_USER_DIRS));
    where("by default now", L"only_user1", 0);
    where("no current directory by default", L"only_cwd", 0);
    where("an absolute path", in_root(L"\\cwd\\only_cwd.dll"), 0);
    say("removed %d", RemoveDllDirectory(first));
    where("nothing left", L"only_user1", 0);
}

static const WCHAR *const FOLDERS[] = {L"\\cwd\\sub", L"\\cwd", L"\\dir", L"\\path", L"\\user1", L""};
static const WCHAR *const FILES[] = {
    L"\\dir\\only_dir.dll", L"\\dir\\both.dll", L"\\cwd\\both.dll", L"\\cwd\\only_cwd.dll", L"\\cwd\\nosuffix",
    L"\\cwd\\other.ext", L"\\cwd\\sub\\deep.dll", L"\\path\\only_path.dll", L"\\cwd\\cwd_and_path.dll",
    L"\\path\\cwd_and_path.dll", L"\\user1\\only_user1.dll",
};

PROGRAM
{
    WCHAR before[MAX_PATH];
    GetCurrentDirectoryW(MAX_PATH, before);
    GetTempPathW(MAX_PATH, root);
    lstrcatW(root, L"windlass search");
    GetModuleFileNameW(GetModuleHandleW(L"search_order.dll"), self, MAX_PATH);
    for (int i = sizeof FOLDERS / sizeof *FOLDERS; i--;)
        CreateDirectoryW(in_root(FOLDERS[i]), NULL);
    for (unsigned i = 0; i < sizeof FILES / sizeof *FILES; i++)
        plant(FILES[i]);
    SetCurrentDirectoryW(in_root(L"\\cwd"));
    dll_directory();
    names();
    path_variable();
    user_directories();
    SetCurrentDirectoryW(before);
    for (unsigned i = 0; i < sizeof FILES / sizeof *FILES; i++)
        DeleteFileW(in_root(FILES[i]));
    for (unsigned i = 0; i < sizeof FOLDERS / sizeof *FOLDERS; i++)
        RemoveDirectoryW(in_root(FOLDERS[i]));
    return 0;
}
