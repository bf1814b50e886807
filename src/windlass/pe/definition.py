"""Module-definition files (.def): what a DLL exports and how it is to be linked, as text.

    LIBRARY vendor.dll BASE=0x10000000
    EXPORTS
        open @1                    ; with an ordinal
        close @2 NONAME            ; by its ordinal only
        version DATA               ; a variable
        begin = start_device       ; under another name than the DLL's own code knows
        Sleep = KERNEL32.Sleep     ; forwarded
        reopen == open             ; programs link with `reopen`, the DLL exports `open` (mingw)

Keywords are upper-case; a name that looks like one is quoted. Beyond Microsoft's grammar a comment may follow
a statement, and what mingw's tools and LLVM have added is understood.

Source: Microsoft, "Module-Definition (.Def) Files" and "Rules for Module-Definition Statements".
"""

from __future__ import annotations

import os

from windlass.errors import BadDefinition
from windlass.light import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from windlass.pe.image import Image

__all__ = ["Definition", "ExportDefinition", "format_definition", "parse_definition", "read_definition"]

LARGEST_ORDINAL = 0xFFFF


class ExportDefinition(NamedTuple):
    """One export, as an EXPORTS statement has it.

    name:        by which programs link; in the DLL's export directory too, unless import_name says else.
    internal:    what the DLL's own code calls it, or the forwarder "dll.name" or "dll.#ordinal".
    ordinal:     None lets the linker choose.
    noname:      the export directory has the ordinal only.
    data:        a variable; constant: the old form of that, whose plain name is the address table's cell.
    private:     not in import libraries.
    import_name: the name in the export directory, if it is not the one that programs link with.
    """

    name: str
    internal: str | None = None
    ordinal: int | None = None
    noname: bool = False
    data: bool = False
    constant: bool = False
    private: bool = False
    import_name: str | None = None

    @property
    def forwarder(self) -> str | None:
        """ "dll.name" or "dll.#ordinal" if another DLL provides the export."""
        return self.internal if self.internal and "." in self.internal[1:] else None


class Definition:
    """What a module-definition file says; what it does not say is None or empty.

    name:       of the DLL or the program, with its extension.
    is_program: NAME in place of LIBRARY.
    base:       the preferred base.
    version:    (major, minor).
    stack, heap: (reserve, commit); commit is None if it is not given.
    sections:   the attributes by the section's name, such as {".shared": ("READ", "WRITE", "SHARED")}.
    """

    def __init__(self, name: str | None = None, exports: Sequence[ExportDefinition] = ()) -> None:
        self.name = name
        self.exports = list(exports)
        self.is_program = False
        self.base: int | None = None
        self.description: str | None = None
        self.version: tuple[int, int] | None = None
        self.stack: tuple[int, int | None] | None = None
        self.heap: tuple[int, int | None] | None = None
        self.stub: str | None = None
        self.sections: dict[str, tuple[str, ...]] = {}

    @classmethod
    def of(cls, image: Image) -> Definition:
        """The definition of an image that exports what the image does.

        Exports outside executable sections are data. One without a name is called after its ordinal.
        """
        made = cls()
        for export in image.exports or ():
            section = image.section_at(export.rva)
            is_code = export.forwarder is not None or (section is not None and section.executable)
            name = export.name if export.name is not None else f"ordinal_{export.ordinal}"
            made.exports.append(
                ExportDefinition(name, export.forwarder, export.ordinal, export.name is None, not is_code)
            )
        # Programs load it by its file's name, whatever its linker called it.
        linked_as = image.exports.name if image.exports else ""
        made.name = os.path.basename(image.path) if image.path else linked_as or None
        made.is_program = not image.is_dll
        return made


def read_definition(path: str | os.PathLike[str]) -> Definition:
    """The definition in a file: UTF-8 in which any bytes survive, or UTF-16 with a byte order mark.

    OSError if there is no such file, BadDefinition if it is not understood.
    """
    with open(path, "rb") as file:
        data = file.read()
    name = os.fspath(path)
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        try:
            return parse_definition(data.decode("utf-16"), path=name)
        except UnicodeDecodeError:
            raise BadDefinition("neither UTF-16, as its first bytes say, nor UTF-8", 1, name) from None
    return parse_definition(data.decode("utf-8-sig", "surrogateescape"), path=name)


