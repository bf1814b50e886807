"""Type libraries that a program makes: ICreateTypeLib2 and ICreateTypeInfo2.

Source: Microsoft, "CreateTypeLib2 function", "ICreateTypeLib2 interface", "ICreateTypeInfo2 interface".
"""

from __future__ import annotations

import ctypes

from windlass import _core
from windlass.api.com import automation_types as types
from windlass.api.com import typelib
from windlass.api.com.com_objects import (
    E_INVALIDARG,
    Interface,
    IUnknown,
    guid_at,
    python_object,
    query,
    release,
)
from windlass.api.com.typelib import (
    ArrayType,
    Custom,
    Export,
    Function,
    Implemented,
    Library,
    LibraryId,
    Outside,
    Parameter,
    PointerType,
    Type,
    TypeShape,
    UserType,
    Value,
    Variable,
)
from windlass.api.com.typelib_load import TYPE_E_IOERROR
from windlass.api.com.typelib_msft_write import write
from windlass.api.com.typelib_views import (
    TYPE_E_ELEMENTNOTFOUND,
    ITypeComp,
    ITypeInfo,
    ITypeInfo2,
    ITypeLib2,
    TypeInfo,
    TypeLib,
    required,
)
from windlass.api.outputs import get_u64, put_u32, put_u64
from windlass.api.refused import Refused
from windlass.api.structures import get_structure
from windlass.registry import export
from windlass.types import HRESULT, INT, LPCWSTR, PVOID

__all__: list[str] = []

TYPE_E_NAMECONFLICT, TYPE_E_BADMODULEKIND, TYPE_E_INVALIDSTATE = 0x8002802D, 0x800288BD, 0x80028029
MEMBERID_NIL = -1
FUNC_STATIC, FUNC_DISPATCH = 3, 4
VAR_PERINSTANCE, VAR_CONST = 0, 2
INVOKE_PROPERTYPUT, INVOKE_PROPERTYPUTREF = 4, 8
PARAMFLAG_FHASDEFAULT = 0x20

ICreateTypeLib2 = Interface(
    "0002040f-0000-0000-c000-000000000046",
    Interface(
        "00020406-0000-0000-c000-000000000046",
        IUnknown,
        "CreateTypeInfo:WIP SetName:W SetVersion:HH SetGuid:P SetDocString:W SetHelpFileName:W"
        " SetHelpContext:I"
        " SetLcid:I SetLibFlags:I SaveAllChanges:",
    ),
    "DeleteTypeInfo:W SetCustData:PP SetHelpStringContext:I SetHelpStringDll:W",
)
ICreateTypeInfo2 = Interface(
    "0002040e-0000-0000-c000-000000000046",
    Interface(
        "00020405-0000-0000-c000-000000000046",
        IUnknown,
        "SetGuid:P SetTypeFlags:I SetDocString:W SetHelpContext:I SetVersion:HH AddRefTypeInfo:PP"
        " AddFuncDesc:IP"
        " AddImplType:II SetImplTypeFlags:Ii SetAlignment:H SetSchema:W AddVarDesc:IP"
        " SetFuncAndParamNames:IPI"
        " SetVarName:IW SetTypeDescAlias:P DefineFuncAsDllEntry:IWP SetFuncDocString:IW SetVarDocString:IW"
        " SetFuncHelpContext:II SetVarHelpContext:II SetMops:IW SetTypeIdldesc:P LayOut:",
    ),
    "DeleteFuncDesc:I DeleteFuncDescByMemId:iI DeleteVarDesc:I DeleteVarDescByMemId:i DeleteImplType:I"
    " SetCustData:PP SetFuncCustData:IPP SetParamCustData:IIPP SetVarCustData:IPP SetImplTypeCustData:IPP"
    " SetHelpStringContext:I SetFuncHelpStringContext:II SetVarHelpStringContext:II Invalidate: SetName:W",
)


def custom_value(variant: int) -> Value:
    """What custom data can be. Refused for other VARIANTs."""
    found = types.value_of(variant) if variant else None
    if found is None:
        raise Refused(E_INVALIDARG)
    return found


def put_custom(custom: Custom, guid: int, variant: int) -> None:
    if not guid:
        raise Refused(E_INVALIDARG)
    custom[guid_at(guid)] = custom_value(variant)


