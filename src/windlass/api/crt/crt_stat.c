/* Facts about files: _stat, _fstat and their relatives ("_stat, _stat32, _stat64, ...", "_fstat, ...").
 *
 * Four structures differ in the width of times and sizes. In msvcrt.dll `_stat` is the one with 32-bit times and
 * sizes, `_stati64` has 64-bit sizes. */
#include "codepage.h"
#include "crt_io.h"
#include "path.h"

enum {
    MODE_FOLDER = 0x4000, MODE_FILE = 0x8000, MODE_DEVICE = 0x2000, MODE_PIPE = 0x1000,
    MODE_READ = 0444, MODE_WRITE = 0222, MODE_EXECUTE = 0111,
};

/* What all structures begin with. */
struct stat_head {
    uint32_t st_dev;
    uint16_t st_ino, st_mode;
    int16_t st_nlink, st_uid, st_gid;
    uint32_t st_rdev;
};

struct facts {
    struct stat_head head;
    int64_t size, access_time, modify_time, create_time;
};

#define STAT_STRUCTURE(name_, size_type_, time_type_)                                          \
    struct name_ {                                                                             \
        struct stat_head head;                                                                 \
        size_type_ st_size;                                                                    \
        time_type_ st_atime_, st_mtime_, st_ctime_;                                            \
    }

STAT_STRUCTURE(crt_stat32, int32_t, int32_t);
STAT_STRUCTURE(crt_stat32i64, int64_t, int32_t);
STAT_STRUCTURE(crt_stat64i32, int32_t, int64_t);
STAT_STRUCTURE(crt_stat64, int64_t, int64_t);
_Static_assert(sizeof(struct crt_stat32) == 36 && sizeof(struct crt_stat32i64) == 48, "_stat32");
_Static_assert(sizeof(struct crt_stat64i32) == 48 && sizeof(struct crt_stat64) == 56, "_stat64");

/* Seconds since 1970; 0 stays 0: the file system does not keep this time. */
static int64_t seconds(FILETIME time) {
    int64_t ticks = (int64_t)((uint64_t)time.dwHighDateTime << 32 | time.dwLowDateTime);
    return ticks ? ticks / 10000000 - INT64_C(11644473600) : 0;
}

/* By the extension, as the file system has no such right ("_stat": _S_IEXEC). */
static bool is_executable(const WCHAR *path) {
    static const WCHAR extensions[][5] = {u".exe", u".com", u".bat", u".cmd"};
    size_t length = wide_length(path);
    for (size_t i = 0; length >= 4 && i < 4; i++)
        if (wide_compare_no_case(path + length - 4, 4, extensions[i], 4) == 0)
            return true;
    return false;
}

static uint16_t mode_of(DWORD attributes, const WCHAR *path) {
    bool folder = attributes & FILE_ATTRIBUTE_DIRECTORY;
    unsigned mode = folder ? MODE_FOLDER | MODE_EXECUTE : MODE_FILE;
    mode |= folder || !(attributes & FILE_ATTRIBUTE_READONLY) ? MODE_READ | MODE_WRITE : MODE_READ;
    if (!folder && path && is_executable(path))
        mode |= MODE_EXECUTE;
    return (uint16_t)mode;
}

/* The number of the path's drive; A: is 0. */
static uint32_t drive_number(const WCHAR *path) {
    WCHAR *full = NULL;
    size_t length;
    DWORD error;
    if (!(path[0] && path[1] == ':'))
        path = full = path_full(path, &length, &error);
    WCHAR letter = path && path[0] && path[1] == ':' ? path[0] | 0x20 : 0;
    free(full);
    return letter >= 'a' && letter <= 'z' ? letter - 'a' : 0;
}

static void set_times(struct facts *facts, FILETIME create, FILETIME access, FILETIME modify) {
    facts->modify_time = seconds(modify);
    facts->access_time = access.dwLowDateTime || access.dwHighDateTime ? seconds(access) : facts->modify_time;
    facts->create_time = create.dwLowDateTime || create.dwHighDateTime ? seconds(create) : facts->modify_time;
}

static bool has_wildcard(const WCHAR *path) {
    for (; *path; path++)
        if (*path == '*' || *path == '?')
            return true;
    return false;
}

static int path_facts(const WCHAR *path, struct facts *facts) {
    CRT_FILE_ATTRIBUTE_DATA data;
    CRT_VALIDATE(path, CRT_EINVAL, -1);
    /* A prefix \\?\ is no wildcard. */
    if (has_wildcard(path[0] == '\\' && path[1] == '\\' ? path + 4 : path)) {
        crt_thread()->dos_error = ERROR_FILE_NOT_FOUND;
        return crt_fail(CRT_ENOENT);
    }
    if (!api_GetFileAttributesExW(path, 0, &data))
        return crt_fail_win32();
    *facts = (struct facts){.size = (int64_t)((uint64_t)data.nFileSizeHigh << 32 | data.nFileSizeLow)};
    facts->head.st_dev = facts->head.st_rdev = drive_number(path);
    facts->head.st_mode = mode_of(data.dwFileAttributes, path);
    facts->head.st_nlink = 1;
    if (data.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY)
        facts->size = 0;
    set_times(facts, data.ftCreationTime, data.ftLastAccessTime, data.ftLastWriteTime);
    return 0;
}

