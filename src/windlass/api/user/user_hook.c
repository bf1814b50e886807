/* Hooks ("Hooks", "SetWindowsHookExW function") for the threads of this process. What comes of a keyboard or a mouse never
 * comes; messages, windows that are made, and focus do. */
#include "user.h"

#include "user/user_hook.h"

enum { WH_MSGFILTER = -1, WH_JOURNALRECORD, WH_JOURNALPLAYBACK, WH_SYSMSGFILTER = 6, WH_KEYBOARD_LL = 13,
       WH_MOUSE_LL, NO_HOOK = 8, HC_ACTION = 0 };
#define ERROR_HOOK_NEEDS_HMOD 1428u
#define ERROR_INVALID_HOOK_FILTER 1426u
#define ERROR_INVALID_FILTER_PROC 1427u
#define ERROR_INVALID_HOOK_HANDLE 1404u
#define ERROR_GLOBAL_ONLY_HOOK 1429u

typedef LRESULT(WINAPI *HOOKPROC)(int, WPARAM, LPARAM);

struct hook {
    struct user_object head;
    struct hook *next;                  /* the newest first */
    int kind;
    DWORD thread_id;                    /* 0: all threads */
    HOOKPROC procedure;
    unsigned calls;                     /* of the procedure that are under way */
    bool is_removed;
};

/* Process state, under the user lock; the number is read without it. */
static struct hook *hooks;
static unsigned hook_count;

API_USE(HANDLE, OpenThread, DWORD, BOOL, DWORD);
API_USE(BOOL, CloseHandle, HANDLE);

static bool thread_exists(DWORD thread_id) {
    enum { QUERY_LIMITED = 0x800 };
    HANDLE thread = thread_id == current_thread() ? NULL : api_OpenThread(QUERY_LIMITED, FALSE, thread_id);
    if (thread)
        api_CloseHandle(thread);
    return thread || thread_id == current_thread();
}

static DWORD refusal(int kind, HOOKPROC procedure, HINSTANCE module, DWORD thread_id) {
    bool is_global_only = kind == WH_SYSMSGFILTER || kind == WH_KEYBOARD_LL || kind == WH_MOUSE_LL;
    if (kind < WH_MSGFILTER || kind > WH_MOUSE_LL || kind == NO_HOOK)
        return ERROR_INVALID_HOOK_FILTER;
    if (!procedure)
        return ERROR_INVALID_FILTER_PROC;
    if (kind == WH_JOURNALRECORD || kind == WH_JOURNALPLAYBACK)
        return ERROR_ACCESS_DENIED;
    if (is_global_only)
        return thread_id ? ERROR_GLOBAL_ONLY_HOOK : ERROR_SUCCESS;
    if (!thread_id)
        return module ? ERROR_SUCCESS : ERROR_HOOK_NEEDS_HMOD;
    return thread_exists(thread_id) ? ERROR_SUCCESS : ERROR_INVALID_PARAMETER;
}

