/* List boxes ("List Box Messages"). */
#include "user_control.h"

enum {
    LB_ADDSTRING = 0x180, LB_INSERTSTRING, LB_DELETESTRING, LB_SELITEMRANGEEX, LB_RESETCONTENT, LB_SETSEL, LB_SETCURSEL,
    LB_GETSEL, LB_GETCURSEL, LB_GETTEXT, LB_GETTEXTLEN, LB_GETCOUNT, LB_SELECTSTRING, LB_DIR, LB_GETTOPINDEX, LB_FINDSTRING,
    LB_GETSELCOUNT, LB_GETSELITEMS, LB_SETTABSTOPS, LB_GETHORIZONTALEXTENT, LB_SETHORIZONTALEXTENT, LB_SETCOLUMNWIDTH,
    LB_ADDFILE, LB_SETTOPINDEX, LB_GETITEMRECT, LB_GETITEMDATA, LB_SETITEMDATA, LB_SELITEMRANGE, LB_SETANCHORINDEX,
    LB_GETANCHORINDEX, LB_SETCARETINDEX, LB_GETCARETINDEX, LB_SETITEMHEIGHT, LB_GETITEMHEIGHT, LB_FINDSTRINGEXACT,
    LB_SETLOCALE = 0x1A5, LB_GETLOCALE, LB_SETCOUNT, LB_INITSTORAGE, LB_ITEMFROMPOINT,
};
enum { LBS_NOTIFY = 1, LBS_SORT = 2, LBS_MULTIPLESEL = 8, LBS_OWNERDRAW = 0x30, LBS_HASSTRINGS = 0x40, LBS_EXTENDEDSEL = 0x800,
       LBS_NODATA = 0x2000 };
enum { LBN_SELCHANGE = 1, LBN_SETFOCUS = 4, LBN_KILLFOCUS = 5, ITEM_HEIGHT = 16, DLGC_WANTARROWS = 1, ENGLISH = 0x409 };

struct list_box {
    struct items items;
    int current, top, anchor, caret;    /* current: -1 is none */
    int item_height, extent;
    DWORD locale;
    HANDLE font;
    bool is_multiple, is_ready;
};

static void free_list(void *state) {
    struct list_box *list = state;
    items_clear(&list->items);
    free(list);
}

static struct list_box *list_of(HWND handle) {
    struct list_box *list = control_state(handle, sizeof *list, free_list);
    if (!list || list->is_ready)
        return list;
    DWORD style = control_style(handle);
    list->is_ready = true;
    list->current = list->anchor = -1;
    list->item_height = ITEM_HEIGHT;
    list->locale = ENGLISH;
    list->is_multiple = style & (LBS_MULTIPLESEL | LBS_EXTENDEDSEL);
    list->items.has_texts = !(style & LBS_NODATA) && (!(style & LBS_OWNERDRAW) || style & LBS_HASSTRINGS);
    list->items.is_sorted = style & LBS_SORT;
    return list;
}

static bool is_place(const struct list_box *list, int place) { return place >= 0 && place < list->items.count; }

/* ---- items ---- */

static LRESULT insert(struct list_box *list, int place, LPARAM content, bool sorts) {
    int at = items_insert(&list->items, place, content, sorts);
    if (at >= 0 && list->current >= at)
        list->current++;
    return at;
}

static LRESULT delete_item(struct list_box *list, int place) {
    if (!items_delete(&list->items, place))
        return ITEM_ERROR;
    if (list->current == place)
        list->current = -1;
    else if (list->current > place)
        list->current--;
    int last = list->items.count - 1;
    list->top = list->top > last ? last > 0 ? last : 0 : list->top;
    list->caret = list->caret > last ? last > 0 ? last : 0 : list->caret;
    return list->items.count;
}

static LRESULT reset(struct list_box *list) {
    items_clear(&list->items);
    list->current = list->anchor = -1;
    list->top = list->caret = 0;
    return 0;
}

