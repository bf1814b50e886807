// flags: -luser32 -lgdi32
// comctl32: arrays of pointers and structures, window procedures in front of each other, image lists on memory DCs.
// The functions are taken by name from version 6 or, where that is not the one that is loaded, by their fixed ordinals.
#include <windows.h>

#include "fixture.h"

typedef void *HDPA, *HDSA, *HIMAGELIST;
typedef LRESULT(CALLBACK *SUBCLASSPROC)(HWND, UINT, WPARAM, LPARAM, UINT_PTR, DWORD_PTR);

#define FUNCTIONS(F) \
    F(HDPA, DPA_Create, 328, (int)) F(BOOL, DPA_Destroy, 329, (HDPA)) F(void *, DPA_GetPtr, 332, (HDPA, INT_PTR)) \
    F(int, DPA_GetPtrIndex, 333, (HDPA, const void *)) F(int, DPA_InsertPtr, 334, (HDPA, int, void *)) \
    F(BOOL, DPA_SetPtr, 335, (HDPA, int, void *)) F(void *, DPA_DeletePtr, 336, (HDPA, int)) F(BOOL, DPA_DeleteAllPtrs, 337, (HDPA)) \
    F(BOOL, DPA_Sort, 338, (HDPA, int(CALLBACK *)(void *, void *, LPARAM), LPARAM)) \
    F(int, DPA_Search, 339, (HDPA, void *, int, int(CALLBACK *)(void *, void *, LPARAM), LPARAM, UINT)) \
    F(HDPA, DPA_Clone, 331, (HDPA, HDPA)) F(void, DPA_EnumCallback, 385, (HDPA, int(CALLBACK *)(void *, void *), void *)) \
    F(HDSA, DSA_Create, 320, (int, int)) F(BOOL, DSA_Destroy, 321, (HDSA)) F(BOOL, DSA_GetItem, 322, (HDSA, int, void *)) \
    F(void *, DSA_GetItemPtr, 323, (HDSA, int)) F(int, DSA_InsertItem, 324, (HDSA, int, const void *)) \
    F(BOOL, DSA_SetItem, 325, (HDSA, int, const void *)) F(BOOL, DSA_DeleteItem, 326, (HDSA, int)) \
    F(BOOL, SetWindowSubclass, 410, (HWND, SUBCLASSPROC, UINT_PTR, DWORD_PTR)) \
    F(BOOL, GetWindowSubclass, 411, (HWND, SUBCLASSPROC, UINT_PTR, DWORD_PTR *)) \
    F(BOOL, RemoveWindowSubclass, 412, (HWND, SUBCLASSPROC, UINT_PTR)) \
    F(LRESULT, DefSubclassProc, 413, (HWND, UINT, WPARAM, LPARAM)) \
    F(HIMAGELIST, ImageList_Create, 0, (int, int, UINT, int, int)) F(BOOL, ImageList_Destroy, 0, (HIMAGELIST)) \
    F(int, ImageList_GetImageCount, 0, (HIMAGELIST)) F(int, ImageList_Add, 0, (HIMAGELIST, HBITMAP, HBITMAP)) \
    F(int, ImageList_AddMasked, 0, (HIMAGELIST, HBITMAP, COLORREF)) F(int, ImageList_ReplaceIcon, 0, (HIMAGELIST, int, HICON)) \
    F(BOOL, ImageList_Draw, 0, (HIMAGELIST, int, HDC, int, int, UINT)) F(BOOL, ImageList_Remove, 0, (HIMAGELIST, int)) \
    F(HICON, ImageList_GetIcon, 0, (HIMAGELIST, int, UINT)) F(BOOL, ImageList_GetIconSize, 0, (HIMAGELIST, int *, int *)) \
    F(BOOL, ImageList_SetImageCount, 0, (HIMAGELIST, UINT)) F(COLORREF, ImageList_SetBkColor, 0, (HIMAGELIST, COLORREF)) \
    F(COLORREF, ImageList_GetBkColor, 0, (HIMAGELIST)) F(HIMAGELIST, ImageList_Duplicate, 0, (HIMAGELIST)) \
    F(BOOL, ImageList_SetOverlayImage, 0, (HIMAGELIST, int, int)) F(BOOL, ImageList_Copy, 0, (HIMAGELIST, int, HIMAGELIST, int, UINT))

#define DECLARE(result, name, ordinal, parameters) static result(WINAPI *name) parameters;
FUNCTIONS(DECLARE)

