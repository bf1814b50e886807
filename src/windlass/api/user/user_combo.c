/* Combo boxes ("Combo Box Messages"): a list, and a text that is typed or chosen from it. */
#include "user_control.h"

enum {
    CB_GETEDITSEL = 0x140, CB_LIMITTEXT, CB_SETEDITSEL, CB_ADDSTRING, CB_DELETESTRING, CB_DIR, CB_GETCOUNT, CB_GETCURSEL,
    CB_GETLBTEXT, CB_GETLBTEXTLEN, CB_INSERTSTRING, CB_RESETCONTENT, CB_FINDSTRING, CB_SELECTSTRING, CB_SETCURSEL,
    CB_SHOWDROPDOWN, CB_GETITEMDATA, CB_SETITEMDATA, CB_GETDROPPEDCONTROLRECT, CB_SETITEMHEIGHT, CB_GETITEMHEIGHT,
    CB_SETEXTENDEDUI, CB_GETEXTENDEDUI, CB_GETDROPPEDSTATE, CB_FINDSTRINGEXACT, CB_SETLOCALE, CB_GETLOCALE, CB_GETTOPINDEX,
    CB_SETTOPINDEX, CB_GETHORIZONTALEXTENT, CB_SETHORIZONTALEXTENT, CB_GETDROPPEDWIDTH, CB_SETDROPPEDWIDTH, CB_INITSTORAGE,
};
enum { CBS_SIMPLE = 1, CBS_DROPDOWN = 2, CBS_DROPDOWNLIST = 3, CBS_KIND = 3, CBS_OWNERDRAW = 0x30, CBS_SORT = 0x100, CBS_HASSTRINGS = 0x200 };
enum { CBN_SELCHANGE = 1, CBN_SETFOCUS = 3, CBN_KILLFOCUS = 4, CBN_DROPDOWN = 7, CBN_CLOSEUP = 8, ITEM_HEIGHT = 16,
       DLGC_WANTARROWS = 1, ENGLISH = 0x409 };

struct combo_box {
    struct items items;
    int current, top, item_height, field_height, extent, dropped_width;
    DWORD locale, selection;
    HANDLE font;
    bool has_edit, is_dropped, is_extended, is_ready;
};

static void free_combo(void *state) {
    struct combo_box *combo = state;
    items_clear(&combo->items);
    free(combo);
}

static struct combo_box *combo_of(HWND handle) {
    struct combo_box *combo = control_state(handle, sizeof *combo, free_combo);
    if (!combo || combo->is_ready)
        return combo;
    DWORD style = control_style(handle);
    combo->is_ready = true;
    combo->current = -1;
    combo->item_height = combo->field_height = ITEM_HEIGHT;
    combo->locale = ENGLISH;
    combo->has_edit = (style & CBS_KIND) != CBS_DROPDOWNLIST;
    combo->items.has_texts = !(style & CBS_OWNERDRAW) || style & CBS_HASSTRINGS;
    combo->items.is_sorted = style & CBS_SORT;
    return combo;
}

static bool is_place(const struct combo_box *combo, int place) { return place >= 0 && place < combo->items.count; }

/* The text shows what is chosen. */
static void show_choice(HWND handle, const struct combo_box *combo) {
    const WCHAR *text = is_place(combo, combo->current) && combo->items.has_texts ? combo->items.list[combo->current].text : u"";
    window_set_text(handle, text);
}

static LRESULT set_current(HWND handle, struct combo_box *combo, int place) {
    combo->current = is_place(combo, place) ? place : -1;
    show_choice(handle, combo);
    return combo->current; /* CB_ERR for -1, "even though no error occurred" */
}

static LRESULT insert(struct combo_box *combo, int place, LPARAM content, bool sorts) {
    int at = items_insert(&combo->items, place, content, sorts);
    if (at >= 0 && combo->current >= at)
        combo->current++;
    return at;
}

static LRESULT delete_item(HWND handle, struct combo_box *combo, int place) {
    if (!items_delete(&combo->items, place))
        return ITEM_ERROR;
    if (combo->current == place)
        set_current(handle, combo, -1);
    else if (combo->current > place)
        combo->current--;
    return combo->items.count;
}

static LRESULT reset(HWND handle, struct combo_box *combo) {
    items_clear(&combo->items);
    set_current(handle, combo, -1);
    return 0;
}

static LRESULT select_string(HWND handle, struct combo_box *combo, int start, LPARAM text) {
    int found = items_find(&combo->items, start, text, false);
    return found < 0 ? ITEM_ERROR : set_current(handle, combo, found);
}

static LRESULT drop_down(HWND handle, struct combo_box *combo, bool shows) {
    if (shows != combo->is_dropped && (control_style(handle) & CBS_KIND) != CBS_SIMPLE) {
        combo->is_dropped = shows;
        control_notify(handle, shows ? CBN_DROPDOWN : CBN_CLOSEUP);
    }
    return TRUE;
}

API_USE(BOOL, GetWindowRect, HWND, RECT *);

static LRESULT dropped_width(HWND handle, const struct combo_box *combo) {
    RECT rect = {0, 0, 0, 0};
    api_GetWindowRect(handle, &rect);
    LONG width = rect.right - rect.left;
    return width > combo->dropped_width ? width : combo->dropped_width;
}

