"""stdole2.tlb: the types that OLE automation itself has, to which nearly every type library refers.

On Windows it is a file in the system folder. Here it is made of this list, unless a program brings its
own.

Source: Microsoft, "Standard OLE types" (the interfaces IDispatch, IEnumVARIANT, IFontDisp, IFont,
IPictureDisp and IPicture, and the enumerations of olectl.h and ocidl.h).
"""

from __future__ import annotations

import uuid

from windlass.api.com import automation_types as types
from windlass.api.com import typelib
from windlass.api.com.typelib import (
    ArrayType,
    Function,
    Implemented,
    Library,
    Parameter,
    PointerType,
    Type,
    TypeShape,
    UserType,
    Value,
    Variable,
)

__all__ = ["make_stdole"]

HIDDEN, OLEAUTOMATION, RESTRICTED, DISPATCHABLE = 0x10, 0x100, 0x200, 0x1000
CAN_CREATE = 2
IN = 1
FUNC_PUREVIRTUAL, FUNC_DISPATCH = 1, 4
VAR_CONST, VAR_DISPATCH = 2, 3
METHOD, GET, PUT = 1, 2, 4
INTERFACE, DISPATCH, COCLASS, ALIAS, RECORD, ENUM = 3, 4, 5, 6, 1, 0
_TAIL = "-0000-0000-c000-000000000046"

_WORDS: dict[str, int] = {
    "short": types.VT_I2, "long": types.VT_I4, "single": types.VT_R4, "double": types.VT_R8,
    "currency": types.VT_CY,
    "date": types.VT_DATE, "bstr": types.VT_BSTR, "dispatch": types.VT_DISPATCH, "bool": types.VT_BOOL,
    "variant": types.VT_VARIANT, "unknown": types.VT_UNKNOWN, "char": types.VT_I1, "byte": types.VT_UI1,
    "ushort": types.VT_UI2, "ulong": types.VT_UI4, "int64": types.VT_I8, "int": types.VT_INT,
    "uint": types.VT_UINT,
    "void": types.VT_VOID, "hresult": types.VT_HRESULT, "scode": types.VT_ERROR,
}  # fmt: skip

_ALIASES = """
OLE_COLOR ulong 66504313-be0f-101a-8bbb-00aa00300cab
OLE_XPOS_PIXELS long 66504302-be0f-101a-8bbb-00aa00300cab
OLE_YPOS_PIXELS long 66504303-be0f-101a-8bbb-00aa00300cab
OLE_XSIZE_PIXELS long 66504304-be0f-101a-8bbb-00aa00300cab
OLE_YSIZE_PIXELS long 66504305-be0f-101a-8bbb-00aa00300cab
OLE_XPOS_HIMETRIC long 66504306-be0f-101a-8bbb-00aa00300cab
OLE_YPOS_HIMETRIC long 66504307-be0f-101a-8bbb-00aa00300cab
OLE_XSIZE_HIMETRIC long 66504308-be0f-101a-8bbb-00aa00300cab
OLE_YSIZE_HIMETRIC long 66504309-be0f-101a-8bbb-00aa00300cab
OLE_XPOS_CONTAINER single 66504310-be0f-101a-8bbb-00aa00300cab
OLE_YPOS_CONTAINER single 66504311-be0f-101a-8bbb-00aa00300cab
OLE_XSIZE_CONTAINER single 66504312-be0f-101a-8bbb-00aa00300cab
OLE_YSIZE_CONTAINER single 66504314-be0f-101a-8bbb-00aa00300cab
OLE_HANDLE int 66504313-be0f-101a-8bbb-00aa00300caa
OLE_OPTEXCLUSIVE bool 66504315-be0f-101a-8bbb-00aa00300cab
OLE_CANCELBOOL bool 66504316-be0f-101a-8bbb-00aa00300cab
OLE_ENABLEDEFAULTBOOL bool 66504317-be0f-101a-8bbb-00aa00300cab
FONTNAME bstr -
FONTSIZE currency -
FONTBOLD bool -
FONTITALIC bool -
FONTUNDERSCORE bool -
FONTSTRIKETHROUGH bool -
"""

