/* Code pages: conversion and facts about them ("Code Pages", "MultiByteToWideChar function",
 * "WideCharToMultiByte function", "GetCPInfoExW function"). */
#include <pthread.h>

#include "api.h"
#include "codepage.h"
#include "unicode.h"

#define MB_PRECOMPOSED 0x01u
#define MB_COMPOSITE 0x02u
#define MB_USEGLYPHCHARS 0x04u
#define MB_ERR_INVALID_CHARS 0x08u
#define WC_ERR_INVALID_CHARS 0x80u
#define WC_COMPOSITECHECK 0x200u
#define WC_DISCARDNS 0x10u
#define WC_SEPCHARS 0x20u
#define WC_DEFAULTCHAR 0x40u
#define WC_NO_BEST_FIT_CHARS 0x400u

#define MAX_DEFAULTCHAR 2
#define MAX_LEADBYTES 12
#define MAX_PATH 260

typedef struct {
    UINT MaxCharSize;
    BYTE DefaultChar[MAX_DEFAULTCHAR];
    BYTE LeadByte[MAX_LEADBYTES];
} CPINFO;

typedef struct {
    UINT MaxCharSize;
    BYTE DefaultChar[MAX_DEFAULTCHAR];
    BYTE LeadByte[MAX_LEADBYTES];
    WCHAR UnicodeDefaultChar;
    UINT CodePage;
    CHAR CodePageName[MAX_PATH];
} CPINFOEXA;

typedef struct {
    UINT MaxCharSize;
    BYTE DefaultChar[MAX_DEFAULTCHAR];
    BYTE LeadByte[MAX_LEADBYTES];
    WCHAR UnicodeDefaultChar;
    UINT CodePage;
    WCHAR CodePageName[MAX_PATH];
} CPINFOEXW;

/* CP_SYMBOL: bytes from 0x20 on are U+F020 ...; not a code page that IsValidCodePage knows. */
static int symbol_to_wide(LPCSTR text, int length, LPWSTR out, int capacity) {
    if (!capacity)
        return length;
    if (capacity < length)
        return fail(ERROR_INSUFFICIENT_BUFFER);
    for (int i = 0; i < length; i++)
        out[i] = (BYTE)text[i] < 0x20 ? (BYTE)text[i] : (WCHAR)(0xF000 | (BYTE)text[i]);
    return length;
}

static int symbol_from_wide(LPCWSTR text, int length, LPSTR out, int capacity) {
    for (int i = 0; i < length; i++)
        if (!(text[i] < 0x20 || (text[i] >= 0xF020 && text[i] <= 0xF0FF)))
            return fail(ERROR_NO_UNICODE_TRANSLATION);
    if (!capacity)
        return length;
    if (capacity < length)
        return fail(ERROR_INSUFFICIENT_BUFFER);
    for (int i = 0; i < length; i++)
        out[i] = (CHAR)text[i];
    return length;
}

API(kernel32 kernelbase, int, MultiByteToWideChar, UINT CodePage, DWORD dwFlags, LPCSTR lpMultiByteStr,
    int cbMultiByte, LPWSTR lpWideCharStr, int cchWideChar) {
    if (!lpMultiByteStr || !cbMultiByte || cchWideChar < 0 || (cchWideChar && !lpWideCharStr) ||
        (const void *)lpMultiByteStr == (const void *)lpWideCharStr)
        return fail(ERROR_INVALID_PARAMETER);
    size_t length = cbMultiByte < 0 ? strlen(lpMultiByteStr) + 1 : (size_t)cbMultiByte;
    if (CodePage == CP_SYMBOL)
        return dwFlags ? fail(ERROR_INVALID_FLAGS)
                       : symbol_to_wide(lpMultiByteStr, (int)length, lpWideCharStr, cchWideChar);
    struct codepage *page = codepage_find(CodePage);
    if (!page)
        return fail(ERROR_INVALID_PARAMETER);
    DWORD allowed = CodePage == CP_UTF7 ? 0
                  : page->id == CP_UTF8 || page->id == CP_GB18030 ? MB_ERR_INVALID_CHARS
                  : MB_PRECOMPOSED | MB_COMPOSITE | MB_USEGLYPHCHARS | MB_ERR_INVALID_CHARS;
    /* Programs written for an ANSI code page of bytes pass MB_PRECOMPOSED, Windows' default, with CP_ACP. */
    if (page->id == CP_UTF8)
        allowed |= MB_PRECOMPOSED;
    if (dwFlags & ~allowed || (dwFlags & 3) == 3)
        return fail(ERROR_INVALID_FLAGS);
    DWORD error;
    size_t needed = codepage_to_wide(page, dwFlags & MB_ERR_INVALID_CHARS ? CODEPAGE_STRICT : 0, lpMultiByteStr, length,
                                     lpWideCharStr, (size_t)cchWideChar, &error);
    return error ? fail(error) : (int)needed;
}

