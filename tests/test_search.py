"""The search order, seen from Python; tests/programs/search_order.c sees it from Windows code."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import windlass
from windlass import ctypes, loader, search

LEGACY = 0
LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR = 0x100
LOAD_LIBRARY_SEARCH_APPLICATION_DIR = 0x200
LOAD_LIBRARY_SEARCH_USER_DIRS = 0x400
LOAD_LIBRARY_SEARCH_SYSTEM32 = 0x800
LOAD_LIBRARY_SEARCH_DEFAULT_DIRS = 0x1000
LOAD_LIBRARY_SAFE_CURRENT_DIRS = 0x2000
LOAD_WITH_ALTERED_SEARCH_PATH = 0x8


@pytest.fixture(scope="module")
def small(write_dll) -> Path:
    return write_dll("EXPORT int f(void) { return 1; }", name="small")


@pytest.fixture
def home(tmp_path, monkeypatch) -> Path:
    """A system directory of the test's own, empty; nothing else is searched."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("WINDLASS_PATH", "")
    return tmp_path


def plant(dll: Path, *places: Path) -> None:
    for place in places:
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(dll, place)


def order(flags: int, load_directory: str | None = None) -> list[str]:
    return [place.what for place in search.places(load_directory, flags)]


# ---- the table in docs/loader.md ----


def test_standard_order(home, monkeypatch):
    monkeypatch.setenv("PATH", "/one:/two")
    monkeypatch.setenv("WINDLASS_PATH", "/three")
    assert order(LEGACY) == [
        "application directory",
        "WINDLASS_PATH",
        "system directory",
        "16-bit system directory",
        "Windows directory",
        "current directory",
        "PATH",
        "PATH",
    ]


def test_standard_order_with_altered_search_path(home):
    assert order(LOAD_WITH_ALTERED_SEARCH_PATH, "/dlls")[:2] == [
        "the loaded DLL's directory",
        "system directory",
    ]


def test_safe_current_directories_leave_out_the_current_one(home):
    assert "current directory" not in order(LOAD_LIBRARY_SAFE_CURRENT_DIRS)


def test_set_dll_directory_takes_the_current_directorys_place_further_up(home, monkeypatch):
    monkeypatch.setattr(search.settings, "dll_directory", "/dlls")
    assert order(LEGACY)[:3] == ["application directory", "SetDllDirectory", "system directory"]
    assert "current directory" not in order(LEGACY)
    monkeypatch.setattr(search.settings, "dll_directory", "")
    assert "SetDllDirectory" not in order(LEGACY)
    assert "current directory" not in order(LEGACY)


@pytest.mark.parametrize(
    ("flags", "places"),
    [
        (LOAD_LIBRARY_SEARCH_SYSTEM32, ["system directory"]),
        (LOAD_LIBRARY_SEARCH_APPLICATION_DIR, ["application directory"]),
        (LOAD_LIBRARY_SEARCH_USER_DIRS, ["AddDllDirectory", "AddDllDirectory", "SetDllDirectory"]),
        (
            LOAD_LIBRARY_SEARCH_DEFAULT_DIRS,
            [
                *("application directory", "AddDllDirectory", "AddDllDirectory"),
                *("SetDllDirectory", "system directory"),
            ],
        ),
    ],
)
def test_chosen_order(home, monkeypatch, flags, places):
    monkeypatch.setattr(search.settings, "user_directories", ["/first", "/last"])
    monkeypatch.setattr(search.settings, "dll_directory", "/dlls")
    assert order(flags) == places
    assert order(flags, "/own") == ["the loaded DLL's directory", *places]
    user = [p.directory for p in search.places(None, flags) if p.what == "AddDllDirectory"]
    assert user in ([], ["/last", "/first"])


