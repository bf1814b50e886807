/* Access control lists and access masks ("Access Control Lists", "ACCESS_MASK"). */
#include "security.h"

static const char *acl_end(const ACL *acl) { return (const char *)acl + acl->AclSize; }

static ACE_HEADER *first_ace(const ACL *acl) { return (ACE_HEADER *)(uintptr_t)(acl + 1); }

static ACE_HEADER *next_ace(const ACE_HEADER *ace) {
    return (ACE_HEADER *)((uintptr_t)ace + ace->AceSize);
}

/* The place behind the last entry, NULL when the entries run over the list's end. */
static ACE_HEADER *free_place(const ACL *acl) {
    ACE_HEADER *ace = first_ace(acl);
    for (WORD i = 0; i < acl->AceCount; i++) {
        if ((const char *)(ace + 1) > acl_end(acl) || ace->AceSize < sizeof *ace)
            return NULL;
        ace = next_ace(ace);
    }
    return (const char *)ace <= acl_end(acl) ? ace : NULL;
}

bool acl_is_valid(const ACL *acl) {
    struct fault_guard guard;
    if (!acl || fault_guard_enter(&guard, &thread_self()->guard))
        return false;
    bool valid = acl->AclRevision >= ACL_REVISION && acl->AclRevision <= MAX_ACL_REVISION &&
                 acl->AclSize >= sizeof *acl && acl->AclSize % 4 == 0 && free_place(acl);
    fault_guard_leave(&guard);
    return valid;
}

API(ntdll, BOOLEAN, RtlValidAcl, const ACL *Acl) { return acl_is_valid(Acl); }

API(advapi32 kernelbase, BOOL, IsValidAcl, const ACL *pAcl) {
    return acl_is_valid(pAcl) ? TRUE : fail(win32_from_status(STATUS_INVALID_ACL));
}

API(ntdll, NTSTATUS, RtlCreateAcl, ACL *Acl, ULONG AclLength, ULONG AclRevision) {
    if (AclLength < sizeof *Acl)
        return STATUS_BUFFER_TOO_SMALL;
    if (AclRevision < ACL_REVISION || AclRevision > MAX_ACL_REVISION || AclLength > 0xFFFF)
        return STATUS_INVALID_PARAMETER;
    *Acl = (ACL){(BYTE)AclRevision, 0, (WORD)(AclLength & ~3u), 0, 0};
    return STATUS_SUCCESS;
}

API(advapi32 kernelbase, BOOL, InitializeAcl, ACL *pAcl, DWORD nAclLength, DWORD dwAclRevision) {
    return succeed_or_fail(api_RtlCreateAcl(pAcl, nAclLength, dwAclRevision));
}

API(ntdll, BOOLEAN, RtlFirstFreeAce, ACL *Acl, PVOID *FirstFree) {
    *FirstFree = NULL;
    if (!acl_is_valid(Acl))
        return FALSE;
    ACE_HEADER *place = free_place(Acl);
    *FirstFree = (const char *)place < acl_end(Acl) ? place : NULL;
    return TRUE;
}

API(advapi32 kernelbase, BOOL, FindFirstFreeAce, ACL *pAcl, PVOID *pAce) {
    return api_RtlFirstFreeAce(pAcl, pAce) ? TRUE : fail(win32_from_status(STATUS_INVALID_ACL));
}

/* ---- entries ---- */

API(ntdll, NTSTATUS, RtlGetAce, ACL *Acl, ULONG AceIndex, PVOID *Ace) {
    if (!acl_is_valid(Acl) || AceIndex >= Acl->AceCount)
        return STATUS_INVALID_PARAMETER;
    ACE_HEADER *ace = first_ace(Acl);
    while (AceIndex--)
        ace = next_ace(ace);
    *Ace = ace;
    return STATUS_SUCCESS;
}

API(advapi32 kernelbase, BOOL, GetAce, ACL *pAcl, DWORD dwAceIndex, PVOID *pAce) {
    return succeed_or_fail(api_RtlGetAce(pAcl, dwAceIndex, pAce));
}

API(ntdll, NTSTATUS, RtlDeleteAce, ACL *Acl, ULONG AceIndex) {
    PVOID place;
    NTSTATUS status = api_RtlGetAce(Acl, AceIndex, &place);
    if (status)
        return status;
    char *end = (char *)free_place(Acl), *next = (char *)next_ace(place);
    memmove(place, next, (size_t)(end - next));
    memset((char *)place + (end - next), 0, (size_t)(next - (char *)place));
    Acl->AceCount--;
    return STATUS_SUCCESS;
}

