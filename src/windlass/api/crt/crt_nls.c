/* What the C run-time asks of National Language Support: kernel32 has it. English (United States) stands here as well,
 * so that a locale can always be set before kernel32 is in the process. */
#include "crt_nls.h"

#include "crt_ctype.h"
#include "crt_memory.h"

#define NORM_IGNORECASE 1u
#define LCMAP_SORTKEY 0x400u
#define CSTR_EQUAL 2

typedef int(WINAPI *get_locale_info)(const WCHAR *, DWORD, WCHAR *, int);
typedef int(WINAPI *get_user_default)(WCHAR *, int);
typedef int(WINAPI *compare_string)(const WCHAR *, DWORD, const WCHAR *, int, const WCHAR *, int, void *, void *,
                                    LONG_PTR);
typedef int(WINAPI *map_string)(const WCHAR *, DWORD, const WCHAR *, int, WCHAR *, int, void *, void *, LONG_PTR);

static void *kernel32(const char *name) {
    static const WCHAR dll[] = u"kernel32.dll";
    LDR_DATA_TABLE_ENTRY *module = module_from_name(dll, sizeof dll / sizeof *dll - 1);
    NTSTATUS status;
    return module ? module_export(module->DllBase, name, 0, &status) : NULL;
}

/* ---- English (United States) ---- */

static const WCHAR en_us[] = u"en-US";

static const struct {
    DWORD type;
    const WCHAR *text;
} en_us_info[] = {
    {NLS_SABBREVLANGNAME, u"ENU"}, {NLS_SABBREVCTRYNAME, u"USA"}, {NLS_IDEFAULTCODEPAGE, u"437"},
    {NLS_SDECIMAL, u"."}, {NLS_STHOUSAND, u","}, {NLS_SGROUPING, u"3;0"}, {NLS_SCURRENCY, u"$"},
    {NLS_SINTLSYMBOL, u"USD"}, {NLS_SMONDECIMALSEP, u"."}, {NLS_SMONTHOUSANDSEP, u","}, {NLS_SMONGROUPING, u"3;0"},
    {NLS_ICURRDIGITS, u"2"}, {NLS_IINTLCURRDIGITS, u"2"}, {NLS_SSHORTDATE, u"M/d/yyyy"},
    {NLS_SLONGDATE, u"dddd, MMMM d, yyyy"}, {NLS_S1159, u"AM"}, {NLS_S2359, u"PM"}, {NLS_SPOSITIVESIGN, u""},
    {NLS_SNEGATIVESIGN, u"-"}, {NLS_IPOSSIGNPOSN, u"3"}, {NLS_INEGSIGNPOSN, u"0"}, {NLS_IPOSSYMPRECEDES, u"1"},
    {NLS_IPOSSEPBYSPACE, u"0"}, {NLS_INEGSYMPRECEDES, u"1"}, {NLS_INEGSEPBYSPACE, u"0"}, {NLS_SNAME, en_us},
    {NLS_SENGLANGUAGE, u"English"}, {NLS_SENGCOUNTRY, u"United States"}, {NLS_STIMEFORMAT, u"h:mm:ss tt"},
    {NLS_IDEFAULTANSICODEPAGE, u"1252"},
};

static const WCHAR *const en_us_names[] = {
    u"Monday", u"Tuesday", u"Wednesday", u"Thursday", u"Friday", u"Saturday", u"Sunday",
    u"Mon", u"Tue", u"Wed", u"Thu", u"Fri", u"Sat", u"Sun",
    u"January", u"February", u"March", u"April", u"May", u"June", u"July", u"August", u"September", u"October",
    u"November", u"December",
    u"Jan", u"Feb", u"Mar", u"Apr", u"May", u"Jun", u"Jul", u"Aug", u"Sep", u"Oct", u"Nov", u"Dec",
};

static const WCHAR *english(DWORD type) {
    if (type >= NLS_SDAYNAME1 && type < NLS_SPOSITIVESIGN)
        return en_us_names[type - NLS_SDAYNAME1];
    for (size_t i = 0; i < sizeof en_us_info / sizeof *en_us_info; i++)
        if (en_us_info[i].type == type)
            return en_us_info[i].text;
    return u"";
}

