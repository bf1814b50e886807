"""Contexts of one kind, of certificates or of revocation lists: held by address until they are given back."""

from __future__ import annotations

from typing import Generic, Protocol, TypeVar

from windlass.api.outputs import fail
from windlass.api.refused import Refused

__all__ = ["ContextTable"]

ERROR_INVALID_PARAMETER = 87
CRYPT_E_NOT_FOUND = 0x80092004


class Counted(Protocol):
    address: int
    references: int


T = TypeVar("T", bound=Counted)


class ContextTable(Generic[T]):
    """A context is gone with its last reference."""

    def __init__(self) -> None:
        self._contexts: dict[int, T] = {}

    def add(self, context: T) -> T:
        """With the references that it has."""
        self._contexts[context.address] = context
        return context

    def find(self, address: int) -> T:
        """Refused where there is none."""
        found = self._contexts.get(address)
        if found is None:
            raise Refused(ERROR_INVALID_PARAMETER)
        return found

    def refer(self, address: int) -> None:
        """One reference more, if it is a context."""
        found = self._contexts.get(address)
        if found is not None:
            found.references += 1

    def release(self, address: int) -> None:
        """One reference less, if it is a context."""
        found = self._contexts.get(address)
        if found is not None:
            found.references -= 1
            if not found.references:
                del self._contexts[address]

    def following(self, candidates: list[T], previous: int) -> int:
        """The context behind `previous`, which is given back; with a reference for the caller. 0 with
        CRYPT_E_NOT_FOUND behind the last one.
        """
        start = 0
        if previous:
            addresses = [context.address for context in candidates]
            start = addresses.index(previous) + 1 if previous in addresses else len(addresses)
            self.release(previous)
        if start >= len(candidates):
            return fail(CRYPT_E_NOT_FOUND)
        candidates[start].references += 1
        return candidates[start].address
