/* Frames of Windows code: which table entry covers an address, and what undoing its frame means.
 *
 * Every function of a PE image that is no leaf has an entry in the image's .pdata, sorted by address; code made at run
 * time brings tables of its own. An entry leads to an UNWIND_INFO: the prologue's effects as codes, latest first, so
 * undoing a frame is running them from wherever the prologue had got to ("x64 exception handling"). */
#include <pthread.h>
#include <stdatomic.h>

#include "fork.h"
#include "module.h"
#include "unwind.h"

/* ---- tables of code made at run time ---- */

typedef RUNTIME_FUNCTION *(WINAPI *table_callback)(ULONG64 pc, PVOID context);

struct dynamic_table {
    uintptr_t begin, end, base;
    uintptr_t identifier; /* what deletes it: the table's address, or a callback's identifier */
    RUNTIME_FUNCTION *functions;
    DWORD count;
    bool sorted;
    table_callback callback;
    PVOID context;
};

/* Sorted by `begin`; readers take no lock (a fault handler may ask) and retry when the sequence moved. A replaced array
 * is never freed, since a reader may still be in it: capacities double, so that costs as much again at most. */
static struct dynamic_table *_Atomic tables;
static atomic_uint table_count, table_sequence;
static unsigned table_capacity;
static pthread_mutex_t table_lock = PTHREAD_MUTEX_INITIALIZER;
SURVIVES_FORK(table_lock);

static void write_begin(void) {
    atomic_fetch_add(&table_sequence, 1);
    atomic_thread_fence(memory_order_seq_cst);
}

static void write_end(void) { atomic_fetch_add(&table_sequence, 1); }

static bool reserve_table(unsigned count) {
    if (count < table_capacity)
        return true;
    unsigned capacity = table_capacity ? 2 * table_capacity : 64;
    struct dynamic_table *grown = calloc(capacity, sizeof *grown);
    if (!grown)
        return false;
    if (count)
        memcpy(grown, atomic_load(&tables), count * sizeof *grown);
    atomic_store(&tables, grown);
    table_capacity = capacity;
    return true;
}

static bool add_table(const struct dynamic_table *added) {
    pthread_mutex_lock(&table_lock);
    unsigned count = atomic_load(&table_count), at = count;
    bool done = reserve_table(count);
    if (done) {
        struct dynamic_table *array = atomic_load(&tables);
        while (at && array[at - 1].begin > added->begin)
            at--;
        write_begin();
        memmove(&array[at + 1], &array[at], (count - at) * sizeof *array);
        array[at] = *added;
        atomic_store(&table_count, count + 1);
        write_end();
    }
    pthread_mutex_unlock(&table_lock);
    return done;
}

static struct dynamic_table *table_from_identifier(uintptr_t identifier) {
    struct dynamic_table *array = atomic_load(&tables);
    unsigned count = atomic_load(&table_count);
    for (unsigned i = 0; i < count; i++)
        if (array[i].identifier == identifier)
            return &array[i];
    return NULL;
}

static bool remove_table(uintptr_t identifier) {
    pthread_mutex_lock(&table_lock);
    struct dynamic_table *found = table_from_identifier(identifier);
    if (found) {
        struct dynamic_table *array = atomic_load(&tables);
        unsigned count = atomic_load(&table_count), at = (unsigned)(found - array);
        write_begin();
        memmove(found, found + 1, (count - at - 1) * sizeof *array);
        atomic_store(&table_count, count - 1);
        write_end();
    }
    pthread_mutex_unlock(&table_lock);
    return found != NULL;
}

/* Ranges may overlap; the one that begins last wins. */
static const struct dynamic_table *covering(const struct dynamic_table *array, unsigned count, uintptr_t pc) {
    unsigned low = 0, high = count;
    while (low < high) {
        unsigned middle = (low + high) / 2;
        if (array[middle].begin <= pc)
            low = middle + 1;
        else
            high = middle;
    }
    while (low-- > 0)
        if (pc < array[low].end)
            return &array[low];
    return NULL;
}

