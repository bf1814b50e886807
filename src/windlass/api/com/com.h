/* The Component Object Model's types and what its C files share. */
#ifndef WINDLASS_COM_H
#define WINDLASS_COM_H

#include <stdatomic.h>

#include "api.h"
#include "heap.h"

/* ("Common HRESULT Values", "COM Error Codes") */
#define S_OK ((HRESULT)0)
#define S_FALSE ((HRESULT)1)
#define E_NOTIMPL ((HRESULT)0x80004001)
#define E_NOINTERFACE ((HRESULT)0x80004002)
#define E_POINTER ((HRESULT)0x80004003)
#define E_FAIL ((HRESULT)0x80004005)
#define E_UNEXPECTED ((HRESULT)0x8000FFFF)
#define E_OUTOFMEMORY ((HRESULT)0x8007000E)
#define E_INVALIDARG ((HRESULT)0x80070057)
#define E_BOUNDS ((HRESULT)0x8000000B)
#define CO_E_NOTINITIALIZED ((HRESULT)0x800401F0)
#define CO_E_CLASSSTRING ((HRESULT)0x800401F3)
#define CO_E_IIDSTRING ((HRESULT)0x800401F4)
#define CO_E_OBJNOTREG ((HRESULT)0x800401FB)
#define CLASS_E_NOAGGREGATION ((HRESULT)0x80040110)
#define REGDB_E_CLASSNOTREG ((HRESULT)0x80040154)
#define RPC_E_CHANGED_MODE ((HRESULT)0x80010106)
#define STG_E_INVALIDFUNCTION ((HRESULT)0x80030001)
#define STG_E_INVALIDPOINTER ((HRESULT)0x80030009)
#define STG_E_SEEKERROR ((HRESULT)0x80030019)
#define STG_E_MEDIUMFULL ((HRESULT)0x80030070)
#define STG_E_INVALIDFLAG ((HRESULT)0x800300FF)
#define DISP_E_MEMBERNOTFOUND ((HRESULT)0x80020003)
#define DISP_E_PARAMNOTFOUND ((HRESULT)0x80020004)
#define DISP_E_TYPEMISMATCH ((HRESULT)0x80020005)
#define DISP_E_UNKNOWNNAME ((HRESULT)0x80020006)
#define DISP_E_BADVARTYPE ((HRESULT)0x80020008)
#define DISP_E_OVERFLOW ((HRESULT)0x8002000A)
#define DISP_E_BADINDEX ((HRESULT)0x8002000B)
#define DISP_E_ARRAYISLOCKED ((HRESULT)0x8002000D)
#define DISP_E_DIVBYZERO ((HRESULT)0x80020012)

#define SUCCEEDED(result_) ((HRESULT)(result_) >= 0)
#define FAILED(result_) ((HRESULT)(result_) < 0)

typedef WCHAR *BSTR, *LPOLESTR;
typedef const WCHAR *LPCOLESTR;

/* The first three methods of every interface. */
typedef struct IUnknown {
    const struct IUnknownVtbl *lpVtbl;
} IUnknown;
typedef struct IUnknownVtbl {
    HRESULT(WINAPI *QueryInterface)(IUnknown *, const GUID *, void **);
    ULONG(WINAPI *AddRef)(IUnknown *);
    ULONG(WINAPI *Release)(IUnknown *);
} IUnknownVtbl;

static inline ULONG com_add_ref(void *object) { return ((IUnknown *)object)->lpVtbl->AddRef(object); }
static inline ULONG com_release(void *object) { return ((IUnknown *)object)->lpVtbl->Release(object); }
static inline HRESULT com_query(void *object, const GUID *id, void **result) {
    return ((IUnknown *)object)->lpVtbl->QueryInterface(object, id, result);
}

static inline bool guid_equal(const GUID *a, const GUID *b) { return memcmp(a, b, sizeof *a) == 0; }

#define OLE_GUID(first_) {first_, 0, 0, {0xC0, 0, 0, 0, 0, 0, 0, 0x46}}
extern const GUID com_iid_unknown;

/* An object whose first field is its table, the second its reference count, and which knows IUnknown and one more
 * interface: the first three methods (com_memory.c). `destroy` may be NULL for one that lives for ever. */
struct com_object {
    const void *table;
    atomic_uint references;
    const GUID *interface_id;
    const GUID *base_id;                    /* an interface that it derives from, or NULL */
    void (*destroy)(struct com_object *self);
};
HRESULT WINAPI com_object_query(struct com_object *self, const GUID *id, void **result);
ULONG WINAPI com_object_add_ref(struct com_object *self);
ULONG WINAPI com_object_release(struct com_object *self);

BSTR bstr_from_units(const WCHAR *text, size_t length);   /* NULL out of memory */
void bstr_free(BSTR text);

#endif
