/* Events for accessibility ("WinEvents", "SetWinEventHook function"). What the controls here do nobody follows on a screen,
 * so they raise none; those that programs raise by NotifyWinEvent go to the hooks of this process. */
#include "user.h"

enum { WINEVENT_SKIPOWNTHREAD = 1, WINEVENT_SKIPOWNPROCESS = 2, WINEVENT_INCONTEXT = 4, MAX_HOOKS = 256 };
#define ERROR_INVALID_HOOK_FILTER 1426u
#define ERROR_INVALID_FILTER_PROC 1427u
#define ERROR_HOOK_NEEDS_HMOD 1428u

typedef HANDLE HWINEVENTHOOK;
typedef void(WINAPI *WINEVENTPROC)(HWINEVENTHOOK, DWORD, HWND, LONG, LONG, DWORD, DWORD);

struct event_hook {
    struct user_object head;
    struct event_hook *next;
    DWORD first, last, process_id, thread_id, flags, owner;     /* owner: the thread that set it */
    WINEVENTPROC procedure;
};

struct event {
    HWINEVENTHOOK hook;
    WINEVENTPROC procedure;
    DWORD number;
    HWND window;
    LONG object, child;
    DWORD thread_id, time;
};

/* Process state, under the user lock. */
static struct event_hook *hooks;

API_USE(DWORD, GetTickCount, void);

static DWORD current_process(void) { return (DWORD)(uintptr_t)teb_self()->ProcessId; }

API(user32, HWINEVENTHOOK, SetWinEventHook, DWORD eventMin, DWORD eventMax, HMODULE hmodWinEventProc,
    WINEVENTPROC pfnWinEventProc, DWORD idProcess, DWORD idThread, DWORD dwFlags) {
    DWORD error = eventMin > eventMax                                   ? ERROR_INVALID_HOOK_FILTER
                  : !pfnWinEventProc                                    ? ERROR_INVALID_FILTER_PROC
                  : dwFlags & WINEVENT_INCONTEXT && !hmodWinEventProc ? ERROR_HOOK_NEEDS_HMOD
                                                                        : ERROR_SUCCESS;
    struct event_hook *hook = error ? NULL : calloc(1, sizeof *hook);
    HWINEVENTHOOK handle = NULL;
    if (hook) {
        thread_input();                 /* events out of context come with the thread's messages */
        *hook = (struct event_hook){.first = eventMin, .last = eventMax, .process_id = idProcess, .thread_id = idThread,
                                    .flags = dwFlags, .owner = current_thread(), .procedure = pfnWinEventProc};
        user_lock();
        handle = user_object_add(&hook->head, USER_EVENTS);
        if (handle) {
            hook->next = hooks;
            hooks = hook;
        }
        user_unlock();
    }
    if (!handle) {
        free(hook);
        set_last_error(error ? error : ERROR_NOT_ENOUGH_MEMORY);
    }
    return handle;
}

API(user32, BOOL, UnhookWinEvent, HWINEVENTHOOK hWinEventHook) {
    user_lock();
    struct event_hook *hook = user_object_find(hWinEventHook, USER_EVENTS), **at = &hooks;
    if (hook) {
        while (*at != hook)
            at = &(*at)->next;
        *at = hook->next;
        user_object_remove(&hook->head);
    }
    user_unlock();
    free(hook);
    return hook ? TRUE : fail(ERROR_INVALID_HANDLE);
}

static bool wants(const struct event_hook *hook, DWORD event, DWORD thread_id) {
    if (event < hook->first || event > hook->last || hook->flags & WINEVENT_SKIPOWNPROCESS)
        return false;
    if ((hook->process_id && hook->process_id != current_process()) || (hook->thread_id && hook->thread_id != thread_id))
        return false;
    return !(hook->flags & WINEVENT_SKIPOWNTHREAD && hook->owner == thread_id);
}

static void tell(const struct event *event) {
    event->procedure(event->hook, event->number, event->window, event->object, event->child, event->thread_id, event->time);
}

/* In the thread of a hook out of context, which may be gone meanwhile. */
static void tell_later(void *data) {
    const struct event event = *(const struct event *)data;
    free(data);
    user_lock();
    bool is_set = user_object_find(event.hook, USER_EVENTS) != NULL;
    user_unlock();
    if (is_set)
        tell(&event);
}

API(user32, void, NotifyWinEvent, DWORD event, HWND hwnd, LONG idObject, LONG idChild) {
    struct event list[MAX_HOOKS];
    DWORD owners[MAX_HOOKS], thread_id = current_thread();          /* owner 0: in context */
    int count = 0;
    user_lock();
    for (const struct event_hook *hook = hooks; hook && count < MAX_HOOKS; hook = hook->next) {
        if (!wants(hook, event, thread_id))
            continue;
        owners[count] = hook->flags & WINEVENT_INCONTEXT ? 0 : hook->owner;
        list[count++] = (struct event){hook->head.handle, hook->procedure, event, hwnd, idObject, idChild, thread_id, 0};
    }
    user_unlock();
    for (int i = 0; i < count; i++) {
        list[i].time = api_GetTickCount();
        struct event *copy = owners[i] ? malloc(sizeof *copy) : NULL;
        if (!owners[i])
            tell(&list[i]);
        else if (copy && (*copy = list[i], !thread_call(owners[i], tell_later, copy)))
            free(copy);
    }
}

API(user32, BOOL, IsWinEventHookInstalled, DWORD event) {
    user_lock();
    const struct event_hook *hook = hooks;
    while (hook && (event < hook->first || event > hook->last))
        hook = hook->next;
    user_unlock();
    return hook != NULL;
}

/* ---- the shell's events, which no shell raises ---- */

API_USE(BOOL, IsWindow, HWND);
API(user32, BOOL, RegisterShellHookWindow, HWND hwnd) { return api_IsWindow(hwnd); }
API(user32, BOOL, DeregisterShellHookWindow, HWND hwnd) { return api_IsWindow(hwnd); }
API(user32, void, DisableProcessWindowsGhosting, void) {}
