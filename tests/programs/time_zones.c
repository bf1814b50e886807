// Time zones that the program describes itself.
#include <windows.h>

#include "fixture.h"

// US Eastern: daylight saving from the second Sunday of March to the first of November.
static const TIME_ZONE_INFORMATION eastern = {
    .Bias = 300, .StandardDate = {0, 11, 0, 1, 2, 0, 0, 0}, .DaylightDate = {0, 3, 0, 2, 2, 0, 0, 0}, .DaylightBias = -60};
// Sydney: the other hemisphere.
static const TIME_ZONE_INFORMATION sydney = {
    .Bias = -600, .StandardDate = {0, 4, 0, 1, 3, 0, 0, 0}, .DaylightDate = {0, 10, 0, 1, 2, 0, 0, 0}, .DaylightBias = -60};
static const TIME_ZONE_INFORMATION india = {.Bias = -330};

static void convert(const char *name, const TIME_ZONE_INFORMATION *zone, WORD month, WORD day, WORD hour, WORD minute)
{
    SYSTEMTIME time = {2021, month, 0, day, hour, minute, 7, 8}, local = {0}, back = {0};
    TIME_ZONE_INFORMATION copy = *zone;
    BOOL there = SystemTimeToTzSpecificLocalTime(&copy, &time, &local);
    BOOL again = TzSpecificLocalTimeToSystemTime(&copy, &local, &back);
    say("%s %02u-%02u %02u:%02u -> %d %u-%02u-%02u %02u:%02u:%02u.%03u (%u) -> %d %02u-%02u %02u:%02u", name, month, day, hour,
        minute, there, local.wYear, local.wMonth, local.wDay, local.wHour, local.wMinute, local.wSecond,
        local.wMilliseconds, local.wDayOfWeek, again, back.wMonth, back.wDay, back.wHour, back.wMinute);
}

#define CURRENT "SYSTEM\\CurrentControlSet\\Control\\TimeZoneInformation"
#define ZONES L"SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Time Zones\\"

typedef struct {
    LONG Bias, StandardBias, DaylightBias;
    SYSTEMTIME StandardDate, DaylightDate;
} REG_TZI_FORMAT;

static BOOL registered(const WCHAR *key, REG_TZI_FORMAT *rules)
{
    WCHAR path[300] = ZONES;
    DWORD size = sizeof *rules, names = 0;
    lstrcatW(path, key);
    return !RegGetValueW(HKEY_LOCAL_MACHINE, path, L"TZI", RRF_RT_REG_BINARY, NULL, rules, &size) &&
           size == sizeof *rules && !RegGetValueW(HKEY_LOCAL_MACHINE, path, L"Std", RRF_RT_REG_SZ, NULL, NULL, &names) &&
           !RegGetValueW(HKEY_LOCAL_MACHINE, path, L"Dlt", RRF_RT_REG_SZ, NULL, NULL, &names) &&
           !RegGetValueW(HKEY_LOCAL_MACHINE, path, L"Display", RRF_RT_REG_SZ, NULL, NULL, &names);
}

static void show(const WCHAR *key)
{
    REG_TZI_FORMAT zone;
    if (!registered(key, &zone)) {
        say("%ls is not there", key);
        return;
    }
    say("%ls: %d %d %d, %u-%u %u at %u, %u-%u %u at %u", key, zone.Bias, zone.StandardBias, zone.DaylightBias,
        zone.StandardDate.wMonth, zone.StandardDate.wDayOfWeek, zone.StandardDate.wDay, zone.StandardDate.wHour,
        zone.DaylightDate.wMonth, zone.DaylightDate.wDayOfWeek, zone.DaylightDate.wDay, zone.DaylightDate.wHour);
}

// Run-time libraries look the zone up in the registry by the name of its key.
static void in_the_registry(void)
{
    DYNAMIC_TIME_ZONE_INFORMATION own;
    REG_TZI_FORMAT zone;
    check(GetDynamicTimeZoneInformation(&own) <= TIME_ZONE_ID_DAYLIGHT && registered(own.TimeZoneKeyName, &zone));
    check(zone.Bias == own.Bias && zone.DaylightBias == own.DaylightBias);
    check(!memcmp(&zone.DaylightDate, &own.DaylightDate, sizeof own.DaylightDate));
    WCHAR key[128];
    DWORD size = sizeof key;
    check(!RegGetValueW(HKEY_LOCAL_MACHINE, L"" CURRENT, L"TimeZoneKeyName", RRF_RT_REG_SZ, NULL, key, &size));
    check(registered(key, &zone));
    show(L"W. Europe Standard Time");
    show(L"Eastern Standard Time");
    show(L"AUS Eastern Standard Time");
    show(L"India Standard Time");
    show(L"Tokyo Standard Time");
    show(L"No Such Standard Time");
}

PROGRAM
{
    convert("eastern", &eastern, 1, 1, 3, 0);
    convert("eastern", &eastern, 3, 14, 6, 59);
    convert("eastern", &eastern, 3, 14, 7, 0);
    convert("eastern", &eastern, 7, 4, 12, 0);
    convert("eastern", &eastern, 11, 7, 4, 59);
    convert("eastern", &eastern, 11, 7, 7, 0);
    convert("sydney", &sydney, 1, 1, 3, 0);
    convert("sydney", &sydney, 4, 3, 15, 59);
    convert("sydney", &sydney, 4, 3, 17, 0);
    convert("sydney", &sydney, 7, 1, 3, 0);
    convert("sydney", &sydney, 10, 2, 16, 0);
    convert("india", &india, 12, 31, 20, 0);
    SYSTEMTIME bad = {2021, 13, 0, 1}, out;
    TIME_ZONE_INFORMATION zone = india;
    say("%d %u", SystemTimeToTzSpecificLocalTime(&zone, &bad, &out), GetLastError());
    check(GetTimeZoneInformation(&zone) <= TIME_ZONE_ID_DAYLIGHT);
    FILETIME a = {5, 1000}, b, c;
    check(FileTimeToLocalFileTime(&a, &b) && LocalFileTimeToFileTime(&b, &c) && CompareFileTime(&a, &c) == 0);
    in_the_registry();
    return 0;
}
