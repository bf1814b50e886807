/* What the two ends of a pipe ask of each other: modes, facts, and calls of a server ("Named Pipe Operations"). */
#include <unistd.h>

#include "api.h"
#include "pipe.h"

#define PIPE_SERVER_END 1u
#define NMPWAIT_NOWAIT 1u

/* ---- modes ---- */

static struct file *pipe_or_error(HANDLE handle, DWORD error) {
    struct file *file = file_from_handle(handle, 0);
    if (file && file->kind != FILE_KIND_PIPE) {
        file_release(file);
        set_last_error(error);
        return NULL;
    }
    return file;
}

static struct file *named_pipe(HANDLE handle) { return pipe_or_error(handle, ERROR_INVALID_FUNCTION); }

API(kernel32 kernelbase, BOOL, SetNamedPipeHandleState, HANDLE hNamedPipe, LPDWORD lpMode, LPDWORD lpMaxCollectionCount,
    LPDWORD lpCollectDataTimeout) {
    (void)lpMaxCollectionCount, (void)lpCollectDataTimeout;
    struct file *file = pipe_or_error(hNamedPipe, ERROR_INVALID_PARAMETER);
    if (!file)
        return FALSE;
    NTSTATUS status = STATUS_SUCCESS;
    if (file->pipe && !(file->access & (FILE_WRITE_DATA | FILE_WRITE_ATTRIBUTES)))
        status = STATUS_ACCESS_DENIED; /* "SetNamedPipeHandleState function": GENERIC_READ alone is not enough */
    else if (lpMode)
        status = pipe_set_modes(file, *lpMode & PIPE_READMODE_MESSAGE, *lpMode & PIPE_NOWAIT);
    file_release(file);
    return status ? fail(win32_from_status(status)) : TRUE;
}

API(kernel32 kernelbase, BOOL, GetNamedPipeHandleStateW, HANDLE hNamedPipe, LPDWORD lpState, LPDWORD lpCurInstances,
    LPDWORD lpMaxCollectionCount, LPDWORD lpCollectDataTimeout, LPWSTR lpUserName, DWORD nMaxUserNameSize) {
    (void)lpMaxCollectionCount, (void)lpCollectDataTimeout, (void)lpUserName, (void)nMaxUserNameSize;
    struct file *file = named_pipe(hNamedPipe);
    struct pipe_facts facts;
    if (!file)
        return FALSE;
    pipe_facts_of(file, &facts);
    file_release(file);
    if (lpState)
        *lpState = (facts.reads_messages ? PIPE_READMODE_MESSAGE : 0) | (facts.no_wait ? PIPE_NOWAIT : 0);
    if (lpCurInstances)
        *lpCurInstances = facts.instances;
    return TRUE;
}

API(kernel32 kernelbase, BOOL, GetNamedPipeHandleStateA, HANDLE hNamedPipe, LPDWORD lpState, LPDWORD lpCurInstances,
    LPDWORD lpMaxCollectionCount, LPDWORD lpCollectDataTimeout, LPSTR lpUserName, DWORD nMaxUserNameSize) {
    (void)lpUserName, (void)nMaxUserNameSize;
    return api_GetNamedPipeHandleStateW(hNamedPipe, lpState, lpCurInstances, lpMaxCollectionCount, lpCollectDataTimeout,
                                        NULL, 0);
}

static BOOL peer_process(HANDLE handle, bool wants_server, PULONG id) {
    struct file *file = named_pipe(handle);
    if (!file)
        return FALSE;
    DWORD error = file->pipe ? ERROR_SUCCESS : ERROR_INVALID_FUNCTION;
    struct pipe_facts facts;
    pipe_facts_of(file, &facts);
    if (!error && facts.is_server == wants_server)
        *id = (ULONG)getpid();
    else if (!error && !(*id = (ULONG)pipe_peer(file)))
        error = ERROR_PIPE_NOT_CONNECTED;
    file_release(file);
    return error ? fail(error) : TRUE;
}

API(kernel32 kernelbase, BOOL, GetNamedPipeClientProcessId, HANDLE Pipe, PULONG ClientProcessId) {
    return peer_process(Pipe, false, ClientProcessId);
}

API(kernel32 kernelbase, BOOL, GetNamedPipeServerProcessId, HANDLE Pipe, PULONG ServerProcessId) {
    return peer_process(Pipe, true, ServerProcessId);
}

/* All processes here are in the one interactive session. */
API(kernel32 kernelbase, BOOL, GetNamedPipeClientSessionId, HANDLE Pipe, PULONG ClientSessionId) {
    ULONG id;
    if (!peer_process(Pipe, false, &id))
        return FALSE;
    *ClientSessionId = process_peb.SessionId;
    return TRUE;
}

