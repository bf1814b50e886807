"""COM objects made in Python, and calls of the methods of any COM object.

A class derives from ComObject, names its interfaces, and has a method for each of theirs. What a method
returns is its HRESULT (None is S_OK); it may also raise Refused. A method that an interface has and the
class has not returns E_NOTIMPL.

    IPersist = Interface("0000010c-0000-0000-c000-000000000046", IUnknown, "GetClassID:P")

    class Example(ComObject):
        interfaces = (IPersist,)

        def GetClassID(self, pClassID: int) -> int | None: ...

Source: Microsoft, "IUnknown interface", "Rules for Implementing QueryInterface", "Aggregation".
"""

from __future__ import annotations

import ctypes
import functools
import threading
import uuid
from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

from windlass import _core
from windlass.api.calls import windows
from windlass.api.outputs import get_u64, put_u32, put_u64
from windlass.api.refused import Refused

__all__ = [
    "ADD_REF",
    "CLASS_E_NOAGGREGATION",
    "E_FAIL",
    "E_INVALIDARG",
    "E_NOINTERFACE",
    "E_NOTIMPL",
    "E_OUTOFMEMORY",
    "E_POINTER",
    "E_UNEXPECTED",
    "FAILURE",
    "QUERY_INTERFACE",
    "RELEASE",
    "ComObject",
    "Enumerator",
    "IUnknown",
    "Interface",
    "Reference",
    "add_ref",
    "bstr",
    "call",
    "check",
    "guid_at",
    "put_bstr",
    "put_guid",
    "python_object",
    "query",
    "release",
    "task_text",
]

E_NOTIMPL, E_NOINTERFACE, E_POINTER, E_FAIL = 0x80004001, 0x80004002, 0x80004003, 0x80004005
E_UNEXPECTED = 0x8000FFFF
E_OUTOFMEMORY, E_INVALIDARG, CLASS_E_NOAGGREGATION = 0x8007000E, 0x80070057, 0x80040110
FAILURE = 0x80000000
"""The bit that tells a failure among HRESULTs."""

QUERY_INTERFACE, ADD_REF, RELEASE = 0, 1, 2


class Interface:
    """An interface: its methods stand behind those of its base.

    iid:      its identifier.
    base:     the interface it derives from; None for IUnknown alone.
    methods:  "Name:codes" of each, separated by blanks; the codes of the parameters behind the
    object are those of
              _core.Callback.
    """

    def __init__(self, iid: str, base: Interface | None, methods: str) -> None:
        self.iid = uuid.UUID(iid).bytes_le
        self.base = base
        own = [tuple(method.split(":")) for method in methods.split()]
        self.methods: list[tuple[str, str]] = [*(base.methods if base else []), *((n, c) for n, c in own)]

    def identifiers(self) -> list[bytes]:
        """Its own and those that it derives from."""
        return [self.iid, *(self.base.identifiers() if self.base else [])]


IUnknown = Interface(
    "00000000-0000-0000-c000-000000000046", None, "QueryInterface:PP AddRef: Release:"
)  # the first three of every table

_faces: dict[int, ComObject] = {}
"""The objects that programs hold, by the address of each of their interfaces."""

_lock = threading.Lock()
"""Held while a reference count changes."""


class ComObject:
    """A COM object. It lives as long as it has references; at first it has one, its maker's.

    outer:      the controlling IUnknown of an aggregate that it is part of, or 0; `pointer()` is
    then the inner
                IUnknown, which the aggregate keeps.
    interfaces: what it can be asked for; the first is what `pointer()` is.
    """

    interfaces: ClassVar[tuple[Interface, ...]] = (IUnknown,)

    def __init__(self, outer: int = 0) -> None:
        self.references = 1
        self._outer = outer
        made = type(self)
        tables = [_table(made, each) for each in self.interfaces]
        if outer:
            tables.insert(0, _inner_table())
        self._block = (ctypes.c_uint64 * len(tables))(*tables)
        self._start = ctypes.addressof(self._block)
        for face in range(len(tables)):
            _faces[self._start + 8 * face] = self

    def pointer(self, interface: Interface | None = None) -> int:
        """The address of an interface that it has, or of the first."""
        if interface is None:
            return self._start
        return self._start + 8 * (self.interfaces.index(interface) + (self._outer != 0))

    def give(self, riid: int, result: int) -> int:
        """Hand its maker's reference over as the interface asked for: the HRESULT of a creating function."""
        code = self._query(riid, result)
        self._release()
        return code

    def destroy(self) -> None:
        """What is to be done when the last reference is gone."""

    def find(self, iid: bytes) -> int:
        """The address of the interface with this identifier, 0 if it has none."""
        if iid == IUnknown.iid:
            return self._start
        for index, interface in enumerate(self.interfaces):
            if iid in interface.identifiers()[:-1]:
                return self._start + 8 * (index + (self._outer != 0))
        return 0

    def _query(self, riid: int, result: int) -> int:
        if not result:
            return E_POINTER
        face = self.find(_core.read(riid, 16))
        put_u64(result, face)
        if not face:
            return E_NOINTERFACE
        if self._outer and face != self._start:
            add_ref(self._outer)
        else:
            self._add_ref()
        return 0

    def _add_ref(self) -> int:
        with _lock:
            self.references += 1
            return self.references

    def _release(self) -> int:
        with _lock:
            self.references -= 1
            left = self.references
        if not left:
            self.references = 1  # what destroy() does to it must not end it again
            self.destroy()
            for face in range(len(self._block)):
                _faces.pop(self._start + 8 * face, None)
        return left

    def QueryInterface(self, riid: int, ppvObject: int) -> int:
        if self._outer:
            return call(self._outer, QUERY_INTERFACE, riid, ppvObject)
        return self._query(riid, ppvObject)

    def AddRef(self) -> int:
        return add_ref(self._outer) if self._outer else self._add_ref()

    def Release(self) -> int:
        return release(self._outer) if self._outer else self._release()


