/* The scanf functions that msvcrt.dll and the msvcr100 family export by name. (The Universal C run-time has them
 * in its headers, over __stdio_common_*.) They read neither inf and nan nor hexadecimal floating point, take hh
 * for h, and in wide functions %s is wide and %S narrow. */
#include "crt_scanf.h"

#define LEGACY_DLLS msvcrt MSVCR_DLLS

static struct scanf_request request_of(bool wide, unsigned options, const void *format, _locale_t locale,
                                       const uint64_t *arguments) {
    return (struct scanf_request){
        .wide = wide,
        .options = options | SCANF_LEGACY_WIDE_SPECIFIERS | SCANF_MSVCRT_COMPATIBILITY | SCANF_SHORT_FOR_HH,
        .format = format,
        .locale = crt_locale(locale),
        .slots = arguments,
    };
}

static int scan_text(bool wide, unsigned options, const void *text, size_t length, const void *format, _locale_t locale,
                     const uint64_t *arguments) {
    struct scanf_request request = request_of(wide, options, format, locale, arguments);
    return scan_string(&request, text, length);
}

static int scan_file(bool wide, unsigned options, struct crt_file *file, const void *format, _locale_t locale,
                     const uint64_t *arguments) {
    struct scanf_request request = request_of(wide, options, format, locale, arguments);
    return scan_stream(&request, file);
}

/* The forms of a function: with arguments, with arguments and a locale, and with a va_list, which only msvcr120
 * has. `fixed` are the parameters in front of the format, in parentheses, each with a comma behind it; `scan` uses
 * them and gets format, locale and arguments. */
#define UNWRAP(...) __VA_ARGS__
#define RETURN_SCANNED(last_, scan_, format_, locale_)                                         \
    __builtin_ms_va_list list;                                                                 \
    __builtin_ms_va_start(list, last_);                                                        \
    int result = scan_(format_, locale_, (const uint64_t *)list);                              \
    __builtin_ms_va_end(list);                                                                 \
    return result
#define FORMS(plain_, locale_, unit_, scan_, fixed_)                                           \
    API(LEGACY_DLLS, int, plain_, UNWRAP fixed_ const unit_ *format, ...) {                    \
        RETURN_SCANNED(format, scan_, format, NULL);                                           \
    }                                                                                          \
    API(LEGACY_DLLS, int, locale_, UNWRAP fixed_ const unit_ *format, _locale_t locale, ...) { \
        RETURN_SCANNED(locale, scan_, format, locale);                                         \
    }
#define LIST(name_, unit_, scan_, fixed_)                                                      \
    API(msvcr120, int, name_, UNWRAP fixed_ const unit_ *format, const uint64_t *arguments) {  \
        return scan_(format, NULL, arguments);                                                 \
    }

#define TEXT(unit_) (const unit_ *text,)
#define TEXT_LENGTH(unit_) (const unit_ *text, size_t length,)
#define STREAM (struct crt_file *file,)
#define NOTHING ()

#define NARROW(...) scan_text(false, 0, text, SIZE_MAX, __VA_ARGS__)
#define NARROW_S(...) scan_text(false, SCANF_SECURE, text, SIZE_MAX, __VA_ARGS__)
#define WIDE(...) scan_text(true, 0, text, SIZE_MAX, __VA_ARGS__)
#define WIDE_S(...) scan_text(true, SCANF_SECURE, text, SIZE_MAX, __VA_ARGS__)
FORMS(sscanf, _sscanf_l, char, NARROW, TEXT(char))
FORMS(sscanf_s, _sscanf_s_l, char, NARROW_S, TEXT(char))
FORMS(swscanf, _swscanf_l, WCHAR, WIDE, TEXT(WCHAR))
FORMS(swscanf_s, _swscanf_s_l, WCHAR, WIDE_S, TEXT(WCHAR))
LIST(vsscanf, char, NARROW, TEXT(char))
LIST(vsscanf_s, char, NARROW_S, TEXT(char))
LIST(vswscanf, WCHAR, WIDE, TEXT(WCHAR))
LIST(vswscanf_s, WCHAR, WIDE_S, TEXT(WCHAR))

#define PART_NARROW(...) scan_text(false, 0, text, length, __VA_ARGS__)
#define PART_NARROW_S(...) scan_text(false, SCANF_SECURE, text, length, __VA_ARGS__)
#define PART_WIDE(...) scan_text(true, 0, text, length, __VA_ARGS__)
#define PART_WIDE_S(...) scan_text(true, SCANF_SECURE, text, length, __VA_ARGS__)
FORMS(_snscanf, _snscanf_l, char, PART_NARROW, TEXT_LENGTH(char))
FORMS(_snscanf_s, _snscanf_s_l, char, PART_NARROW_S, TEXT_LENGTH(char))
FORMS(_snwscanf, _snwscanf_l, WCHAR, PART_WIDE, TEXT_LENGTH(WCHAR))
FORMS(_snwscanf_s, _snwscanf_s_l, WCHAR, PART_WIDE_S, TEXT_LENGTH(WCHAR))

#define FILE_NARROW(...) scan_file(false, 0, file, __VA_ARGS__)
#define FILE_NARROW_S(...) scan_file(false, SCANF_SECURE, file, __VA_ARGS__)
#define FILE_WIDE(...) scan_file(true, 0, file, __VA_ARGS__)
#define FILE_WIDE_S(...) scan_file(true, SCANF_SECURE, file, __VA_ARGS__)
FORMS(fscanf, _fscanf_l, char, FILE_NARROW, STREAM)
FORMS(fscanf_s, _fscanf_s_l, char, FILE_NARROW_S, STREAM)
FORMS(fwscanf, _fwscanf_l, WCHAR, FILE_WIDE, STREAM)
FORMS(fwscanf_s, _fwscanf_s_l, WCHAR, FILE_WIDE_S, STREAM)
LIST(vfscanf, char, FILE_NARROW, STREAM)
LIST(vfscanf_s, char, FILE_NARROW_S, STREAM)
LIST(vfwscanf, WCHAR, FILE_WIDE, STREAM)
LIST(vfwscanf_s, WCHAR, FILE_WIDE_S, STREAM)

#define STDIN_NARROW(...) scan_file(false, 0, &crt_iob[0], __VA_ARGS__)
#define STDIN_NARROW_S(...) scan_file(false, SCANF_SECURE, &crt_iob[0], __VA_ARGS__)
#define STDIN_WIDE(...) scan_file(true, 0, &crt_iob[0], __VA_ARGS__)
#define STDIN_WIDE_S(...) scan_file(true, SCANF_SECURE, &crt_iob[0], __VA_ARGS__)
FORMS(scanf, _scanf_l, char, STDIN_NARROW, NOTHING)
FORMS(scanf_s, _scanf_s_l, char, STDIN_NARROW_S, NOTHING)
FORMS(wscanf, _wscanf_l, WCHAR, STDIN_WIDE, NOTHING)
FORMS(wscanf_s, _wscanf_s_l, WCHAR, STDIN_WIDE_S, NOTHING)
LIST(vscanf, char, STDIN_NARROW, NOTHING)
LIST(vscanf_s, char, STDIN_NARROW_S, NOTHING)
LIST(vwscanf, WCHAR, STDIN_WIDE, NOTHING)
LIST(vwscanf_s, WCHAR, STDIN_WIDE_S, NOTHING)
