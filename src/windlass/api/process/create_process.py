"""CreateProcess and what is made of it.

A Windows program runs in a new process of the host as `windlass run` would run it; a program of the host's
can be started, too. Batch files are for the command processor that COMSPEC names.

Source: Microsoft, "CreateProcessW function", "STARTUPINFOW structure", "STARTUPINFOEXW structure",
"Process Creation Flags", "WinExec function".
"""

from __future__ import annotations

import errno
import os
import signal
import struct
import sys

from windlass import _core, child, loader
from windlass.api.outputs import fail, from_ansi, get_u32, get_u64, string_at
from windlass.api.refused import Refused
from windlass.light import TYPE_CHECKING, NamedTuple
from windlass.pe import layout
from windlass.registry import export
from windlass.types import BOOL, DWORD, LPCSTR, LPCWSTR, PVOID, UINT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

ERROR_FILE_NOT_FOUND = 2
ERROR_PATH_NOT_FOUND = 3
ERROR_ACCESS_DENIED = 5
ERROR_INVALID_HANDLE = 6
ERROR_NOT_ENOUGH_MEMORY = 8
ERROR_NOT_SUPPORTED = 50
ERROR_INVALID_PARAMETER = 87
ERROR_BAD_EXE_FORMAT = 193
ERROR_FILENAME_EXCED_RANGE = 206
ERROR_EXE_MACHINE_TYPE_MISMATCH = 216
ERROR_DIRECTORY = 267
ERROR_NOT_ENOUGH_QUOTA = 1816
STATUS_QUOTA_EXCEEDED = 0xC0000044 - (1 << 32)

DEBUG_PROCESS, DEBUG_ONLY_THIS_PROCESS = 0x1, 0x2
CREATE_SUSPENDED = 0x4
DETACHED_PROCESS = 0x8
CREATE_NEW_CONSOLE = 0x10
CREATE_NEW_PROCESS_GROUP = 0x200
CREATE_UNICODE_ENVIRONMENT = 0x400
EXTENDED_STARTUPINFO_PRESENT = 0x80000
CREATE_BREAKAWAY_FROM_JOB = 0x1000000
CREATE_DEFAULT_ERROR_MODE = 0x4000000
CREATE_NO_WINDOW = 0x8000000
PRIORITY_CLASSES = 0x40 | 0x4000 | 0x20 | 0x8000 | 0x80 | 0x100

# process_block_new() in core/process_object.h
BLOCK_SUSPENDED, BLOCK_OWN_CONSOLE, BLOCK_OWN_GROUP = 1, 2, 4

STARTF_USESTDHANDLES = 0x100
HANDLE_FLAG_INHERIT = 1
LONGEST_COMMAND_LINE = 32767


# ---- what is asked for ----


class StartupInfo(NamedTuple):
    """STARTUPINFO, read."""

    numbers: tuple[int, ...]
    """dwX to dwFlags"""
    show: int
    title: str
    desktop: str
    data: bytes
    std: tuple[int, int, int]
    attributes: dict[int, tuple[int, int]]
    """STARTUPINFOEX: what UpdateProcThreadAttribute has set, address and size by attribute"""

    @property
    def uses_std_handles(self) -> bool:
        return bool(self.numbers[7] & STARTF_USESTDHANDLES)


class Request(NamedTuple):
    """A call of CreateProcess with its texts decoded."""

    application: str | None
    command_line: str | None
    inherits: bool
    flags: int
    environment: bytes
    directory: str | None
    startup: StartupInfo
    process_flags: int
    thread_flags: int
    token: bytes | None = None
    """Of what the child's token is made (api/security/tokens.py); None: of this process's."""


def read_startup(address: int, extended: bool, wide: bool) -> StartupInfo:
    data = _core.read(address, 104)
    _, _, desktop, title, *rest = struct.unpack("<I4x3Q8I2H4xQ3Q", data)
    numbers, (show, size, extra), std = tuple(rest[:8]), rest[8:11], rest[11:14]
    return StartupInfo(
        numbers,
        show,
        string_at(title, wide) or "",
        string_at(desktop, wide) or "",
        _core.read(extra, size) if extra and size else b"",
        (std[0], std[1], std[2]),
        read_attributes(get_u64(address + 104)) if extended else {},
    )