API(advapi32 kernelbase, BOOL, DeleteAce, ACL *pAcl, DWORD dwAceIndex) {
    return succeed_or_fail(api_RtlDeleteAce(pAcl, dwAceIndex));
}

/* How many entries a list of them has; -1 when they do not end where the list does. */
static int count_entries(const ACE_HEADER *list, DWORD length) {
    int count = 0;
    const char *at = (const char *)list, *end = at + length;
    for (; at < end; count++) {
        const ACE_HEADER *ace = (const ACE_HEADER *)(const void *)at;
        if (end - at < (ptrdiff_t)sizeof *ace || ace->AceSize < sizeof *ace)
            return -1;
        at += ace->AceSize;
    }
    return at == end ? count : -1;
}

API(ntdll, NTSTATUS, RtlAddAce, ACL *Acl, ULONG AceRevision, ULONG StartingAceIndex, PVOID AceList,
    ULONG AceListLength) {
    int count = acl_is_valid(Acl) ? count_entries(AceList, AceListLength) : -1;
    if (count < 0)
        return STATUS_INVALID_PARAMETER;
    char *end = (char *)free_place(Acl);
    if (acl_end(Acl) - end < (ptrdiff_t)AceListLength)
        return STATUS_BUFFER_TOO_SMALL;
    ACE_HEADER *place = first_ace(Acl);
    for (ULONG i = 0; i < StartingAceIndex && i < Acl->AceCount; i++)
        place = next_ace(place);
    memmove((char *)place + AceListLength, place, (size_t)(end - (char *)place));
    memcpy(place, AceList, AceListLength);
    Acl->AceCount = (WORD)(Acl->AceCount + count);
    if (AceRevision > Acl->AclRevision)
        Acl->AclRevision = (BYTE)AceRevision;
    return STATUS_SUCCESS;
}

API(advapi32 kernelbase, BOOL, AddAce, ACL *pAcl, DWORD dwAceRevision, DWORD dwStartingAceIndex, PVOID pAceList,
    DWORD nAceListLength) {
    return succeed_or_fail(api_RtlAddAce(pAcl, dwAceRevision, dwStartingAceIndex, pAceList, nAceListLength));
}

/* ---- one entry at the end ---- */

enum { ACCESS_ALLOWED, ACCESS_DENIED, SYSTEM_AUDIT, ACCESS_ALLOWED_OBJECT = 5, ACCESS_DENIED_OBJECT,
       SYSTEM_AUDIT_OBJECT, MANDATORY_LABEL = 17 };
enum { VALID_INHERIT_FLAGS = 0x1F, SUCCESSFUL_ACCESS = 0x40, FAILED_ACCESS = 0x80 };
enum { OBJECT_TYPE_PRESENT = 1, INHERITED_OBJECT_TYPE_PRESENT = 2 };

struct entry {
    BYTE type;
    DWORD flags;
    ACCESS_MASK access;
    bool is_object;                                  /* it has the two types, which may be NULL */
    const GUID *type_id, *inherited_type_id;
};

static char *put(char *at, const void *data, size_t size) {
    memcpy(at, data, size);
    return at + size;
}

