// ResolveDelayLoadedAPI: binding one delay-loaded function, and what happens when it is not there.
// build: freestanding
#include <windows.h>

#include "fixture.h"

typedef struct {
    ULONG attributes, name, module, iat, names, bound, unload, timestamp;
} DESCRIPTOR;
typedef struct {
    ULONG size;
    const DESCRIPTOR *descriptor;
    void **thunk;
    const char *dll;
    ULONG by_name;
    union { const char *name; ULONG ordinal; } function;
    void *module, *unused;
    ULONG error;
} INFO;
typedef void *(WINAPI *DLL_HOOK)(ULONG, const INFO *);
typedef void *(WINAPI *SYSTEM_HOOK)(const char *, const char *);
typedef void *(WINAPI *RESOLVE)(void *, const DESCRIPTOR *, DLL_HOOK, SYSTEM_HOOK, void **, ULONG);

extern char __ImageBase;
static struct { WORD hint; char name[16]; } tick = {0, "GetTickCount"}, none = {0, "NoSuchFunction"};
static HMODULE module;
static void *iat[3], *untouched[3];
static ULONG_PTR names[4];
static DESCRIPTOR descriptor;
static char dll_name[20];

static ULONG rva(const void *address) { return (ULONG)((const char *)address - &__ImageBase); }

static void describe(const char *dll)
{
    lstrcpyA(dll_name, dll);
    names[0] = rva(&tick);
    names[1] = rva(&none);
    names[2] = IMAGE_ORDINAL_FLAG64 | 60000;
    for (int i = 0; i < 3; i++)
        iat[i] = untouched[i] = (void *)(ULONG_PTR)(0x1000 + i);
    module = NULL;
    descriptor = (DESCRIPTOR){1, rva(dll_name), rva(&module), rva(iat), rva(names), 0, 0, 0};
}

static void *WINAPI dll_hook(ULONG reason, const INFO *info)
{
    say("hook: reason %u, size %d, descriptor %d, dll %s, by name %u, module %d, thunk %d", reason,
        info->size == sizeof *info, info->descriptor == &descriptor, info->dll, info->by_name, info->module != NULL,
        (int)(info->thunk - iat));
    return (void *)0x1234;
}

static void *WINAPI system_hook(const char *dll, const char *function)
{
    say("system hook: %s, %s", dll, (ULONG_PTR)function > 0xffff ? function : "a number");
    return (void *)0x5678;
}

PROGRAM
{
    RESOLVE resolve = (RESOLVE)(void *)GetProcAddress(GetModuleHandleA("kernel32"), "ResolveDelayLoadedAPI");
    HMODULE kernel32 = GetModuleHandleA("kernel32");
    describe("KERNEL32.dll");
    void *found = resolve(&__ImageBase, &descriptor, NULL, NULL, &iat[0], 0);
    say("found %d, bound %d, module %d", found == (void *)GetProcAddress(kernel32, "GetTickCount"), iat[0] == found,
        module == kernel32);
    say("others untouched %d", iat[1] == untouched[1] && iat[2] == untouched[2]);
    say("missing, hooked: %x", (unsigned)(ULONG_PTR)resolve(&__ImageBase, &descriptor, dll_hook, system_hook, &iat[1], 0));
    say("missing ordinal, hooked: %x", (unsigned)(ULONG_PTR)resolve(&__ImageBase, &descriptor, dll_hook, system_hook, &iat[2], 0));
    describe("KERNEL32.dll");
    say("missing, system: %x", (unsigned)(ULONG_PTR)resolve(&__ImageBase, &descriptor, NULL, system_hook, &iat[1], 0));
    describe("windlass-none.dll");
    say("missing DLL, hooked: %x", (unsigned)(ULONG_PTR)resolve(&__ImageBase, &descriptor, dll_hook, system_hook, &iat[0], 0));
    describe("windlass-none.dll");
    say("missing DLL, system: %x", (unsigned)(ULONG_PTR)resolve(&__ImageBase, &descriptor, NULL, system_hook, &iat[0], 0));
    return 0;
}
