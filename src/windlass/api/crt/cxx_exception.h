/* std::exception and the classes of the run-time library that are derived from it: vcruntime_exception.c. */
#ifndef WINDLASS_CXX_EXCEPTION_H
#define WINDLASS_CXX_EXCEPTION_H

#include "api.h"
#include "cxx.h"

/* "exception Class": what() is a copy that the object owns, or a literal. */
struct exception_data {
    const char *what;
    bool owned;
};

struct exception_object {
    const void *const *vftable;
    struct exception_data data;
};

enum cxx_exception_class {
    CXX_CLASS_EXCEPTION, CXX_CLASS_BAD_ALLOC, CXX_CLASS_BAD_CAST, CXX_CLASS_BAD_TYPEID, CXX_CLASS_NON_RTTI_OBJECT,
    CXX_CLASS_BAD_EXCEPTION, CXX_CLASS_LOGIC_ERROR, CXX_CLASS_LENGTH_ERROR, CXX_CLASS_OUT_OF_RANGE,
    CXX_CLASS_INVALID_ARGUMENT, CXX_CLASS_RUNTIME_ERROR, CXX_CLASS_OVERFLOW_ERROR, CXX_CLASS_BAD_FUNCTION_CALL,
    CXX_EXCEPTION_CLASSES
};

/* The class's table of virtual functions: the destructor that deletes, and what(); its locator lies before it. */
const void *const *cxx_exception_vftable(enum cxx_exception_class class);
enum { CXX_EXCEPTION_VIRTUAL_FUNCTIONS = 2 };

/* Throws an object of the class; `what` is copied, NULL is the class's own words. */
void cxx_throw_standard(enum cxx_exception_class class, const char *what);

API_USE(VOID, __std_exception_copy, const struct exception_data *from, struct exception_data *to);
API_USE(VOID, __std_exception_destroy, struct exception_data *data);

#endif
