/* The printf functions that msvcrt.dll and the msvcr100 family export by name. (The Universal C run-time has them
 * in its headers, over __stdio_common_*.)
 *
 * Where they differ from the Universal C run-time ("Visual C++ change history 2003 - 2015", <stdio.h> and
 * <conio.h>):
 *   - infinities and NaNs are 1.#INF, 1.#QNAN, 1.#IND, 1.#SNAN and are rounded like digits;
 *   - exponents have three digits, unless _set_output_format() says two;
 *   - there are 17 significant digits, and zeros behind them; ties are rounded away from zero;
 *   - hh is h, F and N are size prefixes without effect, and %n stores;
 *   - in wide functions %s is wide and %S narrow;
 *   - sprintf's relatives that take a size leave a full buffer without a null character;
 *   - swprintf takes no size.
 * All these DLLs are one here. The msvcr100 family by itself would take j, z and t for ordinary characters and
 * refuse %n. */
#include "crt_printf_stream.h"
#include "crt_printf_string.h"

#define LEGACY_DLLS msvcrt MSVCR_DLLS

/* _set_output_format(): 1 (_TWO_DIGIT_EXPONENT) or 0. */
static unsigned output_format;

API(LEGACY_DLLS, unsigned, _get_output_format, void) { return __atomic_load_n(&output_format, __ATOMIC_RELAXED); }

API(LEGACY_DLLS, unsigned, _set_output_format, unsigned format) {
    CRT_VALIDATE(format <= 1, CRT_EINVAL, 0);
    return __atomic_exchange_n(&output_format, format, __ATOMIC_RELAXED);
}

static struct printf_request request_of(unsigned options, enum printf_check check, const void *format,
                                        _locale_t locale, const uint64_t *arguments) {
    unsigned exponent = api__get_output_format() ? 0 : PRINTF_THREE_DIGIT_EXPONENTS;
    return (struct printf_request){
        .format = format,
        .slots = arguments,
        .locale = crt_locale(locale),
        .options = options | exponent | PRINTF_LEGACY_WIDE_SPECIFIERS | PRINTF_MSVCRT_COMPATIBILITY |
                   PRINTF_17_DIGITS | PRINTF_SHORT_FOR_HH | PRINTF_COUNT_OUTPUT,
        .check = check,
    };
}

static int print_sized(bool wide, unsigned options, void *buffer, size_t size, const void *format, _locale_t locale,
                       const uint64_t *arguments) {
    struct printf_request request = request_of(options, PRINTF_LENIENT, format, locale, arguments);
    int result = print_string(wide, &request, buffer, size);
    return result < 0 ? -1 : result;
}

static int print_checked(bool wide, enum printf_check check, void *buffer, size_t size, const void *format,
                         _locale_t locale, const uint64_t *arguments) {
    struct printf_request request = request_of(0, check, format, locale, arguments);
    return print_string_checked(wide, &request, buffer, size);
}

static int print_most(bool wide, void *buffer, size_t size, size_t most, const void *format, _locale_t locale,
                      const uint64_t *arguments) {
    struct printf_request request = request_of(0, PRINTF_CHECKED, format, locale, arguments);
    return print_string_most(wide, &request, buffer, size, most);
}

static int count_only(bool wide, enum printf_check check, const void *format, _locale_t locale,
                      const uint64_t *arguments) {
    struct printf_request request = request_of(0, check, format, locale, arguments);
    return print_string(wide, &request, NULL, 0);
}

static int print_file(bool wide, enum printf_check check, struct crt_file *file, const void *format, _locale_t locale,
                      const uint64_t *arguments) {
    struct printf_request request = request_of(0, check, format, locale, arguments);
    return print_stream(wide, &request, file);
}

/* The four forms of a function: with arguments or a va_list, with a locale or without. `fixed` are the parameters
 * in front of the format, in parentheses, each with a comma behind it; `print` uses them and gets format, locale
 * and arguments. A va_list is the address of the slots. */
#define RETURN_PRINTED(last_, print_, format_, locale_)                                        \
    __builtin_ms_va_list list;                                                                 \
    __builtin_ms_va_start(list, last_);                                                        \
    int result = print_(format_, locale_, (const uint64_t *)list);                             \
    __builtin_ms_va_end(list);                                                                 \
    return result

#define UNWRAP(...) __VA_ARGS__
#define PLAIN(name_, unit_, print_, fixed_)                                                    \
    API(LEGACY_DLLS, int, name_, UNWRAP fixed_ const unit_ *format, ...) {                     \
        RETURN_PRINTED(format, print_, format, NULL);                                          \
    }
#define LIST(name_, unit_, print_, fixed_)                                                     \
    API(LEGACY_DLLS, int, name_, UNWRAP fixed_ const unit_ *format, const uint64_t *arguments) {      \
        return print_(format, NULL, arguments);                                                \
    }
#define LOCALE(name_, unit_, print_, fixed_)                                                   \
    API(LEGACY_DLLS, int, name_, UNWRAP fixed_ const unit_ *format, _locale_t locale, ...) {          \
        RETURN_PRINTED(locale, print_, format, locale);                                        \
    }
