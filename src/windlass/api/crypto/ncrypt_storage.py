"""Keys that stay: each is a file of its own in $XDG_DATA_HOME/windlass/keys, encrypted for the user.

Source: Microsoft, "Key Storage and Retrieval".
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
from typing import NamedTuple

from windlass.api.crypto.data_protection import seal, unseal
from windlass.api.refused import Refused
from windlass.user_folders import data_folder

__all__ = ["KeyRecord", "delete", "load", "names", "save"]

ENTROPY = b"windlass key storage"


class KeyRecord(NamedTuple):
    """algorithm, curve: as CNG names them; kind: of the blob; spec: AT_KEYEXCHANGE, AT_SIGNATURE or 0."""

    name: str
    algorithm: str
    curve: str
    kind: str
    blob: bytes
    policy: int
    usage: int
    spec: int
    properties: dict[str, bytes]


def _folder(machine: bool) -> str:
    """What would be the machine's own is this user's, too, but apart."""
    return os.path.join(data_folder(), "machine-keys" if machine else "keys")


def _path(name: str, machine: bool) -> str:
    """Names are compared without regard to case."""
    return os.path.join(_folder(machine), hashlib.sha256(name.lower().encode()).hexdigest())


def save(record: KeyRecord, *, machine: bool, overwrite: bool) -> bool:
    """False if there is one of that name."""
    path = _path(record.name, machine)
    os.makedirs(_folder(machine), mode=0o700, exist_ok=True)
    own = f"{path}.{os.getpid()}"
    with os.fdopen(os.open(own, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(seal(_to_text(record), ENTROPY))
    try:
        if overwrite:
            os.replace(own, path)
            return True
        os.link(own, path)
        os.unlink(own)
    except FileExistsError:
        os.unlink(own)
        return False
    return True


def _to_text(record: KeyRecord) -> bytes:
    values = record._asdict()
    values["blob"] = base64.b64encode(record.blob).decode()
    values["properties"] = {name: base64.b64encode(v).decode() for name, v in record.properties.items()}
    return json.dumps(values).encode()


def _from_text(text: bytes) -> KeyRecord:
    values = json.loads(text)
    values["blob"] = base64.b64decode(values["blob"])
    values["properties"] = {name: base64.b64decode(v) for name, v in values["properties"].items()}
    return KeyRecord(**values)


def _read(path: str) -> KeyRecord | None:
    try:
        with open(path, "rb") as file:
            return _from_text(unseal(file.read(), ENTROPY)[0])
    except (OSError, Refused):
        return None


def load(name: str, *, machine: bool) -> KeyRecord | None:
    return _read(_path(name, machine))


def names(*, machine: bool) -> list[KeyRecord]:
    """All of them, by name."""
    try:
        paths = [entry.path for entry in os.scandir(_folder(machine)) if "." not in entry.name]
    except OSError:
        return []
    found = (_read(path) for path in paths)
    return sorted((each for each in found if each is not None), key=lambda each: each.name.lower())


def delete(name: str, *, machine: bool) -> bool:
    try:
        os.unlink(_path(name, machine))
    except OSError:
        return False
    return True
