// build: freestanding
// flags: -fno-builtin -lucrtbase
// The printf engine of the Universal C run-time: conversions, flags, sizes, floating point, positions.
// Wine reports: %hhd %hhu %hhx -> 11 [511 511 1ff]
// documented: %hhd %hhu %hhx -> 9 [-1 255 ff]     (Microsoft, "Format specification syntax: printf and wprintf functions")
// Wine reports: %08.3d| -> 9 [00000005|]
// documented: %08.3d| -> 9 [     005|]     (the same: with a precision, the flag 0 is ignored)
// Wine reports: %#.0o| -> 1 [|]
// documented: %#.0o| -> 2 [0|]     (C11 7.21.6.1: # makes the first digit of an octal number a zero)
// Wine reports: %Z|%10.2Z|%Z -> 5 [Z|Z|Z]
// documented: %Z|%10.2Z|%Z -> 22 [ansi|      ansi|(null)]     (the same page: ANSI_STRING and UNICODE_STRING)
// Wine reports: %wZ|%lZ -> 3 [Z|Z]
// documented: %wZ|%lZ -> 11 [wide |wide ]     (the same)
// Wine reports: %-25a| -> 26 [-0x1.999999999999a    p-4|]
// documented: %-25a| -> 26 [-0x1.999999999999ap-4    |]     (C11 7.21.6.1: padding is at the ends)
// Wine reports: %f %e %G %+a|%-12f|%012f| -> 43 [nan nan NAN +nan|nan         |         nan|]
// documented: %f %e %G %+a|%-12f|%012f| -> 67 [nan(snan) nan(snan) NAN(SNAN) +nan(snan)|nan(snan)   |   nan(snan)|]     (the same)
// Wine reports: 8 %f %f %f %f -> 37 [-1.#INF00 1.#QNAN0 -1.#IND00 1.#QNAN0]
// documented: 8 %f %f %f %f -> 37 [-1.#INF00 1.#QNAN0 -1.#IND00 1.#SNAN0]     (the same)
#include "crt_stdio.h"

static char text[3000];
static wide wide_text[3000];

static void print(unsigned long long options, const char *format, ...)
{
    arguments list;
    __builtin_va_start(list, format);
    memset(text, '!', 8);
    int result = __stdio_common_vsprintf(options, text, sizeof text, format, NULL, list);
    say("%s -> %d [%s]%s", format, result < 0 ? -1 : result, result < 0 ? "" : text, failure());
    __builtin_va_end(list);
}

static void print_options(unsigned long long options, const char *format, ...)
{
    arguments list;
    __builtin_va_start(list, format);
    int result = __stdio_common_vsprintf(options, text, sizeof text, format, NULL, list);
    say("%llu %s -> %d [%s]%s", options, format, result < 0 ? -1 : result, result < 0 ? "" : text, failure());
    __builtin_va_end(list);
}

static void print_wide(unsigned long long options, const wide *format, ...)
{
    arguments list;
    __builtin_va_start(list, format);
    int result = __stdio_common_vswprintf(options, wide_text, 3000, format, NULL, list);
    say("wide %llu %ls -> %d [%ls]%s", options, format, result, result < 0 ? L"" : wide_text, failure());
    __builtin_va_end(list);
}

static void print_s(const char *format, ...)
{
    arguments list;
    __builtin_va_start(list, format);
    int result = __stdio_common_vsprintf_s(0, text, sizeof text, format, NULL, list);
    say("_s %s -> %d [%s]%s", format, result, result < 0 ? "" : text, failure());
    __builtin_va_end(list);
}

static void print_p(const char *format, ...)
{
    arguments list;
    __builtin_va_start(list, format);
    int result = __stdio_common_vsprintf_p(0, text, sizeof text, format, NULL, list);
    say("_p %s -> %d [%s]%s", format, result, result < 0 ? "" : text, failure());
    __builtin_va_end(list);
}

static double from_bits(unsigned long long bits)
{
    union {
        unsigned long long bits;
        double value;
    } both;
    both.bits = bits;
    return both.value;
}

