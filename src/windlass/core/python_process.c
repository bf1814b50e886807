/* Processes for api/process/create_process.py and application.py: starting them, and what they get from this one. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "python.h"

#include "console_control.h"
#include "environment.h"
#include "exchange.h"
#include "file.h"
#include "host_spawn.h"
#include "inherit.h"
#include "parameters.h"
#include "process_end.h"
#include "process_object.h"
#include "pseudo_console.h"

/* ---- blocks ---- */

static PyObject *block_new(PyObject *self, PyObject *args) {
    PyObject *image;
    size_t length;
    unsigned flags;
    int fd;
    (void)self;
    if (!PyArg_ParseTuple(args, "UI", &image, &flags))
        return NULL;
    WCHAR *units = utf16_from_str(image, &length);
    if (!units)
        return NULL;
    exchange_begin();                                /* the child may ask for handles */
    struct process_block *block = process_block_new(units, length, flags, &fd);
    free(units);
    return block ? Py_BuildValue("iK", fd, (unsigned long long)(uintptr_t)block) : os_error(errno);
}

/* For a process that could not be started. */
static PyObject *block_free(PyObject *self, PyObject *args) {
    unsigned long long block;
    (void)self;
    if (!PyArg_ParseTuple(args, "K", &block))
        return NULL;
    process_block_free((struct process_block *)(uintptr_t)block);
    Py_RETURN_NONE;
}

static PyObject *begin(PyObject *self, PyObject *args) {
    int fd, is_new;
    (void)self;
    if (!PyArg_ParseTuple(args, "ip", &fd, &is_new))
        return NULL;
    if (!process_block_adopt(fd))
        return os_error(errno);
    if (is_new)
        process_block_publish(fd, getpid());
    Py_BEGIN_ALLOW_THREADS
    exchange_begin();                                /* before others resume it: they may bring it handles */
    process_wait_for_resume();
    console_control_begin();
    Py_END_ALLOW_THREADS
    Py_RETURN_NONE;
}

/* ---- starting ---- */

/* The strings of a list of bytes, which keeps them; NULL with an exception. */
static char **strings_of(PyObject *list) {
    Py_ssize_t count = PyList_Size(list);
    char **strings = count < 0 ? NULL : calloc((size_t)count + 1, sizeof *strings);
    for (Py_ssize_t i = 0; strings && i < count; i++) {
        strings[i] = PyBytes_AsString(PyList_GetItem(list, i));
        if (!strings[i]) {
            free(strings);
            return NULL;
        }
    }
    return strings;
}

static int *numbers_of(PyObject *list, size_t *count) {
    *count = (size_t)PyList_Size(list);
    int *numbers = PyErr_Occurred() ? NULL : calloc(*count + 1, sizeof *numbers);
    for (size_t i = 0; numbers && i < *count; i++)
        numbers[i] = (int)PyLong_AsLong(PyList_GetItem(list, (Py_ssize_t)i));
    if (numbers && PyErr_Occurred()) {
        free(numbers);
        return NULL;
    }
    return numbers;
}

static PyObject *start(PyObject *self, PyObject *args) {
    struct spawn wanted = {0};
    PyObject *arguments, *environment, *kept;
    int new_group, holds_signals = 0, takes_terminal = 0;
    Py_ssize_t directory_size;
    pid_t child = 0;
    (void)self;
    if (!PyArg_ParseTuple(args, "yO!O!z#(iii)O!p|pp", &wanted.path, &PyList_Type, &arguments, &PyList_Type, &environment,
                          &wanted.directory, &directory_size, &wanted.standard[0], &wanted.standard[1],
                          &wanted.standard[2], &PyList_Type, &kept, &new_group, &holds_signals,
                          &takes_terminal))
        return NULL;
    char **argument_strings = strings_of(arguments), **variables = strings_of(environment);
    int *numbers = numbers_of(kept, &wanted.kept_count), error = ENOMEM;
    wanted.new_group = new_group;
    wanted.holds_signals = holds_signals;
    wanted.takes_terminal = takes_terminal;
    wanted.arguments = argument_strings;
    wanted.environment = variables;
    wanted.kept = numbers;
    if (argument_strings && variables && numbers)
        error = spawn(&wanted, &child);
    free(argument_strings);
    free(variables);
    free(numbers);
    return PyErr_Occurred() ? NULL : error ? os_error(error) : PyLong_FromLong(child);
}

