"""The class of shortcuts: IShellLink, and how they are kept in files and streams.

Source: Microsoft, "IShellLinkW interface", "IShellLinkDataList interface", "IPersistFile interface",
"SLGP_FLAGS", "SLR_FLAGS".
"""

from __future__ import annotations

import ctypes
import os
import struct

from windlass import _core
from windlass.api.calls import windows
from windlass.api.com.com_objects import (
    E_FAIL,
    E_INVALIDARG,
    E_POINTER,
    FAILURE,
    ComObject,
    Interface,
    IUnknown,
    call,
    put_guid,
    task_text,
)
from windlass.api.outputs import get_u32, put_cut, put_u32, put_u64, string_at
from windlass.api.refused import Refused
from windlass.api.shell import shell_items
from windlass.api.shell.shell_folder_objects import IPersist
from windlass.api.shell.shell_link_file import CLASS_IDENTIFIER, BadLink, Link, parse, serialize
from windlass.api.system.registry_win32 import expand

__all__ = ["ShellLink"]

S_FALSE = 1
ERROR_FILE_NOT_FOUND, ERROR_PATH_NOT_FOUND, ERROR_ACCESS_DENIED = 0x80070002, 0x80070003, 0x80070005
SLGP_SHORTPATH, SLGP_RAWPATH = 1, 4
MAX_PATH = 260
STREAM_READ, STREAM_WRITE = 3, 4
HAS_ENVIRONMENT_BLOCK = 0x200
ENVIRONMENT_BLOCK, ENVIRONMENT_SIGNATURE = struct.Struct("<II260s520s"), 0xA0000001
LMEM_ZEROINIT = 0x40

_METHODS = (
    "GetPath{0}:PIPI GetIDList:P SetIDList:P GetDescription{0}:Pi SetDescription{0}:P"
    " GetWorkingDirectory{0}:Pi SetWorkingDirectory{0}:P GetArguments{0}:Pi SetArguments{0}:P"
    " GetHotkey:P SetHotkey:H GetShowCmd:P"
    " SetShowCmd:i GetIconLocation{0}:PiP SetIconLocation{0}:Pi SetRelativePath{0}:PI Resolve:QI SetPath{0}:P"
)
IShellLinkW = Interface("000214f9-0000-0000-c000-000000000046", IUnknown, _METHODS.format("W"))
IShellLinkA = Interface("000214ee-0000-0000-c000-000000000046", IUnknown, _METHODS.format("A"))
IPersistFile = Interface(
    "0000010b-0000-0000-c000-000000000046",
    IPersist,
    "IsDirty: Load:WI Save:Wi SaveCompleted:W GetCurFile:P",
)
IPersistStream = Interface(
    "00000109-0000-0000-c000-000000000046", IPersist, "IsDirty: LoadStream:P SaveStream:PI GetSizeMax:P"
)
IShellLinkDataList = Interface(
    "45e2b4ae-b1c3-11d0-b92f-00a0c90312e1",
    IUnknown,
    "AddDataBlock:P CopyDataBlock:IP RemoveDataBlock:I GetFlags:P SetFlags:I",
)


def _put(buffer: int, capacity: int, text: str, wide: bool) -> int:
    """As much as there is room for."""
    if not buffer or capacity <= 0:
        return E_INVALIDARG
    put_cut(buffer, text, capacity, wide)
    return 0


