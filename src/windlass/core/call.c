/* Calls from Python into Windows code.
 *
 * A DLL's function is an instance of a Python-made subclass of ctypes' own function type, so that it works as a
 * structure field, an array item or a cast's target. Only its call is windlass's: the class windlass._core.Call, a base
 * of that subclass, brings it. It interprets a Signature: what argtypes, restype, errcheck and paramflags say,
 * prepared once. Values of the common types go straight into their slots; everything else goes through the type's
 * from_param, as in ctypes, and what comes back is converted by ctypes' rules for undeclared arguments. So behaviour and
 * messages are those of ctypes, whose names stand at each rule. */
#include <limits.h>
#include <stdalign.h>

#include "foreign.h"
#include "structmember.h"

enum { MAX_ARGUMENTS = 1024 };

struct parameter {
    struct shape shape;
    PyTypeObject *type;   /* its instances are taken as they are */
    PyTypeObject *target; /* T of POINTER(T): byref(T()) and T() are taken too; or NULL */
    PyObject *from_param;
    PyTypeObject *seen;   /* from_param lets instances of this type through unchanged */
};

/* What a paramflags item asks for. */
enum { PARAMETER_IN = 1, PARAMETER_OUT = 2, PARAMETER_LCID = 4 };
struct flagged {
    int flags;
    PyObject *name;          /* or NULL */
    PyObject *default_value; /* or NULL */
    PyObject *factory;       /* makes an output's argument; or NULL */
};

struct signature {
    PyObject_HEAD
    unsigned flags;
    bool declared;            /* argtypes were set */
    Py_ssize_t count;         /* of parameters */
    struct parameter *parameters;
    struct flagged *flagged;  /* `count` of them, or NULL */
    bool inputs_only;         /* none of them is an output, or comes from elsewhere than the caller */
    struct shape result;
    bool result_is_instance;
    PyObject *result_type;    /* or NULL */
    PyObject *checker;        /* or NULL */
    PyObject *errcheck;       /* or NULL */
    Py_ssize_t method;        /* index in a COM interface's table, or -1 */
    PyObject *interface_id;   /* or NULL */
};

static PyTypeObject *signature_type;
static PyObject *class_signature; /* "_class_signature" */
static PyObject *as_parameter;    /* "_as_parameter_" */
static PyObject *from_outparam;   /* "__ctypes_from_outparam__" */

/* ---- one call's memory ---- */

enum { FEW = 12, ARENA = 512 };
struct block {
    alignas(16) struct block *next;
};
struct frame {
    uint64_t *slots;
    PyObject *keep;        /* list of what must live until the call is over; or NULL */
    struct block *blocks;
    size_t arena_used;
    uint64_t few[FEW];
    alignas(16) unsigned char arena[ARENA];
};

static void frame_begin(struct frame *frame) {
    frame->slots = frame->few;
    frame->keep = NULL;
    frame->blocks = NULL;
    frame->arena_used = 0;
}

static void frame_end(struct frame *frame) {
    while (frame->blocks) {
        struct block *next = frame->blocks->next;
        PyMem_Free(frame->blocks);
        frame->blocks = next;
    }
    Py_XDECREF(frame->keep);
}

/* 16-byte aligned, as "x64 calling convention" demands of structures that are passed by reference. */
static void *frame_allocate(struct frame *frame, size_t size) {
    size = (size + 15) & ~(size_t)15;
    if (size <= ARENA - frame->arena_used) {
        frame->arena_used += size;
        return frame->arena + frame->arena_used - size;
    }
    struct block *block = PyMem_Malloc(sizeof *block + size);
    if (!block) {
        PyErr_NoMemory();
        return NULL;
    }
    block->next = frame->blocks;
    frame->blocks = block;
    return block + 1;
}

/* Takes the reference. */
static bool frame_keep(struct frame *frame, PyObject *object) {
    if (!frame->keep)
        frame->keep = PyList_New(0);
    bool kept = frame->keep && PyList_Append(frame->keep, object) == 0;
    Py_DECREF(object);
    return kept;
}

static bool frame_reserve_slots(struct frame *frame, Py_ssize_t count) {
    if (count <= FEW)
        return true;
    frame->slots = frame_allocate(frame, (size_t)count * 8);
    return frame->slots != NULL;
}

/* ---- arguments ---- */

static bool put_wide(struct frame *frame, PyObject *text, uint64_t *slot) {
    WCHAR *units = frame_allocate(frame, (size_t)wide_capacity(text) * 2);
    if (!units)
        return false;
    wide_from_python(text, units);
    *slot = (uint64_t)(uintptr_t)units;
    return true;
}

static bool put_structure(struct frame *frame, const void *memory, uint32_t size, uint64_t *slot) {
    if (travels_in_register(size)) {
        *slot = 0;
        memcpy(slot, memory, size);
        return true;
    }
    void *copy = frame_allocate(frame, size);
    if (!copy)
        return false;
    memcpy(copy, memory, size);
    *slot = (uint64_t)(uintptr_t)copy;
    return true;
}

