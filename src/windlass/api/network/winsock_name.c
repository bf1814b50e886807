/* Names and addresses ("getaddrinfo function", "inet_pton function" ...). */
#include "winsock.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <strings.h>
#include <netinet/in.h>
#include <stdio.h>
#include <unistd.h>

#include "codepage.h"

/* ---- byte order ---- */

API(ws2_32 wsock32, USHORT, htons, USHORT hostshort) { return htons(hostshort); }
API(ws2_32 wsock32, ULONG, htonl, ULONG hostlong) { return htonl(hostlong); }
API_ALIAS(api_htons, back, ws2_32 wsock32, "ntohs");
API_ALIAS(api_htonl, back, ws2_32 wsock32, "ntohl");

static int swap_long(SOCKET s, ULONG value, ULONG *out) {
    struct file *file = socket_from(s);
    if (!file)
        return SOCKET_ERROR;
    file_release(file);
    if (!out)
        return socket_failed(WSAEFAULT);
    *out = htonl(value);
    return 0;
}

static int swap_short(SOCKET s, USHORT value, USHORT *out) {
    ULONG swapped;
    if (out ? swap_long(s, value, &swapped) : swap_long(s, value, NULL))
        return SOCKET_ERROR;
    *out = (USHORT)(swapped >> 16);
    return 0;
}

/* All protocols here have the network's order. */
API(ws2_32, int, WSAHtonl, SOCKET s, ULONG hostlong, ULONG *lpnetlong) { return swap_long(s, hostlong, lpnetlong); }
API(ws2_32, int, WSAHtons, SOCKET s, USHORT hostshort, USHORT *lpnetshort) { return swap_short(s, hostshort, lpnetshort); }
API_ALIAS(api_WSAHtonl, back, ws2_32, "WSANtohl");
API_ALIAS(api_WSAHtons, back, ws2_32, "WSANtohs");

/* ---- text ---- */

enum { SCOPE_SIZE = 11 };

/* "fe80::1%4": on Windows a zone has its number, never a name. False: there is no room. */
static bool append_scope(char *text, size_t room, uint32_t scope) {
    size_t length = strlen(text);
    return !scope || (size_t)snprintf(text + length, room - length, "%%%u", scope) < room - length;
}

API(ws2_32 wsock32, ULONG, inet_addr, LPCSTR cp) {
    struct in_addr address;
    return inet_aton(cp, &address) ? address.s_addr : INADDR_NONE;
}

/* The text stays until the thread's next call. */
API(ws2_32 wsock32, LPSTR, inet_ntoa, ULONG in) {
    static __thread char text[INET_ADDRSTRLEN];
    const unsigned char *bytes = (const unsigned char *)&in;
    snprintf(text, sizeof text, "%u.%u.%u.%u", bytes[0], bytes[1], bytes[2], bytes[3]);
    return text;
}

API(ws2_32, int, inet_pton, int Family, LPCSTR pszAddrString, PVOID pAddrBuf) {
    if (Family != AF_INET && Family != WINDOWS_AF_INET6)
        return socket_failed(WSAEAFNOSUPPORT);
    return inet_pton(family_to_host(Family), pszAddrString, pAddrBuf);
}

API(ws2_32, LPCSTR, inet_ntop, int Family, const void *pAddr, LPSTR pStringBuf, SIZE_T StringBufSize) {
    if (Family != AF_INET && Family != WINDOWS_AF_INET6) {
        set_last_error(WSAEAFNOSUPPORT);
        return NULL;
    }
    if (inet_ntop(family_to_host(Family), pAddr, pStringBuf, (socklen_t)StringBufSize))
        return pStringBuf;
    set_last_error(ERROR_INVALID_PARAMETER);
    return NULL;
}

API(ws2_32, int, InetPtonW, int Family, LPCWSTR pszAddrString, PVOID pAddrBuf) {
    char *text = utf8_copy_of_wide(pszAddrString);
    int result = text ? api_inet_pton(Family, text, pAddrBuf) : socket_failed(10055);
    free(text);
    return result;
}

