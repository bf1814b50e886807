/* Calls between apartments and processes, as far as there are any: waiting for them, filtering messages meanwhile, and
 * who calls. All calls are direct here, so that none is ever in progress ("CoWaitForMultipleHandles function",
 * "CoRegisterMessageFilter function", "CoGetCallContext function"). */
#include "com_apartment.h"
#include "user/user.h"

#define RPC_E_CALL_COMPLETE ((HRESULT)0x80010117)
#define RPC_S_CALLPENDING ((HRESULT)0x80010115)
#define RPC_E_NO_SYNC ((HRESULT)0x80010120)
#define CO_E_NOT_SUPPORTED ((HRESULT)0x80004021)
#define HRESULT_OF(code_) ((HRESULT)(0x80070000u | (code_)))
enum { COWAIT_WAITALL = 1, COWAIT_ALERTABLE = 2 };
enum { WAIT_TIMEOUT_ = 0x102, QS_ALLINPUT = 0x4FF, PM_REMOVE = 1 };
enum { MWMO_ALERTABLE = 2, MWMO_INPUTAVAILABLE = 4 };

API_USE(DWORD, WaitForMultipleObjectsEx, DWORD, const HANDLE *, BOOL, DWORD, BOOL);
API_USE(DWORD, MsgWaitForMultipleObjectsEx, DWORD, const HANDLE *, DWORD, DWORD, DWORD);
API_USE(BOOL, PeekMessageW, MSG *, HWND, UINT, UINT, UINT);
API_USE(BOOL, TranslateMessage, const MSG *);
API_USE(LRESULT, DispatchMessageW, const MSG *);
API_USE(void, PostQuitMessage, int);
API_USE(ULONGLONG, GetTickCount64, void);
API_USE(DWORD, GetLastError, void);

/* False when the program is to end. */
static bool dispatch_messages(void) {
    MSG message;
    while (api_PeekMessageW(&message, NULL, 0, 0, PM_REMOVE)) {
        if (message.message == WM_QUIT) {
            api_PostQuitMessage((int)message.wParam);
            return false;
        }
        api_TranslateMessage(&message);
        api_DispatchMessageW(&message);
    }
    return true;
}

/* A thread with windows goes on handling its messages while it waits. */
static DWORD wait_with_messages(DWORD flags, DWORD timeout, ULONG count, const HANDLE *handles) {
    DWORD how = MWMO_INPUTAVAILABLE | (flags & COWAIT_ALERTABLE ? MWMO_ALERTABLE : 0);
    ULONGLONG begin = api_GetTickCount64();
    for (;;) {
        ULONGLONG passed = api_GetTickCount64() - begin;
        DWORD left = timeout == INFINITE ? INFINITE : passed >= timeout ? 0 : timeout - (DWORD)passed;
        DWORD result = flags & COWAIT_WAITALL ? api_WaitForMultipleObjectsEx(count, handles, TRUE, 0, FALSE) : WAIT_TIMEOUT_;
        if (flags & COWAIT_WAITALL && result != WAIT_TIMEOUT_)
            return result;
        result = api_MsgWaitForMultipleObjectsEx(flags & COWAIT_WAITALL ? 0 : count, handles, left, QS_ALLINPUT, how);
        if (result != (flags & COWAIT_WAITALL ? 0 : count))
            return result;
        if (!dispatch_messages())
            return api_WaitForMultipleObjectsEx(count, handles, (flags & COWAIT_WAITALL) != 0, left, FALSE);
    }
}

API(ole32 combase, HRESULT, CoWaitForMultipleHandles, DWORD dwFlags, DWORD dwTimeout, ULONG cHandles, HANDLE *pHandles,
    LPDWORD lpdwindex) {
    if (!lpdwindex)
        return E_INVALIDARG;
    *lpdwindex = 0;
    if (!pHandles)
        return E_INVALIDARG;
    if (!cHandles)
        return RPC_E_NO_SYNC;
    DWORD result = com_is_single_threaded()
                     ? wait_with_messages(dwFlags, dwTimeout, cHandles, pHandles)
                     : api_WaitForMultipleObjectsEx(cHandles, pHandles, (dwFlags & COWAIT_WAITALL) != 0, dwTimeout,
                                                    (dwFlags & COWAIT_ALERTABLE) != 0);
    if (result == WAIT_TIMEOUT_)
        return RPC_S_CALLPENDING;
    if (result == (DWORD)-1)
        return HRESULT_OF(api_GetLastError() & 0xFFFF);
    *lpdwindex = result;
    return S_OK;
}

/* ---- message filters, of single-threaded apartments ---- */

static __thread IUnknown *message_filter; /* holds a reference */

API(ole32 combase, HRESULT, CoRegisterMessageFilter, IUnknown *lpMessageFilter, IUnknown **lplpMessageFilter) {
    IUnknown *before = message_filter;
    if (!com_is_single_threaded())
        return CO_E_NOT_SUPPORTED;
    if (lpMessageFilter)
        com_add_ref(lpMessageFilter);
    message_filter = lpMessageFilter;
    if (lplpMessageFilter)
        *lplpMessageFilter = before;
    else if (before)
        com_release(before);
    return S_OK;
}

/* ---- the call in progress: none ---- */

API(ole32 combase, HRESULT, CoGetCallContext, const GUID *riid, void **ppInterface) {
    (void)riid;
    if (ppInterface)
        *ppInterface = NULL;
    return RPC_E_CALL_COMPLETE;
}

API(ole32 combase, HRESULT, CoImpersonateClient, void) { return RPC_E_CALL_COMPLETE; }
API(ole32 combase, HRESULT, CoRevertToSelf, void) { return RPC_E_CALL_COMPLETE; }

