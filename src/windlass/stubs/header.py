"""Declarations of a C or C++ header, read by libclang as a Windows compiler reads them."""

from __future__ import annotations

import ast
import ctypes as host
import os
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from clang import cindex
from clang.cindex import Cursor, CursorKind, TranslationUnit, Type, TypeKind

import windlass.ctypes
from windlass.stubs.compiler import (
    declaration_text,
    is_text,
    is_wide,
    name_of,
    stripped,
    takes_arguments,
    target_of,
    value_of,
)
from windlass.stubs.model import WINDOWS_TYPES, Contents, Function, Names, Variable, literal

__all__ = ["HeaderError", "add_headers"]

OWN_HEADERS = os.path.join(os.path.dirname(__file__), "include")
"""What programs include of Windows and of the C library, as far as declarations need it."""
_ALIASES = {
    "windows.h": "windef.h winnt.h winbase.h winuser.h wingdi.h winerror.h winreg.h basetsd.h wtypes.h "
    "wtypesbase.h minwindef.h minwinbase.h guiddef.h objbase.h unknwn.h ole2.h libloaderapi.h synchapi.h",
    "stddef.h": "stdlib.h string.h wchar.h wctype.h math.h ctype.h errno.h assert.h memory.h malloc.h "
    "signal.h locale.h fcntl.h io.h process.h direct.h intrin.h x86intrin.h immintrin.h emmintrin.h "
    "xmmintrin.h mmintrin.h mm_malloc.h specstrings.h",
    "sys/types.h": "unistd.h",
    "winsock2.h": "winsock.h ws2def.h ws2tcpip.h ws2ipdef.h",
    "stdint.h": "inttypes.h",
    "cstddef": "cstdlib cstring cwchar cmath cctype cerrno cassert",
    "cstdint": "cinttypes",
    "stdio.h": "cstdio",
    "stdarg.h": "cstdarg",
    "stdbool.h": "cstdbool",
    "limits.h": "climits",
    "float.h": "cfloat",
    "time.h": "ctime",
}
"""Headers that have nothing more to say here than others."""

_COMPILER = (
    "-target", "x86_64-pc-windows-msvc", "-fms-extensions", "-fms-compatibility", "-nostdinc",
    "-ferror-limit=0", "-Wno-everything", "-isystem", OWN_HEADERS,
)  # fmt: skip
_CXX_SUFFIXES = (".hpp", ".hh", ".hxx", ".h++")
_SHOWN_ERRORS = 8

# The expression of ctypes, and the annotation.
_SCALARS = {
    TypeKind.BOOL: ("c_bool", "Annotated[bool, c_bool]"),
    TypeKind.CHAR_S: ("c_char", "CHAR"),
    TypeKind.CHAR_U: ("c_char", "CHAR"),
    TypeKind.SCHAR: ("c_byte", "CHAR"),
    TypeKind.UCHAR: ("c_ubyte", "BYTE"),
    TypeKind.WCHAR: ("c_wchar", "WCHAR"),
    TypeKind.CHAR16: ("c_ushort", "USHORT"),
    TypeKind.CHAR32: ("c_uint", "UINT"),
    TypeKind.SHORT: ("c_short", "SHORT"),
    TypeKind.USHORT: ("c_ushort", "USHORT"),
    TypeKind.INT: ("c_int", "INT"),
    TypeKind.UINT: ("c_uint", "UINT"),
    TypeKind.LONG: ("c_long", "LONG"),
    TypeKind.ULONG: ("c_ulong", "ULONG"),
    TypeKind.LONGLONG: ("c_longlong", "LONGLONG"),
    TypeKind.ULONGLONG: ("c_ulonglong", "ULONGLONG"),
    TypeKind.FLOAT: ("c_float", "FLOAT"),
    TypeKind.DOUBLE: ("c_double", "DOUBLE"),
    TypeKind.LONGDOUBLE: ("c_double", "DOUBLE"),
}
_FUNCTIONS = (TypeKind.FUNCTIONPROTO, TypeKind.FUNCTIONNOPROTO)
_SCOPES = (CursorKind.LINKAGE_SPEC, CursorKind.UNEXPOSED_DECL, CursorKind.NAMESPACE)


class HeaderError(Exception):
    """A header that is not understood: file, line and reason of each error."""