static bool find_table(uintptr_t pc, struct dynamic_table *found) {
    while (atomic_load(&table_count)) {
        unsigned sequence = atomic_load(&table_sequence);
        if (sequence & 1)
            continue;
        const struct dynamic_table *table = covering(atomic_load(&tables), atomic_load(&table_count), pc);
        if (table)
            *found = *table;
        atomic_thread_fence(memory_order_seq_cst);
        if (atomic_load(&table_sequence) == sequence)
            return table != NULL;
    }
    return false;
}

static bool is_sorted(const RUNTIME_FUNCTION *functions, DWORD count) {
    for (DWORD i = 1; i < count; i++)
        if (functions[i].BeginAddress < functions[i - 1].BeginAddress)
            return false;
    return true;
}

bool function_table_add(RUNTIME_FUNCTION *functions, DWORD count, uintptr_t base) {
    struct dynamic_table table = {.base = base, .identifier = (uintptr_t)functions, .functions = functions,
                                  .count = count, .begin = UINTPTR_MAX, .sorted = is_sorted(functions, count)};
    for (DWORD i = 0; i < count; i++) {
        if (base + functions[i].BeginAddress < table.begin)
            table.begin = base + functions[i].BeginAddress;
        if (base + functions[i].EndAddress > table.end)
            table.end = base + functions[i].EndAddress;
    }
    return count == 0 || add_table(&table);
}

bool function_table_add_callback(uintptr_t identifier, uintptr_t base, DWORD length, const void *callback,
                                 PVOID context) {
    struct dynamic_table table = {.begin = base, .end = base + length, .base = base, .identifier = identifier,
                                  .callback = (table_callback)callback, .context = context};
    return add_table(&table);
}

bool function_table_add_growable(RUNTIME_FUNCTION *functions, DWORD count, uintptr_t begin, uintptr_t end) {
    struct dynamic_table table = {.begin = begin, .end = end, .base = begin, .identifier = (uintptr_t)functions,
                                  .functions = functions, .count = count, .sorted = true};
    return add_table(&table);
}

void function_table_grow(const RUNTIME_FUNCTION *functions, DWORD count) {
    pthread_mutex_lock(&table_lock);
    struct dynamic_table *found = table_from_identifier((uintptr_t)functions);
    if (found) {
        write_begin();
        found->count = count;
        write_end();
    }
    pthread_mutex_unlock(&table_lock);
}

bool function_table_remove(uintptr_t identifier) { return remove_table(identifier); }

/* ---- lookup ---- */

/* Entries may lie within one another: LLVM gives a function with later parts one entry for the whole, too. */
static RUNTIME_FUNCTION *search_sorted(RUNTIME_FUNCTION *functions, DWORD count, DWORD rva) {
    enum { MOST_NESTED = 16 };
    DWORD low = 0, high = count;
    while (low < high) {
        DWORD middle = low + (high - low) / 2;
        if (functions[middle].BeginAddress <= rva)
            low = middle + 1;
        else
            high = middle;
    }
    for (int i = 0; low && i < MOST_NESTED; i++)
        if (rva < functions[--low].EndAddress)
            return &functions[low];
    return NULL;
}

static RUNTIME_FUNCTION *search_unsorted(RUNTIME_FUNCTION *functions, DWORD count, DWORD rva) {
    for (DWORD i = 0; i < count; i++)
        if (rva - functions[i].BeginAddress < functions[i].EndAddress - functions[i].BeginAddress)
            return &functions[i];
    return NULL;
}

static RUNTIME_FUNCTION *resolve_indirect(RUNTIME_FUNCTION *function, uintptr_t base) {
    return function && function->UnwindData & 1 ? (RUNTIME_FUNCTION *)(base + function->UnwindData - 1) : function;
}

