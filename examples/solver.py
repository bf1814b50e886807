"""Solve puzzles in two threads at once, with the Z3 of the z3-solver package.

    windlass fetch z3-solver
    windlass examples/solver.py ~/.local/share/windlass/packages/z3-solver/libz3.dll

Z3 is a big C++ library: its errors are C++ exceptions inside, which it turns into calls of a handler. The
script is an ordinary one: in plain Python, it takes libz3.so.
"""

# Runs on: z3-solver libz3.dll libz3.so

import ctypes
import sys
import threading
from ctypes import CFUNCTYPE, c_char_p, c_int, c_void_p

ErrorHandler = CFUNCTYPE(None, c_void_p, c_int)

PROTOTYPES = {
    "Z3_get_full_version": (c_char_p,),
    "Z3_mk_config": (c_void_p,),
    "Z3_del_config": (None, c_void_p),
    "Z3_mk_context": (c_void_p, c_void_p),
    "Z3_del_context": (None, c_void_p),
    "Z3_set_error_handler": (None, c_void_p, ErrorHandler),
    "Z3_get_error_msg": (c_char_p, c_void_p, c_int),
    "Z3_eval_smtlib2_string": (c_char_p, c_void_p, c_char_p),
}

# S E N D + M O R E = M O N E Y, a digit for each letter.
LETTERS = b"SENDMORY"
MONEY = b"".join(
    [
        *(b"(declare-const %c Int)(assert (<= 0 %c 9))" % (letter, letter) for letter in LETTERS),
        b"(assert (> S 0))(assert (> M 0))(assert (distinct %s))"
        % b" ".join(b"%c" % each for each in LETTERS),
        b"(define-fun send () Int (+ (* 1000 S) (* 100 E) (* 10 N) D))",
        b"(define-fun more () Int (+ (* 1000 M) (* 100 O) (* 10 R) E))",
        b"(define-fun money () Int (+ (* 10000 M) (* 1000 O) (* 100 N) (* 10 E) Y))",
        b"(assert (= (+ send more) money))(check-sat)(eval send)(eval more)(eval money)",
    ]
)

# Five pigeons do not fit into four holes.
PIGEONS = b"".join(
    [
        *(b"(declare-const p%d Int)(assert (<= 1 p%d 4))" % (number, number) for number in range(5)),
        b"(assert (distinct p0 p1 p2 p3 p4))(check-sat)",
    ]
)


def load(path):
    """Z3 with the prototypes of its functions."""
    library = ctypes.CDLL(path)
    for name, (result, *arguments) in PROTOTYPES.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library


def solve(z3, problem):
    """What Z3 says to a problem in SMT-LIB, and the errors that it reported."""
    errors = []

    @ErrorHandler
    def report(context, code):
        errors.append((code, z3.Z3_get_error_msg(context, code).decode().strip()))

    config = z3.Z3_mk_config()
    context = z3.Z3_mk_context(config)
    z3.Z3_del_config(config)
    z3.Z3_set_error_handler(context, report)
    said = z3.Z3_eval_smtlib2_string(context, problem).decode().split()
    z3.Z3_del_context(context)
    return said, errors


def main(path):
    z3 = load(path)
    print("Z3", z3.Z3_get_full_version().decode().split()[0])

    answers = {}
    problems = {"SEND + MORE": MONEY, "five pigeons": PIGEONS}
    threads = [
        threading.Thread(target=lambda name=name: answers.update({name: solve(z3, problems[name])}))
        for name in problems
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for name in problems:
        print(f"{name}:", *answers[name][0])

    said, errors = solve(z3, b"(assert (= 1 nothing))")
    print("an error:", *errors or said)


if __name__ == "__main__":
    main(sys.argv[1])
