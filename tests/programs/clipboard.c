// flags: -luser32
// The clipboard: forms of a text, delayed rendering, who owns it, and who is told of changes.
#include <windows.h>

#include "fixture.h"

static int updates, drawn;

static HGLOBAL memory(const void *data, SIZE_T size)
{
    HGLOBAL handle = GlobalAlloc(GMEM_MOVEABLE, size);
    memcpy(GlobalLock(handle), data, size);
    GlobalUnlock(handle);
    return handle;
}

static LRESULT CALLBACK procedure(HWND window, UINT message, WPARAM wParam, LPARAM lParam)
{
    if (message == WM_RENDERFORMAT) {
        say("  render %s", wParam == CF_TEXT ? "text" : "another");
        SetClipboardData((UINT)wParam, memory("late", 5));
    }
    if (message == WM_DESTROYCLIPBOARD)
        say("  no more the owner");
    if (message == WM_CLIPBOARDUPDATE)
        updates++;
    if (message == WM_DRAWCLIPBOARD)
        drawn++;
    return DefWindowProcW(window, message, wParam, lParam);
}

static void look(void)
{
    MSG message;
    while (PeekMessageW(&message, NULL, 0, 0, PM_REMOVE))
        DispatchMessageW(&message);
}

PROGRAM
{
    WNDCLASSW class = {.lpfnWndProc = procedure, .lpszClassName = L"WindlassClipboard"};
    check(RegisterClassW(&class));
    HWND window = CreateWindowExW(0, L"WindlassClipboard", L"", WS_OVERLAPPEDWINDOW, 0, 0, 9, 9, NULL, NULL, NULL, NULL);
    check(window);
    check(OpenClipboard(window) && EmptyClipboard() && CloseClipboard());
    look();
    check(AddClipboardFormatListener(window));
    say("again %d", AddClipboardFormatListener(window));
    check(OpenClipboard(window));
    check(EmptyClipboard());
    say("owner %d", GetClipboardOwner() == window);
    check(SetClipboardData(CF_UNICODETEXT, memory(L"wide", 10)));
    say("forms while open %d", IsClipboardFormatAvailable(CF_TEXT));
    DWORD before = GetClipboardSequenceNumber();
    check(CloseClipboard());
    look();
    say("told %d", updates > 0);
    say("count %d", CountClipboardFormats());
    check(OpenClipboard(NULL));
    UINT format = 0;
    while ((format = EnumClipboardFormats(format)))
        say("  format %u", format);
    HGLOBAL text = GetClipboardData(CF_OEMTEXT);
    check(text);
    say("oem %s", (char *)GlobalLock(text));
    UINT formats[8], count = 0;
    say("too few %d", GetUpdatedClipboardFormats(formats, 1, &count));
    check(GetUpdatedClipboardFormats(formats, 8, &count));
    say("formats %u, first %u", count, formats[0]);
    check(CloseClipboard());
    check(OpenClipboard(window) && EmptyClipboard());
    SetLastError(0);
    SetClipboardData(CF_TEXT, NULL);
    check(CloseClipboard());
    say("changed %d", GetClipboardSequenceNumber() != before);
    check(OpenClipboard(window));
    text = GetClipboardData(CF_TEXT);
    check(text);
    say("rendered %s", (char *)GlobalLock(text));
    check(EmptyClipboard());
    check(CloseClipboard());
    check(RemoveClipboardFormatListener(window));
    say("removed, again %d", RemoveClipboardFormatListener(window));
    DestroyWindow(window);
    say("not open %d", EmptyClipboard());
    say("error %u", GetLastError());
    return 0;
}
