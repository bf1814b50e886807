/* Dynamic arrays of comctl32: of pointers (DPA) and of structures (DSA) ("DPA_Create function", "DSA_Create function").
 * Macros of Microsoft's headers read the count at the start of either and the pointers' address behind it. */
#include "heap.h"
#include "api.h"

enum { DA_LAST = 0x7fffffff, DA_ERR = -1, SMALLEST_GROWTH = 8 };
enum { DPAS_SORTED = 1, DPAS_INSERTBEFORE = 2, DPAS_INSERTAFTER = 4 };

typedef struct array {
    int count;
    BYTE *items;
    int capacity, growth;
    size_t size;                        /* of an item */
} *HDSA, *HDPA;

typedef int(WINAPI *PFNENUMCALLBACK)(void *, void *);
typedef int(WINAPI *PFNDPACOMPARE)(void *, void *, LPARAM);

static struct array *array_new(size_t size, int growth) {
    struct array *array = calloc(1, sizeof *array);
    if (array)
        *array = (struct array){.size = size, .growth = growth > SMALLEST_GROWTH ? growth : SMALLEST_GROWTH};
    return array;
}

static void array_free(struct array *array) {
    free(array->items);
    free(array);
}

static bool reserve(struct array *array, int capacity) {
    if (capacity <= array->capacity)
        return true;
    LONGLONG rounded = ((LONGLONG)capacity + array->growth - 1) / array->growth * array->growth;
    BYTE *larger = rounded < DA_LAST ? realloc(array->items, (size_t)rounded * array->size) : NULL;
    if (!larger)
        return false;
    array->items = larger;
    array->capacity = (int)rounded;
    return true;
}

static void *item_at(const struct array *array, int place) {
    return place >= 0 && place < array->count ? array->items + (size_t)place * array->size : NULL;
}

/* A place beyond the end is the end. */
static int insert(struct array *array, int place, const void *item) {
    if (place < 0 || !reserve(array, array->count + 1))
        return DA_ERR;
    place = place < array->count ? place : array->count;
    BYTE *at = array->items + (size_t)place * array->size;
    memmove(at + array->size, at, (size_t)(array->count - place) * array->size);
    memcpy(at, item, array->size);
    array->count++;
    return place;
}

static bool delete_at(struct array *array, int place) {
    BYTE *at = item_at(array, place);
    if (!at)
        return false;
    array->count--;
    memmove(at, at + array->size, (size_t)(array->count - place) * array->size);
    return true;
}

/* Beyond the end the gap is zeros. */
static bool set(struct array *array, int place, const void *item) {
    if (place < 0 || !reserve(array, place + 1))
        return false;
    if (place >= array->count) {
        memset(array->items + (size_t)array->count * array->size, 0, (size_t)(place - array->count) * array->size);
        array->count = place + 1;
    }
    memcpy(array->items + (size_t)place * array->size, item, array->size);
    return true;
}

static void clear(struct array *array) {
    free(array->items);
    array->items = NULL;
    array->count = array->capacity = 0;
}

/* ---- of structures ---- */

API(comctl32, HDSA, DSA_Create, int cbItem, int cItemGrow) { return cbItem > 0 ? array_new((size_t)cbItem, cItemGrow) : NULL; }

API(comctl32, BOOL, DSA_Destroy, HDSA hdsa) {
    if (hdsa)
        array_free(hdsa);
    return hdsa != NULL;
}

API(comctl32, void *, DSA_GetItemPtr, HDSA hdsa, int i) { return hdsa ? item_at(hdsa, i) : NULL; }

API(comctl32, BOOL, DSA_GetItem, HDSA hdsa, int i, void *pitem) {
    const void *item = hdsa ? item_at(hdsa, i) : NULL;
    if (item)
        memcpy(pitem, item, hdsa->size);
    return item != NULL;
}

API(comctl32, BOOL, DSA_SetItem, HDSA hdsa, int i, const void *pitem) { return hdsa && set(hdsa, i, pitem); }
API(comctl32, int, DSA_InsertItem, HDSA hdsa, int i, const void *pitem) { return hdsa ? insert(hdsa, i, pitem) : DA_ERR; }
API(comctl32, BOOL, DSA_DeleteItem, HDSA hdsa, int i) { return hdsa && delete_at(hdsa, i); }

API(comctl32, BOOL, DSA_DeleteAllItems, HDSA hdsa) {
    if (hdsa)
        clear(hdsa);
    return hdsa != NULL;
}

API(comctl32, void, DSA_EnumCallback, HDSA hdsa, PFNENUMCALLBACK pfnCB, void *pData) {
    for (int i = 0; hdsa && i < hdsa->count; i++)
        if (!pfnCB(item_at(hdsa, i), pData))
            return;
}

API(comctl32, void, DSA_DestroyCallback, HDSA hdsa, PFNENUMCALLBACK pfnCB, void *pData) {
    api_DSA_EnumCallback(hdsa, pfnCB, pData);
    api_DSA_Destroy(hdsa);
}

static struct array *copy_of(const struct array *array) {
    struct array *copy = array_new(array->size, array->growth);
    if (!copy || !reserve(copy, array->count)) {
        free(copy);
        return NULL;
    }
    if (array->count)
        memcpy(copy->items, array->items, (size_t)array->count * array->size);
    copy->count = array->count;
    return copy;
}

API(comctl32, HDSA, DSA_Clone, HDSA hdsa) { return hdsa ? copy_of(hdsa) : NULL; }

/* With what it could hold before it grows. */
static ULONGLONG bytes_of(const struct array *array) {
    return array ? sizeof *array + (ULONGLONG)array->capacity * array->size : 0;
}