static bool put_instance(struct frame *frame, PyObject *instance, struct shape shape, uint64_t *slot) {
    const char *memory = instance_buffer(instance);
    switch (shape.code) {
    case 'a': *slot = (uint64_t)(uintptr_t)memory; return true;
    case 's': return put_structure(frame, memory, shape.size, slot);
    default: *slot = argument_from_memory(shape.code, memory); return true;
    }
}

/* What from_param and byref() make: a letter and a value of the host's width. */
static bool put_made_argument(struct frame *frame, PyObject *argument, uint64_t *slot) {
    const char *value = argument_value(argument);
    char tag = argument_tag(argument);
    switch (tag) {
    case 'l': case 'L': *slot = load_u64(value); return true;
    case 'g': {
        long double wide;
        memcpy(&wide, value, sizeof wide);
        double number = (double)wide;
        memcpy(slot, &number, 8);
        return true;
    }
    case 'V': {
        struct shape shape;
        PyObject *object = argument_object(argument);
        return object && shape_of(Py_TYPE(object), &shape) && put_instance(frame, object, shape, slot);
    }
    default: *slot = argument_from_memory(tag, value); return true;
    }
}

/* An int without a declared type is a 32-bit int; all of its unsigned range is taken too. */
static bool put_plain_int(PyObject *value, uint64_t *slot) {
    long long number = PyLong_AsLongLong(value);
    if (number == -1 && PyErr_Occurred()) {
        if (!PyErr_ExceptionMatches(PyExc_OverflowError))
            return false;
        number = LLONG_MAX;
    }
    if (number < INT32_MIN || number > UINT32_MAX) {
        PyErr_SetString(PyExc_OverflowError, "int too long to convert");
        return false;
    }
    *slot = (uint32_t)number;
    return true;
}

static bool has_no_null(PyObject *text) {
    Py_ssize_t found = PyUnicode_FindChar(text, 0, 0, PyUnicode_GetLength(text), 1);
    if (found >= 0)
        PyErr_SetString(PyExc_ValueError, "embedded null character");
    return found == -1;
}

/* ctypes' rules for an argument without a declared type ("ConvParam"). */
static bool put_any(struct frame *frame, PyObject *value, uint64_t *slot, Py_ssize_t position) {
    struct shape shape;
    if (value == Py_None) {
        *slot = 0;
        return true;
    }
    if (PyLong_Check(value))
        return put_plain_int(value, slot);
    if (PyBytes_Check(value)) {
        *slot = (uint64_t)(uintptr_t)PyBytes_AsString(value);
        return true;
    }
    if (PyUnicode_Check(value))
        return has_no_null(value) && put_wide(frame, value, slot);
    if (Py_TYPE(value) == ctypes_layout.argument_type)
        return put_made_argument(frame, value, slot);
    if (!shape_of(Py_TYPE(value), &shape))
        return false;
    if (shape.code)
        return put_instance(frame, value, shape, slot);
    PyObject *substitute = PyObject_GetAttr(value, as_parameter);
    if (substitute) {
        if (!frame_keep(frame, substitute) || Py_EnterRecursiveCall(" in _as_parameter_"))
            return false;
        bool put = put_any(frame, substitute, slot, position);
        Py_LeaveRecursiveCall();
        return put;
    }
    if (PyErr_ExceptionMatches(PyExc_AttributeError)) {
        PyErr_Clear();
        PyErr_Format(PyExc_TypeError, "Don't know how to convert parameter %zd", position);
    }
    return false;
}

/* Everything that put_fast() did not take. */
static bool put_by_from_param(struct frame *frame, struct parameter *parameter, PyObject *value, uint64_t *slot,
                              Py_ssize_t position) {
    PyObject *made = PyObject_CallFunctionObjArgs(parameter->from_param, value, NULL);
    if (!made || !frame_keep(frame, made))
        return false;
    if (made == value && parameter->shape.code != '*' && parameter->seen != Py_TYPE(value)) {
        PyTypeObject *old = parameter->seen;
        Py_INCREF(Py_TYPE(value));
        parameter->seen = Py_TYPE(value);
        Py_XDECREF(old);
    }
    return put_any(frame, made, slot, position);
}

enum taken { TAKEN, NOT_TAKEN, FAILED };

static enum taken take_int(PyObject *value, char code, uint64_t *slot) {
    if (!PyLong_Check(value))
        return NOT_TAKEN;
    unsigned long bits = PyLong_AsUnsignedLongMask(value);
    *slot = argument_from_memory(code, &bits);
    return TAKEN;
}

static enum taken take_float(PyObject *value, char code, uint64_t *slot) {
    if (!PyFloat_Check(value))
        return NOT_TAKEN;
    double number = PyFloat_AsDouble(value);
    *slot = 0;
    if (code == 'd') {
        memcpy(slot, &number, 8);
    } else {
        float single = (float)number;
        memcpy(slot, &single, 4);
    }
    return TAKEN;
}

static enum taken take_instance(struct frame *frame, const struct parameter *parameter, PyObject *value,
                                uint64_t *slot) {
    struct shape shape = parameter->shape;
    if (Py_TYPE(value) != parameter->type) {
        if (Py_TYPE(value) != parameter->seen)
            return NOT_TAKEN;
        if (!shape_of(Py_TYPE(value), &shape))
            return FAILED;
        if (!shape.code)
            return NOT_TAKEN;
    }
    return put_instance(frame, value, shape, slot) ? TAKEN : FAILED;
}

