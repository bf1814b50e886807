"""`windlass tree`: the dependency tree in the terminal, as data and as a picture."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest

import pe_seeds
from test_cli import answer, in_terminal, windlass

SVG = "{http://www.w3.org/2000/svg}"

# top needs left, right and a DLL that is nowhere; left needs right, right needs left again.
SOURCES = {
    "top": """
        // imports: left.dll l
        // imports: right.dll r absent
        // imports: nowhere&co.dll n
        __declspec(dllimport) int l(void), r(void), absent(void), n(void);
        __declspec(dllimport) unsigned GetLastError(void);
        EXPORT int t(void) { return l() + r() + absent() + n() + GetLastError(); }
    """,
    "left": """
        // imports: right.dll r
        __declspec(dllimport) int r(void);
        EXPORT int l(void) { return r(); }
    """,
    "right": """
        // imports: left.dll l
        __declspec(dllimport) int l(void);
        __declspec(dllimport) void Sleep(unsigned);
        EXPORT int r(void) { Sleep(0); return l(); }
        LINKER("-export:moved=left.l");
    """,
}


@pytest.fixture(scope="module")
def folder(write_dll, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("tree")
    for name, source in SOURCES.items():
        shutil.copy2(write_dll(source, name=name), folder)
    return folder


@pytest.fixture(scope="module")
def top(folder) -> Path:
    return folder / "top.dll"


def tree(*arguments: object) -> list[str]:
    return windlass("tree", *arguments, exit_code=1).splitlines()


def test_the_tree_in_a_pipe(top, folder):
    lines = tree(top)
    assert lines[0] == str(top)
    assert "\x1b" not in "".join(lines)
    beside = "(the loaded DLL's directory)"
    assert [re.sub(r"; searched: .*?; one", "; searched; one", line) for line in lines[1:]] == [
        f"├── left.dll  {folder}/left.dll {beside}; one function",
        f"│   └── right.dll  {folder}/right.dll {beside}; one function",
        "│       ├── left.dll  cycle; one function",
        "│       └── kernel32.dll  builtin (known DLL); one function",
        "├── right.dll  see above; 2 functions; LACKS absent",
        "├── nowhere&co.dll  MISSING; searched; one function",
        "└── kernel32.dll  builtin (known DLL); one function",
    ]


def test_the_tree_in_a_terminal_has_colours(top):
    shown = in_terminal(200, "tree", top)
    assert re.search(r"\x1b\[31m.*nowhere&co\.dll  MISSING", shown)
    assert re.search(r"\x1b\[33m.*right\.dll", shown)


def test_the_graph_as_data(top, folder):
    found = answer("tree", top, exit_code=1)
    assert found["loads"] is False
    nodes = {node["name"]: node for node in found["nodes"]}
    assert nodes["left.dll"]["where"] == str(folder / "left.dll")
    assert nodes["left.dll"]["why"] == "the loaded DLL's directory"
    assert nodes["kernel32.dll"]["where"] == "builtin"
    assert nodes["nowhere&co.dll"]["problem"] == "no place has it"
    assert str(folder) in nodes["nowhere&co.dll"]["why"]
    assert (nodes["top.dll"]["depth"], nodes["left.dll"]["depth"], nodes["right.dll"]["depth"]) == (0, 1, 2)
    links = {(link["source"], link["target"]): link for link in found["links"]}
    assert links["top.dll", "right.dll"]["lacking"] == ["absent"]
    assert set(links) >= {("left.dll", "right.dll"), ("right.dll", "left.dll")}
    assert found["cycles"] == [["left.dll", "right.dll", "left.dll"]]


def test_names_in_another_case_are_the_same_dll(write_dll):
    """The linker keeps what each library says, so one DLL may be missing under two spellings."""
    dll = write_dll(
        """
        // imports: Gone.dll f
        // imports: helper.dll g
        __declspec(dllimport) int f(void), g(void);
        EXPORT int h(void) { return f() + g(); }
        """,
        name="spelling",
    )
    helper = write_dll(
        """
        // imports: GONE.DLL f
        __declspec(dllimport) int f(void);
        EXPORT int g(void) { return f(); }
        """,
        name="helper",
    )
    shutil.copy2(helper, dll.parent)
    found = answer("tree", dll, exit_code=1)
    missing = [node["name"] for node in found["nodes"] if not node["where"]]
    assert len(missing) == 1
    assert sum(link["target"] == missing[0] for link in found["links"]) == 2


def test_api_sets_are_one_link(exe, tmp_path):
    source = tmp_path / "hello.c"
    source.write_text('#include <stdio.h>\nint main(void) { printf("%d", getchar()); return 0; }\n')
    program = exe(source)
    links = [link for link in answer("tree", program)["links"] if link["target"] == "ucrtbase.dll"]
    assert len(links) == 1 and len(links[0]["api_sets"]) > 1
    assert all(name.startswith("api-ms-win-crt-") for name in links[0]["api_sets"])
    assert f"by {len(links[0]['api_sets'])} API sets" in windlass("tree", program)


def test_delay_loads_are_marked(tmp_path):
    image = pe_seeds.Everything(pe_seeds.AMD64)
    del image.directories[pe_seeds.CLR]  # no .NET assembly can be loaded
    path = tmp_path / "everything.dll"
    path.write_bytes(image.bytes())
    assert "delayed.dll  MISSING" in windlass("tree", path)
    assert {link["target"]: link["delay"] for link in answer("tree", path)["links"]} == {
        "kernel32.dll": False,
        "delayed.dll": True,
    }


# ---- pictures ----


def boxes(svg: ElementTree.Element) -> dict[str, tuple[float, float, float, float]]:
    """(left, top, right, bottom) of each DLL's box."""
    found = {}
    for group in svg.iter(f"{SVG}g"):
        rect = group.find(f"{SVG}rect")
        x, y, width, height = (float(rect.get(name)) for name in ("x", "y", "width", "height"))
        found[group.get("data-name")] = x, y, x + width, y + height
    return found


