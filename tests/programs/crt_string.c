// build: freestanding
// flags: -fno-builtin -lucrtbase
// String functions of the C run-time, and how the safe ones fail.
// Wine reports: strncpy_s too many: 34 ""
// documented: strncpy_s too many: 34 "" errno 34 invalid 1     (Microsoft, "Parameter Validation")
// Wine reports: strcat_s not terminated: 34 "" errno 34 invalid 1
// documented: strcat_s not terminated: 22 "" errno 22 invalid 1     (Microsoft, "strcat_s, wcscat_s, _mbscat_s")
// Wine reports: _strlwr_s not terminated: 22 "" errno 22
// documented: _strlwr_s not terminated: 22 "" errno 22 invalid 1     (Microsoft, "Parameter Validation")
// Wine reports: _strupr_s null: 22 "" errno 22
// documented: _strupr_s null: 22 "" errno 22 invalid 1     (Microsoft, "Parameter Validation")
// Wine reports: wcsncpy_s too many: 34 ""
// documented: wcsncpy_s too many: 34 "" errno 34 invalid 1     (Microsoft, "Parameter Validation")
// Wine reports: wcscat_s full: 34 ""
// documented: wcscat_s full: 34 "" errno 34 invalid 1     (Microsoft, "Parameter Validation")
// Wine reports: _strnset: de
// documented: _strnset: qqqde     (Microsoft, "Parameter Validation")
// Wine reports: _stricmp null: 2147483647 ""
// documented: _stricmp null: 2147483647 "" errno 22 invalid 1     (Microsoft, "Parameter Validation")
// Wine reports: _strnicmp null count 0: 2147483647 ""
// documented: _strnicmp null count 0: 0 ""     (Microsoft, "Parameter Validation")
// Wine reports: _strlwr null: 0 "" errno 22
// documented: _strlwr null: 0 "" errno 22 invalid 1     (Microsoft, "Parameter Validation")
// Wine reports: _strnicmp null: 2147483647 ""
// documented: _strnicmp null: 2147483647 "" errno 22 invalid 1     (Microsoft, "Parameter Validation")
#include "crt.h"

static void outcome(const char *what, int result, const char *buffer)
{
    say("%s: %d \"%s\"%s", what, result, buffer, failure());
}

static void wide_outcome(const char *what, int result, const wide *buffer)
{
    say("%s: %d \"%ls\"%s", what, result, buffer, failure());
}

#define FRESH(text) (strcpy(buffer, text), buffer)
#define WFRESH(text) (wcscpy(wbuffer, text), wbuffer)

static char buffer[64];
static wide wbuffer[64];

static void safe_copies(void)
{
    outcome("strcpy_s fits", strcpy_s(FRESH("xxxxxxxx"), 8, "abcdefg"), buffer);
    outcome("strcpy_s full", strcpy_s(FRESH("xxxxxxxx"), 8, "abcdefgh"), buffer);
    outcome("strcpy_s null source", strcpy_s(FRESH("xxx"), 8, NULL), buffer);
    outcome("strcpy_s null", strcpy_s(NULL, 8, "a"), "");
    outcome("strcpy_s size 0", strcpy_s(FRESH("xxx"), 0, "a"), buffer);
    outcome("strncpy_s", strncpy_s(FRESH("xxxxxxxx"), 8, "abcdefgh", 3), buffer);
    outcome("strncpy_s short source", strncpy_s(FRESH("xxxxxxxx"), 8, "ab", 5), buffer);
    outcome("strncpy_s too many", strncpy_s(FRESH("xxxxxxxx"), 4, "abcdefgh", 4), buffer);
    outcome("strncpy_s truncate", strncpy_s(FRESH("xxxxxxxx"), 4, "abcdefgh", (size_t)-1), buffer);
    outcome("strncpy_s truncate fits", strncpy_s(FRESH("xxxxxxxx"), 4, "abc", (size_t)-1), buffer);
    outcome("strncpy_s count 0", strncpy_s(FRESH("xxxxxxxx"), 4, "abc", 0), buffer);
    outcome("strncpy_s nothing", strncpy_s(NULL, 0, "abc", 0), "");
    outcome("strncpy_s null source", strncpy_s(FRESH("xx"), 4, NULL, 2), buffer);
    outcome("strcat_s", strcat_s(FRESH("ab"), 6, "cde"), buffer);
    outcome("strcat_s full", strcat_s(FRESH("ab"), 5, "cde"), buffer);
    outcome("strcat_s not terminated", strcat_s(FRESH("abcdef"), 3, "g"), buffer);
    outcome("strcat_s null source", strcat_s(FRESH("abc"), 9, NULL), buffer);
    outcome("strncat_s", strncat_s(FRESH("ab"), 6, "cdefgh", 2), buffer);
    outcome("strncat_s full", strncat_s(FRESH("ab"), 5, "cdefgh", 3), buffer);
    outcome("strncat_s truncate", strncat_s(FRESH("ab"), 5, "cdefgh", (size_t)-1), buffer);
    outcome("strncat_s truncate no room", strncat_s(FRESH("abcd"), 5, "cdefgh", (size_t)-1), buffer);
    outcome("strncat_s count 0", strncat_s(FRESH("ab"), 5, NULL, 0), buffer);
    outcome("_strlwr_s", _strlwr_s(FRESH("ABC\xc9z"), 8), buffer);
    outcome("_strlwr_s not terminated", _strlwr_s(FRESH("ABCDEF"), 3), buffer);
    outcome("_strupr_s null", _strupr_s(NULL, 3), "");
    outcome("memcpy_s", memcpy_s(FRESH("xxxx"), 4, "ab", 2), buffer);
    outcome("memcpy_s too large", memcpy_s(FRESH("xxxxx"), 4, "abcdef", 5), buffer);
    outcome("memcpy_s null", memcpy_s(FRESH("xxxx"), 4, NULL, 2), buffer);
    outcome("memcpy_s nothing", memcpy_s(NULL, 0, NULL, 0), "");
    outcome("memmove_s too large", memmove_s(FRESH("xxxx"), 4, "abcdef", 5), buffer);
}

