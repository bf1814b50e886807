/* Dates as numbers: days since 30 December 1899, the time of day behind the point, counted away from zero
 * ("DATE", "SystemTimeToVariantTime function", "VarDateFromStr function"). */
#include <math.h>
#include <stdio.h>
#include <time.h>

#include "unicode.h"
#include "variant_number.h"

typedef struct { SYSTEMTIME st; USHORT wDayOfYear; } UDATE;

enum { SECONDS_PER_DAY = 86400, TWO_DIGIT_YEAR_MAX = 2049 };
enum { VAR_TIMEVALUEONLY = 1, VAR_DATEVALUEONLY = 2, VAR_VALIDDATE = 4 };

/* ---- days ---- */

/* Of the proleptic Gregorian calendar, from 30 December 1899. */
static int days_from_civil(int year, int month, int day) {
    year -= month <= 2;
    int era = (year >= 0 ? year : year - 399) / 400, of_era = year - era * 400;
    int of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468 + 25569;
}

static void civil_from_days(int days, SYSTEMTIME *time) {
    days += 719468 - 25569;
    int era = (days >= 0 ? days : days - 146096) / 146097, of_era = days - era * 146097;
    int year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int of_year = of_era - (365 * year + year / 4 - year / 100), month = (5 * of_year + 2) / 153;
    time->wDay = (WORD)(of_year - (153 * month + 2) / 5 + 1);
    time->wMonth = (WORD)(month < 10 ? month + 3 : month - 9);
    time->wYear = (WORD)(year + era * 400 + (time->wMonth <= 2));
}

