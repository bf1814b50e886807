"""Functions as their exported names tell of them: C++'s decorated names say everything, others nothing."""

from __future__ import annotations

from collections.abc import Iterable

from windlass.pe.decorated import Decorated, Type, undecorate
from windlass.pe.exports import Export
from windlass.pe.pdb import Procedure
from windlass.stubs.model import Contents, Function, Names
from windlass.stubs.symbols import Symbols

__all__ = ["add_exports"]

POINTER = "Annotated[Any, c_void_p]"
_ANNOTATIONS = {
    "void": "None", "bool": "Annotated[bool, c_bool]", "char": "CHAR", "signed char": "CHAR",
    "unsigned char": "BYTE", "short": "SHORT", "unsigned short": "USHORT", "int": "INT",
    "unsigned int": "UINT", "long": "LONG", "unsigned long": "ULONG", "__int8": "CHAR",
    "unsigned __int8": "BYTE", "__int16": "SHORT", "unsigned __int16": "USHORT", "__int32": "INT",
    "unsigned __int32": "UINT", "__int64": "LONGLONG", "unsigned __int64": "ULONGLONG",
    "wchar_t": "WCHAR", "char8_t": "BYTE", "char16_t": "USHORT", "char32_t": "UINT",
    "float": "FLOAT", "double": "DOUBLE", "long double": "DOUBLE",
}  # fmt: skip


def add_exports(contents: Contents, names: Names, functions: Iterable[Export], symbols: Symbols) -> None:
    """Declare functions as far as their PDB, or their exported names, say what they are."""
    for export in functions:
        key = export.name or export.ordinal
        if procedure := symbols.procedure(export):
            contents.functions.append(_by_symbols(procedure, export, names))
            continue
        declared = undecorate(export.name or "") or undecorate(symbols.public_name(export))
        if declared is None:
            name = export.name or f"ordinal_{export.ordinal}"
            contents.functions.append(Function(names.new(name), key, variadic=True))
        elif declared.is_data:
            contents.remarks.append(f"{key} is data: {declared}")
        else:
            contents.functions.append(_by_name(declared, key, names))


def _by_symbols(procedure: Procedure, export: Export, names: Names) -> Function:
    plain = export.name if export.name and not export.name.startswith("?") else procedure.name
    name = names.new(plain.replace("::", "_").replace("~", "delete_"))
    function = Function(name, export.name or export.ordinal, text=str(procedure))
    types = [kind for _, kind in procedure.parameters]
    return _declared(
        function,
        [name for name, _ in procedure.parameters],
        types,
        procedure.result,
        procedure.is_method,
        procedure.variadic,
    )


def _by_name(declared: Decorated, export: str | int, names: Names) -> Function:
    scope = [each for each in declared.scope if not each.startswith("`")]
    function = Function(names.new("_".join([*scope, _plain(declared.name)])), export, text=str(declared))
    parameters = declared.parameters
    return _declared(
        function, [""] * len(parameters), parameters, declared.result, declared.is_method, declared.variadic
    )


def _declared(
    function: Function,
    names: list[str],
    types: list[Type],
    result: Type | None,
    is_method: bool,
    variadic: bool,
) -> Function:
    """The function with its parameters and its result; as it is, if one of them is a class by value."""
    annotations = [_annotation(each) for each in types]
    returned = _annotation(result) if result else POINTER
    if returned is None or None in annotations:
        function.variadic = True
        return function
    used = Names(frozenset())
    if is_method:
        function.parameters.append((used.new("this"), POINTER))
    for position, (name, annotation) in enumerate(zip(names, annotations), 1):
        function.parameters.append((used.new(name or f"a{position}"), annotation or POINTER))
    function.variadic = variadic
    function.result = returned
    return function


def _plain(name: str) -> str:
    """A function's name in letters."""
    if name.startswith("~"):
        return f"delete_{name[1:]}"
    sign = name[len("operator") :]
    return f"operator_{_SIGNS[sign]}" if name.startswith("operator") and sign in _SIGNS else name


_SIGNS = {
    "=": "assign", "==": "eq", "!=": "ne", "<": "lt", "<=": "le", ">": "gt", ">=": "ge",
    "+": "add", "-": "sub", "*": "mul", "/": "div", "%": "mod", "++": "increment", "--": "decrement",
    "&": "and", "|": "or", "^": "xor", "~": "invert", "<<": "lshift", ">>": "rshift",
    "!": "not", "&&": "logical_and", "||": "logical_or",
    "[]": "item", "()": "call", "->": "arrow", "->*": "arrow_star", ",": "comma",
    "+=": "iadd", "-=": "isub", "*=": "imul", "/=": "idiv", "%=": "imod",
    "&=": "iand", "|=": "ior", "^=": "ixor", "<<=": "ilshift", ">>=": "irshift",
}  # fmt: skip


def _annotation(type: Type) -> str | None:
    """How a type is written; None for a class."""
    if type.kind == "enum":
        return "INT"
    if type.kind != "pointer":
        return _ANNOTATIONS.get(type.text)
    target = type.target.text if type.target else ""
    if type.const and target in ("char", "wchar_t") and type.text.endswith("*"):
        return "LPCSTR" if target == "char" else "LPCWSTR"
    return POINTER
