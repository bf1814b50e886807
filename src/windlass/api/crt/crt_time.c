/* Calendar time ("Time Management").
 *
 * Local time is the host's: its TZ variable and time zone data. Microsoft's TZ syntax ("PST8PDT") means the same there.
 * The host knows how the rules changed over the years; Windows' C run-time applies those of today to all years. */
#include "crt_time.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>

#include "clock.h"
#include "codepage.h"
#include "crt_data.h"
#include "crt_memory.h"
#include "fork.h"
#include "locale/time_zone.h"
#include "path.h"

typedef LONGLONG time64;
typedef LONG time32;

/* _MAX__TIME64_T: 07:59:59, January 19, 3001 UTC; _MAX__TIME32_T; gmtime() goes half a day further. */
#define LATEST_64 0x793582AFFLL
#define LATEST_32 0x7FFFD27FLL
#define ZONE_BEHIND (14 * 3600)

/* ---- the time zone ---- */

static pthread_mutex_t zone_lock = PTHREAD_MUTEX_INITIALIZER;
SURVIVES_FORK(zone_lock);
static const struct crt_time_zone *current_zone;

/* Microsoft's TZ syntax: three letters, an offset ("_tzset"). Other values are the host's own. */
static bool is_zone_setting(const char *text) {
    for (int i = 0; i < 3; i++)
        if (!text || !isalpha((unsigned char)text[i]))
            return false;
    text += 3 + (text[3] == '+' || text[3] == '-');
    return isdigit((unsigned char)*text);
}

/* Windows' names of the zone ("_tzset": without TZ they are those of GetTimeZoneInformation). */
static void name_by_system(struct crt_time_zone *zone) {
    TIME_ZONE_INFORMATION information = {0};
    api_GetTimeZoneInformation(&information);
    zone->wide_names[0] = wide_duplicate(information.StandardName);
    zone->wide_names[1] = wide_duplicate(information.DaylightName);
}

/* A zone that was replaced stays, for those who are reading it. */
static const struct crt_time_zone *read_zone(void) {
    struct crt_time_zone *zone = calloc(1, sizeof *zone);
    if (!zone)
        windlass_fatal("out of memory for the time zone");
    tzset();
    zone->seconds_west = (LONG)timezone;
    zone->has_daylight = daylight != 0;
    zone->daylight_bias = daylight ? -3600 : 0;
    if (is_zone_setting(getenv("TZ"))) {
        zone->wide_names[0] = wide_from_utf8(tzname[0]);
        zone->wide_names[1] = wide_from_utf8(daylight ? tzname[1] : "");
    } else {
        name_by_system(zone);
    }
    for (int i = 0; i < 2; i++) {
        zone->names[i] = zone->wide_names[i] ? ansi_from_wide(zone->wide_names[i]) : NULL;
        if (!zone->names[i])
            windlass_fatal("out of memory for the time zone");
    }
    return zone;
}

static bool same_zone(const struct crt_time_zone *a, const struct crt_time_zone *b) {
    return a && b && a->seconds_west == b->seconds_west && a->has_daylight == b->has_daylight
           && strcmp(a->names[0], b->names[0]) == 0 && strcmp(a->names[1], b->names[1]) == 0;
}

static void set_zone(void) {
    pthread_mutex_lock(&zone_lock);
    const struct crt_time_zone *zone = read_zone();
    if (!same_zone(zone, current_zone))
        __atomic_store_n(&current_zone, zone, __ATOMIC_RELEASE);
    pthread_mutex_unlock(&zone_lock);
}

const struct crt_time_zone *crt_time_zone(void) {
    const struct crt_time_zone *zone = __atomic_load_n(&current_zone, __ATOMIC_ACQUIRE);
    if (zone)
        return zone;
    set_zone();
    return __atomic_load_n(&current_zone, __ATOMIC_ACQUIRE);
}

API(CRT_DLLS, VOID, _tzset, void) {
    set_zone();
    crt_time_zone_changed();
}

/* Programs may write into what these point to; it has no effect here. */
static LONG shown_seconds_west, shown_daylight_bias;
static int shown_daylight;
static crt_tz_names shown_names;

API(CRT_DLLS, LONG *, __timezone, void) {
    shown_seconds_west = crt_time_zone()->seconds_west;
    return &shown_seconds_west;
}
API_ALIAS(api___timezone, old, MSVCR_DLLS, "__p__timezone");

