/* Callbacks of ctypes: a Python callable as a Windows function.
 *
 * windlass._core.Thunk owns the code piece. The function object that users hold owns the Thunk through its buffer
 * (foreign.py), so the code lives as long as ctypes keeps the function object's memory: also in a structure that it was
 * copied to. */
#include <dlfcn.h>

#include "foreign.h"

struct thunk_parameter {
    struct shape shape;
    PyObject *type; /* makes instances; NULL: a plain value is passed */
};

struct thunk {
    PyObject_HEAD
    struct callback callback;
    void *code;
    PyObject *callable;
    unsigned flags;
    struct shape result;
    PyObject *result_type;
    Py_ssize_t count;
    struct thunk_parameter *parameters;
};

/* ---- exceptions that nobody can receive ---- */

enum ignored { IGNORED_CALL, IGNORED_RESULT };

/* The interpreter's own functions, which ctypes calls; they are not in the limited API. */
static void (*write_unraisable)(const char *text, PyObject *object);   /* up to 3.12 */
static void (*format_unraisable)(const char *format, ...);             /* since 3.13 */

static void ignore_exception(enum ignored what, PyObject *callable) {
    PyObject *text = PyTuple_GetItem(foreign_hooks.ignored, what);
    PyObject *bytes = PyUnicode_AsUTF8String(text);
    const char *characters = PyBytes_AsString(bytes);
    if (format_unraisable)
        format_unraisable(characters, callable);
    else if (write_unraisable)
        write_unraisable(characters, callable);
    else
        PyErr_WriteUnraisable(callable);
    Py_DECREF(bytes);
}

/* ---- arguments ---- */

static PyObject *new_structure(const struct thunk_parameter *parameter, const void *memory) {
    struct shape shape;
    PyObject *instance = PyObject_CallObject(parameter->type, NULL);
    if (!instance)
        return NULL;
    if (!shape_of(Py_TYPE(instance), &shape) || shape.code != 's' || shape.size < parameter->shape.size) {
        if (!PyErr_Occurred())
            PyErr_SetString(PyExc_TypeError, "unexpected result of creating a callback's argument");
        Py_DECREF(instance);
        return NULL;
    }
    memcpy(instance_buffer(instance), memory, parameter->shape.size);
    return instance;
}

static PyObject *argument_value_of(const struct thunk_parameter *parameter, const uint64_t *slot, const uint64_t *xmm) {
    const void *memory = is_floating(parameter->shape.code) ? xmm : slot;
    if (!parameter->type)
        return value_from_memory(parameter->shape.code, memory);
    if (parameter->shape.code == 's') {
        if (!travels_in_register(parameter->shape.size))
            memory = (const void *)(uintptr_t)*slot;
        return new_structure(parameter, memory);
    }
    PyObject *instance = new_instance(parameter->type);
    if (instance)
        memcpy(instance_buffer(instance), memory, parameter->shape.size > 8 ? 8 : parameter->shape.size);
    return instance;
}

/* In the limited API since 3.12 only. */
static PyObject *(*vectorcall)(PyObject *callable, PyObject *const *values, size_t count, PyObject *names);

static PyObject *call_with_array(PyObject *callable, PyObject **values, Py_ssize_t count) {
    if (vectorcall)
        return vectorcall(callable, values, (size_t)count, NULL);
    switch (count) { /* no tuple for the usual counts */
    case 0: return PyObject_CallObject(callable, NULL);
    case 1: return PyObject_CallFunctionObjArgs(callable, values[0], NULL);
    case 2: return PyObject_CallFunctionObjArgs(callable, values[0], values[1], NULL);
    case 3: return PyObject_CallFunctionObjArgs(callable, values[0], values[1], values[2], NULL);
    case 4: return PyObject_CallFunctionObjArgs(callable, values[0], values[1], values[2], values[3], NULL);
    default: break;
    }
    PyObject *tuple = PyTuple_New(count);
    for (Py_ssize_t i = 0; tuple && i < count; i++) {
        Py_INCREF(values[i]);
        PyTuple_SetItem(tuple, i, values[i]);
    }
    PyObject *result = tuple ? PyObject_CallObject(callable, tuple) : NULL;
    Py_XDECREF(tuple);
    return result;
}