API(ws2_32, LPCWSTR, InetNtopW, int Family, const void *pAddr, LPWSTR pStringBuf, SIZE_T StringBufSize) {
    char text[INET6_ADDRSTRLEN];
    if (!api_inet_ntop(Family, pAddr, text, sizeof text))
        return NULL;
    if (strlen(text) >= StringBufSize) {
        set_last_error(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    utf8_to_wide(text, strlen(text) + 1, pStringBuf, StringBufSize);
    return pStringBuf;
}

/* ---- getaddrinfo ---- */

typedef struct _ADDRINFO {
    int ai_flags, ai_family, ai_socktype, ai_protocol;
    SIZE_T ai_addrlen;
    void *ai_canonname; /* CHAR or WCHAR */
    void *ai_addr;
    struct _ADDRINFO *ai_next;
} ADDRINFO;

static DWORD error_from_gai(int error) {
    switch (error) {
    case 0: return 0;
    case EAI_AGAIN: return WSATRY_AGAIN;
    case EAI_BADFLAGS: return WSAEINVAL;
    case EAI_FAIL: return WSANO_RECOVERY;
    case EAI_FAMILY: return WSAEAFNOSUPPORT;
    case EAI_MEMORY: return 8;
    case EAI_OVERFLOW: return ERROR_INSUFFICIENT_BUFFER;
    case EAI_SERVICE: return WSATYPE_NOT_FOUND;
    case EAI_SOCKTYPE: return 10044;
    default: return WSAHOST_NOT_FOUND;
    }
}

enum { W_AI_PASSIVE = 1, W_AI_CANONNAME = 2, W_AI_NUMERICHOST = 4, W_AI_NUMERICSERV = 8, W_AI_ALL = 0x100,
       W_AI_ADDRCONFIG = 0x400, W_AI_V4MAPPED = 0x800 };

static int hint_flags(int flags) {
    return (flags & W_AI_PASSIVE ? AI_PASSIVE : 0) | (flags & W_AI_CANONNAME ? AI_CANONNAME : 0) |
           (flags & W_AI_NUMERICHOST ? AI_NUMERICHOST : 0) | (flags & W_AI_NUMERICSERV ? AI_NUMERICSERV : 0) |
           (flags & W_AI_ALL ? AI_ALL : 0) | (flags & W_AI_ADDRCONFIG ? AI_ADDRCONFIG : 0) |
           (flags & W_AI_V4MAPPED ? AI_V4MAPPED : 0);
}

static ADDRINFO *copy_entry(const struct addrinfo *host, bool wide) {
    ADDRINFO *entry = calloc(1, sizeof *entry);
    struct sockaddr_storage *address = calloc(1, sizeof *address);
    if (!entry || !address) {
        free(entry);
        free(address);
        return NULL;
    }
    memcpy(address, host->ai_addr, host->ai_addrlen);
    address->ss_family = (sa_family_t)family_to_windows(address->ss_family);
    *entry = (ADDRINFO){host->ai_flags, family_to_windows(host->ai_family), host->ai_socktype, host->ai_protocol,
                        host->ai_addrlen, NULL, address, NULL};
    if (host->ai_canonname)
        entry->ai_canonname = wide ? (void *)wide_from_utf8(host->ai_canonname) : (void *)strdup(host->ai_canonname);
    return entry;
}

API(ws2_32, void, freeaddrinfo, ADDRINFO *pAddrInfo) {
    while (pAddrInfo) {
        ADDRINFO *next = pAddrInfo->ai_next;
        free(pAddrInfo->ai_canonname);
        free(pAddrInfo->ai_addr);
        free(pAddrInfo);
        pAddrInfo = next;
    }
}
API_ALIAS(api_freeaddrinfo, wide, ws2_32, "FreeAddrInfoW");

/* The number of a port has 16 bits, whatever goes over them; the host takes no number below 0. */
static const char *service_to_host(const char *service, char number[8]) {
    char *end;
    if (!service || !*service)
        return service;
    long port = strtol(service, &end, 10);
    if (*end)
        return service;
    snprintf(number, 8, "%u", (unsigned)(USHORT)port);
    return number;
}

static int resolve(const char *node, const char *service, const ADDRINFO *hints, ADDRINFO **result, bool wide) {
    struct addrinfo host_hints = {0}, *found = NULL;
    char name[256], number[8];
    *result = NULL;
    if (hints)
        host_hints = (struct addrinfo){.ai_flags = hint_flags(hints->ai_flags), .ai_family = family_to_host(hints->ai_family),
                                       .ai_socktype = hints->ai_socktype, .ai_protocol = hints->ai_protocol};
    if (node && !*node) { /* this machine ("getaddrinfo function") */
        gethostname(name, sizeof name);
        node = name;
    }
    int error = getaddrinfo(node, service_to_host(service, number), &host_hints, &found);
    ADDRINFO **at = result;
    for (struct addrinfo *each = found; !error && each; each = each->ai_next) {
        /* Without a wanted type the host gives each address three times, Windows once with type 0. */
        if (!host_hints.ai_socktype && !host_hints.ai_protocol && each->ai_socktype != SOCK_STREAM && !service)
            continue;
        *at = copy_entry(each, wide);
        if (!*at)
            break;
        if (!host_hints.ai_socktype && !service)
            (*at)->ai_socktype = (*at)->ai_protocol = 0;
        at = &(*at)->ai_next;
    }
    if (found)
        freeaddrinfo(found);
    DWORD code = error_from_gai(error);
    if (code)
        set_last_error(code);
    return (int)code;
}

API(ws2_32, int, getaddrinfo, LPCSTR pNodeName, LPCSTR pServiceName, const ADDRINFO *pHints, ADDRINFO **ppResult) {
    return resolve(pNodeName, pServiceName, pHints, ppResult, false);
}

API(ws2_32, int, GetAddrInfoW, LPCWSTR pNodeName, LPCWSTR pServiceName, const ADDRINFO *pHints, ADDRINFO **ppResult) {
    char *node = pNodeName ? utf8_copy_of_wide(pNodeName) : NULL, *service = pServiceName ? utf8_copy_of_wide(pServiceName) : NULL;
    int result = resolve(node, service, pHints, ppResult, true);
    free(node);
    free(service);
    return result;
}

enum { W_NI_NOFQDN = 1, W_NI_NUMERICHOST = 2, W_NI_NAMEREQD = 4, W_NI_NUMERICSERV = 8, W_NI_DGRAM = 16 };

/* The host would add the zone's name to a number. */
static uint32_t take_scope(struct sockaddr_storage *address) {
    struct sockaddr_in6 *six = (struct sockaddr_in6 *)address;
    uint32_t scope = address->ss_family == AF_INET6 ? six->sin6_scope_id : 0;
    if (scope)
        six->sin6_scope_id = 0;
    return scope;
}

API(ws2_32, int, getnameinfo, const void *pSockaddr, int SockaddrLength, LPSTR pNodeBuffer, DWORD NodeBufferSize,
    LPSTR pServiceBuffer, DWORD ServiceBufferSize, int Flags) {
    struct sockaddr_storage address;
    if (!address_to_host(pSockaddr, SockaddrLength, &address))
        return WSAEFAULT;
    int flags = (Flags & W_NI_NOFQDN ? NI_NOFQDN : 0) | (Flags & W_NI_NUMERICHOST ? NI_NUMERICHOST : 0) |
                (Flags & W_NI_NAMEREQD ? NI_NAMEREQD : 0) | (Flags & W_NI_NUMERICSERV ? NI_NUMERICSERV : 0) |
                (Flags & W_NI_DGRAM ? NI_DGRAM : 0);
    uint32_t scope = take_scope(&address);
    int error = getnameinfo((struct sockaddr *)&address, (socklen_t)SockaddrLength, pNodeBuffer, NodeBufferSize,
                            pServiceBuffer, ServiceBufferSize, flags);
    if (error == EAI_AGAIN && !(flags & NI_NAMEREQD)) /* nobody to be asked: the address in numbers */
        error = getnameinfo((struct sockaddr *)&address, (socklen_t)SockaddrLength, pNodeBuffer, NodeBufferSize,
                            pServiceBuffer, ServiceBufferSize, flags | NI_NUMERICHOST);
    if (!error && pNodeBuffer && NodeBufferSize && strchr(pNodeBuffer, ':') && !append_scope(pNodeBuffer, NodeBufferSize, scope))
        error = EAI_OVERFLOW;
    DWORD code = error_from_gai(error);
    if (code)
        set_last_error(code);
    return (int)code;
}

API(ws2_32, int, GetNameInfoW, const void *pSockaddr, int SockaddrLength, LPWSTR pNodeBuffer, DWORD NodeBufferSize,
    LPWSTR pServiceBuffer, DWORD ServiceBufferSize, int Flags) {
    char node[NI_MAXHOST] = "", service[NI_MAXSERV] = "";
    int code = api_getnameinfo(pSockaddr, SockaddrLength, pNodeBuffer ? node : NULL, pNodeBuffer ? sizeof node : 0,
                               pServiceBuffer ? service : NULL, pServiceBuffer ? sizeof service : 0, Flags);
    if (!code && (strlen(node) + 1 > NodeBufferSize || strlen(service) + 1 > ServiceBufferSize) && pNodeBuffer && pServiceBuffer)
        code = ERROR_INSUFFICIENT_BUFFER;
    if (!code && pNodeBuffer)
        utf8_to_wide(node, strlen(node) + 1, pNodeBuffer, NodeBufferSize);
    if (!code && pServiceBuffer)
        utf8_to_wide(service, strlen(service) + 1, pServiceBuffer, ServiceBufferSize);
    return code;
}

API(ws2_32 wsock32, int, gethostname, LPSTR name, int namelen) {
    if (!name || namelen <= 0 || gethostname(name, (size_t)namelen))
        return socket_failed(WSAEFAULT);
    return memchr(name, 0, (size_t)namelen) ? 0 : socket_failed(WSAEFAULT);
}

API(ws2_32, int, GetHostNameW, LPWSTR name, int namelen) {
    char text[256];
    if (!name || gethostname(text, sizeof text) || (size_t)namelen <= strlen(text))
        return socket_failed(WSAEFAULT);
    utf8_to_wide(text, strlen(text) + 1, name, (size_t)namelen);
    return 0;
}

/* ---- the older functions: their answer stays until the thread's next call ---- */

typedef struct {
    LPSTR h_name;
    LPSTR *h_aliases;
    SHORT h_addrtype, h_length;
    LPSTR *h_addr_list;
} HOSTENT;

typedef struct { LPSTR s_name; LPSTR *s_aliases; LPSTR s_proto; SHORT s_port; } SERVENT;
typedef struct { LPSTR p_name; LPSTR *p_aliases; SHORT p_proto; } PROTOENT;

struct answer {
    HOSTENT host;
    SERVENT service;
    PROTOENT protocol;
    char text[1024];
    char *addresses[16];
    char *none[1];
    uint32_t numbers[16];
};

static struct answer *answer_of_thread(void) {
    static __thread struct answer *answer;
    if (!answer)
        answer = calloc(1, sizeof *answer);
    return answer;
}

API(ws2_32 wsock32, HOSTENT *, gethostbyname, LPCSTR name) {
    struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM, .ai_flags = AI_CANONNAME}, *found;
    struct answer *answer = answer_of_thread();
    char self[256];
    if (!name || !*name) {
        gethostname(self, sizeof self);
        name = self;
    }
    int error = answer ? getaddrinfo(name, NULL, &hints, &found) : EAI_MEMORY;
    if (error) {
        set_last_error(error_from_gai(error));
        return NULL;
    }
    int count = 0;
    for (struct addrinfo *each = found; each && count < 15; each = each->ai_next, count++) {
        answer->numbers[count] = ((struct sockaddr_in *)each->ai_addr)->sin_addr.s_addr;
        answer->addresses[count] = (char *)&answer->numbers[count];
    }
    answer->addresses[count] = NULL;
    snprintf(answer->text, sizeof answer->text, "%s", found->ai_canonname ? found->ai_canonname : name);
    freeaddrinfo(found);
    answer->host = (HOSTENT){answer->text, answer->none, AF_INET, 4, answer->addresses};
    return &answer->host;
}

API(ws2_32 wsock32, SERVENT *, getservbyname, LPCSTR name, LPCSTR proto) {
    struct servent entry, *found = NULL;
    struct answer *answer = answer_of_thread();
    if (!answer || getservbyname_r(name, proto, &entry, answer->text, sizeof answer->text, &found) || !found) {
        set_last_error(WSANO_DATA);
        return NULL;
    }
    answer->service = (SERVENT){found->s_name, found->s_aliases, found->s_proto, (SHORT)found->s_port};
    return &answer->service;
}

API(ws2_32 wsock32, SERVENT *, getservbyport, int port, LPCSTR proto) {
    struct servent entry, *found = NULL;
    struct answer *answer = answer_of_thread();
    if (!answer || getservbyport_r(port, proto, &entry, answer->text, sizeof answer->text, &found) || !found) {
        set_last_error(WSANO_DATA);
        return NULL;
    }
    answer->service = (SERVENT){found->s_name, found->s_aliases, found->s_proto, (SHORT)found->s_port};
    return &answer->service;
}

/* The host's name for an address ("gethostbyaddr function"). */
API(ws2_32 wsock32, HOSTENT *, gethostbyaddr, const CHAR *addr, int len, int type) {
    struct answer *answer = answer_of_thread();
    struct sockaddr_storage address = {.ss_family = (sa_family_t)family_to_host(type)};
    bool is_six = address.ss_family == AF_INET6;
    if (!addr || (type != AF_INET && !is_six) || len < (is_six ? 16 : 4)) {
        set_last_error(addr && type != AF_INET && !is_six ? WSAEAFNOSUPPORT : WSAEFAULT);
        return NULL;
    }
    void *bytes = is_six ? (void *)&((struct sockaddr_in6 *)&address)->sin6_addr
                         : (void *)&((struct sockaddr_in *)&address)->sin_addr;
    memcpy(bytes, addr, is_six ? 16 : 4);
    int error = answer ? getnameinfo((struct sockaddr *)&address, is_six ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in),
                                     answer->text, sizeof answer->text, NULL, 0, NI_NAMEREQD) : EAI_MEMORY;
    if (error) {
        set_last_error(error_from_gai(error));
        return NULL;
    }
    memcpy(answer->numbers, addr, is_six ? 16 : 4);
    answer->addresses[0] = (char *)answer->numbers;
    answer->addresses[1] = NULL;
    answer->host = (HOSTENT){answer->text, answer->none, (SHORT)type, is_six ? 16 : 4, answer->addresses};
    return &answer->host;
}

