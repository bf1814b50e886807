"""Objects of WMI as COM shows them: a class or an instance with its properties, and what queries find.

Source: Microsoft, "IWbemClassObject interface", "IEnumWbemClassObject interface", "IWbemQualifierSet
interface", "WMI System Properties", "Numbers (WMI)", "WMI Return Codes".
"""

from __future__ import annotations

import ctypes
import struct
from collections.abc import Callable, Iterator, Sequence
from typing import ClassVar, NamedTuple, Union

from windlass import _core
from windlass.api.calls import windows
from windlass.api.com.automation_types import (
    VARIANT_SIZE,
    VT_ARRAY,
    VT_BOOL,
    VT_BSTR,
    VT_I2,
    VT_I4,
    VT_NULL,
    VT_R4,
    VT_UI1,
    value_of,
)
from windlass.api.com.com_objects import (
    E_INVALIDARG,
    ComObject,
    Interface,
    IUnknown,
    bstr,
    put_bstr,
)
from windlass.api.com.typelib import Value
from windlass.api.outputs import put_u32, put_u64
from windlass.api.refused import Refused
from windlass.api.system import wmi_schema as schema
from windlass.api.system.registry_seed import computer_name
from windlass.api.system.wmi_schema import CIM_FLAG_ARRAY, Class, Property, Row, Scalar

__all__ = ["ClassObject", "Found", "Instance", "ObjectEnumerator", "class_instance"]

WBEM_S_FALSE, WBEM_S_NO_MORE_DATA = 1, 0x40005
WBEM_E_NOT_FOUND, WBEM_E_INVALID_PARAMETER, WBEM_E_INVALID_OPERATION = 0x80041002, 0x80041008, 0x80041016
WBEM_E_UNEXPECTED, WBEM_E_TYPE_MISMATCH, WBEM_E_READ_ONLY = 0x8004101D, 0x80041005, 0x8004103F

WBEM_FLAVOR_ORIGIN_PROPAGATED, WBEM_FLAVOR_ORIGIN_SYSTEM = 0x20, 0x40
WBEM_FLAG_ONLY_IF_IDENTICAL, WBEM_FLAG_KEYS_ONLY, WBEM_FLAG_REFS_ONLY = 0x3, 0x4, 0x8
WBEM_FLAG_SYSTEM_ONLY, WBEM_FLAG_NONSYSTEM_ONLY, WBEM_MASK_CONDITION_ORIGIN = 0x30, 0x40, 0x70

IWbemClassObject = Interface(
    "dc12a681-737f-11cf-884d-00aa004b2e24",
    IUnknown,
    "GetQualifierSet:P Get:PIPPP Put:PIPI Delete:P GetNames:PIPP BeginEnumeration:I Next:IPPPP"
    " EndEnumeration: GetPropertyQualifierSet:PP Clone:P GetObjectText:IP SpawnDerivedClass:IP"
    " SpawnInstance:IP CompareTo:IP GetPropertyOrigin:PP InheritsFrom:P GetMethod:PIPP PutMethod:PIPP"
    " DeleteMethod:P BeginMethodEnumeration:I NextMethod:IPPP EndMethodEnumeration: GetMethodQualifierSet:PP"
    " GetMethodOrigin:PP",
)
IEnumWbemClassObject = Interface(
    "027947e1-d731-11ce-a357-000000000001",
    IUnknown,
    "Reset: Next:IIPP NextAsync:IP Clone:P Skip:II",
)
IWbemQualifierSet = Interface(
    "dc12a680-737f-11cf-884d-00aa004b2e24",
    IUnknown,
    "Get:PIPP Put:PPI Delete:P GetNames:IP BeginEnumeration:I Next:IPPP EndEnumeration:",
)

Found = Union[Scalar, "list[str]", "list[int]"]

# ---- properties ----


