/* What the loader does to the module lists; see module.c. All of it under the loader lock. */
#ifndef WINDLASS_MODULE_H
#define WINDLASS_MODULE_H

#include "core.h"

/* One module: what Windows programs see comes first, what windlass keeps beside it follows. */
struct module {
    LDR_DATA_TABLE_ENTRY ldr;
    const void *const *tls_callbacks; /* NULL-terminated, or NULL */
};

struct module_facts {
    void *base;
    void *entry_point;
    DWORD size;
    DWORD flags;
    DWORD timestamp;
    ULONG_PTR original_base;
    const WCHAR *path; /* as Windows programs see it */
    size_t path_length;
    const void *const *tls_callbacks;
};

void modules_init(void);
struct module *module_add(const struct module_facts *facts);
void module_set_initialized(struct module *module);
void module_set_detached(struct module *module);
void module_remove(struct module *module);

/* Gives a module with static TLS its index and every thread its block; -1: no index left. */
int tls_add(const void *data, size_t size, size_t zero_fill, size_t alignment);
void tls_remove(unsigned index);

/* Resolves "DLL.name" and "DLL.#ordinal" for a module; set by python.c. */
extern void *(*forwarder_hook)(const void *base, const char *forwarder);

/* Changes a module's reference count, which Python keeps; false: there is no such module. Set by python.c. */
enum module_count { MODULE_RELEASE, MODULE_ADD_REFERENCE, MODULE_PIN };
extern bool (*module_count_hook)(const void *base, enum module_count change);

#endif