RUNTIME_FUNCTION *module_function_table(uintptr_t base, DWORD *count) {
    enum { EXCEPTION_DIRECTORY = 3, DIRECTORY_COUNT = 24 + 108 };
    struct { DWORD count, directories[16][2]; } const *optional;
    optional = (const void *)(base + *(const DWORD *)(base + 0x3c) + DIRECTORY_COUNT);
    *count = 0;
    if (optional->count <= EXCEPTION_DIRECTORY || !optional->directories[EXCEPTION_DIRECTORY][0])
        return NULL;
    *count = optional->directories[EXCEPTION_DIRECTORY][1] / sizeof(RUNTIME_FUNCTION);
    return (RUNTIME_FUNCTION *)(base + optional->directories[EXCEPTION_DIRECTORY][0]);
}

static RUNTIME_FUNCTION *search_module(uintptr_t base, uintptr_t pc) {
    DWORD count;
    RUNTIME_FUNCTION *functions = module_function_table(base, &count);
    return search_sorted(functions, count, (DWORD)(pc - base));
}

static RUNTIME_FUNCTION *search_dynamic(const struct dynamic_table *table, uintptr_t pc) {
    DWORD rva = (DWORD)(pc - table->base);
    if (table->callback)
        return table->callback(pc, table->context);
    return table->sorted ? search_sorted(table->functions, table->count, rva)
                         : search_unsorted(table->functions, table->count, rva);
}

RUNTIME_FUNCTION *function_lookup(uintptr_t pc, uintptr_t *image_base) {
    LDR_DATA_TABLE_ENTRY *module = module_from_address((void *)pc);
    if (module) {
        *image_base = (uintptr_t)module->DllBase;
        RUNTIME_FUNCTION *function = search_module(*image_base, pc);
        if (function)
            return resolve_indirect(function, *image_base);
    }
    struct dynamic_table table = {0};
    if (!find_table(pc, &table))
        return NULL;
    *image_base = table.base;
    return resolve_indirect(search_dynamic(&table, pc), table.base);
}

unsigned function_generation(void) { return modules_generation() + atomic_load(&table_sequence); }

/* ---- undoing a frame ---- */

enum unwind_op {
    UWOP_PUSH_NONVOL,
    UWOP_ALLOC_LARGE,
    UWOP_ALLOC_SMALL,
    UWOP_SET_FPREG,
    UWOP_SAVE_NONVOL,
    UWOP_SAVE_NONVOL_FAR,
    UWOP_EPILOG,     /* version 2; in version 1 the obsolete UWOP_SAVE_XMM */
    UWOP_SPARE_CODE, /* version 1: the obsolete UWOP_SAVE_XMM_FAR */
    UWOP_SAVE_XMM128,
    UWOP_SAVE_XMM128_FAR,
    UWOP_PUSH_MACHFRAME,
};
enum { RSP = 4 };

struct unwinding {
    CONTEXT *context;
    KNONVOLATILE_CONTEXT_POINTERS *pointers; /* or NULL */
    uintptr_t image_base;
    ULONG64 frame_base; /* what the offsets of UWOP_SAVE_* count from */
    bool machine_frame;
};

/* A frame says where its stack is, so these read anywhere; sanitizers have no say in it. */
#define ANYWHERE __attribute__((no_sanitize("address", "alignment", "null")))
ANYWHERE static ULONG64 load(ULONG64 address) { return *(const ULONG64 *)address; }
typedef M128A __attribute__((aligned(1))) unaligned_vector;
ANYWHERE static M128A load_vector(ULONG64 address) { return *(const unaligned_vector *)address; }

static void restore_integer(struct unwinding *at, unsigned number, ULONG64 from) {
    *context_register(at->context, number) = load(from);
    if (at->pointers)
        at->pointers->IntegerContext[number] = (ULONG64 *)from;
}

static void restore_vector(struct unwinding *at, unsigned number, ULONG64 from) {
    *context_xmm(at->context, number) = load_vector(from);
    if (at->pointers)
        at->pointers->FloatingContext[number] = (M128A *)from;
}

static void pop_machine_frame(struct unwinding *at, bool error_code) {
    ULONG64 from = at->context->Rsp + (error_code ? 8 : 0);
    at->context->Rip = load(from);
    at->context->Rsp = load(from + 24);
    at->machine_frame = true;
}

static DWORD long_operand(const UNWIND_CODE *code) { return code[1].FrameOffset | (DWORD)code[2].FrameOffset << 16; }

