#include "job_object.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include "job_port.h"
#include "shared.h"
#include "wait.h"

struct job {
    struct object object;
    struct job_head head;
    struct job_port *port;                           /* of this process; NULL: none is associated */
};

enum { MEMBERS_MAX = (SHARED_STATE_SIZE - sizeof(struct shared_cell) - sizeof(struct job_head)) /
                     sizeof(struct process_identity) };

static void destroy(struct object *object) {
    job_port_free(((struct job *)object)->port);
    free(object);
}

/* No job ends for its time, which is not limited. */
static bool is_signaled(struct object *object, struct thread_object *waiter) {
    (void)object, (void)waiter;
    return false;
}

const struct object_type job_type = {
    .name = "Job",
    .destroy = destroy,
    .is_signaled = is_signaled,
    .attach = job_new,
    .state_offset = offsetof(struct job, head),
    .state_size = sizeof(struct job_head),
    .all_access = STANDARD_RIGHTS_REQUIRED | SYNCHRONIZE | 0x3f,
    .generic_read = READ_CONTROL | 4,
    .generic_write = READ_CONTROL | 0xb,
    .generic_execute = READ_CONTROL | SYNCHRONIZE,
};

struct object *job_new(void) {
    struct job *job = calloc(1, sizeof *job);
    if (!job)
        return NULL;
    object_init(&job->object, &job_type);
    return &job->object;
}

/* ---- members; the dispatcher lock is held ---- */

static int find_member(const struct job_state *state, const struct process_identity *process) {
    for (uint32_t i = 0; i < state->head.count; i++)
        if (process_identity_equal(&state->members[i], process))
            return (int)i;
    return -1;
}

static void forget_ended(struct job_state *state) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < state->head.count; i++)
        if (process_identity_is_alive(&state->members[i]))
            state->members[kept++] = state->members[i];
    state->head.count = kept;
}

static NTSTATUS add_member(struct job_state *state, const struct process_identity *process) {
    if (find_member(state, process) >= 0)
        return STATUS_SUCCESS;
    forget_ended(state);
    bool limited = state->head.limits.flags & JOB_OBJECT_LIMIT_ACTIVE_PROCESS;
    if (state->head.count == MEMBERS_MAX || (limited && state->head.count >= state->head.limits.active_processes))
        return STATUS_QUOTA_EXCEEDED;
    state->members[state->head.count++] = *process;
    state->head.total++;
    return STATUS_SUCCESS;
}

/* ---- what others call ---- */

NTSTATUS job_assign(struct object *job, struct process_object *process) {
    struct process_identity identity;
    if (!process_identity_of(process_id(process), &identity))
        return STATUS_ACCESS_DENIED;
    dispatcher_acquire();
    NTSTATUS status = add_member(object_state(job), &identity);
    struct job_port *port = ((struct job *)job)->port;
    dispatcher_release();
    if (port && NT_SUCCESS(status))
        job_port_update(port);
    if (status == STATUS_QUOTA_EXCEEDED && process->id)
        process_terminate(process, (DWORD)STATUS_QUOTA_EXCEEDED);
    return status;
}

bool job_contains(struct object *job, const struct process_identity *process) {
    dispatcher_acquire();
    bool found = find_member(object_state(job), process) >= 0;
    dispatcher_release();
    return found;
}

struct process_identity *job_members(struct object *job, uint32_t *count) {
    dispatcher_acquire();
    struct job_state *state = object_state(job);
    forget_ended(state);
    *count = state->head.count;
    struct process_identity *copy = malloc((*count + 1) * sizeof *copy);
    if (copy)
        memcpy(copy, state->members, *count * sizeof *copy);
    dispatcher_release();
    return copy;
}

void job_each(struct object *job, void (*visit)(struct process_object *, void *), void *context) {
    uint32_t count;
    struct process_identity *members = job_members(job, &count);
    for (uint32_t i = 0; members && i < count; i++) {
        struct process_object *process = process_object_open((pid_t)members[i].id);
        if (process && process_identity_is_alive(&members[i]))
            visit(process, context);
        if (process)
            object_release(&process->object);
    }
    free(members);
}

static void terminate_other(struct process_object *process, void *exit_code) {
    if (process->id)
        process_terminate(process, *(const DWORD *)exit_code);
}

void job_terminate(struct object *job, DWORD exit_code) { job_each(job, terminate_other, &exit_code); }

struct job_head job_query(struct object *job, const struct job_limits *limits) {
    dispatcher_acquire();
    struct job_state *state = object_state(job);
    if (limits)
        state->head.limits = *limits;
    forget_ended(state);
    struct job_head head = state->head;
    dispatcher_release();
    return head;
}

NTSTATUS job_associate(struct object *job, struct completion_port *port, ULONG_PTR key) {
    struct job_port *made = job_port_new(job, port, key);
    if (!made)
        return STATUS_NO_MEMORY;
    dispatcher_acquire();
    struct job_port **place = &((struct job *)job)->port;
    bool taken = *place != NULL;
    if (!taken)
        *place = made;
    dispatcher_release();
    if (taken) {
        job_port_free(made);
        return STATUS_INVALID_PARAMETER;
    }
    job_port_update(made);
    return STATUS_SUCCESS;
}

void job_set_ui(struct object *job, DWORD restrictions) {
    dispatcher_acquire();
    ((struct job_state *)object_state(job))->head.ui_restrictions = restrictions;
    dispatcher_release();
}

bool job_take_guard(struct object *job) {
    dispatcher_acquire();
    struct job_head *head = object_state(job);
    bool first = !head->is_guarded;
    head->is_guarded = 1;
    dispatcher_release();
    return first;
}

/* ---- looking for jobs ---- */

/* The job behind a file of the shared folder, if there is one and the process is in it. No lock is taken on the file: who
 * only looks at a job does not keep it. */
static struct object *job_of_file(const char *file, const struct process_identity *process) {
    char type[sizeof(((struct shared_cell *)NULL)->type)] = "";
    int fd = openat(shared_folder(), file, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return NULL;
    if (pread(fd, type, sizeof type, 0) != sizeof type || strncmp(type, job_type.name, sizeof type) != 0) {
        close(fd);
        return NULL;
    }
    struct object *job = shared_adopt(&job_type, fd);
    if (!job || job_contains(job, process))
        return job;
    object_release(job);
    return NULL;
}

struct object **jobs_of(const struct process_identity *process, size_t *count) {
    struct object **jobs = NULL;
    *count = 0;
    int folder = shared_folder() >= 0 ? openat(shared_folder(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    DIR *names = folder >= 0 ? fdopendir(folder) : NULL;
    for (struct dirent *entry; names && (entry = readdir(names));) {
        bool may_be_job = strchr("ngu", entry->d_name[0]) && entry->d_name[1] == '.';
        struct object *job = may_be_job ? job_of_file(entry->d_name, process) : NULL;
        struct object **grown = job ? realloc(jobs, (*count + 1) * sizeof *jobs) : NULL;
        if (!grown) {
            object_release(job);
            continue;
        }
        jobs = grown;
        jobs[(*count)++] = job;
    }
    if (names)
        closedir(names);
    return jobs;
}
