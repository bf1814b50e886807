/* Functions of the Shell that have nothing to do where there is no desktop: nobody watches for changes or has a
 * notification area. */
#include "com/com.h"

API(shell32, BOOL, Shell_NotifyIconW, DWORD dwMessage, PVOID lpData) {
    (void)dwMessage, (void)lpData;
    return FALSE;
}
API_ALIAS(api_Shell_NotifyIconW, ansi, shell32, "Shell_NotifyIconA");
API_ALIAS(api_Shell_NotifyIconW, plain, shell32, "Shell_NotifyIcon");

/* No icon has a place. */
API(shell32, HRESULT, Shell_NotifyIconGetRect, LPCVOID identifier, LONG *iconLocation) {
    (void)identifier;
    if (!iconLocation)
        return E_INVALIDARG;
    memset(iconLocation, 0, 4 * sizeof *iconLocation);
    return E_FAIL;
}

/* ("SHSTOCKICONINFO structure") */
typedef struct {
    DWORD cbSize;
    HANDLE hIcon;
    int iSysImageIndex, iIcon;
    WCHAR szPath[260];
} SHSTOCKICONINFO;

/* Where the icon would be; there are none to be loaded. */
API(shell32, HRESULT, SHGetStockIconInfo, int siid, UINT uFlags, SHSTOCKICONINFO *psii) {
    enum { SHGSI_ICON = 0x100, SHGSI_SYSICONINDEX = 0x4000, SIID_MAX_ICONS = 181 };
    static const WCHAR path[] = u"C:\\windows\\system32\\imageres.dll";
    if (!psii || psii->cbSize != sizeof *psii || siid < 0 || siid >= SIID_MAX_ICONS)
        return E_INVALIDARG;
    if (uFlags & (SHGSI_ICON | SHGSI_SYSICONINDEX))
        return E_FAIL;
    *psii = (SHSTOCKICONINFO){.cbSize = sizeof *psii, .iIcon = -siid - 1};
    memcpy(psii->szPath, path, sizeof path);
    return S_OK;
}

API(shell32, void, SHChangeNotify, LONG wEventId, UINT uFlags, LPCVOID dwItem1, LPCVOID dwItem2) {
    (void)wEventId, (void)uFlags, (void)dwItem1, (void)dwItem2;
}

API(shell32, void, SHAddToRecentDocs, UINT uFlags, LPCVOID pv) { (void)uFlags, (void)pv; }

/* ("SHQueryUserNotificationState function") A program in full screen, or nobody at the machine. */
API(shell32, HRESULT, SHQueryUserNotificationState, int *pquns) {
    enum { QUNS_NOT_PRESENT = 1 };
    if (!pquns)
        return E_INVALIDARG;
    *pquns = QUNS_NOT_PRESENT;
    return S_OK;
}

/* ("SetCurrentProcessExplicitAppUserModelID function") */
static WCHAR *model_id;

API(shell32, HRESULT, SetCurrentProcessExplicitAppUserModelID, LPCWSTR AppID) {
    enum { LONGEST = 128 };
    size_t length = 0;
    while (AppID && AppID[length] && length <= LONGEST)
        length++;
    if (!length || length > LONGEST)
        return E_INVALIDARG;
    WCHAR *copy = heap_alloc((length + 1) * sizeof(WCHAR));
    if (!copy)
        return E_OUTOFMEMORY;
    memcpy(copy, AppID, (length + 1) * sizeof(WCHAR));
    heap_free(__atomic_exchange_n(&model_id, copy, __ATOMIC_ACQ_REL));
    return S_OK;
}

API_USE(HRESULT, SHStrDupW, LPCWSTR, LPWSTR *);

API(shell32, HRESULT, GetCurrentProcessExplicitAppUserModelID, LPWSTR *AppID) {
    const WCHAR *id = __atomic_load_n(&model_id, __ATOMIC_ACQUIRE);
    if (!AppID)
        return E_INVALIDARG;
    *AppID = NULL;
    return id ? api_SHStrDupW(id, AppID) : E_FAIL;
}

/* ---- versions ("DllGetVersion callback function") ---- */

typedef struct {
    DWORD cbSize, dwMajorVersion, dwMinorVersion, dwBuildNumber, dwPlatformID;
} DLLVERSIONINFO;

typedef struct {
    DLLVERSIONINFO info1;
    DWORD dwFlags;
    ULONGLONG ullVersion;
} DLLVERSIONINFO2;

/* Such as Windows 10's: the Shell has Windows' version, the common controls 6.10 (or 5.82, without a manifest). */
static HRESULT give_version(DLLVERSIONINFO *out, DWORD major, DWORD minor, DWORD build) {
    enum { DLLVER_PLATFORM_NT = 2 };
    if (!out || (out->cbSize != sizeof *out && out->cbSize != sizeof(DLLVERSIONINFO2)))
        return E_INVALIDARG;
    *out = (DLLVERSIONINFO){out->cbSize, major, minor, build, DLLVER_PLATFORM_NT};
    if (out->cbSize == sizeof(DLLVERSIONINFO2)) {
        DLLVERSIONINFO2 *longer = (DLLVERSIONINFO2 *)(void *)out;
        longer->dwFlags = 0;
        longer->ullVersion = (ULONGLONG)major << 48 | (ULONGLONG)minor << 32 | (ULONGLONG)build << 16;
    }
    return S_OK;
}

API_AS(shell_version, shell32 shlwapi, HRESULT, "DllGetVersion", DLLVERSIONINFO *pdvi) {
    return give_version(pdvi, 10, 0, 19045);
}

API_AS(comctl32_version, comctl32, HRESULT, "DllGetVersion", DLLVERSIONINFO *pdvi) {
    return give_version(pdvi, 6, 10, 19045);
}

/* ---- kinds of Windows ("IsOS function") ---- */

API(shlwapi, BOOL, IsOS, DWORD dwOS) {
    enum { OS_NT = 1, OS_NT4ORGREATER = 3, OS_WIN2000ORGREATER = 7, OS_XPORGREATER = 18, OS_PROFESSIONAL = 20 };
    switch (dwOS) {
    case OS_NT:
    case OS_NT4ORGREATER:
    case OS_WIN2000ORGREATER:
    case OS_XPORGREATER:
    case OS_PROFESSIONAL: return TRUE;
    default: return FALSE;
    }
}

/* There is nothing to complete what is typed ("SHAutoComplete function"). */
API(shlwapi, HRESULT, SHAutoComplete, HANDLE hwndEdit, DWORD dwFlags) {
    (void)hwndEdit, (void)dwFlags;
    return S_OK;
}

/* There is no viewer for compiled help ("HtmlHelpW function": NULL when no help window was made). */
API(hhctrl.ocx, HANDLE, HtmlHelpW, HANDLE hwndCaller, LPCWSTR pszFile, UINT uCommand, ULONG_PTR dwData) {
    (void)hwndCaller, (void)pszFile, (void)uCommand, (void)dwData;
    return NULL;
}

API(hhctrl.ocx, HANDLE, HtmlHelpA, HANDLE hwndCaller, LPCSTR pszFile, UINT uCommand, ULONG_PTR dwData) {
    (void)hwndCaller, (void)pszFile, (void)uCommand, (void)dwData;
    return NULL;
}
