/* Security descriptors ("Security Descriptors", "Absolute and Self-Relative Security Descriptors"). */
#include "security.h"

enum { SECURITY_DESCRIPTOR_REVISION = 1 };

enum {
    SE_OWNER_DEFAULTED = 0x0001, SE_GROUP_DEFAULTED = 0x0002,
    SE_DACL_PRESENT = 0x0004, SE_DACL_DEFAULTED = 0x0008,
    SE_SACL_PRESENT = 0x0010, SE_SACL_DEFAULTED = 0x0020,
    SE_SETTABLE = 0x3FC0,       /* what SetSecurityDescriptorControl may change: inheritance, and trust in a client */
    SE_SELF_RELATIVE = 0x8000,
};

/* Both forms begin alike. */
typedef struct { BYTE Revision, Sbz1; WORD Control; } HEADER;

typedef struct {
    HEADER header;
    SID *Owner, *Group;
    ACL *Sacl, *Dacl;
} SECURITY_DESCRIPTOR;

typedef struct {
    HEADER header;
    DWORD Owner, Group, Sacl, Dacl;                  /* offsets from the beginning, 0: none */
} SECURITY_DESCRIPTOR_RELATIVE;

/* What a descriptor of either form has; lists only those that are present. */
struct parts {
    WORD control;
    SID *owner, *group;
    ACL *sacl, *dacl;
};

static void *at_offset(const HEADER *header, DWORD offset) {
    return offset ? (void *)((uintptr_t)header + offset) : NULL;
}

static struct parts parts_of(const HEADER *header) {
    struct parts parts = {.control = header->Control};
    if (header->Control & SE_SELF_RELATIVE) {
        const SECURITY_DESCRIPTOR_RELATIVE *relative = (const SECURITY_DESCRIPTOR_RELATIVE *)header;
        parts.owner = at_offset(header, relative->Owner);
        parts.group = at_offset(header, relative->Group);
        parts.sacl = at_offset(header, relative->Sacl);
        parts.dacl = at_offset(header, relative->Dacl);
    } else {
        const SECURITY_DESCRIPTOR *absolute = (const SECURITY_DESCRIPTOR *)header;
        parts = (struct parts){header->Control, absolute->Owner, absolute->Group, absolute->Sacl, absolute->Dacl};
    }
    if (!(parts.control & SE_SACL_PRESENT))
        parts.sacl = NULL;
    if (!(parts.control & SE_DACL_PRESENT))
        parts.dacl = NULL;
    return parts;
}

static DWORD aligned(DWORD size) { return (size + 3) & ~3u; }

static DWORD sid_room(const SID *sid) { return sid ? sid_length(sid) : 0; }

static DWORD acl_room(const ACL *acl) { return acl ? aligned(acl->AclSize) : 0; }

static DWORD relative_length(const struct parts *parts) {
    return (DWORD)sizeof(SECURITY_DESCRIPTOR_RELATIVE) + sid_room(parts->owner) + sid_room(parts->group) +
           acl_room(parts->sacl) + acl_room(parts->dacl);
}

static bool is_valid(const HEADER *header) {
    struct fault_guard guard;
    if (!header || fault_guard_enter(&guard, &thread_self()->guard))
        return false;
    bool is_ours = header->Revision == SECURITY_DESCRIPTOR_REVISION;
    struct parts parts = is_ours ? parts_of(header) : (struct parts){0};
    fault_guard_leave(&guard);
    return is_ours && (!parts.owner || sid_is_valid(parts.owner)) && (!parts.group || sid_is_valid(parts.group)) &&
           (!parts.sacl || acl_is_valid(parts.sacl)) && (!parts.dacl || acl_is_valid(parts.dacl));
}

API(ntdll, NTSTATUS, RtlCreateSecurityDescriptor, SECURITY_DESCRIPTOR *SecurityDescriptor, ULONG Revision) {
    if (Revision != SECURITY_DESCRIPTOR_REVISION)
        return STATUS_UNKNOWN_REVISION;
    *SecurityDescriptor = (SECURITY_DESCRIPTOR){{SECURITY_DESCRIPTOR_REVISION, 0, 0}, NULL, NULL, NULL, NULL};
    return STATUS_SUCCESS;
}

