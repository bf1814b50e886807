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
#include "nt.h"
#include "synchronous.h"
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

/* READ_DIRECTORY_NOTIFY_INFORMATION_CLASS, and DIRECTORY_NOTIFY_INFORMATION_CLASS. */
enum notify_form { NOTIFY_PLAIN = 1, NOTIFY_EXTENDED };

struct folder {
    struct folder *next;
    int watch;
    char *name; /* below the watched directory, "" for itself, ending in '/' otherwise */
};

struct directory_watch {
    int fd; /* inotify */
    DWORD filter;
    bool subtree;
    enum notify_form form;
    char *root;
    struct folder *folders;
    int parent; /* the watch of the folder around it, which tells that it is deleted; -1: none */
    bool is_deleted;
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

/* The host says that a folder itself is deleted only when nobody has it open any more. */
static int watch_parent(const struct directory_watch *watch) {
    char path[HOST_PATH_SIZE];
    const char *slash = strrchr(watch->root, '/');
    if (!slash || snprintf(path, sizeof path, "%.*s/", (int)(slash - watch->root), watch->root) >= (int)sizeof path)
        return -1;
    return inotify_add_watch(watch->fd, path, IN_DELETE | IN_ONLYDIR);
}

static struct directory_watch *watch_new(const char *root, DWORD filter, bool subtree, enum notify_form form) {
    struct directory_watch *watch = calloc(1, sizeof *watch);
    if (!watch)
        return NULL;
    *watch = (struct directory_watch){.fd = inotify_init1(IN_CLOEXEC), .filter = filter, .subtree = subtree, .form = form,
                                      .root = strdup(root), .parent = -1};
    if (watch->fd >= 0 && watch->root) {
        watch_folder(watch, "");
        watch->parent = watch_parent(watch);
    }
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

/* The Windows action, or 0 for what was not asked for. Only what stays in its folder is renamed: what moves to another
 * one is removed and added ("FILE_NOTIFY_INFORMATION structure"). */
static DWORD action_of(const struct directory_watch *watch, uint32_t mask, bool is_renamed) {
    DWORD names = mask & IN_ISDIR ? FILE_NOTIFY_CHANGE_DIR_NAME : FILE_NOTIFY_CHANGE_FILE_NAME;
    if (mask & (IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO) && !(watch->filter & names))
        return 0;
    if (is_renamed)
        return mask & IN_MOVED_FROM ? FILE_ACTION_RENAMED_OLD_NAME : FILE_ACTION_RENAMED_NEW_NAME;
    return mask & (IN_CREATE | IN_MOVED_TO) ? FILE_ACTION_ADDED : mask & (IN_DELETE | IN_MOVED_FROM) ? FILE_ACTION_REMOVED
         : mask & (IN_MODIFY | IN_ATTRIB | IN_ACCESS) ? FILE_ACTION_MODIFIED : 0;
}

struct changes {
    char *out;
    size_t size, used, last;
    bool is_full;
};

typedef struct {
    DWORD NextEntryOffset, Action, FileNameLength;
    WCHAR FileName[];
} FILE_NOTIFY_INFORMATION;

typedef struct {
    DWORD NextEntryOffset, Action;
    int64_t CreationTime, LastModificationTime, LastChangeTime, LastAccessTime, AllocatedLength, FileSize;
    DWORD FileAttributes, ReparsePointTag;
    uint64_t FileId, ParentFileId;
    DWORD FileNameLength;
    WCHAR FileName[];
} FILE_NOTIFY_EXTENDED_INFORMATION;
_Static_assert(offsetof(FILE_NOTIFY_EXTENDED_INFORMATION, FileName) == 84, "FILE_NOTIFY_EXTENDED_INFORMATION");

/* Room for an entry behind those that are there; NULL: there is none. Entries begin at multiples of `alignment`. */
static void *take_entry(struct changes *changes, size_t size, size_t alignment) {
    size_t start = (changes->used + alignment - 1) & ~(alignment - 1);
    if (start + size > changes->size || changes->is_full) {
        changes->is_full = true;
        return NULL;
    }
    if (changes->used) {
        DWORD distance = (DWORD)(start - changes->last);
        memcpy(changes->out + changes->last, &distance, sizeof distance);
    }
    changes->last = start;
    changes->used = start + size;
    return changes->out + start;
}

static void put_change(struct changes *changes, DWORD action, const WCHAR *name, size_t length) {
    const size_t bytes = length * sizeof *name;
    const FILE_NOTIFY_INFORMATION information = {0, action, (DWORD)bytes};
    char *entry = take_entry(changes, sizeof information + bytes, sizeof(DWORD));
    if (!entry)
        return;
    memcpy(entry, &information, sizeof information);
    memcpy(entry + sizeof information, name, bytes);
}

/* The file at a path below the watched directory; of one that is gone nothing is known but its folder. */
static void put_extended(const struct directory_watch *watch, struct changes *changes, DWORD action, const char *below,
                         const WCHAR *name, size_t length) {
    enum { HEAD = offsetof(FILE_NOTIFY_EXTENDED_INFORMATION, FileName) };
    struct file_facts facts = {0}, folder = {0};
    char path[2 * HOST_PATH_SIZE];
    snprintf(path, sizeof path, "%s/%s", watch->root, below);
    if (!file_facts_of_path(path, false, &facts))
        facts = (struct file_facts){0};
    *strrchr(path, '/') = 0;
    file_facts_of_path(path, true, &folder);
    const size_t bytes = length * sizeof *name;
    const FILE_NOTIFY_EXTENDED_INFORMATION information = {
        0, action, facts.creation, facts.write, facts.change, facts.access, (int64_t)facts.allocation,
        (int64_t)facts.size, facts.attributes, facts.reparse_tag, facts.id, folder.id, (DWORD)bytes};
    char *entry = take_entry(changes, HEAD + bytes, sizeof(int64_t));
    if (!entry)
        return;
    memcpy(entry, &information, HEAD);
    memcpy(entry + HEAD, name, bytes);
}

static void handle_event(struct directory_watch *watch, const struct inotify_event *event, bool is_renamed,
                         struct changes *changes) {
    const struct folder *folder = watch->folders;
    char path[HOST_PATH_SIZE];
    while (folder && folder->watch != event->wd)
        folder = folder->next;
    if (event->mask & IN_Q_OVERFLOW)
        changes->is_full = true;
    if (event->wd == watch->parent && event->len && strcmp(event->name, strrchr(watch->root, '/') + 1) == 0)
        watch->is_deleted = true;
    if (!folder || !event->len)
        return;
    if (snprintf(path, sizeof path, "%s%s", folder->name, event->name) >= (int)sizeof path)
        return;
    if (watch->subtree && event->mask & IN_ISDIR && event->mask & (IN_CREATE | IN_MOVED_TO)) {
        char inner[HOST_PATH_SIZE + 1];
        snprintf(inner, sizeof inner, "%s/", path);
        watch_folder(watch, inner);
    }
    DWORD action = action_of(watch, event->mask, is_renamed);
    size_t length;
    WCHAR *wide = action ? path_to_windows(path, &length) : NULL;
    if (wide && watch->form == NOTIFY_EXTENDED)
        put_extended(watch, changes, action, path, wide, length);
    else if (wide)
        put_change(changes, action, wide, length);
    free(wide);
}

/* Events as they are read; `last` is where the last one begins. */
struct events {
    _Alignas(struct inotify_event) char bytes[16384];
    size_t size, last;
};

static const struct inotify_event *event_at(const struct events *events, size_t at) {
    return at < events->size ? (const struct inotify_event *)(events->bytes + at) : NULL;
}

static size_t after(const struct inotify_event *event, size_t at) { return at + sizeof *event + event->len; }

static bool is_move(const struct inotify_event *from, const struct inotify_event *to) {
    return from && to && from->mask & IN_MOVED_FROM && to->mask & IN_MOVED_TO && from->cookie == to->cookie &&
           from->wd == to->wd;
}

/* The two ends of a move are told one after the other, though not at once. */
static bool read_events(struct directory_watch *watch, struct events *events) {
    enum { HALF = sizeof events->bytes / 2, PATIENCE_MILLISECONDS = 5 };
    struct pollfd more = {watch->fd, POLLIN, 0};
    ssize_t count = read(watch->fd, events->bytes, HALF);
    if (count < 0)
        return false;
    events->size = (size_t)count;
    for (size_t at = 0; at < events->size; at = after(event_at(events, at), at))
        events->last = at;
    if (!count || !(event_at(events, events->last)->mask & IN_MOVED_FROM) || poll(&more, 1, PATIENCE_MILLISECONDS) <= 0)
        return true;
    count = read(watch->fd, events->bytes + events->size, HALF);
    events->size += count > 0 ? (size_t)count : 0;
    return true;
}

static NTSTATUS read_changes(struct directory_watch *watch, void *buffer, size_t size, size_t *done) {
    struct changes changes = {buffer, size, 0, 0, false};
    struct events events = {.size = 0};
    if (!watch->is_deleted && !read_events(watch, &events))
        return errno != EINTR ? status_from_errno(errno) : synchronous_is_cancelled() ? STATUS_CANCELLED : STATUS_SUCCESS;
    const struct inotify_event *before = NULL, *event;
    for (size_t at = 0; (event = event_at(&events, at)); before = event) {
        at = after(event, at);
        handle_event(watch, event, is_move(before, event) || is_move(event, event_at(&events, at)), &changes);
    }
    if (watch->is_deleted && !changes.used)
        return STATUS_DELETE_PENDING;
    /* Too much for the buffer: nothing is told but that the program has to look for itself. */
    *done = changes.is_full ? 0 : changes.used;
    return changes.is_full ? STATUS_NOTIFY_ENUM_DIR : STATUS_SUCCESS;
}

static NTSTATUS attempt_changes(struct io_operation *operation, short ready) {
    (void)ready;
    NTSTATUS status = read_changes(operation->file->watch, operation->buffer, operation->size, &operation->done);
    return !status && !operation->done ? STATUS_PENDING : status; /* events that were not asked for give nothing */
}

/* The first call's watch, whose filter stays: changes between two calls are kept. */
static NTSTATUS begin_watch(struct file *file, const void *buffer, DWORD filter, bool subtree, int form) {
    if (file->kind != FILE_KIND_DIRECTORY || !mask_from_filter(filter) || !buffer || form < NOTIFY_PLAIN ||
        form > NOTIFY_EXTENDED)
        return STATUS_INVALID_PARAMETER;
    if (!file->watch)
        file->watch = watch_new(file->path, filter, subtree, form);
    return file->watch ? STATUS_SUCCESS : STATUS_NO_MEMORY;
}

static NTSTATUS start_waiting(struct file *file, const struct io_request *request, void *buffer, size_t size) {
    const struct io_operation model = {.file = file, .request = *request, .fd = file->watch->fd, .events = POLLIN,
                                       .deadline = INT64_MAX, .buffer = buffer, .size = size, .attempt = attempt_changes};
    io_begin(file, &model.request);
    return io_start(&model);
}

static NTSTATUS wait_for_changes(struct file *file, void *buffer, size_t size, size_t *done) {
    NTSTATUS status = STATUS_SUCCESS;
    synchronous_begin(file);
    while (!status && !*done)
        status = read_changes(file->watch, buffer, size, done);
    synchronous_end();
    return status;
}

API(kernel32 kernelbase, BOOL, ReadDirectoryChangesExW, HANDLE hDirectory, LPVOID lpBuffer, DWORD nBufferLength,
    BOOL bWatchSubtree, DWORD dwNotifyFilter, LPDWORD lpBytesReturned, OVERLAPPED *lpOverlapped,
    COMPLETION_ROUTINE lpCompletionRoutine, int ReadDirectoryNotifyInformationClass) {
    struct file *file = file_from_handle(hDirectory, FILE_LIST_DIRECTORY);
    if (!file)
        return FALSE;
    size_t done = 0;
    NTSTATUS status = begin_watch(file, lpBuffer, dwNotifyFilter, bWatchSubtree, ReadDirectoryNotifyInformationClass);
    if (!status && file->is_overlapped && lpOverlapped) {
        const struct io_request request = io_request_from(lpOverlapped, lpCompletionRoutine);
        status = start_waiting(file, &request, lpBuffer, nBufferLength);
        status = status == STATUS_PENDING ? STATUS_SUCCESS : status;
    } else if (!status) {
        status = wait_for_changes(file, lpBuffer, nBufferLength, &done);
        if (lpBytesReturned)
            *lpBytesReturned = (DWORD)done;
        if (status == STATUS_NOTIFY_ENUM_DIR)
            status = STATUS_SUCCESS;
    }
    file_release(file);
    return status ? fail(win32_from_status(status)) : TRUE;
}

API(kernel32 kernelbase, BOOL, ReadDirectoryChangesW, HANDLE hDirectory, LPVOID lpBuffer, DWORD nBufferLength,
    BOOL bWatchSubtree, DWORD dwNotifyFilter, LPDWORD lpBytesReturned, OVERLAPPED *lpOverlapped,
    COMPLETION_ROUTINE lpCompletionRoutine) {
    return api_ReadDirectoryChangesExW(hDirectory, lpBuffer, nBufferLength, bWatchSubtree, dwNotifyFilter, lpBytesReturned,
                                       lpOverlapped, lpCompletionRoutine, NOTIFY_PLAIN);
}

/* "ZwNotifyChangeDirectoryFile function" */
API(ntdll, NTSTATUS, NtNotifyChangeDirectoryFileEx, HANDLE FileHandle, HANDLE Event, APC_ROUTINE ApcRoutine,
    PVOID ApcContext, IO_STATUS_BLOCK *IoStatusBlock, PVOID Buffer, ULONG Length, ULONG CompletionFilter,
    BOOLEAN WatchTree, int DirectoryNotifyInformationClass) {
    NTSTATUS status;
    struct file *file = (struct file *)handle_object(FileHandle, &file_type, FILE_LIST_DIRECTORY, &status);
    if (!file)
        return status;
    size_t done = 0;
    const struct io_request request = io_request_native(Event, ApcRoutine, ApcContext, IoStatusBlock);
    status = begin_watch(file, Buffer, CompletionFilter, WatchTree, DirectoryNotifyInformationClass);
    if (!status && file->is_overlapped) {
        status = start_waiting(file, &request, Buffer, Length);
    } else if (!status) {
        io_begin(file, &request);
        status = wait_for_changes(file, Buffer, Length, &done);
        io_complete(file, &request, status, done);
    }
    file_release(file);
    return status;
}

API(ntdll, NTSTATUS, NtNotifyChangeDirectoryFile, HANDLE FileHandle, HANDLE Event, APC_ROUTINE ApcRoutine,
    PVOID ApcContext, IO_STATUS_BLOCK *IoStatusBlock, PVOID Buffer, ULONG Length, ULONG CompletionFilter,
    BOOLEAN WatchTree) {
    return api_NtNotifyChangeDirectoryFileEx(FileHandle, Event, ApcRoutine, ApcContext, IoStatusBlock, Buffer, Length,
                                             CompletionFilter, WatchTree, NOTIFY_PLAIN);
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
    change->watch = watch_new(path.text, dwNotifyFilter, bWatchSubtree, NOTIFY_PLAIN);
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
