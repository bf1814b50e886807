/* The API records of all C files (see api.h), and the builtin images' connection with them. */
#include "registry.h"

/* Set by the linker around the section that API_RECORD fills; weak, for a build without any record. */
extern const struct api_record *const __start_windlass_api[] __attribute__((weak, visibility("hidden")));
extern const struct api_record *const __stop_windlass_api[] __attribute__((weak, visibility("hidden")));

size_t api_record_count(void) { return (size_t)(__stop_windlass_api - __start_windlass_api); }

const struct api_record *api_record_at(size_t index) { return __start_windlass_api[index]; }

extern const char api_lazy_entry[];

void api_connect_functions(void **slots, const uint32_t *records, size_t count) {
    for (size_t i = 0; i < count; i++)
        slots[i] = records[i] == NO_RECORD ? (void *)(uintptr_t)api_lazy_entry : api_record_at(records[i])->address;
}

void api_connect_variables(const void *base, const uint32_t *records, size_t count) {
    for (size_t i = 0; i < count; i++) {
        const struct api_record *variable = api_record_at(records[i]);
        NTSTATUS status;
        *(void **)variable->address = base ? module_export(base, variable->name, 0, &status) : NULL;
    }
}
