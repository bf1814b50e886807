/* Thread and fiber local storage by index ("Thread Local Storage", "Fiber Local Storage").
 *
 * TlsAlloc's slots lie where programs and debuggers look for them: 64 in the TEB and 1024 in an array that the TEB points
 * to. FlsAlloc's lie in a record of the running fiber, TEB.FlsData. Index 0 of both is not given out, as on Windows. */
#include <pthread.h>

#include "fork.h"
#include "local_storage.h"
#include "nt.h"

enum {
    TEB_SLOTS = 64,
    EXPANSION_SLOTS = 1024,
    TLS_SLOTS = TEB_SLOTS + EXPANSION_SLOTS,
    FLS_SLOTS = 4080,                                /* FLS_MAXIMUM_AVAILABLE since Windows 10, version 2004 */
};
#define OUT_OF_INDEXES 0xffffffffu

/* Under the lock. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
SURVIVES_FORK(lock);
static bool tls_used[TLS_SLOTS] = {true}, fls_used[FLS_SLOTS] = {true};

static DWORD take_index(bool *used, DWORD count) {
    DWORD index = 0;
    pthread_mutex_lock(&lock);
    while (index < count && used[index])
        index++;
    if (index < count)
        used[index] = true;
    pthread_mutex_unlock(&lock);
    return index < count ? index : OUT_OF_INDEXES;
}

static bool give_index_back(bool *used, DWORD count, DWORD index) {
    pthread_mutex_lock(&lock);
    bool was_used = index != 0 && index < count && used[index];
    if (was_used)
        used[index] = false;
    pthread_mutex_unlock(&lock);
    return was_used;
}

/* ---- TlsAlloc ---- */

/* Where the slot is; NULL when the thread never stored anything that far. */
static PVOID *tls_slot(TEB *teb, DWORD index) {
    if (index < TEB_SLOTS)
        return &teb->TlsSlots[index];
    return teb->TlsExpansionSlots ? &teb->TlsExpansionSlots[index - TEB_SLOTS] : NULL;
}

/* A new index finds zero in every thread. */
static void clear_in_all_threads(DWORD index) {
    thread_list_acquire();
    for (struct thread *thread = thread_list_head(); thread; thread = thread->next) {
        PVOID *slot = tls_slot(&thread->teb, index);
        if (slot)
            *slot = NULL;
    }
    thread_list_release();
}

API(kernel32 kernelbase, DWORD, TlsAlloc, void) {
    DWORD index = take_index(tls_used, TLS_SLOTS);
    if (index == OUT_OF_INDEXES)
        set_last_error(ERROR_NO_MORE_ITEMS);
    else
        clear_in_all_threads(index);
    return index;
}

API(kernel32 kernelbase, BOOL, TlsFree, DWORD dwTlsIndex) {
    return give_index_back(tls_used, TLS_SLOTS, dwTlsIndex) ? TRUE : fail(ERROR_INVALID_PARAMETER);
}

static PVOID WINAPI __attribute__((noinline)) get_expansion_slot(DWORD index) {
    if (index >= TLS_SLOTS)
        return set_last_error(ERROR_INVALID_PARAMETER), NULL;
    set_last_error(ERROR_SUCCESS);
    PVOID *slot = tls_slot(teb_self(), index);
    return slot ? *slot : NULL;
}

/* Clears the last error, for zero may be a value ("TlsGetValue function"). */
API(kernel32 kernelbase, PVOID, TlsGetValue, DWORD dwTlsIndex) {
    TEB *teb = teb_self();
    if (dwTlsIndex >= TEB_SLOTS)
        return get_expansion_slot(dwTlsIndex);
    teb->LastErrorValue = ERROR_SUCCESS;
    return teb->TlsSlots[dwTlsIndex];
}

/* Leaves the last error alone. */
API(kernel32 kernelbase, PVOID, TlsGetValue2, DWORD dwTlsIndex) {
    PVOID *slot = dwTlsIndex < TLS_SLOTS ? tls_slot(teb_self(), dwTlsIndex) : NULL;
    return slot ? *slot : NULL;
}

void tls_slots_free(struct thread *thread) { free(thread->teb.TlsExpansionSlots); }

