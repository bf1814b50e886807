/* The transports that sockets may be made for ("WSAEnumProtocolsW function", "WSAPROTOCOL_INFOW structure"), and sockets made
 * from their descriptions ("WSASocketW function"). */
#include "winsock.h"

#include <errno.h>
#include <netinet/in.h>

enum {
    XP1_CONNECTIONLESS = 0x1, XP1_GUARANTEED_DELIVERY = 0x2, XP1_GUARANTEED_ORDER = 0x4, XP1_MESSAGE_ORIENTED = 0x8,
    XP1_GRACEFUL_CLOSE = 0x20, XP1_EXPEDITED_DATA = 0x40, XP1_SUPPORT_BROADCAST = 0x200, XP1_SUPPORT_MULTIPOINT = 0x400,
    XP1_IFS_HANDLES = 0x20000,
    PFL_MATCHES_PROTOCOL_ZERO = 0x8,
};
enum { STREAM_FLAGS = XP1_GUARANTEED_DELIVERY | XP1_GUARANTEED_ORDER | XP1_GRACEFUL_CLOSE | XP1_EXPEDITED_DATA | XP1_IFS_HANDLES,
       DATAGRAM_FLAGS = XP1_CONNECTIONLESS | XP1_MESSAGE_ORIENTED | XP1_SUPPORT_BROADCAST | XP1_SUPPORT_MULTIPOINT |
                        XP1_IFS_HANDLES };

static const struct transport {
    const char *name;
    int family, size, type, protocol;
    DWORD flags, message_size;
} transports[] = {
    {"MSAFD Tcpip [TCP/IP]", AF_INET, 16, SOCK_STREAM, IPPROTO_TCP, STREAM_FLAGS, 0},
    {"MSAFD Tcpip [UDP/IP]", AF_INET, 16, SOCK_DGRAM, IPPROTO_UDP, DATAGRAM_FLAGS, 65467},
    {"MSAFD Tcpip [TCP/IPv6]", WINDOWS_AF_INET6, 28, SOCK_STREAM, IPPROTO_TCP, STREAM_FLAGS, 0},
    {"MSAFD Tcpip [UDP/IPv6]", WINDOWS_AF_INET6, 28, SOCK_DGRAM, IPPROTO_UDP, DATAGRAM_FLAGS, 65447},
};
enum { TRANSPORTS = sizeof transports / sizeof *transports };

static bool is_wanted(const int *wanted, int protocol) {
    bool found = !wanted;
    for (; wanted && *wanted; wanted++)
        found |= *wanted == protocol;
    return found;
}

/* Everything but the name. */
static void describe(WSAPROTOCOL_INFOA *info, unsigned index) {
    const struct transport *transport = &transports[index];
    *info = (WSAPROTOCOL_INFOA){
        .dwServiceFlags1 = transport->flags, .dwProviderFlags = PFL_MATCHES_PROTOCOL_ZERO,
        .ProviderId = {0xE70F1AA0, 0xAB8B, 0x11CF, {0x8C, 0xA3, 0x00, 0x80, 0x5F, 0x48, 0xA1, 0x92}},
        .dwCatalogEntryId = 1001 + index, .ChainLen = 1, .iVersion = 2, .iAddressFamily = transport->family,
        .iMaxSockAddr = transport->size, .iMinSockAddr = transport->size, .iSocketType = transport->type,
        .iProtocol = transport->protocol, .dwMessageSize = transport->message_size};
}

/* As WSAEnumProtocols gives it: the facts, and the name in characters of the structure's own kind. */
static void put_info(BYTE *out, unsigned index, size_t entry) {
    const size_t facts = offsetof(WSAPROTOCOL_INFOA, szProtocol);
    WSAPROTOCOL_INFOA info;
    describe(&info, index);
    size_t unit = (entry - facts) / sizeof info.szProtocol;
    memset(out, 0, entry);
    memcpy(out, &info, facts);
    for (size_t k = 0; transports[index].name[k]; k++)
        out[facts + k * unit] = (BYTE)transports[index].name[k];
}

