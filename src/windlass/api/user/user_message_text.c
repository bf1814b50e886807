/* Text in messages: it is converted between the form of who sends a message and that of the window procedure
 * ("Unicode in the Windows API", "Window Messages"). */
#include "user.h"

enum {
    EM_REPLACESEL = 0xC2, EM_GETLINE = 0xC4, CB_ADDSTRING = 0x143, CB_DIR = 0x145, CB_GETLBTEXT = 0x148, CB_GETLBTEXTLEN,
    CB_INSERTSTRING, CB_FINDSTRING = 0x14C, CB_SELECTSTRING, CB_FINDSTRINGEXACT = 0x158, LB_ADDSTRING = 0x180,
    LB_INSERTSTRING, LB_GETTEXT = 0x189, LB_GETTEXTLEN, LB_SELECTSTRING = 0x18C, LB_DIR, LB_FINDSTRING = 0x18F,
    LB_FINDSTRINGEXACT = 0x1A2,
};
enum { OWNER_DRAWS = 0x30, LBS_HASSTRINGS = 0x40, CBS_HASSTRINGS = 0x200 };

/* The text in the procedure's form, from malloc(); NULL for NULL. */
static void *converted(const struct window_target *target, const void *text) {
    if (!text)
        return NULL;
    return target->is_unicode ? (void *)wide_from_ansi(text) : (void *)ansi_from_wide(text);
}

/* The other way round. */
static void *back(const struct window_target *target, const void *text) {
    return target->is_unicode ? (void *)ansi_from_wide(text) : (void *)wide_from_ansi(text);
}

/* How long a text is in the sender's form, in its units. */
static size_t length_for(const struct window_target *target, const void *text) {
    return target->is_unicode ? strlen(text) : wide_length(text);
}

static size_t unit_for(const struct window_target *target) { return target->is_unicode ? 1 : sizeof(WCHAR); }

static LRESULT call_create(const struct window_target *target, HWND window, UINT message, WPARAM wParam,
                           const CREATESTRUCT *facts) {
    CREATESTRUCT copy = *facts;
    void *name = converted(target, facts->lpszName);
    void *class_name = is_atom(facts->lpszClass) ? NULL : converted(target, facts->lpszClass);
    copy.lpszName = name;
    if (class_name)
        copy.lpszClass = class_name;
    LRESULT result = target->procedure(window, message, wParam, (LPARAM)&copy);
    free(name);
    free(class_name);
    return result;
}

static LRESULT call_with_text(const struct window_target *target, HWND window, UINT message, WPARAM wParam, LPARAM text) {
    void *copy = converted(target, (const void *)text);
    LRESULT result = target->procedure(window, message, wParam, (LPARAM)copy);
    free(copy);
    return result;
}

/* The answer is in the other form than the caller's buffer of `size` units. */
static LRESULT call_get_text(const struct window_target *target, HWND window, WPARAM size, LPARAM buffer) {
    size_t room = (size_t)size * 4 + 4, length = 0, unit = unit_for(target);
    void *other = calloc(1, room);
    if (!other || !size || !buffer) {
        free(other);
        return 0;
    }
    target->procedure(window, WM_GETTEXT, target->is_unicode ? size : room, (LPARAM)other);
    void *text = back(target, other);
    length = text ? length_for(target, text) : 0;
    length = length < (size_t)size ? length : (size_t)size - 1;
    memcpy((void *)buffer, text ? text : "", length * unit);
    memset((BYTE *)buffer + length * unit, 0, unit);
    free(text);
    free(other);
    return (LRESULT)length;
}

/* The text that a message gives into a buffer whose size another one tells, in the sender's form; NULL: none, *result is
 * what the procedure said. */
static void *fetch(const struct window_target *target, HWND window, UINT message, UINT length_message, WPARAM wParam,
                   LRESULT *result) {
    LRESULT length = target->procedure(window, length_message, wParam, 0);
    size_t unit = target->is_unicode ? sizeof(WCHAR) : 1;
    *result = length;
    void *text = length >= 0 ? calloc((size_t)length + 2, unit) : NULL;
    if (!text)
        return NULL;
    if (message == WM_GETTEXT)
        *result = target->procedure(window, message, (WPARAM)length + 1, (LPARAM)text);
    else
        *result = target->procedure(window, message, wParam, (LPARAM)text);
    void *other = *result >= 0 ? back(target, text) : NULL;
    free(text);
    return other;
}