/* Without data the owner knows what the items are; only their number is kept. */
static LRESULT set_count(HWND handle, struct list_box *list, int count) {
    if ((control_style(handle) & (LBS_NODATA | LBS_HASSTRINGS)) != LBS_NODATA || count < 0)
        return ITEM_ERROR;
    while (list->items.count < count)
        if (items_insert(&list->items, -1, 0, false) < 0)
            return ITEM_NO_SPACE;
    while (list->items.count > count)
        items_delete(&list->items, list->items.count - 1);
    return 0;
}

/* ---- selection ---- */

static LRESULT set_current(struct list_box *list, int place) {
    if (list->is_multiple)
        return ITEM_ERROR;
    if (is_place(list, list->current))
        list->items.list[list->current].is_selected = false;
    list->current = -1;
    if (!is_place(list, place))
        return ITEM_ERROR; /* "even though no error occurred" where it is -1 */
    list->current = list->caret = place;
    list->items.list[place].is_selected = true;
    return place;
}

static LRESULT select_one(struct list_box *list, bool selects, int place) {
    if (!list->is_multiple || place < -1 || place >= list->items.count)
        return ITEM_ERROR;
    for (int i = 0; i < list->items.count; i++)
        if (place == -1 || i == place)
            list->items.list[i].is_selected = selects;
    if (place >= 0 && selects)
        list->caret = list->anchor = place;
    return 0;
}

static LRESULT select_range(struct list_box *list, int first, int last, bool selects) {
    if (!list->is_multiple)
        return ITEM_ERROR;
    last = last < list->items.count ? last : list->items.count - 1;
    for (int i = first < 0 ? 0 : first; i <= last; i++)
        list->items.list[i].is_selected = selects;
    return 0;
}

static LRESULT select_range_from_to(struct list_box *list, int first, int last) {
    return first <= last ? select_range(list, first, last, true) : select_range(list, last, first, false);
}

static LRESULT selected(const struct list_box *list, int room, int *places) {
    int count = 0;
    if (!list->is_multiple)
        return ITEM_ERROR;
    for (int i = 0; i < list->items.count; i++) {
        if (!list->items.list[i].is_selected)
            continue;
        if (places && count >= room)
            break;
        if (places)
            places[count] = i;
        count++;
    }
    return count;
}

static LRESULT select_string(struct list_box *list, int start, LPARAM text) {
    int found = items_find(&list->items, start, text, false);
    return found < 0 ? ITEM_ERROR : set_current(list, found);
}

/* ---- places ---- */

API_USE(BOOL, GetClientRect, HWND, RECT *);

static LRESULT item_rect(HWND handle, const struct list_box *list, int place, RECT *rect) {
    if (!is_place(list, place))
        return ITEM_ERROR;
    api_GetClientRect(handle, rect);
    rect->top = (place - list->top) * list->item_height;
    rect->bottom = rect->top + list->item_height;
    return 1;
}

static LRESULT item_at(const struct list_box *list, SHORT y) {
    int place = list->top + y / list->item_height;
    bool outside = !is_place(list, place);
    int nearest = outside && list->items.count ? list->items.count - 1 : place;
    return (LRESULT)((WORD)nearest | (DWORD)outside << 16);
}

static LRESULT set_number(int *number, int value) { return *number = value, 0; }

static LRESULT set_top(struct list_box *list, int place) {
    return is_place(list, place) || (!place && !list->items.count) ? set_number(&list->top, place) : ITEM_ERROR;
}

static LRESULT set_locale(struct list_box *list, DWORD locale) {
    DWORD before = list->locale;
    list->locale = locale;
    return before;
}

static LRESULT set_data(struct list_box *list, int place, LPARAM data) {
    if (place < -1 || place >= list->items.count)
        return ITEM_ERROR;
    for (int i = 0; i < list->items.count; i++)
        if (place == -1 || i == place)
            list->items.list[i].data = (ULONG_PTR)data;
    return 1;
}

/* ---- keys ---- */

static LRESULT move_by_key(HWND handle, struct list_box *list, WPARAM key) {
    int step = key == VK_DOWN || key == VK_RIGHT ? 1 : key == VK_UP || key == VK_LEFT ? -1 : 0;
    if (!step || list->is_multiple || !list->items.count)
        return 0;
    int place = list->current < 0 ? 0 : list->current + step;
    if (!is_place(list, place))
        return 0;
    set_current(list, place);
    if (control_style(handle) & LBS_NOTIFY)
        control_notify(handle, LBN_SELCHANGE);
    return 0;
}