API(CRT_DLLS, int *, __daylight, void) {
    shown_daylight = crt_time_zone()->has_daylight;
    return &shown_daylight;
}
API_ALIAS(api___daylight, old, MSVCR_DLLS, "__p__daylight");

API(CRT_DLLS, LONG *, __dstbias, void) {
    shown_daylight_bias = crt_time_zone()->daylight_bias;
    return &shown_daylight_bias;
}
API_ALIAS(api___dstbias, old, MSVCR_DLLS, "__p__dstbias");

API(CRT_DLLS, char **, __tzname, void) {
    const struct crt_time_zone *zone = crt_time_zone();
    shown_names[0] = (char *)zone->names[0];
    shown_names[1] = (char *)zone->names[1];
    return shown_names;
}
API_ALIAS(api___tzname, old, MSVCR_DLLS, "__p__tzname");

API(CRT_DLLS, errno_t, _get_timezone, LONG *seconds) {
    if (!seconds)
        return crt_invalid(CRT_EINVAL);
    *seconds = crt_time_zone()->seconds_west;
    return 0;
}

API(CRT_DLLS, errno_t, _get_daylight, int *hours) {
    if (!hours)
        return crt_invalid(CRT_EINVAL);
    *hours = crt_time_zone()->has_daylight;
    return 0;
}

API(CRT_DLLS, errno_t, _get_dstbias, LONG *seconds) {
    if (!seconds)
        return crt_invalid(CRT_EINVAL);
    *seconds = crt_time_zone()->daylight_bias;
    return 0;
}

API(CRT_DLLS, errno_t, _get_tzname, size_t *length, char *buffer, size_t size, int index) {
    if (!length || !buffer != !size || index < 0 || index > 1)
        return crt_invalid(CRT_EINVAL);
    const char *name = crt_time_zone()->names[index];
    *length = strlen(name) + 1;
    if (!buffer)
        return 0;
    *buffer = 0;
    if (*length > size)
        return CRT_ERANGE;
    strcpy(buffer, name);
    return 0;
}

/* ---- between seconds and calendar ---- */

static struct crt_tm from_host(const struct tm *tm) {
    return (struct crt_tm){tm->tm_sec,  tm->tm_min,  tm->tm_hour, tm->tm_mday, tm->tm_mon,
                           tm->tm_year, tm->tm_wday, tm->tm_yday, tm->tm_isdst};
}

static struct tm to_host(const struct crt_tm *tm) {
    return (struct tm){.tm_sec = tm->tm_sec, .tm_min = tm->tm_min, .tm_hour = tm->tm_hour, .tm_mday = tm->tm_mday,
                       .tm_mon = tm->tm_mon, .tm_year = tm->tm_year, .tm_isdst = tm->tm_isdst};
}

LONG crt_seconds_east(const struct crt_tm *tm) {
    const struct crt_time_zone *zone = crt_time_zone();
    return -(zone->seconds_west + (tm->tm_isdst > 0 ? zone->daylight_bias : 0));
}

/* Out of range: all fields -1, EINVAL. */
static errno_t broken_down(struct crt_tm *tm, const time64 *time, bool local, time64 latest) {
    struct tm host;
    if (!tm)
        return crt_invalid(CRT_EINVAL);
    memset(tm, 0xFF, sizeof *tm);
    if (!time)
        return crt_invalid(CRT_EINVAL);
    time_t value = *time;
    if (value < 0 || value > latest + (local ? 0 : ZONE_BEHIND))
        return crt_thread()->error = CRT_EINVAL;
    crt_time_zone();
    if (!(local ? localtime_r(&value, &host) : gmtime_r(&value, &host)))
        return crt_thread()->error = CRT_EINVAL;
    *tm = from_host(&host);
    return 0;
}

static struct crt_tm *in_thread(const time64 *time, bool local, time64 latest) {
    struct crt_tm *tm = &crt_thread()->tm;
    return broken_down(tm, time, local, latest) ? NULL : tm;
}

API(CRT_DLLS, errno_t, _gmtime64_s, struct crt_tm *tm, const time64 *time) {
    return broken_down(tm, time, false, LATEST_64);
}
API(CRT_DLLS, errno_t, _localtime64_s, struct crt_tm *tm, const time64 *time) {
    return broken_down(tm, time, true, LATEST_64);
}
API(CRT_DLLS, struct crt_tm *, _gmtime64, const time64 *time) { return in_thread(time, false, LATEST_64); }
API(CRT_DLLS, struct crt_tm *, _localtime64, const time64 *time) { return in_thread(time, true, LATEST_64); }