class LibraryMaker(TypeLib):
    """A library in the making, which can be asked as well."""

    interfaces = (ITypeLib2, ITypeComp, ICreateTypeLib2)

    def __init__(self, library: Library) -> None:
        super().__init__(library)

    def CreateTypeInfo(self, szName: str | None, tkind: int, ppCTInfo: int) -> int | None:
        if not szName or not ppCTInfo or tkind > typelib.TKIND_UNION:
            return E_INVALIDARG
        put_u64(ppCTInfo, 0)
        if any(each.name.lower() == szName.lower() for each in self.library.types):
            return TYPE_E_NAMECONFLICT
        made = Type(name=szName, kind=tkind, alignment=4 if tkind == typelib.TKIND_ENUM else 8)
        made.size = 4 if tkind == typelib.TKIND_ENUM else 0
        self.library.types.append(made)
        put_u64(ppCTInfo, TypeMaker(self, len(self.library.types) - 1).pointer(ICreateTypeInfo2))
        return None

    def SetName(self, szName: str | None) -> None:
        self.library.name = szName or ""

    def SetVersion(self, wMajorVerNum: int, wMinorVerNum: int) -> None:
        self.library.major, self.library.minor = wMajorVerNum, wMinorVerNum

    def SetGuid(self, guid: int) -> None:
        self.library.guid = guid_at(required(guid))

    def SetDocString(self, szDoc: str | None) -> int | None:
        if szDoc is None:
            return E_INVALIDARG
        self.library.doc = szDoc
        return None

    def SetHelpFileName(self, szHelpFileName: str | None) -> int | None:
        if szHelpFileName is None:
            return E_INVALIDARG
        self.library.help_file = szHelpFileName
        return None

    def SetHelpContext(self, dwHelpContext: int) -> None:
        self.library.help_context = dwHelpContext

    def SetLcid(self, lcid: int) -> None:
        self.library.lcid = lcid

    def SetLibFlags(self, uLibFlags: int) -> None:
        self.library.flags = uLibFlags

    def DeleteTypeInfo(self, szName: str | None) -> int | None:
        found = [index for index, each in enumerate(self.library.types) if each.name == szName]
        if not found:
            return TYPE_E_ELEMENTNOTFOUND
        if found[0] in self.library.references.values():
            return TYPE_E_INVALIDSTATE
        del self.library.types[found[0]]
        return None

    def SetCustData(self, guid: int, pVarVal: int) -> None:
        put_custom(self.library.custom, guid, pVarVal)

    def SetHelpStringContext(self, dwHelpStringContext: int) -> None:
        self.library.help_string_context = dwHelpStringContext

    def SetHelpStringDll(self, szFileName: str | None) -> None:
        self.library.help_dll = szFileName

    def SaveAllChanges(self) -> int | None:
        for index in range(len(self.library.types)):
            lay_out(TypeInfo(self, index))
        host = _core.path_to_host(self.library.path)
        if host is None:
            return TYPE_E_IOERROR
        try:
            with open(host, "wb") as file:
                file.write(write(self.library))
        except OSError:
            return TYPE_E_IOERROR
        return None


