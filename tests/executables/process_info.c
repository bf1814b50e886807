// What processes tell of themselves and of others: snapshots, process status functions, NtQueryInformationProcess.
// Wine reports:   short 5 [proc]
// documented:   short 4 [proc]     (Microsoft, "GetModuleBaseNameA function")
// Wine reports:   32-bit ones 1 1
// documented:   32-bit ones 1 0     (Microsoft, "EnumProcessModulesEx function")
// Wine reports:   mapped other
// documented:   mapped native     (Microsoft, "GetMappedFileNameA function")
// Wine reports:   image 0 0
// documented:   image 0 1     (Microsoft, "NtQueryInformationProcess function")
// Wine reports:   handles 0 0
// documented:   handles 0 1     (Microsoft, "GetProcessHandleCount function")
// flags: -lpsapi -lntdll
#define PSAPI_VERSION 2
#include "process.h"
#include <psapi.h>
#include <tlhelp32.h>
#include <winternl.h>

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '\\');
    return slash ? slash + 1 : path;
}

static const char *native_kind(const char *path)
{
    return !strncmp(path, "\\Device\\", 8) && !strcmp(base_name(path), "process_info.exe") ? "native" : "other";
}

static void processes(DWORD child)
{
    HANDLE snapshot = CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS | TH32CS_SNAPTHREAD, 0);
    PROCESSENTRY32 entry = {.dwSize = sizeof entry};
    THREADENTRY32 thread = {.dwSize = sizeof thread};
    DWORD ids[4096], size, found = 0, own = 0, of_child = 0;
    say("snapshot %d", snapshot != INVALID_HANDLE_VALUE);
    for (BOOL more = Process32First(snapshot, &entry); more; more = Process32Next(snapshot, &entry))
        if (entry.th32ProcessID == child)
            say("  child %s, its parent %d, threads %d", entry.szExeFile,
                entry.th32ParentProcessID == GetCurrentProcessId(), entry.cntThreads > 0);
        else if (entry.th32ProcessID == GetCurrentProcessId())
            say("  self %s", entry.szExeFile);
    say("  end %lu", GetLastError());
    for (BOOL more = Thread32First(snapshot, &thread); more; more = Thread32Next(snapshot, &thread)) {
        own |= thread.th32ThreadID == GetCurrentThreadId() && thread.th32OwnerProcessID == GetCurrentProcessId();
        of_child |= thread.th32OwnerProcessID == child;
    }
    say("  threads %lu %lu", own, of_child);
    entry.dwSize = 10;
    say("  small entry %d", Process32First(snapshot, &entry));
    say("  no modules in it %d error %lu", Module32First(snapshot, &(MODULEENTRY32){.dwSize = sizeof(MODULEENTRY32)}),
        GetLastError());
    CloseHandle(snapshot);
    say("enumerate %d", EnumProcesses(ids, sizeof ids, &size));
    for (DWORD i = 0; i < size / sizeof *ids; i++)
        found += ids[i] == child || ids[i] == GetCurrentProcessId();
    say("  found %lu", found);
    say("  room for one %d %lu", EnumProcesses(ids, sizeof *ids, &size), size);
}

static void modules(const char *what, HANDLE process, DWORD id)
{
    HMODULE handles[100];
    MODULEINFO information;
    DWORD size;
    char text[MAX_PATH];
    say("modules of %s:", what);
    HANDLE snapshot = CreateToolhelp32Snapshot(TH32CS_SNAPMODULE, id);
    MODULEENTRY32 entry = {.dwSize = sizeof entry};
    say("  first %d %s", Module32First(snapshot, &entry), entry.szModule);
    say("  its path ends in %s, base is handle %d", base_name(entry.szExePath), (HMODULE)entry.modBaseAddr == entry.hModule);
    BOOL kernel = FALSE;
    while (Module32Next(snapshot, &entry))
        kernel |= !_stricmp(entry.szModule, "kernel32.dll");
    say("  kernel32 %d end %lu", kernel, GetLastError());
    CloseHandle(snapshot);
    say("  enumerate %d", EnumProcessModules(process, handles, sizeof handles, &size));
    say("  the first is the program %d", size > 16 && (process != GetCurrentProcess() || handles[0] == GetModuleHandleA(NULL)));
    say("  name %lu %s", GetModuleBaseNameA(process, handles[0], text, sizeof text), text);
    say("  path %s", GetModuleFileNameExA(process, NULL, text, sizeof text) ? base_name(text) : "none");
    say("  information %d, base %d", GetModuleInformation(process, handles[0], &information, sizeof information),
        information.lpBaseOfDll == handles[0] && information.SizeOfImage > 0x1000);
    say("  no such module %lu error %lu", GetModuleBaseNameA(process, (HMODULE)0x123450000, text, sizeof text), GetLastError());
    say("  short %lu [%.4s]", GetModuleBaseNameA(process, handles[0], text, 5), text);
    say("  32-bit ones %d %d", EnumProcessModulesEx(process, handles, sizeof handles, &size, LIST_MODULES_32BIT), size > 0);
    say("  native name %s", GetProcessImageFileNameA(process, text, sizeof text) ? native_kind(text) : "none");
    size = sizeof text;
    say("  full name %d %s", QueryFullProcessImageNameA(process, 0, text, &size), base_name(text));
    say("  too short %d error %lu", QueryFullProcessImageNameA(process, 0, text, &(DWORD){3}), GetLastError());
}

