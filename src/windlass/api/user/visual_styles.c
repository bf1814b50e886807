/* Visual styles ("UxTheme", "Visual Styles Reference"): none is applied, as in a session with the classic look. So there
 * is no theme handle, and programs draw by the system's colours, brushes and metrics, as Microsoft tells them to where
 * OpenThemeData gives NULL. What buffers and animates painting is not here. */
#include "api.h"
#include "com/com.h"
#include "user/user_types.h"

#pragma GCC diagnostic ignored "-Wunused-parameter" /* where there is no theme, little depends on what is asked */

typedef HANDLE HTHEME;

#define E_HANDLE ((HRESULT)0x80070006)
#define ELEMENT_NOT_FOUND ((HRESULT)0x80070490)

API_USE(DWORD, GetSysColor, int);
API_USE(HBRUSH, GetSysColorBrush, int);
API_USE(int, GetSystemMetrics, int);
API_USE(BOOL, IsWindow, HWND);
API_USE(HWND, GetParent, HWND);
API_USE(int, MapWindowPoints, HWND, HWND, POINT *, UINT);
API_USE(BOOL, OffsetWindowOrgEx, HDC, int, int, POINT *);
API_USE(BOOL, SetWindowOrgEx, HDC, int, int, POINT *);
API_USE(LRESULT, SendMessageW, HWND, UINT, WPARAM, LPARAM);

/* ---- whether there is one ---- */

API(uxtheme, BOOL, IsThemeActive, void) { return FALSE; }
API(uxtheme, BOOL, IsAppThemed, void) { return FALSE; }
API(uxtheme, BOOL, IsCompositionActive, void) { return FALSE; }

static HTHEME no_theme(HRESULT why) {
    set_last_error((DWORD)why);
    return NULL;
}

API(uxtheme, HTHEME, OpenThemeData, HWND hwnd, LPCWSTR pszClassList) {
    return no_theme(pszClassList ? ELEMENT_NOT_FOUND : E_INVALIDARG);
}

API(uxtheme, HTHEME, OpenThemeDataEx, HWND hwnd, LPCWSTR pszClassList, DWORD dwFlags) {
    return no_theme(pszClassList ? ELEMENT_NOT_FOUND : E_INVALIDARG);
}

API(uxtheme, HTHEME, OpenThemeDataForDpi, HWND hwnd, LPCWSTR pszClassList, UINT dpi) {
    return no_theme(pszClassList ? ELEMENT_NOT_FOUND : E_INVALIDARG);
}

API(uxtheme, HRESULT, CloseThemeData, HTHEME hTheme) { return E_HANDLE; }
API(uxtheme, HTHEME, GetWindowTheme, HWND hwnd) { return NULL; }

API(uxtheme, HRESULT, GetCurrentThemeName, LPWSTR pszThemeFileName, int cchMaxNameChars, LPWSTR pszColorBuff,
    int cchMaxColorChars, LPWSTR pszSizeBuff, int cchMaxSizeChars) {
    return ELEMENT_NOT_FOUND;
}

API(uxtheme, HRESULT, GetThemeDocumentationProperty, LPCWSTR pszThemeName, LPCWSTR pszPropertyName, LPWSTR pszValueBuff,
    int cchMaxValChars) {
    return ELEMENT_NOT_FOUND;
}

/* ---- what a program sets; it would matter with a theme only ---- */

enum { STAP_ALLOW_NONCLIENT = 1, STAP_ALLOW_CONTROLS = 2, STAP_ALLOW_WEBCONTENT = 4 };

/* The process's, as on Windows. */
static DWORD application_properties = STAP_ALLOW_NONCLIENT | STAP_ALLOW_CONTROLS | STAP_ALLOW_WEBCONTENT;

API(uxtheme, DWORD, GetThemeAppProperties, void) {
    return __atomic_load_n(&application_properties, __ATOMIC_RELAXED);
}

API(uxtheme, void, SetThemeAppProperties, DWORD dwFlags) {
    __atomic_store_n(&application_properties, dwFlags, __ATOMIC_RELAXED);
}

API(uxtheme, HRESULT, EnableTheming, BOOL fEnable) { return S_OK; }

static HRESULT of_window(HWND window) { return api_IsWindow(window) ? S_OK : E_HANDLE; }

API(uxtheme, HRESULT, SetWindowTheme, HWND hwnd, LPCWSTR pszSubAppName, LPCWSTR pszSubIdList) { return of_window(hwnd); }

API(uxtheme, HRESULT, SetWindowThemeAttribute, HWND hwnd, int eAttribute, PVOID pvAttribute, DWORD cbAttribute) {
    return of_window(hwnd);
}

API(uxtheme, HRESULT, EnableThemeDialogTexture, HWND hwnd, DWORD dwFlags) { return of_window(hwnd); }
API(uxtheme, BOOL, IsThemeDialogTextureEnabled, HWND hwnd) { return FALSE; }

/* ---- the system's colours and sizes, which do not take a theme ("GetThemeSysColor function") ---- */

enum { TMT_FLATMENUS = 1001 };

/* The colours' numbers are those of GetSysColor. */
API(uxtheme, COLORREF, GetThemeSysColor, HTHEME hTheme, int iColorId) { return api_GetSysColor(iColorId); }
API(uxtheme, HBRUSH, GetThemeSysColorBrush, HTHEME hTheme, int iColorId) { return api_GetSysColorBrush(iColorId); }
API(uxtheme, int, GetThemeSysSize, HTHEME hTheme, int iSizeId) { return api_GetSystemMetrics(iSizeId); }
API(uxtheme, BOOL, GetThemeSysBool, HTHEME hTheme, int iBoolId) { return iBoolId == TMT_FLATMENUS; }

