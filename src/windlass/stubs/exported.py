"""Functions as their exported names tell of them: C++'s decorated names say everything, others nothing."""

from __future__ import annotations

from collections.abc import Iterable

from windlass.pe.decorated import Decorated, Type, undecorate
from windlass.pe.exports import Export
from windlass.stubs.model import Contents, Function, Names

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


def add_exports(contents: Contents, names: Names, functions: Iterable[Export]) -> None:
    """Declare functions as far as their exported names say what they are."""
    for export in functions:
        declared = undecorate(export.name) if export.name else None
        if declared is None:
            name = export.name or f"ordinal_{export.ordinal}"
            contents.functions.append(Function(names.new(name), export.name or export.ordinal, variadic=True))
        elif declared.is_data:
            contents.remarks.append(f"{export.name} is data: {declared}")
        else:
            contents.functions.append(_function(declared, export.name or "", names))


def _function(declared: Decorated, export: str, names: Names) -> Function:
    scope = [each for each in declared.scope if not each.startswith("`")]
    name = names.new("_".join([*scope, _plain(declared.name)]))
    function = Function(name, export, text=str(declared))
    parameters = [_annotation(each) for each in declared.parameters]
    result = _annotation(declared.result) if declared.result else POINTER
    if result is None or None in parameters:  # a class by value: what is in it is not known
        function.variadic = True
        return function
    if declared.is_method:
        function.parameters.append(("this", POINTER))
    function.parameters += [(f"a{i}", each) for i, each in enumerate(parameters, 1) if each]
    function.variadic = declared.variadic
    function.result = result
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
