/* Options of sockets ("getsockopt function", "setsockopt function", "Socket Options"). */
#include "winsock.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

enum { W_SOL_SOCKET = 0xFFFF };

enum option_kind {
    OPTION_NUMBER,
    OPTION_SIZE,      /* a buffer's, of which the host tells the double */
    OPTION_TIMEOUT,   /* in milliseconds */
    OPTION_LINGER,
    OPTION_ERROR,
    OPTION_INTERFACE, /* an address; the index of an interface when its first byte is 0 */
    OPTION_GROUP,     /* struct ip_mreq: a group's address and an interface */
    OPTION_GROUP6,    /* struct ipv6_mreq */
    OPTION_SOURCE,    /* struct ip_mreq_source: a group, a sender and an interface, in this order */
    OPTION_ANY_GROUP, /* struct group_req: an index and a socket address */
    OPTION_ANY_SOURCE /* struct group_source_req: the same, and a sender */
};

struct option {
    int level, name, host_level, host_name;
    enum option_kind kind;
};

static const struct option options[] = {
    {W_SOL_SOCKET, 0x0001, SOL_SOCKET, SO_DEBUG, OPTION_NUMBER},
    {W_SOL_SOCKET, 0x0002, SOL_SOCKET, SO_ACCEPTCONN, OPTION_NUMBER},
    {W_SOL_SOCKET, 0x0008, SOL_SOCKET, SO_KEEPALIVE, OPTION_NUMBER},
    {W_SOL_SOCKET, 0x0010, SOL_SOCKET, SO_DONTROUTE, OPTION_NUMBER},
    {W_SOL_SOCKET, 0x0020, SOL_SOCKET, SO_BROADCAST, OPTION_NUMBER},
    {W_SOL_SOCKET, 0x0080, SOL_SOCKET, SO_LINGER, OPTION_LINGER},
    {W_SOL_SOCKET, 0x0100, SOL_SOCKET, SO_OOBINLINE, OPTION_NUMBER},
    {W_SOL_SOCKET, 0x1001, SOL_SOCKET, SO_SNDBUF, OPTION_SIZE},
    {W_SOL_SOCKET, 0x1002, SOL_SOCKET, SO_RCVBUF, OPTION_SIZE},
    {W_SOL_SOCKET, 0x1003, SOL_SOCKET, SO_SNDLOWAT, OPTION_NUMBER},
    {W_SOL_SOCKET, 0x1004, SOL_SOCKET, SO_RCVLOWAT, OPTION_NUMBER},
    {W_SOL_SOCKET, 0x1005, SOL_SOCKET, SO_SNDTIMEO, OPTION_TIMEOUT},
    {W_SOL_SOCKET, 0x1006, SOL_SOCKET, SO_RCVTIMEO, OPTION_TIMEOUT},
    {W_SOL_SOCKET, 0x1007, SOL_SOCKET, SO_ERROR, OPTION_ERROR},
    {W_SOL_SOCKET, 0x1008, SOL_SOCKET, SO_TYPE, OPTION_NUMBER},
    {IPPROTO_TCP, 1, IPPROTO_TCP, TCP_NODELAY, OPTION_NUMBER},
    {IPPROTO_TCP, 3, IPPROTO_TCP, TCP_KEEPIDLE, OPTION_NUMBER},
    {IPPROTO_TCP, 16, IPPROTO_TCP, TCP_KEEPCNT, OPTION_NUMBER},
    {IPPROTO_TCP, 17, IPPROTO_TCP, TCP_KEEPINTVL, OPTION_NUMBER},
    {IPPROTO_IP, 2, IPPROTO_IP, IP_HDRINCL, OPTION_NUMBER},
    {IPPROTO_IP, 3, IPPROTO_IP, IP_TOS, OPTION_NUMBER},
    {IPPROTO_IP, 4, IPPROTO_IP, IP_TTL, OPTION_NUMBER},
    {IPPROTO_IP, 9, IPPROTO_IP, IP_MULTICAST_IF, OPTION_INTERFACE},
    {IPPROTO_IP, 10, IPPROTO_IP, IP_MULTICAST_TTL, OPTION_NUMBER},
    {IPPROTO_IP, 11, IPPROTO_IP, IP_MULTICAST_LOOP, OPTION_NUMBER},
    {IPPROTO_IP, 12, IPPROTO_IP, IP_ADD_MEMBERSHIP, OPTION_GROUP},
    {IPPROTO_IP, 13, IPPROTO_IP, IP_DROP_MEMBERSHIP, OPTION_GROUP},
    {IPPROTO_IP, 15, IPPROTO_IP, IP_ADD_SOURCE_MEMBERSHIP, OPTION_SOURCE},
    {IPPROTO_IP, 16, IPPROTO_IP, IP_DROP_SOURCE_MEMBERSHIP, OPTION_SOURCE},
    {IPPROTO_IP, 17, IPPROTO_IP, IP_BLOCK_SOURCE, OPTION_SOURCE},
    {IPPROTO_IP, 18, IPPROTO_IP, IP_UNBLOCK_SOURCE, OPTION_SOURCE},
    {IPPROTO_IP, 41, IPPROTO_IP, MCAST_JOIN_GROUP, OPTION_ANY_GROUP},
    {IPPROTO_IP, 42, IPPROTO_IP, MCAST_LEAVE_GROUP, OPTION_ANY_GROUP},
    {IPPROTO_IP, 43, IPPROTO_IP, MCAST_BLOCK_SOURCE, OPTION_ANY_SOURCE},
    {IPPROTO_IP, 44, IPPROTO_IP, MCAST_UNBLOCK_SOURCE, OPTION_ANY_SOURCE},
    {IPPROTO_IP, 45, IPPROTO_IP, MCAST_JOIN_SOURCE_GROUP, OPTION_ANY_SOURCE},
    {IPPROTO_IP, 46, IPPROTO_IP, MCAST_LEAVE_SOURCE_GROUP, OPTION_ANY_SOURCE},
    {IPPROTO_IPV6, 4, IPPROTO_IPV6, IPV6_UNICAST_HOPS, OPTION_NUMBER},
    {IPPROTO_IPV6, 9, IPPROTO_IPV6, IPV6_MULTICAST_IF, OPTION_NUMBER},
    {IPPROTO_IPV6, 10, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, OPTION_NUMBER},
    {IPPROTO_IPV6, 11, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, OPTION_NUMBER},
    {IPPROTO_IPV6, 12, IPPROTO_IPV6, IPV6_JOIN_GROUP, OPTION_GROUP6},
    {IPPROTO_IPV6, 13, IPPROTO_IPV6, IPV6_LEAVE_GROUP, OPTION_GROUP6},
    {IPPROTO_IPV6, 21, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, OPTION_NUMBER},
    {IPPROTO_IPV6, 27, IPPROTO_IPV6, IPV6_V6ONLY, OPTION_NUMBER},
    {IPPROTO_IPV6, 39, IPPROTO_IPV6, IPV6_TCLASS, OPTION_NUMBER},
    {IPPROTO_IPV6, 41, IPPROTO_IPV6, MCAST_JOIN_GROUP, OPTION_ANY_GROUP},
    {IPPROTO_IPV6, 42, IPPROTO_IPV6, MCAST_LEAVE_GROUP, OPTION_ANY_GROUP},
    {IPPROTO_IPV6, 43, IPPROTO_IPV6, MCAST_BLOCK_SOURCE, OPTION_ANY_SOURCE},
    {IPPROTO_IPV6, 44, IPPROTO_IPV6, MCAST_UNBLOCK_SOURCE, OPTION_ANY_SOURCE},
    {IPPROTO_IPV6, 45, IPPROTO_IPV6, MCAST_JOIN_SOURCE_GROUP, OPTION_ANY_SOURCE},
    {IPPROTO_IPV6, 46, IPPROTO_IPV6, MCAST_LEAVE_SOURCE_GROUP, OPTION_ANY_SOURCE},
};

