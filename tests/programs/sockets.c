// flags: -lws2_32
// Sockets on this machine's own address.
#include <winsock2.h>
#include <ws2tcpip.h>

#include "fixture.h"

static void result(const char *what, int value)
{
    int error = WSAGetLastError();
    say("%s: %d %d", what, value, value == SOCKET_ERROR ? error : 0);
}

static SOCKET listener(struct sockaddr_in *address)
{
    int size = sizeof *address;
    SOCKET s = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
    *address = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    check(bind(s, (struct sockaddr *)address, size) == 0);
    check(listen(s, 5) == 0);
    check(getsockname(s, (struct sockaddr *)address, &size) == 0 && size == 16);
    return s;
}

static void streams(void)
{
    char text[32] = {0};
    struct sockaddr_in address;
    SOCKET server = listener(&address), client = socket(AF_INET, SOCK_STREAM, 0);
    result("connect", connect(client, (struct sockaddr *)&address, sizeof address));
    SOCKET peer = accept(server, NULL, NULL);
    check(peer != INVALID_SOCKET);
    result("send", send(client, "hello", 5, 0));
    result("peek", recv(peer, text, 2, MSG_PEEK));
    result("recv", recv(peer, text, sizeof text, 0));
    say("%s", text);
    u_long on = 1, waiting = 9;
    result("non-blocking", ioctlsocket(peer, FIONBIO, &on));
    result("nothing there", recv(peer, text, sizeof text, 0));
    check(send(client, "abc", 3, 0) == 3);
    WSAPOLLFD polled = {peer, POLLRDNORM | POLLWRNORM, 0};
    result("poll", WSAPoll(&polled, 1, 2000));
    say("events %x", polled.revents);
    Sleep(50);
    check(ioctlsocket(peer, FIONREAD, &waiting) == 0);
    say("waiting %u", waiting);
    fd_set readable;
    struct timeval second = {1, 0};
    FD_ZERO(&readable);
    FD_SET(peer, &readable);
    FD_SET(server, &readable);
    result("select", select(0, &readable, NULL, NULL, &second));
    say("%d %d", FD_ISSET(peer, &readable) != 0, FD_ISSET(server, &readable) != 0);
    DWORD done = 0, flags = 0;
    WSABUF parts[2] = {{2, text}, {10, text + 16}};
    result("gather", WSARecv(peer, parts, 2, &done, &flags, NULL, NULL));
    say("%u %c%c %c", done, text[0], text[1], text[16]);
    check(shutdown(client, SD_SEND) == 0);
    Sleep(50);
    result("end", recv(peer, text, sizeof text, 0));
    int value = 5, size = sizeof value;
    check(getsockopt(peer, SOL_SOCKET, SO_TYPE, (char *)&value, &size) == 0);
    say("type %d", value);
    DWORD timeout = 1500;
    check(setsockopt(peer, SOL_SOCKET, SO_RCVTIMEO, (char *)&timeout, sizeof timeout) == 0);
    check(getsockopt(peer, SOL_SOCKET, SO_RCVTIMEO, (char *)&value, &size) == 0);
    say("timeout %d", value);
    struct linger linger = {1, 3};
    check(setsockopt(peer, SOL_SOCKET, SO_LINGER, (char *)&linger, sizeof linger) == 0);
    size = sizeof linger;
    check(getsockopt(peer, SOL_SOCKET, SO_LINGER, (char *)&linger, &size) == 0);
    say("linger %d %d", linger.l_onoff, linger.l_linger);
    BOOL delay = TRUE;
    result("no delay", setsockopt(peer, IPPROTO_TCP, TCP_NODELAY, (char *)&delay, sizeof delay));
    result("bad option", setsockopt(peer, SOL_SOCKET, 0x7654, (char *)&delay, sizeof delay));
    check(closesocket(peer) == 0 && closesocket(client) == 0 && closesocket(server) == 0);
    result("closed", send(peer, "x", 1, 0));
    client = socket(AF_INET, SOCK_STREAM, 0);
    result("refused", connect(client, (struct sockaddr *)&address, sizeof address));
    // Wine reports: not connected: -1 10054
    // documented: not connected: -1 10057     (Microsoft, "send function")
    result("not connected", send(client, "x", 1, 0));
    closesocket(client);
    result("bad family", socket(4711, SOCK_STREAM, 0) == INVALID_SOCKET ? SOCKET_ERROR : 0);
}

