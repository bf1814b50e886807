"""IDispatch for objects that have none of their own, and type information made of INTERFACEDATA.

Source: Microsoft, "CreateStdDispatch function", "CreateDispTypeInfo function", "INTERFACEDATA structure",
"METHODDATA structure", "PARAMDATA structure".
"""

from __future__ import annotations

import ctypes

from windlass import _core
from windlass.api.com import automation_types as types
from windlass.api.com import typelib
from windlass.api.com.com_objects import E_INVALIDARG, ComObject, Interface, IUnknown, add_ref, call, release
from windlass.api.com.typelib import Function, Implemented, Library, Parameter, PointerType, Type, TypeShape
from windlass.api.com.typelib_stdole import make_stdole
from windlass.api.com.typelib_views import TypeInfo, TypeLib
from windlass.api.outputs import get_u64, put_u32, put_u64
from windlass.api.structures import get_structure
from windlass.registry import export
from windlass.types import HRESULT, LCID, PVOID

__all__ = ["IDispatch"]

DISP_E_BADINDEX = 0x8002000B
GET_IDS_OF_NAMES, INVOKE = 10, 11
VT_BYREF = 0x4000

IDispatch = Interface(
    "00020400-0000-0000-c000-000000000046",
    IUnknown,
    "GetTypeInfoCount:P GetTypeInfo:IIP GetIDsOfNames:PPIIP Invoke:iPIHPPPP",
)


class StandardDispatch(ComObject):
    """IDispatch by a type's description, for the object that it is to be part of."""

    interfaces = (IDispatch,)

    def __init__(self, outer: int, instance: int, info: int) -> None:
        super().__init__(outer)
        self.instance, self.info = instance, info
        add_ref(info)

    def destroy(self) -> None:
        release(self.info)

    def GetTypeInfoCount(self, pctinfo: int) -> int | None:
        if not pctinfo:
            return E_INVALIDARG
        put_u32(pctinfo, 1)
        return None

    def GetTypeInfo(self, iTInfo: int, lcid: int, ppTInfo: int) -> int | None:
        put_u64(ppTInfo, 0)
        if iTInfo:
            return DISP_E_BADINDEX
        add_ref(self.info)
        put_u64(ppTInfo, self.info)
        return None

    def GetIDsOfNames(self, riid: int, rgszNames: int, cNames: int, lcid: int, rgDispId: int) -> int:
        return call(self.info, GET_IDS_OF_NAMES, rgszNames, cNames, rgDispId)

    def Invoke(
        self,
        memid: int,
        riid: int,
        lcid: int,
        flags: int,
        params: int,
        result: int,
        excep: int,
        argument: int,
    ) -> int:
        rest = params, result, excep, argument
        return call(self.info, INVOKE, self.instance, memid & 0xFFFFFFFF, flags, *rest)


@export("oleaut32")
def CreateStdDispatch(punkOuter: PVOID, pvThis: PVOID, ptinfo: PVOID, ppunkStdDisp: PVOID) -> HRESULT:
    if not pvThis or not ptinfo or not ppunkStdDisp:
        return E_INVALIDARG
    put_u64(ppunkStdDisp, StandardDispatch(punkOuter, pvThis, ptinfo).pointer())
    return 0


# ---- descriptions that a program writes in C ----


class MethodData(ctypes.Structure):
    _fields_ = (
        ("szName", ctypes.c_uint64),
        ("ppdata", ctypes.c_uint64),
        ("dispid", ctypes.c_int32),
        ("iMeth", ctypes.c_uint32),
        ("cc", ctypes.c_int32),
        ("cArgs", ctypes.c_uint32),
        ("wFlags", ctypes.c_uint16),
        ("vtReturn", ctypes.c_uint16),
    )


PARAM_DATA_SIZE = 16


def _shape(vt: int) -> TypeShape:
    if vt & VT_BYREF:
        return PointerType(typelib.VT_PTR, _shape(vt & ~VT_BYREF))
    if vt & types.VT_ARRAY:
        return PointerType(typelib.VT_SAFEARRAY, _shape(vt & ~types.VT_ARRAY))
    return vt


def _function(data: MethodData) -> Function:
    parameters = []
    for index in range(data.cArgs):
        at = data.ppdata + PARAM_DATA_SIZE * index
        vt = int.from_bytes(_core.read(at + 8, 2), "little")
        parameters.append(Parameter(_shape(vt), 0, _core.wide_string(get_u64(at))))
    return Function(
        name=_core.wide_string(data.szName),
        memid=data.dispid,
        kind=0,
        invoke=data.wFlags & 0xF or 1,
        convention=data.cc,
        vtable_offset=8 * data.iMeth,
        result=_shape(data.vtReturn),
        parameters=parameters,
    )


@export("oleaut32")
def CreateDispTypeInfo(pidata: PVOID, lcid: LCID, pptinfo: PVOID) -> HRESULT:
    if not pidata or not pptinfo:
        return E_INVALIDARG
    methods, count = get_u64(pidata), int.from_bytes(_core.read(pidata + 8, 4), "little")
    size = ctypes.sizeof(MethodData)
    functions = [_function(get_structure(methods + size * index, MethodData)) for index in range(count)]
    made = make_stdole()
    base = next(index for index, each in enumerate(made.types) if each.name == "IDispatch")
    library = Library(lcid=lcid, types=made.types, references=made.references)
    description = Type(kind=typelib.TKIND_DISPATCH, functions=functions)
    description.implemented = [Implemented(library.refer(base))]
    library.types = [*library.types, description]
    owner = TypeLib(library)
    put_u64(pptinfo, TypeInfo(owner, len(library.types) - 1).pointer())
    owner.Release()
    return 0
