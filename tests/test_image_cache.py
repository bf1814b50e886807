"""Laid-out images between processes: shared code, private data, shared sections, damaged entries."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
import time
from pathlib import Path

import pytest

import windlass
from windlass import _core, image_cache

SOURCE = """
EXPORT int value = 5;
EXPORT int code(void) { return 17; }
EXPORT int bump(void) { return ++value; }
"""


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """A cache folder of the test's own, without entries of builtin DLLs."""
    windlass.load("kernel32").free()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    image_cache.folder.cache_clear()
    yield tmp_path / "windlass"
    image_cache.folder.cache_clear()


def entries(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.name.endswith(".image")]


def load_and_call(path: Path) -> int:
    with windlass.load(path) as module:
        return _core.call(module.export("code"))


def test_an_entry_is_made_once_and_used_again(cache, write_dll):
    path = write_dll(SOURCE, name="cached")
    assert load_and_call(path) == 17
    (entry,) = entries(cache)
    before = entry.stat()
    assert load_and_call(path) == 17
    assert entries(cache) == [entry]
    assert entry.stat().st_ino == before.st_ino


def poison(data: bytes) -> bytes:
    """The image with code() returning 99."""
    assert data.count(b"\xb8\x11\x00\x00\x00") == 1
    return data.replace(b"\xb8\x11\x00\x00\x00", b"\xb8\x63\x00\x00\x00")


def rewrite(entry: Path) -> None:
    entry.write_bytes(poison(entry.read_bytes()))


def replace(entry: Path) -> None:
    data = entry.read_bytes()
    entry.unlink()
    entry.write_bytes(poison(data))


def truncate(entry: Path) -> None:
    os.truncate(entry, 4096)


def make_link(entry: Path) -> None:
    status = entry.stat()
    target = entry.with_name("target")
    target.write_bytes(poison(entry.read_bytes()))
    os.utime(target, ns=(status.st_atime_ns, status.st_mtime_ns))
    entry.unlink()
    entry.symlink_to(target)


def open_to_others(entry: Path) -> None:
    status = entry.stat()
    rewrite(entry)
    entry.chmod(0o666)
    os.utime(entry, ns=(status.st_atime_ns, status.st_mtime_ns))


def give_away(entry: Path) -> None:
    status = entry.stat()
    rewrite(entry)
    os.utime(entry, ns=(status.st_atime_ns, status.st_mtime_ns))
    try:
        os.chown(entry, 12345, 12345)
    except PermissionError:
        pytest.skip("only root can give a file away")


@pytest.mark.parametrize("damage", [rewrite, replace, truncate, make_link, open_to_others, give_away])
def test_a_damaged_or_foreign_entry_is_not_used(cache, write_dll, damage):
    path = write_dll(SOURCE, name="cached")
    load_and_call(path)
    (entry,) = entries(cache)
    damage(entry)
    assert load_and_call(path) == 17


def test_a_changed_dll_is_not_taken_from_the_cache(cache, write_dll, tmp_path):
    path = tmp_path / "changing.dll"
    path.write_bytes(write_dll(SOURCE, name="cached").read_bytes())
    status = path.stat()
    assert load_and_call(path) == 17
    path.write_bytes(poison(path.read_bytes()))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))  # the change time still tells
    assert load_and_call(path) == 99


def test_without_a_cache_folder(tmp_path, monkeypatch, write_dll):
    (tmp_path / "windlass").write_text("a file where the folder should be")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    image_cache.folder.cache_clear()
    try:
        assert load_and_call(write_dll(SOURCE, name="cached")) == 17
    finally:
        image_cache.folder.cache_clear()


def test_a_folder_that_others_can_write_to_is_not_used(tmp_path, monkeypatch, write_dll):
    (tmp_path / "windlass").mkdir()
    (tmp_path / "windlass").chmod(0o777)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    image_cache.folder.cache_clear()
    try:
        assert load_and_call(write_dll(SOURCE, name="cached")) == 17
        assert not list((tmp_path / "windlass").iterdir())
    finally:
        image_cache.folder.cache_clear()


def test_an_image_whose_place_is_taken_is_kept_as_well(cache, write_dll, tmp_path):
    data = bytearray(write_dll(SOURCE, name="cached").read_bytes())
    at = struct.unpack_from("<I", data, 0x3C)[0] + 24
    struct.pack_into("<H", data, at + 70, 0)  # DllCharacteristics, without DYNAMIC_BASE: all want one place
    paths = [tmp_path / "one.dll", tmp_path / "other.dll"]
    for path in paths:
        path.write_bytes(data)
    found = []
    for _ in range(2):
        with windlass.load(paths[0]) as one, windlass.load(paths[1]) as other:
            assert one.handle != other.handle
            assert [_core.call(each.export("code")) for each in (one, other)] == [17, 17]
        found.append({(entry.name, entry.stat().st_ino) for entry in entries(cache)})
    assert found[0] == found[1]
    assert len(found[0]) == 2
    with windlass.load(paths[1]) as module:  # its own place is free now
        assert module.handle == one.handle
        assert _core.call(module.export("code")) == 17


