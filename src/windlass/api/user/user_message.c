/* Messages and message queues ("About Messages and Message Queues").
 *
 * A thread has a queue from the first message on that it sends, posts or waits for. Messages that other threads send
 * are called by the thread when it looks for messages or waits for the answer to one of its own. */
#include "user.h"

#include <pthread.h>

#include "sync.h"
#include "user/user_hook.h"
#include "wait.h"

enum { PM_REMOVE = 1, QS_TIMER = 0x10, QS_POSTMESSAGE = 8, QS_SENDMESSAGE = 0x40, QS_ALLPOSTMESSAGE = 0x100 };
enum { MWMO_WAITALL = 1, MWMO_ALERTABLE = 2, MWMO_INPUTAVAILABLE = 4, MAX_POSTED = 10000 };
enum { USER_TIMER_MINIMUM = 10, FIRST_TIMER = 0x7fff };
#define ERROR_NOT_ENOUGH_QUOTA 1816u
#define ERROR_INVALID_THREAD_ID 1444u

typedef void(WINAPI *TIMERPROC)(HWND, UINT, UINT_PTR, DWORD);
typedef void(WINAPI *SENDASYNCPROC)(HWND, UINT, ULONG_PTR, LRESULT);

struct posted {
    struct posted *next;
    MSG message;
};

/* A message that another thread sent: on the sender's stack, or from malloc() when nobody waits. */
struct sent {
    struct sent *next;
    HWND window;
    UINT message;
    WPARAM wParam;
    LPARAM lParam;
    bool is_unicode, is_waited, is_answered, is_abandoned;
    LRESULT result;
    struct queue *sender;
    SENDASYNCPROC callback;
    ULONG_PTR callback_data;
    void (*call)(void *data);           /* thread_call(): instead of a message */
    void *data;
};

struct user_timer {
    struct user_timer *next;
    HWND window;
    UINT_PTR id;
    TIMERPROC procedure;
    int64_t due, period;
};

struct queue {
    struct queue *next;
    DWORD thread_id;
    struct object *event;               /* signaled: there is something new */
    struct posted *posted, **last_posted;
    unsigned posted_count;
    struct sent *sent, **last_sent, *current;
    struct user_timer *timers;
    bool has_quit;
    int quit_code;
    DWORD last_time;
    LPARAM extra_information;
    struct thread_input input;
};

/* Process state, under the lock. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct queue *queues;

API_USE(DWORD, GetTickCount, void);

/* ---- queues ---- */

static void answer(struct sent *sent, LRESULT result, bool abandoned);

/* The thread ends: who waits for it is let go. */
void message_queue_free(void *messages) {
    struct queue *queue = messages;
    if (!queue)
        return;
    windows_abandon(queue->thread_id);
    pthread_mutex_lock(&lock);
    struct queue **at = &queues;
    while (*at && *at != queue)
        at = &(*at)->next;
    if (*at)
        *at = queue->next;
    pthread_mutex_unlock(&lock);
    while (queue->sent) {
        struct sent *sent = queue->sent;
        queue->sent = sent->next;
        answer(sent, 0, true);
    }
    while (queue->posted) {
        struct posted *posted = queue->posted;
        queue->posted = posted->next;
        free(posted);
    }
    while (queue->timers) {
        struct user_timer *timer = queue->timers;
        queue->timers = timer->next;
        free(timer);
    }
    object_release(queue->event);
    free(queue);
}

static struct queue *queue_self(void) {
    struct thread *thread = thread_self();
    struct queue *queue = thread->messages;
    if (queue)
        return queue;
    queue = calloc(1, sizeof *queue);
    if (!queue || !(queue->event = event_new(true, false)))
        windlass_fatal("out of memory for a message queue");
    queue->thread_id = (DWORD)(uintptr_t)teb_self()->ThreadId;
    queue->last_posted = &queue->posted;
    queue->last_sent = &queue->sent;
    thread->messages = queue;
    pthread_mutex_lock(&lock);
    queue->next = queues;
    queues = queue;
    pthread_mutex_unlock(&lock);
    return queue;
}

/* The lock is held. */
static struct queue *queue_of(DWORD thread_id) {
    struct queue *queue = queues;
    while (queue && queue->thread_id != thread_id)
        queue = queue->next;
    return queue;
}

struct thread_input *thread_input(void) { return &queue_self()->input; }

static void forget_input(struct thread_input *input, HWND window) {
    input->focus = input->focus == window ? NULL : input->focus;
    input->active = input->active == window ? NULL : input->active;
    input->capture = input->capture == window ? NULL : input->capture;
}

/* What was posted to the window is taken out of the queue, and given back as a list. */
static struct posted *take_posts_of(struct queue *queue, HWND window) {
    struct posted *taken = NULL, **at = &queue->posted;
    while (*at) {
        struct posted *each = *at;
        if (each->message.hwnd != window) {
            at = &each->next;
            continue;
        }
        *at = each->next;
        each->next = taken;
        taken = each;
        queue->posted_count--;
    }
    queue->last_posted = at;
    return taken;
}

