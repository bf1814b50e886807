/* Handles of user objects other than windows ("User Objects"): menus, icons, accelerator tables, hooks. */
#include "user.h"

/* Apart from the numbers of windows, and not handles of the kernel. */
enum { FIRST_OBJECT = 0x100003, OBJECT_STEP = 4 };

/* Process state, under the user lock; a freed place is used again last. */
static struct user_object **objects;
static unsigned places, next_place;

static bool grow(void) {
    unsigned more = places ? places * 2 : 64;
    struct user_object **larger = realloc(objects, more * sizeof *larger);
    if (!larger)
        return false;
    memset(larger + places, 0, (more - places) * sizeof *larger);
    next_place = places;
    objects = larger;
    places = more;
    return true;
}

static bool find_place(unsigned *place) {
    for (unsigned tried = 0; tried < places; tried++) {
        *place = (next_place + tried) % places;
        if (!objects[*place])
            return true;
    }
    if (!grow())
        return false;
    *place = next_place;
    return true;
}

HANDLE user_object_add(struct user_object *object, enum user_kind kind) {
    unsigned place;
    if (!find_place(&place))
        return NULL;
    objects[place] = object;
    next_place = place + 1;
    object->kind = kind;
    object->handle = (HANDLE)(uintptr_t)(FIRST_OBJECT + place * OBJECT_STEP);
    return object->handle;
}

static struct user_object **place_of(HANDLE handle) {
    uintptr_t number = ((uintptr_t)handle & 0xffffffff) - FIRST_OBJECT;
    return number % OBJECT_STEP == 0 && number / OBJECT_STEP < places ? &objects[number / OBJECT_STEP] : NULL;
}

void *user_object_find(HANDLE handle, enum user_kind kind) {
    struct user_object **place = place_of(handle);
    return place && *place && (kind == USER_ANY || (*place)->kind == kind) ? *place : NULL;
}

void user_object_remove(struct user_object *object) { *place_of(object->handle) = NULL; }

API_USE(HANDLE, FindResourceW, HMODULE, LPCWSTR, LPCWSTR);
API_USE(HANDLE, LoadResource, HMODULE, HANDLE);
API_USE(DWORD, SizeofResource, HMODULE, HANDLE);

const void *user_resource(HINSTANCE module, const WCHAR *name, UINT type, DWORD *size) {
    HANDLE found = api_FindResourceW(module, name, (LPCWSTR)(uintptr_t)type);
    *size = found ? api_SizeofResource(module, found) : 0;
    return found ? api_LoadResource(module, found) : NULL;
}
