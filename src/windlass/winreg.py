"""Python's winreg, on the registry that windlass keeps; modules that see a Windows Python import it.

Source: the Python Library Reference, "winreg"; Microsoft, "Registry Functions".
"""

from __future__ import annotations

import struct
from types import TracebackType
from typing import Any, Union

import windlass.ctypes as ctypes
from windlass.ctypes import wintypes

error = OSError

HKEY_CLASSES_ROOT = 0x80000000
HKEY_CURRENT_USER = 0x80000001
HKEY_LOCAL_MACHINE = 0x80000002
HKEY_USERS = 0x80000003
HKEY_PERFORMANCE_DATA = 0x80000004
HKEY_CURRENT_CONFIG = 0x80000005
HKEY_DYN_DATA = 0x80000006

KEY_QUERY_VALUE = 0x1
KEY_SET_VALUE = 0x2
KEY_CREATE_SUB_KEY = 0x4
KEY_ENUMERATE_SUB_KEYS = 0x8
KEY_NOTIFY = 0x10
KEY_CREATE_LINK = 0x20
KEY_WOW64_64KEY = 0x100
KEY_WOW64_32KEY = 0x200
KEY_WRITE = 0x20006
KEY_READ = KEY_EXECUTE = 0x20019
KEY_ALL_ACCESS = 0xF003F

REG_NONE = 0
REG_SZ = 1
REG_EXPAND_SZ = 2
REG_BINARY = 3
REG_DWORD = REG_DWORD_LITTLE_ENDIAN = 4
REG_DWORD_BIG_ENDIAN = 5
REG_LINK = 6
REG_MULTI_SZ = 7
REG_RESOURCE_LIST = 8
REG_FULL_RESOURCE_DESCRIPTOR = 9
REG_RESOURCE_REQUIREMENTS_LIST = 10
REG_QWORD = REG_QWORD_LITTLE_ENDIAN = 11

REG_OPTION_RESERVED = REG_OPTION_NON_VOLATILE = 0
REG_OPTION_VOLATILE = 1
REG_OPTION_CREATE_LINK = 2
REG_OPTION_BACKUP_RESTORE = 4
REG_OPTION_OPEN_LINK = 8
REG_LEGAL_OPTION = 0x1F
REG_CREATED_NEW_KEY = 1
REG_OPENED_EXISTING_KEY = 2
REG_WHOLE_HIVE_VOLATILE = 1
REG_REFRESH_HIVE = 2
REG_NO_LAZY_FLUSH = 4
REG_NOTIFY_CHANGE_NAME = 1
REG_NOTIFY_CHANGE_ATTRIBUTES = 2
REG_NOTIFY_CHANGE_LAST_SET = 4
REG_NOTIFY_CHANGE_SECURITY = 8
REG_LEGAL_CHANGE_FILTER = 0x1000000F

ERROR_MORE_DATA = 234

Key = Union["HKEYType", int]


class HKEYType:
    """A handle of a key, closed with the object."""

    def __init__(self, handle: int) -> None:
        self.handle = handle

    def Close(self) -> None:
        """Close the handle; closing twice is no error."""
        if self.handle:
            handle, self.handle = self.handle, 0
            _call("RegCloseKey", _HKEY(handle))

    def Detach(self) -> int:
        """The handle, which the object forgets."""
        handle, self.handle = self.handle, 0
        return handle

    def __int__(self) -> int:
        return self.handle

    __index__ = __int__

    def __bool__(self) -> bool:
        return self.handle != 0

    def __enter__(self) -> HKEYType:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.Close()

    def __del__(self) -> None:
        self.Close()

    def __repr__(self) -> str:
        return f"<PyHKEY:{self.handle:#018x}>"


_HKEY = ctypes.c_void_p
_advapi32 = ctypes.WinDLL("advapi32")
_kernel32 = ctypes.WinDLL("kernel32")


def _call(name: str, *arguments: Any) -> None:
    """Call a function that returns an error code, and raise that."""
    code = _advapi32[name](*arguments)
    if code:
        raise ctypes.WinError(code)


