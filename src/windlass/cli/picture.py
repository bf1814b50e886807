"""The dependency graph as a picture: SVG, and a page around it that needs nothing else.

DLLs stand in columns by their distance from the one asked for. Within a column they are ordered by the middle
of those that lead to them and to which they lead, which untangles most lines (the barycenter heuristic of
Sugiyama, Tagawa and Toda, "Methods for Visual Understanding of Hierarchical System Structures", 1981).
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from statistics import fmean
from typing import NamedTuple, Union

from windlass.cli.graph import Graph, Link, Node
from windlass.cli.output import printable

__all__ = ["html", "svg"]

NAME_CHARACTER, PATH_CHARACTER = 7.3, 6.1
"""The widths of a character in the picture's monospaced fonts of 12 and 10 pixels."""
HEIGHT, ROW_GAP, COLUMN_GAP, MARGIN = 40, 14, 90, 20
LONGEST_LINE = 46
SWEEPS = 6

STYLE = """
    text { font: 12px ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: #222 }
    .node rect { fill: #eef3fa; stroke: #5b7fa8; rx: 5 }
    .node .where { font-size: 10px; fill: #666 }
    .node.builtin rect { fill: #f2f2f2; stroke: #999 }
    .node.root rect { stroke-width: 2.5 }
    .node.problem rect { fill: #fbe3e1; stroke: #c0392b }
    .link { fill: none; stroke: #8fa6bf; stroke-width: 1.2 }
    .link.delay { stroke-dasharray: 6 4 }
    .link.forwarded { stroke-dasharray: 2 3 }
    .link.problem { stroke: #c0392b }
"""


class Box(NamedTuple):
    """Where a node is drawn, or where a link passes through a column."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.left + self.width

    @property
    def middle(self) -> float:
        return self.top + self.height / 2


Passage = tuple[str, str, int]
"""Where a link, given by its source and target, passes through a column between them."""
Item = Union[str, Passage]


class Picture:
    """A graph with the places of all that is drawn."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.columns: list[list[Item]] = []
        for node in graph.nodes.values():
            self._put(node.depth, node.name)
        for link in graph.all_links():
            for item in self.way(link)[1:-1]:
                self._put(item[2], item)  # type: ignore[arg-type]
        self._untangle()
        self.boxes: dict[Item, Box] = {}
        self.width, self.height = self._lay_out()

    def _put(self, column: int, item: Item) -> None:
        while len(self.columns) <= column:
            self.columns.append([])
        self.columns[column].append(item)

    def way(self, link: Link) -> list[Item]:
        """What a link leads through, from its source to its target."""
        nodes = self.graph.nodes
        between = range(nodes[link.source].depth + 1, nodes[link.target].depth)
        return [link.source, *((link.source, link.target, column) for column in between), link.target]

    def _untangle(self) -> None:
        neighbours: dict[Item, list[Item]] = {}
        for link in self.graph.all_links():
            way = self.way(link)
            for one, other in zip(way, way[1:]):
                neighbours.setdefault(one, []).append(other)
                neighbours.setdefault(other, []).append(one)
        for _ in range(SWEEPS):
            for column in self.columns:
                _sort(column, self.columns, neighbours)

    def _lay_out(self) -> tuple[float, float]:
        tallest = max(map(_height_of_column, self.columns))
        left = float(MARGIN)
        for column in self.columns:
            width = max(_width(self.graph.nodes[item]) for item in column if isinstance(item, str))
            top = MARGIN + (tallest - _height_of_column(column)) / 2
            for item in column:
                self.boxes[item] = Box(left, top, width, _height(item))
                top += _height(item) + ROW_GAP
            left += width + COLUMN_GAP
        return left - COLUMN_GAP / 2, tallest + 2 * MARGIN


def _height(item: Item) -> float:
    return HEIGHT if isinstance(item, str) else 0


def _height_of_column(column: list[Item]) -> float:
    return sum(_height(item) + ROW_GAP for item in column) - ROW_GAP


def _sort(column: list[Item], columns: list[list[Item]], neighbours: dict[Item, list[Item]]) -> None:
    # Columns are centred, so a position counts from the middle.
    position = {item: index - (len(each) - 1) / 2 for each in columns for index, item in enumerate(each)}
    here = set(column)
    wanted = {
        item: fmean([position[each] for each in neighbours.get(item, ()) if each not in here] or [0])
        for item in column
    }
    column.sort(key=wanted.__getitem__)


def _width(node: Node) -> float:
    name, where = lines_of(node)
    return max(len(name) * NAME_CHARACTER, len(where) * PATH_CHARACTER) + 16


def lines_of(node: Node) -> tuple[str, str]:
    """The two lines in a node's box."""
    where = "missing" if node.missing else node.where
    return _cut(printable(node.name)), _cut(printable(node.problem or where))


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_LINE else "…" + text[1 - LONGEST_LINE :]


def svg(graph: Graph) -> str:
    """The picture as an SVG document."""
    picture = Picture(graph)
    width, height = f"{picture.width:.0f}", f"{picture.height:.0f}"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}">',
        f"<title>{_text(graph.root)} and what it needs</title>",
        f"<style>{STYLE}</style>",
        '<defs><marker id="arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" '
        'orient="auto"><path d="M0 0 L8 4 L0 8 z" fill="context-stroke"/></marker></defs>',
        *(_link(link, picture) for link in graph.all_links()),
        *(_node(node, graph, picture.boxes[node.name]) for node in graph.nodes.values()),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _text(text: str) -> str:
    return escape(printable(text))


