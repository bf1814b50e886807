// flags: -lws2_32
// Who gets an address, what is known of a socket, and answers that are waited for.
#include <winsock2.h>
#include <mswsock.h>
#include <ws2tcpip.h>

#include "fixture.h"

static void result(const char *what, int value)
{
    int error = WSAGetLastError();
    say("%s: %d %d", what, value, value == SOCKET_ERROR ? error : 0);
}

static SOCKET bound(int type, struct sockaddr_in *address)
{
    int size = sizeof *address;
    SOCKET s = socket(AF_INET, type, 0);
    *address = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    check(bind(s, (struct sockaddr *)address, size) == 0);
    check(getsockname(s, (struct sockaddr *)address, &size) == 0);
    return s;
}

static SOCKET try_bind(const char *what, int type, const struct sockaddr_in *address, int option)
{
    BOOL on = TRUE;
    SOCKET s = socket(AF_INET, type, 0);
    if (option)
        check(setsockopt(s, SOL_SOCKET, option, (char *)&on, sizeof on) == 0);
    result(what, bind(s, (const struct sockaddr *)address, sizeof *address));
    return s;
}

static void ports(void)
{
    struct sockaddr_in address;
    SOCKET server = bound(SOCK_STREAM, &address);
    closesocket(try_bind("bound port", SOCK_STREAM, &address, 0));
    check(listen(server, 5) == 0);
    closesocket(try_bind("listening port", SOCK_STREAM, &address, 0));
    SOCKET client = socket(AF_INET, SOCK_STREAM, 0);
    check(connect(client, (struct sockaddr *)&address, sizeof address) == 0);
    SOCKET peer = accept(server, NULL, NULL);
    check(shutdown(peer, SD_BOTH) == 0);             // this side ends the connection
    check(closesocket(peer) == 0 && closesocket(server) == 0);
    Sleep(20);
    check(closesocket(client) == 0);
    Sleep(20);
    SOCKET again = try_bind("port of an ended connection", SOCK_STREAM, &address, 0);
    result("listen", listen(again, 5));
    closesocket(again);
    SOCKET first = bound(SOCK_DGRAM, &address);
    closesocket(try_bind("datagram port", SOCK_DGRAM, &address, 0));
    closesocket(first);
}

static int flag(SOCKET s, int option)
{
    BOOL value = -1;
    int size = sizeof value;
    check(getsockopt(s, SOL_SOCKET, option, (char *)&value, &size) == 0);
    return value;
}

static void options(void)
{
    BOOL on = TRUE;
    int number = 20000, size = sizeof number;
    struct sockaddr_in address;
    SOCKET s = bound(SOCK_STREAM, &address);
    check(listen(s, 1) == 0);
    say("reuse %d, exclusive %d", flag(s, SO_REUSEADDR), flag(s, SO_EXCLUSIVEADDRUSE));
    closesocket(s);
    s = socket(AF_INET, SOCK_STREAM, 0);
    check(setsockopt(s, SOL_SOCKET, SO_EXCLUSIVEADDRUSE, (char *)&on, sizeof on) == 0);
    say("reuse %d, exclusive %d", flag(s, SO_REUSEADDR), flag(s, SO_EXCLUSIVEADDRUSE));
    result("both", setsockopt(s, SOL_SOCKET, SO_REUSEADDR, (char *)&on, sizeof on));
    check(setsockopt(s, SOL_SOCKET, SO_RCVBUF, (char *)&number, sizeof number) == 0);
    check(getsockopt(s, SOL_SOCKET, SO_RCVBUF, (char *)&number, &size) == 0);
    say("buffer %d", number);
    result("no value", setsockopt(s, SOL_SOCKET, SO_KEEPALIVE, NULL, 4));
    result("IPv6's option", setsockopt(s, IPPROTO_IPV6, IPV6_MULTICAST_IF, (char *)&number, sizeof number));
    closesocket(s);
    SOCKET six = socket(AF_INET6, SOCK_STREAM, 0);
    struct sockaddr_in6 unknown;
    size = sizeof unknown;
    size = sizeof on;
    on = FALSE;
    check(getsockopt(six, IPPROTO_IPV6, IPV6_V6ONLY, (char *)&on, &size) == 0);
    say("IPv6 alone %d", on);
    size = sizeof unknown;
    result("no address yet", getsockname(six, (struct sockaddr *)&unknown, &size));
    closesocket(six);
}

static void descriptions(void)
{
    static const struct { int family, type; } kinds[] = {{AF_INET, SOCK_STREAM}, {AF_INET, SOCK_DGRAM}, {AF_INET6, SOCK_DGRAM}};
    WSAPROTOCOL_INFOW info;
    for (int i = 0; i < 3; i++) {
        SOCKET s = socket(kinds[i].family, kinds[i].type, 0);
        int size = sizeof info;
        result("description", getsockopt(s, SOL_SOCKET, SO_PROTOCOL_INFOW, (char *)&info, &size));
        say("  family %d, type %d, protocol %d, chain %d, size %d", info.iAddressFamily, info.iSocketType, info.iProtocol,
            info.ProtocolChain.ChainLen, size);
        closesocket(s);
        s = WSASocketW(FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, &info, 0, WSA_FLAG_OVERLAPPED);
        int type = 0;
        size = sizeof type;
        check(getsockopt(s, SOL_SOCKET, SO_TYPE, (char *)&type, &size) == 0);
        say("  made from it: type %d", type);
        closesocket(s);
    }
    WSAPROTOCOL_INFOA narrow;
    SOCKET s = socket(AF_INET, SOCK_STREAM, 0);
    int size = 10;
    result("too small", getsockopt(s, SOL_SOCKET, SO_PROTOCOL_INFOA, (char *)&narrow, &size));
    closesocket(s);
}

// Nobody listens: known at once or not, the answer comes to the completion port.
static void refusal(void)
{
    static GUID id = WSAID_CONNECTEX;
    LPFN_CONNECTEX connect_ex = NULL;
    struct sockaddr_in target, address;
    OVERLAPPED overlapped = {0}, *told = NULL;
    DWORD size, flags;
    ULONG_PTR key = 0;
    SOCKET dead = bound(SOCK_STREAM, &target), s = bound(SOCK_STREAM, &address);
    HANDLE port = CreateIoCompletionPort((HANDLE)s, NULL, 42, 0);
    check(WSAIoctl(s, SIO_GET_EXTENSION_FUNCTION_POINTER, &id, sizeof id, &connect_ex, sizeof connect_ex, &size, NULL, NULL) == 0);
    BOOL done = connect_ex(s, (struct sockaddr *)&target, sizeof target, NULL, 0, NULL, &overlapped);
    say("connect %d error %d", done, WSAGetLastError());
    done = GetQueuedCompletionStatus(port, &size, &key, &told, 10000);
    say("told %d error %u, key %d, it %d", done, GetLastError(), (int)key, told == &overlapped);
    done = WSAGetOverlappedResult(s, &overlapped, &size, FALSE, &flags);
    say("result %d error %d", done, WSAGetLastError());
    closesocket(s);
    closesocket(dead);
    CloseHandle(port);
}

PROGRAM
{
    WSADATA data;
    check(WSAStartup(0x0202, &data) == 0);
    ports();
    options();
    descriptions();
    refusal();
    return 0;
}
