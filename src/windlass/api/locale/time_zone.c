/* Time zones ("GetTimeZoneInformation function", "SystemTimeToTzSpecificLocalTime function"). The zone is the host's
 * (TZ, /etc/localtime); the rules of Windows' structures are read off it for the year in question. */
#include <pthread.h>
#include <stdio.h>
#include <time.h>

#include "api.h"
#include "clock.h"
#include "codepage.h"
#include "time_zone.h"
#include "time_zone_names.h"

#define TIME_ZONE_ID_INVALID 0xFFFFFFFFu
#define TIME_ZONE_ID_UNKNOWN 0u
#define TIME_ZONE_ID_STANDARD 1u
#define TIME_ZONE_ID_DAYLIGHT 2u

enum { HOUR = 3600, DAY = 24 * HOUR };

static bool local(time_t at, struct tm *out) { return localtime_r(&at, out) != NULL; }

static time_t start_of_year(int year) {
    struct tm start = {.tm_year = year - 1900, .tm_mday = 1};
    return timegm(&start);
}

/* The first moment in (low, high] with another offset than at `low`; 0: none. Changes are months apart. */
static time_t find_change(time_t low, time_t high) {
    struct tm here, there;
    if (!local(low, &here))
        return 0;
    for (time_t at = low + 7 * DAY;; at += 7 * DAY) {
        if (at > high)
            at = high;
        if (local(at, &there) && there.tm_gmtoff != here.tm_gmtoff) {
            time_t before = at - 7 * DAY > low ? at - 7 * DAY : low, after = at;
            while (after - before > 1) {
                time_t middle = before + (after - before) / 2;
                if (local(middle, &there) && there.tm_gmtoff == here.tm_gmtoff)
                    before = middle;
                else
                    after = middle;
            }
            return after;
        }
        if (at == high)
            return 0;
    }
}

/* The rule "the n-th weekday of the month" for a change; the time is the one before the change ("TIME_ZONE_INFORMATION
 * structure": wDay 5 is the last one). */
static SYSTEMTIME rule_of(time_t change) {
    struct tm before;
    local(change - 1, &before);
    time_t wall = change + before.tm_gmtoff;
    struct tm at;
    gmtime_r(&wall, &at);
    static const BYTE lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    WORD week = (WORD)((at.tm_mday - 1) / 7 + 1);
    if (at.tm_mday > lengths[at.tm_mon] - 7)
        week = 5;
    return (SYSTEMTIME){0, (WORD)(at.tm_mon + 1), (WORD)at.tm_wday, week, (WORD)at.tm_hour, (WORD)at.tm_min,
                        (WORD)at.tm_sec, 0};
}

static void copy_name(WCHAR out[32], const char *name) {
    size_t count = utf8_to_wide(name, strlen(name), out, 31);
    out[count < 31 ? count : 31] = 0;
}

/* Windows' names in English, where it has any for the host's zone; a zone without daylight saving has both, too. */
static void name_zone(TIME_ZONE_INFORMATION *zone) {
    const char *key = time_zone_name_of_host(), *standard = key ? strstr(key, "Standard") : NULL;
    char daylight[64];
    if (!key)
        return;
    if (strcmp(key, "UTC") == 0)
        key = "Coordinated Universal Time";
    copy_name(zone->StandardName, key);
    if (standard)
        snprintf(daylight, sizeof daylight, "%.*sDaylight%s", (int)(standard - key), key, standard + strlen("Standard"));
    copy_name(zone->DaylightName, standard ? daylight : key);
}

static DWORD rules_of_year(int year, time_t now, TIME_ZONE_INFORMATION *zone) {
    time_t start = start_of_year(year), end = start_of_year(year + 1);
    struct tm first, other, current;
    *zone = (TIME_ZONE_INFORMATION){0};
    tzset();
    if (!local(start, &first) || !local(now, &current))
        return TIME_ZONE_ID_INVALID;
    time_t change = find_change(start, end), back = change ? find_change(change, end) : 0;
    if (!change || !back) { /* no daylight saving, or a single change for good */
        zone->Bias = (LONG)(-current.tm_gmtoff / 60);
        copy_name(zone->StandardName, current.tm_zone);
        copy_name(zone->DaylightName, current.tm_zone);
        return TIME_ZONE_ID_UNKNOWN;
    }
    local(change, &other);
    const struct tm *standard = first.tm_isdst > 0 || (other.tm_isdst <= 0 && other.tm_gmtoff < first.tm_gmtoff) ? &other : &first;
    const struct tm *daylight = standard == &first ? &other : &first;
    zone->Bias = (LONG)(-standard->tm_gmtoff / 60);
    zone->DaylightBias = (LONG)((standard->tm_gmtoff - daylight->tm_gmtoff) / 60);
    copy_name(zone->StandardName, standard->tm_zone);
    copy_name(zone->DaylightName, daylight->tm_zone);
    zone->DaylightDate = rule_of(standard == &first ? change : back);
    zone->StandardDate = rule_of(standard == &first ? back : change);
    return current.tm_gmtoff == daylight->tm_gmtoff ? TIME_ZONE_ID_DAYLIGHT : TIME_ZONE_ID_STANDARD;
}

