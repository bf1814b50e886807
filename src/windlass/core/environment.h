/* The environment of a process that is started; see api/process/environment.c. */
#ifndef WINDLASS_ENVIRONMENT_H
#define WINDLASS_ENVIRONMENT_H

#include "core.h"

/* Afterwards Windows code sees these variables and no others. What windlass itself reads from the host's environment stays
 * there, unseen. */
void environment_replace(const WCHAR *block);

/* The variables as a program of the host gets them: an array and its strings in one piece, from malloc(). */
char **environment_for_host(const WCHAR *block);

#endif
