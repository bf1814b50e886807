// BSTR and VARIANT: every type changed into every other one, and the conversion functions at the edges.
// flags: -loleaut32
#define COBJMACROS
#include <windows.h>
#include <oleauto.h>

#include "fixture.h"

#define DEC(v) (*(DECIMAL *)(v))

static const VARTYPE types[] = {
    VT_EMPTY, VT_NULL, VT_I2, VT_I4, VT_R4, VT_R8, VT_CY, VT_DATE, VT_BSTR, VT_ERROR, VT_BOOL, VT_DECIMAL, VT_I1,
    VT_UI1, VT_UI2, VT_UI4, VT_I8, VT_UI8, VT_INT, VT_UINT,
};
enum { TYPES = sizeof types / sizeof *types };

static void show(const char *what, HRESULT result, VARIANT *v)
{
    if (result != S_OK) {
        say("%s %08x", what, result);
        return;
    }
    switch (V_VT(v)) {
    case VT_BSTR: say("%s text %ls (%u)", what, V_BSTR(v), SysStringLen(V_BSTR(v))); break;
    case VT_R4: say("%s R4 %a", what, (double)V_R4(v)); break;
    case VT_R8: case VT_DATE: say("%s type %u %a", what, V_VT(v), V_R8(v)); break;
    case VT_DECIMAL:
        say("%s decimal %08x %016llx scale %u sign %x", what, DEC(v).Hi32, DEC(v).Lo64,
            DEC(v).scale, DEC(v).sign);
        break;
    case VT_I1: case VT_UI1: say("%s type %u %u", what, V_VT(v), V_UI1(v)); break;
    case VT_I2: case VT_UI2: case VT_BOOL: say("%s type %u %u", what, V_VT(v), V_UI2(v)); break;
    case VT_I8: case VT_UI8: case VT_CY: say("%s type %u %lld", what, V_VT(v), V_I8(v)); break;
    case VT_EMPTY: case VT_NULL: say("%s type %u", what, V_VT(v)); break;
    default: say("%s type %u %u", what, V_VT(v), V_UI4(v));
    }
}

static void change_all(const char *name, VARIANT *source)
{
    for (unsigned i = 0; i < TYPES; i++) {
        VARIANT target;
        char what[60], *at = what;
        VariantInit(&target);
        for (const char *c = name; *c; c++)
            *at++ = *c;
        *at++ = ' ', *at++ = '>', *at++ = ' ';
        *at++ = (char)('0' + types[i] / 10), *at++ = (char)('0' + types[i] % 10), *at = 0;
        show(what, VariantChangeTypeEx(&target, source, 0x409, 0, types[i]), &target);
        VariantClear(&target);
    }
}

static void numbers(void)
{
    VARIANT v;
    VariantInit(&v);
    change_all("empty", &v);
    V_VT(&v) = VT_NULL;
    change_all("null", &v);
    V_VT(&v) = VT_ERROR, V_ERROR(&v) = 5;
    change_all("error", &v);
    V_VT(&v) = VT_I2, V_I2(&v) = -300;
    change_all("i2", &v);
    V_VT(&v) = VT_I4, V_I4(&v) = 70000;
    change_all("i4", &v);
    V_VT(&v) = VT_I4, V_I4(&v) = -70000;
    change_all("negative i4", &v);
    V_VT(&v) = VT_INT, V_I4(&v) = -7;
    change_all("int", &v);
    V_VT(&v) = VT_R4, V_R4(&v) = 2.5f;
    change_all("r4", &v);
    V_VT(&v) = VT_R8, V_R8(&v) = 1234567.891;
    change_all("r8", &v);
    V_VT(&v) = VT_R8, V_R8(&v) = -0.5;
    change_all("half", &v);
    V_VT(&v) = VT_R8, V_R8(&v) = 1e300;
    change_all("huge", &v);
    V_VT(&v) = VT_CY, V_CY(&v).int64 = 123456;
    change_all("cy", &v);
    V_VT(&v) = VT_DATE, V_DATE(&v) = 36526.75;
    change_all("date", &v);
    // Wine reports: true > 14 decimal 00000000 0000000000000001 scale 0 sign 0
    // documented: true > 14 decimal 00000000 0000000000000001 scale 0 sign 80     (Microsoft, "VARIANT_BOOL")
    V_VT(&v) = VT_BOOL, V_BOOL(&v) = VARIANT_TRUE;
    change_all("true", &v);
    V_VT(&v) = VT_I1, V_I1(&v) = -5;
    change_all("i1", &v);
    V_VT(&v) = VT_UI1, V_UI1(&v) = 200;
    change_all("ui1", &v);
    V_VT(&v) = VT_UI4, V_UI4(&v) = 0xfffffff0;
    change_all("ui4", &v);
    V_VT(&v) = VT_I8, V_I8(&v) = -5000000000LL;
    change_all("i8", &v);
    V_VT(&v) = VT_UI8, V_UI8(&v) = 0xffffffffffffffffULL;
    change_all("ui8", &v);
    DECIMAL decimal = {0};
    decimal.Lo64 = 12345678, decimal.scale = 4, decimal.sign = 0x80;
    DEC(&v) = decimal;
    V_VT(&v) = VT_DECIMAL;
    change_all("dec", &v);
}

