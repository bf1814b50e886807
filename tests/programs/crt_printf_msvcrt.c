// build: freestanding
// flags: -fno-builtin
// imports: msvcrt.dll _vsnprintf _vsnwprintf sprintf _snprintf _scprintf swprintf sprintf_s _set_output_format memset
// What the printf functions of msvcrt.dll do otherwise than those of the Universal C run-time.
// Wine reports: %12f|%-12f|%012f -> 38 [    1.#INF00|1.#INF      |00001.#INF00]
// documented: %12f|%-12f|%012f -> 38 [    1.#INF00|1.#INF00    |00001.#INF00]     (the precision does not depend on the alignment)
// Wine reports: %.20f -> 22 [0.10000000000000000555]
// documented: %.20f -> 22 [0.10000000000000001000]     (Microsoft, "Visual C++ change history 2003 - 2015": before, only 17 digits)
// Wine reports: %.20e -> 27 [3.33333333333333314830e-001]
// documented: %.20e -> 27 [3.33333333333333310000e-001]     (the same)
// Wine reports: %.25g|%.17g -> 47 [0.1000000000000000055511151|0.10000000000000001]
// documented: %.25g|%.17g -> 39 [0.10000000000000001|0.10000000000000001]     (the same)
// Wine reports: %.0f -> 31 [1000000000000000019884624838656]
// documented: %.0f -> 31 [1000000000000000000000000000000]     (the same)
// Wine reports: %.2f %.2f %.2f -> 14 [1.00 2.67 1.11]
// documented: %.2f %.2f %.2f -> 14 [1.00 2.67 1.12]     (the same: 1.115 has the 17 digits 1.1150000000000000)
#include "crt_stdio.h"

int _vsnprintf(char *, size_t, const char *, arguments), _vsnwprintf(wide *, size_t, const wide *, arguments);
int sprintf(char *, const char *, ...), _snprintf(char *, size_t, const char *, ...), _scprintf(const char *, ...);
int swprintf(wide *, const wide *, ...), sprintf_s(char *, size_t, const char *, ...);
unsigned _set_output_format(unsigned);

static char text[3000];
static wide wide_text[3000];

static void print(const char *format, ...)
{
    arguments list;
    __builtin_va_start(list, format);
    int result = _vsnprintf(text, sizeof text, format, list);
    say("%s -> %d [%s]", format, result, result < 0 ? "" : text);
    __builtin_va_end(list);
}

static void print_wide(const wide *format, ...)
{
    arguments list;
    __builtin_va_start(list, format);
    int result = _vsnwprintf(wide_text, 3000, format, list);
    say("%ls -> %d [%ls]", format, result, result < 0 ? L"" : wide_text);
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

static void floats(void)
{
    print("%f %e %g %E %G", 1.5, 1.5, 1.5, 1.5e100, 1.5e-100);
    print("%g %g %g %g", 100000.0, 1000000.0, 0.0001, 0.00001);
    print("%.3e|%#.0e|%.0e", 12345.678, 1.0, 1.0);
    print("%f|%e|%g", INFINITY, INFINITY, INFINITY);
    print("%f|%e|%g", -INFINITY, -INFINITY, -INFINITY);
    print("%f|%e|%g", NAN, NAN, NAN);
    print("%f|%e|%g", INDETERMINATE, INDETERMINATE, INDETERMINATE);
    print("%.0f|%.1f|%.2f|%.3f|%.4f|%.5f", INFINITY, INFINITY, INFINITY, INFINITY, INFINITY, INFINITY);
    print("%12f|%-12f|%012f", INFINITY, INFINITY, INFINITY);
    print("%.0f %.0f %.0f %.1f %.1f", 0.5, 1.5, 2.5, 0.25, 0.35);
    print("%.20f", 0.1);
    print("%.20e", 1.0 / 3);
    print("%.25g|%.17g", 0.1, 0.1);
    print("%.3f %.3f", 1e22, 123456789012345678.0);
    print("%.0f", 1e30);
    print("%.2f %.2f %.2f", 1.005, 2.675, 1.115);
    print("%a %.2a %A", 1.5, 1.999, 10.0);
    print("%lf %Lf", 1.5, 2.5);
}

static void conversions(void)
{
    print("%d %u %x %X %o %c %s", -1, 1u, 255, 255, 8, 'c', "string");
    print("%hd %ld %I64d %lld", 0x12345, 1, 1LL << 40, 1LL << 40);
    print("%hhd %hhu", 0x1ff, 0x1ff);
    print("%Id %jd %zd %td", 1LL << 40, 1LL << 40, 1LL << 40, 1LL << 40);
    print("%Fd %Nd %Fs", 1, 2, "three");
    print("%p", (void *)0xabc);
    print("%hs %ls %S %C", "narrow", L"wide", L"wide", L'w');
    print("%s %ls", (char *)NULL, (wide *)NULL);
    print_wide(L"%s %S %hs %ls %c %C", L"wide", "narrow", "narrow", L"wide", L'w', 'n');
    int count = -1;
    print("abc%n", &count);
    say("count %d", count);
    print("%y %!");
    print("%05s|%+05d|%#x|%#o", "ab", 3, 255, 8);
}

static void truncation(void)
{
    for (size_t size = 0; size < 7; size++) {
        memset(text, '#', 10);
        int result = 0;
        arguments none = (arguments)"";
        result = _vsnprintf(text, size, "12345", none);
        for (int i = 0; i < 8; i++)
            if (text[i] == 0)
                text[i] = '$';
        text[8] = 0;
        say("_vsnprintf %d -> %d [%s]", (int)size, result, text);
    }
}

static void variadic(void)
{
    int result = sprintf(text, "%d %s %g", 1, "two", 3.5);
    say("sprintf %d [%s]", result, text);
    result = _snprintf(text, 4, "%d", 1234567);
    say("_snprintf %d [%c%c%c%c]", result, text[0], text[1], text[2], text[3]);
    result = swprintf(wide_text, L"%d %s %g", 1, L"two", 3.5);
    say("swprintf %d [%ls]", result, wide_text);
    say("_scprintf %d", _scprintf("%s %d", "abc", 12345));
    result = sprintf_s(text, 10, "%d %d %d", 1, 2, 3);
    say("sprintf_s %d [%s]", result, text);
}

PROGRAM
{
    floats();
    conversions();
    truncation();
    variadic();
    say("_set_output_format %u", _set_output_format(1));
    print("%e", 1.5);
    say("_set_output_format %u", _set_output_format(0));
    return 0;
}
