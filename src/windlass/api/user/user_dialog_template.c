/* Dialogs from templates ("DLGTEMPLATE structure", "DLGTEMPLATEEX structure", "Dialog Box Templates in Memory"). */
#include "user_dialog.h"

#include "gdi/gdi.h"

enum { EXTENDED_SIGNATURE = 0xFFFF, ORDINAL = 0xFFFF, USE_DEFAULT = -32768, MAX_TEMPLATE = 1 << 24 };
enum { SS_TYPEMASK = 31, SS_ICON = 3, SS_BITMAP = 14, STM_SETIMAGE = 0x172, IMAGE_BITMAP = 0, IMAGE_ICON = 1 };

struct cursor {
    const BYTE *start, *at, *end;
    bool is_cut;                        /* the template ends too early */
};

static DWORD take(struct cursor *cursor, size_t size) {
    DWORD value = 0;
    if ((size_t)(cursor->end - cursor->at) < size) {
        cursor->is_cut = true;
        return 0;
    }
    memcpy(&value, cursor->at, size);
    cursor->at += size;
    return value;
}

static WORD take_word(struct cursor *cursor) { return (WORD)take(cursor, 2); }
static int take_short(struct cursor *cursor) { return (SHORT)take(cursor, 2); }
static DWORD take_dword(struct cursor *cursor) { return take(cursor, 4); }

static void align(struct cursor *cursor) {
    size_t odd = (size_t)(cursor->at - cursor->start) & 3;
    if (odd)
        take(cursor, 4 - odd);
}

/* Nothing, a number or a text, which stays in the template. */
static const WCHAR *take_name(struct cursor *cursor) {
    const BYTE *start = cursor->at;
    WORD first = take_word(cursor);
    if (first == ORDINAL)
        return (const WCHAR *)(uintptr_t)take_word(cursor);
    if (!first)
        return NULL;
    while (take_word(cursor)) {
    }
    return cursor->is_cut ? NULL : (const WCHAR *)start;
}

struct header {
    DWORD style, ex_style;
    WORD items;
    int x, y, width, height;
    const WCHAR *menu, *class_name, *title, *face;
    WORD points, weight;
    BYTE italic, charset;
    bool is_extended;
};

struct control {
    DWORD style, ex_style, id;
    int x, y, width, height;
    const WCHAR *class_name, *title;
    const void *data;
};

static void take_place(struct cursor *cursor, int *x, int *y, int *width, int *height) {
    *x = take_short(cursor);
    *y = take_short(cursor);
    *width = take_short(cursor);
    *height = take_short(cursor);
}

static struct header take_header(struct cursor *cursor) {
    struct header header = {.weight = 400, .charset = 1};
    DWORD first = take_dword(cursor);
    header.is_extended = first == (1 | (DWORD)EXTENDED_SIGNATURE << 16);
    if (header.is_extended) {
        take_dword(cursor);             /* the help context */
        header.ex_style = take_dword(cursor);
        header.style = take_dword(cursor);
    } else {
        header.style = first;
        header.ex_style = take_dword(cursor);
    }
    header.items = take_word(cursor);
    take_place(cursor, &header.x, &header.y, &header.width, &header.height);
    header.menu = take_name(cursor);
    header.class_name = take_name(cursor);
    header.title = take_name(cursor);
    if (!(header.style & DS_SETFONT))
        return header;
    header.points = take_word(cursor);
    if (header.is_extended) {
        header.weight = take_word(cursor);
        header.italic = (BYTE)take(cursor, 1);
        header.charset = (BYTE)take(cursor, 1);
    }
    header.face = header.points == 0x7fff ? NULL : take_name(cursor); /* 0x7fff: the font of message boxes */
    return header;
}

static const WCHAR *class_of_number(UINT_PTR number) {
    static const WCHAR *const names[] = {u"Button", u"Edit", u"Static", u"ListBox", u"ScrollBar", u"ComboBox"};
    return number >= 0x80 && number <= 0x85 ? names[number - 0x80] : (const WCHAR *)number;
}

static struct control take_control(struct cursor *cursor, bool is_extended) {
    struct control control = {0};
    align(cursor);
    if (is_extended)
        take_dword(cursor);
    DWORD first = take_dword(cursor), second = take_dword(cursor);
    control.style = is_extended ? second : first;
    control.ex_style = is_extended ? first : second;
    take_place(cursor, &control.x, &control.y, &control.width, &control.height);
    control.id = is_extended ? take_dword(cursor) : take_word(cursor);
    control.class_name = take_name(cursor);
    control.title = take_name(cursor);
    if (is_atom(control.class_name))
        control.class_name = class_of_number((UINT_PTR)control.class_name);
    const BYTE *data = cursor->at;
    WORD size = take_word(cursor);
    control.data = size ? data : NULL;
    size_t rest = is_extended || size < 2 ? size : size - 2u; /* the older form counts itself */
    if ((size_t)(cursor->end - cursor->at) < rest)
        cursor->is_cut = true;
    else
        cursor->at += rest;
    return control;
}

