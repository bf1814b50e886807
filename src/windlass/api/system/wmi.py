"""Windows Management Instrumentation: connecting to a name space, and asking it for classes, instances and
queries. All of it is read only; there are no methods and no events.

Source: Microsoft, "IWbemLocator interface", "IWbemServices interface", "IWbemServices::ExecQuery method",
"IWbemObjectSink interface", "IWbemContext interface", "IClientSecurity interface", "WMI Error Constants",
"Describing a WMI Object Path".
"""

from __future__ import annotations

import ctypes
import re
import threading
import uuid
from collections.abc import Callable

from windlass.api.com.automation_types import bstr_text
from windlass.api.com.class_factory import class_object
from windlass.api.com.com_objects import (
    ComObject,
    Interface,
    IUnknown,
    add_ref,
    call,
    release,
)
from windlass.api.outputs import put_u32, put_u64
from windlass.api.refused import Refused
from windlass.api.system import wmi_hardware, wmi_query, wmi_schema, wmi_software
from windlass.api.system.registry_seed import computer_name
from windlass.api.system.wmi_objects import ClassObject, Instance, ObjectEnumerator, class_instance
from windlass.registry import export
from windlass.types import HRESULT, LPGUID, PVOID

_CLASSES_COME_FROM = (wmi_hardware, wmi_software)

S_FALSE = 1
WBEM_E_FAILED, WBEM_E_NOT_FOUND, WBEM_E_INVALID_PARAMETER = 0x80041001, 0x80041002, 0x80041008
WBEM_E_NOT_SUPPORTED, WBEM_E_INVALID_NAMESPACE, WBEM_E_INVALID_CLASS = 0x8004100C, 0x8004100E, 0x80041010
WBEM_E_INVALID_QUERY_TYPE, WBEM_E_INVALID_OBJECT_PATH, WBEM_E_ACCESS_DENIED = (
    0x80041018,
    0x8004103A,
    0x80041003,
)
WBEM_E_PROVIDER_NOT_CAPABLE, WBEM_E_INVALID_QUERY = 0x80041024, 0x80041017
WBEM_E_LOCAL_CREDENTIALS, RPC_S_SERVER_UNAVAILABLE = 0x80041064, 0x800706BA

WBEM_FLAG_RETURN_IMMEDIATELY, WBEM_FLAG_FORWARD_ONLY = 0x10, 0x20
WBEM_FLAG_SHALLOW = 1

NAME_SPACES = ("root", r"root\cimv2", r"root\default", r"root\wmi", r"root\securitycenter2")

LOCATORS = [
    uuid.UUID(text).bytes_le
    for text in ("4590f811-1d3a-11d0-891f-00aa004b2e24", "cb8555cc-9128-11d1-ad9b-00c04fd8fdff")
]
"""WbemLocator, WbemAdministrativeLocator"""

IWbemLocator = Interface("dc12a687-737f-11cf-884d-00aa004b2e24", IUnknown, "ConnectServer:PPPPIPPP")
IWbemServices = Interface(
    "9556dc99-828c-11cf-a37e-00aa003240c7",
    IUnknown,
    "OpenNamespace:PIPPP CancelAsyncCall:P QueryObjectSink:IP GetObject:PIPPP GetObjectAsync:PIPP"
    " PutClass:PIPP PutClassAsync:PIPP DeleteClass:PIPP DeleteClassAsync:PIPP CreateClassEnum:PIPP"
    " CreateClassEnumAsync:PIPP PutInstance:PIPP PutInstanceAsync:PIPP DeleteInstance:PIPP"
    " DeleteInstanceAsync:PIPP CreateInstanceEnum:PIPP CreateInstanceEnumAsync:PIPP ExecQuery:PPIPP"
    " ExecQueryAsync:PPIPP ExecNotificationQuery:PPIPP ExecNotificationQueryAsync:PPIPP ExecMethod:PPIPPPP"
    " ExecMethodAsync:PPIPPP",
)
IClientSecurity = Interface(
    "0000013d-0000-0000-c000-000000000046",
    IUnknown,
    "QueryBlanket:PPPPPPPP SetBlanket:PIIPIIPI CopyProxy:PP",
)


# ---- what is asked for ----


