"""Binding, and images of odd shapes: written byte by byte, loaded, called."""

from __future__ import annotations

import shutil
import struct
import subprocess
from pathlib import Path

import pytest

import windlass
from tiny_image import (
    ARM64,
    BOUND_IMPORT,
    CLR,
    CODE,
    EXPORT,
    IMPORT,
    LOAD_CONFIG,
    RELOCATION,
    Body,
    Tiny,
)
from windlass import _core, ctypes, hooks, loader
from windlass.cli.dependencies import Walk
from windlass.cli.locate import locate

EVERYTHING = 0xE0000060  # code and data, readable, writable, executable
READ_ONLY = 0x40000040
RETURN_42 = b"\xb8\x2a\0\0\0\xc3"
STRIPPED, EXECUTABLE, DLL = 0x0001, 0x0002, 0x2000
NO_DYNAMIC_BASE = 0x100
HIGH_ENTROPY, GUARD_CF = 0x0020, 0x4000


PACKER = shutil.which("upx") or shutil.which("upx-ucl")


class Dll:
    """A DLL that grows: code, exports and imports in one section."""

    def __init__(self, name: str = "tiny.dll") -> None:
        self.name = name
        self.body = Body()
        self.directories: dict[int, tuple[int, int]] = {}
        self.exports: dict[str, int] = {}

    def function(self, name: str, code: bytes) -> int:
        self.exports[name] = self.body.add(code, 16)
        return self.exports[name]

    def jump(self, name: str, slot: int) -> None:
        """A function that jumps through an 8-byte slot."""
        start = self.body.add(b"", 16)
        self.function(name, b"\xff\x25" + struct.pack("<i", slot - start - 6))

    def imports(self, dll: str, name: str, **fields: int) -> int:
        """Import one function; the RVA of its slot. Fields: hint, timestamp, iat (what the IAT holds)."""
        hint_name = self.body.add(struct.pack("<H", fields.get("hint", 0)) + name.encode() + b"\0", 2)
        names = self.body.words(hint_name, 0, code="Q")
        iat = self.body.words(fields.get("iat", hint_name), 0, code="Q")
        stamp = fields.get("timestamp", 0)
        chain = 0xFFFFFFFF if stamp else 0
        record = (fields.get("names", names), stamp, chain, self.body.text(dll), iat)
        start = self.body.words(*record, *[0] * 5)
        self.directories[IMPORT] = (start, 40)
        return iat

    def tiny(self, **fields: object) -> Tiny:
        self._write_exports()
        sections = [(b".all", 0x1000, len(self.body.data), bytes(self.body.data), EVERYTHING, None)]
        return Tiny(b"", self.directories, sections=sections, **fields)  # type: ignore[arg-type]

    def bytes(self, **fields: object) -> bytes:
        return self.tiny(**fields).bytes()

    def _write_exports(self) -> None:
        body, names = self.body, sorted(self.exports)
        start = body.add(bytes(40))
        eat = body.words(*(self.exports[name] for name in names))
        texts = body.words(*(body.text(name) for name in names))
        ordinals = body.words(*range(len(names)), code="H")
        values = (0, 1, 0, body.text(self.name), 1, len(names), len(names), eat, texts, ordinals)
        struct.pack_into("<10I", body.data, start - body.start, *values)
        self.directories[EXPORT] = (start, body.rva - start)


def call(data: bytes, name: str = "f", **keywords: str) -> int:
    with windlass.load_bytes(data, **keywords) as module:
        return _core.call(module.export(name)) & 0xFFFFFFFF


def simple(**fields: object) -> bytes:
    dll = Dll()
    dll.function("f", RETURN_42)
    return dll.bytes(**fields)


# ---- imports ----


@pytest.mark.parametrize("hint", [0, 1, 0x7FFF, 0xFFFF])
def test_a_hint_may_be_wrong(hint):
    dll = Dll()
    dll.jump("f", dll.imports("kernel32.dll", "GetCurrentProcessId", hint=hint))
    assert call(dll.bytes()) == windlass.WinDLL("kernel32").GetCurrentProcessId()


@pytest.mark.parametrize("timestamp", [1, 0xFFFFFFFF])
def test_bound_addresses_are_not_trusted(timestamp):
    """Bound for another kernel32, in the old style and in the new one."""
    dll = Dll()
    slot = dll.imports("kernel32.dll", "GetCurrentProcessId", timestamp=timestamp, iat=0x7FFF12345678)
    dll.jump("f", slot)
    bound = struct.pack("<IHHII", 0x12345678, 16, 0, 0, 0) + b"kernel32.dll\0"
    dll.directories[BOUND_IMPORT] = (dll.body.add(bound), 16)
    assert call(dll.bytes()) == windlass.WinDLL("kernel32").GetCurrentProcessId()


