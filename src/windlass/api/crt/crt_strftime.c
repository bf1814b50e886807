/* strftime and its like ("strftime, wcsftime, _strftime_l, _wcsftime_l").
 *
 * Times are formatted in UTF-16; the narrow functions convert their format from the locale's code page and the result
 * back. The Universal CRT's "C" locale has the standard's formats for dates and times; everything else has Windows'
 * pictures ("dddd, MMMM d, yyyy"). */
#include "codepage.h"
#include "crt_memory.h"
#include "crt_time.h"

/* What is written so far; `failed` out of memory. */
struct output {
    WCHAR *text;
    size_t length, capacity;
    bool failed;
};

/* What is being formatted, and by which names. */
struct source {
    const struct crt_tm *tm;
    const struct crt_lc_time *names;
    bool standard;              /* formats of the standard's "C" locale */
};

static void put(struct output *out, WCHAR unit) {
    if (out->length + 1 >= out->capacity) {
        size_t capacity = out->capacity ? 2 * out->capacity : 128;
        WCHAR *grown = realloc(out->text, capacity * sizeof *grown);
        out->failed |= !grown;
        if (!grown)
            return;
        out->text = grown;
        out->capacity = capacity;
    }
    out->text[out->length++] = unit;
}

static void put_text(struct output *out, const WCHAR *text) {
    while (*text)
        put(out, *text++);
}

/* With at least `width` digits, filled with `fill`. */
static void put_number(struct output *out, int value, int width, char fill) {
    char digits[16];
    int count = 0;
    unsigned rest = value < 0 ? 0 - (unsigned)value : (unsigned)value;
    do
        digits[count++] = (char)('0' + rest % 10);
    while ((rest /= 10) != 0);
    if (value < 0)
        put(out, '-');
    for (int i = count; i < width; i++)
        put(out, (WCHAR)fill);
    while (count)
        put(out, (WCHAR)digits[--count]);
}

/* ---- calendar arithmetic ---- */

static int hour_of_twelve(int hour) { return hour % 12 ? hour % 12 : 12; }

/* Week of the year, when weeks begin on Sunday (0) or Monday (1). */
static int week_of_year(const struct crt_tm *tm, int first_day) {
    int weekday = (tm->tm_wday - first_day + 7) % 7;
    return (tm->tm_yday - weekday + 7) / 7;
}

static bool is_leap(int year) { return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0; }

/* ISO 8601: the week belongs to the year of its Thursday. */
static int iso_week(const struct crt_tm *tm, int *year) {
    int weekday = (tm->tm_wday + 6) % 7, thursday = tm->tm_yday - weekday + 3;
    *year = tm->tm_year + 1900;
    if (thursday < 0)
        thursday += is_leap(--*year) ? 366 : 365;
    else if (thursday >= (is_leap(*year) ? 366 : 365))
        thursday -= is_leap((*year)++) ? 366 : 365;
    return thursday / 7 + 1;
}

/* ---- Windows' pictures ---- */

static size_t run_length(const WCHAR *picture) {
    size_t length = 1;
    while (picture[length] == *picture)
        length++;
    return length;
}

static void put_name_or_number(struct output *out, size_t letters, int number, const WCHAR *abbreviated,
                               const WCHAR *name) {
    if (letters >= 3)
        put_text(out, letters == 3 ? abbreviated : name);
    else
        put_number(out, number, (int)letters, '0');
}

static void put_picture_part(struct output *out, WCHAR letter, size_t letters, const struct source *source) {
    const struct crt_tm *tm = source->tm;
    const struct crt_wide_time_names *names = &source->names->wide;
    int width = letters > 1 ? 2 : 1, year = tm->tm_year + 1900;
    switch (letter) {
    case 'd':
        put_name_or_number(out, letters, tm->tm_mday, names->abbreviated_days[tm->tm_wday], names->days[tm->tm_wday]);
        break;
    case 'M':
        put_name_or_number(out, letters, tm->tm_mon + 1, names->abbreviated_months[tm->tm_mon],
                           names->months[tm->tm_mon]);
        break;
    case 'y': put_number(out, letters > 2 ? year : year % 100, letters > 2 ? 4 : width, '0'); break;
    case 'h': put_number(out, hour_of_twelve(tm->tm_hour), width, '0'); break;
    case 'H': put_number(out, tm->tm_hour, width, '0'); break;
    case 'm': put_number(out, tm->tm_min, width, '0'); break;
    case 's': put_number(out, tm->tm_sec, width, '0'); break;
    case 't': {
        const WCHAR *half = names->am_pm[tm->tm_hour >= 12];
        if (letters > 1)
            put_text(out, half);
        else if (*half)
            put(out, *half);
        break;
    }
    case 'g': break;                        /* the era, which Gregorian dates do not show */
    default:
        while (letters--)
            put(out, letter);
    }
}

