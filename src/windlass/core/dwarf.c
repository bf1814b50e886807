/* Frames of host code: windlass's own C functions and the libraries below them, which Windows code calls and which call
 * back into Windows code.
 *
 * ELF objects describe their frames in .eh_frame ("DWARF Debugging Information Format", call frame information, and the
 * "Linux Standard Base", Exception Frames), with a sorted index in PT_GNU_EH_FRAME. Interpreting that on a CONTEXT lets
 * an exception cross host frames at no cost to calls that raise none. Nothing here allocates or waits, for fault
 * handlers ask too. Compilers describe ms_abi functions fully, the saved xmm6 to xmm15 (DWARF 23 to 32) included. */
#include <dlfcn.h>
#include <link.h>
#include <stdatomic.h>

#include "unwind.h"

enum { DW_RSP = 7, DW_RIP = 16, DW_XMM0 = 17, DW_COUNT = 33 };

/* ---- objects ---- */

struct object {
    uintptr_t begin, end;
    const uint8_t *index; /* PT_GNU_EH_FRAME, or NULL */
};

/* glibc 2.35's lock-free lookup, found at run time so that older ones serve too. */
struct dl_object {
    unsigned long long flags;
    void *begin, *end;
    struct link_map *map;
    void *index;
    unsigned long long reserved[7];
};
static int (*_Atomic find_object_in_libc)(void *, struct dl_object *);

/* Objects that stay for the life of the process: their rows may be cached. Filled by host_frames_init(). */
static struct object lasting[3];
static unsigned lasting_count;
static struct object python_object;

struct search {
    uintptr_t pc;
    struct object found;
};

static int match_object(struct dl_phdr_info *info, size_t size, void *context) {
    struct search *search = context;
    const uint8_t *index = NULL;
    (void)size;
    search->found = (struct object){UINTPTR_MAX, 0, NULL};
    for (unsigned i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *header = &info->dlpi_phdr[i];
        uintptr_t begin = info->dlpi_addr + header->p_vaddr;
        if (header->p_type == PT_GNU_EH_FRAME)
            index = (const uint8_t *)begin;
        if (header->p_type != PT_LOAD)
            continue;
        if (begin < search->found.begin)
            search->found.begin = begin;
        if (begin + header->p_memsz > search->found.end)
            search->found.end = begin + header->p_memsz;
    }
    search->found.index = index;
    return search->pc - search->found.begin < search->found.end - search->found.begin;
}

static bool find_object(uintptr_t pc, struct object *found) {
    int (*find)(void *, struct dl_object *) = atomic_load_explicit(&find_object_in_libc, memory_order_relaxed);
    if (find) {
        struct dl_object object;
        if (find((void *)pc, &object))
            return false;
        *found = (struct object){(uintptr_t)object.begin, (uintptr_t)object.end, object.index};
        return true;
    }
    struct search search = {.pc = pc};
    if (!dl_iterate_phdr(match_object, &search))
        return false;
    *found = search.found;
    return true;
}

static void add_lasting(const void *address) {
    if (find_object((uintptr_t)address, &lasting[lasting_count]))
        lasting_count++;
}

void host_frames_init(const void *python_function) {
    if (lasting_count)
        return;
    atomic_store(&find_object_in_libc, (int (*)(void *, struct dl_object *))dlsym(RTLD_DEFAULT, "_dl_find_object"));
    find_object((uintptr_t)python_function, &python_object);
    add_lasting((const void *)host_frames_init);
    add_lasting((const void *)qsort);
    add_lasting(python_function);
}

static bool within(const struct object *object, uintptr_t pc) {
    return pc - object->begin < object->end - object->begin;
}

static bool is_lasting(uintptr_t pc) {
    for (unsigned i = 0; i < lasting_count; i++)
        if (within(&lasting[i], pc))
            return true;
    return false;
}

