// winhttp: URLs, requests to a server of its own, answers, failures, and the asynchronous way.
// flags: -lwinhttp -lws2_32
#include "http_server.h"
#include <windows.h>
#include <winhttp.h>
#include "fixture.h"

static HINTERNET session, connection;

static void crack(const WCHAR *url, DWORD flags)
{
    WCHAR host[40], path[40], extra[40];
    URL_COMPONENTS parts = {sizeof parts};
    parts.lpszHostName = host, parts.dwHostNameLength = 40;
    parts.lpszUrlPath = path, parts.dwUrlPathLength = 40;
    parts.lpszExtraInfo = extra, parts.dwExtraInfoLength = 40;
    parts.dwSchemeLength = parts.dwUserNameLength = 1;
    if (!WinHttpCrackUrl(url, 0, flags, &parts)) {
        say("%ls: error %u", url, GetLastError());
        return;
    }
    say("%ls: scheme %d port %u", url, parts.nScheme, parts.nPort);
    say("  '%ls' %u '%ls' %u '%ls' %u", host, parts.dwHostNameLength, path, parts.dwUrlPathLength, extra,
        parts.dwExtraInfoLength);
    say("  scheme at %d length %u", (int)(parts.lpszScheme - url), parts.dwSchemeLength);
}

static void urls(void)
{
    WCHAR url[100], small[4];
    DWORD size = 100;
    URL_COMPONENTS parts = {sizeof parts};
    crack(L"http://example.test/a/b?c=d#e", 0);
    crack(L"https://example.test", 0);
    crack(L"http://me:pass@example.test:8080/x", 0);
    crack(L"ftp://example.test/", 0);
    crack(L"nonsense", 0);
    crack(L"http://example.test:99999/", 0);
    parts.lpszHostName = small, parts.dwHostNameLength = 4;
    say("small %d", WinHttpCrackUrl(L"http://example.test/", 0, 0, &parts));
    say("error %u", GetLastError());
    memset(&parts, 0, sizeof parts);
    parts.dwStructSize = sizeof parts;
    parts.lpszScheme = (WCHAR *)L"https";
    parts.lpszHostName = (WCHAR *)L"example.test";
    parts.nPort = 8443;
    parts.lpszUrlPath = (WCHAR *)L"/a";
    parts.lpszExtraInfo = (WCHAR *)L"?b";
    say("create %d", WinHttpCreateUrl(&parts, 0, url, &size));
    say("%ls %u", url, size);
    size = 5;
    say("create %d", WinHttpCreateUrl(&parts, 0, url, &size));
    say("error %u size %u", GetLastError(), size);
}

static void times(void)
{
    SYSTEMTIME time = {1994, 11, 0, 6, 8, 49, 37, 0}, back;
    WCHAR text[40];
    say("from %d", WinHttpTimeFromSystemTime(&time, text));
    say("%ls", text);
    say("to %d", WinHttpTimeToSystemTime(text, &back));
    say("%u-%u-%u day %u, %u:%u:%u", back.wYear, back.wMonth, back.wDay, back.wDayOfWeek, back.wHour, back.wMinute,
        back.wSecond);
}

static HINTERNET request(const WCHAR *verb, const WCHAR *path)
{
    return WinHttpOpenRequest(connection, verb, path, NULL, NULL, NULL, 0);
}

static DWORD status_of(HINTERNET handle)
{
    DWORD status = 0, size = sizeof status;
    WinHttpQueryHeaders(handle, WINHTTP_QUERY_STATUS_CODE | WINHTTP_QUERY_FLAG_NUMBER, NULL, &status, &size, NULL);
    return status;
}

static void say_body(HINTERNET handle)
{
    char text[100] = {0};
    DWORD available = 0, read = 0, total = 0;
    while (WinHttpQueryDataAvailable(handle, &available) && available &&
           WinHttpReadData(handle, text + total, available, &read))
        total += read;
    say("body %u '%s'", total, text);
}