/* ---- creating ---- */

API_USE(HFONT, CreateFontIndirectW, const LOGFONTW *);
API_USE(BOOL, AdjustWindowRectEx, RECT *, DWORD, BOOL, DWORD);
API_USE(HWND, CreateWindowExW, DWORD, LPCWSTR, LPCWSTR, DWORD, int, int, int, int, HWND, HMENU, HINSTANCE, LPVOID);
API_USE(HMENU, LoadMenuW, HINSTANCE, LPCWSTR);
API_USE(HANDLE, LoadImageW, HINSTANCE, LPCWSTR, UINT, int, int, UINT);
API_USE(BOOL, ClientToScreen, HWND, POINT *);
API_USE(LONG_PTR, SetWindowLongPtrW, HWND, int, LONG_PTR);
API_USE(HWND, GetNextDlgTabItem, HWND, HWND, BOOL);
API_USE(HWND, GetAncestor, HWND, UINT);
API_USE(BOOL, ShowWindow, HWND, int);
API_USE(BOOL, DestroyWindow, HWND);
API_USE(BOOL, IsWindow, HWND);
API_USE(int, GetSystemMetrics, int);
API_USE(LONG, GetDialogBaseUnits, void);
API_USE(int, MulDiv, int, int, int);

static HANDLE font_of(const struct header *header) {
    LOGFONTW font = {.lfHeight = -api_MulDiv(header->points, 96, 72), .lfWeight = header->weight, .lfItalic = header->italic,
                     .lfCharSet = header->charset};
    if (!header->face || is_atom(header->face))
        return NULL;
    size_t length = wide_length(header->face);
    memcpy(font.lfFaceName, header->face, (length < LF_FACESIZE - 1 ? length : LF_FACESIZE - 1) * sizeof *header->face);
    return api_CreateFontIndirectW(&font);
}

/* What four units across and eight down are in pixels: the average width and the height of the font's characters. The
 * proportions are those of the fonts that Windows has for dialogs, so that places do not depend on which are installed. */
static void set_base(struct dialog *dialog, const struct header *header) {
    LONG base = api_GetDialogBaseUnits();
    int pixels = api_MulDiv(header->points, 96, 72);
    dialog->base_x = header->points && header->points != 0x7fff ? (pixels * 11 + 10) / 20 : (WORD)base;
    dialog->base_y = header->points && header->points != 0x7fff ? (pixels * 6 + 2) / 5 : base >> 16;
}

static RECT pixels_of(const struct dialog *base, int x, int y, int width, int height) {
    LONG left = api_MulDiv(x, base->base_x, 4), top = api_MulDiv(y, base->base_y, 8);
    return (RECT){left, top, left + api_MulDiv(width, base->base_x, 4), top + api_MulDiv(height, base->base_y, 8)};
}

/* On the screen, or in the parent for a dialog that is a control itself. */
static RECT place_of(const struct header *header, const struct dialog *base, HWND owner, bool has_menu) {
    RECT rect = pixels_of(base, header->x, header->y, header->width, header->height);
    api_AdjustWindowRectEx(&rect, header->style, has_menu, header->ex_style);
    LONG width = rect.right - rect.left, height = rect.bottom - rect.top;
    POINT corner = {rect.left, rect.top};
    if (header->style & DS_CENTER || header->x == USE_DEFAULT)
        corner = (POINT){(api_GetSystemMetrics(0) - width) / 2, (api_GetSystemMetrics(1) - height) / 2};
    else if (owner && !(header->style & (DS_ABSALIGN | WS_CHILD)))
        api_ClientToScreen(owner, &corner);
    return (RECT){corner.x, corner.y, corner.x + width, corner.y + height};
}

/* A static control with a picture names it by its title. */
static void load_picture(HWND window, HINSTANCE instance, const struct control *control) {
    DWORD kind = control->style & SS_TYPEMASK;
    WCHAR class_name[8];
    API_USE(int, GetClassNameW, HWND, LPWSTR, int);
    if (!control->title || (kind != SS_ICON && kind != SS_BITMAP) || api_GetClassNameW(window, class_name, 8) != 6)
        return;
    UINT type = kind == SS_ICON ? IMAGE_ICON : IMAGE_BITMAP;
    HANDLE image = api_LoadImageW(instance, control->title, type, 0, 0, 0);
    if (image)
        window_send(window, STM_SETIMAGE, type, (LPARAM)image, true);
}

