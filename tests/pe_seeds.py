"""Small images that between them have every directory: what the fuzzers mutate."""

from __future__ import annotations

import struct

from tiny_image import (
    AMD64,
    ARM64,
    BOUND_IMPORT,
    CERTIFICATE,
    CLR,
    DEBUG,
    DELAY_IMPORT,
    EXCEPTION,
    EXPORT,
    I386,
    IMPORT,
    LOAD_CONFIG,
    RELOCATION,
    RESOURCE,
    TLS,
    Body,
    Tiny,
)

BASE = 0x10000000
CERTIFICATE_DATA = struct.pack("<IHH", 16, 0x200, 2) + b"ASN.1..."


class Everything:
    """Builds one image with one of everything; each method adds a directory."""

    def __init__(self, machine: int) -> None:
        self.machine = machine
        self.pe32 = machine == I386
        self.word = "I" if self.pe32 else "Q"
        self.body = Body()
        self.directories: dict[int, tuple[int, int]] = {}
        for add in (
            self.exports, self.imports, self.delay_imports, self.bound_imports, self.relocations, self.tls,
            self.functions, self.resources, self.debug, self.load_config, self.clr,
        ):  # fmt: skip
            add()

    def bytes(self) -> bytes:
        tiny = Tiny(bytes(self.body.data), self.directories, self.machine, self.pe32, base=BASE)
        tiny.dos_stub = self.rich()
        self.directories[CERTIFICATE] = (len(tiny.bytes()), len(CERTIFICATE_DATA))
        return tiny.bytes() + CERTIFICATE_DATA

    def pointers(self, *values: int) -> int:
        return self.body.words(*values, code=self.word)

    def rich(self) -> bytes:
        words = [int.from_bytes(b"DanS", "little"), 0, 0, 0, 0x01058123, 7]
        masked = struct.pack("<6I", *(word ^ 0x5555AAAA for word in words))
        return bytes(0x40) + masked + b"Rich" + struct.pack("<I", 0x5555AAAA)

    def exports(self) -> None:
        body = self.body
        start = body.add(bytes(40))
        forwarder = body.text("ntdll.RtlAllocateHeap")
        eat = body.words(0x1F00, 0, forwarder, 0x1F10)
        names = body.words(body.text("alpha"), body.text("beta"))
        ordinals = body.words(0, 2, code="H")
        values = (0, 1, 0, body.text("everything.dll"), 5, 4, 2, eat, names, ordinals)
        struct.pack_into("<10I", body.data, start - body.start, *values)
        self.directories[EXPORT] = (start, body.rva - start)

    def thunks(self) -> tuple[int, ...]:
        hint_and_name = self.body.add(b"\7\0Sleep\0", 2)
        return hint_and_name, 12 | (1 << 31 if self.pe32 else 1 << 63), 0

    def imports(self) -> None:
        thunks = self.thunks()
        first, second = self.pointers(*thunks), self.pointers(*thunks)
        name = self.body.text("kernel32.dll")
        start = self.body.words(first, 0, 0, name, second, 0, 0, 0, name, second, *[0] * 5)
        self.directories[IMPORT] = (start, 60)

    def delay_imports(self) -> None:
        thunks = self.thunks()
        first, second, handle = self.pointers(*thunks), self.pointers(*thunks), self.pointers(0)
        name = self.body.text("delayed.dll")
        start = self.body.words(1, name, handle, first, second, 0, 0, 0, *[0] * 8)
        self.directories[DELAY_IMPORT] = (start, 64)

    def bound_imports(self) -> None:
        start = self.body.add(struct.pack("<IHHIHHII", 1, 24, 1, 2, 30, 0, 0, 0) + b"A.dll\0B.dll\0")
        self.directories[BOUND_IMPORT] = (start, 24)

    def relocations(self) -> None:
        kind = 3 if self.pe32 else 10
        entries = struct.pack("<4H", kind << 12 | 8, kind << 12 | 16, 4 << 12 | 24, 0x1234)
        start = self.body.add(struct.pack("<II", 0x1000, 16) + entries + struct.pack("<III", 0x2000, 12, 0))
        self.directories[RELOCATION] = (start, 28)

    def tls(self) -> None:
        callbacks = self.pointers(BASE + 0x1111, 0)
        template = self.body.add(b"template")
        addresses = (template + BASE, template + BASE + 8, callbacks + BASE, callbacks + BASE)
        start = self.pointers(*addresses)
        self.body.words(32, 0x00500000)
        self.directories[TLS] = (start, self.body.rva - start)

    def functions(self) -> None:
        if self.machine == ARM64:
            unwind = self.body.words(0x00200123)
            start = self.body.words(0x1000, 0x10 << 2 | 1, 0x1800, unwind)
            self.directories[EXCEPTION] = (start, 16)
        elif self.machine == AMD64:
            codes = struct.pack("<6H", 0x0107, 0x200, 0x4204, 0x5303, 0x3002, 0)
            primary = self.body.add(b"\x09\x08\x05\x05" + codes + struct.pack("<I", 0x1500) + b"data")
            chained = self.body.add(b"\x21\0\0\0" + struct.pack("<3I", 0x1000, 0x1100, primary))
            second = self.body.add(b"\x02\0\x03\0" + struct.pack("<4H", 0x1602, 0x0623, 0x3002, 0))
            start = self.body.words(0x1000, 0x1100, primary, 0x1100, 0x1200, chained, 0x1200, 0x1280, second)
            self.directories[EXCEPTION] = (start, 36)

    def resources(self) -> None:
        start = self.body.add(b"")
        flag = 0x80000000

        def directory(names: int, ids: int, *entries: int) -> bytes:
            return struct.pack(f"<IIHHHH{len(entries)}I", 0, 0, 0, 0, names, ids, *entries)

        # The root is at 0, its name at 32, the names at 44, the languages at 68, the data entry at 92.
        tree = directory(1, 1, flag | 32, flag | 44, 16, flag | 44) + b"\4\0N\0A\0M\0E\0\0\0"
        tree += directory(0, 1, 1, flag | 68) + directory(0, 1, 1033, 92)
        tree += struct.pack("<4I", start, 4, 1252, 0)
        self.body.add(tree)
        self.directories[RESOURCE] = (start, len(tree))

    def debug(self) -> None:
        codeview = b"RSDS" + bytes(range(16)) + struct.pack("<I", 1) + b"everything.pdb\0"
        pogo = b"LTCG" + struct.pack("<II", 0x1000, 32) + b".text$mn\0\0\0\0"
        repro = struct.pack("<I", 4) + b"hash"
        features = struct.pack("<5I", 1, 2, 3, 4, 5)
        entries = []
        for kind, data in (2, codeview), (13, pogo), (16, repro), (12, features), (20, b"\1\0\0\0"):
            rva = self.body.add(data)
            entries += [0, 0, 0, kind, len(data), rva, rva - 0x1000 + 0x200]
        start = self.body.words(*entries)
        self.directories[DEBUG] = (start, 4 * len(entries))

    def load_config(self) -> None:
        table = self.body.words(0x1000, 0x1010)
        size = 192 if self.pe32 else 320
        config = bytearray(size)
        struct.pack_into("<I", config, 0, size)
        cookie, functions, flags = (60, 80, 88) if self.pe32 else (88, 128, 144)
        struct.pack_into(f"<{self.word}", config, cookie, BASE + table)
        struct.pack_into(f"<2{self.word}", config, functions, BASE + table, 2)
        struct.pack_into("<I", config, flags, 0x500)
        start = self.body.add(bytes(config), 8)
        self.directories[LOAD_CONFIG] = (start, size)

    def clr(self) -> None:
        start = self.body.add(struct.pack("<IHH", 72, 2, 5).ljust(72, b"\0"))
        self.directories[CLR] = (start, 72)


def all_seeds() -> dict[str, bytes]:
    """Images by the names of their files."""
    machines = {"x86-64": AMD64, "x86": I386, "arm64": ARM64}
    return {f"everything-{name}.dll": Everything(machine).bytes() for name, machine in machines.items()}
