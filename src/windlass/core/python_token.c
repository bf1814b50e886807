/* Access tokens for API functions in Python ("Access Tokens").
 *
 * Whom a token stands for is the host's user, and Python says what that means. The object has what differs from token to
 * token, and threads keep a reference to the one that they impersonate with. */
#include "python.h"

#include "handle.h"
#include "luid.h"
#include "process_object.h"
#include "thread_object.h"

#define STATUS_NO_TOKEN ((NTSTATUS)0xC000007C)

struct token {
    struct object object;
    uint64_t id, modified_id;                        /* the second changes with the privileges */
    BYTE type, level;                                /* TOKEN_TYPE, SECURITY_IMPERSONATION_LEVEL */
    atomic_ullong present, enabled;                  /* privileges, one bit for each value */
};

static void destroy(struct object *object) { free(object); }

/* "Access Rights for Access-Token Objects" */
enum { TOKEN_QUERY = 0x0008, TOKEN_IMPERSONATE = 0x0004, TOKEN_ALL_ACCESS = 0xF01FF, TOKEN_READ = 0x20008,
       TOKEN_WRITE = 0x200E0, TOKEN_EXECUTE = 0x20000 };

static const struct object_type token_type = {
    .name = "Token",
    .destroy = destroy,
    .all_access = TOKEN_ALL_ACCESS,
    .generic_read = TOKEN_READ,
    .generic_write = TOKEN_WRITE,
    .generic_execute = TOKEN_EXECUTE,
};

static HANDLE handle_argument(unsigned long long value) { return (HANDLE)(uintptr_t)value; }

static PyObject *token_new(PyObject *self, PyObject *args) {
    unsigned char type, level;
    unsigned long long present, enabled;
    unsigned access;
    (void)self;
    if (!PyArg_ParseTuple(args, "bbKKI", &type, &level, &present, &enabled, &access))
        return NULL;
    struct token *token = calloc(1, sizeof *token);
    if (!token)
        return PyErr_NoMemory();
    object_init(&token->object, &token_type);
    token->id = luid_next();
    token->modified_id = luid_next();
    token->type = type;
    token->level = level;
    token->present = present;
    token->enabled = enabled;
    HANDLE handle = handle_new(&token->object, access_from_generic(&token->object, access), 0);
    object_release(&token->object);
    return handle ? PyLong_FromVoidPtr(handle) : PyErr_NoMemory();
}

static struct token *token_or_null(HANDLE handle) {
    NTSTATUS status;
    return (struct token *)handle_object(handle, &token_type, 0, &status);
}

static PyObject *token_facts(PyObject *self, PyObject *args) {
    unsigned long long value;
    DWORD flags;
    ACCESS_MASK access = 0;
    (void)self;
    if (!PyArg_ParseTuple(args, "K", &value))
        return NULL;
    struct token *token = token_or_null(handle_argument(value));
    if (!token)
        Py_RETURN_NONE;
    handle_query(handle_argument(value), &flags, &access);
    PyObject *result = Py_BuildValue("KKIIKKI", (unsigned long long)token->id,
                                     (unsigned long long)token->modified_id, token->type, token->level,
                                     (unsigned long long)token->present, (unsigned long long)token->enabled, access);
    object_release(&token->object);
    return result;
}

static PyObject *token_reopen(PyObject *self, PyObject *args) {
    unsigned long long value;
    unsigned access;
    (void)self;
    if (!PyArg_ParseTuple(args, "KI", &value, &access))
        return NULL;
    struct token *token = token_or_null(handle_argument(value));
    HANDLE handle = token ? handle_new(&token->object, access_from_generic(&token->object, access), 0) : NULL;
    if (token)
        object_release(&token->object);
    return PyLong_FromVoidPtr(handle);
}

static PyObject *token_set_privileges(PyObject *self, PyObject *args) {
    unsigned long long value, present, enabled;
    (void)self;
    if (!PyArg_ParseTuple(args, "KKK", &value, &present, &enabled))
        return NULL;
    struct token *token = token_or_null(handle_argument(value));
    if (token) {
        token->present = present;
        token->enabled = enabled;
        token->modified_id = luid_next();
        object_release(&token->object);
    }
    Py_RETURN_NONE;
}

/* ---- threads ---- */

static struct thread_object *thread_of(unsigned long long handle, ACCESS_MASK access, NTSTATUS *status) {
    return (struct thread_object *)handle_object(handle_argument(handle), &thread_type, access, status);
}

static PyObject *thread_token(PyObject *self, PyObject *args) {
    unsigned long long value;
    unsigned access;
    NTSTATUS status;
    enum { THREAD_QUERY_LIMITED_INFORMATION = 0x0800 };
    (void)self;
    if (!PyArg_ParseTuple(args, "KI", &value, &access))
        return NULL;
    struct thread_object *thread = thread_of(value, THREAD_QUERY_LIMITED_INFORMATION, &status);
    if (!thread)
        return Py_BuildValue("iK", status, 0ull);
    struct object *token = thread->token;
    HANDLE handle = token ? handle_new(token, access_from_generic(token, access), 0) : NULL;
    object_release(&thread->object);
    return Py_BuildValue("iK", token ? STATUS_SUCCESS : STATUS_NO_TOKEN, (unsigned long long)(uintptr_t)handle);
}

static PyObject *thread_impersonate(PyObject *self, PyObject *args) {
    unsigned long long value, handle;
    NTSTATUS status = STATUS_SUCCESS;
    enum { THREAD_SET_THREAD_TOKEN = 0x0080 };
    (void)self;
    if (!PyArg_ParseTuple(args, "KK", &value, &handle))
        return NULL;
    struct thread_object *thread = thread_of(value, THREAD_SET_THREAD_TOKEN, &status);
    struct object *token = NULL;
    if (thread && handle)
        token = handle_object(handle_argument(handle), &token_type, TOKEN_IMPERSONATE, &status);
    if (thread && !status) {
        object_release(thread->token);
        thread->token = token;
    }
    if (thread)
        object_release(&thread->object);
    return PyLong_FromLong(status);
}

static PyObject *process_of_handle(PyObject *self, PyObject *args) {
    unsigned long long value;
    NTSTATUS status;
    enum { PROCESS_QUERY_LIMITED_INFORMATION = 0x1000 };
    (void)self;
    if (!PyArg_ParseTuple(args, "K", &value))
        return NULL;
    struct object *process = handle_object(handle_argument(value), &process_type, PROCESS_QUERY_LIMITED_INFORMATION,
                                           &status);
    if (!process)
        return Py_BuildValue("ii", status, 0);
    int id = (int)((struct process_object *)process)->id;
    object_release(process);
    return Py_BuildValue("ii", STATUS_SUCCESS, id);
}

static PyMethodDef functions[] = {
    {"token_new", token_new, METH_VARARGS, NULL},
    {"token_facts", token_facts, METH_VARARGS, NULL},
    {"token_reopen", token_reopen, METH_VARARGS, NULL},
    {"token_set_privileges", token_set_privileges, METH_VARARGS, NULL},
    {"thread_token", thread_token, METH_VARARGS, NULL},
    {"thread_impersonate", thread_impersonate, METH_VARARGS, NULL},
    {"process_of_handle", process_of_handle, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};

int python_token_add(PyObject *module) { return PyModule_AddFunctions(module, functions); }
