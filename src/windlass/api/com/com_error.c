/* Error objects of a thread ("IErrorInfo interface", "SetErrorInfo function"). */
#include "com.h"

typedef struct ErrorInfo ErrorInfo;

/* One object with two faces: it is written through the one and read through the other. */
struct ErrorInfo {
    const void *create_table;
    const void *read_table;
    atomic_uint references;
    GUID source_interface;
    BSTR source, description, help_file;
    DWORD help_context;
};

static const GUID iid_error_info = {0x1CF2B120, 0x547D, 0x101B, {0x8E, 0x65, 0x08, 0x00, 0x2B, 0x2B, 0xD1, 0x19}};
static const GUID iid_create_error_info = {0x22F03340, 0x547D, 0x101B,
                                           {0x8E, 0x65, 0x08, 0x00, 0x2B, 0x2B, 0xD1, 0x19}};

static ErrorInfo *of_create(void *face) { return face; }
static ErrorInfo *of_read(void *face) { return (ErrorInfo *)(void *)((char *)face - offsetof(ErrorInfo, read_table)); }

static HRESULT query(ErrorInfo *self, const GUID *id, void **result) {
    if (!result)
        return E_POINTER;
    *result = guid_equal(id, &iid_error_info) ? (void *)&self->read_table
            : guid_equal(id, &iid_create_error_info) || guid_equal(id, &com_iid_unknown) ? (void *)self : NULL;
    if (!*result)
        return E_NOINTERFACE;
    atomic_fetch_add(&self->references, 1);
    return S_OK;
}

static ULONG release(ErrorInfo *self) {
    unsigned left = atomic_fetch_sub(&self->references, 1) - 1;
    if (!left) {
        bstr_free(self->source);
        bstr_free(self->description);
        bstr_free(self->help_file);
        heap_free(self);
    }
    return left;
}

static HRESULT WINAPI create_query(void *face, const GUID *id, void **result) {
    return query(of_create(face), id, result);
}
static ULONG WINAPI create_add_ref(void *face) { return atomic_fetch_add(&of_create(face)->references, 1) + 1; }
static ULONG WINAPI create_release(void *face) { return release(of_create(face)); }
static HRESULT WINAPI read_query(void *face, const GUID *id, void **result) { return query(of_read(face), id, result); }
static ULONG WINAPI read_add_ref(void *face) { return atomic_fetch_add(&of_read(face)->references, 1) + 1; }
static ULONG WINAPI read_release(void *face) { return release(of_read(face)); }

API_USE(BSTR, SysAllocString, LPCOLESTR);

static HRESULT put_text(BSTR *place, const WCHAR *text) {
    bstr_free(*place);
    *place = api_SysAllocString(text);
    return text && !*place ? E_OUTOFMEMORY : S_OK;
}

static HRESULT get_text(const WCHAR *text, BSTR *result) {
    if (!result)
        return E_INVALIDARG;
    *result = api_SysAllocString(text);
    return text && !*result ? E_OUTOFMEMORY : S_OK;
}

static HRESULT WINAPI set_guid(void *face, const GUID *id) {
    of_create(face)->source_interface = *id;
    return S_OK;
}
static HRESULT WINAPI set_source(void *face, LPOLESTR text) { return put_text(&of_create(face)->source, text); }
static HRESULT WINAPI set_description(void *face, LPOLESTR text) {
    return put_text(&of_create(face)->description, text);
}
static HRESULT WINAPI set_help_file(void *face, LPOLESTR text) { return put_text(&of_create(face)->help_file, text); }
static HRESULT WINAPI set_help_context(void *face, DWORD context) {
    of_create(face)->help_context = context;
    return S_OK;
}

static HRESULT WINAPI get_guid(void *face, GUID *id) {
    if (!id)
        return E_INVALIDARG;
    *id = of_read(face)->source_interface;
    return S_OK;
}
static HRESULT WINAPI get_source(void *face, BSTR *text) { return get_text(of_read(face)->source, text); }
static HRESULT WINAPI get_description(void *face, BSTR *text) { return get_text(of_read(face)->description, text); }
static HRESULT WINAPI get_help_file(void *face, BSTR *text) { return get_text(of_read(face)->help_file, text); }
static HRESULT WINAPI get_help_context(void *face, DWORD *context) {
    if (!context)
        return E_INVALIDARG;
    *context = of_read(face)->help_context;
    return S_OK;
}

static const struct {
    HRESULT(WINAPI *query)(void *, const GUID *, void **);
    ULONG(WINAPI *add_ref)(void *);
    ULONG(WINAPI *release)(void *);
    HRESULT(WINAPI *set_guid)(void *, const GUID *);
    HRESULT(WINAPI *set_source)(void *, LPOLESTR);
    HRESULT(WINAPI *set_description)(void *, LPOLESTR);
    HRESULT(WINAPI *set_help_file)(void *, LPOLESTR);
    HRESULT(WINAPI *set_help_context)(void *, DWORD);
} create_table = {create_query, create_add_ref, create_release, set_guid, set_source, set_description, set_help_file,
                  set_help_context};

static const struct {
    HRESULT(WINAPI *query)(void *, const GUID *, void **);
    ULONG(WINAPI *add_ref)(void *);
    ULONG(WINAPI *release)(void *);
    HRESULT(WINAPI *get_guid)(void *, GUID *);
    HRESULT(WINAPI *get_source)(void *, BSTR *);
    HRESULT(WINAPI *get_description)(void *, BSTR *);
    HRESULT(WINAPI *get_help_file)(void *, BSTR *);
    HRESULT(WINAPI *get_help_context)(void *, DWORD *);
} read_table = {read_query, read_add_ref, read_release, get_guid, get_source, get_description, get_help_file,
                get_help_context};

API(oleaut32 ole32 combase, HRESULT, CreateErrorInfo, void **pperrinfo) {
    if (!pperrinfo)
        return E_INVALIDARG;
    ErrorInfo *error = heap_alloc_zeroed(sizeof *error);
    *pperrinfo = error;
    if (!error)
        return E_OUTOFMEMORY;
    error->create_table = &create_table;
    error->read_table = &read_table;
    error->references = 1;
    return S_OK;
}

/* Holds a reference. */
static __thread IUnknown *current_error;

API(oleaut32 ole32 combase, HRESULT, SetErrorInfo, ULONG dwReserved, IUnknown *perrinfo) {
    if (dwReserved)
        return E_INVALIDARG;
    IUnknown *old = current_error;
    if (perrinfo)
        com_add_ref(perrinfo);
    current_error = perrinfo;
    if (old)
        com_release(old);
    return S_OK;
}

/* The object goes to the caller: the thread has none afterwards. */
API(oleaut32 ole32 combase, HRESULT, GetErrorInfo, ULONG dwReserved, IUnknown **pperrinfo) {
    if (dwReserved || !pperrinfo)
        return E_INVALIDARG;
    *pperrinfo = current_error;
    current_error = NULL;
    return *pperrinfo ? S_OK : S_FALSE;
}
