/* Declarations for the programs that test the C run-time's printf, scanf, streams and files. */
#ifndef CRT_STDIO_H
#define CRT_STDIO_H

#include "crt.h"

typedef struct stream FILE;
typedef void *_locale_t;
typedef __builtin_va_list arguments;

FILE *__acrt_iob_func(unsigned);
#define stdin __acrt_iob_func(0)
#define stdout __acrt_iob_func(1)
#define EOF (-1)
#define WEOF ((wide)0xffff)
enum { SEEK_SET, SEEK_CUR, SEEK_END };
enum { _IOFBF = 0, _IOLBF = 0x40, _IONBF = 4 };

int __stdio_common_vsprintf(unsigned long long, char *, size_t, const char *, _locale_t, arguments);
int __stdio_common_vsprintf_s(unsigned long long, char *, size_t, const char *, _locale_t, arguments);
int __stdio_common_vsprintf_p(unsigned long long, char *, size_t, const char *, _locale_t, arguments);
int __stdio_common_vsnprintf_s(unsigned long long, char *, size_t, size_t, const char *, _locale_t, arguments);
int __stdio_common_vswprintf(unsigned long long, wide *, size_t, const wide *, _locale_t, arguments);
int __stdio_common_vswprintf_s(unsigned long long, wide *, size_t, const wide *, _locale_t, arguments);
int __stdio_common_vsnwprintf_s(unsigned long long, wide *, size_t, size_t, const wide *, _locale_t, arguments);
int __stdio_common_vfprintf(unsigned long long, FILE *, const char *, _locale_t, arguments);
int __stdio_common_vfwprintf(unsigned long long, FILE *, const wide *, _locale_t, arguments);
int __stdio_common_vsscanf(unsigned long long, const char *, size_t, const char *, _locale_t, arguments);
int __stdio_common_vswscanf(unsigned long long, const wide *, size_t, const wide *, _locale_t, arguments);
int __stdio_common_vfscanf(unsigned long long, FILE *, const char *, _locale_t, arguments);
int __stdio_common_vfwscanf(unsigned long long, FILE *, const wide *, _locale_t, arguments);
int _set_printf_count_output(int);

enum {
    LEGACY_NULL_TERMINATION = 1, STANDARD_SNPRINTF = 2, LEGACY_WIDE = 4, MSVCRT_COMPATIBILITY = 8, THREE_DIGITS = 16,
    STANDARD_ROUNDING = 32,
};

FILE *fopen(const char *, const char *), *_wfopen(const wide *, const wide *), *_fsopen(const char *, const char *, int);
FILE *freopen(const char *, const char *, FILE *), *tmpfile(void), *_fdopen(int, const char *);
int fopen_s(FILE **, const char *, const char *), freopen_s(FILE **, const char *, const char *, FILE *);
int tmpfile_s(FILE **), _rmtmp(void), _fcloseall(void), _flushall(void);
char *tmpnam(char *), *_tempnam(const char *, const char *);
int tmpnam_s(char *, size_t), remove(const char *), rename(const char *, const char *);
int fclose(FILE *), fflush(FILE *), feof(FILE *), ferror(FILE *), _fileno(FILE *), setvbuf(FILE *, char *, int, size_t);
void clearerr(FILE *), rewind(FILE *), setbuf(FILE *, char *), _lock_file(FILE *), _unlock_file(FILE *);
int fgetc(FILE *), fputc(int, FILE *), ungetc(int, FILE *), getc(FILE *), putc(int, FILE *), _getw(FILE *), _putw(int, FILE *);
char *fgets(char *, int, FILE *);
int fputs(const char *, FILE *);
wide fgetwc(FILE *), fputwc(wide, FILE *), ungetwc(wide, FILE *), *fgetws(wide *, int, FILE *);
int fputws(const wide *, FILE *);
size_t fread(void *, size_t, size_t, FILE *), fwrite(const void *, size_t, size_t, FILE *);
size_t fread_s(void *, size_t, size_t, size_t, FILE *);
int fseek(FILE *, long, int), _fseeki64(FILE *, long long, int);
long ftell(FILE *);
long long _ftelli64(FILE *);
int fgetpos(FILE *, long long *), fsetpos(FILE *, const long long *);
int _get_stream_buffer_pointers(FILE *, char ***, char ***, int **);

enum {
    _O_RDONLY = 0, _O_WRONLY = 1, _O_RDWR = 2, _O_APPEND = 8, _O_TEMPORARY = 0x40, _O_CREAT = 0x100, _O_TRUNC = 0x200,
    _O_EXCL = 0x400, _O_TEXT = 0x4000, _O_BINARY = 0x8000, _O_WTEXT = 0x10000, _O_U16TEXT = 0x20000, _O_U8TEXT = 0x40000,
    _S_IREAD = 0x100, _S_IWRITE = 0x80,
};
int _open(const char *, int, ...), _close(int), _read(int, void *, unsigned), _write(int, const void *, unsigned);
int _creat(const char *, int), _dup(int), _dup2(int, int), _eof(int), _isatty(int), _setmode(int, int), _commit(int);
int _chsize(int, long), _chsize_s(int, long long), _pipe(int *, unsigned, int), _locking(int, int, long);
int _sopen_s(int *, const char *, int, int, int), _umask(int), _access(const char *, int), _chmod(const char *, int);
long _lseek(int, long, int), _tell(int), _filelength(int);
long long _lseeki64(int, long long, int), _filelengthi64(int);
long long _get_osfhandle(int);
int _open_osfhandle(long long, int);

char *setlocale(int, const char *);
enum { LC_ALL, LC_COLLATE, LC_CTYPE };

#endif
