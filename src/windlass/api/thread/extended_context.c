/* Contexts with extended processor state: InitializeContext and its family ("Working with XState Context"). */
#include "extended_state.h"
#include "nt.h"

#define KNOWN_FLAGS (CONTEXT_ALL | CONTEXT_XSTATE | 0xd8000000u) /* the upper ones say what a thread is in */

enum { ALIGNMENT = 16, AREA_ALIGNMENT = 64 };

static bool has_area(DWORD flags) { return (flags & CONTEXT_XSTATE) == CONTEXT_XSTATE; }

static void *align_up(void *address, uintptr_t alignment) {
    return (void *)(((uintptr_t)address + alignment - 1) & ~(alignment - 1));
}

/* ---- size and place ---- */

API(ntdll, NTSTATUS, RtlGetExtendedContextLength2, ULONG ContextFlags, PULONG ContextLength, ULONG64 EnabledFeatures) {
    if ((ContextFlags & CONTEXT_AMD64) != CONTEXT_AMD64 || ContextFlags & ~KNOWN_FLAGS)
        return STATUS_INVALID_PARAMETER;
    ULONG length = ALIGNMENT - 1 + sizeof(CONTEXT) + sizeof(CONTEXT_EX);
    if (has_area(ContextFlags)) {
        if (!(extended_features_enabled() & ~(DWORD64)LEGACY_FEATURES))
            return STATUS_NOT_SUPPORTED;
        length += AREA_ALIGNMENT - 1 + extended_area_size(EnabledFeatures);
    }
    *ContextLength = length;
    return STATUS_SUCCESS;
}

API(ntdll, NTSTATUS, RtlGetExtendedContextLength, ULONG ContextFlags, PULONG ContextLength) {
    return api_RtlGetExtendedContextLength2(ContextFlags, ContextLength, ~0ull);
}

API(ntdll, NTSTATUS, RtlInitializeExtendedContext2, PVOID Context, ULONG ContextFlags, CONTEXT_EX **ContextEx,
    ULONG64 EnabledFeatures) {
    ULONG length;
    NTSTATUS status = api_RtlGetExtendedContextLength2(ContextFlags, &length, EnabledFeatures);
    if (!NT_SUCCESS(status))
        return status;
    CONTEXT *context = align_up(Context, ALIGNMENT);
    CONTEXT_EX *extension = context_extension(context);
    const LONG back = -(LONG)sizeof *context;
    context->ContextFlags = ContextFlags;
    *extension = (CONTEXT_EX){.All = {back, sizeof *context + sizeof *extension}, .Legacy = {back, sizeof *context},
                              .XState = {sizeof *extension, 0}};
    if (has_area(ContextFlags)) {
        XSTATE_HEADER *area = align_up(extension + 1, AREA_ALIGNMENT);
        DWORD size = extended_area_size(EnabledFeatures);
        memset(area, 0, sizeof *area);
        extension->XState = (CONTEXT_CHUNK){(LONG)((char *)area - (char *)extension), size};
        extension->All.Length = (DWORD)((char *)area - (char *)context) + size;
    }
    *ContextEx = extension;
    return STATUS_SUCCESS;
}

API(ntdll, NTSTATUS, RtlInitializeExtendedContext, PVOID Context, ULONG ContextFlags, CONTEXT_EX **ContextEx) {
    return api_RtlInitializeExtendedContext2(Context, ContextFlags, ContextEx, ~0ull);
}

API(kernel32 kernelbase, BOOL, InitializeContext2, PVOID Buffer, DWORD ContextFlags, CONTEXT **Context,
    PDWORD ContextLength, ULONG64 XStateCompactionMask) {
    ULONG needed;
    CONTEXT_EX *extension;
    NTSTATUS status = api_RtlGetExtendedContextLength2(ContextFlags, &needed, XStateCompactionMask);
    if (!NT_SUCCESS(status))
        return succeed_or_fail(status);
    if (!Buffer || *ContextLength < needed) {
        *ContextLength = needed;
        return fail(ERROR_INSUFFICIENT_BUFFER);
    }
    *ContextLength = needed;
    api_RtlInitializeExtendedContext2(Buffer, ContextFlags, &extension, XStateCompactionMask);
    *Context = (CONTEXT *)extension - 1;
    return TRUE;
}