static void put_picture(struct output *out, const WCHAR *picture, const struct source *source) {
    while (*picture) {
        if (*picture == '\'') {
            for (picture++; *picture && *picture != '\''; picture++)
                put(out, *picture);
            picture += *picture != 0;
            continue;
        }
        size_t letters = run_length(picture);
        put_picture_part(out, *picture, letters, source);
        picture += letters;
    }
}

/* ---- conversions ---- */

static bool put_format(struct output *out, const WCHAR *format, const struct source *source);

static void put_pictures(struct output *out, const WCHAR *date, const WCHAR *time, const struct source *source) {
    put_picture(out, date, source);
    put(out, ' ');
    put_picture(out, time, source);
}

static bool put_date_and_time(struct output *out, bool is_long, const struct source *source) {
    const struct crt_wide_time_names *names = &source->names->wide;
    if (source->standard)
        return put_format(out, is_long ? u"%A, %B %d, %Y %H:%M:%S" : u"%a %b %e %H:%M:%S %Y", source);
    put_pictures(out, is_long ? names->long_date : names->short_date, names->time, source);
    return true;
}

static bool put_date(struct output *out, bool is_long, const struct source *source) {
    const struct crt_wide_time_names *names = &source->names->wide;
    if (source->standard)
        return put_format(out, is_long ? u"%A, %B %d, %Y" : u"%m/%d/%y", source);
    put_picture(out, is_long ? names->long_date : names->short_date, source);
    return true;
}

static bool put_time(struct output *out, const struct source *source) {
    if (source->standard)
        return put_format(out, u"%H:%M:%S", source);
    put_picture(out, source->names->wide.time, source);
    return true;
}

static void put_offset(struct output *out, const struct crt_tm *tm) {
    int minutes = crt_seconds_east(tm) / 60;
    put(out, minutes < 0 ? '-' : '+');
    if (minutes < 0)
        minutes = -minutes;
    put_number(out, minutes / 60, 2, '0');
    put_number(out, minutes % 60, 2, '0');
}

/* With '#', numbers have no leading zeros. */
#define NUMBER(valid_, value_, width_)                                                         \
    do {                                                                                       \
        if (!(valid_))                                                                         \
            return false;                                                                      \
        put_number(out, value_, alternate ? 1 : width_, '0');                                  \
        return true;                                                                           \
    } while (0)

#define TEXT(valid_, text_)                                                                    \
    do {                                                                                       \
        if (!(valid_))                                                                         \
            return false;                                                                      \
        put_text(out, text_);                                                                  \
        return true;                                                                           \
    } while (0)

