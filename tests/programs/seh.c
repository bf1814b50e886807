// build: msvc
// imports: kernel32.dll RaiseException AddVectoredExceptionHandler RemoveVectoredExceptionHandler
// imports: kernel32.dll AddVectoredContinueHandler RemoveVectoredContinueHandler
// imports: ntdll.dll __C_specific_handler
// __try, __except, __finally: filters, nesting, collided unwinds, continuing, vectored handlers.
#include "fixture.h"

typedef struct record {
    unsigned code, flags;
    struct record *chained;
    void *address;
    unsigned count;
    unsigned long long information[15];
} RECORD;
typedef struct {
    RECORD *record;
    struct context *context;
} POINTERS;

__declspec(dllimport) void RaiseException(unsigned, unsigned, unsigned, const unsigned long long *);
__declspec(dllimport) void *AddVectoredExceptionHandler(unsigned, int (*)(POINTERS *));
__declspec(dllimport) unsigned RemoveVectoredExceptionHandler(void *);
__declspec(dllimport) void *AddVectoredContinueHandler(unsigned, int (*)(POINTERS *));
__declspec(dllimport) unsigned RemoveVectoredContinueHandler(void *);
#define info() ((POINTERS *)_exception_info())
#define code() ((unsigned)_exception_code())

static unsigned last_code;

__attribute__((noinline)) static void throw_code(unsigned code)
{
    RaiseException(code, 0, 0, 0);
}

static int print_filter(POINTERS *pointers, const char *name, int answer)
{
    RECORD *record = pointers->record;
    last_code = record->code;
    say("filter %s: code %x flags %x count %u", name, record->code, record->flags & 0x7f, record->count);
    for (unsigned i = 0; i < record->count; i++)
        say("  information %u: %llx", i, record->information[i]);
    return answer;
}

__attribute__((noinline)) static int simple(void)
{
    int result = 0;
    __try {
        throw_code(0xE0000001);
        result = 1;
    } __except (print_filter(info(), "simple", 1)) {
        result = 2;
        // Wine reports: code in the handler 0
        // documented: code in the handler e0000001     (Microsoft, "GetExceptionCode macro")
        say("code in the handler %x", code());
    }
    return result;
}

static void parameters(void)
{
    static const unsigned long long values[] = {1, 0x123456789abcdef0ull, 3};
    __try {
        RaiseException(0xE0000002, 0, 3, values);
    } __except (print_filter(info(), "parameters", 1)) {
        say("caught");
    }
    __try {
        RaiseException(0xE0000003, 1, 20, (unsigned long long[20]){7});
    } __except (print_filter(info(), "noncontinuable", 1)) {
        say("caught");
    }
}

__attribute__((noinline)) static void inner(int depth)
{
    __try {
        if (depth == 0)
            throw_code(0xE0000010);
        inner(depth - 1);
    } __finally {
        say("finally at depth %d, abnormal %d", depth, _abnormal_termination());
    }
}

static void finallys(void)
{
    __try {
        inner(3);
    } __except (print_filter(info(), "outer", 1)) {
        say("unwound");
    }
    __try {
        __try {
            say("normal");
        } __finally {
            say("normal end, abnormal %d", _abnormal_termination());
        }
    } __except (1) {
        say("not reached");
    }
}

__attribute__((noinline)) static void passes(void)
{
    __try {
        throw_code(0xE0000020);
    } __except (print_filter(info(), "passing", 0)) {
        say("not reached");
    }
}

static void search(void)
{
    __try {
        passes();
    } __except (print_filter(info(), "taking", 1)) {
        say("taken");
    }
}

static void continuing(void)
{
    __try {
        throw_code(0xE0000030);
        say("continued");
    } __except (print_filter(info(), "continuing", -1)) {
        say("not reached");
    }
    __try {
        __try {
            RaiseException(0xE0000031, 1, 0, 0);
        } __except (code() == 0xE0000031 ? print_filter(info(), "must not continue", -1)
                                         : print_filter(info(), "other", 0)) {
            say("not reached");
        }
    } __except (print_filter(info(), "noncontinuable", 1)) {
        say("code %x", last_code);
    }
}

/* An exception in a filter: handlers see it as nested, the filter itself once more. */
static int raising_filter(POINTERS *pointers)
{
    if (print_filter(pointers, "that raises", pointers->record->code == 0xE0000040))
        throw_code(0xE0000041);
    return 0;
}

__attribute__((noinline)) static void nested_in_filter(void)
{
    __try {
        throw_code(0xE0000040);
    } __except (raising_filter(info())) {
        say("not reached");
    }
}

