"""The text types of ctypes as they are on Windows: a wchar_t has 16 bits and holds a UTF-16 code unit.

The host's c_wchar has 32 bits, so these are types of windlass's own. They are simple types of ctypes with
another type's storage: a WCHAR is kept as an unsigned short; a pointer to text as a char pointer, for ctypes
keeps the bytes alive that a char pointer is set to. Where ctypes' C code would show the storage (in fields,
array items, what a pointer points to), classes and descriptors here show text. `_shape_` tells the calls what
they are.
"""

from __future__ import annotations

import ctypes as host
from _operator import index as index_of

from windlass import _core
from windlass.light import TYPE_CHECKING, cache

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any
    from weakref import WeakValueDictionary

__all__ = ["Array", "SimpleType", "_Pointer", "_SimpleCData", "c_wchar", "c_wchar_p", "is_text"]

_Simple: Any = host._SimpleCData
_SimpleMeta: Any = type(_Simple)
_ArrayMeta: Any = type(host.Array)
_HostPointer: Any = host._Pointer
_PointerMeta: Any = type(_HostPointer)
_stored: Any = vars(_Simple)["value"]
"""A simple instance's value as its storage shows it."""
_DEFAULT = object()


# ---- UTF-16 ----


def unit_of(character: Any) -> int:
    """The code unit of a one-character str; TypeError as ctypes words it."""
    if not isinstance(character, str):
        raise TypeError(f"unicode string expected instead of {type(character).__name__} instance")
    if len(character) != 1 or ord(character) > 0xFFFF:
        raise TypeError("one character unicode string expected")
    return ord(character)


def units_of(text: Any) -> bytes:
    if not isinstance(text, str):
        raise TypeError(f"unicode string expected instead of {type(text).__name__} instance")
    return text.encode("utf-16-le", "surrogatepass")


def text_of(units: bytes) -> str:
    return units.decode("utf-16-le", "surrogatepass")


def stored_text(value: Any) -> Any:
    """What a char pointer is set to so that it points to text: bytes, or an address, or None."""
    if isinstance(value, str):
        return _core.wide_bytes(value)
    if value is None or isinstance(value, int):
        return value
    raise TypeError(f"unicode string or integer address expected instead of {type(value).__name__} instance")


def text_at(address: int) -> str | None:
    """The text that the pointer at an address points to."""
    pointer = host.c_size_t.from_address(address).value
    return _core.wide_string(pointer) if pointer else None


