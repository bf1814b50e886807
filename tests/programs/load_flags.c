// LoadLibraryEx's flags: data files, resource images, combinations that are refused.
// build: freestanding
// flags: -luser32
#include <windows.h>

#include "fixture.h"

#ifndef LOAD_LIBRARY_SAFE_CURRENT_DIRS
#define LOAD_LIBRARY_SAFE_CURRENT_DIRS 0x2000
#endif

static WCHAR folder[MAX_PATH], copy[MAX_PATH], text[MAX_PATH];

static void join(WCHAR *out, const WCHAR *directory, const WCHAR *name)
{
    lstrcpyW(out, directory);
    lstrcatW(out, name);
}

/* The kind of a handle: what its low bits say, and whether a PE image begins there. */
static void describe(const char *what, HMODULE module)
{
    const BYTE *base = (const BYTE *)((ULONG_PTR)module & ~(ULONG_PTR)3);
    DWORD error = GetLastError();
    say("%s: %d, bits %u, error %u, MZ %d", what, module != NULL, (unsigned)((ULONG_PTR)module & 3),
        module ? 0 : error, module && base[0] == 'M' && base[1] == 'Z');
}

static HMODULE load(const char *what, const WCHAR *name, DWORD flags)
{
    SetLastError(0xdead);
    HMODULE module = LoadLibraryExW(name, NULL, flags);
    describe(what, module);
    return module;
}

static void refused(const char *what, const WCHAR *name, DWORD flags)
{
    HMODULE module = load(what, name, flags);
    if (module)
        FreeLibrary(module);
}

/* What a handle is good for. */
static void use(const char *what, HMODULE module)
{
    WCHAR path[MAX_PATH];
    HMODULE found;
    SetLastError(0xdead);
    FARPROC function = GetProcAddress(module, "run");
    say("%s: GetProcAddress %d, error %u", what, function != NULL, function ? 0 : GetLastError());
    SetLastError(0xdead);
    DWORD length = GetModuleFileNameW(module, path, MAX_PATH);
    say("%s: GetModuleFileName %d, error %u", what, length != 0, length ? 0 : GetLastError());
    say("%s: GetModuleHandle %d", what, GetModuleHandleW(copy) != NULL);
    SetLastError(0xdead);
    BOOL from = GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT,
                                   (LPCWSTR)((ULONG_PTR)module & ~(ULONG_PTR)3), &found);
    say("%s: from address %d", what, from);
}

static void resource(const char *what, HMODULE module)
{
    HRSRC found = FindResourceW(module, MAKEINTRESOURCEW(7), (LPCWSTR)RT_RCDATA);
    HGLOBAL loaded = found ? LoadResource(module, found) : NULL;
    const char *data = loaded ? LockResource(loaded) : NULL;
    say("%s: resource %d, %u bytes, %c", what, found != NULL, SizeofResource(module, found), data ? data[4] : '-');
}

static void data_files(void)
{
    HMODULE flat = load("datafile", copy, LOAD_LIBRARY_AS_DATAFILE);
    use("datafile", flat);
    resource("datafile", flat);
    HMODULE again = load("datafile again", copy, LOAD_LIBRARY_AS_DATAFILE);
    say("the same handle %d", flat == again);
    say("freed %d %d", FreeLibrary(again), FreeLibrary(flat));

    HMODULE image = load("image resource", copy, LOAD_LIBRARY_AS_IMAGE_RESOURCE);
    use("image resource", image);
    resource("image resource", image);
    say("freed %d", FreeLibrary(image));

    image = load("both", copy, LOAD_LIBRARY_AS_IMAGE_RESOURCE | LOAD_LIBRARY_AS_DATAFILE);
    resource("both", image);
    say("freed %d", FreeLibrary(image));
}

