// flags: -lws2_32
// Texts of addresses, names of protocols, and the transports there are.
#include <winsock2.h>
#include <ws2tcpip.h>
#include <windows.h>

#include "fixture.h"

static void parsed(const char *text, int family)
{
    struct sockaddr_storage address;
    char back[100] = "";
    DWORD back_length = sizeof back;
    int length = sizeof address;
    ZeroMemory(&address, sizeof address);
    WSASetLastError(0);
    int result = WSAStringToAddressA((char *)text, family, NULL, (struct sockaddr *)&address, &length);
    if (result) {
        say("'%s' %d: %d", text, family, WSAGetLastError());
        return;
    }
    WSAAddressToStringA((struct sockaddr *)&address, length, NULL, back, &back_length);
    say("'%s' %d: family %d port %u length %d '%s'", text, family, address.ss_family,
        ntohs(((struct sockaddr_in *)&address)->sin_port), length, back);
}

PROGRAM
{
    WSADATA data;
    static BYTE room[16384];
    DWORD size = 0;
    int tcp[] = {IPPROTO_TCP, 0};
    WSAStartup(0x202, &data);
    parsed("127.0.0.1", AF_INET);
    parsed("127.0.0.1:80", AF_INET);
    parsed("127.0.0.1:99999", AF_INET);
    parsed("nonsense", AF_INET);
    parsed("::1", AF_INET6);
    parsed("[::1]:80", AF_INET6);
    parsed("[::1", AF_INET6);
    parsed("1.2.3.4", AF_INET6);
    WCHAR wide[] = L"1.2.3.4:5";
    struct sockaddr_in address;
    int length = 4;
    say("short %d error %d length %d", WSAStringToAddressW(wide, AF_INET, NULL, (struct sockaddr *)&address, &length),
        WSAGetLastError(), length);
    say("wide %d", WSAStringToAddressW(wide, AF_INET, NULL, (struct sockaddr *)&address, &length));
    say("tcp %d %s", getprotobyname("TCP")->p_proto, getprotobynumber(6)->p_name);
    say("none %d", getprotobyname("no such protocol") == NULL);
    say("protocols %d error %d", WSAEnumProtocolsW(NULL, NULL, &size), WSAGetLastError());
    size = sizeof room;
    int count = WSAEnumProtocolsW(tcp, (WSAPROTOCOL_INFOW *)room, &size);
    check(count >= 1);
    for (int i = 0; i < count; i++)
        check(((WSAPROTOCOL_INFOW *)room)[i].iProtocol == IPPROTO_TCP && ((WSAPROTOCOL_INFOW *)room)[i].iSocketType == SOCK_STREAM);
    WSACleanup();
    return 0;
}
