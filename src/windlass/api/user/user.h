/* Windows, their classes and messages, shared by the user_*.c files ("Windows and Messages").
 *
 * Nothing is shown: the windows of console programs and libraries are there for their messages. Window structures are
 * touched under user_lock() only, which is never held while Windows code runs: whoever calls a window procedure takes
 * what it needs first and looks the window up again afterwards. */
#ifndef WINDLASS_USER_H
#define WINDLASS_USER_H

#include "api.h"
#include "codepage.h"
#include "user/user_types.h"

typedef LRESULT(WINAPI *WNDPROC)(HWND, UINT, WPARAM, LPARAM);

typedef struct {
    HWND hwnd;
    UINT message;
    WPARAM wParam;
    LPARAM lParam;
    DWORD time;
    POINT pt;
    DWORD lPrivate;
} MSG;

/* The A and W forms differ in what the strings are. */
typedef struct {
    LPVOID lpCreateParams;
    HINSTANCE hInstance;
    HMENU hMenu;
    HWND hwndParent;
    int cy, cx, y, x;
    LONG style;
    const void *lpszName, *lpszClass;
    DWORD dwExStyle;
} CREATESTRUCT;

typedef struct {
    UINT cbSize, style;
    WNDPROC lpfnWndProc;
    int cbClsExtra, cbWndExtra;
    HINSTANCE hInstance;
    HICON hIcon;
    HCURSOR hCursor;
    HBRUSH hbrBackground;
    const void *lpszMenuName, *lpszClassName;
    HICON hIconSm;
} WNDCLASSEX;

enum {
    WM_NULL = 0x0000, WM_CREATE = 0x0001, WM_DESTROY = 0x0002, WM_MOVE = 0x0003, WM_SIZE = 0x0005, WM_ENABLE = 0x000A,
    WM_ACTIVATE = 0x0006, WM_SETFOCUS = 0x0007, WM_KILLFOCUS = 0x0008, WM_SETTEXT = 0x000C, WM_GETTEXT = 0x000D,
    WM_GETTEXTLENGTH = 0x000E, WM_CLOSE = 0x0010, WM_QUERYENDSESSION = 0x0011, WM_QUIT = 0x0012,
    WM_QUERYOPEN = 0x0013, WM_ERASEBKGND = 0x0014, WM_SHOWWINDOW = 0x0018, WM_GETMINMAXINFO = 0x0024,
    WM_WINDOWPOSCHANGING = 0x0046, WM_WINDOWPOSCHANGED = 0x0047, WM_NCCREATE = 0x0081, WM_NCDESTROY = 0x0082,
    WM_NCCALCSIZE = 0x0083, WM_NCHITTEST = 0x0084, WM_GETDLGCODE = 0x0087, WM_KEYDOWN = 0x0100, WM_CHAR = 0x0102,
    WM_INITDIALOG = 0x0110, WM_COMMAND = 0x0111, WM_SYSCOMMAND = 0x0112, WM_TIMER = 0x0113, WM_ENTERIDLE = 0x0121,
    WM_CAPTURECHANGED = 0x0215, WM_SETFONT = 0x0030, WM_GETFONT = 0x0031, WM_CUT = 0x0300, WM_COPY, WM_PASTE,
    WM_CLEAR, WM_UNDO, WM_USER = 0x0400,
};

enum {
    WS_CHILD = 0x40000000, WS_VISIBLE = 0x10000000, WS_DISABLED = 0x08000000, WS_MINIMIZE = 0x20000000,
    WS_MAXIMIZE = 0x01000000, WS_CAPTION = 0x00C00000, WS_BORDER = 0x00800000, WS_DLGFRAME = 0x00400000,
    WS_THICKFRAME = 0x00040000, WS_CLIPSIBLINGS = 0x04000000,
};
#define WS_POPUP 0x80000000u
#define CW_USEDEFAULT ((int)0x80000000)
#define HWND_MESSAGE ((HWND)(LONG_PTR)-3)
#define HWND_BROADCAST ((HWND)0xffff)

#define ERROR_INVALID_WINDOW_HANDLE 1400u
#define ERROR_CANNOT_FIND_WND_CLASS 1407u
#define ERROR_CLASS_ALREADY_EXISTS 1410u
#define ERROR_CLASS_DOES_NOT_EXIST 1411u
#define ERROR_CLASS_HAS_WINDOWS 1412u
#define ERROR_INVALID_INDEX 1413u

/* ---- classes (user_class.c) ---- */

struct user_class {
    struct user_class *next;
    ATOM atom;
    WCHAR *name;
    bool is_unicode;                    /* which form of messages lpfnWndProc takes */
    bool is_system;                     /* one of the controls', registered by nobody */
    WNDCLASSEX facts;
    unsigned windows;
    BYTE extra[40];                     /* cbClsExtra bytes, at most as many as Windows allows */
};

/* By name, or by the atom that a string pointer below 0x10000 is; the module's own before another's. Under the lock;
 * NULL. */
struct user_class *user_class_find(const WCHAR *name, HINSTANCE instance);

/* Which form of messages a class's procedure takes; false: it is none of a class. */
bool user_procedure_form(WNDPROC procedure, bool *is_unicode);

/* What a system class consists of: the standard controls and dialogs. */
struct system_class {
    const WCHAR *name;
    ATOM atom;                          /* 0: any */
    WNDPROC procedure;
    UINT style;
    int extra;
};
extern const struct system_class user_controls[];
extern const unsigned user_control_count;