/* ---- what is asked of a theme, which none of these handles is ---- */

#define OF_THEME(name_, ...) \
    API(uxtheme, HRESULT, name_, HTHEME hTheme, __VA_ARGS__) { return E_HANDLE; }

OF_THEME(DrawThemeBackground, HDC hdc, int part, int state, const RECT *rect, const RECT *clip)
OF_THEME(DrawThemeBackgroundEx, HDC hdc, int part, int state, const RECT *rect, const void *options)
OF_THEME(DrawThemeEdge, HDC hdc, int part, int state, const RECT *rect, UINT edge, UINT flags, RECT *content)
OF_THEME(DrawThemeIcon, HDC hdc, int part, int state, const RECT *rect, HANDLE images, int index)
OF_THEME(DrawThemeText, HDC hdc, int part, int state, LPCWSTR text, int length, DWORD flags, DWORD flags2, const RECT *rect)
OF_THEME(DrawThemeTextEx, HDC hdc, int part, int state, LPCWSTR text, int length, DWORD flags, RECT *rect,
         const void *options)
OF_THEME(GetThemeBackgroundContentRect, HDC hdc, int part, int state, const RECT *rect, RECT *content)
OF_THEME(GetThemeBackgroundExtent, HDC hdc, int part, int state, const RECT *content, RECT *extent)
OF_THEME(GetThemeBackgroundRegion, HDC hdc, int part, int state, const RECT *rect, HANDLE *region)
OF_THEME(GetThemeBitmap, int part, int state, int property, ULONG flags, HANDLE *bitmap)
OF_THEME(GetThemeBool, int part, int state, int property, BOOL *value)
OF_THEME(GetThemeColor, int part, int state, int property, COLORREF *value)
OF_THEME(GetThemeEnumValue, int part, int state, int property, int *value)
OF_THEME(GetThemeFilename, int part, int state, int property, LPWSTR name, int length)
OF_THEME(GetThemeFont, HDC hdc, int part, int state, int property, void *font)
OF_THEME(GetThemeInt, int part, int state, int property, int *value)
OF_THEME(GetThemeIntList, int part, int state, int property, void *list)
OF_THEME(GetThemeMargins, HDC hdc, int part, int state, int property, const RECT *rect, void *margins)
OF_THEME(GetThemeMetric, HDC hdc, int part, int state, int property, int *value)
OF_THEME(GetThemePartSize, HDC hdc, int part, int state, const RECT *rect, int kind, void *size)
OF_THEME(GetThemePosition, int part, int state, int property, POINT *point)
OF_THEME(GetThemePropertyOrigin, int part, int state, int property, int *origin)
OF_THEME(GetThemeRect, int part, int state, int property, RECT *rect)
OF_THEME(GetThemeStream, int part, int state, int property, void **stream, DWORD *size, HINSTANCE instance)
OF_THEME(GetThemeString, int part, int state, int property, LPWSTR text, int length)
OF_THEME(GetThemeTextExtent, HDC hdc, int part, int state, LPCWSTR text, int length, DWORD flags, const RECT *bounds,
         RECT *extent)
OF_THEME(GetThemeTextMetrics, HDC hdc, int part, int state, void *metrics)
OF_THEME(GetThemeTransitionDuration, int part, int from, int to, int property, DWORD *milliseconds)
OF_THEME(HitTestThemeBackground, HDC hdc, int part, int state, DWORD options, const RECT *rect, HANDLE region, POINT point,
         WORD *code)
OF_THEME(GetThemeSysFont, int font, void *value)
OF_THEME(GetThemeSysString, int string, LPWSTR text, int length)
OF_THEME(GetThemeSysInt, int number, int *value)

API(uxtheme, BOOL, IsThemePartDefined, HTHEME hTheme, int iPartId, int iStateId) { return FALSE; }
API(uxtheme, BOOL, IsThemeBackgroundPartiallyTransparent, HTHEME hTheme, int iPartId, int iStateId) { return FALSE; }

/* ---- the parent's background ---- */

/* The parent draws into the child's device context, whose origin is the parent's meanwhile. */
static HRESULT draw_parent(HWND window, HDC dc) {
    enum { WM_ERASEBKGND = 0x14, WM_PRINTCLIENT = 0x318, PRF_CLIENT = 4 };
    HWND parent = api_GetParent(window);
    POINT origin = {0, 0}, before;
    if (!parent)
        return E_HANDLE;
    api_MapWindowPoints(window, parent, &origin, 1);
    api_OffsetWindowOrgEx(dc, origin.x, origin.y, &before);
    api_SendMessageW(parent, WM_ERASEBKGND, (WPARAM)dc, 0);
    api_SendMessageW(parent, WM_PRINTCLIENT, (WPARAM)dc, PRF_CLIENT);
    api_SetWindowOrgEx(dc, before.x, before.y, NULL);
    return S_OK;
}

API(uxtheme, HRESULT, DrawThemeParentBackground, HWND hwnd, HDC hdc, const RECT *prc) { return draw_parent(hwnd, hdc); }

API(uxtheme, HRESULT, DrawThemeParentBackgroundEx, HWND hwnd, HDC hdc, DWORD dwFlags, const RECT *prc) {
    return draw_parent(hwnd, hdc);
}
