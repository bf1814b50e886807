// build: freestanding
// flags: -fno-builtin -lucrtbase
// Streams: text and binary mode, positions, pushing back, buffers, ends and errors.
// Wine reports: r+ removes the mark: 29 [closed by control z\x1a appended]
// documented: r+ removes the mark: 28 [closed by control z appended]     (Microsoft, "fopen, _wfopen": Ctrl+Z at the end is removed)
// Wine reports: fseek -1 errno 22
// documented: fseek -1 errno 22 invalid 1     (Microsoft, "fseek, _fseeki64")
// Wine reports: ftell beyond a long 591751049
// documented: ftell beyond a long -1 errno 22     (Microsoft, "ftell, _ftelli64")
// Wine reports: fgetc on a written stream -1 ferror 0
// documented: fgetc on a written stream -1 ferror 1     (Microsoft, "fgetc, fgetwc")
// Wine reports: fgets size 1 0
// documented: fgets size 1 1     (Microsoft, "fgets, fgetws": no character is read, and NULL is for the end of the file)
// Wine reports: fgets size -1 0
// documented: fgets size -1 0 errno 22 invalid 1     (Microsoft, "Parameter Validation")
// Wine reports: fopen no name 0 errno 02
// documented: fopen no name 0 errno 22     (Microsoft, "errno Constants": an empty name is an invalid argument)
// Wine reports: fopen mode rw 1
// documented: fopen mode rw 0 errno 22 invalid 1     (Microsoft, "fopen, _wfopen")
// Wine reports: fopen mode rbt 1
// documented: fopen mode rbt 0 errno 22 invalid 1     (Microsoft, "fopen, _wfopen")
// Wine reports: fopen null 0 errno 02
// documented: fopen null 0 errno 22 invalid 1     (Microsoft, "fopen, _wfopen")
// Wine reports: _fdopen closed 0 errno 09
// documented: _fdopen closed 0 errno 09 invalid 1     (Microsoft, "_fdopen, _wfdopen")
#include "crt_stdio.h"

static char path[300];
static char text[5000];
static wide wide_text[200];

static FILE *open(const char *mode)
{
    FILE *file = fopen(path, mode);
    if (file == NULL)
        say("fopen %s%s", mode, failure());
    return file;
}

/* The bytes that are in the file now, as text; line ends are shown as \x0d\x0a. */
static void contents(const char *what)
{
    FILE *file = fopen(path, "rb");
    size_t size = fread(text, 1, sizeof text - 1, file);
    text[size] = 0;
    for (size_t i = 0; i < size; i++)
        if (text[i] == 0)
            text[i] = '$';
    fclose(file);
    say("%s: %d [%s]", what, (int)size, text);
}

static void write_bytes(const char *bytes, size_t size)
{
    FILE *file = open("wb");
    fwrite(bytes, 1, size, file);
    fclose(file);
}

#define WRITE(bytes) write_bytes(bytes, sizeof bytes - 1)

static void text_mode(void)
{
    FILE *file = open("w");
    say("fputs %d", fputs("one\ntwo\r\nthree\n", file));
    say("ftell %d", (int)ftell(file));
    say("fputc %d", fputc('\n', file));
    say("ftell %d", (int)ftell(file));
    fclose(file);
    contents("text");
    file = open("r");
    while (fgets(text, 100, file) != NULL)
        say("line [%s] at %d", text, (int)ftell(file));
    say("feof %d ferror %d", feof(file) != 0, ferror(file) != 0);
    rewind(file);
    for (int unit; (unit = fgetc(file)) != EOF;)
        say("%d at %d", unit, (int)ftell(file));
    fclose(file);

    WRITE("a\r\nb\rc\nd\r\r\ne\x1a" "after");
    file = open("rt");
    size_t size = fread(text, 1, 100, file);
    text[size] = 0;
    say("read text %d [%s] eof %d", (int)size, text, feof(file) != 0);
    say("again %d", fgetc(file));
    fclose(file);
    file = open("rb");
    size = fread(text, 1, 100, file);
    text[size] = 0;
    say("read binary %d [%s]", (int)size, text);
    fclose(file);

    WRITE("ends in carriage return\r");
    file = open("r");
    size = fread(text, 1, 100, file);
    text[size] = 0;
    say("read %d [%s]", (int)size, text);
    fclose(file);

    WRITE("closed by control z\x1a");
    file = open("r+");
    fseek(file, 0, SEEK_END);
    fputs(" appended", file);
    fclose(file);
    contents("r+ removes the mark");
}

/* Line ends that lie on every side of a buffer's end. */
static void long_lines(void)
{
    for (int size = 4090; size <= 4100; size++) {
        FILE *file = open("wb");
        for (int i = 0; i < size; i++)
            fputc('x', file);
        fputs("\r\nyy\r\nzz", file);
        fclose(file);
        file = open("r");
        int count = 0;
        while (fgetc(file) == 'x')
            count++;
        long after = ftell(file);
        fgets(text, 10, file);
        say("%d: %d x, then at %d, [%s], at %d", size, count, (int)after - size, text, (int)ftell(file) - size);
        fseek(file, -2, SEEK_CUR);
        say("back [%d]", fgetc(file));
        fclose(file);
    }
}