static void wide_safe_copies(void)
{
    static const wide abc[] = u"abcdefgh";
    wide_outcome("wcscpy_s fits", wcscpy_s(WFRESH(u"xxxxxxxxx"), 9, abc), wbuffer);
    wide_outcome("wcscpy_s full", wcscpy_s(WFRESH(u"xxxxxxxxx"), 8, abc), wbuffer);
    wide_outcome("wcsncpy_s truncate", wcsncpy_s(WFRESH(u"xxxxxxxxx"), 4, abc, (size_t)-1), wbuffer);
    wide_outcome("wcsncpy_s too many", wcsncpy_s(WFRESH(u"xxxxxxxxx"), 4, abc, 6), wbuffer);
    wide_outcome("wcscat_s", wcscat_s(WFRESH(u"12"), 20, abc), wbuffer);
    wide_outcome("wcscat_s full", wcscat_s(WFRESH(u"12"), 10, abc), wbuffer);
    wide_outcome("wcsncat_s", wcsncat_s(WFRESH(u"12"), 10, abc, 3), wbuffer);
    wide_outcome("wcsncat_s truncate", wcsncat_s(WFRESH(u"12"), 5, abc, (size_t)-1), wbuffer);
}

static void plain(void)
{
    char *copy;
    say("strncpy pads: %d", memcmp(strncpy(FRESH("xxxxxxx"), "ab", 5), "ab\0\0\0xx", 8));
    say("strncpy cuts: %s", strncpy(FRESH("xxxxxxx"), "abcdef", 3));
    say("strncat: %s", strncat(FRESH("12"), "abcdef", 3));
    say("strcat: %s", strcat(FRESH("12"), "abcdef"));
    say("_strrev: %s", _strrev(FRESH("abcde")));
    say("_strset: %s", _strset(FRESH("abcde"), 'q'));
    say("_strnset: %s", _strnset(FRESH("abcde"), 'q', 3));
    say("_strlwr: %s", _strlwr(FRESH("A-Z[\\]\xc4")));
    say("_strupr: %s", _strupr(FRESH("a-z{|}\xe4")));
    copy = _strdup("duplicate");
    say("_strdup: %s", copy);
    free(copy);
    check(_strdup(NULL) == NULL);
    say("spans: %zu %zu %zu %zu", strspn("aabbc", "ab"), strcspn("aabbc", "c"), strspn("", "a"), strcspn("abc", ""));
    say("pbrk: %s %s", strpbrk("hello world", "ow"), strpbrk("hello", "xyz"));
    say("chr: %s %s %s %s", strchr("hello", 'l'), strrchr("hello", 'l'), strchr("hello", 'z'), strchr("x", 0));
    say("chr of int: %s", strchr("hello", 'l' + 0x100));
    say("str: %s %s %s", strstr("a needle in", "need"), strstr("abc", "abd"), strstr("abc", ""));
    say("lengths: %zu %zu %zu %zu", strlen("12345"), strnlen("12345", 3), strnlen("12345", 9), __strncnt("12345", 4));
    copy = _memccpy(buffer, "abcdef", 'c', 6);
    say("_memccpy: %d %d", (int)(copy - buffer), _memccpy(buffer, "abcdef", 'z', 6) == NULL);
    say("memchr: %s %d", (char *)memchr("abcdef", 'd', 6), memchr("abcdef", 'd', 3) == NULL);
    say("memset: %s", (char *)memset(FRESH("abcdef"), 'm', 4));
    say("memmove: %s", (char *)memmove(FRESH("abcdef") + 1, buffer, 4));
}

