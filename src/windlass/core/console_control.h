/* Ctrl+C and its like for programs that windlass runs; see api/console/console_control.c. */
#ifndef WINDLASS_CONSOLE_CONTROL_H
#define WINDLASS_CONSOLE_CONTROL_H

/* This process's program is a Windows one: the host's signals are for its handlers. */
void console_control_begin(void);

#endif
