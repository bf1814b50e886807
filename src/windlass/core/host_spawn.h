/* Starting a program of the host. */
#ifndef WINDLASS_HOST_SPAWN_H
#define WINDLASS_HOST_SPAWN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct spawn {
    const char *path;
    char *const *arguments, *const *environment;
    const char *directory;                           /* NULL: this process's */
    int standard[3];                                 /* become the descriptors 0 to 2; -1: the null device */
    const int *kept;                                 /* stay open under their numbers */
    size_t kept_count;
    bool new_group;                                  /* of processes that get the terminal's signals together */
    bool takes_terminal;                             /* standard[0] becomes the terminal of a session of its own */
    bool holds_signals;                              /* SIGINT and SIGQUIT wait until the program unblocks them */
};

/* An errno; 0: *child runs. */
int spawn(const struct spawn *wanted, pid_t *child);

#endif
