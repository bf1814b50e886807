"""Users' profiles and environment blocks.

Source: Microsoft, "GetUserProfileDirectoryW function", "CreateEnvironmentBlock function",
"ExpandEnvironmentStringsForUserW function", "LoadUserProfileW function".
"""

from __future__ import annotations

import ctypes
import re

from windlass import _core
from windlass.api import blocks
from windlass.api.calls import windows
from windlass.api.outputs import get_u32, put_ansi, put_u32, put_u64, put_wide
from windlass.api.refused import Refused, done
from windlass.api.security.tokens import PSEUDO_PROCESS, QUERY, open_token
from windlass.api.shell.folders import windows_path
from windlass.api.structures import get_structure
from windlass.registry import export
from windlass.types import BOOL, DWORD, HANDLE, LPCSTR, LPCWSTR, LPDWORD, LPSTR, LPWSTR, PVOID

ERROR_INVALID_HANDLE = 6
ERROR_INVALID_PARAMETER = 87
ERROR_INSUFFICIENT_BUFFER = 122

DEFAULT_PROFILE = r"C:\users\Default"


def _check_token(token: int) -> None:
    try:
        open_token(token, QUERY)
    except Refused:
        raise Refused(ERROR_INVALID_HANDLE) from None


def _directory(path: str, buffer: int, size_in_out: int, wide: bool) -> None:
    if not size_in_out:
        raise Refused(ERROR_INVALID_PARAMETER)
    capacity = get_u32(size_in_out) if buffer else 0
    length = (put_wide if wide else put_ansi)(buffer, capacity, path)
    put_u32(size_in_out, length + 1)
    if length >= capacity:
        raise Refused(ERROR_INSUFFICIENT_BUFFER)


def _user_directory(token: int, buffer: int, size_in_out: int, wide: bool) -> None:
    _check_token(token)
    _directory(windows_path("Profile"), buffer, size_in_out, wide)


@export("userenv", "profapi")
def GetUserProfileDirectoryW(hToken: HANDLE, lpProfileDir: LPWSTR, lpcchSize: LPDWORD) -> BOOL:
    return done(_user_directory, hToken, lpProfileDir, lpcchSize, True)


@export("userenv")
def GetUserProfileDirectoryA(hToken: HANDLE, lpProfileDir: LPSTR, lpcchSize: LPDWORD) -> BOOL:
    return done(_user_directory, hToken, lpProfileDir, lpcchSize, False)


@export("userenv")
def GetProfilesDirectoryW(lpProfileDir: LPWSTR, lpcchSize: LPDWORD) -> BOOL:
    return done(_directory, windows_path("UserProfiles"), lpProfileDir, lpcchSize, True)


@export("userenv")
def GetProfilesDirectoryA(lpProfileDir: LPSTR, lpcchSize: LPDWORD) -> BOOL:
    return done(_directory, windows_path("UserProfiles"), lpProfileDir, lpcchSize, False)


@export("userenv")
def GetAllUsersProfileDirectoryW(lpProfileDir: LPWSTR, lpcchSize: LPDWORD) -> BOOL:
    return done(_directory, windows_path("ProgramData"), lpProfileDir, lpcchSize, True)


@export("userenv")
def GetAllUsersProfileDirectoryA(lpProfileDir: LPSTR, lpcchSize: LPDWORD) -> BOOL:
    return done(_directory, windows_path("ProgramData"), lpProfileDir, lpcchSize, False)


@export("userenv")
def GetDefaultUserProfileDirectoryW(lpProfileDir: LPWSTR, lpcchSize: LPDWORD) -> BOOL:
    return done(_directory, DEFAULT_PROFILE, lpProfileDir, lpcchSize, True)


@export("userenv")
def GetDefaultUserProfileDirectoryA(lpProfileDir: LPSTR, lpcchSize: LPDWORD) -> BOOL:
    return done(_directory, DEFAULT_PROFILE, lpProfileDir, lpcchSize, False)


# ---- environment blocks ----

# What a user's environment has without a program having set it.
_STANDARD = """
ALLUSERSPROFILE APPDATA COMMONPROGRAMFILES COMMONPROGRAMFILES(X86) COMMONPROGRAMW6432 COMPUTERNAME COMSPEC
HOMEDRIVE HOMEPATH LOCALAPPDATA NUMBER_OF_PROCESSORS OS PATH PATHEXT PROCESSOR_ARCHITECTURE
PROCESSOR_IDENTIFIER PROCESSOR_LEVEL PROCESSOR_REVISION PROGRAMDATA PROGRAMFILES PROGRAMFILES(X86)
PROGRAMW6432 PUBLIC SYSTEMDRIVE SYSTEMROOT TEMP TMP USERDOMAIN USERNAME USERPROFILE WINDIR
"""


