/* windlass._core: the mechanism, as the Python side calls it. Typed and documented in _core.pyi. */
#include <errno.h>
#include <pthread.h>
#include <sys/mman.h>

#include "python.h"

#include "codepage.h"
#include "foreign.h"
#include "fork.h"
#include "guard.h"
#include "handle.h"
#include "map.h"
#include "module.h"
#include "parameters.h"
#include "path.h"
#include "process_end.h"
#include "registry.h"
#include "time_zone_names.h"
#include "trace.h"
#include "unwind.h"
#include "wait.h"

PyObject *python_hooks[HOOK_COUNT];
static const char *const hook_names[HOOK_COUNT] = {"resolve", "forwarder", "exception", "count", "activation"};

/* ---- entering and leaving Python ---- */

__thread PyThreadState *released_thread_state;

static pthread_t ending_thread; /* the one that runs Python's exit functions, and then ends it */
static bool is_ending;

bool python_is_alive(void) { return Py_IsInitialized(); }

static bool is_ending_here(void) { return is_ending && pthread_equal(ending_thread, pthread_self()); }

bool python_enter(struct python_entry *entry) {
    entry->released = released_thread_state;
    if (!Py_IsInitialized() && !(entry->released && is_ending_here()))
        return false;
    current_thread_or_null->in_python++;
    released_thread_state = NULL;
    if (entry->released)
        PyEval_RestoreThread(entry->released);
    else
        entry->state = PyGILState_Ensure();
    return true;
}

/* Python ends just before the process does, which ends this thread; programs do not expect functions of Windows to fail
 * before that. Should the thread that ends Python wait for this one, it does so no longer than this. */
bool python_enter_for_api(struct python_entry *entry) {
    enum { PATIENCE = 2 };
    if (python_enter(entry))
        return true;
    if (!is_ending_here())
        sleep_until(monotonic_now() + PATIENCE * 1000000000ll, NOT_ALERTABLE);
    return false;
}

void python_leave(const struct python_entry *entry) {
    if (entry->released)
        PyEval_SaveThread();
    else
        PyGILState_Release(entry->state);
    released_thread_state = entry->released;
    current_thread_or_null->in_python--;
}

/* The process's modules, hooks and types belong to the interpreter that comes first. */
static PyObject *core_claim_process(PyObject *self, PyObject *args) {
    static PyInterpreterState *owner;
    PyInterpreterState *here = PyInterpreterState_Get();
    (void)self, (void)args;
    if (!owner)
        owner = here;
    if (owner != here)
        return PyErr_Format(PyExc_ImportError, "windlass serves one interpreter of a process, and another has it");
    Py_RETURN_NONE;
}

static PyObject *core_interpreter_ends(PyObject *self, PyObject *args) {
    (void)self, (void)args;
    ending_thread = pthread_self();
    is_ending = true;
    Py_RETURN_NONE;
}

struct thread *thread_self_with_gil(void) {
    if (current_thread_or_null)
        return current_thread_or_null;
    PyThreadState *state = PyEval_SaveThread();
    struct thread *thread = thread_enter();
    PyEval_RestoreThread(state);
    return thread;
}

int call_windows_without_gil(const void *function, const uint64_t *slots, size_t count, struct call_result *result) {
    PyThreadState *outer = released_thread_state, *state = PyEval_SaveThread();
    struct thread *thread = thread_self();
    released_thread_state = state;
    int ended = call_windows(function, slots, count, result, &thread->boundary);
    released_thread_state = outer;
    PyEval_RestoreThread(state);
    return ended;
}

static PyObject *parameters_of(const EXCEPTION_RECORD *record) {
    DWORD count = record->NumberParameters;
    if (count > EXCEPTION_MAXIMUM_PARAMETERS)
        count = EXCEPTION_MAXIMUM_PARAMETERS;
    PyObject *tuple = PyTuple_New(count);
    for (DWORD i = 0; tuple && i < count; i++)
        PyTuple_SetItem(tuple, i, PyLong_FromUnsignedLongLong(record->ExceptionInformation[i]));
    return tuple;
}