static NTSTATUS append(ACL *acl, DWORD revision, const SID *sid, const struct entry *entry) {
    if (!sid_is_valid(sid))
        return STATUS_INVALID_SID;
    if (!acl_is_valid(acl))
        return STATUS_INVALID_ACL;
    if (revision > MAX_ACL_REVISION || acl->AclRevision > MAX_ACL_REVISION)
        return STATUS_REVISION_MISMATCH;
    if (entry->flags & ~(DWORD)(VALID_INHERIT_FLAGS | SUCCESSFUL_ACCESS | FAILED_ACCESS))
        return STATUS_INVALID_PARAMETER;
    DWORD present = (entry->type_id ? OBJECT_TYPE_PRESENT : 0) |
                    (entry->inherited_type_id ? INHERITED_OBJECT_TYPE_PRESENT : 0);
    size_t size = sizeof(ACE_HEADER) + sizeof entry->access + sid_length(sid) + (entry->is_object ? sizeof present : 0) +
                  (entry->type_id ? sizeof(GUID) : 0) + (entry->inherited_type_id ? sizeof(GUID) : 0);
    char *at = (char *)free_place(acl);
    if (acl_end(acl) - at < (ptrdiff_t)size)
        return STATUS_ALLOTTED_SPACE_EXCEEDED;
    at = put(at, &(ACE_HEADER){entry->type, (BYTE)entry->flags, (WORD)size}, sizeof(ACE_HEADER));
    at = put(at, &entry->access, sizeof entry->access);
    if (entry->is_object)
        at = put(at, &present, sizeof present);
    if (entry->type_id)
        at = put(at, entry->type_id, sizeof(GUID));
    if (entry->inherited_type_id)
        at = put(at, entry->inherited_type_id, sizeof(GUID));
    put(at, sid, sid_length(sid));
    acl->AceCount++;
    if (revision > acl->AclRevision)
        acl->AclRevision = (BYTE)revision;
    return STATUS_SUCCESS;
}

API(ntdll, NTSTATUS, RtlAddAccessAllowedAceEx, ACL *Acl, ULONG AceRevision, ULONG AceFlags, ACCESS_MASK AccessMask,
    const SID *Sid) {
    return append(Acl, AceRevision, Sid, &(struct entry){ACCESS_ALLOWED, AceFlags, AccessMask, false, NULL, NULL});
}

API(ntdll, NTSTATUS, RtlAddAccessAllowedAce, ACL *Acl, ULONG AceRevision, ACCESS_MASK AccessMask, const SID *Sid) {
    return api_RtlAddAccessAllowedAceEx(Acl, AceRevision, 0, AccessMask, Sid);
}

API(advapi32 kernelbase, BOOL, AddAccessAllowedAceEx, ACL *pAcl, DWORD dwAceRevision, DWORD AceFlags,
    DWORD AccessMask, const SID *pSid) {
    return succeed_or_fail(api_RtlAddAccessAllowedAceEx(pAcl, dwAceRevision, AceFlags, AccessMask, pSid));
}

API(advapi32 kernelbase, BOOL, AddAccessAllowedAce, ACL *pAcl, DWORD dwAceRevision, DWORD AccessMask,
    const SID *pSid) {
    return succeed_or_fail(api_RtlAddAccessAllowedAceEx(pAcl, dwAceRevision, 0, AccessMask, pSid));
}

API(ntdll, NTSTATUS, RtlAddAccessDeniedAceEx, ACL *Acl, ULONG AceRevision, ULONG AceFlags, ACCESS_MASK AccessMask,
    const SID *Sid) {
    return append(Acl, AceRevision, Sid, &(struct entry){ACCESS_DENIED, AceFlags, AccessMask, false, NULL, NULL});
}

API(ntdll, NTSTATUS, RtlAddAccessDeniedAce, ACL *Acl, ULONG AceRevision, ACCESS_MASK AccessMask, const SID *Sid) {
    return api_RtlAddAccessDeniedAceEx(Acl, AceRevision, 0, AccessMask, Sid);
}

API(advapi32 kernelbase, BOOL, AddAccessDeniedAceEx, ACL *pAcl, DWORD dwAceRevision, DWORD AceFlags, DWORD AccessMask,
    const SID *pSid) {
    return succeed_or_fail(api_RtlAddAccessDeniedAceEx(pAcl, dwAceRevision, AceFlags, AccessMask, pSid));
}

API(advapi32 kernelbase, BOOL, AddAccessDeniedAce, ACL *pAcl, DWORD dwAceRevision, DWORD AccessMask,
    const SID *pSid) {
    return succeed_or_fail(api_RtlAddAccessDeniedAceEx(pAcl, dwAceRevision, 0, AccessMask, pSid));
}

API(ntdll, NTSTATUS, RtlAddAuditAccessAceEx, ACL *Acl, ULONG AceRevision, ULONG AceFlags, ACCESS_MASK AccessMask,
    const SID *Sid, BOOLEAN AuditSuccess, BOOLEAN AuditFailure) {
    DWORD flags = AceFlags | (AuditSuccess ? SUCCESSFUL_ACCESS : 0) | (AuditFailure ? FAILED_ACCESS : 0);
    return append(Acl, AceRevision, Sid, &(struct entry){SYSTEM_AUDIT, flags, AccessMask, false, NULL, NULL});
}

