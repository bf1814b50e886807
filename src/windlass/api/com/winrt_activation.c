/* Classes of the Windows Runtime that the program itself makes known ("RoRegisterActivationFactories function",
 * "RoGetActivationFactory function", "IActivationFactory interface"). None is installed. */
#include <pthread.h>

#include "com.h"
#include "com_apartment.h"
#include "fork.h"

typedef struct hstring *HSTRING;
typedef HRESULT(WINAPI *GET_FACTORY)(HSTRING, IUnknown **);

#define CO_E_OBJISREG ((HRESULT)0x800401FC)

API_USE(HRESULT, WindowsDuplicateString, HSTRING, HSTRING *);
API_USE(HRESULT, WindowsDeleteString, HSTRING);
API_USE(HRESULT, WindowsCompareStringOrdinal, HSTRING, HSTRING, INT *);

/* A class and who makes its factory; those of one registration have one cookie. */
struct registration {
    struct registration *next;
    HSTRING name;
    GET_FACTORY get_factory;
    PVOID cookie;
};

/* Process state: the classes that are registered. */
static struct registration *registrations;
static pthread_mutex_t registrations_lock = PTHREAD_MUTEX_INITIALIZER;
SURVIVES_FORK(registrations_lock);

/* The lock is held. */
static struct registration *find(HSTRING name) {
    INT order = 1;
    struct registration *each = registrations;
    while (each && (api_WindowsCompareStringOrdinal(each->name, name, &order), order))
        each = each->next;
    return each;
}

/* Forgets those with a cookie. */
static void revoke(PVOID cookie) {
    struct registration *gone = NULL;
    pthread_mutex_lock(&registrations_lock);
    for (struct registration **at = &registrations; *at;) {
        struct registration *each = *at;
        if (each->cookie != cookie) {
            at = &each->next;
            continue;
        }
        *at = each->next;
        each->next = gone;
        gone = each;
    }
    pthread_mutex_unlock(&registrations_lock);
    while (gone) {
        struct registration *next = gone->next;
        api_WindowsDeleteString(gone->name);
        heap_free(gone);
        gone = next;
    }
}

static HRESULT add(HSTRING name, GET_FACTORY get_factory, PVOID cookie) {
    struct registration *made = name && get_factory ? heap_alloc(sizeof *made) : NULL;
    if (!made)
        return name && get_factory ? E_OUTOFMEMORY : E_INVALIDARG;
    *made = (struct registration){NULL, NULL, get_factory, cookie};
    HRESULT result = api_WindowsDuplicateString(name, &made->name);
    pthread_mutex_lock(&registrations_lock);
    if (SUCCEEDED(result) && find(name))
        result = CO_E_OBJISREG;
    if (SUCCEEDED(result)) {
        made->next = registrations;
        registrations = made;
    }
    pthread_mutex_unlock(&registrations_lock);
    if (FAILED(result)) {
        api_WindowsDeleteString(made->name);
        heap_free(made);
    }
    return result;
}

/* All of them or none. The cookie is a block of its own. */
API(combase, HRESULT, RoRegisterActivationFactories, HSTRING *activatableClassIds, GET_FACTORY *activationFactoryCallbacks,
    DWORD count, PVOID *cookie) {
    if (!activatableClassIds || !activationFactoryCallbacks || !count || !cookie)
        return E_INVALIDARG;
    *cookie = heap_alloc(1);
    if (!*cookie)
        return E_OUTOFMEMORY;
    HRESULT result = S_OK;
    for (DWORD i = 0; i < count && SUCCEEDED(result); i++)
        result = add(activatableClassIds[i], activationFactoryCallbacks[i], *cookie);
    if (FAILED(result)) {
        revoke(*cookie);
        heap_free(*cookie);
        *cookie = NULL;
    }
    return result;
}

API(combase, void, RoRevokeActivationFactories, PVOID cookie) {
    if (!cookie)
        return;
    revoke(cookie);
    heap_free(cookie);
}

API(combase, HRESULT, RoGetActivationFactory, HSTRING activatableClassId, const GUID *iid, void **factory) {
    IUnknown *made = NULL;
    if (!factory)
        return E_INVALIDARG;
    *factory = NULL;
    if (!com_is_initialized())
        return CO_E_NOTINITIALIZED;
    pthread_mutex_lock(&registrations_lock);
    struct registration *found = activatableClassId ? find(activatableClassId) : NULL;
    GET_FACTORY get_factory = found ? found->get_factory : NULL;
    pthread_mutex_unlock(&registrations_lock);
    if (!get_factory)
        return REGDB_E_CLASSNOTREG;
    HRESULT result = get_factory(activatableClassId, &made);
    if (FAILED(result) || !made)
        return FAILED(result) ? result : E_UNEXPECTED;
    result = com_query(made, iid, factory);
    com_release(made);
    return result;
}

API(combase, HRESULT, RoActivateInstance, HSTRING activatableClassId, IUnknown **instance) {
    static const GUID iid_activation_factory = OLE_GUID(0x35);
    struct activation_factory {
        const struct {
            IUnknownVtbl unknown;
            PVOID GetIids, GetRuntimeClassName, GetTrustLevel;
            HRESULT(WINAPI *ActivateInstance)(void *, IUnknown **);
        } *table;
    } *factory;
    if (!instance)
        return E_INVALIDARG;
    *instance = NULL;
    HRESULT result = api_RoGetActivationFactory(activatableClassId, &iid_activation_factory, (void **)&factory);
    if (FAILED(result))
        return result;
    result = factory->table->ActivateInstance(factory, instance);
    com_release(factory);
    return result;
}
