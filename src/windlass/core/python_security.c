/* The security descriptors of kernel objects, for API functions in Python ("SetKernelObjectSecurity function").
 *
 * Nobody is refused on their account: an object belongs to one user's process. They are kept for whoever asks again. */
#include "python.h"

#include "file.h"

struct object_security {
    size_t size;
    char bytes[];
};

static HANDLE handle_argument(unsigned long long value) { return (HANDLE)(uintptr_t)value; }

static PyObject *object_security(PyObject *self, PyObject *args) {
    unsigned long long value;
    unsigned access;
    NTSTATUS status = STATUS_SUCCESS;
    (void)self;
    if (!PyArg_ParseTuple(args, "KI", &value, &access))
        return NULL;
    struct object *object = handle_object(handle_argument(value), NULL, access, &status);
    if (!object)
        return Py_BuildValue("iO", status, Py_None);
    const struct object_security *security = object->security;
    PyObject *result = security ? Py_BuildValue("iy#", STATUS_SUCCESS, security->bytes, (Py_ssize_t)security->size)
                                : Py_BuildValue("iO", STATUS_SUCCESS, Py_None);
    object_release(object);
    return result;
}

static PyObject *object_set_security(PyObject *self, PyObject *args) {
    unsigned long long value;
    unsigned access;
    const char *bytes;
    Py_ssize_t size;
    NTSTATUS status = STATUS_SUCCESS;
    (void)self;
    if (!PyArg_ParseTuple(args, "KIy#", &value, &access, &bytes, &size))
        return NULL;
    struct object *object = handle_object(handle_argument(value), NULL, access, &status);
    if (!object)
        return PyLong_FromLong(status);
    struct object_security *security = malloc(sizeof *security + (size_t)size);
    if (security) {
        security->size = (size_t)size;
        memcpy(security->bytes, bytes, (size_t)size);
        free(object->security);
        object->security = security;
    }
    object_release(object);
    return PyLong_FromLong(security ? STATUS_SUCCESS : STATUS_NO_MEMORY);
}

static PyObject *object_file(PyObject *self, PyObject *args) {
    unsigned long long value;
    unsigned access;
    NTSTATUS status;
    (void)self;
    if (!PyArg_ParseTuple(args, "KI", &value, &access))
        return NULL;
    struct object *object = handle_object(handle_argument(value), &file_type, access, &status);
    const struct file *file = (const struct file *)object;
    if (!object)
        Py_RETURN_NONE;
    bool has_path = file->path && (file->kind == FILE_KIND_DISK || file->kind == FILE_KIND_DIRECTORY);
    PyObject *path = has_path ? PyUnicode_DecodeFSDefault(file->path) : Py_BuildValue("");
    object_release(object);
    return path;
}

static PyMethodDef functions[] = {
    {"object_security", object_security, METH_VARARGS, NULL},
    {"object_set_security", object_set_security, METH_VARARGS, NULL},
    {"object_file", object_file, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};

int python_security_add(PyObject *module) { return PyModule_AddFunctions(module, functions); }
