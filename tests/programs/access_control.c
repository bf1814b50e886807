// Security identifiers, access control lists, security descriptors, tokens.
// flags: -ladvapi32
#include <windows.h>
#include <sddl.h>
#include "fixture.h"

static SID_IDENTIFIER_AUTHORITY nt = {{0, 0, 0, 0, 0, 5}};

static void say_sid(const char *what, PSID sid)
{
    char *text = NULL;
    if (ConvertSidToStringSidA(sid, &text)) {
        say("%s %s", what, text);
        LocalFree(text);
    } else {
        say("%s is no SID: %u", what, GetLastError());
    }
}

static PSID parse(const char *text)
{
    PSID sid = NULL;
    if (!ConvertStringSidToSidA(text, &sid))
        say("%s: %u", text, GetLastError());
    return sid;
}

static void sids(void)
{
    PSID administrators = NULL, copy, parsed;
    BYTE buffer[SECURITY_MAX_SID_SIZE];
    DWORD size;
    say("allocate %d", AllocateAndInitializeSid(&nt, 2, 32, 544, 0, 0, 0, 0, 0, 0, &administrators));
    say_sid("administrators", administrators);
    say("valid %d length %u", IsValidSid(administrators), GetLengthSid(administrators));
    say("required %u %u", GetSidLengthRequired(0), GetSidLengthRequired(15));
    copy = buffer;
    SetLastError(0);
    // Wine reports: copy into 15 0 0
    // documented: copy into 15 0 122     (Microsoft, "CopySid function": extended error information)
    say("copy into 15 %d %u", CopySid(15, copy, administrators), GetLastError());
    say("copy into 16 %d", CopySid(16, copy, administrators));
    say("equal %d", EqualSid(copy, administrators));
    *GetSidSubAuthority(copy, 1) = 545;
    say("equal %d prefix %d", EqualSid(copy, administrators), EqualPrefixSid(copy, administrators));
    say("count %u", *GetSidSubAuthorityCount(copy));
    say("authority %u", GetSidIdentifierAuthority(copy)->Value[5]);
    buffer[0] = 2;
    say("valid %d", IsValidSid(copy));
    // Wine reports: initialize 16 0 0
    // documented: initialize 16 0 87     (Microsoft, "InitializeSid function")
    say("initialize 16 %d %u", InitializeSid(copy, &nt, 16), GetLastError());
    say("well known %d", IsWellKnownSid(administrators, WinBuiltinAdministratorsSid));
    size = 3;
    say("create %d", CreateWellKnownSid(WinWorldSid, NULL, buffer, &size));
    say("error %u size %u", GetLastError(), size);
    say("create %d", CreateWellKnownSid(WinWorldSid, NULL, buffer, &size));
    say_sid("everyone", buffer);
    parsed = parse("BA");
    say("letters %d", EqualSid(parsed, administrators));
    LocalFree(parsed);
    parsed = parse("S-1-5-21-1-2-3-1000");
    say_sid("parsed", parsed);
    LocalFree(parsed);
    parse("S-1-5-");
    parse("nonsense");
    FreeSid(administrators);
}

static void lists(void)
{
    BYTE buffer[100];
    ACL *acl = (ACL *)buffer;
    ACL_SIZE_INFORMATION facts;
    ACCESS_ALLOWED_ACE *ace;
    PSID everyone = parse("WD"), system = parse("SY");
    say("small %d %u", InitializeAcl(acl, 7, ACL_REVISION), GetLastError());
    say("revision %d %u", InitializeAcl(acl, 100, 9), GetLastError());
    say("initialize %d", InitializeAcl(acl, 60, ACL_REVISION));
    say("allow %d", AddAccessAllowedAce(acl, ACL_REVISION, GENERIC_READ, everyone));
    say("deny %d", AddAccessDeniedAceEx(acl, ACL_REVISION, CONTAINER_INHERIT_ACE, GENERIC_WRITE, system));
    SetLastError(0);
    say("no room %d", AddAccessAllowedAce(acl, ACL_REVISION, 1, everyone));
    say("error %u", GetLastError());
    say("information %d", GetAclInformation(acl, &facts, sizeof facts, AclSizeInformation));
    say("count %u used %u free %u", facts.AceCount, facts.AclBytesInUse, facts.AclBytesFree);
    say("get %d", GetAce(acl, 1, (void **)&ace));
    say("ace %u %u %u %x", ace->Header.AceType, ace->Header.AceFlags, ace->Header.AceSize, ace->Mask);
    say("get %d %u", GetAce(acl, 2, (void **)&ace), GetLastError());
    say("delete %d", DeleteAce(acl, 0));
    GetAce(acl, 0, (void **)&ace);
    say("first %x of %u", ace->Mask, acl->AceCount);
    say("valid %d", IsValidAcl(acl));
    LocalFree(everyone);
    LocalFree(system);
}

