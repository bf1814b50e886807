// Named objects shared by processes: events, mutexes, semaphores, timers and mappings, their states and their lives.
#include "process.h"

/* The child tells that it has got so far, and is told to go on. */
static HANDLE ready, go;

static void open_signals(void)
{
    ready = CreateEventA(NULL, FALSE, FALSE, own("Local\\windlass test ready"));
    go = CreateEventA(NULL, FALSE, FALSE, own("windlass test go"));
}

static void tell_and_wait(void)
{
    SetEvent(ready);
    WaitForSingleObject(go, 30000);
}

static int child(const char *part)
{
    open_signals();
    if (!strcmp(part, "names")) {
        HANDLE event = OpenEventA(SYNCHRONIZE, FALSE, own("Local\\windlass test event"));
        say("  opened %d", event != NULL);
        say("  of all sessions %d error %lu", OpenEventA(SYNCHRONIZE, FALSE, own("Global\\windlass test event")) != NULL,
            GetLastError());
        say("  set without right %d error %lu", SetEvent(event), GetLastError());
        say("  in another case %d error %lu", OpenEventA(SYNCHRONIZE, FALSE, own("WINDLASS test event")) != NULL, GetLastError());
        say("  as a mutex %d error %lu", OpenMutexA(SYNCHRONIZE, FALSE, own("windlass test event")) != NULL, GetLastError());
        say("  new mutex %d error %lu", CreateMutexA(NULL, FALSE, own("windlass test event")) != NULL, GetLastError());
        SetLastError(1);
        say("  new event %d error %lu", CreateEventA(NULL, TRUE, TRUE, own("windlass test event")) != NULL, GetLastError());
        say("  its state %lu", WaitForSingleObject(event, 0));
    } else if (!strcmp(part, "mutex")) {
        HANDLE mutex = OpenMutexA(MUTEX_ALL_ACCESS, FALSE, own("windlass test mutex"));
        say("  held elsewhere %lu", WaitForSingleObject(mutex, 0));
        say("  release %d error %lu", ReleaseMutex(mutex), GetLastError());
        SetEvent(ready);
        say("  got %lu", WaitForSingleObject(mutex, 30000));
        say("  again %lu", WaitForSingleObject(mutex, 0));
        ReleaseMutex(mutex);
        tell_and_wait();
        TerminateProcess(GetCurrentProcess(), 5);
    } else if (!strcmp(part, "semaphore")) {
        HANDLE semaphore = OpenSemaphoreA(SEMAPHORE_ALL_ACCESS, FALSE, own("windlass test semaphore"));
        LONG before = -1;
        say("  wait %lu", WaitForSingleObject(semaphore, 0));
        say("  release %d before %ld", ReleaseSemaphore(semaphore, 2, &before), before);
        say("  too many %d error %lu", ReleaseSemaphore(semaphore, 9, NULL), GetLastError());
    } else if (!strcmp(part, "all")) {
        HANDLE both[] = {OpenEventA(SYNCHRONIZE, FALSE, own("windlass test one")),
                         OpenEventA(SYNCHRONIZE, FALSE, own("windlass test two")), CreateEventA(NULL, TRUE, TRUE, NULL)};
        SetEvent(ready);
        say("  all %lu", WaitForMultipleObjects(3, both, TRUE, 30000));
        SetEvent(ready);
        say("  any %lu", WaitForMultipleObjects(2, both, FALSE, 30000));
    } else if (!strcmp(part, "timer")) {
        HANDLE timer = OpenWaitableTimerA(TIMER_ALL_ACCESS, FALSE, own("windlass test timer"));
        LARGE_INTEGER soon = {.QuadPart = -500000};
        say("  wait %lu", WaitForSingleObject(timer, 30000));
        SetEvent(ready);
        say("  taken %lu", WaitForSingleObject(timer, 20));
        say("  set %d", SetWaitableTimer(timer, &soon, 0, NULL, NULL, FALSE));
        WaitForSingleObject(go, 30000);
    } else if (!strcmp(part, "mapping")) {
        HANDLE mapping = OpenFileMappingA(FILE_MAP_ALL_ACCESS, FALSE, own("windlass test mapping"));
        char *memory = MapViewOfFile(mapping, FILE_MAP_ALL_ACCESS, 0, 0, 0);
        say("  memory [%s]", memory);
        strcpy(memory, "written by the child");
        mapping = OpenFileMappingA(FILE_MAP_READ, FALSE, own("windlass test file"));
        memory = MapViewOfFile(mapping, FILE_MAP_READ, 0, 0, 0);
        say("  file [%.12s]", memory ? memory : "none");
    } else if (!strcmp(part, "stress")) {
        HANDLE mutex = OpenMutexA(MUTEX_ALL_ACCESS, FALSE, own("windlass test mutex"));
        volatile LONG *count = MapViewOfFile(OpenFileMappingA(FILE_MAP_ALL_ACCESS, FALSE, own("windlass test count")),
                                             FILE_MAP_ALL_ACCESS, 0, 0, 0);
        for (int i = 0; i < 500; i++) {
            WaitForSingleObject(mutex, INFINITE);
            *count = *count + 1;
            ReleaseMutex(mutex);
        }
    }
    return 0;
}

