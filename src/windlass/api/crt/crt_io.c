/* File descriptors: numbers for handles, with a mode ("Low-level I/O").
 *
 * The table is one for all C run-time DLLs. Descriptors 0 to 2 are the standard handles. A record, once made,
 * stays where it is; closing marks it free. */
#include <pthread.h>

#include "crt_data.h"
#include "crt_io.h"
#include "heap.h"
#include "parameters.h"
#include "path.h"

struct fd *_Atomic fd_chunks[FD_CHUNKS];

/* Taken to find a free number; record locks may be taken inside. */
static struct crt_lock table_lock;

static pthread_once_t once = PTHREAD_ONCE_INIT;

static struct fd *chunk_at(int index) {
    struct fd *chunk = atomic_load_explicit(&fd_chunks[index], memory_order_acquire);
    if (chunk)
        return chunk;
    chunk = heap_alloc_zeroed(FD_CHUNK * sizeof *chunk);
    for (int i = 0; chunk && i < FD_CHUNK; i++)
        chunk[i].handle = INVALID_HANDLE_VALUE;
    atomic_store_explicit(&fd_chunks[index], chunk, memory_order_release);
    crt_descriptors_changed();
    return chunk;
}

static unsigned char type_flags(HANDLE handle) {
    switch (api_GetFileType(handle) & 0x7FFF) {
    case FILE_TYPE_CHAR: return FD_DEVICE;
    case FILE_TYPE_PIPE: return FD_PIPE;
    default: return 0;
    }
}

static void open_standard(int number, DWORD which) {
    struct fd *fd = &chunk_at(0)[number];
    HANDLE handle = api_GetStdHandle(which);
    fd->flags = FD_OPEN | FD_TEXT;
    if (!handle || handle == INVALID_HANDLE_VALUE) {
        /* A process without this handle still has the descriptor; _get_osfhandle() tells it by -2. */
        fd->handle = (HANDLE)(LONG_PTR)-2;
        fd->flags |= FD_DEVICE;
        return;
    }
    fd->handle = handle;
    fd->flags |= type_flags(handle);
}

/* Descriptors of the parent's, in lpReserved2 of STARTUPINFO: their number, their flags, and then, wherever that leaves
 * them, their handles. */
static void open_inherited(void) {
    const UNICODE_STRING *data = &process_parameters()->RuntimeData;
    const unsigned char *bytes = (const unsigned char *)data->Buffer;
    unsigned count;
    if (data->Length < sizeof count)
        return;
    memcpy(&count, bytes, sizeof count);
    if (count > (data->Length - sizeof count) / (1 + sizeof(HANDLE)))
        return;
    const unsigned char *flags = bytes + sizeof count, *handles = flags + count;
    for (unsigned i = 0; i < count && i < FD_MAX; i++) {
        HANDLE handle;
        memcpy(&handle, handles + i * sizeof handle, sizeof handle);
        struct fd *chunk = chunk_at((int)i / FD_CHUNK);
        if (!chunk || !(flags[i] & FD_OPEN) || handle == INVALID_HANDLE_VALUE || handle == (HANDLE)(LONG_PTR)-2)
            continue;
        chunk[i % FD_CHUNK].handle = handle;
        chunk[i % FD_CHUNK].flags = flags[i];
    }
}

static unsigned char inherited_flags(const struct fd *fd) {
    return fd && fd->flags & FD_OPEN && !(fd->flags & FD_NOINHERIT) ? fd->flags : 0;
}

PBYTE fd_inheritance(bool with_standard, WORD *size) {
    unsigned count = 0;
    for (int i = with_standard ? 0 : 3; i < FD_MAX && fd_record(i); i++)
        if (inherited_flags(fd_record(i)))
            count = (unsigned)i + 1;
    if (sizeof count + count * (1 + sizeof(HANDLE)) > 0xffff)
        count = (unsigned)((0xffff - sizeof count) / (1 + sizeof(HANDLE)));
    PBYTE bytes = malloc(sizeof count + count * (1 + sizeof(HANDLE)));
    if (!bytes)
        return NULL;
    memcpy(bytes, &count, sizeof count);
    for (unsigned i = 0; i < count; i++) {
        const struct fd *fd = fd_record((int)i);
        unsigned char flags = i < 3 && !with_standard ? 0 : inherited_flags(fd);
        HANDLE handle = flags ? fd->handle : INVALID_HANDLE_VALUE;
        bytes[sizeof count + i] = flags;
        memcpy(bytes + sizeof count + count + i * sizeof handle, &handle, sizeof handle);
    }
    *size = (WORD)(sizeof count + count * (1 + sizeof(HANDLE)));
    return bytes;
}

