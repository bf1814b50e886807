/* The modules of this process, as the loader enters, binds and removes them (core/module.c). */
#include "python.h"

#include "data_file.h"
#include "module.h"

/* ---- entering and removing ---- */

static PyObject *core_module_add(PyObject *self, PyObject *args) {
    unsigned long long base, entry_point, callbacks, original_base, device, inode;
    unsigned size, flags, timestamp;
    int known;
    PyObject *path;
    struct module_facts facts;
    (void)self;
    if (!PyArg_ParseTuple(args, "KKIIIKUKKKp", &base, &entry_point, &size, &flags, &timestamp, &original_base, &path,
                          &callbacks, &device, &inode, &known))
        return NULL;
    WCHAR *units = utf16_from_str(path, &facts.path_length);
    if (!units)
        return NULL;
    facts = (struct module_facts){
        .base = (void *)(uintptr_t)base, .entry_point = (void *)(uintptr_t)entry_point, .size = size, .flags = flags,
        .timestamp = timestamp, .original_base = original_base, .path = units, .path_length = facts.path_length,
        .tls_callbacks = (const void *const *)(uintptr_t)callbacks, .device = device, .inode = inode, .known = known};
    struct module *module = module_add(&facts);
    free(units);
    return module ? PyLong_FromVoidPtr(module) : PyErr_NoMemory();
}

static PyObject *module_verb(PyObject *args, void (*verb)(struct module *)) {
    unsigned long long module;
    if (!PyArg_ParseTuple(args, "K", &module))
        return NULL;
    verb((struct module *)(uintptr_t)module);
    Py_RETURN_NONE;
}

static PyObject *core_module_set_initialized(PyObject *self, PyObject *args) {
    (void)self;
    return module_verb(args, module_set_initialized);
}

static PyObject *core_module_set_detached(PyObject *self, PyObject *args) {
    (void)self;
    return module_verb(args, module_set_detached);
}

static PyObject *core_module_remove(PyObject *self, PyObject *args) {
    (void)self;
    return module_verb(args, module_remove);
}

static PyObject *core_module_hide(PyObject *self, PyObject *args) {
    (void)self;
    return module_verb(args, module_hide);
}

static PyObject *core_threads_began_within(PyObject *self, PyObject *args) {
    unsigned long long base;
    Py_ssize_t size;
    (void)self;
    if (!PyArg_ParseTuple(args, "Kn", &base, &size))
        return NULL;
    return PyBool_FromLong(threads_began_within((void *)(uintptr_t)base, (size_t)size));
}

static PyObject *core_module_flags(PyObject *self, PyObject *args) {
    unsigned long long module;
    unsigned set;
    (void)self;
    if (!PyArg_ParseTuple(args, "KI", &module, &set))
        return NULL;
    LDR_DATA_TABLE_ENTRY *entry = &((struct module *)(uintptr_t)module)->ldr;
    entry->Flags |= set;
    return PyLong_FromUnsignedLong(entry->Flags);
}

static PyObject *core_module_loads(PyObject *self, PyObject *args) {
    unsigned long long module;
    (void)self;
    if (!PyArg_ParseTuple(args, "K", &module))
        return NULL;
    return PyLong_FromUnsignedLong(((struct module *)(uintptr_t)module)->loads);
}

static PyObject *core_module_set_loads(PyObject *self, PyObject *args) {
    unsigned long long module;
    unsigned loads;
    (void)self;
    if (!PyArg_ParseTuple(args, "KI", &module, &loads))
        return NULL;
    ((struct module *)(uintptr_t)module)->loads = loads;
    Py_RETURN_NONE;
}

/* ---- finding ---- */

static PyObject *handle_of(struct module *module) { return PyLong_FromVoidPtr(module ? module->ldr.DllBase : NULL); }

static PyObject *core_module_from_file(PyObject *self, PyObject *args) {
    PyObject *path;
    (void)self;
    if (!PyArg_ParseTuple(args, "O&", PyUnicode_FSConverter, &path))
        return NULL;
    PyObject *handle = handle_of(module_from_file(PyBytes_AsString(path)));
    Py_DECREF(path);
    return handle;
}

/* Waits for nobody: while another thread loads, the loader's own way is the right one. */
static PyObject *core_load_again(PyObject *self, PyObject *path) {
    (void)self;
    PyObject *bytes = PyUnicode_EncodeFSDefault(path);
    if (!bytes)
        return NULL;
    struct module *module = NULL;
    if (loader_lock_try_acquire()) {
        module = module_loaded_from(PyBytes_AsString(bytes));
        if (module)
            module->loads++;
        loader_lock_release();
    }
    Py_DECREF(bytes);
    return handle_of(module);
}

static PyObject *core_module_known_as(PyObject *self, PyObject *name) {
    size_t length;
    (void)self;
    WCHAR *units = utf16_from_str(name, &length);
    if (!units)
        return NULL;
    PyObject *handle = handle_of(module_known_as(units, length));
    free(units);
    return handle;
}

