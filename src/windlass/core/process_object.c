#include "process_object.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "codepage.h"
#include "inherit.h"
#include "path.h"
#include "shared.h"
#include "wait.h"

/* ---- blocks ---- */

static struct process_block *own_block;
static int own_fd = -1;

static void block_name(char name[32], pid_t id) { snprintf(name, 32, "p.%d", (int)id); }

static struct process_block *map_block(int fd) {
    void *memory = mmap(NULL, sizeof(struct process_block), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

struct process_block *process_block_new(const WCHAR *image, size_t length, unsigned flags, int *child_fd) {
    int folder = shared_folder();
    int fd = folder >= 0 ? openat(folder, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600) : -1;
    if (fd < 0)                                      /* then nobody but the parent sees it */
        fd = memfd_create("windlass process", MFD_CLOEXEC);
    struct process_block *block = fd >= 0 && ftruncate(fd, sizeof *block) == 0 ? map_block(fd) : NULL;
    *child_fd = block ? shared_open_again(fd) : -1;
    if (fd >= 0)
        close(fd);
    if (*child_fd < 0) {
        process_block_free(block);
        return NULL;
    }
    if (length > PROCESS_IMAGE_MAX)
        length = PROCESS_IMAGE_MAX;
    memcpy(block->image, image, length * sizeof *image);
    block->image_length = (uint32_t)length;
    atomic_store(&block->suspension, !!(flags & PROCESS_SUSPENDED));
    uint32_t own = (uint32_t)getpid();
    block->console = flags & PROCESS_OWN_CONSOLE ? 0 : own_block ? own_block->console : own;
    block->group = flags & PROCESS_OWN_GROUP ? 0 : own_block ? own_block->group : own;
    block->ignores_ctrl_c = flags & PROCESS_OWN_GROUP || (own_block && own_block->ignores_ctrl_c);
    return block;
}

void process_block_free(struct process_block *block) {
    if (block)
        munmap(block, sizeof *block);
}

void process_block_publish(int fd, pid_t id) {
    char path[40], name[32];
    int folder = shared_folder();
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    block_name(name, id);
    if (folder < 0)
        return;
    if (linkat(AT_FDCWD, path, folder, name, AT_SYMLINK_FOLLOW) && errno == EEXIST) {
        unlinkat(folder, name, 0);                   /* of a process that had the number before */
        linkat(AT_FDCWD, path, folder, name, AT_SYMLINK_FOLLOW);
    }
}

static void set_identity(struct process_block *block, const struct process_identity *identity) {
    block->process = *identity;
    block->console = block->console ? block->console : block->process.id;
    block->group = block->group ? block->group : block->process.id;
}

void process_block_enter(struct process_block *block, int fd, pid_t id) {
    struct process_identity identity;
    if (process_identity_of(id, &identity))
        set_identity(block, &identity);
    process_block_publish(fd, id);
}

/* NULL: the process is not run by windlass. */
static struct process_block *find_block(pid_t id) {
    char name[32];
    struct process_identity now;
    int folder = shared_folder();
    block_name(name, id);
    int fd = folder >= 0 ? openat(folder, name, O_RDWR | O_NOFOLLOW | O_CLOEXEC) : -1;
    struct process_block *block = fd >= 0 ? map_block(fd) : NULL;
    if (fd >= 0)
        close(fd);
    if (block && block->process.id && process_identity_of(id, &now) && !process_identity_equal(&now, &block->process)) {
        process_block_free(block);                   /* of one that was killed */
        return NULL;
    }
    return block;
}

void process_blocks_each(void (*visit)(const struct process_block *, void *), void *context) {
    int folder = shared_folder() >= 0 ? openat(shared_folder(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    DIR *names = folder >= 0 ? fdopendir(folder) : NULL;
    for (struct dirent *entry; names && (entry = readdir(names));) {
        if (strncmp(entry->d_name, "p.", 2) != 0)
            continue;
        struct process_block *block = find_block((pid_t)atoi(entry->d_name + 2));
        if (block && block->process.id && process_identity_is_alive(&block->process))
            visit(block, context);
        process_block_free(block);
    }
    if (names)
        closedir(names);
}

bool process_block_adopt(int fd) {
    struct process_block *block = map_block(fd);
    if (!block)
        return false;
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    set_identity(block, process_identity_self());
    block->peb = (uintptr_t)&process_peb;
    own_block = block;
    own_fd = fd;
    return true;
}

struct process_block *process_block_self(void) { return own_block; }

void process_wait_for_resume(void) {
    unsigned count;
    while (own_block && (count = atomic_load(&own_block->suspension)) != 0)
        syscall(SYS_futex, &own_block->suspension, FUTEX_WAIT, count, NULL, NULL, 0);
}

static void set_exit_code(struct process_block *block, DWORD exit_code) {
    unsigned long long unknown = 0;
    atomic_compare_exchange_strong(&block->exit_code, &unknown, EXIT_CODE_KNOWN | exit_code);
}

void process_block_end(DWORD exit_code) {
    char name[32];
    if (!own_block)
        return;
    set_exit_code(own_block, exit_code);
    block_name(name, getpid());
    unlinkat(shared_folder(), name, 0);
}

/* The child of a fork is no process that windlass runs. */
static void after_fork_in_child(void) {
    if (own_fd >= 0)
        close(own_fd);
    process_block_free(own_block);
    own_block = NULL;
    own_fd = -1;
}

__attribute__((constructor)) static void survive_fork(void) { pthread_atfork(NULL, NULL, after_fork_in_child); }

/* ---- ends ---- */

/* What Windows would say of a program that ended in this way. */
static DWORD code_of_signal(int number) {
    switch (number) {
    case SIGSEGV:
    case SIGBUS: return (DWORD)STATUS_ACCESS_VIOLATION;
    case SIGILL: return (DWORD)STATUS_ILLEGAL_INSTRUCTION;
    case SIGFPE: return (DWORD)STATUS_INTEGER_DIVIDE_BY_ZERO;
    case SIGABRT: return 3;                          /* as the C run-time's abort() */
    default: return (DWORD)STATUS_CONTROL_C_EXIT;
    }
}

/* Takes a child from the host's table; false: somebody else in this process has done so. */
static bool reap(pid_t id, DWORD *code) {
    siginfo_t info = {.si_pid = 0};
    if (waitid(P_PID, (id_t)id, &info, WEXITED | WNOHANG) || info.si_pid != id)
        return false;
    *code = info.si_code == CLD_EXITED ? (DWORD)info.si_status : code_of_signal(info.si_status);
    return true;
}

/* The dispatcher lock is held. */
static void note_end(struct process_object *process) {
    DWORD code = 0;
    host_process_read(process->id, &process->last_facts); /* of a child, until it is reaped */
    process->ended_at = system_time_now();
    bool is_reaped = process->is_child && reap(process->id, &code);
    unsigned long long told = process->block ? atomic_load(&process->block->exit_code) : 0;
    if (!process->knows_exit_code && (told || is_reaped)) {
        process->exit_code = told ? (DWORD)told : code;
        process->knows_exit_code = true;
    }
    process->ended = true;
    if (process->main_thread) {
        process->main_thread->ended = true;
        process->main_thread->exit_code = process->exit_code;
    }
}

/* Tells nobody: this is also asked in the middle of a walk over those who wait. */
static bool look_for_end(struct process_object *process) {
    struct pollfd poll_fd = {.fd = process->fd, .events = POLLIN};
    if (process->id && !process->ended && poll(&poll_fd, 1, 0) > 0)
        note_end(process);
    return process->ended;
}

bool process_has_ended(struct process_object *process) {
    if (!look_for_end(process))
        return false;
    if (!process->end_is_told) {
        process->end_is_told = true;
        object_signaled(&process->object);
        if (process->main_thread)
            object_signaled(&process->main_thread->object);
    }
    return true;
}

static void on_end(struct service_watch *watch, uint32_t events) {
    struct process_object *process = (struct process_object *)((char *)watch - offsetof(struct process_object, watch));
    (void)events;
    dispatcher_acquire();
    process_has_ended(process);
    process->is_watched = false;
    dispatcher_release();
    object_release(&process->object);
}

/* The watch has a reference until the process ends: a child is reaped though nobody asks for it. */
static void watch(struct process_object *process) {
    if (process->is_watched || process->end_is_told || !process->id)
        return;
    process->watch = (struct service_watch){.fd = process->fd, .events = EPOLLIN, .ready = on_end};
    process->is_watched = true;
    object_reference(&process->object);
    if (!service_watch(&process->watch))
        windlass_fatal("the end of process %d cannot be waited for", (int)process->id);
}

/* ---- the type ---- */

static void destroy(struct object *object) {
    struct process_object *process = (struct process_object *)object;
    close(process->fd);
    process_block_free(process->block);
    free(process);
}

static bool is_signaled(struct object *object, struct thread_object *waiter) {
    (void)waiter;
    return look_for_end((struct process_object *)object);   /* who waits is told by the watch, too */
}

static void waited(struct object *object) { watch((struct process_object *)object); }

struct given_process { pid_t id; };

static bool give(struct object *object, struct gift *gift) {
    struct process_object *process = (struct process_object *)object;
    struct given_process facts = {process_id(process)};
    GIFT_PUT(gift, facts);
    gift->fd = process->id ? fcntl(process->fd, F_DUPFD_CLOEXEC, 3) : (int)syscall(SYS_pidfd_open, getpid(), 0);
    return gift->fd >= 0;
}

static struct process_object *make(pid_t id, int fd, bool is_child, struct process_block *block) {
    struct process_object *process = calloc(1, sizeof *process);
    if (!process) {
        close(fd);
        errno = ENOMEM;
        return NULL;
    }
    object_init(&process->object, &process_type);
    process->id = id;
    process->fd = fd;
    process->is_child = is_child;
    process->block = block;
    process->exit_code = STILL_ACTIVE;
    return process;
}

static struct object *take(const struct gift *gift) {
    struct given_process facts;
    if (!GIFT_GET(gift, facts))
        return NULL;
    struct process_object *process = make(facts.id, gift->fd, false, find_block(facts.id));
    return process ? &process->object : NULL;
}

#define PROCESS_ALL_ACCESS (STANDARD_RIGHTS_REQUIRED | SYNCHRONIZE | 0xffffu)

const struct object_type process_type = {
    .name = "Process",
    .destroy = destroy,
    .is_signaled = is_signaled,
    .waited = waited,
    .give = give,
    .take = take,
    .all_access = PROCESS_ALL_ACCESS,
    .generic_read = READ_CONTROL | 0x410,            /* PROCESS_QUERY_INFORMATION, PROCESS_VM_READ */
    .generic_write = READ_CONTROL | 0xbef,
    .generic_execute = READ_CONTROL | SYNCHRONIZE | 0x101000,
    .implications = {{0x400, 0x1000}, {0x200, 0x2000}}, /* query and set information: the limited ones */
};

static struct process_object this_process = {.object = {.type = &process_type, .references = 1},
                                             .exit_code = STILL_ACTIVE};

struct object *current_process_object(void) { return &this_process.object; }

struct process_object *process_object_new(pid_t id, bool is_child, struct process_block *block) {
    int fd = (int)syscall(SYS_pidfd_open, id, 0);
    struct process_object *process = fd >= 0 ? make(id, fd, is_child, block) : NULL;
    if (process && is_child) {
        dispatcher_acquire();
        watch(process);
        dispatcher_release();
    }
    return process;
}

struct sought {
    pid_t id;
    struct process_object *found;                    /* with a reference */
};

static bool find_opened(HANDLE handle, struct object *object, ACCESS_MASK access, DWORD flags, void *context) {
    struct sought *sought = context;
    struct process_object *process = (struct process_object *)object;
    (void)handle, (void)access, (void)flags;
    if (object->type != &process_type || process->id != sought->id || sought->found)
        return true;
    sought->found = (struct process_object *)object_reference(object);
    return process->ended;                           /* one that lives is meant rather than one that has ended */
}

/* A process that has ended is still there for as long as anybody has a handle for it. */
static struct process_object *opened_before(pid_t id, bool *has_ended) {
    struct sought sought = {id, NULL};
    handle_each(find_opened, &sought);
    if (!sought.found)
        return NULL;
    dispatcher_acquire();
    *has_ended = process_has_ended(sought.found);
    dispatcher_release();
    return sought.found;
}

static struct process_object *open_host_process(pid_t id) {
    struct process_block *block = find_block(id);
    struct process_object *process = process_object_new(id, false, block);
    if (!process)
        process_block_free(block);
    return process;
}

struct process_object *process_object_open(pid_t id) {
    if (id == getpid())
        return (struct process_object *)object_reference(&this_process.object);
    if (id <= 0) {
        errno = ESRCH;
        return NULL;
    }
    bool has_ended = false;
    struct process_object *before = opened_before(id, &has_ended);
    if (before && !has_ended)
        return before;
    struct process_object *now = open_host_process(id);
    if (!now)
        return before;
    object_release(before ? &before->object : NULL);
    return now;
}

/* One reference more; false: the last has just been given back. */
static bool reference_living(struct object *object) {
    unsigned count = atomic_load(&object->references);
    while (count && !atomic_compare_exchange_weak(&object->references, &count, count + 1))
        ;
    return count;
}

static struct thread_object *known_main_thread(const struct process_object *process) {
    dispatcher_acquire();
    struct thread_object *thread = process->main_thread;
    if (thread && !reference_living(&thread->object))
        thread = NULL;
    dispatcher_release();
    return thread;
}

struct thread_object *process_main_thread(struct process_object *process) {
    struct thread_object *known = known_main_thread(process);
    if (known)
        return known;
    struct thread_object *thread = thread_object_new();
    if (!thread)
        return NULL;
    thread->id = (DWORD)process->id;
    thread->process = (struct process_object *)object_reference(&process->object);
    dispatcher_acquire();
    process->main_thread = thread;
    thread->ended = process_has_ended(process);
    dispatcher_release();
    return thread;
}

NTSTATUS process_terminate(struct process_object *process, DWORD exit_code) {
    dispatcher_acquire();
    bool ended = process_has_ended(process);
    dispatcher_release();
    if (ended)
        return STATUS_ACCESS_DENIED;
    if (process->block)
        set_exit_code(process->block, exit_code);
    if (syscall(SYS_pidfd_send_signal, process->fd, SIGKILL, NULL, 0))
        return STATUS_ACCESS_DENIED;
    if (!process->block) {
        dispatcher_acquire();
        process->exit_code = exit_code;
        process->knows_exit_code = true;
        dispatcher_release();
    }
    return STATUS_SUCCESS;
}

/* ---- suspension before the start ---- */

static bool increase(atomic_uint *count, ULONG *was) {
    unsigned value = atomic_load(count);
    while (value < MAXIMUM_SUSPEND_COUNT && !atomic_compare_exchange_weak(count, &value, value + 1))
        ;
    *was = value;
    return value < MAXIMUM_SUSPEND_COUNT;
}

static void decrease(atomic_uint *count, ULONG *was) {
    unsigned value = atomic_load(count);
    while (value && !atomic_compare_exchange_weak(count, &value, value - 1))
        ;
    *was = value;
}

static NTSTATUS signal_process(struct process_object *process, int number) {
    return syscall(SYS_pidfd_send_signal, process->fd, number, NULL, 0) ? STATUS_ACCESS_DENIED : STATUS_SUCCESS;
}

NTSTATUS process_resume(struct process_object *process, ULONG *was) {
    if (!process->block)
        return STATUS_NOT_SUPPORTED;
    decrease(&process->block->suspension, was);
    if (*was == 1)
        syscall(SYS_futex, &process->block->suspension, FUTEX_WAKE, FUTEX_ALL, NULL, NULL, 0);
    return STATUS_SUCCESS;
}

static bool has_begun(const struct process_object *process) {
    return !process->block || !atomic_load(&process->block->suspension);
}

/* A thread that runs in another process cannot be stopped at a safe place. */
NTSTATUS process_suspend(struct process_object *process, ULONG *was) {
    *was = 0;
    if (has_begun(process))
        return STATUS_NOT_SUPPORTED;
    return increase(&process->block->suspension, was) ? STATUS_SUCCESS : STATUS_SUSPEND_COUNT_EXCEEDED;
}

NTSTATUS process_stop(struct process_object *process) {
    ULONG was;
    if (!has_begun(process))
        return process_suspend(process, &was);
    if (process->block && !increase(&process->block->stops, &was))
        return STATUS_SUSPEND_COUNT_EXCEEDED;
    return signal_process(process, SIGSTOP);
}

NTSTATUS process_continue(struct process_object *process) {
    ULONG was = 1;
    if (!has_begun(process))
        return process_resume(process, &was);
    if (process->block)
        decrease(&process->block->stops, &was);
    return was == 1 ? signal_process(process, SIGCONT) : STATUS_SUCCESS;
}

/* ---- what is known ---- */

static WCHAR *image_of_block(const struct process_block *block, size_t *length) {
    WCHAR *copy = malloc((block->image_length + 1) * sizeof *copy);
    if (!copy)
        return NULL;
    memcpy(copy, block->image, block->image_length * sizeof *copy);
    copy[block->image_length] = 0;
    *length = block->image_length;
    return copy;
}

static WCHAR *image_of_host(pid_t id, size_t *length) {
    char link[32], path[HOST_PATH_SIZE];
    snprintf(link, sizeof link, "/proc/%d/exe", (int)id);
    ssize_t got = readlink(link, path, sizeof path - 1);
    if (got <= 0)
        return NULL;
    path[got] = 0;
    return path_to_windows(path, length);
}

WCHAR *process_image(struct process_object *process, bool native, size_t *length) {
    const struct process_block *block = process->id ? process->block : own_block;
    WCHAR *path = block && block->image_length ? image_of_block(block, length)
                                               : image_of_host(process_id(process), length);
    WCHAR *longer = path && native ? path_native(path, length) : path;
    if (longer != path)
        free(path);
    return longer;
}

WCHAR *process_program_name(const struct host_process *facts) {
    size_t length = 0;
    struct process_object *process = process_object_open(facts->id);
    WCHAR *path = process ? process_image(process, false, &length) : NULL;
    if (process)
        object_release(&process->object);
    if (!path)
        return wide_from_utf8(facts->name);
    size_t start = length;
    while (start && !is_path_separator(path[start - 1]))
        start--;
    memmove(path, path + start, (length - start + 1) * sizeof *path);
    return path;
}

void process_times(struct process_object *process, struct host_process *facts) {
    if (process->ended || !host_process_read(process_id(process), facts))
        *facts = process->last_facts;
}

/* ---- priority ---- */

static const struct { DWORD priority_class; int nice; } priorities[] = {
    {0x100, -20},                                    /* REALTIME_PRIORITY_CLASS */
    {0x80, -10},                                     /* HIGH_ */
    {0x8000, -5},                                    /* ABOVE_NORMAL_ */
    {0x20, 0},                                       /* NORMAL_ */
    {0x4000, 5},                                     /* BELOW_NORMAL_ */
    {0x40, 15},                                      /* IDLE_ */
};
enum { PRIORITIES = sizeof priorities / sizeof *priorities, NORMAL_PRIORITY_CLASS = 0x20 };

/* Process state: what this process was set to. The host may not have granted it. */
static DWORD own_priority = NORMAL_PRIORITY_CLASS;

/* Of a process of the host, the class that comes nearest. */
static DWORD class_of_nice(int nice) {
    int at = 0;
    while (at < PRIORITIES - 1 && nice > priorities[at].nice)
        at++;
    return priorities[at].priority_class;
}

DWORD process_priority(struct process_object *process) {
    struct host_process facts;
    if (!process->id)
        return own_priority;
    if (process->block && process->block->priority_class)
        return process->block->priority_class;
    return host_process_read(process->id, &facts) ? class_of_nice(facts.nice) : (DWORD)NORMAL_PRIORITY_CLASS;
}

static bool set_nice(pid_t thread, void *nice) {
    setpriority(PRIO_PROCESS, (id_t)thread, *(const int *)nice);
    return true;
}

bool process_set_priority(struct process_object *process, DWORD priority_class) {
    struct process_block *block = process->id ? process->block : own_block;
    int at = 0;
    while (at < PRIORITIES && priorities[at].priority_class != priority_class)
        at++;
    if (at == PRIORITIES)
        return false;
    int nice = priorities[at].nice;
    host_thread_each(process_id(process), set_nice, &nice);
    if (block)
        block->priority_class = priority_class;
    if (!process->id)
        own_priority = priority_class;
    return true;
}
