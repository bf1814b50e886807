/* Windows Sockets on the host's sockets ("Winsock Reference"). */
#include "winsock.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/un.h>
#include <unistd.h>

#include "codepage.h"

typedef struct {
    WORD wVersion, wHighVersion;
    USHORT iMaxSockets, iMaxUdpDg;
    CHAR *lpVendorInfo;
    CHAR szDescription[257], szSystemStatus[129];
} WSADATA;

/* ---- errors ---- */

DWORD winsock_error(int error) {
    static const struct { int host; DWORD code; } codes[] = {
        {EINTR, 10004}, {EBADF, 10009}, {EACCES, 10013}, {EPERM, 10013}, {EFAULT, 10014}, {EINVAL, 10022},
        {EMFILE, 10024}, {ENFILE, 10024}, {EWOULDBLOCK, 10035}, {EINPROGRESS, 10035}, {EALREADY, 10037},
        {ENOTSOCK, 10038}, {EDESTADDRREQ, 10039}, {EMSGSIZE, 10040}, {EPROTOTYPE, 10041}, {ENOPROTOOPT, 10042},
        {EPROTONOSUPPORT, 10043}, {ESOCKTNOSUPPORT, 10044}, {EOPNOTSUPP, 10045}, {EPFNOSUPPORT, 10046},
        {EAFNOSUPPORT, 10047}, {EADDRINUSE, 10048}, {EADDRNOTAVAIL, 10049}, {ENETDOWN, 10050}, {ENETUNREACH, 10051},
        {ENETRESET, 10052}, {ECONNABORTED, 10053}, {ECONNRESET, 10054}, {EPIPE, 10053}, {ENOBUFS, 10055},
        {ENOMEM, 10055}, {EISCONN, 10056}, {ENOTCONN, 10057}, {ESHUTDOWN, 10058}, {ETIMEDOUT, 10060},
        {ECONNREFUSED, 10061}, {ELOOP, 10062}, {ENAMETOOLONG, 10063}, {EHOSTDOWN, 10064}, {EHOSTUNREACH, 10065},
    };
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (codes[i].host == error)
            return codes[i].code;
    return WSAEINVAL;
}

static int host_failed(void) { return socket_failed(winsock_error(errno)); }

API(ws2_32 wsock32, int, WSAGetLastError, void) { return (int)teb_self()->LastErrorValue; }
API(ws2_32 wsock32, void, WSASetLastError, int iError) { set_last_error((DWORD)iError); }

/* ---- start ---- */

API(ws2_32 wsock32, int, WSAStartup, WORD wVersionRequested, WSADATA *lpWSAData) {
    if (!(wVersionRequested & 0xFF))
        return 10092; /* WSAVERNOTSUPPORTED */
    if (!lpWSAData)
        return WSAEFAULT;
    *lpWSAData = (WSADATA){.wVersion = wVersionRequested, .wHighVersion = 0x0202, .szDescription = "WinSock 2.0",
                           .szSystemStatus = "Running"};
    if ((wVersionRequested & 0xFF) > 2 || ((wVersionRequested & 0xFF) == 2 && wVersionRequested >> 8 > 2))
        lpWSAData->wVersion = 0x0202;
    return 0;
}

API(ws2_32 wsock32, int, WSACleanup, void) { return 0; }

/* ---- addresses ---- */

int family_to_host(int family) { return family == WINDOWS_AF_INET6 ? AF_INET6 : family; }
int family_to_windows(int family) { return family == AF_INET6 ? WINDOWS_AF_INET6 : family; }

bool address_to_host(const void *address, int length, struct sockaddr_storage *out) {
    if (!address || length < 2 || (size_t)length > sizeof *out)
        return false;
    memset(out, 0, sizeof *out);
    memcpy(out, address, (size_t)length);
    out->ss_family = (sa_family_t)family_to_host(out->ss_family);
    return true;
}

void address_to_windows(const struct sockaddr_storage *address, socklen_t size, void *out, int *length) {
    struct sockaddr_storage copy = *address;
    if (!out || !length)
        return;
    copy.ss_family = (sa_family_t)family_to_windows(address->ss_family);
    memcpy(out, &copy, (socklen_t)*length < size ? (socklen_t)*length : size);
    *length = (int)size;
}

bool address_is_given(const struct sockaddr_storage *address) {
    switch (address->ss_family) {
    case AF_INET: return ((const struct sockaddr_in *)address)->sin_port;
    case AF_INET6: return ((const struct sockaddr_in6 *)address)->sin6_port;
    default: return true;
    }
}

static bool address_is_any(const struct sockaddr_storage *address) {
    switch (address->ss_family) {
    case AF_INET: return ((const struct sockaddr_in *)address)->sin_addr.s_addr == INADDR_ANY;
    case AF_INET6: return IN6_IS_ADDR_UNSPECIFIED(&((const struct sockaddr_in6 *)address)->sin6_addr);
    default: return false;
    }
}

/* The host takes the address of no machine for its own. On Windows neither it nor port 0 "is valid for a remote computer"
 * ("Windows Sockets Error Codes": WSAEADDRNOTAVAIL). */
bool address_is_remote(const struct sockaddr_storage *address) {
    return address_is_given(address) && !address_is_any(address);
}

/* ---- sockets ---- */

struct file *socket_from(SOCKET s) {
    NTSTATUS status;
    struct file *file = (struct file *)handle_object((HANDLE)s, &file_type, 0, &status);
    struct stat facts;
    if (file && fstat(file->fd, &facts) == 0 && S_ISSOCK(facts.st_mode))
        return file;
    if (file)
        file_release(file);
    set_last_error(WSAENOTSOCK);
    return NULL;
}

bool socket_is_stream(int fd) {
    int type = 0;
    socklen_t size = sizeof type;
    return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_STREAM;
}

static bool socket_is_udp(int fd) {
    int protocol = 0;
    socklen_t size = sizeof protocol;
    return getsockopt(fd, SOL_SOCKET, SO_PROTOCOL, &protocol, &size) == 0 && protocol == IPPROTO_UDP;
}

