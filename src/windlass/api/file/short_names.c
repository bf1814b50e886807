/* Names of eight characters and three ("CheckNameLegalDOS8Dot3W function", "RtlIsNameLegalDOS8Dot3 function"). No file has
 * a second, short name here, but a name can be one by itself. */
#include "api.h"
#include "codepage.h"
#include "path.h"
#include "unicode.h"

enum { NAME_MAX_BYTES = 8, EXTENSION_MAX_BYTES = 3, SHORT_NAME_SIZE = 13 };

static bool is_legal(char byte) {
    return (unsigned char)byte > 0x20 && !strchr("*?<>|\"+=,;[]:/\\.", byte);
}

/* The bytes of the name in upper case; "." and ".." are legal, too. */
static bool is_short_name(const char *name, size_t length) {
    if ((length == 1 || length == 2) && name[0] == '.' && name[length - 1] == '.')
        return true;
    const char *dot = memchr(name, '.', length);
    size_t base = dot ? (size_t)(dot - name) : length, extension = dot ? length - base - 1 : 0;
    if (!base || base > NAME_MAX_BYTES || extension > EXTENSION_MAX_BYTES || (dot && !extension))
        return false;
    for (size_t i = 0; i < length; i++)
        if (name + i != dot && !is_legal(name[i]))
            return false;
    return true;
}

API(ntdll, BOOLEAN, RtlIsNameLegalDOS8Dot3, const UNICODE_STRING *Name, ANSI_STRING *OemName,
    BOOLEAN *NameContainsSpaces) {
    char oem[SHORT_NAME_SIZE];
    WCHAR upper[SHORT_NAME_SIZE];
    size_t count = Name->Length / sizeof(WCHAR);
    bool has_space = false;
    if (count >= SHORT_NAME_SIZE)
        return FALSE;
    for (size_t i = 0; i < count; i++) {
        upper[i] = unicode_upper(Name->Buffer[i]);
        has_space |= upper[i] == ' ';
    }
    bool used_default = false;
    size_t length = codepage_from_wide(codepage_oem(), 0, upper, count, oem, sizeof oem, NULL, &used_default, NULL);
    for (size_t i = 0; has_space && i < length; i++)
        oem[i] = oem[i] == ' ' ? '_' : oem[i]; /* a space is legal, and is told of */
    if (length >= SHORT_NAME_SIZE || used_default || !is_short_name(oem, length))
        return FALSE;
    if (OemName && OemName->MaximumLength >= length) {
        codepage_from_wide(codepage_oem(), 0, upper, count, OemName->Buffer, length, NULL, NULL, NULL);
        OemName->Length = (USHORT)length;
    }
    if (NameContainsSpaces)
        *NameContainsSpaces = has_space;
    return TRUE;
}

API(kernel32, BOOL, CheckNameLegalDOS8Dot3W, LPCWSTR lpName, LPSTR lpOemName, DWORD OemNameSize,
    PBOOL pbNameContainsSpaces, PBOOL pbNameLegal) {
    BOOLEAN has_space = FALSE;
    if (!lpName || (lpOemName && !OemNameSize) || !pbNameLegal)
        return fail(ERROR_INVALID_PARAMETER);
    size_t length = wide_length(lpName);
    const UNICODE_STRING name = {(USHORT)(length * sizeof(WCHAR)), 0, (PWSTR)lpName};
    ANSI_STRING oem = {0, (USHORT)(OemNameSize ? OemNameSize - 1 : 0), lpOemName};
    *pbNameLegal = length < SHORT_NAME_SIZE && api_RtlIsNameLegalDOS8Dot3(&name, lpOemName ? &oem : NULL, &has_space);
    if (pbNameContainsSpaces)
        *pbNameContainsSpaces = has_space;
    if (*pbNameLegal && lpOemName)
        lpOemName[oem.Length] = 0;
    return TRUE;
}

API(kernel32, BOOL, CheckNameLegalDOS8Dot3A, LPCSTR lpName, LPSTR lpOemName, DWORD OemNameSize,
    PBOOL pbNameContainsSpaces, PBOOL pbNameLegal) {
    WCHAR *wide = lpName ? path_wide_from_ansi(lpName) : NULL;
    BOOL result = api_CheckNameLegalDOS8Dot3W(wide, lpOemName, OemNameSize, pbNameContainsSpaces, pbNameLegal);
    free(wide);
    return result;
}
