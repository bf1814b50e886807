"""Open registry keys: handles, predefined keys, views, and who waits for a change.

Keys are kept by registry_store; HKEY_CLASSES_ROOT is the user's classes laid over the machine's.

Source: Microsoft, "Predefined Keys", "HKEY_CLASSES_ROOT Key", "Registry Key Security and Access Rights",
"Accessing an Alternate Registry View".
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from typing import NamedTuple

from windlass import _core
from windlass.api.calls import windows
from windlass.api.outputs import put_u64
from windlass.api.refused import Refused
from windlass.api.system import registry_seed
from windlass.api.system.registry_store import Store, Value, fold

ERROR_FILE_NOT_FOUND = 2
ERROR_ACCESS_DENIED = 5
ERROR_INVALID_HANDLE = 6
ERROR_INVALID_DATA = 13
ERROR_BAD_NETPATH = 53
ERROR_INVALID_PARAMETER = 87
ERROR_NOACCESS = 998
ERROR_CALL_NOT_IMPLEMENTED = 120
ERROR_ALREADY_EXISTS = 183
ERROR_BAD_PATHNAME = 161
ERROR_MORE_DATA = 234
ERROR_NO_MORE_ITEMS = 259
ERROR_KEY_DELETED = 1018
ERROR_CHILD_MUST_BE_VOLATILE = 1021
ERROR_PRIVILEGE_NOT_HELD = 1314
ERROR_DATATYPE_MISMATCH = 1629
ERROR_UNSUPPORTED_TYPE = 1630

KEY_QUERY_VALUE, KEY_SET_VALUE, KEY_CREATE_SUB_KEY, KEY_ENUMERATE_SUB_KEYS, KEY_NOTIFY = 1, 2, 4, 8, 16
KEY_WOW64_64KEY, KEY_WOW64_32KEY = 0x0100, 0x0200
KEY_ALL_ACCESS = 0xF003F
MAXIMUM_ALLOWED = 0x02000000
DELETE = 0x00010000

REG_NONE, REG_SZ, REG_EXPAND_SZ, REG_BINARY, REG_DWORD, REG_MULTI_SZ, REG_QWORD = 0, 1, 2, 3, 4, 7, 11
TEXT_TYPES = (REG_SZ, REG_EXPAND_SZ, REG_MULTI_SZ)

REG_OPTION_VOLATILE, REG_OPTION_CREATE_LINK, REG_OPTION_OPEN_LINK = 1, 2, 8
REG_CREATED_NEW_KEY, REG_OPENED_EXISTING_KEY = 1, 2
LONGEST_KEY_NAME, LONGEST_VALUE_NAME = 256, 16383  # wdm.h: REG_MAX_KEY_NAME_LENGTH is 512 bytes

HKEY_CLASSES_ROOT = 0x80000000
HKEY_CURRENT_USER = 0x80000001
HKEY_LOCAL_MACHINE = 0x80000002
HKEY_USERS = 0x80000003
HKEY_PERFORMANCE_DATA = 0x80000004
HKEY_CURRENT_CONFIG = 0x80000005
HKEY_CURRENT_USER_LOCAL_SETTINGS = 0x80000007


# ---- the store of this process ----

_stores: list[Store] = []
_opening = threading.Lock()

# A child does not share its parent's connection to the file.
os.register_at_fork(after_in_child=_stores.clear)


def store() -> Store:
    """The registry, opened when it is first needed."""
    with _opening:
        if not _stores:
            opened = Store(registry_seed.seed)
            registry_seed.serial_ports(opened)
            _stores.append(opened)
        return _stores[0]


# ---- keys ----


class Key(NamedTuple):
    """An open key. `over` is the user's key that lies over it in HKEY_CLASSES_ROOT, or 0; one of the two
    always exists.
    """

    number: int
    over: int = 0
    access: int = KEY_ALL_ACCESS

    def layers(self) -> Iterator[int]:
        """The keys it is made of; what the first has hides what the second has."""
        if self.over:
            yield self.over
        if self.number or not self.over:
            yield self.number

    def target(self) -> int:
        """Where changes go ("HKEY_CLASSES_ROOT Key": to the user's key if there is one)."""
        return self.over or self.number


def _predefined(handle: int) -> Key | None:
    low = handle & 0xFFFFFFFF
    if handle >> 32 not in (0, 0xFFFFFFFF) or low & 0xFFFFFF00 != 0x80000000:
        return None
    if low in _overridden:
        return _overridden[low]
    user = registry_seed.CURRENT_USER + registry_seed.user_sid()
    if low == HKEY_CLASSES_ROOT:
        over = store().find(Store.ROOT, user + r"\Software\Classes")
        return Key(_at(registry_seed.CLASSES), over or 0)
    places = {
        HKEY_CURRENT_USER: user,
        HKEY_LOCAL_MACHINE: registry_seed.MACHINE,
        HKEY_USERS: registry_seed.USERS,
        HKEY_CURRENT_CONFIG: r"Machine\SYSTEM\CurrentControlSet\Hardware Profiles\Current",
        HKEY_CURRENT_USER_LOCAL_SETTINGS: user + r"\Software\Classes\Local Settings",
    }
    return Key(_at(places[low])) if low in places else None


def _at(path: str) -> int:
    return store().make(Store.ROOT, path)[0]


_overridden: dict[int, Key] = {}


def override(predefined: int, key: Key | None) -> None:
    """Make a predefined key lead to another one; None takes that back."""
    if key is None:
        _overridden.pop(predefined, None)
    else:
        _overridden[predefined] = key


def key_of(handle: int, access: int = 0) -> Key:
    """The key behind a handle that has all bits of `access`."""
    found = _core.key_of_handle(handle)
    if found is None:
        key = _predefined(handle)
        if key is None:
            raise Refused(ERROR_INVALID_HANDLE)
        return key
    number, granted = found
    key = Key(number & 0xFFFFFFFF, number >> 32, granted)
    if granted & access != access:
        raise Refused(ERROR_ACCESS_DENIED)
    if not any(store().exists(layer) for layer in key.layers()):
        raise Refused(ERROR_KEY_DELETED)
    return key


def handle_of(key: Key, access: int) -> int:
    """A new handle."""
    if access & MAXIMUM_ALLOWED:
        access = access & ~MAXIMUM_ALLOWED | KEY_ALL_ACCESS
    return _core.key_handle(key.number | key.over << 32, access & ~(KEY_WOW64_32KEY | KEY_WOW64_64KEY))


def _checked_path(path: str | None, key: Key) -> str:
    path = path or ""
    if path.startswith("\\"):
        if not key.over and key.number != _at(registry_seed.CLASSES):
            raise Refused(ERROR_BAD_PATHNAME)
        path = path[1:]  # below HKEY_CLASSES_ROOT it is let pass
    if any(len(name) > LONGEST_KEY_NAME for name in path.split("\\")):
        raise Refused(ERROR_INVALID_PARAMETER)
    return path


def _redirected(number: int, path: str, access: int) -> tuple[int, str]:
    """The place in the view for 32-bit programs, if `access` asks for that one."""
    if access & KEY_WOW64_32KEY and access & KEY_WOW64_64KEY:
        raise Refused(ERROR_INVALID_PARAMETER)
    if access & KEY_WOW64_32KEY:
        names = store().path(number) + [name for name in path.split("\\") if name]
        start = [fold(name) for name in names[:3]]
        if start[:2] == ["MACHINE", "SOFTWARE"] and start[2:] != ["WOW6432NODE"]:
            names.insert(2, "WOW6432Node")
            return Store.ROOT, "\\".join(names)
    return number, path


def open_key(key: Key, path: str | None, access: int) -> Key:
    """The key at a path below another; Refused if there is none."""
    path = _checked_path(path, key)
    found = []
    for layer in (key.number, key.over):
        place = store().find(*_redirected(layer, path, access)) if layer else None
        found.append(place or 0)
    if not any(found):
        raise Refused(ERROR_FILE_NOT_FOUND)
    return Key(found[0], found[1], key.access)


def make_key(key: Key, path: str | None, access: int, *, volatile: bool, class_: str) -> tuple[Key, bool]:
    """The key at a path, and whether it is new."""
    path = _checked_path(path, key)
    try:
        return open_key(key, path, access), False
    except Refused as refused:
        if refused.code != ERROR_FILE_NOT_FOUND:
            raise
    place, below = _redirected(key.number or key.over, path, access)
    try:
        number, created = store().make(place, below, volatile=volatile, class_=class_)
    except ValueError:
        raise Refused(ERROR_CHILD_MUST_BE_VOLATILE) from None
    changed(store().parent(number), CHANGE_NAME)
    return (Key(0, number) if not key.number else Key(number)), created


def subkeys(key: Key) -> list[tuple[str, int]]:
    """Names and numbers of a key's subkeys in the order of enumeration."""
    layers = [store().subkeys(layer) for layer in key.layers()]
    if len(layers) == 1:
        return layers[0]
    merged = {fold(name): (name, number) for layer in reversed(layers) for name, number in layer}
    return [merged[name] for name in sorted(merged)]


def values(key: Key) -> list[Value]:
    layers = [store().values(layer) for layer in key.layers()]
    if len(layers) == 1:
        return layers[0]
    return list({fold(value.name): value for layer in reversed(layers) for value in layer}.values())


def find_value(key: Key, name: str | None) -> Value:
    """Refused if there is none."""
    for layer in key.layers():
        value = store().get(layer, name or "")
        if value is not None:
            return value
    raise Refused(ERROR_FILE_NOT_FOUND)


def delete(key: Key) -> None:
    """Delete a key that has no subkeys."""
    for layer in list(key.layers()):
        above = store().parent(layer)
        store().delete(layer)
        changed(above, CHANGE_NAME)


# ---- watching for changes ----

CHANGE_NAME, CHANGE_LAST_SET = 1, 4
CHANGE_FILTERS = 0x1000000F


STATUS_NOTIFY_ENUM_DIR = 0x10C  # what has changed is not told: it has to be looked at anew


class Routine(NamedTuple):
    """Who is called by an APC: `thread` is a handle, the others are what the routine gets and its address."""

    thread: int
    address: int
    context: int
    block: int


class Watch(NamedTuple):
    """Somebody waits for the next change of a key.

    event: a handle, what a thread sleeps on, or a routine.
    block: the IO_STATUS_BLOCK that is told, or 0.
    """

    key: int
    subtree: bool
    filter: int
    event: int | threading.Event | Routine
    block: int = 0

    def wake(self) -> None:
        if self.block:
            put_u64(self.block, STATUS_NOTIFY_ENUM_DIR)
            put_u64(self.block + 8, 0)
        if isinstance(self.event, Routine):
            windows("ntdll.dll", "NtQueueApcThread", self.event.thread, *self.event[1:], 0)
            _core.close_handle(self.event.thread)
        elif isinstance(self.event, int):
            windows("kernel32.dll", "SetEvent", self.event)
            _core.close_handle(self.event)
        else:
            self.event.set()


watches: list[Watch] = []


def changed(number: int, kind: int) -> None:
    """Tell those who wait for such a change of this key."""
    if not watches:
        return
    above, each = set(), number
    while each != Store.ROOT:
        each = store().parent(each)
        above.add(each)
    for watch in watches[:]:
        if watch.filter & kind and (watch.key == number or (watch.subtree and watch.key in above)):
            watches.remove(watch)
            watch.wake()
