/* Window procedures in front of each other ("Subclassing Controls", SetWindowSubclass and its kin). A window's own thread
 * alone touches its chain, so no lock is needed; a procedure may remove itself or others while the chain runs. */
#include "user.h"

typedef LRESULT(WINAPI *SUBCLASSPROC)(HWND, UINT, WPARAM, LPARAM, UINT_PTR, DWORD_PTR);

struct link {
    struct link *next;
    SUBCLASSPROC procedure;             /* NULL: removed, to be freed when the chain does not run */
    UINT_PTR id;
    DWORD_PTR data;
};

/* A message on its way: which procedure DefSubclassProc calls next. */
struct run {
    struct run *outer;
    struct link *next;
};

struct chain {
    WNDPROC original;
    struct link *links;                 /* the newest first */
    struct run *run;
};

static const WCHAR property_name[] = u"windlass subclasses";

API_USE(HANDLE, GetPropW, HWND, LPCWSTR);
API_USE(BOOL, SetPropW, HWND, LPCWSTR, HANDLE);
API_USE(HANDLE, RemovePropW, HWND, LPCWSTR);
API_USE(LONG_PTR, GetWindowLongPtrW, HWND, int);
API_USE(LONG_PTR, SetWindowLongPtrW, HWND, int, LONG_PTR);
API_USE(LONG_PTR, SetWindowLongPtrA, HWND, int, LONG_PTR);
API_USE(BOOL, IsWindowUnicode, HWND);
API_USE(LRESULT, CallWindowProcW, WNDPROC, HWND, UINT, WPARAM, LPARAM);
API_USE(LRESULT, CallWindowProcA, WNDPROC, HWND, UINT, WPARAM, LPARAM);
enum { GWLP_WNDPROC = -4 };

static struct chain *chain_of(HWND window) { return api_GetPropW(window, property_name); }

static bool is_mine(HWND window) {
    struct window_target target;
    return window_target(window, &target) && target.thread_id == (DWORD)(uintptr_t)teb_self()->ThreadId;
}

static void set_procedure(HWND window, WNDPROC procedure) {
    if (api_IsWindowUnicode(window))
        api_SetWindowLongPtrW(window, GWLP_WNDPROC, (LONG_PTR)procedure);
    else
        api_SetWindowLongPtrA(window, GWLP_WNDPROC, (LONG_PTR)procedure);
}

static LRESULT call_next(struct chain *chain, HWND window, UINT message, WPARAM wParam, LPARAM lParam) {
    struct run *run = chain->run;
    struct link *link = run->next, *before = link;
    while (link && !link->procedure)
        link = link->next;
    if (!link)
        return (api_IsWindowUnicode(window) ? api_CallWindowProcW : api_CallWindowProcA)(chain->original, window, message, wParam, lParam);
    run->next = link->next;
    LRESULT result = link->procedure(window, message, wParam, lParam, link->id, link->data);
    run->next = before;
    return result;
}

static void free_removed(struct chain *chain) {
    for (struct link **at = &chain->links; *at;) {
        struct link *link = *at;
        if (link->procedure) {
            at = &link->next;
            continue;
        }
        *at = link->next;
        free(link);
    }
}

static LRESULT WINAPI subclass_procedure(HWND window, UINT message, WPARAM wParam, LPARAM lParam);

/* The window is as it was before, unless another has put its own procedure in front of ours. */
static void end_chain(HWND window, struct chain *chain) {
    if (api_GetWindowLongPtrW(window, GWLP_WNDPROC) != (LONG_PTR)subclass_procedure)
        return;
    set_procedure(window, chain->original);
    api_RemovePropW(window, property_name);
    free(chain);
}

static LRESULT WINAPI subclass_procedure(HWND window, UINT message, WPARAM wParam, LPARAM lParam) {
    struct chain *chain = chain_of(window);
    if (!chain)
        return 0;
    struct run run = {chain->run, chain->links};
    chain->run = &run;
    LRESULT result = call_next(chain, window, message, wParam, lParam);
    chain->run = run.outer;
    for (struct link *link = chain->links; message == WM_NCDESTROY && link; link = link->next)
        link->procedure = NULL;
    if (!chain->run) {
        free_removed(chain);
        if (!chain->links)
            end_chain(window, chain);
    }
    return result;
}

API(comctl32, LRESULT, DefSubclassProc, HWND hWnd, UINT uMsg, WPARAM wParam, LPARAM lParam) {
    struct chain *chain = chain_of(hWnd);
    return chain && chain->run ? call_next(chain, hWnd, uMsg, wParam, lParam) : 0;
}

static struct link *find_link(const struct chain *chain, SUBCLASSPROC procedure, UINT_PTR id) {
    struct link *link = chain ? chain->links : NULL;
    while (link && !(link->procedure == procedure && link->id == id))
        link = link->next;
    return link;
}

static struct chain *chain_new(HWND window) {
    struct chain *chain = calloc(1, sizeof *chain);
    if (!chain || !api_SetPropW(window, property_name, chain)) {
        free(chain);
        return NULL;
    }
    chain->original = (WNDPROC)(LONG_PTR)api_GetWindowLongPtrW(window, GWLP_WNDPROC);
    set_procedure(window, subclass_procedure);
    return chain;
}

/* The same procedure with the same number gets new data. */
API(comctl32, BOOL, SetWindowSubclass, HWND hWnd, SUBCLASSPROC pfnSubclass, UINT_PTR uIdSubclass, DWORD_PTR dwRefData) {
    if (!pfnSubclass || !is_mine(hWnd))
        return FALSE;
    struct chain *chain = chain_of(hWnd);
    struct link *link = find_link(chain, pfnSubclass, uIdSubclass);
    if (link)
        return link->data = dwRefData, TRUE;
    link = calloc(1, sizeof *link);
    if (!link || (!chain && !(chain = chain_new(hWnd)))) {
        free(link);
        return FALSE;
    }
    *link = (struct link){chain->links, pfnSubclass, uIdSubclass, dwRefData};
    chain->links = link;
    return TRUE;
}

API(comctl32, BOOL, GetWindowSubclass, HWND hWnd, SUBCLASSPROC pfnSubclass, UINT_PTR uIdSubclass, DWORD_PTR *pdwRefData) {
    const struct link *link = pfnSubclass ? find_link(chain_of(hWnd), pfnSubclass, uIdSubclass) : NULL;
    if (pdwRefData)
        *pdwRefData = link ? link->data : 0;
    return link != NULL;
}

API(comctl32, BOOL, RemoveWindowSubclass, HWND hWnd, SUBCLASSPROC pfnSubclass, UINT_PTR uIdSubclass) {
    struct chain *chain = pfnSubclass && is_mine(hWnd) ? chain_of(hWnd) : NULL;
    struct link *link = find_link(chain, pfnSubclass, uIdSubclass);
    if (!link)
        return FALSE;
    link->procedure = NULL;
    if (!chain->run) {
        free_removed(chain);
        if (!chain->links)
            end_chain(hWnd, chain);
    }
    return TRUE;
}
