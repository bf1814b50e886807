/* See trace.c. */
#ifndef WINDLASS_TRACE_H
#define WINDLASS_TRACE_H

#include "core.h"

struct trace_record {
    const char *name; /* "kernel32.dll!CreateFileW" */
    const char *result;
    const char *parameters;
    const void *function; /* NULL: ask api_resolve at the first call */
};

/* Says what a traced function's id means; false when it cannot be kept. */
bool trace_add(DWORD id, const struct trace_record *record);

/* Whether the loader's events are traced; tracing.py says so. `what` happens to the module of this name. */
void trace_loader_select(bool on);
void trace_loader(const char *what, const UNICODE_STRING *module);

#endif