static PyObject *call_python(const struct thunk *self, const uint64_t *slots, const uint64_t *xmm, Py_ssize_t first) {
    enum { FEW = 8 };
    PyObject *few[FEW], **values = few, *result = NULL;
    Py_ssize_t made = 0;
    if (self->count > FEW) {
        values = PyMem_Malloc((size_t)self->count * sizeof *values);
        if (!values)
            return PyErr_NoMemory();
    }
    for (; made < self->count; made++) {
        /* Beyond the fourth, floating-point arguments lie in their stack slot like all others. */
        Py_ssize_t i = first + made;
        values[made] = argument_value_of(&self->parameters[made], &slots[i], i < 4 ? &xmm[i] : &slots[i]);
        if (!values[made])
            break;
    }
    if (made == self->count)
        result = call_with_array(self->callable, values, made);
    while (made > 0)
        Py_DECREF(values[--made]);
    if (values != few)
        PyMem_Free(values);
    return result;
}

/* ---- results ---- */

static bool store_structure(const struct thunk *self, PyObject *value, uint64_t *slots, struct call_result *result) {
    int is_instance = PyObject_IsInstance(value, self->result_type);
    if (is_instance <= 0) {
        if (!is_instance)
            PyErr_Format(PyExc_TypeError, "expected %R instance", self->result_type);
        return false;
    }
    void *memory = &result->rax;
    if (!travels_in_register(self->result.size)) {
        memory = (void *)(uintptr_t)slots[0];
        result->rax = slots[0];
    }
    memcpy(memory, instance_buffer(value), self->result.size);
    return true;
}

static bool store_result(const struct thunk *self, PyObject *value, uint64_t *slots, struct call_result *result) {
    PyObject *keep = NULL;
    if (self->result.code == 'n')
        return true;
    if (self->result.code == 's')
        return store_structure(self, value, slots, result);
    if (!value_to_slot(self->result.code, value, &result->rax, &keep)) {
        result->rax = 0;
        return false;
    }
    result->xmm0 = result->rax;
    if (keep) /* it is never released: the caller holds a pointer into it */
        return PyErr_WarnEx(PyExc_RuntimeWarning, "memory leak in callback function.", 1) == 0;
    return true;
}

/* With the GIL. */
static void run(struct thunk *self, uint64_t *slots, const uint64_t *xmm, struct call_result *result) {
    bool result_in_memory = self->result.code == 's' && !travels_in_register(self->result.size);
    Py_INCREF(self);
    if (self->flags & (FUNCTION_ERRNO | FUNCTION_LAST_ERROR))
        exchange_errors(self->flags, thread_self());
    PyObject *value = call_python(self, slots, xmm, result_in_memory);
    if (!value)
        ignore_exception(IGNORED_CALL, self->callable);
    if (self->flags & (FUNCTION_ERRNO | FUNCTION_LAST_ERROR))
        exchange_errors(self->flags, thread_self());
    if (value && !store_result(self, value, slots, result))
        ignore_exception(IGNORED_RESULT, self->callable);
    Py_XDECREF(value);
    Py_DECREF(self);
}

static void enter(struct callback *callback, uint64_t *slots, const uint64_t *xmm, struct call_result *result) {
    struct thunk *self = callback->context;
    struct python_entry entry;
    *result = (struct call_result){0, 0};
    if (self->callable == Py_None || !python_enter(&entry))
        return;
    run(self, slots, xmm, result);
    python_leave(&entry);
}

/* ---- the type ---- */

static bool parse_parameters(PyObject *tuple, struct thunk *self) {
    Py_ssize_t count = PyTuple_Size(tuple);
    self->parameters = count < 0 ? NULL : calloc((size_t)count + 1, sizeof *self->parameters);
    if (!self->parameters)
        return PyErr_NoMemory() != NULL;
    for (; self->count < count; self->count++) {
        struct thunk_parameter *parameter = &self->parameters[self->count];
        PyObject *type;
        int code;
        if (!PyArg_ParseTuple(PyTuple_GetItem(tuple, self->count), "CIO", &code, &parameter->shape.size, &type))
            return false;
        parameter->shape.code = (char)code;
        if (type != Py_None) {
            Py_INCREF(type);
            parameter->type = type;
        }
    }
    return true;
}

