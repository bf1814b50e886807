/* Interface pointers for other threads: the global interface table and the free-threaded marshaler
 * ("IGlobalInterfaceTable interface", "CoCreateFreeThreadedMarshaler function"); and making an object of a class. */
#include <pthread.h>

#include "com.h"
#include "com_apartment.h"
#include "fork.h"

/* ---- the global interface table ---- */

struct entry {
    struct entry *next;
    DWORD cookie;
    IUnknown *object;
};

/* Process state: the interfaces in the table. */
static struct entry *entries;
static DWORD last_cookie = 0x100;
static pthread_mutex_t entries_lock = PTHREAD_MUTEX_INITIALIZER;
SURVIVES_FORK(entries_lock);

static HRESULT WINAPI table_register(void *self, IUnknown *object, const GUID *id, DWORD *cookie) {
    (void)self;
    if (!object || !cookie)
        return E_INVALIDARG;
    struct entry *entry = heap_alloc(sizeof *entry);
    if (!entry)
        return E_OUTOFMEMORY;
    HRESULT result = com_query(object, id, (void **)&entry->object);
    if (FAILED(result)) {
        heap_free(entry);
        return result;
    }
    pthread_mutex_lock(&entries_lock);
    entry->cookie = *cookie = ++last_cookie;
    entry->next = entries;
    entries = entry;
    pthread_mutex_unlock(&entries_lock);
    return S_OK;
}

static HRESULT WINAPI table_revoke(void *self, DWORD cookie) {
    (void)self;
    pthread_mutex_lock(&entries_lock);
    struct entry **at = &entries, *found;
    while (*at && (*at)->cookie != cookie)
        at = &(*at)->next;
    found = *at;
    if (found)
        *at = found->next;
    pthread_mutex_unlock(&entries_lock);
    if (!found)
        return E_INVALIDARG;
    com_release(found->object);
    heap_free(found);
    return S_OK;
}

static HRESULT WINAPI table_get(void *self, DWORD cookie, const GUID *id, void **result) {
    (void)self;
    if (!result)
        return E_INVALIDARG;
    *result = NULL;
    pthread_mutex_lock(&entries_lock);
    struct entry *each = entries;
    while (each && each->cookie != cookie)
        each = each->next;
    IUnknown *object = each ? each->object : NULL;
    if (object)
        com_add_ref(object);
    pthread_mutex_unlock(&entries_lock);
    if (!object)
        return E_INVALIDARG;
    HRESULT status = com_query(object, id, result);
    com_release(object);
    return status;
}

static const struct {
    HRESULT(WINAPI *query)(struct com_object *, const GUID *, void **);
    ULONG(WINAPI *add_ref)(struct com_object *);
    ULONG(WINAPI *release)(struct com_object *);
    HRESULT(WINAPI *add)(void *, IUnknown *, const GUID *, DWORD *);
    HRESULT(WINAPI *revoke)(void *, DWORD);
    HRESULT(WINAPI *get)(void *, DWORD, const GUID *, void **);
} table_table = {com_object_query, com_object_add_ref, com_object_release, table_register, table_revoke, table_get};

static const GUID iid_global_interface_table = OLE_GUID(0x146);
static const GUID clsid_global_interface_table = OLE_GUID(0x323);
static struct com_object the_table = {&table_table, 1, &iid_global_interface_table, NULL, NULL};

/* ---- the free-threaded marshaler: part of another object, whose IUnknown its IMarshal passes on to ---- */

struct marshaler {
    const void *inner_table;     /* IUnknown of its own */
    const void *marshal_table;   /* IMarshal */
    atomic_uint references;
    IUnknown *outer;
};

static const GUID iid_marshal = OLE_GUID(3);
static const GUID clsid_in_process_marshaler = OLE_GUID(0x33A);

static struct marshaler *of_marshal(void *face) {
    return (struct marshaler *)(void *)((char *)face - offsetof(struct marshaler, marshal_table));
}