/* The descriptor behind an HPCON; -1: it is none. */
static PyObject *console_terminal(PyObject *self, PyObject *address) {
    void *console = PyLong_AsVoidPtr(address);
    (void)self;
    return PyErr_Occurred() ? NULL : PyLong_FromLong(pseudo_console_terminal(console));
}

static PyObject *console_join(PyObject *self, PyObject *address) {
    void *console = PyLong_AsVoidPtr(address);
    (void)self;
    return PyErr_Occurred() ? NULL : PyLong_FromLong(pseudo_console_join(console));
}

static HANDLE handle_for(struct object *object, DWORD flags) {
    return object ? handle_new(object, object->type->all_access, flags) : NULL;
}

/* Handles for a process that was started, and for its thread. Takes over the block. */
static PyObject *handles(PyObject *self, PyObject *args) {
    int id, fd;
    unsigned long long block;
    unsigned process_flags, thread_flags;
    (void)self;
    if (!PyArg_ParseTuple(args, "iiKII", &id, &fd, &block, &process_flags, &thread_flags))
        return NULL;
    if (block)
        process_block_enter((struct process_block *)(uintptr_t)block, fd, id);
    struct process_object *process = process_object_new(id, true, (struct process_block *)(uintptr_t)block);
    if (!process)
        return os_error(errno);
    struct thread_object *thread = process_main_thread(process);
    HANDLE process_handle = handle_for(&process->object, process_flags);
    HANDLE thread_handle = thread ? handle_for(&thread->object, thread_flags) : NULL;
    if (thread)
        object_release(&thread->object);
    object_release(&process->object);
    return process_handle && thread_handle
        ? Py_BuildValue("KK", (unsigned long long)(uintptr_t)process_handle, (unsigned long long)(uintptr_t)thread_handle)
        : PyErr_NoMemory();
}

/* ---- inheritance ---- */

static bool append_if_inheritable(HANDLE handle, struct object *object, ACCESS_MASK access, DWORD flags, void *context) {
    PyObject *list = context;
    (void)object, (void)access;
    if (!(flags & HANDLE_FLAG_INHERIT))
        return true;
    PyObject *number = PyLong_FromVoidPtr(handle);
    bool done = number && PyList_Append(list, number) == 0;
    Py_XDECREF(number);
    return done;
}

static PyObject *inheritable_handles(PyObject *self, PyObject *args) {
    (void)self, (void)args;
    std_handle((DWORD)-10);                          /* made at the first question */
    PyObject *list = PyList_New(0);
    if (list)
        handle_each(append_if_inheritable, list);
    if (PyErr_Occurred())
        Py_CLEAR(list);
    return list;
}

static PyObject *give_handle(PyObject *self, PyObject *args) {
    unsigned long long number;
    NTSTATUS status;
    DWORD flags;
    ACCESS_MASK access;
    struct gift gift;
    (void)self;
    if (!PyArg_ParseTuple(args, "K", &number))
        return NULL;
    HANDLE handle = (HANDLE)(uintptr_t)number;
    struct object *object = handle_object(handle, NULL, 0, &status);
    if (!object || !NT_SUCCESS(handle_query(handle, &flags, &access)) || !object_give(object, &gift)) {
        object_release(object);
        Py_RETURN_NONE;
    }
    const char *type = object->type->name;
    object_release(object);
    return Py_BuildValue("sIIiy#", type, access, flags, gift.fd, gift.facts, (Py_ssize_t)gift.size);
}

static PyObject *take_handle(PyObject *self, PyObject *args) {
    unsigned long long handle;
    unsigned access, flags;
    const char *type, *facts;
    Py_ssize_t size;
    struct gift gift;
    (void)self;
    if (!PyArg_ParseTuple(args, "KsIIiy#", &handle, &type, &access, &flags, &gift.fd, &facts, &size))
        return NULL;
    if (size > GIFT_FACTS)
        return os_error(EINVAL);
    memcpy(gift.facts, facts, (size_t)size);
    gift.size = (size_t)size;
    fcntl(gift.fd, F_SETFD, FD_CLOEXEC);
    struct object *object = object_take(type, &gift);
    bool done = object && handle_new_at((HANDLE)(uintptr_t)handle, object, access, flags);
    object_release(object);
    return PyBool_FromLong(done);
}