def test_the_address_table_serves_as_name_table_where_that_is_missing():
    dll = Dll()
    dll.jump("f", dll.imports("kernel32.dll", "GetCurrentProcessId", names=0))
    assert call(dll.bytes()) == windlass.WinDLL("kernel32").GetCurrentProcessId()


def test_a_dll_imports_from_itself():
    dll = Dll("selfish.dll")
    dll.function("inner", RETURN_42)
    dll.jump("f", dll.imports("selfish.dll", "inner"))
    with windlass.load_bytes(dll.bytes(), "selfish.dll") as module:
        assert module.dependencies == []
        assert module.reference_count == 1
        assert _core.call(module.export("f")) == 42


def test_a_dll_imports_from_an_exe():
    exe = Dll("program.exe")
    exe.function("offered", RETURN_42)
    offered = exe.bytes(headers={"characteristics": EXECUTABLE})
    dll = Dll()
    dll.jump("f", dll.imports("program.exe", "offered"))
    with windlass.load_bytes(offered, "program.exe"):
        assert call(dll.bytes()) == 42


def test_forwarders_in_a_ring_of_dlls_end():
    first, second = Dll("ring1.dll"), Dll("ring2.dll")
    for dll, target in ((first, "ring2.f"), (second, "ring1.f")):
        # A forwarder's text lies inside the export directory; `f` is patched to lead there.
        dll.function("f", RETURN_42)
        dll._write_exports()
        start, _ = dll.directories[EXPORT]
        text = dll.body.text(target)
        dll.directories[EXPORT] = (start, dll.body.rva - start)
        eat = struct.unpack_from("<I", dll.body.data, start - 0x1000 + 28)[0]
        struct.pack_into("<I", dll.body.data, eat - 0x1000, text)

    def image(dll: Dll) -> bytes:
        data = bytes(dll.body.data)
        return Tiny(
            b"", dll.directories, sections=[(b".all", 0x1000, len(data), data, EVERYTHING, None)]
        ).bytes()

    with (
        windlass.load_bytes(image(first), "ring1.dll") as one,
        windlass.load_bytes(image(second), "ring2.dll"),
        pytest.raises(AttributeError),
    ):
        one.export("f")


# ---- delayed imports ----


@pytest.fixture
def delayed(dll, write_dll, tmp_path):
    """A DLL that delay-loads delayed_part.dll, and that one, in a folder."""
    part = write_dll("EXPORT int delayed_add(int a, int b) { return a + b; }", name="delayed_part")
    shutil.copy(part, tmp_path)
    with windlass.load(shutil.copy(dll("delayed.c"), tmp_path)) as module:
        yield module
    assert loader.loaded("delayed_part.dll") is None


def test_a_delayed_import_is_bound_at_its_first_call_and_goes_with_its_module(delayed):
    assert loader.loaded("delayed_part.dll") is None
    assert _core.call(delayed.export("call"), 20, 22) == 42
    assert loader.loaded("delayed_part.dll").reference_count == 1
    assert _core.call(delayed.export("call"), 1, 2) == 3


def test_a_delayed_function_that_is_missing_raises_as_delayimp_does(delayed):
    with pytest.raises(OSError, match="0xc06d007f"):
        _core.call(delayed.export("call_missing"))
    (Path(delayed.path).parent / "delayed_part.dll").unlink()


def test_a_delayed_dll_that_is_missing_raises_as_delayimp_does(delayed):
    (Path(delayed.path).parent / "delayed_part.dll").unlink()
    for _ in range(2):
        with pytest.raises(OSError, match="0xc06d007e"):
            _core.call(delayed.export("call"), 1, 2)


def test_whether_a_delayed_function_is_there(delayed):
    for name, there in ((b"delayed_add", 1), (b"delayed_missing", 0)):
        text = ctypes.create_string_buffer(name)
        assert _core.call(delayed.export("has"), ctypes.addressof(text)) == there


def test_a_delayed_import_is_hooked(delayed):
    prototype = windlass.CFUNCTYPE(ctypes.c_int, ctypes.c_int, ctypes.c_int)
    with hooks.hook_import("delayed_part", "delayed_add", lambda a, b: a * b, prototype, module=delayed):
        assert _core.call(delayed.export("call"), 6, 7) == 42
    assert _core.call(delayed.export("call"), 6, 7) == 13


