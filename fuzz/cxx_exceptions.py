"""Compares the builtin vcruntime140 with Microsoft's own on random C++ programs full of exceptions.

    windlass fetch msvc-runtime
    PYTHONPATH=src python fuzz/cxx_exceptions.py [--count N] [--seed S] [--runtime FOLDER]

A program is compiled for Microsoft's ABI with `ziglang` (see tests/compiler.py) and run twice, each time in
a process of its own: with FOLDER in WINDLASS_PATH, and without. Where their reports differ, the source stays
in the current folder as cxx-SEED.cpp, and the exit code is 1.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))

import compiler  # noqa: E402

RUN = """
import sys
from windlass import _core, loader
module = loader.load(sys.argv[1])
emit = _core.Callback(lambda line: print(line.decode(), flush=True), "vA")
print(_core.call(_core.export(module.handle, "run", 0), emit.address))
"""

HEAD = """\
// build: msvc
// flags: -fno-threadsafe-statics -Wno-exceptions -Wno-unused {flags}
// imports: vcruntime140.dll __CxxFrameHandler3 _CxxThrowException __std_terminate __uncaught_exceptions
// imports: vcruntime140.dll memcpy memset __current_exception
// imports: ntdll.dll __chkstk
#include "msvc_cxx.h"

extern "C" __declspec(dllimport) int __uncaught_exceptions();
extern "C" __declspec(dllimport) void **__current_exception();

static unsigned random_state = {state}u;
static unsigned chance(unsigned of)
{{
    random_state = random_state * 1664525u + 1013904223u;
    return (random_state >> 16) % of;
}}
static int fuel = {fuel};

