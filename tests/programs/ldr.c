// ntdll's loader functions: loading, notifications, names, entries, image headers.
// build: freestanding
// Wine reports: address in the table 0
// documented: address in the table 1     (Microsoft, "ImageRvaToVa function", which it is behind)
#include <windows.h>
#include <winternl.h>

#include "fixture.h"

typedef struct {
    ULONG flags;
    const UNICODE_STRING *full_name, *base_name;
    PVOID base;
    ULONG size;
} NOTIFICATION;
typedef void (CALLBACK *NOTIFY)(ULONG, const NOTIFICATION *, void *);

NTSTATUS NTAPI LdrLoadDll(LPCWSTR, DWORD *, const UNICODE_STRING *, HMODULE *);
NTSTATUS NTAPI LdrUnloadDll(HMODULE);
NTSTATUS NTAPI LdrGetDllHandle(LPCWSTR, ULONG *, const UNICODE_STRING *, HMODULE *);
NTSTATUS NTAPI LdrGetDllHandleEx(ULONG, LPCWSTR, ULONG *, const UNICODE_STRING *, HMODULE *);
NTSTATUS NTAPI LdrGetProcedureAddress(HMODULE, const ANSI_STRING *, ULONG, void **);
NTSTATUS NTAPI LdrAddRefDll(ULONG, HMODULE);
NTSTATUS NTAPI LdrFindEntryForAddress(const void *, void **);
NTSTATUS NTAPI LdrDisableThreadCalloutsForDll(HMODULE);
NTSTATUS NTAPI LdrRegisterDllNotification(ULONG, NOTIFY, void *, void **);
NTSTATUS NTAPI LdrUnregisterDllNotification(void *);
NTSTATUS NTAPI LdrLockLoaderLock(ULONG, ULONG *, ULONG_PTR *);
NTSTATUS NTAPI LdrUnlockLoaderLock(ULONG, ULONG_PTR);
NTSTATUS NTAPI LdrEnumerateLoadedModules(void *, void (CALLBACK *)(void *, void *, BOOLEAN *), void *);
PVOID NTAPI RtlImageNtHeader(HMODULE);
PVOID NTAPI RtlImageDirectoryEntryToData(HMODULE, BOOL, WORD, ULONG *);
PVOID NTAPI RtlImageRvaToVa(const IMAGE_NT_HEADERS *, HMODULE, DWORD, IMAGE_SECTION_HEADER **);
PVOID NTAPI RtlImageRvaToSection(const IMAGE_NT_HEADERS *, HMODULE, DWORD);
PVOID NTAPI RtlPcToFileHeader(PVOID, PVOID *);

static WCHAR self[MAX_PATH], copy[MAX_PATH];

static UNICODE_STRING unicode(const WCHAR *text)
{
    UNICODE_STRING string = {(USHORT)(lstrlenW(text) * 2), (USHORT)(lstrlenW(text) * 2 + 2), (PWSTR)text};
    return string;
}

static NTSTATUS load(const WCHAR *name, HMODULE *module)
{
    UNICODE_STRING string = unicode(name);
    *module = NULL;
    return LdrLoadDll(NULL, NULL, &string, module);
}

static void loading(void)
{
    HMODULE module, again;
    UNICODE_STRING name = unicode(L"noted.dll"), missing = unicode(L"missing.dll"), kernel = unicode(L"KERNEL32");
    void *function;
    ANSI_STRING run = {3, 4, (char *)"run"}, none = {4, 5, (char *)"none"};
    say("missing %x", load(L"missing.dll", &module));
    say("not loaded %x", LdrGetDllHandle(NULL, NULL, &name, &module));
    say("load %x, module %d", load(copy, &module), module != NULL);
    say("handle %x, it %d", LdrGetDllHandle(NULL, NULL, &name, &again), again == module);
    say("missing handle %x", LdrGetDllHandle(NULL, NULL, &missing, &again));
    say("no extension %x, it %d", LdrGetDllHandle(NULL, NULL, &kernel, &again), again == GetModuleHandleA("kernel32"));
    say("function %x, it %d", LdrGetProcedureAddress(module, &run, 0, &function),
        function == (void *)GetProcAddress(module, "run"));
    say("no function %x", LdrGetProcedureAddress(module, &none, 0, &function));
    say("reference %x", LdrAddRefDll(0, module));
    say("unload %x", LdrUnloadDll(module));
    say("still %x", LdrGetDllHandle(NULL, NULL, &name, &again));
    say("counted handle %x", LdrGetDllHandleEx(0, NULL, NULL, &name, &again));
    say("unload %x", LdrUnloadDll(module));
    say("still %x", LdrGetDllHandle(NULL, NULL, &name, &again));
    say("unload %x", LdrUnloadDll(module));
    say("gone %x", LdrGetDllHandle(NULL, NULL, &name, &again));
    say("unload nothing %x", LdrUnloadDll(module));
    say("reference nothing %x", LdrAddRefDll(0, module));
}

static unsigned notes;

static void CALLBACK note(ULONG reason, const NOTIFICATION *data, void *context)
{
    if (lstrcmpiW(data->base_name->Buffer, L"noted.dll") != 0)
        return;
    void *entry = NULL;
    LdrFindEntryForAddress(data->base, &entry);
    say("notified %u, flags %u, context %d, full name %d, size %d, listed %d", reason, data->flags,
        context == &notes, lstrcmpiW(data->full_name->Buffer, copy) == 0,
        data->size == ((IMAGE_NT_HEADERS *)RtlImageNtHeader(data->base))->OptionalHeader.SizeOfImage, entry != NULL);
    notes++;
}