# ---- shapes ----


def test_a_low_alignment_image_is_mapped_as_the_file_is():
    code_at = 0x400
    body = Body(code_at)
    function = body.add(RETURN_42)
    start = body.add(bytes(40))
    eat, names, ordinals = body.words(function), body.words(body.text("f")), body.words(0, code="H")
    values = (0, 1, 0, body.text("low.dll"), 1, 1, 1, eat, names, ordinals)
    struct.pack_into("<10I", body.data, start - code_at, *values)
    data = bytes(body.data)
    tiny = Tiny(
        b"",
        {EXPORT: (start, body.rva - start)},
        sections=[(b".all", code_at, len(data), data, EVERYTHING, code_at)],
        headers={"section_alignment": 0x200, "size_of_image": 0x1000},
    ).bytes()
    assert call(tiny.ljust(code_at, b"\0") + data) == 42


@pytest.mark.parametrize("alignment", [0x2000, 0x10000, 0x100000])
def test_large_section_alignments(alignment):
    body = Body(alignment)
    function = body.add(RETURN_42)
    start = body.add(bytes(40))
    eat, names, ordinals = body.words(function), body.words(body.text("f")), body.words(0, code="H")
    values = (0, 1, 0, body.text("wide.dll"), 1, 1, 1, eat, names, ordinals)
    struct.pack_into("<10I", body.data, start - alignment, *values)
    data = bytes(body.data)
    tiny = Tiny(
        b"",
        {EXPORT: (start, body.rva - start)},
        sections=[
            (b".all", alignment, len(data), data, EVERYTHING, None),
            (b".bss", 2 * alignment, 5, b"", EVERYTHING, None),
        ],
        headers={"section_alignment": alignment, "size_of_image": 3 * alignment},
    )
    with windlass.load_bytes(tiny.bytes()) as module:
        assert _core.call(module.export("f")) == 42
        assert module.size == 3 * alignment


def test_a_section_without_bytes_is_zero_and_one_larger_than_its_bytes_ends_in_zeros():
    dll = Dll()
    dll.function("f", RETURN_42)
    tiny = dll.tiny()
    assert tiny.sections is not None
    tiny.sections = [
        *tiny.sections,
        (b".bss", 0x10000, 0x50000, b"", 0xC0000080, None),
        (b".data", 0x60000, 0x3000, b"\7" * 10, 0xC0000040, None),
    ]
    with windlass.load_bytes(tiny.bytes()) as module:
        assert _core.read(module.handle + 0x10000, 0x50000) == bytes(0x50000)
        assert _core.read(module.handle + 0x60000, 0x3000) == (b"\7" * 10).ljust(0x3000, b"\0")
        _core.write(module.handle + 0x5FFFF, b"x")


def test_a_virtual_size_of_zero_means_the_size_in_the_file():
    dll = Dll()
    dll.function("f", RETURN_42)
    tiny = dll.tiny()
    ((name, rva, _, data, flags, offset),) = tiny.sections or ()
    tiny.sections = [(name, rva, 0, data, flags, offset)]
    tiny.headers["size_of_image"] = 0x2000
    assert call(tiny.bytes()) == 42


def test_an_image_without_sections_is_its_headers():
    with windlass.load_bytes(Tiny(sections=[]).bytes()) as module:
        assert _core.read(module.handle, 2) == b"MZ"


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"headers": {"size_of_image": 0x1000}}, "beyond the image's size"),
        ({"headers": {"section_alignment": 0x3000}}, "powers of two"),
        ({"headers": {"file_alignment": 0x4000}}, "alignment"),
        ({"headers": {"entry_point": 0x999999}}, "entry point"),
        ({"headers": {"characteristics": DLL}}, "not an executable"),
        ({"headers": {"size_of_headers": 0}}, "headers"),
        ({"machine": ARM64}, "ARM64"),
        ({"machine": 0x14C, "pe32": True}, "x86"),
        ({"machine": 0x8664, "pe32": True}, "x86-64"),
    ],
)
def test_what_windows_does_not_map_is_error_193(fields, reason):
    with pytest.raises(OSError, match=reason) as caught:
        windlass.load_bytes(simple(**fields))
    assert caught.value.winerror == 193


