/* A process begins with its parent's error mode, but with none when CREATE_DEFAULT_ERROR_MODE asks for that
 * ("SetErrorMode function", "Process Creation Flags"). A thread's mode is its own affair. */
#include <stdio.h>
#include <string.h>
#include <windows.h>

static void start(const char *title, const char *word, DWORD flags)
{
    char path[MAX_PATH], line[MAX_PATH + 20];
    STARTUPINFOA startup = {sizeof startup};
    PROCESS_INFORMATION process;
    printf("%s: ", title);
    fflush(stdout);
    GetModuleFileNameA(NULL, path, sizeof path);
    snprintf(line, sizeof line, "\"%s\" %s", path, word);
    if (!CreateProcessA(NULL, line, NULL, NULL, TRUE, flags, NULL, NULL, &startup, &process)) {
        printf("error %lu\n", GetLastError());
        return;
    }
    WaitForSingleObject(process.hProcess, INFINITE);
    CloseHandle(process.hProcess);
    CloseHandle(process.hThread);
}

int main(int count, char **arguments)
{
    if (count > 1 && strcmp(arguments[1], "child") == 0) {
        printf("%#x\n", GetErrorMode());
        fflush(stdout);
        if (count > 2)
            start("grandchild", "child", 0);
        return 0;
    }
    SetErrorMode(0);
    start("none", "child", 0);
    printf("was %#x\n", SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOOPENFILEERRORBOX));
    // Wine reports: inherited: 0
    // documented: inherited: 0x8001     (Microsoft, "SetErrorMode function")
    start("inherited", "child", 0);
    start("default", "child", CREATE_DEFAULT_ERROR_MODE);
    // Wine reports: child: 0
    // documented: child: 0x8001     (Microsoft, "SetErrorMode function")
    // Wine reports: grandchild: 0
    // documented: grandchild: 0x8001     (Microsoft, "SetErrorMode function")
    start("child", "child more", 0);
    SetThreadErrorMode(SEM_NOGPFAULTERRORBOX, NULL);
    // Wine reports: with a thread's: 0
    // documented: with a thread's: 0x8001     (Microsoft, "SetErrorMode function")
    start("with a thread's", "child", 0);
    printf("parent %#x\n", GetErrorMode());
    return 0;
}
