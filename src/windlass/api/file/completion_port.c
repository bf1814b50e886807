/* I/O completion ports ("I/O Completion Ports"). */
#include "api.h"
#include "file.h"
#include "namespace.h"
#include "nt.h"
#include "wait.h"

typedef struct {
    ULONG_PTR lpCompletionKey;
    OVERLAPPED *lpOverlapped;
    ULONG_PTR Internal;
    DWORD dwNumberOfBytesTransferred;
} OVERLAPPED_ENTRY;

struct packet {
    struct packet *next;
    NTSTATUS status;
    DWORD bytes;
    ULONG_PTR key;
    OVERLAPPED *overlapped;
};

struct completion_port {
    struct object object;
    struct packet *first, **last; /* under the dispatcher lock */
    unsigned promised;            /* packets that satisfied waits will take */
    unsigned count;
    bool is_closed;               /* the last handle is; who waits still is told so */
    const struct port_sink *sink; /* NULL: packets are kept */
    void *sink_context;
};

static bool port_is_signaled(struct object *object, struct thread_object *waiter) {
    (void)waiter;
    struct completion_port *port = (struct completion_port *)object;
    return port->count > port->promised || port->is_closed;
}

/* True, as for an abandoned mutex, when there will be no packet any more. */
static bool port_acquire(struct object *object, struct thread_object *waiter) {
    (void)waiter;
    struct completion_port *port = (struct completion_port *)object;
    if (port->count <= port->promised)
        return true;
    port->promised++;
    return false;
}

/* "GetQueuedCompletionStatus function": a call in progress fails with ERROR_ABANDONED_WAIT_0. */
static void port_closed(struct object *object) {
    dispatcher_acquire();
    ((struct completion_port *)object)->is_closed = true;
    object_signaled(object);
    dispatcher_release();
}

static void port_destroy(struct object *object) {
    struct completion_port *port = (struct completion_port *)object;
    while (port->first) {
        struct packet *packet = port->first;
        port->first = packet->next;
        free(packet);
    }
    if (port->sink)
        port->sink->destroyed(port->sink_context);
    free(port);
}

static const struct object_type port_type = {
    .name = "IoCompletion",
    .destroy = port_destroy,
    .closed = port_closed,
    .is_signaled = port_is_signaled,
    .acquire = port_acquire,
    .all_access = 0x1F0003,
    .generic_read = 0x20001,
    .generic_write = 0x20002,
    .generic_execute = 0x120000,
};

bool port_post(struct completion_port *port, NTSTATUS status, DWORD bytes, ULONG_PTR key, OVERLAPPED *overlapped) {
    if (port->sink) {
        port->sink->post(port->sink_context, status, bytes, overlapped);
        return true;
    }
    struct packet *packet = malloc(sizeof *packet);
    if (!packet)
        return false;
    *packet = (struct packet){NULL, status, bytes, key, overlapped};
    dispatcher_acquire();
    *port->last = packet;
    port->last = &packet->next;
    port->count++;
    object_signaled(&port->object);
    dispatcher_release();
    return true;
}

void port_release(struct completion_port *port) { object_release(&port->object); }

static struct completion_port *port_new(void) {
    struct completion_port *port = calloc(1, sizeof *port);
    if (!port)
        return NULL;
    object_init(&port->object, &port_type);
    port->last = &port->first;
    return port;
}

struct completion_port *port_new_sink(const struct port_sink *sink, void *context) {
    struct completion_port *port = port_new();
    if (port) {
        port->sink = sink;
        port->sink_context = context;
    }
    return port;
}

bool port_bind(struct completion_port *port, struct file *file, ULONG_PTR key) {
    if (file->port || !file->is_overlapped)
        return false;
    file->port_key = key;
    file->port = (struct completion_port *)object_reference(&port->object);
    return true;
}

void port_unbind(struct file *file) {
    struct completion_port *port = file->port;
    file->port = NULL;
    if (port)
        port_release(port);
}

struct completion_port *port_from_handle(HANDLE handle, NTSTATUS *status) {
    return (struct completion_port *)handle_object(handle, &port_type, 0, status);
}

/* The dispatcher lock is held and there is a packet. */
static struct packet *take(struct completion_port *port) {
    struct packet *packet = port->first;
    port->first = packet->next;
    if (!port->first)
        port->last = &port->first;
    port->count--;
    return packet;
}

/* The next packet; NULL with *status. */
static struct packet *next_packet(struct completion_port *port, int64_t deadline, bool alertable, NTSTATUS *status) {
    struct packet *packet = NULL;
    struct object *object = &port->object;
    *status = wait_for_objects(&object, 1, false, alertable, deadline);
    if (*status == STATUS_WAIT_0) {
        dispatcher_acquire();
        port->promised--;
        packet = take(port);
        dispatcher_release();
    }
    return packet;
}

