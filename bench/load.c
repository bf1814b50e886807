// flags: -lkernel32
// Loads the DLLs that its arguments name and prints how many seconds the last one took: what bench/run.py asks Wine.
#include <stdio.h>
#include <windows.h>

static double now(void)
{
    LARGE_INTEGER ticks, frequency;
    QueryPerformanceCounter(&ticks);
    QueryPerformanceFrequency(&frequency);
    return (double)ticks.QuadPart / (double)frequency.QuadPart;
}

int main(int count, char **arguments)
{
    double seconds = 0;
    for (int i = 1; i < count; i++) {
        double start = now();
        if (!LoadLibraryA(arguments[i]))
            return 1;
        seconds = now() - start;
    }
    printf("%.9f\n", seconds);
    return 0;
}
