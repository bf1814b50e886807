// build: freestanding
// flags: -fno-builtin -lucrtbase
// Numbers from and to text.
// Wine reports: strtol(5, 1) = 0, rest "" errno 22 invalid 1
// documented: strtol(5, 1) = 0, rest "5" errno 22 invalid 1     (Microsoft, "Data Conversion")
// Wine reports: strtol(5, 37) = 0, rest "" errno 22 invalid 1
// documented: strtol(5, 37) = 0, rest "5" errno 22 invalid 1     (Microsoft, "Data Conversion")
// Wine reports: strtoul(-4294967296, 10) = 1, rest "" errno 34
// documented: strtoul(-4294967296, 10) = 4294967295, rest "" errno 34     (Microsoft, "Data Conversion")
// Wine reports: strtod(nan(12)) = 7fffffffffffffff, rest "(12)"
// documented: strtod(nan(12)) = 7fffffffffffffff, rest ""     (Microsoft, "Data Conversion")
// Wine reports: strtod(1d5) = 40f86a0000000000, rest ""
// documented: strtod(1d5) = 3ff0000000000000, rest "d5"     (Microsoft, "Data Conversion")
// Wine reports: _fcvt = 000, 0, 1
// documented: _fcvt = , -3, 1     (Microsoft, "Data Conversion")
// Wine reports: _gcvt: 123
// documented: _gcvt: 123.     (Microsoft, "Data Conversion")
// Wine reports: _gcvt: 0
// documented: _gcvt: 0.     (Microsoft, "Data Conversion")
// Wine reports: _gcvt: 0.05
// documented: _gcvt: 5.e-02     (Microsoft, "Data Conversion")
// Wine reports: _gcvt: -1e-05
// documented: _gcvt: -1.e-05     (Microsoft, "Data Conversion")
// Wine reports: _gcvt: 1e+100
// documented: _gcvt: 1.e+100     (Microsoft, "Data Conversion")
// Wine reports: _gcvt: 100000
// documented: _gcvt: 100000.     (Microsoft, "Data Conversion")
// Wine reports: _gcvt_s full: 34 "" errno 34
// documented: _gcvt_s full: 34 "" errno 34 invalid 1     (Microsoft, "Data Conversion")
#include "crt.h"

static char buffer[400];
static wide wbuffer[80];

static void integer(const char *text, int base)
{
    char *end;
    long value = strtol(text, &end, base);
    say("strtol(%s, %d) = %d, rest \"%s\"%s", text, base, (int)value, end, failure());
}

static void unsigned_integer(const char *text, int base)
{
    char *end;
    unsigned long value = strtoul(text, &end, base);
    say("strtoul(%s, %d) = %u, rest \"%s\"%s", text, base, (unsigned)value, end, failure());
}

static void integer64(const char *text, int base)
{
    char *end;
    long long value = _strtoi64(text, &end, base);
    unsigned long long without_sign;
    say("_strtoi64(%s, %d) = %lld, rest \"%s\"%s", text, base, value, end, failure());
    without_sign = _strtoui64(text, &end, base);
    say("_strtoui64 = %llu, rest \"%s\"%s", without_sign, end, failure());
}

static void integers(void)
{
    integer("123", 10);
    integer("  -42xyz", 10);
    integer("+7", 10);
    integer("0x1F", 16);
    integer("0x1F", 0);
    integer("017", 0);
    integer("0x", 0);
    integer("0xg", 16);
    integer("08", 0);
    integer("zZ", 36);
    integer("102", 2);
    integer("", 10);
    integer("  ", 10);
    integer("-", 10);
    integer("2147483647", 10);
    integer("2147483648", 10);
    integer("-2147483648", 10);
    integer("-2147483649", 10);
    integer("99999999999999999999999", 10);
    integer("\t\n\v\f\r 5", 10);
    integer("5", 1);
    integer("5", 37);
    unsigned_integer("4294967295", 10);
    unsigned_integer("4294967296", 10);
    unsigned_integer("-1", 10);
    unsigned_integer("-4294967295", 10);
    unsigned_integer("-4294967296", 10);
    integer64("9223372036854775807", 10);
    integer64("9223372036854775808", 10);
    integer64("-9223372036854775808", 10);
    integer64("-9223372036854775809", 10);
    integer64("18446744073709551615", 10);
    integer64("18446744073709551616", 10);
    integer64("-1", 0);
    say("atoi: %d %d %d", atoi("12abc"), atoi(" -5"), atoi("abc"));
    say("atoi overflow: %d%s", atoi("99999999999"), failure());
    say("_atoi64: %lld %lld%s", _atoi64("-9000000000"), _atoi64("99999999999999999999"), failure());
    say("wcstol: %d %d", (int)wcstol(u"-0x10", NULL, 0), (int)wcstol(u"77", NULL, 8));
    say("strtol null: %d%s", (int)strtol(NULL, NULL, 10), failure());
}

