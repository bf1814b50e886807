/* Snapshots of the Windows program's memory, for hooks.py. */
#include <errno.h>

#include "python.h"

#include "snapshot.h"

static const char capsule_name[] = "windlass._core.snapshot";

static struct snapshot *snapshot_of(PyObject *capsule) { return PyCapsule_GetPointer(capsule, capsule_name); }

static void release(PyObject *capsule) { snapshot_free(snapshot_of(capsule)); }

static bool read_ranges(PyObject *list, struct memory_range *ranges, Py_ssize_t count) {
    for (Py_ssize_t i = 0; i < count; i++) {
        unsigned long long address;
        Py_ssize_t size;
        if (!PyArg_ParseTuple(PyList_GetItem(list, i), "Kn", &address, &size))
            return false;
        ranges[i] = (struct memory_range){(uintptr_t)address, (size_t)size};
    }
    return true;
}

static PyObject *core_snapshot_take(PyObject *self, PyObject *args) {
    PyObject *list;
    (void)self;
    if (!PyArg_ParseTuple(args, "O!", &PyList_Type, &list))
        return NULL;
    Py_ssize_t count = PyList_Size(list);
    struct memory_range *ranges = calloc((size_t)count + 1, sizeof *ranges);
    struct snapshot *snapshot = NULL;
    if (!ranges)
        return PyErr_NoMemory();
    if (read_ranges(list, ranges, count)) {
        snapshot = snapshot_take(ranges, (size_t)count);
        if (!snapshot)
            PyErr_SetFromErrno(PyExc_OSError);
    }
    free(ranges);
    return snapshot ? PyCapsule_New(snapshot, capsule_name, release) : NULL;
}

static PyObject *core_snapshot_restore(PyObject *self, PyObject *capsule) {
    struct fault_guard guard;
    struct snapshot *snapshot = snapshot_of(capsule);
    (void)self;
    if (!snapshot)
        return NULL;
    if (fault_guard_enter(&guard, &thread_self_with_gil()->guard))
        return raise_access_violation(snapshot_place(snapshot), true);
    snapshot_restore(snapshot);
    fault_guard_leave(&guard);
    Py_RETURN_NONE;
}

static PyObject *core_snapshot_saved(PyObject *self, PyObject *args) {
    PyObject *capsule;
    Py_ssize_t range, size;
    (void)self;
    if (!PyArg_ParseTuple(args, "Onn", &capsule, &range, &size))
        return NULL;
    const struct snapshot *snapshot = snapshot_of(capsule);
    return snapshot ? PyBytes_FromStringAndSize(snapshot_saved(snapshot, (size_t)range), size) : NULL;
}

static PyMethodDef functions[] = {
    {"snapshot_take", core_snapshot_take, METH_VARARGS, NULL},
    {"snapshot_restore", core_snapshot_restore, METH_O, NULL},
    {"snapshot_saved", core_snapshot_saved, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};

int python_snapshot_add(PyObject *module) { return PyModule_AddFunctions(module, functions); }