static void init(void) {
    DWORD error = teb_self()->LastErrorValue;
    if (!chunk_at(0))
        windlass_fatal("out of memory for file descriptors");
    open_standard(0, STD_INPUT_HANDLE);
    open_standard(1, STD_OUTPUT_HANDLE);
    open_standard(2, STD_ERROR_HANDLE);
    open_inherited();
    set_last_error(error);
}

void fd_init(void) { pthread_once(&once, init); }

static int fail_bad_fd(void) {
    struct crt_thread *crt = crt_thread();
    crt->error = CRT_EBADF;
    crt->dos_error = 0;
    return -1;
}

struct fd *fd_acquire(int number) {
    struct fd *fd = fd_record(number);
    if (!fd) {
        fail_bad_fd();
        return NULL;
    }
    crt_lock_acquire(&fd->lock);
    if (fd->flags & FD_OPEN)
        return fd;
    fd_release(fd);
    fail_bad_fd();
    return NULL;
}

/* For functions that take a bad descriptor for an invalid parameter. */
static struct fd *acquire_valid(int number) {
    struct fd *fd = fd_acquire(number);
    if (!fd)
        crt_invalid(CRT_EBADF);
    return fd;
}

API(MSVCR_DLLS, VOID, _dosmaperr, ULONG code) { crt_set_win32_error(code); }

/* Finds a free record, from `number` on, and takes its lock; the record is marked open. */
static struct fd *take_free(int *number) {
    struct fd *found = NULL;
    fd_init();
    crt_lock_acquire(&table_lock);
    for (int i = *number; i < FD_MAX && !found; i++) {
        struct fd *chunk = chunk_at(i / FD_CHUNK);
        if (!chunk)
            break;
        struct fd *fd = &chunk[i % FD_CHUNK];
        if ((fd->flags & FD_OPEN) || !crt_lock_try(&fd->lock))
            continue;
        if (fd->flags & FD_OPEN) {
            fd_release(fd);
            continue;
        }
        *number = i;
        found = fd;
        fd->flags = FD_OPEN;
    }
    crt_lock_release(&table_lock);
    if (!found)
        crt_fail(CRT_EMFILE);
    return found;
}

/* The thread may be none of Windows' and the table not made yet; fd_record() would make it. */
static void after_fork_in_child(void) {
    crt_lock_survive_fork(&table_lock);
    for (int i = 0; i < FD_CHUNKS; i++) {
        struct fd *chunk = fd_chunks[i];
        for (int j = 0; chunk && j < FD_CHUNK; j++)
            crt_lock_survive_fork(&chunk[j].lock);
    }
}

__attribute__((constructor)) static void survive_fork(void) { pthread_atfork(NULL, NULL, after_fork_in_child); }

/* As on Windows, the first three descriptors and the standard handles go together. */
static void set_standard_handle(int number, HANDLE handle) {
    static const DWORD which[] = {STD_INPUT_HANDLE, STD_OUTPUT_HANDLE, STD_ERROR_HANDLE};
    if (number < 3)
        api_SetStdHandle(which[number], handle);
}

static void set_record(struct fd *fd, int number, HANDLE handle, unsigned char flags, enum fd_encoding encoding) {
    fd->handle = handle;
    fd->encoding = (unsigned char)encoding;
    fd->ahead_count = 0;
    fd->high_surrogate = 0;
    fd->flags = flags | FD_OPEN;
    streams_mode_changed(number);
    set_standard_handle(number, handle);
}

int fd_new(HANDLE handle, unsigned char flags, enum fd_encoding encoding) {
    int number = 0;
    struct fd *fd = take_free(&number);
    if (!fd)
        return -1;
    set_record(fd, number, handle, flags, encoding);
    fd_release(fd);
    return number;
}

/* ---- opening ---- */

/* _fmode and _commode: what programs set before they open a file, here or in the variables that the older DLLs export. */
static int mode_storage, commit_storage;
static struct crt_mode_place *mode_places; /* under the loader lock, which start hooks have; never shortened */

void crt_mode_place_add(struct crt_mode_place *place) {
    for (struct crt_mode_place *each = mode_places; each; each = each->next)
        if (each == place)
            return;
    place->next = mode_places;
    __atomic_store_n(&mode_places, place, __ATOMIC_RELEASE);
}

static const struct crt_mode_place *first_place(void) {
    const struct crt_mode_place *place = __atomic_load_n(&mode_places, __ATOMIC_ACQUIRE);
    while (place && !*place->mode)
        place = place->next;
    return place;
}

API(CRT_DLLS, int *, __p__fmode, void) { return first_place() ? *first_place()->mode : &mode_storage; }
API(CRT_DLLS, int *, __p__commode, void) { return first_place() ? *first_place()->commit : &commit_storage; }

int fd_default_mode(void) {
    int mode = mode_storage;
    for (const struct crt_mode_place *place = first_place(); place; place = place->next)
        mode |= *place->mode ? **place->mode : 0;
    return mode & CRT_O_BINARY ? CRT_O_BINARY : CRT_O_TEXT;
}