#define INFINITY from_bits(0x7ff0000000000000)
#define NAN from_bits(0x7ff8000000000000)
#define INDETERMINATE from_bits(0xfff8000000000000)
#define SIGNALING from_bits(0x7ff0000000000001)

static void integers(void)
{
    static const int values[] = {0, 1, -1, 42, -42, 2147483647, -2147483647 - 1};
    static const char *const formats[] = {
        "%d", "%i", "%u", "%x", "%X", "%o", "%5d|", "%-5d|", "%05d|", "%+d", "% d", "%+5d", "%-+5d|", "%.3d", "%8.3d|",
        "%-8.3d|", "%#x", "%#X", "%#o", "%#8x|", "%#08x|", "%-#8x|", "%.0d|", "%.d|", "%+.0d|", "%hd", "%hu", "%hx",
        "%ld", "%lu", "%lx", "%I32d", "%I32u", "%I32x", "%+05d", "% 05d", "%-05d|", "%+ d", "%.10x", "%#.10x", "%#.3o",
        "%15.10d|", "%-15.10d|", "%+15.10d|", "%wd", "%lld|",
    };
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        for (size_t k = 0; k < sizeof values / sizeof *values; k++)
            print(0, formats[i], (long long)values[k]);
    print(0, "%hhd %hhu %hhx", 0x1ff, 0x1ff, 0x1ff);
    print(0, "%hd %hu", 0x12345, 0x18000);
    print(0, "%lld %llu %llx %llo", -1LL, -1LL, -1LL, -1LL);
    print(0, "%I64d %I64u %I64x %I64X", -1LL, -1LL, -1LL, 0xabcdef0123456789LL);
    print(0, "%Id %Iu %Ix", -1LL, -1LL, -1LL);
    print(0, "%jd %ju %zd %zu %td %tx", -1LL, -1LL, -1LL, -1LL, -1LL, -1LL);
    print(0, "%lld %lld", 9223372036854775807LL, -9223372036854775807LL - 1);
    print(0, "%*d|%-*d|%*d|", 5, 1, 5, 2, -5, 3);
    print(0, "%.*d|%.*d|", 3, 1, -3, 2);
    print(0, "%*.*d|", 8, 3, 5);
    print(0, "%p %p", (void *)0, (void *)0x123456789abcdefULL);
    print(0, "%20p|%-20p|", (void *)1, (void *)2);
    print(0, "%08.3d|", 5);
    print(0, "%#.0o|", 0);
    print(0, "%hld %lhd", 0x12345, 0x12345);
    print(0, "%.300d|", 7);
    print(0, "%300d|", 7);
}

static void strings(void)
{
    print(0, "%s|%10s|%-10s|%.2s|%10.2s|%-10.2s|", "abc", "abc", "abc", "abc", "abc", "abc");
    print(0, "%s|%.3s|%10s|", (char *)NULL, (char *)NULL, (char *)NULL);
    print(0, "%.0s|%.s|", "abc", "abc");
    print(0, "%.3s", "abc\xff");
    print(0, "%05s|%-05s|", "ab", "ab");
    print(0, "%+s|% s|%#s|", "a", "b", "c");
    print(0, "%c%c%c", 'a', 'b', 'c');
    print(0, "%5c|%-5c|%05c|", 'a', 'b', 'c');
    print(0, "%ls|%S|%ws|%hs|%hS", L"long", L"capital", L"wide", "short", "short capital");
    print(0, "%lc|%C|%wc|%hc|%hC", L'l', L'C', L'w', 'h', 'H');
    print(0, "%10ls|%-10ls|%.2ls|", L"abc", L"abc", L"abc");
    print(0, "%.2S|%5.1S|", L"abc", L"abc");
    print(0, "%ls", (wide *)NULL);
    print(0, "%Ts|%TS", "abc", L"abc");
    print(0, "[%lc]", 0x20ac);
    print(0, "[%ls]", L"caf\xe9");
    print(0, "[%ls]", L"a\x20ac" L"b");
    print(0, "%%|100%%");
    print(0, "plain text without conversions");
    print(0, "");
    struct {
        unsigned short length, maximum;
        const void *buffer;
    } ansi = {4, 5, "ansi text"}, unicode = {10, 12, L"wide text"};
    print(0, "%Z|%10.2Z|%Z", &ansi, &ansi, NULL);
    print(0, "%wZ|%lZ", &unicode, &unicode);
}

