"""ITypeLib, ITypeInfo and ITypeComp over what a type library says.

A dual interface has two descriptions: as a dispatch interface, with all functions that it inherits and
without HRESULTs, and as the interface behind, which is its own implementation -1 with the handle -2.

Source: Microsoft, "ITypeLib2 interface", "ITypeInfo2 interface", "ITypeComp interface",
"ITypeInfo::GetRefTypeOfImplType method".
"""

from __future__ import annotations

import ctypes
import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any, ClassVar

from windlass import _core
from windlass.api.calls import address_of, windows
from windlass.api.com import automation_types as types
from windlass.api.com import typelib
from windlass.api.com.com_objects import (
    CLASS_E_NOAGGREGATION,
    E_INVALIDARG,
    E_OUTOFMEMORY,
    ComObject,
    Interface,
    IUnknown,
    guid_at,
    put_bstr,
)
from windlass.api.com.typelib import (
    ArrayType,
    Custom,
    Function,
    Library,
    Outside,
    PointerType,
    Type,
    TypeShape,
    UserType,
)
from windlass.api.outputs import get_u64, put_u32, put_u64
from windlass.api.refused import Refused

__all__ = ["ITypeComp", "ITypeInfo", "ITypeLib", "TypeInfo", "TypeLib", "hash_of_name"]

TYPE_E_ELEMENTNOTFOUND, TYPE_E_CANTLOADLIBRARY, TYPE_E_BADMODULEKIND = 0x8002802B, 0x80029C4A, 0x800288BD
TYPE_E_TYPEMISMATCH, TYPE_E_DLLFUNCTIONNOTFOUND = 0x80028CA0, 0x8002802F
DISP_E_UNKNOWNNAME, DISP_E_MEMBERNOTFOUND = 0x80020006, 0x80020003
MEMBERID_NIL = -1
HREF_OF_INTERFACE, INDEX_OF_INTERFACE = 0xFFFFFFFE, 0xFFFFFFFF
FUNC_VIRTUAL, FUNC_PUREVIRTUAL, FUNC_NONVIRTUAL, FUNC_STATIC, FUNC_DISPATCH = range(5)
DESCKIND_NONE, DESCKIND_FUNCDESC, DESCKIND_VARDESC, DESCKIND_TYPECOMP, DESCKIND_IMPLICITAPPOBJ = range(5)
PARAMFLAG_FRETVAL = 8
IMPLTYPEFLAG_FDEFAULT = 1
TYPEFLAG_FAPPOBJECT = 1
DISPATCH_TABLE_SIZE = 7 * 8
CLSCTX_SERVER = 1 | 4

ITypeComp = Interface("00020403-0000-0000-c000-000000000046", IUnknown, "Bind:PIHPPP BindType:PIPP")
ITypeInfo = Interface(
    "00020401-0000-0000-c000-000000000046",
    IUnknown,
    "GetTypeAttr:P GetTypeComp:P GetFuncDesc:IP GetVarDesc:IP GetNames:iPIP GetRefTypeOfImplType:IP"
    " GetImplTypeFlags:IP GetIDsOfNames:PIP Invoke:PiHPPPP GetDocumentation:iPPPP GetDllEntry:iIPPP"
    " GetRefTypeInfo:IP AddressOfMember:iIP CreateInstance:PPP GetMops:iP GetContainingTypeLib:PP"
    " ReleaseTypeAttr:P ReleaseFuncDesc:P ReleaseVarDesc:P",
)
ITypeInfo2 = Interface(
    "00020412-0000-0000-c000-000000000046",
    ITypeInfo,
    "GetTypeKind:P GetTypeFlags:P GetFuncIndexOfMemId:iIP GetVarIndexOfMemId:iP GetCustData:PP"
    " GetFuncCustData:IPP GetParamCustData:IIPP GetVarCustData:IPP GetImplTypeCustData:IPP"
    " GetDocumentation2:iIPPP GetAllCustData:P GetAllFuncCustData:IP GetAllParamCustData:IIP"
    " GetAllVarCustData:IP GetAllImplTypeCustData:IP",
)
ITypeLib = Interface(
    "00020402-0000-0000-c000-000000000046",
    IUnknown,
    "GetTypeInfoCount: GetTypeInfo:IP GetTypeInfoType:IP GetTypeInfoOfGuid:PP GetLibAttr:P GetTypeComp:P"
    " GetDocumentation:iPPPP IsName:PIP FindName:PIPPP ReleaseTLibAttr:P",
)
ITypeLib2 = Interface(
    "00020411-0000-0000-c000-000000000046",
    ITypeLib,
    "GetCustData:PP GetLibStatistics:PP GetDocumentation2:iIPPP GetAllCustData:P",
)

