"""The C run-time's streams where they meet the host process: its standard streams, its end, its threads.

What streams do by themselves is compared with the reference by test_programs.py.
"""

from __future__ import annotations

import subprocess
import sys
import threading

import pytest

from windlass.ctypes import CDLL, c_char_p, c_int

DECLARATIONS = """
typedef __builtin_va_list arguments;
void *__acrt_iob_func(unsigned);
int __stdio_common_vfprintf(unsigned long long, void *, const char *, void *, arguments);
static int print(void *file, const char *format, ...)
{
    arguments list;
    __builtin_va_start(list, format);
    int result = __stdio_common_vfprintf(0, file, format, NULL, list);
    __builtin_va_end(list);
    return result;
}
void *fopen(const char *, const char *);
int fclose(void *), fputs(const char *, void *), fputc(int, void *), fflush(void *), getchar(void);
int _setmode(int, int), feof(void *);
void _lock_file(void *), _unlock_file(void *);
"""
FLAGS = ("-fno-builtin", "-lucrtbase")


def run(code: str, *arguments: object, stdin: bytes | None = None) -> tuple[bytes, bytes]:
    """Standard output and error of a Python process that runs `code`."""
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)], input=stdin, capture_output=True, timeout=60
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout, done.stderr


CALL = "import sys; from windlass.ctypes import CDLL; dll = CDLL(sys.argv[1]); "


@pytest.fixture(scope="module")
def streams(write_dll):
    return write_dll(
        DECLARATIONS
        + """
        #define stdin __acrt_iob_func(0)
        #define stdout __acrt_iob_func(1)
        #define stderr __acrt_iob_func(2)
        EXPORT int hello(void) { return print(stdout, "hello, %s\\n", "world"); }
        EXPORT int complain(void) { return print(stderr, "bad %d\\n", 7); }
        EXPORT int flush(void) { return fflush(NULL); }
        EXPORT int binary(int number) { return _setmode(number, 0x8000); }
        EXPORT int count(int wanted)
        {
            int found = 0, unit;
            while ((unit = getchar()) != -1)
                found += unit == wanted;
            return feof(stdin) ? found : -1;
        }
        EXPORT int lines(const char *path, const char *word, int count)
        {
            static void *file;
            if (file == NULL)
                file = fopen(path, "w");
            for (int i = 0; i < count; i++)
                print(file, "%s %s %s %d\\n", word, word, word, i);
            return fflush(file);
        }
        EXPORT int locked_lines(const char *path, const char *word, int count)
        {
            static void *file;
            if (file == NULL)
                file = fopen(path, "w");
            for (int i = 0; i < count; i++) {
                _lock_file(file);
                fputs(word, file);
                fputc(' ', file);
                fputs(word, file);
                fputc('\\n', file);
                _unlock_file(file);
            }
            return fflush(file);
        }
        """,
        *FLAGS,
        name="streams",
    )


def test_standard_output_is_text_and_shared_with_the_host(streams):
    code = CALL + "print('before', flush=True); dll.hello(); dll.flush(); print('after')"
    assert run(code, streams)[0] == b"before\nhello, world\r\nafter\n"


def test_binary_standard_output(streams):
    assert run(CALL + "dll.binary(1); dll.hello()", streams)[0] == b"hello, world\n"


def test_what_is_buffered_is_written_at_the_end(streams):
    assert run(CALL + "dll.hello()", streams)[0] == b"hello, world\r\n"


def test_standard_error_is_not_buffered(streams):
    code = CALL + "dll.complain(); sys.stderr.write('python\\n'); sys.stderr.flush(); dll.complain()"
    assert run(code, streams)[1] == b"bad 7\r\npython\nbad 7\r\n"


def test_standard_input(streams):
    code = CALL + "print(dll.count(ord('\\n')), dll.count(ord('\\n')))"
    assert run(code, streams, stdin=b"one\r\ntwo\nthree\r\n")[0] == b"3 0\n"


def test_control_z_ends_standard_input(streams):
    assert run(CALL + "print(dll.count(ord('x')))", streams, stdin=b"xx\x1axx")[0] == b"2\n"


def test_binary_standard_input(streams):
    code = CALL + "dll.binary(0); print(dll.count(ord('\\r')))"
    assert run(code, streams, stdin=b"one\r\ntwo\x1a\r\n")[0] == b"2\n"