def test_default_flags_are_for_loads_that_choose_nothing(home, monkeypatch):
    monkeypatch.setattr(search.settings, "default_flags", LOAD_LIBRARY_SEARCH_SYSTEM32)
    assert order(LEGACY) == ["system directory"]
    assert order(LOAD_LIBRARY_SEARCH_APPLICATION_DIR) == ["application directory"]
    assert "PATH" not in order(LOAD_WITH_ALTERED_SEARCH_PATH, "/dlls")
    assert order(LOAD_WITH_ALTERED_SEARCH_PATH, "/dlls")[0] == "the loaded DLL's directory"


# ---- planting ----


def test_ctypes_searches_neither_the_current_directory_nor_path(small, home, monkeypatch):
    plant(small, home / "here" / "planted.dll")
    monkeypatch.chdir(home / "here")
    monkeypatch.setenv("PATH", str(home / "here"))
    with pytest.raises(FileNotFoundError) as caught:
        windlass.load("planted.dll")
    assert str(home / "here") not in str(caught.value)


def test_the_standard_order_finds_in_the_current_directory_and_in_path(small, home, monkeypatch):
    plant(small, home / "here" / "in_cwd.dll", home / "path" / "in_path.dll")
    monkeypatch.chdir(home / "here")
    monkeypatch.setenv("PATH", str(home / "path"))
    for name in ("in_cwd", "in_path"):
        with windlass.load(name, LEGACY) as module:
            assert module.name == f"{name}.dll"


def test_winmode_chooses_where_ctypes_searches(small, home, monkeypatch):
    """Its values are LoadLibraryEx's flags; 0 is the standard order."""
    plant(small, home / "path" / "by_mode.dll", home / "user" / "added.dll")
    monkeypatch.chdir(home)
    monkeypatch.setenv("PATH", str(home / "path"))
    monkeypatch.setattr(search.settings, "user_directories", [str(home / "user")])
    for name, mode, other in (
        ("by_mode", 0, None),
        ("added", LOAD_LIBRARY_SEARCH_USER_DIRS, LOAD_LIBRARY_SEARCH_SYSTEM32),
    ):
        with pytest.raises(FileNotFoundError):
            ctypes.WinDLL(name, winmode=other)
        loaded = ctypes.WinDLL(name, winmode=mode)
        assert loader.loaded(name).handle == loaded._handle
        loader.loaded(name).free()
    with pytest.raises(OSError, match="87"):
        ctypes.WinDLL("added", winmode=LOAD_WITH_ALTERED_SEARCH_PATH | LOAD_LIBRARY_SEARCH_SYSTEM32)


@pytest.mark.parametrize("mode", [0o777, 0o1777, 0o757])
@pytest.mark.parametrize("by", ["current directory", "PATH"])
def test_a_directory_that_others_can_write_to_is_not_searched(small, home, monkeypatch, mode, by):
    plant(small, home / "open" / "planted.dll")
    (home / "open").chmod(mode)
    (home / "closed").mkdir()
    monkeypatch.chdir(home / ("open" if by == "current directory" else "closed"))
    monkeypatch.setenv("PATH", str(home / "open") if by == "PATH" else "")
    with pytest.raises(FileNotFoundError, match="others can write there"):
        windlass.load("planted.dll", LEGACY)
    with windlass.load(home / "open" / "planted.dll") as module:  # named
        assert module.is_loaded


@pytest.mark.parametrize(("mode", "found"), [(0o777, False), (0o1777, True), (0o755, True)])
def test_a_directory_that_others_can_replace_is_not_searched(small, home, monkeypatch, mode, found):
    """As they can in a folder that is open to all, unless it is sticky, as /tmp is."""
    plant(small, home / "open" / "closed" / "planted.dll")
    (home / "open").chmod(mode)
    monkeypatch.setenv("PATH", str(home / "open" / "closed"))
    if found:
        windlass.load("planted.dll", LEGACY).free()
    else:
        with pytest.raises(FileNotFoundError, match="others can write there"):
            windlass.load("planted.dll", LEGACY)


def test_another_users_directory_is_not_searched(small, home, monkeypatch):
    plant(small, home / "foreign" / "planted.dll")
    monkeypatch.chdir(home / "foreign")
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1 or 1)
    if os.getuid() == 0:
        os.chown(home / "foreign", 12345, 0)
    with pytest.raises(FileNotFoundError, match="others can write there"):
        windlass.load("planted.dll", LEGACY)


