/* Numbers that are unique until the process ends ("LUID structure"). */
#ifndef WINDLASS_LUID_H
#define WINDLASS_LUID_H

#include <stdint.h>

uint64_t luid_next(void);

#endif