bool socket_has_peer(int fd) {
    struct sockaddr_storage peer;
    socklen_t size = sizeof peer;
    return getpeername(fd, (struct sockaddr *)&peer, &size) == 0;
}

bool socket_is_listening(int fd) {
    int value = 0;
    socklen_t size = sizeof value;
    return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &value, &size) == 0 && value;
}

void socket_set_reuse(int fd, bool on) { setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){on}, sizeof(int)); }

static bool socket_is_nonblocking(int fd) { return fcntl(fd, F_GETFL) & O_NONBLOCK; }

SOCKET socket_handle(int fd, bool inherits, bool is_connected) {
    struct file *file = file_from_fd(fd, FILE_GENERIC_READ | FILE_GENERIC_WRITE);
    HANDLE handle = file ? handle_new(&file->object, file->access, inherits ? HANDLE_FLAG_INHERIT : 0) : NULL;
    if (file) {
        file->is_overlapped = true;
        file->was_connected = is_connected;
        file_release(file);
    }
    if (!handle)
        set_last_error(10055);
    return handle ? (SOCKET)handle : INVALID_SOCKET;
}

API(ws2_32 wsock32, int, closesocket, SOCKET s) {
    struct file *file = socket_from(s);
    if (!file)
        return SOCKET_ERROR;
    file_release(file);
    handle_close((HANDLE)s);
    return 0;
}

/* On Windows a port of connections that have ended can be had again at once, which the host calls reuse and asks of the
 * sockets of those connections, too. So a stream has the host's SO_REUSEADDR from when it listens or connects; while it is
 * only bound it has not, and nobody else gets its address. */
static void allow_reuse(const struct file *file) {
    if (socket_is_stream(file->fd))
        socket_set_reuse(file->fd, true);
}

static int bind_reusing(int fd, const struct sockaddr *address, socklen_t size) {
    socket_set_reuse(fd, true);
    int result = bind(fd, address, size), error = errno;
    if (result)
        socket_set_reuse(fd, false);
    errno = error;
    return result;
}

static bool is_link_local(const struct sockaddr *address) {
    return address->sa_family == AF_INET6 && IN6_IS_ADDR_LINKLOCAL(&((const struct sockaddr_in6 *)address)->sin6_addr);
}

/* Who sets SO_REUSEADDR gets a datagram address that others have, whatever they have set, but for SO_EXCLUSIVEADDRUSE. */
static int bind_to(const struct file *file, const struct sockaddr *address, socklen_t size) {
    bool is_stream = socket_is_stream(file->fd);
    int result = bind(file->fd, address, size);
    if (result && errno == EADDRINUSE && is_stream)
        result = bind_reusing(file->fd, address, size);
    if (!result && !is_stream && !file->is_exclusive)
        socket_set_reuse(file->fd, true);
    if (result && (errno == ENODEV || (errno == EINVAL && is_link_local(address))))
        errno = EADDRNOTAVAIL;                       /* not an address of that zone, or of no zone */
    return result ? host_failed() : 0;
}

API(ws2_32 wsock32, int, bind, SOCKET s, const void *name, int namelen) {
    struct sockaddr_storage address;
    struct file *file = socket_from(s);
    if (!file)
        return SOCKET_ERROR;
    int result = address_to_host(name, namelen, &address)
        ? bind_to(file, (struct sockaddr *)&address, (socklen_t)namelen) : socket_failed(WSAEFAULT);
    file_release(file);
    return result;
}

API(ws2_32 wsock32, int, listen, SOCKET s, int backlog) {
    struct file *file = socket_from(s);
    if (!file)
        return SOCKET_ERROR;
    allow_reuse(file);
    int result = listen(file->fd, backlog == 0x7fffffff ? SOMAXCONN : backlog < 0 ? -backlog : backlog) ? host_failed() : 0;
    socket_rearm(file, POLLIN);
    file_release(file);
    return result;
}

/* SO_RCVTIMEO and SO_SNDTIMEO are of receiving and sending alone ("SOL_SOCKET Socket Options"), the host's of accepting
 * and connecting as well. */

/* What is accepted waits or not as what listens does, and tells the same of its events ("accept function"). */
API(ws2_32 wsock32, SOCKET, accept, SOCKET s, void *addr, int *addrlen) {
    struct sockaddr_storage address;
    socklen_t size = sizeof address;
    int fd;
    struct file *file = socket_from(s);
    if (!file)
        return INVALID_SOCKET;
    int flags = SOCK_CLOEXEC | (socket_is_nonblocking(file->fd) ? SOCK_NONBLOCK : 0);
    while ((fd = accept4(file->fd, (struct sockaddr *)&address, &size, flags)) < 0 &&
           (errno == EINTR || (errno == EAGAIN && !socket_is_nonblocking(file->fd)))) {
    }
    SOCKET result = fd < 0 ? (SOCKET)(LONG_PTR)host_failed() : socket_handle(fd, true, true);
    if (fd >= 0) {
        address_to_windows(&address, size, addr, addrlen);
        socket_inherit_events(file, result);
    }
    socket_rearm(file, POLLIN);
    file_release(file);
    return result;
}

API(ws2_32, SOCKET, WSAAccept, SOCKET s, void *addr, int *addrlen, PVOID lpfnCondition, DWORD_PTR dwCallbackData) {
    (void)dwCallbackData;
    if (lpfnCondition)
        return (SOCKET)(LONG_PTR)socket_failed(WSAEOPNOTSUPP);
    return api_accept(s, addr, addrlen);
}

/* Neither a signal nor SO_SNDTIMEO ends it: it goes on by itself. */
static int connect_waiting(int fd, const struct sockaddr_storage *address, socklen_t size) {
    int result = connect(fd, (const struct sockaddr *)address, size), error = 0;
    if (!result || (errno != EINTR && (errno != EINPROGRESS || socket_is_nonblocking(fd))))
        return result;
    struct pollfd done = {fd, POLLOUT, 0};
    size = sizeof error;
    while (poll(&done, 1, -1) < 0 && errno == EINTR) {
    }
    getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
    errno = error;
    return error ? -1 : 0;
}

