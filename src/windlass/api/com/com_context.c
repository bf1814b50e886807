/* The contexts that threads are in ("CoGetObjectContext function", "CoGetContextToken function", "IComThreadingInfo
 * interface"). A token is the context's IObjContext, and .NET asks that for the thread's kind. */
#include "com.h"
#include "com_apartment.h"

enum { THDTYPE_BLOCKMESSAGES, THDTYPE_PROCESSMESSAGES };

/* Of each single-threaded apartment, and one of all other threads. It has three faces. */
struct context {
    const void *context_table, *threading_table, *callback_table;
    atomic_uint references;
};

static const GUID iid_context = OLE_GUID(0x1C0);
static const GUID iid_object_context = OLE_GUID(0x1C6);
static const GUID iid_threading_info = OLE_GUID(0x1CE);
static const GUID iid_context_callback = OLE_GUID(0x1DA);

static HRESULT query(struct context *self, const GUID *id, void **result) {
    if (!result)
        return E_POINTER;
    bool own = guid_equal(id, &com_iid_unknown) || guid_equal(id, &iid_context) || guid_equal(id, &iid_object_context);
    *result = own                                       ? (void *)&self->context_table
              : guid_equal(id, &iid_threading_info)     ? (void *)&self->threading_table
              : guid_equal(id, &iid_context_callback)   ? (void *)&self->callback_table
                                                        : NULL;
    if (!*result)
        return E_NOINTERFACE;
    atomic_fetch_add(&self->references, 1);
    return S_OK;
}

static ULONG release(struct context *self) {
    unsigned left = atomic_fetch_sub(&self->references, 1) - 1;
    if (!left)
        heap_free(self);
    return left;
}

/* The first three methods of a face. */
#define FACE(name_)                                                                                                       \
    static struct context *of_##name_(void *face) {                                                                       \
        return (struct context *)(void *)((char *)face - offsetof(struct context, name_##_table));                        \
    }                                                                                                                     \
    static HRESULT WINAPI name_##_query(void *face, const GUID *id, void **result) {                                      \
        return query(of_##name_(face), id, result);                                                                       \
    }                                                                                                                     \
    static ULONG WINAPI name_##_add_ref(void *face) { return atomic_fetch_add(&of_##name_(face)->references, 1) + 1; }    \
    static ULONG WINAPI name_##_release(void *face) { return release(of_##name_(face)); }
FACE(context)
FACE(threading)
FACE(callback)

/* ---- IObjContext: contexts have no properties here ---- */

static HRESULT WINAPI set_property(void *face, const GUID *policy, DWORD flags, IUnknown *object) {
    (void)face, (void)policy, (void)flags, (void)object;
    return E_NOTIMPL;
}

static HRESULT WINAPI get_property(void *face, const GUID *policy, DWORD *flags, IUnknown **object) {
    (void)face, (void)policy, (void)flags;
    if (object)
        *object = NULL;
    return E_NOTIMPL;
}

static HRESULT WINAPI enumerate_properties(void *face, IUnknown **properties) {
    (void)face;
    if (properties)
        *properties = NULL;
    return E_NOTIMPL;
}

static void WINAPI reserved(void *face) { (void)face; }

/* ---- IComThreadingInfo ---- */

static HRESULT WINAPI apartment_type(void *face, int *type) {
    int qualifier;
    (void)face;
    return api_CoGetApartmentType(type, &qualifier);
}

static HRESULT WINAPI thread_type(void *face, int *type) {
    (void)face;
    if (!type)
        return E_INVALIDARG;
    *type = com_is_single_threaded() ? THDTYPE_PROCESSMESSAGES : THDTYPE_BLOCKMESSAGES;
    return S_OK;
}

static __thread GUID logical_thread;

static HRESULT WINAPI get_logical_thread(void *face, GUID *id) {
    (void)face;
    const TEB *teb = teb_self();
    if (!id)
        return E_INVALIDARG;
    if (!logical_thread.Data1)
        logical_thread = (GUID)OLE_GUID((DWORD)(uintptr_t)teb->ThreadId);
    *id = logical_thread;
    return S_OK;
}

static HRESULT WINAPI set_logical_thread(void *face, const GUID *id) {
    (void)face;
    if (!id)
        return E_INVALIDARG;
    logical_thread = *id;
    return S_OK;
}

/* ---- IContextCallback: a call into another context is direct ---- */

static HRESULT WINAPI call_in_context(void *face, HRESULT(WINAPI *function)(void *), void *argument, const GUID *id,
                                      int method, IUnknown *object) {
    (void)face, (void)id, (void)method, (void)object;
    return function ? function(argument) : E_INVALIDARG;
}

static const void *const context_table[] = {context_query, context_add_ref, context_release, set_property, get_property,
                                            enumerate_properties, reserved, reserved, reserved, reserved, reserved,
                                            reserved, reserved};
static const void *const threading_table[] = {threading_query,    threading_add_ref,  threading_release, apartment_type,
                                              thread_type,        get_logical_thread, set_logical_thread};
static const void *const callback_table[] = {callback_query, callback_add_ref, callback_release, call_in_context};

/* ---- whose it is ---- */

static struct context shared = {context_table, threading_table, callback_table, 1};
static __thread struct context *own;

static struct context *own_context(void) {
    if (!own && (own = heap_alloc(sizeof *own)))
        *own = (struct context){context_table, threading_table, callback_table, 1};
    return own;
}

static struct context *current(void) { return com_is_single_threaded() ? own_context() : &shared; }

void com_context_leave(void) {
    if (own)
        release(own);
    own = NULL;
}

API(ole32 combase, HRESULT, CoGetContextToken, ULONG_PTR *pToken) {
    if (!com_is_initialized())
        return CO_E_NOTINITIALIZED;
    if (!pToken)
        return E_POINTER;
    *pToken = (ULONG_PTR)current();
    return *pToken ? S_OK : E_OUTOFMEMORY;
}

API(ole32 combase, HRESULT, CoGetObjectContext, const GUID *riid, LPVOID *ppv) {
    if (!ppv || !riid)
        return E_INVALIDARG;
    *ppv = NULL;
    if (!com_is_initialized())
        return CO_E_NOTINITIALIZED;
    struct context *context = current();
    return context ? query(context, riid, ppv) : E_OUTOFMEMORY;
}
