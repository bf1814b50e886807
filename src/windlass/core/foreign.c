/* Values between ctypes' objects and the slots of the Windows calling convention.
 *
 * The widths are Windows': a WCHAR has two bytes, whatever the host's wchar_t has. */
#include "foreign.h"

struct ctypes_layout ctypes_layout;
struct foreign_hooks foreign_hooks;

/* tp_new of the host's ctypes types, which gives an instance a zeroed buffer of its type's size. */
static newfunc ctypes_new;
static PyObject *no_arguments;

/* use_errno and use_last_error: what get_errno() and get_last_error() return. */
static __thread struct {
    int error;
    DWORD last_error;
} private_errors;

/* From the C run-time (api/crt/crt_errno.c). */
int *WINAPI api__errno(void);

/* ---- shapes ---- */

/* The shapes of the types that were last seen; a type in the table is kept alive. */
enum { SHAPE_CACHE = 256 };
static struct {
    PyTypeObject *type;
    struct shape shape;
} shape_cache[SHAPE_CACHE];

static bool describe(PyTypeObject *type, struct shape *shape) {
    PyObject *answer = PyObject_CallFunctionObjArgs(foreign_hooks.describe, (PyObject *)type, NULL);
    int code = SHAPE_NONE;
    unsigned size = 0;
    bool valid = answer && (answer == Py_None || PyArg_ParseTuple(answer, "CI", &code, &size));
    Py_XDECREF(answer);
    *shape = (struct shape){(char)code, size};
    return valid;
}

bool shape_of(PyTypeObject *type, struct shape *shape) {
    uintptr_t hash = (uintptr_t)type >> 4;
    size_t i = (hash ^ hash >> 8) % SHAPE_CACHE;
    if (shape_cache[i].type == type) {
        *shape = shape_cache[i].shape;
        return true;
    }
    if (!describe(type, shape))
        return false;
    PyTypeObject *evicted = shape_cache[i].type;
    Py_INCREF(type);
    shape_cache[i].type = type;
    shape_cache[i].shape = *shape;
    Py_XDECREF(evicted);
    return true;
}

/* ---- UTF-16 ---- */

PyObject *wide_to_python(const void *text, Py_ssize_t length) {
    int little_endian = -1;
    const WCHAR *units = text;
    if (length < 0)
        for (length = 0; units[length]; length++)
            ;
    return PyUnicode_DecodeUTF16(text, length * 2, "surrogatepass", &little_endian);
}

/* The host's wchar_t has four bytes, so the code points are first laid down at twice the width, in the same place. */
Py_ssize_t wide_capacity(PyObject *text) { return 2 * (PyUnicode_GetLength(text) + 1); }

Py_ssize_t wide_from_python(PyObject *text, WCHAR *units) {
    wchar_t *points = (wchar_t *)units;
    Py_ssize_t count = PyUnicode_AsWideChar(text, points, PyUnicode_GetLength(text) + 1), length = 0;
    for (Py_ssize_t i = 0; i < count; i++) {
        uint32_t point = (uint32_t)points[i];
        if (point >= 0x10000)
            break;
        units[length++] = (WCHAR)point;
    }
    if (length == count) {
        units[length] = 0;
        return length;
    }
    /* Two units a point fit exactly into a point's four bytes, but must not overtake the points not yet read: they
     * cannot, since unit 2i+1 is the end of point i. */
    for (Py_ssize_t i = length; i < count; i++) {
        uint32_t point = (uint32_t)points[i];
        if (point >= 0x10000) {
            units[length++] = (WCHAR)(0xD800 + ((point - 0x10000) >> 10));
            units[length++] = (WCHAR)(0xDC00 + (point & 0x3FF));
        } else {
            units[length++] = (WCHAR)point;
        }
    }
    units[length] = 0;
    return length;
}

/* ---- scalars ---- */

uint64_t slot_from_memory(char code, const void *memory) {
    uint64_t slot = 0;
    switch (code) {
    case 'b': return (uint64_t)(int64_t) * (const int8_t *)memory;
    case 'B': case 'c': case '?': return *(const uint8_t *)memory;
    case 'h': case 'v': memcpy(&slot, memory, 2); return (uint64_t)(int64_t)(int16_t)slot;
    case 'H': case 'u': memcpy(&slot, memory, 2); return slot;
    case 'i': memcpy(&slot, memory, 4); return (uint64_t)(int64_t)(int32_t)slot;
    case 'I': case 'f': memcpy(&slot, memory, 4); return slot;
    default: return load_u64(memory);
    }
}

