/* Locales ("setlocale, _wsetlocale", "Locale names, Languages, and Country/Region strings").
 *
 * A name gives one part (Windows locale name, code page, the text that setlocale() returns) per category. Parts and the
 * locales made of them are kept for good and looked up before they are made, so that equal locales are the same record
 * and reading needs no lock: a program uses few, however often it sets them. */
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <strings.h>

#include "codepage.h"
#include "crt_ctype.h"
#include "crt_data.h"
#include "crt_locale_names.h"
#include "crt_mbstring.h"
#include "crt_memory.h"
#include "crt_nls.h"
#include "fork.h"

struct locale_part {
    const WCHAR *name;          /* NULL: the "C" locale */
    UINT codepage;
    const char *text;
    const WCHAR *wide_text;
    struct locale_part *next;
};

enum {
    PART_TEXT = 256,
    ALL_TEXT = CRT_LC_COUNT * (PART_TEXT + 16),
};

/* Recursive: a program may hold it (_lock_locales) while it sets a locale. Guards the lists and the writers of
 * crt_global_locale. */
static pthread_mutex_t lock = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
SURVIVES_FORK_RECURSIVE(lock);
static struct locale_part *parts;
static struct crt_locale *locales;

static const char *const category_names[] = {
    "LC_ALL", "LC_COLLATE", "LC_CTYPE", "LC_MONETARY", "LC_NUMERIC", "LC_TIME",
};

/* ---- the "C" locale ---- */

static const struct locale_part c_part = {NULL, 0, "C", u"C", NULL};

static WCHAR no_text[1], period[2] = {'.'};

/* Not const, because of __initialize_lconv_for_unsigned_char. */
static struct crt_lconv c_lconv = {
    ".", "", "", "", "", "", "", "", "", "",
    CHAR_MAX, CHAR_MAX, CHAR_MAX, CHAR_MAX, CHAR_MAX, CHAR_MAX, CHAR_MAX, CHAR_MAX,
    period, no_text, no_text, no_text, no_text, no_text, no_text,
    no_text,
};

#define NARROW(text_) text_
#define WIDE(text_) u##text_
#define ENGLISH_TIME(T_, short_date_, time_)                                                   \
    {{T_("Sun"), T_("Mon"), T_("Tue"), T_("Wed"), T_("Thu"), T_("Fri"), T_("Sat")},            \
     {T_("Sunday"), T_("Monday"), T_("Tuesday"), T_("Wednesday"), T_("Thursday"), T_("Friday"), T_("Saturday")}, \
     {T_("Jan"), T_("Feb"), T_("Mar"), T_("Apr"), T_("May"), T_("Jun"), T_("Jul"), T_("Aug"), T_("Sep"), T_("Oct"), \
      T_("Nov"), T_("Dec")},                                                                   \
     {T_("January"), T_("February"), T_("March"), T_("April"), T_("May"), T_("June"), T_("July"), T_("August"), \
      T_("September"), T_("October"), T_("November"), T_("December")},                         \
     {T_("AM"), T_("PM")}, T_(short_date_), T_("dddd, MMMM dd, yyyy"), T_(time_)}

static const struct crt_lc_time c_time = {
    true, ENGLISH_TIME(NARROW, "MM/dd/yy", "HH:mm:ss"), ENGLISH_TIME(WIDE, "MM/dd/yy", "HH:mm:ss"),
};

#define TIMES9(value_) value_, value_, value_, value_, value_, value_, value_, value_, value_

/* From -1; the upper half has no class. */
static const WORD c_ctype[257] = {
    0, TIMES9(0x20), 0x28, 0x28, 0x28, 0x28, 0x28, TIMES9(0x20), TIMES9(0x20), 0x48,
    TIMES9(0x10), 0x10, 0x10, 0x10, 0x10, 0x10, 0x10, TIMES9(0x84), 0x84,
    0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x81, 0x81, 0x81, 0x81, 0x81, 0x81,
    TIMES9(0x01), TIMES9(0x01), 0x01, 0x01, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x82, 0x82, 0x82, 0x82, 0x82, 0x82,
    TIMES9(0x02), TIMES9(0x02), 0x02, 0x02, 0x10, 0x10, 0x10, 0x10, 0x20,
};