#define WIDENED(time_) ((time_) ? &(time64){*(time_)} : NULL)

API(CRT_DLLS, errno_t, _gmtime32_s, struct crt_tm *tm, const time32 *time) {
    return broken_down(tm, WIDENED(time), false, LATEST_32);
}
API(CRT_DLLS, errno_t, _localtime32_s, struct crt_tm *tm, const time32 *time) {
    return broken_down(tm, WIDENED(time), true, LATEST_32);
}
API(CRT_DLLS, struct crt_tm *, _gmtime32, const time32 *time) { return in_thread(WIDENED(time), false, LATEST_32); }
API(CRT_DLLS, struct crt_tm *, _localtime32, const time32 *time) { return in_thread(WIDENED(time), true, LATEST_32); }

/* The fields are brought into their ranges. -1 and EINVAL before 1970 and behind the last date. */
static time64 from_calendar(struct crt_tm *tm, bool local, time64 latest) {
    CRT_VALIDATE(tm, CRT_EINVAL, -1);
    struct tm host = to_host(tm);
    crt_time_zone();
    time_t value = local ? mktime(&host) : timegm(&host);
    if (value < 0 || value > latest)
        return crt_fail(CRT_EINVAL);
    *tm = from_host(&host);
    return value;
}

API(CRT_DLLS, time64, _mktime64, struct crt_tm *tm) { return from_calendar(tm, true, LATEST_64); }
API(CRT_DLLS, time64, _mkgmtime64, struct crt_tm *tm) { return from_calendar(tm, false, LATEST_64); }
API(CRT_DLLS, time32, _mktime32, struct crt_tm *tm) { return (time32)from_calendar(tm, true, LATEST_32); }
API(CRT_DLLS, time32, _mkgmtime32, struct crt_tm *tm) { return (time32)from_calendar(tm, false, LATEST_32); }

API(CRT_DLLS, double, _difftime64, time64 end, time64 start) {
    CRT_VALIDATE(end >= 0 && start >= 0, CRT_EINVAL, 0);
    return (double)(end - start);
}
API(CRT_DLLS, double, _difftime32, time32 end, time32 start) {
    CRT_VALIDATE(end >= 0 && start >= 0, CRT_EINVAL, 0);
    return (double)end - (double)start;
}

/* ---- now ---- */

API(CRT_DLLS, time64, _time64, time64 *result) {
    time64 now = time(NULL);
    if (result)
        *result = now;
    return now;
}

API(CRT_DLLS, time32, _time32, time32 *result) {
    time64 now = time(NULL);
    time32 shown = now > LATEST_32 ? -1 : (time32)now;
    if (result)
        *result = shown;
    return shown;
}

/* "clock: the wall-clock time since the CRT was initialised during process start". */
static struct timespec started;

__attribute__((constructor)) static void start_clock(void) { clock_gettime(CLOCK_MONOTONIC, &started); }

API(CRT_DLLS, LONG, clock, void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    LONGLONG elapsed = (now.tv_sec - started.tv_sec) * 1000LL + (now.tv_nsec - started.tv_nsec) / 1000000;
    return elapsed > INT32_MAX ? -1 : (LONG)elapsed;
}

struct timespec64 { time64 seconds; LONG nanoseconds; };
struct timespec32 { time32 seconds; LONG nanoseconds; };
enum { TIME_BASE_UTC = 1 };

API(ucrtbase, int, _timespec64_get, struct timespec64 *result, int base) {
    struct timespec now;
    if (!result || base != TIME_BASE_UTC)
        return 0;
    clock_gettime(CLOCK_REALTIME, &now);
    *result = (struct timespec64){now.tv_sec, (LONG)(now.tv_nsec / 100 * 100)};     /* Windows' clock has 100 ns */
    return base;
}

API(ucrtbase, int, _timespec32_get, struct timespec32 *result, int base) {
    struct timespec64 now;
    if (!result || !api__timespec64_get(&now, base))
        return 0;
    *result = (struct timespec32){(time32)now.seconds, now.nanoseconds};
    return base;
}

struct timeb64 { time64 time; USHORT milliseconds; SHORT minutes_west, daylight; };
struct timeb32 { time32 time; USHORT milliseconds; SHORT minutes_west, daylight; };