/* ---- handles of everything else (user_object.c) ---- */

enum user_kind { USER_ANY, USER_MENU, USER_ICON, USER_ACCELERATORS, USER_HOOK, USER_IMAGES, USER_EVENTS };

/* The head of what such a handle stands for. */
struct user_object {
    enum user_kind kind;
    HANDLE handle;
};

/* All under the user lock. The object's new handle, NULL out of memory; the object of a handle, NULL for none of this
 * kind; takes the handle away, the object stays. */
HANDLE user_object_add(struct user_object *object, enum user_kind kind);
void *user_object_find(HANDLE handle, enum user_kind kind);
void user_object_remove(struct user_object *object);

/* A resource of the type by name or number, and its size; NULL with the last error. */
const void *user_resource(HINSTANCE module, const WCHAR *name, UINT type, DWORD *size);

/* ---- windows (user_window.c) ---- */

struct window_property {
    struct window_property *next;
    WCHAR *name;
    HANDLE data;
};

struct scroll_bar {
    int minimum, maximum, position, track;
    UINT page;
    bool is_set;
};

struct window {
    HWND handle;
    struct window *parent, *owner;      /* parent: the desktop for top-level windows */
    struct window *first_child, *next;  /* in Z order, the topmost first */
    struct user_class *class;
    WNDPROC procedure;
    bool is_unicode, is_being_destroyed;
    DWORD style, ex_style, thread_id;
    HINSTANCE instance;
    UINT_PTR id;
    HMENU menu, system_menu;
    DWORD help_id, affinity, layer_flags;
    COLORREF colour_key;                /* of a layered window, with its alpha */
    BYTE alpha;
    bool has_layer;
    LONG_PTR user_data;
    RECT rect;                          /* on the screen */
    WCHAR *text;
    struct window_property *properties;
    struct scroll_bar bars[3];          /* SB_HORZ, SB_VERT, and that of a control */
    void *state;                        /* a control's or dialog's own, gone with free_state() */
    void (*free_state)(void *state);
    size_t extra_size;
    BYTE extra[];
};

void user_lock(void);
void user_unlock(void);

static inline DWORD current_thread(void) { return (DWORD)(uintptr_t)teb_self()->ThreadId; }
static inline BOOL no_window(void) { return fail(ERROR_INVALID_WINDOW_HANDLE); }

/* Under the lock; NULL. */
struct window *window_find(HWND handle);
HWND window_desktop(void);

/* The procedure that a message goes to, and the thread that owns the window; false with ERROR_INVALID_WINDOW_HANDLE. */
struct window_target {
    WNDPROC procedure;
    bool is_unicode;
    DWORD thread_id;
};
bool window_target(HWND handle, struct window_target *target);

/* Sets the text, a copy is made. */
void window_set_text(HWND handle, const WCHAR *text);
/* A copy from malloc(), never NULL but out of memory. */
WCHAR *window_text(HWND handle);

/* Destroys the windows of a thread that ends, without messages. */
void windows_abandon(DWORD thread_id);

/* ---- messages (user_message.c) ---- */

/* Calls a window procedure; text in the messages that carry some is converted when the caller's form is not the
 * procedure's (user_message_text.c). */
LRESULT window_call(const struct window_target *target, HWND handle, UINT message, WPARAM wParam, LPARAM lParam,
                    bool is_unicode);

/* SendMessage in either form. */
LRESULT window_send(HWND handle, UINT message, WPARAM wParam, LPARAM lParam, bool is_unicode);

BOOL window_post(HWND handle, UINT message, WPARAM wParam, LPARAM lParam);

/* The same from a thread of windlass's own, which has no TEB; nothing when the window is gone. */
void window_notify(HWND handle, UINT message, WPARAM wParam, LPARAM lParam);

/* Has a thread that has a queue make the call when it next looks for messages; `data` is from malloc(), and the call's.
 * False: there is no such thread. */
bool thread_call(DWORD thread_id, void (*call)(void *data), void *data);

/* Which windows of a thread have its input ("Keyboard Input", "Mouse Input"). */
struct thread_input { HWND focus, active, capture; BYTE keys[256]; void *hook; };
struct thread_input *thread_input(void);
/* The window goes, and with it its input, its timers and what was posted to it ("DestroyWindow function"). */
void queues_forget(HWND window);

/* Serves what other threads send, and sleeps until there may be something new. */
void message_wait(void);
/* Whether nothing in this process could ever end that sleep: no timer and no other thread. */
bool message_wait_is_hopeless(void);

/* An atom of registered messages and clipboard formats, one number for one name in any case; 0 out of memory. */
UINT registered_name(const WCHAR *name);

/* The functions that exist twice take names as wide text: a copy of an ANSI one, or the atom that the pointer is. */
static inline bool is_atom(const void *name) { return ((UINT_PTR)name >> 16) == 0; }
/* Whether two such names are one, in any case. */
static inline bool is_same_name(const WCHAR *one, const WCHAR *other) {
    if (is_atom(one) || is_atom(other))
        return one == other;
    return wide_compare_no_case(one, wide_length(one), other, wide_length(other)) == 0;
}
WCHAR *user_wide_name(const char *name);
void user_free_name(WCHAR *name);

#endif
