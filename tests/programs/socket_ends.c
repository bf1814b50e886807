// flags: -lws2_32
// How connections end, and sockets shared between processes.
#include <winsock2.h>
#include <ws2tcpip.h>

#include "fixture.h"

static void result(const char *what, int value)
{
    int error = WSAGetLastError();
    say("%s: %d %d", what, value, value == SOCKET_ERROR ? error : 0);
}

static void pair(SOCKET *client, SOCKET *peer)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int size = sizeof address;
    SOCKET server = socket(AF_INET, SOCK_STREAM, 0);
    check(bind(server, (struct sockaddr *)&address, size) == 0 && listen(server, 1) == 0);
    check(getsockname(server, (struct sockaddr *)&address, &size) == 0);
    *client = socket(AF_INET, SOCK_STREAM, 0);
    check(connect(*client, (struct sockaddr *)&address, size) == 0);
    *peer = accept(server, NULL, NULL);
    check(*peer != INVALID_SOCKET && closesocket(server) == 0);
}

static void shut_down(void)
{
    char text[8];
    SOCKET client, peer;
    pair(&client, &peer);
    result("shutdown one way", shutdown(client, SD_SEND));
    result("send after it", send(client, "x", 1, 0));
    check(recv(peer, text, sizeof text, 0) == 0);
    result("shutdown of the other end", shutdown(peer, SD_SEND));
    check(recv(client, text, sizeof text, 0) == 0);
    result("shutdown when both have", shutdown(client, SD_BOTH));
    closesocket(client);
    closesocket(peer);
    client = socket(AF_INET, SOCK_STREAM, 0);
    result("shutdown without connection", shutdown(client, SD_BOTH));
    closesocket(client);
}

static void reset(void)
{
    SOCKET client, peer;
    struct linger linger = {1, 0};
    pair(&client, &peer);
    check(setsockopt(client, SOL_SOCKET, SO_LINGER, (char *)&linger, sizeof linger) == 0);
    closesocket(client);
    Sleep(50);
    result("send after a reset", send(peer, "x", 1, 0));
    int again = send(peer, "x", 1, 0), error = WSAGetLastError();
    // Windows says one or the other
    say("and again: %d %d", again, error == WSAECONNRESET || error == WSAECONNABORTED);
    closesocket(peer);
}

static void share(void)
{
    char text[8] = {0};
    WSAPROTOCOL_INFOW info;
    SOCKET client, peer;
    pair(&client, &peer);
    result("duplicate", WSADuplicateSocketW(client, GetCurrentProcessId(), &info));
    say("it is %d %d %d", info.iAddressFamily, info.iSocketType, info.iProtocol);
    SOCKET copy = WSASocketW(FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, &info, 0, WSA_FLAG_OVERLAPPED);
    check(copy != INVALID_SOCKET);
    closesocket(client);
    result("send by the duplicate", send(copy, "shared", 6, 0));
    result("receive", recv(peer, text, 6, 0));
    say("%s", text);
    closesocket(copy);
    result("end", recv(peer, text, 6, 0));
    closesocket(peer);
    result("duplicate what is no socket", WSADuplicateSocketW(0x7ffffff0, GetCurrentProcessId(), &info));
    int udp[] = {IPPROTO_UDP, 0};
    WSAPROTOCOL_INFOW known[8];
    DWORD size = sizeof known;
    check(WSAEnumProtocolsW(udp, known, &size) > 0);
    SOCKET made = WSASocketW(FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, known, 0, 0);
    int type = 0, length = sizeof type;
    check(getsockopt(made, SOL_SOCKET, SO_TYPE, (char *)&type, &length) == 0);
    say("by protocol: type %d", type);
    closesocket(made);
}

PROGRAM
{
    WSADATA data;
    check(WSAStartup(MAKEWORD(2, 2), &data) == 0);
    shut_down();
    reset();
    share();
    return 0;
}
