// flags: -luser32
// Menus: items by number and by place, states, texts, structures, templates, and the menus of windows.
#include <windows.h>

#include "fixture.h"

static void state(const char *what, HMENU menu, UINT item, UINT flags)
{
    say("%s: %x", what, GetMenuState(menu, item, flags));
}

static HMENU file_menu(void)
{
    HMENU menu = CreatePopupMenu();
    check(AppendMenuW(menu, MF_STRING, 101, L"&Open\tCtrl+O"));
    check(AppendMenuA(menu, MF_STRING | MF_GRAYED, 102, "&Save"));
    check(AppendMenuW(menu, MF_SEPARATOR, 0, NULL));
    check(AppendMenuW(menu, MF_STRING | MF_CHECKED, 103, L"E&xit"));
    return menu;
}

static void items(void)
{
    WCHAR text[32];
    char ansi[32];
    HMENU bar = CreateMenu(), file = file_menu();
    check(AppendMenuW(bar, MF_POPUP | MF_STRING, (UINT_PTR)file, L"&File"));
    check(AppendMenuW(bar, MF_STRING, 200, L"&Help"));
    say("is menu %d %d", IsMenu(bar), IsMenu((HMENU)5));
    say("count %d %d", GetMenuItemCount(bar), GetMenuItemCount(file));
    SetLastError(0);
    // Wine reports: no menu -1, error 0
    // documented: no menu -1, error 1401     ("System Error Codes": ERROR_INVALID_MENU_HANDLE)
    say("no menu %d, error %u", GetMenuItemCount((HMENU)5), GetLastError());
    say("ids %x %x %x", GetMenuItemID(bar, 0), GetMenuItemID(bar, 1), GetMenuItemID(bar, 2));
    say("submenu %d %d", GetSubMenu(bar, 0) == file, GetSubMenu(bar, 1) == NULL);
    state("open", bar, 101, MF_BYCOMMAND);
    state("save", bar, 102, MF_BYCOMMAND);
    state("separator", file, 2, MF_BYPOSITION);
    state("exit", file, 3, MF_BYPOSITION);
    state("popup", bar, 0, MF_BYPOSITION);
    state("none", bar, 999, MF_BYCOMMAND);
    say("string %d %ls", GetMenuStringW(bar, 101, text, 32, MF_BYCOMMAND), text);
    say("cut %d %ls", GetMenuStringW(bar, 101, text, 4, MF_BYCOMMAND), text);
    say("length %d", GetMenuStringW(bar, 101, NULL, 0, MF_BYCOMMAND));
    say("ansi %d %s", GetMenuStringA(bar, 102, ansi, 32, MF_BYCOMMAND), ansi);
    say("check %x", CheckMenuItem(bar, 101, MF_CHECKED));
    say("check %x", CheckMenuItem(bar, 101, MF_UNCHECKED));
    say("check %x", CheckMenuItem(bar, 999, MF_CHECKED));
    say("enable %x", EnableMenuItem(bar, 102, MF_ENABLED));
    say("enable %x", EnableMenuItem(bar, 102, MF_DISABLED));
    say("enable %x", EnableMenuItem(bar, 999, MF_ENABLED));
    state("save", bar, 102, MF_BYCOMMAND);
    check(InsertMenuW(bar, 103, MF_BYCOMMAND | MF_STRING, 104, L"Print"));
    say("inserted before exit %u", GetMenuItemID(file, 3));
    check(ModifyMenuW(bar, 104, MF_BYCOMMAND | MF_STRING | MF_GRAYED, 105, L"Page"));
    say("modified %d %ls", GetMenuStringW(bar, 105, text, 32, MF_BYCOMMAND), text);
    state("modified", bar, 105, MF_BYCOMMAND);
    check(DeleteMenu(bar, 105, MF_BYCOMMAND));
    SetLastError(0);
    // Wine reports: again 0, error 0
    // documented: again 0, error 1456     ("System Error Codes": ERROR_MENU_ITEM_NOT_FOUND)
    say("again %d, error %u", DeleteMenu(bar, 105, MF_BYCOMMAND), GetLastError());
    check(SetMenuDefaultItem(file, 1, TRUE));
    say("default %d %d %d", (int)GetMenuDefaultItem(file, TRUE, 0), (int)GetMenuDefaultItem(file, FALSE, GMDI_USEDISABLED),
        (int)GetMenuDefaultItem(bar, TRUE, 0));
    check(SetMenuDefaultItem(file, (UINT)-1, FALSE));
    say("default %d", (int)GetMenuDefaultItem(file, TRUE, GMDI_USEDISABLED));
    say("removed %d, still a menu %d", RemoveMenu(bar, 0, MF_BYPOSITION), IsMenu(file));
    check(AppendMenuW(bar, MF_POPUP, (UINT_PTR)file, L"Again"));
    check(DestroyMenu(bar));
    say("destroyed with it %d %d", IsMenu(bar), IsMenu(file));
    say("again %d", DestroyMenu(bar));
}

