#include "futex.h"

#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "clock.h"

int64_t monotonic_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000000ll + now.tv_nsec;
}

static int64_t after(int64_t nanoseconds) {
    int64_t now = monotonic_now();
    return nanoseconds > INT64_MAX - now ? INT64_MAX : now + nanoseconds;
}

int64_t deadline_from_milliseconds(DWORD milliseconds) {
    if (milliseconds == 0)
        return 0;
    return milliseconds == INFINITE ? INT64_MAX : after(milliseconds * 1000000ll);
}

int64_t deadline_from_nt(const LARGE_INTEGER *timeout) {
    if (!timeout || timeout->QuadPart == INT64_MIN)
        return INT64_MAX;
    int64_t value = timeout->QuadPart;
    if (value > 0) {                                 /* a point in system time */
        value = system_time_now() - value;
        if (value >= 0)
            return 0;
    }
    if (value == 0)
        return 0;
    return value < -(INT64_MAX / 100) ? INT64_MAX : after(-value * 100);
}

bool futex_wait_masked(atomic_uint *word, unsigned expected, unsigned mask, int64_t deadline) {
    struct timespec until = {deadline / 1000000000, deadline % 1000000000};
    long result = syscall(SYS_futex, word, FUTEX_WAIT_BITSET_PRIVATE, expected,
                          deadline == INT64_MAX ? NULL : &until, NULL, mask);
    return result == 0 || errno != ETIMEDOUT;
}

int futex_wake_masked(atomic_uint *word, int count, unsigned mask) {
    return (int)syscall(SYS_futex, word, FUTEX_WAKE_BITSET_PRIVATE, count, NULL, NULL, mask);
}
