/* Job objects for api/process/job_information.py and create_process.py. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "python.h"

#include "file.h"
#include "job_object.h"
#include "shared.h"

/* A handle of 0 means a job of this process. NULL without an exception: there is none. */
static struct object *job_from(PyObject *number) {
    NTSTATUS status;
    size_t count;
    HANDLE handle = PyLong_AsVoidPtr(number);
    if (handle || PyErr_Occurred())
        return PyErr_Occurred() ? NULL : handle_object(handle, &job_type, 0, &status);
    struct object **jobs = jobs_of(process_identity_self(), &count), *job = count ? jobs[0] : NULL;
    for (size_t i = 1; i < count; i++)
        object_release(jobs[i]);
    free(jobs);
    return job;
}

static PyObject *job_limits(PyObject *self, PyObject *handle) {
    struct object *job = job_from(handle);
    (void)self;
    if (!job)
        return PyErr_Occurred() ? NULL : (Py_INCREF(Py_None), Py_None);
    struct job_head head = job_query(job, NULL);
    object_release(job);
    return PyBytes_FromStringAndSize((const char *)&head.limits, sizeof head.limits);
}

static PyObject *set_job_limits(PyObject *self, PyObject *args) {
    PyObject *handle;
    const char *bytes;
    Py_ssize_t size;
    struct job_limits limits;
    (void)self;
    if (!PyArg_ParseTuple(args, "Oy#", &handle, &bytes, &size))
        return NULL;
    struct object *job = size == sizeof limits ? job_from(handle) : NULL;
    if (!job)
        return os_error(EINVAL);
    memcpy(&limits, bytes, sizeof limits);
    job_query(job, &limits);
    object_release(job);
    Py_RETURN_NONE;
}

/* Handles of a job and a port, and the port's key; a status. */
static PyObject *associate_job(PyObject *self, PyObject *args) {
    PyObject *handle;
    unsigned long long port_handle, key;
    NTSTATUS status;
    (void)self;
    if (!PyArg_ParseTuple(args, "OKK", &handle, &port_handle, &key))
        return NULL;
    struct completion_port *port = port_from_handle((HANDLE)(uintptr_t)port_handle, &status);
    if (!port)
        return PyLong_FromLong(status);
    struct object *job = job_from(handle);
    if (!job) {
        port_release(port);
        return PyErr_Occurred() ? NULL : PyLong_FromLong(STATUS_INVALID_HANDLE);
    }
    Py_BEGIN_ALLOW_THREADS
    status = job_associate(job, port, (ULONG_PTR)key);
    object_release(job);
    Py_END_ALLOW_THREADS
    return PyLong_FromLong(status);
}

static PyObject *job_ui(PyObject *self, PyObject *handle) {
    struct object *job = job_from(handle);
    (void)self;
    if (!job)
        return os_error(EINVAL);
    struct job_head head = job_query(job, NULL);
    object_release(job);
    return PyLong_FromUnsignedLong(head.ui_restrictions);
}

static PyObject *set_job_ui(PyObject *self, PyObject *args) {
    PyObject *handle;
    unsigned restrictions;
    (void)self;
    if (!PyArg_ParseTuple(args, "OI", &handle, &restrictions))
        return NULL;
    struct object *job = job_from(handle);
    if (!job)
        return os_error(EINVAL);
    job_set_ui(job, restrictions);
    object_release(job);
    Py_RETURN_NONE;
}

static PyObject *take_job_guard(PyObject *self, PyObject *handle) {
    struct object *job = job_from(handle);
    (void)self;
    if (!job)
        return os_error(EINVAL);
    bool taken = job_take_guard(job);
    object_release(job);
    return PyBool_FromLong(taken);
}

/* A descriptor of the job's file, without a lock, and where its state lies. */
static PyObject *job_file(PyObject *self, PyObject *handle) {
    struct object *job = job_from(handle);
    char path[40];
    (void)self;
    if (!job || !job->shared) {
        object_release(job);
        return os_error(EINVAL);
    }
    snprintf(path, sizeof path, "/proc/self/fd/%d", job->shared->fd);
    int fd = open(path, O_RDWR | O_CLOEXEC);
    object_release(job);
    return fd < 0 ? os_error(errno) : Py_BuildValue("in", fd, (Py_ssize_t)offsetof(struct shared_cell, state));
}

