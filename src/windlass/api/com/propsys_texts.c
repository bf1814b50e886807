/* Values of properties as texts, identifiers and times, and from one type to another ("PropVariantToStringAlloc function",
 * "PropVariantChangeType function", "PropVariantCompareEx function", "PropVariantToVariant function" and their kin). */
#include "codepage.h"
#include "propsys.h"

API_USE(HRESULT, VariantChangeTypeEx, VARIANT *, VARIANT *, LCID, USHORT, VARTYPE);
API_USE(HRESULT, VarCmp, VARIANT *, VARIANT *, LCID, ULONG);
API_USE(SAFEARRAY *, SafeArrayCreateVector, VARTYPE, LONG, ULONG);
API_USE(BSTR, SysAllocStringLen, const WCHAR *, UINT);
API_USE(BSTR, SysAllocString, LPCOLESTR);
API_USE(HRESULT, SHStrDupW, LPCWSTR, LPWSTR *);
API_USE(int, StringFromGUID2, const GUID *, LPWSTR, int);
API_USE(HRESULT, IIDFromString, LPCWSTR, GUID *);
API_USE(BOOL, FileTimeToSystemTime, const FILETIME *, WORD *);
API_USE(BOOL, SystemTimeToFileTime, const WORD *, FILETIME *);
API_USE(BOOL, FileTimeToLocalFileTime, const FILETIME *, FILETIME *);
API_USE(BOOL, LocalFileTimeToFileTime, const FILETIME *, FILETIME *);
API_USE(BOOL, FileTimeToDosDateTime, const FILETIME *, WORD *, WORD *);
API_USE(int, SystemTimeToVariantTime, WORD *, double *);
API_USE(int, VariantTimeToSystemTime, double, WORD *);
API_USE(int, StrCmpW, LPCWSTR, LPCWSTR);
API_USE(int, StrCmpIW, LPCWSTR, LPCWSTR);
API_USE(int, StrCmpCW, LPCWSTR, LPCWSTR);
API_USE(int, StrCmpICW, LPCWSTR, LPCWSTR);
API_USE(int, StrCmpLogicalW, LPCWSTR, LPCWSTR);
API_USE(int, LoadStringW, HANDLE, UINT, LPWSTR, int);
API_USE(HRESULT, StrRetToStrW, void *, LPCVOID, LPWSTR *);

#define E_INSUFFICIENT_BUFFER ((HRESULT)0x8007007A)
#define TYPE_E_BUFFERTOOSMALL ((HRESULT)0x80028016)
enum { LOCALE_INVARIANT = 0x7F, LOCALE_USER_DEFAULT = 0x400, GUID_UNITS = 39 };

static COUNTED_ARRAY *array_of(const VARIANT *value) { return (COUNTED_ARRAY *)(uintptr_t)&value->llVal; }

static bool is_text(VARTYPE type) { return type == VT_BSTR || type == VT_LPWSTR || type == VT_LPSTR; }

/* ---- to text ---- */

static WCHAR *put_digits(WCHAR *at, unsigned value, unsigned digits) {
    for (unsigned i = digits; i--; value /= 10)
        at[i] = (WCHAR)('0' + value % 10);
    return at + digits;
}

/* As 2001/02/03:04:05:06.789. */
static BSTR file_time_text(uint64_t time) {
    WORD moment[8]; /* SYSTEMTIME: year, month, day of the week, day, hour, minute, second, milliseconds */
    FILETIME file_time;
    WCHAR text[24], *at = text;
    memcpy(&file_time, &time, sizeof file_time);
    if (!api_FileTimeToSystemTime(&file_time, moment))
        return NULL;
    static const struct { BYTE field, digits; char separator; } parts[] = {
        {0, 4, '/'}, {1, 2, '/'}, {3, 2, ':'}, {4, 2, ':'}, {5, 2, ':'}, {6, 2, '.'}, {7, 3, 0}};
    for (unsigned i = 0; i < sizeof parts / sizeof *parts; i++) {
        at = put_digits(at, moment[parts[i].field], parts[i].digits);
        if (parts[i].separator)
            *at++ = (WCHAR)parts[i].separator;
    }
    return api_SysAllocStringLen(text, (UINT)(at - text));
}

