/* What calls (call.c) and callbacks (thunk.c) share: how values travel between ctypes' objects and slots. */
#ifndef WINDLASS_FOREIGN_H
#define WINDLASS_FOREIGN_H

#include "python.h"

/* How a type's value travels. The letters are ctypes' own, by the width of the value and not by the host's name for it,
 * and six more.
 *   b B h H i I q Q   integers            f d   floating point       ? bool    v VARIANT_BOOL
 *   c char            u WCHAR             z char *                   Z WCHAR *   X BSTR
 *   P void *          O PyObject *        p POINTER(T)               x function pointer
 *   a array, by its address               s structure or union       * whatever its from_param makes of it
 * A function's result may also be n (nothing) and r (int, given to a callable). */
enum { SHAPE_NONE = 0 /* not a type of ctypes */ };

struct shape {
    char code;
    uint32_t size; /* bytes of the value */
};

/* Where ctypes keeps what, in this version of Python. foreign.py finds it out on objects whose values it knows; nothing
 * here is assumed. */
struct ctypes_layout {
    Py_ssize_t buffer;          /* in a ctypes instance: the address of its value */
    Py_ssize_t argument_tag;    /* in what byref() and from_param() return: the letter, */
    Py_ssize_t argument_value;  /* the value, */
    Py_ssize_t argument_object; /* and the instance that a pointer was made of */
    Py_ssize_t signature;       /* in a function: its Signature, None or NULL */
    Py_ssize_t vectorcall;      /* in a function: 8 bytes that ctypes does not use, zero at first; or 0 */
    PyTypeObject *argument_type;
};
extern struct ctypes_layout ctypes_layout;

/* Python's part, set once with the layout. */
struct foreign_hooks {
    PyObject *prepare;        /* (function) -> Signature */
    PyObject *describe;       /* (type) -> (letter, size), or None for a type that is not of ctypes */
    PyObject *argument_error; /* (position or 0, exception): raises ctypes.ArgumentError */
    PyObject *result_error;   /* (hresult, COM interface id or None, its address): raises OSError or COMError */
    PyObject *ignored;        /* (call text, conversion text): how this Python names a callback's lost exceptions */
};
extern struct foreign_hooks foreign_hooks;

static inline char *instance_buffer(PyObject *instance) {
    return *(char **)((char *)instance + ctypes_layout.buffer);
}
static inline char argument_tag(PyObject *argument) { return *((char *)argument + ctypes_layout.argument_tag); }
static inline const char *argument_value(PyObject *argument) {
    return (char *)argument + ctypes_layout.argument_value;
}
static inline PyObject *argument_object(PyObject *argument) {
    return *(PyObject **)((char *)argument + ctypes_layout.argument_object);
}

static inline uint64_t load_u64(const void *memory) {
    uint64_t value;
    memcpy(&value, memory, 8);
    return value;
}

/* "x64 calling convention": structures of these sizes are passed and returned as integers of the same size, all others
 * through a pointer. */
static inline bool travels_in_register(uint32_t size) { return size == 1 || size == 2 || size == 4 || size == 8; }

static inline bool is_floating(char code) { return code == 'f' || code == 'd'; }

/* How instances of a type travel; SHAPE_NONE when they are no instances of ctypes. False with an exception. */
bool shape_of(PyTypeObject *type, struct shape *shape);

/* A scalar in memory as a number: integers extended to 8 bytes by their sign. */
uint64_t slot_from_memory(char code, const void *memory);

/* A scalar in memory as an argument. What lies above its width is undefined by "x64 calling convention"; zero, which
 * ctypes on Windows puts there, lets 0xFFFFFFFF reach a 64-bit parameter as it was written. */
uint64_t argument_from_memory(char code, const void *memory);

/* The Python value of a scalar in memory. */
PyObject *value_from_memory(char code, const void *memory);

/* Its converse: a scalar as a slot. False with an exception set. Pointers to strings point into *keep, a new reference
 * (else untouched). */
bool value_to_slot(char code, PyObject *value, uint64_t *slot, PyObject **keep);

/* str from UTF-16, lone surrogates included; length in units, negative: up to the terminating zero. */
PyObject *wide_to_python(const void *text, Py_ssize_t length);

/* Writes str as UTF-16 with a terminating zero; `units` has place for wide_capacity(text) units. Returns the length. */
Py_ssize_t wide_capacity(PyObject *text);
Py_ssize_t wide_from_python(PyObject *text, WCHAR *units);

/* An instance of a ctypes type with a zeroed value; neither __new__ nor __init__ runs. */
PyObject *new_instance(PyObject *type);

enum {
    FUNCTION_CDECL = 1,
    FUNCTION_HRESULT = 2,
    FUNCTION_PYTHON = 4,
    FUNCTION_ERRNO = 8,
    FUNCTION_LAST_ERROR = 16,
};

/* Exchanges this thread's private copies with what Windows code sees, for use_errno and use_last_error. */
void exchange_errors(unsigned flags, struct thread *thread);

/* Each adds its types and functions to the module; -1 with an exception set. */
int foreign_add(PyObject *module);
int call_add(PyObject *module);
int thunk_add(PyObject *module);

#endif
