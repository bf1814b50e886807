/* ntdll's older locks: RTL_RESOURCE, which many may share or one have alone, and the lock of the PEB.
 *
 * A resource's fields are read by programs: NumberActive counts those who share it, and is -1 while one has it alone. Its
 * lock guards the fields, and who must wait does so on a semaphore that whoever releases the resource counts up. */
#include "nt.h"
#include "sync.h"

typedef struct {
    CRITICAL_SECTION Lock;
    HANDLE SharedSemaphore;
    ULONG NumberOfWaitingShared;
    HANDLE ExclusiveSemaphore;
    ULONG NumberOfWaitingExclusive;
    LONG NumberOfActive;
    HANDLE ExclusiveOwnerThread;
    ULONG Flags;
    PVOID DebugInfo;
} RTL_RESOURCE;
_Static_assert(sizeof(RTL_RESOURCE) == 0x60, "RTL_RESOURCE");

API_USE(NTSTATUS, RtlInitializeCriticalSection, CRITICAL_SECTION *section);
API_USE(NTSTATUS, RtlDeleteCriticalSection, CRITICAL_SECTION *section);
API_USE(NTSTATUS, RtlEnterCriticalSection, CRITICAL_SECTION *section);
API_USE(NTSTATUS, RtlLeaveCriticalSection, CRITICAL_SECTION *section);
API_USE(BOOL, RtlTryEnterCriticalSection, CRITICAL_SECTION *section);
API_USE(NTSTATUS, NtCreateSemaphore, PHANDLE handle, ACCESS_MASK access, const PVOID attributes, LONG count, LONG most);
API_USE(NTSTATUS, NtReleaseSemaphore, HANDLE handle, LONG count, PLONG was);
API_USE(NTSTATUS, NtWaitForSingleObject, HANDLE handle, BOOLEAN alertable, const LARGE_INTEGER *timeout);
API_USE(NTSTATUS, NtClose, HANDLE handle);

static HANDLE new_semaphore(void) {
    HANDLE handle = NULL;
    api_NtCreateSemaphore(&handle, semaphore_type.all_access, NULL, 0, 0x7fffffff);
    return handle;
}

API(ntdll, void, RtlInitializeResource, RTL_RESOURCE *Resource) {
    *Resource = (RTL_RESOURCE){.SharedSemaphore = new_semaphore(), .ExclusiveSemaphore = new_semaphore()};
    api_RtlInitializeCriticalSection(&Resource->Lock);
    if (!Resource->SharedSemaphore || !Resource->ExclusiveSemaphore)
        raise_from_api((DWORD)STATUS_NO_MEMORY, 0, 0, NULL);
}

API(ntdll, void, RtlDeleteResource, RTL_RESOURCE *Resource) {
    api_RtlDeleteCriticalSection(&Resource->Lock);
    api_NtClose(Resource->SharedSemaphore);
    api_NtClose(Resource->ExclusiveSemaphore);
    Resource->SharedSemaphore = Resource->ExclusiveSemaphore = NULL;
}

/* Takes it if that can be done now; whoever owns it alone may take it again in either way. */
static bool try_exclusive(RTL_RESOURCE *resource) {
    HANDLE self = teb_self()->ThreadId;
    if (resource->NumberOfActive < 0 && resource->ExclusiveOwnerThread == self) {
        resource->NumberOfActive--;
        return true;
    }
    if (resource->NumberOfActive != 0)
        return false;
    resource->NumberOfActive = -1;
    resource->ExclusiveOwnerThread = self;
    return true;
}

static bool try_shared(RTL_RESOURCE *resource) {
    if (resource->NumberOfActive < 0) {
        if (resource->ExclusiveOwnerThread != teb_self()->ThreadId)
            return false;
        resource->NumberOfActive--;
        return true;
    }
    if (resource->NumberOfWaitingExclusive)          /* they would never get it */
        return false;
    resource->NumberOfActive++;
    return true;
}

