"""Processes beyond one program: Python as the parent, signals, killed processes, forks, programs that cannot
start.
"""

from __future__ import annotations

import os
import signal
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from windlass import application

SECONDS = 60

# A Windows program that starts others: `starter.exe COMMAND-LINE` reports how that went.
STARTER = """
#include <stdio.h>
#include <string.h>
#include <windows.h>
int main(int count, char **arguments)
{
    STARTUPINFOA startup = {.cb = sizeof startup};
    PROCESS_INFORMATION process;
    DWORD code;
    DWORD flags = count > 2 ? CREATE_SUSPENDED : 0;
    if (!CreateProcessA(NULL, arguments[1], NULL, NULL, FALSE, flags, NULL, NULL, &startup, &process)) {
        printf("error %lu\\n", GetLastError());
        return 0;
    }
    ResumeThread(process.hThread);
    WaitForSingleObject(process.hProcess, INFINITE);
    GetExitCodeProcess(process.hProcess, &code);
    printf("exit code %#lx\\n", code);
    return 0;
}
"""

# A program that waits for control events, and with an argument handles them.
WAITER = """
#include <stdio.h>
#include <string.h>
#include <windows.h>
static HANDLE done;
static BOOL WINAPI handler(DWORD event)
{
    printf("event %lu\\n", event);
    fflush(stdout);
    SetEvent(done);
    return TRUE;
}
int main(int count, char **arguments)
{
    done = CreateEventA(NULL, TRUE, FALSE, NULL);
    if (count > 1)
        SetConsoleCtrlHandler(handler, TRUE);
    printf("ready\\n");
    fflush(stdout);
    WaitForSingleObject(done, 30000);
    return 5;
}
"""

NAMES = """
from windlass.ctypes import *
from windlass.ctypes.wintypes import *
kernel32 = WinDLL("kernel32", use_last_error=True)
for name in ("CreateMutexW", "OpenMutexW", "CreateEventW", "OpenEventW", "CreateJobObjectW", "OpenProcess"):
    getattr(kernel32, name).restype = HANDLE
kernel32.WaitForSingleObject.argtypes = HANDLE, DWORD
kernel32.CloseHandle.argtypes = kernel32.SetEvent.argtypes = kernel32.ReleaseMutex.argtypes = HANDLE,
wait = kernel32.WaitForSingleObject
"""


@pytest.fixture(scope="module")
def build(tmp_path_factory, exe):
    """`build(text, name)` compiles a program with a C runtime."""

    def write(text: str, name: str, *flags: str) -> Path:
        source = tmp_path_factory.mktemp("program") / f"{name}.c"
        source.write_text(text)
        return exe(source, *flags)

    return write


@pytest.fixture(scope="module")
def start(build):
    """`start(LINE)` is what a Windows program reports that starts this command line."""
    starter = build(STARTER, "starter")

    def run(line: object, *more: str, **options: object) -> str:
        command = [sys.executable, "-m", "windlass", "run", str(starter), str(line), *more]
        return subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, **options).stdout  # type: ignore

    return run


def heed_the_keyboard() -> None:
    """What was started in the background of a shell ignores these signals, and so would its children."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGQUIT, signal.SIG_DFL)


def launch(path: Path, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "windlass", "run", str(path), *arguments]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=heed_the_keyboard
    )
    assert process.stdout
    assert process.stdout.readline() == "ready\n"
    return process


# ---- programs that cannot start ----


def test_a_program_without_its_dll_ends_with_the_status(build, start):
    text = """