static HRESULT WINAPI inner_query(struct marshaler *self, const GUID *id, void **result) {
    if (!result)
        return E_POINTER;
    *result = guid_equal(id, &com_iid_unknown) ? (void *)self
            : guid_equal(id, &iid_marshal) ? (void *)&self->marshal_table : NULL;
    if (!*result)
        return E_NOINTERFACE;
    com_add_ref(*result);
    return S_OK;
}

static ULONG WINAPI inner_add_ref(struct marshaler *self) { return atomic_fetch_add(&self->references, 1) + 1; }

static ULONG WINAPI inner_release(struct marshaler *self) {
    unsigned left = atomic_fetch_sub(&self->references, 1) - 1;
    if (!left)
        heap_free(self);
    return left;
}

static HRESULT WINAPI marshal_query(void *face, const GUID *id, void **result) {
    return com_query(of_marshal(face)->outer, id, result);
}
static ULONG WINAPI marshal_add_ref(void *face) { return com_add_ref(of_marshal(face)->outer); }
static ULONG WINAPI marshal_release(void *face) { return com_release(of_marshal(face)->outer); }

static HRESULT WINAPI marshal_class(void *face, const GUID *id, void *object, DWORD context, void *context_data,
                                    DWORD flags, GUID *class_id) {
    (void)face, (void)id, (void)object, (void)context, (void)context_data, (void)flags;
    *class_id = clsid_in_process_marshaler;
    return S_OK;
}

static HRESULT WINAPI marshal_size(void *face, const GUID *id, void *object, DWORD context, void *context_data,
                                   DWORD flags, DWORD *size) {
    (void)face, (void)id, (void)object, (void)context, (void)context_data, (void)flags;
    *size = 64;
    return S_OK;
}

API_USE(HRESULT, CoMarshalInterface, IUnknown *, const GUID *, IUnknown *, DWORD, LPVOID, DWORD);
API_USE(HRESULT, CoUnmarshalInterface, IUnknown *, const GUID *, void **);
API_USE(HRESULT, CoReleaseMarshalData, IUnknown *);

static HRESULT WINAPI marshal_put(void *face, IUnknown *stream, const GUID *id, IUnknown *object, DWORD context,
                                  void *context_data, DWORD flags) {
    (void)face;
    return api_CoMarshalInterface(stream, id, object, context, context_data, flags);
}

static HRESULT WINAPI marshal_get(void *face, IUnknown *stream, const GUID *id, void **result) {
    (void)face;
    return api_CoUnmarshalInterface(stream, id, result);
}

static HRESULT WINAPI marshal_drop(void *face, IUnknown *stream) {
    (void)face;
    return api_CoReleaseMarshalData(stream);
}

static HRESULT WINAPI marshal_disconnect(void *face, DWORD reserved) {
    (void)face, (void)reserved;
    return S_OK;
}

static const struct {
    HRESULT(WINAPI *query)(struct marshaler *, const GUID *, void **);
    ULONG(WINAPI *add_ref)(struct marshaler *);
    ULONG(WINAPI *release)(struct marshaler *);
} inner_table = {inner_query, inner_add_ref, inner_release};

static const struct {
    HRESULT(WINAPI *query)(void *, const GUID *, void **);
    ULONG(WINAPI *add_ref)(void *);
    ULONG(WINAPI *release)(void *);
    HRESULT(WINAPI *get_class)(void *, const GUID *, void *, DWORD, void *, DWORD, GUID *);
    HRESULT(WINAPI *get_size)(void *, const GUID *, void *, DWORD, void *, DWORD, DWORD *);
    HRESULT(WINAPI *put)(void *, IUnknown *, const GUID *, IUnknown *, DWORD, void *, DWORD);
    HRESULT(WINAPI *get)(void *, IUnknown *, const GUID *, void **);
    HRESULT(WINAPI *drop)(void *, IUnknown *);
    HRESULT(WINAPI *disconnect)(void *, DWORD);
} marshal_table = {marshal_query, marshal_add_ref, marshal_release, marshal_class, marshal_size, marshal_put,
                   marshal_get, marshal_drop, marshal_disconnect};