class _Inexpressible(Exception):
    """A type that ctypes has not."""


def add_headers(
    contents: Contents,
    names: Names,
    headers: Sequence[str],
    exports: Collection[str],
    *,
    include: Sequence[str] = (),
    define: Sequence[str] = (),
) -> set[str]:
    """Declare what headers say of a DLL's exports, and their constants; returns the exports they declare.

    include, define: as a compiler's -I and -D.
    """
    language = "c++" if any(header.lower().endswith(_CXX_SUFFIXES) for header in headers) else "c"
    options = ["-x", language, *_COMPILER]
    options += [*(f"-I{each}" for each in include), *(f"-D{each}" for each in define)]
    unit = _parse(headers, options, "")
    reader = _Reader(contents, names, headers, exports)
    if errors := [each for each in unit.diagnostics if reader.is_error(each)]:
        raise HeaderError(_text_of(errors))
    reader.read_typedefs(unit.cursor)
    reader.read_declarations(unit.cursor)
    reader.read_constants(unit, headers, options)
    return reader.declared


def _parse(headers: Sequence[str], options: list[str], more: str) -> TranslationUnit:
    text = "".join(f'#include "{os.path.abspath(header)}"\n' for header in headers) + more
    how = TranslationUnit.PARSE_DETAILED_PROCESSING_RECORD | TranslationUnit.PARSE_SKIP_FUNCTION_BODIES
    main = "windlass-stubs"
    files = [(main, text), *_aliases()]
    return TranslationUnit.from_source(main, options, unsaved_files=files, options=how)


def _aliases() -> Iterator[tuple[str, str]]:
    for header, aliases in _ALIASES.items():
        for alias in aliases.split():
            yield os.path.join(OWN_HEADERS, alias), f"#pragma once\n#include <{header}>\n"


def _text_of(errors: list[Any]) -> str:
    shown = [
        f"{each.location.file}:{each.location.line}: {each.spelling}" if each.location.file else each.spelling
        for each in errors[:_SHOWN_ERRORS]
    ]
    left = len(errors) - len(shown)
    return "\n".join([*shown, f"and {left} more"] if left else shown)


