"""What kind of program a file is.

Source: Microsoft, "GetBinaryTypeW function".
"""

from __future__ import annotations

from windlass import _core
from windlass.api.outputs import fail, from_ansi, put_u32
from windlass.errors import BadImage
from windlass.pe import Image
from windlass.registry import export
from windlass.types import BOOL, LPCSTR, LPCWSTR, LPDWORD

ERROR_FILE_NOT_FOUND = 2
ERROR_BAD_EXE_FORMAT = 193
SCS_32BIT_BINARY = 0
SCS_64BIT_BINARY = 6
MACHINES_64BIT = (0x8664, 0xAA64)  # AMD64, ARM64


def give_binary_type(name: str | None, result: int) -> int:
    path = None if name is None else _core.path_to_host(name)
    if path is None:
        return fail(ERROR_FILE_NOT_FOUND)
    try:
        with Image.open(path) as image:
            if image.is_dll:
                return fail(ERROR_BAD_EXE_FORMAT)
            put_u32(result, SCS_64BIT_BINARY if image.machine in MACHINES_64BIT else SCS_32BIT_BINARY)
    except BadImage:
        return fail(ERROR_BAD_EXE_FORMAT)
    except OSError:
        return fail(ERROR_FILE_NOT_FOUND)
    return 1


@export("kernel32")
def GetBinaryTypeW(lpApplicationName: LPCWSTR, lpBinaryType: LPDWORD) -> BOOL:
    return give_binary_type(lpApplicationName, lpBinaryType)


@export("kernel32")
def GetBinaryTypeA(lpApplicationName: LPCSTR, lpBinaryType: LPDWORD) -> BOOL:
    return give_binary_type(from_ansi(lpApplicationName), lpBinaryType)