static BOOL WINAPI __attribute__((noinline)) set_expansion_slot(DWORD index, PVOID value) {
    TEB *teb = teb_self();
    if (index >= TLS_SLOTS)
        return fail(ERROR_INVALID_PARAMETER);
    if (!teb->TlsExpansionSlots) {
        PVOID *slots = calloc(EXPANSION_SLOTS, sizeof *slots);
        if (!slots)
            return fail(ERROR_NOT_ENOUGH_MEMORY);
        __atomic_store_n(&teb->TlsExpansionSlots, slots, __ATOMIC_RELEASE);
    }
    *tls_slot(teb, index) = value;
    return TRUE;
}

API(kernel32 kernelbase, BOOL, TlsSetValue, DWORD dwTlsIndex, LPVOID lpTlsValue) {
    if (dwTlsIndex >= TEB_SLOTS)
        return set_expansion_slot(dwTlsIndex, lpTlsValue);
    teb_self()->TlsSlots[dwTlsIndex] = lpTlsValue;
    return TRUE;
}

/* ---- FlsAlloc ---- */

/* What one fiber, or a thread that is none, has stored. Only its thread grows it; FlsFree looks into all of them. */
struct fls {
    struct fls *next, *previous;
    DWORD capacity;
    PVOID values[];
};

typedef void(WINAPI *fls_callback)(PVOID value);

/* Under the lock. */
static struct fls *all_fls;
static fls_callback callbacks[FLS_SLOTS];

static void fls_link(struct fls *fls) {
    fls->previous = NULL;
    fls->next = all_fls;
    if (all_fls)
        all_fls->previous = fls;
    all_fls = fls;
}

static void fls_unlink(struct fls *fls) {
    if (fls->previous)
        fls->previous->next = fls->next;
    else
        all_fls = fls->next;
    if (fls->next)
        fls->next->previous = fls->previous;
}

static struct fls *fls_grow(struct fls *fls, DWORD index) {
    DWORD capacity = 32;
    while (capacity <= index)
        capacity *= 2;
    pthread_mutex_lock(&lock);
    if (fls)
        fls_unlink(fls);
    struct fls *grown = realloc(fls, sizeof *grown + capacity * sizeof(PVOID));
    if (grown) {
        DWORD old = fls ? grown->capacity : 0;
        memset(&grown->values[old], 0, (capacity - old) * sizeof(PVOID));
        grown->capacity = capacity;
    }
    if (grown || fls)
        fls_link(grown ? grown : fls);
    pthread_mutex_unlock(&lock);
    return grown;
}

/* As a call of its own, for the thread may be leaving: no Windows code is below. */
static void call_back(fls_callback callback, PVOID value) {
    struct thread *self = thread_self();
    struct call_result result;
    uint64_t slots[4] = {(uintptr_t)value};
    call_windows((const void *)callback, slots, 1, &result, &self->boundary);
}

/* Of the value at an index, which is taken away. */
static fls_callback take_with_callback(struct fls *fls, DWORD index, PVOID *value) {
    pthread_mutex_lock(&lock);
    *value = fls->values[index];
    fls->values[index] = NULL;
    fls_callback callback = *value && fls_used[index] ? callbacks[index] : NULL;
    pthread_mutex_unlock(&lock);
    return callback;
}

void fls_end(PVOID *place) {
    struct fls *fls;
    for (DWORD i = 0; (fls = *place) != NULL && i < fls->capacity; i++) {
        PVOID value;
        fls_callback callback = take_with_callback(fls, i, &value);
        if (callback)
            call_back(callback, value);              /* may store more, and so move what *place points to */
    }
    *place = NULL;
    if (!fls)
        return;
    pthread_mutex_lock(&lock);
    fls_unlink(fls);
    pthread_mutex_unlock(&lock);
    free(fls);
}

/* Takes one thread's value of this index; NULL: there is none left. */
static PVOID take_value(DWORD index) {
    PVOID value = NULL;
    pthread_mutex_lock(&lock);
    for (struct fls *fls = all_fls; fls && !value; fls = fls->next) {
        if (index < fls->capacity) {
            value = fls->values[index];
            fls->values[index] = NULL;
        }
    }
    pthread_mutex_unlock(&lock);
    return value;
}