static void free_timers_of(struct queue *queue, HWND window) {
    for (struct user_timer **at = &queue->timers; *at;) {
        struct user_timer *timer = *at;
        if (timer->window != window) {
            at = &timer->next;
            continue;
        }
        *at = timer->next;
        free(timer);
    }
}

/* The window may be another thread's, which has ended. Timers are touched by their own thread only. */
void queues_forget(HWND window) {
    struct queue *self = queue_self();
    struct posted *taken = NULL;
    pthread_mutex_lock(&lock);
    for (struct queue *queue = queues; queue; queue = queue->next)
        forget_input(&queue->input, window);
    taken = take_posts_of(self, window);
    pthread_mutex_unlock(&lock);
    while (taken) {
        struct posted *next = taken->next;
        free(taken);
        taken = next;
    }
    free_timers_of(self, window);
}

static MSG message_for(HWND window, UINT message, WPARAM wParam, LPARAM lParam) {
    return (MSG){window, message, wParam, lParam, api_GetTickCount(), {0, 0}, 0};
}

static DWORD enqueue_posted(DWORD thread_id, const MSG *message) {
    struct posted *posted = malloc(sizeof *posted);
    if (!posted)
        return ERROR_NOT_ENOUGH_MEMORY;
    *posted = (struct posted){NULL, *message};
    pthread_mutex_lock(&lock);
    struct queue *queue = queue_of(thread_id);
    DWORD error = !queue ? ERROR_INVALID_THREAD_ID : queue->posted_count < MAX_POSTED ? ERROR_SUCCESS : ERROR_NOT_ENOUGH_QUOTA;
    if (!error) {
        *queue->last_posted = posted;
        queue->last_posted = &posted->next;
        queue->posted_count++;
        event_set(queue->event);
    }
    pthread_mutex_unlock(&lock);
    if (error)
        free(posted);
    return error;
}

/* `error`: of a thread without a queue. */
static BOOL post_to(DWORD thread_id, const MSG *message, DWORD error) {
    DWORD result = enqueue_posted(thread_id, message);
    return result ? fail(result == ERROR_INVALID_THREAD_ID ? error : result) : TRUE;
}

/* ---- sending ---- */

static LRESULT call_now(HWND window, UINT message, WPARAM wParam, LPARAM lParam, bool is_unicode) {
    struct window_target target;
    return window_target(window, &target) ? window_call(&target, window, message, wParam, lParam, is_unicode) : 0;
}

/* Who waits is told; what nobody waits for is freed, and a callback queued to the sender. */
static void answer(struct sent *sent, LRESULT result, bool abandoned) {
    pthread_mutex_lock(&lock);
    sent->result = result;
    sent->is_abandoned = abandoned;
    bool is_waited = sent->is_waited;
    if (is_waited && !sent->is_answered) {
        sent->is_answered = true;
        event_set(sent->sender->event);
    }
    pthread_mutex_unlock(&lock);
    if (is_waited)
        return;
    if (sent->call)
        free(sent->data);
    if (sent->callback && !abandoned)
        sent->callback(sent->window, sent->message, sent->callback_data, result);
    free(sent);
}

static LRESULT call_sent(const struct sent *sent) {
    struct window_target target;
    if (!window_target(sent->window, &target))
        return 0;
    return hooks_around_call(&target, sent->window, sent->message, sent->wParam, sent->lParam, sent->is_unicode);
}

static bool make_call(struct sent *sent) {
    void (*call)(void *) = sent->call;
    void *data = sent->data;
    free(sent);
    call(data);
    return true;
}

/* Calls the first message that another thread sent; false: there is none. */
static bool serve_one(struct queue *queue) {
    pthread_mutex_lock(&lock);
    struct sent *sent = queue->sent;
    if (sent) {
        queue->sent = sent->next;
        if (!queue->sent)
            queue->last_sent = &queue->sent;
    }
    struct sent *outer = queue->current;
    if (sent && !sent->call)
        queue->current = sent;
    pthread_mutex_unlock(&lock);
    if (!sent)
        return false;
    if (sent->call)
        return make_call(sent);
    LRESULT result = call_sent(sent);
    if (queue->current == sent)
        answer(sent, result, false);
    else
        free(queue->current);           /* what ReplyMessage put in its place */
    queue->current = outer;
    return true;
}

static bool is_answered(const struct sent *sent) {
    pthread_mutex_lock(&lock);
    bool answered = sent->is_answered;
    pthread_mutex_unlock(&lock);
    return answered;
}

/* Sleeps until there may be something new. */
static NTSTATUS sleep_on(struct queue *queue, int64_t deadline) {
    struct object *event = queue->event;
    return wait_for_objects(&event, 1, false, false, deadline);
}

/* Takes a message back that the receiver has not begun with; true: it is nobody's now. */
static bool withdraw(DWORD thread_id, struct sent *sent) {
    pthread_mutex_lock(&lock);
    struct queue *queue = queue_of(thread_id);
    struct sent **at = queue ? &queue->sent : NULL;
    while (at && *at && *at != sent)
        at = &(*at)->next;
    bool found = at && *at;
    if (found) {
        *at = sent->next;
        if (!sent->next)
            queue->last_sent = at;
    }
    pthread_mutex_unlock(&lock);
    return found;
}