def test_a_section_beyond_the_file_is_error_193():
    data = simple()
    with pytest.raises(OSError, match="file's end") as caught:
        windlass.load_bytes(data[:-0x200])
    assert caught.value.winerror == 193


def test_bytes_behind_the_image_do_not_matter():
    assert call(simple() + b"overlay" * 1000) == 42


# ---- where it lies ----


def test_relocations_stripped_means_the_preferred_base():
    base = 0x5678_0000_0000
    data = simple(base=base, headers={"characteristics": STRIPPED | EXECUTABLE | DLL})
    with windlass.load_bytes(data) as module:
        assert module.handle == base
        with pytest.raises(OSError, match="cannot be moved") as caught:
            windlass.load_bytes(data)
        assert caught.value.winerror == 193


def test_without_dynamic_base_the_preferred_base_is_a_wish():
    base = 0x5678_0000_0000
    data = simple(base=base, headers={"dll_characteristics": NO_DYNAMIC_BASE})
    with windlass.load_bytes(data) as module, windlass.load_bytes(data) as other:
        assert module.handle == base
        assert other.handle != base


@pytest.mark.parametrize("high", [0, HIGH_ENTROPY])
def test_an_image_that_prefers_low_addresses_stays_low(high):
    data = simple(base=0x10000000, headers={"dll_characteristics": 0x140 | high})
    with windlass.load_bytes(data) as module:
        assert module.handle < 1 << 32


@pytest.mark.parametrize(
    "table",
    [
        struct.pack("<II", 0x1000, 7),
        struct.pack("<II", 0x1000, 0x10000),
        struct.pack("<IIHH", 0xFFFFF000, 12, 0xA000, 0),
        struct.pack("<IIHH", 0x1000, 12, 0x7000, 0),
        struct.pack("<IIHH", 0x1000, 12, 0xAFFF, 0),
    ],
)
def test_bad_relocations_are_error_193(table):
    dll = Dll()
    dll.function("f", RETURN_42)
    dll.directories[RELOCATION] = (dll.body.add(table), len(table))
    with pytest.raises(OSError, match="relocation") as caught:
        windlass.load_bytes(dll.bytes())
    assert caught.value.winerror == 193


def test_code_that_changes_itself_runs():
    """Packers need it: a section that can be written and executed, as it says."""
    dll = Dll()
    # mov byte [rip + 1], 42 (into the operand below); mov eax, 1; ret
    dll.function("f", b"\xc6\x05\x01\0\0\0\x2a" + b"\xb8\x01\0\0\0\xc3")
    assert call(dll.bytes()) == 42


