/* IStream: what streams on memory (com_stream.c) and on files (com_file_stream.c) share. */
#ifndef WINDLASS_COM_STREAM_H
#define WINDLASS_COM_STREAM_H

#include "com.h"

enum { STGTY_STREAM = 2, STATFLAG_NONAME = 1 };
enum { STREAM_SEEK_SET, STREAM_SEEK_CUR, STREAM_SEEK_END };

typedef struct {
    LPOLESTR pwcsName;
    DWORD type;
    ULARGE_INTEGER cbSize;
    FILETIME mtime, ctime, atime;
    DWORD grfMode, grfLocksSupported;
    GUID clsid;
    DWORD grfStateBits, reserved;
} STATSTG;

extern const GUID com_iid_stream;
extern const GUID com_iid_sequential_stream;

/* IStream::CopyTo between any two streams; either number may be NULL. */
HRESULT stream_copy(IUnknown *source, IUnknown *target, uint64_t size, uint64_t *read, uint64_t *written);

#endif