/* Options that the host does not have, or has with another meaning. */
enum {
    W_SO_REUSEADDR = 4,
    W_SO_EXCLUSIVEADDRUSE = ~4,
    W_SO_PROTOCOL_INFOA = 0x2004,
    W_SO_PROTOCOL_INFOW = 0x2005,
    W_SO_UPDATE_ACCEPT_CONTEXT = 0x700B,
    W_SO_UPDATE_CONNECT_CONTEXT = 0x7010,
};

static const struct option *find_option(int level, int name) {
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        if (options[i].level == level && options[i].name == name)
            return &options[i];
    return NULL;
}

static bool is_own_option(int level, int name) {
    return level == W_SOL_SOCKET && (name == W_SO_REUSEADDR || name == W_SO_EXCLUSIVEADDRUSE ||
                                     name == W_SO_PROTOCOL_INFOA || name == W_SO_PROTOCOL_INFOW ||
                                     name == W_SO_UPDATE_ACCEPT_CONTEXT || name == W_SO_UPDATE_CONNECT_CONTEXT);
}

/* A BOOL may be one byte. */
static int number_from(const void *value, int size) { return size >= 4 ? *(const int *)value : *(const BYTE *)value; }

/* ---- setting ---- */

static int set_host(int fd, const struct option *option, const void *value, size_t size) {
    return setsockopt(fd, option->host_level, option->host_name, value, (socklen_t)size) ? socket_failed(winsock_error(errno))
                                                                                         : 0;
}

