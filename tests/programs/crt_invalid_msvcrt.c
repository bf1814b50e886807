/* Without a handler for invalid parameters the functions of msvcrt.dll fail, where those of the Universal C run-time end
 * the process: programs for it close descriptors twice, and ask for what a closed one was. */
// build: freestanding
// imports: msvcrt.dll _close _read _write _lseek _dup _get_osfhandle _filelength _errno strcpy_s wcscpy_s fopen strtol
#include "fixture.h"

__declspec(dllimport) int _close(int), _read(int, void *, unsigned), _write(int, const void *, unsigned), _dup(int);
__declspec(dllimport) int _lseek(int, int, int), _filelength(int), strtol(const char *, char **, int), *_errno(void);
__declspec(dllimport) int strcpy_s(char *, size_t, const char *), wcscpy_s(wchar_t *, size_t, const wchar_t *);
__declspec(dllimport) long long _get_osfhandle(int);
__declspec(dllimport) void *fopen(const char *, const char *);

#define NOWHERE 100

static void failed(const char *name, long long result)
{
    say("%s %d errno %d", name, (int)result, *_errno());
    *_errno() = 0;
}

PROGRAM
{
    char bytes[4] = "abc";
    wchar_t text[4] = L"abc";

    failed("_close", _close(NOWHERE));
    failed("_close -1", _close(-1));
    failed("_read", _read(NOWHERE, bytes, 1));
    failed("_write", _write(NOWHERE, bytes, 1));
    failed("_lseek", _lseek(NOWHERE, 0, 0));
    failed("_dup", _dup(NOWHERE));
    failed("_get_osfhandle", _get_osfhandle(NOWHERE));
    failed("_filelength", _filelength(NOWHERE));
    failed("fopen", fopen("x", "") != 0);
    failed("strtol", strtol("1", 0, 99));
    failed("strcpy_s", strcpy_s(bytes, 2, "abcdef"));
    failed("wcscpy_s", wcscpy_s(text, 2, L"abcdef"));
    say("left empty %d %d", bytes[0], text[0]);
    return 0;
}
