/* Processors: what they can do and how many there are ("IsProcessorFeaturePresent function", "SYSTEM_INFO"). */
#include <cpuid.h>
#include <sched.h>
#include <unistd.h>

#include "api.h"
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

/* Which register states the system saves: AVX needs bits 1 and 2, AVX-512 5 to 7 as well. */
static unsigned saved_states(void) {
    unsigned low, high;
    __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return low;
}

static ULONGLONG find_features(void) {
    struct cpuid one = cpuid(1), seven = cpuid(7), extended = cpuid(0x80000001u);
    bool xsave = bit(one.ecx, 27);
    unsigned states = xsave ? saved_states() : 0;
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

/* Bits of the XSAVE feature mask: x87, SSE, AVX, AVX-512 ("GetEnabledXStateFeatures function"). */
API(kernel32 kernelbase, DWORD64, GetEnabledXStateFeatures, void) {
    return bit(cpuid(1).ecx, 27) ? saved_states() & 0xe7 : 3;
}

/* ---- numbers ---- */

typedef struct {
    WORD wProcessorArchitecture, wReserved;
    DWORD dwPageSize;
    LPVOID lpMinimumApplicationAddress, lpMaximumApplicationAddress;
    DWORD_PTR dwActiveProcessorMask;
    DWORD dwNumberOfProcessors, dwProcessorType, dwAllocationGranularity;
    WORD wProcessorLevel, wProcessorRevision;
} SYSTEM_INFO;

/* One processor group holds 64; windlass shows one group. */
enum { MAX_PROCESSORS = 64 };

/* Those that this process may run on: programs start as many threads. */
static DWORD processor_count(void) {
    cpu_set_t set;
    int count = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : (int)sysconf(_SC_NPROCESSORS_ONLN);
    return count < 1 ? 1 : count > MAX_PROCESSORS ? MAX_PROCESSORS : (DWORD)count;
}

static DWORD_PTR processor_mask(DWORD count) { return count == MAX_PROCESSORS ? ~0ull : (1ull << count) - 1; }

static unsigned field(unsigned word, int low, int bits) { return word >> low & ((1u << bits) - 1); }

API(kernel32 kernelbase, void, GetSystemInfo, SYSTEM_INFO *lpSystemInfo) {
    unsigned signature = cpuid(1).eax;
    unsigned family = field(signature, 8, 4), model = field(signature, 4, 4) | field(signature, 16, 4) << 4;
    if (family == 15)
        family += field(signature, 20, 8);
    DWORD count = processor_count();
    *lpSystemInfo = (SYSTEM_INFO){
        .wProcessorArchitecture = 9,                 /* PROCESSOR_ARCHITECTURE_AMD64 */
        .dwPageSize = PAGE_SIZE,
        .lpMinimumApplicationAddress = (LPVOID)0x10000,
        .lpMaximumApplicationAddress = (LPVOID)0x7ffffffeffff,
        .dwActiveProcessorMask = processor_mask(count),
        .dwNumberOfProcessors = count,
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

typedef struct { WORD Group; BYTE Number, Reserved; } PROCESSOR_NUMBER;

API(kernel32 kernelbase, void, GetCurrentProcessorNumberEx, PROCESSOR_NUMBER *ProcNumber) {
    *ProcNumber = (PROCESSOR_NUMBER){0, (BYTE)api_GetCurrentProcessorNumber(), 0};
}

/* The bits of the masks are the processors' own numbers here, as sched_setaffinity counts them. */
API(kernel32 kernelbase, BOOL, GetProcessAffinityMask, HANDLE hProcess, DWORD_PTR *lpProcessAffinityMask,
    DWORD_PTR *lpSystemAffinityMask) {
    struct object *process = handle_object_or_fail(hProcess, NULL, 0);
    if (!process)
        return FALSE;
    object_release(process);
    *lpProcessAffinityMask = *lpSystemAffinityMask = processor_mask(processor_count());
    return TRUE;
}

API(kernel32 kernelbase, BOOL, GetNumaHighestNodeNumber, PULONG HighestNodeNumber) {
    *HighestNodeNumber = 0;                          /* memory is shown as one node */
    return TRUE;
}