static void names(void)
{
    HANDLE event = CreateEventA(NULL, TRUE, FALSE, own("windlass test event"));
    say("names: last error %lu", GetLastError());
    finish(start("names", 0));
    say("  state %lu", WaitForSingleObject(event, 0));
    CloseHandle(event);
    say("  gone %d error %lu", OpenEventA(SYNCHRONIZE, FALSE, own("windlass test event")) != NULL, GetLastError());
    say("  no name %d error %lu", OpenEventA(SYNCHRONIZE, FALSE, NULL) != NULL, GetLastError());
    say("  a bad name %d error %lu", CreateEventA(NULL, 0, 0, "a\\b") != NULL, GetLastError());
}

static void mutex(void)
{
    HANDLE mutex = CreateMutexA(NULL, TRUE, own("windlass test mutex"));
    say("mutex:");
    PROCESS_INFORMATION process = start("mutex", 0);
    WaitForSingleObject(ready, 30000);
    ReleaseMutex(mutex);
    WaitForSingleObject(ready, 30000);
    say("  held by the child %lu", WaitForSingleObject(mutex, 0));
    SetEvent(go);
    say("  abandoned %lu", WaitForSingleObject(mutex, 30000));
    say("  exit code %lu", finish(process));
    say("  recursion %lu", WaitForSingleObject(mutex, 0));
    say("  release %d %d %d", ReleaseMutex(mutex), ReleaseMutex(mutex), ReleaseMutex(mutex));
    CloseHandle(mutex);
}

static void semaphore(void)
{
    HANDLE semaphore = CreateSemaphoreA(NULL, 1, 3, own("windlass test semaphore"));
    say("semaphore:");
    finish(start("semaphore", 0));
    say("  %lu %lu %lu", WaitForSingleObject(semaphore, 0), WaitForSingleObject(semaphore, 0),
        WaitForSingleObject(semaphore, 0));
    CloseHandle(semaphore);
}

static void all(void)
{
    HANDLE one = CreateEventA(NULL, FALSE, FALSE, own("windlass test one"));
    HANDLE two = CreateEventA(NULL, FALSE, FALSE, own("windlass test two"));
    say("several:");
    PROCESS_INFORMATION process = start("all", 0);
    WaitForSingleObject(ready, 30000);
    SetEvent(one);
    say("  one alone %lu", WaitForSingleObject(process.hProcess, 50));
    SetEvent(two);
    WaitForSingleObject(ready, 30000);
    say("  taken %lu %lu", WaitForSingleObject(one, 0), WaitForSingleObject(two, 0));
    SetEvent(two);
    finish(process);
}

static void timer(void)
{
    LARGE_INTEGER due = {.QuadPart = -1000000};
    HANDLE timer = CreateWaitableTimerA(NULL, FALSE, own("windlass test timer"));
    say("timer:");
    PROCESS_INFORMATION process = start("timer", 0);
    say("  set %d", SetWaitableTimer(timer, &due, 0, NULL, NULL, FALSE));
    WaitForSingleObject(ready, 30000);
    say("  set by the child %lu", WaitForSingleObject(timer, 30000));
    SetEvent(go);
    finish(process);
}

static void mapping(void)
{
    HANDLE mapping = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 100, own("windlass test mapping"));
    char *memory = MapViewOfFile(mapping, FILE_MAP_ALL_ACCESS, 0, 0, 0);
    HANDLE file = CreateFileA("mapped.txt", GENERIC_READ | GENERIC_WRITE, 0, NULL, CREATE_ALWAYS,
                              FILE_FLAG_DELETE_ON_CLOSE, NULL);
    DWORD written;
    WriteFile(file, "text of file", 12, &written, NULL);
    HANDLE of_file = CreateFileMappingA(file, NULL, PAGE_READWRITE, 0, 0, own("windlass test file"));
    strcpy(memory, "written by the parent");
    say("mapping:");
    finish(start("mapping", 0));
    say("  memory [%s]", memory);
    CloseHandle(of_file);
    CloseHandle(file);
    CloseHandle(mapping);
    UnmapViewOfFile(memory);
    say("  gone %d error %lu", OpenFileMappingA(FILE_MAP_READ, FALSE, own("windlass test mapping")) != NULL, GetLastError());
}

static void stress(void)
{
    enum { PROCESSES = 3 };
    PROCESS_INFORMATION processes[PROCESSES];
    HANDLE mapping = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 4096, own("windlass test count"));
    LONG *count = MapViewOfFile(mapping, FILE_MAP_ALL_ACCESS, 0, 0, 0);
    HANDLE mutex = CreateMutexA(NULL, TRUE, own("windlass test mutex"));
    for (int i = 0; i < PROCESSES; i++)
        processes[i] = start("stress", 0);
    ReleaseMutex(mutex);
    for (int i = 0; i < PROCESSES; i++)
        finish(processes[i]);
    say("counted %ld", *count);
}

int main(int count, char **arguments)
{
    begin();
    if (count > 1)
        return child(arguments[1]);
    open_signals();
    names();
    mutex();
    semaphore();
    all();
    timer();
    mapping();
    stress();
    return 0;
}