def test_a_known_dll_cannot_be_planted(small, home, monkeypatch):
    plant(small, home / "app" / "user32.dll", home / "app" / "api-ms-win-core-file-l1-1-0.dll")
    monkeypatch.setenv("WINDLASS_PATH", str(home / "app"))
    for name in ("user32", "USER32.dll", "api-ms-win-core-file-l1-1-0"):
        found = search.find(name)
        assert found.path is None


# ---- names ----


def test_windows_spellings_of_one_path(small, home):
    plant(small, home / "Sub" / "Small.dll")
    windows = "Z:" + str(home).replace("/", "\\") + "\\"
    spellings = [
        windows + "Sub\\Small.dll",
        windows + "SUB\\small",
        "\\\\?\\" + windows + "Sub\\Small.dll",
        "\\\\?\\" + windows + "sub\\SMALL.DLL",
        windows + "Sub\\..\\Sub\\.\\Small.dll",
        windows.replace("\\", "/") + "Sub/Small.dll",
    ]
    with windlass.load(home / "Sub" / "Small.dll") as module:
        for spelling in spellings:
            with windlass.load(spelling) as again:
                assert again is module, spelling


def test_relative_paths_are_searched_in_each_place(small, home, monkeypatch):
    plant(small, home / "dlls" / "sub" / "deep.dll")
    monkeypatch.setattr(search.settings, "user_directories", [str(home / "dlls")])
    found = search.find("SUB/Deep", flags=LOAD_LIBRARY_SEARCH_USER_DIRS)
    assert found.path == str(home / "dlls" / "sub" / "deep.dll")


def test_the_exact_spelling_wins(small, home, monkeypatch):
    monkeypatch.setenv("WINDLASS_PATH", str(home))
    for name in ("CASE.dll", "Case.dll", "case.dll"):
        plant(small, home / name)
    assert [Path(search.find(name).path or "").name for name in ("Case.dll", "cASE.dll")] == [
        "Case.dll",
        "CASE.dll",
    ]


def test_a_dll_that_comes_later_is_found(small, home):
    """What was read of a folder holds until the folder changes, however long ago it did before."""
    os.utime(home, (1, 1))
    assert search.in_directory(str(home), "LATER.dll") is None
    plant(small, home / "Later.dll")
    assert search.in_directory(str(home), "LATER.dll") == str(home / "Later.dll")
    (home / "Later.dll").rename(home / "later.DLL")
    assert search.in_directory(str(home), "LATER.dll") == str(home / "later.DLL")


@pytest.mark.parametrize(
    ("name", "flags"),
    [
        ("small.dll", LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR),
        ("sub\\small.dll", LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR),
        ("/small.dll", LOAD_WITH_ALTERED_SEARCH_PATH | LOAD_LIBRARY_SEARCH_SYSTEM32),
        ("/small.dll", 0x2 | 0x40),
        ("/small.dll", 0x40000000),
        ("/small.dll", 0x2),
    ],
)
def test_flags_that_contradict_each_other_are_error_87(name, flags):
    with pytest.raises(OSError, match="parameter") as caught:
        windlass.load(name, flags)
    assert caught.value.winerror == 87


@pytest.mark.parametrize(
    "name",
    [
        *("", ".", "..", "...", "/", "\\", "\\\\", "\\\\?\\", "\\\\.\\", "Z:", "Z:\\", "nul", "con.dll"),
        *(
            "\\\\server\\share\\x.dll",
            "\\\\.\\pipe\\x",
            "x" * 5000,
            "x/" * 3000,
            "\0",
            "a\0b.dll",
            "\udcff.dll",
        ),
        *("\ud800", "*.dll", "x?.dll", "file:///x.dll", " ", "\n", "x:y.dll", "../" * 100 + "etc/passwd"),
    ],
)
@pytest.mark.parametrize("flags", [None, LEGACY, LOAD_LIBRARY_SEARCH_DEFAULT_DIRS])
def test_hostile_names_end_in_typed_errors(home, monkeypatch, name, flags):
    monkeypatch.chdir(home)
    with pytest.raises((OSError, ValueError)):
        windlass.load(name, flags)


