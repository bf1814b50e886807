"""Structures and unions as they are on Windows: text fields show str, and bit fields lie as MSVC lays them.

They are the standard library's with a metaclass on top, which sees `_fields_` when it is set.
"""

from __future__ import annotations

import ctypes as host
import sys

from windlass import _core
from windlass.ctypes import _text
from windlass.light import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

__all__ = [
    "BigEndianStructure",
    "BigEndianUnion",
    "LittleEndianStructure",
    "LittleEndianUnion",
    "Structure",
    "Union",
]

_StructureMeta: Any = type(host.Structure)
_UnionMeta: Any = type(host.Union)

_LAYOUT_IN_PYTHON = sys.version_info >= (3, 14)
"""Since 3.14 a structure says by `_layout_` whose rules its bit fields follow."""


# ---- text fields ----


def _is_text_array(kind: Any) -> bool:
    return issubclass(kind, host.Array) and _text.is_text(kind._type_) and kind._type_._shape_ == "u"


def _is_text_field(kind: Any) -> bool:
    return isinstance(kind, type) and (_text.is_text(kind) or _is_text_array(kind))


class TextField:
    """The descriptor of a field of text, or of an array of characters; `field` is ctypes' own."""

    def __init__(self, field: Any, kind: Any) -> None:
        self.field = field
        self.kind = kind

    def __getattr__(self, name: str) -> Any:
        return getattr(self.field, name)

    def __repr__(self) -> str:
        return f"<Field type={self.kind.__name__}, ofs={self.field.offset}, size={self.field.size}>"

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        if instance is None:
            return self
        if issubclass(self.kind, host.Array):
            return self.field.__get__(instance, owner).value
        if self.kind._shape_ == "u":
            return chr(self.field.__get__(instance, owner))
        return _text.pointed_text_at(self.kind, self._address(instance))

    def __set__(self, instance: Any, value: Any) -> None:
        if issubclass(self.kind, host.Array):
            error = "string too long ({length}, maximum length {room})"
            _text.store_units(self._address(instance), self.kind._length_, value, error)
        elif self.kind._shape_ == "X" and not isinstance(value, host._SimpleCData):
            _text.store_bstr(self._address(instance), value)
        else:
            self.field.__set__(instance, _field_value(self.kind, value))

    def _address(self, instance: Any) -> int:
        address: int = host.addressof(instance) + self.field.offset
        return address


def _field_value(kind: Any, value: Any) -> Any:
    if isinstance(value, (host._SimpleCData, host.Array, host._Pointer)):
        return value  # ctypes says whether it fits
    return _text.unit_of(value) if kind._shape_ == "u" else _text.stored_text(value)


def _text_fields(fields: Any) -> Iterator[tuple[str, Any]]:
    for name, kind, *_ in fields:
        if _is_text_field(kind):
            yield name, kind


def _anonymous_types(cls: Any) -> list[Any]:
    """The types of a structure's own anonymous members."""
    names = vars(cls).get("_anonymous_", ())
    return [kind for name, kind, *_ in vars(cls).get("_fields_", ()) if name in names]


def _shown(cls: Any) -> Iterator[tuple[Any, str, Any]]:
    """(class, name, type) of each text field that an instance shows of itself, those of anonymous members
    included.
    """
    for name, kind in _text_fields(vars(cls).get("_fields_", ())):
        yield cls, name, kind
    for member in _anonymous_types(cls):
        yield from _shown(member)


class _bare_fields:
    """ctypes copies the fields of anonymous members, and knows only its own descriptors."""

    def __init__(self, cls: Any, fields: Any) -> None:
        names = getattr(cls, "_anonymous_", ())
        members = [kind for name, kind, *_ in fields if name in names]
        self.covered = [
            (owner, name, vars(owner)[name])
            for member in members
            for owner, name, _ in _shown(member)
            if isinstance(vars(owner)[name], TextField)
        ]
        self.covered += [each for member in members for each in _inherited(member)]

    def __enter__(self) -> None:
        for owner, name, field in self.covered:
            setattr(owner, name, field.field)

    def __exit__(self, *exception: object) -> None:
        for owner, name, field in self.covered:
            setattr(owner, name, field)


def _inherited(member: Any) -> Iterator[tuple[Any, str, Any]]:
    """The copies of anonymous members' text fields that a member holds itself."""
    own = {name for name, _ in _text_fields(vars(member).get("_fields_", ()))}
    for name, field in vars(member).items():
        if isinstance(field, TextField) and name not in own:
            yield member, name, field


def _cover_text_fields(cls: Any) -> None:
    for _, name, kind in list(_shown(cls)):
        field = vars(cls).get(name)
        if field is not None and not isinstance(field, TextField):
            setattr(cls, name, TextField(field, kind))


# ---- bit fields ----


class _Fields(list):  # type: ignore[type-arg]
    """`_fields_` as it was written; while `separated` is set, ctypes sees something between the bit fields of
    different types.

    MSVC puts adjacent bit fields into one unit only when their types have the same size; the host's rule
    packs them closer. Whatever stands between, even without a size, begins a new unit.
    Source: Microsoft, "C Bit Fields".
    """

    separated: list[Any] | None = None

    def __len__(self) -> int:
        return super().__len__() if self.separated is None else len(self.separated)

    def __getitem__(self, index: Any) -> Any:
        return super().__getitem__(index) if self.separated is None else self.separated[index]

    def __iter__(self) -> Iterator[Any]:
        return super().__iter__() if self.separated is None else iter(self.separated)