static void texts(void)
{
    static const WCHAR *const texts[] = {L"12", L"-7.5", L" 1,234.50 ", L"1e3", L"$5", L"(8)", L"True", L"abc", L"",
                                         L"&HFF", L"9-", L"300", L"99999999999", L"0.0001", L"+3", L"1.2.3", L"--1"};
    for (unsigned i = 0; i < sizeof texts / sizeof *texts; i++) {
        VARIANT v;
        char name[12] = "text .";
        name[5] = (char)('a' + i), name[6] = 0;
        V_VT(&v) = VT_BSTR, V_BSTR(&v) = SysAllocString(texts[i]);
        change_all(name, &v);
        VariantClear(&v);
    }
}

static void real_texts(void)
{
    static const double values[] = {0, -0.0, 1, 0.1, 1.0 / 3, 1e15, 123456789012345, 1e16, 1e-5, 0.0001, 1e100, -2.5e-300,
                                    123.456, 1e14};
    for (unsigned i = 0; i < sizeof values / sizeof *values; i++) {
        BSTR text = NULL;
        HRESULT result = VarBstrFromR8(values[i], 0x409, 0, &text);
        say("R8 %a %08x %ls", values[i], result, text);
        SysFreeString(text);
        result = VarBstrFromR4((float)values[i], 0x409, 0, &text);
        if (values[i] < 1e38 && values[i] > -1e-30)
            say("R4 %08x %ls", result, text);
        SysFreeString(text);
    }
    static const LONGLONG money[] = {0, 1, 10000, 12345, 123400, -500, 9223372036854775807LL, -10000000};
    for (unsigned i = 0; i < sizeof money / sizeof *money; i++) {
        CY cy;
        BSTR text = NULL;
        cy.int64 = money[i];
        HRESULT result = VarBstrFromCy(cy, 0x409, 0, &text);
        say("Cy %lld %08x %ls", money[i], result, text);
        SysFreeString(text);
    }
    static const double dates[] = {0, 0.5, 1, 36526, 36526.123456, -1.25, 2958465.999};
    for (unsigned i = 0; i < sizeof dates / sizeof *dates; i++) {
        BSTR text = NULL;
        SYSTEMTIME t = {0};
        HRESULT result = VarBstrFromDate(dates[i], 0x409, LOCALE_NOUSEROVERRIDE, &text);
        say("Date %a %08x %ls", dates[i], result, text);
        SysFreeString(text);
        INT ok = VariantTimeToSystemTime(dates[i], &t);
        say("  %d %u-%u-%u weekday %u %u:%u:%u.%u", ok, t.wYear, t.wMonth, t.wDay, t.wDayOfWeek, t.wHour, t.wMinute,
            t.wSecond, t.wMilliseconds);
        double back = -1;
        ok = SystemTimeToVariantTime(&t, &back);
        say("  back %d %a", ok, back);
    }
}

static void rounding(void)
{
    static const double values[] = {0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 32767.4, 32767.5, -32768.5, -32768.6, 255.5, 254.5,
                                    -0.51, 127.5, -128.5, 65535.5, 2147483647.5, -2147483648.5, 4294967295.5,
                                    9223372036854775807.0, 922337203685477.58};
    for (unsigned i = 0; i < sizeof values / sizeof *values; i++) {
        SHORT i2 = 0;
        BYTE ui1 = 0;
        CHAR i1 = 0;
        USHORT ui2 = 0;
        LONG i4 = 0;
        ULONG ui4 = 0;
        LONGLONG i8 = 0;
        CY cy;
        cy.int64 = 0;
        say("%a", values[i]);
        HRESULT result = VarI2FromR8(values[i], &i2);
        say("  I2 %08x %d", result, i2);
        result = VarUI1FromR8(values[i], &ui1);
        say("  UI1 %08x %u", result, ui1);
        result = VarI1FromR8(values[i], &i1);
        say("  I1 %08x %d", result, i1);
        result = VarUI2FromR8(values[i], &ui2);
        say("  UI2 %08x %u", result, ui2);
        result = VarI4FromR8(values[i], &i4);
        say("  I4 %08x %d", result, i4);
        result = VarUI4FromR8(values[i], &ui4);
        say("  UI4 %08x %u", result, ui4);
        result = VarI8FromR8(values[i], &i8);
        say("  I8 %08x %lld", result, i8);
        result = VarCyFromR8(values[i], &cy);
        say("  Cy %08x %lld", result, result == S_OK ? cy.int64 : 0);
    }
}