# ---- .local ----


def test_local_redirection(small, home, fresh_python):
    """ "Dynamic-link library redirection": a .local folder comes before everything but known DLLs."""
    program = home / "app" / "p.exe"
    plant(
        small,
        home / "app" / "p.exe.local" / "other.dll",
        home / "app" / "other.dll",
        home / "x" / "other.dll",
    )
    settings = search.Settings()
    settings.set_program(str(program))
    assert settings.redirected
    code = """
        import sys
        from windlass import search
        search.settings.set_program(sys.argv[1])
        for name in ("other.dll", sys.argv[2], "user32.dll"):
            found = search.find(name)
            print(found.path or found.builtin)
    """
    local = str(home / "app" / "p.exe.local")
    said = fresh_python(code, program, home / "x" / "other.dll").split()
    assert said == [f"{local}/other.dll", f"{local}/other.dll", "user32.dll"]
    shutil.rmtree(local)
    (home / "app" / "p.exe.local").touch()
    said = fresh_python(code, program, home / "x" / "other.dll").split()
    assert said == [str(home / "app" / "other.dll")] * 2 + ["user32.dll"]


def test_local_redirection_says_what_names_of_modules_mean(small, home, fresh_python):
    program, local, other = home / "app" / "p.exe", home / "app" / "p.exe.local", home / "x"
    plant(small, local / "other.dll", other / "other.dll", other / "more.dll")
    code = """
        import sys
        from windlass import ctypes, loader, search
        kernel32 = ctypes.windll.kernel32
        kernel32.GetModuleHandleW.restype = kernel32.LoadLibraryW.restype = ctypes.c_void_p
        first, more = loader.load(sys.argv[2] + "/other.dll"), loader.load(sys.argv[2] + "/more.dll")
        search.settings.set_program(sys.argv[1])
        print(kernel32.GetModuleHandleW("other.dll"), ctypes.GetLastError())
        print(kernel32.GetModuleHandleW("more") == more.handle)
        loaded = kernel32.LoadLibraryW("other.dll")
        print(kernel32.GetModuleHandleW("OTHER") == loaded != first.handle)
        print(loader.loaded("other.dll").handle == loaded, loader.load("other.dll").path)
    """
    said = fresh_python(code, program, other).split("\n")
    assert said[:3] == ["None 126", "True", "True"]
    assert said[3] == f"True {local}/other.dll"


# ---- windlass where ----


def where(*arguments: object, exit_code: int = 0) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "windlass", "where", *map(str, arguments)],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == exit_code, done.stdout + done.stderr
    return done.stdout


def test_where_prints_the_walk(small, home, monkeypatch):
    plant(small, home / "one" / "x.dll", home / "two" / "small.dll")
    monkeypatch.setenv("WINDLASS_PATH", f"{home / 'one'}:{home / 'two'}")
    lines = where("small").splitlines()
    assert lines[-2].split() == [str(home / "one"), "WINDLASS_PATH", "not", "there"]
    assert lines[-1].split()[:3] == [str(home / "two"), "WINDLASS_PATH", "found"]
    steps = json.loads(where("small", "--json", "--from", home / "two" / "small.dll"))
    assert steps[-1] == {
        "place": str(home / "two"),
        "as": "the loaded DLL's directory",
        "path": str(home / "two" / "small.dll"),
        "builtin": None,
        "refused": None,
    }
    assert "builtin kernel32.dll" in where("kernel32")
    assert "API set" in where("api-ms-win-crt-heap-l1-1-0")


def test_where_says_what_is_not_searched(home, monkeypatch):
    (home / "open").mkdir(mode=0o777)
    (home / "open").chmod(0o777)
    monkeypatch.setenv("PATH", str(home / "open"))
    said = where("nowhere", "--standard", exit_code=1)
    assert "not searched: others can write there" in said
