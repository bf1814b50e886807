/* Clocks and calendar time ("Time Functions"). File times count 100 ns since 1601-01-01 UTC. */
#include <time.h>

#include "api.h"

#define UNIX_EPOCH 116444736000000000LL              /* 1970-01-01 as a file time */
#define TICKS_PER_SECOND 10000000LL
#define TICKS_PER_DAY (86400 * TICKS_PER_SECOND)

static LONGLONG clock_ticks(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return now.tv_sec * TICKS_PER_SECOND + now.tv_nsec / 100;
}

static FILETIME to_file_time(LONGLONG ticks) { return (FILETIME){(DWORD)ticks, (DWORD)(ticks >> 32)}; }

static LONGLONG from_file_time(const FILETIME *time) {
    return (LONGLONG)((ULONGLONG)time->dwHighDateTime << 32 | time->dwLowDateTime);
}

/* ---- the time of day ---- */

/* Windows advances it by timer ticks of up to 15.6 ms; the coarse clock is its like, as cheap, and what the host puts on
 * files. All but the precise function read it, so that their times can be compared. */
API(kernel32 kernelbase, void, GetSystemTimeAsFileTime, FILETIME *lpSystemTimeAsFileTime) {
    *lpSystemTimeAsFileTime = to_file_time(clock_ticks(CLOCK_REALTIME_COARSE) + UNIX_EPOCH);
}

API(kernel32 kernelbase, void, GetSystemTimePreciseAsFileTime, FILETIME *lpSystemTimeAsFileTime) {
    *lpSystemTimeAsFileTime = to_file_time(clock_ticks(CLOCK_REALTIME) + UNIX_EPOCH);
}

API(ntdll, NTSTATUS, NtQuerySystemTime, LARGE_INTEGER *SystemTime) {
    SystemTime->QuadPart = clock_ticks(CLOCK_REALTIME_COARSE) + UNIX_EPOCH;
    return STATUS_SUCCESS;
}

API(ntdll, LONGLONG, RtlGetSystemTimePrecise, void) { return clock_ticks(CLOCK_REALTIME) + UNIX_EPOCH; }

/* Days since 1601-01-01, a Monday, of a date in the proleptic Gregorian calendar. */
static LONGLONG days_from_date(int year, int month, int day) {
    year -= month <= 2;
    int era = year / 400, of_era = year % 400;
    int day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097LL + of_era * 365 + of_era / 4 - of_era / 100 + day_of_year - 584694;
}

static void date_from_days(LONGLONG days, SYSTEMTIME *time) {
    LONGLONG shifted = days + 584694;
    LONGLONG era = shifted / 146097;
    int of_era = (int)(shifted % 146097);
    int year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int day_of_year = of_era - (365 * year + year / 4 - year / 100);
    int month = (5 * day_of_year + 2) / 153;
    time->wDay = (WORD)(day_of_year - (153 * month + 2) / 5 + 1);
    time->wMonth = (WORD)(month < 10 ? month + 3 : month - 9);
    time->wYear = (WORD)(era * 400 + year + (time->wMonth <= 2));
    time->wDayOfWeek = (WORD)((days + 1) % 7);
}

static void system_time_from_ticks(LONGLONG ticks, SYSTEMTIME *time) {
    LONGLONG of_day = ticks % TICKS_PER_DAY / 10000;
    date_from_days(ticks / TICKS_PER_DAY, time);
    time->wHour = (WORD)(of_day / 3600000);
    time->wMinute = (WORD)(of_day / 60000 % 60);
    time->wSecond = (WORD)(of_day / 1000 % 60);
    time->wMilliseconds = (WORD)(of_day % 1000);
}

static int days_in_month(int year, int month) {
    static const char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap);
}

/* -1 for what is no date; the day of the week is ignored. */
static LONGLONG ticks_from_system_time(const SYSTEMTIME *time) {
    if (time->wYear < 1601 || time->wYear > 30827 || time->wMonth < 1 || time->wMonth > 12 || time->wDay < 1 ||
        time->wDay > days_in_month(time->wYear, time->wMonth) || time->wHour > 23 || time->wMinute > 59 ||
        time->wSecond > 59 || time->wMilliseconds > 999)
        return -1;
    LONGLONG seconds = time->wHour * 3600 + time->wMinute * 60 + time->wSecond;
    return days_from_date(time->wYear, time->wMonth, time->wDay) * TICKS_PER_DAY + seconds * TICKS_PER_SECOND +
           time->wMilliseconds * 10000;
}

API(kernel32 kernelbase, BOOL, FileTimeToSystemTime, const FILETIME *lpFileTime, SYSTEMTIME *lpSystemTime) {
    LONGLONG ticks = from_file_time(lpFileTime);
    if (ticks < 0)
        return fail(ERROR_INVALID_PARAMETER);
    system_time_from_ticks(ticks, lpSystemTime);
    return TRUE;
}

