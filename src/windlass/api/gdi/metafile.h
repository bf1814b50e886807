/* Enhanced metafiles, shared by the metafile_*.c files ("Enhanced-Format Metafiles", "[MS-EMF]: Enhanced Metafile Format").
 *
 * Metafiles come from anywhere: no record is trusted beyond its own size, no offset in it beyond its end. */
#ifndef WINDLASS_METAFILE_H
#define WINDLASS_METAFILE_H

#include "gdi.h"

typedef struct { DWORD iType, nSize, dParm[1]; } ENHMETARECORD;
typedef struct {
    DWORD iType, nSize;
    RECT rclBounds, rclFrame;                        /* device pixels; hundredths of a millimetre */
    DWORD dSignature, nVersion, nBytes, nRecords;
    WORD nHandles, sReserved;
    DWORD nDescription, offDescription, nPalEntries;
    SIZE szlDevice, szlMillimeters;
    DWORD cbPixelFormat, offPixelFormat, bOpenGL;
    SIZE szlMicrometers;
} ENHMETAHEADER;
_Static_assert(sizeof(ENHMETAHEADER) == 108, "ENHMETAHEADER");

enum { ENHMETA_SIGNATURE = 0x464d4520, LEAST_HEADER = 88 };

struct metafile {
    struct gdi_object head;                          /* OBJ_ENHMETAFILE */
    BYTE *bits;
    DWORD size;
};

/* The next record after `record`, the first for NULL; NULL at the end, or where a record does not fit. */
const ENHMETARECORD *metafile_next(const struct metafile *metafile, const ENHMETARECORD *record);

#endif