API(advapi32 kernelbase, BOOL, InitializeSecurityDescriptor, SECURITY_DESCRIPTOR *pSecurityDescriptor,
    DWORD dwRevision) {
    return succeed_or_fail(api_RtlCreateSecurityDescriptor(pSecurityDescriptor, dwRevision));
}

API(ntdll, BOOLEAN, RtlValidSecurityDescriptor, const HEADER *SecurityDescriptor) {
    return is_valid(SecurityDescriptor);
}

API(advapi32 kernelbase, BOOL, IsValidSecurityDescriptor, const HEADER *pSecurityDescriptor) {
    return is_valid(pSecurityDescriptor) ? TRUE : fail(win32_from_status(STATUS_INVALID_SECURITY_DESCR));
}

/* Whether all parts lie within the length, and what is asked for is there. */
API(ntdll, BOOLEAN, RtlValidRelativeSecurityDescriptor, const SECURITY_DESCRIPTOR_RELATIVE *SecurityDescriptor,
    ULONG SecurityDescriptorLength, DWORD RequiredInformation) {
    enum { OWNER = 1, GROUP = 2, DACL = 4, SACL = 8 };
    const SECURITY_DESCRIPTOR_RELATIVE *relative = SecurityDescriptor;
    if (SecurityDescriptorLength < sizeof *relative || !(relative->header.Control & SE_SELF_RELATIVE))
        return FALSE;
    const DWORD offsets[4] = {relative->Owner, relative->Group, relative->Dacl, relative->Sacl};
    for (int i = 0; i < 4; i++) {
        if (offsets[i] && (offsets[i] < sizeof *relative || offsets[i] > SecurityDescriptorLength - 8))
            return FALSE;
        if (!offsets[i] && RequiredInformation & (1u << i) & (OWNER | GROUP))
            return FALSE;
    }
    if (!is_valid(&relative->header))
        return FALSE;
    struct parts parts = parts_of(&relative->header);
    const char *end = (const char *)relative + SecurityDescriptorLength;
    return (!parts.owner || (const char *)parts.owner + sid_length(parts.owner) <= end) &&
           (!parts.group || (const char *)parts.group + sid_length(parts.group) <= end) &&
           (!parts.dacl || (const char *)parts.dacl + parts.dacl->AclSize <= end) &&
           (!parts.sacl || (const char *)parts.sacl + parts.sacl->AclSize <= end);
}

API(advapi32 kernelbase, DWORD, GetSecurityDescriptorLength, const HEADER *pSecurityDescriptor) {
    struct parts parts = parts_of(pSecurityDescriptor);
    if (pSecurityDescriptor->Control & SE_SELF_RELATIVE)
        return relative_length(&parts);
    return relative_length(&parts) - (DWORD)sizeof(SECURITY_DESCRIPTOR_RELATIVE) + (DWORD)sizeof(SECURITY_DESCRIPTOR);
}
API_ALIAS(api_GetSecurityDescriptorLength, rtl, ntdll, "RtlLengthSecurityDescriptor");

/* ---- control bits ---- */

API(ntdll, NTSTATUS, RtlGetControlSecurityDescriptor, const HEADER *SecurityDescriptor, WORD *Control,
    ULONG *Revision) {
    *Revision = SecurityDescriptor->Revision;
    if (SecurityDescriptor->Revision != SECURITY_DESCRIPTOR_REVISION)
        return STATUS_UNKNOWN_REVISION;
    *Control = SecurityDescriptor->Control;
    return STATUS_SUCCESS;
}

API(advapi32 kernelbase, BOOL, GetSecurityDescriptorControl, const HEADER *pSecurityDescriptor, WORD *pControl,
    DWORD *lpdwRevision) {
    return succeed_or_fail(api_RtlGetControlSecurityDescriptor(pSecurityDescriptor, pControl, lpdwRevision));
}

