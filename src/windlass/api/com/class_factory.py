"""Class factories of the DLLs of the system, whose objects Python makes.

Source: Microsoft, "IClassFactory interface", "DllGetClassObject entry point".
"""

from __future__ import annotations

from collections.abc import Callable

from windlass.api.com.com_objects import (
    CLASS_E_NOAGGREGATION,
    E_POINTER,
    ComObject,
    Interface,
    IUnknown,
    guid_at,
)
from windlass.api.outputs import put_u64

__all__ = ["IClassFactory", "class_object"]

CLASS_E_CLASSNOTAVAILABLE = 0x80040111

IClassFactory = Interface("00000001-0000-0000-c000-000000000046", IUnknown, "CreateInstance:PPP LockServer:I")


class Factory(ComObject):
    """Of objects that are not made as parts of others."""

    interfaces = (IClassFactory,)

    def __init__(self, make: Callable[[], ComObject]) -> None:
        super().__init__()
        self.make = make

    def CreateInstance(self, pUnkOuter: int, riid: int, ppvObject: int) -> int:
        if not ppvObject:
            return E_POINTER
        put_u64(ppvObject, 0)
        return CLASS_E_NOAGGREGATION if pUnkOuter else self.make().give(riid, ppvObject)

    def LockServer(self, fLock: int) -> None:
        """A DLL of the system stays loaded."""


def class_object(classes: dict[bytes, Callable[[], ComObject]], rclsid: int, riid: int, result: int) -> int:
    """The body of a DllGetClassObject."""
    if not result:
        return E_POINTER
    put_u64(result, 0)
    make = classes.get(guid_at(rclsid))
    return Factory(make).give(riid, result) if make else CLASS_E_CLASSNOTAVAILABLE