static void notifications(void)
{
    void *cookie = NULL, *second = NULL;
    HMODULE module;
    say("no callback %x", LdrRegisterDllNotification(0, NULL, NULL, &cookie));
    say("register %x, cookie %d", LdrRegisterDllNotification(0, note, &notes, &cookie), cookie != NULL);
    module = LoadLibraryW(copy);
    LoadLibraryW(copy);
    say("notes %u", notes);
    FreeLibrary(module);
    say("notes %u", notes);
    FreeLibrary(module);
    say("notes %u", notes);
    say("two %x", LdrRegisterDllNotification(0, note, &notes, &second));
    FreeLibrary(LoadLibraryW(copy));
    say("notes %u", notes);
    say("unregister %x %x", LdrUnregisterDllNotification(second), LdrUnregisterDllNotification(cookie));
    FreeLibrary(LoadLibraryW(copy));
    say("notes %u", notes);
}

static void CALLBACK count(void *entry, void *context, BOOLEAN *stop)
{
    (void)entry;
    unsigned *found = context;
    *stop = ++*found == 2;
}

static void entries(void)
{
    HMODULE ntdll = GetModuleHandleA("ntdll");
    void *entry = NULL, *base = NULL, *inside = (void *)GetProcAddress(ntdll, "LdrLoadDll");
    unsigned found = 0;
    say("entry %x, base %d", LdrFindEntryForAddress(inside, &entry), entry && ((void **)entry)[6] == ntdll);
    say("no entry %x", LdrFindEntryForAddress(&found, &entry));
    say("enumerate %x, found %u", LdrEnumerateLoadedModules(NULL, count, &found), found);
    say("header %d", RtlPcToFileHeader(inside, &base) == ntdll && base == ntdll);
    say("no header %d", RtlPcToFileHeader(&found, &base) == NULL && base == NULL);
    say("thread callouts %x", LdrDisableThreadCalloutsForDll(ntdll) == 0);
    say("no module %x", LdrDisableThreadCalloutsForDll((HMODULE)0x10));
}

static void lock(void)
{
    ULONG result = 9;
    ULONG_PTR cookie = 0;
    say("lock %x, result %u, cookie %d", LdrLockLoaderLock(0, &result, &cookie), result, cookie != 0);
    say("unlock %x", LdrUnlockLoaderLock(0, cookie));
    say("try %x, result %u", LdrLockLoaderLock(2, &result, &cookie), result);
    say("unlock %x", LdrUnlockLoaderLock(0, cookie));
    say("bad flags %x", LdrLockLoaderLock(0x10, &result, &cookie));
    say("no cookie %x", LdrLockLoaderLock(0, &result, NULL));
    say("no result for try %x", LdrLockLoaderLock(2, NULL, &cookie));
}

static void headers(void)
{
    HMODULE module = GetModuleHandleA("ldr.dll");
    IMAGE_NT_HEADERS *header = RtlImageNtHeader(module);
    ULONG size = 0;
    IMAGE_SECTION_HEADER *first = IMAGE_FIRST_SECTION(header), *section = NULL;
    say("header %d", header->Signature == IMAGE_NT_SIGNATURE);
    say("no header %d", RtlImageNtHeader(NULL) == NULL);
    BYTE *exports = RtlImageDirectoryEntryToData(module, TRUE, IMAGE_DIRECTORY_ENTRY_EXPORT, &size);
    IMAGE_DATA_DIRECTORY *directory = &header->OptionalHeader.DataDirectory[IMAGE_DIRECTORY_ENTRY_EXPORT];
    say("exports %d, size %d", exports == (BYTE *)module + directory->VirtualAddress, size == directory->Size);
    say("no directory %d", RtlImageDirectoryEntryToData(module, TRUE, 15, &size) == NULL);
    say("section %d", RtlImageRvaToSection(header, module, first->VirtualAddress + 5) == first);
    say("no section %d", RtlImageRvaToSection(header, module, 0) == NULL);
    say("address %d", RtlImageRvaToVa(header, module, first->VirtualAddress + 5, &section) ==
                          (BYTE *)module + first->PointerToRawData + 5);
    say("its section %d", section == first);
    PVOID(NTAPI *address_in)(const IMAGE_NT_HEADERS *, HMODULE, DWORD) =
        (PVOID(NTAPI *)(const IMAGE_NT_HEADERS *, HMODULE, DWORD))GetProcAddress(GetModuleHandleA("ntdll"),
                                                                               "RtlAddressInSectionTable");
    say("address in the table %d", address_in && address_in(header, module, first->VirtualAddress + 5) ==
                                                     (BYTE *)module + first->PointerToRawData + 5);
}

PROGRAM
{
    GetTempPathW(MAX_PATH, copy);
    lstrcatW(copy, L"noted.dll");
    GetModuleFileNameW(GetModuleHandleW(L"ldr.dll"), self, MAX_PATH);
    CopyFileW(self, copy, FALSE);
    loading();
    notifications();
    entries();
    lock();
    headers();
    DeleteFileW(copy);
    return 0;
}
