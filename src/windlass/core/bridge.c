/* windlass._core.Bridge: a function pointer by which host code calls a Windows function, or Windows code a host's.
 *
 * Host code that knows nothing of Windows calls through pointers as System V's convention has it: cffi, numba, compiled
 * extensions. A bridge takes a call of one convention over into the other. What that needs of the prototype is how each
 * value travels: its size, and under System V the class of each of its eightbytes, as letters:
 *   i INTEGER   s SSE   m the whole value in memory   x INTEGER, a function pointer
 * Scalars have one letter, structures and unions one or two, or m. Under Windows structures of 1, 2, 4 and 8 bytes
 * travel as integers, others by a pointer.
 *
 * Source: "System V Application Binary Interface, AMD64 Architecture Processor Supplement", "Parameter Passing";
 * Microsoft, "x64 calling convention". */
#include <alloca.h>
#include <string.h>

#include "python.h"

enum { MOST_PARAMETERS = 64, EIGHTBYTE = 8, GENERAL_REGISTERS = 6, VECTOR_REGISTERS = 8 };

struct value {
    char classes[3];
    bool is_aggregate;
    uint32_t size;
};

struct bridge {
    PyObject_HEAD
    struct callback callback;
    void *code;
    const void *function;
    struct value result; /* no classes: nothing */
    uint32_t count;
    uint32_t stack_words; /* at most, in a call of a host function */
    struct value parameters[MOST_PARAMETERS];
};

/* The registers of a call under System V; the layouts are bridge.S's. */
struct host_arguments {
    uint64_t general[GENERAL_REGISTERS], vector[VECTOR_REGISTERS];
};

struct host_result {
    uint64_t rax, rdx, xmm[2];
};

extern const char bridge_entry[];
void bridge_to_windows(struct callback *callback, const struct host_arguments *registers, uint64_t *stack,
                       struct host_result *result);
void bridge_call_host(const void *function, const struct host_arguments *registers, const uint64_t *stack,
                      size_t words, struct host_result *result);

/* "x64 calling convention", parameter passing and return values. */
static bool is_slot_for_windows(const struct value *value) {
    const uint32_t size = value->size;
    return !value->is_aggregate || size == 1 || size == 2 || size == 4 || size == 8;
}

static bool is_in_memory(const struct value *value) { return value->classes[0] == 'm'; }
static size_t words_of(const struct value *value) { return (value->size + EIGHTBYTE - 1) / EIGHTBYTE; }

/* Where the next argument of a call under System V lies. */
struct place {
    size_t general, vector, stack;
};

/* Whether a value has registers for all its eightbytes; they are taken then. */
static bool take_registers(struct place *place, const struct value *value) {
    size_t general = 0, vector = 0;
    for (const char *each = value->classes; *each; each++)
        *each == 's' ? vector++ : general++;
    if (is_in_memory(value) || place->general + general > GENERAL_REGISTERS ||
        place->vector + vector > VECTOR_REGISTERS)
        return false;
    place->general += general;
    place->vector += vector;
    return true;
}

/* ---- host code calls Windows code ---- */

/* Where the value lies: in the caller's stack, or gathered from registers into `words`. */
static uint64_t *host_argument(struct place *place, const struct value *value,
                               const struct host_arguments *registers, uint64_t *stack, uint64_t words[2]) {
    struct place before = *place;
    if (!take_registers(place, value)) {
        uint64_t *argument = stack + place->stack;
        place->stack += words_of(value);
        return argument;
    }
    for (int i = 0; value->classes[i]; i++)
        words[i] = value->classes[i] == 's' ? registers->vector[before.vector++] : registers->general[before.general++];
    return words;
}

/* A function pointer that leads through a bridge to a Windows function is that function to Windows code. */
static uint64_t windows_function(uint64_t pointer) {
    const struct callback *found = callback_at(pointer, bridge_entry);
    return found ? (uint64_t)(uintptr_t)((const struct bridge *)found->context)->function : pointer;
}

static uint64_t slot_of(const struct value *value, const uint64_t *argument) {
    if (value->classes[0] == 'x')
        return windows_function(*argument);
    return is_slot_for_windows(value) ? *argument : (uint64_t)(uintptr_t)argument;
}

