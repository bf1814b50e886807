/* Sockets as file objects; shared by the winsock_*.c files. A SOCKET is a file handle, the error of a call is the
 * thread's last error. */
#ifndef WINDLASS_WINSOCK_H
#define WINDLASS_WINSOCK_H

#include <sys/socket.h>

#include "api.h"
#include "file.h"

typedef ULONG_PTR SOCKET;
typedef struct { ULONG len; CHAR *buf; } WSABUF;
#define INVALID_SOCKET (~(SOCKET)0)
#define SOCKET_ERROR (-1)

#define WSAEINTR 10004u
#define WSAEBADF 10009u
#define WSAEFAULT 10014u
#define WSAEINVAL 10022u
#define WSAEMFILE 10024u
#define WSAEWOULDBLOCK 10035u
#define WSAEINPROGRESS 10036u
#define WSAENOTSOCK 10038u
#define WSAEMSGSIZE 10040u
#define WSAENOPROTOOPT 10042u
#define WSAEOPNOTSUPP 10045u
#define WSAEAFNOSUPPORT 10047u
#define WSAEADDRNOTAVAIL 10049u
#define WSAENETDOWN 10050u
#define WSA_OPERATION_ABORTED 995u
#define WSAENOBUFS 10055u
#define WSAENOTCONN 10057u
#define WSAETIMEDOUT 10060u
#define WSAHOST_NOT_FOUND 11001u
#define WSATRY_AGAIN 11002u
#define WSANO_RECOVERY 11003u
#define WSANO_DATA 11004u
#define WSATYPE_NOT_FOUND 10109u

enum { WINDOWS_AF_INET6 = 23 };
enum { W_MSG_PEEK = 2 };

/* Waits until the network event is wanted again; see winsock_event.c. */
void socket_rearm(struct file *socket, int events);

/* Who is told of the events of a socket that listens is told of those of one that it has accepted. */
void socket_inherit_events(const struct file *listening, SOCKET accepted);

typedef struct {
    void *name;
    int namelen;
    WSABUF *lpBuffers;
    DWORD dwBufferCount;
    WSABUF Control;
    DWORD dwFlags;
} WSAMSG;

/* Receives with the sender's address and the flags; SOCKET_ERROR with the error set. */
int WINAPI socket_receive_message(SOCKET s, WSAMSG *message, DWORD *count, OVERLAPPED *overlapped, PVOID routine);

/* The error of a failed host call. */
DWORD winsock_error(int error);
static inline int socket_failed(DWORD error) {
    set_last_error(error);
    return SOCKET_ERROR;
}

/* A new reference; NULL with WSAENOTSOCK set. */
struct file *socket_from(SOCKET s);

bool socket_is_listening(int fd);
bool socket_has_peer(int fd);
bool socket_is_stream(int fd);

/* Of a stream that is neither connected nor listening the host tells the end at once, Windows nothing. */
bool socket_is_idle(const struct file *socket);

/* The host's SO_REUSEADDR. */
void socket_set_reuse(int fd, bool on);

/* WSAPROTOCOL_INFO of the socket's kind: 0, or SOCKET_ERROR with the error set (winsock_protocols.c). */
int socket_protocol_info(const struct file *socket, bool wide, void *out, int *size);

/* A handle for a new host socket; INVALID_SOCKET with the error set. */
SOCKET socket_handle(int fd, bool inherits, bool is_connected);

#define PROTOCOL_INFO(char_)                                                                   \
    struct {                                                                                   \
        DWORD dwServiceFlags1, dwServiceFlags2, dwServiceFlags3, dwServiceFlags4, dwProviderFlags; \
        GUID ProviderId;                                                                       \
        DWORD dwCatalogEntryId;                                                                \
        int ChainLen;                                                                          \
        DWORD ChainEntries[7];                                                                 \
        int iVersion, iAddressFamily, iMaxSockAddr, iMinSockAddr, iSocketType, iProtocol, iProtocolMaxOffset; \
        int iNetworkByteOrder, iSecurityScheme;                                                \
        DWORD dwMessageSize, dwProviderReserved;                                               \
        char_ szProtocol[256];                                                                 \
    }
typedef PROTOCOL_INFO(WCHAR) WSAPROTOCOL_INFOW;
typedef PROTOCOL_INFO(CHAR) WSAPROTOCOL_INFOA;
_Static_assert(sizeof(WSAPROTOCOL_INFOW) == 628 && sizeof(WSAPROTOCOL_INFOA) == 372, "WSAPROTOCOL_INFO");

/* The socket that a process has shared by WSADuplicateSocket (winsock_share.c); INVALID_SOCKET with the error set. */
SOCKET socket_take(const WSAPROTOCOL_INFOW *info, bool inherits);

/* SIO_TCP_INFO (winsock_tcp_info.c): *size is the room and what is used of it. A Winsock error or 0. */
int socket_tcp_info(int fd, const ULONG *version, void *out, DWORD *size);

#define SIO_GET_INTERFACE_LIST 0x4004747Fu
#define SIO_ROUTING_INTERFACE_QUERY 0xC8000014u
#define SIO_ADDRESS_LIST_QUERY 0x48000016u

/* What those codes tell (winsock_interfaces.c): *size is the room and what is used or needed. A Winsock error or 0. */
DWORD socket_tell_addresses(int fd, DWORD code, const void *in, DWORD in_size, void *out, DWORD *size);

/* Begins to receive, as an overlapped WSARecvFrom: done when it returns, or STATUS_PENDING. The caller completes what is done.
 * `address` may be NULL; `flags` are Winsock's. */
NTSTATUS socket_receive(struct file *socket, const WSABUF *buffers, DWORD count, DWORD flags, void *address,
                        int *address_length, const struct io_request *request, size_t *done);

/* The status of a failed host call on a socket, and the error that Winsock has for a status. */
NTSTATUS status_of_socket(int error);
DWORD socket_error_from_status(NTSTATUS status);

/* The function that a GUID of Microsoft's extensions names (winsock_extension.c); NULL. */
const void *socket_extension(const void *guid);

/* Addresses differ in the number of AF_INET6. */
bool address_to_host(const void *address, int length, struct sockaddr_storage *out);
void address_to_windows(const struct sockaddr_storage *address, socklen_t size, void *out, int *length);
bool address_is_given(const struct sockaddr_storage *address); /* false: of a socket that is not bound */
bool address_is_remote(const struct sockaddr_storage *address); /* false: of no machine, or port 0 */
int family_to_host(int family);
int family_to_windows(int family);

#endif