/* Whoever released the resource has given it to the waiting thread already. */
static BOOLEAN acquire(RTL_RESOURCE *resource, bool (*try)(RTL_RESOURCE *), ULONG *waiting, HANDLE semaphore,
                       BOOLEAN wait) {
    api_RtlEnterCriticalSection(&resource->Lock);
    bool taken = try(resource);
    if (!taken && wait)
        ++*waiting;
    api_RtlLeaveCriticalSection(&resource->Lock);
    if (taken || !wait)
        return taken;
    return NT_SUCCESS(api_NtWaitForSingleObject(semaphore, FALSE, NULL));
}

API(ntdll, BOOLEAN, RtlAcquireResourceExclusive, RTL_RESOURCE *Resource, BOOLEAN Wait) {
    if (!acquire(Resource, try_exclusive, &Resource->NumberOfWaitingExclusive, Resource->ExclusiveSemaphore, Wait))
        return FALSE;
    Resource->ExclusiveOwnerThread = teb_self()->ThreadId;
    return TRUE;
}

API(ntdll, BOOLEAN, RtlAcquireResourceShared, RTL_RESOURCE *Resource, BOOLEAN Wait) {
    return acquire(Resource, try_shared, &Resource->NumberOfWaitingShared, Resource->SharedSemaphore, Wait);
}

/* The lock is held. A thread that wants it alone comes first, else all who would share it. */
static void hand_over(RTL_RESOURCE *resource) {
    if (resource->NumberOfActive == 0 && resource->NumberOfWaitingExclusive) {
        resource->NumberOfWaitingExclusive--;
        resource->NumberOfActive = -1;
        api_NtReleaseSemaphore(resource->ExclusiveSemaphore, 1, NULL);
    } else if (resource->NumberOfActive >= 0 && !resource->NumberOfWaitingExclusive && resource->NumberOfWaitingShared) {
        LONG count = (LONG)resource->NumberOfWaitingShared;
        resource->NumberOfWaitingShared = 0;
        resource->NumberOfActive += count;
        api_NtReleaseSemaphore(resource->SharedSemaphore, count, NULL);
    }
}

API(ntdll, void, RtlReleaseResource, RTL_RESOURCE *Resource) {
    api_RtlEnterCriticalSection(&Resource->Lock);
    if (Resource->NumberOfActive > 0)
        Resource->NumberOfActive--;
    else if (Resource->NumberOfActive < 0 && ++Resource->NumberOfActive == 0)
        Resource->ExclusiveOwnerThread = NULL;
    hand_over(Resource);
    api_RtlLeaveCriticalSection(&Resource->Lock);
}

API(ntdll, void, RtlConvertExclusiveToShared, RTL_RESOURCE *Resource) {
    api_RtlEnterCriticalSection(&Resource->Lock);
    if (Resource->NumberOfActive == -1) {
        Resource->NumberOfActive = 1;
        Resource->ExclusiveOwnerThread = NULL;
        hand_over(Resource);
    }
    api_RtlLeaveCriticalSection(&Resource->Lock);
}

API(ntdll, void, RtlConvertSharedToExclusive, RTL_RESOURCE *Resource) {
    api_RtlEnterCriticalSection(&Resource->Lock);
    bool alone = Resource->NumberOfActive == 1;
    if (alone) {
        Resource->NumberOfActive = -1;
        Resource->ExclusiveOwnerThread = teb_self()->ThreadId;
    }
    api_RtlLeaveCriticalSection(&Resource->Lock);
    if (alone)
        return;
    api_RtlReleaseResource(Resource);
    api_RtlAcquireResourceExclusive(Resource, TRUE);
}

/* ---- the PEB's lock ---- */

API(ntdll, void, RtlAcquirePebLock, void) { api_RtlEnterCriticalSection(process_peb.FastPebLock); }
API(ntdll, void, RtlReleasePebLock, void) { api_RtlLeaveCriticalSection(process_peb.FastPebLock); }
API(ntdll, BOOLEAN, RtlTryAcquirePebLock, void) {
    return (BOOLEAN)api_RtlTryEnterCriticalSection(process_peb.FastPebLock);
}
