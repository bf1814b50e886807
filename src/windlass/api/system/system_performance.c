/* What the processors and the memory have done since the machine started, as /proc counts it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host_process.h"
#include "system_information.h"

/* The number behind a name that begins a line; 0: there is none. */
static uint64_t counter_of(const char *path, const char *name) {
    char line[4096];
    uint64_t value = 0;
    size_t length = strlen(name);
    FILE *file = fopen(path, "re");
    while (file && !value && fgets(line, sizeof line, file))
        if (strncmp(line, name, length) == 0 && line[length] == ' ')
            value = strtoull(line + length, NULL, 10);
    if (file)
        fclose(file);
    return value;
}

/* Times of all processors, or of one, in 100 ns. */
struct processor_times {
    int64_t idle, kernel, user, interrupt;           /* the kernel's has the idle time in it */
};

static bool times_from(const char *numbers, struct processor_times *times) {
    const int64_t tick = 10000000 / sysconf(_SC_CLK_TCK);
    long long user, nice, system, idle, wait, interrupt, soft;
    if (sscanf(numbers, " %lld %lld %lld %lld %lld %lld %lld", &user, &nice, &system, &idle, &wait, &interrupt,
               &soft) != 7)
        return false;
    *times = (struct processor_times){(idle + wait) * tick, (system + interrupt + soft + idle + wait) * tick,
                                      (user + nice) * tick, interrupt * tick};
    return true;
}

/* SYSTEM_PERFORMANCE_INFORMATION, of which the host knows some. It has grown with Windows 10: programs may ask for what
 * was there before. */
NTSTATUS system_put_performance(struct system_answer *answer) {
    enum { SIZE = 344, SHORTER_SIZE = 312, DWORDS = SIZE / 4, AVAILABLE = 11, COMMITTED, COMMIT_LIMIT, PEAK, PAGE_FAULTS,
           PAGED_POOL = 28, NONPAGED_POOL, CONTEXT_SWITCHES = 74 };
    struct host_system_memory memory = {0};
    struct processor_times times = {0};
    DWORD information[DWORDS] = {0};
    char line[512] = "";
    FILE *file = fopen("/proc/stat", "re");
    if (file && fgets(line, sizeof line, file))
        times_from(line + strlen("cpu"), &times);
    if (file)
        fclose(file);
    host_system_memory_read(&memory);
    memcpy(information, &times.idle, sizeof times.idle);
    information[AVAILABLE] = (DWORD)(memory.available / PAGE_SIZE);
    information[COMMITTED] = information[PEAK] = (DWORD)(memory.committed / PAGE_SIZE);
    information[COMMIT_LIMIT] = (DWORD)(memory.commit_limit / PAGE_SIZE);
    information[PAGE_FAULTS] = (DWORD)counter_of("/proc/vmstat", "pgfault");
    information[PAGED_POOL] = (DWORD)(memory.kernel_reclaimable / PAGE_SIZE);
    information[NONPAGED_POOL] = (DWORD)((memory.kernel - memory.kernel_reclaimable) / PAGE_SIZE);
    information[CONTEXT_SWITCHES] = (DWORD)counter_of("/proc/stat", "ctxt");
    return system_put(answer, information, answer->size < SIZE && answer->size >= SHORTER_SIZE ? SHORTER_SIZE : SIZE);
}

/* The sums of the columns of /proc/interrupts or /proc/softirqs: a line of the processors' names, then a name and a
 * number for each of them in a line. */
static void sum_columns(const char *path, ULONG *sums, ULONG count) {
    char *line = NULL;
    size_t room = 0;
    memset(sums, 0, count * sizeof *sums);
    FILE *file = fopen(path, "re");
    bool is_heading = true;
    while (file && getline(&line, &room, file) > 0) {
        char *at = strchr(line, ':'), *end;
        for (ULONG i = 0; at && !is_heading && i < count; i++, at = end) {
            unsigned long number = strtoul(i ? at : at + 1, &end, 10);
            if (end == at)
                break;
            sums[i] += (ULONG)number;
        }
        is_heading = false;
    }
    free(line);
    if (file)
        fclose(file);
}

/* SYSTEM_PROCESSOR_PERFORMANCE_INFORMATION for each processor. */
NTSTATUS system_put_processor_performance(struct system_answer *answer) {
    struct { int64_t idle, kernel, user, dpc, interrupt; ULONG interrupts; } information;
    char line[512];                                  /* the first is of all processors: "cpu  " and no number */
    ULONG room = answer->size / sizeof information, interrupts[1024];
    FILE *file = fopen("/proc/stat", "re");
    if (!room || !file) {
        if (file)
            fclose(file);
        answer->needed = processor_count() * (ULONG)sizeof information;
        return file ? STATUS_INFO_LENGTH_MISMATCH : STATUS_NOT_SUPPORTED;
    }
    if (room > processor_count())                    /* the host may have more than the process was given */
        room = processor_count();
    sum_columns("/proc/interrupts", interrupts, sizeof interrupts / sizeof *interrupts);
    while (answer->needed / sizeof information < room && fgets(line, sizeof line, file)) {
        unsigned number;
        int length;
        struct processor_times times;
        if (line[3] == ' ' || sscanf(line, "cpu%u%n", &number, &length) != 1 || !times_from(line + length, &times))
            continue;
        memset(&information, 0, sizeof information);
        information.idle = times.idle;
        information.kernel = times.kernel;
        information.user = times.user;
        information.interrupt = times.interrupt;
        information.interrupts = number < sizeof interrupts / sizeof *interrupts ? interrupts[number] : 0;
        memcpy(answer->buffer + answer->needed, &information, sizeof information);
        answer->needed += sizeof information;
    }
    fclose(file);
    return STATUS_SUCCESS;
}

/* SYSTEM_INTERRUPT_INFORMATION for each processor. DPCs are the host's soft interrupts. Context switches are counted for
 * all processors together: they stand with the first, so that the sum is right. */
NTSTATUS system_put_interrupts(struct system_answer *answer) {
    struct { ULONG ContextSwitches, DpcCount, DpcRate, TimeIncrement, DpcBypassCount, ApcBypassCount; } *to;
    enum { TIME_INCREMENT = 156250 };
    const ULONG processors = processor_count();
    if (answer->size < processors * sizeof *to) {
        answer->needed = processors * (ULONG)sizeof *to;
        return STATUS_INFO_LENGTH_MISMATCH;
    }
    ULONG deferred[1024];
    sum_columns("/proc/softirqs", deferred, sizeof deferred / sizeof *deferred);
    for (ULONG i = 0; i < processors; i++) {
        to = system_take(answer, sizeof *to);
        memset(to, 0, sizeof *to);
        to->ContextSwitches = i ? 0 : (ULONG)counter_of("/proc/stat", "ctxt");
        to->DpcCount = deferred[i];
        to->TimeIncrement = TIME_INCREMENT;
    }
    return STATUS_SUCCESS;
}
