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
#include "fork.h"
#include "pipe.h"
#include "synchronous.h"
#include "wait.h"

#define PIPE_SERVER_END 1u
#define PIPE_TYPE_MESSAGE 4u
#define PIPE_READMODE_MESSAGE 2u
#define PIPE_NOWAIT 1u
#define FILE_FLAG_OVERLAPPED 0x40000000u
#define FILE_FLAG_FIRST_PIPE_INSTANCE 0x00080000u
#define NMPWAIT_WAIT_FOREVER 0xFFFFFFFFu

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
    unsigned instances, maximum;        /* whose handles are open */
    unsigned references;                /* ends that exist */
    bool is_message;
    bool is_shared;                     /* other processes serve it, too, or have done so */
    DWORD open_mode, in_size, out_size; /* of the latest instance */
};

struct pipe_end {
    struct pipe_name *server;  /* NULL: a client */
    struct pipe_name *peer;    /* a client's server; NULL: it is in another process */
    bool is_message;           /* as it was made */
    bool reads_messages;
    bool is_connected;
    bool is_closed;            /* its last handle is */
    bool is_disconnected;      /* a server since DisconnectNamedPipe, until ConnectNamedPipe */
    DWORD open_mode, timeout, in_size, out_size;
    char *rest;                /* of a message that did not fit into the reader's buffer */
    size_t rest_at, rest_size;
};

/* Process state: the names served here. */
static struct pipe_name *pipe_names;
static pthread_mutex_t pipe_lock = PTHREAD_MUTEX_INITIALIZER;
SURVIVES_FORK(pipe_lock);

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

/* The last handle of an instance is closed: the name is free when it was the last instance. What is in progress may still
 * use the structure. */
static void close_instance(struct pipe_name *name) {
    struct sockaddr_un address;
    pthread_mutex_lock(&pipe_lock);
    if (--name->instances == 0) {
        if (!name->is_shared && pipe_address(name->name, false, &address))
            unlink(address.sun_path);
        struct pipe_name **at = &pipe_names;
        while (*at != name)
            at = &(*at)->next;
        *at = name->next;
    }
    pthread_mutex_unlock(&pipe_lock);
}

/* Whether a socket with this path listens, in any process; connections have the path, too. */
static bool is_listened_at(const char *path) {
    enum { ACCEPTS_CONNECTIONS = 0x10000 };
    char line[256];
    bool found = false;
    FILE *sockets = fopen("/proc/net/unix", "re");
    while (sockets && !found && fgets(line, sizeof line, sockets)) {
        unsigned flags = 0;
        const char *at = strchr(line, '/');
        line[strcspn(line, "\n")] = 0;
        found = at && strcmp(at, path) == 0 && sscanf(line, "%*s %*x %*x %x", &flags) == 1 && flags & ACCEPTS_CONNECTIONS;
    }
    if (sockets)
        fclose(sockets);
    return found;
}

/* A shared name goes with the last process that serves it. */
static void unlink_shared(const struct pipe_name *name) {
    struct sockaddr_un address;
    if (pipe_address(name->name, false, &address) && !is_listened_at(address.sun_path))
        unlink(address.sun_path);
}

static void release_name(struct pipe_name *name) {
    pthread_mutex_lock(&pipe_lock);
    bool is_last = --name->references == 0;
    pthread_mutex_unlock(&pipe_lock);
    if (!is_last)
        return;
    close(name->listener);
    if (name->is_shared)
        unlink_shared(name);
    free(name->name);
    free(name);
}

/* Under the lock; NULL: this process does not serve it. */
static struct pipe_name *find_name(const char *text) {
    struct pipe_name *name = pipe_names;
    while (name && strcmp(name->name, text) != 0)
        name = name->next;
    return name;
}

/* The name with one more instance; NULL with *error. */
static struct pipe_name *take_name(const struct pipe_request *request, DWORD *error) {
    const char *text = request->name;
    bool is_message = request->is_message, first = request->is_first;
    unsigned maximum = request->maximum;
    pthread_mutex_lock(&pipe_lock);
    struct pipe_name *name = find_name(text);
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
            *error = !copy ? ERROR_NOT_ENOUGH_MEMORY : errno != EADDRINUSE ? win32_from_errno(errno)
                     : first ? ERROR_ACCESS_DENIED : ERROR_PIPE_BUSY;
            free(copy);
            free(name);
            name = NULL;
        } else {
            *name = (struct pipe_name){.next = pipe_names, .name = copy, .listener = listener, .is_message = is_message,
                                       .maximum = maximum == PIPE_UNLIMITED_INSTANCES ? ~0u : maximum};
            pipe_names = name;
        }
    }
    if (!*error) {
        name->instances++;
        name->references++;
        name->open_mode = request->open_mode;
        name->in_size = request->in_size;
        name->out_size = request->out_size;
    }
    pthread_mutex_unlock(&pipe_lock);
    return *error ? NULL : name;
}

