/* The page that Windows shows to all processes at 0x7FFE0000, KUSER_SHARED_DATA. */
#ifndef WINDLASS_SHARED_DATA_H
#define WINDLASS_SHARED_DATA_H

#include <stdbool.h>
#include <stdint.h>

#define SHARED_DATA_ADDRESS 0x7ffe0000u

/* From the fault handler: makes the page readable and keeps it up to date. False: something else is there. */
bool shared_data_touched(void);

#endif