static void describe(const char *text)
{
    PSECURITY_DESCRIPTOR descriptor = NULL;
    char *back = NULL;
    ULONG size = 0;
    if (!ConvertStringSecurityDescriptorToSecurityDescriptorA(text, SDDL_REVISION_1, &descriptor, &size)) {
        say("%s: %u", text, GetLastError());
        return;
    }
    say("%s: %u bytes, length %u", text, size, GetSecurityDescriptorLength(descriptor));
    if (ConvertSecurityDescriptorToStringSecurityDescriptorA(descriptor, SDDL_REVISION_1, 15, &back, &size)) {
        say("  is %s", back);
        LocalFree(back);
    }
    LocalFree(descriptor);
}

static void descriptors(void)
{
    SECURITY_DESCRIPTOR absolute;
    SECURITY_DESCRIPTOR_CONTROL control;
    BYTE buffer[200], list[60];
    DWORD size, revision;
    BOOL present = 5, defaulted = 5;
    ACL *dacl = (ACL *)list, *found;
    PSID everyone = parse("WD");
    say("revision 2 %d %u", InitializeSecurityDescriptor(&absolute, 2), GetLastError());
    say("initialize %d", InitializeSecurityDescriptor(&absolute, SECURITY_DESCRIPTOR_REVISION));
    say("length %u", GetSecurityDescriptorLength(&absolute));
    say("dacl %d", GetSecurityDescriptorDacl(&absolute, &present, &found, &defaulted));
    say("present %d", present);
    InitializeAcl(dacl, sizeof list, ACL_REVISION);
    AddAccessAllowedAce(dacl, ACL_REVISION, GENERIC_ALL, everyone);
    say("set %d", SetSecurityDescriptorDacl(&absolute, TRUE, dacl, FALSE));
    say("owner %d", SetSecurityDescriptorOwner(&absolute, everyone, TRUE));
    GetSecurityDescriptorControl(&absolute, &control, &revision);
    say("control %x revision %u", control, revision);
    size = 10;
    say("relative %d", MakeSelfRelativeSD(&absolute, buffer, &size));
    say("error %u size %u", GetLastError(), size);
    say("relative %d", MakeSelfRelativeSD(&absolute, buffer, &size));
    say("valid %d length %u", IsValidSecurityDescriptor(buffer), GetSecurityDescriptorLength(buffer));
    say("set %d", SetSecurityDescriptorDacl(buffer, FALSE, NULL, FALSE));
    say("error %u", GetLastError());
    say("dacl %d", GetSecurityDescriptorDacl(buffer, &present, &found, &defaulted));
    say("present %d entries %u", present, found->AceCount);
    LocalFree(everyone);
    describe("O:SYG:BAD:(A;;GA;;;WD)");
    describe("D:P(A;OICI;FA;;;SY)(D;;0x1200a9;;;BU)(A;;CCDC;;;S-1-5-21-1-2-3-4)");
    // Wine reports:   is D:S:(;;CC;;;LW)
    // documented:   is D:S:(ML;;NW;;;LW)     (Microsoft, "ACE Strings")
    describe("D:S:(ML;;NW;;;LW)");
    describe("D:(A;;XX;;;WD)");
}

static void privileges(void)
{
    HANDLE token = NULL;
    LUID luid;
    char name[40];
    DWORD size = sizeof name;
    TOKEN_PRIVILEGES one;
    say("value %d", LookupPrivilegeValueA(NULL, "SeShutdownPrivilege", &luid));
    say("luid %u %u", luid.LowPart, luid.HighPart);
    say("name %d", LookupPrivilegeNameA(NULL, &luid, name, &size));
    say("%s %u", name, size);
    size = 5;
    say("name %d", LookupPrivilegeNameA(NULL, &luid, name, &size));
    // Wine reports: error 122, the name needs 5
    // documented: error 122, the name needs 20     (Microsoft, "LookupPrivilegeNameA function")
    say("error %u, the name needs %u", GetLastError(), size);
    say("unknown %d", LookupPrivilegeValueA(NULL, "SeNonsense", &luid));
    say("error %u", GetLastError());
    say("open %d", OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY | TOKEN_ADJUST_PRIVILEGES, &token));
    one.PrivilegeCount = 1;
    one.Privileges[0].Luid.LowPart = 19;
    one.Privileges[0].Luid.HighPart = 0;
    one.Privileges[0].Attributes = SE_PRIVILEGE_ENABLED;
    SetLastError(7);
    say("adjust %d", AdjustTokenPrivileges(token, FALSE, &one, 0, NULL, NULL));
    say("error %u", GetLastError());
    one.Privileges[0].Luid.LowPart = 2;
    say("adjust %d", AdjustTokenPrivileges(token, FALSE, &one, 0, NULL, NULL));
    say("error %u", GetLastError());
    CloseHandle(token);
}