/* What the traceback of Windows code shows. */
static PyObject *frames_of(const struct thread *thread) {
    PyObject *list = PyList_New(0);
    for (unsigned i = 0; list && i < thread->trace_count; i++) {
        char text[256];
        if (address_is_internal(thread->trace[i]))
            continue;
        address_describe(thread->trace[i], text, sizeof text);
        PyObject *frame = PyUnicode_DecodeUTF8(text, (Py_ssize_t)strlen(text), "replace");
        if (!frame || PyList_Append(list, frame))
            Py_CLEAR(list);
        Py_XDECREF(frame);
    }
    return list;
}

PyObject *raise_unhandled(struct thread *thread) {
    const EXCEPTION_RECORD *record = &thread->unhandled;
    PyObject *parameters = parameters_of(record), *frames = frames_of(thread);
    if (!parameters || !frames) {
        Py_XDECREF(parameters);
        Py_XDECREF(frames);
        return NULL;
    }
    PyObject *exception = python_hooks[HOOK_EXCEPTION]
        ? PyObject_CallFunction(python_hooks[HOOK_EXCEPTION], "IKNN", (unsigned)record->ExceptionCode,
                                (unsigned long long)(uintptr_t)record->ExceptionAddress, parameters, frames)
        : PyObject_CallFunction(PyExc_OSError, "sNN", "exception", parameters, frames);
    if (exception) {
        PyErr_SetObject((PyObject *)Py_TYPE(exception), exception);
        Py_DECREF(exception);
    }
    return NULL;
}

PyObject *os_error(int error) {
    errno = error;
    return PyErr_SetFromErrno(PyExc_OSError);
}

/* ---- text ---- */

WCHAR *utf16_from_str(PyObject *text, size_t *length) {
    Py_ssize_t count;
    wchar_t *points = PyUnicode_AsWideCharString(text, &count);
    WCHAR *units = points ? malloc((2 * (size_t)count + 1) * sizeof *units) : NULL;
    if (points && !units)
        PyErr_NoMemory();
    *length = 0;
    for (Py_ssize_t i = 0; units && i < count; i++) {
        uint32_t point = (uint32_t)points[i];
        if (point >= 0x10000)
            units[(*length)++] = (WCHAR)(0xD7C0 + (point >> 10));
        units[(*length)++] = (WCHAR)(point >= 0x10000 ? 0xDC00 | (point & 0x3FF) : point);
    }
    PyMem_Free(points);
    return units;
}

/* ---- hooks ---- */

static PyObject *core_set_hook(PyObject *self, PyObject *args) {
    const char *name;
    PyObject *function;
    (void)self;
    if (!PyArg_ParseTuple(args, "sO", &name, &function))
        return NULL;
    for (int i = 0; i < HOOK_COUNT; i++) {
        if (strcmp(name, hook_names[i]) == 0) {
            Py_INCREF(function);
            PyObject *old = python_hooks[i];
            python_hooks[i] = function;
            Py_XDECREF(old);
            Py_RETURN_NONE;
        }
    }
    return PyErr_Format(PyExc_ValueError, "no hook is called %s", name);
}

/* An address from a hook's result; 0 with the exception reported when it failed. GIL held. */
static void *address_from_hook(PyObject *result, PyObject *hook) {
    void *address = NULL;
    if (result)
        address = PyLong_AsVoidPtr(result);
    if (PyErr_Occurred()) {
        PyErr_WriteUnraisable(hook);
        address = NULL;
    }
    Py_XDECREF(result);
    return address;
}

/* Stands for a function written in Python that cannot be loaded any more. */
static ULONG_PTR WINAPI fail_after_python(void) {
    set_last_error(ERROR_SHUTDOWN_IN_PROGRESS);
    return 0;
}