def _handle(key: Key) -> Any:
    if not isinstance(key, (int, HKEYType)):
        raise TypeError("The object is not a PyHKEY object")
    number = int(key)
    # The predefined ones are 32-bit numbers with their sign.
    return _HKEY(number - (1 << 32) + (1 << 64) if number >> 31 == 1 else number)


# ---- keys ----


def OpenKey(key: Key, sub_key: str | None, reserved: int = 0, access: int = KEY_READ) -> HKEYType:
    """An existing key below `key`. FileNotFoundError: there is none."""
    opened = _HKEY()
    _call("RegOpenKeyExW", _handle(key), _wide(sub_key), reserved, access, ctypes.byref(opened))
    return HKEYType(opened.value or 0)


OpenKeyEx = OpenKey


def CreateKeyEx(key: Key, sub_key: str | None, reserved: int = 0, access: int = KEY_WRITE) -> HKEYType:
    """A key below `key`, made where there is none."""
    made = _HKEY()
    _call(
        "RegCreateKeyExW", _handle(key), _wide(sub_key), reserved, None, 0, access, None,
        ctypes.byref(made), None,
    )  # fmt: skip
    return HKEYType(made.value or 0)


def CreateKey(key: Key, sub_key: str | None) -> HKEYType:
    """CreateKeyEx with all access."""
    return CreateKeyEx(key, sub_key, 0, KEY_ALL_ACCESS)


def CloseKey(hkey: Key) -> None:
    """Close a key: an object or a handle."""
    if isinstance(hkey, HKEYType):
        hkey.Close()
    else:
        _call("RegCloseKey", _handle(hkey))


def ConnectRegistry(computer_name: str | None, key: int) -> HKEYType:
    """A predefined key of a computer; None is this one."""
    connected = _HKEY()
    _call("RegConnectRegistryW", _wide(computer_name), _handle(key), ctypes.byref(connected))
    return HKEYType(connected.value or 0)


def DeleteKey(key: Key, sub_key: str) -> None:
    """Delete a key that has no keys below it."""
    _call("RegDeleteKeyW", _handle(key), _wide(sub_key))


def DeleteKeyEx(key: Key, sub_key: str, access: int = KEY_WOW64_64KEY, reserved: int = 0) -> None:
    """DeleteKey in one view of the registry."""
    _call("RegDeleteKeyExW", _handle(key), _wide(sub_key), access, reserved)


def EnumKey(key: Key, index: int) -> str:
    """The name of a key below `key`. OSError: there are not so many."""
    name = ctypes.create_unicode_buffer(257)
    size = wintypes.DWORD(257)
    _call("RegEnumKeyExW", _handle(key), index, name, ctypes.byref(size), None, None, None, None)
    return str(name.value)


def FlushKey(key: Key) -> None:
    """Write what has changed."""
    _call("RegFlushKey", _handle(key))


def QueryInfoKey(key: Key) -> tuple[int, int, int]:
    """The numbers of keys and values, and the last change in units of 100 ns since 1601."""
    keys, values, written = wintypes.DWORD(), wintypes.DWORD(), ctypes.c_uint64()
    _call(
        "RegQueryInfoKeyW", _handle(key), None, None, None, ctypes.byref(keys), None, None,
        ctypes.byref(values), None, None, None, ctypes.byref(written),
    )  # fmt: skip
    return keys.value, values.value, written.value


# ---- values ----


def QueryValueEx(key: Key, name: str | None) -> tuple[Any, int]:
    """A value's data and type."""
    kind, size = wintypes.DWORD(), wintypes.DWORD(256)
    while True:
        data = ctypes.create_string_buffer(size.value)
        code = _advapi32.RegQueryValueExW(
            _handle(key), _wide(name), None, ctypes.byref(kind), data, ctypes.byref(size)
        )
        if code == 0:
            return _to_python(data.raw[: size.value], kind.value), kind.value
        if code != ERROR_MORE_DATA:
            raise ctypes.WinError(code)


def QueryValue(key: Key, sub_key: str | None) -> str:
    """The text of the value without a name, of a key below `key`."""
    with OpenKey(key, sub_key, 0, KEY_QUERY_VALUE) as opened:
        try:
            text, kind = QueryValueEx(opened, None)
        except FileNotFoundError:
            return ""
    if kind not in (REG_SZ, REG_EXPAND_SZ):
        raise ctypes.WinError(13)  # ERROR_INVALID_DATA
    return str(text)


