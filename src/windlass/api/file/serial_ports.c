/* Serial ports ("Communications Resources"): settings, queues, lines. Programs ask these functions of any character
 * device that is no console, too, to learn whether it is one: the driver of another device does not know the request. */
#include <asm/termbits.h>
#include <errno.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "api.h"
#include "nt.h"
#include "port_names.h"
#include "serial.h"

#define MAXDWORD 0xFFFFFFFFu

typedef struct {
    DWORD fCtsHold : 1, fDsrHold : 1, fRlsdHold : 1, fXoffHold : 1, fXoffSent : 1, fEof : 1, fTxim : 1, fReserved : 25;
    DWORD cbInQue, cbOutQue;
} COMSTAT;

typedef struct {
    WORD wPacketLength, wPacketVersion;
    DWORD dwServiceMask, dwReserved1, dwMaxTxQueue, dwMaxRxQueue, dwMaxBaud, dwProvSubType, dwProvCapabilities,
        dwSettableParams, dwSettableBaud;
    WORD wSettableData, wSettableStopParity;
    DWORD dwCurrentTxQueue, dwCurrentRxQueue, dwProvSpec1, dwProvSpec2;
    WCHAR wcProvChar[1];
} COMMPROP;
_Static_assert(sizeof(COMMPROP) == 64, "COMMPROP structure");

typedef struct {
    DWORD dwSize;
    WORD wVersion, wReserved;
    DCB dcb;
    DWORD dwProviderSubType, dwProviderOffset, dwProviderSize;
    WCHAR wcProviderData[1];
} COMMCONFIG;
_Static_assert(sizeof(COMMCONFIG) == 52, "COMMCONFIG structure");

enum { PST_RS232 = 1 };

struct file *serial_from_handle(HANDLE handle) {
    struct file *file = file_from_handle(handle, 0);
    if (!file || file->serial)
        return file;
    file_release(file);
    set_last_error(ERROR_INVALID_FUNCTION);
    return NULL;
}

static struct file *lock_port(HANDLE handle) {
    struct file *file = serial_from_handle(handle);
    if (file)
        pthread_mutex_lock(&file->serial->lock);
    return file;
}

static BOOL unlock_port(struct file *file, NTSTATUS status) {
    pthread_mutex_unlock(&file->serial->lock);
    file_release(file);
    return succeed_or_fail(status);
}

/* ---- settings ---- */

API(kernel32 kernelbase, BOOL, GetCommState, HANDLE hFile, DCB *lpDCB) {
    struct file *file = lock_port(hFile);
    if (!file)
        return FALSE;
    *lpDCB = file->serial->state;
    return unlock_port(file, STATUS_SUCCESS);
}

API(kernel32 kernelbase, BOOL, SetCommState, HANDLE hFile, const DCB *lpDCB) {
    struct file *file = lock_port(hFile);
    return file ? unlock_port(file, serial_set_state(file->serial, lpDCB)) : FALSE;
}

API(kernel32 kernelbase, BOOL, GetCommTimeouts, HANDLE hFile, COMMTIMEOUTS *lpCommTimeouts) {
    struct file *file = lock_port(hFile);
    if (!file)
        return FALSE;
    *lpCommTimeouts = file->serial->timeouts;
    return unlock_port(file, STATUS_SUCCESS);
}

/* All three of a read can not be MAXDWORD ("IOCTL_SERIAL_SET_TIMEOUTS"). */
API(kernel32 kernelbase, BOOL, SetCommTimeouts, HANDLE hFile, const COMMTIMEOUTS *lpCommTimeouts) {
    struct file *file = lock_port(hFile);
    if (!file)
        return FALSE;
    if (lpCommTimeouts->ReadIntervalTimeout == MAXDWORD && lpCommTimeouts->ReadTotalTimeoutMultiplier == MAXDWORD &&
        lpCommTimeouts->ReadTotalTimeoutConstant == MAXDWORD)
        return unlock_port(file, STATUS_INVALID_PARAMETER);
    file->serial->timeouts = *lpCommTimeouts;
    return unlock_port(file, STATUS_SUCCESS);
}

/* Queues are recommended, and never made smaller than what is in them. */
static NTSTATUS resize_queues(struct serial *serial, DWORD in, DWORD out) {
    enum { SMALLEST = 4096, LARGEST = 1 << 20 };
    DWORD size = in < SMALLEST ? SMALLEST : in > LARGEST ? LARGEST : in;
    if (size > serial->input_size) {
        BYTE *grown = realloc(serial->input, size);
        if (!grown)
            return STATUS_NO_MEMORY;
        serial->input = grown;
        serial->input_size = size;
    }
    serial->output_size = out > SMALLEST ? out : SMALLEST;
    return STATUS_SUCCESS;
}

