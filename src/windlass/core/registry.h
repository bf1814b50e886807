/* Access to the API records; see registry.c. */
#ifndef WINDLASS_REGISTRY_H
#define WINDLASS_REGISTRY_H

#include "api.h"

size_t api_record_count(void);
const struct api_record *api_record_at(size_t index);

#endif
