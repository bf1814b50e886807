"""Windows' type names for the parameters of API functions written in Python.

Each name is an ordinary Python type with a code that says how the slot is converted on the way in (see
`_core.Callback`). Input strings arrive decoded, all other pointers as integers. A type of results whose 0
does not mean failure has the code for ERROR_SHUTDOWN_IN_PROGRESS, too.

Source: Microsoft, "Windows Data Types".
"""

from __future__ import annotations

from windlass.light import TYPE_CHECKING, Annotated, Optional

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from typing import Any, TypeVar

    Result = TypeVar("Result")
    Calling = Generator[tuple[int, ...], int, Result]
    """`Calling[BOOL]` is the result of a function that calls Windows code back, which may never return: a
    generator that yields each call as (address, argument...), up to eight arguments, gets its result as 64
    bits, and returns a BOOL. See core/python_callback.c.
    """
else:
    Calling = None  # for annotations, which are not evaluated

BOOL = Annotated[int, "i"]
BOOLEAN = Annotated[int, "B"]
BYTE = Annotated[int, "B"]
CHAR = Annotated[int, "b"]
WCHAR = Annotated[int, "H"]
SHORT = Annotated[int, "h"]
WORD = Annotated[int, "H"]
USHORT = Annotated[int, "H"]
ATOM = Annotated[int, "H"]
INT = Annotated[int, "i"]
LONG = Annotated[int, "i"]
UINT = Annotated[int, "I"]
ULONG = Annotated[int, "I"]
DWORD = Annotated[int, "I"]
LCID = Annotated[int, "I"]
LCTYPE = Annotated[int, "I"]
LANGID = Annotated[int, "H"]
COLORREF = Annotated[int, "I"]
HRESULT = Annotated[int, "i", 0x8007045B]
LSTATUS = Annotated[int, "i", 1115]
NTSTATUS = Annotated[int, "i", 0xC00002FE]
LONGLONG = Annotated[int, "q"]
ULONGLONG = Annotated[int, "Q"]
SIZE_T = Annotated[int, "Q"]
SSIZE_T = Annotated[int, "q"]
INT_PTR = Annotated[int, "q"]
UINT_PTR = Annotated[int, "Q"]
LONG_PTR = Annotated[int, "q"]
ULONG_PTR = Annotated[int, "Q"]
DWORD_PTR = Annotated[int, "Q"]
WPARAM = Annotated[int, "Q"]
LPARAM = Annotated[int, "q"]
LRESULT = Annotated[int, "q"]
FLOAT = Annotated[float, "f"]
DOUBLE = Annotated[float, "d"]
VOID = Annotated[None, "v"]

HANDLE = Annotated[int, "Q"]
HMODULE = HANDLE
HINSTANCE = HANDLE
HKEY = HANDLE
REGSAM = Annotated[int, "I"]
ACCESS_MASK = Annotated[int, "I"]
HWND = HANDLE
HDC = HANDLE
HICON = HANDLE
HMENU = HANDLE
HMONITOR = HANDLE
HDESK = HANDLE
HWINSTA = HANDLE
HHOOK = HANDLE
HKL = HANDLE
HGDIOBJ = HANDLE
HRSRC = HANDLE
HGLOBAL = HANDLE
HLOCAL = HANDLE
SC_HANDLE = HANDLE
HCRYPTPROV = HANDLE
HCRYPTKEY = HANDLE
HCRYPTHASH = HANDLE
BCRYPT_HANDLE = HANDLE
FARPROC = HANDLE

# Any pointer, in or out.
PVOID = Annotated[int, "P"]
LPVOID = PVOID
LPCVOID = PVOID
LPWSTR = PVOID
PWSTR = PVOID
LPSTR = PVOID
PSTR = PVOID
LPDWORD = PVOID
PDWORD = PVOID
PULONG = PVOID
LPBOOL = PVOID
PBOOL = PVOID
PHANDLE = PVOID
LPHANDLE = PVOID
PBYTE = PVOID
PUCHAR = PVOID
LPBYTE = PVOID
LPWORD = PVOID
LPLONG = PVOID
LPGUID = PVOID
LPFILETIME = PVOID
PHKEY = PVOID

# Strings in.
LPCWSTR = Annotated[Optional[str], "W"]
PCWSTR = Annotated[Optional[str], "W"]
LPCSTR = Annotated[Optional[bytes], "A"]
PCSTR = Annotated[Optional[bytes], "A"]


def signature_of(function: Callable[..., Any]) -> str:
    """The `_core.Callback` signature of a function annotated with this module's names.

    TypeError when an annotation is missing or is none of them.
    """
    annotations = dict(function.__annotations__)
    result = _code(function, "return", annotations.pop("return", None))
    names = function.__code__.co_varnames[: function.__code__.co_argcount]
    return result + "".join(_code(function, name, annotations.get(name)) for name in names)


def calls_back(function: Callable[..., Any]) -> bool:
    """Whether the function's result is `Calling`."""
    annotation = function.__annotations__["return"]
    return isinstance(annotation, str) and annotation != called_result(annotation)


def called_result(annotation: str) -> str:
    """The name of a result's type, without `Calling`."""
    return annotation[len("Calling[") : -1] if annotation.startswith("Calling[") else annotation


def result_at_end(function: Callable[..., Any]) -> int:
    """What a call of such a function returns when Python has ended."""
    metadata = _metadata(function, "return", function.__annotations__["return"])
    return int(metadata[1]) if len(metadata) > 1 else 0


def _code(function: Callable[..., Any], name: str, annotation: Any) -> str:
    return str(_metadata(function, name, annotation)[0])


def _metadata(function: Callable[..., Any], name: str, annotation: Any) -> tuple[Any, ...]:
    if isinstance(annotation, str):  # postponed evaluation
        annotation = globals().get(called_result(annotation))
    metadata: tuple[Any, ...] | None = getattr(annotation, "__metadata__", None)
    if metadata is None:
        raise TypeError(f"{function.__qualname__}: {name} is not annotated with a name of windlass.types")
    return metadata
