// Threads of a program with a DLL that keeps data for each ("Using Thread Local Storage in a Dynamic-Link Library").
// uses: ../fixtures/thread_data.c
#include <stdio.h>
#include <windows.h>

enum { THREADS = 4 };

__declspec(dllimport) BOOL store_value(DWORD value);
__declspec(dllimport) BOOL load_value(DWORD *value);
__declspec(dllimport) void count_memory(LONG *allocations, LONG *releases);

static HANDLE stored[THREADS], go;
static DWORD seen[THREADS];

static DWORD WINAPI work(void *parameter)
{
    DWORD number = (DWORD)(ULONG_PTR)parameter, value = 99;
    if (load_value(&value) || !store_value(100 + number))
        return 1;
    SetEvent(stored[number]);
    WaitForSingleObject(go, 30000);
    if (!load_value(&value))
        return 2;
    seen[number] = value;
    return 0;
}

int main(void)
{
    HANDLE threads[THREADS];
    LONG allocations, releases;
    DWORD value = 0;
    go = CreateEventA(NULL, TRUE, FALSE, NULL);
    store_value(7);
    for (ULONG_PTR i = 0; i < THREADS; i++) {
        stored[i] = CreateEventA(NULL, TRUE, FALSE, NULL);
        threads[i] = CreateThread(NULL, 0, work, (void *)i, 0, NULL);
    }
    WaitForMultipleObjects(THREADS, stored, TRUE, 30000);
    SetEvent(go);
    WaitForMultipleObjects(THREADS, threads, TRUE, 30000);
    for (int i = 0; i < THREADS; i++) {
        DWORD code;
        GetExitCodeThread(threads[i], &code);
        printf("thread %d: exit code %lu, value %lu\n", i, code, seen[i]);
    }
    printf("first thread: %d, value %lu\n", load_value(&value), value);
    count_memory(&allocations, &releases);
    printf("allocated %ld, freed %ld\n", allocations, releases);
    return 0;
}