struct Noisy {{
    int id;
    explicit Noisy(int id) : id(id) {{}}
    Noisy(const Noisy &other) : id(other.id + 1000) {{ say("copy %d", id); }}
    ~Noisy() {{ say("destroy %d %d", id, __uncaught_exceptions()); }}
}};
struct A : Noisy {{ int a; explicit A(int id) : Noisy(id), a(id) {{}} virtual int f() {{ return a; }} }};
struct B : A {{
    int b[7];
    explicit B(int id) : A(id) {{ b[3] = id; }}
    int f() override {{ return b[3] + 1; }}
}};
struct C : virtual A {{ int c; explicit C(int id) : A(id), c(id) {{}} int f() override {{ return c + 2; }} }};
struct Catches {{
    int id;
    explicit Catches(int id) : id(id) {{}}
    ~Catches()
    {{
        say("catches %d %d", id, __uncaught_exceptions());
        try {{
            Noisy inner(id + 500);
            if (chance(2))
                throw id;
            throw A(id + 600);
        }} catch (int value) {{
            say("in destructor %d", value);
        }} catch (A &value) {{
            say("in destructor a %d", value.f());
        }}
    }}
}};
"""

THROWS = ["{n}", "{n}.5", "A({n})", "B({n})", "C({n})", "'x'", '"text"', "{n}LL", "(A *)nullptr"]
CATCHES = [
    ("int value", 'say("int %d", value);'),
    ("double value", 'say("double %a", value);'),
    ("A &value", 'say("a& %d", value.f());'),
    ("A value", 'say("a %d", value.f());'),
    ("const B &value", 'say("b %d", value.id);'),
    ("C value", 'say("c %d", value.f());'),
    ("char value", 'say("char %c", value);'),
    ("const char *value", 'say("text %s", value);'),
    ("long long value", 'say("long %lld", value);'),
    ("A *value", 'say("pointer %d", value == nullptr);'),
]


class Program:
    """The source of one program: functions that call later ones only."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.serial = 0
        self.functions = self.random.randint(2, 6)

    def text(self) -> str:
        optimise = self.random.choice(["-O0", "-O1", "-O2"])
        head = HEAD.format(flags=optimise, state=self.random.getrandbits(32), fuel=300)
        bodies = [self.function(index) for index in reversed(range(self.functions))]
        return head + "\n".join(bodies) + self.main()

    def next(self) -> int:
        self.serial += 1
        return self.serial

    def function(self, index: int) -> str:
        noinline = self.random.choice(["__attribute__((noinline)) ", ""])
        lines = "\n".join(self.block(index, 0))
        return (
            f"{noinline}static int function{index}(int depth)\n{{\n    if (fuel-- <= 0) return 0;\n"
            f'    say("enter {index}");\n{lines}\n    return depth;\n}}\n'
        )

    def main(self) -> str:
        return """
PROGRAM
{
    for (int i = 0; i < 6; i++) {
        fuel = 60;
        try {
            Noisy outermost(9000 + i);
            function0(i);
        } catch (int value) {
            say("main int %d", value);
        } catch (...) {
            say("main");
        }
        check(__uncaught_exceptions() == 0);
        check(*__current_exception() == nullptr);
    }
    return 0;
}
"""

    def block(self, index: int, level: int) -> list[str]:
        """The statements of one block."""
        lines: list[str] = []
        for _ in range(self.random.randint(1, 4)):
            lines += self.statement(index, level)
        return ["    " * 1 + line for line in lines]

    def statement(self, index: int, level: int) -> list[str]:
        n = self.next()
        kinds = ["object", "throw", "call", "catches", "say"]
        if level < 3:
            kinds += ["try", "try", "loop", "scope"]
        kind = self.random.choice(kinds)
        if kind == "object":
            return [f"{self.random.choice(['Noisy', 'A', 'B', 'C'])} object{n}({n});"]
        if kind == "catches":
            return [f"Catches object{n}({n});"]
        if kind == "throw":
            thrown = self.random.choice(THROWS).format(n=n)
            return [f"if (chance({self.random.randint(1, 3)}) == 0) throw {thrown};"]
        if kind == "call" and index + 1 < self.functions:
            return [f"function{self.random.randint(index + 1, self.functions - 1)}(depth + {n});"]
        if kind == "try":
            return self.try_block(index, level)
        if kind == "loop":
            body = self.block(index, level + 1)
            leave = self.random.choice(["break;", "continue;", "return depth;", ""])
            return [
                f"for (int i{n} = 0; i{n} < 3; i{n}++) {{",
                *body,
                f"    if (chance(3) == 0) {{ {leave} }}",
                "}",
            ]
        if kind == "scope":
            return ["{", *self.block(index, level + 1), "}"]
        return [f'say("at {n} %d", depth);']

    def try_block(self, index: int, level: int) -> list[str]:
        lines = ["try {", *self.block(index, level + 1)]
        catches = self.random.sample(CATCHES, self.random.randint(0, 3))
        for declaration, report in catches:
            lines += [f"}} catch ({declaration}) {{", "    " + report, *self.handler(index, level)]
        if not catches or self.random.random() < 0.5:
            lines += ["} catch (...) {", f'    say("any {self.next()}");', *self.handler(index, level)]
        return [*lines, "}"]

    def handler(self, index: int, level: int) -> list[str]:
        lines = self.block(index, level + 1) if self.random.random() < 0.6 else []
        if self.random.random() < 0.3:
            lines.append("    if (chance(2)) throw;")
        return lines


def report(dll: Path, runtime: str | None) -> str:
    environment = {**os.environ, "WINDLASS_PATH": runtime or ""}
    done = subprocess.run(
        [sys.executable, "-c", RUN, str(dll)], env=environment, capture_output=True, text=True, timeout=60
    )
    return done.stdout + (f"exit {done.returncode}\n{done.stderr}" if done.returncode else "")


def compare(seed: int, runtime: str, folder: Path) -> bool:
    """Whether both run-time libraries report the same."""
    source = folder / f"cxx-{seed}.cpp"
    source.write_text(Program(seed).text())
    recipe = compiler.read_recipe(source, source.stem + ".dll", (), ())
    compiler.compile_image(recipe, folder)
    builtin, native = report(folder / recipe.name, None), report(folder / recipe.name, runtime)
    if builtin == native:
        return True
    Path(source.name).write_text(source.read_text())
    print(f"{source.name}: the reports differ")
    for line, (one, other) in enumerate(zip(builtin.splitlines(), native.splitlines()), 1):
        if one != other:
            print(f"  line {line}: builtin {one!r}, Microsoft's {other!r}")
            break
    return False


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--runtime", required=True, help="the folder of Microsoft's vcruntime140.dll")
    arguments = parser.parse_args()
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(arguments.seed, arguments.seed + arguments.count):
            failed += not compare(seed, arguments.runtime, Path(folder))
    print(f"{arguments.count} programs, {failed} differ")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
