/* Sockets for other processes ("WSADuplicateSocketW function"). The process that shares one waits at a local address, which
 * reserved members of WSAPROTOCOL_INFO name, and hands a descriptor over to the process that it is meant for; it may close
 * its own meanwhile. */
#include "winsock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/un.h>
#include <unistd.h>

#include "host_process.h"
#include "service.h"

struct share {
    struct service_watch watch;                      /* the address where the taker calls */
    int fd;
    pid_t taker;
};

/* A name in the host's abstract namespace. */
static socklen_t share_address(struct sockaddr_un *address, DWORD process, DWORD number) {
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    int length = snprintf(address->sun_path + 1, sizeof address->sun_path - 1, "windlass-socket-%u-%u", process, number);
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)length);
}

/* One descriptor beside one byte. */
union descriptor_message {
    char bytes[CMSG_SPACE(sizeof(int))];
    struct cmsghdr header;
};

static bool send_descriptor(int channel, int fd) {
    union descriptor_message control = {.header = {.cmsg_len = CMSG_LEN(sizeof fd), .cmsg_level = SOL_SOCKET,
                                                   .cmsg_type = SCM_RIGHTS}};
    struct iovec byte = {"", 1};
    struct msghdr message = {.msg_iov = &byte, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    memcpy(CMSG_DATA(&control.header), &fd, sizeof fd);
    return sendmsg(channel, &message, MSG_NOSIGNAL) == 1;
}

static int receive_descriptor(int channel) {
    union descriptor_message control;
    char room;
    int fd = -1;
    struct iovec byte = {&room, 1};
    struct msghdr message = {.msg_iov = &byte, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    ssize_t count;
    while ((count = recvmsg(channel, &message, MSG_CMSG_CLOEXEC)) < 0 && errno == EINTR) {
    }
    if (count == 1 && CMSG_FIRSTHDR(&message) && control.header.cmsg_type == SCM_RIGHTS)
        memcpy(&fd, CMSG_DATA(&control.header), sizeof fd);
    return fd;
}

static bool is_from(int channel, pid_t process) {
    struct ucred peer;
    socklen_t size = sizeof peer;
    return getsockopt(channel, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.uid == geteuid() && peer.pid == process;
}

static void on_call(struct service_watch *watch, uint32_t events) {
    (void)events;
    struct share *share = (struct share *)watch;
    int channel = accept4(watch->fd, NULL, NULL, SOCK_CLOEXEC);
    bool done = channel >= 0 && is_from(channel, share->taker) && send_descriptor(channel, share->fd);
    if (channel >= 0)
        close(channel);
    if (!done && service_watch(watch))
        return;
    close(watch->fd);
    close(share->fd);
    free(share);
}

/* The number of the address where the descriptor, which is taken over, can be had; 0. */
static DWORD offer(int fd, DWORD process) {
    static atomic_uint last;
    struct sockaddr_un address;
    DWORD number = atomic_fetch_add(&last, 1) + 1;
    socklen_t size = share_address(&address, (DWORD)getpid(), number);
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    struct share *share = malloc(sizeof *share);
    if (share && listener >= 0 && bind(listener, (struct sockaddr *)&address, size) == 0 && listen(listener, 8) == 0) {
        *share = (struct share){{.fd = listener, .events = EPOLLIN, .ready = on_call}, fd, (pid_t)process};
        if (service_watch(&share->watch))
            return number;
    }
    free(share);
    if (listener >= 0)
        close(listener);
    close(fd);
    return 0;
}

static int option_of(int fd, int option) {
    int value = 0;
    socklen_t size = sizeof value;
    getsockopt(fd, SOL_SOCKET, option, &value, &size);
    return value;
}

static int share_socket(SOCKET s, DWORD process, WSAPROTOCOL_INFOA *info, size_t size) {
    struct process_identity identity;
    if (!info)
        return socket_failed(WSAEFAULT);
    if (!process_identity_of((pid_t)process, &identity))
        return socket_failed(WSAEINVAL);
    struct file *file = socket_from(s);
    if (!file)
        return SOCKET_ERROR;
    int fd = fcntl(file->fd, F_DUPFD_CLOEXEC, 0);
    memset(info, 0, size);
    info->dwServiceFlags4 = (DWORD)getpid();
    info->iVersion = 2;
    info->ChainLen = 1;
    info->iAddressFamily = family_to_windows(option_of(file->fd, SO_DOMAIN));
    info->iSocketType = option_of(file->fd, SO_TYPE);
    info->iProtocol = option_of(file->fd, SO_PROTOCOL);
    info->dwProviderReserved = fd < 0 ? 0 : offer(fd, process);
    file_release(file);
    return info->dwProviderReserved ? 0 : socket_failed(WSAEMFILE);
}

API(ws2_32, int, WSADuplicateSocketW, SOCKET s, DWORD dwProcessId, WSAPROTOCOL_INFOW *lpProtocolInfo) {
    return share_socket(s, dwProcessId, (WSAPROTOCOL_INFOA *)lpProtocolInfo, sizeof *lpProtocolInfo);
}

API(ws2_32, int, WSADuplicateSocketA, SOCKET s, DWORD dwProcessId, WSAPROTOCOL_INFOA *lpProtocolInfo) {
    return share_socket(s, dwProcessId, lpProtocolInfo, sizeof *lpProtocolInfo);
}

SOCKET socket_take(const WSAPROTOCOL_INFOW *info, bool inherits) {
    struct sockaddr_un address;
    socklen_t size = share_address(&address, info->dwServiceFlags4, info->dwProviderReserved);
    int channel = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), fd = -1;
    if (channel >= 0 && connect(channel, (struct sockaddr *)&address, size) == 0 &&
        is_from(channel, (pid_t)info->dwServiceFlags4))
        fd = receive_descriptor(channel);
    if (channel >= 0)
        close(channel);
    return fd < 0 ? (SOCKET)(LONG_PTR)socket_failed(WSAEINVAL) : socket_handle(fd, inherits, socket_has_peer(fd));
}