static enum taken take_pointer(struct frame *frame, const struct parameter *parameter, PyObject *value,
                               uint64_t *slot) {
    if (value == Py_None) {
        *slot = 0;
        return TAKEN;
    }
    if (Py_TYPE(value) == ctypes_layout.argument_type && argument_tag(value) == 'P') {
        PyObject *object = argument_object(value);
        if (!object || Py_TYPE(object) != parameter->target)
            return NOT_TAKEN;
        *slot = load_u64(argument_value(value));
        return TAKEN;
    }
    if (Py_TYPE(value) == parameter->target) {
        *slot = (uint64_t)(uintptr_t)instance_buffer(value);
        return TAKEN;
    }
    return take_instance(frame, parameter, value, slot);
}

static enum taken take_void_pointer(struct frame *frame, PyObject *value, uint64_t *slot) {
    struct shape shape;
    if (value == Py_None)
        *slot = 0;
    else if (PyLong_Check(value))
        *slot = PyLong_AsUnsignedLongMask(value);
    else if (PyBytes_Check(value))
        *slot = (uint64_t)(uintptr_t)PyBytes_AsString(value);
    else if (PyUnicode_Check(value))
        return put_wide(frame, value, slot) ? TAKEN : FAILED;
    else if (Py_TYPE(value) == ctypes_layout.argument_type)
        return argument_tag(value) == 'P' ? (*slot = load_u64(argument_value(value)), TAKEN) : NOT_TAKEN;
    else if (!shape_of(Py_TYPE(value), &shape))
        return FAILED;
    else if (shape.code && strchr("apxzZP", shape.code))
        return put_instance(frame, value, shape, slot) ? TAKEN : FAILED;
    else
        return NOT_TAKEN;
    return TAKEN;
}

static enum taken take_string(struct frame *frame, const struct parameter *parameter, PyObject *value,
                              uint64_t *slot) {
    if (value == Py_None) {
        *slot = 0;
        return TAKEN;
    }
    if (parameter->shape.code == 'z' && PyBytes_Check(value)) {
        *slot = (uint64_t)(uintptr_t)PyBytes_AsString(value);
        return TAKEN;
    }
    if (parameter->shape.code == 'Z' && PyUnicode_Check(value))
        return put_wide(frame, value, slot) ? TAKEN : FAILED;
    return take_instance(frame, parameter, value, slot);
}

static enum taken take_object(PyObject *value, uint64_t *slot) {
    struct shape shape;
    if (!shape_of(Py_TYPE(value), &shape))
        return FAILED;
    if (shape.code)
        return NOT_TAKEN;
    *slot = (uint64_t)(uintptr_t)value;
    return TAKEN;
}

/* The values that most calls pass. */
static enum taken take(struct frame *frame, const struct parameter *parameter, PyObject *value, uint64_t *slot) {
    enum taken taken = NOT_TAKEN;
    switch (parameter->shape.code) {
    case 'b': case 'B': case 'h': case 'H': case 'i': case 'I': case 'q': case 'Q':
        taken = take_int(value, parameter->shape.code, slot);
        break;
    case 'f': case 'd': taken = take_float(value, parameter->shape.code, slot); break;
    case '?':
        if (value == Py_True || value == Py_False)
            return *slot = value == Py_True, TAKEN;
        break;
    case 'p': return take_pointer(frame, parameter, value, slot);
    case 'P': return take_void_pointer(frame, value, slot);
    case 'z': case 'Z': return take_string(frame, parameter, value, slot);
    case 'O':
        taken = take_object(value, slot);
        break;
    case '*': return NOT_TAKEN;
    default: break;
    }
    return taken == NOT_TAKEN ? take_instance(frame, parameter, value, slot) : taken;
}

/* As ctypes: whatever went wrong is named together with the argument's position; 0: with none. */
static bool argument_failed(Py_ssize_t position) {
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    PyErr_NormalizeException(&type, &value, &traceback);
    PyObject *nothing = PyObject_CallFunction(foreign_hooks.argument_error, "nO", position, value);
    Py_XDECREF(nothing);
    Py_XDECREF(type);
    Py_XDECREF(value);
    Py_XDECREF(traceback);
    return false;
}

static bool put_arguments(struct frame *frame, struct signature *signature, PyObject *const *arguments,
                          Py_ssize_t count, uint64_t *slots) {
    Py_ssize_t declared = signature->count < count ? signature->count : count;
    for (Py_ssize_t i = 0; i < count; i++) {
        PyObject *value = arguments[i];
        bool put;
        if (i < declared) {
            struct parameter *parameter = &signature->parameters[i];
            enum taken taken = take(frame, parameter, value, &slots[i]);
            put = taken == TAKEN ||
                  (taken == NOT_TAKEN && put_by_from_param(frame, parameter, value, &slots[i], i + 1));
        } else {
            put = put_any(frame, value, &slots[i], i + 1);
        }
        if (!put)
            return argument_failed(i + 1);
    }
    return true;
}

