/* The items of list boxes and combo boxes. */
#include "user_control.h"

enum { MAX_ITEMS = 1 << 24, NORM_IGNORECASE = 1, CSTR_LESS_THAN = 1, CSTR_EQUAL = 2, LOCALE_USER_DEFAULT = 0x400 };
API_USE(int, CompareStringW, LCID, DWORD, LPCWSTR, int, LPCWSTR, int);

static int compare(const WCHAR *one, int one_length, const WCHAR *other, int other_length) {
    return api_CompareStringW(LOCALE_USER_DEFAULT, NORM_IGNORECASE, one, one_length, other, other_length);
}

/* Behind the last one that is not greater. */
static int sorted_place(const struct items *items, const WCHAR *text) {
    int low = 0, high = items->count;
    while (low < high) {
        int middle = (low + high) / 2;
        if (compare(text, -1, items->list[middle].text, -1) == CSTR_LESS_THAN)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

static bool has_room(struct items *items) {
    if (items->count < items->capacity)
        return true;
    int capacity = items->capacity ? items->capacity * 2 : 16;
    struct item *larger = capacity <= MAX_ITEMS ? realloc(items->list, (size_t)capacity * sizeof *larger) : NULL;
    if (!larger)
        return false;
    items->list = larger;
    items->capacity = capacity;
    return true;
}

int items_insert(struct items *items, int place, LPARAM content, bool sorts) {
    struct item item = {.data = items->has_texts ? 0 : (ULONG_PTR)content};
    if (place < -1 || place > items->count)
        return ITEM_ERROR;
    if (items->has_texts && !(item.text = wide_duplicate(content ? (const WCHAR *)content : u"")))
        return ITEM_NO_SPACE;
    if (!has_room(items)) {
        free(item.text);
        return ITEM_NO_SPACE;
    }
    if (sorts && items->is_sorted && items->has_texts)
        place = sorted_place(items, item.text);
    else if (place == -1)
        place = items->count;
    memmove(items->list + place + 1, items->list + place, (size_t)(items->count - place) * sizeof item);
    items->list[place] = item;
    items->count++;
    return place;
}

bool items_delete(struct items *items, int place) {
    if (place < 0 || place >= items->count)
        return false;
    free(items->list[place].text);
    items->count--;
    memmove(items->list + place, items->list + place + 1, (size_t)(items->count - place) * sizeof *items->list);
    return true;
}

void items_clear(struct items *items) {
    for (int i = 0; i < items->count; i++)
        free(items->list[i].text);
    free(items->list);
    items->list = NULL;
    items->count = items->capacity = 0;
}

static bool matches(const struct items *items, const struct item *item, LPARAM content, bool exact) {
    if (!items->has_texts)
        return item->data == (ULONG_PTR)content;
    const WCHAR *wanted = (const WCHAR *)content;
    int length = (int)wide_length(item->text), wanted_length = (int)wide_length(wanted);
    if (exact ? length != wanted_length : length < wanted_length)
        return false;
    return compare(item->text, wanted_length, wanted, wanted_length) == CSTR_EQUAL || !wanted_length;
}

int items_find(const struct items *items, int start, LPARAM content, bool exact) {
    if (items->has_texts && !content)
        return ITEM_ERROR;
    start = start < -1 || start >= items->count ? -1 : start;
    for (int i = 1; i <= items->count; i++) {
        int place = (start + i) % items->count;
        if (matches(items, &items->list[place], content, exact))
            return place;
    }
    return ITEM_ERROR;
}

LRESULT items_text(const struct items *items, int place, void *out) {
    if (place < 0 || place >= items->count)
        return ITEM_ERROR;
    const struct item *item = &items->list[place];
    if (!items->has_texts) {
        if (out)
            memcpy(out, &item->data, sizeof item->data);
        return sizeof item->data;
    }
    size_t length = wide_length(item->text);
    if (out)
        memcpy(out, item->text, (length + 1) * sizeof *item->text);
    return (LRESULT)length;
}
