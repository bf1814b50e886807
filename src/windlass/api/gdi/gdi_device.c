/* What the display, which nobody sees, cannot do: it is no printer, has no OpenGL and no colour profile, and no escapes of
 * a driver. Each function answers as it is documented to in that case ("Printing and Print Spooler", "Escape function",
 * "ChoosePixelFormat function", "SetICMMode function"). */
#include "gdi.h"

#include <pthread.h>

#include "fork.h"

#define ERROR_INVALID_PIXEL_FORMAT 2000u

/* ---- escapes and printing ---- */

enum { NOT_IMPLEMENTED = 0, SP_ERROR = -1 };

enum { QUERYESCSUPPORT = 8 };

/* The only escape there is asks which ones there are. */
static int escape(HDC hdc, int which, int size, const void *input) {
    INT asked = 0;
    if (!dc_find(hdc))
        return SP_ERROR;
    if (which != QUERYESCSUPPORT || size < (int)sizeof asked || !input)
        return NOT_IMPLEMENTED;
    memcpy(&asked, input, sizeof asked);
    return asked == QUERYESCSUPPORT;
}

API(gdi32, int, Escape, HDC hdc, int iEscape, int cjIn, LPCSTR pvIn, LPVOID pvOut) {
    return (void)pvOut, escape(hdc, iEscape, cjIn, pvIn);
}

API(gdi32, int, ExtEscape, HDC hdc, int iEscape, int cjInput, LPCSTR lpInData, int cjOutput, LPSTR lpOutData) {
    return (void)cjOutput, (void)lpOutData, escape(hdc, iEscape, cjInput, lpInData);
}

API(gdi32, int, DrawEscape, HDC hdc, int iEscape, int cjIn, LPCSTR lpIn) {
    (void)iEscape, (void)cjIn, (void)lpIn;
    return dc_find(hdc) ? NOT_IMPLEMENTED : SP_ERROR;
}

static int no_printer(HDC hdc) {
    if (dc_find(hdc))
        set_last_error(ERROR_NOT_SUPPORTED);
    return SP_ERROR;
}

API(gdi32, int, StartDocW, HDC hdc, const void *lpdi) { return (void)lpdi, no_printer(hdc); }
API_ALIAS(api_StartDocW, ansi, gdi32, "StartDocA");
API(gdi32, int, SetAbortProc, HDC hdc, FARPROC proc) { return (void)proc, no_printer(hdc); }
API(gdi32, int, StartPage, HDC hdc) { return no_printer(hdc); }
API_ALIAS(api_StartPage, end_page, gdi32, "EndPage");
API_ALIAS(api_StartPage, end, gdi32, "EndDoc");
API_ALIAS(api_StartPage, abort, gdi32, "AbortDoc");

/* ---- pixel formats: those of OpenGL ---- */

static int no_pixel_format(HDC hdc) {
    if (dc_find(hdc))
        set_last_error(ERROR_INVALID_PIXEL_FORMAT);
    return 0;
}

API(gdi32, int, ChoosePixelFormat, HDC hdc, const void *ppfd) { return (void)ppfd, no_pixel_format(hdc); }
API(gdi32, int, DescribePixelFormat, HDC hdc, int iPixelFormat, UINT nBytes, void *ppfd) {
    return (void)iPixelFormat, (void)nBytes, (void)ppfd, no_pixel_format(hdc);
}
API(gdi32, int, GetPixelFormat, HDC hdc) { return no_pixel_format(hdc); }
API(gdi32, BOOL, SetPixelFormat, HDC hdc, int format, const void *ppfd) {
    return (void)format, (void)ppfd, no_pixel_format(hdc);
}
API(gdi32, BOOL, SwapBuffers, HDC hdc) { return no_pixel_format(hdc); }

/* ---- colours ---- */

enum { ICM_OFF = 1, ICM_ON, ICM_QUERY, ICM_DONE_OUTSIDEDC };

/* Colour management is off, and cannot be switched on. */
API(gdi32, int, SetICMMode, HDC hdc, int mode) {
    if (!dc_find(hdc))
        return 0;
    if (mode < ICM_OFF || mode > ICM_DONE_OUTSIDEDC)
        return (int)fail(ERROR_INVALID_PARAMETER);
    if (mode == ICM_ON)
        return (int)fail(ERROR_NOT_SUPPORTED);
    return mode == ICM_QUERY ? ICM_OFF : TRUE;
}

/* No profile is set for the display. */
API(gdi32, BOOL, GetICMProfileW, HDC hdc, DWORD *pBufSize, LPWSTR pszFilename) {
    (void)pBufSize, (void)pszFilename;
    return dc_find(hdc) ? fail(ERROR_FILE_NOT_FOUND) : FALSE;
}
API_ALIAS(api_GetICMProfileW, ansi, gdi32, "GetICMProfileA");

enum { RAMP = 3 * 256 };

/* The display's, for all DCs; linear until it is set. */
static WORD ramp[RAMP];
static bool has_ramp;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
SURVIVES_FORK(lock);

API(gdi32, BOOL, GetDeviceGammaRamp, HDC hdc, WORD *lpRamp) {
    WORD copy[RAMP];
    if (!dc_find(hdc) || !lpRamp)
        return FALSE;
    pthread_mutex_lock(&lock);
    for (unsigned i = 0; i < RAMP; i++)
        copy[i] = has_ramp ? ramp[i] : (WORD)(i % 256 * 257);
    pthread_mutex_unlock(&lock);
    memcpy(lpRamp, copy, sizeof copy);
    return TRUE;
}

API(gdi32, BOOL, SetDeviceGammaRamp, HDC hdc, const WORD *lpRamp) {
    WORD copy[RAMP];
    if (!dc_find(hdc) || !lpRamp)
        return FALSE;
    memcpy(copy, lpRamp, sizeof copy);
    pthread_mutex_lock(&lock);
    memcpy(ramp, copy, sizeof ramp);
    has_ramp = true;
    pthread_mutex_unlock(&lock);
    return TRUE;
}