static bool count_is_right(const struct signature *signature, Py_ssize_t given) {
    Py_ssize_t required = signature->count;
    if (given > MAX_ARGUMENTS) {
        PyErr_Format(PyExc_ValueError, "too many arguments (%zd), maximum is %d", given, MAX_ARGUMENTS);
        return argument_failed(0);
    }
    if (!signature->declared || given == required)
        return true;
    const char *plural = required == 1 ? "" : "s";
    if (!(signature->flags & FUNCTION_CDECL)) {
        PyErr_Format(PyExc_TypeError, "this function takes %zd argument%s (%zd given)", required, plural, given);
        return false;
    }
    if (given > required) /* varargs */
        return true;
    PyErr_Format(PyExc_TypeError, "this function takes at least %zd argument%s (%zd given)", required, plural, given);
    return false;
}

/* ---- results ---- */

static PyObject *instance_from_memory(PyObject *type, const void *memory, size_t size) {
    PyObject *instance = new_instance(type);
    if (instance)
        memcpy(instance_buffer(instance), memory, size);
    return instance;
}

static PyObject *result_value(const struct signature *signature, const struct call_result *result) {
    char code = signature->result.code;
    uint32_t size = signature->result.size;
    const void *memory = is_floating(code) ? &result->xmm0 : &result->rax;
    if (code == 'n') {
        Py_INCREF(Py_None);
        return Py_None;
    }
    if (code == 'r')
        return PyObject_CallFunction(signature->result_type, "i", (int)result->rax);
    if (signature->result_is_instance)
        return instance_from_memory(signature->result_type, memory, size > 8 ? 8 : size);
    PyObject *value = value_from_memory(code, memory);
    if (code == 'O') /* the callee's reference is the result's */
        Py_XDECREF(value);
    return value;
}

static PyObject *checked(const struct signature *signature, PyObject *value) {
    if (!value || !signature->checker)
        return value;
    PyObject *answer = PyObject_CallFunctionObjArgs(signature->checker, value, NULL);
    Py_DECREF(value);
    return answer;
}

/* FUNCFLAG_HRESULT, or a COM method with an interface id: a negative HRESULT becomes an exception. */
static PyObject *hresult_value(const struct signature *signature, int32_t hresult, uint64_t interface) {
    if (hresult >= 0)
        return PyLong_FromLong(hresult);
    PyObject *nothing = PyObject_CallFunction(
        foreign_hooks.result_error, "iOK", (int)hresult,
        signature->method >= 0 && signature->interface_id ? signature->interface_id : Py_None,
        (unsigned long long)interface);
    Py_XDECREF(nothing);
    return NULL;
}

/* ---- the call ---- */

static int enter(const struct signature *signature, const void *function, const uint64_t *slots, size_t count,
                 struct call_result *result) {
    PyThreadState *outer = released_thread_state, *state = NULL;
    struct thread *thread;
    if (signature->flags & FUNCTION_PYTHON) {
        thread = thread_self_with_gil();
    } else {
        state = PyEval_SaveThread();
        thread = thread_self();
    }
    released_thread_state = state;
    if (signature->flags & (FUNCTION_ERRNO | FUNCTION_LAST_ERROR))
        exchange_errors(signature->flags, thread);
    int ended = call_windows(function, slots, count, result, &thread->boundary);
    if (signature->flags & (FUNCTION_ERRNO | FUNCTION_LAST_ERROR))
        exchange_errors(signature->flags, thread);
    released_thread_state = outer;
    if (state)
        PyEval_RestoreThread(state);
    return ended;
}

/* `interface` is a COM method's this pointer, or 0. */
static PyObject *call_with(struct signature *signature, const void *function, PyObject *const *arguments,
                           Py_ssize_t given, uint64_t interface) {
    struct frame frame;
    struct call_result result;
    PyObject *value = NULL, *big = NULL;
    size_t count = 0;
    if (!count_is_right(signature, given))
        return NULL;
    frame_begin(&frame);
    if (!frame_reserve_slots(&frame, given + 2))
        goto end;
    if (interface)
        frame.slots[count++] = interface;
    /* "x64 calling convention", return values: a hidden first argument; for a C++ method it follows `this`. */
    if (signature->result.code == 's' && !travels_in_register(signature->result.size)) {
        big = new_instance(signature->result_type);
        if (!big)
            goto end;
        frame.slots[count++] = (uint64_t)(uintptr_t)instance_buffer(big);
    }
    if (!put_arguments(&frame, signature, arguments, given, frame.slots + count))
        goto end;
    count += (size_t)given;
    if (enter(signature, function, frame.slots, count, &result)) {
        raise_unhandled(thread_self_with_gil());
        goto end;
    }
    if ((signature->flags & FUNCTION_PYTHON) && PyErr_Occurred())
        goto end;
    if ((signature->flags & FUNCTION_HRESULT) || (interface && signature->interface_id)) {
        value = hresult_value(signature, (int32_t)result.rax, interface);
    } else if (big) {
        Py_INCREF(big);
        value = checked(signature, big);
    } else {
        value = checked(signature, result_value(signature, &result));
    }
end:
    Py_XDECREF(big);
    frame_end(&frame);
    return value;
}

/* ---- paramflags ---- */