/* "If the address member is filled with zeros", a datagram socket has no peer any more ("connect function"). */
static int connect_to(struct file *file, struct sockaddr_storage *address, socklen_t size) {
    if (socket_is_stream(file->fd) && !address_is_remote(address))
        return socket_failed(WSAEADDRNOTAVAIL);
    if (address_is_any(address))
        address->ss_family = AF_UNSPEC;
    file->taken_error = 0;
    allow_reuse(file);
    int result = connect_waiting(file->fd, address, size);
    file->connect_untold = !result || errno == EINPROGRESS;
    if (result)
        result = host_failed();
    else
        file->was_connected = true;
    socket_rearm(file, POLLOUT);
    return result;
}

API(ws2_32 wsock32, int, connect, SOCKET s, const void *name, int namelen) {
    struct sockaddr_storage address;
    struct file *file = socket_from(s);
    if (!file)
        return SOCKET_ERROR;
    int result = address_to_host(name, namelen, &address) ? connect_to(file, &address, (socklen_t)namelen)
                                                          : socket_failed(WSAEFAULT);
    file_release(file);
    return result;
}

API(ws2_32, int, WSAConnect, SOCKET s, const void *name, int namelen, WSABUF *lpCallerData, WSABUF *lpCalleeData,
    PVOID lpSQOS, PVOID lpGQOS) {
    (void)lpCallerData, (void)lpCalleeData, (void)lpSQOS, (void)lpGQOS;
    return api_connect(s, name, namelen);
}

API(ws2_32 wsock32, int, shutdown, SOCKET s, int how) {
    struct file *file = socket_from(s);
    if (!file)
        return SOCKET_ERROR;
    int result = shutdown(file->fd, how) && !(errno == ENOTCONN && file->was_connected) ? host_failed() : 0;
    file_release(file);
    return result;
}

/* TCP has no data that goes with the end of a connection ("WSASendDisconnect function"). */
static int shut_without_data(SOCKET s, const WSABUF *data, int how) {
    return data && data->len ? socket_failed(WSAENOPROTOOPT) : api_shutdown(s, how);
}

API(ws2_32, int, WSASendDisconnect, SOCKET s, WSABUF *lpOutboundDisconnectData) {
    return shut_without_data(s, lpOutboundDisconnectData, SHUT_WR);
}

API(ws2_32, int, WSARecvDisconnect, SOCKET s, WSABUF *lpInboundDisconnectData) {
    return shut_without_data(s, lpInboundDisconnectData, SHUT_RD);
}

/* Windows Sockets 2 has no blocking hooks any more ("Deprecated Windows Sockets 1.1 functions"). */
API(ws2_32 wsock32, BOOL, WSAIsBlocking, void) { return FALSE; }
API(ws2_32 wsock32, PVOID, WSASetBlockingHook, PVOID lpBlockFunc) {
    (void)lpBlockFunc;
    set_last_error(WSAEOPNOTSUPP);
    return NULL;
}
API(ws2_32 wsock32, int, WSAUnhookBlockingHook, void) { return socket_failed(WSAEOPNOTSUPP); }
API(ws2_32 wsock32, int, WSACancelBlockingCall, void) { return socket_failed(WSAEOPNOTSUPP); }

static int name_of(SOCKET s, void *name, int *length, bool peer) {
    struct sockaddr_storage address;
    socklen_t size = sizeof address;
    struct file *file = socket_from(s);
    if (!file)
        return SOCKET_ERROR;
    int result = peer ? getpeername(file->fd, (struct sockaddr *)&address, &size)
                      : getsockname(file->fd, (struct sockaddr *)&address, &size);
    file_release(file);
    if (result)
        return host_failed();
    if (!name || !length || (socklen_t)*length < size)
        return socket_failed(WSAEFAULT);
    /* A socket without a name yet is an error on Windows. */
    if (!peer && !address_is_given(&address))
        return socket_failed(WSAEINVAL);
    address_to_windows(&address, size, name, length);
    return 0;
}

API(ws2_32 wsock32, int, getsockname, SOCKET s, void *name, int *namelen) { return name_of(s, name, namelen, false); }
API(ws2_32 wsock32, int, getpeername, SOCKET s, void *name, int *namelen) { return name_of(s, name, namelen, true); }

/* ---- transfer ---- */

enum { W_MSG_TRUNC = 0x100, W_MSG_OOB = 1, W_MSG_DONTROUTE = 4, W_MSG_WAITALL = 8, W_MSG_PARTIAL = 0x8000 };

static int flags_to_host(DWORD flags) {
    return (flags & W_MSG_OOB ? MSG_OOB : 0) | (flags & W_MSG_PEEK ? MSG_PEEK : 0) |
           (flags & W_MSG_DONTROUTE ? MSG_DONTROUTE : 0) | (flags & W_MSG_WAITALL ? MSG_WAITALL : 0) | MSG_NOSIGNAL;
}

enum { FEW_BUFFERS = 64 };

struct message {
    struct iovec few[FEW_BUFFERS], *parts;           /* `parts`: those, or from malloc() */
    size_t left;                                     /* from header.msg_iov on, which names as many as the host takes */
    struct msghdr header;
    struct sockaddr_storage address;
};

static void name_parts(struct message *message, struct iovec *first, size_t left) {
    message->left = left;
    message->header.msg_iov = first;
    message->header.msg_iovlen = left < IOV_MAX ? left : IOV_MAX;
}

/* Without the first `done` bytes. */
static void advance(struct message *message, size_t done) {
    struct iovec *part = message->header.msg_iov;
    size_t left = message->left;
    for (; left && done >= part->iov_len; part++, left--)
        done -= part->iov_len;
    if (left) {
        part->iov_base = (char *)part->iov_base + done;
        part->iov_len -= done;
    }
    name_parts(message, part, left);
}

