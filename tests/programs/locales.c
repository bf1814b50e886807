// Locales by name and number; the facts of en-US and the invariant locale.
#include <windows.h>

#include "fixture.h"

static void info(const WCHAR *name, LCTYPE type)
{
    WCHAR text[100] = {0};
    SetLastError(0);
    int count = GetLocaleInfoEx(name, type, text, 100);
    say("%ls %x: %d %u %ls", name, type, count, GetLastError(), text);
}

static void number(const WCHAR *name, LCTYPE type)
{
    DWORD value = 77;
    int count = GetLocaleInfoEx(name, type | LOCALE_RETURN_NUMBER, (WCHAR *)&value, 2);
    say("%ls %x: %d %u", name, type, count, value);
}

static int found_us;

static BOOL CALLBACK find_us(LPWSTR name, DWORD flags, LPARAM wanted)
{
    (void)flags;
    found_us += lstrcmpW(name, (const WCHAR *)wanted) == 0;
    return TRUE;
}

PROGRAM
{
    static const LCTYPE types[] = {
        LOCALE_ILANGUAGE, LOCALE_SABBREVLANGNAME, LOCALE_SABBREVCTRYNAME, LOCALE_SDECIMAL, LOCALE_STHOUSAND, LOCALE_SGROUPING,
        LOCALE_IDIGITS, LOCALE_ILZERO, LOCALE_SNATIVEDIGITS, LOCALE_SCURRENCY, LOCALE_SINTLSYMBOL, LOCALE_SMONDECIMALSEP,
        LOCALE_SMONTHOUSANDSEP, LOCALE_SMONGROUPING, LOCALE_ICURRDIGITS, LOCALE_ICURRENCY, LOCALE_SDATE, LOCALE_STIME,
        LOCALE_SSHORTDATE, LOCALE_SLONGDATE, LOCALE_IDATE, LOCALE_ITIME, LOCALE_ITLZERO, LOCALE_S1159, LOCALE_S2359,
        LOCALE_SDAYNAME1, LOCALE_SDAYNAME7, LOCALE_SABBREVDAYNAME1, LOCALE_SMONTHNAME1, LOCALE_SMONTHNAME12,
        LOCALE_SABBREVMONTHNAME5, LOCALE_SPOSITIVESIGN, LOCALE_SNEGATIVESIGN, LOCALE_IPOSSIGNPOSN, LOCALE_INEGSIGNPOSN,
        LOCALE_IPOSSYMPRECEDES, LOCALE_SISO639LANGNAME, LOCALE_SISO3166CTRYNAME, LOCALE_SNAME, LOCALE_SENGLANGUAGE,
        LOCALE_SENGCOUNTRY, LOCALE_STIMEFORMAT, LOCALE_IDEFAULTANSICODEPAGE, LOCALE_IDEFAULTCODEPAGE, LOCALE_INEGNUMBER,
        LOCALE_IFIRSTDAYOFWEEK, LOCALE_IFIRSTWEEKOFYEAR, LOCALE_IMEASURE, LOCALE_SLIST, LOCALE_SYEARMONTH,
        LOCALE_SMONTHDAY, LOCALE_SENGLISHDISPLAYNAME,
    };
    for (unsigned i = 0; i < sizeof types / sizeof *types; i++)
        info(L"en-US", types[i]);
    info(L"", LOCALE_SNAME);
    info(L"", LOCALE_SDECIMAL);
    info(L"", LOCALE_SINTLSYMBOL);
    info(L"", LOCALE_SSHORTDATE);
    info(L"", LOCALE_STIMEFORMAT);
    info(L"EN-us", LOCALE_SNAME);
    info(L"xx-nonsense", LOCALE_SNAME);
    info(L"en-US", 0xfff0);
    number(L"en-US", LOCALE_ILANGUAGE);
    number(L"en-US", LOCALE_IDIGITS);
    number(L"en-US", LOCALE_IDEFAULTANSICODEPAGE);
    WCHAR small[2], name[LOCALE_NAME_MAX_LENGTH] = {0};
    say("short %d %u", GetLocaleInfoEx(L"en-US", LOCALE_SDAYNAME1, small, 2), GetLastError());
    say("needed %d", GetLocaleInfoEx(L"en-US", LOCALE_SDAYNAME1, NULL, 0));
    char ansi[20];
    say("%d %s", GetLocaleInfoA(0x409, LOCALE_SDAYNAME3, ansi, 20), ansi);
    say("%x %x %x", LocaleNameToLCID(L"en-US", 0), LocaleNameToLCID(L"", 0), LocaleNameToLCID(L"xx-nonsense", 0));
    say("%d %ls", LCIDToLocaleName(0x409, name, 85, 0), name);
    say("%d %d", LCIDToLocaleName(0x7f, name, 85, 0), LCIDToLocaleName(0xfedc, name, 85, 0));
    say("%d %d %d", IsValidLocaleName(L"en-US"), IsValidLocaleName(L"xx-nonsense"), IsValidLocaleName(L""));
    say("%d %d", IsValidLocale(0x409, LCID_INSTALLED), IsValidLocale(0xfedc, LCID_INSTALLED));
    check(GetUserDefaultLocaleName(name, 85) > 1);
    check(GetThreadLocale() == GetUserDefaultLCID());
    check(SetThreadLocale(0x409) && GetThreadLocale() == 0x409);
    check(EnumSystemLocalesEx(find_us, LOCALE_ALL, (LPARAM)L"en-US", NULL));
    say("found %d", found_us);
    return 0;
}
