/* Microsoft's extensions to Windows Sockets, which programs ask WSAIoctl for by their GUIDs ("AcceptEx function",
 * "LPFN_CONNECTEX callback function", "TransmitFile function" ...). */
#include "winsock.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <unistd.h>

#define TF_DISCONNECT 1u
#define TF_REUSE_SOCKET 2u

static int failed(DWORD error) { return (int)fail(error); }

/* Releases what ended at once. */
static BOOL finish(struct io_operation *model, NTSTATUS status) {
    if (model->release)
        model->release(model);
    if (status)
        return failed(socket_error_from_status(status));
    io_complete(model->file, &model->request, status, model->done);
    return TRUE;
}

/* FALSE with ERROR_IO_PENDING, or why it could not be started. */
static BOOL start_later(struct io_operation *model) {
    NTSTATUS status = io_start(model);
    return status == STATUS_PENDING ? failed(ERROR_IO_PENDING) : finish(model, status);
}

/* TRUE, or FALSE with the error; ERROR_IO_PENDING when it was started. `model` has all but the attempt's first run. */
static BOOL start(struct io_operation *model) {
    io_begin(model->file, &model->request);
    NTSTATUS status = io_is_waiting(model->fd, model->events) ? STATUS_PENDING : model->attempt(model, 0);
    return status == STATUS_PENDING ? start_later(model) : finish(model, status);
}

static bool is_ready(int fd, short events) {
    struct pollfd state = {fd, events, 0};
    return poll(&state, 1, 0) > 0;
}

/* ---- AcceptEx ---- */

/* An address behind the data that was received; the caller leaves 16 bytes more than an address needs. */
struct accepted_address {
    int length;
    char bytes[];
};
enum { ADDRESS_EXTRA = 16 };

struct accept_request {
    struct file *socket;                /* becomes the connection */
    char *buffer;
    DWORD size, local_size, remote_size;
    bool is_connected;
};

static void store_address(void *where, DWORD room, const struct sockaddr_storage *address, socklen_t size) {
    struct accepted_address *out = where;
    out->length = (int)(room - ADDRESS_EXTRA);
    address_to_windows(address, size, out->bytes, &out->length);
}

static NTSTATUS accept_connection(struct io_operation *operation) {
    struct accept_request *request = operation->buffer;
    struct sockaddr_storage remote, local;
    socklen_t remote_size = sizeof remote, local_size = sizeof local;
    if (!is_ready(operation->fd, POLLIN))
        return STATUS_PENDING;
    int fd = accept4(operation->fd, (struct sockaddr *)&remote, &remote_size, SOCK_CLOEXEC);
    if (fd < 0)
        return errno == EINTR || errno == EWOULDBLOCK || errno == ECONNABORTED ? STATUS_PENDING
                                                                               : status_of_socket(errno);
    getsockname(fd, (struct sockaddr *)&local, &local_size);
    dup3(fd, request->socket->fd, O_CLOEXEC);
    close(fd);
    store_address(request->buffer + request->size, request->local_size, &local, local_size);
    store_address(request->buffer + request->size + request->local_size, request->remote_size, &remote, remote_size);
    request->is_connected = request->socket->was_connected = true;
    return STATUS_SUCCESS;
}

/* With a buffer for data the call is complete when the first of it has come. */
static NTSTATUS attempt_accept(struct io_operation *operation, short ready) {
    struct accept_request *request = operation->buffer;
    (void)ready;
    if (!request->is_connected) {
        NTSTATUS status = accept_connection(operation);
        if (status || !request->size)
            return status;
        operation->fd = request->socket->fd;
    }
    ssize_t count = recv(request->socket->fd, request->buffer, request->size, MSG_DONTWAIT);
    if (count < 0)
        return errno == EWOULDBLOCK || errno == EINTR ? STATUS_PENDING : status_of_socket(errno);
    operation->done = (size_t)count;
    return STATUS_SUCCESS;
}

static void release_accept(struct io_operation *operation) {
    struct accept_request *request = operation->buffer;
    file_release(request->socket);
    free(request);
}