API(kernel32 kernelbase, BOOL, SystemTimeToFileTime, const SYSTEMTIME *lpSystemTime, FILETIME *lpFileTime) {
    LONGLONG ticks = ticks_from_system_time(lpSystemTime);
    if (ticks < 0)
        return fail(ERROR_INVALID_PARAMETER);
    *lpFileTime = to_file_time(ticks);
    return TRUE;
}

API(kernel32 kernelbase, LONG, CompareFileTime, const FILETIME *lpFileTime1, const FILETIME *lpFileTime2) {
    ULONGLONG one = (ULONGLONG)from_file_time(lpFileTime1), other = (ULONGLONG)from_file_time(lpFileTime2);
    return (one > other) - (one < other);
}

API(kernel32 kernelbase, void, GetSystemTime, SYSTEMTIME *lpSystemTime) {
    system_time_from_ticks(clock_ticks(CLOCK_REALTIME_COARSE) + UNIX_EPOCH, lpSystemTime);
}

API(kernel32 kernelbase, void, GetLocalTime, SYSTEMTIME *lpSystemTime) {
    time_t seconds;
    struct tm local;
    LONGLONG ticks = clock_ticks(CLOCK_REALTIME_COARSE);
    seconds = (time_t)(ticks / TICKS_PER_SECOND);
    localtime_r(&seconds, &local);
    system_time_from_ticks(ticks + local.tm_gmtoff * TICKS_PER_SECOND + UNIX_EPOCH, lpSystemTime);
}

/* Setting the clock is the host administrator's business. */
API(kernel32 kernelbase, BOOL, SetSystemTime, const SYSTEMTIME *lpSystemTime) {
    (void)lpSystemTime;
    return fail(ERROR_PRIVILEGE_NOT_HELD);
}

API(kernel32 kernelbase, BOOL, SetLocalTime, const SYSTEMTIME *lpSystemTime) {
    (void)lpSystemTime;
    return fail(ERROR_PRIVILEGE_NOT_HELD);
}

/* The clock is the host administrator's to set. */
API(kernel32 kernelbase, BOOL, SetSystemTimeAdjustment, DWORD dwTimeAdjustment, BOOL bTimeAdjustmentDisabled) {
    (void)dwTimeAdjustment, (void)bTimeAdjustmentDisabled;
    return fail(ERROR_PRIVILEGE_NOT_HELD);
}

API(kernel32 kernelbase, BOOL, GetSystemTimeAdjustment, PDWORD lpTimeAdjustment, PDWORD lpTimeIncrement,
    PBOOL lpTimeAdjustmentDisabled) {
    *lpTimeAdjustment = *lpTimeIncrement = 156250;
    *lpTimeAdjustmentDisabled = TRUE;
    return TRUE;
}

/* DOS dates count years from 1980 and seconds by two ("DosDateTimeToFileTime function"). */
API(kernel32 kernelbase, BOOL, DosDateTimeToFileTime, WORD wFatDate, WORD wFatTime, FILETIME *lpFileTime) {
    SYSTEMTIME time = {.wYear = (WORD)(1980 + (wFatDate >> 9)), .wMonth = wFatDate >> 5 & 15, .wDay = wFatDate & 31,
                       .wHour = wFatTime >> 11, .wMinute = wFatTime >> 5 & 63, .wSecond = 2 * (wFatTime & 31)};
    return api_SystemTimeToFileTime(&time, lpFileTime);
}

API(kernel32 kernelbase, BOOL, FileTimeToDosDateTime, const FILETIME *lpFileTime, LPWORD lpFatDate, LPWORD lpFatTime) {
    SYSTEMTIME time;
    if (!api_FileTimeToSystemTime(lpFileTime, &time))
        return FALSE;
    if (time.wYear < 1980 || time.wYear > 2107)
        return fail(ERROR_INVALID_PARAMETER);
    *lpFatDate = (WORD)((time.wYear - 1980) << 9 | time.wMonth << 5 | time.wDay);
    *lpFatTime = (WORD)(time.wHour << 11 | time.wMinute << 5 | time.wSecond / 2);
    return TRUE;
}

typedef struct { SHORT Year, Month, Day, Hour, Minute, Second, Milliseconds, Weekday; } TIME_FIELDS;

API(ntdll, void, RtlTimeToTimeFields, const LARGE_INTEGER *Time, TIME_FIELDS *TimeFields) {
    SYSTEMTIME time;
    system_time_from_ticks(Time->QuadPart, &time);
    *TimeFields = (TIME_FIELDS){(SHORT)time.wYear,   (SHORT)time.wMonth,        (SHORT)time.wDay,  (SHORT)time.wHour,
                                (SHORT)time.wMinute, (SHORT)time.wSecond, (SHORT)time.wMilliseconds,
                                (SHORT)time.wDayOfWeek};
}

