/* Change notifications ("ReadDirectoryChangesW function", "FindFirstChangeNotificationW function") by the host's
 * inotify. A subtree is watched folder by folder; folders that come later are added. */
#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "api.h"
#include "codepage.h"
#include "file.h"
#include "wait.h"

#define FILE_NOTIFY_CHANGE_FILE_NAME 0x001u
#define FILE_NOTIFY_CHANGE_DIR_NAME 0x002u
#define FILE_NOTIFY_CHANGE_ATTRIBUTES 0x004u
#define FILE_NOTIFY_CHANGE_SIZE 0x008u
#define FILE_NOTIFY_CHANGE_LAST_WRITE 0x010u
#define FILE_NOTIFY_CHANGE_LAST_ACCESS 0x020u
#define FILE_NOTIFY_CHANGE_CREATION 0x040u
#define FILE_NOTIFY_CHANGE_SECURITY 0x100u

enum { FILE_ACTION_ADDED = 1, FILE_ACTION_REMOVED, FILE_ACTION_MODIFIED, FILE_ACTION_RENAMED_OLD_NAME,
       FILE_ACTION_RENAMED_NEW_NAME };

#define STATUS_NOTIFY_ENUM_DIR ((NTSTATUS)0x10C)

struct folder {
    struct folder *next;
    int watch;
    char *name; /* below the watched directory, "" for itself, ending in '/' otherwise */
};

struct directory_watch {
    int fd; /* inotify */
    DWORD filter;
    bool subtree;
    char *root;
    struct folder *folders;
};

static uint32_t mask_from_filter(DWORD filter) {
    uint32_t mask = 0;
    if (filter & (FILE_NOTIFY_CHANGE_FILE_NAME | FILE_NOTIFY_CHANGE_DIR_NAME))
        mask |= IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO;
    if (filter & (FILE_NOTIFY_CHANGE_SIZE | FILE_NOTIFY_CHANGE_LAST_WRITE))
        mask |= IN_MODIFY;
    if (filter & (FILE_NOTIFY_CHANGE_ATTRIBUTES | FILE_NOTIFY_CHANGE_SECURITY | FILE_NOTIFY_CHANGE_CREATION |
                  FILE_NOTIFY_CHANGE_LAST_WRITE))
        mask |= IN_ATTRIB;
    if (filter & FILE_NOTIFY_CHANGE_LAST_ACCESS)
        mask |= IN_ACCESS;
    return mask;
}