#define EIGHT(n_) n_, n_ + 1, n_ + 2, n_ + 3, n_ + 4, n_ + 5, n_ + 6, n_ + 7
#define SIXTY_FOUR(n_)                                                                         \
    EIGHT(n_), EIGHT(n_ + 8), EIGHT(n_ + 16), EIGHT(n_ + 24), EIGHT(n_ + 32), EIGHT(n_ + 40), EIGHT(n_ + 48), \
        EIGHT(n_ + 56)
#define LETTERS(first_) EIGHT(first_), EIGHT(first_ + 8), EIGHT(first_ + 16), first_ + 24, first_ + 25
#define ASCII_CASE(upper_, lower_)                                                             \
    {SIXTY_FOUR(0), '@', LETTERS(upper_), '[', '\\', ']', '^', '_', '`', LETTERS(lower_), '{', '|', '}', '~', 127, \
     SIXTY_FOUR(128), SIXTY_FOUR(192)}

const struct crt_locale crt_c_locale = {
    .ctype = c_ctype + 1,
    .mb_cur_max = 1,
    .lower = ASCII_CASE('a', 'a'),
    .upper = ASCII_CASE('A', 'A'),
    .category = {"C", "C", "C", "C", "C", "C"},
    .wide_category = {u"C", u"C", u"C", u"C", u"C", u"C"},
    .lconv = &c_lconv,
    .time = &c_time,
    .parts = {&c_part, &c_part, &c_part, &c_part, &c_part, &c_part},
};

const struct crt_locale *crt_global_locale = &crt_c_locale;

/* ---- kept strings ---- */

static void *keep(const void *data, size_t size) {
    void *copy = malloc(size);
    if (!copy)
        windlass_fatal("out of memory for a locale");
    return memcpy(copy, data, size);
}

static char *keep_narrow(const char *text) { return keep(text, strlen(text) + 1); }
static WCHAR *keep_wide(const WCHAR *text) { return keep(text, (crt_wcslen(text) + 1) * sizeof *text); }

static WCHAR *keep_widened(const char *utf8) {
    WCHAR *wide = wide_from_utf8(utf8);
    return wide ? wide : keep_wide(no_text);
}

/* In a category's code page; what it lacks becomes "?". */
static char *keep_narrowed(const WCHAR *wide, UINT codepage) {
    char text[1024];
    struct codepage *page = codepage_find(codepage);
    size_t length = page ? codepage_from_wide(page, 0, wide, crt_wcslen(wide), text, sizeof text - 1, NULL, NULL, NULL)
                         : 0;
    text[length < sizeof text ? length : 0] = 0;
    return keep_narrow(text);
}

/* ---- parts: one category's locale ---- */

static bool same_name(const WCHAR *a, const WCHAR *b) {
    size_t length = crt_wcslen(a);
    return length == crt_wcslen(b) && memcmp(a, b, length * sizeof *a) == 0;
}

static const struct locale_part *part_of(const WCHAR *name, UINT codepage, const char *text) {
    pthread_mutex_lock(&lock);
    struct locale_part *part = parts;
    while (part && !(part->codepage == codepage && strcmp(part->text, text) == 0 && same_name(part->name, name)))
        part = part->next;
    if (!part) {
        struct locale_part fresh = {keep_wide(name), codepage, keep_narrow(text), keep_widened(text), parts};
        parts = part = keep(&fresh, sizeof fresh);
    }
    pthread_mutex_unlock(&lock);
    return part;
}

/* A locale whose language and country are known; the code page is still to be found. */
struct resolved {
    WCHAR name[NLS_NAME_SIZE];
    char language[PART_TEXT / 4], country[PART_TEXT / 4];
    UINT ansi, oem;
};

static void narrow_info(const WCHAR *name, DWORD type, char *text, size_t size) {
    WCHAR wide[PART_TEXT / 4];
    size_t length = 0;
    if (nls_info(name, type, wide, PART_TEXT / 4))
        length = utf8_from_wide(wide, crt_wcslen(wide), text, size - 1);
    text[length < size ? length : size - 1] = 0;
}

