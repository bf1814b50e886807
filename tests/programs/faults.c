// build: msvc
// flags: -fasync-exceptions
// imports: kernel32.dll RaiseException AddVectoredExceptionHandler RemoveVectoredExceptionHandler
// imports: ntdll.dll __C_specific_handler
// What the processor refuses arrives as exceptions, and execution can go on.
#include "fixture.h"

typedef unsigned long long u64;
typedef struct record {
    unsigned code, flags;
    struct record *chained;
    void *address;
    unsigned count;
    u64 information[15];
} RECORD;
typedef struct {
    u64 home[6];
    unsigned flags, mxcsr;
    unsigned short segments[6];
    unsigned eflags;
    u64 debug[6], registers[16], rip; /* rax rcx rdx rbx rsp rbp rsi rdi r8.. */
    struct {
        unsigned short control, status;
        unsigned char tag, reserved;
        unsigned short opcode;
        unsigned offset;
        unsigned short selector, reserved2;
        unsigned data_offset;
        unsigned short data_selector, reserved3;
        unsigned mxcsr, mask;
        u64 x87[16], xmm[32];
    } floating;
} CONTEXT;
typedef struct {
    RECORD *record;
    CONTEXT *context;
} POINTERS;
enum { RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI, R8 };

__declspec(dllimport) void RaiseException(unsigned, unsigned, unsigned, const u64 *);
__declspec(dllimport) void *AddVectoredExceptionHandler(unsigned, int (*)(POINTERS *));
__declspec(dllimport) unsigned RemoveVectoredExceptionHandler(void *);
#define info() ((POINTERS *)_exception_info())

static void *expected;

static int show(POINTERS *pointers, const char *name)
{
    RECORD *record = pointers->record;
    say("%s: code %x flags %x count %u", name, record->code, record->flags, record->count);
    for (unsigned i = 0; i < record->count; i++) {
        if (expected && record->information[i] == (u64)expected)
            say("  information %u: the address", i);
        else
            say("  information %u: %llx", i, record->information[i]);
    }
    say("  rip: address + %d", (int)((char *)pointers->context->rip - (char *)record->address));
    return 1;
}

#define TRY(name, statement) \
    __try { \
        statement; \
        say("%s: nothing happened", name); \
    } __except (show(info(), name)) { \
    }

static volatile int zero, *volatile null, big = (int)0x80000000;
static volatile u64 zero64;

static const char fixed[16] = {1};

static void accesses(void)
{
    TRY("read null", zero = *null);
    TRY("write null", *null = 1);
    TRY("read near null", zero = *(volatile int *)0x1234);
    TRY("call null", ((void (*volatile)(void))null)());
    TRY("non-canonical read", zero = *(volatile int *)0x123456789abcdef0ull);
    TRY("non-canonical write", *(volatile int *)0x923456789abcdef0ull = 1);
    expected = (void *)fixed;
    TRY("write to a read-only page", *(volatile char *)expected = 1);
    TRY("execute data", ((void (*volatile)(void))expected)());
    expected = 0;
    zero = 0;
}

static void arithmetic(void)
{
    volatile int result;
    volatile u64 result64;
    TRY("divide", result = big / zero);
    TRY("remainder", result = big % zero);
    // Wine reports: divide overflow: code c0000094 flags 0 count 0
    // documented: divide overflow: code c0000095 flags 0 count 0     (Microsoft, "EXCEPTION_RECORD structure")
    TRY("divide overflow", result = big / (zero - 1));
    TRY("divide 64 bits", result64 = 5 / zero64);
    TRY("divide in memory", __asm__ volatile("movl $1, %%eax; cltd; idivl %0" ::"m"(zero) : "eax", "edx"));
    TRY("divide by a byte", __asm__ volatile("movl $1, %%eax; movb $0, %%ch; divb %%ch" ::: "eax", "ecx"));
    // Wine reports: divide overflow by a byte: code c0000094 flags 0 count 0
    // documented: divide overflow by a byte: code c0000095 flags 0 count 0     (Microsoft, "EXCEPTION_RECORD structure")
    TRY("divide overflow by a byte", __asm__ volatile("movl $0x1234, %%eax; movb $1, %%ch; divb %%ch" ::: "eax", "ecx"));
    TRY("divide by r13", __asm__ volatile("movl $1, %%eax; cltd; xorl %%r13d, %%r13d; idivq %%r13" ::: "rax", "rdx", "r13"));
    TRY("divide by an array item", __asm__ volatile("movl $2, %%ecx; movl $1, %%eax; cltd; leaq %0, %%r9; subq $8, %%r9; idivl (%%r9,%%rcx,4)" ::"m"(zero) : "rax", "rcx", "rdx", "r9"));
}