def _process_environment() -> list[str]:
    """NAME=VALUE each, as the process has them."""
    block = windows("kernel32.dll", "GetEnvironmentStringsW")
    found, place = [], block
    while text := _core.wide_string(place):
        found.append(text)
        place += len(_core.wide_bytes(text))
    windows("kernel32.dll", "FreeEnvironmentStringsW", block)
    return found


def _name_and_value(variable: str) -> tuple[str, str]:
    """The name in upper case; it may begin with an equals sign (=C:, a drive's current directory)."""
    name, _, value = variable[1:].partition("=")
    return (variable[:1] + name).upper(), value


def _environment(inherit: bool) -> list[str]:
    standard = set(_STANDARD.split())
    return [each for each in _process_environment() if inherit or _name_and_value(each)[0] in standard]


def _create_block(result: int, token: int, inherit: int) -> None:
    if not result:
        raise Refused(ERROR_INVALID_PARAMETER)
    if token:
        _check_token(token)
    variables = _environment(bool(inherit))
    put_u64(result, blocks.new(b"".join(map(_core.wide_bytes, variables)) + b"\0\0"))


@export("userenv")
def CreateEnvironmentBlock(lpEnvironment: PVOID, hToken: HANDLE, bInherit: BOOL) -> BOOL:
    return done(_create_block, lpEnvironment, hToken, bInherit)


@export("userenv")
def DestroyEnvironmentBlock(lpEnvironment: PVOID) -> BOOL:
    blocks.free(lpEnvironment)
    return 1


def _expand(token: int, source: str | None, buffer: int, capacity: int, wide: bool) -> None:
    if source is None or not buffer:
        raise Refused(ERROR_INVALID_PARAMETER)
    if token:
        _check_token(token)
    values = dict(map(_name_and_value, _environment(False)))
    text = re.sub(r"%([^%]+)%", lambda match: values.get(match[1].upper(), match[0]), source)
    if (put_wide if wide else put_ansi)(buffer, capacity, text) >= capacity:
        raise Refused(ERROR_INSUFFICIENT_BUFFER)


@export("userenv")
def ExpandEnvironmentStringsForUserW(hToken: HANDLE, lpSrc: LPCWSTR, lpDest: LPWSTR, dwSize: DWORD) -> BOOL:
    return done(_expand, hToken, lpSrc, lpDest, dwSize, True)


@export("userenv")
def ExpandEnvironmentStringsForUserA(hToken: HANDLE, lpSrc: LPCSTR, lpDest: LPSTR, dwSize: DWORD) -> BOOL:
    source = None if lpSrc is None else _core.ansi_to_text(lpSrc)
    return done(_expand, hToken, source, lpDest, dwSize, False)


# ---- loaded profiles ----


class PROFILEINFO(ctypes.Structure):
    _fields_ = [
        ("dwSize", ctypes.c_uint32),
        ("dwFlags", ctypes.c_uint32),
        ("lpUserName", ctypes.c_uint64),
        ("lpProfilePath", ctypes.c_uint64),
        ("lpDefaultPath", ctypes.c_uint64),
        ("lpServerName", ctypes.c_uint64),
        ("lpPolicyPath", ctypes.c_uint64),
        ("hProfile", ctypes.c_uint64),
    ]


def _load(token: int, info: int) -> None:
    """The user's profile is loaded as long as the process runs: its key is opened once more."""
    _check_token(token)
    if not info or get_structure(info, PROFILEINFO).dwSize != ctypes.sizeof(PROFILEINFO):
        raise Refused(ERROR_INVALID_PARAMETER)
    key = ctypes.c_uint64()
    maximum_allowed = 0x02000000
    code = windows("advapi32.dll", "RegOpenCurrentUser", maximum_allowed, ctypes.addressof(key)) & 0xFFFFFFFF
    if code:
        raise Refused(code)
    put_u64(info + PROFILEINFO.hProfile.offset, key.value)


@export("userenv")
def LoadUserProfileW(hToken: HANDLE, lpProfileInfo: PVOID) -> BOOL:
    return done(_load, hToken, lpProfileInfo)


@export("userenv")
def LoadUserProfileA(hToken: HANDLE, lpProfileInfo: PVOID) -> BOOL:
    return done(_load, hToken, lpProfileInfo)


def _unload(token: int, key: int) -> None:
    _check_token(token)
    if windows("advapi32.dll", "RegCloseKey", key) & 0xFFFFFFFF:
        raise Refused(ERROR_INVALID_PARAMETER)


@export("userenv")
def UnloadUserProfile(hToken: HANDLE, hProfile: HANDLE) -> BOOL:
    return done(_unload, hToken, hProfile)


@export("userenv")
def GetProfileType(dwFlags: LPDWORD) -> BOOL:
    """A local profile."""
    _check_token(PSEUDO_PROCESS)
    put_u32(dwFlags, 0)
    return 1
