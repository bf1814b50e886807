"""The keyboard layout: that of the United States, the only one.

Source: Microsoft, "Keyboard Input Reference", "Virtual-Key Codes", "MapVirtualKeyExW function".
"""

from __future__ import annotations

import struct

from windlass import _core
from windlass.api.outputs import fail, put_ansi, put_wide
from windlass.registry import export
from windlass.types import (
    BOOL,
    CHAR,
    DWORD,
    HKL,
    INT,
    LONG,
    LPCSTR,
    LPCWSTR,
    LPSTR,
    LPVOID,
    LPWSTR,
    SHORT,
    UINT,
    WCHAR,
    WORD,
)

ERROR_INVALID_PARAMETER = 87
ENGLISH = 0x04090409  # language and layout: English (United States)
NAME = "00000409"
OEM_CODE_PAGE = 437

# The keys that type something, row by row in the order of their scan codes, without and with Shift.
ROWS = [
    (0x02, "1234567890-=", "!@#$%^&*()_+"),
    (0x10, "qwertyuiop[]", "QWERTYUIOP{}"),
    (0x1E, "asdfghjkl;'`", 'ASDFGHJKL:"~'),
    (0x2B, "\\zxcvbnm,./", "|ZXCVBNM<>?"),
]
PUNCTUATION = dict(zip("-=[];'`\\,./", b"\xbd\xbb\xdb\xdd\xba\xde\xc0\xdc\xbc\xbe\xbf"))
VK_CANCEL, VK_BACK, VK_TAB, VK_RETURN, VK_ESCAPE, VK_SPACE = 3, 8, 9, 13, 27, 32
VK_SHIFT, VK_CONTROL, VK_MENU, VK_CAPITAL, VK_PAUSE, VK_OEM_102 = 0x10, 0x11, 0x12, 0x14, 0x13, 0xE2
VK_NUMPAD0, VK_F1 = 0x60, 0x70
TYPED_PLAIN = {
    VK_BACK: "\b",
    VK_TAB: "\t",
    VK_RETURN: "\r",
    VK_ESCAPE: "\x1b",
    VK_SPACE: " ",
    VK_OEM_102: "\\",
}
TYPED_SHIFTED = {**TYPED_PLAIN, VK_OEM_102: "|"}
SCAN_CODES: dict[int, int] = {}
for _first, _plain, _shifted in ROWS:
    for _i, _character in enumerate(_plain):
        _key = PUNCTUATION.get(_character, ord(_character.upper()))
        SCAN_CODES[_key] = _first + _i
        TYPED_PLAIN[_key], TYPED_SHIFTED[_key] = _character, _shifted[_i]
NUMBER_PAD = dict(zip([*range(VK_NUMPAD0, 0x6C), 0x6D, 0x6E, 0x6F], "0123456789*+-./"))
TYPED_PLAIN.update(NUMBER_PAD)
TYPED_SHIFTED.update(NUMBER_PAD)
CONTROLLED = {0xDB: "\x1b", 0xDC: "\x1c", 0xDD: "\x1d", VK_SPACE: " ", VK_BACK: "\x7f", VK_RETURN: "\n"}
CONTROLLED.update({VK_CANCEL: "\x03", VK_ESCAPE: "\x1b", VK_OEM_102: "\x1c"})
CONTROLLED.update({_key: chr(_key - 0x40) for _key in range(0x41, 0x5B)})

