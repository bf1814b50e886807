/* Winsock's driver as event loops use it without Winsock (wepoll, libuv, mio): a handle for \Device\Afd, or a socket, takes
 * requests to tell a completion port once when a socket is ready; a socket also takes requests to receive. Microsoft does not document it; the requests are those that these
 * libraries make. */
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "file/device_control.h"
#include "futex.h"
#include "winsock.h"

#define IOCTL_AFD_RECEIVE 0x00012017u
#define IOCTL_AFD_RECEIVE_DATAGRAM 0x0001201Bu
#define IOCTL_AFD_POLL 0x00012024u

enum {
    AFD_POLL_RECEIVE = 1,
    AFD_POLL_RECEIVE_EXPEDITED = 2,
    AFD_POLL_SEND = 4,
    AFD_POLL_DISCONNECT = 8,
    AFD_POLL_ABORT = 0x10,
    AFD_POLL_LOCAL_CLOSE = 0x20,
    AFD_POLL_CONNECT = 0x40,
    AFD_POLL_ACCEPT = 0x80,
    AFD_POLL_CONNECT_FAIL = 0x100,
};

typedef struct {
    LARGE_INTEGER Timeout;
    ULONG NumberOfHandles, Exclusive;
    struct { HANDLE Handle; ULONG Events; NTSTATUS Status; } Handles[1];
} AFD_POLL_INFO;

struct file *afd_open(void) {
    int fd = eventfd(0, EFD_CLOEXEC);
    struct file *file = fd >= 0 ? file_from_fd(fd, SYNCHRONIZE) : NULL;
    if (file) {
        file->device = FILE_DEVICE_AFD;
        file->is_overlapped = true;
    }
    return file;
}

static short host_events(ULONG wanted) {
    return (short)((wanted & (AFD_POLL_RECEIVE | AFD_POLL_ACCEPT) ? POLLIN : 0) |
                   (wanted & AFD_POLL_RECEIVE_EXPEDITED ? POLLPRI : 0) |
                   (wanted & (AFD_POLL_SEND | AFD_POLL_CONNECT) ? POLLOUT : 0) | (wanted & AFD_POLL_DISCONNECT ? POLLRDHUP : 0));
}

/* A socket with an error: SO_ERROR would tell which, and take it from the program. */
static ULONG failed_events(int fd) { return socket_has_peer(fd) ? AFD_POLL_ABORT : AFD_POLL_CONNECT_FAIL; }

static ULONG events_from(int fd, short ready) {
    ULONG events = 0;
    int waiting = 0;
    if (ready & POLLNVAL)
        return AFD_POLL_LOCAL_CLOSE;
    if (ready & POLLERR)
        return failed_events(fd);
    if (ready & POLLIN && socket_is_listening(fd))
        events |= AFD_POLL_ACCEPT;
    else if (ready & POLLIN && !(ready & POLLRDHUP && ioctl(fd, FIONREAD, &waiting) == 0 && !waiting))
        events |= AFD_POLL_RECEIVE;
    if (ready & POLLPRI)
        events |= AFD_POLL_RECEIVE_EXPEDITED;
    if (ready & POLLOUT)
        events |= AFD_POLL_SEND | AFD_POLL_CONNECT;
    if (ready & (POLLRDHUP | POLLHUP))
        events |= AFD_POLL_DISCONNECT;
    return events;
}

static NTSTATUS attempt_poll(struct io_operation *operation, short ready) {
    AFD_POLL_INFO *info = operation->buffer;
    ULONG wanted = info->Handles[0].Events | AFD_POLL_LOCAL_CLOSE;
    ULONG told = events_from(operation->fd, ready), events = told & wanted;
    if (!events && ready & (POLLERR | POLLHUP))
        events = told;                                   /* poll() would never sleep on it again */
    bool expired = operation->deadline <= monotonic_now();
    if (!events && !expired)
        return STATUS_PENDING;
    info->NumberOfHandles = events ? 1 : 0;
    info->Handles[0].Events = events;
    info->Handles[0].Status = STATUS_SUCCESS;
    operation->done = sizeof *info;
    return events ? STATUS_SUCCESS : STATUS_TIMEOUT;
}

