/* Fonts that programs bring ("Font Installation and Deletion", "AddFontResourceExW function"). They are this process's
 * alone: those of all processes are installed by putting their files where font_sources.py looks. */
#include "fonts.h"

#include "codepage.h"
#include "path.h"

#include <unistd.h>

enum { FR_PRIVATE = 0x10, FR_NOT_ENUM = 0x20 };

struct resource {
    struct resource *next;
    char *path;                                      /* NULL: in memory */
    BYTE *memory;
    DWORD flags;
    unsigned count, fonts;                           /* added so often; how many faces */
};

static struct resource *resources;                   /* the lock is fonts.h's */

static struct resource *find_file(const char *path, DWORD flags) {
    for (struct resource *each = resources; each; each = each->next)
        if (each->path && each->flags == flags && strcmp(each->path, path) == 0)
            return each;
    return NULL;
}

static void free_resource(struct resource *resource) {
    free(resource->path);
    free(resource->memory);
    free(resource);
}

/* The lock is held. NULL: there is no font in it. */
static struct resource *add_resource(const char *path, BYTE *memory, size_t size, DWORD flags) {
    struct resource *resource = calloc(1, sizeof *resource);
    if (!resource)
        return NULL;
    *resource = (struct resource){.next = resources, .path = path ? strdup(path) : NULL, .flags = flags, .count = 1};
    resource->fonts = faces_add(path, memory, size, resource, flags & FR_NOT_ENUM);
    if (!resource->fonts) {
        free_resource(resource);
        return NULL;
    }
    resource->memory = memory;
    return resources = resource;
}

static void remove_resource(struct resource *resource) {
    struct resource **place = &resources;
    while (*place != resource)
        place = &(*place)->next;
    *place = resource->next;
    faces_remove(resource);
    free_resource(resource);
}

/* A name alone is a file in the Fonts folder, where the current directory has none. */
static bool find_path(const WCHAR *name, struct host_path *path) {
    static const WCHAR folder[] = u"C:\\Windows\\Fonts\\";
    enum { FOLDER = sizeof folder / sizeof *folder - 1 };
    WCHAR full[FOLDER + 260];
    if (path_to_host(name, path) == ERROR_SUCCESS && access(path->text, R_OK) == 0)
        return true;
    size_t length = wide_length(name);
    if (length >= 260)
        return false;
    memcpy(full, folder, FOLDER * sizeof *full);
    memcpy(full + FOLDER, name, (length + 1) * sizeof *full);
    return path_to_host(full, path) == ERROR_SUCCESS && access(path->text, R_OK) == 0;
}

API(gdi32, int, AddFontResourceExW, LPCWSTR name, DWORD fl, PVOID res) {
    struct host_path path;
    if (res || fl & ~(DWORD)(FR_PRIVATE | FR_NOT_ENUM))
        return (int)fail(ERROR_INVALID_PARAMETER);
    if (!find_path(name, &path))
        return (int)fail(ERROR_FILE_NOT_FOUND);
    if (!fonts_try_lock())
        return (int)fail(ERROR_NOT_SUPPORTED);
    struct resource *resource = find_file(path.text, fl);
    if (resource)
        resource->count++;
    else
        resource = add_resource(path.text, NULL, 0, fl);
    int fonts = resource ? (int)resource->fonts : 0;
    fonts_unlock();
    return fonts;
}

API(gdi32, BOOL, RemoveFontResourceExW, LPCWSTR name, DWORD fl, PVOID pdv) {
    struct host_path path;
    if (pdv || !find_path(name, &path) || !fonts_try_lock())
        return FALSE;
    struct resource *resource = find_file(path.text, fl);
    if (resource && --resource->count == 0)
        remove_resource(resource);
    fonts_unlock();
    return resource != NULL;
}

API(gdi32, int, AddFontResourceW, LPCWSTR name) { return api_AddFontResourceExW(name, 0, NULL); }
API(gdi32, BOOL, RemoveFontResourceW, LPCWSTR name) { return api_RemoveFontResourceExW(name, 0, NULL); }

API(gdi32, int, AddFontResourceExA, LPCSTR name, DWORD fl, PVOID res) {
    WCHAR *wide = path_wide_from_ansi(name);
    int fonts = wide ? api_AddFontResourceExW(wide, fl, res) : 0;
    free(wide);
    return fonts;
}

API(gdi32, BOOL, RemoveFontResourceExA, LPCSTR name, DWORD fl, PVOID pdv) {
    WCHAR *wide = path_wide_from_ansi(name);
    BOOL removed = wide && api_RemoveFontResourceExW(wide, fl, pdv);
    free(wide);
    return removed;
}

API(gdi32, int, AddFontResourceA, LPCSTR name) { return api_AddFontResourceExA(name, 0, NULL); }
API(gdi32, BOOL, RemoveFontResourceA, LPCSTR name) { return api_RemoveFontResourceExA(name, 0, NULL); }

/* "A font that was added by AddFontMemResourceEx is always private to the process ... and is not enumerable." */
API(gdi32, HANDLE, AddFontMemResourceEx, PVOID pFileView, DWORD cjSize, PVOID pvResrved, DWORD *pNumFonts) {
    BYTE *copy = pFileView && cjSize && !pvResrved && pNumFonts ? malloc(cjSize) : NULL;
    if (!copy)
        return (HANDLE)(LONG_PTR)fail(ERROR_INVALID_PARAMETER);
    memcpy(copy, pFileView, cjSize);
    struct resource *resource = NULL;
    if (fonts_try_lock()) {
        resource = add_resource(NULL, copy, cjSize, FR_PRIVATE | FR_NOT_ENUM);
        fonts_unlock();
    }
    *pNumFonts = resource ? resource->fonts : 0;
    if (!resource)
        free(copy);
    return resource;
}

API(gdi32, BOOL, RemoveFontMemResourceEx, HANDLE h) {
    struct resource *resource;
    if (!fonts_try_lock())
        return FALSE;
    for (resource = resources; resource && (resource != h || resource->path); resource = resource->next)
        ;
    if (resource)
        remove_resource(resource);
    fonts_unlock();
    return resource ? TRUE : fail(ERROR_INVALID_PARAMETER);
}