/* By Windows locale name. False when neither the table nor NLS knows it. */
static bool resolve_name(const char *name, size_t length, struct resolved *result) {
    WCHAR wide[NLS_NAME_SIZE] = {0};
    if (!length || length >= NLS_NAME_SIZE)
        return false;
    for (size_t i = 0; i < length; i++) {
        if ((uint8_t)name[i] >= 0x80)
            return false;
        wide[i] = name[i] == '_' ? '-' : (WCHAR)name[i];
    }
    if (!nls_info(wide, NLS_SNAME, result->name, NLS_NAME_SIZE))
        return false;
    narrow_info(result->name, NLS_SENGLANGUAGE, result->language, sizeof result->language);
    narrow_info(result->name, NLS_SENGCOUNTRY, result->country, sizeof result->country);
    result->ansi = nls_number(result->name, NLS_IDEFAULTANSICODEPAGE);
    result->oem = nls_number(result->name, NLS_IDEFAULTCODEPAGE);
    return true;
}

static bool resolve_row(const struct named_locale *row, struct resolved *result) {
    if (!row || !resolve_name(row->name, strlen(row->name), result))
        return false;
    snprintf(result->language, sizeof result->language, "%s", row->language);
    snprintf(result->country, sizeof result->country, "%s", row->country);
    result->ansi = row->ansi;
    result->oem = row->oem;
    return true;
}

static bool resolve_user_default(struct resolved *result) {
    WCHAR wide[NLS_NAME_SIZE];
    char name[3 * NLS_NAME_SIZE];
    nls_user_default(wide);
    size_t length = utf8_from_wide(wide, crt_wcslen(wide), name, sizeof name);
    return resolve_row(named_locale(name, length), result) || resolve_name(name, length, result);
}

static bool is_utf8(const char *text) { return strcasecmp(text, "utf8") == 0 || strcasecmp(text, "utf-8") == 0; }

/* The code page that the text behind a dot names; 0 for none. */
static UINT codepage_named(const char *text, const struct resolved *locale) {
    UINT unicode_only = CP_UTF8, codepage = 0;
    if (is_utf8(text))
        return CP_UTF8;
    if (strcasecmp(text, "ACP") == 0)
        return locale->ansi ? locale->ansi : unicode_only;
    if (strcasecmp(text, "OCP") == 0)
        return locale->oem ? locale->oem : unicode_only;
    for (; *text >= '0' && *text <= '9' && codepage < 1000000; text++)
        codepage = codepage * 10 + (UINT)(*text - '0');
    return *text || codepage <= CP_THREAD_ACP ? 0 : codepage;
}

/* What stands behind the dot. 0 when there is no such code page, or none that a locale can have: UTF-7 never, and in the
 * run-times before the Universal one none "that require more than two bytes per character" ("setlocale"). */
static UINT codepage_from_text(const char *text, const struct resolved *locale) {
    enum { OLD_MAXIMUM_BYTES = 2 };
    UINT id = codepage_named(text, locale);
    const struct codepage *page = id && id != CP_UTF7 ? codepage_find(id) : NULL;
    return page && (page->max_bytes <= OLD_MAXIMUM_BYTES || !crt_caller_uses_old()) ? id : 0;
}

/* "Language_Country.codepage", or UTF-8 spelled as the program did. */
static const struct locale_part *qualified_part(const struct resolved *locale, UINT codepage, const char *spelled) {
    char text[PART_TEXT], number[16];
    snprintf(number, sizeof number, "%u", codepage);
    snprintf(text, sizeof text, "%s_%s.%s", locale->language, locale->country,
             codepage != CP_UTF8 ? number : spelled && is_utf8(spelled) ? spelled : "utf8");
    return part_of(locale->name, codepage, text);
}

/* The part for one category's name, or NULL. */
static const struct locale_part *part_from_text(const char *text) {
    if (strcmp(text, "C") == 0)
        return &c_part;
    if (strlen(text) >= PART_TEXT)
        return NULL;
    struct resolved locale;
    const char *dot = strrchr(text, '.');
    size_t length = dot ? (size_t)(dot - text) : strlen(text);
    if (!length) {
        if (!resolve_user_default(&locale))
            return NULL;
        UINT codepage = dot ? codepage_from_text(dot + 1, &locale) : codepage_ansi()->id;
        return codepage ? qualified_part(&locale, codepage, dot ? dot + 1 : NULL) : NULL;
    }
    const char *bar = memchr(text, '_', length);
    size_t language = bar ? (size_t)(bar - text) : length;
    if (resolve_row(named_locale_of_language(text, language, bar ? bar + 1 : NULL, bar ? length - language - 1 : 0),
                    &locale)) {
        UINT codepage = codepage_from_text(dot ? dot + 1 : "ACP", &locale);
        return codepage ? qualified_part(&locale, codepage, dot ? dot + 1 : NULL) : NULL;
    }
    if (!resolve_name(text, length, &locale))
        return NULL;
    UINT codepage = codepage_from_text(dot ? dot + 1 : "ACP", &locale);
    return codepage ? part_of(locale.name, codepage, text) : NULL;
}