static HRESULT scalar_text(const VARIANT *value, BSTR *text) {
    WCHAR guid[GUID_UNITS];
    VARIANT converted = {.vt = VT_EMPTY};
    switch (value->vt) {
    case VT_EMPTY: case VT_NULL: *text = api_SysAllocString(u""); break;
    case VT_BSTR: case VT_LPWSTR: case VT_LPSTR: *text = propvariant_text_copy(value); break;
    case VT_FILETIME: *text = file_time_text(value->ullVal); return *text ? S_OK : E_INVALIDARG;
    case VT_CLSID:
        if (!value->byref)
            return E_INVALIDARG;
        api_StringFromGUID2(value->byref, guid, GUID_UNITS);
        *text = api_SysAllocString(guid);
        break;
    default: {
        HRESULT result =
            api_VariantChangeTypeEx(&converted, (VARIANT *)(uintptr_t)value, LOCALE_INVARIANT, 0, VT_BSTR);
        *text = converted.bstrVal;
        return result;
    }
    }
    return *text ? S_OK : E_OUTOFMEMORY;
}

/* Appends to a BSTR, which is freed; NULL out of memory. */
static BSTR appended(BSTR first, const WCHAR *second, size_t length) {
    UINT before = api_SysStringLen(first);
    BSTR longer = api_SysAllocStringLen(NULL, before + (UINT)length);
    if (longer) {
        memcpy(longer, first, before * sizeof *longer);
        memcpy(longer + before, second, length * sizeof *longer);
    }
    bstr_free(first);
    return longer;
}

/* The elements of a vector are separated by "; ". */
static HRESULT text_of(const VARIANT *value, BSTR *text) {
    if (!(value->vt & (VT_VECTOR | VT_ARRAY)))
        return scalar_text(value, text);
    ULONG count = propvariant_count(value);
    BSTR joined = api_SysAllocString(u"");
    HRESULT result = S_OK;
    for (ULONG i = 0; joined && i < count && SUCCEEDED(result); i++) {
        VARIANT element;
        BSTR part;
        result = propvariant_element(value, i, &element);
        if (SUCCEEDED(result))
            result = text_of(&element, &part);
        if (FAILED(result))
            break;
        if (i)
            joined = appended(joined, u"; ", 2);
        if (joined)
            joined = appended(joined, part, api_SysStringLen(part));
        bstr_free(part);
    }
    if (FAILED(result)) {
        bstr_free(joined);
        return result;
    }
    *text = joined;
    return joined ? S_OK : E_OUTOFMEMORY;
}

static HRESULT to_string(const VARIANT *value, WCHAR *buffer, UINT size) {
    BSTR text;
    if (!size)
        return E_INVALIDARG;
    *buffer = 0;
    HRESULT result = text_of(value, &text);
    if (FAILED(result))
        return result;
    UINT length = api_SysStringLen(text), kept = length < size ? length : size - 1;
    memcpy(buffer, text, kept * sizeof *buffer);
    buffer[kept] = 0;
    bstr_free(text);
    return kept < length ? E_INSUFFICIENT_BUFFER : S_OK;
}

static HRESULT to_allocated(const VARIANT *value, WCHAR **result) {
    BSTR text;
    *result = NULL;
    HRESULT code = text_of(value, &text);
    if (FAILED(code))
        return code;
    code = api_SHStrDupW(text, result);
    bstr_free(text);
    return code;
}

/* The value's own text, which is not copied. */
static LPCWSTR text_inside(const VARIANT *value, LPCWSTR otherwise) {
    if (value->vt == VT_BSTR)
        return value->bstrVal ? value->bstrVal : u"";
    return value->vt == VT_LPWSTR && value->byref ? value->byref : otherwise;
}

API(propsys, HRESULT, PropVariantToString, const VARIANT *propvar, PWSTR psz, UINT cch) {
    return to_string(propvar, psz, cch);
}
API(propsys, HRESULT, VariantToString, const VARIANT *varIn, PWSTR pszBuf, UINT cchBuf) {
    return to_string(varIn, pszBuf, cchBuf);
}
API(propsys, HRESULT, PropVariantToStringAlloc, const VARIANT *propvar, PWSTR *ppszOut) {
    return to_allocated(propvar, ppszOut);
}
API(propsys, HRESULT, VariantToStringAlloc, const VARIANT *varIn, PWSTR *ppszBuf) { return to_allocated(varIn, ppszBuf); }
API(propsys, LPCWSTR, PropVariantToStringWithDefault, const VARIANT *propvarIn, LPCWSTR pszDefault) {
    return text_inside(propvarIn, pszDefault);
}
API(propsys, LPCWSTR, VariantToStringWithDefault, const VARIANT *varIn, LPCWSTR pszDefault) {
    return text_inside(varIn, pszDefault);
}
API(propsys, HRESULT, PropVariantToBSTR, const VARIANT *propvar, BSTR *pbstrOut) {
    *pbstrOut = NULL;
    return text_of(propvar, pbstrOut);
}

