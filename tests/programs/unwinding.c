// build: msvc
// imports: ntdll.dll RtlLookupFunctionEntry RtlVirtualUnwind RtlCaptureContext
// Undoing frames by their tables at every instruction: prologues, epilogues, chained parts, jumps between parts.
#include "fixture.h"

typedef unsigned long long u64;
typedef struct { unsigned begin, end, data; } FUNCTION;
typedef struct {
    u64 home[6];
    unsigned flags, mxcsr;
    unsigned short segments[6];
    unsigned eflags;
    u64 debug[6], registers[16], rip;
    __attribute__((aligned(16))) struct { unsigned char legacy[160]; u64 xmm[32]; unsigned char rest[96]; } floating;
    u64 vector[52], more[6];
} __attribute__((aligned(16))) CONTEXT;
enum { RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI, R8, R9, R10, R11, R12, R13, R14, R15 };

__declspec(dllimport) FUNCTION *RtlLookupFunctionEntry(u64, u64 *, void *);
__declspec(dllimport) void *RtlVirtualUnwind(unsigned, u64, u64, FUNCTION *, CONTEXT *, void **, u64 *, void *);

/* Each function is called for its code only; the contexts are made up. Labels mark the instructions. */
#define ASM(text) __asm__(text)
#define CODE(name) extern const char name[]

ASM(".text\n"
    ".globl handler\nhandler: ret\n"

    /* pushes, an allocation, no frame pointer; an epilogue in the middle and one at the end */
    ".seh_proc plain\n"
    "plain: pushq %rbx\n .seh_pushreg %rbx\n"
    "plain1: pushq %r14\n .seh_pushreg %r14\n"
    "plain2: subq $0x48, %rsp\n .seh_stackalloc 0x48\n"
    "plain3: movaps %xmm7, 0x20(%rsp)\n .seh_savexmm %xmm7, 0x20\n"
    "plain4: movq %rdi, 0x38(%rsp)\n .seh_savereg %rdi, 0x38\n"
    ".seh_endprologue\n"
    "plain5: nop\n"
    "testl %ecx, %ecx\n je 1f\n"
    "plain6: addq $0x48, %rsp\n"
    "plain7: popq %r14\n"
    "plain8: popq %rbx\n"
    "plain9: ret\n"
    "1: nop\n"
    "addq $0x48, %rsp\n"
    "popq %r14\n popq %rbx\n"
    "plain10: rep ret\n"
    ".seh_handler handler, @except, @unwind\n .seh_handlerdata\n .long 0x1234\n .text\n"
    ".seh_endproc\n"

    /* a frame pointer; the epilogue is lea from it */
    ".seh_proc framed\n"
    "framed: pushq %rbp\n .seh_pushreg %rbp\n"
    "framed1: subq $0x100, %rsp\n .seh_stackalloc 0x100\n"
    "framed2: leaq 0x80(%rsp), %rbp\n .seh_setframe %rbp, 0x80\n"
    "framed3: movq %rsi, 0x40(%rbp)\n .seh_savereg %rsi, 0xc0\n"
    ".seh_endprologue\n"
    "framed4: subq $0x40, %rsp\n"
    "framed5: nop\n"
    "movq 0x40(%rbp), %rsi\n"
    "framed6: leaq 0x80(%rbp), %rsp\n"
    "framed7: popq %rbp\n"
    "framed8: ret\n"
    ".seh_handler handler, @except\n .seh_handlerdata\n .long 0x5678\n .text\n"
    ".seh_endproc\n"

    /* large allocations and far saves */
    ".seh_proc large\n"
    "large: subq $0x200008, %rsp\n .seh_stackalloc 0x200008\n"
    "large1: movq %r15, 0x180000(%rsp)\n .seh_savereg %r15, 0x180000\n"
    "movaps %xmm6, 0x190000(%rsp)\n .seh_savexmm %xmm6, 0x190000\n"
    ".seh_endprologue\n"
    "large2: nop\n"
    "large3: addq $0x200008, %rsp\n"
    "ret\n"
    ".seh_endproc\n"

    /* two later parts with entries of their own, written out because the assembler nests them in the first's */
    "parted: subq $0x38, %rsp\n"
    "parted1: testl %ecx, %ecx\n je parted4\n"
    "parted2: jmp parted3\n"
    "int3\n"
    "parted3: movq %rbx, 0x30(%rsp)\n"
    "parted4: nop\n"
    "jmp parted6\n"
    "int3\n"
    "parted6: nop\n"
    "movq 0x30(%rsp), %rbx\n"
    "parted7: addq $0x38, %rsp\n"
    "ret\n"
    "parted8:\n"
    ".section .xdata,\"dr\"\n"
    "parted_info: .byte 0x11, 4, 1, 0,  4, 0x62,  0, 0\n .long handler@IMGREL, 0x9abc\n"
    "parted_info2: .byte 0x21, 5, 2, 0,  5, 0x34, 6, 0\n .long parted@IMGREL, parted3@IMGREL, parted_info@IMGREL\n"
    "parted_info3: .byte 0x21, 0, 0, 0\n .long parted3@IMGREL, parted6@IMGREL, parted_info2@IMGREL\n"
    ".section .pdata,\"dr\"\n"
    ".long parted@IMGREL, parted3@IMGREL, parted_info@IMGREL\n"
    ".long parted3@IMGREL, parted6@IMGREL, parted_info2@IMGREL\n"
    ".long parted6@IMGREL, parted8@IMGREL, parted_info3@IMGREL\n"
    ".text\n"

    /* what the processor pushes for an interrupt, and the saved code of one with an error code */
    ".seh_proc machine\n"
    "machine: .seh_pushframe\n pushq %rbx\n .seh_pushreg %rbx\n"
    ".seh_endprologue\n"
    "machine1: nop\n iretq\n"
    ".seh_endproc\n"
    ".seh_proc machine_error\n"
    "machine_error: .seh_pushframe @code\n pushq %rbx\n .seh_pushreg %rbx\n"
    ".seh_endprologue\n"
    "machine_error1: nop\n iretq\n"
    ".seh_endproc\n"
    );

