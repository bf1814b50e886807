/* The texts that folders of the Shell give ("STRRET structure", "StrRetToBufW function"): allocated, inside an item, or in
 * the structure itself. They are freed when they are taken. */
#include "codepage.h"
#include "com/com.h"

typedef struct {
    UINT uType;
    union {
        LPWSTR pOleStr;
        UINT uOffset;
        char cStr[260];
    };
} STRRET;

#define E_INSUFFICIENT_BUFFER ((HRESULT)0x8007007A)

enum { STRRET_WSTR, STRRET_OFFSET, STRRET_CSTR };

API_USE(HRESULT, SHStrDupW, LPCWSTR, LPWSTR *);
API_USE(HRESULT, SHStrDupA, LPCSTR, LPWSTR *);
API_USE(int, WideCharToMultiByte, UINT, DWORD, LPCWSTR, int, LPSTR, int, LPCSTR, BOOL *);

/* The text for the caller, from the task allocator. */
API(shlwapi, HRESULT, StrRetToStrW, STRRET *pstr, LPCVOID pidl, LPWSTR *ppsz) {
    *ppsz = NULL;
    switch (pstr->uType) {
    case STRRET_WSTR:
        *ppsz = pstr->pOleStr;
        pstr->pOleStr = NULL;
        return *ppsz ? S_OK : E_FAIL;
    case STRRET_OFFSET: return pidl ? api_SHStrDupA((LPCSTR)pidl + pstr->uOffset, ppsz) : E_FAIL;
    case STRRET_CSTR: return api_SHStrDupA(pstr->cStr, ppsz);
    default: return E_FAIL;
    }
}

static HRESULT to_ansi(const WCHAR *text, LPSTR *result) {
    int size = api_WideCharToMultiByte(CP_ACP, 0, text, -1, NULL, 0, NULL, NULL);
    *result = heap_alloc((size_t)size);
    if (!*result)
        return E_OUTOFMEMORY;
    api_WideCharToMultiByte(CP_ACP, 0, text, -1, *result, size, NULL, NULL);
    return S_OK;
}

API(shlwapi, HRESULT, StrRetToStrA, STRRET *pstr, LPCVOID pidl, LPSTR *ppsz) {
    LPWSTR text;
    *ppsz = NULL;
    HRESULT result = api_StrRetToStrW(pstr, pidl, &text);
    if (FAILED(result))
        return result;
    result = to_ansi(text, ppsz);
    heap_free(text);
    return result;
}

/* As much as there is room for. */
API(shlwapi, HRESULT, StrRetToBufW, STRRET *pstr, LPCVOID pidl, LPWSTR pszBuf, UINT cchBuf) {
    LPWSTR text;
    if (!cchBuf)
        return E_INSUFFICIENT_BUFFER;
    *pszBuf = 0;
    HRESULT result = api_StrRetToStrW(pstr, pidl, &text);
    if (FAILED(result))
        return result;
    UINT length = 0;
    while (text[length] && length < cchBuf - 1)
        length++;
    memcpy(pszBuf, text, length * sizeof *text);
    pszBuf[length] = 0;
    result = text[length] ? E_INSUFFICIENT_BUFFER : S_OK;
    heap_free(text);
    return result;
}

API(shlwapi, HRESULT, StrRetToBufA, STRRET *pstr, LPCVOID pidl, LPSTR pszBuf, UINT cchBuf) {
    LPSTR text;
    if (!cchBuf)
        return E_INSUFFICIENT_BUFFER;
    *pszBuf = 0;
    HRESULT result = api_StrRetToStrA(pstr, pidl, &text);
    if (FAILED(result))
        return result;
    size_t length = strlen(text), kept = length < cchBuf ? length : cchBuf - 1;
    memcpy(pszBuf, text, kept);
    pszBuf[kept] = 0;
    heap_free(text);
    return kept < length ? E_INSUFFICIENT_BUFFER : S_OK;
}

API(shlwapi, HRESULT, StrRetToBSTR, STRRET *pstr, LPCVOID pidl, BSTR *pbstr) {
    LPWSTR text;
    *pbstr = NULL;
    HRESULT result = api_StrRetToStrW(pstr, pidl, &text);
    if (FAILED(result))
        return result;
    *pbstr = bstr_from_units(text, wide_length(text));
    heap_free(text);
    return *pbstr ? S_OK : E_OUTOFMEMORY;
}
