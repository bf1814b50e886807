/* winmm's files ("Multimedia File I/O", "mmioOpenW function", "mmioDescend function"): disk files and memory, and the
 * chunks of RIFF files. Buffers (mmioSetBuffer, mmioAdvance) and I/O procedures of the program's are not to be had. A file's
 * handle is its address.
 *
 * The structures are packed to bytes in Microsoft's mmiscapi.h. */
#include <pthread.h>

#include "api.h"
#include "codepage.h"
#include "file.h"

typedef UINT MMRESULT;
typedef DWORD FOURCC;

enum {
    MMSYSERR_NOERROR = 0, MMSYSERR_INVALHANDLE = 5, MMSYSERR_INVALPARAM = 11,
    MMIOERR_FILENOTFOUND = 257, MMIOERR_OUTOFMEMORY = 258, MMIOERR_CANNOTOPEN = 259,
    MMIOERR_CANNOTWRITE = 262, MMIOERR_CANNOTSEEK = 263, MMIOERR_CHUNKNOTFOUND = 265,
};
enum { MMIO_READ = 0, MMIO_WRITE = 1, MMIO_READWRITE = 2, MMIO_RWMODE = 3, MMIO_CREATE = 0x1000, MMIO_EXIST = 0x4000,
       MMIO_DELETE = 0x200, MMIO_PARSE = 0x100, MMIO_DIRTY = 0x10000000 };
enum { MMIO_FINDCHUNK = 0x10, MMIO_FINDRIFF = 0x20, MMIO_FINDLIST = 0x40, MMIO_CREATERIFF = 0x20, MMIO_CREATELIST = 0x40 };

#define FOUR(a_, b_, c_, d_) ((FOURCC)(a_) | (FOURCC)(b_) << 8 | (FOURCC)(c_) << 16 | (FOURCC)(d_) << 24)
#define FOURCC_RIFF FOUR('R', 'I', 'F', 'F')
#define FOURCC_LIST FOUR('L', 'I', 'S', 'T')
#define FOURCC_MEM FOUR('M', 'E', 'M', ' ')

typedef struct __attribute__((packed)) {
    DWORD dwFlags;
    FOURCC fccIOProc;
    PVOID pIOProc;
    UINT wErrorRet;
    HANDLE htask;
    LONG cchBuffer;
    BYTE *pchBuffer, *pchNext, *pchEndRead, *pchEndWrite;
    LONG lBufOffset, lDiskOffset;
    DWORD adwInfo[3];
    DWORD dwReserved1, dwReserved2;
    HANDLE hmmio;
} MMIOINFO;
_Static_assert(sizeof(MMIOINFO) == 100, "MMIOINFO");

typedef struct __attribute__((packed)) {
    FOURCC ckid;
    DWORD cksize;
    FOURCC fccType;
    DWORD dwDataOffset, dwFlags;
} MMCKINFO;
_Static_assert(sizeof(MMCKINFO) == 20, "MMCKINFO");

API_USE(HANDLE, CreateFileW, LPCWSTR, DWORD, DWORD, SECURITY_ATTRIBUTES *, DWORD, DWORD, HANDLE);
API_USE(BOOL, CloseHandle, HANDLE);
API_USE(BOOL, ReadFile, HANDLE, LPVOID, DWORD, LPDWORD, void *);
API_USE(BOOL, WriteFile, HANDLE, LPCVOID, DWORD, LPDWORD, void *);
API_USE(BOOL, SetFilePointerEx, HANDLE, LARGE_INTEGER, LARGE_INTEGER *, DWORD);
API_USE(BOOL, DeleteFileW, LPCWSTR);
API_USE(DWORD, GetFileAttributesW, LPCWSTR);

/* A file on disk, or memory: the caller's, or its own, which grows by adwInfo[0]. */
struct media_file {
    struct media_file *next;
    bool is_memory, owns_memory;
    HANDLE file;
    BYTE *memory;
    LONG size, capacity, growth; /* of memory */
    LONG position;
};

static struct media_file *files;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static struct media_file *find(HANDLE handle) {
    pthread_mutex_lock(&lock);
    struct media_file *at = files;
    while (at && at != handle)
        at = at->next;
    pthread_mutex_unlock(&lock);
    return at;
}

/* ---- opening ---- */

