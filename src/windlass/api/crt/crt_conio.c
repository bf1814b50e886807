/* The console by itself ("Console and port I/O"): _getch, _putch, _cputs, _cprintf and their like, on the
 * process's terminal whatever its standard streams are. Without a terminal they fail, as they do on Windows
 * without a console. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <termios.h>
#include <unistd.h>

#include "codepage.h"
#include "crt_printf.h"
#include "crt_scanf.h"
#include "crt_text.h"

#define LEGACY_DLLS msvcrt MSVCR_DLLS

/* Guards the two below: the terminal (-1: none, -2: not opened yet) and what _ungetch() and _ungetwch() gave back. */
static struct crt_lock console_lock;
static int terminal = -2;
static int pushed_back = CRT_EOF, pushed_back_wide = CRT_EOF;

static void after_fork_in_child(void) { crt_lock_survive_fork(&console_lock); }

__attribute__((constructor)) static void survive_fork(void) { pthread_atfork(NULL, NULL, after_fork_in_child); }

static int terminal_fd(void) {
    if (terminal == -2)
        terminal = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    return terminal;
}

/* ---- output ---- */

static bool write_all(const char *bytes, size_t size) {
    int fd = terminal_fd();
    while (fd >= 0 && size) {
        ssize_t count = write(fd, bytes, size);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return false;
        bytes += count;
        size -= (size_t)count;
    }
    return fd >= 0;
}

static bool write_wide(const WCHAR *text, size_t length) {
    char bytes[600];
    bool done = true;
    for (size_t at = 0; at < length && done; at += 200) {
        size_t piece = length - at < 200 ? length - at : 200;
        done = write_all(bytes, utf8_from_wide(text + at, piece, bytes, sizeof bytes));
    }
    return done;
}

API(CRT_DLLS, int, _putch_nolock, int unit) {
    char byte = (char)unit;
    return write_all(&byte, 1) ? (unsigned char)byte : CRT_EOF;
}

API(CRT_DLLS, int, _putch, int unit) {
    crt_lock_acquire(&console_lock);
    int result = api__putch_nolock(unit);
    crt_lock_release(&console_lock);
    return result;
}

API(CRT_DLLS, WCHAR, _putwch_nolock, WCHAR unit) { return write_wide(&unit, 1) ? unit : CRT_WEOF; }

API(CRT_DLLS, WCHAR, _putwch, WCHAR unit) {
    crt_lock_acquire(&console_lock);
    WCHAR result = api__putwch_nolock(unit);
    crt_lock_release(&console_lock);
    return result;
}

API(CRT_DLLS, int, _cputs, const char *text) {
    CRT_VALIDATE(text, CRT_EINVAL, -1);
    size_t length = strlen(text);
    crt_lock_acquire(&console_lock);
    bool done = write_all(text, length);
    crt_lock_release(&console_lock);
    return done ? 0 : -1;
}

API(CRT_DLLS, int, _cputws, const WCHAR *text) {
    CRT_VALIDATE(text, CRT_EINVAL, -1);
    size_t length = wide_length(text);
    crt_lock_acquire(&console_lock);
    bool done = write_wide(text, length);
    crt_lock_release(&console_lock);
    return done ? 0 : -1;
}

/* A terminal has one pitch and length. */
API(CRT_DLLS, VOID, _beep, unsigned frequency, unsigned duration) {
    (void)frequency, (void)duration;
    api__putch('\a');
}

/* ---- input, key by key ---- */

static int read_byte(int fd) {
    unsigned char byte;
    ssize_t count;
    do
        count = read(fd, &byte, 1);
    while (count < 0 && errno == EINTR);
    return count == 1 ? byte : CRT_EOF;
}

/* One key, not echoed and without waiting for the line's end; the Enter key is CR, as on Windows. */
static int read_key(WCHAR *unit) {
    struct termios saved, raw;
    int fd = terminal_fd();
    if (fd < 0 || tcgetattr(fd, &saved))
        return CRT_EOF;
    raw = saved;
    raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    tcsetattr(fd, TCSANOW, &raw);
    char bytes[4];
    int length = 0, taken = 0;
    do {
        int byte = read_byte(fd);
        if (byte == CRT_EOF)
            break;
        bytes[length++] = (char)byte;
        WCHAR units[2];
        int unit_count;
        taken = codepage_decode_one(codepage_find(CP_UTF8), bytes, (size_t)length, units, &unit_count);
        *unit = taken > 0 ? *units : 0xFFFD;
    } while (taken == 0 && length < 4);
    tcsetattr(fd, TCSANOW, &saved);
    if (*unit == '\n')
        *unit = '\r';
    return length ? 0 : CRT_EOF;
}

