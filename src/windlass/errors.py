"""The exceptions of windlass that are not Python's own."""

from __future__ import annotations

import errno

from windlass.light import TYPE_CHECKING, cache

if TYPE_CHECKING:
    from typing import Any

__all__ = ["BadDefinition", "BadImage", "BadLibrary"]


class BadImage(ValueError):
    """The bytes are not the image that they should be.

    The only exception that reading an image raises, whatever the bytes.

    reason: what is wrong, in words.
    offset: where, as a file offset: the bytes at fault, or the record that led to a place which
            does not exist; 0 if it is the image as a whole. In an image read from memory it counts from the
            image's base.
    path:   the file, if the image was opened by its path.
    """

    def __init__(self, reason: str, offset: int, path: str | None = None) -> None:
        super().__init__(reason, offset, path)
        self.reason = reason
        self.offset = offset
        self.path = path

    @property
    def detail(self) -> str:
        """What is wrong and where, without the path."""
        return f"{self.reason} (at offset {self.offset:#x})" if self.offset else self.reason

    def __str__(self) -> str:
        return f"{self.path}: {self.detail}" if self.path else self.detail


class BadLibrary(BadImage):
    """The bytes are not the archive or the object file that they should be; `offset` counts from the file's
    start.
    """


class BadDefinition(ValueError):
    """The text is no module-definition file.

    reason: what is wrong, in words.
    line:   where, from 1 on.
    path:   the file, None for text from elsewhere.
    """

    def __init__(self, reason: str, line: int, path: str | None = None) -> None:
        super().__init__(reason, line, path)
        self.reason = reason
        self.line = line
        self.path = path

    def __str__(self) -> str:
        where = f"{self.path}:" if self.path else "line "
        return f"{where}{self.line}: {self.reason}"


# ---- Win32 errors ----

ERROR_FILE_NOT_FOUND = 2
ERROR_NOT_ENOUGH_MEMORY = 8
ERROR_MOD_NOT_FOUND = 126
ERROR_INVALID_PARAMETER = 87
ERROR_PROC_NOT_FOUND = 127
ERROR_INVALID_ORDINAL = 182
ERROR_BAD_EXE_FORMAT = 193
ERROR_INVALID_IMAGE_HASH = 577
ERROR_NOACCESS = 998
ERROR_DLL_INIT_FAILED = 1114
ERROR_RESOURCE_DATA_NOT_FOUND = 1812
ERROR_RESOURCE_TYPE_NOT_FOUND = 1813
ERROR_RESOURCE_NAME_NOT_FOUND = 1814
ERROR_RESOURCE_LANG_NOT_FOUND = 1815
ERROR_SXS_CANT_GEN_ACTCTX = 14001


def win_error(code: int, text: str | None = None) -> OSError:
    """The exception for a Win32 error code or HRESULT.

    Its class and errno follow the code, as in Python for Windows, and `winerror` is set; str() shows
    "[WinError 2] ...". Without a text it is the system's, less the full stop.
    """
    if text is None:
        from windlass import messages  # only for those who fail

        known = messages.message(code)
        text = known.rstrip(" .") if known is not None else f"Windows Error {code & 0xFFFFFFFF:#x}"
    number = errno_of(code)
    error = _class_of(type(OSError(number, "")))(number, text, None, code)  # type: ignore[arg-type]
    error.winerror = code  # type: ignore[attr-defined]
    return error


def _text(code: int) -> str:
    from windlass import messages

    return messages.MESSAGES[code].rstrip(" .")


def errno_of(code: int) -> int:
    """The host's errno for a Win32 error code; Python for Windows maps them so."""
    if code >> 16 & 0xFFFF == 0x8007:  # HRESULT_FROM_WIN32
        code &= 0xFFFF
    if 19 <= code <= 36:
        return errno.EACCES
    if 188 <= code <= 202:
        return errno.ENOEXEC
    return _ERRNO.get(code, errno.EINVAL)