static void radio(void)
{
    HMENU menu = CreatePopupMenu();
    for (UINT i = 0; i < 4; i++)
        AppendMenuW(menu, i == 0 ? MF_CHECKED : 0, 10 + i, L"item");
    check(CheckMenuRadioItem(menu, 10, 12, 11, MF_BYCOMMAND));
    MENUITEMINFOW info = {.cbSize = sizeof info, .fMask = MIIM_FTYPE | MIIM_STATE};
    for (UINT i = 0; i < 4; i++) {
        check(GetMenuItemInfoW(menu, i, TRUE, &info));
        say("radio %u: %x %x", i, info.fType, info.fState);
    }
    say("beyond %d", CheckMenuRadioItem(menu, 20, 22, 21, MF_BYCOMMAND));
    DestroyMenu(menu);
}

static void structures(void)
{
    WCHAR text[16] = L"untouched";
    char ansi[16];
    HMENU menu = CreatePopupMenu(), below = CreatePopupMenu();
    MENUITEMINFOW info = {.cbSize = sizeof info, .fMask = MIIM_STRING | MIIM_ID | MIIM_STATE | MIIM_DATA | MIIM_SUBMENU,
                          .fState = MFS_CHECKED, .wID = 7, .dwItemData = 0x123456789, .dwTypeData = (WCHAR *)L"seven", .hSubMenu = below};
    check(InsertMenuItemW(menu, 0, TRUE, &info));
    MENUITEMINFOA separator = {.cbSize = sizeof separator, .fMask = MIIM_FTYPE, .fType = MFT_SEPARATOR};
    check(InsertMenuItemA(menu, 99, TRUE, &separator));
    MENUITEMINFOW got = {.cbSize = sizeof got, .fMask = MIIM_STRING | MIIM_ID | MIIM_STATE | MIIM_DATA | MIIM_SUBMENU | MIIM_FTYPE};
    check(GetMenuItemInfoW(menu, 7, FALSE, &got));
    say("length %u type %x state %x id %u data %llx submenu %d", got.cch, got.fType, got.fState, got.wID, got.dwItemData,
        got.hSubMenu == below);
    got.dwTypeData = text;
    got.cch = 16;
    check(GetMenuItemInfoW(menu, 0, TRUE, &got));
    say("text %u %ls", got.cch, text);
    got.cch = 4;
    check(GetMenuItemInfoW(menu, 0, TRUE, &got));
    say("text %ls", text);
    MENUITEMINFOA narrow = {.cbSize = sizeof narrow, .fMask = MIIM_TYPE, .dwTypeData = ansi, .cch = 16};
    check(GetMenuItemInfoA(menu, 0, TRUE, &narrow));
    say("ansi %u %x %s", narrow.cch, narrow.fType, ansi);
    got.fMask = MIIM_FTYPE | MIIM_STATE | MIIM_ID;
    check(GetMenuItemInfoW(menu, 1, TRUE, &got));
    say("separator %x %x %u", got.fType, got.fState, got.wID);
    info.fMask = MIIM_STRING;
    info.dwTypeData = (WCHAR *)L"changed";
    check(SetMenuItemInfoW(menu, 7, FALSE, &info));
    say("changed %d %ls", GetMenuStringW(menu, 0, text, 16, MF_BYPOSITION), text);
    info.cbSize = 3;
    SetLastError(0);
    say("bad size %d, error %u", SetMenuItemInfoW(menu, 7, FALSE, &info), GetLastError());
    info.cbSize = sizeof info;
    SetLastError(0);
    say("no item %d, error %u", GetMenuItemInfoW(menu, 9, TRUE, &got), GetLastError());
    MENUINFO whole = {.cbSize = sizeof whole, .fMask = MIM_STYLE | MIM_MENUDATA | MIM_HELPID | MIM_MAXHEIGHT | MIM_APPLYTOSUBMENUS,
                      .dwStyle = MNS_CHECKORBMP, .dwMenuData = 77, .dwContextHelpID = 5, .cyMax = 200};
    check(SetMenuInfo(menu, &whole));
    MENUINFO read = {.cbSize = sizeof read, .fMask = MIM_STYLE | MIM_MENUDATA | MIM_HELPID | MIM_MAXHEIGHT};
    check(GetMenuInfo(below, &read));
    say("menu %x %llu %u %u", read.dwStyle, (unsigned long long)read.dwMenuData, read.dwContextHelpID, read.cyMax);
    say("help %u", GetMenuContextHelpId(menu));
    DestroyMenu(menu);
}

