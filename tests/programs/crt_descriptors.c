// build: freestanding
// flags: -fno-builtin -lucrtbase
// File descriptors: flags, modes, sharing, positions, sizes, duplicates, text translation.
// Wine reports: bad descriptor -1 errno 09
// documented: bad descriptor -1 errno 09 invalid 1     (Microsoft, "Parameter Validation")
// Wine reports: open for writing 1
// documented: open for writing 0 errno 13     (Microsoft, "_open, _wopen": Wine lets root do it)
// Wine reports: _lseek beyond a long 0
// documented: _lseek beyond a long -1 errno 22     (Microsoft, "_lseek, _lseeki64")
// Wine reports: _locking bad -1 errno 22
// documented: _locking bad -1 errno 22 invalid 1     (Microsoft, "Parameter Validation")
// Wine reports: _dup closed -1 errno 09
// documented: _dup closed -1 errno 09 invalid 1     (Microsoft, "Parameter Validation")
// Wine reports: _dup2 closed -1 errno 09
// documented: _dup2 closed -1 errno 09 invalid 1     (Microsoft, "Parameter Validation")
// Wine reports: bad handle -1 errno 09
// documented: bad handle -1 errno 09 invalid 1     (Microsoft, "Parameter Validation")
// Wine reports: _isatty bad 0
// documented: _isatty bad 0 errno 09 invalid 1     (Microsoft, "Parameter Validation")
// Wine reports: _setmode bad -1 errno 22
// documented: _setmode bad -1 errno 22 invalid 1     (Microsoft, "Parameter Validation")
// Wine reports: write odd -1 errno 22
// documented: write odd -1 errno 22 invalid 1     (Microsoft, "Parameter Validation")
#include "crt_stdio.h"

static char path[300];
static char text[200];

static int open_flags(int flags)
{
    return _open(path, flags, _S_IREAD | _S_IWRITE);
}

static void contents(const char *what)
{
    int file = open_flags(_O_RDONLY | _O_BINARY);
    int size = _read(file, text, sizeof text - 1);
    text[size < 0 ? 0 : size] = 0;
    for (int i = 0; i < size; i++)
        if (text[i] == 0)
            text[i] = '$';
    _close(file);
    say("%s: %d [%s]", what, size, text);
}

static int write_text(int file, const char *bytes)
{
    return _write(file, bytes, (unsigned)strlen(bytes));
}

static void opening(void)
{
    say("missing %d%s", open_flags(_O_RDONLY) >= 0, failure());
    int file = open_flags(_O_CREAT | _O_EXCL | _O_WRONLY | _O_BINARY);
    say("created %d write %d", file >= 3, write_text(file, "hello"));
    say("read from a written file %d%s", _read(file, text, 5), failure());
    say("close %d", _close(file));
    say("close again %d%s", _close(file), failure());
    say("exclusive %d%s", open_flags(_O_CREAT | _O_EXCL | _O_WRONLY) >= 0, failure());
    file = open_flags(_O_RDONLY | _O_BINARY);
    say("write to a read file %d%s", write_text(file, "x"), failure());
    say("read %d [%c]", _read(file, text, 100), text[4]);
    say("read at the end %d eof %d", _read(file, text, 100), _eof(file));
    _close(file);
    file = open_flags(_O_WRONLY | _O_APPEND | _O_BINARY);
    _lseek(file, 0, SEEK_SET);
    say("append %d", write_text(file, " world"));
    _close(file);
    contents("appended");
    file = open_flags(_O_RDWR | _O_TRUNC | _O_BINARY);
    say("truncated %d", (int)_filelength(file));
    _close(file);
    say("bad descriptor %d%s", _read(99, text, 1), failure());
    say("bad descriptor %d%s", _write(-1, text, 1), failure());
    say("null path %d%s", _open(NULL, _O_RDONLY), failure());
    say("_sopen_s %d%s", _sopen_s(&file, "no such file", _O_RDONLY, 0x40, 0), failure());
    say("descriptor %d", file);
    remove(path);
    file = _creat(path, _S_IREAD);
    say("_creat %d write %d", file >= 3, write_text(file, "read only"));
    _close(file);
    file = open_flags(_O_WRONLY);
    say("open for writing %d%s", file >= 0, failure());
    if (file >= 0)
        _close(file);
    say("_access %d %d %d%s", _access(path, 0), _access(path, 4), _access(path, 2), failure());
    say("_chmod %d _access %d", _chmod(path, _S_IREAD | _S_IWRITE), _access(path, 6));
    file = open_flags(_O_RDWR | _O_TEMPORARY | _O_BINARY);
    say("temporary %d", file >= 3);
    _close(file);
    say("gone %d%s", _access(path, 0), failure());
}

static void sharing(void)
{
    int file = _creat(path, _S_IREAD | _S_IWRITE), other;
    _close(file);
    say("deny all %d", _sopen_s(&file, path, _O_RDWR, 0x10, 0));
    say("second %d%s", _sopen_s(&other, path, _O_RDONLY, 0x40, 0), failure());
    _close(file);
    say("deny write %d", _sopen_s(&file, path, _O_RDONLY, 0x20, 0));
    say("reader %d", _sopen_s(&other, path, _O_RDONLY, 0x40, 0));
    _close(other);
    say("writer %d%s", _sopen_s(&other, path, _O_RDWR, 0x40, 0), failure());
    _close(file);
}

