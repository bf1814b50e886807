/* Formatted debug output ("DbgPrint function", "DbgPrintEx function", "vDbgPrintExWithPrefix function"). */
#include "api.h"

API_USE(VOID, OutputDebugStringA, LPCSTR text);
API_USE(int, _vsnprintf, char *buffer, size_t size, const char *format, const uint64_t *arguments);

/* The component's filter and the level, which programs may pass as a bit or a number, decide in a kernel debugger. */
API(ntdll, ULONG, vDbgPrintExWithPrefix, PCSTR Prefix, ULONG ComponentId, ULONG Level, PCSTR Format,
    __builtin_ms_va_list Arguments) {
    char text[512]; /* the most that one call shows */
    (void)ComponentId, (void)Level;
    size_t length = strnlen(Prefix, sizeof text - 1);
    memcpy(text, Prefix, length);
    if (api__vsnprintf(text + length, sizeof text - 1 - length, Format, (const uint64_t *)Arguments) < 0)
        length = length < sizeof text - 1 ? length : sizeof text - 1;
    text[sizeof text - 1] = 0;
    api_OutputDebugStringA(text);
    return (ULONG)STATUS_SUCCESS;
}

API(ntdll, ULONG, vDbgPrintEx, ULONG ComponentId, ULONG Level, PCSTR Format, __builtin_ms_va_list Arguments) {
    return api_vDbgPrintExWithPrefix("", ComponentId, Level, Format, Arguments);
}

API(ntdll, ULONG, DbgPrint, PCSTR Format, ...) {
    __builtin_ms_va_list arguments;
    __builtin_ms_va_start(arguments, Format);
    ULONG result = api_vDbgPrintExWithPrefix("", 0, 0, Format, arguments);
    __builtin_ms_va_end(arguments);
    return result;
}

API(ntdll, ULONG, DbgPrintEx, ULONG ComponentId, ULONG Level, PCSTR Format, ...) {
    __builtin_ms_va_list arguments;
    __builtin_ms_va_start(arguments, Format);
    ULONG result = api_vDbgPrintExWithPrefix("", ComponentId, Level, Format, arguments);
    __builtin_ms_va_end(arguments);
    return result;
}
