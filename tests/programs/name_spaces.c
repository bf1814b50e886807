// flags: -lws2_32
// Without Wine: it has none of these functions.
// Winsock's name spaces: hosts, services, networks, and who answers for them.
#include <winsock2.h>
#include <windows.h>

#include "fixture.h"

static GUID host_by_name = {0x0002A803, 0, 0, {0xC0, 0, 0, 0, 0, 0, 0, 0x46}};
static GUID service_by_name = {0x0002A802, 0, 0, {0xC0, 0, 0, 0, 0, 0, 0, 0x46}};
static GUID udp_53 = {0x000A0035, 0, 0, {0xC0, 0, 0, 0, 0, 0, 0, 0x46}};
static GUID networks = {0x0037E515, 0xB5C9, 0x4A43, {0xBA, 0xDA, 0x8B, 0x48, 0xA8, 0x7A, 0xD2, 0x39}};

static _Alignas(8) unsigned char room[8192];
static WSAQUERYSETA *const result = (WSAQUERYSETA *)room;

static void ask(const char *what, int outcome)
{
    say("%s: %d, error %d", what, outcome, outcome ? WSAGetLastError() : 0);
}

static WSAQUERYSETA about(DWORD name_space, void *name, GUID *service_class)
{
    WSAQUERYSETA query = {sizeof query, name, service_class};
    query.dwNameSpace = name_space;
    return query;
}

static void host(void)
{
    WSAQUERYSETA query = about(NS_DNS, "127.0.0.1", &host_by_name);
    DWORD size = 8;
    HANDLE lookup = NULL;
    ask("begin", WSALookupServiceBeginA(&query, LUP_RETURN_NAME | LUP_RETURN_TYPE | LUP_RETURN_ADDR | LUP_RETURN_BLOB, &lookup));
    ask("no room", WSALookupServiceNextA(lookup, 0, &size, result));
    say("needs more than the structure: %d", size > sizeof(WSAQUERYSETA));
    ask("next", WSALookupServiceNextA(lookup, 0, &size, result));
    say("%s of name space %u, %u address", result->lpszServiceInstanceName, result->dwNameSpace, result->dwNumberOfCsAddrs);
    say("class %x provider %x", result->lpServiceClassId->Data1, result->lpNSProviderId->Data1);
    const unsigned char *remote = (unsigned char *)result->lpcsaBuffer->RemoteAddr.lpSockaddr;
    say("family %d port %d address %d.%d.%d.%d in %d bytes", remote[0], remote[2] << 8 | remote[3], remote[4],
        remote[5], remote[6], remote[7], result->lpcsaBuffer->RemoteAddr.iSockaddrLength);
    const unsigned char *local = (unsigned char *)result->lpcsaBuffer->LocalAddr.lpSockaddr;
    say("local family %d address %d.%d.%d.%d", local[0], local[4], local[5], local[6], local[7]);
    say("type %d protocol %d", result->lpcsaBuffer->iSocketType, result->lpcsaBuffer->iProtocol);
    const unsigned char *entry = result->lpBlob->pBlobData;
    const unsigned long long *list = (const unsigned long long *)(entry + *(const unsigned long long *)(entry + 24));
    say("host entry: %s, family %d length %d first %d", entry + *(const unsigned long long *)entry,
        *(const short *)(entry + 16), *(const short *)(entry + 18), entry[list[0]]);
    size = sizeof room;
    ask("after the last", WSALookupServiceNextA(lookup, 0, &size, result));
    ask("end", WSALookupServiceEnd(lookup));
    ask("end again", WSALookupServiceEnd(lookup));
    ask("next of none", WSALookupServiceNextA(lookup, 0, &size, result));
}

static void wide(void)
{
    WSAQUERYSETA query = about(NS_ALL, L"127.0.0.1", &udp_53);
    DWORD size = sizeof room;
    HANDLE lookup = NULL;
    ask("begin", WSALookupServiceBeginW((WSAQUERYSETW *)&query, LUP_RETURN_NAME | LUP_RETURN_ADDR, &lookup));
    ask("next", WSALookupServiceNextW(lookup, 0, &size, (WSAQUERYSETW *)result));
    const unsigned char *remote = (unsigned char *)result->lpcsaBuffer->RemoteAddr.lpSockaddr;
    say("%ls port %d, type %d protocol %d, blob %d", (wchar_t *)result->lpszServiceInstanceName, remote[2] << 8 | remote[3],
        result->lpcsaBuffer->iSocketType, result->lpcsaBuffer->iProtocol, result->lpBlob != NULL);
    ask("end", WSALookupServiceEnd(lookup));
}

static void one(const char *what, WSAQUERYSETA query, unsigned flags)
{
    DWORD size = sizeof room;
    HANDLE lookup = NULL;
    int begun = WSALookupServiceBeginA(&query, flags, &lookup);
    ask(what, begun ? begun : WSALookupServiceNextA(lookup, 0, &size, result));
    if (!begun)
        WSALookupServiceEnd(lookup);
}

static void refused(void)
{
    WSAQUERYSETA small = about(NS_DNS, "localhost", &host_by_name);
    small.dwSize = 20;
    one("small structure", small, LUP_RETURN_NAME);
    one("no class", about(NS_DNS, "localhost", NULL), LUP_RETURN_NAME);
    one("Bluetooth", about(NS_BTH, NULL, &host_by_name), LUP_RETURN_NAME);
    one("containers", about(NS_DNS, "localhost", &host_by_name), LUP_CONTAINERS);
    one("no such host", about(NS_DNS, "no-such-host.invalid", &host_by_name), LUP_RETURN_NAME);
    one("no such service", about(NS_DNS, "nosuch/tcp", &service_by_name), LUP_RETURN_NAME);
    one("no host's class", about(NS_DNS, "localhost", &networks), LUP_RETURN_NAME);
    ask("no query", WSALookupServiceBeginA(NULL, 0, NULL));
}

static void networks_there_are(void)
{
    WSAQUERYSETA query = about(NS_NLA, NULL, &networks);
    HANDLE lookup = NULL;
    int begun = WSALookupServiceBeginW((WSAQUERYSETW *)&query, LUP_RETURN_NAME | LUP_RETURN_BLOB, &lookup);
    ask("networks", begun);
    for (;;) {
        DWORD size = sizeof room;
        if (WSALookupServiceNextW(lookup, 0, &size, (WSAQUERYSETW *)result))
            break;
        const unsigned *blob = (const unsigned *)result->lpBlob->pBlobData;
        if (!result->lpszServiceInstanceName || blob[0] != 1 || ((const unsigned *)((const char *)blob + blob[2]))[0] != 3)
            say("a network that is wrong");
    }
    ask("after the last", -1);
    ask("end", WSALookupServiceEnd(lookup));
}

static void providers(void)
{
    DWORD size = 0;
    ask("no room", WSAEnumNameSpaceProvidersW(&size, NULL));
    int count = WSAEnumNameSpaceProvidersA(&size, (WSANAMESPACE_INFOA *)room);
    const WSANAMESPACE_INFOA *found = (const WSANAMESPACE_INFOA *)room;
    for (int each = 0; each < count; ++each)
        if (found[each].dwNameSpace == NS_DNS)
            say("%s is %x, active %d", found[each].lpszIdentifier, found[each].NSProviderId.Data1, found[each].fActive);
}

PROGRAM
{
    WSADATA data;
    WSAStartup(0x202, &data);
    host();
    wide();
    refused();
    networks_there_are();
    providers();
    WSACleanup();
    return 0;
}
