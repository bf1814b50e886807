"""The graph of a DLL and all that it needs, as plain data: what `windlass tree` shows and draws."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from windlass.cli.dependencies import Dll, Edge, Walk

__all__ = ["Graph", "Link", "Node"]


class Node(NamedTuple):
    """One DLL.

    where:   its path, "builtin", or "" if no place has it.
    why:     the part of the search order that has it; of a missing one, what was searched.
    problem: why it cannot be loaded, None if it can.
    delay:   it is not needed before the first call of a delay-loaded function.
    depth:   the number of links on the longest way from the DLL asked for that goes in no circle.
    """

    name: str
    where: str
    why: str
    problem: str | None
    delay: bool
    depth: int

    @property
    def missing(self) -> bool:
        return not self.where


class Link(NamedTuple):
    """One DLL needs another.

    functions: how many it imports from it; api_sets: by which API sets, as far as it does.
    lacking:   functions that are imported and that the other does not have.
    forwarded: also, or only, because exports of the one are forwarded to the other.
    """

    source: str
    target: str
    functions: int
    api_sets: list[str]
    lacking: list[str]
    delay: bool
    forwarded: bool


class Graph:
    """The DLLs and their links; names are compared as Windows does, without regard to case."""

    def __init__(self, walk: Walk) -> None:
        self._names = {dll.name.lower(): dll.name for dll in reversed(walk.dlls)}
        self.root = walk.dlls[0].name
        self.links: dict[str, list[Link]] = {}
        """By the source's name, in the order of its import directories."""
        for edge in walk.edges:
            self._add(edge)
        depths = self._depths()
        self.nodes: dict[str, Node] = {}
        for dll in walk.dlls:
            self.nodes.setdefault(dll.name, _node(dll, depths))
        for missing in walk.missing_dlls:
            why = "searched: " + ", ".join(missing.searched)
            name = self._known_as(missing.name)
            node = Node(name, "", why, "no place has it", missing.delay, depths.get(name, 0))
            self.nodes.setdefault(name, node)

    def _known_as(self, name: str) -> str:
        """The name of a DLL as it came up first."""
        return self._names.setdefault(name.lower(), name)

    def _add(self, edge: Edge) -> None:
        """Links of one DLL to another by several API sets are one link."""
        links = self.links.setdefault(edge.importer, [])
        api_sets = [edge.asked] if edge.asked.lower() != edge.dll.lower() and not edge.forwarded else []
        target = self._known_as(edge.dll)
        made = Link(
            edge.importer, target, len(edge.functions), api_sets, edge.lacking, edge.delay, edge.forwarded
        )
        for index, known in enumerate(links):
            if known.target == made.target:
                links[index] = Link(
                    known.source,
                    known.target,
                    known.functions + made.functions,
                    known.api_sets + [name for name in api_sets if name not in known.api_sets],
                    known.lacking + [name for name in made.lacking if name not in known.lacking],
                    known.delay and made.delay,
                    known.forwarded or made.forwarded,
                )
                return
        links.append(made)

    def _depths(self) -> dict[str, int]:
        order, back = self._search()
        depths = dict.fromkeys(order, 0)
        for name in reversed(order):  # every DLL before those that it needs
            for link in self.links.get(name, ()):
                if (name, link.target) not in back:
                    depths[link.target] = max(depths[link.target], depths[name] + 1)
        return depths

    def _search(self) -> tuple[list[str], dict[tuple[str, str], list[str]]]:
        """Depth first: the names, each behind those that it needs, and the links that close a circle, each
        with the DLLs of that circle.
        """
        order: dict[str, None] = {}
        back: dict[tuple[str, str], list[str]] = {}
        way: dict[str, Iterator[Link]] = {self.root: iter(self.links.get(self.root, ()))}
        while way:
            name = next(reversed(way))
            link = next(way[name], None)
            if link is None:
                order[name] = None
                del way[name]
            elif link.target in way:
                names = list(way)
                back[name, link.target] = [*names[names.index(link.target) :], link.target]
            elif link.target not in order:
                way[link.target] = iter(self.links.get(link.target, ()))
        return list(order), back

    def all_links(self) -> Iterator[Link]:
        for links in self.links.values():
            yield from links

    def cycles(self) -> list[list[str]]:
        """The ways that lead from a DLL back to itself, one for each link that closes a circle."""
        return list(self._search()[1].values())


def _node(dll: Dll, depths: dict[str, int]) -> Node:
    return Node(dll.name, dll.path or "builtin", dll.why, dll.bad, dll.delay, depths.get(dll.name, 0))
