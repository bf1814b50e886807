/* What the files of the C run-time share: per-thread data, errno, invalid parameters, locales.
 *
 * There is one C run-time in the process. ucrtbase, msvcrt and the msvcr100 family export the same functions over the
 * same data, so a block allocated through one may be freed through another. */
#ifndef WINDLASS_CRT_H
#define WINDLASS_CRT_H

#include "api.h"

/* ---- errno ("errno Constants"): Windows' numbers, which differ from the host's above 34 ---- */

enum {
    CRT_EPERM = 1, CRT_ENOENT = 2, CRT_ESRCH = 3, CRT_EINTR = 4, CRT_EIO = 5, CRT_ENXIO = 6, CRT_E2BIG = 7,
    CRT_ENOEXEC = 8, CRT_EBADF = 9, CRT_ECHILD = 10, CRT_EAGAIN = 11, CRT_ENOMEM = 12, CRT_EACCES = 13,
    CRT_EFAULT = 14, CRT_EBUSY = 16, CRT_EEXIST = 17, CRT_EXDEV = 18, CRT_ENODEV = 19, CRT_ENOTDIR = 20,
    CRT_EISDIR = 21, CRT_EINVAL = 22, CRT_ENFILE = 23, CRT_EMFILE = 24, CRT_ENOTTY = 25, CRT_EFBIG = 27,
    CRT_ENOSPC = 28, CRT_ESPIPE = 29, CRT_EROFS = 30, CRT_EMLINK = 31, CRT_EPIPE = 32, CRT_EDOM = 33,
    CRT_ERANGE = 34, CRT_EDEADLK = 36, CRT_ENAMETOOLONG = 38, CRT_ENOLCK = 39, CRT_ENOSYS = 40, CRT_ENOTEMPTY = 41,
    CRT_EILSEQ = 42, CRT_STRUNCATE = 80,
    CRT_EADDRINUSE = 100, CRT_EADDRNOTAVAIL, CRT_EAFNOSUPPORT, CRT_EALREADY, CRT_EBADMSG, CRT_ECANCELED,
    CRT_ECONNABORTED, CRT_ECONNREFUSED, CRT_ECONNRESET, CRT_EDESTADDRREQ, CRT_EHOSTUNREACH, CRT_EIDRM,
    CRT_EINPROGRESS, CRT_EISCONN, CRT_ELOOP, CRT_EMSGSIZE, CRT_ENETDOWN, CRT_ENETRESET, CRT_ENETUNREACH,
    CRT_ENOBUFS, CRT_ENODATA, CRT_ENOLINK, CRT_ENOMSG, CRT_ENOPROTOOPT, CRT_ENOSR, CRT_ENOSTR, CRT_ENOTCONN,
    CRT_ENOTRECOVERABLE, CRT_ENOTSOCK, CRT_ENOTSUP, CRT_EOPNOTSUPP, CRT_EOTHER, CRT_EOVERFLOW, CRT_EOWNERDEAD,
    CRT_EPROTO, CRT_EPROTONOSUPPORT, CRT_EPROTOTYPE, CRT_ETIME, CRT_ETIMEDOUT, CRT_ETXTBSY, CRT_EWOULDBLOCK,
};
_Static_assert(CRT_EWOULDBLOCK == 140, "errno Constants");

typedef int errno_t;

#define CRT_TRUNCATE ((size_t)-1)

/* ---- locales (crt_locale.c) ---- */

enum {
    CRT_LC_ALL, CRT_LC_COLLATE, CRT_LC_CTYPE, CRT_LC_MONETARY, CRT_LC_NUMERIC, CRT_LC_TIME, CRT_LC_COUNT
};

/* As Windows' `struct lconv` of the Universal CRT: the wide strings follow the narrow ones. */
struct crt_lconv {
    char *decimal_point, *thousands_sep, *grouping, *int_curr_symbol, *currency_symbol, *mon_decimal_point,
        *mon_thousands_sep, *mon_grouping, *positive_sign, *negative_sign;
    char int_frac_digits, frac_digits, p_cs_precedes, p_sep_by_space, n_cs_precedes, n_sep_by_space, p_sign_posn,
        n_sign_posn;
    WCHAR *w_decimal_point, *w_thousands_sep, *w_int_curr_symbol, *w_currency_symbol, *w_mon_decimal_point,
        *w_mon_thousands_sep, *w_positive_sign, *w_negative_sign;
};