_ENUMERATIONS = {
    "OLE_TRISTATE": {"Unchecked": 0, "Checked": 1, "Gray": 2},
    "LoadPictureConstants": {"Default": 0, "Monochrome": 1, "VgaColor": 2, "Color": 4},
}

_RECORDS = {
    "GUID": (4, 16, "Data1:ulong:0 Data2:ushort:4 Data3:ushort:6 Data4:byte[8]:8"),
    "DISPPARAMS": (8, 24, "rgvarg:variant*:0 rgdispidNamedArgs:long*:8 cArgs:uint:16 cNamedArgs:uint:20"),
    "EXCEPINFO": (
        8,
        64,
        "wCode:ushort:0 wReserved:ushort:2 bstrSource:bstr:8 bstrDescription:bstr:16 bstrHelpFile:bstr:24"
        " dwHelpContext:ulong:32 pvReserved:void*:40 pfnDeferredFillIn:void*:48 scode:scode:56",
    ),
}

# name, GUID, base, flags, functions: "name result parameters", a parameter "name:type:flags" (in
# where none are told)
_INTERFACES: list[tuple[str, str, str | None, int, str]] = [
    (
        "IUnknown",
        "00000000" + _TAIL,
        None,
        HIDDEN,
        "QueryInterface hresult riid:GUID* ppvObj:void**:2;AddRef ulong;Release ulong",
    ),
    (
        "IDispatch",
        "00020400" + _TAIL,
        "IUnknown",
        RESTRICTED,
        "GetTypeInfoCount hresult pctinfo:uint*:2;"
        "GetTypeInfo hresult itinfo:uint lcid:ulong pptinfo:void**:2;"
        "GetIDsOfNames hresult riid:GUID* rgszNames:char** cNames:uint lcid:ulong rgdispid:long*:2;"
        "Invoke hresult dispidMember:long riid:GUID* lcid:ulong wFlags:ushort pdispparams:DISPPARAMS*"
        " pvarResult:variant*:2 pexcepinfo:EXCEPINFO*:2 puArgErr:uint*:2",
    ),
    (
        "IEnumVARIANT",
        "00020404" + _TAIL,
        "IUnknown",
        HIDDEN,
        "Next hresult celt:ulong rgvar:variant* pceltFetched:ulong*:2;Skip hresult celt:ulong;Reset hresult;"
        "Clone hresult ppenum:IEnumVARIANT**:2",
    ),
    (
        "IFont",
        "bef6e002-a874-101a-8bba-00aa00300cab",
        "IUnknown",
        HIDDEN | OLEAUTOMATION,
        "get:Name hresult pname:bstr*:10;put:Name hresult pname:bstr;"
        "get:Size hresult psize:currency*:10;put:Size hresult psize:currency;"
        "get:Bold hresult pbold:bool*:10;put:Bold hresult pbold:bool;"
        "get:Italic hresult pitalic:bool*:10;put:Italic hresult pitalic:bool;"
        "get:Underline hresult punderline:bool*:10;put:Underline hresult punderline:bool;"
        "get:Strikethrough hresult pstrikethrough:bool*:10;put:Strikethrough hresult pstrikethrough:bool;"
        "get:Weight hresult pweight:short*:10;put:Weight hresult pweight:short;"
        "get:Charset hresult pcharset:short*:10;put:Charset hresult pcharset:short;"
        "get:hFont hresult phfont:OLE_HANDLE*:10;Clone hresult ppfont:IFont**:2;"
        "IsEqual hresult pfontOther:IFont*;SetRatio hresult cyLogical:long cyHimetric:long;"
        "AddRefHfont hresult hFont:OLE_HANDLE;ReleaseHfont hresult hFont:OLE_HANDLE",
    ),
    (
        "IPicture",
        "7bf80980-bf32-101a-8bbb-00aa00300cab",
        "IUnknown",
        HIDDEN,
        "get:Handle hresult phandle:OLE_HANDLE*:10;get:hPal hresult phpal:OLE_HANDLE*:10;"
        "get:Type hresult ptype:short*:10;get:Width hresult pwidth:OLE_XSIZE_HIMETRIC*:10;"
        "get:Height hresult pheight:OLE_YSIZE_HIMETRIC*:10;"
        "Render hresult hdc:int x:long y:long cx:long cy:long xSrc:OLE_XPOS_HIMETRIC ySrc:OLE_YPOS_HIMETRIC"
        " cxSrc:OLE_XSIZE_HIMETRIC cySrc:OLE_YSIZE_HIMETRIC prcWBounds:void*;"
        "put:hPal hresult phpal:OLE_HANDLE;get:CurDC hresult phdcOut:int*:10;"
        "SelectPicture hresult hdcIn:int phdcOut:int*:2 phbmpOut:OLE_HANDLE*:2;"
        "get:KeepOriginalFormat hresult pfkeep:bool*:10;put:KeepOriginalFormat hresult pfkeep:bool;"
        "PictureChanged hresult;SaveAsFile hresult pstm:void* fSaveMemCopy:bool pcbSize:long*:2;"
        "get:Attributes hresult pdwAttr:long*:10;SetHdc hresult hdc:OLE_HANDLE",
    ),
]