class Instance(NamedTuple):
    """A class (`row` is None) or an instance, and which of its properties were selected (none: all)."""

    of: Class
    row: Row | None
    selected: tuple[str, ...] = ()

    def properties(self) -> list[Property]:
        if not self.selected:
            return list(self.of.properties)
        wanted = {name.lower() for name in self.selected}
        return [each for each in self.of.properties if each.name.lower() in wanted]

    def value(self, name: str) -> Found:
        """Of any property of the class or of the system, selected or not; None if there is none."""
        found = self.of.find(name)
        if found is not None:
            return (self.row or {}).get(found.name)
        system = _SYSTEM.get(name.upper())
        return system[1](self) if system else None


def class_instance(of: Class) -> Instance:
    return Instance(of, None)


def _quoted(value: Found) -> str:
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return str(int(value)) if isinstance(value, (bool, int)) else '""'


def _relative_path(of: Instance) -> str | None:
    """None if a key was not selected."""
    if of.row is None:
        return of.of.name
    if of.of.is_single:
        return f"{of.of.name}=@"
    keys = [each for each in of.of.properties if each.is_key]
    if not keys or not {each.name for each in keys} <= {each.name for each in of.properties()}:
        return None
    values = sorted((each.name, _quoted(of.value(each.name))) for each in keys)
    return f"{of.of.name}." + ",".join(f"{name}={value}" for name, value in values)


def _path(of: Instance) -> str | None:
    relative = _relative_path(of)
    return relative and f"\\\\{computer_name()}\\{_name_space(of)}:{relative}"


def _name_space(of: Instance) -> str:
    return of.of.name_space.replace("root", "ROOT").replace("cimv2", "CIMV2")


_SYSTEM: dict[str, tuple[int, Callable[[Instance], Found]]] = {
    "__GENUS": (schema.CIM_SINT32, lambda of: 1 if of.row is None else 2),
    "__CLASS": (schema.CIM_STRING, lambda of: of.of.name),
    "__SUPERCLASS": (schema.CIM_STRING, lambda of: of.of.bases[0] if of.of.bases else None),
    "__DYNASTY": (schema.CIM_STRING, lambda of: of.of.bases[-1] if of.of.bases else of.of.name),
    "__RELPATH": (schema.CIM_STRING, _relative_path),
    "__PROPERTY_COUNT": (schema.CIM_SINT32, lambda of: len(of.properties())),
    "__DERIVATION": (schema.CIM_STRING | CIM_FLAG_ARRAY, lambda of: list(of.of.bases)),
    "__SERVER": (schema.CIM_STRING, lambda of: computer_name()),
    "__NAMESPACE": (schema.CIM_STRING, _name_space),
    "__PATH": (schema.CIM_STRING, _path),
}
"""The properties that every object has."""

# ---- VARIANTs ----

_NUMBERS = {
    schema.CIM_SINT8: (VT_I2, "<h"),
    schema.CIM_SINT16: (VT_I2, "<h"),
    schema.CIM_UINT8: (VT_UI1, "<B"),
    schema.CIM_SINT32: (VT_I4, "<i"),
    schema.CIM_UINT16: (VT_I4, "<i"),
    schema.CIM_UINT32: (VT_I4, "<i"),
    schema.CIM_REAL32: (VT_R4, "<f"),
    schema.CIM_BOOLEAN: (VT_BOOL, "<h"),
}
"""All other types are texts, numbers of 64 bits among them."""


def _number_bytes(type: int, value: Found) -> bytes:
    form = _NUMBERS[type][1]
    if type == schema.CIM_BOOLEAN:
        return struct.pack(form, -1 if value else 0)
    number = int(value) if isinstance(value, (int, str)) else 0
    return struct.pack(form, number - (1 << 32) if form == "<i" and number >= 1 << 31 else number)


def _array(type: int, values: Sequence[str | int]) -> int:
    """A SAFEARRAY."""
    vt = _NUMBERS[type][0] if type in _NUMBERS else VT_BSTR
    made = windows("oleaut32.dll", "SafeArrayCreateVector", vt, 0, len(values))
    for place, value in enumerate(values):
        index = ctypes.c_int32(place)
        if vt == VT_BSTR:
            element = bstr(str(value))
            windows("oleaut32.dll", "SafeArrayPutElement", made, ctypes.addressof(index), element)
            windows("oleaut32.dll", "SysFreeString", element)
        else:
            data = ctypes.create_string_buffer(_number_bytes(type, value), 8)
            windows(
                "oleaut32.dll", "SafeArrayPutElement", made, ctypes.addressof(index), ctypes.addressof(data)
            )
    return made


