/* Streams on files ("SHCreateStreamOnFileEx function"): a file handle behind IStream. Clones are not to be had, nothing is
 * transacted. */
#include "codepage.h"
#include "com.h"
#include "com_stream.h"
#include "file.h"

#define HRESULT_OF(code_) ((HRESULT)(0x80070000u | (code_)))

/* STGM_*: access, sharing and creation. */
enum { STGM_ACCESS = 0x3, STGM_WRITE = 1, STGM_READWRITE = 2, STGM_CREATE = 0x1000 };
enum { STGM_SHARE = 0x70, STGM_SHARE_EXCLUSIVE = 0x10, STGM_SHARE_DENY_WRITE = 0x20, STGM_SHARE_DENY_READ = 0x30 };
enum { CREATE_ALWAYS_ = 2, OPEN_EXISTING_ = 3 };

API_USE(HANDLE, CreateFileW, LPCWSTR, DWORD, DWORD, SECURITY_ATTRIBUTES *, DWORD, DWORD, HANDLE);
API_USE(BOOL, CloseHandle, HANDLE);
API_USE(BOOL, ReadFile, HANDLE, LPVOID, DWORD, LPDWORD, void *);
API_USE(BOOL, WriteFile, HANDLE, LPCVOID, DWORD, LPDWORD, void *);
API_USE(BOOL, SetFilePointerEx, HANDLE, LARGE_INTEGER, LARGE_INTEGER *, DWORD);
API_USE(BOOL, SetEndOfFile, HANDLE);
API_USE(BOOL, FlushFileBuffers, HANDLE);
API_USE(BOOL, GetFileSizeEx, HANDLE, LARGE_INTEGER *);
API_USE(BOOL, GetFileTime, HANDLE, FILETIME *, FILETIME *, FILETIME *);
API_USE(HRESULT, SHStrDupW, LPCWSTR, LPWSTR *);

struct file_stream {
    struct com_object object;
    HANDLE file;
    DWORD mode;
    WCHAR *name;
};

static HRESULT last_error(void) { return HRESULT_OF(teb_self()->LastErrorValue); }

static void file_stream_destroy(struct com_object *object) {
    struct file_stream *self = (struct file_stream *)object;
    api_CloseHandle(self->file);
    heap_free(self->name);
    heap_free(self);
}

/* S_FALSE: fewer bytes than asked for. */
static HRESULT WINAPI file_stream_read(struct file_stream *self, void *buffer, ULONG size, ULONG *read) {
    DWORD count = 0;
    BOOL success = api_ReadFile(self->file, buffer, size, &count, NULL);
    if (read)
        *read = count;
    return !success ? last_error() : count == size ? S_OK : S_FALSE;
}

static HRESULT WINAPI file_stream_write(struct file_stream *self, const void *buffer, ULONG size, ULONG *written) {
    DWORD count = 0;
    BOOL success = api_WriteFile(self->file, buffer, size, &count, NULL);
    if (written)
        *written = count;
    return success ? S_OK : last_error();
}

static HRESULT WINAPI file_stream_seek(struct file_stream *self, int64_t move, DWORD origin, uint64_t *position) {
    LARGE_INTEGER at = {.QuadPart = 0};
    if (!api_SetFilePointerEx(self->file, (LARGE_INTEGER){.QuadPart = move}, &at, origin))
        return last_error();
    if (position)
        *position = (uint64_t)at.QuadPart;
    return S_OK;
}

/* The position stays what it was. */
static HRESULT WINAPI file_stream_set_size(struct file_stream *self, uint64_t size) {
    uint64_t before = 0;
    HRESULT result = file_stream_seek(self, 0, STREAM_SEEK_CUR, &before);
    if (SUCCEEDED(result))
        result = file_stream_seek(self, (int64_t)size, STREAM_SEEK_SET, NULL);
    if (SUCCEEDED(result) && !api_SetEndOfFile(self->file))
        result = last_error();
    file_stream_seek(self, (int64_t)before, STREAM_SEEK_SET, NULL);
    return result;
}

static HRESULT WINAPI file_stream_copy_to(struct file_stream *self, IUnknown *target, uint64_t size, uint64_t *read,
                                          uint64_t *written) {
    return stream_copy((IUnknown *)(void *)self, target, size, read, written);
}

static HRESULT WINAPI file_stream_commit(struct file_stream *self, DWORD flags) {
    (void)flags;
    return api_FlushFileBuffers(self->file) ? S_OK : last_error();
}

static HRESULT WINAPI file_stream_revert(struct file_stream *self) {
    (void)self;
    return E_NOTIMPL;
}

static HRESULT WINAPI file_stream_lock(struct file_stream *self, uint64_t offset, uint64_t size, DWORD type) {
    (void)self, (void)offset, (void)size, (void)type;
    return E_NOTIMPL;
}

