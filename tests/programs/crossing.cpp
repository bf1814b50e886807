// build: msvc
// imports: vcruntime140.dll __CxxFrameHandler3 _CxxThrowException __std_terminate memcpy
// imports: ntdll.dll __C_specific_handler
// imports: kernel32.dll RaiseException InitOnceExecuteOnce CreateThread WaitForSingleObject GetExitCodeThread
// imports: kernel32.dll CloseHandle
// imports: ucrtbase.dll qsort bsearch memset
// Exceptions out of callbacks cross the system's own functions, and leave their callers' registers intact.
#include "msvc_cxx.h"

typedef unsigned long long u64;
extern "C" __declspec(dllimport) void RaiseException(unsigned, unsigned, unsigned, const u64 *);
extern "C" __declspec(dllimport) int InitOnceExecuteOnce(void **, int (*)(void **, void *, void **), void *, void **);
extern "C" __declspec(dllimport) void *CreateThread(void *, size_t, unsigned (*)(void *), void *, unsigned, unsigned *);
extern "C" __declspec(dllimport) unsigned WaitForSingleObject(void *, unsigned);
extern "C" __declspec(dllimport) int GetExitCodeThread(void *, unsigned *);
extern "C" __declspec(dllimport) int CloseHandle(void *);
extern "C" __declspec(dllimport) void qsort(void *, size_t, size_t, int (*)(const void *, const void *));
extern "C" __declspec(dllimport) void *bsearch(const void *, const void *, size_t, size_t, int (*)(const void *, const void *));
extern "C" __declspec(dllimport) void memset(void *, int, size_t);

struct Noisy {
    int id;
    ~Noisy() { say("  destroy %d", id); }
};

static int calls;
static int *volatile null;

static int throwing(const void *left, const void *right)
{
    Noisy local{1};
    if (++calls == 10)
        throw *(const int *)left + *(const int *)right > 0;
    local.id = 0;
    return *(const int *)left - *(const int *)right;
}

static int raising(const void *, const void *)
{
    RaiseException(0xE0000001, 0, 0, nullptr);
    return 0;
}

static int faulting(const void *, const void *) { return *null; }

static long long sorting(int (*compare)(const void *, const void *), long long a, double b)
{
    int numbers[100];
    long long c = a * 3, d = a * 5, e = a * 7, f = a * 11, g = a * 13;
    double h = b * 3, i = b * 5, j = b * 7, k = b * 11;
    for (int n = 0; n < 100; n++)
        numbers[n] = n * 7919 % 101 + 1;
    try {
        qsort(numbers, 100, sizeof *numbers, compare);
        say("sorted");
    } catch (bool value) {
        say("caught %d after %d calls", value, calls);
    }
    return a + c * 2 + d * 3 + e * 5 + f * 7 + g * 11 + (long long)(b + h * 2 + i * 3 + j * 5 + k * 7);
}

static int filter(unsigned code)
{
    say("filter %x", code);
    return 1;
}

static long long guarded(int (*compare)(const void *, const void *), long long a, double b)
{
    volatile long long result = 0;
    __try {
        result = sorting(compare, a, b);
    } __except (filter(_exception_code())) {
        result = a;
    }
    return result;
}

static int searching(const void *key, const void *item)
{
    if (*(const int *)item == 30)
        throw 30;
    return *(const int *)key - *(const int *)item;
}

static void search()
{
    static const int items[] = {10, 20, 30, 40, 50};
    static const int key = 35;
    try {
        say("found %d", bsearch(&key, items, 5, sizeof *items, searching) != nullptr);
    } catch (int item) {
        say("at item %d", item);
    }
}

static int inner_sort(const void *left, const void *right)
{
    if (++calls == 5) {
        try {
            int numbers[] = {3, 1, 2};
            qsort(numbers, 3, sizeof *numbers, throwing);
        } catch (bool) {
            say("inner caught");
        }
        throw 5;
    }
    return *(const int *)left - *(const int *)right;
}

static void nested()
{
    int numbers[] = {5, 4, 3, 2, 1, 6, 7};
    calls = 0;
    try {
        qsort(numbers, 7, sizeof *numbers, inner_sort);
    } catch (int value) {
        say("outer caught %d", value);
    }
}

static int initialise(void **, void *, void **) { throw 6; }

static void once()
{
    void *state = nullptr;
    try {
        InitOnceExecuteOnce(&state, initialise, nullptr, nullptr);
    } catch (int value) {
        say("once %d", value);
    }
}

static unsigned thread(void *parameter)
{
    unsigned count = 0;
    for (int i = 0; i < 2000; i++) {
        try {
            int numbers[] = {2, 1};
            qsort(numbers, 2, sizeof *numbers, [](const void *, const void *) -> int { throw 1; });
        } catch (int value) {
            count += value;
        }
    }
    return count + (parameter != nullptr);
}

static void threads()
{
    void *handles[4];
    for (auto &handle : handles)
        handle = CreateThread(nullptr, 0, thread, handles, 0, nullptr);
    for (auto handle : handles) {
        unsigned code = 0;
        WaitForSingleObject(handle, 0xffffffff);
        GetExitCodeThread(handle, &code);
        say("thread %u", code);
        CloseHandle(handle);
    }
}

PROGRAM
{
    say("%lld", sorting(throwing, 123456789, 0.5));
    say("%lld", guarded(raising, 987654321, 1.25));
    say("%lld", guarded(faulting, 192837465, 2.5));
    search();
    nested();
    once();
    threads();
    return 0;
}
