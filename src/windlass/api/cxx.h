/* C++ exceptions of MSVC code, per thread: vcruntime_cxx.c. */
#ifndef WINDLASS_CXX_H
#define WINDLASS_CXX_H

#include "cxx_tables.h"

#define CXX_EXCEPTION 0xE06D7363u
enum { CXX_MAGIC = 0x19930520, CXX_MAGIC_LAST = 0x19930522, CXX_MAGIC_PURE = 0x01994000 };
enum { CXX_PARAMETERS = 4 }; /* magic, object, throw_info, image base */

/* Throws an object of windlass's own (bad_cast and such). `info`'s RVAs count from `base`. */
void cxx_throw_own(void *object, const struct throw_info *info, uintptr_t base);

_Noreturn void cxx_terminate(void);

#endif
