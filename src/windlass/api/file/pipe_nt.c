/* Named pipes by the native calls ("NtCreateNamedPipeFile", "FSCTL_PIPE_PEEK" ...), as run-time libraries make the pipes
 * of child processes: a pipe without a name, made below the handle of the pipes' root directory, whose client's end is
 * opened with the server's handle as its root. */
#include "pipe.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#include "codepage.h"
#include "device_control.h"
#include "file_query.h"
#include "nt.h"
#include "pipe_nt.h"
#include "unicode.h"

#define FSCTL_PIPE(function_, method_, access_) CTL_CODE(FILE_DEVICE_NAMED_PIPE, function_, method_, access_)
#define FSCTL_PIPE_DISCONNECT FSCTL_PIPE(1, METHOD_BUFFERED, 0)
#define FSCTL_PIPE_LISTEN FSCTL_PIPE(2, METHOD_BUFFERED, 0)
#define FSCTL_PIPE_PEEK FSCTL_PIPE(3, METHOD_BUFFERED, 1)
#define FSCTL_PIPE_TRANSCEIVE FSCTL_PIPE(5, METHOD_NEITHER, 3)

#define FILE_PIPE_MESSAGE_TYPE 1u

static const WCHAR *const roots[] = {u"\\Device\\NamedPipe\\", u"\\??\\PIPE\\", u"\\DosDevices\\PIPE\\"};

/* The name behind the pipes' root directory, in lower case; NULL: it is not a pipe's. */
static char *pipe_name(const OBJECT_ATTRIBUTES *attributes, bool below_root) {
    const UNICODE_STRING *name = attributes->ObjectName;
    size_t skip = 0;
    if (!below_root) {
        for (size_t i = 0; i < sizeof roots / sizeof *roots && !skip; i++)
            if (nt_name_begins(name, roots[i]))
                skip = wide_length(roots[i]);
        if (!skip)
            return NULL;
    }
    WCHAR *copy = calloc(name->Length / sizeof(WCHAR) + 1, sizeof *copy);
    if (!copy)
        return NULL;
    for (size_t i = skip; i < name->Length / sizeof(WCHAR); i++)
        copy[i - skip] = unicode_lower(name->Buffer[i]);
    char *text = utf8_copy_of_wide(copy);
    free(copy);
    return text;
}

static struct file *root_of(const OBJECT_ATTRIBUTES *attributes) {
    NTSTATUS status;
    return attributes->RootDirectory ? (struct file *)handle_object(attributes->RootDirectory, &file_type, 0, &status) : NULL;
}

struct file *pipe_open_root(ACCESS_MASK access) {
    int fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    struct file *file = fd >= 0 ? file_from_fd(fd, access) : NULL;
    if (file)
        file->device = FILE_DEVICE_PIPES;
    return file;
}

static NTSTATUS open_client(const char *name, ACCESS_MASK access, ULONG options, struct file **file) {
    struct host_path path = {.kind = PATH_PIPE};
    snprintf(path.text, sizeof path.text, "%s", name);
    const struct object prototype = {.type = &file_type};
    const struct file_open_request request = {.path = &path, .access = access_from_generic(&prototype, access),
                                              .options = options};
    return pipe_open(&request, file);
}

bool pipe_open_native(const OBJECT_ATTRIBUTES *attributes, ACCESS_MASK access, ULONG options, struct file **file,
                      NTSTATUS *status) {
    struct file *root = root_of(attributes);
    const char *server = root ? pipe_name_of(root) : NULL;
    bool below_root = root && root->device == FILE_DEVICE_PIPES;
    char *name = server || (root && !below_root) ? NULL : pipe_name(attributes, below_root);
    bool handled = true;
    if (server && !attributes->ObjectName->Length) {
        *status = open_client(server, access, options, file);
    } else if (name && !*name) {
        *file = pipe_open_root(access);
        *status = *file ? STATUS_SUCCESS : STATUS_NO_MEMORY;
    } else if (name) {
        *status = open_client(name, access, options, file);
    } else {
        handled = false;
    }
    free(name);
    if (root)
        file_release(root);
    return handled;
}

/* Which way, from what the client may do. */
static DWORD open_mode(ULONG share) {
    return (share & FILE_SHARE_WRITE ? PIPE_ACCESS_INBOUND : 0) | (share & FILE_SHARE_READ ? PIPE_ACCESS_OUTBOUND : 0);
}

/* A pipe without a name has one that nobody knows. */
static char *unnamed(void) {
    static atomic_uint count;
    char text[64];
    snprintf(text, sizeof text, "unnamed.%u.%u", (unsigned)getpid(), atomic_fetch_add(&count, 1));
    return strdup(text);
}

