// flags: -lws2_32 -luser32
// Network events that come as messages of a window ("WSAAsyncSelect function").
#include <winsock2.h>

#include "fixture.h"

enum { SOCKET_MESSAGE = WM_USER + 7 };

static SOCKET server, client, peer;

static const char *name_of(SOCKET s) { return s == server ? "server" : s == client ? "client" : s == peer ? "peer" : "?"; }

// The next message, if one comes in time.
static LONG next(HWND window, DWORD milliseconds)
{
    MSG message;
    DWORD end = GetTickCount() + milliseconds;
    while (!PeekMessageW(&message, window, SOCKET_MESSAGE, SOCKET_MESSAGE, PM_REMOVE)) {
        if ((LONG)(GetTickCount() - end) >= 0) {
            say("  nothing");
            return 0;
        }
        MsgWaitForMultipleObjects(0, NULL, FALSE, 20, QS_ALLINPUT);
    }
    say("  %s: event %d, error %d", name_of(message.wParam), WSAGETSELECTEVENT(message.lParam),
        WSAGETSELECTERROR(message.lParam));
    return WSAGETSELECTEVENT(message.lParam);
}

static void result(const char *what, int value) { say("%s: %d %d", what, value, value ? WSAGetLastError() : 0); }

PROGRAM
{
    WSADATA data;
    char text[8];
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int size = sizeof address;
    check(WSAStartup(0x0202, &data) == 0);
    WNDCLASSW class = {.lpfnWndProc = DefWindowProcW, .lpszClassName = L"windlass test sockets"};
    check(RegisterClassW(&class) != 0);
    HWND window = CreateWindowW(class.lpszClassName, L"", 0, 0, 0, 0, 0, HWND_MESSAGE, NULL, NULL, NULL);
    check(window != NULL);
    server = socket(AF_INET, SOCK_STREAM, 0);
    check(bind(server, (struct sockaddr *)&address, size) == 0 && listen(server, 5) == 0);
    check(getsockname(server, (struct sockaddr *)&address, &size) == 0);
    // Wine reports: no window: 0 0
    // documented: no window: -1 10022     (Microsoft, "WSAAsyncSelect function": WSAEINVAL)
    result("no window", WSAAsyncSelect(server, (HWND)(ULONG_PTR)0x7fffffff, SOCKET_MESSAGE, FD_ACCEPT));
    result("select", WSAAsyncSelect(server, window, SOCKET_MESSAGE, FD_ACCEPT));

    client = socket(AF_INET, SOCK_STREAM, 0);
    check(connect(client, (struct sockaddr *)&address, size) == 0);
    next(window, 5000);
    peer = accept(server, NULL, NULL);
    check(peer != INVALID_SOCKET);

    say("reading:");
    check(WSAAsyncSelect(peer, window, SOCKET_MESSAGE, FD_READ | FD_CLOSE) == 0);
    check(send(client, "abc", 3, 0) == 3);
    next(window, 5000);
    next(window, 100);                               // once, until it is read
    say("  received %d", recv(peer, text, 2, 0));
    next(window, 5000);                              // more is there
    say("  received %d", recv(peer, text, 8, 0));
    say("  not waiting: %d %d", recv(peer, text, 8, 0), WSAGetLastError());

    say("the end:");
    check(closesocket(client) == 0);
    next(window, 5000);
    say("  received %d", recv(peer, text, 8, 0));

    say("no more:");
    check(WSAAsyncSelect(server, window, SOCKET_MESSAGE, 0) == 0);
    client = socket(AF_INET, SOCK_STREAM, 0);
    check(connect(client, (struct sockaddr *)&address, sizeof address) == 0);
    next(window, 100);
    closesocket(client);
    closesocket(peer);
    closesocket(server);
    DestroyWindow(window);
    return 0;
}