/* What the caller gave: `count` positional arguments, then one for each of `names` (a tuple, or NULL). */
struct given {
    PyObject *const *values;
    Py_ssize_t count;
    PyObject *names;
    Py_ssize_t name_count;
};

/* Borrowed; NULL without an exception when it was not given. */
static PyObject *given_by_name(const struct given *given, PyObject *name) {
    for (Py_ssize_t i = 0; i < given->name_count; i++) {
        int same = PyUnicode_Compare(PyTuple_GetItem(given->names, i), name);
        if (same == -1 && PyErr_Occurred())
            return NULL;
        if (same == 0)
            return given->values[given->count + i];
    }
    return NULL;
}

/* An argument from the caller ("_get_arg"); new reference. */
static PyObject *flagged_argument(const struct flagged *flagged, const struct given *given, Py_ssize_t *used) {
    PyObject *found = NULL;
    if (*used < given->count)
        found = given->values[(*used)++];
    else if (flagged->name && (found = given_by_name(given, flagged->name)))
        (*used)++;
    else if (!PyErr_Occurred())
        found = flagged->default_value;
    if (found)
        Py_INCREF(found);
    else if (PyErr_Occurred())
        return NULL;
    else if (flagged->name)
        PyErr_Format(PyExc_TypeError, "required argument '%S' missing", flagged->name);
    else
        PyErr_SetString(PyExc_TypeError, "not enough arguments");
    return found;
}

static PyObject *flagged_output(const struct flagged *flagged) {
    if (flagged->default_value) {
        Py_INCREF(flagged->default_value);
        return flagged->default_value;
    }
    if (PyUnicode_Check(flagged->factory)) /* why there is none */
        return PyErr_Format(PyExc_TypeError, "%U", flagged->factory);
    return PyObject_CallFunctionObjArgs(flagged->factory, NULL);
}

static PyObject *flagged_value(const struct flagged *flagged, const struct given *given, Py_ssize_t *used) {
    switch (flagged->flags & (PARAMETER_IN | PARAMETER_OUT | PARAMETER_LCID)) {
    case PARAMETER_IN | PARAMETER_LCID: /* taken from the default, never from the caller */
        if (!flagged->default_value)
            return PyLong_FromLong(0);
        Py_INCREF(flagged->default_value);
        return flagged->default_value;
    case 0:
    case PARAMETER_IN:
    case PARAMETER_IN | PARAMETER_OUT: return flagged_argument(flagged, given, used);
    case PARAMETER_OUT: return flagged_output(flagged);
    default: return PyErr_Format(PyExc_ValueError, "paramflag %d not yet implemented", flagged->flags);
    }
}

/* The whole argument tuple from what the caller gave ("_build_callargs"). */
static PyObject *flagged_arguments(const struct signature *signature, const struct given *given) {
    Py_ssize_t used = 0;
    PyObject *all = PyTuple_New(signature->count);
    for (Py_ssize_t i = 0; all && i < signature->count; i++) {
        PyObject *value = flagged_value(&signature->flagged[i], given, &used);
        if (!value)
            Py_CLEAR(all);
        else
            PyTuple_SetItem(all, i, value);
    }
    Py_ssize_t count = given->count + given->name_count;
    if (all && count != used) {
        PyErr_Format(PyExc_TypeError, "call takes exactly %zd arguments (%zd given)", used, count);
        Py_CLEAR(all);
    }
    return all;
}

static PyObject *flagged_result(const struct flagged *flagged, PyObject *argument) {
    if (flagged->flags & PARAMETER_IN) {
        Py_INCREF(argument);
        return argument;
    }
    return PyObject_CallMethodObjArgs(argument, from_outparam, NULL);
}

/* The outputs stand for the result ("_build_result"); takes the reference to `result`. */
static PyObject *flagged_results(const struct signature *signature, PyObject *arguments, PyObject *result) {
    Py_ssize_t outputs = 0, next = 0;
    for (Py_ssize_t i = 0; i < signature->count; i++)
        outputs += (signature->flagged[i].flags & PARAMETER_OUT) != 0;
    if (outputs == 0)
        return result;
    Py_DECREF(result);
    PyObject *results = PyTuple_New(outputs);
    for (Py_ssize_t i = 0; results && i < signature->count; i++) {
        if (!(signature->flagged[i].flags & PARAMETER_OUT))
            continue;
        PyObject *value = flagged_result(&signature->flagged[i], PyTuple_GetItem(arguments, i));
        if (!value)
            Py_CLEAR(results);
        else if (outputs == 1)
            return Py_DECREF(results), value;
        else
            PyTuple_SetItem(results, next++, value);
    }
    return results;
}

/* ---- a function's call ---- */

