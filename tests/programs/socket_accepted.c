// flags: -lws2_32
// What a socket that accept makes has of the one that listens: blocking, and who is told of its events.
#include <winsock2.h>
#include <windows.h>

#include "fixture.h"

static SOCKET listening(struct sockaddr_in *address)
{
    int length = sizeof *address;
    SOCKET listener = socket(AF_INET, SOCK_STREAM, 0);
    ZeroMemory(address, sizeof *address);
    address->sin_family = AF_INET;
    address->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    bind(listener, (struct sockaddr *)address, sizeof *address);
    listen(listener, 5);
    getsockname(listener, (struct sockaddr *)address, &length);
    return listener;
}

static SOCKET connected(const struct sockaddr_in *address)
{
    SOCKET client = socket(AF_INET, SOCK_STREAM, 0);
    connect(client, (const struct sockaddr *)address, sizeof *address);
    return client;
}

/* Once there is somebody to accept. */
static SOCKET accepted(SOCKET listener)
{
    fd_set set;
    FD_ZERO(&set);
    FD_SET(listener, &set);
    select(0, &set, NULL, NULL, NULL);
    return accept(listener, NULL, NULL);
}

static void told(const char *what, int result)
{
    say("%s: %d, error %d", what, result, result < 0 ? WSAGetLastError() : 0);
}

static void without_waiting(void)
{
    struct sockaddr_in address;
    SOCKET listener = listening(&address);
    u_long on = 1;
    char byte;
    ioctlsocket(listener, FIONBIO, &on);
    SOCKET client = connected(&address), server = accepted(listener);
    told("nothing to receive", recv(server, &byte, 1, 0));
    told("nobody to accept", accept(listener, NULL, NULL) == INVALID_SOCKET ? -1 : 0);
    closesocket(server);
    closesocket(client);
    closesocket(listener);
}

static void events(void)
{
    struct sockaddr_in address;
    SOCKET listener = listening(&address);
    WSAEVENT event = WSACreateEvent();
    WSANETWORKEVENTS which;
    char byte;
    say("selected %d", WSAEventSelect(listener, event, FD_ACCEPT | FD_READ | FD_CLOSE));
    SOCKET client = connected(&address), server = accepted(listener);
    told("nothing to receive", recv(server, &byte, 1, 0));
    WSAEnumNetworkEvents(listener, event, &which);
    send(client, "x", 1, 0);
    say("signaled %lu", WSAWaitForMultipleEvents(1, &event, FALSE, 30000, FALSE));
    say("asked %d", WSAEnumNetworkEvents(server, event, &which));
    say("the accepted one's %lx", which.lNetworkEvents);
    told("received", recv(server, &byte, 1, 0));
    closesocket(client);
    say("signaled %lu", WSAWaitForMultipleEvents(1, &event, FALSE, 30000, FALSE));
    WSAEnumNetworkEvents(server, event, &which);
    say("the accepted one's %lx", which.lNetworkEvents);
    closesocket(server);
    closesocket(listener);
    WSACloseEvent(event);
}

PROGRAM
{
    WSADATA data;
    WSAStartup(0x202, &data);
    without_waiting();
    events();
    WSACleanup();
    return 0;
}
