"""Where the registry is kept: one SQLite file per user, `$XDG_DATA_HOME/windlass/registry.sqlite3`.

Keys are numbered for ever, so an open handle knows its key after others were added, and finds out when it
was deleted. What Windows makes anew at each start (the hardware's description, the computer's name) is made
anew here at the first use after the host's start. Where the file cannot be made, the registry lives in
memory.

Source: Microsoft, "Structure of the Registry", "Registry Element Size Limits".
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

from windlass.user_folders import data_folder

__all__ = ["Store", "Value", "fold"]

# Change it when the tables or registry_seed.py change.
VERSION = 6

TABLES = """
create table key_ (
    id integer primary key autoincrement,
    parent integer not null,
    name text not null,
    folded text not null,
    class text not null default '',
    volatile integer not null default 0,
    written integer not null,
    unique (parent, folded));
create table value_ (
    id integer primary key,
    key integer not null references key_ (id) on delete cascade,
    name text not null,
    folded text not null,
    type integer not null,
    data blob not null,
    unique (key, folded));
create table seed (version integer, boot text);
"""

EPOCH = 116444736000000000  # 1970 as a FILETIME


class Value(NamedTuple):
    """A value of a key. `data` is as Windows keeps it: text in UTF-16."""

    name: str
    type: int
    data: bytes


class KeyInfo(NamedTuple):
    name: str
    class_: str
    volatile: bool
    written: int
    """FILETIME of the last change."""


def fold(name: str) -> str:
    """What equal names have in common: Windows compares them by their upper case, one unit at a time."""
    upper = name.upper()
    if len(upper) != len(name):
        upper = "".join(c.upper() if len(c.upper()) == 1 else c for c in name)
    return upper


def _storable(name: str) -> str:
    return name.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _boot_id() -> str:
    try:
        with open("/proc/sys/kernel/random/boot_id") as file:
            return file.read().strip()
    except OSError:
        return "unknown"


def _now() -> int:
    return time.time_ns() // 100 + EPOCH


class Store:
    """The tree of keys. Every method may be called by any thread.

    seed: called with the store to put the well-known keys in place.
    """

    ROOT = 0

    def __init__(self, seed: Callable[[Store], None]) -> None:
        self._lock = threading.RLock()
        self._changing = 0
        self._database = self._open()
        self._prepare(seed)

    @staticmethod
    def _open() -> sqlite3.Connection:
        def connect(place: str) -> sqlite3.Connection:
            database = sqlite3.connect(place, timeout=10, isolation_level=None, check_same_thread=False)
            database.execute("pragma foreign_keys = on")
            database.execute("pragma synchronous = off")
            database.execute("select count(*) from sqlite_master")
            return database

        home = data_folder()
        try:
            os.makedirs(home, mode=0o700, exist_ok=True)
            place = os.path.join(home, "registry.sqlite3")
            os.close(os.open(place, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
            return connect(place)
        except (OSError, sqlite3.Error):
            return connect(":memory:")

    def _prepare(self, seed: Callable[[Store], None]) -> None:
        stamp = (VERSION, _boot_id())
        if self._stamp() == stamp:
            return
        with self.change():
            if self._stamp() == stamp:  # another process was faster
                return
            if not self._one("select 1 from sqlite_master where name = 'key_'"):
                for statement in TABLES.split(";"):
                    self._database.execute(statement)
            self._database.execute("delete from key_ where volatile")
            seed(self)
            self._database.execute("delete from seed")
            self._database.execute("insert into seed values (?, ?)", stamp)

    def _stamp(self) -> tuple[int, str] | None:
        try:
            return self._one("select version, boot from seed")
        except sqlite3.OperationalError:
            return None

    def _one(self, statement: str, *parameters: object) -> tuple[int, str] | None:
        result: tuple[int, str] | None = self._database.execute(statement, parameters).fetchone()
        return result

    @contextlib.contextmanager
    def change(self) -> Iterator[None]:
        """All changes inside are made, or none."""
        with self._lock:
            if not self._changing:
                self._database.execute("begin immediate")
            self._changing += 1
            try:
                yield
            except BaseException:
                if self._changing == 1:
                    self._database.execute("rollback")
                raise
            else:
                if self._changing == 1:
                    self._database.execute("commit")
            finally:
                self._changing -= 1

    # ---- keys ----

    def find(self, key: int, path: str) -> int | None:
        """The key at a path below a key, None if there is none."""
        with self._lock:
            for name in path.split("\\"):
                if name:
                    row = self._one("select id from key_ where parent = ? and folded = ?", key, fold(name))
                    if row is None:
                        return None
                    key = row[0]
            return key

    def make(self, key: int, path: str, *, volatile: bool = False, class_: str = "") -> tuple[int, bool]:
        """The key at a path and whether it is new; those on the way are made, too.

        ValueError for a permanent key below a volatile one.
        """
        found = self.find(key, path)
        if found is not None:
            return found, False
        with self.change():
            made = False
            for name in path.split("\\"):
                if not name:
                    continue
                row = self._one("select id from key_ where parent = ? and folded = ?", key, fold(name))
                if row is not None:
                    key = row[0]
                    continue
                if not volatile and self.is_volatile(key):
                    raise ValueError("the key above is volatile")
                self._touch(key)
                cursor = self._database.execute(
                    "insert into key_ (parent, name, folded, class, volatile, written) values (?,?,?,?,?,?)",
                    (key, _storable(name), fold(_storable(name)), class_, int(volatile), _now()),
                )
                key, made = int(cursor.lastrowid or 0), True
            return key, made

    def exists(self, key: int) -> bool:
        with self._lock:
            return key == self.ROOT or self._one("select 1 from key_ where id = ?", key) is not None

    def is_volatile(self, key: int) -> bool:
        with self._lock:
            return self._one("select 1 from key_ where id = ? and volatile", key) is not None

    def info(self, key: int) -> KeyInfo:
        with self._lock:
            row = self._database.execute(
                "select name, class, volatile, written from key_ where id = ?", (key,)
            ).fetchone()
        return KeyInfo(row[0], row[1], bool(row[2]), row[3]) if row else KeyInfo("", "", False, 0)

    def parent(self, key: int) -> int:
        with self._lock:
            row = self._one("select parent from key_ where id = ?", key)
            return row[0] if row else self.ROOT

    def path(self, key: int) -> list[str]:
        """The names from the root to the key."""
        names: list[str] = []
        while key != self.ROOT:
            names.insert(0, self.info(key).name)
            key = self.parent(key)
        return names

    def subkeys(self, key: int) -> list[tuple[str, int]]:
        """Names and numbers, in the order of enumeration."""
        with self._lock:
            rows = self._database.execute(
                "select name, id from key_ where parent = ? order by folded", (key,)
            )
            return rows.fetchall()

    def delete(self, key: int) -> None:
        """Delete a key that has no subkeys."""
        with self.change():
            self._touch(self.parent(key))
            self._database.execute("delete from key_ where id = ?", (key,))

    def delete_tree(self, key: int, *, keep: bool = False) -> None:
        """Delete a key and all below it; with `keep` all that it contains."""
        with self.change():
            for _, child in self.subkeys(key):
                self.delete_tree(child)
            if keep:
                self._database.execute("delete from value_ where key = ?", (key,))
                self._touch(key)
            else:
                self.delete(key)

    def rename(self, key: int, name: str) -> bool:
        """False if the name is taken."""
        with self.change():
            other = self.find(self.parent(key), name)
            if other not in (None, key):
                return False
            self._database.execute(
                "update key_ set name = ?, folded = ? where id = ?",
                (_storable(name), fold(_storable(name)), key),
            )
            self._touch(key)
            return True

    def copy_tree(self, source: int, target: int) -> None:
        with self.change():
            for value in self.values(source):
                self.put(target, value.name, value.type, value.data)
            for name, child in self.subkeys(source):
                self.copy_tree(child, self.make(target, name)[0])

    def _touch(self, key: int) -> None:
        self._database.execute("update key_ set written = ? where id = ?", (_now(), key))

    # ---- values ----

    def get(self, key: int, name: str) -> Value | None:
        with self._lock:
            row = self._database.execute(
                "select name, type, data from value_ where key = ? and folded = ?", (key, fold(name))
            ).fetchone()
            return Value(*row) if row else None

    def put(self, key: int, name: str, type: int, data: bytes) -> None:
        with self.change():
            self._database.execute(
                "insert into value_ (key, name, folded, type, data) values (?, ?, ?, ?, ?)"
                " on conflict (key, folded) do update set type = excluded.type, data = excluded.data",
                (key, _storable(name), fold(_storable(name)), type, data),
            )
            self._touch(key)

    def remove(self, key: int, name: str) -> bool:
        """False if there is no such value."""
        with self.change():
            cursor = self._database.execute(
                "delete from value_ where key = ? and folded = ?", (key, fold(_storable(name)))
            )
            if cursor.rowcount:
                self._touch(key)
            return cursor.rowcount > 0

    def values(self, key: int) -> list[Value]:
        """In the order in which they were made."""
        with self._lock:
            rows = self._database.execute(
                "select name, type, data from value_ where key = ? order by id", (key,)
            )
            return [Value(*row) for row in rows]
