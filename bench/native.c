// flags: -lkernel32
// What bench/run.py calls: the same source as a Windows DLL and as a Linux shared library.
#include <stddef.h>

#ifdef _WIN32
#include <windows.h>
#define EXPORT __declspec(dllexport)
#define OPEN(path) ((void *)LoadLibraryA(path))
#define CLOSE(library) FreeLibrary((HMODULE)(library))
#define LOOK_UP(library, name) ((void *)GetProcAddress((HMODULE)(library), name))
#else
#include <dlfcn.h>
#define EXPORT __attribute__((visibility("default")))
#define OPEN(path) dlopen(path, RTLD_NOW)
#define CLOSE(library) dlclose(library)
#define LOOK_UP(library, name) dlsym(library, name)
#endif

struct point {
    int x, y;
    double weight;
};

EXPORT int add(int a, int b)
{
    return a + b;
}

EXPORT double scale(double value, double factor)
{
    return value * factor;
}

EXPORT double weigh(const struct point *point)
{
    return (point->x + point->y) * point->weight;
}

EXPORT int count(const char *text)
{
    int length = 0;
    while (text[length] != 0)
        length++;
    return length;
}

EXPORT int call_back(int (*function)(int), int times)
{
    int sum = 0;
    for (int i = 0; i < times; i++)
        sum += function(i);
    return sum;
}

/* Look up the export called `name` of the loaded library at `path`, `times` times. */
EXPORT void *look_up(const char *path, const char *name, int times)
{
    void *library = OPEN(path);
    void *found = NULL;
    for (int i = 0; i < times; i++)
        found = LOOK_UP(library, name);
    CLOSE(library);
    return found;
}

/* Load and free the loaded library at `path` again, `times` times; how often that worked. */
EXPORT int load_again(const char *path, int times)
{
    int good = 0;
    for (int i = 0; i < times; i++) {
        void *library = OPEN(path);
        good += library != NULL;
        CLOSE(library);
    }
    return good;
}

/* ---- what programs call most: the same on both sides, each called through a pointer that was looked up ---- */

#ifdef _WIN32
#define CRT "ucrtbase"
static void *function(const char *library, const char *name)
{
    return (void *)GetProcAddress(LoadLibraryA(library), name);
}
#else
#include <pthread.h>
#include <stdlib.h>
#include <time.h>
#define CRT "libm.so.6"
static void *function(const char *library, const char *name)
{
    return dlsym(dlopen(library, RTLD_NOW), name);
}
#endif

/* Enter and leave a lock that nobody else wants. */
EXPORT void critical_section(int times)
{
#ifdef _WIN32
    CRITICAL_SECTION section;
    InitializeCriticalSection(&section);
    for (int i = 0; i < times; i++) {
        EnterCriticalSection(&section);
        LeaveCriticalSection(&section);
    }
    DeleteCriticalSection(&section);
#else
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    for (int i = 0; i < times; i++) {
        pthread_mutex_lock(&mutex);
        pthread_mutex_unlock(&mutex);
    }
#endif
}

EXPORT void shared_lock(int times)
{
#ifdef _WIN32
    SRWLOCK lock = SRWLOCK_INIT;
    for (int i = 0; i < times; i++) {
        AcquireSRWLockShared(&lock);
        ReleaseSRWLockShared(&lock);
    }
#else
    pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
    for (int i = 0; i < times; i++) {
        pthread_rwlock_rdlock(&lock);
        pthread_rwlock_unlock(&lock);
    }
#endif
}

EXPORT void thread_local_value(int times)
{
#ifdef _WIN32
    DWORD index = TlsAlloc();
    for (int i = 0; i < times; i++)
        TlsGetValue(index);
    TlsFree(index);
#else
    pthread_key_t key;
    pthread_key_create(&key, NULL);
    for (int i = 0; i < times; i++)
        pthread_getspecific(key);
    pthread_key_delete(key);
#endif
}

EXPORT void clock_time(int times)
{
#ifdef _WIN32
    LARGE_INTEGER now;
    for (int i = 0; i < times; i++)
        QueryPerformanceCounter(&now);
#else
    struct timespec now;
    for (int i = 0; i < times; i++)
        clock_gettime(CLOCK_MONOTONIC, &now);
#endif
}

/* Allocate and free a small block on the process's heap. */
EXPORT void heap_block(int times)
{
#ifdef _WIN32
    HANDLE heap = GetProcessHeap();
    for (int i = 0; i < times; i++)
        HeapFree(heap, 0, HeapAlloc(heap, 0, 64));
#else
    for (int i = 0; i < times; i++) {
        void *volatile block = malloc(64);
        free(block);
    }
#endif
}

EXPORT void crt_block(int times)
{
    void *(*allocate)(size_t) = function(CRT, "malloc");
    void (*release)(void *) = function(CRT, "free");
    for (int i = 0; i < times; i++)
        release(allocate(64));
}

static char from[65536], to[65536];

EXPORT void copy(int times, int size)
{
    void *(*memory_copy)(void *, const void *, size_t) = function(CRT, "memcpy");
    for (int i = 0; i < times; i++)
        memory_copy(to, from, (size_t)size);
}

EXPORT void measure(int times, int size)
{
    size_t (*length)(const char *) = function(CRT, "strlen");
    for (int i = 0; i < size; i++)
        from[i] = 'x';
    from[size] = 0;
    for (int i = 0; i < times; i++)
        length(from);
    for (int i = 0; i < size; i++)
        from[i] = 0;
}

EXPORT double mathematics(int times, const char *name)
{
    double (*compute)(double) = function(CRT, name);
    double sum = 0;
    for (int i = 0; i < times; i++)
        sum += compute(0.5 + i * 1e-5);
    return sum;
}
