/* The Windows Runtime's strings, and how threads enter the runtime and tell of errors ("HSTRING",
 * "Windows Runtime C++ reference"). NULL is the empty string. */
#include "com.h"

typedef struct hstring *HSTRING;
struct hstring {
    DWORD flags;
    DWORD length;
    DWORD unused[2];
    const WCHAR *text;
    /* Of those on the heap: */
    atomic_uint references;
    WCHAR units[];
};
typedef struct { PVOID Reserved[3]; } HSTRING_HEADER;
enum { IS_REFERENCE = 1, REFERENCE_SIZE = offsetof(struct hstring, references) };
_Static_assert(sizeof(HSTRING_HEADER) == REFERENCE_SIZE, "HSTRING_HEADER");

static struct hstring *allocate(DWORD length) {
    struct hstring *string = heap_alloc(sizeof *string + (length + 1) * sizeof(WCHAR));
    if (!string)
        return NULL;
    *string = (struct hstring){.length = length, .text = string->units, .references = 1};
    string->units[length] = 0;
    return string;
}

static HRESULT create(const WCHAR *text, DWORD length, HSTRING *result) {
    *result = NULL;
    if (!length)
        return S_OK;
    HSTRING string = allocate(length);
    if (!string)
        return E_OUTOFMEMORY;
    memcpy(string->units, text, length * sizeof *text);
    *result = string;
    return S_OK;
}

static DWORD length_of(HSTRING string) { return string ? string->length : 0; }
static const WCHAR *text_of(HSTRING string) { return string ? string->text : u""; }

API(combase, HRESULT, WindowsCreateString, LPCWSTR sourceString, DWORD length, HSTRING *string) {
    if (!string)
        return E_INVALIDARG;
    if (length && !sourceString)
        return E_POINTER;
    return create(sourceString, length, string);
}

/* The header and the text are the caller's. */
API(combase, HRESULT, WindowsCreateStringReference, LPCWSTR sourceString, DWORD length, HSTRING_HEADER *hstringHeader,
    HSTRING *string) {
    if (!hstringHeader || !string)
        return E_INVALIDARG;
    *string = NULL;
    if (!sourceString)
        return length ? E_POINTER : S_OK;
    if (sourceString[length])
        return E_INVALIDARG;
    if (!length)
        return S_OK;
    HSTRING header = (HSTRING)(void *)hstringHeader;
    header->flags = IS_REFERENCE;
    header->length = length;
    header->text = sourceString;
    *string = header;
    return S_OK;
}

API(combase, HRESULT, WindowsDeleteString, HSTRING string) {
    if (string && !(string->flags & IS_REFERENCE) && atomic_fetch_sub(&string->references, 1) == 1)
        heap_free(string);
    return S_OK;
}

API(combase, HRESULT, WindowsDuplicateString, HSTRING string, HSTRING *newString) {
    if (!newString)
        return E_INVALIDARG;
    if (string && string->flags & IS_REFERENCE)
        return create(string->text, string->length, newString);
    if (string)
        atomic_fetch_add(&string->references, 1);
    *newString = string;
    return S_OK;
}

API(combase, DWORD, WindowsGetStringLen, HSTRING string) { return length_of(string); }

API(combase, LPCWSTR, WindowsGetStringRawBuffer, HSTRING string, DWORD *length) {
    if (length)
        *length = length_of(string);
    return text_of(string);
}

API(combase, BOOL, WindowsIsStringEmpty, HSTRING string) { return !length_of(string); }

API(combase, HRESULT, WindowsStringHasEmbeddedNull, HSTRING string, BOOL *hasEmbedNull) {
    if (!hasEmbedNull)
        return E_INVALIDARG;
    *hasEmbedNull = FALSE;
    for (DWORD i = 0; i < length_of(string); i++)
        *hasEmbedNull |= string->text[i] == 0;
    return S_OK;
}

API(combase, HRESULT, WindowsCompareStringOrdinal, HSTRING string1, HSTRING string2, INT *result) {
    if (!result)
        return E_INVALIDARG;
    const WCHAR *a = text_of(string1), *b = text_of(string2);
    DWORD a_length = length_of(string1), b_length = length_of(string2), i = 0;
    while (i < a_length && i < b_length && a[i] == b[i])
        i++;
    if (i < a_length && i < b_length)
        *result = a[i] < b[i] ? -1 : 1;
    else
        *result = a_length == b_length ? 0 : a_length < b_length ? -1 : 1;
    return S_OK;
}

API(combase, HRESULT, WindowsConcatString, HSTRING string1, HSTRING string2, HSTRING *newString) {
    if (!newString)
        return E_INVALIDARG;
    DWORD first = length_of(string1), second = length_of(string2);
    if (!first || !second)
        return api_WindowsDuplicateString(first ? string1 : string2, newString);
    HSTRING joined = allocate(first + second);
    *newString = joined;
    if (!joined)
        return E_OUTOFMEMORY;
    memcpy(joined->units, string1->text, first * sizeof(WCHAR));
    memcpy(joined->units + first, string2->text, second * sizeof(WCHAR));
    return S_OK;
}

