/* Edit controls ("Edit Control Messages"). A control of several lines breaks them where the text does, and nowhere else:
 * without a font there is nothing that lines could be too long for. */
#include "user_control.h"

enum {
    EM_GETSEL = 0xB0, EM_SETSEL, EM_GETRECT, EM_SETRECT, EM_SETRECTNP, EM_SCROLL, EM_LINESCROLL, EM_SCROLLCARET, EM_GETMODIFY,
    EM_SETMODIFY, EM_GETLINECOUNT, EM_LINEINDEX, EM_LINELENGTH = 0xC1, EM_REPLACESEL, EM_GETLINE = 0xC4, EM_LIMITTEXT,
    EM_CANUNDO, EM_UNDO, EM_FMTLINES, EM_LINEFROMCHAR, EM_SETTABSTOPS = 0xCB, EM_SETPASSWORDCHAR, EM_EMPTYUNDOBUFFER,
    EM_GETFIRSTVISIBLELINE, EM_SETREADONLY, EM_SETWORDBREAKPROC, EM_GETWORDBREAKPROC, EM_GETPASSWORDCHAR, EM_SETMARGINS,
    EM_GETMARGINS, EM_GETLIMITTEXT,
};
enum { ES_MULTILINE = 4, ES_UPPERCASE = 8, ES_LOWERCASE = 0x10, ES_PASSWORD = 0x20, ES_READONLY = 0x800,
       ES_NUMBER = 0x2000 };
enum { EN_SETFOCUS = 0x100, EN_KILLFOCUS = 0x200, EN_CHANGE = 0x300, EN_UPDATE = 0x400, EN_MAXTEXT = 0x501 };
enum { FIRST_LIMIT = 30000, EC_LEFTMARGIN = 1, EC_RIGHTMARGIN = 2, DLGC_WANTARROWS = 1, GWL_STYLE = -16 };

struct edit {
    size_t start, end;                  /* of the selection */
    size_t limit;
    WCHAR *undo;                        /* the text before the last change; NULL: none */
    WCHAR password;
    WORD left, right;
    PVOID word_break;
    HANDLE font;
    bool is_modified, is_ready;
};

API_USE(LONG, SetWindowLongW, HWND, int, LONG);
API_USE(BOOL, GetClientRect, HWND, RECT *);
API_USE(LPWSTR, CharUpperW, LPWSTR);
API_USE(LPWSTR, CharLowerW, LPWSTR);

static void free_edit(void *state) {
    struct edit *edit = state;
    free(edit->undo);
    free(edit);
}

static struct edit *edit_of(HWND handle) {
    struct edit *edit = control_state(handle, sizeof *edit, free_edit);
    if (edit && !edit->is_ready) {
        edit->is_ready = true;
        edit->limit = FIRST_LIMIT;
        edit->password = control_style(handle) & ES_PASSWORD ? 0x25CF : 0;
    }
    return edit;
}

static bool has_lines(HWND handle) { return control_style(handle) & ES_MULTILINE; }

static size_t smaller(size_t one, size_t other) { return one < other ? one : other; }

/* ---- changing the text ---- */

static WCHAR cased(WCHAR unit, DWORD style) {
    if (style & ES_UPPERCASE)
        return (WCHAR)(UINT_PTR)api_CharUpperW((LPWSTR)(UINT_PTR)unit);
    if (style & ES_LOWERCASE)
        return (WCHAR)(UINT_PTR)api_CharLowerW((LPWSTR)(UINT_PTR)unit);
    return unit;
}

static void set_text(HWND handle, const WCHAR *text) {
    DWORD style = control_style(handle);
    WCHAR *copy = style & (ES_UPPERCASE | ES_LOWERCASE) ? wide_duplicate(text) : NULL;
    for (size_t i = 0; copy && copy[i]; i++)
        copy[i] = cased(copy[i], style);
    window_set_text(handle, copy ? copy : text);
    free(copy);
}

static void keep_for_undo(struct edit *edit, WCHAR *before, bool can_undo) {
    free(edit->undo);
    edit->undo = can_undo ? before : NULL;
    if (!can_undo)
        free(before);
}