def bstr_at(address: int) -> str | None:
    """The text of the BSTR that lies at an address. It says its length itself."""
    text = host.c_size_t.from_address(address).value
    return _core.wide_string(text, host.c_uint32.from_address(text - 4).value // 2) if text else None


def store_bstr(address: int, value: Any) -> None:
    """Let the BSTR at an address be a new one, and free what it was."""
    from windlass.foreign import windll

    units = None if value is None else units_of(value)
    place = host.c_void_p.from_address(address)
    windll.oleaut32.SysFreeString(host.c_void_p(place.value))
    allocate = windll.oleaut32["SysAllocStringByteLen"]
    allocate.restype = host.c_void_p
    place.value = None if units is None else allocate(units, len(units))


def pointed_text_at(kind: Any, address: int) -> str | None:
    """What a value of c_wchar_p or a BSTR type at an address shows."""
    return bstr_at(address) if kind._shape_ == "X" else text_at(address)


def store_units(address: int, room: int, value: Any, error: str) -> None:
    """Write text to an array of `room` units, with a zero if one fits."""
    units = units_of(value)
    length = len(units) // 2
    if length > room:
        raise ValueError(error.format(length=length, room=room))
    host.memmove(address, units + b"\0\0", len(units) + 2 if length < room else len(units))


# ---- items of arrays and pointers ----


class _Characters:
    """Items of WCHAR: single characters; slices are text."""

    __slots__ = ()

    def __getitem__(self: Any, index: Any) -> str:
        items = super().__getitem__(index)  # type: ignore[misc]
        if isinstance(items, int):
            return chr(items)
        return text_of(b"".join(item.to_bytes(2, "little") for item in items))

    def __setitem__(self: Any, index: Any, value: Any) -> None:
        super().__setitem__(index, _items(index, value, _character))  # type: ignore[misc]


class _Texts:
    """Items of WCHAR * or BSTR: text or None."""

    __slots__ = ()

    def __getitem__(self: Any, index: Any) -> Any:
        if isinstance(index, slice):
            return [self[i] for i in _positions(self, index)]
        return pointed_text_at(self._type_, _item_address(self, index))

    def __setitem__(self: Any, index: Any, value: Any) -> None:
        if self._type_._shape_ != "X" or isinstance(value, _Simple):
            super().__setitem__(index, _items(index, value, _text))  # type: ignore[misc]
        elif isinstance(index, slice):
            for position, item in zip(_positions(self, index), value):
                self[position] = item
        else:
            store_bstr(_item_address(self, index), value)


def _item_address(items: Any, position: Any) -> int:
    index: int = index_of(position)
    if not isinstance(items, host.Array):
        pointer: int = host.c_size_t.from_buffer(items).value
        if not pointer:
            raise ValueError("NULL pointer access")
        return pointer + 8 * index
    if index < 0:
        index += len(items)
    if not 0 <= index < len(items):
        raise IndexError("invalid index")
    address: int = host.addressof(items)
    return address + 8 * index


def _positions(items: Any, index: slice) -> Iterable[int]:
    if isinstance(items, host.Array):
        return range(*index.indices(len(items)))
    if index.stop is None:
        raise ValueError("slice stop is required")
    return range(index.start or 0, index.stop, index.step or 1)


def _items(index: Any, value: Any, convert: Any) -> Any:
    if isinstance(index, slice):
        return [convert(item) for item in value]
    return convert(value)


def _character(value: Any) -> Any:
    return value if isinstance(type(value), SimpleType) else unit_of(value)


def _text(value: Any) -> Any:
    return value if isinstance(type(value), SimpleType) else stored_text(value)


def _get_array_text(self: Any) -> str:
    """The text before the first zero."""
    units = bytes(self)
    end = next((i for i in range(0, len(units), 2) if units[i : i + 2] == b"\0\0"), len(units))
    return text_of(units[:end])


def _set_array_text(self: Any, value: Any) -> None:
    store_units(host.addressof(self), len(self), value, "string too long")


def _keep_array_text(self: Any) -> None:
    raise TypeError("can't delete attribute")


class _CharacterArray(_Characters):
    __slots__ = ()
    value = property(_get_array_text, _set_array_text, _keep_array_text)


@cache
def _arrays() -> WeakValueDictionary[tuple[Any, int], Any]:
    """c_wchar * n is one type for each n."""
    from weakref import WeakValueDictionary

    return WeakValueDictionary()


def array_of(kind: Any, length: int) -> Any:
    """kind * length."""
    if not isinstance(length, int):
        return NotImplemented
    if not is_text(kind):
        return _SimpleMeta.__mul__(kind, length)
    made = _arrays().get((kind, length))
    if made is None:
        namespace = {"_type_": kind, "_length_": length, "__module__": __name__}
        made = make_array(f"{kind.__name__}_Array_{length}", (), namespace)
        _arrays()[kind, length] = made
    return made


def make_array(name: str, bases: tuple[Any, ...], namespace: dict[str, Any]) -> Any:
    """A class of arrays whose items are text."""
    items = _CharacterArray if namespace["_type_"]._shape_ == "u" else _Texts
    return _ArrayMeta(name, (*bases, items, host.Array), namespace)


def make_pointer(name: str, bases: tuple[Any, ...], namespace: dict[str, Any]) -> Any:
    """A class of pointers to text types."""
    items = _Characters if namespace["_type_"]._shape_ == "u" else _Texts
    return _PointerMeta(name, (*bases, items, _HostPointer), namespace)


def is_text(kind: Any) -> bool:
    """Whether a type shows its values as str: c_wchar and c_wchar_p do, their subclasses do not."""
    return isinstance(kind, SimpleType) and _Simple in kind.__bases__


# ---- the types ----


def _from_out_parameter(self: Any) -> Any:
    """What a call returns of an output parameter; ctypes' own method would show the storage."""
    return self.value if is_text(type(self)) else self


class _Wchar:
    """c_wchar: one UTF-16 code unit."""

    __slots__ = ()
    _shape_ = "u"
    __ctypes_from_outparam__ = _from_out_parameter

    def __init__(self, value: Any = _DEFAULT) -> None:
        if value is not _DEFAULT:
            self.value = value

    @property
    def value(self) -> str:
        return chr(_stored.__get__(self))

    @value.setter
    def value(self, value: Any) -> None:
        _stored.__set__(self, unit_of(value))

    def __repr__(self) -> str:
        return _representation(self, repr(self.value))


class _WcharPointer:
    """c_wchar_p: a pointer to zero-terminated UTF-16 text, which is kept alive when it was made here."""

    __slots__ = ()
    _shape_ = "Z"
    __ctypes_from_outparam__ = _from_out_parameter

    def __init__(self, value: Any = None) -> None:
        self.value = value

    @property
    def value(self) -> str | None:
        return text_at(host.addressof(self))  # type: ignore[arg-type]

    @value.setter
    def value(self, value: Any) -> None:
        _stored.__set__(self, stored_text(value))

    def __repr__(self) -> str:
        return _representation(self, repr(host.c_void_p.from_buffer(self).value))  # type: ignore[arg-type]


class _Bstr:
    """A BSTR, which SysAllocString made and SysFreeString frees."""

    __slots__ = ()
    _shape_ = "X"
    __ctypes_from_outparam__ = _from_out_parameter

    def __init__(self, value: Any = None) -> None:
        if value is not None:
            self.value = value

    @property
    def value(self) -> str | None:
        return bstr_at(host.addressof(self))  # type: ignore[arg-type]

    @value.setter
    def value(self, value: Any) -> None:
        store_bstr(host.addressof(self), value)  # type: ignore[arg-type]

    def __repr__(self) -> str:
        return _representation(self, repr(self.value))


def _representation(instance: Any, value: str) -> str:
    kind = type(instance)
    if is_text(kind):
        return f"{kind.__name__}({value})"
    return f"<{kind.__name__} object at {id(instance):#x}>"


def _wchar_parameter(cls: Any, value: Any) -> Any:
    """A c_wchar parameter takes a character."""
    if isinstance(value, cls):
        return value
    if isinstance(value, str):
        return cls(value)
    return _substitute(cls, value, host.c_wchar)


def _text_parameter(cls: Any, value: Any) -> Any:
    """A c_wchar_p parameter takes text, None, and what holds or points to characters."""
    if value is None or isinstance(value, cls):
        return value
    if isinstance(value, str):
        return c_wchar_p(value)
    if isinstance(value, (host.Array, _HostPointer)) and _holds_characters(value._type_):
        return value
    if _holds_characters(type(getattr(value, "_obj", None))):  # byref(c_wchar("x"))
        return value
    if isinstance(value, c_wchar_p):
        return value
    return _substitute(cls, value, host.c_wchar_p)


def _bstr_parameter(cls: Any, value: Any) -> Any:
    """A BSTR parameter takes text and None."""
    if isinstance(value, cls):
        return value
    if value is None or isinstance(value, str):
        return cls(value)
    return _substitute(cls, value, host.c_wchar_p)


def _holds_characters(kind: Any) -> bool:
    return getattr(kind, "_shape_", None) == "u"


def _substitute(cls: Any, value: Any, like: Any) -> Any:
    """Its _as_parameter_; or the error that this version's ctypes has for such a value."""
    substitute = getattr(value, "_as_parameter_", _DEFAULT)
    if substitute is not _DEFAULT:
        return cls.from_param(substitute)
    like.from_param(value)
    raise TypeError("wrong type")


# The calls know what these two take.
_wchar_parameter._is_standard_ = True  # type: ignore[attr-defined]
_text_parameter._is_standard_ = True  # type: ignore[attr-defined]

_STORAGE: dict[str, tuple[Any, str, Any]] = {
    "u": (_Wchar, "H", _wchar_parameter),
    "Z": (_WcharPointer, "z", _text_parameter),
    "X": (_Bstr, "P", None),
}
"""By ctypes' letter: what shows the text, the letter of the storage, and from_param."""
_WIDTHS = {"l": "i", "L": "I", "g": "d"}
"""Letters whose width differs on Windows, by the host's letter of that width."""


class SimpleType(_SimpleMeta):  # type: ignore[misc]
    """The metaclass of the text types, and of the `_SimpleCData` that windlass.ctypes shows: simple types get
    the widths that Windows gives their letters.
    """

    def __new__(mcls, name: str, bases: tuple[Any, ...], namespace: dict[str, Any]) -> Any:
        if "_is_root_" in namespace:
            return super().__new__(mcls, name, bases, namespace)
        bases = tuple(_Simple if _is_root(base) else base for base in bases)
        inherited = next((base._type_ for base in bases if isinstance(base, SimpleType)), None)
        letter = namespace.get("_type_", inherited)
        if letter not in _STORAGE:
            return _SimpleMeta(name, bases, {**namespace, **_width(letter)})
        if mcls is not SimpleType:
            return SimpleType(name, bases, namespace)
        shows, storage, _ = _STORAGE[letter]
        if inherited is None:
            bases = (*(base for base in bases if base is not _Simple), shows, _Simple)
        return super().__new__(mcls, name, bases, {**namespace, "_type_": storage})

    def __init__(cls, name: str, bases: tuple[Any, ...], namespace: dict[str, Any]) -> None:
        super().__init__(name, bases, namespace)
        if "_is_root_" in namespace:
            return
        letter, (_, _, from_param) = next(item for item in _STORAGE.items() if issubclass(cls, item[1][0]))
        cls._type_ = letter
        if letter == "X":  # ctypes has given it the storage's, which on Windows it does not
            inherited = (
                vars(each).get("from_param") for each in cls.__mro__[1:] if isinstance(each, SimpleType)
            )
            default = next(filter(None, inherited), classmethod(_bstr_parameter))
            cls.from_param = namespace.get("from_param", default)
        if is_text(cls):
            if from_param is not None and "from_param" not in namespace:  # ctypes has given it the storage's
                cls.from_param = classmethod(from_param)
            register_pointer(cls)

    from_param: Any

    def __mul__(cls, length: int) -> Any:
        return array_of(cls, length)

    __rmul__ = __mul__

    def __instancecheck__(cls, instance: Any) -> bool:
        return issubclass(type(instance), cls)

    def __subclasscheck__(cls, subclass: Any) -> bool:
        return issubclass(subclass, _Simple) if _is_root(cls) else type.__subclasscheck__(cls, subclass)


def _width(letter: Any) -> dict[str, str]:
    return {"_type_": _WIDTHS[letter]} if letter in _WIDTHS else {}


def _is_root(kind: Any) -> bool:
    """Whether a class only stands for ctypes' own, so that classes made from it pass through here."""
    return "_is_root_" in vars(kind)


def register_pointer(kind: Any) -> None:
    """Let POINTER(kind) be a class that shows text."""
    pointer = make_pointer(f"LP_{kind.__name__}", (), {"_type_": kind, "__module__": __name__})
    if kind._shape_ == "u":
        pointer.from_param = classmethod(_text_parameter)
    cache = getattr(host, "_pointer_type_cache", None)
    if isinstance(cache, dict):
        cache[kind] = pointer
    else:  # since 3.14
        kind.__pointer_type__ = pointer


class c_wchar(_Simple, metaclass=SimpleType):  # type: ignore[misc]
    """A UTF-16 code unit: Windows' wchar_t."""

    _type_ = "u"
    value: Any


class c_wchar_p(_Simple, metaclass=SimpleType):  # type: ignore[misc]
    """A pointer to zero-terminated UTF-16 text."""

    _type_ = "Z"
    value: Any


# ---- what users derive their own classes from ----


def _refuse(cls: Any, *args: Any, **keywords: Any) -> Any:
    raise TypeError("abstract class")


class _Abstract:
    """Beside a metaclass: the class itself has no instances and takes no values."""

    from_address = from_buffer = from_buffer_copy = from_param = in_dll = __call__ = _refuse


class _RootSimpleType(_Abstract, SimpleType):
    pass


class _SimpleCData(_Simple, metaclass=_RootSimpleType):  # type: ignore[misc]
    """The base of simple types: `_type_` is a letter, with Windows' width."""

    _type_ = "i"
    _is_root_ = True


class _ArrayType(_Abstract, _ArrayMeta):  # type: ignore[misc]
    def __new__(mcls, name: str, bases: tuple[Any, ...], namespace: dict[str, Any]) -> Any:
        if "_is_root_" in namespace:
            return super().__new__(mcls, name, bases, namespace)
        others = tuple(base for base in bases if not _is_root(base))
        if is_text(namespace.get("_type_")):
            return make_array(name, others, namespace)
        return _ArrayMeta(name, (*others, host.Array), namespace)

    def __instancecheck__(cls, instance: Any) -> bool:
        return isinstance(instance, host.Array)

    def __subclasscheck__(cls, subclass: Any) -> bool:
        return issubclass(subclass, host.Array)


class Array(host.Array, metaclass=_ArrayType):  # type: ignore[type-arg]
    """The base of arrays: `_type_` and `_length_`."""

    _type_ = host.c_char
    _length_ = 0
    _is_root_ = True


class _PointerType(_Abstract, _PointerMeta):  # type: ignore[misc]
    def __new__(mcls, name: str, bases: tuple[Any, ...], namespace: dict[str, Any]) -> Any:
        if "_is_root_" in namespace:
            return super().__new__(mcls, name, bases, namespace)
        others = tuple(base for base in bases if not _is_root(base))
        if is_text(namespace.get("_type_")):
            return make_pointer(name, others, namespace)
        return _PointerMeta(name, (*others, _HostPointer), namespace)

    def __instancecheck__(cls, instance: Any) -> bool:
        return isinstance(instance, _HostPointer)

    def __subclasscheck__(cls, subclass: Any) -> bool:
        return issubclass(subclass, _HostPointer)


class _Pointer(_HostPointer, metaclass=_PointerType):  # type: ignore[misc]
    """The base of pointers: `_type_`."""

    _is_root_ = True