/* The function's own signature, or its class's; new reference. */
static struct signature *signature_of(PyObject *self) {
    PyObject **own = (PyObject **)((char *)self + ctypes_layout.signature);
    if (*own && Py_TYPE(*own) == signature_type) {
        Py_INCREF(*own);
        return (struct signature *)*own;
    }
    if (!*own) {
        PyObject *shared = PyObject_GetAttr((PyObject *)Py_TYPE(self), class_signature);
        if (shared && Py_TYPE(shared) == signature_type) {
            *own = shared;
            Py_INCREF(shared);
            return (struct signature *)shared;
        }
        Py_XDECREF(shared);
        PyErr_Clear();
    }
    PyObject *made = PyObject_CallFunctionObjArgs(foreign_hooks.prepare, self, NULL);
    if (made && Py_TYPE(made) != signature_type) {
        PyErr_SetString(PyExc_SystemError, "a function's signature is none");
        Py_CLEAR(made);
    }
    if (made) {
        PyObject *old = *own;
        Py_INCREF(made);
        *own = made;
        Py_XDECREF(old);
    }
    return (struct signature *)made;
}

/* A COM method's address, and the interface in *interface ("PyCFuncPtr_call"). */
static const void *com_method(const struct signature *signature, const struct given *given, uint64_t *interface) {
    struct shape shape;
    PyObject *pointer = given->count ? given->values[0] : NULL;
    if (!pointer) {
        PyErr_SetString(PyExc_ValueError, "native com method call without 'this' parameter");
        return NULL;
    }
    if (!shape_of(Py_TYPE(pointer), &shape))
        return NULL;
    if (!shape.code) {
        PyErr_SetString(PyExc_TypeError, "Expected a COM this pointer as first argument");
        return NULL;
    }
    void ***object = *(void ****)instance_buffer(pointer);
    if (!object)
        PyErr_SetString(PyExc_ValueError, "NULL COM pointer access");
    else if (!*object)
        PyErr_SetString(PyExc_ValueError, "COM method call without VTable");
    else
        return *interface = (uint64_t)(uintptr_t)object, (*object)[signature->method];
    return NULL;
}

static PyObject *checked_by_user(struct signature *signature, PyObject *self, PyObject *arguments, PyObject *result) {
    if (signature->errcheck) {
        PyObject *answer = PyObject_CallFunctionObjArgs(signature->errcheck, result, self, arguments, NULL);
        if (!answer || answer != arguments) {
            Py_DECREF(result);
            return answer;
        }
        /* "errcheck": the argument tuple itself means: go on as if there were no errcheck. */
        Py_DECREF(answer);
    }
    return signature->flagged ? flagged_results(signature, arguments, result) : result;
}

static PyObject *tuple_from_array(PyObject *const *values, Py_ssize_t count) {
    PyObject *tuple = PyTuple_New(count);
    for (Py_ssize_t i = 0; tuple && i < count; i++) {
        Py_INCREF(values[i]);
        PyTuple_SetItem(tuple, i, values[i]);
    }
    return tuple;
}

/* A call with an argument tuple of its own: errcheck gets it, and paramflags make it. */
static PyObject *call_with_tuple(struct signature *signature, PyObject *self, const void *function,
                                 const struct given *given, uint64_t interface) {
    PyObject *result = NULL, *arguments, **values;
    arguments = signature->flagged ? flagged_arguments(signature, given) : tuple_from_array(given->values, given->count);
    if (!arguments)
        return NULL;
    Py_ssize_t count = PyTuple_Size(arguments);
    values = PyMem_Malloc((size_t)(count + 1) * sizeof *values);
    if (values) {
        for (Py_ssize_t i = 0; i < count; i++)
            values[i] = PyTuple_GetItem(arguments, i);
        result = call_with(signature, function, values, count, interface);
        PyMem_Free(values);
        if (result)
            result = checked_by_user(signature, self, arguments, result);
    } else {
        PyErr_NoMemory();
    }
    Py_DECREF(arguments);
    return result;
}

/* Whether what the caller gave is what the function gets: paramflags would add nothing, and move nothing. */
static bool is_complete(const struct signature *signature, const struct given *given) {
    return !signature->flagged ||
           (signature->inputs_only && !given->name_count && given->count == signature->count);
}

/* Keywords without paramflags are ignored, as by ctypes. */
static PyObject *call_function(PyObject *self, struct given *given) {
    struct signature *signature = signature_of(self);
    if (!signature)
        return NULL;
    PyObject *result = NULL;
    uint64_t interface = 0;
    const void *function = *(void **)instance_buffer(self);
    if (signature->method >= 0) {
        function = com_method(signature, given, &interface);
        if (!function)
            goto end;
        given->values++;
        given->count--;
    }
    if (!is_complete(signature, given) || signature->errcheck)
        result = call_with_tuple(signature, self, function, given, interface);
    else
        result = call_with(signature, function, given->values, given->count, interface);
end:
    Py_DECREF(signature);
    return result;
}

/* Py_TPFLAGS_HAVE_VECTORCALL, which the limited API of 3.9 does not name. */
enum { HAVE_VECTORCALL = 1 << 11 };

/* The vectorcall protocol; functions that have not been called yet, and Python versions or classes without it, come
 * through tp_call below. */
static PyObject *call_vector(PyObject *self, PyObject *const *arguments, size_t flagged_count, PyObject *names) {
    Py_ssize_t count = (Py_ssize_t)(flagged_count & ~((size_t)1 << (8 * sizeof(size_t) - 1)));
    struct given given = {arguments, count, names, names ? PyTuple_Size(names) : 0};
    return call_function(self, &given);
}