/* ---- locales ---- */

static void classify_byte(struct crt_locale *locale, struct codepage *page, unsigned byte) {
    char text = (char)byte, back[8];
    WCHAR wide[2];
    int units;
    locale->lower[byte] = locale->upper[byte] = (BYTE)byte;
    if (page->id != CP_UTF8 && codepage_is_lead(page, (BYTE)byte)) {
        locale->ctype_storage[byte + 1] = CTYPE_LEADBYTE;
        return;
    }
    if (codepage_decode_one(page, &text, 1, wide, &units) != 1 || units != 1)
        return;
    locale->ctype_storage[byte + 1] = unicode_ctype1(wide[0]) & 0x1FF;
    WCHAR lower = unicode_lower(wide[0]), upper = unicode_upper(wide[0]);
    if (codepage_from_wide(page, CODEPAGE_NO_BEST_FIT | CODEPAGE_STRICT, &lower, 1, back, sizeof back, NULL, NULL,
                           NULL) == 1)
        locale->lower[byte] = (BYTE)back[0];
    if (codepage_from_wide(page, CODEPAGE_NO_BEST_FIT | CODEPAGE_STRICT, &upper, 1, back, sizeof back, NULL, NULL,
                           NULL) == 1)
        locale->upper[byte] = (BYTE)back[0];
}

static void fill_ctype(struct crt_locale *locale, const struct locale_part *part) {
    struct codepage *page = codepage_find(part->codepage);
    locale->codepage = part->codepage;
    locale->mb_cur_max = part->codepage == CP_UTF8 ? 4 : page->max_bytes;
    locale->ctype = locale->ctype_storage + 1;
    for (unsigned byte = 0; byte < 256; byte++)
        classify_byte(locale, page, byte);
    locale->ctype_storage['\t' + 1] &= (WORD)~CTYPE_BLANK;
}

static char *info_text(const struct locale_part *part, DWORD type, WCHAR **wide) {
    WCHAR text[128] = {0};
    nls_info(part->name, type, text, 128);
    *wide = keep_wide(text);
    return keep_narrowed(text, part->codepage);
}

/* "3;2;0" is the string of bytes 3, 2, 0. */
static char *grouping(const struct locale_part *part, DWORD type) {
    WCHAR text[32] = {0};
    char groups[32] = {0};
    size_t count = 0;
    nls_info(part->name, type, text, 32);
    for (const WCHAR *at = text; *at; at++)
        if (*at >= '0' && *at <= '9')
            groups[count++] = (char)(*at - '0');
    return keep(groups, sizeof groups);
}

static void fill_numeric(struct crt_lconv *lconv, const struct locale_part *part) {
    lconv->decimal_point = info_text(part, NLS_SDECIMAL, &lconv->w_decimal_point);
    lconv->thousands_sep = info_text(part, NLS_STHOUSAND, &lconv->w_thousands_sep);
    lconv->grouping = grouping(part, NLS_SGROUPING);
}

static char info_digit(const struct locale_part *part, DWORD type) { return (char)nls_number(part->name, type); }

