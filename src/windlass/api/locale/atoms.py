"""Atoms: short numbers for strings.

Source: Microsoft, "About Atom Tables", "AddAtomW function", "GlobalGetAtomNameW function".

The global table belongs to this process: other processes that windlass runs have their own.
"""

from __future__ import annotations

import threading

from windlass import _core
from windlass.api.outputs import fail, string_at
from windlass.registry import export
from windlass.types import ATOM, BOOL, DWORD, INT, LPCVOID, LPSTR, LPWSTR, UINT

ERROR_INVALID_HANDLE = 6
ERROR_NOT_ENOUGH_MEMORY = 8
ERROR_INVALID_PARAMETER = 87
ERROR_MORE_DATA = 234
ERROR_FILE_NOT_FOUND = 2
FIRST_STRING_ATOM = 0xC000
LONGEST = 255


class AtomTable:
    """Strings, compared in any case, with reference counts. Integer atoms, 1 to 0xBFFF, are their own."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._names: dict[int, str] = {}
        self._atoms: dict[str, int] = {}
        self._counts: dict[int, int] = {}

    def add(self, name: int | str) -> int:
        if isinstance(name, int):
            return name
        if not name or len(name) > LONGEST:
            return fail(ERROR_INVALID_PARAMETER if len(name) > LONGEST else ERROR_INVALID_HANDLE)
        with self._lock:
            atom = self._atoms.get(name.upper())
            if atom is None:
                atom = next((i for i in range(FIRST_STRING_ATOM, 0x10000) if i not in self._names), 0)
                if not atom:
                    return fail(ERROR_NOT_ENOUGH_MEMORY)
                self._atoms[name.upper()] = atom
                self._names[atom] = name
            self._counts[atom] = self._counts.get(atom, 0) + 1
            return atom

    def find(self, name: int | str) -> int:
        if isinstance(name, int):
            return name
        return self._atoms.get(name.upper(), 0) or fail(ERROR_FILE_NOT_FOUND)

    def name(self, atom: int) -> str | None:
        return f"#{atom}" if 0 < atom < FIRST_STRING_ATOM else self._names.get(atom)

    def delete(self, atom: int) -> int:
        """0, or the atom when there is none."""
        if atom < FIRST_STRING_ATOM:
            return 0
        with self._lock:
            if atom not in self._counts:
                fail(ERROR_INVALID_HANDLE)
                return atom
            self._counts[atom] -= 1
            if not self._counts[atom]:
                del self._counts[atom], self._atoms[self._names.pop(atom).upper()]
        return 0


local_table = AtomTable()
global_table = AtomTable()


def atom_name(pointer: int, wide: bool) -> int | str:
    """What a string parameter names: MAKEINTATOM's low words and "#1234" are integer atoms."""
    if pointer < 0x10000:
        return pointer if pointer < FIRST_STRING_ATOM else ""
    text = string_at(pointer, wide) or ""
    if text.startswith("#") and text[1:].isdigit() and int(text[1:]) < FIRST_STRING_ATOM:
        return int(text[1:])
    return text


def give_name(table: AtomTable, atom: int, buffer: int, size: int, wide: bool) -> int:
    name = table.name(atom)
    if name is None:
        return fail(ERROR_INVALID_HANDLE)
    if size <= 0:
        return fail(ERROR_MORE_DATA)
    unit = 2 if wide else 1
    data = _core.wide_bytes(name)[:-2] if wide else _core.ansi_from_text(name)
    kept = data[: (size - 1) * unit]
    _core.write(buffer, kept + bytes(unit))
    return fail(ERROR_MORE_DATA) if len(kept) < len(data) else len(kept) // unit


@export("kernel32")
def AddAtomW(lpString: LPCVOID) -> ATOM:
    return local_table.add(atom_name(lpString, True))


@export("kernel32")
def AddAtomA(lpString: LPCVOID) -> ATOM:
    return local_table.add(atom_name(lpString, False))


@export("kernel32")
def FindAtomW(lpString: LPCVOID) -> ATOM:
    return local_table.find(atom_name(lpString, True))


@export("kernel32")
def FindAtomA(lpString: LPCVOID) -> ATOM:
    return local_table.find(atom_name(lpString, False))


@export("kernel32")
def DeleteAtom(nAtom: ATOM) -> ATOM:
    return local_table.delete(nAtom)


@export("kernel32")
def GetAtomNameW(nAtom: ATOM, lpBuffer: LPWSTR, nSize: INT) -> UINT:
    return give_name(local_table, nAtom, lpBuffer, nSize, True)


@export("kernel32")
def GetAtomNameA(nAtom: ATOM, lpBuffer: LPSTR, nSize: INT) -> UINT:
    return give_name(local_table, nAtom, lpBuffer, nSize, False)


@export("kernel32")
def InitAtomTable(nSize: DWORD) -> BOOL:
    return 1  # the table grows


@export("kernel32")
def GlobalAddAtomW(lpString: LPCVOID) -> ATOM:
    return global_table.add(atom_name(lpString, True))


@export("kernel32")
def GlobalAddAtomA(lpString: LPCVOID) -> ATOM:
    return global_table.add(atom_name(lpString, False))


@export("kernel32")
def GlobalAddAtomExW(lpString: LPCVOID, Flags: DWORD) -> ATOM:
    return fail(ERROR_INVALID_PARAMETER) if Flags else global_table.add(atom_name(lpString, True))


@export("kernel32")
def GlobalAddAtomExA(lpString: LPCVOID, Flags: DWORD) -> ATOM:
    return fail(ERROR_INVALID_PARAMETER) if Flags else global_table.add(atom_name(lpString, False))


@export("kernel32")
def GlobalFindAtomW(lpString: LPCVOID) -> ATOM:
    return global_table.find(atom_name(lpString, True))


@export("kernel32")
def GlobalFindAtomA(lpString: LPCVOID) -> ATOM:
    return global_table.find(atom_name(lpString, False))


@export("kernel32")
def GlobalDeleteAtom(nAtom: ATOM) -> ATOM:
    return global_table.delete(nAtom)


@export("kernel32")
def GlobalGetAtomNameW(nAtom: ATOM, lpBuffer: LPWSTR, nSize: INT) -> UINT:
    return give_name(global_table, nAtom, lpBuffer, nSize, True)


@export("kernel32")
def GlobalGetAtomNameA(nAtom: ATOM, lpBuffer: LPSTR, nSize: INT) -> UINT:
    return give_name(global_table, nAtom, lpBuffer, nSize, False)