static bool is_english(const WCHAR *name) {
    size_t i = 0;
    while (en_us[i] && unicode_lower(name[i]) == unicode_lower(en_us[i]))
        i++;
    return !en_us[i] && !name[i];
}

/* ---- queries ---- */

bool nls_info(const WCHAR *name, DWORD type, WCHAR *text, int size) {
    get_locale_info query = (get_locale_info)kernel32("GetLocaleInfoEx");
    if (query && query(name, type, text, size) > 0)
        return true;
    if (!is_english(name))
        return false;
    const WCHAR *fact = english(type);
    if (crt_wcslen(fact) >= (size_t)size)
        return false;
    crt_memmove(text, fact, (crt_wcslen(fact) + 1) * sizeof *text);
    return true;
}

unsigned nls_number(const WCHAR *name, DWORD type) {
    WCHAR text[16];
    unsigned number = 0;
    if (nls_info(name, type, text, 16))
        for (const WCHAR *digit = text; *digit >= '0' && *digit <= '9'; digit++)
            number = number * 10 + *digit - '0';
    return number;
}

void nls_user_default(WCHAR name[NLS_NAME_SIZE]) {
    get_user_default query = (get_user_default)kernel32("GetUserDefaultLocaleName");
    if (!query || query(name, NLS_NAME_SIZE) <= 0)
        crt_memmove(name, en_us, sizeof en_us);
}

/* Without NLS: as the alphabet of the code points goes, letters of either case side by side. */
static int compare_plainly(bool ignore_case, const WCHAR *a, size_t a_length, const WCHAR *b, size_t b_length) {
    size_t length = a_length < b_length ? a_length : b_length;
    for (size_t i = 0; i < length; i++) {
        int difference = unicode_lower(a[i]) - unicode_lower(b[i]);
        if (difference)
            return difference;
    }
    if (a_length != b_length)
        return a_length < b_length ? -1 : 1;
    for (size_t i = 0; i < length && !ignore_case; i++)
        if (a[i] != b[i])
            return b[i] - a[i];         /* the small letter comes first */
    return 0;
}

int nls_compare(const WCHAR *name, bool ignore_case, const WCHAR *a, size_t a_length, const WCHAR *b,
                size_t b_length) {
    compare_string compare = (compare_string)kernel32("CompareStringEx");
    int order = compare ? compare(name, ignore_case ? NORM_IGNORECASE : 0, a, (int)a_length, b, (int)b_length, NULL,
                                  NULL, 0)
                        : 0;
    return order ? order - CSTR_EQUAL : compare_plainly(ignore_case, a, a_length, b, b_length);
}

/* Without NLS: the letters without their case, and behind them the case. */
static size_t plain_sort_key(const WCHAR *text, size_t length, char *key, size_t size) {
    size_t at = 0;
    for (size_t i = 0; i < length; i++) {
        WCHAR lower = unicode_lower(text[i]);
        for (int shift = 12; shift >= 0; shift -= 6, at++)
            if (at < size)
                key[at] = (char)(1 + (lower >> shift & 0x3F) + 1);
    }
    if (at < size)
        key[at] = 1;
    at++;
    for (size_t i = 0; i < length; i++, at++)
        if (at < size)
            key[at] = unicode_lower(text[i]) == text[i] ? 2 : 3;
    if (at < size)
        key[at] = 0;
    return at + 1;
}

size_t nls_sort_key(const WCHAR *name, const WCHAR *text, size_t length, char *key, size_t size) {
    map_string map = (map_string)kernel32("LCMapStringEx");
    int needed = map ? map(name, LCMAP_SORTKEY, text, (int)length, NULL, 0, NULL, NULL, 0) : 0;
    if (needed <= 0)
        return plain_sort_key(text, length, key, size);
    if ((size_t)needed <= size)
        map(name, LCMAP_SORTKEY, text, (int)length, (WCHAR *)key, needed, NULL, NULL, 0);
    return (size_t)needed;
}
