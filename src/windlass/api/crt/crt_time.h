/* Calendar time in the C run-time. */
#ifndef WINDLASS_CRT_TIME_H
#define WINDLASS_CRT_TIME_H

#include "crt.h"

typedef char *crt_tz_names[2];

/* The local time zone: the host's, by the TZ variable or its configuration. */
struct crt_time_zone {
    LONG seconds_west;          /* of UTC, in winter */
    int has_daylight;
    LONG daylight_bias;         /* added to seconds_west in summer */
    const char *names[2];       /* standard, daylight; kept for good */
    const WCHAR *wide_names[2];
};

/* As of the last _tzset(), which the first call makes. */
const struct crt_time_zone *crt_time_zone(void);

/* Seconds east of UTC at a local time. */
LONG crt_seconds_east(const struct crt_tm *tm);

#endif
