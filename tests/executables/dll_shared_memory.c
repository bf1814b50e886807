// Two processes with one DLL, which shares memory between them ("Using Shared Memory in a Dynamic-Link Library").
// uses: ../fixtures/shared_memory.c
#include <stdio.h>
#include <windows.h>

__declspec(dllimport) extern BOOL is_first;
__declspec(dllimport) void set_shared_text(const wchar_t *text);
__declspec(dllimport) void get_shared_text(wchar_t *text, int size);

static void show(const char *who)
{
    wchar_t text[100];
    get_shared_text(text, 100);
    printf("%s: first %d, text \"%ls\"\n", who, is_first, text);
    fflush(stdout);
}

int main(int count, char **arguments)
{
    char self[MAX_PATH], line[MAX_PATH + 20];
    STARTUPINFOA startup = {.cb = sizeof startup};
    PROCESS_INFORMATION process;
    if (count > 1) {
        show("child");
        set_shared_text(L"set by the child");
        return 0;
    }
    (void)arguments;
    set_shared_text(L"This is a test string");
    show("parent");
    GetModuleFileNameA(NULL, self, sizeof self);
    sprintf(line, "\"%s\" child", self);
    CreateProcessA(NULL, line, NULL, NULL, FALSE, 0, NULL, NULL, &startup, &process);
    WaitForSingleObject(process.hProcess, 30000);
    show("parent");
    return 0;
}