API(mswsock wsock32, BOOL, AcceptEx, SOCKET sListenSocket, SOCKET sAcceptSocket, PVOID lpOutputBuffer, DWORD dwReceiveDataLength,
    DWORD dwLocalAddressLength, DWORD dwRemoteAddressLength, LPDWORD lpdwBytesReceived, OVERLAPPED *lpOverlapped) {
    if (!lpOverlapped || !lpOutputBuffer || dwLocalAddressLength < ADDRESS_EXTRA || dwRemoteAddressLength < ADDRESS_EXTRA)
        return failed(lpOverlapped ? WSAEFAULT : ERROR_INVALID_PARAMETER);
    struct file *listener = socket_from(sListenSocket), *socket = listener ? socket_from(sAcceptSocket) : NULL;
    struct accept_request *request = socket ? malloc(sizeof *request) : NULL;
    if (!request) {
        if (socket)
            file_release(socket), set_last_error(WSAENOBUFS);
        if (listener)
            file_release(listener);
        return FALSE;
    }
    *request = (struct accept_request){socket, lpOutputBuffer, dwReceiveDataLength, dwLocalAddressLength,
                                       dwRemoteAddressLength, false};
    struct io_operation model = {.file = listener, .request = io_request_from(lpOverlapped, NULL), .fd = listener->fd,
                                 .events = POLLIN, .deadline = INT64_MAX, .buffer = request, .attempt = attempt_accept,
                                 .release = release_accept};
    BOOL result = socket_is_listening(listener->fd) ? start(&model) : (release_accept(&model), failed(WSAEINVAL));
    if (lpdwBytesReceived)
        *lpdwBytesReceived = result ? (DWORD)model.done : 0;
    file_release(listener);
    return result;
}

static void put_address(char *at, void **address, int *length) {
    struct accepted_address *found = (struct accepted_address *)at;
    if (address)
        *address = found->bytes;
    if (length)
        *length = found->length;
}

API(mswsock wsock32, void, GetAcceptExSockaddrs, PVOID lpOutputBuffer, DWORD dwReceiveDataLength, DWORD dwLocalAddressLength,
    DWORD dwRemoteAddressLength, void **LocalSockaddr, int *LocalSockaddrLength, void **RemoteSockaddr,
    int *RemoteSockaddrLength) {
    char *addresses = (char *)lpOutputBuffer + dwReceiveDataLength;
    (void)dwRemoteAddressLength;
    put_address(addresses, LocalSockaddr, LocalSockaddrLength);
    put_address(addresses + dwLocalAddressLength, RemoteSockaddr, RemoteSockaddrLength);
}

/* ---- ConnectEx, DisconnectEx ---- */

struct connect_request {
    bool is_connected;
    NTSTATUS failure;
    size_t size;
    char data[];
};

static NTSTATUS attempt_connect(struct io_operation *operation, short ready) {
    struct connect_request *request = operation->buffer;
    if (request->failure)
        return request->failure;
    if (!request->is_connected) {
        int error = 0;
        socklen_t size = sizeof error;
        if (!ready && !is_ready(operation->fd, POLLOUT))
            return STATUS_PENDING;
        getsockopt(operation->fd, SOL_SOCKET, SO_ERROR, &error, &size);
        if (error)
            return status_of_socket(error);
        request->is_connected = operation->file->was_connected = true;
    }
    while (operation->done < request->size) {
        ssize_t count = send(operation->fd, request->data + operation->done, request->size - operation->done,
                             MSG_DONTWAIT | MSG_NOSIGNAL);
        if (count < 0)
            return errno == EWOULDBLOCK || errno == EINTR ? STATUS_PENDING : status_of_socket(errno);
        operation->done += (size_t)count;
    }
    return STATUS_SUCCESS;
}

static void release_connect(struct io_operation *operation) { free(operation->buffer); }

/* Begins to connect without waiting; 0 or an errno. */
static int begin_connect(int fd, const struct sockaddr_storage *address, socklen_t size) {
    int flags = fcntl(fd, F_GETFL);
    fcntl(fd, F_SETFL, flags | O_NONBLOCK);
    socket_set_reuse(fd, true);                      /* see allow_reuse() */
    int error = connect(fd, (const struct sockaddr *)address, size) ? errno : 0;
    fcntl(fd, F_SETFL, flags);
    return error == EINPROGRESS ? 0 : error;
}