/* The descriptor is a duplicate: the program may close the socket meanwhile. */
static void release_poll(struct io_operation *operation) { close(operation->fd); }

static NTSTATUS start_poll(struct file *file, struct file *socket, AFD_POLL_INFO *info, const struct io_request *request) {
    struct io_operation model = {.file = file, .request = *request, .fd = dup(socket->fd),
                                 .events = host_events(info->Handles[0].Events),
                                 .deadline = deadline_from_nt(&info->Timeout), .target = socket, .buffer = info,
                                 .attempt = attempt_poll, .release = release_poll};
    if (model.fd < 0)
        return STATUS_INSUFFICIENT_RESOURCES;
    struct pollfd state = {model.fd, model.events, 0};
    poll(&state, 1, 0);
    io_begin(file, request);
    NTSTATUS status = attempt_poll(&model, state.revents);
    if (status == STATUS_PENDING)
        status = io_start(&model);
    if (status != STATUS_PENDING)
        close(model.fd);
    return status;
}

static NTSTATUS control_poll(struct file *file, const struct control_buffers *buffers, const struct io_request *request,
                             size_t *done) {
    AFD_POLL_INFO *info = buffers->out;
    NTSTATUS status;
    if (buffers->in_size < sizeof *info || buffers->out_size < sizeof *info)
        return STATUS_INVALID_PARAMETER;
    memmove(info, buffers->in, sizeof *info);
    if (info->NumberOfHandles != 1)
        return STATUS_NOT_IMPLEMENTED; /* nobody does */
    struct file *socket = (struct file *)handle_object(info->Handles[0].Handle, &file_type, 0, &status);
    if (!socket)
        return status;
    status = start_poll(file, socket, info, request);
    file_release(socket);
    *done = status == STATUS_PENDING ? 0 : sizeof *info;
    return status;
}

/* ---- receiving ---- */

enum { TDI_RECEIVE_PEEK = 0x80 };

typedef struct {
    const WSABUF *BufferArray;
    ULONG BufferCount, AfdFlags, TdiFlags;
    void *Address;                                   /* of datagrams only, like the next */
    int *AddressLength;
} AFD_RECV_DATAGRAM_INFO;

static NTSTATUS control_receive(struct file *file, const struct control_buffers *buffers, bool is_datagram,
                                const struct io_request *request, size_t *done) {
    const size_t size = is_datagram ? sizeof(AFD_RECV_DATAGRAM_INFO) : offsetof(AFD_RECV_DATAGRAM_INFO, Address);
    AFD_RECV_DATAGRAM_INFO info = {0};
    if (file->device == FILE_DEVICE_AFD || buffers->in_size < size)
        return STATUS_INVALID_PARAMETER;
    memcpy(&info, buffers->in, size);
    return socket_receive(file, info.BufferArray, info.BufferCount, info.TdiFlags & TDI_RECEIVE_PEEK ? W_MSG_PEEK : 0,
                          info.Address, info.AddressLength, request, done);
}

NTSTATUS afd_control(struct file *file, ULONG code, const struct control_buffers *buffers,
                     const struct io_request *request, size_t *done) {
    if (!request->block)
        return STATUS_INVALID_PARAMETER;
    switch (code) {
    case IOCTL_AFD_POLL: return control_poll(file, buffers, request, done);
    case IOCTL_AFD_RECEIVE:
    case IOCTL_AFD_RECEIVE_DATAGRAM:
        return control_receive(file, buffers, code == IOCTL_AFD_RECEIVE_DATAGRAM, request, done);
    default: return STATUS_INVALID_DEVICE_REQUEST;
    }
}
