/* Few programs read KUSER_SHARED_DATA themselves, but those that do (Go's run-time for every clock) must find time going
 * on there. So the page is mapped when it is first touched, and from then on the service thread writes the times into
 * it every millisecond, which is finer than on Windows. After a second it is made inaccessible again: who still reads it
 * touches it again, and where nobody does no time is spent.
 *
 * Layout: Microsoft, "KUSER_SHARED_DATA structure (ntddk.h)". */
#include "shared_data.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "api.h"
#include "clock.h"
#include "fork.h"
#include "futex.h"
#include "service.h"

typedef struct { ULONG LowPart; LONG High1Time, High2Time; } KSYSTEM_TIME;

typedef struct {
    ULONG TickCountLowDeprecated, TickCountMultiplier;
    KSYSTEM_TIME InterruptTime;                      /* 008 */
    KSYSTEM_TIME SystemTime;                         /* 014 */
    KSYSTEM_TIME TimeZoneBias;                       /* 020 */
    USHORT ImageNumberLow, ImageNumberHigh;
    WCHAR NtSystemRoot[260];                         /* 030 */
    ULONG MaxStackTraceDepth, CryptoExponent, TimeZoneId, LargePageMinimum, AitSamplingValue, AppCompatFlag;
    ULONGLONG RNGSeedVersion;
    ULONG GlobalValidationRunlevel, TimeZoneBiasStamp;
    ULONG NtBuildNumber;                             /* 260 */
    ULONG NtProductType;
    BOOLEAN ProductTypeIsValid, Reserved0;
    USHORT NativeProcessorArchitecture;
    ULONG NtMajorVersion, NtMinorVersion;            /* 26c */
    BOOLEAN ProcessorFeatures[64];                   /* 274 */
    ULONG Reserved1, Reserved3, TimeSlip, AlternativeArchitecture, BootId;
    LARGE_INTEGER SystemExpirationDate;              /* 2c8 */
    ULONG SuiteMask;
    BOOLEAN KdDebuggerEnabled, MitigationPolicies;
    USHORT CyclesPerYield;
    ULONG ActiveConsoleId, DismountCount, ComPlusPackage, LastSystemRITEventTickCount;
    ULONG NumberOfPhysicalPages;                     /* 2e8 */
    BOOLEAN SafeBootMode, VirtualizationFlags, Reserved12[2];
    ULONG SharedDataFlags, DataFlagsPad;
    ULONGLONG TestRetInstruction;                    /* 2f8 */
    LONGLONG QpcFrequency;                           /* 300 */
    ULONG SystemCall, Reserved2;
    ULONGLONG FullNumberOfPhysicalPages, SystemCallPad;
    KSYSTEM_TIME TickCount;                          /* 320 */
    ULONG TickCountPad;
    ULONG Cookie, CookiePad;
    LONGLONG ConsoleSessionForegroundProcessId;
    ULONGLONG TimeUpdateLock, BaselineSystemTimeQpc, BaselineInterruptTimeQpc, QpcSystemTimeIncrement,
        QpcInterruptTimeIncrement;
    BYTE QpcSystemTimeIncrementShift, QpcInterruptTimeIncrementShift;
    USHORT UnparkedProcessorCount;
    ULONG EnclaveFeatureMask[4], TelemetryCoverageRound;
    USHORT UserModeGlobalLogger[16];
    ULONG ImageFileExecutionOptions, LangGenerationCount;
    ULONGLONG Reserved4, InterruptTimeBias, QpcBias;
    ULONG ActiveProcessorCount;                      /* 3c0 */
    BYTE ActiveGroupCount, Reserved9;
    USHORT QpcData;
} SHARED_DATA;
_Static_assert(offsetof(SHARED_DATA, NtBuildNumber) == 0x260, "KUSER_SHARED_DATA");
_Static_assert(offsetof(SHARED_DATA, ProcessorFeatures) == 0x274, "KUSER_SHARED_DATA");
_Static_assert(offsetof(SHARED_DATA, SystemExpirationDate) == 0x2c8, "KUSER_SHARED_DATA");
_Static_assert(offsetof(SHARED_DATA, NumberOfPhysicalPages) == 0x2e8, "KUSER_SHARED_DATA");
_Static_assert(offsetof(SHARED_DATA, QpcFrequency) == 0x300, "KUSER_SHARED_DATA");
_Static_assert(offsetof(SHARED_DATA, TickCount) == 0x320, "KUSER_SHARED_DATA");
_Static_assert(offsetof(SHARED_DATA, ActiveProcessorCount) == 0x3c0, "KUSER_SHARED_DATA");