API(ole32 combase, HRESULT, CoCreateFreeThreadedMarshaler, IUnknown *punkOuter, struct marshaler **ppunkMarshal) {
    if (!ppunkMarshal)
        return E_INVALIDARG;
    struct marshaler *marshaler = heap_alloc(sizeof *marshaler);
    *ppunkMarshal = marshaler;
    if (!marshaler)
        return E_OUTOFMEMORY;
    *marshaler = (struct marshaler){&inner_table, &marshal_table, 1, punkOuter};
    if (!punkOuter)
        marshaler->outer = (IUnknown *)(void *)marshaler;
    return S_OK;
}

/* ---- objects ---- */


typedef HRESULT(WINAPI *GetClassObject)(const GUID *, DWORD, LPVOID, const GUID *, void **);
typedef struct {
    IUnknownVtbl unknown;
    HRESULT(WINAPI *CreateInstance)(void *, IUnknown *, const GUID *, void **);
    HRESULT(WINAPI *LockServer)(void *, BOOL);
} ClassFactoryVtbl;

/* In com_class.py. */
static GetClassObject get_class_object(void) {
    static const WCHAR name[] = u"combase.dll", other[] = u"ole32.dll";
    NTSTATUS status;
    LDR_DATA_TABLE_ENTRY *module = module_from_name(other, sizeof other / sizeof *other - 1);
    if (!module)
        module = module_from_name(name, sizeof name / sizeof *name - 1);
    return (GetClassObject)(module ? module_export(module->DllBase, "CoGetClassObject", 0, &status) : NULL);
}

API(ole32 combase, HRESULT, CoCreateInstance, const GUID *rclsid, IUnknown *pUnkOuter, DWORD dwClsContext,
    const GUID *riid, void **ppv) {
    static const GUID iid_class_factory = OLE_GUID(1);
    IUnknown *factory = NULL;
    if (!ppv)
        return E_POINTER;
    *ppv = NULL;
    if (!com_is_initialized())
        return CO_E_NOTINITIALIZED;
    if (guid_equal(rclsid, &clsid_global_interface_table))
        return com_object_query(&the_table, riid, ppv);
    HRESULT result = get_class_object()(rclsid, dwClsContext, NULL, &iid_class_factory, (void **)&factory);
    if (FAILED(result))
        return result;
    result = ((const ClassFactoryVtbl *)(const void *)factory->lpVtbl)->CreateInstance(factory, pUnkOuter, riid, ppv);
    com_release(factory);
    return result;
}

typedef struct { const GUID *pIID; IUnknown *pItf; HRESULT hr; } MULTI_QI;

API(ole32 combase, HRESULT, CoCreateInstanceEx, const GUID *Clsid, IUnknown *punkOuter, DWORD dwClsCtx,
    PVOID pServerInfo, DWORD dwCount, MULTI_QI *pResults) {
    enum { CO_S_NOTALLINTERFACES = 0x00080012 };
    IUnknown *object;
    DWORD found = 0;
    (void)pServerInfo; /* another machine is out of reach */
    if (!dwCount || !pResults)
        return E_INVALIDARG;
    for (DWORD i = 0; i < dwCount; i++) {
        pResults[i].pItf = NULL;
        pResults[i].hr = E_NOINTERFACE;
    }
    HRESULT result = api_CoCreateInstance(Clsid, punkOuter, dwClsCtx, &com_iid_unknown, (void **)&object);
    if (FAILED(result))
        return result;
    for (DWORD i = 0; i < dwCount; i++) {
        pResults[i].hr = com_query(object, pResults[i].pIID, (void **)&pResults[i].pItf);
        found += SUCCEEDED(pResults[i].hr);
    }
    com_release(object);
    return !found ? E_NOINTERFACE : found < dwCount ? (HRESULT)CO_S_NOTALLINTERFACES : S_OK;
}
