"""The command processor's commands for files: copy, del, dir, md, mklink, move, rd, ren, type, vol.

Source: Microsoft, "Windows Commands", one page each.
"""

from __future__ import annotations

import datetime
import os
import re
import shutil
from collections.abc import Callable, Iterator

from windlass import _core
from windlass.api.programs import cmd_system as system
from windlass.api.programs.cmd_expansion import unquoted
from windlass.api.programs.cmd_runner import Builtin, Shell, in_folder, matching, system_message, words_of

__all__ = ["FILE_COMMANDS"]

SYNTAX = "The syntax of the command is incorrect."


def options_and_names(rest: str) -> tuple[set[str], list[str]]:
    """Switches in lower case without their slash, and names without quotes: "/s/q a b" or "a,b /s"."""
    switches: set[str] = set()
    names: list[str] = []
    for word in words_of(rest):
        parts = re.split(r"(?<!^)(?=/)", word) if not word.startswith('"') else [word]
        for part in parts:
            if part.startswith("/"):
                switches.add(part[1:].lower())
            elif part:
                names.append(unquoted(part))
    return switches, names


def host(name: str) -> str:
    return system.host_path(name)


def full_path(name: str) -> str:
    folder, slash, base = in_folder(name)
    if "*" in base or "?" in base:
        return full_path(folder + slash or ".").rstrip("\\") + "\\" + base
    return _core.path_to_windows(os.path.abspath(host(name)))


def failed_with(shell: Shell, problem: OSError) -> int:
    codes = {FileNotFoundError: 2, PermissionError: 5, FileExistsError: 183, NotADirectoryError: 3}
    return shell.failed(system_message(codes.get(type(problem), 5)))


# ---- folders ----


def do_mkdir(shell: Shell, name: str, rest: str) -> int | None:
    _, names = options_and_names(rest)
    if not names:
        return shell.failed(SYNTAX)
    code = 0
    for each in names:
        try:
            os.makedirs(host(each))
        except FileExistsError:
            code = shell.failed(f"A subdirectory or file {each} already exists.")
        except OSError as problem:
            code = failed_with(shell, problem)
    return code


def do_rmdir(shell: Shell, name: str, rest: str) -> int | None:
    switches, names = options_and_names(rest)
    if not names:
        return shell.failed(SYNTAX)
    code = 0
    for each in names:
        place = host(each)
        if not os.path.isdir(place):
            code = shell.failed(system_message(267 if os.path.exists(place) else 2), 2)
            continue
        try:
            if os.path.islink(place):
                os.unlink(place)
            elif "s" in switches:
                shutil.rmtree(place)
            else:
                os.rmdir(place)
        except OSError as problem:
            code = shell.failed(system_message(145 if os.listdir(place) else 5), (problem.errno and 145) or 5)
    return code


# ---- files ----


def do_del(shell: Shell, name: str, rest: str) -> int | None:
    switches, names = options_and_names(rest)
    if not names:
        return shell.failed(SYNTAX)
    for pattern in names:
        if os.path.isdir(host(pattern)):
            pattern = pattern.rstrip("\\/") + "\\*"
        found = [each for each in _in_folders(pattern, "s" in switches) if not os.path.isdir(host(each))]
        if not found:
            shell.complain(f"Could Not Find {full_path(pattern)}")
        for each in found:
            try:
                if not os.access(host(each), os.W_OK) and "f" not in switches:
                    raise PermissionError
                os.unlink(host(each))
            except OSError as problem:
                failed_with(shell, problem)
            else:
                if "s" in switches and "q" not in switches:
                    shell.say(f"Deleted file - {full_path(each)}\n")
    return 0  # del says what it could not do; it does not fail


def _in_folders(pattern: str, recursive: bool) -> Iterator[str]:
    yield from matching(pattern, False)
    if recursive:
        folder, _, base = full_path(pattern).rpartition("\\")
        for place, folders, _ in os.walk(host(folder + "\\")):
            for each in folders:
                yield from matching(f"{_core.path_to_windows(os.path.join(place, each))}\\{base}", False)


def do_type(shell: Shell, name: str, rest: str) -> int | None:
    _, names = options_and_names(rest)
    if not names:
        return shell.failed(SYNTAX)
    code = 0
    for pattern in names:
        found = list(matching(pattern, False))
        if not found:
            code = shell.failed(system_message(2))
        for each in found:
            if len(names) > 1 or each != pattern:
                shell.complain(f"\n{each}\n\n")
            with open(host(each), "rb") as file:
                _put_bytes(shell, file.read())
    return code


def _put_bytes(shell: Shell, data: bytes) -> None:
    """As they are; UTF-16 with its mark in the console's code page."""
    if data[:2] == b"\xff\xfe":
        data = _core.ansi_from_text(data[2:].decode("utf-16-le", "surrogatepass"))
    system.write_bytes(shell.streams.output, data)


