/* The names of pipes ("Named Pipe Instances").
 *
 * A name is a folder that all processes of this user can see. In there each instance is a listening socket, and the name
 * of its file says whether a client can have it: "5.free" or "5.taken". A client takes one by renaming it. What all
 * instances have in common stands in a file beside them. Whoever reads or changes any of it holds the folder's lock, so
 * what a killed process has left is found and swept away. */
#include "pipe_names.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "futex.h"
#include "pipe.h"
#include "shared_names.h"

enum { NAME_SIZE = 32 };                /* of a file in a folder */

static const char kind[] = "named-pipes";
static const char traits_file[] = "traits";

/* The file beside the sockets. */
struct kept_traits {
    struct pipe_traits traits;
    unsigned next_number;
    char shown[PIPE_SHOWN_SIZE];
};

static bool read_traits(int folder, struct kept_traits *kept) {
    int fd = openat(folder, traits_file, O_RDONLY | O_CLOEXEC);
    bool done = fd >= 0 && read(fd, kept, sizeof *kept) == sizeof *kept;
    if (fd >= 0)
        close(fd);
    return done;
}

static bool write_traits(int folder, const struct kept_traits *kept) {
    int fd = openat(folder, traits_file, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    bool done = fd >= 0 && write(fd, kept, sizeof *kept) == sizeof *kept;
    if (fd >= 0)
        close(fd);
    return done;
}

/* ---- instances ---- */

struct entry {
    unsigned number;
    bool is_free;
};

struct entries {
    struct entry *items;
    size_t count;
};

static void entry_name(const struct entry *entry, char name[NAME_SIZE]) {
    snprintf(name, NAME_SIZE, "%u.%s", entry->number, entry->is_free ? "free" : "taken");
}

/* A folder's own path would be too long for a socket's address. */
static struct sockaddr_un address_of(int folder, const struct entry *entry) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char name[NAME_SIZE];
    entry_name(entry, name);
    snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/%s", folder, name);
    return address;
}

static int by_number(const void *one, const void *other) {
    unsigned a = ((const struct entry *)one)->number, b = ((const struct entry *)other)->number;
    return a < b ? -1 : a > b;
}

static bool add_entry(struct entries *entries, const char *name) {
    unsigned number;
    char state[8];
    if (sscanf(name, "%u.%7s", &number, state) != 2)
        return true;
    if (entries->count % 16 == 0) {
        struct entry *grown = realloc(entries->items, (entries->count + 16) * sizeof *grown);
        if (!grown)
            return false;
        entries->items = grown;
    }
    entries->items[entries->count++] = (struct entry){number, strcmp(state, "free") == 0};
    return true;
}

/* The instances, the oldest first. */
static struct entries list_instances(int folder) {
    struct entries entries = {NULL, 0};
    int copy = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *files = copy >= 0 ? fdopendir(copy) : NULL;
    struct dirent *file;
    while (files && (file = readdir(files)) && add_entry(&entries, file->d_name)) {
    }
    if (files)
        closedir(files);
    else if (copy >= 0)
        close(copy);
    if (entries.count)
        qsort(entries.items, entries.count, sizeof *entries.items, by_number);
    return entries;
}

/* Whether a process holds the socket: the host looks for it before it sees that this one is of another type. */
static bool is_held(int folder, const struct entry *entry) {
    const struct sockaddr_un address = address_of(folder, entry);
    int probe = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    bool held = probe < 0 || connect(probe, (const struct sockaddr *)&address, sizeof address) == 0 || errno == EPROTOTYPE;
    if (probe >= 0)
        close(probe);
    return held;
}

static void unlink_entry(int folder, const struct entry *entry) {
    char name[NAME_SIZE];
    entry_name(entry, name);
    unlinkat(folder, name, 0);
}

