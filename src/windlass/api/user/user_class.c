/* Window classes ("About Window Classes"). A class belongs to the module that registered it; there are no system-wide
 * classes but those of the controls and dialogs. */
#include "user.h"

#include <stdio.h>

typedef struct {
    UINT style;
    WNDPROC lpfnWndProc;
    int cbClsExtra, cbWndExtra;
    HINSTANCE hInstance;
    HICON hIcon;
    HCURSOR hCursor;
    HBRUSH hbrBackground;
    const void *lpszMenuName, *lpszClassName;
} WNDCLASS;

enum { GCW_ATOM = -32, GCL_STYLE = -26, GCLP_WNDPROC = -24, GCL_CBCLSEXTRA = -20, GCL_CBWNDEXTRA = -18,
       GCLP_HMODULE = -16, GCLP_HICON = -14, GCLP_HCURSOR = -12, GCLP_HBRBACKGROUND = -10, GCLP_MENUNAME = -8,
       GCLP_HICONSM = -34, MAX_CLASS_EXTRA = 40, MAX_CLASS_NAME = 256 };

/* Process state, under the user lock. */
static struct user_class *classes;
static ATOM next_atom = 0xC000;

WCHAR *user_wide_name(const char *name) { return is_atom(name) ? (WCHAR *)(uintptr_t)name : wide_from_ansi(name); }

void user_free_name(WCHAR *name) {
    if (!is_atom(name))
        free(name);
}

/* The classes of the controls, behind all others. The lock is held. */
static void add_system_classes(void) {
    static bool are_there;
    struct user_class **last = &classes;
    if (are_there)
        return;
    are_there = true;
    while (*last)
        last = &(*last)->next;
    for (unsigned i = 0; i < user_control_count; i++) {
        const struct system_class *control = &user_controls[i];
        struct user_class *class = calloc(1, sizeof *class);
        if (!class || !(class->name = wide_duplicate(control->name)))
            windlass_fatal("out of memory for window classes");
        class->atom = control->atom ? control->atom : next_atom++;
        class->is_unicode = class->is_system = true;
        class->facts = (WNDCLASSEX){.cbSize = sizeof class->facts, .style = control->style, .lpfnWndProc = control->procedure,
                                    .cbWndExtra = control->extra};
        *last = class;
        last = &class->next;
    }
}

bool user_procedure_form(WNDPROC procedure, bool *is_unicode) {
    user_lock();
    const struct user_class *class = classes;
    while (class && class->facts.lpfnWndProc != procedure)
        class = class->next;
    if (class)
        *is_unicode = class->is_unicode;
    user_unlock();
    return class != NULL;
}

static bool is_named(const struct user_class *class, const WCHAR *name) {
    if (is_atom(name))
        return class->atom == (ATOM)(UINT_PTR)name;
    return wide_compare_no_case(class->name, wide_length(class->name), name, wide_length(name)) == 0;
}

struct user_class *user_class_find(const WCHAR *name, HINSTANCE instance) {
    struct user_class *found = NULL;
    add_system_classes();
    for (struct user_class *class = classes; class; class = class->next) {
        if (!is_named(class, name))
            continue;
        if (class->facts.hInstance == instance && !class->is_system)
            return class;
        found = found ? found : class;
    }
    return found;
}

static struct user_class *find_or_fail(const WCHAR *name, HINSTANCE instance) {
    struct user_class *class = name ? user_class_find(name, instance) : NULL;
    if (!class)
        set_last_error(ERROR_CLASS_DOES_NOT_EXIST);
    return class;
}

static struct user_class *class_new(const WNDCLASSEX *facts, const WCHAR *name, bool is_unicode) {
    struct user_class *class = calloc(1, sizeof *class);
    WCHAR *copy = class ? wide_duplicate(name) : NULL;
    if (!copy) {
        free(class);
        return NULL;
    }
    *class = (struct user_class){.name = copy, .is_unicode = is_unicode, .facts = *facts};
    return class;
}

static ATOM register_class(const WNDCLASSEX *facts, const WCHAR *name, bool is_unicode) {
    if (!name || !facts->lpfnWndProc || facts->cbClsExtra < 0 || facts->cbClsExtra > MAX_CLASS_EXTRA ||
        facts->cbWndExtra < 0 || (!is_atom(name) && wide_length(name) >= MAX_CLASS_NAME))
        return (ATOM)fail(ERROR_INVALID_PARAMETER);
    WCHAR number[8];
    if (is_atom(name)) { /* a class named by an integer atom has its number for a name */
        char text[8];
        snprintf(text, sizeof text, "#%u", (unsigned)(UINT_PTR)name);
        number[utf8_to_wide(text, strlen(text), number, 7)] = 0;
        name = number;
    }
    struct user_class *class = class_new(facts, name, is_unicode);
    if (!class)
        return (ATOM)fail(ERROR_NOT_ENOUGH_MEMORY);
    user_lock();
    const struct user_class *other = user_class_find(name, facts->hInstance);
    bool is_new = !other || other->is_system || other->facts.hInstance != facts->hInstance;
    ATOM atom = 0;
    if (is_new) {
        atom = class->atom = next_atom++;
        class->next = classes;
        classes = class;
    }
    user_unlock();
    if (!is_new) {
        free(class->name);
        free(class);
        return (ATOM)fail(ERROR_CLASS_ALREADY_EXISTS);
    }
    return atom;
}

