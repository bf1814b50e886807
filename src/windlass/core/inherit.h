/* Objects that a child process gets from its parent ("Inheritance", "Handle Inheritance"): a descriptor, which the host
 * passes on, and what is to be known about it. */
#ifndef WINDLASS_INHERIT_H
#define WINDLASS_INHERIT_H

#include "handle.h"

enum { GIFT_FACTS = 4352 };

struct gift {
    int fd;                                          /* with CLOEXEC; whoever has the gift closes it, or takes it over */
    size_t size;
    unsigned char facts[GIFT_FACTS];                 /* the type's own */
};

/* False: objects of this kind cannot be had by another process, or there is no descriptor left. */
bool object_give(struct object *object, struct gift *gift);

/* In the child: the object, with a reference for the caller; NULL. Takes over the descriptor. */
struct object *object_take(const char *type, const struct gift *gift);

/* For types some of whose objects are shared (shared.h). */
bool object_give_shared(struct object *object, struct gift *gift);

/* Facts as a structure of the type's own. */
#define GIFT_PUT(gift_, facts_) ((gift_)->size = sizeof(facts_), memcpy((gift_)->facts, &(facts_), sizeof(facts_)))
#define GIFT_GET(gift_, facts_) \
    ((gift_)->size == sizeof(facts_) && memcpy(&(facts_), (gift_)->facts, sizeof(facts_)) != NULL)

#endif