static bool is_leap(int year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

static int days_in(int year, int month) {
    static const BYTE days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

/* ---- SYSTEMTIME ---- */

static bool to_system_time(DATE date, SYSTEMTIME *time) {
    if (!(date > DATE_MIN - 1 && date < DATE_LIMIT))
        return false;
    double whole;
    double part = modf(date, &whole);
    int64_t seconds = (int64_t)floor(fabs(part) * SECONDS_PER_DAY + 0.5);
    int days = (int)whole;
    if (seconds == SECONDS_PER_DAY) {
        seconds = 0;
        days += 1;
    }
    *time = (SYSTEMTIME){.wHour = (WORD)(seconds / 3600), .wMinute = (WORD)(seconds / 60 % 60),
                         .wSecond = (WORD)(seconds % 60), .wDayOfWeek = (WORD)((days % 7 + 7 + 6) % 7)};
    civil_from_days(days, time);
    return true;
}

/* The parts are added in this order: the last bits depend on it. */
static DATE join(int days, int hour, int minute, int second) {
    double sign = days < 0 ? -1.0 : 1.0;
    DATE date = days;
    date += sign * hour / 24.0;
    date += sign * minute / 1440.0;
    return date + sign * second / 86400.0;
}

static int full_year(int year) {
    if (year >= 100)
        return year;
    year += TWO_DIGIT_YEAR_MAX / 100 * 100;
    return year > TWO_DIGIT_YEAR_MAX ? year - 100 : year;
}

/* Days, months and times beyond their range run over into the next, for negative ones backwards. */
static bool from_udate(const SYSTEMTIME *time, DATE *date) {
    int year = full_year((SHORT)time->wYear), month = (SHORT)time->wMonth - 1;
    year += (month >= 0 ? month : month - 11) / 12;
    month = (month % 12 + 12) % 12 + 1;
    int64_t seconds = (SHORT)time->wHour * 3600 + (SHORT)time->wMinute * 60 + (SHORT)time->wSecond;
    int days = days_from_civil(year, month, 1) + (SHORT)time->wDay - 1;
    days += (int)((seconds >= 0 ? seconds : seconds - (SECONDS_PER_DAY - 1)) / SECONDS_PER_DAY);
    seconds = (seconds % SECONDS_PER_DAY + SECONDS_PER_DAY) % SECONDS_PER_DAY;
    DATE result = join(days, (int)(seconds / 3600), (int)(seconds / 60 % 60), (int)(seconds % 60));
    if (!(result > DATE_MIN - 1 && result < DATE_LIMIT))
        return false;
    *date = result;
    return true;
}

API(oleaut32, INT, VariantTimeToSystemTime, DATE vtime, SYSTEMTIME *lpSystemTime) {
    return to_system_time(vtime, lpSystemTime);
}

API(oleaut32, INT, SystemTimeToVariantTime, SYSTEMTIME *lpSystemTime, DATE *pvtime) {
    const SYSTEMTIME *time = lpSystemTime;
    if (time->wMonth < 1 || time->wMonth > 12 || time->wDay > 31 || (SHORT)time->wYear < 0)
        return FALSE;
    return from_udate(time, pvtime);
}

API(oleaut32, HRESULT, VarUdateFromDate, DATE dateIn, ULONG dwFlags, UDATE *pudateOut) {
    (void)dwFlags;
    if (!to_system_time(dateIn, &pudateOut->st))
        return E_INVALIDARG;
    const SYSTEMTIME *time = &pudateOut->st;
    pudateOut->wDayOfYear = (USHORT)(days_from_civil(time->wYear, time->wMonth, time->wDay) -
                                     days_from_civil(time->wYear, 1, 1) + 1);
    return S_OK;
}

API(oleaut32, HRESULT, VarDateFromUdateEx, UDATE *pudateIn, LCID lcid, ULONG dwFlags, DATE *pdateOut) {
    (void)lcid;
    const SYSTEMTIME *time = &pudateIn->st;
    DATE date;
    if (dwFlags & VAR_VALIDDATE && (time->wMonth < 1 || time->wMonth > 12 || time->wDay < 1 || time->wDay > 31 ||
                                    time->wHour > 23 || time->wMinute > 59 || time->wSecond > 59))
        return E_INVALIDARG;
    if (!from_udate(time, &date))
        return E_INVALIDARG;
    double whole;
    double part = fabs(modf(date, &whole));
    *pdateOut = dwFlags & VAR_TIMEVALUEONLY ? part : dwFlags & VAR_DATEVALUEONLY ? whole : date;
    return S_OK;
}

API(oleaut32, HRESULT, VarDateFromUdate, UDATE *pudateIn, ULONG dwFlags, DATE *pdateOut) {
    return api_VarDateFromUdateEx(pudateIn, 0x409, dwFlags, pdateOut);
}

/* ---- DOS dates: two seconds, from 1980 ---- */

API(oleaut32, INT, DosDateTimeToVariantTime, USHORT wDosDate, USHORT wDosTime, DATE *pvtime) {
    int year = 1980 + (wDosDate >> 9), month = wDosDate >> 5 & 15, day = wDosDate & 31;
    int hour = wDosTime >> 11, minute = wDosTime >> 5 & 63, second = (wDosTime & 31) * 2;
    if (year > 2099 || month > 12 || hour > 23 || minute > 59 || second > 59)
        return FALSE;
    SYSTEMTIME time = {.wYear = (WORD)year, .wMonth = (WORD)month, .wDay = (WORD)day, .wHour = (WORD)hour,
                       .wMinute = (WORD)minute, .wSecond = (WORD)second};
    return from_udate(&time, pvtime);
}

API(oleaut32, INT, VariantTimeToDosDateTime, DATE vtime, USHORT *pwDosDate, USHORT *pwDosTime) {
    SYSTEMTIME time;
    *pwDosDate = *pwDosTime = 0;
    if (!to_system_time(vtime, &time) || time.wYear < 1980 || time.wYear > 2099)
        return FALSE;
    *pwDosDate = (USHORT)((time.wYear - 1980) << 9 | time.wMonth << 5 | time.wDay);
    *pwDosTime = (USHORT)(time.wHour << 11 | time.wMinute << 5 | time.wSecond / 2);
    return TRUE;
}

/* ---- to text: "M/d/yyyy h:mm:ss tt", without what is zero ---- */

BSTR date_to_text(DATE date, LCID locale, ULONG flags) {
    SYSTEMTIME time;
    char text[60];
    WCHAR wide[60];
    int length = 0;
    (void)locale;
    if (!to_system_time(date, &time))
        return NULL;
    bool has_date = !(flags & VAR_TIMEVALUEONLY) && !(trunc(date) == 0 && !(flags & VAR_DATEVALUEONLY));
    bool has_time = !(flags & VAR_DATEVALUEONLY) && !(has_date && !time.wHour && !time.wMinute && !time.wSecond);
    if (has_date)
        length = snprintf(text, sizeof text, "%u/%u/%04u", time.wMonth, time.wDay, time.wYear);
    if (has_time)
        length += snprintf(text + length, sizeof text - (size_t)length, "%s%u:%02u:%02u %s", has_date ? " " : "",
                           time.wHour % 12 ? time.wHour % 12 : 12, time.wMinute, time.wSecond,
                           time.wHour < 12 ? "AM" : "PM");
    for (int i = 0; i < length; i++)
        wide[i] = (WCHAR)text[i];
    return bstr_from_units(wide, (size_t)length);
}

/* ---- from text ---- */

static const char *const months[] = {"january", "february", "march", "april", "may", "june", "july", "august",
                                     "september", "october", "november", "december"};
static const char *const weekdays[] = {"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"};

/* What a text consists of, as it is found. */
struct parts {
    int numbers[3], widths[3], count; /* of the date */
    int month, month_place;           /* named; how many numbers stood before it */
    int time[3], time_count;
    int half;                         /* of the day: 0 unknown, 1 AM, 2 PM */
};

static int word_length(const WCHAR *text) {
    int length = 0;
    while (unicode_ctype1(text[length]) & C1_ALPHA)
        length++;
    return length;
}

static bool matches(const WCHAR *text, int length, const char *word, int least) {
    int i = 0;
    for (; i < length; i++)
        if (!word[i] || unicode_lower(text[i]) != (BYTE)word[i])
            return false;
    return length == (int)strlen(word) || length == least;
}

static int find_word(const WCHAR *text, int length, const char *const *words, int count) {
    for (int i = 0; i < count; i++)
        if (matches(text, length, words[i], 3))
            return i + 1;
    return 0;
}

static bool read_word(const WCHAR *text, int length, struct parts *parts) {
    int month = find_word(text, length, months, 12);
    if (month && !parts->month) {
        parts->month = month;
        parts->month_place = parts->count;
        return true;
    }
    if (find_word(text, length, weekdays, 7))
        return true;
    int half = matches(text, length, "am", 1) ? 1 : matches(text, length, "pm", 1) ? 2 : 0;
    if (!half || parts->half || !parts->time_count)
        return false;
    parts->half = half;
    return true;
}

static int read_number(const WCHAR **text, int *width) {
    int value = 0;
    for (*width = 0; **text >= '0' && **text <= '9'; (*text)++, (*width)++)
        value = value < 100000 ? value * 10 + **text - '0' : value;
    return value;
}

/* "5 pm": what comes behind the number makes it an hour. */
static bool is_hour(const WCHAR *text) {
    while (*text == ' ')
        text++;
    int length = word_length(text);
    return length && (matches(text, length, "am", 1) || matches(text, length, "pm", 1));
}

static bool is_time_separator(const WCHAR *text) {
    return (*text == ':' || *text == '.') && text[1] >= '0' && text[1] <= '9';
}

static bool split(const WCHAR *text, struct parts *parts) {
    bool in_time = false;
    if (*text == '-' || *text == '/')
        return false;
    while (*text) {
        int length = word_length(text), width;
        if (length) {
            if (!read_word(text, length, parts))
                return false;
            text += length;
        } else if (*text >= '0' && *text <= '9') {
            int value = read_number(&text, &width);
            bool is_time = in_time || is_time_separator(text) || (!parts->time_count && is_hour(text));
            if (is_time && parts->time_count < 3) {
                parts->time[parts->time_count++] = value;
            } else if (!is_time && parts->count < 3) {
                parts->widths[parts->count] = width;
                parts->numbers[parts->count++] = value;
            } else {
                return false;
            }
            in_time = is_time && is_time_separator(text);
            if (in_time)
                text++;
        } else if (*text == '/' || *text == '-' || *text == ',' || *text == '.' || *text == ' ' || *text == '\t') {
            in_time = false;
            text++;
        } else {
            return false;
        }
    }
    return !in_time;
}

static bool is_date(int year, int month, int day) {
    return month >= 1 && month <= 12 && day >= 1 && year >= 100 && year <= 9999 && day <= days_in(year, month);
}

static bool choose(int year, int month, int day, int *days) {
    year = full_year(year);
    if (!is_date(year, month, day))
        return false;
    *days = days_from_civil(year, month, day);
    return true;
}

static int this_year(void) {
    time_t now = time(NULL);
    struct tm local;
    localtime_r(&now, &local);
    return local.tm_year + 1900;
}

/* Month, day, year where the text leaves it open; other orders where only they make sense. */
static bool find_date(const struct parts *parts, int *days) {
    const int *n = parts->numbers;
    if (parts->month) {
        switch (parts->count) {
        case 1:
            return (parts->widths[0] <= 2 && choose(this_year(), parts->month, n[0], days)) ||
                   choose(n[0], parts->month, 1, days);
        case 2: return choose(n[1], parts->month, n[0], days) || choose(n[0], parts->month, n[1], days);
        default: return false;
        }
    }
    switch (parts->count) {
    case 2:
        return choose(this_year(), n[0], n[1], days) || choose(this_year(), n[1], n[0], days) ||
               choose(n[1], n[0], 1, days) || choose(n[0], n[1], 1, days);
    case 3:
        if (parts->widths[0] > 2)
            return choose(n[0], n[1], n[2], days) || choose(n[0], n[2], n[1], days);
        return choose(n[2], n[0], n[1], days) || choose(n[2], n[1], n[0], days) || choose(n[0], n[1], n[2], days);
    default: return false;
    }
}

/* In hours of the whole day. */
static bool find_hour(const struct parts *parts, int *result) {
    int hour = parts->time[0];
    if (parts->half && (hour < 1 || hour > 12) && !(parts->half == 1 && hour == 0))
        return false;
    if (parts->half)
        hour = hour % 12 + (parts->half == 2 ? 12 : 0);
    if (hour > 23 || parts->time[1] > 59 || parts->time[2] > 59)
        return false;
    *result = hour;
    return true;
}

HRESULT date_from_text(const WCHAR *text, LCID locale, ULONG flags, DATE *date) {
    struct parts parts = {{0}, {0}, 0, 0, 0, {0}, 0, 0};
    int days = 0, hour = 0;
    (void)locale;
    if (!split(text, &parts) || (!parts.count && !parts.month && !parts.time_count))
        return DISP_E_TYPEMISMATCH;
    if ((parts.count || parts.month) && !find_date(&parts, &days))
        return DISP_E_TYPEMISMATCH;
    if (parts.time_count && !find_hour(&parts, &hour))
        return DISP_E_TYPEMISMATCH;
    if (flags & VAR_TIMEVALUEONLY)
        days = 0;
    bool has_time = !(flags & VAR_DATEVALUEONLY);
    *date = has_time ? join(days, hour, parts.time[1], parts.time[2]) : days;
    return S_OK;
}