bool host_code_contains(uintptr_t pc) {
    struct object object;
    return is_lasting(pc) || find_object(pc, &object);
}

bool host_code_is_python(uintptr_t pc) { return within(&python_object, pc); }

/* ---- reading ---- */

static uint64_t read_unsigned(const uint8_t **at, unsigned size) {
    uint64_t value = 0;
    memcpy(&value, *at, size);
    *at += size;
    return value;
}

static int64_t read_signed(const uint8_t **at, unsigned size) {
    unsigned shift = 64 - 8 * size;
    return (int64_t)(read_unsigned(at, size) << shift) >> shift;
}

static uint64_t read_uleb(const uint8_t **at) {
    uint64_t value = 0;
    for (unsigned shift = 0;; shift += 7) {
        uint8_t byte = *(*at)++;
        if (shift < 64)
            value |= (uint64_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80))
            return value;
    }
}

static int64_t read_sleb(const uint8_t **at) {
    uint64_t value = 0;
    unsigned shift = 0;
    uint8_t byte;
    do {
        byte = *(*at)++;
        if (shift < 64)
            value |= (uint64_t)(byte & 0x7f) << shift;
        shift += 7;
    } while (byte & 0x80);
    if (byte & 0x40 && shift < 64)
        value |= ~(uint64_t)0 << shift;
    return (int64_t)value;
}

/* DW_EH_PE_*: the low half says how a pointer is stored, the high half what it counts from. */
enum { PE_OMIT = 0xff, PE_PCREL = 0x10, PE_DATAREL = 0x30, PE_INDIRECT = 0x80 };

static uint64_t read_encoded(const uint8_t **at, uint8_t encoding, uintptr_t data_base) {
    uintptr_t start = (uintptr_t)*at;
    uint64_t value;
    if (encoding == PE_OMIT)
        return 0;
    switch (encoding & 0x0f) {
    case 0x01: value = read_uleb(at); break;
    case 0x02: value = read_unsigned(at, 2); break;
    case 0x03: value = read_unsigned(at, 4); break;
    case 0x09: value = (uint64_t)read_sleb(at); break;
    case 0x0a: value = (uint64_t)read_signed(at, 2); break;
    case 0x0b: value = (uint64_t)read_signed(at, 4); break;
    default: value = read_unsigned(at, 8);
    }
    if (!value)
        return 0;
    switch (encoding & 0x70) {
    case PE_PCREL: value += start; break;
    case PE_DATAREL: value += data_base; break;
    }
    return encoding & PE_INDIRECT ? *(const uint64_t *)value : value;
}

/* ---- finding a frame's description ---- */

struct description {
    const uint8_t *initial, *initial_end; /* the CIE's instructions */
    const uint8_t *program, *program_end; /* the FDE's */
    uintptr_t begin, end;
    uint64_t code_alignment;
    int64_t data_alignment;
    unsigned return_register;
    bool is_signal_frame;
};

static bool parse_cie(const uint8_t *at, struct description *description, uint8_t *encoding, bool *augmented) {
    uint32_t length = (uint32_t)read_unsigned(&at, 4);
    description->initial_end = at + length;
    at += 4;
    uint8_t version = *at++;
    const char *augmentation = (const char *)at;
    at += strlen(augmentation) + 1;
    if (length == 0xffffffff || (version != 1 && version != 3) || (augmentation[0] && augmentation[0] != 'z'))
        return false;
    description->code_alignment = read_uleb(&at);
    description->data_alignment = read_sleb(&at);
    description->return_register = version == 1 ? *at++ : (unsigned)read_uleb(&at);
    *encoding = 0;
    *augmented = augmentation[0] == 'z';
    if (!*augmented) {
        description->initial = at;
        return true;
    }
    uint64_t size = read_uleb(&at);
    description->initial = at + size;
    for (const char *letter = augmentation + 1; *letter; letter++) {
        switch (*letter) {
        case 'R': *encoding = *at++; break;
        case 'L': at++; break;
        case 'S': description->is_signal_frame = true; break;
        case 'P': {
            uint8_t personality = *at++;
            read_encoded(&at, personality & 0x7f, 0);
            break;
        }
        default: return false;
        }
    }
    return true;
}