class TypeMaker(TypeInfo):
    """A type in the making."""

    interfaces = (ITypeInfo2, ITypeComp, ICreateTypeInfo2)

    # ---- the type ----

    def SetGuid(self, guid: int) -> None:
        self.type.guid = guid_at(required(guid))

    def SetTypeFlags(self, uTypeFlags: int) -> None:
        if self.kind == typelib.TKIND_DISPATCH or uTypeFlags & typelib.TYPEFLAG_FDUAL:
            uTypeFlags |= typelib.TYPEFLAG_FDISPATCHABLE
        if uTypeFlags & typelib.TYPEFLAG_FDUAL:
            uTypeFlags |= typelib.TYPEFLAG_FOLEAUTOMATION
            self.type.kind = typelib.TKIND_DISPATCH
        self.type.flags = uTypeFlags

    def SetDocString(self, pStrDoc: str | None) -> int | None:
        if pStrDoc is None:
            return E_INVALIDARG
        self.type.doc = pStrDoc
        return None

    def SetHelpContext(self, dwHelpContext: int) -> None:
        self.type.help_context = dwHelpContext

    def SetVersion(self, wMajorVerNum: int, wMinorVerNum: int) -> None:
        self.type.major, self.type.minor = wMajorVerNum, wMinorVerNum

    def SetName(self, szName: str | None) -> None:
        self.type.name = szName or ""

    def SetAlignment(self, cbAlignment: int) -> None:
        self.type.alignment = cbAlignment

    def SetTypeDescAlias(self, pTDescAlias: int) -> int | None:
        if self.kind != typelib.TKIND_ALIAS:
            return TYPE_E_BADMODULEKIND
        self.type.alias = shape_at(required(pTDescAlias))
        return None

    def SetHelpStringContext(self, dwHelpStringContext: int) -> None:
        self.type.help_string_context = dwHelpStringContext

    def SetCustData(self, guid: int, pVarVal: int) -> None:
        put_custom(self.type.custom, guid, pVarVal)

    def Invalidate(self) -> None: ...

    def LayOut(self) -> None:
        lay_out(self, keep=True)

    # ---- other types ----

    def AddRefTypeInfo(self, pTInfo: int, phRefType: int) -> int | None:
        if not pTInfo or not phRefType:
            return E_INVALIDARG
        found = query(pTInfo, ITypeInfo.iid)
        try:
            info = python_object(found, TypeInfo)
            if info is None:
                return E_INVALIDARG
            library = self.owner.library
            own = info.owner.library is library
            target: int | Outside = info.index if own else outside(info)
            href = library.refer(target)
            if info.type.name == "IDispatch" and library.dispatch is None:
                library.dispatch = href
            put_u32(phRefType, href)
            return None
        finally:
            release(found)

    def AddImplType(self, index: int, hRefType: int) -> int | None:
        listed = self.type.implemented
        if self.kind == typelib.TKIND_COCLASS:
            if index > len(listed):
                return TYPE_E_ELEMENTNOTFOUND
        elif self.kind not in (typelib.TKIND_INTERFACE, typelib.TKIND_DISPATCH):
            return TYPE_E_BADMODULEKIND
        elif index:
            return TYPE_E_ELEMENTNOTFOUND
        listed.insert(index, Implemented(hRefType))
        return None

    def SetImplTypeFlags(self, index: int, implTypeFlags: int) -> int | None:
        if self.kind != typelib.TKIND_COCLASS:
            return TYPE_E_BADMODULEKIND
        self.implementation(index).flags = implTypeFlags
        return None

    def DeleteImplType(self, index: int) -> None:
        self.implementation(index)
        del self.type.implemented[index]

    def SetImplTypeCustData(self, index: int, guid: int, pVarVal: int) -> None:
        put_custom(self.implementation(index).custom, guid, pVarVal)

    # ---- functions ----

    def function(self, index: int) -> Function:
        found: Function = self.numbered(self.type.functions, index)
        return found

    def AddFuncDesc(self, index: int, pFuncDesc: int) -> int | None:
        if not pFuncDesc:
            return E_INVALIDARG
        if index > len(self.type.functions):
            return TYPE_E_ELEMENTNOTFOUND
        made = function_at(pFuncDesc)
        if self.kind == typelib.TKIND_MODULE and made.kind != FUNC_STATIC:
            return TYPE_E_BADMODULEKIND
        self.type.functions.insert(index, made)
        return None

    def SetFuncAndParamNames(self, index: int, rgszNames: int, cNames: int) -> int | None:
        if not rgszNames:
            return E_INVALIDARG
        function = self.function(index)
        if not cNames:
            return None
        is_put = bool(function.invoke & (INVOKE_PROPERTYPUT | INVOKE_PROPERTYPUTREF))
        if cNames > len(function.parameters) + 1 - is_put:
            return TYPE_E_ELEMENTNOTFOUND
        names = [_core.wide_string(get_u64(rgszNames + 8 * number)) for number in range(cNames)]
        function.name = names[0]
        for parameter, name in zip(function.parameters, names[1:]):
            parameter.name = name
        return None

    def DefineFuncAsDllEntry(self, index: int, szDllName: str | None, szProcName: int) -> int | None:
        if self.kind != typelib.TKIND_MODULE:
            return TYPE_E_BADMODULEKIND
        self.type.dll = szDllName
        by_ordinal = szProcName < 0x10000
        name = None if by_ordinal else _core.wide_string(szProcName)
        self.function(index).entry = Export(name, szProcName if by_ordinal else 0)
        return None

    def SetFuncDocString(self, index: int, szDocString: str | None) -> None:
        self.function(index).doc = szDocString

    def SetFuncHelpContext(self, index: int, dwHelpContext: int) -> None:
        self.function(index).help_context = dwHelpContext

    def SetFuncHelpStringContext(self, index: int, dwHelpStringContext: int) -> None:
        self.function(index).help_string_context = dwHelpStringContext

    def SetFuncCustData(self, index: int, guid: int, pVarVal: int) -> None:
        put_custom(self.function(index).custom, guid, pVarVal)

    def SetParamCustData(self, indexFunc: int, indexParam: int, guid: int, pVarVal: int) -> None:
        put_custom(self.numbered(self.function(indexFunc).parameters, indexParam).custom, guid, pVarVal)

    def DeleteFuncDesc(self, index: int) -> None:
        self.function(index)
        del self.type.functions[index]

    def DeleteFuncDescByMemId(self, memid: int, invKind: int) -> int | None:
        for index, function in enumerate(self.type.functions):
            if function.memid == memid and function.invoke & invKind:
                del self.type.functions[index]
                return None
        return TYPE_E_ELEMENTNOTFOUND

    # ---- variables ----

    def variable(self, index: int) -> Variable:
        found: Variable = self.numbered(self.type.variables, index)
        return found

    def AddVarDesc(self, index: int, pVarDesc: int) -> int | None:
        if not pVarDesc:
            return E_INVALIDARG
        if index > len(self.type.variables):
            return TYPE_E_ELEMENTNOTFOUND
        self.type.variables.insert(index, variable_at(pVarDesc))
        return None

    def SetVarName(self, index: int, szName: str | None) -> int | None:
        if not szName:
            return E_INVALIDARG
        self.variable(index).name = szName
        return None

    def SetVarDocString(self, index: int, szDocString: str | None) -> None:
        self.variable(index).doc = szDocString

    def SetVarHelpContext(self, index: int, dwHelpContext: int) -> None:
        self.variable(index).help_context = dwHelpContext

    def SetVarHelpStringContext(self, index: int, dwHelpStringContext: int) -> None:
        self.variable(index).help_string_context = dwHelpStringContext

    def SetVarCustData(self, index: int, guid: int, pVarVal: int) -> None:
        put_custom(self.variable(index).custom, guid, pVarVal)

    def DeleteVarDesc(self, index: int) -> None:
        self.variable(index)
        del self.type.variables[index]

    def DeleteVarDescByMemId(self, memid: int) -> int | None:
        for index, variable in enumerate(self.type.variables):
            if variable.memid == memid:
                del self.type.variables[index]
                return None
        return TYPE_E_ELEMENTNOTFOUND


