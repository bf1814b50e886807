/* What a PDB file says of one image's functions and lines (dbghelp_pdb.c). */
#ifndef WINDLASS_DBGHELP_PDB_H
#define WINDLASS_DBGHELP_PDB_H

#include "api.h"

struct pdb_symbol {
    DWORD rva, size;            /* size 0: not known */
    bool is_public;             /* the linker's name, which may be decorated */
    const char *name;
};

struct pdb_line {
    DWORD rva, number;          /* number 0: no line begins here */
    const char *file;
};

/* Both lists are sorted by address; where two symbols have one, the compiler's comes before the linker's. */
struct pdb {
    struct pdb_symbol *symbols;
    struct pdb_line *lines;
    size_t symbol_count, line_count;
    char *path;                 /* on the host */
};

/* Of a loaded image, NULL where there is none: the file that the image names, or one of that name beside the image or in
 * the search path (separated by ";", in UTF-8), which must have been written for it. Kept until the end. */
const struct pdb *pdb_of_image(const void *base, const char *image_path, const char *search_path);

const struct pdb_symbol *pdb_symbol_at(const struct pdb *pdb, DWORD rva);
const struct pdb_symbol *pdb_symbol_named(const struct pdb *pdb, const char *name, bool any_case);
const struct pdb_line *pdb_line_at(const struct pdb *pdb, DWORD rva);

#endif