/* ---- several texts ---- */

static HRESULT string_element(const VARIANT *value, ULONG index, PWSTR *result) {
    VARIANT element;
    *result = NULL;
    HRESULT code = propvariant_element(value, index, &element);
    return FAILED(code) ? code : is_text(element.vt) ? to_allocated(&element, result) : E_INVALIDARG;
}

static HRESULT string_vector(const VARIANT *value, PWSTR *texts, ULONG room, ULONG *count) {
    ULONG length = propvariant_count(value), done = 0;
    *count = 0;
    if (!is_text(value->vt & VT_TYPEMASK))
        return E_INVALIDARG;
    if (length > room)
        return TYPE_E_BUFFERTOOSMALL;
    HRESULT result = S_OK;
    for (; done < length && SUCCEEDED(result); done++)
        result = string_element(value, done, &texts[done]);
    while (FAILED(result) && done)
        heap_free(texts[--done]);
    *count = done;
    return result;
}

static HRESULT string_vector_allocated(const VARIANT *value, PWSTR **texts, ULONG *count) {
    ULONG length = propvariant_count(value);
    *count = 0;
    *texts = heap_alloc_zeroed(length * sizeof **texts);
    if (!*texts)
        return E_OUTOFMEMORY;
    HRESULT result = string_vector(value, *texts, length, count);
    if (FAILED(result)) {
        heap_free(*texts);
        *texts = NULL;
    }
    return result;
}

API(propsys, HRESULT, PropVariantGetStringElem, const VARIANT *propvar, ULONG iElem, PWSTR *ppszVal) {
    return string_element(propvar, iElem, ppszVal);
}
API(propsys, HRESULT, VariantGetStringElem, const VARIANT *var, ULONG iElem, PWSTR *ppszVal) {
    return string_element(var, iElem, ppszVal);
}
API(propsys, HRESULT, PropVariantToStringVector, const VARIANT *propvar, PWSTR *prgsz, ULONG crgsz, ULONG *pcElem) {
    return string_vector(propvar, prgsz, crgsz, pcElem);
}
API(propsys, HRESULT, VariantToStringArray, const VARIANT *var, PWSTR *prgsz, ULONG crgsz, ULONG *pcElem) {
    return string_vector(var, prgsz, crgsz, pcElem);
}
API(propsys, HRESULT, PropVariantToStringVectorAlloc, const VARIANT *propvar, PWSTR **pprgsz, ULONG *pcElem) {
    return string_vector_allocated(propvar, pprgsz, pcElem);
}
API(propsys, HRESULT, VariantToStringArrayAlloc, const VARIANT *var, PWSTR **pprgsz, ULONG *pcElem) {
    return string_vector_allocated(var, pprgsz, pcElem);
}

API(propsys, HRESULT, InitPropVariantFromStringVector, LPCWSTR *prgsz, ULONG cElems, VARIANT *ppropvar) {
    *ppropvar = (VARIANT){.vt = VT_EMPTY};
    WCHAR **copies = heap_alloc_zeroed(cElems * sizeof *copies);
    if (!copies)
        return E_OUTOFMEMORY;
    ppropvar->vt = VT_VECTOR | VT_LPWSTR;
    *array_of(ppropvar) = (COUNTED_ARRAY){cElems, copies};
    for (ULONG i = 0; i < cElems; i++) {
        HRESULT result = api_SHStrDupW(prgsz[i] ? prgsz[i] : u"", &copies[i]);
        if (FAILED(result)) {
            api_PropVariantClear(ppropvar);
            return result;
        }
    }
    return S_OK;
}

API(propsys, HRESULT, InitVariantFromStringArray, LPCWSTR *prgsz, ULONG cElems, VARIANT *pvar) {
    *pvar = (VARIANT){.vt = VT_EMPTY};
    SAFEARRAY *array = api_SafeArrayCreateVector(VT_BSTR, 0, cElems);
    if (!array)
        return E_OUTOFMEMORY;
    *pvar = (VARIANT){.vt = VT_ARRAY | VT_BSTR, .parray = array};
    for (ULONG i = 0; i < cElems; i++) {
        ((BSTR *)array->pvData)[i] = api_SysAllocString(prgsz[i] ? prgsz[i] : u"");
        if (!((BSTR *)array->pvData)[i]) {
            api_VariantClear(pvar);
            return E_OUTOFMEMORY;
        }
    }
    return S_OK;
}