API(ntdll, BOOLEAN, RtlTimeFieldsToTime, const TIME_FIELDS *TimeFields, LARGE_INTEGER *Time) {
    SYSTEMTIME time = {(WORD)TimeFields->Year,   (WORD)TimeFields->Month,  0, (WORD)TimeFields->Day, (WORD)TimeFields->Hour,
                       (WORD)TimeFields->Minute, (WORD)TimeFields->Second, (WORD)TimeFields->Milliseconds};
    LONGLONG ticks = ticks_from_system_time(&time);
    if (ticks < 0)
        return FALSE;
    Time->QuadPart = ticks;
    return TRUE;
}

API(ntdll, BOOLEAN, RtlTimeToSecondsSince1970, const LARGE_INTEGER *Time, PULONG Seconds) {
    LONGLONG seconds = (Time->QuadPart - UNIX_EPOCH) / TICKS_PER_SECOND;
    if (seconds < 0 || seconds > 0xffffffffLL)
        return FALSE;
    *Seconds = (ULONG)seconds;
    return TRUE;
}

API(ntdll, void, RtlSecondsSince1970ToTime, ULONG Seconds, LARGE_INTEGER *Time) {
    Time->QuadPart = Seconds * TICKS_PER_SECOND + UNIX_EPOCH;
}

#define EPOCH_1980 (UNIX_EPOCH + 315532800 * TICKS_PER_SECOND)

API(ntdll, BOOLEAN, RtlTimeToSecondsSince1980, const LARGE_INTEGER *Time, PULONG Seconds) {
    LONGLONG seconds = (Time->QuadPart - EPOCH_1980) / TICKS_PER_SECOND;
    if (Time->QuadPart < EPOCH_1980 || seconds > 0xffffffffLL)
        return FALSE;
    *Seconds = (ULONG)seconds;
    return TRUE;
}

API(ntdll, void, RtlSecondsSince1980ToTime, ULONG Seconds, LARGE_INTEGER *Time) {
    Time->QuadPart = Seconds * TICKS_PER_SECOND + EPOCH_1980;
}

/* ---- since the start ---- */

API(kernel32 kernelbase, ULONGLONG, GetTickCount64, void) {
    return (ULONGLONG)clock_ticks(CLOCK_BOOTTIME) / 10000;
}
API_ALIAS(api_GetTickCount64, crt, msvcr110 msvcr120, "__crtGetTickCount64");

API(kernel32 kernelbase, DWORD, GetTickCount, void) { return (DWORD)api_GetTickCount64(); }
API_ALIAS(api_GetTickCount, nt, ntdll, "NtGetTickCount");

/* The counter runs at 10 MHz, as it does on Windows 10. */
API(kernel32 kernelbase, BOOL, QueryPerformanceCounter, LARGE_INTEGER *lpPerformanceCount) {
    lpPerformanceCount->QuadPart = clock_ticks(CLOCK_MONOTONIC);
    return TRUE;
}
API_ALIAS(api_QueryPerformanceCounter, rtl, ntdll, "RtlQueryPerformanceCounter");

API(kernel32 kernelbase, BOOL, QueryPerformanceFrequency, LARGE_INTEGER *lpFrequency) {
    lpFrequency->QuadPart = TICKS_PER_SECOND;
    return TRUE;
}
API_ALIAS(api_QueryPerformanceFrequency, rtl, ntdll, "RtlQueryPerformanceFrequency");

API(ntdll, NTSTATUS, NtQueryPerformanceCounter, LARGE_INTEGER *PerformanceCounter, LARGE_INTEGER *PerformanceFrequency) {
    PerformanceCounter->QuadPart = clock_ticks(CLOCK_MONOTONIC);
    if (PerformanceFrequency)
        PerformanceFrequency->QuadPart = TICKS_PER_SECOND;
    return STATUS_SUCCESS;
}

API(kernel32 kernelbase, BOOL, QueryUnbiasedInterruptTime, ULONGLONG *UnbiasedTime) {
    *UnbiasedTime = (ULONGLONG)clock_ticks(CLOCK_MONOTONIC_COARSE);
    return TRUE;
}

API(kernelbase, void, QueryUnbiasedInterruptTimePrecise, ULONGLONG *lpUnbiasedInterruptTimePrecise) {
    *lpUnbiasedInterruptTimePrecise = (ULONGLONG)clock_ticks(CLOCK_MONOTONIC);
}

API(kernelbase, void, QueryInterruptTime, ULONGLONG *lpInterruptTime) {
    *lpInterruptTime = (ULONGLONG)clock_ticks(CLOCK_BOOTTIME);
}

API(kernelbase, void, QueryInterruptTimePrecise, ULONGLONG *lpInterruptTimePrecise) {
    *lpInterruptTimePrecise = (ULONGLONG)clock_ticks(CLOCK_BOOTTIME);
}
