/* Wait completion packets: when an object is signaled a packet goes to an I/O completion port
 * ("NtAssociateWaitCompletionPacket"). */
#include "file.h"
#include "nt.h"
#include "wait.h"

struct wait_packet {
    struct object object;
    struct async_wait wait;
    bool armed;                                      /* under the dispatcher lock */
    struct object *target;
    struct completion_port *port;
    ULONG_PTR key;
    OVERLAPPED *context;
    NTSTATUS status;
    ULONG_PTR information;
};

static void packet_destroy(struct object *object) { free(object); }

static bool disarm(struct wait_packet *packet);

static void packet_closed(struct object *object) { disarm((struct wait_packet *)object); }

static const struct object_type packet_type = {
    .name = "WaitCompletionPacket",
    .destroy = packet_destroy,
    .closed = packet_closed,
    .all_access = STANDARD_RIGHTS_REQUIRED | 1,
    .generic_read = READ_CONTROL | 1,
    .generic_write = READ_CONTROL | 1,
    .generic_execute = READ_CONTROL | 1,
};

/* After the wait: lets go of what it needed. */
static void end(struct wait_packet *packet) {
    object_release(packet->target);
    port_release(packet->port);
    dispatcher_acquire();
    packet->armed = false;
    dispatcher_release();
    object_release(&packet->object);
}

static void on_done(struct async_wait *wait, NTSTATUS status) {
    struct wait_packet *packet = (struct wait_packet *)((char *)wait - offsetof(struct wait_packet, wait));
    (void)status;
    port_post(packet->port, packet->status, (DWORD)packet->information, packet->key, packet->context);
    end(packet);
}

/* True: a wait was cancelled. */
static bool disarm(struct wait_packet *packet) {
    dispatcher_acquire();
    bool armed = packet->armed;
    dispatcher_release();
    bool cancelled = armed && async_wait_cancel(&packet->wait);
    if (cancelled)
        end(packet);
    return cancelled;
}

API(ntdll, NTSTATUS, NtCreateWaitCompletionPacket, PHANDLE WaitCompletionPacketHandle, ACCESS_MASK DesiredAccess,
    const OBJECT_ATTRIBUTES *ObjectAttributes) {
    struct wait_packet *packet = calloc(1, sizeof *packet);
    if (!packet)
        return STATUS_NO_MEMORY;
    object_init(&packet->object, &packet_type);
    return nt_create(&packet->object, DesiredAccess, ObjectAttributes, WaitCompletionPacketHandle);
}

static NTSTATUS arm(struct wait_packet *packet, HANDLE port, HANDLE target, BOOLEAN *already_signaled) {
    NTSTATUS status = STATUS_SUCCESS;
    dispatcher_acquire();
    bool was_armed = packet->armed;
    packet->armed = true;
    dispatcher_release();
    if (was_armed)
        return STATUS_INVALID_PARAMETER;
    packet->port = port_from_handle(port, &status);
    packet->target = packet->port ? handle_object(target, NULL, SYNCHRONIZE, &status) : NULL;
    if (packet->target && !packet->target->type->is_signaled)
        status = STATUS_OBJECT_TYPE_MISMATCH;
    object_reference(&packet->object);               /* the wait's */
    if (!NT_SUCCESS(status)) {
        if (!packet->port) {
            dispatcher_acquire();
            packet->armed = false;
            dispatcher_release();
            object_release(&packet->object);
        } else {
            end(packet);
        }
        return status;
    }
    async_wait_begin(&packet->wait, packet->target, INT64_MAX, on_done);
    dispatcher_acquire();
    bool signaled = !packet->armed;
    dispatcher_release();
    if (already_signaled)
        *already_signaled = signaled;
    return STATUS_SUCCESS;
}

API(ntdll, NTSTATUS, NtAssociateWaitCompletionPacket, HANDLE WaitCompletionPacketHandle, HANDLE IoCompletionHandle,
    HANDLE TargetObjectHandle, PVOID KeyContext, PVOID ApcContext, NTSTATUS IoStatus, ULONG_PTR IoStatusInformation,
    BOOLEAN *AlreadySignaled) {
    NTSTATUS status;
    struct wait_packet *packet =
        (struct wait_packet *)handle_object(WaitCompletionPacketHandle, &packet_type, 1, &status);
    if (!packet)
        return status;
    packet->key = (ULONG_PTR)KeyContext;
    packet->context = ApcContext;
    packet->status = IoStatus;
    packet->information = IoStatusInformation;
    status = arm(packet, IoCompletionHandle, TargetObjectHandle, AlreadySignaled);
    object_release(&packet->object);
    return status;
}

/* STATUS_CANCELLED: nothing is being waited for; a packet that is in the port's queue already stays there. */
API(ntdll, NTSTATUS, NtCancelWaitCompletionPacket, HANDLE WaitCompletionPacketHandle, BOOLEAN RemoveSignaledPacket) {
    NTSTATUS status;
    (void)RemoveSignaledPacket;
    struct wait_packet *packet =
        (struct wait_packet *)handle_object(WaitCompletionPacketHandle, &packet_type, 1, &status);
    if (!packet)
        return status;
    status = disarm(packet) ? STATUS_SUCCESS : STATUS_CANCELLED;
    object_release(&packet->object);
    return status;
}
