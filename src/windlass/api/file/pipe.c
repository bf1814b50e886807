/* Anonymous and named pipes ("Pipes", "CreateNamedPipeW function").
 *
 * An anonymous pipe is the host's. A named pipe is a socket, of sequenced packets for message pipes and of a stream for
 * byte pipes, so that other processes under windlass can connect to it; pipe_names.c has how they find it. An instance
 * listens until a client connects, and keeps its listening socket for the next one. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/mman.h>
#include <unistd.h>

#include "api.h"
#include "codepage.h"
#include "pipe.h"
#include "pipe_names.h"
#include "pipe_nt.h"
#include "synchronous.h"
#include "wait.h"

#define FILE_FLAG_OVERLAPPED 0x40000000u
#define FILE_FLAG_FIRST_PIPE_INSTANCE 0x00080000u
enum { USUAL_TIMEOUT = 50 };            /* milliseconds: CreateNamedPipe's for 0 */

/* ---- anonymous ---- */

API(kernel32 kernelbase, BOOL, CreatePipe, PHANDLE hReadPipe, PHANDLE hWritePipe, SECURITY_ATTRIBUTES *lpPipeAttributes,
    DWORD nSize) {
    int fds[2];
    if (pipe2(fds, O_CLOEXEC))
        return fail(win32_from_errno(errno));
    if (nSize)
        fcntl(fds[1], F_SETPIPE_SZ, nSize < 4096 ? 4096 : nSize);
    struct file *reader = file_from_fd(fds[0], FILE_GENERIC_READ | FILE_WRITE_ATTRIBUTES);
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

struct pipe_end {
    char *name;
    bool is_server;
    struct pipe_instance instance;      /* a client's has no listener */
    struct pipe_traits traits;
    bool reads_messages;
    bool no_wait;                       /* PIPE_NOWAIT */
    bool is_connected;
    bool is_closed;                     /* its last handle is */
    bool is_disconnected;               /* a server since DisconnectNamedPipe, until ConnectNamedPipe */
    bool is_shared;                     /* other processes hold the instance, too, or have done so */
    char *rest;                         /* of a message that did not fit into the reader's buffer */
    size_t rest_at, rest_size;
    bool has_rest;                      /* the same, for those who do not hold the file's lock */
};

/* What is in progress may still use the structure. */
void pipe_end_close(struct pipe_end *pipe) {
    if (pipe->is_server && !pipe->is_closed && !pipe->is_shared)
        pipe_instance_remove(pipe->name, pipe->instance.number);
    pipe->is_closed = true;
}

/* A shared instance goes with the last process that holds it. */
void pipe_end_free(struct pipe_end *pipe) {
    pipe_end_close(pipe);
    if (pipe->instance.listener >= 0)
        close(pipe->instance.listener);
    if (pipe->is_server && pipe->is_shared)
        pipe_name_sweep(pipe->name);
    free(pipe->name);
    free(pipe->rest);
    free(pipe);
}

int pipe_end_give(struct file *file, struct pipe_gift *gift, const char **name) {
    struct pipe_end *pipe = file->pipe;
    *gift = (struct pipe_gift){.traits = pipe->traits, .number = pipe->instance.number,
                               .reads_messages = pipe->reads_messages, .no_wait = pipe->no_wait};
    *name = pipe->name;
    if (pipe->is_connected || !pipe->is_server)
        return file->fd;
    gift->is_listening = true;
    gift->is_disconnected = pipe->is_disconnected;
    pipe->is_shared = true;
    return pipe->instance.listener;
}

/* NULL: out of memory; the listener is closed then. */
static struct pipe_end *new_end(const char *name, const struct pipe_end *model) {
    struct pipe_end *pipe = malloc(sizeof *pipe);
    char *copy = pipe ? strdup(name) : NULL;
    if (!copy) {
        if (model->instance.listener >= 0)
            close(model->instance.listener);
        free(pipe);
        return NULL;
    }
    *pipe = *model;
    pipe->name = copy;
    return pipe;
}

struct pipe_end *pipe_end_take(const struct pipe_gift *gift, const char *name, int fd) {
    return new_end(name, &(struct pipe_end){.traits = gift->traits,
                                            .is_server = gift->is_listening,
                                            .instance = {gift->number, gift->is_listening ? fd : -1},
                                            .reads_messages = gift->reads_messages,
                                            .no_wait = gift->no_wait,
                                            .is_connected = !gift->is_listening,
                                            .is_disconnected = gift->is_disconnected,
                                            .is_shared = true});
}

static struct file *pipe_file(int fd, ACCESS_MASK access, const char *name, const struct pipe_end *model) {
    struct pipe_end *pipe = new_end(name, model);
    struct file *file = pipe ? file_from_fd(fd, access) : NULL;
    if (!file) {
        if (pipe)
            pipe_end_free(pipe);
        else
            close(fd);
        return NULL;
    }
    file->pipe = pipe;
    file->kind = FILE_KIND_PIPE;
    return file;
}

NTSTATUS pipe_create(const struct pipe_request *request, struct file **file) {
    struct pipe_end model = {.is_server = true, .traits = request->traits, .reads_messages = request->reads_messages,
                             .no_wait = request->no_wait};
    /* Until a client comes there is no connection; the descriptor is the null device's. */
    int fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (fd < 0)
        return status_from_errno(errno);
    NTSTATUS status = pipe_instance_create(request->name, request->shown, &request->traits, request->is_first, &model.instance);
    if (status) {
        close(fd);
        return status;
    }
    *file = pipe_file(fd, request->access, request->name, &model);
    if (!*file) {
        pipe_name_sweep(request->name);
        return STATUS_NO_MEMORY;
    }
    (*file)->is_overlapped = request->is_overlapped;
    return STATUS_SUCCESS;
}

const char *pipe_name_of(const struct file *file) {
    return file->pipe && file->pipe->is_server ? file->pipe->name : NULL;
}

API(kernel32 kernelbase, HANDLE, CreateNamedPipeW, LPCWSTR lpName, DWORD dwOpenMode, DWORD dwPipeMode,
    DWORD nMaxInstances, DWORD nOutBufferSize, DWORD nInBufferSize, DWORD nDefaultTimeOut,
    SECURITY_ATTRIBUTES *lpSecurityAttributes) {
    static const ACCESS_MASK access[] = {0, FILE_GENERIC_READ, FILE_GENERIC_WRITE | FILE_READ_ATTRIBUTES,
                                         FILE_GENERIC_READ | FILE_GENERIC_WRITE};
    enum { PREFIX_LENGTH = 9 }; /* \\\\.\\pipe\\ */
    struct host_path path;
    DWORD error = lpName ? path_to_host(lpName, &path) : ERROR_PATH_NOT_FOUND;
    bool is_message = dwPipeMode & PIPE_TYPE_MESSAGE;
    if (!error && (path.kind != PATH_PIPE || !path.text[0]))
        error = ERROR_INVALID_NAME;
    if (!error && (!(dwOpenMode & 3) || !nMaxInstances || nMaxInstances > PIPE_UNLIMITED_INSTANCES ||
                   (dwPipeMode & PIPE_READMODE_MESSAGE && !is_message)))
        error = ERROR_INVALID_PARAMETER;
    char *shown = error ? NULL : utf8_copy_of_wide(lpName + PREFIX_LENGTH);
    const struct pipe_request request = {
        .name = path.text,
        .shown = shown ? shown : path.text,
        .access = access[dwOpenMode & 3],
        .traits = {.is_message = is_message, .open_mode = dwOpenMode & 3, .maximum = nMaxInstances,
                   .timeout = nDefaultTimeOut ? nDefaultTimeOut : USUAL_TIMEOUT, .in_size = nInBufferSize,
                   .out_size = nOutBufferSize},
        .reads_messages = dwPipeMode & PIPE_READMODE_MESSAGE,
        .no_wait = dwPipeMode & PIPE_NOWAIT,
        .is_first = dwOpenMode & FILE_FLAG_FIRST_PIPE_INSTANCE,
        .is_overlapped = dwOpenMode & FILE_FLAG_OVERLAPPED,
    };
    struct file *file = NULL;
    if (!error)
        error = win32_from_status(pipe_create(&request, &file));
    free(shown);
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

/* ---- the rest of a message ---- */

static size_t rest_of(const struct pipe_end *pipe) { return pipe->rest_size - pipe->rest_at; }

/* The file's lock is held. */
static void set_rest(struct pipe_end *pipe, char *message, size_t size) {
    free(pipe->rest);
    pipe->rest = message;
    pipe->rest_at = 0;
    pipe->rest_size = size;
    __atomic_store_n(&pipe->has_rest, size > 0, __ATOMIC_RELEASE);
}

/* ---- connecting ---- */

static NTSTATUS accept_client(struct file *file) {
    int fd;
    while ((fd = accept4(file->pipe->instance.listener, NULL, NULL, SOCK_CLOEXEC)) < 0 && errno == EINTR &&
           !synchronous_is_cancelled()) {
    }
    if (fd < 0)
        return status_from_errno(errno);
    dup3(fd, file->fd, O_CLOEXEC);
    close(fd);
    file->pipe->is_connected = true;
    return STATUS_SUCCESS;
}

static bool is_client_waiting(const struct file *file) {
    struct pollfd ready = {file->pipe->instance.listener, POLLIN, 0};
    return poll(&ready, 1, 0) > 0;
}

static NTSTATUS attempt_connect(struct io_operation *operation, short ready) {
    (void)ready;
    return is_client_waiting(operation->file) ? accept_client(operation->file) : STATUS_PENDING;
}

void pipe_settle(struct file *file) {
    const struct pipe_end *pipe = file->pipe;
    if (pipe && pipe->is_server && !pipe->is_connected && !pipe->is_disconnected && is_client_waiting(file))
        accept_client(file);
}

int pipe_awaited(struct file *file) {
    const struct pipe_end *pipe = file->pipe;
    pipe_settle(file);
    return pipe && pipe->is_server && !pipe->is_connected && !pipe->is_disconnected ? pipe->instance.listener : -1;
}

static NTSTATUS unconnected_status(const struct pipe_end *pipe) {
    return pipe->is_server && !pipe->is_disconnected ? STATUS_PIPE_LISTENING : STATUS_PIPE_DISCONNECTED;
}

/* Of a connected server: whether its client is there still. */
static NTSTATUS connected_status(const struct file *file) {
    struct pollfd gone = {file->fd, POLLIN, 0};
    poll(&gone, 1, 0);
    return gone.revents & POLLHUP ? STATUS_PIPE_CLOSING : STATUS_PIPE_CONNECTED;
}

NTSTATUS pipe_connect(struct file *file, const struct io_request *request) {
    struct pipe_end *pipe = file->pipe;
    if (!pipe || !pipe->is_server)
        return STATUS_INVALID_DEVICE_REQUEST;
    pipe_settle(file); /* a client may have come between CreateNamedPipe and now */
    if (pipe->is_connected)
        return connected_status(file);
    bool begins = pipe->is_disconnected;
    pipe->is_disconnected = false;
    if (begins)
        pipe_instance_offer(pipe->name, pipe->instance.number);
    if (pipe->no_wait) /* "ConnectNamedPipe function": the first call makes it wait for a client, the others look */
        return begins ? STATUS_SUCCESS : STATUS_PIPE_LISTENING;
    if (!file->is_overlapped || !request->block) {
        synchronous_begin(file);
        NTSTATUS status = accept_client(file);
        synchronous_end();
        return status;
    }
    const struct io_operation model = {.file = file, .request = *request,
                                       .fd = pipe->instance.listener, .events = POLLIN, .deadline = INT64_MAX,
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
    if (!file->pipe || !file->pipe->is_server)
        return STATUS_INVALID_DEVICE_REQUEST;
    pipe_settle(file);
    if (!file->pipe->is_connected)
        return unconnected_status(file->pipe);
    int fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    shutdown(file->fd, SHUT_RDWR);
    if (fd >= 0)
        dup3(fd, file->fd, O_CLOEXEC), close(fd);
    pthread_mutex_lock(&file->lock);
    set_rest(file->pipe, NULL, 0); /* what is not read is discarded */
    pthread_mutex_unlock(&file->lock);
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

NTSTATUS pipe_open(const struct file_open_request *request, struct file **file) {
    if (!request->path->text[0])
        return (*file = pipe_open_root(request->access)) ? STATUS_SUCCESS : STATUS_NO_MEMORY;
    struct pipe_end model = {.is_connected = true, .instance.listener = -1};
    int fd;
    NTSTATUS status = pipe_name_connect(request->path->text, request->access, &model.traits, &model.instance.number, &fd);
    if (status)
        return status;
    *file = pipe_file(fd, request->access, request->path->text, &model);
    if (!*file)
        return STATUS_NO_MEMORY;
    (*file)->is_overlapped = !(request->options & (FILE_SYNCHRONOUS_IO_ALERT | FILE_SYNCHRONOUS_IO_NONALERT));
    return STATUS_SUCCESS;
}

API(kernel32 kernelbase, BOOL, WaitNamedPipeW, LPCWSTR lpNamedPipeName, DWORD nTimeOut) {
    struct host_path path;
    DWORD error = lpNamedPipeName ? path_to_host(lpNamedPipeName, &path) : ERROR_PATH_NOT_FOUND;
    if (error || path.kind != PATH_PIPE || !path.text[0])
        return fail(error ? error : ERROR_BAD_PATHNAME);
    NTSTATUS status = pipe_name_wait(path.text, nTimeOut);
    return status ? fail(win32_from_status(status)) : TRUE;
}

API(kernel32 kernelbase, BOOL, WaitNamedPipeA, LPCSTR lpNamedPipeName, DWORD nTimeOut) {
    WCHAR *name = lpNamedPipeName ? path_wide_from_ansi(lpNamedPipeName) : NULL;
    BOOL result = api_WaitNamedPipeW(name, nTimeOut);
    free(name);
    return result;
}

/* ---- transfer ---- */

/* The first message, as the host has it. */
struct waiting_message {
    size_t size;
    int fd;                             /* the file that it is in; -1: it is in the packet itself */
};

/* What is larger than this the host may refuse to take as one packet: it goes as a file, and the packet says its size. */
enum { LARGEST_PACKET = 65536 };

union descriptor_room {
    struct cmsghdr head;
    char bytes[CMSG_SPACE(sizeof(int))];
};

/* Whether the other end is closed: the host says of an empty message what it says of that. */
static bool has_ended(int fd) {
    struct pollfd end = {fd, POLLRDHUP, 0};
    return poll(&end, 1, 0) > 0 && end.revents & (POLLRDHUP | POLLHUP);
}

/* Why there is nothing more to read: a server that disconnects its client still has the instance. */
static NTSTATUS ended_status(const struct pipe_end *pipe) {
    return !pipe->is_server && pipe_instance_exists(pipe->name, pipe->instance.number) ? STATUS_PIPE_DISCONNECTED
                                                                                        : STATUS_PIPE_BROKEN;
}

/* Takes the first packet without waiting, or with MSG_PEEK looks at it. The size is the whole packet's. */
static ssize_t receive_packet(int fd, void *buffer, size_t size, int flags, int *passed) {
    union descriptor_room room;
    struct iovec part = {buffer, size};
    struct msghdr packet = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = &room, .msg_controllen = sizeof room};
    ssize_t count;
    *passed = -1;
    while ((count = recvmsg(fd, &packet, flags | MSG_TRUNC | MSG_DONTWAIT | MSG_CMSG_CLOEXEC)) < 0 && errno == EINTR) {
    }
    const struct cmsghdr *control = count < 0 ? NULL : CMSG_FIRSTHDR(&packet);
    if (control && control->cmsg_type == SCM_RIGHTS)
        memcpy(passed, CMSG_DATA(control), sizeof *passed);
    return count;
}

static NTSTATUS status_of_receiving(void) { return errno == EWOULDBLOCK ? STATUS_PENDING : status_from_errno(errno); }

/* Looks at the next message, and leaves it; message->fd is the caller's. STATUS_PENDING: there is none. */
static NTSTATUS look_at_message(struct file *file, struct waiting_message *message) {
    uint64_t size = 0;
    ssize_t count = receive_packet(file->fd, &size, sizeof size, MSG_PEEK, &message->fd);
    if (count < 0)
        return status_of_receiving();
    if (!count && has_ended(file->fd))
        return ended_status(file->pipe);
    message->size = message->fd >= 0 ? (size_t)size : (size_t)count;
    return STATUS_SUCCESS;
}

static NTSTATUS read_message_file(int fd, char *buffer, size_t size, size_t *done) {
    for (*done = 0; *done < size;) {
        ssize_t count = pread(fd, buffer + *done, size - *done, (off_t)*done);
        if (count <= 0)
            return count ? status_from_errno(errno) : STATUS_PIPE_BROKEN;
        *done += (size_t)count;
    }
    return STATUS_SUCCESS;
}

static NTSTATUS take_message(struct file *file, const struct waiting_message *message, char *buffer, size_t *done) {
    int passed;
    uint64_t size;
    bool is_file = message->fd >= 0;
    ssize_t count = receive_packet(file->fd, is_file ? (void *)&size : buffer, is_file ? sizeof size : message->size, 0,
                                   &passed);
    if (passed >= 0)
        close(passed);
    *done = count < 0 ? 0 : (size_t)count;
    return count < 0 ? status_of_receiving()
           : is_file ? read_message_file(message->fd, buffer, message->size, done) : STATUS_SUCCESS;
}

/* The next message as the rest; the host would drop what does not fit into the reader's buffer. */
static NTSTATUS receive_message(struct file *file) {
    struct waiting_message message;
    size_t count = 0;
    NTSTATUS status = look_at_message(file, &message);
    if (status)
        return status;
    char *text = malloc(message.size ? message.size : 1);
    status = text ? take_message(file, &message, text, &count) : STATUS_NO_MEMORY;
    if (message.fd >= 0)
        close(message.fd);
    if (status)
        free(text);
    else
        set_rest(file->pipe, text, count);
    return status;
}

/* The file's lock is held. */
static NTSTATUS read_message(struct file *file, void *buffer, size_t size, size_t *done) {
    struct pipe_end *pipe = file->pipe;
    NTSTATUS status = rest_of(pipe) ? STATUS_SUCCESS : receive_message(file);
    if (status)
        return status;
    size_t left = rest_of(pipe);
    *done = left < size ? left : size;
    memcpy(buffer, pipe->rest + pipe->rest_at, *done);
    pipe->rest_at += *done;
    __atomic_store_n(&pipe->has_rest, rest_of(pipe) > 0, __ATOMIC_RELEASE);
    return left > size && pipe->reads_messages ? STATUS_BUFFER_OVERFLOW : STATUS_SUCCESS;
}

/* A read of nothing waits for something to read, and leaves it. */
static NTSTATUS read_bytes(struct file *file, void *buffer, size_t size, size_t *done) {
    char unread;
    ssize_t count = recv(file->fd, size ? buffer : &unread, size ? size : 1, MSG_DONTWAIT | (size ? 0 : MSG_PEEK));
    if (count < 0)
        return status_of_receiving();
    *done = size ? (size_t)count : 0;
    return count ? STATUS_SUCCESS : ended_status(file->pipe);
}

NTSTATUS pipe_read_now(struct file *file, void *buffer, size_t size, size_t *done) {
    *done = 0;
    pipe_settle(file);
    if (!file->pipe->is_connected)
        return unconnected_status(file->pipe);
    if (!file->pipe->traits.is_message)
        return read_bytes(file, buffer, size, done);
    pthread_mutex_lock(&file->lock);
    NTSTATUS status = read_message(file, buffer, size, done);
    pthread_mutex_unlock(&file->lock);
    return status;
}

NTSTATUS pipe_read(struct file *file, void *buffer, size_t size, size_t *done) {
    NTSTATUS status;
    while ((status = pipe_read_now(file, buffer, size, done)) == STATUS_PENDING) {
        struct pollfd ready = {file->fd, POLLIN, 0};
        if (file->pipe->no_wait)
            return STATUS_PIPE_EMPTY;
        if (poll(&ready, 1, -1) < 0 && synchronous_is_cancelled())
            return STATUS_CANCELLED;
    }
    return status;
}

bool pipe_has_rest(const struct file *file) { return __atomic_load_n(&file->pipe->has_rest, __ATOMIC_ACQUIRE); }

/* A file of the host's memory that holds a message; -1 with errno. */
static int message_file(const char *buffer, size_t size) {
    int fd = memfd_create("windlass message", MFD_CLOEXEC);
    for (size_t done = 0; fd >= 0 && done < size;) {
        ssize_t count = write(fd, buffer + done, size - done);
        if (count < 0 && errno != EINTR) {
            int error = errno;
            close(fd);
            errno = error;
            return -1;
        }
        done += count < 0 ? 0 : (size_t)count;
    }
    return fd;
}

static ssize_t send_as_file(int fd, const void *buffer, size_t size, int flags) {
    uint64_t said = size;
    union descriptor_room room = {.bytes = {0}};
    struct iovec part = {&said, sizeof said};
    struct msghdr packet = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = &room, .msg_controllen = CMSG_LEN(sizeof(int))};
    int passed = message_file(buffer, size);
    if (passed < 0)
        return -1;
    room.head = (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof passed), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
    memcpy(CMSG_DATA(&room.head), &passed, sizeof passed);
    ssize_t count = sendmsg(fd, &packet, flags);
    int error = errno;
    close(passed);
    errno = error;
    return count < 0 ? -1 : (ssize_t)size;
}

pid_t pipe_peer(const struct file *file) {
    struct ucred peer;
    socklen_t size = sizeof peer;
    return getsockopt(file->fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 ? peer.pid : 0;
}

static ssize_t send_some(const struct file *file, const void *buffer, size_t size, int flags) {
    bool is_large = file->pipe->traits.is_message && size > LARGEST_PACKET;
    return is_large ? send_as_file(file->fd, buffer, size, flags) : send(file->fd, buffer, size, flags);
}

static NTSTATUS write_to(struct file *file, const void *buffer, size_t size, int flags, size_t *done) {
    *done = 0;
    pipe_settle(file);
    if (!file->pipe->is_connected)
        return unconnected_status(file->pipe);
    do {
        ssize_t count = send_some(file, (const char *)buffer + *done, size - *done, MSG_NOSIGNAL | flags);
        if (count < 0 && errno == EINTR && !synchronous_is_cancelled())
            continue;
        if (count < 0 && errno == EWOULDBLOCK)
            return STATUS_PENDING;
        if (count < 0 && (errno == EPIPE || errno == ECONNRESET))
            return ended_status(file->pipe) == STATUS_PIPE_BROKEN ? STATUS_PIPE_CLOSING : STATUS_PIPE_DISCONNECTED;
        if (count < 0)
            return status_from_errno(errno);
        *done += (size_t)count;
    } while (*done < size);
    if (pipe_peer(file) == getpid())
        io_attempt_pipe_reads();
    return STATUS_SUCCESS;
}

/* With PIPE_NOWAIT what there is no room for is not written, which is no error. */
NTSTATUS pipe_write(struct file *file, const void *buffer, size_t size, size_t *done) {
    NTSTATUS status = write_to(file, buffer, size, file->pipe->no_wait ? MSG_DONTWAIT : 0, done);
    return status == STATUS_PENDING ? STATUS_SUCCESS : status;
}

NTSTATUS pipe_write_now(struct file *file, const void *buffer, size_t size, size_t *done) {
    return file->pipe->no_wait ? pipe_write(file, buffer, size, done) : write_to(file, buffer, size, MSG_DONTWAIT, done);
}

/* The host does not tell when what was sent is read; it has to be asked. */
NTSTATUS pipe_flush(struct file *file) {
    enum { ASK_AGAIN = 500000 };
    const struct timespec pause = {0, ASK_AGAIN};
    NTSTATUS status = STATUS_SUCCESS;
    pipe_settle(file);
    if (!file->pipe->is_connected)
        return unconnected_status(file->pipe);
    synchronous_begin(file);
    for (int unread = 0; !status && file->pipe->is_server && ioctl(file->fd, TIOCOUTQ, &unread) == 0 && unread;) {
        if (has_ended(file->fd))
            status = STATUS_PIPE_BROKEN;
        else if (nanosleep(&pause, NULL) && synchronous_is_cancelled())
            status = STATUS_CANCELLED;
    }
    synchronous_end();
    return status;
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

/* Of a message that is not being read yet. */
static void peek_next(struct file *file, void *buffer, size_t size, size_t *done, struct pipe_state *state) {
    struct waiting_message message;
    int passed;
    if (look_at_message(file, &message))
        return;
    size_t count = message.size < size ? message.size : size;
    state->message = (unsigned)message.size;
    if (message.fd < 0) {
        ssize_t got = receive_packet(file->fd, buffer, count, MSG_PEEK, &passed);
        *done = got < 0 ? 0 : count;
        return;
    }
    state->available += (unsigned)(message.size - sizeof(uint64_t)); /* the host has counted the packet */
    if (read_message_file(message.fd, buffer, count, done))
        *done = 0;
    close(message.fd);
}

/* Of a message pipe: what is left of the message that is being read, or else the next one. */
static NTSTATUS peek_message(struct file *file, void *buffer, size_t size, size_t *done, struct pipe_state *state) {
    struct pipe_end *pipe = file->pipe;
    size_t left = rest_of(pipe);
    if (left) {
        *done = left < size ? left : size;
        memcpy(buffer, pipe->rest + pipe->rest_at, *done);
        state->message = (unsigned)left;
        state->available += (unsigned)left;
    } else if (state->available) {
        peek_next(file, buffer, size, done, state);
    }
    state->message -= (unsigned)*done;
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
    bool has_rest = file->pipe && rest_of(file->pipe);
    struct pollfd poll_state = {file->fd, POLLIN, 0};
    if (!available && !has_rest && poll(&poll_state, 1, 0) >= 0 && poll_state.revents & POLLHUP)
        return file->pipe ? ended_status(file->pipe) : STATUS_PIPE_BROKEN;
    if (file->pipe && file->pipe->traits.is_message)
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

/* ---- facts ---- */

NTSTATUS pipe_set_modes(struct file *file, bool reads_messages, bool no_wait) {
    if (reads_messages && !(file->pipe && file->pipe->traits.is_message))
        return STATUS_INVALID_PARAMETER;
    if (file->pipe) {
        file->pipe->reads_messages = reads_messages;
        file->pipe->no_wait = no_wait;
    } else {
        file->no_wait = no_wait;
    }
    return STATUS_SUCCESS;
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
                                 .instances = reads || !is_alone, .no_wait = file->no_wait, .in_quota = quota, .out_quota = quota,
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
    const struct pipe_traits *traits = &pipe->traits;
    *facts = (struct pipe_facts){.is_server = pipe->is_server, .is_message = traits->is_message,
                                 .reads_messages = pipe->reads_messages, .no_wait = pipe->no_wait,
                                 .state = end_state(file), .open_mode = traits->open_mode, .maximum = traits->maximum,
                                 .instances = pipe_name_instances(pipe->name), .in_quota = traits->in_size,
                                 .out_quota = traits->out_size};
    if (pipe->is_connected) {
        int readable = 0, unread = 0; /* the host counts what its packets of unread bytes take, not the bytes */
        ioctl(file->fd, FIONREAD, &readable);
        ioctl(file->fd, TIOCOUTQ, &unread);
        facts->readable = (unsigned)readable + (unsigned)rest_of(pipe);
        facts->unread = (unsigned)unread;
    }
}
