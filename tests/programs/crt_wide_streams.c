// build: freestanding
// flags: -fno-builtin -lucrtbase
// Wide characters in streams: text of the locale, binary, UTF-8 and UTF-16 with byte order marks.
// Wine reports: narrow on a Unicode stream 120
// documented: narrow on a Unicode stream -1 errno 22 invalid 1     (Microsoft, "_setmode": narrow functions on a Unicode stream are an invalid parameter)
// Wine reports: narrow string 0
// documented: narrow string -1 errno 22 invalid 1     (the same)
// Wine reports: narrow printf 1
// documented: narrow printf -1 errno 22 invalid 1     (the same)
// Wine reports: ftell 7941
// documented: ftell 8703     (the mark, 2700 characters of three bytes, 300 line ends of two)
#include "crt_stdio.h"

static wide path[300];
static char narrow_path[300];
static char text[400];
static wide wide_text[200];

static FILE *open(const wide *mode)
{
    FILE *file = _wfopen(path, mode);
    if (file == NULL)
        say("_wfopen %ls%s", mode, failure());
    return file;
}

static void contents(const char *what)
{
    FILE *file = open(L"rb");
    size_t size = fread(text, 1, sizeof text - 1, file);
    text[size] = 0;
    for (size_t i = 0; i < size; i++)
        if (text[i] == 0)
            text[i] = '$';
    fclose(file);
    say("%s: %d [%s]", what, (int)size, text);
}

static int print_wide(FILE *file, const wide *format, ...)
{
    arguments list;
    __builtin_va_start(list, format);
    int result = __stdio_common_vfwprintf(LEGACY_WIDE, file, format, NULL, list);
    __builtin_va_end(list);
    return result;
}

static int print(FILE *file, const char *format, ...)
{
    arguments list;
    __builtin_va_start(list, format);
    int result = __stdio_common_vfprintf(0, file, format, NULL, list);
    __builtin_va_end(list);
    return result;
}

static void write_in(const wide *mode)
{
    FILE *file = open(mode);
    say("mode %ls", mode);
    say("fputws %d%s", fputws(L"h\xe9llo\n", file), failure());
    say("fputwc %d", fputwc(L'!', file));
    say("printf %d%s", print_wide(file, L"%d %s\n", 42, L"wide"), failure());
    fclose(file);
    contents("file");
}

static void read_in(const wide *mode)
{
    FILE *file = open(mode);
    say("mode %ls", mode);
    while (fgetws(wide_text, 200, file) != NULL)
        say("line [%ls]", wide_text);
    rewind(file);
    wide first = fgetwc(file), second = fgetwc(file);
    say("%d %d ungetwc %d", first, second, ungetwc(L'#', file));
    say("%d", fgetwc(file));
    fclose(file);
}

static void euro(const wide *mode)
{
    FILE *file = open(mode);
    say("euro in %ls: %d%s", mode, fputws(L"\x20ac", file), failure());
    say("fputwc %d%s", fputwc(0x20ac, file), failure());
    fclose(file);
    contents("file");
}

PROGRAM
{
    survive_invalid_parameters();
    tmpnam_s(narrow_path, sizeof narrow_path);
    for (int i = 0; i < 300; i++)
        path[i] = (unsigned char)narrow_path[i];
    write_in(L"w");
    read_in(L"r");
    write_in(L"wb");
    read_in(L"rb");
    write_in(L"w, ccs=UTF-8");
    read_in(L"r, ccs=UTF-8");
    read_in(L"r, ccs=UNICODE");
    write_in(L"w, ccs=UTF-16LE");
    read_in(L"r, ccs=UTF-16LE");
    read_in(L"r, ccs=UTF-8");
    write_in(L"w, ccs=UNICODE");
    euro(L"w");
    euro(L"wb");
    euro(L"w,ccs=utf-8");

    FILE *file = open(L"w, ccs=UTF-8");
    say("narrow on a Unicode stream %d%s", fputc('x', file), failure());
    say("narrow string %d%s", fputs("x", file), failure());
    say("narrow printf %d%s", print(file, "x"), failure());
    fclose(file);
    file = open(L"w+, ccs=UTF-8");
    for (int i = 0; i < 3000; i++)
        fputwc(i % 10 ? 0x3042 : L'\n', file);
    say("ftell %d", (int)ftell(file));
    rewind(file);
    int lines = 0, units = 0;
    for (wide unit; (unit = fgetwc(file)) != WEOF; units++)
        lines += unit == '\n';
    say("units %d lines %d", units, lines);
    fclose(file);
    file = open(L"wb");
    say("printf narrow %d", print(file, "%s|%ls|%5.1f", "abc", L"def", 2.25));
    fclose(file);
    contents("printed");
    remove(narrow_path);
    return 0;
}