static const struct protocol { const char *name; SHORT number; } protocols[] = {
    {"ip", 0}, {"icmp", 1}, {"tcp", 6}, {"udp", 17}, {"ipv6", 41}, {"ipv6-icmp", 58}};

static PROTOENT *give_protocol(const struct protocol *found) {
    struct answer *answer = answer_of_thread();
    if (!answer || !found) {
        set_last_error(WSANO_DATA);
        return NULL;
    }
    answer->protocol = (PROTOENT){(LPSTR)found->name, answer->none, found->number};
    return &answer->protocol;
}

API(ws2_32 wsock32, PROTOENT *, getprotobyname, LPCSTR name) {
    const struct protocol *found = NULL;
    for (size_t i = 0; name && i < sizeof protocols / sizeof *protocols; i++)
        found = strcasecmp(protocols[i].name, name) == 0 ? &protocols[i] : found;
    return give_protocol(found);
}

API(ws2_32 wsock32, PROTOENT *, getprotobynumber, int number) {
    const struct protocol *found = NULL;
    for (size_t i = 0; i < sizeof protocols / sizeof *protocols; i++)
        found = protocols[i].number == number ? &protocols[i] : found;
    return give_protocol(found);
}

/* ---- WSAAddressToString: "1.2.3.4:80", "[::1]:80" ---- */

