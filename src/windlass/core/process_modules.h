/* The modules of any process that windlass runs, read through its PEB. */
#ifndef WINDLASS_PROCESS_MODULES_H
#define WINDLASS_PROCESS_MODULES_H

#include "process_object.h"

struct module_copy {
    uintptr_t base, entry_point;
    DWORD size;
    WCHAR *path, *name;                              /* from malloc() */
};

struct module_list {
    struct module_copy *modules;
    size_t count;
};

/* In the order in which they were loaded, the program first. STATUS_PARTIAL_COPY for a process without modules (one of the
 * host's, or one that has not begun), STATUS_ACCESS_DENIED where the host lets nobody look. */
NTSTATUS process_modules_read(struct process_object *process, struct module_list *list);
void process_modules_free(struct module_list *list);

#endif
