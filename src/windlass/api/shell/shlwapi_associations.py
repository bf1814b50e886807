"""What the registry says of kinds of files: which program opens them, and how they are called.

Source: Microsoft, "AssocQueryStringW function", "AssocQueryKeyW function", "ASSOCSTR enumeration", "ASSOCF",
"IQueryAssociations interface", "AssocGetPerceivedType function", "File Types".
"""

from __future__ import annotations

import ntpath
import re
import uuid
from typing import NamedTuple

from windlass import _core
from windlass.api.com.com_class import class_text
from windlass.api.com.com_objects import E_INVALIDARG, E_NOTIMPL, E_POINTER, ComObject, Interface, IUnknown
from windlass.api.outputs import from_ansi, get_u32, put_ansi, put_cut, put_u32, put_u64, put_wide
from windlass.api.refused import Refused, code_of
from windlass.api.shell import shell_items
from windlass.api.shell.shlwapi_text import find_on_path
from windlass.api.system import registry_keys as keys
from windlass.api.system.registry_win32 import expand
from windlass.registry import export
from windlass.types import (
    BOOL,
    DWORD,
    HINSTANCE,
    HRESULT,
    INT,
    LPCSTR,
    LPCWSTR,
    LPDWORD,
    LPGUID,
    LPSTR,
    LPWSTR,
    PHKEY,
    PVOID,
)

__all__ = ["command_for", "executable_for"]

S_FALSE = 1
ERROR_NO_ASSOCIATION, ERROR_FILE_NOT_FOUND = 0x80070483, 0x80070002
ASSOCF_INIT_BYEXENAME, ASSOCF_INIT_DEFAULTTOSTAR, ASSOCF_INIT_DEFAULTTOFOLDER = 0x2, 0x4, 0x8
ASSOCF_NOTRUNCATE, ASSOCF_VERIFY = 0x20, 0x40
(
    ASSOCSTR_COMMAND, ASSOCSTR_EXECUTABLE, ASSOCSTR_FRIENDLYDOCNAME, ASSOCSTR_FRIENDLYAPPNAME,
    ASSOCSTR_NOOPEN, ASSOCSTR_SHELLNEWVALUE, ASSOCSTR_DDECOMMAND, ASSOCSTR_DDEIFEXEC,
    ASSOCSTR_DDEAPPLICATION, ASSOCSTR_DDETOPIC, ASSOCSTR_INFOTIP, ASSOCSTR_QUICKTIP,
    ASSOCSTR_TILEINFO, ASSOCSTR_CONTENTTYPE, ASSOCSTR_DEFAULTICON, ASSOCSTR_SHELLEXTENSION,
    ASSOCSTR_DROPTARGET, ASSOCSTR_DELEGATEEXECUTE, _, ASSOCSTR_PROGID,
) = range(1, 21)  # fmt: skip
ASSOCKEY_SHELLEXECCLASS, ASSOCKEY_APP, ASSOCKEY_CLASS, ASSOCKEY_BASECLASS = 1, 2, 3, 4

CLSID_QUERY_ASSOCIATIONS = uuid.UUID("a07034fd-6caa-4954-ac3f-97a27216f98a").bytes_le
IQueryAssociations = Interface(
    "c46ca590-3c3f-11d2-bee6-0000f805ca57",
    IUnknown,
    "Init:IWQQ GetString:IIWPP GetKey:IIWP GetData:IIWPP GetEnum:IIWPP",
)


class Kind(NamedTuple):
    """What is asked about: paths of keys below HKEY_CLASSES_ROOT, "" for one that there is not.

    type:  of the extension, or of what was named itself.
    class_: of the program's class that the type is.
    """

    type: str
    class_: str


