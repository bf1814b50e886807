/* Streams over memory ("IStream interface", "CreateStreamOnHGlobal function"). A stream and its clones share the bytes,
 * each has a position of its own. The bytes lie in a global memory block that the program can get at. */
#include <pthread.h>

#include "com_stream.h"

enum { GMEM_MOVEABLE = 2, GMEM_ZEROINIT = 0x40 };

API_USE(HANDLE, GlobalAlloc, UINT, SIZE_T);
API_USE(HANDLE, GlobalReAlloc, HANDLE, SIZE_T, UINT);
API_USE(HANDLE, GlobalFree, HANDLE);
API_USE(LPVOID, GlobalLock, HANDLE);
API_USE(BOOL, GlobalUnlock, HANDLE);
API_USE(SIZE_T, GlobalSize, HANDLE);

/* What clones share. */
struct contents {
    atomic_uint references;
    pthread_mutex_t lock;
    HANDLE memory;
    uint64_t size;
    bool is_owned;
};

struct stream {
    struct com_object object;
    struct contents *contents;
    uint64_t position;
};

const GUID com_iid_stream = OLE_GUID(0xc);
const GUID com_iid_sequential_stream = {0x0c733a30, 0x2a1c, 0x11ce,
                                           {0xad, 0xe5, 0x00, 0xaa, 0x00, 0x44, 0x77, 0x3d}};

static void stream_destroy(struct com_object *self) {
    struct contents *contents = ((struct stream *)self)->contents;
    if (atomic_fetch_sub(&contents->references, 1) == 1) {
        if (contents->is_owned)
            api_GlobalFree(contents->memory);
        pthread_mutex_destroy(&contents->lock);
        heap_free(contents);
    }
    heap_free(self);
}

/* The lock is held. A failed change leaves the contents as they were. */
static HRESULT set_size(struct contents *contents, uint64_t size) {
    if (size > 0xffffffff)
        return STG_E_MEDIUMFULL;
    if (size > api_GlobalSize(contents->memory)) {
        uint64_t capacity = size + size / 2; /* so that many small writes are not many moves */
        HANDLE memory = api_GlobalReAlloc(contents->memory, capacity, GMEM_MOVEABLE | GMEM_ZEROINIT);
        if (!memory)
            return E_OUTOFMEMORY;
        contents->memory = memory;
    } else if (size < contents->size) {
        HANDLE memory = api_GlobalReAlloc(contents->memory, size ? size : 1, GMEM_MOVEABLE);
        contents->memory = memory ? memory : contents->memory;
    }
    contents->size = size;
    return S_OK;
}

static HRESULT WINAPI stream_read(struct stream *self, void *buffer, ULONG size, ULONG *read) {
    struct contents *contents = self->contents;
    if (read)
        *read = 0;
    if (!buffer)
        return STG_E_INVALIDPOINTER;
    pthread_mutex_lock(&contents->lock);
    uint64_t left = self->position < contents->size ? contents->size - self->position : 0;
    ULONG count = left < size ? (ULONG)left : size;
    if (count) {
        const char *bytes = api_GlobalLock(contents->memory);
        memcpy(buffer, bytes + self->position, count);
        api_GlobalUnlock(contents->memory);
        self->position += count;
    }
    pthread_mutex_unlock(&contents->lock);
    if (read)
        *read = count;
    return S_OK;
}

static HRESULT WINAPI stream_write(struct stream *self, const void *buffer, ULONG size, ULONG *written) {
    struct contents *contents = self->contents;
    HRESULT result = S_OK;
    if (written)
        *written = 0;
    if (!buffer)
        return STG_E_INVALIDPOINTER;
    pthread_mutex_lock(&contents->lock);
    if (size && self->position + size > contents->size)
        result = set_size(contents, self->position + size);
    if (SUCCEEDED(result) && size) {
        char *bytes = api_GlobalLock(contents->memory);
        memcpy(bytes + self->position, buffer, size);
        api_GlobalUnlock(contents->memory);
        self->position += size;
        if (written)
            *written = size;
    }
    pthread_mutex_unlock(&contents->lock);
    return result;
}

/* Past the end is allowed; before the start is not. */
static HRESULT WINAPI stream_seek(struct stream *self, int64_t move, DWORD origin, uint64_t *position) {
    int64_t base = origin == STREAM_SEEK_SET ? 0 : origin == STREAM_SEEK_CUR ? (int64_t)self->position
                 : (int64_t)self->contents->size;
    if (origin > STREAM_SEEK_END || base + move < 0) {
        if (position)
            *position = self->position;
        return origin > STREAM_SEEK_END ? STG_E_INVALIDFUNCTION : STG_E_SEEKERROR;
    }
    self->position = (uint64_t)(base + move);
    if (position)
        *position = self->position;
    return S_OK;
}

static HRESULT WINAPI stream_set_size(struct stream *self, uint64_t size) {
    pthread_mutex_lock(&self->contents->lock);
    HRESULT result = set_size(self->contents, size);
    pthread_mutex_unlock(&self->contents->lock);
    return result;
}

