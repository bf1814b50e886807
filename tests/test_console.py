"""The console of a program that runs in a terminal."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios

import pytest

SECONDS = 20


class Terminal:
    """A program in a pseudo terminal."""

    def __init__(self, *command: object, columns: int = 80, rows: int = 25) -> None:
        self.master, self.slave = pty.openpty()
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("4H", rows, columns, 0, 0))
        self.process = subprocess.Popen(
            [sys.executable, "-m", "windlass", "run", *map(str, command)],
            stdin=self.slave, stdout=self.slave, stderr=self.slave, start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )  # fmt: skip
        self.shown = ""

    def until(self, text: str) -> str:
        """What is shown up to and with that text."""
        while text not in self.shown:
            assert select.select([self.master], [], [], SECONDS)[0], self.shown
            self.shown += os.read(self.master, 65536).decode().replace("\r", "")
        before, _, self.shown = self.shown.partition(text)
        return before + text

    def type(self, text: str) -> None:
        os.write(self.master, text.encode())

    def shows_lines(self) -> bool:
        flags = termios.tcgetattr(self.slave)[3]
        return bool(flags & termios.ICANON and flags & termios.ECHO)

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self.master)
        os.close(self.slave)


@pytest.fixture
def events(exe):
    terminal = Terminal(exe("console_input.c"))
    yield terminal
    terminal.close()


def keys(shown: str) -> list[str]:
    return [line for line in shown.splitlines() if line.startswith(("down", "up", "no wait"))]


def test_events_that_a_program_writes_can_be_waited_for_and_read(events):
    assert events.until("ready\n").splitlines() == [
        "number 1, 0 events",
        "wait 102",
        "wait 0",
        "peeked 1",
        "down 00 scan 0 char 0077 state 0",
        "ready",
    ]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("a", "41 scan 30 char 0061 state 0"),
        ("A", "41 scan 30 char 0041 state 10"),
        ("!", "31 scan 2 char 0021 state 10"),
        ("\x01", "41 scan 30 char 0001 state 8"),
        ("\r", "0d scan 28 char 000d state 0"),
        ("\x7f", "08 scan 14 char 0008 state 0"),
        ("é", "00 scan 0 char 00e9 state 0"),
        ("\x1b", "1b scan 1 char 001b state 0"),
        ("\x1bx", "58 scan 45 char 0078 state 2"),
        ("\x1b[A", "26 scan 72 char 0000 state 100"),
        ("\x1bOP", "70 scan 59 char 0000 state 0"),
        ("\x1b[1;5C", "27 scan 77 char 0000 state 108"),
        ("\x1b[3;2~", "2e scan 83 char 0000 state 110"),
        ("\x1b[24~", "7b scan 88 char 0000 state 0"),
    ],
)
def test_a_key_is_pressed_and_released(events, typed, expected):
    events.until("ready")
    events.type(typed)
    assert keys(events.until(f"up {expected}\n")) == [f"down {expected}", f"up {expected}"]


def test_a_character_outside_the_basic_plane_is_two_units(events):
    events.until("ready")
    events.type("\U0001f600")
    units = [line.split()[5] for line in keys(events.until("up 00 scan 0 char de00 state 0\n"))]
    assert units == ["d83d", "d83d", "de00", "de00"]


def test_lines_are_read_again_after_events(events):
    events.until("ready")
    assert not events.shows_lines()
    events.type("q")
    events.until("line?")
    events.type("text\r")
    assert "line text\n" in events.until("line text\n")
    assert events.process.wait(SECONDS) == 0
    assert events.shows_lines()


def test_the_screen_is_written_to_at_a_place(exe):
    terminal = Terminal(exe("console_screen.c"), columns=10, rows=4)
    shown = terminal.until("end\n")
    terminal.close()
    red = "\033[91;49m"
    assert shown.splitlines() == [
        "ex 1 10x4",
        f"cells \0337\033[2;2H\033[0mab\033[3;2H{red}é \0338 1 to 2,2",
        "text \0337\033[4;9Hhe\0338 2",
        "look \0337\033[2;3;2;10;91;44$r\033[3;1;3;2;91;44$r\0338 10",
        "read 0 error 50",
        "narrow 0 error 87",
        "end",
    ]


def test_the_screen_scrolls(exe):
    """Whole lines in the terminal's scrolling region, other rectangles as copies; what is left is filled."""
    terminal = Terminal(exe("console_scroll.c"), columns=10, rows=4)
    shown = terminal.until("end\n")
    terminal.close()
    filled = "".join(f"\033[{row};1H##########" for row in (1, 2, 3, 4))
    assert shown.splitlines() == [
        "up \0337\033[0m\033[1;4r\033[1S\033[r\0338 1",
        "down \0337\033[0m\033[2;4r\033[1T\033[r\0338 1",
        f"clear \0337\033[0m{filled}\0338 1",
        "right \0337\033[1;1;2;2;1;1;2;1$v\033[0m\033[1;1H \033[2;1H \0338 1",
        "clipped \0337\033[1;1;1;2;1;1;3;1$v\033[0m\033[1;1H  \0338 1",
        "font 8x16, other 0x0",
        "alias 8 ls -l",
        "end",
    ]


def test_the_ends_are_told_apart_by_their_names(exe):
    terminal = Terminal(exe("console_ends.c"))
    shown = terminal.until("end\n")
    terminal.close()
    duplicates = [
        "input: opened 1, mode 1, events 1, screen 0",
        "output: opened 1, mode 1, events 0, screen 1",
    ]
    assert shown.splitlines()[-3:-1] == duplicates  # the child's
    assert shown.splitlines()[:4] == [
        *duplicates,
        "CONIN$: opened 1, mode 1, events 1, screen 0",
        "CONOUT$: opened 1, mode 1, events 0, screen 1",
    ]
    assert "the title is the program's path: 1\n" in shown
    assert "empty title: 0\n" in shown


def test_a_line_is_read_in_pieces(exe):
    terminal = Terminal(exe("console_text.c"))
    try:
        shown = terminal.until("pieces?\n").splitlines()
        assert shown[:2] == ["keys: e4, 1a, d, a,", "more keys: 6e 65 78 74 d a,"]
        terminal.type("aé€\U0001f600\r")
        terminal.until("pieces:")
        assert terminal.until("\n") == " 61 e9 20ac, d83d de00 d, a,\n"
        terminal.until("bytes?")
        terminal.type("é€\r")
        terminal.until("bytes:")
        assert terminal.until("\n") == " e9 80 d a\n"
        terminal.until("single?")
        terminal.type("é\r")
        terminal.until("single:")
        assert terminal.until("\n") == " e9 d\n"
        assert terminal.process.wait(SECONDS) == 0
    finally:
        terminal.close()


def test_there_is_no_console_without_a_terminal(exe):
    command = [sys.executable, "-m", "windlass", "run", exe("console_ends.c")]
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, start_new_session=True, timeout=60
    )
    assert "CONIN$: error 6\nCONIN$: opened 0," in done.stdout
    assert "CONOUT$: error 6\nCONOUT$: opened 0," in done.stdout