CODE(handler); CODE(plain); CODE(plain1); CODE(plain2); CODE(plain3); CODE(plain4); CODE(plain5); CODE(plain6);
CODE(plain7); CODE(plain8); CODE(plain9); CODE(plain10);
CODE(framed); CODE(framed1); CODE(framed2); CODE(framed3); CODE(framed4); CODE(framed5); CODE(framed6);
CODE(framed7); CODE(framed8); CODE(large); CODE(large1); CODE(large2); CODE(large3);
CODE(parted); CODE(parted1); CODE(parted2); CODE(parted3); CODE(parted4); CODE(parted6);
CODE(parted7); CODE(machine); CODE(machine1); CODE(machine_error); CODE(machine_error1);

static u64 stack[0x50000];

static void unwind(const char *name, const char *pc, unsigned kind)
{
    static const char *const names[16] = {"rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi",
                                          "r8",  "r9",  "r10", "r11", "r12", "r13", "r14", "r15"};
    static CONTEXT context;
    u64 base = 0, frame = 0, before[16];
    void *data = 0, *pointers[32];
    FUNCTION *function = RtlLookupFunctionEntry((u64)pc, &base, 0);
    for (unsigned i = 0; i < sizeof stack / 8; i++)
        stack[i] = 0x5000000000000000ull + i * 8;
    for (int i = 0; i < 32; i++) {
        pointers[i] = 0;
        context.floating.xmm[i] = 0x600 + i;
    }
    for (int i = 0; i < 16; i++)
        before[i] = context.registers[i] = 0x7000000 + i;
    before[RSP] = context.registers[RSP] = (u64)stack;
    before[RBP] = context.registers[RBP] = (u64)stack + 0x80;
    context.rip = (u64)pc;
    void *found = RtlVirtualUnwind(kind, base, (u64)pc, function, &context, &data, &frame, pointers);
    int absolute = context.registers[RSP] - (u64)stack > sizeof stack;
    say("%s: entry %d frame +%llx rip %llx rsp %s%llx", name, function != 0, frame - (u64)stack, context.rip,
        absolute ? "" : "+", context.registers[RSP] - (absolute ? 0 : (u64)stack));
    if (found)
        say("  handler %d data %x", found == (void *)handler, *(unsigned *)data);
    for (int i = 0; i < 16; i++)
        if (i != RSP && context.registers[i] != before[i])
            say("  %s = %llx from +%llx", names[i], context.registers[i],
                pointers[16 + i] ? (u64)pointers[16 + i] - (u64)stack : ~0ull);
    for (int i = 0; i < 16; i++)
        if (context.floating.xmm[2 * i] != (u64)(0x600 + 2 * i))
            say("  xmm%d = %llx %llx from +%llx", i, context.floating.xmm[2 * i], context.floating.xmm[2 * i + 1],
                pointers[i] ? (u64)pointers[i] - (u64)stack : ~0ull);
}
#define AT(label, kind) unwind(#label, label, kind)

PROGRAM
{
    AT(plain, 3); AT(plain1, 3); AT(plain2, 3); AT(plain3, 3); AT(plain4, 3); AT(plain5, 3); AT(plain5, 1);
    AT(plain5, 0); AT(plain6, 3); AT(plain7, 3); AT(plain8, 3); AT(plain9, 3); AT(plain10, 3);
    AT(framed, 3); AT(framed1, 3); AT(framed2, 3); AT(framed3, 3); AT(framed4, 3); AT(framed5, 1); AT(framed5, 2);
    AT(framed6, 3); AT(framed7, 3); AT(framed8, 3);
    AT(large, 3); AT(large1, 3); AT(large2, 3); AT(large3, 3);
    AT(parted, 3); AT(parted1, 2); AT(parted1, 1); AT(parted3, 3); AT(parted4, 3); AT(parted6, 3); AT(parted7, 3);
    AT(machine, 3); AT(machine1, 3); AT(machine_error, 3); AT(machine_error1, 3);
    return 0;
}
