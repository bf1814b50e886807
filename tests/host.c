// host.exe PROGRAM.dll: runs a program (see fixtures/fixture.h) where windlass is not: under Wine or Windows.
#include <fcntl.h>
#include <io.h>
#include <stdio.h>
#include <windows.h>

static void emit(const char *line)
{
    puts(line);
    fflush(stdout);
}

int main(int count, char **arguments)
{
    HMODULE module;
    int (*run)(void (*)(const char *));

    _setmode(_fileno(stdout), _O_BINARY);
    if (count != 2)
        return 2;
    module = LoadLibraryA(arguments[1]);
    if (module == NULL) {
        fprintf(stderr, "LoadLibrary %s: error %lu\n", arguments[1], GetLastError());
        return 1;
    }
    run = (int (*)(void (*)(const char *)))(void *)GetProcAddress(module, "run");
    printf("run returned %d\n", run(emit));
    return 0;
}
