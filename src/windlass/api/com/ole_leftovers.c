/* Colours and times as OLE has them ("OleTranslateColor function", "CoFileTimeNow function",
 * "CoFileTimeToDosDateTime function"), and HRESULTs in streams ("CoMarshalHresult function"). */
#include "com.h"

API_USE(DWORD, GetSysColor, int);
API_USE(UINT, GetPaletteEntries, HANDLE, UINT, UINT, DWORD *);
API_USE(void, GetSystemTimeAsFileTime, FILETIME *);
API_USE(BOOL, FileTimeToDosDateTime, const FILETIME *, WORD *, WORD *);
API_USE(BOOL, DosDateTimeToFileTime, WORD, WORD, FILETIME *);

/* The upper byte says what the others are. The result may be left out, to check a colour. */
API(oleaut32, HRESULT, OleTranslateColor, DWORD clr, HANDLE hpal, DWORD *lpcolorref) {
    enum { RGB_VALUE = 0, PALETTE_INDEX = 1, PALETTE_RGB = 2, SYSTEM_COLOR = 0x80, LAST_SYSTEM_COLOR = 30 };
    DWORD color, entry;
    switch (clr >> 24) {
    case RGB_VALUE: color = hpal ? PALETTE_RGB << 24 | clr : clr; break;
    case PALETTE_INDEX:
        if (hpal && !api_GetPaletteEntries(hpal, clr & 0xFFFF, 1, &entry))
            return E_INVALIDARG;
        color = clr;
        break;
    case PALETTE_RGB: color = clr; break;
    case SYSTEM_COLOR:
        if ((clr & 0xFFFFFF) > LAST_SYSTEM_COLOR)
            return E_INVALIDARG;
        color = api_GetSysColor((int)(clr & 0xFF));
        break;
    default: return E_INVALIDARG;
    }
    if (lpcolorref)
        *lpcolorref = color;
    return S_OK;
}

API(ole32 combase, HRESULT, CoFileTimeNow, FILETIME *lpFileTime) {
    api_GetSystemTimeAsFileTime(lpFileTime);
    return S_OK;
}

API(ole32, BOOL, CoFileTimeToDosDateTime, const FILETIME *lpFileTime, WORD *lpDosDate, WORD *lpDosTime) {
    return api_FileTimeToDosDateTime(lpFileTime, lpDosDate, lpDosTime);
}

API(ole32, BOOL, CoDosDateTimeToFileTime, WORD nDosDate, WORD nDosTime, FILETIME *lpFileTime) {
    return api_DosDateTimeToFileTime(nDosDate, nDosTime, lpFileTime);
}

API_USE(HRESULT, IStream_Read, IUnknown *, void *, ULONG);
API_USE(HRESULT, IStream_Write, IUnknown *, const void *, ULONG);

API(ole32 combase, HRESULT, CoMarshalHresult, IUnknown *pstm, HRESULT hresult) {
    return pstm ? api_IStream_Write(pstm, &hresult, sizeof hresult) : E_INVALIDARG;
}

API(ole32 combase, HRESULT, CoUnmarshalHresult, IUnknown *pstm, HRESULT *phresult) {
    return pstm && phresult ? api_IStream_Read(pstm, phresult, sizeof *phresult) : E_INVALIDARG;
}