static int format_address(const void *address, DWORD length, char *out, size_t size) {
    struct sockaddr_storage host;
    char text[INET6_ADDRSTRLEN + SCOPE_SIZE];
    if (!address_to_host(address, (int)length, &host))
        return 0;
    bool is_six = host.ss_family == AF_INET6;
    const void *bytes = is_six ? (void *)&((struct sockaddr_in6 *)&host)->sin6_addr
                               : (void *)&((struct sockaddr_in *)&host)->sin_addr;
    unsigned port = ntohs(((struct sockaddr_in *)&host)->sin_port);
    if (!inet_ntop(host.ss_family, bytes, text, INET6_ADDRSTRLEN))
        return 0;
    if (is_six)
        append_scope(text, sizeof text, ((struct sockaddr_in6 *)&host)->sin6_scope_id);
    return port ? snprintf(out, size, is_six ? "[%s]:%u" : "%s:%u", text, port) : snprintf(out, size, "%s", text);
}

API(ws2_32, int, WSAAddressToStringA, const void *lpsaAddress, DWORD dwAddressLength, PVOID lpProtocolInfo,
    LPSTR lpszAddressString, LPDWORD lpdwAddressStringLength) {
    char text[80];
    (void)lpProtocolInfo;
    int length = format_address(lpsaAddress, dwAddressLength, text, sizeof text);
    if (!length || (DWORD)length >= *lpdwAddressStringLength)
        return socket_failed(length ? WSAEFAULT : WSAEINVAL);
    memcpy(lpszAddressString, text, (size_t)length + 1);
    *lpdwAddressStringLength = (DWORD)length + 1;
    return 0;
}

