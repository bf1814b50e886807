"""Exceptions and faults of Windows code, seen from Python. What the DLLs' own handlers see is tested by
tests/programs/seh.c, faults.c and others.
"""

from __future__ import annotations

import ctypes
import faulthandler
import mmap
import os
import threading

import pytest

from windlass import _core, loader
from windlass.foreign import CDLL, CFUNCTYPE

# The address sanitizer has handlers of its own, which end the process in another way.
host_crashes = pytest.mark.skipif("libasan" in os.environ.get("LD_PRELOAD", ""), reason="address sanitizer")

INT_CALLBACK = CFUNCTYPE(ctypes.c_int, ctypes.c_int)


@pytest.fixture(scope="module")
def faulty(dll):
    library = CDLL(os.fspath(dll("faulty.c")))
    for name in ("read_at", "write_at", "call_at"):
        getattr(library, name).argtypes = [ctypes.c_void_p]
    return library


def reported_by(dll, source):
    """The lines that a DLL's `run` reports (see fixture.h)."""
    lines = []
    emit = CFUNCTYPE(None, ctypes.c_char_p)(lambda line: lines.append(line.decode()))
    CDLL(os.fspath(dll(source))).run(emit)
    return lines


def message_of(function, *arguments):
    with pytest.raises(OSError) as caught:
        function(*arguments)
    return str(caught.value)


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("read_at", (0,), "exception: access violation reading 0x0000000000000000"),
        ("read_at", (0xABC0,), "exception: access violation reading 0x000000000000ABC0"),
        ("read_at", (0x1234567890ABCDEF,), "exception: access violation reading 0xFFFFFFFFFFFFFFFF"),
        ("write_at", (0x10,), "exception: access violation writing 0x0000000000000010"),
        ("call_at", (0x20,), "exception: access violation writing 0x0000000000000020"),
        ("divide", (1, 0), "exception: integer divide by zero"),
        ("divide", (-(2**31), -1), "exception: integer overflow"),
        ("privileged", (), "exception: privileged instruction"),
        ("illegal", (), "exception: illegal instruction"),
        ("stop", (), "exception: breakpoint encountered"),
        ("leave_floating_point_unmasked", (), "exception: float divide by zero"),
        ("raise", (0xE06D7363, 1), "[WinError -529697949] Windows Error 0xe06d7363"),
        ("raise", (0xC0000025, 1), "exception: nocontinuable"),
    ],
)
def test_message(faulty, name, arguments, message):
    text = message_of(getattr(faulty, name), *arguments)
    assert text == message


def test_notes_name_the_frames(faulty):
    with pytest.raises(OSError) as caught:
        faulty.deep()
    lines = caught.value.__notes__[0].splitlines()
    assert lines[0] == "Windows traceback (most recent call first):"
    assert len(lines) == 4  # inner, middle, deep
    assert all(line.startswith("  faulty.dll!") for line in lines[1:])
    assert lines[3].startswith("  faulty.dll!deep+0x")


def test_no_floating_point_trap_is_left_behind(faulty):
    message_of(faulty.leave_floating_point_unmasked)
    log = ctypes.CDLL("libm.so.6").log
    log.restype, log.argtypes = ctypes.c_double, [ctypes.c_double]
    assert log(0.0) == float("-inf")  # divides by zero in the processor


def test_termination_handlers_run(faulty):
    before = faulty.times_cleaned()
    message_of(faulty.fault_with_cleanup)
    assert faulty.times_cleaned() == before + 1


def test_stack_overflow(faulty):
    for _ in range(3):
        assert message_of(faulty.overflow) == "exception: stack overflow"
        assert faulty.overflow_handled() == 1


@pytest.mark.parametrize("size", [128 * 1024, 1 << 20])
def test_stack_overflow_in_a_thread(faulty, size):
    results = []

    def run():
        for _ in range(3):
            results.append(message_of(faulty.overflow))
            results.append(faulty.overflow_handled())

    before = threading.stack_size(size)
    try:
        thread = threading.Thread(target=run)
        thread.start()
        thread.join()
    finally:
        threading.stack_size(before)
    assert results == ["exception: stack overflow", 1] * 3