static bool enqueue(DWORD thread_id, struct sent *sent) {
    pthread_mutex_lock(&lock);
    struct queue *queue = queue_of(thread_id);
    if (queue) {
        *queue->last_sent = sent;
        queue->last_sent = &sent->next;
        event_set(queue->event);
    }
    pthread_mutex_unlock(&lock);
    return queue != NULL;
}

bool thread_call(DWORD thread_id, void (*call)(void *), void *data) {
    struct sent *sent = calloc(1, sizeof *sent);
    if (!sent)
        return false;
    sent->call = call;
    sent->data = data;
    if (enqueue(thread_id, sent))
        return true;
    free(sent);
    return false;
}

/* To another thread's window, waiting for the answer; false: it did not come in time, or the thread has ended. */
static bool send_across(DWORD thread_id, struct sent *sent, int64_t deadline) {
    struct queue *self = queue_self();
    sent->sender = self;
    sent->is_waited = true;
    if (!enqueue(thread_id, sent))
        return false;
    bool in_time = true;
    while (!is_answered(sent)) {
        if (serve_one(self))
            continue;
        if (!in_time && withdraw(thread_id, sent))
            return false;
        event_reset(self->event);
        if (!is_answered(sent) && !self->sent)
            in_time = sleep_on(self, in_time ? deadline : INT64_MAX) != STATUS_TIMEOUT;
    }
    event_set(self->event); /* what else came meanwhile is still new */
    return in_time && !sent->is_abandoned;
}

static LRESULT send_timeout(HWND window, UINT message, WPARAM wParam, LPARAM lParam, bool is_unicode, int64_t deadline,
                            bool *in_time) {
    struct window_target target;
    *in_time = true;
    if (!window_target(window, &target))
        return 0;
    if (target.thread_id == 0 || target.thread_id == (DWORD)(uintptr_t)teb_self()->ThreadId) {
        queue_self();
        return hooks_around_call(&target, window, message, wParam, lParam, is_unicode);
    }
    struct sent sent = {.window = window, .message = message, .wParam = wParam, .lParam = lParam, .is_unicode = is_unicode};
    *in_time = send_across(target.thread_id, &sent, deadline);
    return *in_time ? sent.result : 0;
}

LRESULT window_send(HWND window, UINT message, WPARAM wParam, LPARAM lParam, bool is_unicode) {
    bool in_time;
    return send_timeout(window, message, wParam, lParam, is_unicode, INT64_MAX, &in_time);
}

typedef BOOL(WINAPI *WNDENUMPROC)(HWND, LPARAM);
API_USE(BOOL, EnumWindows, WNDENUMPROC, LPARAM);

struct broadcast {
    UINT message;
    WPARAM wParam;
    LPARAM lParam;
    bool is_unicode, posts;
};

static BOOL WINAPI broadcast_one(HWND window, LPARAM parameter) {
    const struct broadcast *what = (const struct broadcast *)parameter;
    if (what->posts)
        window_post(window, what->message, what->wParam, what->lParam);
    else
        window_send(window, what->message, what->wParam, what->lParam, what->is_unicode);
    return TRUE;
}

static LRESULT send_any(HWND window, UINT message, WPARAM wParam, LPARAM lParam, bool is_unicode) {
    if (window != HWND_BROADCAST)
        return window_send(window, message, wParam, lParam, is_unicode);
    api_EnumWindows(broadcast_one, (LPARAM) & (struct broadcast){message, wParam, lParam, is_unicode, false});
    return 1;
}

API(user32, LRESULT, SendMessageW, HWND hWnd, UINT Msg, WPARAM wParam, LPARAM lParam) {
    return send_any(hWnd, Msg, wParam, lParam, true);
}
API(user32, LRESULT, SendMessageA, HWND hWnd, UINT Msg, WPARAM wParam, LPARAM lParam) {
    return send_any(hWnd, Msg, wParam, lParam, false);
}

static LRESULT send_with_timeout(HWND window, UINT message, WPARAM wParam, LPARAM lParam, UINT timeout, DWORD_PTR *result,
                                 bool is_unicode) {
    bool in_time;
    struct window_target target;
    if (window == HWND_BROADCAST)
        return send_any(window, message, wParam, lParam, is_unicode);
    if (!window_target(window, &target))
        return 0;
    LRESULT answered =
        send_timeout(window, message, wParam, lParam, is_unicode, deadline_from_milliseconds(timeout), &in_time);
    if (!in_time)
        return fail(ERROR_TIMEOUT);
    if (result)
        *result = (DWORD_PTR)answered;
    return 1;
}

API(user32, LRESULT, SendMessageTimeoutW, HWND hWnd, UINT Msg, WPARAM wParam, LPARAM lParam, UINT fuFlags, UINT uTimeout,
    DWORD_PTR *lpdwResult) {
    (void)fuFlags;
    return send_with_timeout(hWnd, Msg, wParam, lParam, uTimeout, lpdwResult, true);
}
API(user32, LRESULT, SendMessageTimeoutA, HWND hWnd, UINT Msg, WPARAM wParam, LPARAM lParam, UINT fuFlags, UINT uTimeout,
    DWORD_PTR *lpdwResult) {
    (void)fuFlags;
    return send_with_timeout(hWnd, Msg, wParam, lParam, uTimeout, lpdwResult, false);
}