static void nested(void)
{
    __try {
        nested_in_filter();
    } __except (print_filter(info(), "nested", 1)) {
        say("code %x", last_code);
    }
}

static int caught_in_filter(void)
{
    __try {
        throw_code(0xE0000043);
    } __except (print_filter(info(), "within a filter", 1)) {
        say("handled within the filter");
    }
    return 1;
}

static void handled_in_filter(void)
{
    __try {
        throw_code(0xE0000042);
    } __except (caught_in_filter()) {
        say("code %x", last_code);
    }
}

/* An exception in a termination handler: its unwind meets the one under way. */
__attribute__((noinline)) static void raise_in_finally(void)
{
    __try {
        __try {
            throw_code(0xE0000050);
        } __finally {
            say("inner finally");
            throw_code(0xE0000051);
        }
    } __finally {
        say("outer finally");
    }
}

static void collided(void)
{
    __try {
        raise_in_finally();
    } __except (print_filter(info(), "collided", 1)) {
        say("code %x", last_code);
    }
}

__attribute__((noinline)) static void caught_in_finally(void)
{
    __try {
        throw_code(0xE0000060);
    } __finally {
        __try {
            throw_code(0xE0000061);
        } __except (print_filter(info(), "in finally", 1)) {
            say("handled in finally: %x", last_code);
        }
    }
}

static void handled_in_finally(void)
{
    __try {
        caught_in_finally();
    } __except (print_filter(info(), "after finally", 1)) {
        say("code %x", last_code);
    }
}

static int leaving(int how)
{
    int steps = 0;
    __try {
        steps = 1;
        if (how == 1)
            __leave;
        steps = 2;
    } __finally {
        steps += 10;
    }
    return steps;
}

static int deep(int depth)
{
    if (depth == 0)
        throw_code(0xE0000070);
    return deep(depth - 1) + 1;
}

/* Values in registers that a call preserves must survive. */
__attribute__((noinline)) static long long registers(long long a, long long b, double c, double d)
{
    long long e = a * b, f = a - b;
    double g = c * d, h = c / d;
    __try {
        deep(50);
    } __except (1) {
        e++;
    }
    return a + b * 3 + e * 5 + f * 7 + (long long)(c + d * 3 + g * 5 + h * 7);
}

static int vectored_count;
static int vectored(POINTERS *pointers)
{
    vectored_count++;
    say("vectored: code %x flags %x", pointers->record->code, pointers->record->flags & 0x7f);
    return pointers->record->code == 0xE0000081 ? -1 : 0;
}

static int vectored_later(POINTERS *pointers)
{
    say("vectored, later: code %x", pointers->record->code);
    return 0;
}

static int continued_count;
static int vectored_continue(POINTERS *pointers)
{
    continued_count += pointers->record->code == 0xE0000081 || pointers->record->code == 0xE0000082;
    return 0;
}

static void vectored_handlers(void)
{
    void *later = AddVectoredExceptionHandler(0, vectored_later);
    void *handler = AddVectoredExceptionHandler(1, vectored);
    void *continuing = AddVectoredContinueHandler(1, vectored_continue);
    __try {
        throw_code(0xE0000080);
    } __except (print_filter(info(), "after vectored", 1)) {
        say("code %x", last_code);
    }
    throw_code(0xE0000081);
    say("went on");
    check(RemoveVectoredExceptionHandler(handler) != 0);
    check(RemoveVectoredExceptionHandler(handler) == 0);
    check(RemoveVectoredExceptionHandler(later) != 0);
    __try {
        throw_code(0xE0000082);
    } __except (print_filter(info(), "continuing", -1)) {
        say("not reached");
    }
    check(RemoveVectoredContinueHandler(continuing) != 0);
    __try {
        throw_code(0xE0000083);
    } __except (1) {
        say("code %x", last_code);
    }
    say("vectored %d times", vectored_count);
    // Wine reports: continued 0 times
    // documented: continued 2 times     (Microsoft, "AddVectoredContinueHandler function")
    say("continued %d times", continued_count);
}

PROGRAM
{
    say("simple %d", simple());
    parameters();
    finallys();
    search();
    continuing();
    nested();
    handled_in_filter();
    collided();
    handled_in_finally();
    say("leaving %d %d", leaving(0), leaving(1));
    say("registers %lld", registers(123456789, 987, 1.5, 2.25));
    vectored_handlers();
    for (int i = 0; i < 100000; i++) {
        __try {
            throw_code(0xE0000090);
        } __except (1) {
            continue;
        }
    }
    return 0;
}