API(kernel32 kernelbase, int, WideCharToMultiByte, UINT CodePage, DWORD dwFlags, LPCWSTR lpWideCharStr,
    int cchWideChar, LPSTR lpMultiByteStr, int cbMultiByte, LPCSTR lpDefaultChar, LPBOOL lpUsedDefaultChar) {
    if (!lpWideCharStr || !cchWideChar || cbMultiByte < 0 || (cbMultiByte && !lpMultiByteStr) ||
        (const void *)lpMultiByteStr == (const void *)lpWideCharStr)
        return fail(ERROR_INVALID_PARAMETER);
    size_t length = cchWideChar < 0 ? wide_length(lpWideCharStr) + 1 : (size_t)cchWideChar;
    if (CodePage == CP_SYMBOL)
        return lpDefaultChar || lpUsedDefaultChar ? fail(ERROR_INVALID_PARAMETER)
             : dwFlags ? fail(ERROR_INVALID_FLAGS)
                       : symbol_from_wide(lpWideCharStr, (int)length, lpMultiByteStr, cbMultiByte);
    struct codepage *page = codepage_find(CodePage);
    bool by_name = CodePage == CP_UTF7 || CodePage == CP_UTF8;
    if (!page || (by_name && (lpDefaultChar || lpUsedDefaultChar)))
        return fail(ERROR_INVALID_PARAMETER);
    DWORD allowed = CodePage == CP_UTF7 ? 0
                  : page->id == CP_UTF8 || page->id == CP_GB18030 ? WC_ERR_INVALID_CHARS
                  : WC_COMPOSITECHECK | WC_DISCARDNS | WC_SEPCHARS | WC_DEFAULTCHAR | WC_NO_BEST_FIT_CHARS;
    /* A program that asks for CP_ACP did not choose UTF-8 and may ask as for any ANSI code page. */
    if (page->id == CP_UTF8 && !by_name)
        allowed |= WC_COMPOSITECHECK | WC_DISCARDNS | WC_SEPCHARS | WC_DEFAULTCHAR | WC_NO_BEST_FIT_CHARS;
    if (dwFlags & ~allowed)
        return fail(ERROR_INVALID_FLAGS);
    unsigned flags = (dwFlags & WC_ERR_INVALID_CHARS ? CODEPAGE_STRICT : 0) |
                     (dwFlags & WC_NO_BEST_FIT_CHARS ? CODEPAGE_NO_BEST_FIT : 0);
    DWORD error;
    bool used_default = false;
    size_t needed = codepage_from_wide(page, flags, lpWideCharStr, length, lpMultiByteStr, (size_t)cbMultiByte,
                                       lpDefaultChar, &used_default, &error);
    if (lpUsedDefaultChar)
        *lpUsedDefaultChar = used_default;
    return error ? fail(error) : (int)needed;
}

API(kernel32 kernelbase, UINT, GetACP, void) { return codepage_ansi()->id; }
API(kernel32 kernelbase, UINT, GetOEMCP, void) { return codepage_oem()->id; }

API(kernel32 kernelbase, BOOL, IsValidCodePage, UINT CodePage) {
    /* CP_ACP and the like are no code pages of their own. */
    return CodePage > CP_THREAD_ACP && codepage_find(CodePage) != NULL;
}

API(kernel32 kernelbase, BOOL, GetCPInfo, UINT CodePage, CPINFO *lpCPInfo) {
    struct codepage *page = codepage_find(CodePage);
    if (!page || !lpCPInfo)
        return fail(ERROR_INVALID_PARAMETER);
    *lpCPInfo = (CPINFO){page->max_bytes, {'?', 0}, {0}};
    if (page->table)
        memcpy(lpCPInfo->LeadByte, page->table->lead_ranges, MAX_LEADBYTES);
    if (page->max_bytes == 4)
        memset(lpCPInfo->LeadByte, 0, MAX_LEADBYTES);
    return TRUE;
}