API(CRT_DLLS, WCHAR, _getwch_nolock, void) {
    WCHAR unit = CRT_WEOF;
    if (pushed_back_wide != CRT_EOF) {
        unit = (WCHAR)pushed_back_wide;
        pushed_back_wide = CRT_EOF;
        return unit;
    }
    return read_key(&unit) == CRT_EOF ? CRT_WEOF : unit;
}

/* A key that is no single byte of the ANSI code page is a question mark. */
API(CRT_DLLS, int, _getch_nolock, void) {
    int unit = pushed_back;
    WCHAR wide;
    pushed_back = CRT_EOF;
    if (unit != CRT_EOF)
        return unit;
    if (read_key(&wide) == CRT_EOF)
        return CRT_EOF;
    return wide < 0x80 ? wide : '?';
}

API(CRT_DLLS, int, _getche_nolock, void) {
    int unit = api__getch_nolock();
    return unit == CRT_EOF ? CRT_EOF : api__putch_nolock(unit);
}

API(CRT_DLLS, WCHAR, _getwche_nolock, void) {
    WCHAR unit = api__getwch_nolock();
    return unit == CRT_WEOF ? CRT_WEOF : api__putwch_nolock(unit);
}

API(CRT_DLLS, int, _ungetch_nolock, int unit) {
    if (unit == CRT_EOF || pushed_back != CRT_EOF)
        return CRT_EOF;
    return pushed_back = unit & 0xFF;
}

API(CRT_DLLS, WCHAR, _ungetwch_nolock, WCHAR unit) {
    if (unit == CRT_WEOF || pushed_back_wide != CRT_EOF)
        return CRT_WEOF;
    return (WCHAR)(pushed_back_wide = unit);
}

#define LOCKED(result_type_, name_, parameters_, ...)                                          \
    API(CRT_DLLS, result_type_, name_, parameters_) {                                          \
        crt_lock_acquire(&console_lock);                                                       \
        result_type_ result = api_##name_##_nolock(__VA_ARGS__);                               \
        crt_lock_release(&console_lock);                                                       \
        return result;                                                                         \
    }
LOCKED(int, _getch, void)
LOCKED(int, _getche, void)
LOCKED(WCHAR, _getwch, void)
LOCKED(WCHAR, _getwche, void)
LOCKED(int, _ungetch, int unit, unit)
LOCKED(WCHAR, _ungetwch, WCHAR unit, unit)

API(CRT_DLLS, int, _kbhit, void) {
    struct termios saved, raw;
    crt_lock_acquire(&console_lock);
    bool waiting = pushed_back != CRT_EOF;
    int fd = waiting ? -1 : terminal_fd();
    if (fd >= 0 && tcgetattr(fd, &saved) == 0) {
        struct pollfd query = {.fd = fd, .events = POLLIN};
        raw = saved;
        raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
        tcsetattr(fd, TCSANOW, &raw);
        waiting = poll(&query, 1, 0) == 1;
        tcsetattr(fd, TCSANOW, &saved);
    }
    crt_lock_release(&console_lock);
    return waiting;
}

/* ---- input, line by line ---- */

/* A line as the terminal edits it, in UTF-16 and without its end; the units, -1 without a terminal. */
static int read_line(WCHAR *line, size_t size) {
    char bytes[4096];
    size_t length = 0;
    int fd = terminal_fd(), byte = CRT_EOF;
    while (fd >= 0 && length < sizeof bytes && (byte = read_byte(fd)) != CRT_EOF && byte != '\n')
        bytes[length++] = (char)byte;
    if (fd < 0 || (byte == CRT_EOF && length == 0))
        return -1;
    size_t units = utf8_to_wide(bytes, length, line, size - 1);
    units = units < size ? units : size - 1;
    line[units] = 0;
    return (int)units;
}