static bool is_bound(int fd) {
    struct sockaddr_storage address;
    socklen_t size = sizeof address;
    return getsockname(fd, (struct sockaddr *)&address, &size) == 0 && address_is_given(&address);
}

/* The host knows at once that nobody listens on a port of its own; on Windows the answer is always waited for. */
static BOOL start_connect(struct io_operation *model, int error) {
    struct connect_request *request = model->buffer;
    io_begin(model->file, &model->request);
    NTSTATUS status = error ? status_of_socket(error) : attempt_connect(model, 0);
    if (!status)
        return finish(model, status);
    if (status != STATUS_PENDING) {
        request->failure = status;
        model->fd = -1;
        model->deadline = 0;
    }
    return start_later(model);
}

static BOOL connect_socket(struct file *file, const void *name, int length, const void *data, DWORD size, DWORD *sent,
                           OVERLAPPED *overlapped) {
    struct sockaddr_storage address;
    if (!address_to_host(name, length, &address))
        return failed(WSAEFAULT);
    if (!address_is_remote(&address))
        return failed(WSAEADDRNOTAVAIL);
    if (!is_bound(file->fd))
        return failed(WSAEINVAL);                    /* "a previously unconnected, already bound socket" */
    struct connect_request *request = malloc(sizeof *request + size);
    if (!request)
        return failed(WSAENOBUFS);
    *request = (struct connect_request){.size = data ? size : 0};
    memcpy(request->data, data ? data : "", request->size);
    int error = begin_connect(file->fd, &address, (socklen_t)length);
    if (error && error != ECONNREFUSED) {
        free(request);
        return failed(winsock_error(error));
    }
    struct io_operation model = {.file = file, .request = io_request_from(overlapped, NULL), .fd = file->fd,
                                 .events = POLLOUT, .deadline = INT64_MAX, .buffer = request, .attempt = attempt_connect,
                                 .release = release_connect};
    BOOL result = start_connect(&model, error);
    if (sent)
        *sent = result ? (DWORD)model.done : 0;
    return result;
}

static BOOL WINAPI connect_ex(SOCKET s, const void *name, int namelen, PVOID lpSendBuffer, DWORD dwSendDataLength,
                              LPDWORD lpdwBytesSent, OVERLAPPED *lpOverlapped) {
    if (!lpOverlapped)
        return failed(ERROR_INVALID_PARAMETER);
    struct file *file = socket_from(s);
    if (!file)
        return FALSE;
    BOOL result = connect_socket(file, name, namelen, lpSendBuffer, dwSendDataLength, lpdwBytesSent, lpOverlapped);
    file_release(file);
    return result;
}

/* A socket of the same kind under the same handle. */
static bool renew(int fd) {
    int domain, type, protocol;
    socklen_t size = sizeof domain;
    if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) || getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) ||
        getsockopt(fd, SOL_SOCKET, SO_PROTOCOL, &protocol, &size))
        return false;
    int fresh = socket(domain, type | SOCK_CLOEXEC, protocol);
    if (fresh < 0)
        return false;
    dup3(fresh, fd, O_CLOEXEC);
    close(fresh);
    return true;
}

static BOOL WINAPI disconnect_ex(SOCKET s, OVERLAPPED *lpOverlapped, DWORD dwFlags, DWORD dwReserved) {
    if (dwReserved || dwFlags & ~TF_REUSE_SOCKET)
        return failed(WSAEINVAL);
    struct file *file = socket_from(s);
    if (!file)
        return FALSE;
    BOOL result = TRUE;
    const struct io_request request = lpOverlapped ? io_request_from(lpOverlapped, NULL) : (struct io_request){0};
    if (lpOverlapped)
        io_begin(file, &request);
    if (shutdown(file->fd, SHUT_RDWR) || (dwFlags & TF_REUSE_SOCKET && !renew(file->fd)))
        result = failed(winsock_error(errno));
    else if (lpOverlapped)
        io_complete(file, &request, STATUS_SUCCESS, 0);
    file_release(file);
    return result;
}

