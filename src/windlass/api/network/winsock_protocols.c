/* The transports that sockets may be made for ("WSAEnumProtocolsW function", "WSAPROTOCOL_INFOW structure"). */
#include "winsock.h"

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
        WSAPROTOCOL_INFOA info;
        if (!is_wanted(wanted, transports[i].protocol))
            continue;
        describe(&info, i);
        size_t facts = offsetof(WSAPROTOCOL_INFOA, szProtocol), unit = (entry - facts) / sizeof info.szProtocol;
        memset(out, 0, entry);
        memcpy(out, &info, facts);
        for (size_t k = 0; transports[i].name[k]; k++)
            out[facts + k * unit] = (BYTE)transports[i].name[k];
        out += entry;
    }
    return count;
}

API(ws2_32, int, WSAEnumProtocolsW, const int *lpiProtocols, WSAPROTOCOL_INFOW *lpProtocolBuffer, LPDWORD lpdwBufferLength) {
    return enumerate(lpiProtocols, (BYTE *)lpProtocolBuffer, lpdwBufferLength, sizeof *lpProtocolBuffer);
}

API(ws2_32, int, WSAEnumProtocolsA, const int *lpiProtocols, WSAPROTOCOL_INFOA *lpProtocolBuffer, LPDWORD lpdwBufferLength) {
    return enumerate(lpiProtocols, (BYTE *)lpProtocolBuffer, lpdwBufferLength, sizeof *lpProtocolBuffer);
}