#define LOCALE_LIST(name_, unit_, print_, fixed_)                                              \
    API(LEGACY_DLLS, int, name_, UNWRAP fixed_ const unit_ *format, _locale_t locale, const uint64_t *arguments) { \
        return print_(format, locale, arguments);                                              \
    }
#define FORMS(plain_, list_, locale_, locale_list_, unit_, print_, fixed_)                     \
    PLAIN(plain_, unit_, print_, fixed_)                                                       \
    LIST(list_, unit_, print_, fixed_)                                                         \
    LOCALE(locale_, unit_, print_, fixed_)                                                     \
    LOCALE_LIST(locale_list_, unit_, print_, fixed_)

#define BUFFER(unit_) (unit_ *buffer,)
#define SIZED(unit_) (unit_ *buffer, size_t size,)
#define SIZED_MOST(unit_) (unit_ *buffer, size_t size, size_t most,)
#define STREAM (struct crt_file *file,)
#define NOTHING ()

/* Without a size ("sprintf, _sprintf_l, swprintf, _swprintf_l, __swprintf_l"). */
#define UNSIZED_NARROW(...) print_sized(false, PRINTF_LEGACY_NULL_TERMINATION, buffer, SIZE_MAX, __VA_ARGS__)
#define UNSIZED_WIDE(...) print_sized(true, PRINTF_LEGACY_NULL_TERMINATION, buffer, SIZE_MAX, __VA_ARGS__)
FORMS(sprintf, vsprintf, _sprintf_l, _vsprintf_l, char, UNSIZED_NARROW, BUFFER(char))
FORMS(_swprintf, _vswprintf, __swprintf_l, __vswprintf_l, WCHAR, UNSIZED_WIDE, BUFFER(WCHAR))
FORMS(swprintf, vswprintf, _swprintf_l, _vswprintf_l, WCHAR, UNSIZED_WIDE, BUFFER(WCHAR))

/* A full buffer has no null character ("_snprintf ..."); vsnprintf is _vsnprintf by another name. */
#define SIZED_NARROW(...) print_sized(false, PRINTF_LEGACY_NULL_TERMINATION, buffer, size, __VA_ARGS__)
#define SIZED_WIDE(...) print_sized(true, PRINTF_LEGACY_NULL_TERMINATION, buffer, size, __VA_ARGS__)
FORMS(_snprintf, _vsnprintf, _snprintf_l, _vsnprintf_l, char, SIZED_NARROW, SIZED(char))
FORMS(_snwprintf, _vsnwprintf, _snwprintf_l, _vsnwprintf_l, WCHAR, SIZED_WIDE, SIZED(WCHAR))
API_ALIAS(api__vsnprintf, c99, msvcrt, "vsnprintf");

/* Always terminated; -1 when cut off. */
#define CUT_NARROW(...) print_sized(false, 0, buffer, size, __VA_ARGS__)
#define CUT_WIDE(...) print_sized(true, 0, buffer, size, __VA_ARGS__)
FORMS(_snprintf_c, _vsnprintf_c, _snprintf_c_l, _vsnprintf_c_l, char, CUT_NARROW, SIZED(char))
FORMS(_swprintf_c, _vswprintf_c, _swprintf_c_l, _vswprintf_c_l, WCHAR, CUT_WIDE, SIZED(WCHAR))

/* Invalid when cut off ("sprintf_s", "_sprintf_p"). */
#define CHECKED_NARROW(...) print_checked(false, PRINTF_CHECKED, buffer, size, __VA_ARGS__)
#define CHECKED_WIDE(...) print_checked(true, PRINTF_CHECKED, buffer, size, __VA_ARGS__)
#define POSITIONAL_NARROW(...) print_checked(false, PRINTF_POSITIONAL, buffer, size, __VA_ARGS__)
#define POSITIONAL_WIDE(...) print_checked(true, PRINTF_POSITIONAL, buffer, size, __VA_ARGS__)
FORMS(sprintf_s, vsprintf_s, _sprintf_s_l, _vsprintf_s_l, char, CHECKED_NARROW, SIZED(char))
FORMS(swprintf_s, vswprintf_s, _swprintf_s_l, _vswprintf_s_l, WCHAR, CHECKED_WIDE, SIZED(WCHAR))
FORMS(_sprintf_p, _vsprintf_p, _sprintf_p_l, _vsprintf_p_l, char, POSITIONAL_NARROW, SIZED(char))
FORMS(_swprintf_p, _vswprintf_p, _swprintf_p_l, _vswprintf_p_l, WCHAR, POSITIONAL_WIDE, SIZED(WCHAR))

/* At most so many characters ("_snprintf_s"). */
#define MOST_NARROW(...) print_most(false, buffer, size, most, __VA_ARGS__)
#define MOST_WIDE(...) print_most(true, buffer, size, most, __VA_ARGS__)
FORMS(_snprintf_s, _vsnprintf_s, _snprintf_s_l, _vsnprintf_s_l, char, MOST_NARROW, SIZED_MOST(char))
FORMS(_snwprintf_s, _vsnwprintf_s, _snwprintf_s_l, _vsnwprintf_s_l, WCHAR, MOST_WIDE, SIZED_MOST(WCHAR))

