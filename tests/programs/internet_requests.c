// wininet and urlmon: URLs, requests to a server of its own, downloads, kinds of data.
// flags: -lwininet -lurlmon -lole32 -lws2_32
#include "http_server.h"
#include <windows.h>
#include <wininet.h>
#include <urlmon.h>
#include "fixture.h"

static HINTERNET session, connection;

static void urls(void)
{
    char host[40], path[40], url[100];
    DWORD size = sizeof url;
    SYSTEMTIME time = {1994, 11, 0, 6, 8, 49, 37, 0}, back;
    URL_COMPONENTSA parts = {sizeof parts};
    parts.lpszHostName = host, parts.dwHostNameLength = 40;
    parts.lpszUrlPath = path, parts.dwUrlPathLength = 40;
    say("crack %d", InternetCrackUrlA("https://example.test:8443/a?b=c", 0, 0, &parts));
    say("scheme %d port %u '%s' '%s'", parts.nScheme, parts.nPort, host, path);
    say("nonsense %d", InternetCrackUrlA("nonsense", 0, 0, &parts));
    say("error %u", GetLastError());
    memset(&parts, 0, sizeof parts);
    parts.dwStructSize = sizeof parts;
    parts.lpszScheme = "http", parts.lpszHostName = "example.test", parts.lpszUrlPath = "/x";
    say("create %d", InternetCreateUrlA(&parts, 0, url, &size));
    say("%s %u", url, size);
    check(InternetTimeFromSystemTimeA(&time, INTERNET_RFC1123_FORMAT, url, sizeof url));
    say("%s", url);
    check(InternetTimeToSystemTimeA(url, &back, 0));
    say("%u-%u-%u %u", back.wYear, back.wMonth, back.wDay, back.wDayOfWeek);
    say("small %d", InternetTimeFromSystemTimeA(&time, INTERNET_RFC1123_FORMAT, url, 5));
    say("error %u", GetLastError());
}

static HINTERNET request(const char *verb, const char *path, DWORD flags)
{
    return HttpOpenRequestA(connection, verb, path, NULL, NULL, NULL, flags | INTERNET_FLAG_RELOAD, 0);
}

static DWORD status_of(HINTERNET handle)
{
    DWORD status = 0, size = sizeof status;
    HttpQueryInfoA(handle, HTTP_QUERY_STATUS_CODE | HTTP_QUERY_FLAG_NUMBER, &status, &size, NULL);
    return status;
}

static void say_body(HINTERNET handle)
{
    char text[100] = {0};
    DWORD read = 0, total = 0;
    while (InternetReadFile(handle, text + total, 10, &read) && read)
        total += read;
    say("body %u '%s'", total, text);
}

static void get(const char *path, DWORD flags)
{
    HINTERNET handle = request(NULL, path, flags);
    say("%s: %d", path, HttpSendRequestA(handle, NULL, 0, NULL, 0));
    say("status %u", status_of(handle));
    say_body(handle);
    InternetCloseHandle(handle);
}

static void plain(void)
{
    char text[200] = "X-One";
    DWORD size = sizeof text, index = 0;
    HINTERNET handle = request("GET", "/plain", 0);
    check(HttpAddRequestHeadersA(handle, "X-Mine: yes\r\n", -1, HTTP_ADDREQ_FLAG_ADD));
    check(HttpSendRequestA(handle, "X-Also: true", -1, NULL, 0));
    say("sent %d %d %d", has("X-Mine: yes"), has("X-Also: true"), has("User-Agent: windlass\r\n"));
    say("status %u", status_of(handle));
    say("own %d", HttpQueryInfoA(handle, HTTP_QUERY_CUSTOM, text, &size, &index));
    say("%s %u, next %u", text, size, index);
    size = sizeof text;
    check(HttpQueryInfoA(handle, HTTP_QUERY_STATUS_TEXT, text, &size, NULL));
    say("%s %u", text, size);
    size = sizeof text;
    say("none %d", HttpQueryInfoA(handle, HTTP_QUERY_ETAG, text, &size, NULL));
    say("error %u", GetLastError());
    size = 2;
    say("small %d", HttpQueryInfoA(handle, HTTP_QUERY_CONTENT_TYPE, text, &size, NULL));
    say("error %u size %u", GetLastError(), size);
    say_body(handle);
    check(InternetCloseHandle(handle));
    say("again %d", InternetCloseHandle(handle));
    say("error %u", GetLastError());
}