def test_the_picture(top, tmp_path):
    windlass("tree", top, "--svg", tmp_path / "top.svg", exit_code=1)
    svg = ElementTree.parse(tmp_path / "top.svg").getroot()
    drawn = boxes(svg)
    assert set(drawn) == {"top.dll", "left.dll", "right.dll", "nowhere&co.dll", "kernel32.dll"}
    width, height = float(svg.get("width")), float(svg.get("height"))
    for name, (left, box_top, right, bottom) in drawn.items():
        assert left >= 0 and box_top >= 0 and right <= width and bottom <= height
        for other, (x, y, x2, y2) in drawn.items():
            apart = right <= x or x2 <= left or bottom <= y or y2 <= box_top
            assert name == other or apart, (name, other)
    links = {(path.get("data-from"), path.get("data-to")): path for path in svg.iter(f"{SVG}path")}
    assert ("right.dll", "left.dll") in links
    assert "problem" in links["top.dll", "nowhere&co.dll"].get("class")
    assert "problem" in links["top.dll", "right.dll"].get("class")
    assert links["left.dll", "right.dll"].get("class") == "link"
    texts = [text.text for text in svg.iter(f"{SVG}text")]
    assert "nowhere&co.dll" in texts and "builtin" in texts


def test_a_link_begins_and_ends_at_its_dlls(top, tmp_path):
    windlass("tree", top, "--svg", tmp_path / "top.svg", exit_code=1)
    svg = ElementTree.parse(tmp_path / "top.svg").getroot()
    drawn = boxes(svg)
    for path in svg.iter(f"{SVG}path"):
        if path.get("data-from") is None:
            continue
        numbers = [float(each) for each in re.findall(r"-?[\d.]+", path.get("d"))]
        start, end = drawn[path.get("data-from")], drawn[path.get("data-to")]
        assert numbers[0] == pytest.approx(start[2], abs=0.2)
        assert numbers[1] == pytest.approx((start[1] + start[3]) / 2, abs=0.2)
        assert min(abs(numbers[-2] - end[0]), abs(numbers[-2] - end[2])) < 0.2
        assert numbers[-1] == pytest.approx((end[1] + end[3]) / 2, abs=0.2)


def test_the_page_needs_nothing_else(top, tmp_path):
    windlass("tree", top, "--html", tmp_path / "top.html", exit_code=1)
    page = (tmp_path / "top.html").read_text()
    assert page.startswith("<!DOCTYPE html>")
    without_namespace = page.replace('xmlns="http://www.w3.org/2000/svg"', "")
    assert not re.search(r"https?:|src=|<link|@import|url\((?!#)", without_namespace)
    assert "nowhere&amp;co.dll" in page and "nowhere&co" not in page
    ElementTree.fromstring(page[page.index("<svg") : page.index("</svg>") + 6])


def test_the_page_in_a_browser(top, tmp_path):
    browser = next(filter(None, map(shutil.which, ("chromium", "google-chrome", "chromium-browser"))), None)
    if browser is None:
        pytest.skip("no Chromium is installed")
    windlass("tree", top, "--html", tmp_path / "top.html", exit_code=1)
    done = subprocess.run(
        [browser, "--headless", "--no-sandbox", "--dump-dom", f"file://{tmp_path}/top.html"],
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.stdout.count('class="node') == 5


def test_a_picture_that_cannot_be_written(top, tmp_path):
    said = windlass("tree", top, "--svg", tmp_path / "no" / "x.svg", exit_code=1)
    assert "no/x.svg: No such file or directory" in said