API(CRT_DLLS, errno_t, _set_fmode, int mode) {
    CRT_VALIDATE(mode == CRT_O_TEXT || mode == CRT_O_BINARY || mode == CRT_O_WTEXT, CRT_EINVAL, CRT_EINVAL);
    *api___p__fmode() = mode;
    return 0;
}

API(CRT_DLLS, errno_t, _get_fmode, int *mode) {
    CRT_VALIDATE(mode, CRT_EINVAL, CRT_EINVAL);
    *mode = *api___p__fmode();
    return 0;
}

/* The permissions that new files do not get ("_umask"). */
static int permission_mask;

API(CRT_DLLS, int, _umask, int mode) {
    return __atomic_exchange_n(&permission_mask, mode & (CRT_S_IREAD | CRT_S_IWRITE), __ATOMIC_RELAXED);
}

API(CRT_DLLS, errno_t, _umask_s, int mode, int *previous) {
    CRT_VALIDATE(previous, CRT_EINVAL, CRT_EINVAL);
    *previous = permission_mask;
    CRT_VALIDATE((mode & ~(CRT_S_IREAD | CRT_S_IWRITE)) == 0, CRT_EINVAL, CRT_EINVAL);
    *previous = api__umask(mode);
    return 0;
}

struct open_request {
    DWORD access, share, disposition, attributes;
    unsigned char flags;
    enum fd_encoding encoding;
};

static bool decode_access(int flags, DWORD *access) {
    switch (flags & CRT_O_ACCESS) {
    case CRT_O_RDONLY: *access = GENERIC_READ; return true;
    case CRT_O_WRONLY:
        *access = GENERIC_WRITE;
        /* Appending Unicode text needs to see the byte order mark. */
        if ((flags & CRT_O_APPEND) && (flags & CRT_O_UNICODE))
            *access |= GENERIC_READ;
        return true;
    case CRT_O_RDWR: *access = GENERIC_READ | GENERIC_WRITE; return true;
    default: return false;
    }
}

static bool decode_share(int share, DWORD access, DWORD *result) {
    switch (share) {
    case CRT_SH_DENYRW: *result = 0; return true;
    case CRT_SH_DENYWR: *result = FILE_SHARE_READ; return true;
    case CRT_SH_DENYRD: *result = FILE_SHARE_WRITE; return true;
    case CRT_SH_DENYNO:
    case CRT_SH_COMPAT: *result = FILE_SHARE_READ | FILE_SHARE_WRITE; return true;
    case CRT_SH_SECURE: *result = access == GENERIC_READ ? FILE_SHARE_READ : 0; return true;
    default: return false;
    }
}

static DWORD decode_disposition(int flags) {
    if (!(flags & CRT_O_CREAT))
        return flags & CRT_O_TRUNC ? TRUNCATE_EXISTING : OPEN_EXISTING;
    if (flags & CRT_O_EXCL)
        return CREATE_NEW;
    return flags & CRT_O_TRUNC ? CREATE_ALWAYS : OPEN_ALWAYS;
}

static DWORD decode_attributes(int flags, int mode, struct open_request *request) {
    DWORD attributes = FILE_ATTRIBUTE_NORMAL;
    if ((flags & CRT_O_CREAT) && !(mode & ~permission_mask & CRT_S_IWRITE))
        attributes = FILE_ATTRIBUTE_READONLY;
    if (flags & CRT_O_TEMPORARY) {
        attributes |= FILE_FLAG_DELETE_ON_CLOSE;
        request->access |= DELETE_ACCESS;
        request->share |= FILE_SHARE_DELETE;
    }
    if (flags & CRT_O_SHORT_LIVED)
        attributes |= FILE_ATTRIBUTE_TEMPORARY;
    if (flags & CRT_O_OBTAIN_DIR)
        attributes |= FILE_FLAG_BACKUP_SEMANTICS;
    if (flags & CRT_O_SEQUENTIAL)
        attributes |= FILE_FLAG_SEQUENTIAL_SCAN;
    else if (flags & CRT_O_RANDOM)
        attributes |= FILE_FLAG_RANDOM_ACCESS;
    return attributes;
}

/* False: a combination of flags that is an invalid parameter. */
static bool decode_open(struct open_request *request, int flags, int share, int mode) {
    *request = (struct open_request){.encoding = FD_ANSI};
    if (!decode_access(flags, &request->access) || !decode_share(share, request->access, &request->share))
        return false;
    if ((flags & (CRT_O_CREAT | CRT_O_TRUNC)) == CRT_O_TRUNC && (flags & CRT_O_ACCESS) == CRT_O_RDONLY)
        return false;
    request->disposition = decode_disposition(flags);
    request->attributes = decode_attributes(flags, mode, request);
    if (flags & CRT_O_NOINHERIT)
        request->flags |= FD_NOINHERIT;
    if (flags & CRT_O_APPEND)
        request->flags |= FD_APPEND;
    if (!(flags & CRT_O_MODES))
        flags |= fd_default_mode();
    if (!(flags & CRT_O_BINARY))
        request->flags |= FD_TEXT;
    if (flags & CRT_O_U8TEXT)
        request->encoding = FD_UTF8;
    else if (flags & (CRT_O_U16TEXT | CRT_O_WTEXT))
        request->encoding = FD_UTF16;
    return true;
}