# name, GUID, flags, properties "name:type:dispid[:read only]", methods "name:dispid[:parameters]"
_DISPATCH_INTERFACES = [
    (
        "Font",
        "bef6e003-a874-101a-8bba-00aa00300cab",
        0,
        "Name:bstr:0 Size:currency:2 Bold:bool:3 Italic:bool:4 Underline:bool:5 Strikethrough:bool:6"
        " Weight:short:7 Charset:short:8",
        "",
    ),
    (
        "Picture",
        "7bf80981-bf32-101a-8bbb-00aa00300cab",
        0,
        "Handle:OLE_HANDLE:0:1 hPal:OLE_HANDLE:2 Type:short:3:1 Width:OLE_XSIZE_HIMETRIC:4:1"
        " Height:OLE_YSIZE_HIMETRIC:5:1",
        "Render:6 hdc:int x:long y:long cx:long cy:long xSrc:OLE_XPOS_HIMETRIC ySrc:OLE_YPOS_HIMETRIC"
        " cxSrc:OLE_XSIZE_HIMETRIC cySrc:OLE_YSIZE_HIMETRIC prcWBounds:void*",
    ),
    ("FontEvents", "4ef6100a-af88-11d0-9846-00c04fc29993", HIDDEN, "", "FontChanged:9 PropertyName:bstr"),
]

_CLASSES = [
    ("StdFont", "0be35203-8f91-11ce-9de3-00aa004bb851", [("Font", 1), ("FontEvents", 3), ("IFont", 0)]),
    ("StdPicture", "0be35204-8f91-11ce-9de3-00aa004bb851", [("Picture", 1), ("IPicture", 0)]),
]


def make_stdole() -> Library:
    """The library as it is loaded."""
    library = Library(
        name="stdole",
        doc="OLE Automation",
        guid=uuid.UUID("00020430" + _TAIL).bytes_le,
        lcid=0,
        system=typelib.SYS_WIN64,
        major=2,
        minor=0,
    )
    return _Maker(library).library


