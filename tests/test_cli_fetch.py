"""`windlass fetch`, on wheels made here and, where there is a network, on real ones."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

RECORDS = {
    "METADATA": "Metadata-Version: 2.1\nName: {name}\nVersion: {version}\nRequires-Python: {python}\n",
    "WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: false\nTag: {tag}\n",
    "RECORD": "",
}


def make_wheel(
    folder: Path, name: str, version: str, tag: str, files: dict[str, bytes], python: str = ">=3.6"
) -> None:
    """A wheel as an index has it."""
    stem = f"{name.replace('-', '_')}-{version}"
    with zipfile.ZipFile(folder / f"{stem}-{tag}.whl", "w") as archive:
        for path, data in files.items():
            archive.writestr(path, data)
        for path, text in RECORDS.items():
            text = text.format(name=name, version=version, tag=tag, python=python)
            archive.writestr(f"{stem}.dist-info/{path}", text)


@pytest.fixture
def index(tmp_path) -> Path:
    folder = tmp_path / "index"
    folder.mkdir()
    return folder


@pytest.fixture
def fetch(index, tmp_path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs `windlass fetch` with nothing but the wheels in `index`, and a data folder of its own."""
    environment = {name: text for name, text in os.environ.items() if not name.startswith("PIP_")}
    environment |= {
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(index),
        "PIP_CONFIG_FILE": os.devnull,
        "XDG_DATA_HOME": str(tmp_path / "data"),
    }

    def run(*arguments: object) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "windlass", "fetch", *map(str, arguments)]
        return subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, env=environment
        )

    return run


@pytest.fixture(scope="module")
def one(write_dll) -> bytes:
    return write_dll("EXPORT int f(void) { return 1; }", name="one").read_bytes()


@pytest.fixture(scope="module")
def two(write_dll) -> bytes:
    return write_dll("EXPORT int f(void) { return 2; }", name="two").read_bytes()


