// A program that was linked with a DLL's import library ("Using Load-Time Dynamic Linking").
// uses: ../fixtures/put.c
#include <stddef.h>

__declspec(dllimport) int put_line(const wchar_t *line);

int main(void)
{
    return !put_line(L"Message sent to the DLL function");
}