static void tell_change(HWND handle) {
    control_notify(handle, EN_UPDATE);
    control_notify(handle, EN_CHANGE);
}

/* In place of the selection; no more than fits. */
static void replace(HWND handle, struct edit *edit, const WCHAR *text, size_t length, bool can_undo) {
    WCHAR *before = window_text(handle);
    size_t old_length = before ? wide_length(before) : 0;
    size_t start = smaller(edit->start, old_length), end = smaller(edit->end, old_length);
    size_t kept = old_length - (end - start), room = edit->limit > kept ? edit->limit - kept : 0, fits = smaller(length, room);
    WCHAR *after = before ? malloc((kept + fits + 1) * sizeof *after) : NULL;
    if (!after) {
        free(before);
        return;
    }
    memcpy(after, before, start * sizeof *after);
    memcpy(after + start, text, fits * sizeof *after);
    memcpy(after + start + fits, before + end, (old_length - end + 1) * sizeof *after);
    edit->start = edit->end = start + fits;
    edit->is_modified = true;
    set_text(handle, after);
    free(after);
    keep_for_undo(edit, before, can_undo);
    if (fits < length)
        control_notify(handle, EN_MAXTEXT);
    tell_change(handle);
}

static LRESULT replace_selection(HWND handle, struct edit *edit, bool can_undo, const WCHAR *text) {
    replace(handle, edit, text ? text : u"", text ? wide_length(text) : 0, can_undo);
    return 0;
}

/* The selection; nothing is copied from a password. */
static LRESULT copy_selection(HWND handle, const struct edit *edit) {
    WCHAR *text = window_text(handle);
    size_t length = text ? wide_length(text) : 0, start = smaller(edit->start, length), end = smaller(edit->end, length);
    if (start < end && !edit->password)
        edit_copy(handle, text + start, end - start);
    free(text);
    return 0;
}

static LRESULT cut_selection(HWND handle, struct edit *edit) {
    copy_selection(handle, edit);
    return edit->password ? 0 : replace_selection(handle, edit, true, NULL);
}

static LRESULT paste(HWND handle, struct edit *edit) {
    WCHAR *text = control_style(handle) & ES_READONLY ? NULL : edit_pasted(handle);
    if (text)
        replace_selection(handle, edit, true, text);
    free(text);
    return 0;
}

static LRESULT undo(HWND handle, struct edit *edit) {
    if (!edit->undo)
        return FALSE;
    WCHAR *now = window_text(handle), *before = edit->undo;
    edit->undo = now;
    set_text(handle, before);
    edit->start = 0;
    edit->end = wide_length(before);
    free(before);
    tell_change(handle);
    return TRUE;
}

/* The program's own setting is none of the user's changes. */
static LRESULT take_text(HWND handle, struct edit *edit, const WCHAR *text) {
    set_text(handle, text ? text : u"");
    keep_for_undo(edit, NULL, false);
    edit->start = edit->end = 0;
    edit->is_modified = false;
    if (!has_lines(handle))
        tell_change(handle);
    return TRUE;
}

/* ---- the selection ---- */

static LRESULT set_selection(HWND handle, struct edit *edit, LPARAM start, LPARAM end) {
    WCHAR *text = window_text(handle);
    size_t length = text ? wide_length(text) : 0;
    free(text);
    if (start == -1) {
        edit->start = edit->end;
        return 0;
    }
    edit->start = smaller((size_t)(UINT)start, length);
    edit->end = end == -1 ? length : smaller((size_t)(UINT)end, length);
    if (edit->start > edit->end) {
        size_t first = edit->end;
        edit->end = edit->start;
        edit->start = first;
    }
    return 0;
}

static LRESULT give_selection(const struct edit *edit, DWORD *start, DWORD *end) {
    if (start)
        *start = (DWORD)edit->start;
    if (end)
        *end = (DWORD)edit->end;
    return edit->end > 0xffff ? -1 : (LRESULT)(edit->start | edit->end << 16);
}

/* ---- lines ---- */

static size_t next_line(const WCHAR *text, size_t at) {
    while (text[at] && !(text[at] == '\r' && text[at + 1] == '\n'))
        at++;
    return text[at] ? at + 2 : at;
}

