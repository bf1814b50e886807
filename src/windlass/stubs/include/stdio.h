#pragma once
#include <stdarg.h>
#include <stddef.h>
typedef struct _iobuf { void *_Placeholder; } FILE;
typedef long long fpos_t;
#define EOF (-1)
#define SEEK_SET 0
#define SEEK_CUR 1
#define SEEK_END 2
