/* What Windows tells of a file: attributes, times, sizes, ids; and how they are kept on the host.
 *
 * The host's mode says FILE_ATTRIBUTE_READONLY (nobody may write) and the kind of file. The other attributes, and a
 * creation time that a program has set, stand in the extended attribute "user.windlass.dos" where the file system has
 * such; elsewhere they are lost. A file without it has FILE_ATTRIBUTE_ARCHIVE, as new files on Windows do. */
#include <errno.h>
#include <fcntl.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "api.h"
#include "file.h"

static const char record_name[] = "user.windlass.dos";

/* The value of the extended attribute. */
struct record {
    uint32_t attributes;
    uint32_t zero;
    int64_t creation; /* FILETIME; 0: the host's birth time */
};

/* Which of them SetFileAttributes changes; what is sparse is told by FSCTL_SET_SPARSE. */
enum {
    SETTABLE_ATTRIBUTES = FILE_ATTRIBUTE_HIDDEN | FILE_ATTRIBUTE_SYSTEM | FILE_ATTRIBUTE_ARCHIVE |
                          FILE_ATTRIBUTE_TEMPORARY | FILE_ATTRIBUTE_OFFLINE | FILE_ATTRIBUTE_NOT_CONTENT_INDEXED,
    KEPT_ATTRIBUTES = SETTABLE_ATTRIBUTES | FILE_ATTRIBUTE_SPARSE_FILE,
};

static bool read_record(const char *path, int fd, bool follow, struct record *record) {
    ssize_t size = fd >= 0 ? fgetxattr(fd, record_name, record, sizeof *record)
                 : follow ? getxattr(path, record_name, record, sizeof *record)
                          : lgetxattr(path, record_name, record, sizeof *record);
    return size == (ssize_t)sizeof *record;
}

static int write_record(const char *path, int fd, const struct record *record) {
    int result = fd >= 0 ? fsetxattr(fd, record_name, record, sizeof *record, 0)
                         : setxattr(path, record_name, record, sizeof *record, 0);
    return result ? errno : 0;
}

static int64_t filetime_from_statx(const struct statx_timestamp *time) {
    struct timespec host = {time->tv_sec, time->tv_nsec};
    return filetime_from_host(&host);
}

static void facts_from_statx(const struct statx *status, struct file_facts *facts) {
    bool is_directory = S_ISDIR(status->stx_mode);
    *facts = (struct file_facts){
        .attributes = is_directory ? FILE_ATTRIBUTE_DIRECTORY : FILE_ATTRIBUTE_ARCHIVE,
        .access = filetime_from_statx(&status->stx_atime),
        .write = filetime_from_statx(&status->stx_mtime),
        .change = filetime_from_statx(&status->stx_ctime),
        .size = is_directory ? 0 : status->stx_size,
        .allocation = is_directory ? 0 : (status->stx_size + 4095) & ~4095ull,
        .id = status->stx_ino,
        .links = status->stx_nlink,
        .volume = status->stx_dev_major << 20 ^ status->stx_dev_minor ^ 0x57494E44,
    };
    if (is_directory)
        facts->links = 1;
    facts->creation = status->stx_mask & STATX_BTIME ? filetime_from_statx(&status->stx_btime)
                    : facts->write < facts->change ? facts->write : facts->change;
    if (S_ISREG(status->stx_mode) && !(status->stx_mode & 0222))
        facts->attributes |= FILE_ATTRIBUTE_READONLY;
}

static void apply_creation(const struct record *record, struct file_facts *facts) {
    if (record->creation)
        facts->creation = record->creation;
}

static void apply_record(const struct record *record, struct file_facts *facts) {
    facts->attributes = (facts->attributes & ~(DWORD)KEPT_ATTRIBUTES) | (record->attributes & KEPT_ATTRIBUTES);
    apply_creation(record, facts);
    if (!facts->attributes)
        facts->attributes = FILE_ATTRIBUTE_NORMAL;
}

DWORD file_link_tag(int fd, const char *path) {
    char target[HOST_PATH_SIZE];
    ssize_t count = readlinkat(fd >= 0 ? fd : AT_FDCWD, fd >= 0 ? "" : path, target, sizeof target);
    return count > 1 && target[0] == '/' && target[count - 1] == '/' ? IO_REPARSE_TAG_MOUNT_POINT : IO_REPARSE_TAG_SYMLINK;
}

