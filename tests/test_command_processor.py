"""cmd.exe: command lines, as `system` of the C run-time gives them, and batch files."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from windlass import _core

CMD = r"C:\windows\system32\cmd.exe"


@pytest.fixture
def cmd(tmp_path):
    """Runs a command in a folder of the test's own: output and exit code, of which eight bits are seen."""
    code = "import sys; from windlass.ctypes import cdll; sys.exit(cdll.msvcrt.system(sys.argv[1].encode()))"

    def run(command: str, stdin: str = "") -> tuple[str, int]:
        done = subprocess.run(
            [sys.executable, "-c", code, command],
            cwd=tmp_path,
            input=stdin,
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(map(os.path.abspath, sys.path))},
        )
        return done.stdout + done.stderr, done.returncode

    return run


@pytest.fixture
def batch(cmd, tmp_path):
    """Runs a batch file, do.bat, with arguments."""

    def run(text: str, arguments: str = "") -> list[str]:
        (tmp_path / "do.bat").write_text("@echo off\n" + text)
        return cmd(f"do.bat {arguments}")[0].splitlines()

    return run


@pytest.mark.parametrize(
    ("command", "output", "code"),
    [
        ("echo one& echo two", "one\ntwo\n", 0),
        ("echo a && echo b || echo c", "a \nb \n", 0),
        ("nosuch 2>nul || ver>nul", "", 0),
        ("exit 7", "", 7),
        ("(exit 3)", "", 3),
        ('echo a^&b "^&"', 'a&b "^&"\n', 0),
        ("set X=5& set /a X*2+1", "11", 0),
        ("echo 100% %nosuch%", "100% %nosuch%\n", 0),
        ('for %i in (a "b c") do @echo [%~i]', "[a]\n[b c]\n", 0),
        ("for /l %i in (3,-1,1) do @echo %i", "3\n2\n1\n", 0),
        ('for /f "tokens=2,* delims=," %a in ("1,2,3,4") do @echo %a %b', "2 3,4\n", 0),
        ("if 10 gtr 9 (echo more) else echo less", "more\n", 0),
        ("echo text>f.txt& type f.txt & if exist f.txt echo there", "text\nthere\n", 0),
        ("echo one two | cat", "one two \n", 0),
        ("cd nowhere", "The system cannot find the path specified.\n", 1),
        ("type nothing", "The system cannot find the file specified.\n", 1),
        ("set /a 1/0", "Divide by zero error.\n", 1073750992 & 0xFF),
    ],
)
def test_a_command(cmd, command, output, code):
    assert cmd(command) == (output, code)


def test_an_unknown_command(cmd):
    text = "'nosuch' is not recognized as an internal or external command,\noperable program or batch file.\n"
    assert cmd("nosuch /x") == (text, 1)


def test_an_unknown_command_in_a_batch_file(cmd, tmp_path):
    (tmp_path / "do.bat").write_text("@nosuch 2>nul\n@echo %errorlevel%\n@exit /b %errorlevel%")
    assert cmd("do.bat") == ("9009\n", 9009 & 0xFF)


def test_files(cmd, tmp_path):
    (tmp_path / "a.txt").write_text("a")
    (tmp_path / "b.txt").write_text("b")
    assert cmd("copy a.txt c.dat") == ("        1 file(s) copied.\n", 0)
    assert cmd("copy a.txt+b.txt ab.txt")[1] == 0
    assert (tmp_path / "ab.txt").read_text() == "ab"
    assert cmd("dir /b *.txt") == ("a.txt\nab.txt\nb.txt\n", 0)
    assert cmd("ren *.txt *.old & md x\\y & move a.old x\\y")[1] == 0
    assert sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()) == [
        "ab.old",
        "b.old",
        "c.dat",
        "x/y/a.old",
    ]
    assert cmd("rd x")[0] == "The directory is not empty.\n"
    assert cmd("rd /s /q x & del *.old & dir /b") == ("c.dat\n", 0)
    assert cmd("del none")[0].startswith("Could Not Find ")


