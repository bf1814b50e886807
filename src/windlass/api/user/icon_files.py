"""Icons of programs, DLLs and icon files, by their place in the file.

Source: Microsoft, "PrivateExtractIconsW function", "ExtractIconExW function",
"ExtractAssociatedIconW function".
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from windlass import _core
from windlass.api.calls import windows
from windlass.api.outputs import from_ansi, put_u32, put_u64
from windlass.errors import BadImage
from windlass.pe import Image
from windlass.pe.resources import ResourceDirectory
from windlass.registry import export
from windlass.types import HICON, HINSTANCE, INT, LPCSTR, LPCWSTR, LPVOID, LPWORD, LPWSTR, UINT

RT_ICON, RT_GROUP_ICON = 3, 14
IMAGE_ICON, LR_LOADFROMFILE, ICON_VERSION = 1, 0x10, 0x30000
SM_CXICON, SM_CXSMICON, IDI_APPLICATION = 11, 49, 32512
NOT_A_FILE = 0xFFFFFFFF
ICON_FILE = b"\0\0\1\0"


class IconFile:
    """A file that may hold icons.

    Raises OSError for a file that cannot be read.
    """

    def __init__(self, name: str) -> None:
        host = _core.path_to_host(name)
        if host is None:
            raise FileNotFoundError(name)
        with open(host, "rb") as file:
            head = file.read(4)
        self.name = name
        self.is_icon_file = head == ICON_FILE
        self.image: Image | None = None
        self.root: ResourceDirectory | None = None
        if head[:2] == b"MZ":
            try:
                self.image = Image.open(host)
                self.root = self.image.resources
            except BadImage:
                self.image = None

    def groups(self) -> list[int | str]:
        """The names of the icons in the file's order."""
        with suppress(BadImage):
            entry = self.root.get(RT_GROUP_ICON) if self.root is not None else None
            if entry is not None and entry.directory is not None:
                return [each.key for each in entry.directory]
        return []

    def count(self) -> int:
        return 1 if self.is_icon_file else len(self.groups())

    def data(self, kind: int, name: int | str) -> bytes | None:
        with suppress(BadImage):
            resource = self.root.find(kind, name) if self.root is not None else None
            if resource is not None and self.image is not None:
                return self.image.read(resource.rva, resource.size)
        return None

    def icon(self, index: int, size: int) -> tuple[int, int]:
        """A new icon and the number of its image; (0, 0). A negative index is the number of a resource."""
        if self.is_icon_file:
            return (load_file(self.name, size), 0) if index == 0 else (0, 0)
        groups = self.groups()
        name: int | str = -index if index < 0 else groups[index] if index < len(groups) else 0
        group = self.data(RT_GROUP_ICON, name)
        if group is None:
            return 0, 0
        with memory(group) as address:
            number = windows("user32", "LookupIconIdFromDirectoryEx", address, 1, size, size, 0) & 0xFFFFFFFF
        image = self.data(RT_ICON, number)
        if image is None:
            return 0, 0
        with memory(image) as address:
            arguments = (address, len(image), 1, ICON_VERSION, size, size, 0)
            return windows("user32", "CreateIconFromResourceEx", *arguments), number


@contextmanager
def memory(data: bytes) -> Iterator[int]:
    """The bytes where Windows code can read them."""
    address = windows("ucrtbase", "malloc", len(data) or 1)
    _core.write(address, data)
    yield address
    windows("ucrtbase", "free", address)


def load_file(name: str, size: int) -> int:
    with memory(_core.wide_bytes(name)) as address:
        return windows("user32", "LoadImageW", 0, address, IMAGE_ICON, size, size, LR_LOADFROMFILE)


def open_file(name: str | None) -> IconFile | None:
    try:
        return IconFile(name) if name else None
    except OSError:
        return None


def metric(index: int) -> int:
    return windows("user32", "GetSystemMetrics", index) & 0xFFFFFFFF


