/* The process status functions ("Process Status API (PSAPI)"): psapi exports them under their names, kernel32 and
 * kernelbase with K32 before. */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "codepage.h"
#include "memory.h"
#include "nt.h"
#include "path.h"
#include "process_modules.h"

#define PROCESS_QUERY_LIMITED_INFORMATION 0x1000u
#define PROCESS_VM_READ 0x10u
#define ERROR_UNEXP_NET_ERROR 59u

#define PSAPI(name_) API_ALIAS(api_K32##name_, psapi, psapi, #name_)

/* Copies as much as fits, with its zero; the units copied, or 0 with the last error. */
static DWORD put_wide(const WCHAR *text, WCHAR *buffer, DWORD size) {
    size_t length = wide_length(text);
    if (!size)
        return (DWORD)fail(ERROR_INSUFFICIENT_BUFFER);
    if (length >= size) {
        set_last_error(ERROR_INSUFFICIENT_BUFFER);
        length = size - 1;
    }
    memcpy(buffer, text, length * sizeof *text);
    buffer[length] = 0;
    return (DWORD)length;
}

static DWORD put_ansi(const WCHAR *text, char *buffer, DWORD size) {
    char *ansi = path_ansi_from_wide(text);
    size_t length = ansi ? strlen(ansi) : 0;
    if (!ansi || !size) {
        free(ansi);
        return (DWORD)fail(ERROR_INSUFFICIENT_BUFFER);
    }
    if (length >= size) {
        set_last_error(ERROR_INSUFFICIENT_BUFFER);
        length = size - 1;
    }
    memcpy(buffer, ansi, length);
    buffer[length] = 0;
    free(ansi);
    return (DWORD)length;
}

static struct process_object *process_or_fail(HANDLE handle, ACCESS_MASK access) {
    return (struct process_object *)handle_object_or_fail(handle, &process_type, access);
}

/* ---- processes ---- */

struct id_list {
    DWORD *ids;
    DWORD capacity, count;
};

static bool add_id(pid_t id, void *context) {
    struct id_list *list = context;
    if (list->count < list->capacity)
        list->ids[list->count++] = (DWORD)id;
    return list->count < list->capacity;
}

API(kernel32 kernelbase, BOOL, K32EnumProcesses, DWORD *lpidProcess, DWORD cb, LPDWORD lpcbNeeded) {
    struct id_list list = {lpidProcess, cb / (DWORD)sizeof *lpidProcess, 0};
    if (list.capacity)
        host_process_each(add_id, &list);
    *lpcbNeeded = list.count * (DWORD)sizeof *lpidProcess;
    return TRUE;
}
PSAPI(EnumProcesses);

/* There are no drivers that Windows code could name. */
API(kernel32 kernelbase, BOOL, K32EnumDeviceDrivers, LPVOID *lpImageBase, DWORD cb, LPDWORD lpcbNeeded) {
    (void)lpImageBase, (void)cb;
    *lpcbNeeded = 0;
    return TRUE;
}
PSAPI(EnumDeviceDrivers);

static WCHAR *native_image(HANDLE handle) {
    size_t length;
    struct process_object *process = process_or_fail(handle, PROCESS_QUERY_LIMITED_INFORMATION);
    if (!process)
        return NULL;
    WCHAR *path = process_image(process, true, &length);
    object_release(&process->object);
    if (!path)
        set_last_error(ERROR_ACCESS_DENIED);
    return path;
}

API(kernel32 kernelbase, DWORD, K32GetProcessImageFileNameW, HANDLE hProcess, LPWSTR lpImageFileName, DWORD nSize) {
    WCHAR *path = native_image(hProcess);
    bool fits = path && wide_length(path) < nSize;
    DWORD length = !path ? 0 : fits ? put_wide(path, lpImageFileName, nSize) : (DWORD)fail(ERROR_INSUFFICIENT_BUFFER);
    free(path);
    return length;
}
PSAPI(GetProcessImageFileNameW);

API(kernel32 kernelbase, DWORD, K32GetProcessImageFileNameA, HANDLE hProcess, LPSTR lpImageFileName, DWORD nSize) {
    WCHAR *path = native_image(hProcess);
    bool fits = path && wide_length(path) < nSize;
    DWORD length = !path ? 0 : fits ? put_ansi(path, lpImageFileName, nSize) : (DWORD)fail(ERROR_INSUFFICIENT_BUFFER);
    free(path);
    return length;
}
PSAPI(GetProcessImageFileNameA);