# Other keys by scan code: the virtual key and the name; then those whose codes are preceded by E0.
OTHERS = {
    0x01: (VK_ESCAPE, "Esc"), 0x0E: (VK_BACK, "Backspace"), 0x0F: (VK_TAB, "Tab"),
    0x1C: (VK_RETURN, "Enter"), 0x1D: (VK_CONTROL, "Ctrl"), 0x2A: (VK_SHIFT, "Shift"),
    0x36: (VK_SHIFT, "Right Shift"), 0x37: (0x6A, "Num *"), 0x38: (VK_MENU, "Alt"),
    0x39: (VK_SPACE, "Space"), 0x3A: (VK_CAPITAL, "Caps Lock"), 0x45: (0x90, "Pause"),
    0x46: (0x91, "Scroll Lock"), 0x47: (0x24, "Num 7"), 0x48: (0x26, "Num 8"), 0x49: (0x21, "Num 9"),
    0x4A: (0x6D, "Num -"), 0x4B: (0x25, "Num 4"), 0x4C: (0x0C, "Num 5"), 0x4D: (0x27, "Num 6"),
    0x4E: (0x6B, "Num +"), 0x4F: (0x23, "Num 1"), 0x50: (0x28, "Num 2"), 0x51: (0x22, "Num 3"),
    0x52: (0x2D, "Num 0"), 0x53: (0x2E, "Num Del"), 0x54: (0x2C, "Sys Req"), 0x56: (VK_OEM_102, "\\"),
    0x57: (0x7A, "F11"), 0x58: (0x7B, "F12"), 0x63: (0x2F, "Help"),
}  # fmt: skip
OTHERS.update({0x3B + _i: (VK_F1 + _i, f"F{_i + 1}") for _i in range(10)})
EXTENDED = {
    0x1C: (VK_RETURN, "Num Enter"), 0x1D: (0xA3, "Right Ctrl"), 0x35: (0x6F, "Num /"),
    0x37: (0x2C, "Prnt Scrn"), 0x38: (0xA5, "Right Alt"), 0x45: (0x90, "Num Lock"),
    0x46: (VK_CANCEL, "Break"), 0x47: (0x24, "Home"), 0x48: (0x26, "Up"), 0x49: (0x21, "Page Up"),
    0x4B: (0x25, "Left"), 0x4D: (0x27, "Right"), 0x4F: (0x23, "End"), 0x50: (0x28, "Down"),
    0x51: (0x22, "Page Down"), 0x52: (0x2D, "Insert"), 0x53: (0x2E, "Delete"),
    0x5B: (0x5B, "Left Windows"), 0x5C: (0x5C, "Right Windows"), 0x5D: (0x5D, "Application"),
}  # fmt: skip
SCAN_CODES.update({_key: _scan for _scan, (_key, _) in reversed(list(OTHERS.items()))})
SCAN_CODES.update(dict(zip(range(VK_NUMPAD0, VK_NUMPAD0 + 10), b"\x52\x4f\x50\x51\x4b\x4c\x4d\x47\x48\x49")))
SCAN_CODES.update({0x6E: 0x53, 0xA0: 0x2A, 0xA1: 0x36, 0xA2: 0x1D, 0xA4: 0x38})
EXTENDED_CODES = {0x6F: 0x35, 0x5B: 0x5B, 0x5C: 0x5C, 0x5D: 0x5D, VK_CANCEL: 0x46, 0xA3: 0x1D, 0xA5: 0x38}
KEYS = {
    **{_scan: _key for _key, _scan in SCAN_CODES.items()},
    **{_scan: _key for _scan, (_key, _) in OTHERS.items()},
}
SIDES = {0x2A: 0xA0, 0x36: 0xA1, 0x1D: 0xA2, 0x38: 0xA4}
MAPVK_VK_TO_VSC, MAPVK_VSC_TO_VK, MAPVK_VK_TO_CHAR, MAPVK_VSC_TO_VK_EX, MAPVK_VK_TO_VSC_EX = range(5)


# ---- keys, scan codes and names ----


def scan_code(key: int, extended: bool) -> int:
    if key in EXTENDED_CODES:
        return EXTENDED_CODES[key] | (0xE000 if extended else 0)
    if key == VK_PAUSE:
        return 0xE11D if extended else 0
    return SCAN_CODES.get(key, 0)


def key_of(scan: int) -> int:
    """The virtual key, left and right told apart."""
    if scan >> 8 in (0xE0, 0xE1):
        return EXTENDED.get(scan & 0xFF, (0, ""))[0]
    return SIDES.get(scan, KEYS.get(scan, 0))