static bool make_message(struct message *message, const WSABUF *buffers, DWORD count) {
    message->parts = count > FEW_BUFFERS ? malloc(count * sizeof *message->parts) : message->few;
    if (!message->parts)
        return false;
    for (DWORD i = 0; i < count; i++)
        message->parts[i] = (struct iovec){buffers[i].buf, buffers[i].len};
    message->header = (struct msghdr){0};
    name_parts(message, message->parts, count);
    if (count > IOV_MAX)
        advance(message, 0);                         /* what has been sent before is empty */
    return true;
}

static void free_message(struct message *message) {
    if (message->parts != message->few)
        free(message->parts);
}

/* One host call; the count, or -1 with errno. */
static ssize_t move(int fd, struct message *message, int flags, bool sends) {
    ssize_t count;
    while ((count = sends ? sendmsg(fd, &message->header, flags) : recvmsg(fd, &message->header, flags)) < 0 &&
           errno == EINTR) {
    }
    return count;
}

/* A blocking socket sends all of it. */
static ssize_t send_all(int fd, struct message *message, int flags) {
    ssize_t total = 0;
    for (;;) {
        ssize_t count = move(fd, message, flags, true);
        if (count < 0)
            return total ? total : -1;
        total += count;
        advance(message, (size_t)count);
        if (!message->left)
            return total;
    }
}

struct transfer {
    const WSABUF *buffers;
    DWORD count, flags;
    void *address;
    int *address_length;
    bool sends;
    DWORD *received_flags;                           /* of a WSAMSG, or NULL */
};

/* These are no errors of a connection that there has been. */
static bool connecting_failed(int fd, int error) {
    int type = 0;
    socklen_t size = sizeof type;
    bool fits = error == ECONNREFUSED || error == EHOSTUNREACH || error == ENETUNREACH;
    return fits && !getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) && type == SOCK_STREAM;
}

/* The host says the same of a connection that has ended, of one whose sending half was shut down, and of a socket that
 * never had one. */
static int error_of_connection(struct file *file, int error) {
    if (connecting_failed(file->fd, error)) {
        file->taken_error = error; /* for SO_ERROR: the host tells it once, Windows not by this function */
        return ENOTCONN;
    }
    if (error != EPIPE && error != ENOTCONN)
        return error;
    if (socket_has_peer(file->fd))
        return ESHUTDOWN;
    return file->was_connected ? ECONNRESET : ENOTCONN;
}

static bool set_addresses(struct message *message, const struct transfer *transfer) {
    if (!transfer->address)
        return true;
    message->header.msg_name = &message->address;
    message->header.msg_namelen = transfer->sends ? (socklen_t)*transfer->address_length : sizeof message->address;
    return !transfer->sends || address_to_host(transfer->address, *transfer->address_length, &message->address);
}

static ssize_t move_message(struct file *file, const struct transfer *transfer, struct message *message, int flags) {
    bool all = transfer->sends && !(flags & MSG_DONTWAIT);
    ssize_t count = all ? send_all(file->fd, message, flags) : move(file->fd, message, flags, transfer->sends);
    if (count < 0)
        errno = error_of_connection(file, errno);
    else if (!transfer->sends && transfer->address && message->header.msg_namelen)
        address_to_windows(&message->address, message->header.msg_namelen, transfer->address, transfer->address_length);
    return count;
}

/* The byte count, or -1 with errno; a datagram that did not fit has EMSGSIZE and its bytes in *done. */
static ssize_t run_transfer(struct file *file, const struct transfer *transfer, int extra_flags, size_t *done) {
    struct message message;
    *done = 0;
    if (!make_message(&message, transfer->buffers, transfer->count)) {
        errno = ENOBUFS;
        return -1;
    }
    ssize_t count = -1;
    if (message.left > message.header.msg_iovlen && !socket_is_stream(file->fd))
        errno = ENOBUFS;                             /* a datagram goes in one piece */
    else if (!set_addresses(&message, transfer))
        errno = EFAULT;
    else if (transfer->sends && transfer->address && socket_is_udp(file->fd) && !address_is_remote(&message.address))
        errno = EADDRNOTAVAIL;
    else
        count = move_message(file, transfer, &message, flags_to_host(transfer->flags) | extra_flags);
    free_message(&message);
    if (count < 0)
        return -1;
    *done = (size_t)count;
    file->was_connected = true;                      /* if it did not wait for that, this shows it */
    if (transfer->received_flags)
        *transfer->received_flags = message.header.msg_flags & MSG_TRUNC ? W_MSG_TRUNC : 0;
    if (!transfer->sends && message.header.msg_flags & MSG_TRUNC) {
        errno = EMSGSIZE;
        return -1;
    }
    return count;
}

/* Moves what it can, or waits as long as the socket's timeouts allow ("SOL_SOCKET Socket Options": SO_RCVTIMEO). Events
 * that come only once are enabled again. The byte count, or SOCKET_ERROR. */
static int transfer_now(struct file *file, const struct transfer *transfer, size_t *done) {
    ssize_t count = run_transfer(file, transfer, 0, done);
    bool would_block = count < 0 && errno == EAGAIN;
    bool timed_out = would_block && !socket_is_nonblocking(file->fd);
    int result = count >= 0 ? (int)count : timed_out ? socket_failed(WSAETIMEDOUT) : host_failed();
    if (!transfer->sends)
        socket_rearm(file, POLLIN);
    else if (would_block) /* FD_WRITE tells that sending became possible again */
        socket_rearm(file, POLLOUT);
    return result;
}

static int simple_transfer(SOCKET s, const struct transfer *transfer) {
    size_t done;
    struct file *file = socket_from(s);
    if (!file)
        return SOCKET_ERROR;
    int result = transfer_now(file, transfer, &done);
    file_release(file);
    return result;
}

API(ws2_32 wsock32, int, send, SOCKET s, const CHAR *buf, int len, int flags) {
    const WSABUF buffer = {(ULONG)len, (CHAR *)buf};
    return simple_transfer(s, &(struct transfer){&buffer, 1, (DWORD)flags, NULL, NULL, true, NULL});
}

