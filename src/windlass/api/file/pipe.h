/* Named pipes, shared by the pipe_*.c files and the files that open them. */
#ifndef WINDLASS_PIPE_H
#define WINDLASS_PIPE_H

#include "file.h"

#define PIPE_ACCESS_INBOUND 1u
#define PIPE_ACCESS_OUTBOUND 2u
#define PIPE_UNLIMITED_INSTANCES 255u

#define STATUS_PIPE_LISTENING ((NTSTATUS)0xC00000B3)
#define STATUS_PIPE_CONNECTED ((NTSTATUS)0xC00000B2)
#define STATUS_PIPE_DISCONNECTED ((NTSTATUS)0xC00000B0)
#define STATUS_PIPE_NOT_AVAILABLE ((NTSTATUS)0xC00000AC)
#define STATUS_INSTANCE_NOT_AVAILABLE ((NTSTATUS)0xC00000AB)
#define STATUS_PIPE_CLOSING ((NTSTATUS)0xC00000B1)
#define STATUS_INVALID_PIPE_STATE ((NTSTATUS)0xC00000AD)

/* A new instance of a pipe. */
struct pipe_request {
    const char *name;                   /* as struct host_path has it */
    ACCESS_MASK access;
    DWORD open_mode;                    /* PIPE_ACCESS_*: which way */
    bool is_message, reads_messages;
    bool is_first;                      /* there must be no instance yet */
    bool is_overlapped;
    unsigned maximum;                   /* of instances */
    DWORD timeout, in_size, out_size;   /* milliseconds; bytes */
};
/* NULL with *error. */
struct file *pipe_create(const struct pipe_request *request, DWORD *error);

/* The name that the server's end was made with; NULL for clients and other files. */
const char *pipe_name_of(const struct file *file);

/* A client's end. */
NTSTATUS pipe_open(const struct file_open_request *request, struct file **file);

/* Takes the client that has connected meanwhile, if one has: a server may read without ConnectNamedPipe. */
void pipe_settle(struct file *file);

/* The last handle is closed, and: nothing refers to the end any more. */
void pipe_end_close(struct pipe_end *pipe);
void pipe_end_free(struct pipe_end *pipe);

/* What another process needs to have the end, too. A connection goes without what was read too far and without the name,
 * so that it cannot be disconnected and connected again there. A server's end that waits for a client goes with its
 * name, and both processes serve that then. */
struct pipe_gift {
    bool is_message, reads_messages, is_listening, is_disconnected;
    DWORD open_mode, timeout, in_size, out_size;
    unsigned maximum;
};
/* The descriptor to be passed on, which stays the file's. *name: "" for a connection. */
int pipe_end_give(struct file *file, struct pipe_gift *gift, const char **name);
/* Takes over the descriptor if the end is listening. */
struct pipe_end *pipe_end_take(const struct pipe_gift *gift, const char *name, int fd);

/* Whether a message has been read in part: the rest can be read without waiting. */
bool pipe_has_rest(struct file *file);

struct pipe_state {
    unsigned available;                 /* bytes that can be read now */
    unsigned message;                   /* of them, left of the first message */
};
/* FSCTL_PIPE_PEEK and PeekNamedPipe: up to `size` bytes that stay where they are. STATUS_BUFFER_OVERFLOW: there are more,
 * of the message or of the stream. */
NTSTATUS pipe_peek(struct file *file, void *buffer, size_t size, size_t *done, struct pipe_state *state);

/* What an end of a pipe, named or anonymous, is and holds. Of a client whose server is in another process the instances
 * and quotas are not known; it has those of a pipe that was made without saying. */
struct pipe_facts {
    bool is_server, is_message, reads_messages;
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
NTSTATUS pipe_set_read_mode(struct file *file, bool reads_messages);

NTSTATUS pipe_connect(struct file *file, const struct io_request *request);
NTSTATUS pipe_disconnect(struct file *file);

#endif