static bool parse_fde(const uint8_t *at, uintptr_t pc, struct description *description) {
    uint32_t length = (uint32_t)read_unsigned(&at, 4);
    const uint8_t *end = at + length, *cie_distance = at;
    uint8_t encoding;
    bool augmented;
    *description = (struct description){0};
    uint32_t distance = (uint32_t)read_unsigned(&at, 4);
    if (length == 0xffffffff || !distance || !parse_cie(cie_distance - distance, description, &encoding, &augmented))
        return false;
    description->begin = read_encoded(&at, encoding, 0);
    description->end = description->begin + read_encoded(&at, encoding & 0x0f, 0);
    if (augmented) {
        uint64_t size = read_uleb(&at);
        at += size;
    }
    description->program = at;
    description->program_end = end;
    return pc - description->begin < description->end - description->begin;
}

static bool search_linearly(const uint8_t *at, uintptr_t pc, struct description *description) {
    for (;;) {
        const uint8_t *entry = at;
        uint32_t length = (uint32_t)read_unsigned(&at, 4), id;
        if (!length || length == 0xffffffff)
            return false;
        memcpy(&id, at, 4);
        if (id && parse_fde(entry, pc, description))
            return true;
        at += length;
    }
}

/* The index: pairs of (function, FDE), each relative to the index itself, sorted. */
static bool find_description(const struct object *object, uintptr_t pc, struct description *description) {
    const uint8_t *at = object->index;
    enum { DATAREL_SDATA4 = 0x3b };
    if (!at || at[0] != 1)
        return false;
    uint8_t pointer_encoding = at[1], count_encoding = at[2], table_encoding = at[3];
    uintptr_t base = (uintptr_t)at;
    at += 4;
    uintptr_t frames = read_encoded(&at, pointer_encoding, base);
    uint64_t count = read_encoded(&at, count_encoding, base);
    if (table_encoding != DATAREL_SDATA4 || count_encoding == PE_OMIT)
        return frames && search_linearly((const uint8_t *)frames, pc, description);
    const int32_t(*table)[2] = (const void *)at;
    uint64_t low = 0, high = count;
    while (low < high) {
        uint64_t middle = (low + high) / 2;
        if (base + (uintptr_t)(intptr_t)table[middle][0] <= pc)
            low = middle + 1;
        else
            high = middle;
    }
    return low && parse_fde((const uint8_t *)(base + (uintptr_t)(intptr_t)table[low - 1][1]), pc, description);
}

/* ---- running a description up to an address ---- */

enum rule { RULE_SAME, RULE_UNDEFINED, RULE_OFFSET, RULE_VALUE_OFFSET, RULE_REGISTER, RULE_EXPRESSION, RULE_VALUE_EXPRESSION };

/* Where the caller's registers are; values of the CFA rule: register and offset, or an expression. */
struct row {
    uint8_t rules[DW_COUNT];
    bool cfa_is_expression;
    uint8_t cfa_register;
    int64_t values[DW_COUNT]; /* offset, register, or the address of an expression */
    int64_t cfa_value;
};

enum { MAX_REMEMBERED = 4 };
struct machine {
    const struct description *description;
    struct row row, initial, remembered[MAX_REMEMBERED];
    unsigned remembered_count;
    uintptr_t location;
};

static void set_rule(struct row *row, uint64_t number, enum rule rule, int64_t value) {
    if (number < DW_COUNT) {
        row->rules[number] = rule;
        row->values[number] = value;
    }
}

static void restore_rule(struct machine *machine, uint64_t number) {
    if (number < DW_COUNT)
        set_rule(&machine->row, number, machine->initial.rules[number], machine->initial.values[number]);
}

