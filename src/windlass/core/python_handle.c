/* Kernel objects whose content Python keeps, and text in the ANSI code page, for API functions in Python.
 *
 * A registry key's handle is a kernel handle like any other on Windows: it can be duplicated and closed by NtClose. What
 * the key is stands in Python; the object holds the number by which Python knows it. */
#include "python.h"

#include "codepage.h"
#include "handle.h"

struct numbered_object {
    struct object object;
    uint64_t number;
};

static void destroy(struct object *object) { free(object); }

/* KEY_READ, KEY_WRITE, KEY_EXECUTE and KEY_ALL_ACCESS ("Registry Key Security and Access Rights"). */
static const struct object_type key_type = {
    .name = "Key",
    .destroy = destroy,
    .all_access = 0xF003F,
    .generic_read = 0x20019,
    .generic_write = 0x20006,
    .generic_execute = 0x20019,
};

static PyObject *key_handle(PyObject *self, PyObject *args) {
    unsigned long long number;
    unsigned access;
    (void)self;
    if (!PyArg_ParseTuple(args, "KI", &number, &access))
        return NULL;
    struct numbered_object *key = calloc(1, sizeof *key);
    if (!key)
        return PyErr_NoMemory();
    object_init(&key->object, &key_type);
    key->number = number;
    HANDLE handle = handle_new(&key->object, access_from_generic(&key->object, access), 0);
    object_release(&key->object);
    return handle ? PyLong_FromVoidPtr(handle) : PyErr_NoMemory();
}

/* (number, access), or None when the handle is no key's. */
static PyObject *key_of_handle(PyObject *self, PyObject *args) {
    unsigned long long handle;
    NTSTATUS status;
    DWORD flags;
    ACCESS_MASK access = 0;
    (void)self;
    if (!PyArg_ParseTuple(args, "K", &handle))
        return NULL;
    struct object *object = handle_object((HANDLE)(uintptr_t)handle, &key_type, 0, &status);
    if (!object)
        Py_RETURN_NONE;
    handle_query((HANDLE)(uintptr_t)handle, &flags, &access);
    PyObject *result = Py_BuildValue("KI", (unsigned long long)((struct numbered_object *)object)->number, access);
    object_release(object);
    return result;
}

static PyObject *close_handle(PyObject *self, PyObject *args) {
    unsigned long long handle;
    (void)self;
    if (!PyArg_ParseTuple(args, "K", &handle))
        return NULL;
    return PyLong_FromLong(handle_close((HANDLE)(uintptr_t)handle));
}

/* ---- text ---- */

static PyObject *ansi_to_text(PyObject *self, PyObject *args) {
    const char *bytes;
    Py_ssize_t size;
    (void)self;
    if (!PyArg_ParseTuple(args, "y#", &bytes, &size))
        return NULL;
    struct codepage *page = codepage_ansi();
    size_t length = codepage_to_wide(page, 0, bytes, (size_t)size, NULL, 0, NULL);
    WCHAR *wide = malloc((length + 1) * sizeof *wide);
    if (!wide)
        return PyErr_NoMemory();
    codepage_to_wide(page, 0, bytes, (size_t)size, wide, length, NULL);
    int little_endian = -1;
    PyObject *text = PyUnicode_DecodeUTF16((const char *)wide, (Py_ssize_t)(length * 2), "surrogatepass",
                                           &little_endian);
    free(wide);
    return text;
}

static PyObject *ansi_from_text(PyObject *self, PyObject *text) {
    (void)self;
    PyObject *encoded = PyUnicode_AsEncodedString(text, "utf-16-le", "surrogatepass");
    if (!encoded)
        return NULL;
    const WCHAR *wide = (const WCHAR *)(const void *)PyBytes_AsString(encoded);
    size_t length = (size_t)PyBytes_Size(encoded) / sizeof *wide;
    struct codepage *page = codepage_ansi();
    size_t size = codepage_from_wide(page, 0, wide, length, NULL, 0, NULL, NULL, NULL);
    char *bytes = malloc(size + 1);
    PyObject *result = NULL;
    if (bytes) {
        codepage_from_wide(page, 0, wide, length, bytes, size, NULL, NULL, NULL);
        result = PyBytes_FromStringAndSize(bytes, (Py_ssize_t)size);
    } else {
        PyErr_NoMemory();
    }
    free(bytes);
    Py_DECREF(encoded);
    return result;
}

static PyMethodDef functions[] = {
    {"key_handle", key_handle, METH_VARARGS, NULL},
    {"key_of_handle", key_of_handle, METH_VARARGS, NULL},
    {"close_handle", close_handle, METH_VARARGS, NULL},
    {"ansi_to_text", ansi_to_text, METH_VARARGS, NULL},
    {"ansi_from_text", ansi_from_text, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

int python_handle_add(PyObject *module) { return PyModule_AddFunctions(module, functions); }
