// The records of descriptors that run-times before the Universal CRT export: Python 2.7 and 3.4 look into them to know
// whether a descriptor is open, Perl and Ruby change them.
#include <windows.h>

#include "fixture.h"

struct record {
    HANDLE handle;
    unsigned char flags;
};

enum { PER_ARRAY = 32, IS_OPEN = 1, IS_TEXT = 0x80 };

static void run_time(const char *dll)
{
    HMODULE module = LoadLibraryA(dll);
    char **arrays = (char **)GetProcAddress(module, "__pioinfo");
    struct record *bad = (struct record *)GetProcAddress(module, "__badioinfo");
    size_t (*size_of)(void *) = (void *)GetProcAddress(module, "_msize");
    int (*open)(const char *, int, ...) = (void *)GetProcAddress(module, "_open");
    int (*close)(int) = (void *)GetProcAddress(module, "_close");
    int (*duplicate)(int) = (void *)GetProcAddress(module, "_dup");
    HANDLE (*handle_of)(int) = (void *)GetProcAddress(module, "_get_osfhandle");
    say("%s: there %d, bad one %d", dll, arrays && arrays[0], bad && bad->handle == INVALID_HANDLE_VALUE);
    size_t size = size_of(arrays[0]) / PER_ARRAY;
    say("size %d %d", size >= 56, size * PER_ARRAY == size_of(arrays[0]));
#define RECORD(fd) ((struct record *)(arrays[(fd) / PER_ARRAY] + (fd) % PER_ARRAY * size))
    int fd = open("NUL", 0x8000);
    say("open %x, its handle %d", RECORD(fd)->flags & (IS_OPEN | IS_TEXT), RECORD(fd)->handle == handle_of(fd));
    HANDLE mine = RECORD(fd)->handle, event = CreateEventA(NULL, TRUE, FALSE, NULL);
    RECORD(fd)->handle = event;
    say("changed %d", handle_of(fd) == event);
    RECORD(fd)->handle = INVALID_HANDLE_VALUE;
    say("closed %d, open %d", close(fd), RECORD(fd)->flags & IS_OPEN);
    DWORD flags;
    say("handles are there %d %d", GetHandleInformation(mine, &flags), GetHandleInformation(event, &flags));
    CloseHandle(mine);
    CloseHandle(event);
    int fds[40], count = 0;
    fds[count++] = open("NUL", 0x4000);
    while (count < 40 && (fds[count] = duplicate(fds[0])) >= 0)
        count++;
    say("text %d, another array %d", !!(RECORD(fds[0])->flags & IS_TEXT), RECORD(fds[39])->flags & IS_OPEN);
    while (count)
        close(fds[--count]);
}

PROGRAM
{
    run_time("msvcrt.dll");
    run_time("msvcr90.dll");
    run_time("msvcr100.dll");
    return 0;
}
