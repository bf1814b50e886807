// build: freestanding
// flags: -fno-builtin -lucrtbase
// The scanf engine: conversions, widths, sets, sizes, ends of the input, safe buffers, streams.
// Wine reports: 123.456|%5lf%n%9s -> 1 405ed9999999999a at 5, rest []
// documented: 123.456|%5lf%n%9s -> 2 405ed9999999999a at 5, rest [56]     (C11 7.21.6.2: the width ends the number, not the input)
// Wine reports: 123.456|%3lf%n%9s -> 1 405ec00000000000 at 3, rest []
// documented: 123.456|%3lf%n%9s -> 2 405ec00000000000 at 3, rest [.456]     (the same)
// Wine reports: 1e5x|%2lf%n%9s -> -1 c01c000000000000 at -1, rest []
// documented: 1e5x|%2lf%n%9s -> 0 c01c000000000000 at -1, rest []     (the same: a matching failure)
// Wine reports: %l[ 1 [\u6261]
// documented: %l[ 1 [ab]     (Microsoft, "scanf width specification": l makes the argument wide)
#include "crt_stdio.h"

static int scan(unsigned long long options, const char *text, const char *format, ...)
{
    arguments list;
    __builtin_va_start(list, format);
    int result = __stdio_common_vsscanf(options, text, (size_t)-1, format, NULL, list);
    __builtin_va_end(list);
    return result;
}

static int scan_wide(unsigned long long options, const wide *text, const wide *format, ...)
{
    arguments list;
    __builtin_va_start(list, format);
    int result = __stdio_common_vswscanf(options, text, (size_t)-1, format, NULL, list);
    __builtin_va_end(list);
    return result;
}

static int scan_file(FILE *file, const char *format, ...)
{
    arguments list;
    __builtin_va_start(list, format);
    int result = __stdio_common_vfscanf(0, file, format, NULL, list);
    __builtin_va_end(list);
    return result;
}

static void integers(const char *text, const char *format)
{
    long long a = -7777, b = -7777, c = -7777;
    int result = scan(0, text, format, &a, &b, &c);
    say("%s|%s -> %d %lld %lld %lld", text, format, result, a, b, c);
}

static void number(const char *text, const char *format)
{
    double value = -7;
    int at = -1;
    char rest[20] = "";
    int result = scan(0, text, format, &value, &at, rest);
    say("%s|%s -> %d %a at %d, rest [%s]", text, format, result, value, at, rest);
}

static void strings(const char *text, const char *format)
{
    char a[30], b[30];
    memset(a, '#', sizeof a);
    memset(b, '#', sizeof b);
    a[12] = b[12] = 0;
    int result = scan(0, text, format, a, b);
    say("%s|%s -> %d [%s] [%s]", text, format, result, a, b);
}

static void all_integers(void)
{
    integers("12 34", "%lld%lld");
    integers("  12\t\n34", "%d%d");
    integers("-1", "%lld");
    integers("+5", "%lld");
    integers("+ 5", "%lld");
    integers("--5", "%lld");
    integers("99999999999", "%lld");
    integers("99999999999", "%d");
    integers("9223372036854775807", "%lld");
    integers("-9223372036854775808", "%lld");
    integers("18446744073709551615", "%llu");
    integers("4294967295", "%d");
    integers("300", "%hhd");
    integers("70000", "%hd");
    integers("-1", "%u");
    integers("0x1f", "%i");
    integers("017", "%i");
    integers("08", "%i");
    integers("0", "%i");
    integers("-0x1F", "%lli");
    integers("1f", "%x");
    integers("0x1F", "%X");
    integers("0xg", "%x");
    integers("777", "%o");
    integers("789", "%o%d");
    integers("1f", "%p");
    integers("12abc", "%d%d");
    integers("abc", "%d");
    integers("12,34", "%d,%d");
    integers("12 ,34", "%d,%d");
    integers("12 ,34", "%d ,%d");
    integers("12345", "%3d%d");
    integers("-123", "%2d%d");
    integers("0x12", "%3x%d");
    integers("12 5", "%*d%d");
    integers("12", "%*d");
    integers("y", "x%d");
    integers("5%6", "%d%%%d");
    integers("5 %6", "%d%%%d");
    integers("5 6 7", "%I64d%Id%I32d");
    integers("5 6", "%zd%ld");
    integers("7", "%Ld");
    integers("12 34", "%d%n%d");
    integers("abc", "%n");
    integers("12", "");
    integers("", "");
    integers("", "%d");
    integers("", "abc");
    integers("   ", " ");
    integers("5", "%d%d");
    integers("5 x", "%d%d");
}