API(kernel32 kernelbase, BOOL, InitializeContext, PVOID Buffer, DWORD ContextFlags, CONTEXT **Context,
    PDWORD ContextLength) {
    return api_InitializeContext2(Buffer, ContextFlags, Context, ContextLength, ~0ull);
}

/* ---- parts ---- */

API(ntdll, PVOID, RtlLocateExtendedFeature, CONTEXT_EX *ContextEx, ULONG FeatureId, PULONG Length) {
    DWORD offset, size;
    if (!extended_feature_place(FeatureId, &offset, &size) || offset + size > ContextEx->XState.Length)
        return NULL;
    if (Length)
        *Length = size;
    return (char *)ContextEx + ContextEx->XState.Offset + offset;
}

/* The configuration is the one that all areas have here. */
API(ntdll, PVOID, RtlLocateExtendedFeature2, CONTEXT_EX *ContextEx, ULONG FeatureId, PVOID Configuration, PULONG Length) {
    (void)Configuration;
    return api_RtlLocateExtendedFeature(ContextEx, FeatureId, Length);
}

API(ntdll, PVOID, RtlLocateLegacyContext, CONTEXT_EX *ContextEx, PULONG Length) {
    if (Length)
        *Length = ContextEx->Legacy.Length;
    return (char *)ContextEx + ContextEx->Legacy.Offset;
}

API(kernel32 kernelbase, PVOID, LocateXStateFeature, CONTEXT *Context, DWORD FeatureId, PDWORD Length) {
    XMM_SAVE_AREA32 *legacy = &Context->FltSave;
    if ((Context->ContextFlags & CONTEXT_AMD64) != CONTEXT_AMD64)
        return NULL;
    if (FeatureId >= FIRST_EXTENDED_FEATURE)
        return extended_area(Context) ? api_RtlLocateExtendedFeature(context_extension(Context), FeatureId, Length) : NULL;
    if (Length)
        *Length = FeatureId == FEATURE_SSE ? sizeof legacy->XmmRegisters : offsetof(XMM_SAVE_AREA32, XmmRegisters);
    return FeatureId == FEATURE_SSE ? (PVOID)legacy->XmmRegisters : (PVOID)legacy;
}

/* ---- masks ---- */

static XSTATE_HEADER *area_of(CONTEXT_EX *extension) {
    return (XSTATE_HEADER *)((char *)extension + extension->XState.Offset);
}

/* The features whose state fits into the context's area. */
static DWORD64 features_of(const CONTEXT_EX *extension) {
    DWORD64 features = 0;
    DWORD offset, size;
    for (unsigned i = FIRST_EXTENDED_FEATURE; i < FEATURE_LIMIT; i++)
        if (extended_feature_place(i, &offset, &size) && offset + size <= extension->XState.Length)
            features |= 1ull << i;
    return features;
}

API(ntdll, ULONG64, RtlGetEnabledExtendedFeatures, ULONG64 FeatureMask) {
    return extended_features_enabled() & FeatureMask;
}

API(kernel32 kernelbase, DWORD64, GetEnabledXStateFeatures, void) { return extended_features_enabled(); }

API(ntdll, ULONG64, RtlGetExtendedFeaturesMask, CONTEXT_EX *ContextEx) {
    return area_of(ContextEx)->Mask & ~(ULONG64)LEGACY_FEATURES;
}

API(ntdll, void, RtlSetExtendedFeaturesMask, CONTEXT_EX *ContextEx, ULONG64 FeatureMask) {
    area_of(ContextEx)->Mask = FeatureMask & features_of(ContextEx);
}

/* x87 and SSE state are in the context itself, if its flags say that any of its floating-point registers are. */
API(kernel32 kernelbase, BOOL, GetXStateFeaturesMask, CONTEXT *Context, DWORD64 *FeatureMask) {
    if ((Context->ContextFlags & CONTEXT_AMD64) != CONTEXT_AMD64)
        return FALSE;
    bool has_legacy = (Context->ContextFlags & CONTEXT_FLOATING_POINT) == CONTEXT_FLOATING_POINT;
    *FeatureMask = has_legacy ? LEGACY_FEATURES : 0;
    if (extended_area(Context))
        *FeatureMask |= api_RtlGetExtendedFeaturesMask(context_extension(Context));
    return TRUE;
}

