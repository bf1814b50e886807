/* What the files of dbghelp share. */
#ifndef WINDLASS_DBGHELP_H
#define WINDLASS_DBGHELP_H

#include "api.h"
#include "dbghelp_pdb.h"

/* False with ERROR_INVALID_HANDLE unless SymInitialize was called for this process handle. */
bool symbols_check(HANDLE process);

/* The module that contains the address; NULL with ERROR_MOD_NOT_FOUND. */
LDR_DATA_TABLE_ENTRY *symbols_module(HANDLE process, ULONG64 address);

/* What a PDB file says of a module, found by the session's search path; NULL if there is none. */
const struct pdb *symbols_pdb(HANDLE process, const LDR_DATA_TABLE_ENTRY *module);

/* The loaded modules, in load order; start with NULL. The loader lock is held. */
LDR_DATA_TABLE_ENTRY *next_module(const LDR_DATA_TABLE_ENTRY *module);

/* The modules as they are now, for callbacks, which may load more. From malloc(), ended by NULL. */
LDR_DATA_TABLE_ENTRY **modules_snapshot(void);

/* A module's name without extension, in the ANSI code page or UTF-16; `size` counts the zero. */
void module_short_name(const LDR_DATA_TABLE_ENTRY *module, char *name, size_t size);

#endif