static void comparisons(void)
{
    say("strcmp: %d %d %d %d", strcmp("a", "b"), strcmp("b", "a"), strcmp("a\x80", "aa"), strcmp("a", "a"));
    say("strncmp: %d %d %d", strncmp("abc", "abd", 2), strncmp("abc", "abd", 3), strncmp("x", "y", 0));
    say("memcmp: %d %d %d", memcmp("a\0b", "a\0c", 3), memcmp("\xff", "\x01", 1), memcmp("a", "b", 0));
    say("_stricmp: %d %d %d", _stricmp("HELLO", "hello"), _stricmp("a", "B"), _stricmp("_", "A"));
    say("_stricmp beyond ASCII: %d", _stricmp("\xc4", "\xe4"));
    say("_strnicmp: %d %d", _strnicmp("ABCd", "abcx", 3), _strnicmp("ABCd", "abcx", 4));
    say("_memicmp: %d %d", _memicmp("A\0B", "a\0b", 3), sign(_memicmp("A\0B", "a\0c", 3)));
    say("wcscmp: %d %d %d", wcscmp(u"a", u"b"), wcscmp(u"\x8000", u"a"), wcscmp(u"q", u"q"));
    say("wcsncmp: %d %d", wcsncmp(u"abc", u"abd", 2), wcsncmp(u"abc", u"abd", 3));
    say("_wcsicmp: %d %d", _wcsicmp(u"HELLO", u"hello"), _wcsicmp(u"\xc4", u"\xe4"));
    say("_wcsnicmp: %d %d", _wcsnicmp(u"ABCd", u"abcx", 3), sign(_wcsnicmp(u"ABCd", u"abcx", 4)));
    say("strcoll: %d %d", sign(strcoll("a", "B")), sign(_stricoll("a", "B")));
    say("strxfrm: %zu %s", strxfrm(buffer, "abc", 10), buffer);
}

static void tokens(void)
{
    char text[] = ",,a,b;;c", *context = NULL, *token;
    wide wtext[] = u" one  two ", *wcontext = NULL;
    for (token = strtok_s(text, ",;", &context); token; token = strtok_s(NULL, ",;", &context))
        say("token %s", token);
    say("token again %s", strtok_s(NULL, ",;", &context));
    for (token = strtok(FRESH("x y"), " "); token; token = strtok(NULL, " "))
        say("strtok %s", token);
    say("wcstok_s %ls", wcstok_s(wtext, u" ", &wcontext));
    say("wcstok %ls", wcstok(NULL, u" ", &wcontext));
    outcome("strtok_s no context", strtok_s(text, ",", NULL) != NULL, "");
    context = NULL;
    outcome("strtok_s nothing left", strtok_s(NULL, ",", &context) != NULL, "");
}

static void wide_plain(void)
{
    say("wcsncpy pads: %d", memcmp(wcsncpy(WFRESH(u"xxxxxxx"), u"ab", 5), u"ab\0\0\0xx", 16));
    say("wcsncat: %ls", wcsncat(WFRESH(u"12"), u"abcdef", 3));
    say("_wcsrev: %ls", _wcsrev(WFRESH(u"abcde")));
    say("_wcsset: %ls %ls", _wcsset(WFRESH(u"abcde"), 'q'), _wcsnset(wbuffer, 'r', 2));
    say("_wcslwr: %ls", _wcslwr(WFRESH(u"A-Z[\xc4")));
    say("_wcsupr: %ls", _wcsupr(WFRESH(u"a-z{\xe4")));
    say("spans: %zu %zu", wcsspn(u"aabbc", u"ab"), wcscspn(u"aabbc", u"c"));
    say("chr: %ls %ls %d", wcschr(u"hello", 'l'), wcsrchr(u"hello", 'l'), wcschr(u"hello", 'z') == NULL);
    say("str: %ls %ls %d", wcsstr(u"a needle in", u"need"), wcsstr(u"abc", u""), wcsstr(u"\x6100\x62", u"a") == NULL);
    say("lengths: %zu %zu %zu", wcslen(u"12345"), wcsnlen(u"12345", 3), wcsnlen(u"12345", 9));
}

static void null_pointers(void)
{
    outcome("_stricmp null", _stricmp(NULL, "a"), "");
    outcome("_strnicmp null count 0", _strnicmp(NULL, "a", 0), "");
    outcome("_strlwr null", _strlwr(NULL) != NULL, "");
    outcome("_strnicmp null", _strnicmp("a", NULL, 3), "");
}

PROGRAM
{
    survive_invalid_parameters();
    safe_copies();
    wide_safe_copies();
    plain();
    wide_plain();
    comparisons();
    tokens();
    null_pointers();
    return 0;
}
