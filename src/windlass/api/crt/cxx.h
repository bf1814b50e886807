/* C++ exceptions of MSVC code, per thread: vcruntime_cxx.c. */
#ifndef WINDLASS_CXX_H
#define WINDLASS_CXX_H

#include "cxx_tables.h"

#define CXX_EXCEPTION 0xE06D7363u
enum { CXX_MAGIC = 0x19930520, CXX_MAGIC_LAST = 0x19930522, CXX_MAGIC_PURE = 0x01994000 };
enum { CXX_PARAMETERS = 4 }; /* magic, object, throw_info, image base */

/* Throws an object of windlass's own (bad_cast and such). `info`'s RVAs count from `base`. */
void cxx_throw_own(void *object, const struct throw_info *info, uintptr_t base);

/* std::bad_alloc and its like; `what` must outlive the exception. */
void cxx_throw_bad_alloc(void);
void cxx_throw_bad_cast(const char *what);
void cxx_throw_bad_typeid(const char *what);
void cxx_throw_non_rtti_object(const char *what);
void cxx_throw_bad_exception(void);

_Noreturn void cxx_terminate(void);

/* The object of a C++ exception: its size, 0 for exceptions that are not C++'s; a copy by its class's constructor; its
 * end by the destructor. */
size_t cxx_object_size(const EXCEPTION_RECORD *record);
void cxx_object_copy(void *target, const EXCEPTION_RECORD *record);
void cxx_object_destroy(const EXCEPTION_RECORD *record);

/* The record of an exception as it would be thrown. */
void cxx_fill_record(EXCEPTION_RECORD *record, void *object, const struct throw_info *info);

/* The readable form of a type's decorated name behind its point (".?AVname@@"); the caller frees it. NULL: no such. */
char *cxx_readable_type(const char *decorated);

#endif
