/* FreeType, loaded when text is first asked for; where the host has none, the one that Python's package brings. */
#include "freetype.h"

#include <dlfcn.h>

static bool find_functions(void *library, struct freetype *freetype) {
#define FREETYPE_FIND(result_, name_, ...)                                                     \
    *(void **)&freetype->name_ = dlsym(library, "FT_" #name_);                                 \
    if (!freetype->name_)                                                                      \
        return false;
    FREETYPE_FUNCTIONS(FREETYPE_FIND)
#undef FREETYPE_FIND
    return true;
}

bool freetype_load(const char *path, struct freetype *freetype) {
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    return library && find_functions(library, freetype) && freetype->Init_FreeType(&freetype->library) == 0;
}
