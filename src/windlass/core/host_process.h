/* Processes and threads of the host, as /proc tells of them. */
#ifndef WINDLASS_HOST_PROCESS_H
#define WINDLASS_HOST_PROCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* What /proc/PID/stat says. Times are in 100 ns units. */
struct host_process {
    pid_t id, parent;
    char name[64];                                   /* cut off by the host after 15 bytes */
    bool has_ended;                                  /* a zombie */
    char state;                                      /* R: running, T: stopped, others: waiting */
    unsigned threads;
    int nice;
    uint64_t kernel_time, user_time;
    uint64_t start;                                  /* in the host's ticks since it was booted */
    uint64_t page_faults, virtual_size, resident_size; /* bytes */
};

/* False: there is no such process. */
bool host_process_read(pid_t id, struct host_process *facts);

/* One thread of this process, and of any. */
bool host_thread_read(pid_t id, struct host_process *facts);
bool host_thread_read_of(pid_t process, pid_t id, struct host_process *facts);

/* How often a thread has got and given up a processor. */
unsigned host_thread_switches(pid_t process, pid_t id);

/* When the machine was started, as a FILETIME's value; the same whenever it is asked for, as programs take times of
 * creation for identities. */
int64_t host_boot_time(void);

/* When a process began, as a FILETIME's value. */
int64_t host_process_created(const struct host_process *facts);

/* Calls visit(id, context) for all processes, or for all threads of one, until it returns false. */
void host_process_each(bool (*visit)(pid_t id, void *context), void *context);
void host_thread_each(pid_t process, bool (*visit)(pid_t id, void *context), void *context);

/* Memory of a process, and of the machine, in bytes. */
struct host_memory {
    uint64_t resident, peak_resident, private_bytes, peak_virtual;
};
bool host_memory_read(pid_t id, struct host_memory *memory);

struct host_system_memory {
    uint64_t total, available, cached, committed, commit_limit, kernel, kernel_reclaimable;
};
bool host_system_memory_read(struct host_system_memory *memory);

/* Ids are used again; with the time of its start one names a process for ever. */
struct process_identity {
    uint64_t start;
    uint32_t id, reserved;
};

/* Of this process; it costs nothing. */
const struct process_identity *process_identity_self(void);

/* False: there is no such process. */
bool process_identity_of(pid_t id, struct process_identity *identity);

static inline bool process_identity_equal(const struct process_identity *one, const struct process_identity *other) {
    return one->id == other->id && one->start == other->start;
}

bool process_identity_is_alive(const struct process_identity *identity);

#endif