/* The target may be anybody's stream. */
typedef struct {
    IUnknownVtbl unknown;
    HRESULT(WINAPI *Read)(void *, void *, ULONG, ULONG *);
    HRESULT(WINAPI *Write)(void *, const void *, ULONG, ULONG *);
} SequentialStreamVtbl;

HRESULT stream_copy(IUnknown *source, IUnknown *target, uint64_t size, uint64_t *read, uint64_t *written) {
    char buffer[4096];
    uint64_t total_read = 0, total_written = 0;
    HRESULT result = S_OK;
    if (!target)
        return STG_E_INVALIDPOINTER;
    const SequentialStreamVtbl *from = (const SequentialStreamVtbl *)(const void *)source->lpVtbl;
    const SequentialStreamVtbl *to = (const SequentialStreamVtbl *)(const void *)target->lpVtbl;
    while (size && SUCCEEDED(result)) {
        ULONG count = 0, put = 0;
        result = from->Read(source, buffer, size < sizeof buffer ? (ULONG)size : sizeof buffer, &count);
        if (FAILED(result) || !count)
            break;
        result = to->Write(target, buffer, count, &put);
        total_read += count;
        total_written += put;
        size -= count;
    }
    if (read)
        *read = total_read;
    if (written)
        *written = total_written;
    return FAILED(result) ? result : S_OK;
}

static HRESULT WINAPI stream_copy_to(struct stream *self, IUnknown *target, uint64_t size, uint64_t *read,
                                     uint64_t *written) {
    return stream_copy((IUnknown *)(void *)self, target, size, read, written);
}

static HRESULT WINAPI stream_commit(struct stream *self, DWORD flags) {
    (void)self, (void)flags;
    return S_OK; /* nothing is transacted */
}

static HRESULT WINAPI stream_revert(struct stream *self) {
    (void)self;
    return S_OK;
}

static HRESULT WINAPI stream_lock_region(struct stream *self, uint64_t offset, uint64_t size, DWORD type) {
    (void)self, (void)offset, (void)size, (void)type;
    return STG_E_INVALIDFUNCTION;
}

static HRESULT WINAPI stream_stat(struct stream *self, STATSTG *statistics, DWORD flag) {
    (void)flag;
    if (!statistics)
        return STG_E_INVALIDPOINTER;
    *statistics = (STATSTG){.type = STGTY_STREAM, .cbSize.QuadPart = self->contents->size};
    return S_OK;
}

static HRESULT stream_new(struct contents *contents, uint64_t position, struct stream **result);

static HRESULT WINAPI stream_clone(struct stream *self, struct stream **clone) {
    if (!clone)
        return STG_E_INVALIDPOINTER;
    atomic_fetch_add(&self->contents->references, 1);
    HRESULT result = stream_new(self->contents, self->position, clone);
    if (FAILED(result))
        atomic_fetch_sub(&self->contents->references, 1);
    return result;
}

static const struct {
    HRESULT(WINAPI *query)(struct com_object *, const GUID *, void **);
    ULONG(WINAPI *add_ref)(struct com_object *);
    ULONG(WINAPI *release)(struct com_object *);
    HRESULT(WINAPI *read)(struct stream *, void *, ULONG, ULONG *);
    HRESULT(WINAPI *write)(struct stream *, const void *, ULONG, ULONG *);
    HRESULT(WINAPI *seek)(struct stream *, int64_t, DWORD, uint64_t *);
    HRESULT(WINAPI *set_size)(struct stream *, uint64_t);
    HRESULT(WINAPI *copy_to)(struct stream *, IUnknown *, uint64_t, uint64_t *, uint64_t *);
    HRESULT(WINAPI *commit)(struct stream *, DWORD);
    HRESULT(WINAPI *revert)(struct stream *);
    HRESULT(WINAPI *lock)(struct stream *, uint64_t, uint64_t, DWORD);
    HRESULT(WINAPI *unlock)(struct stream *, uint64_t, uint64_t, DWORD);
    HRESULT(WINAPI *stat)(struct stream *, STATSTG *, DWORD);
    HRESULT(WINAPI *clone)(struct stream *, struct stream **);
} stream_table = {com_object_query, com_object_add_ref, com_object_release, stream_read, stream_write, stream_seek,
                  stream_set_size, stream_copy_to, stream_commit, stream_revert, stream_lock_region,
                  stream_lock_region, stream_stat, stream_clone};

static HRESULT stream_new(struct contents *contents, uint64_t position, struct stream **result) {
    struct stream *stream = heap_alloc(sizeof *stream);
    *result = stream;
    if (!stream)
        return E_OUTOFMEMORY;
    *stream = (struct stream){{&stream_table, 1, &com_iid_stream, &com_iid_sequential_stream, stream_destroy}, contents,
                              position};
    return S_OK;
}