static void templates(void)
{
    static const WORD plain[] = {0, 0, MF_POPUP, 'F', 'i', 0, MF_STRING, 1, 'A', 0, 0, 0, 0, MF_END | MF_GRAYED, 2, 'B', 0,
                                 MF_END, 3, 'C', 0};
    static const WORD extended[] = {1, 4, 9, 0,
        0, 0, 0, 0, 50, 0, 1, 'P', 0, 0, 3, 0,                 // a popup with number 50, help 3
        0, 0, MFS_CHECKED, 0, 51, 0, 0x80, 'Q', 0, 0,          // its only item
        MFT_SEPARATOR, 0, 0, 0, 0, 0, 0x80, 0};
    WCHAR text[16];
    HMENU menu = LoadMenuIndirectW(plain);
    check(menu);
    say("plain %d, below %d", GetMenuItemCount(menu), GetMenuItemCount(GetSubMenu(menu, 0)));
    state("separator", GetSubMenu(menu, 0), 1, MF_BYPOSITION);
    state("grayed", menu, 2, MF_BYCOMMAND);
    say("last %d %ls", GetMenuStringW(menu, 3, text, 16, MF_BYCOMMAND), text);
    DestroyMenu(menu);
    menu = LoadMenuIndirectA(extended);
    check(menu);
    say("extended %d, below %d", GetMenuItemCount(menu), GetMenuItemCount(GetSubMenu(menu, 0)));
    state("checked", menu, 51, MF_BYCOMMAND);
    state("separator", menu, 1, MF_BYPOSITION);
    DestroyMenu(menu);
    say("no resource %d", LoadMenuW(GetModuleHandleW(NULL), L"NOTHING") == NULL);
}

static void windows(void)
{
    HMENU menu = CreateMenu();
    AppendMenuW(menu, MF_STRING, 5, L"Five");
    WNDCLASSW class = {.lpfnWndProc = DefWindowProcW, .lpszClassName = L"WindlassMenus"};
    check(RegisterClassW(&class));
    HWND window = CreateWindowExW(0, L"WindlassMenus", L"w", WS_OVERLAPPEDWINDOW, 0, 0, 300, 200, NULL, menu, NULL, NULL);
    check(window);
    say("its menu %d", GetMenu(window) == menu);
    HMENU system = GetSystemMenu(window, FALSE);
    say("window menu %d, same %d", GetMenuItemCount(system) > 5, GetSystemMenu(window, FALSE) == system);
    say("close %d", GetMenuState(system, SC_CLOSE, MF_BYCOMMAND) != (UINT)-1);
    check(DeleteMenu(system, SC_CLOSE, MF_BYCOMMAND));
    say("reverted %d", GetSystemMenu(window, TRUE) == NULL);
    say("close %d", GetMenuState(GetSystemMenu(window, FALSE), SC_CLOSE, MF_BYCOMMAND) != (UINT)-1);
    check(DrawMenuBar(window));
    check(SetMenu(window, NULL));
    say("none %d, kept %d", GetMenu(window) == NULL, IsMenu(menu));
    check(SetMenu(window, menu));
    check(DestroyWindow(window));
    say("destroyed with the window %d", !IsMenu(menu));
}

PROGRAM
{
    items();
    radio();
    structures();
    templates();
    windows();
    return 0;
}
