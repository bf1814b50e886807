/* Anonymous and named pipes ("Pipes", "CreateNamedPipeW function").
 *
 * An anonymous pipe is the host's. A named pipe is a socket in a folder of this user, of sequenced packets for message
 * pipes and of a stream for byte pipes, so that other processes under windlass can connect to it. An instance is a
 * connection; the listening socket is shared by the instances of a process. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "api.h"
#include "codepage.h"
#include "file.h"
#include "wait.h"

#define PIPE_ACCESS_INBOUND 1u
#define PIPE_ACCESS_OUTBOUND 2u
#define PIPE_TYPE_MESSAGE 4u
#define PIPE_READMODE_MESSAGE 2u
#define PIPE_NOWAIT 1u
#define FILE_FLAG_OVERLAPPED 0x40000000u
#define FILE_FLAG_FIRST_PIPE_INSTANCE 0x00080000u
#define PIPE_UNLIMITED_INSTANCES 255u
#define NMPWAIT_WAIT_FOREVER 0xFFFFFFFFu

#define STATUS_PIPE_LISTENING ((NTSTATUS)0xC00000B3)
#define STATUS_PIPE_CONNECTED ((NTSTATUS)0xC00000B2)
#define STATUS_PIPE_DISCONNECTED ((NTSTATUS)0xC00000B0)
#define STATUS_PIPE_NOT_AVAILABLE ((NTSTATUS)0xC00000AC)
#define STATUS_PIPE_CLOSING ((NTSTATUS)0xC00000B1)
#define STATUS_INVALID_PIPE_STATE ((NTSTATUS)0xC00000AD)

/* ---- anonymous ---- */

API(kernel32 kernelbase, BOOL, CreatePipe, PHANDLE hReadPipe, PHANDLE hWritePipe, SECURITY_ATTRIBUTES *lpPipeAttributes,
    DWORD nSize) {
    int fds[2];
    if (pipe2(fds, O_CLOEXEC))
        return fail(win32_from_errno(errno));
    if (nSize)
        fcntl(fds[1], F_SETPIPE_SZ, nSize < 4096 ? 4096 : nSize);
    struct file *reader = file_from_fd(fds[0], FILE_GENERIC_READ);
    struct file *writer = file_from_fd(fds[1], FILE_GENERIC_WRITE | FILE_READ_ATTRIBUTES);
    HANDLE read_handle = reader ? handle_new(&reader->object, reader->access, handle_flags_from(lpPipeAttributes)) : NULL;
    HANDLE write_handle = writer ? handle_new(&writer->object, writer->access, handle_flags_from(lpPipeAttributes)) : NULL;
    if (reader)
        file_release(reader);
    if (writer)
        file_release(writer);
    if (!read_handle || !write_handle) {
        if (read_handle)
            handle_close(read_handle);
        if (write_handle)
            handle_close(write_handle);
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    }
    *hReadPipe = read_handle;
    *hWritePipe = write_handle;
    return TRUE;
}

/* ---- named ---- */

/* A name that this process serves. */
struct pipe_name {
    struct pipe_name *next;
    char *name;
    int listener;
    unsigned instances, maximum;
    bool is_message;
};

struct pipe_end {
    struct pipe_name *server;  /* NULL: a client */
    bool is_message;           /* as it was made */
    bool reads_messages;
    bool is_connected;
    bool was_connected;        /* the client has gone, DisconnectNamedPipe not been called yet */
    DWORD open_mode, timeout, in_size, out_size;
    char *rest;                /* of a message that did not fit into the reader's buffer */
    size_t rest_at, rest_size;
};

/* Process state: the names served here. */
static struct pipe_name *pipe_names;
static pthread_mutex_t pipe_lock = PTHREAD_MUTEX_INITIALIZER;