/* A result in System V's registers, from the eightbytes of the value. */
static void give_to_host(const struct value *value, const uint64_t *words, struct host_result *result) {
    uint64_t *general[] = {&result->rax, &result->rdx};
    size_t generals = 0, vectors = 0;
    for (int i = 0; value->classes[i]; i++)
        *(value->classes[i] == 's' ? &result->xmm[vectors++] : general[generals++]) = words[i];
}

/* The caller goes on with a zero, and with the exception set: Python raises it when its own code runs again. */
static void report_unhandled(struct thread *thread) {
    struct python_entry entry;
    if (!python_enter(&entry))
        return;
    raise_unhandled(thread);
    python_leave(&entry);
}

void bridge_to_windows(struct callback *callback, const struct host_arguments *registers, uint64_t *stack,
                       struct host_result *result) {
    const struct bridge *self = callback->context;
    const struct value *value = &self->result;
    uint64_t slots[MOST_PARAMETERS + 1], words[MOST_PARAMETERS][2], returned[2] = {0, 0};
    struct place place = {0, 0, 0};
    struct call_result ended;
    size_t count = 0;
    void *memory = returned;
    *result = (struct host_result){0, 0, {0, 0}};
    if (is_in_memory(value))
        memory = (void *)(uintptr_t)registers->general[place.general++];
    if (!is_slot_for_windows(value))
        slots[count++] = (uint64_t)(uintptr_t)memory;
    for (uint32_t i = 0; i < self->count; i++) {
        uint64_t *argument = host_argument(&place, &self->parameters[i], registers, stack, words[i]);
        slots[count++] = slot_of(&self->parameters[i], argument);
    }
    struct thread *thread = thread_self();
    if (call_windows(self->function, slots, count, &ended, &thread->boundary)) {
        report_unhandled(thread);
        return;
    }
    if (is_slot_for_windows(value)) {
        const uint64_t *got = !value->is_aggregate && value->classes[0] == 's' ? &ended.xmm0 : &ended.rax;
        memcpy(memory, got, value->size);
    }
    if (is_in_memory(value))
        result->rax = (uint64_t)(uintptr_t)memory;
    else
        give_to_host(value, returned, result);
}

/* ---- Windows code calls host code ---- */

static void put_host_argument(struct place *place, const struct value *value, const uint64_t *words,
                              struct host_arguments *registers, uint64_t *stack) {
    struct place before = *place;
    if (!take_registers(place, value)) {
        memcpy(stack + place->stack, words, value->size);
        place->stack += words_of(value);
        return;
    }
    uint64_t copy[2] = {0, 0};
    memcpy(copy, words, value->size);
    for (int i = 0; value->classes[i]; i++)
        *(value->classes[i] == 's' ? &registers->vector[before.vector++] : &registers->general[before.general++]) = copy[i];
}

static void take_from_host(const struct value *value, const struct host_result *result, void *memory) {
    const uint64_t general[] = {result->rax, result->rdx};
    uint64_t words[2] = {0, 0};
    size_t generals = 0, vectors = 0;
    for (int i = 0; value->classes[i]; i++)
        words[i] = value->classes[i] == 's' ? result->xmm[vectors++] : general[generals++];
    memcpy(memory, words, value->size);
}

static void enter_host(struct callback *callback, uint64_t *slots, const uint64_t *xmm, struct call_result *result) {
    const struct bridge *self = callback->context;
    const struct value *value = &self->result;
    uint64_t *stack = alloca(self->stack_words * EIGHTBYTE), returned[2] = {0, 0};
    struct host_arguments registers = {{0}, {0}};
    struct host_result ended;
    struct place place = {0, 0, 0};
    size_t slot = 0;
    void *memory = returned;
    *result = (struct call_result){0, 0};
    if (!python_is_alive()) /* what is behind the pointer may be Python's */
        return;
    memset(stack, 0, self->stack_words * EIGHTBYTE);
    if (!is_slot_for_windows(value))
        memory = (void *)(uintptr_t)slots[slot++];
    if (is_in_memory(value))
        registers.general[place.general++] = (uint64_t)(uintptr_t)memory;
    for (uint32_t i = 0; i < self->count; i++, slot++) {
        const struct value *parameter = &self->parameters[i];
        const uint64_t *words = &slots[slot];
        if (!is_slot_for_windows(parameter))
            words = (const uint64_t *)(uintptr_t)slots[slot];
        else if (slot < 4 && !parameter->is_aggregate && parameter->classes[0] == 's')
            words = &xmm[slot];
        put_host_argument(&place, parameter, words, &registers, stack);
    }
    bridge_call_host(self->function, &registers, stack, place.stack, &ended);
    if (!is_in_memory(value))
        take_from_host(value, &ended, memory);
    if (!is_slot_for_windows(value))
        result->rax = (uint64_t)(uintptr_t)memory;
    else if (!value->is_aggregate && value->classes[0] == 's')
        memcpy(&result->xmm0, memory, value->size);
    else
        memcpy(&result->rax, memory, value->size);
}