API(kernel32 kernelbase, BOOL, SetupComm, HANDLE hFile, DWORD dwInQueue, DWORD dwOutQueue) {
    struct file *file = lock_port(hFile);
    return file ? unlock_port(file, resize_queues(file->serial, dwInQueue, dwOutQueue)) : FALSE;
}

/* ("COMMPROP structure") Any speed, 5 to 8 data bits, all stop bits and parities. */
API(kernel32 kernelbase, BOOL, GetCommProperties, HANDLE hFile, COMMPROP *lpCommProp) {
    enum { SP_SERIALCOMM = 1, BAUD_USER = 0x10000000, BAUD_ALL = 0x1006ffff, DATABITS_5_TO_8 = 0xf, STOPS_AND_PARITIES = 0x1f07,
           PROVIDES = 0xff, SETTABLE = 0x7f };
    struct file *file = lock_port(hFile);
    if (!file)
        return FALSE;
    *lpCommProp = (COMMPROP){
        .wPacketLength = sizeof *lpCommProp, .wPacketVersion = 2, .dwServiceMask = SP_SERIALCOMM, .dwMaxBaud = BAUD_USER,
        .dwProvSubType = PST_RS232, .dwProvCapabilities = PROVIDES, .dwSettableParams = SETTABLE, .dwSettableBaud = BAUD_ALL,
        .wSettableData = DATABITS_5_TO_8, .wSettableStopParity = STOPS_AND_PARITIES,
        .dwCurrentTxQueue = file->serial->output_size, .dwCurrentRxQueue = file->serial->input_size,
    };
    return unlock_port(file, STATUS_SUCCESS);
}

static COMMCONFIG config_of(const DCB *state) {
    return (COMMCONFIG){.dwSize = sizeof(COMMCONFIG), .wVersion = 1, .dcb = *state, .dwProviderSubType = PST_RS232};
}

static NTSTATUS put_config(const DCB *state, COMMCONFIG *config, DWORD *size) {
    DWORD room = *size;
    *size = sizeof *config;
    if (!config || room < sizeof *config)
        return STATUS_BUFFER_TOO_SMALL;
    *config = config_of(state);
    return STATUS_SUCCESS;
}

API(kernel32 kernelbase, BOOL, GetCommConfig, HANDLE hCommDev, COMMCONFIG *lpCC, LPDWORD lpdwSize) {
    struct file *file = lock_port(hCommDev);
    return file ? unlock_port(file, lpdwSize ? put_config(&file->serial->state, lpCC, lpdwSize) : STATUS_INVALID_PARAMETER)
                : FALSE;
}

API(kernel32 kernelbase, BOOL, SetCommConfig, HANDLE hCommDev, const COMMCONFIG *lpCC, DWORD dwSize) {
    struct file *file = lock_port(hCommDev);
    if (!file)
        return FALSE;
    bool is_whole = lpCC && dwSize >= offsetof(COMMCONFIG, dwProviderSubType);
    return unlock_port(file, is_whole ? serial_set_state(file->serial, &lpCC->dcb) : STATUS_INVALID_PARAMETER);
}

/* ---- queues, errors and lines ---- */

enum { PURGE_TXABORT = 1, PURGE_RXABORT = 2, PURGE_TXCLEAR = 4, PURGE_RXCLEAR = 8 };

static void purge(struct file *file, DWORD flags) {
    if (flags & PURGE_TXABORT)
        io_cancel_attempts(file, serial_attempt_write);
    if (flags & PURGE_RXABORT)
        io_cancel_attempts(file, serial_attempt_read);
    if (flags & PURGE_TXCLEAR)
        ioctl(file->fd, TCFLSH, TCOFLUSH);
    if (!(flags & PURGE_RXCLEAR))
        return;
    pthread_mutex_lock(&file->serial->lock);
    ioctl(file->fd, TCFLSH, TCIFLUSH);
    serial_clear_input(file->serial);
    pthread_mutex_unlock(&file->serial->lock);
}

API(kernel32 kernelbase, BOOL, PurgeComm, HANDLE hFile, DWORD dwFlags) {
    struct file *file = serial_from_handle(hFile);
    if (!file)
        return FALSE;
    BOOL ok = dwFlags && !(dwFlags & ~(DWORD)(PURGE_TXABORT | PURGE_RXABORT | PURGE_TXCLEAR | PURGE_RXCLEAR));
    if (ok)
        purge(file, dwFlags);
    file_release(file);
    return ok ? TRUE : fail(ERROR_INVALID_PARAMETER);
}