API(ntdll, NTSTATUS, RtlSetControlSecurityDescriptor, HEADER *SecurityDescriptor, WORD ControlBitsOfInterest,
    WORD ControlBitsToSet) {
    if ((ControlBitsOfInterest | ControlBitsToSet) & ~SE_SETTABLE)
        return STATUS_INVALID_PARAMETER;
    SecurityDescriptor->Control = (WORD)((SecurityDescriptor->Control & ~ControlBitsOfInterest) |
                                         (ControlBitsToSet & ControlBitsOfInterest));
    return STATUS_SUCCESS;
}

API(advapi32 kernelbase, BOOL, SetSecurityDescriptorControl, HEADER *pSecurityDescriptor, WORD ControlBitsOfInterest,
    WORD ControlBitsToSet) {
    return succeed_or_fail(api_RtlSetControlSecurityDescriptor(pSecurityDescriptor, ControlBitsOfInterest, ControlBitsToSet));
}

/* ---- parts ---- */

static NTSTATUS check_revision(const HEADER *header) {
    return header->Revision == SECURITY_DESCRIPTOR_REVISION ? STATUS_SUCCESS : STATUS_UNKNOWN_REVISION;
}

static NTSTATUS check_absolute(const HEADER *header) {
    NTSTATUS status = check_revision(header);
    return !status && header->Control & SE_SELF_RELATIVE ? STATUS_INVALID_SECURITY_DESCR : status;
}

static void set_bits(HEADER *header, int mask, int bits) {
    header->Control = (WORD)((header->Control & ~mask) | bits);
}

static NTSTATUS get_sid(const HEADER *descriptor, bool is_group, SID **sid, BOOLEAN *defaulted) {
    NTSTATUS status = check_revision(descriptor);
    if (status)
        return status;
    *sid = is_group ? parts_of(descriptor).group : parts_of(descriptor).owner;
    *defaulted = (descriptor->Control & (is_group ? SE_GROUP_DEFAULTED : SE_OWNER_DEFAULTED)) != 0;
    return STATUS_SUCCESS;
}

static BOOL get_sid_win32(const HEADER *descriptor, bool is_group, SID **sid, BOOL *defaulted) {
    BOOLEAN is_defaulted = FALSE;
    BOOL done = succeed_or_fail(get_sid(descriptor, is_group, sid, &is_defaulted));
    if (defaulted)
        *defaulted = is_defaulted;
    return done;
}

API(ntdll, NTSTATUS, RtlGetOwnerSecurityDescriptor, const HEADER *SecurityDescriptor, SID **Owner,
    BOOLEAN *OwnerDefaulted) {
    return get_sid(SecurityDescriptor, false, Owner, OwnerDefaulted);
}

API(advapi32 kernelbase, BOOL, GetSecurityDescriptorOwner, const HEADER *pSecurityDescriptor, SID **pOwner,
    BOOL *lpbOwnerDefaulted) {
    return get_sid_win32(pSecurityDescriptor, false, pOwner, lpbOwnerDefaulted);
}

API(ntdll, NTSTATUS, RtlGetGroupSecurityDescriptor, const HEADER *SecurityDescriptor, SID **Group,
    BOOLEAN *GroupDefaulted) {
    return get_sid(SecurityDescriptor, true, Group, GroupDefaulted);
}

API(advapi32 kernelbase, BOOL, GetSecurityDescriptorGroup, const HEADER *pSecurityDescriptor, SID **pGroup,
    BOOL *lpbGroupDefaulted) {
    return get_sid_win32(pSecurityDescriptor, true, pGroup, lpbGroupDefaulted);
}

/* A list and its bits; what is not present leaves the outputs alone. */
static NTSTATUS get_list(const HEADER *descriptor, bool is_system, BOOLEAN *present, ACL **list, BOOLEAN *defaulted) {
    NTSTATUS status = check_revision(descriptor);
    if (status)
        return status;
    *present = (descriptor->Control & (is_system ? SE_SACL_PRESENT : SE_DACL_PRESENT)) != 0;
    if (*present) {
        *list = is_system ? parts_of(descriptor).sacl : parts_of(descriptor).dacl;
        *defaulted = (descriptor->Control & (is_system ? SE_SACL_DEFAULTED : SE_DACL_DEFAULTED)) != 0;
    }
    return STATUS_SUCCESS;
}

