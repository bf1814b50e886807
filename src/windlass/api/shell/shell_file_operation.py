"""IFileOperation: a list of things to do with files, done at once, without asking or showing anything.

Source: Microsoft, "IFileOperation interface", "IFileOperationProgressSink interface",
"IFileOperation::SetOperationFlags method".
"""

from __future__ import annotations

import ctypes
import itertools
import os
from collections.abc import Callable
from typing import ClassVar, NamedTuple

from windlass import _core
from windlass.api.com.com_objects import (
    E_FAIL,
    E_INVALIDARG,
    E_UNEXPECTED,
    FAILURE,
    ComObject,
    Interface,
    IUnknown,
    Reference,
    call,
    query,
    release,
)
from windlass.api.outputs import put_u32
from windlass.api.refused import Refused, code_of
from windlass.api.shell import recycle_bin, shell_items, shell_transfer
from windlass.api.shell.shell_item_objects import (
    IShellItemArray,
    ShellItem,
    items_of_object,
    lists_of_data,
)

__all__ = ["FileOperation"]

HRESULT_OF_WIN32 = 0x80070000
ERROR_FILE_NOT_FOUND, ERROR_ALREADY_EXISTS = 2, 183
COPYENGINE_E_SAME_FILE, COPYENGINE_E_DEST_SUBTREE = 0x80270000 | 0x0E, 0x80270000 | 0x1A
FOF_RENAMEONCOLLISION, FOF_ALLOWUNDO, FOF_NOERRORUI = 0x8, 0x40, 0x400
FOFX_RECYCLEONDELETE, FOFX_EARLYFAILURE = 0x00080000, 0x00100000
FILE_ATTRIBUTE_DIRECTORY = 0x10

# Methods of IFileOperationProgressSink.
START_OPERATIONS, FINISH_OPERATIONS = 3, 4
RENAME, MOVE, COPY, DELETE, NEW = 5, 7, 9, 11, 13
"""That before each kind of operation; the next one follows it."""

IFileOperation = Interface(
    "947aab5f-0a5c-4c13-b4d6-4bf7836fc9f8",
    IUnknown,
    "Advise:PP Unadvise:I SetOperationFlags:I SetProgressMessage:W SetProgressDialog:P SetProperties:P"
    " SetOwnerWindow:Q ApplyPropertiesToItem:P ApplyPropertiesToItems:P RenameItem:PWP RenameItems:PW"
    " MoveItem:PPWP MoveItems:PP CopyItem:PPWP CopyItems:PP DeleteItem:PP DeleteItems:P NewItem:PIWWP"
    " PerformOperations: GetAnyOperationsAborted:P",
)
COUNT, ITEM_AT = 7, 8  # methods of IShellItemArray


class Step(NamedTuple):
    """One thing to do. items: of what, or for NEW the folder; folder: where to; sink: an object or 0."""

    kind: int
    items: list[bytes]
    folder: list[bytes]
    name: str
    template: str
    attributes: int
    sink: Reference


def _host(items: list[bytes]) -> str:
    host = _core.path_to_host(shell_items.path_of(items)) if items else None
    if not host:
        raise Refused(E_INVALIDARG)
    return host


