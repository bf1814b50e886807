// flags: -lshlwapi
// The Shell's functions for URLs.
#include <windows.h>
#include <shlwapi.h>

#include "fixture.h"

static void facts(const char *url)
{
    PARSEDURLA parsed = {sizeof parsed};
    char part[100];
    HRESULT result = ParseURLA(url, &parsed);
    if (result == S_OK)
        say("'%s' scheme %u, %u characters, rest '%s' %u", url, parsed.nScheme, parsed.cchProtocol, parsed.pszSuffix,
            parsed.cchSuffix);
    else
        say("'%s' %x", url, result);
    say("  url %d opaque %d file %d path %d", UrlIsA(url, URLIS_URL), UrlIsA(url, URLIS_OPAQUE),
        UrlIsA(url, URLIS_FILEURL), PathIsURLA(url));
    for (DWORD kind = URL_PART_SCHEME; kind <= URL_PART_QUERY; kind++) {
        DWORD size = sizeof part;
        part[0] = 0;
        if (UrlGetPartA(url, part, &size, kind, 0) == S_OK)
            say("  part %u '%s' %u", kind, part, size);
    }
}

static void canonical(const char *url, DWORD flags)
{
    char out[200] = "unchanged";
    DWORD size = sizeof out;
    HRESULT result = UrlCanonicalizeA(url, out, &size, flags);
    say("canonical '%s' %x: %x '%s' %u", url, flags, result, out, size);
}

static void combined(const WCHAR *base, const WCHAR *relative)
{
    WCHAR out[200] = L"unchanged";
    DWORD size = 200;
    HRESULT result = UrlCombineW(base, relative, out, &size, 0);
    say("'%ls' + '%ls': %x '%ls' %u", base, relative, result, out, size);
}

static void escaped(const char *url, DWORD flags)
{
    char out[200] = "unchanged";
    DWORD size = sizeof out;
    HRESULT result = UrlEscapeA(url, out, &size, flags);
    say("escaped '%s' %x: %x '%s'", url, flags, result, out);
}

static void unescaped(const char *url, DWORD flags)
{
    char out[200] = "unchanged";
    DWORD size = sizeof out;
    HRESULT result = UrlUnescapeA((char *)url, out, &size, flags);
    say("unescaped '%s' %x: %x '%s'", url, flags, result, out);
}

static void paths(const char *path)
{
    char url[200] = "unchanged", back[200] = "unchanged";
    DWORD size = sizeof url, back_size = sizeof back;
    HRESULT result = UrlCreateFromPathA(path, url, &size, 0);
    HRESULT returned = PathCreateFromUrlA(url, back, &back_size, 0);
    say("'%s' -> %x '%s' -> %x '%s'", path, result, url, returned, back);
}

static void from_url(const WCHAR *url)
{
    WCHAR out[200] = L"unchanged";
    DWORD size = 200;
    HRESULT result = PathCreateFromUrlW(url, out, &size, 0);
    say("'%ls' -> %x '%ls'", url, result, out);
}

PROGRAM
{
    char small[4];
    DWORD size = sizeof small;
    facts("http://user:word@host.example:8080/dir/file.txt?q=1");
    // Wine reports: with query 0, without 0
    // documented: with query 1, without 0     (Microsoft, "UrlIsW function")
    say("with query %d, without %d", UrlIsW(L"http://host/a?b", URLIS_HASQUERY), UrlIsW(L"http://host/a", URLIS_HASQUERY));
    facts("https://example.org/");
    facts("file:///C:/dir/file.txt");
    facts("mailto:somebody@example.org");
    facts("ftp://host");
    facts("C:\\dir\\file");
    facts("no url");
    facts("unknown-scheme:rest");
    canonical("http://Example.ORG/a/../b/./c", 0);
    canonical("HTTP://example.org", 0);
    canonical("http://example.org/a b", URL_ESCAPE_UNSAFE);
    canonical("http://example.org/a b", URL_ESCAPE_SPACES_ONLY);
    canonical("http://example.org/a%20b", URL_UNESCAPE);
    canonical("http://example.org/a/../b", URL_DONT_SIMPLIFY);
    canonical("http://example.org/a/..", 0);
    canonical("http://example.org\\a\\b", 0);
    canonical("mailto:x@y", 0);
    combined(L"http://host/a/b/c", L"d");
    combined(L"http://host/a/b/c", L"../d");
    combined(L"http://host/a/b/c", L"/d");
    combined(L"http://host/a/b/c", L"//other/d");
    combined(L"http://host/a/b/c", L"?q");
    combined(L"http://host/a/b/c?x", L"#f");
    combined(L"http://host/a/b/", L"./d/../e");
    combined(L"http://host/a", L"https://other/b");
    combined(L"http://host", L"a");
    escaped("http://host/a b<c>", 0);
    escaped("http://host/a b?c d", URL_ESCAPE_SPACES_ONLY);
    escaped("http://host/100%", URL_ESCAPE_PERCENT);
    escaped("a/b?c#d", URL_ESCAPE_SEGMENT_ONLY);
    unescaped("http://host/a%20b%3Fc", 0);
    unescaped("a%20b?c%20d", URL_DONT_UNESCAPE_EXTRA_INFO);
    unescaped("100%zz%4", 0);
    paths("C:\\dir\\file.txt");
    paths("C:\\my dir\\100%.txt");
    paths("\\\\server\\share\\file");
    paths("http://host/x");
    from_url(L"file:///C:/a%20b/c");
    from_url(L"file://server/share/x");
    from_url(L"file:///C|/x");
    from_url(L"file:C:/x");
    from_url(L"http://host/x");
    say("small %x %u", UrlCanonicalizeA("http://host/", small, &size, 0), size);
    say("compare %d %d %d", UrlCompareA("http://a/", "http://a/", FALSE), UrlCompareA("http://a/b/", "http://a/b", TRUE),
        UrlCompareA("http://a/b", "http://a/c", FALSE) < 0);
    return 0;
}