static void append_number(struct process_object *process, void *context) {
    PyObject *number = PyLong_FromLong(process_id(process));
    if (number)
        PyList_Append(context, number);
    Py_XDECREF(number);
}

static PyObject *job_processes(PyObject *self, PyObject *handle) {
    struct object *job = job_from(handle);
    PyObject *list = job ? PyList_New(0) : os_error(EINVAL);
    (void)self;
    if (list)
        job_each(job, append_number, list);
    object_release(job);
    return list;
}

struct usage {
    unsigned long long user, kernel, faults;
};

static void add_usage(struct process_object *process, void *context) {
    struct usage *usage = context;
    struct host_process facts;
    if (!host_process_read(process_id(process), &facts))
        return;
    usage->user += facts.user_time;
    usage->kernel += facts.kernel_time;
    usage->faults += facts.page_faults;
}

static PyObject *job_accounting(PyObject *self, PyObject *handle) {
    struct usage usage = {0, 0, 0};
    struct object *job = job_from(handle);
    (void)self;
    if (!job)
        return os_error(EINVAL);
    job_each(job, add_usage, &usage);
    struct job_head head = job_query(job, NULL);
    object_release(job);
    return Py_BuildValue("KKIII", usage.user, usage.kernel, (unsigned)usage.faults, (unsigned)head.total,
                         (unsigned)head.count);
}

/* A child joins the jobs that this process is in, except those that let it leave. 0, or the NTSTATUS of a refusal. */
static PyObject *join_jobs(PyObject *self, PyObject *args) {
    unsigned long long handle;
    int breaks_away;
    size_t count;
    NTSTATUS status = STATUS_SUCCESS, each_status;
    (void)self;
    if (!PyArg_ParseTuple(args, "Kp", &handle, &breaks_away))
        return NULL;
    struct object *process = handle_object((HANDLE)(uintptr_t)handle, &process_type, 0, &each_status);
    struct object **jobs = jobs_of(process_identity_self(), &count);
    for (size_t i = 0; i < count; i++) {
        DWORD flags = job_query(jobs[i], NULL).limits.flags;
        bool leaves = flags & JOB_OBJECT_LIMIT_SILENT_BREAKAWAY_OK ||
                      (breaks_away && flags & JOB_OBJECT_LIMIT_BREAKAWAY_OK);
        if (breaks_away && !leaves)
            each_status = STATUS_ACCESS_DENIED;
        else
            each_status = leaves ? STATUS_SUCCESS : job_assign(jobs[i], (struct process_object *)process);
        status = NT_SUCCESS(status) ? each_status : status;
        object_release(jobs[i]);
    }
    free(jobs);
    object_release(process);
    return PyLong_FromLong(status);
}

static PyObject *assign_to_job(PyObject *self, PyObject *args) {
    PyObject *handle;
    unsigned long long number;
    NTSTATUS status;
    (void)self;
    if (!PyArg_ParseTuple(args, "OK", &handle, &number))
        return NULL;
    struct object *job = job_from(handle);
    if (!job)
        return PyErr_Occurred() ? NULL : PyLong_FromLong(STATUS_INVALID_HANDLE);
    struct object *process = handle_object((HANDLE)(uintptr_t)number, &process_type, 0, &status);
    if (process)
        status = job_assign(job, (struct process_object *)process);
    object_release(process);
    object_release(job);
    return PyLong_FromLong(status);
}

static PyMethodDef functions[] = {
    {"job_limits", job_limits, METH_O, NULL},
    {"set_job_limits", set_job_limits, METH_VARARGS, NULL},
    {"job_ui", job_ui, METH_O, NULL},
    {"associate_job", associate_job, METH_VARARGS, NULL},
    {"set_job_ui", set_job_ui, METH_VARARGS, NULL},
    {"take_job_guard", take_job_guard, METH_O, NULL},
    {"job_file", job_file, METH_O, NULL},
    {"job_processes", job_processes, METH_O, NULL},
    {"job_accounting", job_accounting, METH_O, NULL},
    {"join_jobs", join_jobs, METH_VARARGS, NULL},
    {"assign_to_job", assign_to_job, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};

int python_job_add(PyObject *module) { return PyModule_AddFunctions(module, functions); }