class ShellLink(ComObject):
    """A shortcut."""

    interfaces = (IShellLinkW, IShellLinkA, IPersistFile, IPersistStream, IShellLinkDataList)

    def __init__(self) -> None:
        super().__init__()
        self.link = Link()
        self.file = ""
        self.is_dirty = False

    # ---- the target ----

    def target(self) -> str:
        """Its path; "" if it is no file."""
        link = self.link
        return link.path or shell_items.path_of(_items(link.items)) or expand(self.environment_path())

    def environment_path(self) -> str:
        """The path with variables in it, if it was given so."""
        for block in self.link.blocks:
            if int.from_bytes(block[4:8], "little") == ENVIRONMENT_SIGNATURE and len(block) >= 788:
                return block[268:788].decode("utf-16-le", "surrogatepass").split("\0")[0]
        return ""

    def _get_path(self, buffer: int, capacity: int, data: int, flags: int, wide: bool) -> int:
        if not buffer and capacity:
            return E_INVALIDARG
        path = (self.environment_path() if flags & SLGP_RAWPATH else "") or self.target()
        if data:
            self._put_find_data(data, path, wide)
        if buffer and capacity:
            shown = _short(path) if flags & SLGP_SHORTPATH and path else path
            put_cut(buffer, shown, capacity, wide)
        return 0 if path else S_FALSE

    def _put_find_data(self, data: int, path: str, wide: bool) -> None:
        """WIN32_FIND_DATA with what the shortcut remembers."""
        name = path.rpartition("\\")[2]
        unit, encoded = (2, _core.wide_bytes(name)) if wide else (1, _core.ansi_from_text(name) + b"\0")
        times = [time >> shift & 0xFFFFFFFF for time in self.link.times for shift in (0, 32)]
        head = struct.pack("<I6I4I", self.link.attributes, *times, 0, self.link.size, 0, 0)
        _core.write(data, head + encoded[: MAX_PATH * unit].ljust(MAX_PATH * unit + 14 * unit, b"\0"))

    def _set_path(self, text: str | None) -> int:
        if text is None:
            return E_INVALIDARG
        name = text.strip('"') if text.startswith('"') else text
        if text.startswith('"') and not text.endswith('"'):
            return S_FALSE
        self.is_dirty = True
        self._drop_block(ENVIRONMENT_SIGNATURE)
        self.link.flags &= ~HAS_ENVIRONMENT_BLOCK
        if not name:
            self.link.path, self.link.items = "", b""
            return 0
        path = shell_items.full_path(expand(name))
        if expand(name) != name and len(name) < MAX_PATH:
            self.link.flags |= HAS_ENVIRONMENT_BLOCK
            wide = _core.wide_bytes(name)
            self.link.blocks.append(
                ENVIRONMENT_BLOCK.pack(
                    ENVIRONMENT_BLOCK.size, ENVIRONMENT_SIGNATURE, _core.ansi_from_text(name)[:259], wide
                )
            )
        self._point_to(path)
        return 0

    def _point_to(self, path: str) -> None:
        host = _core.path_to_host(path)
        is_there = host is not None and os.path.exists(host)
        self.link.path = path
        self.link.items = shell_items.list_of(shell_items.items_of(path, simple=not is_there))
        if not is_there:
            self.link.attributes, self.link.times, self.link.size = 0, (0, 0, 0), 0
            return
        status = os.stat(host or "")
        moments = (status.st_ctime_ns, status.st_atime_ns, status.st_mtime_ns)
        created, accessed, changed = (moment // 100 + 116444736000000000 for moment in moments)
        self.link.attributes = shell_items.file_attributes(path)
        self.link.times = created, accessed, changed
        self.link.size = 0 if os.path.isdir(host or "") else status.st_size

    def GetIDList(self, ppidl: int) -> int | None:
        """S_FALSE if there is none."""
        if not ppidl:
            return E_POINTER
        put_u64(ppidl, shell_items.allocated(self.link.items) if self.link.items else 0)
        return None if self.link.items else S_FALSE

    def SetIDList(self, pidl: int) -> int | None:
        if not pidl:
            return E_INVALIDARG
        items = shell_items.items_at(pidl)
        path = shell_items.path_of(items)
        if path:
            self._point_to(path)
        else:
            self.link.path = ""
        self.link.items = shell_items.list_of(items)
        self.is_dirty = True
        return None

    def Resolve(self, hwnd: int, fFlags: int) -> int | None:
        """Nobody can be asked where the target went."""
        path = self.target()
        if not path or shell_items.exists(path):
            return None
        if self.link.relative_path and self.file:
            beside = self.file.rpartition("\\")[0] + "\\" + self.link.relative_path
            found = shell_items.full_path(beside)
            if shell_items.exists(found):
                self._point_to(found)
                self.is_dirty = True
                return None
        return ERROR_FILE_NOT_FOUND

    # ---- texts and numbers ----

    def _set(self, name: str, text: str | None) -> int | None:
        setattr(self.link, name, text or "")
        self.is_dirty = True
        return None

    def GetHotkey(self, pwHotkey: int) -> int | None:
        if not pwHotkey:
            return E_POINTER
        _core.write(pwHotkey, struct.pack("<H", self.link.hotkey))
        return None

    def SetHotkey(self, wHotkey: int) -> None:
        self.link.hotkey = wHotkey
        self.is_dirty = True

    def GetShowCmd(self, piShowCmd: int) -> int | None:
        if not piShowCmd:
            return E_POINTER
        put_u32(piShowCmd, self.link.show_command)
        return None

    def SetShowCmd(self, iShowCmd: int) -> None:
        self.link.show_command = iShowCmd & 0xFFFFFFFF
        self.is_dirty = True

    def _get_icon(self, buffer: int, capacity: int, index: int, wide: bool) -> int:
        put_u32(index, self.link.icon_index)
        return _put(buffer, capacity, self.link.icon_location, wide)

    def _set_icon(self, text: str | None, index: int) -> None:
        self._set("icon_location", text)
        self.link.icon_index = index

    # ---- IShellLinkW and IShellLinkA ----

    def GetPathW(self, pszFile: int, cch: int, pfd: int, fFlags: int) -> int:
        return self._get_path(pszFile, cch, pfd, fFlags, True)

    def GetPathA(self, pszFile: int, cch: int, pfd: int, fFlags: int) -> int:
        return self._get_path(pszFile, cch, pfd, fFlags, False)

    def SetPathW(self, pszFile: int) -> int:
        return self._set_path(string_at(pszFile, True))

    def SetPathA(self, pszFile: int) -> int:
        return self._set_path(string_at(pszFile, False))

    def GetDescriptionW(self, pszName: int, cch: int) -> int:
        return _put(pszName, cch, self.link.name, True)

    def GetDescriptionA(self, pszName: int, cch: int) -> int:
        return _put(pszName, cch, self.link.name, False)

    def SetDescriptionW(self, pszName: int) -> int | None:
        return self._set("name", string_at(pszName, True))

    def SetDescriptionA(self, pszName: int) -> int | None:
        return self._set("name", string_at(pszName, False))

    def GetWorkingDirectoryW(self, pszDir: int, cch: int) -> int:
        return _put(pszDir, cch, self.link.working_directory, True)

    def GetWorkingDirectoryA(self, pszDir: int, cch: int) -> int:
        return _put(pszDir, cch, self.link.working_directory, False)

    def SetWorkingDirectoryW(self, pszDir: int) -> int | None:
        return self._set("working_directory", string_at(pszDir, True))

    def SetWorkingDirectoryA(self, pszDir: int) -> int | None:
        return self._set("working_directory", string_at(pszDir, False))

    def GetArgumentsW(self, pszArgs: int, cch: int) -> int:
        return _put(pszArgs, cch, self.link.arguments, True)

    def GetArgumentsA(self, pszArgs: int, cch: int) -> int:
        return _put(pszArgs, cch, self.link.arguments, False)

    def SetArgumentsW(self, pszArgs: int) -> int | None:
        return self._set("arguments", string_at(pszArgs, True))

    def SetArgumentsA(self, pszArgs: int) -> int | None:
        return self._set("arguments", string_at(pszArgs, False))

    def GetIconLocationW(self, pszIconPath: int, cch: int, piIcon: int) -> int:
        return self._get_icon(pszIconPath, cch, piIcon, True)

    def GetIconLocationA(self, pszIconPath: int, cch: int, piIcon: int) -> int:
        return self._get_icon(pszIconPath, cch, piIcon, False)

    def SetIconLocationW(self, pszIconPath: int, iIcon: int) -> None:
        self._set_icon(string_at(pszIconPath, True), iIcon)

    def SetIconLocationA(self, pszIconPath: int, iIcon: int) -> None:
        self._set_icon(string_at(pszIconPath, False), iIcon)

    def SetRelativePathW(self, pszPathRel: int, dwReserved: int) -> int | None:
        return self._set("relative_path", string_at(pszPathRel, True))

    def SetRelativePathA(self, pszPathRel: int, dwReserved: int) -> int | None:
        return self._set("relative_path", string_at(pszPathRel, False))

    # ---- files and streams ----

    def GetClassID(self, pClassID: int) -> None:
        put_guid(pClassID, CLASS_IDENTIFIER)

    def IsDirty(self) -> int:
        return 0 if self.is_dirty else S_FALSE

    def _take(self, data: bytes) -> None:
        try:
            self.link = parse(data)
        except BadLink:
            raise Refused(E_FAIL) from None
        self.is_dirty = False

    def Load(self, pszFileName: str | None, dwMode: int) -> int | None:
        if not pszFileName:
            return E_INVALIDARG
        try:
            with open(_core.path_to_host(pszFileName) or "", "rb") as file:
                data = file.read()
        except FileNotFoundError:
            return ERROR_FILE_NOT_FOUND
        except OSError:
            return ERROR_ACCESS_DENIED
        self._take(data)
        self.file = shell_items.full_path(pszFileName)
        return None

    def Save(self, pszFileName: str | None, fRemember: int) -> int | None:
        name = pszFileName or self.file
        if not name:
            return E_FAIL
        try:
            with open(_core.path_to_host(name) or "", "wb") as file:
                file.write(serialize(self.link))
        except FileNotFoundError:
            return ERROR_PATH_NOT_FOUND
        except OSError:
            return ERROR_ACCESS_DENIED
        if fRemember or not pszFileName:
            self.file = shell_items.full_path(name)
            self.is_dirty = False
        return None

    def SaveCompleted(self, pszFileName: str | None) -> None:
        """The file may be written to at any time."""

    def GetCurFile(self, ppszFileName: int) -> int | None:
        """S_FALSE if it is of no file."""
        put_u64(ppszFileName, task_text(self.file) if self.file else 0)
        return None if self.file else S_FALSE

    def LoadStream(self, pStm: int) -> int | None:
        """The stream is read to its end."""
        if not pStm:
            return E_INVALIDARG
        data = b""
        buffer, count = ctypes.create_string_buffer(65536), ctypes.c_uint32(1)
        while count.value:
            code = call(pStm, STREAM_READ, ctypes.addressof(buffer), 65536, ctypes.addressof(count))
            if code & FAILURE:
                return code
            data += buffer.raw[: count.value]
        self._take(data)
        return None

    def SaveStream(self, pStm: int, fClearDirty: int) -> int | None:
        if not pStm:
            return E_INVALIDARG
        data = serialize(self.link)
        buffer = ctypes.create_string_buffer(data, len(data))
        code = call(pStm, STREAM_WRITE, ctypes.addressof(buffer), len(data), 0)
        if code & FAILURE:
            return code
        self.is_dirty = self.is_dirty and not fClearDirty
        return None

    def GetSizeMax(self, pcbSize: int) -> int | None:
        if not pcbSize:
            return E_INVALIDARG
        put_u64(pcbSize, len(serialize(self.link)))
        return None

    # ---- data blocks ----

    def _drop_block(self, signature: int) -> bool:
        kept = [each for each in self.link.blocks if int.from_bytes(each[4:8], "little") != signature]
        dropped = len(kept) < len(self.link.blocks)
        self.link.blocks = kept
        return dropped

    def AddDataBlock(self, pDataBlock: int) -> int | None:
        size = get_u32(pDataBlock) if pDataBlock else 0
        if size < 8:
            return E_INVALIDARG
        block = _core.read(pDataBlock, size)
        if any(each[4:8] == block[4:8] for each in self.link.blocks):
            return S_FALSE
        self.link.blocks.append(block)
        self.is_dirty = True
        return None

    def CopyDataBlock(self, dwSig: int, ppDataBlock: int) -> int | None:
        """The copy is freed with LocalFree."""
        put_u64(ppDataBlock, 0)
        for block in self.link.blocks:
            if int.from_bytes(block[4:8], "little") == dwSig:
                copy = windows("kernel32.dll", "LocalAlloc", LMEM_ZEROINIT, len(block))
                _core.write(copy, block)
                put_u64(ppDataBlock, copy)
                return None
        return E_FAIL

    def RemoveDataBlock(self, dwSig: int) -> int | None:
        if not self._drop_block(dwSig):
            return E_FAIL
        self.is_dirty = True
        return None

    def GetFlags(self, pdwFlags: int) -> int | None:
        if not pdwFlags:
            return E_INVALIDARG
        put_u32(pdwFlags, int.from_bytes(serialize(self.link)[20:24], "little"))
        return None

    def SetFlags(self, dwFlags: int) -> None:
        self.link.flags = dwFlags
        self.is_dirty = True


def _items(list: bytes) -> list[bytes]:
    buffer = ctypes.create_string_buffer(list or b"\0\0")
    return shell_items.items_at(ctypes.addressof(buffer))


def _short(path: str) -> str:
    source = ctypes.create_string_buffer(_core.wide_bytes(path))
    target = ctypes.create_string_buffer(2 * 32768)
    done = windows(
        "kernel32.dll", "GetShortPathNameW", ctypes.addressof(source), ctypes.addressof(target), 32768
    )
    return _core.wide_string(ctypes.addressof(target)) if done & 0xFFFFFFFF else path