/* A text file that is opened for reading and writing loses a Ctrl-Z at its end ("fopen, _wfopen"). */
static void remove_end_mark(struct fd *fd) {
    char last = 0;
    DWORD count = 0;
    LARGE_INTEGER at = {.QuadPart = fd_seek(fd, -1, FILE_END)};
    if (at.QuadPart >= 0 && api_ReadFile(fd->handle, &last, 1, &count, NULL) && count == 1 && last == 0x1A &&
        api_SetFilePointerEx(fd->handle, at, NULL, FILE_BEGIN))
        api_SetEndOfFile(fd->handle);
    fd_seek(fd, 0, FILE_BEGIN);
}

static errno_t write_mark(struct fd *fd) {
    DWORD count;
    BOOL done = fd->encoding == FD_UTF8 ? api_WriteFile(fd->handle, "\xEF\xBB\xBF", 3, &count, NULL)
                                        : api_WriteFile(fd->handle, "\xFF\xFE", 2, &count, NULL);
    return done ? 0 : CRT_EINVAL;
}

/* Unicode text: the byte order mark of an existing file wins over what was asked for, and _O_WTEXT without a mark
 * means ANSI text; a new file gets a mark ("fopen, _wfopen": Unicode support). */
static errno_t settle_encoding(struct fd *fd, int flags) {
    unsigned char mark[3] = {0};
    DWORD count = 0;
    LARGE_INTEGER end = {0}, start = {0};
    if ((fd->flags & (FD_DEVICE | FD_PIPE)) || !api_SetFilePointerEx(fd->handle, start, &end, FILE_END))
        return 0;
    bool writes = (flags & CRT_O_ACCESS) != CRT_O_RDONLY;
    if (end.QuadPart == 0)
        return writes ? write_mark(fd) : 0;
    fd_seek(fd, 0, FILE_BEGIN);
    bool readable = (flags & CRT_O_ACCESS) != CRT_O_WRONLY || (flags & CRT_O_APPEND);
    if (!readable)
        return 0;
    if (!api_ReadFile(fd->handle, mark, 3, &count, NULL))
        return CRT_EINVAL;
    if (count == 3 && memcmp(mark, "\xEF\xBB\xBF", 3) == 0) {
        fd->encoding = FD_UTF8;
        return 0;
    }
    if (count >= 2 && memcmp(mark, "\xFE\xFF", 2) == 0)
        return CRT_EINVAL;
    bool marked = count >= 2 && memcmp(mark, "\xFF\xFE", 2) == 0;
    if (marked)
        fd->encoding = FD_UTF16;
    else if (flags & CRT_O_WTEXT)
        fd->encoding = FD_ANSI;
    return fd_seek(fd, marked ? 2 : 0, FILE_BEGIN) < 0 ? CRT_EINVAL : 0;
}

static HANDLE create_file(const WCHAR *path, const struct open_request *request) {
    SECURITY_ATTRIBUTES security = {.nLength = sizeof security, .bInheritHandle = !(request->flags & FD_NOINHERIT)};
    return api_CreateFileW(path, request->access, request->share, &security, request->disposition, request->attributes,
                           NULL);
}

/* With the record's lock held; leaves the record open or marks it free. */
static errno_t open_record(struct fd *fd, int number, const WCHAR *path, const struct open_request *request,
                           int flags) {
    fd->flags = 0;
    HANDLE handle = create_file(path, request);
    if (handle == INVALID_HANDLE_VALUE) {
        crt_fail_win32();
        return crt_thread()->error;
    }
    unsigned char type = type_flags(handle);
    set_record(fd, number, handle, request->flags | type, request->encoding);
    errno_t error = 0;
    if (fd->flags & FD_TEXT) {
        if (!type && request->disposition != CREATE_ALWAYS && request->disposition != CREATE_NEW &&
            (flags & CRT_O_ACCESS) == CRT_O_RDWR)
            remove_end_mark(fd);
        if (request->encoding != FD_ANSI)
            error = settle_encoding(fd, flags);
    }
    if (!error)
        return 0;
    api_CloseHandle(handle);
    fd->flags = 0;
    crt_fail(error);
    return error;
}