def do_copy(shell: Shell, name: str, rest: str) -> int | None:
    _, names = options_and_names(re.sub(r"\s*\+\s*", "+", rest))
    if not names:
        return shell.failed(SYNTAX)
    target = names[1] if len(names) > 1 else "."
    parts = names[0].split("+")
    sources = [found for part in parts for found in matching(_all_in_folder(part), False)]
    if not sources:
        shell.complain(system_message(2))
        shell.say("        0 file(s) copied.\n")
        return 1
    try:
        if len(parts) > 1:
            copied = _join(sources, parts[0] if len(names) < 2 else target)
        else:
            copied = _copy_each(shell, sources, target, len(sources) > 1)
    except OSError as problem:
        code = failed_with(shell, problem)
        shell.say("        0 file(s) copied.\n")
        return code
    shell.say(f"{copied:9} file(s) copied.\n")
    return 0 if copied else 1


def _all_in_folder(name: str) -> str:
    return name.rstrip("\\/") + "\\*" if os.path.isdir(host(name)) else name


def _destination(source: str, target: str) -> str:
    """Where one of several goes: into a folder, or under a name with wildcards."""
    base = in_folder(source)[2]
    if os.path.isdir(host(target)) or target.endswith(("\\", "/")):
        return os.path.join(host(target), base)
    return host(renamed(target, base))


def _copy_each(shell: Shell, sources: list[str], target: str, several: bool) -> int:
    if target.lower() == "nul":
        return len(sources)
    copied = 0
    for source in sources:
        place = _destination(source, target)
        if os.path.exists(place) and os.path.samefile(host(source), place):
            shell.complain("The file cannot be copied onto itself.")
            continue
        if several:
            shell.say(source + "\n")
        shutil.copy2(host(source), place)
        copied += 1
    return copied


def _join(sources: list[str], target: str) -> int:
    place = _destination(sources[0], target)
    data = []
    for source in sources:
        with open(host(source), "rb") as file:
            data.append(file.read())
    with open(place, "wb") as file:
        file.write(b"".join(data))
    return 1


def renamed(pattern: str, name: str) -> str:
    """A name made by wildcards from another: "*.bak" and "a.txt" give "a.bak"."""
    folder, slash, base = in_folder(pattern)
    if "*" not in base and "?" not in base:
        return pattern
    stem, dot, extension = name.rpartition(".") if "." in name else (name, "", "")
    wanted, has_dot, wanted_extension = base.partition(".")
    made = _filled(wanted, stem) + (
        "." + _filled(wanted_extension, extension) if has_dot else dot + extension
    )
    return folder + slash + made.rstrip(".")


def _filled(pattern: str, source: str) -> str:
    out = ""
    for index, char in enumerate(pattern):
        if char == "*":
            return out + source[index:]
        out += source[index : index + 1] if char == "?" else char
    return out


def do_move(shell: Shell, name: str, rest: str) -> int | None:
    _, names = options_and_names(rest)
    if not names or len(names) > 2:
        return shell.failed(SYNTAX)
    target = names[1] if len(names) > 1 else "."
    sources = list(matching(names[0], True))
    if not sources:
        return shell.failed(system_message(2))
    for source in sources:
        try:
            place = _destination(source, target)
            if os.path.isfile(place):
                os.replace(host(source), place)
            else:
                shutil.move(host(source), place)
        except OSError as problem:
            return failed_with(shell, problem)
    kind = "dir(s)" if all(os.path.isdir(_destination(each, target)) for each in sources) else "file(s)"
    shell.say(f"{len(sources):9} {kind} moved.\n")
    return 0


def do_ren(shell: Shell, name: str, rest: str) -> int | None:
    _, names = options_and_names(rest)
    if len(names) != 2 or re.search(r"[\\/:]", names[1]):
        return shell.failed(SYNTAX)
    sources = list(matching(names[0], True))
    if not sources:
        return shell.failed(system_message(2))
    for source in sources:
        place = os.path.join(os.path.dirname(host(source)), renamed(names[1], in_folder(source)[2]))
        if os.path.exists(place) and not os.path.samefile(place, host(source)):
            return shell.failed("A duplicate file name exists, or the file\ncannot be found.")
        os.rename(host(source), place)
    return 0


def do_mklink(shell: Shell, name: str, rest: str) -> int | None:
    switches, names = options_and_names(rest)
    if len(names) != 2:
        return shell.failed(SYNTAX)
    link, target = names
    try:
        if "h" in switches:
            os.link(host(target), host(link))
        else:
            place = host(target) if re.match(r"[A-Za-z]:|[\\/]", target) else target.replace("\\", "/")
            os.symlink(place, host(link))
    except OSError as problem:
        return failed_with(shell, problem)
    kind = "Hardlink" if "h" in switches else "Junction" if "j" in switches else "symbolic link"
    shell.say(f"{kind} created for {link} <<===>> {target}\n")
    return 0


# ---- dir and vol ----


def do_vol(shell: Shell, name: str, rest: str) -> int | None:
    drive = (rest.strip() or _core.path_to_windows(os.getcwd()))[:1].upper()
    shell.say(_volume(drive))
    return 0


