// build: freestanding
#include "fixture.h"

#define IMPORT __declspec(dllimport)
IMPORT unsigned GetLastError(void);
IMPORT void SetLastError(unsigned);
IMPORT int OpenFile(const char *, void *, unsigned);
IMPORT int _lclose(int);
IMPORT unsigned _lwrite(int, const void *, unsigned);
IMPORT unsigned _lread(int, void *, unsigned);
IMPORT unsigned GetSystemFirmwareTable(unsigned, unsigned, void *, unsigned);
IMPORT int WaitForDebugEvent(void *, unsigned);

static struct { unsigned char size, fixed; unsigned short error, reserved[2]; char path[128]; } file;

static const char *base(void)
{
    const char *name = file.path;
    for (const char *at = file.path; *at; at++)
        if (*at == '\\')
            name = at + 1;
    return name;
}

PROGRAM
{
    char data[20] = "";
    int handle = OpenFile("opened by name.txt", &file, 0x1000 | 2);
    check(handle != -1);
    say("%u %u %s", file.size, file.error, base());
    say("wrote %u", _lwrite(handle, "hello", 5));
    say("closed %d", _lclose(handle));
    say("parse %d %s", OpenFile("nowhere.txt", &file, 0x100), base());
    check(OpenFile("opened by name.txt", &file, 0x4000) != -1);
    SetLastError(0);
    say("missing %d", OpenFile("nowhere.txt", &file, 0));
    say("error %u, %u", GetLastError(), file.error);
    check(OpenFile("opened by name.txt", &file, 0x100) == 0);
    handle = OpenFile("something else", &file, 0x8000);
    say("again: read %u %s", _lread(handle, data, 10), data);
    _lclose(handle);
    say("delete %d", OpenFile("opened by name.txt", &file, 0x200));
    say("gone %d", OpenFile("opened by name.txt", &file, 0x4000));

    SetLastError(0);
    say("no such provider: %u", GetSystemFirmwareTable(0x20202020, 0, 0, 0));
    say("error %u", GetLastError());
    say("debugging nothing: %d", WaitForDebugEvent(data, 0));
    return 0;
}