_descriptions: dict[int, list[Any]] = {}
"""What was given to programs by GetFuncDesc and its kin, by address, with all that it points to."""


def describe(structure: ctypes.Structure, *parts: Any) -> int:
    """Keep a structure until it is released; its address."""
    address = ctypes.addressof(structure)
    _descriptions[address] = [structure, *parts]
    return address


def forget(address: int) -> None:
    """Release a description, and the texts in the VARIANTs that go with it."""
    for part in _descriptions.pop(address, ()):
        if isinstance(part, types.Variant):
            types.clear(ctypes.addressof(part))
        elif isinstance(part, types.ParamDescEx):
            types.clear(ctypes.addressof(part.varDefaultValue))


def required(result: int) -> int:
    """Refused unless the caller has a place for the result."""
    if not result:
        raise Refused(E_INVALIDARG)
    return result


def hash_of_name(name: str, system: int = 3, lcid: int = 0x409) -> int:
    """The hash that ITypeComp and FindName are given ("LHashValOfNameSys function")."""
    data = _core.wide_bytes(name)
    buffer = ctypes.create_string_buffer(data, len(data))
    return windows("oleaut32.dll", "LHashValOfNameSys", system, lcid, ctypes.addressof(buffer)) & 0xFFFFFFFF


def get_custom(custom: Custom, guid: int, result: int) -> None:
    """A VARIANT with one item of custom data, empty if there is none."""
    if not guid:
        raise Refused(E_INVALIDARG)
    found = custom.get(guid_at(guid))
    _core.write(required(result), types.variant_bytes(found) if found else bytes(types.VARIANT_SIZE))


def get_all_custom(custom: Custom, result: int) -> None:
    """A CUSTDATA with all items, for ClearCustData to free."""
    size = 16 + types.VARIANT_SIZE
    items = windows("ole32.dll", "CoTaskMemAlloc", max(size * len(custom), 1))
    if not items:
        raise Refused(E_OUTOFMEMORY)
    for index, (guid, value) in enumerate(custom.items()):
        _core.write(items + size * index, guid + types.variant_bytes(value))
    _core.write(required(result), struct.pack("<IIQ", len(custom), 0, items))


def put_documentation(
    described: typelib.Described, help_file: str | None, name: int, doc: int, context: int, file: int
) -> None:
    put_bstr(name, described.name)
    put_bstr(doc, described.doc)
    put_u32(context, described.help_context)
    put_bstr(file, help_file)