/* ---- modules ---- */

static bool read_modules(HANDLE handle, struct module_list *list) {
    struct process_object *process = process_or_fail(handle, PROCESS_VM_READ);
    if (!process)
        return false;
    NTSTATUS status = process_modules_read(process, list);
    object_release(&process->object);
    return succeed_or_fail(status);
}

enum { LIST_MODULES_DEFAULT, LIST_MODULES_32BIT, LIST_MODULES_64BIT, LIST_MODULES_ALL };

API(kernel32 kernelbase, BOOL, K32EnumProcessModulesEx, HANDLE hProcess, HMODULE *lphModule, DWORD cb, LPDWORD lpcbNeeded,
    DWORD dwFilterFlag) {
    struct module_list list;
    if (dwFilterFlag > LIST_MODULES_ALL)
        return fail(ERROR_INVALID_PARAMETER);
    if (!read_modules(hProcess, &list))
        return FALSE;
    DWORD count = dwFilterFlag == LIST_MODULES_32BIT ? 0 : (DWORD)list.count;
    for (DWORD i = 0; i < count && i < cb / sizeof *lphModule; i++)
        lphModule[i] = (HMODULE)list.modules[i].base;
    process_modules_free(&list);
    *lpcbNeeded = count * (DWORD)sizeof *lphModule;
    return TRUE;
}
PSAPI(EnumProcessModulesEx);

API(kernel32 kernelbase, BOOL, K32EnumProcessModules, HANDLE hProcess, HMODULE *lphModule, DWORD cb, LPDWORD lpcbNeeded) {
    return api_K32EnumProcessModulesEx(hProcess, lphModule, cb, lpcbNeeded, LIST_MODULES_DEFAULT);
}
PSAPI(EnumProcessModules);

/* The module with this base, NULL: the program. Calls use(module, context); its result, or 0 with the last error. */
static DWORD with_module(HANDLE process, HMODULE handle, DWORD (*use)(const struct module_copy *, void *), void *context) {
    struct module_list list;
    if (!read_modules(process, &list))
        return 0;
    size_t i = 0;
    while (handle && i < list.count && list.modules[i].base != (uintptr_t)handle)
        i++;
    DWORD result = i < list.count ? use(&list.modules[i], context) : (DWORD)fail(ERROR_INVALID_HANDLE);
    process_modules_free(&list);
    return result;
}

typedef struct { LPVOID lpBaseOfDll; DWORD SizeOfImage; LPVOID EntryPoint; } MODULEINFO;

static DWORD put_information(const struct module_copy *module, void *context) {
    *(MODULEINFO *)context = (MODULEINFO){(LPVOID)module->base, module->size, (LPVOID)module->entry_point};
    return TRUE;
}

API(kernel32 kernelbase, BOOL, K32GetModuleInformation, HANDLE hProcess, HMODULE hModule, MODULEINFO *lpmodinfo, DWORD cb) {
    if (cb < sizeof *lpmodinfo)
        return fail(ERROR_INSUFFICIENT_BUFFER);
    return (BOOL)with_module(hProcess, hModule, put_information, lpmodinfo);
}
PSAPI(GetModuleInformation);

struct text_buffer {
    void *buffer;
    DWORD size;
};

static DWORD put_name_wide(const struct module_copy *module, void *context) {
    const struct text_buffer *to = context;
    return put_wide(module->name, to->buffer, to->size);
}

static DWORD put_name_ansi(const struct module_copy *module, void *context) {
    const struct text_buffer *to = context;
    return put_ansi(module->name, to->buffer, to->size);
}

static DWORD put_path_wide(const struct module_copy *module, void *context) {
    const struct text_buffer *to = context;
    return put_wide(module->path, to->buffer, to->size);
}

static DWORD put_path_ansi(const struct module_copy *module, void *context) {
    const struct text_buffer *to = context;
    return put_ansi(module->path, to->buffer, to->size);
}

API(kernel32 kernelbase, DWORD, K32GetModuleBaseNameW, HANDLE hProcess, HMODULE hModule, LPWSTR lpBaseName, DWORD nSize) {
    return with_module(hProcess, hModule, put_name_wide, &(struct text_buffer){lpBaseName, nSize});
}
PSAPI(GetModuleBaseNameW);