API(comctl32, ULONGLONG, DSA_GetSize, HDSA hdsa) { return bytes_of(hdsa); }

/* ---- of pointers ---- */

static void **pointers(const struct array *array) { return (void **)(void *)array->items; }

API(comctl32, HDPA, DPA_CreateEx, int cpGrow, HANDLE hheap) {
    (void)hheap;                        /* whose memory it is nobody can tell */
    return array_new(sizeof(void *), cpGrow);
}
API(comctl32, HDPA, DPA_Create, int cItemGrow) { return api_DPA_CreateEx(cItemGrow, NULL); }
API(comctl32, BOOL, DPA_Destroy, HDPA hdpa) {
    if (hdpa)
        array_free(hdpa);
    return hdpa != NULL;
}
API(comctl32, BOOL, DPA_Grow, HDPA pdpa, int cp) { return pdpa && reserve(pdpa, cp); }

API(comctl32, void *, DPA_GetPtr, HDPA hdpa, LONG_PTR i) {
    return hdpa && i >= 0 && i < hdpa->count ? pointers(hdpa)[i] : NULL;
}

API(comctl32, int, DPA_GetPtrIndex, HDPA hdpa, const void *p) {
    int i = 0;
    while (hdpa && i < hdpa->count && pointers(hdpa)[i] != p)
        i++;
    return hdpa && i < hdpa->count ? i : DA_ERR;
}

API(comctl32, int, DPA_InsertPtr, HDPA hdpa, int i, void *p) { return hdpa ? insert(hdpa, i, &p) : DA_ERR; }
API(comctl32, BOOL, DPA_SetPtr, HDPA hdpa, int i, void *p) { return hdpa && set(hdpa, i, &p); }

API(comctl32, void *, DPA_DeletePtr, HDPA hdpa, int i) {
    void *pointer = api_DPA_GetPtr(hdpa, i);
    return hdpa && delete_at(hdpa, i) ? pointer : NULL;
}

API(comctl32, BOOL, DPA_DeleteAllPtrs, HDPA hdpa) { return api_DSA_DeleteAllItems(hdpa); }

API(comctl32, void, DPA_EnumCallback, HDPA hdpa, PFNENUMCALLBACK pfnCB, void *pData) {
    for (int i = 0; hdpa && i < hdpa->count; i++)
        if (!pfnCB(pointers(hdpa)[i], pData))
            return;
}

API(comctl32, void, DPA_DestroyCallback, HDPA hdpa, PFNENUMCALLBACK pfnCB, void *pData) {
    api_DPA_EnumCallback(hdpa, pfnCB, pData);
    api_DPA_Destroy(hdpa);
}

/* Into an array that there is already, or a new one. */
API(comctl32, HDPA, DPA_Clone, HDPA hdpa, HDPA hdpaNew) {
    if (!hdpa || !hdpaNew)
        return hdpa ? copy_of(hdpa) : NULL;
    if (!reserve(hdpaNew, hdpa->count))
        return NULL;
    if (hdpa->count)
        memcpy(hdpaNew->items, hdpa->items, (size_t)hdpa->count * hdpa->size);
    hdpaNew->count = hdpa->count;
    return hdpaNew;
}

API(comctl32, ULONGLONG, DPA_GetSize, HDPA hdpa) { return bytes_of(hdpa); }

/* The comparison may end in an exception: no memory is held but the spare half, which the array keeps. */
static void merge_sort(void **list, void **spare, int count, PFNDPACOMPARE compare, LPARAM parameter) {
    if (count < 2)
        return;
    int middle = count / 2, one = 0, other = middle, done = 0;
    merge_sort(list, spare, middle, compare, parameter);
    merge_sort(list + middle, spare, count - middle, compare, parameter);
    memcpy(spare, list, (size_t)middle * sizeof *list);
    while (one < middle && other < count)
        list[done++] = compare(spare[one], list[other], parameter) <= 0 ? spare[one++] : list[other++];
    memcpy(list + done, spare + one, (size_t)(middle - one) * sizeof *list);
}

API(comctl32, BOOL, DPA_Sort, HDPA hdpa, PFNDPACOMPARE pfnCompare, LPARAM lParam) {
    if (!hdpa || !pfnCompare || !reserve(hdpa, hdpa->count + hdpa->count / 2 + 1))
        return FALSE;
    merge_sort(pointers(hdpa), pointers(hdpa) + hdpa->count, hdpa->count, pfnCompare, lParam);
    return TRUE;
}

static int search_sorted(const struct array *array, void *wanted, PFNDPACOMPARE compare, LPARAM parameter, UINT options) {
    int low = 0, high = array->count;
    while (low < high) {
        int middle = (low + high) / 2, order = compare(wanted, pointers(array)[middle], parameter);
        if (order > 0)
            low = middle + 1;
        else
            high = middle;
    }
    bool found = low < array->count && compare(wanted, pointers(array)[low], parameter) == 0;
    return found || options & (DPAS_INSERTBEFORE | DPAS_INSERTAFTER) ? low : DA_ERR;
}

API(comctl32, int, DPA_Search, HDPA hdpa, void *pFind, int iStart, PFNDPACOMPARE pfnCompare, LPARAM lParam, UINT options) {
    if (!hdpa || !pfnCompare)
        return DA_ERR;
    if (options & DPAS_SORTED)
        return search_sorted(hdpa, pFind, pfnCompare, lParam, options);
    for (int i = iStart < 0 ? 0 : iStart; i < hdpa->count; i++)
        if (pfnCompare(pFind, pointers(hdpa)[i], lParam) == 0)
            return i;
    return DA_ERR;
}
