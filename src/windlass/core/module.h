/* What the loader does to the module lists; see module.c. All of it under the loader lock. */
#ifndef WINDLASS_MODULE_H
#define WINDLASS_MODULE_H

#include <stdatomic.h>

#include "core.h"

/* One module: what Windows programs see comes first, what windlass keeps beside it follows. */
struct module {
    LDR_DATA_TABLE_ENTRY ldr;
    const void *const *tls_callbacks; /* NULL-terminated, or NULL */
    uint64_t device, inode;           /* of its file; 0 for a builtin DLL */
    bool known;                       /* its name always means this DLL, wherever it is searched for */
    unsigned loads;                   /* LoadLibrary calls not yet matched by FreeLibrary */
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
    uint64_t device, inode;
    bool known;
};

void modules_init(void);
struct module *module_add(const struct module_facts *facts);
void module_set_initialized(struct module *module);
void module_set_detached(struct module *module);
void module_remove(struct module *module);

/* Takes the module from the lists, so that nobody finds it any more by name or file. Its addresses stay known. */
void module_hide(struct module *module);

/* Whether a thread of this process that is not the calling one began in this range and has not ended. */
bool threads_began_within(const void *base, size_t size);

/* The module that was mapped from the file with this host path; NULL: there is none. */
struct module *module_from_file(const char *path);

/* What LoadLibrary means when that DLL is loaded already: a host path with the file name's extension, or the name of a
 * known DLL or an API set. NULL: the loader has to look. */
struct module *module_loaded_from(const char *path);
struct module *module_known_as(const WCHAR *name, size_t length);

/* The builtin DLLs that implement an API set, ended by NULL; NULL when the name (in any case, of any version) is none.
 * The first one's handle is what the API set's name gives. */
const char *const *api_set_hosts(const WCHAR *name, size_t length);
struct module *module_from_api_set(const WCHAR *name, size_t length);

/* All modules that the name of a known DLL or an API set stands for; 0 unless all of them are loaded. */
enum { MAX_API_SET_HOSTS = 4 };
size_t modules_known_as(const WCHAR *name, size_t length, struct module *found[MAX_API_SET_HOSTS]);

/* Gives a module with static TLS its index and every thread its block; -1: no index left. */
int tls_add(const void *data, size_t size, size_t zero_fill, size_t alignment);
void tls_remove(unsigned index);

/* Resolves "DLL.name" and "DLL.#ordinal" for a module; set by python.c. */
extern void *(*forwarder_hook)(const void *base, const char *forwarder);

/* Changes a module's reference count, which Python keeps; false: there is no such module. Set by python.c. */
enum module_count { MODULE_RELEASE, MODULE_ADD_REFERENCE, MODULE_PIN };
extern bool (*module_count_hook)(const void *base, enum module_count change);

/* LoadLibraryEx and FreeLibrary for all that needs the loader, which is Python (api/module/library.py). They set the last
 * error. Set by python.c. */
extern void *(*module_load_hook)(const WCHAR *name, DWORD flags);
extern bool (*module_free_hook)(const void *handle);

/* True: another file is meant by a name than the name says (activation contexts, `.local`); `base` is its module's, NULL
 * if it is not loaded. Asked only once something in this process redirects names. Set by python.c. */
extern bool (*module_redirect_hook)(const WCHAR *name, size_t length, const void **base);
extern atomic_bool module_names_redirected;

/* Which of the files with a module's translations: for a language and its parents, or with 0 for those that the thread
 * prefers; for that language only; all there are. */
enum { PREFERRED_SATELLITES, SATELLITES_OF_LANGUAGE, ALL_SATELLITES };

/* The handle of the first, second ... of these files that is there. NULL: there are no more. Set by python.c. */
extern void *(*module_satellite_hook)(const void *handle, WORD language, int which, unsigned index);

/* What windlass.api.library.redirected_module() gives for a module that is not loaded; 0: the name is not redirected. */
#define MODULE_NOT_LOADED ((const void *)1)

#endif