static void memory(HANDLE process)
{
    PROCESS_MEMORY_COUNTERS_EX counters = {0};
    PERFORMANCE_INFORMATION performance;
    PSAPI_WORKING_SET_EX_INFORMATION page = {.VirtualAddress = &counters};
    char text[MAX_PATH];
    say("memory %d %d", GetProcessMemoryInfo(process, (PROCESS_MEMORY_COUNTERS *)&counters, sizeof counters),
        counters.WorkingSetSize > 0 && counters.PeakWorkingSetSize >= counters.WorkingSetSize);
    say("  small %d error %lu", GetProcessMemoryInfo(process, (PROCESS_MEMORY_COUNTERS *)&counters, 10), GetLastError());
    say("  performance %d %d", GetPerformanceInfo(&performance, sizeof performance),
        performance.PageSize == 4096 && performance.PhysicalTotal > performance.PhysicalAvailable &&
            performance.ProcessCount > 1);
    say("  page %d valid %d", QueryWorkingSetEx(GetCurrentProcess(), &page, sizeof page), (int)page.VirtualAttributes.Valid);
    say("  mapped %s", GetMappedFileNameA(GetCurrentProcess(), GetModuleHandleA(NULL), text, sizeof text)
                           ? native_kind(text) : "none");
}

static void native(HANDLE process, DWORD id)
{
    PROCESS_BASIC_INFORMATION basic;
    ULONG_PTR number = 1;
    ULONG size = 0, count = 0;
    struct { UNICODE_STRING text; WCHAR room[MAX_PATH]; } name;
    say("basic %lx size %lu", NtQueryInformationProcess(process, ProcessBasicInformation, &basic, sizeof basic, &size), size);
    say("  id %d, exit status %lx, peb %d", basic.UniqueProcessId == id, *(ULONG *)&basic,
        process != GetCurrentProcess() || basic.PebBaseAddress == NtCurrentTeb()->ProcessEnvironmentBlock);
    say("  bad length %lx", NtQueryInformationProcess(process, ProcessBasicInformation, &basic, 5, &size));
    say("  debug port %lx %lu", NtQueryInformationProcess(process, ProcessDebugPort, &number, sizeof number, NULL), (ULONG)number);
    number = 1;
    say("  wow64 %lx %lu", NtQueryInformationProcess(process, ProcessWow64Information, &number, sizeof number, NULL), (ULONG)number);
    say("  debug object %lx", NtQueryInformationProcess(process, 30, &number, sizeof number, NULL));
    say("  image %lx %d", NtQueryInformationProcess(process, ProcessImageFileName, &name, sizeof name, NULL),
        name.text.Length > 16 && !wcsncmp(name.text.Buffer, L"\\Device\\", 8));
    say("  unknown %lx", NtQueryInformationProcess(process, 9999, &number, sizeof number, NULL));
    say("  bad handle %lx", NtQueryInformationProcess((HANDLE)0x12340, ProcessBasicInformation, &basic, sizeof basic, NULL));
    if (process == GetCurrentProcess())
        say("  handles %lx %d", NtQueryInformationProcess(process, 20, &count, sizeof count, NULL), count > 0);
}

static void system_facts(DWORD child)
{
    BYTE basic[64];
    LONGLONG times[6];
    ULONG size = 0, needed = 0, found = 0;
    say("system: basic %lx size %lu", NtQuerySystemInformation(SystemBasicInformation, basic, sizeof basic, &size), size);
    say("  page size %lu", *(ULONG *)(basic + 8));
    say("  time of day %lx, booted before %d",
        NtQuerySystemInformation(SystemTimeOfDayInformation, times, sizeof times, NULL), times[0] < times[1]);
    say("  unknown %lx", NtQuerySystemInformation(9999, basic, sizeof basic, NULL));
    say("  processes %lx", NtQuerySystemInformation(SystemProcessInformation, basic, sizeof basic, &needed));
    BYTE *list = malloc(needed += 100000);
    say("  again %lx", NtQuerySystemInformation(SystemProcessInformation, list, needed, &size));
    for (BYTE *at = list;; at += *(ULONG *)at) {
        SYSTEM_PROCESS_INFORMATION *process = (SYSTEM_PROCESS_INFORMATION *)at;
        if ((DWORD)(ULONG_PTR)process->UniqueProcessId == child)
            say("  child %.*ls", process->ImageName.Length / 2, process->ImageName.Buffer);
        found++;
        if (!process->NextEntryOffset)
            break;
    }
    say("  several %d", found > 1);
}

int main(int count, char **arguments)
{
    FILETIME times[4];
    (void)arguments;
    begin();
    HANDLE ready = CreateEventA(NULL, TRUE, FALSE, own("windlass test information"));
    if (count > 1) {
        SetEvent(ready);
        Sleep(60000);
    }
    PROCESS_INFORMATION process = start("wait", 0);
    WaitForSingleObject(ready, 30000);
    processes(process.dwProcessId);
    modules("this process", GetCurrentProcess(), 0);
    modules("the child", process.hProcess, process.dwProcessId);
    memory(process.hProcess);
    native(GetCurrentProcess(), GetCurrentProcessId());
    native(process.hProcess, process.dwProcessId);
    system_facts(process.dwProcessId);
    say("times %d", GetProcessTimes(process.hProcess, &times[0], &times[1], &times[2], &times[3]));
    say("  runs %d", times[0].dwHighDateTime != 0 && times[1].dwHighDateTime == 0);
    TerminateProcess(process.hProcess, 0);
    WaitForSingleObject(process.hProcess, 30000);
    GetProcessTimes(process.hProcess, &times[0], &times[1], &times[2], &times[3]);
    say("  has ended %d", CompareFileTime(&times[1], &times[0]) > 0);
    return 0;
}