def kind_of(name: str, flags: int) -> Kind:
    """Refused if nothing is registered for it."""
    if not name:
        raise Refused(E_INVALIDARG)
    if flags & ASSOCF_INIT_BYEXENAME:
        place = rf"Applications\{ntpath.basename(name)}"
        return _checked(Kind(place, place), flags)
    if re.fullmatch(r"\{[0-9A-Fa-f-]{36}\}", name):
        return _checked(Kind(rf"CLSID\{name}", rf"CLSID\{name}"), flags)
    extension = ntpath.splitext(name)[1] if not name.startswith(".") else name
    if not extension:
        return _checked(Kind(name, name), flags)
    return _checked(Kind(extension, class_text(extension) or ""), flags)


def _is_key(path: str) -> bool:
    try:
        keys.open_key(keys.key_of(keys.HKEY_CLASSES_ROOT), path, 0)
    except Refused:
        return False
    return bool(path)


def _checked(kind: Kind, flags: int) -> Kind:
    if _is_key(kind.class_) or _is_key(kind.type):
        return kind
    if flags & ASSOCF_INIT_DEFAULTTOFOLDER:
        return Kind("Folder", "Folder")
    if flags & ASSOCF_INIT_DEFAULTTOSTAR:
        return Kind("*", "*")
    raise Refused(ERROR_NO_ASSOCIATION)


# ---- texts ----


def _value(kind: Kind, below: str, name: str = "") -> str | None:
    """Of the class, or of the type itself."""
    for start in (kind.class_, kind.type):
        if start and (text := class_text(start + below, name)) is not None:
            return text
    return None


def _verb(kind: Kind, verb: str | None) -> str:
    """The key below the class for what is to be done: the default verb, if none is named."""
    return rf"\shell\{verb or (_value(kind, chr(92) + 'shell') or 'open').split(',')[0]}"


def command_for(kind: Kind, verb: str | None) -> str:
    text = _value(kind, _verb(kind, verb) + r"\command")
    if not text:
        raise Refused(ERROR_NO_ASSOCIATION)
    return text


def executable_for(kind: Kind, verb: str | None) -> str:
    """The program of a command, which may be quoted or have blanks in its name."""
    command = expand(command_for(kind, verb))
    if command.startswith('"'):
        return command[1:].split('"')[0]
    words = command.split(" ")
    for count in range(1, len(words) + 1):
        name = " ".join(words[:count])
        for candidate in (name, name + ".exe"):
            if ntpath.isabs(candidate) and shell_items.exists(candidate):
                return candidate
            if not ntpath.isabs(candidate) and (found := find_on_path(candidate, [])):
                return found
    return words[0]


def _friendly_name(path: str) -> str:
    """Of a program: what the registry or else its file is called."""
    place = rf"Applications\{ntpath.basename(path)}"
    return class_text(place, "FriendlyAppName") or ntpath.splitext(ntpath.basename(path))[0]


_DDE = {
    ASSOCSTR_DDECOMMAND: r"\ddeexec",
    ASSOCSTR_DDEIFEXEC: r"\ddeexec\ifexec",
    ASSOCSTR_DDEAPPLICATION: r"\ddeexec\application",
    ASSOCSTR_DDETOPIC: r"\ddeexec\topic",
}
_VALUES = {
    ASSOCSTR_INFOTIP: "InfoTip",
    ASSOCSTR_QUICKTIP: "QuickTip",
    ASSOCSTR_TILEINFO: "TileInfo",
    ASSOCSTR_NOOPEN: "NoOpen",
}


