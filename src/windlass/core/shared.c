#include "shared.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "service.h"
#include "wait.h"

/* Changed with every layout of a state: processes of two versions of windlass do not meet. */
#define LAYOUT "1"

/* The futex's bits: one for each object's hash, and one for listeners whose set of objects has grown. */
enum { OBJECT_BITS = 31 };
#define LISTENER_BIT (1u << OBJECT_BITS)

/* What all processes have mapped. */
struct common {
    atomic_uint is_ready;
    atomic_uint generation;                          /* grows with every signal; listeners sleep on it */
    pthread_mutex_t state_lock, name_lock;
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static struct common *common;                        /* NULL: there is no place to share */
static int folder = -1;

static struct shared *all;                           /* under the dispatcher lock, like the next ones */
static unsigned to_wake, listened;
static bool listener_is_running;
bool shared_entered;

/* ---- the folder ---- */

/* This user's own, which nobody else may write; numbers of processes mean the same to all who use it. */
static int open_folder(void) {
    char path[96];
    struct stat space = {0}, status;
    stat("/proc/self/ns/pid", &space);
    snprintf(path, sizeof path, "/dev/shm/windlass" LAYOUT "-%u-%lu", (unsigned)getuid(), (unsigned long)space.st_ino);
    mkdir(path, 0700);
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd >= 0 && (fstat(fd, &status) || status.st_uid != getuid() || status.st_mode & 077)) {
        close(fd);
        fd = -1;
    }
    return fd;
}

static void init_lock(pthread_mutex_t *lock) {
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    pthread_mutex_init(lock, &attributes);
    pthread_mutexattr_destroy(&attributes);
}

static void acquire_robust(pthread_mutex_t *lock) {
    if (pthread_mutex_lock(lock) == EOWNERDEAD)
        pthread_mutex_consistent(lock);
}

