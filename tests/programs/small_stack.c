// A fault on a small stack that the program has brought itself, as the goroutines of Go are: what Windows puts below it,
// and what a vectored handler needs, must not reach the neighbours.
// Without sanitizers: what they add to the frames of handlers does not fit into the room.
#include <windows.h>

#include "fixture.h"

enum { REGION = 0x10000, ROOM = 4096 };               /* Go leaves so much for the system */

static unsigned char *memory;
static int faults;

/* `movl $7, (%rax)`, and behind it the next instruction. */
static LONG CALLBACK skip(EXCEPTION_POINTERS *info)
{
    if (info->ExceptionRecord->ExceptionCode != EXCEPTION_ACCESS_VIOLATION || info->ContextRecord->Rax != 0x1230)
        return EXCEPTION_CONTINUE_SEARCH;
    faults++;
    info->ContextRecord->Rip += 6;
    return EXCEPTION_CONTINUE_EXECUTION;
}

static void fault_at(unsigned char *top)
{
    __asm__ volatile("movq %%rsp, %%rbx\n\t"
                     "movq %0, %%rsp\n\t"
                     "movl $0x1230, %%eax\n\t"
                     "movl $7, (%%rax)\n\t"
                     "movq %%rbx, %%rsp"
                     : : "r"(top) : "rax", "rbx", "memory", "cc");
}

static void upper_halves(unsigned char *top)
{
    unsigned long long in[4] = {1, 2, 3, 4}, out[4] = {0};
    __asm__ volatile("vmovdqu %1, %%ymm7\n\t"
                     "movq %%rsp, %%rbx\n\t"
                     "movq %2, %%rsp\n\t"
                     "movl $0x1230, %%eax\n\t"
                     "movl $7, (%%rax)\n\t"
                     "movq %%rbx, %%rsp\n\t"
                     "vmovdqu %%ymm7, %0"
                     : "=m"(out) : "m"(in), "r"(top) : "rax", "rbx", "memory", "cc");
    say("wide registers kept: %d", out[0] == 1 && out[1] == 2 && out[2] == 3 && out[3] == 4);
}

PROGRAM
{
    memory = VirtualAlloc(NULL, REGION, MEM_COMMIT | MEM_RESERVE, PAGE_READWRITE);
    check(memory != NULL);
    for (int i = 0; i < REGION; i++)
        memory[i] = 0xcc;
    PVOID handler = AddVectoredExceptionHandler(TRUE, skip);
    for (int i = 0; i < 20; i++)
        fault_at(memory + REGION - 64);
    int lowest = 0;
    while (lowest < REGION && memory[lowest] == 0xcc)
        lowest++;
    say("%d faults, within the room: %d", faults, REGION - 64 - lowest <= ROOM);
    if (IsProcessorFeaturePresent(39)) /* PF_AVX_INSTRUCTIONS_AVAILABLE */
        upper_halves(memory + REGION - 64);
    else
        say("wide registers kept: 1");
    RemoveVectoredExceptionHandler(handler);
    VirtualFree(memory, 0, MEM_RELEASE);
    return 0;
}
