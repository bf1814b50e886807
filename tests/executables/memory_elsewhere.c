// Memory of another process: allocated, written, protected and freed there, before its program begins.
#include "process.h"

/* Reads what the parent has left at this address. */
static int child(const char *address)
{
    const char *text = (const char *)(ULONG_PTR)strtoull(address, NULL, 16);
    MEMORY_BASIC_INFORMATION information;
    VirtualQuery(text, &information, sizeof information);
    say("  found %s, protection %lx", text, information.Protect);
    return 5;
}

int main(int count, char **arguments)
{
    begin();
    if (count > 1)
        return child(arguments[1]);
    char part[40];
    DWORD was = 0;
    SIZE_T done = 0;
    /* An address that is free in both. */
    void *place = VirtualAlloc(NULL, 0x20000, MEM_RESERVE, PAGE_READWRITE);
    VirtualFree(place, 0, MEM_RELEASE);
    sprintf(part, "%llx", (unsigned long long)(ULONG_PTR)place);
    PROCESS_INFORMATION process = start(part, CREATE_SUSPENDED);
    void *reserved = VirtualAllocEx(process.hProcess, place, 0x20000, MEM_RESERVE, PAGE_READWRITE);
    say("reserved %d", reserved == place);
    say("twice %d %lu", VirtualAllocEx(process.hProcess, place, 0x20000, MEM_RESERVE, PAGE_READWRITE) != NULL, GetLastError());
    say("committed %d", VirtualAllocEx(process.hProcess, place, 0x1000, MEM_COMMIT, PAGE_READWRITE) == place);
    BOOL written = WriteProcessMemory(process.hProcess, place, "a text", 7, &done);
    say("written %d %llu", written, (unsigned long long)done);
    BOOL protected = VirtualProtectEx(process.hProcess, place, 0x1000, PAGE_READONLY, &was);
    say("protected %d, was %lx", protected, was);
    void *other = VirtualAllocEx(process.hProcess, NULL, 0x1000, MEM_COMMIT | MEM_RESERVE, PAGE_READWRITE);
    say("anywhere %d, freed %d", other != NULL, VirtualFreeEx(process.hProcess, other, 0, MEM_RELEASE));
    MEMORY_BASIC_INFORMATION facts = {0};
    SIZE_T told = VirtualQueryEx(process.hProcess, (char *)place + 10, &facts, sizeof facts);
    say("queried %d, base %d, state %lx, protection %lx, type %lx", told == sizeof facts, facts.BaseAddress == place,
        facts.State, facts.Protect, facts.Type);
    say("behind the user's space %d %lu", (int)VirtualQueryEx(process.hProcess, (void *)-0x10000ll, &facts, sizeof facts),
        GetLastError());
    HANDLE weak = NULL;
    DuplicateHandle(GetCurrentProcess(), process.hProcess, GetCurrentProcess(), &weak, PROCESS_QUERY_INFORMATION, FALSE, 0);
    say("without the right %d %lu", VirtualAllocEx(weak, NULL, 1, MEM_RESERVE, PAGE_READWRITE) != NULL, GetLastError());
    ResumeThread(process.hThread);
    say("child %lu", finish(process));
    return 0;
}