/* ---- TransmitFile ---- */

typedef struct { PVOID Head; DWORD HeadLength; PVOID Tail; DWORD TailLength; } TRANSMIT_FILE_BUFFERS;

struct transmit_request {
    struct file *source;                /* NULL: head and tail only */
    int64_t offset, end;                /* of the file */
    const char *head, *tail;
    size_t head_size, tail_size;
    DWORD flags;
};

static NTSTATUS send_part(struct io_operation *operation, const char **data, size_t *size) {
    while (*size) {
        ssize_t count = send(operation->fd, *data, *size, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (count < 0)
            return errno == EWOULDBLOCK || errno == EINTR ? STATUS_PENDING : status_of_socket(errno);
        *data += count;
        *size -= (size_t)count;
        operation->done += (size_t)count;
    }
    return STATUS_SUCCESS;
}

static NTSTATUS attempt_transmit(struct io_operation *operation, short ready) {
    struct transmit_request *request = operation->buffer;
    char block[16384];
    (void)ready;
    NTSTATUS status = send_part(operation, &request->head, &request->head_size);
    while (!status && request->source && request->offset < request->end) {
        size_t wanted = request->end - request->offset < (int64_t)sizeof block ? (size_t)(request->end - request->offset)
                                                                               : sizeof block;
        ssize_t count = pread(request->source->fd, block, wanted, request->offset);
        if (count <= 0)
            break;                                   /* the file has become shorter */
        const char *data = block;
        size_t left = (size_t)count;
        status = send_part(operation, &data, &left);
        request->offset += count - (ssize_t)left;
    }
    if (!status)
        status = send_part(operation, &request->tail, &request->tail_size);
    if (!status && request->flags & TF_DISCONNECT)
        shutdown(operation->fd, SHUT_RDWR);
    if (!status && request->flags & TF_REUSE_SOCKET)
        renew(operation->fd);
    return status;
}

static void release_transmit(struct io_operation *operation) {
    struct transmit_request *request = operation->buffer;
    if (request->source)
        file_release(request->source);
    free(request);
}

/* Without an OVERLAPPED it begins at the file's position, which moves along. */
static struct transmit_request *transmit_request(HANDLE file, DWORD size, const OVERLAPPED *overlapped,
                                                 const TRANSMIT_FILE_BUFFERS *buffers, DWORD flags) {
    struct file *source = file ? file_from_handle(file, FILE_READ_DATA) : NULL;
    struct transmit_request *request = file && !source ? NULL : calloc(1, sizeof *request);
    struct stat facts;
    if (!request) {
        if (source)
            file_release(source), set_last_error(WSAENOBUFS);
        return NULL;
    }
    *request = (struct transmit_request){.source = source, .flags = flags};
    if (buffers) {
        request->head = buffers->Head, request->head_size = buffers->HeadLength;
        request->tail = buffers->Tail, request->tail_size = buffers->TailLength;
    }
    if (source && fstat(source->fd, &facts) == 0) {
        request->offset = overlapped ? (int64_t)((uint64_t)overlapped->OffsetHigh << 32 | overlapped->Offset)
                                     : lseek(source->fd, 0, SEEK_CUR);
        request->end = size ? request->offset + size : facts.st_size;
    }
    return request;
}

static BOOL transmit_now(struct io_operation *model) {
    struct transmit_request *request = model->buffer;
    NTSTATUS status;
    while ((status = attempt_transmit(model, 0)) == STATUS_PENDING) {
        struct pollfd state = {model->fd, POLLOUT, 0};
        poll(&state, 1, -1);
    }
    if (request->source)
        lseek(request->source->fd, request->offset, SEEK_SET);
    release_transmit(model);
    return status ? failed(socket_error_from_status(status)) : TRUE;
}

API(mswsock wsock32, BOOL, TransmitFile, SOCKET hSocket, HANDLE hFile, DWORD nNumberOfBytesToWrite, DWORD nNumberOfBytesPerSend,
    OVERLAPPED *lpOverlapped, TRANSMIT_FILE_BUFFERS *lpTransmitBuffers, DWORD dwReserved) {
    (void)nNumberOfBytesPerSend;
    struct file *file = socket_from(hSocket);
    struct transmit_request *request =
        file ? transmit_request(hFile, nNumberOfBytesToWrite, lpOverlapped, lpTransmitBuffers, dwReserved) : NULL;
    BOOL result = FALSE;
    if (request) {
        struct io_operation model = {.file = file, .fd = file->fd, .events = POLLOUT, .deadline = INT64_MAX,
                                     .buffer = request, .attempt = attempt_transmit, .release = release_transmit};
        if (lpOverlapped)
            model.request = io_request_from(lpOverlapped, NULL);
        result = lpOverlapped ? start(&model) : transmit_now(&model);
    }
    if (file)
        file_release(file);
    return result;
}

/* ---- what WSAIoctl gives ---- */

API_USE(int, WSAPoll, PVOID, ULONG, INT);
API_USE(int, WSAGetLastError, void);
API_USE(int, WSARecv, SOCKET, WSABUF *, DWORD, LPDWORD, LPDWORD, OVERLAPPED *, PVOID);
API_USE(int, WSASendMsg, SOCKET, WSAMSG *, DWORD, LPDWORD, OVERLAPPED *, PVOID);

static const struct {
    GUID id;
    const void *function;
} extensions[] = {
    {{0x25a207b9, 0xddf3, 0x4660, {0x8e, 0xe9, 0x76, 0xe5, 0x8c, 0x74, 0x06, 0x3e}}, connect_ex},
    {{0x7fda2e11, 0x8630, 0x436f, {0xa0, 0x31, 0xf5, 0x36, 0xa6, 0xee, 0xc1, 0x57}}, disconnect_ex},
    {{0xb5367df0, 0xcbac, 0x11cf, {0x95, 0xca, 0x00, 0x80, 0x5f, 0x48, 0xa1, 0x92}}, api_TransmitFile},
    {{0xb5367df1, 0xcbac, 0x11cf, {0x95, 0xca, 0x00, 0x80, 0x5f, 0x48, 0xa1, 0x92}}, api_AcceptEx},
    {{0xb5367df2, 0xcbac, 0x11cf, {0x95, 0xca, 0x00, 0x80, 0x5f, 0x48, 0xa1, 0x92}}, api_GetAcceptExSockaddrs},
    {{0x18c76f85, 0xdc66, 0x4964, {0x97, 0x2e, 0x23, 0xc2, 0x72, 0x38, 0x31, 0x2b}}, api_WSAPoll},
    {{0xa441e712, 0x754f, 0x43ca, {0x84, 0xa7, 0x0d, 0xee, 0x44, 0xcf, 0x60, 0x6d}}, api_WSASendMsg},
    {{0xf689d7c8, 0x6f1f, 0x436b, {0x8a, 0x53, 0xe5, 0x4f, 0xe3, 0x51, 0xc3, 0x22}}, socket_receive_message},
};

const void *socket_extension(const void *guid) {
    for (size_t i = 0; i < sizeof extensions / sizeof *extensions; i++)
        if (memcmp(&extensions[i].id, guid, sizeof(GUID)) == 0)
            return extensions[i].function;
    return NULL;
}

/* ---- receiving with flags ---- */

/* A message that was cut off is no error here, but told by a flag ("WSARecvEx function"). */
API(mswsock wsock32, int, WSARecvEx, SOCKET s, CHAR *buf, int len, int *flags) {
    enum { W_MSG_PARTIAL = 0x8000 };
    DWORD count = 0, wanted = flags ? (DWORD)*flags : 0;
    WSABUF buffer = {(ULONG)len, buf};
    int result = api_WSARecv(s, &buffer, 1, &count, &wanted, NULL, NULL);
    bool is_partial = result && api_WSAGetLastError() == (int)WSAEMSGSIZE;
    if (result && !is_partial)
        return SOCKET_ERROR;
    if (flags)
        *flags = is_partial ? W_MSG_PARTIAL : 0;
    return (int)count;
}