/* The socket's address; the folder is made when `make`. */
static bool pipe_address(const char *name, bool make, struct sockaddr_un *address) {
    const char *base = getenv("XDG_RUNTIME_DIR");
    char folder[80];
    address->sun_family = AF_UNIX;
    if (base && base[0] == '/' && strlen(base) < 50)
        snprintf(folder, sizeof folder, "%s/windlass-pipes", base);
    else
        snprintf(folder, sizeof folder, "/tmp/windlass-pipes-%u", (unsigned)getuid());
    if (make)
        mkdir(folder, 0700);
    struct stat status;
    if (lstat(folder, &status) || !S_ISDIR(status.st_mode) || status.st_uid != getuid())
        return false;
    size_t room = sizeof address->sun_path - strlen(folder) - 2;
    if (strlen(name) > room) { /* a long name by its hash */
        uint64_t hash = 14695981039346656037u;
        for (const char *at = name; *at; at++)
            hash = (hash ^ (unsigned char)*at) * 1099511628211u;
        snprintf(address->sun_path, sizeof address->sun_path, "%s/%016llx", folder, (unsigned long long)hash);
        return true;
    }
    int count = snprintf(address->sun_path, sizeof address->sun_path, "%s/", folder);
    for (const char *at = name; *at; at++)
        address->sun_path[count++] = *at == '/' || *at == '\\' ? '%' : *at;
    address->sun_path[count] = 0;
    return true;
}

static int listen_on(const char *name, bool is_message) {
    struct sockaddr_un address = {0};
    if (!pipe_address(name, true, &address))
        return -1;
    int fd = socket(AF_UNIX, (is_message ? SOCK_SEQPACKET : SOCK_STREAM) | SOCK_CLOEXEC, 0);
    if (fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof address) && errno == EADDRINUSE) {
        /* Somebody serves it, or a process that was killed has left it. */
        int probe = socket(AF_UNIX, (is_message ? SOCK_SEQPACKET : SOCK_STREAM) | SOCK_CLOEXEC, 0);
        bool is_served = connect(probe, (struct sockaddr *)&address, sizeof address) == 0 || errno == EPROTOTYPE;
        close(probe);
        if (is_served || unlink(address.sun_path) || bind(fd, (struct sockaddr *)&address, sizeof address)) {
            close(fd);
            errno = EADDRINUSE;
            return -1;
        }
    }
    if (fd >= 0 && listen(fd, 128)) {
        close(fd);
        return -1;
    }
    return fd;
}

static void release_name(struct pipe_name *name) {
    pthread_mutex_lock(&pipe_lock);
    if (--name->instances == 0) {
        struct sockaddr_un address;
        if (pipe_address(name->name, false, &address))
            unlink(address.sun_path);
        close(name->listener);
        struct pipe_name **at = &pipe_names;
        while (*at != name)
            at = &(*at)->next;
        *at = name->next;
        free(name->name);
        free(name);
    }
    pthread_mutex_unlock(&pipe_lock);
}

/* The name with one more instance; NULL with *error. */
static struct pipe_name *take_name(const char *text, bool is_message, bool first, unsigned maximum, DWORD *error) {
    pthread_mutex_lock(&pipe_lock);
    struct pipe_name *name = pipe_names;
    while (name && strcmp(name->name, text) != 0)
        name = name->next;
    *error = ERROR_SUCCESS;
    if (name && (first || name->is_message != is_message))
        *error = ERROR_ACCESS_DENIED;
    else if (name && name->instances >= name->maximum)
        *error = ERROR_PIPE_BUSY;
    if (!name) {
        name = calloc(1, sizeof *name);
        char *copy = name ? strdup(text) : NULL;
        int listener = copy ? listen_on(text, is_message) : -1;
        if (listener < 0) {
            *error = copy ? errno == EADDRINUSE ? ERROR_PIPE_BUSY : win32_from_errno(errno) : ERROR_NOT_ENOUGH_MEMORY;
            free(copy);
            free(name);
            name = NULL;
        } else {
            *name = (struct pipe_name){pipe_names, copy, listener, 0, maximum == PIPE_UNLIMITED_INSTANCES ? ~0u : maximum,
                                       is_message};
            pipe_names = name;
        }
    }
    if (!*error)
        name->instances++;
    pthread_mutex_unlock(&pipe_lock);
    return *error ? NULL : name;
}

void pipe_end_free(struct pipe_end *pipe);
void pipe_end_free(struct pipe_end *pipe) {
    if (pipe->server)
        release_name(pipe->server);
    free(pipe->rest);
    free(pipe);
}

static struct file *pipe_file(int fd, ACCESS_MASK access, const struct pipe_end *model) {
    struct pipe_end *pipe = malloc(sizeof *pipe);
    struct file *file = pipe ? file_from_fd(fd, access) : NULL;
    if (!file) {
        free(pipe);
        return NULL;
    }
    *pipe = *model;
    file->pipe = pipe;
    file->kind = FILE_KIND_PIPE;
    return file;
}

