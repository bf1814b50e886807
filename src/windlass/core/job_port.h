/* The completion port that hears of a job's processes ("JOBOBJECT_ASSOCIATE_COMPLETION_PORT structure").
 *
 * The process that associated the port watches the members and posts to it. It hears at once of members that it started
 * itself and of every end; of a process that a member started when the next one ends. */
#ifndef WINDLASS_JOB_PORT_H
#define WINDLASS_JOB_PORT_H

#include "file.h"
#include "host_process.h"

struct job_port;

/* Takes over the reference to the port. NULL out of memory. */
struct job_port *job_port_new(struct object *job, struct completion_port *port, ULONG_PTR key);

/* Ends all watching. No lock is held. */
void job_port_free(struct job_port *port);

/* Looks at the job's members and tells of those that are new. No lock is held. */
void job_port_update(struct job_port *port);

#endif