static void to_text(void)
{
    say("_itoa: %s %s %s", _itoa(0, buffer, 10), _itoa(-123, buffer + 10, 10), _itoa(-1, buffer + 20, 16));
    say("_itoa binary: %s", _itoa(10, buffer, 2));
    say("_itoa lowest: %s", _itoa(-2147483647 - 1, buffer, 10));
    say("_ultoa: %s", _ultoa(4294967295ul, buffer, 10));
    say("_i64toa: %s", _i64toa(-9223372036854775807LL - 1, buffer, 10));
    say("_i64toa base 36: %s", _i64toa(-1, buffer, 36));
    say("_itoa_s: %d \"%s\"%s", _itoa_s(1234, buffer, 5, 10), buffer, failure());
    say("_itoa_s full: %d \"%s\"%s", _itoa_s(1234, buffer, 4, 10), buffer, failure());
    say("_itoa_s base: %d \"%s\"%s", _itoa_s(1234, buffer, 20, 37), buffer, failure());
    say("_itoa_s null: %d%s", _itoa_s(1234, NULL, 20, 10), failure());
    say("_i64toa_s: %d \"%s\"", _i64toa_s(-5, buffer, 20, 10), buffer);
    say("_itow_s: %d \"%ls\"", _itow_s(-99, wbuffer, 20, 10), wbuffer);
    say("_ui64tow_s: %d \"%ls\"", _ui64tow_s(18446744073709551615ULL, wbuffer, 30, 10), wbuffer);
}

static void real(const char *text)
{
    char *end;
    double value = strtod(text, &end);
    say("strtod(%s) = %a, rest \"%s\"%s", text, value, end, failure());
}

static void reals(void)
{
    real("0");
    real("-0");
    real("1");
    real("3.14159265358979323846");
    real("  -2.5e3x");
    real("1e");
    real("1e+");
    real(".5");
    real("5.");
    real(".");
    real("e5");
    real("0.1");
    real("123456789012345678901234567890");
    real("1e22");
    real("1e23");
    real("9007199254740993");
    real("9007199254740992.9999999999999999999");
    real("2.2250738585072014e-308");
    real("2.2250738585072011e-308");
    real("4.9406564584124654e-324");
    real("2.4703282292062327e-324");
    real("2.4703282292062328e-324");
    real("1.7976931348623157e308");
    real("1.7976931348623159e308");
    real("-1e400");
    real("1e-400");
    real("0e999999999999");
    real("0x1.8p1");
    real("0x.8");
    real("0x");
    real("0x1p-1074");
    real("inf");
    real("-Infinity!");
    real("nan");
    real("nan(12)");
    real("infinit");
    real("1d5");
    real("1,5");
    say("strtof: %a %a %a", strtof("0.1", NULL), strtof("16777217", NULL), strtof("3.4028235e38", NULL));
    say("strtof overflow: %a%s", strtof("1e39", NULL), failure());
    say("atof: %a", atof("6.02214076e23"));
    say("wcstod: %a", wcstod(u" 6.62607015e-34", NULL));
}

static void digits(double value, int count)
{
    int point = 99, negative = 99;
    char *text = _ecvt(value, count, &point, &negative);
    say("_ecvt(%a, %d) = %s, %d, %d", value, count, text, point, negative);
    text = _fcvt(value, count, &point, &negative);
    say("_fcvt = %s, %d, %d", text, point, negative);
}

static void all_digits(void)
{
    digits(3.14159, 4);
    digits(0, 5);
    digits(-0.000123456, 3);
    digits(0.000123456, 8);
    digits(123456.789, 2);
    digits(1e20, 5);
    digits(9.9999, 3);
    digits(0.5, 0);
    digits(1.5, 0);
    digits(2.5, 0);
    digits(1e-10, 3);
    digits(1.0 / 3, 25);
    say("_gcvt: %s", _gcvt(123.456, 5, buffer));
    say("_gcvt: %s", _gcvt(123.0, 5, buffer));
    say("_gcvt: %s", _gcvt(0.0, 5, buffer));
    say("_gcvt: %s", _gcvt(1234567.0, 5, buffer));
    say("_gcvt: %s", _gcvt(0.05, 5, buffer));
    say("_gcvt: %s", _gcvt(0.5, 5, buffer));
    say("_gcvt: %s", _gcvt(-1e-5, 3, buffer));
    say("_gcvt: %s", _gcvt(1e100, 10, buffer));
    say("_gcvt: %s", _gcvt(100000.0, 6, buffer));
    say("_gcvt_s: %d %s%s", _gcvt_s(buffer, 20, 1.25, 10), buffer, failure());
    say("_gcvt_s full: %d \"%s\"%s", _gcvt_s(buffer, 4, 1.2345, 5), buffer, failure());
}

PROGRAM
{
    survive_invalid_parameters();
    integers();
    to_text();
    reals();
    all_digits();
    return 0;
}
