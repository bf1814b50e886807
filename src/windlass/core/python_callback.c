/* windlass._core.Callback: a Python function with an address that Windows code can call.
 *
 * The signature is one character for the result, then one for each parameter:
 *   v nothing   ? BOOL   b B h H i I q Q integers   P pointer (int, None for NULL as a result)   f d floating point
 *   A LPCSTR as bytes or None   W LPCWSTR as str or None (parameters only)
 *
 * A function that calls Windows code back returns a generator instead of its result. It yields each call as a tuple,
 * (address, argument...), gets its result back, and returns its own. The calls are made from here, with no Python frame
 * on the stack: an exception, longjmp() or a switch of stacks may leave them for good. Then the generator is never
 * resumed, and goes when the place on the stack is used again. */
#include "python.h"

struct python_callback {
    PyObject_HEAD
    struct callback callback;
    void *code;
    PyObject *function;
    char *signature;
    uint64_t at_end;   /* what a call returns when Python has ended */
    int calls_back;    /* the function returns a generator */
};

static PyObject *none(void) {
    Py_INCREF(Py_None);
    return Py_None;
}

static PyObject *to_python(char code, uint64_t slot, uint64_t xmm) {
    float single;
    double number;
    const void *pointer = (const void *)(uintptr_t)slot;
    switch (code) {
    case '?': return PyBool_FromLong((DWORD)slot != 0);
    case 'b': return PyLong_FromLong((int8_t)slot);
    case 'B': return PyLong_FromLong((uint8_t)slot);
    case 'h': return PyLong_FromLong((int16_t)slot);
    case 'H': return PyLong_FromLong((uint16_t)slot);
    case 'i': return PyLong_FromLong((int32_t)slot);
    case 'I': return PyLong_FromUnsignedLong((uint32_t)slot);
    case 'q': return PyLong_FromLongLong((int64_t)slot);
    case 'f': memcpy(&single, &xmm, 4); return PyFloat_FromDouble((double)single);
    case 'd': memcpy(&number, &xmm, 8); return PyFloat_FromDouble(number);
    case 'A': return pointer ? program_bytes(pointer) : none();
    case 'W': return pointer ? program_text(pointer, -1) : none();
    default: return PyLong_FromUnsignedLongLong(slot);
    }
}

/* With an exception set when the value does not fit the code. */
static void from_python(char code, PyObject *value, struct call_result *result) {
    switch (code) {
    case 'v': break;
    case '?': result->rax = (uint64_t)(PyObject_IsTrue(value) == 1); break;
    case 'f': {
        float single = (float)PyFloat_AsDouble(value);
        memcpy(&result->xmm0, &single, 4);
        break;
    }
    case 'd': {
        double number = PyFloat_AsDouble(value);
        memcpy(&result->xmm0, &number, 8);
        break;
    }
    default: result->rax = value == Py_None ? 0 : PyLong_AsUnsignedLongLongMask(value);
    }
}

static PyObject *arguments_of(const struct python_callback *self, const uint64_t *slots, const uint64_t *xmm) {
    const char *codes = self->signature + 1;
    Py_ssize_t count = (Py_ssize_t)strlen(codes);
    PyObject *arguments = PyTuple_New(count);
    for (Py_ssize_t i = 0; arguments && i < count; i++) {
        /* Beyond the fourth, floating-point arguments lie in their stack slot like all others. */
        PyObject *value = to_python(codes[i], slots[i], i < 4 ? xmm[i] : slots[i]);
        if (!value)
            Py_CLEAR(arguments);
        else
            PyTuple_SetItem(arguments, i, value);
    }
    return arguments;
}

/* What the Windows caller gets instead of a result; false when there was no Python exception. */
struct failure {
    DWORD code, count;
    ULONG_PTR parameters[2];
};

/* (write, address) of an AccessViolation, or (code,) of what Windows code raised that was called from here. */
static bool numbers_of(PyObject *exception, const char *attribute, const char *format, void *first, void *second) {
    PyObject *numbers = PyObject_GetAttrString(exception, attribute);
    bool found = numbers && PyTuple_Check(numbers) && PyArg_ParseTuple(numbers, format, first, second);
    PyErr_Clear();
    Py_XDECREF(numbers);
    return found;
}

static void describe_failure(PyObject *exception, bool access_violation, struct failure *failure) {
    int write = 0;
    unsigned code = 0;
    unsigned long long address = 0;
    if (access_violation) {
        numbers_of(exception, "args", "iK", &write, &address);
        *failure = (struct failure){(DWORD)STATUS_ACCESS_VIOLATION, 2, {(ULONG_PTR)write, (ULONG_PTR)address}};
    } else if (numbers_of(exception, "windows_exception", "I", &code, NULL)) {
        *failure = (struct failure){.code = code};
    }
}