API(ntdll, NTSTATUS, RtlAddAuditAccessAce, ACL *Acl, ULONG AceRevision, ACCESS_MASK AccessMask, const SID *Sid,
    BOOLEAN AuditSuccess, BOOLEAN AuditFailure) {
    return api_RtlAddAuditAccessAceEx(Acl, AceRevision, 0, AccessMask, Sid, AuditSuccess, AuditFailure);
}

API(advapi32 kernelbase, BOOL, AddAuditAccessAceEx, ACL *pAcl, DWORD dwAceRevision, DWORD AceFlags,
    DWORD dwAccessMask, const SID *pSid, BOOL bAuditSuccess, BOOL bAuditFailure) {
    return succeed_or_fail(api_RtlAddAuditAccessAceEx(pAcl, dwAceRevision, AceFlags, dwAccessMask, pSid, bAuditSuccess != 0,
                                              bAuditFailure != 0));
}

API(advapi32 kernelbase, BOOL, AddAuditAccessAce, ACL *pAcl, DWORD dwAceRevision, DWORD dwAccessMask,
    const SID *pSid, BOOL bAuditSuccess, BOOL bAuditFailure) {
    return api_AddAuditAccessAceEx(pAcl, dwAceRevision, 0, dwAccessMask, pSid, bAuditSuccess, bAuditFailure);
}

static NTSTATUS append_object(ACL *acl, DWORD revision, const SID *sid, struct entry entry) {
    if (revision != ACL_REVISION_DS)
        return STATUS_REVISION_MISMATCH;
    entry.is_object = true;
    return append(acl, revision, sid, &entry);
}

API(advapi32 kernelbase, BOOL, AddAccessAllowedObjectAce, ACL *pAcl, DWORD dwAceRevision, DWORD AceFlags,
    DWORD AccessMask, const GUID *ObjectTypeGuid, const GUID *InheritedObjectTypeGuid, const SID *pSid) {
    return succeed_or_fail(append_object(pAcl, dwAceRevision, pSid, (struct entry){ACCESS_ALLOWED_OBJECT, AceFlags, AccessMask,
                                                                           true, ObjectTypeGuid,
                                                                           InheritedObjectTypeGuid}));
}

API(advapi32 kernelbase, BOOL, AddAccessDeniedObjectAce, ACL *pAcl, DWORD dwAceRevision, DWORD AceFlags,
    DWORD AccessMask, const GUID *ObjectTypeGuid, const GUID *InheritedObjectTypeGuid, const SID *pSid) {
    return succeed_or_fail(append_object(pAcl, dwAceRevision, pSid, (struct entry){ACCESS_DENIED_OBJECT, AceFlags, AccessMask,
                                                                           true, ObjectTypeGuid,
                                                                           InheritedObjectTypeGuid}));
}

API(advapi32 kernelbase, BOOL, AddAuditAccessObjectAce, ACL *pAcl, DWORD dwAceRevision, DWORD AceFlags,
    DWORD AccessMask, const GUID *ObjectTypeGuid, const GUID *InheritedObjectTypeGuid, const SID *pSid,
    BOOL bAuditSuccess, BOOL bAuditFailure) {
    DWORD flags = AceFlags | (bAuditSuccess ? SUCCESSFUL_ACCESS : 0) | (bAuditFailure ? FAILED_ACCESS : 0);
    return succeed_or_fail(append_object(pAcl, dwAceRevision, pSid, (struct entry){SYSTEM_AUDIT_OBJECT, flags, AccessMask, true,
                                                                           ObjectTypeGuid, InheritedObjectTypeGuid}));
}

API(advapi32 kernelbase, BOOL, AddMandatoryAce, ACL *pAcl, DWORD dwAceRevision, DWORD AceFlags, DWORD MandatoryPolicy,
    const SID *pLabelSid) {
    return succeed_or_fail(append(pAcl, dwAceRevision, pLabelSid,
                          &(struct entry){MANDATORY_LABEL, AceFlags, MandatoryPolicy, false, NULL, NULL}));
}

/* ---- information ---- */

enum { ACL_REVISION_INFORMATION = 1, ACL_SIZE_INFORMATION = 2 };

