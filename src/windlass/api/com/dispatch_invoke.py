"""ITypeInfo::Invoke: a call by dispatch identifier becomes a call through the interface's table, with its
arguments in the types that the function wants.

Source: Microsoft, "ITypeInfo::Invoke method", "DispInvoke function", "DISPPARAMS structure", "Passing
Parameters".
"""

from __future__ import annotations

import ctypes
import struct
from typing import Any

from windlass import _core
from windlass.api.calls import windows
from windlass.api.com import automation_types as types
from windlass.api.com import typelib
from windlass.api.com.automation_types import VARIANT_SIZE, Variant, change_type, clear, vt_at
from windlass.api.com.com_objects import E_INVALIDARG, FAILURE, IUnknown, Reference, call, check, query
from windlass.api.com.typelib import Function, Parameter, PointerType, TypeShape, UserType
from windlass.api.com.typelib_views import FUNC_DISPATCH, FUNC_STATIC, PARAMFLAG_FRETVAL, TypeInfo
from windlass.api.outputs import get_u64, put_u32
from windlass.api.refused import Refused
from windlass.api.structures import get_structure

__all__ = ["invoke"]

DISP_E_MEMBERNOTFOUND, DISP_E_PARAMNOTFOUND, DISP_E_TYPEMISMATCH = 0x80020003, 0x80020004, 0x80020005
DISP_E_EXCEPTION, DISP_E_BADPARAMCOUNT = 0x80020009, 0x8002000E
DISP_E_PARAMNOTOPTIONAL = 0x8002000F
DISPATCH_METHOD, DISPATCH_PROPERTYGET, DISPATCH_PROPERTYPUT, DISPATCH_PROPERTYPUTREF = 1, 2, 4, 8
DISPID_PROPERTYPUT = -3
PARAMFLAG_FIN, PARAMFLAG_FOUT, PARAMFLAG_FLCID, PARAMFLAG_FOPT = 1, 2, 4, 0x10
VAR_PERINSTANCE, VAR_STATIC, VAR_CONST, VAR_DISPATCH = range(4)
VARFLAG_FREADONLY = 1
DISPATCH_INVOKE = 6
VT_INTERFACE = 0xFFF
"""Of an interface itself, of which only pointers are passed."""
SAME_AS = {
    types.VT_INT: types.VT_I4, types.VT_UINT: types.VT_UI4, types.VT_HRESULT: types.VT_ERROR,
}  # fmt: skip


def invoke(
    info: TypeInfo, instance: int, memid: int, flags: int, params: int, result: int, excep: int, argument: int
) -> int:
    """The HRESULT of ITypeInfo::Invoke."""
    if not params:
        return E_INVALIDARG
    given = get_structure(params, types.DispParams)
    function = _find(info, memid, flags)
    if function is None:
        return _invoke_elsewhere(info, instance, memid, flags, params, result, excep, argument)
    if function.kind == FUNC_DISPATCH:
        return _forward(instance, memid, flags, params, result, excep, argument)
    prepared = _Call(info, function, given, bool(flags & (DISPATCH_PROPERTYPUT | DISPATCH_PROPERTYPUTREF)))
    try:
        prepared.prepare()
        code = prepared.run(instance)
        if code & FAILURE:
            _describe_error(excep, code)
            return DISP_E_EXCEPTION
        prepared.put_result(result)
        return 0
    except Refused as refused:
        if refused.code in (DISP_E_TYPEMISMATCH, DISP_E_PARAMNOTFOUND):
            put_u32(argument, prepared.position)
        return refused.code
    finally:
        prepared.clean()


def _find(info: TypeInfo, memid: int, flags: int) -> Function | None:
    """The function with this memid that can be used so. A property may be got where a method is called."""
    kinds = flags & 0xF
    candidates = [each for each in info.type.functions if each.memid == memid]
    return next((each for each in candidates if each.invoke & kinds), None)


