"""What linkers and signers leave: debug directory, load configuration, certificates, checksums."""

from __future__ import annotations

import hashlib
import struct
from uuid import UUID

import pytest

from tiny_image import CERTIFICATE, CLR, DEBUG, LFANEW, LOAD_CONFIG, Tiny
from windlass.pe import BadImage, Image, layout

BASE = 0x180000000
GUID = UUID("00112233-4455-6677-8899-aabbccddeeff")


def debug_image(kind: int, data: bytes, *, rva: int | None = None, size: int | None = None) -> Image:
    """An image with one debug entry whose data lies at RVA 0x1040, file offset 0x240."""
    entry = struct.pack(
        "<IIHHIIII",
        0,
        99,
        1,
        2,
        kind,
        len(data) if size is None else size,
        0x1040 if rva is None else rva,
        0x240,
    )
    return Image(Tiny(entry.ljust(0x40, b"\0") + data, {DEBUG: (0x1000, 28)}).bytes())


def test_no_metadata():
    image = Image(Tiny(b"x").bytes())
    assert image.debug == image.certificates == []
    assert image.load_config is image.rich is image.clr is None


def test_debug_entries():
    (entry,) = debug_image(7, b"anything").debug
    assert (entry.type, entry.timestamp, entry.version) == (7, 99, (1, 2))
    assert (entry.rva, entry.offset, entry.size) == (0x1040, 0x240, 8)
    assert entry.data == b"anything"
    assert (entry.codeview, entry.repro, entry.pogo, entry.vc_feature, entry.ex_dll_characteristics) == (
        None,
    ) * 5


def test_debug_data_need_not_be_mapped():
    assert debug_image(7, b"anything", rva=0).debug[0].data == b"anything"


def test_codeview_of_pdb_7():
    data = b"RSDS" + GUID.bytes_le + struct.pack("<I", 3) + "C:\\é.pdb\0".encode()
    assert debug_image(layout.DEBUG_CODEVIEW, data).debug[0].codeview == ("C:\\é.pdb", 3, GUID, None)


def test_codeview_of_pdb_2():
    data = b"NB10" + struct.pack("<III", 0, 0x1234, 5) + b"old.pdb\0"
    assert debug_image(layout.DEBUG_CODEVIEW, data).debug[0].codeview == ("old.pdb", 5, None, 0x1234)


@pytest.mark.parametrize("data", [b"", b"RSD", b"RSDS" + bytes(19), b"NB10", b"NB09" + bytes(100)])
def test_codeview_of_other_kinds(data):
    assert debug_image(layout.DEBUG_CODEVIEW, data).debug[0].codeview is None


def test_reproducible_build():
    digest = hashlib.sha256(b"image").digest()
    image = debug_image(layout.DEBUG_REPRO, struct.pack("<I", 32) + digest)
    assert image.debug[0].repro == digest
    assert debug_image(layout.DEBUG_REPRO, b"").debug[0].repro == b""


def test_pogo():
    data = (
        b"LTCG"
        + struct.pack("<II", 0x1000, 0x20)
        + b".text$mn\0\0\0\0"
        + struct.pack("<II", 0x2000, 8)
        + b".CRT\0"
    )
    image = debug_image(layout.DEBUG_POGO, data)
    assert image.debug[0].pogo == [(0x1000, 0x20, ".text$mn"), (0x2000, 8, ".CRT")]
    assert debug_image(layout.DEBUG_POGO, b"").debug[0].pogo == []


def test_features():
    assert debug_image(layout.DEBUG_VC_FEATURE, struct.pack("<5I", 1, 2, 3, 4, 5)).debug[0].vc_feature == (
        1,
        2,
        3,
        4,
        5,
    )
    image = debug_image(layout.DEBUG_EX_DLLCHARACTERISTICS, struct.pack("<I", 1))
    assert image.debug[0].ex_dll_characteristics == 1


def test_debug_data_outside_the_file():
    (entry,) = debug_image(7, b"x", size=0x100000).debug
    with pytest.raises(BadImage, match=r"debug data|claims more"):
        assert entry.data


