/* Serial ports ("Communications Resources"): ttys of the host that are not the program's console.
 *
 * What arrives is taken from the host's tty into the port's own buffer by whoever looks first, a reader or a wait for
 * events, as an interrupt handler does it on Windows: events are told in the order of arrival, whether or not anybody
 * reads. */
#ifndef WINDLASS_SERIAL_H
#define WINDLASS_SERIAL_H

#include <linux/serial.h>
#include <pthread.h>

#include "file.h"

typedef struct {
    DWORD DCBlength, BaudRate;
    DWORD fBinary : 1, fParity : 1, fOutxCtsFlow : 1, fOutxDsrFlow : 1, fDtrControl : 2, fDsrSensitivity : 1,
        fTXContinueOnXoff : 1, fOutX : 1, fInX : 1, fErrorChar : 1, fNull : 1, fRtsControl : 2, fAbortOnError : 1,
        fDummy2 : 17;
    WORD wReserved, XonLim, XoffLim;
    BYTE ByteSize, Parity, StopBits;
    CHAR XonChar, XoffChar, ErrorChar, EofChar, EvtChar;
    WORD wReserved1;
} DCB;
_Static_assert(sizeof(DCB) == 28, "DCB structure");

typedef struct {
    DWORD ReadIntervalTimeout, ReadTotalTimeoutMultiplier, ReadTotalTimeoutConstant, WriteTotalTimeoutMultiplier,
        WriteTotalTimeoutConstant;
} COMMTIMEOUTS;

enum { NOPARITY, ODDPARITY, EVENPARITY, MARKPARITY, SPACEPARITY };
enum { ONESTOPBIT, ONE5STOPBITS, TWOSTOPBITS };
enum { DTR_CONTROL_DISABLE, DTR_CONTROL_ENABLE, DTR_CONTROL_HANDSHAKE };
enum { RTS_CONTROL_DISABLE, RTS_CONTROL_ENABLE, RTS_CONTROL_HANDSHAKE, RTS_CONTROL_TOGGLE };

enum {
    EV_RXCHAR = 0x001, EV_RXFLAG = 0x002, EV_TXEMPTY = 0x004, EV_CTS = 0x008, EV_DSR = 0x010, EV_RLSD = 0x020,
    EV_BREAK = 0x040, EV_ERR = 0x080, EV_RING = 0x100, EV_RX80FULL = 0x400, EV_ALL = 0x1fff,
};
enum { CE_RXOVER = 1, CE_OVERRUN = 2, CE_RXPARITY = 4, CE_FRAME = 8, CE_BREAK = 16 };

struct serial {
    int fd;                                      /* the file's, non-blocking */
    int reader_fd, arrived_fd;                   /* an epoll for readers: of the tty and of "the buffer is not empty" */
    int watcher_fd, changed_fd;                  /* an epoll for waits for events: of the tty and of "look again" */
    pthread_mutex_t lock;                        /* of all that follows */
    DCB state;
    COMMTIMEOUTS timeouts;
    BYTE *input;
    DWORD input_count, input_size, output_size;
    bool counts;                                 /* the host counts errors and changes of lines: `counters` */
    bool is_gone;                                /* the device was taken away */
    bool is_held;                                /* as after an XOFF character: SETXOFF */
    bool is_sending;                             /* EV_TXEMPTY is to come */
    DWORD mask, events, errors;
    unsigned mask_changes;
    struct serial_icounter_struct counters;
};

/* What reading and writing report when the device was taken away, which is final. */
#define STATUS_DEVICE_REMOVED ((NTSTATUS)0xC00002B6)

/* A new reference to the port's file behind a handle; NULL with the last error: ERROR_INVALID_FUNCTION for another device,
 * whose driver does not know such requests. */
struct file *serial_from_handle(HANDLE handle);

/* Makes a serial port of the file, whose descriptor is a tty; false: it is none, or there is no memory. */
bool serial_attach(struct file *file);
void serial_free(struct serial *serial);

/* Takes in what has arrived; the lock is held. */
void serial_pull(struct serial *serial);

/* Counts what the host has counted since: errors and modem lines. The lock is held. */
void serial_count(struct serial *serial);

/* The state, applied to the host's tty; STATUS_INVALID_PARAMETER for one that cannot be had. The lock is held. */
NTSTATUS serial_set_state(struct serial *serial, const DCB *state);

/* Lets a wait for events look again. */
void serial_changed(struct serial *serial);

/* Forgets what has arrived. The lock is held. */
void serial_clear_input(struct serial *serial);

/* An operation that reads, or writes, with the port's time-outs (serial_io.c). */
void serial_prepare(struct io_operation *operation, bool writes);

/* The same in the calling thread. */
NTSTATUS serial_transfer(struct file *file, bool writes, void *buffer, size_t size, size_t *done);

/* Waits in the calling thread until the operation is over. */
NTSTATUS serial_wait(struct io_operation *operation);

/* The attempts that operations are told apart by. */
NTSTATUS serial_attempt_read(struct io_operation *operation, short ready);
NTSTATUS serial_attempt_write(struct io_operation *operation, short ready);

#endif