class TypeLib(ComObject):
    """A type library that programs can ask."""

    interfaces: ClassVar[tuple[Interface, ...]] = (ITypeLib2, ITypeComp)

    def __init__(self, library: Library, on_destroy: Callable[[], None] | None = None) -> None:
        super().__init__()
        self.library = library
        self.on_destroy = on_destroy

    def destroy(self) -> None:
        if self.on_destroy:
            self.on_destroy()

    def type(self, index: int) -> Type:
        if index >= len(self.library.types):
            raise Refused(TYPE_E_ELEMENTNOTFOUND)
        return self.library.types[index]

    def GetTypeInfoCount(self) -> int:
        return len(self.library.types)

    def GetTypeInfo(self, index: int, ppTInfo: int) -> None:
        required(ppTInfo)
        self.type(index)
        put_u64(ppTInfo, TypeInfo(self, index).pointer())

    def GetTypeInfoType(self, index: int, pTKind: int) -> None:
        required(pTKind)
        put_u32(pTKind, self.type(index).kind)

    def GetTypeInfoOfGuid(self, guid: int, ppTinfo: int) -> None:
        required(ppTinfo)
        index = self.library.index_of(guid_at(guid))
        if index is None:
            raise Refused(TYPE_E_ELEMENTNOTFOUND)
        put_u64(ppTinfo, TypeInfo(self, index).pointer())

    def GetLibAttr(self, ppTLibAttr: int) -> None:
        library = self.library
        required(ppTLibAttr)
        attributes = types.LibAttr(
            types.guid_structure(library.guid),
            library.lcid,
            library.system,
            library.major,
            library.minor,
            library.flags,
        )
        put_u64(ppTLibAttr, describe(attributes))

    def ReleaseTLibAttr(self, pTLibAttr: int) -> None:
        forget(pTLibAttr)

    def GetTypeComp(self, ppTComp: int) -> None:
        self._add_ref()
        put_u64(required(ppTComp), self.pointer(ITypeComp))

    def described(self, index: int) -> typelib.Described:
        return self.library if index == MEMBERID_NIL else self.type(index & 0xFFFFFFFF)

    def GetDocumentation(self, index: int, name: int, doc: int, context: int, file: int) -> None:
        put_documentation(self.described(index), self.library.help_file, name, doc, context, file)

    def GetDocumentation2(self, index: int, lcid: int, text: int, context: int, dll: int) -> None:
        found = self.described(index)
        put_bstr(text, found.doc)
        put_u32(context, found.help_string_context)
        put_bstr(dll, self.library.help_dll)

    def names(self) -> Iterator[tuple[str, int, int]]:
        """(name, number of the type, memid) of all types and members."""
        for index, each in enumerate(self.library.types):
            yield each.name, index, MEMBERID_NIL
            for member in members(each):
                yield member.name, index, member.memid

    def IsName(self, szNameBuf: int, lHashVal: int, pfName: int) -> None:
        wanted = _core.wide_string(szNameBuf).lower()
        found = [name for name, _, _ in self.names() if name.lower() == wanted]
        parameters = (
            parameter.name
            for each in self.library.types
            for function in each.functions
            for parameter in function.parameters
            if parameter.name
        )
        found = found or [name for name in parameters if name.lower() == wanted]
        if found:
            _core.write(szNameBuf, _core.wide_bytes(found[0]))
        put_u32(required(pfName), bool(found))

    def FindName(self, szNameBuf: int, lHashVal: int, ppTInfo: int, rgMemId: int, pcFound: int) -> None:
        wanted = _core.wide_string(szNameBuf).lower()
        room = int.from_bytes(_core.read(required(pcFound), 2), "little")
        hits = [hit for hit in self.names() if hit[0].lower() == wanted][:room]
        for place, (name, index, memid) in enumerate(hits):
            put_u64(ppTInfo + 8 * place, TypeInfo(self, index).pointer())
            put_u32(rgMemId + 4 * place, memid)
            _core.write(szNameBuf, _core.wide_bytes(name))
        _core.write(pcFound, len(hits).to_bytes(2, "little"))

    def GetCustData(self, guid: int, pVarVal: int) -> None:
        get_custom(self.library.custom, guid, pVarVal)

    def GetAllCustData(self, pCustData: int) -> None:
        get_all_custom(self.library.custom, pCustData)

    def GetLibStatistics(self, pcUniqueNames: int, pcchUniqueNames: int) -> None:
        names = {name.lower() for name, _, _ in self.names()} | {self.library.name.lower()}
        put_u32(required(pcUniqueNames), len(names))
        put_u32(pcchUniqueNames, sum(map(len, names)))

    # ---- ITypeComp: enumerations, modules and application objects give their members' names to all ----

    def Bind(
        self, szName: int, lHashVal: int, wFlags: int, ppTInfo: int, pDescKind: int, pBindPtr: int
    ) -> int | None:
        put_u32(required(pDescKind), DESCKIND_NONE)
        put_u64(ppTInfo, 0)
        put_u64(pBindPtr, 0)
        wanted = _core.wide_string(szName).lower()
        for index, each in enumerate(self.library.types):
            if each.kind in (typelib.TKIND_ENUM, typelib.TKIND_MODULE):
                if each.name.lower() == wanted:
                    put_u32(pDescKind, DESCKIND_TYPECOMP)
                    put_u64(pBindPtr, TypeInfo(self, index).face(ITypeComp))
                    return None
                if bind_member(TypeInfo(self, index), wanted, wFlags, ppTInfo, pDescKind, pBindPtr):
                    return None
        for index, each in enumerate(self.library.types):
            if (
                each.kind == typelib.TKIND_COCLASS
                and each.flags & TYPEFLAG_FAPPOBJECT
                and each.name.lower() == wanted
            ):
                put_u32(pDescKind, DESCKIND_IMPLICITAPPOBJ)
                put_u64(ppTInfo, TypeInfo(self, index).pointer())
                return None
        return None

    def BindType(self, szName: int, lHashVal: int, ppTInfo: int, ppTComp: int) -> None:
        put_u64(required(ppTInfo), 0)
        put_u64(required(ppTComp), 0)
        wanted = _core.wide_string(szName).lower()
        for index, each in enumerate(self.library.types):
            if each.name.lower() == wanted:
                put_u64(ppTInfo, TypeInfo(self, index).pointer())
                return


def members(kind: Type) -> list[Function | typelib.Variable]:
    return [*kind.functions, *kind.variables]


