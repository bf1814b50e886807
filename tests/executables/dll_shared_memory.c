// Two processes with one DLL, which shares memory between them ("Using Shared Memory in a Dynamic-Link Library").
// uses: ../fixtures/shared_memory.c
#include "process.h"

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
    (void)arguments;
    begin();
    if (count > 1) {
        show("child");
        set_shared_text(L"set by the child");
        return 0;
    }
    set_shared_text(L"This is a test string");
    show("parent");
    finish(start("child", 0));
    show("parent");
    return 0;
}