static bool failure_of(PyObject *function, struct failure *failure) {
    PyObject *type, *value, *traceback;
    if (!PyErr_Occurred())
        return false;
    bool access_violation = PyErr_ExceptionMatches(access_violation_type);
    *failure = (struct failure){.code = EXCEPTION_PYTHON_FAILED};
    PyErr_Fetch(&type, &value, &traceback);
    PyErr_NormalizeException(&type, &value, &traceback);
    if (value)
        describe_failure(value, access_violation, failure);
    PyErr_Restore(type, value, traceback);
    if (failure->code == EXCEPTION_PYTHON_FAILED)
        PyErr_WriteUnraisable(function);
    else
        PyErr_Clear();
    return true;
}

/* ---- calls back ---- */

/* Slots that a function does not have are no harm to it: "x64 calling convention" lets the caller clean up. */
struct call {
    const void *function;
    uint64_t slots[CALL_PROGRAM_SLOTS];
};

static bool parse_call(PyObject *yielded, struct call *call) {
    Py_ssize_t count = PyTuple_Check(yielded) ? PyTuple_Size(yielded) - 1 : -1;
    *call = (struct call){0};
    if (count < 0 || count > CALL_PROGRAM_SLOTS)
        return PyErr_Format(PyExc_TypeError, "a call is a tuple: address, up to %d integers", CALL_PROGRAM_SLOTS) != NULL;
    call->function = PyLong_AsVoidPtr(PyTuple_GetItem(yielded, 0));
    for (Py_ssize_t i = 0; i < count && !PyErr_Occurred(); i++)
        call->slots[i] = PyLong_AsUnsignedLongLongMask(PyTuple_GetItem(yielded, i + 1));
    return !PyErr_Occurred();
}

/* Lets the generator go on to its next call; takes the reference to the answer. */
static bool next_call(PyObject *generator, PyObject *answer, struct call *call) {
    PyObject *yielded = PyObject_CallMethod(generator, "send", "O", answer);
    bool found = yielded && parse_call(yielded, call);
    Py_XDECREF(yielded);
    Py_DECREF(answer);
    return found;
}

/* What the generator returned, if the exception that is set says that it did; or NULL. */
static PyObject *returned_value(void) {
    PyObject *type, *value, *traceback;
    if (!PyErr_ExceptionMatches(PyExc_StopIteration))
        return NULL;
    PyErr_Fetch(&type, &value, &traceback);
    PyErr_NormalizeException(&type, &value, &traceback);
    PyObject *returned = PyObject_GetAttrString(value, "value");
    Py_XDECREF(type);
    Py_XDECREF(value);
    Py_XDECREF(traceback);
    return returned;
}

/* A generator whose calls are being made. All of them are in one list, which the GIL guards. */
struct activity {
    PyObject *generator;
    uint64_t number;
    uintptr_t stack, frame; /* the base of the stack that the calls are made from, and the place on it */
    struct activity *next;
};
static struct activity *activities;

/* The base of the stack that this place is on; 0 where the TEB knows another: a program may switch stacks by itself. */
static uintptr_t stack_of(uintptr_t frame) {
    const TEB *teb = &current_thread_or_null->teb;
    const uintptr_t base = (uintptr_t)teb->StackBase, limit = (uintptr_t)teb->StackLimit;
    return frame - limit < base - limit ? base : 0;
}

/* Freeing a generator may run Python code, after which the list is another. */
static void end_activity(struct activity **link) {
    struct activity *activity = *link;
    PyObject *generator = activity->generator;
    *link = activity->next;
    PyMem_Free(activity);
    Py_DECREF(generator);
}

/* The calls that were made from a place which is in use anew have been left. */
static void drop_left(uintptr_t stack, uintptr_t frame) {
    for (struct activity **link = &activities; stack && *link;) {
        if ((*link)->stack == stack && (*link)->frame <= frame) {
            end_activity(link);
            link = &activities;
        } else {
            link = &(*link)->next;
        }
    }
}

/* Takes the reference. Returns the activity's number, or 0 with an exception set. */
static uint64_t begin_activity(PyObject *generator, uintptr_t frame) {
    static uint64_t last_number;
    const uintptr_t stack = stack_of(frame);
    drop_left(stack, frame);
    struct activity *activity = PyMem_Malloc(sizeof *activity);
    if (!activity) {
        Py_DECREF(generator);
        PyErr_NoMemory();
        return 0;
    }
    *activity = (struct activity){generator, ++last_number, stack, frame, activities};
    activities = activity;
    return last_number;
}

/* NULL: it was taken for left, by somebody whose stack is the same memory at another time. */
static struct activity **find_activity(uint64_t number) {
    for (struct activity **link = &activities; *link; link = &(*link)->next)
        if ((*link)->number == number)
            return link;
    return NULL;
}

