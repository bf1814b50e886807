#pragma once
#include <stddef.h>
#include <time.h>
typedef long _off_t, off_t;
typedef unsigned short _ino_t, ino_t;
typedef unsigned int _dev_t, dev_t;
typedef int pid_t;