static BOOL notify(HWND window, UINT message, WPARAM wParam, LPARAM lParam, bool is_unicode, SENDASYNCPROC callback,
                   ULONG_PTR data) {
    struct window_target target;
    if (!window_target(window, &target))
        return FALSE;
    if (target.thread_id == 0 || target.thread_id == (DWORD)(uintptr_t)teb_self()->ThreadId) {
        LRESULT result = window_call(&target, window, message, wParam, lParam, is_unicode);
        if (callback)
            callback(window, message, data, result);
        return TRUE;
    }
    struct sent *sent = malloc(sizeof *sent);
    if (!sent)
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    *sent = (struct sent){.window = window, .message = message, .wParam = wParam, .lParam = lParam,
                          .is_unicode = is_unicode, .callback = callback, .callback_data = data};
    if (enqueue(target.thread_id, sent))
        return TRUE;
    free(sent);
    return fail(ERROR_INVALID_WINDOW_HANDLE);
}

API(user32, BOOL, SendNotifyMessageW, HWND hWnd, UINT Msg, WPARAM wParam, LPARAM lParam) {
    return notify(hWnd, Msg, wParam, lParam, true, NULL, 0);
}
API(user32, BOOL, SendNotifyMessageA, HWND hWnd, UINT Msg, WPARAM wParam, LPARAM lParam) {
    return notify(hWnd, Msg, wParam, lParam, false, NULL, 0);
}
API(user32, BOOL, SendMessageCallbackW, HWND hWnd, UINT Msg, WPARAM wParam, LPARAM lParam, SENDASYNCPROC lpResultCallBack,
    ULONG_PTR dwData) {
    return notify(hWnd, Msg, wParam, lParam, true, lpResultCallBack, dwData);
}
API(user32, BOOL, SendMessageCallbackA, HWND hWnd, UINT Msg, WPARAM wParam, LPARAM lParam, SENDASYNCPROC lpResultCallBack,
    ULONG_PTR dwData) {
    return notify(hWnd, Msg, wParam, lParam, false, lpResultCallBack, dwData);
}

API(user32, BOOL, InSendMessage, void) {
    const struct queue *queue = queue_self();
    return queue->current && queue->current->is_waited;
}

enum { ISMEX_NOSEND = 0, ISMEX_SEND = 1, ISMEX_NOTIFY = 2, ISMEX_CALLBACK = 4, ISMEX_REPLIED = 8 };

API(user32, DWORD, InSendMessageEx, LPVOID lpReserved) {
    const struct sent *current = queue_self()->current;
    (void)lpReserved;
    if (!current)
        return ISMEX_NOSEND;
    if (!current->is_waited)
        return current->callback ? ISMEX_CALLBACK : ISMEX_NOTIFY;
    return ISMEX_SEND | (is_answered(current) ? ISMEX_REPLIED : 0);
}

/* The sender goes on; what the procedure returns later is nobody's. */
API(user32, BOOL, ReplyMessage, LRESULT lResult) {
    struct queue *queue = queue_self();
    struct sent *current = queue->current;
    if (!current || !current->is_waited || current->is_answered)
        return FALSE;
    struct sent *rest = malloc(sizeof *rest); /* the sender's structure goes with the sender */
    if (!rest)
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    *rest = (struct sent){.is_waited = true, .is_answered = true};
    queue->current = rest;
    answer(current, lResult, false);
    return TRUE;
}

/* ---- posting ---- */

void window_notify(HWND window, UINT message, WPARAM wParam, LPARAM lParam) {
    user_lock();
    const struct window *found = window_find(window);
    DWORD thread_id = found ? found->thread_id : 0;
    user_unlock();
    const MSG posted = message_for(window, message, wParam, lParam);
    if (thread_id)
        enqueue_posted(thread_id, &posted);
}

BOOL window_post(HWND window, UINT message, WPARAM wParam, LPARAM lParam) {
    struct window_target target;
    if (!window_target(window, &target))
        return FALSE;
    if (target.thread_id == (DWORD)(uintptr_t)teb_self()->ThreadId)
        queue_self();
    const MSG posted = message_for(window, message, wParam, lParam);
    return target.thread_id == 0 || post_to(target.thread_id, &posted, ERROR_INVALID_WINDOW_HANDLE);
}

API(user32, BOOL, PostThreadMessageW, DWORD idThread, UINT Msg, WPARAM wParam, LPARAM lParam) {
    if (idThread == (DWORD)(uintptr_t)teb_self()->ThreadId)
        queue_self();
    const MSG posted = message_for(NULL, Msg, wParam, lParam);
    return post_to(idThread, &posted, ERROR_INVALID_THREAD_ID);
}
API_ALIAS(api_PostThreadMessageW, ansi, user32, "PostThreadMessageA");

API(user32, BOOL, PostMessageW, HWND hWnd, UINT Msg, WPARAM wParam, LPARAM lParam) {
    if (!hWnd)
        return api_PostThreadMessageW((DWORD)(uintptr_t)teb_self()->ThreadId, Msg, wParam, lParam);
    if (hWnd == HWND_BROADCAST)
        return api_EnumWindows(broadcast_one, (LPARAM) & (struct broadcast){Msg, wParam, lParam, true, true});
    return window_post(hWnd, Msg, wParam, lParam);
}
API_ALIAS(api_PostMessageW, ansi, user32, "PostMessageA");

