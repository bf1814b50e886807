// build: freestanding
// flags: -fno-builtin
// Environment variables: names in any case, sizes, errors, expansion; command line and start-up information.
#include "fixture.h"

typedef unsigned short WCHAR;
__declspec(dllimport) unsigned GetEnvironmentVariableW(const WCHAR *, WCHAR *, unsigned);
__declspec(dllimport) unsigned GetEnvironmentVariableA(const char *, char *, unsigned);
__declspec(dllimport) int SetEnvironmentVariableW(const WCHAR *, const WCHAR *);
__declspec(dllimport) int SetEnvironmentVariableA(const char *, const char *);
__declspec(dllimport) unsigned ExpandEnvironmentStringsA(const char *, char *, unsigned);
__declspec(dllimport) WCHAR *GetEnvironmentStringsW(void);
__declspec(dllimport) int FreeEnvironmentStringsW(WCHAR *);
__declspec(dllimport) void SetLastError(unsigned);
__declspec(dllimport) unsigned GetLastError(void);
__declspec(dllimport) WCHAR *GetCommandLineW(void);
__declspec(dllimport) char *GetCommandLineA(void);

static char text[300];

static void get(const char *name, unsigned size)
{
    unsigned result;
    SetLastError(0xdead);
    text[0] = '?';
    text[1] = 0;
    result = GetEnvironmentVariableA(name, text, size);
    say("get %s in %u: %u %s (%x)", name, size, result, text, GetLastError());
}

static int count(const WCHAR *block, const WCHAR *name)
{
    int found = 0;
    for (; *block; block++) {
        int i = 0;
        while (name[i] && block[i] == name[i])
            i++;
        found += !name[i] && block[i] == '=';
        while (*block)
            block++;
    }
    return found;
}

static void expand(const char *source, unsigned size)
{
    text[0] = 0;
    unsigned result = ExpandEnvironmentStringsA(source, text, size);
    say("expand %s in %u: %u %s", source, size, result, result <= size ? text : "-");
}

PROGRAM
{
    WCHAR *block;
    say("set %d", SetEnvironmentVariableA("WindlassTest", "a value"));
    get("WindlassTest", 100);
    get("WINDLASSTEST", 100);
    get("WindlassTest", 8);
    get("WindlassTest", 7);
    get("WindlassTest", 0);
    say("set empty %d", SetEnvironmentVariableA("WindlassTest", ""));
    get("WindlassTest", 100);
    SetLastError(0);
    say("set = %d %u", SetEnvironmentVariableA("Windlass=Test", "x"), GetLastError());
    SetLastError(0);
    say("set no name %d %u", SetEnvironmentVariableA("", "x"), GetLastError());
    say("set again %d", SetEnvironmentVariableA("windlasstest", "other"));
    block = GetEnvironmentStringsW();
    say("in the block %d", count(block, L"WindlassTest") + count(block, L"windlasstest"));
    FreeEnvironmentStringsW(block);
    expand("<%WindlassTest%>", 100);
    expand("%NoSuchVariable% 100% %%", 100);
    expand("%WindlassTest%%WindlassTest%", 100);
    expand("%WindlassTest%", 3);
    say("remove %d", SetEnvironmentVariableA("WindlassTest", NULL));
    get("WindlassTest", 100);
    SetLastError(0);
    say("remove again %d %u", SetEnvironmentVariableA("WindlassTest", NULL), GetLastError());
    check(GetEnvironmentVariableA("TEMP", text, 300) > 0);
    check(text[1] == ':');
    check(GetEnvironmentVariableA("SystemRoot", text, 300) > 0);
    check(GetCommandLineW() == GetCommandLineW() && GetCommandLineW()[0]);
    check(GetCommandLineA() == GetCommandLineA() && GetCommandLineA()[0]);
    return 0;
}