API(ws2_32 wsock32, int, recv, SOCKET s, CHAR *buf, int len, int flags) {
    const WSABUF buffer = {(ULONG)len, buf};
    return simple_transfer(s, &(struct transfer){&buffer, 1, (DWORD)flags, NULL, NULL, false, NULL});
}

API(ws2_32 wsock32, int, sendto, SOCKET s, const CHAR *buf, int len, int flags, const void *to, int tolen) {
    const WSABUF buffer = {(ULONG)len, (CHAR *)buf};
    return simple_transfer(s, &(struct transfer){&buffer, 1, (DWORD)flags, (void *)to, &tolen, true, NULL});
}

API(ws2_32 wsock32, int, recvfrom, SOCKET s, CHAR *buf, int len, int flags, void *from, int *fromlen) {
    const WSABUF buffer = {(ULONG)len, buf};
    return simple_transfer(s, &(struct transfer){&buffer, 1, (DWORD)flags, from, fromlen, false, NULL});
}

/* ---- overlapped transfer ---- */

/* What a pending operation needs when the caller's array of buffers is gone. */
struct pending {
    struct transfer transfer;
    int address_length;
    struct sockaddr_storage address;
    WSABUF buffers[];
};

static const struct { int host; NTSTATUS status; } socket_statuses[] = {
    {ECONNREFUSED, (NTSTATUS)0xC0000236}, {ECONNRESET, (NTSTATUS)0xC000020D},   {ECONNABORTED, (NTSTATUS)0xC0000241},
    {ENETUNREACH, (NTSTATUS)0xC000023C},  {EHOSTUNREACH, (NTSTATUS)0xC000023D}, {ETIMEDOUT, (NTSTATUS)0xC00000B5},
    {EADDRINUSE, (NTSTATUS)0xC000020A},   {ENOTCONN, (NTSTATUS)0xC000020C},     {EPIPE, (NTSTATUS)0xC000020C},
    {EMSGSIZE, STATUS_BUFFER_OVERFLOW},   {ENOBUFS, STATUS_INSUFFICIENT_RESOURCES},
};

#define FACILITY_NTWIN32 0xC0010000u /* a status that carries the error itself */

NTSTATUS status_of_socket(int error) {
    for (size_t i = 0; i < sizeof socket_statuses / sizeof *socket_statuses; i++)
        if (socket_statuses[i].host == error)
            return socket_statuses[i].status;
    return (NTSTATUS)(FACILITY_NTWIN32 | winsock_error(error));
}

DWORD socket_error_from_status(NTSTATUS status) {
    for (size_t i = 0; i < sizeof socket_statuses / sizeof *socket_statuses; i++)
        if (socket_statuses[i].status == status)
            return winsock_error(socket_statuses[i].host);
    return status == STATUS_CANCELLED ? WSA_OPERATION_ABORTED : win32_from_status(status);
}

/* Leaves the buffers without their first `done` bytes. */
static void skip(struct pending *pending, size_t done) {
    struct transfer *transfer = &pending->transfer;
    while (transfer->count && done >= transfer->buffers->len) {
        done -= transfer->buffers->len;
        transfer->buffers++;
        transfer->count--;
    }
    if (transfer->count) {
        WSABUF *first = &pending->buffers[transfer->buffers - pending->buffers];
        first->buf += done;
        first->len -= (ULONG)done;
    }
}

/* All that is to be sent is sent before it is complete. */
static NTSTATUS attempt_transfer(struct io_operation *operation, short ready) {
    (void)ready;
    struct pending *pending = operation->buffer;
    size_t done;
    if (run_transfer(operation->file, &pending->transfer, MSG_DONTWAIT, &done) < 0) {
        operation->done += done;
        return errno == EWOULDBLOCK ? STATUS_PENDING : status_of_socket(errno);
    }
    operation->done += done;
    if (!pending->transfer.sends)
        return STATUS_SUCCESS;
    skip(pending, done);
    return pending->transfer.count ? STATUS_PENDING : STATUS_SUCCESS;
}

static void release_pending(struct io_operation *operation) { free(operation->buffer); }

static struct pending *pending_from(const struct transfer *transfer) {
    struct pending *pending = malloc(sizeof *pending + transfer->count * sizeof *transfer->buffers);
    if (!pending)
        return NULL;
    pending->transfer = *transfer;
    pending->transfer.buffers = memcpy(pending->buffers, transfer->buffers, transfer->count * sizeof *transfer->buffers);
    if (transfer->sends && transfer->address) {
        pending->address_length = *transfer->address_length;
        pending->transfer.address = memcpy(&pending->address, transfer->address, (size_t)*transfer->address_length);
        pending->transfer.address_length = &pending->address_length;
    }
    return pending;
}

/* Done when it returns, or STATUS_PENDING. */
static NTSTATUS begin_transfer(struct file *file, const struct transfer *transfer, const struct io_request *request,
                               size_t *done) {
    struct io_operation model = {.file = file, .request = *request, .fd = file->fd,
                                 .events = transfer->sends ? POLLOUT : POLLIN, .deadline = INT64_MAX,
                                 .buffer = pending_from(transfer), .attempt = attempt_transfer,
                                 .release = release_pending};
    *done = 0;
    if (!model.buffer)
        return STATUS_INSUFFICIENT_RESOURCES;
    io_begin(file, request);
    NTSTATUS status = io_is_waiting(file->fd, model.events) ? STATUS_PENDING : attempt_transfer(&model, model.events);
    if (status == STATUS_PENDING)
        status = io_start(&model);
    if (status == STATUS_PENDING)
        return status;
    release_pending(&model);
    *done = model.done;
    return status;
}

NTSTATUS socket_receive(struct file *socket, const WSABUF *buffers, DWORD count, DWORD flags, void *address,
                        int *address_length, const struct io_request *request, size_t *done) {
    const struct transfer transfer = {buffers, count, flags, address, address_length, false, NULL};
    return begin_transfer(socket, &transfer, request, done);
}

