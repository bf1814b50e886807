/* Mailslots ("Mailslots", "CreateMailslotW function").
 *
 * A mailslot is a folder that all processes of this user see, a message a file in it, named by the time of its writing:
 * there may be any number of messages, of any size, and they are read in the order in which they were written. The reader
 * holds a lock on a file beside them as long as it lives, and is told by the host of files that come. */
#include "mailslot.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "api.h"
#include "codepage.h"
#include "futex.h"
#include "pipe.h"
#include "shared_names.h"
#include "synchronous.h"

#define MAILSLOT_NO_MESSAGE 0xFFFFFFFFu
#define STATUS_FILE_FORCED_CLOSED ((NTSTATUS)0xC00000B6)

static const char kind[] = "mailslots";
static const char owner_file[] = "owner";               /* holds the largest size of a message */
static const char unfinished_file[] = "unfinished";

struct mailslot {
    bool is_reader;
    int folder;
    int owner;                          /* the reader's lock */
    DWORD maximum;                      /* bytes of a message; 0: any */
    _Atomic DWORD timeout;              /* milliseconds; INFINITE */
    char *name;
};

/* ---- messages ---- */

enum { MESSAGE_NAME = 17 };             /* 16 hexadecimal digits */

static bool is_message(const char *name) { return strlen(name) == MESSAGE_NAME - 1; }

struct waiting_messages {
    DWORD count;
    char first[MESSAGE_NAME];
};

/* The folder, locked until it is closed. */
static int lock_slot(const struct mailslot *slot) {
    int folder = openat(slot->folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder >= 0)
        shared_name_lock(folder);
    return folder;
}

static struct waiting_messages list_messages(int folder) {
    struct waiting_messages waiting = {0, ""};
    int copy = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *files = copy >= 0 ? fdopendir(copy) : NULL;
    struct dirent *file;
    while (files && (file = readdir(files))) {
        if (!is_message(file->d_name))
            continue;
        waiting.count++;
        if (!waiting.first[0] || strcmp(file->d_name, waiting.first) < 0)
            memcpy(waiting.first, file->d_name, MESSAGE_NAME);
    }
    if (files)
        closedir(files);
    else if (copy >= 0)
        close(copy);
    return waiting;
}

static void remove_messages(int folder) {
    for (struct waiting_messages waiting; (waiting = list_messages(folder)).count;)
        if (unlinkat(folder, waiting.first, 0))
            return;
}

/* ---- a slot's life ---- */

/* Whether nobody reads any more; the folder is locked. */
static bool is_abandoned(int folder) {
    int owner = openat(folder, owner_file, O_RDONLY | O_CLOEXEC);
    bool abandoned = owner < 0 || flock(owner, LOCK_SH | LOCK_NB) == 0;
    if (owner >= 0)
        close(owner);
    return abandoned;
}

static void remove_folder(const char *path, int folder) {
    remove_messages(folder);
    unlinkat(folder, unfinished_file, 0);
    unlinkat(folder, owner_file, 0);
    rmdir(path);
}

static void remove_slot(int folder, const char *name) {
    char path[PATH_MAX];
    if (shared_name_path(kind, name, false, path))
        remove_folder(path, folder);
}

static void sweep_folder(const char *path, int folder) {
    if (is_abandoned(folder))
        remove_folder(path, folder);
}

/* Process state: whether what others have left has been looked for. */
static atomic_flag is_swept = ATOMIC_FLAG_INIT;

void mailslot_close(struct mailslot *slot) {
    int folder = slot->is_reader && slot->name ? lock_slot(slot) : -1;
    if (folder < 0)
        return;
    remove_slot(folder, slot->name);
    close(folder);
    free(slot->name);
    slot->name = NULL;
}

void mailslot_free(struct mailslot *slot) {
    mailslot_close(slot);
    if (slot->owner >= 0)
        close(slot->owner);
    if (slot->folder >= 0)
        close(slot->folder);
    free(slot->name);
    free(slot);
}