static void datagrams(void)
{
    char text[32] = {0};
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)}, from;
    int size = sizeof address;
    SOCKET a = socket(AF_INET, SOCK_DGRAM, 0), b = socket(AF_INET, SOCK_DGRAM, 0);
    check(bind(a, (struct sockaddr *)&address, size) == 0 && getsockname(a, (struct sockaddr *)&address, &size) == 0);
    result("sendto", sendto(b, "datagram", 8, 0, (struct sockaddr *)&address, size));
    result("too small", recvfrom(a, text, 4, 0, (struct sockaddr *)&from, &size));
    say("%s %d", text, from.sin_addr.s_addr == htonl(INADDR_LOOPBACK));
    closesocket(a);
    closesocket(b);
}

static void events(void)
{
    struct sockaddr_in address;
    WSANETWORKEVENTS seen;
    char text[8];
    SOCKET server = listener(&address), client = socket(AF_INET, SOCK_STREAM, 0);
    WSAEVENT event = WSACreateEvent();
    check(WSAEventSelect(server, event, FD_ACCEPT) == 0);
    check(connect(client, (struct sockaddr *)&address, sizeof address) == 0);
    say("wait %u", WSAWaitForMultipleEvents(1, &event, FALSE, 2000, FALSE));
    check(WSAEnumNetworkEvents(server, event, &seen) == 0);
    say("seen %x", seen.lNetworkEvents);
    SOCKET peer = accept(server, NULL, NULL);
    check(WSAEventSelect(peer, event, FD_READ | FD_CLOSE) == 0);
    say("quiet %u", WSAWaitForMultipleEvents(1, &event, FALSE, 20, FALSE));
    send(client, "x", 1, 0);
    say("wait %u", WSAWaitForMultipleEvents(1, &event, FALSE, 2000, FALSE));
    check(WSAEnumNetworkEvents(peer, event, &seen) == 0);
    say("seen %x", seen.lNetworkEvents);
    check(recv(peer, text, 8, 0) == 1);
    closesocket(client);
    say("wait %u", WSAWaitForMultipleEvents(1, &event, FALSE, 2000, FALSE));
    check(WSAEnumNetworkEvents(peer, event, &seen) == 0);
    say("seen %x", seen.lNetworkEvents);
    closesocket(peer);
    closesocket(server);
    WSACloseEvent(event);
}

/* As curl does it: nothing of what comes between takes the connection's error away. */
static void refused(void)
{
    struct sockaddr_in address;
    ULONG on = 1;
    int error = 0, size = sizeof error;
    WSANETWORKEVENTS seen;
    struct timeval long_time = {10, 0}, no_time = {0, 0};
    SOCKET server = listener(&address), client = socket(AF_INET, SOCK_STREAM, 0);
    closesocket(server);
    WSAEVENT event = WSACreateEvent();
    check(ioctlsocket(client, FIONBIO, &on) == 0);
    result("connect", connect(client, (struct sockaddr *)&address, sizeof address));
    fd_set failed, writable;
    FD_ZERO(&failed);
    FD_SET(client, &failed);
    say("select %d", select(0, NULL, NULL, &failed, &long_time));
    // Wine reports: send nothing: -1 10054
    // documented: send nothing: -1 10057     (Microsoft, "send function")
    result("send nothing", send(client, NULL, 0, 0));
    check(WSAEventSelect(client, event, FD_CONNECT | FD_WRITE | FD_CLOSE) == 0);
    check(WSAEnumNetworkEvents(client, event, &seen) == 0);
    check(WSAEventSelect(client, event, 0) == 0);
    FD_ZERO(&writable);
    FD_SET(client, &writable);
    FD_ZERO(&failed);
    FD_SET(client, &failed);
    say("select %d", select(0, NULL, &writable, &failed, &no_time));
    say("writable %d failed %d", FD_ISSET(client, &writable), FD_ISSET(client, &failed));
    check(getsockopt(client, SOL_SOCKET, SO_ERROR, (char *)&error, &size) == 0);
    say("error %d", error);
    closesocket(client);
    WSACloseEvent(event);
}