API(kernel32 kernelbase, DWORD, K32GetModuleBaseNameA, HANDLE hProcess, HMODULE hModule, LPSTR lpBaseName, DWORD nSize) {
    return with_module(hProcess, hModule, put_name_ansi, &(struct text_buffer){lpBaseName, nSize});
}
PSAPI(GetModuleBaseNameA);

API(kernel32 kernelbase, DWORD, K32GetModuleFileNameExW, HANDLE hProcess, HMODULE hModule, LPWSTR lpFilename, DWORD nSize) {
    return with_module(hProcess, hModule, put_path_wide, &(struct text_buffer){lpFilename, nSize});
}
PSAPI(GetModuleFileNameExW);

API(kernel32 kernelbase, DWORD, K32GetModuleFileNameExA, HANDLE hProcess, HMODULE hModule, LPSTR lpFilename, DWORD nSize) {
    return with_module(hProcess, hModule, put_path_ansi, &(struct text_buffer){lpFilename, nSize});
}
PSAPI(GetModuleFileNameExA);

/* ---- memory ---- */

/* PROCESS_MEMORY_COUNTERS_EX; the first 72 bytes are PROCESS_MEMORY_COUNTERS. */
typedef struct {
    DWORD cb, PageFaultCount;
    SIZE_T PeakWorkingSetSize, WorkingSetSize, QuotaPeakPagedPoolUsage, QuotaPagedPoolUsage, QuotaPeakNonPagedPoolUsage,
        QuotaNonPagedPoolUsage, PagefileUsage, PeakPagefileUsage, PrivateUsage;
} PROCESS_MEMORY_COUNTERS_EX;
_Static_assert(sizeof(PROCESS_MEMORY_COUNTERS_EX) == 80, "PROCESS_MEMORY_COUNTERS_EX");

API(kernel32 kernelbase, BOOL, K32GetProcessMemoryInfo, HANDLE Process, PROCESS_MEMORY_COUNTERS_EX *ppsmemCounters,
    DWORD cb) {
    enum { WITHOUT_PRIVATE_USAGE = offsetof(PROCESS_MEMORY_COUNTERS_EX, PrivateUsage) };
    struct host_memory memory;
    struct host_process facts;
    if (cb < WITHOUT_PRIVATE_USAGE)
        return fail(ERROR_INSUFFICIENT_BUFFER);
    struct process_object *process = process_or_fail(Process, PROCESS_QUERY_LIMITED_INFORMATION);
    if (!process)
        return FALSE;
    pid_t id = process_id(process);
    object_release(&process->object);
    if (!host_memory_read(id, &memory) || !host_process_read(id, &facts))
        return fail(ERROR_ACCESS_DENIED);
    const PROCESS_MEMORY_COUNTERS_EX counters = {
        .cb = cb, .PageFaultCount = (DWORD)facts.page_faults, .PeakWorkingSetSize = memory.peak_resident,
        .WorkingSetSize = memory.resident, .PagefileUsage = memory.private_bytes,
        .PeakPagefileUsage = memory.private_bytes, .PrivateUsage = memory.private_bytes};
    memcpy(ppsmemCounters, &counters, cb >= sizeof counters ? sizeof counters : WITHOUT_PRIVATE_USAGE);
    return TRUE;
}
PSAPI(GetProcessMemoryInfo);

typedef struct {
    DWORD cb;
    SIZE_T CommitTotal, CommitLimit, CommitPeak, PhysicalTotal, PhysicalAvailable, SystemCache, KernelTotal, KernelPaged,
        KernelNonpaged, PageSize;
    DWORD HandleCount, ProcessCount, ThreadCount;
} PERFORMANCE_INFORMATION;
_Static_assert(sizeof(PERFORMANCE_INFORMATION) == 104, "PERFORMANCE_INFORMATION");

static bool count_process(pid_t id, void *context) {
    DWORD *counts = context;
    struct host_process facts;
    if (host_process_read(id, &facts)) {
        counts[0]++;
        counts[1] += facts.threads;
    }
    return true;
}

