"""Decorated names of C++ functions, as Microsoft's compilers export them: `?add@math@@YAHHH@Z` is
`int __cdecl math::add(int, int)`.

A name is read from left to right; digits in it refer back to names and types met before.

Source: Microsoft, "Decorated names"; what compilers write for declarations of one's own.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

__all__ = ["Decorated", "Type", "undecorate"]


@dataclass(frozen=True)
class Type:
    """A type.

    kind:  "basic", "pointer" (references too), "function" (behind a pointer), "class" (and struct, union) or
           "enum".
    text:  as C++ spells it.
    target, const: of a pointer: what it points to, and whether that is const.
    """

    kind: str
    text: str
    target: Type | None = None
    const: bool = False


@dataclass
class Decorated:
    """What a decorated name declares.

    name:       without its scope; "operator+" or "~Class" for those.
    scope:      of namespaces and classes, the outermost first.
    access:     "public: ", "protected: virtual " and so on; "" outside classes.
    is_method:  called with a pointer to its object first.
    result:     None for constructors and destructors.
    parameters: without the object; `variadic` when more may follow.
    is_data:    a variable, of the type `result`.
    """

    name: str
    scope: list[str]
    access: str = ""
    convention: str = ""
    is_method: bool = False
    is_const: bool = False
    result: Type | None = None
    parameters: list[Type] = field(default_factory=list)
    variadic: bool = False
    is_data: bool = False

    @property
    def qualified_name(self) -> str:
        return "::".join([*self.scope, self.name])

    def __str__(self) -> str:
        result = f"{self.result.text} " if self.result else ""
        if self.is_data:
            return f"{self.access}{result[:-1] if result.endswith('* ') else result}{self.qualified_name}"
        parameters = [each.text for each in self.parameters] + ["..."] * self.variadic
        shown = ", ".join(parameters) or "void"
        const = " const" * self.is_const
        return f"{self.access}{result}{self.convention} {self.qualified_name}({shown}){const}"


def undecorate(name: str) -> Decorated | None:
    """What a decorated name declares; None for a name that is not decorated, or not as this reads it."""
    if not name.startswith("?"):
        return None
    try:
        reader = _Reader(name)
        return reader.declaration()
    except (_Unreadable, IndexError, ValueError, RecursionError):
        return None


class _Unreadable(Exception):
    """Not a decorated name, or of a kind that this does not know."""


_BASIC = {
    "C": "signed char", "D": "char", "E": "unsigned char", "F": "short", "G": "unsigned short", "H": "int",
    "I": "unsigned int", "J": "long", "K": "unsigned long", "M": "float", "N": "double", "O": "long double",
    "X": "void",
}  # fmt: skip
_EXTENDED = {
    "D": "__int8", "E": "unsigned __int8", "F": "__int16", "G": "unsigned __int16", "H": "__int32",
    "I": "unsigned __int32", "J": "__int64", "K": "unsigned __int64", "N": "bool", "Q": "char8_t",
    "S": "char16_t", "U": "char32_t", "W": "wchar_t",
}  # fmt: skip
_OPERATORS = {
    "2": "operator new", "3": "operator delete", "4": "operator=", "5": "operator>>", "6": "operator<<",
    "7": "operator!", "8": "operator==", "9": "operator!=", "A": "operator[]", "B": "operator",
    "C": "operator->",
    "D": "operator*", "E": "operator++", "F": "operator--", "G": "operator-", "H": "operator+",
    "I": "operator&", "J": "operator->*", "K": "operator/", "L": "operator%", "M": "operator<",
    "N": "operator<=", "O": "operator>", "P": "operator>=", "Q": "operator,", "R": "operator()",
    "S": "operator~", "T": "operator^", "U": "operator|", "V": "operator&&", "W": "operator||",
    "X": "operator*=", "Y": "operator+=", "Z": "operator-=", "_0": "operator/=", "_1": "operator%=",
    "_2": "operator>>=", "_3": "operator<<=", "_4": "operator&=", "_5": "operator|=", "_6": "operator^=",
    "_U": "operator new[]", "_V": "operator delete[]",
}  # fmt: skip
_CONVENTIONS = {
    "A": "__cdecl", "C": "__pascal", "E": "__thiscall", "G": "__stdcall", "I": "__fastcall",
    "M": "__clrcall", "Q": "__vectorcall",
}  # fmt: skip
_ACCESS = ("private: ", "protected: ", "public: ")
_KINDS = {"T": "union", "U": "struct", "V": "class"}


class _Reader:
    """Reads one name; the position only goes forward."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.names: list[str] = []
        self.types: list[Type] = []
        """Of parameters, those of more than one letter."""

    def take(self, length: int = 1) -> str:
        if self.at + length > len(self.text):
            raise _Unreadable
        self.at += length
        return self.text[self.at - length : self.at]

    def skip(self, text: str) -> bool:
        found = self.text.startswith(text, self.at)
        if found:
            self.at += len(text)
        return found

    # ---- declarations ----

    def declaration(self) -> Decorated:
        self.take()  # the question mark
        special = self._special_name() if self.skip("?") else ""
        name = special if special else self.name()
        scope = self._scope()
        if special in ("?0", "?1"):
            if not scope:
                raise _Unreadable
            name = scope[-1] if special == "?0" else f"~{scope[-1]}"
        declared = Decorated(name, scope)
        kind = self.take()
        if kind in "01234":
            return self._variable(declared, kind)
        return self._function(declared, kind)

    def _special_name(self) -> str:
        code = self.take()
        if code in "01":
            return f"?{code}"
        if code == "$":
            return self._template()
        if code == "_":
            code += self.take()
        if code not in _OPERATORS:
            raise _Unreadable  # tables of virtual functions, string literals and so on
        return _OPERATORS[code]

    def _variable(self, declared: Decorated, kind: str) -> Decorated:
        declared.access = f"{_ACCESS[int(kind)]}static " if kind in "012" else ""
        declared.is_data = True
        found = self.type()
        if self._qualifiers() and found.kind != "pointer":
            found = replace(found, text=f"{found.text} const")
        declared.result = found
        return declared

    def _function(self, declared: Decorated, kind: str) -> Decorated:
        if kind not in "YZ":
            section, use = divmod("ABCDEFGHIJKLMNOPQRSTUVWX".index(kind), 8)
            declared.access = _ACCESS[section] + ("", "static ", "virtual ", "virtual ")[use // 2]
            declared.is_method = use // 2 != 1
            if use // 2 == 3:  # a thunk that adjusts `this`
                raise _Unreadable
            if declared.is_method:
                declared.is_const = self._qualifiers()
        declared.convention = self._convention()
        declared.result = None if self.skip("@") else self._result()
        declared.parameters, declared.variadic = self._parameters()
        if declared.name == "operator" and declared.result:  # a conversion is named by its result
            declared.name = f"operator {declared.result.text}"
        return declared

    def _convention(self) -> str:
        code = self.take()
        if code not in _CONVENTIONS:
            raise _Unreadable
        return _CONVENTIONS[code]

    def _result(self) -> Type:
        if self.skip("?"):
            self._qualifiers()
        return self.type()

    def _parameters(self) -> tuple[list[Type], bool]:
        if self.skip("X"):
            return [], False
        found: list[Type] = []
        while not self.skip("@"):
            if self.skip("Z"):
                return found, True
            found.append(self._parameter())
        return found, False

    def _parameter(self) -> Type:
        if self.text[self.at].isdigit():
            return self._back(self.types)
        start = self.at
        found = self.type()
        if self.at - start > 1:
            self.types.append(found)
        return found

    def _back(self, known: list[Type]) -> Type:
        index = int(self.take())
        if index >= len(known):
            raise _Unreadable
        return known[index]

    # ---- names ----

    def name(self) -> str:
        """One name, which later ones may refer back to."""
        if self.text[self.at].isdigit():
            index = int(self.take())
            if index >= len(self.names):
                raise _Unreadable
            return self.names[index]
        if self.skip("?$"):
            found = self._template()
        elif self.skip("?A"):  # an anonymous namespace, told from others by a number
            self._plain_name()
            found = "`anonymous namespace'"
        else:
            found = self._plain_name()
        self.names.append(found)
        return found

    def _plain_name(self) -> str:
        end = self.text.find("@", self.at)
        if end <= self.at and not self.text.startswith("@", self.at):
            raise _Unreadable
        found = self.take(end - self.at)
        self.take()
        if "?" in found:
            raise _Unreadable
        return found

    def _scope(self) -> list[str]:
        """The names up to the second @, the outermost first."""
        found: list[str] = []
        while not self.skip("@"):
            found.insert(0, self.name())
        return found

    def _qualified(self) -> str:
        name = self.name()
        return "::".join([*self._scope(), name])

    def _template(self) -> str:
        """name<arguments>. What is inside refers back only to what is inside."""
        outer = self.names, self.types
        self.names, self.types = [], []
        name = self._plain_name()
        self.names.append(name)
        arguments = []
        while not self.skip("@"):
            arguments.append(self._template_argument())
        self.names, self.types = outer
        return f"{name}<{', '.join(each for each in arguments if each)}>"

    def _template_argument(self) -> str:
        if self.skip("$0"):
            return str(self._number())
        if self.skip("$$V") or self.skip("$$Z"):  # an empty pack
            return ""
        return self._parameter().text

    def _number(self) -> int:
        """0 to 9 stand for 1 to 10; other numbers are digits A to P up to an @."""
        negative = self.skip("?")
        value = 0
        if self.text[self.at].isdigit():
            value = int(self.take()) + 1
        else:
            while not self.skip("@"):
                value = value * 16 + "ABCDEFGHIJKLMNOP".index(self.take())
        return -value if negative else value

    # ---- types ----

    def type(self) -> Type:
        code = self.take()
        if code in _BASIC:
            return Type("basic", _BASIC[code])
        if code == "_":
            extended = self.take()
            if extended not in _EXTENDED:
                raise _Unreadable
            return Type("basic", _EXTENDED[extended])
        if code in "PQRS":
            return self._pointer(" *const" if code in "QS" else " *")
        if code in "AB":
            return self._pointer(" &")
        if code in _KINDS:
            return Type("class", f"{_KINDS[code]} {self._qualified()}")
        if code == "W":
            self.take()  # how wide it is: always 4, an int
            return Type("enum", f"enum {self._qualified()}")
        if code == "?":
            self._qualifiers()
            return self.type()
        if code == "$" and self.skip("$"):
            return self._special_type()
        raise _Unreadable

    def _special_type(self) -> Type:
        code = self.take()
        if code == "Q":
            return self._pointer(" &&")
        if code == "T":
            return Type("basic", "std::nullptr_t")
        if code == "C":
            self._qualifiers()
            return self.type()
        raise _Unreadable

    def _pointer(self, sign: str) -> Type:
        if self.skip("6"):
            return self._function_pointer(sign)
        const = self._qualifiers()
        if self.skip("Y"):
            return self._array_pointer(sign)
        target = self.type()
        text = target.text
        if const and not text.endswith("const"):
            text += "const" if text.endswith("*") else " const"
        return Type("pointer", text + (sign.strip() if text.endswith(("*", "&")) else sign), target, const)

    def _array_pointer(self, sign: str) -> Type:
        sizes = "".join(f"[{self._number()}]" for _ in range(self._number()))
        item = self.type()
        return Type("pointer", f"{item.text} ({sign.strip()}){sizes}", item)

    def _function_pointer(self, sign: str) -> Type:
        convention = self._convention()
        result = self._result()
        parameters, variadic = self._parameters()
        self.skip("Z")
        shown = ", ".join([each.text for each in parameters] + ["..."] * variadic) or "void"
        target = Type("function", f"{result.text} {convention}({shown})")
        return Type("pointer", f"{result.text} ({convention}{sign})({shown})", target)

    def _qualifiers(self) -> bool:
        """Of what a pointer points to, or of a method's object: whether it is const."""
        while self.text[self.at] in "EFI":  # 64 bits, unaligned, restrict
            self.at += 1
        code = self.take()
        if code not in "ABCD":
            raise _Unreadable
        return code in "BD"