def read_attributes(address: int) -> dict[int, tuple[int, int]]:
    """The list that api/process/attribute_list.c keeps."""
    if not address:
        return {}
    count = get_u32(address + 8)
    entries = struct.iter_unpack("<3Q", _core.read(address + 24, 24 * count))
    return {attribute: (value, size) for attribute, value, size in entries}


def read_environment(address: int, wide: bool) -> bytes:
    """The block in UTF-16; this process's own when there is none."""
    if not address:
        return _core.environment()
    if wide:
        strings = list(_wide_strings(address))
    else:
        strings = [_core.ansi_to_text(each) for each in _ansi_strings(address)]
    return _wide("".join(each + "\0" for each in strings)) + b"\0\0\0\0"


def _wide_strings(address: int) -> Iterator[str]:
    while text := _core.wide_string(address):
        yield text
        address += len(_wide(text)) + 2


def _ansi_strings(address: int) -> Iterator[bytes]:
    while text := _core.string(address):
        yield text
        address += len(text) + 1


def _inherit_flag(attributes: int) -> int:
    """bInheritHandle of a SECURITY_ATTRIBUTES."""
    return HANDLE_FLAG_INHERIT if attributes and get_u32(attributes + 16) else 0


# ---- finding the program ----


class Program(NamedTuple):
    """What is to run: its host path, as Windows code sees it, and its whole command line."""

    host: str
    windows: str
    command_line: str
    is_windows: bool


def find_program(request: Request) -> Program:
    application, line = request.application, request.command_line
    if application is not None:
        host = _file(application)
        if host is None:
            raise Refused(_missing(application))
        return inspect(host, application, application if line is None else line)
    if not line or not line.strip(" \t"):
        raise Refused(ERROR_INVALID_PARAMETER if line is None else ERROR_FILE_NOT_FOUND)
    for name, quoted in candidates(line):
        host = search(name)
        if host is not None:
            found_with_blank = not quoted and " " in name
            return inspect(host, name, f'"{name}"{line[len(name) :]}' if found_with_blank else line)
    raise Refused(_missing(next(candidates(line))[0]))


def candidates(line: str) -> Iterator[tuple[str, bool]]:
    r"""The names that a command line may begin with: "c:\program files\sub dir\program name" is tried as
    c:\program, c:\program files\sub and so on.
    """
    line = line.lstrip(" \t")
    if line.startswith('"'):
        yield line[1:].split('"')[0], True
        return
    at = 0
    while at < len(line):
        while at < len(line) and line[at] not in " \t":
            at += 1
        yield line[:at], False
        while at < len(line) and line[at] in " \t":
            at += 1


def search(name: str) -> str | None:
    """The host path of a program: .exe is appended to a name without extension. A program of the host's has
    none.
    """
    base = name.replace("/", "\\").rpartition("\\")[2]
    names = [name] if "." in base else [name + ".exe", name]
    has_folder = base != name
    folders = [""] if has_folder else list(search_folders())
    for each in names:
        for folder in folders:
            host = _file(f"{folder}\\{each}" if folder else each)
            if host is not None and (each != name or "." in base or _is_program(host)):
                return host
    return None


def _is_program(host: str) -> bool:
    """Whether a file without extension can be run: the host says so of its own, an image says it itself."""
    if os.access(host, os.X_OK):
        return True
    try:
        with open(host, "rb") as file:
            return file.read(2) == b"MZ"
    except OSError:
        return False


def search_folders() -> Iterator[str]:
    """The application's folder, the current one, the system's and those of PATH."""
    yield os.path.dirname(loader.program().path)
    yield os.getcwd()
    yield from ("C:\\windows\\system32", "C:\\windows\\system", "C:\\windows")
    for entry in _core.environment().decode("utf-16-le", "surrogatepass").split("\0"):
        if entry[:5].upper() == "PATH=":
            yield from filter(None, entry[5:].split(";"))


def _file(name: str) -> str | None:
    """The host path of a file; None when there is none. A folder cannot be executed."""
    host = _core.path_to_host(name) if name else None
    if host is None or not os.path.exists(host):
        return None
    return host if not os.path.isdir(host) else None


