"""The exceptions of windlass that are not Python's own."""

from __future__ import annotations

import errno

__all__ = ["BadImage"]


class BadImage(ValueError):
    """The bytes are not the image that they should be.

    The only exception that reading an image raises, whatever the bytes.

    reason: what is wrong, in words.
    offset: where, as a file offset: the bytes at fault, or the record that led to a place which
            does not exist. In an image read from memory it counts from the image's base.
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
        return f"{self.reason} (at offset {self.offset:#x})"

    def __str__(self) -> str:
        return f"{self.path}: {self.detail}" if self.path else self.detail


# ---- Win32 errors ----

ERROR_NOT_ENOUGH_MEMORY = 8
ERROR_MOD_NOT_FOUND = 126
ERROR_INVALID_PARAMETER = 87
ERROR_PROC_NOT_FOUND = 127
ERROR_INVALID_ORDINAL = 182
ERROR_BAD_EXE_FORMAT = 193
ERROR_NOACCESS = 998
ERROR_DLL_INIT_FAILED = 1114


def win_error(code: int, text: str | None = None) -> OSError:
    """The exception for a Win32 error code, with `winerror` set; its class and errno follow the code."""
    error = OSError(_ERRNO.get(code, errno.EINVAL), text or _TEXTS.get(code, f"Windows Error {code:#x}"))
    error.winerror = code  # type: ignore[attr-defined]
    return error


_ERRNO = {ERROR_BAD_EXE_FORMAT: errno.ENOEXEC}
_TEXTS = {
    ERROR_NOT_ENOUGH_MEMORY: "Not enough memory resources are available to process this command",
    ERROR_INVALID_PARAMETER: "The parameter is incorrect",
    ERROR_INVALID_ORDINAL: "The operating system cannot run %1",
    ERROR_MOD_NOT_FOUND: "The specified module could not be found",
    ERROR_PROC_NOT_FOUND: "The specified procedure could not be found",
    ERROR_BAD_EXE_FORMAT: "%1 is not a valid Win32 application",
    ERROR_NOACCESS: "Invalid access to memory location",
    ERROR_DLL_INIT_FAILED: "A dynamic link library (DLL) initialization routine failed",
}


# ---- loading ----


def module_not_found(
    asked: str, missing: str, needed_by: str | None, functions: list[str], searched: list[str]
) -> FileNotFoundError:
    """A DLL or a dependency is not to be found.

    asked:     what the load was for.
    missing:   the DLL that no place has, `needed_by` the module that imports it (for `functions`).
    searched:  the places, in order.
    """
    details = [f"searched: {', '.join(searched)}"]
    if needed_by is not None:
        shown = ", ".join(functions[:5]) + (f" and {len(functions) - 5} more" if len(functions) > 5 else "")
        details.insert(0, f"{needed_by} needs {missing}" + (f" (for {shown})" if shown else ""))
    return FileNotFoundError(
        f"Could not find module '{asked}' (or one of its dependencies). "
        f"Try using the full path with constructor syntax. [{'; '.join(details)}]"
    )


def bad_image(path: str, reason: str) -> OSError:
    """A file is no image that can run here."""
    return win_error(ERROR_BAD_EXE_FORMAT, f"{_TEXTS[ERROR_BAD_EXE_FORMAT].replace('%1', path)}: {reason}")


def procedure_not_found(importer: str, provider: str, function: str) -> OSError:
    """A dependency does not export what a module imports from it."""
    text = f"{_TEXTS[ERROR_PROC_NOT_FOUND]}: {importer} needs {provider} for {function}"
    return win_error(ERROR_PROC_NOT_FOUND, text)


def entry_point_refused(path: str) -> OSError:
    """DllMain returned FALSE."""
    return win_error(ERROR_DLL_INIT_FAILED, f"{_TEXTS[ERROR_DLL_INIT_FAILED]}: {path} refused to be attached")


def entry_point_raised(path: str, cause: OSError) -> OSError:
    """DllMain raised an exception."""
    text = f"{_TEXTS[ERROR_NOACCESS]}: the entry point of {path} raised an exception: {cause}"
    return win_error(ERROR_NOACCESS, text)


# ---- exceptions of Windows code ----


def from_exception(code: int, address: int, parameters: tuple[int, ...], frames: list[str]) -> OSError:
    """The exception for an EXCEPTION_RECORD that nobody handled, spelled as ctypes does on Windows.

    frames: the Windows code's calls, innermost first, as "module!export+offset": a note on the exception.
    """
    error = _spelled(code, parameters)
    if frames:
        notes = ["Windows traceback (most recent call first):", *(f"  {frame}" for frame in frames)]
        error.__notes__ = ["\n".join(notes)]  # type: ignore[attr-defined]
    return error


def _spelled(code: int, parameters: tuple[int, ...]) -> OSError:
    from windlass import _core  # not needed by those who only read images

    if code == _core.missing_function_code and parameters:
        function = _core.string(parameters[0])
        importer = _core.string(parameters[0] + len(function) + 1)
        return OSError(f"{function.decode()} is not implemented; {importer.decode()} called it")
    if code == 0xC0000005 and len(parameters) >= 2:
        verb = {0: "reading", 1: "writing"}.get(parameters[0], "executing")
        return OSError(f"exception: access violation {verb} 0x{parameters[1]:016X}")
    if code in _EXCEPTIONS:
        return OSError(f"exception: {_EXCEPTIONS[code]}")
    return win_error(code - (1 << 32) if code >> 31 else code, f"Windows Error 0x{code:08x}")


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