static void signs(void)
{
    USHORT ui2 = 0;
    ULONG ui4 = 0;
    ULONGLONG ui8 = 0;
    BYTE ui1 = 0;
    CHAR i1 = 0;
    SHORT i2 = 0;
    LONG i4 = 0;
    LONGLONG i8 = 0;
    HRESULT result = VarUI2FromI2(-1, &ui2);
    say("UI2FromI2 %08x %u", result, ui2);
    result = VarUI4FromI4(-1, &ui4);
    say("UI4FromI4 %08x %u", result, ui4);
    result = VarUI8FromI8(-1, &ui8);
    say("UI8FromI8 %08x %llu", result, ui8);
    result = VarUI1FromI1(-1, &ui1);
    say("UI1FromI1 %08x %u", result, ui1);
    result = VarI1FromUI1(200, &i1);
    say("I1FromUI1 %08x %d", result, i1);
    result = VarI2FromUI2(40000, &i2);
    say("I2FromUI2 %08x %d", result, i2);
    result = VarI4FromUI4(3000000000u, &i4);
    say("I4FromUI4 %08x %d", result, i4);
    result = VarI8FromUI8(~0ull, &i8);
    say("I8FromUI8 %08x %lld", result, i8);
    DECIMAL dec = {0};
    result = VarDecFromBool(VARIANT_TRUE, &dec);
    say("DecFromBool %08x %llu %x", result, dec.Lo64, dec.sign);
    double r8 = 0;
    VarR8FromBool(VARIANT_TRUE, &r8);
    VarUI1FromBool(VARIANT_TRUE, &ui1);
    VarUI8FromBool(VARIANT_TRUE, &ui8);
    say("R8FromBool %a UI1FromBool %u UI8FromBool %llu", r8, ui1, ui8);
}

static void dates_from_text(void)
{
    static const WCHAR *const texts[] = {
        L"1/2/2003", L"13/2/2003", L"2003-04-05", L"2003/4/5 6:07:08", L"January 5, 2001", L"5 Jan 2001", L"Jan 2001",
        L"6:30 PM", L"18:30", L"12:00 AM", L"1/2/29", L"1/2/30", L"1/2/49", L"1/2/50", L"2/30/2000", L"nonsense", L"25:00", L"1/1/2000 5 pm",
        L"Sat Jan 5 2002",
    };
    for (unsigned i = 0; i < sizeof texts / sizeof *texts; i++) {
        DATE date = 0;
        HRESULT result = VarDateFromStr(texts[i], 0x409, LOCALE_NOUSEROVERRIDE, &date);
        say("%ls: %08x %a", texts[i], result, result == S_OK ? date : 0.0);
    }
}

static void decimal(const char *what, HRESULT result, const DECIMAL *d)
{
    if (result != S_OK)
        say("%s %08x", what, result);
    else
        say("%s %08x%016llx scale %u sign %x", what, d->Hi32, d->Lo64, d->scale, d->sign);
}

