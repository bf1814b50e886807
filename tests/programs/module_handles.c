// What keeps a module, who hears of threads, and the lists of modules: a copy of this DLL is loaded and freed.
// build: freestanding
// Wine reports: default 1, 32 bits 1, 64 bits 1, all 1
// documented: default 1, 32 bits 0, 64 bits 1, all 1     (Microsoft, "EnumProcessModulesEx function")
#include <windows.h>
#include <psapi.h>
#include <tlhelp32.h>

#define OWN_DLL_MAIN
#include "fixture.h"

#define EX(flag) GET_MODULE_HANDLE_EX_FLAG_##flag

BOOL WINAPI K32EnumProcessModulesEx(HANDLE, HMODULE *, DWORD, DWORD *, DWORD);
BOOL WINAPI K32EnumProcessModules(HANDLE, HMODULE *, DWORD, DWORD *);
BOOL WINAPI K32GetModuleInformation(HANDLE, HMODULE, MODULEINFO *, DWORD);
DWORD WINAPI K32GetModuleBaseNameW(HANDLE, HMODULE, WCHAR *, DWORD);
DWORD WINAPI K32GetModuleFileNameExW(HANDLE, HMODULE, WCHAR *, DWORD);

static WCHAR copy[MAX_PATH];

EXPORT volatile LONG threads_seen;

BOOL WINAPI DllMainCRTStartup(HINSTANCE instance, DWORD reason, void *reserved)
{
    (void)instance, (void)reserved;
    if (reason == DLL_THREAD_ATTACH || reason == DLL_THREAD_DETACH)
        InterlockedIncrement(&threads_seen);
    return TRUE;
}

static BOOL is_loaded(void) { return GetModuleHandleW(L"handles.dll") != NULL; }

static int frees(HMODULE module)
{
    int count = 0;
    while (count < 10 && is_loaded() && FreeLibrary(module))
        count++;
    return count;
}

static void references(void)
{
    HMODULE module = LoadLibraryW(copy), found;
    say("by name %d, it %d", GetModuleHandleExW(0, L"handles.dll", &found), found == module);
    say("by path %d, it %d", GetModuleHandleExW(0, copy, &found), found == module);
    say("unchanged %d, it %d", GetModuleHandleExW(EX(UNCHANGED_REFCOUNT), L"HANDLES", &found), found == module);
    say("from address %d, it %d",
        GetModuleHandleExW(EX(FROM_ADDRESS), (LPCWSTR)(void *)GetProcAddress(module, "run"), &found), found == module);
    say("frees %d", frees(module));
    say("gone %d, error %u", GetModuleHandleExW(0, L"handles.dll", &found), GetLastError());
    say("handle %d", found != NULL);
}

static void refusals(void)
{
    HMODULE found = (HMODULE)1;
    int local = 0;
    SetLastError(0);
    say("pin and unchanged %d, error %u",
        GetModuleHandleExW(EX(PIN) | EX(UNCHANGED_REFCOUNT), L"kernel32.dll", &found), GetLastError());
    SetLastError(0);
    say("unknown flag %d, error %u", GetModuleHandleExW(0x100, L"kernel32.dll", &found), GetLastError());
    SetLastError(0);
    say("no result %d, error %u", GetModuleHandleExW(0, L"kernel32.dll", NULL), GetLastError());
    SetLastError(0);
    say("no module there %d, error %u", GetModuleHandleExW(EX(FROM_ADDRESS), (LPCWSTR)(void *)&local, &found),
        GetLastError());
    say("the program %d, it %d", GetModuleHandleExW(0, NULL, &found), found == GetModuleHandleW(NULL));
}

static DWORD WINAPI nothing(void *parameter)
{
    (void)parameter;
    return 0;
}

static LONG seen_by(HMODULE module)
{
    volatile LONG *seen = (volatile LONG *)(void *)GetProcAddress(module, "threads_seen");
    *seen = 0;
    HANDLE thread = CreateThread(NULL, 0, nothing, NULL, 0, NULL);
    WaitForSingleObject(thread, INFINITE);
    CloseHandle(thread);
    return *seen;
}