/* 0 for what is no handle. */
static PyObject *handle_flags(PyObject *self, PyObject *args) {
    unsigned long long handle;
    DWORD flags = 0;
    ACCESS_MASK access;
    (void)self;
    if (!PyArg_ParseTuple(args, "K", &handle))
        return NULL;
    return PyLong_FromUnsignedLong(
        NT_SUCCESS(handle_query((HANDLE)(uintptr_t)handle, &flags, &access)) ? flags : 0);
}

static PyObject *is_this_process(PyObject *self, PyObject *args) {
    unsigned long long handle;
    NTSTATUS status;
    (void)self;
    if (!PyArg_ParseTuple(args, "K", &handle))
        return NULL;
    struct object *object = handle_object((HANDLE)(uintptr_t)handle, &process_type, 0, &status);
    object_release(object);
    return PyBool_FromLong(object == current_process_object());
}

static PyObject *set_priority_class(PyObject *self, PyObject *args) {
    unsigned long long handle;
    unsigned priority;
    NTSTATUS status;
    (void)self;
    if (!PyArg_ParseTuple(args, "KI", &handle, &priority))
        return NULL;
    struct object *object = handle_object((HANDLE)(uintptr_t)handle, &process_type, 0, &status);
    bool done = object && process_set_priority((struct process_object *)object, priority);
    object_release(object);
    return PyBool_FromLong(done);
}

static PyObject *std_handle_of(PyObject *self, PyObject *args) {
    int fd;
    (void)self;
    return PyArg_ParseTuple(args, "i", &fd) ? PyLong_FromVoidPtr(std_handle((DWORD)(-10 - fd))) : NULL;
}

static PyObject *own_std_handles(PyObject *self, PyObject *args) {
    (void)self, (void)args;
    std_handles_own();
    Py_RETURN_NONE;
}

static PyObject *choose_std_handle(PyObject *self, PyObject *args) {
    int fd;
    unsigned long long handle;
    (void)self;
    if (!PyArg_ParseTuple(args, "iK", &fd, &handle))
        return NULL;
    if (fd < 0 || fd > 2)
        return os_error(EBADF);
    std_handle_choose(fd, (HANDLE)(uintptr_t)handle);
    Py_RETURN_NONE;
}

/* The host's descriptor behind a file's handle, which stays the handle's; -1. */
static PyObject *descriptor_of(PyObject *self, PyObject *args) {
    unsigned long long handle;
    NTSTATUS status;
    (void)self;
    if (!PyArg_ParseTuple(args, "K", &handle))
        return NULL;
    struct object *object = handle_object((HANDLE)(uintptr_t)handle, &file_type, 0, &status);
    int fd = object ? ((struct file *)object)->fd : -1;
    object_release(object);
    return PyLong_FromLong(fd);
}

/* ---- environment and start-up information ---- */

static size_t block_units(const WCHAR *block) {
    const WCHAR *at = block;
    while (*at || at[1])
        at++;
    return (size_t)(at - block) + 2;
}

static PyObject *environment(PyObject *self, PyObject *args) {
    (void)self, (void)args;
    WCHAR *block = environment_block();
    if (!block)
        return PyErr_NoMemory();
    PyObject *result = PyBytes_FromStringAndSize((const char *)block, (Py_ssize_t)(block_units(block) * sizeof *block));
    free(block);
    return result;
}

static PyObject *set_environment(PyObject *self, PyObject *args) {
    const char *block;
    Py_ssize_t size;
    (void)self;
    if (!PyArg_ParseTuple(args, "y#", &block, &size))
        return NULL;
    environment_replace((const WCHAR *)block);
    Py_RETURN_NONE;
}

static PyObject *host_environment(PyObject *self, PyObject *args) {
    const char *block;
    Py_ssize_t size;
    (void)self;
    if (!PyArg_ParseTuple(args, "y#", &block, &size))
        return NULL;
    char **variables = environment_for_host((const WCHAR *)block);
    PyObject *list = variables ? PyList_New(0) : PyErr_NoMemory();
    for (size_t i = 0; list && variables[i]; i++) {
        PyObject *each = PyBytes_FromString(variables[i]);
        if (!each || PyList_Append(list, each))
            Py_CLEAR(list);
        Py_XDECREF(each);
    }
    free(variables);
    return list;
}

