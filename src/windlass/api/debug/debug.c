/* Debuggers and debug output ("Debugging Functions"). */
#include <stdio.h>

#include "api.h"
#include "codepage.h"

/* A host debugger (ptrace) is none to Windows code: it gets no debug events. PEB.BeingDebugged can be set by hand. */
API(kernel32 kernelbase, BOOL, IsDebuggerPresent, void) { return process_peb.BeingDebugged; }

API(kernel32 kernelbase, BOOL, CheckRemoteDebuggerPresent, HANDLE hProcess, PBOOL pbDebuggerPresent) {
    if (!hProcess || !pbDebuggerPresent)
        return fail(ERROR_INVALID_PARAMETER);
    *pbDebuggerPresent = process_peb.BeingDebugged;
    return TRUE;
}

API(kernel32 kernelbase, void, DebugBreak, void) { __asm__ volatile("int3"); }
API_ALIAS(api_DebugBreak, nt, ntdll, "DbgBreakPoint");

/* Shown on standard error when WINDLASS_TRACE names "debug"; on Windows it goes to a debugger, or nowhere. */
static bool is_shown(void) {
    static int shown = -1;
    if (shown < 0) {
        const char *trace = getenv("WINDLASS_TRACE");
        shown = trace && strstr(trace, "debug") != NULL;
    }
    return shown;
}

API(kernel32 kernelbase, void, OutputDebugStringA, LPCSTR lpOutputString) {
    if (lpOutputString && is_shown())
        fprintf(stderr, "debug: %s%s", lpOutputString, strchr(lpOutputString, '\n') ? "" : "\n");
}

API(kernel32 kernelbase, void, OutputDebugStringW, LPCWSTR lpOutputString) {
    char *text = lpOutputString && is_shown() ? utf8_copy_of_wide(lpOutputString) : NULL;
    if (text)
        api_OutputDebugStringA(text);
    free(text);
}