/* Sizes are in pages. The host tells no number of handles: this process's are counted. */
API(kernel32 kernelbase, BOOL, K32GetPerformanceInfo, PERFORMANCE_INFORMATION *pPerformanceInformation, DWORD cb) {
    struct host_system_memory memory;
    DWORD counts[2] = {0, 0};
    if (cb < sizeof *pPerformanceInformation)
        return fail(ERROR_BAD_LENGTH);
    if (!host_system_memory_read(&memory))
        return fail(ERROR_NOT_SUPPORTED);
    host_process_each(count_process, counts);
    *pPerformanceInformation = (PERFORMANCE_INFORMATION){
        .cb = sizeof *pPerformanceInformation, .CommitTotal = memory.committed / PAGE_SIZE,
        .CommitLimit = memory.commit_limit / PAGE_SIZE, .CommitPeak = memory.committed / PAGE_SIZE,
        .PhysicalTotal = memory.total / PAGE_SIZE, .PhysicalAvailable = memory.available / PAGE_SIZE,
        .SystemCache = memory.cached / PAGE_SIZE, .KernelTotal = memory.kernel / PAGE_SIZE,
        .KernelPaged = memory.kernel_reclaimable / PAGE_SIZE,
        .KernelNonpaged = (memory.kernel - memory.kernel_reclaimable) / PAGE_SIZE, .PageSize = PAGE_SIZE,
        .HandleCount = handle_count(), .ProcessCount = counts[0], .ThreadCount = counts[1]};
    return TRUE;
}
PSAPI(GetPerformanceInfo);

/* ---- working sets ---- */

/* PSAPI_WORKING_SET_EX_BLOCK: valid, share count (3 bits), protection (11 bits), shared, node, locked ... */
typedef struct { PVOID VirtualAddress; ULONG_PTR VirtualAttributes; } PSAPI_WORKING_SET_EX_INFORMATION;

#define PAGEMAP_PRESENT (1ull << 63)
#define PAGEMAP_OF_FILE (1ull << 61)

/* The bits of one page that the working set has; 0: it does not have it. */
static ULONG_PTR page_attributes(int pagemap, uintptr_t address) {
    uint64_t entry = 0;
    MEMORY_BASIC_INFORMATION facts;
    if (pread(pagemap, &entry, sizeof entry, (off_t)(address / PAGE_SIZE * sizeof entry)) != sizeof entry ||
        !(entry & PAGEMAP_PRESENT))
        return 0;
    ULONG_PTR protection = memory_query(address, &facts) ? facts.Protect & 0x7ff : 0;
    bool shared = entry & PAGEMAP_OF_FILE;
    return 1 | (ULONG_PTR)shared << 1 | protection << 4 | (ULONG_PTR)shared << 15;
}

API(kernel32 kernelbase, BOOL, K32QueryWorkingSetEx, HANDLE hProcess, PSAPI_WORKING_SET_EX_INFORMATION *pv, DWORD cb) {
    struct process_object *process = process_or_fail(hProcess, PROCESS_QUERY_LIMITED_INFORMATION);
    if (!process)
        return FALSE;
    bool is_own = !process->id;
    object_release(&process->object);
    if (!is_own)                                     /* the protection of another's pages is not known here */
        return fail(ERROR_NOT_SUPPORTED);
    if (cb < sizeof *pv || cb % sizeof *pv)
        return fail(ERROR_BAD_LENGTH);
    int pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
    if (pagemap < 0)
        return fail(ERROR_NOT_SUPPORTED);
    for (DWORD i = 0; i < cb / sizeof *pv; i++)
        pv[i].VirtualAttributes = page_attributes(pagemap, (uintptr_t)pv[i].VirtualAddress);
    close(pagemap);
    return TRUE;
}
PSAPI(QueryWorkingSetEx);

/* PSAPI_WORKING_SET_INFORMATION: blocks of protection (5 bits), share count (3), shared, and from bit 12 the page. */
typedef struct { ULONG_PTR NumberOfEntries, WorkingSetInfo[]; } PSAPI_WORKING_SET_INFORMATION;

static void add_range(int pagemap, uintptr_t begin, uintptr_t end, PSAPI_WORKING_SET_INFORMATION *set, size_t capacity) {
    for (uintptr_t page = begin; page < end && page < USER_SPACE_END; page += PAGE_SIZE) {
        ULONG_PTR facts = page_attributes(pagemap, page);
        if (facts && set->NumberOfEntries++ < capacity)
            set->WorkingSetInfo[set->NumberOfEntries - 1] = page | (facts >> 15 & 1) << 8 | (facts >> 4 & 0x1f);
    }
}

