// Activation contexts: manifests, private assemblies, redirected DLLs, the stack of a thread.
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

static void write(const WCHAR *name, const char *text)
{
    DWORD written;
    HANDLE file = CreateFileW(in_root(name), GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    if (!WriteFile(file, text, (DWORD)lstrlenA(text), &written, NULL))
        say("cannot write %ls", name);
    CloseHandle(file);
}

#define ASSEMBLY "<assembly xmlns=\"urn:schemas-microsoft-com:asm.v1\" manifestVersion=\"1.0\">"
#define IDENTITY(name, version) \
    "<assemblyIdentity type=\"win32\" name=\"" name "\" version=\"" version "\" processorArchitecture=\"amd64\"/>"
#define NEEDS(name, version) \
    "<dependency><dependentAssembly>" IDENTITY(name, version) "</dependentAssembly></dependency>"

static HANDLE create_with(const WCHAR *source, DWORD flags, const WCHAR *directory)
{
    ACTCTXW context = {sizeof context, flags};
    context.lpSource = source;
    context.lpAssemblyDirectory = directory;
    SetLastError(0xdead);
    return CreateActCtxW(&context);
}

static HANDLE create(const char *what, const WCHAR *name)
{
    HANDLE handle = create_with(in_root(name), 0, NULL);
    if (handle == INVALID_HANDLE_VALUE)
        say("%s: error %u", what, GetLastError());
    else
        say("%s: created", what);
    return handle;
}

static void refused(const char *what, const WCHAR *name)
{
    HANDLE handle = create(what, name);
    if (handle != INVALID_HANDLE_VALUE)
        ReleaseActCtx(handle);
}

static void where(const char *what, const WCHAR *name)
{
    WCHAR path[MAX_PATH];
    SetLastError(0xdead);
    HMODULE module = LoadLibraryW(name);
    if (!module) {
        say("%s: error %u", what, GetLastError());
        return;
    }
    GetModuleFileNameW(module, path, MAX_PATH);
    say("%s: %ls", what, path + lstrlenW(root) + 1);
    FreeLibrary(module);
}

static void manifests(void)
{
    write(L"\\good.manifest", ASSEMBLY IDENTITY("good", "1.0.0.0") "<file name=\"listed.dll\"/></assembly>");
    write(L"\\bad.manifest", ASSEMBLY "<oops");
    write(L"\\text.manifest", "no xml at all");
    write(L"\\root.manifest", "<something/>");
    write(L"\\noid.manifest", ASSEMBLY "</assembly>");
    write(L"\\needs.manifest", ASSEMBLY IDENTITY("needs", "1.0.0.0") NEEDS("nowhere", "1.0.0.0") "</assembly>");
    write(L"\\entity.manifest", "<!DOCTYPE a [<!ENTITY b \"bbb\">]>" ASSEMBLY IDENTITY("e", "1.0.0.0") "</assembly>");
    refused("good", L"\\good.manifest");
    refused("missing", L"\\missing.manifest");
    refused("missing folder", L"\\missing\\missing.manifest");
    refused("bad", L"\\bad.manifest");
    refused("text", L"\\text.manifest");
    refused("another root", L"\\root.manifest");
    refused("missing dependency", L"\\needs.manifest");
    SetLastError(0xdead);
    say("no structure: %d, error %u", CreateActCtxW(NULL) == INVALID_HANDLE_VALUE, GetLastError());
    ACTCTXW small = {4, 0};
    say("small structure: %d, error %u", CreateActCtxW(&small) == INVALID_HANDLE_VALUE, GetLastError());
    say("unknown flags: %d, error %u", create_with(in_root(L"\\good.manifest"), 0x40000000, NULL) == INVALID_HANDLE_VALUE,
        GetLastError());
}

static void redirection(void)
{
    ULONG_PTR cookie;
    write(L"\\app.manifest", ASSEMBLY IDENTITY("app", "1.0.0.0") NEEDS("private", "2.0.0.0")
                             "<file name=\"listed.dll\"/></assembly>");
    write(L"\\private\\private.manifest", ASSEMBLY IDENTITY("private", "2.0.0.0")
                                          "<file name=\"inside.dll\"/><file name=\"twin.dll\"/></assembly>");
    HANDLE context = create("app", L"\\app.manifest");
    where("before", L"inside.dll");
    say("activated %d", ActivateActCtx(context, &cookie));
    where("in the assembly's folder", L"inside.dll");
    where("without extension", L"inside");
    where("any file of the same name elsewhere", L"twin.dll");
    where("listed by the application", L"listed.dll");
    where("not listed", L"unlisted.dll");
    where("a path is not redirected", in_root(L"\\twin.dll"));
    say("deactivated %d", DeactivateActCtx(0, cookie));
    where("after", L"inside.dll");
    ReleaseActCtx(context);
}

static void versions(void)
{
    write(L"\\old.manifest", ASSEMBLY IDENTITY("old", "1.0.0.0") NEEDS("private", "1.0.0.0") "</assembly>");
    write(L"\\new.manifest", ASSEMBLY IDENTITY("new", "1.0.0.0") NEEDS("private", "3.0.0.0") "</assembly>");
    write(L"\\flat.manifest", ASSEMBLY IDENTITY("flat", "1.0.0.0") NEEDS("beside", "1.0.0.0") "</assembly>");
    write(L"\\beside.manifest", ASSEMBLY IDENTITY("beside", "1.0.0.0") "<file name=\"listed.dll\"/></assembly>");
    refused("an older version", L"\\old.manifest");
    refused("a newer version", L"\\new.manifest");
    refused("an assembly beside", L"\\flat.manifest");
    // Wine reports: another assembly directory: 1, error 57005
    // documented: another assembly directory: 0, error 14001     (Microsoft, "ACTCTXW structure", lpAssemblyDirectory)
    HANDLE elsewhere = create_with(in_root(L"\\flat.manifest"), ACTCTX_FLAG_ASSEMBLY_DIRECTORY_VALID, in_root(L"\\private"));
    say("another assembly directory: %d, error %u", elsewhere != INVALID_HANDLE_VALUE, GetLastError());
}

static void stack(void)
{
    ULONG_PTR first, second;
    HANDLE found = (HANDLE)1, context = create("for the stack", L"\\good.manifest");
    say("current %d, none %d", GetCurrentActCtx(&found), found == NULL);
    say("activated %d %d", ActivateActCtx(context, &first), ActivateActCtx(NULL, &second));
    say("differ %d", first != second);
    say("current %d, none %d", GetCurrentActCtx(&found), found == NULL);
    say("deactivated %d", DeactivateActCtx(0, second));
    say("current %d, it %d", GetCurrentActCtx(&found), found == context);
    ReleaseActCtx(found);
    say("again %d", ActivateActCtx(context, &second));
    say("forced %d", DeactivateActCtx(DEACTIVATE_ACTCTX_FLAG_FORCE_EARLY_DEACTIVATION, first));
    say("current %d, none %d", GetCurrentActCtx(&found), found == NULL);
    AddRefActCtx(context);
    ReleaseActCtx(context);
    ReleaseActCtx(context);
}

static void find(const char *what, DWORD section, const WCHAR *name, DWORD size)
{
    ACTCTX_SECTION_KEYED_DATA data = {size};
    SetLastError(0xdead);
    BOOL found = FindActCtxSectionStringW(0, NULL, section, name, &data);
    say("%s: %d, error %u", what, found, found ? 0 : GetLastError());
}

static void sections(void)
{
    ULONG_PTR cookie;
    find("nothing active", ACTIVATION_CONTEXT_SECTION_DLL_REDIRECTION, L"inside.dll", sizeof(ACTCTX_SECTION_KEYED_DATA));
    HANDLE context = create("for sections", L"\\app.manifest");
    ActivateActCtx(context, &cookie);
    find("a listed file", ACTIVATION_CONTEXT_SECTION_DLL_REDIRECTION, L"INSIDE.dll", sizeof(ACTCTX_SECTION_KEYED_DATA));
    find("another file", ACTIVATION_CONTEXT_SECTION_DLL_REDIRECTION, L"other.dll", sizeof(ACTCTX_SECTION_KEYED_DATA));
    find("no such section", ACTIVATION_CONTEXT_SECTION_WINDOW_CLASS_REDIRECTION, L"x", sizeof(ACTCTX_SECTION_KEYED_DATA));
    find("a small structure", ACTIVATION_CONTEXT_SECTION_DLL_REDIRECTION, L"inside.dll", 8);
    find("no name", ACTIVATION_CONTEXT_SECTION_DLL_REDIRECTION, NULL, sizeof(ACTCTX_SECTION_KEYED_DATA));
    DeactivateActCtx(0, cookie);
    ReleaseActCtx(context);
}

static void queries(void)
{
    static char buffer[4096];
    SIZE_T size = 0;
    HANDLE context = create("for queries", L"\\app.manifest");
    ACTIVATION_CONTEXT_BASIC_INFORMATION basic = {0};
    say("basic %d, size %d, it %d, flags %u",
        QueryActCtxW(0, context, NULL, ActivationContextBasicInformation, &basic, sizeof basic, &size),
        size == sizeof basic, basic.hActCtx == context, basic.dwFlags);
    if (basic.hActCtx)
        ReleaseActCtx(basic.hActCtx);
    BOOL done = QueryActCtxW(0, context, NULL, ActivationContextDetailedInformation, buffer, sizeof buffer, &size);
    ACTIVATION_CONTEXT_DETAILED_INFORMATION *details = (void *)buffer;
    say("detailed %d, assemblies %u, format %u, path %d, %ls", done, details->ulAssemblyCount, details->ulFormatVersion,
        details->ulRootManifestPathType, details->lpRootManifestPath + lstrlenW(root) + 1);
    SetLastError(0xdead);
    done = QueryActCtxW(0, context, NULL, ActivationContextDetailedInformation, buffer, 8, &size);
    say("too small %d, error %u", done, GetLastError());
    for (ULONG index = 0; index < 4; index++) {
        SetLastError(0xdead);
        done = QueryActCtxW(0, context, &index, AssemblyDetailedInformationInActivationContext, buffer, sizeof buffer, &size);
        ACTIVATION_CONTEXT_ASSEMBLY_DETAILED_INFORMATION *assembly = (void *)buffer;
        if (done && index)
            say("assembly %u: version %u, directory %ls, identity %ls", index, assembly->ulManifestVersionMajor,
                assembly->lpAssemblyDirectoryName ? L"there" : L"none", assembly->lpAssemblyEncodedAssemblyIdentity);
        else if (!done)
            say("assembly %u: error %u", index, GetLastError());
    }
    ReleaseActCtx(context);
}

/* What the ISOLATION_AWARE_ENABLED macros of windows.h do for a module, with and without a manifest. */
static void isolation(void)
{
    ACTIVATION_CONTEXT_BASIC_INFORMATION basic = {(HANDLE)1, 9};
    HMODULE self = GetModuleHandleW(L"activation.dll");
    SIZE_T size;
    say("of an address %d, none %d, flags %u",
        QueryActCtxW(QUERY_ACTCTX_FLAG_ACTCTX_IS_ADDRESS | QUERY_ACTCTX_FLAG_NO_ADDREF, (HANDLE)(ULONG_PTR)isolation, NULL,
                     ActivationContextBasicInformation, &basic, sizeof basic, &size),
        basic.hActCtx == NULL, basic.dwFlags);
    basic.hActCtx = (HANDLE)1;
    say("of a module %d, none %d",
        QueryActCtxW(QUERY_ACTCTX_FLAG_ACTCTX_IS_HMODULE | QUERY_ACTCTX_FLAG_NO_ADDREF, self, NULL,
                     ActivationContextBasicInformation, &basic, sizeof basic, &size),
        basic.hActCtx == NULL);
    ACTCTXW context = {sizeof context, ACTCTX_FLAG_RESOURCE_NAME_VALID | ACTCTX_FLAG_HMODULE_VALID};
    context.lpResourceName = MAKEINTRESOURCEW(2);
    context.hModule = self;
    SetLastError(0xdead);
    say("no such resource %d, error %u", CreateActCtxW(&context) == INVALID_HANDLE_VALUE, GetLastError());
    context.dwFlags = ACTCTX_FLAG_RESOURCE_NAME_VALID;
    context.lpSource = in_root(L"\\listed.dll");
    SetLastError(0xdead);
    say("no such resource in a file %d, error %u", CreateActCtxW(&context) == INVALID_HANDLE_VALUE, GetLastError());
    HANDLE update = BeginUpdateResourceW(in_root(L"\\listed.dll"), FALSE);
    const char *text = ASSEMBLY IDENTITY("listed", "1.0.0.0") "</assembly>";
    UpdateResourceW(update, (LPCWSTR)RT_MANIFEST, MAKEINTRESOURCEW(2), 0, (void *)text, (DWORD)lstrlenA(text));
    EndUpdateResourceW(update, FALSE);
    context.lpSource = in_root(L"\\listed.dll");
    HANDLE handle = CreateActCtxW(&context);
    say("a resource in a file %d", handle != INVALID_HANDLE_VALUE);
    ReleaseActCtx(handle);
}

static const WCHAR *const FILES[] = {
    L"\\listed.dll", L"\\twin.dll", L"\\private\\inside.dll", L"\\private\\twin.dll", L"\\good.manifest",
    L"\\bad.manifest", L"\\text.manifest", L"\\root.manifest", L"\\noid.manifest", L"\\needs.manifest",
    L"\\entity.manifest", L"\\app.manifest", L"\\private\\private.manifest", L"\\old.manifest", L"\\new.manifest",
    L"\\flat.manifest", L"\\beside.manifest",
};

PROGRAM
{
    GetTempPathW(MAX_PATH, root);
    lstrcatW(root, L"windlass activation");
    GetModuleFileNameW(GetModuleHandleW(L"activation.dll"), self, MAX_PATH);
    CreateDirectoryW(root, NULL);
    CreateDirectoryW(in_root(L"\\private"), NULL);
    for (int i = 0; i < 4; i++)
        CopyFileW(self, in_root(FILES[i]), FALSE);
    manifests();
    redirection();
    versions();
    stack();
    sections();
    queries();
    isolation();
    for (unsigned i = 0; i < sizeof FILES / sizeof *FILES; i++)
        DeleteFileW(in_root(FILES[i]));
    RemoveDirectoryW(in_root(L"\\private"));
    RemoveDirectoryW(root);
    return 0;
}
