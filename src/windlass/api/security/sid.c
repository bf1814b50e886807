/* Security identifiers ("Security Identifiers", "SID Components"). */
#include "heap.h"
#include "security.h"

bool sid_is_valid(const SID *sid) {
    struct fault_guard guard;
    if (!sid || fault_guard_enter(&guard, &thread_self()->guard))
        return false;
    const volatile SID *read = sid;
    bool valid = read->Revision == SID_REVISION && read->SubAuthorityCount <= SID_MAX_SUB_AUTHORITIES;
    fault_guard_leave(&guard);
    return valid;
}

API(ntdll, BOOLEAN, RtlValidSid, const SID *Sid) { return sid_is_valid(Sid); }

API(advapi32 kernelbase, BOOL, IsValidSid, const SID *pSid) { return sid_is_valid(pSid); }

API(advapi32 kernelbase, BOOL, EqualSid, const SID *pSid1, const SID *pSid2) {
    set_last_error(ERROR_SUCCESS);                   /* what tells "not equal" from "failed" */
    if (!sid_is_valid(pSid1) || !sid_is_valid(pSid2))
        return fail(win32_from_status(STATUS_INVALID_SID));
    return memcmp(pSid1, pSid2, 2) == 0 && memcmp(pSid1, pSid2, sid_length(pSid1)) == 0;
}

API(ntdll, BOOLEAN, RtlEqualSid, const SID *Sid1, const SID *Sid2) {
    return memcmp(Sid1, Sid2, 2) == 0 && memcmp(Sid1, Sid2, sid_length(Sid1)) == 0;
}

/* All but the last sub-authority. */
API(advapi32 kernelbase, BOOL, EqualPrefixSid, const SID *pSid1, const SID *pSid2) {
    if (memcmp(pSid1, pSid2, 2) != 0)
        return FALSE;
    return memcmp(pSid1, pSid2, sid_length(pSid1) - (pSid1->SubAuthorityCount ? 4 : 0)) == 0;
}

API(ntdll, BOOLEAN, RtlEqualPrefixSid, const SID *Sid1, const SID *Sid2) {
    return (BOOLEAN)api_EqualPrefixSid(Sid1, Sid2);
}

API(advapi32 kernelbase, DWORD, GetSidLengthRequired, BYTE nSubAuthorityCount) { return 8 + 4u * nSubAuthorityCount; }

API(ntdll, ULONG, RtlLengthRequiredSid, ULONG SubAuthorityCount) { return 8 + 4 * SubAuthorityCount; }

API(advapi32 kernelbase, DWORD, GetLengthSid, const SID *pSid) { return sid_length(pSid); }
API_ALIAS(api_GetLengthSid, rtl, ntdll, "RtlLengthSid");

API(ntdll, NTSTATUS, RtlInitializeSid, SID *Sid, const SID_IDENTIFIER_AUTHORITY *IdentifierAuthority,
    BYTE SubAuthorityCount) {
    if (SubAuthorityCount > SID_MAX_SUB_AUTHORITIES)
        return STATUS_INVALID_PARAMETER;
    *Sid = (SID){.Revision = SID_REVISION, .SubAuthorityCount = SubAuthorityCount,
                 .IdentifierAuthority = *IdentifierAuthority};
    return STATUS_SUCCESS;
}

API(advapi32 kernelbase, BOOL, InitializeSid, SID *Sid, const SID_IDENTIFIER_AUTHORITY *pIdentifierAuthority,
    BYTE nSubAuthorityCount) {
    return succeed_or_fail(api_RtlInitializeSid(Sid, pIdentifierAuthority, nSubAuthorityCount));
}

API(advapi32 kernelbase, SID_IDENTIFIER_AUTHORITY *, GetSidIdentifierAuthority, SID *pSid) {
    set_last_error(ERROR_SUCCESS);
    return &pSid->IdentifierAuthority;
}

API(ntdll, SID_IDENTIFIER_AUTHORITY *, RtlIdentifierAuthoritySid, SID *Sid) { return &Sid->IdentifierAuthority; }

API(advapi32 kernelbase, DWORD *, GetSidSubAuthority, SID *pSid, DWORD nSubAuthority) {
    set_last_error(ERROR_SUCCESS);
    return &pSid->SubAuthority[nSubAuthority];
}

API(ntdll, DWORD *, RtlSubAuthoritySid, SID *Sid, ULONG SubAuthority) { return &Sid->SubAuthority[SubAuthority]; }

API(advapi32 kernelbase, BYTE *, GetSidSubAuthorityCount, SID *pSid) {
    set_last_error(ERROR_SUCCESS);
    return &pSid->SubAuthorityCount;
}

API(ntdll, BYTE *, RtlSubAuthorityCountSid, SID *Sid) { return &Sid->SubAuthorityCount; }

API(ntdll, NTSTATUS, RtlCopySid, ULONG DestinationSidLength, SID *DestinationSid, const SID *SourceSid) {
    DWORD length = sid_length(SourceSid);
    if (DestinationSidLength < length)
        return STATUS_BUFFER_TOO_SMALL;
    memmove(DestinationSid, SourceSid, length);
    return STATUS_SUCCESS;
}

API(advapi32 kernelbase, BOOL, CopySid, DWORD nDestinationSidLength, SID *pDestinationSid, const SID *pSourceSid) {
    return succeed_or_fail(api_RtlCopySid(nDestinationSidLength, pDestinationSid, pSourceSid));
}

API(ntdll, NTSTATUS, RtlAllocateAndInitializeSid, const SID_IDENTIFIER_AUTHORITY *IdentifierAuthority,
    BYTE SubAuthorityCount, DWORD SubAuthority0, DWORD SubAuthority1, DWORD SubAuthority2, DWORD SubAuthority3,
    DWORD SubAuthority4, DWORD SubAuthority5, DWORD SubAuthority6, DWORD SubAuthority7, SID **Sid) {
    const DWORD values[8] = {SubAuthority0, SubAuthority1, SubAuthority2, SubAuthority3,
                             SubAuthority4, SubAuthority5, SubAuthority6, SubAuthority7};
    if (SubAuthorityCount > 8)
        return STATUS_INVALID_SID;
    SID *sid = heap_alloc(8 + sizeof values);
    if (!sid)
        return STATUS_NO_MEMORY;
    api_RtlInitializeSid(sid, IdentifierAuthority, SubAuthorityCount);
    memcpy(sid->SubAuthority, values, 4u * SubAuthorityCount);
    *Sid = sid;
    return STATUS_SUCCESS;
}

API(advapi32 kernelbase, BOOL, AllocateAndInitializeSid, const SID_IDENTIFIER_AUTHORITY *pIdentifierAuthority,
    BYTE nSubAuthorityCount, DWORD nSubAuthority0, DWORD nSubAuthority1, DWORD nSubAuthority2, DWORD nSubAuthority3,
    DWORD nSubAuthority4, DWORD nSubAuthority5, DWORD nSubAuthority6, DWORD nSubAuthority7, SID **pSid) {
    return succeed_or_fail(api_RtlAllocateAndInitializeSid(pIdentifierAuthority, nSubAuthorityCount, nSubAuthority0,
                                                   nSubAuthority1, nSubAuthority2, nSubAuthority3, nSubAuthority4,
                                                   nSubAuthority5, nSubAuthority6, nSubAuthority7, pSid));
}

API(advapi32 kernelbase, PVOID, FreeSid, SID *pSid) {
    if (pSid)
        heap_free(pSid);
    return NULL;
}
API_ALIAS(api_FreeSid, rtl, ntdll, "RtlFreeSid");