static void wide_strings(void)
{
    print_wide(LEGACY_WIDE, L"%s|%S|%ls|%hs|%ws|%hS|%lS", L"wide", "narrow", L"l", "h", L"w", "h", L"l");
    print_wide(0, L"%s|%S|%ls|%hs|%ws|%hS|%lS", "narrow", L"wide", L"l", "h", L"w", "h", L"l");
    print_wide(LEGACY_WIDE, L"%c|%C|%lc|%hc", L'w', 'n', L'l', 'h');
    print_wide(0, L"%c|%C|%lc|%hc", 'n', L'w', L'l', 'h');
    print_wide(LEGACY_WIDE, L"%5s|%-5s|%.2s|%5.1S|", L"abc", L"abc", L"abc", "abc");
    print_wide(LEGACY_WIDE, L"%s %S", (wide *)NULL, (char *)NULL);
    print_wide(LEGACY_WIDE, L"%d %5d|%x %#o %p", 42, 42, 255, 8, (void *)0xabc);
    print_wide(LEGACY_WIDE, L"%f %g %e %a", 1.5, 1.5, 1.5, 1.5);
    print_wide(LEGACY_WIDE, L"\x20ac%s\x3042", L"\xd83d\xde00");
    print_wide(LEGACY_WIDE, L"[%S]", "caf\xe9");
    print_wide(LEGACY_WIDE, L"%Ts", L"abc");
    print_wide(LEGACY_WIDE, L"100%%|%y|");
}

static void floats(void)
{
    static const double values[] = {
        0.0, -0.0, 1.0, -1.0, 0.5, 1.5, 2.5, 0.125, 123.456, -123.456, 1e10, 1e-10, 1e100, 1e-100, 1.7976931348623157e308,
        2.2250738585072014e-308, 4.9406564584124654e-324, 0.1, 0.1 + 0.2, 9.995, 99999.5, 999999.5, 1e15, 1e16, 1e17,
        0.0001, 0.00001, 3.14159265358979, 1234567.0, 5e-5,
    };
    static const char *const formats[] = {
        "%f", "%e", "%g", "%E", "%G", "%.0f", "%.0e", "%.0g", "%.1f", "%.2e", "%.3g", "%10.3f|", "%-10.3f|", "%+.2f",
        "% .2f", "%010.2f", "%+010.2e", "%#.0f", "%#.0e", "%#g", "%#.3g", "%.17g", "%.20g", "%.15g", "%.20e", "%a", "%A",
        "%.2a", "%.0a", "%#.0a", "%+a", "%25a|", "%025a|", "%lf", "%Lf", "%F",
    };
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        for (size_t k = 0; k < sizeof values / sizeof *values; k++)
            print(STANDARD_ROUNDING, formats[i], values[k]);
    print(0, "%-25a|", -0.1);
    print(0, "%.30f", 0.1);
    print(0, "%.60f", 1e-5);
    print(0, "%.25f", 123456789.123456789);
    print(0, "%.400f", 4.9406564584124654e-324);
    print(0, "%.1100f", 4.9406564584124654e-324);
    print(0, "%.50e", 1.7976931348623157e308);
    print(0, "%.100g", 0.1);
    print(0, "%*.*f|", 12, 3, 3.14159);
    print(0, "%f %f", 1.0, 2.0);
    print(0, "%d %f %s %f", 1, 2.0, "three", 4.0);
}