static void post(void)
{
    DWORD written = 0;
    INTERNET_BUFFERSA buffers = {sizeof buffers};
    HINTERNET handle = request("POST", "/echo", 0);
    check(HttpSendRequestA(handle, NULL, 0, (void *)"at once", 7));
    say_body(handle);
    InternetCloseHandle(handle);
    handle = request("POST", "/echo", 0);
    buffers.dwBufferTotal = 8;
    check(HttpSendRequestExA(handle, &buffers, NULL, 0, 0));
    check(InternetWriteFile(handle, "in ", 3, &written) && InternetWriteFile(handle, "parts", 5, &written));
    say("written %u", written);
    say("end %d", HttpEndRequestA(handle, NULL, 0, 0));
    say_body(handle);
    InternetCloseHandle(handle);
}

static void whole_url(void)
{
    char url[100];
    sprintf(url, "http://127.0.0.1:%u/moved", server_port);
    HINTERNET handle = InternetOpenUrlA(session, url, NULL, 0, INTERNET_FLAG_RELOAD, 0);
    say("status %u", status_of(handle));
    say_body(handle);
    InternetCloseHandle(handle);
    say("bad %d", InternetOpenUrlA(session, "nonsense:x", NULL, 0, 0, 0) != NULL);
    say("error %u", GetLastError());
    HINTERNET dead = InternetConnectA(session, "127.0.0.1", 1, NULL, NULL, INTERNET_SERVICE_HTTP, 0, 0);
    handle = HttpOpenRequestA(dead, "GET", "/", NULL, NULL, NULL, 0, 0);
    say("refused %d", HttpSendRequestA(handle, NULL, 0, NULL, 0));
    say("error %u", GetLastError());
}

static void mime(const char *label, const WCHAR *url, const void *data, DWORD size, const WCHAR *proposed)
{
    WCHAR *kind = NULL;
    HRESULT code = FindMimeFromData(NULL, url, (void *)data, size, proposed, 0, &kind, 0);
    say("%s: %x %ls", label, code, kind ? kind : L"");
    CoTaskMemFree(kind);
}

static void downloads(void)
{
    char url[100], path[300], text[20] = {0};
    GetTempPathA(250, path);
    sprintf(path + strlen(path), "windlass-%u.txt", server_port);
    sprintf(url, "http://127.0.0.1:%u/plain", server_port);
    say("download %x", URLDownloadToFileA(NULL, url, path, 0, NULL));
    FILE *file = fopen(path, "rb");
    say("%d '%s'", file && fread(text, 1, 19, file) == 5, text);
    fclose(file);
    DeleteFileA(path);
    mime("png", NULL, "\x89PNG\r\n\x1a\n....", 12, NULL);
    mime("html", NULL, "<html><body>", 12, NULL);
    mime("text", NULL, "only words", 10, NULL);
    mime("binary", NULL, "\1\2\3\4\5\6\7\xff", 8, NULL);
    mime("proposed", NULL, "only words", 10, L"image/gif");
    mime("nothing", NULL, NULL, 0, NULL);
}

PROGRAM
{
    urls();
    start_server();
    session = InternetOpenA("windlass", INTERNET_OPEN_TYPE_DIRECT, NULL, NULL, 0);
    connection = InternetConnectA(session, "127.0.0.1", server_port, NULL, NULL, INTERNET_SERVICE_HTTP, 0, 0);
    plain();
    get("/chunked", 0);
    get("/moved", 0);
    get("/moved", INTERNET_FLAG_NO_AUTO_REDIRECT);
    get("/nowhere", 0);
    post();
    whole_url();
    downloads();
    return 0;
}
