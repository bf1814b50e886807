// build: freestanding
// Wine reports: two kinds: 87
// documented: two kinds: 1004     (Microsoft, "EnumDateFormatsExEx function": ERROR_INVALID_FLAGS)
// Wine reports: 0 840
// documented: 14 United States    (Microsoft, "SYSGEOTYPE enumeration": GEO_FRIENDLYNAME)
#include "fixture.h"

typedef unsigned short WCHAR;
#define IMPORT __declspec(dllimport)
IMPORT unsigned GetLastError(void);
IMPORT void SetLastError(unsigned);
IMPORT int EnumDateFormatsExEx(void *, const WCHAR *, unsigned, long long);
IMPORT int EnumDateFormatsW(void *, unsigned, unsigned);
IMPORT int EnumTimeFormatsEx(void *, const WCHAR *, unsigned, long long);
IMPORT int EnumCalendarInfoExEx(void *, const WCHAR *, unsigned, const WCHAR *, unsigned, long long);
IMPORT int GetCalendarInfoW(unsigned, unsigned, unsigned, WCHAR *, int, unsigned *);
IMPORT int GetCalendarInfoA(unsigned, unsigned, unsigned, char *, int, unsigned *);
IMPORT int GetGeoInfoW(unsigned, unsigned, WCHAR *, int, unsigned short);
IMPORT int GetGeoInfoA(unsigned, unsigned, char *, int, unsigned short);
IMPORT int GetGeoInfoEx(const WCHAR *, unsigned, WCHAR *, int);
IMPORT int EnumSystemGeoID(unsigned, unsigned, void *);
IMPORT int SetUserGeoID(unsigned);
IMPORT unsigned GetUserGeoID(unsigned);
IMPORT int GetUserDefaultGeoName(WCHAR *, int);
IMPORT int IsNLSDefinedString(unsigned, unsigned, void *, const WCHAR *, int);
IMPORT int GetNLSVersionEx(unsigned, const WCHAR *, void *);

static const char *narrow(const WCHAR *text)
{
    static char buffer[100];
    int i = 0;
    for (; text[i] && i < 99; i++)
        buffer[i] = text[i] < 127 ? (char)text[i] : '?';
    buffer[i] = 0;
    return buffer;
}

static int formats;

static int one_format(WCHAR *text, unsigned calendar, long long parameter)
{
    if (!formats++)
        say("first %s, calendar %u, parameter %d", narrow(text), calendar, (int)parameter);
    return 1;
}

static int one_time(WCHAR *text, long long parameter)
{
    say("time %s, parameter %d", narrow(text), (int)parameter);
    return 0;
}

static int one_calendar(WCHAR *text, unsigned calendar, WCHAR *reserved, long long parameter)
{
    say("calendar %u: %s, %d, %d", calendar, narrow(text), reserved == 0, (int)parameter);
    return 1;
}

static int places;
static int germany;

static int one_place(unsigned id)
{
    places++;
    germany |= id == 94;
    return 1;
}

PROGRAM
{
    static const WCHAR english[] = u"en-US";
    WCHAR text[64] = u"?";
    char ansi[64] = "?";
    unsigned number = 77;

    check(EnumDateFormatsExEx(one_format, english, 1, 5));
    check(formats > 1);
    SetLastError(0);
    check(!EnumDateFormatsExEx(one_format, english, 3, 5));
    say("two kinds: %u", GetLastError());
    check(!EnumDateFormatsW(0, 0x409, 1));
    say("no callback: %u", GetLastError());
    check(EnumTimeFormatsEx(one_time, english, 0, 6));
    check(EnumTimeFormatsEx(one_time, english, 2, 7));
    check(EnumCalendarInfoExEx(one_calendar, english, 1, 0, 0x0d, 8));
    check(EnumCalendarInfoExEx(one_calendar, english, 0xffffffff, 0, 0x20, 9));

    say("%d %s", GetCalendarInfoW(0x409, 1, 0x15, text, 64, 0), narrow(text));
    say("%d", GetCalendarInfoW(0x409, 1, 0x15, 0, 0, 0));
    say("%d %u", GetCalendarInfoW(0x409, 1, 0x20000000 | 1, 0, 0, &number), number);
    say("%d %s", GetCalendarInfoA(0x409, 1, 5, ansi, 64, 0), ansi);
    SetLastError(0);
    say("%d", GetCalendarInfoW(0x409, 1, 0x15, text, 3, 0));
    say("too small: %u", GetLastError());

    check(EnumSystemGeoID(16, 0, one_place));
    check(places > 200 && germany);
    say("%d %s", GetGeoInfoW(94, 4, text, 64, 0), narrow(text));
    say("%d %s", GetGeoInfoA(94, 5, ansi, 64, 0), ansi);
    say("%d %s", GetGeoInfoW(244, 12, text, 64, 0), narrow(text));
    say("%d %s", GetGeoInfoW(244, 8, text, 64, 0x409), narrow(text));
    say("%d", GetGeoInfoW(244, 5, 0, 0, 0));
    SetLastError(0);
    say("%d", GetGeoInfoW(244, 5, text, 3, 0));
    say("too small: %u", GetLastError());
    SetLastError(0);
    say("%d", GetGeoInfoW(99999, 4, text, 64, 0));
    say("no such place: %u", GetLastError());

    say("%d %d %d", IsNLSDefinedString(1, 0, 0, u"abc", -1), IsNLSDefinedString(1, 0, 0, u"a\x0378", 2),
        IsNLSDefinedString(1, 0, 0, u"\xd800", 1));
    unsigned version[8] = {5};
    SetLastError(0);
    say("%d", GetNLSVersionEx(1, english, version));
    say("wrong size: %u", GetLastError());
    version[0] = 32;
    say("%d", GetNLSVersionEx(1, english, version));
    say("effective %x", version[3]);
    return 0;
}
