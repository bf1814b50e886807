/* Memory of the Windows program, read and written by Python.
 *
 * An address that the program gave to an API function may be bad. Then the access ends in the exception
 * windlass._core.AccessViolation, and what the API function's caller sees is an access violation, as if the function were
 * Windows' own (python_callback.c). */
#include "guard.h"
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

/* Whatever lies there, stacks of threads as well: no business of AddressSanitizer, which looks into memcpy(). */
static void copy_from_program(void *to, const void *from, size_t size) {
    __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(size) : : "memory");
}

static PyObject *core_read(PyObject *self, PyObject *args) {
    unsigned long long address;
    Py_ssize_t size;
    PyObject *bytes;
    (void)self;
    if (!PyArg_ParseTuple(args, "Kn", &address, &size))
        return NULL;
    if (size > 0 && !is_accessible((uintptr_t)address, (size_t)size, false))
        return raise_access_violation((uintptr_t)address, false);
    bytes = PyBytes_FromStringAndSize(NULL, size);
    if (bytes)
        copy_from_program(PyBytes_AsString(bytes), (const void *)(uintptr_t)address, (size_t)size);
    return bytes;
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

/* ---- Control Flow Guard ---- */

static PyObject *core_guard_enable(PyObject *self, PyObject *args) {
    (void)self, (void)args;
    return guard_enable() ? Py_BuildValue("") : PyErr_NoMemory();
}

static PyObject *core_guard_is_on(PyObject *self, PyObject *args) {
    (void)self, (void)args;
    return PyBool_FromLong(guard_is_on());
}

static PyObject *core_guard_set_range(PyObject *self, PyObject *args) {
    unsigned long long address;
    Py_ssize_t size;
    int valid;
    (void)self;
    if (!PyArg_ParseTuple(args, "Knp", &address, &size, &valid))
        return NULL;
    return guard_set_range((uintptr_t)address, (uintptr_t)address + (size_t)size, valid) ? Py_BuildValue("")
                                                                                         : PyErr_NoMemory();
}

/* A table lists RVAs, each followed by as many bytes of flags as there are; those that say so are no targets ("PE
 * Format", "Control Flow Guard": IMAGE_GUARD_FLAG_FID_SUPPRESSED). */
static PyObject *core_guard_add_table(PyObject *self, PyObject *args) {
    enum { SUPPRESSED = 1 };
    unsigned long long base;
    const unsigned char *table;
    Py_ssize_t size;
    unsigned stride, image_size;
    (void)self;
    if (!PyArg_ParseTuple(args, "KIy#I", &base, &image_size, &table, &size, &stride))
        return NULL;
    for (const unsigned char *entry = table; entry + stride <= table + size; entry += stride) {
        uint32_t rva;
        memcpy(&rva, entry, sizeof rva);
        if (rva < image_size && !(stride > sizeof rva && entry[sizeof rva] & SUPPRESSED))
            guard_set_target((uintptr_t)base + rva, true);
    }
    Py_RETURN_NONE;
}

static PyObject *core_guard_add_jumps(PyObject *self, PyObject *args) {
    unsigned long long base, table;
    unsigned size, count, stride;
    (void)self;
    if (!PyArg_ParseTuple(args, "KIKII", &base, &size, &table, &count, &stride))
        return NULL;
    return guard_add_jumps((uintptr_t)base, (uintptr_t)base + size, (const unsigned char *)(uintptr_t)table, count, stride)
               ? Py_BuildValue("")
               : PyErr_NoMemory();
}

static PyObject *core_guard_remove_jumps(PyObject *self, PyObject *args) {
    unsigned long long base;
    (void)self;
    if (!PyArg_ParseTuple(args, "K", &base))
        return NULL;
    guard_remove_jumps((uintptr_t)base);
    Py_RETURN_NONE;
}

static PyMethodDef functions[] = {
    {"guard_enable", core_guard_enable, METH_NOARGS, NULL},
    {"guard_is_on", core_guard_is_on, METH_NOARGS, NULL},
    {"guard_set_range", core_guard_set_range, METH_VARARGS, NULL},
    {"guard_add_table", core_guard_add_table, METH_VARARGS, NULL},
    {"guard_add_jumps", core_guard_add_jumps, METH_VARARGS, NULL},
    {"guard_remove_jumps", core_guard_remove_jumps, METH_VARARGS, NULL},
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