static unsigned code_slots(const UNWIND_CODE *code, unsigned version) {
    switch (code->UnwindOp) {
    case UWOP_ALLOC_LARGE: return code->OpInfo ? 3 : 2;
    case UWOP_SAVE_NONVOL:
    case UWOP_SAVE_XMM128: return 2;
    case UWOP_SAVE_NONVOL_FAR:
    case UWOP_SAVE_XMM128_FAR: return 3;
    case UWOP_EPILOG: return version == 1 ? 2 : 1;
    case UWOP_SPARE_CODE: return 3;
    default: return 1;
    }
}

static void undo_code(struct unwinding *at, const UNWIND_INFO *info, const UNWIND_CODE *code) {
    CONTEXT *context = at->context;
    switch (code->UnwindOp) {
    case UWOP_PUSH_NONVOL:
        restore_integer(at, code->OpInfo, context->Rsp);
        context->Rsp += 8;
        break;
    case UWOP_ALLOC_LARGE: context->Rsp += code->OpInfo ? long_operand(code) : code[1].FrameOffset * 8u; break;
    case UWOP_ALLOC_SMALL: context->Rsp += code->OpInfo * 8u + 8; break;
    case UWOP_SET_FPREG:
        context->Rsp = *context_register(context, info->FrameRegister) - info->FrameOffset * 16u;
        break;
    case UWOP_SAVE_NONVOL: restore_integer(at, code->OpInfo, at->frame_base + code[1].FrameOffset * 8u); break;
    case UWOP_SAVE_NONVOL_FAR: restore_integer(at, code->OpInfo, at->frame_base + long_operand(code)); break;
    case UWOP_SAVE_XMM128: restore_vector(at, code->OpInfo, at->frame_base + code[1].FrameOffset * 16u); break;
    case UWOP_SAVE_XMM128_FAR: restore_vector(at, code->OpInfo, at->frame_base + long_operand(code)); break;
    case UWOP_PUSH_MACHFRAME: pop_machine_frame(at, code->OpInfo); break;
    }
}

/* Undoes what the prologue has done when it has run for `offset` bytes. */
static void undo_prologue(struct unwinding *at, const UNWIND_INFO *info, ULONG64 offset) {
    for (unsigned i = 0; i < info->CountOfCodes; i += code_slots(&info->UnwindCode[i], info->Version))
        if (offset >= info->UnwindCode[i].CodeOffset)
            undo_code(at, info, &info->UnwindCode[i]);
}

static const UNWIND_INFO *info_of(uintptr_t base, const RUNTIME_FUNCTION *function) {
    return (const UNWIND_INFO *)(base + function->UnwindData);
}

/* What follows the codes: a chained entry, or the handler's RVA and data. Codes are padded to an even count. */
static const DWORD *after_codes(const UNWIND_INFO *info) {
    return (const DWORD *)&info->UnwindCode[(info->CountOfCodes + 1) & ~1];
}

static const RUNTIME_FUNCTION *chained(uintptr_t base, const UNWIND_INFO *info) {
    const RUNTIME_FUNCTION *next = (const RUNTIME_FUNCTION *)after_codes(info);
    return next->UnwindData & 1 ? (const RUNTIME_FUNCTION *)(base + next->UnwindData - 1) : next;
}

/* A chain longer than any compiler makes is a cycle in a broken file. */
const RUNTIME_FUNCTION *function_primary(uintptr_t base, const RUNTIME_FUNCTION *function) {
    const UNWIND_INFO *info = info_of(base, function);
    for (int links = 0; info->Flags & UNW_FLAG_CHAININFO && links < 32; links++) {
        function = chained(base, info);
        info = info_of(base, function);
    }
    return function;
}

/* ---- epilogues ----
 *
 * An epilogue is recognised by its instructions: lea or add to rsp, pops, then ret or a jump that leaves the function
 * ("x64 prolog and epilog"). Version 2 of UNWIND_INFO says where epilogues are. */

static bool is_rex(BYTE byte) { return (byte & 0xf0) == 0x40; }