def _name_space(path: str | None) -> str:
    r"""Of "root\cimv2", "//./root/cimv2", "\\THISHOST\root\cimv2"; Refused for other computers."""
    text = (path or r"root\cimv2").replace("/", "\\")
    if text.startswith("\\\\"):
        server, _, text = text[2:].partition("\\")
        if server.lower() not in (".", "localhost", "127.0.0.1", computer_name().lower()):
            raise Refused(RPC_S_SERVER_UNAVAILABLE)
    text = text.strip("\\").lower()
    if text not in NAME_SPACES:
        raise Refused(WBEM_E_INVALID_NAMESPACE)
    return text


def _instances(
    name_space: str, name: str, selected: tuple[str, ...] = (), *, deep: bool = True
) -> list[Instance]:
    """All of a class and, if `deep`, of those that derive from it; Refused if there is no such class."""
    wanted = wmi_schema.class_of(name_space, name)
    if wanted is None:
        raise Refused(WBEM_E_INVALID_CLASS)
    kinds = wmi_schema.subclasses(wanted) if deep else [wanted]
    return [Instance(kind, row, selected) for kind in kinds if kind.rows for row in kind.rows()]


def _answers(name_space: str, query: wmi_query.Query) -> list[Instance]:
    if query.class_name.lower() == "meta_class":
        found = [class_instance(each) for each in wmi_schema.all_classes(name_space)]
    else:
        found = _instances(name_space, query.class_name, query.properties)
        known = wmi_schema.class_of(name_space, query.class_name)
        if known and known.properties and not _knows_all(known, query.properties):
            raise Refused(WBEM_E_INVALID_QUERY)
    condition = query.condition
    return [each for each in found if condition is None or condition(each.value)]


def _knows_all(known: wmi_schema.Class, names: tuple[str, ...]) -> bool:
    return all(name.startswith("__") or known.find(name) for name in names)


_PATH = re.compile(r"(?:\\\\[^\\]+\\)?(?:(?P<space>[^:]*):)?(?P<name>\w+)(?P<rest>.*)", re.DOTALL)
_KEY = re.compile(
    r'(?:(?P<name>\w+)=)?(?:"(?P<text>(?:[^"\\]|\\.)*)"|\'(?P<single>[^\']*)\'|(?P<number>-?\w+))'
)


def _object_at(name_space: str, path: str) -> Instance:
    """By `Class`, `Class=@`, `Class="key"` or `Class.Name="key",Other=1`, whatever computer and name space
    stand before it.
    """
    found = _PATH.fullmatch(path.replace("/", "\\") if path.startswith("//") else path)
    if not found:
        raise Refused(WBEM_E_INVALID_OBJECT_PATH)
    wanted = wmi_schema.class_of(name_space, found["name"])
    if wanted is None:
        raise Refused(WBEM_E_NOT_FOUND)
    rest = found["rest"]
    if not rest:
        return class_instance(wanted)
    if rest[0] not in "=.":
        raise Refused(WBEM_E_INVALID_OBJECT_PATH)
    keys = [] if rest == "=@" else _keys(wanted, rest[1:])
    for each in _instances(name_space, found["name"]):
        if all(str(each.value(name)).lower() == value.lower() for name, value in keys):
            return each
    raise Refused(WBEM_E_NOT_FOUND)


def _keys(of: wmi_schema.Class, text: str) -> list[tuple[str, str]]:
    """The names and values of the keys in a path; one without a name is the class' only key."""
    own = [each.name for each in of.properties if each.is_key]
    result, place = [], 0
    while place < len(text):
        found = _KEY.match(text, place)
        if not found or (not found["name"] and len(own) != 1):
            raise Refused(WBEM_E_INVALID_OBJECT_PATH)
        value = found["text"] if found["text"] is not None else found["single"] or found["number"] or ""
        result.append((found["name"] or own[0], re.sub(r"\\(.)", r"\1", value)))
        place = found.end() + 1
    return result


# ---- COM ----