static void thread_calls(void)
{
    HMODULE module = LoadLibraryW(copy);
    say("thread calls %d", (int)seen_by(module));
    say("disable %d", DisableThreadLibraryCalls(module));
    say("thread calls %d", (int)seen_by(module));
    say("again %d", DisableThreadLibraryCalls(module));
    SetLastError(0);
    say("no module %d, error %u", DisableThreadLibraryCalls((HMODULE)(ULONG_PTR)0x10000), GetLastError());
    FreeLibrary(module);
    module = LoadLibraryW(copy);
    say("loaded anew %d", (int)seen_by(module));
    FreeLibrary(module);
}

static BOOL in_list(DWORD filter, HMODULE wanted)
{
    static HMODULE list[1024];
    DWORD needed = 0;
    if (!K32EnumProcessModulesEx(GetCurrentProcess(), list, sizeof list, &needed, filter))
        return -1;
    for (DWORD i = 0; i < needed / sizeof *list; i++)
        if (list[i] == wanted)
            return i == 0 ? 2 : 1;
    return 0;
}

static void lists(void)
{
    HMODULE module = LoadLibraryW(copy), first;
    static MODULEINFO info;
    WCHAR name[MAX_PATH];
    DWORD needed = 0;
    IMAGE_NT_HEADERS *header = (IMAGE_NT_HEADERS *)((char *)module + ((IMAGE_DOS_HEADER *)module)->e_lfanew);
    say("default %d, 32 bits %d, 64 bits %d, all %d", in_list(LIST_MODULES_DEFAULT, module),
        in_list(LIST_MODULES_32BIT, module), in_list(LIST_MODULES_64BIT, module), in_list(LIST_MODULES_ALL, module));
    say("the program is the first %d", in_list(LIST_MODULES_ALL, GetModuleHandleW(NULL)));
    say("too small %d, more %d", K32EnumProcessModules(GetCurrentProcess(), &first, sizeof first, &needed),
        needed > sizeof first);
    say("information %d, base %d, size %d, entry %d",
        K32GetModuleInformation(GetCurrentProcess(), module, &info, sizeof info), info.lpBaseOfDll == (void *)module,
        info.SizeOfImage == header->OptionalHeader.SizeOfImage,
        info.EntryPoint == (char *)module + header->OptionalHeader.AddressOfEntryPoint);
    SetLastError(0);
    say("too small %d, error %u", K32GetModuleInformation(GetCurrentProcess(), module, &info, 8), GetLastError());
    say("base name %u", K32GetModuleBaseNameW(GetCurrentProcess(), module, name, MAX_PATH));
    say("is %d", lstrcmpiW(name, L"handles.dll") == 0);
    K32GetModuleFileNameExW(GetCurrentProcess(), module, name, MAX_PATH);
    say("full name %d", lstrcmpiW(name, copy) == 0);
    FreeLibrary(module);
    say("not listed any more %d", in_list(LIST_MODULES_ALL, module));
}

static void snapshot(void)
{
    HMODULE module = LoadLibraryW(copy);
    HANDLE snapshot = CreateToolhelp32Snapshot(TH32CS_SNAPMODULE, 0);
    static MODULEENTRY32W entry = {sizeof entry};
    int count = 0, found = 0;
    for (BOOL more = Module32FirstW(snapshot, &entry); more; more = Module32NextW(snapshot, &entry), count++) {
        if (entry.hModule != module)
            continue;
        found = 1;
        say("entry: name %d, path %d, base %d, process %d", lstrcmpiW(entry.szModule, L"handles.dll") == 0,
            lstrcmpiW(entry.szExePath, copy) == 0, entry.modBaseAddr == (BYTE *)module,
            entry.th32ProcessID == GetCurrentProcessId());
    }
    say("found %d, others %d, error %u", found, count > 3, GetLastError());
    CloseHandle(snapshot);
    FreeLibrary(module);
}

static void pinned(void)
{
    HMODULE module = LoadLibraryW(copy), found;
    say("pin %d", GetModuleHandleExW(EX(PIN), L"handles.dll", &found));
    say("frees %d, loaded %d", frees(module), is_loaded());
}

PROGRAM {
    WCHAR self[MAX_PATH];
    GetTempPathW(MAX_PATH, copy);
    lstrcatW(copy, L"handles.dll");
    GetModuleFileNameW(GetModuleHandleW(L"module_handles.dll"), self, MAX_PATH);
    CopyFileW(self, copy, FALSE);
    references();
    refusals();
    thread_calls();
    lists();
    snapshot();
    pinned();
    return 0;
}