def _invoke_elsewhere(
    info: TypeInfo, instance: int, memid: int, flags: int, params: int, result: int, excep: int, argument: int
) -> int:
    """A variable of this type, or a member of its base."""
    for variable in info.type.variables:
        if variable.memid == memid:
            if variable.kind == VAR_DISPATCH:
                return _forward(instance, memid, flags, params, result, excep, argument)
            return _use_variable(variable, instance, flags, params, result)
    base = info.base()
    if base is None:
        return DISP_E_MEMBERNOTFOUND
    try:
        return invoke(base, instance, memid, flags, params, result, excep, argument)
    finally:
        base.Release()


def _forward(
    instance: int, memid: int, flags: int, params: int, result: int, excep: int, argument: int
) -> int:
    """A dispatch interface's own members are called by its IDispatch."""
    null = types.guid_structure(bytes(16))
    rest = ctypes.addressof(null), 0x400, flags, params, result, excep, argument
    return call(instance, DISPATCH_INVOKE, memid & 0xFFFFFFFF, *rest)


def _use_variable(variable: typelib.Variable, instance: int, flags: int, params: int, result: int) -> int:
    """Read or write what lies in the instance; a constant can be read."""
    if variable.kind == VAR_CONST and variable.value is not None and flags & DISPATCH_PROPERTYGET:
        if result:
            _core.write(result, types.variant_bytes(variable.value))
        return 0
    vt = variable.shape
    if variable.kind != VAR_PERINSTANCE or not isinstance(vt, int):
        return DISP_E_MEMBERNOTFOUND
    place = instance + variable.offset
    in_place = Variant(vt=vt | types.VT_BYREF, value=place)
    if flags & DISPATCH_PROPERTYGET:
        if result:
            _core.write(result, bytes(VARIANT_SIZE))
            check(windows("oleaut32.dll", "VariantCopyInd", result, ctypes.addressof(in_place)) & 0xFFFFFFFF)
        return 0
    if variable.flags & VARFLAG_FREADONLY:
        return DISP_E_MEMBERNOTFOUND
    given = get_structure(params, types.DispParams)
    if given.cArgs != 1:
        return DISP_E_BADPARAMCOUNT
    value = Variant()
    change_type(ctypes.addressof(value), given.rgvarg, vt)
    _core.write(place, bytes(value)[8 : 8 + types.size_of(vt)])
    return 0


def _describe_error(excep: int, code: int) -> None:
    """Fill EXCEPINFO from the error object that the function left."""
    if not excep:
        return
    texts = [0, 0, 0]
    context = 0
    found = ctypes.c_uint64()
    if windows("oleaut32.dll", "GetErrorInfo", 0, ctypes.addressof(found)) & 0xFFFFFFFF == 0:
        with Reference(found.value, owned=True) as error:
            for index, method in enumerate((4, 5, 6)):  # GetSource, GetDescription, GetHelpFile
                text = ctypes.c_uint64()
                call(error, method, ctypes.addressof(text))
                texts[index] = text.value
            number = ctypes.c_uint32()
            call(error, 7, ctypes.addressof(number))
            context = number.value
    _core.write(excep, struct.pack("<HHIQQQIIQQI", 0, 0, 0, *texts, context, 0, 0, 0, code))