errno_t fd_open(int *number, const WCHAR *path, int flags, int share, int mode) {
    struct open_request request;
    *number = -1;
    CRT_VALIDATE(decode_open(&request, flags, share, mode), CRT_EINVAL, CRT_EINVAL);
    int free_number = 0;
    struct fd *fd = take_free(&free_number);
    if (!fd)
        return CRT_EMFILE;
    errno_t error = open_record(fd, free_number, path, &request, flags);
    fd_release(fd);
    if (!error)
        *number = free_number;
    return error;
}

WCHAR *crt_wide_path(const char *path) {
    WCHAR *wide = path_wide_from_ansi(path);
    if (!wide)
        crt_fail(CRT_ENOMEM);
    return wide;
}

static errno_t open_narrow(int *number, const char *path, int flags, int share, int mode) {
    WCHAR *wide = crt_wide_path(path);
    *number = -1;
    if (!wide)
        return CRT_ENOMEM;
    errno_t error = fd_open(number, wide, flags, share, mode);
    free(wide);
    return error;
}

/* The optional argument of _open is read whether it was given or not: it is used only with _O_CREAT. */
API(CRT_DLLS, int, _wopen, const WCHAR *path, int flags, int mode) {
    int number;
    CRT_VALIDATE(path, CRT_EINVAL, -1);
    fd_open(&number, path, flags, CRT_SH_DENYNO, mode);
    return number;
}
API_ALIAS(api__wopen, cpp, MSVCR_DLLS, "?_wopen@@YAHPEB_WHH@Z");

API(CRT_DLLS, int, _open, const char *path, int flags, int mode) {
    int number;
    CRT_VALIDATE(path, CRT_EINVAL, -1);
    open_narrow(&number, path, flags, CRT_SH_DENYNO, mode);
    return number;
}
API_ALIAS(api__open, cpp, MSVCR_DLLS, "?_open@@YAHPEBDHH@Z");

API(CRT_DLLS, int, _wsopen, const WCHAR *path, int flags, int share, int mode) {
    int number;
    CRT_VALIDATE(path, CRT_EINVAL, -1);
    fd_open(&number, path, flags, share, mode);
    return number;
}
API_ALIAS(api__wsopen, cpp, MSVCR_DLLS, "?_wsopen@@YAHPEB_WHHH@Z");

API(CRT_DLLS, int, _sopen, const char *path, int flags, int share, int mode) {
    int number;
    CRT_VALIDATE(path, CRT_EINVAL, -1);
    open_narrow(&number, path, flags, share, mode);
    return number;
}
API_ALIAS(api__sopen, cpp, MSVCR_DLLS, "?_sopen@@YAHPEBDHHH@Z");

API(CRT_DLLS, errno_t, _wsopen_s, int *number, const WCHAR *path, int flags, int share, int mode) {
    CRT_VALIDATE(number, CRT_EINVAL, CRT_EINVAL);
    *number = -1;
    CRT_VALIDATE(path && !(mode & ~(CRT_S_IREAD | CRT_S_IWRITE)), CRT_EINVAL, CRT_EINVAL);
    return fd_open(number, path, flags, share, mode);
}

API(CRT_DLLS, errno_t, _sopen_s, int *number, const char *path, int flags, int share, int mode) {
    CRT_VALIDATE(number, CRT_EINVAL, CRT_EINVAL);
    *number = -1;
    CRT_VALIDATE(path && !(mode & ~(CRT_S_IREAD | CRT_S_IWRITE)), CRT_EINVAL, CRT_EINVAL);
    return open_narrow(number, path, flags, share, mode);
}

/* What the headers' _sopen and _sopen_s call: `secure` validates the mode. */
API(ucrtbase, errno_t, _wsopen_dispatch, const WCHAR *path, int flags, int share, int mode, int *number, int secure) {
    CRT_VALIDATE(number, CRT_EINVAL, CRT_EINVAL);
    *number = -1;
    CRT_VALIDATE(path && !(secure && (mode & ~(CRT_S_IREAD | CRT_S_IWRITE))), CRT_EINVAL, CRT_EINVAL);
    return fd_open(number, path, flags, share, mode);
}

API(ucrtbase, errno_t, _sopen_dispatch, const char *path, int flags, int share, int mode, int *number, int secure) {
    CRT_VALIDATE(number, CRT_EINVAL, CRT_EINVAL);
    *number = -1;
    CRT_VALIDATE(path && !(secure && (mode & ~(CRT_S_IREAD | CRT_S_IWRITE))), CRT_EINVAL, CRT_EINVAL);
    return open_narrow(number, path, flags, share, mode);
}

API(CRT_DLLS, int, _wcreat, const WCHAR *path, int mode) {
    return api__wopen(path, CRT_O_CREAT | CRT_O_TRUNC | CRT_O_RDWR, mode);
}

API(CRT_DLLS, int, _creat, const char *path, int mode) {
    return api__open(path, CRT_O_CREAT | CRT_O_TRUNC | CRT_O_RDWR, mode);
}

