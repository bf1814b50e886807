// flags: -lws2_32
// The time-outs of receiving and sending do not end accept and connect.
#include <winsock2.h>
#include <ws2tcpip.h>

#include "fixture.h"

static struct sockaddr_in address;

static SOCKET with_timeout(int option)
{
    DWORD milliseconds = 10;
    SOCKET s = socket(AF_INET, SOCK_STREAM, 0);
    check(setsockopt(s, SOL_SOCKET, option, (char *)&milliseconds, sizeof milliseconds) == 0);
    return s;
}

static void listen_on(SOCKET s, int backlog)
{
    int size = sizeof address;
    address = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    check(bind(s, (struct sockaddr *)&address, size) == 0);
    check(getsockname(s, (struct sockaddr *)&address, &size) == 0);
    check(listen(s, backlog) == 0);
}

static DWORD WINAPI connect_late(void *unused)
{
    SOCKET s = socket(AF_INET, SOCK_STREAM, 0);
    (void)unused;
    Sleep(100);
    check(connect(s, (struct sockaddr *)&address, sizeof address) == 0);
    closesocket(s);
    return 0;
}

static void accepting(void)
{
    SOCKET server = with_timeout(SO_RCVTIMEO);
    listen_on(server, 5);
    HANDLE thread = CreateThread(NULL, 0, connect_late, NULL, 0, NULL);
    SOCKET peer = accept(server, NULL, NULL);
    say("accepted %d", peer != INVALID_SOCKET);
    WaitForSingleObject(thread, INFINITE);
    CloseHandle(thread);
    closesocket(peer);
    closesocket(server);
}

/* Makes room where others wait to be accepted. */
static DWORD WINAPI accept_late(void *server)
{
    Sleep(100);
    for (int i = 0; i < 3; i++)
        closesocket(accept((SOCKET)server, NULL, NULL));
    return 0;
}

static void connecting(void)
{
    u_long on = 1;
    SOCKET server = socket(AF_INET, SOCK_STREAM, 0), others[3], last = with_timeout(SO_SNDTIMEO);
    listen_on(server, 1);
    for (int i = 0; i < 3; i++) {
        others[i] = socket(AF_INET, SOCK_STREAM, 0);
        check(ioctlsocket(others[i], FIONBIO, &on) == 0);
        connect(others[i], (struct sockaddr *)&address, sizeof address);
    }
    HANDLE thread = CreateThread(NULL, 0, accept_late, (void *)server, 0, NULL);
    say("connected %d", connect(last, (struct sockaddr *)&address, sizeof address));
    WaitForSingleObject(thread, INFINITE);
    CloseHandle(thread);
    for (int i = 0; i < 3; i++)
        closesocket(others[i]);
    closesocket(last);
    closesocket(server);
}

PROGRAM
{
    WSADATA data;
    WSAStartup(0x202, &data);
    accepting();
    connecting();
    WSACleanup();
    return 0;
}
