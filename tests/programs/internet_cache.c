// WinINet's cache, asked for what was never fetched.
// flags: -lwininet
#include <windows.h>
#include <wininet.h>
#include "fixture.h"

static const WCHAR *url = L"http://nowhere.example/windlass-test";
static char information[4096];
static DWORD size = sizeof information;

static void tell(const char *what, BOOL done)
{
    DWORD error = done ? 0 : GetLastError();
    say("%s: %d %lu", what, done, error);
}

PROGRAM
{
    tell("information", GetUrlCacheEntryInfoW(url, (void *)information, &size));
    tell("information", GetUrlCacheEntryInfoA("http://nowhere.example/x", (void *)information, &size));
    tell("file", RetrieveUrlCacheEntryFileW(url, (void *)information, &size, 0));
    tell("deleted", DeleteUrlCacheEntryW(url));
    tell("no search", FindCloseUrlCache(NULL));
    say("reserved: %d", InternetGetConnectedStateExW(&size, NULL, 0, 1));
    return 0;
}
