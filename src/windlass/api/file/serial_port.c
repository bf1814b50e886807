/* The state of a serial port and the host's tty; see serial.h. */
#include "serial.h"

#include <asm/termbits.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { DEFAULT_QUEUE = 4096, XON = 0x11, XOFF = 0x13 };

/* ---- termios and DCB ---- */

static DCB state_from_host(const struct termios2 *host) {
    static const BYTE sizes[] = {5, 6, 7, 8};
    bool sticks = host->c_cflag & CMSPAR, odd = host->c_cflag & PARODD;
    BYTE size = sizes[(host->c_cflag & CSIZE) >> 4];
    return (DCB){
        .DCBlength = sizeof(DCB),
        .BaudRate = host->c_ospeed,
        .fBinary = TRUE,
        .fParity = (host->c_iflag & INPCK) != 0,
        .fOutxCtsFlow = (host->c_cflag & CRTSCTS) != 0,
        .fDtrControl = DTR_CONTROL_ENABLE,
        .fRtsControl = host->c_cflag & CRTSCTS ? RTS_CONTROL_HANDSHAKE : RTS_CONTROL_ENABLE,
        .XonLim = DEFAULT_QUEUE / 2,
        .XoffLim = DEFAULT_QUEUE / 8,
        .ByteSize = size,
        .Parity = !(host->c_cflag & PARENB) ? NOPARITY : sticks ? odd ? MARKPARITY : SPACEPARITY
                                                                : odd ? ODDPARITY : EVENPARITY,
        .StopBits = !(host->c_cflag & CSTOPB) ? ONESTOPBIT : size == 5 ? ONE5STOPBITS : TWOSTOPBITS,
        .XonChar = XON,
        .XoffChar = XOFF,
    };
}

/* What passes is bytes: no lines, no echo, no signals. */
static void make_raw(struct termios2 *host) {
    host->c_iflag &= ~(tcflag_t)(IGNBRK | BRKINT | PARMRK | ISTRIP | INLCR | IGNCR | ICRNL | IXON | IXOFF | IXANY | INPCK | IGNPAR);
    host->c_oflag &= ~(tcflag_t)OPOST;
    host->c_lflag &= ~(tcflag_t)(ICANON | ECHO | ECHONL | ISIG | IEXTEN);
    host->c_cflag |= CLOCAL | CREAD;
    host->c_cc[VMIN] = 1;
    host->c_cc[VTIME] = 0;
}

static void host_from_state(struct termios2 *host, const DCB *state) {
    static const tcflag_t sizes[] = {CS5, CS6, CS7, CS8};
    static const tcflag_t parities[] = {0, PARENB | PARODD, PARENB, PARENB | PARODD | CMSPAR, PARENB | CMSPAR};
    bool handshakes = state->fOutxCtsFlow || state->fRtsControl == RTS_CONTROL_HANDSHAKE;
    make_raw(host);
    host->c_cflag &= ~(tcflag_t)(CBAUD | CBAUD << IBSHIFT | CSIZE | CSTOPB | PARENB | PARODD | CMSPAR | CRTSCTS);
    host->c_cflag |= BOTHER | sizes[state->ByteSize - 5] | parities[state->Parity] |
                     (state->StopBits == ONESTOPBIT ? 0 : (tcflag_t)CSTOPB) | (handshakes ? CRTSCTS : 0);
    host->c_ispeed = host->c_ospeed = state->BaudRate;
    host->c_iflag |= (state->fOutX ? IXON : 0u) | (state->fInX ? IXOFF : 0u) | (state->fParity ? INPCK : 0u);
    host->c_cc[VSTART] = (cc_t)state->XonChar;
    host->c_cc[VSTOP] = (cc_t)state->XoffChar;
}

/* ("DCB structure", "SetCommState function") The host's drivers have neither flow control by DSR alone, nor deafness
 * without DSR, nor RTS that goes up to send, nor a character of choice for those with a wrong parity: they put 0. */
static bool is_possible(const DCB *state) {
    bool has_stop_bits = state->StopBits == ONESTOPBIT ||
                         (state->ByteSize == 5 ? state->StopBits == ONE5STOPBITS : state->StopBits == TWOSTOPBITS);
    return state->BaudRate && state->ByteSize >= 5 && state->ByteSize <= 8 && state->Parity <= SPACEPARITY &&
           has_stop_bits && state->XonChar != state->XoffChar && state->fDtrControl <= DTR_CONTROL_HANDSHAKE &&
           state->fRtsControl != RTS_CONTROL_TOGGLE && (!state->fOutxDsrFlow || state->fOutxCtsFlow) &&
           !state->fDsrSensitivity && (!state->fParity || !state->fErrorChar || !state->ErrorChar);
}

/* A speed that the device has not is replaced by another by its driver. */
static bool is_near(DWORD speed, DWORD wanted) {
    DWORD difference = speed > wanted ? speed - wanted : wanted - speed;
    return difference <= wanted / 20;
}

static void set_line(int fd, int line, bool on) { ioctl(fd, on ? TIOCMBIS : TIOCMBIC, &line); }

NTSTATUS serial_set_state(struct serial *serial, const DCB *state) {
    struct termios2 host, before;
    if (!is_possible(state))
        return STATUS_INVALID_PARAMETER;
    if (ioctl(serial->fd, TCGETS2, &before))
        return status_from_errno(errno);
    host = before;
    host_from_state(&host, state);
    if (ioctl(serial->fd, TCSETS2, &host) || ioctl(serial->fd, TCGETS2, &host))
        return status_from_errno(errno);
    if (!is_near(host.c_ospeed, state->BaudRate)) {
        ioctl(serial->fd, TCSETS2, &before);
        return STATUS_INVALID_PARAMETER;
    }
    set_line(serial->fd, TIOCM_DTR, state->fDtrControl != DTR_CONTROL_DISABLE);
    if (!(host.c_cflag & CRTSCTS))
        set_line(serial->fd, TIOCM_RTS, state->fRtsControl != RTS_CONTROL_DISABLE);
    serial->state = *state;
    serial->state.DCBlength = sizeof *state;
    return STATUS_SUCCESS;
}

