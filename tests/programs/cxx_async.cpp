// build: msvc
// flags: -fasync-exceptions -fno-threadsafe-statics
// imports: vcruntime140.dll __CxxFrameHandler3 _CxxThrowException __std_terminate
// imports: vcruntime140.dll _set_se_translator __current_exception _is_exception_typeof
// imports: ntdll.dll __C_specific_handler __chkstk
// imports: kernel32.dll RaiseException
// C++ code compiled to handle structured exceptions, too: catch (...) sees them, scopes are left, translators run.
#include "msvc_cxx.h"

struct Pointers { struct { unsigned code, flags; void *chained, *address; } *record; void *context; };
extern "C" __declspec(dllimport) void RaiseException(unsigned, unsigned, unsigned, const unsigned long long *);
typedef void (*translator_function)(unsigned, Pointers *);
extern "C" __declspec(dllimport) translator_function _set_se_translator(translator_function);
extern "C" __declspec(dllimport) void **__current_exception();

struct Noisy {
    int id;
    explicit Noisy(int id) : id(id) {}
    ~Noisy() { say("  destroy %d", id); }
};

static int *volatile null;
static volatile int zero;

__attribute__((noinline)) static void fault() { *null = 1; }
__attribute__((noinline)) static void raise(unsigned code) { RaiseException(code, 0, 0, nullptr); }

static void ellipsis()
{
    try {
        Noisy local(1);
        fault();
    } catch (...) {
        say("fault caught");
    }
    try {
        Noisy local(2);
        raise(0xE0000002);
    } catch (int) {
        say("no int");
    } catch (...) {
        say("raised caught, current %x", **(unsigned **)__current_exception());
    }
    check(*__current_exception() == nullptr);
}

static void inner_scopes()
{
    Noisy a(10);
    {
        Noisy b(11);
        fault();
    }
}

static int filter(unsigned code)
{
    say("filter %x", code);
    return 1;
}

static void structured()
{
    __try {
        inner_scopes();
    } __except (filter(_exception_code())) {
        say("structured handler");
    }
}

static void rethrow()
{
    __try {
        [] {
            try {
                Noisy local(20);
                raise(0xE0000020);
            } catch (...) {
                say("first");
                Noisy other(21);
                raise(0xE0000021);
            }
        }();
    } __except (filter(_exception_code())) {
        say("after");
    }
}

static void translator(unsigned code, Pointers *pointers)
{
    say("translate %x %d", code, pointers->record->code == code);
    if (code != 0xE0000099)
        throw (int)(code & 0xff);
}

static void translating()
{
    translator_function before = _set_se_translator(translator);
    check(before == nullptr);
    try {
        Noisy local(30);
        fault();
    } catch (int code) {
        say("translated to %d", code);
    }
    try {
        Noisy local(31);
        raise(0xE0000042);
    } catch (int code) {
        say("translated to %d", code);
    }
    try {
        raise(0xE0000099);
    } catch (int) {
        say("no");
    } catch (...) {
        say("not translated");
    }
    check(_set_se_translator(nullptr) == translator);
}

static void finally_and_catch()
{
    __try {
        [] {
            try {
                fault();
            } catch (...) {
                say("caught within");
                throw 5;
            }
        }();
    } __except (filter(_exception_code())) {
        say("done");
    }
}

PROGRAM
{
    ellipsis();
    structured();
    rethrow();
    translating();
    finally_and_catch();
    return 0;
}
