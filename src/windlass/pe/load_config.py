"""The load configuration: what the loader shall set up before the image runs, and what guards it.

The structure grew with each Windows, so it begins with its own size. Its addresses are absolute.

Source: Microsoft, "PE Format", "The Load Configuration Structure (Image Only)"; "Control Flow Guard".
"""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple

from windlass.pe import layout
from windlass.pe.image import Image

__all__ = ["GuardEntry", "LoadConfig"]


class GuardEntry(NamedTuple):
    """One entry of a guard table: a place where indirect control flow may go.

    flags: the bytes behind the RVA, as many as the image's guard flags say.
    """

    rva: int
    flags: bytes


class LoadConfig:
    """The load configuration of an image.

    record: all fields that are known, as they are in the image; those that its size leaves out are 0.
    """

    def __init__(self, image: Image, rva: int) -> None:
        self._image = image
        self._walk = walk = image.walk(layout.DIRECTORY_LOAD_CONFIG)
        form = layout.LoadConfig64 if image.is_pe32plus else layout.LoadConfig32
        # The structure's own size counts; the directory's is 64 in old 32-bit images, whatever it holds.
        (size,) = walk.integers(rva, 1, "I", "load configuration's size")
        data = walk.read(rva, min(max(size, 4), form.size_in_bytes), "load configuration")
        self.record: layout.LoadConfig32 | layout.LoadConfig64 = form.unpack(
            data.ljust(form.size_in_bytes, b"\0")
        )
        self.size: int = size

    @classmethod
    def of(cls, image: Image) -> LoadConfig | None:
        """The load configuration of an image, None if it has none."""
        rva, _ = image.directory(layout.DIRECTORY_LOAD_CONFIG)
        return cls(image, rva) if rva else None

    def rva_of(self, address: int) -> int:
        """The RVA of one of the record's addresses; 0 for 0."""
        return address - self._image.base if address else 0

    @property
    def security_cookie_rva(self) -> int:
        """Of the variable that the loader sets to a random value; 0 if none."""
        return self.rva_of(self.record.security_cookie_address)

    @property
    def is_hybrid(self) -> bool:
        """The image holds ARM64EC code, although its machine may be x86-64."""
        return self.record.chpe_metadata_address != 0

    @cached_property
    def guard_functions(self) -> list[GuardEntry]:
        """Functions that may be called indirectly."""
        return self._guard_table(
            self.record.guard_cf_function_table_address, self.record.guard_cf_function_count
        )

    @cached_property
    def guard_address_taken_iat_entries(self) -> list[GuardEntry]:
        """IAT slots whose functions may be called indirectly."""
        return self._guard_table(
            self.record.guard_address_taken_iat_entry_table_address,
            self.record.guard_address_taken_iat_entry_count,
        )

    @cached_property
    def guard_long_jump_targets(self) -> list[GuardEntry]:
        """Where longjmp may go."""
        return self._guard_table(
            self.record.guard_long_jump_target_table_address, self.record.guard_long_jump_target_count
        )

    @cached_property
    def guard_eh_continuations(self) -> list[GuardEntry]:
        """Where an exception handler may continue."""
        return self._guard_table(
            self.record.guard_eh_continuation_table_address, self.record.guard_eh_continuation_count
        )

    @cached_property
    def safe_exception_handlers(self) -> list[int]:
        """RVAs of all exception handlers of a 32-bit image."""
        rva, count = self.rva_of(self.record.se_handler_table_address), self.record.se_handler_count
        if self._image.is_pe32plus or not rva:
            return []
        return list(self._walk.integers(rva, count, "I", "exception handler table"))

    def _guard_table(self, address: int, count: int) -> list[GuardEntry]:
        if not address or not count:
            return []
        extra = self.record.guard_flags >> layout.GUARD_TABLE_STRIDE_SHIFT
        stride = 4 + extra
        data = self._walk.read(self.rva_of(address), count * stride, "guard table")
        return [
            GuardEntry(int.from_bytes(data[i : i + 4], "little"), data[i + 4 : i + stride])
            for i in range(0, len(data), stride)
        ]
