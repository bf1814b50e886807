// A thread begins with its creator's activation context, and GetModuleHandle heeds the one in force.
// build: freestanding
#include <windows.h>

#include "fixture.h"

static WCHAR root[MAX_PATH];

static const WCHAR *in_root(const WCHAR *name)
{
    static WCHAR paths[4][MAX_PATH];
    static unsigned turn;
    WCHAR *path = paths[turn++ % 4];
    lstrcpyW(path, root);
    lstrcatW(path, name);
    return path;
}

static void write(const WCHAR *name, const char *text)
{
    DWORD written;
    HANDLE file = CreateFileW(in_root(name), GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    WriteFile(file, text, (DWORD)lstrlenA(text), &written, NULL);
    CloseHandle(file);
}

#define ASSEMBLY "<assembly xmlns=\"urn:schemas-microsoft-com:asm.v1\" manifestVersion=\"1.0\">"
#define IDENTITY(name) "<assemblyIdentity type=\"win32\" name=\"" name "\" version=\"1.0.0.0\"/>"

static HANDLE create(const WCHAR *name)
{
    ACTCTXW context = {sizeof context};
    context.lpSource = in_root(name);
    return CreateActCtxW(&context);
}

static HANDLE current(void)
{
    HANDLE handle = (HANDLE)1;
    if (!GetCurrentActCtx(&handle))
        say("no current context: error %u", GetLastError());
    else if (handle)
        ReleaseActCtx(handle);
    return handle;
}

static HANDLE context, other, go;

static void handle_of(const char *what, const WCHAR *name)
{
    WCHAR path[MAX_PATH];
    SetLastError(0xdead);
    HMODULE module = GetModuleHandleW(name);
    if (!module) {
        say("%s: error %u", what, GetLastError());
        return;
    }
    GetModuleFileNameW(module, path, MAX_PATH);
    say("%s: %ls", what, path + lstrlenW(root) + 1);
}

static DWORD WINAPI grandchild(void *parameter)
{
    (void)parameter;
    say("grandchild has its creator's: %d", current() == other);
    return 0;
}

static void run_thread(LPTHREAD_START_ROUTINE function)
{
    HANDLE thread = CreateThread(NULL, 0, function, NULL, 0, NULL);
    WaitForSingleObject(thread, INFINITE);
    CloseHandle(thread);
}

static DWORD WINAPI child(void *parameter)
{
    (void)parameter;
    ULONG_PTR first, second;
    say("child has its creator's: %d", current() == context);
    handle_of("child", L"inside.dll");
    ActivateActCtx(other, &first);
    say("child activates another: %d", current() == other);
    run_thread(grandchild);
    ActivateActCtx(NULL, &second);
    say("and none: %d", current() == NULL);
    DeactivateActCtx(0, second);
    DeactivateActCtx(0, first);
    say("back: %d", current() == context);
    ActivateActCtx(other, &first); /* left behind */
    return 0;
}

static DWORD WINAPI late(void *parameter)
{
    (void)parameter;
    WaitForSingleObject(go, INFINITE);
    say("late child has it still: %d", current() == context);
    handle_of("late child", L"inside.dll");
    return 0;
}

static DWORD WINAPI plain(void *parameter)
{
    (void)parameter;
    say("without any: %d", current() == NULL);
    return 0;
}

static void handles(void)
{
    ULONG_PTR cookie;
    handle_of("before", L"inside.dll");
    ActivateActCtx(context, &cookie);
    handle_of("not loaded yet", L"inside.dll");
    HMODULE redirected = LoadLibraryW(L"inside.dll");
    handle_of("redirected", L"inside.dll");
    handle_of("without extension", L"INSIDE");
    handle_of("by its path", in_root(L"\\private\\inside.dll"));
    handle_of("of the same name elsewhere", L"twin.dll");
    say("ex: %d, it %d", GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT, L"inside.dll", &redirected),
        redirected == GetModuleHandleW(in_root(L"\\private\\inside.dll")));
    say("kernel32: %d", GetModuleHandleW(L"kernel32.dll") != NULL);
    DeactivateActCtx(0, cookie);
    handle_of("after", L"twin.dll");
}

static const WCHAR *const FILES[] = {
    L"\\twin.dll", L"\\private\\inside.dll", L"\\private\\twin.dll", L"\\app.manifest", L"\\other.manifest",
    L"\\private\\private.manifest",
};

PROGRAM
{
    WCHAR self[MAX_PATH];
    ULONG_PTR cookie;
    GetTempPathW(MAX_PATH, root);
    lstrcatW(root, L"windlass activation threads");
    GetModuleFileNameW(GetModuleHandleW(L"activation_threads.dll"), self, MAX_PATH);
    CreateDirectoryW(root, NULL);
    CreateDirectoryW(in_root(L"\\private"), NULL);
    for (int i = 0; i < 3; i++)
        CopyFileW(self, in_root(FILES[i]), FALSE);
    write(L"\\app.manifest", ASSEMBLY IDENTITY("app") "<dependency><dependentAssembly>" IDENTITY("private")
                             "</dependentAssembly></dependency></assembly>");
    write(L"\\other.manifest", ASSEMBLY IDENTITY("other") "</assembly>");
    write(L"\\private\\private.manifest",
          ASSEMBLY IDENTITY("private") "<file name=\"inside.dll\"/><file name=\"twin.dll\"/></assembly>");
    context = create(L"\\app.manifest");
    other = create(L"\\other.manifest");
    HMODULE twin = LoadLibraryW(in_root(L"\\twin.dll"));
    handles();

    run_thread(plain);
    ActivateActCtx(context, &cookie);
    run_thread(child);
    go = CreateEventW(NULL, TRUE, FALSE, NULL);
    HANDLE thread = CreateThread(NULL, 0, late, NULL, 0, NULL);
    DeactivateActCtx(0, cookie);
    ReleaseActCtx(context);
    SetEvent(go);
    WaitForSingleObject(thread, INFINITE);
    run_thread(plain);
    FreeLibrary(twin);
    FreeLibrary(GetModuleHandleW(in_root(L"\\private\\inside.dll")));
    for (unsigned i = 0; i < sizeof FILES / sizeof *FILES; i++)
        DeleteFileW(in_root(FILES[i]));
    RemoveDirectoryW(in_root(L"\\private"));
    RemoveDirectoryW(root);
    return 0;
}