/* The length in the sender's units, and the text itself where there is a buffer. */
static LRESULT call_item_text(const struct window_target *target, HWND window, UINT message, UINT length_message,
                              WPARAM wParam, LPARAM buffer) {
    LRESULT result;
    void *text = fetch(target, window, message, length_message, wParam, &result);
    if (!text)
        return result;
    size_t length = length_for(target, text);
    if (buffer)
        memcpy((void *)buffer, text, (length + 1) * unit_for(target));
    free(text);
    return (LRESULT)length;
}

/* The buffer's size is its first WORD; no zero is promised behind the line. */
static LRESULT call_get_line(const struct window_target *target, HWND window, WPARAM line, LPARAM buffer) {
    WORD room;
    memcpy(&room, (const void *)buffer, sizeof room);
    size_t unit = target->is_unicode ? sizeof(WCHAR) : 1;
    void *other = calloc((size_t)room + 2, unit + sizeof room);
    if (!other)
        return 0;
    memcpy(other, &room, sizeof room);
    LRESULT got = target->procedure(window, EM_GETLINE, line, (LPARAM)other);
    memset((BYTE *)other + (size_t)(got < 0 ? 0 : got) * unit, 0, unit);
    void *text = back(target, other);
    size_t length = text && got > 0 ? length_for(target, text) : 0;
    length = length < room ? length : room;
    memcpy((void *)buffer, text ? text : "", length * unit_for(target));
    free(text);
    free(other);
    return (LRESULT)length;
}

/* Whether a list's items are texts, and not the owner's own numbers. */
static bool has_texts(HWND handle, DWORD has_strings) {
    user_lock();
    const struct window *window = window_find(handle);
    bool has = window && (!(window->style & OWNER_DRAWS) || window->style & has_strings);
    user_unlock();
    return has;
}

static LRESULT call_list(const struct window_target *target, HWND window, UINT message, WPARAM wParam, LPARAM lParam) {
    bool is_combo = message < LB_ADDSTRING;
    if (!has_texts(window, is_combo ? CBS_HASSTRINGS : LBS_HASSTRINGS))
        return target->procedure(window, message, wParam, lParam);
    switch (message) {
    case LB_GETTEXT:
    case LB_GETTEXTLEN:
        return call_item_text(target, window, LB_GETTEXT, LB_GETTEXTLEN, wParam, message == LB_GETTEXT ? lParam : 0);
    case CB_GETLBTEXT:
    case CB_GETLBTEXTLEN:
        return call_item_text(target, window, CB_GETLBTEXT, CB_GETLBTEXTLEN, wParam, message == CB_GETLBTEXT ? lParam : 0);
    default: return call_with_text(target, window, message, wParam, lParam);
    }
}

LRESULT window_call(const struct window_target *target, HWND window, UINT message, WPARAM wParam, LPARAM lParam,
                    bool is_unicode) {
    if (target->is_unicode == is_unicode)
        return target->procedure(window, message, wParam, lParam);
    switch (message) {
    case WM_NCCREATE:
    case WM_CREATE: return call_create(target, window, message, wParam, (const CREATESTRUCT *)lParam);
    case EM_REPLACESEL:
    case WM_SETTEXT: return call_with_text(target, window, message, wParam, lParam);
    case WM_GETTEXT: return call_get_text(target, window, wParam, lParam);
    case WM_GETTEXTLENGTH: return call_item_text(target, window, WM_GETTEXT, WM_GETTEXTLENGTH, wParam, 0);
    case EM_GETLINE: return call_get_line(target, window, wParam, lParam);
    case CB_ADDSTRING:
    case CB_DIR:
    case CB_GETLBTEXT:
    case CB_GETLBTEXTLEN:
    case CB_INSERTSTRING:
    case CB_FINDSTRING:
    case CB_SELECTSTRING:
    case CB_FINDSTRINGEXACT:
    case LB_ADDSTRING:
    case LB_INSERTSTRING:
    case LB_GETTEXT:
    case LB_GETTEXTLEN:
    case LB_SELECTSTRING:
    case LB_DIR:
    case LB_FINDSTRING:
    case LB_FINDSTRINGEXACT: return call_list(target, window, message, wParam, lParam);
    default: return target->procedure(window, message, wParam, lParam);
    }
}