def EnumValue(key: Key, index: int) -> tuple[str, Any, int]:
    """A value's name, data and type. OSError: there are not so many."""
    kind, capacity = wintypes.DWORD(), 256
    while True:
        name, name_size = ctypes.create_unicode_buffer(16384), wintypes.DWORD(16384)
        data, size = ctypes.create_string_buffer(capacity), wintypes.DWORD(capacity)
        code = _advapi32.RegEnumValueW(
            _handle(key), index, name, ctypes.byref(name_size), None, ctypes.byref(kind), data,
            ctypes.byref(size),
        )  # fmt: skip
        if code == 0:
            return name.value, _to_python(data.raw[: size.value], kind.value), kind.value
        if code != ERROR_MORE_DATA:
            raise ctypes.WinError(code)
        capacity = max(2 * capacity, size.value)


def SetValueEx(key: Key, value_name: str | None, reserved: Any, type: int, value: Any) -> None:
    """Set a value; `type` says what Python object `value` is: REG_SZ a str, REG_DWORD an int ..."""
    data = _from_python(value, type)
    _call("RegSetValueExW", _handle(key), _wide(value_name), 0, type, data, 0 if data is None else len(data))


def SetValue(key: Key, sub_key: str | None, type: int, value: str) -> None:
    """Set the text of the value without a name, of a key that is made where there is none."""
    if type != REG_SZ:
        raise TypeError("type must be winreg.REG_SZ")
    if not sub_key:
        SetValueEx(key, None, 0, REG_SZ, value)
        return
    with CreateKeyEx(key, sub_key, 0, KEY_SET_VALUE) as made:
        SetValueEx(made, None, 0, REG_SZ, value)


def DeleteValue(key: Key, value: str | None) -> None:
    """Delete a value. FileNotFoundError: there is none."""
    _call("RegDeleteValueW", _handle(key), _wide(value))


def ExpandEnvironmentStrings(str: str) -> str:
    """The text with the values of variables for %NAME%."""
    size = _kernel32.ExpandEnvironmentStringsW(_wide(str), None, 0)
    expanded = ctypes.create_unicode_buffer(size)
    _kernel32.ExpandEnvironmentStringsW(_wide(str), expanded, size)
    return f"{expanded.value}"


def _wide(text: str | None) -> Any:
    if text is not None and not isinstance(text, str):
        raise TypeError(f"str or None expected, not {type(text).__name__}")
    return None if text is None else ctypes.c_wchar_p(text)


def _to_python(data: bytes, kind: int) -> Any:
    if kind == REG_DWORD:
        return int.from_bytes(data[:4], "little")
    if kind == REG_QWORD:
        return int.from_bytes(data[:8], "little")
    if kind not in (REG_SZ, REG_EXPAND_SZ, REG_MULTI_SZ):
        return data or None
    text = data[: len(data) & ~1].decode("utf-16-le", "surrogatepass")
    if kind != REG_MULTI_SZ:
        return text.split("\0")[0]
    items = text.split("\0")
    while items and not items[-1]:
        items.pop()
    return items


def _from_python(value: Any, kind: int) -> bytes | None:
    if kind in (REG_DWORD, REG_QWORD):
        if value is not None and not isinstance(value, int):
            raise ValueError("Could not convert the data to the specified type.")
        return struct.pack("<I" if kind == REG_DWORD else "<Q", value or 0)
    if kind in (REG_SZ, REG_EXPAND_SZ):
        if value is not None and not isinstance(value, str):
            raise ValueError("Could not convert the data to the specified type.")
        return ((value or "") + "\0").encode("utf-16-le", "surrogatepass")
    if kind == REG_MULTI_SZ:
        if value is not None and not (
            isinstance(value, list) and all(isinstance(each, str) for each in value)
        ):
            raise ValueError("Could not convert the data to the specified type.")
        return ("".join(each + "\0" for each in value or []) + "\0").encode("utf-16-le", "surrogatepass")
    return None if value is None else bytes(memoryview(value))