def outside(info: TypeInfo) -> Outside:
    """A reference to a type of another library."""
    library = info.owner.library
    file = library.path.rpartition("\\")[2]
    wanted = LibraryId(library.guid, library.lcid, library.major, library.minor, file)
    has_guid = info.type.guid != typelib.NIL
    return Outside(
        wanted, info.type.guid if has_guid else None, -1 if has_guid else info.index, info.type.kind
    )


# ---- descriptions that programs write ----


def shape_at(address: int) -> TypeShape:
    """The type that a TYPEDESC tells."""
    read = get_structure(address, types.TypeDesc)
    if read.vt in (typelib.VT_PTR, typelib.VT_SAFEARRAY):
        return PointerType(read.vt, shape_at(required(read.target)))
    if read.vt == typelib.VT_CARRAY:
        array = required(read.target)
        dimensions = int.from_bytes(_core.read(array + 16, 2), "little")
        bounds = (get_structure(array + 20 + 8 * number, types.ArrayBound) for number in range(dimensions))
        return ArrayType(shape_at(array), tuple((bound.cElements, bound.lLbound) for bound in bounds))
    if read.vt == typelib.VT_USERDEFINED:
        return UserType(read.target & 0xFFFFFFFF)
    return int(read.vt)


def function_at(address: int) -> Function:
    read = get_structure(address, types.FuncDesc)
    size = ctypes.sizeof(types.ElemDesc)
    return Function(
        memid=read.memid,
        kind=read.funckind,
        invoke=read.invkind,
        convention=read.callconv,
        flags=read.wFuncFlags,
        vtable_offset=read.oVft,
        result=shape_at(address + types.FuncDesc.elemdescFunc.offset),
        parameters=[parameter_at(read.lprgelemdescParam + size * number) for number in range(read.cParams)],
        optional=read.cParamsOpt,
    )


