/* printf into strings: the functions of the Universal C run-time behind sprintf, _snprintf, sprintf_s, swprintf ...
 * ("sprintf, _sprintf_l, swprintf, _swprintf_l, __swprintf_l", "snprintf, _snprintf, ...", "_snprintf_s, ...").
 *
 * Buffers and formats are void pointers here; `wide` says whether they hold chars or WCHARs. */
#include "crt_printf.h"
#include "crt_printf_string.h"

static void terminate(struct printf_output *output, size_t at) {
    if (output->wide)
        ((WCHAR *)output->units)[at] = 0;
    else
        ((char *)output->units)[at] = 0;
}

/* Formats; an invalid format has called the handler and gives -1. */
static int format(struct printf_output *output, const struct printf_request *request) {
    int result = printf_format(output, request);
    if (result != PRINTF_INVALID)
        return result;
    if (output->capacity)
        terminate(output, 0);
    crt_invalid(CRT_EINVAL);
    return -1;
}

static int end_legacy(struct printf_output *output, size_t size, int result) {
    if (output->count < size)
        terminate(output, output->count);
    return result < 0 || output->count > size ? -1 : result;
}

static int end_truncated(struct printf_output *output, size_t size, int result, int too_long) {
    bool fits = output->count < size;
    terminate(output, fits ? output->count : size - 1);
    return result < 0 || fits ? result : too_long;
}

/* The three ways to end a string that does not fit: without a null character and -1 (_snprintf), terminated and
 * counted on (snprintf), terminated and -2, which the headers' functions turn into -1. Without a buffer all count. */
int print_string(bool wide, const struct printf_request *request, void *buffer, size_t size) {
    CRT_VALIDATE(request->format && (buffer || !size), CRT_EINVAL, -1);
    struct printf_output output = {.wide = wide, .units = buffer, .capacity = size};
    int result = format(&output, request);
    if (!buffer)
        return result;
    if (request->options & PRINTF_LEGACY_NULL_TERMINATION)
        return end_legacy(&output, size, result);
    if (request->options & PRINTF_STANDARD_SNPRINTF)
        return size ? end_truncated(&output, size, result, result) : result;
    return size ? end_truncated(&output, size, result, -2) : -1;
}

/* What does not fit is an invalid parameter. */
int print_string_checked(bool wide, const struct printf_request *request, void *buffer, size_t size) {
    CRT_VALIDATE(request->format && buffer && size, CRT_EINVAL, -1);
    struct printf_output output = {.wide = wide, .units = buffer, .capacity = size};
    int result = format(&output, request);
    if (result < 0 || output.count >= size) {
        terminate(&output, 0);
        CRT_VALIDATE(result < 0, CRT_ERANGE, -1);
        return -1;
    }
    terminate(&output, output.count);
    return result;
}

/* At most `most` units; with CRT_TRUNCATE as many as fit. */
int print_string_most(bool wide, const struct printf_request *request, void *buffer, size_t size, size_t most) {
    CRT_VALIDATE(request->format, CRT_EINVAL, -1);
    if (most == 0 && !buffer && size == 0)
        return 0;
    CRT_VALIDATE(buffer && size, CRT_EINVAL, -1);
    if (most != CRT_TRUNCATE && most >= size)
        return print_string_checked(wide, request, buffer, size);
    size_t room = most < size ? most + 1 : size;
    struct printf_output output = {.wide = wide, .units = buffer, .capacity = room};
    return end_truncated(&output, room, format(&output, request), -1);
}

static struct printf_request request_of(ULONGLONG options, enum printf_check check, const void *format,
                                        _locale_t locale, const uint64_t *arguments) {
    return (struct printf_request){
        .format = format,
        .slots = arguments,
        .locale = crt_locale(locale),
        .options = (unsigned)options & ~PRINTF_INTERNAL,
        .check = check,
    };
}

API(ucrtbase, int, __stdio_common_vsprintf, ULONGLONG options, char *buffer, size_t size, const char *format,
    _locale_t locale, const uint64_t *arguments) {
    struct printf_request request = request_of(options, PRINTF_LENIENT, format, locale, arguments);
    return print_string(false, &request, buffer, size);
}

API(ucrtbase, int, __stdio_common_vswprintf, ULONGLONG options, WCHAR *buffer, size_t size, const WCHAR *format,
    _locale_t locale, const uint64_t *arguments) {
    struct printf_request request = request_of(options, PRINTF_LENIENT, format, locale, arguments);
    return print_string(true, &request, buffer, size);
}

API(ucrtbase, int, __stdio_common_vsprintf_s, ULONGLONG options, char *buffer, size_t size, const char *format,
    _locale_t locale, const uint64_t *arguments) {
    struct printf_request request = request_of(options, PRINTF_CHECKED, format, locale, arguments);
    return print_string_checked(false, &request, buffer, size);
}

API(ucrtbase, int, __stdio_common_vswprintf_s, ULONGLONG options, WCHAR *buffer, size_t size, const WCHAR *format,
    _locale_t locale, const uint64_t *arguments) {
    struct printf_request request = request_of(options, PRINTF_CHECKED, format, locale, arguments);
    return print_string_checked(true, &request, buffer, size);
}

API(ucrtbase, int, __stdio_common_vsprintf_p, ULONGLONG options, char *buffer, size_t size, const char *format,
    _locale_t locale, const uint64_t *arguments) {
    struct printf_request request = request_of(options, PRINTF_POSITIONAL, format, locale, arguments);
    return print_string_checked(false, &request, buffer, size);
}

API(ucrtbase, int, __stdio_common_vswprintf_p, ULONGLONG options, WCHAR *buffer, size_t size, const WCHAR *format,
    _locale_t locale, const uint64_t *arguments) {
    struct printf_request request = request_of(options, PRINTF_POSITIONAL, format, locale, arguments);
    return print_string_checked(true, &request, buffer, size);
}

API(ucrtbase, int, __stdio_common_vsnprintf_s, ULONGLONG options, char *buffer, size_t size, size_t most,
    const char *format, _locale_t locale, const uint64_t *arguments) {
    struct printf_request request = request_of(options, PRINTF_CHECKED, format, locale, arguments);
    return print_string_most(false, &request, buffer, size, most);
}

API(ucrtbase, int, __stdio_common_vsnwprintf_s, ULONGLONG options, WCHAR *buffer, size_t size, size_t most,
    const WCHAR *format, _locale_t locale, const uint64_t *arguments) {
    struct printf_request request = request_of(options, PRINTF_CHECKED, format, locale, arguments);
    return print_string_most(true, &request, buffer, size, most);
}
