"""The classes of objects that shell32 makes ("CLSIDs of the Shell")."""

from __future__ import annotations

import uuid

from windlass.api.com.class_factory import class_object
from windlass.api.shell import shell_file_operation, shell_folder_objects, shell_links
from windlass.registry import export
from windlass.types import HRESULT, LPGUID, PVOID

S_FALSE = 1


def _desktop() -> shell_folder_objects.ShellFolder:
    return shell_folder_objects.ShellFolder([])


CLASSES = {
    uuid.UUID("00021400-0000-0000-c000-000000000046").bytes_le: _desktop,
    uuid.UUID("00021401-0000-0000-c000-000000000046").bytes_le: shell_links.ShellLink,
    uuid.UUID("3ad05575-8857-4850-9277-11b85bdb8e09").bytes_le: shell_file_operation.FileOperation,
}


@export("shell32")
def DllGetClassObject(rclsid: LPGUID, riid: LPGUID, ppv: PVOID) -> HRESULT:
    return class_object(CLASSES, rclsid, riid, ppv)


@export("shell32")
def DllCanUnloadNow() -> HRESULT:
    return S_FALSE