/* The instances that processes hold; files of others are removed. */
static struct entries live_instances(int folder) {
    struct entries entries = list_instances(folder);
    size_t count = 0;
    for (size_t i = 0; i < entries.count; i++) {
        if (is_held(folder, &entries.items[i]))
            entries.items[count++] = entries.items[i];
        else
            unlink_entry(folder, &entries.items[i]);
    }
    entries.count = count;
    return entries;
}

/* Without instances there is no name. Ends what shared_name_open() began. */
static void close_name(const char *name, int folder, size_t instances) {
    char path[PATH_MAX];
    if (!instances && shared_name_path(kind, name, false, path)) {
        unlinkat(folder, traits_file, 0);
        rmdir(path);
    }
    close(folder);
}

static void sweep_folder(const char *path, int folder) {
    struct entries left = live_instances(folder);
    free(left.items);
    if (left.count)
        return;
    unlinkat(folder, traits_file, 0);
    rmdir(path);
}

/* Process state: whether what others have left has been looked for. */
static atomic_flag is_swept = ATOMIC_FLAG_INIT;

static bool rename_entry(int folder, const struct entry *entry, bool is_free) {
    const struct entry other = {entry->number, is_free};
    char from[NAME_SIZE], to[NAME_SIZE];
    entry_name(entry, from);
    entry_name(&other, to);
    return renameat(folder, from, folder, to) == 0;
}

/* ---- making and ending ---- */

static NTSTATUS check_alike(const struct pipe_traits *first, const struct pipe_traits *traits, bool is_first,
                            size_t instances) {
    if (is_first || first->is_message != traits->is_message || first->open_mode != traits->open_mode)
        return STATUS_ACCESS_DENIED;
    return first->maximum != PIPE_UNLIMITED_INSTANCES && instances >= first->maximum ? STATUS_INSTANCE_NOT_AVAILABLE
                                                                                     : STATUS_SUCCESS;
}

/* A client that has taken the instance is the only one in its queue. */
static int listen_at(int folder, const struct entry *entry, bool is_message) {
    const struct sockaddr_un address = address_of(folder, entry);
    int fd = socket(AF_UNIX, (is_message ? SOCK_SEQPACKET : SOCK_STREAM) | SOCK_CLOEXEC, 0);
    if (fd >= 0 && (bind(fd, (const struct sockaddr *)&address, sizeof address) || listen(fd, 0))) {
        int error = errno;
        close(fd);
        errno = error;
        return -1;
    }
    return fd;
}

static NTSTATUS add_instance(int folder, struct kept_traits *kept, struct pipe_instance *instance) {
    const struct entry entry = {kept->next_number++, true};
    int listener = write_traits(folder, kept) ? listen_at(folder, &entry, kept->traits.is_message) : -1;
    if (listener < 0)
        return status_from_errno(errno);
    *instance = (struct pipe_instance){entry.number, listener};
    return STATUS_SUCCESS;
}

NTSTATUS pipe_instance_create(const char *name, const char *shown, const struct pipe_traits *traits, bool is_first,
                              struct pipe_instance *instance) {
    if (!atomic_flag_test_and_set(&is_swept))
        shared_names_each(kind, sweep_folder);
    int folder = shared_name_open(kind, name, true);
    if (folder < 0)
        return status_from_errno(errno);
    struct entries entries = live_instances(folder);
    struct kept_traits kept;
    NTSTATUS status = STATUS_SUCCESS;
    if (entries.count && read_traits(folder, &kept)) {
        status = check_alike(&kept.traits, traits, is_first, entries.count);
        kept.traits.in_size = traits->in_size;
        kept.traits.out_size = traits->out_size;
    } else {
        /* Clients of a name that has gone must not take its instances for those of a new one. */
        kept = (struct kept_traits){*traits, (unsigned)(monotonic_now() >> 20) & 0xffffff, ""};
        snprintf(kept.shown, sizeof kept.shown, "%s", shown);
    }
    if (!status)
        status = add_instance(folder, &kept, instance);
    close_name(name, folder, entries.count + !status);
    free(entries.items);
    return status;
}