static HANDLE open_disk(const WCHAR *name, DWORD flags) {
    enum { SHARE_READ_WRITE = 3, CREATE_ALWAYS_ = 2, OPEN_EXISTING_ = 3 };
    DWORD mode = flags & MMIO_RWMODE;
    DWORD access = mode == MMIO_WRITE ? GENERIC_WRITE : mode == MMIO_READWRITE ? GENERIC_READ | GENERIC_WRITE : GENERIC_READ;
    if (flags & MMIO_CREATE)
        access = GENERIC_READ | GENERIC_WRITE;
    return api_CreateFileW(name, access, SHARE_READ_WRITE, NULL, flags & MMIO_CREATE ? CREATE_ALWAYS_ : OPEN_EXISTING_, 0,
                           NULL);
}

static UINT error_of_open(DWORD flags) {
    DWORD error = teb_self()->LastErrorValue;
    bool is_missing = error == ERROR_FILE_NOT_FOUND || error == ERROR_PATH_NOT_FOUND;
    return is_missing && !(flags & MMIO_CREATE) ? MMIOERR_FILENOTFOUND : MMIOERR_CANNOTOPEN;
}

static struct media_file *fail_open(struct media_file *file, MMIOINFO *info, UINT error) {
    free(file);
    if (info)
        info->wErrorRet = error;
    return NULL;
}

/* Other I/O procedures than those for files and memory are not to be had. */
static struct media_file *open_media(const WCHAR *name, MMIOINFO *info, DWORD flags) {
    bool is_memory = info && (info->fccIOProc == FOURCC_MEM || (!name && !info->adwInfo[0] && !info->pIOProc));
    struct media_file *file = calloc(1, sizeof *file);
    if (!file)
        return fail_open(file, info, MMIOERR_OUTOFMEMORY);
    if (info && (info->pIOProc || (info->fccIOProc && !is_memory && info->fccIOProc != FOUR('D', 'O', 'S', ' '))))
        return fail_open(file, info, MMIOERR_CANNOTOPEN);
    if (is_memory) {
        *file = (struct media_file){.is_memory = true, .owns_memory = !info->pchBuffer, .memory = info->pchBuffer,
                                    .size = info->pchBuffer ? info->cchBuffer : 0,
                                    .capacity = info->pchBuffer ? info->cchBuffer : 0,
                                    .growth = (LONG)info->adwInfo[0]};
    } else {
        file->file = name ? open_disk(name, flags) : (HANDLE)(uintptr_t)info->adwInfo[0];
        if (file->file == (HANDLE)(intptr_t)-1)
            return fail_open(file, info, error_of_open(flags));
    }
    pthread_mutex_lock(&lock);
    file->next = files;
    files = file;
    pthread_mutex_unlock(&lock);
    if (info)
        info->wErrorRet = MMSYSERR_NOERROR;
    return file;
}

API(winmm, HANDLE, mmioOpenW, LPWSTR pszFileName, MMIOINFO *pmmioinfo, DWORD fdwOpen) {
    if (pszFileName && fdwOpen & MMIO_DELETE)
        return (HANDLE)(uintptr_t)(api_DeleteFileW(pszFileName) ? TRUE : FALSE);
    if (pszFileName && fdwOpen & (MMIO_EXIST | MMIO_PARSE))
        return (HANDLE)(uintptr_t)(fdwOpen & MMIO_PARSE || api_GetFileAttributesW(pszFileName) != (DWORD)-1);
    if (!pszFileName && !pmmioinfo)
        return NULL;
    return open_media(pszFileName, pmmioinfo, fdwOpen);
}

API(winmm, HANDLE, mmioOpenA, LPSTR pszFileName, MMIOINFO *pmmioinfo, DWORD fdwOpen) {
    WCHAR *name = pszFileName ? path_wide_from_ansi(pszFileName) : NULL;
    HANDLE handle = api_mmioOpenW(name, pmmioinfo, fdwOpen);
    free(name);
    return handle;
}

API(winmm, MMRESULT, mmioClose, HANDLE hmmio, UINT fuClose) {
    enum { MMIO_FHOPEN = 0x10 };
    pthread_mutex_lock(&lock);
    struct media_file **at = &files;
    while (*at && *at != hmmio)
        at = &(*at)->next;
    struct media_file *file = *at;
    if (file)
        *at = file->next;
    pthread_mutex_unlock(&lock);
    if (!file)
        return MMSYSERR_INVALHANDLE;
    if (!file->is_memory && !(fuClose & MMIO_FHOPEN))
        api_CloseHandle(file->file);
    if (file->owns_memory)
        free(file->memory);
    free(file);
    return MMSYSERR_NOERROR;
}

