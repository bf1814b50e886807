r"""The registry by ntdll's calls: keys have names below \Registry\Machine and \Registry\User.

Source: Microsoft, "ZwOpenKey function", "ZwQueryKey function", "ZwQueryValueKey function" and their kin,
"Registry Key Object Routines", "KEY_FULL_INFORMATION structure".
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any, NamedTuple

from windlass import _core
from windlass.api.outputs import get_u32, get_u64, put_u32, put_u64
from windlass.api.refused import Refused, code_of
from windlass.api.system import registry_keys as keys
from windlass.api.system.registry_keys import (
    KEY_ENUMERATE_SUB_KEYS,
    KEY_QUERY_VALUE,
    KEY_SET_VALUE,
    KEY_WOW64_32KEY,
    KEY_WOW64_64KEY,
    Key,
    key_of,
)
from windlass.api.system.registry_seed import CURRENT_USER, user_sid
from windlass.api.system.registry_store import Store, Value
from windlass.api.system.registry_win32 import watch
from windlass.registry import export
from windlass.types import (
    ACCESS_MASK,
    BOOLEAN,
    HANDLE,
    NTSTATUS,
    PHANDLE,
    PULONG,
    PVOID,
    ULONG,
)

STATUS_PENDING = 0x103
STATUS_BUFFER_OVERFLOW = 0x80000005
STATUS_NO_MORE_ENTRIES = 0x8000001A
STATUS_INVALID_INFO_CLASS = 0xC0000003
STATUS_INVALID_HANDLE = 0xC0000008
STATUS_INVALID_PARAMETER = 0xC000000D
STATUS_ACCESS_DENIED = 0xC0000022
STATUS_BUFFER_TOO_SMALL = 0xC0000023
STATUS_OBJECT_TYPE_MISMATCH = 0xC0000024
STATUS_OBJECT_NAME_INVALID = 0xC0000033
STATUS_OBJECT_NAME_NOT_FOUND = 0xC0000034
STATUS_OBJECT_PATH_SYNTAX_BAD = 0xC000003B
STATUS_PRIVILEGE_NOT_HELD = 0xC0000061
STATUS_NOT_SUPPORTED = 0xC00000BB
STATUS_CANNOT_DELETE = 0xC0000121
STATUS_KEY_DELETED = 0xC000017C
STATUS_CHILD_MUST_BE_VOLATILE = 0xC0000181

STATUS_OF = {
    keys.ERROR_FILE_NOT_FOUND: STATUS_OBJECT_NAME_NOT_FOUND,
    keys.ERROR_ACCESS_DENIED: STATUS_ACCESS_DENIED,
    keys.ERROR_INVALID_HANDLE: STATUS_INVALID_HANDLE,
    keys.ERROR_BAD_PATHNAME: STATUS_OBJECT_PATH_SYNTAX_BAD,
    keys.ERROR_KEY_DELETED: STATUS_KEY_DELETED,
    keys.ERROR_CHILD_MUST_BE_VOLATILE: STATUS_CHILD_MUST_BE_VOLATILE,
}


def status_of(body: Callable[..., None], *arguments: Any) -> int:
    """Run the body of a function: 0, or the status of what it refused with, a status or a Win32 error."""
    code = code_of(body, *arguments)
    is_status = code >= 1 << 16 or code in (0, STATUS_PENDING)
    return code if is_status else STATUS_OF.get(code, STATUS_INVALID_PARAMETER)


# ---- names ----


def unicode_string(address: int) -> str | None:
    """The text of a UNICODE_STRING; None at NULL."""
    if not address:
        return None
    length = get_u32(address) & 0xFFFF
    return _core.read(get_u64(address + 8), length).decode("utf-16-le", "surrogatepass") if length else ""


class Place(NamedTuple):
    """What OBJECT_ATTRIBUTES name: a key, and a path below it."""

    key: Key
    path: str


def place_of(attributes: int) -> Place:
    if not attributes or get_u32(attributes) < 48:
        raise Refused(STATUS_INVALID_PARAMETER)
    root, name = get_u64(attributes + 8), unicode_string(get_u64(attributes + 16)) or ""
    if root:
        if name.startswith("\\"):
            raise Refused(STATUS_OBJECT_PATH_SYNTAX_BAD)
        return Place(key_of(root), name)
    parts = name.split("\\")
    if parts[0] or len(parts) < 2:
        raise Refused(STATUS_OBJECT_PATH_SYNTAX_BAD)
    if parts[1].upper() != "REGISTRY":
        raise Refused(STATUS_OBJECT_TYPE_MISMATCH if name == "\\" else STATUS_OBJECT_NAME_NOT_FOUND)
    return Place(Key(Store.ROOT), "\\".join(parts[2:]))


def native_name(key: Key) -> str:
    first, *rest = keys.store().path(key.target()) or [""]
    return "\\".join(["\\REGISTRY", first.upper(), *rest]).rstrip("\\")


# ---- opening ----


def _open(result: int, access: int, attributes: int) -> None:
    place = place_of(attributes)
    if place.key.number == Store.ROOT and not place.key.over:
        found = keys.store().find(Store.ROOT, _viewed(place.path, access)) if place.path else Store.ROOT
        if found is None:
            raise Refused(STATUS_OBJECT_NAME_NOT_FOUND)
        key = Key(found)
    else:
        key = keys.open_key(place.key, place.path, access)
    put_u64(result, keys.handle_of(key, access))


def _viewed(path: str, access: int) -> str:
    """The path in the view for 32-bit programs, if that is asked for."""
    names = path.split("\\")
    if access & KEY_WOW64_32KEY and access & KEY_WOW64_64KEY:
        raise Refused(STATUS_INVALID_PARAMETER)
    is_software = [name.upper() for name in names[:2]] == ["MACHINE", "SOFTWARE"]
    if access & KEY_WOW64_32KEY and is_software and names[2:3] and names[2].upper() != "WOW6432NODE":
        names.insert(2, "WOW6432Node")
    return "\\".join(names)


@export("ntdll")
def NtOpenKey(KeyHandle: PHANDLE, DesiredAccess: ACCESS_MASK, ObjectAttributes: PVOID) -> NTSTATUS:
    return status_of(_open, KeyHandle, DesiredAccess, ObjectAttributes)


@export("ntdll")
def NtOpenKeyEx(
    KeyHandle: PHANDLE, DesiredAccess: ACCESS_MASK, ObjectAttributes: PVOID, OpenOptions: ULONG
) -> NTSTATUS:
    return status_of(_open, KeyHandle, DesiredAccess, ObjectAttributes)


def _create(result: int, access: int, attributes: int, class_: int, options: int, disposition: int) -> None:
    if options & (keys.REG_OPTION_CREATE_LINK | keys.REG_OPTION_OPEN_LINK):
        raise Refused(STATUS_ACCESS_DENIED)  # links between keys belong to the system
    place = place_of(attributes)
    key, path = place
    if key.number == Store.ROOT and not key.over:
        first, _, rest = _viewed(path, access).partition("\\")
        found = keys.store().find(Store.ROOT, first)
        if found is None:
            raise Refused(STATUS_ACCESS_DENIED)  # beside Machine and User
        key, path = Key(found), rest
    above = path.rpartition("\\")[0]
    if above:
        keys.open_key(key, above, access)  # the keys on the way must exist
    volatile = bool(options & keys.REG_OPTION_VOLATILE)
    made, is_new = keys.make_key(key, path, access, volatile=volatile, class_=unicode_string(class_) or "")
    put_u32(disposition, keys.REG_CREATED_NEW_KEY if is_new else keys.REG_OPENED_EXISTING_KEY)
    put_u64(result, keys.handle_of(made, access))


@export("ntdll")
def NtCreateKey(
    KeyHandle: PHANDLE,
    DesiredAccess: ACCESS_MASK,
    ObjectAttributes: PVOID,
    TitleIndex: ULONG,
    Class: PVOID,
    CreateOptions: ULONG,
    Disposition: PULONG,
) -> NTSTATUS:
    return status_of(_create, KeyHandle, DesiredAccess, ObjectAttributes, Class, CreateOptions, Disposition)


def _open_current_user(access: int, result: int) -> None:
    put_u64(result, keys.handle_of(key_of(keys.HKEY_CURRENT_USER), access))


@export("ntdll")
def RtlOpenCurrentUser(DesiredAccess: ACCESS_MASK, CurrentUserKey: PHANDLE) -> NTSTATUS:
    return status_of(_open_current_user, DesiredAccess, CurrentUserKey)


def _format_current_user(result: int) -> None:
    from windlass.api.calls import windows

    data = _core.wide_bytes("\\REGISTRY\\" + CURRENT_USER.upper() + user_sid())
    buffer = windows("ntdll.dll", "RtlAllocateHeap", get_u64(_core.peb + 0x30), 0, len(data))
    _core.write(buffer, data)
    _core.write(result, struct.pack("<HH4xQ", len(data) - 2, len(data), buffer))


@export("ntdll")
def RtlFormatCurrentUserKeyPath(CurrentUserKeyPath: PVOID) -> NTSTATUS:
    """The text is freed by RtlFreeUnicodeString."""
    return status_of(_format_current_user, CurrentUserKeyPath)


# ---- information ----


def give(data: bytes, fixed: int, buffer: int, capacity: int, needed: int) -> None:
    """Structures with a tail: what fits is given, if at least the fixed part does."""
    put_u32(needed, len(data))
    if capacity < fixed:
        raise Refused(STATUS_BUFFER_TOO_SMALL)
    _core.write(buffer, data[:capacity])
    if capacity < len(data):
        raise Refused(STATUS_BUFFER_OVERFLOW)


def _wide(text: str) -> bytes:
    return text.encode("utf-16-le", "surrogatepass")


def _sizes(key: Key) -> tuple[int, int, int, int, int, int]:
    """Subkeys, their longest name and class; values, their longest name and data; in bytes."""
    store, below, values = keys.store(), keys.subkeys(key), keys.values(key)
    return (
        len(below),
        max((len(_wide(name)) for name, _ in below), default=0),
        max((len(_wide(store.info(number).class_)) for _, number in below), default=0),
        len(values),
        max((len(_wide(value.name)) for value in values), default=0),
        max((len(value.data) for value in values), default=0),
    )


def key_information(key: Key, kind: int) -> tuple[bytes, int]:
    """The structure of a KEY_INFORMATION_CLASS, and the size of its fixed part."""
    info = keys.store().info(key.target())
    name, class_ = _wide(info.name), _wide(info.class_)
    if kind == 0:  # KeyBasicInformation
        return struct.pack("<QII", info.written, 0, len(name)) + name, 16
    if kind == 1:  # KeyNodeInformation
        offset = 24 + len(name) + (-len(name) & 3) if class_ else 0xFFFFFFFF
        head = struct.pack("<QIIII", info.written, 0, offset, len(class_), len(name)) + name
        return (head + bytes(-len(name) & 3) + class_ if class_ else head), 24
    if kind == 2:  # KeyFullInformation
        offset = 44 if class_ else 0xFFFFFFFF
        return struct.pack("<QIII6I", info.written, 0, offset, len(class_), *_sizes(key)) + class_, 44
    if kind == 3:  # KeyNameInformation
        path = _wide(native_name(key))
        return struct.pack("<I", len(path)) + path, 4
    if kind == 4:  # KeyCachedInformation
        subkeys, longest, _, values, value_name, value_data = _sizes(key)
        numbers = (0, subkeys, longest, values, value_name, value_data, len(name))
        return struct.pack("<Q7I4x", info.written, *numbers), 40
    if kind == 5:  # KeyFlagsInformation: bit 0 of the second number for a volatile key
        return struct.pack("<III", 0, int(info.volatile), 0), 12
    if kind in (6, 7):  # KeyVirtualizationInformation, KeyHandleTagsInformation
        return struct.pack("<I", 0), 4
    raise Refused(STATUS_INVALID_PARAMETER)


def _query_key(handle: int, kind: int, buffer: int, capacity: int, needed: int) -> None:
    key = key_of(handle, 0 if kind in (3, 7) else KEY_QUERY_VALUE)
    give(*key_information(key, kind), buffer, capacity, needed)


@export("ntdll")
def NtQueryKey(
    KeyHandle: HANDLE, KeyInformationClass: ULONG, KeyInformation: PVOID, Length: ULONG, ResultLength: PULONG
) -> NTSTATUS:
    return status_of(_query_key, KeyHandle, KeyInformationClass, KeyInformation, Length, ResultLength)


def _enumerate_key(handle: int, index: int, kind: int, buffer: int, capacity: int, needed: int) -> None:
    below = keys.subkeys(key_of(handle, KEY_ENUMERATE_SUB_KEYS))
    if index >= len(below):
        raise Refused(STATUS_NO_MORE_ENTRIES)
    give(*key_information(Key(below[index][1]), kind), buffer, capacity, needed)


@export("ntdll")
def NtEnumerateKey(
    KeyHandle: HANDLE,
    Index: ULONG,
    KeyInformationClass: ULONG,
    KeyInformation: PVOID,
    Length: ULONG,
    ResultLength: PULONG,
) -> NTSTATUS:
    return status_of(
        _enumerate_key, KeyHandle, Index, KeyInformationClass, KeyInformation, Length, ResultLength
    )


def value_information(value: Value, kind: int) -> tuple[bytes, int]:
    """The structure of a KEY_VALUE_INFORMATION_CLASS, and the size of its fixed part."""
    name = _wide(value.name)
    if kind == 0:  # KeyValueBasicInformation
        return struct.pack("<III", 0, value.type, len(name)) + name, 12
    if kind in (1, 3):  # KeyValueFullInformation, ...Align64
        padding = -(20 + len(name)) % (8 if kind == 3 else 4)
        offset = 20 + len(name) + padding
        head = struct.pack("<IIIII", 0, value.type, offset, len(value.data), len(name))
        return head + name + bytes(padding) + value.data, 20
    if kind == 2:  # KeyValuePartialInformation
        return struct.pack("<III", 0, value.type, len(value.data)) + value.data, 12
    if kind == 4:  # KeyValuePartialInformationAlign64
        return struct.pack("<II", value.type, len(value.data)) + value.data, 8
    raise Refused(STATUS_INVALID_PARAMETER)


def _query_value(handle: int, name: int, kind: int, buffer: int, capacity: int, needed: int) -> None:
    value = keys.find_value(key_of(handle, KEY_QUERY_VALUE), unicode_string(name))
    give(*value_information(value, kind), buffer, capacity, needed)


@export("ntdll")
def NtQueryValueKey(
    KeyHandle: HANDLE,
    ValueName: PVOID,
    KeyValueInformationClass: ULONG,
    KeyValueInformation: PVOID,
    Length: ULONG,
    ResultLength: PULONG,
) -> NTSTATUS:
    return status_of(
        _query_value,
        KeyHandle,
        ValueName,
        KeyValueInformationClass,
        KeyValueInformation,
        Length,
        ResultLength,
    )


def _enumerate_value(handle: int, index: int, kind: int, buffer: int, capacity: int, needed: int) -> None:
    values = keys.values(key_of(handle, KEY_QUERY_VALUE))
    if index >= len(values):
        raise Refused(STATUS_NO_MORE_ENTRIES)
    give(*value_information(values[index], kind), buffer, capacity, needed)


@export("ntdll")
def NtEnumerateValueKey(
    KeyHandle: HANDLE,
    Index: ULONG,
    KeyValueInformationClass: ULONG,
    KeyValueInformation: PVOID,
    Length: ULONG,
    ResultLength: PULONG,
) -> NTSTATUS:
    return status_of(
        _enumerate_value,
        KeyHandle,
        Index,
        KeyValueInformationClass,
        KeyValueInformation,
        Length,
        ResultLength,
    )


KEY_VALUE_ENTRY = struct.Struct("<QIII4x")


def _query_several(handle: int, entries: int, count: int, buffer: int, size: int, needed: int) -> None:
    """Each KEY_VALUE_ENTRY gets type, length and offset of its value's data."""
    key = key_of(handle, KEY_QUERY_VALUE)
    data, described = b"", []
    for index in range(count):
        place = entries + index * KEY_VALUE_ENTRY.size
        name = get_u64(place)
        value = keys.find_value(key, unicode_string(name))
        data += bytes(-len(data) % 4)
        described.append((place, (name, len(value.data), len(data), value.type)))
        data += value.data
    capacity = get_u32(size)
    put_u32(size, len(data))
    put_u32(needed, len(data))
    if capacity < len(data):
        raise Refused(STATUS_BUFFER_OVERFLOW)
    _core.write(buffer, data)
    for place, entry in described:
        _core.write(place, KEY_VALUE_ENTRY.pack(*entry))