API(ws2_32, int, WSAAddressToStringW, const void *lpsaAddress, DWORD dwAddressLength, PVOID lpProtocolInfo,
    LPWSTR lpszAddressString, LPDWORD lpdwAddressStringLength) {
    char text[80];
    (void)lpProtocolInfo;
    int length = format_address(lpsaAddress, dwAddressLength, text, sizeof text);
    if (!length || (DWORD)length >= *lpdwAddressStringLength)
        return socket_failed(length ? WSAEFAULT : WSAEINVAL);
    utf8_to_wide(text, (size_t)length + 1, lpszAddressString, *lpdwAddressStringLength);
    *lpdwAddressStringLength = (DWORD)length + 1;
    return 0;
}

/* ---- WSAStringToAddress: the same texts back ---- */

/* Digits up to 65535, in network order. */
static bool parse_port(const char *text, USHORT *port) {
    char *end;
    unsigned long value = strtoul(text, &end, 10);
    *port = htons((USHORT)value);
    return end != text && !*end && value <= 65535;
}

static bool parse_ipv4(char *text, struct sockaddr_in *address) {
    char *colon = strchr(text, ':');
    if (colon)
        *colon++ = 0;
    return inet_aton(text, &address->sin_addr) && (!colon || parse_port(colon, &address->sin_port));
}