/* ---- closing and duplicating ---- */

/* Descriptors 1 and 2 often share one handle, which the last of them closes. */
static bool is_shared(int number, HANDLE handle) {
    struct fd *one = fd_record(1), *two = fd_record(2);
    if (number == 1)
        return (two->flags & FD_OPEN) && two->handle == handle;
    return number == 2 && (one->flags & FD_OPEN) && one->handle == handle;
}

/* With the record's lock held. */
static int close_record(struct fd *fd, int number) {
    HANDLE handle = fd->handle;
    /* Programs that close the handle themselves say so in __pioinfo. */
    bool closed = handle == (HANDLE)(LONG_PTR)-2 || handle == INVALID_HANDLE_VALUE || is_shared(number, handle) || api_CloseHandle(handle);
    fd->flags = 0;
    fd->handle = INVALID_HANDLE_VALUE;
    if (number < 3)
        set_standard_handle(number, NULL);
    return closed ? 0 : crt_fail_win32();
}

int fd_close(int number) {
    struct fd *fd = fd_acquire(number);
    if (!fd)
        return -1;
    int result = close_record(fd, number);
    fd_release(fd);
    return result;
}

API(CRT_DLLS, int, _close, int number) {
    struct fd *fd = acquire_valid(number);
    if (!fd)
        return -1;
    int result = close_record(fd, number);
    fd_release(fd);
    return result;
}

/* Another handle of this process for the same file. Copies are inheritable, those of _O_NOINHERIT too: so programs give
 * a child its standard streams ("_dup, _dup2": example, "_pipe": example). */
static bool duplicate(const struct fd *fd, HANDLE *copy) {
    return api_DuplicateHandle((HANDLE)(LONG_PTR)-1, fd->handle, (HANDLE)(LONG_PTR)-1, copy, 0, TRUE,
                               2 /* DUPLICATE_SAME_ACCESS */);
}

API(CRT_DLLS, int, _dup, int number) {
    struct fd *fd = acquire_valid(number);
    if (!fd)
        return -1;
    HANDLE copy;
    int result = duplicate(fd, &copy) ? 0 : crt_fail_win32();
    unsigned char flags = fd->flags & ~FD_NOINHERIT, encoding = fd->encoding;
    fd_release(fd);
    if (result)
        return -1;
    result = fd_new(copy, flags, encoding);
    if (result < 0)
        api_CloseHandle(copy);
    return result;
}

static int duplicate_to(struct fd *source, struct fd *target, int number) {
    HANDLE copy;
    if (!duplicate(source, &copy))
        return crt_fail_win32();
    if (target->flags & FD_OPEN)
        close_record(target, number);
    set_record(target, number, copy, source->flags & ~FD_NOINHERIT, source->encoding);
    return 0;
}

/* Both locks are taken in the order of the numbers. */
API(CRT_DLLS, int, _dup2, int from, int to) {
    fd_init();
    CRT_VALIDATE((unsigned)to < FD_MAX && chunk_at(to / FD_CHUNK), CRT_EBADF, -1);
    struct fd *source = fd_record(from), *target = fd_record(to);
    CRT_VALIDATE(source && (source->flags & FD_OPEN), CRT_EBADF, -1);
    if (source == target)
        return 0;
    crt_lock_acquire(&(from < to ? source : target)->lock);
    crt_lock_acquire(&(from < to ? target : source)->lock);
    int result = source->flags & FD_OPEN ? duplicate_to(source, target, to) : fail_bad_fd();
    fd_release(source);
    fd_release(target);
    return result;
}

/* ---- handles ---- */

API(CRT_DLLS, intptr_t, _get_osfhandle, int number) {
    struct fd *fd = fd_record(number);
    CRT_VALIDATE(fd && (fd->flags & FD_OPEN), CRT_EBADF, -1);
    return (intptr_t)fd->handle;
}

API(CRT_DLLS, int, _open_osfhandle, intptr_t handle, int flags) {
    unsigned char file_flags = 0;
    if (api_GetFileType((HANDLE)handle) == FILE_TYPE_UNKNOWN) {
        DWORD error = teb_self()->LastErrorValue;
        crt_set_win32_error(error ? error : ERROR_INVALID_HANDLE);
        return -1;
    }
    file_flags = type_flags((HANDLE)handle);
    if (flags & CRT_O_APPEND)
        file_flags |= FD_APPEND;
    if (flags & (CRT_O_TEXT | CRT_O_UNICODE))
        file_flags |= FD_TEXT;
    if (flags & CRT_O_NOINHERIT)
        file_flags |= FD_NOINHERIT;
    enum fd_encoding encoding = flags & CRT_O_U8TEXT ? FD_UTF8 : flags & CRT_O_UNICODE ? FD_UTF16 : FD_ANSI;
    return fd_new((HANDLE)handle, file_flags, encoding);
}