def _separated(cls: Any, fields: list[Any]) -> list[Any] | None:
    """The fields with separators where needed; None where none is. In a union each bit field has a unit of
    its own, though ctypes forgets that.
    """
    in_union = issubclass(cls, host.Union)
    made: list[Any] = []
    open_size = None
    for field in fields:
        size = host.sizeof(field[1]) if len(field) == 3 else None
        if size is not None and open_size is not None and (in_union or size != open_size):
            made.append((f"_separator_{len(made)}_", host.c_char * 0))
        made.append(field)
        open_size = size
    return made if len(made) > len(fields) else None


def _check_bit_fields(fields: Any) -> None:
    for field in fields:
        if len(field) == 3 and _is_text_field(field[1]):
            raise TypeError(f"bit fields not allowed for type {field[1].__name__}")


def _well_formed(fields: Any) -> bool:
    """Whether these are fields; if not, ctypes says what is wrong."""
    return isinstance(fields, (list, tuple)) and all(
        isinstance(field, tuple) and len(field) in (2, 3) and isinstance(field[1], type) for field in fields
    )


def _set_fields(cls: Any, fields: Any, set_attribute: Any) -> None:
    separated = None
    if (
        not _LAYOUT_IN_PYTHON
        and isinstance(fields, (list, tuple))
        and any(len(field) == 3 for field in fields)
    ):
        separated = _separated(cls, list(fields))
    if separated is None:
        set_attribute("_fields_", fields)
        return
    shown = _Fields(fields)
    shown.separated = separated
    try:
        set_attribute("_fields_", shown)
    finally:
        shown.separated = None
    for name, *_ in separated:
        if name.startswith("_separator_"):
            delattr(cls, name)


# ---- the metaclasses ----


def _namespace(bases: tuple[Any, ...], namespace: dict[str, Any]) -> dict[str, Any]:
    if _LAYOUT_IN_PYTHON and "_layout_" not in namespace:
        return {**namespace, "_layout_": "ms"}
    return namespace


class _StructureType(_StructureMeta):  # type: ignore[misc]
    def __new__(mcls, name: str, bases: tuple[Any, ...], namespace: dict[str, Any], **keywords: Any) -> Any:
        return super().__new__(mcls, name, bases, _namespace(bases, namespace), **keywords)

    def __setattr__(cls, name: str, value: Any) -> None:
        if name == "_fields_" and _well_formed(value):
            _check_bit_fields(value)
            with _bare_fields(cls, value):
                _set_fields(cls, value, super().__setattr__)
            _cover_text_fields(cls)
        else:
            super().__setattr__(name, value)


class _UnionType(_UnionMeta):  # type: ignore[misc]
    def __new__(mcls, name: str, bases: tuple[Any, ...], namespace: dict[str, Any], **keywords: Any) -> Any:
        return super().__new__(mcls, name, bases, _namespace(bases, namespace), **keywords)

    def __setattr__(cls, name: str, value: Any) -> None:
        if name == "_fields_" and _well_formed(value):
            _check_bit_fields(value)
            with _bare_fields(cls, value):
                _set_fields(cls, value, super().__setattr__)
            _cover_text_fields(cls)
        else:
            super().__setattr__(name, value)
            _core.type_modified(cls)  # unions' own __setattr__ forgets that


if TYPE_CHECKING:
    from ctypes import Structure, Union
else:

    class Structure(host.Structure, metaclass=_StructureType):
        """The base of structures."""

        __slots__ = ()
        _abstract_ = None

    class Union(host.Union, metaclass=_UnionType):
        """The base of unions."""

        __slots__ = ()
        _abstract_ = None


# ---- the other byte order ----

_OTHER = "__ctype_be__" if sys.byteorder == "little" else "__ctype_le__"


def _in_other_order(kind: Any) -> Any:
    if hasattr(kind, _OTHER):
        return getattr(kind, _OTHER)
    if issubclass(kind, host.Array):
        return _in_other_order(kind._type_) * kind._length_
    if issubclass(kind, (host.Structure, host.Union)):
        return kind
    raise TypeError(f"This type does not support other endian: {kind}")


def _fields_in_other_order(fields: Any) -> Any:
    return [(name, _in_other_order(kind), *rest) for name, kind, *rest in fields]


class _SwappedStructureType(_StructureType):
    def __setattr__(cls, name: str, value: Any) -> None:
        super().__setattr__(name, _fields_in_other_order(value) if name == "_fields_" else value)


class _SwappedUnionType(_UnionType):
    def __setattr__(cls, name: str, value: Any) -> None:
        super().__setattr__(name, _fields_in_other_order(value) if name == "_fields_" else value)


LittleEndianStructure = Structure
LittleEndianUnion = Union


class BigEndianStructure(Structure, metaclass=_SwappedStructureType):
    """The base of structures whose numbers have the most significant byte first."""

    __slots__ = ()
    _swappedbytes_ = None


class BigEndianUnion(Union, metaclass=_SwappedUnionType):
    """The base of unions whose numbers have the most significant byte first."""

    __slots__ = ()
    _swappedbytes_ = None