API(CRT_DLLS, errno_t, _ftime64_s, struct timeb64 *result) {
    struct timespec now;
    struct tm host;
    if (!result)
        return crt_invalid(CRT_EINVAL);
    const struct crt_time_zone *zone = crt_time_zone();
    clock_gettime(CLOCK_REALTIME, &now);
    localtime_r(&now.tv_sec, &host);
    *result = (struct timeb64){now.tv_sec, (USHORT)(now.tv_nsec / 1000000), (SHORT)(zone->seconds_west / 60),
                               host.tm_isdst > 0};
    return 0;
}
API(CRT_DLLS, VOID, _ftime64, struct timeb64 *result) { api__ftime64_s(result); }

API(CRT_DLLS, errno_t, _ftime32_s, struct timeb32 *result) {
    struct timeb64 wide;
    if (!result)
        return crt_invalid(CRT_EINVAL);
    api__ftime64_s(&wide);
    *result = (struct timeb32){(time32)wide.time, wide.milliseconds, wide.minutes_west, wide.daylight};
    return 0;
}
API(CRT_DLLS, VOID, _ftime32, struct timeb32 *result) { api__ftime32_s(result); }

API_USE(VOID, GetLocalTime, SYSTEMTIME *);
API_USE(BOOL, SetLocalTime, const SYSTEMTIME *);

/* "_getsystime": the current date and time; the result is the milliseconds. */
API(CRT_DLLS, unsigned, _getsystime, struct crt_tm *tm) {
    SYSTEMTIME now;
    api_GetLocalTime(&now);
    *tm = (struct crt_tm){now.wSecond, now.wMinute, now.wHour, now.wDay, now.wMonth - 1, now.wYear - 1900,
                          now.wDayOfWeek, 0, -1};
    from_calendar(tm, true, LATEST_64);
    return now.wMilliseconds;
}

API(CRT_DLLS, unsigned, _setsystime, struct crt_tm *tm, unsigned milliseconds) {
    from_calendar(tm, true, LATEST_64);
    SYSTEMTIME time = {(WORD)(tm->tm_year + 1900), (WORD)(tm->tm_mon + 1), (WORD)tm->tm_wday, (WORD)tm->tm_mday,
                       (WORD)tm->tm_hour, (WORD)tm->tm_min, (WORD)tm->tm_sec, (WORD)milliseconds};
    return api_SetLocalTime(&time) ? 0 : teb_self()->LastErrorValue;
}

/* ---- times of files ("_utime", "_futime") ---- */

API_USE(BOOL, SetFileTime, HANDLE, const FILETIME *, const FILETIME *, const FILETIME *);
API_USE(intptr_t, _get_osfhandle, int);

struct utimbuf64 { time64 accessed, modified; };
struct utimbuf32 { time32 accessed, modified; };

/* NULL: now. */
static void host_times(struct timespec times[2], const struct utimbuf64 *wanted) {
    times[0] = wanted ? (struct timespec){wanted->accessed, 0} : (struct timespec){0, UTIME_NOW};
    times[1] = wanted ? (struct timespec){wanted->modified, 0} : (struct timespec){0, UTIME_NOW};
}

static int set_file_times(const WCHAR *path, const struct utimbuf64 *wanted) {
    struct host_path host;
    struct timespec times[2];
    DWORD error = path_to_host(path, &host);
    if (error) {
        crt_set_win32_error(error);
        return -1;
    }
    host_times(times, wanted);
    return utimensat(AT_FDCWD, host.text, times, 0) ? crt_fail(crt_errno_from_host(errno)) : 0;
}

API(CRT_DLLS, int, _wutime64, const WCHAR *path, const struct utimbuf64 *times) {
    CRT_VALIDATE(path, CRT_EINVAL, -1);
    return set_file_times(path, times);
}

API(CRT_DLLS, int, _utime64, const char *path, const struct utimbuf64 *times) {
    CRT_VALIDATE(path, CRT_EINVAL, -1);
    WCHAR *wide = path_wide_from_ansi(path);
    int result = wide ? set_file_times(wide, times) : crt_fail(CRT_ENOMEM);
    free(wide);
    return result;
}

#define TIMES_WIDENED(times_) ((times_) ? &(struct utimbuf64){(times_)->accessed, (times_)->modified} : NULL)

