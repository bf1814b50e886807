/* Microsoft, "Winsock Structures". */
#pragma once
#include <windows.h>
#define FD_SETSIZE 64
#define INVALID_SOCKET (~(SOCKET)0)
#define SOCKET_ERROR (-1)
typedef unsigned char u_char;
typedef unsigned short u_short, ADDRESS_FAMILY;
typedef unsigned int u_int;
typedef unsigned long u_long;
typedef int socklen_t;
struct timeval { long tv_sec, tv_usec; };
typedef struct fd_set { u_int fd_count; SOCKET fd_array[FD_SETSIZE]; } fd_set;
typedef struct in_addr {
    union { struct { u_char s_b1, s_b2, s_b3, s_b4; } S_un_b; struct { u_short s_w1, s_w2; } S_un_w; u_long S_addr; } S_un;
} IN_ADDR;
typedef struct in6_addr { union { u_char Byte[16]; u_short Word[8]; } u; } IN6_ADDR;
typedef struct sockaddr { ADDRESS_FAMILY sa_family; char sa_data[14]; } SOCKADDR, *PSOCKADDR, *LPSOCKADDR;
typedef struct sockaddr_in {
    ADDRESS_FAMILY sin_family;
    u_short sin_port;
    struct in_addr sin_addr;
    char sin_zero[8];
} SOCKADDR_IN, *PSOCKADDR_IN;
typedef struct sockaddr_in6 {
    ADDRESS_FAMILY sin6_family;
    u_short sin6_port;
    u_long sin6_flowinfo;
    struct in6_addr sin6_addr;
    u_long sin6_scope_id;
} SOCKADDR_IN6, *PSOCKADDR_IN6;
