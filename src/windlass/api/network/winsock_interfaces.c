/* What WSAIoctl tells of this machine's addresses ("Winsock IOCTLs": SIO_ADDRESS_LIST_QUERY, SIO_GET_INTERFACE_LIST,
 * SIO_ROUTING_INTERFACE_QUERY). */
#include "winsock.h"

#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <unistd.h>

static int family_of(int fd) {
    int family = AF_UNSPEC;
    socklen_t size = sizeof family;
    getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &family, &size);
    return family;
}

static socklen_t address_size(int family) {
    return family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
}

/* The next that has an address of the family, is up and has none of the flags; NULL. */
static const struct ifaddrs *next_address(const struct ifaddrs *from, int family, unsigned without) {
    while (from && (!from->ifa_addr || from->ifa_addr->sa_family != family || !(from->ifa_flags & IFF_UP) ||
                    from->ifa_flags & without))
        from = from->ifa_next;
    return from;
}

static size_t count_addresses(const struct ifaddrs *first, int family, unsigned without) {
    size_t count = 0;
    for (const struct ifaddrs *each = first; (each = next_address(each, family, without)); each = each->ifa_next)
        count++;
    return count;
}

static void put_address(void *out, const struct sockaddr *address, int size) {
    struct sockaddr_storage copy = {0};
    memcpy(&copy, address, address_size(address->sa_family));
    address_to_windows(&copy, (socklen_t)size, out, &size);
}

/* Says how much is needed, too, where there is too little room. */
static DWORD claim(void *out, DWORD *size, size_t needed) {
    DWORD room = *size;
    *size = (DWORD)needed;
    return out && room >= needed ? 0 : WSAEFAULT;
}

/* ---- the addresses to bind to ---- */

typedef struct { void *lpSockaddr; int iSockaddrLength; } SOCKET_ADDRESS;
typedef struct { int iAddressCount; SOCKET_ADDRESS Address[]; } SOCKET_ADDRESS_LIST;

static DWORD list_addresses(const struct ifaddrs *first, int family, SOCKET_ADDRESS_LIST *list, DWORD *size) {
    size_t count = count_addresses(first, family, IFF_LOOPBACK), length = address_size(family);
    if (claim(list, size, sizeof *list + count * (sizeof *list->Address + length)))
        return WSAEFAULT;
    char *at = (char *)&list->Address[count];
    SOCKET_ADDRESS *entry = list->Address;
    list->iAddressCount = (int)count;
    for (const struct ifaddrs *each = first; (each = next_address(each, family, IFF_LOOPBACK)); each = each->ifa_next) {
        *entry++ = (SOCKET_ADDRESS){at, (int)length};
        put_address(at, each->ifa_addr, (int)length);
        at += length;
    }
    return 0;
}

/* ---- the interfaces of IPv4 ---- */

enum { W_IFF_UP = 1, W_IFF_BROADCAST = 2, W_IFF_LOOPBACK = 4, W_IFF_POINTTOPOINT = 8, W_IFF_MULTICAST = 16 };

typedef struct {
    ULONG iiFlags;
    BYTE iiAddress[24], iiBroadcastAddress[24], iiNetmask[24]; /* sockaddr_gen */
} INTERFACE_INFO;
_Static_assert(sizeof(INTERFACE_INFO) == 76, "INTERFACE_INFO");

static ULONG flags_to_windows(unsigned flags) {
    return (flags & IFF_UP ? W_IFF_UP : 0) | (flags & IFF_BROADCAST ? W_IFF_BROADCAST : 0) |
           (flags & IFF_LOOPBACK ? W_IFF_LOOPBACK : 0) | (flags & IFF_POINTOPOINT ? W_IFF_POINTTOPOINT : 0) |
           (flags & (IFF_MULTICAST | IFF_LOOPBACK) ? W_IFF_MULTICAST : 0);
}

static DWORD list_interfaces(const struct ifaddrs *first, INTERFACE_INFO *out, DWORD *size) {
    const struct sockaddr_in everybody = {.sin_family = AF_INET, .sin_addr.s_addr = INADDR_BROADCAST};
    const int length = sizeof everybody;
    if (claim(out, size, count_addresses(first, AF_INET, 0) * sizeof *out))
        return WSAEFAULT;
    for (const struct ifaddrs *each = first; (each = next_address(each, AF_INET, 0)); each = each->ifa_next, out++) {
        *out = (INTERFACE_INFO){.iiFlags = flags_to_windows(each->ifa_flags)};
        put_address(out->iiAddress, each->ifa_addr, length);
        put_address(out->iiBroadcastAddress, (const struct sockaddr *)&everybody, length);
        if (each->ifa_netmask)
            put_address(out->iiNetmask, each->ifa_netmask, length);
    }
    return 0;
}

static DWORD with_addresses(int fd, bool interfaces, void *out, DWORD *size) {
    struct ifaddrs *first;
    if (getifaddrs(&first))
        return winsock_error(errno);
    DWORD error = interfaces ? list_interfaces(first, out, size) : list_addresses(first, family_of(fd), out, size);
    freeifaddrs(first);
    return error;
}

/* ---- the address to reach another from ---- */

/* Connecting a datagram socket chooses an address and sends nothing. */
static DWORD route_to(struct sockaddr_storage *remote, struct sockaddr_storage *local, socklen_t *size) {
    int fd = socket(remote->ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return winsock_error(errno);
    ((struct sockaddr_in *)remote)->sin_port = htons(9);
    DWORD error = connect(fd, (struct sockaddr *)remote, *size) || getsockname(fd, (struct sockaddr *)local, size)
        ? winsock_error(errno) : 0;
    close(fd);
    ((struct sockaddr_in *)local)->sin_port = 0;
    return error;
}

static DWORD route(const void *in, DWORD in_size, void *out, DWORD *size) {
    struct sockaddr_storage remote, local;
    if (in_size > sizeof remote || !address_to_host(in, (int)in_size, &remote))
        return WSAEFAULT;
    if (remote.ss_family != AF_INET && remote.ss_family != AF_INET6)
        return WSAEAFNOSUPPORT;
    socklen_t length = address_size(remote.ss_family);
    if (in_size < length || claim(out, size, length))
        return WSAEFAULT;
    DWORD error = route_to(&remote, &local, &length);
    if (!error)
        put_address(out, (const struct sockaddr *)&local, (int)*size);
    return error;
}

DWORD socket_tell_addresses(int fd, DWORD code, const void *in, DWORD in_size, void *out, DWORD *size) {
    return code == SIO_ROUTING_INTERFACE_QUERY ? route(in, in_size, out, size)
                                               : with_addresses(fd, code == SIO_GET_INTERFACE_LIST, out, size);
}
