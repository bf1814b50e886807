// flags: -liphlpapi -lws2_32
// Interfaces, addresses and routes. What the machine has is not known, but the loopback interface is always there.
#include <winsock2.h>
#include <ws2ipdef.h>
#include <iphlpapi.h>
#include <netioapi.h>
#include <windows.h>

#include "fixture.h"

static BYTE room[65536] __attribute__((aligned(16)));

static IP_ADAPTER_ADDRESSES *find_loopback(ULONG family, ULONG flags)
{
    ULONG size = sizeof room;
    if (GetAdaptersAddresses(family, flags, NULL, (IP_ADAPTER_ADDRESSES *)room, &size) != NO_ERROR)
        return NULL;
    for (IP_ADAPTER_ADDRESSES *at = (IP_ADAPTER_ADDRESSES *)room; at; at = at->Next)
        if (at->IfType == IF_TYPE_SOFTWARE_LOOPBACK)
            return at;
    return NULL;
}

static DWORD adapters(void)
{
    ULONG size = 0;
    say("size %u", GetAdaptersAddresses(AF_UNSPEC, 0, NULL, NULL, &size));
    check(size >= sizeof(IP_ADAPTER_ADDRESSES));
    // Wine reports: bad family 111
    // documented: bad family 87     (Microsoft, "GetAdaptersAddresses function")
    say("bad family %u", GetAdaptersAddresses(99, 0, NULL, NULL, &size));
    say("no size %u", GetAdaptersAddresses(AF_UNSPEC, 0, NULL, NULL, NULL));
    IP_ADAPTER_ADDRESSES *adapter = find_loopback(AF_INET, 0);
    check(adapter != NULL && adapter->Length >= 144);
    say("status %u, hardware %u", adapter->OperStatus, adapter->PhysicalAddressLength);
    check(adapter->AdapterName[0] && adapter->FriendlyName[0] && adapter->Description != NULL);
    check(adapter->Luid.Info.IfType == IF_TYPE_SOFTWARE_LOOPBACK);
    IP_ADAPTER_UNICAST_ADDRESS *address = adapter->FirstUnicastAddress;
    struct sockaddr_in *ipv4 = (struct sockaddr_in *)address->Address.lpSockaddr;
    say("family %u, address %x, length %u, prefix %u", ipv4->sin_family, ntohl(ipv4->sin_addr.s_addr),
        address->Address.iSockaddrLength, address->OnLinkPrefixLength);
    adapter = find_loopback(AF_INET, GAA_FLAG_SKIP_UNICAST);
    say("skipped %d", adapter->FirstUnicastAddress == NULL);
    adapter = find_loopback(AF_INET6, 0);
    for (address = adapter ? adapter->FirstUnicastAddress : NULL; address; address = address->Next)
        check(address->Address.lpSockaddr->sa_family == AF_INET6);
    return find_loopback(AF_INET, 0)->IfIndex;
}

static void interfaces(DWORD loopback)
{
    DWORD count = 0, index = 0;
    ULONG size = 0;
    char name[IF_NAMESIZE + 1] = "";
    NET_LUID luid;
    NET_IFINDEX back = 0;
    MIB_IFROW row;
    check(GetNumberOfInterfaces(&count) == NO_ERROR && count >= 1);
    say("table %u", GetIfTable(NULL, &size, FALSE));
    size = sizeof room;
    say("table %u", GetIfTable((MIB_IFTABLE *)room, &size, FALSE));
    check(((MIB_IFTABLE *)room)->dwNumEntries >= 1);
    row.dwIndex = loopback;
    say("entry %u, type %u", GetIfEntry(&row), row.dwType);
    row.dwIndex = 0x7ffffff;
    check(GetIfEntry(&row) != NO_ERROR);
    say("best %u", GetBestInterface(htonl(0x7f000001), &index));
    // Wine reports: by loopback 0
    // documented: by loopback 1     (Microsoft, "GetBestInterface function")
    say("by loopback %d", index == loopback);
    check(if_indextoname(loopback, name) == name && name[0]);
    say("round trip %d", if_nametoindex(name) == loopback);
    say("no such %u %d", if_nametoindex("no such interface"), if_indextoname(0x7ffffff, name) != NULL);
    say("luid %u", ConvertInterfaceIndexToLuid(loopback, &luid));
    say("index %u", ConvertInterfaceLuidToIndex(&luid, &back));
    check(back == loopback && luid.Info.IfType == IF_TYPE_SOFTWARE_LOOPBACK);
    say("no index %u", ConvertInterfaceIndexToLuid(0x7ffffff, &luid));
}