API(user32, ATOM, RegisterClassExW, const WNDCLASSEX *lpwcx) {
    if (lpwcx->cbSize != sizeof *lpwcx)
        return (ATOM)fail(ERROR_INVALID_PARAMETER);
    return register_class(lpwcx, lpwcx->lpszClassName, true);
}

API(user32, ATOM, RegisterClassExA, const WNDCLASSEX *lpwcx) {
    if (lpwcx->cbSize != sizeof *lpwcx)
        return (ATOM)fail(ERROR_INVALID_PARAMETER);
    WCHAR *name = user_wide_name(lpwcx->lpszClassName);
    ATOM atom = register_class(lpwcx, name, false);
    user_free_name(name);
    return atom;
}

static WNDCLASSEX extended(const WNDCLASS *class) {
    return (WNDCLASSEX){sizeof(WNDCLASSEX), class->style, class->lpfnWndProc, class->cbClsExtra, class->cbWndExtra,
                        class->hInstance, class->hIcon, class->hCursor, class->hbrBackground, class->lpszMenuName,
                        class->lpszClassName, NULL};
}

API(user32, ATOM, RegisterClassW, const WNDCLASS *lpWndClass) {
    const WNDCLASSEX facts = extended(lpWndClass);
    return api_RegisterClassExW(&facts);
}

API(user32, ATOM, RegisterClassA, const WNDCLASS *lpWndClass) {
    const WNDCLASSEX facts = extended(lpWndClass);
    return api_RegisterClassExA(&facts);
}

API(user32, BOOL, UnregisterClassW, LPCWSTR lpClassName, HINSTANCE hInstance) {
    user_lock();
    struct user_class *class = find_or_fail(lpClassName, hInstance);
    if (class && class->is_system) {
        set_last_error(ERROR_CLASS_DOES_NOT_EXIST);
        class = NULL;
    } else if (class && class->windows) {
        set_last_error(ERROR_CLASS_HAS_WINDOWS);
        class = NULL;
    }
    if (class) {
        struct user_class **at = &classes;
        while (*at != class)
            at = &(*at)->next;
        *at = class->next;
        free(class->name);
        free(class);
    }
    user_unlock();
    return class != NULL;
}

API(user32, BOOL, UnregisterClassA, LPCSTR lpClassName, HINSTANCE hInstance) {
    WCHAR *name = user_wide_name(lpClassName);
    BOOL done = api_UnregisterClassW(name, hInstance);
    user_free_name(name);
    return done;
}

/* The strings are the caller's own: a class's name is given back as it was asked for. */
static BOOL class_info(HINSTANCE instance, const WCHAR *wide, const void *name, WNDCLASSEX *out, ATOM *atom) {
    user_lock();
    struct user_class *class = find_or_fail(wide, instance);
    if (class) {
        *out = class->facts;
        out->lpszClassName = name;
        *atom = class->atom;
    }
    user_unlock();
    return class != NULL;
}

API(user32, BOOL, GetClassInfoExW, HINSTANCE hInstance, LPCWSTR lpszClass, WNDCLASSEX *lpwcx) {
    ATOM atom;
    return class_info(hInstance, lpszClass, lpszClass, lpwcx, &atom) ? atom : FALSE;
}

API(user32, BOOL, GetClassInfoExA, HINSTANCE hInstance, LPCSTR lpszClass, WNDCLASSEX *lpwcx) {
    ATOM atom;
    WCHAR *name = user_wide_name(lpszClass);
    BOOL found = class_info(hInstance, name, lpszClass, lpwcx, &atom);
    user_free_name(name);
    return found ? atom : FALSE;
}

static BOOL plain_info(HINSTANCE instance, const WCHAR *wide, const void *name, WNDCLASS *out) {
    WNDCLASSEX facts;
    ATOM atom;
    if (!class_info(instance, wide, name, &facts, &atom))
        return FALSE;
    *out = (WNDCLASS){facts.style, facts.lpfnWndProc, facts.cbClsExtra, facts.cbWndExtra, facts.hInstance, facts.hIcon,
                      facts.hCursor, facts.hbrBackground, facts.lpszMenuName, facts.lpszClassName};
    return atom;
}

API(user32, BOOL, GetClassInfoW, HINSTANCE hInstance, LPCWSTR lpClassName, WNDCLASS *lpWndClass) {
    return plain_info(hInstance, lpClassName, lpClassName, lpWndClass);
}

API(user32, BOOL, GetClassInfoA, HINSTANCE hInstance, LPCSTR lpClassName, WNDCLASS *lpWndClass) {
    WCHAR *name = user_wide_name(lpClassName);
    BOOL found = plain_info(hInstance, name, lpClassName, lpWndClass);
    user_free_name(name);
    return found;
}