def _missing(name: str) -> int:
    host = _core.path_to_host(name) if name else None
    if host is None:
        return ERROR_PATH_NOT_FOUND
    if os.path.isdir(host):
        return ERROR_ACCESS_DENIED
    return ERROR_FILE_NOT_FOUND if os.path.isdir(os.path.dirname(host)) else ERROR_PATH_NOT_FOUND


def inspect(host: str, name: str, line: str) -> Program:
    """Say what kind of program a file is; refuse what cannot run."""
    windows = _core.path_to_windows(host)
    if name.lower().endswith((".bat", ".cmd")):
        return command_processor(line)
    try:
        with open(host, "rb") as file:
            head = file.read(64)
            if head[:2] != b"MZ":
                if os.access(host, os.X_OK) and head[:2] in (b"\x7fE", b"#!"):
                    return Program(host, windows, line, False)
                raise Refused(ERROR_BAD_EXE_FORMAT)
            check_pe(file.read, file.seek, head)
    except PermissionError:
        raise Refused(ERROR_ACCESS_DENIED) from None
    return Program(host, windows, line, True)


def check_pe(read, seek, head: bytes) -> None:  # type: ignore[no-untyped-def]
    seek(int.from_bytes(head[60:64], "little"))
    header = read(24)
    if len(header) < 24 or header[:4] != b"PE\0\0":
        raise Refused(ERROR_BAD_EXE_FORMAT)
    machine, characteristics = struct.unpack("<4xH16xH", header)
    if machine != layout.MACHINE_AMD64:
        raise Refused(ERROR_EXE_MACHINE_TYPE_MISMATCH)
    if characteristics & layout.FILE_DLL:
        raise Refused(ERROR_BAD_EXE_FORMAT)


def command_processor(line: str) -> Program:
    """Run a batch file by the command processor that COMSPEC names, if it is there."""
    for entry in _core.environment().decode("utf-16-le", "surrogatepass").split("\0"):
        if entry[:8].upper() == "COMSPEC=":
            host = _file(entry[8:])
            if host is not None and host.lower().endswith(".exe"):
                return inspect(host, entry[8:], f'"{entry[8:]}" /c "{line}"')
    raise Refused(ERROR_FILE_NOT_FOUND)


def wide_request(
    application: str | None,
    line: str | None,
    process_attributes: int,
    thread_attributes: int,
    inherits: int,
    flags: int,
    environment: int,
    directory: str | None,
    startup: int,
) -> Request:
    """CreateProcessW's arguments, read."""
    return Request(
        application,
        line,
        bool(inherits),
        flags,
        read_environment(environment, bool(flags & CREATE_UNICODE_ENVIRONMENT)),
        directory,
        read_startup(startup, bool(flags & EXTENDED_STARTUPINFO_PRESENT), True),
        _inherit_flag(process_attributes),
        _inherit_flag(thread_attributes),
    )


def ansi_request(
    application: bytes | None,
    line: bytes | None,
    process_attributes: int,
    thread_attributes: int,
    inherits: int,
    flags: int,
    environment: int,
    directory: bytes | None,
    startup: int,
) -> Request:
    """CreateProcessA's arguments, read."""
    return Request(
        from_ansi(application),
        from_ansi(line),
        bool(inherits),
        flags,
        read_environment(environment, bool(flags & CREATE_UNICODE_ENVIRONMENT)),
        from_ansi(directory),
        read_startup(startup, bool(flags & EXTENDED_STARTUPINFO_PRESENT), False),
        _inherit_flag(process_attributes),
        _inherit_flag(thread_attributes),
    )


# ---- starting it ----


@export("kernel32", "kernelbase")
def CreateProcessW(
    lpApplicationName: LPCWSTR,
    lpCommandLine: LPCWSTR,
    lpProcessAttributes: PVOID,
    lpThreadAttributes: PVOID,
    bInheritHandles: BOOL,
    dwCreationFlags: DWORD,
    lpEnvironment: PVOID,
    lpCurrentDirectory: LPCWSTR,
    lpStartupInfo: PVOID,
    lpProcessInformation: PVOID,
) -> BOOL:
    request = wide_request(
        lpApplicationName, lpCommandLine, lpProcessAttributes, lpThreadAttributes, bInheritHandles,
        dwCreationFlags, lpEnvironment, lpCurrentDirectory, lpStartupInfo,
    )  # fmt: skip
    return create(request, lpProcessInformation)


