"""OLE automation's structures, and values in VARIANTs.

Source: Microsoft, "VARIANT structure", "TYPEATTR structure", "FUNCDESC structure", "VARDESC structure",
"TLIBATTR structure", "DISPPARAMS structure", "EXCEPINFO structure".
"""

from __future__ import annotations

import ctypes
import struct
from ctypes import c_int16, c_int32, c_uint8, c_uint16, c_uint32, c_uint64

from windlass import _core
from windlass.api.calls import windows
from windlass.api.com.com_objects import bstr, check
from windlass.api.com.typelib import Value

VT_EMPTY, VT_NULL, VT_I2, VT_I4, VT_R4, VT_R8, VT_CY, VT_DATE, VT_BSTR, VT_DISPATCH, VT_ERROR, VT_BOOL = (
    range(12)
)
VT_VARIANT, VT_UNKNOWN, VT_DECIMAL, VT_I1, VT_UI1, VT_UI2, VT_UI4, VT_I8, VT_UI8 = (
    12,
    13,
    14,
    16,
    17,
    18,
    19,
    20,
    21,
)
VT_INT, VT_UINT, VT_VOID, VT_HRESULT, VT_CARRAY, VT_LPSTR, VT_LPWSTR, VT_RECORD = (
    22,
    23,
    24,
    25,
    28,
    30,
    31,
    36,
)
VT_ARRAY, VT_BYREF, VT_TYPEMASK = 0x2000, 0x4000, 0xFFF
VARIANT_SIZE = 24
DISP_E_PARAMNOTFOUND = 0x80020004

FORMATS = {
    VT_I2: "<h", VT_I4: "<i", VT_R4: "<f", VT_R8: "<d", VT_CY: "<q", VT_DATE: "<d", VT_ERROR: "<I",
    VT_BOOL: "<h",
    VT_I1: "<b", VT_UI1: "<B", VT_UI2: "<H", VT_UI4: "<I", VT_I8: "<q", VT_UI8: "<Q", VT_INT: "<i",
    VT_UINT: "<I",
    VT_HRESULT: "<I",
}  # fmt: skip
"""Of the numbers in a VARIANT, or in memory."""


class Guid(ctypes.Structure):
    _fields_ = (("bytes", c_uint8 * 16),)


class TypeDesc(ctypes.Structure):
    """target: the address of another TYPEDESC or ARRAYDESC, or a handle."""

    _fields_ = (("target", c_uint64), ("vt", c_uint16))


class ArrayBound(ctypes.Structure):
    _fields_ = (("cElements", c_uint32), ("lLbound", c_int32))


class ElemDesc(ctypes.Structure):
    """default: the address of a PARAMDESCEX, or 0."""

    _fields_ = (("tdesc", TypeDesc), ("default", c_uint64), ("flags", c_uint16))


class Variant(ctypes.Structure):
    _fields_ = (("vt", c_uint16), ("reserved", c_uint16 * 3), ("value", c_uint64), ("second", c_uint64))


class ParamDescEx(ctypes.Structure):
    _fields_ = (("cBytes", c_uint32), ("varDefaultValue", Variant))


class FuncDesc(ctypes.Structure):
    _fields_ = (
        ("memid", c_int32),
        ("lprgscode", c_uint64),
        ("lprgelemdescParam", c_uint64),
        ("funckind", c_int32),
        ("invkind", c_int32),
        ("callconv", c_int32),
        ("cParams", c_int16),
        ("cParamsOpt", c_int16),
        ("oVft", c_int16),
        ("cScodes", c_int16),
        ("elemdescFunc", ElemDesc),
        ("wFuncFlags", c_uint16),
    )


class VarDesc(ctypes.Structure):
    """where: the offset in an instance, or the address of the constant."""

    _fields_ = (
        ("memid", c_int32),
        ("lpstrSchema", c_uint64),
        ("where", c_uint64),
        ("elemdescVar", ElemDesc),
        ("wVarFlags", c_uint16),
        ("varkind", c_int32),
    )


