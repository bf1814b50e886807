/* Objects that are signaled while the machine is short of memory, or has plenty ("CreateMemoryResourceNotification
 * function"). The host does not tell: who waits has it asked every now and then. */
#include "host_process.h"
#include "nt.h"
#include "service.h"
#include "thread_object.h"
#include "wait.h"

enum { LowMemoryResourceNotification, HighMemoryResourceNotification };
enum { MEMORY_QUERY_STATE = 1, MEGABYTE = 1 << 20 };
#define BETWEEN_QUESTIONS 500000000ll                /* nanoseconds */

struct memory_notification {
    struct object object;
    int kind;
    struct service_timer alarm;
};

/* "The default level of available memory that signals a low-memory-resource notification event is approximately 32 MB per
 * 4 GB, to a maximum of 64 MB. The default level that signals a high-memory-resource notification event is three times the
 * default low-memory value." */
static bool is_state(int kind) {
    struct host_system_memory memory;
    if (!host_system_memory_read(&memory))
        return kind == HighMemoryResourceNotification;
    uint64_t low = memory.total / 128;
    if (low > 64 * MEGABYTE)
        low = 64 * MEGABYTE;
    return kind == LowMemoryResourceNotification ? memory.available < low : memory.available > 3 * low;
}

static bool is_signaled(struct object *object, struct thread_object *waiter) {
    (void)waiter;
    return is_state(((struct memory_notification *)object)->kind);
}

static void waited(struct object *object) {
    service_timer_arm(&((struct memory_notification *)object)->alarm, monotonic_now() + BETWEEN_QUESTIONS);
}

static void expired(struct service_timer *alarm) {
    struct memory_notification *notification =
        (struct memory_notification *)((char *)alarm - offsetof(struct memory_notification, alarm));
    dispatcher_acquire();
    object_signaled(&notification->object);
    if (notification->object.first_waiter)
        service_timer_arm(alarm, monotonic_now() + BETWEEN_QUESTIONS);
    dispatcher_release();
}

static void destroy(struct object *object) {
    service_timer_disarm(&((struct memory_notification *)object)->alarm);
    free(object);
}

static const struct object_type notification_type = {
    .name = "Event",                                 /* \KernelObjects\LowMemoryCondition and its like */
    .destroy = destroy,
    .is_signaled = is_signaled,
    .waited = waited,
    .all_access = STANDARD_RIGHTS_REQUIRED | SYNCHRONIZE | MEMORY_QUERY_STATE,
    .generic_read = READ_CONTROL | MEMORY_QUERY_STATE,
    .generic_write = READ_CONTROL,
    .generic_execute = READ_CONTROL | SYNCHRONIZE,
};

static HANDLE refuse(DWORD code) {
    set_last_error(code);
    return NULL;
}

API(kernel32 kernelbase, HANDLE, CreateMemoryResourceNotification, int NotificationType) {
    if (NotificationType != LowMemoryResourceNotification && NotificationType != HighMemoryResourceNotification)
        return refuse(ERROR_INVALID_PARAMETER);
    struct memory_notification *notification = calloc(1, sizeof *notification);
    if (!notification)
        return refuse(ERROR_NOT_ENOUGH_MEMORY);
    object_init(&notification->object, &notification_type);
    notification->kind = NotificationType;
    notification->alarm = (struct service_timer){.deadline = INT64_MAX, .expired = expired};
    HANDLE handle = handle_new(&notification->object, notification_type.all_access, 0);
    object_release(&notification->object);
    return handle ? handle : refuse(ERROR_NOT_ENOUGH_MEMORY);
}

API(kernel32 kernelbase, BOOL, QueryMemoryResourceNotification, HANDLE ResourceNotificationHandle, PBOOL ResourceState) {
    struct object *object = handle_object_or_fail(ResourceNotificationHandle, &notification_type, MEMORY_QUERY_STATE);
    if (!object)
        return FALSE;
    if (ResourceState)
        *ResourceState = is_state(((struct memory_notification *)object)->kind);
    object_release(object);
    return ResourceState ? TRUE : fail(ERROR_INVALID_PARAMETER);
}