static void instructions(void)
{
    TRY("ud2", __asm__ volatile("ud2"));
    TRY("hlt", __asm__ volatile("hlt"));
    TRY("cli", __asm__ volatile("cli"));
    TRY("in", __asm__ volatile("inb $0x60, %%al" ::: "eax"));
    TRY("outs", __asm__ volatile("rep outsb" ::: "esi", "ecx"));
    TRY("mov cr0", __asm__ volatile("movq %%cr0, %%rax" ::: "rax"));
    TRY("wbinvd", __asm__ volatile("wbinvd"));
    TRY("int3", __asm__ volatile("int3"));
    TRY("int 3, two bytes", __asm__ volatile(".byte 0xcd, 0x03"));
    TRY("int 0x2c", __asm__ volatile("int $0x2c"));
    TRY("int 0x80 or other", __asm__ volatile("int $0x77"));
    TRY("icebp", __asm__ volatile(".byte 0xf1"));
    TRY("single step", __asm__ volatile("pushfq; orl $0x100, (%rsp); popfq; nop; nop"));
    // Wine reports: bad lock: code c000001d flags 0 count 0
    // documented: bad lock: code c000001e flags 0 count 0     (Microsoft, "NTSTATUS Values")
    TRY("bad lock", __asm__ volatile(".byte 0xf0, 0x0f, 0x0b"));
}

static void set_mxcsr(unsigned value) { __asm__ volatile("ldmxcsr %0" ::"m"(value)); }
static void set_x87(unsigned short value) { __asm__ volatile("fnclex; fldcw %0" ::"m"(value)); }

static int show_sse(POINTERS *pointers, const char *name)
{
    set_mxcsr(0x1f80);
    return show(pointers, name);
}

static int show_x87(POINTERS *pointers, const char *name)
{
    set_x87(0x37f);
    say("%s: code %x count %u", name, pointers->record->code, pointers->record->count);
    return 1;
}

#define TRY_SSE(name, statement) \
    __try { \
        set_mxcsr(0); \
        statement; \
        set_mxcsr(0x1f80); \
        say("%s: nothing happened", name); \
    } __except (show_sse(info(), name)) { \
        set_mxcsr(0x1f80); \
    }
#define TRY_X87(name, statement) \
    __try { \
        set_x87(0x340); \
        __asm__ volatile(statement "; fwait" ::"m"(small), "m"(large)); \
        set_x87(0x37f); \
        say("%s: nothing happened", name); \
    } __except (show_x87(info(), name)) { \
        __asm__ volatile("fninit"); \
        set_x87(0x37f); \
    }

static void floating(void)
{
    volatile double one = 1, nothing = 0, three = 3, result;
    static volatile double large = 0x1p1023, small = 1e-300;
    volatile double denormal = 4.9e-324;
    __try {
        set_mxcsr(0x6040);
        result = one / nothing;
    } __except (show_sse(info(), "sse divide, rounding to zero")) {
        set_mxcsr(0x1f80);
    }
    TRY_SSE("sse divide", result = one / nothing);
    TRY_SSE("sse invalid", result = nothing / nothing);
    TRY_SSE("sse overflow", result = large * large);
    TRY_SSE("sse underflow", result = small * small);
    TRY_SSE("sse inexact", result = one / three);
    // Wine reports: sse denormal: code c0000093 flags 0 count 2
    // documented: sse denormal: code c000008d flags 0 count 2     (Microsoft, "EXCEPTION_RECORD structure")
    TRY_SSE("sse denormal", result = denormal * one);
    TRY_X87("x87 divide", "fld1; fldz; fdivrp");
    TRY_X87("x87 invalid", "fldz; fldz; fdivrp");
    TRY_X87("x87 overflow", "fldl %1; fldl %1; fmulp; fstpl -8(%%rsp)");
    TRY_X87("x87 stack", "fstp %%st(0)");
}