API(kernel32 kernelbase, BOOL, ClearCommError, HANDLE hFile, LPDWORD lpErrors, COMSTAT *lpStat) {
    struct file *file = lock_port(hFile);
    int unsent = 0;
    if (!file)
        return FALSE;
    struct serial *serial = file->serial;
    serial_pull(serial);
    serial_count(serial);
    ioctl(serial->fd, TIOCOUTQ, &unsent);
    if (lpErrors)
        *lpErrors = serial->errors;
    if (lpStat)
        *lpStat = (COMSTAT){.fXoffHold = serial->is_held, .cbInQue = serial->input_count, .cbOutQue = (DWORD)unsent};
    serial->errors = 0;
    return unlock_port(file, STATUS_SUCCESS);
}

/* A device without a modem's lines is like a cable of three wires: nobody is there to see them. */
static NTSTATUS set_line(struct serial *serial, int line, bool on) {
    return ioctl(serial->fd, on ? TIOCMBIS : TIOCMBIC, &line) && errno != ENOTTY && errno != EINVAL
               ? status_from_errno(errno) : STATUS_SUCCESS;
}

static NTSTATUS hold(struct serial *serial, bool held) {
    if (ioctl(serial->fd, TCXONC, held ? TCOOFF : TCOON))
        return status_from_errno(errno);
    serial->is_held = held;
    return STATUS_SUCCESS;
}

static NTSTATUS set_break(struct serial *serial, bool on) {
    return ioctl(serial->fd, on ? TIOCSBRK : TIOCCBRK) ? status_from_errno(errno) : STATUS_SUCCESS;
}

/* A line that flow control moves is not the program's ("EscapeCommFunction function"). */
static NTSTATUS escape(struct serial *serial, DWORD function) {
    enum { SETXOFF = 1, SETXON, SETRTS, CLRRTS, SETDTR, CLRDTR, SETBREAK = 8, CLRBREAK };
    switch (function) {
    case SETXOFF:
    case SETXON: return hold(serial, function == SETXOFF);
    case SETRTS:
    case CLRRTS:
        return serial->state.fRtsControl == RTS_CONTROL_HANDSHAKE ? STATUS_INVALID_PARAMETER
                                                                  : set_line(serial, TIOCM_RTS, function == SETRTS);
    case SETDTR:
    case CLRDTR:
        return serial->state.fDtrControl == DTR_CONTROL_HANDSHAKE ? STATUS_INVALID_PARAMETER
                                                                  : set_line(serial, TIOCM_DTR, function == SETDTR);
    case SETBREAK:
    case CLRBREAK: return set_break(serial, function == SETBREAK);
    default: return STATUS_INVALID_PARAMETER;
    }
}

API(kernel32 kernelbase, BOOL, EscapeCommFunction, HANDLE hFile, DWORD dwFunc) {
    struct file *file = lock_port(hFile);
    return file ? unlock_port(file, escape(file->serial, dwFunc)) : FALSE;
}

API(kernel32 kernelbase, BOOL, SetCommBreak, HANDLE hFile) {
    struct file *file = lock_port(hFile);
    return file ? unlock_port(file, set_break(file->serial, true)) : FALSE;
}

API(kernel32 kernelbase, BOOL, ClearCommBreak, HANDLE hFile) {
    struct file *file = lock_port(hFile);
    return file ? unlock_port(file, set_break(file->serial, false)) : FALSE;
}

API(kernel32 kernelbase, BOOL, GetCommModemStatus, HANDLE hFile, LPDWORD lpModemStat) {
    enum { MS_CTS_ON = 0x10, MS_DSR_ON = 0x20, MS_RING_ON = 0x40, MS_RLSD_ON = 0x80 };
    struct file *file = lock_port(hFile);
    int lines = 0;
    if (!file)
        return FALSE;
    bool failed = ioctl(file->fd, TIOCMGET, &lines) && errno != ENOTTY && errno != EINVAL;
    *lpModemStat = (lines & TIOCM_CTS ? MS_CTS_ON : 0u) | (lines & TIOCM_DSR ? MS_DSR_ON : 0u) |
                   (lines & TIOCM_RNG ? MS_RING_ON : 0u) | (lines & TIOCM_CAR ? MS_RLSD_ON : 0u);
    return unlock_port(file, failed ? status_from_errno(errno) : STATUS_SUCCESS);
}

