/* Where hooks are called from. */
#ifndef WINDLASS_USER_HOOK_H
#define WINDLASS_USER_HOOK_H

#include "user.h"

enum { WH_GETMESSAGE = 3, WH_CALLWNDPROC = 4, WH_CBT = 5, WH_CALLWNDPROCRET = 12 };
enum { HCBT_CREATEWND = 3, HCBT_DESTROYWND = 4, HCBT_ACTIVATE = 5, HCBT_SETFOCUS = 9 };

/* Calls the thread's newest hook of the kind, which calls the others; 0 where there is none. No lock is held. */
LRESULT hooks_call(int kind, int code, WPARAM wParam, LPARAM lParam);

/* window_call() with the hooks of sent messages before and after it. */
LRESULT hooks_around_call(const struct window_target *target, HWND window, UINT message, WPARAM wParam, LPARAM lParam,
                          bool is_unicode);

#endif