def text_of(kind: Kind, string: int, extra: str | None) -> str:
    """What is asked for by ASSOCSTR_*; Refused if it is not there."""
    if string == ASSOCSTR_COMMAND:
        return command_for(kind, extra)
    if string == ASSOCSTR_EXECUTABLE:
        return executable_for(kind, extra)
    if string == ASSOCSTR_FRIENDLYAPPNAME:
        return _friendly_name(executable_for(kind, extra))
    if string == ASSOCSTR_PROGID:
        found: str | None = kind.class_ or None
    elif string == ASSOCSTR_FRIENDLYDOCNAME:
        found = _value(kind, "")
    elif string == ASSOCSTR_CONTENTTYPE:
        found = class_text(kind.type, "Content Type")
    elif string == ASSOCSTR_DEFAULTICON:
        found = _value(kind, r"\DefaultIcon")
    elif string == ASSOCSTR_SHELLEXTENSION:
        found = _value(kind, rf"\ShellEx\{extra or ''}")
    elif string in (ASSOCSTR_DROPTARGET, ASSOCSTR_DELEGATEEXECUTE):
        name = "CLSID" if string == ASSOCSTR_DROPTARGET else "DelegateExecute"
        below = r"\DropTarget" if string == ASSOCSTR_DROPTARGET else r"\command"
        found = _value(kind, _verb(kind, extra) + below, name)
    elif string in _DDE:
        found = _value(kind, _verb(kind, extra) + _DDE[string])
    elif string in _VALUES:
        found = _value(kind, "", _VALUES[string])
    elif string == ASSOCSTR_SHELLNEWVALUE:
        found = class_text(rf"{kind.type}\ShellNew", extra or "")
    else:
        raise Refused(E_INVALIDARG)
    if not found:
        raise Refused(ERROR_NO_ASSOCIATION)
    return found


def _give(text: str, flags: int, buffer: int, size: int, wide: bool) -> None:
    """Without a buffer the size is told, and that is no success: S_FALSE."""
    needed = (put_wide if wide else put_ansi)(0, 0, text) + 1
    capacity = get_u32(size)
    if not buffer:
        put_u32(size, needed)
        raise Refused(S_FALSE)
    if needed <= capacity:
        put_cut(buffer, text, capacity, wide)
        put_u32(size, needed)
        return
    if not flags & ASSOCF_NOTRUNCATE and capacity:
        put_cut(buffer, text, capacity, wide)
    put_u32(size, needed)
    raise Refused(E_POINTER)


def _query(
    flags: int, string: int, name: str | None, extra: str | None, buffer: int, size: int, wide: bool
) -> None:
    if name is None or not size:
        raise Refused(E_INVALIDARG)
    text = text_of(kind_of(name, flags), string, extra)
    if flags & ASSOCF_VERIFY and string == ASSOCSTR_EXECUTABLE and not shell_items.exists(text):
        raise Refused(ERROR_FILE_NOT_FOUND)
    _give(text, flags, buffer, size, wide)


@export("shlwapi")
def AssocQueryStringW(
    flags: DWORD, str: INT, pszAssoc: LPCWSTR, pszExtra: LPCWSTR, pszOut: LPWSTR, pcchOut: LPDWORD
) -> HRESULT:
    return code_of(_query, flags, str, pszAssoc, pszExtra, pszOut, pcchOut, True)


@export("shlwapi")
def AssocQueryStringA(
    flags: DWORD, str: INT, pszAssoc: LPCSTR, pszExtra: LPCSTR, pszOut: LPSTR, pcchOut: LPDWORD
) -> HRESULT:
    return code_of(_query, flags, str, from_ansi(pszAssoc), from_ansi(pszExtra), pszOut, pcchOut, False)


# ---- keys ----


def _key_path(kind: Kind, key: int, extra: str | None) -> str:
    if key == ASSOCKEY_SHELLEXECCLASS:
        return kind.class_ or kind.type
    if key == ASSOCKEY_APP:
        return rf"Applications\{ntpath.basename(executable_for(kind, extra))}"
    if key == ASSOCKEY_CLASS:
        return kind.class_ if _is_key(kind.class_) else kind.type
    if key == ASSOCKEY_BASECLASS:
        return "*"
    raise Refused(E_INVALIDARG)


def _query_key(flags: int, key: int, name: str | None, extra: str | None, result: int) -> None:
    if name is None or not result:
        raise Refused(E_INVALIDARG)
    put_u64(result, 0)
    path = _key_path(kind_of(name, flags), key, extra)
    try:
        found = keys.open_key(keys.key_of(keys.HKEY_CLASSES_ROOT), path, 0)
    except Refused:
        raise Refused(ERROR_NO_ASSOCIATION) from None
    put_u64(result, keys.handle_of(found, MAXIMUM_ALLOWED))