/* "if the first byte is zero, the address is the interface index" ("IPPROTO_IP Socket Options"). */
static struct ip_mreqn request_on(struct in_addr group, struct in_addr interface) {
    struct ip_mreqn request = {.imr_multiaddr = group};
    if (ntohl(interface.s_addr) >> 24)
        request.imr_address = interface;
    else
        request.imr_ifindex = (int)ntohl(interface.s_addr);
    return request;
}

static int set_source(int fd, const struct option *option, const struct in_addr *given) {
    const struct ip_mreq_source request = {.imr_multiaddr = given[0], .imr_sourceaddr = given[1], .imr_interface = given[2]};
    return set_host(fd, option, &request, sizeof request);
}

/* The socket addresses of a group request; both systems lay it out alike. */
static int set_any_group(int fd, const struct option *option, const void *value, size_t size) {
    struct group_source_req request = {0};
    memcpy(&request, value, size);
    request.gsr_group.ss_family = (sa_family_t)family_to_host(request.gsr_group.ss_family);
    request.gsr_source.ss_family = (sa_family_t)family_to_host(request.gsr_source.ss_family);
    return set_host(fd, option, &request, size);
}

static size_t least_size(enum option_kind kind) {
    switch (kind) {
    case OPTION_NUMBER: return 1;
    case OPTION_LINGER: return 2 * sizeof(USHORT);
    case OPTION_GROUP: return 2 * sizeof(struct in_addr);
    case OPTION_GROUP6: return sizeof(struct ipv6_mreq);
    case OPTION_SOURCE: return 3 * sizeof(struct in_addr);
    case OPTION_ANY_GROUP: return sizeof(struct group_req);
    case OPTION_ANY_SOURCE: return sizeof(struct group_source_req);
    default: return sizeof(int);
    }
}

static int set_option(int fd, const struct option *option, const void *value, int size) {
    const struct in_addr *addresses = value;
    if (!value || size < (int)least_size(option->kind))
        return socket_failed(WSAEFAULT);
    switch (option->kind) {
    case OPTION_TIMEOUT: {
        DWORD milliseconds = *(const DWORD *)value;
        const struct timeval time = {milliseconds / 1000, milliseconds % 1000 * 1000};
        return set_host(fd, option, &time, sizeof time);
    }
    case OPTION_LINGER: {
        const USHORT *given = value;
        const struct linger linger = {given[0], given[1]};
        return set_host(fd, option, &linger, sizeof linger);
    }
    case OPTION_INTERFACE: {
        const struct ip_mreqn request = request_on((struct in_addr){0}, addresses[0]);
        return set_host(fd, option, &request, sizeof request);
    }
    case OPTION_GROUP: {
        const struct ip_mreqn request = request_on(addresses[0], addresses[1]);
        return set_host(fd, option, &request, sizeof request);
    }
    case OPTION_SOURCE: return set_source(fd, option, addresses);
    case OPTION_GROUP6: return set_host(fd, option, value, sizeof(struct ipv6_mreq));
    case OPTION_ANY_GROUP:
    case OPTION_ANY_SOURCE: return set_any_group(fd, option, value, least_size(option->kind));
    default: {
        int number = number_from(value, size);
        return set_host(fd, option, &number, sizeof number);
    }
    }
}

/* The two exclude each other ("Using SO_REUSEADDR and SO_EXCLUSIVEADDRUSE"). */
static int set_address_use(struct file *file, bool shares, bool on) {
    if (on && (shares ? file->is_exclusive : file->shares_address))
        return socket_failed(WSAEINVAL);
    *(shares ? &file->shares_address : &file->is_exclusive) = on;
    if (shares)
        socket_set_reuse(file->fd, on);
    return 0;
}

