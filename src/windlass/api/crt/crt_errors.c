/* Error texts in Microsoft's wording ("errno Constants", "strerror, _strerror, _wcserror, __wcserror"). */
#include <stdio.h>

#include "codepage.h"
#include "crt_memory.h"

API_USE(int, _write, int, const void *, unsigned);
API_USE(VOID, abort, void);
API_USE(errno_t, strncpy_s, char *, size_t, const char *, size_t);
API_USE(errno_t, wcsncpy_s, WCHAR *, size_t, const WCHAR *, size_t);

enum { UNKNOWN = 43, FIRST_POSIX = 100, LAST_POSIX = 140, TEXT_SIZE = 256 };

/* _sys_errlist; programs read it, and write into it if they like. */
static const char *texts[UNKNOWN + 1] = {
    "No error", "Operation not permitted", "No such file or directory", "No such process", "Interrupted function call",
    "Input/output error", "No such device or address", "Arg list too long", "Exec format error",
    "Bad file descriptor", "No child processes", "Resource temporarily unavailable", "Not enough space",
    "Permission denied", "Bad address", "Unknown error", "Resource device", "File exists", "Improper link",
    "No such device", "Not a directory", "Is a directory", "Invalid argument", "Too many open files in system",
    "Too many open files", "Inappropriate I/O control operation", "Unknown error", "File too large",
    "No space left on device", "Invalid seek", "Read-only file system", "Too many links", "Broken pipe",
    "Domain error", "Result too large", "Unknown error", "Resource deadlock avoided", "Unknown error",
    "Filename too long", "No locks available", "Function not implemented", "Directory not empty",
    "Illegal byte sequence", "Unknown error",
};
static int text_count = UNKNOWN;

static const char *const posix_texts[LAST_POSIX - FIRST_POSIX + 1] = {
    "address in use", "address not available", "address family not supported", "connection already in progress",
    "bad message", "operation canceled", "connection aborted", "connection refused", "connection reset",
    "destination address required", "host unreachable", "identifier removed", "operation in progress",
    "already connected", "too many symbolic link levels", "message size", "network down", "network reset",
    "network unreachable", "no buffer space", "no message available", "no link", "no message", "no protocol option",
    "no stream resources", "not a stream", "not connected", "state not recoverable", "not a socket", "not supported",
    "operation not supported", "Unknown error", "value too large", "owner dead", "protocol error",
    "protocol not supported", "wrong protocol type", "stream timeout", "timed out", "text file busy",
    "operation would block",
};

static const char *text_of(int error) {
    if (error >= FIRST_POSIX && error <= LAST_POSIX)
        return posix_texts[error - FIRST_POSIX];
    return texts[error < 0 || error > UNKNOWN ? UNKNOWN : error];
}

API(CRT_DLLS, const char **, __sys_errlist, void) { return texts; }
API(CRT_DLLS, int *, __sys_nerr, void) { return &text_count; }

/* ---- strerror ---- */

static char *narrow_buffer(void) {
    struct crt_thread *crt = crt_thread();
    if (!crt->error_text)
        crt->error_text = malloc(TEXT_SIZE);
    return crt->error_text;
}

static WCHAR *wide_buffer(void) {
    struct crt_thread *crt = crt_thread();
    if (!crt->wide_error_text)
        crt->wide_error_text = malloc(TEXT_SIZE * sizeof(WCHAR));
    return crt->wide_error_text;
}

/* ASCII, as all texts are. */
static void widen(WCHAR *to, const char *from) {
    while ((*to++ = (uint8_t)*from++) != 0)
        ;
}

API(CRT_DLLS, char *, strerror, int error) {
    char *buffer = narrow_buffer();
    return buffer ? strcpy(buffer, text_of(error)) : NULL;
}

/* "The strerror_s function truncates the message". */
API(CRT_DLLS, errno_t, strerror_s, char *buffer, size_t size, int error) {
    if (!buffer || !size)
        return crt_invalid(CRT_EINVAL);
    api_strncpy_s(buffer, size, text_of(error), CRT_TRUNCATE);
    return 0;
}