/* The parts between semicolons without the blanks around them; empty parts are left out. */
API(propsys, HRESULT, InitPropVariantFromStringAsVector, LPCWSTR psz, VARIANT *ppropvar) {
    ULONG count = 0, room = 1;
    *ppropvar = (VARIANT){.vt = VT_EMPTY};
    for (LPCWSTR at = psz; at && *at; at++)
        room += *at == ';';
    WCHAR **parts = heap_alloc_zeroed(room * sizeof *parts);
    if (!parts)
        return E_OUTOFMEMORY;
    while (psz && *psz) {
        LPCWSTR start = psz, end;
        while (*psz && *psz != ';')
            psz++;
        for (end = psz; *start == ' '; start++) {
        }
        while (end > start && end[-1] == ' ')
            end--;
        if (end > start) {
            size_t length = (size_t)(end - start);
            parts[count] = heap_alloc_zeroed((length + 1) * sizeof **parts);
            if (parts[count])
                memcpy(parts[count++], start, length * sizeof **parts);
        }
        psz += *psz == ';';
    }
    if (!count) {
        heap_free(parts);
        return S_OK;
    }
    ppropvar->vt = VT_VECTOR | VT_LPWSTR;
    *array_of(ppropvar) = (COUNTED_ARRAY){count, parts};
    return S_OK;
}

/* ---- identifiers ---- */

static HRESULT to_guid(const VARIANT *value, GUID *guid) {
    BSTR text;
    memset(guid, 0, sizeof *guid);
    if (value->vt == VT_CLSID && value->byref) {
        *guid = *(const GUID *)value->byref;
        return S_OK;
    }
    if (value->vt == (VT_ARRAY | VT_UI1) && value->parray && propvariant_count(value) == sizeof *guid) {
        memcpy(guid, value->parray->pvData, sizeof *guid);
        return S_OK;
    }
    if (!is_text(value->vt))
        return E_INVALIDARG;
    text = propvariant_text_copy(value);
    HRESULT result = text ? api_IIDFromString(text, guid) : E_OUTOFMEMORY;
    bstr_free(text);
    return FAILED(result) ? E_INVALIDARG : result;
}

API(propsys, HRESULT, PropVariantToGUID, const VARIANT *propvar, GUID *pguid) { return to_guid(propvar, pguid); }
API(propsys, HRESULT, VariantToGUID, const VARIANT *varIn, GUID *pguid) { return to_guid(varIn, pguid); }

API(propsys, HRESULT, InitPropVariantFromCLSID, const GUID *clsid, VARIANT *ppropvar) {
    GUID *copy = heap_alloc(sizeof *copy);
    *ppropvar = (VARIANT){.vt = VT_EMPTY};
    if (!copy)
        return E_OUTOFMEMORY;
    *copy = *clsid;
    *ppropvar = (VARIANT){.vt = VT_CLSID, .byref = copy};
    return S_OK;
}

static HRESULT from_text(const WCHAR *text, VARTYPE type, VARIANT *result) {
    *result = (VARIANT){.vt = VT_EMPTY};
    if (type == VT_BSTR) {
        BSTR copy = api_SysAllocString(text);
        if (!copy)
            return E_OUTOFMEMORY;
        *result = (VARIANT){.vt = VT_BSTR, .bstrVal = copy};
        return S_OK;
    }
    WCHAR *copy;
    HRESULT code = api_SHStrDupW(text, &copy);
    if (SUCCEEDED(code))
        *result = (VARIANT){.vt = VT_LPWSTR, .byref = copy};
    return code;
}

static HRESULT from_guid(const GUID *guid, VARTYPE type, VARIANT *result) {
    WCHAR text[GUID_UNITS];
    api_StringFromGUID2(guid, text, GUID_UNITS);
    return from_text(text, type, result);
}

API(propsys, HRESULT, InitPropVariantFromGUIDAsString, const GUID *guid, VARIANT *ppropvar) {
    return from_guid(guid, VT_LPWSTR, ppropvar);
}
API(propsys, HRESULT, InitVariantFromGUIDAsString, const GUID *guid, VARIANT *pvar) {
    return from_guid(guid, VT_BSTR, pvar);
}

/* ---- texts from elsewhere ---- */

static HRESULT from_resource(HANDLE module, UINT id, VARTYPE type, VARIANT *result) {
    WCHAR text[1024];
    *result = (VARIANT){.vt = VT_EMPTY};
    return api_LoadStringW(module, id, text, sizeof text / sizeof *text) ? from_text(text, type, result) : E_FAIL;
}

