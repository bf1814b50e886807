"""From what a user types to a DLL: a file, or a builtin."""

from __future__ import annotations

import os

from windlass import _core, registry, search
from windlass.cli.output import Failure
from windlass.pe import Image

__all__ = ["loadable", "locate", "open_image", "title"]


def locate(name: str) -> search.Found:
    """The DLL of that path (Linux' or Windows' spelling) or name: first a file where the user stands, then
    by the search order.

    Failure if there is none.
    """
    if not os.path.exists(name) and ("\\" in name or name[1:2] == ":"):
        name = _core.path_to_host(name) or name
    for path in (name, search.with_extension(name)):
        if os.path.isfile(path):
            return search.Found(os.path.abspath(path), None)
    if os.path.isdir(name):
        raise Failure(f"{name} is a folder, not a DLL")
    if os.path.islink(name) and not os.path.exists(name):
        raise Failure(f"{name} is a symbolic link that leads nowhere")
    if os.path.exists(name):
        raise Failure(f"{name} is no ordinary file")
    try:
        return search.find(name)
    except search.NotFound as missing:
        if "/" in name:
            raise Failure(f"there is no file {missing.name}") from None
        places = [os.getcwd(), *missing.searched]
        raise Failure(f"cannot find {missing.name}; searched: {', '.join(places)}") from None


def loadable(found: search.Found) -> str:
    """The name that loads this DLL. A dot at the end keeps the loader from adding ".dll" to a file's name
    that has no extension ("LoadLibraryW function").
    """
    if found.path is None:
        return found.builtin or ""
    return found.path if "." in os.path.basename(found.path) else found.path + "."


def open_image(found: search.Found) -> Image:
    """The image of a file or of a builtin DLL. BadImage if the file is none."""
    if found.path is not None:
        return Image.open(found.path)
    return registry.image(found.builtin or "")


def title(found: search.Found) -> str:
    """How output calls a DLL."""
    return found.path or f"{found.builtin} (builtin)"