static void positions(void)
{
    int file = open_flags(_O_CREAT | _O_RDWR | _O_TRUNC | _O_BINARY);
    write_text(file, "0123456789");
    say("_tell %d", (int)_tell(file));
    say("_lseek %d", (int)_lseek(file, -3, SEEK_END));
    say("read %d %c", _read(file, text, 1), text[0]);
    say("_lseek %d", (int)_lseek(file, 1, SEEK_CUR));
    say("_lseek before %d%s", (int)_lseek(file, -1, SEEK_SET), failure());
    say("_lseek bad origin %d%s", (int)_lseek(file, 0, 7), failure());
    say("_lseeki64 %lld _filelengthi64 %lld", _lseeki64(file, 0x100000000LL, SEEK_SET), _filelengthi64(file));
    say("_lseek beyond a long %d%s", (int)_lseek(file, 0, SEEK_CUR), failure());
    _lseek(file, 4, SEEK_SET);
    say("_chsize_s %d length %d at %d", _chsize_s(file, 6), (int)_filelength(file), (int)_tell(file));
    say("_chsize %d length %d at %d", _chsize(file, 9), (int)_filelength(file), (int)_tell(file));
    say("_chsize_s negative %d%s", _chsize_s(file, -1), failure());
    say("_commit %d", _commit(file));
    say("_locking %d", _locking(file, 2, 5));
    say("_locking %d", _locking(file, 0, 5));
    say("_locking bad %d%s", _locking(file, 9, 5), failure());
    _close(file);
    contents("resized");
}

static void duplicates(void)
{
    int file = open_flags(_O_RDWR | _O_BINARY), copy = _dup(file);
    say("_dup %d", copy >= 0 && copy != file);
    _lseek(file, 2, SEEK_SET);
    say("shared position %d", (int)_tell(copy));
    _close(file);
    say("read %d %c", _read(copy, text, 1), text[0]);
    say("_dup2 %d", _dup2(copy, 20));
    say("read %d %c", _read(20, text, 1), text[0]);
    _close(copy);
    say("read %d %c", _read(20, text, 1), text[0]);
    _close(20);
    say("_dup closed %d%s", _dup(20), failure());
    say("_dup2 closed %d%s", _dup2(20, 21), failure());
    file = open_flags(_O_RDONLY | _O_BINARY);
    say("handle %d", _get_osfhandle(file) != -1);
    say("bad handle %d%s", (int)_get_osfhandle(98), failure());
    say("_isatty %d", _isatty(file));
    say("_isatty bad %d%s", _isatty(98), failure());
    say("_isatty closed %d%s", _isatty(20), failure());
    _close(file);
}

static void modes(void)
{
    int file = open_flags(_O_CREAT | _O_RDWR | _O_TRUNC | _O_BINARY);
    say("_setmode %x %x %x %x", _setmode(file, _O_TEXT), _setmode(file, _O_BINARY), _setmode(file, _O_U8TEXT),
        _setmode(file, _O_BINARY));
    say("_setmode bad %d%s", _setmode(file, 0x777), failure());
    write_text(file, "a\r\nb\nc\r\r\nd\re\x1a" "f");
    _lseek(file, 0, SEEK_SET);
    _setmode(file, _O_TEXT);
    int size = _read(file, text, 100);
    text[size] = 0;
    say("text %d [%s]", size, text);
    say("after control z %d at %d", _read(file, text, 100), (int)_tell(file));
    for (unsigned most = 1; most < 6; most++) {
        _lseek(file, 0, SEEK_SET);
        char all[40];
        int total = 0;
        while ((size = _read(file, text, most)) > 0) {
            memcpy(all + total, text, (size_t)size);
            total += size;
        }
        all[total] = 0;
        say("pieces of %u: %d [%s]", most, total, all);
    }
    _close(file);
    file = open_flags(_O_RDWR | _O_TRUNC | _O_TEXT);
    say("write %d at %d", write_text(file, "one\ntwo\r\n\n"), (int)_tell(file));
    _close(file);
    contents("translated");
}

static void unicode(void)
{
    static const wide units[] = {'a', 0xe9, 0x20ac, '\n', 0xd83d, 0xde00, 'z'};
    wide back[20];
    int file = open_flags(_O_CREAT | _O_RDWR | _O_TRUNC | _O_U8TEXT);
    say("write UTF-8 %d", _write(file, units, sizeof units));
    say("write odd %d%s", _write(file, units, 3), failure());
    _close(file);
    contents("UTF-8");
    file = open_flags(_O_RDONLY | _O_WTEXT);
    int size = _read(file, back, sizeof back);
    back[size / 2] = 0;
    say("read %d [%ls]", size, back);
    _close(file);
    file = open_flags(_O_CREAT | _O_RDWR | _O_TRUNC | _O_U16TEXT);
    say("write UTF-16 %d", _write(file, units, sizeof units));
    _close(file);
    contents("UTF-16");
    file = open_flags(_O_RDONLY | _O_WTEXT);
    size = _read(file, back, sizeof back);
    back[size / 2] = 0;
    say("read %d [%ls]", size, back);
    _close(file);
    file = open_flags(_O_WRONLY | _O_APPEND | _O_WTEXT);
    say("append %d", _write(file, L"+", 2));
    _close(file);
    file = open_flags(_O_RDONLY | _O_U8TEXT);
    size = _read(file, back, sizeof back);
    back[size / 2] = 0;
    say("read by the mark %d [%ls]", size, back);
    _close(file);
}

PROGRAM
{
    survive_invalid_parameters();
    tmpnam_s(path, sizeof path);
    opening();
    sharing();
    positions();
    duplicates();
    modes();
    unicode();
    remove(path);
    return 0;
}
