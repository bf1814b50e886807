/* Who is told when a thread initialises COM ("IInitializeSpy interface", "CoRegisterInitializeSpy function"). */
#include "com_apartment.h"

typedef struct {
    IUnknownVtbl unknown;
    HRESULT(WINAPI *PreInitialize)(void *, DWORD, DWORD);
    HRESULT(WINAPI *PostInitialize)(void *, HRESULT, DWORD, DWORD);
    HRESULT(WINAPI *PreUninitialize)(void *, DWORD);
    HRESULT(WINAPI *PostUninitialize)(void *, DWORD);
} InitializeSpyVtbl;

static const GUID iid_initialize_spy = OLE_GUID(0x34);

/* Of one thread; a spy holds a reference. The cookie is its number and the thread's. */
struct spy {
    struct spy *next;
    IUnknown *object;
    ULONGLONG cookie;
};
static __thread struct spy *spies;

static const InitializeSpyVtbl *table_of(const struct spy *spy) {
    return (const InitializeSpyVtbl *)(const void *)spy->object->lpVtbl;
}

void com_spies_before(DWORD model, DWORD references) {
    for (struct spy *each = spies; each; each = each->next)
        table_of(each)->PreInitialize(each->object, model, references);
}

/* A spy may change the result; the last one has the last word. */
HRESULT com_spies_after(HRESULT result, DWORD model, DWORD references) {
    for (struct spy *each = spies; each; each = each->next)
        result = table_of(each)->PostInitialize(each->object, result, model, references);
    return result;
}

void com_spies_before_end(DWORD references) {
    for (struct spy *each = spies; each; each = each->next)
        table_of(each)->PreUninitialize(each->object, references);
}

void com_spies_after_end(DWORD references) {
    for (struct spy *each = spies; each; each = each->next)
        table_of(each)->PostUninitialize(each->object, references);
}

API(ole32 combase, HRESULT, CoRegisterInitializeSpy, IUnknown *pSpy, ULARGE_INTEGER *puliCookie) {
    static atomic_ullong last;
    IUnknown *object;
    if (!pSpy || !puliCookie)
        return E_INVALIDARG;
    if (FAILED(com_query(pSpy, &iid_initialize_spy, (void **)&object)))
        return E_INVALIDARG;
    struct spy *spy = heap_alloc(sizeof *spy);
    if (!spy) {
        com_release(object);
        return E_OUTOFMEMORY;
    }
    *spy = (struct spy){spies, object, atomic_fetch_add(&last, 1) + 1};
    spies = spy;
    puliCookie->QuadPart = spy->cookie;
    return S_OK;
}

/* Only by the thread that registered it. */
API(ole32 combase, HRESULT, CoRevokeInitializeSpy, ULARGE_INTEGER uliCookie) {
    for (struct spy **at = &spies; *at; at = &(*at)->next)
        if ((*at)->cookie == uliCookie.QuadPart) {
            struct spy *gone = *at;
            *at = gone->next;
            com_release(gone->object);
            heap_free(gone);
            return S_OK;
        }
    return E_INVALIDARG;
}
