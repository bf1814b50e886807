// ws2_32: GetAddrInfoEx, at once and while the program goes on.
// flags: -lws2_32
#include <winsock2.h>
#include <ws2tcpip.h>
#include <windows.h>
#include "fixture.h"

/* Headers declare these for newer versions of Windows alone. */
__declspec(dllimport) INT WSAAPI GetAddrInfoExOverlappedResult(OVERLAPPED *overlapped);
__declspec(dllimport) INT WSAAPI GetAddrInfoExCancel(HANDLE *handle);

static void say_list(const ADDRINFOEXW *list)
{
    const struct sockaddr_in *address = (const struct sockaddr_in *)list->ai_addr;
    say("family %d type %d size %u", list->ai_family, list->ai_socktype, (unsigned)list->ai_addrlen);
    say("%x port %u", ntohl(address->sin_addr.s_addr), ntohs(address->sin_port));
}

PROGRAM
{
    WSADATA data;
    ADDRINFOEXW hints = {.ai_flags = AI_NUMERICHOST, .ai_family = AF_INET, .ai_socktype = SOCK_STREAM}, *list = NULL;
    OVERLAPPED overlapped = {0};
    HANDLE handle = NULL;
    WSAStartup(0x202, &data);
    say("numeric %d", GetAddrInfoExW(L"127.0.0.1", L"80", NS_DNS, NULL, &hints, &list, NULL, NULL, NULL, NULL));
    say_list(list);
    say("one %d", list->ai_next == NULL);
    FreeAddrInfoExW(list);
    list = (ADDRINFOEXW *)1;
    say("no number %d", GetAddrInfoExW(L"nonsense", NULL, NS_DNS, NULL, &hints, &list, NULL, NULL, NULL, NULL));
    overlapped.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL);
    say("later %d", GetAddrInfoExW(L"127.0.0.2", L"443", NS_DNS, NULL, &hints, &list, NULL, &overlapped, NULL, &handle));
    say("wait %u", WaitForSingleObject(overlapped.hEvent, 5000));
    say("result %d", GetAddrInfoExOverlappedResult(&overlapped));
    say_list(list);
    FreeAddrInfoExW(list);
    say("too late %d", GetAddrInfoExCancel(&handle));
    WSACleanup();
    return 0;
}