@export("ntdll")
def NtQueryMultipleValueKey(
    KeyHandle: HANDLE,
    ValueEntries: PVOID,
    EntryCount: ULONG,
    ValueBuffer: PVOID,
    BufferLength: PULONG,
    RequiredBufferLength: PULONG,
) -> NTSTATUS:
    return status_of(
        _query_several, KeyHandle, ValueEntries, EntryCount, ValueBuffer, BufferLength, RequiredBufferLength
    )


# ---- changes ----


def _set_value(handle: int, name: int, type: int, data: int, size: int) -> None:
    key = key_of(handle, KEY_SET_VALUE)
    keys.store().put(key.target(), unicode_string(name) or "", type, _core.read(data, size) if size else b"")
    keys.changed(key.target(), keys.CHANGE_LAST_SET)


@export("ntdll")
def NtSetValueKey(
    KeyHandle: HANDLE, ValueName: PVOID, TitleIndex: ULONG, Type: ULONG, Data: PVOID, DataSize: ULONG
) -> NTSTATUS:
    return status_of(_set_value, KeyHandle, ValueName, Type, Data, DataSize)


def _delete_value(handle: int, name: int) -> None:
    key = key_of(handle, KEY_SET_VALUE)
    if not keys.store().remove(key.target(), unicode_string(name) or ""):
        raise Refused(STATUS_OBJECT_NAME_NOT_FOUND)
    keys.changed(key.target(), keys.CHANGE_LAST_SET)


