/* Pseudo consoles ("Pseudoconsoles"): a terminal of the host's whose other end are two pipes of the program's. */
#ifndef WINDLASS_PSEUDO_CONSOLE_H
#define WINDLASS_PSEUDO_CONSOLE_H

#include "file.h"

struct pseudo_console;

/* Keeps references to both files, and handles of its own. NULL with errno. */
struct pseudo_console *pseudo_console_new(unsigned short columns, unsigned short rows, struct file *input,
                                          struct file *output);

/* The terminal that its programs get; -1: the address is no pseudo console. */
int pseudo_console_terminal(const void *console);

/* The same for a program that is to join it. */
int pseudo_console_join(const void *console);

/* False with errno. */
bool pseudo_console_resize(struct pseudo_console *console, unsigned short columns, unsigned short rows);

/* What the programs have written is passed on; then their terminal hangs up. */
void pseudo_console_close(struct pseudo_console *console);

#endif
