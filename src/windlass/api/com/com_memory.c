/* The task allocator, and what all COM objects of windlass's own have in common ("CoTaskMemAlloc function",
 * "IMalloc interface"). Its memory is the process heap's. */
#include "com.h"

const GUID com_iid_unknown = OLE_GUID(0);

HRESULT WINAPI com_object_query(struct com_object *self, const GUID *id, void **result) {
    if (!result)
        return E_POINTER;
    if (guid_equal(id, &com_iid_unknown) || guid_equal(id, self->interface_id) ||
        (self->base_id && guid_equal(id, self->base_id))) {
        com_object_add_ref(self);
        *result = self;
        return S_OK;
    }
    *result = NULL;
    return E_NOINTERFACE;
}

ULONG WINAPI com_object_add_ref(struct com_object *self) {
    return self->destroy ? atomic_fetch_add(&self->references, 1) + 1 : 1;
}

ULONG WINAPI com_object_release(struct com_object *self) {
    if (!self->destroy)
        return 1;
    unsigned left = atomic_fetch_sub(&self->references, 1) - 1;
    if (!left)
        self->destroy(self);
    return left;
}

API(ole32 combase, LPVOID, CoTaskMemAlloc, SIZE_T cb) { return heap_alloc(cb); }
API_ALIAS(api_CoTaskMemAlloc, shell, shell32, "SHAlloc");

API(ole32 combase, void, CoTaskMemFree, LPVOID pv) { heap_free(pv); }
API_ALIAS(api_CoTaskMemFree, shell, shell32, "SHFree");
API_ALIAS(api_CoTaskMemFree, list, shell32, "ILFree");

/* Size 0 frees; NULL allocates. */
API(ole32 combase, LPVOID, CoTaskMemRealloc, LPVOID pv, SIZE_T cb) {
    if (!pv)
        return heap_alloc(cb);
    if (cb)
        return heap_realloc(pv, cb);
    heap_free(pv);
    return NULL;
}

/* ---- IMalloc ---- */

static void *WINAPI malloc_alloc(struct com_object *self, SIZE_T size) {
    (void)self;
    return heap_alloc(size);
}

static void *WINAPI malloc_realloc(struct com_object *self, void *block, SIZE_T size) {
    (void)self;
    return api_CoTaskMemRealloc(block, size);
}

static void WINAPI malloc_free(struct com_object *self, void *block) {
    (void)self;
    heap_free(block);
}

static SIZE_T WINAPI malloc_size(struct com_object *self, void *block) {
    (void)self;
    return block ? heap_size(block) : (SIZE_T)-1;
}

/* -1: it cannot be determined. */
static int WINAPI malloc_did_alloc(struct com_object *self, void *block) {
    (void)self;
    return heap_knows(block);
}

static void WINAPI malloc_minimize(struct com_object *self) { (void)self; }

static const struct {
    HRESULT(WINAPI *query)(struct com_object *, const GUID *, void **);
    ULONG(WINAPI *add_ref)(struct com_object *);
    ULONG(WINAPI *release)(struct com_object *);
    void *(WINAPI *alloc)(struct com_object *, SIZE_T);
    void *(WINAPI *realloc)(struct com_object *, void *, SIZE_T);
    void(WINAPI *free)(struct com_object *, void *);
    SIZE_T(WINAPI *size)(struct com_object *, void *);
    int(WINAPI *did_alloc)(struct com_object *, void *);
    void(WINAPI *minimize)(struct com_object *);
} malloc_table = {com_object_query, com_object_add_ref, com_object_release, malloc_alloc, malloc_realloc, malloc_free,
                  malloc_size, malloc_did_alloc, malloc_minimize};

static const GUID iid_malloc = OLE_GUID(2);
static struct com_object the_malloc = {&malloc_table, 1, &iid_malloc, NULL, NULL};

API(ole32 combase, HRESULT, CoGetMalloc, DWORD dwMemContext, struct com_object **ppMalloc) {
    if (dwMemContext != 1) {
        *ppMalloc = NULL;
        return E_INVALIDARG;
    }
    *ppMalloc = &the_malloc;
    return S_OK;
}

API(shell32, HRESULT, SHGetMalloc, struct com_object **ppMalloc) { return api_CoGetMalloc(1, ppMalloc); }