API(CRT_DLLS, errno_t, _cgetws_s, WCHAR *buffer, size_t size, size_t *read) {
    CRT_VALIDATE(buffer && size && read, CRT_EINVAL, CRT_EINVAL);
    *buffer = 0;
    *read = 0;
    crt_lock_acquire(&console_lock);
    int length = read_line(buffer, size);
    crt_lock_release(&console_lock);
    if (length < 0)
        return crt_fail(CRT_EIO), CRT_EIO;
    *read = (size_t)length;
    return 0;
}

API(CRT_DLLS, errno_t, _cgets_s, char *buffer, size_t size, size_t *read) {
    WCHAR line[4096];
    size_t length;
    CRT_VALIDATE(buffer && size && read, CRT_EINVAL, CRT_EINVAL);
    *buffer = 0;
    *read = 0;
    errno_t error = api__cgetws_s(line, 4096, &length);
    if (error)
        return error;
    DWORD unused;
    size_t bytes = codepage_from_wide(codepage_ansi(), 0, line, length, buffer, size - 1, NULL, NULL, &unused);
    *read = bytes < size ? bytes : size - 1;
    buffer[*read] = 0;
    return 0;
}

/* "_cgets, _cgetws": the first element is the room, the second gets the length, the text follows. */
API(CRT_DLLS, char *, _cgets, char *buffer) {
    size_t read;
    CRT_VALIDATE(buffer && *buffer > 0, CRT_EINVAL, NULL);
    if (api__cgets_s(buffer + 2, (unsigned char)*buffer, &read))
        return NULL;
    buffer[1] = (char)read;
    return buffer + 2;
}

API(CRT_DLLS, WCHAR *, _cgetws, WCHAR *buffer) {
    size_t read;
    CRT_VALIDATE(buffer && *buffer > 0, CRT_EINVAL, NULL);
    if (api__cgetws_s(buffer + 2, *buffer, &read))
        return NULL;
    buffer[1] = (WCHAR)read;
    return buffer + 2;
}

/* ---- printf and scanf ---- */

static int print(bool wide, unsigned options, enum printf_check check, const void *format, _locale_t locale,
                 const uint64_t *arguments) {
    struct printf_request request = {.format = format, .slots = arguments, .locale = crt_locale(locale),
                                     .options = options & ~PRINTF_INTERNAL, .check = check};
    struct printf_output output = {.wide = wide, .grows = true};
    CRT_VALIDATE(format, CRT_EINVAL, -1);
    int result = printf_format(&output, &request);
    crt_lock_acquire(&console_lock);
    bool done = wide ? write_wide(output.units, output.count) : write_all(output.units, output.count);
    crt_lock_release(&console_lock);
    printf_output_free(&output);
    CRT_VALIDATE(result != PRINTF_INVALID, CRT_EINVAL, -1);
    return done ? result : -1;
}

static int scan(bool wide, unsigned options, const void *format, _locale_t locale, const uint64_t *arguments) {
    WCHAR line[4096];
    size_t length;
    struct scanf_request request = {.wide = wide, .options = options & ~SCANF_INTERNAL, .format = format,
                                    .locale = crt_locale(locale), .slots = arguments};
    CRT_VALIDATE(format, CRT_EINVAL, CRT_EOF);
    if (api__cgetws_s(line, 4096, &length))
        return CRT_EOF;
    if (wide)
        return scan_string(&request, line, length);
    char *narrow = ansi_from_wide(line);
    int result = narrow ? scan_string(&request, narrow, SIZE_MAX) : CRT_EOF;
    free(narrow);
    return result;
}

API(ucrtbase, int, __conio_common_vcprintf, ULONGLONG options, const char *format, _locale_t locale,
    const uint64_t *arguments) {
    return print(false, (unsigned)options, PRINTF_LENIENT, format, locale, arguments);
}

API(ucrtbase, int, __conio_common_vcprintf_s, ULONGLONG options, const char *format, _locale_t locale,
    const uint64_t *arguments) {
    return print(false, (unsigned)options, PRINTF_CHECKED, format, locale, arguments);
}

API(ucrtbase, int, __conio_common_vcprintf_p, ULONGLONG options, const char *format, _locale_t locale,
    const uint64_t *arguments) {
    return print(false, (unsigned)options, PRINTF_POSITIONAL, format, locale, arguments);
}

API(ucrtbase, int, __conio_common_vcwprintf, ULONGLONG options, const WCHAR *format, _locale_t locale,
    const uint64_t *arguments) {
    return print(true, (unsigned)options, PRINTF_LENIENT, format, locale, arguments);
}