MAXIMUM_ALLOWED = 0x2000000


@export("shlwapi")
def AssocQueryKeyW(flags: DWORD, key: INT, pszAssoc: LPCWSTR, pszExtra: LPCWSTR, phkeyOut: PHKEY) -> HRESULT:
    return code_of(_query_key, flags, key, pszAssoc, pszExtra, phkeyOut)


@export("shlwapi")
def AssocQueryKeyA(flags: DWORD, key: INT, pszAssoc: LPCSTR, pszExtra: LPCSTR, phkeyOut: PHKEY) -> HRESULT:
    return code_of(_query_key, flags, key, from_ansi(pszAssoc), from_ansi(pszExtra), phkeyOut)


# ---- as an object ----


class QueryAssociations(ComObject):
    """The same for one kind of file."""

    interfaces = (IQueryAssociations,)

    def __init__(self) -> None:
        super().__init__()
        self.flags = 0
        self.name: str | None = None

    def Init(self, flags: int, pszAssoc: str | None, hkProgid: int, hwnd: int) -> int | None:
        """A key cannot be given: it does not tell what it is of."""
        if pszAssoc is None:
            return E_NOTIMPL if hkProgid else E_INVALIDARG
        kind_of(pszAssoc, flags)
        self.flags, self.name = flags, pszAssoc
        return None

    def GetString(self, flags: int, str: int, pszExtra: str | None, pszOut: int, pcchOut: int) -> int:
        return code_of(_query, flags | self.flags, str, self.name, pszExtra, pszOut, pcchOut, True)

    def GetKey(self, flags: int, key: int, pszExtra: str | None, phkeyOut: int) -> int:
        return code_of(_query_key, flags | self.flags, key, self.name, pszExtra, phkeyOut)


@export("shlwapi")
def AssocCreate(clsid: LPGUID, riid: LPGUID, ppv: PVOID) -> HRESULT:
    """The class is given by value, which is a pointer to a copy of it."""
    put_u64(ppv, 0)
    if _core.read(clsid, 16) != CLSID_QUERY_ASSOCIATIONS:
        return 0x80040154
    return QueryAssociations().give(riid, ppv)


# ---- what a file is taken for ----

PERCEIVED_TYPES = {
    "folder": -1, "text": 1, "image": 2, "audio": 3, "video": 4, "compressed": 5, "document": 6, "system": 7,
    "application": 8, "gamemedia": 9, "contacts": 10,
}  # fmt: skip
HARDCODED_TYPES = {
    "audio": ".aac .aif .aifc .aiff .au .flac .m3u .m4a .mid .midi .mp2 .mp3 .ogg .rmi .snd .wav .wax .wma",
    "image": ".bmp .dib .emf .gif .ico .jfif .jpe .jpeg .jpg .png .tif .tiff .wmf",
    "video": ".asf .asx .avi .m1v .m4v .mkv .mov .mp2v .mp4 .mpe .mpeg .mpg .mpv2 .wm .wmv .wmx .wvx",
    "compressed": ".cab .gz .rar .tar .tgz .z .zip",
    "text": ".asm .c .cpp .cs .css .csv .cxx .h .hpp .htm .html .hxx .ini .js .log .sql .svg .txt .vbs .xml",
    "application": ".com .exe .msi .bat .cmd",
    "system": ".cpl .dll .ocx .sys",
    "document": ".doc .docx .dot .dotx .mht .mhtml .pdf .ppt .pptx .rtf .xls .xlsx",
}
PERCEIVEDFLAG_SOFTCODED, PERCEIVEDFLAG_HARDCODED, PERCEIVED_TYPE_UNSPECIFIED = 1, 2, 0
PERCEIVED_TYPE_CUSTOM = 0xFFFFFFFD


