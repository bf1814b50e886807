// build: msvc
// imports: vcruntime140.dll __CxxFrameHandler3 _CxxThrowException __std_terminate memcpy __uncaught_exceptions
// imports: vcruntime140.dll __current_exception _is_exception_typeof __uncaught_exception __processing_throw
// imports: ntdll.dll __C_specific_handler __chkstk
// flags: -fno-threadsafe-statics
// imports: kernel32.dll RaiseException
// C++ exceptions of MSVC code: what is caught, copied and destroyed, and in which order.
#include "msvc_cxx.h"

extern "C" __declspec(dllimport) int __uncaught_exceptions();
extern "C" __declspec(dllimport) void **__current_exception();
extern "C" __declspec(dllimport) void RaiseException(unsigned, unsigned, unsigned, const unsigned long long *);

static int serial;

struct Counted {
    int id;
    explicit Counted(int id) : id(id) { say("  make %d", id); }
    Counted(const Counted &other) : id(other.id + 100) { say("  copy %d to %d", other.id, id); }
    ~Counted() { say("  destroy %d, uncaught %d", id, __uncaught_exceptions()); }
};

struct Base {
    int base;
    Base(int value) : base(value) {}
    virtual int what() const { return base; }
};
struct Middle : Base {
    int middle;
    Middle(int value) : Base(value), middle(value * 2) {}
    int what() const override { return middle; }
};
struct Other {
    long long other = 77;
    virtual int also() const { return 5; }
};
struct Derived : Other, Middle {
    Derived(int value) : Middle(value) {}
    int what() const override { return 1000 + middle; }
    int also() const override { return 6; }
};
struct Virtual1 : virtual Base {
    Virtual1(int v) : Base(v) {}
    int one = 1;
};
struct Virtual2 : virtual Base {
    Virtual2(int v) : Base(v) {}
    int two = 2;
};
struct Diamond : Virtual1, Virtual2 {
    Diamond(int v) : Base(v), Virtual1(v), Virtual2(v) {}
    int what() const override { return 3000 + base; }
};
struct Private : private Base {
    Private(int v) : Base(v) {}
};

__attribute__((noinline)) void throw_int(int value) { throw value; }

static void simple()
{
    try {
        throw_int(42);
    } catch (int value) {
        say("int %d", value);
    }
    try {
        throw 2.5;
    } catch (int) {
        say("not an int");
    } catch (double value) {
        say("double %a", value);
    }
    try {
        throw "text";
    } catch (const char *text) {
        say("text %s", text);
    }
    try {
        throw_int(1);
    } catch (...) {
        say("anything");
    }
    try {
        static int number = 9;
        throw &number;
    } catch (const int *number) {
        say("pointer to const %d", *number);
    }
    try {
        static const int number = 10;
        throw &number;
    } catch (int *) {
        say("must not drop const");
    } catch (void *) {
        say("must not drop const either");
    } catch (const void *number) {
        say("const void %d", *(const int *)number);
    }
}

static void classes()
{
    try {
        throw Derived(5);
    } catch (const Base &base) {
        say("by base: %d %d", base.base, base.what());
    }
    try {
        throw Derived(6);
    } catch (Middle middle) {
        say("sliced: %d %d", middle.base, middle.what());
    }
    try {
        throw Derived(7);
    } catch (Other &other) {
        say("other base: %lld %d", other.other, other.also());
    }
    try {
        static Derived derived(8);
        throw &derived;
    } catch (Base *base) {
        say("pointer to base: %d", base->what());
    }
    try {
        throw Diamond(9);
    } catch (Base &base) {
        say("virtual base: %d", base.what());
    }
    try {
        throw Diamond(10);
    } catch (Virtual2 two) {
        say("copied with its virtual base: %d %d", two.two, two.base);
    }
    try {
        throw Private(11);
    } catch (Base &) {
        say("private base must not be caught");
    } catch (Private &) {
        say("private");
    }
}

static void objects()
{
    try {
        Counted local(1);
        throw Counted(2);
    } catch (Counted caught) {
        say("by value %d", caught.id);
    }
    try {
        Counted local(3);
        throw Counted(4);
    } catch (Counted &caught) {
        say("by reference %d", caught.id);
    }
    try {
        throw Counted(5);
    } catch (...) {
        say("unnamed");
    }
}

__attribute__((noinline)) static void deep(int depth)
{
    Counted local(10 + depth);
    if (depth == 0)
        throw Counted(99);
    deep(depth - 1);
}

static void unwinding()
{
    try {
        Counted outer(20);
        deep(3);
    } catch (const Counted &caught) {
        say("unwound, %d", caught.id);
    }
    for (int i = 0; i < 3; i++) {
        try {
            Counted a(30 + i);
            if (i == 1)
                continue;
            Counted b(40 + i);
            throw_int(i);
        } catch (int value) {
            say("loop %d", value);
        }
    }
}

static void rethrow()
{
    try {
        try {
            throw Counted(50);
        } catch (Counted &caught) {
            Counted local(51);
            caught.id = 52;
            throw;
        }
    } catch (Counted &caught) {
        say("again %d", caught.id);
    }
    try {
        try {
            throw Counted(53);
        } catch (...) {
            // Wine reports:   destroy 53, uncaught 1
            // documented:   destroy 53, uncaught 0     (read off Microsoft's vcruntime140.dll)
            throw Counted(54);
        }
    } catch (Counted &caught) {
        say("another %d", caught.id);
    }
    try {
        throw Counted(55);
    } catch (Counted &outer) {
        try {
            throw;
        } catch (Counted &inner) {
            say("nested, same object: %d", &outer == &inner);
        }
        say("still there %d", outer.id);
        try {
            throw 7;
        } catch (int value) {
            say("inner %d", value);
        }
        say("still there %d", outer.id);
    }
}