def test_many_faults_in_threads(faulty):
    failures = []

    def run():
        for _ in range(2500):
            try:
                faulty.write_at(0)
            except OSError as error:
                if "writing 0x0000000000000000" not in str(error):
                    failures.append(error)
        if faulty.fault_handled(2500) != 2500:
            failures.append("unhandled")

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures


def test_nothing_leaks(faulty):
    def pages():
        with open("/proc/self/statm") as statm:
            return int(statm.read().split()[0])

    def fault(count):
        for _ in range(count):
            message_of(faulty.read_at, 0)

    rounds = []
    for _ in range(5):
        fault(1500)
        rounds.append(pages())
    assert any(after == before for before, after in zip(rounds, rounds[1:]))


def test_exception_in_a_call_from_a_callback_ends_there(faulty):
    """An exception never unwinds through Python frames: the inner call ends with it, the outer goes on."""
    seen = []

    @INT_CALLBACK
    def callback(value):
        seen.append(message_of(faulty.write_at, 0))
        return value

    assert faulty.call_back(callback, 5) == 6
    assert faulty.call_back_guarded(callback, 7) == 7
    assert seen == ["exception: access violation writing 0x0000000000000000"] * 2


def test_fault_of_host_code_that_windows_code_called(faulty):
    """memcpy is the host's here; on Windows its fault would be the caller's just the same."""
    ucrt = CDLL("ucrtbase")
    if not hasattr(ucrt, "memcpy"):
        pytest.skip("memcpy is not there yet")
    ucrt.memcpy.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t]
    text = message_of(ucrt.memcpy, ctypes.create_string_buffer(100), 8, 100)
    assert text.startswith("exception: access violation reading 0x000000000000")


@host_crashes
def test_fault_of_python_in_a_callback_is_not_windows_code(dll, fresh_python):
    """A crash in Python's own frames ends the process, though Windows code called it."""
    code = """
        import ctypes, sys
        from windlass.foreign import CDLL, CFUNCTYPE
        library = CDLL(sys.argv[1])
        @CFUNCTYPE(ctypes.c_int, ctypes.c_int)
        def callback(value):
            ctypes.string_at(8)
        library.call_back_guarded(callback, 1)
        print("survived")
    """
    fresh_python(code, dll("faulty.c"), exit_code=-11)


@host_crashes
@pytest.mark.parametrize("when", ["before", "after", "option"])
def test_faulthandler_sees_faults_of_python_only(dll, fresh_python, when):
    code = f"""
        import ctypes, faulthandler, sys
        from windlass.foreign import CDLL
        report = open(sys.argv[2], "w")
        if "{when}" == "before":
            faulthandler.enable(report)
        library = CDLL(sys.argv[1])
        if "{when}" == "after":
            faulthandler.enable(report)
        for name in ("deep", "overflow", "illegal", "stop"):
            try:
                getattr(library, name)()
            except OSError as error:
                print(error)
        report.flush()
        print(len(open(sys.argv[2]).read()), flush=True)
        ctypes.string_at(8)
    """
    options = ("-X", "faulthandler") if when == "option" else ()
    report = dll("faulty.c").parent / f"report-{os.getpid()}-{when}"
    try:
        with pytest.raises(AssertionError) as failed:
            fresh_python(code, dll("faulty.c"), report, options=options)
        output = str(failed.value)
        assert "exit code -11" in output
        assert "exception: stack overflow\nexception: illegal instruction\nexception: breakpoint" in output
        assert "\n0\n" in output
        text = output if when == "option" else report.read_text()
        assert "Fatal Python error: Segmentation fault" in text
        assert "string_at" in text
        assert text.count("Fatal Python error") == 1
    finally:
        report.unlink(missing_ok=True)


def test_faults_are_still_caught_when_faulthandler_is_switched_off(faulty):
    was_on = faulthandler.is_enabled()
    try:
        for _ in range(10):
            faulthandler.enable()
            message_of(faulty.read_at, 0)
            faulthandler.disable()
            message_of(faulty.read_at, 0)
    finally:
        if was_on:
            faulthandler.enable()