API(ucrtbase, int, __conio_common_vcwprintf_s, ULONGLONG options, const WCHAR *format, _locale_t locale,
    const uint64_t *arguments) {
    return print(true, (unsigned)options, PRINTF_CHECKED, format, locale, arguments);
}

API(ucrtbase, int, __conio_common_vcwprintf_p, ULONGLONG options, const WCHAR *format, _locale_t locale,
    const uint64_t *arguments) {
    return print(true, (unsigned)options, PRINTF_POSITIONAL, format, locale, arguments);
}

API(ucrtbase, int, __conio_common_vcscanf, ULONGLONG options, const char *format, _locale_t locale,
    const uint64_t *arguments) {
    return scan(false, (unsigned)options, format, locale, arguments);
}

API(ucrtbase, int, __conio_common_vcwscanf, ULONGLONG options, const WCHAR *format, _locale_t locale,
    const uint64_t *arguments) {
    return scan(true, (unsigned)options, format, locale, arguments);
}

/* The older DLLs' names, with arguments and with a va_list. */
enum { LEGACY_PRINTF = PRINTF_LEGACY_WIDE_SPECIFIERS | PRINTF_MSVCRT_COMPATIBILITY | PRINTF_THREE_DIGIT_EXPONENTS };
enum { LEGACY_SCANF = SCANF_LEGACY_WIDE_SPECIFIERS | SCANF_MSVCRT_COMPATIBILITY };

#define RETURN_OF(last_, call_)                                                                \
    __builtin_ms_va_list list;                                                                 \
    __builtin_ms_va_start(list, last_);                                                        \
    const uint64_t *arguments = (const uint64_t *)list;                                        \
    int result = call_;                                                                        \
    __builtin_ms_va_end(list);                                                                 \
    return result
#define LEGACY_PRINT(name_, list_, unit_, wide_, check_)                                       \
    API(LEGACY_DLLS, int, name_, const unit_ *format, ...) {                                   \
        RETURN_OF(format, print(wide_, LEGACY_PRINTF, check_, format, NULL, arguments));       \
    }                                                                                          \
    API(LEGACY_DLLS, int, list_, const unit_ *format, const uint64_t *arguments) {             \
        return print(wide_, LEGACY_PRINTF, check_, format, NULL, arguments);                   \
    }                                                                                          \
    API(LEGACY_DLLS, int, name_##_l, const unit_ *format, _locale_t locale, ...) {             \
        RETURN_OF(locale, print(wide_, LEGACY_PRINTF, check_, format, locale, arguments));     \
    }                                                                                          \
    API(LEGACY_DLLS, int, list_##_l, const unit_ *format, _locale_t locale, const uint64_t *arguments) { \
        return print(wide_, LEGACY_PRINTF, check_, format, locale, arguments);                 \
    }
LEGACY_PRINT(_cprintf, _vcprintf, char, false, PRINTF_LENIENT)
LEGACY_PRINT(_cwprintf, _vcwprintf, WCHAR, true, PRINTF_LENIENT)
LEGACY_PRINT(_cprintf_s, _vcprintf_s, char, false, PRINTF_CHECKED)
LEGACY_PRINT(_cwprintf_s, _vcwprintf_s, WCHAR, true, PRINTF_CHECKED)
LEGACY_PRINT(_cprintf_p, _vcprintf_p, char, false, PRINTF_POSITIONAL)
LEGACY_PRINT(_cwprintf_p, _vcwprintf_p, WCHAR, true, PRINTF_POSITIONAL)

#define LEGACY_SCAN(name_, unit_, wide_, options_)                                             \
    API(LEGACY_DLLS, int, name_, const unit_ *format, ...) {                                   \
        RETURN_OF(format, scan(wide_, LEGACY_SCANF | (options_), format, NULL, arguments));    \
    }                                                                                          \
    API(LEGACY_DLLS, int, name_##_l, const unit_ *format, _locale_t locale, ...) {             \
        RETURN_OF(locale, scan(wide_, LEGACY_SCANF | (options_), format, locale, arguments));  \
    }
LEGACY_SCAN(_cscanf, char, false, 0)
LEGACY_SCAN(_cwscanf, WCHAR, true, 0)
LEGACY_SCAN(_cscanf_s, char, false, SCANF_SECURE)
LEGACY_SCAN(_cwscanf_s, WCHAR, true, SCANF_SECURE)