static PyObject *call_tuple(PyObject *self, PyObject *arguments, PyObject *keywords) {
    if (ctypes_layout.vectorcall)
        *(void **)((char *)self + ctypes_layout.vectorcall) = (void *)call_vector;
    Py_ssize_t count = PyTuple_Size(arguments), name_count = keywords ? PyDict_Size(keywords) : 0, position = 0;
    PyObject **values = PyMem_Malloc((size_t)(count + name_count + 1) * sizeof *values), *name, *value;
    PyObject *names = values ? PyTuple_New(name_count) : NULL;
    if (!names) {
        PyMem_Free(values);
        return PyErr_NoMemory();
    }
    for (Py_ssize_t i = 0; i < count; i++)
        values[i] = PyTuple_GetItem(arguments, i);
    for (Py_ssize_t i = 0; i < name_count && PyDict_Next(keywords, &position, &name, &value); i++) {
        Py_INCREF(name);
        PyTuple_SetItem(names, i, name);
        values[count + i] = value;
    }
    struct given given = {values, count, names, name_count};
    PyObject *result = call_function(self, &given);
    Py_DECREF(names);
    PyMem_Free(values);
    return result;
}

static PyType_Slot call_slots[] = {
    {Py_tp_call, call_tuple},
    {Py_tp_doc, "The call of a Windows function; a base beside ctypes' function type."},
    {0, NULL},
};

static PyType_Spec call_spec = {"windlass._core.Call", 0, 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE, call_slots};

/* A type for whose instances the vectorcall protocol is on, with known numbers: foreign.py looks up where types keep
 * them. */
static PyObject *vectorcall_sample(PyObject *module, PyObject *args) {
    int basic_size;
    Py_ssize_t vectorcall_offset;
    (void)module;
    if (!PyArg_ParseTuple(args, "in", &basic_size, &vectorcall_offset))
        return NULL;
    PyMemberDef members[] = {
        {"__vectorcalloffset__", T_PYSSIZET, vectorcall_offset, READONLY, NULL},
        {NULL, 0, 0, 0, NULL},
    };
    PyType_Slot slots[] = {{Py_tp_call, call_tuple}, {Py_tp_members, members}, {0, NULL}};
    PyType_Spec spec = {"windlass._core.Sample", basic_size, 0, Py_TPFLAGS_DEFAULT | HAVE_VECTORCALL, slots};
    return PyType_FromSpec(&spec);
}

/* Turns the vectorcall protocol on for a class made in Python, which has no other way to say so. */
static PyObject *enable_vectorcall(PyObject *module, PyObject *args) {
    PyObject *type;
    Py_ssize_t flags_position, offset_position;
    (void)module;
    if (!PyArg_ParseTuple(args, "Onnn", &type, &flags_position, &offset_position, &ctypes_layout.vectorcall))
        return NULL;
    *(Py_ssize_t *)((char *)type + offset_position) = ctypes_layout.vectorcall;
    *(unsigned long *)((char *)type + flags_position) |= HAVE_VECTORCALL;
    Py_RETURN_NONE;
}