/* 0, or SOCKET_ERROR, with ERROR_IO_PENDING when it waits. */
static int start_transfer(struct file *file, const struct transfer *transfer, DWORD *count,
                          const struct io_request *request) {
    size_t done;
    NTSTATUS status = begin_transfer(file, transfer, request, &done);
    if (status == STATUS_PENDING)
        return socket_failed(ERROR_IO_PENDING);
    if (count)
        *count = (DWORD)done;
    if (status)
        return socket_failed(socket_error_from_status(status));
    io_complete(file, request, status, done);
    return 0;
}

static int overlapped_transfer(SOCKET s, const struct transfer *transfer, DWORD *count, OVERLAPPED *overlapped,
                               void *routine) {
    size_t done;
    struct file *file = socket_from(s);
    if (!file)
        return SOCKET_ERROR;
    int result = 0;
    if (overlapped) {
        const struct io_request request = io_request_from(overlapped, (COMPLETION_ROUTINE)routine);
        result = start_transfer(file, transfer, count, &request);
    } else {
        result = transfer_now(file, transfer, &done) < 0 ? SOCKET_ERROR : 0;
        if (count)
            *count = (DWORD)done;
    }
    file_release(file);
    return result;
}

API(ws2_32, int, WSASend, SOCKET s, WSABUF *lpBuffers, DWORD dwBufferCount, LPDWORD lpNumberOfBytesSent, DWORD dwFlags,
    OVERLAPPED *lpOverlapped, PVOID lpCompletionRoutine) {
    return overlapped_transfer(s, &(struct transfer){lpBuffers, dwBufferCount, dwFlags, NULL, NULL, true, NULL},
                               lpNumberOfBytesSent, lpOverlapped, lpCompletionRoutine);
}

API(ws2_32, int, WSARecv, SOCKET s, WSABUF *lpBuffers, DWORD dwBufferCount, LPDWORD lpNumberOfBytesRecvd, LPDWORD lpFlags,
    OVERLAPPED *lpOverlapped, PVOID lpCompletionRoutine) {
    return overlapped_transfer(s, &(struct transfer){lpBuffers, dwBufferCount, lpFlags ? *lpFlags : 0, NULL, NULL, false, NULL},
                               lpNumberOfBytesRecvd, lpOverlapped, lpCompletionRoutine);
}

API(ws2_32, int, WSASendTo, SOCKET s, WSABUF *lpBuffers, DWORD dwBufferCount, LPDWORD lpNumberOfBytesSent, DWORD dwFlags,
    const void *lpTo, int iTolen, OVERLAPPED *lpOverlapped, PVOID lpCompletionRoutine) {
    return overlapped_transfer(s, &(struct transfer){lpBuffers, dwBufferCount, dwFlags, (void *)lpTo, &iTolen, true, NULL},
                               lpNumberOfBytesSent, lpOverlapped, lpCompletionRoutine);
}

/* "WSASendMsg function". No option that asks for control data is supported, so there is none to take or to give. */
API(ws2_32, int, WSASendMsg, SOCKET Handle, WSAMSG *lpMsg, DWORD dwFlags, LPDWORD lpNumberOfBytesSent,
    OVERLAPPED *lpOverlapped, PVOID lpCompletionRoutine) {
    if (!lpMsg)
        return socket_failed(WSAEFAULT);
    if (lpMsg->Control.len)
        return socket_failed(WSAEOPNOTSUPP);
    const struct transfer transfer = {lpMsg->lpBuffers, lpMsg->dwBufferCount, dwFlags, lpMsg->name, &lpMsg->namelen, true,
                                      NULL};
    return overlapped_transfer(Handle, &transfer, lpNumberOfBytesSent, lpOverlapped, lpCompletionRoutine);
}

/* "LPFN_WSARECVMSG (WSARecvMsg) callback function" */
int WINAPI socket_receive_message(SOCKET s, WSAMSG *message, DWORD *count, OVERLAPPED *overlapped, PVOID routine) {
    if (!message)
        return socket_failed(WSAEFAULT);
    const struct transfer transfer = {message->lpBuffers, message->dwBufferCount, message->dwFlags, message->name,
                                      &message->namelen, false, &message->dwFlags};
    message->Control.len = 0;
    return overlapped_transfer(s, &transfer, count, overlapped, routine);
}

API(ws2_32, int, WSARecvFrom, SOCKET s, WSABUF *lpBuffers, DWORD dwBufferCount, LPDWORD lpNumberOfBytesRecvd,
    LPDWORD lpFlags, void *lpFrom, int *lpFromlen, OVERLAPPED *lpOverlapped, PVOID lpCompletionRoutine) {
    const struct transfer transfer = {lpBuffers, dwBufferCount, lpFlags ? *lpFlags : 0, lpFrom, lpFromlen, false,
                                      NULL};
    return overlapped_transfer(s, &transfer, lpNumberOfBytesRecvd, lpOverlapped, lpCompletionRoutine);
}

API_USE(BOOL, GetOverlappedResult, HANDLE, OVERLAPPED *, LPDWORD, BOOL);

/* The errors of the operation are Winsock's, not Win32's. */
API(ws2_32, BOOL, WSAGetOverlappedResult, SOCKET s, OVERLAPPED *lpOverlapped, LPDWORD lpcbTransfer, BOOL fWait,
    LPDWORD lpdwFlags) {
    *lpdwFlags = 0;
    if (api_GetOverlappedResult((HANDLE)s, lpOverlapped, lpcbTransfer, fWait))
        return TRUE;
    NTSTATUS status = (NTSTATUS)lpOverlapped->Internal;
    return status == STATUS_PENDING ? FALSE : fail(socket_error_from_status(status));
}

/* ---- control ---- */