static void fill_monetary(struct crt_lconv *lconv, const struct locale_part *part) {
    lconv->int_curr_symbol = info_text(part, NLS_SINTLSYMBOL, &lconv->w_int_curr_symbol);
    lconv->currency_symbol = info_text(part, NLS_SCURRENCY, &lconv->w_currency_symbol);
    lconv->mon_decimal_point = info_text(part, NLS_SMONDECIMALSEP, &lconv->w_mon_decimal_point);
    lconv->mon_thousands_sep = info_text(part, NLS_SMONTHOUSANDSEP, &lconv->w_mon_thousands_sep);
    lconv->positive_sign = info_text(part, NLS_SPOSITIVESIGN, &lconv->w_positive_sign);
    lconv->negative_sign = info_text(part, NLS_SNEGATIVESIGN, &lconv->w_negative_sign);
    lconv->mon_grouping = grouping(part, NLS_SMONGROUPING);
    lconv->int_frac_digits = info_digit(part, NLS_IINTLCURRDIGITS);
    lconv->frac_digits = info_digit(part, NLS_ICURRDIGITS);
    lconv->p_cs_precedes = info_digit(part, NLS_IPOSSYMPRECEDES);
    lconv->p_sep_by_space = info_digit(part, NLS_IPOSSEPBYSPACE);
    lconv->n_cs_precedes = info_digit(part, NLS_INEGSYMPRECEDES);
    lconv->n_sep_by_space = info_digit(part, NLS_INEGSEPBYSPACE);
    lconv->p_sign_posn = info_digit(part, NLS_IPOSSIGNPOSN);
    lconv->n_sign_posn = info_digit(part, NLS_INEGSIGNPOSN);
}

static void time_text(const struct locale_part *part, DWORD type, const char **narrow, const WCHAR **wide) {
    WCHAR *text;
    *narrow = info_text(part, type, &text);
    *wide = text;
}

static const struct crt_lc_time *time_of(const struct locale_part *part) {
    struct crt_lc_time time = {.is_c = false};
    for (unsigned i = 0; i < 7; i++) {          /* NLS begins the week with Monday */
        time_text(part, NLS_SDAYNAME1 + (i + 6) % 7, &time.narrow.days[i], &time.wide.days[i]);
        time_text(part, NLS_SABBREVDAYNAME1 + (i + 6) % 7, &time.narrow.abbreviated_days[i],
                  &time.wide.abbreviated_days[i]);
    }
    for (unsigned i = 0; i < 12; i++) {
        time_text(part, NLS_SMONTHNAME1 + i, &time.narrow.months[i], &time.wide.months[i]);
        time_text(part, NLS_SABBREVMONTHNAME1 + i, &time.narrow.abbreviated_months[i],
                  &time.wide.abbreviated_months[i]);
    }
    time_text(part, NLS_S1159, &time.narrow.am_pm[0], &time.wide.am_pm[0]);
    time_text(part, NLS_S2359, &time.narrow.am_pm[1], &time.wide.am_pm[1]);
    time_text(part, NLS_SSHORTDATE, &time.narrow.short_date, &time.wide.short_date);
    time_text(part, NLS_SLONGDATE, &time.narrow.long_date, &time.wide.long_date);
    time_text(part, NLS_STIMEFORMAT, &time.narrow.time, &time.wide.time);
    return keep(&time, sizeof time);
}

/* "LC_COLLATE=C;LC_CTYPE=..." unless all categories agree. */
static void fill_texts(struct crt_locale *locale) {
    char all[ALL_TEXT];
    size_t length = 0;
    bool uniform = true;
    for (int i = CRT_LC_COLLATE; i < CRT_LC_COUNT; i++) {
        const struct locale_part *part = locale->parts[i];
        locale->names[i] = part->name;
        locale->category[i] = part->text;
        locale->wide_category[i] = part->wide_text;
        uniform = uniform && strcmp(part->text, locale->parts[CRT_LC_COLLATE]->text) == 0;
        length += (size_t)snprintf(all + length, sizeof all - length, "%s%s=%s", i > CRT_LC_COLLATE ? ";" : "",
                                   category_names[i], part->text);
    }
    locale->category[CRT_LC_ALL] = uniform ? locale->parts[CRT_LC_COLLATE]->text : keep_narrow(all);
    locale->wide_category[CRT_LC_ALL] = uniform ? locale->parts[CRT_LC_COLLATE]->wide_text : keep_widened(all);
}

static const struct crt_locale *make_locale(const struct locale_part *const wanted[CRT_LC_COUNT]) {
    struct crt_locale *locale = keep(&crt_c_locale, sizeof crt_c_locale);
    struct crt_lconv lconv = c_lconv;
    memcpy(locale->parts, wanted, sizeof locale->parts);
    fill_texts(locale);
    locale->collate_codepage = wanted[CRT_LC_COLLATE]->codepage;
    if (wanted[CRT_LC_CTYPE] != &c_part)
        fill_ctype(locale, wanted[CRT_LC_CTYPE]);
    if (wanted[CRT_LC_NUMERIC] != &c_part)
        fill_numeric(&lconv, wanted[CRT_LC_NUMERIC]);
    if (wanted[CRT_LC_MONETARY] != &c_part)
        fill_monetary(&lconv, wanted[CRT_LC_MONETARY]);
    if (wanted[CRT_LC_TIME] != &c_part)
        locale->time = time_of(wanted[CRT_LC_TIME]);
    locale->lconv = keep(&lconv, sizeof lconv);
    return locale;
}

