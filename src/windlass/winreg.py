"""Python's module `winreg` for scripts that see Windows, over the registry that DLLs see.

Source: Python documentation, "winreg - Windows registry access"; Microsoft, "Registry Functions".
"""

from __future__ import annotations

import ctypes
import struct
from ctypes import c_int32, c_uint32, c_uint64
from typing import Any, Union

from windlass import _core, errors
from windlass.foreign import WinDLL

HKEY_CLASSES_ROOT = 0xFFFFFFFF80000000
HKEY_CURRENT_USER = 0xFFFFFFFF80000001
HKEY_LOCAL_MACHINE = 0xFFFFFFFF80000002
HKEY_USERS = 0xFFFFFFFF80000003
HKEY_PERFORMANCE_DATA = 0xFFFFFFFF80000004
HKEY_CURRENT_CONFIG = 0xFFFFFFFF80000005
HKEY_DYN_DATA = 0xFFFFFFFF80000006

KEY_QUERY_VALUE, KEY_SET_VALUE, KEY_CREATE_SUB_KEY, KEY_ENUMERATE_SUB_KEYS, KEY_NOTIFY = 1, 2, 4, 8, 16
KEY_CREATE_LINK, KEY_WOW64_64KEY, KEY_WOW64_32KEY = 0x20, 0x100, 0x200
KEY_READ = KEY_EXECUTE = 0x20019
KEY_WRITE, KEY_ALL_ACCESS = 0x20006, 0xF003F

REG_NONE, REG_SZ, REG_EXPAND_SZ, REG_BINARY, REG_DWORD, REG_DWORD_BIG_ENDIAN, REG_LINK, REG_MULTI_SZ = range(
    8
)
REG_RESOURCE_LIST, REG_FULL_RESOURCE_DESCRIPTOR, REG_RESOURCE_REQUIREMENTS_LIST, REG_QWORD = 8, 9, 10, 11
REG_DWORD_LITTLE_ENDIAN, REG_QWORD_LITTLE_ENDIAN = REG_DWORD, REG_QWORD
REG_OPTION_NON_VOLATILE, REG_OPTION_VOLATILE, REG_OPTION_CREATE_LINK = 0, 1, 2
REG_OPTION_BACKUP_RESTORE, REG_OPTION_OPEN_LINK, REG_LEGAL_OPTION = 4, 8, 0x1F
REG_CREATED_NEW_KEY, REG_OPENED_EXISTING_KEY = 1, 2
REG_WHOLE_HIVE_VOLATILE, REG_REFRESH_HIVE, REG_NO_LAZY_FLUSH = 1, 2, 4
REG_NOTIFY_CHANGE_NAME, REG_NOTIFY_CHANGE_ATTRIBUTES, REG_NOTIFY_CHANGE_LAST_SET = 1, 2, 4
REG_NOTIFY_CHANGE_SECURITY, REG_LEGAL_CHANGE_FILTER = 8, 0x1000000F

ERROR_MORE_DATA = 234
LONGEST_NAME = 16384

error = OSError

_advapi32 = WinDLL("advapi32")
_kernel32 = WinDLL("kernel32", use_last_error=True)


def _check(code: int) -> None:
    if code:
        raise errors.win_error(code)


def _call(name: str, *arguments: Any) -> None:
    """Call a function of advapi32, whose result is an error code."""
    _check(getattr(_advapi32, name)(*arguments))


def _text(value: str | None) -> Any:
    """A text for a function, in UTF-16."""
    return None if value is None else ctypes.create_string_buffer(_core.wide_bytes(value))


class HKEYType:
    """A key's handle, closed at the end of its life or of a `with` block."""

    def __init__(self, handle: int) -> None:
        self.handle = handle

    def Close(self) -> None:
        handle, self.handle = self.handle, 0
        if handle:
            _call("RegCloseKey", c_uint64(handle))

    def Detach(self) -> int:
        handle, self.handle = self.handle, 0
        return handle

    def __enter__(self) -> HKEYType:
        return self

    def __exit__(self, *exception: object) -> None:
        self.Close()

    def __del__(self) -> None:
        if self.handle:
            self.Close()

    def __bool__(self) -> bool:
        return self.handle != 0

    def __int__(self) -> int:
        return self.handle

    def __hash__(self) -> int:
        return hash(self.handle)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, HKEYType) and other.handle == self.handle

    def __repr__(self) -> str:
        return f"<PyHKEY:{self.handle:#x}>"


