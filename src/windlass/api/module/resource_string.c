/* Strings in modules ("LoadStringW function", "STRINGTABLE resource"): blocks of sixteen, each string with its length
 * before it and no zero behind it. */
#include "api.h"
#include "codepage.h"

API_USE(HANDLE, FindResourceW, HMODULE, LPCWSTR, LPCWSTR);
API_USE(HANDLE, LoadResource, HMODULE, HANDLE);
API_USE(DWORD, SizeofResource, HMODULE, HANDLE);

/* The string's text inside the module, and its length; NULL and the last error when there is none. */
static const WCHAR *find_string(HMODULE module, UINT number, size_t *length) {
    enum { RT_STRING = 6 };
    number &= 0xFFFF;
    HANDLE found = api_FindResourceW(module, (LPCWSTR)(ULONG_PTR)((number >> 4) + 1), (LPCWSTR)RT_STRING);
    const WCHAR *at = found ? api_LoadResource(module, found) : NULL;
    if (!at)
        return NULL;
    const WCHAR *end = at + api_SizeofResource(module, found) / sizeof *at;
    for (unsigned left = number & 15; left && at < end; left--)
        at += 1 + *at;
    if (at >= end || *at >= end - at) {
        set_last_error(ERROR_RESOURCE_DATA_NOT_FOUND);
        return NULL;
    }
    *length = *at;
    return at + 1;
}

/* Without room for anything the buffer gets a pointer to the text in the module. */
API(user32 kernelbase, INT, LoadStringW, HINSTANCE hInstance, UINT uID, LPWSTR lpBuffer, INT cchBufferMax) {
    size_t length;
    if (!lpBuffer)
        return 0;
    const WCHAR *text = find_string(hInstance, uID, &length);
    if (!text)
        return 0;
    if (cchBufferMax == 0) {
        memcpy(lpBuffer, &text, sizeof text);
        return (INT)length;
    }
    if (cchBufferMax < 0)
        return 0;
    if (length > (size_t)cchBufferMax - 1)
        length = (size_t)cchBufferMax - 1;
    memcpy(lpBuffer, text, length * sizeof *text);
    lpBuffer[length] = 0;
    return (INT)length;
}

/* Of a text that does not fit as many whole characters as do. */
API(user32 kernelbase, INT, LoadStringA, HINSTANCE hInstance, UINT uID, LPSTR lpBuffer, INT cchBufferMax) {
    size_t length;
    if (!lpBuffer || cchBufferMax <= 0)
        return 0;
    const WCHAR *text = find_string(hInstance, uID, &length);
    if (!text)
        return 0;
    if (length > (size_t)cchBufferMax - 1)               /* no unit is less than a byte */
        length = (size_t)cchBufferMax - 1;
    WCHAR *copy = calloc(length + 1, sizeof *copy);
    if (!copy)
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    memcpy(copy, text, length * sizeof *copy);
    char *ansi = NULL;
    for (;; copy[--length] = 0) {
        ansi = ansi_from_wide(copy);
        if (!ansi || !length || strlen(ansi) < (size_t)cchBufferMax)
            break;
        free(ansi);
    }
    free(copy);
    if (!ansi)
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    size_t size = strlen(ansi);
    memcpy(lpBuffer, ansi, size + 1);
    free(ansi);
    return (INT)size;
}