def map_key(code: int, kind: int) -> int:
    if kind in (MAPVK_VK_TO_VSC, MAPVK_VK_TO_VSC_EX):
        return scan_code(code, kind == MAPVK_VK_TO_VSC_EX)
    if kind == MAPVK_VSC_TO_VK:
        return KEYS.get(code, 0)
    if kind == MAPVK_VSC_TO_VK_EX:
        return key_of(code)
    if kind == MAPVK_VK_TO_CHAR:
        return ord(TYPED_PLAIN.get(code, "\0").upper())
    return 0


@export("user32")
def MapVirtualKeyW(uCode: UINT, uMapType: UINT) -> UINT:
    return map_key(uCode, uMapType)


@export("user32")
def MapVirtualKeyA(uCode: UINT, uMapType: UINT) -> UINT:
    return map_key(uCode, uMapType)


@export("user32")
def MapVirtualKeyExW(uCode: UINT, uMapType: UINT, dwhkl: HKL) -> UINT:
    return map_key(uCode, uMapType)


@export("user32")
def MapVirtualKeyExA(uCode: UINT, uMapType: UINT, dwhkl: HKL) -> UINT:
    return map_key(uCode, uMapType)


def key_name(parameter: int) -> str:
    """The name of a keyboard message's key: of its scan code, by whether it is an extended key, and whether
    left and right matter.
    """
    scan, is_extended, either_side = parameter >> 16 & 0xFF, parameter >> 24 & 1, parameter >> 25 & 1
    if either_side and scan in (0x36, 0x1D, 0x38):
        scan, is_extended = {0x36: 0x2A}.get(scan, scan), 0
    named = EXTENDED.get(scan) if is_extended else OTHERS.get(scan)
    return named[1] if named else TYPED_PLAIN.get(KEYS.get(scan, 0), "").upper()


@export("user32")
def GetKeyNameTextW(lParam: LONG, lpString: LPWSTR, cchSize: INT) -> INT:
    if not lpString or cchSize <= 0:
        return 0
    name = key_name(lParam)[: cchSize - 1]
    return put_wide(lpString, cchSize, name)


@export("user32")
def GetKeyNameTextA(lParam: LONG, lpString: LPSTR, cchSize: INT) -> INT:
    if not lpString or cchSize <= 0:
        return 0
    name = key_name(lParam)[: cchSize - 1]
    return put_ansi(lpString, cchSize, name)


# ---- characters ----


def typed(key: int, state: int) -> str:
    """What a key types in the keyboard state at an address."""
    keys = _core.read(state, 256) if state else bytes(256)
    if keys[VK_CONTROL] & 0x80:
        return CONTROLLED.get(key, "")
    shift = bool(keys[VK_SHIFT] & 0x80)
    if 0x41 <= key <= 0x5A and keys[VK_CAPITAL] & 1:
        shift = not shift
    return (TYPED_SHIFTED if shift else TYPED_PLAIN).get(key, "")


def is_release(scan: int) -> int:
    """The upper bit of a scan code: the key went up, and types nothing."""
    return scan & 0x8000


@export("user32")
def ToUnicodeEx(
    wVirtKey: UINT,
    wScanCode: UINT,
    lpKeyState: LPVOID,
    pwszBuff: LPWSTR,
    cchBuff: INT,
    wFlags: UINT,
    dwhkl: HKL,
) -> INT:
    text = "" if is_release(wScanCode) else typed(wVirtKey, lpKeyState)
    if text and cchBuff > 0:
        _core.write(pwszBuff, _core.wide_bytes(text)[: cchBuff * 2])
    return len(text)


@export("user32")
def ToUnicode(
    wVirtKey: UINT, wScanCode: UINT, lpKeyState: LPVOID, pwszBuff: LPWSTR, cchBuff: INT, wFlags: UINT
) -> INT:
    return ToUnicodeEx(wVirtKey, wScanCode, lpKeyState, pwszBuff, cchBuff, wFlags, ENGLISH)


