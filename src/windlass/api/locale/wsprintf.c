/* wsprintf and wnsprintf: whole numbers, characters and texts, without a C run-time ("wsprintfW function",
 * "wnsprintfW function"). In the wide functions %s is wide. */
#include "crt/crt_printf.h"

enum { LONGEST = 1024 }; /* wsprintf's result, the zero among them */

static void terminate(struct printf_output *output, size_t at) {
    if (output->wide)
        ((WCHAR *)output->units)[at] = 0;
    else
        ((char *)output->units)[at] = 0;
}

/* The length of what is in the buffer; -1: the result is longer than the buffer, which has its start. */
static int print(bool wide, void *buffer, int size, const void *format, const uint64_t *slots) {
    if (!buffer || !format || size <= 0)
        return -1;
    struct printf_output output = {.wide = wide, .units = buffer, .capacity = (size_t)size};
    struct printf_request request = {format, slots, crt_locale(NULL),
                                     PRINTF_LEGACY_WIDE_SPECIFIERS | PRINTF_MSVCRT_COMPATIBILITY, PRINTF_LENIENT};
    int result = printf_format(&output, &request);
    bool fits = output.count < (size_t)size;
    terminate(&output, result < 0 ? 0 : fits ? output.count : (size_t)size - 1);
    return result < 0 || !fits ? -1 : result;
}

API(user32, int, wvsprintfA, LPSTR lpOutput, LPCSTR lpFmt, const uint64_t *arglist) {
    return print(false, lpOutput, LONGEST, lpFmt, arglist);
}

API(user32, int, wvsprintfW, LPWSTR lpOutput, LPCWSTR lpFmt, const uint64_t *arglist) {
    return print(true, lpOutput, LONGEST, lpFmt, arglist);
}

API(shlwapi, int, wvnsprintfA, LPSTR pszDest, int cchDest, LPCSTR pszFmt, const uint64_t *arglist) {
    return print(false, pszDest, cchDest, pszFmt, arglist);
}

API(shlwapi, int, wvnsprintfW, LPWSTR pszDest, int cchDest, LPCWSTR pszFmt, const uint64_t *arglist) {
    return print(true, pszDest, cchDest, pszFmt, arglist);
}

#define RETURN_PRINTED(last_, wide_, buffer_, size_)                                           \
    __builtin_ms_va_list list;                                                                 \
    __builtin_ms_va_start(list, last_);                                                        \
    int result = print(wide_, buffer_, size_, last_, (const uint64_t *)list);                  \
    __builtin_ms_va_end(list);                                                                 \
    return result

API(user32, int, wsprintfA, LPSTR lpOut, LPCSTR lpFmt, ...) { RETURN_PRINTED(lpFmt, false, lpOut, LONGEST); }
API(user32, int, wsprintfW, LPWSTR lpOut, LPCWSTR lpFmt, ...) { RETURN_PRINTED(lpFmt, true, lpOut, LONGEST); }

API(shlwapi, int, wnsprintfA, LPSTR pszDest, int cchDest, LPCSTR pszFmt, ...) {
    RETURN_PRINTED(pszFmt, false, pszDest, cchDest);
}

API(shlwapi, int, wnsprintfW, LPWSTR pszDest, int cchDest, LPCWSTR pszFmt, ...) {
    RETURN_PRINTED(pszFmt, true, pszDest, cchDest);
}