static void watch_folder(struct directory_watch *watch, const char *name) {
    char path[HOST_PATH_SIZE];
    snprintf(path, sizeof path, "%s/%s", watch->root, name);
    uint32_t mask = mask_from_filter(watch->filter) | (watch->subtree ? IN_CREATE | IN_MOVED_TO : 0) | IN_ONLYDIR;
    struct folder *folder = calloc(1, sizeof *folder);
    int number = inotify_add_watch(watch->fd, path, mask);
    char *copy = strdup(name);
    if (!folder || number < 0 || !copy) {
        free(folder);
        free(copy);
        return;
    }
    *folder = (struct folder){watch->folders, number, copy};
    watch->folders = folder;
    DIR *directory = watch->subtree ? opendir(path) : NULL;
    if (!directory)
        return;
    for (struct dirent *entry; (entry = readdir(directory));) {
        char inner[HOST_PATH_SIZE];
        if (entry->d_type != DT_DIR || strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        if (snprintf(inner, sizeof inner, "%s%s/", name, entry->d_name) < (int)sizeof inner)
            watch_folder(watch, inner);
    }
    closedir(directory);
}

static struct directory_watch *watch_new(const char *root, DWORD filter, bool subtree) {
    struct directory_watch *watch = calloc(1, sizeof *watch);
    if (!watch)
        return NULL;
    *watch = (struct directory_watch){inotify_init1(IN_CLOEXEC), filter, subtree, strdup(root), NULL};
    if (watch->fd >= 0 && watch->root)
        watch_folder(watch, "");
    return watch;
}

void directory_watch_free(struct directory_watch *watch) {
    while (watch->folders) {
        struct folder *folder = watch->folders;
        watch->folders = folder->next;
        free(folder->name);
        free(folder);
    }
    if (watch->fd >= 0)
        close(watch->fd);
    free(watch->root);
    free(watch);
}

/* The Windows action, or 0 for what was not asked for. */
static DWORD action_of(const struct directory_watch *watch, uint32_t mask) {
    DWORD names = mask & IN_ISDIR ? FILE_NOTIFY_CHANGE_DIR_NAME : FILE_NOTIFY_CHANGE_FILE_NAME;
    if (mask & (IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO) && !(watch->filter & names))
        return 0;
    return mask & IN_CREATE ? FILE_ACTION_ADDED : mask & IN_DELETE ? FILE_ACTION_REMOVED
         : mask & IN_MOVED_FROM ? FILE_ACTION_RENAMED_OLD_NAME : mask & IN_MOVED_TO ? FILE_ACTION_RENAMED_NEW_NAME
         : mask & (IN_MODIFY | IN_ATTRIB | IN_ACCESS) ? FILE_ACTION_MODIFIED : 0;
}

struct changes {
    char *out;
    size_t size, used, last;
    bool is_full;
};

/* FILE_NOTIFY_INFORMATION: NextEntryOffset, Action, FileNameLength, FileName. */
static void put_change(struct changes *changes, DWORD action, const WCHAR *name, size_t length) {
    size_t start = (changes->used + 3) & ~(size_t)3, needed = 12 + length * sizeof *name;
    if (start + needed > changes->size || changes->is_full) {
        changes->is_full = true;
        return;
    }
    DWORD head[3] = {0, action, (DWORD)(length * sizeof *name)};
    memcpy(changes->out + start, head, sizeof head);
    memcpy(changes->out + start + 12, name, length * sizeof *name);
    if (changes->used) {
        DWORD distance = (DWORD)(start - changes->last);
        memcpy(changes->out + changes->last, &distance, sizeof distance);
    }
    changes->last = start;
    changes->used = start + needed;
}

static void handle_event(struct directory_watch *watch, const struct inotify_event *event, struct changes *changes) {
    const struct folder *folder = watch->folders;
    char path[HOST_PATH_SIZE];
    while (folder && folder->watch != event->wd)
        folder = folder->next;
    if (event->mask & IN_Q_OVERFLOW)
        changes->is_full = true;
    if (!folder || !event->len)
        return;
    if (snprintf(path, sizeof path, "%s%s", folder->name, event->name) >= (int)sizeof path)
        return;
    if (watch->subtree && event->mask & IN_ISDIR && event->mask & (IN_CREATE | IN_MOVED_TO)) {
        char inner[HOST_PATH_SIZE + 1];
        snprintf(inner, sizeof inner, "%s/", path);
        watch_folder(watch, inner);
    }
    DWORD action = action_of(watch, event->mask);
    size_t length;
    WCHAR *wide = action ? path_to_windows(path, &length) : NULL;
    if (wide)
        put_change(changes, action, wide, length);
    free(wide);
}

static NTSTATUS read_changes(struct directory_watch *watch, void *buffer, size_t size, size_t *done) {
    struct changes changes = {buffer, size, 0, 0, false};
    union { struct inotify_event align; char bytes[8192]; } events;
    ssize_t count = read(watch->fd, events.bytes, sizeof events.bytes);
    if (count < 0)
        return status_from_errno(errno);
    for (ssize_t at = 0; at < count;) {
        const struct inotify_event *event = (const struct inotify_event *)(events.bytes + at);
        handle_event(watch, event, &changes);
        at += (ssize_t)(sizeof *event + event->len);
    }
    /* Too much for the buffer: nothing is told but that the program has to look for itself. */
    *done = changes.is_full ? 0 : changes.used;
    return changes.is_full ? STATUS_NOTIFY_ENUM_DIR : STATUS_SUCCESS;
}

static NTSTATUS attempt_changes(struct io_operation *operation, short ready) {
    (void)ready;
    NTSTATUS status = read_changes(operation->file->watch, operation->buffer, operation->size, &operation->done);
    return !status && !operation->done ? STATUS_PENDING : status; /* events that were not asked for give nothing */
}

API(kernel32 kernelbase, BOOL, ReadDirectoryChangesW, HANDLE hDirectory, LPVOID lpBuffer, DWORD nBufferLength,
    BOOL bWatchSubtree, DWORD dwNotifyFilter, LPDWORD lpBytesReturned, OVERLAPPED *lpOverlapped,
    COMPLETION_ROUTINE lpCompletionRoutine) {
    struct file *file = file_from_handle(hDirectory, FILE_LIST_DIRECTORY);
    if (!file)
        return FALSE;
    NTSTATUS status = STATUS_SUCCESS;
    size_t done = 0;
    if (file->kind != FILE_KIND_DIRECTORY || !mask_from_filter(dwNotifyFilter) || !lpBuffer)
        status = STATUS_INVALID_PARAMETER;
    /* Changes between two calls are kept: the first call's filter stays. */
    else if (!file->watch && !(file->watch = watch_new(file->path, dwNotifyFilter, bWatchSubtree)))
        status = STATUS_NO_MEMORY;
    else if (file->is_overlapped && lpOverlapped) {
        const struct io_operation model = {.file = file,
                                           .request = io_request_from(lpOverlapped, lpCompletionRoutine),
                                           .fd = file->watch->fd, .events = POLLIN, .deadline = INT64_MAX,
                                           .buffer = lpBuffer, .size = nBufferLength, .attempt = attempt_changes};
        io_begin(file, &model.request);
        status = io_start(&model);
        status = status == STATUS_PENDING ? STATUS_SUCCESS : status;
    } else {
        while (!status && !done)
            status = read_changes(file->watch, lpBuffer, nBufferLength, &done);
        if (lpBytesReturned)
            *lpBytesReturned = (DWORD)done;
        if (status == STATUS_NOTIFY_ENUM_DIR)
            status = STATUS_SUCCESS;
    }
    file_release(file);
    return status ? fail(win32_from_status(status)) : TRUE;
}

/* ---- a handle to wait for ---- */

struct change_object {
    struct object object;
    struct directory_watch *watch;
    pthread_t thread;
    int cancel[2];
    bool is_signaled; /* under the dispatcher lock */
};

static void change_destroy(struct object *object) {
    struct change_object *change = (struct change_object *)object;
    close(change->cancel[1]);
    pthread_join(change->thread, NULL);
    close(change->cancel[0]);
    directory_watch_free(change->watch);
    free(change);
}

static bool change_is_signaled(struct object *object, struct thread_object *waiter) {
    (void)waiter;
    return ((struct change_object *)object)->is_signaled;
}

static const struct object_type change_type = {
    .name = "File", .destroy = change_destroy, .is_signaled = change_is_signaled, .all_access = FILE_ALL_ACCESS};

static void *change_thread(void *context) {
    struct change_object *change = context;
    char buffer[4096];
    for (;;) {
        size_t done = 0;
        struct pollfd ready[2] = {{change->watch->fd, POLLIN, 0}, {change->cancel[0], POLLIN, 0}};
        if (poll(ready, 2, -1) < 0 && errno == EINTR)
            continue;
        if (ready[1].revents)
            return NULL;
        NTSTATUS status = read_changes(change->watch, buffer, sizeof buffer, &done);
        if (!done && status != STATUS_NOTIFY_ENUM_DIR)
            continue;
        dispatcher_acquire();
        change->is_signaled = true;
        object_signaled(&change->object);
        dispatcher_release();
    }
}

API(kernel32 kernelbase, HANDLE, FindFirstChangeNotificationW, LPCWSTR lpPathName, BOOL bWatchSubtree,
    DWORD dwNotifyFilter) {
    struct host_path path;
    struct stat status;
    DWORD error = lpPathName ? path_to_host(lpPathName, &path) : ERROR_PATH_NOT_FOUND;
    if (!error && (stat(path.text, &status) || !S_ISDIR(status.st_mode)))
        error = ERROR_FILE_NOT_FOUND;
    if (!error && !mask_from_filter(dwNotifyFilter))
        error = ERROR_INVALID_PARAMETER;
    struct change_object *change = error ? NULL : calloc(1, sizeof *change);
    if (!change) {
        set_last_error(error ? error : ERROR_NOT_ENOUGH_MEMORY);
        return INVALID_HANDLE_VALUE;
    }
    object_init(&change->object, &change_type);
    change->watch = watch_new(path.text, dwNotifyFilter, bWatchSubtree);
    HANDLE handle = NULL;
    if (change->watch && pipe(change->cancel) == 0 && pthread_create(&change->thread, NULL, change_thread, change) == 0) {
        handle = handle_new(&change->object, SYNCHRONIZE, 0);
        object_release(&change->object);
    } else {
        free(change);
    }
    if (!handle)
        set_last_error(ERROR_NOT_ENOUGH_MEMORY);
    return handle ? handle : INVALID_HANDLE_VALUE;
}

API(kernel32 kernelbase, HANDLE, FindFirstChangeNotificationA, LPCSTR lpPathName, BOOL bWatchSubtree,
    DWORD dwNotifyFilter) {
    WCHAR *wide = lpPathName ? path_wide_from_ansi(lpPathName) : NULL;
    HANDLE handle = api_FindFirstChangeNotificationW(wide, bWatchSubtree, dwNotifyFilter);
    free(wide);
    return handle;
}

API(kernel32 kernelbase, BOOL, FindNextChangeNotification, HANDLE hChangeHandle) {
    struct change_object *change = (struct change_object *)handle_object_or_fail(hChangeHandle, &change_type, 0);
    if (!change)
        return FALSE;
    dispatcher_acquire();
    change->is_signaled = false;
    dispatcher_release();
    object_release(&change->object);
    return TRUE;
}

API(kernel32 kernelbase, BOOL, FindCloseChangeNotification, HANDLE hChangeHandle) {
    NTSTATUS status = handle_close(hChangeHandle);
    return status ? fail(win32_from_status(status)) : TRUE;
}