@pytest.mark.skipif(not PACKER, reason="there is no upx here")
def test_a_packed_dll_unpacks_itself(write_dll, tmp_path):
    source = "int table[4096] = {1, 2, 3}; EXPORT int f(void) { return table[2] + 39; }"
    plain, packed = write_dll(source, name="plain"), tmp_path / "packed.dll"
    done = subprocess.run([PACKER, "-q", "--force", plain, "-o", packed], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert call(packed.read_bytes()) == 42


def test_a_forwarder_to_an_api_set_leads_to_its_host(write_dll):
    source = """
    __asm__(".section .drectve,\\"yn\\"; .ascii \\" -export:g=api-ms-win-core-io-l1-1-0.CancelIo\\"; .text");
    EXPORT int f(void) { return 0; }
    """
    with windlass.load(write_dll(source, name="forwards")) as module, windlass.load("kernelbase") as host:
        assert module.export("g") == host.export("CancelIo")


# ---- load configuration ----


def with_config(**fields: int) -> bytes:
    """A DLL with a load configuration: cookie, check, dispatch (RVAs of slots), hybrid, flags."""
    dll = Dll()
    base = 0x180000000
    nop = dll.function("nop", b"\xc3")
    jump = dll.function("jump", b"\xff\xe0")
    cookie = dll.body.words(0x2B992DDFA232, code="Q")
    check, dispatch = dll.body.words(base + nop, code="Q"), dll.body.words(base + jump, code="Q")
    # mov rcx, [rip + target]; call [rip + check]; mov rax, target; jmp [rip + dispatch]
    target = dll.function("target", RETURN_42)
    start = dll.body.add(b"", 16)
    code = b"\x48\x8d\x0d" + struct.pack("<i", target - start - 7)
    code += b"\xff\x15" + struct.pack("<i", check - start - 13)
    code += b"\x48\x89\xc8\xff\x25" + struct.pack("<i", dispatch - start - 22)
    dll.function("f", code)
    config = bytearray(320)
    struct.pack_into("<I", config, 0, 320)
    struct.pack_into("<Q", config, 88, base + cookie)
    struct.pack_into("<QQ", config, 112, base + check, base + dispatch)
    struct.pack_into("<I", config, 144, fields.get("flags", 0x100))
    struct.pack_into("<Q", config, 200, fields.get("hybrid", 0))
    dll.exports.update(cookie=cookie, check=check)
    dll.directories[LOAD_CONFIG] = (dll.body.add(bytes(config), 8), 320)
    entries = [0xA000 | (rva & 0xFFF) for rva in (check, dispatch)]
    table = struct.pack("<IIHH", 0x1000, 12, *entries)
    dll.directories[RELOCATION] = (dll.body.add(table), len(table))
    return dll.bytes(headers={"dll_characteristics": 0x160 | GUARD_CF})


def test_calls_through_control_flow_guard_reach_their_targets():
    """The slots keep what the linker put there: functions that let every call pass."""
    assert call(with_config()) == 42


@pytest.mark.parametrize(
    ("flags", "found"), [(0, True), (0x800, False), (0x2000, True), (0x900, True), (0x1000, False)]
)
def test_dependent_load_flags_say_where_imports_are_searched(tmp_path, flags, found):
    """Beside the DLL, or by flags that its linker was given not there."""
    needed = Dll("needed.dll")
    needed.function("g", RETURN_42)
    (tmp_path / "needed.dll").write_bytes(needed.bytes())
    dll = Dll("needy.dll")
    dll.jump("f", dll.imports("needed.dll", "g"))
    config = bytearray(112)
    struct.pack_into("<I74xH", config, 0, 112, flags)
    dll.directories[LOAD_CONFIG] = (dll.body.add(bytes(config), 8), 112)
    path = tmp_path / "needy.dll"
    path.write_bytes(dll.bytes())
    assert Walk(locate(str(path))).loads is found
    if found:
        with windlass.load(path) as module:
            assert _core.call(module.export("f")) == 42
    else:
        with pytest.raises(FileNotFoundError, match="needed"):
            windlass.load(path)


def test_exception_continuation_metadata_does_not_matter():
    assert call(with_config(flags=0x00400100)) == 42


def test_the_security_cookie_is_set_and_differs():
    cookies = set()
    for _ in range(2):
        with windlass.load_bytes(with_config()) as module:
            cookies.add(_core.read(module.export("cookie"), 8))
    assert len(cookies) == 2
    assert struct.pack("<Q", 0x2B992DDFA232) not in cookies
    assert all(cookie[6:] == b"\0\0" for cookie in cookies)


def test_an_arm64ec_image_is_refused():
    with pytest.raises(OSError, match="ARM64EC") as caught:
        windlass.load_bytes(with_config(hybrid=0x180001000))
    assert caught.value.winerror == 193


def assembly() -> Dll:
    dll = Dll()
    dll.function("f", RETURN_42)
    dll.directories[CLR] = (dll.body.add(struct.pack("<IHH", 72, 2, 5).ljust(72, b"\0")), 72)
    return dll


def refused(image: bytes) -> None:
    with pytest.raises(OSError, match=r"\.NET assembly") as caught:
        windlass.load_bytes(image)
    assert caught.value.winerror == 193


def test_a_net_assembly_is_refused_by_name():
    dll = assembly()
    dll.imports("mscoree.dll", "_CorDllMain")
    refused(dll.bytes())
    refused(assembly().bytes(machine=0x14C, pe32=True))


def test_a_net_assembly_of_native_code_is_loaded():
    """.NET Core's own assemblies, which its runtime loads by LoadLibraryEx."""
    with windlass.load_bytes(assembly().bytes()) as module:
        assert _core.call(module.export("f")) == 42


def test_code_is_not_writable_and_data_not_executable():
    dll = Dll()
    dll.function("f", RETURN_42)
    tiny = dll.tiny()
    ((name, rva, size, data, _, offset),) = tiny.sections or ()
    tiny.sections = [(name, rva, size, data, CODE, offset), (b".ro", 0x8000, 16, b"x" * 16, READ_ONLY, None)]
    with windlass.load_bytes(tiny.bytes()) as module:
        assert _core.call(module.export("f")) == 42
        with pytest.raises(_core.AccessViolation):
            _core.write(module.export("f"), b"\x90")
        with pytest.raises(OSError, match="access violation"):
            _core.call(module.handle + 0x8000)