const void *WINAPI api_resolve(DWORD id) {
    enum { NONCONTINUABLE = 1 };
    struct python_entry entry;
    if (!python_enter_for_api(&entry))
        return (const void *)fail_after_python;
    PyObject *hook = python_hooks[HOOK_RESOLVE], *result = PyObject_CallFunction(hook, "I", (unsigned)id);
    bool is_too_late = !result && !python_is_alive();
    if (is_too_late)
        PyErr_Clear();
    void *address = address_from_hook(result, hook);
    python_leave(&entry);
    if (is_too_late)
        return (const void *)fail_after_python;
    if (!address)                                    /* its file cannot be imported: a package is missing */
        raise_from_api(EXCEPTION_PYTHON_FAILED, NONCONTINUABLE, 0, NULL);
    return address;
}

static void *resolve_forwarder(const void *base, const char *forwarder) {
    struct python_entry entry;
    if (!python_hooks[HOOK_FORWARDER] || !python_enter_for_api(&entry))
        return NULL;
    PyObject *hook = python_hooks[HOOK_FORWARDER];
    PyObject *text = PyUnicode_DecodeUTF8(forwarder, (Py_ssize_t)strlen(forwarder), "surrogateescape");
    PyObject *called = text ? PyObject_CallFunction(hook, "KO", (unsigned long long)(uintptr_t)base, text) : NULL;
    void *address = address_from_hook(called, hook);
    Py_XDECREF(text);
    python_leave(&entry);
    return address;
}

static bool change_count(const void *base, enum module_count change) {
    struct python_entry entry;
    if (process_is_ending())
        return module_from_base(base) != NULL;       /* nothing is unmapped any more */
    if (!python_hooks[HOOK_REFERENCES] || !python_enter_for_api(&entry))
        return false;
    PyObject *hook = python_hooks[HOOK_REFERENCES];
    PyObject *result = PyObject_CallFunction(hook, "Ki", (unsigned long long)(uintptr_t)base, (int)change);
    if (!result)
        PyErr_WriteUnraisable(hook);
    bool done = result == Py_True;
    Py_XDECREF(result);
    python_leave(&entry);
    return done;
}

static void change_activation(uint64_t handle, bool begins) {
    struct python_entry entry;
    if (!python_hooks[HOOK_ACTIVATION] || !python_enter(&entry))
        return;
    PyObject *hook = python_hooks[HOOK_ACTIVATION];
    PyObject *result = PyObject_CallFunction(hook, "KO", (unsigned long long)handle, begins ? Py_True : Py_False);
    if (!result)
        PyErr_WriteUnraisable(hook);
    Py_XDECREF(result);
    python_leave(&entry);
}

static PyObject *core_set_activation(PyObject *self, PyObject *args) {
    unsigned long long handle;
    (void)self;
    if (!PyArg_ParseTuple(args, "K", &handle))
        return NULL;
    struct thread *thread = thread_self_with_gil();
    thread->activation = handle;
    thread->has_activations = true;
    Py_RETURN_NONE;
}

static PyObject *core_first_activation(PyObject *self, PyObject *args) {
    (void)self, (void)args;
    struct thread *thread = current_thread_or_null;
    return PyLong_FromUnsignedLongLong(thread ? thread->first_activation : 0);
}

static PyObject *core_redirect_names(PyObject *self, PyObject *args) {
    (void)self, (void)args;
    module_names_redirected = true;
    Py_RETURN_NONE;
}

/* FNV-1a, which has no import to pay for. */
static PyObject *core_hash(PyObject *self, PyObject *args) {
    const unsigned char *data;
    Py_ssize_t size;
    (void)self;
    if (!PyArg_ParseTuple(args, "y#", &data, &size))
        return NULL;
    unsigned long long hash = 0xcbf29ce484222325;
    for (Py_ssize_t i = 0; i < size; i++)
        hash = (hash ^ data[i]) * 0x100000001b3;
    return PyLong_FromUnsignedLongLong(hash);
}

/* ---- loading, for Windows code ---- */