/* Names and formats of LC_TIME in one character type; [0] Sunday, [0] January, [0] AM. The formats are Windows' own
 * ("dddd, MMMM d, yyyy"). */
struct crt_time_names {
    const char *abbreviated_days[7], *days[7], *abbreviated_months[12], *months[12], *am_pm[2];
    const char *short_date, *long_date, *time;
};
struct crt_wide_time_names {
    const WCHAR *abbreviated_days[7], *days[7], *abbreviated_months[12], *months[12], *am_pm[2];
    const WCHAR *short_date, *long_date, *time;
};
struct crt_lc_time {
    bool is_c;                      /* of the "C" locale, whose formats are the standard's */
    struct crt_time_names narrow;
    struct crt_wide_time_names wide;
};

/* A locale's facts. Equal locales share one record, which is never changed and never freed, so that a thread can read
 * the current locale without a lock while another thread sets it. The first three members are public: the header
 * functions of the Universal CRT read them through _locale_t ("__crt_locale_data_public"). */
struct crt_locale {
    const WORD *ctype;              /* _pctype: valid from index -1 to 255 */
    int mb_cur_max;
    UINT codepage;                  /* of LC_CTYPE; 0 in the "C" locale, CP_UTF8 for UTF-8 */
    UINT collate_codepage;
    BYTE lower[256], upper[256];    /* single bytes */
    const WCHAR *names[CRT_LC_COUNT];       /* Windows locale names ("de-DE"); NULL is the "C" locale */
    const char *category[CRT_LC_COUNT];     /* as setlocale() returns them */
    const WCHAR *wide_category[CRT_LC_COUNT];
    const struct crt_lconv *lconv;
    const struct crt_lc_time *time;
    const struct locale_part *parts[CRT_LC_COUNT];
    struct crt_locale *next;
    WORD ctype_storage[257];
};

struct crt_multibyte;               /* the _mb* functions' code page (crt_mbstring.c) */

/* _locale_t points to this pair. */
typedef struct crt_locale_pair {
    const struct crt_locale *locale;
    const struct crt_multibyte *multibyte;
} *_locale_t;

/* The locale of all threads that have none of their own. */
extern const struct crt_locale *crt_global_locale;

extern const struct crt_locale crt_c_locale;

/* ---- per-thread data ---- */

struct crt_tm {
    int tm_sec, tm_min, tm_hour, tm_mday, tm_mon, tm_year, tm_wday, tm_yday, tm_isdst;
};

/* Windows' mbstate_t ("_Mbstatet"). */
struct crt_mbstate {
    uint32_t wide;
    uint16_t byte, state;
};

typedef void(WINAPI *crt_invalid_parameter_handler)(const WCHAR *, const WCHAR *, const WCHAR *, unsigned, uintptr_t);

typedef void(WINAPI *crt_terminate_handler)(void);

struct crt_thread {
    int error;                              /* errno */
    DWORD dos_error;                        /* _doserrno */
    const struct crt_locale *locale;        /* NULL: crt_global_locale */
    const struct crt_multibyte *multibyte;  /* NULL: the process's */
    bool own_locale;                        /* _configthreadlocale(_ENABLE_PER_THREAD_LOCALE) */
    unsigned random;                        /* rand()'s state */
    char *strtok_next;
    WCHAR *wcstok_next;
    unsigned char *mbstok_next;
    crt_invalid_parameter_handler invalid_parameter;
    crt_terminate_handler terminate;        /* NULL: abort */
    struct crt_tm tm;                       /* gmtime() and localtime() */
    char time_text[26];                     /* asctime() and ctime() */
    WCHAR wide_time_text[26];
    char conversion[352];                   /* _ecvt() and _fcvt() */
    char *error_text;                       /* strerror() and _strerror() */
    WCHAR *wide_error_text;
    struct crt_mbstate mbrlen, mbrtowc, mbsrtowcs, wcrtomb, wcsrtombs;  /* used where the caller gives none */
    void *signals;                          /* this thread's SIGFPE, SIGILL and SIGSEGV actions (crt_signal.c) */
    void *exception_pointers;               /* __pxcptinfoptrs */
    int fpe_code;                           /* __fpecode */
    void *start;                            /* what _beginthread(ex) left for the thread's end */
    /* crtio: stdio and low-level I/O */
    char *tmpnam_text;
    WCHAR *wide_tmpnam_text;
};