static void plain(void)
{
    WCHAR text[200];
    DWORD size = sizeof text, index = 0;
    SYSTEMTIME time;
    HINTERNET handle = request(L"GET", L"/plain");
    say("early %d", WinHttpReceiveResponse(handle, NULL));
    check(WinHttpSendRequest(handle, L"X-Mine: yes\r\n", -1, NULL, 0, 0, 0));
    check(WinHttpReceiveResponse(handle, NULL));
    say("sent %d %d %d", has("X-Mine: yes"), has("User-Agent: windlass\r\n"), has("Host: 127.0.0.1:"));
    say("status %u", status_of(handle));
    say("text %d", WinHttpQueryHeaders(handle, WINHTTP_QUERY_STATUS_TEXT, NULL, text, &size, NULL));
    say("%ls %u", text, size);
    size = sizeof text;
    check(WinHttpQueryHeaders(handle, WINHTTP_QUERY_CUSTOM, L"x-one", text, &size, &index));
    say("%ls, next %u", text, index);
    size = sizeof text;
    check(WinHttpQueryHeaders(handle, WINHTTP_QUERY_CUSTOM, L"x-one", text, &size, &index));
    say("%ls, next %u", text, index);
    size = sizeof text;
    say("third %d", WinHttpQueryHeaders(handle, WINHTTP_QUERY_CUSTOM, L"x-one", text, &size, &index));
    say("error %u", GetLastError());
    size = 4;
    say("small %d", WinHttpQueryHeaders(handle, WINHTTP_QUERY_CONTENT_TYPE, NULL, text, &size, NULL));
    say("error %u size %u", GetLastError(), size);
    size = sizeof time;
    check(WinHttpQueryHeaders(handle, WINHTTP_QUERY_LAST_MODIFIED | WINHTTP_QUERY_FLAG_SYSTEMTIME, NULL, &time, &size,
                              NULL));
    say("modified %u-%u-%u %u", time.wYear, time.wMonth, time.wDay, time.wDayOfWeek);
    size = 0;
    WinHttpQueryHeaders(handle, WINHTTP_QUERY_RAW_HEADERS_CRLF, NULL, NULL, &size, NULL);
    check(size > 200 && GetLastError() == ERROR_INSUFFICIENT_BUFFER);
    say_body(handle);
    say("closed %d", WinHttpCloseHandle(handle));
    say("again %d", WinHttpCloseHandle(handle));
    say("error %u", GetLastError());
}

static void get(const WCHAR *path)
{
    HINTERNET handle = request(NULL, path);
    check(WinHttpSendRequest(handle, NULL, 0, NULL, 0, 0, 0));
    check(WinHttpReceiveResponse(handle, NULL));
    say("%ls: %u", path, status_of(handle));
    say_body(handle);
    WinHttpCloseHandle(handle);
}

static void post(void)
{
    DWORD written = 0;
    HINTERNET handle = request(L"POST", L"/echo");
    check(WinHttpSendRequest(handle, NULL, 0, (void *)"one ", 4, 9, 0));
    say("write %d", WinHttpWriteData(handle, "two ", 4, &written));
    say("written %u", written);
    check(WinHttpWriteData(handle, "3", 1, &written));
    check(WinHttpReceiveResponse(handle, NULL));
    say_body(handle);
    WinHttpCloseHandle(handle);
}

static void policies(void)
{
    DWORD never = WINHTTP_OPTION_REDIRECT_POLICY_NEVER;
    WCHAR url[100];
    DWORD size = sizeof url;
    HINTERNET handle = request(L"GET", L"/moved");
    check(WinHttpSetOption(handle, WINHTTP_OPTION_REDIRECT_POLICY, &never, sizeof never));
    check(WinHttpSendRequest(handle, NULL, 0, NULL, 0, 0, 0) && WinHttpReceiveResponse(handle, NULL));
    say("not followed %u", status_of(handle));
    size = sizeof url;
    check(WinHttpQueryHeaders(handle, WINHTTP_QUERY_LOCATION, NULL, url, &size, NULL));
    say("to %ls", url);
    WinHttpCloseHandle(handle);
    get(L"/cookie");
    get(L"/plain");
    say("cookie %d", has("Cookie: taste=sweet"));
    handle = request(L"GET", L"/secret");
    check(WinHttpSendRequest(handle, NULL, 0, NULL, 0, 0, 0) && WinHttpReceiveResponse(handle, NULL));
    DWORD supported = 0, first = 0, target = 9;
    say("%u, schemes %d", status_of(handle), WinHttpQueryAuthSchemes(handle, &supported, &first, &target));
    say("%u %u %u", supported, first, target);
    check(WinHttpSetCredentials(handle, target, first, L"me", L"pass", NULL));
    check(WinHttpSendRequest(handle, NULL, 0, NULL, 0, 0, 0) && WinHttpReceiveResponse(handle, NULL));
    say("%u", status_of(handle));
    say_body(handle);
    WinHttpCloseHandle(handle);
}

