/* The exception tables of MSVC's C++ compilers: those of __CxxFrameHandler3, arrays of structures, and the compressed
 * ones of __CxxFrameHandler4 ("/d2FH4", Visual C++ team blog, "Making C++ Exception Handling Smaller On x64"). */
#include "cxx_tables.h"

/* ---- the older form ---- */

struct function_info {
    DWORD magic : 29, flags : 3;
    DWORD state_count;
    DWORD unwind_map;
    DWORD try_count;
    DWORD try_map;
    DWORD ip_count;
    DWORD ip_map;
    DWORD unwind_help;
    DWORD exception_specification; /* from the second version on */
    DWORD eh_flags;                /* from the third */
};
enum { MAGIC_FIRST = 0x19930520, MAGIC_SPECIFICATION = 0x19930521, MAGIC_FLAGS = 0x19930522 };
enum { FLAG_SYNCHRONOUS = 1, FLAG_NO_EXCEPT = 4 };

struct unwind_entry {
    int next;
    DWORD action;
};
struct try_entry {
    int low, high, catch_high;
    DWORD handler_count, handlers;
};
struct handler_entry {
    DWORD adjectives, type, object, address, frame;
};
struct ip_entry {
    DWORD address;
    int state;
};

static const void *at_rva(const struct cxx_function *function, DWORD rva) { return (const void *)(function->base + rva); }

static const struct type_descriptor *type_at(const struct cxx_function *function, DWORD rva) {
    const struct type_descriptor *type = rva ? at_rva(function, rva) : NULL;
    return type && type->name[0] ? type : NULL;
}

bool cxx_function_read(struct cxx_function *function, const DISPATCHER_CONTEXT *dispatcher) {
    const struct function_info *info = (const void *)(dispatcher->ImageBase + *(const DWORD *)dispatcher->HandlerData);
    *function = (struct cxx_function){.base = dispatcher->ImageBase, .info = info};
    if (info->magic < MAGIC_FIRST || info->magic > MAGIC_FLAGS)
        return false;
    DWORD flags = info->magic >= MAGIC_FLAGS ? info->eh_flags : 0;
    function->synchronous = flags & FLAG_SYNCHRONOUS;
    function->no_except = flags & FLAG_NO_EXCEPT;
    function->try_count = info->try_count;
    function->state_count = info->ip_count;
    function->tries = at_rva(function, info->try_map);
    function->unwinds = at_rva(function, info->unwind_map);
    function->states = at_rva(function, info->ip_map);
    if (info->magic >= MAGIC_SPECIFICATION && info->exception_specification)
        function->exception_specification = at_rva(function, info->exception_specification);
    return true;
}

static int plain_state_at(const struct cxx_function *function, DWORD rva) {
    const struct ip_entry *entries = (const void *)function->states;
    DWORD low = 0, high = function->state_count;
    while (low < high) {
        DWORD middle = low + (high - low) / 2;
        if (entries[middle].address <= rva)
            low = middle + 1;
        else
            high = middle;
    }
    return low ? entries[low - 1].state : NO_STATE;
}

static struct cxx_try read_plain_try(const struct cxx_function *function, const BYTE **at) {
    const struct try_entry *entry = (const void *)*at;
    *at += sizeof *entry;
    return (struct cxx_try){entry->low, entry->high, entry->catch_high, entry->handler_count,
                            at_rva(function, entry->handlers)};
}

static struct cxx_handler read_plain_handler(const struct cxx_function *function, const BYTE **at) {
    const struct handler_entry *entry = (const void *)*at;
    *at += sizeof *entry;
    return (struct cxx_handler){.adjectives = entry->adjectives,
                                .type = type_at(function, entry->type),
                                .object = entry->object,
                                .address = function->base + entry->address,
                                .frame = entry->frame};
}

static intptr_t leave_plain(const struct cxx_function *function, intptr_t place, struct cxx_action *action) {
    const struct unwind_entry *entry = (const struct unwind_entry *)function->unwinds + place;
    *action = (struct cxx_action){.kind = entry->action ? ACTION_FUNCLET : ACTION_NONE,
                                  .address = function->base + entry->action};
    return entry->next;
}

/* ---- the compressed form ---- */

static DWORD read_dword(const BYTE **at) {
    DWORD value;
    memcpy(&value, *at, 4);
    *at += 4;
    return value;
}

/* The number of one bits that the first byte ends in says how many more bytes follow: at most four, then they alone are
 * the value. */
static DWORD read_number(const BYTE **at) {
    const BYTE *from = *at;
    uint64_t value = 0;
    unsigned more = (unsigned)__builtin_ctz(~*from);
    if (more > 4)
        more = 4;
    memcpy(&value, from, more + 1);
    *at += more + 1;
    return (DWORD)(value >> (more == 4 ? 8 : more + 1));
}

enum {
    HEADER_CATCH = 1,
    HEADER_SEPARATED = 2,
    HEADER_FLAGS = 4,
    HEADER_UNWINDS = 8,
    HEADER_TRIES = 16,
    HEADER_SYNCHRONOUS = 32,
    HEADER_NO_EXCEPT = 64,
};

/* A function in several pieces has a table of addresses for each. */
static DWORD table_of_piece(const struct cxx_function *function, DWORD pieces) {
    const BYTE *at = at_rva(function, pieces);
    for (DWORD count = read_number(&at); count; count--) {
        DWORD start = read_dword(&at), table = read_dword(&at);
        if (start == function->start)
            return table;
    }
    return 0;
}