static LRESULT line_of(const WCHAR *text, size_t place) {
    LRESULT line = 0;
    for (size_t at = next_line(text, 0), before = 0; at > before && at <= place && text[at - 1] == '\n'; line++) {
        before = at;
        at = next_line(text, at);
    }
    return line;
}

static LRESULT line_count(const WCHAR *text) { return line_of(text, wide_length(text)) + 1; }

/* Where a line begins; -1: there is no such line. */
static LRESULT line_start(const WCHAR *text, LRESULT line) {
    size_t at = 0;
    if (line < 0 || line >= line_count(text))
        return -1;
    while (line--)
        at = next_line(text, at);
    return (LRESULT)at;
}

static size_t line_length(const WCHAR *text, size_t start) {
    size_t end = start;
    while (text[end] && !(text[end] == '\r' && text[end + 1] == '\n'))
        end++;
    return end - start;
}

/* "-1: the unselected characters in the lines of the selection". */
static LRESULT length_at(const struct edit *edit, const WCHAR *text, LPARAM place) {
    size_t length = wide_length(text);
    if (place != -1 && (size_t)place > length)
        return 0;
    size_t first = (size_t)(place == -1 ? (LPARAM)edit->start : place), last = place == -1 ? edit->end : first;
    size_t start = (size_t)line_start(text, line_of(text, first)), end = (size_t)line_start(text, line_of(text, last));
    return (LRESULT)(end + line_length(text, end) - start - (last - first));
}

/* The buffer's first unit is its size; no zero is written behind the text. */
static LRESULT give_line(const WCHAR *text, LRESULT line, WCHAR *out) {
    LRESULT start = line_start(text, line);
    if (start < 0)
        return 0;
    size_t length = smaller(line_length(text, (size_t)start), *out);
    WORD room = *out;
    memcpy(out, text + start, length * sizeof *out);
    if (length < room)
        out[length] = 0;
    return (LRESULT)length;
}

static LRESULT line_message(HWND handle, const struct edit *edit, UINT message, WPARAM wParam, LPARAM lParam) {
    WCHAR *text = window_text(handle);
    LRESULT result = 0;
    bool lines = has_lines(handle), current = (LONG)wParam == -1;
    switch (text ? message : 0) {
    case EM_GETLINECOUNT: result = lines ? line_count(text) : 1; break;
    case EM_LINEINDEX: result = lines ? line_start(text, current ? line_of(text, edit->start) : (LRESULT)(LONG)wParam) : 0; break;
    case EM_LINEFROMCHAR: result = lines ? line_of(text, current ? edit->start : wParam) : 0; break;
    case EM_LINELENGTH: result = lines ? length_at(edit, text, (LONG)wParam) : (LRESULT)wide_length(text); break;
    case EM_GETLINE: result = give_line(text, lines ? (LRESULT)(LONG)wParam : 0, (WCHAR *)lParam); break;
    }
    free(text);
    return result;
}

/* ---- typing ---- */

static void erase_before(HWND handle, struct edit *edit) {
    if (edit->start == edit->end && edit->start)
        edit->start--;
    if (edit->start != edit->end)
        replace(handle, edit, u"", 0, true);
}

static LRESULT type(HWND handle, struct edit *edit, WCHAR unit) {
    DWORD style = control_style(handle);
    if (style & ES_READONLY)
        return 0;
    if (unit == '\b')
        erase_before(handle, edit);
    else if (unit == '\r' && style & ES_MULTILINE)
        replace(handle, edit, u"\r\n", 2, true);
    else if (unit >= ' ' && unit != 0x7f && (!(style & ES_NUMBER) || (unit >= '0' && unit <= '9')))
        replace(handle, edit, &unit, 1, true);
    return 0;
}

/* ---- settings ---- */

static LRESULT set_read_only(HWND handle, bool on) {
    DWORD style = control_style(handle);
    api_SetWindowLongW(handle, GWL_STYLE, (LONG)(on ? style | ES_READONLY : style & ~(DWORD)ES_READONLY));
    return TRUE;
}