def age(path: Path, days: int) -> None:
    then = time.time() - days * 24 * 3600
    os.utime(path, (then, then))


def test_what_was_not_used_longest_goes_when_there_is_too_much(cache, write_dll, monkeypatch):
    load_and_call(write_dll(SOURCE + "EXPORT int first;", name="first"))  # looks through the folder today
    monkeypatch.setattr(image_cache, "LARGEST", 120 << 10)
    cache.mkdir(mode=0o700, exist_ok=True)
    for days in (3, 1, 2):
        path = cache / f"{days}.image"
        path.write_bytes(bytes(40 << 10))
        age(path, days)
    (cache / "in use.shared").write_bytes(bytes(200 << 10))
    load_and_call(write_dll(SOURCE, name="added"))
    left = {path.name for path in cache.iterdir()}
    assert {"1.image", "2.image", "in use.shared"} <= left and "3.image" not in left


def test_what_nobody_uses_goes_after_a_month(cache, write_dll):
    def add(name: str) -> None:
        load_and_call(write_dll(SOURCE + f"EXPORT int {name};", name=name))

    add("first")
    unused = cache / "unused.image"
    unused.write_bytes(b"")
    age(unused, 40)
    add("second")  # on the same day
    assert unused.exists()
    age(cache / "pruned", 2)
    add("third")
    assert not unused.exists()
    assert len(entries(cache)) == 3


# ---- several processes ----

WORKER = """
import sys, windlass
from windlass import _core
module = windlass.load(sys.argv[1])
for line in sys.stdin:
    word = line.split()
    if word[0] == "call":
        print(_core.call(module.export(word[1])), flush=True)
    else:
        address = module.handle + int(word[1])
        found = {}
        inside = False
        for line in open("/proc/self/smaps"):
            field = line.split()
            if "-" in field[0]:
                low, high = (int(each, 16) for each in field[0].split("-"))
                inside = low <= address < high
            elif inside:
                found[field[0]] = field[1]
        shared = int(found["Shared_Clean:"]) + int(found["Shared_Dirty:"])
        print(shared, found["Private_Dirty:"], flush=True)
"""


class Worker:
    """A process that has loaded a DLL and calls its functions when told to."""

    def __init__(self, path: Path) -> None:
        pipe = subprocess.PIPE
        command = [sys.executable, "-c", WORKER, str(path)]
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)

    def __call__(self, command: str) -> str:
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *exception: object) -> None:
        self.process.stdin.close()
        assert self.process.wait(30) == 0


def test_processes_share_code_and_have_their_own_data(write_dll):
    path = write_dll(SOURCE, name="processes")
    with windlass.load(path) as module:
        code = module.export("code") - module.handle
        data = module.export("value") - module.handle
    with Worker(path) as one, Worker(path) as other:
        assert one("call code") == other("call code") == "17"
        assert one("call bump") == "6"
        assert one("call bump") == "7"
        assert other("call bump") == "6"
        shared, dirty = map(int, one(f"pages {code}").split())
        assert shared > 0
        assert dirty == 0
        assert int(one(f"pages {data}").split()[1]) > 0


def test_a_shared_section_is_one_for_all_processes_until_the_last_goes(write_dll):
    path = write_dll(
        """
        LINKER("-section:.shared,RWS");
        __attribute__((section(".shared"))) int common = 100;
        EXPORT int private_value = 1;
        EXPORT int bump(void) { return ++common; }
        EXPORT int own(void) { return ++private_value; }
        """,
        name="common",
    )
    for _ in range(2):  # the second time all begins anew
        with Worker(path) as one, Worker(path) as other:
            assert [one("call bump"), other("call bump"), one("call bump")] == ["101", "102", "103"]
            assert [one("call own"), other("call own")] == ["2", "2"]
            with Worker(path) as late:
                assert late("call bump") == "104"


def test_the_loader_maps_a_shared_section_in_this_process_too(write_dll):
    path = write_dll(
        """
        LINKER("-section:.shared,RWS");
        __attribute__((section(".shared"))) int common = 100;
        EXPORT int *where(void) { return &common; }
        """,
        name="common_here",
    )
    with windlass.load(path) as module:
        assert _core.read(_core.call(module.export("where")), 4) == struct.pack("<i", 100)