def bind_member(info: TypeInfo, wanted: str, flags: int, ppTInfo: int, pDescKind: int, pBindPtr: int) -> bool:
    """Bind to a member of a type, whose new reference is taken over."""
    for index, function in enumerate(info.functions()):
        if function.name.lower() == wanted and (not flags or function.invoke & flags):
            put_u32(pDescKind, DESCKIND_FUNCDESC)
            put_u64(pBindPtr, info.function_description(index))
            put_u64(ppTInfo, info.pointer())
            return True
    for variable in info.type.variables:
        if variable.name.lower() == wanted:
            put_u32(pDescKind, DESCKIND_VARDESC)
            put_u64(pBindPtr, info.variable_description(variable))
            put_u64(ppTInfo, info.pointer())
            return True
    info.Release()
    return False


class TypeInfo(ComObject):
    """One type of a library.

    is_interface: whether it is a dual interface's description as an interface.
    """

    interfaces: ClassVar[tuple[Interface, ...]] = (ITypeInfo2, ITypeComp)

    def __init__(self, library: TypeLib, index: int, is_interface: bool = False) -> None:
        super().__init__()
        library._add_ref()
        self.owner = library
        self.index = index
        self.type = library.library.types[index]
        self.is_interface = is_interface

    def destroy(self) -> None:
        self.owner._release()

    def face(self, interface: Interface) -> int:
        """The address of an interface, with the maker's reference."""
        return self.pointer(interface)

    @property
    def kind(self) -> int:
        return typelib.TKIND_INTERFACE if self.is_interface else self.type.kind

    @property
    def is_dispatch_view(self) -> bool:
        """Whether this is how a dual interface looks to callers of IDispatch."""
        return self.type.kind == typelib.TKIND_DISPATCH and self.type.is_dual and not self.is_interface

    def functions(self) -> list[Function]:
        """As they are numbered: with the inherited ones where a dual interface is one for dispatching."""
        if not self.is_dispatch_view:
            return self.type.functions
        with_bases = [*self.inherited(), *self.type.functions]
        return [for_dispatch(function) for function in with_bases]

    def inherited(self) -> list[Function]:
        """The functions of all interfaces that this one derives from, in the order of the table."""
        found: list[Function] = []
        with_base = self.base()
        while with_base is not None:
            info, with_base = with_base, None
            found[:0] = info.type.functions
            with_base = info.base()
            info.Release()
        return found

    def base(self) -> TypeInfo | None:
        """The interface that this one derives from, with a reference."""
        if not self.type.implemented or self.type.kind not in (
            typelib.TKIND_INTERFACE,
            typelib.TKIND_DISPATCH,
        ):
            return None
        return self.as_base(self.type.implemented[0].href)

    def as_base(self, href: int) -> TypeInfo:
        """A type that an interface derives from: of a dual one, the interface."""
        found = self.referred(href)
        if self.kind != typelib.TKIND_INTERFACE or not found.is_dispatch_view:
            return found
        try:
            return TypeInfo(found.owner, found.index, True)
        finally:
            found.Release()

    # ---- other types ----

    def referred(self, href: int) -> TypeInfo:
        """The type that a handle stands for, with a reference."""
        if href == HREF_OF_INTERFACE and self.type.is_dual:
            return TypeInfo(self.owner, self.index, not self.is_interface)
        target = self.owner.library.references.get(href)
        if target is None:
            raise Refused(TYPE_E_ELEMENTNOTFOUND)
        if isinstance(target, Outside):
            return outside_type(target, self.owner.library)
        self.owner.type(target)
        return TypeInfo(self.owner, target)

    def resolved(self, shape: TypeShape) -> tuple[TypeShape, TypeInfo | None]:
        """A shape with aliases followed, and the type that it names if there is one left, with a
        reference.
        """
        info: TypeInfo | None = None
        owner = self
        while isinstance(shape, UserType):
            found = owner.referred(shape.href)
            if info:
                info.Release()
            info = owner = found
            if found.type.kind != typelib.TKIND_ALIAS or found.type.alias is None:
                return shape, info
            shape = found.type.alias
        if info and not isinstance(shape, int):
            return shape, info  # whose handles are the other library's
        if info:
            info.Release()
        return shape, None

    def GetRefTypeInfo(self, hRefType: int, ppTInfo: int) -> None:
        put_u64(required(ppTInfo), 0)
        bases = [each.href for each in self.type.implemented] if self.kind == typelib.TKIND_INTERFACE else []
        find = self.as_base if hRefType in bases else self.referred
        put_u64(ppTInfo, find(hRefType).pointer())

    def GetRefTypeOfImplType(self, index: int, pRefType: int) -> None:
        required(pRefType)
        if index == INDEX_OF_INTERFACE:
            if not self.type.is_dual:
                raise Refused(TYPE_E_ELEMENTNOTFOUND)
            put_u32(pRefType, HREF_OF_INTERFACE)
        elif self.is_dispatch_view and index == 0 and self.owner.library.dispatch is not None:
            put_u32(pRefType, self.owner.library.dispatch)
        else:
            put_u32(pRefType, self.implementation(index).href)

    def implementation(self, index: int) -> typelib.Implemented:
        if index >= len(self.type.implemented):
            raise Refused(TYPE_E_ELEMENTNOTFOUND)
        return self.type.implemented[index]

    def GetImplTypeFlags(self, index: int, pImplTypeFlags: int) -> None:
        required(pImplTypeFlags)
        if self.type.kind != typelib.TKIND_COCLASS:
            if index or not self.type.implemented:
                raise Refused(TYPE_E_ELEMENTNOTFOUND)
            put_u32(pImplTypeFlags, 0)
        else:
            put_u32(pImplTypeFlags, self.implementation(index).flags)

    def GetContainingTypeLib(self, ppTLib: int, pIndex: int) -> None:
        put_u32(pIndex, self.index)
        if ppTLib:
            self.owner._add_ref()
            put_u64(ppTLib, self.owner.pointer())

    def GetTypeComp(self, ppTComp: int) -> None:
        self._add_ref()
        put_u64(required(ppTComp), self.pointer(ITypeComp))

    # ---- descriptions ----

    def GetTypeAttr(self, ppTypeAttr: int) -> None:
        kind = self.type
        required(ppTypeAttr)
        parts: list[Any] = []
        alias = description_of(kind.alias, parts) if kind.alias is not None else types.TypeDesc()
        dispatch = kind.kind == typelib.TKIND_DISPATCH and not self.is_interface
        attributes = types.TypeAttr(
            guid=types.guid_structure(kind.guid),
            lcid=self.owner.library.lcid,
            memidConstructor=MEMBERID_NIL,
            memidDestructor=MEMBERID_NIL,
            cbSizeInstance=self.instance_size(),
            typekind=self.kind,
            cFuncs=len(self.functions()),
            cVars=len(kind.variables),
            cImplTypes=len(kind.implemented),
            cbSizeVft=DISPATCH_TABLE_SIZE if dispatch else self.table_size(),
            cbAlignment=8 if self.is_object else kind.alignment,
            wTypeFlags=kind.flags & (~typelib.TYPEFLAG_FOLEAUTOMATION if self.is_dispatch_view else 0xFFFF),
            wMajorVerNum=kind.major,
            wMinorVerNum=kind.minor,
            tdescAlias=alias,
        )
        put_u64(ppTypeAttr, describe(attributes, parts))

    @property
    def is_object(self) -> bool:
        """Whether what is described is used by pointers to it."""
        return self.kind in (typelib.TKIND_INTERFACE, typelib.TKIND_DISPATCH, typelib.TKIND_COCLASS)

    def instance_size(self) -> int:
        """Pointers have eight bytes here, whatever the library was written for."""
        return 8 if self.is_object else self.type.size

    def table_size(self) -> int:
        return self.type.table_size * (1 if self.owner.library.system == typelib.SYS_WIN64 else 2)

    def GetFuncDesc(self, index: int, ppFuncDesc: int) -> None:
        put_u64(required(ppFuncDesc), 0)
        if index >= len(self.functions()):
            raise Refused(TYPE_E_ELEMENTNOTFOUND)
        put_u64(ppFuncDesc, self.function_description(index))

    def function_description(self, index: int) -> int:
        function = self.functions()[index]
        parts: list[Any] = []
        elements = (types.ElemDesc * max(len(function.parameters), 1))()
        for element, parameter in zip(elements, function.parameters):
            element.tdesc = description_of(parameter.shape, parts)
            element.flags = parameter.flags
            if parameter.default is not None:
                element.default = default_description(parameter.default, parts)
        made = types.FuncDesc(
            memid=function.memid,
            lprgelemdescParam=ctypes.addressof(elements) if function.parameters else 0,
            funckind=function.kind,
            invkind=function.invoke,
            callconv=function.convention,
            cParams=len(function.parameters),
            cParamsOpt=function.optional,
            oVft=function.vtable_offset,
            elemdescFunc=types.ElemDesc(tdesc=description_of(function.result, parts)),
            wFuncFlags=function.flags,
        )
        return describe(made, elements, *parts)

    def GetVarDesc(self, index: int, ppVarDesc: int) -> None:
        required(ppVarDesc)
        if index >= len(self.type.variables):
            raise Refused(TYPE_E_ELEMENTNOTFOUND)
        put_u64(ppVarDesc, self.variable_description(self.type.variables[index]))

    def variable_description(self, variable: typelib.Variable) -> int:
        parts: list[Any] = []
        made = types.VarDesc(
            memid=variable.memid,
            where=variable.offset,
            elemdescVar=types.ElemDesc(tdesc=description_of(variable.shape, parts)),
            wVarFlags=variable.flags,
            varkind=variable.kind,
        )
        if variable.value is not None:
            constant = types.Variant.from_buffer_copy(types.variant_bytes(variable.value))
            made.where = ctypes.addressof(constant)
            parts.append(constant)
        return describe(made, *parts)

    def ReleaseTypeAttr(self, pTypeAttr: int) -> None:
        forget(pTypeAttr)

    def ReleaseFuncDesc(self, pFuncDesc: int) -> None:
        forget(pFuncDesc)

    def ReleaseVarDesc(self, pVarDesc: int) -> None:
        forget(pVarDesc)

    # ---- members ----

    def member(self, memid: int) -> Function | typelib.Variable | None:
        listed: list[Function | typelib.Variable] = [*self.functions(), *self.type.variables]
        return next((each for each in listed if each.memid == memid), None)

    def from_base(self, memid: int, body: Callable[[TypeInfo], Any]) -> Any:
        """Ask the base for a member that is not this type's own."""
        base = self.base()
        if base is None:
            raise Refused(TYPE_E_ELEMENTNOTFOUND)
        try:
            return body(base)
        finally:
            base.Release()

    def GetNames(self, memid: int, rgBstrNames: int, cMaxNames: int, pcNames: int) -> None:
        required(rgBstrNames)
        put_u32(required(pcNames), 0)
        found = self.member(memid)
        if found is None:
            self.from_base(memid, lambda base: base.GetNames(memid, rgBstrNames, cMaxNames, pcNames))
            return
        names = [found.name]
        if isinstance(found, Function):
            for parameter in found.parameters:
                if parameter.name is None:
                    break
                names.append(parameter.name)
        for index, name in enumerate(names[:cMaxNames]):
            put_bstr(rgBstrNames + 8 * index, name)
        put_u32(pcNames, min(len(names), cMaxNames))

    def identify(self, names: Sequence[str]) -> list[int] | None:
        """The memid of a member and the numbers of its parameters; -1 for unknown ones, None for
        the member.
        """
        wanted = [name.lower() for name in names]
        for function in self.functions():
            if function.name.lower() == wanted[0]:
                listed = [(parameter.name or "").lower() for parameter in function.parameters]
                return [
                    function.memid,
                    *(listed.index(name) if name in listed else -1 for name in wanted[1:]),
                ]
        for variable in self.type.variables:
            if variable.name.lower() == wanted[0]:
                return [variable.memid, *(-1 for _ in wanted[1:])]
        base = self.base() if not self.is_dispatch_view else None
        if base is None:
            return None
        try:
            return base.identify(names)
        finally:
            base.Release()

    def GetIDsOfNames(self, rgszNames: int, cNames: int, pMemId: int) -> int | None:
        if not rgszNames or not pMemId or not cNames:
            return E_INVALIDARG
        names = [_core.wide_string(get_u64(rgszNames + 8 * index)) for index in range(cNames)]
        found = self.identify(names) or [-1] * cNames
        for index, memid in enumerate(found):
            put_u32(pMemId + 4 * index, memid)
        return DISP_E_UNKNOWNNAME if -1 in found else None

    def GetDocumentation(self, memid: int, name: int, doc: int, context: int, file: int) -> None:
        help_file = self.owner.library.help_file
        found = self.type if memid == MEMBERID_NIL else self.member(memid)
        if found is None:
            self.from_base(memid, lambda base: base.GetDocumentation(memid, name, doc, context, file))
        else:
            put_documentation(found, help_file, name, doc, context, file)

    def GetDocumentation2(self, memid: int, lcid: int, text: int, context: int, dll: int) -> None:
        found = self.type if memid == MEMBERID_NIL else self.member(memid)
        if found is None:
            raise Refused(TYPE_E_ELEMENTNOTFOUND)
        put_bstr(text, found.doc)
        put_u32(context, found.help_string_context)
        put_bstr(dll, self.owner.library.help_dll)

    def GetMops(self, memid: int, pBstrMops: int) -> None:
        put_u64(required(pBstrMops), 0)

    def GetTypeKind(self, pTypeKind: int) -> None:
        put_u32(required(pTypeKind), self.kind)

    def GetTypeFlags(self, pTypeFlags: int) -> None:
        put_u32(required(pTypeFlags), self.type.flags)

    def GetFuncIndexOfMemId(self, memid: int, invKind: int, pFuncIndex: int) -> None:
        for index, function in enumerate(self.functions()):
            if function.memid == memid and invKind & function.invoke:
                put_u32(required(pFuncIndex), index)
                return
        raise Refused(TYPE_E_ELEMENTNOTFOUND)

    def GetVarIndexOfMemId(self, memid: int, pVarIndex: int) -> None:
        for index, variable in enumerate(self.type.variables):
            if variable.memid == memid:
                put_u32(required(pVarIndex), index)
                return
        raise Refused(TYPE_E_ELEMENTNOTFOUND)

    # ---- custom data ----

    def numbered(self, items: Sequence[Any], index: int) -> Any:
        if index >= len(items):
            raise Refused(TYPE_E_ELEMENTNOTFOUND)
        return items[index]

    def custom_of_parameter(self, function: int, parameter: int) -> Custom:
        custom: Custom = self.numbered(self.numbered(self.functions(), function).parameters, parameter).custom
        return custom

    def GetCustData(self, guid: int, pVarVal: int) -> None:
        get_custom(self.type.custom, guid, pVarVal)

    def GetFuncCustData(self, index: int, guid: int, pVarVal: int) -> None:
        get_custom(self.numbered(self.functions(), index).custom, guid, pVarVal)

    def GetParamCustData(self, indexFunc: int, indexParam: int, guid: int, pVarVal: int) -> None:
        get_custom(self.custom_of_parameter(indexFunc, indexParam), guid, pVarVal)

    def GetVarCustData(self, index: int, guid: int, pVarVal: int) -> None:
        get_custom(self.numbered(self.type.variables, index).custom, guid, pVarVal)

    def GetImplTypeCustData(self, index: int, guid: int, pVarVal: int) -> None:
        get_custom(self.implementation(index).custom, guid, pVarVal)

    def GetAllCustData(self, pCustData: int) -> None:
        get_all_custom(self.type.custom, pCustData)

    def GetAllFuncCustData(self, index: int, pCustData: int) -> None:
        get_all_custom(self.numbered(self.functions(), index).custom, pCustData)

    def GetAllParamCustData(self, indexFunc: int, indexParam: int, pCustData: int) -> None:
        get_all_custom(self.custom_of_parameter(indexFunc, indexParam), pCustData)

    def GetAllVarCustData(self, index: int, pCustData: int) -> None:
        get_all_custom(self.numbered(self.type.variables, index).custom, pCustData)

    def GetAllImplTypeCustData(self, index: int, pCustData: int) -> None:
        get_all_custom(self.implementation(index).custom, pCustData)

    # ---- use ----

    def Invoke(
        self, instance: int, memid: int, flags: int, params: int, result: int, excep: int, argument: int
    ) -> int:
        from windlass.api.com.dispatch_invoke import invoke

        return invoke(self, instance, memid, flags, params, result, excep, argument)

    def exported(self, memid: int, invoke: int) -> Function:
        """A function of a module."""
        if self.type.kind != typelib.TKIND_MODULE:
            raise Refused(TYPE_E_BADMODULEKIND)
        for function in self.type.functions:
            if function.memid == memid and function.invoke == invoke:
                return function
        raise Refused(TYPE_E_ELEMENTNOTFOUND)

    def GetDllEntry(
        self, memid: int, invKind: int, pBstrDllName: int, pBstrName: int, pwOrdinal: int
    ) -> None:
        entry = self.exported(memid, invKind).entry
        put_bstr(pBstrDllName, self.type.dll)
        put_bstr(pBstrName, entry.name if entry else None)
        if pwOrdinal:
            _core.write(pwOrdinal, (entry.ordinal if entry else 0).to_bytes(2, "little"))

    def AddressOfMember(self, memid: int, invKind: int, ppv: int) -> None:
        entry = self.exported(memid, invKind).entry
        try:
            if entry is None or not self.type.dll:
                raise AttributeError
            if entry.name is None:
                from windlass import loader

                put_u64(required(ppv), loader.load(self.type.dll).export(entry.ordinal))
            else:
                put_u64(required(ppv), address_of(self.type.dll, entry.name))
        except AttributeError:
            raise Refused(TYPE_E_DLLFUNCTIONNOTFOUND) from None
        except OSError:
            raise Refused(TYPE_E_CANTLOADLIBRARY) from None

    def CreateInstance(self, pUnkOuter: int, riid: int, ppvObj: int) -> int:
        put_u64(required(ppvObj), 0)
        if pUnkOuter:
            return CLASS_E_NOAGGREGATION
        if self.type.kind != typelib.TKIND_COCLASS:
            return E_INVALIDARG
        guid = types.guid_structure(self.type.guid)
        made = windows(
            "ole32.dll", "CoCreateInstance", ctypes.addressof(guid), 0, CLSCTX_SERVER, riid, ppvObj
        )
        return made & 0xFFFFFFFF

    # ---- ITypeComp ----

    def Bind(
        self, szName: int, lHashVal: int, wFlags: int, ppTInfo: int, pDescKind: int, pBindPtr: int
    ) -> int | None:
        put_u32(required(pDescKind), DESCKIND_NONE)
        put_u64(required(ppTInfo), 0)
        put_u64(required(pBindPtr), 0)
        wanted = _core.wide_string(szName).lower()
        if any(each.name.lower() == wanted for each in members(self.type)):
            info = TypeInfo(self.owner, self.index, self.is_interface)
            if bind_member(info, wanted, wFlags, ppTInfo, pDescKind, pBindPtr):
                return None
            return TYPE_E_TYPEMISMATCH
        base = self.base()
        if base is not None:
            try:
                return base.Bind(szName, lHashVal, wFlags, ppTInfo, pDescKind, pBindPtr)
            finally:
                base.Release()
        return None

    def BindType(self, szName: int, lHashVal: int, ppTInfo: int, ppTComp: int) -> None:
        put_u64(required(ppTInfo), 0)
        put_u64(required(ppTComp), 0)


