#include "inherit.h"

#include <unistd.h>

#include "namespace.h"
#include "shared.h"
#include "sync.h"

extern const struct object_type file_type, process_type, section_type, timer_type, job_type;

static const struct object_type *const types[] = {&event_type, &file_type,      &job_type,  &mutant_type,
                                                  &process_type, &section_type, &semaphore_type, &timer_type};

bool object_give_shared(struct object *object, struct gift *gift) {
    gift->size = 0;
    gift->fd = shared_promote(object) ? shared_descriptor(object->shared) : -1;
    return gift->fd >= 0;
}

bool object_give(struct object *object, struct gift *gift) {
    return object->type->give ? object->type->give(object, gift) : object_give_shared(object, gift);
}

static struct object *take(const struct object_type *type, const struct gift *gift) {
    return gift->size && type->take ? type->take(gift) : named_object_adopt(type, gift->fd);
}

struct object *object_take(const char *type, const struct gift *gift) {
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strcmp(types[i]->name, type) == 0)
            return take(types[i], gift);
    close(gift->fd);
    return NULL;
}
