/* Security identifiers, access control lists and security descriptors ("SID structure", "ACL structure",
 * "ACE_HEADER structure", "SECURITY_DESCRIPTOR structure"). */
#ifndef WINDLASS_SECURITY_H
#define WINDLASS_SECURITY_H

#include "nt.h"

enum { SID_REVISION = 1, SID_MAX_SUB_AUTHORITIES = 15, ACL_REVISION = 2, ACL_REVISION_DS = 4, MAX_ACL_REVISION = 4 };

#define STATUS_UNKNOWN_REVISION ((NTSTATUS)0xC0000058)
#define STATUS_INVALID_ACL ((NTSTATUS)0xC0000077)
#define STATUS_INVALID_SID ((NTSTATUS)0xC0000078)
#define STATUS_INVALID_SECURITY_DESCR ((NTSTATUS)0xC0000079)
#define STATUS_BAD_DESCRIPTOR_FORMAT ((NTSTATUS)0xC00000E7)
#define STATUS_ALLOTTED_SPACE_EXCEEDED ((NTSTATUS)0xC0000099)

typedef struct { BYTE Value[6]; } SID_IDENTIFIER_AUTHORITY;

typedef struct {
    BYTE Revision, SubAuthorityCount;
    SID_IDENTIFIER_AUTHORITY IdentifierAuthority;
    DWORD SubAuthority[];
} SID;

typedef struct {
    BYTE AclRevision, Sbz1;
    WORD AclSize, AceCount, Sbz2;
} ACL;

typedef struct {
    BYTE AceType, AceFlags;
    WORD AceSize;
} ACE_HEADER;

static inline DWORD sid_length(const SID *sid) { return 8 + 4u * sid->SubAuthorityCount; }

/* False for memory that cannot be read, too. */
bool sid_is_valid(const SID *sid);
bool acl_is_valid(const ACL *acl);

#endif