API(ole32 combase, HRESULT, CreateStreamOnHGlobal, HANDLE hGlobal, BOOL fDeleteOnRelease, struct stream **ppstm) {
    if (!ppstm)
        return E_INVALIDARG;
    *ppstm = NULL;
    HANDLE memory = hGlobal ? hGlobal : api_GlobalAlloc(GMEM_MOVEABLE, 0);
    struct contents *contents = heap_alloc(sizeof *contents);
    if (!memory || !contents) {
        heap_free(contents);
        return E_OUTOFMEMORY;
    }
    *contents = (struct contents){1, PTHREAD_MUTEX_INITIALIZER, memory, hGlobal ? api_GlobalSize(memory) : 0,
                                  fDeleteOnRelease};
    HRESULT result = stream_new(contents, 0, ppstm);
    if (FAILED(result))
        heap_free(contents);
    return result;
}

static struct stream *own_stream(IUnknown *stream) {
    return stream && (const void *)stream->lpVtbl == &stream_table ? (struct stream *)(void *)stream : NULL;
}

API(ole32 combase, HRESULT, GetHGlobalFromStream, IUnknown *pstm, HANDLE *phglobal) {
    struct stream *stream = own_stream(pstm);
    if (!stream || !phglobal)
        return E_INVALIDARG;
    *phglobal = stream->contents->memory;
    return S_OK;
}

/* ("SHCreateMemStream function") NULL out of memory. */
API(shlwapi shcore, struct stream *, SHCreateMemStream, const BYTE *pInit, UINT cbInit) {
    struct stream *stream;
    if (FAILED(api_CreateStreamOnHGlobal(NULL, TRUE, &stream)))
        return NULL;
    if (pInit && cbInit && FAILED(stream_write(stream, pInit, cbInit, NULL))) {
        com_release(stream);
        return NULL;
    }
    stream->position = 0;
    return stream;
}

/* ---- interface pointers in a stream: within one process, the pointer itself ("CoMarshalInterface function") ---- */

struct marshaled {
    char mark[8];
    GUID interface_id;
    IUnknown *object; /* holds a reference */
};

static const char mark[8] = "windlass";

API(ole32 combase, HRESULT, CoMarshalInterface, IUnknown *pStm, const GUID *riid, IUnknown *pUnk, DWORD dwDestContext,
    LPVOID pvDestContext, DWORD mshlflags) {
    struct marshaled data;
    (void)dwDestContext, (void)pvDestContext, (void)mshlflags;
    if (!pUnk || !pStm)
        return E_INVALIDARG;
    memcpy(data.mark, mark, sizeof mark);
    data.interface_id = *riid;
    HRESULT result = com_query(pUnk, riid, (void **)&data.object);
    if (FAILED(result))
        return result;
    result = ((const SequentialStreamVtbl *)(const void *)pStm->lpVtbl)->Write(pStm, &data, sizeof data, NULL);
    if (FAILED(result))
        com_release(data.object);
    return result;
}

static HRESULT read_marshaled(IUnknown *stream, struct marshaled *data) {
    ULONG count = 0;
    const SequentialStreamVtbl *table = (const SequentialStreamVtbl *)(const void *)stream->lpVtbl;
    HRESULT result = table->Read(stream, data, sizeof *data, &count);
    if (FAILED(result))
        return result;
    return count == sizeof *data && memcmp(data->mark, mark, sizeof mark) == 0 ? S_OK : E_UNEXPECTED;
}

API(ole32 combase, HRESULT, CoUnmarshalInterface, IUnknown *pStm, const GUID *riid, void **ppv) {
    struct marshaled data;
    if (!pStm || !ppv)
        return E_INVALIDARG;
    *ppv = NULL;
    HRESULT result = read_marshaled(pStm, &data);
    if (FAILED(result))
        return result;
    result = com_query(data.object, riid, ppv);
    com_release(data.object);
    return result;
}

API(ole32 combase, HRESULT, CoReleaseMarshalData, IUnknown *pStm) {
    struct marshaled data;
    if (!pStm)
        return E_INVALIDARG;
    HRESULT result = read_marshaled(pStm, &data);
    if (SUCCEEDED(result))
        com_release(data.object);
    return result;
}

API(ole32 combase, HRESULT, CoMarshalInterThreadInterfaceInStream, const GUID *riid, IUnknown *pUnk,
    struct stream **ppStm) {
    enum { MSHCTX_INPROC = 3 };
    if (!ppStm)
        return E_INVALIDARG;
    *ppStm = NULL;
    if (!pUnk)
        return E_INVALIDARG;
    HRESULT result = api_CreateStreamOnHGlobal(NULL, TRUE, ppStm);
    if (FAILED(result))
        return result;
    result = api_CoMarshalInterface((IUnknown *)(void *)*ppStm, riid, pUnk, MSHCTX_INPROC, NULL, 0);
    if (FAILED(result)) {
        com_release(*ppStm);
        *ppStm = NULL;
        return result;
    }
    (*ppStm)->position = 0;
    return S_OK;
}

/* The stream is released even when this fails. */
API(ole32 combase, HRESULT, CoGetInterfaceAndReleaseStream, IUnknown *pStm, const GUID *iid, void **ppv) {
    if (!pStm)
        return E_INVALIDARG;
    HRESULT result = api_CoUnmarshalInterface(pStm, iid, ppv);
    com_release(pStm);
    return result;
}
