// Tokens that a program changes: their owner, their default access, their integrity, and restricted ones.
// flags: -ladvapi32
#include <windows.h>
#include <sddl.h>

#include "fixture.h"

static HANDLE token;

static void set(const char *what, TOKEN_INFORMATION_CLASS kind, void *data, DWORD size)
{
    SetLastError(0);
    BOOL done = SetTokenInformation(token, kind, data, size);
    say("set %s: %d %u", what, done, done ? 0 : GetLastError());
}

static void *query(HANDLE of, TOKEN_INFORMATION_CLASS kind)
{
    static union { void *align; char bytes[4000]; } buffer;
    DWORD size;
    check(GetTokenInformation(of, kind, &buffer, sizeof buffer, &size));
    return &buffer;
}

static void owner(void)
{
    BYTE user[100], admins[SECURITY_MAX_SID_SIZE];
    DWORD size = sizeof admins;
    CopySid(sizeof user, user, ((TOKEN_USER *)query(token, TokenUser))->User.Sid);
    TOKEN_OWNER wanted = {user};
    set("owner", TokenOwner, &wanted, sizeof wanted);
    say("owner is the user: %d", EqualSid(((TOKEN_OWNER *)query(token, TokenOwner))->Owner, user));
    CreateWellKnownSid(WinNullSid, NULL, admins, &size);
    wanted.Owner = admins;
    set("nobody", TokenOwner, &wanted, sizeof wanted);
    set("too short", TokenOwner, &wanted, 4);
    set("what is fixed", TokenUser, &wanted, sizeof wanted);
}

static void access(void)
{
    union { ACL acl; BYTE bytes[100]; } dacl;
    BYTE everyone[SECURITY_MAX_SID_SIZE];
    DWORD size = sizeof everyone;
    CreateWellKnownSid(WinWorldSid, NULL, everyone, &size);
    InitializeAcl(&dacl.acl, sizeof dacl, ACL_REVISION);
    AddAccessAllowedAce(&dacl.acl, ACL_REVISION, GENERIC_READ, everyone);
    TOKEN_DEFAULT_DACL wanted = {&dacl.acl};
    set("default access", TokenDefaultDacl, &wanted, sizeof wanted);
    TOKEN_DEFAULT_DACL *now = query(token, TokenDefaultDacl);
    say("entries: %u", now->DefaultDacl->AceCount);
}

static void integrity(void)
{
    BYTE low[SECURITY_MAX_SID_SIZE], system[SECURITY_MAX_SID_SIZE];
    DWORD size = sizeof low;
    CreateWellKnownSid(WinLowLabelSid, NULL, low, &size);
    TOKEN_MANDATORY_LABEL wanted = {{low, SE_GROUP_INTEGRITY}};
    set("low integrity", TokenIntegrityLevel, &wanted, sizeof wanted);
    say("integrity %u", *GetSidSubAuthority(((TOKEN_MANDATORY_LABEL *)query(token, TokenIntegrityLevel))->Label.Sid, 0));
    size = sizeof system;
    CreateWellKnownSid(WinSystemLabelSid, NULL, system, &size);
    wanted.Label.Sid = system;
    set("system integrity", TokenIntegrityLevel, &wanted, sizeof wanted);
}

static void restricted(void)
{
    HANDLE made = NULL;
    BYTE everyone[SECURITY_MAX_SID_SIZE];
    DWORD size = sizeof everyone;
    CreateWellKnownSid(WinWorldSid, NULL, everyone, &size);
    SID_AND_ATTRIBUTES disabled = {everyone, 0};
    check(CreateRestrictedToken(token, DISABLE_MAX_PRIVILEGE, 1, &disabled, 0, NULL, 0, NULL, &made));
    TOKEN_GROUPS *groups = query(made, TokenGroups);
    for (DWORD i = 0; i < groups->GroupCount; i++)
        if (EqualSid(groups->Groups[i].Sid, everyone))
            say("everyone only denies: %d", (groups->Groups[i].Attributes & SE_GROUP_USE_FOR_DENY_ONLY) != 0);
    TOKEN_PRIVILEGES *privileges = query(made, TokenPrivileges);
    say("privileges: %u", privileges->PrivilegeCount);
    say("restricted: %d", IsTokenRestricted(made));
    CloseHandle(made);
    check(CreateRestrictedToken(token, 0, 0, NULL, 0, NULL, 1, &disabled, &made));
    say("restricted by identifiers: %d", IsTokenRestricted(made));
    CloseHandle(made);
}

PROGRAM
{
    HANDLE process;
    check(OpenProcessToken(GetCurrentProcess(), TOKEN_DUPLICATE | TOKEN_QUERY, &process));
    check(DuplicateTokenEx(process, TOKEN_ALL_ACCESS, NULL, SecurityImpersonation, TokenPrimary, &token));
    // Wine reports: set owner: 0 1
    // documented: set owner: 1 0     (Microsoft, "SetTokenInformation function")
    // Wine reports: owner is the user: 0
    // documented: owner is the user: 1     (Microsoft, "SetTokenInformation function")
    // Wine reports: set nobody: 0 1
    // documented: set nobody: 0 1307     (Microsoft, "System Error Codes")
    // Wine reports: set too short: 0 1
    // documented: set too short: 0 24     (Microsoft, "System Error Codes")
    // Wine reports: set what is fixed: 0 1
    // documented: set what is fixed: 0 87     (Microsoft, "SetTokenInformation function")
    // Wine reports: integrity 12288
    // documented: integrity 4096     (Microsoft, "Mandatory Integrity Control")
    // Wine reports: set system integrity: 1 0
    // documented: set system integrity: 0 1314     (Microsoft, "Mandatory Integrity Control")
    // Wine reports: privileges: 21
    // documented: privileges: 1     (Microsoft, "CreateRestrictedToken function")
    // Wine reports: restricted by identifiers: 0
    // documented: restricted by identifiers: 1     (Microsoft, "IsTokenRestricted function")
    owner();
    access();
    integrity();
    restricted();
    say("impersonating nobody: %d", SetThreadToken(NULL, NULL));
    CloseHandle(token);
    CloseHandle(process);
    return 0;
}