// imports: away.dll lost
__declspec(dllimport) int lost(void);
int main(void) { return lost(); }
"""
    assert start(build(text, "needy")) == f"exit code {application.STATUS_DLL_NOT_FOUND:#x}\n"


def test_a_program_for_another_machine(build, start, tmp_path):
    data = bytearray(build("int main(void) { return 0; }", "plain").read_bytes())
    signature = struct.unpack_from("<I", data, 0x3C)[0]
    data[signature + 4 : signature + 6] = struct.pack("<H", 0xAA64)
    other = tmp_path / "arm.exe"
    other.write_bytes(data)
    assert start(other) == "error 216\n"


def test_what_is_no_program(start, tmp_path, dll):
    text = tmp_path / "text.exe"
    text.write_text("MZ, or rather not")
    assert start(text) == "error 193\n"
    assert start(dll("put.c")) == "error 193\n"
    batch = tmp_path / "do.bat"
    batch.write_text("@echo off\n")
    assert start(batch) == "exit code 0\n"  # what runs is cmd.exe


# ---- how programs end ----


def test_an_exception_that_nobody_handles_is_the_exit_code(build, start):
    program = build("int main(void) { *(volatile int *)0 = 1; return 0; }", "faulting")
    assert start(program) == "exit code 0xc0000005\n"


def test_a_killed_program(build, start):
    text = """
#include <process.h>
#include <stdio.h>
#include <stdlib.h>
int main(void)
{
    char line[50];
    sprintf(line, "sh -c \\"kill -9 %d\\"", _getpid());
    system(line);
    return 0;
}
"""
    assert start(build(text, "killed")) == "exit code 0xc000013a\n"


def test_programs_of_the_host(start, tmp_path):
    script = tmp_path / "script"
    script.write_text('#!/bin/sh\necho "$1-$2"\nexit 7\n')
    script.chmod(0o755)
    assert start(f'{script} "a b" c') == "a b-c\nexit code 0x7\n"
    assert start(f"{script} 1 2", "suspended") == "1-2\nexit code 0x7\n"


# ---- control events ----


def test_ctrl_c_ends_a_program(build):
    process = launch(build(WAITER, "waiter"))
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=SECONDS)
    assert (process.returncode, output, errors) == (0x3A, "", "")  # of STATUS_CONTROL_C_EXIT


@pytest.mark.parametrize(("number", "event"), [(signal.SIGINT, 0), (signal.SIGQUIT, 1)])
def test_a_handler_for_control_events(build, number, event):
    process = launch(build(WAITER, "waiter"), "handle")
    process.send_signal(number)
    output, _ = process.communicate(timeout=SECONDS)
    assert (process.returncode, output) == (5, f"event {event}\n")


def test_a_program_that_is_closed_ends_after_its_handler(build):
    process = launch(build(WAITER, "waiter"), "handle")
    process.send_signal(signal.SIGTERM)
    output, _ = process.communicate(timeout=SECONDS)
    assert output == "event 2\n"
    assert process.returncode in (5, 0x3A)  # the handler lets main() go on meanwhile


def test_a_control_event_for_a_group_of_processes(build, exe):
    waiter = build(WAITER, "waiter")
    sender = build(
        """
        #include <stdio.h>
        #include <windows.h>
        int main(int count, char **arguments)
        {
            STARTUPINFOA startup = {.cb = sizeof startup, .dwFlags = STARTF_USESTDHANDLES};
            SECURITY_ATTRIBUTES inherit = {sizeof inherit, NULL, TRUE};
            PROCESS_INFORMATION process;
            HANDLE reader;
            DWORD code, size, ids[8];
            char text[20];
            CreatePipe(&reader, &startup.hStdOutput, &inherit, 0);
            CreateProcessA(NULL, arguments[1], NULL, NULL, TRUE, CREATE_NEW_PROCESS_GROUP, NULL, NULL,
                           &startup, &process);
            ReadFile(reader, text, sizeof text, &size, NULL);
            printf("console of %lu\\n", GetConsoleProcessList(ids, 8));
            printf("sent %d\\n", GenerateConsoleCtrlEvent(CTRL_BREAK_EVENT, process.dwProcessId));
            WaitForSingleObject(process.hProcess, INFINITE);
            GetExitCodeProcess(process.hProcess, &code);
            printf("exit code %#lx\\n", code);
            printf("no such group %d\\n", GenerateConsoleCtrlEvent(CTRL_BREAK_EVENT, process.dwProcessId));
            return 0;
        }
        """,
        "sender",
    )
    command = [sys.executable, "-m", "windlass", "run", str(sender), str(waiter)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS)
    assert done.stdout == "console of 2\nsent 1\nexit code 0xc000013a\nno such group 0\n"


# ---- Python as the parent ----


def test_python_starts_windows_programs(fresh_python, build):
    program = build('#include <stdio.h>\nint main(void) { puts("child"); return 0x12345; }', "answering")
    code = """
    import sys
    from windlass.ctypes import *
    from windlass.ctypes.wintypes import *
    class STARTUPINFO(Structure):
        _fields_ = [("cb", DWORD), ("texts", c_void_p * 3), ("numbers", DWORD * 8), ("show", WORD),
                    ("size", WORD), ("data", c_void_p), ("handles", HANDLE * 3)]
    class PROCESS_INFORMATION(Structure):
        _fields_ = [("process", HANDLE), ("thread", HANDLE), ("id", DWORD), ("thread_id", DWORD)]
    kernel32 = WinDLL("kernel32")
    startup, process, code = STARTUPINFO(), PROCESS_INFORMATION(), DWORD()
    startup.cb = sizeof(startup)
    assert kernel32.CreateProcessW(
        sys.argv[1], None, None, None, False, 0, None, None, byref(startup), byref(process))
    print(kernel32.WaitForSingleObject(HANDLE(process.process), 30000))
    kernel32.GetExitCodeProcess(HANDLE(process.process), byref(code))
    print(hex(code.value))
    """
    assert fresh_python(code, program) == "child\n0\n0x12345\n"


# ---- killed and forked processes ----


def test_a_killed_process_leaves_no_name_behind(fresh_python):
    code = NAMES + (
        """