API(propsys, HRESULT, InitPropVariantFromResource, HANDLE hinst, UINT id, VARIANT *ppropvar) {
    return from_resource(hinst, id, VT_LPWSTR, ppropvar);
}
API(propsys, HRESULT, InitVariantFromResource, HANDLE hinst, UINT id, VARIANT *pvar) {
    return from_resource(hinst, id, VT_BSTR, pvar);
}

static HRESULT from_strret(void *strret, LPCVOID list, VARTYPE type, VARIANT *result) {
    LPWSTR text;
    *result = (VARIANT){.vt = VT_EMPTY};
    HRESULT code = api_StrRetToStrW(strret, list, &text);
    if (FAILED(code))
        return code;
    code = from_text(text, type, result);
    heap_free(text);
    return code;
}

API(propsys, HRESULT, InitPropVariantFromStrRet, void *pstrret, LPCVOID pidl, VARIANT *ppropvar) {
    return from_strret(pstrret, pidl, VT_LPWSTR, ppropvar);
}
API(propsys, HRESULT, InitVariantFromStrRet, void *pstrret, LPCVOID pidl, VARIANT *pvar) {
    return from_strret(pstrret, pidl, VT_BSTR, pvar);
}

/* A STRRET: its kind, and an allocated text. */
static HRESULT to_strret(const VARIANT *value, BYTE *strret) {
    enum { STRRET_WSTR, TEXT = 8 };
    WCHAR *text;
    HRESULT result = to_allocated(value, &text);
    memset(strret, STRRET_WSTR, TEXT);
    memcpy(strret + TEXT, &text, sizeof text);
    return result;
}
API(propsys, HRESULT, PropVariantToStrRet, const VARIANT *propvar, BYTE *pstrret) { return to_strret(propvar, pstrret); }
API(propsys, HRESULT, VariantToStrRet, const VARIANT *varIn, BYTE *pstrret) { return to_strret(varIn, pstrret); }

/* ---- times ---- */

enum { PSTF_UTC, PSTF_LOCAL };

static HRESULT to_file_time(const VARIANT *value, int zone, FILETIME *time) {
    WORD moment[8];
    *time = (FILETIME){0, 0};
    if (value->vt == VT_FILETIME) {
        memcpy(time, &value->ullVal, sizeof *time);
        if (zone == PSTF_LOCAL)
            api_FileTimeToLocalFileTime(time, time);
        return S_OK;
    }
    if (value->vt != VT_DATE || !api_VariantTimeToSystemTime(value->date, moment) ||
        !api_SystemTimeToFileTime(moment, time))
        return E_INVALIDARG;
    if (zone == PSTF_UTC)
        api_LocalFileTimeToFileTime(time, time); /* dates are local */
    return S_OK;
}

API(propsys, HRESULT, PropVariantToFileTime, const VARIANT *propvar, int pstfOut, FILETIME *pftOut) {
    return to_file_time(propvar, pstfOut, pftOut);
}
API(propsys, HRESULT, VariantToFileTime, const VARIANT *varIn, int stfOut, FILETIME *pftOut) {
    return to_file_time(varIn, stfOut, pftOut);
}

API(propsys, HRESULT, VariantToDosDateTime, const VARIANT *varIn, WORD *pwDate, WORD *pwTime) {
    FILETIME time;
    HRESULT result = to_file_time(varIn, PSTF_LOCAL, &time);
    return FAILED(result) ? result : api_FileTimeToDosDateTime(&time, pwDate, pwTime) ? S_OK : E_INVALIDARG;
}

static HRESULT to_date(const FILETIME *time, double *date) {
    FILETIME local;
    WORD moment[8];
    return api_FileTimeToLocalFileTime(time, &local) && api_FileTimeToSystemTime(&local, moment) &&
                   api_SystemTimeToVariantTime(moment, date) ? S_OK : E_INVALIDARG;
}

API(propsys, HRESULT, InitVariantFromFileTime, const FILETIME *pft, VARIANT *pvar) {
    *pvar = (VARIANT){.vt = VT_EMPTY};
    double date;
    HRESULT result = to_date(pft, &date);
    if (SUCCEEDED(result))
        *pvar = (VARIANT){.vt = VT_DATE, .date = date};
    return result;
}

API(propsys, HRESULT, InitVariantFromFileTimeArray, const FILETIME *prgft, ULONG cElems, VARIANT *pvar) {
    *pvar = (VARIANT){.vt = VT_EMPTY};
    SAFEARRAY *array = api_SafeArrayCreateVector(VT_DATE, 0, cElems);
    if (!array)
        return E_OUTOFMEMORY;
    *pvar = (VARIANT){.vt = VT_ARRAY | VT_DATE, .parray = array};
    HRESULT result = S_OK;
    for (ULONG i = 0; i < cElems && SUCCEEDED(result); i++)
        result = to_date(&prgft[i], &((double *)array->pvData)[i]);
    if (FAILED(result))
        api_VariantClear(pvar);
    return result;
}