Key = Union[HKEYType, int]


def _handle(key: Key) -> c_uint64:
    if not isinstance(key, (HKEYType, int)):
        raise TypeError("The object is not a PyHKEY object")
    return c_uint64(int(key))


def CloseKey(hkey: Key) -> None:
    if isinstance(hkey, HKEYType):
        hkey.Close()
    else:
        _call("RegCloseKey", _handle(hkey))


def ConnectRegistry(computer_name: str | None, key: Key) -> HKEYType:
    made = c_uint64()
    _call("RegConnectRegistryW", _text(computer_name), _handle(key), ctypes.byref(made))
    return HKEYType(made.value)


def CreateKey(key: Key, sub_key: str | None) -> HKEYType:
    return CreateKeyEx(key, sub_key, access=KEY_ALL_ACCESS)


def CreateKeyEx(key: Key, sub_key: str | None, reserved: int = 0, access: int = KEY_WRITE) -> HKEYType:
    made = c_uint64()
    place = ctypes.byref(made)
    _call(
        "RegCreateKeyExW",
        _handle(key),
        _text(sub_key),
        reserved,
        None,
        0,
        c_uint32(access),
        None,
        place,
        None,
    )
    return HKEYType(made.value)


def OpenKey(key: Key, sub_key: str | None, reserved: int = 0, access: int = KEY_READ) -> HKEYType:
    made = c_uint64()
    _call("RegOpenKeyExW", _handle(key), _text(sub_key), reserved, c_uint32(access), ctypes.byref(made))
    return HKEYType(made.value)


OpenKeyEx = OpenKey


def DeleteKey(key: Key, sub_key: str) -> None:
    _call("RegDeleteKeyW", _handle(key), _text(sub_key))


def DeleteKeyEx(key: Key, sub_key: str, access: int = KEY_WOW64_64KEY, reserved: int = 0) -> None:
    _call("RegDeleteKeyExW", _handle(key), _text(sub_key), c_uint32(access), reserved)


def DeleteValue(key: Key, value: str | None) -> None:
    _call("RegDeleteValueW", _handle(key), _text(value))


def EnumKey(key: Key, index: int) -> str:
    """The name of a subkey; OSError beyond the last."""
    name = ctypes.create_string_buffer(2 * 257)
    length = c_uint32(257)
    size = ctypes.byref(length)
    _call("RegEnumKeyExW", _handle(key), c_int32(index), name, size, None, None, None, None)
    return _core.wide_string(ctypes.addressof(name), length.value)


def EnumValue(key: Key, index: int) -> tuple[str, Any, int]:
    """(name, value, type) of a value; OSError beyond the last."""
    size = 256
    while True:
        name, data = ctypes.create_string_buffer(2 * LONGEST_NAME), ctypes.create_string_buffer(size)
        length, kind, count = c_uint32(LONGEST_NAME), c_uint32(), c_uint32(size)
        places = ctypes.byref(kind), data, ctypes.byref(count)
        code = _advapi32.RegEnumValueW(
            _handle(key), c_int32(index), name, ctypes.byref(length), None, *places
        )
        if code != ERROR_MORE_DATA:
            break
        size *= 2
    _check(code)
    text = _core.wide_string(ctypes.addressof(name), length.value)
    return text, _from_data(data.raw[: count.value], kind.value), kind.value


def ExpandEnvironmentStrings(str: str) -> str:
    source = _text(str)
    size = _kernel32.ExpandEnvironmentStringsW(source, None, 0)
    result = ctypes.create_string_buffer(2 * size)
    if not _kernel32.ExpandEnvironmentStringsW(source, result, size):
        raise errors.win_error(_core.get_private_last_error())
    return _core.wide_string(ctypes.addressof(result))


def FlushKey(key: Key) -> None:
    _call("RegFlushKey", _handle(key))