uint64_t argument_from_memory(char code, const void *memory) {
    uint64_t slot = 0;
    switch (code) {
    case 'b': case 'B': case 'c': case '?': return *(const uint8_t *)memory;
    case 'h': case 'H': case 'v': case 'u': memcpy(&slot, memory, 2); return slot;
    case 'i': case 'I': case 'f': memcpy(&slot, memory, 4); return slot;
    default: return load_u64(memory);
    }
}

static PyObject *none(void) {
    Py_INCREF(Py_None);
    return Py_None;
}

static PyObject *object_from_slot(uint64_t slot) {
    PyObject *object = (PyObject *)(uintptr_t)slot;
    if (!object)
        PyErr_SetString(PyExc_ValueError, "PyObject is NULL");
    Py_XINCREF(object);
    return object;
}

static PyObject *bstr_to_python(const char *text) {
    DWORD bytes; /* "BSTR": the length in bytes stands before the text */
    memcpy(&bytes, text - 4, 4);
    return wide_to_python(text, bytes / 2);
}

PyObject *value_from_memory(char code, const void *memory) {
    uint64_t slot = slot_from_memory(code, memory);
    const char *pointer = (const char *)(uintptr_t)slot;
    float single;
    double number;
    switch (code) {
    case 'b': case 'h': case 'i': return PyLong_FromLong((long)slot);
    case 'B': case 'H': case 'I': return PyLong_FromUnsignedLong((unsigned long)slot);
    case 'q': return PyLong_FromLongLong((long long)slot);
    case 'Q': return PyLong_FromUnsignedLongLong(slot);
    case 'f': memcpy(&single, memory, 4); return PyFloat_FromDouble((double)single);
    case 'd': memcpy(&number, memory, 8); return PyFloat_FromDouble(number);
    case '?': case 'v': return PyBool_FromLong(slot != 0);
    case 'c': return PyBytes_FromStringAndSize(memory, 1);
    case 'u': return wide_to_python(memory, 1);
    case 'z': return pointer ? PyBytes_FromString(pointer) : none();
    case 'Z': return pointer ? wide_to_python(pointer, -1) : none();
    case 'X': return pointer ? bstr_to_python(pointer) : none();
    case 'P': return pointer ? PyLong_FromVoidPtr((void *)(uintptr_t)slot) : none();
    case 'O': return object_from_slot(slot);
    default: return PyErr_Format(PyExc_SystemError, "no scalar travels as '%c'", code);
    }
}

static bool refuse(const char *expected, PyObject *value) {
    PyObject *name = PyObject_GetAttrString((PyObject *)Py_TYPE(value), "__name__");
    if (name)
        PyErr_Format(PyExc_TypeError, "%s expected instead of %S instance", expected, name);
    Py_XDECREF(name);
    return false;
}

static bool integer_to_slot(PyObject *value, uint64_t *slot) {
    if (PyFloat_Check(value))
        return refuse("int", value);
    *slot = PyLong_AsUnsignedLongLongMask(value);
    return !(*slot == UINT64_MAX && PyErr_Occurred());
}

static bool char_to_slot(PyObject *value, uint64_t *slot) {
    if (PyBytes_Check(value) && PyBytes_Size(value) == 1) {
        *slot = (uint8_t)PyBytes_AsString(value)[0];
        return true;
    }
    if (PyByteArray_Check(value) && PyByteArray_Size(value) == 1) {
        *slot = (uint8_t)PyByteArray_AsString(value)[0];
        return true;
    }
    if (PyLong_Check(value)) {
        long number = PyLong_AsLong(value);
        *slot = (uint64_t)number;
        if (number >= 0 && number < 256)
            return true;
        PyErr_Clear();
    }
    PyErr_SetString(PyExc_TypeError, "one character bytes, bytearray or integer expected");
    return false;
}

static bool wchar_to_slot(PyObject *value, uint64_t *slot) {
    WCHAR units[6];
    if (!PyUnicode_Check(value) || PyUnicode_GetLength(value) != 1 || wide_from_python(value, units) != 1) {
        PyErr_SetString(PyExc_TypeError, "one character unicode string expected");
        return false;
    }
    *slot = units[0];
    return true;
}