/* ---- from one type to another ---- */

static HRESULT change(VARIANT *target, const VARIANT *source, USHORT flags, VARTYPE type) {
    BSTR text;
    HRESULT result;
    VARIANT converted = {.vt = VT_EMPTY};
    if (source->vt == type)
        return api_PropVariantCopy(target, source);
    if (type == VT_BSTR || type == VT_LPWSTR) {
        result = text_of(source, &text);
        if (FAILED(result))
            return result;
        result = from_text(text, type, target);
        bstr_free(text);
        return result;
    }
    if (type == VT_CLSID) {
        GUID guid;
        result = to_guid(source, &guid);
        return FAILED(result) ? result : api_InitPropVariantFromCLSID(&guid, target);
    }
    if (type == VT_FILETIME) {
        FILETIME time;
        result = to_file_time(source, PSTF_UTC, &time);
        if (SUCCEEDED(result)) {
            converted.vt = VT_FILETIME;
            memcpy(&converted.ullVal, &time, sizeof time);
            *target = converted;
        }
        return result;
    }
    if (source->vt == VT_FILETIME) {
        FILETIME time;
        memcpy(&time, &source->ullVal, sizeof time);
        VARIANT date = {.vt = VT_DATE};
        result = to_date(&time, &date.date);
        return FAILED(result) ? result : type == VT_DATE ? (*target = date, S_OK) : change(target, &date, flags, type);
    }
    if (source->vt == VT_LPWSTR || source->vt == VT_LPSTR) {
        VARIANT other = {.vt = VT_BSTR, .bstrVal = propvariant_text_copy(source)};
        result = other.bstrVal ? api_VariantChangeTypeEx(&converted, &other, LOCALE_USER_DEFAULT, flags, type)
                               : E_OUTOFMEMORY;
        bstr_free(other.bstrVal);
    } else {
        result = api_VariantChangeTypeEx(&converted, (VARIANT *)(uintptr_t)source, LOCALE_USER_DEFAULT, flags, type);
    }
    if (SUCCEEDED(result))
        *target = converted;
    return result;
}

/* ("PROPVAR_CHANGE_FLAGS": those of VariantChangeType) */
API(propsys, HRESULT, PropVariantChangeType, VARIANT *ppropvarDest, const VARIANT *propvarSrc, int flags, VARTYPE vt) {
    VARIANT result = {.vt = VT_EMPTY};
    HRESULT code = change(&result, propvarSrc, (USHORT)flags, vt);
    *ppropvarDest = SUCCEEDED(code) ? result : (VARIANT){.vt = VT_EMPTY};
    return code;
}

/* A vector as an array of the type that a VARIANT has for it. */
static HRESULT vector_to_array(const VARIANT *vector, VARIANT *result) {
    VARTYPE type = vector->vt & VT_TYPEMASK;
    VARTYPE element_type = is_text(type) || type == VT_CLSID ? VT_BSTR : type == VT_FILETIME ? VT_DATE : type;
    ULONG count = propvariant_count(vector);
    SAFEARRAY *array = api_SafeArrayCreateVector(element_type, 0, count);
    if (!array)
        return E_OUTOFMEMORY;
    HRESULT code = S_OK;
    char *at = array->pvData;
    for (ULONG i = 0; i < count && SUCCEEDED(code); i++, at += array->cbElements) {
        VARIANT element, converted = {.vt = VT_EMPTY};
        code = propvariant_element(vector, i, &element);
        if (SUCCEEDED(code))
            code = element_type == VT_VARIANT ? api_PropVariantCopy(&converted, &element)
                                              : change(&converted, &element, 0, element_type);
        if (SUCCEEDED(code))
            memcpy(at, element_type == VT_VARIANT ? (void *)&converted : (void *)&converted.llVal, array->cbElements);
    }
    if (FAILED(code)) {
        api_SafeArrayDestroy(array);
        return code;
    }
    *result = (VARIANT){.vt = VT_ARRAY | element_type, .parray = array};
    return S_OK;
}