# ---- tables ----

_kept: list[Any] = []
"""The tables, which programs may use to the end."""


def _table_of(entries: list[_core.Callback]) -> int:
    table = (ctypes.c_uint64 * len(entries))(*(entry.address for entry in entries))
    _kept.append((table, entries))
    return ctypes.addressof(table)


_tables: dict[tuple[type[ComObject], Interface], int] = {}


def _table(made: type[ComObject], interface: Interface) -> int:
    if (made, interface) not in _tables:
        entries = [_entry(name, codes, hasattr(made, name)) for name, codes in interface.methods]
        _tables[made, interface] = _table_of(entries)
    return _tables[made, interface]


@functools.cache
def _inner_table() -> int:
    """IUnknown of an object that is part of an aggregate."""
    names = ("_query", "_add_ref", "_release")
    return _table_of([_entry(name, method[1], True) for name, method in zip(names, IUnknown.methods)])


@functools.cache
def _entry(name: str, codes: str, is_there: bool) -> _core.Callback:
    """The code for a method, which all classes share that have it."""

    def enter(this: int, *arguments: Any) -> int:
        if not is_there:
            return E_NOTIMPL
        try:
            return getattr(_faces[this], name)(*arguments) or 0
        except Refused as refused:
            return refused.code

    return _core.Callback(enter, "IP" + codes, E_FAIL)


O = TypeVar("O", bound=ComObject)  # noqa: E741


def python_object(pointer: int, kind: type[O]) -> O | None:
    """The object behind an interface pointer, if it is one of this kind that Python made."""
    found = _faces.get(pointer)
    return found if isinstance(found, kind) else None


# ---- calls ----


def call(object: int, method: int, *arguments: int) -> int:
    """Call a method of an object by its place in the interface's table; the result as 32 bits."""
    return _core.call(get_u64(get_u64(object) + 8 * method), object, *arguments) & 0xFFFFFFFF


def check(code: int) -> int:
    """Refused with a failure; other HRESULTs as they are."""
    if code & FAILURE:
        raise Refused(code & 0xFFFFFFFF)
    return code


def add_ref(object: int) -> int:
    return call(object, ADD_REF)


def release(object: int) -> int:
    """Give a reference back; nothing for NULL."""
    return call(object, RELEASE) if object else 0


def query(object: int, iid: bytes) -> int:
    """Another interface of an object, with a reference; Refused if it has none."""
    result = ctypes.c_uint64()
    wanted = ctypes.create_string_buffer(iid, 16)
    check(call(object, QUERY_INTERFACE, ctypes.addressof(wanted), ctypes.addressof(result)))
    return result.value


class Reference:
    """A reference to somebody's object, given back at the end of its own life or of a `with` block."""

    def __init__(self, object: int, owned: bool = False) -> None:
        self.object = object
        if object and not owned:
            add_ref(object)

    def __enter__(self) -> int:
        return self.object

    def __exit__(self, *_: object) -> None:
        self.drop()

    def drop(self) -> None:
        object, self.object = self.object, 0
        release(object)


# ---- values ----


def guid_at(address: int) -> bytes:
    """The 16 bytes of a GUID in memory."""
    return _core.read(address, 16)


def put_guid(address: int, guid: bytes) -> None:
    _core.write(address, guid)


def bstr(text: str | None) -> int:
    """A new BSTR, NULL for None."""
    if text is None:
        return 0
    data = _core.wide_bytes(text)
    buffer = ctypes.create_string_buffer(data, len(data))
    made = windows("oleaut32.dll", "SysAllocStringLen", ctypes.addressof(buffer), len(data) // 2 - 1)
    if not made:
        raise Refused(E_OUTOFMEMORY)
    return made


def put_bstr(address: int, text: str | None) -> None:
    """A new BSTR for the caller, if there is a place for it."""
    if address:
        put_u64(address, bstr(text))


def task_text(text: str) -> int:
    """A text that the caller frees with CoTaskMemFree."""
    data = _core.wide_bytes(text)
    made = windows("ole32.dll", "CoTaskMemAlloc", len(data))
    if not made:
        raise Refused(E_OUTOFMEMORY)
    _core.write(made, data)
    return made


def each(pointers: int, count: int) -> list[int]:
    """An array of pointers."""
    return [get_u64(pointers + 8 * index) for index in range(count)]


class Enumerator(ComObject):
    """Next, Skip, Reset and Clone over items of `size` bytes each; a subclass names the interface.

    copy: makes the caller's own of an item, with references and memory for what it points to.
    """

    def __init__(self, items: list[bytes], copy: Callable[[bytes], bytes], position: int = 0) -> None:
        super().__init__()
        self.items, self.copy, self.position = items, copy, position

    def Next(self, celt: int, rgelt: int, pceltFetched: int) -> int:
        if not rgelt or (celt != 1 and not pceltFetched):
            return E_INVALIDARG
        taken = self.items[self.position : self.position + celt]
        _core.write(rgelt, b"".join(map(self.copy, taken)))
        self.position += len(taken)
        put_u32(pceltFetched, len(taken))
        return 0 if len(taken) == celt else 1

    def Skip(self, celt: int) -> int:
        left = len(self.items) - self.position
        self.position += min(celt, left)
        return 0 if celt <= left else 1

    def Reset(self) -> None:
        self.position = 0

    def Clone(self, ppenum: int) -> int:
        if not ppenum:
            return E_INVALIDARG
        put_u64(ppenum, type(self)(self.items, self.copy, self.position).pointer())
        return 0
