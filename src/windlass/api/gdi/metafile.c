/* Enhanced metafiles as objects, as bytes and as files ("Enhanced Metafile Creation"). */
#include "metafile.h"

#include "codepage.h"
#include "path.h"

#include <stdio.h>

typedef HANDLE HENHMETAFILE;
enum { EMR_HEADER = 1, EMR_EOF = 14 };

static const ENHMETAHEADER *header_of(const struct metafile *metafile) {
    return (const ENHMETAHEADER *)(const void *)metafile->bits;
}

const ENHMETARECORD *metafile_next(const struct metafile *metafile, const ENHMETARECORD *record) {
    enum { LEAST = 8 };
    size_t at = record ? (size_t)((const BYTE *)record - metafile->bits) + record->nSize : 0;
    if (at > metafile->size || metafile->size - at < LEAST || (record && record->iType == EMR_EOF))
        return NULL;
    const ENHMETARECORD *next = (const ENHMETARECORD *)(const void *)(metafile->bits + at);
    return next->nSize >= LEAST && next->nSize % 4 == 0 && next->nSize <= metafile->size - at ? next : NULL;
}

static bool is_valid(const BYTE *bits, size_t size) {
    const ENHMETAHEADER *header = (const ENHMETAHEADER *)(const void *)bits;
    return size >= LEAST_HEADER && header->iType == EMR_HEADER && header->dSignature == ENHMETA_SIGNATURE &&
           header->nSize >= LEAST_HEADER && header->nSize % 4 == 0 && header->nBytes <= size && header->nBytes >= header->nSize;
}

/* Takes a copy, from malloc(). */
static HENHMETAFILE add_metafile(BYTE *bits, size_t size) {
    struct metafile *metafile = bits && is_valid(bits, size) ? gdi_new(OBJ_ENHMETAFILE, sizeof *metafile) : NULL;
    if (!metafile) {
        free(bits);
        return (HENHMETAFILE)(LONG_PTR)fail(ERROR_INVALID_DATA);
    }
    metafile->bits = bits;
    metafile->size = ((const ENHMETAHEADER *)(const void *)bits)->nBytes;
    return gdi_add(metafile);
}

API(gdi32, HENHMETAFILE, SetEnhMetaFileBits, UINT nSize, const BYTE *pb) {
    BYTE *copy = pb && nSize ? malloc(nSize) : NULL;
    if (copy)
        memcpy(copy, pb, nSize);
    return add_metafile(copy, nSize);
}

/* "Only this many bytes will be copied." */
API(gdi32, UINT, GetEnhMetaFileBits, HENHMETAFILE hEMF, UINT nSize, BYTE *lpData) {
    const struct metafile *metafile = gdi_find(hEMF, OBJ_ENHMETAFILE);
    if (!metafile || !lpData)
        return metafile ? metafile->size : 0;
    UINT size = nSize < metafile->size ? nSize : metafile->size;
    memcpy(lpData, metafile->bits, size);
    return size;
}

API(gdi32, BOOL, DeleteEnhMetaFile, HENHMETAFILE hmf) {
    struct metafile *metafile = gdi_find(hmf, OBJ_ENHMETAFILE);
    if (!metafile)
        return FALSE;
    free(metafile->bits);
    gdi_destroy(hmf);
    return TRUE;
}

/* ---- what the header says ---- */

/* The header of any version; nSize in the copy is that of the file's. */
API(gdi32, UINT, GetEnhMetaFileHeader, HENHMETAFILE hemf, UINT nSize, ENHMETAHEADER *lpEnhMetaHeader) {
    const struct metafile *metafile = gdi_find(hemf, OBJ_ENHMETAFILE);
    if (!metafile || !lpEnhMetaHeader)
        return metafile ? sizeof *lpEnhMetaHeader : 0;
    UINT size = nSize < sizeof *lpEnhMetaHeader ? nSize : sizeof *lpEnhMetaHeader;
    size = size < header_of(metafile)->nSize ? size : header_of(metafile)->nSize;
    memcpy(lpEnhMetaHeader, header_of(metafile), size);
    return size;
}

/* Two texts, each with a zero, and another zero; 0 where there is none. */
API(gdi32, UINT, GetEnhMetaFileDescriptionW, HENHMETAFILE hemf, UINT cchBuffer, LPWSTR lpDescription) {
    const struct metafile *metafile = gdi_find(hemf, OBJ_ENHMETAFILE);
    if (!metafile)
        return GDI_ERROR;
    DWORD count = header_of(metafile)->nDescription, offset = header_of(metafile)->offDescription;
    if (!count || !offset || offset > metafile->size || count > (metafile->size - offset) / sizeof(WCHAR))
        return 0;
    if (!lpDescription)
        return count;
    count = count < cchBuffer ? count : cchBuffer;
    memcpy(lpDescription, metafile->bits + offset, count * sizeof(WCHAR));
    return count;
}