API(kernel32 kernelbase, BOOL, GetCPInfoExW, UINT CodePage, DWORD dwFlags, CPINFOEXW *lpCPInfoEx) {
    if (dwFlags || !lpCPInfoEx)
        return fail(ERROR_INVALID_PARAMETER);
    if (!api_GetCPInfo(CodePage, (CPINFO *)lpCPInfoEx))
        return FALSE;
    struct codepage *page = codepage_find(CodePage);
    lpCPInfoEx->UnicodeDefaultChar = page->table ? page->table->default_wide : 0xFFFD;
    lpCPInfoEx->CodePage = page->id;
    CHAR text[MAX_PATH];
    int digits = 0;
    for (UINT number = page->id; number; number /= 10)
        digits++;
    UINT number = page->id;
    int width = digits < 5 ? 5 : digits;
    memset(text, ' ', (size_t)width);
    for (int i = digits; i-- > 0; number /= 10)
        text[i] = (CHAR)('0' + number % 10);
    const char *name = codepage_name(page);
    size_t length = 0;
    for (int i = 0; i < digits; i++)
        lpCPInfoEx->CodePageName[length++] = (WCHAR)text[i];
    for (const char *part = "  ("; *part; part++)
        lpCPInfoEx->CodePageName[length++] = (WCHAR)*part;
    for (; *name; name++)
        lpCPInfoEx->CodePageName[length++] = (WCHAR)*name;
    lpCPInfoEx->CodePageName[length++] = ')';
    lpCPInfoEx->CodePageName[length] = 0;
    return TRUE;
}

API(kernel32 kernelbase, BOOL, GetCPInfoExA, UINT CodePage, DWORD dwFlags, CPINFOEXA *lpCPInfoEx) {
    CPINFOEXW wide;
    if (!lpCPInfoEx)
        return fail(ERROR_INVALID_PARAMETER);
    if (!api_GetCPInfoExW(CodePage, dwFlags, &wide))
        return FALSE;
    memcpy(lpCPInfoEx, &wide, offsetof(CPINFOEXA, CodePageName));
    for (size_t i = 0; i < MAX_PATH; i++)
        lpCPInfoEx->CodePageName[i] = (CHAR)wide.CodePageName[i];
    return TRUE;
}

API(kernel32 kernelbase, BOOL, IsDBCSLeadByteEx, UINT CodePage, BYTE TestChar) {
    struct codepage *page = codepage_find(CodePage);
    if (!page)
        return fail(ERROR_INVALID_PARAMETER);
    return page->max_bytes == 2 && codepage_is_lead(page, TestChar);
}

API(kernel32 kernelbase, BOOL, IsDBCSLeadByte, BYTE TestChar) { return api_IsDBCSLeadByteEx(CP_ACP, TestChar); }

typedef BOOL(WINAPI *CODEPAGE_ENUMPROCW)(LPWSTR);
typedef BOOL(WINAPI *CODEPAGE_ENUMPROCA)(LPSTR);

static UINT installed_code_page(size_t index) {
    return index < codepage_table_count ? codepage_tables[index].id
         : index == codepage_table_count ? CP_UTF7 : index == codepage_table_count + 1 ? CP_UTF8 : 0;
}

static void write_number(UINT number, CHAR out[8]) {
    CHAR digits[8];
    int count = 0;
    for (; number; number /= 10)
        digits[count++] = (CHAR)('0' + number % 10);
    for (int i = 0; i < count; i++)
        out[i] = digits[count - 1 - i];
    out[count] = 0;
}

/* CP_INSTALLED and CP_SUPPORTED are the same here. */
API(kernel32 kernelbase, BOOL, EnumSystemCodePagesA, CODEPAGE_ENUMPROCA lpCodePageEnumProc, DWORD dwFlags) {
    if (!lpCodePageEnumProc)
        return fail(ERROR_INVALID_PARAMETER);
    if (dwFlags != 1 && dwFlags != 2)
        return fail(ERROR_INVALID_FLAGS);
    CHAR text[8];
    for (size_t i = 0; installed_code_page(i); i++) {
        write_number(installed_code_page(i), text);
        if (!lpCodePageEnumProc(text))
            break;
    }
    return TRUE;
}

API(kernel32 kernelbase, BOOL, EnumSystemCodePagesW, CODEPAGE_ENUMPROCW lpCodePageEnumProc, DWORD dwFlags) {
    if (!lpCodePageEnumProc)
        return fail(ERROR_INVALID_PARAMETER);
    if (dwFlags != 1 && dwFlags != 2)
        return fail(ERROR_INVALID_FLAGS);
    for (size_t i = 0; installed_code_page(i); i++) {
        CHAR text[8];
        WCHAR wide[8];
        write_number(installed_code_page(i), text);
        for (int j = 0; j < 8; j++)
            wide[j] = (WCHAR)text[j];
        if (!lpCodePageEnumProc(wide))
            break;
    }
    return TRUE;
}

/* ---- Rtl: the same without errors in the thread, for ntdll's users ("RtlMultiByteToUnicodeN" and others) ---- */

