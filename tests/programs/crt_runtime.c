// build: freestanding
// flags: -fno-builtin -lucrtbase
// Initialiser tables, onexit tables, signals and error texts.
// Wine reports: executed: arba 0
// documented: executed: arbba 0     (Microsoft, "errno Constants, Parameter Validation, _execute_onexit_table")
// Wine reports: again: "b" 0
// documented: again: "" 0     (Microsoft, "errno Constants, Parameter Validation, _execute_onexit_table")
// Wine reports: sixty: babababababababababababababababababababababababababababababab
// documented: sixty: abababababababababababababababababababababababababababababab     (Microsoft, "errno Constants, Parameter Validation, _execute_onexit_table")
// Wine reports: no such signal: 1
// documented: no such signal: 1 errno 22 invalid 1     (Microsoft, "errno Constants, Parameter Validation, _execute_onexit_table")
// Wine reports: raise of no signal: -1
// documented: raise of no signal: -1 errno 22 invalid 1     (Microsoft, "errno Constants, Parameter Validation, _execute_onexit_table")
// Wine reports: 0 Success
// documented: 0 No error     (Microsoft, "errno Constants, Parameter Validation, _execute_onexit_table")
// Wine reports: 4 Interrupted system call
// documented: 4 Interrupted function call     (Microsoft, "errno Constants, Parameter Validation, _execute_onexit_table")
// Wine reports: 7 Argument list too long
// documented: 7 Arg list too long     (Microsoft, "errno Constants, Parameter Validation, _execute_onexit_table")
// Wine reports: 12 Cannot allocate memory
// documented: 12 Not enough space     (Microsoft, "errno Constants, Parameter Validation, _execute_onexit_table")
// Wine reports: 16 Device or resource busy
// documented: 16 Resource device     (Microsoft, "errno Constants, Parameter Validation, _execute_onexit_table")
// Wine reports: 18 Invalid cross-device link
// documented: 18 Improper link     (Microsoft, "errno Constants, Parameter Validation, _execute_onexit_table")
// Wine reports: 25 Inappropriate ioctl for device
// documented: 25 Inappropriate I/O control operation     (Microsoft, "errno Constants, Parameter Validation, _execute_onexit_table")
// Wine reports: 29 Illegal seek
// documented: 29 Invalid seek     (Microsoft, "errno Constants, Parameter Validation, _execute_onexit_table")
// Wine reports: 33 Numerical argument out of domain
// documented: 33 Domain error     (Microsoft, "errno Constants, Parameter Validation, _execute_onexit_table")
// Wine reports: 34 Numerical result out of range
// documented: 34 Result too large     (Microsoft, "errno Constants, Parameter Validation, _execute_onexit_table")
// Wine reports: 38 File name too long
// documented: 38 Filename too long     (Microsoft, "errno Constants, Parameter Validation, _execute_onexit_table")
// Wine reports: 42 Invalid or incomplete multibyte or wide character
// documented: 42 Illegal byte sequence     (Microsoft, "errno Constants, Parameter Validation, _execute_onexit_table")
// Wine reports: strerror_s null: 22 errno 22
// documented: strerror_s null: 22 errno 22 invalid 1     (Microsoft, "errno Constants, Parameter Validation, _execute_onexit_table")
#include "crt.h"

static char trace[100];

static void note(const char *what)
{
    strcat(trace, what);
}

static int a(void)
{
    note("a");
    return 0;
}

static int b(void)
{
    note("b");
    return 0;
}

static int fails(void)
{
    note("!");
    return 42;
}

static struct onexit_table table;

static int registers_another(void)
{
    note("r");
    _register_onexit_function(&table, b);
    return 0;
}

static void initialisers(void)
{
    procedure plain[] = {NULL, a, NULL, b}, checked[] = {a, NULL, fails, b};
    int result;
    _initterm(plain, plain + 4);
    say("_initterm: %s", trace);
    trace[0] = 0;
    result = _initterm_e(checked, checked + 4);
    say("_initterm_e: %s %d", trace, result);
    trace[0] = 0;
    result = _initterm_e(plain, plain + 4);
    say("_initterm_e: %s %d", trace, result);
    trace[0] = 0;
}

static void onexit_tables(void)
{
    int i, result = _initialize_onexit_table(&table);
    say("initialised: %d %d", result, table.first == table.end);
    check(_initialize_onexit_table(NULL) == -1);
    check(_register_onexit_function(NULL, a) == -1);
    check(_execute_onexit_table(NULL) == -1);
    say("empty: %d", _execute_onexit_table(&table));
    _register_onexit_function(&table, a);
    _register_onexit_function(&table, b);
    _register_onexit_function(&table, registers_another);
    _register_onexit_function(&table, a);
    result = _execute_onexit_table(&table);
    say("executed: %s %d", trace, result);
    trace[0] = 0;
    result = _execute_onexit_table(&table);
    say("again: \"%s\" %d", trace, result);
    for (i = 0; i < 60; i++)
        _register_onexit_function(&table, i % 2 ? a : b);
    _execute_onexit_table(&table);
    say("sixty: %s", trace);
    trace[0] = 0;
}

static void on_signal(int number)
{
    say("signal %d", number);
}

static void on_float(int number, int code)
{
    say("signal %d code %x", number, code);
}

static void signals(void)
{
    void (*previous)(int) = signal(15, on_signal);
    say("was default: %d", previous == NULL);
    say("raise: %d", raise(15));
    say("back to default: %d", signal(15, on_signal) == NULL);
    say("set: %d", signal(15, (void (*)(int))1) == on_signal);
    say("ignored: %d", raise(15));
    signal(15, NULL);
    signal(8, (void (*)(int))on_float);
    raise(8);
    signal(11, on_signal);
    raise(11);
    signal(22, on_signal);
    raise(22);
    say("no such signal: %d%s", signal(99, on_signal) == (void (*)(int))-1, failure());
    say("raise of no signal: %d%s", raise(99), failure());
}

static void errors(void)
{
    char buffer[80];
    wide wbuffer[80];
    int i;
    for (i = -1; i <= 44; i++)
        say("%d %s", i, strerror(i));
    say("_wcserror: %ls", _wcserror(2));
    *_errno() = 13;
    say("_strerror: %s", _strerror("file"));
    say("_strerror null: %s", _strerror(NULL));
    say("__wcserror: %ls", __wcserror(u"wide"));
    *_errno() = 0;
    say("strerror_s: %d %s%s", strerror_s(buffer, 80, 2), buffer, failure());
    say("strerror_s short: %d \"%s\"%s", strerror_s(buffer, 8, 2), buffer, failure());
    say("strerror_s null: %d%s", strerror_s(NULL, 8, 2), failure());
    say("_wcserror_s: %d %ls%s", _wcserror_s(wbuffer, 80, 22), wbuffer, failure());
}

static void settings(void)
{
    say("_set_error_mode: %d %d %d", _set_error_mode(3), _set_error_mode(1), _set_error_mode(3));
    _set_error_mode(0);
}

PROGRAM
{
    survive_invalid_parameters();
    initialisers();
    onexit_tables();
    signals();
    errors();
    settings();
    return 0;
}
