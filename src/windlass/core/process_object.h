/* The kernel object of a process: this one, or a child or another process that was opened. */
#ifndef WINDLASS_PROCESS_OBJECT_H
#define WINDLASS_PROCESS_OBJECT_H

#include <sys/types.h>

#include "thread_object.h"

struct process_object {
    struct object object;
    pid_t id;                                        /* 0: this process */
    int fd;                                          /* of another process: pidfd */
    bool ended;                                      /* under the dispatcher lock, like the next */
    DWORD exit_code;
};

extern const struct object_type process_type;

#endif
