/* Threads and COM: who has initialised it, and in which apartment ("CoInitializeEx function", "Processes, Threads, and
 * Apartments"). Calls between apartments are direct here: an interface pointer may be used by any thread. */
#include "com_apartment.h"

enum { COINIT_APARTMENTTHREADED = 2, COINIT_DISABLE_OLE1DDE = 4, COINIT_SPEED_OVER_MEMORY = 8 };
enum { APTTYPE_STA, APTTYPE_MTA, APTTYPE_NA, APTTYPE_MAINSTA, APTTYPE_CURRENT = -1 };
enum { APTTYPEQUALIFIER_NONE, APTTYPEQUALIFIER_IMPLICIT_MTA };

static __thread struct {
    unsigned count; /* CoInitializeEx calls to be undone */
    bool is_single; /* in a single-threaded apartment */
    bool is_main;
} apartment;

/* Process state: threads in the multi-threaded apartment (which all uninitialised threads then share), and whether
 * there is a first single-threaded apartment. */
static atomic_uint multithreaded;
static atomic_bool has_main;

bool com_is_single_threaded(void) { return apartment.count && apartment.is_single; }
bool com_is_initialized(void) { return apartment.count || atomic_load(&multithreaded); }

static HRESULT initialize(DWORD model) {
    bool single = model & COINIT_APARTMENTTHREADED;
    if (apartment.count) {
        if (apartment.is_single != single)
            return RPC_E_CHANGED_MODE;
        apartment.count++;
        return S_FALSE;
    }
    apartment.count = 1;
    apartment.is_single = single;
    apartment.is_main = single && !atomic_exchange(&has_main, true);
    if (!single)
        atomic_fetch_add(&multithreaded, 1);
    return S_OK;
}

API(ole32 combase, HRESULT, CoInitializeEx, LPVOID pvReserved, DWORD dwCoInit) {
    if (pvReserved || dwCoInit & ~(DWORD)(COINIT_APARTMENTTHREADED | COINIT_DISABLE_OLE1DDE | COINIT_SPEED_OVER_MEMORY))
        return E_INVALIDARG;
    com_spies_before(dwCoInit, apartment.count);
    return com_spies_after(initialize(dwCoInit), dwCoInit, apartment.count);
}

API(ole32 combase, HRESULT, CoInitialize, LPVOID pvReserved) {
    return api_CoInitializeEx(pvReserved, COINIT_APARTMENTTHREADED);
}

static void uninitialize(void) {
    if (!apartment.count || --apartment.count)
        return;
    com_context_leave();
    if (!apartment.is_single)
        atomic_fetch_sub(&multithreaded, 1);
    else if (apartment.is_main)
        atomic_store(&has_main, false);
}

API(ole32 combase, void, CoUninitialize, void) {
    com_spies_before_end(apartment.count);
    uninitialize();
    com_spies_after_end(apartment.count);
}

API(ole32, HRESULT, OleInitialize, LPVOID pvReserved) {
    HRESULT result = api_CoInitializeEx(pvReserved, COINIT_APARTMENTTHREADED);
    return result;
}

API(ole32, void, OleUninitialize, void) { api_CoUninitialize(); }

API(ole32 combase, HRESULT, CoGetApartmentType, int *pAptType, int *pAptQualifier) {
    if (!pAptType || !pAptQualifier)
        return E_INVALIDARG;
    *pAptQualifier = APTTYPEQUALIFIER_NONE;
    *pAptType = APTTYPE_CURRENT;
    if (apartment.count) {
        *pAptType = !apartment.is_single ? APTTYPE_MTA : apartment.is_main ? APTTYPE_MAINSTA : APTTYPE_STA;
    } else if (atomic_load(&multithreaded)) {
        *pAptType = APTTYPE_MTA;
        *pAptQualifier = APTTYPEQUALIFIER_IMPLICIT_MTA;
    }
    return *pAptType == APTTYPE_CURRENT ? CO_E_NOTINITIALIZED : S_OK;
}

/* The cookie tells which call it was. */
API(ole32 combase, HRESULT, CoIncrementMTAUsage, ULONG_PTR *pCookie) {
    if (!pCookie)
        return E_INVALIDARG;
    *pCookie = atomic_fetch_add(&multithreaded, 1) + 1;
    return S_OK;
}

