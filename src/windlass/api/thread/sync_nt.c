/* Events, mutants, semaphores, keyed events and waits by NT's names; sync.c has Win32's. */
#include <pthread.h>

#include "nt.h"
#include "sync.h"
#include "thread_object.h"
#include "wait.h"

enum { QUERY_STATE = 1, MODIFY_STATE = 2 };

/* ---- events ---- */

enum { NotificationEvent, SynchronizationEvent };

API(ntdll, NTSTATUS, NtCreateEvent, PHANDLE EventHandle, ACCESS_MASK DesiredAccess,
    const OBJECT_ATTRIBUTES *ObjectAttributes, ULONG EventType, BOOLEAN InitialState) {
    if (EventType > SynchronizationEvent)
        return STATUS_INVALID_PARAMETER;
    return nt_create(event_new(EventType == NotificationEvent, InitialState), DesiredAccess, ObjectAttributes,
                     EventHandle);
}

API(ntdll, NTSTATUS, NtOpenEvent, PHANDLE EventHandle, ACCESS_MASK DesiredAccess,
    const OBJECT_ATTRIBUTES *ObjectAttributes) {
    return nt_open(&event_type, DesiredAccess, ObjectAttributes, EventHandle);
}

static NTSTATUS change(HANDLE handle, enum event_change change, PLONG was) {
    NTSTATUS status;
    LONG state;
    struct object *event = handle_object(handle, &event_type, MODIFY_STATE, &status);
    if (!event)
        return status;
    event_change(event, change, &state);
    object_release(event);
    if (was)
        *was = state;
    return STATUS_SUCCESS;
}

API(ntdll, NTSTATUS, NtSetEvent, HANDLE EventHandle, PLONG PreviousState) {
    return change(EventHandle, EVENT_SET, PreviousState);
}

API(ntdll, NTSTATUS, NtResetEvent, HANDLE EventHandle, PLONG PreviousState) {
    return change(EventHandle, EVENT_RESET, PreviousState);
}

API(ntdll, NTSTATUS, NtPulseEvent, HANDLE EventHandle, PLONG PreviousState) {
    return change(EventHandle, EVENT_PULSE, PreviousState);
}

API(ntdll, NTSTATUS, NtClearEvent, HANDLE EventHandle) { return change(EventHandle, EVENT_RESET, NULL); }

/* The one information class that each of these objects has is 0, and its structure has `size` bytes. */
static NTSTATUS object_for_query(HANDLE handle, const struct object_type *type, ULONG information_class, ULONG given,
                                 ULONG size, PULONG returned, struct object **object) {
    NTSTATUS status;
    if (information_class)
        return STATUS_INVALID_INFO_CLASS;
    if (given != size)
        return STATUS_INFO_LENGTH_MISMATCH;
    *object = handle_object(handle, type, QUERY_STATE, &status);
    if (*object && returned)
        *returned = size;
    return status;
}

typedef struct { ULONG EventType; LONG EventState; } EVENT_BASIC_INFORMATION;

API(ntdll, NTSTATUS, NtQueryEvent, HANDLE EventHandle, ULONG EventInformationClass, PVOID EventInformation,
    ULONG EventInformationLength, PULONG ReturnLength) {
    struct object *event;
    bool manual_reset, signaled;
    NTSTATUS status = object_for_query(EventHandle, &event_type, EventInformationClass, EventInformationLength,
                                       sizeof(EVENT_BASIC_INFORMATION), ReturnLength, &event);
    if (!NT_SUCCESS(status))
        return status;
    event_query(event, &manual_reset, &signaled);
    object_release(event);
    *(EVENT_BASIC_INFORMATION *)EventInformation =
        (EVENT_BASIC_INFORMATION){manual_reset ? NotificationEvent : SynchronizationEvent, signaled};
    return STATUS_SUCCESS;
}

/* ---- mutants ---- */

API(ntdll, NTSTATUS, NtCreateMutant, PHANDLE MutantHandle, ACCESS_MASK DesiredAccess,
    const OBJECT_ATTRIBUTES *ObjectAttributes, BOOLEAN InitialOwner) {
    return nt_create(mutant_new(InitialOwner), DesiredAccess, ObjectAttributes, MutantHandle);
}

API(ntdll, NTSTATUS, NtOpenMutant, PHANDLE MutantHandle, ACCESS_MASK DesiredAccess,
    const OBJECT_ATTRIBUTES *ObjectAttributes) {
    return nt_open(&mutant_type, DesiredAccess, ObjectAttributes, MutantHandle);
}

API(ntdll, NTSTATUS, NtReleaseMutant, HANDLE MutantHandle, PLONG PreviousCount) {
    NTSTATUS status;
    LONG was;
    struct object *mutant = handle_object(MutantHandle, &mutant_type, 0, &status);
    if (!mutant)
        return status;
    status = mutant_release(mutant, &was);
    object_release(mutant);
    if (NT_SUCCESS(status) && PreviousCount)
        *PreviousCount = was;
    return status;
}

typedef struct { LONG CurrentCount; BOOLEAN OwnedByCaller, AbandonedState; } MUTANT_BASIC_INFORMATION;

