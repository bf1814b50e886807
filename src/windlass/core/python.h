/* What the Python-facing files share; see python.c. The extension keeps to the limited API of CPython 3.9. */
#ifndef WINDLASS_PYTHON_H
#define WINDLASS_PYTHON_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "core.h"

/* Calls of Windows functions from the host and back: the hooks that policy (Python) has set, borrowed, or NULL. */
enum hook { HOOK_RESOLVE, HOOK_FORWARDER, HOOK_EXCEPTION, HOOK_REFERENCES, HOOK_ACTIVATION, HOOK_COUNT };
extern PyObject *python_hooks[HOOK_COUNT];

/* Sets the Python exception for what ended a call_windows() of this thread; returns NULL. GIL held. */
PyObject *raise_unhandled(struct thread *thread);

/* The thread's record; releases the GIL where it must be made (that takes the loader lock). GIL held. */
struct thread *thread_self_with_gil(void);

/* Calls a Windows function with the GIL released. GIL held. */
int call_windows_without_gil(const void *function, const uint64_t *slots, size_t count, struct call_result *result);

/* Adds the type windlass._core.Callback; -1 with an exception set. */
int callback_type_add(PyObject *module);

/* Adds the type windlass._core.Bridge; -1 with an exception set. */
int bridge_type_add(PyObject *module);

/* Adds the type windlass._core.MissingFunction; -1 with an exception set. */
int missing_function_type_add(PyObject *module);

/* Text of the Windows program as bytes and as str (length in units, -1: up to the zero); NULL with AccessViolation set
 * where there is no memory. */
PyObject *program_bytes(const void *text);
PyObject *program_text(const void *text, Py_ssize_t length);
extern PyObject *access_violation_type;
PyObject *raise_access_violation(uintptr_t address, bool write); /* returns NULL */
int python_memory_add(PyObject *module);

/* Raises the OSError of an errno; NULL. */
PyObject *os_error(int error);

/* A str as UTF-16, without a zero, from malloc(); NULL with an exception set. No codec has to be imported for it. */
WCHAR *utf16_from_str(PyObject *text, size_t *length);

/* Adds the functions of python_module.c; -1 with an exception set. */
int python_module_add(PyObject *module);

/* Adds the functions of python_handle.c; -1 with an exception set. */
int python_handle_add(PyObject *module);

/* Adds the functions of python_security.c; -1 with an exception set. */
int python_security_add(PyObject *module);

/* Adds the functions of python_token.c; -1 with an exception set. */
int python_token_add(PyObject *module);

/* Adds the functions of python_snapshot.c; -1 with an exception set. */
int python_snapshot_add(PyObject *module);

/* Add the functions of python_process.c and python_job.c; -1 with an exception set. */
int python_process_add(PyObject *module);
int python_job_add(PyObject *module);

/* The exception that a missing function raises, with bit 29 for "not Microsoft's": information[0] is the address of
 * two zero-terminated texts, "dll!function" and the name of the module that imported it. */
#define EXCEPTION_MISSING_FUNCTION 0xE0574C01u

/* The exception for an API function in Python that failed of itself, after the traceback has been printed. */
#define EXCEPTION_PYTHON_FAILED 0xE0574C02u

/* True until Python begins to end. From then on threads of DLLs go on, and may be about to call a callback: an object
 * that lends one its memory does not give that back any more. */
bool python_is_alive(void);

/* What a call of this thread released the GIL with: a callback that comes back on the thread takes the GIL by it, which
 * is cheaper than PyGILState_Ensure() and right in subinterpreters. NULL where the GIL is held, or no call is going on. */
extern __thread PyThreadState *released_thread_state;

/* Where Windows code comes back to Python: between the two the GIL is held. False: Python has ended, or is ending on
 * another thread. The thread that ends it may come back as long as it is in a call from Python: objects' finalizers
 * call DLLs. */
struct python_entry {
    PyThreadState *released;
    PyGILState_STATE state;
};
bool python_enter(struct python_entry *entry);
bool python_enter_for_api(struct python_entry *entry); /* for what programs take for a function of Windows */
void python_leave(const struct python_entry *entry);

#endif
