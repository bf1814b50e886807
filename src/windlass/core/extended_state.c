#include "extended_state.h"

#include <cpuid.h>

DWORD64 extended_features_enabled(void) {
    enum { OSXSAVE = 1 << 27 };
    const DWORD64 known = 0xe7;                      /* x87, SSE, AVX, AVX-512 */
    unsigned a, b, c, d, low, high;
    if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & OSXSAVE))
        return LEGACY_FEATURES;
    __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return (low | (DWORD64)high << 32) & known;
}

bool extended_feature_place(unsigned feature, DWORD *offset, DWORD *size) {
    unsigned a, b, c, d;
    if (feature < FIRST_EXTENDED_FEATURE || feature >= FEATURE_LIMIT || !(extended_features_enabled() >> feature & 1) ||
        !__get_cpuid_count(0xd, feature, &a, &b, &c, &d))
        return false;
    *size = a;
    *offset = b - LEGACY_AREA;
    return true;
}

DWORD extended_area_size(DWORD64 features) {
    DWORD end = sizeof(XSTATE_HEADER), offset, size;
    for (unsigned i = FIRST_EXTENDED_FEATURE; i < FEATURE_LIMIT; i++)
        if (features >> i & 1 && extended_feature_place(i, &offset, &size) && offset + size > end)
            end = offset + size;
    return end;
}

XSTATE_HEADER *extended_area(const CONTEXT *context) {
    const CONTEXT_EX *extension = context_extension(context);
    if ((context->ContextFlags & CONTEXT_XSTATE) != CONTEXT_XSTATE || !extension->XState.Length)
        return NULL;
    return (XSTATE_HEADER *)((char *)extension + extension->XState.Offset);
}

/* ---- the host's ---- */

/* In bytes that the processor leaves alone, Linux says whether and how much state follows (<asm/sigcontext.h>). */
struct host_area {
    BYTE legacy[464];
    DWORD magic, size;
    DWORD64 features;
    BYTE unused[LEGACY_AREA - 480];
    XSTATE_HEADER header;
};
enum { HOST_MAGIC = 0x46505853 };

static struct host_area *host_area_of(const void *registers) {
    struct host_area *area = (struct host_area *)registers;
    return area->magic == HOST_MAGIC ? area : NULL;
}

static void copy_feature(void *to, const void *from, unsigned feature) {
    DWORD offset, size;
    if (extended_feature_place(feature, &offset, &size))
        memcpy((char *)to + offset, (const char *)from + offset, size);
}

void extended_state_read(const void *host_registers, CONTEXT *to) {
    XSTATE_HEADER *area = extended_area(to);
    const struct host_area *host = host_area_of(host_registers);
    if (!area)
        return;
    area->Mask &= host ? host->header.Mask & host->features : 0;
    for (unsigned i = FIRST_EXTENDED_FEATURE; i < FEATURE_LIMIT; i++)
        if (area->Mask >> i & 1)
            copy_feature(area, &host->header, i);
}

void extended_state_write(const CONTEXT *from, void *host_registers) {
    const XSTATE_HEADER *area = extended_area(from);
    struct host_area *host = host_area_of(host_registers);
    if (!area || !host)
        return;
    DWORD64 given = area->Mask & host->features & ~(DWORD64)LEGACY_FEATURES;
    for (unsigned i = FIRST_EXTENDED_FEATURE; i < FEATURE_LIMIT; i++)
        if (given >> i & 1)
            copy_feature(&host->header, area, i);
    host->header.Mask |= given;
}