import os, sys
if len(sys.argv) > 1:
    kernel32.CreateEventW(None, True, True, sys.argv[1])
    os.kill(os.getpid(), 9)
import subprocess
name = f"windlass test killed {os.getpid()}"
subprocess.run([sys.executable, "-c", open("/proc/self/cmdline").read().split("\\0")[2], name])
event = kernel32.CreateEventW(None, True, False, name)
print(get_last_error(), wait(event, 0))
"""
    )
    assert fresh_python(code) == "0 258\n"


def test_a_forked_process_has_handles_of_its_own(fresh_python):
    code = NAMES + (
        """
import os
name = f"windlass test forked {os.getpid()}"
mutex = kernel32.CreateMutexW(None, True, name)
child = os.fork()
if child == 0:
    print("held by the parent", wait(mutex, 0), kernel32.ReleaseMutex(mutex), flush=True)
    kernel32.CloseHandle(mutex)
    os._exit(0)
os.waitpid(child, 0)
print("still there", bool(kernel32.OpenMutexW(0x1F0001, False, name)), flush=True)
child = os.fork()
if child == 0:
    print("waited", wait(mutex, 30000), flush=True)
    os._exit(0)
kernel32.ReleaseMutex(mutex)
os.waitpid(child, 0)
print("abandoned", wait(mutex, 30000))
"""
    )
    assert fresh_python(code) == "held by the parent 258 0\nstill there True\nwaited 0\nabandoned 128\n"


def test_a_socket_is_shared_with_another_process(fresh_python):
    """By WSADuplicateSocket, which is called for it alone: a third process does not get it."""
    code = """
