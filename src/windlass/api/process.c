/* This process and other ones ("Process and Thread Functions"). */
#include <unistd.h>

#include "nt.h"
#include "process_object.h"

static void destroy(struct object *object) { free(object); }

static bool is_signaled(struct object *object, struct thread_object *waiter) {
    (void)waiter;
    return ((struct process_object *)object)->ended;
}

const struct object_type process_type = {
    .name = "Process",
    .destroy = destroy,
    .is_signaled = is_signaled,
    .all_access = STANDARD_RIGHTS_REQUIRED | SYNCHRONIZE | 0xffff,
    .generic_read = READ_CONTROL | 0x410,            /* PROCESS_QUERY_INFORMATION, PROCESS_VM_READ */
    .generic_write = READ_CONTROL | 0xbef,
    .generic_execute = READ_CONTROL | SYNCHRONIZE | 0x101000,
};

static struct process_object this_process = {.object = {.type = &process_type, .references = 1},
                                             .exit_code = STILL_ACTIVE};

struct object *current_process_object(void) { return &this_process.object; }
