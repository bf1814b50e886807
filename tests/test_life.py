"""The life of modules where it is not plain: entry points that load and free, failures, exits, memory."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import windlass
from windlass import _core, ctypes, lifetime, loader
from windlass.process import modules

MAIN = """
#include <windows.h>
static HMODULE other;
FIXTURE_C BOOL __stdcall DllMainCRTStartup(HINSTANCE self, DWORD reason, LPVOID reserved)
{
    (void)self, (void)reserved;
    ON_ATTACH
    ON_DETACH
    return TRUE;
}
EXPORT HMODULE get_other(void) { return other; }
"""


def main(attach: str = "", detach: str = "") -> str:
    text = MAIN.replace("ON_ATTACH", f"if (reason == DLL_PROCESS_ATTACH) {{ {attach} }}")
    return text.replace("ON_DETACH", f"if (reason == DLL_PROCESS_DETACH) {{ {detach} }}")


@pytest.fixture
def write_main(write_dll):
    """`write_main("a", attach="...", detach="...")` is a.dll with this in its entry point."""

    def write(name: str, attach: str = "", detach: str = "", body: str = "") -> Path:
        return write_dll(main(attach, detach) + body, "-DOWN_DLL_MAIN", name=name)

    return write


@pytest.fixture
def partner(write_dll, monkeypatch):
    """A DLL that any other can load by its name."""
    path = write_dll("EXPORT int partner(void) { return 7; }", name="partner")
    monkeypatch.setenv("WINDLASS_PATH", str(path.parent))
    return path


@pytest.fixture(autouse=True)
def nothing_left():
    windlass.load("kernel32").free()
    before = list(modules)
    yield
    assert list(modules) == before
    assert not modules.being_loaded


# ---- entry points that load and free ----


def test_an_entry_point_loads_and_frees_another(write_main, partner):
    path = write_main("visiting", attach='other = LoadLibraryA("partner.dll"); FreeLibrary(other);')
    with windlass.load(path) as module:
        assert module.is_loaded
        assert _core.call(module.export("get_other"))
        assert loader.loaded("partner.dll") is None


def test_what_an_entry_point_loaded_it_frees_at_its_detach(write_main, partner):
    path = write_main("keeping", attach='other = LoadLibraryA("partner.dll");', detach="FreeLibrary(other);")
    with windlass.load(path) as module:
        assert loader.loaded("partner.dll").handle == _core.call(module.export("get_other"))
    assert loader.loaded("partner.dll") is None


def test_freeing_in_a_chain(write_main, partner, monkeypatch):
    middle = write_main("middle", 'other = LoadLibraryA("partner.dll");', "FreeLibrary(other);")
    monkeypatch.setenv("WINDLASS_PATH", f"{partner.parent}:{middle.parent}")
    top = write_main("top", 'other = LoadLibraryA("middle.dll");', "FreeLibrary(other); FreeLibrary(other);")
    with windlass.load(top):
        assert loader.loaded("partner.dll") is not None
    assert loader.loaded("middle.dll") is None


def test_two_modules_that_hold_each_other_free_each_other(write_main, monkeypatch):
    one = write_main(
        "mutual1", detach="FreeLibrary(other);", body="EXPORT void hold(HMODULE m) { other = m; }"
    )
    two = write_main(
        "mutual2", detach="FreeLibrary(other);", body="EXPORT void hold(HMODULE m) { other = m; }"
    )
    first, second = windlass.load(one), windlass.load(two)
    _core.call(first.export("hold"), second.handle)
    first.free()
    assert not first.is_loaded
    assert not second.is_loaded


def test_loading_itself_at_attach_adds_a_reference(write_main, tmp_path):
    path = write_main(
        "itself", "WCHAR own[260]; GetModuleFileNameW(self, own, 260); other = LoadLibraryW(own);"
    )
    with windlass.load(path) as module:
        assert module.handle == _core.call(module.export("get_other"))
        assert module.reference_count == 2
        module.free()


def test_a_freeing_thread_in_the_entry_point_of_a_failing_load(write_main, partner):
    refusing = write_main("refusing", 'FreeLibrary(LoadLibraryA("partner.dll")); return FALSE;')
    with pytest.raises(OSError, match="refused") as caught:
        windlass.load(refusing)
    assert caught.value.winerror == 1114


def test_an_exception_at_attach_is_error_998_and_leaves_nothing(write_main, partner):
    faulting = write_main("faulting", 'LoadLibraryA("partner.dll"); *(volatile int *)16 = 1;')
    with pytest.raises(OSError, match=r"raised an exception.*writing 0x0000000000000010") as caught:
        windlass.load(faulting)
    assert caught.value.winerror == 998
    loader.loaded("partner.dll").free()


def test_an_exception_at_detach_does_not_keep_the_module(write_main):
    module = windlass.load(write_main("faulting", detach="*(volatile int *)16 = 1;"))
    module.free()
    assert not module.is_loaded


def test_a_thread_that_exits_while_freeing(write_dll):
    """FreeLibraryAndExitThread: the last reference goes on the thread itself."""
    path = write_dll(
        """
        #include <windows.h>
        EXPORT volatile LONG go;
        static DWORD WINAPI body(void *module)
        {
            while (!go)
                Sleep(1);
            FreeLibraryAndExitThread(module, 9);
        }
        EXPORT HANDLE start(HMODULE module) { return CreateThread(NULL, 0, body, module, 0, NULL); }
        """,
        name="leaving",
    )
    kernel32 = windlass.WinDLL("kernel32")
    module = windlass.load(path)
    thread = _core.call(module.export("start"), module.handle)
    _core.write(module.export("go"), b"\1")
    assert kernel32.WaitForSingleObject(thread, 10_000) == 0
    code = ctypes.c_uint32()
    kernel32.GetExitCodeThread(thread, ctypes.byref(code))
    assert code.value == 9
    assert not module.is_loaded
    kernel32.CloseHandle(thread)


# ---- exits ----


SPIN = """
#include <windows.h>
EXPORT volatile LONG inside;
EXPORT void spin(void) { inside = 1; for (;;) ; }
EXPORT void wait(void) { inside = 1; Sleep(INFINITE); }
"""


@pytest.mark.parametrize("what", ["spin", "wait"])
@pytest.mark.parametrize("end", ["", "windlass.WinDLL('kernel32').ExitProcess(0)"])
def test_the_process_ends_with_threads_inside_a_dll(write_dll, fresh_python, what, end):
    code = f"""
        import sys, threading, time, windlass
        from windlass import ctypes
        dll = ctypes.CDLL(sys.argv[1])
        threading.Thread(target=dll.{what}, daemon=True).start()
        while not ctypes.c_long.in_dll(dll, "inside").value:
            time.sleep(0.001)
        print("ending", flush=True)
        {end}
    """
    assert fresh_python(code, write_dll(SPIN, name="spin"), seconds=30) == "ending\n"


def test_what_is_freed_at_exit_stays_mapped(write_main, partner, fresh_python):
    path = write_main("atexit", 'other = LoadLibraryA("partner.dll");', "FreeLibrary(other);")
    env = {**os.environ, "WINDLASS_TRACE": "loader"}
    command = [sys.executable, "-c", "import sys, windlass; windlass.load(sys.argv[1])", str(path)]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "detach atexit.dll" in done.stderr
    assert "unmap" not in done.stderr


# ---- files that change ----


def test_a_dll_is_read_anew_after_its_file_was_updated(write_dll, tmp_path):
    path = tmp_path / "updated.dll"
    for value in (1, 2):
        made = write_dll(f"EXPORT int version(void) {{ return {value}; }}", name="updated")
        shutil.copy(made, path)
        with windlass.load(path) as module:
            assert _core.call(module.export("version")) == value


@pytest.mark.parametrize("how", ["replaced", "overwritten", "removed"])
def test_a_loaded_dll_lives_on_when_its_file_changes(write_dll, tmp_path, how):
    path = tmp_path / "changing.dll"
    shutil.copy(write_dll("EXPORT int version(void) { return 1; }", name="changing"), path)
    other = write_dll("EXPORT int version(void) { return 2; } EXPORT int more[9000];", name="changing")
    with windlass.load(path) as module:
        if how == "replaced":
            shutil.copy(other, tmp_path / "new.dll")
            os.replace(tmp_path / "new.dll", path)
        elif how == "overwritten":
            path.write_bytes(other.read_bytes())
        else:
            path.unlink()
        assert _core.call(module.export("version")) == 1
        assert module.exports is not None
        assert {export.name for export in module.exports} >= {"version"}


# ---- from memory ----


def test_a_dll_is_loaded_from_memory(write_dll):
    data = write_dll(
        "EXPORT int value = 3; EXPORT int *where(void) { return &value; }", name="m"
    ).read_bytes()
    with windlass.load_bytes(data, "inmemory") as module:
        assert module.name == "inmemory.dll"
        assert loader.loaded("INMEMORY") is module
        assert _core.call(module.export("where")) == module.export("value")
        assert module.exports is not None
        with windlass.load_bytes(data) as again:
            assert again is not module
            assert again.export("value") != module.export("value")
    assert not module.is_loaded


def test_a_dll_in_memory_is_found_by_what_imports_it(write_dll, tmp_path):
    owner = write_dll("EXPORT int owned(void) { return 42; }", name="owner")
    user = "__declspec(dllimport) int owned(void); EXPORT int ask(void) { return owned(); }"
    asking = write_dll(user, name="asking", uses=[owner]).read_bytes()
    with pytest.raises(FileNotFoundError, match=r"owner\.dll"):
        windlass.load_bytes(asking)
    with windlass.load_bytes(asking, directory=owner.parent) as module:
        assert _core.call(module.export("ask")) == 42
    with (
        windlass.load_bytes(owner.read_bytes(), "owner.dll") as first,
        windlass.load_bytes(asking) as module,
    ):
        assert module.dependencies[0] is first


@pytest.mark.parametrize("data", [b"", b"MZ", b"\x7fELF" + bytes(100), bytes(5000)])
def test_what_is_no_image_is_not_loaded_from_memory(data):
    with pytest.raises(OSError, match="193"):
        windlass.load_bytes(data)


@pytest.mark.parametrize("name", ["", "a/b.dll", "a\\b.dll"])
def test_a_dll_in_memory_has_a_plain_name(name):
    with pytest.raises(ValueError, match="no file name"):
        windlass.load_bytes(b"", name)


# ---- watching ----


def test_watchers_are_told_before_and_after_binding_and_before_unmapping(write_dll):
    base = write_dll("EXPORT int b(void) { return 1; }", name="b")
    top = write_dll(
        "__declspec(dllimport) int b(void); EXPORT int a(void) { return b(); }", name="a", uses=[base]
    )
    seen: list[tuple[str, int]] = []

    def watch(module, reason):
        seen.append((module.name, reason))

    lifetime.watchers.append(watch)
    try:
        windlass.load(top).free()
    finally:
        lifetime.watchers.remove(watch)
    assert seen[:4] == [("a.dll", 1), ("b.dll", 1), ("b.dll", 3), ("a.dll", 3)]
    assert sorted(seen[4:]) == [("a.dll", 2), ("b.dll", 2)]


# ---- many ----


@pytest.mark.parametrize("cycles", [int(os.environ.get("WINDLASS_CYCLES", "500"))])
def test_cycles_leave_no_growth(write_dll, cycles):
    """WINDLASS_CYCLES=100000 makes it the long run."""
    path = write_dll("EXPORT int value[5000];", name="cycling")

    def resident() -> int:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    for _ in range(200):
        windlass.load(path).free()
    before, descriptors = resident(), len(os.listdir("/proc/self/fd"))
    for _ in range(cycles):
        windlass.load(path).free()
    assert resident() - before < 1 << 20
    assert len(os.listdir("/proc/self/fd")) <= descriptors


def test_threads_load_and_free_at_once(write_dll):
    path = write_dll("EXPORT int f(void) { return 1; }", name="contended")
    failures: list[BaseException] = []

    def work() -> None:
        try:
            for _ in range(50):
                with windlass.load(path) as module:
                    assert _core.call(module.export("f")) == 1
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert loader.loaded("contended.dll") is None


# ---- threads in a freed DLL ----


STAYING = """
#include <windows.h>
#include <process.h>
__declspec(dllimport) int seven(void);
static volatile LONG stop;
EXPORT volatile LONG *counter;
static DWORD WINAPI body(void *shared)
{
    volatile LONG *own = shared;
    while (!stop)
        *own += seven();
    return 0;
}
static unsigned __stdcall crt_body(void *shared) { return body(shared); }
EXPORT void start(volatile LONG *shared)
{
    CloseHandle(CreateThread(NULL, 0, body, (void *)shared, 0, NULL));
}
EXPORT void start_by_crt(volatile LONG *shared)
{
    CloseHandle((HANDLE)_beginthreadex(NULL, 0, crt_body, (void *)shared, 0, NULL));
}
"""


@pytest.mark.parametrize("start", ["start", "start_by_crt"])
def test_a_freed_dll_stays_mapped_while_its_threads_run(write_dll, fresh_python, start):
    """On Windows they would fault; Go's run-time has threads that never end. The DLL is gone all the same."""
    needed = write_dll("EXPORT int seven(void) { return 7; }", name="needed")
    path = write_dll(STAYING, "-lapi-ms-win-crt-runtime-l1-1-0", name="staying", uses=[needed])
    code = """
        import sys, time, windlass
        from windlass import _core, ctypes, loader
        counter = ctypes.c_long(0)
        module = windlass.load(sys.argv[1])
        _core.call(module.export(sys.argv[2]), ctypes.addressof(counter))
        module.free()
        print(module.is_loaded, loader.loaded("staying.dll"), loader.loaded("needed.dll"))
        for _ in range(3):
            before = counter.value
            while counter.value == before:
                time.sleep(0.001)
        again = windlass.load(sys.argv[1])
        print(again is module, again.handle != module.handle, again.is_loaded)
        again.free()
        """
    out = ["False None None", "False True True"]
    assert fresh_python(code, path, start).splitlines() == out
