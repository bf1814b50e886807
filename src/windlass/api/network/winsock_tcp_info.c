/* What the host knows of a connection, for WSAIoctl ("SIO_TCP_INFO control code"). */
#include <linux/tcp.h>
#include <netinet/in.h>

#include "api.h"
#include "winsock.h"

enum { /* of the host */
    TCP_ESTABLISHED = 1, TCP_SYN_SENT, TCP_SYN_RECV, TCP_FIN_WAIT1, TCP_FIN_WAIT2, TCP_TIME_WAIT, TCP_CLOSE,
    TCP_CLOSE_WAIT, TCP_LAST_ACK, TCP_LISTEN, TCP_CLOSING,
};

/* TCPSTATE's numbers by the host's. */
static const int states[] = {[TCP_ESTABLISHED] = 4, [TCP_SYN_SENT] = 2,  [TCP_SYN_RECV] = 3, [TCP_FIN_WAIT1] = 5,
                             [TCP_FIN_WAIT2] = 6,   [TCP_TIME_WAIT] = 10, [TCP_CLOSE] = 0,   [TCP_CLOSE_WAIT] = 7,
                             [TCP_LAST_ACK] = 9,    [TCP_LISTEN] = 1,    [TCP_CLOSING] = 8};

struct TCP_INFO_v0 {
    int State;
    ULONG Mss;
    ULONG64 ConnectionTimeMs;
    BOOLEAN TimestampsEnabled;
    ULONG RttUs, MinRttUs, BytesInFlight, Cwnd, SndWnd, RcvWnd, RcvBuf;
    ULONG64 BytesOut, BytesIn;
    ULONG BytesReordered, BytesRetrans, FastRetrans, DupAcksIn, TimeoutEpisodes;
    UCHAR SynRetrans;
};
_Static_assert(sizeof(struct TCP_INFO_v0) == 88, "TCP_INFO_v0");

/* What older hosts do not tell (the connection's age, the peer's window, what came out of order) is 0. */
static struct TCP_INFO_v0 from_host(const struct tcp_info *host, ULONG buffer) {
    return (struct TCP_INFO_v0){
        .State = host->tcpi_state < sizeof states / sizeof *states ? states[host->tcpi_state] : 0,
        .Mss = host->tcpi_snd_mss,
        .TimestampsEnabled = (host->tcpi_options & TCPI_OPT_TIMESTAMPS) != 0,
        .RttUs = host->tcpi_rtt,
        .MinRttUs = host->tcpi_min_rtt,
        .BytesInFlight = host->tcpi_unacked * host->tcpi_snd_mss,
        .Cwnd = host->tcpi_snd_cwnd * host->tcpi_snd_mss,
        .RcvWnd = host->tcpi_rcv_space,
        .RcvBuf = buffer,
        .BytesOut = host->tcpi_bytes_acked,
        .BytesIn = host->tcpi_bytes_received,
        .BytesRetrans = host->tcpi_total_retrans * host->tcpi_snd_mss,
        .FastRetrans = host->tcpi_total_retrans,
        .TimeoutEpisodes = host->tcpi_retransmits,
    };
}

int socket_tcp_info(int fd, const ULONG *version, void *out, DWORD *size) {
    struct tcp_info host = {0};
    int buffer = 0;
    socklen_t length = sizeof host, buffer_length = sizeof buffer;
    if (!version || *version != 0)
        return WSAEINVAL;
    if (!out || *size < sizeof(struct TCP_INFO_v0))
        return WSAEFAULT;
    if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &host, &length))
        return WSAEOPNOTSUPP;
    getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer, &buffer_length);
    *(struct TCP_INFO_v0 *)out = from_host(&host, (ULONG)buffer);
    *size = sizeof(struct TCP_INFO_v0);
    return 0;
}