static void failures(void)
{
    HINTERNET bad = WinHttpConnect(session, L"127.0.0.1", 1, 0), handle;
    handle = WinHttpOpenRequest(bad, L"GET", L"/", NULL, NULL, NULL, 0);
    say("refused %d", WinHttpSendRequest(handle, NULL, 0, NULL, 0, 0, 0));
    say("error %u", GetLastError());
    WinHttpCloseHandle(handle);
    WinHttpCloseHandle(bad);
    handle = request(L"GET", L"/silent");
    check(WinHttpSetTimeouts(handle, 1000, 1000, 1000, 200));
    check(WinHttpSendRequest(handle, NULL, 0, NULL, 0, 0, 0));
    say("silent %d", WinHttpReceiveResponse(handle, NULL));
    // Wine reports: silent error 12152
    // documented: silent error 12002     (Microsoft, "WinHttpReceiveResponse function")
    say("silent error %u", GetLastError());
    WinHttpCloseHandle(handle);
    say("session %d", WinHttpSendRequest(session, NULL, 0, NULL, 0, 0, 0));
    say("error %u", GetLastError());
    say("no handle %d", WinHttpSendRequest((HINTERNET)1234, NULL, 0, NULL, 0, 0, 0));
    say("error %u", GetLastError());
}

static struct {
    HANDLE done;
    DWORD last, error, count;
} told;

static void CALLBACK callback(HINTERNET handle, DWORD_PTR context, DWORD status, void *information, DWORD length)
{
    (void)handle;
    told.last = status;
    if (status == WINHTTP_CALLBACK_STATUS_REQUEST_ERROR)
        told.error = ((WINHTTP_ASYNC_RESULT *)information)->dwError;
    if (status == WINHTTP_CALLBACK_STATUS_DATA_AVAILABLE)
        told.count = *(DWORD *)information;
    if (status == WINHTTP_CALLBACK_STATUS_READ_COMPLETE)
        told.count = length;
    if (context == 77 && status != WINHTTP_CALLBACK_STATUS_HANDLE_CREATED)
        SetEvent(told.done);
}

static void wait_told(const char *label)
{
    say("%s: wait %u, status %x count %u error %u", label, WaitForSingleObject(told.done, 5000), told.last, told.count,
        told.error);
}

static void asynchronous(void)
{
    char text[20] = {0};
    HINTERNET open = WinHttpOpen(L"windlass", WINHTTP_ACCESS_TYPE_NO_PROXY, NULL, NULL, WINHTTP_FLAG_ASYNC);
    HINTERNET connect = WinHttpConnect(open, L"127.0.0.1", server_port, 0), handle;
    told.done = CreateEventW(NULL, FALSE, FALSE, NULL);
    handle = WinHttpOpenRequest(connect, L"GET", L"/plain", NULL, NULL, NULL, 0);
    say("before %d", WinHttpSetStatusCallback(handle, callback, WINHTTP_CALLBACK_FLAG_ALL_COMPLETIONS |
                                              WINHTTP_CALLBACK_FLAG_HANDLES, 0) == NULL);
    say("send %d", WinHttpSendRequest(handle, NULL, 0, NULL, 0, 0, 77));
    wait_told("sent");
    say("receive %d", WinHttpReceiveResponse(handle, NULL));
    wait_told("received");
    say("status %u", status_of(handle));
    say("query %d", WinHttpQueryDataAvailable(handle, NULL));
    wait_told("available");
    say("read %d", WinHttpReadData(handle, text, 5, NULL));
    wait_told("read");
    say("'%s'", text);
    WinHttpCloseHandle(handle);
    wait_told("closed");
    WinHttpCloseHandle(connect);
    WinHttpCloseHandle(open);
}

PROGRAM
{
    urls();
    times();
    start_server();
    session = WinHttpOpen(L"windlass", WINHTTP_ACCESS_TYPE_NO_PROXY, NULL, NULL, 0);
    connection = WinHttpConnect(session, L"127.0.0.1", server_port, 0);
    plain();
    get(L"/chunked");
    get(L"/moved");
    get(L"/nowhere");
    post();
    policies();
    failures();
    asynchronous();
    return 0;
}