void pipe_instance_offer(const char *name, unsigned number) {
    const struct entry entry = {number, false};
    int folder = shared_name_open(kind, name, false);
    if (folder < 0)
        return;
    rename_entry(folder, &entry, true);
    close(folder);
}

void pipe_instance_remove(const char *name, unsigned number) {
    int folder = shared_name_open(kind, name, false);
    if (folder < 0)
        return;
    unlink_entry(folder, &(struct entry){number, true});
    unlink_entry(folder, &(struct entry){number, false});
    struct entries left = list_instances(folder);
    close_name(name, folder, left.count);
    free(left.items);
}

void pipe_name_sweep(const char *name) {
    int folder = shared_name_open(kind, name, false);
    if (folder < 0)
        return;
    struct entries left = live_instances(folder);
    close_name(name, folder, left.count);
    free(left.items);
}

/* ---- asking ---- */

unsigned pipe_name_instances(const char *name) {
    int folder = shared_name_open(kind, name, false);
    if (folder < 0)
        return 0;
    struct entries entries = live_instances(folder);
    unsigned count = (unsigned)entries.count;
    close_name(name, folder, count);
    free(entries.items);
    return count;
}

bool pipe_root_path(char path[PATH_MAX]) { return shared_root_path(kind, path, PATH_MAX, false); }

/* The folder is locked. */
static bool facts_of(int folder, char shown[PIPE_SHOWN_SIZE], struct file_facts *facts) {
    struct kept_traits kept;
    struct entries entries = live_instances(folder);
    bool known = entries.count && read_traits(folder, &kept);
    free(entries.items);
    if (!known)
        return false;
    snprintf(shown, PIPE_SHOWN_SIZE, "%s", kept.shown);
    *facts = (struct file_facts){.attributes = FILE_ATTRIBUTE_NORMAL, .size = entries.count,
                                 .allocation = kept.traits.maximum, .links = 1};
    return true;
}

bool pipe_folder_facts(const char *folder, char shown[PIPE_SHOWN_SIZE], struct file_facts *facts) {
    char path[PATH_MAX];
    int root = pipe_root_path(path) ? open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    int fd = root >= 0 ? openat(root, folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) : -1;
    if (root >= 0)
        close(root);
    if (fd < 0)
        return false;
    shared_name_lock(fd);
    bool known = facts_of(fd, shown, facts);
    close(fd);
    return known;
}

bool pipe_name_facts(const char *name, char shown[PIPE_SHOWN_SIZE], struct file_facts *facts) {
    int folder = *name ? shared_name_open(kind, name, false) : -1;
    bool known = folder >= 0 && facts_of(folder, shown, facts);
    if (folder >= 0)
        close(folder);
    return known;
}

bool pipe_instance_exists(const char *name, unsigned number) {
    const struct entry states[] = {{number, true}, {number, false}};
    int folder = shared_name_open(kind, name, false);
    bool exists = folder >= 0 && (is_held(folder, &states[0]) || is_held(folder, &states[1]));
    if (folder >= 0)
        close(folder);
    return exists;
}

/* ---- clients ---- */