def _volume(drive: str) -> str:
    import ctypes

    label, serial = ctypes.create_string_buffer(522), ctypes.create_string_buffer(4)
    system.kernel32("GetVolumeInformationW", f"{drive}:\\", label, 261, serial, 0, 0, 0, 0)
    text = label.raw.decode("utf-16-le").split("\0")[0]
    number = int.from_bytes(serial.raw, "little")
    has = f"is {text}" if text else "has no label."
    return (
        f" Volume in drive {drive} {has}\n Volume Serial Number is {number >> 16:04X}-{number & 0xFFFF:04X}\n"
    )


class _Listing:
    """A run of dir."""

    def __init__(self, shell: Shell, switches: set[str]) -> None:
        self.shell = shell
        self.bare = "b" in switches
        self.recursive = "s" in switches
        self.wide = "w" in switches
        attributes = next((each[1:].lstrip(":") for each in switches if each[:1] == "a"), None)
        self.attributes = attributes
        self.order = next((each[1:].lstrip(":") for each in switches if each[:1] == "o"), "")
        self.files = self.folders = self.bytes = 0

    def wants(self, place: str, name: str) -> bool:
        is_folder = os.path.isdir(os.path.join(place, name))
        if self.attributes is None:
            return not name.startswith(".") or name in (".", "..")
        if "-d" in self.attributes:
            return not is_folder
        return is_folder if "d" in self.attributes else True

    def sorted(self, place: str, names: list[str]) -> list[str]:
        names = sorted(names, key=str.lower)
        for letter in reversed(re.findall("-?[nesdg]", self.order)):
            keys: dict[str, Callable[[str], object]] = {
                "n": str.lower,
                "e": lambda name: os.path.splitext(name)[1].lower(),
                "s": lambda name: os.stat(os.path.join(place, name)).st_size,
                "d": lambda name: os.stat(os.path.join(place, name)).st_mtime,
                "g": lambda name: not os.path.isdir(os.path.join(place, name)),
            }
            names.sort(key=keys[letter[-1]], reverse=letter.startswith("-"))  # type: ignore[arg-type]
        return names

    def folder(self, folder: str, pattern: str) -> bool:
        """List what matches there and, with /s, below; whether there was anything."""
        place = host(folder)
        found = [in_folder(each)[2] for each in matching(f"{folder}\\{pattern}", True)]
        if not self.bare and pattern in ("*", "*.*") and place != "/":
            found += [".", ".."]
        names = self.sorted(place, [name for name in found if self.wants(place, name)])
        if names:
            self._show(folder, place, names)
        below = False
        if self.recursive:
            for each in sorted(os.listdir(place), key=str.lower):
                inner = os.path.join(place, each)
                if os.path.isdir(inner) and not os.path.islink(inner):
                    below |= self.folder(f"{folder.rstrip(chr(92))}\\{each}", pattern)
        return bool(names) or below

    def _show(self, folder: str, place: str, names: list[str]) -> None:
        if self.bare:
            prefix = folder.rstrip("\\") + "\\" if self.recursive else ""
            self.shell.say("".join(f"{prefix}{name}\n" for name in names))
            return
        files = folders = size = 0
        self.shell.say(f"\n Directory of {folder}\n\n")
        for name in names:
            status = os.stat(os.path.join(place, name))
            is_folder = os.path.isdir(os.path.join(place, name))
            when = datetime.datetime.fromtimestamp(status.st_mtime).strftime("%m/%d/%Y  %I:%M %p")
            what = "<DIR>         " if is_folder else f"{status.st_size:14,}"
            self.shell.say(f"{when}    {what} {name}\n")
            folders += is_folder
            files += not is_folder
            size += 0 if is_folder else status.st_size
        self.shell.say(f"{files:16} File(s) {size:14,} bytes\n")
        self.files, self.folders, self.bytes = self.files + files, self.folders + folders, self.bytes + size


def do_dir(shell: Shell, name: str, rest: str) -> int | None:
    switches, names = options_and_names(rest)
    listing = _Listing(shell, switches)
    code = 0
    for number, each in enumerate(names or ["."]):
        path = full_path(each)
        is_folder = os.path.isdir(host(path))
        folder, pattern = (path, "*") if is_folder else (path.rpartition("\\")[0], path.rpartition("\\")[2])
        if folder.endswith(":"):
            folder += "\\"
        if not listing.bare and not number:
            shell.say(_volume(path[:1]))
        if not os.path.isdir(host(folder)):
            code = shell.failed(system_message(3))
        elif not listing.folder(folder, pattern):
            code = shell.failed("File Not Found")
    if not listing.bare and not code:
        if listing.recursive:
            shell.say("\n     Total Files Listed:\n")
            shell.say(f"{listing.files:16} File(s) {listing.bytes:14,} bytes\n")
        free = shutil.disk_usage(host((names or ["."])[0] if not names else ".")).free
        shell.say(f"{listing.folders:16} Dir(s) {free:15,} bytes free\n")
    return code


FILE_COMMANDS: dict[str, Builtin] = {
    "copy": do_copy, "del": do_del, "dir": do_dir, "erase": do_del, "md": do_mkdir, "mkdir": do_mkdir,
    "mklink": do_mklink, "move": do_move, "rd": do_rmdir, "ren": do_ren, "rename": do_ren,
    "rmdir": do_rmdir, "type": do_type, "vol": do_vol,
}  # fmt: skip