/* Before what is waiting to be sent, on Windows; the host's drivers have one queue. Fails while that is full, as it does
 * on Windows while the last such character has not left. */
API(kernel32 kernelbase, BOOL, TransmitCommChar, HANDLE hFile, CHAR cChar) {
    struct file *file = lock_port(hFile);
    if (!file)
        return FALSE;
    ssize_t count = write(file->fd, &cChar, 1);
    return unlock_port(file, count == 1 ? STATUS_SUCCESS : count < 0 && errno != EAGAIN ? status_from_errno(errno)
                                                                                        : STATUS_INVALID_PARAMETER);
}

/* ---- ports by name and number ---- */

API(kernelbase, ULONG, GetCommPorts, ULONG *lpPortNumbers, ULONG uPortNumbersCount, ULONG *puPortNumbersFound) {
    ULONG found = 0;
    if (!puPortNumbersFound || (!lpPortNumbers && uPortNumbersCount))
        return ERROR_INVALID_PARAMETER;
    for (unsigned number = 1; number <= HIGHEST_PORT; number++) {
        if (!port_exists(number))
            continue;
        if (found < uPortNumbersCount)
            lpPortNumbers[found] = number;
        found++;
    }
    *puPortNumbersFound = found;
    return !found ? ERROR_FILE_NOT_FOUND : found > uPortNumbersCount ? ERROR_MORE_DATA : ERROR_SUCCESS;
}

HANDLE WINAPI api_CreateFileW(LPCWSTR, DWORD, DWORD, SECURITY_ATTRIBUTES *, DWORD, DWORD, HANDLE);

API(kernelbase, HANDLE, OpenCommPort, ULONG uPortNumber, DWORD dwDesiredAccess, DWORD dwFlagsAndAttributes) {
    enum { OPEN_EXISTING = 3 };
    char name[24];
    WCHAR wide[24];
    int length = snprintf(name, sizeof name, "\\\\.\\COM%u", (unsigned)uPortNumber);
    for (int i = 0; i <= length; i++)
        wide[i] = (WCHAR)name[i];
    return api_CreateFileW(wide, dwDesiredAccess, 0, NULL, OPEN_EXISTING, dwFlagsAndAttributes, NULL);
}

/* What a port is like that nobody has set ("GetDefaultCommConfig function"). */
static BOOL default_config(DWORD error, const struct host_path *path, COMMCONFIG *config, DWORD *size) {
    const DCB state = {.DCBlength = sizeof state, .BaudRate = 9600, .fBinary = TRUE, .fDtrControl = DTR_CONTROL_ENABLE,
                       .fRtsControl = RTS_CONTROL_ENABLE, .ByteSize = 8, .XonChar = 0x11, .XoffChar = 0x13};
    if (error || path->kind != PATH_SERIAL || access(path->text, F_OK) || !size)
        return fail(ERROR_INVALID_PARAMETER);
    return succeed_or_fail(put_config(&state, config, size));
}

API(kernel32, BOOL, GetDefaultCommConfigW, LPCWSTR lpszName, COMMCONFIG *lpCC, LPDWORD lpdwSize) {
    struct host_path path;
    return default_config(lpszName ? path_to_host(lpszName, &path) : ERROR_INVALID_PARAMETER, &path, lpCC, lpdwSize);
}

API(kernel32, BOOL, GetDefaultCommConfigA, LPCSTR lpszName, COMMCONFIG *lpCC, LPDWORD lpdwSize) {
    struct host_path path;
    return default_config(lpszName ? path_to_host_ansi(lpszName, &path) : ERROR_INVALID_PARAMETER, &path, lpCC, lpdwSize);
}

/* It is the machine's, and an administrator's to change ("SetDefaultCommConfig function"). */
API(kernel32, BOOL, SetDefaultCommConfigW, LPCWSTR lpszName, const COMMCONFIG *lpCC, DWORD dwSize) {
    (void)dwSize;
    return fail(lpszName && lpCC ? ERROR_ACCESS_DENIED : ERROR_INVALID_PARAMETER);
}
API_ALIAS(api_SetDefaultCommConfigW, ansi, kernel32, "SetDefaultCommConfigA");

/* The dialog is the driver's, and there is none ("CommConfigDialog function"). */
API(kernel32, BOOL, CommConfigDialogW, LPCWSTR lpszName, HANDLE hWnd, COMMCONFIG *lpCC) {
    (void)lpszName, (void)hWnd, (void)lpCC;
    return fail(ERROR_NOT_SUPPORTED);
}
API_ALIAS(api_CommConfigDialogW, ansi, kernel32, "CommConfigDialogA");
