#include "exchange.h"

#include <errno.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "fork.h"
#include "futex.h"
#include "inherit.h"
#include "wait.h"

#define PATIENCE 10000000000ll                       /* nanoseconds, for a process that is being started */

/* What is asked, and the answer. An object travels as a gift does to a child. */
enum parcel_kind { FETCH, FETCH_AND_CLOSE, BRING, MEMORY };
struct parcel {
    uint32_t kind;
    NTSTATUS status;
    HANDLE handle;
    ACCESS_MASK access;
    DWORD flags;
    char type[16];                                   /* of the object that comes with it; empty: none */
    uint32_t size;
    unsigned char facts[GIFT_FACTS];
};

/* Process state. */
static struct service_watch listener = {.fd = -1};
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
SURVIVES_FORK(lock);

/* A name in the host's abstract namespace. */
static socklen_t address_of(struct sockaddr_un *address, pid_t process) {
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    int length = snprintf(address->sun_path + 1, sizeof address->sun_path - 1, "windlass-handles-%d", (int)process);
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)length);
}

/* Nobody else's process is asked or answered; 0 for any process of the user's. */
static bool is_trusted(int channel, pid_t process) {
    struct ucred peer;
    socklen_t size = sizeof peer;
    return getsockopt(channel, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.uid == geteuid() &&
           (!process || peer.pid == process);
}

/* ---- parcels ---- */

union descriptor_room {
    struct cmsghdr header;
    char bytes[CMSG_SPACE(sizeof(int))];
};

static bool send_parcel(int channel, struct parcel *parcel, int fd) {
    union descriptor_room room = {.header = {CMSG_LEN(sizeof fd), SOL_SOCKET, SCM_RIGHTS}};
    struct iovec part = {parcel, sizeof *parcel};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    if (fd >= 0) {
        message.msg_control = &room;
        message.msg_controllen = sizeof room;
        memcpy(CMSG_DATA(&room.header), &fd, sizeof fd);
    }
    return sendmsg(channel, &message, MSG_NOSIGNAL) == (ssize_t)sizeof *parcel;
}

static bool receive_parcel(int channel, struct parcel *parcel, int *fd) {
    union descriptor_room room;
    struct iovec part = {parcel, sizeof *parcel};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = &room, .msg_controllen = sizeof room};
    ssize_t count;
    *fd = -1;
    while ((count = recvmsg(channel, &message, MSG_CMSG_CLOEXEC)) < 0 && errno == EINTR) {
    }
    if (count >= 0 && CMSG_FIRSTHDR(&message) && room.header.cmsg_type == SCM_RIGHTS)
        memcpy(fd, CMSG_DATA(&room.header), sizeof *fd);
    parcel->type[sizeof parcel->type - 1] = 0;
    if (count == (ssize_t)sizeof *parcel && parcel->size <= sizeof parcel->facts)
        return true;
    if (*fd >= 0)
        close(*fd);
    return false;
}

/* The descriptor to be sent along, -1: the object cannot be had by other processes. */
static int wrap(struct object *object, struct parcel *parcel) {
    struct gift gift = {.fd = -1};
    if (!object_give(object, &gift))
        return -1;
    snprintf(parcel->type, sizeof parcel->type, "%s", object->type->name);
    parcel->size = (uint32_t)gift.size;
    memcpy(parcel->facts, gift.facts, gift.size);
    return gift.fd;
}

/* Takes over the descriptor. */
static struct object *unwrap(const struct parcel *parcel, int fd) {
    struct gift gift = {.fd = fd, .size = parcel->size};
    if (!parcel->type[0] || fd < 0)
        return NULL;
    memcpy(gift.facts, parcel->facts, parcel->size);
    return object_take(parcel->type, &gift);
}

/* ---- answering ---- */

static int answer_fetch(struct parcel *parcel) {
    struct object *object = handle_object(parcel->handle, NULL, 0, &parcel->status);
    DWORD flags;
    if (!object)
        return -1;
    handle_query(parcel->handle, &flags, &parcel->access);
    int fd = wrap(object, parcel);
    parcel->status = fd >= 0 ? STATUS_SUCCESS : STATUS_NOT_SUPPORTED;
    object_release(object);
    if (parcel->kind == FETCH_AND_CLOSE)
        handle_close(parcel->handle);
    return fd;
}

static void answer_bring(struct parcel *parcel, int fd) {
    struct object *object = unwrap(parcel, fd);
    parcel->handle = object ? handle_new(object, parcel->access, parcel->flags) : NULL;
    parcel->status = parcel->handle ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
    object_release(object);
}

static void answer_memory(struct parcel *parcel) {
    struct memory_request request;
    memcpy(&request, parcel->facts, sizeof request);
    parcel->status = memory_perform(&request);
    memcpy(parcel->facts, &request, sizeof request);
}

