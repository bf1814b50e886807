/* Just enough of an instruction decoder to name faults as Windows does ("Intel 64 and IA-32 Architectures Software
 * Developer's Manual", volume 2). */
#include "instruction.h"
#include "unwind.h"

struct prefixes {
    BYTE rex;
    bool operand16, lock;
    BYTE segment; /* 0x64, 0x65 or 0 */
};

static const BYTE *skip_prefixes(const BYTE *code, struct prefixes *found) {
    *found = (struct prefixes){0};
    for (;; code++) {
        switch (*code) {
        case 0x66: found->operand16 = true; break;
        case 0xf0: found->lock = true; break;
        case 0x64:
        case 0x65: found->segment = *code; break;
        case 0x26:
        case 0x2e:
        case 0x36:
        case 0x3e:
        case 0x67:
        case 0xf2:
        case 0xf3: break;
        default:
            if ((*code & 0xf0) == 0x40)
                found->rex = *code++;
            return code;
        }
    }
}

static bool is_privileged_0f(const BYTE *code) {
    unsigned extension = code[1] >> 3 & 7;
    bool memory = code[1] < 0xc0;
    switch (code[0]) {
    case 0x00: return extension == 2 || extension == 3;                     /* lldt, ltr */
    case 0x01:
        if (memory || extension == 6)
            return extension == 2 || extension == 3 || extension == 6 || extension == 7; /* lgdt lidt lmsw invlpg */
        return code[1] == 0xd1 || code[1] == 0xf8;                          /* xsetbv, swapgs */
    case 0x06: /* clts */
    case 0x07: /* sysret */
    case 0x08: /* invd */
    case 0x09: /* wbinvd */
    case 0x20:
    case 0x21:
    case 0x22:
    case 0x23: /* mov to and from control and debug registers */
    case 0x30: /* wrmsr */
    case 0x32: /* rdmsr */
    case 0x33: /* rdpmc */
    case 0x35: /* sysexit */ return true;
    }
    return false;
}

bool instruction_is_privileged(const BYTE *code) {
    struct prefixes prefixes;
    code = skip_prefixes(code, &prefixes);
    switch (*code) {
    case 0x0f: return is_privileged_0f(code + 1);
    case 0x6c:
    case 0x6d:
    case 0x6e:
    case 0x6f: /* ins, outs */
    case 0xe4:
    case 0xe5:
    case 0xe6:
    case 0xe7:
    case 0xec:
    case 0xed:
    case 0xee:
    case 0xef: /* in, out */
    case 0xf4: /* hlt */
    case 0xfa: /* cli */
    case 0xfb: /* sti */ return true;
    }
    return false;
}

NTSTATUS instruction_illegal_status(const BYTE *code) {
    struct prefixes prefixes;
    skip_prefixes(code, &prefixes);
    return prefixes.lock ? STATUS_INVALID_LOCK_SEQUENCE : STATUS_ILLEGAL_INSTRUCTION;
}

static int32_t read_displacement(const BYTE *at, unsigned size) {
    int32_t value = 0;
    if (size == 1)
        return (int8_t)*at;
    if (size == 4)
        memcpy(&value, at, 4);
    return value;
}

static ULONG64 segment_base(BYTE segment) {
    ULONG64 base = 0;
    if (segment == 0x65)
        base = (ULONG64)(uintptr_t)teb_self();
    if (segment == 0x64)
        __asm__("movq %%fs:0, %0" : "=r"(base)); /* glibc keeps the base there */
    return base;
}

/* The address of a memory operand; `modrm` points at the ModR/M byte. No immediate follows. */
static ULONG64 operand_address(const BYTE *modrm, const struct prefixes *prefixes, CONTEXT *context) {
    unsigned mode = modrm[0] >> 6, low = modrm[0] & 7, size = mode == 1 ? 1 : mode == 2 ? 4 : 0;
    const BYTE *at = modrm + 1;
    ULONG64 address = segment_base(prefixes->segment);
    if (low == 4) {
        BYTE sib = *at++;
        unsigned index = (sib >> 3 & 7) | (prefixes->rex & 2) << 2, base = (sib & 7) | (prefixes->rex & 1) << 3;
        if (index != 4)
            address += *context_register(context, index) << (sib >> 6);
        if (mode == 0 && (sib & 7) == 5)
            size = 4;
        else
            address += *context_register(context, base);
    } else if (mode == 0 && low == 5) {
        size = 4;
        address += (ULONG64)(uintptr_t)(at + 4);
    } else {
        address += *context_register(context, low | (prefixes->rex & 1) << 3);
    }
    return address + (ULONG64)(int64_t)read_displacement(at, size);
}

static ULONG64 byte_register(const BYTE *modrm, const struct prefixes *prefixes, CONTEXT *context) {
    unsigned number = (modrm[0] & 7) | (prefixes->rex & 1) << 3;
    if (!prefixes->rex && number >= 4)
        return *context_register(context, number - 4) >> 8;                 /* ah, ch, dh, bh */
    return *context_register(context, number);
}

bool instruction_divides_by_zero(CONTEXT *context) {
    struct prefixes prefixes;
    const BYTE *code = skip_prefixes((const BYTE *)context->Rip, &prefixes);
    if (*code != 0xf6 && *code != 0xf7)
        return true;
    unsigned size = *code == 0xf6 ? 1 : prefixes.rex & 8 ? 8 : prefixes.operand16 ? 2 : 4;
    const BYTE *modrm = code + 1;
    ULONG64 divisor = 0;
    if (modrm[0] < 0xc0)
        memcpy(&divisor, (const void *)operand_address(modrm, &prefixes, context), size);
    else
        divisor = size == 1 ? byte_register(modrm, &prefixes, context)
                            : *context_register(context, (modrm[0] & 7) | (prefixes.rex & 1) << 3);
    return size == 8 ? divisor == 0 : (divisor & ((1ull << 8 * size) - 1)) == 0;
}