static HRESULT WINAPI file_stream_stat(struct file_stream *self, STATSTG *statistics, DWORD flag) {
    LARGE_INTEGER size = {.QuadPart = 0};
    if (!statistics)
        return STG_E_INVALIDPOINTER;
    *statistics = (STATSTG){.type = STGTY_STREAM, .grfMode = self->mode};
    if (!api_GetFileSizeEx(self->file, &size) ||
        !api_GetFileTime(self->file, &statistics->ctime, &statistics->atime, &statistics->mtime))
        return last_error();
    statistics->cbSize.QuadPart = (uint64_t)size.QuadPart;
    return flag & STATFLAG_NONAME ? S_OK : api_SHStrDupW(self->name, &statistics->pwcsName);
}

static HRESULT WINAPI file_stream_clone(struct file_stream *self, void **clone) {
    (void)self;
    if (clone)
        *clone = NULL;
    return E_NOTIMPL;
}

static const struct {
    HRESULT(WINAPI *query)(struct com_object *, const GUID *, void **);
    ULONG(WINAPI *add_ref)(struct com_object *);
    ULONG(WINAPI *release)(struct com_object *);
    HRESULT(WINAPI *read)(struct file_stream *, void *, ULONG, ULONG *);
    HRESULT(WINAPI *write)(struct file_stream *, const void *, ULONG, ULONG *);
    HRESULT(WINAPI *seek)(struct file_stream *, int64_t, DWORD, uint64_t *);
    HRESULT(WINAPI *set_size)(struct file_stream *, uint64_t);
    HRESULT(WINAPI *copy_to)(struct file_stream *, IUnknown *, uint64_t, uint64_t *, uint64_t *);
    HRESULT(WINAPI *commit)(struct file_stream *, DWORD);
    HRESULT(WINAPI *revert)(struct file_stream *);
    HRESULT(WINAPI *lock)(struct file_stream *, uint64_t, uint64_t, DWORD);
    HRESULT(WINAPI *unlock)(struct file_stream *, uint64_t, uint64_t, DWORD);
    HRESULT(WINAPI *stat)(struct file_stream *, STATSTG *, DWORD);
    HRESULT(WINAPI *clone)(struct file_stream *, void **);
} file_stream_table = {com_object_query, com_object_add_ref, com_object_release, file_stream_read, file_stream_write,
                       file_stream_seek, file_stream_set_size, file_stream_copy_to, file_stream_commit,
                       file_stream_revert, file_stream_lock, file_stream_lock, file_stream_stat, file_stream_clone};

static HANDLE open_file(LPCWSTR name, DWORD mode, DWORD attributes, DWORD disposition) {
    DWORD kind = mode & STGM_ACCESS, share = mode & STGM_SHARE;
    DWORD access = kind == STGM_WRITE ? GENERIC_WRITE : kind == STGM_READWRITE ? GENERIC_READ | GENERIC_WRITE : GENERIC_READ;
    DWORD shared = share == STGM_SHARE_EXCLUSIVE ? 0
                 : share == STGM_SHARE_DENY_WRITE ? FILE_SHARE_READ
                 : share == STGM_SHARE_DENY_READ ? FILE_SHARE_WRITE : FILE_SHARE_READ | FILE_SHARE_WRITE;
    return api_CreateFileW(name, access, shared, NULL, disposition, attributes, NULL);
}

static HRESULT stream_on_file(LPCWSTR name, DWORD mode, DWORD attributes, DWORD disposition, void **result) {
    if (!name || !result)
        return E_INVALIDARG;
    *result = NULL;
    struct file_stream *self = heap_alloc(sizeof *self);
    if (!self)
        return E_OUTOFMEMORY;
    *self = (struct file_stream){{&file_stream_table, 1, &com_iid_stream, &com_iid_sequential_stream, file_stream_destroy},
                                 open_file(name, mode, attributes, disposition), mode, NULL};
    if (self->file == (HANDLE)(intptr_t)-1) {
        heap_free(self);
        return last_error();
    }
    api_SHStrDupW(name, &self->name);
    *result = self;
    return S_OK;
}

/* STGM_CREATE empties an existing file; otherwise fCreate says whether it must be new. */
API(shlwapi shcore, HRESULT, SHCreateStreamOnFileEx, LPCWSTR pszFile, DWORD grfMode, DWORD dwAttributes, BOOL fCreate,
    void *pstmTemplate, void **ppstm) {
    enum { CREATE_NEW_ = 1 };
    if (pstmTemplate)
        return E_INVALIDARG;
    return stream_on_file(pszFile, grfMode, dwAttributes,
                          grfMode & STGM_CREATE ? CREATE_ALWAYS_ : fCreate ? CREATE_NEW_ : OPEN_EXISTING_, ppstm);
}

API(shlwapi shcore, HRESULT, SHCreateStreamOnFileW, LPCWSTR pszFile, DWORD grfMode, void **ppstm) {
    return stream_on_file(pszFile, grfMode, 0, grfMode & STGM_CREATE ? CREATE_ALWAYS_ : OPEN_EXISTING_, ppstm);
}

API(shlwapi shcore, HRESULT, SHCreateStreamOnFileA, LPCSTR pszFile, DWORD grfMode, void **ppstm) {
    WCHAR *name = pszFile ? path_wide_from_ansi(pszFile) : NULL;
    HRESULT result = api_SHCreateStreamOnFileW(name, grfMode, ppstm);
    free(name);
    return result;
}
