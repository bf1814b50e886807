/* A small HTTP server of the program's own, on loopback, for the programs of winhttp and wininet. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <winsock2.h>
#include <ws2tcpip.h>

static unsigned short server_port;
static char seen[4000]; /* the last request as it came */

static int has(const char *text) { return strstr(seen, text) != NULL; }

static void answer(SOCKET s, const char *text) { send(s, text, (int)strlen(text), 0); }

static int body_size(void)
{
    const char *field = strstr(seen, "Content-Length: ");
    return field ? atoi(field + 16) : 0;
}

/* Up to the end of the body. */
static void read_request(SOCKET s)
{
    int count = 0, got;
    char *end;
    memset(seen, 0, sizeof seen);
    while ((got = recv(s, seen + count, (int)sizeof seen - 1 - count, 0)) > 0) {
        count += got;
        end = strstr(seen, "\r\n\r\n");
        if (end && count >= end + 4 - seen + body_size())
            return;
    }
}

static void serve(SOCKET s)
{
    read_request(s);
    if (has("GET /plain"))
        answer(s, "HTTP/1.1 200 Fine\r\nContent-Length: 5\r\nContent-Type: text/plain\r\nX-One: first\r\n"
                  "Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\nX-One: second\r\n\r\nhello");
    else if (has("GET /chunked"))
        answer(s, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n");
    else if (has("GET /moved"))
        answer(s, "HTTP/1.1 302 Found\r\nLocation: /plain\r\nContent-Length: 0\r\n\r\n");
    else if (has("POST /echo")) {
        char text[600];
        const char *body = strstr(seen, "\r\n\r\n") + 4;
        sprintf(text, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", (int)strlen(body), body);
        answer(s, text);
    } else if (has("GET /cookie"))
        answer(s, "HTTP/1.1 200 OK\r\nSet-Cookie: taste=sweet; path=/\r\nContent-Length: 0\r\n\r\n");
    else if (has("GET /secret"))
        answer(s, has("Authorization: Basic bWU6cGFzcw==")
                      ? "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nopen"
                      : "HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n");
    else if (has("GET /silent"))
        Sleep(3000);
    else
        answer(s, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
    shutdown(s, SD_SEND);
    closesocket(s);
}

static DWORD WINAPI serve_all(void *listener)
{
    SOCKET s;
    while ((s = accept((SOCKET)listener, NULL, NULL)) != INVALID_SOCKET)
        serve(s);
    return 0;
}

static void start_server(void)
{
    WSADATA data;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int size = sizeof address;
    WSAStartup(0x202, &data);
    SOCKET s = socket(AF_INET, SOCK_STREAM, 0);
    bind(s, (struct sockaddr *)&address, size);
    listen(s, 5);
    getsockname(s, (struct sockaddr *)&address, &size);
    server_port = ntohs(address.sin_port);
    CloseHandle(CreateThread(NULL, 0, serve_all, (void *)s, 0, NULL));
}
