#include "data_file.h"

#include <pthread.h>
#include <stdlib.h>

#include "fork.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
SURVIVES_FORK(lock);
static struct data_file *files;
static size_t count, capacity;

static uintptr_t address_of(const struct data_file *file) { return file->handle & ~(uintptr_t)3; }

static bool append(struct data_file file) {
    if (count == capacity) {
        size_t grown = capacity ? 2 * capacity : 8;
        struct data_file *larger = realloc(files, grown * sizeof *files);
        if (!larger)
            return false;
        files = larger;
        capacity = grown;
    }
    files[count++] = file;
    return true;
}

bool data_file_add(uintptr_t handle, size_t size) {
    pthread_mutex_lock(&lock);
    bool done = append((struct data_file){handle, size});
    pthread_mutex_unlock(&lock);
    return done;
}

void data_file_remove(uintptr_t handle) {
    pthread_mutex_lock(&lock);
    for (size_t i = 0; i < count; i++)
        if (files[i].handle == handle)
            files[i--] = files[--count];
    pthread_mutex_unlock(&lock);
}

bool data_file_at(uintptr_t address, struct data_file *found) {
    bool there = false;
    pthread_mutex_lock(&lock);
    for (size_t i = 0; i < count && !there; i++) {
        there = address - address_of(&files[i]) < files[i].size;
        if (there)
            *found = files[i];
    }
    pthread_mutex_unlock(&lock);
    return there;
}
