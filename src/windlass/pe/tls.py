"""Static thread-local storage: the template that each thread gets a copy of, and the callbacks.

Source: Microsoft, "PE Format", "The .tls Section".
"""

from __future__ import annotations

from typing import NamedTuple

from windlass.pe import layout
from windlass.pe.image import Image

__all__ = ["Tls", "read_tls"]


class Tls(NamedTuple):
    """The TLS directory, with RVAs for its addresses.

    template_rva, template_size: the initialised bytes of a thread's block.
    zero_fill_size: zero bytes that follow them.
    alignment:     of the block; 0 if the image does not say.
    index_rva:     the 32-bit variable that receives the TLS index; 0 if none.
    callbacks_rva: the table of callbacks, 0 if none; callbacks: their RVAs.
    """

    template_rva: int
    template_size: int
    zero_fill_size: int
    alignment: int
    index_rva: int
    callbacks_rva: int
    callbacks: list[int]


def read_tls(image: Image) -> Tls | None:
    """The TLS directory of an image, None if it has none."""
    rva, _ = image.directory(layout.DIRECTORY_TLS)
    if not rva:
        return None
    walk = image.walk(layout.DIRECTORY_TLS)
    record: layout.TlsDirectory64 | layout.TlsDirectory32
    if image.is_pe32plus:
        record, code = walk.record(layout.TlsDirectory64, rva, "TLS directory"), "Q"
    else:
        record, code = walk.record(layout.TlsDirectory32, rva, "TLS directory"), "I"
    start, end = record.template_start_address, record.template_end_address
    if end < start:
        raise walk.bad("the template ends before it starts")
    callbacks: list[int] = []
    if record.callbacks_address:
        table = record.callbacks_address - image.base
        addresses = walk.integers_to_zero(table, code, "TLS callbacks")
        callbacks = [address - image.base for address in addresses]
    alignment_code = record.characteristics >> 20 & 0xF  # as IMAGE_SCN_ALIGN_, which begins at 1 for 1
    return Tls(
        start - image.base if start else 0,
        end - start,
        record.size_of_zero_fill,
        1 << (alignment_code - 1) if alignment_code else 0,
        record.index_address - image.base if record.index_address else 0,
        record.callbacks_address - image.base if record.callbacks_address else 0,
        callbacks,
    )
