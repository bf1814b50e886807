/* windlass._core.MissingFunction: what an import is bound to when a builtin DLL has no such function. A call raises a
 * Windows exception that names the function and who imported it. A handler of the program's own may swallow that
 * (catch (...), a run-time's last handler), so the first call of each says it on stderr, too. */
#include <stdatomic.h>
#include <stdio.h>

#include "python.h"

struct missing_function {
    PyObject_HEAD
    struct callback callback;
    void *code;
    char *text;  /* the function, and behind its zero the module that imported it */
    atomic_flag told;
};

static void enter(struct callback *callback, uint64_t *slots, const uint64_t *xmm, struct call_result *result) {
    (void)slots, (void)xmm, (void)result;
    struct missing_function *self = callback->context;
    enum { NONCONTINUABLE = 1 };
    if (!atomic_flag_test_and_set(&self->told))
        fprintf(stderr, "windlass: %s is not implemented; %s called it\n", self->text,
                self->text + strlen(self->text) + 1);
    const ULONG_PTR parameter = (ULONG_PTR)self->text;
    raise_from_api(EXCEPTION_MISSING_FUNCTION, NONCONTINUABLE, 1, &parameter);
}

static PyObject *missing_create(PyTypeObject *type, PyObject *args, PyObject *keywords) {
    const char *function, *importer;
    (void)keywords;
    if (!PyArg_ParseTuple(args, "ss", &function, &importer))
        return NULL;
    allocfunc allocate = (allocfunc)PyType_GetSlot(type, Py_tp_alloc);
    struct missing_function *self = (struct missing_function *)allocate(type, 0);
    if (!self)
        return NULL;
    atomic_flag_clear(&self->told);
    size_t size = strlen(function) + strlen(importer) + 2;
    self->text = malloc(size);
    self->callback = (struct callback){enter, self};
    self->code = callback_new(&self->callback);
    if (!self->text || !self->code) {
        Py_DECREF(self);
        return PyErr_NoMemory();
    }
    memcpy(self->text, function, strlen(function) + 1);
    memcpy(self->text + strlen(function) + 1, importer, strlen(importer) + 1);
    return (PyObject *)self;
}

static void missing_dealloc(PyObject *object) {
    if (!python_is_alive())
        return;
    struct missing_function *self = (struct missing_function *)object;
    PyTypeObject *type = Py_TYPE(object);
    if (self->code)
        callback_free(self->code);
    free(self->text);
    freefunc release = (freefunc)PyType_GetSlot(type, Py_tp_free);
    release(object);
    Py_DECREF(type);
}

static PyObject *missing_address(PyObject *self, void *closure) {
    (void)closure;
    return PyLong_FromVoidPtr(((struct missing_function *)self)->code);
}

static PyGetSetDef missing_attributes[] = {
    {"address", missing_address, NULL, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyType_Slot missing_slots[] = {
    {Py_tp_new, missing_create},
    {Py_tp_dealloc, missing_dealloc},
    {Py_tp_getset, missing_attributes},
    {0, NULL},
};

static PyType_Spec missing_spec = {"windlass._core.MissingFunction", sizeof(struct missing_function), 0,
                                   Py_TPFLAGS_DEFAULT, missing_slots};

int missing_function_type_add(PyObject *module) {
    PyObject *type = PyType_FromSpec(&missing_spec);
    return type ? PyModule_AddObject(module, "MissingFunction", type) : -1;
}