def load_config(record: type, size: int | None = None, base: int = BASE, **fields: int) -> Image:
    """An image with a load configuration at 0x1000, and a table of 0x11, 0x22, ... behind it at 0x1200."""
    data = bytearray(record.size_in_bytes)
    fields["size"] = record.size_in_bytes if size is None else size
    for name, value in fields.items():
        end = [*(record.offset_of(f) for f in record.fields), len(data)][record.fields.index(name) + 1]
        start = record.offset_of(name)
        data[start:end] = value.to_bytes(end - start, "little")
    body = bytes(data).ljust(0x200, b"\xcc") + bytes(range(64))
    pe32 = record is layout.LoadConfig32
    return Image(Tiny(body, {LOAD_CONFIG: (0x1000, 64)}, pe32=pe32, base=base).bytes())


@pytest.mark.parametrize(("record", "base"), [(layout.LoadConfig64, BASE), (layout.LoadConfig32, 0x400000)])
def test_load_config(record, base):
    config = load_config(
        record, base=base, security_cookie_address=base + 0x3000, guard_flags=0x100
    ).load_config
    assert config.size == record.size_in_bytes
    assert config.security_cookie_rva == 0x3000
    assert config.record.guard_flags == layout.GUARD_CF_INSTRUMENTED
    assert config.guard_functions == config.guard_eh_continuations == []


def test_hybrid_images_say_so():
    assert not load_config(layout.LoadConfig64).load_config.is_hybrid
    assert load_config(layout.LoadConfig64, chpe_metadata_address=BASE + 0x1200).load_config.is_hybrid


def test_load_config_has_the_fields_of_its_size():
    """What lies behind the structure is not part of it, however new the reader is."""
    size = layout.LoadConfig64.offset_of("guard_flags")
    config = load_config(
        layout.LoadConfig64, size, guard_flags=7, security_cookie_address=BASE + 1
    ).load_config
    assert (config.size, config.record.guard_flags, config.security_cookie_rva) == (size, 0, 1)
    assert load_config(layout.LoadConfig64, 0xFFFFFFFF, guard_flags=7).load_config.record.guard_flags == 7
    assert load_config(layout.LoadConfig64, 0, guard_flags=7).load_config.record.guard_flags == 0


@pytest.mark.parametrize("extra", [0, 1, 2])
@pytest.mark.parametrize(
    ("table", "name"),
    [
        ("guard_cf_function", "guard_functions"),
        ("guard_address_taken_iat_entry", "guard_address_taken_iat_entries"),
        ("guard_long_jump_target", "guard_long_jump_targets"),
        ("guard_eh_continuation", "guard_eh_continuations"),
    ],
)
def test_guard_tables(table, name, extra):
    """An entry is an RVA and as many flag bytes as the top four bits of GuardFlags say."""
    fields = {f"{table}_table_address": BASE + 0x1200, f"{table}_count": 2, "guard_flags": extra << 28}
    config = load_config(layout.LoadConfig64, **fields).load_config
    stride = 4 + extra
    expected = [
        (int.from_bytes(bytes(range(i, i + 4)), "little"), bytes(range(i + 4, i + stride)))
        for i in (0, stride)
    ]
    assert getattr(config, name) == expected


def test_exception_handlers_of_32_bit_images():
    fields = {"se_handler_table_address": 0x401200, "se_handler_count": 2}
    config = load_config(layout.LoadConfig32, base=0x400000, **fields).load_config
    assert config.safe_exception_handlers == [0x03020100, 0x07060504]
    assert load_config(layout.LoadConfig64, **fields).load_config.safe_exception_handlers == []


def test_bad_guard_table():
    config = load_config(
        layout.LoadConfig64, guard_cf_function_table_address=BASE + 0x1200, guard_cf_function_count=1 << 60
    ).load_config
    with pytest.raises(BadImage, match="load config directory: claims more data"):
        assert config.guard_functions