API(ole32 combase, HRESULT, CoDecrementMTAUsage, ULONG_PTR Cookie) {
    if (!Cookie || !atomic_load(&multithreaded))
        return E_INVALIDARG;
    atomic_fetch_sub(&multithreaded, 1);
    return S_OK;
}

API(ole32 combase, DWORD, CoGetCurrentProcess, void) {
    static atomic_uint last;
    static __thread DWORD number;
    if (!number)
        number = atomic_fetch_add(&last, 1) + 1;
    return number;
}

/* ---- security: calls do not leave the process, so there is nobody to be authenticated ---- */

API(ole32 combase, HRESULT, CoInitializeSecurity, PVOID pSecDesc, LONG cAuthSvc, PVOID asAuthSvc, PVOID pReserved1,
    DWORD dwAuthnLevel, DWORD dwImpLevel, PVOID pAuthList, DWORD dwCapabilities, PVOID pReserved3) {
    enum { RPC_E_TOO_LATE = (int)0x80010119 };
    static atomic_bool done;
    (void)pSecDesc, (void)cAuthSvc, (void)asAuthSvc, (void)dwAuthnLevel, (void)dwImpLevel, (void)pAuthList;
    (void)dwCapabilities;
    if (!com_is_initialized())
        return CO_E_NOTINITIALIZED;
    if (pReserved1 || pReserved3)
        return E_INVALIDARG;
    return atomic_exchange(&done, true) ? RPC_E_TOO_LATE : S_OK;
}

/* IClientSecurity is for proxies, and for those objects here that stand for another process's. */
typedef struct ClientSecurity {
    const struct {
        IUnknownVtbl unknown;
        PVOID QueryBlanket;
        HRESULT(WINAPI *SetBlanket)(struct ClientSecurity *, IUnknown *, DWORD, DWORD, LPOLESTR, DWORD, DWORD, PVOID, DWORD);
        PVOID CopyProxy;
    } *lpVtbl;
} ClientSecurity;

static const GUID iid_client_security = OLE_GUID(0x13D);

API(ole32 combase, HRESULT, CoSetProxyBlanket, IUnknown *pProxy, DWORD dwAuthnSvc, DWORD dwAuthzSvc,
    LPOLESTR pServerPrincName, DWORD dwAuthnLevel, DWORD dwImpLevel, PVOID pAuthInfo, DWORD dwCapabilities) {
    ClientSecurity *security;
    if (!pProxy)
        return E_INVALIDARG;
    HRESULT result = com_query(pProxy, &iid_client_security, (void **)&security);
    if (FAILED(result))
        return result;
    result = security->lpVtbl->SetBlanket(security, pProxy, dwAuthnSvc, dwAuthzSvc, pServerPrincName, dwAuthnLevel,
                                          dwImpLevel, pAuthInfo, dwCapabilities);
    com_release(security);
    return result;
}

/* ---- the server process's life ("CoAddRefServerProcess function") ---- */

static atomic_uint server_references;

API(ole32 combase, ULONG, CoAddRefServerProcess, void) { return atomic_fetch_add(&server_references, 1) + 1; }
API(ole32 combase, ULONG, CoReleaseServerProcess, void) { return atomic_fetch_sub(&server_references, 1) - 1; }
API(ole32 combase, HRESULT, CoSuspendClassObjects, void) { return S_OK; }
API(ole32 combase, HRESULT, CoResumeClassObjects, void) { return S_OK; }
API(ole32 combase, HRESULT, CoDisconnectObject, IUnknown *pUnk, DWORD dwReserved) {
    (void)dwReserved;
    return pUnk ? S_OK : E_INVALIDARG;
}
API(ole32 combase, HRESULT, CoLockObjectExternal, IUnknown *pUnk, BOOL fLock, BOOL fLastUnlockReleases) {
    (void)fLastUnlockReleases;
    if (!pUnk)
        return E_INVALIDARG;
    if (fLock)
        com_add_ref(pUnk);
    else
        com_release(pUnk);
    return S_OK;
}