static PyMethodDef functions[] = {
    {"vectorcall_sample", vectorcall_sample, METH_VARARGS, NULL},
    {"enable_vectorcall", enable_vectorcall, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};

/* ---- signatures ---- */

static PyObject *or_null(PyObject *object) {
    if (object == Py_None)
        return NULL;
    Py_XINCREF(object);
    return object;
}

static bool parse_parameter(PyObject *item, struct parameter *parameter) {
    PyObject *type, *target, *from_param;
    int code;
    unsigned size;
    if (!PyArg_ParseTuple(item, "CIOOO", &code, &size, &type, &target, &from_param))
        return false;
    *parameter = (struct parameter){{(char)code, size}, (PyTypeObject *)or_null(type), (PyTypeObject *)or_null(target),
                                    or_null(from_param), NULL};
    return true;
}

static bool parse_parameters(PyObject *tuple, struct signature *self) {
    if (tuple == Py_None)
        return true;
    Py_ssize_t count = PyTuple_Size(tuple);
    self->declared = true;
    self->parameters = count < 0 ? NULL : calloc((size_t)count + 1, sizeof *self->parameters);
    if (!self->parameters)
        return PyErr_NoMemory() != NULL;
    for (Py_ssize_t i = 0; i < count; i++, self->count++)
        if (!parse_parameter(PyTuple_GetItem(tuple, i), &self->parameters[i]))
            return false;
    return true;
}

static bool parse_flagged(PyObject *tuple, struct signature *self) {
    if (tuple == Py_None)
        return true;
    if (PyTuple_Size(tuple) != self->count) {
        PyErr_SetString(PyExc_ValueError, "paramflags must have the same length as argtypes");
        return false;
    }
    self->inputs_only = true;
    self->flagged = calloc((size_t)self->count + 1, sizeof *self->flagged);
    if (!self->flagged)
        return PyErr_NoMemory() != NULL;
    for (Py_ssize_t i = 0; i < self->count; i++) {
        struct flagged *flagged = &self->flagged[i];
        if (!PyArg_ParseTuple(PyTuple_GetItem(tuple, i), "iOO|O", &flagged->flags, &flagged->name, &flagged->factory,
                              &flagged->default_value))
            return flagged->name = flagged->factory = flagged->default_value = NULL, false;
        self->inputs_only &= !(flagged->flags & (PARAMETER_OUT | PARAMETER_LCID));
        flagged->name = or_null(flagged->name);
        flagged->factory = or_null(flagged->factory);
        Py_XINCREF(flagged->default_value);
    }
    return true;
}

static bool parse_result(PyObject *item, struct signature *self) {
    PyObject *type, *checker;
    int code, is_instance;
    unsigned size;
    if (!PyArg_ParseTuple(item, "CIOOp", &code, &size, &type, &checker, &is_instance))
        return false;
    self->result = (struct shape){(char)code, size};
    self->result_is_instance = is_instance;
    self->result_type = or_null(type);
    self->checker = or_null(checker);
    return true;
}

/* Signature(flags, parameters, result, errcheck, paramflags, method, interface_id); see _core.pyi. */
static PyObject *signature_create(PyTypeObject *type, PyObject *args, PyObject *keywords) {
    PyObject *parameters, *result, *errcheck, *flagged, *interface_id;
    unsigned flags;
    Py_ssize_t method;
    (void)keywords;
    if (!PyArg_ParseTuple(args, "IOOOOnO", &flags, &parameters, &result, &errcheck, &flagged, &method, &interface_id))
        return NULL;
    allocfunc allocate = (allocfunc)PyType_GetSlot(type, Py_tp_alloc);
    struct signature *self = (struct signature *)allocate(type, 0);
    if (!self)
        return NULL;
    self->flags = flags;
    self->method = method;
    self->errcheck = or_null(errcheck);
    self->interface_id = or_null(interface_id);
    if (!parse_parameters(parameters, self) || !parse_result(result, self) || !parse_flagged(flagged, self))
        Py_CLEAR(self);
    return (PyObject *)self;
}

static int signature_traverse(PyObject *object, visitproc visit, void *arg) {
    struct signature *self = (struct signature *)object;
    Py_VISIT(Py_TYPE(object));
    for (Py_ssize_t i = 0; i < self->count; i++) {
        Py_VISIT(self->parameters[i].type);
        Py_VISIT(self->parameters[i].target);
        Py_VISIT(self->parameters[i].from_param);
        Py_VISIT(self->parameters[i].seen);
    }
    for (Py_ssize_t i = 0; self->flagged && i < self->count; i++) {
        Py_VISIT(self->flagged[i].name);
        Py_VISIT(self->flagged[i].default_value);
        Py_VISIT(self->flagged[i].factory);
    }
    Py_VISIT(self->result_type);
    Py_VISIT(self->checker);
    Py_VISIT(self->errcheck);
    Py_VISIT(self->interface_id);
    return 0;
}

/* Breaks cycles; the parameters stay usable, since a call may be going on: only what users supply is dropped. */
static int signature_clear(PyObject *object) {
    struct signature *self = (struct signature *)object;
    Py_CLEAR(self->errcheck);
    Py_CLEAR(self->interface_id);
    return 0;
}

static void signature_dealloc(PyObject *object) {
    struct signature *self = (struct signature *)object;
    PyTypeObject *type = Py_TYPE(object);
    PyObject_GC_UnTrack(object);
    signature_clear(object);
    for (Py_ssize_t i = 0; self->flagged && i < self->count; i++) {
        Py_XDECREF(self->flagged[i].name);
        Py_XDECREF(self->flagged[i].default_value);
        Py_XDECREF(self->flagged[i].factory);
    }
    for (Py_ssize_t i = 0; i < self->count; i++) {
        Py_XDECREF(self->parameters[i].type);
        Py_XDECREF(self->parameters[i].target);
        Py_XDECREF(self->parameters[i].from_param);
        Py_XDECREF(self->parameters[i].seen);
    }
    free(self->flagged);
    free(self->parameters);
    Py_XDECREF(self->result_type);
    Py_XDECREF(self->checker);
    freefunc release = (freefunc)PyType_GetSlot(type, Py_tp_free);
    release(object);
    Py_DECREF(type);
}

static PyType_Slot signature_slots[] = {
    {Py_tp_new, signature_create},
    {Py_tp_dealloc, signature_dealloc},
    {Py_tp_traverse, signature_traverse},
    {Py_tp_clear, signature_clear},
    {0, NULL},
};

static PyType_Spec signature_spec = {"windlass._core.Signature", sizeof(struct signature), 0,
                                     Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC, signature_slots};

int call_add(PyObject *module) {
    class_signature = PyUnicode_InternFromString("_class_signature");
    as_parameter = PyUnicode_InternFromString("_as_parameter_");
    from_outparam = PyUnicode_InternFromString("__ctypes_from_outparam__");
    signature_type = (PyTypeObject *)PyType_FromSpec(&signature_spec);
    if (!class_signature || !as_parameter || !from_outparam || !signature_type)
        return -1;
    Py_INCREF(signature_type);
    PyObject *call_type = PyType_FromSpec(&call_spec);
    return !call_type || PyModule_AddFunctions(module, functions) || PyModule_AddObject(module, "Call", call_type) ||
                   PyModule_AddObject(module, "Signature", (PyObject *)signature_type)
               ? -1
               : 0;
}