@host_crashes
def test_signal_that_was_sent_goes_to_its_handler(dll, fresh_python):
    code = """
        import os, signal, sys
        from windlass.foreign import CDLL
        CDLL(sys.argv[1])
        os.kill(os.getpid(), signal.SIGSEGV)
    """
    fresh_python(code, dll("faulty.c"), exit_code=-11)


def test_handler_that_the_host_installed_first_sees_its_faults(dll, fresh_python):
    code = """
        import ctypes, os, signal, sys
        libc = ctypes.CDLL(None)
        @ctypes.CFUNCTYPE(None, ctypes.c_int)
        def handler(number):
            os.write(1, b"host's own")
            os._exit(7)
        libc.signal(signal.SIGSEGV, handler)
        from windlass.foreign import CDLL
        library = CDLL(sys.argv[1])
        try:
            library.deep()
        except OSError as error:
            os.write(1, b"caught, ")
        ctypes.string_at(8)
    """
    assert fresh_python(code, dll("faulty.c"), exit_code=7) == "caught, host's own"


def test_fast_fail_ends_the_process(dll, fresh_python):
    code = """
        import sys
        from windlass.foreign import CDLL
        CDLL(sys.argv[1]).fast_fail()
    """
    with pytest.raises(AssertionError) as failed:
        fresh_python(code, dll("faulty.c"))
    assert "exit code -6" in str(failed.value)
    assert "fast fail, code 7, at faulty.dll!fast_fail+0x" in str(failed.value)


def test_fault_survives_fork(faulty):
    child = os.fork()
    if child == 0:
        try:
            faulty.deep()
        except OSError as error:
            os._exit(0 if "access violation" in str(error) else 1)
        os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_in_page_error(faulty, tmp_path):
    path = tmp_path / "short"
    path.write_bytes(bytes(8192))
    with open(path, "r+b") as file, mmap.mmap(file.fileno(), 8192) as memory:
        file.truncate(0)
        address = ctypes.addressof(ctypes.c_char.from_buffer(memory))
        text = message_of(faulty.read_at, address)
    assert text == "[WinError -1073741818] Windows Error 0xc0000006"


def test_fault_in_a_destructor_that_an_unwind_calls(dll):
    """The second unwind meets the first and goes on behind the destructor (Wine never ends here)."""
    assert reported_by(dll, "cxx_faulting.cpp") == [
        "filter e0000040",
        "destroy 41",
        "faulting destructor",
        "filter c0000005",
        "destroy 40",
        "handled",
    ]


def test_misalignment_and_stack_overflow_again_and_again(dll):
    """STATUS_DATATYPE_MISALIGNMENT and STATUS_STACK_OVERFLOW, which the DLL handles; Wine ends at either."""
    overflow = "overflow: code c00000fd reset 1"
    misaligned = "misaligned: code 80000002 value 0"
    assert reported_by(dll, "alignment.c") == [misaligned, misaligned, overflow, overflow, overflow]


def test_a_call_that_ends_by_an_exception_holds_the_loader_lock_no_more(write_dll):
    library = CDLL(
        str(
            write_dll(
                """
                // imports: ntdll.dll LdrLockLoaderLock LdrEnumerateLoadedModules
                __declspec(dllimport) int LdrLockLoaderLock(unsigned, unsigned *, unsigned long long *);
                __declspec(dllimport) int LdrEnumerateLoadedModules(int, void *, void *);
                static void fault(void *module, void *context, char *stop) { *(volatile int *)8 = 1; }
                EXPORT void lock_and_fault(void)
                {
                    unsigned long long cookie;
                    LdrLockLoaderLock(0, 0, &cookie);
                    LdrLockLoaderLock(0, 0, &cookie);
                    fault(0, 0, 0);
                }
                EXPORT void enumerate_and_fault(void) { LdrEnumerateLoadedModules(0, fault, 0); }
                EXPORT int try_lock(void)
                {
                    unsigned result;
                    unsigned long long cookie;
                    LdrLockLoaderLock(2, &result, &cookie);
                    return result;
                }
                """,
                name="keeps_loader_lock",
            )
        )
    )
    acquired = []
    for name in ("lock_and_fault", "enumerate_and_fault"):
        message_of(getattr(library, name))
        thread = threading.Thread(target=lambda: acquired.append(library.try_lock()))
        thread.start()
        thread.join()
    assert acquired == [1, 1]