/* Calls a function of api/module/library.py, which holds what cannot be done without the loader. Takes over the
 * arguments. */
static void *call_library(const char *name, PyObject *arguments) {
    PyObject *library = arguments ? PyImport_ImportModule("windlass.api.module.library") : NULL;
    PyObject *function = library ? PyObject_GetAttrString(library, name) : NULL;
    PyObject *result = function ? PyObject_CallObject(function, arguments) : NULL;
    void *value = address_from_hook(result, function);
    Py_XDECREF(function);
    Py_XDECREF(library);
    Py_XDECREF(arguments);
    return value;
}

static void *load_module(const WCHAR *name, DWORD flags) {
    int little_endian = -1;
    struct python_entry entry;
    if (!python_enter_for_api(&entry)) {
        set_last_error(ERROR_SHUTDOWN_IN_PROGRESS);
        return NULL;
    }
    PyObject *text = PyUnicode_DecodeUTF16((const char *)name, (Py_ssize_t)(wide_length(name) * sizeof *name),
                                           "surrogatepass", &little_endian);
    void *module = call_library("load_library", text ? Py_BuildValue("(NI)", text, (unsigned)flags) : NULL);
    python_leave(&entry);
    return module;
}

static bool redirect_module(const WCHAR *name, size_t length, const void **base) {
    int little_endian = -1;
    struct python_entry entry;
    if (!python_enter_for_api(&entry))
        return false;
    PyObject *text = PyUnicode_DecodeUTF16((const char *)name, (Py_ssize_t)(length * sizeof *name), "surrogatepass",
                                           &little_endian);
    const void *found = call_library("redirected_module", text ? Py_BuildValue("(N)", text) : NULL);
    python_leave(&entry);
    *base = found == MODULE_NOT_LOADED ? NULL : found;
    return found;
}

static void *find_satellite(const void *handle, WORD language, int which, unsigned index) {
    struct python_entry entry;
    if (!python_enter_for_api(&entry))
        return NULL;
    void *found = call_library("satellite", Py_BuildValue("(KiiI)", (unsigned long long)(uintptr_t)handle,
                                                          (int)language, which, index));
    python_leave(&entry);
    return found;
}

static bool free_module(const void *handle) {
    struct python_entry entry;
    if (process_is_ending())
        return module_from_base(handle) || fail(ERROR_MOD_NOT_FOUND);
    if (!python_enter_for_api(&entry))
        return fail(ERROR_SHUTDOWN_IN_PROGRESS);
    bool done = call_library("free_library", Py_BuildValue("(K)", (unsigned long long)(uintptr_t)handle));
    python_leave(&entry);
    return done;
}

/* ---- API records ---- */

static PyObject *core_api_records(PyObject *self, PyObject *args) {
    (void)self, (void)args;
    PyObject *list = PyList_New(0);
    for (size_t i = 0; list && i < api_record_count(); i++) {
        const struct api_record *record = api_record_at(i);
        PyObject *item = Py_BuildValue("(sssssKn)", record->dlls, record->name, record->result, record->parameters,
                                       record->file, (unsigned long long)(uintptr_t)record->address,
                                       (Py_ssize_t)record->size);
        if (!item || PyList_Append(list, item))
            Py_CLEAR(list);
        Py_XDECREF(item);
    }
    return list;
}

static PyObject *core_api_address(PyObject *self, PyObject *args) {
    unsigned record;
    (void)self;
    if (!PyArg_ParseTuple(args, "I", &record))
        return NULL;
    if (record >= api_record_count())
        return PyErr_Format(PyExc_IndexError, "no API record %u", record);
    return PyLong_FromVoidPtr(api_record_at(record)->address);
}