/* Takes over the folder. */
static struct file *slot_file(int fd, ACCESS_MASK access, int folder, bool is_reader) {
    struct mailslot *slot = calloc(1, sizeof *slot);
    struct file *file = slot && fd >= 0 ? file_from_fd(fd, access) : NULL;
    if (!file) {
        if (fd >= 0 && !slot)
            close(fd);
        close(folder);
        free(slot);
        return NULL;
    }
    slot->is_reader = is_reader;
    slot->folder = folder;
    slot->owner = -1;
    file->mailslot = slot;
    file->kind = FILE_KIND_CHARACTER;
    return file;
}

/* What other processes have to know; the folder is locked. */
static NTSTATUS take_ownership(int folder, struct mailslot *slot) {
    if (!is_abandoned(folder))
        return STATUS_OBJECT_NAME_COLLISION;
    remove_messages(folder);
    slot->owner = openat(folder, owner_file, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (slot->owner < 0 || flock(slot->owner, LOCK_EX | LOCK_NB) ||
        write(slot->owner, &slot->maximum, sizeof slot->maximum) != sizeof slot->maximum)
        return status_from_errno(errno);
    return STATUS_SUCCESS;
}

static NTSTATUS watch_folder(int watch, const char *name) {
    char path[PATH_MAX];
    return watch >= 0 && shared_name_path(kind, name, false, path) && inotify_add_watch(watch, path, IN_MOVED_TO) >= 0
               ? STATUS_SUCCESS : status_from_errno(errno);
}

static NTSTATUS create_slot(const char *name, ACCESS_MASK access, DWORD maximum, DWORD timeout, struct file **file) {
    if (!atomic_flag_test_and_set(&is_swept))
        shared_names_each(kind, sweep_folder);
    int locked = shared_name_open(kind, name, true);
    if (locked < 0)
        return status_from_errno(errno);
    int watch = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    NTSTATUS status = watch_folder(watch, name);
    *file = slot_file(watch, access, openat(locked, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), true);
    if (*file) {
        (*file)->mailslot->maximum = maximum;
        (*file)->mailslot->timeout = timeout;
        (*file)->is_overlapped = true;
        if (!status)
            status = take_ownership(locked, (*file)->mailslot);
    } else {
        status = STATUS_NO_MEMORY;
    }
    if (!status && !((*file)->mailslot->name = strdup(name)))
        status = STATUS_NO_MEMORY;
    if (status && *file)
        file_release(*file);
    close(locked);
    return status;
}

NTSTATUS mailslot_open(const struct file_open_request *request, struct file **file) {
    int folder = shared_name_open(kind, request->path->text, false);
    if (folder < 0)
        return STATUS_OBJECT_NAME_NOT_FOUND;
    if (is_abandoned(folder)) {
        remove_slot(folder, request->path->text);
        close(folder);
        return STATUS_OBJECT_NAME_NOT_FOUND;
    }
    DWORD maximum = 0;
    int owner = openat(folder, owner_file, O_RDONLY | O_CLOEXEC);
    bool is_known = owner >= 0 && read(owner, &maximum, sizeof maximum) == sizeof maximum;
    if (owner >= 0)
        close(owner);
    flock(folder, LOCK_UN);
    *file = is_known ? slot_file(open("/dev/null", O_RDWR | O_CLOEXEC), request->access & ~FILE_READ_DATA, folder, false) : NULL;
    if (!*file)
        return is_known ? STATUS_NO_MEMORY : STATUS_OBJECT_NAME_NOT_FOUND;
    (*file)->mailslot->maximum = maximum;
    (*file)->is_overlapped = !(request->options & (FILE_SYNCHRONOUS_IO_ALERT | FILE_SYNCHRONOUS_IO_NONALERT));
    return STATUS_SUCCESS;
}

/* ---- transfer ---- */

/* The message appears as a whole, and behind those that are there. */
static NTSTATUS put_message(int folder, const char *buffer, size_t size) {
    char name[MESSAGE_NAME];
    int fd = openat(folder, unfinished_file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        return status_from_errno(errno);
    NTSTATUS status = STATUS_SUCCESS;
    for (size_t done = 0; !status && done < size;) {
        ssize_t count = write(fd, buffer + done, size - done);
        if (count < 0 && errno != EINTR)
            status = status_from_errno(errno);
        done += count < 0 ? 0 : (size_t)count;
    }
    close(fd);
    snprintf(name, sizeof name, "%016llx", (unsigned long long)monotonic_now());
    if (!status && renameat(folder, unfinished_file, folder, name))
        status = status_from_errno(errno);
    return status;
}

static NTSTATUS write_message(const struct mailslot *slot, const void *buffer, size_t size, size_t *done) {
    if (slot->maximum && size > slot->maximum)
        return STATUS_INVALID_PARAMETER;
    int folder = lock_slot(slot);
    NTSTATUS status = folder < 0 || is_abandoned(folder) ? STATUS_FILE_FORCED_CLOSED : put_message(folder, buffer, size);
    if (folder >= 0)
        close(folder);
    *done = status ? 0 : size;
    return status;
}

/* A message that does not fit stays. STATUS_PENDING: there is none. */
static NTSTATUS take_message(const struct mailslot *slot, char *buffer, size_t size, size_t *done) {
    struct stat facts;
    int folder = lock_slot(slot);
    if (folder < 0)
        return status_from_errno(errno);
    const struct waiting_messages waiting = list_messages(folder);
    int fd = waiting.count ? openat(folder, waiting.first, O_RDONLY | O_CLOEXEC) : -1;
    NTSTATUS status = !waiting.count ? STATUS_PENDING : fd < 0 || fstat(fd, &facts) ? status_from_errno(errno)
                      : (size_t)facts.st_size > size ? STATUS_BUFFER_TOO_SMALL : STATUS_SUCCESS;
    while (!status && *done < (size_t)facts.st_size) {
        ssize_t count = read(fd, buffer + *done, (size_t)facts.st_size - *done);
        if (count <= 0)
            status = status_from_errno(count ? errno : EIO);
        else
            *done += (size_t)count;
    }
    if (!status)
        unlinkat(folder, waiting.first, 0);
    if (fd >= 0)
        close(fd);
    close(folder);
    return status;
}

static void forget_news(int watch) {
    char events[4096];
    while (read(watch, events, sizeof events) > 0) {
    }
}

/* What comes after the news are forgotten is seen, or is news again. */
static NTSTATUS read_now(struct file *file, void *buffer, size_t size, size_t *done) {
    forget_news(file->fd);
    return take_message(file->mailslot, buffer, size, done);
}

static int64_t deadline_of(const struct mailslot *slot) { return deadline_from_milliseconds(slot->timeout); }

static NTSTATUS read_message(struct file *file, void *buffer, size_t size, size_t *done) {
    struct pollfd news = {file->fd, POLLIN, 0};
    int64_t deadline = deadline_of(file->mailslot);
    NTSTATUS status;
    while ((status = read_now(file, buffer, size, done)) == STATUS_PENDING) {
        int64_t left = deadline == INT64_MAX ? 0 : deadline - monotonic_now();
        const struct timespec time = {left / 1000000000, left % 1000000000};
        if (deadline != INT64_MAX && left <= 0)
            return STATUS_IO_TIMEOUT;
        if (ppoll(&news, 1, deadline == INT64_MAX ? NULL : &time, NULL) < 0 && synchronous_is_cancelled())
            return STATUS_CANCELLED;
    }
    return status;
}

NTSTATUS mailslot_transfer(struct file *file, bool writes, void *buffer, size_t size, size_t *done) {
    *done = 0;
    if (writes)
        return write_message(file->mailslot, buffer, size, done);
    synchronous_begin(file);
    NTSTATUS status = read_message(file, buffer, size, done);
    synchronous_end();
    return status;
}

static NTSTATUS attempt_read(struct io_operation *operation, short ready) {
    (void)ready;
    NTSTATUS status = read_now(operation->file, operation->buffer, operation->size, &operation->done);
    return status == STATUS_PENDING && operation->deadline <= monotonic_now() ? STATUS_IO_TIMEOUT : status;
}

void mailslot_prepare(struct io_operation *operation) {
    operation->attempt = attempt_read;
    operation->deadline = deadline_of(operation->file->mailslot);
}

/* ---- Win32 ---- */

API(kernel32 kernelbase, HANDLE, CreateMailslotW, LPCWSTR lpName, DWORD nMaxMessageSize, DWORD lReadTimeout,
    SECURITY_ATTRIBUTES *lpSecurityAttributes) {
    struct host_path path;
    struct file *file = NULL;
    DWORD error = lpName ? path_to_host(lpName, &path) : ERROR_PATH_NOT_FOUND;
    if (!error && path.kind != PATH_MAILSLOT)
        error = ERROR_INVALID_NAME;
    if (!error)
        error = win32_from_status(create_slot(path.text, FILE_GENERIC_READ | FILE_WRITE_ATTRIBUTES, nMaxMessageSize,
                                              lReadTimeout, &file));
    HANDLE handle = error ? NULL : handle_new(&file->object, file->access, handle_flags_from(lpSecurityAttributes));
    if (!error)
        file_release(file);
    if (!error && !handle)
        error = ERROR_NOT_ENOUGH_MEMORY;
    set_last_error(error);
    return handle ? handle : INVALID_HANDLE_VALUE;
}

API(kernel32, HANDLE, CreateMailslotA, LPCSTR lpName, DWORD nMaxMessageSize, DWORD lReadTimeout,
    SECURITY_ATTRIBUTES *lpSecurityAttributes) {
    WCHAR *name = lpName ? path_wide_from_ansi(lpName) : NULL;
    HANDLE handle = api_CreateMailslotW(name, nMaxMessageSize, lReadTimeout, lpSecurityAttributes);
    free(name);
    return handle;
}

/* The reader's end; NULL with the last error set. */
static struct file *reader(HANDLE handle) {
    struct file *file = file_from_handle(handle, 0);
    if (file && !(file->mailslot && file->mailslot->is_reader)) {
        set_last_error(file->mailslot ? ERROR_INVALID_HANDLE : ERROR_INVALID_PARAMETER);
        file_release(file);
        return NULL;
    }
    return file;
}

API(kernel32 kernelbase, BOOL, GetMailslotInfo, HANDLE hMailslot, LPDWORD lpMaxMessageSize, LPDWORD lpNextSize,
    LPDWORD lpMessageCount, LPDWORD lpReadTimeout) {
    struct stat facts;
    struct file *file = reader(hMailslot);
    int folder = file ? lock_slot(file->mailslot) : -1;
    if (!file)
        return FALSE;
    const struct waiting_messages waiting = list_messages(folder);
    bool has_next = waiting.count && fstatat(folder, waiting.first, &facts, 0) == 0;
    if (lpMaxMessageSize)
        *lpMaxMessageSize = file->mailslot->maximum;
    if (lpNextSize)
        *lpNextSize = has_next ? (DWORD)facts.st_size : MAILSLOT_NO_MESSAGE;
    if (lpMessageCount)
        *lpMessageCount = waiting.count;
    if (lpReadTimeout)
        *lpReadTimeout = file->mailslot->timeout;
    if (folder >= 0)
        close(folder);
    file_release(file);
    return TRUE;
}

API(kernel32 kernelbase, BOOL, SetMailslotInfo, HANDLE hMailslot, DWORD lReadTimeout) {
    struct file *file = reader(hMailslot);
    if (!file)
        return FALSE;
    file->mailslot->timeout = lReadTimeout;
    file_release(file);
    return TRUE;
}