static struct common *map_common(void) {
    int fd = openat(folder, "common", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return NULL;
    flock(fd, LOCK_EX);
    void *memory = ftruncate(fd, PAGE_SIZE) ? MAP_FAILED
                                            : mmap(NULL, PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    struct common *found = memory == MAP_FAILED ? NULL : memory;
    if (found && !atomic_load(&found->is_ready)) {
        init_lock(&found->state_lock);
        init_lock(&found->name_lock);
        atomic_store(&found->is_ready, 1);
    }
    flock(fd, LOCK_UN);                              /* the mapping keeps what is open */
    close(fd);
    return found;
}

/* Removes the files of processes that were killed. */
static void sweep(void) {
    int copy = dup(folder);
    DIR *names = copy >= 0 ? fdopendir(copy) : NULL;
    shared_names_acquire();
    for (struct dirent *entry; names && (entry = readdir(names));) {
        int fd = entry->d_name[1] == '.' && entry->d_name[0] != '.'
            ? openat(folder, entry->d_name, O_RDWR | O_NOFOLLOW | O_CLOEXEC) : -1;
        if (fd < 0)
            continue;
        if (flock(fd, LOCK_EX | LOCK_NB) == 0)
            unlinkat(folder, entry->d_name, 0);
        close(fd);
    }
    shared_names_release();
    if (names)
        closedir(names);
}

static void begin(void) {
    folder = open_folder();
    common = folder < 0 ? NULL : map_common();
    if (common)
        sweep();
}

bool shared_available(void) {
    pthread_once(&once, begin);
    return common != NULL;
}

int shared_folder(void) { return shared_available() ? folder : -1; }

void shared_names_acquire(void) { acquire_robust(&common->name_lock); }
void shared_names_release(void) { pthread_mutex_unlock(&common->name_lock); }

/* ---- states ---- */

static unsigned bit_of(int fd) {
    struct stat status;
    return 1u << (fstat(fd, &status) ? 0 : status.st_ino % OBJECT_BITS);
}

/* Takes over the descriptor. */
static NTSTATUS map_state(int fd, const char *file, struct shared **result) {
    struct shared *shared = calloc(1, sizeof *shared);
    void *memory = shared ? mmap(NULL, SHARED_STATE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) : MAP_FAILED;
    char *copy = file ? strdup(file) : NULL;
    if (memory == MAP_FAILED || (file && !copy)) {
        if (memory != MAP_FAILED)
            munmap(memory, SHARED_STATE_SIZE);
        free(shared);
        free(copy);
        close(fd);
        return STATUS_NO_MEMORY;
    }
    *shared = (struct shared){.fd = fd, .bit = bit_of(fd), .file = copy, .cell = memory};
    *result = shared;
    return STATUS_SUCCESS;
}

NTSTATUS shared_open(const char *file, bool create, struct shared **shared, bool *existed) {
    int fd = openat(folder, file, O_RDWR | O_NOFOLLOW | O_CLOEXEC | (create ? O_CREAT : 0), 0600);
    if (fd < 0)
        return create ? STATUS_NO_MEMORY : STATUS_OBJECT_NAME_NOT_FOUND;
    bool is_alone = flock(fd, LOCK_EX | LOCK_NB) == 0;
    *existed = !is_alone;
    if (is_alone && !create) {                       /* left by processes that were killed */
        unlinkat(folder, file, 0);
        close(fd);
        return STATUS_OBJECT_NAME_NOT_FOUND;
    }
    if (is_alone && (ftruncate(fd, 0) || ftruncate(fd, SHARED_STATE_SIZE))) {
        close(fd);
        return STATUS_NO_MEMORY;
    }
    flock(fd, LOCK_SH);
    return map_state(fd, file, shared);
}

NTSTATUS shared_anonymous(struct shared **shared) {
    int fd = shared_available() ? memfd_create("windlass object", MFD_CLOEXEC) : -1;
    if (fd < 0)
        return STATUS_NOT_SUPPORTED;
    if (ftruncate(fd, SHARED_STATE_SIZE)) {
        close(fd);
        return STATUS_NO_MEMORY;
    }
    return map_state(fd, NULL, shared);
}

void shared_free(struct shared *shared) {
    munmap(shared->cell, SHARED_STATE_SIZE);
    close(shared->fd);
    free(shared->file);
    free(shared);
}

NTSTATUS shared_attach(struct object *object, struct shared *shared, bool publish) {
    NTSTATUS status = STATUS_SUCCESS;
    dispatcher_acquire();
    shared_enter();
    shared->object = object;
    shared->next = all;
    all = shared;
    object->shared = shared;
    if (publish) {
        memcpy(shared->cell->state, (char *)object + object->type->state_offset, object->type->state_size);
        if (object->type->publish)
            status = object->type->publish(object);
        if (NT_SUCCESS(status))                      /* else nobody takes it for an object */
            snprintf(shared->cell->type, sizeof shared->cell->type, "%s", object->type->name);
    }
    if (object->first_waiter)
        shared_waited(shared);
    dispatcher_release();
    return status;
}

void shared_unname(struct shared *shared) {
    if (!shared->file)
        return;
    shared_names_acquire();
    if (flock(shared->fd, LOCK_EX | LOCK_NB) == 0)
        unlinkat(folder, shared->file, 0);
    flock(shared->fd, LOCK_UN);
    shared_names_release();
}

void shared_detach(struct shared *shared) {
    dispatcher_acquire();
    struct shared **at = &all;
    while (*at && *at != shared)
        at = &(*at)->next;
    if (*at)
        *at = shared->next;
    dispatcher_release();
}

/* ---- inheritance ---- */

int shared_open_again(int fd) {
    char path[40];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    int other = open(path, O_RDWR | O_CLOEXEC);
    if (other >= 0)
        flock(other, LOCK_SH);
    return other;
}

int shared_descriptor(struct shared *shared) { return shared_open_again(shared->fd); }

bool shared_promote(struct object *object) {
    struct shared *shared;
    if (object->shared)
        return true;
    if (!object->type->attach || !NT_SUCCESS(shared_anonymous(&shared)))
        return false;
    return NT_SUCCESS(shared_attach(object, shared, true));
}

/* The object of this process that has the same state, with a reference added. */
static struct object *find_same(int fd) {
    struct stat wanted, status;
    struct object *found = NULL;
    if (fstat(fd, &wanted))
        return NULL;
    dispatcher_acquire();
    for (struct shared *each = all; each && !found; each = each->next)
        if (fstat(each->fd, &status) == 0 && status.st_ino == wanted.st_ino && status.st_dev == wanted.st_dev)
            found = object_reference(each->object);
    dispatcher_release();
    return found;
}

struct object *shared_adopt(const struct object_type *type, int fd) {
    struct shared *shared;
    struct object *object = shared_available() ? find_same(fd) : NULL;
    if (object || !common) {
        close(fd);
        return object;
    }
    if (!NT_SUCCESS(map_state(fd, NULL, &shared)))
        return NULL;
    object = strcmp(shared->cell->type, type->name) == 0 ? type->attach() : NULL;
    if (object)
        shared_attach(object, shared, false);
    else
        shared_free(shared);
    return object;
}

/* ---- signals between processes ---- */

void shared_enter(void) {
    if (shared_entered)
        return;
    acquire_robust(&common->state_lock);
    shared_entered = true;
}

unsigned shared_leave(void) {
    unsigned bits = to_wake;
    to_wake = 0;
    shared_entered = false;
    if (bits)
        atomic_fetch_add(&common->generation, 1);
    pthread_mutex_unlock(&common->state_lock);
    return bits;
}

void shared_wake(unsigned bits) {
    syscall(SYS_futex, &common->generation, FUTEX_WAKE_BITSET, FUTEX_ALL, NULL, NULL, bits);
}

void shared_signaled(struct shared *shared) {
    shared_enter();
    to_wake |= shared->bit;
}

/* Tries the waits for shared objects again; returns which bits to listen for. The dispatcher lock is held. */
static unsigned try_again(void) {
    unsigned bits = LISTENER_BIT;
    for (struct shared *shared = all; shared; shared = shared->next) {
        struct object *object = shared->object;
        if (object->first_waiter)
            object_recheck(object);
        if (!object->first_waiter)
            continue;
        bits |= shared->bit;
        if (object->type->waited)
            object->type->waited(object);
    }
    return bits;
}

static void *listen(void *nothing) {
    pthread_setname_np(pthread_self(), "windlass-shared");
    for (;;) {
        dispatcher_acquire();
        shared_enter();
        unsigned generation = atomic_load(&common->generation), bits = listened = try_again();
        dispatcher_release();
        syscall(SYS_futex, &common->generation, FUTEX_WAIT_BITSET, generation, NULL, NULL, bits);
    }
    return nothing;
}

static void start_listener(void) {
    sigset_t every, before;
    pthread_attr_t attributes;
    pthread_t thread;
    sigfillset(&every);
    pthread_sigmask(SIG_SETMASK, &every, &before);   /* signals are for the program's threads */
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, 256 * 1024);
    if (pthread_create(&thread, &attributes, listen, NULL))
        windlass_fatal("no thread left to wait for other processes");
    pthread_attr_destroy(&attributes);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    listener_is_running = true;
}

void shared_waited(struct shared *shared) {
    if (!listener_is_running)
        start_listener();
    if (listened & shared->bit)
        return;
    listened |= shared->bit;
    shared_enter();
    to_wake |= LISTENER_BIT;
}

/* ---- processes that hold what others wait for ---- */

struct holder {
    struct service_watch watch;                      /* of a pidfd */
    struct process_identity process;
    struct holder *next;
};

static struct holder *holders;                       /* under the dispatcher lock */

static void holder_ended(struct service_watch *watch, uint32_t events) {
    struct holder *holder = (struct holder *)watch, **at = &holders;
    (void)events;
    dispatcher_acquire();
    while (*at != holder)
        at = &(*at)->next;
    *at = holder->next;
    shared_enter();
    try_again();
    dispatcher_release();
    close(watch->fd);
    free(holder);
}

static bool is_watched(const struct process_identity *process) {
    for (const struct holder *each = holders; each; each = each->next)
        if (process_identity_equal(&each->process, process))
            return true;
    return false;
}

void shared_watch_holder(const struct process_identity *process) {
    if (is_watched(process))
        return;
    struct holder *holder = calloc(1, sizeof *holder);
    int fd = holder ? (int)syscall(SYS_pidfd_open, (pid_t)process->id, 0) : -1;
    if (fd < 0) {                                    /* it has just ended: the listener finds out */
        free(holder);
        to_wake |= LISTENER_BIT;
        return;
    }
    *holder = (struct holder){{.fd = fd, .events = EPOLLIN, .ready = holder_ended}, *process, holders};
    holders = holder;
    service_watch(&holder->watch);
}

/* ---- the process's end ---- */

static void remove_files(void) {
    for (struct shared *shared = all; shared; shared = shared->next)
        if (shared->file && flock(shared->fd, LOCK_EX | LOCK_NB) == 0)
            unlinkat(folder, shared->file, 0);
}

/* Other threads may still run, and hold locks for ever. */
void shared_end(void) {
    if (!common || !all || !dispatcher_try_acquire())
        return;
    int error = pthread_mutex_trylock(&common->name_lock);
    if (error == EOWNERDEAD)
        pthread_mutex_consistent(&common->name_lock);
    if (error == 0 || error == EOWNERDEAD) {
        remove_files();
        shared_names_release();
    }
    dispatcher_release();
}

__attribute__((destructor)) static void end_with_python(void) { shared_end(); }

/* ---- fork ---- */

/* The child's locks on the files are its own, as its handles are. */
void shared_forked(void) {
    shared_entered = false;
    listener_is_running = false;
    listened = 0;
    to_wake = 0;
    for (struct shared *shared = all; shared; shared = shared->next) {
        int fd = shared_open_again(shared->fd);
        if (fd < 0)
            continue;
        dup3(fd, shared->fd, O_CLOEXEC);
        close(fd);
        if (shared->object->first_waiter)            /* waits without a thread go on */
            shared_waited(shared);
    }
}
