/* From the host's errno and from NTSTATUS values to Win32 error codes. */
#include <errno.h>

#include "core.h"

struct pair {
    uint32_t from, to;
};

/* What Windows' file and memory functions report in the same situation. */
static const struct pair errno_codes[] = {
    {0, ERROR_SUCCESS},
    {EPERM, ERROR_ACCESS_DENIED},
    {ENOENT, ERROR_FILE_NOT_FOUND},
    {ESRCH, ERROR_INVALID_PARAMETER},
    {EINTR, 995},               /* ERROR_OPERATION_ABORTED */
    {EIO, ERROR_IO_DEVICE},
    {ENXIO, 55},                /* ERROR_DEV_NOT_EXIST */
    {E2BIG, ERROR_FILENAME_EXCED_RANGE},
    {ENOEXEC, ERROR_BAD_EXE_FORMAT},
    {EBADF, ERROR_INVALID_HANDLE},
    {ECHILD, ERROR_WAIT_NO_CHILDREN},
    {EAGAIN, 997},              /* ERROR_IO_PENDING */
    {ENOMEM, ERROR_NOT_ENOUGH_MEMORY},
    {EACCES, ERROR_ACCESS_DENIED},
    {EFAULT, ERROR_NOACCESS},
    {EBUSY, ERROR_BUSY},
    {EEXIST, ERROR_FILE_EXISTS},
    {EXDEV, ERROR_NOT_SAME_DEVICE},
    {ENODEV, 55},
    {ENOTDIR, ERROR_PATH_NOT_FOUND},
    {EISDIR, ERROR_ACCESS_DENIED},
    {EINVAL, ERROR_INVALID_PARAMETER},
    {ENFILE, ERROR_TOO_MANY_OPEN_FILES},
    {EMFILE, ERROR_TOO_MANY_OPEN_FILES},
    {ENOTTY, ERROR_INVALID_FUNCTION},
    {ETXTBSY, ERROR_SHARING_VIOLATION},
    {EFBIG, ERROR_DISK_FULL},
    {ENOSPC, ERROR_DISK_FULL},
    {ESPIPE, ERROR_SEEK_ON_DEVICE},
    {EROFS, ERROR_WRITE_PROTECT},
    {EMLINK, ERROR_TOO_MANY_LINKS},
    {EPIPE, ERROR_NO_DATA},     /* "WriteFile function": the pipe is being closed */
    {EDOM, ERROR_INVALID_PARAMETER},
    {ERANGE, ERROR_ARITHMETIC_OVERFLOW},
    {EDEADLK, 1131},            /* ERROR_POSSIBLE_DEADLOCK */
    {ENAMETOOLONG, ERROR_FILENAME_EXCED_RANGE},
    {ENOLCK, 1450},             /* ERROR_NO_SYSTEM_RESOURCES */
    {ENOSYS, ERROR_CALL_NOT_IMPLEMENTED},
    {ENOTEMPTY, ERROR_DIR_NOT_EMPTY},
    {ELOOP, 1921},              /* ERROR_CANT_RESOLVE_FILENAME */
    {ENODATA, ERROR_NOT_FOUND},
    {EOVERFLOW, ERROR_ARITHMETIC_OVERFLOW},
    {EILSEQ, ERROR_NO_UNICODE_TRANSLATION},
    {EOPNOTSUPP, ERROR_NOT_SUPPORTED},
    {EADDRINUSE, 1227},         /* ERROR_ADDRESS_ALREADY_ASSOCIATED */
    {ENETUNREACH, 1231},        /* ERROR_NETWORK_UNREACHABLE */
    {EHOSTUNREACH, 1232},       /* ERROR_HOST_UNREACHABLE */
    {ECONNABORTED, 1236},       /* ERROR_CONNECTION_ABORTED */
    {ECONNRESET, 64},           /* ERROR_NETNAME_DELETED */
    {ECONNREFUSED, 1225},       /* ERROR_CONNECTION_REFUSED */
    {ETIMEDOUT, ERROR_SEM_TIMEOUT},
    {ESTALE, ERROR_FILE_INVALID},
    {EDQUOT, 1295},             /* ERROR_DISK_QUOTA_EXCEEDED */
    {ECANCELED, 995},
};

DWORD win32_from_errno(int error) {
    for (size_t i = 0; i < sizeof errno_codes / sizeof *errno_codes; i++)
        if (errno_codes[i].from == (uint32_t)error)
            return errno_codes[i].to;
    return ERROR_GEN_FAILURE;
}

static const struct pair status_codes[] = {
#include "status_codes.h"
};

enum { STATUS_COUNT = sizeof status_codes / sizeof *status_codes };

/* "NTSTATUS Values": the customer bit, and the facility whose low word is a Win32 code. */
#define CUSTOMER_BIT 0x20000000u
#define FACILITY_NTWIN32 0xC0010000u

DWORD win32_from_status(NTSTATUS status_) {
    uint32_t status = (uint32_t)status_;
    if (status & CUSTOMER_BIT)
        return status;
    if ((status & 0xFFFF0000u) == FACILITY_NTWIN32 || (status & 0xFFFF0000u) == 0x80070000u)
        return status & 0xFFFF;
    if ((status & 0xF0000000u) == 0xD0000000u)       /* HRESULT_FROM_NT */
        status &= ~0x10000000u;
    size_t low = 0, high = STATUS_COUNT;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (status_codes[middle].from == status)
            return status_codes[middle].to;
        if (status_codes[middle].from < status)
            low = middle + 1;
        else
            high = middle;
    }
    return status ? ERROR_MR_MID_NOT_FOUND : ERROR_SUCCESS;
}