static void positions(void)
{
    FILE *file = open("w+b");
    fputs("0123456789abcdef", file);
    say("ftell %d", (int)ftell(file));
    say("fseek %d ftell %d getc %c", fseek(file, 3, SEEK_SET), (int)ftell(file), fgetc(file));
    say("fseek %d ftell %d getc %c", fseek(file, 2, SEEK_CUR), (int)ftell(file), fgetc(file));
    say("fseek %d ftell %d getc %c", fseek(file, -3, SEEK_END), (int)ftell(file), fgetc(file));
    say("fseek %d", fseek(file, -100, SEEK_SET));
    say("%s", failure());
    say("fseek %d%s", fseek(file, 0, 5), failure());
    say("_fseeki64 %d _ftelli64 %lld", _fseeki64(file, 0x123456789LL, SEEK_SET), _ftelli64(file));
    say("ftell beyond a long %d%s", (int)ftell(file), failure());
    long long position;
    fseek(file, 5, SEEK_SET);
    say("fgetpos %d", fgetpos(file, &position));
    say("position %lld", position);
    fgetc(file);
    say("fsetpos %d getc %c", fsetpos(file, &position), fgetc(file));
    fseek(file, 4, SEEK_SET);
    fputs("WXYZ", file);
    fflush(file);
    say("after write, getc %c", fgetc(file));
    fseek(file, 0, SEEK_CUR);
    fputs("!", file);
    fclose(file);
    contents("updated");

    file = open("a+b");
    say("append: ftell %d", (int)ftell(file));
    fputs("end", file);
    say("append: ftell %d", (int)ftell(file));
    fseek(file, 0, SEEK_SET);
    say("append: getc %c", fgetc(file));
    fseek(file, 0, SEEK_SET);
    fputs("more", file);
    fclose(file);
    contents("appended");
}

static void pushing_back(void)
{
    WRITE("hello");
    FILE *file = open("rb");
    say("ungetc first %d getc %c", ungetc('x', file), fgetc(file));
    fgetc(file);
    fgetc(file);
    say("ungetc %d", ungetc('y', file));
    say("ftell %d", (int)ftell(file));
    say("getc %c getc %c", fgetc(file), fgetc(file));
    while (fgetc(file) != EOF)
        ;
    say("eof %d", feof(file) != 0);
    say("ungetc %d eof %d", ungetc('z', file), feof(file) != 0);
    say("getc %c getc %d eof %d", fgetc(file), fgetc(file), feof(file) != 0);
    say("ungetc EOF %d", ungetc(EOF, file));
    fclose(file);
    file = open("wb");
    say("ungetc on a written stream %d", ungetc('q', file));
    fclose(file);
}

static void ends_and_errors(void)
{
    WRITE("abc");
    FILE *file = open("rb");
    say("fputc on a read stream %d ferror %d%s", fputc('x', file), ferror(file) != 0, failure());
    clearerr(file);
    say("ferror %d", ferror(file) != 0);
    say("fwrite %d%s", (int)fwrite("x", 1, 1, file), failure());
    fclose(file);
    file = open("wb");
    say("fgetc on a written stream %d ferror %d", fgetc(file), ferror(file) != 0);
    say("fread %d", (int)fread(text, 1, 1, file));
    fclose(file);
    WRITE("abc");
    file = open("rb");
    say("fread 5 of 2: %d", (int)fread(text, 2, 5, file));
    say("feof %d", feof(file) != 0);
    rewind(file);
    say("feof %d fread 0: %d %d", feof(file) != 0, (int)fread(text, 0, 5, file), (int)fread(text, 5, 0, file));
    say("fread_s too big %d%s", (int)fread_s(text, 2, 1, 3, file), failure());
    rewind(file);
    say("fread_s %d%s", (int)fread_s(text, 3, 1, 3, file), failure());
    say("fgets size 1 %d", fgets(text, 1, file) != NULL);
    say("fgets at the end %d", fgets(text, 10, file) != NULL);
    say("fgets size 0 %d%s", fgets(text, 0, file) != NULL, failure());
    say("fgets size -1 %d%s", fgets(text, -1, file) != NULL, failure());
    fclose(file);
    *_errno() = 0;
    say("fopen missing %d%s", fopen("no such file", "r") != NULL, failure());
    say("fopen no name %d%s", fopen("", "r") != NULL, failure());
    say("fopen folder %d%s", fopen(".", "r") != NULL, failure());
    say("fopen mode q %d%s", fopen(path, "q") != NULL, failure());
    say("fopen mode rw %d%s", fopen(path, "rw") != NULL, failure());
    say("fopen mode rbt %d%s", fopen(path, "rbt") != NULL, failure());
    say("fopen mode r,ccs=nonsense %d%s", fopen(path, "r,ccs=nonsense") != NULL, failure());
    say("fopen mode wx existing %d%s", fopen(path, "wx") != NULL, failure());
    say("fopen null %d%s", fopen(NULL, "r") != NULL, failure());
    say("fclose null %d%s", fclose(NULL), failure());
    say("fopen_s missing %d%s", fopen_s(&file, "no such file", "r"), failure());
    say("fopen_s %d", fopen_s(&file, path, "rb"));
    say("getc %c", fgetc(file));
    fclose(file);
}