@export("kernel32", "kernelbase")
def CreateProcessA(
    lpApplicationName: LPCSTR,
    lpCommandLine: LPCSTR,
    lpProcessAttributes: PVOID,
    lpThreadAttributes: PVOID,
    bInheritHandles: BOOL,
    dwCreationFlags: DWORD,
    lpEnvironment: PVOID,
    lpCurrentDirectory: LPCSTR,
    lpStartupInfo: PVOID,
    lpProcessInformation: PVOID,
) -> BOOL:
    request = ansi_request(
        lpApplicationName, lpCommandLine, lpProcessAttributes, lpThreadAttributes, bInheritHandles,
        dwCreationFlags, lpEnvironment, lpCurrentDirectory, lpStartupInfo,
    )  # fmt: skip
    return create(request, lpProcessInformation)


def create(request: Request, information: int) -> int:
    """Start the process and fill PROCESS_INFORMATION: CreateProcess's result."""
    try:
        check_flags(request)
        program = find_program(request)
        if len(program.command_line) > LONGEST_COMMAND_LINE:
            raise Refused(ERROR_FILENAME_EXCED_RANGE)
        process, thread, number = start(request, program)
    except Refused as refused:
        return fail(refused.code)
    except OSError as error:
        return fail(_code_of_host(error.errno))
    _core.write(information, struct.pack("<QQII", process, thread, number, number))
    return 1


def _code_of_host(error: int | None) -> int:
    return {
        errno.ENOENT: ERROR_FILE_NOT_FOUND,
        errno.EACCES: ERROR_ACCESS_DENIED,
        errno.EPERM: ERROR_ACCESS_DENIED,
        errno.ENOEXEC: ERROR_BAD_EXE_FORMAT,
        errno.E2BIG: ERROR_FILENAME_EXCED_RANGE,
    }.get(error or 0, ERROR_NOT_ENOUGH_MEMORY)


def check_flags(request: Request) -> None:
    flags = request.flags
    if flags & (DEBUG_PROCESS | DEBUG_ONLY_THIS_PROCESS) or not sys.executable:
        raise Refused(ERROR_NOT_SUPPORTED)
    if flags & DETACHED_PROCESS and flags & CREATE_NEW_CONSOLE:
        raise Refused(ERROR_INVALID_PARAMETER)
    for attribute in request.startup.attributes:
        check_attribute(attribute, request)


PROC_THREAD_ATTRIBUTE_PARENT_PROCESS = 0x20000
PROC_THREAD_ATTRIBUTE_HANDLE_LIST = 0x20002
PROC_THREAD_ATTRIBUTE_JOB_LIST = 0x2000D
PROC_THREAD_ATTRIBUTE_PSEUDOCONSOLE = 0x20016

# What is a hint to the system, or asks for protection that a process of the host's has or has not anyway.
ACCEPTED_ATTRIBUTES = frozenset([
    0x20004,  # PREFERRED_NODE
    0x20007,  # MITIGATION_POLICY
    0x2000E,  # CHILD_PROCESS_POLICY
    0x20012,  # DESKTOP_APP_POLICY
    0x20018,  # MITIGATION_AUDIT_POLICY
    0x20019,  # MACHINE_TYPE
    0x30003,  # GROUP_AFFINITY
    0x30005,  # IDEAL_PROCESSOR
])  # fmt: skip


def check_attribute(attribute: int, request: Request) -> None:
    value, size = request.startup.attributes[attribute]
    if attribute == PROC_THREAD_ATTRIBUTE_HANDLE_LIST:
        if not request.inherits:
            raise Refused(ERROR_INVALID_PARAMETER)
        if not all(_core.handle_flags(handle) & HANDLE_FLAG_INHERIT for handle in listed(value, size)):
            raise Refused(ERROR_INVALID_PARAMETER)
    elif attribute == PROC_THREAD_ATTRIBUTE_PARENT_PROCESS:
        if not _core.is_this_process(get_u64(value)):
            raise Refused(ERROR_NOT_SUPPORTED)
    elif attribute == PROC_THREAD_ATTRIBUTE_PSEUDOCONSOLE:
        if _core.pseudo_console_terminal(value) < 0:
            raise Refused(ERROR_INVALID_HANDLE)
    elif attribute not in ACCEPTED_ATTRIBUTES and attribute != PROC_THREAD_ATTRIBUTE_JOB_LIST:
        raise Refused(ERROR_NOT_SUPPORTED)


