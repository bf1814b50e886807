/* printf into streams; see crt_printf_stream.c. */
#ifndef WINDLASS_CRT_PRINTF_STREAM_H
#define WINDLASS_CRT_PRINTF_STREAM_H

#include "crt_printf.h"
#include "crt_stdio.h"

int print_stream(bool wide, const struct printf_request *request, struct crt_file *file);

#endif
