/* System time as Windows counts it: 100 ns since 1601-01-01 UTC ("FILETIME structure"). */
#ifndef WINDLASS_CLOCK_H
#define WINDLASS_CLOCK_H

#include <time.h>

#include "win.h"

#define FILETIME_OF_UNIX_EPOCH 116444736000000000ll

static inline int64_t system_time_from_timespec(struct timespec time) {
    return time.tv_sec * 10000000ll + time.tv_nsec / 100 + FILETIME_OF_UNIX_EPOCH;
}

static inline int64_t system_time_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return system_time_from_timespec(now);
}

static inline FILETIME filetime_from(int64_t time) {
    return (FILETIME){(DWORD)time, (DWORD)((uint64_t)time >> 32)};
}

static inline int64_t filetime_value(FILETIME time) {
    return (int64_t)((uint64_t)time.dwHighDateTime << 32 | time.dwLowDateTime);
}

#endif