/* Whoever closes a socket with WSAEventSelect ends the connection. */
static void closing(void)
{
    char text[8];
    struct sockaddr_in address;
    SOCKET server = listener(&address), client = socket(AF_INET, SOCK_STREAM, 0);
    WSAEVENT event = WSACreateEvent();
    check(connect(client, (struct sockaddr *)&address, sizeof address) == 0);
    SOCKET peer = accept(server, NULL, NULL);
    check(WSAEventSelect(client, event, FD_READ | FD_CLOSE) == 0);
    closesocket(client);
    say("the end %d", recv(peer, text, sizeof text, 0));
    closesocket(peer);
    closesocket(server);
    WSACloseEvent(event);
}

static void overlapped(void)
{
    char text[8] = {0};
    struct sockaddr_in address;
    DWORD done = 0, flags = 0;
    WSABUF buffer = {8, text};
    WSAOVERLAPPED o = {0};
    o.hEvent = WSACreateEvent();
    SOCKET server = listener(&address), client = socket(AF_INET, SOCK_STREAM, 0);
    connect(client, (struct sockaddr *)&address, sizeof address);
    SOCKET peer = accept(server, NULL, NULL);
    result("overlapped", WSARecv(peer, &buffer, 1, &done, &flags, &o, NULL));
    send(client, "later", 5, 0);
    check(WSAGetOverlappedResult(peer, &o, &done, TRUE, &flags));
    say("%u %s", done, text);
    closesocket(peer);
    closesocket(client);
    closesocket(server);
    WSACloseEvent(o.hEvent);
}

static void names(void)
{
    struct addrinfo hints = {.ai_flags = AI_NUMERICHOST, .ai_socktype = SOCK_STREAM}, *found = NULL;
    say("numeric %d", getaddrinfo("127.0.0.1", "80", &hints, &found));
    struct sockaddr_in *address = (struct sockaddr_in *)found->ai_addr;
    say("%d %u %u %x", found->ai_family, (unsigned)found->ai_addrlen, ntohs(address->sin_port), ntohl(address->sin_addr.s_addr));
    freeaddrinfo(found);
    say("six %d", getaddrinfo("::1", NULL, &hints, &found));
    say("%d %u", found->ai_family, (unsigned)found->ai_addrlen);
    freeaddrinfo(found);
    say("not a number %d", getaddrinfo("example", NULL, &hints, &found));
    unsigned char bytes[16];
    char text[50];
    say("%d %d", inet_pton(AF_INET6, "fe80::1", bytes), inet_pton(AF_INET, "1.2.3", bytes));
    say("%s", inet_ntop(AF_INET6, bytes, text, sizeof text));
    say("%x %s", inet_addr("1.2.3.4"), inet_ntoa((struct in_addr){.s_addr = 0x04030201}));
}

PROGRAM
{
    WSADATA data;
    say("startup %d", WSAStartup(MAKEWORD(2, 2), &data));
    say("%x %x", data.wVersion, data.wHighVersion);
    streams();
    datagrams();
    events();
    refused();
    closing();
    overlapped();
    names();
    say("cleanup %d", WSACleanup());
    return 0;
}
