/* Processors: what they can do and how many there are ("IsProcessorFeaturePresent function", "SYSTEM_INFO"). */
#include <cpuid.h>
#include <sched.h>
#include <stdio.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "api.h"
#include "clock.h"
#include "extended_state.h"
#include "handle.h"

/* ---- features ---- */

enum {
    PF_COMPARE_EXCHANGE_DOUBLE = 2, PF_MMX_INSTRUCTIONS_AVAILABLE = 3, PF_XMMI_INSTRUCTIONS_AVAILABLE = 6,
    PF_3DNOW_INSTRUCTIONS_AVAILABLE = 7, PF_RDTSC_INSTRUCTION_AVAILABLE = 8, PF_PAE_ENABLED = 9,
    PF_XMMI64_INSTRUCTIONS_AVAILABLE = 10, PF_NX_ENABLED = 12, PF_SSE3_INSTRUCTIONS_AVAILABLE = 13,
    PF_COMPARE_EXCHANGE128 = 14, PF_XSAVE_ENABLED = 17, PF_RDWRFSGSBASE_AVAILABLE = 22, PF_FASTFAIL_AVAILABLE = 23,
    PF_RDRAND_INSTRUCTION_AVAILABLE = 28, PF_RDTSCP_INSTRUCTION_AVAILABLE = 32, PF_RDPID_INSTRUCTION_AVAILABLE = 33,
    PF_SSSE3_INSTRUCTIONS_AVAILABLE = 36, PF_SSE4_1_INSTRUCTIONS_AVAILABLE = 37, PF_SSE4_2_INSTRUCTIONS_AVAILABLE = 38,
    PF_AVX_INSTRUCTIONS_AVAILABLE = 39, PF_AVX2_INSTRUCTIONS_AVAILABLE = 40, PF_AVX512F_INSTRUCTIONS_AVAILABLE = 41,
    PF_ERMS_AVAILABLE = 42, PF_BMI2_INSTRUCTIONS_AVAILABLE = 60,
    PF_COUNT = 64,
};

struct cpuid { unsigned eax, ebx, ecx, edx; };

static struct cpuid cpuid(unsigned leaf) {
    struct cpuid found = {0, 0, 0, 0};
    __get_cpuid_count(leaf, 0, &found.eax, &found.ebx, &found.ecx, &found.edx);
    return found;
}

static bool bit(unsigned word, int number) { return word >> number & 1; }