/* (address, records) -> the address; the records are checked. */
static bool parse_records(PyObject *args, void **address, const uint32_t **records, size_t *count) {
    unsigned long long at;
    Py_ssize_t bytes;
    if (!PyArg_ParseTuple(args, "Ky#", &at, records, &bytes))
        return false;
    *address = (void *)(uintptr_t)at;
    *count = (size_t)bytes / sizeof **records;
    for (size_t i = 0; i < *count; i++) {
        if ((*records)[i] != NO_RECORD && (*records)[i] >= api_record_count()) {
            PyErr_Format(PyExc_IndexError, "no API record %u", (unsigned)(*records)[i]);
            return false;
        }
    }
    return true;
}

static PyObject *core_connect_functions(PyObject *self, PyObject *args) {
    void *slots;
    const uint32_t *records;
    size_t count;
    (void)self;
    if (!parse_records(args, &slots, &records, &count))
        return NULL;
    api_connect_functions(slots, records, count);
    Py_RETURN_NONE;
}

static PyObject *core_connect_variables(PyObject *self, PyObject *args) {
    void *base;
    const uint32_t *records;
    size_t count;
    (void)self;
    if (!parse_records(args, &base, &records, &count))
        return NULL;
    api_connect_variables(base, records, count);
    Py_RETURN_NONE;
}

static PyObject *core_trace_add(PyObject *self, PyObject *args) {
    unsigned id;
    unsigned long long function;
    struct trace_record record;
    (void)self;
    if (!PyArg_ParseTuple(args, "IsssK", &id, &record.name, &record.result, &record.parameters, &function))
        return NULL;
    record.function = (void *)(uintptr_t)function;
    if (!trace_add(id, &record))
        return PyErr_NoMemory();
    Py_RETURN_NONE;
}

static PyObject *core_trace_loader(PyObject *self, PyObject *args) {
    int on;
    (void)self;
    if (!PyArg_ParseTuple(args, "p", &on))
        return NULL;
    trace_loader_select(on);
    Py_RETURN_NONE;
}

/* ---- memory ---- */

static PyObject *core_reserve(PyObject *self, PyObject *args) {
    unsigned long long address;
    Py_ssize_t size;
    (void)self;
    if (!PyArg_ParseTuple(args, "Kn", &address, &size))
        return NULL;
    int error = image_reserve(address, (size_t)size);
    return error ? os_error(error) : (Py_INCREF(Py_None), Py_None);
}

static PyObject *core_map(PyObject *self, PyObject *args) {
    unsigned long long address;
    Py_ssize_t size;
    int protection, fd, shared;
    long long offset;
    (void)self;
    if (!PyArg_ParseTuple(args, "KniiLp", &address, &size, &protection, &fd, &offset, &shared))
        return NULL;
    int error = image_map(address, (size_t)size, protection, fd, offset, shared);
    return error ? os_error(error) : (Py_INCREF(Py_None), Py_None);
}

static PyObject *core_map_regions(PyObject *self, PyObject *args) {
    unsigned long long base;
    int fd, error = 0;
    PyObject *regions;
    (void)self;
    if (!PyArg_ParseTuple(args, "KiO!", &base, &fd, &PyTuple_Type, &regions))
        return NULL;
    for (Py_ssize_t i = 0; i < PyTuple_Size(regions) && !error; i++) {
        Py_ssize_t rva, size;
        int later, now;
        if (!PyArg_ParseTuple(PyTuple_GetItem(regions, i), "nnii", &rva, &size, &later, &now))
            return NULL;
        error = image_map(base + (size_t)rva, (size_t)size, now, fd, rva, false);
    }
    return error ? os_error(error) : (Py_INCREF(Py_None), Py_None);
}

static PyObject *core_protect(PyObject *self, PyObject *args) {
    unsigned long long address;
    Py_ssize_t size;
    int protection;
    (void)self;
    if (!PyArg_ParseTuple(args, "Kni", &address, &size, &protection))
        return NULL;
    if (mprotect((void *)(uintptr_t)address, (size_t)size, protection))
        return os_error(errno);
    Py_RETURN_NONE;
}