def parse_definition(text: str, *, path: str | None = None) -> Definition:
    """The definition in a text; path is for errors. BadDefinition if it is not understood."""
    return _Parser(text, path).parse()


# ---- reading ----

_TOKEN = r"""
    ;.*                                 # a comment
    | "(?P<quoted>[^"]*)"
    | '(?P<single>[^']*)'               # DESCRIPTION 'text', as it was once written
    | (?P<operator>==|[=,])
    | (?P<word>[^\s;,="]+)
    | (?P<stray>")
"""
_ATTRIBUTES = ("EXECUTE", "READ", "WRITE", "SHARED", "CONFORMING", "DISCARDABLE", "NONSHARED", "PRELOAD")
# Statements of 16-bit Windows that have no meaning any more, each in one line with its attributes.
_IGNORED = ("CODE", "DATA", "EXETYPE", "SEGMENTS", "PROTMODE", "REALMODE")
_FLAGS = ("NONAME", "DATA", "CONSTANT", "PRIVATE")
_OPTIONS = {*_FLAGS, "=", "==", "EXPORTAS", ","}
_END = ""


class _Token(NamedTuple):
    """A word, an operator, or a quoted text, which is never a keyword."""

    text: str
    quoted: bool
    line: int


class _Parser:
    """Reads statements one after the other; line ends mean nothing, but for comments."""

    def __init__(self, text: str, path: str | None) -> None:
        self._path = path
        self._tokens = self._split(text)
        self._index = 0
        self._definition = Definition()
        self._seen: dict[str, tuple[_Token, ExportDefinition]] = {}
        self._statements: dict[str, Callable[[], None]] = {
            "LIBRARY": self._library,
            "NAME": self._program,
            "EXPORTS": self._exports,
            "SECTIONS": self._sections,
            "DESCRIPTION": self._description,
            "VERSION": self._version,
            "STACKSIZE": self._stack_size,
            "HEAPSIZE": self._heap_size,
            "STUB": self._stub,
            **dict.fromkeys(_IGNORED, self._ignored),
        }

    def _bad(self, reason: str, token: _Token | None = None) -> BadDefinition:
        return BadDefinition(reason, (token or self._peek()).line, self._path)

    def _split(self, text: str) -> list[_Token]:
        tokens: list[_Token] = []
        for number, line in enumerate(text.split("\n"), 1):
            words = line.split()
            if not words or words[0][0] == ";":
                continue
            if '"' in line or ";" in line or "=" in line or "," in line or "'" in line:
                tokens += self._split_line(line, number)
            elif len(words) == 1:  # as nearly all lines are
                tokens.append(_Token(words[0], False, number))
            else:
                tokens += [_Token(word, False, number) for word in words]
        tokens.append(_Token(_END, False, tokens[-1].line if tokens else 1))
        return tokens

    def _split_line(self, line: str, number: int) -> Iterator[_Token]:
        import re  # many a file needs none of it

        for match in re.finditer(_TOKEN, line, re.VERBOSE):
            kind = match.lastgroup
            if kind == "stray":
                raise BadDefinition("a quotation mark without its partner", number, self._path)
            if kind is not None:
                yield _Token(match[kind], kind in ("quoted", "single"), number)

    def _peek(self) -> _Token:
        return self._tokens[self._index]

    def _next(self) -> _Token:
        token = self._tokens[self._index]
        if self._index < len(self._tokens) - 1:
            self._index += 1
        return token

    def _at(self, *words: str) -> bool:
        """Whether one of these unquoted words or operators comes next."""
        token = self._peek()
        return token.text in words and not token.quoted

    def _take(self, *words: str) -> bool:
        """Step over one of these words, if one comes next."""
        if not self._at(*words):
            return False
        self._next()
        return True

    def _at_statement(self) -> bool:
        text, quoted, line = self._peek()
        if quoted or text.partition(":")[0] not in self._statements:
            return text == _END and not quoted
        if text not in _IGNORED:
            return True
        # Else it is the name of an export: what follows belongs to that, or is in another line.
        after = self._tokens[self._index + 1]
        return after.line == line and not (after.text in _OPTIONS or _is_ordinal(after.text))

    def _name(self, what: str) -> str:
        token = self._next()
        if token.quoted and not token.text:
            raise self._bad(f"{what} is empty", token)
        if token.text in (_END, "=", "==", ",") and not token.quoted:
            found = repr(token.text) if token.text else "the file's end"
            raise self._bad(f"{what} is missing: there is {found}", token)
        return token.text

    def _number(self, what: str, token: _Token | None = None) -> int:
        token = token or self._next()
        digits, base = token.text, 10
        if digits[:2] in ("0x", "0X"):
            digits, base = digits[2:], 16
        if token.quoted or not digits.isascii() or not digits.isalnum():
            raise self._bad(f"{what} is no number: {token.text!r}", token)
        try:
            return int(digits, base)
        except ValueError:
            raise self._bad(f"{what} is no number: {token.text!r}", token) from None

    def parse(self) -> Definition:
        while not self._at(_END):
            token = self._next()
            # "STACKSIZE:4096": a colon may stand before an argument.
            keyword, _, rest = token.text.partition(":")
            if token.quoted or keyword not in self._statements:
                raise self._bad(f"unknown statement {token.text!r}{_advice(token.text)}", token)
            if rest:
                self._index -= 1
                self._tokens[self._index] = token._replace(text=rest)
            self._statements[keyword]()
        return self._definition

    def _library(self) -> None:
        self._module("LIBRARY", ".dll")

    def _program(self) -> None:
        self._module("NAME", ".exe")
        self._definition.is_program = True

    def _module(self, keyword: str, extension: str) -> None:
        if self._seen:
            raise self._bad(f"{keyword} must come before EXPORTS", self._tokens[self._index - 1])
        if not self._at_statement() and not self._at("BASE"):
            name = self._name(f"the name after {keyword}")
            self._definition.name = name if "." in name else name + extension
        if self._take("BASE"):
            if not self._take("="):
                raise self._bad("BASE needs '=' and an address")
            self._definition.base = self._number("BASE")

    def _exports(self) -> None:
        while not self._at_statement():
            start, export = self._peek(), self._export()
            first, known = self._seen.setdefault(export.name, (start, export))
            if first is start:
                self._definition.exports.append(export)
            elif known != export:
                raise self._bad(f"{export.name} is exported otherwise in line {first.line}", start)

    def _export(self) -> ExportDefinition:
        start = self._peek()
        name = self._name("an export's name")
        if not self._at_option():  # as most have none; said in full, which is faster
            return ExportDefinition(name, None, None, False, False, False, False, None)
        given: dict[str, object] = {}
        while self._at_option():
            option = self._next()
            if option.text == ",":  # mingw's tools let commas stand between options
                continue
            key, value = self._option(option)
            if key in given:
                raise self._bad(f"{option.text!r} a second time for {name}", option)
            given[key] = value
        export = ExportDefinition(name, **given)  # type: ignore[arg-type]
        if export.noname and export.ordinal is None:
            raise self._bad(f"{name} is NONAME, but has no ordinal", start)
        return export

    def _at_option(self) -> bool:
        """Whether what comes next belongs to the export before it."""
        text, quoted, _ = self._peek()
        return not quoted and (text in _OPTIONS or _is_ordinal(text))

    def _option(self, token: _Token) -> tuple[str, object]:
        """The field of ExportDefinition that an option sets, and its value."""
        if token.text == "=":
            return "internal", self._name("the name after '='")
        if token.text in ("==", "EXPORTAS"):
            return "import_name", self._name(f"the name after {token.text!r}")
        if token.text.startswith("@"):
            return "ordinal", self._ordinal(token)
        return token.text.lower(), True

    def _ordinal(self, token: _Token) -> int:
        """The number behind the @, which may stand alone."""
        number = self._next() if token.text == "@" else token._replace(text=token.text[1:])
        ordinal = self._number("an ordinal", number)
        if not 1 <= ordinal <= LARGEST_ORDINAL:
            raise self._bad(f"an ordinal must be 1 through {LARGEST_ORDINAL}, not {ordinal}", number)
        return ordinal

    def _sections(self) -> None:
        while not self._at_statement():
            name = self._name("a section's name")
            if self._take("CLASS"):  # 16-bit Windows had some
                self._name("the class")
            attributes = []
            while self._at(*_ATTRIBUTES):
                attributes.append(self._next().text)
            if not attributes:
                raise self._bad(f"section {name} has no attributes; there are {', '.join(_ATTRIBUTES)}")
            self._definition.sections[name] = tuple(attributes)

    def _description(self) -> None:
        token = self._next()
        if not token.quoted:
            raise self._bad("DESCRIPTION needs a text in quotation marks", token)
        self._definition.description = token.text

    def _version(self) -> None:
        token = self._next()
        major, point, minor = token.text.partition(".")
        if not (major.isdecimal() and (minor.isdecimal() or not point)) or token.quoted:
            raise self._bad(f"a version is a number or two with a point between, not {token.text!r}", token)
        self._definition.version = int(major), int(minor or 0)

    def _stack_size(self) -> None:
        self._definition.stack = self._sizes("STACKSIZE")

    def _heap_size(self) -> None:
        self._definition.heap = self._sizes("HEAPSIZE")

    def _sizes(self, keyword: str) -> tuple[int, int | None]:
        reserve = self._number(keyword)
        return reserve, self._number(f"the second number of {keyword}") if self._take(",") else None

    def _stub(self) -> None:
        self._definition.stub = self._name("the file name after STUB")

    def _ignored(self) -> None:
        line = self._tokens[self._index - 1].line
        while self._peek().line == line and not self._at(_END):
            self._next()