static bool create_control(HWND handle, HINSTANCE instance, const struct control *control, const struct dialog *base) {
    RECT rect = pixels_of(base, control->x, control->y, control->width, control->height);
    const WCHAR *title = is_atom(control->title) ? NULL : control->title;
    HWND window = api_CreateWindowExW(control->ex_style | WS_EX_NOPARENTNOTIFY, control->class_name, title,
                                      control->style | WS_CHILD, rect.left, rect.top, rect.right - rect.left,
                                      rect.bottom - rect.top, handle, (HMENU)(UINT_PTR)control->id, instance, (void *)(uintptr_t)control->data);
    if (!window)
        return false;
    if (base->font)
        window_send(window, WM_SETFONT, (WPARAM)base->font, FALSE, true);
    load_picture(window, instance, control);
    struct dialog *dialog = dialog_of(handle);
    if (dialog && window_send(window, WM_GETDLGCODE, 0, 0, true) & DLGC_DEFPUSHBUTTON)
        dialog->default_id = control->id;
    return true;
}

static bool create_controls(HWND handle, HINSTANCE instance, struct cursor *cursor, const struct header *header,
                            const struct dialog *base) {
    for (WORD i = 0; i < header->items && api_IsWindow(handle); i++) {
        const struct control control = take_control(cursor, header->is_extended);
        if (cursor->is_cut)
            return fail(ERROR_INVALID_PARAMETER);
        if (!create_control(handle, instance, &control, base) && !(header->style & DS_NOFAILCREATE))
            return false;
    }
    return api_IsWindow(handle);
}

/* "If the function returns TRUE, the system sets the keyboard focus" to the first control. */
static void tell_procedure(HWND handle, const struct header *header, LPARAM parameter) {
    HWND first = api_GetNextDlgTabItem(handle, NULL, FALSE);
    bool wants_focus = window_send(handle, WM_INITDIALOG, (WPARAM)first, parameter, true);
    if (wants_focus && !(header->style & DS_CONTROL) && api_IsWindow(handle)) {
        first = api_GetNextDlgTabItem(handle, NULL, FALSE);
        dialog_focus(first ? first : handle);
    }
}

HWND dialog_create(HINSTANCE instance, const void *template, size_t size, HWND owner, DLGPROC procedure, LPARAM parameter,
                   bool is_unicode, bool is_modal) {
    struct cursor cursor = {template, template, (const BYTE *)template + (size ? size : MAX_TEMPLATE), false};
    struct header header = take_header(&cursor);
    struct dialog facts = {.is_unicode = is_unicode};
    if (cursor.is_cut)
        return (HWND)(LONG_PTR)fail(ERROR_INVALID_PARAMETER);
    if (header.style & DS_MODALFRAME)
        header.ex_style |= WS_EX_DLGMODALFRAME;
    if (header.style & DS_CONTROL) {
        header.ex_style |= WS_EX_CONTROLPARENT;
        header.style &= ~(DWORD)(WS_CAPTION | WS_SYSMENU);
    }
    if (is_modal && owner && header.style & WS_CHILD)
        owner = api_GetAncestor(owner, 2);
    set_base(&facts, &header);
    facts.font = font_of(&header);
    HMENU menu = header.menu ? api_LoadMenuW(instance, header.menu) : NULL;
    RECT rect = place_of(&header, &facts, owner, menu);
    HWND handle = api_CreateWindowExW(header.ex_style, header.class_name ? header.class_name : (const WCHAR *)(uintptr_t)0x8002,
                                      header.title, header.style & ~(DWORD)WS_VISIBLE, rect.left, rect.top,
                                      rect.right - rect.left, rect.bottom - rect.top, owner, menu, instance, NULL);
    struct dialog *dialog = handle ? dialog_of(handle) : NULL;
    if (!dialog) {
        if (facts.font)
            api_DeleteObject(facts.font);
        return NULL;
    }
    *dialog = facts;
    api_SetWindowLongPtrW(handle, DWLP_DLGPROC, (LONG_PTR)procedure);
    if (facts.font)
        window_send(handle, WM_SETFONT, (WPARAM)facts.font, FALSE, true);
    if (!create_controls(handle, instance, &cursor, &header, &facts)) {
        api_DestroyWindow(handle);
        return NULL;
    }
    tell_procedure(handle, &header, parameter);
    if (!api_IsWindow(handle))
        return NULL;
    dialog = dialog_of(handle);
    if (header.style & WS_VISIBLE && dialog && !dialog->has_ended)
        api_ShowWindow(handle, 1);
    return api_IsWindow(handle) ? handle : NULL;
}