class _Reader:
    """Reads one translation unit."""

    def __init__(
        self, contents: Contents, names: Names, headers: Sequence[str], exports: Collection[str]
    ) -> None:
        self.contents = contents
        self.names = names
        self.folders = tuple({os.path.dirname(os.path.abspath(header)) + os.sep for header in headers})
        self.exports = exports
        self.declared: set[str] = set()
        self.live: dict[str, Any] = {**vars(windlass.ctypes)}
        """The definitions as classes of this process: their layouts are compared with the compiler's."""
        self.records: dict[str, str] = {}
        """Names by the declaration's USR."""
        self.unfinished: dict[str, bool] = {}
        """Records whose fields are being read, and whether one of those has referred to it."""
        self.prototypes: dict[str, str] = {}
        self.typedefs: dict[str, str] = {}
        """Names that typedef gives to records and enumerations, by USR."""
        self.inner_names: dict[str, str] = {}
        """Of records that have no name, by USR: made of where they are."""

    # ---- declarations ----

    def read_typedefs(self, cursor: Cursor) -> None:
        for each in cursor.get_children():
            if each.kind in _SCOPES:
                self.read_typedefs(each)
            elif each.kind == CursorKind.TYPEDEF_DECL:
                named, names = stripped(each.underlying_typedef_type)
                if named.kind in (TypeKind.RECORD, TypeKind.ENUM) and not names:
                    self.typedefs.setdefault(named.get_declaration().get_usr(), each.spelling)

    def name(self, cursor: Cursor) -> str:
        """How a record or an enumeration is known: by the name that typedef gives it, or by its tag."""
        usr = cursor.get_usr()
        return self.typedefs.get(usr) or name_of(cursor) or self.inner_names.get(usr, "")

    def read_declarations(self, cursor: Cursor) -> None:
        for each in cursor.get_children():
            if each.kind in _SCOPES:
                self.read_declarations(each)
            elif each.kind == CursorKind.FUNCTION_DECL:
                self.read_function(each)
            elif each.kind == CursorKind.VAR_DECL:
                self.read_variable(each)
            elif each.kind == CursorKind.ENUM_DECL and self._is_own(each):
                self.read_enum(each)

    def is_error(self, diagnostic: Any) -> bool:
        """Whether something is wrong that matters: a file is missing, or a given header is bad. What the
        system's headers have in them is their affair.
        """
        if diagnostic.severity == cindex.Diagnostic.Error:
            return self._is_own(diagnostic)
        return bool(diagnostic.severity == cindex.Diagnostic.Fatal)

    def _is_own(self, place: Any) -> bool:
        """Whether a declaration is in one of the given headers, or in a header beside one of them."""
        file = place.location.file
        return file is not None and os.path.abspath(file.name).startswith(self.folders)

    def _export_of(self, cursor: Cursor) -> str | None:
        """The name by which the DLL exports it; None if it does not, or if it has been declared."""
        for name in (cursor.mangled_name, cursor.spelling):
            if name in self.exports and name not in self.declared:
                return str(name)
        return None

    def read_function(self, cursor: Cursor) -> None:
        export = self._export_of(cursor)
        if export is None:
            return
        self.declared.add(export)
        kind = cursor.type.get_canonical()
        variadic = kind.kind == TypeKind.FUNCTIONNOPROTO or kind.is_function_variadic()
        function = Function(self.names.new(cursor.spelling), export, variadic=variadic)
        function.text = declaration_text(cursor)
        try:
            function.result = self.annotation(cursor.result_type, is_result=True)
            used = Names(frozenset())
            for position, each in enumerate(cursor.get_arguments(), 1):
                name = used.new(each.spelling or f"a{position}")
                function.parameters.append((name, self.annotation(each.type)))
        except _Inexpressible as error:
            self.contents.remarks.append(f"{export} cannot be declared: {error}")
            return
        self.contents.functions.append(function)

    def read_variable(self, cursor: Cursor) -> None:
        export = self._export_of(cursor)
        if export is None:
            return
        self.declared.add(export)
        try:
            expression = self.expression(cursor.type)
        except _Inexpressible as error:
            self.contents.remarks.append(f"{export} cannot be declared: {error}")
            return
        self.contents.variables.append(Variable(self.names.new(cursor.spelling), export, expression))

    def read_enum(self, cursor: Cursor) -> None:
        members = [each for each in cursor.get_children() if each.kind == CursorKind.ENUM_CONSTANT_DECL]
        if not members:
            return
        values = [(self.names.new(each.spelling), each.enum_value) for each in members]
        name = self.name(cursor)
        if not name:
            self.contents.constants += [(member, str(value)) for member, value in values]
            return
        name = self.names.new(name)
        lines = [f"class {name}(IntEnum):", *(f"    {member} = {value}" for member, value in values)]
        self.contents.definitions.append("\n".join(lines))
        self.contents.definitions.append("\n".join(f"{member} = {name}.{member}" for member, _ in values))

    # ---- types ----

    def annotation(self, type: Type, is_result: bool = False) -> str:
        """How a parameter's or a result's type is written."""
        plain, aliases = stripped(type)
        if plain.kind == TypeKind.VOID:
            return "None"
        if is_wide(aliases):
            return "WCHAR"
        if plain.kind == TypeKind.ENUM:
            return self.annotation(plain.get_declaration().enum_type)
        if plain.kind in _SCALARS:
            return next((name for name in aliases if name in WINDOWS_TYPES), _SCALARS[plain.kind][1])
        if plain.kind == TypeKind.RECORD:
            return self.expression(type)
        pointee = target_of(plain)
        if pointee is None:
            raise _Inexpressible(f"{type.spelling} has no type in ctypes")
        target, names = stripped(pointee)
        is_const = pointee.is_const_qualified() or target.is_const_qualified() or is_result
        if is_const and is_text(target, names):
            return "LPCWSTR" if is_wide(names) else "LPCSTR"
        return f"Annotated[Any, {self.pointer(plain, aliases)}]"

    def expression(self, type: Type) -> str:
        """A type as an expression of ctypes."""
        plain, aliases = stripped(type)
        if is_wide(aliases):
            return "c_wchar"
        if plain.kind in _SCALARS:
            return _SCALARS[plain.kind][0]
        if plain.kind == TypeKind.ENUM:
            return self.expression(plain.get_declaration().enum_type)
        if plain.kind == TypeKind.RECORD:
            return self.record(plain)
        if plain.kind == TypeKind.CONSTANTARRAY:
            return f"{self.item(plain.element_type)} * {plain.element_count}"
        if plain.kind == TypeKind.INCOMPLETEARRAY:
            return f"{self.item(plain.element_type)} * 0"
        if target_of(plain) is not None:
            return self.pointer(plain, aliases)
        raise _Inexpressible(f"{type.spelling} has no type in ctypes")

    def item(self, type: Type) -> str:
        """An array's items; arrays of arrays are read from the right."""
        found = self.expression(type)
        return f"({found})" if " * " in found else found

    def pointer(self, type: Type, aliases: list[str]) -> str:
        """A pointer, or an array as a parameter."""
        pointee = target_of(type)
        assert pointee is not None
        target, names = stripped(pointee)
        if target.kind == TypeKind.VOID:
            return "c_void_p"
        if target.kind in _FUNCTIONS:
            return self.prototype(target, [*names, *aliases])
        if is_text(target, names):
            return "c_wchar_p" if is_wide(names) else "c_char_p"
        return f"POINTER({self.expression(pointee)})"

    def prototype(self, type: Type, aliases: list[str]) -> str:
        """A function's type, by the name that the header has for it if it has one."""
        if type.kind == TypeKind.FUNCTIONNOPROTO:
            return "c_void_p"
        wanted = aliases[0] if aliases else ""
        if wanted in self.prototypes:
            return self.prototypes[wanted]
        result = type.get_result()
        parts = ["None" if stripped(result)[0].kind == TypeKind.VOID else self.expression(result)]
        parts += [self.expression(each) for each in type.argument_types()]
        made = f"CFUNCTYPE({', '.join(parts)})"
        if not wanted:
            return made
        name = self.prototypes[wanted] = self.names.new(wanted)
        self.live[name] = eval(made, self.live)
        self.contents.definitions.append(f"{name} = {made}")
        return name

    # ---- structures and unions ----

    def record(self, type: Type) -> str:
        """The name of a structure's or a union's class, which is defined before it is used."""
        cursor = type.get_declaration()
        usr = cursor.get_usr()
        if usr in self.records:
            name = self.records[usr]
            if name in self.unfinished:
                self.unfinished[name] = True
            return name
        name = self.records[usr] = self.names.new(self.name(cursor) or "Unnamed")
        base = "Union" if cursor.kind == CursorKind.UNION_DECL else "Structure"
        made = _new_class(name, self.live[base])
        self.live[name] = made
        self.unfinished[name] = False
        start = len(self.contents.definitions)
        body = self._body(cursor, type, name, base)
        referred_to = self.unfinished.pop(name)
        for attribute, expression in body:
            setattr(made, attribute, eval(expression, self.live))
        if referred_to:
            self.contents.definitions.insert(start, f"class {name}({base}):\n    pass")
            lines = [f"{name}.{attribute} = {expression}" for attribute, expression in body]
            lines = [line.replace("\n    ", "\n") for line in lines]
        else:
            lines = [f"class {name}({base}):", *(f"    {attribute} = {value}" for attribute, value in body)]
            lines += ["    pass"] * (not body)
        self.contents.definitions.append("\n".join(lines))
        return name

    def _body(self, cursor: Cursor, type: Type, name: str, base: str) -> list[tuple[str, str]]:
        """The class's attributes, in the order in which they are to be set: the fields come last."""
        if type.get_size() < 0:  # declared only
            return []
        fields = list(type.get_fields())
        try:
            if any(each.kind == CursorKind.CXX_BASE_SPECIFIER for each in cursor.get_children()):
                raise _Inexpressible(f"{name} has base classes")
            written, anonymous = self._fields(fields, name)
        except _Inexpressible:
            return [_opaque(type)]
        attributes = [("_anonymous_", _tuple(map(literal, anonymous)))] if anonymous else []
        listed = ("_fields_", _listed(written))
        for pack in (0, 1, 2, 4, 8):
            tried = [*([("_pack_", str(pack))] if pack else []), *attributes, listed]
            if self._fits(tried, base, fields, written, type):
                return tried
        return [_opaque(type)]

    def _fields(self, fields: list[Cursor], name: str) -> tuple[list[tuple[str, ...]], list[str]]:
        """(name, type[, bits]) of each field as it is written, and the names of those that have none in C."""
        written: list[tuple[str, ...]] = []
        anonymous = []
        used = Names(frozenset())
        for position, each in enumerate(fields):
            kind = stripped(each.type)[0]
            declaration = kind.get_declaration()
            if kind.kind == TypeKind.RECORD and not name_of(declaration):
                self.inner_names[declaration.get_usr()] = f"{name}_{name_of(each) or position}"
            field = used.new(name_of(each) or f"_{position}")
            if not name_of(each) and kind.kind == TypeKind.RECORD:
                anonymous.append(field)
            bits = (str(each.get_bitfield_width()),) if each.is_bitfield() else ()
            written.append((field, self.expression(each.type), *bits))
        return written, anonymous

    def _fits(
        self,
        attributes: list[tuple[str, str]],
        base: str,
        fields: list[Cursor],
        written: list[tuple[str, ...]],
        type: Type,
    ) -> bool:
        """Whether ctypes lays a record out as the compiler does."""
        tried = _new_class("Tried", self.live[base])
        try:
            for attribute, expression in attributes:
                setattr(tried, attribute, eval(expression, self.live))
        except (TypeError, ValueError, AttributeError):
            return False
        return host.sizeof(tried) == type.get_size() and all(
            each.is_bitfield() or getattr(tried, name).offset * 8 == each.get_field_offsetof()
            for each, (name, *_) in zip(fields, written)
        )

    # ---- constants ----

    def read_constants(self, unit: TranslationUnit, headers: Sequence[str], options: list[str]) -> None:
        """Macros that stand for a value, as the compiler sees it."""
        macros = dict(self._macros(unit.cursor))
        auto = "auto" if "c++" in options else "__auto_type"
        more = "".join(f"{auto} {_PREFIX}{name} = ({name});\n" for name in macros)
        values: dict[str, object] = {
            each.spelling[len(_PREFIX) :]: value_of(each)
            for each in _parse(headers, options, more).cursor.get_children()
            if each.kind == CursorKind.VAR_DECL and each.spelling.startswith(_PREFIX)
        }
        for name, tokens in macros.items():
            value = _text_value(tokens) if values.get(name) is None else values[name]
            if value is not None:
                self.contents.constants.append((self.names.new(name), literal(value)))

    def _macros(self, cursor: Cursor) -> Iterator[tuple[str, list[str]]]:
        """The names of macros that may have a value, and their tokens."""
        for each in cursor.get_children():
            if each.kind != CursorKind.MACRO_DEFINITION or not self._is_own(each):
                continue
            tokens = [token.spelling for token in each.get_tokens()][1:]
            if tokens and not takes_arguments(each) and not _NO_VALUE.intersection(tokens):
                yield each.spelling, tokens


