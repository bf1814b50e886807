#include "host_process.h"

#include <dirent.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"

/* The second field, the name in parentheses, may hold anything but ends with the last ')'. */
static bool read_stat(const char *path, struct host_process *facts) {
    char line[1024], state;
    unsigned long user, kernel, minor, major, size;
    unsigned long long start;
    long resident, nice, threads;
    int parent;
    FILE *file = fopen(path, "re");
    bool got = file && fgets(line, sizeof line, file);
    if (file)
        fclose(file);
    char *name = got ? strchr(line, '(') : NULL, *end = got ? strrchr(line, ')') : NULL;
    if (!name || !end ||
        sscanf(end + 1, " %c %d %*d %*d %*d %*d %*u %lu %*u %lu %*u %lu %lu %*d %*d %*d %ld %ld %*d %llu %lu %ld", &state,
               &parent, &minor, &major, &user, &kernel, &nice, &threads, &start, &size, &resident) != 11)
        return false;
    const uint64_t tick = 10000000u / (uint64_t)sysconf(_SC_CLK_TCK);
    *facts = (struct host_process){.id = atoi(line), .parent = parent, .has_ended = state == 'Z' || state == 'X', .state = state,
                                   .threads = (unsigned)threads, .nice = (int)nice, .kernel_time = kernel * tick,
                                   .user_time = user * tick, .start = start, .page_faults = minor + major,
                                   .virtual_size = size, .resident_size = (uint64_t)resident * PAGE_SIZE};
    *end = 0;
    snprintf(facts->name, sizeof facts->name, "%s", name + 1);
    return true;
}

bool host_process_read(pid_t id, struct host_process *facts) {
    char path[48];
    snprintf(path, sizeof path, "/proc/%d/stat", (int)id);
    return read_stat(path, facts);
}

bool host_thread_read(pid_t id, struct host_process *facts) {
    char path[48];
    snprintf(path, sizeof path, "/proc/self/task/%d/stat", (int)id);
    return read_stat(path, facts);
}

bool host_thread_read_of(pid_t process, pid_t id, struct host_process *facts) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/task/%d/stat", (int)process, (int)id);
    return read_stat(path, facts);
}

unsigned host_thread_switches(pid_t process, pid_t id) {
    char path[64], line[256];
    unsigned count, sum = 0;
    snprintf(path, sizeof path, "/proc/%d/task/%d/status", (int)process, (int)id);
    FILE *file = fopen(path, "re");
    while (file && fgets(line, sizeof line, file))
        if (sscanf(line, "voluntary_ctxt_switches: %u", &count) == 1 ||
            sscanf(line, "nonvoluntary_ctxt_switches: %u", &count) == 1)
            sum += count;
    if (file)
        fclose(file);
    return sum;
}

int64_t host_boot_time(void) {
    enum { TICK = 100000 };                          /* 10 ms, to which both clocks agree in all processes */
    static _Atomic int64_t known;                    /* so that a process is never told two times */
    struct timespec boot, now;
    if (known)
        return known;
    clock_gettime(CLOCK_BOOTTIME, &boot);
    clock_gettime(CLOCK_REALTIME, &now);
    int64_t booted = system_time_from_timespec(now) - (boot.tv_sec * 10000000ll + boot.tv_nsec / 100), none = 0;
    atomic_compare_exchange_strong(&known, &none, (booted + TICK / 2) / TICK * TICK);
    return known;
}

int64_t host_process_created(const struct host_process *facts) {
    const uint64_t ticks = (uint64_t)sysconf(_SC_CLK_TCK);
    return host_boot_time() + (int64_t)(facts->start / ticks * 10000000 + facts->start % ticks * 10000000 / ticks);
}

/* The directory's names that are numbers. */
static void each_number(const char *path, bool (*visit)(pid_t, void *), void *context) {
    DIR *folder = opendir(path);
    for (struct dirent *entry; folder && (entry = readdir(folder));) {
        char *end;
        long id = strtol(entry->d_name, &end, 10);
        if (id > 0 && !*end && !visit((pid_t)id, context))
            break;
    }
    if (folder)
        closedir(folder);
}