static void set_cfa(struct row *row, uint64_t number, int64_t offset) {
    row->cfa_is_expression = false;
    row->cfa_register = (uint8_t)number;
    row->cfa_value = offset;
}

static int64_t skip_expression(const uint8_t **at) {
    int64_t start = (int64_t)(uintptr_t)*at;
    uint64_t length = read_uleb(at);
    *at = (const uint8_t *)((uintptr_t)*at + length);
    return start;
}

/* In units of the description's data alignment. */
static int64_t scaled(const struct machine *machine, uint64_t value) {
    return (int64_t)(value * (uint64_t)machine->description->data_alignment);
}

/* The instructions whose operand is in the opcode byte, and those that only move on; false: another one. */
static bool run_primary(struct machine *machine, uint8_t code, const uint8_t **at) {
    switch (code & 0xc0) {
    case 0x40: machine->location += (code & 0x3f) * machine->description->code_alignment; return true;
    case 0x80: set_rule(&machine->row, code & 0x3f, RULE_OFFSET, scaled(machine, read_uleb(at))); return true;
    case 0xc0: restore_rule(machine, code & 0x3f); return true;
    }
    switch (code) {
    case 0x00: return true;                                                                            /* nop */
    case 0x01: machine->location = read_unsigned(at, 8); return true;                                  /* set_loc */
    case 0x02: machine->location += read_unsigned(at, 1) * machine->description->code_alignment; return true;
    case 0x03: machine->location += read_unsigned(at, 2) * machine->description->code_alignment; return true;
    case 0x04: machine->location += read_unsigned(at, 4) * machine->description->code_alignment; return true;
    }
    return false;
}

static bool run_cfa(struct machine *machine, uint8_t code, const uint8_t **at) {
    struct row *row = &machine->row;
    uint64_t number;
    switch (code) {
    case 0x0c: number = read_uleb(at); set_cfa(row, number, (int64_t)read_uleb(at)); return true;      /* def_cfa */
    case 0x0d: set_cfa(row, read_uleb(at), row->cfa_value); return true;
    case 0x0e: row->cfa_value = (int64_t)read_uleb(at); return true;
    case 0x0f: row->cfa_is_expression = true; row->cfa_value = skip_expression(at); return true;
    case 0x12: number = read_uleb(at); set_cfa(row, number, scaled(machine, (uint64_t)read_sleb(at))); return true;
    case 0x13: row->cfa_value = scaled(machine, (uint64_t)read_sleb(at)); return true;
    }
    return false;
}

static bool run_rule(struct machine *machine, uint8_t code, const uint8_t **at) {
    struct row *row = &machine->row;
    if (code == 0x0a) {                                                                    /* remember_state */
        if (machine->remembered_count == MAX_REMEMBERED)
            return false;
        machine->remembered[machine->remembered_count++] = *row;
        return true;
    }
    if (code == 0x0b) {                                                                    /* restore_state */
        if (!machine->remembered_count)
            return false;
        *row = machine->remembered[--machine->remembered_count];
        return true;
    }
    uint64_t number = read_uleb(at);                    /* args_size, too, has one operand */
    switch (code) {
    case 0x05: set_rule(row, number, RULE_OFFSET, scaled(machine, read_uleb(at))); return true;
    case 0x06: restore_rule(machine, number); return true;
    case 0x07: set_rule(row, number, RULE_UNDEFINED, 0); return true;
    case 0x08: set_rule(row, number, RULE_SAME, 0); return true;
    case 0x09: set_rule(row, number, RULE_REGISTER, (int64_t)read_uleb(at)); return true;
    case 0x10: set_rule(row, number, RULE_EXPRESSION, skip_expression(at)); return true;
    case 0x11: set_rule(row, number, RULE_OFFSET, scaled(machine, (uint64_t)read_sleb(at))); return true;
    case 0x14: set_rule(row, number, RULE_VALUE_OFFSET, scaled(machine, read_uleb(at))); return true;
    case 0x15: set_rule(row, number, RULE_VALUE_OFFSET, scaled(machine, (uint64_t)read_sleb(at))); return true;
    case 0x16: set_rule(row, number, RULE_VALUE_EXPRESSION, skip_expression(at)); return true;
    case 0x2e: return true;                                                                /* GNU_args_size */
    case 0x2f: set_rule(row, number, RULE_OFFSET, scaled(machine, -read_uleb(at))); return true;
    }
    return false;
}

