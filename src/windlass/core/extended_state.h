/* Processor state beyond SSE in contexts ("Working with XState Context"): behind CONTEXT lies CONTEXT_EX, which says where
 * an area of the XSAVE instruction lies, from its header on, in the instruction's standard form. */
#ifndef WINDLASS_EXTENDED_STATE_H
#define WINDLASS_EXTENDED_STATE_H

#include "core.h"

#define CONTEXT_XSTATE (CONTEXT_AMD64 | 0x40u)

enum {
    FEATURE_X87, FEATURE_SSE, FIRST_EXTENDED_FEATURE, FEATURE_LIMIT = 64,
    LEGACY_FEATURES = 3,                             /* the mask of the first two */
    LEGACY_AREA = 512,                               /* of XSAVE: what FltSave holds */
};

typedef struct { LONG Offset; DWORD Length; } CONTEXT_CHUNK; /* the offset counts from CONTEXT_EX */
typedef struct { CONTEXT_CHUNK All, Legacy, XState; } CONTEXT_EX;
typedef struct { DWORD64 Mask, CompactionMask, Reserved[6]; } XSTATE_HEADER;
_Static_assert(sizeof(CONTEXT_EX) == 24 && sizeof(XSTATE_HEADER) == 64, "extended contexts");

/* The features that the processor and the host save and restore. */
DWORD64 extended_features_enabled(void);

/* Where a feature's state lies in the area, counted from the header, and its size; false when it is not enabled. */
bool extended_feature_place(unsigned feature, DWORD *offset, DWORD *size);

/* Bytes of an area that holds these features. */
DWORD extended_area_size(DWORD64 features);

static inline CONTEXT_EX *context_extension(const CONTEXT *context) { return (CONTEXT_EX *)(context + 1); }

/* A context's area; NULL when its flags do not say that it has one. */
XSTATE_HEADER *extended_area(const CONTEXT *context);

/* To and from the area that the host's kernel has put behind a signal frame's floating-point registers. Reading takes
 * what the area's Mask asks for and leaves in Mask what was in use; writing takes what is in Mask. */
void extended_state_read(const void *host_registers, CONTEXT *to);
void extended_state_write(const CONTEXT *from, void *host_registers);

#endif
