/* The Shell's helpers for COM objects ("QISearch function", "IUnknown_QueryService function", "IStream_Read function"),
 * and the reference that keeps a thread's host alive ("SHSetThreadRef function"). */
#include "com/com.h"

typedef struct {
    const GUID *piid;
    int dwOffset;
} QITAB;

/* An object's interfaces: each with the offset of its table. The first stands for IUnknown as well. */
API(shlwapi kernelbase, HRESULT, QISearch, BYTE *that, const QITAB *pqit, const GUID *riid, void **ppv) {
    if (!ppv)
        return E_POINTER;
    *ppv = NULL;
    if (!that || !pqit)
        return E_NOINTERFACE;
    const QITAB *found = pqit;
    while (found->piid && !guid_equal(found->piid, riid))
        found++;
    if (!found->piid)
        found = guid_equal(riid, &com_iid_unknown) ? pqit : NULL;
    if (!found || !found->piid)
        return E_NOINTERFACE;
    *ppv = that + found->dwOffset;
    com_add_ref(*ppv);
    return S_OK;
}

API(shlwapi shcore, void, IUnknown_Set, IUnknown **ppunk, IUnknown *punk) {
    IUnknown *before = *ppunk;
    if (punk)
        com_add_ref(punk);
    *ppunk = punk;
    if (before)
        com_release(before);
}

API(shlwapi, void, IUnknown_AtomicRelease, IUnknown **ppunk) {
    IUnknown *before = ppunk ? __atomic_exchange_n(ppunk, NULL, __ATOMIC_ACQ_REL) : NULL;
    if (before)
        com_release(before);
}

/* ---- sites and services ---- */

static const GUID iid_service_provider = {0x6D5140C1, 0x7436, 0x11CE, {0x80, 0x34, 0x00, 0xAA, 0x00, 0x60, 0x09, 0xFA}};
static const GUID iid_object_with_site = {0xFC4801A3, 0x2BA9, 0x11CF, {0xA2, 0x29, 0x00, 0xAA, 0x00, 0x3D, 0x73, 0x52}};

typedef struct {
    IUnknownVtbl unknown;
    HRESULT(WINAPI *QueryService)(IUnknown *, const GUID *, const GUID *, void **);
} ServiceProviderVtbl;

typedef struct {
    IUnknownVtbl unknown;
    HRESULT(WINAPI *SetSite)(IUnknown *, IUnknown *);
    HRESULT(WINAPI *GetSite)(IUnknown *, const GUID *, void **);
} ObjectWithSiteVtbl;

API(shlwapi shcore, HRESULT, IUnknown_QueryService, IUnknown *punk, const GUID *guidService, const GUID *riid,
    void **ppvOut) {
    IUnknown *provider;
    *ppvOut = NULL;
    if (!punk)
        return E_FAIL;
    HRESULT result = com_query(punk, &iid_service_provider, (void **)&provider);
    if (FAILED(result))
        return result;
    const ServiceProviderVtbl *table = (const ServiceProviderVtbl *)(const void *)provider->lpVtbl;
    result = table->QueryService(provider, guidService, riid, ppvOut);
    com_release(provider);
    return result;
}

API(shlwapi shcore, HRESULT, IUnknown_SetSite, IUnknown *punk, IUnknown *punkSite) {
    IUnknown *object;
    if (!punk)
        return E_FAIL;
    HRESULT result = com_query(punk, &iid_object_with_site, (void **)&object);
    if (FAILED(result))
        return result;
    result = ((const ObjectWithSiteVtbl *)(const void *)object->lpVtbl)->SetSite(object, punkSite);
    com_release(object);
    return result;
}

API(shlwapi shcore, HRESULT, IUnknown_GetSite, IUnknown *punk, const GUID *riid, void **ppv) {
    IUnknown *object;
    *ppv = NULL;
    if (!punk)
        return E_INVALIDARG;
    HRESULT result = com_query(punk, &iid_object_with_site, (void **)&object);
    if (FAILED(result))
        return result;
    result = ((const ObjectWithSiteVtbl *)(const void *)object->lpVtbl)->GetSite(object, riid, ppv);
    com_release(object);
    return result;
}

/* ---- streams ---- */

typedef struct {
    IUnknownVtbl unknown;
    HRESULT(WINAPI *Read)(IUnknown *, void *, ULONG, ULONG *);
    HRESULT(WINAPI *Write)(IUnknown *, const void *, ULONG, ULONG *);
    HRESULT(WINAPI *Seek)(IUnknown *, int64_t, DWORD, uint64_t *);
} StreamVtbl;