static PyObject *core_unmap(PyObject *self, PyObject *args) {
    unsigned long long address;
    Py_ssize_t size;
    (void)self;
    if (!PyArg_ParseTuple(args, "Kn", &address, &size))
        return NULL;
    if (munmap((void *)(uintptr_t)address, (size_t)size))
        return os_error(errno);
    Py_RETURN_NONE;
}

static PyObject *core_relocate(PyObject *self, PyObject *args) {
    unsigned long long address, delta;
    Py_ssize_t size, rva, length;
    size_t bad_rva = 0;
    (void)self;
    if (!PyArg_ParseTuple(args, "KnnnK", &address, &size, &rva, &length, &delta))
        return NULL;
    if (image_relocate((unsigned char *)(uintptr_t)address, (size_t)size, (size_t)rva, (size_t)length, delta, &bad_rva))
        return PyLong_FromLong(-1);
    return PyLong_FromSize_t(bad_rva);
}

/* ---- paths ---- */

static PyObject *core_path_to_host(PyObject *self, PyObject *args) {
    PyObject *path;
    (void)self;
    if (!PyArg_ParseTuple(args, "U", &path))
        return NULL;
    PyObject *wide = PyUnicode_AsEncodedString(path, "utf-16-le", "surrogatepass");
    if (!wide)
        return NULL;
    WCHAR *text = calloc(1, (size_t)PyBytes_Size(wide) + sizeof(WCHAR));
    if (!text) {
        Py_DECREF(wide);
        return PyErr_NoMemory();
    }
    memcpy(text, PyBytes_AsString(wide), (size_t)PyBytes_Size(wide));
    struct host_path host;
    DWORD error = path_to_host(text, &host);
    free(text);
    Py_DECREF(wide);
    if (error || host.kind != PATH_FILE)
        Py_RETURN_NONE;
    return PyUnicode_DecodeFSDefault(host.text);
}

static PyObject *core_environment_variable(PyObject *self, PyObject *args) {
    const char *name;
    (void)self;
    if (!PyArg_ParseTuple(args, "s", &name))
        return NULL;
    const char *value = getenv(name);
    return PyUnicode_DecodeFSDefault(value ? value : "");
}

static PyObject *core_path_to_windows(PyObject *self, PyObject *args) {
    PyObject *path;
    size_t length;
    int little_endian = -1;
    (void)self;
    if (!PyArg_ParseTuple(args, "O&", PyUnicode_FSConverter, &path))
        return NULL;
    WCHAR *text = path_to_windows(PyBytes_AsString(path), &length);
    Py_DECREF(path);
    if (!text)
        return PyErr_NoMemory();
    PyObject *result =
        PyUnicode_DecodeUTF16((const char *)text, (Py_ssize_t)(length * sizeof *text), "surrogatepass", &little_endian);
    free(text);
    return result;
}

static PyObject *core_set_command_line(PyObject *self, PyObject *args) {
    PyObject *text;
    size_t length;
    (void)self;
    if (!PyArg_ParseTuple(args, "U", &text))
        return NULL;
    WCHAR *units = utf16_from_str(text, &length);
    if (!units)
        return NULL;
    bool done = process_set_command_line(units, length);
    free(units);
    return done ? (Py_INCREF(Py_None), Py_None) : PyErr_NoMemory();
}

static PyObject *core_fault_handlers_install(PyObject *self, PyObject *args) {
    (void)self, (void)args;
    fault_handlers_install();
    Py_RETURN_NONE;
}

static PyObject *core_set_program(PyObject *self, PyObject *args) {
    unsigned long long base;
    (void)self;
    if (!PyArg_ParseTuple(args, "K", &base))
        return NULL;
    process_set_program((void *)(uintptr_t)base);
    process_end_register();
    std_handle((DWORD)-10);                          /* programs read the process's parameters through the PEB */
    Py_RETURN_NONE;
}

static PyObject *core_loader_lock_acquire(PyObject *self, PyObject *args) {
    (void)self, (void)args;
    Py_BEGIN_ALLOW_THREADS
    loader_lock_acquire();
    Py_END_ALLOW_THREADS
    Py_RETURN_NONE;
}

