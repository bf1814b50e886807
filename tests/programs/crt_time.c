// build: freestanding
// flags: -fno-builtin -lucrtbase
// Calendar time in UTC and in a zone given by TZ, and strftime.
// Wine reports: _gmtime64_s null: 22 errno 22
// documented: _gmtime64_s null: 22 errno 22 invalid 1     (Microsoft, "strftime, getenv_s, _dupenv_s, Parameter Validation")
// Wine reports: : 1899-00--1 -1:-1:-1 weekday -1 day -1 dst -1 errno 22
// documented: : 1899-00--1 -1:-1:-1 weekday -1 day -1 dst -1 errno 22 invalid 1     (Microsoft, "strftime, getenv_s, _dupenv_s, Parameter Validation")
// Wine reports: %#V: 1
// documented: %#V: 01     (Microsoft, "strftime, getenv_s, _dupenv_s, Parameter Validation")
// Wine reports: getenv_s small: 34 "first" 6 errno 34
// documented: getenv_s small: 34 "" 6     (Microsoft, "strftime, getenv_s, _dupenv_s, Parameter Validation")
// Wine reports: getenv_s size: 34 6 errno 34
// documented: getenv_s size: 0 6     (Microsoft, "strftime, getenv_s, _dupenv_s, Parameter Validation")
// Wine reports: getenv_s none: 22 "first" 0 errno 22
// documented: getenv_s none: 0 "" 0     (Microsoft, "strftime, getenv_s, _dupenv_s, Parameter Validation")
// Wine reports: _dupenv_s none: 22 0 6 errno 22
// documented: _dupenv_s none: 0 1 0     (Microsoft, "strftime, getenv_s, _dupenv_s, Parameter Validation")
// Wine reports: _putenv without =: -1
// documented: _putenv without =: -1 errno 22     (Microsoft, "strftime, getenv_s, _dupenv_s, Parameter Validation")
#include "crt.h"

static void show(const char *what, const struct tm *tm)
{
    if (tm == NULL)
        say("%s: none%s", what, failure());
    else
        say("%s: %d-%02d-%02d %02d:%02d:%02d weekday %d day %d dst %d%s", what, tm->tm_year + 1900, tm->tm_mon + 1,
            tm->tm_mday, tm->tm_hour, tm->tm_min, tm->tm_sec, tm->tm_wday, tm->tm_yday, tm->tm_isdst, failure());
}

static void utc(void)
{
    static const time64 times[] = {0, 1, 951782400, 1709164799, 1709251200, 4102444800, 32535215999, -1, -43200,
                                   -43201, 32536850399 + 60 * 3600};
    struct tm tm = {0};
    time64 time;
    for (size_t i = 0; i < sizeof times / sizeof *times; i++)
        show("_gmtime64", _gmtime64(&times[i]));
    say("_gmtime64_s null: %d%s", _gmtime64_s(NULL, times), failure());
    say("_gmtime64_s null time: %d", _gmtime64_s(&tm, NULL));
    show("", &tm);
    tm = (struct tm){.tm_year = 124, .tm_mon = 13, .tm_mday = 40, .tm_hour = 25, .tm_min = -1, .tm_sec = 61};
    time = _mkgmtime64(&tm);
    say("_mkgmtime64: %lld", time);
    show("normalised", &tm);
    tm = (struct tm){.tm_year = 60, .tm_mday = 1};
    say("_mkgmtime64 of 1960: %lld%s", _mkgmtime64(&tm), failure());
    say("_difftime64: %a", _difftime64(10, 4));
}

static void zone(const char *name)
{
    static const time64 times[] = {1704067200, 1719835200};
    char text[100];
    _putenv_s("TZ", name);
    _tzset();
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        struct tm tm;
        _localtime64_s(&tm, &times[i]);
        show(name, &tm);
        say("back: %d", _mktime64(&tm) == times[i]);
        strftime(text, sizeof text, "%z", &tm);
        say("%%z: %s", text);
    }
}

static void texts(void)
{
    struct tm tm = {41, 29, 12, 4, 2, 95, 6, 62, 0};
    char text[40] = "?";
    time64 negative = -5;
    say("asctime: %s", asctime(&tm));
    say("_wasctime: %ls", _wasctime(&tm));
    say("asctime_s: %d %s%s", asctime_s(text, 26, &tm), text, failure());
    say("asctime_s small: %d \"%s\"%s", asctime_s(text, 25, &tm), text, failure());
    tm.tm_mon = 12;
    say("asctime_s month: %d \"%s\"%s", asctime_s(text, 26, &tm), text, failure());
    say("_ctime64_s negative: %d%s", _ctime64_s(text, 26, &negative), failure());
    check(strlen(_strdate(text)) == 8 && text[2] == '/');
    check(strlen(_strtime(text)) == 8 && text[2] == ':');
}

