// flags: -loleaut32 -lole32 -luuid
// Values as texts in the forms of Visual Basic's Format function.
#include <windows.h>
#include <oleauto.h>

#include "fixture.h"

static void show(const char *what, HRESULT result, BSTR text)
{
    if (SUCCEEDED(result))
        say("%s: %x '%ls'", what, result, text ? text : L"(null)");
    else
        say("%s: %x", what, result);
    if (SUCCEEDED(result))
        SysFreeString(text);
}

static void format(VARIANT *value, const WCHAR *form)
{
    BSTR text = NULL;
    HRESULT result = VarFormat(value, (WCHAR *)form, 0, 0, 0, &text);
    if (SUCCEEDED(result))
        say("  %ls -> %x '%ls'", form ? form : L"(none)", result, text ? text : L"");
    else
        say("  %ls -> %x", form ? form : L"(none)", result);
    if (SUCCEEDED(result))
        SysFreeString(text);
}

static void numbers(void)
{
    static const WCHAR *const forms[] = {
        L"0", L"0.00", L"#,##0", L"#,##0.00", L"0%", L"0.0%", L"#", L"#.##", L"000000", L"0.00;(0.00)", L"0;-0;zero",
        L"General Number", L"Currency", L"Fixed", L"Standard", L"Percent",
        L"Yes/No", L"True/False", L"On/Off", L"0.00E+00", L"0.0E-0", L"", L"0 units",
    };
    static const double values[] = {0, 1, -1, 1234.567, -1234.567, 12345678.9, 0.001, 2.5};
    VARIANT value;
    for (unsigned i = 0; i < sizeof values / sizeof *values; i++) {
        value.vt = VT_R8, value.dblVal = values[i];
        say("value %d/1000", (int)(values[i] * 1000));
        for (unsigned j = 0; j < sizeof forms / sizeof *forms; j++)
            format(&value, forms[j]);
        format(&value, NULL);
    }
}

static void dates(void)
{
    static const WCHAR *const forms[] = {
        L"yyyy-mm-dd", L"d/m/yy", L"dddd, mmmm d yyyy", L"ddd mmm dd", L"hh:nn", L"hh:mm:ss", L"h:m am/pm",
        L"q", L"y", L"General Date", L"Short Date", L"Long Date", 
        L"Medium Time", L"Short Time", L"ddddd", L"\\dd", L"\"day\" d", L"n",
    };
    static const double values[] = {36526.0, 38000.75, 36598.524306};
    VARIANT value;
    for (unsigned i = 0; i < sizeof values / sizeof *values; i++) {
        value.vt = VT_DATE, value.date = values[i];
        say("date %d", (int)values[i]);
        for (unsigned j = 0; j < sizeof forms / sizeof *forms; j++)
            format(&value, forms[j]);
    }
}

static void texts(void)
{
    static const WCHAR *const forms[] = {L"@", L"@@@@@@", L"&&&&&&", L"<", L">", L">@@", L"(@@) @", L"@;none", L"\\@@"};
    static const WCHAR *const values[] = {L"abc", L""};
    VARIANT value;
    for (unsigned i = 0; i < sizeof values / sizeof *values; i++) {
        value.vt = VT_BSTR, value.bstrVal = SysAllocString(values[i]);
        say("text '%ls'", values[i]);
        for (unsigned j = 0; j < sizeof forms / sizeof *forms; j++)
            format(&value, forms[j]);
        VariantClear(&value);
    }
    value.vt = VT_BSTR, value.bstrVal = SysAllocString(L"12.5");
    format(&value, L"0.00");
    format(&value, L"000");
    VariantClear(&value);
    value.vt = VT_BOOL, value.boolVal = VARIANT_TRUE;
    format(&value, L"Yes/No");
    format(&value, L"0");
    value.vt = VT_NULL;
    format(&value, L"0");
}