@pytest.mark.parametrize("function", ["lines", "locked_lines"])
def test_lines_of_several_threads_do_not_mix(streams, function, tmp_path):
    path = tmp_path / "lines.txt"
    write = CDLL(str(streams))[function]
    write.argtypes = c_char_p, c_char_p, c_int
    words = [b"alpha", b"beta", b"gamma", b"delta"]
    write(str(path).encode(), words[0], 1)
    threads = [threading.Thread(target=write, args=(str(path).encode(), word, 2000)) for word in words]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lines = path.read_bytes().splitlines()
    assert len(lines) == 8001
    for line in lines:
        words_of_line = [word for word in line.split() if not word.isdigit()]
        assert len(set(words_of_line)) == 1 and words_of_line[0] in words


def test_a_forked_child_has_the_streams(streams):
    code = CALL + (
        "import os\n"
        "dll.hello(); dll.flush()\n"
        "child = os.fork()\n"
        "if child == 0: dll.hello(); dll.flush(); os._exit(0)\n"
        "os.waitpid(child, 0); dll.hello()"
    )
    assert run(code, streams)[0] == b"hello, world\r\n" * 3


def test_an_invalid_parameter_under_a_lock_leaves_the_stream_usable(write_dll, tmp_path):
    """The handler's exception ends the call; nothing may be held then."""
    dll = CDLL(
        str(
            write_dll(
                DECLARATIONS
                + """
                static void *file;
                EXPORT int start(const char *path) { file = fopen(path, "w"); return file != NULL; }
                EXPORT int bad(void) { return print(file, "abc%n"); }
                EXPORT int bad_pointer(void) { return print(file, "%s", (char *)16); }
                EXPORT int good(void) { return print(file, "good"); }
                EXPORT int end(void) { return fclose(file); }
                """,
                *FLAGS,
                name="invalid",
            )
        )
    )
    path = tmp_path / "out.txt"
    assert dll.start(c_char_p(str(path).encode()))
    with pytest.raises(OSError):
        dll.bad()
    with pytest.raises(OSError, match="access violation reading 0x0000000000000010"):
        dll.bad_pointer()
    written = []
    thread = threading.Thread(target=lambda: written.append(dll.good()))
    thread.start()
    thread.join(20)
    assert written == [4]
    assert dll.end() == 0
    assert path.read_bytes().endswith(b"good")


OLD_PROGRAM = """
// imports: msvcrt.dll __iob_func _filbuf _flsbuf fopen fclose
struct iobuf {
    char *_ptr;
    int _cnt;
    char *_base;
    int _flag, _file, _charbuf, _bufsiz;
    char *_tmpfname;
};
struct iobuf *__iob_func(void), *fopen(const char *, const char *);
int _filbuf(struct iobuf *), _flsbuf(int, struct iobuf *), fclose(struct iobuf *);
#define GETC(f) (--(f)->_cnt >= 0 ? 0xff & *(f)->_ptr++ : _filbuf(f))
#define PUTC(c, f) (--(f)->_cnt >= 0 ? 0xff & (*(f)->_ptr++ = (char)(c)) : _flsbuf((c), (f)))
EXPORT int copy(const char *from, const char *to)
{
    struct iobuf *in = fopen(from, "rb"), *out = fopen(to, "wb");
    int count = 0;
    for (int unit; (unit = GETC(in)) != -1; count++)
        PUTC(unit, out);
    int at_end = in->_flag & 0x10;
    fclose(in);
    fclose(out);
    return at_end ? count : -1;
}
EXPORT int number(int i) { return __iob_func()[i]._file; }
"""


def test_old_programs_use_the_members_of_file(write_dll, tmp_path):
    """The macros of older headers: getc and putc count down in the structure, stdout is &__iob_func()[1]."""
    dll = CDLL(str(write_dll(OLD_PROGRAM, name="old")))
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(bytes(range(256)) * 50)
    assert dll.copy(c_char_p(str(source).encode()), c_char_p(str(target).encode())) == 12800
    assert target.read_bytes() == source.read_bytes()
    assert [dll.number(i) for i in range(3)] == [0, 1, 2]
