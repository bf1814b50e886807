/* The table of GDI objects, and the stock objects ("GDI Objects", "GetStockObject function"). */
#include "gdi.h"

#include "codepage.h"

#include <pthread.h>

#include "fork.h"

enum { CAPACITY = 1 << 16, FIRST_HANDLE = 0x01000000 };
static struct gdi_object *objects[CAPACITY];
static unsigned used = 1, free_slots, next_search = 1;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
SURVIVES_FORK(lock);

static HGDIOBJ handle_of(unsigned index) { return (HGDIOBJ)(uintptr_t)(FIRST_HANDLE + index); }

/* The lock is held; CAPACITY when the table is full. */
static unsigned free_index(void) {
    if (!free_slots)
        return used;
    while (objects[next_search])
        next_search = next_search + 1 < used ? next_search + 1 : 1;
    free_slots--;
    return next_search;
}

HGDIOBJ gdi_add(void *object) {
    HGDIOBJ handle = NULL;
    if (!object)
        return (HGDIOBJ)(LONG_PTR)fail(ERROR_NOT_ENOUGH_MEMORY);
    pthread_mutex_lock(&lock);
    unsigned index = free_index();
    if (index < CAPACITY) {
        used += index == used;
        __atomic_store_n(&objects[index], object, __ATOMIC_RELEASE);
        handle = handle_of(index);
    }
    pthread_mutex_unlock(&lock);
    if (!handle) {
        heap_free(object);
        set_last_error(ERROR_NOT_ENOUGH_MEMORY);
    }
    return handle;
}

void *gdi_find(HGDIOBJ handle, int kind) {
    uintptr_t index = (uintptr_t)handle - FIRST_HANDLE;
    struct gdi_object *object = index < CAPACITY ? __atomic_load_n(&objects[index], __ATOMIC_ACQUIRE) : NULL;
    if (!object || (kind && object->kind != kind)) {
        set_last_error(ERROR_INVALID_HANDLE);
        return NULL;
    }
    return object;
}

void *gdi_new(int kind, size_t size) {
    struct gdi_object *object = heap_alloc_zeroed(size);
    if (object)
        object->kind = kind;
    else
        set_last_error(ERROR_NOT_ENOUGH_MEMORY);
    return object;
}

static void free_contents(struct gdi_object *object) {
    switch (object->kind) {
    case OBJ_BITMAP: bitmap_free((struct bitmap *)object); return;
    case OBJ_BRUSH: brush_free((struct brush *)object); return;
    case OBJ_PEN: case OBJ_EXTPEN: pen_free((struct pen *)object); return;
    case OBJ_REGION: region_clear(&((struct region_object *)object)->region); break;
    }
    heap_free(object);
}

void gdi_destroy(HGDIOBJ handle) {
    uintptr_t index = (uintptr_t)handle - FIRST_HANDLE;
    pthread_mutex_lock(&lock);
    struct gdi_object *object = objects[index];
    objects[index] = NULL;
    free_slots++;
    pthread_mutex_unlock(&lock);
    free_contents(object);
}

void gdi_hold(HGDIOBJ handle) {
    struct gdi_object *object = gdi_find(handle, 0);
    if (object)
        __atomic_fetch_add(&object->selected, 1, __ATOMIC_RELAXED);
}

void gdi_release(HGDIOBJ handle) {
    struct gdi_object *object = gdi_find(handle, 0);
    if (object && __atomic_sub_fetch(&object->selected, 1, __ATOMIC_ACQ_REL) == 0 && object->is_deleted)
        gdi_destroy(handle);
}

API(gdi32, DWORD, GetObjectType, HGDIOBJ h) {
    struct gdi_object *object = gdi_find(h, 0);
    return object ? (DWORD)object->kind : 0;
}

/* ---- stock objects ---- */

static void *stock_brush(int which) {
    static const COLORREF greys[] = {0xffffff, 0xc0c0c0, 0x808080, 0x404040, 0};
    struct brush *brush = gdi_new(OBJ_BRUSH, sizeof *brush);
    if (!brush)
        return NULL;
    brush->colour = which < NULL_BRUSH ? greys[which] : 0xffffff;
    brush->style = which == NULL_BRUSH ? BS_NULL : BS_SOLID;
    brush->is_dc_brush = which == DC_BRUSH;
    return brush;
}