def LoadKey(key: Key, sub_key: str, file_name: str) -> None:
    _call("RegLoadKeyW", _handle(key), _text(sub_key), _text(file_name))


def SaveKey(key: Key, file_name: str) -> None:
    _call("RegSaveKeyW", _handle(key), _text(file_name), None)


def QueryInfoKey(key: Key) -> tuple[int, int, int]:
    """(subkeys, values, time of the last change as a FILETIME's number)."""
    keys, values, changed = c_uint32(), c_uint32(), c_uint64()
    none = (None,) * 2
    places = (ctypes.byref(values), *none, None, ctypes.byref(changed))
    _call("RegQueryInfoKeyW", _handle(key), None, None, None, ctypes.byref(keys), *none, *places)
    return keys.value, values.value, changed.value


def QueryValue(key: Key, sub_key: str | None) -> str:
    """The unnamed value of a key, which is text."""
    if not sub_key:
        return _default(key)
    with OpenKey(key, sub_key) as opened:
        return _default(opened)


def _default(key: Key) -> str:
    try:
        return str(QueryValueEx(key, None)[0])
    except FileNotFoundError:
        return ""


def QueryValueEx(key: Key, value_name: str | None) -> tuple[Any, int]:
    """(value, type)."""
    size = 256
    while True:
        data, kind, count = ctypes.create_string_buffer(size), c_uint32(), c_uint32(size)
        places = ctypes.byref(kind), data, ctypes.byref(count)
        code = _advapi32.RegQueryValueExW(_handle(key), _text(value_name), None, *places)
        if code != ERROR_MORE_DATA:
            break
        size = max(2 * size, count.value)
    _check(code)
    return _from_data(data.raw[: count.value], kind.value), kind.value


def SetValue(key: Key, sub_key: str | None, type: int, value: str) -> None:
    if type != REG_SZ:
        raise TypeError("type must be winreg.REG_SZ")
    if sub_key:
        with CreateKey(key, sub_key) as opened:
            SetValueEx(opened, None, 0, REG_SZ, value)
    else:
        SetValueEx(key, None, 0, REG_SZ, value)


def SetValueEx(key: Key, value_name: str | None, reserved: object, type: int, value: Any) -> None:
    data = _to_data(value, type)
    buffer = ctypes.create_string_buffer(data, len(data)) if data else None
    _call("RegSetValueExW", _handle(key), _text(value_name), 0, c_uint32(type), buffer, len(data))


def DisableReflectionKey(key: Key) -> None:
    _call("RegDisableReflectionKey", _handle(key))


def EnableReflectionKey(key: Key) -> None:
    _call("RegEnableReflectionKey", _handle(key))


def QueryReflectionKey(key: Key) -> bool:
    answer = c_uint32()
    _call("RegQueryReflectionKey", _handle(key), ctypes.byref(answer))
    return answer.value != 0


# ---- values as Python has them ----


def _to_data(value: Any, type: int) -> bytes:
    if type in (REG_DWORD, REG_QWORD):
        if value is not None and not isinstance(value, int):
            raise ValueError("Could not convert the data to the specified type.")
        return struct.pack("<I" if type == REG_DWORD else "<Q", value or 0)
    if type in (REG_SZ, REG_EXPAND_SZ):
        return _core.wide_bytes(_checked("" if value is None else value))
    if type == REG_MULTI_SZ:
        return b"".join(_core.wide_bytes(_checked(each)) for each in value or ()) + b"\0\0"
    return b"" if value is None else bytes(memoryview(value))


def _checked(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("Could not convert the data to the specified type.")
    return value


def _from_data(data: bytes, type: int) -> Any:
    if type == REG_DWORD:
        return int.from_bytes(data[:4], "little") if data else 0
    if type == REG_QWORD:
        return int.from_bytes(data[:8], "little") if data else 0
    if type in (REG_SZ, REG_EXPAND_SZ):
        return _decoded(data).split("\0")[0]
    if type == REG_MULTI_SZ:
        parts = _decoded(data).split("\0")
        while parts and not parts[-1]:
            parts.pop()
        return parts
    return data or None


def _decoded(data: bytes) -> str:
    return data[: len(data) // 2 * 2].decode("utf-16-le", "surrogatepass")
