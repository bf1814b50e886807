"""A modal dialog that only a person could end is refused, as message boxes are."""

from __future__ import annotations

WAITS = """
import ctypes, os; os.dup2(1, 2)
import windlass.ctypes as c
user32 = c.WinDLL("user32")
shown = []
@c.WINFUNCTYPE(ctypes.c_ssize_t, c.c_void_p, c.c_uint, c.c_size_t, c.c_ssize_t)
def procedure(window, message, wparam, lparam):
    shown.append(message)
    return 0
style = 0x80C00000  # WS_POPUP, WS_CAPTION
words = [style & 0xFFFF, style >> 16, 0, 0, 0, 0, 0, 50, 50, 0, 0, ord("Q"), ord("?"), 0]
template = (ctypes.c_uint16 * 14)(*words)
user32.DialogBoxIndirectParamW.restype = ctypes.c_ssize_t
user32.DialogBoxIndirectParamW.argtypes = [c.c_void_p] * 3 + [type(procedure), c.c_ssize_t]
print(user32.DialogBoxIndirectParamW(None, ctypes.addressof(template), None, procedure, 0))
print(0x110 in shown, 0x82 in shown)
"""


def test_a_dialog_without_anybody_to_answer_it_fails(fresh_python):
    assert fresh_python(WAITS).splitlines() == [
        "windlass: dialog 'Q?': nobody to answer it",
        "-1",
        "True True",
    ]