API(kernel32 kernelbase, HANDLE, CreateNamedPipeW, LPCWSTR lpName, DWORD dwOpenMode, DWORD dwPipeMode,
    DWORD nMaxInstances, DWORD nOutBufferSize, DWORD nInBufferSize, DWORD nDefaultTimeOut,
    SECURITY_ATTRIBUTES *lpSecurityAttributes) {
    static const ACCESS_MASK access[] = {0, FILE_GENERIC_READ, FILE_GENERIC_WRITE | FILE_READ_ATTRIBUTES,
                                         FILE_GENERIC_READ | FILE_GENERIC_WRITE};
    struct host_path path;
    DWORD error = lpName ? path_to_host(lpName, &path) : ERROR_PATH_NOT_FOUND;
    bool is_message = dwPipeMode & PIPE_TYPE_MESSAGE;
    if (!error && path.kind != PATH_PIPE)
        error = ERROR_INVALID_NAME;
    if (!error && (!(dwOpenMode & 3) || !nMaxInstances || nMaxInstances > PIPE_UNLIMITED_INSTANCES ||
                   (dwPipeMode & PIPE_READMODE_MESSAGE && !is_message)))
        error = ERROR_INVALID_PARAMETER;
    struct pipe_name *name = error ? NULL : take_name(path.text, is_message, dwOpenMode & FILE_FLAG_FIRST_PIPE_INSTANCE,
                                                      nMaxInstances, &error);
    if (!name) {
        set_last_error(error);
        return INVALID_HANDLE_VALUE;
    }
    const struct pipe_end model = {.server = name, .is_message = is_message,
                                   .reads_messages = dwPipeMode & PIPE_READMODE_MESSAGE, .open_mode = dwOpenMode,
                                   .timeout = nDefaultTimeOut ? nDefaultTimeOut : 50, .in_size = nInBufferSize,
                                   .out_size = nOutBufferSize};
    /* Until a client comes there is no connection; the descriptor is the null device's. */
    int fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    struct file *file = fd >= 0 ? pipe_file(fd, access[dwOpenMode & 3], &model) : NULL;
    if (!file)
        release_name(name);
    else
        file->is_overlapped = dwOpenMode & FILE_FLAG_OVERLAPPED;
    HANDLE handle = file ? handle_new(&file->object, file->access, handle_flags_from(lpSecurityAttributes)) : NULL;
    if (file)
        file_release(file);
    set_last_error(handle ? ERROR_SUCCESS : ERROR_NOT_ENOUGH_MEMORY);
    return handle ? handle : INVALID_HANDLE_VALUE;
}

API(kernel32 kernelbase, HANDLE, CreateNamedPipeA, LPCSTR lpName, DWORD dwOpenMode, DWORD dwPipeMode,
    DWORD nMaxInstances, DWORD nOutBufferSize, DWORD nInBufferSize, DWORD nDefaultTimeOut,
    SECURITY_ATTRIBUTES *lpSecurityAttributes) {
    WCHAR *name = lpName ? path_wide_from_ansi(lpName) : NULL;
    HANDLE handle = api_CreateNamedPipeW(name, dwOpenMode, dwPipeMode, nMaxInstances, nOutBufferSize, nInBufferSize,
                                         nDefaultTimeOut, lpSecurityAttributes);
    free(name);
    return handle;
}

/* ---- connecting ---- */

static NTSTATUS accept_client(struct file *file) {
    int fd;
    while ((fd = accept4(file->pipe->server->listener, NULL, NULL, SOCK_CLOEXEC)) < 0 && errno == EINTR) {
    }
    if (fd < 0)
        return status_from_errno(errno);
    dup3(fd, file->fd, O_CLOEXEC);
    close(fd);
    file->pipe->is_connected = true;
    return STATUS_SUCCESS;
}

static bool is_client_waiting(const struct file *file) {
    struct pollfd ready = {file->pipe->server->listener, POLLIN, 0};
    return poll(&ready, 1, 0) > 0;
}

static NTSTATUS connect_work(struct io_operation *operation, size_t *done) {
    *done = 0;
    NTSTATUS status = io_wait(operation, operation->file->pipe->server->listener, POLLIN);
    return status ? status : accept_client(operation->file);
}