class _Call:
    """A call being prepared. position: the argument in rgvarg that was looked at last, for puArgErr."""

    def __init__(self, info: TypeInfo, function: Function, given: types.DispParams, is_put: bool) -> None:
        self.info, self.function, self.given, self.is_put = info, function, given, is_put
        self.position = 0
        count = max(len(function.parameters), 1)
        self.kinds = (ctypes.c_uint16 * count)()
        self.values = (Variant * count)()
        self.pointers = (ctypes.c_uint64 * count)()
        self.owned: list[int] = []
        self.kept: list[Any] = []
        self.returned: tuple[Variant, int] | None = None
        self.out = Variant()

    # ---- which argument is whose ----

    def arguments(self) -> dict[int, int]:
        """The number in rgvarg of the argument for each parameter that has one."""
        parameters = self.function.parameters
        taken = [
            i for i, each in enumerate(parameters) if not each.flags & (PARAMFLAG_FRETVAL | PARAMFLAG_FLCID)
        ]
        named = struct.unpack(
            f"<{self.given.cNamedArgs}i", _core.read(self.given.rgdispidNamedArgs, 4 * self.given.cNamedArgs)
        )
        found: dict[int, int] = {}
        for place, number in enumerate(named):
            if number == DISPID_PROPERTYPUT and self.is_put and taken:
                found[taken[-1]] = place
            elif 0 <= number < len(taken):
                found[taken[number]] = place
            else:
                self.position = place
                raise Refused(DISP_E_PARAMNOTFOUND)
        positional = range(self.given.cArgs - 1, self.given.cNamedArgs - 1, -1)
        if len(positional) > len(taken) and self.function.optional != -1:
            raise Refused(DISP_E_BADPARAMCOUNT)
        for index, place in zip(taken, positional):
            if index in found:
                raise Refused(DISP_E_BADPARAMCOUNT)
            found[index] = place
        return found

    def prepare(self) -> None:
        given = self.arguments()
        for index, parameter in enumerate(self.function.parameters):
            if parameter.flags & PARAMFLAG_FRETVAL:
                self.take_result(index, parameter)
            elif parameter.flags & PARAMFLAG_FLCID:
                self.set(index, types.VT_I4, 0x400)
            elif self.function.optional == -1 and index == self.last_taken():
                self.take_rest(index, given.get(index))
            elif index in given:
                self.position = given[index]
                self.take(index, parameter, self.given.rgvarg + VARIANT_SIZE * given[index])
            else:
                self.leave_out(index, parameter)

    def last_taken(self) -> int:
        flags = PARAMFLAG_FRETVAL | PARAMFLAG_FLCID
        return max(i for i, each in enumerate(self.function.parameters) if not each.flags & flags)

    # ---- values ----

    def set(self, index: int, kind: int, value: int) -> None:
        """Pass a plain value or a pointer."""
        self.values[index] = Variant(vt=kind, value=value & 0xFFFFFFFFFFFFFFFF)
        self.kinds[index] = kind
        self.pointers[index] = ctypes.addressof(self.values[index])

    def kind_of(self, shape: TypeShape) -> tuple[int, TypeInfo | None]:
        """The VARTYPE by which automation passes a type, and the interface it names if any, with a
        reference.
        """
        resolved, named = self.info.resolved(shape)
        if isinstance(resolved, int):
            return SAME_AS.get(resolved, resolved), None
        if isinstance(resolved, UserType) and named is not None:
            if named.type.kind == typelib.TKIND_ENUM:
                named.Release()
                return types.VT_I4, None
            if named.type.kind in (typelib.TKIND_RECORD, typelib.TKIND_UNION):
                return types.VT_RECORD, named
            return VT_INTERFACE, named
        owner = named or self.info
        try:
            return self.kind_of_compound(resolved, owner)
        finally:
            if named:
                named.Release()

    def kind_of_compound(self, shape: TypeShape, owner: TypeInfo) -> tuple[int, TypeInfo | None]:
        assert isinstance(shape, (PointerType, typelib.ArrayType))
        within = _Call(owner, self.function, self.given, False) if owner is not self.info else self
        if isinstance(shape, PointerType) and shape.vt == typelib.VT_SAFEARRAY:
            kind, named = within.kind_of(shape.target)
            if named:
                named.Release()
            return types.VT_ARRAY | (types.VT_UNKNOWN if kind == VT_INTERFACE else kind), None
        if isinstance(shape, PointerType):
            kind, named = within.kind_of(shape.target)
            if kind == VT_INTERFACE and named is not None:
                is_dispatch = named.type.kind == typelib.TKIND_DISPATCH
                return types.VT_DISPATCH if is_dispatch else types.VT_UNKNOWN, named
            return kind | types.VT_BYREF, named
        return types.VT_CARRAY, None

    def take(self, index: int, parameter: Parameter, argument: int) -> None:
        """Pass the program's argument in the type that the function wants."""
        vt = vt_at(argument)
        missing = vt == types.VT_ERROR and _core.read(argument + 8, 4) == struct.pack(
            "<I", DISP_E_PARAMNOTFOUND
        )
        if missing and parameter.flags & (PARAMFLAG_FOPT | 0x20):
            self.leave_out(index, parameter)
            return
        kind, named = self.kind_of(parameter.shape)
        try:
            if kind & types.VT_BYREF:
                self.take_reference(index, kind, argument, vt, parameter)
            elif kind == types.VT_VARIANT:
                self.take_variant(index, argument)
            elif named is not None and kind in (types.VT_UNKNOWN, types.VT_DISPATCH):
                self.take_interface(index, kind, argument, named)
            else:
                self.take_value(index, kind, argument, vt)
        finally:
            if named:
                named.Release()

    def take_variant(self, index: int, argument: int) -> None:
        self.kinds[index] = types.VT_VARIANT
        self.pointers[index] = argument

    def take_value(self, index: int, kind: int, argument: int, vt: int) -> None:
        self.kinds[index] = kind
        if vt == kind:
            self.pointers[index] = argument
            return
        place = ctypes.addressof(self.values[index])
        if kind & types.VT_ARRAY:
            if vt != kind | types.VT_BYREF:
                raise Refused(DISP_E_TYPEMISMATCH)
            self.set(index, kind, get_u64(get_u64(argument + 8)))
            return
        change_type(place, argument, kind)
        self.owned.append(place)
        self.pointers[index] = place

    def take_interface(self, index: int, kind: int, argument: int, named: TypeInfo) -> None:
        """The interface that the function names, whichever the program has."""
        plain = Variant()
        place = ctypes.addressof(plain)
        check(windows("oleaut32.dll", "VariantCopyInd", place, argument) & 0xFFFFFFFF)
        self.kept.append(plain)
        self.owned.append(place)
        if plain.vt not in (types.VT_UNKNOWN, types.VT_DISPATCH):
            change_type(place, place, kind)
        found = 0
        if plain.value:
            try:
                found = query(
                    plain.value, named.type.guid if named.type.kind != typelib.TKIND_COCLASS else IUnknown.iid
                )
            except Refused:
                raise Refused(DISP_E_TYPEMISMATCH) from None
        self.set(index, kind, found)
        self.owned.append(ctypes.addressof(self.values[index]))

    def take_reference(self, index: int, kind: int, argument: int, vt: int, parameter: Parameter) -> None:
        """A pointer to the program's own variable where that has the type, else to a copy."""
        wanted = kind & ~types.VT_BYREF
        if vt & types.VT_BYREF and SAME_AS.get(vt & ~types.VT_BYREF, vt & ~types.VT_BYREF) == wanted:
            self.set(index, kind, get_u64(argument + 8))
        elif wanted == types.VT_VARIANT:
            self.set(index, kind, argument)
        else:
            copy = Variant()
            self.kept.append(copy)
            change_type(ctypes.addressof(copy), argument, wanted)
            self.owned.append(ctypes.addressof(copy))
            self.set(index, kind, ctypes.addressof(copy) + 8)

    def take_result(self, index: int, parameter: Parameter) -> None:
        """The function puts its result where its last parameter points."""
        kind, named = self.kind_of(parameter.shape)
        if named:
            named.Release()
        if not kind & types.VT_BYREF:
            raise Refused(DISP_E_TYPEMISMATCH)
        kind &= ~types.VT_BYREF
        place = ctypes.addressof(self.out)
        self.returned = self.out, kind
        self.set(index, kind | types.VT_BYREF, place if kind == types.VT_VARIANT else place + 8)

    def take_rest(self, index: int, first: int | None) -> None:
        """All further arguments in one array of VARIANTs."""
        count = 0 if first is None else first - self.given.cNamedArgs + 1
        made = windows("oleaut32.dll", "SafeArrayCreateVector", types.VT_VARIANT, 0, count)
        for number in range(count):
            at = ctypes.c_int32(number)
            source = self.given.rgvarg + VARIANT_SIZE * ((first or 0) - number)
            check(
                windows("oleaut32.dll", "SafeArrayPutElement", made, ctypes.addressof(at), source)
                & 0xFFFFFFFF
            )
        self.set(index, types.VT_ARRAY | types.VT_VARIANT, made)
        self.owned.append(ctypes.addressof(self.values[index]))
        _, named = self.info.resolved(self.function.parameters[index].shape)
        if named:
            named.Release()
        shape = self.function.parameters[index].shape
        if isinstance(shape, PointerType) and shape.vt == typelib.VT_PTR:
            holder = ctypes.c_uint64(made)
            self.kept.append(holder)
            kept = Variant(vt=types.VT_ARRAY | types.VT_VARIANT, value=made)
            self.kept.append(kept)
            self.owned[-1] = ctypes.addressof(kept)
            self.set(index, types.VT_ARRAY | types.VT_VARIANT | types.VT_BYREF, ctypes.addressof(holder))

    def leave_out(self, index: int, parameter: Parameter) -> None:
        """The default value, or for an optional VARIANT the error that stands for a missing one."""
        kind, named = self.kind_of(parameter.shape)
        if named:
            named.Release()
        if parameter.default is not None and not kind & types.VT_BYREF:
            default = Variant.from_buffer_copy(types.variant_bytes(parameter.default))
            self.kept.append(default)
            self.owned.append(ctypes.addressof(default))
            if kind == types.VT_VARIANT:
                self.take_variant(index, ctypes.addressof(default))
            else:
                self.take_value(index, kind, ctypes.addressof(default), default.vt)
        elif parameter.flags & PARAMFLAG_FOPT or (self.function.optional and index >= self.first_optional()):
            missing = Variant(vt=types.VT_ERROR, value=DISP_E_PARAMNOTFOUND)
            self.kept.append(missing)
            if kind == types.VT_VARIANT:
                self.take_variant(index, ctypes.addressof(missing))
            elif kind == types.VT_VARIANT | types.VT_BYREF:
                self.set(index, kind, ctypes.addressof(missing))
            else:
                self.set(index, kind, 0)
        else:
            raise Refused(DISP_E_PARAMNOTOPTIONAL if self.given.cNamedArgs else DISP_E_BADPARAMCOUNT)

    def first_optional(self) -> int:
        return len(self.function.parameters) - max(self.function.optional, 0)

    # ---- the call ----

    def run(self, instance: int) -> int:
        """The HRESULT of the function; what returns none succeeds."""
        kind, named = self.kind_of(self.function.result)
        if named:
            named.Release()
        returned = Variant()
        check(
            windows(
                "oleaut32.dll",
                "DispCallFunc",
                0 if self.function.kind == FUNC_STATIC else instance,
                self.function.vtable_offset,
                self.function.convention,
                kind,
                len(self.function.parameters),
                ctypes.addressof(self.kinds),
                ctypes.addressof(self.pointers),
                ctypes.addressof(returned),
            )
            & 0xFFFFFFFF
        )
        if kind == types.VT_ERROR:
            return int(returned.value) & 0xFFFFFFFF
        if self.returned is None and kind != types.VT_VOID:
            self.out = returned
            self.returned = returned, kind
        return 0

    def put_result(self, result: int) -> None:
        if self.returned is None:
            if result:
                _core.write(result, bytes(VARIANT_SIZE))
            return
        value, kind = self.returned
        if kind != types.VT_VARIANT:
            if kind in (types.VT_CARRAY, types.VT_VOID):
                return
            value.vt = kind
        if result:
            _core.write(result, bytes(value))
        else:
            clear(ctypes.addressof(value))
        self.returned = None

    def clean(self) -> None:
        for variant in self.owned:
            clear(variant)