static int narrow_path_facts(const char *path, struct facts *facts) {
    CRT_VALIDATE(path, CRT_EINVAL, -1);
    WCHAR *wide = crt_wide_path(path);
    int result = wide ? path_facts(wide, facts) : -1;
    free(wide);
    return result;
}

static int device_facts(const struct fd *fd, int number, struct facts *facts) {
    DWORD available = 0;
    *facts = (struct facts){.head = {.st_dev = (uint32_t)number, .st_rdev = (uint32_t)number, .st_nlink = 1}};
    facts->head.st_mode = fd->flags & FD_DEVICE ? MODE_DEVICE : MODE_PIPE;
    if ((fd->flags & FD_PIPE) && api_PeekNamedPipe(fd->handle, NULL, 0, NULL, &available, NULL))
        facts->size = available;
    return 0;
}

static int file_facts(const struct fd *fd, struct facts *facts) {
    CRT_FILE_INFORMATION data;
    if (!api_GetFileInformationByHandle(fd->handle, &data))
        return crt_fail_win32();
    *facts = (struct facts){.size = (int64_t)((uint64_t)data.nFileSizeHigh << 32 | data.nFileSizeLow)};
    facts->head.st_mode = mode_of(data.dwFileAttributes, NULL);
    facts->head.st_nlink = 1;
    set_times(facts, data.ftCreationTime, data.ftLastAccessTime, data.ftLastWriteTime);
    return 0;
}

static int descriptor_facts(int number, struct facts *facts) {
    struct fd *fd = fd_acquire(number);
    if (!fd) {
        crt_invalid(CRT_EBADF);
        return -1;
    }
    int result = fd->flags & (FD_DEVICE | FD_PIPE) ? device_facts(fd, number, facts) : file_facts(fd, facts);
    fd_release(fd);
    return result;
}

/* Stores the facts; a size or a time that the structure cannot hold fails with EOVERFLOW, or is -1. */
#define STORE(structure_, size_type_, time_type_)                                              \
    static int store_##structure_(int result, const struct facts *facts, struct structure_ *buffer) { \
        if (result)                                                                            \
            return result;                                                                     \
        if ((size_type_)facts->size != facts->size)                                            \
            return crt_fail(CRT_EOVERFLOW);                                                    \
        buffer->head = facts->head;                                                            \
        buffer->st_size = (size_type_)facts->size;                                             \
        buffer->st_atime_ = (time_type_)facts->access_time;                                    \
        buffer->st_mtime_ = (time_type_)facts->modify_time;                                    \
        buffer->st_ctime_ = (time_type_)facts->create_time;                                    \
        return 0;                                                                              \
    }
STORE(crt_stat32, int32_t, int32_t)
STORE(crt_stat32i64, int64_t, int32_t)
STORE(crt_stat64i32, int32_t, int64_t)
STORE(crt_stat64, int64_t, int64_t)

/* The three functions for one structure. */
#define STAT_FUNCTIONS(narrow_, wide_, descriptor_, structure_)                                \
    API(CRT_DLLS, int, narrow_, const char *path, struct structure_ *buffer) {                 \
        struct facts facts;                                                                    \
        CRT_VALIDATE(buffer, CRT_EINVAL, -1);                                                  \
        return store_##structure_(narrow_path_facts(path, &facts), &facts, buffer);            \
    }                                                                                          \
    API(CRT_DLLS, int, wide_, const WCHAR *path, struct structure_ *buffer) {                  \
        struct facts facts;                                                                    \
        CRT_VALIDATE(buffer, CRT_EINVAL, -1);                                                  \
        return store_##structure_(path_facts(path, &facts), &facts, buffer);                   \
    }                                                                                          \
    API(CRT_DLLS, int, descriptor_, int number, struct structure_ *buffer) {                   \
        struct facts facts;                                                                    \
        CRT_VALIDATE(buffer, CRT_EINVAL, -1);                                                  \
        return store_##structure_(descriptor_facts(number, &facts), &facts, buffer);           \
    }
STAT_FUNCTIONS(_stat32, _wstat32, _fstat32, crt_stat32)
STAT_FUNCTIONS(_stat32i64, _wstat32i64, _fstat32i64, crt_stat32i64)
STAT_FUNCTIONS(_stat64i32, _wstat64i32, _fstat64i32, crt_stat64i32)
STAT_FUNCTIONS(_stat64, _wstat64, _fstat64, crt_stat64)

API_ALIAS(api__stat32, msvcrt, msvcrt, "_stat");
API_ALIAS(api__wstat32, msvcrt, msvcrt, "_wstat");
API_ALIAS(api__fstat32, msvcrt, msvcrt, "_fstat");
API_ALIAS(api__stat32i64, msvcrt, msvcrt, "_stati64");
API_ALIAS(api__wstat32i64, msvcrt, msvcrt, "_wstati64");
API_ALIAS(api__fstat32i64, msvcrt, msvcrt, "_fstati64");