API(user32, void, PostQuitMessage, int nExitCode) {
    struct queue *queue = queue_self();
    pthread_mutex_lock(&lock);
    queue->has_quit = true;
    queue->quit_code = nExitCode;
    event_set(queue->event);
    pthread_mutex_unlock(&lock);
}

/* ---- getting ---- */

struct filter {
    HWND window;                        /* NULL: all; -1: the thread's own messages */
    UINT first, last;                   /* 0, 0: all */
};

API_USE(BOOL, IsChild, HWND, HWND);

static bool passes(const struct filter *filter, const MSG *message) {
    if ((filter->first || filter->last) && (message->message < filter->first || message->message > filter->last))
        return false;
    if (filter->window == (HWND)(LONG_PTR)-1)
        return !message->hwnd;
    return !filter->window || message->hwnd == filter->window || api_IsChild(filter->window, message->hwnd);
}

static bool take_posted(struct queue *queue, const struct filter *filter, bool removes, MSG *out) {
    pthread_mutex_lock(&lock);
    struct posted **at = &queue->posted, *found;
    while (*at && !passes(filter, &(*at)->message))
        at = &(*at)->next;
    found = *at;
    if (found)
        *out = found->message;
    if (found && removes) {
        *at = found->next;
        if (!found->next)
            queue->last_posted = at;
        queue->posted_count--;
    }
    pthread_mutex_unlock(&lock);
    if (found && removes)
        free(found);
    return found != NULL;
}

/* WM_QUIT comes when nothing else is left, whatever the filter. */
static bool take_quit(struct queue *queue, bool removes, MSG *out) {
    pthread_mutex_lock(&lock);
    bool found = queue->has_quit && !queue->posted;
    if (found && removes)
        queue->has_quit = false;
    int code = queue->quit_code;
    pthread_mutex_unlock(&lock);
    if (found)
        *out = message_for(NULL, WM_QUIT, (WPARAM)(LONG_PTR)code, 0);
    return found;
}

static bool take_timer(struct queue *queue, const struct filter *filter, bool removes, MSG *out) {
    int64_t now = monotonic_now();
    for (struct user_timer *each = queue->timers; each; each = each->next) {
        MSG message = message_for(each->window, WM_TIMER, each->id, (LPARAM)each->procedure);
        if (each->due > now || !passes(filter, &message))
            continue;
        if (removes)
            each->due = now + each->period;
        *out = message;
        return true;
    }
    return false;
}

static int64_t next_timer(const struct queue *queue) {
    int64_t due = INT64_MAX;
    for (const struct user_timer *each = queue->timers; each; each = each->next)
        due = each->due < due ? each->due : due;
    return due;
}

static bool take(struct queue *queue, const struct filter *filter, bool removes, MSG *out) {
    while (serve_one(queue)) {
    }
    bool found = take_posted(queue, filter, removes, out) || take_quit(queue, removes, out) ||
                 take_timer(queue, filter, removes, out);
    if (found) {
        queue->last_time = out->time;
        hooks_call(WH_GETMESSAGE, 0, removes ? PM_REMOVE : 0, (LPARAM)out);
    }
    return found;
}

API(user32, BOOL, PeekMessageW, MSG *lpMsg, HWND hWnd, UINT wMsgFilterMin, UINT wMsgFilterMax, UINT wRemoveMsg) {
    struct queue *queue = queue_self();
    event_reset(queue->event); /* what there is has been looked at */
    const struct filter filter = {hWnd, wMsgFilterMin, wMsgFilterMax};
    return take(queue, &filter, wRemoveMsg & PM_REMOVE, lpMsg);
}
API_ALIAS(api_PeekMessageW, ansi, user32, "PeekMessageA");

API_USE(BOOL, IsWindow, HWND);

API(user32, BOOL, GetMessageW, MSG *lpMsg, HWND hWnd, UINT wMsgFilterMin, UINT wMsgFilterMax) {
    struct queue *queue = queue_self();
    const struct filter filter = {hWnd, wMsgFilterMin, wMsgFilterMax};
    if (hWnd && hWnd != (HWND)(LONG_PTR)-1 && !api_IsWindow(hWnd))
        return -1;
    for (;;) {
        event_reset(queue->event);
        if (take(queue, &filter, true, lpMsg))
            return lpMsg->message != WM_QUIT;
        sleep_on(queue, next_timer(queue));
    }
}
API_ALIAS(api_GetMessageW, ansi, user32, "GetMessageA");

API(user32, BOOL, WaitMessage, void) {
    struct queue *queue = queue_self();
    while (serve_one(queue)) {
    }
    sleep_on(queue, next_timer(queue));
    while (serve_one(queue)) {
    }
    return TRUE;
}

void message_wait(void) { api_WaitMessage(); }

bool message_wait_is_hopeless(void) {
    thread_list_acquire();
    const struct thread *first = thread_list_head();
    bool alone = !first || !first->next;
    thread_list_release();
    return alone && !queue_self()->timers;
}