static BOOL get_list_win32(const HEADER *descriptor, bool is_system, BOOL *present, ACL **list, BOOL *defaulted) {
    BOOLEAN is_present = FALSE, is_defaulted = FALSE;
    BOOL done = succeed_or_fail(get_list(descriptor, is_system, &is_present, list, &is_defaulted));
    *present = is_present;
    if (is_present)
        *defaulted = is_defaulted;
    return done;
}

API(ntdll, NTSTATUS, RtlGetDaclSecurityDescriptor, const HEADER *SecurityDescriptor, BOOLEAN *DaclPresent, ACL **Dacl,
    BOOLEAN *DaclDefaulted) {
    return get_list(SecurityDescriptor, false, DaclPresent, Dacl, DaclDefaulted);
}

API(advapi32 kernelbase, BOOL, GetSecurityDescriptorDacl, const HEADER *pSecurityDescriptor, BOOL *lpbDaclPresent,
    ACL **pDacl, BOOL *lpbDaclDefaulted) {
    return get_list_win32(pSecurityDescriptor, false, lpbDaclPresent, pDacl, lpbDaclDefaulted);
}

API(ntdll, NTSTATUS, RtlGetSaclSecurityDescriptor, const HEADER *SecurityDescriptor, BOOLEAN *SaclPresent, ACL **Sacl,
    BOOLEAN *SaclDefaulted) {
    return get_list(SecurityDescriptor, true, SaclPresent, Sacl, SaclDefaulted);
}

API(advapi32 kernelbase, BOOL, GetSecurityDescriptorSacl, const HEADER *pSecurityDescriptor, BOOL *lpbSaclPresent,
    ACL **pSacl, BOOL *lpbSaclDefaulted) {
    return get_list_win32(pSecurityDescriptor, true, lpbSaclPresent, pSacl, lpbSaclDefaulted);
}

static NTSTATUS set_sid(SECURITY_DESCRIPTOR *descriptor, SID **part, SID *sid, int defaulted_bit, bool defaulted) {
    NTSTATUS status = check_absolute(&descriptor->header);
    if (status)
        return status;
    *part = sid;
    set_bits(&descriptor->header, defaulted_bit, defaulted ? defaulted_bit : 0);
    return STATUS_SUCCESS;
}

API(ntdll, NTSTATUS, RtlSetOwnerSecurityDescriptor, SECURITY_DESCRIPTOR *SecurityDescriptor, SID *Owner,
    BOOLEAN OwnerDefaulted) {
    return set_sid(SecurityDescriptor, &SecurityDescriptor->Owner, Owner, SE_OWNER_DEFAULTED, OwnerDefaulted);
}

API(advapi32 kernelbase, BOOL, SetSecurityDescriptorOwner, SECURITY_DESCRIPTOR *pSecurityDescriptor, SID *pOwner,
    BOOL bOwnerDefaulted) {
    return succeed_or_fail(api_RtlSetOwnerSecurityDescriptor(pSecurityDescriptor, pOwner, bOwnerDefaulted != 0));
}

API(ntdll, NTSTATUS, RtlSetGroupSecurityDescriptor, SECURITY_DESCRIPTOR *SecurityDescriptor, SID *Group,
    BOOLEAN GroupDefaulted) {
    return set_sid(SecurityDescriptor, &SecurityDescriptor->Group, Group, SE_GROUP_DEFAULTED, GroupDefaulted);
}

API(advapi32 kernelbase, BOOL, SetSecurityDescriptorGroup, SECURITY_DESCRIPTOR *pSecurityDescriptor, SID *pGroup,
    BOOL bGroupDefaulted) {
    return succeed_or_fail(api_RtlSetGroupSecurityDescriptor(pSecurityDescriptor, pGroup, bGroupDefaulted != 0));
}