import ctypes as host, os, socket, subprocess, sys
import windlass.ctypes as ctypes
ws2_32 = ctypes.WinDLL("ws2_32")
ws2_32.WSASocketW.restype = ctypes.c_size_t
ws2_32.send.argtypes = [ctypes.c_size_t, ctypes.c_char_p, ctypes.c_int, ctypes.c_int]
if len(sys.argv) > 1:
    info = host.create_string_buffer(bytes.fromhex(sys.stdin.readline()))
    shared = ws2_32.WSASocketW(-1, -1, -1, info, 0, 0)
    print(ws2_32.send(shared, b"from the child", 14, 0), ws2_32.WSAGetLastError())
    sys.exit()
listener = socket.create_server(("127.0.0.1", 0))
address = host.create_string_buffer(16)
host.memmove(address, b"\\x02\\0" + listener.getsockname()[1].to_bytes(2, "big") + b"\\x7f\\0\\0\\x01", 8)
client = ws2_32.socket(2, 1, 0)
assert ws2_32.connect(client, address, 16) == 0
code = open("/proc/self/cmdline").read().split("\\0")[2]
children = [subprocess.Popen([sys.executable, "-c", code, "x"], stdin=subprocess.PIPE) for _ in "12"]
info = host.create_string_buffer(628)
assert ws2_32.WSADuplicateSocketW(client, children[1].pid, info) == 0
for child in children:
    child.communicate(info.raw.hex().encode() + b"\\n")
ws2_32.closesocket(client)
print(listener.accept()[0].makefile().read())
print(ws2_32.WSADuplicateSocketW(client, 1 << 30, info))
"""
    assert fresh_python(code) == "-1 10038\n14 0\nfrom the child\n-1\n"


def test_waiting_for_a_process_that_is_no_child(fresh_python):
    code = NAMES + (
        """
import os, sys, threading
process = HANDLE(kernel32.OpenProcess(0x101000, False, int(sys.argv[1])))
print(wait(process, 0))
results = []
threads = [threading.Thread(target=lambda: results.append(wait(process, 30000))) for _ in range(3)]
for thread in threads:
    thread.start()
os.kill(int(sys.argv[1]), 9)
for thread in threads:
    thread.join()
print(results)
print(kernel32.GetExitCodeProcess(process, byref(DWORD())), get_last_error())
"""
    )
    with subprocess.Popen(["sleep", "60"]) as stranger:
        assert fresh_python(code, stranger.pid) == "258\n[0, 0, 0]\n0 50\n"


def test_a_jobs_processes_end_when_its_owner_is_killed(fresh_python, build):
    waiter = launch(build(WAITER, "waiter"))
    code = NAMES + (
        """
import os, sys
class LIMITS(Structure):
    _fields_ = [("times", c_longlong * 2), ("flags", DWORD), ("rest", c_byte * 124)]
limits = LIMITS(flags=0x2000)
job = kernel32.CreateJobObjectW(None, None)
assert kernel32.SetInformationJobObject(HANDLE(job), 9, byref(limits), sizeof(limits))
process = kernel32.OpenProcess(0x1F0FFF, False, int(sys.argv[1]))
assert kernel32.AssignProcessToJobObject(HANDLE(job), HANDLE(process))
os.kill(os.getpid(), 9)
"""
    )
    fresh_python(code, waiter.pid, exit_code=-signal.SIGKILL)
    assert waiter.wait(timeout=SECONDS) == -signal.SIGKILL


def test_files_of_shared_objects_are_the_users_own(fresh_python):
    code = NAMES + (
        """
import os
kernel32.CreateEventW(None, True, False, f"windlass test owner {os.getpid()}")
folders = [os.path.join("/dev/shm", each) for each in os.listdir("/dev/shm") if each.startswith("windlass1-")]
for folder in folders:
    if os.path.exists(os.path.join(folder, f"n.windlass%0020test%0020owner%0020{os.getpid()}")):
        print(oct(os.stat(folder).st_mode & 0o777), os.stat(folder).st_uid == os.getuid())
"""
    )
    assert fresh_python(code) == "0o700 True\n"
    assert not [each for each in os.listdir("/dev/shm") if each.startswith("n.windlass")]