struct crt_thread *crt_thread_new(void);

/* The calling thread's data. Never NULL; works on host threads too. */
static inline struct crt_thread *crt_thread(void) {
    struct crt_thread *crt = thread_self()->crt;
    return __builtin_expect(crt != NULL, 1) ? crt : crt_thread_new();
}

/* Sets errno; returns -1, for `return crt_fail(CRT_EBADF);`. */
static inline int crt_fail(int error) {
    crt_thread()->error = error;
    return -1;
}

/* The locale in effect: the given one, the thread's or the process's. */
static inline const struct crt_locale *crt_locale(_locale_t locale) {
    if (locale)
        return locale->locale;
    const struct crt_locale *own = crt_thread()->locale;
    return own ? own : __atomic_load_n(&crt_global_locale, __ATOMIC_ACQUIRE);
}

/* Sets errno and _doserrno from a Win32 error code, as the CRT does for a failed system call. */
void crt_set_win32_error(DWORD code);

/* Windows' errno for the host's. */
int crt_errno_from_host(int error);

/* ---- invalid parameters ("Parameter Validation"; crt_runtime.c) ---- */

/* Calls the invalid-parameter handler. With the default one does not return to the caller: it raises an exception. */
void crt_invalid_parameter(void);

/* The failed condition of a validating function: sets errno and calls the handler; returns the error. */
errno_t crt_invalid(int error);

/* `CRT_VALIDATE(string != NULL, CRT_EINVAL, -1);` */
#define CRT_VALIDATE(condition_, error_, result_)                                              \
    do {                                                                                       \
        if (__builtin_expect(!(condition_), 0)) {                                              \
            crt_invalid(error_);                                                               \
            return result_;                                                                    \
        }                                                                                      \
    } while (0)

/* ---- characters in the locale's code page (crt_multibyte.c) ---- */

/* The first character of `size` bytes: its length (0 for a null character), -1 when invalid, -2 when incomplete.
 * A character above U+FFFF, which has no single WCHAR, gives U+FFFD. `wide` may be NULL. */
int crt_mbtowc(WCHAR *wide, const char *bytes, size_t size, const struct crt_locale *locale);

/* Writes at most 5 (MB_LEN_MAX) bytes; -1 when the code page does not have the character. */
int crt_wctomb(char *bytes, WCHAR wide, const struct crt_locale *locale);

/* ---- whom a caller means (crt_caller.c) ---- */

/* Whether the calling module is built for msvcrt.dll; for any run-time before the Universal one (CRT_OLD_DLLS). */
bool crt_caller_uses_msvcrt(void);
bool crt_caller_uses_old(void);

/* ---- memory (crt_heap.c) ---- */

/* malloc() and free() of the Windows side, for blocks that Windows code frees; errno on failure. */
void *crt_malloc(size_t size);
void *crt_calloc(size_t count, size_t size);
void *crt_realloc(void *block, size_t size);
void crt_free(void *block);

/* ---- host strings ---- */

size_t crt_wcslen(const WCHAR *string);

/* Names of the C run-time DLLs that share most functions. */
#define CRT_DLLS ucrtbase msvcrt MSVCR_DLLS
#define CRT_OLD_DLLS msvcrt MSVCR_DLLS
#define CRT_C99_DLLS ucrtbase msvcr120          /* what came with the C99 library of Visual Studio 2013 */

#endif