static LRESULT dispatch(const MSG *message, bool is_unicode) {
    if (message->message == WM_TIMER && message->lParam) {
        ((TIMERPROC)message->lParam)(message->hwnd, WM_TIMER, message->wParam, api_GetTickCount());
        return 0;
    }
    return message->hwnd ? call_now(message->hwnd, message->message, message->wParam, message->lParam, is_unicode) : 0;
}

API(user32, LRESULT, DispatchMessageW, const MSG *lpMsg) { return dispatch(lpMsg, true); }
API(user32, LRESULT, DispatchMessageA, const MSG *lpMsg) { return dispatch(lpMsg, false); }

/* There is no keyboard whose keys could become characters. */
API(user32, BOOL, TranslateMessage, const MSG *lpMsg) {
    return lpMsg->message >= WM_KEYDOWN && lpMsg->message < WM_KEYDOWN + 6 && lpMsg->message != WM_KEYDOWN + 2;
}

static DWORD queue_status(const struct queue *queue) {
    return (queue->posted ? QS_POSTMESSAGE | QS_ALLPOSTMESSAGE : 0) | (queue->sent ? QS_SENDMESSAGE : 0) |
           (next_timer(queue) <= monotonic_now() ? QS_TIMER : 0) | (queue->has_quit ? QS_POSTMESSAGE : 0);
}

API(user32, DWORD, GetQueueStatus, UINT flags) {
    DWORD status = queue_status(queue_self()) & flags;
    return status << 16 | status;
}

API(user32, BOOL, GetInputState, void) { return FALSE; }
API(user32, LONG, GetMessageTime, void) { return (LONG)queue_self()->last_time; }
API(user32, DWORD, GetMessagePos, void) { return 0; }
API(user32, LPARAM, GetMessageExtraInfo, void) { return queue_self()->extra_information; }
API(user32, LPARAM, SetMessageExtraInfo, LPARAM lParam) {
    struct queue *queue = queue_self();
    LPARAM old = queue->extra_information;
    queue->extra_information = lParam;
    return old;
}

/* ---- waiting for messages and objects ---- */

enum { WAIT_FAILED_CODE = -1, WAIT_IO_COMPLETION_CODE = 0xC0 };

static DWORD wait_with_messages(const HANDLE *handles, DWORD count, DWORD milliseconds, DWORD mask, DWORD flags) {
    struct object *objects[MAXIMUM_WAIT_OBJECTS];
    struct queue *queue = queue_self();
    NTSTATUS status = STATUS_SUCCESS;
    if (count >= MAXIMUM_WAIT_OBJECTS)
        return (DWORD)(fail(ERROR_INVALID_PARAMETER), WAIT_FAILED_CODE);
    DWORD taken = 0;
    for (; taken < count; taken++)
        if (!(objects[taken] = handle_object(handles[taken], NULL, SYNCHRONIZE, &status)))
            break;
    objects[count] = queue->event;
    if (taken == count) {
        int64_t deadline = deadline_from_milliseconds(milliseconds), due = next_timer(queue);
        if (queue->sent || (flags & MWMO_INPUTAVAILABLE && queue_status(queue) & mask))
            event_set(queue->event);
        bool timer_first = mask & QS_TIMER && due < deadline;
        status = wait_for_objects(objects, count + 1, flags & MWMO_WAITALL, (flags & MWMO_ALERTABLE) != 0,
                                  timer_first ? due : deadline);
        if (status == STATUS_TIMEOUT && timer_first)
            status = STATUS_WAIT_0 + (NTSTATUS)count;
    }
    while (taken)
        object_release(objects[--taken]);
    if (status == STATUS_TIMEOUT)
        return WAIT_TIMEOUT_CODE;
    if (status == STATUS_USER_APC)
        return WAIT_IO_COMPLETION_CODE;
    if (status < 0)
        return (DWORD)(fail(win32_from_status(status)), WAIT_FAILED_CODE);
    return (DWORD)status;
}

API(user32, DWORD, MsgWaitForMultipleObjectsEx, DWORD nCount, const HANDLE *pHandles, DWORD dwMilliseconds,
    DWORD dwWakeMask, DWORD dwFlags) {
    return wait_with_messages(pHandles, nCount, dwMilliseconds, dwWakeMask, dwFlags);
}

API(user32, DWORD, MsgWaitForMultipleObjects, DWORD nCount, const HANDLE *pHandles, BOOL fWaitAll, DWORD dwMilliseconds,
    DWORD dwWakeMask) {
    return wait_with_messages(pHandles, nCount, dwMilliseconds, dwWakeMask, fWaitAll ? MWMO_WAITALL : 0);
}

API(user32, DWORD, WaitForInputIdle, HANDLE hProcess, DWORD dwMilliseconds) {
    (void)hProcess, (void)dwMilliseconds;
    return (DWORD)(fail(ERROR_NOT_SUPPORTED), WAIT_FAILED_CODE); /* a console program has no input to be idle at */
}

/* ---- timers ("SetTimer function") ---- */

static struct user_timer *timer_find(struct queue *queue, HWND window, UINT_PTR id) {
    struct user_timer *timer = queue->timers;
    while (timer && !(timer->window == window && timer->id == id))
        timer = timer->next;
    return timer;
}