static void answer(int channel) {
    struct parcel parcel;
    int fd = -1;
    if (!is_trusted(channel, 0) || !receive_parcel(channel, &parcel, &fd))
        return;
    if (parcel.kind == BRING) {
        answer_bring(&parcel, fd);
        fd = -1;
    } else if (parcel.kind == MEMORY) {
        answer_memory(&parcel);
    } else {
        if (fd >= 0)
            close(fd);
        fd = answer_fetch(&parcel);
    }
    send_parcel(channel, &parcel, fd);
    if (fd >= 0)
        close(fd);
}

static void on_call(struct service_watch *watch, uint32_t events) {
    const struct timeval patience = {.tv_sec = 1};
    (void)events;
    int channel = accept4(watch->fd, NULL, NULL, SOCK_CLOEXEC);
    if (channel >= 0) {
        setsockopt(channel, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        answer(channel);
        close(channel);
    }
    service_watch(watch);
}

/* The address is the parent's. */
static void after_fork_in_child(void) {
    if (listener.fd < 0)
        return;
    service_unwatch(&listener);
    close(listener.fd);
    listener.fd = -1;
}

/* The lock is held. */
static void listen_for_others(void) {
    static bool registered;
    struct sockaddr_un address;
    socklen_t size = address_of(&address, getpid());
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (!registered)
        registered = pthread_atfork(NULL, NULL, after_fork_in_child) == 0;
    listener = (struct service_watch){.fd = fd, .events = EPOLLIN, .ready = on_call};
    if (fd >= 0 && bind(fd, (struct sockaddr *)&address, size) == 0 && listen(fd, 64) == 0 && service_watch(&listener))
        return;
    if (fd >= 0)
        close(fd);
    listener.fd = -1;
}

void exchange_begin(void) {
    pthread_mutex_lock(&lock);
    if (listener.fd < 0)
        listen_for_others();
    pthread_mutex_unlock(&lock);
}

/* ---- asking ---- */

static bool is_starting(struct process_object *process) {
    dispatcher_acquire();
    bool has_ended = process_has_ended(process);
    dispatcher_release();
    return process->block && !has_ended;
}

/* Waits for a process that has been started but does not run yet; -1: it cannot be reached. */
static int call(struct process_object *process) {
    const struct timespec pause = {.tv_nsec = 2000000};
    const int64_t deadline = monotonic_now() + PATIENCE;
    struct sockaddr_un address;
    socklen_t size = address_of(&address, process_id(process));
    int channel = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    while (channel >= 0 && connect(channel, (struct sockaddr *)&address, size)) {
        if (errno == EINTR)
            continue;
        if (!is_starting(process) || monotonic_now() > deadline) {
            close(channel);
            return -1;
        }
        nanosleep(&pause, NULL);
    }
    if (channel >= 0 && !is_trusted(channel, process_id(process))) {
        close(channel);
        return -1;
    }
    return channel;
}

/* Sends the parcel, and has the answer in it. */
static NTSTATUS ask(struct process_object *process, struct parcel *parcel, int fd, int *answered) {
    int channel = call(process);
    *answered = -1;
    if (channel < 0)
        return STATUS_ACCESS_DENIED;
    bool done = send_parcel(channel, parcel, fd) && receive_parcel(channel, parcel, answered);
    close(channel);
    return done ? parcel->status : STATUS_ACCESS_DENIED;
}

NTSTATUS exchange_fetch(struct process_object *process, HANDLE handle, bool closes, struct object **object,
                        ACCESS_MASK *access) {
    struct parcel parcel = {.kind = closes ? FETCH_AND_CLOSE : FETCH, .handle = handle};
    int fd;
    NTSTATUS status = ask(process, &parcel, -1, &fd);
    *object = status ? NULL : unwrap(&parcel, fd);
    *access = parcel.access;
    return status ? status : *object ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
}

NTSTATUS exchange_bring(struct process_object *process, struct object *object, ACCESS_MASK access, DWORD flags,
                        HANDLE *handle) {
    struct parcel parcel = {.kind = BRING, .access = access, .flags = flags};
    int fd = wrap(object, &parcel), none;
    if (fd < 0)
        return STATUS_NOT_SUPPORTED;
    NTSTATUS status = ask(process, &parcel, fd, &none);
    close(fd);
    if (!status)
        *handle = parcel.handle;
    return status;
}

NTSTATUS exchange_memory(struct process_object *process, struct memory_request *request) {
    struct parcel parcel = {.kind = MEMORY, .size = sizeof *request};
    int none;
    memcpy(parcel.facts, request, sizeof *request);
    NTSTATUS status = ask(process, &parcel, -1, &none);
    if (NT_SUCCESS(status))
        memcpy(request, parcel.facts, sizeof *request);
    return status;
}