/* Runs the generator to its end, out of Python for each call. False when it could not go on, most often since Python has
 * ended meanwhile: nothing of it may be touched any more, and `entry` is not in it. Else *value is what it returned, or
 * NULL with an exception set. */
static bool run_generator(PyObject *generator, struct python_entry *entry, PyObject **value) {
    struct call call;
    const uint64_t number = begin_activity(generator, (uintptr_t)__builtin_frame_address(0));
    for (PyObject *answer = number ? none() : NULL; answer && next_call(generator, answer, &call);) {
        python_leave(entry);
        uint64_t result = call_program(call.function, call.slots);
        if (!python_enter_for_api(entry))
            return false;
        if (!find_activity(number)) {
            python_leave(entry);
            return false;
        }
        answer = PyLong_FromUnsignedLongLong(result);
    }
    *value = returned_value();
    struct activity **link = find_activity(number);
    if (link)
        end_activity(link);
    return true;
}

static void answer_at_end(uint64_t at_end, struct call_result *result) {
    result->rax = at_end;
    set_last_error(ERROR_SHUTDOWN_IN_PROGRESS);
}

static void enter(struct callback *callback, uint64_t *slots, const uint64_t *xmm, struct call_result *result) {
    struct python_callback *self = callback->context;
    enum { NONCONTINUABLE = 1 };
    const uint64_t at_end = self->at_end;
    struct failure failure;
    struct python_entry entry;
    *result = (struct call_result){0, 0};
    if (!python_enter_for_api(&entry)) {
        answer_at_end(at_end, result);
        return;
    }
    Py_INCREF(self);
    PyObject *arguments = arguments_of(self, slots, xmm);
    PyObject *value = arguments ? PyObject_CallObject(self->function, arguments) : NULL;
    Py_XDECREF(arguments);
    if (value && self->calls_back && !run_generator(value, &entry, &value)) {
        answer_at_end(at_end, result);
        return;
    }
    if (value)
        from_python(self->signature[0], value, result);
    bool failed = failure_of(self->function, &failure);
    Py_XDECREF(value);
    Py_DECREF(self);
    python_leave(&entry);
    if (failed)
        raise_from_api(failure.code, NONCONTINUABLE, failure.count, failure.parameters);
}

static PyObject *callback_create(PyTypeObject *type, PyObject *args, PyObject *keywords) {
    PyObject *function;
    const char *signature;
    unsigned long long at_end = 0;
    int calls_back = 0;
    if (keywords || !PyArg_ParseTuple(args, "Os|Kp", &function, &signature, &at_end, &calls_back))
        return PyErr_Occurred() ? NULL
                                : PyErr_Format(PyExc_TypeError, "Callback(function, signature, at_end, calls_back)");
    if (!signature[0] || !strchr("v?bBhHiIqQPfd", signature[0]) || strspn(signature + 1, "?bBhHiIqQPfdAW") !=
        strlen(signature + 1))
        return PyErr_Format(PyExc_ValueError, "bad callback signature %s", signature);
    allocfunc allocate = (allocfunc)PyType_GetSlot(type, Py_tp_alloc);
    struct python_callback *self = (struct python_callback *)allocate(type, 0);
    if (!self)
        return NULL;
    Py_INCREF(function);
    self->function = function;
    self->at_end = at_end;
    self->calls_back = calls_back;
    self->callback = (struct callback){enter, self};
    self->signature = strdup(signature);
    self->code = callback_new(&self->callback);
    if (!self->signature || !self->code) {
        Py_DECREF(self);
        return PyErr_NoMemory();
    }
    return (PyObject *)self;
}

static void callback_dealloc(PyObject *object) {
    if (!python_is_alive())
        return;
    struct python_callback *self = (struct python_callback *)object;
    PyTypeObject *type = Py_TYPE(object);
    if (self->code)
        callback_free(self->code);
    free(self->signature);
    Py_XDECREF(self->function);
    freefunc release = (freefunc)PyType_GetSlot(type, Py_tp_free);
    release(object);
    Py_DECREF(type);
}

static PyObject *callback_address(PyObject *self, void *closure) {
    (void)closure;
    return PyLong_FromVoidPtr(((struct python_callback *)self)->code);
}

static PyGetSetDef callback_attributes[] = {
    {"address", callback_address, NULL, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyType_Slot callback_slots[] = {
    {Py_tp_new, callback_create},
    {Py_tp_dealloc, callback_dealloc},
    {Py_tp_getset, callback_attributes},
    {0, NULL},
};

static PyType_Spec callback_spec = {"windlass._core.Callback", sizeof(struct python_callback), 0, Py_TPFLAGS_DEFAULT,
                                    callback_slots};

int callback_type_add(PyObject *module) {
    PyObject *type = PyType_FromSpec(&callback_spec);
    return type ? PyModule_AddObject(module, "Callback", type) : -1;
}