def _is_ordinal(word: str) -> bool:
    """Whether a word is "@7", or the "@" before a number; "@name@8" is the name of a fastcall function."""
    return word[:1] == "@" and (word == "@" or word[1:].isdigit())


def _advice(word: str) -> str:
    if word.upper() != word and word.upper() in ("LIBRARY", "NAME", "EXPORTS", "SECTIONS"):
        return "; keywords are upper-case"
    return ""


# ---- writing ----

_RESERVED = {
    *("LIBRARY", "NAME", "BASE", "EXPORTS", "SECTIONS", "DESCRIPTION", "VERSION", "STACKSIZE", "HEAPSIZE"),
    *("STUB", "CLASS", *_IGNORED, *_OPTIONS, *_ATTRIBUTES),
}


def format_definition(definition: Definition) -> str:
    """The text of a definition. ValueError for a name that no such file can hold."""
    return "\n".join([*_header_lines(definition), *_export_lines(definition.exports), ""])


def _header_lines(definition: Definition) -> Iterator[str]:
    if definition.name is not None or definition.base is not None or definition.is_program:
        keyword = "NAME" if definition.is_program else "LIBRARY"
        name = f" {_quoted(definition.name)}" if definition.name is not None else ""
        base = f" BASE={definition.base:#x}" if definition.base is not None else ""
        yield keyword + name + base
    if definition.description is not None:
        yield f"DESCRIPTION {_quoted(definition.description, always=True)}"
    if definition.version is not None:
        yield "VERSION {}.{}".format(*definition.version)
    for keyword, sizes in ("STACKSIZE", definition.stack), ("HEAPSIZE", definition.heap):
        if sizes is not None:
            yield f"{keyword} {sizes[0]:#x}" + (f", {sizes[1]:#x}" if sizes[1] is not None else "")
    if definition.stub is not None:
        yield f"STUB {_quoted(definition.stub)}"
    if definition.sections:
        yield "SECTIONS"
    for name, attributes in definition.sections.items():
        yield f"    {_quoted(name)} {' '.join(attributes)}"


def _export_lines(exports: Sequence[ExportDefinition]) -> Iterator[str]:
    if exports:
        yield "EXPORTS"
    for export in exports:
        words = [_quoted(export.name)]
        if export.internal is not None:
            words += ["=", _quoted(export.internal)]
        if export.ordinal is not None:
            words.append(f"@{export.ordinal}")
        words += [word for word in _FLAGS if getattr(export, word.lower())]
        if export.import_name is not None:
            words += ["==", _quoted(export.import_name)]
        yield "    " + " ".join(words)


def _quoted(name: str, always: bool = False) -> str:
    if '"' in name or "\n" in name or not (name or always):
        raise ValueError(f"a module-definition file cannot hold the name {name!r}")
    plain = name.split() == [name] and not any(sign in name for sign in ";,='\":")
    if plain and not always and name not in _RESERVED and not _is_ordinal(name):
        return name
    return f'"{name}"'
