/* printf into strings; see crt_printf_string.c. */
#ifndef WINDLASS_CRT_PRINTF_STRING_H
#define WINDLASS_CRT_PRINTF_STRING_H

#include "crt_printf.h"

int print_string(bool wide, const struct printf_request *request, void *buffer, size_t size);
int print_string_checked(bool wide, const struct printf_request *request, void *buffer, size_t size);
int print_string_most(bool wide, const struct printf_request *request, void *buffer, size_t size, size_t most);

#endif