/* ---- reading and writing ---- */

API(winmm, LONG, mmioSeek, HANDLE hmmio, LONG lOffset, int iOrigin) {
    struct media_file *file = find(hmmio);
    if (!file)
        return -1;
    if (!file->is_memory) {
        LARGE_INTEGER at = {.QuadPart = 0};
        return api_SetFilePointerEx(file->file, (LARGE_INTEGER){.QuadPart = lOffset}, &at, (DWORD)iOrigin)
            ? (LONG)at.QuadPart : -1;
    }
    LONG base = iOrigin == 0 ? 0 : iOrigin == 1 ? file->position : file->size;
    if (iOrigin < 0 || iOrigin > 2 || base + lOffset < 0 || base + lOffset > file->size)
        return -1;
    return file->position = base + lOffset;
}

API(winmm, LONG, mmioRead, HANDLE hmmio, BYTE *pch, LONG cch) {
    struct media_file *file = find(hmmio);
    DWORD count = 0;
    if (!file || cch < 0)
        return -1;
    if (!file->is_memory)
        return api_ReadFile(file->file, pch, (DWORD)cch, &count, NULL) ? (LONG)count : -1;
    LONG left = file->size - file->position;
    LONG taken = cch < left ? cch : left;
    memcpy(pch, file->memory + file->position, (size_t)taken);
    file->position += taken;
    return taken;
}

/* Memory of the caller's does not grow. */
static bool make_room(struct media_file *file, LONG needed) {
    if (needed <= file->capacity)
        return true;
    if (!file->owns_memory)
        return false;
    LONG step = file->growth > 0 ? file->growth : 8192;
    LONG capacity = (needed + step - 1) / step * step;
    BYTE *memory = realloc(file->memory, (size_t)capacity);
    if (!memory)
        return false;
    file->memory = memory;
    file->capacity = capacity;
    return true;
}

API(winmm, LONG, mmioWrite, HANDLE hmmio, const BYTE *pch, LONG cch) {
    struct media_file *file = find(hmmio);
    DWORD count = 0;
    if (!file || cch < 0)
        return -1;
    if (!file->is_memory)
        return api_WriteFile(file->file, pch, (DWORD)cch, &count, NULL) ? (LONG)count : -1;
    if (!make_room(file, file->position + cch))
        return -1;
    memcpy(file->memory + file->position, pch, (size_t)cch);
    file->position += cch;
    file->size = file->position > file->size ? file->position : file->size;
    return cch;
}

/* Nothing is kept back. */
API(winmm, MMRESULT, mmioFlush, HANDLE hmmio, UINT fuFlush) {
    (void)fuFlush;
    return find(hmmio) ? MMSYSERR_NOERROR : MMSYSERR_INVALHANDLE;
}

/* ---- codes ---- */

/* Up to four characters, filled with blanks. */
API(winmm, FOURCC, mmioStringToFOURCCA, LPCSTR sz, UINT uFlags) {
    enum { MMIO_TOUPPER = 0x10 };
    BYTE code[4] = {' ', ' ', ' ', ' '};
    for (int i = 0; i < 4 && sz[i]; i++) {
        bool is_small = sz[i] >= 'a' && sz[i] <= 'z';
        code[i] = (BYTE)(uFlags & MMIO_TOUPPER && is_small ? sz[i] - 32 : sz[i]);
    }
    return FOUR(code[0], code[1], code[2], code[3]);
}

API(winmm, FOURCC, mmioStringToFOURCCW, LPCWSTR sz, UINT uFlags) {
    char narrow[5] = "";
    for (int i = 0; i < 4 && sz[i]; i++)
        narrow[i] = (char)(sz[i] < 0x100 ? sz[i] : ' ');
    return api_mmioStringToFOURCCA(narrow, uFlags);
}

/* ---- chunks: a code, a size, and data padded to an even size ---- */

static bool is_list(FOURCC id) { return id == FOURCC_RIFF || id == FOURCC_LIST; }

/* The chunk at the position, which is then behind its header; false at the end. */
static bool read_chunk(HANDLE hmmio, MMCKINFO *chunk) {
    *chunk = (MMCKINFO){0};
    if (api_mmioRead(hmmio, (BYTE *)chunk, 8) != 8)
        return false;
    chunk->dwDataOffset = (DWORD)api_mmioSeek(hmmio, 0, 1);
    return !is_list(chunk->ckid) || api_mmioRead(hmmio, (BYTE *)&chunk->fccType, 4) == 4;
}

