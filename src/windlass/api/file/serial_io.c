/* Reading from and writing to serial ports ("COMMTIMEOUTS structure", "Read and Write Operations"). An operation whose
 * time is over ends well, with what it has got: the native status says STATUS_TIMEOUT. */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "api.h"
#include "futex.h"
#include "serial.h"
#include "synchronous.h"

#define MAXDWORD 0xFFFFFFFFu

enum { NANOSECONDS = 1000000 }; /* of a millisecond */

/* ---- how long ---- */

static int64_t total_of(DWORD multiplier, DWORD constant, size_t size) {
    if (!multiplier && !constant)
        return INT64_MAX;
    return monotonic_now() + ((int64_t)multiplier * (int64_t)(DWORD)size + constant) * NANOSECONDS;
}

/* The time runs from when the operation's turn has come. */
static void begin_read(struct io_operation *operation, const COMMTIMEOUTS *timeouts) {
    struct io_pace *pace = &operation->pace;
    DWORD multiplier = timeouts->ReadTotalTimeoutMultiplier, constant = timeouts->ReadTotalTimeoutConstant;
    bool no_interval = timeouts->ReadIntervalTimeout == MAXDWORD;
    pace->takes_any = no_interval && ((!multiplier && !constant) || (multiplier == MAXDWORD && constant < MAXDWORD));
    if (pace->takes_any)
        pace->limit = multiplier ? monotonic_now() + (int64_t)constant * NANOSECONDS : 0;
    else
        pace->limit = total_of(multiplier, constant, operation->size);
    pace->interval = pace->takes_any ? 0 : (int64_t)timeouts->ReadIntervalTimeout * NANOSECONDS;
    pace->has_begun = true;
    operation->deadline = pace->limit;
}

static void begin_write(struct io_operation *operation, const COMMTIMEOUTS *timeouts) {
    struct io_pace *pace = &operation->pace;
    pace->limit = total_of(timeouts->WriteTotalTimeoutMultiplier, timeouts->WriteTotalTimeoutConstant, operation->size);
    pace->has_begun = true;
    operation->deadline = pace->limit;
}

/* With fAbortOnError nothing is done until ClearCommError. */
static bool is_aborted(struct serial *serial) {
    if (serial->state.fAbortOnError)
        serial_count(serial);
    return serial->state.fAbortOnError && serial->errors;
}

/* ---- reading ---- */

static size_t take_input(struct serial *serial, void *buffer, size_t size) {
    size_t count = serial->input_count < size ? serial->input_count : size;
    memcpy(buffer, serial->input, count);
    if (count == serial->input_count) {
        serial_clear_input(serial);
    } else {
        serial->input_count -= (DWORD)count;
        memmove(serial->input, serial->input + count, serial->input_count);
    }
    return count;
}

/* STATUS_DEVICE_REMOVED also with what came before. */
static NTSTATUS read_more(struct io_operation *operation, size_t *taken) {
    struct serial *serial = operation->file->serial;
    size_t start = operation->done, count;
    pthread_mutex_lock(&serial->lock);
    if (!operation->pace.has_begun)
        begin_read(operation, &serial->timeouts);
    bool aborted = is_aborted(serial);
    do {
        serial_pull(serial);
        count = aborted ? 0 : take_input(serial, (BYTE *)operation->buffer + operation->done, operation->size - operation->done);
        operation->done += count;
    } while (count && operation->done < operation->size);
    bool gone = serial->is_gone;
    pthread_mutex_unlock(&serial->lock);
    *taken = operation->done - start;
    return aborted ? STATUS_CANCELLED : gone ? STATUS_DEVICE_REMOVED : STATUS_SUCCESS;
}

NTSTATUS serial_attempt_read(struct io_operation *operation, short ready) {
    (void)ready;
    size_t taken;
    NTSTATUS status = read_more(operation, &taken);
    const struct io_pace *pace = &operation->pace;
    if (status == STATUS_DEVICE_REMOVED && (operation->done || !operation->size))
        return STATUS_SUCCESS;
    if (status || operation->done == operation->size || (pace->takes_any && (operation->done || !pace->limit)))
        return status;
    int64_t now = monotonic_now();
    if (taken && pace->interval)
        operation->deadline = now + pace->interval < pace->limit ? now + pace->interval : pace->limit;
    return operation->deadline <= now ? STATUS_TIMEOUT : STATUS_PENDING;
}

/* ---- writing ---- */

static NTSTATUS write_more(struct io_operation *operation) {
    struct serial *serial = operation->file->serial;
    while (operation->done < operation->size) {
        ssize_t count = write(serial->fd, (const BYTE *)operation->buffer + operation->done, operation->size - operation->done);
        if (count < 0 && errno == EINTR && !synchronous_is_cancelled())
            continue;
        if (count < 0)
            return errno == EAGAIN ? STATUS_PENDING : errno == EIO ? STATUS_DEVICE_REMOVED : status_from_errno(errno);
        if (!count)
            return STATUS_PENDING;
        operation->done += (size_t)count;
    }
    return STATUS_SUCCESS;
}

static bool begin_to_send(struct io_operation *operation) {
    struct serial *serial = operation->file->serial;
    pthread_mutex_lock(&serial->lock);
    if (!operation->pace.has_begun)
        begin_write(operation, &serial->timeouts);
    bool aborted = is_aborted(serial);
    pthread_mutex_unlock(&serial->lock);
    return !aborted;
}

static void note_sending(struct serial *serial) {
    pthread_mutex_lock(&serial->lock);
    serial->is_sending = true;
    pthread_mutex_unlock(&serial->lock);
    serial_changed(serial);
}

NTSTATUS serial_attempt_write(struct io_operation *operation, short ready) {
    (void)ready;
    size_t before = operation->done;
    if (!begin_to_send(operation))
        return STATUS_CANCELLED;
    NTSTATUS status = write_more(operation);
    if (operation->done > before)
        note_sending(operation->file->serial);
    return status == STATUS_PENDING && operation->deadline <= monotonic_now() ? STATUS_TIMEOUT : status;
}

/* ---- for ReadFile, WriteFile and their like ---- */

void serial_prepare(struct io_operation *operation, bool writes) {
    const struct serial *serial = operation->file->serial;
    operation->fd = writes ? serial->fd : serial->reader_fd;
    operation->events = writes ? POLLOUT : POLLIN;
    operation->attempt = writes ? serial_attempt_write : serial_attempt_read;
    operation->deadline = 0; /* the first attempt says until when */
}

static void sleep_for(struct io_operation *operation) {
    struct pollfd ready = {operation->fd, operation->events, 0};
    int64_t left = operation->deadline == INT64_MAX ? 0 : operation->deadline - monotonic_now();
    const struct timespec time = {left / 1000000000, left % 1000000000};
    if (left >= 0)
        ppoll(&ready, 1, operation->deadline == INT64_MAX ? NULL : &time, NULL);
}

NTSTATUS serial_wait(struct io_operation *operation) {
    NTSTATUS status;
    synchronous_begin(operation->file);
    while ((status = operation->attempt(operation, 0)) == STATUS_PENDING && !synchronous_is_cancelled())
        sleep_for(operation);
    synchronous_end();
    return status == STATUS_PENDING ? STATUS_CANCELLED : status;
}

NTSTATUS serial_transfer(struct file *file, bool writes, void *buffer, size_t size, size_t *done) {
    struct io_operation operation = {.file = file, .buffer = buffer, .size = size};
    serial_prepare(&operation, writes);
    NTSTATUS status = serial_wait(&operation);
    *done = operation.done;
    return status;
}