static ULONGLONG find_features(void) {
    struct cpuid one = cpuid(1), seven = cpuid(7), extended = cpuid(0x80000001u);
    bool xsave = bit(one.ecx, 27);
    DWORD64 states = extended_features_enabled();    /* AVX needs bits 1 and 2, AVX-512 5 to 7 as well */
    bool avx = (states & 6) == 6, avx512 = (states & 0xe6) == 0xe6;
    ULONGLONG features = 0;
    const struct { int feature; bool present; } table[] = {
        {PF_COMPARE_EXCHANGE_DOUBLE, bit(one.edx, 8)},
        {PF_MMX_INSTRUCTIONS_AVAILABLE, bit(one.edx, 23)},
        {PF_XMMI_INSTRUCTIONS_AVAILABLE, bit(one.edx, 25)},
        {PF_3DNOW_INSTRUCTIONS_AVAILABLE, bit(extended.edx, 31)},
        {PF_RDTSC_INSTRUCTION_AVAILABLE, bit(one.edx, 4)},
        {PF_PAE_ENABLED, true},
        {PF_XMMI64_INSTRUCTIONS_AVAILABLE, bit(one.edx, 26)},
        {PF_NX_ENABLED, true},
        {PF_SSE3_INSTRUCTIONS_AVAILABLE, bit(one.ecx, 0)},
        {PF_COMPARE_EXCHANGE128, bit(one.ecx, 13)},
        {PF_XSAVE_ENABLED, xsave},
        {PF_RDWRFSGSBASE_AVAILABLE, bit(seven.ebx, 0)},
        {PF_FASTFAIL_AVAILABLE, true},
        {PF_RDRAND_INSTRUCTION_AVAILABLE, bit(one.ecx, 30)},
        {PF_RDTSCP_INSTRUCTION_AVAILABLE, bit(extended.edx, 27)},
        {PF_RDPID_INSTRUCTION_AVAILABLE, bit(seven.ecx, 22)},
        {PF_SSSE3_INSTRUCTIONS_AVAILABLE, bit(one.ecx, 9)},
        {PF_SSE4_1_INSTRUCTIONS_AVAILABLE, bit(one.ecx, 19)},
        {PF_SSE4_2_INSTRUCTIONS_AVAILABLE, bit(one.ecx, 20)},
        {PF_AVX_INSTRUCTIONS_AVAILABLE, avx && bit(one.ecx, 28)},
        {PF_AVX2_INSTRUCTIONS_AVAILABLE, avx && bit(seven.ebx, 5)},
        {PF_AVX512F_INSTRUCTIONS_AVAILABLE, avx512 && bit(seven.ebx, 16)},
        {PF_ERMS_AVAILABLE, bit(seven.ebx, 9)},
        {PF_BMI2_INSTRUCTIONS_AVAILABLE, bit(seven.ebx, 8)},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (table[i].present)
            features |= 1ull << table[i].feature;
    return features;
}

API(kernel32 kernelbase, BOOL, IsProcessorFeaturePresent, DWORD ProcessorFeature) {
    static ULONGLONG features;                       /* the answer never changes: threads may find it at once */
    ULONGLONG found = __atomic_load_n(&features, __ATOMIC_RELAXED);
    if (!found)
        __atomic_store_n(&features, found = find_features(), __ATOMIC_RELAXED);
    return ProcessorFeature < PF_COUNT && found >> ProcessorFeature & 1;
}
API_ALIAS(api_IsProcessorFeaturePresent, rtl, ntdll, "RtlIsProcessorFeaturePresent");

/* ---- numbers ---- */

typedef struct {
    WORD wProcessorArchitecture, wReserved;
    DWORD dwPageSize;
    LPVOID lpMinimumApplicationAddress, lpMaximumApplicationAddress;
    DWORD_PTR dwActiveProcessorMask;
    DWORD dwNumberOfProcessors, dwProcessorType, dwAllocationGranularity;
    WORD wProcessorLevel, wProcessorRevision;
} SYSTEM_INFO;

static unsigned field(unsigned word, int low, int bits) { return word >> low & ((1u << bits) - 1); }

API(kernel32 kernelbase, void, GetSystemInfo, SYSTEM_INFO *lpSystemInfo) {
    unsigned signature = cpuid(1).eax;
    unsigned family = field(signature, 8, 4), model = field(signature, 4, 4) | field(signature, 16, 4) << 4;
    if (family == 15)
        family += field(signature, 20, 8);
    *lpSystemInfo = (SYSTEM_INFO){
        .wProcessorArchitecture = 9,                 /* PROCESSOR_ARCHITECTURE_AMD64 */
        .dwPageSize = PAGE_SIZE,
        .lpMinimumApplicationAddress = (LPVOID)0x10000,
        .lpMaximumApplicationAddress = (LPVOID)0x7ffffffeffff,
        .dwActiveProcessorMask = processor_mask(),
        .dwNumberOfProcessors = processor_count(),
        .dwProcessorType = 8664,                     /* PROCESSOR_AMD_X8664 */
        .dwAllocationGranularity = 0x10000,
        .wProcessorLevel = (WORD)family,
        .wProcessorRevision = (WORD)(model << 8 | field(signature, 0, 4)),
    };
}
API_ALIAS(api_GetSystemInfo, native, kernel32 kernelbase, "GetNativeSystemInfo");

API(kernel32 kernelbase, DWORD, GetActiveProcessorCount, WORD GroupNumber) {
    if (GroupNumber != 0 && GroupNumber != 0xffff) { /* ALL_PROCESSOR_GROUPS */
        set_last_error(ERROR_INVALID_PARAMETER);
        return 0;
    }
    return processor_count();
}
API_ALIAS(api_GetActiveProcessorCount, maximum, kernel32 kernelbase, "GetMaximumProcessorCount");

API(kernel32 kernelbase, WORD, GetActiveProcessorGroupCount, void) { return 1; }
API_ALIAS(api_GetActiveProcessorGroupCount, maximum, kernel32 kernelbase, "GetMaximumProcessorGroupCount");

API(kernel32 kernelbase, DWORD, GetCurrentProcessorNumber, void) {
    int number = sched_getcpu();
    return number < 0 ? 0 : (DWORD)number % MAX_PROCESSORS;
}
API_ALIAS(api_GetCurrentProcessorNumber, nt, ntdll, "NtGetCurrentProcessorNumber");
API_ALIAS(api_GetCurrentProcessorNumber, rtl, ntdll, "RtlGetCurrentProcessorNumber");

typedef struct { WORD Group; BYTE Number, Reserved; } PROCESSOR_NUMBER;

API(kernel32 kernelbase, void, GetCurrentProcessorNumberEx, PROCESSOR_NUMBER *ProcNumber) {
    *ProcNumber = (PROCESSOR_NUMBER){0, (BYTE)api_GetCurrentProcessorNumber(), 0};
}

/* The bits of the masks are the processors' own numbers here, as sched_setaffinity counts them. */
API(kernel32 kernelbase, BOOL, GetNumaHighestNodeNumber, PULONG HighestNodeNumber) {
    *HighestNodeNumber = 0;                          /* memory is shown as one node */
    return TRUE;
}

API(kernel32, BOOL, GetNumaProximityNode, ULONG ProximityId, UCHAR *NodeNumber) {
    *NodeNumber = 0;
    return ProximityId ? fail(ERROR_INVALID_PARAMETER) : TRUE;
}

API(kernel32 kernelbase, BOOL, GetNumaProximityNodeEx, ULONG ProximityId, USHORT *NodeNumber) {
    *NodeNumber = 0;
    return ProximityId ? fail(ERROR_INVALID_PARAMETER) : TRUE;
}

/* The node's free memory in bytes, which is the host's. */
API(kernel32, BOOL, GetNumaAvailableMemoryNodeEx, USHORT Node, ULONGLONG *AvailableBytes) {
    if (Node)
        return fail(ERROR_INVALID_PARAMETER);
    *AvailableBytes = (ULONGLONG)sysconf(_SC_AVPHYS_PAGES) * (ULONGLONG)sysconf(_SC_PAGESIZE);
    return TRUE;
}

API(kernel32, BOOL, GetNumaAvailableMemoryNode, UCHAR Node, ULONGLONG *AvailableBytes) {
    return api_GetNumaAvailableMemoryNodeEx(Node, AvailableBytes);
}

/* ---- topology ("GetLogicalProcessorInformationEx function"), from the host's /sys ---- */

enum { RelationProcessorCore, RelationNumaNode, RelationCache, RelationProcessorPackage, RelationGroup,
       RelationAll = 0xffff };
enum { MAX_CACHES = 4 * MAX_PROCESSORS, CACHE_UNIFIED = 0, CACHE_INSTRUCTION, CACHE_DATA };

struct cache {
    BYTE level, associativity;
    WORD line_size;
    DWORD size, type;
    ULONGLONG mask;
};

struct topology {
    DWORD count;
    DWORD cores, packages, caches;
    ULONGLONG core[MAX_PROCESSORS], package[MAX_PROCESSORS];
    struct cache cache[MAX_CACHES];
};

static bool read_sys(char *text, size_t size, const char *format, unsigned processor, unsigned index) {
    char path[160];
    snprintf(path, sizeof path, format, processor, index);
    FILE *file = fopen(path, "re");
    bool ok = file && fgets(text, (int)size, file);
    if (file)
        fclose(file);
    return ok;
}

/* "0-3,8" as bits of the processors that are shown. */
static ULONGLONG mask_from_list(const char *list, DWORD count) {
    ULONGLONG mask = 0;
    while (*list) {
        char *end;
        unsigned long first = strtoul(list, &end, 10), last = first;
        if (end == list)
            break;
        if (*end == '-')
            last = strtoul(end + 1, &end, 10);
        for (unsigned long i = first; i <= last && i < count; i++)
            mask |= 1ull << i;
        list = *end == ',' ? end + 1 : end;
        if (*list == '\n')
            break;
    }
    return mask;
}

static ULONGLONG sharing(const char *format, unsigned processor, unsigned index, DWORD count) {
    char text[256];
    ULONGLONG mask = read_sys(text, sizeof text, format, processor, index) ? mask_from_list(text, count) : 0;
    return mask | 1ull << processor;
}

static void add_mask(ULONGLONG *masks, DWORD *used, ULONGLONG mask) {
    for (DWORD i = 0; i < *used; i++)
        if (masks[i] & mask)
            return;
    masks[(*used)++] = mask;
}

static void add_cache(struct topology *found, unsigned processor, unsigned index) {
    static const char base[] = "/sys/devices/system/cpu/cpu%u/cache/index%u/";
    char format[96], text[64];
    struct cache cache = {.associativity = 0xff};
#define CACHE_FILE(name_) (snprintf(format, sizeof format, "%s%s", base, name_), format)
    if (!read_sys(text, sizeof text, CACHE_FILE("level"), processor, index))
        return;
    cache.level = (BYTE)atoi(text);
    if (read_sys(text, sizeof text, CACHE_FILE("type"), processor, index))
        cache.type = *text == 'D' ? CACHE_DATA : *text == 'I' ? CACHE_INSTRUCTION : CACHE_UNIFIED;
    if (read_sys(text, sizeof text, CACHE_FILE("size"), processor, index))
        cache.size = (DWORD)strtoul(text, NULL, 10) * (strchr(text, 'M') ? 1024 * 1024 : 1024);
    if (read_sys(text, sizeof text, CACHE_FILE("coherency_line_size"), processor, index))
        cache.line_size = (WORD)atoi(text);
    if (read_sys(text, sizeof text, CACHE_FILE("ways_of_associativity"), processor, index))
        cache.associativity = (BYTE)atoi(text);
    cache.mask = sharing(CACHE_FILE("shared_cpu_list"), processor, index, found->count);
#undef CACHE_FILE
    for (DWORD i = 0; i < found->caches; i++)
        if (found->cache[i].level == cache.level && found->cache[i].type == cache.type && found->cache[i].mask & cache.mask)
            return;
    if (found->caches < MAX_CACHES)
        found->cache[found->caches++] = cache;
}

static void find_topology(struct topology *found) {
    static const char threads[] = "/sys/devices/system/cpu/cpu%u/topology/thread_siblings_list";
    static const char cores[] = "/sys/devices/system/cpu/cpu%u/topology/core_siblings_list";
    memset(found, 0, sizeof *found);
    found->count = processor_count();
    for (unsigned i = 0; i < found->count; i++) {
        add_mask(found->core, &found->cores, sharing(threads, i, 0, found->count));
        add_mask(found->package, &found->packages, sharing(cores, i, 0, found->count));
        for (unsigned index = 0; index < 8; index++)
            add_cache(found, i, index);
    }
}

typedef struct { ULONG_PTR Mask; WORD Group, Reserved[3]; } GROUP_AFFINITY;
typedef struct {
    DWORD Relationship, Size;
    union {
        struct { BYTE Flags, EfficiencyClass, Reserved[20]; WORD GroupCount; GROUP_AFFINITY GroupMask[1]; } Processor;
        struct { DWORD NodeNumber; BYTE Reserved[18]; WORD GroupCount; GROUP_AFFINITY GroupMask; } NumaNode;
        struct { BYTE Level, Associativity; WORD LineSize; DWORD CacheSize, Type; BYTE Reserved[18]; WORD GroupCount;
                 GROUP_AFFINITY GroupMask; } Cache;
        struct { WORD MaximumGroupCount, ActiveGroupCount; BYTE Reserved[20];
                 struct { BYTE MaximumProcessorCount, ActiveProcessorCount, Reserved[38]; ULONG_PTR ActiveProcessorMask; }
                     GroupInfo[1]; } Group;
    };
} SYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX;
_Static_assert(offsetof(SYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX, Processor.GroupMask) == 32, "PROCESSOR_RELATIONSHIP");
_Static_assert(offsetof(SYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX, Cache.GroupMask) == 40, "CACHE_RELATIONSHIP");
_Static_assert(offsetof(SYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX, Group.GroupInfo) == 32, "GROUP_RELATIONSHIP");

/* Writes records while they fit; `needed` counts on. */
struct records {
    BYTE *buffer;
    DWORD size, needed;
};

static void put_record(struct records *out, const void *record, DWORD size) {
    if (out->needed + size <= out->size)
        memcpy(out->buffer + out->needed, record, size);
    out->needed += size;
}

static bool several(ULONGLONG mask) { return (mask & (mask - 1)) != 0; }

static void put_processors(struct records *out, DWORD relation, const ULONGLONG *masks, DWORD count) {
    for (DWORD i = 0; i < count; i++) {
        SYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX record = {
            .Relationship = relation, .Size = 48,
            .Processor = {.Flags = relation == RelationProcessorCore && several(masks[i]), .GroupCount = 1}};
        record.Processor.GroupMask[0].Mask = masks[i];
        put_record(out, &record, record.Size);
    }
}

static void put_rest(struct records *out, const struct topology *found, DWORD relation) {
    SYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX record;
    bool all = relation == RelationAll;
    if (all || relation == RelationNumaNode) {
        record = (SYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX){.Relationship = RelationNumaNode, .Size = 48};
        record.NumaNode.GroupCount = 1;
        record.NumaNode.GroupMask.Mask = processor_mask();
        put_record(out, &record, record.Size);
    }
    for (DWORD i = 0; (all || relation == RelationCache) && i < found->caches; i++) {
        const struct cache *cache = &found->cache[i];
        record = (SYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX){.Relationship = RelationCache, .Size = 56};
        record.Cache.Level = cache->level;
        record.Cache.Associativity = cache->associativity;
        record.Cache.LineSize = cache->line_size;
        record.Cache.CacheSize = cache->size;
        record.Cache.Type = cache->type;
        record.Cache.GroupCount = 1;
        record.Cache.GroupMask.Mask = cache->mask;
        put_record(out, &record, record.Size);
    }
    if (all || relation == RelationGroup) {
        record = (SYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX){.Relationship = RelationGroup, .Size = 80};
        record.Group.MaximumGroupCount = record.Group.ActiveGroupCount = 1;
        record.Group.GroupInfo[0].MaximumProcessorCount = record.Group.GroupInfo[0].ActiveProcessorCount =
            (BYTE)found->count;
        record.Group.GroupInfo[0].ActiveProcessorMask = processor_mask();
        put_record(out, &record, record.Size);
    }
}

API(kernel32 kernelbase, BOOL, GetLogicalProcessorInformationEx, DWORD RelationshipType,
    SYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX *Buffer, PDWORD ReturnedLength) {
    struct topology *found = malloc(sizeof *found);
    if (!found || (RelationshipType > RelationGroup && RelationshipType != RelationAll)) {
        free(found);
        return fail(found ? ERROR_INVALID_PARAMETER : ERROR_NOT_ENOUGH_MEMORY);
    }
    struct records out = {(BYTE *)Buffer, Buffer ? *ReturnedLength : 0, 0};
    bool all = RelationshipType == RelationAll;
    find_topology(found);
    if (all || RelationshipType == RelationProcessorCore)
        put_processors(&out, RelationProcessorCore, found->core, found->cores);
    if (all || RelationshipType == RelationProcessorPackage)
        put_processors(&out, RelationProcessorPackage, found->package, found->packages);
    put_rest(&out, found, RelationshipType);
    free(found);
    *ReturnedLength = out.needed;
    return out.needed <= out.size ? TRUE : fail(ERROR_INSUFFICIENT_BUFFER);
}

typedef struct {
    ULONG_PTR ProcessorMask;
    DWORD Relationship;
    union {
        BYTE CoreFlags;
        DWORD NodeNumber;
        struct { BYTE Level, Associativity; WORD LineSize; DWORD Size, Type; } Cache;
        ULONGLONG Reserved[2];
    };
} SYSTEM_LOGICAL_PROCESSOR_INFORMATION;
_Static_assert(sizeof(SYSTEM_LOGICAL_PROCESSOR_INFORMATION) == 32, "SYSTEM_LOGICAL_PROCESSOR_INFORMATION");

static void put_old(struct records *out, ULONGLONG mask, DWORD relation, BYTE flags) {
    SYSTEM_LOGICAL_PROCESSOR_INFORMATION record = {.ProcessorMask = mask, .Relationship = relation, .Reserved = {0, 0}};
    record.CoreFlags = flags;
    put_record(out, &record, sizeof record);
}

API(kernel32 kernelbase, BOOL, GetLogicalProcessorInformation, SYSTEM_LOGICAL_PROCESSOR_INFORMATION *Buffer,
    PDWORD ReturnedLength) {
    struct topology *found = malloc(sizeof *found);
    if (!found)
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    struct records out = {(BYTE *)Buffer, Buffer ? *ReturnedLength : 0, 0};
    find_topology(found);
    for (DWORD i = 0; i < found->cores; i++)
        put_old(&out, found->core[i], RelationProcessorCore, several(found->core[i]));
    for (DWORD i = 0; i < found->packages; i++)
        put_old(&out, found->package[i], RelationProcessorPackage, 0);
    for (DWORD i = 0; i < found->caches; i++) {
        const struct cache *cache = &found->cache[i];
        SYSTEM_LOGICAL_PROCESSOR_INFORMATION record = {.ProcessorMask = cache->mask, .Relationship = RelationCache};
        record.Cache.Level = cache->level;
        record.Cache.Associativity = cache->associativity;
        record.Cache.LineSize = cache->line_size;
        record.Cache.Size = cache->size;
        record.Cache.Type = cache->type;
        put_record(&out, &record, sizeof record);
    }
    put_old(&out, processor_mask(), RelationNumaNode, 0);
    free(found);
    *ReturnedLength = out.needed;
    return out.needed <= out.size ? TRUE : fail(ERROR_INSUFFICIENT_BUFFER);
}

/* ---- NUMA: one node ---- */

API(kernel32 kernelbase, BOOL, GetNumaNodeProcessorMaskEx, USHORT Node, GROUP_AFFINITY *ProcessorMask) {
    if (Node != 0)
        return fail(ERROR_INVALID_PARAMETER);
    *ProcessorMask = (GROUP_AFFINITY){processor_mask(), 0, {0, 0, 0}};
    return TRUE;
}

API(kernel32, BOOL, GetNumaNodeProcessorMask, UCHAR Node, ULONGLONG *ProcessorMask) {
    if (Node != 0)
        return fail(ERROR_INVALID_PARAMETER);
    *ProcessorMask = processor_mask();
    return TRUE;
}

API(kernel32, BOOL, GetNumaProcessorNode, UCHAR Processor, BYTE *NodeNumber) {
    *NodeNumber = Processor < processor_count() ? 0 : 0xff;
    return *NodeNumber == 0 ? TRUE : fail(ERROR_INVALID_PARAMETER);
}

API(kernel32 kernelbase, BOOL, GetNumaProcessorNodeEx, PROCESSOR_NUMBER *Processor, USHORT *NodeNumber) {
    *NodeNumber = Processor->Number < processor_count() && Processor->Group == 0 ? 0 : 0xffff;
    return *NodeNumber == 0 ? TRUE : fail(ERROR_INVALID_PARAMETER);
}

/* ---- memory ("MEMORYSTATUSEX") ---- */

typedef struct {
    DWORD dwLength, dwMemoryLoad;
    DWORDLONG ullTotalPhys, ullAvailPhys, ullTotalPageFile, ullAvailPageFile, ullTotalVirtual, ullAvailVirtual,
        ullAvailExtendedVirtual;
} MEMORYSTATUSEX;

/* MemAvailable counts what caches would give back, which sysinfo() does not. */
static ULONGLONG available_memory(ULONGLONG fallback) {
    char line[128];
    ULONGLONG kibibytes = 0;
    FILE *file = fopen("/proc/meminfo", "re");
    while (file && !kibibytes && fgets(line, sizeof line, file))
        if (strncmp(line, "MemAvailable:", 13) == 0)
            kibibytes = strtoull(line + 13, NULL, 10);
    if (file)
        fclose(file);
    return kibibytes ? kibibytes * 1024 : fallback;
}

API(kernel32 kernelbase, BOOL, GlobalMemoryStatusEx, MEMORYSTATUSEX *lpBuffer) {
    struct sysinfo info;
    if (lpBuffer->dwLength != sizeof *lpBuffer || sysinfo(&info))
        return fail(ERROR_INVALID_PARAMETER);
    ULONGLONG total = (ULONGLONG)info.totalram * info.mem_unit, swap = (ULONGLONG)info.totalswap * info.mem_unit;
    ULONGLONG available = available_memory((ULONGLONG)info.freeram * info.mem_unit);
    *lpBuffer = (MEMORYSTATUSEX){
        .dwLength = sizeof *lpBuffer,
        .dwMemoryLoad = (DWORD)(100 - available * 100 / total),
        .ullTotalPhys = total,
        .ullAvailPhys = available,
        .ullTotalPageFile = total + swap,
        .ullAvailPageFile = available + (ULONGLONG)info.freeswap * info.mem_unit,
        .ullTotalVirtual = 0x7ffffffe0000,
        .ullAvailVirtual = 0x7ffffffe0000 - total,
    };
    return TRUE;
}

typedef struct {
    DWORD dwLength, dwMemoryLoad;
    SIZE_T dwTotalPhys, dwAvailPhys, dwTotalPageFile, dwAvailPageFile, dwTotalVirtual, dwAvailVirtual;
} MEMORYSTATUS;

API(kernel32, void, GlobalMemoryStatus, MEMORYSTATUS *lpBuffer) {
    MEMORYSTATUSEX status = {.dwLength = sizeof status};
    if (!api_GlobalMemoryStatusEx(&status))
        return;
    *lpBuffer = (MEMORYSTATUS){sizeof *lpBuffer, status.dwMemoryLoad, status.ullTotalPhys, status.ullAvailPhys,
                               status.ullTotalPageFile, status.ullAvailPageFile, status.ullTotalVirtual,
                               status.ullAvailVirtual};
}

API(kernel32 kernelbase, BOOL, GetPhysicallyInstalledSystemMemory, ULONGLONG *TotalMemoryInKilobytes) {
    struct sysinfo info;
    if (!TotalMemoryInKilobytes || sysinfo(&info))
        return fail(ERROR_INVALID_PARAMETER);
    *TotalMemoryInKilobytes = (ULONGLONG)info.totalram * info.mem_unit / 1024;
    return TRUE;
}

/* ---- times ---- */

/* "GetSystemTimes function": the sums over all processors; kernel time includes idle time. */
API(kernel32 kernelbase, BOOL, GetSystemTimes, FILETIME *lpIdleTime, FILETIME *lpKernelTime, FILETIME *lpUserTime) {
    unsigned long long user, nice, system, idle, wait, interrupts, soft;
    FILE *facts = fopen("/proc/stat", "re");
    int found = facts ? fscanf(facts, "cpu %llu %llu %llu %llu %llu %llu %llu", &user, &nice, &system, &idle, &wait,
                               &interrupts, &soft) : 0;
    if (facts)
        fclose(facts);
    if (found != 7)
        return fail(ERROR_NOT_SUPPORTED);
    int64_t tick = 10000000 / sysconf(_SC_CLK_TCK);
    if (lpIdleTime)
        *lpIdleTime = filetime_from((int64_t)(idle + wait) * tick);
    if (lpKernelTime)
        *lpKernelTime = filetime_from((int64_t)(system + interrupts + soft + idle + wait) * tick);
    if (lpUserTime)
        *lpUserTime = filetime_from((int64_t)(user + nice) * tick);
    return TRUE;
}