static NTSTATUS set_list(SECURITY_DESCRIPTOR *descriptor, bool is_system, bool present, ACL *list, bool defaulted) {
    NTSTATUS status = check_absolute(&descriptor->header);
    if (status)
        return status;
    const int present_bit = is_system ? SE_SACL_PRESENT : SE_DACL_PRESENT;
    const int defaulted_bit = is_system ? SE_SACL_DEFAULTED : SE_DACL_DEFAULTED;
    *(is_system ? &descriptor->Sacl : &descriptor->Dacl) = present ? list : NULL;
    set_bits(&descriptor->header, present_bit | defaulted_bit,
             !present ? 0 : present_bit | (defaulted ? defaulted_bit : 0));
    return STATUS_SUCCESS;
}

API(ntdll, NTSTATUS, RtlSetDaclSecurityDescriptor, SECURITY_DESCRIPTOR *SecurityDescriptor, BOOLEAN DaclPresent,
    ACL *Dacl, BOOLEAN DaclDefaulted) {
    return set_list(SecurityDescriptor, false, DaclPresent, Dacl, DaclDefaulted);
}

API(advapi32 kernelbase, BOOL, SetSecurityDescriptorDacl, SECURITY_DESCRIPTOR *pSecurityDescriptor, BOOL bDaclPresent,
    ACL *pDacl, BOOL bDaclDefaulted) {
    return succeed_or_fail(set_list(pSecurityDescriptor, false, bDaclPresent, pDacl, bDaclDefaulted));
}

API(ntdll, NTSTATUS, RtlSetSaclSecurityDescriptor, SECURITY_DESCRIPTOR *SecurityDescriptor, BOOLEAN SaclPresent,
    ACL *Sacl, BOOLEAN SaclDefaulted) {
    return set_list(SecurityDescriptor, true, SaclPresent, Sacl, SaclDefaulted);
}

API(advapi32 kernelbase, BOOL, SetSecurityDescriptorSacl, SECURITY_DESCRIPTOR *pSecurityDescriptor, BOOL bSaclPresent,
    ACL *pSacl, BOOL bSaclDefaulted) {
    return succeed_or_fail(set_list(pSecurityDescriptor, true, bSaclPresent, pSacl, bSaclDefaulted));
}

/* ---- from one form to the other ---- */

static DWORD place(char *base, DWORD *at, const void *part, DWORD size, DWORD room) {
    DWORD offset = *at;
    if (!part)
        return 0;
    memcpy(base + offset, part, size);
    memset(base + offset + size, 0, room - size);
    *at += room;
    return offset;
}

API(ntdll, NTSTATUS, RtlMakeSelfRelativeSD, const HEADER *AbsoluteSecurityDescriptor,
    SECURITY_DESCRIPTOR_RELATIVE *SelfRelativeSecurityDescriptor, ULONG *BufferLength) {
    struct parts parts = parts_of(AbsoluteSecurityDescriptor);
    DWORD needed = relative_length(&parts), at = sizeof *SelfRelativeSecurityDescriptor;
    DWORD capacity = *BufferLength;
    *BufferLength = needed;
    if (capacity < needed)
        return STATUS_BUFFER_TOO_SMALL;
    SECURITY_DESCRIPTOR_RELATIVE *relative = SelfRelativeSecurityDescriptor;
    char *base = (char *)relative;
    relative->header = *AbsoluteSecurityDescriptor;
    relative->header.Control |= SE_SELF_RELATIVE;
    relative->Sacl = place(base, &at, parts.sacl, parts.sacl ? parts.sacl->AclSize : 0, acl_room(parts.sacl));
    relative->Dacl = place(base, &at, parts.dacl, parts.dacl ? parts.dacl->AclSize : 0, acl_room(parts.dacl));
    relative->Owner = place(base, &at, parts.owner, sid_room(parts.owner), sid_room(parts.owner));
    relative->Group = place(base, &at, parts.group, sid_room(parts.group), sid_room(parts.group));
    return STATUS_SUCCESS;
}

/* Of a descriptor in absolute form only. */
API(ntdll, NTSTATUS, RtlAbsoluteToSelfRelativeSD, const HEADER *AbsoluteSecurityDescriptor,
    SECURITY_DESCRIPTOR_RELATIVE *SelfRelativeSecurityDescriptor, ULONG *BufferLength) {
    if (AbsoluteSecurityDescriptor->Control & SE_SELF_RELATIVE)
        return STATUS_BAD_DESCRIPTOR_FORMAT;
    return api_RtlMakeSelfRelativeSD(AbsoluteSecurityDescriptor, SelfRelativeSecurityDescriptor, BufferLength);
}