def listed(address: int, size: int) -> list[int]:
    """An array of handles."""
    return [value for (value,) in struct.iter_unpack("<Q", _core.read(address, size))]


def inherited(request: Request) -> list[tuple[Any, ...]]:
    """The handles that the child gets; those of kinds that another process cannot have are left out."""
    if not request.inherits:
        return []
    attribute = request.startup.attributes.get(PROC_THREAD_ATTRIBUTE_HANDLE_LIST)
    handles = _core.inheritable_handles() if attribute is None else listed(*attribute)
    given = ((handle, _core.give_handle(handle)) for handle in handles)
    return [(handle, *gift) for handle, gift in given if gift is not None]


def standard(request: Request, handles: list[tuple[Any, ...]]) -> tuple[tuple[int, ...], list[int | None]]:
    """The descriptors 0 to 2 of the child, and the values of its standard handles."""
    terminal = terminal_of(request)
    if terminal >= 0:
        return (terminal,) * 3, [None] * 3
    unseen = request.flags & (DETACHED_PROCESS | CREATE_NO_WINDOW)
    descriptors: list[int] = []
    values: list[int | None] = []
    known = {handle for handle, *_ in handles}
    for number in range(3):
        uses = request.startup.uses_std_handles
        handle = request.startup.std[number] if uses else 0 if unseen else _core.std_handle(number)
        fd = _core.descriptor_of(handle)
        descriptors.append(fd)
        values.append(handle if handle in known or (fd < 0 and uses) else None)
    return tuple(descriptors), values


def start(request: Request, program: Program) -> tuple[int, int, int]:
    """Start the program: handles of process and thread, and the process's number."""
    needs_python = program.is_windows or bool(request.flags & CREATE_SUSPENDED)
    number, block, address = (launch_python if needs_python else launch_host)(request, program)
    try:
        process, thread = _core.process_handles(
            number, block, address, request.process_flags, request.thread_flags
        )
    finally:
        if block >= 0:
            os.close(block)
    if request.flags & PRIORITY_CLASSES:
        _core.set_priority_class(process, request.flags & PRIORITY_CLASSES)
    if status := join_jobs(request, process):
        os.kill(number, signal.SIGKILL)
        _core.close_handle(process)
        _core.close_handle(thread)
        raise Refused(status)
    if not request.flags & CREATE_SUSPENDED:
        _core.resume_process(process)
    return process, thread, number


def launch_host(request: Request, program: Program) -> tuple[int, int, int]:
    """Start a program of the host's: its number, and that it has no block."""
    descriptors, _ = standard(request, [])
    number = _core.process_start(
        os.fsencode(program.host),
        arguments_of(program.command_line),
        _core.host_environment(request.environment),
        folder(request),
        descriptors,
        [],
        bool(request.flags & CREATE_NEW_PROCESS_GROUP),
        False,
        terminal_of(request) >= 0,
    )
    return number, -1, 0


def launch_python(request: Request, program: Program) -> tuple[int, int, int]:
    """Start a Python that becomes the program: its number, and its block's descriptor and address."""
    directory = folder(request)
    handles = inherited(request)
    opened = [fd for _, _, _, _, fd, _ in handles]  # for the child alone
    try:
        descriptors, values = standard(request, handles)
        block, address = _core.process_block(program.windows, block_flags(request))
        try:
            opened.append(record(request, program, block, handles, values))
            line = child.command(opened[-1])
            variables = [name + b"=" + value for name, value in os.environb.items()]
            kept = [*opened, block]
            own_terminal = terminal_of(request) >= 0
            number = _core.process_start(
                line[0], line, variables, directory, descriptors, kept, False, True, own_terminal
            )
        except OSError:
            os.close(block)
            _core.process_block_free(address)
            raise
    finally:
        for fd in opened:
            os.close(fd)
    return number, block, address


def terminal_of(request: Request) -> int:
    """The terminal of the pseudo console that the child is to have; -1: it has this process's console.

    The attribute's value is the console itself, not where it stands.
    """
    console, _ = request.startup.attributes.get(PROC_THREAD_ATTRIBUTE_PSEUDOCONSOLE, (0, 0))
    return _core.pseudo_console_join(console) if console else -1


