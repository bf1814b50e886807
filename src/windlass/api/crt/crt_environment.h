/* _environ and the program's arguments, for the C run-time DLLs that export them as data. */
#ifndef WINDLASS_CRT_ENVIRONMENT_H
#define WINDLASS_CRT_ENVIRONMENT_H

#include "crt.h"

/* Makes _environ and _wenviron. False: out of memory. */
bool crt_start_environment(void);

/* Where the C run-time's own _environ and _wenviron stand. */
char ***crt_environ(void);
WCHAR ***crt_wenviron(void);

/* The program's arguments, made from the command line; never freed. */
struct crt_arguments {
    int count;
    char **narrow;
    WCHAR **wide;
    char *narrow_command_line;
    WCHAR *wide_command_line;
    char *narrow_program;
    WCHAR *wide_program;
};

struct crt_arguments *crt_arguments(void);

/* As crt_arguments(), with wildcards replaced by the files they match. */
struct crt_arguments *crt_expanded_arguments(void);

#endif
