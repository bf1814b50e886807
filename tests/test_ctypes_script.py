"""Scripts written for Python on Windows run as they are: install(), and `python -m windlass SCRIPT`."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap

import pytest

WRAPPER = """
    import os, sys, platform, ctypes
    from ctypes import wintypes
    if os.name != "nt" or sys.platform != "win32" or platform.system() != "Windows":
        raise ImportError("only for Windows")
    _dll = ctypes.WinDLL(os.environ["WRAPPED"])
    _dll.add.argtypes = [wintypes.LONG, wintypes.LONG]
    _dll.add.restype = wintypes.LONG
    def add(a, b):
        return _dll.add(a, b)
"""


@pytest.fixture
def folder(tmp_path, dll):
    (tmp_path / "wrapper.py").write_text(textwrap.dedent(WRAPPER))
    return tmp_path


@pytest.fixture
def run(folder, dll):
    def run(text, *words, exit_code=0, name="script.py", **environment):
        script = folder / name
        script.write_text(textwrap.dedent(text))
        result = subprocess.run(
            [
                sys.executable,
                "-m",
                "windlass",
                *(word if word != "SCRIPT" else str(script) for word in words),
            ],
            capture_output=True,
            text=True,
            cwd=folder,
            timeout=60,
            env={**os.environ, "WRAPPED": str(dll("calls.c")), **environment},
        )
        assert result.returncode == exit_code, result.stderr
        return result.stdout if exit_code == 0 else result.stderr

    return run


def test_a_script_and_what_lies_beside_it(run):
    output = run(
        """
        import sys, wrapper
        print(wrapper.add(40, 2), sys.argv[1:], __name__)
        """,
        "SCRIPT",
        "one",
        "--two",
    )
    assert output == "42 ['one', '--two'] __main__\n"


def test_a_module(run):
    text = "import sys, wrapper; print(wrapper.add(1, 2), sys.argv[1:], sys.platform)"
    assert run(text, "-m", "script", "x") == "3 ['x'] win32\n"


def test_what_a_script_sees(run):
    output = run(
        """
        import sys, os, platform, sysconfig, ctypes, importlib, ctypes.util
        import os.path as paths
        from os import name
        from os.path import dirname
        from sys import platform as where
        from ctypes.wintypes import DWORD
        import ctypes.wintypes as types
        assert (os.name, name, sys.platform, where) == ("nt", "nt", "win32", "win32")
        assert (platform.system(), platform.machine()) == ("Windows", "AMD64")
        assert sysconfig.get_platform() == "win-amd64"
        assert platform.uname().system == "Windows" and platform.architecture()[0] == "64bit"
        assert sys.getwindowsversion().major == 10 and sys.getwindowsversion()[:2] == (10, 0)
        assert ctypes.sizeof(DWORD) == 4 and types.DWORD is DWORD
        assert importlib.import_module("ctypes") is ctypes
        assert __import__("os").name == "nt"
        assert ctypes.windll is importlib.import_module("ctypes").windll
        assert os.environ["SystemRoot"] == os.environ["SYSTEMROOT"] == os.getenv("systemroot")
        assert os.path is __import__("os.path").path is paths and dirname is paths.dirname
        def later():
            import sys
            return sys.platform
        assert later() == "win32" == eval("__import__('sys').platform")
        sys.some_attribute = 5
        assert sys.some_attribute == 5 and "platform" in dir(sys)
        os.environ["SOME_NAME"] = "value"
        assert os.environ["some_name"] == "value" and "SOME_NAME" in os.environ
        print("good")
        """,
        "SCRIPT",
    )
    assert output == "good\n"


def test_the_standard_library_sees_the_host(run):
    output = run(
        """
        import subprocess, tempfile, json, pathlib, threading, pickle, os.path, shutil, asyncio
        assert subprocess.run(["/bin/echo", "hello"], capture_output=True).stdout == b"hello\\n"
        assert str(pathlib.Path("a") / "b") == "a/b"
        class Own:
            pass
        assert type(pickle.loads(pickle.dumps(Own()))) is Own
        async def main():
            await asyncio.sleep(0)
        asyncio.run(main())
        with tempfile.TemporaryDirectory() as folder:
            assert os.path.isdir(folder)
        print("good")
        """,
        "SCRIPT",
    )
    assert output == "good\n"


def test_submodules_of_modules_that_differ(run):
    """`from importlib import metadata` imports the submodule, which nobody has imported before."""
    output = run(
        """
        import sys
        assert "importlib.metadata" not in sys.modules
        from importlib import import_module, metadata
        import importlib.util
        print(metadata.__name__, importlib.util.__name__, importlib.import_module is import_module)
        print(importlib.import_module("ctypes").__name__)
        try:
            from importlib import nosuch
        except ImportError as error:
            print(error.name)
        """,
        "SCRIPT",
    )
    assert output.splitlines() == [
        "importlib.metadata importlib.util True", "windlass.ctypes", "importlib",
    ]  # fmt: skip


def test_an_installed_package_sees_windows_when_asked(run, folder):
    packages = folder / "site-packages"
    (packages / "vendor").mkdir(parents=True)
    (packages / "vendor" / "__init__.py").write_text("from vendor.inner import where")
    (packages / "vendor" / "inner.py").write_text("import sys; where = sys.platform")
    script = "import vendor; print(vendor.where)"
    assert run(script, "SCRIPT", PYTHONPATH=_path(packages)) == "linux\n"
    assert run(script, "--windows", "vendor", "SCRIPT", PYTHONPATH=_path(packages)) == "win32\n"


def _path(*folders):
    return os.pathsep.join([*map(str, folders), *filter(None, [os.environ.get("PYTHONPATH")])])


def test_only_ctypes(run):
    script = "import ctypes, sys; print(ctypes.sizeof(ctypes.c_long), sys.platform)"
    assert run(script, "--linux", "SCRIPT") == "4 linux\n"


def test_errors_and_exit_codes(run):
    error = run("def f():\n    raise KeyError('x')\nf()", "SCRIPT", exit_code=1)
    lines = error.splitlines()
    assert lines[0] == "Traceback (most recent call last):"
    assert "script.py" in lines[1] and lines[-1] == "KeyError: 'x'"
    assert error.count("  File ") == 2, "only the script's own frames"
    run("import sys; sys.exit(7)", "SCRIPT", exit_code=7)


def test_install_for_the_whole_process(fresh_python, dll):
    output = fresh_python(
        """
        import os, sys, ctypes as host, windlass
        windlass.install()
        windlass.install()
        import ctypes, ctypes.wintypes, ctypes.util, _ctypes
        from ctypes import wintypes
        import ctypes._endian  # a module of the host's package
        assert ctypes is not host and ctypes.windll and wintypes is ctypes.wintypes
        assert ctypes.sizeof(wintypes.DWORD) == 4 and ctypes.sizeof(ctypes.c_wchar) == 2
        assert ctypes.WinDLL(sys.argv[1]).add(40, 2) == 42
        assert _ctypes.FreeLibrary and _ctypes.COMError
        stream, copies = ctypes.c_void_p(), (ctypes.c_void_p * 2)()
        ctypes.oledll.ole32.CreateStreamOnHGlobal(None, 1, ctypes.byref(stream))
        place = ctypes.cast(ctypes.byref(copies, 8), ctypes.POINTER(ctypes.c_void_p))
        assert _ctypes.CopyComPointer(stream, place) == 0 and copies[:] == [None, stream.value]
        release = ctypes.WINFUNCTYPE(ctypes.c_uint)(2, "Release")
        assert [release(stream), release(stream)] == [1, 0]
        assert _ctypes.CopyComPointer(None, ctypes.byref(stream)) == 0 and not stream
        assert _ctypes.CopyComPointer(None, None) == -2147467261
        assert ctypes.CDLL(None).getpid() == os.getpid()
        assert hasattr(os, "add_dll_directory")
        windlass.uninstall()
        import ctypes, _ctypes
        assert ctypes is host and not hasattr(_ctypes, "COMError")
        assert not hasattr(os, "add_dll_directory")
        print("good")
        """,
        dll("calls.c"),
    )
    assert output == "good\n"


def test_install_for_packages(fresh_python, tmp_path):
    (tmp_path / "only_windows.py").write_text("import sys, ctypes; seen = sys.platform, ctypes.windll")
    output = fresh_python(
        """
        import sys
        sys.path.insert(0, sys.argv[1])
        import windlass
        windlass.install("only_windows")
        import ctypes, only_windows
        assert only_windows.seen[0] == "win32" and not hasattr(ctypes, "windll") and sys.platform == "linux"
        print("good")
        """,
        tmp_path,
    )
    assert output == "good\n"


def test_dll_directories(fresh_python, dll, tmp_path):
    output = fresh_python(
        """
        import os, shutil, sys, windlass
        windlass.install()
        shutil.copy(sys.argv[1], os.path.join(sys.argv[2], "elsewhere.dll"))
        from ctypes import CDLL
        with os.add_dll_directory(sys.argv[2]):
            assert CDLL("elsewhere").add(1, 2) == 3
        try:
            os.add_dll_directory(os.path.join(sys.argv[2], "missing"))
        except FileNotFoundError as error:
            assert error.winerror == 2
        print("good")
        """,
        dll("calls.c"),
        tmp_path,
    )
    assert output == "good\n"


def test_names_of_the_extension_module():
    from windlass import ctypes
    from windlass.ctypes import _ctypes

    error = _ctypes.COMError(-1, "text", ("details",))
    assert (error.hresult, error.text, error.details, error.args) == (
        -1,
        "text",
        ("details",),
        ("text", ("details",)),
    )
    assert _ctypes._SimpleCData is ctypes._SimpleCData and _ctypes.CFuncPtr is ctypes._CFuncPtr
    address = ctypes.cast(ctypes.windll.kernel32.SetLastError, ctypes.c_void_p).value
    _ctypes.call_function(address, (42,))
    assert (
        _ctypes.call_cdeclfunction(
            ctypes.cast(ctypes.windll.kernel32.GetLastError, ctypes.c_void_p).value, ()
        )
        == 42
    )
    assert _ctypes.FUNCFLAG_STDCALL == 0 and _ctypes.FUNCFLAG_HRESULT == 2


def test_the_registry(run, tmp_path):
    output = run(
        """
        import winreg
        name = r"Software\\windlass test"
        with winreg.CreateKey(winreg.HKEY_CURRENT_USER, name) as key:
            winreg.SetValueEx(key, "text", 0, winreg.REG_SZ, "grün")
            winreg.SetValueEx(key, "number", 0, winreg.REG_DWORD, 0xFFFFFFFF)
            winreg.SetValueEx(key, "list", 0, winreg.REG_MULTI_SZ, ["one", "two"])
            winreg.SetValueEx(key, "bytes", 0, winreg.REG_BINARY, b"\\0\\1" * 300)
            winreg.SetValue(key, "below", winreg.REG_SZ, "default")
        with winreg.OpenKey(winreg.HKEY_CURRENT_USER, name) as key:
            print(winreg.QueryInfoKey(key)[:2], winreg.EnumKey(key, 0), winreg.QueryValue(key, "below"))
            for index in range(3):
                print(winreg.EnumValue(key, index))
            value, kind = winreg.QueryValueEx(key, "bytes")
            print(len(value), kind == winreg.REG_BINARY)
            try:
                winreg.EnumKey(key, 1)
            except OSError as error:
                print(error.winerror)
        winreg.DeleteKey(winreg.HKEY_CURRENT_USER, name + r"\\below")
        winreg.DeleteKey(winreg.HKEY_CURRENT_USER, name)
        try:
            winreg.OpenKey(winreg.HKEY_CURRENT_USER, name)
        except WindowsError as error:
            print(type(error).__name__, error.winerror)
        """,
        "SCRIPT",
        XDG_DATA_HOME=str(tmp_path / "data"),
    )
    assert output.splitlines() == [
        "(1, 4) below default",
        "('text', 'grün', 1)",
        "('number', 4294967295, 4)",
        "('list', ['one', 'two'], 7)",
        "600 True",
        "259",
        "FileNotFoundError 2",
    ]


def test_the_codecs_of_windows(run, folder):
    (folder / "coded.py").write_text("# -*- coding: mbcs -*-\nNAME = 'grün'\n", "utf-8")
    output = run('import coded; print(coded.NAME, "é".encode("mbcs"), b"a".decode("oem"))', "SCRIPT")
    assert output.split() == ["grün", r"b'\xc3\xa9'", "a"]
