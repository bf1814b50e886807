/* What MSVC's C++ compilers say about a function's exception handling, from either form of their tables. */
#ifndef WINDLASS_CXX_TABLES_H
#define WINDLASS_CXX_TABLES_H

#include "unwind.h"

/* ---- structures that thrown types and handlers share (RVAs count from the image of whoever made them) ---- */

struct type_descriptor {
    const void *vftable;
    void *spare;
    char name[];
};

struct member_displacement {
    int mdisp, pdisp, vdisp;
};

struct catchable_type {
    DWORD properties;
    DWORD type;
    struct member_displacement displacement;
    DWORD size;
    DWORD copy;
};
enum { CATCHABLE_SIMPLE = 1, CATCHABLE_BY_REFERENCE_ONLY = 2, CATCHABLE_HAS_VIRTUAL_BASE = 4, CATCHABLE_BAD_ALLOC = 16 };

struct catchable_types {
    DWORD count;
    DWORD types[];
};

struct throw_info {
    DWORD attributes;
    DWORD destructor;
    DWORD forward_compatibility;
    DWORD types;
};
enum { THROW_CONST = 1, THROW_VOLATILE = 2, THROW_UNALIGNED = 4 };

enum {
    HANDLER_CONST = 1,
    HANDLER_VOLATILE = 2,
    HANDLER_UNALIGNED = 4,
    HANDLER_REFERENCE = 8,
    HANDLER_STANDARD_ELLIPSIS = 0x40, /* a catch (...) that must not see what is no C++ exception */
    HANDLER_BAD_ALLOC = 0x80,
};

/* ---- a function ----
 *
 * At every moment a function is in a state: a number that says which objects are alive and which try blocks are open.
 * -1 is the state in which nothing is to be done. A place is a state as the unwind map counts: the same number in the
 * older tables, a distance in bytes in the compressed ones, ordered alike. */

enum { NO_STATE = -1 };

struct cxx_function {
    uintptr_t base;        /* the image's */
    const void *info;      /* identity */
    bool compressed;
    bool synchronous;      /* compiled with /EHs: only C++ exceptions concern it */
    bool no_except;
    bool is_catch;         /* a catch block with tables of its own (compressed only) */
    DWORD frame;           /* its distance from the block's frame to the function's */
    DWORD start;           /* RVA that compressed addresses count from */
    DWORD try_count, state_count;
    const BYTE *tries, *unwinds, *states;
    const BYTE *exception_specification; /* or NULL */
};

struct cxx_try {
    int low, high, catch_high; /* states within the block, and up to which its handlers go */
    DWORD handler_count;
    const BYTE *handlers;
};

struct cxx_handler {
    DWORD adjectives;
    const struct type_descriptor *type; /* NULL: catch (...) */
    DWORD object;                       /* distance from the function's frame; 0: not named */
    uintptr_t address;
    DWORD frame;                        /* in the older tables: as cxx_function.frame */
    uintptr_t continuations[2];
};

enum cxx_action_kind { ACTION_NONE, ACTION_FUNCLET, ACTION_DESTROY, ACTION_DESTROY_POINTED };
struct cxx_action {
    enum cxx_action_kind kind;
    uintptr_t address;
    DWORD object; /* distance from the function's frame */
};

/* The function of a frame whose handler is __CxxFrameHandler3, or __CxxFrameHandler4. False: no such table. */
bool cxx_function_read(struct cxx_function *function, const DISPATCHER_CONTEXT *dispatcher);
void cxx_function_read_compressed(struct cxx_function *function, const DISPATCHER_CONTEXT *dispatcher);

/* The state in which the function was at this address. */
int cxx_state_at(const struct cxx_function *function, uintptr_t pc);

/* `*at` is `tries`, then what the last call left; called try_count times. Inner blocks come first. */
struct cxx_try cxx_read_try(const struct cxx_function *function, const BYTE **at);

/* `*at` is the block's `handlers`, then what the last call left; called handler_count times. */
struct cxx_handler cxx_read_handler(const struct cxx_function *function, const BYTE **at);

intptr_t cxx_place_of(const struct cxx_function *function, int state);
int cxx_state_of(const struct cxx_function *function, intptr_t place);

/* What leaving the place takes, and the place that one is in then. */
intptr_t cxx_leave(const struct cxx_function *function, intptr_t place, struct cxx_action *action);

#endif