API(kernel32 kernelbase, HANDLE, CreateIoCompletionPort, HANDLE FileHandle, HANDLE ExistingCompletionPort,
    ULONG_PTR CompletionKey, DWORD NumberOfConcurrentThreads) {
    (void)NumberOfConcurrentThreads; /* a hint to the scheduler */
    struct file *file = NULL;
    if (FileHandle == INVALID_HANDLE_VALUE && ExistingCompletionPort)
        return (HANDLE)(LONG_PTR)fail(ERROR_INVALID_PARAMETER);
    if (FileHandle != INVALID_HANDLE_VALUE && !(file = file_from_handle(FileHandle, 0)))
        return NULL;
    struct completion_port *port = NULL;
    HANDLE handle = ExistingCompletionPort;
    DWORD error = ERROR_SUCCESS;
    if (handle) {
        port = (struct completion_port *)handle_object_or_fail(handle, &port_type, 0);
        error = port ? ERROR_SUCCESS : teb_self()->LastErrorValue;
    } else {
        port = port_new();
        if (port)
            handle = handle_new(&port->object, port_type.all_access, 0);
        error = handle ? ERROR_SUCCESS : ERROR_NOT_ENOUGH_MEMORY;
    }
    if (!error && file && !port_bind(port, file, CompletionKey))
        error = ERROR_INVALID_PARAMETER;
    if (error && !ExistingCompletionPort && handle)
        handle_close(handle);
    if (port)
        object_release(&port->object);
    if (file)
        file_release(file);
    return error ? (HANDLE)(LONG_PTR)fail(error) : handle;
}

API(kernel32 kernelbase, BOOL, PostQueuedCompletionStatus, HANDLE CompletionPort, DWORD dwNumberOfBytesTransferred,
    ULONG_PTR dwCompletionKey, OVERLAPPED *lpOverlapped) {
    struct completion_port *port = (struct completion_port *)handle_object_or_fail(CompletionPort, &port_type, 0);
    if (!port)
        return FALSE;
    bool ok = port_post(port, STATUS_SUCCESS, dwNumberOfBytesTransferred, dwCompletionKey, lpOverlapped);
    object_release(&port->object);
    return ok ? TRUE : fail(ERROR_NOT_ENOUGH_MEMORY);
}

static DWORD error_from_wait(NTSTATUS status) {
    enum { ERROR_ABANDONED_WAIT_0 = 735 };
    return status == STATUS_TIMEOUT ? WAIT_TIMEOUT_CODE : status == STATUS_USER_APC ? 0xC0
         : status == STATUS_ABANDONED_WAIT_0 ? ERROR_ABANDONED_WAIT_0 : win32_from_status(status);
}

API(kernel32 kernelbase, BOOL, GetQueuedCompletionStatus, HANDLE CompletionPort, LPDWORD lpNumberOfBytesTransferred,
    ULONG_PTR *lpCompletionKey, OVERLAPPED **lpOverlapped, DWORD dwMilliseconds) {
    NTSTATUS status;
    *lpOverlapped = NULL;
    struct completion_port *port = (struct completion_port *)handle_object_or_fail(CompletionPort, &port_type, 0);
    if (!port)
        return FALSE;
    struct packet *packet = next_packet(port, deadline_from_milliseconds(dwMilliseconds), false, &status);
    object_release(&port->object);
    if (!packet)
        return fail(error_from_wait(status));
    *lpNumberOfBytesTransferred = packet->bytes;
    *lpCompletionKey = packet->key;
    *lpOverlapped = packet->overlapped;
    status = packet->status;
    free(packet);
    /* The packet of a failed operation is taken, and the function fails with the operation's error. */
    return NT_SUCCESS(status) ? TRUE : fail(win32_from_status(status));
}

API(kernel32 kernelbase, BOOL, GetQueuedCompletionStatusEx, HANDLE CompletionPort,
    OVERLAPPED_ENTRY *lpCompletionPortEntries, ULONG ulCount, PULONG ulNumEntriesRemoved, DWORD dwMilliseconds,
    BOOL fAlertable) {
    NTSTATUS status;
    if (!ulCount)
        return fail(ERROR_INVALID_PARAMETER);
    struct completion_port *port = (struct completion_port *)handle_object_or_fail(CompletionPort, &port_type, 0);
    if (!port)
        return FALSE;
    int64_t deadline = deadline_from_milliseconds(dwMilliseconds);
    ULONG count = 0;
    while (count < ulCount) {
        struct packet *packet = next_packet(port, count ? 0 : deadline, !count && fAlertable, &status);
        if (!packet)
            break;
        lpCompletionPortEntries[count++] =
            (OVERLAPPED_ENTRY){packet->key, packet->overlapped, (ULONG)packet->status, packet->bytes};
        free(packet);
    }
    object_release(&port->object);
    *ulNumEntriesRemoved = count;
    return count ? TRUE : fail(error_from_wait(status));
}

