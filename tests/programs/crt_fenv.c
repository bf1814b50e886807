// build: freestanding
// flags: -fno-builtin -lucrtbase
// The floating-point environment: status and control words.
#include "crt.h"

#define IMPORT __declspec(dllimport)
IMPORT unsigned _controlfp(unsigned, unsigned), _control87(unsigned, unsigned), _statusfp(void), _clearfp(void);
IMPORT int _controlfp_s(unsigned *, unsigned, unsigned), fegetround(void), fesetround(int), fetestexcept(int);
IMPORT int feclearexcept(int), fegetenv(void *), fesetenv(const void *);
IMPORT void _fpreset(void);
IMPORT double rint(double);
static volatile double zero, three = 3;

static void control(void)
{
    unsigned word = 0;
    say("_controlfp: %x", _controlfp(0, 0));
    say("up: %x, 1/3 = %a", _controlfp(0x200, 0x300), 1 / three);
    say("down: %x, 1/3 = %a", _controlfp(0x100, 0x300), 1 / three);
    say("chop: %x, -1/3 = %a", _controlfp(0x300, 0x300), -1 / three);
    say("near: %x, 1/3 = %a", _controlfp(0, 0x300), 1 / three);
    say("flush: %x", _controlfp(0x01000000, 0x03000000));
    say("save: %x", _controlfp(0, 0x03000000));
    say("_controlfp_s: %d %x%s", _controlfp_s(&word, 0x200, 0x300), word, failure());
    _controlfp_s(NULL, 0, 0x300);
    say("_controlfp_s bad mask: %d%s", _controlfp_s(&word, 0x80000000u, 0xffffffffu), failure());
    say("unmasked denormal: %x %x", _controlfp(0, 0x80000), _control87(0, 0x80000));
    _control87(0x8001f, 0x8001f);
}

static void status(void)
{
    volatile double sink;
    _clearfp();
    sink = 1 / zero;
    say("divided by zero: %x", _statusfp());
    sink = zero / zero;
    say("invalid too: %x", _statusfp());
    sink = 1 / three;
    say("cleared: %x", _clearfp());
    say("now: %x", _statusfp());
    sink = 1e308 * three * 10;
    say("overflow: %x %x", _clearfp(), _clearfp());
    (void)sink;
}

static void environment(void)
{
    volatile double sink;
    unsigned long env[2];
    say("round: %x %d %x %d", fegetround(), fesetround(0x200), fegetround(), fesetround(0x400));
    say("rint up: %a %a", rint(0.1), rint(-0.9));
    fesetround(0);
    feclearexcept(0x1f);
    sink = 1 / zero;
    say("fetestexcept: %x %x", fetestexcept(0x1f), fetestexcept(0x10));
    fegetenv(env);
    feclearexcept(0x1f);
    fesetround(0x300);
    fesetenv(env);
    say("restored: %x %x", fetestexcept(0x1f), fegetround());
    feclearexcept(0x1f);
    (void)sink;
}

PROGRAM
{
    survive_invalid_parameters();
    _fpreset();
    control();
    status();
    environment();
    _fpreset();
    return 0;
}
