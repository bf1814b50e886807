/* Access to the API records; see registry.c. */
#ifndef WINDLASS_REGISTRY_H
#define WINDLASS_REGISTRY_H

#include "api.h"

size_t api_record_count(void);
const struct api_record *api_record_at(size_t index);

/* Fills a builtin image's slots; NO_RECORD stands for a function in Python, which is looked for at its first call. */
enum { NO_RECORD = UINT32_MAX };
void api_connect_functions(void **slots, const uint32_t *records, size_t count);

/* Tells the variables' pointers where their storage is in the image at base; NULL: it is gone. */
void api_connect_variables(const void *base, const uint32_t *records, size_t count);

#endif