def test_each_fiber_has_its_own_current_exception_and_errno(dll):
    """Read off Microsoft's vcruntime140.dll, which keeps both in FLS (Wine has them per thread)."""
    assert reported_by(dll, "cxx_fibers.cpp") == [
        "  destroy 11",
        "fiber 10 caught 10",
        "fiber 20 caught 20, errno 0",
        "  destroy 21",
        "fiber 20 caught 20",
        "fiber 10 is back in its catch block with 10",
        "  destroy 10",
        "fiber 10 caught 10 again, errno 10",
        "  error 10 ends",
        "main fiber in its catch block with 1, errno 1",
        "fiber 20 is back in its catch block with 20",
        "  destroy 20",
        "fiber 20 caught 20 again, errno 20",
        "  error 20 ends",
        "main fiber caught 1 again",
    ]


def test_jumps_between_parts_of_a_function_are_no_epilogues(dll):
    """8: only a return address was popped; 40: the allocation, too (Wine takes none of these for an end).

    Z3 jumps to the very start of its functions' later parts: taken for an end, its frames went missing.
    """
    assert reported_by(dll, "unwinding_jumps.c") == [
        "within 40",
        "to_later 40",
        "to_later_far 40",
        "to_other 8",
        "to_itself 8",
        "indirect 8",
        "freed 40",
        "back 40",
        "back_to_start 8",
    ]


@pytest.mark.parametrize(
    ("decorated", "name"),
    [
        (".H", "int"),
        (".PEBD", "char const * __ptr64"),
        (".PEBQEAH", "int * __ptr64 const * __ptr64"),
        (".AEBVFoo@@", "class Foo const & __ptr64"),
        (".?AUBar@ns@outer@@", "struct outer::ns::Bar"),
        (".?AW4color@@", "enum color"),
        (".?AVx@?A0x1234@@", "class `anonymous namespace'::x"),
        (".?AV?$vector@HV?$allocator@H@std@@@std@@", "class std::vector<int,class std::allocator<int> >"),
        (".?AV?$N@$0?7@@", "class N<-8>"),
    ],
)
def test_readable_names_of_types(decorated, name):
    """Read off Microsoft's vcruntime140.dll."""
    module = loader.load("vcruntime140")
    function = _core.export(module.handle, "__std_type_info_name", 0)
    data = ctypes.create_string_buffer(bytes(8) + decorated.encode() + bytes(1))
    assert _core.string(_core.call(function, ctypes.addressof(data), 0)).decode() == name


def test_a_handler_that_always_fails_ends_the_call(write_dll, fresh_python):
    path = write_dll(
        """
        FIXTURE_C int failing(void *record, void *frame, void *context, void *dispatcher)
        {
            return *(volatile int *)8;
        }
        __asm__(
            ".globl guarded\\n"
            ".def guarded; .scl 2; .type 32; .endef\\n"
            ".seh_proc guarded\\n"
            "guarded:\\n"
            "subq $40, %rsp\\n"
            ".seh_stackalloc 40\\n"
            ".seh_handler failing, @except\\n"
            ".seh_endprologue\\n"
            "xorl %eax, %eax\\n"
            "movl (%rax), %eax\\n"
            "nop\\n"
            "addq $40, %rsp\\n"
            "ret\\n"
            ".seh_endproc\\n");
        int guarded(void);
        EXPORT int call(void) { return guarded(); }
        EXPORT int fine(void) { return 5; }
        """,
        name="failing_handler",
    )
    code = """
        import sys, windlass
        from windlass import _core
        module = windlass.load(sys.argv[1])
        for _ in range(100):
            try:
                _core.call(module.export("call"))
            except OSError as error:
                said = str(error)
        print(said, _core.call(module.export("fine")))
        """
    assert fresh_python(code, path) == "exception: access violation reading 0x0000000000000008 5\n"