/* What Wine has not as it is documented. */
static void documented(void)
{
    VARIANT value;
    value.vt = VT_R8, value.dblVal = -1;
    say("documented");
    // Wine reports:   \u005cx0 -> 0 'x-1'
    // documented:   \u005cx0 -> 0 '-x1'     (Microsoft, "Format function (Visual Basic for Applications)")
    format(&value, L"\\x0");
    value.dblVal = 0.5;
    // Wine reports:   0 halves -> 0 '0 halves'
    // documented:   0 halves -> 0 '1 halves'     (Microsoft, "Format function (Visual Basic for Applications)")
    format(&value, L"0 halves");
    value.dblVal = 1234567;
    // Wine reports:   #,##0, -> 0 '1,234,567'
    // documented:   #,##0, -> 0 '1,235'     (Microsoft, "Format function (Visual Basic for Applications)")
    format(&value, L"#,##0,");
    value.vt = VT_DATE, value.date = 38000.75;
    // Wine reports:   h:nn:ss AM/PM -> 0 '18:00:00 PM'
    // documented:   h:nn:ss AM/PM -> 0 '6:00:00 PM'     (Microsoft, "Format function (Visual Basic for Applications)")
    format(&value, L"h:nn:ss AM/PM");
    // Wine reports:   w -> 0 '-2'
    // documented:   w -> 0 '4'     (Microsoft, "Format function (Visual Basic for Applications)")
    format(&value, L"w");
    // Wine reports:   Medium Date -> 0 'Wednesday, January 14, 2004'
    // documented:   Medium Date -> 0 '14-Jan-04'     (Microsoft, "Format function (Visual Basic for Applications)")
    format(&value, L"Medium Date");
    value.vt = VT_BSTR, value.bstrVal = SysAllocString(L"aBc");
    // Wine reports:   !@@@@@@ -> 0 '   abc'
    // documented:   !@@@@@@ -> 0 'aBc   '     (Microsoft, "Format function (Visual Basic for Applications)")
    format(&value, L"!@@@@@@");
    VariantClear(&value);
    value.vt = VT_NULL;
    // Wine reports:   0;1;2;null -> 0 ''
    // documented:   0;1;2;null -> 0 'null'     (Microsoft, "Format function (Visual Basic for Applications)")
    format(&value, L"0;1;2;null");
}

static void money(void)
{
    WCHAR text[60];
    CURRENCYFMTW form = {1, 0, 3, (WCHAR *)L",", (WCHAR *)L".", 15, 3, (WCHAR *)L"EUR"};
    say("money %d", GetCurrencyFormatW(LOCALE_USER_DEFAULT, 0, L"1234567.89", &form, text, 60));
    say("  '%ls'", text);
    say("money %d", GetCurrencyFormatW(LOCALE_USER_DEFAULT, 0, L"-0.25", &form, text, 60));
    say("  '%ls'", text);
    form.NegativeOrder = 16;
    say("bad %d", GetCurrencyFormatW(LOCALE_USER_DEFAULT, 0, L"-0.25", &form, text, 60));
}

static void simple(void)
{
    BSTR text;
    VARIANT value;
    HRESULT result;
    value.vt = VT_R8, value.dblVal = -1234567.891;
    result = VarFormatNumber(&value, -1, -2, -2, -2, 0, &text);
    show("number", result, text);
    result = VarFormatNumber(&value, 1, -2, -1, 0, 0, &text);
    show("parentheses", result, text);
    result = VarFormatCurrency(&value, -1, -2, -2, -2, 0, &text);
    show("currency", result, text);
    result = VarFormatPercent(&value, 0, -2, -2, -2, 0, &text);
    show("percent", result, text);
    value.dblVal = 0.256;
    result = VarFormatNumber(&value, 2, 0, -2, -2, 0, &text);
    show("no zero", result, text);
    result = VarFormatPercent(&value, 1, -2, -2, -2, 0, &text);
    show("percent", result, text);
    value.vt = VT_DATE, value.date = 38000.75;
    for (int i = 0; i < 5; i++) {
        result = VarFormatDateTime(&value, i, 0, &text);
        show("date", result, text);
    }
    say("bad date %x", VarFormatDateTime(&value, 5, 0, &text));
    for (int day = 1; day <= 7; day += 3) {
        result = VarWeekdayName(day, FALSE, 1, 0, &text);
        show("day", result, text);
        result = VarWeekdayName(day, TRUE, 2, 0, &text);
        show("day from Monday", result, text);
    }
    say("bad day %x", VarWeekdayName(8, FALSE, 1, 0, &text));
    result = VarMonthName(2, FALSE, 0, &text);
    show("month", result, text);
    result = VarMonthName(12, TRUE, 0, &text);
    show("month", result, text);
    say("bad month %x", VarMonthName(13, FALSE, 0, &text));
}

static void tokens(void)
{
    BYTE buffer[256];
    int size = 0;
    BSTR text = NULL;
    VARIANT value;
    HRESULT result = VarTokenizeFormatString((WCHAR *)L"#,##0.0", buffer, sizeof buffer, 0, 0, LOCALE_USER_DEFAULT, &size);
    say("tokens %x %d", result, size > 0);
    value.vt = VT_I4, value.lVal = 12345;
    result = VarFormatFromTokens(&value, (WCHAR *)L"#,##0.0", buffer, 0, &text, LOCALE_USER_DEFAULT);
    show("formatted", result, text);
    say("small %x", VarTokenizeFormatString((WCHAR *)L"#,##0.0", buffer, 2, 0, 0, LOCALE_USER_DEFAULT, &size));
    say("bad first day %x", VarFormat(&value, (WCHAR *)L"w", 9, 0, 0, &text));
    say("no value %x", VarFormat(NULL, (WCHAR *)L"0", 0, 0, 0, &text));
}

PROGRAM
{
    numbers();
    dates();
    texts();
    documented();
    money();
    simple();
    tokens();
    return 0;
}