API(CRT_DLLS, int, _wutime32, const WCHAR *path, const struct utimbuf32 *times) {
    return api__wutime64(path, TIMES_WIDENED(times));
}
API(CRT_DLLS, int, _utime32, const char *path, const struct utimbuf32 *times) {
    return api__utime64(path, TIMES_WIDENED(times));
}

API(CRT_DLLS, int, _futime64, int file, const struct utimbuf64 *times) {
    HANDLE handle = (HANDLE)api__get_osfhandle(file);
    time64 now = time(NULL);
    if (handle == INVALID_HANDLE_VALUE)
        return -1;
    FILETIME accessed = filetime_from((times ? times->accessed : now) * 10000000 + FILETIME_OF_UNIX_EPOCH);
    FILETIME modified = filetime_from((times ? times->modified : now) * 10000000 + FILETIME_OF_UNIX_EPOCH);
    if (api_SetFileTime(handle, NULL, &accessed, &modified))
        return 0;
    crt_set_win32_error(teb_self()->LastErrorValue);
    return -1;
}
API(CRT_DLLS, int, _futime32, int file, const struct utimbuf32 *times) {
    return api__futime64(file, TIMES_WIDENED(times));
}

/* ---- fixed texts: "Wed Jan 02 02:03:55 1980\n", "MM/DD/YY", "HH:MM:SS" ---- */

enum { ASCTIME_SIZE = 26, SHORT_SIZE = 9 };

static int days_in_month(const struct crt_tm *tm) {
    static const BYTE days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int year = tm->tm_year + 1900;
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[tm->tm_mon] + (leap && tm->tm_mon == 1);
}

static bool is_printable(const struct crt_tm *tm) {
    return tm->tm_year >= 0 && tm->tm_year <= 8099 && tm->tm_mon >= 0 && tm->tm_mon <= 11 && tm->tm_hour >= 0
           && tm->tm_hour <= 23 && tm->tm_min >= 0 && tm->tm_min <= 59 && tm->tm_sec >= 0 && tm->tm_sec <= 60
           && tm->tm_wday >= 0 && tm->tm_wday <= 6 && tm->tm_mday >= 1 && tm->tm_mday <= days_in_month(tm);
}

/* The Universal CRT pads the day with a blank, the older DLLs with a zero. */
static void asctime_text(char text[64], const struct crt_tm *tm, bool universal) {
    snprintf(text, 64, universal ? "%.3s %.3s %2d %02d:%02d:%02d %d\n" : "%.3s %.3s %02d %02d:%02d:%02d %d\n",
             &"SunMonTueWedThuFriSat"[3 * tm->tm_wday], &"JanFebMarAprMayJunJulAugSepOctNovDec"[3 * tm->tm_mon],
             tm->tm_mday, tm->tm_hour, tm->tm_min, tm->tm_sec, tm->tm_year + 1900);
}

static void copy_out(char *to, const char *text) { strcpy(to, text); }

static void widen(WCHAR *to, const char *text) {
    while ((*to++ = (uint8_t)*text++) != 0)
        ;
}

/* asctime, ctime and their like, for one character type and one kind of DLL. `text_` is the thread's buffer. */
#define TEXTS(prefix_, dlls_, universal_, char_t_, put_, text_, asctime_, ctime_, ctime32_)    \
    API_AS(prefix_##asctime_##_s, dlls_, errno_t, #asctime_ "_s", char_t_ *buffer, size_t size, \
           const struct crt_tm *tm) {                                                          \
        char text[64];                                                                         \
        if (!buffer || !size)                                                                  \
            return crt_invalid(CRT_EINVAL);                                                    \
        *buffer = 0;                                                                           \
        if (size < ASCTIME_SIZE || !tm || !is_printable(tm))                                   \
            return crt_invalid(CRT_EINVAL);                                                    \
        asctime_text(text, tm, universal_);                                                    \
        put_(buffer, text);                                                                    \
        return 0;                                                                              \
    }                                                                                          \
    API_AS(prefix_##asctime_, dlls_, char_t_ *, #asctime_, const struct crt_tm *tm) {          \
        char_t_ *text = crt_thread()->text_;                                                   \
        return prefix_##asctime_##_s(text, ASCTIME_SIZE, tm) ? NULL : text;                    \
    }                                                                                          \
    API_AS(prefix_##ctime_##_s, dlls_, errno_t, #ctime_ "_s", char_t_ *buffer, size_t size, const time64 *time) { \
        struct crt_tm tm;                                                                      \
        if (!buffer || !size)                                                                  \
            return crt_invalid(CRT_EINVAL);                                                    \
        *buffer = 0;                                                                           \
        if (!time || *time < 0)                                                                \
            return crt_invalid(CRT_EINVAL);                                                    \
        errno_t error = broken_down(&tm, time, true, LATEST_64);                               \
        return error ? error : prefix_##asctime_##_s(buffer, size, &tm);                       \
    }                                                                                          \
    API_AS(prefix_##ctime_, dlls_, char_t_ *, #ctime_, const time64 *time) {                   \
        struct crt_tm tm;                                                                      \
        CRT_VALIDATE(time, CRT_EINVAL, NULL);                                                  \
        return broken_down(&tm, time, true, LATEST_64) ? NULL : prefix_##asctime_(&tm);        \
    }                                                                                          \
    API_AS(prefix_##ctime32_##_s, dlls_, errno_t, #ctime32_ "_s", char_t_ *buffer, size_t size, const time32 *time) { \
        return prefix_##ctime_##_s(buffer, size, WIDENED(time));                               \
    }                                                                                          \
    API_AS(prefix_##ctime32_, dlls_, char_t_ *, #ctime32_, const time32 *time) {               \
        return prefix_##ctime_(WIDENED(time));                                                 \
    }

