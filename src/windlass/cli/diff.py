"""windlass diff OLD NEW"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any, NamedTuple

import click

from windlass import search
from windlass.cli import exports, inspect, output
from windlass.cli.dependencies import key_of
from windlass.cli.locate import locate, open_image, title
from windlass.errors import BadImage
from windlass.loader import text
from windlass.pe import Image

__all__ = ["command"]


class Change(NamedTuple):
    """One difference.

    part:   "file", "version", "exports", "ordinals" or "imports".
    what:   of that part: a field, a name, a DLL.
    before, after: None where it is not there.
    breaks: why programs that use the old file cannot use the new one; None if they can.
    """

    part: str
    what: str
    before: str | None
    after: str | None
    breaks: str | None = None


@click.command(cls=output.Command)
@click.argument("old")
@click.argument("new")
@click.option("--ordinals", is_flag=True, help="Programs import by ordinal: those have to stay, too.")
@click.pass_context
def command(context: click.Context, old: str, new: str, ordinals: bool, as_json: bool) -> None:
    """Show what changed from the DLL OLD to the DLL NEW, and what of it would break programs that use OLD.

    The exit code is 1 if something would: a function or a variable is gone, or has become the other of the
    two, an ordinal without a name is gone, the machine is another one, or a DLL is needed that is not to be
    found.
    """
    found = locate(old), locate(new)
    with open_image(found[0]) as before, open_image(found[1]) as after:
        directory = os.path.dirname(found[1].path) if found[1].path else None
        changes = [
            *compare_files(before, after),
            *compare_versions(before, after),
            *compare_exports(before, after),
            *compare_ordinals(before, after, ordinals),
            *compare_imports(before, after, directory),
        ]
    breaks = any(change.breaks for change in changes)
    if as_json:
        names = {"old": title(found[0]), "new": title(found[1])}
        output.show_json({**names, "breaks": breaks, "changes": [change._asdict() for change in changes]})
    else:
        show(changes)
    context.exit(1 if breaks else 0)


# ---- comparing ----


def differences(part: str, before: dict[str, Any], after: dict[str, Any]) -> Iterator[Change]:
    """The fields of two records that differ, without a judgement."""
    for key in dict.fromkeys([*before, *after]):
        old, new = before.get(key), after.get(key)
        if old != new:
            yield Change(part, key, _shown(key, old), _shown(key, new))


def _shown(key: str, value: Any) -> str | None:
    return None if value is None else inspect.shown(key, value)


def compare_files(before: Image, after: Image) -> Iterator[Change]:
    """The headers. Where an image wants to lie and how big it is are no matter to its users."""
    fatal = {
        "machine": "programs for the one machine cannot load DLLs for the other",
        "format": "programs of the one format cannot load DLLs of the other",
        "kind": "only DLLs can be loaded",
    }
    left_out = {"checksum", "computed_checksum", "time", "entry_point", "size_of_headers"}
    for change in differences("file", inspect.headers(before), inspect.headers(after)):
        if change.what not in left_out:
            yield change._replace(breaks=fatal.get(change.what))
    names = [image.exports.name if image.exports else "" for image in (before, after)]
    if names[0] != names[1]:
        yield Change("file", "DLL name", *names)


def compare_versions(before: Image, after: Image) -> Iterator[Change]:
    return differences("version", _version(before), _version(after))


def _version(image: Image) -> dict[str, Any]:
    try:
        return inspect.version(image) or {}
    except BadImage:
        return {}


def compare_exports(before: Image, after: Image) -> Iterator[Change]:
    """By name, and by ordinal what has no name."""
    old, new = _by_name(before), _by_name(after)
    kept_ordinals = {each["ordinal"] for each in exports_of(after)}
    for name, export in old.items():
        if name not in new:
            if export["name"] is not None:
                yield Change("exports", name, _described(export), None, "it is gone")
            elif export["ordinal"] not in kept_ordinals:
                yield Change("exports", name, _described(export), None, "the ordinal is gone")
        elif {export["kind"], new[name]["kind"]} == {"code", "data"}:
            why = "programs call the one and read the other"
            yield Change("exports", name, export["kind"], new[name]["kind"], why)
        elif export["forwarder"] != new[name]["forwarder"]:
            yield Change("exports", name, _described(export), _described(new[name]))
    for name, export in new.items():
        if name not in old:
            yield Change("exports", name, None, _described(export))


def compare_ordinals(before: Image, after: Image, matter: bool) -> Iterator[Change]:
    """Names that have got another ordinal: linkers number names anew with each that is added, which is no
    matter unless programs import by ordinal.
    """
    new = _by_name(after)
    for name, export in _by_name(before).items():
        if name in new and new[name]["ordinal"] != export["ordinal"]:
            numbers = f"#{export['ordinal']}", f"#{new[name]['ordinal']}"
            yield Change("ordinals", name, *numbers, "another ordinal" if matter else None)


def exports_of(image: Image) -> list[dict[str, Any]]:
    return [exports.describe(export, image) for export in image.exports or ()]


def _by_name(image: Image) -> dict[str, dict[str, Any]]:
    return {text(key, ""): each for each in exports_of(image) for key in [each["name"] or each["ordinal"]]}


def _described(export: dict[str, Any]) -> str:
    return str(export["forwarder"] or export["kind"])


def compare_imports(before: Image, after: Image, directory: str | None) -> Iterator[Change]:
    """DLLs and functions that are needed no longer, or anew.

    directory: of the new file, where what it needs is looked for first.
    """
    old, new = _imports(before), _imports(after)
    for dll in dict.fromkeys([*old, *new]):
        gone, added = old.get(dll, {}), new.get(dll, {})
        if not added:
            yield Change("imports", dll, f"{len(gone)} functions", None)
        elif not gone:
            yield Change("imports", dll, None, f"{len(added)} functions", _why_missing(dll, directory))
        else:
            for change in differences("imports", gone, added):
                yield change._replace(what=f"{dll}!{change.what}")


def _imports(image: Image) -> dict[str, dict[str, str]]:
    """By the DLL's name in lower case: its functions, and when they are bound."""
    found: dict[str, dict[str, str]] = {}
    for descriptors, how in ((image.imports, "load"), (image.delay_imports, "delay")):
        for dll in descriptors:
            functions = found.setdefault(dll.name.lower(), {})
            for each in dll.functions:
                functions.setdefault(text(key_of(each), dll.name), how)
    return found