void host_process_each(bool (*visit)(pid_t, void *), void *context) { each_number("/proc", visit, context); }

void host_thread_each(pid_t process, bool (*visit)(pid_t, void *), void *context) {
    char path[48];
    snprintf(path, sizeof path, "/proc/%d/task", (int)process);
    each_number(path, visit, context);
}

/* ---- memory ---- */

struct field {
    const char *name;
    uint64_t *value;
};

/* Reads "Name:   123 kB" lines; fields that are not there become 0. */
static bool read_fields(const char *path, const struct field *fields, size_t count) {
    char line[256];
    FILE *file = fopen(path, "re");
    if (!file)
        return false;
    for (size_t i = 0; i < count; i++)
        *fields[i].value = 0;
    while (fgets(line, sizeof line, file)) {
        char *value = strchr(line, ':');
        if (!value)
            continue;
        *value = 0;
        for (size_t i = 0; i < count; i++)
            if (strcmp(line, fields[i].name) == 0)
                *fields[i].value = strtoull(value + 1, NULL, 10) * 1024;
    }
    fclose(file);
    return true;
}

bool host_memory_read(pid_t id, struct host_memory *memory) {
    char path[48];
    uint64_t swapped;
    const struct field fields[] = {{"VmRSS", &memory->resident}, {"VmHWM", &memory->peak_resident},
                                   {"VmPeak", &memory->peak_virtual}, {"RssAnon", &memory->private_bytes},
                                   {"VmSwap", &swapped}};
    snprintf(path, sizeof path, "/proc/%d/status", (int)id);
    if (!read_fields(path, fields, sizeof fields / sizeof *fields))
        return false;
    memory->private_bytes += swapped;
    return true;
}

bool host_system_memory_read(struct host_system_memory *memory) {
    uint64_t unreclaimable, swap;
    const struct field fields[] = {{"MemTotal", &memory->total}, {"MemAvailable", &memory->available},
                                   {"Cached", &memory->cached}, {"Committed_AS", &memory->committed},
                                   {"SwapTotal", &swap}, {"SReclaimable", &memory->kernel_reclaimable},
                                   {"SUnreclaim", &unreclaimable}};
    bool found = read_fields("/proc/meminfo", fields, sizeof fields / sizeof *fields);
    if (!found)
        return false;
    memory->kernel = memory->kernel_reclaimable + unreclaimable;
    memory->commit_limit = memory->total + swap;     /* the host's own limit may be below what it has, and may be passed */
    if (memory->committed > memory->commit_limit)
        memory->committed = memory->commit_limit;
    return true;
}

/* ---- identity ---- */

static struct process_identity self;

bool process_identity_of(pid_t id, struct process_identity *identity) {
    struct host_process facts;
    if (!host_process_read(id, &facts) || facts.has_ended)
        return false;
    *identity = (struct process_identity){.start = facts.start, .id = (uint32_t)id};
    return true;
}

static void find_self(void) {
    if (!process_identity_of(getpid(), &self))       /* no /proc: the number has to do */
        self = (struct process_identity){.id = (uint32_t)getpid()};
}

static pthread_once_t once = PTHREAD_ONCE_INIT;

/* Read at the first use, so that a process without shared objects does not pay for it. */
const struct process_identity *process_identity_self(void) {
    if (self.id)
        return &self;
    pthread_once(&once, find_self);
    return &self;
}

bool process_identity_is_alive(const struct process_identity *identity) {
    struct process_identity now;
    return process_identity_of((pid_t)identity->id, &now) && process_identity_equal(&now, identity);
}

static void after_fork_in_child(void) {
    if (self.id)
        find_self();
}

__attribute__((constructor)) static void survive_fork(void) { pthread_atfork(NULL, NULL, after_fork_in_child); }
