"""The text of a module that declares a DLL's exports."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Iterator

import windlass.ctypes
from windlass.stubs.model import WINDOWS_TYPES, Contents, Function, Variable, literal

__all__ = ["module_text"]

WIDTH = 88
_IMPORTS = {
    **dict.fromkeys(WINDOWS_TYPES, "windlass.types"),
    **dict.fromkeys(windlass.ctypes.__all__, "windlass.ctypes"),
    **dict.fromkeys(["Annotated", "Any"], "typing"),
    "IntEnum": "enum",
    "dllimport": "windlass",
}


def module_text(contents: Contents, *, dll: str, command: str, delay: bool = False) -> str:
    """A Python module.

    dll:     what the module loads.
    command: the command line that wrote it, for its head.
    delay:   its functions are bound when they are first called.
    """
    body = _joined([f"_DLL = {literal(dll)}", *_parts(contents, delay)])
    head = f'"""{dll.rpartition("/")[2]} for Python.\n\nWritten by `{command}`.\n"""'
    return "\n\n".join(filter(None, (_escaped(head), _PRAGMA, _imports(body), body))) + "\n"


def _joined(parts: list[str]) -> str:
    """Classes and functions with two empty lines around them, all else with one."""
    text = parts[0]
    for before, part in zip(parts, parts[1:]):
        is_block = before.startswith(("class", "@")) or part.startswith(("class", "@"))
        text += f"\n\n\n{part}" if is_block else f"\n\n{part}"
    return text


_PRAGMA = """\
# Functions are declared here, what they do is in the DLL.
# mypy: disable-error-code="empty-body"

from __future__ import annotations"""


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\")


def _imports(body: str) -> str:
    """The import statements for what a module's body uses."""
    tree = ast.parse(body)
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    wanted: dict[str, list[str]] = {}
    for name in sorted(used & set(_IMPORTS), key=_import_order):
        wanted.setdefault(_IMPORTS[name], []).append(name)
    standard = [_import(module, wanted[module]) for module in ("enum", "typing") if module in wanted]
    own = [
        _import(module, wanted[module])
        for module in ("windlass", "windlass.ctypes", "windlass.types")
        if module in wanted
    ]
    return "\n\n".join("\n".join(each) for each in (standard, own) if each)


def _import_order(name: str) -> tuple[int, str]:
    """As sorters of imports want it: CONSTANTS, Classes, functions."""
    return (0 if name.isupper() and len(name) > 1 else 1 if name[0].isupper() else 2), name


def _import(module: str, names: list[str]) -> str:
    line = f"from {module} import {', '.join(names)}"
    if len(line) <= WIDTH:
        return line
    return f"from {module} import (\n" + "".join(f"    {name},\n" for name in names) + ")"


def _parts(contents: Contents, delay: bool) -> Iterator[str]:
    if contents.constants:
        yield "\n".join(f"{name} = {value}" for name, value in contents.constants)
    yield from contents.definitions
    if contents.variables:
        yield "\n".join(map(_variable, contents.variables))
    for function in contents.functions:
        yield _function(function, delay)
    if contents.remarks:
        yield "\n".join(f"# {_one_line(remark)}" for remark in contents.remarks)


def _variable(variable: Variable) -> str:
    return f"{variable.name} = dllimport(_DLL).data({literal(variable.export)}, {variable.type})"


def _function(function: Function, delay: bool) -> str:
    arguments = ["_DLL"]
    if isinstance(function.export, int):
        arguments.append(f"ordinal={function.export}")
    elif function.export != function.name:
        arguments.append(f"name={literal(function.export)}")
    if delay:
        arguments.append("delay=True")
    decorator = f"@dllimport({', '.join(arguments)})"
    parameters = [f"{name}: {annotation}" for name, annotation in function.parameters]
    parameters += ["*arguments: Any"] * function.variadic
    line = f"def {function.name}({', '.join(parameters)}) -> {function.result}:"
    text = _docstring(function)
    if len(line) + (0 if text else 4) > WIDTH:
        listed = "".join(f"    {each},\n" for each in parameters)
        line = f"def {function.name}(\n{listed}) -> {function.result}:"
    return f"{decorator}\n{line}{text or ' ...'}"


def _docstring(function: Function) -> str:
    if not function.text:
        return ""
    text = _one_line(function.text)
    lines = textwrap.wrap(text, WIDTH - 7, subsequent_indent="    ", break_long_words=False)
    end = '"""' if len(lines) == 1 and len(lines[0]) <= WIDTH - 10 else '\n    """'
    return '\n    """' + "\n    ".join(map(_escaped, lines)).replace('"', "'") + end


def _one_line(text: str) -> str:
    return " ".join(text.split())