def _variant(type: int, value: Found) -> bytes:
    if value is None:
        return struct.pack("<HHIQQ", VT_NULL, 0, 0, 0, 0)
    if isinstance(value, list):
        single = type & ~CIM_FLAG_ARRAY
        vt = VT_ARRAY | (_NUMBERS[single][0] if single in _NUMBERS else VT_BSTR)
        return struct.pack("<HHIQQ", vt, 0, 0, _array(single, value), 0)
    if type in _NUMBERS:
        head = struct.pack("<HHI", _NUMBERS[type][0], 0, 0)
        return (head + _number_bytes(type, value)).ljust(VARIANT_SIZE, b"\0")
    return struct.pack("<HHIQQ", VT_BSTR, 0, 0, bstr(str(value)), 0)


# ---- the objects ----


class ClassObject(ComObject):
    """IWbemClassObject. What a program changes is this object's alone: nothing here can be written back."""

    interfaces = (IWbemClassObject,)

    def __init__(self, instance: Instance) -> None:
        super().__init__()
        self.instance = instance
        self._listed: Iterator[tuple[str, int, Found, int]] | None = None

    def _members(self, flags: int) -> Iterator[tuple[str, int, Found, int]]:
        """The names, types, values and origins that the flags of an enumeration or of GetNames choose."""
        origin = flags & WBEM_MASK_CONDITION_ORIGIN
        only_keys = flags & WBEM_FLAG_KEYS_ONLY
        if flags & WBEM_FLAG_REFS_ONLY:
            return
        if origin != WBEM_FLAG_NONSYSTEM_ONLY and not only_keys:
            for name, (type, value) in _SYSTEM.items():
                yield name, type, value(self.instance), WBEM_FLAVOR_ORIGIN_SYSTEM
        if origin != WBEM_FLAG_SYSTEM_ONLY:
            for each in self.instance.properties():
                if each.is_key or not only_keys:
                    yield each.name, each.type, self.instance.value(each.name), 0

    def _member(self, name: str) -> tuple[int, Found, int]:
        system = _SYSTEM.get(name.upper())
        if system:
            return system[0], system[1](self.instance), WBEM_FLAVOR_ORIGIN_SYSTEM
        for each in self.instance.properties():
            if each.name.lower() == name.lower():
                return each.type, self.instance.value(each.name), 0
        raise Refused(WBEM_E_NOT_FOUND)

    def Get(self, wszName: int, lFlags: int, pVal: int, pType: int, plFlavor: int) -> int | None:
        if not wszName or lFlags:
            return WBEM_E_INVALID_PARAMETER
        type, value, flavor = self._member(_core.wide_string(wszName))
        _put_value(type, value, flavor, (pVal, pType, plFlavor))
        return None

    def Put(self, wszName: int, lFlags: int, pVal: int, Type: int) -> int | None:
        """A single value, or NULL."""
        if not wszName or lFlags:
            return WBEM_E_INVALID_PARAMETER
        name = _core.wide_string(wszName)
        if name.upper() in _SYSTEM:
            return WBEM_E_READ_ONLY
        self._member(name)
        found = self.instance.of.find(name)
        given = value_of(pVal) if pVal else Value(VT_NULL, None)
        if found is None or given is None or found.type & CIM_FLAG_ARRAY:
            return WBEM_E_TYPE_MISMATCH
        row = {**(self.instance.row or {}), found.name: given.value}
        self.instance = self.instance._replace(row=row)
        return None

    def GetNames(self, wszQualifierName: int, lFlags: int, pQualifierVal: int, pNames: int) -> int | None:
        if not pNames:
            return WBEM_E_INVALID_PARAMETER
        names = [name for name, _, _, _ in self._members(lFlags & ~WBEM_FLAG_ONLY_IF_IDENTICAL)]
        put_u64(pNames, _array(schema.CIM_STRING, names))
        return None

    def BeginEnumeration(self, lEnumFlags: int) -> None:
        self._listed = self._members(lEnumFlags)

    def Next(self, lFlags: int, strName: int, pVal: int, pType: int, plFlavor: int) -> int | None:
        if self._listed is None:
            return WBEM_E_UNEXPECTED
        found = next(self._listed, None)
        if found is None:
            put_u64(strName, 0)
            return WBEM_S_NO_MORE_DATA
        put_bstr(strName, found[0])
        _put_value(*found[1:], (pVal, pType, plFlavor))
        return None

    def EndEnumeration(self) -> None:
        self._listed = None

    def GetQualifierSet(self, ppQualSet: int) -> int | None:
        if not ppQualSet:
            return WBEM_E_INVALID_PARAMETER
        put_u64(ppQualSet, Qualifiers([("dynamic", True), ("provider", "CIMWin32")]).pointer())
        return None

    def GetPropertyQualifierSet(self, wszProperty: int, ppQualSet: int) -> int | None:
        name = _core.wide_string(wszProperty) if wszProperty else ""
        found = self.instance.of.find(name)
        if found is None or not ppQualSet:
            return WBEM_E_NOT_FOUND if ppQualSet else WBEM_E_INVALID_PARAMETER
        qualifiers: list[tuple[str, Scalar]] = [("CIMTYPE", _TYPE_NAMES[found.type & ~CIM_FLAG_ARRAY])]
        put_u64(ppQualSet, Qualifiers(qualifiers + ([("key", True)] if found.is_key else [])).pointer())
        return None

    def Clone(self, ppCopy: int) -> int | None:
        if not ppCopy:
            return WBEM_E_INVALID_PARAMETER
        put_u64(ppCopy, ClassObject(self.instance).pointer())
        return None

    def SpawnInstance(self, lFlags: int, ppNewInstance: int) -> int | None:
        if not ppNewInstance or self.instance.row is not None:
            return WBEM_E_INVALID_PARAMETER if not ppNewInstance else WBEM_E_INVALID_OPERATION
        put_u64(ppNewInstance, ClassObject(Instance(self.instance.of, {})).pointer())
        return None

    def GetPropertyOrigin(self, wszName: int, pstrClassName: int) -> int | None:
        name = _core.wide_string(wszName) if wszName else ""
        self._member(name)
        put_bstr(pstrClassName, "___SYSTEM" if name.upper() in _SYSTEM else self.instance.of.name)
        return None

    def InheritsFrom(self, strAncestor: int) -> int:
        if not strAncestor:
            return WBEM_E_INVALID_PARAMETER
        wanted = _core.wide_string(strAncestor).lower()
        names = (self.instance.of.name, *self.instance.of.bases)
        return 0 if wanted in map(str.lower, names) else WBEM_S_FALSE

    def GetObjectText(self, lFlags: int, pstrObjectText: int) -> int | None:
        """In the Managed Object Format."""
        if not pstrObjectText:
            return WBEM_E_INVALID_PARAMETER
        put_bstr(pstrObjectText, _mof(self.instance))
        return None