API(user32, HHOOK, SetWindowsHookExW, int idHook, HOOKPROC lpfn, HINSTANCE hmod, DWORD dwThreadId) {
    DWORD error = refusal(idHook, lpfn, hmod, dwThreadId);
    struct hook *hook = error ? NULL : calloc(1, sizeof *hook);
    if (!hook) {
        set_last_error(error ? error : ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    hook->kind = idHook;
    hook->thread_id = dwThreadId;
    hook->procedure = lpfn;
    user_lock();
    HHOOK handle = user_object_add(&hook->head, USER_HOOK);
    if (handle) {
        hook->next = hooks;
        hooks = hook;
        __atomic_add_fetch(&hook_count, 1, __ATOMIC_RELAXED);
    }
    user_unlock();
    if (!handle) {
        free(hook);
        set_last_error(ERROR_NOT_ENOUGH_MEMORY);
    }
    return handle;
}
API_ALIAS(api_SetWindowsHookExW, ansi, user32, "SetWindowsHookExA");

API(user32, HHOOK, SetWindowsHookW, int nFilterType, HOOKPROC pfnFilterProc) {
    return api_SetWindowsHookExW(nFilterType, pfnFilterProc, NULL, current_thread());
}
API_ALIAS(api_SetWindowsHookW, ansi, user32, "SetWindowsHookA");

/* Out of the list; the lock is held. A procedure that is running keeps its hook until it returns. */
static void unlink_hook(struct hook *hook) {
    struct hook **at = &hooks;
    while (*at && *at != hook)
        at = &(*at)->next;
    if (*at)
        *at = hook->next;
    free(hook);
}

static void remove_hook(struct hook *hook) {
    user_object_remove(&hook->head);
    hook->is_removed = true;
    __atomic_sub_fetch(&hook_count, 1, __ATOMIC_RELAXED);
    if (!hook->calls)
        unlink_hook(hook);
}

API(user32, BOOL, UnhookWindowsHookEx, HHOOK hhk) {
    user_lock();
    struct hook *hook = user_object_find(hhk, USER_HOOK);
    if (hook)
        remove_hook(hook);
    user_unlock();
    return hook ? TRUE : fail(ERROR_INVALID_HOOK_HANDLE);
}

API(user32, BOOL, UnhookWindowsHook, int nCode, HOOKPROC pfnFilterProc) {
    user_lock();
    struct hook *hook = hooks;
    while (hook && !(hook->kind == nCode && hook->procedure == pfnFilterProc && !hook->is_removed))
        hook = hook->next;
    if (hook)
        remove_hook(hook);
    user_unlock();
    return hook ? TRUE : fail(ERROR_INVALID_HOOK_HANDLE);
}

/* The next hook of the kind for this thread from `hook` on. */
static struct hook *next_of_kind(struct hook *hook, int kind) {
    while (hook && !(hook->kind == kind && !hook->is_removed && (!hook->thread_id || hook->thread_id == current_thread())))
        hook = hook->next;
    return hook;
}

static LRESULT call(struct hook *hook, int code, WPARAM wParam, LPARAM lParam) {
    struct thread_input *input = thread_input();
    void *outer = input->hook;
    input->hook = hook;
    LRESULT result = hook->procedure(code, wParam, lParam);
    input->hook = outer;
    user_lock();
    if (!--hook->calls && hook->is_removed)
        unlink_hook(hook);
    user_unlock();
    return result;
}

LRESULT hooks_call(int kind, int code, WPARAM wParam, LPARAM lParam) {
    if (!__atomic_load_n(&hook_count, __ATOMIC_RELAXED))
        return 0;
    user_lock();
    struct hook *hook = next_of_kind(hooks, kind);
    if (hook)
        hook->calls++;
    user_unlock();
    return hook ? call(hook, code, wParam, lParam) : 0;
}

/* "The hhk parameter is ignored": the next one is that behind the procedure which is running. */
API(user32, LRESULT, CallNextHookEx, HHOOK hhk, int nCode, WPARAM wParam, LPARAM lParam) {
    (void)hhk;
    const struct hook *current = thread_input()->hook;
    if (!current)
        return 0;
    user_lock();
    struct hook *next = next_of_kind(current->next, current->kind);
    if (next)
        next->calls++;
    user_unlock();
    return next ? call(next, nCode, wParam, lParam) : 0;
}

API(user32, BOOL, CallMsgFilterW, MSG *lpMsg, int nCode) {
    return hooks_call(WH_SYSMSGFILTER, nCode, 0, (LPARAM)lpMsg) || hooks_call(WH_MSGFILTER, nCode, 0, (LPARAM)lpMsg);
}
API_ALIAS(api_CallMsgFilterW, ansi, user32, "CallMsgFilterA");
API_ALIAS(api_CallMsgFilterW, plain, user32, "CallMsgFilter");

/* ---- a message on its way to a window procedure ---- */

typedef struct { LPARAM lParam; WPARAM wParam; UINT message; HWND hwnd; } CWPSTRUCT;
typedef struct { LRESULT lResult; LPARAM lParam; WPARAM wParam; UINT message; HWND hwnd; } CWPRETSTRUCT;

LRESULT hooks_around_call(const struct window_target *target, HWND window, UINT message, WPARAM wParam, LPARAM lParam,
                          bool is_unicode) {
    if (!__atomic_load_n(&hook_count, __ATOMIC_RELAXED))
        return window_call(target, window, message, wParam, lParam, is_unicode);
    CWPSTRUCT before = {lParam, wParam, message, window};
    hooks_call(WH_CALLWNDPROC, HC_ACTION, 0, (LPARAM)&before);
    CWPRETSTRUCT after = {0, lParam, wParam, message, window};
    after.lResult = window_call(target, window, message, wParam, lParam, is_unicode);
    hooks_call(WH_CALLWNDPROCRET, HC_ACTION, 0, (LPARAM)&after);
    return after.lResult;
}
