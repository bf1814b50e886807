"""Windows programs as processes: `windlass run`."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from windlass import application


def run(
    path: Path | str, *arguments: str, stdin: str = "", **options: object
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "windlass", "run", str(path), *arguments]
    return subprocess.run(command, input=stdin, capture_output=True, text=True, timeout=60, **options)  # type: ignore


@pytest.fixture(scope="session")
def write_exe(tmp_path_factory, exe):
    """`write_exe("int main(void) { ... }")` compiles a program with a C runtime."""

    def write(text: str, *flags: str, name: str = "program", uses=()) -> Path:
        source = tmp_path_factory.mktemp("program") / f"{name}.c"
        source.write_text(text)
        return exe(source, *flags, uses=uses)

    return write


BARE = """
// build: freestanding
__declspec(dllimport) void *GetStdHandle(unsigned);
__declspec(dllimport) int WriteFile(void *, const void *, unsigned, unsigned *, void *);
__declspec(dllimport) void ExitProcess(unsigned);
__declspec(dllimport) char *GetCommandLineA(void);
__declspec(dllimport) void *GetModuleHandleA(const char *);
extern char __ImageBase;
"""


def test_names_of_programs(write_exe, tmp_path):
    folder = tmp_path / "bin"
    folder.mkdir()
    program = write_exe('#include <stdio.h>\nint main(void) { puts("found"); return 3; }', name="found")
    (folder / "Found.exe").write_bytes(program.read_bytes())
    (folder / "script.bat").write_text("@echo %1 %~2\n@exit /b 5\n")
    environment = {**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}
    for name in (
        "found",
        "FOUND.EXE",
        str(folder / "Found.exe"),
        f"Z:{folder}\\found.exe".replace("/", "\\"),
    ):
        done = run(name, env=environment)
        assert (done.stdout, done.returncode) == ("found\n", 3), done.stderr
    for name in ("script", "script.bat", str(folder / "script.bat")):
        done = run(name, "one", "two words", env=environment)
        assert (done.stdout, done.returncode) == ("one two words\n", 5), done.stderr
    assert run("cmd", "/c", "echo %OS%& exit 4").stdout == "Windows_NT\n"
    assert run("nonesuch").stderr == "nonesuch: there is no such file\n"


def test_a_program_writes_and_exits(write_exe):
    program = write_exe(
        BARE
        + """
        void start(void)
        {
            const char *line = GetCommandLineA();
            unsigned length = 0, written;
            while (line[length])
                length++;
            WriteFile(GetStdHandle(-11), line, length, &written, 0);
            ExitProcess(GetModuleHandleA(0) == &__ImageBase ? 7 : 8);
        }
        """,
        "-Wl,-e,start",
        name="bare",
    )
    done = run(program, "one", "two words", 'a "quoted"', "")
    assert done.stdout == f'{program} one "two words" "a \\"quoted\\"" ""'
    assert done.returncode == 7


def test_the_entry_points_result_is_the_exit_code(write_exe):
    program = write_exe(BARE + "int start(void) { return 5; }", "-Wl,-e,start", name="returning")
    assert run(program).returncode == 5


@pytest.mark.parametrize("end", ["ExitThread(3)", "return 3"])
def test_the_process_ends_with_its_last_thread(write_exe, end):
    """Under Wine too: the other thread waits for the main one, and its own result is the exit code."""
    text = """
        __declspec(dllimport) void *GetCurrentThread(void), *GetCurrentProcess(void);
        __declspec(dllimport) int DuplicateHandle(void *, void *, void *, void **, unsigned, int, unsigned);
        __declspec(dllimport) void *CreateThread(void *, unsigned long long, unsigned (*)(void *), void *,
                                                 unsigned, unsigned *);
        __declspec(dllimport) void ExitThread(unsigned);
        __declspec(dllimport) unsigned WaitForSingleObject(void *, unsigned);
        __declspec(dllimport) int GetExitCodeThread(void *, unsigned *);
        static unsigned outlive(void *main_thread)
        {
            unsigned code = 0;
            WaitForSingleObject(main_thread, -1);
            GetExitCodeThread(main_thread, &code);
            return 10 + code;
        }
        int start(void)
        {
            void *self, *process = GetCurrentProcess();
            DuplicateHandle(process, GetCurrentThread(), process, &self, 0, 0, 2);
            CreateThread(0, 0, outlive, self, 0, 0);
            END;
        }
    """
    program = write_exe(BARE + text.replace("END", end), "-Wl,-e,start", name="outlived")
    done = run(program)
    assert (done.returncode, done.stderr) == (13, "")


def test_dlls_are_attached_before_and_detached_after_the_program(dll, write_exe, write_dll):
    journal = dll("journal.c")
    library = write_dll(
        """
        __declspec(dllimport) void note(char who, unsigned reason, void *reserved);
        __declspec(dllimport) void *GetStdHandle(unsigned);
        __declspec(dllimport) int WriteFile(void *, const void *, unsigned, unsigned *, void *);
        FIXTURE_C int __stdcall DllMainCRTStartup(void *module, unsigned reason, void *reserved)
        {
            unsigned written;
            char text[] = {'l', (char)('0' + reason), reserved ? '!' : '.'};
            WriteFile(GetStdHandle(-11), text, 3, &written, 0);
            return 1;
        }
        EXPORT int number(void) { return 30; }
        """,
        "-DOWN_DLL_MAIN",
        name="library",
        uses=[journal],
    )
    program = write_exe(
        BARE
        + """
        __declspec(dllimport) int number(void);
        void start(void)
        {
            unsigned written;
            WriteFile(GetStdHandle(-11), "main ", 5, &written, 0);
            ExitProcess(number());
        }
        """,
        "-Wl,-e,start",
        name="linked",
        uses=[library],
    )
    done = run(program)
    assert done.stdout == "l1!main l0!"
    assert done.returncode == 30


def test_a_missing_dll_at_start(write_exe):
    program = write_exe(
        BARE
        + "__declspec(dllimport) int lost(void); int start(void) { return lost(); }\n"
        + "// imports: away.dll lost\n",
        "-Wl,-e,start",
        name="needy",
    )
    done = run(program)
    assert "needy.exe: The code execution cannot proceed because away.dll was not found. [" in done.stderr
    assert "needy.exe needs away.dll (for lost)" in done.stderr
    assert done.returncode == application.STATUS_DLL_NOT_FOUND & 0xFF


def test_what_is_no_file_to_run_is_refused(tmp_path):
    empty = tmp_path / "empty.exe"
    empty.touch()
    assert run(tmp_path).stderr == f"{tmp_path}: it is a folder, not a program\n"
    assert run(empty).stderr == f"{empty}: the file is empty\n"
    assert run(tmp_path / "none.exe").stderr == f"{tmp_path / 'none.exe'}: there is no such file\n"


def test_what_is_no_console_program_is_refused(write_exe, write_dll, tmp_path):
    library = write_dll("EXPORT int f(void) { return 1; }", name="no_program")
    assert "a DLL, not a program" in run(library).stderr
    program = write_exe(BARE + "int start(void) { return 5; }", "-Wl,-e,start", name="console")
    data = bytearray(program.read_bytes())
    signature = struct.unpack_from("<I", data, 0x3C)[0]
    data[signature + 24 + 68] = 2  # IMAGE_SUBSYSTEM_WINDOWS_GUI
    window = tmp_path / "window.exe"
    window.write_bytes(data)
    assert run(window).stderr == f"{window}: a program with windows; only console programs can be run\n"
    data[signature + 24 + 68] = 1  # IMAGE_SUBSYSTEM_NATIVE
    window.write_bytes(data)
    assert (
        "a driver or another part of Windows' kernel; only console programs can be run" in run(window).stderr
    )
    data[signature + 4 : signature + 6] = struct.pack("<H", 0xAA64)
    window.write_bytes(data)
    assert "ARM64" in run(window).stderr
    assert "there is no such file" in run(tmp_path / "none.exe").stderr
    text = tmp_path / "text.exe"
    text.write_text("MZ, or rather not")
    assert run(text).returncode == application.STATUS_INVALID_IMAGE_FORMAT & 0xFF
