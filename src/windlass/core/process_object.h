/* The kernel object of a process: this one, or a child or another process that was opened.
 *
 * Its signal comes from a pidfd, which the service thread watches. What the host does not tell - an exit code of 32 bits,
 * the program's path - stands in a block of memory that the processes run by windlass share: it is made by whoever starts
 * the process, and others find it by the process's number as a file "p.NUMBER" in the shared folder. */
#ifndef WINDLASS_PROCESS_OBJECT_H
#define WINDLASS_PROCESS_OBJECT_H

#include <sys/types.h>
#include <unistd.h>

#include "host_process.h"
#include "service.h"
#include "thread_object.h"

enum { PROCESS_IMAGE_MAX = 0x7fff };
#define EXIT_CODE_KNOWN (1ull << 32)

struct process_block {
    struct process_identity process;                 /* id 0: not entered yet */
    atomic_ullong exit_code;                         /* with EXIT_CODE_KNOWN */
    atomic_uint suspension;                          /* the process does not begin while this is not 0 */
    uint32_t priority_class;
    uint32_t console, group;                         /* numbers of processes (console_control.c); 0: the process's own */
    uint32_t ignores_ctrl_c;
    atomic_uint stops;                               /* of one that has begun: how often it was suspended */
    uint64_t peb;                                    /* in the process's memory; 0: it has not begun */
    uint32_t image_length;
    WCHAR image[PROCESS_IMAGE_MAX];                  /* the program's path, as Windows code sees it */
};

struct process_object {
    struct object object;
    pid_t id;                                        /* 0: this process */
    int fd;                                          /* of another process: pidfd */
    bool is_child;                                   /* to be reaped by this process */
    struct process_block *block;                     /* NULL: not run by windlass */

    /* Under the dispatcher lock. */
    bool is_watched, ended, knows_exit_code;
    bool end_is_told;                                /* to those who wait */
    DWORD exit_code;                                 /* STILL_ACTIVE until it has ended */
    int64_t ended_at;                                /* system time, when it was noticed */
    struct host_process last_facts;                  /* of a process that has ended, as far as known */
    struct thread_object *main_thread;               /* if an object stands for it; not referenced */
    struct service_watch watch;
};

extern const struct object_type process_type;

/* The object of another process. Takes over the block. NULL with errno. */
struct process_object *process_object_new(pid_t id, bool is_child, struct process_block *block);

/* The object of any process; NULL with errno ESRCH, EPERM ... */
struct process_object *process_object_open(pid_t id);

static inline pid_t process_id(const struct process_object *process) {
    return process->id ? process->id : getpid();
}

/* The dispatcher lock is held. */
bool process_has_ended(struct process_object *process);

/* The object of a child's first thread, with a reference; NULL out of memory. */
struct thread_object *process_main_thread(struct process_object *process);

NTSTATUS process_terminate(struct process_object *process, DWORD exit_code);

/* Starting threads of other processes: the suspend counts before. */
NTSTATUS process_suspend(struct process_object *process, ULONG *was);
NTSTATUS process_resume(struct process_object *process, ULONG *was);

/* All threads of another process; how often it was stopped is counted, but for the host's own processes. */
NTSTATUS process_stop(struct process_object *process);
NTSTATUS process_continue(struct process_object *process);

/* Start and times, as far as they are known. The dispatcher lock is held. */
void process_times(struct process_object *process, struct host_process *facts);

/* The program's path as Windows code sees it, or `native`ly (\Device\...), from malloc(); NULL: not to be known. */
WCHAR *process_image(struct process_object *process, bool native, size_t *length);

/* The program's file name, from malloc(); of a process whose program the host does not show, the host's name for it. */
WCHAR *process_program_name(const struct host_process *facts);

/* PRIORITY_CLASS values; false: it is none. The host lets few processes go above normal, or back up: that is no failure
 * ("SetPriorityClass function"). */
DWORD process_priority(struct process_object *process);
bool process_set_priority(struct process_object *process, DWORD priority_class);

/* ---- blocks ---- */

/* A block for a process that is to be started. *fd is for that process: it holds the block's lock. NULL with errno. */
enum { PROCESS_SUSPENDED = 1, PROCESS_OWN_CONSOLE = 2, PROCESS_OWN_GROUP = 4 };
struct process_block *process_block_new(const WCHAR *image, size_t length, unsigned flags, int *fd);
void process_block_free(struct process_block *block);

/* Others find the block by this number. */
void process_block_publish(int fd, pid_t id);

/* Enters the process that was started into its block, and publishes that. */
void process_block_enter(struct process_block *block, int fd, pid_t id);

/* This process is run by windlass: its block, made by its parent or by itself. */
bool process_block_adopt(int fd);
struct process_block *process_block_self(void);

/* Calls visit(block, context) for all processes that windlass runs. */
void process_blocks_each(void (*visit)(const struct process_block *, void *), void *context);

/* Sleeps while this process is suspended. */
void process_wait_for_resume(void);

/* The exit code for those who look at the block; it is no longer to be found. */
void process_block_end(DWORD exit_code);

#endif