def _put_value(type: int, value: Found, flavor: int, places: tuple[int, int, int]) -> None:
    at_value, at_type, at_flavor = places
    if at_value:
        _core.write(at_value, _variant(type, value))
    put_u32(at_type, type)
    put_u32(at_flavor, flavor)


_TYPE_NAMES = {
    schema.CIM_SINT8: "sint8", schema.CIM_UINT8: "uint8", schema.CIM_SINT16: "sint16",
    schema.CIM_UINT16: "uint16", schema.CIM_SINT32: "sint32", schema.CIM_UINT32: "uint32",
    schema.CIM_SINT64: "sint64", schema.CIM_UINT64: "uint64", schema.CIM_REAL32: "real32",
    schema.CIM_STRING: "string", schema.CIM_BOOLEAN: "boolean", schema.CIM_DATETIME: "datetime",
}  # fmt: skip


def _mof_value(value: Found) -> str:
    if isinstance(value, list):
        return "{" + ", ".join(_mof_value(each) for each in value) + "}"
    if isinstance(value, bool):
        return str(value).upper()
    return _quoted(value) if isinstance(value, str) else str(value)


def _mof(of: Instance) -> str:
    if of.row is None:
        lines = [
            f"\t{_TYPE_NAMES[each.type & ~CIM_FLAG_ARRAY]} {each.name}"
            f"{'[]' if each.type & CIM_FLAG_ARRAY else ''};"
            for each in of.properties()
        ]
        base = f" : {of.of.bases[0]}" if of.of.bases else ""
        return "\n" + "\n".join([f"class {of.of.name}{base}", "{", *lines, "};", ""])
    values = ((each.name, of.value(each.name)) for each in of.properties())
    lines = [f"\t{name} = {_mof_value(value)};" for name, value in values if value is not None]
    return "\n" + "\n".join([f"instance of {of.of.name}", "{", *lines, "};", ""])


