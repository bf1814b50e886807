/* Names that all processes of a user share: each is a folder, which whoever reads or changes it locks. */
#include "shared_names.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static uint64_t hash_of(const char *text) {
    uint64_t hash = 14695981039346656037u;
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * 1099511628211u;
    return hash;
}

bool shared_root_path(const char *kind, char *root, size_t size, bool make) {
    const char *base = getenv("XDG_RUNTIME_DIR");
    if (base && base[0] == '/' && strlen(base) + strlen(kind) + 32 < size)
        snprintf(root, size, "%s/windlass-%s", base, kind);
    else
        snprintf(root, size, "/tmp/windlass-%s-%u", kind, (unsigned)getuid());
    if (make)
        mkdir(root, 0700);
    struct stat status;
    return lstat(root, &status) == 0 && S_ISDIR(status.st_mode) && status.st_uid == getuid();
}

bool shared_name_path(const char *kind, const char *name, bool make, char path[PATH_MAX]) {
    char root[PATH_MAX - NAME_MAX - 1];
    if (!shared_root_path(kind, root, sizeof root, make))
        return false;
    int length = snprintf(path, PATH_MAX, "%s/", root);
    if (strlen(name) > NAME_MAX || name[0] == '.') {
        snprintf(path + length, (size_t)(PATH_MAX - length), "%%%016llx", (unsigned long long)hash_of(name));
        return true;
    }
    for (; *name; name++)
        path[length++] = *name == '/' || *name == '\\' ? '%' : *name;
    path[length] = 0;
    return true;
}

void shared_name_lock(int folder) {
    while (flock(folder, LOCK_EX) && errno == EINTR) {
    }
}

int shared_name_open(const char *kind, const char *name, bool make) {
    char path[PATH_MAX];
    struct stat status;
    if (!shared_name_path(kind, name, make, path))
        return -1;
    for (;;) {
        if (make && mkdir(path, 0700) && errno != EEXIST)
            return -1;
        int folder = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (folder < 0 && (!make || errno != ENOENT))
            return -1;
        if (folder < 0)
            continue;
        shared_name_lock(folder);
        if (fstat(folder, &status) == 0 && status.st_nlink) /* its last instance may have gone meanwhile */
            return folder;
        close(folder);
        if (!make)
            return -1;
    }
}

void shared_names_each(const char *kind, void (*visit)(const char *path, int folder)) {
    char root[PATH_MAX - NAME_MAX - 1], path[PATH_MAX];
    DIR *names = shared_root_path(kind, root, sizeof root, false) ? opendir(root) : NULL;
    struct dirent *name;
    while (names && (name = readdir(names))) {
        snprintf(path, sizeof path, "%s/%s", root, name->d_name);
        int folder = name->d_name[0] == '.' ? -1 : open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (folder < 0)
            continue;
        shared_name_lock(folder);
        visit(path, folder);
        close(folder);
    }
    if (names)
        closedir(names);
}