static int32_t displacement(const BYTE *from, unsigned size) {
    int32_t value;
    if (size == 1)
        return (int8_t)*from;
    memcpy(&value, from, 4);
    return value;
}

/* The instruction that frees the fixed allocation: its length, 0 when there is none here. *rsp becomes what it sets. */
static unsigned free_allocation(const BYTE *code, const UNWIND_INFO *info, CONTEXT *context, ULONG64 *rsp) {
    if (code[0] == 0x48 && code[1] == 0x83 && code[2] == 0xc4) {
        *rsp += (ULONG64)(int64_t)displacement(code + 3, 1);
        return 4;
    }
    if (code[0] == 0x48 && code[1] == 0x81 && code[2] == 0xc4) {
        *rsp += (ULONG64)(int64_t)displacement(code + 3, 4);
        return 7;
    }
    if ((code[0] & 0xfe) != 0x48 || code[1] != 0x8d || !info->FrameRegister || (code[2] & 0x38) != RSP << 3)
        return 0;
    unsigned mode = code[2] >> 6, base = (code[0] & 1) << 3 | (code[2] & 7);
    bool index_byte = (code[2] & 7) == 4;              /* r12 as a base needs a SIB byte */
    if (base != info->FrameRegister || mode == 3 || (mode == 0 && (code[2] & 7) == 5))
        return 0;
    unsigned size = mode == 0 ? 0 : mode == 1 ? 1 : 4;
    const BYTE *operand = code + 3 + index_byte;
    *rsp = *context_register(context, base) + (ULONG64)(int64_t)(size ? displacement(operand, size) : 0);
    return 3 + index_byte + size;
}

static unsigned pop_register(const BYTE *code, unsigned *number) {
    bool rex = is_rex(code[0]);
    if ((code[rex] & 0xf8) != 0x58)
        return 0;
    *number = (code[rex] & 7) | (rex && code[0] & 1 ? 8 : 0);
    return 1 + rex;
}

static bool is_later_part(uintptr_t base, const RUNTIME_FUNCTION *function) {
    return info_of(base, function)->Flags & UNW_FLAG_CHAININFO;
}

/* A jump ends the function when it goes to the start of one, be it its own, or to where no table knows the code. A
 * function's later parts have entries, too: a jump to one of its own, even to the part's start, stays within. */
static bool leaves_function(const BYTE *target, uintptr_t base, const RUNTIME_FUNCTION *function) {
    uintptr_t other_base;
    const RUNTIME_FUNCTION *other = function_lookup((uintptr_t)target, &other_base);
    if (!other || other_base != base)
        return true;
    if ((uintptr_t)target == base + other->BeginAddress && !is_later_part(base, other))
        return true;
    return function_primary(base, other)->BeginAddress != function_primary(base, function)->BeginAddress;
}

static bool ends_function(const BYTE *code, uintptr_t base, const RUNTIME_FUNCTION *function) {
    if (code[0] == 0xf2)                                /* bnd ret, bnd jmp */
        code++;
    switch (code[0]) {
    case 0xc3:
    case 0xc2: return true;
    case 0xf3: return code[1] == 0xc3;
    case 0xeb: return leaves_function(code + 2 + displacement(code + 1, 1), base, function);
    case 0xe9: return leaves_function(code + 5 + displacement(code + 1, 4), base, function);
    case 0xff: return code[1] == 0x25;                  /* jmp [rip + x] */
    default: return (code[0] & 0xf8) == 0x48 && code[1] == 0xff && (code[2] & 0x38) == 0x20;
    }
}

/* Runs the rest of an epilogue on the context; false, with the context unchanged, when this is none. */
static bool finish_epilogue(struct unwinding *at, const UNWIND_INFO *info, const RUNTIME_FUNCTION *function,
                            uintptr_t pc) {
    const BYTE *code = (const BYTE *)pc;
    ULONG64 rsp = at->context->Rsp;
    unsigned number, length;
    code += free_allocation(code, info, at->context, &rsp);
    const BYTE *pops = code;
    while ((length = pop_register(code, &number)))
        code += length;
    if (!ends_function(code, at->image_base, function))
        return false;
    for (code = pops; (length = pop_register(code, &number)); code += length, rsp += 8)
        restore_integer(at, number, rsp);
    at->context->Rsp = rsp;
    return true;
}