def _why_missing(dll: str, directory: str | None) -> str | None:
    try:
        for name in search.api_set_hosts(dll) or (dll,):
            search.find(name, load_directory=directory)
    except search.NotFound as missing:
        return f"no place has {missing.name}"
    return None


# ---- showing ----


def show(changes: list[Change]) -> None:
    if not changes:
        output.line("no differences")
        return
    part = None
    for change in changes:
        if change.part != part:
            part = change.part
            output.heading(part)
        output.line(line(change), **({"fg": "red"} if change.breaks else {}))
    breaking = sum(change.breaks is not None for change in changes)
    output.line()
    if breaking:
        count = f"{breaking} of {len(changes)} changes break" if len(changes) > 1 else "the change breaks"
        output.line(f"{count} programs that use the old DLL", bold=True, fg="red")
    else:
        output.line("nothing that would break programs that use the old DLL", bold=True, fg="green")


def line(change: Change) -> str:
    what = change.what.replace("_", " ") if change.part in ("file", "version") else change.what
    if change.before is None:
        shown = f"  + {what}: {change.after}"
    elif change.after is None:
        shown = f"  - {what}: {change.before}"
    else:
        shown = f"    {what}: {change.before} -> {change.after}"
    return shown + (f"  BREAKS: {change.breaks}" if change.breaks else "")