static NTSTATUS connect_pipe(struct file *file, OVERLAPPED *overlapped) {
    if (!file->pipe || !file->pipe->server)
        return STATUS_INVALID_DEVICE_REQUEST;
    if (file->pipe->is_connected) {
        struct pollfd gone = {file->fd, POLLIN, 0};
        poll(&gone, 1, 0);
        return gone.revents & POLLHUP ? STATUS_PIPE_CLOSING : STATUS_PIPE_CONNECTED;
    }
    if (is_client_waiting(file)) { /* it came between CreateNamedPipe and now */
        NTSTATUS status = accept_client(file);
        return status ? status : STATUS_PIPE_CONNECTED;
    }
    if (!file->is_overlapped || !overlapped)
        return accept_client(file);
    io_begin(file, overlapped);
    struct io_operation model = {.file = file, .overlapped = overlapped, .work = connect_work};
    return io_start(&model);
}

API(kernel32 kernelbase, BOOL, ConnectNamedPipe, HANDLE hNamedPipe, OVERLAPPED *lpOverlapped) {
    struct file *file = file_from_handle(hNamedPipe, 0);
    if (!file)
        return FALSE;
    NTSTATUS status = connect_pipe(file, lpOverlapped);
    file_release(file);
    return status ? fail(win32_from_status(status)) : TRUE;
}

API(kernel32 kernelbase, BOOL, DisconnectNamedPipe, HANDLE hNamedPipe) {
    struct file *file = file_from_handle(hNamedPipe, 0);
    if (!file)
        return FALSE;
    bool ok = file->pipe && file->pipe->server && file->pipe->is_connected;
    if (ok) {
        int fd = open("/dev/null", O_RDWR | O_CLOEXEC);
        shutdown(file->fd, SHUT_RDWR);
        if (fd >= 0)
            dup3(fd, file->fd, O_CLOEXEC), close(fd);
        file->pipe->is_connected = false;
    }
    bool is_pipe = file->pipe != NULL;
    file_release(file);
    return ok ? TRUE : fail(is_pipe ? ERROR_PIPE_LISTENING : ERROR_INVALID_FUNCTION);
}

static int connect_to(const char *name, bool *is_message) {
    struct sockaddr_un address = {0};
    if (!pipe_address(name, false, &address)) {
        errno = ENOENT;
        return -1;
    }
    for (int type = SOCK_SEQPACKET;; type = SOCK_STREAM) {
        int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
        *is_message = type == SOCK_SEQPACKET;
        if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
            return fd;
        int error = errno;
        if (fd >= 0)
            close(fd);
        if (error != EPROTOTYPE || type == SOCK_STREAM) {
            errno = error;
            return -1;
        }
    }
}

NTSTATUS pipe_open(const struct file_open_request *request, struct file **file);
NTSTATUS pipe_open(const struct file_open_request *request, struct file **file) {
    bool is_message;
    int fd = connect_to(request->path->text, &is_message);
    if (fd < 0)
        return errno == EAGAIN ? STATUS_PIPE_NOT_AVAILABLE : STATUS_OBJECT_NAME_NOT_FOUND;
    const struct pipe_end model = {.is_message = is_message, .is_connected = true, .timeout = 50, .open_mode = 3};
    *file = pipe_file(fd, request->access, &model);
    if (!*file)
        return STATUS_NO_MEMORY;
    (*file)->is_overlapped = !(request->options & (FILE_SYNCHRONOUS_IO_ALERT | FILE_SYNCHRONOUS_IO_NONALERT));
    return STATUS_SUCCESS;
}

API(kernel32 kernelbase, BOOL, WaitNamedPipeW, LPCWSTR lpNamedPipeName, DWORD nTimeOut) {
    struct host_path path;
    DWORD error = lpNamedPipeName ? path_to_host(lpNamedPipeName, &path) : ERROR_PATH_NOT_FOUND;
    if (error || path.kind != PATH_PIPE)
        return fail(error ? error : ERROR_BAD_PATHNAME);
    (void)nTimeOut; /* a server that listens takes a client at any time */
    struct sockaddr_un address;
    return pipe_address(path.text, false, &address) && access(address.sun_path, F_OK) == 0 ? TRUE
                                                                                           : fail(ERROR_FILE_NOT_FOUND);
}

API(kernel32 kernelbase, BOOL, WaitNamedPipeA, LPCSTR lpNamedPipeName, DWORD nTimeOut) {
    WCHAR *name = lpNamedPipeName ? path_wide_from_ansi(lpNamedPipeName) : NULL;
    BOOL result = api_WaitNamedPipeW(name, nTimeOut);
    free(name);
    return result;
}

/* ---- transfer ---- */