API(user32, UINT_PTR, SetTimer, HWND hWnd, UINT_PTR nIDEvent, UINT uElapse, TIMERPROC lpTimerFunc) {
    struct queue *queue = queue_self();
    struct window_target target;
    if (hWnd && !window_target(hWnd, &target))
        return 0;
    if (hWnd && target.thread_id != queue->thread_id)
        return (UINT_PTR)fail(ERROR_ACCESS_DENIED);
    struct user_timer *timer = timer_find(queue, hWnd, nIDEvent);
    if (!timer && !(timer = calloc(1, sizeof *timer)))
        return (UINT_PTR)fail(ERROR_NOT_ENOUGH_MEMORY);
    if (!timer->period) { /* a new one; without a window its number is chosen here */
        UINT_PTR id = nIDEvent;
        for (id = hWnd ? id : FIRST_TIMER; !hWnd && timer_find(queue, NULL, id);)
            id--;
        timer->window = hWnd;
        timer->id = id;
        timer->next = queue->timers;
        queue->timers = timer;
    }
    UINT elapse = uElapse < USER_TIMER_MINIMUM ? USER_TIMER_MINIMUM : uElapse > 0x7fffffff ? 0x7fffffff : uElapse;
    timer->procedure = lpTimerFunc;
    timer->period = (int64_t)elapse * 1000000;
    timer->due = monotonic_now() + timer->period;
    return hWnd ? nIDEvent ? nIDEvent : 1 : timer->id;
}
API_ALIAS(api_SetTimer, system, user32, "SetSystemTimer");

API(user32, UINT_PTR, SetCoalescableTimer, HWND hWnd, UINT_PTR nIDEvent, UINT uElapse, TIMERPROC lpTimerFunc,
    ULONG uToleranceDelay) {
    (void)uToleranceDelay;
    return api_SetTimer(hWnd, nIDEvent, uElapse, lpTimerFunc);
}

API(user32, BOOL, KillTimer, HWND hWnd, UINT_PTR uIDEvent) {
    struct queue *queue = queue_self();
    struct user_timer *timer = timer_find(queue, hWnd, uIDEvent), **at = &queue->timers;
    if (!timer)
        return fail(ERROR_INVALID_PARAMETER);
    while (*at != timer)
        at = &(*at)->next;
    *at = timer->next;
    free(timer);
    return TRUE;
}

/* ---- what happens to messages that a program does not handle ("DefWindowProcW function") ---- */

typedef struct { HWND hwnd, hwndInsertAfter; int x, y, cx, cy; UINT flags; } WINDOWPOS;
enum { SWP_NOSIZE = 1, SWP_NOMOVE = 2, HTCLIENT = 1 };

API_USE(BOOL, DestroyWindow, HWND);

/* The text and what it would be in the caller's form. */
static LRESULT give_text(HWND window, WPARAM size, LPARAM buffer, bool is_unicode) {
    WCHAR *text = window_text(window);
    char *ansi = text && !is_unicode ? ansi_from_wide(text) : NULL;
    size_t length = is_unicode ? text ? wide_length(text) : 0 : ansi ? strlen(ansi) : 0;
    if (buffer && size) {
        length = length < (size_t)size ? length : (size_t)size - 1;
        if (is_unicode) {
            memcpy((WCHAR *)buffer, text, length * sizeof *text);
            ((WCHAR *)buffer)[length] = 0;
        } else {
            memcpy((char *)buffer, ansi ? ansi : "", length);
            ((char *)buffer)[length] = 0;
        }
    } else if (buffer) {
        length = 0;
    }
    free(text);
    free(ansi);
    return (LRESULT)length;
}

static LRESULT take_text(HWND window, LPARAM text, bool is_unicode) {
    WCHAR *wide = text && !is_unicode ? wide_from_ansi((const char *)text) : NULL;
    window_set_text(window, is_unicode ? (const WCHAR *)text : wide);
    free(wide);
    return TRUE;
}

static LRESULT default_procedure(HWND window, UINT message, WPARAM wParam, LPARAM lParam, bool is_unicode) {
    const WINDOWPOS *position = (const WINDOWPOS *)lParam;
    switch (message) {
    case WM_NCCREATE: return take_text(window, (LPARAM)((const CREATESTRUCT *)lParam)->lpszName, is_unicode);
    case WM_SETTEXT: return take_text(window, lParam, is_unicode);
    case WM_GETTEXT: return give_text(window, wParam, lParam, is_unicode);
    case WM_GETTEXTLENGTH: return give_text(window, 0, 0, is_unicode);
    case WM_CLOSE: api_DestroyWindow(window); return 0;
    case WM_QUERYOPEN:
    case WM_QUERYENDSESSION: return TRUE;
    case WM_NCHITTEST: return HTCLIENT;
    case WM_ERASEBKGND: return 1;
    case WM_WINDOWPOSCHANGED:
        if (!(position->flags & SWP_NOMOVE))
            window_send(window, WM_MOVE, 0, (WORD)position->x | (LPARAM)(WORD)position->y << 16, is_unicode);
        if (!(position->flags & SWP_NOSIZE))
            window_send(window, WM_SIZE, 0, (WORD)position->cx | (LPARAM)(WORD)position->cy << 16, is_unicode);
        return 0;
    default: return 0;
    }
}

