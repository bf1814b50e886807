// flags: -lws2_32
// The addresses of this machine as sockets tell them, and zones of IPv6.
#include <winsock2.h>
#include <ws2tcpip.h>

#include "fixture.h"

static int ask(SOCKET s, DWORD code, void *in, DWORD in_size, void *out, DWORD *size)
{
    return WSAIoctl(s, code, in, in_size, out, *size, size, NULL, NULL) ? WSAGetLastError() : 0;
}

static void addresses(int family, int length)
{
    union { SOCKET_ADDRESS_LIST list; BYTE room[8192]; } all;
    DWORD needed = 0, size = sizeof all;
    SOCKET s = socket(family, SOCK_STREAM, 0);
    say("no room %d", ask(s, SIO_ADDRESS_LIST_QUERY, NULL, 0, NULL, &needed));
    check(needed >= sizeof(INT));
    say("room %d", ask(s, SIO_ADDRESS_LIST_QUERY, NULL, 0, &all, &size));
    check(size >= sizeof(INT) && size < sizeof all);
    BOOL fits = TRUE;
    for (int i = 0; i < all.list.iAddressCount; i++) {
        const SOCKET_ADDRESS *each = &all.list.Address[i];
        SOCKET own = socket(family, SOCK_STREAM, 0);
        fits &= each->iSockaddrLength == length && each->lpSockaddr->sa_family == family;
        fits &= ((struct sockaddr_in *)each->lpSockaddr)->sin_port == 0;
        fits &= bind(own, each->lpSockaddr, each->iSockaddrLength) == 0;
        closesocket(own);
    }
    say("family %d: all fit %d", family, fits);
    closesocket(s);
}

static void interfaces(void)
{
    INTERFACE_INFO all[64], one;
    DWORD size = sizeof all, little = sizeof one - 1;
    SOCKET s = socket(AF_INET, SOCK_DGRAM, 0);
    say("little room %d", ask(s, SIO_GET_INTERFACE_LIST, NULL, 0, &one, &little));
    say("interfaces %d rest %u", ask(s, SIO_GET_INTERFACE_LIST, NULL, 0, all, &size), (unsigned)(size % sizeof *all));
    for (DWORD i = 0; i < size / sizeof *all; i++)
        if (all[i].iiAddress.AddressIn.sin_addr.s_addr == htonl(INADDR_LOOPBACK))
            say("loopback %x mask %x family %d", (unsigned)all[i].iiFlags & (IFF_UP | IFF_LOOPBACK),
                (unsigned)ntohl(all[i].iiNetmask.AddressIn.sin_addr.s_addr), all[i].iiAddress.Address.sa_family);
    closesocket(s);
}

static void route(const char *what, DWORD room)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7F000005), .sin_port = htons(80)};
    struct sockaddr_in from = {0};
    DWORD size = room;
    SOCKET s = socket(AF_INET, SOCK_DGRAM, 0);
    int error = ask(s, SIO_ROUTING_INTERFACE_QUERY, &to, sizeof to, &from, &size);
    say("%s %d: family %d size %u", what, error, from.sin_family, (unsigned)size);
    if (!error)
        say("by the loopback %d", ntohl(from.sin_addr.s_addr) >> 24 == 127);
    closesocket(s);
}

static struct sockaddr_in6 in_zone(ULONG zone, USHORT port)
{
    struct sockaddr_in6 address = {.sin6_family = AF_INET6, .sin6_port = htons(port), .sin6_scope_id = zone};
    address.sin6_addr.s6_addr[0] = 0xFE;
    address.sin6_addr.s6_addr[1] = 0x80;
    address.sin6_addr.s6_addr[15] = 0x42;
    return address;
}

static void zones(void)
{
    struct sockaddr_in6 address = in_zone(1, 80), none = in_zone(0, 0), back = {0};
    char text[100], service[20];
    DWORD length = sizeof text;
    int size = sizeof back;
    say("text %d", WSAAddressToStringA((struct sockaddr *)&address, sizeof address, NULL, text, &length));
    say("'%s' %u", text, (unsigned)length);
    say("back %d", WSAStringToAddressA(text, AF_INET6, NULL, (struct sockaddr *)&back, &size));
    say("zone %u", (unsigned)back.sin6_scope_id);
    say("name %d", getnameinfo((struct sockaddr *)&address, sizeof address, text, sizeof text, service, sizeof service,
                               NI_NUMERICHOST | NI_NUMERICSERV));
    // Wine reports: 'fe80::42%lo' '80'
    // documented: 'fe80::42%1' '80'     (Microsoft, "IPv6 Addresses": a zone is a number)
    say("'%s' '%s'", text, service);
    memset(text, ':', sizeof text);
    say("service alone %d", getnameinfo((struct sockaddr *)&address, sizeof address, text, 0, service, sizeof service,
                                        NI_NUMERICHOST | NI_NUMERICSERV));
    say("left alone %d", text[0] == ':' && text[8] == ':' && text[99] == ':');
    SOCKET s = socket(AF_INET6, SOCK_STREAM, 0);
    int result = bind(s, (struct sockaddr *)&none, sizeof none);
    // Wine reports: no zone -1 10022
    // documented: no zone -1 10049     (Microsoft, "bind function": WSAEADDRNOTAVAIL)
    say("no zone %d %d", result, WSAGetLastError());
    closesocket(s);
}

PROGRAM
{
    WSADATA data;
    WSAStartup(0x202, &data);
    addresses(AF_INET, sizeof(struct sockaddr_in));
    // Wine reports: family 23: all fit 0
    // documented: family 23: all fit 1     (Microsoft, "Winsock IOCTLs": "of the socket's protocol family")
    addresses(AF_INET6, sizeof(struct sockaddr_in6));
    interfaces();
    // Wine reports: by the loopback 0
    // documented: by the loopback 1     (Microsoft, "Winsock IOCTLs": "that should be used to send to the remote address")
    route("route", sizeof(struct sockaddr_in));
    // Wine reports: little room 10014: family 0 size 4
    // documented: little room 10014: family 0 size 16     (Microsoft, "Winsock IOCTLs": "the required size")
    route("little room", 4);
    zones();
    WSACleanup();
    return 0;
}
