// The names of pipes: looked for as files are, as programs do that wait for a server or list them all.
// Without Wine: it does not list them, and knows no attributes of theirs.
#include <windows.h>

#include "fixture.h"

static char name[100];

static void search(const char *what, const char *pattern)
{
    WIN32_FIND_DATAA data;
    char path[150];
    int found = 0;
    wsprintfA(path, "\\\\.\\pipe\\%s", pattern);
    HANDLE search = FindFirstFileA(path, &data);
    if (search == INVALID_HANDLE_VALUE) {
        say("%s: error %lu", what, GetLastError());
        return;
    }
    do
        if (strcmp(data.cFileName, name + 9) == 0) {
            found++;
            say("%s: attributes %lx, %lu instances", what, data.dwFileAttributes, data.nFileSizeLow);
        }
    while (FindNextFileA(search, &data));
    say("%s: end %lu, found %d", what, GetLastError(), found);
    FindClose(search);
}

PROGRAM
{
    char pattern[100];
    wsprintfA(name, "\\\\.\\pipe\\Windlass-Test-Names-%lu", GetCurrentProcessId());
    say("not there: %lx %lu", GetFileAttributesA(name), GetLastError());
    search("not there", name + 9);
    HANDLE one = CreateNamedPipeA(name, PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 3, 100, 100, 0, NULL);
    HANDLE two = CreateNamedPipeA(name, PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 3, 100, 100, 0, NULL);
    search("by name", name + 9);
    search("all", "*");
    wsprintfA(pattern, "windlass-test-n*-%lu", GetCurrentProcessId());
    search("some", pattern);
    wsprintfA(pattern, "no such-%lu*", GetCurrentProcessId());
    search("none", pattern);
    say("attributes %lx", GetFileAttributesA(name));
    HANDLE client = CreateFileA(name, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
    say("nobody has been connected by that: %d", client != INVALID_HANDLE_VALUE);
    HANDLE root = CreateFileA("\\\\.\\pipe\\", GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, NULL);
    say("root %d, a pipe without a name %d", root != INVALID_HANDLE_VALUE,
        CreateNamedPipeA("\\\\.\\pipe\\", PIPE_ACCESS_DUPLEX, 0, 1, 0, 0, 0, NULL) != INVALID_HANDLE_VALUE);
    CloseHandle(root);
    CloseHandle(client);
    CloseHandle(one);
    CloseHandle(two);
    search("gone", name + 9);
    return 0;
}