static PyObject *core_loader_lock_release(PyObject *self, PyObject *args) {
    (void)self, (void)args;
    loader_lock_release();
    Py_RETURN_NONE;
}

/* ---- calls ---- */

enum { MAX_RAW_SLOTS = 64 };

static PyObject *core_call(PyObject *self, PyObject *args) {
    uint64_t slots[MAX_RAW_SLOTS] = {0};
    struct call_result result;
    (void)self;
    Py_ssize_t count = PyTuple_Size(args) - 1;
    if (count < 0 || count > MAX_RAW_SLOTS)
        return PyErr_Format(PyExc_TypeError, "call(address, up to %d integers)", MAX_RAW_SLOTS);
    void *function = PyLong_AsVoidPtr(PyTuple_GetItem(args, 0));
    for (Py_ssize_t i = 0; i < count && !PyErr_Occurred(); i++)
        slots[i] = PyLong_AsUnsignedLongLongMask(PyTuple_GetItem(args, i + 1));
    if (PyErr_Occurred())
        return NULL;
    if (call_windows_without_gil(function, slots, (size_t)count, &result))
        return raise_unhandled(thread_self_with_gil());
    return PyLong_FromUnsignedLongLong(result.rax);
}

static PyObject *core_get_last_error(PyObject *self, PyObject *args) {
    (void)self, (void)args;
    return PyLong_FromUnsignedLong(thread_self_with_gil()->teb.LastErrorValue);
}

static PyObject *core_set_last_error(PyObject *self, PyObject *args) {
    unsigned code;
    (void)self;
    if (!PyArg_ParseTuple(args, "I", &code))
        return NULL;
    thread_self_with_gil()->teb.LastErrorValue = code;
    Py_RETURN_NONE;
}

/* The code of the exception that has ended this thread's last call of Windows code; 0: none has. */
static PyObject *core_unhandled_exception(PyObject *self, PyObject *args) {
    (void)self, (void)args;
    return PyLong_FromUnsignedLong(thread_self_with_gil()->unhandled.ExceptionCode);
}

static PyObject *core_teb(PyObject *self, PyObject *args) {
    (void)self, (void)args;
    return PyLong_FromVoidPtr(thread_self_with_gil());
}

static PyObject *core_exit_process(PyObject *self, PyObject *args) {
    unsigned code;
    (void)self;
    if (!PyArg_ParseTuple(args, "I", &code))
        return NULL;
    thread_self_with_gil();
    Py_BEGIN_ALLOW_THREADS
    exit_process(code);
    Py_END_ALLOW_THREADS
    Py_RETURN_NONE;
}

static PyObject *core_time_zone_cities(PyObject *self, PyObject *unused) {
    (void)self, (void)unused;
    PyObject *list = PyList_New(0);
    for (size_t i = 0; list && i < time_zone_name_count; i++) {
        const struct time_zone_name *name = &time_zone_names[i];
        PyObject *pair = Py_BuildValue("(ss)", name->key, name->cities);
        if (!pair || PyList_Append(list, pair))
            Py_CLEAR(list);
        Py_XDECREF(pair);
    }
    return list;
}

