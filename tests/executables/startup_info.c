// What a child gets of its parent's STARTUPINFO, and the standard handles it has.
#include <stdio.h>
#include <string.h>
#include <windows.h>

static void show(const char *what, HANDLE handle)
{
    DWORD flags = 9;
    BOOL known = handle && GetHandleInformation(handle, &flags);
    printf("  %s %s\n", what, !handle ? "none" : known ? "there" : "lost");
}

static int child(void)
{
    STARTUPINFOA ansi;
    STARTUPINFOW wide;
    GetStartupInfoA(&ansi);
    GetStartupInfoW(&wide);
    printf("  size %lu %lu, title [%s] [%ls]\n", ansi.cb, wide.cb, ansi.lpTitle, wide.lpTitle);
    printf("  flags %#lx show %u at %lu %lu, %lu by %lu\n", ansi.dwFlags, ansi.wShowWindow, ansi.dwX, ansi.dwY,
           ansi.dwXCountChars, ansi.dwYCountChars);
    printf("  data %u %.*s\n", wide.cbReserved2, wide.cbReserved2, wide.lpReserved2 ? (char *)wide.lpReserved2 : "");
    if (ansi.dwFlags & STARTF_USESTDHANDLES)
        printf("  handles %d\n", ansi.hStdOutput == GetStdHandle(STD_OUTPUT_HANDLE));
    show("input", GetStdHandle(STD_INPUT_HANDLE));
    show("output", GetStdHandle(STD_OUTPUT_HANDLE));
    show("error", GetStdHandle(STD_ERROR_HANDLE));
    fflush(stdout);
    return 0;
}

int main(int count, char **arguments)
{
    char self[MAX_PATH], line[MAX_PATH + 20];
    SECURITY_ATTRIBUTES inherit = {sizeof inherit, NULL, TRUE};
    PROCESS_INFORMATION process;
    STARTUPINFOA startup = {.cb = sizeof startup};
    (void)arguments;
    if (count > 1)
        return child();
    GetModuleFileNameA(NULL, self, sizeof self);
    sprintf(line, "\"%s\" child", self);

    printf("everything:\n");
    fflush(stdout);
    startup.lpTitle = "a title";
    startup.dwFlags = STARTF_USESHOWWINDOW | STARTF_USEPOSITION | STARTF_USECOUNTCHARS;
    startup.wShowWindow = SW_HIDE + 6;
    startup.dwX = 10;
    startup.dwY = 20;
    startup.dwXCountChars = 80;
    startup.dwYCountChars = 25;
    CreateProcessA(NULL, line, NULL, NULL, FALSE, 0, NULL, NULL, &startup, &process);
    WaitForSingleObject(process.hProcess, 30000);

    printf("standard handles:\n");
    fflush(stdout);
    memset(&startup, 0, sizeof startup);
    startup.cb = sizeof startup;
    startup.dwFlags = STARTF_USESTDHANDLES;
    startup.lpTitle = "";
    DuplicateHandle(GetCurrentProcess(), GetStdHandle(STD_OUTPUT_HANDLE), GetCurrentProcess(), &startup.hStdOutput, 0, TRUE,
                    DUPLICATE_SAME_ACCESS);
    startup.hStdInput = CreateFileA("NUL", GENERIC_READ, 0, &inherit, OPEN_EXISTING, 0, NULL);
    CreateProcessA(NULL, line, NULL, NULL, TRUE, 0, NULL, NULL, &startup, &process);
    WaitForSingleObject(process.hProcess, 30000);
    return 0;
}
