/* The process environment block: what programs and run-time libraries read from it by its offsets, without a call. */
#include <pthread.h>
#include <sched.h>
#include <unistd.h>

#include "core.h"
#include "heap.h"

PEB process_peb;

/* DebugInfo -1: none is kept ("CRITICAL_SECTION" as InitializeCriticalSectionEx leaves it). */
#define FREE_SECTION ((CRITICAL_SECTION){.DebugInfo = (PVOID)-1, .LockCount = -1, .SpinCount = 4000})
static CRITICAL_SECTION fast_peb_lock = FREE_SECTION;

/* Whoever was in it is not here. */
static void after_fork_in_child(void) { fast_peb_lock = FREE_SECTION; }

__attribute__((constructor)) static void survive_fork(void) { pthread_atfork(NULL, NULL, after_fork_in_child); }
static HANDLE heaps[1];

/* Those that the process was started with: what it later restricts itself to is not the system's number. */
DWORD processor_count(void) {
    static _Atomic DWORD known;
    cpu_set_t set;
    if (known)
        return known;
    int found = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : (int)sysconf(_SC_NPROCESSORS_ONLN);
    DWORD count = found < 1 ? 1 : found > MAX_PROCESSORS ? MAX_PROCESSORS : (DWORD)found;
    known = count;
    return count;
}

DWORD_PTR processor_mask(void) {
    DWORD count = processor_count();
    return count == MAX_PROCESSORS ? ~0ull : (1ull << count) - 1;
}

void peb_init(void) {
    heaps[0] = process_heap;
    process_peb.ProcessHeap = process_heap;
    process_peb.NumberOfHeaps = process_peb.MaximumNumberOfHeaps = 1;
    process_peb.ProcessHeaps = heaps;
    process_peb.HeapSegmentReserve = 0x100000;
    process_peb.HeapSegmentCommit = 0x2000;
    process_peb.HeapDeCommitTotalFreeThreshold = 0x10000;
    process_peb.HeapDeCommitFreeBlockThreshold = 0x1000;
    process_peb.FastPebLock = &fast_peb_lock;
    process_peb.CriticalSectionTimeout.QuadPart = -30ll * 24 * 3600 * 10000000; /* thirty days */
    process_peb.NumberOfProcessors = processor_count();
    process_peb.ActiveProcessAffinityMask = processor_mask();
    process_peb.SessionId = 1;                           /* an interactive session, as ProcessIdToSessionId says */
    process_peb.OSMajorVersion = 10;
    process_peb.OSBuildNumber = 19045;
    process_peb.OSPlatformId = 2;
    process_peb.ImageSubsystem = 3;
    process_peb.ImageSubsystemMajorVersion = 10;
}
