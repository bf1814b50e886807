// build: freestanding
// File times, system times and DOS times.
// Wine reports: 1900-2-29 0:0:0.0: 1 14f6598 c43f8000 error 0
// documented: 1900-2-29 0:0:0.0: 0 0 0 error 87   (Microsoft, "SystemTimeToFileTime function": invalid times fail; 1900 had no such day)
#include "fixture.h"

typedef struct { unsigned low, high; } FILETIME;
typedef struct { unsigned short year, month, weekday, day, hour, minute, second, milliseconds; } SYSTEMTIME;
__declspec(dllimport) int FileTimeToSystemTime(const FILETIME *, SYSTEMTIME *);
__declspec(dllimport) int SystemTimeToFileTime(const SYSTEMTIME *, FILETIME *);
__declspec(dllimport) int DosDateTimeToFileTime(unsigned short, unsigned short, FILETIME *);
__declspec(dllimport) int FileTimeToDosDateTime(const FILETIME *, unsigned short *, unsigned short *);
__declspec(dllimport) int CompareFileTime(const FILETIME *, const FILETIME *);
__declspec(dllimport) void SetLastError(unsigned);
__declspec(dllimport) unsigned GetLastError(void);

static void to_system(unsigned long long ticks)
{
    FILETIME file = {(unsigned)ticks, (unsigned)(ticks >> 32)};
    SYSTEMTIME t = {0};
    SetLastError(0);
    int ok = FileTimeToSystemTime(&file, &t);
    say("%llx: %d %u-%u-%u (%u) %u:%u:%u.%u error %u", ticks, ok, t.year, t.month, t.day, t.weekday, t.hour, t.minute,
        t.second, t.milliseconds, GetLastError());
}

static void to_file(int year, int month, int day, int hour, int minute, int second, int milliseconds)
{
    SYSTEMTIME t = {year, month, 0, day, hour, minute, second, milliseconds};
    FILETIME file = {0, 0};
    SetLastError(0);
    int ok = SystemTimeToFileTime(&t, &file);
    say("%d-%d-%d %d:%d:%d.%d: %d %x %x error %u", year, month, day, hour, minute, second, milliseconds, ok, file.high,
        file.low, GetLastError());
}

PROGRAM
{
    FILETIME one = {1, 2}, other = {2, 1};
    unsigned short date = 0, time = 0;
    to_system(0);
    to_system(1);
    to_system(116444736000000000ull);
    to_system(125911584000000000ull - 1);
    to_system(125911584000000000ull);
    to_system(125963423999999999ull);
    to_system(0x7fff35f4f06c58f0ull);
    to_system(0x7fffffffffffffffull);
    to_system(0x8000000000000000ull);
    to_file(1601, 1, 1, 0, 0, 0, 0);
    to_file(1600, 12, 31, 0, 0, 0, 0);
    to_file(1970, 1, 1, 0, 0, 0, 0);
    to_file(2000, 2, 29, 23, 59, 59, 999);
    to_file(1900, 2, 29, 0, 0, 0, 0);
    to_file(2024, 2, 29, 0, 0, 0, 0);
    to_file(2023, 13, 1, 0, 0, 0, 0);
    to_file(2023, 4, 31, 0, 0, 0, 0);
    to_file(2023, 4, 30, 24, 0, 0, 0);
    to_file(9999, 12, 31, 12, 0, 0, 0);
    to_file(30827, 12, 31, 23, 59, 59, 999);
    say("compare %d %d %d", CompareFileTime(&one, &other), CompareFileTime(&other, &one), CompareFileTime(&one, &one));
    say("dos %d", DosDateTimeToFileTime(0x5a21, 0xbf7d, &one));
    say("%x %x", one.high, one.low);
    say("back %d %x %x", FileTimeToDosDateTime(&one, &date, &time), date, time);
    return 0;
}
