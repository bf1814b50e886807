"""imm32 where no input method is installed, dwmapi without a display and comdlg32 without anybody to choose.

There is no reference for it: Wine has none of the three without a display. What is expected is Microsoft's
documentation: "Input Method Manager Functions", "DWM Functions", "CommDlgExtendedError function".
"""

from __future__ import annotations

import struct

import pytest

import windlass.ctypes as ctypes

imm32, dwmapi, user32 = (ctypes.WinDLL(name) for name in ("imm32", "dwmapi", "user32"))
HANDLE = ctypes.c_void_p
for function in (imm32.ImmCreateContext, imm32.ImmGetContext, imm32.ImmAssociateContext):
    function.restype = HANDLE
E_HANDLE, E_INVALIDARG = -0x7FF8FFFA, -0x7FF8FFA9


@pytest.fixture
def window():
    user32.CreateWindowExW.restype = HANDLE
    handle = user32.CreateWindowExW(0, "STATIC", "w", 0x80000000, 5, 6, 70, 80, None, None, None, None)
    assert handle
    yield handle
    user32.DestroyWindow(HANDLE(handle))


def test_a_window_has_the_default_context_until_it_is_given_another(window):
    default = imm32.ImmGetContext(HANDLE(window))
    own = imm32.ImmCreateContext()
    assert default and own and own != default
    assert imm32.ImmAssociateContext(HANDLE(window), HANDLE(own)) == default
    assert imm32.ImmGetContext(HANDLE(window)) == own
    assert imm32.ImmAssociateContextEx(HANDLE(window), None, 0x10)  # IACE_DEFAULT
    assert imm32.ImmGetContext(HANDLE(window)) == default
    assert imm32.ImmGetContext(HANDLE(5)) is None
    assert imm32.ImmDestroyContext(HANDLE(own)) and not imm32.ImmDestroyContext(HANDLE(own))
    assert not imm32.ImmDestroyContext(HANDLE(default))


def test_a_context_keeps_what_it_is_told_and_composes_nothing():
    own = HANDLE(imm32.ImmCreateContext())
    assert not imm32.ImmGetOpenStatus(own)
    assert imm32.ImmSetOpenStatus(own, 1) and imm32.ImmGetOpenStatus(own)
    conversion, sentence = ctypes.c_uint(), ctypes.c_uint()
    assert imm32.ImmSetConversionStatus(own, 9, 8)
    assert imm32.ImmGetConversionStatus(own, ctypes.byref(conversion), ctypes.byref(sentence))
    assert (conversion.value, sentence.value) == (9, 8)
    form = ctypes.create_string_buffer(struct.pack("<7i", 2, 3, 4, 0, 0, 0, 0), 28)
    got = ctypes.create_string_buffer(28)
    assert imm32.ImmSetCompositionWindow(own, form) and imm32.ImmGetCompositionWindow(own, got)
    assert got.raw == form.raw
    assert imm32.ImmGetCompositionStringW(own, 8, None, 0) == 0
    assert imm32.ImmGetCompositionStringW(None, 8, None, 0) == -1  # IMM_ERROR_NODATA
    assert not imm32.ImmIsIME(user32.GetKeyboardLayout(0))
    assert imm32.ImmDestroyContext(own)


def test_composition_is_always_on_and_a_frame_is_the_window(window):
    enabled, rect = ctypes.c_int(), (ctypes.c_int * 4)()
    assert dwmapi.DwmIsCompositionEnabled(ctypes.byref(enabled)) == 0 and enabled.value == 1
    assert dwmapi.DwmGetWindowAttribute(HANDLE(window), 9, rect, 16) == 0
    assert list(rect) == [5, 6, 75, 86]
    assert dwmapi.DwmGetWindowAttribute(HANDLE(window), 9, rect, 15) == E_INVALIDARG
    assert dwmapi.DwmGetWindowAttribute(HANDLE(5), 9, rect, 16) == E_HANDLE
    assert dwmapi.DwmSetWindowAttribute(HANDLE(window), 99, rect, 4) == E_INVALIDARG


def test_a_file_is_not_chosen_by_anybody(fresh_python):
    code = """
    import os; os.dup2(1, 2)
    import windlass.ctypes as ctypes
    dialogs = ctypes.WinDLL("comdlg32")
    structure = (ctypes.c_uint * 38)(152)
    print(dialogs.GetOpenFileNameW(structure), hex(dialogs.CommDlgExtendedError()), flush=True)
    printer = (ctypes.c_uint * 30)(120)
    printer[10] = 0x400  # PD_RETURNDEFAULT
    print(dialogs.PrintDlgW(printer), hex(dialogs.CommDlgExtendedError()))
    """
    assert fresh_python(code).splitlines() == [
        "windlass: open dialog: nobody to answer it",
        "0 0xffff",
        "0 0x1008",
    ]
