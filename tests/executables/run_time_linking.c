// A program that finds a DLL's function while it runs, and goes on without it ("Using Run-Time Dynamic Linking").
// uses: ../fixtures/put.c
#include <stdio.h>
#include <windows.h>

typedef int (*put_line_function)(const wchar_t *);

static void try_function(const char *dll, const char *name)
{
    HMODULE module = LoadLibraryA(dll);
    DWORD error = GetLastError();
    printf("%s: %s", dll, module ? "loaded" : "not loaded");
    if (!module)
        printf(", error %lu", error);
    printf("\n");
    fflush(stdout);
    put_line_function put_line = module ? (put_line_function)GetProcAddress(module, name) : NULL;
    if (put_line)
        put_line(L"Message sent to the DLL function");
    else if (module)
        printf("no %s, error %lu\n", name, GetLastError());
    if (module) {
        BOOL freed = FreeLibrary(module);
        printf("freed %d, still there %d\n", freed, GetModuleHandleA(dll) != NULL);
    }
    if (!put_line)
        printf("Message printed from executable\n");
    fflush(stdout);
}

int main(void)
{
    try_function("put.dll", "put_line");
    try_function("put.dll", "get_line");
    try_function("no_such.dll", "put_line");
    return 0;
}