static int set_own_option(struct file *file, int name, const void *value, int size) {
    switch (name) {
    case W_SO_UPDATE_ACCEPT_CONTEXT:
    case W_SO_UPDATE_CONNECT_CONTEXT: return 0;      /* the host's sockets know it */
    case W_SO_REUSEADDR:
    case W_SO_EXCLUSIVEADDRUSE:
        if (!value || size < 1)
            return socket_failed(WSAEFAULT);
        return set_address_use(file, name == W_SO_REUSEADDR, number_from(value, size));
    default: return socket_failed(WSAENOPROTOOPT);
    }
}

/* IPv6's options are no level of an IPv4 socket's ("setsockopt function"). */
static bool has_level(int fd, int level) {
    int domain = AF_UNSPEC;
    socklen_t size = sizeof domain;
    return level != IPPROTO_IPV6 || getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) || domain != AF_INET;
}

API(ws2_32 wsock32, int, setsockopt, SOCKET s, int level, int optname, const CHAR *optval, int optlen) {
    struct file *file = socket_from(s);
    if (!file)
        return SOCKET_ERROR;
    const struct option *option = find_option(level, optname);
    int result = !has_level(file->fd, level) ? socket_failed(WSAEINVAL)
        : option ? set_option(file->fd, option, optval, optlen)
        : is_own_option(level, optname) ? set_own_option(file, optname, optval, optlen) : socket_failed(WSAENOPROTOOPT);
    file_release(file);
    return result;
}

/* ---- getting ---- */

/* A number goes into fewer bytes as well. */
static int put(const void *value, int size, void *out, int *out_size) {
    if (!out || !out_size || *out_size < 1 || (*out_size < size && size != sizeof(int)))
        return socket_failed(WSAEFAULT);
    *out_size = *out_size < size ? *out_size : size;
    memcpy(out, value, (size_t)*out_size);
    return 0;
}

static int get_option(struct file *file, const struct option *option, void *out, int *out_size) {
    union { int number; struct timeval time; struct linger linger; struct in_addr address; BYTE bytes[64]; } value = {0};
    socklen_t size = sizeof value;
    if (getsockopt(file->fd, option->host_level, option->host_name, &value, &size))
        return socket_failed(winsock_error(errno));
    switch (option->kind) {
    case OPTION_TIMEOUT:
        value.number = (int)(value.time.tv_sec * 1000 + value.time.tv_usec / 1000);
        return put(&value, sizeof value.number, out, out_size);
    case OPTION_LINGER: {
        const USHORT linger[2] = {(USHORT)value.linger.l_onoff, (USHORT)value.linger.l_linger};
        return put(linger, sizeof linger, out, out_size);
    }
    case OPTION_ERROR:
        if (!value.number)
            value.number = atomic_exchange(&file->taken_error, 0);
        value.number = value.number ? (int)winsock_error(value.number) : 0;
        break;
    case OPTION_SIZE: value.number /= 2; break;
    default: break;
    }
    return put(&value, (int)size, out, out_size);
}

static int get_own_option(struct file *file, int name, void *out, int *out_size) {
    switch (name) {
    case W_SO_REUSEADDR: return put(&(int){file->shares_address}, sizeof(int), out, out_size);
    case W_SO_EXCLUSIVEADDRUSE: return put(&(int){file->is_exclusive}, sizeof(int), out, out_size);
    case W_SO_PROTOCOL_INFOA:
    case W_SO_PROTOCOL_INFOW: return socket_protocol_info(file, name == W_SO_PROTOCOL_INFOW, out, out_size);
    default: return socket_failed(WSAENOPROTOOPT);
    }
}

API(ws2_32 wsock32, int, getsockopt, SOCKET s, int level, int optname, CHAR *optval, int *optlen) {
    struct file *file = socket_from(s);
    if (!file)
        return SOCKET_ERROR;
    const struct option *option = find_option(level, optname);
    int result = option ? get_option(file, option, optval, optlen)
        : is_own_option(level, optname) ? get_own_option(file, optname, optval, optlen) : socket_failed(WSAENOPROTOOPT);
    file_release(file);
    return result;
}
