"""Where a process is not given what others have: no home, no room, no /proc, less system calls, other limits.

Everything works, at most without a cache; what cannot be done says why.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import windlass

DEMO = Path(windlass.__file__).parent / "demo" / "demo.dll"
CALL = f"""
from windlass.ctypes import CDLL
print(CDLL({str(DEMO)!r}).add(20, 22))
"""

FILTER = """
import ctypes, struct

def deny(*numbers):
    "These system calls fail with ENOSYS from now on (seccomp(2))."
    load, equal, give = 0x20, 0x15, 0x06
    steps = [struct.pack("<HBBI", load, 0, 0, 0)]
    for number in numbers:
        steps.append(struct.pack("<HBBI", equal, 0, 1, number))
        steps.append(struct.pack("<HBBI", give, 0, 0, 0x00050000 | 38))
    steps.append(struct.pack("<HBBI", give, 0, 0, 0x7FFF0000))
    program = ctypes.create_string_buffer(b"".join(steps))
    description = struct.pack("<HxxxxxxQ", len(steps), ctypes.addressof(program))
    libc = ctypes.CDLL(None, use_errno=True)
    assert libc.prctl(38, 1, 0, 0, 0) == 0
    assert libc.prctl(22, 2, ctypes.create_string_buffer(description), 0, 0) == 0, ctypes.get_errno()
"""


def run(code: str = CALL, **environment: str | None) -> str:
    variables = {**os.environ, **environment}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={name: value for name, value in variables.items() if value is not None},
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("home", [None, "", "relative", "/nonexistent"])
def test_without_a_home(home):
    assert run(HOME=home, XDG_CACHE_HOME=None, XDG_DATA_HOME=None) == "42\n"


def test_relative_homes_are_none(tmp_path, monkeypatch):
    """Nothing is left in whatever folder is current ("XDG Base Directory Specification")."""
    monkeypatch.chdir(tmp_path)
    assert run(HOME="relative", XDG_CACHE_HOME="cache", XDG_DATA_HOME="data") == "42\n"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("locale", ["C", "POSIX", "en_US.ISO-8859-1", "nonsense"])
def test_in_any_locale(locale):
    assert run(LC_ALL=locale, PYTHONUTF8="0", PYTHONCOERCECLOCALE="0") == "42\n"


def test_with_a_huge_environment():
    assert run(**{f"FILLING_{number}": "x" * 4000 for number in range(300)}) == "42\n"


MEMFD_CREATE, PRLIMIT, MEMBARRIER, GETRANDOM, STATX = 319, 302, 324, 318, 332


@pytest.mark.parametrize(
    "denied", [[MEMFD_CREATE], [PRLIMIT], [MEMBARRIER], [GETRANDOM], [STATX], [MEMFD_CREATE, PRLIMIT]]
)
def test_under_a_system_call_filter(denied):
    """/dev/null for a cache: files for images are to be had in memory only, and may not be."""
    assert run(f"{FILTER}\ndeny(*{denied})\n{CALL}", XDG_CACHE_HOME="/dev/null") == "42\n"


LIMIT = """
import resource
resource.setrlimit(resource.{0}, ({1}, resource.getrlimit(resource.{0})[1]))
"""


@pytest.mark.parametrize(
    ("limit", "value"),
    [
        ("RLIMIT_FSIZE", 0),
        ("RLIMIT_FSIZE", 20000),
        ("RLIMIT_NOFILE", 16),
        ("RLIMIT_STACK", 1 << 18),
        ("RLIMIT_STACK", "resource.RLIM_INFINITY"),
        ("RLIMIT_CORE", 0),
    ],
)
def test_within_limits(tmp_path, limit, value):
    assert run(LIMIT.format(limit, value) + CALL, XDG_CACHE_HOME=str(tmp_path)) == "42\n"


def test_what_does_not_fit_into_the_address_space_says_so(tmp_path):
    """An image of nearly 4 GB, as its header says."""
    data = bytearray(DEMO.read_bytes())
    start = int.from_bytes(data[60:64], "little")
    data[start + 80 : start + 84] = (0xFFFFF000).to_bytes(4, "little")
    large = tmp_path / "large.dll"
    large.write_bytes(data)
    said = run(f"""