NTSTATUS pipe_read(struct file *file, void *buffer, size_t size, size_t *done);
/* The next message; the host would drop what does not fit. */
static NTSTATUS receive_message(struct file *file) {
    struct pipe_end *pipe = file->pipe;
    ssize_t whole;
    while ((whole = recv(file->fd, NULL, 0, MSG_PEEK | MSG_TRUNC)) < 0 && errno == EINTR) {
    }
    if (whole <= 0)
        return whole ? status_from_errno(errno) : STATUS_PIPE_BROKEN;
    char *message = malloc((size_t)whole);
    if (!message)
        return STATUS_NO_MEMORY;
    ssize_t count = recv(file->fd, message, (size_t)whole, 0);
    free(pipe->rest);
    pipe->rest = message;
    pipe->rest_at = 0;
    pipe->rest_size = count < 0 ? 0 : (size_t)count;
    return count < 0 ? status_from_errno(errno) : STATUS_SUCCESS;
}

NTSTATUS pipe_read(struct file *file, void *buffer, size_t size, size_t *done) {
    struct pipe_end *pipe = file->pipe;
    *done = 0;
    if (!pipe->is_connected)
        return pipe->server ? STATUS_PIPE_LISTENING : STATUS_PIPE_DISCONNECTED;
    if (!pipe->is_message)
        return file_read(file, buffer, size, -1, done);
    pthread_mutex_lock(&file->lock);
    NTSTATUS status = pipe->rest_at < pipe->rest_size ? STATUS_SUCCESS : receive_message(file);
    if (!status) {
        size_t left = pipe->rest_size - pipe->rest_at;
        *done = left < size ? left : size;
        memcpy(buffer, pipe->rest + pipe->rest_at, *done);
        pipe->rest_at += *done;
        status = left > size && pipe->reads_messages ? STATUS_BUFFER_OVERFLOW : STATUS_SUCCESS;
    }
    pthread_mutex_unlock(&file->lock);
    return status;
}

NTSTATUS pipe_write(struct file *file, const void *buffer, size_t size, size_t *done);
NTSTATUS pipe_write(struct file *file, const void *buffer, size_t size, size_t *done) {
    *done = 0;
    if (!file->pipe->is_connected)
        return file->pipe->server ? STATUS_PIPE_LISTENING : STATUS_PIPE_DISCONNECTED;
    while (*done < size || !size) {
        ssize_t count = send(file->fd, (const char *)buffer + *done, size - *done, MSG_NOSIGNAL);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return errno == EPIPE || errno == ECONNRESET ? STATUS_PIPE_CLOSING : status_from_errno(errno);
        *done += (size_t)count;
        if (!size)
            break;
    }
    return STATUS_SUCCESS;
}

API(kernel32 kernelbase, BOOL, PeekNamedPipe, HANDLE hNamedPipe, LPVOID lpBuffer, DWORD nBufferSize,
    LPDWORD lpBytesRead, LPDWORD lpTotalBytesAvail, LPDWORD lpBytesLeftThisMessage) {
    struct file *file = file_from_handle(hNamedPipe, 0);
    if (!file)
        return FALSE;
    int available = 0;
    DWORD error = ERROR_SUCCESS;
    ssize_t count = 0;
    struct pollfd state = {file->fd, POLLIN, 0};
    if (file->kind != FILE_KIND_PIPE) {
        error = ERROR_INVALID_FUNCTION;
    } else if (ioctl(file->fd, FIONREAD, &available) || (file->pipe && !file->pipe->is_connected)) {
        error = ERROR_BAD_PIPE;
    } else if (!available && poll(&state, 1, 0) >= 0 && state.revents & POLLHUP) {
        error = ERROR_BROKEN_PIPE;
    } else if (lpBuffer && nBufferSize && available && file->pipe) {
        count = recv(file->fd, lpBuffer, nBufferSize, MSG_PEEK | MSG_DONTWAIT);
    } else if (lpBuffer && nBufferSize && available) {
        /* The host has no peeking at pipes: tee() copies into another pipe. */
        int copy[2];
        size_t wanted = nBufferSize < (DWORD)available ? nBufferSize : (DWORD)available;
        if (pipe2(copy, O_CLOEXEC) == 0) {
            ssize_t copied = tee(file->fd, copy[1], wanted, SPLICE_F_NONBLOCK);
            count = copied > 0 ? read(copy[0], lpBuffer, (size_t)copied) : 0;
            close(copy[0]);
            close(copy[1]);
        }
    }
    file_release(file);
    if (error)
        return fail(error);
    if (lpBytesRead)
        *lpBytesRead = count > 0 ? (DWORD)count : 0;
    if (lpTotalBytesAvail)
        *lpTotalBytesAvail = (DWORD)available;
    if (lpBytesLeftThisMessage)
        *lpBytesLeftThisMessage = 0;
    return TRUE;
}