API(gdi32, UINT, GetEnhMetaFileDescriptionA, HENHMETAFILE hemf, UINT cchBuffer, LPSTR lpDescription) {
    UINT count = api_GetEnhMetaFileDescriptionW(hemf, 0, NULL);
    WCHAR *wide = count && count != GDI_ERROR ? malloc(count * sizeof *wide) : NULL;
    if (!wide)
        return count;
    api_GetEnhMetaFileDescriptionW(hemf, count, wide);
    count = (UINT)codepage_from_wide(codepage_ansi(), 0, wide, count, lpDescription, lpDescription ? cchBuffer : 0, NULL, NULL, NULL);
    free(wide);
    return lpDescription && count > cchBuffer ? cchBuffer : count;
}

/* They stand in the last record: how many, and where in it. */
API(gdi32, UINT, GetEnhMetaFilePaletteEntries, HENHMETAFILE hemf, UINT nNumEntries, DWORD *lpPaletteEntries) {
    const struct metafile *metafile = gdi_find(hemf, OBJ_ENHMETAFILE);
    const ENHMETARECORD *record = NULL, *last = NULL;
    if (!metafile)
        return GDI_ERROR;
    while ((record = metafile_next(metafile, record)))
        last = record;
    if (!last || last->iType != EMR_EOF || last->nSize < 20)
        return 0;
    DWORD count = last->dParm[0], offset = last->dParm[1];
    if (!count || offset > last->nSize || count > (last->nSize - offset) / sizeof(DWORD))
        return 0;
    if (!lpPaletteEntries)
        return count;
    count = count < nNumEntries ? count : nNumEntries;
    memcpy(lpPaletteEntries, (const BYTE *)last + offset, count * sizeof(DWORD));
    return count;
}

/* ---- files ---- */

static FILE *open_file(const WCHAR *name, const char *mode) {
    struct host_path path;
    DWORD error = name ? path_to_host(name, &path) : ERROR_INVALID_PARAMETER;
    FILE *file = error == ERROR_SUCCESS ? fopen(path.text, mode) : NULL;
    if (!file)
        set_last_error(error == ERROR_SUCCESS ? ERROR_FILE_NOT_FOUND : error);
    return file;
}

static HENHMETAFILE read_metafile(FILE *file) {
    long size = fseek(file, 0, SEEK_END) == 0 ? ftell(file) : 0;
    BYTE *bits = size > 0 ? malloc((size_t)size) : NULL;
    rewind(file);
    size_t got = bits ? fread(bits, 1, (size_t)size, file) : 0;
    return add_metafile(bits, got);
}

API(gdi32, HENHMETAFILE, GetEnhMetaFileW, LPCWSTR lpName) {
    FILE *file = open_file(lpName, "rbe");
    if (!file)
        return NULL;
    HENHMETAFILE found = read_metafile(file);
    fclose(file);
    return found;
}

/* Without a name in memory. */
API(gdi32, HENHMETAFILE, CopyEnhMetaFileW, HENHMETAFILE hEnh, LPCWSTR lpFileName) {
    const struct metafile *metafile = gdi_find(hEnh, OBJ_ENHMETAFILE);
    if (!metafile)
        return NULL;
    if (lpFileName) {
        FILE *file = open_file(lpFileName, "wbe");
        if (!file)
            return NULL;
        bool good = fwrite(metafile->bits, 1, metafile->size, file) == metafile->size;
        if (fclose(file) != 0 || !good)
            return (HENHMETAFILE)(LONG_PTR)fail(ERROR_WRITE_FAULT);
    }
    return api_SetEnhMetaFileBits(metafile->size, metafile->bits);
}

API(gdi32, HENHMETAFILE, GetEnhMetaFileA, LPCSTR lpName) {
    WCHAR *wide = lpName ? path_wide_from_ansi(lpName) : NULL;
    HENHMETAFILE found = api_GetEnhMetaFileW(wide);
    free(wide);
    return found;
}

API(gdi32, HENHMETAFILE, CopyEnhMetaFileA, HENHMETAFILE hEnh, LPCSTR lpFileName) {
    WCHAR *wide = lpFileName ? path_wide_from_ansi(lpFileName) : NULL;
    HENHMETAFILE copy = api_CopyEnhMetaFileW(hEnh, wide);
    free(wide);
    return copy;
}
