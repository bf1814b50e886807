"""Plans: what the loader has to know of an image, read from it once.

A plan is kept with the image's laid-out copy (see image_cache), so that whoever loads the image again, in
whatever process, parses nothing. Whatever a plan says has been checked: every range of memory that loading
reads or writes lies in one of its regions.

Source: Microsoft, "PE Format".
"""

from __future__ import annotations

import marshal

from windlass import _core
from windlass.light import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Optional

    Table = Optional[tuple[int, int]]
    Guard = tuple[tuple[int, ...], tuple[int, ...], Table, Table, int]

__all__ = ["Plan", "functions", "page_up"]

PAGE = 0x1000
READ, WRITE, EXECUTE = 1, 2, 4  # PROT_ of <sys/mman.h>


class Plan:
    """How to load one image.

    base:            where it lies, its addresses being relocated to there.
    size:            SizeOfImage, in bytes.
    preferred_base, entry_point (an RVA, 0 if none), is_dll, subsystem, timestamp: from its headers.
    manifest:        of its activation context: see activation.manifest_of.
    regions:         (rva, size, protection, protection while loading) of what to map, in this order.
    shared:          (rva, size, protection) of the regions that are one for all processes.
    imports:         (DLL, RVA of its IAT, its functions) of each import descriptor; see `functions`.
    tls_template:    (rva, size, zeros behind it, alignment) of static TLS, or None.
    tls_index:       RVA of the variable for its index, 0 if none.
    tls_callbacks:   RVAs of the TLS callbacks; tls_callback_table: of the table that lists them.
    security_cookie: RVA of the cookie that still has its linker's value; 0 if there is none.
    guard:           of an image with Control Flow Guard, or None: the RVAs of the slots for the check and for
                     dispatch, where there are such; (RVA, count) of the tables of functions and of targets of
                     longjmp, None if there is none; bytes of their entries.
    load_flags:      of LoadLibraryEx, by which what it imports is searched for; 0: by those of its own load.
    skipped:         better bases, which were taken when the image was laid out.
    slots:           RVA of a builtin image's slots, 0 if there are none.
    """

    __slots__ = (
        "base",
        "entry_point",
        "guard",
        "imports",
        "is_dll",
        "load_flags",
        "manifest",
        "preferred_base",
        "regions",
        "security_cookie",
        "shared",
        "size",
        "skipped",
        "slots",
        "subsystem",
        "timestamp",
        "tls_callback_table",
        "tls_callbacks",
        "tls_index",
        "tls_template",
    )

    base: int
    entry_point: int
    guard: Guard | None
    imports: tuple[tuple[str, int, bytes], ...]
    is_dll: bool
    load_flags: int
    manifest: bytes | None
    preferred_base: int
    regions: tuple[tuple[int, int, int, int], ...]
    security_cookie: int
    shared: tuple[tuple[int, int, int], ...]
    size: int
    skipped: tuple[int, ...]
    slots: int
    subsystem: int
    timestamp: int
    tls_callback_table: int
    tls_callbacks: tuple[int, ...]
    tls_index: int
    tls_template: tuple[int, int, int, int] | None

    def to_bytes(self) -> bytes:
        return marshal.dumps(tuple(getattr(self, name) for name in self.__slots__), 2)

    @classmethod
    def from_bytes(cls, data: bytes) -> Plan | None:
        """The plan that `to_bytes` gave; None for what is none."""
        try:
            values = marshal.loads(data)
        except (EOFError, ValueError, TypeError):
            return None
        if not isinstance(values, tuple) or len(values) != len(cls.__slots__):
            return None
        plan = cls()
        for name, value in zip(cls.__slots__, values):
            setattr(plan, name, value)
        return plan


VERSION = 6
"""To be raised when a plan's fields come to mean something else."""

FORMAT = f"{VERSION}{_core.hash(' '.join(Plan.__slots__).encode()) & 0xFFFF:04x}"
"""Part of the names of kept plans: those of another format are not looked at."""


def page_up(size: int) -> int:
    return size + PAGE - 1 & -PAGE


# ---- imported functions ----
#
# Those of one DLL, as the core binds them: b"n" and the name with a zero behind it, or b"#" and the ordinal
# in two bytes.


def functions(packed: bytes) -> list[str | int]:
    """The names and ordinals."""
    found: list[str | int] = []
    at = 0
    while at < len(packed):
        if packed[at : at + 1] == b"#":
            found.append(int.from_bytes(packed[at + 1 : at + 3], "little"))
            at += 3
        else:
            end = packed.index(b"\0", at)
            found.append(packed[at + 1 : end].decode("utf-8", "surrogateescape"))
            at = end + 1
    return found