API(propsys, HRESULT, PropVariantToVariant, const VARIANT *pPropVar, VARIANT *pVar) {
    *pVar = (VARIANT){.vt = VT_EMPTY};
    switch (pPropVar->vt) {
    case VT_LPSTR: case VT_LPWSTR: case VT_CLSID: return change(pVar, pPropVar, 0, VT_BSTR);
    case VT_FILETIME: return change(pVar, pPropVar, 0, VT_DATE);
    case VT_STREAM: case VT_STORAGE: {
        HRESULT result = api_PropVariantCopy(pVar, pPropVar);
        if (SUCCEEDED(result))
            pVar->vt = VT_UNKNOWN;
        return result;
    }
    default: return pPropVar->vt & VT_VECTOR ? vector_to_array(pPropVar, pVar) : api_PropVariantCopy(pVar, pPropVar);
    }
}

/* An array of one dimension becomes a vector; its texts are no BSTRs then. */
static HRESULT array_to_vector(const VARIANT *array, VARIANT *result) {
    VARTYPE type = array->vt & VT_TYPEMASK;
    ULONG count = propvariant_count(array);
    size_t size = propvariant_element_size(type);
    if (!size)
        return api_PropVariantCopy(result, array);
    VARIANT made = {.vt = VT_VECTOR | (type == VT_BSTR ? VT_LPWSTR : type)};
    char *data = heap_alloc_zeroed(count * size);
    if (!data)
        return E_OUTOFMEMORY;
    *array_of(&made) = (COUNTED_ARRAY){count, data};
    HRESULT code = S_OK;
    for (ULONG i = 0; i < count && SUCCEEDED(code); i++, data += size) {
        VARIANT element, copy = {.vt = VT_EMPTY};
        code = propvariant_element(array, i, &element);
        if (SUCCEEDED(code))
            code = type == VT_BSTR ? change(&copy, &element, 0, VT_LPWSTR) : api_PropVariantCopy(&copy, &element);
        if (SUCCEEDED(code))
            memcpy(data, type == VT_VARIANT ? (void *)&copy : (void *)&copy.llVal, size);
    }
    if (FAILED(code))
        api_PropVariantClear(&made);
    else
        *result = made;
    return code;
}

API(propsys, HRESULT, VariantToPropVariant, const VARIANT *pVar, VARIANT *pPropVar) {
    *pPropVar = (VARIANT){.vt = VT_EMPTY};
    if (pVar->vt == VT_BSTR)
        return change(pPropVar, pVar, 0, VT_LPWSTR);
    return pVar->vt & VT_ARRAY && !(pVar->vt & VT_BYREF) ? array_to_vector(pVar, pPropVar)
                                                         : api_PropVariantCopy(pPropVar, pVar);
}

API(propsys, HRESULT, InitPropVariantFromPropVariantVectorElem, const VARIANT *propvarIn, ULONG iElem,
    VARIANT *ppropvar) {
    VARIANT element;
    *ppropvar = (VARIANT){.vt = VT_EMPTY};
    HRESULT result = propvariant_element(propvarIn, iElem, &element);
    return FAILED(result) ? result : api_PropVariantCopy(ppropvar, &element);
}

API(propsys, HRESULT, InitVariantFromVariantArrayElem, const VARIANT *varIn, ULONG iElem, VARIANT *pvar) {
    VARIANT element;
    *pvar = (VARIANT){.vt = VT_EMPTY};
    HRESULT result = propvariant_element(varIn, iElem, &element);
    return FAILED(result) ? result : api_VariantCopy(pvar, &element);
}

/* A vector of one. */
API(propsys, HRESULT, InitPropVariantVectorFromPropVariant, const VARIANT *propvarSingle, VARIANT *ppropvarVector) {
    VARIANT copy = {.vt = VT_EMPTY};
    *ppropvarVector = copy;
    if (propvarSingle->vt & VT_VECTOR)
        return api_PropVariantCopy(ppropvarVector, propvarSingle);
    size_t size = propvariant_element_size(propvarSingle->vt);
    HRESULT result = !size ? E_INVALIDARG : api_PropVariantCopy(&copy, propvarSingle);
    if (FAILED(result))
        return result;
    bool is_guid = copy.vt == VT_CLSID;
    result = propvariant_make_vector(ppropvarVector, copy.vt, is_guid ? copy.byref : (void *)&copy.llVal, 1, size);
    if (is_guid || FAILED(result))
        api_PropVariantClear(&copy); /* else the vector has what it refers to */
    return result;
}

/* ---- comparing ---- */

enum { PVCF_TREATEMPTYASGREATERTHAN = 1, PVCF_USESTRCMP = 2, PVCF_USESTRCMPC = 4, PVCF_USESTRCMPI = 8,
       PVCF_USESTRCMPIC = 16 };