static void buffers(void)
{
    char buffer[64];
    FILE *file = open("wb");
    say("setvbuf own %d", setvbuf(file, buffer, _IOFBF, sizeof buffer));
    fputs("in the buffer", file);
    say("buffer [%c%c%c]", buffer[0], buffer[1], buffer[2]);
    fflush(file);
    contents("flushed");
    fputs(", more", file);
    fclose(file);
    contents("closed");
    file = open("wb");
    say("setvbuf none %d", setvbuf(file, NULL, _IONBF, 0));
    fputs("at once", file);
    contents("unbuffered");
    fclose(file);
    file = open("wb");
    say("setvbuf bad mode %d%s", setvbuf(file, NULL, 3, 100), failure());
    say("setvbuf bad size %d%s", setvbuf(file, NULL, _IOFBF, 1), failure());
    say("setvbuf small %d", setvbuf(file, NULL, _IOFBF, 16));
    for (int i = 0; i < 10; i++)
        fputs("0123456789", file);
    fclose(file);
    contents("small buffer");
    file = open("rb");
    setvbuf(file, NULL, _IOFBF, 8);
    say("fread %d [%c]", (int)fread(text, 1, 95, file), text[94]);
    say("getc %c ftell %d", fgetc(file), (int)ftell(file));
    fclose(file);

    char **base, **next;
    int *count;
    file = open("rb");
    say("pointers %d", _get_stream_buffer_pointers(file, &base, &next, &count));
    fgetc(file);
    say("buffer %d %d, next %c", (int)(*next - *base), *count, **next);
    ++*next;
    --*count;
    say("getc %c", fgetc(file));
    fclose(file);
}

static void blocks(void)
{
    static char large[20000], back[20000];
    for (size_t i = 0; i < sizeof large; i++)
        large[i] = (char)(i % 251);
    FILE *file = open("wb");
    say("fwrite %d", (int)fwrite(large, 1, 10, file));
    say("fwrite %d", (int)fwrite(large + 10, 10, 1000, file));
    say("fwrite %d", (int)fwrite(large + 10010, 1, 9990, file));
    say("ftell %d", (int)ftell(file));
    fclose(file);
    file = open("rb");
    say("fread %d %d", (int)fread(back, 1, 3, file), (int)fread(back + 3, 1, 19997, file));
    say("same %d", memcmp(large, back, sizeof large));
    say("fread at the end %d eof %d", (int)fread(back, 1, 1, file), feof(file) != 0);
    fseek(file, 5000, SEEK_SET);
    say("fread %d same %d", (int)fread(back, 7, 1000, file), memcmp(large + 5000, back, 7000));
    fclose(file);
    file = open("wb");
    say("_putw %d %d", _putw(0x12345678, file), _putw(-1, file));
    fclose(file);
    file = open("rb");
    say("_getw %x", _getw(file));
    say("_getw %d eof %d", _getw(file), feof(file) != 0);
    say("_getw %d eof %d", _getw(file), feof(file) != 0);
    fclose(file);
}

static void reopening(void)
{
    WRITE("first");
    FILE *file = open("rb");
    int number = _fileno(file);
    fgetc(file);
    FILE *again = freopen(path, "r+b", file);
    say("freopen same %d number %d getc %c", again == file, _fileno(again) == number, fgetc(again));
    fclose(again);
    int descriptor = _open(path, _O_RDONLY | _O_BINARY);
    file = _fdopen(descriptor, "rb");
    say("_fdopen %d getc %c", _fileno(file) == descriptor, fgetc(file));
    fclose(file);
    say("_fdopen closed %d%s", _fdopen(descriptor, "rb") != NULL, failure());
    say("_close closed %d%s", _close(descriptor), failure());
    file = tmpfile();
    fputs("temporary", file);
    rewind(file);
    say("tmpfile [%s]", fgets(text, 100, file));
    say("_rmtmp %d", _rmtmp());
}

PROGRAM
{
    survive_invalid_parameters();
    tmpnam_s(path, sizeof path);
    text_mode();
    long_lines();
    positions();
    pushing_back();
    ends_and_errors();
    buffers();
    blocks();
    reopening();
    remove(path);
    return 0;
}