class Secured(ComObject):
    """IClientSecurity: calls do not leave the process, so a program may wish for any authentication."""

    def QueryBlanket(self, pProxy: int, *places: int) -> None:
        authentication, authorization, name, level, impersonation, identity, capabilities = places
        put_u32(authentication, 10)  # RPC_C_AUTHN_WINNT
        put_u32(authorization, 0)
        put_u64(name, 0)
        put_u32(level, 6)  # RPC_C_AUTHN_LEVEL_PKT_PRIVACY
        put_u32(impersonation, 3)  # RPC_C_IMP_LEVEL_IMPERSONATE
        put_u64(identity, 0)
        put_u32(capabilities, 0)

    def SetBlanket(self, pProxy: int, *wishes: int) -> None:
        pass

    def CopyProxy(self, pProxy: int, ppCopy: int) -> None:
        add_ref(pProxy)
        put_u64(ppCopy, pProxy)


class SecuredEnumerator(Secured, ObjectEnumerator):
    interfaces = (*ObjectEnumerator.interfaces, IClientSecurity)


class Services(Secured):
    """IWbemServices"""

    interfaces = (IWbemServices, IClientSecurity)

    def __init__(self, name_space: str) -> None:
        super().__init__()
        self.name_space = name_space

    def OpenNamespace(
        self, strNamespace: int, lFlags: int, pCtx: int, ppWorkingNamespace: int, ppResult: int
    ) -> int | None:
        if not ppWorkingNamespace:
            return WBEM_E_INVALID_PARAMETER
        below = _name_space(f"{self.name_space}\\{bstr_text(strNamespace)}")
        put_u64(ppWorkingNamespace, Services(below).pointer())
        return None

    def GetObject(
        self, strObjectPath: int, lFlags: int, pCtx: int, ppObject: int, ppCallResult: int
    ) -> int | None:
        if not ppObject:
            return WBEM_E_INVALID_PARAMETER
        put_u64(ppObject, 0)
        found = _object_at(self.name_space, bstr_text(strObjectPath) or "")
        put_u64(ppObject, ClassObject(found).pointer())
        return None

    def _statement(self, language: int, text: int) -> Callable[[], list[Instance]]:
        statement = bstr_text(text) or ""
        if not language or not statement:
            raise Refused(WBEM_E_INVALID_PARAMETER)
        if (bstr_text(language) or "").upper() != "WQL":
            raise Refused(WBEM_E_INVALID_QUERY_TYPE)
        if statement.partition(" ")[0].upper() in ("ASSOCIATORS", "REFERENCES"):
            raise Refused(WBEM_E_PROVIDER_NOT_CAPABLE)
        query = wmi_query.parse(statement)
        return lambda: _answers(self.name_space, query)

    def _enumerate(self, find: Callable[[], list[Instance]], flags: int, result: int) -> int | None:
        """What is wrong is told now, or by the enumerator to a program that does not want to wait."""
        if not result:
            return WBEM_E_INVALID_PARAMETER
        put_u64(result, 0)
        if not flags & WBEM_FLAG_RETURN_IMMEDIATELY:
            found = find()
            put_u64(result, SecuredEnumerator(lambda: found, bool(flags & WBEM_FLAG_FORWARD_ONLY)).pointer())
        else:
            put_u64(result, SecuredEnumerator(find, bool(flags & WBEM_FLAG_FORWARD_ONLY)).pointer())
        return None

    def ExecQuery(
        self, strQueryLanguage: int, strQuery: int, lFlags: int, pCtx: int, ppEnum: int
    ) -> int | None:
        return self._enumerate(self._statement(strQueryLanguage, strQuery), lFlags, ppEnum)

    def CreateInstanceEnum(self, strFilter: int, lFlags: int, pCtx: int, ppEnum: int) -> int | None:
        name, deep = bstr_text(strFilter) or "", not lFlags & WBEM_FLAG_SHALLOW
        return self._enumerate(lambda: _instances(self.name_space, name, deep=deep), lFlags, ppEnum)

    def CreateClassEnum(self, strSuperclass: int, lFlags: int, pCtx: int, ppEnum: int) -> int | None:
        return self._enumerate(lambda: self._derived(bstr_text(strSuperclass), lFlags), lFlags, ppEnum)

    def _derived(self, base: str | None, flags: int) -> list[Instance]:
        """The classes below one, or all; only the next ones with WBEM_FLAG_SHALLOW."""
        every = wmi_schema.all_classes(self.name_space)
        if base and wmi_schema.class_of(self.name_space, base) is None:
            raise Refused(WBEM_E_INVALID_CLASS)
        wanted = base.lower() if base else None
        result = []
        for each in every:
            bases = [name.lower() for name in each.bases]
            near = bases[:1] == ([wanted] if wanted else [])
            if near or (not flags & WBEM_FLAG_SHALLOW and (wanted is None or wanted in bases)):
                result.append(class_instance(each))
        return result

    # ---- asynchronous: a thread tells the sink ----

    def ExecQueryAsync(
        self, strQueryLanguage: int, strQuery: int, lFlags: int, pCtx: int, pResponseHandler: int
    ) -> int | None:
        return _tell(self._statement(strQueryLanguage, strQuery), pResponseHandler)

    def CreateInstanceEnumAsync(
        self, strFilter: int, lFlags: int, pCtx: int, pResponseHandler: int
    ) -> int | None:
        name, deep = bstr_text(strFilter) or "", not lFlags & WBEM_FLAG_SHALLOW
        return _tell(lambda: _instances(self.name_space, name, deep=deep), pResponseHandler)

    def CreateClassEnumAsync(
        self, strSuperclass: int, lFlags: int, pCtx: int, pResponseHandler: int
    ) -> int | None:
        base = bstr_text(strSuperclass)
        return _tell(lambda: self._derived(base, lFlags), pResponseHandler)

    def GetObjectAsync(self, strObjectPath: int, lFlags: int, pCtx: int, pResponseHandler: int) -> int | None:
        path = bstr_text(strObjectPath) or ""
        return _tell(lambda: [_object_at(self.name_space, path)], pResponseHandler)

    def CancelAsyncCall(self, pSink: int) -> int | None:
        """It tells of no more than it has already begun to."""
        return None if pSink else WBEM_E_INVALID_PARAMETER

    # ---- what cannot be changed ----

    def _refuse(self, *_: int) -> int:
        return WBEM_E_ACCESS_DENIED

    PutClass = PutClassAsync = DeleteClass = DeleteClassAsync = _refuse
    PutInstance = PutInstanceAsync = DeleteInstance = DeleteInstanceAsync = _refuse

    def _not_supported(self, *_: int) -> int:
        return WBEM_E_NOT_SUPPORTED

    ExecNotificationQuery = ExecNotificationQueryAsync = ExecMethod = ExecMethodAsync = _not_supported
    QueryObjectSink = _not_supported