def for_dispatch(function: Function) -> Function:
    """A dual interface's function as callers of IDispatch see it: what it returns through its last
    parameter is
    its result.
    """
    if function.kind == FUNC_DISPATCH:
        return function
    result, parameters = function.result, function.parameters
    if result == types.VT_HRESULT:
        result = types.VT_VOID
        if parameters and parameters[-1].flags & PARAMFLAG_FRETVAL:
            shape = parameters[-1].shape
            result = shape.target if isinstance(shape, PointerType) else shape
            parameters = parameters[:-1]
    return replace(function, kind=FUNC_DISPATCH, result=result, parameters=parameters)


def outside_type(target: Outside, library: Library) -> TypeInfo:
    """A type in another library, with a reference."""
    from windlass.api.com.typelib_load import load_referred

    other = load_referred(target.library, library)
    try:
        index = other.library.index_of(target.guid) if target.guid is not None else target.number
        if index is None:
            raise Refused(TYPE_E_ELEMENTNOTFOUND)
        other.type(index)
        return TypeInfo(other, index)
    finally:
        other.Release()


def description_of(shape: TypeShape, parts: list[Any]) -> types.TypeDesc:
    """A TYPEDESC; what it points to is appended to `parts`."""
    if isinstance(shape, PointerType):
        target = description_of(shape.target, parts)
        parts.append(target)
        return types.TypeDesc(ctypes.addressof(target), shape.vt)
    if isinstance(shape, ArrayType):
        return types.TypeDesc(array_description(shape, parts), typelib.VT_CARRAY)
    if isinstance(shape, UserType):
        return types.TypeDesc(shape.href, typelib.VT_USERDEFINED)
    return types.TypeDesc(0, shape)


def array_description(shape: ArrayType, parts: list[Any]) -> int:
    """An ARRAYDESC: a TYPEDESC, the number of dimensions, and the bounds."""
    element = bytes(description_of(shape.element, parts))
    bounds = b"".join(struct.pack("<Ii", *bound) for bound in shape.bounds)
    buffer = ctypes.create_string_buffer(element + struct.pack("<HH", len(shape.bounds), 0) + bounds)
    parts.append(buffer)
    return ctypes.addressof(buffer)


def default_description(value: typelib.Value, parts: list[Any]) -> int:
    """A PARAMDESCEX with a parameter's default value."""
    variant = types.Variant.from_buffer_copy(types.variant_bytes(value))
    made = types.ParamDescEx(ctypes.sizeof(types.ParamDescEx), variant)
    parts.append(made)
    return ctypes.addressof(made)