/* The number of them, or SOCKET_ERROR and in *size what they need. */
static int enumerate(const int *wanted, BYTE *out, LPDWORD size, size_t entry) {
    int count = 0;
    if (!size)
        return socket_failed(WSAEFAULT);
    for (unsigned i = 0; i < TRANSPORTS; i++)
        count += is_wanted(wanted, transports[i].protocol);
    if (!out || *size < count * entry) {
        *size = (DWORD)(count * entry);
        return socket_failed(WSAENOBUFS);
    }
    for (unsigned i = 0; i < TRANSPORTS; i++) {
        if (!is_wanted(wanted, transports[i].protocol))
            continue;
        put_info(out, i, entry);
        out += entry;
    }
    return count;
}

static int host_fact(int fd, int option) {
    int value = 0;
    socklen_t size = sizeof value;
    getsockopt(fd, SOL_SOCKET, option, &value, &size);
    return value;
}

int socket_protocol_info(const struct file *socket, bool wide, void *out, int *size) {
    const int entry = wide ? (int)sizeof(WSAPROTOCOL_INFOW) : (int)sizeof(WSAPROTOCOL_INFOA);
    int family = family_to_windows(host_fact(socket->fd, SO_DOMAIN)), type = host_fact(socket->fd, SO_TYPE);
    if (!out || !size || *size < entry)
        return socket_failed(WSAEFAULT);
    for (unsigned i = 0; i < TRANSPORTS; i++) {
        if (transports[i].family != family || transports[i].type != type)
            continue;
        put_info(out, i, (size_t)entry);
        *size = entry;
        return 0;
    }
    return socket_failed(WSAEINVAL);
}

API(ws2_32, int, WSAEnumProtocolsW, const int *lpiProtocols, WSAPROTOCOL_INFOW *lpProtocolBuffer, LPDWORD lpdwBufferLength) {
    return enumerate(lpiProtocols, (BYTE *)lpProtocolBuffer, lpdwBufferLength, sizeof *lpProtocolBuffer);
}

API(ws2_32, int, WSAEnumProtocolsA, const int *lpiProtocols, WSAPROTOCOL_INFOA *lpProtocolBuffer, LPDWORD lpdwBufferLength) {
    return enumerate(lpiProtocols, (BYTE *)lpProtocolBuffer, lpdwBufferLength, sizeof *lpProtocolBuffer);
}

/* ---- sockets ---- */

enum { WSA_FLAG_NO_HANDLE_INHERIT = 0x80, FROM_PROTOCOL_INFO = -1 };

/* Both structures have all but the name in the same places. */
static SOCKET make_socket(int family, int type, int protocol, const WSAPROTOCOL_INFOW *info, DWORD flags) {
    bool inherits = !(flags & WSA_FLAG_NO_HANDLE_INHERIT);
    if (info && info->dwProviderReserved)
        return socket_take(info, inherits);
    if (info) {
        family = family == FROM_PROTOCOL_INFO ? info->iAddressFamily : family;
        type = type == FROM_PROTOCOL_INFO ? info->iSocketType : type;
        protocol = protocol == FROM_PROTOCOL_INFO ? info->iProtocol : protocol;
    }
    int fd = socket(family_to_host(family), type | SOCK_CLOEXEC, protocol);
    if (fd >= 0 && family == WINDOWS_AF_INET6)       /* "IPV6_V6ONLY ... By default ... TRUE" ("IPPROTO_IPV6 Socket Options") */
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &(int){1}, sizeof(int));
    return fd < 0 ? (SOCKET)(LONG_PTR)socket_failed(winsock_error(errno)) : socket_handle(fd, inherits, false);
}

API(ws2_32 wsock32, SOCKET, socket, int af, int type, int protocol) { return make_socket(af, type, protocol, NULL, 0); }

API(ws2_32, SOCKET, WSASocketW, int af, int type, int protocol, WSAPROTOCOL_INFOW *lpProtocolInfo, UINT g, DWORD dwFlags) {
    (void)g;
    return make_socket(af, type, protocol, lpProtocolInfo, dwFlags);
}

API(ws2_32, SOCKET, WSASocketA, int af, int type, int protocol, WSAPROTOCOL_INFOA *lpProtocolInfo, UINT g, DWORD dwFlags) {
    (void)g;
    return make_socket(af, type, protocol, (const WSAPROTOCOL_INFOW *)lpProtocolInfo, dwFlags);
}