/* ---- the Python object ---- */

static bool parse_value(PyObject *description, struct value *value) {
    const char *classes;
    unsigned size;
    int is_aggregate;
    if (!PyArg_ParseTuple(description, "sIp", &classes, &size, &is_aggregate))
        return false;
    size_t length = strlen(classes);
    const bool is_memory = !strcmp(classes, "m") && is_aggregate;
    if (!is_memory && (length > 2 || strspn(classes, "isx") != length || size > length * EIGHTBYTE)) {
        PyErr_Format(PyExc_ValueError, "no value of %u bytes has classes '%s'", size, classes);
        return false;
    }
    memcpy(value->classes, classes, length + 1);
    value->is_aggregate = is_aggregate;
    value->size = size;
    return true;
}

static bool parse_prototype(struct bridge *self, PyObject *parameters, PyObject *result) {
    Py_ssize_t count = PyTuple_Size(parameters);
    if (count > MOST_PARAMETERS) {
        PyErr_Format(PyExc_ValueError, "a bridge has at most %d parameters", MOST_PARAMETERS);
        return false;
    }
    self->count = (uint32_t)count;
    for (Py_ssize_t i = 0; i < count; i++) {
        if (!parse_value(PyTuple_GetItem(parameters, i), &self->parameters[i]))
            return false;
        self->stack_words += (uint32_t)words_of(&self->parameters[i]);
    }
    return parse_value(result, &self->result);
}

static PyObject *bridge_create(PyTypeObject *type, PyObject *args, PyObject *keywords) {
    int to_windows;
    unsigned long long function;
    PyObject *parameters, *result;
    if (keywords ||
        !PyArg_ParseTuple(args, "pKO!O!", &to_windows, &function, &PyTuple_Type, &parameters, &PyTuple_Type, &result))
        return PyErr_Occurred() ? NULL : PyErr_Format(PyExc_TypeError, "Bridge(to_windows, function, parameters, result)");
    allocfunc allocate = (allocfunc)PyType_GetSlot(type, Py_tp_alloc);
    struct bridge *self = (struct bridge *)allocate(type, 0);
    if (!self)
        return NULL;
    self->function = (const void *)(uintptr_t)function;
    self->callback = (struct callback){enter_host, self};
    if (!parse_prototype(self, parameters, result)) {
        Py_DECREF(self);
        return NULL;
    }
    self->code = to_windows ? code_piece_new(&self->callback, bridge_entry) : callback_new(&self->callback);
    if (!self->code) {
        Py_DECREF(self);
        return PyErr_NoMemory();
    }
    return (PyObject *)self;
}

static void bridge_dealloc(PyObject *object) {
    if (!python_is_alive())
        return;
    struct bridge *self = (struct bridge *)object;
    PyTypeObject *type = Py_TYPE(object);
    if (self->code)
        callback_free(self->code);
    freefunc release = (freefunc)PyType_GetSlot(type, Py_tp_free);
    release(object);
    Py_DECREF(type);
}

static PyObject *bridge_address(PyObject *self, void *closure) {
    (void)closure;
    return PyLong_FromVoidPtr(((struct bridge *)self)->code);
}

static PyGetSetDef bridge_attributes[] = {
    {"address", bridge_address, NULL, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyType_Slot bridge_slots[] = {
    {Py_tp_new, bridge_create},
    {Py_tp_dealloc, bridge_dealloc},
    {Py_tp_getset, bridge_attributes},
    {0, NULL},
};

static PyType_Spec bridge_spec = {"windlass._core.Bridge", sizeof(struct bridge), 0, Py_TPFLAGS_DEFAULT, bridge_slots};

int bridge_type_add(PyObject *module) {
    PyObject *type = PyType_FromSpec(&bridge_spec);
    return type ? PyModule_AddObject(module, "Bridge", type) : -1;
}
