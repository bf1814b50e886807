// C++ exceptions of GNU code: libgcc's or LLVM's unwinder on the system's structured exceptions.
#include <exception>
#include <stdexcept>
#include <string>
#include <typeinfo>
#include <windows.h>
#include "fixture.h"

struct Noisy {
    int id;
    explicit Noisy(int id) : id(id) {}
    ~Noisy() { say("  destroy %d, uncaught %d", id, std::uncaught_exceptions()); }
};

struct Base { virtual ~Base() {} int base = 1; };
struct Derived : Base { int derived = 2; };

__attribute__((noinline)) static void deep(int depth)
{
    Noisy local(depth);
    if (depth == 0)
        throw std::runtime_error("from the deep");
    deep(depth - 1);
}

__attribute__((noinline)) static int rethrow(int how)
{
    try {
        try {
            Noisy local(20 + how);
            if (how == 0)
                throw Derived();
            if (how == 1)
                throw 7;
            throw std::string("text");
        } catch (Base &base) {
            say("base %d", base.base);
            throw;
        } catch (int value) {
            say("int %d", value);
            throw value + 1;
        }
    } catch (Derived &derived) {
        return derived.derived;
    } catch (int value) {
        return value;
    } catch (std::string &text) {
        return (int)text.size();
    }
}

static LONG CALLBACK watch(EXCEPTION_POINTERS *pointers)
{
    say("code %lx parameters %lu", pointers->ExceptionRecord->ExceptionCode & 0xffffff,
        pointers->ExceptionRecord->NumberParameters);
    return EXCEPTION_CONTINUE_SEARCH;
}

static std::exception_ptr kept;

PROGRAM
{
    try {
        deep(3);
    } catch (const std::exception &error) {
        say("%s", error.what());
    }
    for (int how = 0; how < 3; how++)
        say("rethrow %d", rethrow(how));
    try {
        throw 5;
    } catch (...) {
        kept = std::current_exception();
    }
    try {
        std::rethrow_exception(kept);
    } catch (int value) {
        say("kept %d", value);
    }
    try {
        say("never: %s", std::string("abc").substr(10).c_str());
    } catch (const std::out_of_range &) {
        say("out of range");
    }
    try {
        Base base;
        say("%d", dynamic_cast<Derived &>(base).derived);
    } catch (const std::bad_cast &) {
        say("bad cast");
    }
    PVOID handler = AddVectoredExceptionHandler(1, watch);
    try {
        throw 1;
    } catch (int) {
    }
    RemoveVectoredExceptionHandler(handler);
    int count = 0;
    for (int i = 0; i < 10000; i++) {
        try {
            throw i;
        } catch (int value) {
            count += value == i;
        }
    }
    say("counted %d", count);
    return 0;
}
