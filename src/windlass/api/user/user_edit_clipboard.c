/* Edit controls and the clipboard, whose functions are found by name: they are Python's. */
#include "user_control.h"

enum { CF_UNICODETEXT = 13, GMEM_MOVEABLE = 2 };

API_USE(HMODULE, GetModuleHandleW, LPCWSTR);
API_USE(PVOID, GetProcAddress, HMODULE, LPCSTR);
API_USE(HANDLE, GlobalAlloc, UINT, SIZE_T);
API_USE(LPVOID, GlobalLock, HANDLE);
API_USE(BOOL, GlobalUnlock, HANDLE);

typedef BOOL(WINAPI *OPEN)(HWND);
typedef BOOL(WINAPI *SIMPLE)(void);
typedef HANDLE(WINAPI *GET)(UINT);
typedef HANDLE(WINAPI *SET)(UINT, HANDLE);

static void *function(const char *name) { return api_GetProcAddress(api_GetModuleHandleW(u"user32.dll"), name); }

static bool open_clipboard(HWND window) {
    OPEN function_open = (OPEN)function("OpenClipboard");
    return function_open && function_open(window);
}

static void close_clipboard(void) { ((SIMPLE)function("CloseClipboard"))(); }

void edit_copy(HWND window, const WCHAR *text, size_t length) {
    HANDLE memory = api_GlobalAlloc(GMEM_MOVEABLE, (length + 1) * sizeof *text);
    WCHAR *to = memory ? api_GlobalLock(memory) : NULL;
    if (!to)
        return;
    memcpy(to, text, length * sizeof *text);
    to[length] = 0;
    api_GlobalUnlock(memory);
    if (!open_clipboard(window))
        return;
    ((SIMPLE)function("EmptyClipboard"))();
    ((SET)function("SetClipboardData"))(CF_UNICODETEXT, memory);
    close_clipboard();
}

WCHAR *edit_pasted(HWND window) {
    if (!open_clipboard(window))
        return NULL;
    HANDLE memory = ((GET)function("GetClipboardData"))(CF_UNICODETEXT);
    const WCHAR *text = memory ? api_GlobalLock(memory) : NULL;
    WCHAR *copy = text ? wide_duplicate(text) : NULL;
    if (text)
        api_GlobalUnlock(memory);
    close_clipboard();
    return copy;
}
