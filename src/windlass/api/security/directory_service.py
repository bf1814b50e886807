"""ntdsapi: Active Directory's names. This machine is in no domain, so that no directory can be bound to.

Source: Microsoft, "DsBind function", "DsMakeSpn function", "DsUnBind function".
"""

from __future__ import annotations

from windlass import _core
from windlass.api.outputs import from_ansi, get_u32, put_ansi, put_u32, put_u64, put_wide
from windlass.registry import export
from windlass.types import DWORD, LPCSTR, LPCWSTR, LPDWORD, LPSTR, LPWSTR, PVOID, USHORT

ERROR_INVALID_HANDLE, ERROR_INVALID_PARAMETER = 6, 87
ERROR_BUFFER_OVERFLOW, ERROR_NO_SUCH_DOMAIN = 111, 1355


# ---- binding ----


def _no_directory(handle: int) -> int:
    if not handle:
        return ERROR_INVALID_PARAMETER
    put_u64(handle, 0)
    return ERROR_NO_SUCH_DOMAIN


@export("ntdsapi")
def DsBindW(DomainControllerName: LPCWSTR, DnsDomainName: LPCWSTR, phDS: PVOID) -> DWORD:
    return _no_directory(phDS)


@export("ntdsapi")
def DsBindA(DomainControllerName: LPCSTR, DnsDomainName: LPCSTR, phDS: PVOID) -> DWORD:
    return _no_directory(phDS)


@export("ntdsapi")
def DsBindWithCredW(
    DomainControllerName: LPCWSTR, DnsDomainName: LPCWSTR, AuthIdentity: PVOID, phDS: PVOID
) -> DWORD:
    return _no_directory(phDS)


@export("ntdsapi")
def DsBindWithCredA(
    DomainControllerName: LPCSTR, DnsDomainName: LPCSTR, AuthIdentity: PVOID, phDS: PVOID
) -> DWORD:
    return _no_directory(phDS)


@export("ntdsapi")
def DsUnBindW(phDS: PVOID) -> DWORD:
    return ERROR_INVALID_HANDLE


@export("ntdsapi")
def DsUnBindA(phDS: PVOID) -> DWORD:
    return ERROR_INVALID_HANDLE


# ---- service principal names ----


def _principal_name(kind: str, service: str, instance: str | None, port: int) -> str:
    """class/instance:port/service name; the last only where it is not the instance itself."""
    name = f"{kind}/{instance or service}"
    if port:
        name += f":{port}"
    if instance and service.lower() != instance.lower():
        name += f"/{service}"
    return name


def _make(parts: tuple[str | None, ...], port: int, length: int, out: int, wide: bool) -> int:
    kind, service, instance = parts
    if not kind or not service or not length:
        return ERROR_INVALID_PARAMETER
    name = _principal_name(kind, service, instance, port)
    room = get_u32(length)
    size = len(_core.wide_bytes(name)) // 2 if wide else len(_core.ansi_from_text(name)) + 1
    put_u32(length, size)
    if room < size or not out:
        return ERROR_BUFFER_OVERFLOW
    (put_wide if wide else put_ansi)(out, room, name)
    return 0


@export("ntdsapi")
def DsMakeSpnW(
    ServiceClass: LPCWSTR,
    ServiceName: LPCWSTR,
    InstanceName: LPCWSTR,
    InstancePort: USHORT,
    Referrer: LPCWSTR,
    pcSpnLength: LPDWORD,
    pszSpn: LPWSTR,
) -> DWORD:
    parts = ServiceClass, ServiceName, InstanceName
    return _make(parts, InstancePort, pcSpnLength, pszSpn, True)


@export("ntdsapi")
def DsMakeSpnA(
    ServiceClass: LPCSTR,
    ServiceName: LPCSTR,
    InstanceName: LPCSTR,
    InstancePort: USHORT,
    Referrer: LPCSTR,
    pcSpnLength: LPDWORD,
    pszSpn: LPSTR,
) -> DWORD:
    parts = tuple(map(from_ansi, (ServiceClass, ServiceName, InstanceName)))
    return _make(parts, InstancePort, pcSpnLength, pszSpn, False)