#define W_FIONBIO 0x8004667Eu
#define W_FIONREAD 0x4004667Fu
#define W_SIOCATMARK 0x40047307u
#define W_SIO_KEEPALIVE_VALS 0x98000004u
#define W_SIO_UDP_CONNRESET 0x9800000Cu
#define W_SIO_UDP_NETRESET 0x9800000Fu
#define W_SIO_TCP_INFO 0xD8000027u
#define W_SIO_GET_EXTENSION_FUNCTION_POINTER 0xC8000006u
#define W_SIO_BASE_HANDLE 0x48000022u
#define W_SIO_BSP_HANDLE 0x4800001Bu
#define W_SIO_BSP_HANDLE_SELECT 0x4800001Cu
#define W_SIO_BSP_HANDLE_POLL 0x4800001Du
#define W_SIO_LOOPBACK_FAST_PATH 0x98000010u

static int control(int fd, DWORD command, ULONG *argument) {
    int flags, value = 0;
    switch (command) {
    case W_FIONBIO:
        flags = fcntl(fd, F_GETFL);
        return fcntl(fd, F_SETFL, *argument ? flags | O_NONBLOCK : flags & ~O_NONBLOCK) ? host_failed() : 0;
    case W_FIONREAD:
    case W_SIOCATMARK:
        if (ioctl(fd, command == W_FIONREAD ? FIONREAD : SIOCATMARK, &value))
            return host_failed();
        *argument = (ULONG)value;
        return 0;
    case W_SIO_KEEPALIVE_VALS: { /* { on, idle and interval in milliseconds } */
        int on = (int)argument[0], idle = (int)(argument[1] + 999) / 1000, interval = (int)(argument[2] + 999) / 1000;
        setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof idle);
        setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &interval, sizeof interval);
        return setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on) ? host_failed() : 0;
    }
    case W_SIO_LOOPBACK_FAST_PATH: return 0;            /* the host's loopback is fast */
    case W_SIO_UDP_CONNRESET:
    case W_SIO_UDP_NETRESET: return 0; /* a datagram nobody took is told on connected sockets only, here as there */
    default: return socket_failed(WSAEOPNOTSUPP);
    }
}

API(ws2_32 wsock32, int, ioctlsocket, SOCKET s, LONG cmd, ULONG *argp) {
    struct file *file = socket_from(s);
    if (!file)
        return SOCKET_ERROR;
    int result = control(file->fd, (DWORD)cmd, argp);
    file_release(file);
    return result;
}

/* What is asked for by value: no provider lies above the sockets, so each is its own base. */
static int query(SOCKET s, DWORD code, const void *in, DWORD in_size, const void **out) {
    switch (code) {
    case W_SIO_GET_EXTENSION_FUNCTION_POINTER:
        *out = in && in_size >= sizeof(GUID) ? socket_extension(in) : NULL;
        return *out ? 0 : socket_failed(WSAEINVAL);
    default:
        *out = (const void *)s;
        return 0;
    }
}

static bool is_query(DWORD code) {
    return code == W_SIO_GET_EXTENSION_FUNCTION_POINTER || code == W_SIO_BASE_HANDLE || code == W_SIO_BSP_HANDLE ||
           code == W_SIO_BSP_HANDLE_SELECT || code == W_SIO_BSP_HANDLE_POLL;
}

static bool is_told(DWORD code) {
    return code == W_SIO_TCP_INFO || code == SIO_GET_INTERFACE_LIST || code == SIO_ROUTING_INTERFACE_QUERY ||
           code == SIO_ADDRESS_LIST_QUERY;
}

/* Fills a buffer; *size is the room and what is used or, with WSAEFAULT, needed. */
static int tell(int fd, DWORD code, const void *in, DWORD in_size, void *out, DWORD *size) {
    DWORD error = code == W_SIO_TCP_INFO ? (DWORD)socket_tcp_info(fd, in_size >= sizeof(ULONG) ? in : NULL, out, size)
                                         : socket_tell_addresses(fd, code, in, in_size, out, size);
    return error ? socket_failed(error) : 0;
}

API(ws2_32, int, WSAIoctl, SOCKET s, DWORD dwIoControlCode, LPVOID lpvInBuffer, DWORD cbInBuffer, LPVOID lpvOutBuffer,
    DWORD cbOutBuffer, LPDWORD lpcbBytesReturned, OVERLAPPED *lpOverlapped, PVOID lpCompletionRoutine) {
    const void *value;
    DWORD size = 0;
    int result;
    struct file *file = socket_from(s);
    if (!file)
        return SOCKET_ERROR;
    if (is_told(dwIoControlCode)) {
        size = cbOutBuffer;
        result = tell(file->fd, dwIoControlCode, lpvInBuffer, cbInBuffer, lpvOutBuffer, &size);
        if (result && size > cbOutBuffer && lpcbBytesReturned)
            *lpcbBytesReturned = size;
    } else if (!is_query(dwIoControlCode)) {
        result = control(file->fd, dwIoControlCode, lpvInBuffer ? lpvInBuffer : lpvOutBuffer);
        size = lpvOutBuffer && !lpvInBuffer ? sizeof(ULONG) : 0;
    } else if (!lpvOutBuffer || cbOutBuffer < sizeof value) {
        result = socket_failed(WSAEFAULT);
    } else if (!(result = query(s, dwIoControlCode, lpvInBuffer, cbInBuffer, &value))) {
        memcpy(lpvOutBuffer, &value, size = sizeof value);
    }
    if (!result && lpcbBytesReturned)
        *lpcbBytesReturned = size;
    if (!result && lpOverlapped) {
        const struct io_request request = io_request_from(lpOverlapped, (COMPLETION_ROUTINE)lpCompletionRoutine);
        io_begin(file, &request);
        io_complete(file, &request, STATUS_SUCCESS, size);
    }
    file_release(file);
    return result;
}

/* ---- waiting ---- */

typedef struct { UINT fd_count; SOCKET fd_array[]; } FD_SET;

struct selection {
    struct pollfd *polled;
    struct file **files;
    size_t count;
};

bool socket_is_idle(const struct file *socket) {
    return !socket->was_connected && socket_is_stream(socket->fd) && !socket_is_listening(socket->fd) &&
           !socket_has_peer(socket->fd);
}