/* A bytes object that holds the text as UTF-16 with its zero: what a WCHAR * can point to. */
static PyObject *wide_object(PyObject *text) {
    Py_ssize_t capacity = wide_capacity(text);
    WCHAR *units = PyMem_Malloc((size_t)capacity * 2);
    if (!units)
        return PyErr_NoMemory();
    Py_ssize_t length = wide_from_python(text, units);
    PyObject *bytes = PyBytes_FromStringAndSize((char *)units, (length + 1) * 2);
    PyMem_Free(units);
    return bytes;
}

static bool pointer_to_slot(char code, PyObject *value, uint64_t *slot, PyObject **keep) {
    if (value == Py_None) {
        *slot = 0;
        return true;
    }
    if (code != 'X' && PyLong_Check(value)) {
        *slot = PyLong_AsUnsignedLongLongMask(value);
        return true;
    }
    if (code == 'z' && PyBytes_Check(value)) {
        Py_INCREF(value);
        *keep = value;
    } else if (code == 'Z' && PyUnicode_Check(value)) {
        *keep = wide_object(value);
        if (!*keep)
            return false;
    } else if (code == 'P') {
        PyErr_SetString(PyExc_TypeError, "cannot be converted to pointer");
        return false;
    } else {
        return code == 'z' ? refuse("bytes or integer address", value)
                           : refuse("unicode string or integer address", value);
    }
    *slot = (uint64_t)(uintptr_t)PyBytes_AsString(*keep);
    return true;
}

static bool float_to_slot(char code, PyObject *value, uint64_t *slot) {
    double number = PyFloat_AsDouble(value);
    if (number == -1 && PyErr_Occurred())
        return false;
    *slot = 0;
    if (code == 'd') {
        memcpy(slot, &number, 8);
    } else {
        float single = (float)number;
        memcpy(slot, &single, 4);
    }
    return true;
}

static bool truth_to_slot(uint64_t yes, PyObject *value, uint64_t *slot) {
    int truth = PyObject_IsTrue(value);
    *slot = truth > 0 ? yes : 0;
    return truth >= 0;
}

bool value_to_slot(char code, PyObject *value, uint64_t *slot, PyObject **keep) {
    switch (code) {
    case 'b': case 'B': case 'h': case 'H': case 'i': case 'I': case 'q': case 'Q':
        return integer_to_slot(value, slot) && (*slot = slot_from_memory(code, slot), true);
    case 'f': case 'd': return float_to_slot(code, value, slot);
    case '?': return truth_to_slot(1, value, slot);
    case 'v': return truth_to_slot(0xFFFF, value, slot); /* VARIANT_TRUE */
    case 'c': return char_to_slot(value, slot);
    case 'u': return wchar_to_slot(value, slot);
    case 'O':
        Py_INCREF(value); /* the receiver's, as ctypes has it */
        *slot = (uint64_t)(uintptr_t)value;
        return true;
    default: return pointer_to_slot(code, value, slot, keep);
    }
}

/* ---- instances ---- */

PyObject *new_instance(PyObject *type) { return ctypes_new((PyTypeObject *)type, no_arguments, NULL); }

/* ---- errors ---- */

void exchange_errors(unsigned flags, struct thread *thread) {
    if (flags & FUNCTION_ERRNO) {
        int *error = api__errno(), old = *error;
        *error = private_errors.error;
        private_errors.error = old;
    }
    if (flags & FUNCTION_LAST_ERROR) {
        DWORD old = thread->teb.LastErrorValue;
        thread->teb.LastErrorValue = private_errors.last_error;
        private_errors.last_error = old;
    }
}

static PyObject *get_errno(PyObject *self, PyObject *args) {
    (void)self, (void)args;
    return PyLong_FromLong(private_errors.error);
}

static PyObject *set_errno(PyObject *self, PyObject *args) {
    int new, old = private_errors.error;
    (void)self;
    if (!PyArg_ParseTuple(args, "i", &new))
        return NULL;
    private_errors.error = new;
    return PyLong_FromLong(old);
}

static PyObject *get_private_last_error(PyObject *self, PyObject *args) {
    (void)self, (void)args;
    return PyLong_FromLong((long)(int)private_errors.last_error);
}

static PyObject *set_private_last_error(PyObject *self, PyObject *args) {
    unsigned new, old = private_errors.last_error;
    (void)self;
    if (!PyArg_ParseTuple(args, "I", &new))
        return NULL;
    private_errors.last_error = new;
    return PyLong_FromLong((long)(int)old);
}