@export("user32")
def ToAsciiEx(
    uVirtKey: UINT, uScanCode: UINT, lpKeyState: LPVOID, lpChar: LPVOID, uFlags: UINT, dwhkl: HKL
) -> INT:
    text = "" if is_release(uScanCode) else typed(uVirtKey, lpKeyState)
    if text:
        _core.write(lpChar, struct.pack("<H", ord(text)))
    return len(text)


@export("user32")
def ToAscii(uVirtKey: UINT, uScanCode: UINT, lpKeyState: LPVOID, lpChar: LPVOID, uFlags: UINT) -> INT:
    return ToAsciiEx(uVirtKey, uScanCode, lpKeyState, lpChar, uFlags, ENGLISH)


def key_that_types(character: str) -> int:
    """The key in the lower byte, Shift (1) and Ctrl (2) in the upper one; -1. The main keys come first."""
    if character == "\x03":
        return VK_CANCEL
    for modifiers, table in ((0, TYPED_PLAIN), (1, TYPED_SHIFTED), (2, CONTROLLED)):
        for key, each in table.items():
            if each == character and key not in NUMBER_PAD and key != VK_OEM_102:
                return key | modifiers << 8
    return -1


@export("user32")
def VkKeyScanExW(ch: WCHAR, dwhkl: HKL) -> SHORT:
    return key_that_types(chr(ch))


@export("user32")
def VkKeyScanW(ch: WCHAR) -> SHORT:
    return key_that_types(chr(ch))


@export("user32")
def VkKeyScanExA(ch: CHAR, dwhkl: HKL) -> SHORT:
    return key_that_types(_core.ansi_to_text(bytes([ch & 0xFF])) or "\0")


@export("user32")
def VkKeyScanA(ch: CHAR) -> SHORT:
    return key_that_types(_core.ansi_to_text(bytes([ch & 0xFF])) or "\0")


@export("user32")
def OemKeyScan(wOemChar: WORD) -> DWORD:
    key = key_that_types(bytes([wOemChar & 0xFF]).decode("cp437")) if wOemChar < 0x100 else -1
    return 0xFFFFFFFF if key == -1 else SCAN_CODES.get(key & 0xFF, 0) | key >> 8 << 16


# ---- layouts ----


@export("user32")
def GetKeyboardLayout(idThread: DWORD) -> HKL:
    return ENGLISH


@export("user32")
def GetKeyboardLayoutList(nBuff: INT, lpList: LPVOID) -> INT:
    if nBuff > 0:
        _core.write(lpList, struct.pack("<Q", ENGLISH))
    return 1


@export("user32")
def GetKeyboardLayoutNameW(pwszKLID: LPWSTR) -> BOOL:
    _core.write(pwszKLID, _core.wide_bytes(NAME))
    return 1


@export("user32")
def GetKeyboardLayoutNameA(pwszKLID: LPSTR) -> BOOL:
    _core.write(pwszKLID, NAME.encode() + b"\0")
    return 1


@export("user32")
def ActivateKeyboardLayout(hkl: HKL, Flags: UINT) -> HKL:
    return ENGLISH


@export("user32")
def LoadKeyboardLayoutW(pwszKLID: LPCWSTR, Flags: UINT) -> HKL:
    return ENGLISH


@export("user32")
def LoadKeyboardLayoutA(pwszKLID: LPCSTR, Flags: UINT) -> HKL:
    return ENGLISH


@export("user32")
def UnloadKeyboardLayout(hkl: HKL) -> BOOL:
    """The only one stays."""
    return fail(ERROR_INVALID_PARAMETER)


@export("user32")
def GetKBCodePage() -> UINT:
    return OEM_CODE_PAGE


@export("user32")
def GetKeyboardType(nTypeFlag: INT) -> INT:
    return {0: 4, 1: 0, 2: 12}.get(nTypeFlag, 0)
