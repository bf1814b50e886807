/* Dialogs, shared by the user_dialog*.c files ("Dialog Boxes"). */
#ifndef WINDLASS_USER_DIALOG_H
#define WINDLASS_USER_DIALOG_H

#include "user_control.h"

typedef INT_PTR(WINAPI *DLGPROC)(HWND, UINT, WPARAM, LPARAM);

enum { DWLP_MSGRESULT = 0, DWLP_DLGPROC = 8, DWLP_USER = 16 };
enum { WS_TABSTOP = 0x10000, WS_GROUP = 0x20000, WS_SYSMENU = 0x80000, WS_EX_DLGMODALFRAME = 1, WS_EX_NOPARENTNOTIFY = 4,
       WS_EX_CONTROLPARENT = 0x10000 };
enum { DS_ABSALIGN = 1, DS_SETFONT = 0x40, DS_MODALFRAME = 0x80, DS_NOIDLEMSG = 0x100, DS_CONTROL = 0x400, DS_CENTER = 0x800,
       DS_NOFAILCREATE = 0x10 };
enum { DM_GETDEFID = WM_USER, DM_SETDEFID, WM_NEXTDLGCTL = 0x28, IDOK = 1, IDCANCEL = 2 };

/* What a window of a dialog's class has beside its extra bytes. */
struct dialog {
    HANDLE font;
    int base_x, base_y;                 /* pixels of four units across and of eight down; 0: the system's */
    bool is_unicode, has_ended;
    INT_PTR result;
    UINT default_id;
    HWND focus;                         /* what had it when the dialog was left */
};

/* NULL when the window is gone. */
struct dialog *dialog_of(HWND handle);

/* Moves the focus to a control as the Tab key does: the text of an edit control is selected. */
void dialog_focus(HWND control);

/* Creates the dialog with its controls and tells its procedure; NULL with the last error. *has_ended: its procedure has
 * called EndDialog already. */
HWND dialog_create(HINSTANCE instance, const void *template, size_t size, HWND owner, DLGPROC procedure, LPARAM parameter,
                   bool is_unicode, bool is_modal);

#endif
