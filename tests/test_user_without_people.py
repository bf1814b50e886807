"""What user32 and comctl32 answer where nobody looks, types or points.

Microsoft's documentation of the functions says which error is whose; Wine is no reference without a display.
"""

from __future__ import annotations

import windlass.ctypes as ctypes

user32 = ctypes.WinDLL("user32", use_last_error=True)

REFUSED = """
import os, struct; os.dup2(1, 2)
import windlass.ctypes as ctypes
user32, comctl32 = ctypes.WinDLL("user32"), ctypes.WinDLL("comctl32")
text, title = ctypes.c_wchar_p("really?"), ctypes.c_wchar_p("Question")
at = [ctypes.cast(each, ctypes.c_void_p).value for each in (text, title)]
box = ctypes.create_string_buffer(struct.pack("<I4x4Q", 80, 0, 0, *at), 80)
print(user32.MessageBoxIndirectW(box), flush=True)
config = bytearray(160)
config[:4] = struct.pack("<I", 160)
config[28:36], config[52:60] = struct.pack("<Q", at[1]), struct.pack("<Q", at[0])
print(hex(comctl32.TaskDialogIndirect(bytes(config), None, None, None) & 0xFFFFFFFF), flush=True)
print(hex(comctl32.TaskDialogIndirect(bytes(160), None, None, None) & 0xFFFFFFFF), flush=True)
print(user32.TrackPopupMenu(None, 0, 0, 0, 0, None, None))
"""


def test_boxes_of_every_kind_are_refused_with_what_they_would_have_said(fresh_python):
    assert fresh_python(REFUSED).splitlines() == [
        "windlass: message box 'Question': really?",
        "0",
        "windlass: task dialog 'Question': really?",
        "0x80004005",
        "0x80070057",
        "windlass: menu: nobody to choose from it",
        "0",
    ]


def test_no_pointer_ever_sent_a_message():
    count = ctypes.c_uint(9)
    assert user32.GetPointerDevices(ctypes.byref(count), None) and count.value == 0
    assert not user32.GetPointerType(1, ctypes.byref(count))
    assert ctypes.get_last_error() == 87
    assert not user32.GetTouchInputInfo(None, 0, None, 0) and ctypes.get_last_error() == 6
    assert user32.GetMouseMovePointsEx(24, None, None, 0, 1) == -1 and ctypes.get_last_error() == 1171


def test_what_a_process_says_first_of_the_mouse_holds():
    assert user32.EnableMouseInPointer(1) and user32.IsMouseInPointerEnabled()
    assert not user32.EnableMouseInPointer(0) and ctypes.get_last_error() == 5


def test_the_station_has_one_desktop():
    found = []

    @ctypes.WINFUNCTYPE(ctypes.c_int, ctypes.c_wchar_p, ctypes.c_ssize_t)
    def tell(name, parameter):
        found.append((name, parameter))
        return 1

    assert user32.EnumWindowStationsW(tell, 1) and user32.EnumDesktopsW(None, tell, 2)
    assert found == [("WinSta0", 1), ("Default", 2)]


def test_layout_and_rotation_are_remembered_or_absent():
    value = ctypes.c_uint()
    assert user32.SetProcessDefaultLayout(1)
    assert user32.GetProcessDefaultLayout(ctypes.byref(value)) and value.value == 1
    assert user32.GetAutoRotationState(ctypes.byref(value)) and value.value == 0x10  # AR_NOSENSOR