API(kernel32 kernelbase, BOOL, SetXStateFeaturesMask, CONTEXT *Context, DWORD64 FeatureMask) {
    bool extended = extended_area(Context) != NULL;
    if ((Context->ContextFlags & CONTEXT_AMD64) != CONTEXT_AMD64 || (!extended && FeatureMask & ~(DWORD64)LEGACY_FEATURES))
        return FALSE;
    if (FeatureMask & LEGACY_FEATURES)
        Context->ContextFlags |= CONTEXT_FLOATING_POINT;
    if (extended)
        api_RtlSetExtendedFeaturesMask(context_extension(Context), FeatureMask);
    return TRUE;
}

/* ---- copies ---- */

#define COPY_RANGE(to_, from_, first_, end_) \
    memcpy((char *)(to_) + (first_), (const char *)(from_) + (first_), (end_) - (first_))

static bool wants(DWORD flags, DWORD part) { return (flags & part) == part; }

static void copy_legacy(CONTEXT *to, const CONTEXT *from, DWORD flags) {
    if (wants(flags, CONTEXT_CONTROL)) {
        to->SegCs = from->SegCs;
        to->SegSs = from->SegSs;
        to->EFlags = from->EFlags;
        to->Rsp = from->Rsp;
        to->Rip = from->Rip;
    }
    if (wants(flags, CONTEXT_INTEGER)) {
        COPY_RANGE(to, from, offsetof(CONTEXT, Rax), offsetof(CONTEXT, Rsp));
        COPY_RANGE(to, from, offsetof(CONTEXT, Rbp), offsetof(CONTEXT, Rip));
    }
    if (wants(flags, CONTEXT_SEGMENTS))
        COPY_RANGE(to, from, offsetof(CONTEXT, SegDs), offsetof(CONTEXT, SegSs));
    if (wants(flags, CONTEXT_FLOATING_POINT)) {
        to->MxCsr = from->MxCsr;
        to->FltSave = from->FltSave;
    }
    if (wants(flags, CONTEXT_DEBUG_REGISTERS))
        COPY_RANGE(to, from, offsetof(CONTEXT, Dr0), offsetof(CONTEXT, Rax));
}

static void copy_area(XSTATE_HEADER *to, const XSTATE_HEADER *from, DWORD64 room) {
    DWORD offset, size;
    to->Mask = from->Mask & room;
    for (unsigned i = FIRST_EXTENDED_FEATURE; i < FEATURE_LIMIT; i++)
        if (to->Mask >> i & 1 && extended_feature_place(i, &offset, &size))
            COPY_RANGE(to, from, offset, offset + size);
}

/* Only parts that the destination was set up for may be asked for. */
API(ntdll, NTSTATUS, RtlCopyContext, CONTEXT *Destination, ULONG ContextFlags, CONTEXT *Source) {
    if (!wants(ContextFlags, CONTEXT_AMD64) || !wants(Destination->ContextFlags, CONTEXT_AMD64) ||
        !wants(Source->ContextFlags, CONTEXT_AMD64))
        return STATUS_INVALID_PARAMETER;
    if (ContextFlags & ~Destination->ContextFlags)
        return STATUS_BUFFER_OVERFLOW;
    copy_legacy(Destination, Source, ContextFlags);
    XSTATE_HEADER *from = extended_area(Source), *to = extended_area(Destination);
    if (has_area(ContextFlags) && from && to)
        copy_area(to, from, features_of(context_extension(Destination)));
    return STATUS_SUCCESS;
}

API(ntdll, NTSTATUS, RtlCopyExtendedContext, CONTEXT_EX *Destination, ULONG ContextFlags, CONTEXT_EX *Source) {
    return api_RtlCopyContext((CONTEXT *)Destination - 1, ContextFlags, (CONTEXT *)Source - 1);
}

API(kernel32 kernelbase, BOOL, CopyContext, CONTEXT *Destination, DWORD ContextFlags, CONTEXT *Source) {
    return succeed_or_fail(api_RtlCopyContext(Destination, ContextFlags, Source));
}