/* The zone in a year; TIME_ZONE_ID_* for the moment `now`. */
static DWORD zone_of_year(int year, time_t now, TIME_ZONE_INFORMATION *zone) {
    DWORD result = rules_of_year(year, now, zone);
    if (result != TIME_ZONE_ID_INVALID)
        name_zone(zone);
    return result;
}

static int year_of(time_t at) {
    struct tm parts;
    return local(at, &parts) ? parts.tm_year + 1900 : 1970;
}

API(kernel32 kernelbase, DWORD, GetTimeZoneInformation, TIME_ZONE_INFORMATION *lpTimeZoneInformation) {
    time_t now = time(NULL);
    return zone_of_year(year_of(now), now, lpTimeZoneInformation);
}

API(ntdll, NTSTATUS, RtlQueryTimeZoneInformation, TIME_ZONE_INFORMATION *TimeZoneInformation) {
    return api_GetTimeZoneInformation(TimeZoneInformation) == TIME_ZONE_ID_INVALID ? STATUS_UNSUCCESSFUL : STATUS_SUCCESS;
}

API(kernel32 kernelbase, DWORD, GetDynamicTimeZoneInformation,
    DYNAMIC_TIME_ZONE_INFORMATION *pTimeZoneInformation) {
    time_t now = time(NULL);
    memset(pTimeZoneInformation, 0, sizeof *pTimeZoneInformation);
    DWORD result = zone_of_year(year_of(now), now, &pTimeZoneInformation->zone);
    const char *key = time_zone_name_of_host();
    if (key)
        utf8_to_wide(key, strlen(key) + 1, pTimeZoneInformation->TimeZoneKeyName, 128);
    else
        memcpy(pTimeZoneInformation->TimeZoneKeyName, pTimeZoneInformation->zone.StandardName,
               sizeof pTimeZoneInformation->zone.StandardName);
    return result;
}

API(kernel32 kernelbase, BOOL, GetTimeZoneInformationForYear, USHORT wYear, DYNAMIC_TIME_ZONE_INFORMATION *pdtzi,
    TIME_ZONE_INFORMATION *ptzi) {
    (void)pdtzi; /* only the host's own zone has years */
    return zone_of_year(wYear, start_of_year(wYear), ptzi) != TIME_ZONE_ID_INVALID ? TRUE : fail(ERROR_INVALID_PARAMETER);
}

/* ---- SYSTEMTIME and seconds ---- */

static bool seconds_from(const SYSTEMTIME *time, time_t *seconds) {
    if (time->wMonth < 1 || time->wMonth > 12 || time->wDay < 1 || time->wDay > 31 || time->wHour > 23 ||
        time->wMinute > 59 || time->wSecond > 59 || time->wYear < 1601)
        return false;
    struct tm parts = {.tm_year = time->wYear - 1900, .tm_mon = time->wMonth - 1, .tm_mday = time->wDay,
                       .tm_hour = time->wHour, .tm_min = time->wMinute, .tm_sec = time->wSecond};
    *seconds = timegm(&parts);
    return parts.tm_mday == time->wDay;
}

static SYSTEMTIME system_time_from(time_t seconds, WORD milliseconds) {
    struct tm parts;
    gmtime_r(&seconds, &parts);
    return (SYSTEMTIME){(WORD)(parts.tm_year + 1900), (WORD)(parts.tm_mon + 1), (WORD)parts.tm_wday, (WORD)parts.tm_mday,
                        (WORD)parts.tm_hour, (WORD)parts.tm_min, (WORD)parts.tm_sec, milliseconds};
}

/* When a rule takes effect in a year, in its zone's wall time before the change. */
static time_t moment_of(const SYSTEMTIME *rule, int year) {
    struct tm first = {.tm_year = year - 1900, .tm_mon = rule->wMonth - 1, .tm_mday = 1, .tm_hour = rule->wHour,
                       .tm_min = rule->wMinute, .tm_sec = rule->wSecond};
    if (rule->wYear) {
        first.tm_mday = rule->wDay;
        return timegm(&first);
    }
    time_t at = timegm(&first);
    struct tm parts;
    gmtime_r(&at, &parts);
    at += ((rule->wDayOfWeek - parts.tm_wday + 7) % 7 + 7 * (rule->wDay - 1)) * (time_t)DAY;
    gmtime_r(&at, &parts);
    if (parts.tm_mon != rule->wMonth - 1)
        at -= 7 * DAY;
    return at;
}

/* Whether daylight saving is in force; `is_utc`: the seconds are UTC, else the zone's wall time. */
static bool is_daylight(const TIME_ZONE_INFORMATION *zone, time_t seconds, bool is_utc) {
    if (!zone->StandardDate.wMonth || !zone->DaylightDate.wMonth)
        return false;
    time_t standard_wall = is_utc ? seconds - (zone->Bias + zone->StandardBias) * 60 : seconds;
    time_t daylight_wall = is_utc ? seconds - (zone->Bias + zone->DaylightBias) * 60 : seconds;
    struct tm parts;
    gmtime_r(&standard_wall, &parts);
    int year = parts.tm_year + 1900;
    time_t begins = moment_of(&zone->DaylightDate, year), ends = moment_of(&zone->StandardDate, year);
    /* Of wall time, the hour that is skipped and the one that is repeated count as daylight. */
    bool after_begin = standard_wall >= begins, before_end = daylight_wall < ends;
    return begins < ends ? after_begin && before_end : after_begin || before_end;
}