static PyObject *set_startup(PyObject *self, PyObject *args) {
    struct startup startup;
    const char *title, *desktop;
    Py_ssize_t title_size, desktop_size, data_size;
    (void)self;
    if (!PyArg_ParseTuple(args, "(IIIIIIII)Iy#y#y#", &startup.numbers[0], &startup.numbers[1], &startup.numbers[2],
                          &startup.numbers[3], &startup.numbers[4], &startup.numbers[5], &startup.numbers[6],
                          &startup.numbers[7], &startup.show, &title, &title_size, &desktop, &desktop_size, &startup.data,
                          &data_size))
        return NULL;
    startup.title = (const WCHAR *)title;
    startup.title_length = (size_t)title_size / 2;
    startup.desktop = (const WCHAR *)desktop;
    startup.desktop_length = (size_t)desktop_size / 2;
    startup.data_size = (size_t)data_size;
    return process_set_startup(&startup) ? (Py_INCREF(Py_None), Py_None) : PyErr_NoMemory();
}

/* Takes back the suspension that each process begins with. */
static PyObject *resume_process(PyObject *self, PyObject *args) {
    unsigned long long number;
    NTSTATUS status;
    ULONG was;
    (void)self;
    if (!PyArg_ParseTuple(args, "K", &number))
        return NULL;
    struct object *process = handle_object((HANDLE)(uintptr_t)number, &process_type, 0, &status);
    if (process)
        process_resume((struct process_object *)process, &was);
    object_release(process);
    Py_RETURN_NONE;
}

static PyObject *ends_quietly(PyObject *self, PyObject *args) {
    (void)self, (void)args;
    thread_self_with_gil();
    return PyBool_FromLong(process_ends_quietly());
}

static PyObject *get_error_mode(PyObject *self, PyObject *args) {
    (void)self, (void)args;
    return PyLong_FromUnsignedLong(process_error_mode());
}

static PyObject *set_error_mode(PyObject *self, PyObject *args) {
    unsigned mode;
    (void)self;
    if (!PyArg_ParseTuple(args, "I", &mode))
        return NULL;
    process_set_error_mode(mode);
    Py_RETURN_NONE;
}

static PyMethodDef functions[] = {
    {"error_mode", get_error_mode, METH_NOARGS, NULL},
    {"set_error_mode", set_error_mode, METH_VARARGS, NULL},
    {"process_ends_quietly", ends_quietly, METH_NOARGS, NULL},
    {"resume_process", resume_process, METH_VARARGS, NULL},
    {"process_block", block_new, METH_VARARGS, NULL},
    {"process_block_free", block_free, METH_VARARGS, NULL},
    {"process_begin", begin, METH_VARARGS, NULL},
    {"process_start", start, METH_VARARGS, NULL},
    {"pseudo_console_terminal", console_terminal, METH_O, NULL},
    {"pseudo_console_join", console_join, METH_O, NULL},
    {"process_handles", handles, METH_VARARGS, NULL},
    {"inheritable_handles", inheritable_handles, METH_NOARGS, NULL},
    {"give_handle", give_handle, METH_VARARGS, NULL},
    {"take_handle", take_handle, METH_VARARGS, NULL},
    {"handle_flags", handle_flags, METH_VARARGS, NULL},
    {"is_this_process", is_this_process, METH_VARARGS, NULL},
    {"set_priority_class", set_priority_class, METH_VARARGS, NULL},
    {"std_handle", std_handle_of, METH_VARARGS, NULL},
    {"own_std_handles", own_std_handles, METH_NOARGS, NULL},
    {"choose_std_handle", choose_std_handle, METH_VARARGS, NULL},
    {"descriptor_of", descriptor_of, METH_VARARGS, NULL},
    {"environment", environment, METH_NOARGS, NULL},
    {"set_environment", set_environment, METH_VARARGS, NULL},
    {"host_environment", host_environment, METH_VARARGS, NULL},
    {"set_startup", set_startup, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};

int python_process_add(PyObject *module) { return PyModule_AddFunctions(module, functions); }