/* Version 2: the first UWOP_EPILOG gives the size of all epilogues and whether one ends the function, the others an
 * epilogue's distance from the function's end each. */
static bool in_listed_epilogue(const UNWIND_INFO *info, const RUNTIME_FUNCTION *function, DWORD rva) {
    const UNWIND_CODE *code = info->UnwindCode, *end = code + info->CountOfCodes;
    if (code == end || code->UnwindOp != UWOP_EPILOG)
        return false;
    DWORD size = code->CodeOffset;
    if (code->OpInfo & 1 && rva >= function->EndAddress - size)
        return true;
    for (code++; code < end && code->UnwindOp == UWOP_EPILOG; code++) {
        DWORD distance = code->CodeOffset | (DWORD)code->OpInfo << 8;
        if (distance && rva - (function->EndAddress - distance) < size)
            return true;
    }
    return false;
}

static bool undo_epilogue(struct unwinding *at, const UNWIND_INFO *info, const RUNTIME_FUNCTION *function,
                          uintptr_t pc) {
    DWORD rva = (DWORD)(pc - at->image_base);
    if (info->Version >= 2 && !in_listed_epilogue(info, function, rva))
        return false;
    return finish_epilogue(at, info, function, pc);
}

/* The frame's address as handlers know it: the frame register's value less its offset once the prologue has set it,
 * else rsp ("EstablisherFrame", in "Language-specific handler"). */
static ULONG64 establisher_of(const UNWIND_INFO *info, ULONG64 offset, CONTEXT *context) {
    if (!info->FrameRegister)
        return context->Rsp;
    bool set = offset >= info->SizeOfProlog || info->Flags & UNW_FLAG_CHAININFO;
    for (unsigned i = 0; !set && i < info->CountOfCodes; i += code_slots(&info->UnwindCode[i], info->Version))
        set = info->UnwindCode[i].UnwindOp == UWOP_SET_FPREG && offset >= info->UnwindCode[i].CodeOffset;
    return set ? *context_register(context, info->FrameRegister) - info->FrameOffset * 16u : context->Rsp;
}

static void pop_return_address(struct unwinding *at) {
    if (at->machine_frame)
        return;
    at->context->Rip = load(at->context->Rsp);
    at->context->Rsp += 8;
}

EXCEPTION_ROUTINE windows_frame_unwind(DWORD handler_kind, uintptr_t image_base, uintptr_t pc,
                                       const RUNTIME_FUNCTION *function, CONTEXT *context, PVOID *handler_data,
                                       ULONG64 *establisher_frame, KNONVOLATILE_CONTEXT_POINTERS *pointers) {
    struct unwinding at = {.context = context, .pointers = pointers, .image_base = image_base};
    if (!function) {
        *establisher_frame = context->Rsp;
        pop_return_address(&at);
        return NULL;
    }
    const UNWIND_INFO *info = info_of(image_base, function);
    ULONG64 offset = pc - image_base - function->BeginAddress;
    *establisher_frame = at.frame_base = establisher_of(info, offset, context);
    bool in_prologue = offset < info->SizeOfProlog && !(info->Flags & UNW_FLAG_CHAININFO);
    if (!in_prologue && undo_epilogue(&at, info, function, pc)) {
        pop_return_address(&at);
        return NULL;
    }
    undo_prologue(&at, info, offset);
    for (int links = 0; info->Flags & UNW_FLAG_CHAININFO && links < 32; links++) {
        info = info_of(image_base, chained(image_base, info));
        undo_prologue(&at, info, UINT32_MAX);
    }
    pop_return_address(&at);
    if (in_prologue || !(info->Flags & handler_kind & (UNW_FLAG_EHANDLER | UNW_FLAG_UHANDLER)))
        return NULL;
    const DWORD *handler = after_codes(info);
    *handler_data = (PVOID)(handler + 1);
    return (EXCEPTION_ROUTINE)(image_base + *handler);
}
