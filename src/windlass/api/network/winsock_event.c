/* Network events, told to an event object or to a window ("WSAEventSelect function", "WSAAsyncSelect function"). One thread waits with the host's epoll for all sockets
 * that have events; each event is told once and watched for again when the program has called the function that
 * Windows documents to re-enable it. */
#include "fork.h"
#include "winsock.h"

#include <errno.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "service.h"
#include "sync.h"
#include "user/user.h"

enum { FD_READ = 1, FD_WRITE = 2, FD_OOB = 4, FD_ACCEPT = 8, FD_CONNECT = 16, FD_CLOSE = 32, FD_EVENTS = 10 };

typedef struct {
    LONG lNetworkEvents;
    int iErrorCode[FD_EVENTS];
} WSANETWORKEVENTS;

/* Who is told. */
struct listener {
    struct object *event;  /* NULL: none */
    HWND window;           /* NULL: none */
    UINT message;
    SOCKET socket;         /* its wParam */
};

/* A socket whose events somebody wants to know. */
struct selected {
    struct selected *next;
    struct file *file;     /* not referenced: it forgets this when its last handle is closed */
    int fd;                /* a duplicate */
    uint64_t serial;       /* the host may still tell of a descriptor that was closed, and its number used again */
    struct listener listener;
    LONG wanted, recorded, told; /* told: not watched for until it is re-enabled */
    bool is_connecting, was_closed;
    int errors[FD_EVENTS];
};

/* Process state, under the lock. */
static struct selected *selections;
static pthread_mutex_t selections_lock = PTHREAD_MUTEX_INITIALIZER;
SURVIVES_FORK(selections_lock);
static int epoll_fd = -1;

static struct selected *find(const struct file *file) {
    struct selected *each = selections;
    while (each && each->file != file)
        each = each->next;
    return each;
}

static bool is_idle(const struct selected *each) { return !each->is_connecting && socket_is_idle(each->file); }

/* Watches for these events, once; none: for nothing, not even for what the host tells without being asked. */
static void watch(struct selected *each, uint32_t events) {
    struct epoll_event event = {.events = events | EPOLLONESHOT, .data.u64 = each->serial};
    if (!events)
        epoll_ctl(epoll_fd, EPOLL_CTL_DEL, each->fd, NULL);
    else if (epoll_ctl(epoll_fd, EPOLL_CTL_MOD, each->fd, &event))
        epoll_ctl(epoll_fd, EPOLL_CTL_ADD, each->fd, &event);
}

/* Watches for what is wanted and not recorded yet. The lock is held. */
static void arm(struct selected *each) {
    LONG open = is_idle(each) ? 0 : each->wanted & ~(each->recorded | each->told);
    open &= ~(LONG)(socket_is_listening(each->fd) ? FD_READ : FD_ACCEPT); /* it will never happen, but EPOLLIN is both */
    int waiting = 0;
    if (each->was_closed && ioctl(each->fd, FIONREAD, &waiting) == 0 && !waiting)
        open &= ~(LONG)FD_READ; /* the end stays readable for ever */
    bool writing = open & FD_WRITE || (open & FD_CONNECT && each->is_connecting);
    watch(each, (open & (FD_READ | FD_ACCEPT) ? EPOLLIN : 0) | (open & FD_OOB ? EPOLLPRI : 0) |
                    (open & FD_CLOSE && !each->was_closed ? EPOLLRDHUP : 0) | (writing ? EPOLLOUT : 0));
}

/* A message for each: lParam has the event, and above it the error. */
static void notify_window(const struct selected *each, LONG events) {
    for (int i = 0; i < FD_EVENTS; i++)
        if (events & 1 << i)
            window_notify(each->listener.window, each->listener.message, each->listener.socket,
                          1 << i | each->errors[i] << 16);
}

/* What of EPOLLIN holds: another thread may have read since the host told of it, and the end of a stream is no data. */
static uint32_t still_in(int fd) {
    struct pollfd now = {fd, POLLIN | POLLRDHUP, 0};
    int waiting = 0;
    if (poll(&now, 1, 0) <= 0 || !(now.revents & POLLIN))
        return 0;
    if (!socket_is_stream(fd) || socket_is_listening(fd) || (ioctl(fd, FIONREAD, &waiting) == 0 && waiting))
        return EPOLLIN;
    return now.revents & POLLRDHUP ? EPOLLRDHUP : 0;
}