API(ntdll, NTSTATUS, NtQueryMutant, HANDLE MutantHandle, ULONG MutantInformationClass, PVOID MutantInformation,
    ULONG MutantInformationLength, PULONG ReturnLength) {
    struct object *mutant;
    LONG count;
    bool owned, abandoned;
    NTSTATUS status = object_for_query(MutantHandle, &mutant_type, MutantInformationClass, MutantInformationLength,
                                       sizeof(MUTANT_BASIC_INFORMATION), ReturnLength, &mutant);
    if (!NT_SUCCESS(status))
        return status;
    mutant_query(mutant, &count, &owned, &abandoned);
    object_release(mutant);
    *(MUTANT_BASIC_INFORMATION *)MutantInformation = (MUTANT_BASIC_INFORMATION){count, owned, abandoned};
    return STATUS_SUCCESS;
}

/* ---- semaphores ---- */

API(ntdll, NTSTATUS, NtCreateSemaphore, PHANDLE SemaphoreHandle, ACCESS_MASK DesiredAccess,
    const OBJECT_ATTRIBUTES *ObjectAttributes, LONG InitialCount, LONG MaximumCount) {
    if (MaximumCount <= 0 || InitialCount < 0 || InitialCount > MaximumCount)
        return STATUS_INVALID_PARAMETER;
    return nt_create(semaphore_new(InitialCount, MaximumCount), DesiredAccess, ObjectAttributes, SemaphoreHandle);
}

API(ntdll, NTSTATUS, NtOpenSemaphore, PHANDLE SemaphoreHandle, ACCESS_MASK DesiredAccess,
    const OBJECT_ATTRIBUTES *ObjectAttributes) {
    return nt_open(&semaphore_type, DesiredAccess, ObjectAttributes, SemaphoreHandle);
}

API(ntdll, NTSTATUS, NtReleaseSemaphore, HANDLE SemaphoreHandle, LONG ReleaseCount, PLONG PreviousCount) {
    NTSTATUS status;
    LONG was;
    if (ReleaseCount <= 0)
        return STATUS_INVALID_PARAMETER;
    struct object *semaphore = handle_object(SemaphoreHandle, &semaphore_type, MODIFY_STATE, &status);
    if (!semaphore)
        return status;
    status = semaphore_add(semaphore, ReleaseCount, &was);
    object_release(semaphore);
    if (NT_SUCCESS(status) && PreviousCount)
        *PreviousCount = was;
    return status;
}

typedef struct { LONG CurrentCount, MaximumCount; } SEMAPHORE_BASIC_INFORMATION;

API(ntdll, NTSTATUS, NtQuerySemaphore, HANDLE SemaphoreHandle, ULONG SemaphoreInformationClass,
    PVOID SemaphoreInformation, ULONG SemaphoreInformationLength, PULONG ReturnLength) {
    struct object *semaphore;
    SEMAPHORE_BASIC_INFORMATION *information = SemaphoreInformation;
    NTSTATUS status = object_for_query(SemaphoreHandle, &semaphore_type, SemaphoreInformationClass,
                                       SemaphoreInformationLength, sizeof *information, ReturnLength, &semaphore);
    if (!NT_SUCCESS(status))
        return status;
    semaphore_query(semaphore, &information->CurrentCount, &information->MaximumCount);
    object_release(semaphore);
    return STATUS_SUCCESS;
}

/* ---- waits ---- */

API(ntdll, NTSTATUS, NtWaitForSingleObject, HANDLE Handle, BOOLEAN Alertable, const LARGE_INTEGER *Timeout) {
    return wait_for_handles(&Handle, 1, false, natively(Alertable), deadline_from_nt(Timeout));
}

enum { WaitAllObject, WaitAnyObject };

API(ntdll, NTSTATUS, NtWaitForMultipleObjects, ULONG Count, const HANDLE *Handles, ULONG WaitType, BOOLEAN Alertable,
    const LARGE_INTEGER *Timeout) {
    if (WaitType > WaitAnyObject)
        return STATUS_INVALID_PARAMETER_3;
    return wait_for_handles(Handles, Count, WaitType == WaitAllObject, natively(Alertable), deadline_from_nt(Timeout));
}

API(ntdll, NTSTATUS, NtSignalAndWaitForSingleObject, HANDLE SignalHandle, HANDLE WaitHandle, BOOLEAN Alertable,
    const LARGE_INTEGER *Timeout) {
    return signal_and_wait(SignalHandle, WaitHandle, natively(Alertable), deadline_from_nt(Timeout));
}

API(ntdll, NTSTATUS, NtDelayExecution, BOOLEAN Alertable, const LARGE_INTEGER *DelayInterval) {
    return sleep_until(deadline_from_nt(DelayInterval), natively(Alertable));
}

API(ntdll, NTSTATUS, NtYieldExecution, void) { return sleep_until(0, false); }

/* ---- keyed events ----
 *
 * A release meets a wait with the same key; whoever comes first waits for the other. The NULL handle means the event
 * that every process has. */

struct keyed_waiter {
    struct keyed_waiter *next, **link;
    PVOID key;
    bool releases;
    atomic_uint met;
};