@export("shlwapi", "shell32")
def AssocGetPerceivedType(pszExt: LPCWSTR, ptype: PVOID, pflag: PVOID, ppszType: PVOID) -> HRESULT:
    put_u64(ppszType, 0)
    if not pszExt or not ptype:
        return E_INVALIDARG
    extension = pszExt.lower()
    flag, text = PERCEIVEDFLAG_SOFTCODED, class_text(extension, "PerceivedType")
    if text is None:
        flag = PERCEIVEDFLAG_HARDCODED
        text = next((name for name, list in HARDCODED_TYPES.items() if extension in list.split()), None)
    if text is None:
        put_u32(ptype, PERCEIVED_TYPE_UNSPECIFIED)
        put_u32(pflag, 0)
        return ERROR_FILE_NOT_FOUND
    put_u32(ptype, PERCEIVED_TYPES.get(text.lower(), PERCEIVED_TYPE_CUSTOM))
    put_u32(pflag, flag)
    if ppszType:
        put_u64(ppszType, shell_items.allocated(_core.wide_bytes(text)))
    return 0


DANGEROUS = (
    ".ade .adp .app .asp .bas .bat .cer .chm .cmd .com .cpl .crt .csh .exe .fxp .hlp .hta .inf .ins"
    " .isp .its .js .jse .ksh .lnk .mad .maf .mag .mam .maq .mar .mas .mat .mau .mav .maw .mda .mdb"
    " .mde .mdt .mdw .mdz .msc .msi .msp .mst .ops .pcd .pif .prf .prg .pst .reg .scf .scr .sct .shb"
    " .shs .tmp .url .vb .vbe .vbs .vsmacros .vss .vst .vsw .ws .wsc .wsf .wsh"
)


@export("shlwapi", "shell32")
def AssocIsDangerous(pszAssoc: LPCWSTR) -> BOOL:
    name = (pszAssoc or "").lower()
    extension = name if name.startswith(".") else ntpath.splitext(name)[1]
    return int(extension in DANGEROUS.split())


def _has_content_type(path: str | None, wanted: str | None) -> int:
    extension = ntpath.splitext(path or "")[1]
    found = class_text(extension, "Content Type") if extension else None
    return int(found is not None and found.lower() == (wanted or "").lower())


@export("shlwapi")
def PathIsContentTypeW(pszPath: LPCWSTR, pszContentType: LPCWSTR) -> BOOL:
    return _has_content_type(pszPath, pszContentType)


@export("shlwapi")
def PathIsContentTypeA(pszPath: LPCSTR, pszContentType: LPCSTR) -> BOOL:
    return _has_content_type(from_ansi(pszPath), from_ansi(pszContentType))


# ---- FindExecutable ----

SE_ERR_FNF, SE_ERR_PNF, SE_ERR_NOASSOC, FOUND, MAX_PATH = 2, 3, 31, 42, 260
PROGRAMS = (".exe", ".com", ".bat", ".cmd")


def _program_for(file: str | None, directory: str | None, result: int, wide: bool) -> int:
    """The result is above 32 if there is one."""
    put_cut(result, "", MAX_PATH, wide)
    path = shell_items.full_path(ntpath.join(directory or "", file or ""))
    if not file or not shell_items.exists(path):
        found = find_on_path(file, []) if file else None
        if found is None:
            return SE_ERR_FNF
        path = found
    if not path.lower().endswith(PROGRAMS):
        try:
            path = executable_for(kind_of(ntpath.splitext(path)[1], 0), None)
        except Refused:
            return SE_ERR_NOASSOC
    put_cut(result, path, MAX_PATH, wide)
    return FOUND


@export("shell32")
def FindExecutableW(lpFile: LPCWSTR, lpDirectory: LPCWSTR, lpResult: LPWSTR) -> HINSTANCE:
    return _program_for(lpFile, lpDirectory, lpResult, True)


@export("shell32")
def FindExecutableA(lpFile: LPCSTR, lpDirectory: LPCSTR, lpResult: LPSTR) -> HINSTANCE:
    return _program_for(from_ansi(lpFile), from_ansi(lpDirectory), lpResult, False)
