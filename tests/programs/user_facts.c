// flags: -luser32
// Rectangles, keys, the clipboard, and refusals.
#include <windows.h>

#include "fixture.h"

static void show(const char *what, BOOL result, RECT r)
{
    say("%s %d: %d %d %d %d", what, !!result, r.left, r.top, r.right, r.bottom);
}

static void rectangles(void)
{
    RECT a = {0, 0, 10, 10}, b = {5, 5, 20, 20}, c = {30, 30, 40, 40}, empty = {3, 3, 3, 9}, strip = {5, 0, 10, 10}, r;
    BOOL ok = IntersectRect(&r, &a, &b);
    show("intersect", ok, r);
    ok = IntersectRect(&r, &a, &c);
    show("apart", ok, r);
    ok = UnionRect(&r, &a, &c);
    show("union", ok, r);
    ok = UnionRect(&r, &a, &empty);
    show("union with nothing", ok, r);
    ok = SubtractRect(&r, &a, &strip);
    show("subtract", ok, r);
    ok = SubtractRect(&r, &a, &b);
    show("subtract a corner", ok, r);
    ok = SubtractRect(&r, &strip, &a);
    show("subtract all", ok, r);
    r = a;
    InflateRect(&r, 2, -3);
    show("inflate", TRUE, r);
    OffsetRect(&r, -1, 1);
    show("offset", TRUE, r);
    say("empty %d %d, inside %d %d", IsRectEmpty(&empty), IsRectEmpty(&a), PtInRect(&a, (POINT){0, 9}), PtInRect(&a, (POINT){10, 0}));
    say("equal %d %d", EqualRect(&a, &a), EqualRect(&a, &b));
}

static void clipboard(void)
{
    say("closed %d", GetClipboardData(CF_TEXT) == NULL);
    HWND none = NULL;
    check(OpenClipboard(none));
    check(EmptyClipboard());
    HGLOBAL memory = GlobalAlloc(GMEM_MOVEABLE, 6);
    lstrcpyA(GlobalLock(memory), "hello");
    GlobalUnlock(memory);
    check(SetClipboardData(CF_TEXT, memory) == memory);
    say("as put %s", (char *)GlobalLock(GetClipboardData(CF_TEXT)));
    check(CloseClipboard() && OpenClipboard(none)); // other forms of what was put there are made by closing
    say("available %d %d %d", IsClipboardFormatAvailable(CF_TEXT), IsClipboardFormatAvailable(CF_UNICODETEXT),
        IsClipboardFormatAvailable(CF_BITMAP));
    say("as wide text %ls", (WCHAR *)GlobalLock(GetClipboardData(CF_UNICODETEXT)));
    check(EmptyClipboard());
    say("emptied %d", CountClipboardFormats());
    check(CloseClipboard());
    UINT format = RegisterClipboardFormatW(L"Windlass format");
    WCHAR name[32];
    say("name %d", GetClipboardFormatNameW(format, name, 32));
    say("%ls", name);
}

PROGRAM
{
    rectangles();
    clipboard();
    return 0;
}