API(advapi32 kernelbase, BOOL, MakeSelfRelativeSD, const HEADER *pAbsoluteSecurityDescriptor,
    SECURITY_DESCRIPTOR_RELATIVE *pSelfRelativeSecurityDescriptor, DWORD *lpdwBufferLength) {
    return succeed_or_fail(api_RtlAbsoluteToSelfRelativeSD(pAbsoluteSecurityDescriptor, pSelfRelativeSecurityDescriptor,
                                                   lpdwBufferLength));
}

/* Sets the size that is needed; false when there is less. */
static bool has_room(DWORD *size, DWORD needed) {
    bool enough = *size >= needed;
    *size = needed;
    return enough;
}

API(ntdll, NTSTATUS, RtlSelfRelativeToAbsoluteSD, const HEADER *SelfRelativeSecurityDescriptor,
    SECURITY_DESCRIPTOR *AbsoluteSecurityDescriptor, ULONG *AbsoluteSecurityDescriptorSize, ACL *Dacl, ULONG *DaclSize,
    ACL *Sacl, ULONG *SaclSize, SID *Owner, ULONG *OwnerSize, SID *PrimaryGroup, ULONG *PrimaryGroupSize) {
    if (!(SelfRelativeSecurityDescriptor->Control & SE_SELF_RELATIVE))
        return STATUS_BAD_DESCRIPTOR_FORMAT;
    struct parts parts = parts_of(SelfRelativeSecurityDescriptor);
    bool enough = has_room(AbsoluteSecurityDescriptorSize, sizeof *AbsoluteSecurityDescriptor);
    enough &= has_room(DaclSize, acl_room(parts.dacl));
    enough &= has_room(SaclSize, acl_room(parts.sacl));
    enough &= has_room(OwnerSize, sid_room(parts.owner));
    enough &= has_room(PrimaryGroupSize, sid_room(parts.group));
    if (!enough)
        return STATUS_BUFFER_TOO_SMALL;
    SECURITY_DESCRIPTOR *absolute = AbsoluteSecurityDescriptor;
    *absolute = (SECURITY_DESCRIPTOR){*SelfRelativeSecurityDescriptor, NULL, NULL, NULL, NULL};
    set_bits(&absolute->header, SE_SELF_RELATIVE, 0);
    if (parts.dacl)
        absolute->Dacl = memcpy(Dacl, parts.dacl, parts.dacl->AclSize);
    if (parts.sacl)
        absolute->Sacl = memcpy(Sacl, parts.sacl, parts.sacl->AclSize);
    if (parts.owner)
        absolute->Owner = memcpy(Owner, parts.owner, sid_length(parts.owner));
    if (parts.group)
        absolute->Group = memcpy(PrimaryGroup, parts.group, sid_length(parts.group));
    return STATUS_SUCCESS;
}

API(advapi32 kernelbase, BOOL, MakeAbsoluteSD, const HEADER *pSelfRelativeSecurityDescriptor,
    SECURITY_DESCRIPTOR *pAbsoluteSecurityDescriptor, DWORD *lpdwAbsoluteSecurityDescriptorSize, ACL *pDacl,
    DWORD *lpdwDaclSize, ACL *pSacl, DWORD *lpdwSaclSize, SID *pOwner, DWORD *lpdwOwnerSize, SID *pPrimaryGroup,
    DWORD *lpdwPrimaryGroupSize) {
    return succeed_or_fail(api_RtlSelfRelativeToAbsoluteSD(pSelfRelativeSecurityDescriptor, pAbsoluteSecurityDescriptor,
                                                   lpdwAbsoluteSecurityDescriptorSize, pDacl, lpdwDaclSize, pSacl,
                                                   lpdwSaclSize, pOwner, lpdwOwnerSize, pPrimaryGroup,
                                                   lpdwPrimaryGroupSize));
}