def test_variables_of_a_batch_file(batch):
    lines = batch(
        "set A=hello world\n"
        "echo [%A%] [%A:~0,5%] [%A:~-5%] [%A:world=there%] [%A:*o=X%] 50%% %nosuch%.\n"
        "echo %~n0%~x0 [%1] [%~2] %*\n"
        "shift\n"
        "echo %1\n"
        "setlocal enabledelayedexpansion\n"
        "if defined A (\n"
        "  set A=new\n"
        "  echo !A! %A%\n"
        ")\n"
        "endlocal\n"
        "echo %A%\n",
        'one "two words"',
    )
    assert lines == [
        "[hello world] [hello] [world] [hello there] [X world] 50% .",
        'do.bat [one] [two words] one "two words"',
        '"two words"',
        "new hello world",
        "hello world",
    ]


def test_flow_of_a_batch_file(batch):
    lines = batch(
        "call :sub 5 x\n"
        "echo level %errorlevel%\n"
        "goto over\n"
        "echo never\n"
        ":over\n"
        "for /f %%i in ('echo from a command') do echo %%i\n"
        "(echo 1& echo 2)>lines.txt\n"
        "for /f %%i in (lines.txt) do set /a SUM+=%%i\n"
        "echo %SUM%\n"
        "if 1==2 echo a & echo b\n"
        "echo last ^\n"
        "line\n"
        "exit /b 3\n"
        ":sub\n"
        "echo in sub %2\n"
        "exit /b %1\n"
    )
    assert lines == ["in sub x", "level 5", "from", "3", "last line"]


def test_commands_are_shown_unless_they_are_quiet(cmd, tmp_path):
    (tmp_path / "do.bat").write_text("echo one\n@echo two\n")
    folder = _core.path_to_windows(str(tmp_path))
    assert cmd("do")[0] == f"\n{folder}>echo one \none\ntwo\n"


def test_set_p_reads_the_input(cmd):
    assert cmd("set /p X=name? & set X", "somebody\n")[0] == "name? X=somebody\n"


def test_system_and_popen(exe, tmp_path):
    source = """
    #include <stdio.h>
    #include <stdlib.h>
    int main(void)
    {
        char text[50];
        printf("there %d\\n", system(NULL) != 0);
        fflush(stdout);
        printf("code %d\\n", system("echo out& exit 4"));
        FILE *pipe = _popen("for %i in (1 2) do @echo line %i", "r");
        while (fgets(text, sizeof text, pipe))
            printf("read %s", text);
        printf("closed %d\\n", _pclose(pipe));
        return 0;
    }
    """
    path = tmp_path / "user.c"
    path.write_text(source)
    done = subprocess.run(
        [sys.executable, "-m", "windlass", "run", exe(path)], capture_output=True, text=True
    )
    assert done.stdout == "there 1\nout\ncode 4\nread line 1\nread line 2\nclosed 0\n", done.stderr


def test_a_batch_file_is_a_program(cmd, tmp_path):
    (tmp_path / "inner.cmd").write_text("@exit /b 6\n")
    (tmp_path / "outer.bat").write_text("@call inner\n@echo %errorlevel%\n@inner\n@echo never\n")
    assert cmd("outer.bat") == ("6\n", 6)


def test_everything_that_it_needs_is_on_the_system_drive():
    assert Path(_core.path_to_host(CMD)).read_bytes()[:2] == b"MZ"


@pytest.mark.parametrize(
    ("line", "output"),
    [
        ("cmd /c echo one", "one\r\n"),
        ("/c echo one", "one\r\n"),
        ('cmd "/c echo one"', "one\r\n"),
        ('cmd /q "/c" echo one', "one\r\n"),
    ],
)
def test_a_command_line(line, output):
    """Go's programs give these: the options are found whether or not a program's name stands before them."""
    code = """
import sys
from windlass.ctypes import create_string_buffer, create_unicode_buffer, windll
from windlass.ctypes.wintypes import HANDLE

kernel32 = windll.kernel32
startup, process = create_string_buffer(104), create_string_buffer(24)
startup[0] = 104
assert kernel32.CreateProcessW(
    sys.argv[1], create_unicode_buffer(sys.argv[2]), None, None, True, 0, None, None, startup, process
)
kernel32.WaitForSingleObject(HANDLE.from_buffer(process), -1)
"""
    done = subprocess.run(
        [sys.executable, "-c", code, CMD, line],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(os.path.abspath, sys.path))},
        stdin=subprocess.DEVNULL,
        capture_output=True,
    )
    assert done.stderr == b""
    assert done.stdout.decode() == output