API(ntdll, NTSTATUS, NtCreateNamedPipeFile, PHANDLE FileHandle, ACCESS_MASK DesiredAccess,
    OBJECT_ATTRIBUTES *ObjectAttributes, IO_STATUS_BLOCK *IoStatusBlock, ULONG ShareAccess, ULONG CreateDisposition,
    ULONG CreateOptions, ULONG NamedPipeType, ULONG ReadMode, ULONG CompletionMode, ULONG MaximumInstances,
    ULONG InboundQuota, ULONG OutboundQuota, LARGE_INTEGER *DefaultTimeout) {
    if (!ObjectAttributes || !ObjectAttributes->ObjectName || !open_mode(ShareAccess) || !MaximumInstances ||
        (ReadMode & FILE_PIPE_MESSAGE_TYPE && !(NamedPipeType & FILE_PIPE_MESSAGE_TYPE)))
        return STATUS_INVALID_PARAMETER;
    struct file *root = root_of(ObjectAttributes);
    bool below_root = root && root->device == FILE_DEVICE_PIPES;
    char *name = below_root && !ObjectAttributes->ObjectName->Length ? unnamed() : pipe_name(ObjectAttributes, below_root);
    if (root)
        file_release(root);
    if (!name)
        return STATUS_OBJECT_NAME_INVALID;
    const struct object prototype = {.type = &file_type};
    const struct pipe_request request = {
        .name = name,
        .shown = name,
        .access = access_from_generic(&prototype, DesiredAccess),
        .traits = {.is_message = NamedPipeType & FILE_PIPE_MESSAGE_TYPE, .open_mode = open_mode(ShareAccess),
                   .maximum = MaximumInstances == ~0u ? PIPE_UNLIMITED_INSTANCES : MaximumInstances,
                   .timeout = DefaultTimeout && DefaultTimeout->QuadPart < 0 ? (DWORD)(-DefaultTimeout->QuadPart / 10000)
                                                                             : 50,
                   .in_size = InboundQuota, .out_size = OutboundQuota},
        .reads_messages = ReadMode & FILE_PIPE_MESSAGE_TYPE,
        .no_wait = CompletionMode,
        .is_first = CreateDisposition == FILE_CREATE,
        .is_overlapped = !(CreateOptions & (FILE_SYNCHRONOUS_IO_ALERT | FILE_SYNCHRONOUS_IO_NONALERT)),
    };
    struct file *file = NULL;
    NTSTATUS status = pipe_create(&request, &file);
    free(name);
    if (status)
        return status;
    DWORD flags = ObjectAttributes->Attributes & OBJ_INHERIT ? HANDLE_FLAG_INHERIT : 0;
    *FileHandle = handle_new(&file->object, file->access, flags);
    file_release(file);
    status = *FileHandle ? STATUS_SUCCESS : STATUS_NO_MEMORY;
    *IoStatusBlock = (IO_STATUS_BLOCK){{status}, FILE_CREATED};
    return status;
}

/* ---- control codes ---- */

/* "FILE_PIPE_PEEK_BUFFER structure" */
struct peek_buffer {
    ULONG state, available, messages, message_length;
    char data[];
};

static NTSTATUS peek(struct file *file, const struct control_buffers *buffers, size_t *done) {
    struct peek_buffer *out = buffers->out;
    struct pipe_state state;
    size_t count;
    if (buffers->out_size < sizeof *out)
        return STATUS_INVALID_PARAMETER;
    NTSTATUS status = pipe_peek(file, out->data, buffers->out_size - sizeof *out, &count, &state);
    if (status && status != STATUS_BUFFER_OVERFLOW)
        return status;
    *out = (struct peek_buffer){FILE_PIPE_CONNECTED_STATE, state.available, state.message ? 1 : 0, state.message};
    *done = sizeof *out + count;
    return status;
}

NTSTATUS pipe_control(struct file *file, ULONG code, const struct control_buffers *buffers,
                      const struct io_request *request, size_t *done) {
    NTSTATUS status;
    switch (code) {
    case FSCTL_PIPE_DISCONNECT: return pipe_disconnect(file);
    case FSCTL_PIPE_LISTEN: return pipe_connect(file, request);
    case FSCTL_PIPE_PEEK: return peek(file, buffers, done);
    case FSCTL_PIPE_TRANSCEIVE:
        status = pipe_write(file, buffers->in, buffers->in_size, done);
        return status ? status : pipe_read(file, buffers->out, buffers->out_size, done);
    default: return STATUS_NOT_SUPPORTED;
    }
}

/* ---- information classes ---- */

/* "FILE_PIPE_INFORMATION structure" */
struct pipe_information {
    ULONG read_mode, completion_mode;
};

/* "FILE_PIPE_LOCAL_INFORMATION structure" */
struct pipe_local_information {
    ULONG type, configuration, maximum, current, in_quota, readable, out_quota, writable, state, end;
};

static NTSTATUS give(const void *data, size_t needed, void *buffer, size_t size, size_t *done) {
    if (size < needed)
        return STATUS_INFO_LENGTH_MISMATCH;
    memcpy(buffer, data, needed);
    *done = needed;
    return STATUS_SUCCESS;
}

NTSTATUS pipe_query_information(struct file *file, int class, void *buffer, size_t size, size_t *done) {
    struct pipe_facts facts;
    if (file->kind != FILE_KIND_PIPE)
        return STATUS_INVALID_PARAMETER;
    pipe_facts_of(file, &facts);
    if (class == FilePipeInformation) {
        const struct pipe_information modes = {facts.reads_messages, facts.no_wait};
        return give(&modes, sizeof modes, buffer, size, done);
    }
    unsigned quota = facts.is_server ? facts.out_quota : facts.in_quota; /* of what this end writes */
    const struct pipe_local_information local = {
        .type = facts.is_message, .configuration = facts.open_mode - PIPE_ACCESS_INBOUND, .maximum = facts.maximum,
        .current = facts.instances, .in_quota = facts.in_quota, .readable = facts.readable, .out_quota = facts.out_quota,
        .writable = facts.unread < quota ? quota - facts.unread : 0, .state = facts.state, .end = facts.is_server};
    return give(&local, sizeof local, buffer, size, done);
}

NTSTATUS pipe_set_information(struct file *file, const void *buffer) {
    const struct pipe_information *modes = buffer;
    if (file->kind != FILE_KIND_PIPE || modes->read_mode > 1 || modes->completion_mode > 1)
        return STATUS_INVALID_PARAMETER;
    return pipe_set_modes(file, modes->read_mode, modes->completion_mode);
}
