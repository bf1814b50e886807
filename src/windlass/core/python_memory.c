/* Memory of the Windows program, read and written by Python.
 *
 * An address that the program gave to an API function may be bad. Then the access ends in the exception
 * windlass._core.AccessViolation, and what the API function's caller sees is an access violation, as if the function were
 * Windows' own (python_callback.c). */
#include "python.h"

PyObject *access_violation_type;

static bool is_accessible(uintptr_t address, size_t size, bool write) {
    struct fault_guard guard;
    if (!size)
        return true;
    if (address + size - 1 < address || fault_guard_enter(&guard, &thread_self_with_gil()->guard))
        return false;
    const uintptr_t last = address + size - 1;
    for (uintptr_t at = address;; at = last - at > PAGE_SIZE ? at + PAGE_SIZE : last) {
        if (write)
            __atomic_fetch_or((char *)at, 0, __ATOMIC_RELAXED);
        else
            (void)*(const volatile char *)at;
        if (at == last)
            break;
    }
    fault_guard_leave(&guard);
    return true;
}

static Py_ssize_t units_before_zero(const volatile char *text, size_t unit) {
    Py_ssize_t length = 0;
    while (unit == 1 ? text[length] != 0 : ((const volatile WCHAR *)text)[length] != 0)
        length++;
    return length;
}

/* -1 when there is bad memory before the zero. */
static Py_ssize_t text_length(const char *text, size_t unit) {
    struct fault_guard guard;
    if (fault_guard_enter(&guard, &thread_self_with_gil()->guard))
        return -1;
    Py_ssize_t length = units_before_zero(text, unit);
    fault_guard_leave(&guard);
    return length;
}

PyObject *raise_access_violation(uintptr_t address, bool write) {
    PyObject *arguments = Py_BuildValue("(iK)", write, (unsigned long long)address);
    if (arguments)
        PyErr_SetObject(access_violation_type, arguments);
    Py_XDECREF(arguments);
    return NULL;
}

PyObject *program_bytes(const void *text) {
    Py_ssize_t length = text_length(text, 1);
    return length < 0 ? raise_access_violation((uintptr_t)text, false) : PyBytes_FromStringAndSize(text, length);
}

PyObject *program_text(const void *text, Py_ssize_t length) {
    int little_endian = -1;
    if (length < 0)
        length = text_length(text, sizeof(WCHAR));
    else if (!is_accessible((uintptr_t)text, (size_t)length * sizeof(WCHAR), false))
        length = -1;
    if (length < 0)
        return raise_access_violation((uintptr_t)text, false);
    return PyUnicode_DecodeUTF16(text, length * 2, "surrogatepass", &little_endian);
}

static PyObject *core_read(PyObject *self, PyObject *args) {
    unsigned long long address;
    Py_ssize_t size;
    (void)self;
    if (!PyArg_ParseTuple(args, "Kn", &address, &size))
        return NULL;
    if (size > 0 && !is_accessible((uintptr_t)address, (size_t)size, false))
        return raise_access_violation((uintptr_t)address, false);
    return PyBytes_FromStringAndSize((const char *)(uintptr_t)address, size);
}

static PyObject *core_string(PyObject *self, PyObject *args) {
    unsigned long long address;
    (void)self;
    return PyArg_ParseTuple(args, "K", &address) ? program_bytes((const void *)(uintptr_t)address) : NULL;
}

static PyObject *core_wide_string(PyObject *self, PyObject *args) {
    unsigned long long address;
    Py_ssize_t length = -1;
    (void)self;
    if (!PyArg_ParseTuple(args, "K|n", &address, &length))
        return NULL;
    return program_text((const void *)(uintptr_t)address, length);
}

static PyObject *core_write(PyObject *self, PyObject *args) {
    unsigned long long address;
    const char *data;
    Py_ssize_t size;
    (void)self;
    if (!PyArg_ParseTuple(args, "Ky#", &address, &data, &size))
        return NULL;
    if (!is_accessible((uintptr_t)address, (size_t)size, true))
        return raise_access_violation((uintptr_t)address, true);
    memcpy((void *)(uintptr_t)address, data, (size_t)size);
    Py_RETURN_NONE;
}

/* PyMemoryView_FromMemory's flags, which the limited API of 3.9 does not name. */
enum { VIEW_READ = 0x100, VIEW_WRITE = 0x200 };

static PyObject *core_view(PyObject *self, PyObject *args) {
    static char nothing;
    unsigned long long address;
    Py_ssize_t size;
    int write = 0;
    (void)self;
    if (!PyArg_ParseTuple(args, "Kn|p", &address, &size, &write))
        return NULL;
    if (size <= 0)
        return PyMemoryView_FromMemory(&nothing, 0, VIEW_READ);
    if (!is_accessible((uintptr_t)address, (size_t)size, write))
        return raise_access_violation((uintptr_t)address, write);
    return PyMemoryView_FromMemory((char *)(uintptr_t)address, size, write ? VIEW_WRITE : VIEW_READ);
}

static PyMethodDef functions[] = {
    {"read", core_read, METH_VARARGS, NULL},
    {"view", core_view, METH_VARARGS, NULL},
    {"string", core_string, METH_VARARGS, NULL},
    {"wide_string", core_wide_string, METH_VARARGS, NULL},
    {"write", core_write, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};

int python_memory_add(PyObject *module) {
    access_violation_type = PyErr_NewException("windlass._core.AccessViolation", PyExc_OSError, NULL);
    if (!access_violation_type)
        return -1;
    Py_INCREF(access_violation_type);
    return PyModule_AddFunctions(module, functions) ||
           PyModule_AddObject(module, "AccessViolation", access_violation_type) ? -1 : 0;
}