static bool run_program(struct machine *machine, const uint8_t *at, const uint8_t *end, uintptr_t pc) {
    while (at < end && machine->location <= pc) {
        const uint8_t *instruction = at;
        uint8_t code = *at++;
        if (!run_primary(machine, code, &at) && !run_cfa(machine, code, &at) && !run_rule(machine, code, &at))
            return false;
        if (at <= instruction)                       /* an expression with a length beyond all memory */
            return false;
    }
    return true;
}

static bool row_at(const struct description *description, uintptr_t pc, struct row *row) {
    struct machine machine;
    machine.description = description;
    machine.location = description->begin;
    machine.remembered_count = 0;
    memset(&machine.row, 0, sizeof machine.row);
    if (!run_program(&machine, description->initial, description->initial_end, UINTPTR_MAX))
        return false;
    machine.initial = machine.row;
    machine.location = description->begin;
    if (!run_program(&machine, description->program, description->program_end, pc))
        return false;
    *row = machine.row;
    return true;
}

/* ---- registers and expressions ---- */

static ULONG64 *integer_register(CONTEXT *context, unsigned number) {
    static const uint8_t machine_number[16] = {0, 2, 1, 3, 6, 7, 5, 4, 8, 9, 10, 11, 12, 13, 14, 15};
    return number == DW_RIP ? &context->Rip : context_register(context, machine_number[number & 15]);
}

enum { MAX_OPERANDS = 16 };
struct operands {
    uint64_t values[MAX_OPERANDS];
    unsigned count;
};

static void push(struct operands *stack, uint64_t value) {
    if (stack->count < MAX_OPERANDS)
        stack->values[stack->count++] = value;
}

static uint64_t pop(struct operands *stack) { return stack->count ? stack->values[--stack->count] : 0; }

static bool run_constant(uint8_t code, const uint8_t **at, struct operands *stack) {
    if (code >= 0x30 && code <= 0x4f)
        return push(stack, code - 0x30u), true;
    switch (code) {
    case 0x03:
    case 0x0e: push(stack, read_unsigned(at, 8)); return true;
    case 0x08: push(stack, read_unsigned(at, 1)); return true;
    case 0x09: push(stack, (uint64_t)read_signed(at, 1)); return true;
    case 0x0a: push(stack, read_unsigned(at, 2)); return true;
    case 0x0b: push(stack, (uint64_t)read_signed(at, 2)); return true;
    case 0x0c: push(stack, read_unsigned(at, 4)); return true;
    case 0x0d: push(stack, (uint64_t)read_signed(at, 4)); return true;
    case 0x0f: push(stack, (uint64_t)read_signed(at, 8)); return true;
    case 0x10: push(stack, read_uleb(at)); return true;
    case 0x11: push(stack, (uint64_t)read_sleb(at)); return true;
    }
    return false;
}

