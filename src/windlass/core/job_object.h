/* Job objects ("Job Objects"): groups of processes.
 *
 * A job's state is shared by all processes from the beginning, so that each process finds the jobs that it is in, and its
 * children join them. Members are named by identity; those that have ended are left out when they are counted. */
#ifndef WINDLASS_JOB_OBJECT_H
#define WINDLASS_JOB_OBJECT_H

#include "process_object.h"

#define JOB_OBJECT_LIMIT_ACTIVE_PROCESS 0x8u
#define JOB_OBJECT_LIMIT_BREAKAWAY_OK 0x800u
#define JOB_OBJECT_LIMIT_SILENT_BREAKAWAY_OK 0x1000u
#define JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE 0x2000u

/* JOBOBJECT_EXTENDED_LIMIT_INFORMATION */
struct job_limits {
    LARGE_INTEGER process_time, job_time;
    DWORD flags;
    SIZE_T minimum_working_set, maximum_working_set;
    DWORD active_processes;
    ULONG_PTR affinity;
    DWORD priority_class, scheduling_class;
    ULONGLONG io[6];
    SIZE_T process_memory, job_memory, peak_process_memory, peak_job_memory;
};

/* Known to guardian.py: `limits.flags`, `count` and the members. */
struct job_head {
    struct job_limits limits;
    DWORD ui_restrictions, end_of_job_action;
    uint32_t is_guarded;                             /* somebody looks out for the last handle */
    uint32_t total, count;                           /* of processes: ever assigned, and of members below */
};

struct job_state {
    struct job_head head;
    struct process_identity members[];
};

_Static_assert(offsetof(struct job_limits, flags) == 16 && sizeof(struct job_limits) == 144, "guardian.py");
_Static_assert(offsetof(struct job_head, count) == 160 && offsetof(struct job_state, members) == 168, "guardian.py");

extern const struct object_type job_type;

/* A job without processes; NULL out of memory. */
struct object *job_new(void);

/* Makes the process a member. STATUS_QUOTA_EXCEEDED: then it has been terminated; STATUS_ACCESS_DENIED: it has ended. */
NTSTATUS job_assign(struct object *job, struct process_object *process);
bool job_contains(struct object *job, const struct process_identity *process);

/* The members that live, from malloc(). NULL out of memory. */
struct process_identity *job_members(struct object *job, uint32_t *count);

/* Lets the port hear of the job's processes; takes over its reference. STATUS_INVALID_PARAMETER: the job has one. */
struct completion_port;
NTSTATUS job_associate(struct object *job, struct completion_port *port, ULONG_PTR key);

/* Calls visit(process, context) for all members that live. No lock is held. */
void job_each(struct object *job, void (*visit)(struct process_object *, void *), void *context);

void job_terminate(struct object *job, DWORD exit_code);

/* A copy of the head; with `limits`, after setting them. */
struct job_head job_query(struct object *job, const struct job_limits *limits);
void job_set_ui(struct object *job, DWORD restrictions);

/* True for one caller: it is to see to KILL_ON_JOB_CLOSE. */
bool job_take_guard(struct object *job);

/* The jobs that a process is in, as an array of `*count` objects with references, from malloc(). NULL: none. */
struct object **jobs_of(const struct process_identity *process, size_t *count);

#endif