__attribute__((noinline)) static void handler_of_current()
{
    try {
        throw;
    } catch (int value) {
        say("dispatched int %d", value);
    } catch (const char *text) {
        say("dispatched text %s", text);
    }
}

static void dispatching()
{
    for (int i = 0; i < 2; i++) {
        try {
            if (i == 0)
                throw 5;
            throw "six";
        } catch (...) {
            handler_of_current();
        }
    }
    check(*__current_exception() == nullptr);
}

__attribute__((noinline)) static int returns_from_catch(int value)
{
    Counted local(60 + value);
    for (;;) {
        try {
            throw_int(value);
        } catch (int caught) {
            if (caught > 1)
                return caught * 10;
            value++;
        }
    }
}

struct CatchesInDestructor {
    ~CatchesInDestructor()
    {
        say("  in destructor: uncaught %d", __uncaught_exceptions());
        try {
            Counted inner(70);
            throw 1;
        } catch (int value) {
            say("  caught in destructor %d, uncaught %d", value, __uncaught_exceptions());
        }
        say("  destructor ends: uncaught %d", __uncaught_exceptions());
    }
};

static void destructors_that_catch()
{
    try {
        CatchesInDestructor local;
        throw Counted(71);
    } catch (Counted &caught) {
        say("caught %d, uncaught %d", caught.id, __uncaught_exceptions());
    }
}

struct ThrowsInConstructor {
    Counted first, second;
    ThrowsInConstructor(int how) : first(80), second(how == 1 ? throw 81 : 82)
    {
        Counted local(83);
        throw 84;
    }
};

static void constructors()
{
    for (int how = 1; how <= 2; how++) {
        try {
            ThrowsInConstructor object(how);
        } catch (int value) {
            say("constructor threw %d", value);
        }
    }
    try {
        Counted array[2] = {Counted(85), Counted(86)};
        throw 87;
    } catch (int value) {
        say("array %d", value);
    }
}

static void function_try(int value) try {
    Counted local(90);
    throw_int(value);
} catch (int caught) {
    say("function try %d", caught);
}

__attribute__((noinline)) static int several(int which)
{
    Counted a(100);
    try {
        Counted b(101);
        try {
            Counted c(102);
            if (which == 1)
                throw 1;
            if (which == 2)
                throw 2.0;
            if (which == 3)
                throw 'c';
            if (which == 4)
                throw 4L;
        } catch (int) {
            say("inner int");
            return 1;
        } catch (double) {
            say("inner double");
            throw 'd';
        }
        say("after inner");
    } catch (char c) {
        say("outer char %c", c);
        return 2;
    } catch (long) {
        say("outer long");
    }
    say("end");
    return 0;
}

struct CopyTwice {
    int value;
    CopyTwice(int value) : value(value) {}
    CopyTwice(const CopyTwice &other) : value(other.value) { say("  copied %d", value); }
    ~CopyTwice() { say("  gone %d", value); }
};

static void copies()
{
    CopyTwice original(1);
    try {
        throw original;
    } catch (CopyTwice copy) {
        copy.value = 2;
        say("copy %d", copy.value);
    }
    try {
        try {
            throw original;
        } catch (CopyTwice copy) {
            copy.value = 3;
            throw;
        }
    } catch (CopyTwice &again) {
        say("the object, not its copy: %d", again.value);
    }
}

static long long recursion(int depth, double value)
{
    double kept = value * depth;
    long long sum = depth;
    try {
        if (depth == 0)
            throw 1LL;
        sum += recursion(depth - 1, value + 1);
    } catch (long long caught) {
        sum += caught;
        if (depth < 20)
            throw sum;
    }
    return sum + (long long)kept;
}

struct Big {
    char bytes[3000];
    Big() { for (int i = 0; i < 3000; i++) bytes[i] = (char)i; }
};

static void big()
{
    try {
        throw Big();
    } catch (Big object) {
        int sum = 0;
        for (int i = 0; i < 3000; i++)
            sum += object.bytes[i];
        say("big %d", sum);
    }
}

/* Structured exceptions pass: the program is compiled to catch C++ exceptions only. */
static int structured_inner()
{
    Counted local(110);
    try {
        RaiseException(0xE0001234, 0, 0, nullptr);
    } catch (...) {
        say("must not be caught");
    }
    return 0;
}

static void structured()
{
    __try {
        structured_inner();
    } __except (1) {
        say("structured exception passed");
    }
}

__attribute__((noinline)) static void throw_through()
{
    throw 5;
}

static int filter(unsigned code)
{
    say("filter sees %x", code);
    return 1;
}

static void as_structured()
{
    __try {
        throw_through();
    } __except (filter(_exception_code())) {
        say("caught as structured");
    }
}

PROGRAM
{
    simple();
    classes();
    objects();
    unwinding();
    rethrow();
    dispatching();
    say("returned %d", returns_from_catch(0));
    destructors_that_catch();
    constructors();
    function_try(91);
    for (int which = 0; which < 5; which++)
        say("several %d: %d", which, several(which));
    copies();
    say("recursion %lld", recursion(20, 0.5));
    big();
    structured();
    as_structured();
    for (int i = 0; i < 20000; i++) {
        try {
            throw_int(i);
        } catch (int value) {
            serial += value == i;
        }
    }
    say("counted %d", serial);
    check(__uncaught_exceptions() == 0);
    return 0;
}
