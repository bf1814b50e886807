"""uxtheme without a visual style, and what Delphi's and Swift's run-times ask user32 for at their start.

Not tried under Wine, which applies a style.
"""

from __future__ import annotations

from windlass import ctypes

E_HANDLE, ELEMENT_NOT_FOUND = -0x7FF8FFFA, -0x7FF8FB70

uxtheme, user32 = ctypes.WinDLL("uxtheme"), ctypes.WinDLL("user32", use_last_error=True)


def test_no_style_is_applied():
    assert not uxtheme.IsThemeActive() and not uxtheme.IsAppThemed()
    assert not uxtheme.OpenThemeData(None, "BUTTON")
    assert uxtheme.GetCurrentThemeName(None, 0, None, 0, None, 0) == ELEMENT_NOT_FOUND
    assert uxtheme.DrawThemeBackground(None, None, 1, 1, None, None) == E_HANDLE
    assert uxtheme.CloseThemeData(None) == E_HANDLE


def test_colours_and_sizes_are_the_systems():
    for index in range(31):
        assert uxtheme.GetThemeSysColor(None, index) == user32.GetSysColor(index)
        assert uxtheme.GetThemeSysSize(None, index) == user32.GetSystemMetrics(index)


def test_properties_are_kept():
    assert uxtheme.GetThemeAppProperties() == 7
    uxtheme.SetThemeAppProperties(3)
    assert uxtheme.GetThemeAppProperties() == 3
    uxtheme.SetThemeAppProperties(7)


def test_a_parent_draws_its_childs_background():
    """It is told to erase and to draw into the child's device context, with its own origin."""
    gdi32, seen = ctypes.WinDLL("gdi32"), []
    handle = ctypes.c_void_p
    procedure = ctypes.WINFUNCTYPE(ctypes.c_ssize_t, handle, ctypes.c_uint, ctypes.c_size_t, ctypes.c_ssize_t)
    user32.DefWindowProcW.argtypes = procedure._argtypes_
    user32.DefWindowProcW.restype = ctypes.c_ssize_t

    @procedure
    def on_message(window, message, w, low):
        if message in (0x14, 0x318):
            origin = (ctypes.c_int * 2)()
            gdi32.GetWindowOrgEx(handle(w), origin)
            seen.append((message, *origin))
            return 1
        return user32.DefWindowProcW(window, message, w, low)

    class WindowClass(ctypes.Structure):
        _fields_ = [("style", ctypes.c_uint), ("procedure", procedure), ("extra", ctypes.c_int * 2),  # noqa: RUF012
                    ("handles", handle * 5), ("name", ctypes.c_wchar_p)]  # fmt: skip

    make = user32.CreateWindowExW
    make.restype = gdi32.CreateCompatibleDC.restype = handle
    make.argtypes = [ctypes.c_uint, ctypes.c_wchar_p, ctypes.c_wchar_p, ctypes.c_uint,
                     *[ctypes.c_int] * 4, *[handle] * 4]  # fmt: skip
    assert user32.RegisterClassW(ctypes.byref(WindowClass(procedure=on_message, name="styled")))
    parent = make(0, "styled", "p", 0x80000000, 0, 0, 100, 100, None, None, None, None)
    child = make(0, "styled", "c", 0x40000000, 10, 20, 30, 30, parent, None, None, None)
    dc = handle(gdi32.CreateCompatibleDC(None))
    assert uxtheme.DrawThemeParentBackground(handle(child), dc, None) == 0
    assert seen == [(0x14, 10, 20), (0x318, 10, 20)]
    assert uxtheme.DrawThemeParentBackground(handle(parent), dc, None) == E_HANDLE
    user32.DestroyWindow(handle(parent))


def test_exceptions_of_timer_functions_are_not_suppressed():
    """Which a program may ask for, and Swift's run-time library does."""
    process, flag = ctypes.c_void_p(-1), ctypes.c_int(0)
    assert user32.SetUserObjectInformationW(process, 7, ctypes.byref(flag), 4)
    assert not user32.SetUserObjectInformationW(process, 7, ctypes.byref(flag), 2)
    assert ctypes.get_last_error() == 87
    flag.value = 1
    assert not user32.SetUserObjectInformationA(process, 7, ctypes.byref(flag), 4)
    assert ctypes.get_last_error() == 50