/* What a set waits for; -1: a socket that is not ready for anything before it connects. */
static int selected_fd(const struct file *socket) {
    return !socket->connect_untold && !socket->taken_error && socket_is_idle(socket) ? -1 : socket->fd;
}

static bool add_set(struct selection *selection, const FD_SET *set, short events) {
    for (UINT i = 0; set && i < set->fd_count; i++) {
        struct file *file = socket_from(set->fd_array[i]);
        if (!file)
            return false;
        selection->polled[selection->count] = (struct pollfd){selected_fd(file), events, 0};
        selection->files[selection->count++] = file;
    }
    return true;
}

/* Keeps the sockets that are ready; returns how many. */
static int keep_ready(const struct selection *selection, size_t *at, FD_SET *set, short wanted) {
    UINT kept = 0;
    for (UINT i = 0; set && i < set->fd_count; i++, (*at)++)
        if (selection->polled[*at].revents & wanted)
            set->fd_array[kept++] = set->fd_array[i];
    if (set)
        set->fd_count = kept;
    return (int)kept;
}

/* A socket that failed to connect is in the third set, as on Windows, not writable. */
static short sort_failure(const struct file *socket, short got) {
    if (socket->taken_error)
        got |= POLLERR | POLLHUP;
    return got & POLLERR && got & POLLHUP ? got & ~POLLOUT : got;
}

static void sort_failures(struct selection *selection) {
    for (size_t i = 0; i < selection->count; i++)
        selection->polled[i].revents = sort_failure(selection->files[i], selection->polled[i].revents);
}

API(ws2_32 wsock32, int, select, int nfds, FD_SET *readfds, FD_SET *writefds, FD_SET *exceptfds, const LONG *timeout) {
    (void)nfds;
    size_t reads = readfds ? readfds->fd_count : 0, writes = writefds ? writefds->fd_count : 0;
    size_t total = reads + writes + (exceptfds ? exceptfds->fd_count : 0);
    if (!total)
        return socket_failed(WSAEINVAL);
    struct selection selection = {calloc(total, sizeof(struct pollfd)), calloc(total, sizeof(struct file *)), 0};
    int result = SOCKET_ERROR;
    if (!selection.polled || !selection.files) {
        socket_failed(10055);
    } else if (add_set(&selection, readfds, POLLIN) && add_set(&selection, writefds, POLLOUT) &&
               add_set(&selection, exceptfds, POLLPRI)) {
        int milliseconds = timeout ? (int)(timeout[0] * 1000LL + (timeout[1] + 999) / 1000) : -1;
        while ((result = poll(selection.polled, total, milliseconds)) < 0 && errno == EINTR) {
        }
        if (result < 0) {
            result = host_failed();
        } else {
            size_t at = 0;
            sort_failures(&selection);
            result = keep_ready(&selection, &at, readfds, POLLIN | POLLHUP | POLLERR);
            result += keep_ready(&selection, &at, writefds, POLLOUT);
            result += keep_ready(&selection, &at, exceptfds, POLLPRI | POLLERR);
        }
    }
    for (size_t i = 0; i < selection.count; i++)
        file_release(selection.files[i]);
    free(selection.polled);
    free(selection.files);
    return result;
}

API(ws2_32 wsock32, int, __WSAFDIsSet, SOCKET s, FD_SET *set) {
    for (UINT i = 0; i < set->fd_count; i++)
        if (set->fd_array[i] == s)
            return 1;
    return 0;
}

typedef struct { SOCKET fd; SHORT events, revents; } WSAPOLLFD;
enum { W_POLLERR = 1, W_POLLHUP = 2, W_POLLNVAL = 4, W_POLLWRNORM = 0x10, W_POLLRDNORM = 0x100, W_POLLRDBAND = 0x200,
       W_POLLPRI = 0x400 };

API(ws2_32, int, WSAPoll, WSAPOLLFD *fdArray, ULONG fds, INT timeout) {
    if (!fdArray || !fds)
        return socket_failed(WSAEINVAL);
    struct pollfd *polled = calloc(fds, sizeof *polled);
    struct file **files = calloc(fds, sizeof *files);
    int result = 0;
    if (!polled || !files) {
        free(polled);
        free(files);
        return socket_failed(10055);
    }
    bool has_bad = false;
    for (ULONG i = 0; i < fds; i++) {
        files[i] = fdArray[i].fd == INVALID_SOCKET ? NULL : socket_from(fdArray[i].fd);
        fdArray[i].revents = files[i] ? 0 : W_POLLNVAL;
        has_bad |= !files[i];
        SHORT wanted = fdArray[i].events;
        short events = (wanted & (W_POLLRDNORM) ? POLLIN : 0) | (wanted & (W_POLLRDBAND | W_POLLPRI) ? POLLPRI : 0) |
                       (wanted & W_POLLWRNORM ? POLLOUT : 0);
        polled[i] = (struct pollfd){files[i] ? files[i]->fd : -1, events, 0};
    }
    while ((result = poll(polled, fds, has_bad ? 0 : timeout)) < 0 && errno == EINTR) {
    }
    if (result < 0)
        result = host_failed();
    for (ULONG i = 0, ready = 0; i < fds && result >= 0; i++) {
        short got = files[i] ? sort_failure(files[i], polled[i].revents) : 0;
        fdArray[i].revents |= (SHORT)((got & POLLIN ? W_POLLRDNORM : 0) | (got & POLLPRI ? W_POLLRDBAND : 0) |
                                      (got & POLLOUT ? W_POLLWRNORM : 0) | (got & POLLERR ? W_POLLERR : 0) |
                                      (got & (POLLHUP | POLLRDHUP) ? W_POLLHUP : 0));
        ready += fdArray[i].revents != 0;
        if (i + 1 == fds)
            result = (int)ready;
    }
    for (ULONG i = 0; i < fds; i++)
        if (files[i])
            file_release(files[i]);
    free(polled);
    free(files);
    return result;
}
