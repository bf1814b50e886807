/* What happens at serial ports ("Communications Events"). Arrival is told by the host; what leaves and what the lines of
 * a modem do is looked at every few milliseconds, while a program waits for it. */
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>

#include "api.h"
#include "futex.h"
#include "serial.h"

enum { LOOK_AGAIN = 5000000 }; /* nanoseconds */
enum { EV_LINES = EV_CTS | EV_DSR | EV_RLSD | EV_RING | EV_BREAK | EV_ERR };

static void note_sent(struct serial *serial) {
    int left = 0;
    if (!serial->is_sending || (ioctl(serial->fd, TIOCOUTQ, &left) == 0 && left))
        return;
    serial->is_sending = false;
    serial->events |= serial->mask & EV_TXEMPTY;
}

static void consume_wakes(struct serial *serial) {
    struct epoll_event events[2];
    eventfd_t count;
    epoll_wait(serial->watcher_fd, events, 2, 0);
    eventfd_read(serial->changed_fd, &count);
}

static void give_events(struct io_operation *operation, DWORD events) {
    memcpy(operation->buffer, &events, sizeof events);
    operation->done = sizeof events;
}

/* A change of the mask ends the wait, without an event ("SetCommMask function"). The offset tells its generation. */
static NTSTATUS attempt_wait(struct io_operation *operation, short ready) {
    (void)ready;
    struct serial *serial = operation->file->serial;
    consume_wakes(serial);
    pthread_mutex_lock(&serial->lock);
    serial_pull(serial);
    note_sent(serial);
    serial_count(serial);
    bool is_over = serial->mask_changes != (unsigned)operation->offset;
    DWORD events = is_over ? 0 : serial->events;
    bool looks = (serial->counts && serial->mask & EV_LINES) || (serial->is_sending && serial->mask & EV_TXEMPTY);
    bool gone = serial->is_gone;
    if (events)
        serial->events = 0;
    pthread_mutex_unlock(&serial->lock);
    operation->deadline = looks ? monotonic_now() + LOOK_AGAIN : INT64_MAX;
    if (!is_over && !events)
        return gone ? STATUS_DEVICE_REMOVED : STATUS_PENDING;
    give_events(operation, events);
    return STATUS_SUCCESS;
}

/* One wait at a time, and not without a mask ("IOCTL_SERIAL_WAIT_ON_MASK"). */
static NTSTATUS start_wait(struct file *file, DWORD *mask, OVERLAPPED *overlapped) {
    struct serial *serial = file->serial;
    struct io_operation operation = {.file = file, .fd = serial->watcher_fd, .events = POLLIN, .buffer = mask,
                                     .size = sizeof *mask, .attempt = attempt_wait};
    pthread_mutex_lock(&serial->lock);
    bool possible = serial->mask && !io_is_waiting(serial->watcher_fd, POLLIN);
    operation.offset = serial->mask_changes;
    pthread_mutex_unlock(&serial->lock);
    if (!possible)
        return STATUS_INVALID_PARAMETER;
    if (!file->is_overlapped)
        return serial_wait(&operation);
    if (!overlapped)
        return STATUS_INVALID_PARAMETER;
    operation.request = io_request_from(overlapped, NULL);
    io_begin(file, &operation.request);
    NTSTATUS status = attempt_wait(&operation, 0);
    if (status == STATUS_PENDING)
        return io_start(&operation);
    io_complete(file, &operation.request, status, operation.done);
    return status;
}

API(kernel32 kernelbase, BOOL, WaitCommEvent, HANDLE hFile, LPDWORD lpEvtMask, OVERLAPPED *lpOverlapped) {
    struct file *file = serial_from_handle(hFile);
    if (!file)
        return FALSE;
    NTSTATUS status = start_wait(file, lpEvtMask, lpOverlapped);
    file_release(file);
    return status == STATUS_SUCCESS ? TRUE : fail(win32_from_status(status));
}

API(kernel32 kernelbase, BOOL, GetCommMask, HANDLE hFile, LPDWORD lpEvtMask) {
    struct file *file = serial_from_handle(hFile);
    if (!file)
        return FALSE;
    pthread_mutex_lock(&file->serial->lock);
    *lpEvtMask = file->serial->mask;
    pthread_mutex_unlock(&file->serial->lock);
    file_release(file);
    return TRUE;
}

/* What came before the first mask, or before it asked for such events, is no event. */
API(kernel32 kernelbase, BOOL, SetCommMask, HANDLE hFile, DWORD dwEvtMask) {
    struct file *file = serial_from_handle(hFile);
    if (!file)
        return FALSE;
    struct serial *serial = file->serial;
    BOOL ok = !(dwEvtMask & ~(DWORD)EV_ALL);
    if (ok) {
        pthread_mutex_lock(&serial->lock);
        serial_pull(serial);
        serial_count(serial);
        serial->events &= dwEvtMask;
        serial->mask = dwEvtMask;
        serial->mask_changes++;
        pthread_mutex_unlock(&serial->lock);
        serial_changed(serial);
    }
    file_release(file);
    return ok ? TRUE : fail(ERROR_INVALID_PARAMETER);
}