static int compare_texts(LPCWSTR a, LPCWSTR b, int flags) {
    return flags & PVCF_USESTRCMP ? api_StrCmpW(a, b) : flags & PVCF_USESTRCMPC ? api_StrCmpCW(a, b)
         : flags & PVCF_USESTRCMPI ? api_StrCmpIW(a, b) : flags & PVCF_USESTRCMPIC ? api_StrCmpICW(a, b)
         : api_StrCmpLogicalW(a, b);
}

static int sign_of(int value) { return (value > 0) - (value < 0); }

static int compare(const VARIANT *a, const VARIANT *b, int flags);

static int compare_vectors(const VARIANT *a, const VARIANT *b, int flags) {
    ULONG first = propvariant_count(a), second = propvariant_count(b);
    for (ULONG i = 0; i < first && i < second; i++) {
        VARIANT one, other;
        if (FAILED(propvariant_element(a, i, &one)) || FAILED(propvariant_element(b, i, &other)))
            return -1;
        int result = compare(&one, &other, flags);
        if (result)
            return result;
    }
    return (first > second) - (first < second);
}

/* Of one type. */
static int compare_same(const VARIANT *a, const VARIANT *b, int flags) {
    enum { VARCMP_LT, VARCMP_EQ, VARCMP_GT };
    if (is_text(a->vt)) {
        BSTR one = propvariant_text_copy(a), other = propvariant_text_copy(b);
        int result = one && other ? compare_texts(one, other, flags) : 0;
        bstr_free(one);
        bstr_free(other);
        return sign_of(result);
    }
    if (a->vt == VT_FILETIME || a->vt == VT_UI8)
        return (a->ullVal > b->ullVal) - (a->ullVal < b->ullVal);
    if (a->vt == VT_I8)
        return (a->llVal > b->llVal) - (a->llVal < b->llVal);
    if (a->vt == VT_CLSID)
        return a->byref && b->byref ? sign_of(memcmp(a->byref, b->byref, sizeof(GUID))) : -1;
    HRESULT result = api_VarCmp((VARIANT *)(uintptr_t)a, (VARIANT *)(uintptr_t)b, LOCALE_USER_DEFAULT, 0);
    return result == VARCMP_EQ ? 0 : result == VARCMP_GT ? 1 : -1;
}

static int compare(const VARIANT *a, const VARIANT *b, int flags) {
    bool a_empty = a->vt == VT_EMPTY || a->vt == VT_NULL, b_empty = b->vt == VT_EMPTY || b->vt == VT_NULL;
    if (a_empty || b_empty) {
        int order = a_empty && b_empty ? 0 : a_empty ? -1 : 1;
        return flags & PVCF_TREATEMPTYASGREATERTHAN ? -order : order;
    }
    if ((a->vt | b->vt) & (VT_VECTOR | VT_ARRAY))
        return compare_vectors(a, b, flags);
    if (a->vt == b->vt || (is_text(a->vt) && is_text(b->vt)))
        return compare_same(a, b, flags);
    VARIANT converted = {.vt = VT_EMPTY};
    if (FAILED(change(&converted, b, 0, a->vt)))
        return -1;
    int result = compare_same(a, &converted, flags);
    api_PropVariantClear(&converted);
    return result;
}

/* A time without what is shorter than the unit ("PROPVAR_COMPARE_UNIT"). */
static uint64_t rounded_down(uint64_t time, int unit) {
    enum { PVCU_SECOND = 1, PVCU_DAY = 4, PVCU_MONTH = 5, PVCU_YEAR = 6, TICKS = 10000000 };
    static const uint32_t seconds[] = {0, 1, 60, 3600, 86400};
    FILETIME file_time;
    WORD moment[8];
    if (unit < PVCU_SECOND || unit > PVCU_YEAR)
        return time;
    if (unit <= PVCU_DAY)
        return time - time % ((uint64_t)seconds[unit] * TICKS);
    memcpy(&file_time, &time, sizeof file_time);
    if (!api_FileTimeToSystemTime(&file_time, moment))
        return time;
    return moment[0] * 12u + (unit == PVCU_MONTH ? moment[1] : 0);
}

API(propsys, int, PropVariantCompareEx, const VARIANT *propvar1, const VARIANT *propvar2, int unit, int flags) {
    VARIANT first = *propvar1, second = *propvar2;
    if (first.vt == VT_FILETIME && second.vt == VT_FILETIME) {
        first.ullVal = rounded_down(first.ullVal, unit);
        second.ullVal = rounded_down(second.ullVal, unit);
    }
    return compare(&first, &second, flags);
}

API(propsys, int, VariantCompare, const VARIANT *var1, const VARIANT *var2) { return compare(var1, var2, 0); }