class FileOperation(ComObject):
    """What PerformOperations is to do, in its order."""

    interfaces = (IFileOperation,)

    def __init__(self) -> None:
        super().__init__()
        self.flags = 0
        self.steps: list[Step] = []
        self.sinks: dict[int, Reference] = {}
        self.cookies = itertools.count(1)
        self.aborted = False

    def destroy(self) -> None:
        self._forget()
        for sink in self.sinks.values():
            sink.drop()

    def _forget(self) -> None:
        for step in self.steps:
            step.sink.drop()
        self.steps = []

    # ---- settings ----

    def Advise(self, pfops: int, pdwCookie: int) -> int | None:
        if not pfops or not pdwCookie:
            return E_INVALIDARG
        cookie = next(self.cookies)
        self.sinks[cookie] = Reference(pfops)
        put_u32(pdwCookie, cookie)
        return None

    def Unadvise(self, dwCookie: int) -> int | None:
        if dwCookie not in self.sinks:
            return E_INVALIDARG
        self.sinks.pop(dwCookie).drop()
        return None

    def SetOperationFlags(self, dwOperationFlags: int) -> None:
        self.flags = dwOperationFlags

    def SetProgressMessage(self, pszMessage: str | None) -> None:
        """Nothing is shown."""

    def SetProgressDialog(self, popd: int) -> None:
        """Nothing is shown."""

    def SetOwnerWindow(self, hwndOwner: int) -> None:
        """Nothing is shown."""

    # ---- what is to be done ----

    def _add(
        self, kind: int, item: int, folder: int = 0, name: str | None = None, sink: int = 0
    ) -> int | None:
        if not item or (kind in (MOVE, COPY) and not folder) or (kind == RENAME and not name):
            return E_INVALIDARG
        target = items_of_object(folder) if folder else []
        self.steps.append(Step(kind, items_of_object(item), target, name or "", "", 0, Reference(sink)))
        return None

    def _add_all(self, kind: int, items: int, folder: int = 0, name: str | None = None) -> int | None:
        """`items` is an array of them, a data object, or whatever else has items."""
        if not items or (kind in (MOVE, COPY) and not folder) or (kind == RENAME and not name):
            return E_INVALIDARG
        target = items_of_object(folder) if folder else []
        for each in _all_items(items):
            self.steps.append(Step(kind, each, target, name or "", "", 0, Reference(0)))
        return None

    def RenameItem(self, psiItem: int, pszNewName: str | None, pfopsItem: int) -> int | None:
        return self._add(RENAME, psiItem, 0, pszNewName, pfopsItem)

    def RenameItems(self, pUnkItems: int, pszNewName: str | None) -> int | None:
        return self._add_all(RENAME, pUnkItems, 0, pszNewName)

    def MoveItem(
        self, psiItem: int, psiDestinationFolder: int, pszNewName: str | None, pfopsItem: int
    ) -> int | None:
        return self._add(MOVE, psiItem, psiDestinationFolder, pszNewName, pfopsItem)

    def MoveItems(self, punkItems: int, psiDestinationFolder: int) -> int | None:
        return self._add_all(MOVE, punkItems, psiDestinationFolder)

    def CopyItem(
        self, psiItem: int, psiDestinationFolder: int, pszCopyName: str | None, pfopsItem: int
    ) -> int | None:
        return self._add(COPY, psiItem, psiDestinationFolder, pszCopyName, pfopsItem)

    def CopyItems(self, punkItems: int, psiDestinationFolder: int) -> int | None:
        return self._add_all(COPY, punkItems, psiDestinationFolder)

    def DeleteItem(self, psiItem: int, pfopsItem: int) -> int | None:
        return self._add(DELETE, psiItem, 0, None, pfopsItem)

    def DeleteItems(self, punkItems: int) -> int | None:
        return self._add_all(DELETE, punkItems)

    def NewItem(
        self,
        psiDestinationFolder: int,
        dwFileAttributes: int,
        pszName: str | None,
        pszTemplateName: str | None,
        pfopsItem: int,
    ) -> int | None:
        if not psiDestinationFolder or not pszName:
            return E_INVALIDARG
        folder = items_of_object(psiDestinationFolder)
        template = pszTemplateName or ""
        self.steps.append(Step(NEW, [], folder, pszName, template, dwFileAttributes, Reference(pfopsItem)))
        return None

    # ---- doing it ----

    def PerformOperations(self) -> int | None:
        """E_UNEXPECTED when there is nothing to do; the error of what failed if that is to end it."""
        if not self.steps:
            return E_UNEXPECTED
        self.aborted = False
        self._tell(START_OPERATIONS)
        failure = 0
        for step in self.steps:
            code = self._do(step)
            if code & FAILURE:
                self.aborted = True
                failure = failure or code
                if self.flags & FOFX_EARLYFAILURE:
                    break
        self._tell(FINISH_OPERATIONS, failure)
        self._forget()
        return (
            failure if failure and (self.flags & FOFX_EARLYFAILURE or not self.flags & FOF_NOERRORUI) else 0
        )

    def GetAnyOperationsAborted(self, pfAnyOperationsAborted: int) -> int | None:
        if not pfAnyOperationsAborted:
            return E_INVALIDARG
        put_u32(pfAnyOperationsAborted, int(self.aborted))
        return None

    def _tell(self, method: int, *arguments: int) -> None:
        for sink in list(self.sinks.values()):
            call(sink.object, method, *arguments)

    def _do(self, step: Step) -> int:
        """Its HRESULT. The sinks are asked before it, and told after it."""
        place = ShellItem(step.items or step.folder)
        folder = ShellItem(step.folder)
        name = ctypes.create_string_buffer(_core.wide_bytes(step.name))
        text = ctypes.addressof(name) if step.name else 0
        before = {
            RENAME: (place.pointer(), text),
            MOVE: (place.pointer(), folder.pointer(), text),
            COPY: (place.pointer(), folder.pointer(), text),
            DELETE: (place.pointer(),),
            NEW: (folder.pointer(), text),
        }[step.kind]
        listeners = [sink.object for sink in (step.sink, *self.sinks.values()) if sink.object]
        made: list[list[bytes]] = []
        code = 0
        for sink in listeners:
            code = code or call(sink, step.kind, 0, *before) & 0xFFFFFFFF
        if not code & FAILURE:
            code = code_of(self._act, step, made)
        new = ShellItem(made[0]) if made else None
        after = (0, step.attributes) if step.kind == NEW else ()
        for sink in listeners:
            call(sink, step.kind + 1, 0, *before, *after, code, new.pointer() if new else 0)
        for each in (place, folder, new):
            if each:
                release(each.pointer())
        return code

    def _act(self, step: Step, made: list[list[bytes]]) -> None:
        """Refused with an HRESULT; the items of what there is then go to `made`."""
        try:
            with shell_transfer.errors():
                self._acts[step.kind](self, step, made)
        except Refused as refused:
            raise Refused(
                refused.code if refused.code & FAILURE else HRESULT_OF_WIN32 | refused.code
            ) from None

    def _target(self, source: str, folder: str, name: str) -> str:
        target = os.path.join(folder, name or os.path.basename(source))
        if self.flags & FOF_RENAMEONCOLLISION and os.path.lexists(target):
            return shell_transfer.free_name(target)
        if source == target:
            raise Refused(COPYENGINE_E_SAME_FILE)
        if target.startswith(source + "/"):
            raise Refused(COPYENGINE_E_DEST_SUBTREE)
        return target

    def _rename(self, step: Step, made: list[list[bytes]]) -> None:
        source = _host(step.items)
        target = self._target(source, os.path.dirname(source), step.name)
        if os.path.lexists(target):
            raise Refused(ERROR_ALREADY_EXISTS)
        os.rename(source, target)
        made.append(_items_of_host(target))

    def _move(self, step: Step, made: list[list[bytes]]) -> None:
        source = _host(step.items)
        target = self._target(source, _host(step.folder), step.name)
        shell_transfer.move(source, target)
        made.append(_items_of_host(target))

    def _copy(self, step: Step, made: list[list[bytes]]) -> None:
        source = _host(step.items)
        target = self._target(source, _host(step.folder), step.name)
        shell_transfer.copy(source, target)
        made.append(_items_of_host(target))

    def _delete(self, step: Step, made: list[list[bytes]]) -> None:
        path = _host(step.items)
        if self.flags & (FOF_ALLOWUNDO | FOFX_RECYCLEONDELETE):
            made.append(_items_of_host(recycle_bin.recycle(path)))
        else:
            shell_transfer.delete(path)

    def _new(self, step: Step, made: list[list[bytes]]) -> None:
        target = os.path.join(_host(step.folder), step.name)
        if step.attributes & FILE_ATTRIBUTE_DIRECTORY:
            os.mkdir(target)
        elif step.template:
            shell_transfer.copy(_core.path_to_host(step.template) or "", target)
        else:
            with open(target, "xb"):
                pass
        made.append(_items_of_host(target))

    _acts: ClassVar[dict[int, Callable[[FileOperation, Step, list[list[bytes]]], None]]] = {
        RENAME: _rename,
        MOVE: _move,
        COPY: _copy,
        DELETE: _delete,
        NEW: _new,
    }


def _items_of_host(path: str) -> list[bytes]:
    return shell_items.items_of(_core.path_to_windows(path))


def _all_items(object: int) -> list[list[bytes]]:
    try:
        array = query(object, IShellItemArray.iid)
    except Refused:
        try:
            return lists_of_data(object)
        except Refused:
            return [items_of_object(object)]
    count, item = ctypes.c_uint32(), ctypes.c_uint64()
    found = []
    call(array, COUNT, ctypes.addressof(count))
    for index in range(count.value):
        if call(array, ITEM_AT, index, ctypes.addressof(item)) & FAILURE:
            release(array)
            raise Refused(E_FAIL)
        found.append(items_of_object(item.value))
        release(item.value)
    release(array)
    return found
