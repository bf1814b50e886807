"""windlass demo

Loads demo/demo.dll and shows, from the objects of this process, what each stage of loading did; then uses
the DLL in every way there is, and lets it go. Nothing is shown that was not looked at.
"""

from __future__ import annotations

import ctypes
import os
import struct
import threading
from collections.abc import Callable, Iterator

import click

from windlass import CFUNCTYPE, WinDLL, _core, loader, search
from windlass.cli import output
from windlass.cli.output import Failure
from windlass.module import Module
from windlass.pe import Image, layout
from windlass.process import modules

__all__ = ["command"]

PATH = os.path.join(os.path.dirname(os.path.dirname(__file__)), "demo", "demo.dll")


@click.command(cls=output.Command)
def command(as_json: bool) -> None:
    """Load a small Windows DLL that comes with windlass, call it, read and write its data, let it call
    Python, and unload it; show each stage.
    """
    demo = Demo()
    answer: dict[str, list[str]] = {}
    if not as_json:
        output.heading("A Windows DLL in this Linux process")
    for name, stage in STAGES.items():
        facts = list(stage(demo))
        answer[name] = facts
        if not as_json:
            show(name, facts)
    if as_json:
        output.show_json(answer)


def show(stage: str, facts: list[str]) -> None:
    output.line()
    for title, fact in zip([stage, *[""] * len(facts)], facts):
        label = click.style(f"{title:10}", fg="cyan") if output.colours() else f"{title:10}"
        output.line(label + fact)


class Demo:
    """What the stages share."""

    found: search.Found
    image: Image
    dll: WinDLL
    module: Module
    farewells: int = 0


def expect(what: str, actual: object, expected: object) -> str:
    """`what` and its value, which the demo knows."""
    if actual != expected:
        raise Failure(f"{what} is {actual!r}, and should be {expected!r}")
    return f"{what} = {actual!r}"


# ---- the stages of a load ----


def find(demo: Demo) -> Iterator[str]:
    demo.found = found = search.find(PATH)
    demo.image = image = Image.open(found.path or "")
    yield f"{found.path}"
    kind = "DLL" if image.is_dll else "program"
    machine = layout.MACHINE_NAMES[image.machine]
    yield f"a PE image of {len(image):,} bytes: a {kind} for {machine} Windows"


def map_(demo: Demo) -> Iterator[str]:
    demo.dll = WinDLL(PATH)
    module = loader.loaded(PATH)
    assert module is not None
    demo.module = module
    yield f"{module.size:#x} bytes at {module.base:#x}, the HMODULE; each section with its own protection:"
    for section in module.image.sections:
        start = module.base + section.rva
        yield f"  {section.name:9} {start:#x}  {protection(start)}"


def relocate(demo: Demo) -> Iterator[str]:
    module, image = demo.module, demo.image
    delta = module.base - image.image_base
    count = sum(1 for _ in image.relocations)
    yield f"linked for {image.image_base:#x}, so {count} addresses in it were moved by {delta:#x}:"
    slot = next(export.rva for export in image.exports or () if export.name == "parts")
    (before,) = struct.unpack("<Q", image.read(slot, 8))
    (after,) = struct.unpack("<Q", _core.read(module.base + slot, 8))
    text = _core.string(after).decode()
    expect("the moved address", after, before + delta)
    yield f"  parts[0] was {before:#x}, is {after:#x}, where {text!r} lies"


def bind(demo: Demo) -> Iterator[str]:
    for dll in demo.module.imports:
        yield f"its import address table leads to {dll.name}:"
        for function in dll.functions:
            (address,) = struct.unpack("<Q", _core.read(demo.module.base + function.iat_rva, 8))
            owner = modules.by_handle(_core.module_from_address(address))
            place = f"{owner.name}{' (builtin)' if owner.builtin else ''}" if owner else "a stub"
            yield f"  {function.name:20} {address:#x} in {place}"


def attach(demo: Demo) -> Iterator[str]:
    thread = demo.dll.attached_by_thread()
    expect("the thread of DllMain", thread, threading.get_native_id())
    yield f"DllMain(DLL_PROCESS_ATTACH) ran, on thread {thread}, which asked for the load"


# ---- using it ----


def call(demo: Demo) -> Iterator[str]:
    dll = demo.dll
    yield expect("add(20, 22)", dll.add(20, 22), 42)
    values = (ctypes.c_double * 3)(1.5, 2.5, 5.0)
    dll.mean.restype = ctypes.c_double
    yield expect("mean([1.5, 2.5, 5.0])", dll.mean(values, 3), 3.0)
    process = expect("process_id()", dll.process_id(), os.getpid())
    yield f"{process}, a forwarder to KERNEL32; os.getpid() says the same"
    yield f"{expect('dll[100]()', dll[100](), 42)}, an export without a name"


def data(demo: Demo) -> Iterator[str]:
    turns = ctypes.c_int.from_address(demo.module.export("turns"))
    label = (ctypes.c_char * 32).from_address(demo.module.export("label"))
    yield f"turns = {turns.value}, label = {label.value!r}"
    turns.value = 40
    label.value = b"used on Linux"
    yield f"Python writes turns = {turns.value}, label = {label.value!r}"
    yield f"{expect('wind(2)', demo.dll.wind(2), 42)}, so the DLL sees it; {expect('turns', turns.value, 42)}"


def callback(demo: Demo) -> Iterator[str]:
    square = CFUNCTYPE(ctypes.c_int, ctypes.c_int)(lambda n: n * n)
    result = expect("sum_of(square, 4)", demo.dll.sum_of(square, 4), 30)
    yield f"{result}; the DLL called a Python function 4 times"


def fault(demo: Demo) -> Iterator[str]:
    try:
        demo.dll.crash()
    except OSError as error:
        text = "exception: access violation writing 0x0000000000000010"
        expect("message", str(error), text)
        yield f"crash() raises OSError: {error}"
        yield "and the process goes on"
    else:
        raise Failure("crash() did not raise")


def count(demo: Demo) -> Iterator[str]:
    module = demo.module
    yield f"{expect('reference count', module.reference_count, 1)}"
    again = WinDLL(PATH)
    expect("handle", again._handle, module.handle)
    yield f"LoadLibrary again: the same module, {expect('reference count', module.reference_count, 2)}"
    module.free()
    yield f"FreeLibrary: {expect('reference count', module.reference_count, 1)}"


def unload(demo: Demo) -> Iterator[str]:
    def farewell() -> None:
        demo.farewells += 1

    function = CFUNCTYPE(None)(farewell)
    demo.dll.at_detach(function)
    base = demo.module.base
    demo.module.free()
    expect("number of calls from DllMain", demo.farewells, 1)
    expect("protection of its memory", protection(base), None)
    yield "FreeLibrary: DllMain(DLL_PROCESS_DETACH) ran and called Python once more"
    yield f"nothing is mapped at {base:#x} now"


STAGES: dict[str, Callable[[Demo], Iterator[str]]] = {
    "search": find,
    "map": map_,
    "relocate": relocate,
    "bind": bind,
    "attach": attach,
    "call": call,
    "data": data,
    "callback": callback,
    "fault": fault,
    "count": count,
    "unload": unload,
}


def protection(address: int) -> str | None:
    """How the kernel protects the page at an address: "r-xp" and the like; None if nothing is there."""
    with open("/proc/self/maps") as maps:
        for line in maps:
            span, access, *_ = line.split()
            start, end = (int(number, 16) for number in span.split("-"))
            if start <= address < end:
                return access
    return None