static void record(struct selected *each, uint32_t got) {
    LONG events = 0;
    int error = 0;
    socklen_t size = sizeof error;
    if (got & EPOLLIN)
        got = (got & ~(uint32_t)EPOLLIN) | still_in(each->fd);
    if (got & EPOLLIN)
        events |= socket_is_listening(each->fd) ? FD_ACCEPT : FD_READ;
    if (got & EPOLLPRI)
        events |= FD_OOB;
    if (got & (EPOLLOUT | EPOLLERR) && each->is_connecting) {
        getsockopt(each->fd, SOL_SOCKET, SO_ERROR, &error, &size);
        if (error)
            each->file->taken_error = error;
        error = each->file->taken_error;
        each->errors[4] = error ? (int)winsock_error(error) : 0;
        each->is_connecting = false;
        each->file->was_connected |= !error;
        events |= FD_CONNECT | (error ? 0 : FD_WRITE);
    } else if (got & EPOLLOUT) {
        events |= FD_WRITE;
    }
    if (got & (EPOLLRDHUP | EPOLLHUP) && !each->was_closed && !error) {
        each->was_closed = true;
        each->errors[5] = got & EPOLLERR ? 10054 : 0;
        events |= FD_CLOSE;
    }
    LONG fresh = events & each->wanted & ~each->recorded;
    each->recorded |= fresh;
    if (fresh && each->listener.event)
        event_set(each->listener.event);
    if (fresh && each->listener.window) {
        notify_window(each, fresh);
        if (fresh & FD_CONNECT)
            each->file->connect_untold = false;
    }
}

static void *event_thread(void *context) {
    (void)context;
    for (;;) {
        struct epoll_event ready[16];
        int count = epoll_wait(epoll_fd, ready, 16, -1);
        pthread_mutex_lock(&selections_lock);
        for (int i = 0; i < count; i++) {
            for (struct selected *each = selections; each; each = each->next) {
                if (each->serial != ready[i].data.u64)
                    continue;
                record(each, ready[i].events);
                /* What is told stays unarmed until it is re-enabled; the others go on. */
                arm(each);
            }
        }
        pthread_mutex_unlock(&selections_lock);
    }
    return NULL;
}

static bool start_thread(void) {
    if (epoll_fd >= 0)
        return true;
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    return epoll_fd >= 0 && !service_thread_create(event_thread, NULL);
}

static void forget(struct selected *each) {
    struct selected **at = &selections;
    while (*at != each)
        at = &(*at)->next;
    *at = each->next;
    epoll_ctl(epoll_fd, EPOLL_CTL_DEL, each->fd, NULL);
    close(each->fd);
    object_release(each->listener.event);
    free(each);
}

void network_events_forget(struct file *socket) {
    pthread_mutex_lock(&selections_lock);
    struct selected *each = find(socket);
    if (each)
        forget(each);
    pthread_mutex_unlock(&selections_lock);
}

void socket_rearm(struct file *socket, int events) {
    if (!__atomic_load_n(&selections, __ATOMIC_RELAXED))
        return;
    pthread_mutex_lock(&selections_lock);
    struct selected *each = find(socket);
    if (each) {
        LONG enabled = (events & POLLIN ? FD_READ | FD_ACCEPT | FD_OOB : 0) | (events & POLLOUT ? FD_WRITE : 0);
        each->recorded &= ~enabled;
        each->told &= ~enabled;
        if (events & POLLOUT && socket->connect_untold) {
            each->is_connecting = true;
            each->told &= ~(LONG)FD_CONNECT;
        }
        arm(each);
    }
    pthread_mutex_unlock(&selections_lock);
}

API_USE(int, ioctlsocket, SOCKET, LONG, ULONG *);

/* From now on `listener` is told of these events, and nobody else; takes over its reference. The lock is held. */
static bool listen_for(struct file *file, const struct listener *listener, LONG events) {
    static uint64_t serial;
    struct selected *each = start_thread() ? calloc(1, sizeof *each) : NULL;
    if (!each)
        return false;
    *each = (struct selected){.next = selections, .file = file, .fd = dup(file->fd), .serial = ++serial,
                              .listener = *listener, .wanted = events, .is_connecting = file->connect_untold};
    selections = each;
    file->has_network_events = true;
    arm(each);
    return true;
}

/* No events: nobody is told any more. Either way what was asked for before is forgotten. */
static int select_events(SOCKET s, struct file *file, struct listener *listener, LONG events) {
    pthread_mutex_lock(&selections_lock);
    struct selected *before = find(file);
    if (before)
        forget(before);
    bool ok = !events || listen_for(file, listener, events);
    pthread_mutex_unlock(&selections_lock);
    if (!ok)
        object_release(listener->event);
    ULONG on = 1; /* the functions make the socket non-blocking */
    return !ok ? socket_failed(WSAENOBUFS) : events ? api_ioctlsocket(s, (LONG)0x8004667E, &on) : 0;
}