static void all_numbers(void)
{
    static const char *const texts[] = {
        "1.5", ".5", "5.", "1e5", "1E-3z", "1.5.5", "+1", "-0", "1e400", "1e-400", "  2", "00012", "0.1e1e1", "1,5",
        "123456789012345678901234567890", "0x1p3", "0x.8", "0x1.8p-1q", "inf", "infinity", "-INF", "nan", "1e+5x",
        "2.2250738585072011e-308", "9007199254740993", "0.1",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        number(texts[i], "%lf%n%9s");
    number("123.456", "%5lf%n%9s");
    number("123.456", "%3lf%n%9s");
    number("1e5x", "%2lf%n%9s");
    number("2 3", "%*f%lg%n%9s");
    number("abc", "%lf%n%9s");
    float single = -7;
    say("%d", scan(0, "0.1", "%f", &single));
    say("%a", (double)single);
}

static void all_strings(void)
{
    strings("abc def", "%s%s");
    strings("abc def", "%2s%s");
    strings("abcdef", "%2s%s");
    strings("abc", "%c");
    strings("abc def", "%5c%c");
    strings(" x", "%c");
    strings(" x", " %c");
    strings("abc123", "%[a-z]%[0-9]");
    strings("abc123", "%[^0-9]%s");
    strings("]x", "%[]]%s");
    strings("a]x", "%[^]]%s");
    strings("a-b", "%[a-]%s");
    strings("a-b", "%[-a]%s");
    strings("cba", "%[c-a]%s");
    strings("a^b", "%[a^]%s");
    strings("abcd", "%3[a-z]%s");
    strings("abc def", "%*s%s");
    strings("a\tb", "%s %s");
    strings("x  y", "x %s");
    strings("AbC", "%[A-Ca-c]");
    strings("abc", "%hs");
    strings("abc", "a%s");
    strings("a%b", "a%%%s");
    strings("key = value", "%s = %s");
    strings("key=value", "%[^=]=%s");
    wide buffer[20];
    int result = scan(0, "abc def", "%ls", buffer);
    say("%%ls %d [%ls]", result, buffer);
    result = scan(0, "abc def", "%S", buffer);
    say("%%S %d [%ls]", result, buffer);
    result = scan(0, "abc def", "%l[a-b]", buffer);
    say("%%l[ %d [%ls]", result, buffer);
    result = scan(0, "abc", "%lc", buffer);
    say("%%lc %d %d", result, buffer[0]);
}

static void safe(void)
{
    enum { SECURE = 1 };
    char buffer[10];
    int value = 0;
    say("fits %d [%s]", scan(SECURE, "abc", "%s", buffer, 4), buffer);
    strcpy(buffer, "old");
    say("too long %d [%s]", scan(SECURE, "abcd", "%s", buffer, 4), buffer);
    say("then no more %d", scan(SECURE, "abcd 5", "%s%d", buffer, 4, &value));
    say("value %d", value);
    say("width %d [%s]", scan(SECURE, "abcd", "%3s", buffer, 4), buffer);
    say("set %d [%s]", scan(SECURE, "abcd", "%[a-c]", buffer, 4), buffer);
    say("set too long %d [%s]", scan(SECURE, "abcd", "%[a-d]", buffer, 4), buffer);
    say("char %d %c", scan(SECURE, "x", "%c", buffer, 1), buffer[0]);
    say("suppressed %d %d", scan(SECURE, "abc 5", "%*s%d", &value), value);
    say("number %d", scan(SECURE, "6", "%d", &value));
}

static void wide_text(void)
{
    enum { LEGACY = 2 };
    wide a[20];
    char b[20];
    int value = 0, at = 0;
    double number = 0;
    int result = scan_wide(0, L"12 1.5 x", L"%d%lf%n", &value, &number, &at);
    say("wide %d %d at %d", result, value, at);
    say("%a", number);
    result = scan_wide(LEGACY, L"abc def", L"%s%S", a, b);
    say("legacy %d [%ls] [%s]", result, a, b);
    result = scan_wide(0, L"abc def", L"%ls%hs", a, b);
    say("sizes %d [%ls] [%s]", result, a, b);
    result = scan_wide(LEGACY, L"\x3042\x3044x", L"%[\x3041-\x3050]", a);
    say("set %d [%ls]", result, a);
    result = scan_wide(LEGACY, L"a\x3000" L"b", L"%s%S", a, b);
    say("ideographic space %d [%ls] [%s]", result, a, b);
}

static void streams(void)
{
    char path[300], word[20];
    int value = 0, other = 0;
    tmpnam_s(path, sizeof path);
    FILE *file = fopen(path, "w+b");
    fputs("12 word 0x1f\n3.5e1,rest of the line\n77", file);
    rewind(file);
    double number = 0;
    say("stream %d", scan_file(file, "%d%s%i", &value, word, &other));
    say("%d [%s] %d", value, word, other);
    say("stream %d", scan_file(file, "%lf", &number));
    say("%a next %c", number, fgetc(file));
    say("stream %d [%s]", scan_file(file, "%[^\n]", word), word);
    say("stream %d %d", scan_file(file, "%d", &value), value);
    say("end %d", scan_file(file, "%d", &value));
    fclose(file);
    remove(path);
}

PROGRAM
{
    survive_invalid_parameters();
    all_integers();
    all_numbers();
    all_strings();
    safe();
    wide_text();
    streams();
    return 0;
}