void pipe_end_close(struct pipe_end *pipe) {
    if (pipe->server && !pipe->is_closed)
        close_instance(pipe->server);
    pipe->is_closed = true;
}

void pipe_end_free(struct pipe_end *pipe) {
    pipe_end_close(pipe);
    if (pipe->server)
        release_name(pipe->server);
    if (pipe->peer)
        release_name(pipe->peer);
    free(pipe->rest);
    free(pipe);
}

int pipe_end_give(struct file *file, struct pipe_gift *gift, const char **name) {
    const struct pipe_end *pipe = file->pipe;
    *gift = (struct pipe_gift){.is_message = pipe->is_message, .reads_messages = pipe->reads_messages};
    *name = "";
    if (pipe->is_connected || !pipe->server)
        return file->fd;
    gift->is_listening = true;
    gift->is_disconnected = pipe->is_disconnected;
    gift->open_mode = pipe->open_mode;
    gift->timeout = pipe->timeout;
    gift->in_size = pipe->in_size;
    gift->out_size = pipe->out_size;
    gift->maximum = pipe->server->maximum;
    pthread_mutex_lock(&pipe_lock);
    pipe->server->is_shared = true;
    pthread_mutex_unlock(&pipe_lock);
    *name = pipe->server->name;
    return pipe->server->listener;
}

/* The name that another process has begun to serve, with one more instance. Takes over the listener. */
static struct pipe_name *adopt_name(const char *text, int listener, const struct pipe_gift *gift) {
    pthread_mutex_lock(&pipe_lock);
    struct pipe_name *name = find_name(text);
    if (name) {
        close(listener);
    } else if ((name = calloc(1, sizeof *name)) && (name->name = strdup(text))) {
        name->next = pipe_names;
        name->listener = listener;
        name->maximum = gift->maximum;
        name->is_message = gift->is_message;
        pipe_names = name;
    } else {
        close(listener);
        free(name);
        name = NULL;
    }
    if (name) {
        name->is_shared = true;
        name->instances++;
        name->references++;
        name->open_mode = gift->open_mode;
        name->in_size = gift->in_size;
        name->out_size = gift->out_size;
    }
    pthread_mutex_unlock(&pipe_lock);
    return name;
}