static const StreamVtbl *table_of(IUnknown *stream) { return (const StreamVtbl *)(const void *)stream->lpVtbl; }

/* All of it, or E_FAIL. */
API(shlwapi shcore, HRESULT, IStream_Read, IUnknown *pstm, void *pv, ULONG cb) {
    ULONG count = 0;
    HRESULT result = table_of(pstm)->Read(pstm, pv, cb, &count);
    return FAILED(result) ? result : count == cb ? S_OK : E_FAIL;
}

API(shlwapi shcore, HRESULT, IStream_Write, IUnknown *pstm, const void *pv, ULONG cb) {
    ULONG count = 0;
    HRESULT result = table_of(pstm)->Write(pstm, pv, cb, &count);
    return FAILED(result) ? result : count == cb ? S_OK : E_FAIL;
}

API(shlwapi shcore, HRESULT, IStream_Reset, IUnknown *pstm) { return table_of(pstm)->Seek(pstm, 0, 0, NULL); }

/* The position stays what it was. */
API(shlwapi shcore, HRESULT, IStream_Size, IUnknown *pstm, uint64_t *pui) {
    enum { SEEK_TO_START, SEEK_BY, SEEK_TO_END };
    uint64_t position = 0;
    HRESULT result = table_of(pstm)->Seek(pstm, 0, SEEK_BY, &position);
    if (SUCCEEDED(result))
        result = table_of(pstm)->Seek(pstm, 0, SEEK_TO_END, pui);
    if (SUCCEEDED(result))
        result = table_of(pstm)->Seek(pstm, (int64_t)position, SEEK_TO_START, NULL);
    return result;
}

/* ---- references of threads and of the process ---- */

static __thread IUnknown *thread_reference;
static IUnknown *process_reference;

API(shlwapi shcore, HRESULT, SHSetThreadRef, IUnknown *punk) {
    thread_reference = punk; /* no reference of its own: the object clears this when it goes */
    return S_OK;
}

API(shlwapi shcore, HRESULT, SHGetThreadRef, IUnknown **ppunk) {
    *ppunk = thread_reference;
    if (!thread_reference)
        return E_NOINTERFACE;
    com_add_ref(thread_reference);
    return S_OK;
}

API(shlwapi shcore, HRESULT, SHReleaseThreadRef, void) {
    thread_reference = NULL;
    return S_OK;
}

API(shcore, void, SetProcessReference, IUnknown *punk) { __atomic_store_n(&process_reference, punk, __ATOMIC_RELEASE); }

API(shcore, HRESULT, GetProcessReference, IUnknown **ppunk) {
    *ppunk = __atomic_load_n(&process_reference, __ATOMIC_ACQUIRE);
    if (!*ppunk)
        return E_FAIL;
    com_add_ref(*ppunk);
    return S_OK;
}

/* An object whose last release clears what points to its count ("SHCreateThreadRef function"). */
struct counted {
    struct com_object object;
    LONG *count;
};

static ULONG WINAPI counted_add_ref(struct counted *self) { return (ULONG)__atomic_add_fetch(self->count, 1, __ATOMIC_ACQ_REL); }

static ULONG WINAPI counted_release(struct counted *self) {
    LONG left = __atomic_sub_fetch(self->count, 1, __ATOMIC_ACQ_REL);
    if (!left) {
        if (thread_reference == (IUnknown *)(void *)self)
            thread_reference = NULL;
        heap_free(self);
    }
    return (ULONG)left;
}

static HRESULT WINAPI counted_query(struct counted *self, const GUID *id, void **result) {
    *result = guid_equal(id, &com_iid_unknown) ? self : NULL;
    if (!*result)
        return E_NOINTERFACE;
    counted_add_ref(self);
    return S_OK;
}

static const struct {
    HRESULT(WINAPI *query)(struct counted *, const GUID *, void **);
    ULONG(WINAPI *add_ref)(struct counted *);
    ULONG(WINAPI *release)(struct counted *);
} counted_table = {counted_query, counted_add_ref, counted_release};

API(shlwapi shcore, HRESULT, SHCreateThreadRef, LONG *pcRef, IUnknown **ppunk) {
    struct counted *counted = heap_alloc(sizeof *counted);
    *ppunk = (IUnknown *)(void *)counted;
    if (!counted)
        return E_OUTOFMEMORY;
    *counted = (struct counted){{&counted_table, 1, NULL, NULL, NULL}, pcRef};
    *pcRef = 1;
    return S_OK;
}
