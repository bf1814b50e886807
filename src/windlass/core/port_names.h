/* The DOS names of serial and parallel ports, and the host's devices behind them.
 *
 * WINDLASS_PORTS=COM3=/dev/ttyUSB0:COM12=/dev/pts/4 says which device a port is. Without it COM1 is /dev/ttyS0, COM2
 * /dev/ttyS1 and so on, LPT1 is /dev/lp0. The variable is read anew each time: devices come and go. */
#ifndef WINDLASS_PORT_NAMES_H
#define WINDLASS_PORT_NAMES_H

#include "path.h"

enum { HIGHEST_PORT = 256 };

/* The host's device for "COM3" or "LPT1". */
void port_device(const char *kind, unsigned number, char out[HOST_PATH_SIZE]);

/* Whether COM`number` is there: a device that WINDLASS_PORTS names, or hardware that the host has found. */
bool port_exists(unsigned number);

#endif