static const struct crt_locale *find_locale(const struct locale_part *const wanted[CRT_LC_COUNT]) {
    if (memcmp(wanted, crt_c_locale.parts, sizeof crt_c_locale.parts) == 0)
        return &crt_c_locale;
    for (struct crt_locale *locale = locales; locale; locale = locale->next)
        if (memcmp(wanted, locale->parts, sizeof locale->parts) == 0)
            return locale;
    return NULL;
}

/* The locale of these parts, made if it is new. */
static const struct crt_locale *locale_of(const struct locale_part *const wanted[CRT_LC_COUNT]) {
    pthread_mutex_lock(&lock);
    const struct crt_locale *locale = find_locale(wanted);
    if (!locale) {
        struct crt_locale *fresh = (struct crt_locale *)make_locale(wanted);
        fresh->next = locales;
        locales = fresh;
        locale = fresh;
    }
    pthread_mutex_unlock(&lock);
    return locale;
}

/* "LC_COLLATE=...;LC_TIME=...", as setlocale(LC_ALL, NULL) gave it out. False when one of them is none. */
static bool parts_from_all(const char *text, const struct locale_part *wanted[CRT_LC_COUNT]) {
    while (*text) {
        char part[PART_TEXT + 16];
        size_t length = strcspn(text, ";");
        int category = CRT_LC_COLLATE;
        if (length >= sizeof part)
            return false;
        snprintf(part, sizeof part, "%.*s", (int)length, text);
        char *equals = strchr(part, '=');
        if (!equals)
            return false;
        *equals = 0;
        while (category < CRT_LC_COUNT && strcmp(part, category_names[category]) != 0)
            category++;
        if (category == CRT_LC_COUNT || !(wanted[category] = part_from_text(equals + 1)))
            return false;
        wanted[CRT_LC_ALL] = wanted[category];
        text += length + (text[length] == ';');
    }
    return true;
}

/* `base` with the category (or all) changed; NULL when there is no such locale. */
static const struct crt_locale *changed(const struct crt_locale *base, int category, const char *text) {
    const struct locale_part *wanted[CRT_LC_COUNT];
    memcpy(wanted, base->parts, sizeof wanted);
    if (category == CRT_LC_ALL && strncmp(text, "LC_", 3) == 0) {
        if (!parts_from_all(text, wanted))
            return NULL;
    } else {
        const struct locale_part *part = part_from_text(text);
        if (!part)
            return NULL;
        for (int i = CRT_LC_COLLATE; i < CRT_LC_COUNT; i++)
            if (category == CRT_LC_ALL || category == i)
                wanted[i] = part;
    }
    wanted[CRT_LC_ALL] = &c_part;       /* not part of the identity */
    return locale_of(wanted);
}

/* ---- setlocale ---- */

static bool is_category(int category) { return category >= CRT_LC_ALL && category < CRT_LC_COUNT; }

/* The current locale after the change, or NULL. `text` NULL asks only. */
static const struct crt_locale *set(int category, const char *text) {
    const struct crt_locale *locale = crt_locale(NULL);
    if (!text)
        return locale;
    pthread_mutex_lock(&lock);
    struct crt_thread *crt = crt_thread();
    locale = changed(crt_locale(NULL), category, text);
    if (locale && crt->own_locale)
        crt->locale = locale;
    else if (locale)
        __atomic_store_n(&crt_global_locale, locale, __ATOMIC_RELEASE);
    pthread_mutex_unlock(&lock);
    if (locale)
        crt_locale_changed();
    return locale;
}

API(CRT_DLLS, char *, setlocale, int category, const char *name) {
    CRT_VALIDATE(is_category(category), CRT_EINVAL, NULL);
    const struct crt_locale *locale = set(category, name);
    return locale ? (char *)locale->category[category] : NULL;
}

