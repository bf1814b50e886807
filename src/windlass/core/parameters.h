/* The process's parameters: command line, program, current directory; see parameters.c. */
#ifndef WINDLASS_PARAMETERS_H
#define WINDLASS_PARAMETERS_H

#include "core.h"

/* PEB.ProcessParameters; made at the first call, from the host's own command line unless one was set before. */
RTL_USER_PROCESS_PARAMETERS *process_parameters(void);

/* Says which module is the program, of which nothing runs yet. */
void process_set_program(void *base);

/* Says what GetCommandLine gives. Before anything has asked for the parameters. False: out of memory, or too late. */
bool process_set_command_line(const WCHAR *text, size_t length);

/* A new copy of the environment as Windows programs see it: "name=value" strings, sorted by name, ending in an empty one
 * (api/process/environment.c); the caller frees it. NULL out of memory. */
WCHAR *environment_block(void);

/* The host's current directory with a handle, NULL where none can be had (api/file/current_directory.c). */
struct current_directory current_directory_open(void);

/* Changes to another, in the parameters too. A Win32 error. */
DWORD current_directory_set(const WCHAR *path);

/* Whether it is the handle in the parameters. */
bool is_current_directory(HANDLE handle);

/* What the parent process says in STARTUPINFO, handles aside. The numbers are those from dwX to dwFlags. */
struct startup {
    DWORD numbers[8], show;
    const WCHAR *title, *desktop;
    size_t title_length, desktop_length;
    const char *data;                                /* lpReserved2 */
    size_t data_size;
};
bool process_set_startup(const struct startup *startup);

/* The command line in the ANSI code page, as long-lived as the process; NULL out of memory. */
const char *process_command_line_ansi(void);

#endif