def names(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_dlls_of_all_folders_and_suffixes_come_to_lie_side_by_side(index, fetch, tmp_path, one, two):
    files = {
        "pkg/one.dll": one,
        "pkg.libs/two.pyd": two,
        "pkg/plug.vst3": one + b"x",
        "pkg/notes.txt": b"MZ no",
    }
    make_wheel(index, "some-package", "1.0", "py3-none-win_amd64", files)
    done = fetch("Some_Package")
    assert done.returncode == 0, done.stderr
    folder = tmp_path / "data/windlass/packages/some-package"
    assert names(folder) == ["one.dll", "plug.vst3", "two.pyd"]
    assert (folder / "two.pyd").read_bytes() == two
    assert str(folder / "one.dll") in done.stdout


def test_two_files_of_one_name(index, fetch, tmp_path, one, two):
    files = {"a/same.dll": one, "b/same.dll": one, "c/same.dll": two}
    make_wheel(index, "twice", "1.0", "py3-none-win_amd64", files)
    assert fetch("twice", "--to", tmp_path / "out").returncode == 0
    assert names(tmp_path / "out") == ["c/same.dll", "same.dll"]
    assert (tmp_path / "out/same.dll").read_bytes() == one


def test_a_version_may_be_named_and_replaces_another(index, fetch, tmp_path, one, two):
    make_wheel(index, "tool", "1.0", "py3-none-win_amd64", {"old.dll": one})
    make_wheel(index, "tool", "2.0", "py3-none-win_amd64", {"new.dll": two})
    folder = tmp_path / "data/windlass/packages/tool"
    assert fetch("tool==1.0").returncode == 0
    assert names(folder) == ["old.dll"]
    assert fetch("tool").returncode == 0
    assert names(folder) == ["new.dll"]


@pytest.mark.parametrize("tag", ["cp39-cp39-win_amd64", "cp313-cp313-win_amd64"])
def test_a_wheel_for_any_python_will_do(index, fetch, tmp_path, one, tag):
    make_wheel(index, "bound", "1.0", tag, {"one.dll": one})
    assert fetch("bound", "--to", tmp_path / "out").returncode == 0
    assert names(tmp_path / "out") == ["one.dll"]


@pytest.mark.parametrize("wanted", ["modern", "modern==2.0"])
def test_the_running_python_may_be_too_old_for_the_package(index, fetch, tmp_path, one, two, wanted):
    make_wheel(index, "modern", "1.0", "py3-none-win_amd64", {"one.dll": one}, python=">=3.6")
    make_wheel(index, "modern", "2.0", "py3-none-win_amd64", {"two.dll": two}, python=">=3.13")
    assert fetch(wanted, "--to", tmp_path / "out").returncode == 0
    assert names(tmp_path / "out") == ["two.dll"]


def test_the_runtime_goes_into_the_system_directory(index, fetch, tmp_path, one):
    files = {
        "msvc_runtime-14.0.data/data/vcruntime140.dll": one,
        "msvc_runtime-14.0.data/data/Scripts/vcruntime140.dll": one,
        "msvc_runtime.pyd": one + b"x",
    }
    make_wheel(index, "msvc-runtime", "14.0", "py3-none-win_amd64", files)
    assert fetch("msvc-runtime").returncode == 0
    assert names(tmp_path / "data/windlass/drive_c/windows/system32") == ["vcruntime140.dll"]


def test_unsafe_names_in_a_wheel_are_passed_over(index, fetch, tmp_path, one, two):
    files = {"a/x.dll": one, "../../../x.dll": two, "/abs/x.dll": one + b"x"}
    make_wheel(index, "evil", "1.0", "py3-none-win_amd64", files)
    assert fetch("evil", "--to", tmp_path / "out/here").returncode == 0
    assert names(tmp_path / "out") == ["here/x.dll"]


def test_json(index, fetch, tmp_path, one):
    make_wheel(index, "machine", "1.0", "py3-none-win_amd64", {"one.dll": one})
    answer = json.loads(fetch("machine", "--to", tmp_path / "out", "--json").stdout)
    assert answer == {
        "wheel": "machine-1.0-py3-none-win_amd64.whl",
        "dlls": [str(tmp_path / "out/one.dll")],
    }


def test_a_wheel_without_dlls(index, fetch, tmp_path):
    make_wheel(index, "pure", "1.0", "py3-none-any", {"pure.py": b""})
    done = fetch("pure")
    assert done.returncode == 1
    assert done.stderr == "windlass: error: pure-1.0-py3-none-any.whl holds no DLL\n"
    assert not (tmp_path / "data/windlass/packages/pure").exists()


@pytest.mark.parametrize("package", ["no-such-package", "machine==9.9"])
def test_what_is_not_there(index, fetch, one, package):
    make_wheel(index, "machine", "1.0", "py3-none-win_amd64", {"one.dll": one})
    done = fetch(package)
    assert done.returncode == 1
    assert f"Windows wheel of {package}: Could not find a version" in done.stderr
    assert "Traceback" not in done.stderr


def test_what_is_no_package_name(fetch):
    done = fetch("--to", "x", "-r/etc/passwd")
    assert done.returncode != 0
    assert fetch("a b").stderr == "windlass: error: 'a b' is not PACKAGE or PACKAGE==VERSION\n"


def test_without_network(fetch, monkeypatch):
    command = [sys.executable, "-m", "windlass", "fetch", "soundfile"]
    environment = {name: text for name, text in os.environ.items() if not name.startswith("PIP_")}
    environment |= {"PIP_CONFIG_FILE": os.devnull, "PIP_INDEX_URL": "http://127.0.0.1:9/simple"}
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, env=environment
    )
    assert done.returncode == 1
    assert "the package index cannot be reached" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_folder_that_cannot_be_made(index, fetch, one):
    make_wheel(index, "machine", "1.0", "py3-none-win_amd64", {"one.dll": one})
    done = fetch("machine", "--to", "/proc/nowhere")
    assert done.returncode == 1
    assert "/proc/nowhere" in done.stderr and "Traceback" not in done.stderr


@pytest.mark.network
def test_a_real_package(tmp_path):
    command = [sys.executable, "-m", "windlass", "fetch", "soundfile==0.14.0", "--to", str(tmp_path)]
    subprocess.run(command, check=True, timeout=300)
    assert names(tmp_path) == ["libsndfile_x64.dll"]
