// build: freestanding
// imports: ntdll.dll RtlInitializeResource RtlDeleteResource RtlAcquireResourceExclusive RtlAcquireResourceShared
// imports: ntdll.dll RtlReleaseResource
// imports: ntdll.dll RtlAcquirePebLock RtlReleasePebLock
// RTL_RESOURCE and the PEB's lock; threads race for a resource.
#include <windows.h>
#include "fixture.h"

typedef struct {
    CRITICAL_SECTION lock;
    HANDLE shared_semaphore;
    ULONG waiting_shared;
    HANDLE exclusive_semaphore;
    ULONG waiting_exclusive;
    LONG active;
    HANDLE owner;
    ULONG flags;
    void *debug_info;
} resource_type;

__declspec(dllimport) void NTAPI RtlInitializeResource(resource_type *);
__declspec(dllimport) void NTAPI RtlDeleteResource(resource_type *);
__declspec(dllimport) BOOLEAN NTAPI RtlAcquireResourceExclusive(resource_type *, BOOLEAN);
__declspec(dllimport) BOOLEAN NTAPI RtlAcquireResourceShared(resource_type *, BOOLEAN);
__declspec(dllimport) void NTAPI RtlReleaseResource(resource_type *);
__declspec(dllimport) void NTAPI RtlAcquirePebLock(void);
__declspec(dllimport) void NTAPI RtlReleasePebLock(void);

enum { THREADS = 4, ROUNDS = 2000 };
static resource_type resource;
static long one, other;
static volatile LONG wrong;

static DWORD WINAPI race(void *number)
{
    int i;
    for (i = 0; i < ROUNDS; i++) {
        if (i % THREADS == (int)(INT_PTR)number) {
            RtlAcquireResourceExclusive(&resource, TRUE);
            one++;
            other--;
        } else {
            RtlAcquireResourceShared(&resource, TRUE);
        }
        if (one != -other)
            InterlockedIncrement(&wrong);
        RtlReleaseResource(&resource);
    }
    return 0;
}

static DWORD WINAPI try_both(void *unused)
{
    BOOLEAN shared = RtlAcquireResourceShared(&resource, FALSE), exclusive;
    if (shared)
        RtlReleaseResource(&resource);
    exclusive = RtlAcquireResourceExclusive(&resource, FALSE);
    if (exclusive)
        RtlReleaseResource(&resource);
    return shared * 10 + exclusive;
}

/* Tens: another thread may share it; units: may have it alone. */
static int elsewhere(void)
{
    DWORD code = 99;
    HANDLE thread = CreateThread(NULL, 0, try_both, NULL, 0, NULL);
    WaitForSingleObject(thread, 20000);
    GetExitCodeThread(thread, &code);
    CloseHandle(thread);
    return (int)code;
}

PROGRAM
{
    HANDLE threads[THREADS];
    int i;
    RtlInitializeResource(&resource);
    say("free: active %ld, elsewhere %d", resource.active, elsewhere());
    say("shared %d: active %ld, elsewhere %d", RtlAcquireResourceShared(&resource, FALSE), resource.active, elsewhere());
    say("shared %d: active %ld", RtlAcquireResourceShared(&resource, TRUE), resource.active);
    say("exclusive %d", RtlAcquireResourceExclusive(&resource, FALSE));
    RtlReleaseResource(&resource);
    RtlReleaseResource(&resource);
    say("exclusive %d: active %ld", RtlAcquireResourceExclusive(&resource, FALSE), resource.active);
    say("own %d, elsewhere %d", resource.owner == (HANDLE)(ULONG_PTR)GetCurrentThreadId(), elsewhere());
    say("exclusive %d: active %ld", RtlAcquireResourceExclusive(&resource, TRUE), resource.active);
    say("shared %d: active %ld", RtlAcquireResourceShared(&resource, TRUE), resource.active);
    RtlReleaseResource(&resource);
    RtlReleaseResource(&resource);
    say("released twice: active %ld, elsewhere %d", resource.active, elsewhere());
    RtlReleaseResource(&resource);
    say("released: active %ld, elsewhere %d", resource.active, elsewhere());
    for (i = 0; i < THREADS; i++)
        threads[i] = CreateThread(NULL, 0, race, (void *)(INT_PTR)i, 0, NULL);
    say("waited %u", WaitForMultipleObjects(THREADS, threads, TRUE, 60000));
    for (i = 0; i < THREADS; i++)
        CloseHandle(threads[i]);
    say("%ld changes, %ld wrong, active %ld", one, wrong, resource.active);
    RtlDeleteResource(&resource);
    RtlAcquirePebLock();
    RtlAcquirePebLock();
    RtlReleasePebLock();
    RtlReleasePebLock();
    return 0;
}