struct keyed_event {
    struct object object;
    pthread_mutex_t lock;
    struct keyed_waiter *waiters;
};

static void keyed_event_destroy(struct object *object) { free(object); }

static const struct object_type keyed_event_type = {
    .name = "KeyedEvent",
    .destroy = keyed_event_destroy,
    .all_access = STANDARD_RIGHTS_REQUIRED | 3,
    .generic_read = READ_CONTROL | 1,
    .generic_write = READ_CONTROL | 2,
    .generic_execute = READ_CONTROL,
};

static struct keyed_event process_keyed_event = {.object = {.type = &keyed_event_type, .references = 1},
                                                 .lock = PTHREAD_MUTEX_INITIALIZER};

/* Those who waited in the parent are not here, and their stacks will be used again. */
static void after_fork_in_child(void) {
    pthread_mutex_init(&process_keyed_event.lock, NULL);
    process_keyed_event.waiters = NULL;
}

__attribute__((constructor)) static void survive_fork(void) { pthread_atfork(NULL, NULL, after_fork_in_child); }

static struct keyed_event *keyed_event_of(HANDLE handle, ACCESS_MASK access, NTSTATUS *status) {
    if (!handle)
        return (struct keyed_event *)object_reference(&process_keyed_event.object);
    return (struct keyed_event *)handle_object(handle, &keyed_event_type, access, status);
}

static void keyed_append(struct keyed_event *event, struct keyed_waiter *waiter) {
    struct keyed_waiter **end = &event->waiters;
    while (*end)
        end = &(*end)->next;
    waiter->link = end;
    *end = waiter;
}

static void keyed_remove(struct keyed_waiter *waiter) {
    *waiter->link = waiter->next;
    if (waiter->next)
        waiter->next->link = waiter->link;
}

/* True when somebody of the other kind was there. */
static bool keyed_meet(struct keyed_event *event, PVOID key, bool releases) {
    struct keyed_waiter *other = event->waiters;
    while (other && (other->key != key || other->releases == releases))
        other = other->next;
    if (!other)
        return false;
    keyed_remove(other);
    atomic_uint *word = &other->met;
    atomic_store(word, 1);
    futex_wake(word, 1);
    return true;
}

static NTSTATUS keyed_wait(HANDLE handle, PVOID key, bool releases, const LARGE_INTEGER *timeout) {
    NTSTATUS status = STATUS_SUCCESS;
    if ((uintptr_t)key & 1)
        return STATUS_INVALID_PARAMETER_1;
    struct keyed_event *event = keyed_event_of(handle, releases ? 2 : 1, &status);
    if (!event)
        return status;
    struct keyed_waiter self = {.key = key, .releases = releases};
    int64_t deadline = deadline_from_nt(timeout);
    pthread_mutex_lock(&event->lock);
    bool met = keyed_meet(event, key, releases);
    if (!met)
        keyed_append(event, &self);
    pthread_mutex_unlock(&event->lock);
    bool in_time = true;
    while (!met && in_time && !atomic_load(&self.met))
        in_time = deadline && futex_wait_until(&self.met, 0, deadline);
    if (!in_time) {
        pthread_mutex_lock(&event->lock);
        in_time = atomic_load(&self.met);
        if (!in_time)
            keyed_remove(&self);
        pthread_mutex_unlock(&event->lock);
    }
    object_release(&event->object);
    return in_time ? STATUS_SUCCESS : STATUS_TIMEOUT;
}

API(ntdll, NTSTATUS, NtCreateKeyedEvent, PHANDLE KeyedEventHandle, ACCESS_MASK DesiredAccess,
    const OBJECT_ATTRIBUTES *ObjectAttributes, ULONG Flags) {
    if (Flags)
        return STATUS_INVALID_PARAMETER_4;
    struct keyed_event *event = calloc(1, sizeof *event);
    if (!event)
        return STATUS_NO_MEMORY;
    object_init(&event->object, &keyed_event_type);
    pthread_mutex_init(&event->lock, NULL);
    return nt_create(&event->object, DesiredAccess, ObjectAttributes, KeyedEventHandle);
}

API(ntdll, NTSTATUS, NtOpenKeyedEvent, PHANDLE KeyedEventHandle, ACCESS_MASK DesiredAccess,
    const OBJECT_ATTRIBUTES *ObjectAttributes) {
    return nt_open(&keyed_event_type, DesiredAccess, ObjectAttributes, KeyedEventHandle);
}

API(ntdll, NTSTATUS, NtWaitForKeyedEvent, HANDLE KeyedEventHandle, PVOID Key, BOOLEAN Alertable,
    const LARGE_INTEGER *Timeout) {
    (void)Alertable;
    return keyed_wait(KeyedEventHandle, Key, false, Timeout);
}

API(ntdll, NTSTATUS, NtReleaseKeyedEvent, HANDLE KeyedEventHandle, PVOID Key, BOOLEAN Alertable,
    const LARGE_INTEGER *Timeout) {
    (void)Alertable;
    return keyed_wait(KeyedEventHandle, Key, true, Timeout);
}