static PyObject *core_exit_main_thread(PyObject *self, PyObject *args) {
    unsigned code;
    (void)self;
    if (!PyArg_ParseTuple(args, "I", &code))
        return NULL;
    thread_self_with_gil();
    Py_BEGIN_ALLOW_THREADS
    process_end_with_last_thread(code);
    Py_END_ALLOW_THREADS
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"set_hook", core_set_hook, METH_VARARGS, NULL},
    {"hash", core_hash, METH_VARARGS, NULL},
    {"api_records", core_api_records, METH_NOARGS, NULL},
    {"time_zone_cities", core_time_zone_cities, METH_NOARGS, NULL},
    {"api_address", core_api_address, METH_VARARGS, NULL},
    {"connect_functions", core_connect_functions, METH_VARARGS, NULL},
    {"connect_variables", core_connect_variables, METH_VARARGS, NULL},
    {"trace_add", core_trace_add, METH_VARARGS, NULL},
    {"trace_loader", core_trace_loader, METH_VARARGS, NULL},
    {"reserve", core_reserve, METH_VARARGS, NULL},
    {"map", core_map, METH_VARARGS, NULL},
    {"map_regions", core_map_regions, METH_VARARGS, NULL},
    {"protect", core_protect, METH_VARARGS, NULL},
    {"unmap", core_unmap, METH_VARARGS, NULL},
    {"relocate", core_relocate, METH_VARARGS, NULL},
    {"path_to_host", core_path_to_host, METH_VARARGS, NULL},
    {"path_to_windows", core_path_to_windows, METH_VARARGS, NULL},
    {"environment_variable", core_environment_variable, METH_VARARGS, NULL},
    {"fault_handlers_install", core_fault_handlers_install, METH_NOARGS, NULL},
    {"set_command_line", core_set_command_line, METH_VARARGS, NULL},
    {"set_program", core_set_program, METH_VARARGS, NULL},
    {"loader_lock_acquire", core_loader_lock_acquire, METH_NOARGS, NULL},
    {"loader_lock_release", core_loader_lock_release, METH_NOARGS, NULL},
    {"call", core_call, METH_VARARGS, NULL},
    {"exit_main_thread", core_exit_main_thread, METH_VARARGS, NULL},
    {"exit_process", core_exit_process, METH_VARARGS, NULL},
    {"get_last_error", core_get_last_error, METH_NOARGS, NULL},
    {"set_last_error", core_set_last_error, METH_VARARGS, NULL},
    {"unhandled_exception", core_unhandled_exception, METH_NOARGS, NULL},
    {"teb", core_teb, METH_NOARGS, NULL},
    {"set_activation", core_set_activation, METH_VARARGS, NULL},
    {"first_activation", core_first_activation, METH_NOARGS, NULL},
    {"redirect_names", core_redirect_names, METH_NOARGS, NULL},
    {"claim_process", core_claim_process, METH_NOARGS, NULL},
    {"interpreter_ends", core_interpreter_ends, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef definition = {PyModuleDef_HEAD_INIT, "windlass._core", NULL, -1, methods, NULL, NULL, NULL, NULL};

extern const char api_lazy_entry[], trace_entry[];

static int add_address(PyObject *module, const char *name, const void *address) {
    return PyModule_AddObject(module, name, PyLong_FromVoidPtr((void *)(uintptr_t)address));
}

PyMODINIT_FUNC PyInit__core(void) {
    PyObject *module = PyModule_Create(&definition);
    if (!module)
        return NULL;
    peb_init();
    modules_init();
    fork_locks_init();
    host_frames_init((const void *)PyObject_CallObject);
    forwarder_hook = resolve_forwarder;
    module_count_hook = change_count;
    module_load_hook = load_module;
    module_free_hook = free_module;
    module_redirect_hook = redirect_module;
    module_satellite_hook = find_satellite;
    activation_hook = change_activation;
    if (add_address(module, "peb", &process_peb) || add_address(module, "lazy_entry", api_lazy_entry) ||
        add_address(module, "trace_entry", trace_entry) ||
        add_address(module, "guard_check", guard_check) || add_address(module, "guard_dispatch", guard_dispatch) ||
        add_address(module, "missing_function_code", (void *)(uintptr_t)EXCEPTION_MISSING_FUNCTION) ||
        callback_type_add(module) || bridge_type_add(module) || foreign_add(module) || call_add(module) || thunk_add(module) ||
        missing_function_type_add(module) || python_module_add(module) || python_handle_add(module) ||
        python_memory_add(module) || python_token_add(module) || python_security_add(module) ||
        python_process_add(module) || python_job_add(module) || python_snapshot_add(module)) {
        Py_DECREF(module);
        return NULL;
    }
    return module;
}
