// flags: -lws2_32
// select ("select function") on sockets that are not connected: it waits for what a socket cannot do yet.
#include <winsock2.h>
#include <ws2tcpip.h>
#include <windows.h>

#include "fixture.h"

static void look(const char *what, SOCKET socket, long microseconds)
{
    fd_set reads, writes, others;
    struct timeval time = {0, microseconds};
    FD_ZERO(&reads);
    FD_ZERO(&writes);
    FD_ZERO(&others);
    FD_SET(socket, &reads);
    FD_SET(socket, &writes);
    FD_SET(socket, &others);
    int ready = select(0, &reads, &writes, &others, &time);
    say("%s: %d, read %d, write %d, other %d", what, ready, FD_ISSET(socket, &reads) != 0, FD_ISSET(socket, &writes) != 0,
        FD_ISSET(socket, &others) != 0);
}

static struct sockaddr_in bind_to_loopback(SOCKET socket)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int size = sizeof address;
    bind(socket, (struct sockaddr *)&address, sizeof address);
    getsockname(socket, (struct sockaddr *)&address, &size);
    return address;
}

PROGRAM
{
    WSADATA data;
    WSAStartup(MAKEWORD(2, 2), &data);
    SOCKET stream = socket(AF_INET, SOCK_STREAM, 0), server = socket(AF_INET, SOCK_STREAM, 0);
    SOCKET datagrams = socket(AF_INET, SOCK_DGRAM, 0);
    look("a new stream", stream, 0);
    look("a new stream, with time", stream, 20000);
    look("a new datagram socket", datagrams, 0);
    struct sockaddr_in address = bind_to_loopback(server);
    look("a bound stream", server, 0);
    listen(server, 1);
    look("a listening one", server, 0);

    u_long on = 1;
    ioctlsocket(stream, FIONBIO, &on);
    connect(stream, (struct sockaddr *)&address, sizeof address);
    SOCKET accepted = accept(server, NULL, NULL);
    fd_set writes;
    FD_ZERO(&writes);
    FD_SET(stream, &writes);
    say("connecting: %d", select(0, NULL, &writes, NULL, NULL));
    look("connected", stream, 0);
    look("accepted", accepted, 0);
    shutdown(accepted, SD_BOTH);
    closesocket(accepted);
    look("at the end", stream, 2000000);
    closesocket(stream);
    closesocket(server);
    closesocket(datagrams);
    WSACleanup();
    return 0;
}