def signed(*certificates: bytes, size: int | None = None) -> bytes:
    """A file with a certificate table at its end."""
    table = b"".join(each.ljust(-(-len(each) // 8) * 8, b"\0") for each in certificates)
    offset = len(Tiny(b"x").bytes())
    return Tiny(b"x", {CERTIFICATE: (offset, len(table) if size is None else size)}).bytes() + table


def certificate(data: bytes, length: int | None = None) -> bytes:
    return struct.pack("<IHH", len(data) + 8 if length is None else length, 0x200, 2) + data


def test_certificates():
    image = Image(signed(certificate(b"first"), certificate(b"second one")))
    first, second = image.certificates
    assert first == (0x200, layout.CERTIFICATE_PKCS_SIGNED_DATA, 0x408, 5)
    assert image.bytes_at(second.offset, second.size) == b"second one"


def test_certificates_are_not_mapped():
    data = signed(certificate(b"first"))
    assert Image(data.ljust(0x2000, b"\0"), mapped=True).certificates == []


@pytest.mark.parametrize(
    ("data", "reason", "offset"),
    [
        (signed(certificate(b"first"), size=0x1000), "beyond the file's end", LFANEW + 24 + 112 + 8 * 4),
        (signed(certificate(b"first", 7)), "certificate of 7 bytes", 0x400),
        (signed(certificate(b"first", 0)), "certificate of 0 bytes", 0x400),
        (signed(certificate(b"1"), certificate(b"first", 99)), "certificate of 99 bytes", 0x410),
    ],
)
def test_bad_certificates(data, reason, offset):
    with pytest.raises(BadImage, match=reason) as caught:
        assert Image(data).certificates
    assert caught.value.offset == offset


def plain_checksum(data: bytes, position: int) -> int:
    """The checksum as it is described: word by word."""
    data = data[:position] + bytes(4) + data[position + 4 :]
    data += bytes(len(data) % 2)
    total = 0
    for (word,) in struct.iter_unpack("<H", data):
        total += word
        total = (total & 0xFFFF) + (total >> 16)
    return total


@pytest.mark.parametrize("body", [b"", b"odd", b"\xff" * 0x1000, bytes(range(256)) * 5000])
@pytest.mark.parametrize("stored", [0, 1, 0xFFFFFFFF, 0x12345678])
def test_checksum(body, stored):
    data = Tiny(body, headers={"checksum": stored}).bytes() + b"tail"[: len(body) % 4]
    image = Image(data)
    assert image.checksum == stored
    assert image.compute_checksum() == plain_checksum(data, LFANEW + 24 + 64) + len(data)


def rotate_left(value: int, count: int) -> int:
    count %= 32
    return (value << count | value >> 32 - count) & 0xFFFFFFFF


def rich_image(entries: list[tuple[int, int, int]], key: int | None = None) -> Image:
    """An image with a Rich header at offset 0x40; its key is right unless given."""
    dos = (b"MZ" + bytes(range(2, 60))).ljust(0x40, b"\0")
    if key is None:
        key = 0x40 + sum(rotate_left(byte, i) for i, byte in enumerate(dos) if not 60 <= i < 64)
        key += sum(rotate_left(product << 16 | build, count) for product, build, count in entries)
        key &= 0xFFFFFFFF
    words = [int.from_bytes(b"DanS", "little"), 0, 0, 0]
    for product, build, count in entries:
        words += [product << 16 | build, count]
    plain = struct.pack(f"<{len(words)}I", *(word ^ key for word in words))
    return Image(Tiny(b"x", dos_stub=dos + plain + b"Rich" + struct.pack("<I", key)).bytes())


def test_rich_header():
    entries = [(0x105, 33808, 4), (0x93, 30729, 21)]
    rich = rich_image(entries).rich
    assert (rich.entries, rich.is_valid) == (entries, True)
    tampered = rich_image(entries, 0x1234).rich
    assert (tampered.entries, tampered.key, tampered.is_valid) == (entries, 0x1234, False)


def test_dotnet_header():
    header = struct.pack("<IHH", 72, 2, 5).ljust(72, b"\0")
    image = Image(Tiny(header, {CLR: (0x1000, 72)}, pe32=True).bytes())
    assert (image.clr.major_runtime_version, image.clr.minor_runtime_version) == (2, 5)
    with pytest.raises(BadImage, match="CLR header"):
        assert Image(Tiny(b"x", {CLR: (0x90000, 72)}).bytes()).clr