/* ---- the module's part ---- */

static PyObject *foreign_setup(PyObject *self, PyObject *args) {
    struct ctypes_layout layout = ctypes_layout;
    struct foreign_hooks hooks;
    PyObject *argument_type, *structure_type;
    (void)self;
    if (!PyArg_ParseTuple(args, "(nnnnn)OOOOOOO", &layout.buffer, &layout.argument_tag, &layout.argument_value,
                          &layout.argument_object, &layout.signature, &argument_type, &structure_type, &hooks.prepare,
                          &hooks.describe, &hooks.argument_error, &hooks.result_error, &hooks.ignored))
        return NULL;
    layout.argument_type = (PyTypeObject *)argument_type;
    ctypes_layout = layout;
    foreign_hooks = hooks;
    ctypes_new = (newfunc)PyType_GetSlot((PyTypeObject *)structure_type, Py_tp_new);
    Py_INCREF(args); /* keeps all of them, for ever */
    Py_RETURN_NONE;
}

static PyObject *wide_bytes(PyObject *self, PyObject *text) {
    (void)self;
    if (!PyUnicode_Check(text))
        return PyErr_Format(PyExc_TypeError, "str expected");
    return wide_object(text);
}

/* ---- memory ----
 *
 * ctypes' functions for raw memory, as Windows functions: an access violation in them ends the call in an exception. */

static void *WINAPI memory_move(void *to, const void *from, size_t size) { return memmove(to, from, size); }

static void *WINAPI memory_set(void *to, int value, size_t size) { return memset(to, value, size); }

/* Touches what is going to be read, since the interpreter must not be left in the middle. */
static void touch(const volatile char *memory, size_t size) {
    for (size_t at = 0; at < size; at += PAGE_SIZE)
        (void)memory[at];
    if (size)
        (void)memory[size - 1];
}

static PyObject *WINAPI memory_string(const volatile char *text, Py_ssize_t size) {
    if (size > PY_SSIZE_T_MAX / 2)
        return PyErr_NoMemory();
    if (size < 0)
        for (size = 0; text[size]; size++)
            ;
    touch(text, (size_t)size);
    return PyBytes_FromStringAndSize((const char *)text, size);
}

static PyObject *WINAPI memory_wide_string(const volatile WCHAR *text, Py_ssize_t length) {
    if (length > PY_SSIZE_T_MAX / 2)
        return PyErr_NoMemory();
    if (length < 0)
        for (length = 0; text[length]; length++)
            ;
    touch((const volatile char *)text, (size_t)length * 2);
    return wide_to_python((const void *)text, length);
}

static int add_addresses(PyObject *module) {
    const struct {
        const char *name;
        uintptr_t address;
    } functions_[] = {
        {"memmove_address", (uintptr_t)memory_move},
        {"memset_address", (uintptr_t)memory_set},
        {"string_at_address", (uintptr_t)memory_string},
        {"wstring_at_address", (uintptr_t)memory_wide_string},
    };
    for (size_t i = 0; i < sizeof functions_ / sizeof *functions_; i++)
        if (PyModule_AddObject(module, functions_[i].name, PyLong_FromSize_t(functions_[i].address)))
            return -1;
    return 0;
}

/* After a change of a class's dictionary that did not go through type's own __setattr__. */
static PyObject *type_modified(PyObject *self, PyObject *type) {
    (void)self;
    if (!PyType_Check(type))
        return PyErr_Format(PyExc_TypeError, "type expected");
    PyType_Modified((PyTypeObject *)type);
    Py_RETURN_NONE;
}

static PyMethodDef functions[] = {
    {"type_modified", type_modified, METH_O, NULL},
    {"foreign_setup", foreign_setup, METH_VARARGS, NULL},
    {"wide_bytes", wide_bytes, METH_O, NULL},
    {"get_errno", get_errno, METH_NOARGS, NULL},
    {"set_errno", set_errno, METH_VARARGS, NULL},
    {"get_private_last_error", get_private_last_error, METH_NOARGS, NULL},
    {"set_private_last_error", set_private_last_error, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};

int foreign_add(PyObject *module) {
    no_arguments = PyTuple_New(0);
    return !no_arguments || PyModule_AddFunctions(module, functions) || add_addresses(module) ? -1 : 0;
}