class Qualifiers(ComObject):
    """IWbemQualifierSet, to be read."""

    interfaces = (IWbemQualifierSet,)

    def __init__(self, items: list[tuple[str, Scalar]]) -> None:
        super().__init__()
        self.items = items
        self._listed: Iterator[tuple[str, Scalar]] | None = None

    def _put(self, value: Scalar, at_value: int, at_flavor: int) -> None:
        type = schema.CIM_BOOLEAN if isinstance(value, bool) else schema.CIM_STRING
        _put_value(type, value, 0, (at_value, 0, at_flavor))

    def Get(self, wszName: int, lFlags: int, pVal: int, plFlavor: int) -> int | None:
        name = _core.wide_string(wszName).lower() if wszName else ""
        for own, value in self.items:
            if own.lower() == name:
                self._put(value, pVal, plFlavor)
                return None
        return WBEM_E_NOT_FOUND

    def GetNames(self, lFlags: int, pNames: int) -> None:
        put_u64(pNames, _array(schema.CIM_STRING, [name for name, _ in self.items]))

    def BeginEnumeration(self, lFlags: int) -> None:
        self._listed = iter(self.items)

    def Next(self, lFlags: int, pstrName: int, pVal: int, plFlavor: int) -> int | None:
        if self._listed is None:
            return WBEM_E_UNEXPECTED
        found = next(self._listed, None)
        if found is None:
            return WBEM_S_NO_MORE_DATA
        put_bstr(pstrName, found[0])
        self._put(found[1], pVal, plFlavor)
        return None

    def EndEnumeration(self) -> None:
        self._listed = None


class ObjectEnumerator(ComObject):
    """IEnumWbemClassObject.

    find: makes the objects; it may refuse, and is first asked when the first of them is.
    once: they cannot be had again (WBEM_FLAG_FORWARD_ONLY).
    """

    interfaces: ClassVar[tuple[Interface, ...]] = (IEnumWbemClassObject,)

    def __init__(self, find: Callable[[], list[Instance]], once: bool, position: int = 0) -> None:
        super().__init__()
        self._find, self._once = find, once
        self._found: list[Instance] | None = None
        self._position = position

    def _objects(self) -> list[Instance]:
        if self._found is None:
            self._found = self._find()
        return self._found

    def Reset(self) -> int | None:
        if self._once:
            return WBEM_E_INVALID_OPERATION
        self._position = 0
        return None

    def Next(self, lTimeout: int, uCount: int, apObjects: int, puReturned: int) -> int:
        if not apObjects or not puReturned:
            return WBEM_E_INVALID_PARAMETER
        put_u32(puReturned, 0)
        taken = self._objects()[self._position : self._position + uCount]
        for place, each in enumerate(taken):
            put_u64(apObjects + 8 * place, ClassObject(each).pointer())
        self._position += len(taken)
        put_u32(puReturned, len(taken))
        return 0 if len(taken) == uCount else WBEM_S_FALSE

    def Clone(self, ppEnum: int) -> int | None:
        if self._once:
            return WBEM_E_INVALID_OPERATION
        if not ppEnum:
            return E_INVALIDARG
        found = self._objects()
        put_u64(ppEnum, ObjectEnumerator(lambda: found, False, self._position).pointer())
        return None

    def Skip(self, lTimeout: int, nCount: int) -> int:
        left = len(self._objects()) - self._position
        self._position += min(nCount, left)
        return 0 if nCount <= left else WBEM_S_FALSE