static void *stock_pen(int which) {
    struct pen *pen = gdi_new(OBJ_PEN, sizeof *pen);
    if (!pen)
        return NULL;
    pen->style = which == NULL_PEN ? PS_NULL : PS_SOLID;
    pen->colour = which == WHITE_PEN ? 0xffffff : 0;
    pen->is_dc_pen = which == DC_PEN;
    return pen;
}

static void *make_stock(int which) {
    if (which <= NULL_BRUSH || which == DC_BRUSH)
        return stock_brush(which);
    if (which <= NULL_PEN || which == DC_PEN)
        return stock_pen(which);
    return which == DEFAULT_PALETTE ? palette_stock() : font_stock(which);
}

static HGDIOBJ add_stock(int which) {
    struct gdi_object *object = make_stock(which);
    if (object)
        object->is_stock = true;
    return gdi_add(object);
}

API(gdi32, HGDIOBJ, GetStockObject, int i) {
    static HGDIOBJ stock[STOCK_COUNT];               /* made once, like Windows' own */
    static pthread_mutex_t making = PTHREAD_MUTEX_INITIALIZER;
    SURVIVES_FORK(making);
    if (i < 0 || i >= STOCK_COUNT || i == 9) {
        set_last_error(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    pthread_mutex_lock(&making);
    if (!stock[i])
        stock[i] = add_stock(i);
    pthread_mutex_unlock(&making);
    return stock[i];
}

/* ---- what every object has ---- */

API_USE(BOOL, DeleteDC, HDC);

/* "DeleteObject function". A pen, brush or font that is selected is used up by its DCs first; a bitmap stays. */
API(gdi32, BOOL, DeleteObject, HGDIOBJ ho) {
    struct gdi_object *object = gdi_find(ho, 0);
    if (!object)
        return FALSE;
    if (object->kind == OBJ_MEMDC || object->kind == OBJ_DC)
        return api_DeleteDC(ho);
    if (object->is_stock)
        return TRUE;                                 /* "it is not necessary (but it is not harmful)" */
    if (object->selected && object->kind == OBJ_BITMAP)
        return FALSE;
    if (object->selected)
        object->is_deleted = true;
    else
        gdi_destroy(ho);
    return TRUE;
}

API(gdi32, BOOL, UnrealizeObject, HGDIOBJ h) { return gdi_find(h, 0) != NULL; }

/* "GetObject function": NULL asks for the size. */
API(gdi32, int, GetObjectW, HANDLE h, int c, LPVOID pv) {
    struct gdi_object *object = gdi_find(h, 0);
    if (!object)
        return 0;
    switch (object->kind) {
    case OBJ_BITMAP: return bitmap_describe((struct bitmap *)object, c, pv);
    case OBJ_BRUSH: return brush_describe((struct brush *)object, c, pv);
    case OBJ_PEN: case OBJ_EXTPEN: return pen_describe((struct pen *)object, c, pv);
    case OBJ_FONT: return font_describe(object, c, pv);
    case OBJ_PAL: return palette_describe(object, c, pv);
    default: return (int)fail(ERROR_INVALID_HANDLE);
    }
}

/* Only a font has text to tell. */
API(gdi32, int, GetObjectA, HANDLE h, int c, LPVOID pv) {
    struct gdi_object *object = gdi_find(h, 0);
    LOGFONTW wide;
    LOGFONTA narrow = {0};
    if (!object || object->kind != OBJ_FONT)
        return api_GetObjectW(h, c, pv);
    if (!pv)
        return sizeof narrow;
    font_describe(object, sizeof wide, &wide);
    memcpy(&narrow, &wide, offsetof(LOGFONTW, lfFaceName));
    char *face = ansi_from_wide(wide.lfFaceName);
    if (face)
        memccpy(narrow.lfFaceName, face, 0, LF_FACESIZE - 1);
    free(face);
    int size = c < (int)sizeof narrow ? c : (int)sizeof narrow;
    memcpy(pv, &narrow, size < 0 ? 0 : (size_t)size);
    return size < 0 ? 0 : size;
}
