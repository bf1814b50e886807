#ifndef WINDLASS_MEMORY_ELSEWHERE_H
#define WINDLASS_MEMORY_ELSEWHERE_H

#include <sys/types.h>

#include "memory.h"

/* VirtualQueryEx for another process: STATUS_INVALID_PARAMETER behind the user's space, STATUS_ACCESS_DENIED. Protections
 * are the host's; what was allocated together is not known. */
NTSTATUS memory_query_elsewhere(pid_t process, uintptr_t address, MEMORY_BASIC_INFORMATION *information);

#endif
