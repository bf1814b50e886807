// Dates, times, numbers and money as text, in en-US and the invariant locale.
#include <windows.h>

#include "fixture.h"

static const SYSTEMTIME moment = {2023, 2, 0, 5, 15, 4, 9, 0};

static void date(const WCHAR *locale, DWORD flags, const WCHAR *picture)
{
    WCHAR text[80] = {0};
    SetLastError(0);
    int count = GetDateFormatEx(locale, flags, &moment, picture, text, 80, NULL);
    say("%ls %x %ls: %d %u %ls", locale, flags, picture, count, GetLastError(), text);
}

static void clock(const WCHAR *locale, DWORD flags, const WCHAR *picture)
{
    WCHAR text[80] = {0};
    int count = GetTimeFormatEx(locale, flags, &moment, picture, text, 80);
    say("%ls %x %ls: %d %ls", locale, flags, picture, count, text);
}

static void number(const WCHAR *value, const NUMBERFMTW *format)
{
    WCHAR text[80] = {0};
    int count = GetNumberFormatEx(L"en-US", 0, value, format, text, 80);
    say("%ls: %d %ls", value, count, text);
}

static void money(const WCHAR *value)
{
    WCHAR text[80] = {0};
    int count = GetCurrencyFormatEx(L"en-US", 0, value, NULL, text, 80);
    say("%ls: %d %ls", value, count, text);
}

PROGRAM
{
    date(L"en-US", 0, NULL);
    date(L"en-US", DATE_SHORTDATE, NULL);
    date(L"en-US", DATE_LONGDATE, NULL);
    date(L"en-US", DATE_YEARMONTH, NULL);
    date(L"", 0, NULL);
    date(L"en-US", 0, L"d dd ddd dddd M MM MMM MMMM y yy yyyy");
    date(L"en-US", 0, L"'it''s' yyyy-MM-dd 'open");
    date(L"en-US", DATE_LONGDATE, L"yyyy");
    clock(L"en-US", 0, NULL);
    clock(L"en-US", TIME_NOSECONDS, NULL);
    clock(L"en-US", TIME_NOMINUTESORSECONDS, NULL);
    clock(L"en-US", TIME_NOTIMEMARKER, NULL);
    clock(L"en-US", TIME_FORCE24HOURFORMAT, NULL);
    clock(L"", 0, NULL);
    clock(L"en-US", 0, L"h hh H HH m mm s ss t tt 'h'");
    SYSTEMTIME bad = {2023, 2, 0, 30, 0, 0, 0, 0};
    say("%d %u", GetDateFormatEx(L"en-US", 0, &bad, NULL, NULL, 0, NULL), GetLastError());
    say("%d", GetDateFormatEx(L"en-US", 0, &moment, L"yyyy", NULL, 0, NULL));
    WCHAR small[2];
    say("%d %u", GetDateFormatEx(L"en-US", 0, &moment, L"yyyy", small, 2, NULL), GetLastError());
    // Wine reports: 1234567.895: 12 1234,567.90
    // documented: 1234567.895: 13 1,234,567.90     (Microsoft, "NUMBERFMTW structure", Grouping)
    number(L"1234567.895", NULL);
    number(L"-0.001", NULL);
    number(L"-1234.5", NULL);
    number(L".5", NULL);
    number(L"abc", NULL);
    NUMBERFMTW format = {3, 0, 32, L",", L".", 1};
    number(L"123456789.1", &format);
    format.Grouping = 30;
    number(L"123456789", &format);
    format = (NUMBERFMTW){0, 1, 3, L".", L",", 0};
    // Wine reports: -999.5: 7 (1000)
    // documented: -999.5: 8 (1,000)     (Microsoft, "NUMBERFMTW structure", Grouping)
    number(L"-999.5", &format);
    money(L"1234.567");
    money(L"-1234");
    return 0;
}