API(ole32 combase, HRESULT, CoQueryClientBlanket, DWORD *pAuthnSvc, DWORD *pAuthzSvc, LPOLESTR *pServerPrincName,
    DWORD *pAuthnLevel, DWORD *pImpLevel, HANDLE *pPrivs, DWORD *pCapabilities) {
    (void)pAuthnSvc, (void)pAuthzSvc, (void)pServerPrincName, (void)pAuthnLevel, (void)pImpLevel, (void)pPrivs;
    (void)pCapabilities;
    return RPC_E_CALL_COMPLETE;
}

API(ole32 combase, HRESULT, CoGetCallerTID, LPDWORD lpdwTID) {
    if (!lpdwTID)
        return E_INVALIDARG;
    *lpdwTID = 0;
    return RPC_E_CALL_COMPLETE;
}

/* Calls that could be cancelled are none, so that saying so has no effect. */
API(ole32 combase, HRESULT, CoEnableCallCancellation, LPVOID pReserved) { return pReserved ? E_INVALIDARG : S_OK; }
API(ole32 combase, HRESULT, CoDisableCallCancellation, LPVOID pReserved) { return pReserved ? E_INVALIDARG : S_OK; }

/* No object here is a proxy: only proxies have IClientSecurity. */
API(ole32 combase, HRESULT, CoQueryProxyBlanket, IUnknown *pProxy, DWORD *pwAuthnSvc, DWORD *pAuthzSvc,
    LPOLESTR *pServerPrincName, DWORD *pAuthnLevel, DWORD *pImpLevel, HANDLE *pAuthInfo, DWORD *pCapabilites) {
    (void)pwAuthnSvc, (void)pAuthzSvc, (void)pServerPrincName, (void)pAuthnLevel, (void)pImpLevel, (void)pAuthInfo;
    (void)pCapabilites;
    return pProxy ? E_NOINTERFACE : E_INVALIDARG;
}

API(ole32 combase, HRESULT, CoCopyProxy, IUnknown *pProxy, IUnknown **ppCopy) {
    return pProxy && ppCopy ? E_NOINTERFACE : E_INVALIDARG;
}

API(ole32 combase, BOOL, CoIsHandlerConnected, IUnknown *pUnk) {
    (void)pUnk;
    return TRUE;
}

API_USE(HRESULT, CoCreateGuid, GUID *);

/* One for each thread, as long as calls stay on it. */
API(ole32 combase, HRESULT, CoGetCurrentLogicalThreadId, GUID *pguid) {
    static __thread GUID own;
    static __thread bool is_made;
    if (!pguid)
        return E_INVALIDARG;
    if (!is_made && FAILED(api_CoCreateGuid(&own)))
        return E_FAIL;
    is_made = true;
    *pguid = own;
    return S_OK;
}

API(ole32, BOOL, IsEqualGUID, const GUID *rguid1, const GUID *rguid2) { return guid_equal(rguid1, rguid2); }

/* ---- versions: those of Windows since COM is a part of it ---- */

API(ole32, DWORD, CoBuildVersion, void) { return 23 << 16 | 639; }
API(ole32, DWORD, OleBuildVersion, void) { return 23 << 16 | 639; }
API(oleaut32, ULONG, OaBuildVersion, void) { return 10 << 16 | 4396; }

/* ---- objects that have to be started before they are used ("OleRun function") ---- */

typedef struct {
    IUnknownVtbl unknown;
    HRESULT(WINAPI *GetRunningClass)(void *, GUID *);
    HRESULT(WINAPI *Run)(void *, IUnknown *);
    BOOL(WINAPI *IsRunning)(void *);
    HRESULT(WINAPI *LockRunning)(void *, BOOL, BOOL);
    HRESULT(WINAPI *SetContainedObject)(void *, BOOL);
} RunnableObjectVtbl;

/* NULL: it needs no start. */
static IUnknown *runnable(IUnknown *object) {
    static const GUID iid_runnable_object = OLE_GUID(0x126);
    IUnknown *found = NULL;
    return SUCCEEDED(com_query(object, &iid_runnable_object, (void **)&found)) ? found : NULL;
}

#define RUNNABLE(found_) ((const RunnableObjectVtbl *)(const void *)(found_)->lpVtbl)

API(ole32, HRESULT, OleRun, IUnknown *pUnknown) {
    if (!pUnknown)
        return E_INVALIDARG;
    IUnknown *found = runnable(pUnknown);
    HRESULT result = found ? RUNNABLE(found)->Run(found, NULL) : S_OK;
    if (found)
        com_release(found);
    return result;
}

API(ole32, BOOL, OleIsRunning, IUnknown *pObject) {
    if (!pObject)
        return FALSE;
    IUnknown *found = runnable(pObject);
    BOOL result = found ? RUNNABLE(found)->IsRunning(found) : TRUE;
    if (found)
        com_release(found);
    return result;
}

API(ole32, HRESULT, OleLockRunning, IUnknown *pUnknown, BOOL fLock, BOOL fLastUnlockCloses) {
    if (!pUnknown)
        return E_INVALIDARG;
    IUnknown *found = runnable(pUnknown);
    HRESULT result = found ? RUNNABLE(found)->LockRunning(found, fLock, fLastUnlockCloses) : S_OK;
    if (found)
        com_release(found);
    return result;
}

API(ole32, HRESULT, OleSetContainedObject, IUnknown *pUnknown, BOOL fContained) {
    if (!pUnknown)
        return E_INVALIDARG;
    IUnknown *found = runnable(pUnknown);
    HRESULT result = found ? RUNNABLE(found)->SetContainedObject(found, fContained) : S_OK;
    if (found)
        com_release(found);
    return result;
}
