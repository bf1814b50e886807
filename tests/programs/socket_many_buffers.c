// flags: -lws2_32
// Many buffers at once, messages that do not fit, and the functions that WSAIoctl gives for messages.
// Without Wine: it does not always end there.
// Wine reports: too long: 10040, 0, flags 0
// documented: too long: 10040, 4, flags 100     (Microsoft, "LPFN_WSARECVMSG (WSARecvMsg) callback function")
// Wine reports: resets off: -1
// documented: resets off: 0     (Microsoft, "Winsock IOCTLs")
#include <winsock2.h>
#include <mswsock.h>
#include <ws2tcpip.h>

#include "fixture.h"

enum { PARTS = 3000 };                               /* Wine hangs with more than 1024 */

static struct sockaddr_in loopback(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    return address;
}

static SOCKET bound(int type, struct sockaddr_in *address)
{
    int size = sizeof *address;
    SOCKET made = WSASocketW(AF_INET, type, 0, NULL, 0, WSA_FLAG_OVERLAPPED);
    *address = loopback();
    check(bind(made, (struct sockaddr *)address, size) == 0);
    check(getsockname(made, (struct sockaddr *)address, &size) == 0);
    return made;
}

static void stream(int overlapped)
{
    static WSABUF buffers[PARTS];
    static char text[PARTS], got[PARTS];
    struct sockaddr_in address;
    OVERLAPPED request = {.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL)};
    DWORD sent = 0, flags = 0;
    SOCKET server = bound(SOCK_STREAM, &address), client = socket(AF_INET, SOCK_STREAM, 0), peer;
    check(listen(server, 1) == 0 && connect(client, (struct sockaddr *)&address, sizeof address) == 0);
    peer = accept(server, NULL, NULL);
    for (int i = 0; i < PARTS; i++) {
        text[i] = (char)i;
        buffers[i] = (WSABUF){1, &text[i]};
    }
    if (WSASend(client, buffers, PARTS, &sent, 0, overlapped ? &request : NULL, NULL) && WSAGetLastError() == WSA_IO_PENDING)
        check(WSAGetOverlappedResult(client, &request, &sent, TRUE, &flags));
    check(recv(peer, got, PARTS, MSG_WAITALL) == PARTS);
    say("all sent %d, as it was %d", sent == PARTS, memcmp(text, got, PARTS) == 0);
    closesocket(client);
    closesocket(peer);
    closesocket(server);
    CloseHandle(request.hEvent);
}

static void *extension(SOCKET socket, GUID id)
{
    void *function = NULL;
    DWORD size = 0;
    check(WSAIoctl(socket, SIO_GET_EXTENSION_FUNCTION_POINTER, &id, sizeof id, &function, sizeof function, &size, NULL,
                   NULL) == 0);
    return function;
}

static void messages(void)
{
    struct sockaddr_in address, from;
    char text[16] = "a message", got[16];
    WSABUF buffer = {10, text};
    DWORD count = 0, off = 0, size = 0;
    SOCKET socket = bound(SOCK_DGRAM, &address);
    LPFN_WSARECVMSG receive = (LPFN_WSARECVMSG)extension(socket, (GUID)WSAID_WSARECVMSG);
    WSAMSG message = {.name = (struct sockaddr *)&address, .namelen = sizeof address, .lpBuffers = &buffer, .dwBufferCount = 1};
    check(WSASendMsg(socket, &message, 0, &count, NULL, NULL) == 0);
    say("sent %u", count);
    check(WSASendMsg(socket, &message, 0, &count, NULL, NULL) == 0);
    buffer = (WSABUF){sizeof got, got};
    message = (WSAMSG){.name = (struct sockaddr *)&from, .namelen = sizeof from, .lpBuffers = &buffer, .dwBufferCount = 1};
    check(receive(socket, &message, &count, NULL, NULL) == 0);
    say("received %u \"%s\" from the socket %d, flags %x, control %u", count, got, from.sin_port == address.sin_port,
        message.dwFlags, message.Control.len);
    buffer.len = 4;
    count = 0;
    check(receive(socket, &message, &count, NULL, NULL) == SOCKET_ERROR);
    say("too long: %d, %u, flags %x", WSAGetLastError(), count, message.dwFlags & MSG_TRUNC);
    say("resets off: %d", WSAIoctl(socket, 0x9800000F /* SIO_UDP_NETRESET */, &off, sizeof off, NULL, 0, &size, NULL, NULL));
    closesocket(socket);
}

PROGRAM
{
    WSADATA data;
    check(WSAStartup(MAKEWORD(2, 2), &data) == 0);
    stream(0);
    stream(1);
    messages();
    WSACleanup();
    return 0;
}