/* The connection; -1: somebody has it already, or nobody serves it any more. */
static int take_entry(int folder, const struct entry *entry, bool is_message) {
    const struct sockaddr_un address = address_of(folder, entry);
    int fd = socket(AF_UNIX, (is_message ? SOCK_SEQPACKET : SOCK_STREAM) | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -1;
    if (connect(fd, (const struct sockaddr *)&address, sizeof address) == 0) {
        rename_entry(folder, entry, false);
        fcntl(fd, F_SETFL, O_RDWR);
        return fd;
    }
    if (errno == ECONNREFUSED)
        unlink_entry(folder, entry);
    else if (errno == EAGAIN)
        rename_entry(folder, entry, false);
    close(fd);
    return -1;
}

static bool goes_that_way(DWORD open_mode, ACCESS_MASK access) {
    return !(access & FILE_READ_DATA && !(open_mode & PIPE_ACCESS_OUTBOUND)) &&
           !(access & FILE_WRITE_DATA && !(open_mode & PIPE_ACCESS_INBOUND));
}

static NTSTATUS take_any(int folder, const struct entries *entries, bool is_message, unsigned *number, int *fd) {
    *fd = -1;
    for (size_t i = 0; i < entries->count && *fd < 0; i++) {
        *number = entries->items[i].number;
        if (entries->items[i].is_free)
            *fd = take_entry(folder, &entries->items[i], is_message);
    }
    return *fd < 0 ? STATUS_PIPE_NOT_AVAILABLE : STATUS_SUCCESS;
}

NTSTATUS pipe_name_connect(const char *name, ACCESS_MASK access, struct pipe_traits *traits, unsigned *number, int *fd) {
    struct kept_traits kept;
    int folder = shared_name_open(kind, name, false);
    if (folder < 0)
        return STATUS_OBJECT_NAME_NOT_FOUND;
    struct entries entries = live_instances(folder);
    NTSTATUS status = STATUS_OBJECT_NAME_NOT_FOUND;
    if (entries.count && read_traits(folder, &kept)) {
        *traits = kept.traits;
        status = goes_that_way(traits->open_mode, access)
                     ? take_any(folder, &entries, traits->is_message, number, fd) : STATUS_ACCESS_DENIED;
    }
    close_name(name, folder, entries.count);
    free(entries.items);
    return status;
}

/* ---- waiting ---- */

/* STATUS_PENDING: all instances are taken. *timeout: the name's own. */
static NTSTATUS look_for_free(const char *name, int watch, DWORD *timeout) {
    char path[PATH_MAX];
    struct kept_traits kept;
    int folder = shared_name_open(kind, name, false);
    if (folder < 0)
        return STATUS_OBJECT_NAME_NOT_FOUND;
    if (shared_name_path(kind, name, false, path)) /* from now on what changes is told */
        inotify_add_watch(watch, path, IN_CREATE | IN_MOVED_TO | IN_DELETE | IN_DELETE_SELF);
    struct entries entries = live_instances(folder);
    NTSTATUS status = entries.count && read_traits(folder, &kept) ? STATUS_PENDING : STATUS_OBJECT_NAME_NOT_FOUND;
    for (size_t i = 0; i < entries.count && status == STATUS_PENDING; i++)
        if (entries.items[i].is_free)
            status = STATUS_SUCCESS;
    if (status == STATUS_PENDING)
        *timeout = kept.traits.timeout;
    close_name(name, folder, entries.count);
    free(entries.items);
    return status;
}

/* Sleeps until something changes, but looks again from time to time: a process that is killed tells nothing. */
static void sleep_on(int watch, int64_t left) {
    enum { LOOK_AGAIN = 100000000 };
    char events[4096];
    if (left > LOOK_AGAIN)
        left = LOOK_AGAIN;
    const struct timespec time = {0, left};
    struct pollfd change = {watch, POLLIN, 0};
    if (ppoll(&change, 1, &time, NULL) > 0 && read(watch, events, sizeof events) < 0)
        return;
}

NTSTATUS pipe_name_wait(const char *name, DWORD timeout) {
    enum { NMPWAIT_USE_DEFAULT_WAIT = 0 };
    DWORD usual = 0;
    int64_t deadline = -1;
    int watch = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    NTSTATUS status;
    while ((status = look_for_free(name, watch, &usual)) == STATUS_PENDING) {
        if (deadline < 0)
            deadline = deadline_from_milliseconds(timeout == NMPWAIT_USE_DEFAULT_WAIT ? usual : timeout);
        int64_t left = deadline - monotonic_now();
        if (left <= 0) {
            status = STATUS_IO_TIMEOUT;
            break;
        }
        sleep_on(watch, left);
    }
    if (watch >= 0)
        close(watch);
    return status;
}