def parameter_at(address: int) -> Parameter:
    read = get_structure(address, types.ElemDesc)
    default = None
    if read.flags & PARAMFLAG_FHASDEFAULT and read.default:
        default = types.value_of(read.default + types.ParamDescEx.varDefaultValue.offset)
    return Parameter(shape_at(address), read.flags, default=default)


def variable_at(address: int) -> Variable:
    read = get_structure(address, types.VarDesc)
    return Variable(
        memid=read.memid,
        kind=read.varkind,
        flags=read.wVarFlags,
        shape=shape_at(address + types.VarDesc.elemdescVar.offset),
        offset=read.where if read.varkind == VAR_PERINSTANCE else 0,
        value=custom_value(read.where) if read.varkind == VAR_CONST else None,
    )


# ---- layout ----


def lay_out(info: TypeInfo, keep: bool = False) -> None:
    """Give members identifiers and places where the program has given none; `keep` the reference."""
    kind = info.type
    if kind.kind in (typelib.TKIND_INTERFACE, typelib.TKIND_DISPATCH):
        place_functions(info)
    elif kind.kind in (typelib.TKIND_RECORD, typelib.TKIND_UNION):
        place_fields(info)
    for index, variable in enumerate(kind.variables):
        if variable.memid == MEMBERID_NIL:
            variable.memid = 0x40000000 + index
    if not keep:
        info.Release()


def place_functions(info: TypeInfo) -> None:
    kind = info.type
    depth, place = 0, 0
    base = info.base()
    if base is not None:
        place = base.table_size()
        while base is not None:
            depth += 1
            following = base.base()
            base.Release()
            base = following
    known: dict[str, int] = {}
    for index, function in enumerate(kind.functions):
        if function.memid == MEMBERID_NIL:
            function.memid = known.get(function.name, 0x60000000 | depth << 16 | index)
        known.setdefault(function.name, function.memid)
        if function.kind != FUNC_DISPATCH:
            function.vtable_offset = place
            place += 8
    kind.table_size = place // (1 if info.owner.library.system == typelib.SYS_WIN64 else 2)


def place_fields(info: TypeInfo) -> None:
    """As a C compiler does; the library's alignment is the most that a field gets."""
    kind = info.type
    size, alignment = 0, 1
    for field in kind.variables:
        width, wanted = size_of(info, field.shape)
        wanted = min(wanted, kind.alignment or 8)
        alignment = max(alignment, wanted)
        if kind.kind == typelib.TKIND_UNION:
            field.offset, size = 0, max(size, width)
        else:
            field.offset = -(-size // wanted) * wanted
            size = field.offset + width
    kind.size = -(-size // alignment) * alignment
    kind.alignment = alignment


_SIZES = {types.VT_VARIANT: (24, 8), types.VT_DECIMAL: (16, 8), types.VT_VOID: (0, 1)}


def size_of(info: TypeInfo, shape: TypeShape) -> tuple[int, int]:
    """(size, alignment) of a type."""
    if isinstance(shape, int):
        size = types.size_of(shape)
        return _SIZES.get(shape, (size, size))
    if isinstance(shape, PointerType):
        return 8, 8
    if isinstance(shape, ArrayType):
        size, alignment = size_of(info, shape.element)
        for count, _ in shape.bounds:
            size *= count
        return size, alignment
    return size_of_named(info.referred(shape.href))


def size_of_named(info: TypeInfo) -> tuple[int, int]:
    """The same of a type in a library; the reference is given back."""
    try:
        kind = info.type
        if kind.kind == typelib.TKIND_ALIAS and kind.alias is not None:
            return size_of(info, kind.alias)
        if kind.kind == typelib.TKIND_ENUM:
            return 4, 4
        if kind.kind in (typelib.TKIND_RECORD, typelib.TKIND_UNION):
            place_fields(info)
            return kind.size, kind.alignment
        return 8, 8
    finally:
        info.Release()


@export("oleaut32")
def CreateTypeLib2(syskind: INT, szFile: LPCWSTR, ppctlib: PVOID) -> HRESULT:
    if not szFile or not ppctlib:
        return E_INVALIDARG
    library = Library(system=syskind, path=szFile, lcid=0x409)
    put_u64(ppctlib, LibraryMaker(library).pointer(ICreateTypeLib2))
    return 0
