/* Locally unique identifiers ("AllocateLocallyUniqueId function"). */
#include "luid.h"

#include <stdatomic.h>

#include "nt.h"

uint64_t luid_next(void) {
    static atomic_ullong last = 1000;                /* the first thousand are Windows' own */
    return atomic_fetch_add(&last, 1) + 1;
}

API(advapi32 kernelbase, BOOL, AllocateLocallyUniqueId, uint64_t *Luid) {
    *Luid = luid_next();
    return TRUE;
}

API(ntdll, VOID, RtlCopyLuid, uint64_t *DestinationLuid, const uint64_t *SourceLuid) { *DestinationLuid = *SourceLuid; }

API(ntdll, BOOLEAN, RtlEqualLuid, const uint64_t *Luid1, const uint64_t *Luid2) { return *Luid1 == *Luid2; }

API(ntdll, NTSTATUS, NtAllocateLocallyUniqueId, uint64_t *Luid) {
    *Luid = luid_next();
    return STATUS_SUCCESS;
}