void socket_inherit_events(const struct file *listening, SOCKET accepted) {
    struct file *file = __atomic_load_n(&selections, __ATOMIC_RELAXED) ? socket_from(accepted) : NULL;
    if (!file)
        return;
    pthread_mutex_lock(&selections_lock);
    const struct selected *own = find(listening);
    if (own) {
        struct listener listener = own->listener;
        listener.socket = accepted;
        if (listener.event)
            object_reference(listener.event);
        if (!listen_for(file, &listener, own->wanted))
            object_release(listener.event);
    }
    pthread_mutex_unlock(&selections_lock);
    file_release(file);
}

API(ws2_32, int, WSAEventSelect, SOCKET s, HANDLE hEventObject, LONG lNetworkEvents) {
    NTSTATUS status;
    struct file *file = socket_from(s);
    if (!file)
        return SOCKET_ERROR;
    struct listener listener = {.event = lNetworkEvents ? handle_object(hEventObject, &event_type, 0, &status) : NULL};
    int result = lNetworkEvents && !listener.event ? socket_failed(WSAEINVAL)
                                                   : select_events(s, file, &listener, lNetworkEvents);
    file_release(file);
    return result;
}

API_USE(BOOL, IsWindow, HWND);

API(ws2_32 wsock32, int, WSAAsyncSelect, SOCKET s, HWND hWnd, UINT wMsg, LONG lEvent) {
    struct file *file = socket_from(s);
    if (!file)
        return SOCKET_ERROR;
    struct listener listener = {.window = hWnd, .message = wMsg, .socket = s};
    int result = api_IsWindow(hWnd) ? select_events(s, file, &listener, lEvent) : socket_failed(WSAEINVAL);
    file_release(file);
    return result;
}

API(ws2_32, int, WSAEnumNetworkEvents, SOCKET s, HANDLE hEventObject, WSANETWORKEVENTS *lpNetworkEvents) {
    NTSTATUS status;
    struct file *file = socket_from(s);
    if (!file)
        return SOCKET_ERROR;
    struct object *event = hEventObject ? handle_object(hEventObject, &event_type, 0, &status) : NULL;
    if (hEventObject && !event) {
        file_release(file);
        return socket_failed(WSAENOTSOCK);
    }
    pthread_mutex_lock(&selections_lock);
    struct selected *each = find(file);
    *lpNetworkEvents = (WSANETWORKEVENTS){0};
    if (event)
        event_reset(event);
    if (each) {
        lpNetworkEvents->lNetworkEvents = each->recorded;
        memcpy(lpNetworkEvents->iErrorCode, each->errors, sizeof each->errors);
        /* Reading, accepting and sending re-enable their own; a connection and its end are told once. */
        each->told |= each->recorded;
        if (each->recorded & FD_CONNECT)
            file->connect_untold = false;
        each->recorded = 0;
    }
    pthread_mutex_unlock(&selections_lock);
    object_release(event);
    file_release(file);
    return 0;
}

API_USE(HANDLE, CreateEventW, SECURITY_ATTRIBUTES *, BOOL, BOOL, LPCWSTR);
API_USE(BOOL, SetEvent, HANDLE);
API_USE(BOOL, ResetEvent, HANDLE);
API_USE(DWORD, WaitForMultipleObjectsEx, DWORD, const HANDLE *, BOOL, DWORD, BOOL);

API(ws2_32, HANDLE, WSACreateEvent, void) { return api_CreateEventW(NULL, TRUE, FALSE, NULL); }
API(ws2_32, BOOL, WSASetEvent, HANDLE hEvent) { return api_SetEvent(hEvent); }
API(ws2_32, BOOL, WSAResetEvent, HANDLE hEvent) { return api_ResetEvent(hEvent); }
API(ws2_32, BOOL, WSACloseEvent, HANDLE hEvent) {
    NTSTATUS status = handle_close(hEvent);
    return status ? fail(win32_from_status(status)) : TRUE;
}
API(ws2_32, DWORD, WSAWaitForMultipleEvents, DWORD cEvents, const HANDLE *lphEvents, BOOL fWaitAll, DWORD dwTimeout,
    BOOL fAlertable) {
    return api_WaitForMultipleObjectsEx(cEvents, lphEvents, fWaitAll, dwTimeout, fAlertable);
}