static LRESULT set_limit(HWND handle, struct edit *edit, size_t limit) {
    edit->limit = limit ? limit : has_lines(handle) ? 0xffffffff : 0x7ffffffe;
    return 0;
}

static LRESULT set_margins(struct edit *edit, WPARAM which, LPARAM widths) {
    WORD left = (WORD)widths, right = (WORD)(widths >> 16);
    if (which & EC_LEFTMARGIN)
        edit->left = left == 0xffff ? 0 : left;
    if (which & EC_RIGHTMARGIN)
        edit->right = right == 0xffff ? 0 : right;
    return 0;
}

static LRESULT dialog_code(HWND handle) {
    return DLGC_HASSETSEL | DLGC_WANTCHARS | DLGC_WANTARROWS | (has_lines(handle) ? DLGC_WANTALLKEYS : 0);
}

static LRESULT create(HWND handle, const CREATESTRUCT *facts) {
    set_text(handle, facts->lpszName ? facts->lpszName : u"");
    return 0;
}

LRESULT WINAPI edit_procedure(HWND handle, UINT message, WPARAM wParam, LPARAM lParam) {
    struct edit *edit = edit_of(handle);
    LRESULT result;
    if (!edit || control_font(&edit->font, message, wParam, &result))
        return edit ? result : 0;
    switch (message) {
    case WM_CREATE: return create(handle, (const CREATESTRUCT *)lParam);
    case WM_SETTEXT: return take_text(handle, edit, (const WCHAR *)lParam);
    case WM_CHAR: return type(handle, edit, (WCHAR)wParam);
    case WM_COPY: return copy_selection(handle, edit);
    case WM_CUT: return cut_selection(handle, edit);
    case WM_PASTE: return paste(handle, edit);
    case WM_CLEAR: return replace_selection(handle, edit, true, NULL);
    case WM_UNDO:
    case EM_UNDO: return undo(handle, edit);
    case EM_CANUNDO: return edit->undo != NULL;
    case EM_EMPTYUNDOBUFFER: return keep_for_undo(edit, NULL, false), 0;
    case EM_GETSEL: return give_selection(edit, (DWORD *)wParam, (DWORD *)lParam);
    case EM_SETSEL: return set_selection(handle, edit, (LONG)wParam, (LONG)lParam);
    case EM_REPLACESEL: return replace_selection(handle, edit, wParam, (const WCHAR *)lParam);
    case EM_GETMODIFY: return edit->is_modified;
    case EM_SETMODIFY: return edit->is_modified = wParam != 0, 0;
    case EM_GETLINECOUNT:
    case EM_LINEINDEX:
    case EM_LINEFROMCHAR:
    case EM_LINELENGTH:
    case EM_GETLINE: return line_message(handle, edit, message, wParam, lParam);
    case EM_LIMITTEXT: return set_limit(handle, edit, wParam);
    case EM_GETLIMITTEXT: return (LRESULT)edit->limit;
    case EM_SETREADONLY: return set_read_only(handle, wParam);
    case EM_SETPASSWORDCHAR: return edit->password = (WCHAR)wParam, 0;
    case EM_GETPASSWORDCHAR: return edit->password;
    case EM_SETMARGINS: return set_margins(edit, wParam, lParam);
    case EM_GETMARGINS: return (LRESULT)(edit->left | (DWORD)edit->right << 16);
    case EM_SETWORDBREAKPROC: return edit->word_break = (PVOID)lParam, 0;
    case EM_GETWORDBREAKPROC: return (LRESULT)edit->word_break;
    case EM_GETRECT: return api_GetClientRect(handle, (RECT *)lParam), 0;
    case EM_SETTABSTOPS: return TRUE;
    case EM_FMTLINES: return (LRESULT)wParam;
    case EM_LINESCROLL:
    case EM_SCROLLCARET: return TRUE;
    case WM_SETFOCUS: return control_notify(handle, EN_SETFOCUS), 0;
    case WM_KILLFOCUS: return control_notify(handle, EN_KILLFOCUS), 0;
    case WM_GETDLGCODE: return dialog_code(handle);
    default: return api_DefWindowProcW(handle, message, wParam, lParam);
    }
}
