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