API(user32, int, GetClassNameW, HWND hWnd, LPWSTR lpClassName, int nMaxCount) {
    if (nMaxCount <= 0)
        return fail(ERROR_INSUFFICIENT_BUFFER);
    user_lock();
    const struct window *window = window_find(hWnd);
    size_t length = 0;
    if (window) {
        length = wide_length(window->class->name);
        if (length >= (size_t)nMaxCount)
            length = (size_t)nMaxCount - 1;
        memcpy(lpClassName, window->class->name, length * sizeof *lpClassName);
        lpClassName[length] = 0;
    }
    user_unlock();
    return window ? (int)length : fail(ERROR_INVALID_WINDOW_HANDLE);
}
API_ALIAS(api_GetClassNameW, real, user32, "RealGetWindowClassW");

API(user32, int, GetClassNameA, HWND hWnd, LPSTR lpClassName, int nMaxCount) {
    WCHAR wide[MAX_CLASS_NAME];
    int length = api_GetClassNameW(hWnd, wide, MAX_CLASS_NAME);
    char *text = length ? ansi_from_wide(wide) : NULL;
    if (!text || nMaxCount <= 0) {
        free(text);
        return 0;
    }
    snprintf(lpClassName, (size_t)nMaxCount, "%s", text);
    free(text);
    return (int)strlen(lpClassName);
}
API_ALIAS(api_GetClassNameA, real, user32, "RealGetWindowClassA");

/* Where a value of the class lies; NULL: a bad index. */
static void *value_at(struct user_class *class, int index, size_t *size) {
    *size = sizeof(ULONG_PTR);
    switch (index) {
    case GCLP_WNDPROC: return &class->facts.lpfnWndProc;
    case GCLP_HMODULE: return &class->facts.hInstance;
    case GCLP_HICON: return &class->facts.hIcon;
    case GCLP_HICONSM: return &class->facts.hIconSm;
    case GCLP_HCURSOR: return &class->facts.hCursor;
    case GCLP_HBRBACKGROUND: return &class->facts.hbrBackground;
    case GCLP_MENUNAME: return &class->facts.lpszMenuName;
    }
    *size = sizeof(DWORD);
    switch (index) {
    case GCL_STYLE: return &class->facts.style;
    case GCL_CBCLSEXTRA: return &class->facts.cbClsExtra;
    case GCL_CBWNDEXTRA: return &class->facts.cbWndExtra;
    }
    *size = sizeof(ATOM);
    if (index == GCW_ATOM)
        return &class->atom;
    *size = 0; /* bytes of its own, as many as are asked for */
    return index >= 0 && index < class->facts.cbClsExtra ? class->extra + index : NULL;
}

/* Reads, and writes when `fresh` is given, `wanted` bytes at most. */
static ULONG_PTR class_value(HWND handle, int index, const ULONG_PTR *fresh, size_t wanted) {
    ULONG_PTR old = 0;
    size_t size;
    DWORD error = ERROR_SUCCESS;
    user_lock();
    struct window *window = window_find(handle);
    void *at = window ? value_at(window->class, index, &size) : NULL;
    if (!window)
        error = ERROR_INVALID_WINDOW_HANDLE;
    else if (!at || (!size && (size_t)index + wanted > (size_t)window->class->facts.cbClsExtra))
        error = ERROR_INVALID_INDEX;
    if (!error) {
        size = size && size < wanted ? size : wanted;
        memcpy(&old, at, size);
        if (fresh)
            memcpy(at, fresh, size);
    }
    user_unlock();
    if (error)
        set_last_error(error);
    return old;
}

API(user32, ULONG_PTR, GetClassLongPtrW, HWND hWnd, int nIndex) { return class_value(hWnd, nIndex, NULL, 8); }
API_ALIAS(api_GetClassLongPtrW, ansi, user32, "GetClassLongPtrA");
API(user32, ULONG_PTR, SetClassLongPtrW, HWND hWnd, int nIndex, LONG_PTR dwNewLong) {
    return class_value(hWnd, nIndex, &(ULONG_PTR){(ULONG_PTR)dwNewLong}, 8);
}
API_ALIAS(api_SetClassLongPtrW, ansi, user32, "SetClassLongPtrA");
API(user32, DWORD, GetClassLongW, HWND hWnd, int nIndex) { return (DWORD)class_value(hWnd, nIndex, NULL, 4); }
API_ALIAS(api_GetClassLongW, ansi, user32, "GetClassLongA");
API(user32, DWORD, SetClassLongW, HWND hWnd, int nIndex, LONG dwNewLong) {
    return (DWORD)class_value(hWnd, nIndex, &(ULONG_PTR){(DWORD)dwNewLong}, 4);
}
API_ALIAS(api_SetClassLongW, ansi, user32, "SetClassLongA");
API(user32, WORD, GetClassWord, HWND hWnd, int nIndex) { return (WORD)class_value(hWnd, nIndex, NULL, 2); }
API(user32, WORD, SetClassWord, HWND hWnd, int nIndex, WORD wNewWord) {
    return (WORD)class_value(hWnd, nIndex, &(ULONG_PTR){wNewWord}, 2);
}
