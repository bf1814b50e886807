/* Memory and string primitives for the other files of the C run-time; they keep Windows' registers cheaply. */
#ifndef WINDLASS_CRT_MEMORY_H
#define WINDLASS_CRT_MEMORY_H

#include "crt.h"

void *WINAPI crt_memmove(void *to, const void *from, size_t size);
size_t crt_strlen(const char *string);
size_t crt_strnlen(const char *string, size_t limit);
size_t crt_wcsnlen(const WCHAR *string, size_t limit);

#endif