API(user32, LRESULT, DefWindowProcW, HWND hWnd, UINT Msg, WPARAM wParam, LPARAM lParam) {
    return default_procedure(hWnd, Msg, wParam, lParam, true);
}
API(user32, LRESULT, DefWindowProcA, HWND hWnd, UINT Msg, WPARAM wParam, LPARAM lParam) {
    return default_procedure(hWnd, Msg, wParam, lParam, false);
}
/* A class's procedure takes texts in its own form, whoever calls it. */
static LRESULT call_procedure(WNDPROC procedure, HWND window, UINT message, WPARAM wParam, LPARAM lParam, bool is_unicode) {
    struct window_target target = {.procedure = procedure, .is_unicode = is_unicode};
    user_procedure_form(procedure, &target.is_unicode);
    return window_call(&target, window, message, wParam, lParam, is_unicode);
}

API(user32, LRESULT, CallWindowProcW, WNDPROC lpPrevWndFunc, HWND hWnd, UINT Msg, WPARAM wParam, LPARAM lParam) {
    return call_procedure(lpPrevWndFunc, hWnd, Msg, wParam, lParam, true);
}
API(user32, LRESULT, CallWindowProcA, WNDPROC lpPrevWndFunc, HWND hWnd, UINT Msg, WPARAM wParam, LPARAM lParam) {
    return call_procedure(lpPrevWndFunc, hWnd, Msg, wParam, lParam, false);
}

/* ---- registered messages; their numbers are clipboard formats', too ---- */

enum { FIRST_REGISTERED = 0xC000, MAX_REGISTERED = 0x4000 };
static WCHAR *registered[MAX_REGISTERED];
static unsigned registered_count;

UINT registered_name(const WCHAR *name) {
    size_t length = wide_length(name);
    pthread_mutex_lock(&lock);
    unsigned i = 0;
    while (i < registered_count && wide_compare_no_case(registered[i], wide_length(registered[i]), name, length) != 0)
        i++;
    if (i == registered_count && i < MAX_REGISTERED && (registered[i] = wide_duplicate(name)))
        registered_count++;
    UINT number = i < registered_count ? FIRST_REGISTERED + i : 0;
    pthread_mutex_unlock(&lock);
    return number;
}

/* Its name, or NULL. */
static const WCHAR *name_of_registered(UINT number) {
    pthread_mutex_lock(&lock);
    unsigned index = number - FIRST_REGISTERED;
    const WCHAR *name = index < registered_count ? registered[index] : NULL;
    pthread_mutex_unlock(&lock);
    return name;
}

API(user32, int, GetClipboardFormatNameW, UINT format, LPWSTR lpszFormatName, int cchMaxCount) {
    const WCHAR *name = name_of_registered(format);
    if (!name || cchMaxCount <= 0)
        return fail(ERROR_INVALID_PARAMETER);
    size_t length = wide_length(name);
    length = length < (size_t)cchMaxCount ? length : (size_t)cchMaxCount - 1;
    memcpy(lpszFormatName, name, length * sizeof *name);
    lpszFormatName[length] = 0;
    return (int)length;
}

API(user32, int, GetClipboardFormatNameA, UINT format, LPSTR lpszFormatName, int cchMaxCount) {
    const WCHAR *name = name_of_registered(format);
    char *text = name && cchMaxCount > 0 ? ansi_from_wide(name) : NULL;
    if (!text)
        return fail(ERROR_INVALID_PARAMETER);
    size_t length = strnlen(text, (size_t)cchMaxCount - 1);
    memcpy(lpszFormatName, text, length);
    lpszFormatName[length] = 0;
    free(text);
    return (int)length;
}

API(user32, UINT, RegisterWindowMessageW, LPCWSTR lpString) {
    if (!lpString || !*lpString)
        return (UINT)fail(ERROR_INVALID_PARAMETER);
    UINT number = registered_name(lpString);
    return number ? number : (UINT)fail(ERROR_NOT_ENOUGH_MEMORY);
}
API_ALIAS(api_RegisterWindowMessageW, clipboard, user32, "RegisterClipboardFormatW");

API(user32, UINT, RegisterWindowMessageA, LPCSTR lpString) {
    WCHAR *wide = lpString ? wide_from_ansi(lpString) : NULL;
    UINT number = api_RegisterWindowMessageW(wide);
    free(wide);
    return number;
}
API_ALIAS(api_RegisterWindowMessageA, clipboard, user32, "RegisterClipboardFormatA");

API(user32, BOOL, ChangeWindowMessageFilter, UINT message, DWORD dwFlag) {
    (void)message;
    return dwFlag == 1 || dwFlag == 2 ? TRUE : fail(ERROR_INVALID_PARAMETER);
}
API(user32, BOOL, ChangeWindowMessageFilterEx, HWND hwnd, UINT message, DWORD action, PVOID pChangeFilterStruct) {
    (void)message, (void)pChangeFilterStruct;
    return action <= 2 ? api_IsWindow(hwnd) : fail(ERROR_INVALID_PARAMETER);
}
