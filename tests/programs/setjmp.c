// build: msvc
// flags: -fno-builtin
// imports: msvcrt.dll _setjmp longjmp
// imports: ntdll.dll __C_specific_handler RtlCaptureContext RtlRestoreContext
// imports: ntdll.dll RtlUnwindEx RtlCaptureStackBackTrace RtlPcToFileHeader NtContinue RtlLookupFunctionEntry
// imports: kernel32.dll RaiseException GetModuleHandleA
// Jumps out of frames, with and without their termination handlers, and contexts taken and restored.
#include "fixture.h"

typedef unsigned long long u64;
typedef struct __attribute__((aligned(16))) { u64 part[32]; } JUMP;
typedef struct __attribute__((aligned(16))) {
    u64 home[6];
    unsigned flags, mxcsr;
    unsigned short segments[6];
    unsigned eflags;
    u64 debug[6], registers[16], rip;
    u64 rest[122];
} CONTEXT;
typedef struct { unsigned code, flags; void *chained, *address; unsigned count; u64 information[15]; } RECORD;

__attribute__((returns_twice)) __declspec(dllimport) int _setjmp(JUMP *, void *);
__declspec(dllimport) void longjmp(JUMP *, int);
__attribute__((returns_twice)) __declspec(dllimport) void RtlCaptureContext(CONTEXT *);
__declspec(dllimport) void RtlRestoreContext(CONTEXT *, RECORD *);
__declspec(dllimport) int NtContinue(CONTEXT *, int);
__declspec(dllimport) unsigned short RtlCaptureStackBackTrace(unsigned, unsigned, void **, unsigned *);
__declspec(dllimport) void *RtlPcToFileHeader(void *, void **);
__declspec(dllimport) void RaiseException(unsigned, unsigned, unsigned, const u64 *);
__declspec(dllimport) void *GetModuleHandleA(const char *);
__declspec(dllimport) void *RtlLookupFunctionEntry(u64, u64 *, void *);

static JUMP jump;

__attribute__((noinline)) static void jump_from(int depth, int value)
{
    __try {
        if (depth == 0)
            longjmp(&jump, value);
        jump_from(depth - 1, value);
    } __finally {
        say("  finally %d, abnormal %d", depth, _abnormal_termination());
    }
}

/* Without a frame to unwind to, the stack is just left. */
static void plain(void)
{
    volatile int count = 0;
    int value = _setjmp(&jump, 0);
    say("plain %d", value);
    check(jump.part[0] == 0);
    if (++count < 4)
        jump_from(2, count - 1);
}

/* What a compiler passes is the frame as the unwinder knows it: rsp in a function without a frame pointer. */
int with_frame(void);
__asm__(".text\n.seh_proc with_frame\n.globl with_frame\n"
        "with_frame: pushq %rbx\n.seh_pushreg %rbx\nsubq $32, %rsp\n.seh_stackalloc 32\n.seh_endprologue\n"
        "leaq jump(%rip), %rcx\nmovq %rsp, %rdx\nmovl $1234, %ebx\ncallq *__imp__setjmp(%rip)\n"
        "testl %eax, %eax\njne 1f\n"
        "movl $2, %ecx\nmovl $77, %edx\ncallq jump_from\n"
        "1: imull $10000, %eax\naddl %ebx, %eax\naddq $32, %rsp\npopq %rbx\nret\n.seh_endproc\n");

static void context(void)
{
    static CONTEXT saved;
    volatile int count = 0;
    RtlCaptureContext(&saved);
    say("context %d, flags %x, in this module %d", count, saved.flags & 0xf,
        RtlPcToFileHeader((void *)saved.rip, &(void *){0}) == GetModuleHandleA("setjmp.dll"));
    if (++count == 1)
        RtlRestoreContext(&saved, 0);
    if (count == 2)
        NtContinue(&saved, 0);
}

static void context_with_a_jump_buffer(void)
{
    static CONTEXT other;
    volatile int count = 0;
    int value = _setjmp(&jump, 0);
    say("restored %d", value == 0 ? 0 : 1);
    if (++count == 1) {
        RECORD record = {0x80000026, 0, 0, 0, 1, {(u64)&jump}};
        RtlCaptureContext(&other);
        RtlRestoreContext(&other, &record);
    }
}

__attribute__((noinline)) static int frames(int depth)
{
    void *addresses[64], *base;
    if (depth)
        return frames(depth - 1) + 1;
    int count = RtlCaptureStackBackTrace(0, 64, addresses, 0), here = 0;
    while (here < count && RtlPcToFileHeader(addresses[here], &base) == GetModuleHandleA("setjmp.dll"))
        here++;
    return here;
}

__attribute__((noinline)) static int two(int depth)
{
    void *addresses[8];
    unsigned hash = 0, again = 1;
    if (depth)
        return two(depth - 1) + 1;
    int count = RtlCaptureStackBackTrace(1, 2, addresses, &hash);
    RtlCaptureStackBackTrace(1, 2, addresses, &again);
    say("asked for two, got %d, same hash %d", count, hash == again);
    check(count == 2 && addresses[0] == addresses[1]);
    return 0;
}

static void back_traces(void)
{
    void *addresses[8];
    say("deeper by %d", frames(5) - frames(0));
    two(5);
    check(RtlCaptureStackBackTrace(10000, 2, addresses, 0) == 0);
}

static void lookups(void)
{
    u64 base = 1;
    check(RtlPcToFileHeader((void *)8, (void **)&base) == 0 && base == 0);
    check(RtlLookupFunctionEntry((u64)frames, &base, 0) != 0);
    check(base == (u64)GetModuleHandleA("setjmp.dll"));
}

PROGRAM
{
    plain();
    say("with a frame %d", with_frame());
    context();
    context_with_a_jump_buffer();
    back_traces();
    lookups();
    return 0;
}