static PyObject *core_api_set_hosts(PyObject *self, PyObject *name) {
    size_t length;
    (void)self;
    WCHAR *units = utf16_from_str(name, &length);
    if (!units)
        return NULL;
    const char *const *hosts = api_set_hosts(units, length);
    free(units);
    PyObject *list = PyList_New(0);
    for (; list && hosts && *hosts; hosts++) {
        PyObject *host = PyUnicode_FromString(*hosts);
        if (!host || PyList_Append(list, host))
            Py_CLEAR(list);
        Py_XDECREF(host);
    }
    PyObject *tuple = list ? PyList_AsTuple(list) : NULL;
    Py_XDECREF(list);
    return tuple;
}

static PyObject *core_module_from_address(PyObject *self, PyObject *args) {
    unsigned long long address;
    (void)self;
    if (!PyArg_ParseTuple(args, "K", &address))
        return NULL;
    LDR_DATA_TABLE_ENTRY *entry = module_from_address((void *)(uintptr_t)address);
    return PyLong_FromVoidPtr(entry ? entry->DllBase : NULL);
}

static PyObject *core_export(PyObject *self, PyObject *args) {
    unsigned long long base;
    const char *name;
    unsigned ordinal;
    NTSTATUS status;
    (void)self;
    if (!PyArg_ParseTuple(args, "KzI", &base, &name, &ordinal))
        return NULL;
    /* A handle may be a data file's, or stale. */
    bool loaded = module_from_base((void *)(uintptr_t)base) != NULL;
    return PyLong_FromVoidPtr(loaded ? module_export((void *)(uintptr_t)base, name, ordinal, &status) : NULL);
}

/* ---- binding ---- */

enum { MAX_PROVIDERS = 16 };

/* The first provider's export of that name or ordinal; NULL if none has it. */
static void *export_of_any(void *const *providers, size_t count, const char *name, unsigned ordinal) {
    void *address = NULL;
    NTSTATUS status;
    for (size_t i = 0; i < count && !address; i++)
        address = module_export(providers[i], name, ordinal, &status);
    return address;
}

/* One imported function as windlass.plan packs it; returns what follows it. */
static const char *unpack_import(const char *at, const char **name, unsigned *ordinal) {
    *name = *at == '#' ? NULL : at + 1;
    *ordinal = *name ? 0 : (unsigned char)at[1] | (unsigned)(unsigned char)at[2] << 8;
    return *name ? *name + strlen(*name) + 1 : at + 3;
}

/* Writes the addresses of one descriptor's functions; returns a list of the indices of those that are missing. */
static PyObject *bind_functions(char *iat, const char *at, Py_ssize_t size, void *const *providers, size_t count) {
    PyObject *missing = PyList_New(0);
    const char *end = at + size;
    for (unsigned long index = 0; missing && at < end; index++) {
        const char *name;
        unsigned ordinal;
        at = unpack_import(at, &name, &ordinal);
        void *address = export_of_any(providers, count, name, ordinal);
        memcpy(iat + index * sizeof address, &address, sizeof address);
        PyObject *number = address ? NULL : PyLong_FromUnsignedLong(index);
        if (!address && (!number || PyList_Append(missing, number)))
            Py_CLEAR(missing);
        Py_XDECREF(number);
    }
    return missing;
}

static PyObject *core_bind(PyObject *self, PyObject *args) {
    unsigned long long iat;
    const char *at;
    Py_ssize_t size;
    PyObject *handles;
    void *providers[MAX_PROVIDERS];
    (void)self;
    if (!PyArg_ParseTuple(args, "Ky#O!", &iat, &at, &size, &PyTuple_Type, &handles))
        return NULL;
    Py_ssize_t count = PyTuple_Size(handles);
    if (count > MAX_PROVIDERS)
        return PyErr_Format(PyExc_ValueError, "more than %d providers", MAX_PROVIDERS);
    for (Py_ssize_t i = 0; i < count; i++)
        providers[i] = PyLong_AsVoidPtr(PyTuple_GetItem(handles, i));
    return PyErr_Occurred() ? NULL : bind_functions((char *)(uintptr_t)iat, at, size, providers, (size_t)count);
}

/* The handles of what a DLL's name in an import descriptor stands for; 0 unless it is known and loaded, -1 for an
 * exception. */
static int known_providers(PyObject *name, void *providers[MAX_API_SET_HOSTS]) {
    struct module *found[MAX_API_SET_HOSTS];
    size_t length;
    WCHAR *units = utf16_from_str(name, &length);
    if (!units)
        return -1;
    size_t count = modules_known_as(units, length, found);
    free(units);
    for (size_t i = 0; i < count; i++)
        providers[i] = found[i]->ldr.DllBase;
    return (int)count;
}

/* Appends what was built, which is taken over; false with an exception. */
static bool append(PyObject *list, PyObject *item) {
    bool done = item && PyList_Append(list, item) == 0;
    Py_XDECREF(item);
    return done;
}