_ERRNO = {
    **dict.fromkeys((2, 3, 15, 18, 53, 67, 161, 206), errno.ENOENT),
    **dict.fromkeys((6, 114, 130, 10009), errno.EBADF),
    **dict.fromkeys((128, 129), errno.ECHILD),
    **dict.fromkeys((89, 164, 215), errno.EAGAIN),
    **dict.fromkeys((7, 8, 9, 1816), errno.ENOMEM),
    **dict.fromkeys((5, 16, 65, 82, 83, 108, 132, 158, 167, 10013), errno.EACCES),
    **dict.fromkeys((80, 183), errno.EEXIST),
    **dict.fromkeys((4, 10024), errno.EMFILE),
    **dict.fromkeys((109, 232), errno.EPIPE),
    10: errno.E2BIG,
    11: errno.ENOEXEC,
    17: errno.EXDEV,
    112: errno.ENOSPC,
    145: errno.ENOTEMPTY,
    267: errno.ENOTDIR,
    1113: errno.EILSEQ,
    10004: errno.EINTR,
    10014: errno.EFAULT,
    10035: errno.EWOULDBLOCK,
    10036: errno.EINPROGRESS,
    10037: errno.EALREADY,
    10038: errno.ENOTSOCK,
    10039: errno.EDESTADDRREQ,
    10040: errno.EMSGSIZE,
    10041: errno.EPROTOTYPE,
    10042: errno.ENOPROTOOPT,
    10043: errno.EPROTONOSUPPORT,
    10044: errno.ESOCKTNOSUPPORT,
    10045: errno.EOPNOTSUPP,
    10046: errno.EPFNOSUPPORT,
    10047: errno.EAFNOSUPPORT,
    10048: errno.EADDRINUSE,
    10049: errno.EADDRNOTAVAIL,
    10050: errno.ENETDOWN,
    10051: errno.ENETUNREACH,
    10052: errno.ENETRESET,
    10053: errno.ECONNABORTED,
    10054: errno.ECONNRESET,
    10055: errno.ENOBUFS,
    10056: errno.EISCONN,
    10057: errno.ENOTCONN,
    10058: errno.ESHUTDOWN,
    10059: errno.ETOOMANYREFS,
    10060: errno.ETIMEDOUT,
    10061: errno.ECONNREFUSED,
    10062: errno.ELOOP,
    10063: errno.ENAMETOOLONG,
    10064: errno.EHOSTDOWN,
    10065: errno.EHOSTUNREACH,
    10066: errno.ENOTEMPTY,
    10068: errno.EUSERS,
    10069: errno.EDQUOT,
    10070: errno.ESTALE,
    10071: errno.EREMOTE,
}
"""By Win32 code, besides the ranges above; all others are EINVAL. The sockets' codes are errno numbers of
their own on Windows; here they get the host's, which scripts compare with the names in `errno`."""


@cache
def _class_of(base: type[OSError]) -> type[OSError]:
    """A class that prints like `base` on Windows: the host's shows no winerror."""

    class WindowsError(base):  # type: ignore[valid-type,misc]
        winerror: int | None = None

        def __str__(self) -> str:
            if self.winerror is None:
                return str(super().__str__())
            shown = f"[WinError {self.winerror}] {self.strerror}"
            return f"{shown}: {self.filename!r}" if self.filename is not None else shown

        def __reduce__(self) -> tuple[Any, ...]:
            return win_error, (self.winerror, self.strerror), self.__dict__

    WindowsError.__name__ = WindowsError.__qualname__ = base.__name__
    WindowsError.__module__ = base.__module__
    return WindowsError


# ---- loading ----


def module_not_found(asked: str, why: str) -> FileNotFoundError:
    """A DLL or a dependency is not to be found.

    asked: what the load was for.
    why:   see `why_not_found`.
    """
    return FileNotFoundError(
        f"Could not find module '{asked}' (or one of its dependencies). "
        f"Try using the full path with constructor syntax. [{why}]"
    )


def why_not_found(missing: str, needed_by: str | None, functions: list[str], searched: list[str]) -> str:
    """Which DLL is missing, for whom, and where it was searched.

    missing:   the DLL that no place has, `needed_by` the module that imports it (for `functions`).
    searched:  the places, in order.
    """
    details = [f"searched: {', '.join(searched)}"]
    if advice := how_to_get(missing):
        details.append(advice)
    if needed_by is not None:
        shown = ", ".join(functions[:5]) + (f" and {len(functions) - 5} more" if len(functions) > 5 else "")
        details.insert(0, f"{needed_by} needs {missing}" + (f" (for {shown})" if shown else ""))
    return "; ".join(details)


def how_to_get(dll: str) -> str | None:
    """Where a missing DLL is to be had, if that is known."""
    import re

    if re.fullmatch(r"(vcruntime|msvcp|vcomp|concrt|vccorlib|vcamp)140\w*\.dll", dll, re.IGNORECASE):
        return "`windlass fetch msvc-runtime` gets it"
    return None


def bad_image(path: str, reason: str) -> OSError:
    """A file is no image that can run here."""
    return win_error(ERROR_BAD_EXE_FORMAT, f"{_text(ERROR_BAD_EXE_FORMAT).replace('%1', path)}: {reason}")


def procedure_not_found(importer: str, provider: str, function: str) -> OSError:
    """A dependency does not export what a module imports from it."""
    text = f"{_text(ERROR_PROC_NOT_FOUND)}: {function} in {provider}, needed by {importer}"
    return win_error(ERROR_PROC_NOT_FOUND, text)


def no_address_space(path: str, size: int) -> OSError:
    """The process may not have as much memory as an image takes."""
    text = f"{_text(ERROR_NOT_ENOUGH_MEMORY)}: {path} takes {size} bytes of address space"
    return win_error(ERROR_NOT_ENOUGH_MEMORY, text)