static bool facts_of(const char *path, int fd, bool follow, struct file_facts *facts) {
    struct statx status;
    int flags = fd >= 0 ? AT_EMPTY_PATH : follow ? 0 : AT_SYMLINK_NOFOLLOW;
    if (statx(fd >= 0 ? fd : AT_FDCWD, fd >= 0 ? "" : path, flags, STATX_BASIC_STATS | STATX_BTIME, &status))
        return false;
    bool is_link = S_ISLNK(status.stx_mode);
    struct statx target = {0};
    bool has_target = is_link && path && statx(AT_FDCWD, path, 0, STATX_BASIC_STATS | STATX_BTIME, &target) == 0;
    /* By its name a link is told with its target's kind, size and times, which is what programs that do not know links
     * want. One that opened the link itself is told the link's own. */
    if (has_target && fd < 0)
        status = target;
    else if (is_link)
        status.stx_size = 0;
    facts_from_statx(&status, facts);
    struct record record;
    if (is_link) {
        if (has_target && fd < 0 && read_record(path, fd, true, &record))
            apply_creation(&record, facts);
        facts->reparse_tag = file_link_tag(fd, path);
        if (facts->reparse_tag == IO_REPARSE_TAG_MOUNT_POINT || (has_target && S_ISDIR(target.stx_mode)))
            facts->attributes = FILE_ATTRIBUTE_DIRECTORY; /* a junction also without its target */
        facts->attributes |= FILE_ATTRIBUTE_REPARSE_POINT;
        return true;
    }
    if (read_record(path, fd, follow, &record))
        apply_record(&record, facts);
    return true;
}

bool file_facts_of_path(const char *path, bool follow, struct file_facts *facts) {
    return facts_of(path, -1, follow, facts);
}

bool file_facts_of_file(const struct file *file, struct file_facts *facts) {
    if (file->kind == FILE_KIND_CHARACTER || (file->kind == FILE_KIND_PIPE && !file->path)) {
        *facts = (struct file_facts){.attributes = FILE_ATTRIBUTE_NORMAL, .links = 1};
        return true;
    }
    return facts_of(file->path, file->fd, true, facts);
}

int file_set_attributes(const char *path, int fd, DWORD attributes) {
    struct stat status;
    if (fd >= 0 ? fstat(fd, &status) : stat(path, &status))
        return errno;
    mode_t mode = status.st_mode & 07777;
    bool is_directory = S_ISDIR(status.st_mode); /* on Windows too the attribute does not protect a directory */
    if (attributes & FILE_ATTRIBUTE_READONLY && !is_directory)
        mode &= ~(mode_t)0222;
    else if (!(mode & 0222))
        mode |= 0200 | (mode & 044) >> 1;
    if (mode != (status.st_mode & 07777) && (fd >= 0 ? fchmod(fd, mode) : chmod(path, mode)))
        return errno;
    DWORD usual = is_directory ? 0 : FILE_ATTRIBUTE_ARCHIVE;
    struct record record = {0};
    bool had_record = read_record(path, fd, true, &record);
    record.attributes = (record.attributes & FILE_ATTRIBUTE_SPARSE_FILE) | (attributes & SETTABLE_ATTRIBUTES);
    if (record.attributes == usual && !record.creation) {
        if (had_record)
            (void)!(fd >= 0 ? fremovexattr(fd, record_name) : removexattr(path, record_name));
        return 0;
    }
    write_record(path, fd, &record); /* where there are no extended attributes the file keeps the usual ones */
    return 0;
}

void file_set_sparse(int fd, bool is_sparse) {
    struct record record = {.attributes = FILE_ATTRIBUTE_ARCHIVE};
    bool had_record = read_record(NULL, fd, true, &record);
    if (!had_record && !is_sparse)
        return;
    record.attributes &= ~(uint32_t)FILE_ATTRIBUTE_SPARSE_FILE;
    if (is_sparse)
        record.attributes |= FILE_ATTRIBUTE_SPARSE_FILE;
    write_record(NULL, fd, &record);
}

/* Of an open file: also of a link itself, or of one that was opened for neither reading nor writing. */
static int set_open_times(int fd, const struct timespec times[2]) {
    return utimensat(fd, "", times, AT_EMPTY_PATH) ? futimens(fd, times) : 0; /* the host's kernel may not know the flag */
}

int file_set_times(const char *path, int fd, int64_t creation, int64_t access, int64_t write) {
    const struct timespec omit = {0, UTIME_OMIT};
    struct timespec times[2] = {access ? host_from_filetime(access) : omit, write ? host_from_filetime(write) : omit};
    if ((access || write) && (fd >= 0 ? set_open_times(fd, times) : utimensat(AT_FDCWD, path, times, 0)))
        return errno;
    if (!creation)
        return 0;
    struct record record = {0};
    struct stat status;
    if (!read_record(path, fd, true, &record) && (fd >= 0 ? fstat(fd, &status) : stat(path, &status)) == 0)
        record.attributes = S_ISDIR(status.st_mode) ? 0 : FILE_ATTRIBUTE_ARCHIVE;
    record.creation = creation;
    write_record(path, fd, &record);
    return 0;
}