API(CRT_DLLS, int, _isatty, int number) {
    struct fd *fd = fd_record(number); /* one that is not open is a bad one for other functions, but not here */
    CRT_VALIDATE(fd, CRT_EBADF, 0);
    return fd->flags & FD_OPEN ? fd->flags & FD_DEVICE : 0;
}

static int mode_of(const struct fd *fd) {
    if (!(fd->flags & FD_TEXT))
        return CRT_O_BINARY;
    return fd->encoding == FD_ANSI ? CRT_O_TEXT : CRT_O_WTEXT;
}

API(CRT_DLLS, int, _setmode, int number, int mode) {
    CRT_VALIDATE(mode == CRT_O_TEXT || mode == CRT_O_BINARY || mode == CRT_O_WTEXT || mode == CRT_O_U8TEXT ||
                 mode == CRT_O_U16TEXT, CRT_EINVAL, -1);
    struct fd *fd = acquire_valid(number);
    if (!fd)
        return -1;
    int previous = mode_of(fd);
    if (mode == CRT_O_BINARY)
        fd->flags &= (unsigned char)~FD_TEXT;
    else
        fd->flags |= FD_TEXT;
    if (mode != CRT_O_BINARY)
        fd->encoding = mode == CRT_O_TEXT ? FD_ANSI : mode == CRT_O_U8TEXT ? FD_UTF8 : FD_UTF16;
    streams_mode_changed(number);
    fd_release(fd);
    return previous;
}

API(CRT_DLLS, int, _pipe, int *numbers, unsigned size, int mode) {
    SECURITY_ATTRIBUTES security = {.nLength = sizeof security, .bInheritHandle = !(mode & CRT_O_NOINHERIT)};
    HANDLE ends[2];
    CRT_VALIDATE(numbers, CRT_EINVAL, -1);
    numbers[0] = numbers[1] = -1;
    CRT_VALIDATE(!(mode & ~(CRT_O_NOINHERIT | CRT_O_MODES)), CRT_EINVAL, -1);
    if (!api_CreatePipe(&ends[0], &ends[1], &security, size))
        return crt_fail_win32();
    unsigned char flags = FD_PIPE;
    if (mode & CRT_O_NOINHERIT)
        flags |= FD_NOINHERIT;
    if (mode & CRT_O_TEXT || (!(mode & CRT_O_BINARY) && fd_default_mode() == CRT_O_TEXT))
        flags |= FD_TEXT;
    numbers[0] = fd_new(ends[0], flags, FD_ANSI);
    numbers[1] = numbers[0] < 0 ? -1 : fd_new(ends[1], flags, FD_ANSI);
    if (numbers[1] >= 0)
        return 0;
    api_CloseHandle(ends[1]);
    if (numbers[0] < 0)
        api_CloseHandle(ends[0]);
    else
        fd_close(numbers[0]);
    numbers[0] = -1;
    return crt_fail(CRT_EMFILE);
}

/* ---- positions and sizes ---- */

int64_t fd_seek(struct fd *fd, int64_t offset, int origin) {
    LARGE_INTEGER distance = {.QuadPart = offset}, position;
    if (!api_SetFilePointerEx(fd->handle, distance, &position, (DWORD)origin))
        return crt_fail_win32();
    fd->flags &= (unsigned char)~FD_AT_EOF;
    fd->ahead_count = 0;
    return position.QuadPart;
}

API(CRT_DLLS, int64_t, _lseeki64, int number, int64_t offset, int origin) {
    struct fd *fd = acquire_valid(number);
    if (!fd)
        return -1;
    int64_t position = fd_seek(fd, offset, origin);
    fd_release(fd);
    return position;
}

/* A position that a long cannot hold is an error, but the descriptor has moved. */
static LONG long_position(int64_t position) {
    return position > INT32_MAX ? crt_fail(CRT_EINVAL) : (LONG)position;
}

API(CRT_DLLS, LONG, _lseek, int number, LONG offset, int origin) {
    return long_position(api__lseeki64(number, offset, origin));
}

API(CRT_DLLS, int64_t, _telli64, int number) { return api__lseeki64(number, 0, FILE_CURRENT); }

API(CRT_DLLS, LONG, _tell, int number) { return long_position(api__telli64(number)); }

static int64_t length_of(struct fd *fd) {
    LARGE_INTEGER zero = {0}, here, end;
    if (!api_SetFilePointerEx(fd->handle, zero, &here, FILE_CURRENT) ||
        !api_SetFilePointerEx(fd->handle, zero, &end, FILE_END) ||
        !api_SetFilePointerEx(fd->handle, here, NULL, FILE_BEGIN))
        return crt_fail_win32();
    return end.QuadPart;
}