/* With a port the address stands in brackets; a scope's number may follow a percent sign. */
static bool parse_ipv6(char *text, struct sockaddr_in6 *address) {
    char *end = *text == '[' ? strchr(text, ']') : NULL, *scope;
    if (*text == '[' && !end)
        return false;
    if (end && end[1] && (end[1] != ':' || !parse_port(end + 2, &address->sin6_port)))
        return false;
    if (end) {
        *end = 0;
        text++;
    }
    scope = strchr(text, '%');
    if (scope) {
        *scope++ = 0;
        address->sin6_scope_id = (uint32_t)strtoul(scope, NULL, 10);
    }
    return inet_pton(AF_INET6, text, &address->sin6_addr) == 1;
}

API(ws2_32, int, WSAStringToAddressA, LPCSTR AddressString, int AddressFamily, PVOID lpProtocolInfo, PVOID lpAddress,
    int *lpAddressLength) {
    char text[80];
    struct sockaddr_in ipv4 = {.sin_family = AF_INET};
    struct sockaddr_in6 ipv6 = {.sin6_family = WINDOWS_AF_INET6};
    bool is_six = AddressFamily == WINDOWS_AF_INET6;
    int size = is_six ? (int)sizeof ipv6 : (int)sizeof ipv4;
    (void)lpProtocolInfo;
    if (!AddressString || (AddressFamily != AF_INET && !is_six) || strlen(AddressString) >= sizeof text)
        return socket_failed(WSAEINVAL);
    if (!lpAddress || !lpAddressLength || *lpAddressLength < size) {
        if (lpAddressLength)
            *lpAddressLength = size;
        return socket_failed(WSAEFAULT);
    }
    strcpy(text, AddressString);
    if (is_six ? !parse_ipv6(text, &ipv6) : !parse_ipv4(text, &ipv4))
        return socket_failed(WSAEINVAL);
    memcpy(lpAddress, is_six ? (void *)&ipv6 : (void *)&ipv4, (size_t)size);
    *lpAddressLength = size;
    return 0;
}

API(ws2_32, int, WSAStringToAddressW, LPCWSTR AddressString, int AddressFamily, PVOID lpProtocolInfo, PVOID lpAddress,
    int *lpAddressLength) {
    char *text = AddressString ? utf8_copy_of_wide(AddressString) : NULL;
    int result = api_WSAStringToAddressA(text, AddressFamily, lpProtocolInfo, lpAddress, lpAddressLength);
    free(text);
    return result;
}
