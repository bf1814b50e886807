// build: freestanding
// flags: -fno-builtin
// Wine reports: system 2: 17 [File not found.\x0d\x0a] error 0
// documented: system 2: 44 [The system cannot find the file specified.\x0d\x0a] error 0   (Microsoft, "System Error Codes")
// Wine reports: allocated 16 Access denied.\x0d\x0a
// documented: allocated 19 Access is denied.\x0d\x0a   (Microsoft, "System Error Codes")
// FormatMessage: inserts, escapes, sizes and errors.
#define WIN32_LEAN_AND_MEAN
#include <windows.h>
#include "fixture.h"

static char text[500];

static void show(const char *what, DWORD result)
{
    say("%s: %u [%s] error %u", what, result, result ? text : "", GetLastError());
}

static void format(const char *source, DWORD flags, DWORD_PTR *arguments)
{
    SetLastError(0);
    text[0] = 0;
    show(source, FormatMessageA(FORMAT_MESSAGE_FROM_STRING | FORMAT_MESSAGE_ARGUMENT_ARRAY | flags, source, 0, 0, text,
                                sizeof text, (va_list *)arguments));
}

static DWORD with_list(const char *source, ...)
{
    DWORD result;
    va_list list;
    va_start(list, source);
    result = FormatMessageA(FORMAT_MESSAGE_FROM_STRING, source, 0, 0, text, sizeof text, &list);
    va_end(list);
    return result;
}

PROGRAM
{
    DWORD_PTR arguments[] = {(DWORD_PTR)"one", 42, (DWORD_PTR)-7, 5, 3, (DWORD_PTR)"abcdef", (DWORD_PTR)L"wide"};
    char *allocated = NULL;
    WCHAR wide[100];
    DWORD length;
    format("plain", 0, arguments);
    format("%1 and %1!s!", 0, arguments);
    format("%2!d! %2!5d! %2!-5d!| %2!05d! %2!x! %2!X! %2!#x! %2!u!", 0, arguments);
    format("%3!d! %3!u!", 0, arguments);
    format("%4!*.*s!|", 0, arguments);
    format("%7!S! %7!ls! %7!ws! %1!hs!", 0, arguments);
    format("%1!10s!|%1!-10s!|", 0, arguments);
    format("percent %% dot%. bang%! space% end%n", 0, arguments);
    format("line one\nline two\r\nline three", 0, arguments);
    format("line one\nline two%nline three", FORMAT_MESSAGE_MAX_WIDTH_MASK, arguments);
    format("cut%0 here", 0, arguments);
    format("%1 %2!d! %n %%", FORMAT_MESSAGE_IGNORE_INSERTS, arguments);
    show("list", with_list("%1 %2!u! %3", "first", 7u, "third"));
    SetLastError(0);
    show("system 2", FormatMessageA(FORMAT_MESSAGE_FROM_SYSTEM, NULL, 2, 0, text, sizeof text, NULL));
    show("system 5 small", FormatMessageA(FORMAT_MESSAGE_FROM_SYSTEM, NULL, 5, 0, text, 5, NULL));
    show("system unknown", FormatMessageA(FORMAT_MESSAGE_FROM_SYSTEM, NULL, 0x1234567, 0, text, sizeof text, NULL));
    SetLastError(0);
    length = FormatMessageA(FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_ALLOCATE_BUFFER | FORMAT_MESSAGE_IGNORE_INSERTS,
                            NULL, ERROR_ACCESS_DENIED, 0, (char *)&allocated, 0, NULL);
    say("allocated %u %s", length, allocated);
    check(LocalFree(allocated) == NULL);
    length = FormatMessageW(FORMAT_MESSAGE_FROM_STRING | FORMAT_MESSAGE_ARGUMENT_ARRAY, L"<%1>", 0, 0, wide, 100,
                            (va_list *)&arguments[6]);
    say("wide %u %ls", length, wide);
    return 0;
}
