"""windlass tree DLL"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from windlass.cli import output
from windlass.cli.check import some
from windlass.cli.dependencies import Walk
from windlass.cli.graph import Graph, Link, Node
from windlass.cli.locate import locate, title
from windlass.whole_file import write_whole

__all__ = ["command"]


@click.command(cls=output.Command)
@click.argument("dll")
@click.option("--svg", metavar="FILE", help="Draw the graph as an SVG file.")
@click.option("--html", metavar="FILE", help="Draw it as a page to look at in a browser.")
@click.pass_context
def command(context: click.Context, dll: str, svg: str | None, html: str | None, as_json: bool) -> None:
    """Show which DLLs DLL needs, which those need, and where each was found; no code of them runs.

    A DLL's own needs are shown where it first comes up. Missing DLLs and functions are marked; the exit code
    is 1 if DLL does not load for want of them.
    """
    found = locate(dll)
    walk = Walk(found)
    graph = Graph(walk)
    for target, draw in ((svg, "svg"), (html, "html")):
        if target is not None:
            from windlass.cli import picture

            write_whole(target, getattr(picture, draw)(graph).encode("utf-8", "backslashreplace"))
    if as_json:
        output.show_json({"dll": title(found), "loads": walk.loads, **describe(graph)})
    else:
        show(graph, title(found))
    context.exit(0 if walk.loads else 1)


def describe(graph: Graph) -> dict[str, Any]:
    """The graph as plain data."""
    return {
        "nodes": [node._asdict() for node in graph.nodes.values()],
        "links": [link._asdict() for link in graph.all_links()],
        "cycles": graph.cycles(),
    }


def show(graph: Graph, name: str) -> None:
    root = graph.nodes[graph.root]
    output.line(name + (f"  {root.problem}" if root.problem else ""), bold=True)
    for text, style in branches(graph, graph.root, "", [graph.root], {graph.root}):
        output.line(text, **style)


def branches(
    graph: Graph, name: str, indent: str, way: list[str], shown: set[str]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """The lines below a DLL, each with its style.

    way: the DLLs from the root to this one; shown: those whose own needs have been shown.
    """
    links = graph.links.get(name, [])
    for index, link in enumerate(links):
        is_last = index == len(links) - 1
        node = graph.nodes[link.target]
        again = ""
        if link.target in way:
            again = "cycle"
        elif link.target in shown and graph.links.get(link.target):
            again = "see above"
        yield indent + ("└── " if is_last else "├── ") + caption(node, link, again), style_of(node, link)
        if not again:
            shown.add(link.target)
            deeper = indent + ("    " if is_last else "│   ")
            yield from branches(graph, link.target, deeper, [*way, link.target], shown)


def caption(node: Node, link: Link, again: str) -> str:
    """One DLL as its importer needs it."""
    parts = [again] if again else [place(node)]
    if link.functions:
        count = f"{link.functions} functions" if link.functions > 1 else "one function"
        sets = f" by {len(link.api_sets)} API sets" if len(link.api_sets) > 1 else ""
        parts.append(count + (sets or "".join(f" by {name}" for name in link.api_sets)))
    if link.forwarded:
        parts.append("forwarded")
    if link.delay:
        parts.append("delay")
    if link.lacking:
        lacks = "windlass lacks" if node.where == "builtin" else "LACKS"
        parts.append(f"{lacks} {some(link.lacking, 4)}")
    return f"{node.name}  {'; '.join(parts)}"


def place(node: Node) -> str:
    """Where a DLL is and why there."""
    if node.missing:
        return f"MISSING; {node.why}"
    where = f"{node.where} ({node.why})"
    return f"{where}; {node.problem}" if node.problem else where


def style_of(node: Node, link: Link) -> dict[str, Any]:
    if node.problem:
        return {"fg": "red"}
    if link.lacking:
        return {"fg": "yellow"}
    return {"dim": True} if link.delay else {}