def block_flags(request: Request) -> int:
    """How the child's block begins: each child waits until it has joined its jobs."""
    flags = request.flags
    apart = terminal_of(request) >= 0 or flags & (DETACHED_PROCESS | CREATE_NEW_CONSOLE | CREATE_NO_WINDOW)
    console = BLOCK_OWN_CONSOLE if apart else 0
    return BLOCK_SUSPENDED | console | (BLOCK_OWN_GROUP if flags & CREATE_NEW_PROCESS_GROUP else 0)


def join_jobs(request: Request, process: int) -> int:
    """Let the child join the jobs of this process and those it is given; an error code, or 0."""
    statuses = [_core.join_jobs(process, bool(request.flags & CREATE_BREAKAWAY_FROM_JOB))]
    given = request.startup.attributes.get(PROC_THREAD_ATTRIBUTE_JOB_LIST)
    statuses += [_core.assign_to_job(job, process) for job in (listed(*given) if given else ())]
    if STATUS_QUOTA_EXCEEDED in statuses:
        return ERROR_NOT_ENOUGH_QUOTA
    return ERROR_ACCESS_DENIED if any(status < 0 for status in statuses) else 0


def record(
    request: Request, program: Program, block: int, handles: list[tuple[Any, ...]], std: list[int | None]
) -> int:
    """What the child is to know, as a descriptor."""
    startup = request.startup
    return child.record(
        program=program.host,
        arguments=None if program.is_windows else arguments_of(program.command_line),
        command_line=program.command_line,
        block=block,
        handles=handles,
        std=std,
        startup=(startup.numbers, startup.show, _wide(startup.title), _wide(startup.desktop), startup.data),
        environment=request.environment,
        token=own_token() if request.token is None else request.token,
        error_mode=0 if request.flags & CREATE_DEFAULT_ERROR_MODE else _core.error_mode(),
    )


def own_token() -> bytes:
    """As its parent has made it, while no code of this process has used it."""
    tokens = sys.modules.get("windlass.api.security.tokens")
    return tokens.pass_on(0) if tokens else child.inherited_token()


def _wide(text: str) -> bytes:
    return text.encode("utf-16-le", "surrogatepass")


def folder(request: Request) -> bytes | None:
    """The child's current directory on the host; None: this process's."""
    if request.directory is None:
        return None
    host = _core.path_to_host(request.directory)
    if host is None or not os.path.isdir(host):
        raise Refused(ERROR_DIRECTORY)
    return os.fsencode(host)


def arguments_of(line: str) -> list[bytes]:
    """The command line as the array that a program of the host's gets.

    Source: Microsoft, "Parsing C Command-Line Arguments".
    """
    arguments: list[str] = []
    at = 0
    while at < len(line):
        if line[at] in " \t":
            at += 1
            continue
        word, quoted = "", False
        while at < len(line) and (quoted or line[at] not in " \t"):
            slashes = len(line) - at - len(line[at:].lstrip("\\"))
            at += slashes
            before_quote = line[at : at + 1] == '"'
            word += "\\" * (slashes // 2 if before_quote else slashes)
            if before_quote and slashes % 2:
                word += '"'
                at += 1
            elif before_quote:
                quoted = not quoted
                at += 1
            elif not slashes:
                word += line[at]
                at += 1
        arguments.append(word)
    return [os.fsencode(each) for each in arguments]


# ---- WinExec ----

SW_SHOW_FLAG = 1  # STARTF_USESHOWWINDOW


@export("kernel32")
def WinExec(lpCmdLine: LPCSTR, uCmdShow: UINT) -> UINT:
    startup = StartupInfo((0,) * 7 + (SW_SHOW_FLAG,), uCmdShow, "", "", b"", (0, 0, 0), {})
    line = from_ansi(lpCmdLine)
    request = Request(None, line, False, 0, _core.environment(), None, startup, 0, 0)
    try:
        process, thread, _ = start(request, find_program(request))
    except Refused as refused:
        return refused.code if refused.code in (ERROR_FILE_NOT_FOUND, ERROR_PATH_NOT_FOUND) else 11
    except OSError:
        return 0
    _core.close_handle(process)
    _core.close_handle(thread)
    return 33