/* One conversion; false when the letter or the field it shows is invalid. */
static bool put_conversion(struct output *out, WCHAR letter, bool alternate, const struct source *source) {
    const struct crt_tm *tm = source->tm;
    const struct crt_wide_time_names *names = &source->names->wide;
    bool wday = tm->tm_wday >= 0 && tm->tm_wday <= 6, mon = tm->tm_mon >= 0 && tm->tm_mon <= 11;
    bool mday = tm->tm_mday >= 1 && tm->tm_mday <= 31, yday = tm->tm_yday >= 0 && tm->tm_yday <= 365;
    bool hour = tm->tm_hour >= 0 && tm->tm_hour <= 23, min = tm->tm_min >= 0 && tm->tm_min <= 59;
    bool sec = tm->tm_sec >= 0 && tm->tm_sec <= 60, year = tm->tm_year >= -1900 && tm->tm_year <= 8099;
    int full_year = tm->tm_year + 1900, iso_year = 0;
    switch (letter) {
    case 'a': TEXT(wday, names->abbreviated_days[tm->tm_wday]);
    case 'A': TEXT(wday, names->days[tm->tm_wday]);
    case 'b': case 'h': TEXT(mon, names->abbreviated_months[tm->tm_mon]);
    case 'B': TEXT(mon, names->months[tm->tm_mon]);
    case 'c': return wday && mon && mday && hour && min && sec && year && put_date_and_time(out, alternate, source);
    case 'C': NUMBER(year, full_year / 100, 2);
    case 'd': NUMBER(mday, tm->tm_mday, 2);
    case 'D': return put_format(out, alternate ? u"%#m/%#d/%#y" : u"%m/%d/%y", source);
    case 'e':
        if (mday)
            put_number(out, tm->tm_mday, alternate ? 1 : 2, ' ');
        return mday;
    case 'F': return put_format(out, alternate ? u"%#Y-%#m-%#d" : u"%Y-%m-%d", source);
    case 'g': case 'G': case 'V': {
        if (!year || !wday || !yday)
            return false;
        int week = iso_week(tm, &iso_year);
        if (letter == 'V')
            put_number(out, week, 2, '0');
        else
            put_number(out, letter == 'g' ? iso_year % 100 : iso_year, letter == 'g' ? 2 : 4, '0');
        return true;
    }
    case 'H': NUMBER(hour, tm->tm_hour, 2);
    case 'I': NUMBER(hour, hour_of_twelve(tm->tm_hour), 2);
    case 'j': NUMBER(yday, tm->tm_yday + 1, 3);
    case 'm': NUMBER(mon, tm->tm_mon + 1, 2);
    case 'M': NUMBER(min, tm->tm_min, 2);
    case 'n': put(out, '\n'); return true;
    case 'p': TEXT(hour, names->am_pm[tm->tm_hour >= 12]);
    case 'r': return put_format(out, alternate ? u"%#I:%#M:%#S %p" : u"%I:%M:%S %p", source);
    case 'R': return put_format(out, alternate ? u"%#H:%#M" : u"%H:%M", source);
    case 'S': NUMBER(sec, tm->tm_sec, 2);
    case 't': put(out, '\t'); return true;
    case 'T': return put_format(out, alternate ? u"%#H:%#M:%#S" : u"%H:%M:%S", source);
    case 'u': NUMBER(wday, tm->tm_wday ? tm->tm_wday : 7, 1);
    case 'U': NUMBER(wday && yday, week_of_year(tm, 0), 2);
    case 'w': NUMBER(wday, tm->tm_wday, 1);
    case 'W': NUMBER(wday && yday, week_of_year(tm, 1), 2);
    case 'x': return wday && mon && mday && year && put_date(out, alternate, source);
    case 'X': return hour && min && sec && put_time(out, source);
    case 'y': NUMBER(year, full_year % 100, 2);
    case 'Y': NUMBER(year, full_year, 4);
    case 'z': put_offset(out, tm); return true;
    case 'Z': put_text(out, crt_time_zone()->wide_names[tm->tm_isdst > 0]); return true;
    case '%': put(out, '%'); return true;
    default: return false;
    }
}

static bool put_format(struct output *out, const WCHAR *format, const struct source *source) {
    for (; *format; format++) {
        if (*format != '%') {
            put(out, *format);
            continue;
        }
        bool alternate = *++format == '#';
        if (alternate)
            format++;
        if (*format == 'E' || *format == 'O')       /* alternative eras and digits: as without */
            format++;
        if (!put_conversion(out, *format, alternate, source))
            return false;
    }
    return true;
}

/* ---- the functions ---- */

static size_t fail_empty(int error) {
    crt_fail(error);
    return 0;
}

static size_t format_wide(WCHAR *to, size_t size, const WCHAR *format, const struct source *source) {
    struct output out = {NULL, 0, 0, false};
    CRT_VALIDATE(to && size, CRT_EINVAL, 0);
    *to = 0;
    CRT_VALIDATE(format && source->tm, CRT_EINVAL, 0);
    bool valid = put_format(&out, format, source);
    size_t length = out.length;
    bool fits = length < size && !out.failed;
    if (valid && fits) {
        crt_memmove(to, out.text, length * sizeof *to);
        to[length] = 0;
    }
    free(out.text);
    CRT_VALIDATE(valid, CRT_EINVAL, 0);
    return fits ? length : fail_empty(out.failed ? CRT_ENOMEM : CRT_ERANGE);
}

static UINT time_codepage(const struct crt_locale *locale) { return locale->codepage ? locale->codepage : 28591; }

static size_t format_narrow(char *to, size_t size, const char *format, const struct source *source,
                            const struct crt_locale *locale) {
    struct output out = {NULL, 0, 0, false};
    CRT_VALIDATE(to && size, CRT_EINVAL, 0);
    *to = 0;
    CRT_VALIDATE(format && source->tm, CRT_EINVAL, 0);
    struct codepage *page = codepage_find(time_codepage(locale));
    size_t length = strlen(format);
    WCHAR *wide = malloc((length + 1) * sizeof *wide);
    if (!wide)
        return fail_empty(CRT_ENOMEM);
    wide[codepage_to_wide(page, 0, format, length, wide, length, NULL)] = 0;
    bool valid = put_format(&out, wide, source);
    free(wide);
    length = codepage_from_wide(page, 0, out.text, out.length, NULL, 0, NULL, NULL, NULL);
    bool fits = length < size && !out.failed;
    if (valid && fits) {
        codepage_from_wide(page, 0, out.text, out.length, to, length, NULL, NULL, NULL);
        to[length] = 0;
    }
    free(out.text);
    CRT_VALIDATE(valid, CRT_EINVAL, 0);
    return fits ? length : fail_empty(out.failed ? CRT_ENOMEM : CRT_ERANGE);
}

