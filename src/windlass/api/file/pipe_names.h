/* Names of pipes and their instances, the same for all processes of a user (pipe_names.c). */
#ifndef WINDLASS_PIPE_NAMES_H
#define WINDLASS_PIPE_NAMES_H

#include <limits.h>

#include "file.h"

/* What all instances of a name have in common; the sizes are those of the latest. */
struct pipe_traits {
    bool is_message;
    DWORD open_mode;                    /* PIPE_ACCESS_* */
    unsigned maximum;                   /* of instances; PIPE_UNLIMITED_INSTANCES */
    DWORD timeout, in_size, out_size;   /* milliseconds; bytes */
};

/* A server's end, from CreateNamedPipe until its last handle is closed. */
struct pipe_instance {
    unsigned number;                    /* never given twice while the name lives */
    int listener;
};

/* One more instance, which waits for a client. `shown` is the name as it was given. STATUS_ACCESS_DENIED: it is not like the others, or not the first as
 * `is_first` demands; STATUS_INSTANCE_NOT_AVAILABLE: there are as many as there may be. */
NTSTATUS pipe_instance_create(const char *name, const char *shown, const struct pipe_traits *traits, bool is_first,
                              struct pipe_instance *instance);

/* A client can have it again. */
void pipe_instance_offer(const char *name, unsigned number);

/* The instance is none any more; its listener is not closed by this. */
void pipe_instance_remove(const char *name, unsigned number);

/* Forgets the instances that no process holds any more. */
void pipe_name_sweep(const char *name);

bool pipe_instance_exists(const char *name, unsigned number);

/* Takes an instance that waits for a client: *fd is the connection. STATUS_OBJECT_NAME_NOT_FOUND,
 * STATUS_PIPE_NOT_AVAILABLE when all are taken, STATUS_ACCESS_DENIED when the pipe goes the other way. */
NTSTATUS pipe_name_connect(const char *name, ACCESS_MASK access, struct pipe_traits *traits, unsigned *number, int *fd);

/* Until an instance waits for a client: STATUS_SUCCESS, STATUS_OBJECT_NAME_NOT_FOUND or STATUS_IO_TIMEOUT. `timeout` is
 * WaitNamedPipe's. */
NTSTATUS pipe_name_wait(const char *name, DWORD timeout);

unsigned pipe_name_instances(const char *name);

/* The folder of all names; false: there is none yet. */
bool pipe_root_path(char path[PATH_MAX]);

/* The name that a folder in it is for, and what a search tells of it: the number of its instances as its size, how many
 * there may be as what is allocated. False: nobody serves it. */
enum { PIPE_SHOWN_SIZE = 800 };
bool pipe_folder_facts(const char *folder, char shown[PIPE_SHOWN_SIZE], struct file_facts *facts);

/* The same for a name. */
bool pipe_name_facts(const char *name, char shown[PIPE_SHOWN_SIZE], struct file_facts *facts);

#endif