static void find_all(void)
{
    HMODULE module = LoadLibraryW(L"comctl32.dll");
#define FIND(result, name, ordinal, parameters) \
    name = (void *)GetProcAddress(module, ordinal ? (LPCSTR)(UINT_PTR)ordinal : #name); \
    check(name);
    FUNCTIONS(FIND)
}

static int CALLBACK by_text(void *one, void *other, LPARAM sign)
{
    return lstrcmpA(one, other) * (int)sign;
}

static int CALLBACK tell(void *item, void *stop)
{
    say("  %s", (char *)item);
    return item != stop;
}

static void pointers(void)
{
    char *texts[] = {"pear", "apple", "fig", "kiwi"};
    HDPA list = DPA_Create(2);
    for (int i = 0; i < 4; i++)
        say("inserted at %d", DPA_InsertPtr(list, i == 2 ? 0 : 0x7fffffff, texts[i]));
    say("count %d, first %d", *(int *)list, (*(void ***)((char *)list + sizeof(void *)))[0] == texts[2]);
    say("index %d, none %d", DPA_GetPtrIndex(list, texts[1]), DPA_GetPtrIndex(list, list));
    say("beyond %d %d", DPA_GetPtr(list, 4) == NULL, DPA_GetPtr(list, -1) == NULL);
    check(DPA_Sort(list, by_text, 1));
    DPA_EnumCallback(list, tell, texts[3]);
    say("search %d %d", DPA_Search(list, "fig", 0, by_text, 1, 0), DPA_Search(list, "kiwi", 0, by_text, 1, 1));
    say("where to insert %d %d", DPA_Search(list, "grape", 0, by_text, 1, 1 | 2), DPA_Search(list, "grape", 0, by_text, 1, 1));
    HDPA copy = DPA_Clone(list, NULL);
    check(DPA_Sort(list, by_text, -1));
    say("reversed %s, copy %s", (char *)DPA_GetPtr(list, 0), (char *)DPA_GetPtr(copy, 0));
    say("deleted %s, left %d", (char *)DPA_DeletePtr(list, 1), *(int *)list);
    say("none %d", DPA_DeletePtr(list, 9) == NULL);
    check(DPA_SetPtr(list, 5, texts[0]));
    say("set beyond %d, gap %d", *(int *)list, DPA_GetPtr(list, 4) == NULL);
    check(DPA_DeleteAllPtrs(list));
    say("empty %d", *(int *)list);
    check(DPA_Destroy(list) && DPA_Destroy(copy));
}

static void structures(void)
{
    struct { int a; char b[8]; } item = {1, "one"}, got;
    HDSA list = DSA_Create(sizeof item, 1);
    say("inserted %d", DSA_InsertItem(list, 0, &item));
    item.a = 2;
    say("inserted %d, count %d", DSA_InsertItem(list, 0, &item), *(int *)list);
    check(DSA_GetItem(list, 1, &got));
    say("got %d %s", got.a, got.b);
    item.a = 3;
    check(DSA_SetItem(list, 1, &item));
    say("set %d", *(int *)DSA_GetItemPtr(list, 1));
    // Wine reports: deleted 0 -1
    // documented: deleted 1 0     ("DSA_DeleteItem function": TRUE if the item was deleted)
    say("deleted %d %d", DSA_DeleteItem(list, 0), DSA_DeleteItem(list, 5));
    say("left %d, none %d", *(int *)list, DSA_GetItemPtr(list, 1) == NULL);
    check(DSA_Destroy(list));
}

static LRESULT CALLBACK base_procedure(HWND window, UINT message, WPARAM wParam, LPARAM lParam)
{
    if (message == WM_USER)
        say("  base %d", (int)wParam);
    return message == WM_USER ? 7 : DefWindowProcW(window, message, wParam, lParam);
}

static LRESULT CALLBACK in_front(HWND window, UINT message, WPARAM wParam, LPARAM lParam, UINT_PTR id, DWORD_PTR data)
{
    if (message == WM_USER)
        say("  procedure %d with %d", (int)id, (int)data);
    if (message == WM_USER && wParam == 5 && id == 2)
        RemoveWindowSubclass(window, in_front, 1);
    if (message == WM_NCDESTROY)
        say("  the end of %d", (int)id);
    return DefSubclassProc(window, message, wParam + (message == WM_USER), lParam);
}

static void subclasses(void)
{
    DWORD_PTR data = 9;
    WNDCLASSW class = {.lpfnWndProc = base_procedure, .lpszClassName = L"WindlassSubclassed"};
    check(RegisterClassW(&class));
    HWND window = CreateWindowExW(0, L"WindlassSubclassed", L"", 0, 0, 0, 0, 0, HWND_MESSAGE, NULL, NULL, NULL);
    check(SetWindowSubclass(window, in_front, 1, 10) && SetWindowSubclass(window, in_front, 2, 20) && SetWindowSubclass(window, in_front, 3, 30));
    say("answer %d", (int)SendMessageW(window, WM_USER, 0, 0));
    check(SetWindowSubclass(window, in_front, 1, 11));
    say("known %d", GetWindowSubclass(window, in_front, 1, &data));
    say("data %d, unknown %d", (int)data, GetWindowSubclass(window, in_front, 4, &data));
    check(RemoveWindowSubclass(window, in_front, 3));
    say("again %d", RemoveWindowSubclass(window, in_front, 3));
    say("removing %d", (int)SendMessageW(window, WM_USER, 5, 0));
    say("removed %d", (int)SendMessageW(window, WM_USER, 0, 0));
    check(RemoveWindowSubclass(window, in_front, 2));
    say("as before %d", GetWindowLongPtrW(window, GWLP_WNDPROC) == (LONG_PTR)base_procedure);
    check(SetWindowSubclass(window, in_front, 4, 40));
    DestroyWindow(window);
}

static void images(void)
{
    DWORD strip[16 * 2], *pixels;
    int width, height;
    for (int i = 0; i < 32; i++)
        strip[i] = i % 8 < 4 ? 0x00ff00ff : 0x00102030 * (i / 16 + 1);
    HBITMAP bitmap = CreateBitmap(16, 2, 1, 32, strip);
    HIMAGELIST list = ImageList_Create(8, 2, 0x18 | 1, 4, 4);
    check(list);
    HBITMAP other = CreateBitmap(16, 2, 1, 32, strip);
    say("added %d", ImageList_AddMasked(list, other, RGB(255, 0, 255)));
    say("added %d, count %d", ImageList_Add(list, bitmap, NULL), ImageList_GetImageCount(list));
    check(ImageList_GetIconSize(list, &width, &height));
    say("size %d %d", width, height);
    BITMAPINFO info = {{sizeof info.bmiHeader, 8, -2, 1, 32}};
    HDC dc = CreateCompatibleDC(NULL);
    HBITMAP canvas = CreateDIBSection(dc, &info, 0, (void **)&pixels, NULL, 0);
    SelectObject(dc, canvas);
    for (int i = 0; i < 16; i++)
        pixels[i] = 0x808080;
    check(ImageList_Draw(list, 0, dc, 0, 0, 0));
    say("masked %06x %06x", pixels[0] & 0xffffff, pixels[4] & 0xffffff);
    check(ImageList_Draw(list, 2, dc, 0, 0, 0));
    say("whole %06x %06x", pixels[0] & 0xffffff, pixels[4] & 0xffffff);
    say("background %x", ImageList_SetBkColor(list, RGB(1, 2, 3)));
    check(ImageList_Draw(list, 0, dc, 0, 0, 0));
    say("on it %06x %06x", pixels[0] & 0xffffff, pixels[4] & 0xffffff);
    say("beyond %d", ImageList_Draw(list, 9, dc, 0, 0, 0));
    HICON icon = ImageList_GetIcon(list, 0, 0);
    ICONINFO facts;
    check(icon && GetIconInfo(icon, &facts));
    say("icon %d at %u %u", facts.fIcon, facts.xHotspot, facts.yHotspot);
    say("from an icon %d", ImageList_ReplaceIcon(list, -1, icon));
    say("in place %d, nowhere %d", ImageList_ReplaceIcon(list, 1, icon), ImageList_ReplaceIcon(list, 99, icon));
    HIMAGELIST copy = ImageList_Duplicate(list);
    say("removed %d %d", ImageList_Remove(list, 0), ImageList_Remove(list, 77));
    say("counts %d %d", ImageList_GetImageCount(list), ImageList_GetImageCount(copy));
    check(ImageList_SetImageCount(copy, 9));
    say("count %d", ImageList_GetImageCount(copy));
    say("all %d %d", ImageList_Remove(copy, -1), ImageList_GetImageCount(copy));
    say("destroyed %d %d", ImageList_Destroy(list), ImageList_Destroy(copy));
    say("bad size %d", ImageList_Create(0, 5, 0, 1, 1) == NULL);
    DestroyIcon(icon);
    DeleteDC(dc);
}

PROGRAM
{
    find_all();
    pointers();
    structures();
    subclasses();
    images();
    return 0;
}