#define FUNCTIONS(prefix_, dlls_, standard_)                                                   \
    API_AS(prefix_##_strftime_l, dlls_, size_t, "_strftime_l", char *to, size_t size, const char *format, \
           const struct crt_tm *tm, _locale_t locale) {                                        \
        const struct crt_locale *facts = crt_locale(locale);                                   \
        struct source source = {tm, facts->time, facts->time->is_c && standard_};              \
        return format_narrow(to, size, format, &source, facts);                                \
    }                                                                                          \
    API_AS(prefix_##strftime, dlls_, size_t, "strftime", char *to, size_t size, const char *format, \
           const struct crt_tm *tm) {                                                          \
        return prefix_##_strftime_l(to, size, format, tm, NULL);                               \
    }                                                                                          \
    API_AS(prefix_##_wcsftime_l, dlls_, size_t, "_wcsftime_l", WCHAR *to, size_t size, const WCHAR *format, \
           const struct crt_tm *tm, _locale_t locale) {                                        \
        const struct crt_locale *facts = crt_locale(locale);                                   \
        struct source source = {tm, facts->time, facts->time->is_c && standard_};              \
        return format_wide(to, size, format, &source);                                         \
    }                                                                                          \
    API_AS(prefix_##wcsftime, dlls_, size_t, "wcsftime", WCHAR *to, size_t size, const WCHAR *format, \
           const struct crt_tm *tm) {                                                          \
        return prefix_##_wcsftime_l(to, size, format, tm, NULL);                               \
    }

FUNCTIONS(ucrt_, ucrtbase, true)
FUNCTIONS(msvcrt_, CRT_OLD_DLLS, false)

/* ---- for Microsoft's C++ library: with names that _Gettnames() gave out, and their pictures ---- */

API(CRT_DLLS, size_t, _Strftime, char *to, size_t size, const char *format, const struct crt_tm *tm,
    const struct crt_lc_time *names) {
    const struct crt_locale *locale = crt_locale(NULL);
    struct source source = {tm, names ? names : locale->time, !names && locale->time->is_c};
    return format_narrow(to, size, format, &source, locale);
}

API(CRT_DLLS, size_t, _Wcsftime, WCHAR *to, size_t size, const WCHAR *format, const struct crt_tm *tm,
    const struct crt_lc_time *names) {
    const struct crt_locale *locale = crt_locale(NULL);
    struct source source = {tm, names ? names : locale->time, !names && locale->time->is_c};
    return format_wide(to, size, format, &source);
}

/* A copy for free(); the texts are the locale's. */
API(CRT_DLLS, void *, _Gettnames, void) {
    struct crt_lc_time *copy = crt_malloc(sizeof *copy);
    if (copy)
        *copy = *crt_locale(NULL)->time;
    return copy;
}
API_ALIAS(api__Gettnames, wide, ucrtbase msvcr110 msvcr120, "_W_Gettnames");

/* ":Sun:Sunday:Mon:Monday..." for free(). */
#define LIST(name_, dlls_, char_t_, length_, names_, list_, count_)                            \
    API(dlls_, char_t_ *, name_, void) {                                                       \
        const char_t_ *const *abbreviated = crt_locale(NULL)->time->names_.abbreviated_##list_; \
        const char_t_ *const *full = crt_locale(NULL)->time->names_.list_;              \
        size_t size = 1, used = 0;                                                             \
        for (int i = 0; i < count_; i++)                                                       \
            size += length_(abbreviated[i]) + length_(full[i]) + 2;                            \
        char_t_ *list = crt_malloc(size * sizeof *list);                                       \
        for (int i = 0; list && i < 2 * count_; i++) {                                         \
            const char_t_ *name = i % 2 ? full[i / 2] : abbreviated[i / 2];                    \
            list[used++] = ':';                                                                \
            crt_memmove(list + used, name, length_(name) * sizeof *name);                      \
            used += length_(name);                                                             \
        }                                                                                      \
        if (list)                                                                              \
            list[used] = 0;                                                                    \
        return list;                                                                           \
    }

LIST(_Getdays, CRT_DLLS, char, crt_strlen, narrow, days, 7)
LIST(_Getmonths, CRT_DLLS, char, crt_strlen, narrow, months, 12)
LIST(_W_Getdays, ucrtbase msvcr110 msvcr120, WCHAR, crt_wcslen, wide, days, 7)
LIST(_W_Getmonths, ucrtbase msvcr110 msvcr120, WCHAR, crt_wcslen, wide, months, 12)