/* ---- state ---- */

static struct file *named_pipe(HANDLE handle) {
    struct file *file = file_from_handle(handle, 0);
    if (file && file->kind != FILE_KIND_PIPE) {
        file_release(file);
        set_last_error(ERROR_INVALID_FUNCTION);
        return NULL;
    }
    return file;
}

API(kernel32 kernelbase, BOOL, SetNamedPipeHandleState, HANDLE hNamedPipe, LPDWORD lpMode, LPDWORD lpMaxCollectionCount,
    LPDWORD lpCollectDataTimeout) {
    (void)lpMaxCollectionCount, (void)lpCollectDataTimeout;
    struct file *file = named_pipe(hNamedPipe);
    if (!file)
        return FALSE;
    DWORD error = ERROR_SUCCESS;
    if (lpMode && *lpMode & PIPE_READMODE_MESSAGE && !(file->pipe && file->pipe->is_message))
        error = ERROR_INVALID_PARAMETER;
    if (!error && lpMode) {
        if (file->pipe)
            file->pipe->reads_messages = *lpMode & PIPE_READMODE_MESSAGE;
        if (*lpMode & PIPE_NOWAIT)
            error = ERROR_NOT_SUPPORTED;
    }
    file_release(file);
    return error ? fail(error) : TRUE;
}

API(kernel32 kernelbase, BOOL, GetNamedPipeHandleStateW, HANDLE hNamedPipe, LPDWORD lpState, LPDWORD lpCurInstances,
    LPDWORD lpMaxCollectionCount, LPDWORD lpCollectDataTimeout, LPWSTR lpUserName, DWORD nMaxUserNameSize) {
    (void)lpMaxCollectionCount, (void)lpCollectDataTimeout, (void)lpUserName, (void)nMaxUserNameSize;
    struct file *file = named_pipe(hNamedPipe);
    if (!file)
        return FALSE;
    if (lpState)
        *lpState = file->pipe && file->pipe->reads_messages ? PIPE_READMODE_MESSAGE : 0;
    if (lpCurInstances)
        *lpCurInstances = file->pipe && file->pipe->server ? file->pipe->server->instances : 1;
    file_release(file);
    return TRUE;
}

API(kernel32 kernelbase, BOOL, GetNamedPipeInfo, HANDLE hNamedPipe, LPDWORD lpFlags, LPDWORD lpOutBufferSize,
    LPDWORD lpInBufferSize, LPDWORD lpMaxInstances) {
    struct file *file = named_pipe(hNamedPipe);
    if (!file)
        return FALSE;
    const struct pipe_end *pipe = file->pipe;
    if (lpFlags)
        *lpFlags = (pipe && pipe->server ? 1u : 0) | (pipe && pipe->is_message ? PIPE_TYPE_MESSAGE : 0);
    if (lpOutBufferSize)
        *lpOutBufferSize = pipe ? pipe->out_size : 4096;
    if (lpInBufferSize)
        *lpInBufferSize = pipe ? pipe->in_size : 4096;
    if (lpMaxInstances)
        *lpMaxInstances = pipe && pipe->server && pipe->server->maximum != ~0u ? pipe->server->maximum
                                                                              : PIPE_UNLIMITED_INSTANCES;
    file_release(file);
    return TRUE;
}

API(kernel32 kernelbase, BOOL, TransactNamedPipe, HANDLE hNamedPipe, LPVOID lpInBuffer, DWORD nInBufferSize,
    LPVOID lpOutBuffer, DWORD nOutBufferSize, LPDWORD lpBytesRead, OVERLAPPED *lpOverlapped) {
    struct file *file = named_pipe(hNamedPipe);
    size_t done;
    if (!file)
        return FALSE;
    NTSTATUS status = !file->pipe || !file->pipe->is_message || lpOverlapped ? STATUS_INVALID_PIPE_STATE
                                                                             : pipe_write(file, lpInBuffer, nInBufferSize, &done);
    if (!status)
        status = pipe_read(file, lpOutBuffer, nOutBufferSize, &done);
    file_release(file);
    if (lpBytesRead)
        *lpBytesRead = (DWORD)done;
    return status ? fail(win32_from_status(status)) : TRUE;
}