static bool run_binary(uint8_t code, struct operands *stack) {
    uint64_t right = pop(stack), left = pop(stack);
    switch (code) {
    case 0x1a: push(stack, left & right); return true;
    case 0x1c: push(stack, left - right); return true;
    case 0x1e: push(stack, left * right); return true;
    case 0x21: push(stack, left | right); return true;
    case 0x22: push(stack, left + right); return true;
    case 0x24: push(stack, right < 64 ? left << right : 0); return true;
    case 0x25: push(stack, right < 64 ? left >> right : 0); return true;
    case 0x27: push(stack, left ^ right); return true;
    case 0x29: push(stack, left == right); return true;
    case 0x2a: push(stack, (int64_t)left >= (int64_t)right); return true;
    case 0x2b: push(stack, (int64_t)left > (int64_t)right); return true;
    case 0x2c: push(stack, (int64_t)left <= (int64_t)right); return true;
    case 0x2d: push(stack, (int64_t)left < (int64_t)right); return true;
    case 0x2e: push(stack, left != right); return true;
    }
    return false;
}

/* DW_OP_*: those that compilers and the C library use in call frame information. */
static bool run_operation(uint8_t code, const uint8_t **at, CONTEXT *context, struct operands *stack) {
    if (run_constant(code, at, stack))
        return true;
    if (code >= 0x70 && code <= 0x80)                                                      /* breg0 to breg16 */
        return push(stack, *integer_register(context, code - 0x70u) + (uint64_t)read_sleb(at)), true;
    uint64_t value;
    switch (code) {
    case 0x06: value = pop(stack); push(stack, *(const uint64_t *)value); return true;     /* deref */
    case 0x12: value = pop(stack); push(stack, value); push(stack, value); return true;    /* dup */
    case 0x13: pop(stack); return true;                                                    /* drop */
    case 0x1f: push(stack, -pop(stack)); return true;                                      /* neg */
    case 0x20: push(stack, ~pop(stack)); return true;                                      /* not */
    case 0x23: value = pop(stack); push(stack, value + read_uleb(at)); return true;        /* plus_uconst */
    case 0x28:                                                                             /* bra */
    case 0x2f: {                                                                           /* skip */
        int64_t distance = read_signed(at, 2);
        if (code == 0x2f || pop(stack))
            *at += distance;
        return true;
    }
    case 0x96: return true;                                                                /* nop */
    }
    return run_binary(code, stack);
}

static bool evaluate(int64_t expression, CONTEXT *context, const uint64_t *first, uint64_t *result) {
    const uint8_t *at = (const uint8_t *)(uintptr_t)expression;
    struct operands stack = {.count = 0};
    uint64_t length = read_uleb(&at);
    const uint8_t *end = at + length;
    if (first)
        push(&stack, *first);
    while (at < end)
        if (!run_operation(*at++, &at, context, &stack))
            return false;
    *result = pop(&stack);
    return true;
}

/* ---- applying a row ---- */

static bool cfa_of(const struct row *row, CONTEXT *context, uint64_t *cfa) {
    if (row->cfa_is_expression)
        return evaluate(row->cfa_value, context, NULL, cfa);
    *cfa = *integer_register(context, row->cfa_register) + (uint64_t)row->cfa_value;
    return true;
}

static void load_register(CONTEXT *context, unsigned number, uint64_t from) {
    if (number >= DW_XMM0)
        memcpy(context_xmm(context, number - DW_XMM0), (const void *)from, sizeof(M128A));
    else
        *integer_register(context, number) = *(const uint64_t *)from;
}

static bool apply_rule(const struct row *row, unsigned number, const CONTEXT *before, uint64_t cfa, CONTEXT *context) {
    uint64_t value;
    switch (row->rules[number]) {
    case RULE_OFFSET: load_register(context, number, cfa + (uint64_t)row->values[number]); return true;
    case RULE_VALUE_OFFSET: *integer_register(context, number) = cfa + (uint64_t)row->values[number]; return true;
    case RULE_REGISTER:
        *integer_register(context, number) =
            *integer_register((CONTEXT *)before, (unsigned)row->values[number]);
        return true;
    case RULE_EXPRESSION:
        if (!evaluate(row->values[number], (CONTEXT *)before, &cfa, &value))
            return false;
        load_register(context, number, value);
        return true;
    case RULE_VALUE_EXPRESSION:
        if (!evaluate(row->values[number], (CONTEXT *)before, &cfa, &value))
            return false;
        *integer_register(context, number) = value;
        return true;
    default: return true;
    }
}

