/* The environment and the current directory by ntdll's calls ("RtlQueryEnvironmentVariable_U", "Environment Variables").
 * They mean this process's block; another one cannot be given. */
#include "api.h"
#include "nt.h"

API_USE(DWORD, GetEnvironmentVariableW, LPCWSTR, LPWSTR, DWORD);
API_USE(BOOL, SetEnvironmentVariableW, LPCWSTR, LPCWSTR);
API_USE(DWORD, ExpandEnvironmentStringsW, LPCWSTR, LPWSTR, DWORD);
API_USE(BOOL, SetCurrentDirectoryW, LPCWSTR);

/* With a zero behind it, from malloc(); NULL without memory. */
static WCHAR *terminated(const UNICODE_STRING *string) {
    size_t length = string->Length / sizeof(WCHAR);
    WCHAR *copy = malloc((length + 1) * sizeof *copy);
    if (copy) {
        memcpy(copy, string->Buffer, length * sizeof *copy);
        copy[length] = 0;
    }
    return copy;
}

/* Fills *value from a text of malloc()'s; the length it needs is told in any case. */
static NTSTATUS give(WCHAR *text, UNICODE_STRING *value) {
    size_t size = wide_length(text) * sizeof(WCHAR);
    NTSTATUS status = size > value->MaximumLength ? STATUS_BUFFER_TOO_SMALL : STATUS_SUCCESS;
    if (!status) {
        memcpy(value->Buffer, text, size);
        if (size + sizeof(WCHAR) <= value->MaximumLength)
            value->Buffer[size / sizeof(WCHAR)] = 0;
    }
    value->Length = (USHORT)size;
    free(text);
    return status;
}

API(ntdll, NTSTATUS, RtlQueryEnvironmentVariable_U, PVOID Environment, const UNICODE_STRING *Name,
    UNICODE_STRING *Value) {
    if (Environment)
        return STATUS_NOT_SUPPORTED;
    WCHAR *name = terminated(Name);
    DWORD size = name ? api_GetEnvironmentVariableW(name, NULL, 0) : 0;
    WCHAR *text = size ? malloc(size * sizeof *text) : NULL;
    if (text)
        api_GetEnvironmentVariableW(name, text, size);
    NTSTATUS status = !name || (size && !text) ? STATUS_NO_MEMORY : STATUS_VARIABLE_NOT_FOUND;
    free(name);
    return text ? give(text, Value) : status;
}

/* By length: a value that fills the room has no zero, one that does not fit needs room for it. */
API(ntdll, NTSTATUS, RtlQueryEnvironmentVariable, PVOID Environment, PCWSTR Name, SIZE_T NameLength, PWSTR Value,
    SIZE_T ValueLength, PSIZE_T ReturnLength) {
    if (Environment)
        return STATUS_NOT_SUPPORTED;
    const UNICODE_STRING given = {(USHORT)(NameLength * sizeof(WCHAR)), 0, (PWSTR)Name};
    WCHAR *name = terminated(&given);
    DWORD size = name ? api_GetEnvironmentVariableW(name, NULL, 0) : 0;
    NTSTATUS status = !name ? STATUS_NO_MEMORY : !size ? STATUS_VARIABLE_NOT_FOUND : STATUS_SUCCESS;
    if (!status && ValueLength + 1 < size)
        status = STATUS_BUFFER_TOO_SMALL;
    WCHAR *text = status ? NULL : malloc(size * sizeof *text);
    if (!status && !text)
        status = STATUS_NO_MEMORY;
    if (!status) {
        api_GetEnvironmentVariableW(name, text, size);
        memcpy(Value, text, (ValueLength < size ? ValueLength : size) * sizeof *text);
    }
    if (ReturnLength)
        *ReturnLength = size && !status ? size - 1 : size;
    free(text);
    free(name);
    return status;
}

API(ntdll, NTSTATUS, RtlExpandEnvironmentStrings, PVOID Environment, PCWSTR Source, SIZE_T SourceLength,
    PWSTR Destination, SIZE_T DestinationLength, PSIZE_T ReturnLength) {
    if (Environment)
        return STATUS_NOT_SUPPORTED;
    const UNICODE_STRING given = {(USHORT)(SourceLength * sizeof(WCHAR)), 0, (PWSTR)Source};
    WCHAR *source = terminated(&given);
    if (!source)
        return STATUS_NO_MEMORY;
    DWORD size = api_ExpandEnvironmentStringsW(source, NULL, 0);
    if (ReturnLength)
        *ReturnLength = size;
    bool fits = size <= DestinationLength;
    if (fits)
        api_ExpandEnvironmentStringsW(source, Destination, size);
    free(source);
    return fits ? STATUS_SUCCESS : STATUS_BUFFER_TOO_SMALL;
}

API(ntdll, NTSTATUS, RtlSetEnvironmentVariable, PVOID *Environment, const UNICODE_STRING *Name,
    const UNICODE_STRING *Value) {
    if (Environment)
        return STATUS_NOT_SUPPORTED;
    WCHAR *name = terminated(Name), *value = Value ? terminated(Value) : NULL;
    NTSTATUS status = !name || (Value && !value) ? STATUS_NO_MEMORY
                    : api_SetEnvironmentVariableW(name, value) || !Value ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
    free(name);
    free(value);
    return status;
}

API(ntdll, NTSTATUS, RtlExpandEnvironmentStrings_U, PVOID Environment, const UNICODE_STRING *Source,
    UNICODE_STRING *Destination, ULONG *ReturnedLength) {
    if (Environment)
        return STATUS_NOT_SUPPORTED;
    WCHAR *source = terminated(Source);
    DWORD size = source ? api_ExpandEnvironmentStringsW(source, NULL, 0) : 0;
    WCHAR *text = size ? malloc(size * sizeof *text) : NULL;
    if (text)
        api_ExpandEnvironmentStringsW(source, text, size);
    free(source);
    if (!text)
        return STATUS_NO_MEMORY;
    if (ReturnedLength)
        *ReturnedLength = (ULONG)(size * sizeof(WCHAR));
    if (size * sizeof(WCHAR) > Destination->MaximumLength) { /* its zero must fit as well */
        free(text);
        return STATUS_BUFFER_TOO_SMALL;
    }
    return give(text, Destination);
}

API(ntdll, NTSTATUS, RtlSetCurrentDirectory_U, const UNICODE_STRING *PathName) {
    WCHAR *path = terminated(PathName);
    if (!path)
        return STATUS_NO_MEMORY;
    BOOL done = api_SetCurrentDirectoryW(path);
    free(path);
    if (done)
        return STATUS_SUCCESS;
    switch (teb_self()->LastErrorValue) {
    case ERROR_FILE_NOT_FOUND: return STATUS_OBJECT_NAME_NOT_FOUND;
    case ERROR_PATH_NOT_FOUND: return STATUS_OBJECT_PATH_NOT_FOUND;
    case ERROR_DIRECTORY: return STATUS_NOT_A_DIRECTORY;
    default: return STATUS_ACCESS_DENIED;
    }
}
