// flags: -lws2_32
// Addresses that no machine can have, and the numbers of ports in texts.
#include <winsock2.h>
#include <mswsock.h>
#include <ws2tcpip.h>

#include "fixture.h"

static void result(const char *what, int value)
{
    int error = WSAGetLastError();
    say("%s: %d %d", what, value, value == SOCKET_ERROR ? error : 0);
}

static struct sockaddr_in address(ULONG host, USHORT port)
{
    return (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(host), .sin_port = htons(port)};
}

static void connecting(const char *what, ULONG host, USHORT port)
{
    struct sockaddr_in remote = address(host, port);
    SOCKET s = socket(AF_INET, SOCK_STREAM, 0);
    result(what, connect(s, (struct sockaddr *)&remote, sizeof remote));
    closesocket(s);
}

static void connecting6(const char *what, const struct in6_addr *host, USHORT port)
{
    struct sockaddr_in6 remote = {.sin6_family = AF_INET6, .sin6_addr = *host, .sin6_port = htons(port)};
    SOCKET s = socket(AF_INET6, SOCK_STREAM, 0);
    result(what, connect(s, (struct sockaddr *)&remote, sizeof remote));
    closesocket(s);
}

static void connecting_later(void)
{
    GUID id = WSAID_CONNECTEX;
    LPFN_CONNECTEX connect_ex = NULL;
    DWORD size = 0;
    OVERLAPPED overlapped = {0};
    struct sockaddr_in local = address(INADDR_LOOPBACK, 0), remote = address(INADDR_LOOPBACK, 0);
    SOCKET s = socket(AF_INET, SOCK_STREAM, 0);
    WSAIoctl(s, SIO_GET_EXTENSION_FUNCTION_POINTER, &id, sizeof id, &connect_ex, sizeof connect_ex, &size, NULL, NULL);
    check(bind(s, (struct sockaddr *)&local, sizeof local) == 0);
    BOOL done = connect_ex(s, (struct sockaddr *)&remote, sizeof remote, NULL, 0, NULL, &overlapped);
    say("ConnectEx to port 0: %d %d", done, WSAGetLastError());
    closesocket(s);
}

static void sending(const char *what, ULONG host, USHORT port)
{
    struct sockaddr_in remote = address(host, port);
    SOCKET s = socket(AF_INET, SOCK_DGRAM, 0);
    result(what, sendto(s, "x", 1, 0, (struct sockaddr *)&remote, sizeof remote));
    closesocket(s);
}

static void forgetting(void)
{
    struct sockaddr_in remote = address(INADDR_LOOPBACK, 9), none = address(INADDR_ANY, 0);
    int size = sizeof remote;
    SOCKET s = socket(AF_INET, SOCK_DGRAM, 0);
    result("peer", connect(s, (struct sockaddr *)&remote, sizeof remote));
    result("no peer", connect(s, (struct sockaddr *)&none, sizeof none));
    result("its name", getpeername(s, (struct sockaddr *)&remote, &size));
    closesocket(s);
}

static void port(const char *text, int flags)
{
    struct addrinfo hints = {.ai_flags = flags, .ai_socktype = SOCK_STREAM}, *list = NULL;
    int error = getaddrinfo("127.0.0.1", text, &hints, &list);
    say("port '%s' %d: %d %u", text, flags, error, error ? 0 : ntohs(((struct sockaddr_in *)list->ai_addr)->sin_port));
    if (!error)
        freeaddrinfo(list);
}

PROGRAM
{
    WSADATA data;
    WSAStartup(0x202, &data);
    // Wine reports: port 0: -1 10061
    // documented: port 0: -1 10049     (Microsoft, "Windows Sockets Error Codes")
    connecting("port 0", INADDR_LOOPBACK, 0);
    // Wine reports: any: -1 10061
    // documented: any: -1 10049     (Microsoft, "Windows Sockets Error Codes")
    connecting("any", INADDR_ANY, 9);
    // Wine reports: port 0 by IPv6: -1 10061
    // documented: port 0 by IPv6: -1 10049     (Microsoft, "Windows Sockets Error Codes")
    connecting6("port 0 by IPv6", &in6addr_loopback, 0);
    // Wine reports: any by IPv6: -1 10061
    // documented: any by IPv6: -1 10049     (Microsoft, "Windows Sockets Error Codes")
    connecting6("any by IPv6", &in6addr_any, 9);
    // Wine reports: ConnectEx to port 0: 0 997
    // documented: ConnectEx to port 0: 0 10049     (Microsoft, "Windows Sockets Error Codes")
    connecting_later();
    // Wine reports: datagram to port 0: -1 10022
    // documented: datagram to port 0: -1 10049     (Microsoft, "Windows Sockets Error Codes")
    sending("datagram to port 0", INADDR_LOOPBACK, 0);
    // Wine reports: datagram to any: 1 0
    // documented: datagram to any: -1 10049     (Microsoft, "Windows Sockets Error Codes")
    sending("datagram to any", INADDR_ANY, 9);
    forgetting();
    // Wine reports: port '-1' 12: 10109 0
    // documented: port '-1' 12: 0 65535     (Windows, as the tests of Twisted hold it)
    port("-1", AI_NUMERICHOST | AI_NUMERICSERV);
    port("123456", AI_NUMERICHOST | AI_NUMERICSERV);
    port("0", 0);
    port("80", 0);
    port("80x", AI_NUMERICHOST);
    WSACleanup();
    return 0;
}
