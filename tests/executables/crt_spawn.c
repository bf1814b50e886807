// Starting programs by the C run-time: _spawn, _cwait and _exec, and what the child gets.
#include <errno.h>
#include <fcntl.h>
#include <io.h>
#include <process.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

static int child(int count, char **arguments)
{
    for (int i = 1; i < count; i++)
        printf(" [%s]", arguments[i]);
    const char *variable = getenv("SPAWNED");
    printf(" variable %s\n", variable ? variable : "unset");
    fflush(stdout);
    if (count > 2) {
        int fd = atoi(arguments[2]);
        int written = _write(fd, "one\ntwo\n", 8);
        printf("  written %d, not inherited %d\n", written, _write(fd + 1, "x", 1));
        fflush(stdout);
    }
    return 300;
}

int main(int count, char **arguments)
{
    char self[MAX_PATH], number[10], text[20] = "";
    const char *variables[] = {"SPAWNED=yes", "SystemRoot=C:\\windows", NULL};
    int status = 0;
    if (count > 1)
        return child(count, arguments);
    GetModuleFileNameA(NULL, self, sizeof self);

    int result = (int)_spawnl(_P_WAIT, self, "me", "child", NULL);
    printf("waited %d\n", result);
    fflush(stdout);

    int fd = _open("spawned.txt", _O_CREAT | _O_TRUNC | _O_RDWR | _O_TEXT, 0600);
    int kept = _open("kept.txt", _O_CREAT | _O_RDWR | _O_NOINHERIT | _O_TEMPORARY, 0600);
    sprintf(number, "%d", fd);
    intptr_t process = _spawnle(_P_NOWAIT, self, "me", "child", number, NULL, variables);
    intptr_t waited = _cwait(&status, process, _WAIT_CHILD);
    printf("cwait %d, status %d\n", waited == process, status);
    _lseek(fd, 0, SEEK_END);
    printf("file of %ld bytes\n", _tell(fd));
    _lseek(fd, 0, SEEK_SET);
    int got = _read(fd, text, sizeof text);
    printf("read %d: %s", got, text);
    _close(fd);
    _close(kept);
    remove("spawned.txt");

    errno = 0;
    result = (int)_spawnl(_P_WAIT, "no such program", "no", NULL);
    printf("missing %d, errno %d\n", result, errno);
    errno = 0;
    result = (int)_cwait(&status, 0x12340, 0);
    printf("no process %d, errno %d\n", result, errno);
    fflush(stdout);
    char command[MAX_PATH + 30];
    sprintf(command, "\"%s\" system", self);
    printf("system %d\n", system(command));
    fflush(stdout);
    sprintf(command, "\"\"%s\" \"a b\"\"", self);
    printf("system %d\n", system(command));
    fflush(stdout);
    sprintf(command, "\"%s\" piped", self);
    FILE *pipe = _popen(command, "r");
    printf("read %s", pipe && fgets(text, sizeof text, pipe) ? text : "nothing\n");
    while (pipe && fgets(text, sizeof text, pipe))
        ;
    printf("_pclose %d\n", pipe ? _pclose(pipe) : -1);
    printf("WinExec of nothing %u\n", WinExec("no-such-program", 0));
    fflush(stdout);
    wchar_t wide[MAX_PATH];
    MultiByteToWideChar(CP_ACP, 0, self, -1, wide, MAX_PATH);
    printf("wide:");
    fflush(stdout);
    result = (int)_wspawnl(_P_WAIT, wide, L"me", L"wide", NULL);
    printf("waited %d\n", result);
    fflush(stdout);
    return 0;
}