API(kernel32 kernelbase, BOOL, K32QueryWorkingSet, HANDLE hProcess, PSAPI_WORKING_SET_INFORMATION *pv, DWORD cb) {
    struct process_object *process = process_or_fail(hProcess, PROCESS_QUERY_LIMITED_INFORMATION);
    unsigned long long begin, end;
    char line[4200];
    if (!process)
        return FALSE;
    bool is_own = !process->id;
    object_release(&process->object);
    if (!is_own)
        return fail(ERROR_NOT_SUPPORTED);
    if (cb < sizeof *pv)
        return fail(ERROR_BAD_LENGTH);
    size_t capacity = cb / sizeof(ULONG_PTR) - 1;
    int pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
    FILE *maps = fopen("/proc/self/maps", "re");
    pv->NumberOfEntries = 0;
    while (maps && pagemap >= 0 && fgets(line, sizeof line, maps))
        if (sscanf(line, "%llx-%llx", &begin, &end) == 2)
            add_range(pagemap, begin, end, pv, capacity);
    if (maps)
        fclose(maps);
    if (pagemap >= 0)
        close(pagemap);
    return pv->NumberOfEntries <= capacity ? TRUE : fail(ERROR_BAD_LENGTH);
}
PSAPI(QueryWorkingSet);

/* ---- mapped files ---- */

/* The host path of the file that is mapped at an address of a process; false: none is. */
static bool mapped_file(pid_t process, uintptr_t address, char path[HOST_PATH_SIZE]) {
    char name[40], line[4300];
    unsigned long long begin, end;
    int at = 0;
    bool found = false;
    snprintf(name, sizeof name, "/proc/%d/maps", (int)process);
    FILE *maps = fopen(name, "re");
    while (maps && !found && fgets(line, sizeof line, maps))
        found = sscanf(line, "%llx-%llx %*s %*s %*s %*s %n", &begin, &end, &at) == 2 && address >= begin && address < end;
    if (maps)
        fclose(maps);
    line[found ? strcspn(line, "\n") : 0] = 0;
    if (!found || line[at] != '/')
        return false;
    snprintf(path, HOST_PATH_SIZE, "%s", line + at);
    return true;
}

static DWORD module_path(const struct module_copy *module, void *context) {
    *(WCHAR **)context = path_native(module->path, &(size_t){0});
    return TRUE;
}

/* The native name of what is mapped at an address: a module, whatever file of the host's it was laid out in, or a file. */
static WCHAR *mapped_name(HANDLE handle, uintptr_t address) {
    char host[HOST_PATH_SIZE];
    size_t length;
    WCHAR *native = NULL;
    struct process_object *process = process_or_fail(handle, PROCESS_QUERY_LIMITED_INFORMATION);
    if (!process)
        return NULL;
    bool is_own = !process->id, is_mapped = mapped_file(process_id(process), address, host);
    object_release(&process->object);
    LDR_DATA_TABLE_ENTRY *module = is_own ? module_from_address((const void *)address) : NULL;
    if (module) {
        with_module(handle, module->DllBase, module_path, &native);
    } else if (is_mapped) {
        WCHAR *path = path_to_windows(host, &length);
        native = path ? path_native(path, &length) : NULL;
        free(path);
    }
    if (!native)
        set_last_error(ERROR_UNEXP_NET_ERROR);         /* as Windows says of memory that no file is behind */
    return native;
}

API(kernel32 kernelbase, DWORD, K32GetMappedFileNameW, HANDLE hProcess, LPVOID lpv, LPWSTR lpFilename, DWORD nSize) {
    WCHAR *name = mapped_name(hProcess, (uintptr_t)lpv);
    DWORD length = name ? put_wide(name, lpFilename, nSize) : 0;
    free(name);
    return length;
}
PSAPI(GetMappedFileNameW);

API(kernel32 kernelbase, DWORD, K32GetMappedFileNameA, HANDLE hProcess, LPVOID lpv, LPSTR lpFilename, DWORD nSize) {
    WCHAR *name = mapped_name(hProcess, (uintptr_t)lpv);
    DWORD length = name ? put_ansi(name, lpFilename, nSize) : 0;
    free(name);
    return length;
}
PSAPI(GetMappedFileNameA);