static void formats(void)
{
    static const char letters[] = "aAbBcCdDeFgGhHIjmMnprRStTuUVwWxXyY%";
    struct tm days[] = {{5, 4, 3, 2, 0, 106, 1, 1, 0}, {59, 59, 23, 31, 11, 108, 3, 365, 0}, {0, 0, 0, 1, 0, 110, 5, 0, 0},
                        {41, 29, 12, 14, 2, 95, 2, 72, 0}};
    char text[200], format[4];
    wide wtext[100];
    for (size_t day = 0; day < 4; day++)
        for (const char *letter = letters; *letter; letter++) {
            format[0] = '%';
            format[1] = *letter;
            format[2] = 0;
            strftime(text, sizeof text, format, &days[day]);
            say("%s: %s", format, text);
            format[1] = '#';
            format[2] = *letter;
            format[3] = 0;
            strftime(text, sizeof text, format, &days[day]);
            say("%s: %s", format, text);
        }
    say("mixed: %zu %s", strftime(text, sizeof text, "[%Y] 100%% %H:%M", &days[3]), text);
    say("wide: %zu %ls", wcsftime(wtext, 100, u"%A \x20ac %d", &days[3]), wtext);
    say("just fits: %zu %s%s", strftime(text, 5, "%Y", &days[3]), text, failure());
    say("too small: %zu%s", strftime(text, 4, "%Y", &days[3]), failure());
    say("empty: %zu \"%s\"%s", strftime(text, 4, "", &days[3]), text, failure());
    say("invalid letter: %zu%s", strftime(text, 40, "%Q", &days[3]), failure());
    days[3].tm_mon = 12;
    say("invalid month: %zu%s", strftime(text, 40, "%b", &days[3]), failure());
    say("size 0: %zu%s", strftime(text, 0, "%Y", &days[0]), failure());
    say("null: %zu%s", strftime(NULL, 9, "%Y", &days[0]), failure());
}

static void names(void)
{
    struct tm tm = {41, 29, 12, 14, 2, 95, 2, 72, 0};
    char text[100], *list = _Getdays();
    void *names = _Gettnames();
    say("_Getdays: %s", list);
    free(list);
    list = _Getmonths();
    say("_Getmonths: %s", list);
    free(list);
    say("_W_Getdays: %ls", _W_Getdays());
    _Strftime(text, sizeof text, "%A %x %X %c", &tm, names);
    say("_Strftime: %s", text);
    _Strftime(text, sizeof text, "%B %p", &tm, NULL);
    say("_Strftime: %s", text);
    free(names);
}

static void environment(void)
{
    char buffer[20], *copy = NULL;
    size_t size = 99;
    say("_putenv: %d", _putenv("Crt_Test=first"));
    say("getenv: %s %s", getenv("Crt_Test"), getenv("CRT_TEST"));
    say("_wgetenv: %ls", _wgetenv(u"crt_test"));
    say("getenv_s: %d %s %zu%s", getenv_s(&size, buffer, 20, "Crt_Test"), buffer, size, failure());
    say("getenv_s small: %d \"%s\" %zu%s", getenv_s(&size, buffer, 5, "Crt_Test"), buffer, size, failure());
    say("getenv_s size: %d %zu%s", getenv_s(&size, NULL, 0, "Crt_Test"), size, failure());
    say("getenv_s none: %d \"%s\" %zu%s", getenv_s(&size, buffer, 20, "Crt_Test_None"), buffer, size, failure());
    say("_dupenv_s: %d %s", _dupenv_s(&copy, &size, "Crt_Test"), copy);
    say("size %zu", size);
    free(copy);
    say("_dupenv_s none: %d %d %zu%s", _dupenv_s(&copy, &size, "Crt_Test_None"), copy == NULL, size, failure());
    say("_putenv removes: %d %d", _putenv("Crt_Test="), getenv("Crt_Test") == NULL);
    say("_putenv again: %d%s", _putenv("Crt_Test="), failure());
    say("_putenv without =: %d%s", _putenv("Crt_Test"), failure());
    say("_putenv_s: %d %s", _putenv_s("Crt_Test", "a=b"), getenv("Crt_Test"));
    say("_putenv_s removes: %d %d", _putenv_s("Crt_Test", ""), getenv("Crt_Test") == NULL);
    say("_putenv_s null: %d%s", _putenv_s("Crt_Test", NULL), failure());
}

PROGRAM
{
    survive_invalid_parameters();
    utc();
    zone("PST8PDT");
    zone("EST5EDT");
    zone("XYZ-03:30");
    texts();
    formats();
    names();
    environment();
    return 0;
}