static bool apply_row(const struct row *row, CONTEXT *context) {
    CONTEXT before;
    uint64_t cfa;
    if (row->rules[DW_RIP] == RULE_UNDEFINED || !cfa_of(row, context, &cfa))
        return false;
    memcpy(&before, context, offsetof(CONTEXT, FltSave));
    context->Rsp = cfa;
    for (unsigned number = 0; number < DW_COUNT; number++)
        if (row->rules[number] > RULE_UNDEFINED && !apply_rule(row, number, &before, cfa, context))
            return false;
    return true;
}

/* ---- rows of windlass's own functions, which an unwind meets again and again ---- */

static bool pack_row(const struct row *row, struct host_row *packed) {
    if (row->cfa_is_expression || row->rules[DW_RIP] != RULE_OFFSET)
        return false;
    packed->cfa_register = row->cfa_register;
    packed->cfa_offset = (int32_t)row->cfa_value;
    packed->count = 0;
    for (unsigned number = 0; number < DW_COUNT; number++) {
        if (row->rules[number] <= RULE_UNDEFINED)
            continue;
        if (row->rules[number] != RULE_OFFSET || packed->count == HOST_ROW_REGISTERS)
            return false;
        packed->registers[packed->count] = (uint8_t)number;
        packed->offsets[packed->count++] = (int32_t)row->values[number];
    }
    return true;
}

static void apply_packed(const struct host_row *row, CONTEXT *context) {
    uint64_t cfa = *integer_register(context, row->cfa_register) + (uint64_t)(int64_t)row->cfa_offset;
    context->Rsp = cfa;
    for (unsigned i = 0; i < row->count; i++)
        load_register(context, row->registers[i], cfa + (uint64_t)(int64_t)row->offsets[i]);
}

/* The two places where the row of an address may be kept; NULL before the thread has a record. */
static struct host_row *row_places(uintptr_t pc) {
    struct thread *thread = current_thread_or_null;
    unsigned pair = pc * 0x9e3779b97f4a7c15u >> (64 - HOST_ROW_BITS + 1);
    return thread ? &thread->unwind_cache.rows[2 * pair] : NULL;
}

static bool apply_kept(const struct host_row *places, uintptr_t pc, CONTEXT *context) {
    if (!places || (places[0].pc != pc && places[1].pc != pc))
        return false;
    apply_packed(&places[places[0].pc != pc], context);
    return true;
}

static void keep(struct host_row *places, uintptr_t pc, const struct row *row) {
    struct host_row packed;
    if (!places || !is_lasting(pc) || !pack_row(row, &packed))
        return;
    packed.pc = pc;
    places[1] = places[0];
    places[0] = packed;
}

static bool describe(uintptr_t pc, struct row *row, bool *is_signal_frame) {
    struct object object;
    struct description description;
    if (!find_object(pc, &object) || !find_description(&object, pc, &description) ||
        description.return_register != DW_RIP || !row_at(&description, pc, row))
        return false;
    *is_signal_frame = description.is_signal_frame;
    return true;
}

uintptr_t host_function_begin(uintptr_t pc) {
    struct object object;
    struct description description;
    return find_object(pc, &object) && find_description(&object, pc, &description) ? description.begin : 0;
}

bool host_frame_unwind(CONTEXT *context, bool *exact) {
    uintptr_t pc = context->Rip - !*exact;
    struct host_row *places = row_places(pc);
    struct row row;
    if (apply_kept(places, pc, context)) {
        *exact = false;
        return true;
    }
    if (!describe(pc, &row, exact))
        return false;
    if (!*exact)
        keep(places, pc, &row);
    return apply_row(&row, context);
}