class _Maker:
    def __init__(self, library: Library) -> None:
        self.library = library
        self.numbers: dict[str, int] = {}
        for name, (alignment, size, members) in _RECORDS.items():
            self.record(name, alignment, size, members)
        for line in _ALIASES.split("\n")[1:-1]:
            self.alias(*line.split())
        for name, constants in _ENUMERATIONS.items():
            self.enumeration(name, constants)
        for name, guid, base, flags, functions in _INTERFACES:
            self.interface(name, guid, base, flags, functions)
        for name, guid, flags, properties, methods in _DISPATCH_INTERFACES:
            self.dispatch_interface(name, guid, flags, properties, methods)
        for name, guid, offered in _CLASSES:
            implemented = [Implemented(self.href(other), flags) for other, flags in offered]
            self.add(
                Type(name=name, guid=_guid(guid), kind=COCLASS, flags=CAN_CREATE, implemented=implemented)
            )

    def add(self, made: Type) -> None:
        self.numbers[made.name] = len(self.library.types)
        self.library.types.append(made)

    def href(self, name: str) -> int:
        return self.library.refer(self.numbers[name])

    def shape(self, text: str) -> TypeShape:
        """A type as C spells it."""
        if text.endswith("*"):
            return PointerType(typelib.VT_PTR, self.shape(text[:-1]))
        if text.endswith("]"):
            element, _, count = text[:-1].partition("[")
            return ArrayType(self.shape(element), ((int(count), 0),))
        return _WORDS[text] if text in _WORDS else UserType(self.href(text))

    def record(self, name: str, alignment: int, size: int, members: str) -> None:
        made = Type(name=name, kind=RECORD, alignment=alignment, size=size)
        for number, member in enumerate(members.split()):
            field, kind, offset = member.split(":")
            shape = self.shape(kind)
            made.variables.append(
                Variable(name=field, memid=0x40000000 + number, shape=shape, offset=int(offset))
            )
        self.add(made)

    def alias(self, name: str, kind: str, guid: str) -> None:
        made = Type(
            name=name, kind=ALIAS, alias=self.shape(kind), guid=typelib.NIL if guid == "-" else _guid(guid)
        )
        self.add(made)

    def enumeration(self, name: str, constants: dict[str, int]) -> None:
        made = Type(name=name, kind=ENUM, alignment=4, size=4)
        for number, (member, value) in enumerate(constants.items()):
            constant = Value(types.VT_I4, value)
            made.variables.append(
                Variable(
                    name=member, memid=0x40000000 + number, kind=VAR_CONST, shape=types.VT_INT, value=constant
                )
            )
        self.add(made)

    def parameter(self, text: str) -> Parameter:
        name, kind, *flags = text.split(":")
        return Parameter(self.shape(kind), int(flags[0]) if flags else IN, name)

    def interface(self, name: str, guid: str, base: str | None, flags: int, functions: str) -> None:
        made = Type(name=name, guid=_guid(guid), kind=INTERFACE, flags=flags, size=8)
        self.add(made)  # its functions may speak of it
        place = 0
        depth = 0
        if base:
            parent = self.library.types[self.numbers[base]]
            made.implemented = [Implemented(self.href(base))]
            place = parent.table_size
            depth = 1 + (parent.implemented != [])
        ids: dict[str, int] = {}
        for number, line in enumerate(functions.split(";")):
            title, result, *parameters = line.split()
            use, _, plain = title.rpartition(":")
            memid = ids.setdefault(plain, 0x60000000 + (depth << 16) + number)
            made.functions.append(
                Function(
                    name=plain,
                    memid=memid,
                    kind=FUNC_PUREVIRTUAL,
                    invoke={"get": GET, "put": PUT}.get(use, METHOD),
                    flags=1 if name in ("IUnknown", "IDispatch") else 0,
                    vtable_offset=place,
                    result=self.shape(result),
                    parameters=[self.parameter(each) for each in parameters],
                )
            )
            place += 8
        made.table_size = place

    def dispatch_interface(self, name: str, guid: str, flags: int, properties: str, methods: str) -> None:
        base = [Implemented(self.href("IDispatch"))]
        made = Type(name=name, guid=_guid(guid), kind=DISPATCH, flags=flags | DISPATCHABLE, implemented=base)
        made.size, made.table_size = 8, 56
        for each in properties.split():
            member, kind, memid, *read_only = each.split(":")
            shape = self.shape(kind)
            made.variables.append(
                Variable(name=member, memid=int(memid), kind=VAR_DISPATCH, flags=len(read_only), shape=shape)
            )
        for line in filter(None, methods.split(";")):
            title, *parameters = line.split()
            member, _, memid = title.partition(":")
            listed = [self.parameter(each) for each in parameters]
            made.functions.append(
                Function(
                    name=member, memid=int(memid), kind=FUNC_DISPATCH, result=types.VT_VOID, parameters=listed
                )
            )
        self.add(made)


def _guid(text: str) -> bytes:
    return uuid.UUID(text).bytes_le