API(ntdll, NTSTATUS, RtlQueryInformationAcl, ACL *Acl, PVOID AclInformation, ULONG AclInformationLength,
    DWORD AclInformationClass) {
    if (!acl_is_valid(Acl))
        return STATUS_INVALID_PARAMETER;
    DWORD used = (DWORD)((char *)free_place(Acl) - (char *)Acl), revision = Acl->AclRevision;
    const struct { DWORD AceCount, AclBytesInUse, AclBytesFree; } size = {Acl->AceCount, used, Acl->AclSize - used};
    bool wants_size = AclInformationClass == ACL_SIZE_INFORMATION;
    if (!wants_size && AclInformationClass != ACL_REVISION_INFORMATION)
        return STATUS_INVALID_INFO_CLASS;
    size_t needed = wants_size ? sizeof size : sizeof revision;
    if (AclInformationLength < needed)
        return STATUS_BUFFER_TOO_SMALL;
    memcpy(AclInformation, wants_size ? (const void *)&size : &revision, needed);
    return STATUS_SUCCESS;
}

API(advapi32 kernelbase, BOOL, GetAclInformation, ACL *pAcl, PVOID pAclInformation, DWORD nAclInformationLength,
    DWORD dwAclInformationClass) {
    return succeed_or_fail(api_RtlQueryInformationAcl(pAcl, pAclInformation, nAclInformationLength, dwAclInformationClass));
}

API(ntdll, NTSTATUS, RtlSetInformationAcl, ACL *Acl, PVOID AclInformation, ULONG AclInformationLength,
    DWORD AclInformationClass) {
    DWORD revision;
    if (!acl_is_valid(Acl))
        return STATUS_INVALID_PARAMETER;
    if (AclInformationClass != ACL_REVISION_INFORMATION)
        return STATUS_INVALID_INFO_CLASS;
    if (AclInformationLength < sizeof revision)
        return STATUS_BUFFER_TOO_SMALL;
    memcpy(&revision, AclInformation, sizeof revision);
    if (revision < ACL_REVISION || revision > MAX_ACL_REVISION)
        return STATUS_INVALID_PARAMETER;
    Acl->AclRevision = (BYTE)revision;
    return STATUS_SUCCESS;
}

API(advapi32 kernelbase, BOOL, SetAclInformation, ACL *pAcl, PVOID pAclInformation, DWORD nAclInformationLength,
    DWORD dwAclInformationClass) {
    return succeed_or_fail(api_RtlSetInformationAcl(pAcl, pAclInformation, nAclInformationLength, dwAclInformationClass));
}

/* ---- access masks ---- */

typedef struct { ACCESS_MASK GenericRead, GenericWrite, GenericExecute, GenericAll; } GENERIC_MAPPING;

API(advapi32 kernelbase, void, MapGenericMask, ACCESS_MASK *AccessMask, const GENERIC_MAPPING *GenericMapping) {
    const ACCESS_MASK generic[4] = {0x80000000u, 0x40000000u, 0x20000000u, 0x10000000u};
    const ACCESS_MASK specific[4] = {GenericMapping->GenericRead, GenericMapping->GenericWrite,
                                     GenericMapping->GenericExecute, GenericMapping->GenericAll};
    ACCESS_MASK mask = *AccessMask & 0x0FFFFFFFu;
    for (int i = 0; i < 4; i++)
        mask |= *AccessMask & generic[i] ? specific[i] : 0;
    *AccessMask = mask;
}
API_ALIAS(api_MapGenericMask, rtl, ntdll, "RtlMapGenericMask");

API(advapi32 kernelbase, BOOL, AreAllAccessesGranted, DWORD GrantedAccess, DWORD DesiredAccess) {
    return (GrantedAccess & DesiredAccess) == DesiredAccess;
}

API(ntdll, BOOLEAN, RtlAreAllAccessesGranted, ACCESS_MASK GrantedAccess, ACCESS_MASK DesiredAccess) {
    return (GrantedAccess & DesiredAccess) == DesiredAccess;
}

API(advapi32 kernelbase, BOOL, AreAnyAccessesGranted, DWORD GrantedAccess, DWORD DesiredAccess) {
    return (GrantedAccess & DesiredAccess) != 0;
}

API(ntdll, BOOLEAN, RtlAreAnyAccessesGranted, ACCESS_MASK GrantedAccess, ACCESS_MASK DesiredAccess) {
    return (GrantedAccess & DesiredAccess) != 0;
}
