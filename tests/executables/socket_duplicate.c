// flags: -lws2_32
// A socket that another process, or the same, gets a descriptor of ("WSADuplicateSocketW function").
#include <winsock2.h>

#include "process.h"

static SOCKET listen_here(struct sockaddr_in *address)
{
    int size = sizeof *address;
    SOCKET s = socket(AF_INET, SOCK_STREAM, 0);
    *address = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    bind(s, (struct sockaddr *)address, size);
    listen(s, 5);
    getsockname(s, (struct sockaddr *)address, &size);
    return s;
}

static SOCKET open_from(WSAPROTOCOL_INFOW *info)
{
    return WSASocketW(FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, info, 0, WSA_FLAG_OVERLAPPED);
}

static WSAPROTOCOL_INFOW *shared_info(HANDLE *mapping)
{
    *mapping = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, sizeof(WSAPROTOCOL_INFOW),
                                  own("windlass test info"));
    return MapViewOfFile(*mapping, FILE_MAP_WRITE, 0, 0, 0);
}

static int child(void)
{
    HANDLE mapping;
    SOCKET s = open_from(shared_info(&mapping));
    say("  the child has it: %d", s != INVALID_SOCKET);
    say("  sent %d", send(s, "from the child", 14, 0));
    return 5;
}

static void to_child(SOCKET server, const struct sockaddr_in *address)
{
    char text[32] = "";
    HANDLE mapping;
    WSAPROTOCOL_INFOW *info = shared_info(&mapping);
    SOCKET client = socket(AF_INET, SOCK_STREAM, 0);
    connect(client, (const struct sockaddr *)address, sizeof *address);
    SOCKET peer = accept(server, NULL, NULL);
    PROCESS_INFORMATION process = start("child", CREATE_SUSPENDED);
    say("to a child:");
    say("  duplicate %d", WSADuplicateSocketW(peer, process.dwProcessId, info));
    say("  family %d, type %d, protocol %d", info->iAddressFamily, info->iSocketType, info->iProtocol);
    ResumeThread(process.hThread);
    say("  exit code %lu", finish(process));
    closesocket(peer);
    say("  received %d: %s", recv(client, text, sizeof text - 1, 0), text);
    say("  then %d", recv(client, text, sizeof text, 0));
    closesocket(client);
}

static void to_itself(SOCKET server, const struct sockaddr_in *address)
{
    char text[8] = "";
    WSAPROTOCOL_INFOW info;
    SOCKET client = socket(AF_INET, SOCK_STREAM, 0);
    connect(client, (const struct sockaddr *)address, sizeof *address);
    SOCKET peer = accept(server, NULL, NULL);
    say("to itself:");
    say("  duplicate %d", WSADuplicateSocketW(peer, GetCurrentProcessId(), &info));
    SOCKET second = open_from(&info);
    say("  another handle %d", second != INVALID_SOCKET && second != peer);
    closesocket(peer);
    say("  sent %d", send(second, "abc", 3, 0));
    say("  received %d: %s", recv(client, text, sizeof text - 1, 0), text);
    closesocket(second);
    closesocket(client);
}

int main(int count, char **arguments)
{
    WSADATA data;
    WSAPROTOCOL_INFOW info;
    struct sockaddr_in address;
    begin();
    WSAStartup(0x0202, &data);
    if (count > 1 && !strcmp(arguments[1], "child"))
        return child();
    SOCKET server = listen_here(&address);
    to_itself(server, &address);
    to_child(server, &address);
    say("no socket: %d, error %d", WSADuplicateSocketW(4711, GetCurrentProcessId(), &info), WSAGetLastError());
    return 0;
}