API(CRT_DLLS, WCHAR *, _wcserror, int error) {
    WCHAR *buffer = wide_buffer();
    if (buffer)
        widen(buffer, text_of(error));
    return buffer;
}

API(CRT_DLLS, errno_t, _wcserror_s, WCHAR *buffer, size_t size, int error) {
    WCHAR text[TEXT_SIZE];
    if (!buffer || !size)
        return crt_invalid(CRT_EINVAL);
    widen(text, text_of(error));
    api_wcsncpy_s(buffer, size, text, CRT_TRUNCATE);
    return 0;
}

/* ---- _strerror: the caller's text, a colon, the system's and a newline ---- */

API(CRT_DLLS, errno_t, _strerror_s, char *buffer, size_t size, const char *message) {
    char text[TEXT_SIZE];
    if (!buffer || !size)
        return crt_invalid(CRT_EINVAL);
    const char *error = text_of(crt_thread()->error);
    bool prefixed = message && *message;
    /* The message gets what the system's text leaves of the room. */
    size_t reserved = strlen(error) + 4, limit = size > reserved ? size - reserved : 0;
    if (limit > TEXT_SIZE - 64)
        limit = TEXT_SIZE - 64;
    snprintf(text, sizeof text, "%.*s%s%s\n", prefixed ? (int)limit : 0, prefixed ? message : "",
             prefixed ? ": " : "", error);
    api_strncpy_s(buffer, size, text, CRT_TRUNCATE);
    return 0;
}

API(CRT_DLLS, char *, _strerror, const char *message) {
    char *buffer = narrow_buffer();
    if (buffer)
        api__strerror_s(buffer, TEXT_SIZE, message);
    return buffer;
}

API(CRT_DLLS, errno_t, __wcserror_s, WCHAR *buffer, size_t size, const WCHAR *message) {
    WCHAR text[TEXT_SIZE];
    size_t length = 0;
    if (!buffer || !size)
        return crt_invalid(CRT_EINVAL);
    if (message && *message) {
        length = crt_wcsnlen(message, TEXT_SIZE - 64);
        crt_memmove(text, message, length * sizeof *text);
        text[length++] = ':';
        text[length++] = ' ';
    }
    widen(text + length, text_of(crt_thread()->error));
    length = crt_wcslen(text);
    text[length] = '\n';
    text[length + 1] = 0;
    api_wcsncpy_s(buffer, size, text, CRT_TRUNCATE);
    return 0;
}

API(CRT_DLLS, WCHAR *, __wcserror, const WCHAR *message) {
    WCHAR *buffer = wide_buffer();
    if (buffer)
        api___wcserror_s(buffer, TEXT_SIZE, message);
    return buffer;
}

/* ---- messages on standard error ---- */

static void write_error(const char *text, size_t length) {
    api__write(2, text, (unsigned)length);
}

API(CRT_DLLS, VOID, perror, const char *message) {
    const char *error = text_of(crt_thread()->error);
    if (message && *message) {
        write_error(message, strlen(message));
        write_error(": ", 2);
    }
    write_error(error, strlen(error));
    write_error("\n", 1);
}

API(CRT_DLLS, VOID, _wperror, const WCHAR *message) {
    char *narrow = message ? ansi_from_wide(message) : NULL;
    api_perror(narrow);
    free(narrow);
}

/* "assert Macro, _assert, _wassert" */
API(CRT_DLLS, VOID, _assert, const char *condition, const char *file, unsigned line) {
    char *text;
    int length = asprintf(&text, "Assertion failed: %s, file %s, line %u\n", condition, file, line);
    if (length >= 0) {
        write_error(text, (size_t)length);
        free(text);
    }
    api_abort();
}

API(CRT_DLLS, VOID, _wassert, const WCHAR *condition, const WCHAR *file, unsigned line) {
    api__assert(condition ? ansi_from_wide(condition) : "", file ? ansi_from_wide(file) : "", line);
}
