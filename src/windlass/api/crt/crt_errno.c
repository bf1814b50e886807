/* Per-thread data of the C run-time, errno and _doserrno. */
#include <errno.h>

#include "crt.h"

/* Windows gives these blocks out for as long as the thread lives; the thread's end releases them. */
struct crt_thread *crt_thread_new(void) {
    struct crt_thread *crt = calloc(1, sizeof *crt);
    if (!crt)
        windlass_fatal("out of memory for a thread's C run-time data");
    crt->random = 1;
    thread_self()->crt = crt;
    return crt;
}

void crt_thread_free(void *data) {
    struct crt_thread *crt = data;
    if (!crt)
        return;
    free(crt->error_text);
    free(crt->wide_error_text);
    free(crt->tmpnam_text);
    free(crt->wide_tmpnam_text);
    free(crt->signals);
    free(crt);
}

/* "errno, _doserrno, _sys_errlist, and _sys_nerr": the CRT sets errno from the system's error by this table; the two
 * ranges below stand for the codes between, and all others are EINVAL. */
static const struct {
    WORD win32, error;
} win32_errors[] = {
    {1, CRT_EINVAL},   {2, CRT_ENOENT},   {3, CRT_ENOENT},   {4, CRT_EMFILE},     {5, CRT_EACCES},
    {6, CRT_EBADF},    {7, CRT_ENOMEM},   {8, CRT_ENOMEM},   {9, CRT_ENOMEM},     {10, CRT_E2BIG},
    {11, CRT_ENOEXEC}, {12, CRT_EINVAL},  {13, CRT_EINVAL},  {15, CRT_ENOENT},    {16, CRT_EACCES},
    {17, CRT_EXDEV},   {18, CRT_ENOENT},  {33, CRT_EACCES},  {53, CRT_ENOENT},    {65, CRT_EACCES},
    {67, CRT_ENOENT},  {80, CRT_EEXIST},  {82, CRT_EACCES},  {83, CRT_EACCES},    {87, CRT_EINVAL},
    {89, CRT_EAGAIN},  {108, CRT_EACCES}, {109, CRT_EPIPE},  {112, CRT_ENOSPC},   {114, CRT_EBADF},
    {128, CRT_ECHILD}, {129, CRT_ECHILD}, {130, CRT_EBADF},  {131, CRT_EINVAL},   {132, CRT_EACCES},
    {145, CRT_ENOTEMPTY}, {158, CRT_EACCES}, {161, CRT_ENOENT}, {164, CRT_EAGAIN}, {167, CRT_EACCES},
    {183, CRT_EEXIST}, {206, CRT_ENOENT}, {215, CRT_EAGAIN}, {1113, CRT_EILSEQ}, {1816, CRT_ENOMEM},
};

static int errno_from_win32(DWORD code) {
    for (size_t i = 0; i < sizeof win32_errors / sizeof *win32_errors; i++)
        if (win32_errors[i].win32 == code)
            return win32_errors[i].error;
    if (code >= 19 && code <= 36)       /* ERROR_WRITE_PROTECT to ERROR_SHARING_BUFFER_EXCEEDED */
        return CRT_EACCES;
    if (code >= 188 && code <= 202)     /* ERROR_INVALID_STARTING_CODESEG to ERROR_INFLOOP_IN_RELOC_CHAIN */
        return CRT_ENOEXEC;
    return CRT_EINVAL;
}

void crt_set_win32_error(DWORD code) {
    struct crt_thread *crt = crt_thread();
    crt->dos_error = code;
    crt->error = errno_from_win32(code);
}

/* Host numbers up to ERANGE agree, apart from those that Windows does not have. */
int crt_errno_from_host(int error) {
    switch (error) {
    case ENOTBLK: return CRT_EINVAL;
    case ETXTBSY: return CRT_ETXTBSY;
    case EDEADLK: return CRT_EDEADLK;
    case ENAMETOOLONG: return CRT_ENAMETOOLONG;
    case ENOLCK: return CRT_ENOLCK;
    case ENOSYS: return CRT_ENOSYS;
    case ENOTEMPTY: return CRT_ENOTEMPTY;
    case ELOOP: return CRT_ELOOP;
    case EILSEQ: return CRT_EILSEQ;
    case ENOTSUP: return CRT_ENOTSUP;
    case EOVERFLOW: return CRT_EOVERFLOW;
    case ETIMEDOUT: return CRT_ETIMEDOUT;
    case EINPROGRESS: return CRT_EINPROGRESS;
    case ECANCELED: return CRT_ECANCELED;
    case EADDRINUSE: return CRT_EADDRINUSE;
    case EADDRNOTAVAIL: return CRT_EADDRNOTAVAIL;
    case ECONNREFUSED: return CRT_ECONNREFUSED;
    case ECONNRESET: return CRT_ECONNRESET;
    case ENOTCONN: return CRT_ENOTCONN;
    case ENOTSOCK: return CRT_ENOTSOCK;
    default: return error <= ERANGE ? error : CRT_EINVAL;
    }
}

API(CRT_DLLS, int *, _errno, void) { return &crt_thread()->error; }

API(CRT_DLLS, DWORD *, __doserrno, void) { return &crt_thread()->dos_error; }

API(CRT_DLLS, errno_t, _get_errno, int *value) {
    if (!value)
        return crt_invalid(CRT_EINVAL);
    *value = crt_thread()->error;
    return 0;
}

API(CRT_DLLS, errno_t, _set_errno, int value) {
    crt_thread()->error = value;
    return 0;
}

API(CRT_DLLS, errno_t, _get_doserrno, DWORD *value) {
    if (!value)
        return crt_invalid(CRT_EINVAL);
    *value = crt_thread()->dos_error;
    return 0;
}

API(CRT_DLLS, errno_t, _set_doserrno, DWORD value) {
    crt_thread()->dos_error = value;
    return 0;
}