API(CRT_DLLS, int64_t, _filelengthi64, int number) {
    struct fd *fd = acquire_valid(number);
    if (!fd)
        return -1;
    int64_t length = length_of(fd);
    fd_release(fd);
    return length;
}

API(CRT_DLLS, LONG, _filelength, int number) { return long_position(api__filelengthi64(number)); }

static int at_end(struct fd *fd) {
    LARGE_INTEGER zero = {0}, here;
    if (!api_SetFilePointerEx(fd->handle, zero, &here, FILE_CURRENT))
        return crt_fail_win32();
    int64_t length = length_of(fd);
    return length < 0 ? -1 : here.QuadPart >= length;
}

API(CRT_DLLS, int, _eof, int number) {
    struct fd *fd = acquire_valid(number);
    if (!fd)
        return -1;
    int result = at_end(fd);
    fd_release(fd);
    return result;
}

/* Growing fills with zeros; the position stays. */
static errno_t change_size(struct fd *fd, int64_t size) {
    LARGE_INTEGER zero = {0}, end = {.QuadPart = size}, here;
    if (api_SetFilePointerEx(fd->handle, zero, &here, FILE_CURRENT) &&
        api_SetFilePointerEx(fd->handle, end, NULL, FILE_BEGIN)) {
        BOOL done = api_SetEndOfFile(fd->handle);
        DWORD error = teb_self()->LastErrorValue;
        api_SetFilePointerEx(fd->handle, here, NULL, FILE_BEGIN);
        set_last_error(error);
        if (done)
            return 0;
    }
    crt_fail_win32();
    return crt_thread()->error;
}

API(CRT_DLLS, errno_t, _chsize_s, int number, int64_t size) {
    CRT_VALIDATE(size >= 0, CRT_EINVAL, CRT_EINVAL);
    struct fd *fd = acquire_valid(number);
    if (!fd)
        return CRT_EBADF;
    errno_t error = change_size(fd, size);
    fd_release(fd);
    return error;
}

API(CRT_DLLS, int, _chsize, int number, LONG size) { return api__chsize_s(number, size) ? -1 : 0; }

API(CRT_DLLS, int, _commit, int number) {
    struct fd *fd = acquire_valid(number);
    if (!fd)
        return -1;
    int result = 0;
    if (!api_FlushFileBuffers(fd->handle)) {
        crt_thread()->dos_error = teb_self()->LastErrorValue;
        result = crt_fail(CRT_EBADF);
    }
    fd_release(fd);
    return result;
}

/* ---- locking ---- */

enum { LOCK_UNLOCK, LOCK_WAIT, LOCK_NOW, LOCK_WAIT_READ, LOCK_NOW_READ, LOCK_ATTEMPTS = 10 };

static BOOL lock_region(HANDLE handle, int64_t position, DWORD size, int mode) {
    DWORD low = (DWORD)position, high = (DWORD)(position >> 32);
    if (mode == LOCK_UNLOCK)
        return api_UnlockFile(handle, low, high, size, 0);
    for (int attempt = 1;; attempt++) {
        if (api_LockFile(handle, low, high, size, 0))
            return TRUE;
        bool waits = mode == LOCK_WAIT || mode == LOCK_WAIT_READ;
        if (!waits || attempt == LOCK_ATTEMPTS)
            return FALSE;
        api_Sleep(1000);
    }
}

/* "_locking": ten attempts, a second apart. */
API(CRT_DLLS, int, _locking, int number, int mode, LONG size) {
    CRT_VALIDATE(size >= 0 && mode >= LOCK_UNLOCK && mode <= LOCK_NOW_READ, CRT_EINVAL, -1);
    struct fd *fd = acquire_valid(number);
    if (!fd)
        return -1;
    HANDLE handle = fd->handle;
    int64_t position = fd_seek(fd, 0, FILE_CURRENT);
    fd_release(fd);
    if (position < 0)
        return -1;
    if (lock_region(handle, position, (DWORD)size, mode))
        return 0;
    crt_fail_win32();
    return mode == LOCK_WAIT || mode == LOCK_WAIT_READ ? crt_fail(CRT_EDEADLK) : crt_fail(CRT_EACCES);
}

/* ---- reading and writing ---- */

API(CRT_DLLS, int, _read, int number, void *buffer, unsigned size) {
    CRT_VALIDATE(size <= INT32_MAX && (buffer || !size), CRT_EINVAL, -1);
    struct fd *fd = acquire_valid(number);
    if (!fd)
        return -1;
    int result = fd_read(fd, buffer, size);
    fd_release(fd);
    return result;
}

API(CRT_DLLS, int, _write, int number, const void *buffer, unsigned size) {
    CRT_VALIDATE(size <= INT32_MAX && (buffer || !size), CRT_EINVAL, -1);
    struct fd *fd = acquire_valid(number);
    if (!fd)
        return -1;
    int result = fd_write(fd, buffer, size);
    fd_release(fd);
    return result;
}
