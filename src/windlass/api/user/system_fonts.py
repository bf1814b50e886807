"""The fonts and sizes of what surrounds a window's client area, as SystemParametersInfo tells them.

Source: Microsoft, "NONCLIENTMETRICSW structure", "ICONMETRICSW structure", "LOGFONTW structure". Sizes are
those that GetSystemMetrics tells, the font is that of Windows 10.
"""

from __future__ import annotations

import struct

__all__ = ["icon_metrics", "logical_font", "nonclient_metrics"]

FACE = "Segoe UI"
FACE_SIZE = 32
POINTS_HEIGHT = -12  # 9 points at 96 dpi
NORMAL_WEIGHT, DEFAULT_CHARSET = 400, 1
BORDER, SCROLL, CAPTION_WIDTH, CAPTION, SMALL_CAPTION, MENU, PADDING = 1, 17, 36, 22, 22, 19, 4
ICON_SPACING = 75


def _scaled(pixels: int, dpi: int) -> int:
    """Rounded away from zero at halves, as MulDiv does."""
    sign = -1 if pixels < 0 else 1
    return sign * ((abs(pixels) * dpi * 2 + 96) // 192)


def logical_font(wide: bool, dpi: int) -> bytes:
    """A LOGFONT of either kind."""
    head = struct.pack(
        "<5i8B", _scaled(POINTS_HEIGHT, dpi), 0, 0, 0, NORMAL_WEIGHT, 0, 0, 0, DEFAULT_CHARSET, 0, 0, 0, 0
    )
    if wide:
        return head + FACE.encode("utf-16-le").ljust(2 * FACE_SIZE, b"\0")
    return head + FACE.encode().ljust(FACE_SIZE, b"\0")


def nonclient_metrics(size: int, wide: bool, dpi: int) -> bytes | None:
    """A NONCLIENTMETRICS whose cbSize is `size`, with the padding or, as before Windows Vista, without; None
    for other sizes.
    """
    font = logical_font(wide, dpi)

    def pixels(*values: int) -> bytes:
        return struct.pack(f"<{len(values)}i", *(_scaled(value, dpi) for value in values))

    body = pixels(BORDER, SCROLL, SCROLL, CAPTION_WIDTH, CAPTION) + font
    body += pixels(SMALL_CAPTION, SMALL_CAPTION) + font + pixels(MENU, MENU) + 3 * font
    whole = struct.pack("<I", size) + body + pixels(PADDING)
    return whole[:size] if size in (len(whole), len(whole) - 4) else None


def icon_metrics(size: int, wide: bool, dpi: int) -> bytes | None:
    """An ICONMETRICS whose cbSize is `size`; None for any other size."""
    spacing = _scaled(ICON_SPACING, dpi)
    whole = struct.pack("<I3i", size, spacing, spacing, 1) + logical_font(wide, dpi)
    return whole if size == len(whole) else None