API(kernel32 kernelbase, DWORD, FlsAlloc, fls_callback lpCallback) {
    DWORD index = take_index(fls_used, FLS_SLOTS);
    if (index == OUT_OF_INDEXES)
        set_last_error(ERROR_NO_MORE_ITEMS);
    else
        callbacks[index] = lpCallback;
    return index;
}
API_ALIAS(api_FlsAlloc, crt, msvcr110 msvcr120, "__crtFlsAlloc");

/* Calls the callback for every thread's value ("FlsFree function"), before the index can be given out again. */
API(kernel32 kernelbase, BOOL, FlsFree, DWORD dwFlsIndex) {
    PVOID value;
    if (dwFlsIndex == 0 || dwFlsIndex >= FLS_SLOTS || !fls_used[dwFlsIndex])
        return fail(ERROR_INVALID_PARAMETER);
    while ((value = take_value(dwFlsIndex)) != NULL)
        if (callbacks[dwFlsIndex])
            call_back(callbacks[dwFlsIndex], value);
    callbacks[dwFlsIndex] = NULL;
    return give_index_back(fls_used, FLS_SLOTS, dwFlsIndex) ? TRUE : fail(ERROR_INVALID_PARAMETER);
}
API_ALIAS(api_FlsFree, crt, msvcr110 msvcr120, "__crtFlsFree");

/* Clears the last error like TlsGetValue. */
API(kernel32 kernelbase, PVOID, FlsGetValue, DWORD dwFlsIndex) {
    TEB *teb = teb_self();
    const struct fls *fls = teb->FlsData;
    teb->LastErrorValue = ERROR_SUCCESS;
    if (fls && dwFlsIndex < fls->capacity)
        return fls->values[dwFlsIndex];
    if (dwFlsIndex >= FLS_SLOTS)
        teb->LastErrorValue = ERROR_INVALID_PARAMETER;
    return NULL;
}
API_ALIAS(api_FlsGetValue, crt, msvcr110 msvcr120, "__crtFlsGetValue");

API(kernel32 kernelbase, PVOID, FlsGetValue2, DWORD dwFlsIndex) {
    const struct fls *fls = teb_self()->FlsData;
    return fls && dwFlsIndex < fls->capacity ? fls->values[dwFlsIndex] : NULL;
}

static BOOL WINAPI __attribute__((noinline)) set_first_value(DWORD index, PVOID value) {
    TEB *teb = teb_self();
    if (index >= FLS_SLOTS)
        return fail(ERROR_INVALID_PARAMETER);
    struct fls *fls = fls_grow(teb->FlsData, index);
    if (!fls)
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    teb->FlsData = fls;
    fls->values[index] = value;
    return TRUE;
}

API(kernel32 kernelbase, BOOL, FlsSetValue, DWORD dwFlsIndex, PVOID lpFlsData) {
    struct fls *fls = teb_self()->FlsData;
    if (!fls || dwFlsIndex >= fls->capacity)
        return set_first_value(dwFlsIndex, lpFlsData);
    fls->values[dwFlsIndex] = lpFlsData;
    return TRUE;
}
API_ALIAS(api_FlsSetValue, crt, msvcr110 msvcr120, "__crtFlsSetValue");

/* ---- ntdll's names ---- */

API(ntdll, NTSTATUS, RtlFlsAlloc, fls_callback Callback, PULONG Index) {
    *Index = api_FlsAlloc(Callback);
    return *Index == OUT_OF_INDEXES ? STATUS_NO_MEMORY : STATUS_SUCCESS;
}

API(ntdll, NTSTATUS, RtlFlsFree, ULONG Index) {
    return api_FlsFree(Index) ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
}

API(ntdll, NTSTATUS, RtlFlsGetValue, ULONG Index, PVOID *Value) {
    if (Index == 0 || Index >= FLS_SLOTS)
        return STATUS_INVALID_PARAMETER;
    *Value = api_FlsGetValue2(Index);
    return STATUS_SUCCESS;
}

API(ntdll, NTSTATUS, RtlFlsSetValue, ULONG Index, PVOID Value) {
    return api_FlsSetValue(Index, Value) ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
}