/* ---- what arrives ---- */

void serial_changed(struct serial *serial) { eventfd_write(serial->changed_fd, 1); }

void serial_clear_input(struct serial *serial) {
    eventfd_t count;
    eventfd_read(serial->arrived_fd, &count);
    serial->input_count = 0;
}

/* Takes out the null characters, which are discarded by fNull. */
static DWORD without_nulls(BYTE *text, DWORD size) {
    DWORD kept = 0;
    for (DWORD i = 0; i < size; i++)
        if (text[i])
            text[kept++] = text[i];
    return kept;
}

static void note_arrival(struct serial *serial, const BYTE *text, DWORD size) {
    DWORD fullness = serial->input_size / 5 * 4;
    bool was_fuller = serial->input_count > fullness;
    serial->input_count += size;
    serial->events |= serial->mask & (EV_RXCHAR | (memchr(text, serial->state.EvtChar, size) ? EV_RXFLAG : 0) |
                                      (!was_fuller && serial->input_count > fullness ? EV_RX80FULL : 0));
    eventfd_write(serial->arrived_fd, 1);
    serial_changed(serial);
}

void serial_pull(struct serial *serial) {
    while (serial->input_count < serial->input_size) {
        BYTE *room = serial->input + serial->input_count;
        ssize_t count = read(serial->fd, room, serial->input_size - serial->input_count);
        if (count < 0 && errno == EINTR)
            continue;
        serial->is_gone |= count == 0 || (count < 0 && errno != EAGAIN && errno != EBADF); /* opened to write only */
        if (count <= 0)
            break;
        DWORD kept = serial->state.fNull ? without_nulls(room, (DWORD)count) : (DWORD)count;
        if (kept)
            note_arrival(serial, room, kept);
    }
}

/* Devices that count nothing, as pseudo terminals, have no events of these kinds. */
void serial_count(struct serial *serial) {
    struct serial_icounter_struct now;
    const struct serial_icounter_struct *before = &serial->counters;
    if (!serial->counts || ioctl(serial->fd, TIOCGICOUNT, &now))
        return;
    DWORD errors = (now.buf_overrun != before->buf_overrun ? CE_RXOVER : 0u) |
                   (now.overrun != before->overrun ? CE_OVERRUN : 0u) |
                   (now.parity != before->parity && serial->state.fParity ? CE_RXPARITY : 0u) |
                   (now.frame != before->frame ? CE_FRAME : 0u) | (now.brk != before->brk ? CE_BREAK : 0u);
    DWORD events = (now.cts != before->cts ? EV_CTS : 0u) | (now.dsr != before->dsr ? EV_DSR : 0u) |
                   (now.dcd != before->dcd ? EV_RLSD : 0u) | (now.rng != before->rng ? EV_RING : 0u) |
                   (errors & CE_BREAK ? EV_BREAK : 0u) | (errors & ~(DWORD)CE_BREAK ? EV_ERR : 0u);
    serial->errors |= errors;
    serial->events |= events & serial->mask;
    serial->counters = now;
}

/* ---- making one ---- */

static int epoll_of(int tty, uint32_t tty_events, int other) {
    int fd = epoll_create1(EPOLL_CLOEXEC);
    if (fd >= 0 && (epoll_ctl(fd, EPOLL_CTL_ADD, tty, &(struct epoll_event){.events = tty_events}) ||
                    epoll_ctl(fd, EPOLL_CTL_ADD, other, &(struct epoll_event){.events = EPOLLIN}))) {
        close(fd);
        fd = -1;
    }
    return fd;
}

static void close_if_open(int fd) {
    if (fd >= 0)
        close(fd);
}

void serial_free(struct serial *serial) {
    close_if_open(serial->reader_fd);
    close_if_open(serial->watcher_fd);
    close_if_open(serial->arrived_fd);
    close_if_open(serial->changed_fd);
    pthread_mutex_destroy(&serial->lock);
    free(serial->input);
    free(serial);
}

static bool prepare_host(struct serial *serial) {
    struct termios2 host;
    if (ioctl(serial->fd, TCGETS2, &host))
        return false;
    make_raw(&host);
    serial->state = state_from_host(&host);
    serial->counts = ioctl(serial->fd, TIOCGICOUNT, &serial->counters) == 0;
    return ioctl(serial->fd, TCSETS2, &host) == 0 &&
           fcntl(serial->fd, F_SETFL, fcntl(serial->fd, F_GETFL) | O_NONBLOCK) == 0;
}

bool serial_attach(struct file *file) {
    struct serial *serial = calloc(1, sizeof *serial);
    if (!serial)
        return false;
    pthread_mutex_init(&serial->lock, NULL);
    serial->fd = file->fd;
    serial->input_size = serial->output_size = DEFAULT_QUEUE;
    serial->input = malloc(DEFAULT_QUEUE);
    serial->arrived_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    serial->changed_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    serial->reader_fd = epoll_of(file->fd, EPOLLIN, serial->arrived_fd);
    serial->watcher_fd = epoll_of(file->fd, EPOLLIN | EPOLLET, serial->changed_fd);
    if (!serial->input || serial->reader_fd < 0 || serial->watcher_fd < 0 || !prepare_host(serial)) {
        serial_free(serial);
        return false;
    }
    file->serial = serial;
    file->is_console = false;
    return true;
}