/* Going on after mending what was wrong. */
static int mend(POINTERS *pointers)
{
    pointers->context->registers[RCX] = (u64)expected;
    return -1;
}

static int skip_two(POINTERS *pointers)
{
    pointers->context->rip += 2;
    pointers->context->registers[RAX] = 77;
    pointers->context->floating.xmm[2 * 3] = 0x4008000000000000ull; /* xmm3 = 3.0 */
    return -1;
}

static int skip_one(POINTERS *pointers)
{
    pointers->context->rip += 1;
    return -1;
}

static void continuing(void)
{
    int value = 0;
    double number = 0;
    int target = 4711;
    expected = &target;
    __try {
        __asm__ volatile("xorl %%ecx, %%ecx; movl (%%rcx), %0" : "=r"(value)::"rcx");
    } __except (mend(info())) {
    }
    say("mended: %d", value);
    expected = 0;
    __try {
        __asm__ volatile("xorl %%eax, %%eax; ud2; movl %%eax, %0; movsd %%xmm3, %1" : "=r"(value), "=m"(number)::"rax", "xmm3");
    } __except (skip_two(info())) {
    }
    say("skipped: %d %a", value, number);
    __try {
        __asm__ volatile("int3");
        say("after int3");
    } __except (skip_one(info())) {
    }
}

/* All registers, vector ones in full, are what they were. */
static int keep(POINTERS *pointers)
{
    volatile double a = 1.25;
    for (int i = 0; i < 100; i++)
        a = a * 1.5 + 0.5;
    __asm__ volatile("vzeroall" ::: "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5");
    pointers->context->rip += 2;
    return -1;
}

static void registers_survive(void)
{
    static const float before[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    float after[8];
    u64 flags = 0, r10 = 0, r11 = 0;
    __try {
        __asm__ volatile("vmovups %4, %%ymm5; movq $0x1234567, %%r10; movq $-5, %%r11; stc; ud2; pushfq; popq %0;"
                         "movq %%r10, %1; movq %%r11, %2; vmovups %%ymm5, %3; vzeroupper"
                         : "=r"(flags), "=r"(r10), "=r"(r11), "=m"(after)
                         : "m"(before)
                         : "xmm5", "r10", "r11", "cc");
    } __except (keep(info())) {
    }
    say("flags %llx r10 %llx r11 %llx", flags & 0x8d5 & ~0x54ull, r10, r11);
    for (int i = 0; i < 8; i++)
        check(after[i] == before[i]);
}

static int steps;
static int stepper(POINTERS *pointers)
{
    if (pointers->record->code != 0x80000004)
        return 0;
    if (++steps < 5)
        pointers->context->eflags |= 0x100;
    return -1;
}

static void stepping(void)
{
    void *handler = AddVectoredExceptionHandler(1, stepper);
    __asm__ volatile("pushfq; orl $0x100, (%rsp); popfq; nop; nop; nop; nop; nop; nop; nop; nop");
    say("steps %d", steps);
    RemoveVectoredExceptionHandler(handler);
}

static int count_faults(int depth)
{
    volatile int count = 0;
    for (int i = 0; i < 10000; i++) {
        __try {
            *null = i;
        } __except (1) {
            count++;
        }
    }
    return count;
}

static void in_handlers(void)
{
    __try {
        __try {
            *null = 1;
        } __finally {
            __try {
                zero = *null;
            } __except (show(info(), "fault in finally")) {
            }
        }
    } __except (show(info(), "fault outside")) {
        __try {
            *null = 2;
        } __except (show(info(), "fault in handler")) {
        }
    }
}

PROGRAM
{
    accesses();
    arithmetic();
    instructions();
    floating();
    continuing();
    registers_survive();
    stepping();
    in_handlers();
    say("counted %d", count_faults(0));
    return 0;
}
