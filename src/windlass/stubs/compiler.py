"""What libclang tells, beyond what its Python binding has functions for."""

from __future__ import annotations

import ctypes as host
from typing import Any

from clang import cindex
from clang.cindex import Cursor, Type, TypeKind

__all__ = [
    "declaration_text",
    "is_text",
    "is_wide",
    "name_of",
    "stripped",
    "takes_arguments",
    "target_of",
    "value_of",
]


def takes_arguments(macro: Cursor) -> bool:
    return bool(cindex.conf.lib.clang_Cursor_isMacroFunctionLike(macro))


def value_of(variable: Cursor) -> int | float | None:
    """The number that a variable is initialised with, if the compiler can tell."""
    library = cindex.conf.lib
    library.clang_Cursor_Evaluate.restype = host.c_void_p
    evaluated = host.c_void_p(library.clang_Cursor_Evaluate(variable))
    if not evaluated:
        return None
    try:
        return _result_of(library, evaluated)
    finally:
        library.clang_EvalResult_dispose(evaluated)


_EVALUATED_INT, _EVALUATED_FLOAT = 1, 2


def _result_of(library: Any, evaluated: Any) -> int | float | None:
    kind = library.clang_EvalResult_getKind(evaluated)
    if kind == _EVALUATED_INT:
        unsigned = library.clang_EvalResult_isUnsignedInt(evaluated)
        get = library.clang_EvalResult_getAsUnsigned if unsigned else library.clang_EvalResult_getAsLongLong
        get.restype = host.c_ulonglong if unsigned else host.c_longlong
        return int(get(evaluated))
    if kind == _EVALUATED_FLOAT:
        library.clang_EvalResult_getAsDouble.restype = host.c_double
        return float(library.clang_EvalResult_getAsDouble(evaluated))
    return None


def stripped(type: Type) -> tuple[Type, list[str]]:
    """A type without the names that typedef gave it, and those names."""
    names = []
    while True:
        if type.kind == TypeKind.ELABORATED:
            type = type.get_named_type()
        elif type.kind == TypeKind.TYPEDEF:
            declaration = type.get_declaration()
            names.append(declaration.spelling)
            type = declaration.underlying_typedef_type
        elif type.kind == TypeKind.UNEXPOSED and type.get_canonical().kind != TypeKind.UNEXPOSED:
            type = type.get_canonical()  # named by `using`, or with an attribute
        else:
            return type, names


def is_wide(names: list[str]) -> bool:
    return "wchar_t" in names


def is_text(type: Type, names: list[str]) -> bool:
    return type.kind in (TypeKind.CHAR_S, TypeKind.CHAR_U, TypeKind.WCHAR) or is_wide(names)


def name_of(cursor: Cursor) -> str:
    """A declaration's name; "" if it has none, for which libclang says where it is."""
    spelling = str(cursor.spelling)
    return "" if "(anonymous" in spelling or "(unnamed" in spelling else spelling


def target_of(type: Type) -> Type | None:
    """What a pointer, a reference, or a parameter that is an array or a function leads to; else None."""
    if type.kind in (TypeKind.POINTER, TypeKind.LVALUEREFERENCE, TypeKind.RVALUEREFERENCE):
        return type.get_pointee()
    if type.kind in (TypeKind.CONSTANTARRAY, TypeKind.INCOMPLETEARRAY):
        return type.element_type
    if type.kind in (TypeKind.FUNCTIONPROTO, TypeKind.FUNCTIONNOPROTO):
        return type
    return None


def declaration_text(cursor: Cursor) -> str:
    """A function's declaration without what its compiler is told beside it."""
    parameters = [_declarator(each.type.spelling, each.spelling) for each in cursor.get_arguments()]
    if cursor.type.get_canonical().kind == TypeKind.FUNCTIONPROTO and cursor.type.is_function_variadic():
        parameters.append("...")
    return f"{_declarator(cursor.result_type.spelling, cursor.spelling)}({', '.join(parameters) or 'void'})"


def _declarator(type: str, name: str) -> str:
    if "(*)" in type:
        return type.replace("(*)", f"(*{name})", 1)
    before, bracket, after = type.partition("[")
    space = "" if not name or before.endswith("*") else " "
    return f"{before}{space}{name}{bracket}{after}"
