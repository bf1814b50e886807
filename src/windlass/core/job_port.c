#include "job_port.h"

#include <pthread.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "job_object.h"
#include "service.h"

enum { MSG_ACTIVE_PROCESS_ZERO = 4, MSG_NEW_PROCESS = 6, MSG_EXIT_PROCESS = 7 };

struct member {
    struct member *next;
    struct service_watch watch;                      /* of a pidfd */
    struct process_identity identity;
    struct job_port *port;
    bool ended;                                      /* told, and kept so that it is not taken for a new one */
};

struct job_port {
    struct object *job;                              /* not referenced: it owns this */
    struct completion_port *port;
    ULONG_PTR key;
    pthread_mutex_t lock;                            /* for what follows */
    struct member *members;
    uint32_t alive;
    bool told_zero;
};

static void tell(const struct job_port *port, DWORD message, uint64_t process) {
    port_post(port->port, STATUS_SUCCESS, message, port->key, (OVERLAPPED *)(uintptr_t)process);
}

static void on_end(struct service_watch *watch, uint32_t events);

/* Under the lock. */
static bool is_known(const struct job_port *port, const struct process_identity *process) {
    for (const struct member *each = port->members; each; each = each->next)
        if (process_identity_equal(&each->identity, process))
            return true;
    return false;
}

/* Under the lock. A process that has ended before it was seen is not told of. */
static void add(struct job_port *port, const struct process_identity *process) {
    struct member *member = calloc(1, sizeof *member);
    int fd = member ? (int)syscall(SYS_pidfd_open, (pid_t)process->id, 0) : -1;
    if (fd < 0) {
        free(member);
        return;
    }
    *member = (struct member){.next = port->members, .identity = *process, .port = port,
                              .watch = {.fd = fd, .events = EPOLLIN, .ready = on_end}};
    port->members = member;
    port->alive++;
    port->told_zero = false;
    tell(port, MSG_NEW_PROCESS, process->id);
    service_watch(&member->watch);
}

void job_port_update(struct job_port *port) {
    uint32_t count;
    struct process_identity *members = job_members(port->job, &count);
    pthread_mutex_lock(&port->lock);
    for (uint32_t i = 0; members && i < count; i++)
        if (!is_known(port, &members[i]))
            add(port, &members[i]);
    pthread_mutex_unlock(&port->lock);
    free(members);
}

/* What the member started is in the job already: it is seen before the job is taken for empty. */
static void on_end(struct service_watch *watch, uint32_t events) {
    struct member *member = (struct member *)((char *)watch - offsetof(struct member, watch));
    struct job_port *port = member->port;
    (void)events;
    job_port_update(port);
    pthread_mutex_lock(&port->lock);
    member->ended = true;
    tell(port, MSG_EXIT_PROCESS, member->identity.id);
    if (--port->alive == 0 && !port->told_zero) {
        port->told_zero = true;
        tell(port, MSG_ACTIVE_PROCESS_ZERO, 0);
    }
    pthread_mutex_unlock(&port->lock);
}

struct job_port *job_port_new(struct object *job, struct completion_port *completion_port, ULONG_PTR key) {
    struct job_port *port = calloc(1, sizeof *port);
    if (!port) {
        port_release(completion_port);
        return NULL;
    }
    *port = (struct job_port){.job = job, .port = completion_port, .key = key};
    pthread_mutex_init(&port->lock, NULL);
    return port;
}

void job_port_free(struct job_port *port) {
    if (!port)
        return;
    for (struct member *each = port->members, *next; each; each = next) {
        next = each->next;
        service_unwatch(&each->watch);
        close(each->watch.fd);
        free(each);
    }
    port_release(port->port);
    pthread_mutex_destroy(&port->lock);
    free(port);
}
