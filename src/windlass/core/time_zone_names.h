/* Windows' names of time zones, and the host's that they stand for. */
#ifndef WINDLASS_TIME_ZONE_NAMES_H
#define WINDLASS_TIME_ZONE_NAMES_H

#include <stdbool.h>
#include <stddef.h>

struct time_zone_name {
    const char *key;                    /* below Time Zones in the registry */
    const char *cities;                 /* the host's names, blanks between; the first that it has stands for all */
};
extern const struct time_zone_name time_zone_names[];
extern const size_t time_zone_name_count;

/* The key of the host's zone; NULL: Windows has no name for it. */
const char *time_zone_name_of_host(void);

#endif