def private_extract(name: str | None, first: int, width: int, icons: int, numbers: int, count: int) -> int:
    file = open_file(name)
    if file is None:
        return NOT_A_FILE
    if not icons:
        return file.count()
    sizes = [size for size in (width & 0xFFFF, width >> 16) if size] or [0]
    done = 0
    for i in range(count // len(sizes) if count > 1 else 1):
        for size in sizes[:count]:
            icon, number = file.icon(first + i if first >= 0 else first, size)
            if not icon:
                return done
            put_u64(icons + 8 * done, icon)
            put_u32(numbers + 4 * done if numbers else 0, number)
            done += 1
        if first < 0:
            break
    return done


@export("user32")
def PrivateExtractIconsW(
    szFileName: LPCWSTR,
    nIconIndex: INT,
    cxIcon: INT,
    cyIcon: INT,
    phicon: LPVOID,
    piconid: LPVOID,
    nIcons: UINT,
    flags: UINT,
) -> UINT:
    return private_extract(szFileName, nIconIndex, cxIcon, phicon, piconid, nIcons)


@export("user32")
def PrivateExtractIconsA(
    szFileName: LPCSTR,
    nIconIndex: INT,
    cxIcon: INT,
    cyIcon: INT,
    phicon: LPVOID,
    piconid: LPVOID,
    nIcons: UINT,
    flags: UINT,
) -> UINT:
    return private_extract(from_ansi(szFileName), nIconIndex, cxIcon, phicon, piconid, nIcons)


# ---- shell32's forms ----


def extract_both(name: str | None, first: int, large: int, small: int, count: int) -> int:
    """How many icons were taken, in both sizes together."""
    file = open_file(name)
    if file is None:
        return NOT_A_FILE if large or small else 0
    if not (large or small):
        return file.count()
    done = 0
    for i in range(count if first >= 0 else min(count, 1)):
        for array, size in ((large, SM_CXICON), (small, SM_CXSMICON)):
            icon = file.icon(first + i if first >= 0 else first, metric(size))[0] if array else 0
            put_u64(array + 8 * i if array else 0, icon)
            done += bool(icon)
    return done


@export("shell32")
def ExtractIconExW(
    lpszFile: LPCWSTR, nIconIndex: INT, phiconLarge: LPVOID, phiconSmall: LPVOID, nIcons: UINT
) -> UINT:
    return extract_both(lpszFile, nIconIndex, phiconLarge, phiconSmall, nIcons)


@export("shell32")
def ExtractIconExA(
    lpszFile: LPCSTR, nIconIndex: INT, phiconLarge: LPVOID, phiconSmall: LPVOID, nIcons: UINT
) -> UINT:
    return extract_both(from_ansi(lpszFile), nIconIndex, phiconLarge, phiconSmall, nIcons)


def extract_one(name: str | None, index: int) -> int:
    """An icon; the number of icons for the index -1; 1 for a file of another kind; 0."""
    file = open_file(name)
    if file is None:
        return 0
    if not file.is_icon_file and file.image is None:
        return 1
    return file.count() if index == NOT_A_FILE else file.icon(signed(index), metric(SM_CXICON))[0]


def signed(number: int) -> int:
    value: int = struct.unpack("<i", struct.pack("<I", number))[0]
    return value


@export("shell32")
def ExtractIconW(hInst: HINSTANCE, pszExeFileName: LPCWSTR, nIconIndex: UINT) -> HICON:
    return extract_one(pszExeFileName, nIconIndex)


@export("shell32")
def ExtractIconA(hInst: HINSTANCE, pszExeFileName: LPCSTR, nIconIndex: UINT) -> HICON:
    return extract_one(from_ansi(pszExeFileName), nIconIndex)


def associated(name: str | None) -> int:
    """The first icon of the file, or that of programs, for no kind of file has one of its own."""
    file = open_file(name)
    icon = file.icon(0, metric(SM_CXICON))[0] if file is not None else 0
    return icon or windows("user32", "CopyIcon", windows("user32", "LoadIconW", 0, IDI_APPLICATION))


@export("shell32")
def ExtractAssociatedIconW(hInst: HINSTANCE, pszIconPath: LPWSTR, piIcon: LPWORD) -> HICON:
    return associated(_core.wide_string(pszIconPath))


@export("shell32")
def ExtractAssociatedIconA(hInst: HINSTANCE, pszIconPath: LPVOID, piIcon: LPWORD) -> HICON:
    return associated(_core.ansi_to_text(_core.string(pszIconPath)))
