/* Named pipes, shared by the pipe_*.c files and the files that open them. */
#ifndef WINDLASS_PIPE_H
#define WINDLASS_PIPE_H

#include "file.h"
#include "pipe_names.h"

#define PIPE_ACCESS_INBOUND 1u
#define PIPE_ACCESS_OUTBOUND 2u
#define PIPE_UNLIMITED_INSTANCES 255u
#define PIPE_NOWAIT 1u
#define PIPE_READMODE_MESSAGE 2u
#define PIPE_TYPE_MESSAGE 4u

#define STATUS_PIPE_LISTENING ((NTSTATUS)0xC00000B3)
#define STATUS_PIPE_CONNECTED ((NTSTATUS)0xC00000B2)
#define STATUS_PIPE_DISCONNECTED ((NTSTATUS)0xC00000B0)
#define STATUS_PIPE_NOT_AVAILABLE ((NTSTATUS)0xC00000AC)
#define STATUS_INSTANCE_NOT_AVAILABLE ((NTSTATUS)0xC00000AB)
#define STATUS_PIPE_EMPTY ((NTSTATUS)0xC00000D9)
#define STATUS_IO_TIMEOUT ((NTSTATUS)0xC00000B5)
#define STATUS_PIPE_CLOSING ((NTSTATUS)0xC00000B1)
#define STATUS_INVALID_PIPE_STATE ((NTSTATUS)0xC00000AD)

/* A new instance of a pipe. */
struct pipe_request {
    const char *name;                   /* as struct host_path has it */
    const char *shown;                  /* as it was given */
    ACCESS_MASK access;
    struct pipe_traits traits;
    bool reads_messages, no_wait;
    bool is_first;                      /* there must be no instance yet */
    bool is_overlapped;
};
/* As pipe_instance_create(). */
NTSTATUS pipe_create(const struct pipe_request *request, struct file **file);

/* The name that the server's end was made with; NULL for clients and other files. */
const char *pipe_name_of(const struct file *file);

/* A client's end. */
NTSTATUS pipe_open(const struct file_open_request *request, struct file **file);

/* Takes the client that has connected meanwhile, if one has: a server may read without ConnectNamedPipe. */
void pipe_settle(struct file *file);

/* The last handle is closed, and: nothing refers to the end any more. */
void pipe_end_close(struct pipe_end *pipe);
void pipe_end_free(struct pipe_end *pipe);

/* What another process needs to have the end, too. A connection goes without what was read too far, and cannot be
 * disconnected and connected again there. A server's end that waits for a client is served by both processes then. */
struct pipe_gift {
    struct pipe_traits traits;
    unsigned number;
    bool reads_messages, no_wait, is_listening, is_disconnected;
};
/* The descriptor to be passed on, which stays the file's. */
int pipe_end_give(struct file *file, struct pipe_gift *gift, const char **name);
/* Takes over the descriptor if the end is listening. */
struct pipe_end *pipe_end_take(const struct pipe_gift *gift, const char *name, int fd);

/* Whether a message has been read in part: the rest can be read without waiting. */
bool pipe_has_rest(const struct file *file);

/* The process at the other end when they connected, as the host knows it; 0: there is none. */
pid_t pipe_peer(const struct file *file);

struct pipe_state {
    unsigned available;                 /* bytes that can be read now */
    unsigned message;                   /* of them, left of the first message */
};
/* FSCTL_PIPE_PEEK and PeekNamedPipe: up to `size` bytes that stay where they are. STATUS_BUFFER_OVERFLOW: there are more,
 * of the message or of the stream. */
NTSTATUS pipe_peek(struct file *file, void *buffer, size_t size, size_t *done, struct pipe_state *state);

/* What an end of a pipe, named or anonymous, is and holds. */
struct pipe_facts {
    bool is_server, is_message, reads_messages, no_wait;
    DWORD open_mode;                    /* PIPE_ACCESS_*, the server's */
    DWORD state;                        /* FILE_PIPE_*_STATE */
    unsigned maximum, instances;
    unsigned in_quota, out_quota;       /* the server's */
    unsigned readable;                  /* bytes */
    unsigned unread;                    /* of what was written here; at least so many bytes */
};
enum {
    FILE_PIPE_DISCONNECTED_STATE = 1, FILE_PIPE_LISTENING_STATE = 2, FILE_PIPE_CONNECTED_STATE = 3,
    FILE_PIPE_CLOSING_STATE = 4
};
void pipe_facts_of(struct file *file, struct pipe_facts *facts);

/* STATUS_INVALID_PARAMETER: a pipe of bytes has no messages to read. */
NTSTATUS pipe_set_modes(struct file *file, bool reads_messages, bool no_wait);

/* "FlushFileBuffers function": a server waits until its client has read all. */
NTSTATUS pipe_flush(struct file *file);

NTSTATUS pipe_connect(struct file *file, const struct io_request *request);
NTSTATUS pipe_disconnect(struct file *file);

#endif