static bool is_wanted(const MMCKINFO *chunk, FOURCC id, FOURCC type) {
    return (!id || chunk->ckid == id) && (!type || chunk->fccType == type);
}

/* Searches from the position to the parent's end; without a parent to the file's. */
API(winmm, MMRESULT, mmioDescend, HANDLE hmmio, MMCKINFO *pmmcki, const MMCKINFO *pmmckiParent, UINT fuDescend) {
    FOURCC id = 0, type = 0;
    if (!find(hmmio))
        return MMSYSERR_INVALHANDLE;
    if (!pmmcki)
        return MMSYSERR_INVALPARAM;
    if (fuDescend & MMIO_FINDCHUNK)
        id = pmmcki->ckid;
    if (fuDescend & (MMIO_FINDRIFF | MMIO_FINDLIST)) {
        id = fuDescend & MMIO_FINDRIFF ? FOURCC_RIFF : FOURCC_LIST;
        type = pmmcki->fccType;
    }
    DWORD end = pmmckiParent ? pmmckiParent->dwDataOffset + pmmckiParent->cksize : UINT32_MAX;
    for (;;) {
        MMCKINFO chunk;
        if ((DWORD)api_mmioSeek(hmmio, 0, 1) >= end || !read_chunk(hmmio, &chunk))
            return MMIOERR_CHUNKNOTFOUND;
        if (is_wanted(&chunk, id, type)) {
            *pmmcki = chunk;
            return MMSYSERR_NOERROR;
        }
        if (api_mmioSeek(hmmio, (LONG)(chunk.dwDataOffset + chunk.cksize + (chunk.cksize & 1)), 0) < 0)
            return MMIOERR_CHUNKNOTFOUND;
    }
}

/* The header gets its size when the chunk is left. */
API(winmm, MMRESULT, mmioCreateChunk, HANDLE hmmio, MMCKINFO *pmmcki, UINT fuCreate) {
    if (!find(hmmio))
        return MMSYSERR_INVALHANDLE;
    if (fuCreate & (MMIO_CREATERIFF | MMIO_CREATELIST))
        pmmcki->ckid = fuCreate & MMIO_CREATERIFF ? FOURCC_RIFF : FOURCC_LIST;
    LONG start = api_mmioSeek(hmmio, 0, 1), size = is_list(pmmcki->ckid) ? 12 : 8;
    DWORD header[3] = {pmmcki->ckid, pmmcki->cksize, pmmcki->fccType};
    if (start < 0)
        return MMIOERR_CANNOTSEEK;
    pmmcki->dwDataOffset = (DWORD)start + 8;
    pmmcki->dwFlags = MMIO_DIRTY;
    return api_mmioWrite(hmmio, (const BYTE *)header, size) == size ? MMSYSERR_NOERROR : MMIOERR_CANNOTWRITE;
}

static MMRESULT complete_chunk(HANDLE hmmio, MMCKINFO *chunk) {
    LONG end = api_mmioSeek(hmmio, 0, 1);
    DWORD size = (DWORD)end - chunk->dwDataOffset;
    if (size & 1 && api_mmioWrite(hmmio, (const BYTE *)"", 1) != 1)
        return MMIOERR_CANNOTWRITE;
    chunk->dwFlags &= ~(DWORD)MMIO_DIRTY;
    if (chunk->cksize == size)
        return MMSYSERR_NOERROR;
    chunk->cksize = size;
    if (api_mmioSeek(hmmio, (LONG)chunk->dwDataOffset - 4, 0) < 0)
        return MMIOERR_CANNOTSEEK;
    return api_mmioWrite(hmmio, (const BYTE *)&size, 4) == 4 ? MMSYSERR_NOERROR : MMIOERR_CANNOTWRITE;
}

/* To behind the chunk and its padding. */
API(winmm, MMRESULT, mmioAscend, HANDLE hmmio, MMCKINFO *pmmcki, UINT fuAscend) {
    (void)fuAscend;
    if (!find(hmmio))
        return MMSYSERR_INVALHANDLE;
    MMRESULT result = pmmcki->dwFlags & MMIO_DIRTY ? complete_chunk(hmmio, pmmcki) : MMSYSERR_NOERROR;
    if (result)
        return result;
    LONG end = (LONG)(pmmcki->dwDataOffset + pmmcki->cksize + (pmmcki->cksize & 1));
    return api_mmioSeek(hmmio, end, 0) < 0 ? MMIOERR_CANNOTSEEK : MMSYSERR_NOERROR;
}