API(kernel32 kernelbase, BOOL, GetNamedPipeServerSessionId, HANDLE Pipe, PULONG ServerSessionId) {
    ULONG id;
    if (!peer_process(Pipe, true, &id))
        return FALSE;
    *ServerSessionId = process_peb.SessionId;
    return TRUE;
}

API(kernel32 kernelbase, BOOL, GetNamedPipeInfo, HANDLE hNamedPipe, LPDWORD lpFlags, LPDWORD lpOutBufferSize,
    LPDWORD lpInBufferSize, LPDWORD lpMaxInstances) {
    struct file *file = named_pipe(hNamedPipe);
    struct pipe_facts facts;
    if (!file)
        return FALSE;
    pipe_facts_of(file, &facts);
    file_release(file);
    if (lpFlags)
        *lpFlags = (facts.is_server ? PIPE_SERVER_END : 0) | (facts.is_message ? PIPE_TYPE_MESSAGE : 0);
    if (lpOutBufferSize)
        *lpOutBufferSize = facts.out_quota;
    if (lpInBufferSize)
        *lpInBufferSize = facts.in_quota;
    if (lpMaxInstances)
        *lpMaxInstances = facts.maximum;
    return TRUE;
}

API_USE(BOOL, ReadFile, HANDLE, LPVOID, DWORD, LPDWORD, OVERLAPPED *);

/* Its second half is a read of the handle's own kind, so that an overlapped one is pending until the answer comes. */
API(kernel32 kernelbase, BOOL, TransactNamedPipe, HANDLE hNamedPipe, LPVOID lpInBuffer, DWORD nInBufferSize,
    LPVOID lpOutBuffer, DWORD nOutBufferSize, LPDWORD lpBytesRead, OVERLAPPED *lpOverlapped) {
    struct file *file = named_pipe(hNamedPipe);
    size_t done;
    if (!file)
        return FALSE;
    struct pipe_facts facts;
    pipe_facts_of(file, &facts);
    NTSTATUS status = facts.reads_messages ? pipe_write(file, lpInBuffer, nInBufferSize, &done) : STATUS_INVALID_PIPE_STATE;
    file_release(file);
    return status ? fail(win32_from_status(status))
                  : api_ReadFile(hNamedPipe, lpOutBuffer, nOutBufferSize, lpBytesRead, lpOverlapped);
}

/* ---- CallNamedPipe: connect, write a message, read one, and close ("CallNamedPipeW function") ---- */

API_USE(BOOL, WaitNamedPipeW, LPCWSTR, DWORD);
API_USE(HANDLE, CreateFileW, LPCWSTR, DWORD, DWORD, SECURITY_ATTRIBUTES *, DWORD, DWORD, HANDLE);

/* Waits for an instance as long as it may. */
static HANDLE open_to_call(const WCHAR *name, DWORD timeout) {
    enum { OPEN_EXISTING = 3 };
    for (;;) {
        HANDLE pipe = api_CreateFileW(name, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
        if (pipe != INVALID_HANDLE_VALUE || teb_self()->LastErrorValue != ERROR_PIPE_BUSY || timeout == NMPWAIT_NOWAIT ||
            !api_WaitNamedPipeW(name, timeout))
            return pipe;
    }
}

API(kernel32 kernelbase, BOOL, CallNamedPipeW, LPCWSTR lpNamedPipeName, LPVOID lpInBuffer, DWORD nInBufferSize,
    LPVOID lpOutBuffer, DWORD nOutBufferSize, LPDWORD lpBytesRead, DWORD nTimeOut) {
    DWORD mode = PIPE_READMODE_MESSAGE;
    HANDLE pipe = open_to_call(lpNamedPipeName, nTimeOut);
    if (pipe == INVALID_HANDLE_VALUE)
        return FALSE;
    BOOL done = api_SetNamedPipeHandleState(pipe, &mode, NULL, NULL) &&
                api_TransactNamedPipe(pipe, lpInBuffer, nInBufferSize, lpOutBuffer, nOutBufferSize, lpBytesRead, NULL);
    DWORD error = teb_self()->LastErrorValue;
    handle_close(pipe);
    return done ? TRUE : fail(error);
}

API(kernel32, BOOL, CallNamedPipeA, LPCSTR lpNamedPipeName, LPVOID lpInBuffer, DWORD nInBufferSize, LPVOID lpOutBuffer,
    DWORD nOutBufferSize, LPDWORD lpBytesRead, DWORD nTimeOut) {
    WCHAR *name = path_wide_from_ansi(lpNamedPipeName);
    BOOL result = api_CallNamedPipeW(name, lpInBuffer, nInBufferSize, lpOutBuffer, nOutBufferSize, lpBytesRead, nTimeOut);
    free(name);
    return result;
}
