// build: freestanding
// Contexts with extended processor state: their size, parts and copies ("Working with XState Context").
#include <windows.h>
#include "fixture.h"

#define XSTATE (CONTEXT_AMD64 | 0x40)

static char memory[16384], other[16384];

static int is_inside(const void *pointer, const CONTEXT *context, DWORD length)
{
    return (const char *)pointer > (const char *)context && (const char *)pointer < (const char *)context + length;
}

static void lengths(DWORD flags, const char *name)
{
    DWORD length = 0;
    CONTEXT *context = (void *)1;
    SetLastError(0);
    BOOL done = InitializeContext(NULL, flags, &context, &length);
    say("%s: no room %d error %u", name, done, GetLastError());
    if (!(flags & 0x40))
        say("%s: length %u", name, length);
    DWORD needed = length;
    length = needed - 1;
    SetLastError(0);
    say("%s: too little room %d error %u same %d", name, InitializeContext(memory, flags, &context, &length),
        GetLastError(), length == needed);
    done = InitializeContext(memory, flags, &context, &length);
    say("%s: %d flags %x aligned %d inside %d", name, done, (unsigned)context->ContextFlags,
        ((UINT_PTR)context & 15) == 0, (char *)context >= memory && (char *)(context + 1) <= memory + needed);
}

static void features(CONTEXT *context, const char *name)
{
    DWORD length = 77;
    DWORD64 mask = 77;
    char *part = LocateXStateFeature(context, 0, &length);
    say("%s: x87 at %d of %u", name, part ? (int)(part - (char *)context) : -1, length);
    length = 77;
    part = LocateXStateFeature(context, 1, &length);
    say("%s: SSE at %d of %u", name, part ? (int)(part - (char *)context) : -1, length);
    length = 77;
    part = LocateXStateFeature(context, 2, &length);
    say("%s: AVX %d of %u", name, part != NULL, part ? length : 0);
    say("%s: none %d", name, LocateXStateFeature(context, 62, &length) != NULL);
    BOOL done = GetXStateFeaturesMask(context, &mask);
    say("%s: mask %d %llx", name, done, done ? mask : 0);
}

PROGRAM
{
    DWORD length = sizeof memory, from = 0;
    CONTEXT *context, *copy;

    say("AVX is enabled %d", (GetEnabledXStateFeatures() & 7) == 7);
    lengths(CONTEXT_AMD64, "nothing");
    lengths(CONTEXT_FULL, "full");
    lengths(CONTEXT_ALL, "all");
    lengths(CONTEXT_ALL | XSTATE, "extended");
    length = sizeof memory;
    SetLastError(0);
    say("unknown flags %d error %u", InitializeContext(memory, 0x00100000 | 0x8000, &context, &length), GetLastError());

    length = sizeof memory;
    InitializeContext(memory, CONTEXT_FULL, &context, &length);
    features(context, "full");
    say("set x87 %d", SetXStateFeaturesMask(context, 1));
    say("set AVX %d", SetXStateFeaturesMask(context, 4));
    length = sizeof memory;
    InitializeContext(memory, CONTEXT_CONTROL, &context, &length);
    features(context, "control");

    length = sizeof memory;
    InitializeContext(memory, CONTEXT_ALL | XSTATE, &context, &length);
    features(context, "extended");
    say("set SSE %d flags %x", SetXStateFeaturesMask(context, 2), (unsigned)context->ContextFlags);
    say("set AVX %d", SetXStateFeaturesMask(context, 4));
    features(context, "AVX");
    say("AVX lies behind %d", is_inside(LocateXStateFeature(context, 2, &from), context + 1, sizeof memory));
    say("set nothing %d", SetXStateFeaturesMask(context, 0));
    features(context, "cleared");

    /* Copies take what both have. */
    SetXStateFeaturesMask(context, 4);
    context->Rax = 11;
    context->Rip = 22;
    context->Dr0 = 33;
    volatile char *ymm = LocateXStateFeature(context, 2, &from);
    for (DWORD i = 0; i < from; i++)
        ymm[i] = 'y';
    length = sizeof other;
    InitializeContext(other, CONTEXT_ALL | XSTATE, &copy, &length);
    copy->Rax = copy->Rip = copy->Dr0 = 1;
    say("copy control %d", CopyContext(copy, CONTEXT_CONTROL, context));
    say("rax %llu rip %llu dr0 %llu flags %x", copy->Rax, copy->Rip, copy->Dr0, (unsigned)copy->ContextFlags);
    say("copy extended %d", CopyContext(copy, CONTEXT_ALL | XSTATE, context));
    say("rax %llu rip %llu dr0 %llu flags %x", copy->Rax, copy->Rip, copy->Dr0, (unsigned)copy->ContextFlags);
    features(copy, "copied");
    char *part = LocateXStateFeature(copy, 2, &from);
    say("ymm %c %c", part[0], part[255]);
    length = sizeof other;
    InitializeContext(other, CONTEXT_CONTROL, &copy, &length);
    SetLastError(0);
    say("copy more than there is room for %d error %u", CopyContext(copy, CONTEXT_ALL | XSTATE, context), GetLastError());
    SetLastError(0);
    say("copy more than is given %d error %u", CopyContext(context, CONTEXT_ALL | XSTATE, copy), GetLastError());

    length = sizeof memory;
    say("with a mask %d", InitializeContext2(memory, CONTEXT_ALL | XSTATE, &context, &length, 4));
    features(context, "with a mask");
    length = sizeof memory;
    say("without AVX %d", InitializeContext2(memory, CONTEXT_ALL | XSTATE, &context, &length, 3));
    say("AVX %d", LocateXStateFeature(context, 2, &from) != NULL);
    return 0;
}