def _link(link: Link, picture: Picture) -> str:
    way = [picture.boxes[item] for item in picture.way(link)]
    kinds = ["link"]
    kinds += ["delay"] if link.delay else []
    kinds += ["forwarded"] if link.forwarded and not link.functions else []
    kinds += ["problem"] if link.lacking or picture.graph.nodes[link.target].missing else []
    said = f"{link.source} needs {link.functions or 'forwarded'} functions of {link.target}"
    said += f"; it lacks {', '.join(link.lacking)}" if link.lacking else ""
    return (
        f'<path class="{" ".join(kinds)}" data-from="{_text(link.source)}" data-to="{_text(link.target)}" '
        f'd="{_curve(way)}" marker-end="url(#arrow)"><title>{_text(said)}</title></path>'
    )


def _curve(way: list[Box]) -> str:
    """From the first box's right side to the last one's left side; to one that is not further right, around
    to its right side.
    """
    bend = COLUMN_GAP / 2
    parts = [f"M{way[0].right:.1f} {way[0].middle:.1f}"]
    for start, end in zip(way, way[1:]):
        forward = end.left > start.right
        side, before = (end.left, end.left - bend) if forward else (end.right, end.right + bend)
        parts.append(
            f"C{start.right + bend:.1f} {start.middle:.1f} "
            f"{before:.1f} {end.middle:.1f} {side:.1f} {end.middle:.1f}"
        )
        if end is not way[-1]:
            parts.append(f"H{end.right:.1f}")
    return " ".join(parts)


def _node(node: Node, graph: Graph, box: Box) -> str:
    kinds = ["node"]
    kinds += ["root"] if node.name == graph.root else []
    kinds += ["builtin"] if node.where == "builtin" else []
    kinds += ["problem"] if node.problem else []
    name, where = lines_of(node)
    said = "\n".join(filter(None, (node.name, node.where, node.why, node.problem)))
    return (
        f'<g class="{" ".join(kinds)}" data-name="{_text(node.name)}"><title>{escape(said)}</title>'
        f'<rect x="{box.left:.1f}" y="{box.top:.1f}" width="{box.width:.1f}" height="{HEIGHT}"/>'
        f'<text x="{box.left + 8:.1f}" y="{box.top + 17:.1f}">{escape(name)}</text>'
        f'<text class="where" x="{box.left + 8:.1f}" y="{box.top + 32:.1f}">{escape(where)}</text></g>'
    )


PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{title}</title>
<style>
    body {{ font: 14px system-ui, sans-serif; margin: 1.5em; color: #222 }}
    .picture {{ overflow: auto; border: 1px solid #ccc; max-height: 75vh }}
    table {{ border-collapse: collapse; margin-top: 1.5em }}
    td, th {{ text-align: left; padding: 2px 1em 2px 0; vertical-align: top }}
    tr.problem td {{ color: #c0392b }}
    .dimmed {{ opacity: 0.12 }}
    .node {{ cursor: pointer }}
</style>
</head>
<body>
<h1>{title}</h1>
<p>{summary} Dashed: delay-loaded. Dotted: forwarded. A click on a DLL shows its own links only.</p>
<div class="picture">
{svg}</div>
<table>
<tr><th>DLL</th><th>found</th><th>why there</th><th>lacks</th></tr>
{rows}
</table>
<script>
"use strict";
let chosen = null;
const nodes = [...document.querySelectorAll(".node")], links = [...document.querySelectorAll(".link")];
function choose(name) {{
    chosen = name === chosen ? null : name;
    const near = new Set([chosen]);
    for (const link of links) {{
        const {{from, to}} = link.dataset, touches = from === chosen || to === chosen;
        link.classList.toggle("dimmed", chosen !== null && !touches);
        if (touches) near.add(from).add(to);
    }}
    for (const node of nodes)
        node.classList.toggle("dimmed", chosen !== null && !near.has(node.dataset.name));
}}
for (const node of nodes) node.addEventListener("click", () => choose(node.dataset.name));
</script>
</body>
</html>
"""


def html(graph: Graph) -> str:
    """The picture in a page of its own, with a table of the DLLs."""
    count = f"{len(graph.nodes)} DLLs"
    problems = sum(node.problem is not None for node in graph.nodes.values())
    summary = f"{count}, {problems} with problems." if problems else f"{count}, all found."
    return PAGE.format(
        title=f"{_text(graph.root)} and what it needs",
        summary=summary,
        svg=svg(graph),
        rows="\n".join(_rows(graph)),
    )


def _rows(graph: Graph) -> Iterator[str]:
    lacking: dict[str, list[str]] = {}
    for link in graph.all_links():
        lacking.setdefault(link.target, []).extend(link.lacking)
    for node in graph.nodes.values():
        kind = ' class="problem"' if node.problem else ""
        cells = (node.name, node.where or "missing", node.why, ", ".join(lacking.get(node.name, ())))
        yield f"<tr{kind}>" + "".join(f"<td>{_text(cell)}</td>" for cell in cells) + "</tr>"
