// What std::mutex, std::condition_variable and std::thread of Visual C++ 2013 call in their library.
#include <windows.h>

#include "fixture.h"

typedef struct { long long sec; long nsec; } xtime;
typedef struct { void *handle; unsigned id; } started;

static HMODULE library;
#define USE(type, name) ((type)(void *)GetProcAddress(library, name))

typedef int (*of_pointer)(void *);
typedef int (*of_two)(void *, void *);
typedef int (*init_function)(void *, int);
typedef int (*timed_function)(void *, void *, const xtime *);

static void *mutex, *condition;
static int value;

static xtime in_milliseconds(int milliseconds)
{
    xtime time;
    USE(int (*)(xtime *, int), "xtime_get")(&time, 1);
    time.nsec += milliseconds * 1000000L;
    time.sec += time.nsec / 1000000000;
    time.nsec %= 1000000000;
    return time;
}

static unsigned WINAPI produce(void *argument)
{
    USE(of_pointer, "_Mtx_lock")(&mutex);
    value = *(int *)argument;
    USE(of_pointer, "_Cnd_broadcast")(&condition);
    USE(of_pointer, "_Mtx_unlock")(&mutex);
    return 7;
}

static unsigned WINAPI try_elsewhere(void *mutex)
{
    return (unsigned)USE(of_pointer, "_Mtx_trylock")(mutex);
}

static int elsewhere(void *mutex)
{
    started thread;
    int code = -1;
    USE(int (*)(started *, void *, void *), "_Thrd_start")(&thread, try_elsewhere, mutex);
    USE(int (*)(started *, int *), "_Thrd_join")(&thread, &code);
    return code;
}

static void mutexes(void)
{
    void *plain, *recursive;
    of_pointer take = USE(of_pointer, "_Mtx_lock"), attempt = USE(of_pointer, "_Mtx_trylock"), give = USE(of_pointer, "_Mtx_unlock"),
               owns = USE(of_pointer, "_Mtx_current_owns");
    say("init %d %d", USE(init_function, "_Mtx_init")(&plain, 2), USE(init_function, "_Mtx_init")(&recursive, 0x106));
    say("free: owns %d, lock %d, owns %d", owns(&plain), take(&plain), owns(&plain));
    say("again %d", attempt(&plain));
    say("elsewhere %d", elsewhere(&plain));
    say("unlock %d, owns %d", give(&plain), owns(&plain));
    say("recursive %d %d %d", take(&recursive), take(&recursive), attempt(&recursive));
    say("elsewhere %d", elsewhere(&recursive));
    give(&recursive), give(&recursive);
    say("still %d", owns(&recursive));
    give(&recursive);
    say("free %d", !owns(&recursive));
    USE(void (*)(void *), "_Mtx_destroy")(&plain);
    USE(void (*)(void *), "_Mtx_destroy")(&recursive);
}

static void conditions(void)
{
    int number = 42, code = 0;
    started thread;
    USE(init_function, "_Mtx_init")(&mutex, 2);
    say("init %d", USE(of_pointer, "_Cnd_init")(&condition));
    USE(of_pointer, "_Mtx_lock")(&mutex);
    xtime soon = in_milliseconds(10);
    int timed = 0;
    while (!timed) /* it may wake for no reason */
        timed = USE(timed_function, "_Cnd_timedwait")(&condition, &mutex, &soon);
    say("nobody signals %d, mine %d", timed, USE(of_pointer, "_Mtx_current_owns")(&mutex));
    say("start %d", USE(int (*)(started *, void *, void *), "_Thrd_start")(&thread, produce, &number));
    while (!value)
        USE(of_two, "_Cnd_wait")(&condition, &mutex);
    say("value %d", value);
    USE(of_pointer, "_Mtx_unlock")(&mutex);
    int done = USE(int (*)(started *, int *), "_Thrd_join")(&thread, &code);
    say("join %d, %d", done, code);
    USE(void (*)(void *), "_Cnd_destroy")(&condition);
    USE(void (*)(void *), "_Mtx_destroy")(&mutex);
}

/* std::_Pad, of which the compiler derives the class that holds the thread's function. */
struct pad { void *const *functions; void *condition, *mutex; char is_started; int *result; };

static unsigned run_pad(struct pad *pad)
{
    int *result = pad->result;
    USE(void (*)(struct pad *), "?_Release@_Pad@std@@QEAAXXZ")(pad);
    *result = 5;
    return 6;
}

static void threads(void)
{
    static void *const functions[] = {(void *)run_pad};
    struct pad pad;
    started thread, here, other;
    int result = 0, code = 0;
    USE(struct pad *(*)(struct pad *), "??0_Pad@std@@QEAA@XZ")(&pad);
    pad.functions = functions;
    pad.result = &result;
    USE(void (*)(struct pad *, started *), "?_Launch@_Pad@std@@QEAAXPEAU_Thrd_imp_t@@@Z")(&pad, &thread);
    USE(void (*)(struct pad *), "??1_Pad@std@@QEAA@XZ")(&pad);
    int done = USE(int (*)(started *, int *), "_Thrd_join")(&thread, &code);
    say("join %d, code %d, result %d", done, code, result);
    USE(started *(*)(started *), "_Thrd_current")(&here);
    USE(started *(*)(started *), "_Thrd_current")(&other);
    say("current %d, the same %d, before %d", here.id == GetCurrentThreadId(), USE(int (*)(started *, started *), "_Thrd_equal")(&here, &other),
        USE(int (*)(started *, started *), "_Thrd_lt")(&here, &other));
    USE(void (*)(void), "_Thrd_yield")();
}

static void times(void)
{
    xtime a = {100, 5000000}, b = {101, 1000000};
    long (*difference)(const xtime *, const xtime *) = USE(long (*)(const xtime *, const xtime *), "_Xtime_diff_to_millis2");
    say("later by %ld, earlier by %ld", difference(&b, &a), difference(&a, &b));
    xtime now = {0, 0};
    int base = USE(int (*)(xtime *, int), "xtime_get")(&now, 1);
    long long ticks = USE(long long (*)(void), "_Xtime_get_ticks")();
    say("base %d, close %d", base, ticks / 10000000 - now.sec < 5);
    say("no base %d", USE(int (*)(xtime *, int), "xtime_get")(&now, 0));
    xtime until = in_milliseconds(20);
    USE(void (*)(const xtime *), "_Thrd_sleep")(&until);
    USE(int (*)(xtime *, int), "xtime_get")(&now, 1);
    say("slept %d", now.sec > until.sec || (now.sec == until.sec && now.nsec >= until.nsec));
}

PROGRAM
{
    library = LoadLibraryA("msvcp120.dll");
    if (!library)
        return 1;
    mutexes();
    conditions();
    threads();
    times();
    return 0;
}