static void rounding(void)
{
    static const struct {
        const char *format;
        double value;
    } cases[] = {
        {"%.0f", 0.5}, {"%.0f", 1.5}, {"%.0f", 2.5}, {"%.0f", -2.5}, {"%.1f", 0.25}, {"%.1f", 0.35}, {"%.2f", 1.125},
        {"%.2f", 1.375}, {"%.3f", 1.0005}, {"%.0e", 2.5}, {"%.0e", 25.0}, {"%.1e", 1.25}, {"%.1e", 125000.0},
        {"%.2g", 1.25}, {"%.3g", 1.125}, {"%.1g", 0.25}, {"%.0f", 0.49999999999999994}, {"%.2f", 2.675},
        {"%.10f", 0.5}, {"%.0f", 9.5}, {"%.0f", 99.5}, {"%.0e", 9.5}, {"%.0e", 95.0}, {"%.1f", 9.95},
        {"%.22f", 1.1920928955078125e-07}, {"%.0f", 4503599627370497.5}, {"%.1f", 0.05}, {"%.15e", 9007199254740993.0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        print_options(0, cases[i].format, cases[i].value);
        print_options(STANDARD_ROUNDING, cases[i].format, cases[i].value);
    }
    print_options(THREE_DIGITS, "%e %g %G %.0e", 1.0, 1e-10, 1e100, 0.0);
    print_options(MSVCRT_COMPATIBILITY, "%f %e %g", 1.5, 1.5, 1.5);
}

static void not_numbers(void)
{
    static const char *const formats[] = {
        "%f", "%e", "%g", "%a", "%F", "%E", "%G", "%A", "%10f|", "%-10f|", "%010f|", "%+f", "% f", "%.1f", "%.2e", "%.20g",
    };
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        print(0, formats[i], INFINITY);
        print(0, formats[i], -INFINITY);
        print(0, formats[i], NAN);
        print(0, formats[i], INDETERMINATE);
    }
    print(0, "%f %e %G %+a|%-12f|%012f|", SIGNALING, SIGNALING, SIGNALING, SIGNALING, SIGNALING, SIGNALING);
    print_options(MSVCRT_COMPATIBILITY, "%f %e %g %.1f %.2f %.3f %10.1f|", INFINITY, INFINITY, INFINITY, INFINITY, INFINITY,
                  INFINITY, INFINITY);
    print_options(MSVCRT_COMPATIBILITY, "%f %f %f %f", -INFINITY, NAN, INDETERMINATE, SIGNALING);
    print_options(MSVCRT_COMPATIBILITY, "%g %G %010f", INFINITY, NAN, INFINITY);
}

static void odd_formats(void)
{
    print(0, "%y");
    print(0, "%5-d|", 5);
    print(0, "abc%");
    print(0, "%5");
    print(0, "%l");
    print(0, "%.");
    print(0, "%Iq", 5);
    print(0, "%I");
    print(0, "%!");
    print(0, "%Fd|%Nd", 1, 2);
    print_options(MSVCRT_COMPATIBILITY, "%Fd|%Nd|%Fs", 1, 2, "a");
    int count = -1;
    print(0, "abc%n", &count);
    say("count %d", count);
    say("_set_printf_count_output %d %d", _set_printf_count_output(1), _set_printf_count_output(1));
    print(0, "abc%n", &count);
    say("count %d", count);
    short short_count = -1;
    print(0, "abcdef%hn", &short_count);
    say("count %d", short_count);
    _set_printf_count_output(0);
}

static void checked(void)
{
    print_s("%d %s %5.2f", 1, "two", 3.0);
    print_s("%y");
    print_s("abc%");
    print_s("%5-d", 5);
    print_s("%l");
    print_s("%hs %ls", "a", L"b");
    print_s("%n", NULL);
    print_s("");
}

static void positions(void)
{
    print_p("%2$s %1$s", "first", "second");
    print_p("%1$d %1$d %1$x", 42);
    print_p("%2$d %1$s %3$f", "string", 7, 1.5);
    print_p("%1$*2$d|", 5, 10);
    print_p("%2$*1$d|", 5, 10);
    print_p("%1$.*2$f|", 5.0, 3);
    print_p("%1$-10s|%2$05d|", "left", 42);
    print_p("%1$lld %2$hd", 1LL << 40, 3);
    print_p("%d %s", 1, "in order");
    print_p("%1$d %3$d", 1, 2, 3);
    print_p("%d %1$d", 1, 2);
    print_p("%1$d %1$s", 1);
    print_p("%0$d", 1);
    print_p("100%% %1$d", 1);
}

PROGRAM
{
    survive_invalid_parameters();
    integers();
    strings();
    wide_strings();
    floats();
    rounding();
    not_numbers();
    odd_formats();
    checked();
    positions();
    return 0;
}