class TypeAttr(ctypes.Structure):
    _fields_ = (
        ("guid", Guid),
        ("lcid", c_uint32),
        ("dwReserved", c_uint32),
        ("memidConstructor", c_int32),
        ("memidDestructor", c_int32),
        ("lpstrSchema", c_uint64),
        ("cbSizeInstance", c_uint32),
        ("typekind", c_int32),
        ("cFuncs", c_uint16),
        ("cVars", c_uint16),
        ("cImplTypes", c_uint16),
        ("cbSizeVft", c_uint16),
        ("cbAlignment", c_uint16),
        ("wTypeFlags", c_uint16),
        ("wMajorVerNum", c_uint16),
        ("wMinorVerNum", c_uint16),
        ("tdescAlias", TypeDesc),
        ("idldescType", c_uint64 * 2),
    )


class LibAttr(ctypes.Structure):
    _fields_ = (
        ("guid", Guid),
        ("lcid", c_uint32),
        ("syskind", c_int32),
        ("wMajorVerNum", c_uint16),
        ("wMinorVerNum", c_uint16),
        ("wLibFlags", c_uint16),
    )


class DispParams(ctypes.Structure):
    _fields_ = (
        ("rgvarg", c_uint64),
        ("rgdispidNamedArgs", c_uint64),
        ("cArgs", c_uint32),
        ("cNamedArgs", c_uint32),
    )


assert [ctypes.sizeof(each) for each in (FuncDesc, VarDesc, TypeAttr, LibAttr, ParamDescEx)] == [
    88,
    64,
    96,
    32,
    32,
]


def size_of(vt: int) -> int:
    """Bytes of a plain value."""
    return struct.calcsize(FORMATS[vt]) if vt in FORMATS else 8


def guid_structure(data: bytes) -> Guid:
    return Guid.from_buffer_copy(data)


# ---- VARIANTs ----


def vt_at(address: int) -> int:
    """The type of a VARIANT."""
    return int.from_bytes(_core.read(address, 2), "little")


def variant_bytes(value: Value) -> bytes:
    """A VARIANT that holds the value; a text's BSTR is the new owner's."""
    if value.vt in (VT_BSTR, VT_LPSTR, VT_LPWSTR):
        return struct.pack(
            "<HHIQQ", VT_BSTR, 0, 0, bstr(value.value if isinstance(value.value, str) else None), 0
        )
    if value.vt not in FORMATS:
        return struct.pack("<HHIQQ", value.vt, 0, 0, 0, 0)
    form = FORMATS[value.vt]
    number = value.value or 0
    return struct.pack("<HHI", value.vt, 0, 0) + struct.pack(form, number).ljust(16, b"\0")


def value_of(address: int) -> Value | None:
    """The constant in a VARIANT; None for one that no type library can hold."""
    vt = vt_at(address)
    if vt in FORMATS:
        form = FORMATS[vt]
        return Value(vt, struct.unpack(form, _core.read(address + 8, struct.calcsize(form)))[0])
    if vt == VT_BSTR:
        return Value(vt, bstr_text(int.from_bytes(_core.read(address + 8, 8), "little")))
    return Value(vt, None) if vt in (VT_EMPTY, VT_NULL, VT_UNKNOWN, VT_DISPATCH) else None


def bstr_text(address: int) -> str | None:
    """The text of a BSTR, None for NULL."""
    if not address:
        return None
    length = int.from_bytes(_core.read(address - 4, 4), "little")
    return _core.wide_string(address, length // 2)


def clear(variant: int) -> None:
    windows("oleaut32.dll", "VariantClear", variant)


def change_type(target: int, source: int, vt: int, lcid: int = 0x400) -> None:
    """Refused if the value cannot become one of that type."""
    check(windows("oleaut32.dll", "VariantChangeTypeEx", target, source, lcid, 0, vt) & 0xFFFFFFFF)