static LRESULT focus_changed(HWND handle, bool has) {
    if (control_style(handle) & LBS_NOTIFY)
        control_notify(handle, has ? LBN_SETFOCUS : LBN_KILLFOCUS);
    return 0;
}

LRESULT WINAPI list_box_procedure(HWND handle, UINT message, WPARAM wParam, LPARAM lParam) {
    struct list_box *list = list_of(handle);
    int place = (int)wParam;
    LRESULT result;
    if (!list || control_font(&list->font, message, wParam, &result))
        return list ? result : 0;
    switch (message) {
    case LB_ADDSTRING: return insert(list, -1, lParam, true);
    case LB_INSERTSTRING: return insert(list, place, lParam, false);
    case LB_DELETESTRING: return delete_item(list, place);
    case LB_RESETCONTENT: return reset(list);
    case LB_SETCOUNT: return set_count(handle, list, place);
    case LB_INITSTORAGE: return list->items.count + place;
    case LB_GETCOUNT: return list->items.count;
    case LB_GETTEXT: return items_text(&list->items, place, (void *)lParam);
    case LB_GETTEXTLEN: return items_text(&list->items, place, NULL);
    case LB_FINDSTRING: return items_find(&list->items, place, lParam, false);
    case LB_FINDSTRINGEXACT: return items_find(&list->items, place, lParam, true);
    case LB_SELECTSTRING: return select_string(list, place, lParam);
    case LB_GETITEMDATA: return is_place(list, place) ? (LRESULT)list->items.list[place].data : ITEM_ERROR;
    case LB_SETITEMDATA: return set_data(list, place, lParam);
    case LB_SETCURSEL: return set_current(list, place);
    case LB_GETCURSEL: return list->is_multiple ? list->caret : list->current;
    case LB_SETSEL: return select_one(list, wParam, (int)lParam);
    case LB_GETSEL: return is_place(list, place) ? list->items.list[place].is_selected : ITEM_ERROR;
    case LB_GETSELCOUNT: return selected(list, 0, NULL);
    case LB_GETSELITEMS: return selected(list, place, (int *)lParam);
    case LB_SELITEMRANGE: return select_range(list, (WORD)lParam, (WORD)(lParam >> 16), wParam);
    case LB_SELITEMRANGEEX: return select_range_from_to(list, place, (int)lParam);
    case LB_SETANCHORINDEX: return set_number(&list->anchor, place);
    case LB_GETANCHORINDEX: return list->anchor;
    case LB_SETCARETINDEX: return is_place(list, place) ? set_number(&list->caret, place) : ITEM_ERROR;
    case LB_GETCARETINDEX: return list->caret;
    case LB_SETTOPINDEX: return set_top(list, place);
    case LB_GETTOPINDEX: return list->top;
    case LB_GETITEMRECT: return item_rect(handle, list, place, (RECT *)lParam);
    case LB_ITEMFROMPOINT: return item_at(list, (SHORT)(lParam >> 16));
    case LB_SETITEMHEIGHT: return lParam > 0 && lParam < 256 ? set_number(&list->item_height, (int)lParam) : ITEM_ERROR;
    case LB_GETITEMHEIGHT: return list->item_height;
    case LB_SETHORIZONTALEXTENT: return set_number(&list->extent, place);
    case LB_GETHORIZONTALEXTENT: return list->extent;
    case LB_SETLOCALE: return set_locale(list, (DWORD)wParam);
    case LB_GETLOCALE: return list->locale;
    case LB_SETTABSTOPS: return TRUE;
    case LB_SETCOLUMNWIDTH: return 0;
    case WM_SETFOCUS: return focus_changed(handle, true);
    case WM_KILLFOCUS: return focus_changed(handle, false);
    case WM_KEYDOWN: return move_by_key(handle, list, wParam);
    case WM_GETDLGCODE: return DLGC_WANTARROWS | DLGC_WANTCHARS;
    default: return api_DefWindowProcW(handle, message, wParam, lParam);
    }
}