INDICATE, SET_STATUS = 3, 4


def _tell(find: Callable[[], list[Instance]], sink: int) -> int | None:
    """Call IWbemObjectSink: each object, then how it ended."""
    if not sink:
        return WBEM_E_INVALID_PARAMETER
    add_ref(sink)
    threading.Thread(target=_tell_now, args=(find, sink), daemon=True).start()
    return None


def _tell_now(find: Callable[[], list[Instance]], sink: int) -> None:
    code = 0
    try:
        for each in find():
            given = ClassObject(each).pointer()
            one = (ctypes.c_uint64 * 1)(given)
            call(sink, INDICATE, 1, ctypes.addressof(one))
            release(given)
    except Refused as refused:
        code = refused.code
    call(sink, SET_STATUS, 0, code, 0, 0)
    release(sink)


class Locator(ComObject):
    interfaces = (IWbemLocator,)

    def ConnectServer(
        self,
        strNetworkResource: int,
        strUser: int,
        strPassword: int,
        strLocale: int,
        lSecurityFlags: int,
        strAuthority: int,
        pCtx: int,
        ppNamespace: int,
    ) -> int | None:
        """Another user's name is for other computers only ("User credentials cannot be used for local
        connections").
        """
        if not ppNamespace or not strNetworkResource:
            return WBEM_E_INVALID_PARAMETER
        put_u64(ppNamespace, 0)
        name_space = _name_space(bstr_text(strNetworkResource))
        if bstr_text(strUser):
            return WBEM_E_LOCAL_CREDENTIALS
        put_u64(ppNamespace, Services(name_space).pointer())
        return None


@export("wbemprox")
def DllGetClassObject(rclsid: LPGUID, riid: LPGUID, ppv: PVOID) -> HRESULT:
    return class_object(dict.fromkeys(LOCATORS, Locator), rclsid, riid, ppv)


@export("wbemprox")
def DllCanUnloadNow() -> HRESULT:
    return S_FALSE
