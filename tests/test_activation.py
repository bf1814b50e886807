"""Activation contexts, seen from Python; tests/programs/activation.c sees them from Windows code."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import windlass
from windlass import activation, application, ctypes, loader
from windlass.activation import contexts
from windlass.manifest import BadManifest, parse
from windlass.pe import Image
from windlass.pe.resource_write import with_resources

RT_MANIFEST = 24
HEAD = '<assembly xmlns="urn:schemas-microsoft-com:asm.v1" manifestVersion="1.0">'


def manifest(name: str, *files: str, needs: str = "", version: str = "1.0.0.0", body: str = "") -> bytes:
    listed = "".join(f'<file name="{file}"/>' for file in files)
    identity = '<assemblyIdentity type="win32" name="{}" version="{}"/>'
    needed = identity.format(needs, "1.0.0.0")
    dependency = f"<dependency><dependentAssembly>{needed}</dependentAssembly></dependency>" if needs else ""
    return f"{HEAD}{identity.format(name, version)}{dependency}{listed}{body}</assembly>".encode()


def embed(dll: Path, data: bytes, number: int, target: Path) -> Path:
    with Image.open(dll) as image:
        target.write_bytes(with_resources(image, {(RT_MANIFEST, number, 1033): data}))
    return target


@pytest.fixture(scope="module")
def helper(write_dll) -> Path:
    return write_dll("EXPORT int helping(void) { return 1; }", name="helper")


@pytest.fixture
def importer(write_dll, helper, tmp_path) -> Path:
    """A DLL in an empty folder that needs helper.dll, which is not there."""
    user = "__declspec(dllimport) int helping(void); EXPORT int use(void) { return helping(); }"
    return Path(shutil.copy(write_dll(user, name="importer", uses=[helper]), tmp_path))


@pytest.fixture
def assembly(helper, tmp_path) -> Path:
    """A private assembly `parts` with helper.dll."""
    folder = tmp_path / "parts"
    folder.mkdir()
    shutil.copy(helper, folder)
    (folder / "parts.manifest").write_bytes(manifest("parts", "helper.dll"))
    return folder


# ---- modules with manifests ----


def test_a_dlls_own_manifest_redirects_what_it_imports(importer, assembly, tmp_path):
    path = embed(importer, manifest("importer", needs="parts"), 2, tmp_path / "embedded.dll")
    with windlass.load(path) as module:
        assert module.dependencies[0].path == str(assembly / "helper.dll")
    with pytest.raises(FileNotFoundError):
        windlass.load(importer)


def test_a_manifest_beside_a_dll_is_taken_where_none_is_embedded(importer, assembly):
    Path(f"{importer}.2.manifest").write_bytes(manifest("importer", needs="parts"))
    with windlass.load(importer) as module:
        assert module.dependencies[0].path == str(assembly / "helper.dll")


def test_a_file_of_the_name_elsewhere_does_not_count(importer, assembly, helper, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    with windlass.load(shutil.copy(helper, other)):
        path = embed(importer, manifest("importer", needs="parts"), 2, tmp_path / "embedded.dll")
        with windlass.load(path) as module:
            assert module.dependencies[0].path == str(assembly / "helper.dll")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (manifest("importer", needs="away"), 'needs the assembly away,type="win32",version="1.0.0.0"'),
        (b"<oops", "the manifest of .* is none: unclosed token"),
    ],
)
def test_a_module_whose_manifest_cannot_be_met_is_error_14001(importer, helper, tmp_path, text, why):
    path = embed(importer, text, 2, tmp_path / "embedded.dll")
    shutil.copy(helper, tmp_path)
    with pytest.raises(OSError, match=f"side-by-side configuration is incorrect: .*{why}") as caught:
        windlass.load(path)
    assert caught.value.winerror == 14001
    assert not ctypes.windll.kernel32.LoadLibraryW(str(path))
    assert ctypes.GetLastError() == 14001
    Path(f"{importer}.2.manifest").write_bytes(text)
    with pytest.raises(OSError, match="side-by-side"):
        windlass.load(importer)
    assert loader.loaded("helper.dll") is None


def test_a_missing_assembly_that_is_optional_is_let_go(importer, helper, tmp_path):
    text = manifest("importer", needs="away").replace(b"<dependency>", b'<dependency optional="yes">')
    shutil.copy(helper, tmp_path)
    windlass.load(embed(importer, text, 2, tmp_path / "embedded.dll")).free()


def test_the_assembly_of_a_run_time_library_may_be_missing(importer, helper, tmp_path):
    path = embed(importer, manifest("importer", needs="Microsoft.VC90.CRT"), 2, tmp_path / "embedded.dll")
    shutil.copy(helper, tmp_path)
    with windlass.load(path) as module:
        assert module.dependencies[0].path == str(tmp_path / "helper.dll")


def test_assemblies_of_windows_are_builtin(tmp_path):
    identity = (
        '<assemblyIdentity type="win32" name="Microsoft.Windows.Common-Controls" version="6.0.0.0"'
        ' processorArchitecture="*" publicKeyToken="6595b64144ccf1df" language="*"/>'
    )
    text = manifest("app", body=f"<dependency><dependentAssembly>{identity}</dependentAssembly></dependency>")
    (tmp_path / "app.manifest").write_bytes(text)
    assert len(activation.from_file(str(tmp_path / "app.manifest")).assemblies) == 1


def test_a_shared_assembly_is_found_in_winsxs(helper, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    store = tmp_path / "windlass/drive_c/windows/winsxs"
    for version in ("1.0.0.5", "1.0.20.0", "1.1.0.0"):
        name = f"amd64_Shared_0123456789abcdef_{version}_none_cafe"
        (store / name).mkdir(parents=True)
        shutil.copy(helper, store / name)
        (store / "manifests").mkdir(exist_ok=True)
        (store / "manifests" / f"{name}.manifest").write_bytes(
            manifest("Shared", "helper.dll", version=version)
        )
    identity = '<assemblyIdentity name="shared" version="1.0.0.0" publicKeyToken="0123456789ABCDEF"/>'
    body = f"<dependency><dependentAssembly>{identity}</dependentAssembly></dependency>"
    (tmp_path / "app.manifest").write_bytes(manifest("app", body=body))
    context = activation.from_file(str(tmp_path / "app.manifest"))
    assert "_1.0.20.0_" in context.redirect("helper.dll")


def test_a_programs_manifest_is_in_force_for_the_process(helper, fresh_python, tmp_path, write_program):
    program = shutil.copy(write_program, tmp_path / "p.exe")
    folder = tmp_path / "parts"
    folder.mkdir()
    shutil.copy(helper, folder)
    (folder / "parts.manifest").write_bytes(manifest("parts", "helper.dll"))
    code = "import runpy, sys; sys.argv[1:1] = ['run']; runpy.run_module('windlass', run_name='__main__')"
    assert "not found" in fresh_python(code, program)
    Path(f"{program}.manifest").write_bytes(manifest("p", needs="parts"))
    assert "found parts" in fresh_python(code, program)
    Path(f"{program}.manifest").write_bytes(manifest("p", needs="away"))
    done = subprocess.run(
        [sys.executable, "-m", "windlass", "run", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == application.STATUS_SXS_CANT_GEN_ACTCTX & 0xFF
    assert "p.exe: [WinError 14001] The application has failed to start" in done.stderr
    assert "p.exe needs the assembly away" in done.stderr


@pytest.fixture(scope="module")
def write_program(tmp_path_factory) -> Path:
    import compiler

    source = tmp_path_factory.mktemp("source") / "p.c"
    source.write_text(
        """
        #include <stdio.h>
        #include <string.h>
        #include <windows.h>
        int main(void)
        {
            char path[MAX_PATH];
            HMODULE module = LoadLibraryA("helper.dll");
            if (!module)
                return puts("not found"), 0;
            GetModuleFileNameA(module, path, MAX_PATH);
            puts(strstr(path, "parts") ? "found parts" : "found elsewhere");
            return 0;
        }
        """
    )
    return compiler.build_exe(source)


# ---- threads ----


def test_each_thread_has_its_own_active_context(assembly, tmp_path):
    (tmp_path / "app.manifest").write_bytes(manifest("app", needs="parts"))
    handle = contexts.add(activation.from_file(str(tmp_path / "app.manifest")))
    contexts.activate(handle)
    found = []

    def look() -> None:
        found.append(contexts.current())

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    try:
        assert found == [None]
        with windlass.load("helper.dll") as module:
            assert module.path == str(assembly / "helper.dll")
            assert loader.loaded("helper.dll") is module
    finally:
        contexts.deactivate()
        contexts.change_references(handle, -1)
    assert handle not in contexts.by_handle


# ---- hostile manifests ----


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"\0" * 100,
        b"<assembly/>",
        b"<a" * 100_000,
        b"<assembly xmlns='urn:schemas-microsoft-com:asm.v1'>" + b"<x>" * 200_000,
        b"<?xml version='1.0' encoding='nonsense'?><assembly/>",
        b"<!DOCTYPE a [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]>" + HEAD.encode() + b"&b;</assembly>",
        b"<!DOCTYPE a [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>" + HEAD.encode() + b"&a;</assembly>",
        HEAD.encode() + b"<assemblyIdentity/></assembly>",
        HEAD.encode() + b" " * (5 << 20) + b"</assembly>",
        "\ufeff<assembly>".encode("utf-16"),
    ],
    ids=range(11),
)
def test_hostile_manifests_are_refused(text):
    with pytest.raises(BadManifest):
        parse(text)


@pytest.mark.parametrize("name", ["../helper.dll", "..\\helper.dll", "/etc/passwd", "parts/helper.dll", ""])
def test_a_manifest_lists_only_files_of_its_folder(helper, tmp_path, name):
    (tmp_path / "app").mkdir()
    shutil.copy(helper, tmp_path)
    (tmp_path / "app" / "app.manifest").write_bytes(manifest("app", name))
    context = activation.from_file(str(tmp_path / "app" / "app.manifest"))
    assert context.redirect("helper.dll") is None
    assert context.redirect(name or "x") is None


@pytest.mark.parametrize("name", ["../parts", "..", "/tmp", "a\0b", "x" * 10_000])
def test_an_assemblys_name_leads_to_no_other_folder(assembly, tmp_path, name):
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "app.manifest").write_bytes(manifest("app", needs=name.replace("\0", "/")))
    with pytest.raises(activation.MissingAssembly):
        activation.from_file(str(tmp_path / "app" / "app.manifest"))


def test_assemblies_in_a_circle_are_read_once(tmp_path):
    for name, needs in (("one", "two"), ("two", "one")):
        (tmp_path / f"{name}.manifest").write_bytes(manifest(name, needs=needs))
    assert len(activation.from_file(str(tmp_path / "one.manifest")).assemblies) == 2


def test_a_known_dll_is_not_redirected(helper, tmp_path):
    shutil.copy(helper, tmp_path / "user32.dll")
    (tmp_path / "app.manifest").write_bytes(manifest("app", "user32.dll"))
    handle = contexts.add(activation.from_file(str(tmp_path / "app.manifest")))
    contexts.activate(handle)
    try:
        with windlass.load("user32") as module:
            assert module.builtin
    finally:
        contexts.deactivate()
        contexts.change_references(handle, -1)


def test_deactivations_that_are_out_of_order_raise(assembly, tmp_path):
    (tmp_path / "app.manifest").write_bytes(manifest("app", needs="parts"))
    kernel32 = windlass.WinDLL("kernel32")
    kernel32.DeactivateActCtx.argtypes = [ctypes.c_uint32, ctypes.c_size_t]
    with pytest.raises(OSError, match="0xc0150010"):  # STATUS_SXS_INVALID_DEACTIVATION
        kernel32.DeactivateActCtx(0, 999_999)
    handle = contexts.add(activation.from_file(str(tmp_path / "app.manifest")))
    first, second = contexts.activate(handle), contexts.activate(handle)
    with pytest.raises(OSError, match="0xc015000f"):  # STATUS_SXS_EARLY_DEACTIVATION
        kernel32.DeactivateActCtx(0, first)
    assert kernel32.DeactivateActCtx(0, second)
    assert kernel32.DeactivateActCtx(0, first)
    contexts.change_references(handle, -1)