/* One import descriptor; 1 when it is bound, 0 when that is the loader's, -1 for an exception. */
static int bind_descriptor(char *base, Py_ssize_t index, PyObject *descriptor, PyObject *used, PyObject *missing) {
    PyObject *name;
    const char *functions;
    Py_ssize_t rva, size;
    void *providers[MAX_API_SET_HOSTS];
    if (!PyArg_ParseTuple(descriptor, "Uny#", &name, &rva, &functions, &size))
        return -1;
    int count = known_providers(name, providers);
    if (count <= 0)
        return count;
    for (int i = 0; i < count; i++)
        if (!append(used, PyLong_FromVoidPtr(providers[i])))
            return -1;
    PyObject *lacking = bind_functions(base + rva, functions, size, providers, (size_t)count);
    if (!lacking)
        return -1;
    if (PyList_Size(lacking))
        return append(missing, Py_BuildValue("(nN)", index, lacking)) ? 1 : -1;
    Py_DECREF(lacking);
    return 1;
}

static PyObject *core_bind_known(PyObject *self, PyObject *args) {
    unsigned long long base;
    Py_ssize_t index;
    PyObject *imports, *used = PyList_New(0), *missing = PyList_New(0);
    int bound = 1;
    (void)self;
    if (used && missing && PyArg_ParseTuple(args, "KO!n", &base, &PyTuple_Type, &imports, &index)) {
        for (; index < PyTuple_Size(imports); index++) {
            PyObject *descriptor = PyTuple_GetItem(imports, index);
            bound = descriptor ? bind_descriptor((char *)(uintptr_t)base, index, descriptor, used, missing) : -1;
            if (bound <= 0)
                break;
        }
        if (bound >= 0)
            return Py_BuildValue("(nNN)", index, used, missing);
    }
    Py_XDECREF(used);
    Py_XDECREF(missing);
    return NULL;
}

/* ---- static TLS ---- */

static PyObject *core_tls_add(PyObject *self, PyObject *args) {
    unsigned long long data;
    Py_ssize_t size, zero_fill, alignment;
    (void)self;
    if (!PyArg_ParseTuple(args, "Knnn", &data, &size, &zero_fill, &alignment))
        return NULL;
    return PyLong_FromLong(
        tls_add((void *)(uintptr_t)data, (size_t)size, (size_t)zero_fill, (size_t)alignment));
}

static PyObject *core_tls_remove(PyObject *self, PyObject *args) {
    unsigned index;
    (void)self;
    if (!PyArg_ParseTuple(args, "I", &index))
        return NULL;
    tls_remove(index);
    Py_RETURN_NONE;
}

static PyObject *core_data_file_add(PyObject *self, PyObject *args) {
    unsigned long long handle;
    Py_ssize_t size;
    (void)self;
    if (!PyArg_ParseTuple(args, "Kn", &handle, &size))
        return NULL;
    return data_file_add((uintptr_t)handle, (size_t)size) ? Py_BuildValue("") : PyErr_NoMemory();
}

static PyObject *core_data_file_remove(PyObject *self, PyObject *args) {
    unsigned long long handle;
    (void)self;
    if (!PyArg_ParseTuple(args, "K", &handle))
        return NULL;
    data_file_remove((uintptr_t)handle);
    Py_RETURN_NONE;
}

static PyMethodDef functions[] = {
    {"data_file_add", core_data_file_add, METH_VARARGS, NULL},
    {"data_file_remove", core_data_file_remove, METH_VARARGS, NULL},
    {"module_add", core_module_add, METH_VARARGS, NULL},
    {"module_set_initialized", core_module_set_initialized, METH_VARARGS, NULL},
    {"module_set_detached", core_module_set_detached, METH_VARARGS, NULL},
    {"module_remove", core_module_remove, METH_VARARGS, NULL},
    {"module_hide", core_module_hide, METH_VARARGS, NULL},
    {"threads_began_within", core_threads_began_within, METH_VARARGS, NULL},
    {"module_flags", core_module_flags, METH_VARARGS, NULL},
    {"module_from_address", core_module_from_address, METH_VARARGS, NULL},
    {"export", core_export, METH_VARARGS, NULL},
    {"bind", core_bind, METH_VARARGS, NULL},
    {"bind_known", core_bind_known, METH_VARARGS, NULL},
    {"tls_add", core_tls_add, METH_VARARGS, NULL},
    {"tls_remove", core_tls_remove, METH_VARARGS, NULL},
    {"module_loads", core_module_loads, METH_VARARGS, NULL},
    {"module_set_loads", core_module_set_loads, METH_VARARGS, NULL},
    {"module_from_file", core_module_from_file, METH_VARARGS, NULL},
    {"module_known_as", core_module_known_as, METH_O, NULL},
    {"load_again", core_load_again, METH_O, NULL},
    {"api_set_hosts", core_api_set_hosts, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

int python_module_add(PyObject *module) { return PyModule_AddFunctions(module, functions); }
