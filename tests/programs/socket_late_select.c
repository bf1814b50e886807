// flags: -lws2_32
// Network events that are asked for when the connection is there already.
#include <winsock2.h>
#include <windows.h>

#include "fixture.h"

static struct sockaddr_in address;
static SOCKET listener;

static SOCKET connected(BOOL blocking)
{
    SOCKET client = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
    ULONG on = !blocking;
    ioctlsocket(client, FIONBIO, &on);
    int result = connect(client, (struct sockaddr *)&address, sizeof address);
    check(result == 0 || WSAGetLastError() == WSAEWOULDBLOCK);
    return client;
}

static SOCKET accepted(void)
{
    return accept(listener, NULL, NULL);
}

static void tell(const char *when, SOCKET s, WSAEVENT event)
{
    WSANETWORKEVENTS events = {0};
    say("%s: wait %lu", when, (unsigned long)WSAWaitForMultipleEvents(1, &event, FALSE, 300, FALSE));
    check(!WSAEnumNetworkEvents(s, event, &events));
    say("  events %lx, error %d", (unsigned long)events.lNetworkEvents, events.iErrorCode[FD_CONNECT_BIT]);
}

static void select_late(const char *title, SOCKET client, SOCKET server)
{
    WSAEVENT event = WSACreateEvent();
    say("%s", title);
    Sleep(50);
    check(!WSAEventSelect(client, event, FD_CONNECT | FD_CLOSE));
    tell("connection", client, event);
    check(!WSAEventSelect(client, event, FD_CONNECT | FD_CLOSE));
    tell("the same again", client, event);
    check(!WSAEventSelect(client, event, FD_CONNECT | FD_WRITE | FD_READ));
    tell("writing", client, event);
    closesocket(server);
    check(!WSAEventSelect(client, event, FD_CONNECT | FD_CLOSE));
    tell("end", client, event);
    closesocket(client);
    WSACloseEvent(event);
}

static void select_early(void)
{
    WSAEVENT event = WSACreateEvent();
    SOCKET client = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
    say("not connected");
    check(!WSAEventSelect(client, event, FD_CONNECT | FD_CLOSE | FD_WRITE | FD_READ));
    tell("nothing", client, event);
    check(connect(client, (struct sockaddr *)&address, sizeof address) && WSAGetLastError() == WSAEWOULDBLOCK);
    SOCKET server = accepted();
    Sleep(50);
    tell("connection", client, event);
    closesocket(server);
    tell("end", client, event);
    closesocket(client);
    WSACloseEvent(event);
}

/* What is told but was not asked about yet is told again. */
static void select_twice(void)
{
    WSAEVENT event = WSACreateEvent();
    SOCKET client = connected(FALSE), server = accepted();
    say("twice");
    check(!WSAEventSelect(client, event, FD_CONNECT | FD_CLOSE));
    say("wait %lu", (unsigned long)WSAWaitForMultipleEvents(1, &event, FALSE, 1000, FALSE));
    check(WSAResetEvent(event) && !WSAEventSelect(client, event, FD_CONNECT | FD_READ));
    tell("connection", client, event);
    closesocket(server);
    closesocket(client);
    WSACloseEvent(event);
}

static void only_write(void)
{
    WSAEVENT event = WSACreateEvent();
    SOCKET client = connected(FALSE), server = accepted();
    say("only writing");
    check(!WSAEventSelect(client, event, FD_WRITE));
    tell("connection", client, event);
    closesocket(server);
    closesocket(client);
    WSACloseEvent(event);
}

static void refused(void)
{
    WSAEVENT event = WSACreateEvent();
    struct sockaddr_in before = address;
    address.sin_port = htons(1);
    SOCKET client = connected(FALSE);
    address = before;
    say("refused");
    Sleep(50);
    check(!WSAEventSelect(client, event, FD_CONNECT | FD_CLOSE));
    WSAWaitForMultipleEvents(1, &event, FALSE, 3000, FALSE); /* Windows tries for two seconds */
    tell("connection", client, event);
    closesocket(client);
    WSACloseEvent(event);
}

/* A listener that is watched before it listens; sending tells nothing while there is room. */
static void select_before_listening(void)
{
    WSAEVENT event = WSACreateEvent(), sending = WSACreateEvent();
    struct sockaddr_in any = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)}, before = address;
    int size = sizeof any;
    SOCKET early = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
    say("watched before it listens");
    check(!WSAEventSelect(early, event, FD_ACCEPT | FD_CLOSE));
    check(!bind(early, (struct sockaddr *)&any, size) && !listen(early, 5));
    check(!getsockname(early, (struct sockaddr *)&any, &size));
    address = any;
    SOCKET client = connected(FALSE);
    address = before;
    tell("connection", early, event);
    SOCKET server = accept(early, NULL, NULL);
    check(server != INVALID_SOCKET && !WSAEventSelect(client, sending, FD_WRITE));
    tell("room", client, sending);
    check(send(client, "text", 4, 0) == 4);
    tell("sent", client, sending);
    WSANETWORKEVENTS events;
    int result = WSAEnumNetworkEvents(client, (WSAEVENT)early, &events);
    // Wine reports: no event: 0 0
    // documented: no event: -1 10038     (Microsoft, "WSAEnumNetworkEvents function": not a valid handle)
    say("no event: %d %d", result, WSAGetLastError());
    closesocket(server);
    closesocket(client);
    closesocket(early);
    WSACloseEvent(sending);
    WSACloseEvent(event);
}

PROGRAM
{
    WSADATA data;
    int size = sizeof address;
    check(!WSAStartup(0x202, &data));
    listener = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    check(!bind(listener, (struct sockaddr *)&address, sizeof address) && !listen(listener, 5));
    check(!getsockname(listener, (struct sockaddr *)&address, &size));
    SOCKET client = connected(FALSE);
    select_late("connecting", client, accepted());
    client = connected(TRUE);
    select_late("connected", client, accepted());
    client = connected(TRUE);
    select_late("accepted", accepted(), client);
    select_early();
    select_twice();
    only_write();
    select_before_listening();
    refused();
    closesocket(listener);
    return WSACleanup();
}