static NTSTATUS rtl_to_wide(struct codepage *page, PWSTR out, ULONG bytes, PULONG result, const CHAR *text, ULONG length) {
    size_t capacity = bytes / sizeof(WCHAR);
    size_t needed = capacity ? codepage_to_wide(page, 0, text, length, out, capacity, NULL) : 0;
    if (result)
        *result = (ULONG)(needed < capacity ? needed : capacity) * (ULONG)sizeof(WCHAR);
    return needed > capacity ? STATUS_BUFFER_OVERFLOW : STATUS_SUCCESS;
}

static NTSTATUS rtl_from_wide(struct codepage *page, PSTR out, ULONG bytes, PULONG result, PCWSTR text, ULONG length) {
    size_t needed = bytes ? codepage_from_wide(page, 0, text, length / sizeof(WCHAR), out, bytes, NULL, NULL, NULL) : 0;
    if (result)
        *result = (ULONG)(needed < bytes ? needed : bytes);
    return needed > bytes ? STATUS_BUFFER_OVERFLOW : STATUS_SUCCESS;
}

API(ntdll, NTSTATUS, RtlMultiByteToUnicodeN, PWSTR UnicodeString, ULONG MaxBytes, PULONG BytesWritten,
    const CHAR *MultiByteString, ULONG Bytes) {
    return rtl_to_wide(codepage_ansi(), UnicodeString, MaxBytes, BytesWritten, MultiByteString, Bytes);
}

API(ntdll, NTSTATUS, RtlOemToUnicodeN, PWSTR UnicodeString, ULONG MaxBytes, PULONG BytesWritten,
    const CHAR *OemString, ULONG Bytes) {
    return rtl_to_wide(codepage_oem(), UnicodeString, MaxBytes, BytesWritten, OemString, Bytes);
}

API(ntdll, NTSTATUS, RtlUTF8ToUnicodeN, PWSTR UnicodeString, ULONG MaxBytes, PULONG BytesWritten,
    const CHAR *Utf8String, ULONG Bytes) {
    if (!Utf8String || (!UnicodeString && !BytesWritten))
        return STATUS_INVALID_PARAMETER;
    size_t needed = utf8_to_wide(Utf8String, Bytes, UnicodeString, UnicodeString ? MaxBytes / sizeof(WCHAR) : 0);
    if (!UnicodeString) {
        *BytesWritten = (ULONG)(needed * sizeof(WCHAR));
        return STATUS_SUCCESS;
    }
    return rtl_to_wide(codepage_find(CP_UTF8), UnicodeString, MaxBytes, BytesWritten, Utf8String, Bytes) ?
        STATUS_BUFFER_TOO_SMALL : STATUS_SUCCESS;
}

API(ntdll, NTSTATUS, RtlUnicodeToMultiByteN, PSTR MultiByteString, ULONG MaxBytes, PULONG BytesWritten,
    PCWSTR UnicodeString, ULONG Bytes) {
    return rtl_from_wide(codepage_ansi(), MultiByteString, MaxBytes, BytesWritten, UnicodeString, Bytes);
}

API(ntdll, NTSTATUS, RtlUnicodeToOemN, PSTR OemString, ULONG MaxBytes, PULONG BytesWritten, PCWSTR UnicodeString,
    ULONG Bytes) {
    return rtl_from_wide(codepage_oem(), OemString, MaxBytes, BytesWritten, UnicodeString, Bytes);
}

API(ntdll, NTSTATUS, RtlUnicodeToUTF8N, PSTR Utf8String, ULONG MaxBytes, PULONG BytesWritten, PCWSTR UnicodeString,
    ULONG Bytes) {
    if (!UnicodeString || (!Utf8String && !BytesWritten))
        return STATUS_INVALID_PARAMETER;
    if (!Utf8String) {
        *BytesWritten = (ULONG)utf8_from_wide(UnicodeString, Bytes / sizeof(WCHAR), NULL, 0);
        return STATUS_SUCCESS;
    }
    return rtl_from_wide(codepage_find(CP_UTF8), Utf8String, MaxBytes, BytesWritten, UnicodeString, Bytes) ?
        STATUS_BUFFER_TOO_SMALL : STATUS_SUCCESS;
}

API(ntdll, NTSTATUS, RtlMultiByteToUnicodeSize, PULONG Size, const CHAR *MultiByteString, ULONG Bytes) {
    *Size = (ULONG)(codepage_to_wide(codepage_ansi(), 0, MultiByteString, Bytes, NULL, 0, NULL) * sizeof(WCHAR));
    return STATUS_SUCCESS;
}

API(ntdll, NTSTATUS, RtlUnicodeToMultiByteSize, PULONG Size, PCWSTR UnicodeString, ULONG Bytes) {
    *Size = (ULONG)codepage_from_wide(codepage_ansi(), 0, UnicodeString, Bytes / sizeof(WCHAR), NULL, 0, NULL, NULL, NULL);
    return STATUS_SUCCESS;
}