_PREFIX = "windlass_value_"
_NO_VALUE = frozenset("{};=#,")


def _new_class(name: str, base: Any) -> Any:
    metaclass: Any = type(base)
    return metaclass(name, (base,), {})


# ---- text ----


def _text_value(tokens: list[str]) -> bytes | str | None:
    """The value of string literals, one behind the other."""
    is_wide = any(token.startswith("L") for token in tokens)
    literals = [token[1:] if token.startswith("L") else token for token in tokens]
    if not all(literal.startswith('"') for literal in literals):
        return None
    try:
        text = "".join(map(ast.literal_eval, literals))
    except (SyntaxError, ValueError):  # an escape that only C has
        return None
    return text if is_wide else text.encode("utf-8")


def _opaque(type: Type) -> tuple[str, str]:
    """The fields of a record whose inside ctypes cannot show."""
    item = {1: "c_ubyte", 2: "c_ushort", 4: "c_uint"}.get(type.get_align(), "c_ulonglong")
    width = min(type.get_align(), 8)
    return "_fields_", f'(("opaque", {item} * {type.get_size() // width}),)'


def _tuple(items: Iterable[str]) -> str:
    listed = ", ".join(items)
    return f"({listed},)" if ", " not in listed else f"({listed})"


def _listed(fields: list[tuple[str, ...]]) -> str:
    """The value of _fields_."""
    lines = "".join(f'        ("{field[0]}", {", ".join(field[1:])}),\n' for field in fields)
    return f"(\n{lines}    )" if fields else "()"