static void tokens(void)
{
    HANDLE token, copy;
    BYTE buffer[500];
    DWORD size = 0;
    BOOL member = 5;
    PSID everyone = parse("WD"), nobody = parse("S-1-5-21-1-2-3-4");
    say("thread %d", OpenThreadToken(GetCurrentThread(), TOKEN_QUERY, TRUE, &token));
    say("error %u", GetLastError());
    OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY | TOKEN_DUPLICATE, &token);
    say("user size %d", GetTokenInformation(token, TokenUser, NULL, 0, &size));
    say("error %u size %u", GetLastError(), size);
    say("user %d", GetTokenInformation(token, TokenUser, buffer, sizeof buffer, &size));
    say("valid %d", IsValidSid(((TOKEN_USER *)buffer)->User.Sid));
    say("type %d", GetTokenInformation(token, TokenType, buffer, 4, &size));
    say("is %u", *(DWORD *)buffer);
    say("level %d", GetTokenInformation(token, TokenImpersonationLevel, buffer, 4, &size));
    say("error %u", GetLastError());
    say("class %d", GetTokenInformation(token, (TOKEN_INFORMATION_CLASS)999, buffer, 4, &size));
    say("nobody's %d", GetTokenInformation(NULL, TokenUser, buffer, 4, &size));
    say("error %u", GetLastError());
    say("duplicate %d", DuplicateToken(token, SecurityImpersonation, &copy));
    say("level %d", GetTokenInformation(copy, TokenImpersonationLevel, buffer, 4, &size));
    say("is %u", *(DWORD *)buffer);
    say("member %d", CheckTokenMembership(copy, everyone, &member));
    say("is %d", member);
    say("member %d", CheckTokenMembership(NULL, nobody, &member));
    say("is %d", member);
    say("impersonate %d", ImpersonateSelf(SecurityIdentification));
    CloseHandle(copy);
    say("thread %d", OpenThreadToken(GetCurrentThread(), TOKEN_QUERY, TRUE, &copy));
    GetTokenInformation(copy, TokenImpersonationLevel, buffer, 4, &size);
    say("level %u", *(DWORD *)buffer);
    CloseHandle(copy);
    say("revert %d", RevertToSelf());
    say("thread %d", OpenThreadToken(GetCurrentThread(), TOKEN_QUERY, TRUE, &copy));
    CloseHandle(token);
    LocalFree(everyone);
    LocalFree(nobody);
}

static void names(void)
{
    char name[40], domain[40];
    DWORD size = sizeof name, domain_size = sizeof domain, sid_size;
    BYTE buffer[SECURITY_MAX_SID_SIZE];
    SID_NAME_USE use;
    PSID system = parse("SY"), nobody = parse("S-1-5-21-1-2-3-4");
    say("sid %d", LookupAccountSidA(NULL, system, name, &size, domain, &domain_size, &use));
    say("%s in %s, %d", name, domain, use);
    size = 1;
    say("sid %d", LookupAccountSidA(NULL, system, name, &size, domain, &domain_size, &use));
    say("error %u size %u", GetLastError(), size);
    size = domain_size = sizeof name;
    say("sid %d", LookupAccountSidA(NULL, nobody, name, &size, domain, &domain_size, &use));
    say("error %u", GetLastError());
    sid_size = sizeof buffer;
    domain_size = sizeof domain;
    say("name %d", LookupAccountNameA(NULL, "Everyone", buffer, &sid_size, domain, &domain_size, &use));
    say("size %u domain '%s' use %d", sid_size, domain, use);
    say_sid("everyone", buffer);
    sid_size = sizeof buffer;
    domain_size = sizeof domain;
    say("name %d", LookupAccountNameA(NULL, "no such account", buffer, &sid_size, domain, &domain_size, &use));
    say("error %u", GetLastError());
    sid_size = 1;
    domain_size = sizeof domain;
    say("no room %d", LookupAccountNameA(NULL, "Administrators", buffer, &sid_size, domain, &domain_size, &use));
    say("error %u, sizes %u %u", GetLastError(), sid_size, domain_size);
    say("name %d", LookupAccountNameA(NULL, "Administrators", buffer, &sid_size, domain, &domain_size, &use));
    say("sizes %u %u", sid_size, domain_size);
    size = 1;
    say("user %d", GetUserNameA(name, &size));
    say("error %u", GetLastError());
    say("user %d", GetUserNameA(name, &size));
    say("whole %d", name[size - 1] == 0 && size > 1);
    LocalFree(system);
    LocalFree(nobody);
}

PROGRAM
{
    sids();
    lists();
    descriptors();
    privileges();
    tokens();
    names();
    return 0;
}