TEXTS(ucrt_, ucrtbase, true, char, copy_out, time_text, asctime, _ctime64, _ctime32)
TEXTS(ucrt_, ucrtbase, true, WCHAR, widen, wide_time_text, _wasctime, _wctime64, _wctime32)
TEXTS(msvcrt_, CRT_OLD_DLLS, false, char, copy_out, time_text, asctime, _ctime64, _ctime32)
TEXTS(msvcrt_, CRT_OLD_DLLS, false, WCHAR, widen, wide_time_text, _wasctime, _wctime64, _wctime32)

/* Date or time of now in eight characters. */
static errno_t put_now(size_t width, void *buffer, size_t size, const char *format, bool date) {
    char text[64];
    SYSTEMTIME now;
    if (!buffer || !size)
        return crt_invalid(CRT_EINVAL);
    memset(buffer, 0, width);
    if (size < SHORT_SIZE)
        return crt_invalid(CRT_ERANGE);
    api_GetLocalTime(&now);
    snprintf(text, sizeof text, format, date ? now.wMonth : now.wHour, date ? now.wDay : now.wMinute,
             date ? now.wYear % 100 : now.wSecond);
    if (width == sizeof(char))
        copy_out(buffer, text);
    else
        widen(buffer, text);
    return 0;
}

#define NOW(char_t_, name_, format_, date_)                                                    \
    API(CRT_DLLS, errno_t, name_##_s, char_t_ *buffer, size_t size) {                          \
        return put_now(sizeof *buffer, buffer, size, format_, date_);                          \
    }                                                                                          \
    API(CRT_DLLS, char_t_ *, name_, char_t_ *buffer) { return api_##name_##_s(buffer, SHORT_SIZE) ? NULL : buffer; }

NOW(char, _strdate, "%02d/%02d/%02d", true)
NOW(char, _strtime, "%02d:%02d:%02d", false)
NOW(WCHAR, _wstrdate, "%02d/%02d/%02d", true)
NOW(WCHAR, _wstrtime, "%02d:%02d:%02d", false)

/* The names without a width, which are functions in msvcrt.dll only. Later versions' headers make the 64-bit ones of
 * them. */
API_ALIAS(api__time64, plain, msvcrt, "time");
API_ALIAS(api__difftime64, plain, msvcrt, "difftime");
API_ALIAS(api__mktime64, plain, msvcrt, "mktime");
API_ALIAS(api__mkgmtime64, plain, msvcrt, "_mkgmtime");
API_ALIAS(api__gmtime64, plain, msvcrt, "gmtime");
API_ALIAS(api__localtime64, plain, msvcrt, "localtime");
API_ALIAS(msvcrt__ctime64, plain, msvcrt, "ctime");
API_ALIAS(msvcrt__wctime64, plain, msvcrt, "_wctime");
API_ALIAS(api__ftime64, plain, msvcrt, "_ftime");
API_ALIAS(api__ftime64_s, plain, msvcrt, "_ftime_s");
API_ALIAS(api__utime64, plain, msvcrt, "_utime");
API_ALIAS(api__wutime64, plain, msvcrt, "_wutime");
API_ALIAS(api__futime64, plain, msvcrt, "_futime");