static void exclusive(void)
{
    HMODULE module = load("exclusive", copy, LOAD_LIBRARY_AS_DATAFILE_EXCLUSIVE);
    HANDLE file = CreateFileW(copy, GENERIC_WRITE, 7, NULL, OPEN_EXISTING, 0, NULL);
    say("writer %d, error %u", file != INVALID_HANDLE_VALUE, file == INVALID_HANDLE_VALUE ? GetLastError() : 0);
    if (file != INVALID_HANDLE_VALUE)
        CloseHandle(file);
    file = CreateFileW(copy, GENERIC_READ, 7, NULL, OPEN_EXISTING, 0, NULL);
    say("reader %d", file != INVALID_HANDLE_VALUE);
    CloseHandle(file);
    say("freed %d", FreeLibrary(module));
    file = CreateFileW(copy, GENERIC_WRITE, 7, NULL, OPEN_EXISTING, 0, NULL);
    say("writer %d", file != INVALID_HANDLE_VALUE);
    CloseHandle(file);
}

static void loaded_as_well(void)
{
    HMODULE module = load("for real", copy, 0);
    HMODULE data = load("and as data", copy, LOAD_LIBRARY_AS_DATAFILE);
    resource("for real", module);
    say("data is a handle of its own %d", data != module);
    say("freed %d %d", FreeLibrary(data), FreeLibrary(module));
    module = load("unresolved", copy, DONT_RESOLVE_DLL_REFERENCES);
    say("GetProcAddress %d, listed %d", GetProcAddress(module, "run") != NULL, GetModuleHandleW(copy) == module);
    say("freed %d", FreeLibrary(module));
    module = load("unchecked", copy, LOAD_IGNORE_CODE_AUTHZ_LEVEL);
    say("freed %d", FreeLibrary(module));
}

static void combinations(void)
{
    refused("no name", NULL, 0);
    refused("empty name", L"", 0);
    refused("altered and search", copy, LOAD_WITH_ALTERED_SEARCH_PATH | LOAD_LIBRARY_SEARCH_SYSTEM32);
    refused("load dir of a name", L"load_flags.dll", LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR);
    refused("load dir of a path", copy, LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR | LOAD_LIBRARY_SEARCH_DEFAULT_DIRS);
    // Wine reports: file handle: 1, error 57005
    // documented: file handle: 0, error 87     (Microsoft, "LoadLibraryExW function": "It must be NULL")
    SetLastError(0xdead);
    say("file handle: %d, error %u", LoadLibraryExW(copy, (HANDLE)4, 0) != NULL, GetLastError());
    refused("no such file", L"no such file", 0);
    refused("no such data", L"no such file", LOAD_LIBRARY_AS_DATAFILE);
    refused("no image", text, 0);
    refused("no image as data", text, LOAD_LIBRARY_AS_DATAFILE);
    refused("no image as resource", text, LOAD_LIBRARY_AS_IMAGE_RESOURCE);
    SetLastError(0xdead);
    say("free nothing: %d, error %u", FreeLibrary(NULL), GetLastError());
    SetLastError(0xdead);
    say("free no module: %d, error %u", FreeLibrary((HMODULE)0x10001), GetLastError());
}

static void prepare(void)
{
    WCHAR self[MAX_PATH];
    DWORD written;
    GetTempPathW(MAX_PATH, folder);
    lstrcatW(folder, L"windlass load flags");
    CreateDirectoryW(folder, NULL);
    join(copy, folder, L"\\copied.dll");
    join(text, folder, L"\\text.dll");
    GetModuleFileNameW(GetModuleHandleW(L"load_flags.dll"), self, MAX_PATH);
    say("copied %d", CopyFileW(self, copy, FALSE));
    HANDLE file = CreateFileW(text, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    WriteFile(file, "hello, this is no image", 23, &written, NULL);
    CloseHandle(file);
    HANDLE update = BeginUpdateResourceW(copy, FALSE);
    BOOL updated = UpdateResourceW(update, (LPCWSTR)RT_RCDATA, MAKEINTRESOURCEW(7), 0, "data!", 5);
    say("updated %d %d", updated, EndUpdateResourceW(update, FALSE));
}

PROGRAM
{
    prepare();
    data_files();
    exclusive();
    loaded_as_well();
    combinations();
    DeleteFileW(copy);
    DeleteFileW(text);
    RemoveDirectoryW(folder);
    return 0;
}