/* Each place where one string stands in another; what was put in is not searched again. */
API(combase, HRESULT, WindowsReplaceString, HSTRING string, HSTRING stringReplaced, HSTRING stringReplaceWith,
    HSTRING *newString) {
    DWORD length = length_of(string), old = length_of(stringReplaced), new = length_of(stringReplaceWith), count = 0;
    const WCHAR *text = text_of(string), *wanted = text_of(stringReplaced);
    if (!newString || !old)
        return E_INVALIDARG;
    for (DWORD i = 0; i + old <= length; i++)
        if (!memcmp(text + i, wanted, old * sizeof *text))
            count++, i += old - 1;
    if (!count)
        return api_WindowsDuplicateString(string, newString);
    *newString = NULL;
    uint64_t total = length + (uint64_t)count * new - (uint64_t)count * old;
    if (!total)
        return S_OK;
    HSTRING made = total < 0x7FFFFFFF ? allocate((DWORD)total) : NULL;
    if (!made)
        return E_OUTOFMEMORY;
    WCHAR *at = made->units;
    for (DWORD i = 0; i < length;) {
        if (i + old <= length && !memcmp(text + i, wanted, old * sizeof *text)) {
            memcpy(at, text_of(stringReplaceWith), new * sizeof *at);
            at += new;
            i += old;
        } else {
            *at++ = text[i++];
        }
    }
    *newString = made;
    return S_OK;
}

API(combase, HRESULT, WindowsSubstringWithSpecifiedLength, HSTRING string, DWORD startIndex, DWORD length,
    HSTRING *newString) {
    if (!newString)
        return E_INVALIDARG;
    *newString = NULL;
    if (startIndex > length_of(string) || length > length_of(string) - startIndex)
        return E_BOUNDS;
    return create(text_of(string) + startIndex, length, newString);
}

API(combase, HRESULT, WindowsSubstring, HSTRING string, DWORD startIndex, HSTRING *newString) {
    if (!newString)
        return E_INVALIDARG;
    *newString = NULL;
    if (startIndex > length_of(string))
        return E_BOUNDS;
    return create(text_of(string) + startIndex, length_of(string) - startIndex, newString);
}

static bool has_unit(HSTRING set, WCHAR unit) {
    for (DWORD i = 0; i < length_of(set); i++)
        if (set->text[i] == unit)
            return true;
    return false;
}

API(combase, HRESULT, WindowsTrimStringStart, HSTRING string, HSTRING trimString, HSTRING *newString) {
    DWORD start = 0;
    if (!newString || !length_of(trimString))
        return E_INVALIDARG;
    while (start < length_of(string) && has_unit(trimString, string->text[start]))
        start++;
    return create(text_of(string) + start, length_of(string) - start, newString);
}

API(combase, HRESULT, WindowsTrimStringEnd, HSTRING string, HSTRING trimString, HSTRING *newString) {
    DWORD length = length_of(string);
    if (!newString || !length_of(trimString))
        return E_INVALIDARG;
    while (length && has_unit(trimString, string->text[length - 1]))
        length--;
    return create(text_of(string), length, newString);
}

/* ---- strings filled by the caller: the buffer lies within a string to be ---- */

API(combase, HRESULT, WindowsPreallocateStringBuffer, DWORD length, WCHAR **charBuffer, HSTRING *bufferHandle) {
    if (!charBuffer || !bufferHandle)
        return E_POINTER;
    HSTRING string = allocate(length);
    *bufferHandle = string;
    *charBuffer = string ? string->units : NULL;
    return string ? S_OK : E_OUTOFMEMORY;
}

API(combase, HRESULT, WindowsPromoteStringBuffer, HSTRING bufferHandle, HSTRING *string) {
    if (!string)
        return E_POINTER;
    *string = NULL;
    if (!bufferHandle)
        return S_OK;
    if (bufferHandle->units[bufferHandle->length])
        return E_INVALIDARG;
    if (bufferHandle->length)
        *string = bufferHandle;
    else
        heap_free(bufferHandle);
    return S_OK;
}

API(combase, HRESULT, WindowsDeleteStringBuffer, HSTRING bufferHandle) { return api_WindowsDeleteString(bufferHandle); }

/* ---- the runtime ---- */

API_USE(HRESULT, CoInitializeEx, LPVOID, DWORD);
API_USE(void, CoUninitialize, void);

API(combase, HRESULT, RoInitialize, int initType) {
    enum { RO_INIT_MULTITHREADED = 1, COINIT_APARTMENTTHREADED = 2 };
    return api_CoInitializeEx(NULL, initType == RO_INIT_MULTITHREADED ? 0 : COINIT_APARTMENTTHREADED);
}

API(combase, void, RoUninitialize, void) { api_CoUninitialize(); }

API_USE(HRESULT, CoGetContextToken, ULONG_PTR *);

API(combase, HRESULT, RoGetApartmentIdentifier, ULONGLONG *apartmentIdentifier) {
    if (!apartmentIdentifier)
        return E_INVALIDARG;
    ULONG_PTR token;
    HRESULT result = api_CoGetContextToken(&token);
    *apartmentIdentifier = SUCCEEDED(result) ? token : 0;
    return result;
}

/* FALSE: nobody is told of the error. */
API(combase, BOOL, RoOriginateError, HRESULT error, HSTRING message) {
    (void)error, (void)message;
    return FALSE;
}

API(combase, BOOL, RoOriginateErrorW, HRESULT error, UINT cchMax, LPCWSTR message) {
    (void)error, (void)cchMax, (void)message;
    return FALSE;
}

API(combase, BOOL, RoOriginateLanguageException, HRESULT error, HSTRING message, IUnknown *languageException) {
    (void)error, (void)message, (void)languageException;
    return FALSE;
}

API(combase, BOOL, RoTransformError, HRESULT oldError, HRESULT newError, HSTRING message) {
    (void)oldError, (void)newError, (void)message;
    return FALSE;
}

API(combase, HRESULT, GetRestrictedErrorInfo, IUnknown **ppRestrictedErrorInfo) {
    if (!ppRestrictedErrorInfo)
        return E_INVALIDARG;
    *ppRestrictedErrorInfo = NULL;
    return S_FALSE;
}

API(combase, HRESULT, SetRestrictedErrorInfo, IUnknown *pRestrictedErrorInfo) {
    return pRestrictedErrorInfo ? E_INVALIDARG : S_OK; /* there are none to be set */
}