/* Thunk(callable, flags, parameters, result); see _core.pyi. */
static PyObject *thunk_create(PyTypeObject *type, PyObject *args, PyObject *keywords) {
    PyObject *callable, *parameters, *result_type;
    unsigned flags, result_size;
    int result_code;
    (void)keywords;
    if (!PyArg_ParseTuple(args, "OIO!(CIO)", &callable, &flags, &PyTuple_Type, &parameters, &result_code, &result_size,
                          &result_type))
        return NULL;
    allocfunc allocate = (allocfunc)PyType_GetSlot(type, Py_tp_alloc);
    struct thunk *self = (struct thunk *)allocate(type, 0);
    if (!self)
        return NULL;
    Py_INCREF(callable);
    self->callable = callable;
    Py_INCREF(result_type);
    self->result_type = result_type;
    self->flags = flags;
    self->result = (struct shape){(char)result_code, result_size};
    self->callback = (struct callback){enter, self};
    if (!parse_parameters(parameters, self)) {
        Py_DECREF(self);
        return NULL;
    }
    self->code = callback_new(&self->callback);
    if (!self->code) {
        Py_DECREF(self);
        return PyErr_NoMemory();
    }
    return (PyObject *)self;
}

static int thunk_traverse(PyObject *object, visitproc visit, void *arg) {
    struct thunk *self = (struct thunk *)object;
    Py_VISIT(Py_TYPE(object));
    Py_VISIT(self->callable);
    Py_VISIT(self->result_type);
    for (Py_ssize_t i = 0; i < self->count; i++)
        Py_VISIT(self->parameters[i].type);
    return 0;
}

/* Windows code may still call the piece of code until it is freed: only what can close a circle is dropped. From then on
 * the callable is None, and calls do nothing. */
static int thunk_clear(PyObject *object) {
    struct thunk *self = (struct thunk *)object;
    PyObject *callable = self->callable;
    if (callable && callable != Py_None) {
        Py_INCREF(Py_None);
        self->callable = Py_None;
        Py_DECREF(callable);
    }
    return 0;
}

static void thunk_dealloc(PyObject *object) {
    struct thunk *self = (struct thunk *)object;
    PyTypeObject *type = Py_TYPE(object);
    PyObject_GC_UnTrack(object);
    if (!python_is_alive()) {
        thunk_clear(object);
        return;
    }
    if (self->code)
        callback_free(self->code);
    for (Py_ssize_t i = 0; i < self->count; i++)
        Py_XDECREF(self->parameters[i].type);
    free(self->parameters);
    Py_XDECREF(self->result_type);
    Py_XDECREF(self->callable);
    freefunc release = (freefunc)PyType_GetSlot(type, Py_tp_free);
    release(object);
    Py_DECREF(type);
}

static PyObject *thunk_address(PyObject *self, void *closure) {
    (void)closure;
    return PyLong_FromVoidPtr(((struct thunk *)self)->code);
}

static PyGetSetDef thunk_attributes[] = {
    {"address", thunk_address, NULL, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyType_Slot thunk_slots[] = {
    {Py_tp_new, thunk_create},
    {Py_tp_dealloc, thunk_dealloc},
    {Py_tp_traverse, thunk_traverse},
    {Py_tp_clear, thunk_clear},
    {Py_tp_getset, thunk_attributes},
    {0, NULL},
};

static PyType_Spec thunk_spec = {"windlass._core.Thunk", sizeof(struct thunk), 0,
                                 Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC, thunk_slots};

int thunk_add(PyObject *module) {
    *(void **)&write_unraisable = dlsym(RTLD_DEFAULT, "_PyErr_WriteUnraisableMsg");
    *(void **)&format_unraisable = dlsym(RTLD_DEFAULT, "PyErr_FormatUnraisable");
    *(void **)&vectorcall = dlsym(RTLD_DEFAULT, "PyObject_Vectorcall");
    PyObject *type = PyType_FromSpec(&thunk_spec);
    return type ? PyModule_AddObject(module, "Thunk", type) : -1;
}