static long bias_of(const TIME_ZONE_INFORMATION *zone, time_t seconds, bool is_utc) {
    bool has_rules = zone->StandardDate.wMonth && zone->DaylightDate.wMonth;
    long extra = !has_rules ? 0 : is_daylight(zone, seconds, is_utc) ? zone->DaylightBias : zone->StandardBias;
    return zone->Bias + extra;
}

/* The zone of the host for NULL. */
static const TIME_ZONE_INFORMATION *zone_or_host(const TIME_ZONE_INFORMATION *zone, int year, TIME_ZONE_INFORMATION *space) {
    if (zone)
        return zone;
    zone_of_year(year, start_of_year(year), space);
    return space;
}

API(kernel32 kernelbase, BOOL, SystemTimeToTzSpecificLocalTime, const TIME_ZONE_INFORMATION *lpTimeZoneInformation,
    const SYSTEMTIME *lpUniversalTime, SYSTEMTIME *lpLocalTime) {
    time_t seconds;
    TIME_ZONE_INFORMATION host;
    if (!seconds_from(lpUniversalTime, &seconds))
        return fail(ERROR_INVALID_PARAMETER);
    const TIME_ZONE_INFORMATION *zone = zone_or_host(lpTimeZoneInformation, lpUniversalTime->wYear, &host);
    *lpLocalTime = system_time_from(seconds - bias_of(zone, seconds, true) * 60, lpUniversalTime->wMilliseconds);
    return TRUE;
}

API(kernel32 kernelbase, BOOL, TzSpecificLocalTimeToSystemTime, const TIME_ZONE_INFORMATION *lpTimeZoneInformation,
    const SYSTEMTIME *lpLocalTime, SYSTEMTIME *lpUniversalTime) {
    time_t seconds;
    TIME_ZONE_INFORMATION host;
    if (!seconds_from(lpLocalTime, &seconds))
        return fail(ERROR_INVALID_PARAMETER);
    const TIME_ZONE_INFORMATION *zone = zone_or_host(lpTimeZoneInformation, lpLocalTime->wYear, &host);
    *lpUniversalTime = system_time_from(seconds + bias_of(zone, seconds, false) * 60, lpLocalTime->wMilliseconds);
    return TRUE;
}

API(kernel32 kernelbase, BOOL, SystemTimeToTzSpecificLocalTimeEx, const DYNAMIC_TIME_ZONE_INFORMATION *lpTimeZoneInformation,
    const SYSTEMTIME *lpUniversalTime, SYSTEMTIME *lpLocalTime) {
    return api_SystemTimeToTzSpecificLocalTime(lpTimeZoneInformation ? &lpTimeZoneInformation->zone : NULL, lpUniversalTime,
                                               lpLocalTime);
}

API(kernel32 kernelbase, BOOL, TzSpecificLocalTimeToSystemTimeEx, const DYNAMIC_TIME_ZONE_INFORMATION *lpTimeZoneInformation,
    const SYSTEMTIME *lpLocalTime, SYSTEMTIME *lpUniversalTime) {
    return api_TzSpecificLocalTimeToSystemTime(lpTimeZoneInformation ? &lpTimeZoneInformation->zone : NULL, lpLocalTime,
                                               lpUniversalTime);
}

/* ---- FILETIME: with the offset of now, whatever the time ("FileTimeToLocalFileTime function") ---- */

static int64_t offset_now(void) {
    struct tm parts;
    tzset();
    return local(time(NULL), &parts) ? parts.tm_gmtoff * 10000000ll : 0;
}

API(kernel32 kernelbase, BOOL, FileTimeToLocalFileTime, const FILETIME *lpFileTime, FILETIME *lpLocalFileTime) {
    *lpLocalFileTime = filetime_from(filetime_value(*lpFileTime) + offset_now());
    return TRUE;
}

API(kernel32 kernelbase, BOOL, LocalFileTimeToFileTime, const FILETIME *lpLocalFileTime, FILETIME *lpFileTime) {
    *lpFileTime = filetime_from(filetime_value(*lpLocalFileTime) - offset_now());
    return TRUE;
}

API(ntdll, NTSTATUS, RtlSystemTimeToLocalTime, const LARGE_INTEGER *SystemTime, LARGE_INTEGER *LocalTime) {
    LocalTime->QuadPart = SystemTime->QuadPart + offset_now();
    return STATUS_SUCCESS;
}

API(ntdll, NTSTATUS, RtlLocalTimeToSystemTime, const LARGE_INTEGER *LocalTime, LARGE_INTEGER *SystemTime) {
    SystemTime->QuadPart = LocalTime->QuadPart - offset_now();
    return STATUS_SUCCESS;
}