static void tables(void)
{
    ULONG size = 0, mask = 0;
    BOOL found = FALSE;
    say("addresses %u", GetIpAddrTable(NULL, &size, FALSE));
    size = sizeof room;
    say("addresses %u", GetIpAddrTable((MIB_IPADDRTABLE *)room, &size, FALSE));
    MIB_IPADDRTABLE *table = (MIB_IPADDRTABLE *)room;
    for (DWORD i = 0; i < table->dwNumEntries; i++)
        found |= table->table[i].dwAddr == htonl(0x7f000001) && table->table[i].dwMask == htonl(0xff000000);
    say("loopback %d", found);
    size = sizeof room;
    say("parameters %u", GetNetworkParams((FIXED_INFO *)room, &size));
    check(((FIXED_INFO *)room)->HostName[0]);
    size = sizeof room;
    check(GetIpForwardTable((MIB_IPFORWARDTABLE *)room, &size, FALSE) == NO_ERROR);
    say("mask %u %x", ConvertLengthToIpv4Mask(20, &mask), ntohl(mask));
}

static void newer_tables(void)
{
    MIB_UNICASTIPADDRESS_TABLE *addresses = NULL;
    MIB_IF_TABLE2 *interfaces = NULL;
    SOCKADDR_INET destination = {{0}}, source;
    MIB_IPFORWARD_ROW2 route;
    BOOL found = FALSE;
    say("unicast %u", GetUnicastIpAddressTable(AF_INET, &addresses));
    for (ULONG i = 0; i < addresses->NumEntries; i++)
        found |= addresses->Table[i].Address.Ipv4.sin_addr.s_addr == htonl(0x7f000001) &&
                 addresses->Table[i].OnLinkPrefixLength == 8;
    say("loopback %d", found);
    FreeMibTable(addresses);
    say("interfaces %u", GetIfTable2(&interfaces));
    found = FALSE;
    for (ULONG i = 0; i < interfaces->NumEntries; i++)
        found |= interfaces->Table[i].Type == IF_TYPE_SOFTWARE_LOOPBACK && interfaces->Table[i].Alias[0];
    say("loopback %d", found);
    FreeMibTable(interfaces);
    destination.Ipv4.sin_family = AF_INET;
    destination.Ipv4.sin_addr.s_addr = htonl(0x7f000001);
    // Wine reports: route 50
    // documented: route 0     (Microsoft, "GetBestRoute2 function")
    say("route %u", GetBestRoute2(NULL, 0, NULL, &destination, 0, &route, &source));
}

static void connections(void)
{
    struct sockaddr_in address = {AF_INET};
    int length = sizeof address;
    WSADATA data;
    ULONG size = sizeof room;
    BOOL found = FALSE;
    WSAStartup(0x202, &data);
    SOCKET listener = socket(AF_INET, SOCK_STREAM, 0);
    address.sin_addr.s_addr = htonl(0x7f000001);
    bind(listener, (struct sockaddr *)&address, sizeof address);
    listen(listener, 1);
    getsockname(listener, (struct sockaddr *)&address, &length);
    say("extended %u", GetExtendedTcpTable(room, &size, FALSE, AF_INET, TCP_TABLE_OWNER_PID_LISTENER, 0));
    MIB_TCPTABLE_OWNER_PID *table = (MIB_TCPTABLE_OWNER_PID *)room;
    for (DWORD i = 0; i < table->dwNumEntries; i++)
        found |= (WORD)table->table[i].dwLocalPort == address.sin_port && table->table[i].dwState == MIB_TCP_STATE_LISTEN;
    say("listener %d", found);
    size = sizeof room;
    say("plain %u", GetTcpTable((MIB_TCPTABLE *)room, &size, FALSE));
    size = sizeof room;
    say("udp %u", GetUdpTable((MIB_UDPTABLE *)room, &size, FALSE));
    closesocket(listener);
    WSACleanup();
}

PROGRAM
{
    DWORD loopback = adapters();
    interfaces(loopback);
    tables();
    newer_tables();
    connections();
    return 0;
}