@export("ntdll")
def NtDeleteValueKey(KeyHandle: HANDLE, ValueName: PVOID) -> NTSTATUS:
    return status_of(_delete_value, KeyHandle, ValueName)


def _delete_key(handle: int) -> None:
    key = key_of(handle, keys.DELETE)
    if keys.subkeys(key):
        raise Refused(STATUS_CANNOT_DELETE)
    keys.delete(key)


@export("ntdll")
def NtDeleteKey(KeyHandle: HANDLE) -> NTSTATUS:
    return status_of(_delete_key, KeyHandle)


def _rename(handle: int, name: int) -> None:
    key, text = key_of(handle), unicode_string(name)
    if not text or "\\" in text:
        raise Refused(STATUS_INVALID_PARAMETER)
    if not keys.store().rename(key.target(), text):
        raise Refused(STATUS_CANNOT_DELETE)
    keys.changed(keys.store().parent(key.target()), keys.CHANGE_NAME)


@export("ntdll")
def NtRenameKey(KeyHandle: HANDLE, NewName: PVOID) -> NTSTATUS:
    return status_of(_rename, KeyHandle, NewName)


def _check(handle: int) -> None:
    key_of(handle)


@export("ntdll")
def NtFlushKey(KeyHandle: HANDLE) -> NTSTATUS:
    return status_of(_check, KeyHandle)  # every change is in the file when its function returns


