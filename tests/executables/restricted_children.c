// flags: -ladvapi32
// A process that is started with a restricted token has that, and so have its children, until they end.
// Wine reports:   the group grants: 1
// documented:   the group grants: 0     (Microsoft, "CreateRestrictedToken function")
// Wine reports:   privileges: 21, the first 23
// documented:   privileges: 1, the first 23     (Microsoft, "CreateRestrictedToken function")
#include "process.h"

static PSID administrators(void)
{
    static BYTE sid[SECURITY_MAX_SID_SIZE];
    DWORD size = sizeof sid;
    if (!CreateWellKnownSid(WinBuiltinAdministratorsSid, NULL, sid, &size))
        say("no SID: %lu", GetLastError());
    return sid;
}

/* The attribute of the administrators' group in the process's token, and the privileges by number. */
static void tell(const char *who)
{
    static BYTE buffer[16384];
    TOKEN_GROUPS *groups = (TOKEN_GROUPS *)buffer;
    TOKEN_PRIVILEGES *privileges = (TOKEN_PRIVILEGES *)buffer;
    HANDLE token;
    DWORD size;
    BOOL member = -1;
    CheckTokenMembership(NULL, administrators(), &member);
    say("%s: administrator %d", who, member);
    if (!OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token))
        return;
    GetTokenInformation(token, TokenGroups, buffer, sizeof buffer, &size);
    BOOL grants = FALSE; /* who runs this may be no administrator */
    for (DWORD i = 0; i < groups->GroupCount; i++)
        grants |= EqualSid(groups->Groups[i].Sid, administrators()) && groups->Groups[i].Attributes != SE_GROUP_USE_FOR_DENY_ONLY;
    say("  the group grants: %d", grants);
    GetTokenInformation(token, TokenPrivileges, buffer, sizeof buffer, &size);
    say("  privileges: %lu, the first %lu", privileges->PrivilegeCount, privileges->Privileges[0].Luid.LowPart);
    CloseHandle(token);
}

static PROCESS_INFORMATION start_with(HANDLE token, const char *part)
{
    STARTUPINFOA startup = {.cb = sizeof startup};
    PROCESS_INFORMATION process = {0};
    char line[MAX_PATH + 50];
    sprintf(line, "\"%s\" %s", self, part);
    if (!CreateProcessAsUserA(token, NULL, line, NULL, NULL, FALSE, 0, NULL, NULL, &startup, &process))
        say("cannot start: %lu", GetLastError());
    return process;
}

int main(int count, char **arguments)
{
    HANDLE token, restricted;
    SID_AND_ATTRIBUTES disabled = {administrators(), 0};
    begin();
    if (count > 1) {
        tell(arguments[1]);
        if (!strcmp(arguments[1], "child"))
            finish(start("grandchild", 0));
        return 0;
    }
    if (!OpenProcessToken(GetCurrentProcess(), TOKEN_ALL_ACCESS, &token))
        say("no token: %lu", GetLastError());
    say("restricted %d", CreateRestrictedToken(token, DISABLE_MAX_PRIVILEGE, 1, &disabled, 0, NULL, 0, NULL, &restricted));
    finish(start_with(restricted, "child"));
    return 0;
}