static void decimals(void)
{
    DECIMAL a, b, c;
    VarDecFromStr(L"79228162514264337593543950335", 0x409, 0, &a);
    VarDecFromStr(L"0.1", 0x409, 0, &b);
    decimal("max", S_OK, &a);
    decimal("add", VarDecAdd(&a, &b, &c), &c);
    decimal("add max", VarDecAdd(&a, &a, &c), &c);
    decimal("sub", VarDecSub(&b, &a, &c), &c);
    decimal("mul", VarDecMul(&a, &b, &c), &c);
    decimal("mul max", VarDecMul(&a, &a, &c), &c);
    VarDecFromR8(1, &a);
    VarDecFromR8(3, &b);
    decimal("third", VarDecDiv(&a, &b, &c), &c);
    decimal("back", VarDecMul(&c, &b, &c), &c);
    VarDecFromR8(0, &b);
    decimal("by zero", VarDecDiv(&a, &b, &c), &c);
    VarDecFromStr(L"-2.5", 0x409, 0, &a);
    decimal("fix", VarDecFix(&a, &c), &c);
    decimal("int", VarDecInt(&a, &c), &c);
    // Wine reports: round 000000000000000000000003 scale 0 sign 80
    // documented: round 000000000000000000000002 scale 0 sign 80     (Microsoft, "Decimal.Round method")
    decimal("round", VarDecRound(&a, 0, &c), &c);
    decimal("neg", VarDecNeg(&a, &c), &c);
    decimal("abs", VarDecAbs(&a, &c), &c);
    say("cmp %d %d %d", VarDecCmp(&a, &c), VarDecCmp(&c, &a), VarDecCmp(&a, &a));
    decimal("from r8", VarDecFromR8(1.1, &c), &c);
    decimal("from r8 small", VarDecFromR8(1e-20, &c), &c);
    decimal("from r8 large", VarDecFromR8(1e15, &c), &c);
    decimal("from r8 too large", VarDecFromR8(1e29, &c), &c);
    decimal("from r4", VarDecFromR4(0.1f, &c), &c);
    decimal("from i8", VarDecFromI8(-5, &c), &c);
    double real = 0;
    VarR8FromDec(&a, &real);
    say("to r8 %a", real);
    BSTR text = NULL;
    VarDecFromStr(L"12.3400", 0x409, 0, &a);
    decimal("from text", S_OK, &a);
    VarBstrFromDec(&a, 0x409, 0, &text);
    say("to text %ls", text);
    SysFreeString(text);
    CY x, y, z;
    x.int64 = 25000, y.int64 = -15000;
    check(VarCyAdd(x, y, &z) == S_OK);
    say("cy add %lld", z.int64);
    check(VarCyMul(x, y, &z) == S_OK);
    say("cy mul %lld", z.int64);
    check(VarCyMulI4(x, 3, &z) == S_OK);
    say("cy mul 3 %lld", z.int64);
    check(VarCyFix(y, &z) == S_OK);
    say("cy fix %lld", z.int64);
    check(VarCyInt(y, &z) == S_OK);
    say("cy int %lld", z.int64);
    x.int64 = 123455;
    check(VarCyRound(x, 3, &z) == S_OK);
    say("cy round %lld", z.int64);
    say("cy cmp %d %d", VarCyCmp(x, y), VarCyCmpR8(x, 12.3455));
}

static void strings(void)
{
    BSTR a = SysAllocString(L"hello"), b = SysAllocStringLen(L"a\0b", 3), c = SysAllocStringByteLen("xyz", 3), d = NULL;
    say("%u %u %u %u %u %u", SysStringLen(a), SysStringByteLen(a), SysStringLen(b), SysStringByteLen(c), SysStringLen(c),
        SysStringLen(NULL));
    check(b[3] == 0 && ((char *)c)[3] == 0 && ((char *)c)[4] == 0);
    check(SysAllocString(NULL) == NULL);
    check(SysReAllocString(&a, L"longer text") && SysStringLen(a) == 11);
    check(SysReAllocStringLen(&a, NULL, 4) && SysStringLen(a) == 4 && a[0] == 'l' && a[4] == 0);
    say("cat %08x", VarBstrCat(a, b, &d));
    say("%u %ls", SysStringLen(d), d);
    say("cmp %d %d %d", VarBstrCmp(a, d, 0x409, 0), VarBstrCmp(d, a, 0x409, 0), VarBstrCmp(a, a, 0x409, 0));
    say("cmp null %d %d", VarBstrCmp(NULL, a, 0x409, 0), VarBstrCmp(NULL, NULL, 0x409, 0));
    SysFreeString(a);
    SysFreeString(b);
    SysFreeString(c);
    SysFreeString(d);
    SysFreeString(NULL);
}

static void references(void)
{
    LONG value = 42;
    VARIANT by, copy, inner, outer;
    VariantInit(&copy);
    V_VT(&by) = VT_BYREF | VT_I4, V_I4REF(&by) = &value;
    say("copy %08x type %x", VariantCopy(&copy, &by), V_VT(&copy));
    say("copy ind %08x type %x %d", VariantCopyInd(&copy, &by), V_VT(&copy), V_I4(&copy));
    V_VT(&inner) = VT_I2, V_I2(&inner) = 7;
    V_VT(&outer) = VT_BYREF | VT_VARIANT, V_VARIANTREF(&outer) = &inner;
    say("variant ref %08x", VariantCopyInd(&copy, &outer));
    say("type %x %d", V_VT(&copy), V_I2(&copy));
    say("change %08x", VariantChangeType(&copy, &outer, 0, VT_R8));
    say("%a", V_R8(&copy));
    V_VT(&copy) = 77;
    say("bad clear %08x", VariantClear(&copy));
    V_VT(&copy) = VT_BOOL, V_BOOL(&copy) = VARIANT_TRUE;
    say("alpha %08x", VariantChangeType(&copy, &copy, VARIANT_ALPHABOOL, VT_BSTR));
    say("%ls", V_BSTR(&copy));
    say("in place %08x", VariantChangeType(&copy, &copy, 0, VT_BOOL));
    say("%d", V_BOOL(&copy));
    say("by reference %08x", VariantChangeType(&copy, &copy, 0, VT_BYREF | VT_I4));
}

PROGRAM
{
    strings();
    references();
    numbers();
    texts();
    real_texts();
    rounding();
    signs();
    dates_from_text();
    decimals();
    return 0;
}