struct pipe_end *pipe_end_take(const struct pipe_gift *gift, const char *name, int fd) {
    struct pipe_end *pipe = malloc(sizeof *pipe);
    if (!pipe)
        return NULL;
    *pipe = (struct pipe_end){.is_message = gift->is_message, .reads_messages = gift->reads_messages, .timeout = 50};
    pipe->is_connected = !gift->is_listening;
    if (gift->is_listening) {
        pipe->server = adopt_name(name, fd, gift);
        pipe->is_disconnected = gift->is_disconnected;
        pipe->open_mode = gift->open_mode;
        pipe->timeout = gift->timeout;
        pipe->in_size = gift->in_size;
        pipe->out_size = gift->out_size;
    }
    if (gift->is_listening && !pipe->server) {
        free(pipe);
        return NULL;
    }
    return pipe;
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

struct file *pipe_create(const struct pipe_request *request, DWORD *error) {
    struct pipe_name *name = take_name(request, error);
    if (!name)
        return NULL;
    const struct pipe_end model = {.server = name, .is_message = request->is_message,
                                   .reads_messages = request->reads_messages, .open_mode = request->open_mode,
                                   .timeout = request->timeout, .in_size = request->in_size,
                                   .out_size = request->out_size};
    /* Until a client comes there is no connection; the descriptor is the null device's. */
    int fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    struct file *file = fd >= 0 ? pipe_file(fd, request->access, &model) : NULL;
    if (file) {
        file->is_overlapped = request->is_overlapped;
    } else {
        close_instance(name);
        release_name(name);
        *error = ERROR_NOT_ENOUGH_MEMORY;
    }
    return file;
}

const char *pipe_name_of(const struct file *file) {
    return file->pipe && file->pipe->server ? file->pipe->server->name : NULL;
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
    const struct pipe_request request = {.name = path.text, .access = access[dwOpenMode & 3], .open_mode = dwOpenMode & 3,
                                         .is_message = is_message, .reads_messages = dwPipeMode & PIPE_READMODE_MESSAGE,
                                         .is_first = dwOpenMode & FILE_FLAG_FIRST_PIPE_INSTANCE,
                                         .is_overlapped = dwOpenMode & FILE_FLAG_OVERLAPPED, .maximum = nMaxInstances,
                                         .timeout = nDefaultTimeOut ? nDefaultTimeOut : 50, .in_size = nInBufferSize,
                                         .out_size = nOutBufferSize};
    struct file *file = error ? NULL : pipe_create(&request, &error);
    HANDLE handle = file ? handle_new(&file->object, file->access, handle_flags_from(lpSecurityAttributes)) : NULL;
    if (file)
        file_release(file);
    if (!handle && !error)
        error = ERROR_NOT_ENOUGH_MEMORY;
    set_last_error(error);
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
    while ((fd = accept4(file->pipe->server->listener, NULL, NULL, SOCK_CLOEXEC)) < 0 && errno == EINTR && !synchronous_is_cancelled()) {
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

static NTSTATUS attempt_connect(struct io_operation *operation, short ready) {
    (void)ready;
    return is_client_waiting(operation->file) ? accept_client(operation->file) : STATUS_PENDING;
}

void pipe_settle(struct file *file) {
    const struct pipe_end *pipe = file->pipe;
    if (pipe && pipe->server && !pipe->is_connected && !pipe->is_disconnected && is_client_waiting(file))
        accept_client(file);
}

int pipe_awaited(struct file *file) {
    const struct pipe_end *pipe = file->pipe;
    pipe_settle(file);
    return pipe && pipe->server && !pipe->is_connected && !pipe->is_disconnected ? pipe->server->listener : -1;
}

static NTSTATUS unconnected_status(const struct pipe_end *pipe) {
    return pipe->server && !pipe->is_disconnected ? STATUS_PIPE_LISTENING : STATUS_PIPE_DISCONNECTED;
}

NTSTATUS pipe_connect(struct file *file, const struct io_request *request) {
    if (!file->pipe || !file->pipe->server)
        return STATUS_INVALID_DEVICE_REQUEST;
    if (file->pipe->is_connected) {
        struct pollfd gone = {file->fd, POLLIN, 0};
        poll(&gone, 1, 0);
        return gone.revents & POLLHUP ? STATUS_PIPE_CLOSING : STATUS_PIPE_CONNECTED;
    }
    file->pipe->is_disconnected = false;
    if (is_client_waiting(file)) { /* it came between CreateNamedPipe and now */
        NTSTATUS status = accept_client(file);
        return status ? status : STATUS_PIPE_CONNECTED;
    }
    if (!file->is_overlapped || !request->block) {
        synchronous_begin(file);
        NTSTATUS status = accept_client(file);
        synchronous_end();
        return status;
    }
    const struct io_operation model = {.file = file, .request = *request,
                                       .fd = file->pipe->server->listener, .events = POLLIN, .deadline = INT64_MAX,
                                       .attempt = attempt_connect};
    io_begin(file, &model.request);
    return io_start(&model);
}

API(kernel32 kernelbase, BOOL, ConnectNamedPipe, HANDLE hNamedPipe, OVERLAPPED *lpOverlapped) {
    struct file *file = file_from_handle(hNamedPipe, 0);
    if (!file)
        return FALSE;
    const struct io_request request = lpOverlapped ? io_request_from(lpOverlapped, NULL) : (struct io_request){0};
    NTSTATUS status = pipe_connect(file, &request);
    file_release(file);
    return status ? fail(win32_from_status(status)) : TRUE;
}

NTSTATUS pipe_disconnect(struct file *file) {
    if (!file->pipe || !file->pipe->server)
        return STATUS_INVALID_DEVICE_REQUEST;
    if (!file->pipe->is_connected)
        return unconnected_status(file->pipe);
    int fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    shutdown(file->fd, SHUT_RDWR);
    if (fd >= 0)
        dup3(fd, file->fd, O_CLOEXEC), close(fd);
    file->pipe->is_connected = false;
    file->pipe->is_disconnected = true;
    return STATUS_SUCCESS;
}

API(kernel32 kernelbase, BOOL, DisconnectNamedPipe, HANDLE hNamedPipe) {
    struct file *file = file_from_handle(hNamedPipe, 0);
    if (!file)
        return FALSE;
    NTSTATUS status = pipe_disconnect(file);
    file_release(file);
    return status ? fail(win32_from_status(status)) : TRUE;
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

NTSTATUS pipe_open(const struct file_open_request *request, struct file **file) {
    bool is_message;
    int fd = connect_to(request->path->text, &is_message);
    if (fd < 0)
        return errno == EAGAIN ? STATUS_PIPE_NOT_AVAILABLE : STATUS_OBJECT_NAME_NOT_FOUND;
    struct pipe_end model = {.is_message = is_message, .is_connected = true, .timeout = 50};
    pthread_mutex_lock(&pipe_lock);
    model.peer = find_name(request->path->text);
    if (model.peer)
        model.peer->references++;
    pthread_mutex_unlock(&pipe_lock);
    *file = pipe_file(fd, request->access, &model);
    if (!*file) {
        if (model.peer)
            release_name(model.peer);
        return STATUS_NO_MEMORY;
    }
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

/* The next message; the host would drop what does not fit. */
/* Whether the other end is closed: the host says of an empty message what it says of that. */
static bool has_ended(int fd) {
    struct pollfd end = {fd, POLLRDHUP, 0};
    return poll(&end, 1, 0) > 0 && end.revents & (POLLRDHUP | POLLHUP);
}

static NTSTATUS receive_message(struct file *file) {
    struct pipe_end *pipe = file->pipe;
    ssize_t whole;
    while ((whole = recv(file->fd, NULL, 0, MSG_PEEK | MSG_TRUNC)) < 0 && errno == EINTR &&
           !synchronous_is_cancelled()) {
    }
    if (whole < 0)
        return status_from_errno(errno);
    if (!whole && has_ended(file->fd))
        return STATUS_PIPE_BROKEN;
    char *message = malloc(whole ? (size_t)whole : 1);
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
    pipe_settle(file);
    if (!pipe->is_connected)
        return unconnected_status(pipe);
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

bool pipe_has_rest(struct file *file) {
    struct pipe_end *pipe = file->pipe;
    pthread_mutex_lock(&file->lock);
    bool has_rest = pipe->rest_at < pipe->rest_size;
    pthread_mutex_unlock(&file->lock);
    return has_rest;
}

static NTSTATUS write_to(struct file *file, const void *buffer, size_t size, int flags, size_t *done) {
    *done = 0;
    pipe_settle(file);
    if (!file->pipe->is_connected)
        return unconnected_status(file->pipe);
    while (*done < size || !size) {
        ssize_t count = send(file->fd, (const char *)buffer + *done, size - *done, MSG_NOSIGNAL | flags);
        if (count < 0 && errno == EINTR && !synchronous_is_cancelled())
            continue;
        if (count < 0 && errno == EWOULDBLOCK)
            return STATUS_PENDING;
        if (count < 0)
            return errno == EPIPE || errno == ECONNRESET ? STATUS_PIPE_CLOSING : status_from_errno(errno);
        *done += (size_t)count;
        if (!size)
            break;
    }
    return STATUS_SUCCESS;
}

NTSTATUS pipe_write(struct file *file, const void *buffer, size_t size, size_t *done) {
    return write_to(file, buffer, size, 0, done);
}

NTSTATUS pipe_write_now(struct file *file, const void *buffer, size_t size, size_t *done) {
    return write_to(file, buffer, size, MSG_DONTWAIT, done);
}

/* The host has no peeking at anonymous pipes: tee() copies into another pipe. */
static ssize_t peek_anonymous(int fd, void *buffer, size_t size) {
    int copy[2];
    if (pipe2(copy, O_CLOEXEC))
        return -1;
    ssize_t copied = tee(fd, copy[1], size, SPLICE_F_NONBLOCK);
    ssize_t count = copied > 0 ? read(copy[0], buffer, (size_t)copied) : 0;
    close(copy[0]);
    close(copy[1]);
    return count;
}

/* Of a message pipe: what is left of the message that is being read, or else the next one. */
static NTSTATUS peek_message(struct file *file, void *buffer, size_t size, size_t *done, struct pipe_state *state) {
    struct pipe_end *pipe = file->pipe;
    size_t left = pipe->rest_size - pipe->rest_at;
    if (left) {
        *done = left < size ? left : size;
        memcpy(buffer, pipe->rest + pipe->rest_at, *done);
    } else if (state->available) {
        ssize_t whole = recv(file->fd, buffer, size, MSG_PEEK | MSG_DONTWAIT | MSG_TRUNC);
        left = whole > 0 ? (size_t)whole : 0;
        *done = left < size ? left : size;
    }
    state->available += (unsigned)(pipe->rest_size - pipe->rest_at);
    state->message = (unsigned)(left - *done);
    return state->message ? STATUS_BUFFER_OVERFLOW : STATUS_SUCCESS;
}

NTSTATUS pipe_peek(struct file *file, void *buffer, size_t size, size_t *done, struct pipe_state *state) {
    int available = 0;
    ssize_t count = 0;
    *done = 0;
    *state = (struct pipe_state){0, 0};
    if (file->kind != FILE_KIND_PIPE)
        return STATUS_INVALID_DEVICE_REQUEST;
    pipe_settle(file);
    if ((file->pipe && !file->pipe->is_connected) || ioctl(file->fd, FIONREAD, &available))
        return STATUS_INVALID_PIPE_STATE;
    state->available = (unsigned)available;
    bool has_rest = file->pipe && file->pipe->rest_at < file->pipe->rest_size;
    struct pollfd poll_state = {file->fd, POLLIN, 0};
    if (!available && !has_rest && poll(&poll_state, 1, 0) >= 0 && poll_state.revents & POLLHUP)
        return STATUS_PIPE_BROKEN;
    if (file->pipe && file->pipe->is_message)
        return peek_message(file, buffer, size, done, state);
    if (size && available && file->pipe)
        count = recv(file->fd, buffer, size, MSG_PEEK | MSG_DONTWAIT);
    else if (size && available)
        count = peek_anonymous(file->fd, buffer, size < (size_t)available ? size : (size_t)available);
    *done = count > 0 ? (size_t)count : 0;
    return state->available > *done ? STATUS_BUFFER_OVERFLOW : STATUS_SUCCESS;
}

API(kernel32 kernelbase, BOOL, PeekNamedPipe, HANDLE hNamedPipe, LPVOID lpBuffer, DWORD nBufferSize,
    LPDWORD lpBytesRead, LPDWORD lpTotalBytesAvail, LPDWORD lpBytesLeftThisMessage) {
    struct file *file = file_from_handle(hNamedPipe, 0);
    size_t done;
    struct pipe_state state;
    if (!file)
        return FALSE;
    NTSTATUS status = pipe_peek(file, lpBuffer, lpBuffer ? nBufferSize : 0, &done, &state);
    file_release(file);
    if (status && status != STATUS_BUFFER_OVERFLOW)
        return fail(win32_from_status(status));
    if (lpBytesRead)
        *lpBytesRead = (DWORD)done;
    if (lpTotalBytesAvail)
        *lpTotalBytesAvail = state.available;
    if (lpBytesLeftThisMessage)
        *lpBytesLeftThisMessage = state.message;
    return TRUE;
}

/* ---- state ---- */

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

NTSTATUS pipe_set_read_mode(struct file *file, bool reads_messages) {
    if (reads_messages && !(file->pipe && file->pipe->is_message))
        return STATUS_INVALID_PARAMETER;
    if (file->pipe)
        file->pipe->reads_messages = reads_messages;
    return STATUS_SUCCESS;
}

API(kernel32 kernelbase, BOOL, SetNamedPipeHandleState, HANDLE hNamedPipe, LPDWORD lpMode, LPDWORD lpMaxCollectionCount,
    LPDWORD lpCollectDataTimeout) {
    (void)lpMaxCollectionCount, (void)lpCollectDataTimeout;
    struct file *file = pipe_or_error(hNamedPipe, ERROR_INVALID_PARAMETER);
    if (!file)
        return FALSE;
    NTSTATUS status = lpMode ? pipe_set_read_mode(file, *lpMode & PIPE_READMODE_MESSAGE) : STATUS_SUCCESS;
    if (!status && lpMode && *lpMode & PIPE_NOWAIT)
        status = STATUS_NOT_SUPPORTED;
    file_release(file);
    return status ? fail(win32_from_status(status)) : TRUE;
}

enum { USUAL_QUOTA = 4096 };

/* What the host calls a pipe: its reading end is the server's, as CreatePipe makes it on Windows. */
static void anonymous_facts(struct file *file, struct pipe_facts *facts) {
    int held = 0, size = fcntl(file->fd, F_GETPIPE_SZ);
    bool reads = (fcntl(file->fd, F_GETFL) & O_ACCMODE) == O_RDONLY;
    struct pollfd end = {file->fd, 0, 0};
    bool is_alone = poll(&end, 1, 0) > 0 && end.revents & (POLLHUP | POLLERR);
    ioctl(file->fd, FIONREAD, &held);
    unsigned quota = size > 0 ? (unsigned)size : USUAL_QUOTA;
    *facts = (struct pipe_facts){.is_server = reads, .open_mode = PIPE_ACCESS_INBOUND, .maximum = 1,
                                 .state = is_alone ? FILE_PIPE_CLOSING_STATE : FILE_PIPE_CONNECTED_STATE,
                                 .instances = reads || !is_alone, .in_quota = quota, .out_quota = quota,
                                 .readable = reads ? (unsigned)held : 0, .unread = reads ? 0 : (unsigned)held};
}

static DWORD end_state(const struct file *file) {
    const struct pipe_end *pipe = file->pipe;
    if (!pipe->is_connected)
        return pipe->is_disconnected ? FILE_PIPE_DISCONNECTED_STATE : FILE_PIPE_LISTENING_STATE;
    struct pollfd end = {file->fd, POLLRDHUP, 0};
    return poll(&end, 1, 0) > 0 && end.revents & (POLLHUP | POLLRDHUP) ? FILE_PIPE_CLOSING_STATE
                                                                       : FILE_PIPE_CONNECTED_STATE;
}

void pipe_facts_of(struct file *file, struct pipe_facts *facts) {
    const struct pipe_end *pipe = file->pipe;
    if (!pipe) {
        anonymous_facts(file, facts);
        return;
    }
    pipe_settle(file);
    const struct pipe_name *name = pipe->server ? pipe->server : pipe->peer;
    *facts = (struct pipe_facts){.is_server = pipe->server, .is_message = pipe->is_message,
                                 .reads_messages = pipe->reads_messages, .state = end_state(file),
                                 .open_mode = name ? name->open_mode : PIPE_ACCESS_INBOUND | PIPE_ACCESS_OUTBOUND,
                                 .maximum = name && name->maximum != ~0u ? name->maximum : PIPE_UNLIMITED_INSTANCES,
                                 .instances = name ? name->instances : 1, .in_quota = name ? name->in_size : USUAL_QUOTA,
                                 .out_quota = name ? name->out_size : USUAL_QUOTA};
    if (pipe->is_connected) {
        int readable = 0, unread = 0; /* the host counts what its packets of unread bytes take, not the bytes */
        ioctl(file->fd, FIONREAD, &readable);
        ioctl(file->fd, TIOCOUTQ, &unread);
        facts->readable = (unsigned)readable + (unsigned)(pipe->rest_size - pipe->rest_at);
        facts->unread = (unsigned)unread;
    }
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
        *lpState = facts.reads_messages ? PIPE_READMODE_MESSAGE : 0;
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

/* The process at the other end, as the host knows it. */
static BOOL peer_process(HANDLE handle, bool wants_server, PULONG id) {
    struct file *file = named_pipe(handle);
    struct ucred peer;
    socklen_t size = sizeof peer;
    if (!file)
        return FALSE;
    pipe_settle(file);
    bool is_server = file->pipe && file->pipe->server;
    DWORD error = !file->pipe ? ERROR_INVALID_FUNCTION : ERROR_SUCCESS;
    if (!error && is_server == wants_server)
        *id = (ULONG)getpid();
    else if (!error && getsockopt(file->fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0)
        *id = (ULONG)peer.pid;
    else if (!error)
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
    NTSTATUS status = file->pipe && file->pipe->reads_messages ? pipe_write(file, lpInBuffer, nInBufferSize, &done)
                                                               : STATUS_INVALID_PIPE_STATE;
    file_release(file);
    return status ? fail(win32_from_status(status))
                  : api_ReadFile(hNamedPipe, lpOutBuffer, nOutBufferSize, lpBytesRead, lpOverlapped);
}

/* ---- CallNamedPipe: connect, write a message, read one, and close ("CallNamedPipeW function") ---- */

API_USE(HANDLE, CreateFileW, LPCWSTR, DWORD, DWORD, SECURITY_ATTRIBUTES *, DWORD, DWORD, HANDLE);

enum { NMPWAIT_NOWAIT = 1 };

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