def _set_information(handle: int, kind: int, data: int, size: int) -> None:
    """KeyWriteTimeInformation cannot be set here; the others are hints to the 32-bit views."""
    key_of(handle)
    if kind > 7:
        raise Refused(STATUS_INVALID_INFO_CLASS)
    if kind == 0:
        raise Refused(STATUS_ACCESS_DENIED)


@export("ntdll")
def NtSetInformationKey(
    KeyHandle: HANDLE, KeySetInformationClass: ULONG, KeySetInformation: PVOID, Length: ULONG
) -> NTSTATUS:
    return status_of(_set_information, KeyHandle, KeySetInformationClass, KeySetInformation, Length)


# Hives are saved and loaded by those who hold SE_BACKUP_NAME and SE_RESTORE_NAME: no ordinary user does.
@export("ntdll")
def NtLoadKey(TargetKey: PVOID, SourceFile: PVOID) -> NTSTATUS:
    return STATUS_PRIVILEGE_NOT_HELD


@export("ntdll")
def NtLoadKey2(TargetKey: PVOID, SourceFile: PVOID, Flags: ULONG) -> NTSTATUS:
    return STATUS_PRIVILEGE_NOT_HELD


@export("ntdll")
def NtLoadKeyEx(
    TargetKey: PVOID,
    SourceFile: PVOID,
    Flags: ULONG,
    TrustClassKey: HANDLE,
    Event: HANDLE,
    DesiredAccess: ACCESS_MASK,
    RootHandle: PHANDLE,
    Reserved: PVOID,
) -> NTSTATUS:
    return STATUS_PRIVILEGE_NOT_HELD


