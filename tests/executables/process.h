/* What the programs share that start themselves again, as their own children. */
#ifndef PROCESS_H
#define PROCESS_H

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

static char self[MAX_PATH];

static void say(const char *format, ...)
{
    va_list list;
    va_start(list, format);
    vprintf(format, list);
    va_end(list);
    printf("\n");
    fflush(stdout);
}

/* To be called first, by parent and child. */
static void begin(void)
{
    char number[12];
    GetModuleFileNameA(NULL, self, sizeof self);
    sprintf(number, "%lu", GetCurrentProcessId());
    if (!GetEnvironmentVariableA("WINDLASS_TEST", NULL, 0))
        SetEnvironmentVariableA("WINDLASS_TEST", number);
}

/* The name of an object for this run of the program: others may run it at the same time. */
static inline const char *own(const char *name)
{
    static char names[8][100];
    static unsigned next;
    char number[12] = "", *to = names[next++ % 8];
    GetEnvironmentVariableA("WINDLASS_TEST", number, sizeof number);
    sprintf(to, "%s %s", name, number);
    return to;
}

static inline PROCESS_INFORMATION start(const char *part, DWORD flags)
{
    STARTUPINFOA startup = {.cb = sizeof startup};
    PROCESS_INFORMATION process = {0};
    char line[MAX_PATH + 50];
    sprintf(line, "\"%s\" %s", self, part);
    if (!CreateProcessA(NULL, line, NULL, NULL, FALSE, flags, NULL, NULL, &startup, &process))
        say("cannot start: %lu", GetLastError());
    return process;
}

/* Waits for the end, and closes the handles; the exit code. */
static inline DWORD finish(PROCESS_INFORMATION process)
{
    DWORD code = 0;
    if (WaitForSingleObject(process.hProcess, 30000))
        say("  it goes on");
    GetExitCodeProcess(process.hProcess, &code);
    CloseHandle(process.hProcess);
    CloseHandle(process.hThread);
    return code;
}

#endif
