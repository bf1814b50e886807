// flags: -lws2_32
// What an accepted socket has from the one that listens, how waits for data end, and which calls enable FD_READ again.
#include <winsock2.h>
#include <ws2tcpip.h>

#include "fixture.h"

static SOCKET client, peer;

static void connect_to(SOCKET server)
{
    struct sockaddr_in address;
    int size = sizeof address;
    check(getsockname(server, (struct sockaddr *)&address, &size) == 0);
    client = socket(AF_INET, SOCK_STREAM, 0);
    check(connect(client, (struct sockaddr *)&address, size) == 0);
}

static SOCKET listening(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    SOCKET server = socket(AF_INET, SOCK_STREAM, 0);
    check(bind(server, (struct sockaddr *)&address, sizeof address) == 0 && listen(server, 1) == 0);
    return server;
}

static void without_waiting(void)
{
    char text[4];
    u_long on = 1;
    fd_set ready;
    SOCKET server = listening();
    check(ioctlsocket(server, FIONBIO, &on) == 0);
    connect_to(server);
    FD_ZERO(&ready);
    FD_SET(server, &ready);
    check(select(0, &ready, NULL, NULL, NULL) == 1);
    peer = accept(server, NULL, NULL);
    check(peer != INVALID_SOCKET);
    int count = recv(peer, text, sizeof text, 0);
    say("an accepted one does not wait either: %d %d", count, WSAGetLastError());
    closesocket(peer);
    closesocket(client);
    closesocket(server);
}

static void waited(const char *how, int result)
{
    int error = WSAGetLastError();
    say("%s: %d %d", how, result, error);
}

static void time_outs(void)
{
    char text[4];
    DWORD milliseconds = 20, count = 9, flags = 0;
    WSABUF buffer = {sizeof text, text};
    SOCKET server = listening();
    connect_to(server);
    peer = accept(server, NULL, NULL);
    check(setsockopt(peer, SOL_SOCKET, SO_RCVTIMEO, (char *)&milliseconds, sizeof milliseconds) == 0);
    waited("recv that waited too long", recv(peer, text, sizeof text, 0));
    waited("WSARecv", WSARecv(peer, &buffer, 1, &count, &flags, NULL, NULL));
    closesocket(peer);
    closesocket(client);
    closesocket(server);
}

static void told(const char *when, WSAEVENT event)
{
    WSANETWORKEVENTS events = {0};
    DWORD waited = WaitForSingleObject(event, 2000);
    check(WSAEnumNetworkEvents(peer, event, &events) == 0);
    say("%s: %lu events %lx", when, waited, events.lNetworkEvents);
}

static void enabled_again(void)
{
    char text[1];
    DWORD count = 0, flags = 0;
    WSABUF buffer = {sizeof text, text};
    WSAEVENT event = WSACreateEvent();
    SOCKET server = listening();
    connect_to(server);
    peer = accept(server, NULL, NULL);
    check(WSAEventSelect(peer, event, FD_READ) == 0);
    check(send(client, "ab", 2, 0) == 2);
    told("two bytes came", event);
    check(WSARecv(peer, &buffer, 1, &count, &flags, NULL, NULL) == 0);
    told("one is left by WSARecv", event);
    WSACloseEvent(event);
    closesocket(peer);
    closesocket(client);
    closesocket(server);
}

PROGRAM
{
    WSADATA data;
    check(WSAStartup(MAKEWORD(2, 2), &data) == 0);
    without_waiting();
    time_outs();
    enabled_again();
    WSACleanup();
    return 0;
}