/* Only counted ("_scprintf"). */
#define COUNT_NARROW(...) count_only(false, PRINTF_LENIENT, __VA_ARGS__)
#define COUNT_WIDE(...) count_only(true, PRINTF_LENIENT, __VA_ARGS__)
#define COUNT_POSITIONAL_NARROW(...) count_only(false, PRINTF_POSITIONAL, __VA_ARGS__)
#define COUNT_POSITIONAL_WIDE(...) count_only(true, PRINTF_POSITIONAL, __VA_ARGS__)
FORMS(_scprintf, _vscprintf, _scprintf_l, _vscprintf_l, char, COUNT_NARROW, NOTHING)
FORMS(_scwprintf, _vscwprintf, _scwprintf_l, _vscwprintf_l, WCHAR, COUNT_WIDE, NOTHING)
FORMS(_scprintf_p, _vscprintf_p, _scprintf_p_l, _vscprintf_p_l, char, COUNT_POSITIONAL_NARROW, NOTHING)
FORMS(_scwprintf_p, _vscwprintf_p, _scwprintf_p_l, _vscwprintf_p_l, WCHAR, COUNT_POSITIONAL_WIDE, NOTHING)

/* Into streams. */
#define FILE_NARROW(...) print_file(false, PRINTF_LENIENT, file, __VA_ARGS__)
#define FILE_WIDE(...) print_file(true, PRINTF_LENIENT, file, __VA_ARGS__)
#define FILE_CHECKED_NARROW(...) print_file(false, PRINTF_CHECKED, file, __VA_ARGS__)
#define FILE_CHECKED_WIDE(...) print_file(true, PRINTF_CHECKED, file, __VA_ARGS__)
#define FILE_POSITIONAL_NARROW(...) print_file(false, PRINTF_POSITIONAL, file, __VA_ARGS__)
#define FILE_POSITIONAL_WIDE(...) print_file(true, PRINTF_POSITIONAL, file, __VA_ARGS__)
FORMS(fprintf, vfprintf, _fprintf_l, _vfprintf_l, char, FILE_NARROW, STREAM)
FORMS(fwprintf, vfwprintf, _fwprintf_l, _vfwprintf_l, WCHAR, FILE_WIDE, STREAM)
FORMS(fprintf_s, vfprintf_s, _fprintf_s_l, _vfprintf_s_l, char, FILE_CHECKED_NARROW, STREAM)
FORMS(fwprintf_s, vfwprintf_s, _fwprintf_s_l, _vfwprintf_s_l, WCHAR, FILE_CHECKED_WIDE, STREAM)
FORMS(_fprintf_p, _vfprintf_p, _fprintf_p_l, _vfprintf_p_l, char, FILE_POSITIONAL_NARROW, STREAM)
FORMS(_fwprintf_p, _vfwprintf_p, _fwprintf_p_l, _vfwprintf_p_l, WCHAR, FILE_POSITIONAL_WIDE, STREAM)

/* Into stdout. */
#define STDOUT_NARROW(...) print_file(false, PRINTF_LENIENT, &crt_iob[1], __VA_ARGS__)
#define STDOUT_WIDE(...) print_file(true, PRINTF_LENIENT, &crt_iob[1], __VA_ARGS__)
#define STDOUT_CHECKED_NARROW(...) print_file(false, PRINTF_CHECKED, &crt_iob[1], __VA_ARGS__)
#define STDOUT_CHECKED_WIDE(...) print_file(true, PRINTF_CHECKED, &crt_iob[1], __VA_ARGS__)
#define STDOUT_POSITIONAL_NARROW(...) print_file(false, PRINTF_POSITIONAL, &crt_iob[1], __VA_ARGS__)
#define STDOUT_POSITIONAL_WIDE(...) print_file(true, PRINTF_POSITIONAL, &crt_iob[1], __VA_ARGS__)
FORMS(printf, vprintf, _printf_l, _vprintf_l, char, STDOUT_NARROW, NOTHING)
FORMS(wprintf, vwprintf, _wprintf_l, _vwprintf_l, WCHAR, STDOUT_WIDE, NOTHING)
FORMS(printf_s, vprintf_s, _printf_s_l, _vprintf_s_l, char, STDOUT_CHECKED_NARROW, NOTHING)
FORMS(wprintf_s, vwprintf_s, _wprintf_s_l, _vwprintf_s_l, WCHAR, STDOUT_CHECKED_WIDE, NOTHING)
FORMS(_printf_p, _vprintf_p, _printf_p_l, _vprintf_p_l, char, STDOUT_POSITIONAL_NARROW, NOTHING)
FORMS(_wprintf_p, _vwprintf_p, _wprintf_p_l, _vwprintf_p_l, WCHAR, STDOUT_POSITIONAL_WIDE, NOTHING)