enum {
    UPDATE_NANOSECONDS = 1000000,
    UPDATES_UNTIL_ASLEEP = 1000,
    TICK = 156250,                                   /* 15.625 ms in 100 ns units */
    TICK_MULTIPLIER = 0xfa00000,                     /* milliseconds a tick, by 2^24 */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
SURVIVES_FORK(lock);
static SHARED_DATA *shared_data;                     /* where windlass writes; NULL: not mapped yet */
static struct service_timer timer;
static unsigned updates;

API_USE(BOOL, IsProcessorFeaturePresent, DWORD feature);
API_USE(BOOL, QueryPerformanceFrequency, LARGE_INTEGER *frequency);
API_USE(DWORD, GetActiveProcessorCount, WORD group);
API_USE(NTSTATUS, RtlGetVersion, PVOID information);

/* Readers read High1Time, LowPart and High2Time and try again while the two differ. */
static void set_time(KSYSTEM_TIME *time, int64_t value) {
    volatile KSYSTEM_TIME *shared = time;
    shared->High2Time = (LONG)(value >> 32);
    atomic_thread_fence(memory_order_release);
    shared->LowPart = (ULONG)value;
    atomic_thread_fence(memory_order_release);
    shared->High1Time = (LONG)(value >> 32);
}

static void update(void) {
    struct timespec boot;
    clock_gettime(CLOCK_BOOTTIME, &boot);
    int64_t since_boot = boot.tv_sec * 10000000ll + boot.tv_nsec / 100;
    set_time(&shared_data->InterruptTime, since_boot);
    set_time(&shared_data->SystemTime, system_time_now());
    set_time(&shared_data->TickCount, since_boot / TICK);
    shared_data->TickCountLowDeprecated = (ULONG)(since_boot / TICK);
}

static void fill(void) {
    LARGE_INTEGER frequency;
    struct { DWORD size, major, minor, build, platform; WCHAR text[128]; } version = {.size = sizeof version};
    api_QueryPerformanceFrequency(&frequency);
    api_RtlGetVersion(&version);
    *shared_data = (SHARED_DATA){
        .TickCountMultiplier = TICK_MULTIPLIER, .ImageNumberLow = 0x8664, .ImageNumberHigh = 0x8664,
        .NtSystemRoot = u"C:\\Windows", .LargePageMinimum = 0x200000, .NtBuildNumber = version.build,
        .NtProductType = 1, .ProductTypeIsValid = TRUE, .NativeProcessorArchitecture = 9,
        .NtMajorVersion = version.major, .NtMinorVersion = version.minor, .SuiteMask = 0x110, .ActiveConsoleId = 1,
        .NumberOfPhysicalPages = (ULONG)sysconf(_SC_PHYS_PAGES),
        .FullNumberOfPhysicalPages = (ULONGLONG)sysconf(_SC_PHYS_PAGES), .QpcFrequency = frequency.QuadPart,
        .ActiveProcessorCount = api_GetActiveProcessorCount(0), .ActiveGroupCount = 1};
    for (DWORD i = 0; i < 64; i++)
        shared_data->ProcessorFeatures[i] = api_IsProcessorFeaturePresent(i) != 0;
}

/* One page in two places: writable for windlass, readable where programs look. */
static bool map_page(void) {
    void *const place = (void *)(uintptr_t)SHARED_DATA_ADDRESS;
    int fd = (int)syscall(SYS_memfd_create, "windlass shared data", 1u /* MFD_CLOEXEC */);
    if (fd < 0 || ftruncate(fd, PAGE_SIZE))
        return false;
    void *writable = mmap(NULL, PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    void *readable = mmap(place, PAGE_SIZE, PROT_NONE, MAP_SHARED | MAP_FIXED_NOREPLACE, fd, 0);
    close(fd);
    if (writable == MAP_FAILED || readable != place) {
        if (readable != MAP_FAILED && readable != place)
            munmap(readable, PAGE_SIZE);
        return false;
    }
    shared_data = writable;
    fill();
    return true;
}

static void allow_access(int protection) { mprotect((void *)(uintptr_t)SHARED_DATA_ADDRESS, PAGE_SIZE, protection); }

static void on_timer(struct service_timer *self) {
    pthread_mutex_lock(&lock);
    update();
    if (++updates < UPDATES_UNTIL_ASLEEP)
        service_timer_arm(self, monotonic_now() + UPDATE_NANOSECONDS);
    else
        allow_access(PROT_NONE);
    pthread_mutex_unlock(&lock);
}

bool shared_data_touched(void) {
    pthread_mutex_lock(&lock);
    bool there = shared_data || map_page();
    if (there) {
        update();
        allow_access(PROT_READ);
        updates = 0;
        timer.expired = on_timer;
        if (!timer.position)
            service_timer_arm(&timer, monotonic_now() + UPDATE_NANOSECONDS);
    }
    pthread_mutex_unlock(&lock);
    return there;
}

/* ---- fork: the child gets a page of its own when it touches it ---- */

static void after_fork_in_child(void) {
    pthread_mutex_lock(&lock);
    if (shared_data) {
        munmap(shared_data, PAGE_SIZE);
        munmap((void *)(uintptr_t)SHARED_DATA_ADDRESS, PAGE_SIZE);
        shared_data = NULL;
    }
    pthread_mutex_unlock(&lock);
}

__attribute__((constructor)) static void survive_fork(void) { pthread_atfork(NULL, NULL, after_fork_in_child); }