/* ---- the same by NT's names ("NtRemoveIoCompletion", "NtSetIoCompletion") ---- */

typedef struct {
    PVOID KeyContext, ApcContext;
    IO_STATUS_BLOCK IoStatusBlock;
} FILE_IO_COMPLETION_INFORMATION;

API(ntdll, NTSTATUS, NtCreateIoCompletion, PHANDLE IoCompletionHandle, ACCESS_MASK DesiredAccess,
    const OBJECT_ATTRIBUTES *ObjectAttributes, ULONG Count) {
    (void)Count;
    struct completion_port *port = port_new();
    if (!port)
        return STATUS_NO_MEMORY;
    return nt_create(&port->object, DesiredAccess, ObjectAttributes, IoCompletionHandle);
}

API(ntdll, NTSTATUS, NtSetIoCompletion, HANDLE IoCompletionHandle, PVOID KeyContext, PVOID ApcContext,
    NTSTATUS IoStatus, ULONG_PTR IoStatusInformation) {
    NTSTATUS status;
    struct completion_port *port = port_from_handle(IoCompletionHandle, &status);
    if (!port)
        return status;
    bool posted = port_post(port, IoStatus, (DWORD)IoStatusInformation, (ULONG_PTR)KeyContext, ApcContext);
    port_release(port);
    return posted ? STATUS_SUCCESS : STATUS_NO_MEMORY;
}

static FILE_IO_COMPLETION_INFORMATION information_of(struct packet *packet) {
    FILE_IO_COMPLETION_INFORMATION information = {.KeyContext = (PVOID)packet->key, .ApcContext = packet->overlapped};
    information.IoStatusBlock.Status = packet->status;
    information.IoStatusBlock.Information = packet->bytes;
    free(packet);
    return information;
}

/* Takes up to `count` packets; waits for the first alone. */
static NTSTATUS remove_packets(HANDLE handle, FILE_IO_COMPLETION_INFORMATION *entries, ULONG count, PULONG removed,
                               const LARGE_INTEGER *timeout, bool alertable) {
    NTSTATUS status;
    struct completion_port *port = port_from_handle(handle, &status);
    if (!port)
        return status;
    int64_t deadline = deadline_from_nt(timeout);
    *removed = 0;
    for (struct packet *packet; *removed < count; entries[(*removed)++] = information_of(packet)) {
        packet = next_packet(port, *removed ? 0 : deadline, !*removed && alertable, &status);
        if (!packet)
            break;
    }
    port_release(port);
    return *removed ? STATUS_SUCCESS : status;
}

API(ntdll, NTSTATUS, NtRemoveIoCompletion, HANDLE IoCompletionHandle, PVOID *KeyContext, PVOID *ApcContext,
    IO_STATUS_BLOCK *IoStatusBlock, LARGE_INTEGER *Timeout) {
    FILE_IO_COMPLETION_INFORMATION entry;
    ULONG removed;
    NTSTATUS status = remove_packets(IoCompletionHandle, &entry, 1, &removed, Timeout, false);
    if (status)
        return status;
    *KeyContext = entry.KeyContext;
    *ApcContext = entry.ApcContext;
    *IoStatusBlock = entry.IoStatusBlock;
    return STATUS_SUCCESS;
}

API(ntdll, NTSTATUS, NtRemoveIoCompletionEx, HANDLE IoCompletionHandle,
    FILE_IO_COMPLETION_INFORMATION *IoCompletionInformation, ULONG Count, PULONG NumEntriesRemoved,
    LARGE_INTEGER *Timeout, BOOLEAN Alertable) {
    if (!Count)
        return STATUS_INVALID_PARAMETER;
    return remove_packets(IoCompletionHandle, IoCompletionInformation, Count, NumEntriesRemoved, Timeout, Alertable);
}

API(ntdll, NTSTATUS, NtQueryIoCompletion, HANDLE IoCompletionHandle, int IoCompletionInformationClass,
    PVOID IoCompletionInformation, ULONG IoCompletionInformationLength, PULONG ReturnLength) {
    NTSTATUS status;
    if (IoCompletionInformationClass != 0)
        return STATUS_INVALID_INFO_CLASS;
    if (IoCompletionInformationLength != sizeof(LONG))
        return STATUS_INFO_LENGTH_MISMATCH;
    struct completion_port *port = port_from_handle(IoCompletionHandle, &status);
    if (!port)
        return status;
    dispatcher_acquire();
    *(LONG *)IoCompletionInformation = (LONG)(port->count - port->promised);
    dispatcher_release();
    port_release(port);
    if (ReturnLength)
        *ReturnLength = sizeof(LONG);
    return STATUS_SUCCESS;
}
