// build: freestanding
// flags: -fno-builtin -lucrtbase
// Strings that do not fit, in each of the printf functions' ways to end them.
// Wine reports: no buffer but a size: 1
// documented: no buffer but a size: -1 errno 22 invalid 1     (Microsoft, "Parameter Validation")
// Wine reports: no format: -2 errno 22 invalid 1
// documented: no format: -1 errno 22 invalid 1     (Microsoft, "Parameter Validation")
// Wine reports: _s %s 5 -> 5 49
// documented: _s %s 5 -> -1 0 errno 34 invalid 1     (Microsoft, "sprintf_s, _sprintf_s_l, swprintf_s, _swprintf_s_l")
// Wine reports: _s x 0 -> -1 0
// documented: _s x 0 -> -1 35 errno 22 invalid 1     (the same)
// Wine reports: _s %d 1 -> 1 49
// documented: _s %d 1 -> -1 0 errno 34 invalid 1     (the same)
// Wine reports: _snprintf_s %s 0 0 -> -1 []
// documented: _snprintf_s %s 0 0 -> -1 [] errno 22 invalid 1     (Microsoft, "_snprintf_s, _snprintf_s_l, _snwprintf_s, _snwprintf_s_l")
// Wine reports: _snwprintf_s 5 5 -> -1 [1234]
// documented: _snwprintf_s 5 5 -> -1 [] errno 34 invalid 1     (the same)
#include "crt_stdio.h"

static char text[40];
static wide wide_text[40];

static const char *before(void)
{
    return memset(text, '#', sizeof text);
}

static void report(const char *what, size_t size, int result)
{
    char shown[20];
    memcpy(shown, text, 12);
    for (int i = 0; i < 12; i++)
        if (shown[i] == 0)
            shown[i] = '$';
    shown[12] = 0;
    say("%s %d -> %d [%s]%s", what, (int)size, result, shown, failure());
}

static void sized(const char *what, unsigned long long options, size_t size, const char *format, ...)
{
    arguments list;
    __builtin_va_start(list, format);
    before();
    report(what, size, __stdio_common_vsprintf(options, text, size, format, NULL, list));
    __builtin_va_end(list);
}

static void checked(size_t size, const char *format, ...)
{
    arguments list;
    __builtin_va_start(list, format);
    before();
    int result = __stdio_common_vsprintf_s(0, text, size, format, NULL, list);
    say("_s %s %d -> %d %d%s", format, (int)size, result, text[0], failure());
    __builtin_va_end(list);
}

static void most(size_t size, size_t count, const char *format, ...)
{
    arguments list;
    __builtin_va_start(list, format);
    before();
    int result = __stdio_common_vsnprintf_s(0, text, size, count, format, NULL, list);
    text[39] = 0;
    say("_snprintf_s %s %d %d -> %d [%s]%s", format, (int)size, (int)count, result, text[0] == '#' ? "" : text, failure());
    __builtin_va_end(list);
}

static void wide_sized(unsigned long long options, size_t size, const wide *format, ...)
{
    arguments list;
    __builtin_va_start(list, format);
    for (int i = 0; i < 39; i++)
        wide_text[i] = '#';
    int result = __stdio_common_vswprintf(options, wide_text, size, format, NULL, list);
    for (int i = 0; i < 12; i++)
        if (wide_text[i] == 0)
            wide_text[i] = '$';
    wide_text[12] = 0;
    say("wide %llu %d -> %d [%ls]%s", options, (int)size, result, wide_text, failure());
    __builtin_va_end(list);
}

static void wide_most(size_t size, size_t count, const wide *format, ...)
{
    arguments list;
    __builtin_va_start(list, format);
    for (int i = 0; i < 39; i++)
        wide_text[i] = '#';
    int result = __stdio_common_vsnwprintf_s(LEGACY_WIDE, wide_text, size, count, format, NULL, list);
    wide_text[39] = 0;
    say("_snwprintf_s %d %d -> %d [%ls]%s", (int)size, (int)count, result, wide_text[0] == '#' ? L"" : wide_text, failure());
    __builtin_va_end(list);
}

static int count_only(unsigned long long options, char *buffer, size_t size, const char *format, ...)
{
    arguments list;
    __builtin_va_start(list, format);
    int result = __stdio_common_vsprintf(options, buffer, size, format, NULL, list);
    __builtin_va_end(list);
    return result;
}

PROGRAM
{
    survive_invalid_parameters();
    for (size_t size = 0; size < 8; size++) {
        sized("default", 0, size, "%s", "12345");
        sized("legacy", LEGACY_NULL_TERMINATION, size, "%s", "12345");
        sized("standard", STANDARD_SNPRINTF, size, "%s", "12345");
        wide_sized(LEGACY_WIDE, size, L"%s", L"12345");
        wide_sized(LEGACY_WIDE | LEGACY_NULL_TERMINATION, size, L"%s", L"12345");
        wide_sized(LEGACY_WIDE | STANDARD_SNPRINTF, size, L"%s", L"12345");
    }
    sized("legacy empty", LEGACY_NULL_TERMINATION, 3, "");
    sized("default empty", 0, 1, "");
    sized("standard pieces", STANDARD_SNPRINTF, 4, "%d%d%d", 12, 34, 56);
    sized("legacy pieces", LEGACY_NULL_TERMINATION, 4, "%d%d%d", 12, 34, 56);
    sized("standard padding", STANDARD_SNPRINTF, 4, "%10d", 1);
    say("no buffer: %d %d", count_only(STANDARD_SNPRINTF, NULL, 0, "%s", "12345"),
        count_only(STANDARD_SNPRINTF, NULL, 0, "%100d", 1));
    say("no buffer but a size: %d%s", count_only(0, NULL, 5, "x"), failure());
    say("no format: %d%s", count_only(0, text, 5, NULL), failure());

    checked(6, "%s", "12345");
    checked(5, "%s", "12345");
    checked(1, "");
    checked(0, "x");
    checked(1, "%d", 1);

    most(10, 5, "%s", "12345");
    most(10, 4, "%s", "12345");
    most(10, 0, "%s", "12345");
    most(10, 9, "%s", "12345");
    most(10, 10, "%s", "12345");
    most(10, 20, "%s", "1234567890123");
    most(10, (size_t)-1, "%s", "1234567890123");
    most(10, (size_t)-1, "%s", "123456789");
    most(10, (size_t)-1, "%s", "1234567890");
    most(1, (size_t)-1, "%s", "1");
    most(0, 0, "%s", "1");
    wide_most(10, 5, L"%s", L"12345");
    wide_most(10, 4, L"%s", L"12345");
    wide_most(5, (size_t)-1, L"%s", L"12345");
    wide_most(5, 5, L"%s", L"12345");
    wide_most(5, 10, L"%s", L"12345");
    return 0;
}