@export("ntdll")
def NtUnloadKey(TargetKey: PVOID) -> NTSTATUS:
    return STATUS_PRIVILEGE_NOT_HELD


@export("ntdll")
def NtSaveKey(KeyHandle: HANDLE, FileHandle: HANDLE) -> NTSTATUS:
    return STATUS_PRIVILEGE_NOT_HELD


@export("ntdll")
def NtRestoreKey(KeyHandle: HANDLE, FileHandle: HANDLE, Flags: ULONG) -> NTSTATUS:
    return STATUS_PRIVILEGE_NOT_HELD


@export("ntdll")
def NtReplaceKey(NewFile: PVOID, TargetHandle: HANDLE, OldFile: PVOID) -> NTSTATUS:
    return STATUS_PRIVILEGE_NOT_HELD


# ---- waiting for changes ----


def _notify(
    handle: int,
    event: int,
    routine: int,
    context: int,
    block: int,
    filter: int,
    subtree: int,
    asynchronous: int,
) -> None:
    watch(handle, bool(subtree), filter, event, bool(asynchronous), routine, context, block)
    if asynchronous:
        put_u64(block, STATUS_PENDING)
        raise Refused(STATUS_PENDING)


@export("ntdll")
def NtNotifyChangeKey(
    KeyHandle: HANDLE,
    Event: HANDLE,
    ApcRoutine: PVOID,
    ApcContext: PVOID,
    IoStatusBlock: PVOID,
    CompletionFilter: ULONG,
    WatchTree: BOOLEAN,
    Buffer: PVOID,
    BufferSize: ULONG,
    Asynchronous: BOOLEAN,
) -> NTSTATUS:
    """Wakes at the next change; what has changed is not told, as on Windows."""
    return status_of(
        _notify, KeyHandle, Event, ApcRoutine, ApcContext, IoStatusBlock, CompletionFilter, WatchTree,
        Asynchronous,
    )  # fmt: skip


@export("ntdll")
def NtNotifyChangeMultipleKeys(
    MasterKeyHandle: HANDLE,
    Count: ULONG,
    SubordinateObjects: PVOID,
    Event: HANDLE,
    ApcRoutine: PVOID,
    ApcContext: PVOID,
    IoStatusBlock: PVOID,
    CompletionFilter: ULONG,
    WatchTree: BOOLEAN,
    Buffer: PVOID,
    BufferSize: ULONG,
    Asynchronous: BOOLEAN,
) -> NTSTATUS:
    """As NtNotifyChangeKey; no second key is watched with the first ("ZwNotifyChangeMultipleKeys")."""
    if Count:
        return STATUS_NOT_SUPPORTED
    return NtNotifyChangeKey(
        MasterKeyHandle, Event, ApcRoutine, ApcContext, IoStatusBlock, CompletionFilter, WatchTree, Buffer,
        BufferSize, Asynchronous,
    )  # fmt: skip