static LRESULT set_height(struct combo_box *combo, int place, LPARAM height) {
    if (height <= 0 || height >= 256)
        return ITEM_ERROR;
    *(place == -1 ? &combo->field_height : &combo->item_height) = (int)height;
    return 0;
}

static LRESULT move_by_key(HWND handle, struct combo_box *combo, WPARAM key) {
    int step = key == VK_DOWN || key == VK_RIGHT ? 1 : key == VK_UP || key == VK_LEFT ? -1 : 0;
    if (step && is_place(combo, combo->current + step)) {
        set_current(handle, combo, combo->current + step);
        control_notify(handle, CBN_SELCHANGE);
    }
    return 0;
}

static LRESULT edit_selection(struct combo_box *combo, UINT message, WPARAM wParam, LPARAM lParam) {
    if (!combo->has_edit)
        return ITEM_ERROR;
    if (message == CB_SETEDITSEL) {
        combo->selection = (DWORD)lParam;
        return TRUE;
    }
    if (wParam)
        *(DWORD *)wParam = (WORD)combo->selection;
    if (lParam)
        *(DWORD *)lParam = combo->selection >> 16;
    return combo->selection;
}

static LRESULT swap_locale(struct combo_box *combo, DWORD locale) {
    DWORD before = combo->locale;
    combo->locale = locale;
    return before;
}

LRESULT WINAPI combo_box_procedure(HWND handle, UINT message, WPARAM wParam, LPARAM lParam) {
    struct combo_box *combo = combo_of(handle);
    int place = (int)wParam;
    LRESULT result;
    if (!combo || control_font(&combo->font, message, wParam, &result))
        return combo ? result : 0;
    switch (message) {
    case CB_ADDSTRING: return insert(combo, -1, lParam, true);
    case CB_INSERTSTRING: return insert(combo, place, lParam, false);
    case CB_DELETESTRING: return delete_item(handle, combo, place);
    case CB_RESETCONTENT: return reset(handle, combo);
    case CB_INITSTORAGE: return combo->items.count + place;
    case CB_GETCOUNT: return combo->items.count;
    case CB_GETLBTEXT: return items_text(&combo->items, place, (void *)lParam);
    case CB_GETLBTEXTLEN: return items_text(&combo->items, place, NULL);
    case CB_FINDSTRING: return items_find(&combo->items, place, lParam, false);
    case CB_FINDSTRINGEXACT: return items_find(&combo->items, place, lParam, true);
    case CB_SELECTSTRING: return select_string(handle, combo, place, lParam);
    case CB_SETCURSEL: return set_current(handle, combo, place);
    case CB_GETCURSEL: return combo->current;
    case CB_GETITEMDATA: return is_place(combo, place) ? (LRESULT)combo->items.list[place].data : ITEM_ERROR;
    case CB_SETITEMDATA: return is_place(combo, place) ? (LRESULT)(combo->items.list[place].data = (ULONG_PTR)lParam, 1) : ITEM_ERROR;
    case CB_SHOWDROPDOWN: return drop_down(handle, combo, wParam);
    case CB_GETDROPPEDSTATE: return combo->is_dropped;
    case CB_GETDROPPEDCONTROLRECT: return api_GetWindowRect(handle, (RECT *)lParam);
    case CB_GETDROPPEDWIDTH: return dropped_width(handle, combo);
    case CB_SETDROPPEDWIDTH: return combo->dropped_width = place, dropped_width(handle, combo);
    case CB_SETITEMHEIGHT: return set_height(combo, place, lParam);
    case CB_GETITEMHEIGHT: return place == -1 ? combo->field_height : combo->item_height;
    case CB_SETEXTENDEDUI: return combo->is_extended = wParam, 0;
    case CB_GETEXTENDEDUI: return combo->is_extended;
    case CB_GETEDITSEL:
    case CB_SETEDITSEL: return edit_selection(combo, message, wParam, lParam);
    case CB_LIMITTEXT: return TRUE;
    case CB_SETLOCALE: return swap_locale(combo, (DWORD)wParam);
    case CB_GETLOCALE: return combo->locale;
    case CB_GETTOPINDEX: return combo->top;
    case CB_SETTOPINDEX: return is_place(combo, place) ? (combo->top = place, 0) : ITEM_ERROR;
    case CB_GETHORIZONTALEXTENT: return combo->extent;
    case CB_SETHORIZONTALEXTENT: return combo->extent = place, 0;
    case WM_SETTEXT: return combo->has_edit ? api_DefWindowProcW(handle, message, wParam, lParam) : ITEM_ERROR;
    case WM_SETFOCUS: return control_notify(handle, CBN_SETFOCUS), 0;
    case WM_KILLFOCUS: return control_notify(handle, CBN_KILLFOCUS), 0;
    case WM_KEYDOWN: return move_by_key(handle, combo, wParam);
    case WM_GETDLGCODE: return DLGC_WANTARROWS | DLGC_WANTCHARS;
    default: return api_DefWindowProcW(handle, message, wParam, lParam);
    }
}