import resource, windlass
windlass.load("kernel32")
resource.setrlimit(resource.RLIMIT_AS, (1 << 30, resource.getrlimit(resource.RLIMIT_AS)[1]))
try:
    windlass.load({str(large)!r})
except OSError as error:
    print(error.winerror, error)
{CALL}""")
    assert said.startswith("8 ") and "large.dll" in said and said.endswith("42\n")


def in_a_place_of_its_own(prepare: str, folder: Path) -> str:
    """What the call prints in a mount namespace that a shell has prepared; skipped where there are none."""
    unshare = shutil.which("unshare")
    if unshare is None:
        pytest.skip("unshare is not installed")
    namespace = [unshare, "--mount", *([] if os.geteuid() == 0 else ["--user", "--map-root-user"])]
    mounted = subprocess.run([*namespace, "sh", "-c", prepare], cwd=folder, capture_output=True, text=True)
    if mounted.returncode:
        pytest.skip(f"no mount namespaces here: {mounted.stderr.strip()}")
    command = [*namespace, "sh", "-c", f'{prepare} && exec "$0" -c "$1"', sys.executable, CALL]
    environment = {**os.environ, "XDG_CACHE_HOME": str(folder)}
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, env=environment)
    return done.stdout or done.stderr


@pytest.mark.parametrize(
    "prepare",
    [
        "mount -t tmpfs none /proc",
        "mount -t tmpfs none /sys",
        "mount -t tmpfs none /dev",
        "mount -t tmpfs -o size=16k none .",
        "mount -t tmpfs -o noexec none .",
        "mkdir -p -m 700 windlass && mount -t tmpfs -o ro none windlass",
    ],
    ids=["no proc", "no sys", "no dev", "no room", "no code", "read-only"],
)
def test_in_a_bare_container(tmp_path, prepare):
    assert in_a_place_of_its_own(prepare, tmp_path) == "42\n"


@pytest.mark.parametrize("option", ["--addr-no-randomize", "--addr-compat-layout", "--read-implies-exec"])
def test_with_another_layout_of_memory(option):
    setarch = shutil.which("setarch")
    if setarch is None:
        pytest.skip("setarch is not installed")
    done = subprocess.run([setarch, option, sys.executable, "-c", CALL], capture_output=True, text=True)
    if "setarch" in done.stderr:
        pytest.skip(done.stderr.strip())
    assert done.stdout == "42\n", done.stderr


def test_many_processes_prepare_one_image_at_once(tmp_path, write_dll):
    """All map it, and what stays is whole."""
    path = write_dll("EXPORT int code(void) { return 17; }", name="contended")
    code = f"from windlass.ctypes import CDLL; print(CDLL({str(path)!r}).code())"
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path)}
    for _ in range(2):
        running = [
            subprocess.Popen([sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE)
            for _ in range(6)
        ]
        assert [process.communicate(timeout=60)[0] for process in running] == [b"17\n"] * 6
    assert not list((tmp_path / "windlass").glob("new-*"))


def test_a_user_whom_the_host_does_not_know(tmp_path):
    """Both halves look for the system drive at one place, which others cannot make."""
    code = """
import os, pwd
"read before its library cannot be any more".encode("utf-16-le")
os.setgroups([])
os.setresgid(54321, 54321, 54321)
os.setresuid(54321, 54321, 54321)
from windlass import _core, search
print(search.system_directory(), _core.path_to_host("C:\\\\Windows\\\\System32"))
"""
    if os.geteuid() != 0:
        pytest.skip("only root can become such a user")
    said = run(f"import windlass.search, windlass.api\n{code}", HOME=None, XDG_DATA_HOME=None)
    of_search, of_core = said.split()
    assert of_search.lower() == of_core.lower() == "/.local/share/windlass/drive_c/windows/system32"