def no_activation_context(why: str) -> OSError:
    """A module cannot be loaded for its manifest's sake."""
    sentence = _text(ERROR_SXS_CANT_GEN_ACTCTX).partition(". ")[0]
    return win_error(ERROR_SXS_CANT_GEN_ACTCTX, f"{sentence}: {why}")


def entry_point_refused(path: str) -> OSError:
    """DllMain returned FALSE."""
    return win_error(ERROR_DLL_INIT_FAILED, f"{_text(ERROR_DLL_INIT_FAILED)}: {path} refused to be attached")


def entry_point_raised(path: str, cause: OSError) -> OSError:
    """DllMain raised an exception."""
    text = f"{_text(ERROR_NOACCESS)}: the entry point of {path} raised an exception: {cause}"
    return win_error(ERROR_NOACCESS, text)


# ---- exceptions of Windows code ----

CXX_EXCEPTION = 0xE06D7363
PYTHON_FAILED = 0xE0574C02  # an API function in Python did, see core/python.h


def from_exception(code: int, address: int, parameters: tuple[int, ...], frames: list[str]) -> OSError:
    """The exception for an EXCEPTION_RECORD that nobody handled, spelled as ctypes does on Windows.

    frames: the Windows code's calls, innermost first, as "module!export+offset": a note on the exception.

    Its `windows_exception` lets it go on in Windows code, where Python was called from there. Not so a C++
    exception, whose object is gone by then.
    """
    error = _spelled(code, parameters)
    if code not in (CXX_EXCEPTION, PYTHON_FAILED):
        error.windows_exception = (code,)  # type: ignore[attr-defined]
    if frames:
        notes = ["Windows traceback (most recent call first):", *(f"  {frame}" for frame in frames)]
        error.__notes__ = ["\n".join(notes)]  # type: ignore[attr-defined]
    return error


def is_own_exception(code: int) -> bool:
    """Whether the code is one by which windlass tells of what it lacks, not of a program's fault."""
    from windlass import _core

    return code in (_core.missing_function_code, PYTHON_FAILED)


def _spelled(code: int, parameters: tuple[int, ...]) -> OSError:
    from windlass import _core  # not needed by those who only read images

    if code == _core.missing_function_code and parameters:
        function = _core.string(parameters[0])
        importer = _core.string(parameters[0] + len(function) + 1)
        return OSError(f"{function.decode()} is not implemented; {importer.decode()} called it")
    if code == PYTHON_FAILED:
        return OSError("an API function of windlass failed; its traceback is on standard error")
    if code == 0xC0000005 and len(parameters) >= 2:
        verb = "reading" if parameters[0] == 0 else "writing"  # executing too, as ctypes has it
        return OSError(f"exception: access violation {verb} 0x{parameters[1]:016X}")
    if code in _EXCEPTIONS:
        return OSError(f"exception: {_EXCEPTIONS[code]}")
    text = f"Windows Error 0x{code:08x}"
    if code in (DELAY_LOAD_NO_MODULE, DELAY_LOAD_NO_FUNCTION) and parameters:
        text += f": {_delay_loaded(parameters[0], code == DELAY_LOAD_NO_FUNCTION)} could not be found"
    return win_error(code - (1 << 32) if code >> 31 else code, text)


# What the delay load helper of Visual C++ raises ("Understanding the Helper Function").
DELAY_LOAD_NO_MODULE = 0xC06D007E
DELAY_LOAD_NO_FUNCTION = 0xC06D007F


def _delay_loaded(info: int, function: bool) -> str:
    """What a DelayLoadInfo structure is about: "dll", or "dll!function"."""
    import struct

    from windlass import _core

    dll, by_name, name = struct.unpack("<Qi4xQ", _core.read(info + 0x18, 24))
    text = _core.string(dll).decode("latin-1")
    if function:
        text += "!" + (_core.string(name).decode("latin-1") if by_name else f"#{name & 0xFFFF}")
    return text


_EXCEPTIONS = {
    0x80000003: "breakpoint encountered",
    0x80000004: "single step",
    0x80000002: "datatype misalignment",
    0xC000008C: "array bounds exceeded",
    0xC000008D: "floating-point operand denormal",
    0xC000008E: "float divide by zero",
    0xC000008F: "float inexact",
    0xC0000090: "float invalid operation",
    0xC0000091: "float overflow",
    0xC0000092: "stack over/underflow",
    0xC0000093: "float underflow",
    0xC0000094: "integer divide by zero",
    0xC0000095: "integer overflow",
    0xC0000096: "privileged instruction",
    0xC0000025: "nocontinuable",
    0xC00000FD: "stack overflow",
    0xC000001D: "illegal instruction",
    0xC0000026: "invalid disposition",
}