API(CRT_DLLS, WCHAR *, _wsetlocale, int category, const WCHAR *name) {
    CRT_VALIDATE(is_category(category), CRT_EINVAL, NULL);
    char *narrow = name ? utf8_copy_of_wide(name) : NULL;
    const struct crt_locale *locale = name && !narrow ? NULL : set(category, narrow);
    free(narrow);
    return locale ? (WCHAR *)locale->wide_category[category] : NULL;
}

enum { ENABLE_PER_THREAD = 1, DISABLE_PER_THREAD = 2 };

/* "_configthreadlocale": a thread that gets a locale of its own begins with the process's. */
API(CRT_DLLS, int, _configthreadlocale, int type) {
    struct crt_thread *crt = crt_thread();
    int previous = crt->own_locale ? ENABLE_PER_THREAD : DISABLE_PER_THREAD;
    switch (type) {
    case 0:
    case -1:                            /* what new threads get; here they always share */
        return previous;
    case ENABLE_PER_THREAD:
        crt->locale = crt_locale(NULL);
        crt->own_locale = true;
        return previous;
    case DISABLE_PER_THREAD:
        crt->locale = NULL;
        crt->own_locale = false;
        return previous;
    default:
        return crt_invalid(CRT_EINVAL), -1;
    }
}

API(CRT_DLLS, VOID, _lock_locales, void) { pthread_mutex_lock(&lock); }
API(CRT_DLLS, VOID, _unlock_locales, void) { pthread_mutex_unlock(&lock); }

/* ---- locale objects ---- */

static _locale_t new_pair(const struct crt_locale *locale, const struct crt_multibyte *multibyte) {
    _locale_t pair = locale && multibyte ? malloc(sizeof *pair) : NULL;
    if (pair)
        *pair = (struct crt_locale_pair){locale, multibyte};
    return pair;
}

/* The categories that are not named are those of the "C" locale. */
API(CRT_DLLS, _locale_t, _create_locale, int category, const char *name) {
    if (!is_category(category) || !name)
        return NULL;
    const struct crt_locale *locale = changed(&crt_c_locale, category, name);
    return locale ? new_pair(locale, crt_multibyte_of(locale->codepage, locale->names[CRT_LC_CTYPE])) : NULL;
}

API(ucrtbase msvcr110 msvcr120, _locale_t, _wcreate_locale, int category, const WCHAR *name) {
    char *narrow = name ? utf8_copy_of_wide(name) : NULL;
    _locale_t locale = api__create_locale(category, narrow);
    free(narrow);
    return locale;
}

API(CRT_DLLS, _locale_t, _get_current_locale, void) { return new_pair(crt_locale(NULL), crt_multibyte(NULL)); }

API(CRT_DLLS, VOID, _free_locale, _locale_t locale) { free(locale); }

/* ---- facts ---- */

API(CRT_DLLS, struct crt_lconv *, localeconv, void) { return (struct crt_lconv *)crt_locale(NULL)->lconv; }

/* Called by programs whose plain char is unsigned (/J). */
API(ucrtbase, int, __initialize_lconv_for_unsigned_char, void) {
    memset(&c_lconv.int_frac_digits, UCHAR_MAX,
           offsetof(struct crt_lconv, n_sign_posn) + 1 - offsetof(struct crt_lconv, int_frac_digits));
    return 0;
}
API_ALIAS(api___initialize_lconv_for_unsigned_char, msvcrt, msvcrt MSVCR_DLLS, "__lconv_init");

API(CRT_DLLS, const WORD *, __pctype_func, void) { return crt_locale(NULL)->ctype; }
API(CRT_DLLS, int, ___mb_cur_max_func, void) { return crt_locale(NULL)->mb_cur_max; }
API(CRT_DLLS, int, ___mb_cur_max_l_func, _locale_t locale) { return crt_locale(locale)->mb_cur_max; }
API(CRT_DLLS, UINT, ___lc_codepage_func, void) { return crt_locale(NULL)->codepage; }
API(CRT_DLLS, UINT, ___lc_collate_cp_func, void) { return crt_locale(NULL)->collate_codepage; }
API(ucrtbase msvcr110 msvcr120, const WCHAR *const *, ___lc_locale_name_func, void) {
    return crt_locale(NULL)->names;
}