void cxx_function_read_compressed(struct cxx_function *function, const DISPATCHER_CONTEXT *dispatcher) {
    const BYTE *at = (const BYTE *)(dispatcher->ImageBase + *(const DWORD *)dispatcher->HandlerData);
    *function = (struct cxx_function){.base = dispatcher->ImageBase, .info = at, .compressed = true,
                                      .start = dispatcher->FunctionEntry->BeginAddress};
    BYTE header = *at++;
    function->is_catch = header & HEADER_CATCH;
    function->synchronous = header & HEADER_SYNCHRONOUS;
    function->no_except = header & HEADER_NO_EXCEPT;
    if (header & HEADER_FLAGS)
        read_number(&at);
    if (header & HEADER_UNWINDS)
        function->unwinds = at_rva(function, read_dword(&at));
    if (header & HEADER_TRIES)
        function->tries = at_rva(function, read_dword(&at));
    DWORD states = read_dword(&at);
    if (header & HEADER_SEPARATED)
        states = table_of_piece(function, states);
    if (header & HEADER_CATCH)
        function->frame = read_number(&at);
    if (function->unwinds)
        read_number(&function->unwinds);               /* the count */
    if (function->tries)
        function->try_count = read_number(&function->tries);
    if (states) {
        function->states = at_rva(function, states);
        function->state_count = read_number(&function->states);
    }
}

/* Addresses as distances from the one before, states increased by one. */
static int compressed_state_at(const struct cxx_function *function, DWORD rva) {
    const BYTE *at = function->states;
    DWORD address = function->start;
    int state = NO_STATE;
    for (DWORD i = 0; i < function->state_count; i++) {
        address += read_number(&at);
        if (address > rva)
            break;
        state = (int)read_number(&at) - 1;
    }
    return state;
}

static struct cxx_try read_compressed_try(const struct cxx_function *function, const BYTE **at) {
    struct cxx_try block;
    block.low = (int)read_number(at);
    block.high = (int)read_number(at);
    block.catch_high = (int)read_number(at);
    block.handlers = at_rva(function, read_dword(at));
    block.handler_count = read_number(&block.handlers);
    return block;
}

static struct cxx_handler read_compressed_handler(const struct cxx_function *function, const BYTE **at) {
    enum { HAS_ADJECTIVES = 1, HAS_TYPE = 2, HAS_OBJECT = 4, CONTINUES_AT_RVA = 8 };
    struct cxx_handler handler = {0};
    BYTE header = *(*at)++;
    if (header & HAS_ADJECTIVES)
        handler.adjectives = read_number(at);
    if (header & HAS_TYPE)
        handler.type = type_at(function, read_dword(at));
    if (header & HAS_OBJECT)
        handler.object = read_number(at);
    handler.address = function->base + read_dword(at);
    for (unsigned i = 0; i < (header >> 4 & 3u) && i < 2; i++)
        handler.continuations[i] = function->base + (header & CONTINUES_AT_RVA ? read_dword(at)
                                                                               : function->start + read_number(at));
    return handler;
}

static intptr_t leave_compressed(const struct cxx_function *function, intptr_t place, struct cxx_action *action) {
    const BYTE *at = function->unwinds + place;
    DWORD number = read_number(&at);
    *action = (struct cxx_action){.kind = ACTION_NONE};
    switch (number & 3) {
    case 1: action->kind = ACTION_DESTROY; break;
    case 2: action->kind = ACTION_DESTROY_POINTED; break;
    case 3: action->kind = ACTION_FUNCLET; break;
    }
    if (action->kind != ACTION_NONE)
        action->address = function->base + read_dword(&at);
    if (action->kind == ACTION_DESTROY || action->kind == ACTION_DESTROY_POINTED)
        action->object = read_number(&at);
    return place - (intptr_t)(number >> 2);
}

static void skip_compressed_unwind(const BYTE **at) {
    unsigned kind = read_number(at) & 3;
    if (kind)
        *at += 4;
    if (kind == 1 || kind == 2)
        read_number(at);
}

/* ---- either ---- */

int cxx_state_at(const struct cxx_function *function, uintptr_t pc) {
    DWORD rva = (DWORD)(pc - function->base);
    return function->compressed ? compressed_state_at(function, rva) : plain_state_at(function, rva);
}

struct cxx_try cxx_read_try(const struct cxx_function *function, const BYTE **at) {
    return function->compressed ? read_compressed_try(function, at) : read_plain_try(function, at);
}

struct cxx_handler cxx_read_handler(const struct cxx_function *function, const BYTE **at) {
    return function->compressed ? read_compressed_handler(function, at) : read_plain_handler(function, at);
}

intptr_t cxx_place_of(const struct cxx_function *function, int state) {
    if (!function->compressed || state < 0 || !function->unwinds)
        return state < 0 || !function->unwinds ? NO_STATE : state;
    const BYTE *at = function->unwinds;
    for (int i = 0; i < state; i++)
        skip_compressed_unwind(&at);
    return at - function->unwinds;
}

int cxx_state_of(const struct cxx_function *function, intptr_t place) {
    if (!function->compressed || place < 0)
        return place < 0 ? NO_STATE : (int)place;
    const BYTE *at = function->unwinds, *end = at + place;
    int state = 0;
    for (; at < end; state++)
        skip_compressed_unwind(&at);
    return state;
}

intptr_t cxx_leave(const struct cxx_function *function, intptr_t place, struct cxx_action *action) {
    intptr_t next = function->compressed ? leave_compressed(function, place, action)
                                         : leave_plain(function, place, action);
    return next < 0 ? NO_STATE : next;
}
