/* printf into streams.
 *
 * The text is made before the stream's lock is taken: a fault in an argument then leaves no lock behind, and the text
 * reaches an unbuffered stream in one piece. */
#include "crt_printf.h"
#include "crt_printf_stream.h"

static bool write_output(struct crt_file *file, const struct printf_output *output) {
    return output->wide ? stream_write_wide(file, output->units, output->count)
                        : stream_write(file, output->units, output->count) == output->count;
}

int print_stream(bool wide, const struct printf_request *request, struct crt_file *file) {
    WCHAR units[1024];
    CRT_VALIDATE(file && request->format, CRT_EINVAL, -1);
    file = stream_of(file);
    CRT_VALIDATE(wide || stream_is_narrow(file), CRT_EINVAL, -1);
    struct printf_output output = {.wide = wide, .grows = true, .units = units,
                                   .capacity = sizeof units / (wide ? sizeof(WCHAR) : 1)};
    int result = printf_format(&output, request);
    /* What came before a failure is written, as on Windows. */
    stream_lock(file);
    if (!write_output(file, &output) && result >= 0)
        result = -1;
    stream_unlock(file);
    printf_output_free(&output);
    CRT_VALIDATE(result != PRINTF_INVALID, CRT_EINVAL, -1);
    return result;
}

static int print_common(bool wide, ULONGLONG options, enum printf_check check, struct crt_file *file,
                        const void *format, _locale_t locale, const uint64_t *arguments) {
    struct printf_request request = {.format = format, .slots = arguments, .locale = crt_locale(locale),
                                     .options = (unsigned)options & ~PRINTF_INTERNAL, .check = check};
    return print_stream(wide, &request, file);
}

API(ucrtbase, int, __stdio_common_vfprintf, ULONGLONG options, struct crt_file *file, const char *format,
    _locale_t locale, const uint64_t *arguments) {
    return print_common(false, options, PRINTF_LENIENT, file, format, locale, arguments);
}

API(ucrtbase, int, __stdio_common_vfprintf_s, ULONGLONG options, struct crt_file *file, const char *format,
    _locale_t locale, const uint64_t *arguments) {
    return print_common(false, options, PRINTF_CHECKED, file, format, locale, arguments);
}

API(ucrtbase, int, __stdio_common_vfprintf_p, ULONGLONG options, struct crt_file *file, const char *format,
    _locale_t locale, const uint64_t *arguments) {
    return print_common(false, options, PRINTF_POSITIONAL, file, format, locale, arguments);
}

API(ucrtbase, int, __stdio_common_vfwprintf, ULONGLONG options, struct crt_file *file, const WCHAR *format,
    _locale_t locale, const uint64_t *arguments) {
    return print_common(true, options, PRINTF_LENIENT, file, format, locale, arguments);
}

API(ucrtbase, int, __stdio_common_vfwprintf_s, ULONGLONG options, struct crt_file *file, const WCHAR *format,
    _locale_t locale, const uint64_t *arguments) {
    return print_common(true, options, PRINTF_CHECKED, file, format, locale, arguments);
}

API(ucrtbase, int, __stdio_common_vfwprintf_p, ULONGLONG options, struct crt_file *file, const WCHAR *format,
    _locale_t locale, const uint64_t *arguments) {
    return print_common(true, options, PRINTF_POSITIONAL, file, format, locale, arguments);
}
