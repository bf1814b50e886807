/* The API records of all C files; see api.h. */
#include "registry.h"

/* Set by the linker around the section that API_RECORD fills; weak, for a build without any record. */
extern const struct api_record *const __start_windlass_api[] __attribute__((weak, visibility("hidden")));
extern const struct api_record *const __stop_windlass_api[] __attribute__((weak, visibility("hidden")));

size_t api_record_count(void) { return (size_t)(__stop_windlass_api - __start_windlass_api); }

const struct api_record *api_record_at(size_t index) { return __start_windlass_api[index]; }
